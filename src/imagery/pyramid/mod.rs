//! Pyramids: a quarter of an orthomosaic's resolution and less, from which maps are drawn at once and which stays when the
//! orthomosaic is put away; and one of all photos of a flight together.
//!
//! Pixels come in any order, decoded for another purpose as a rule, are averaged to cells on a `Canvas`, and go from
//! there into one file in the orthomosaic's own coordinate system. What did not come by is read. The file is the same in
//! whatever order the pixels came.

mod canvas;
mod error;
mod file;
mod mosaic;
mod reduce;

pub use error::PyramidError;
pub use mosaic::{PhotoPyramid, is_pyramid_of_photos};
pub(super) use reduce::{Cells, cells_across, pixels_of, reduce, touched_cells};

use super::Orthomosaic;
use super::fingerprint::fingerprint_bytes;
use super::header::Level;
use super::orthomosaic_reader::OrthomosaicReader;
use super::pixels::{PixelReader, Pixels};
use super::source::Source;
use crate::files::{Existing, FileError, Workshop, folder_of};
use crate::ground::{GeoTransform, Rect, Region};
use canvas::Canvas;
use gdal::Metadata;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How much coarser than the orthomosaic the finest level of a pyramid is.
const FINEST: f64 = 4.0;
/// The item of a file's metadata that tells what it is a pyramid of.
const MADE_OF: &str = "PAPAVER_PYRAMID";
/// The folder of pyramids, in a folder of results.
const FOLDER: &str = "pyramid";
/// Pixels that are read at once, where blocks allow.
const PIECE: u32 = 4_000_000;

/// The file of the pyramid of all photos of a scan.
const PHOTOS: &str = "photos.mosaic.tif";

/// Where the pyramid of all photos of a scan lies in a folder of results.
pub fn photos_pyramid_path(results: &Path) -> PathBuf {
    results.join(FOLDER).join(PHOTOS)
}

/// Where the pyramid of a source of this name lies in a folder of results.
pub fn pyramid_path(results: &Path, name: &str) -> PathBuf {
    let plain = name.replace(['/', '\\'], "-");
    let is_tif = plain.to_ascii_lowercase().ends_with(".tif");
    results
        .join(FOLDER)
        .join(if is_tif { plain } else { plain + ".tif" })
}

/// The ground of an orthomosaic that a pyramid shows.
#[derive(Debug, Clone)]
pub struct PyramidPart {
    /// The level that is read.
    pub level: Level,
    /// What is read of it.
    pub rects: Vec<Rect>,
    /// Whether that is all of it.
    pub is_whole: bool,
}

/// The coarsest level that is fine enough.
fn coarsest_level(source: &Source) -> Level {
    let fine_enough = |level: &&Level| {
        let (x, y) = source.reduction(level);
        x.max(y) <= FINEST
    };
    let level = source.levels().iter().rfind(fine_enough).copied();
    level.unwrap_or(source.full_level())
}

impl PyramidPart {
    /// All of an orthomosaic, read at the coarsest level that is fine enough.
    pub fn whole(source: &Source) -> Self {
        let level = coarsest_level(source);
        Self {
            rects: pieces(level),
            level,
            is_whole: true,
        }
    }

    /// What tells pyramids of other parts from it.
    fn name(&self) -> String {
        if self.is_whole {
            return "whole".into();
        }
        fingerprint_bytes(&[format!("{:?}", self.rects).as_bytes()]).0
    }

    /// Pixels of the level along the side of a cell.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and 4"
    )]
    fn factor(&self, source: &Source) -> u32 {
        let (x, y) = source.reduction(&self.level);
        (FINEST / x.max(y)).round().clamp(1.0, FINEST) as u32
    }
}

/// A level in pieces of whole blocks.
fn pieces(level: Level) -> Vec<Rect> {
    let (bw, bh) = level.block;
    let across = if bw >= level.width {
        level.width
    } else {
        bw * (2048 / bw).max(1)
    };
    let down = bh * (PIECE / across.max(1) / bh).max(1);
    let rows = (0..level.height).step_by(down as usize);
    rows.flat_map(|y0| {
        let columns = (0..level.width).step_by(across as usize);
        columns.map(move |x0| Rect {
            x0,
            y0,
            x1: (x0 + across).min(level.width),
            y1: y0.saturating_add(down).min(level.height),
        })
    })
    .collect()
}

/// Whether a file is the pyramid of a source, and shows as much of it or all.
pub fn is_pyramid_of(path: &Path, source: &Source, part: &PyramidPart) -> bool {
    let Some(made_of) = made_of(path) else {
        return false;
    };
    let fits = |part: &str| made_of == label(source, part);
    fits("whole") || fits(&part.name())
}

/// What a pyramid's file says that it is a pyramid of.
fn made_of(path: &Path) -> Option<String> {
    let of = |dataset: gdal::Dataset| dataset.metadata_item(MADE_OF, "");
    path.is_file()
        .then(|| gdal::Dataset::open(path).ok().and_then(of))
        .flatten()
}

/// Whether a file that lies in a folder of pyramids is one: it is no imagery of its own.
pub(super) fn is_any_pyramid(path: &Path) -> bool {
    let lies_there = path
        .parent()
        .and_then(Path::file_name)
        .is_some_and(|name| name == FOLDER);
    let is_one = |dataset: gdal::Dataset| dataset.metadata_item(MADE_OF, "").is_some();
    lies_there && gdal::Dataset::open(path).is_ok_and(is_one)
}

fn label(source: &Source, part: &str) -> String {
    format!("{} {part}", source.fingerprint().0)
}

/// A pyramid while it is made.
pub struct Pyramid {
    source: Source,
    orthomosaic: Arc<Orthomosaic>,
    part: PyramidPart,
    factor: u32,
    canvas: Canvas,
    path: PathBuf,
}

impl Pyramid {
    /// Begins the pyramid of a part of an orthomosaic, which will have this name. `None` for a photo.
    ///
    /// # Errors
    /// [`PyramidError::Unwritable`], [`PyramidError::File`].
    pub fn begin(
        source: &Source,
        part: PyramidPart,
        path: &Path,
    ) -> Result<Option<Self>, PyramidError> {
        let Source::Orthomosaic(orthomosaic) = source else {
            return Ok(None);
        };
        let factor = part.factor(source);
        let size = (
            cells_across(part.level.width, factor),
            cells_across(part.level.height, factor),
        );
        let folder = folder_of(path);
        std::fs::create_dir_all(&folder).map_err(FileError::of(&folder))?;
        let canvas = Canvas::new(&folder, size).map_err(PyramidError::of_io(path))?;
        Ok(Some(Self {
            orthomosaic: Arc::clone(orthomosaic),
            source: source.clone(),
            factor,
            canvas,
            path: path.into(),
            part,
        }))
    }

    /// Takes pixels of the level.
    ///
    /// # Errors
    /// [`PyramidError::Unwritable`].
    pub fn add(&self, pixels: &Pixels) -> Result<(), PyramidError> {
        let cells = reduce(pixels, self.factor, self.size());
        self.canvas
            .put(&cells)
            .map_err(PyramidError::of_io(&self.path))
    }

    /// Reads what did not come by, and writes the file.
    ///
    /// # Errors
    /// See [`PyramidError`].
    pub fn finish(&self, existing: Existing, stop: &AtomicBool) -> Result<(), PyramidError> {
        self.fill(stop)?;
        let (x, y) = self.source.reduction(&self.part.level);
        let side = f64::from(self.factor);
        let transform = scaled(self.source.transform(), x * side, y * side);
        let label = file::PyramidLabel {
            crs: self.source.crs(),
            transform: transform.unwrap_or(*self.source.transform()),
            made_of: (MADE_OF, &label(&self.source, &self.part.name())),
        };
        let workshop = Workshop::beside(&self.path, existing)?;
        let made = workshop.path("pyramid.tif");
        file::write(&self.canvas, &made, &label, &|| {
            stop.load(Ordering::Relaxed)
        })?;
        Ok(workshop.give("pyramid.tif", &self.path, existing)?)
    }

    fn size(&self) -> (u32, u32) {
        (self.part.level.width, self.part.level.height)
    }

    /// Reads what is not on the canvas yet of the part, piece by piece on all cores.
    fn fill(&self, stop: &AtomicBool) -> Result<(), PyramidError> {
        let known = self.canvas.known();
        let unknown = |rect: &Rect| {
            let cells = touched_cells(*rect, self.factor);
            Region::from_rects([cells]).difference(&known.within(cells))
        };
        let open = || OrthomosaicReader::open(Arc::clone(&self.orthomosaic), self.part.level);
        self.part.rects.par_iter().try_for_each_init(
            || (None, None),
            |(reader, spare), rect| {
                for cells in unknown(rect).rects() {
                    if stop.load(Ordering::Relaxed) {
                        return Err(PyramidError::Stopped);
                    }
                    let reader = match reader {
                        Some(reader) => reader,
                        None => reader.insert(open()?),
                    };
                    let pixels = reader.read(pixels_of(cells, self.factor, self.size()), spare);
                    self.add(&pixels)?;
                    *spare = Some(pixels).filter(|pixels| !pixels.is_empty());
                }
                Ok(())
            },
        )
    }
}

/// A grid of pixels so many times as large.
fn scaled(transform: &GeoTransform, x: f64, y: f64) -> Option<GeoTransform> {
    let g = transform.coefficients();
    GeoTransform::new([g[0], g[1] * x, g[2] * y, g[3], g[4] * x, g[5] * y])
}

#[cfg(test)]
mod tests;
