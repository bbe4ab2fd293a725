//! Pixels out of an orthomosaic: a block-aligned rectangle at a time, decoded once, as RGB with what is wrong with each pixel.

use super::bands::{Colours, NoData};
use super::orthomosaic::{Orthomosaic, open};
use super::pixels::{PixelReader, Pixels, Validity};
use super::raster_error::RasterError;
use super::source::Level;
use crate::ground::Rect;
use gdal::raster::{GdalType, RasterBand, ResampleAlg};
use gdal::{Dataset, Metadata};
use image::RgbImage;
use std::borrow::Cow;
use std::sync::Arc;

/// Largest value of all three colours that counts as black in a collar, and its mirror for white. Lossy compression
/// leaves a little noise in a collar.
const NEAR: u8 = 4;

/// Rows that are read at a time where blocks are lower than that.
const LEAST_ROWS: u32 = 32;

/// An open orthomosaic.
pub(super) struct OrthomosaicReader {
    orthomosaic: Arc<Orthomosaic>,
    level: Level,
    dataset: Dataset,
}

impl PixelReader for OrthomosaicReader {
    fn read(&self, rect: Rect, spare: &mut Option<Pixels>) -> Pixels {
        let blocks = self.blocks(rect);
        let (sparse, stored): (Vec<Rect>, Vec<Rect>) = blocks
            .into_iter()
            .partition(|block| self.orthomosaic.can_be_sparse && self.is_sparse(*block));
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
                    planes.mark(block, Validity::Unreadable);
                }
            }
        }
        for block in sparse {
            planes.mark(block, Validity::NoData);
        }
        planes.finish()
    }

    /// GDAL reduces while it reads.
    fn picture(&self, rect: Rect, most: u32) -> Option<RgbImage> {
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
            self.dataset
                .rasterband(number)
                .ok()?
                .read_into_slice(corner, from, to, &mut values, Some(alg))
                .ok()?;
            Some(values)
        };
        let byte = |v: u16| u8::try_from(v).unwrap_or(u8::MAX);
        let pixels: Vec<[u8; 3]> = match &self.orthomosaic.colours {
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
                    self.orthomosaic
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
        RgbImage::from_raw(width, height, pixels.into_iter().flatten().collect())
    }
}

impl OrthomosaicReader {
    /// Opens it anew for this thread.
    ///
    /// # Errors
    /// [`RasterError::NotARaster`] where the file is gone.
    pub fn open(orthomosaic: Arc<Orthomosaic>, level: Level) -> Result<Self, RasterError> {
        let dataset = open(&orthomosaic.header.path)?;
        Ok(Self {
            orthomosaic,
            level,
            dataset,
        })
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
        self.orthomosaic.colours.bands().iter().all(|number| {
            self.band(*number)
                .is_some_and(|band| band.metadata_item(&key, "TIFF").is_none())
        })
    }

    fn band(&self, number: usize) -> Option<RasterBand<'_>> {
        let band = self.dataset.rasterband(number).ok()?;
        match self.level.overview {
            Some(i) => band.overview(i).ok(),
            None => Some(band),
        }
    }

    /// `None` where GDAL fails.
    fn read_into(&self, planes: &mut Planes, rect: Rect) -> Option<()> {
        let no_data = match &self.orthomosaic.no_data {
            NoData::Value(values) => Some(values),
            _ => None,
        };
        // Where every band has its no-data value.
        let mut missing: Option<Vec<bool>> = no_data.map(|_| vec![true; pixels(rect)]);
        match &self.orthomosaic.colours {
            Colours::Byte(bands) => {
                for (i, number) in bands.iter().enumerate() {
                    let values = planes.read(&self.band(*number)?, i, rect)?;
                    if let (Some(missing), Some(no_data)) = (&mut missing, no_data) {
                        keep_missing(missing, &values, no_data[i]);
                    }
                }
            }
            Colours::Word(bands) => {
                let stretch = self.orthomosaic.stretch.as_ref()?;
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
                planes.mark_where(rect, clear, Validity::NoData);
            }
        }
        if let Some(missing) = missing.filter(|m| m.contains(&true)) {
            planes.mark_where(rect, missing.into_iter(), Validity::NoData);
        }
        if self.orthomosaic.no_data == NoData::Mask {
            let mask = self.read_mask(rect)?;
            planes.mark_where(rect, mask.into_iter().map(|v| v == 0), Validity::NoData);
        }
        Some(())
    }

    /// The mask or alpha band, from the same overview where it has one.
    fn read_mask(&self, rect: Rect) -> Option<Vec<u8>> {
        let number = self.orthomosaic.colours.bands()[0];
        let band = self.dataset.rasterband(number).ok()?;
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
    why.resize(count, Validity::Searched as u8);
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
        let (colours, why) = spare.map_or_else(Default::default, |p| (p.colours, p.validity));
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

    fn mark_where(&mut self, rect: Rect, wrong: impl Iterator<Item = bool>, kind: Validity) {
        let width = (rect.x1 - rect.x0) as usize;
        let (stride, first) = (
            (self.rect.x1 - self.rect.x0) as usize,
            self.offset(rect.x0, rect.y0),
        );
        for (i, _) in wrong.enumerate().filter(|(_, wrong)| *wrong) {
            self.reasons()[first + i / width * stride + i % width] = kind as u8;
        }
    }

    fn mark(&mut self, rect: Rect, kind: Validity) {
        let width = (rect.x1 - rect.x0) as usize;
        for y in rect.y0..rect.y1 {
            let at = self.offset(rect.x0, y);
            self.reasons()[at..at + width].fill(kind as u8);
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
            if *w == Validity::Searched as u8 && blank == 1 {
                *w = Validity::Blank as u8;
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
        let lost = |w: u8| w == Validity::NoData as u8 || w == Validity::Unreadable as u8;
        if self
            .why
            .as_ref()
            .is_some_and(|why| why.iter().all(|w| *w == Validity::NoData as u8))
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
            validity: self.why,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Region;

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
            planes.mark(rect(12, 20, 14, 23), Validity::NoData);
            planes.finish()
        };
        let fresh = filled(None);
        assert_eq!(fresh.colours[1], [50, 60, 0, 0, 70, 80, 0, 0, 0, 0, 0, 0]);
        assert_eq!(
            fresh.region(Validity::NoData),
            Region::from_rects([rect(12, 20, 14, 23)])
        );
        assert_eq!(
            fresh.region(Validity::Blank),
            Region::from_rects([rect(10, 22, 12, 23)])
        );
        for count in [1, 12, 40] {
            let used = Pixels {
                rect: rect(0, 0, count, 1),
                colours: [200, 201, 202].map(|v| vec![v; count as usize]),
                validity: Some(vec![Validity::Unreadable as u8; count as usize]),
            };
            assert_eq!(filled(Some(used)), fresh);
        }
    }
}
