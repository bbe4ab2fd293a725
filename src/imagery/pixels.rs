//! Decoded pixels, and the one trait by which they come out of any source.

use super::photo::PhotoRejection;
use super::raster_error::RasterError;
use crate::ground::{PixelRun, Rect, Region};

/// Whether a pixel is searched; the values are those in [`Pixels::validity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Validity {
    /// It is.
    Searched = 0,
    /// The source has no data there.
    NoData = 1,
    /// It could not be read.
    Unreadable = 2,
    /// Black or white: a collar where it is connected to the source's edge, ground otherwise.
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
    /// The [`Validity`] of each pixel; `None` where all are [`Validity::Searched`].
    pub validity: Option<Vec<u8>>,
}

/// Reads the pixels of one open source. It belongs to one thread.
pub trait PixelReader {
    /// Reads a rectangle of the level it was opened at. What cannot be read is [`Validity::Unreadable`], block by block;
    /// nothing here fails but what [`PixelReader::lost`] tells. The memory of `spare`, pixels that nobody needs any more, is used again where there is
    /// anything to read.
    fn read(&self, rect: Rect, spare: &mut Option<Pixels>) -> Pixels;

    /// Why the last rectangle was not read whole, where its server may give it another time: what came of it is not to be
    /// believed.
    fn lost(&self) -> Option<RasterError> {
        None
    }

    /// Pixels of a rectangle of the level that hold data, as far as the file tells while next to nothing of it is decoded.
    fn stored_pixels(&self, rect: Rect) -> u64 {
        pixels(rect)
    }

    /// How sharp a photo is, in millionths of [`super::photo::Measures::sharpness`]; `None` for orthomosaics, and where
    /// nothing in a photo tells.
    fn sharpness(&self) -> Option<u32> {
        None
    }
}

/// Pixels of a rectangle.
pub(super) fn pixels(rect: Rect) -> u64 {
    u64::from(rect.x1 - rect.x0) * u64::from(rect.y1 - rect.y0)
}

/// Why a source gives no pixels.
pub enum OpenError {
    /// It cannot be opened.
    Source(RasterError),
    /// The photo turned out to be of no use.
    Rejected {
        /// Why.
        rejection: Box<PhotoRejection>,
        /// Where its pixels would have been: each is without data or unreadable.
        frame: Box<dyn PixelReader>,
    },
}

impl From<RasterError> for OpenError {
    fn from(error: RasterError) -> Self {
        Self::Source(error)
    }
}

impl Pixels {
    /// A rectangle without data, for which nothing is decoded.
    pub(super) fn without_data(rect: Rect) -> Self {
        Self {
            rect,
            colours: [Vec::new(), Vec::new(), Vec::new()],
            validity: None,
        }
    }

    /// Whether no pixel has data.
    pub fn is_empty(&self) -> bool {
        self.colours[0].is_empty()
    }

    /// The pixels of one kind.
    pub fn region(&self, kind: Validity) -> Region {
        let all = |is_all: bool| {
            if is_all {
                Region::from_rects([self.rect])
            } else {
                Region::default()
            }
        };
        if self.is_empty() {
            return all(kind == Validity::NoData);
        }
        let Some(validity) = &self.validity else {
            return all(kind == Validity::Searched);
        };
        let width = (self.rect.x1 - self.rect.x0) as usize;
        let rows = validity.chunks_exact(width).zip(self.rect.y0..);
        Region::from_rows(rows.map(|(row, y)| (y, runs_of(row, kind as u8, self.rect.x0))))
    }
}

/// The runs of a value in a row that starts at column `x0`.
fn runs_of(row: &[u8], value: u8, x0: u32) -> Vec<PixelRun> {
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
        runs.push(PixelRun { start, end });
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

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
