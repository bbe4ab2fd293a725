//! From what the workers report to the ground that was searched and the ground that was not.

use super::coverage::{RasterGround, ScanCoverage, SourceAreas, SourceCoverage, is_sliver};
use crate::ground::{Region, area_m2, rest, union};
use crate::imagery::photo::{Photo, PhotoRejection};
use crate::imagery::{RasterError, Source};
use crate::scan::error::ScanError;
use crate::scan::ids::WorkId;
use crate::scan::plan::{Locator, Search, Work, frame, numbered};
use crate::scan::score::Scored;
use crate::scan::score_store::{ChunkReport, ScoreStore, rejection};
use crate::schema::Reason;

/// The ground of a scan. It does not depend on what is found there.
pub struct SearchedGround {
    /// The ground of the whole scan.
    pub coverage: ScanCoverage,
    /// The areas of each source.
    pub areas: Vec<SourceAreas>,
    /// What of each work was searched, in level pixels.
    pub searched: Vec<Region>,
    /// What of each work was lost, in level pixels.
    pub lost: Vec<Region>,
    /// Sources, or parts of them, that turned out to be of no use.
    pub useless: Vec<RasterError>,
}

/// The ground of one work.
struct WorkGround {
    part: SourceCoverage,
    searched: Region,
    lost: Region,
    useless: Option<RasterError>,
}

impl SearchedGround {
    /// Adds up the ground of all works.
    ///
    /// # Errors
    /// Those of the coordinate systems.
    pub fn new(search: &Search<'_>, scored: &Scored) -> Result<Self, ScanError> {
        let sources = &search.sources;
        let mut areas = vec![SourceAreas::default(); sources.all.len()];
        let (mut parts, mut searched) = (Vec::new(), Vec::new());
        let (mut lost, mut useless) = (Vec::new(), Vec::new());
        for (id, work) in numbered(&scored.works) {
            let ground = of_work((id, work), &scored.scores, search.in_shards)?;
            areas[work.source.0].add(&ground.part.areas());
            parts.push(ground.part);
            searched.push(ground.searched);
            lost.push(ground.lost);
            useless.extend(ground.useless);
        }
        for source in &sources.too_coarse {
            parts.push(SourceCoverage {
                searched: geo::MultiPolygon::new(vec![]),
                not_searched: vec![(Reason::TooCoarse, frame(source)?)],
            });
        }
        let boundary = search.boundary.as_ref();
        let is_photo = |work: &Work| work.imagery.as_photo().is_some();
        if boundary.is_none() && scored.works.iter().any(is_photo) {
            parts.push(holes(&parts));
        }
        let frames = match boundary {
            Some(_) => sources
                .all
                .iter()
                .filter(|s| s.as_photo().is_none())
                .map(frame)
                .collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        Ok(Self {
            coverage: ScanCoverage::of(&parts, &frames, boundary),
            areas,
            searched,
            lost,
            useless,
        })
    }
}

/// The ground of tasks that another run does, in level pixels. A chunk that was read for their neighbours says nothing.
fn not_run(work: &Work) -> Region {
    Region::from_rects(work.cores_of(work.left_out.iter().copied()))
}

/// What the reports of a work add up to, in level pixels.
fn raster_ground(id: WorkId, work: &Work, scores: &ScoreStore) -> RasterGround {
    let reports: Vec<(usize, &ChunkReport)> = scores
        .chunks_of(id)
        .map(|(chunk, report)| (chunk.0, report))
        .filter(|(chunk, _)| *chunk < work.plan.chunks.len())
        .collect();
    let chunks = reports.iter().map(|(chunk, _)| work.plan.chunks[*chunk]);
    let mut looked_at = Region::from_rects(chunks).difference(&not_run(work));
    if work.parts.is_some() {
        // A part of a photo is read with more around it.
        looked_at = looked_at.intersection(&Region::from_rects(work.cores()));
    }
    let all = |part: fn(&ChunkReport) -> &Region| {
        Region::from_rects(reports.iter().flat_map(|(_, r)| part(r).rects()))
    };
    let unreadable = all(|r| &r.unreadable).intersection(&looked_at);
    RasterGround::new(
        &looked_at,
        all(|r| &r.no_data),
        unreadable,
        &all(|r| &r.blank),
        work.size(),
    )
}

fn of_work(
    (id, work): (WorkId, &Work),
    scores: &ScoreStore,
    in_shards: bool,
) -> Result<WorkGround, ScanError> {
    let ground = raster_ground(id, work, scores);
    let locator: Locator<'_> = work.locator()?;
    let outline = |region: &Region| locator.level_outline(region);
    let (searched, unreadable) = (outline(&ground.searched)?, outline(&ground.unreadable)?);
    let not_run = not_run(work)
        .difference(&ground.no_data)
        .difference(&ground.collar);
    let (mut part, useless) = match &work.imagery {
        Source::Photo(photo) => {
            let fault = scores.chunks_of(id).find_map(|(_, r)| r.fault.as_ref());
            let known = fault.map(|fault| rejection(work.imagery.path(), fault));
            of_photo(photo.photo(), searched, unreadable, known)
        }
        Source::Orthomosaic(_) => {
            let useless = (!unreadable.0.is_empty()).then(|| RasterError::PartlyUnreadable {
                path: work.imagery.path().into(),
                m2: area_m2(&unreadable),
                in_shards,
            });
            let not_searched = vec![
                (Reason::Unreadable, unreadable),
                (Reason::Blank, outline(&ground.collar)?),
                (Reason::NoData, outline(&ground.no_data)?),
            ];
            let part = SourceCoverage {
                searched,
                not_searched,
            };
            (part, useless)
        }
    };
    if !not_run.is_empty() {
        part.not_searched.push((Reason::NotRun, outline(&not_run)?));
    }
    Ok(WorkGround {
        part,
        lost: ground.lost().union(&not_run),
        searched: ground.searched,
        useless,
    })
}

/// The ground of a photo: what lies outside its frame is nobody's, and what is too coarse in it is named so. `known` is why
/// its picture could not be used; journals of version 0.1.0 do not say, so that such a picture is looked at again.
fn of_photo(
    photo: &Photo,
    searched: geo::MultiPolygon,
    unused: geo::MultiPolygon,
    known: Option<PhotoRejection>,
) -> (SourceCoverage, Option<RasterError>) {
    // The searched part goes by pixels, this by the footprint's cells: they meet in slivers.
    let coarse = rest(&photo.footprint.coarse_ground, [&searched]);
    let coarse = coarse.into_iter().filter(|p| !is_sliver(p)).collect();
    let mut not_searched = vec![(Reason::TooCoarse, coarse)];
    let mut useless = None;
    if !unused.0.is_empty() {
        let rejection = known.or_else(|| photo.usable_picture().err());
        let reason = match rejection.as_ref().map(PhotoRejection::reason) {
            Some(Reason::Quality) => Reason::Quality,
            _ => Reason::Unreadable,
        };
        not_searched.push((reason, unused));
        useless = rejection.map(|r| RasterError::Photo(Box::new(r)));
    }
    let part = SourceCoverage {
        searched,
        not_searched,
    };
    (part, useless)
}

/// Ground that photos leave out in their midst: without a boundary, what they enclose is what they were flown for.
fn holes(parts: &[SourceCoverage]) -> SourceCoverage {
    let flown = parts
        .iter()
        .flat_map(|p| std::iter::once(&p.searched).chain(p.not_searched.iter().map(|n| &n.1)));
    let united = union(flown);
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
