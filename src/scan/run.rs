//! The run: from a request to files on the disk. It reads as the program does its work.

use super::candidate::{Ranked, Rules, candidates};
use super::choice::{self, Chosen};
use super::cluster::clusters;
use super::coverage::{Reason, SourceAreas};
use super::error::ScanError;
use super::hits::{Hit, Located};
use super::ids::scan_id;
use super::journal::{Bond, Journal};
use super::looked::{Looked, kept_hits, looked};
use super::outputs::{self, Provenance};
use super::pool::{ChunkReport, Done, Failure, Job, Pool, Report};
use super::progress::{Progress, Stage, Step};
use super::request::Request;
use super::scorer::{Model, Runtime};
use super::sources::{Locator, Sources, edges, facts, job, open_rasters};
use super::summary::Summary;
use crate::ground::{Boundary, Quad, Region};
use crate::imagery::{find_inputs, fingerprint_bytes};
use std::collections::{BTreeMap, BTreeSet};
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
    threshold: f64,
    bond: Bond,
}

/// What is scored at once: the jobs from `first` on; those before are done.
struct Round<'a> {
    jobs: &'a [Job],
    first: usize,
    locators: Vec<Locator<'a>>,
}

impl Found {
    /// Takes over what a journal says of a round.
    fn take_over(&mut self, done: &Done, round: &Round<'_>) -> Result<(), ScanError> {
        for (number, job) in round.jobs.iter().enumerate().skip(round.first) {
            for task in &job.done {
                let hits = located(&round.locators, number, &done.tasks[&(number, *task)])?;
                self.hits.insert((number, *task), hits);
            }
            for chunk in &job.known {
                let report = done.chunks[&(number, *chunk)].clone();
                self.ground.insert((number, *chunk), report);
            }
        }
        Ok(())
    }
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
    let search = Search::prepare(request, progress)?;
    // Refuses a boundary elsewhere before anything is written.
    let mut next = search.first_jobs()?;
    let (mut journal, done) = Journal::open(&request.out, &search.bond, request.restart)?;
    outputs::prepare(&request.out, request.restart)?;
    let mut jobs = Vec::new();
    let mut found = Found::default();
    let mut tiles = Tiles::default();
    // A photo that turns out to be of no use is made up for by others, of which parts were left out.
    while !next.is_empty() {
        let first = jobs.len();
        jobs.append(&mut next);
        for (number, job) in jobs.iter_mut().enumerate().skip(first) {
            job.resume(number, &done);
        }
        let round = Round {
            jobs: &jobs,
            first,
            locators: jobs.iter().map(locator).collect::<Result<_, _>>()?,
        };
        found.take_over(&done, &round)?;
        search.score(&round, &mut journal, &mut found, &mut tiles, progress, stop)?;
        journal.sync()?;
        if tiles.done < tiles.total {
            return Err(ScanError::Interrupted {
                folder: request.out.clone(),
            });
        }
        next = search.further_jobs(&jobs, &found)?;
    }
    for job in &jobs {
        job.raster.check_unchanged()?;
    }
    search.conclude(&jobs, found, tiles, progress, started)
}

/// Tiles in all, done, and done in earlier runs.
#[derive(Debug, Clone, Copy, Default)]
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
        let within = request.within.as_deref();
        let boundary = within
            .map(|path| Boundary::read_with(path, request.raster.towgs84))
            .transpose()?;
        for note in boundary.iter().flat_map(Boundary::notes) {
            progress.notice(note);
        }
        let sources = Sources::new(opened, &found, request, model.contract(), progress)?;
        let threshold = request.threshold.unwrap_or(model.contract().threshold);
        let bond = bond(&sources, &model, boundary.as_ref(), request, threshold);
        Ok(Self {
            request,
            model,
            sources,
            boundary,
            threshold,
            bond,
        })
    }

    /// The threshold as scores are compared with it.
    fn least_score(&self) -> f32 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "scores are single precision"
        )]
        let least = self.threshold as f32;
        least
    }

    /// The work that is known from the headers.
    fn first_jobs(&self) -> Result<Vec<Job>, ScanError> {
        let chosen = self.choose(&Chosen::new(), &BTreeSet::new())?;
        let mut jobs = Vec::new();
        for (source, raster) in self.sources.rasters.iter().enumerate() {
            let parts = match (&chosen, raster.photo()) {
                (Some(chosen), Some(_)) => {
                    let Some(parts) = chosen.get(&source) else {
                        continue;
                    };
                    Some(parts.clone())
                }
                _ => None,
            };
            jobs.extend(self.job(source, parts)?);
        }
        match (&self.request.within, jobs.is_empty()) {
            (Some(path), true) => Err(ScanError::BoundaryElsewhere { path: path.clone() }),
            _ => Ok(jobs),
        }
    }

    /// The work that makes up for photos which turned out to be of no use.
    fn further_jobs(&self, jobs: &[Job], found: &Found) -> Result<Vec<Job>, ScanError> {
        let useless: BTreeSet<usize> = found
            .ground
            .values()
            .filter(|r| !r.unreadable.is_empty())
            .map(|r| jobs[r.job].source)
            .collect();
        if useless.is_empty() {
            return Ok(Vec::new());
        }
        let mut searched = Chosen::new();
        for job in jobs.iter().filter(|j| !useless.contains(&j.source)) {
            if let Some(parts) = &job.parts {
                searched.entry(job.source).or_default().extend(parts);
            }
        }
        let Some(chosen) = self.choose(&searched, &useless)? else {
            return Ok(Vec::new());
        };
        let mut further = Vec::new();
        for (source, parts) in chosen {
            let before = searched.get(&source);
            let new: BTreeSet<usize> = parts
                .into_iter()
                .filter(|part| !before.is_some_and(|b| b.contains(part)))
                .collect();
            if !new.is_empty() {
                further.extend(self.job(source, Some(new))?);
            }
        }
        Ok(further)
    }

    /// The parts of photos that are searched, where not all are.
    fn choose(
        &self,
        searched: &Chosen,
        useless: &BTreeSet<usize>,
    ) -> Result<Option<Chosen>, ScanError> {
        let Some(least) = self.request.photos.min_views else {
            return Ok(None);
        };
        let boundary = self.boundary.as_ref().map(Boundary::polygons);
        let rasters = &self.sources.rasters;
        let edges = |source: usize| {
            let inside = self.job(source, None)?.is_some();
            let model = (self.model.contract(), self.model.batch());
            Ok::<_, ScanError>(inside.then(|| edges(&rasters[source], model.0, model.1)))
        };
        choice::choose(rasters, boundary, least, (searched, useless), edges).map(Some)
    }

    fn job(&self, source: usize, parts: Option<BTreeSet<usize>>) -> Result<Option<Job>, ScanError> {
        let raster = &self.sources.rasters[source];
        let (contract, batch) = (self.model.contract(), self.model.batch());
        Ok(job(
            (source, raster),
            contract,
            batch,
            self.boundary.as_ref(),
            parts,
        )?)
    }

    /// Scores what is left of a round, until it is done or the run is stopped.
    fn score(
        &self,
        round: &Round<'_>,
        journal: &mut Journal,
        found: &mut Found,
        tiles: &mut Tiles,
        progress: &dyn Progress,
        stop: &AtomicBool,
    ) -> Result<(), ScanError> {
        let jobs = &round.jobs[round.first..];
        let of = |job: &Job, tasks: &mut dyn Iterator<Item = usize>| {
            tasks
                .map(|t| job.plan.tasks[t].tiles.len() as u64)
                .sum::<u64>()
        };
        tiles.total += jobs
            .iter()
            .map(|j| of(j, &mut (0..j.plan.tasks.len())))
            .sum::<u64>();
        let before: u64 = jobs
            .iter()
            .map(|j| of(j, &mut j.done.iter().copied()))
            .sum();
        tiles.before += before;
        tiles.done += before;
        progress.stage(Stage::Scoring {
            tiles: tiles.total,
            done: tiles.done,
        });
        let mut counter = Counter::new(tiles.done);
        let pool = Pool::new(jobs, &self.model, self.least_score(), stop);
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
                    .try_for_each(|report| Self::take(report, round, journal, found, &mut counter))
                    .and_then(|()| Ok(journal.flush()?));
                counter.tell(found, self.request.site_radius_m, progress);
                std::thread::park_timeout(BATCH);
            }
            if outcome.is_err() {
                pool.halt();
            }
            outcome
        })?;
        tiles.done = counter.tiles;
        Ok(())
    }

    /// Takes in what a worker found. Workers number the jobs of their round.
    fn take(
        report: Report,
        round: &Round<'_>,
        journal: &mut Journal,
        found: &mut Found,
        counter: &mut Counter,
    ) -> Result<(), ScanError> {
        match report {
            Report::Chunk(mut chunk) => {
                chunk.job += round.first;
                journal.chunk(&chunk)?;
                found.ground.insert((chunk.job, chunk.chunk), chunk);
            }
            Report::Task { job, task, hits } => {
                let job = job + round.first;
                journal.task(job, task, &hits)?;
                counter.tiles += round.jobs[job].plan.tasks[task].tiles.len() as u64;
                found
                    .hits
                    .insert((job, task), located(&round.locators, job, &hits)?);
            }
            Report::Failed(Failure::Raster(error)) => return Err(error.into()),
            Report::Failed(Failure::Model(error)) => return Err(error.into()),
        }
        Ok(())
    }

    /// Photos of which nothing lies inside the boundary.
    fn photos_outside(&self) -> Result<BTreeSet<usize>, ScanError> {
        let mut outside = BTreeSet::new();
        for (source, raster) in self.sources.rasters.iter().enumerate() {
            let photo = self.boundary.is_some() && raster.photo().is_some();
            if photo && self.job(source, None)?.is_none() {
                outside.insert(source);
            }
        }
        Ok(outside)
    }

    /// Turns what was found into candidates and coverage, and writes the files.
    fn conclude(
        mut self,
        jobs: &[Job],
        found: Found,
        tiles: Tiles,
        progress: &dyn Progress,
        started: Instant,
    ) -> Result<Summary, ScanError> {
        let request = self.request;
        let locators = jobs.iter().map(locator).collect::<Result<Vec<_>, _>>()?;
        let outside = self.photos_outside()?;
        self.sources.note(jobs, &found.ground, &outside);
        let facts = facts(&self.sources, request);
        let Looked {
            coverage,
            grounds,
            lost,
            useless,
        } = looked(
            &self.sources,
            jobs,
            &locators,
            &found.ground,
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
        let mut of_sources = vec![SourceAreas::default(); facts.len()];
        for (job, areas) in jobs.iter().zip(grounds) {
            of_sources[job.source].add(&areas);
        }
        let id = scan_id(&format!(
            "{} {} {:?}",
            serde_json::json!(self.bond),
            request.site_radius_m,
            request.captured
        ));
        let hits = kept_hits(jobs, found.hits, &lost, self.boundary.as_ref());
        let outline = |source: usize, region: &Region| {
            jobs.iter()
                .position(|j| j.source == source)
                .map_or(Ok(geo::MultiPolygon::new(vec![])), |job| {
                    locators[job].model_outline(region)
                })
        };
        let rules = Rules {
            radius_m: request.site_radius_m,
            agreement: (!request.photos.any_view).then(|| self.least_score()),
        };
        let Ranked {
            candidates,
            doubted,
        } = candidates(&id, &hits, &facts, rules, &self.sources, outline)?;
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
            doubted,
            coverage,
            sources: facts,
            grounds: of_sources,
            refused: std::mem::take(&mut self.sources.refused)
                .into_iter()
                .chain(useless)
                .collect(),
            photos: (self.sources.photos_searched(), self.sources.flights),
            photos_gsd_cm: self.sources.photos_gsd_cm(),
            skipped: self.sources.skipped.clone(),
            ignored: self.sources.ignored,
            beside: self.sources.beside.clone(),
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

fn locator(job: &Job) -> Result<Locator<'_>, ScanError> {
    Ok(Locator::new(&job.raster, &job.level, job.plan.scale)?)
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
    let mut options = vec![
        ("threshold", threshold.to_string()),
        ("within", within),
        ("crs", crs),
        ("bands", bands),
        ("allow_coarse", request.allow_coarse.to_string()),
        ("ground", request.photos.fingerprint()),
        ("device", model.device().name().to_owned()),
    ];
    if let Some(least) = request.photos.min_views {
        options.push(("min_views", least.to_string()));
    }
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
