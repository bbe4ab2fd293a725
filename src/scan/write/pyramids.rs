//! Pyramids of the orthomosaics of a scan, and one of its photos, out of the pixels that are decoded for it anyway.
//!
//! They are made while something is left to score. A run that goes on after another reads again what that one decoded,
//! so that they are whole and the same as those of an unbroken run. Where all was scored before, nothing is decoded, and
//! they are left to whoever asks for them. A pyramid is worth no scan: where one cannot be made, that is said.

use super::begun::Begun;
use crate::files::{self, Existing, TEMPORARY};
use crate::imagery::pyramid::{
    PhotoPyramid, Pyramid, PyramidError, PyramidPart, is_pyramid_of, is_pyramid_of_photos,
    photos_pyramid_path, pyramid_path,
};
use crate::imagery::{Pixels, Source};
use crate::scan::error::ScanError;
use crate::scan::ids::SourceId;
use crate::scan::plan::{Search, Work};
use crate::scan::progress::{Progress, ScanStage};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A pyramid of an orthomosaic that is to be made.
struct PlannedPyramid {
    source: Source,
    part: PyramidPart,
    path: PathBuf,
    made: Begun<Pyramid>,
}

impl PlannedPyramid {
    fn begun(&self) -> Result<Option<Arc<Pyramid>>, PyramidError> {
        self.made
            .begun(|| Pyramid::begin(&self.source, self.part.clone(), &self.path))
    }

    fn add(&self, pixels: &Pixels) -> Result<(), PyramidError> {
        self.begun()?.map_or(Ok(()), |p| p.add(pixels))
    }

    fn finish(&self, stop: &AtomicBool) -> Result<(), PyramidError> {
        if let Some(pyramid) = self.begun()? {
            pyramid.finish(Existing::Replaced, stop)?;
            self.made.end();
        }
        Ok(())
    }
}

/// The pyramid of the photos that is to be made.
struct WantedMosaic {
    photos: Vec<Source>,
    numbers: BTreeMap<SourceId, usize>,
    path: PathBuf,
    made: Begun<PhotoPyramid>,
}

impl WantedMosaic {
    /// The mosaic of the photos that are worked on; `None` where there are none, or it is there.
    fn of(search: &Search<'_>, works: &[Work]) -> Option<Self> {
        let photos = works.iter().filter(|w| w.imagery.as_photo().is_some());
        let ids: BTreeSet<SourceId> = photos.map(|work| work.source).collect();
        let path = photos_pyramid_path(&search.request.out);
        let photos = ids.iter().map(|id| search.sources.source(*id).clone());
        let photos: Vec<Source> = photos.collect();
        let is_wanted = !photos.is_empty() && !is_pyramid_of_photos(&path, &photos);
        is_wanted.then(|| Self {
            photos,
            numbers: ids.into_iter().zip(0..).collect(),
            path,
            made: Begun::default(),
        })
    }

    fn begun(&self) -> Result<Option<Arc<PhotoPyramid>>, PyramidError> {
        self.made
            .begun(|| PhotoPyramid::begin(self.photos.clone(), &self.path))
    }

    fn add(&self, source: SourceId, pixels: &Pixels) -> Result<(), PyramidError> {
        let Some(number) = self.numbers.get(&source) else {
            return Ok(());
        };
        self.begun()?.map_or(Ok(()), |p| p.add(*number, pixels))
    }

    fn finish(&self, stop: &AtomicBool) -> Result<(), PyramidError> {
        if let Some(pyramid) = self.begun()? {
            pyramid.finish(Existing::Replaced, stop)?;
            self.made.end();
        }
        Ok(())
    }
}

/// The pyramids of a scan.
pub struct Pyramids<'a> {
    wanted: BTreeMap<SourceId, PlannedPyramid>,
    mosaic: Option<WantedMosaic>,
    folder: &'a Path,
    progress: &'a dyn Progress,
    stop: &'a AtomicBool,
}

impl<'a> Pyramids<'a> {
    /// Those that are lacking of the works; none where all `is_scored`, or none are asked for.
    pub fn new(
        search: &'a Search<'_>,
        works: &[Work],
        is_scored: bool,
        (progress, stop): (&'a dyn Progress, &'a AtomicBool),
    ) -> Self {
        let request = search.request;
        let wanted = |work: &Work| {
            let part = PyramidPart {
                level: work.level,
                rects: work.plan.chunks.clone(),
                is_whole: search.boundary.is_none(),
            };
            let path = pyramid_path(&request.out, &search.sources.names[work.source.0]);
            let is_lacking =
                work.imagery.as_photo().is_none() && !is_pyramid_of(&path, &work.imagery, &part);
            is_lacking.then(|| {
                let wanted = PlannedPyramid {
                    source: work.imagery.clone(),
                    part,
                    path,
                    made: Begun::default(),
                };
                (work.source, wanted)
            })
        };
        let are_asked_for = request.pyramids && !is_scored;
        let works = if are_asked_for { works } else { &[] };
        let wanted: BTreeMap<SourceId, PlannedPyramid> = works.iter().filter_map(wanted).collect();
        let mosaic = WantedMosaic::of(search, works);
        let paths = wanted.values().map(|wanted| &wanted.path);
        for path in paths.chain(mosaic.iter().map(|mosaic| &mosaic.path)) {
            clear(path);
        }
        Self {
            wanted,
            mosaic,
            folder: &request.out,
            progress,
            stop,
        }
    }

    /// Takes pixels that were decoded.
    pub fn decoded(&self, work: &Work, pixels: &Pixels) {
        if let Some(wanted) = self.wanted.get(&work.source) {
            self.settle(wanted, wanted.add(pixels));
        }
        if let Some(mosaic) = &self.mosaic {
            self.settle_mosaic(mosaic, mosaic.add(work.source, pixels));
        }
    }

    /// Writes the pyramid of a work of which nothing is left, unless much of it has to be read first: that is for all
    /// cores together.
    pub fn finished(&self, work: &Work) {
        if let (Some(wanted), true) = (self.wanted.get(&work.source), work.done.is_empty()) {
            self.settle(wanted, wanted.finish(self.stop));
        }
    }

    /// Takes back those that were written, of a scan that comes to nothing.
    pub fn withdraw(&self) {
        for wanted in self.wanted.values().filter(|wanted| wanted.made.is_over()) {
            // What stays takes room and nothing else: it names what it was made of.
            let _ = files::remove(&wanted.path);
        }
    }

    /// Gives up a pyramid that cannot be made, and says so once.
    fn settle(&self, wanted: &PlannedPyramid, outcome: Result<(), PyramidError>) {
        if let Some(why) = wanted.made.given_up(outcome) {
            self.progress.notice(&PyramidError::BesideScan {
                raster: wanted.source.path().into(),
                why: Box::new(why),
            });
        }
    }

    fn settle_mosaic(&self, mosaic: &WantedMosaic, outcome: Result<(), PyramidError>) {
        if let Some(why) = mosaic.made.given_up(outcome) {
            let why = Box::new(why);
            self.progress
                .notice(&PyramidError::PhotosBesideScan { why });
        }
    }

    /// Makes those whole that are not yet.
    ///
    /// # Errors
    /// [`ScanError::Interrupted`].
    pub fn finish(&self) -> Result<(), ScanError> {
        let left = self.wanted.values().filter(|w| !w.made.is_over());
        let left: Vec<&PlannedPyramid> = left.collect();
        let mosaic = self.mosaic.as_ref().filter(|m| !m.made.is_over());
        let sources = left.len() + usize::from(mosaic.is_some());
        if sources > 0 {
            self.progress.stage(ScanStage::Pyramids { sources });
        }
        for wanted in left {
            self.settle(wanted, wanted.finish(self.stop));
            self.go_on()?;
        }
        if let Some(mosaic) = mosaic {
            self.settle_mosaic(mosaic, mosaic.finish(self.stop));
            self.go_on()?;
        }
        Ok(())
    }

    fn go_on(&self) -> Result<(), ScanError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(ScanError::Interrupted {
                folder: self.folder.into(),
            });
        }
        Ok(())
    }
}

/// Clears away what a killed run left half written beside a pyramid.
fn clear(path: &Path) {
    let folder = path.parent().map(std::fs::read_dir);
    for entry in folder.into_iter().flatten().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            // What stays takes room and nothing else.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
