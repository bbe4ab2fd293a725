//! Pictures of parts of a source, as large or small as they are wanted.
//!
//! What a picture shows much smaller than it is gets averaged to cells of 2, 4, 8… pixels first, square by square of the
//! source's own grid. The squares are kept for the next picture, which mostly lies near the one before: where candidates stand
//! close together, each square is decoded about once and not once a candidate. A cell is the same whatever was asked before.

use super::header::Level;
use super::pixels::{PixelReader, Pixels};
use super::pyramid::{Cells, pixels_of, reduce, touched_cells};
use super::source::Source;
use crate::ground::Rect;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{Rgb, RgbImage};
use std::cell::OnceCell;
use std::collections::HashMap;

/// Pixels along a side of a square that is averaged and kept.
const SQUARE: u32 = 512;
/// Bytes of cells that are kept at most, besides those of the picture at hand.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// An open source that pictures are made of. It belongs to one thread.
pub struct PictureReader {
    source: Source,
    /// Each level as it was opened; to open a photo is to decode it.
    readers: Vec<OnceCell<Option<Box<dyn PixelReader>>>>,
    kept: KeptSquares,
}

impl PictureReader {
    /// Nothing is opened yet.
    pub fn new(source: &Source) -> Self {
        Self {
            source: source.clone(),
            readers: source.levels().iter().map(|_| OnceCell::new()).collect(),
            kept: KeptSquares::default(),
        }
    }

    /// The pixels of `rect`, at full resolution, as `width` by `height`; what has no data or cannot be
    /// read is black. `None` where the source cannot be opened any more.
    pub fn picture(&mut self, rect: Rect, (width, height): (u32, u32)) -> Option<RgbImage> {
        let (level, factor) = self.reduction(rect, (width, height));
        let grid = self.source.levels()[level];
        let wanted = Part::of(rect).in_larger(self.source.reduction(&grid));
        let cells = touched_cells(wanted.touched(&grid), factor);
        let all = match factor {
            1 => picture_of(&self.pixels(level, cells)?),
            _ => self.reduced(level, factor, cells)?,
        };
        let by = f64::from(factor);
        let at = wanted.in_larger((by, by)).within(cells);
        Some(resized_part(&all, at, (width, height)))
    }

    /// The level to read, and how many of its pixels make a cell: no picture is made of fewer cells than it has pixels. A
    /// photo is not averaged first, as its pictures are cut from it while it is scanned.
    fn reduction(&self, rect: Rect, (width, height): (u32, u32)) -> (usize, u32) {
        if self.source.as_photo().is_some() {
            return (0, 1);
        }
        let across = f64::from(rect.x1 - rect.x0) / f64::from(width.max(1));
        let down = f64::from(rect.y1 - rect.y0) / f64::from(height.max(1));
        let least = across.min(down);
        let levels = self.source.levels();
        let of = |level: &Level| {
            let (fx, fy) = self.source.reduction(level);
            fx.max(fy)
        };
        let coarsest = (levels.iter().enumerate().skip(1))
            .filter(|(_, level)| of(level) <= least)
            .max_by(|(_, a), (_, b)| of(a).total_cmp(&of(b)))
            .map_or(0, |(number, _)| number);
        let left = least / of(&levels[coarsest]);
        let factors = std::iter::successors(Some(1_u32), |f| f.checked_mul(2));
        let factor = factors.take_while(|f| f64::from(*f) <= left).last();
        (coarsest, factor.unwrap_or(1).min(SQUARE))
    }

    fn reader(&self, level: usize) -> Option<&dyn PixelReader> {
        let source = &self.source;
        let open = || source.open(source.levels()[level]).ok();
        self.readers[level].get_or_init(open).as_deref()
    }

    fn pixels(&self, level: usize, rect: Rect) -> Option<Pixels> {
        Some(self.reader(level)?.read(rect, &mut None))
    }

    /// Cells of a level, put together out of the squares that are kept and those that are read for them.
    fn reduced(&mut self, level: usize, factor: u32, cells: Rect) -> Option<RgbImage> {
        let grid = self.source.levels()[level];
        let size = (grid.width, grid.height);
        let a_side = SQUARE / factor;
        let squares = touched_cells(cells, a_side);
        self.kept.forget_beyond(MOST_BYTES);
        let mut picture = RgbImage::new(cells.x1 - cells.x0, cells.y1 - cells.y0);
        for y in squares.y0..squares.y1 {
            let missing = |x: &u32| !self.kept.holds((level, factor, *x, y));
            let missing: Vec<u32> = (squares.x0..squares.x1).filter(missing).collect();
            // Side by side they are read at once: where a file's blocks are rows, each is decoded once.
            for run in missing.chunk_by(|a, b| a + 1 == *b) {
                let of_run = Rect {
                    x0: run[0] * a_side,
                    y0: y * a_side,
                    x1: (run[0] * a_side).saturating_add(u32::try_from(run.len()).ok()? * a_side),
                    y1: (y + 1) * a_side,
                };
                let pixels = self.pixels(level, pixels_of(of_run, factor, size))?;
                let all = reduce(&pixels, factor, size);
                for x in run {
                    let square = square_of(&all, *x, a_side);
                    self.kept.keep((level, factor, *x, y), square);
                }
            }
            for x in squares.x0..squares.x1 {
                if let Some(square) = self.kept.get((level, factor, x, y)) {
                    lay(square, cells, &mut picture);
                }
            }
        }
        Some(picture)
    }
}

/// A part of a grid, in its pixels.
#[derive(Debug, Clone, Copy)]
struct Part {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Part {
    /// All of a rectangle.
    fn of(rect: Rect) -> Self {
        Self {
            x: f64::from(rect.x0),
            y: f64::from(rect.y0),
            width: f64::from(rect.x1 - rect.x0),
            height: f64::from(rect.y1 - rect.y0),
        }
    }

    /// The same in a grid whose pixels take so many columns and rows of this one.
    fn in_larger(self, (across, down): (f64, f64)) -> Self {
        Self {
            x: self.x / across,
            y: self.y / down,
            width: self.width / across,
            height: self.height / down,
        }
    }

    /// The same, from the corner of what is held of its grid.
    fn within(self, held: Rect) -> Self {
        Self {
            x: (self.x - f64::from(held.x0)).max(0.0),
            y: (self.y - f64::from(held.y0)).max(0.0),
            ..self
        }
    }

    /// The pixels of a level that it touches.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the level"
    )]
    fn touched(self, level: &Level) -> Rect {
        // What an overview's rounded size makes of whole numbers does not touch one more.
        const SLACK: f64 = 1e-6;
        let clamped = |v: f64, least: u32, most: u32| v.clamp(f64::from(least), f64::from(most));
        let x0 = clamped((self.x + SLACK).floor(), 0, level.width - 1) as u32;
        let y0 = clamped((self.y + SLACK).floor(), 0, level.height - 1) as u32;
        let (right, below) = (self.x + self.width - SLACK, self.y + self.height - SLACK);
        Rect {
            x0,
            y0,
            x1: clamped(right.ceil(), x0 + 1, level.width) as u32,
            y1: clamped(below.ceil(), y0 + 1, level.height) as u32,
        }
    }
}

/// A level, its factor, and the column and row of a square.
type SquareKey = (usize, u32, u32, u32);

/// Squares of cells, of which the one that was used longest ago goes first.
#[derive(Default)]
struct KeptSquares {
    squares: HashMap<SquareKey, (Cells, u64)>,
    bytes: usize,
    uses: u64,
}

impl KeptSquares {
    fn holds(&self, key: SquareKey) -> bool {
        self.squares.contains_key(&key)
    }

    fn get(&mut self, key: SquareKey) -> Option<&Cells> {
        self.uses += 1;
        let (cells, used) = self.squares.get_mut(&key)?;
        *used = self.uses;
        Some(cells)
    }

    fn keep(&mut self, key: SquareKey, cells: Cells) {
        self.uses += 1;
        self.bytes += cells.rgba.len();
        self.squares.insert(key, (cells, self.uses));
    }

    fn forget_beyond(&mut self, most: usize) {
        while self.bytes > most
            && let Some(key) = self.oldest()
        {
            let gone = self.squares.remove(&key);
            self.bytes -= gone.map_or(0, |(cells, _)| cells.rgba.len());
        }
    }

    /// The one that nobody has asked for the longest.
    fn oldest(&self) -> Option<SquareKey> {
        let oldest = self.squares.iter().min_by_key(|(_, (_, used))| *used);
        oldest.map(|(key, _)| *key)
    }
}

/// One square out of a run of them, side by side.
fn square_of(run: &Cells, column: u32, a_side: u32) -> Cells {
    let rect = Rect {
        x0: column * a_side,
        x1: ((column + 1) * a_side).min(run.rect.x1),
        ..run.rect
    };
    let across = (run.rect.x1 - run.rect.x0) as usize * 4;
    let columns = (rect.x0 - run.rect.x0) as usize * 4..(rect.x1 - run.rect.x0) as usize * 4;
    let rows = run.rgba.chunks_exact(across.max(4));
    Cells {
        rect,
        rgba: rows
            .flat_map(|row| &row[columns.clone()])
            .copied()
            .collect(),
    }
}

/// Lays what a square holds of some cells into their picture.
fn lay(square: &Cells, cells: Rect, picture: &mut RgbImage) {
    let r = square.rect;
    let (x0, x1) = (r.x0.max(cells.x0), r.x1.min(cells.x1));
    let across = (r.x1 - r.x0) as usize;
    let wide = (cells.x1 - cells.x0) as usize;
    let samples: &mut [u8] = picture;
    for y in r.y0.max(cells.y0)..r.y1.min(cells.y1) {
        let from = (y - r.y0) as usize * across + x0.saturating_sub(r.x0) as usize;
        let to = (y - cells.y0) as usize * wide + x0.saturating_sub(cells.x0) as usize;
        let count = x1.saturating_sub(x0) as usize;
        let source = square.rgba[from * 4..(from + count) * 4].chunks_exact(4);
        let target = samples[to * 3..(to + count) * 3].chunks_exact_mut(3);
        for (cell, pixel) in source.zip(target) {
            pixel.copy_from_slice(&cell[..3]);
        }
    }
}

fn picture_of(pixels: &Pixels) -> RgbImage {
    let r = pixels.rect;
    let mut picture = RgbImage::new(r.x1 - r.x0, r.y1 - r.y0);
    let [red, green, blue] = &pixels.colours;
    let rgb = red.iter().zip(green).zip(blue);
    for (pixel, ((r, g), b)) in picture.pixels_mut().zip(rgb) {
        *pixel = Rgb([*r, *g, *b]);
    }
    picture
}

/// A picture made as large or as small as another.
pub fn resized(all: &RgbImage, width: u32, height: u32) -> RgbImage {
    let whole = Rect::of_size((all.width(), all.height()));
    resized_part(all, Part::of(whole), (width, height))
}

fn resized_part(all: &RgbImage, part: Part, (width, height): (u32, u32)) -> RgbImage {
    let is_whole = part.x == 0.0 && part.y == 0.0;
    let is_as_large = (part.width, part.height) == (f64::from(width), f64::from(height));
    if is_whole && is_as_large && all.dimensions() == (width, height) {
        return all.clone();
    }
    let filter = if part.width > f64::from(width) {
        FilterType::Bilinear
    } else {
        FilterType::CatmullRom
    };
    let most = |from: f64, length: f64, size: u32| length.min(f64::from(size) - from);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .crop(
            part.x,
            part.y,
            most(part.x, part.width, all.width()),
            most(part.y, part.height, all.height()),
        );
    let mut picture = TypedImage::<U8x3>::new(width, height);
    if let Ok(source) = TypedImageRef::<U8x3>::from_buffer(all.width(), all.height(), all) {
        // Fails only for an image without pixels, which stays black.
        let _ = Resizer::new().resize_typed(&source, &mut picture, &options);
    }
    RgbImage::from_fn(width, height, |x, y| {
        Rgb(picture.pixels()[(y * width + x) as usize].0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imagery::fixture::{opened, raster};
    use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
    use std::path::Path;

    fn made(folder: &Path, options: &[&str]) -> Source {
        let path = folder.join("a.tif");
        raster(&path, (2501, 1403), options, |x, y| x + y < 900);
        opened(&path)
    }

    fn rect(x0: u32, y0: u32, x1: u32, y1: u32) -> Rect {
        Rect { x0, y0, x1, y1 }
    }

    /// How far a picture is from what the raster holds in the middle of each of its pixels, at worst; away from edges.
    fn worst(picture: &RgbImage, shown: Rect) -> i32 {
        let (across, down) = (
            f64::from(shown.x1 - shown.x0) / f64::from(picture.width()),
            f64::from(shown.y1 - shown.y0) / f64::from(picture.height()),
        );
        let at = |from: u32, by: f64, n: u32| (f64::from(from) + (f64::from(n) + 0.5) * by) / 8.0;
        let off = |(x, y, pixel): (u32, u32, &Rgb<u8>)| {
            let red = 40 + at(shown.x0, across, x) as i32 % 200 - i32::from(pixel[0]);
            let green = 40 + at(shown.y0, down, y) as i32 % 200 - i32::from(pixel[1]);
            red.abs().max(green.abs())
        };
        picture
            .enumerate_pixels()
            .map(off)
            .max()
            .unwrap_or(i32::MAX)
    }

    #[test]
    fn it_shows_the_ground_of_its_window_at_any_size() {
        let folder = tempfile::tempdir().expect("folder");
        let source = made(folder.path(), &["TILED=YES"]);
        let mut reader = PictureReader::new(&source);
        // The raster's ramps begin anew at 1600: not across these windows.
        for (shown, size) in [
            (rect(700, 701, 1501, 1299), (801, 598)),
            (rect(700, 701, 1501, 1299), (267, 199)),
            (rect(650, 433, 1599, 1403), (111, 113)),
            (rect(903, 641, 1003, 741), (256, 256)),
            (rect(1601, 3, 2501, 1403), (41, 64)),
        ] {
            let picture = reader.picture(shown, size).expect("picture");
            assert_eq!(picture.dimensions(), size);
            assert!(
                worst(&picture, shown) <= 2,
                "{shown:?}: {}",
                worst(&picture, shown)
            );
        }
    }

    #[test]
    fn it_is_the_same_whatever_was_read_before() {
        let folder = tempfile::tempdir().expect("folder");
        for options in [&["TILED=YES"][..], &["COMPRESS=DEFLATE"]] {
            let source = made(folder.path(), options);
            let shown = rect(333, 401, 1435, 1377);
            let alone = PictureReader::new(&source).picture(shown, (200, 177));
            let mut reader = PictureReader::new(&source);
            for other in [
                rect(0, 0, 900, 900),
                rect(600, 900, 2000, 1403),
                rect(100, 300, 1100, 1300),
            ] {
                assert!(reader.picture(other, (200, 200)).is_some());
                reader.kept.forget_beyond(400_000);
            }
            assert!(alone.is_some());
            assert_eq!(reader.picture(shown, (200, 177)), alone, "{options:?}");
        }
    }

    #[test]
    fn overviews_spare_the_full_resolution_and_show_the_same() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.tif");
        drop(made(folder.path(), &["TILED=YES"]));
        let options = DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_UPDATE,
            ..DatasetOptions::default()
        };
        let mut raster = Dataset::open_ex(&path, options).expect("opened");
        raster
            .build_overviews("AVERAGE", &[2, 4, 8], &[])
            .expect("built");
        raster.close().expect("closed");
        let source = opened(&path);
        let shown = rect(700, 300, 1598, 1310);
        let mut reader = PictureReader::new(&source);
        let picture = reader.picture(shown, (80, 90)).expect("picture");
        assert!(worst(&picture, shown) <= 3, "{}", worst(&picture, shown));
        let opened: Vec<bool> = reader.readers.iter().map(|r| r.get().is_some()).collect();
        assert_eq!(opened, [false, false, false, true]);
    }

    #[test]
    fn it_is_black_where_nothing_has_data() {
        let folder = tempfile::tempdir().expect("folder");
        let source = made(folder.path(), &[]);
        let mut reader = PictureReader::new(&source);
        for side in [400, 100] {
            let picture = reader.picture(rect(0, 0, side, side), (100, 100));
            assert_eq!(picture, Some(RgbImage::new(100, 100)));
        }
    }
}
