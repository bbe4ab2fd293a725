//! Pixels out of a raster: a block-aligned rectangle at a time, decoded once, as RGB with what is wrong with each pixel.

use super::bands::{Colours, NoData};
use super::photo::Rectified;
use super::raster::{Level, Raster, open};
use super::raster_error::RasterError;
use crate::ground::{Rect, Region};
use gdal::raster::{GdalType, RasterBand, ResampleAlg};
use gdal::{Dataset, Metadata};
use image::RgbImage;
use std::borrow::Cow;

/// Largest value of all three colours that counts as black in a collar, and its mirror for white. Lossy compression
/// leaves a little noise in a collar.
const NEAR: u8 = 4;

/// Rows that are read at a time where blocks are lower than that.
const LEAST_ROWS: u32 = 32;

/// Why a pixel is not searched; the values are those in [`Pixels::why`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Why {
    /// It is searched.
    Searched = 0,
    /// The raster has no data there.
    NoData = 1,
    /// It could not be read.
    Unreadable = 2,
    /// Black or white: a collar where it is connected to the raster's edge, ground otherwise.
    Blank = 3,
}

/// A rectangle of pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Where, in the level's pixels.
    pub rect: Rect,
    /// The red, the green and the blue of each pixel, row by row; all empty where no pixel has data. Pixels without data
    /// are black.
    pub colours: [Vec<u8>; 3],
    /// The [`Why`] of each pixel; `None` where all are [`Why::Searched`].
    pub why: Option<Vec<u8>>,
}

impl Pixels {
    /// A rectangle without data, for which nothing is decoded.
    fn without_data(rect: Rect) -> Self {
        Self {
            rect,
            colours: [Vec::new(), Vec::new(), Vec::new()],
            why: None,
        }
    }

    /// Whether no pixel has data.
    pub fn is_empty(&self) -> bool {
        self.colours[0].is_empty()
    }

    /// The pixels of one kind.
    pub fn region(&self, kind: Why) -> Region {
        if self.is_empty() {
            return if kind == Why::NoData {
                Region::from_rects([self.rect])
            } else {
                Region::default()
            };
        }
        let Some(why) = &self.why else {
            return if kind == Why::Searched {
                Region::from_rects([self.rect])
            } else {
                Region::default()
            };
        };
        let width = (self.rect.x1 - self.rect.x0) as usize;
        let rows = why.chunks_exact(width).zip(self.rect.y0..);
        Region::from_rows(rows.map(|(row, y)| (y, runs_of(row, kind as u8, self.rect.x0))))
    }
}

/// A rectangle of a rectified photo. Outside its frame there is no data.
fn from_photo(flat: &Rectified, usable: bool, rect: Rect, spare: Option<Pixels>) -> Pixels {
    let width = flat.grid.width as usize;
    let (x0, x1) = (rect.x0 as usize, (rect.x1 as usize).min(width));
    let rows = rect.y0 as usize..(rect.y1 as usize).min(flat.grid.height as usize);
    let count = (x1 - x0) * rows.len();
    let Planes {
        mut colours,
        spare: mut why,
        ..
    } = Planes::new(rect, spare);
    for plane in &mut colours {
        plane.resize(count, 0);
    }
    why.clear();
    why.reserve_exact(count);
    let [red, green, blue] = &mut colours;
    let mut planes = red.iter_mut().zip(green).zip(blue);
    for y in rows {
        let row = &flat.rgb[(y * width + x0) * 3..(y * width + x1) * 3];
        for (pixel, ((red, green), blue)) in row.chunks_exact(3).zip(&mut planes) {
            (*red, *green, *blue) = (pixel[0], pixel[1], pixel[2]);
        }
        let kind = |valid: &bool| match (valid, usable) {
            (false, _) => Why::NoData as u8,
            (true, true) => Why::Searched as u8,
            (true, false) => Why::Unreadable as u8,
        };
        why.extend(flat.valid[y * width + x0..y * width + x1].iter().map(kind));
    }
    if why.iter().all(|w| *w == Why::NoData as u8) {
        return Pixels::without_data(rect);
    }
    let whole = why.iter().all(|w| *w == Why::Searched as u8);
    Pixels {
        rect,
        colours,
        why: (!whole).then_some(why),
    }
}

/// A rectangle of a rectified photo as RGB, columns, rows.
fn photo_picture(flat: &Rectified, rect: Rect) -> (Vec<u8>, u32, u32) {
    let width = flat.grid.width as usize;
    let rows = rect.y0 as usize..rect.y1 as usize;
    let rgb = rows.flat_map(|y| {
        flat.rgb[(y * width + rect.x0 as usize) * 3..(y * width + rect.x1 as usize) * 3]
            .iter()
            .copied()
    });
    (rgb.collect(), rect.x1 - rect.x0, rect.y1 - rect.y0)
}

/// The runs of a value in a row that starts at column `x0`.
fn runs_of(row: &[u8], value: u8, x0: u32) -> Vec<crate::ground::Run> {
    let mut runs = Vec::new();
    let (mut x, mut rest) = (x0, row);
    let mut pass = |rest: &mut &[u8], is_run: bool| {
        let count = rest.iter().take_while(|v| (**v == value) == is_run).count();
        *rest = &rest[count..];
        x += u32::try_from(count).unwrap_or(u32::MAX);
        x
    };
    // Most rows hold none; to say so takes no look at each pixel by itself.
    while rest.contains(&value) {
        let start = pass(&mut rest, false);
        let end = pass(&mut rest, true);
        runs.push(crate::ground::Run { start, end });
    }
    runs
}

/// An open raster that belongs to one thread.
pub struct RasterReader {
    raster: Raster,
    level: Level,
    opened: Opened,
}

/// Where the pixels come from.
enum Opened {
    /// A file that GDAL reads piece by piece.
    Dataset(Box<Dataset>),
    /// A photo, decoded and laid on the ground; how sharp its picture is, where it could be used.
    Photo(Box<Rectified>, Option<f64>),
}

impl RasterReader {
    /// Opens the raster anew for this thread.
    ///
    /// # Errors
    /// [`RasterError::NotARaster`] where the file is gone.
    pub fn open(raster: &Raster, level: Level) -> Result<Self, RasterError> {
        let opened = match raster.photo() {
            Some((photo, grid)) => {
                // Where there is no picture, its outline on the ground is still wanted.
                let (picture, sharpness) = match photo.usable_picture() {
                    Ok((picture, measures)) => (picture, Some(measures.sharpness)),
                    Err(_named_later) => (RgbImage::new(1, 1), None),
                };
                Opened::Photo(Box::new(photo.rectify(&picture, grid)), sharpness)
            }
            None => Opened::Dataset(Box::new(open(&raster.path)?)),
        };
        Ok(Self {
            opened,
            raster: raster.clone(),
            level,
        })
    }

    /// How sharp a photo is, in millionths of [`super::photo::Measures::sharpness`]; `None` for rasters, and where
    /// nothing in a photo tells.
    pub fn sharpness(&self) -> Option<u32> {
        let Opened::Photo(_, Some(sharpness)) = &self.opened else {
            return None;
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a ratio of few units"
        )]
        (sharpness.is_finite()).then(|| (sharpness * 1e6).round().clamp(0.0, 4e9) as u32)
    }

    /// Reads a rectangle. What cannot be read is [`Why::Unreadable`], block by block; nothing here fails. The memory of
    /// `spare`, pixels that nobody needs any more, is used again where there is anything to read.
    pub fn read(&self, rect: Rect, spare: &mut Option<Pixels>) -> Pixels {
        if let Opened::Photo(flat, sharpness) = &self.opened {
            return from_photo(flat, sharpness.is_some(), rect, spare.take());
        }
        let blocks = self.blocks(rect);
        let (sparse, stored): (Vec<Rect>, Vec<Rect>) = blocks
            .into_iter()
            .partition(|block| self.raster.can_be_sparse && self.is_sparse(*block));
        if stored.is_empty() {
            return Pixels::without_data(rect);
        }
        let mut planes = Planes::new(rect, spare.take());
        // What is not stored is not asked for either.
        let at_once = sparse.is_empty()
            && (self.rows(rect)).all(|rows| self.read_into(&mut planes, rows).is_some());
        if !at_once {
            planes.clear();
            for block in stored {
                if self.read_into(&mut planes, block).is_none() {
                    planes.mark(block, Why::Unreadable);
                }
            }
        }
        for block in sparse {
            planes.mark(block, Why::NoData);
        }
        planes.finish()
    }

    /// A picture of a rectangle of the full raster, reduced by GDAL to at most `most` pixels along its longer side: RGB,
    /// columns, rows. `None` where it cannot be read.
    pub fn picture(&self, rect: Rect, most: u32) -> Option<(Vec<u8>, u32, u32)> {
        let dataset = match &self.opened {
            Opened::Dataset(dataset) => dataset,
            Opened::Photo(flat, _) => return Some(photo_picture(flat, rect)),
        };
        let (across, down) = (rect.x1 - rect.x0, rect.y1 - rect.y0);
        let longest = across.max(down).max(1);
        let side = |v: u32| {
            if longest <= most {
                v
            } else {
                (u64::from(v) * u64::from(most) / u64::from(longest))
                    .max(1)
                    .try_into()
                    .unwrap_or(most)
            }
        };
        let (width, height) = (side(across), side(down));
        let plane = |number: usize, alg| -> Option<Vec<u16>> {
            let mut values = vec![0_u16; width as usize * height as usize];
            let corner = (
                (rect.x0 as usize).cast_signed(),
                (rect.y0 as usize).cast_signed(),
            );
            let (from, to) = (
                (across as usize, down as usize),
                (width as usize, height as usize),
            );
            dataset
                .rasterband(number)
                .ok()?
                .read_into_slice(corner, from, to, &mut values, Some(alg))
                .ok()?;
            Some(values)
        };
        let byte = |v: u16| u8::try_from(v).unwrap_or(u8::MAX);
        let pixels: Vec<[u8; 3]> = match &self.raster.colours {
            Colours::Palette(number, table) => {
                let indices = plane(*number, ResampleAlg::NearestNeighbour)?;
                indices
                    .into_iter()
                    .map(|v| table[usize::from(byte(v))])
                    .map(|[r, g, b, _]| [r, g, b])
                    .collect()
            }
            Colours::Byte(bands) | Colours::Word(bands) => {
                let [r, g, b] = bands.map(|n| plane(n, ResampleAlg::Average));
                let scaled = |v: u16| {
                    self.raster
                        .stretch
                        .as_ref()
                        .map_or_else(|| byte(v), |s| s.apply(v))
                };
                r?.into_iter()
                    .zip(g?)
                    .zip(b?)
                    .map(|((r, g), b)| [scaled(r), scaled(g), scaled(b)])
                    .collect()
            }
        };
        Some((pixels.into_iter().flatten().collect(), width, height))
    }

    /// The blocks that a rectangle touches, clipped to it.
    fn blocks(&self, rect: Rect) -> Vec<Rect> {
        let (bw, bh) = self.level.block;
        let mut blocks = Vec::new();
        for by in rect.y0 / bh..rect.y1.div_ceil(bh) {
            for bx in rect.x0 / bw..rect.x1.div_ceil(bw) {
                blocks.push(Rect {
                    x0: (bx * bw).max(rect.x0),
                    y0: (by * bh).max(rect.y0),
                    x1: ((bx + 1) * bw).min(rect.x1),
                    y1: ((by + 1) * bh).min(rect.y1),
                });
            }
        }
        blocks
    }

    /// A rectangle as rows of blocks, from the top. Where a file holds all bands of a pixel side by side, GDAL decodes
    /// them with the first that is asked for; the others are still at hand when they are read right after it.
    fn rows(&self, rect: Rect) -> impl Iterator<Item = Rect> {
        let block = self.level.block.1;
        let high = block * (LEAST_ROWS / block).max(1);
        (rect.y0 / high..rect.y1.div_ceil(high)).map(move |row| Rect {
            y0: (row * high).max(rect.y0),
            y1: ((row + 1) * high).min(rect.y1),
            ..rect
        })
    }

    /// Whether no colour of a block is stored in the file.
    fn is_sparse(&self, block: Rect) -> bool {
        let (bw, bh) = self.level.block;
        let key = format!("BLOCK_OFFSET_{}_{}", block.x0 / bw, block.y0 / bh);
        self.raster.colours.bands().iter().all(|number| {
            self.band(*number)
                .is_some_and(|band| band.metadata_item(&key, "TIFF").is_none())
        })
    }

    fn band(&self, number: usize) -> Option<RasterBand<'_>> {
        let Opened::Dataset(dataset) = &self.opened else {
            return None;
        };
        let band = dataset.rasterband(number).ok()?;
        match self.level.overview {
            Some(i) => band.overview(i).ok(),
            None => Some(band),
        }
    }

    /// `None` where GDAL fails.
    fn read_into(&self, planes: &mut Planes, rect: Rect) -> Option<()> {
        let no_data = match &self.raster.no_data {
            NoData::Value(values) => Some(values),
            _ => None,
        };
        // Where every band has its no-data value.
        let mut missing: Option<Vec<bool>> = no_data.map(|_| vec![true; pixels(rect)]);
        match &self.raster.colours {
            Colours::Byte(bands) => {
                for (i, number) in bands.iter().enumerate() {
                    let values = planes.read(&self.band(*number)?, i, rect)?;
                    if let (Some(missing), Some(no_data)) = (&mut missing, no_data) {
                        keep_missing(missing, &values, no_data[i]);
                    }
                }
            }
            Colours::Word(bands) => {
                let stretch = self.raster.stretch.as_ref()?;
                for (i, number) in bands.iter().enumerate() {
                    let values = read::<u16>(&self.band(*number)?, rect)?;
                    if let (Some(missing), Some(no_data)) = (&mut missing, no_data) {
                        keep_missing(missing, &values, no_data[i]);
                    }
                    let scaled: Vec<u8> = values.iter().map(|v| stretch.apply(*v)).collect();
                    planes.put(i, rect, &scaled);
                }
            }
            Colours::Palette(number, table) => {
                let values = read::<u8>(&self.band(*number)?, rect)?;
                let colour = |i: usize| {
                    values
                        .iter()
                        .map(|v| table[usize::from(*v)][i])
                        .collect::<Vec<u8>>()
                };
                for (i, plane) in [colour(0), colour(1), colour(2)].into_iter().enumerate() {
                    planes.put(i, rect, &plane);
                }
                if let (Some(missing), Some(no_data)) = (&mut missing, no_data) {
                    keep_missing(missing, &values, no_data[0]);
                }
                let clear = values.iter().map(|v| table[usize::from(*v)][3] == 0);
                planes.mark_where(rect, clear, Why::NoData);
            }
        }
        if let Some(missing) = missing.filter(|m| m.contains(&true)) {
            planes.mark_where(rect, missing.into_iter(), Why::NoData);
        }
        if self.raster.no_data == NoData::Mask {
            let mask = self.read_mask(rect)?;
            planes.mark_where(rect, mask.into_iter().map(|v| v == 0), Why::NoData);
        }
        Some(())
    }

    /// The mask or alpha band, from the same overview where it has one.
    fn read_mask(&self, rect: Rect) -> Option<Vec<u8>> {
        let number = self.raster.colours.bands()[0];
        let Opened::Dataset(dataset) = &self.opened else {
            return None;
        };
        let band = dataset.rasterband(number).ok()?;
        let Some(overview) = self.level.overview else {
            return read(&band.open_mask_band().ok()?, rect);
        };
        let of_overview = band.overview(overview).ok()?;
        let mask = of_overview.open_mask_band().ok()?;
        read(&mask, rect)
    }
}

fn pixels(rect: Rect) -> usize {
    (rect.x1 - rect.x0) as usize * (rect.y1 - rect.y0) as usize
}

fn read<T: Copy + Default + GdalType>(band: &RasterBand<'_>, rect: Rect) -> Option<Vec<T>> {
    let mut values = vec![T::default(); pixels(rect)];
    read_to(band, rect, &mut values)?;
    Some(values)
}

fn read_to<T: Copy + GdalType>(band: &RasterBand<'_>, rect: Rect, to: &mut [T]) -> Option<()> {
    let size = ((rect.x1 - rect.x0) as usize, (rect.y1 - rect.y0) as usize);
    let corner = (
        (rect.x0 as usize).cast_signed(),
        (rect.y0 as usize).cast_signed(),
    );
    band.read_into_slice(corner, size, size, to, None).ok()
}

/// Of the pixels that lack data in the bands before, keeps those that have the no-data value in this one.
fn keep_missing<T: Copy + PartialEq + TryFrom<i64>>(
    missing: &mut [bool],
    values: &[T],
    no_data: f64,
) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "beyond the type is beyond T too"
    )]
    let value = T::try_from(no_data.round() as i64).ok();
    let Some(value) = value.filter(|_| no_data.is_finite()) else {
        missing.fill(false);
        return;
    };
    for (m, v) in missing.iter_mut().zip(values) {
        *m &= *v == value;
    }
}

fn all_searched(spare: &mut Vec<u8>, count: usize) -> Vec<u8> {
    let mut why = std::mem::take(spare);
    why.clear();
    why.resize(count, Why::Searched as u8);
    why
}

/// The three colours apart, and what is wrong with each pixel.
struct Planes {
    rect: Rect,
    colours: [Vec<u8>; 3],
    why: Option<Vec<u8>>,
    /// Memory for `why`.
    spare: Vec<u8>,
}

impl Planes {
    /// Empty planes, in the memory of pixels that nobody needs any more.
    fn new(rect: Rect, spare: Option<Pixels>) -> Self {
        let (colours, why) = spare.map_or_else(Default::default, |p| (p.colours, p.why));
        let mut planes = Self {
            rect,
            colours,
            why,
            spare: Vec::new(),
        };
        planes.clear();
        planes
    }

    fn clear(&mut self) {
        self.colours.iter_mut().for_each(Vec::clear);
        if let Some(why) = self.why.take() {
            self.spare = why;
        }
    }

    fn offset(&self, x: u32, y: u32) -> usize {
        (y - self.rect.y0) as usize * (self.rect.x1 - self.rect.x0) as usize
            + (x - self.rect.x0) as usize
    }

    /// Reads a colour's values for a rectangle: whole rows at once where they belong, since memory that is not asked for
    /// need not be found.
    fn read(&mut self, band: &RasterBand<'_>, colour: usize, rect: Rect) -> Option<Cow<'_, [u8]>> {
        let (total, first) = (pixels(self.rect), self.offset(rect.x0, rect.y0));
        if (rect.x0, rect.x1) == (self.rect.x0, self.rect.x1) {
            let plane = &mut self.colours[colour];
            plane.reserve_exact(total - plane.len());
            let end = first + pixels(rect);
            plane.resize(end.max(plane.len()), 0);
            read_to(band, rect, &mut plane[first..end])?;
            return Some(Cow::Borrowed(&plane[first..end]));
        }
        let values = read(band, rect)?;
        self.put(colour, rect, &values);
        Some(Cow::Owned(values))
    }

    /// Takes a colour's values for a rectangle.
    fn put(&mut self, colour: usize, rect: Rect, values: &[u8]) {
        let total = pixels(self.rect);
        self.colours[colour].resize(total, 0);
        let width = (rect.x1 - rect.x0) as usize;
        for (y, row) in (rect.y0..).zip(values.chunks_exact(width)) {
            let at = self.offset(rect.x0, y);
            self.colours[colour][at..at + width].copy_from_slice(row);
        }
    }

    fn mark_where(&mut self, rect: Rect, wrong: impl Iterator<Item = bool>, why: Why) {
        let width = (rect.x1 - rect.x0) as usize;
        let (stride, first) = (
            (self.rect.x1 - self.rect.x0) as usize,
            self.offset(rect.x0, rect.y0),
        );
        for (i, _) in wrong.enumerate().filter(|(_, wrong)| *wrong) {
            self.reasons()[first + i / width * stride + i % width] = why as u8;
        }
    }

    fn mark(&mut self, rect: Rect, why: Why) {
        let width = (rect.x1 - rect.x0) as usize;
        for y in rect.y0..rect.y1 {
            let at = self.offset(rect.x0, y);
            self.reasons()[at..at + width].fill(why as u8);
        }
    }

    fn reasons(&mut self) -> &mut [u8] {
        let all = pixels(self.rect);
        self.why
            .get_or_insert_with(|| all_searched(&mut self.spare, all))
    }

    /// Finds pixels that are black or white. Most rectangles hold none, and one pass without writing says so.
    fn mark_blank(&mut self) {
        let [red, green, blue] = &self.colours;
        let blank = red.iter().zip(green).zip(blue).map(|((r, g), b)| {
            u8::from((*r).max(*g).max(*b) <= NEAR) | u8::from((*r).min(*g).min(*b) >= 255 - NEAR)
        });
        if blank.clone().fold(0, |any, b| any | b) == 0 {
            return;
        }
        let why = self
            .why
            .get_or_insert_with(|| all_searched(&mut self.spare, red.len()));
        for (w, blank) in why.iter_mut().zip(blank) {
            if *w == Why::Searched as u8 && blank == 1 {
                *w = Why::Blank as u8;
            }
        }
    }

    /// Finds blank pixels and blackens what has no data.
    fn finish(mut self) -> Pixels {
        let total = pixels(self.rect);
        for plane in &mut self.colours {
            plane.resize(total, 0);
        }
        self.mark_blank();
        let lost = |w: u8| w == Why::NoData as u8 || w == Why::Unreadable as u8;
        if self
            .why
            .as_ref()
            .is_some_and(|why| why.iter().all(|w| *w == Why::NoData as u8))
        {
            return Pixels::without_data(self.rect);
        }
        if let Some(why) = &self.why {
            for plane in &mut self.colours {
                for (value, _) in plane.iter_mut().zip(why).filter(|(_, w)| lost(**w)) {
                    *value = 0;
                }
            }
        }
        Pixels {
            rect: self.rect,
            colours: self.colours,
            why: self.why,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x0: u32, y0: u32, x1: u32, y1: u32) -> Rect {
        Rect { x0, y0, x1, y1 }
    }

    #[test]
    fn used_memory_leaves_nothing_of_what_it_held() {
        let whole = rect(10, 20, 14, 23);
        let filled = |spare: Option<Pixels>| {
            let mut planes = Planes::new(whole, spare);
            for colour in 0..3 {
                planes.put(colour, rect(10, 20, 12, 22), &[50, 60, 70, 80]);
            }
            planes.mark(rect(12, 20, 14, 23), Why::NoData);
            planes.finish()
        };
        let fresh = filled(None);
        assert_eq!(fresh.colours[1], [50, 60, 0, 0, 70, 80, 0, 0, 0, 0, 0, 0]);
        assert_eq!(
            fresh.region(Why::NoData),
            Region::from_rects([rect(12, 20, 14, 23)])
        );
        assert_eq!(
            fresh.region(Why::Blank),
            Region::from_rects([rect(10, 22, 12, 23)])
        );
        for count in [1, 12, 40] {
            let used = Pixels {
                rect: rect(0, 0, count, 1),
                colours: [200, 201, 202].map(|v| vec![v; count as usize]),
                why: Some(vec![Why::Unreadable as u8; count as usize]),
            };
            assert_eq!(filled(Some(used)), fresh);
        }
    }

    #[test]
    fn runs_are_found_at_both_ends_and_between() {
        let told = |row: &[u8]| {
            let runs = runs_of(row, 1, 5).into_iter();
            runs.map(|run| (run.start, run.end)).collect::<Vec<_>>()
        };
        assert_eq!(told(&[1, 1, 0, 2, 1, 0, 1]), [(5, 7), (9, 10), (11, 12)]);
        assert_eq!(told(&[0, 1, 0]), [(6, 7)]);
        assert_eq!(told(&[1]), [(5, 6)]);
        assert!(told(&[0, 2]).is_empty() && told(&[]).is_empty());
    }
}
