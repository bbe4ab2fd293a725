//! Pyramids of the orthomosaics of a scan, out of the pixels that are decoded for it anyway.
//!
//! They are made while something is left to score. A run that goes on after another reads again what that one decoded,
//! so that they are whole and the same as those of an unbroken run. Where all was scored before, nothing is decoded, and
//! they are left to whoever asks for them. A pyramid is worth no scan: where one cannot be made, that is said.

use crate::files::{self, Existing, TEMPORARY};
use crate::imagery::pyramid::{Pyramid, PyramidError, PyramidPart, is_pyramid_of, pyramid_path};
use crate::imagery::{Pixels, Source};
use crate::scan::error::ScanError;
use crate::scan::ids::SourceId;
use crate::scan::plan::{Search, Work};
use crate::scan::progress::{Progress, Stage};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How far a pyramid is.
enum PyramidState {
    /// No pixels have come.
    Waiting,
    /// They come.
    Begun(Arc<Pyramid>),
    /// It is there, or cannot be made.
    Over,
}

/// A pyramid that is to be made.
struct Wanted {
    source: Source,
    part: PyramidPart,
    path: PathBuf,
    state: Mutex<PyramidState>,
}

impl Wanted {
    fn state(&self) -> MutexGuard<'_, PyramidState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pyramid, begun with the first pixels; `None` where it is over with it.
    fn begun(&self) -> Result<Option<Arc<Pyramid>>, PyramidError> {
        let mut state = self.state();
        if let PyramidState::Waiting = &*state {
            let begun = Pyramid::begin(&self.source, self.part.clone(), &self.path)?;
            *state = begun.map_or(PyramidState::Over, |pyramid| {
                PyramidState::Begun(Arc::new(pyramid))
            });
        }
        match &*state {
            PyramidState::Begun(pyramid) => Ok(Some(Arc::clone(pyramid))),
            _ => Ok(None),
        }
    }

    fn is_over(&self) -> bool {
        matches!(*self.state(), PyramidState::Over)
    }

    fn finish(&self, stop: &AtomicBool) -> Result<(), PyramidError> {
        if let Some(pyramid) = self.begun()? {
            pyramid.finish(Existing::Replaced, stop)?;
            *self.state() = PyramidState::Over;
        }
        Ok(())
    }
}

/// The pyramids of a scan.
pub struct Pyramids<'a> {
    wanted: BTreeMap<SourceId, Wanted>,
    folder: &'a Path,
    progress: &'a dyn Progress,
    stop: &'a AtomicBool,
}

impl<'a> Pyramids<'a> {
    /// Those that are lacking of the works on orthomosaics; none where all `is_scored`, or none are asked for.
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
                let wanted = Wanted {
                    source: work.imagery.clone(),
                    part,
                    path,
                    state: Mutex::new(PyramidState::Waiting),
                };
                (work.source, wanted)
            })
        };
        let are_asked_for = request.pyramids && !is_scored;
        let wanted: BTreeMap<SourceId, Wanted> = works
            .iter()
            .filter(|_| are_asked_for)
            .filter_map(wanted)
            .collect();
        for wanted in wanted.values() {
            clear(&wanted.path);
        }
        Self {
            wanted,
            folder: &request.out,
            progress,
            stop,
        }
    }

    /// Takes pixels that were decoded.
    pub fn decoded(&self, work: &Work, pixels: &Pixels) {
        let Some(wanted) = self.wanted.get(&work.source) else {
            return;
        };
        let added = wanted.begun().and_then(|pyramid| match pyramid {
            Some(pyramid) => pyramid.add(pixels),
            None => Ok(()),
        });
        self.settle(wanted, added);
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
        for wanted in self.wanted.values().filter(|wanted| wanted.is_over()) {
            // What stays takes room and nothing else: it names what it was made of.
            let _ = files::remove(&wanted.path);
        }
    }

    /// Gives up a pyramid that cannot be made, and says so once.
    fn settle(&self, wanted: &Wanted, outcome: Result<(), PyramidError>) {
        let why = match outcome {
            Ok(()) | Err(PyramidError::Stopped) => return,
            Err(why) => why,
        };
        // What it took of the disk is free again with it.
        if let PyramidState::Over = std::mem::replace(&mut *wanted.state(), PyramidState::Over) {
            return;
        }
        self.progress.notice(&PyramidError::BesideScan {
            raster: wanted.source.path().into(),
            why: Box::new(why),
        });
    }

    /// Makes those whole that are not yet.
    ///
    /// # Errors
    /// [`ScanError::Interrupted`].
    pub fn finish(&self) -> Result<(), ScanError> {
        let left: Vec<&Wanted> = self.wanted.values().filter(|w| !w.is_over()).collect();
        if !left.is_empty() {
            self.progress.stage(Stage::Pyramids {
                sources: left.len(),
            });
        }
        for wanted in left {
            self.settle(wanted, wanted.finish(self.stop));
            if self.stop.load(Ordering::Relaxed) {
                return Err(ScanError::Interrupted {
                    folder: self.folder.into(),
                });
            }
        }
        Ok(())
    }
}

/// Clears away what a killed run left half written beside a pyramid.
fn clear(path: &Path) {
    let entries = path
        .parent()
        .and_then(|folder| std::fs::read_dir(folder).ok());
    for entry in entries.into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            // What stays takes room and nothing else.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
