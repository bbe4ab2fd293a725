//! From what the workers report to the ground that was searched, the ground that was not, and the hits that count.

use super::coverage::{Coverage, RasterGround, SourceAreas, SourceCoverage, is_sliver};
use super::error::ScanError;
use super::hits::Located;
use super::pool::{ChunkReport, Job};
use super::sources::{Locator, Sources, frame};
use crate::ground::{Boundary, Region, area_m2, rest, union};
use crate::imagery::RasterError;
use crate::imagery::photo::{Photo, SetAside};
use crate::schema::Reason;
use std::collections::BTreeMap;

/// What was looked at and what came of it.
pub struct Looked {
    /// The ground of the whole scan.
    pub coverage: Coverage,
    /// The areas of each job.
    pub grounds: Vec<SourceAreas>,
    /// What of each job was lost, in level pixels.
    pub lost: Vec<Region>,
    /// Sources, or parts of them, that turned out to be of no use.
    pub useless: Vec<RasterError>,
}

/// Adds up the ground of all sources.
///
/// # Errors
/// Those of the coordinate systems.
pub fn looked(
    sources: &Sources,
    jobs: &[Job],
    locators: &[Locator<'_>],
    ground: &BTreeMap<(usize, usize), ChunkReport>,
    boundary: Option<&Boundary>,
) -> Result<Looked, ScanError> {
    let (mut parts, mut lost, mut useless) = (Vec::new(), Vec::new(), Vec::new());
    for (number, job) in jobs.iter().enumerate() {
        let reports: Vec<&ChunkReport> = ground
            .range((number, 0)..(number + 1, 0))
            .map(|(_, r)| r)
            .collect();
        let mut looked_at = Region::from_rects(reports.iter().map(|r| job.plan.chunks[r.chunk]));
        if job.parts.is_some() {
            looked_at = looked_at.intersection(&scored(job));
        }
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
            unreadable.intersection(&looked_at),
            &blank,
            (job.level.width, job.level.height),
        );
        let outline = |region: &Region| locators[number].level_outline(region);
        if let Some(photo) = job.raster.as_photo() {
            let (part, error) = photo_ground(
                photo.photo(),
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
    if boundary.is_none() && jobs.iter().any(|j| j.raster.as_photo().is_some()) {
        parts.push(holes(&parts));
    }
    let frames = match boundary {
        Some(_) => sources
            .rasters
            .iter()
            .filter(|r| r.as_photo().is_none())
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

/// What a job scored, in level pixels: a part of a photo is read with more around it.
fn scored(job: &Job) -> Region {
    let tiles = job.plan.tasks.iter().flat_map(|t| &t.tiles);
    Region::from_rects(tiles.map(|t| {
        job.plan
            .level_rect(t.core, (job.level.width, job.level.height))
    }))
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

/// The ground of a photo: what lies outside its frame is nobody's, what is too coarse in it is named so, and a picture that
/// could not be used is looked at again for its reason.
fn photo_ground(
    photo: &Photo,
    searched: geo::MultiPolygon,
    unused: geo::MultiPolygon,
) -> (SourceCoverage, Option<RasterError>) {
    // The searched part goes by pixels, this by the footprint's cells: they meet in slivers.
    let coarse = rest(&photo.footprint.coarse_ground, [&searched]);
    let coarse = coarse.into_iter().filter(|p| !is_sliver(p)).collect();
    let mut not_searched = vec![(Reason::TooCoarse, coarse)];
    let mut error = None;
    if !unused.0.is_empty() {
        let aside = photo.usable_picture().err();
        let reason = match aside.as_ref().map(SetAside::reason) {
            Some(Reason::Quality) => Reason::Quality,
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
pub fn kept_hits(
    jobs: &[Job],
    hits: BTreeMap<(usize, usize), Vec<Located>>,
    lost: &[Region],
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
    hits.into_values()
        .flatten()
        .filter(on_ground)
        .filter(asked_for)
        .map(|h| Located {
            source: jobs[h.source].source,
            ..h
        })
        .collect()
}
