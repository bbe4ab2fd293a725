//! How the sources of a scan see the ground: what of each was searched, when, and how sharp a photo is beside the others.

use super::association::Views;
use super::searched_raster::SearchedRaster;
use super::votes::Voter;
use crate::ground::{LonLat, Rect, Region};
use crate::imagery::photo::Remark;
use crate::imagery::{Captured, Source};
use crate::scan::ids::SourceId;
use crate::scan::plan::{Search, Sources, Work, numbered};
use crate::scan::score::Scored;
use geo::Intersects;
use std::collections::BTreeSet;

/// What was searched of the sources.
pub struct Viewing<'a> {
    sources: &'a Sources,
    voters: Vec<Voter>,
    /// The orthomosaics, where there are other sources as well.
    rasters: Vec<(SourceId, SearchedRaster<'a>)>,
    /// Of each source, what of it was searched where that is not all: rectangles of its pixels.
    searched: Vec<Option<Vec<Rect>>>,
    /// Of each source, how blurred its picture is beside the others: 1 for one as sharp as most.
    blur: Vec<f64>,
    /// Photos that the others make superfluous.
    skipped: BTreeSet<SourceId>,
    /// Photos that lie outside the boundary.
    outside: BTreeSet<SourceId>,
}

impl<'a> Viewing<'a> {
    /// What was searched of the sources, of which `ground` says what of each work, in pixels of its level. Photos `outside`
    /// the boundary are named to the pilot.
    pub fn new(
        search: &'a Search<'_>,
        scored: &'a Scored,
        ground: &'a [Region],
        outside: BTreeSet<SourceId>,
    ) -> Self {
        let (sources, works, scores) = (&search.sources, &scored.works, &scored.scores);
        let count = sources.all.len();
        let mut searched: Vec<Option<Vec<Rect>>> = vec![Some(Vec::new()); count];
        for work in works {
            match &mut searched[work.source.0] {
                Some(rects) if work.parts.is_some() => rects.extend(work.cores()),
                of_source => *of_source = None,
            }
        }
        let mut sharpness: Vec<Option<u32>> = vec![None; count];
        for (id, work) in numbered(works) {
            if !work.left_out.is_empty() {
                searched[work.source.0] = Some(Vec::new());
            }
            for (_, report) in scores.chunks_of(id) {
                let source = work.source.0;
                sharpness[source] = sharpness[source].or(report.sharpness);
                if work.imagery.as_photo().is_some() && !report.unreadable.is_empty() {
                    searched[source] = Some(Vec::new());
                }
            }
        }
        let worked: BTreeSet<SourceId> = works.iter().map(|w| w.source).collect();
        let photos = sources.iter().filter(|(_, s)| s.as_photo().is_some());
        let skipped = photos
            .map(|(id, _)| id)
            .filter(|id| !worked.contains(id) && !outside.contains(id))
            .collect();
        Self {
            sources,
            voters: voters(sources, search.request.captured),
            rasters: rasters(works, ground, count),
            searched,
            blur: blur(&sharpness),
            skipped,
            outside,
        }
    }

    /// Photos of which anything was searched.
    pub(crate) fn photos_searched(&self) -> usize {
        let is_searched = |id: SourceId| self.searched[id.0].as_ref().is_none_or(|s| !s.is_empty());
        let photos = self.sources.iter();
        photos
            .filter(|(id, s)| s.as_photo().is_some() && is_searched(*id))
            .count()
    }

    /// Names of the photos that the others make superfluous.
    pub fn skipped(&self) -> Vec<String> {
        let names = &self.sources.names;
        self.skipped.iter().map(|id| names[id.0].clone()).collect()
    }

    /// What a pilot should know: file name, remark.
    pub fn remarks(&self) -> Vec<(String, Remark)> {
        let outside = self.outside.iter().map(|id| {
            let remark = Remark::OutsideBoundary { photo: id.0 };
            (self.sources.names[id.0].clone(), remark)
        });
        let known = self.sources.remarks.iter().cloned();
        known.chain(outside).collect()
    }

    /// Whether a place is on the part of a photo that was searched.
    fn photo_searches(&self, id: SourceId, at: LonLat) -> bool {
        let Some(source) = self.sources.source(id).as_photo() else {
            return false;
        };
        let ground = &source.photo().footprint.ground;
        let is_held = || ground.intersects(&geo::Point::from(at));
        let Some(rects) = &self.searched[id.0] else {
            return is_held();
        };
        let p = source.grid().position(at);
        let within = |from: u32, to: u32, v: f64| (f64::from(from)..f64::from(to)).contains(&v);
        let mut rects = rects.iter();
        rects.any(|r| within(r.x0, r.x1, p.x) && within(r.y0, r.y1, p.y)) && is_held()
    }
}

/// The sources as they vote. What they say of their days is nearer to the truth than what the user says of all together; a
/// period that the user names does not tell which of its days a photo is of.
fn voters(sources: &Sources, said: Option<Captured>) -> Vec<Voter> {
    let voter = |(source, flown): (&Source, &Option<Captured>)| {
        let is_photo = source.as_photo().is_some();
        let said = said.filter(|said| !is_photo || said.from == said.to);
        Voter {
            is_photo,
            is_placed: !source.has_unknown_datum(),
            flown: flown.or(said),
            made: source.made(),
        }
    };
    sources.all.iter().zip(&sources.flown).map(voter).collect()
}

/// What was searched of the orthomosaics whose place is known; nothing where there is no other source beside.
fn rasters<'a>(
    works: &'a [Work],
    ground: &'a [Region],
    sources: usize,
) -> Vec<(SourceId, SearchedRaster<'a>)> {
    let is_raster = |work: &Work| {
        let imagery = &work.imagery;
        sources > 1 && imagery.as_photo().is_none() && !imagery.has_unknown_datum()
    };
    numbered(works)
        .filter(|(_, work)| is_raster(work))
        .map(|(id, work)| (work.source, SearchedRaster::new(work, &ground[id.0])))
        .collect()
}

/// Metres within which places lie whose datum has no known way to WGS 84: the old datums of China are 40 to 150 m off.
const UNKNOWN_DATUM_M: f64 = 200.0;

/// How many times coarser photos are for their blur: 1 for those at least as sharp as the median, at most 4.
fn blur(sharpness: &[Option<u32>]) -> Vec<f64> {
    let mut known: Vec<u32> = sharpness.iter().copied().flatten().collect();
    known.sort_unstable();
    let median = known.get(known.len() / 2).copied().unwrap_or(1);
    // Second differences over the variance fall with the square of the width of a blur.
    let square = |own: u32| f64::from(median) / f64::from(own.max(1));
    let blur = |own: &Option<u32>| own.map_or(1.0, |own| square(own).sqrt().clamp(1.0, 4.0));
    sharpness.iter().map(blur).collect()
}

impl Views for Viewing<'_> {
    fn position_error_m(&self, source: SourceId, at: LonLat) -> Option<f64> {
        let source = self.sources.source(source);
        if source.has_unknown_datum() {
            return Some(UNKNOWN_DATUM_M);
        }
        Some(source.as_photo()?.photo().position_error_m(at))
    }

    fn view(&self, source: SourceId, at: LonLat) -> Option<f64> {
        let photo = self.sources.source(source).as_photo()?.photo();
        let (off_nadir_deg, gsd_m) = photo.view_of(at)?;
        Some(gsd_m / off_nadir_deg.to_radians().cos() * self.blur[source.0])
    }

    fn voter(&self, source: SourceId) -> Voter {
        self.voters[source.0]
    }

    fn searching(&self, at: LonLat) -> Vec<SourceId> {
        let photos = self.sources.iter().map(|(id, _)| id);
        let photos = photos.filter(|id| self.photo_searches(*id, at));
        let rasters = self.rasters.iter().filter(|(_, raster)| raster.holds(at));
        photos.chain(rasters.map(|(id, _)| *id)).collect()
    }
}
