//! The planes of colour that a rectangle of an orthomosaic is read into.

use super::pixels::{Pixels, Validity};
use crate::ground::Rect;
use gdal::raster::{GdalType, RasterBand};
use std::borrow::Cow;

/// Largest value of all three colours that counts as black in a collar, and its mirror for white. Lossy compression
/// leaves a little noise in a collar.
const NEAR: u8 = 4;

/// Pixels of a rectangle.
pub(super) fn pixels(rect: Rect) -> usize {
    (rect.x1 - rect.x0) as usize * (rect.y1 - rect.y0) as usize
}

/// Reads a rectangle of a band; `None` where GDAL fails.
pub(super) fn read<T: Copy + Default + GdalType>(
    band: &RasterBand<'_>,
    rect: Rect,
) -> Option<Vec<T>> {
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

fn all_searched(spare: &mut Vec<u8>, count: usize) -> Vec<u8> {
    let mut why = std::mem::take(spare);
    why.clear();
    why.resize(count, Validity::Searched as u8);
    why
}

/// The three colours apart, and what is wrong with each pixel.
pub(super) struct Planes {
    rect: Rect,
    colours: [Vec<u8>; 3],
    why: Option<Vec<u8>>,
    /// Memory for `why`.
    spare: Vec<u8>,
}

impl Planes {
    /// Empty planes, in the memory of pixels that nobody needs any more.
    pub fn new(rect: Rect, spare: Option<Pixels>) -> Self {
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

    pub fn clear(&mut self) {
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
    pub fn read(
        &mut self,
        band: &RasterBand<'_>,
        colour: usize,
        rect: Rect,
    ) -> Option<Cow<'_, [u8]>> {
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
    pub fn put(&mut self, colour: usize, rect: Rect, values: &[u8]) {
        let total = pixels(self.rect);
        self.colours[colour].resize(total, 0);
        let width = (rect.x1 - rect.x0) as usize;
        for (y, row) in (rect.y0..).zip(values.chunks_exact(width)) {
            let at = self.offset(rect.x0, y);
            self.colours[colour][at..at + width].copy_from_slice(row);
        }
    }

    pub(crate) fn mark_where(
        &mut self,
        rect: Rect,
        wrong: impl Iterator<Item = bool>,
        kind: Validity,
    ) {
        let width = (rect.x1 - rect.x0) as usize;
        let (stride, first) = (
            (self.rect.x1 - self.rect.x0) as usize,
            self.offset(rect.x0, rect.y0),
        );
        for (i, _) in wrong.enumerate().filter(|(_, wrong)| *wrong) {
            self.reasons()[first + i / width * stride + i % width] = kind as u8;
        }
    }

    pub fn mark(&mut self, rect: Rect, kind: Validity) {
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
    pub fn finish(mut self) -> Pixels {
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
