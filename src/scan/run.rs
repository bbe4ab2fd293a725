//! The run: from a request to files on the disk. It reads as the program does its work.

use super::candidate::candidates;
use super::cluster::clusters;
use super::coverage::{Coverage, RasterGround, Reason, SourceAreas, SourceCoverage};
use super::error::ScanError;
use super::hits::{Hit, Located};
use super::ids::scan_id;
use super::journal::{Bond, Journal};
use super::outputs::{self, Provenance};
use super::pool::{ChunkReport, Failure, Job, Pool, Report};
use super::progress::{Progress, Stage, Step};
use super::request::Request;
use super::scorer::{Model, Runtime};
use super::sources::{Locator, Sources, facts, frame, job, open_rasters};
use super::summary::Summary;
use crate::ground::{Boundary, Quad, Region, area_m2};
use crate::imagery::photo::{Photo, Reason as PhotoReason, SetAside};
use crate::imagery::{RasterError, find_inputs, fingerprint_bytes};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// The journal's format, and with it every rule that decides what a cell scores. A change of either changes this.
const FORMAT: &str = "papaver.journal/1";

/// How long reports gather before they are taken in.
const BATCH: Duration = Duration::from_millis(10);

/// What the workers have found.
#[derive(Default)]
struct Found {
    hits: BTreeMap<(usize, usize), Vec<Located>>,
    ground: BTreeMap<(usize, usize), ChunkReport>,
}

/// A scan that is ready to begin.
struct Search<'a> {
    request: &'a Request,
    model: Model,
    sources: Sources,
    boundary: Option<Boundary>,
    jobs: Vec<Job>,
    threshold: f64,
    bond: Bond,
}

/// Runs a scan. It can be stopped through `stop` at any moment, and goes on when it is run again.
///
/// # Errors
/// See [`ScanError`].
pub fn scan(
    request: &Request,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Summary, ScanError> {
    let started = Instant::now();
    let mut search = Search::prepare(request, progress)?;
    let (mut journal, mut done) = Journal::open(&request.out, &search.bond, request.restart)?;
    outputs::prepare(&request.out, request.restart)?;
    // What no plan of these sources names is no work of theirs.
    let jobs = &search.jobs;
    done.tasks
        .retain(|(job, task), _| jobs.get(*job).is_some_and(|j| *task < j.plan.tasks.len()));
    done.chunks
        .retain(|(job, chunk), _| jobs.get(*job).is_some_and(|j| *chunk < j.plan.chunks.len()));
    for (number, job) in search.jobs.iter_mut().enumerate() {
        job.done = done
            .tasks
            .keys()
            .filter(|k| k.0 == number)
            .map(|k| k.1)
            .collect();
        job.known = done
            .chunks
            .keys()
            .filter(|k| k.0 == number)
            .map(|k| k.1)
            .collect();
    }
    let jobs = std::mem::take(&mut search.jobs);
    let locators = jobs.iter().map(locator).collect::<Result<Vec<_>, _>>()?;
    let mut found = Found {
        hits: BTreeMap::new(),
        ground: done.chunks,
    };
    for ((number, task), hits) in done.tasks {
        found
            .hits
            .insert((number, task), located(&locators, number, &hits)?);
    }
    let tiles = search.score(&jobs, &locators, &mut journal, &mut found, progress, stop)?;
    journal.sync()?;
    if tiles.done < tiles.total {
        return Err(ScanError::Interrupted {
            folder: request.out.clone(),
        });
    }
    for job in &jobs {
        job.raster.check_unchanged()?;
    }
    search.conclude(&jobs, &locators, found, tiles, progress, started)
}

/// Tiles in all, done, and done in earlier runs.
#[derive(Debug, Clone, Copy)]
struct Tiles {
    total: u64,
    done: u64,
    before: u64,
}

impl<'a> Search<'a> {
    /// Checks everything that can be wrong before the long work.
    fn prepare(request: &'a Request, progress: &dyn Progress) -> Result<Self, ScanError> {
        request.check()?;
        let found = find_inputs(&request.inputs)?;
        progress.stage(Stage::Opening {
            sources: found.rasters.len() + found.photos.len(),
        });
        // Neither waits for the other: a short scan is not much longer than this.
        let (model, opened) = rayon::join(
            || Model::load(&Runtime::load()?, request.model.as_deref(), request.device),
            || open_rasters(&found, request),
        );
        let model = model?;
        let boundary = request.within.as_deref().map(Boundary::read).transpose()?;
        let sources = Sources::new(opened, &found, request, model.contract(), progress)?;
        let jobs = jobs(&sources, &model, boundary.as_ref(), request)?;
        let threshold = request.threshold.unwrap_or(model.contract().threshold);
        let bond = bond(&sources, &model, boundary.as_ref(), request, threshold);
        Ok(Self {
            request,
            model,
            sources,
            boundary,
            jobs,
            threshold,
            bond,
        })
    }

    /// Scores what is left, until it is done or the run is stopped.
    fn score(
        &self,
        jobs: &[Job],
        locators: &[Locator<'_>],
        journal: &mut Journal,
        found: &mut Found,
        progress: &dyn Progress,
        stop: &AtomicBool,
    ) -> Result<Tiles, ScanError> {
        let of = |job: &Job, tasks: &mut dyn Iterator<Item = usize>| {
            tasks
                .map(|t| job.plan.tasks[t].tiles.len() as u64)
                .sum::<u64>()
        };
        let total: u64 = jobs
            .iter()
            .map(|j| of(j, &mut (0..j.plan.tasks.len())))
            .sum();
        let before: u64 = jobs
            .iter()
            .map(|j| of(j, &mut j.done.iter().copied()))
            .sum();
        progress.stage(Stage::Scoring {
            tiles: total,
            done: before,
        });
        let mut counter = Counter::new(before);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "scores are single precision"
        )]
        let pool = Pool::new(jobs, &self.model, self.threshold as f32, stop);
        let (send, receive) = channel();
        let reader = std::thread::current();
        std::thread::scope(|scope| {
            for _ in 0..self.request.threads {
                let (pool, send) = (&pool, send.clone());
                let reader = &reader;
                scope.spawn(move || {
                    pool.work(&send);
                    drop(send);
                    reader.unpark();
                });
            }
            drop(send);
            // Taken in batches: a thread that woke up for each report would push the workers off their cores.
            let mut outcome = Ok(());
            while let (Ok(first), true) = (receive.recv(), outcome.is_ok()) {
                let mut batch = std::iter::once(first).chain(receive.try_iter());
                outcome = batch
                    .try_for_each(|report| {
                        Self::take(report, jobs, locators, journal, found, &mut counter)
                    })
                    .and_then(|()| Ok(journal.flush()?));
                counter.tell(found, self.request.site_radius_m, progress);
                std::thread::park_timeout(BATCH);
            }
            if outcome.is_err() {
                pool.halt();
            }
            outcome
        })?;
        Ok(Tiles {
            total,
            done: counter.tiles,
            before,
        })
    }

    /// Takes in what a worker found.
    fn take(
        report: Report,
        jobs: &[Job],
        locators: &[Locator<'_>],
        journal: &mut Journal,
        found: &mut Found,
        counter: &mut Counter,
    ) -> Result<(), ScanError> {
        match report {
            Report::Chunk(chunk) => {
                journal.chunk(&chunk)?;
                found.ground.insert((chunk.job, chunk.chunk), chunk);
            }
            Report::Task { job, task, hits } => {
                journal.task(job, task, &hits)?;
                counter.tiles += jobs[job].plan.tasks[task].tiles.len() as u64;
                found
                    .hits
                    .insert((job, task), located(locators, job, &hits)?);
            }
            Report::Failed(Failure::Raster(error)) => return Err(error.into()),
            Report::Failed(Failure::Model(error)) => return Err(error.into()),
        }
        Ok(())
    }

    /// Turns what was found into candidates and coverage, and writes the files.
    fn conclude(
        self,
        jobs: &[Job],
        locators: &[Locator<'_>],
        found: Found,
        tiles: Tiles,
        progress: &dyn Progress,
        started: Instant,
    ) -> Result<Summary, ScanError> {
        let request = self.request;
        let facts = facts(&self.sources, request);
        let Looked {
            coverage,
            grounds,
            lost,
            useless,
        } = looked(
            &self.sources,
            jobs,
            locators,
            &found,
            self.boundary.as_ref(),
        )?;
        for error in &useless {
            progress.notice(error);
        }
        if coverage.searched.0.is_empty() {
            return Err(match useless.as_slice() {
                [] => ScanError::NoData {
                    sources: self.sources.names.clone(),
                },
                _ => ScanError::NoSource(useless),
            });
        }
        let numbers = job_sources(jobs, &self.sources);
        let mut of_sources = vec![SourceAreas::default(); facts.len()];
        for (source, areas) in numbers.iter().zip(grounds) {
            of_sources[*source] = areas;
        }
        let id = scan_id(&format!(
            "{} {} {:?}",
            serde_json::json!(self.bond),
            request.site_radius_m,
            request.captured
        ));
        let hits = kept_hits(jobs, found, &lost, &numbers, self.boundary.as_ref());
        let outline = |source: usize, region: &Region| {
            numbers
                .iter()
                .position(|n| *n == source)
                .map_or(Ok(geo::MultiPolygon::new(vec![])), |job| {
                    locators[job].model_outline(region)
                })
        };
        let candidates = candidates(
            &id,
            &hits,
            &facts,
            request.site_radius_m,
            &self.sources,
            outline,
        )?;
        progress.stage(Stage::Writing {
            candidates: candidates.len(),
        });
        let unreadable_m2 = coverage
            .not_searched
            .iter()
            .filter(|n| n.0 == Reason::Unreadable)
            .map(|n| n.2)
            .sum();
        let summary = Summary {
            scan_id: id,
            candidates,
            coverage,
            sources: facts,
            grounds: of_sources,
            refused: self.sources.refused.into_iter().chain(useless).collect(),
            photos: (
                self.sources
                    .rasters
                    .iter()
                    .filter(|r| r.photo().is_some())
                    .count(),
                self.sources.flights,
            ),
            remarks: self.sources.remarks.clone(),
            unreadable_m2,
            tiles: (tiles.total, tiles.before),
            seconds: started.elapsed().as_secs_f64(),
            engine: self.model.engine(),
            threshold: self.threshold,
            out: request.out.clone(),
        };
        let provenance = Provenance {
            request,
            model: &self.model,
            bond: &self.bond,
            rasters: &self.sources.rasters,
        };
        outputs::write(&summary, &provenance)?;
        Ok(summary)
    }
}

fn jobs(
    sources: &Sources,
    model: &Model,
    boundary: Option<&Boundary>,
    request: &Request,
) -> Result<Vec<Job>, ScanError> {
    let mut jobs = Vec::new();
    for raster in &sources.rasters {
        jobs.extend(job(raster, model.contract(), model.batch(), boundary)?);
    }
    match (&request.within, jobs.is_empty()) {
        (Some(path), true) => Err(ScanError::BoundaryElsewhere { path: path.clone() }),
        _ => Ok(jobs),
    }
}

fn locator(job: &Job) -> Result<Locator<'_>, ScanError> {
    Ok(Locator::new(&job.raster, &job.level, job.plan.scale)?)
}

/// The source that each job is about.
fn job_sources(jobs: &[Job], sources: &Sources) -> Vec<usize> {
    let same = |job: &Job| {
        sources
            .rasters
            .iter()
            .position(|r| r.path() == job.raster.path())
            .unwrap_or(0)
    };
    jobs.iter().map(same).collect()
}

fn bond(
    sources: &Sources,
    model: &Model,
    boundary: Option<&Boundary>,
    request: &Request,
    threshold: f64,
) -> Bond {
    let within = boundary.map_or_else(String::new, |b| {
        fingerprint_bytes(&[format!("{:?}", b.polygons()).as_bytes()]).0
    });
    let crs = request
        .raster
        .crs
        .as_ref()
        .map_or_else(String::new, |c| c.name().to_owned());
    let bands = request
        .raster
        .bands
        .map_or_else(String::new, |b| format!("{b:?}"));
    let options = [
        ("threshold", threshold.to_string()),
        ("within", within),
        ("crs", crs),
        ("bands", bands),
        ("allow_coarse", request.allow_coarse.to_string()),
        ("ground", request.photos.fingerprint()),
        ("device", model.device().name().to_owned()),
    ];
    Bond {
        format: FORMAT.into(),
        model: model.sha256().into(),
        options: options
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v))
            .collect(),
        sources: sources
            .names
            .iter()
            .cloned()
            .zip(sources.rasters.iter().map(|r| r.fingerprint().0.clone()))
            .collect(),
    }
}

fn located(locators: &[Locator<'_>], job: usize, hits: &[Hit]) -> Result<Vec<Located>, ScanError> {
    let one = |hit: &Hit| {
        Ok(Located {
            source: job,
            hit: *hit,
            quad: locators[job].quad(hit.rect)?,
        })
    };
    hits.iter().map(one).collect()
}

/// Counts tiles, and now and then the candidates so far, spending a small share of the time on it.
struct Counter {
    tiles: u64,
    candidates: usize,
    next: Instant,
}

impl Counter {
    fn new(tiles: u64) -> Self {
        Self {
            tiles,
            candidates: 0,
            next: Instant::now(),
        }
    }

    fn tell(&mut self, results: &Found, radius_m: f64, progress: &dyn Progress) {
        let now = Instant::now();
        if now >= self.next {
            let quads: Vec<Quad> = results.hits.values().flatten().map(|h| h.quad).collect();
            self.candidates = clusters(&quads, radius_m).len();
            self.next = Instant::now() + (now.elapsed() * 50).max(Duration::from_secs(1));
        }
        progress.step(Step {
            tiles: self.tiles,
            candidates: self.candidates,
        });
    }
}

/// What was looked at and what came of it.
struct Looked {
    coverage: Coverage,
    /// The areas of each job.
    grounds: Vec<SourceAreas>,
    /// What of each job was lost, in level pixels.
    lost: Vec<Region>,
    /// Sources, or parts of them, that turned out to be of no use.
    useless: Vec<RasterError>,
}

/// Adds up the ground of all sources.
fn looked(
    sources: &Sources,
    jobs: &[Job],
    locators: &[Locator<'_>],
    results: &Found,
    boundary: Option<&Boundary>,
) -> Result<Looked, ScanError> {
    let (mut parts, mut lost, mut useless) = (Vec::new(), Vec::new(), Vec::new());
    for (number, job) in jobs.iter().enumerate() {
        let reports: Vec<&ChunkReport> = results
            .ground
            .range((number, 0)..(number + 1, 0))
            .map(|(_, r)| r)
            .collect();
        let looked_at = Region::from_rects(reports.iter().map(|r| job.plan.chunks[r.chunk]));
        let all = |part: fn(&ChunkReport) -> &Region| {
            Region::from_rects(reports.iter().flat_map(|r| part(r).rects()))
        };
        let (no_data, unreadable, blank) = (
            all(|r| &r.no_data),
            all(|r| &r.unreadable),
            all(|r| &r.blank),
        );
        let ground = RasterGround::new(
            &looked_at,
            no_data,
            unreadable,
            &blank,
            (job.level.width, job.level.height),
        );
        let outline = |region: &Region| locators[number].level_outline(region);
        if let Some((photo, _)) = job.raster.photo() {
            let (part, error) = photo_ground(
                photo,
                outline(&ground.searched)?,
                outline(&ground.unreadable)?,
            );
            parts.push(part);
            useless.extend(error);
            lost.push(ground.lost());
            continue;
        }
        let unreadable = outline(&ground.unreadable)?;
        if !unreadable.0.is_empty() {
            useless.push(RasterError::PartlyUnreadable {
                path: job.raster.path().into(),
                m2: area_m2(&unreadable),
            });
        }
        parts.push(SourceCoverage {
            searched: outline(&ground.searched)?,
            not_searched: vec![
                (Reason::Unreadable, unreadable),
                (Reason::Blank, outline(&ground.collar)?),
                (Reason::NoData, outline(&ground.no_data)?),
            ],
        });
        lost.push(ground.lost());
    }
    let grounds = parts.iter().map(SourceCoverage::areas).collect();
    for raster in &sources.too_coarse {
        parts.push(SourceCoverage {
            searched: geo::MultiPolygon::new(vec![]),
            not_searched: vec![(Reason::TooCoarse, frame(raster)?)],
        });
    }
    if boundary.is_none() && jobs.iter().any(|j| j.raster.photo().is_some()) {
        parts.push(holes(&parts));
    }
    let frames = match boundary {
        Some(_) => sources
            .rasters
            .iter()
            .filter(|r| r.photo().is_none())
            .map(frame)
            .collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    Ok(Looked {
        coverage: Coverage::of(&parts, &frames, boundary),
        grounds,
        lost,
        useless,
    })
}

/// Ground that photos leave out in their midst: without a boundary, what they enclose is what they were flown for.
fn holes(parts: &[SourceCoverage]) -> SourceCoverage {
    let flown = parts
        .iter()
        .flat_map(|p| std::iter::once(&p.searched).chain(p.not_searched.iter().map(|n| &n.1)));
    let united = geo::unary_union(flown.flatten());
    let gaps = united
        .iter()
        .flat_map(geo::Polygon::interiors)
        .map(|ring| geo::Polygon::new(ring.clone(), vec![]))
        .collect();
    SourceCoverage {
        not_searched: vec![(Reason::Gap, gaps)],
        searched: geo::MultiPolygon::new(vec![]),
    }
}

/// The ground of a photo: what lies outside its frame is nobody's, what is too coarse in it is named so, and a picture that
/// could not be used is looked at again for its reason.
fn photo_ground(
    photo: &Photo,
    searched: geo::MultiPolygon,
    unused: geo::MultiPolygon,
) -> (SourceCoverage, Option<RasterError>) {
    let mut not_searched = vec![(Reason::TooCoarse, photo.footprint.coarse_ground.clone())];
    let mut error = None;
    if !unused.0.is_empty() {
        let aside = photo.usable_picture().err();
        let reason = match aside.as_ref().map(SetAside::reason) {
            Some(PhotoReason::Quality) => Reason::Quality,
            _ => Reason::Unreadable,
        };
        not_searched.push((reason, unused));
        error = aside.map(|a| RasterError::Photo(Box::new(a)));
    }
    let part = SourceCoverage {
        searched,
        not_searched,
    };
    (part, error)
}

/// The hits in order, less those on ground that turned out to be a collar, and those beyond the boundary.
fn kept_hits(
    jobs: &[Job],
    results: Found,
    lost: &[Region],
    sources: &[usize],
    boundary: Option<&Boundary>,
) -> Vec<Located> {
    let asked_for = |h: &Located| boundary.is_none_or(|b| b.meets(&h.quad));
    let on_ground = |h: &Located| {
        let job = &jobs[h.source];
        !lost[h.source].covers(
            job.plan
                .level_rect(h.hit.rect, (job.level.width, job.level.height)),
        )
    };
    results
        .hits
        .into_values()
        .flatten()
        .filter(on_ground)
        .filter(asked_for)
        .map(|h| Located {
            source: sources[h.source],
            ..h
        })
        .collect()
}
