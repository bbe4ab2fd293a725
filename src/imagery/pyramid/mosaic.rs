//! The pyramid of photos: all of a flight laid on the ground as a scan laid them, a quarter of their resolution and less.
//! Each cell shows the photo that looks down on it most steeply, of those that show it.
//!
//! Like an orthomosaic's, it is made of pixels that are decoded for another purpose, in any order, and is the same in each.

use super::canvas::{BAND, Banded};
use super::error::PyramidError;
use super::file;
use super::reduce::{Cells, DATA, reduce};
use super::{FINEST, MADE_OF};
use crate::files::{Existing, FileError, Workshop, folder_of};
use crate::ground::{
    Crs, CrsPoint, GeoTransform, LocalPlane, LonLat, PixelPoint, PlanePoint, Rect, corners_around,
};
use crate::imagery::fingerprint::fingerprint_bytes;
use crate::imagery::photo::Nadir;
use crate::imagery::pixels::Pixels;
use crate::imagery::source::Source;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Columns and rows of a mosaic at most: photos that lie farther apart have larger cells.
const MOST: f64 = 65_536.0;
/// Bytes of a cell: its rank, and its colour.
const CELL: usize = 12;

/// Where the cells of a mosaic lie: from the north-west, in degrees, square on the ground in its middle.
#[derive(Debug, Clone, Copy)]
struct MosaicGrid {
    transform: GeoTransform,
    size: (u32, u32),
    cell_cm: f64,
}

impl MosaicGrid {
    /// The grid of photos; `None` where there are none.
    fn of(photos: &[Source]) -> Option<Self> {
        let (low, high) = corners_around(photos.iter().flat_map(corners))?;
        let middle = LonLat::new(
            f64::midpoint(low.lon, high.lon),
            f64::midpoint(low.lat, high.lat),
        );
        let plane = LocalPlane::at(middle);
        let (a, b) = (plane.to_plane(low), plane.to_plane(high));
        let finest_cm = photos.iter().map(|photo| photo.gsd().mean_cm());
        let mut cell_cm = FINEST * finest_cm.fold(f64::INFINITY, f64::min);
        while (b.x - a.x).max(b.y - a.y) * 100.0 / cell_cm > MOST {
            cell_cm *= 2.0;
        }
        let side_m = cell_cm / 100.0;
        let one = plane.to_lonlat(PlanePoint {
            x: side_m,
            y: side_m,
        });
        let (across, down) = (one.lon - middle.lon, one.lat - middle.lat);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most 65,536"
        )]
        let count = |metres: f64| ((metres / side_m).ceil().max(1.0)) as u32;
        Some(Self {
            transform: GeoTransform::new([low.lon, across, 0.0, high.lat, 0.0, -down])?,
            size: (count(b.x - a.x), count(b.y - a.y)),
            cell_cm,
        })
    }

    /// The place of the middle of a cell.
    fn place(&self, x: u32, y: u32) -> LonLat {
        let at = self.transform.apply(PixelPoint {
            x: f64::from(x) + 0.5,
            y: f64::from(y) + 0.5,
        });
        LonLat::new(at.x, at.y)
    }

    /// The cells about a photo.
    fn around(&self, photo: &Source) -> Rect {
        let cells = corners(photo).map(|at| {
            self.transform.invert(CrsPoint {
                x: at.lon,
                y: at.lat,
            })
        });
        let (mut low, mut high) = (cells[0], cells[0]);
        for at in cells {
            (low.x, low.y) = (low.x.min(at.x), low.y.min(at.y));
            (high.x, high.y) = (high.x.max(at.x), high.y.max(at.y));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the grid"
        )]
        let clip = |v: f64, to: u32| v.clamp(0.0, f64::from(to)) as u32;
        Rect {
            x0: clip(low.x.floor(), self.size.0),
            y0: clip(low.y.floor(), self.size.1),
            x1: clip(high.x.ceil(), self.size.0),
            y1: clip(high.y.ceil(), self.size.1),
        }
    }
}

/// The corners of a photo's grid.
fn corners(photo: &Source) -> [LonLat; 4] {
    let (width, height) = photo.size();
    let (right, bottom) = (f64::from(width), f64::from(height));
    [(0.0, 0.0), (right, 0.0), (0.0, bottom), (right, bottom)].map(|(x, y)| {
        let at = photo.transform().apply(PixelPoint { x, y });
        LonLat::new(at.x, at.y)
    })
}

/// The mosaic's cells on the disk, in a file without a name.
struct RankedCells {
    size: (u32, u32),
    kept: Mutex<RankFile>,
}

struct RankFile {
    file: File,
    /// The bands in which anything has data.
    bands: BTreeSet<u32>,
}

/// What a photo shows of a cell: the lowest stays. Zero is none.
type CellRank = u64;

/// The rank of a photo for a cell: its slant, then its number.
fn rank(slant: f64, number: usize) -> CellRank {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "six digits of a slant are enough"
    )]
    let slant = slant as f32;
    let number = u64::try_from(number).unwrap_or(u64::MAX).min(0xffff_fffe);
    (u64::from(slant.to_bits()) << 32) | (number + 1)
}

impl RankedCells {
    /// What is not written takes no room, and reads as zeros: without data.
    fn new(folder: &Path, size: (u32, u32)) -> io::Result<Self> {
        let file = tempfile::tempfile_in(folder)?;
        file.set_len(u64::from(size.0) * u64::from(size.1) * CELL as u64)?;
        let bands = BTreeSet::new();
        Ok(Self {
            size,
            kept: Mutex::new(RankFile { file, bands }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, RankFile> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, kept: &mut RankFile, (x, y): (u32, u32), cells: &mut [u8]) -> io::Result<()> {
        self.seek(kept, x, y)?;
        kept.file.read_exact(cells)
    }

    fn seek(&self, kept: &mut RankFile, x: u32, y: u32) -> io::Result<u64> {
        let cell = u64::from(y) * u64::from(self.size.0) + u64::from(x);
        kept.file.seek(SeekFrom::Start(cell * CELL as u64))
    }

    /// Takes what a photo shows of a row of cells.
    fn put(&self, x: u32, y: u32, shown: &[Option<(CellRank, [u8; 3])>]) -> io::Result<()> {
        if shown.iter().all(Option::is_none) {
            return Ok(());
        }
        let mut kept = self.lock();
        let mut cells = vec![0; shown.len() * CELL];
        self.read(&mut kept, (x, y), &mut cells)?;
        for (cell, shown) in cells.chunks_exact_mut(CELL).zip(shown) {
            let before = cell
                .first_chunk()
                .map_or(0, |rank| CellRank::from_le_bytes(*rank));
            if let Some((rank, colour)) = shown
                && (before == 0 || *rank < before)
            {
                cell[..8].copy_from_slice(&rank.to_le_bytes());
                cell[8..11].copy_from_slice(colour);
                cell[11] = DATA;
            }
        }
        self.seek(&mut kept, x, y)?;
        kept.file.write_all(&cells)?;
        kept.bands.insert(y / BAND);
        Ok(())
    }
}

impl Banded for RankedCells {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn band(&self, number: u32) -> io::Result<Option<Vec<u8>>> {
        let (from, to) = (number * BAND, ((number + 1) * BAND).min(self.size.1));
        let mut kept = self.lock();
        if !kept.bands.contains(&number) {
            return Ok(None);
        }
        let mut row = vec![0; self.size.0 as usize * CELL];
        let mut rgba = Vec::with_capacity((to - from) as usize * self.size.0 as usize * 4);
        for y in from..to {
            self.read(&mut kept, (0, y), &mut row)?;
            rgba.extend(row.chunks_exact(CELL).flat_map(|cell| &cell[8..]));
        }
        Ok(Some(rgba))
    }
}

/// The pyramid of photos while it is made.
pub struct PhotoPyramid {
    photos: Vec<Source>,
    nadirs: Vec<Nadir>,
    grid: MosaicGrid,
    ranked: RankedCells,
    came: Mutex<BTreeSet<usize>>,
    path: PathBuf,
}

impl PhotoPyramid {
    /// Begins the pyramid of photos, which will have this name; `None` where there are none.
    ///
    /// # Errors
    /// [`PyramidError::Unwritable`], [`PyramidError::File`].
    pub fn begin(photos: Vec<Source>, path: &Path) -> Result<Option<Self>, PyramidError> {
        let nadir = |source: &Source| source.as_photo().map(|photo| photo.photo().nadir());
        let nadirs: Option<Vec<Nadir>> = photos.iter().map(nadir).collect();
        let Some((grid, nadirs)) = MosaicGrid::of(&photos).zip(nadirs) else {
            return Ok(None);
        };
        let folder = folder_of(path);
        std::fs::create_dir_all(&folder).map_err(FileError::of(&folder))?;
        Ok(Some(Self {
            ranked: RankedCells::new(&folder, grid.size).map_err(PyramidError::of_io(path))?,
            nadirs,
            grid,
            photos,
            came: Mutex::default(),
            path: path.into(),
        }))
    }

    /// Takes the pixels of a photo, by its number. Of less than all of it nothing is taken.
    ///
    /// # Errors
    /// [`PyramidError::Unwritable`].
    pub fn add(&self, number: usize, pixels: &Pixels) -> Result<(), PyramidError> {
        let photo = &self.photos[number];
        if pixels.rect != Rect::of_size(photo.size()) {
            return Ok(());
        }
        if !pixels.is_empty() {
            self.lay(number, pixels)
                .map_err(PyramidError::of_io(&self.path))?;
        }
        self.came().insert(number);
        Ok(())
    }

    fn came(&self) -> MutexGuard<'_, BTreeSet<usize>> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lays what a photo shows on the cells.
    fn lay(&self, number: usize, pixels: &Pixels) -> io::Result<()> {
        let (photo, nadir) = (&self.photos[number], &self.nadirs[number]);
        let size = photo.size();
        let factor = factor(self.grid.cell_cm / photo.gsd().mean_cm());
        let cells = reduce(pixels, factor, size);
        let around = self.grid.around(photo);
        for y in around.y0..around.y1 {
            let shown = |x: u32| {
                let at = self.grid.place(x, y);
                let colour = colour(&cells, photo, factor, at)?;
                Some((rank(nadir.slant(at), number), colour))
            };
            let row: Vec<_> = (around.x0..around.x1).map(shown).collect();
            self.ranked.put(around.x0, y, &row)?;
        }
        Ok(())
    }

    /// Decodes the photos that did not come by, and writes the file. Photos that are of no use are not in it.
    ///
    /// # Errors
    /// See [`PyramidError`].
    pub fn finish(&self, existing: Existing, stop: &AtomicBool) -> Result<(), PyramidError> {
        let came = self.came().clone();
        let left = (0..self.photos.len()).filter(|number| !came.contains(number));
        let left: Vec<usize> = left.collect();
        left.par_iter().try_for_each(|number| {
            if stop.load(Ordering::Relaxed) {
                return Err(PyramidError::Stopped);
            }
            let photo = &self.photos[*number];
            let Ok(reader) = photo.open(photo.full_level()) else {
                return Ok(());
            };
            self.add(
                *number,
                &reader.read(Rect::of_size(photo.size()), &mut None),
            )
        })?;
        let crs = Crs::wgs84().map_err(|e| PyramidError::Unwritable {
            path: self.path.clone(),
            reason: e.to_string(),
        })?;
        let label = file::PyramidLabel {
            crs: &crs,
            transform: self.grid.transform,
            made_of: (MADE_OF, &label(&self.photos)),
        };
        let workshop = Workshop::beside(&self.path, existing)?;
        let made = workshop.path("pyramid.tif");
        file::write(&self.ranked, &made, &label, &|| {
            stop.load(Ordering::Relaxed)
        })?;
        Ok(workshop.give("pyramid.tif", &self.path, existing)?)
    }
}

/// Pixels along the side of what is averaged of a photo.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at least one, and no photo is that large"
)]
fn factor(scale: f64) -> u32 {
    scale.round().clamp(1.0, 1e6) as u32
}

/// The colour that a photo shows of a place.
fn colour(cells: &Cells, photo: &Source, factor: u32, at: LonLat) -> Option<[u8; 3]> {
    let LonLat { lon: x, lat: y } = at;
    let at = photo.transform().invert(CrsPoint { x, y });
    let (width, height) = photo.size();
    let is_inside =
        at.x >= 0.0 && at.y >= 0.0 && at.x < f64::from(width) && at.y < f64::from(height);
    let [x, y] = [at.x, at.y].map(|v| v / f64::from(factor) - 0.5);
    is_inside.then(|| cells.colour(x, y)).flatten()
}

/// Whether a file is the pyramid of these photos.
pub fn is_pyramid_of_photos(path: &Path, photos: &[Source]) -> bool {
    super::made_of(path).is_some_and(|of| of == label(photos))
}

fn label(photos: &[Source]) -> String {
    let names: Vec<&[u8]> = photos
        .iter()
        .map(|photo| photo.fingerprint().0.as_bytes())
        .collect();
    format!("{} photos", fingerprint_bytes(&names).0)
}
