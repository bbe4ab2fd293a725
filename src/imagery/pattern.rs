//! Patterns of pixels: what they show at places of a lattice that lies on the ground, not in the file.
//!
//! The lattice is one of longitude and latitude with cells of some two metres, of which those count whose numbers, drawn by lot, are
//! lowest: a part of an image has the same. A cell is averaged to nine by eight shares, and each share is compared with the
//! next. Cells that are flat, not wholly in the pixels or without data say nothing.

use super::header::Level;
use super::pixels::{Pixels, Validity};
use super::source::Source;
use crate::ground::{CrsError, FromLonLat, LonLat, PixelPoint, ToLonLat};
use crate::schema::Pattern;
use sha2::{Digest, Sha256};

/// Degrees along the side of a cell.
const CELL: f64 = 2e-5;
/// Shares of a cell in a row, and rows.
const SHARES: (usize, usize) = (9, 8);
/// Pixels along the side of a share at least.
const LEAST_SHARE: f64 = 2.0;
/// Patterns that one rectangle of pixels gives at most, of so many cells that are looked at.
pub const PATTERNS_AT_ONCE: usize = 8;
const LOOKED_AT: usize = 24;
/// Steps of brightness by which neighbours differ in the mean, at least: flat ground shows nothing but noise.
const LEAST_CONTRAST: f64 = 2.0;
/// Pixels that are averaged along the side of a share, at most.
const SAMPLED: f64 = 12.0;

/// Finds the patterns of one source, for one thread.
pub struct PatternReader {
    source: Source,
    reduction: (f64, f64),
    to_lonlat: ToLonLat,
    from_lonlat: FromLonLat,
}

/// A cell of the lattice, from the west and from the south, behind its number.
type PatternCell = (u64, (i64, i64));

/// The number of a cell.
fn number((x, y): (i64, i64)) -> u64 {
    let digest = Sha256::digest(format!("papaver.place {x} {y}").as_bytes());
    digest.iter().take(8).fold(0, |n, b| n << 8 | u64::from(*b))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a number of cells around the Earth"
)]
fn cells_between(from: f64, to: f64) -> std::ops::RangeInclusive<i64> {
    (from / CELL).floor() as i64..=(to / CELL).floor() as i64
}

impl PatternReader {
    /// The way of a source that is read at a level.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub fn new(source: &Source, level: &Level) -> Result<Self, CrsError> {
        Ok(Self {
            reduction: source.reduction(level),
            to_lonlat: source.to_lonlat()?,
            from_lonlat: source.crs().from_lonlat_prepared()?,
            source: source.clone(),
        })
    }

    /// The patterns of pixels of the level; none where they cannot be placed.
    pub fn patterns(&self, pixels: &Pixels) -> Vec<Pattern> {
        if pixels.is_empty() {
            return Vec::new();
        }
        let cells = self.cells(pixels).unwrap_or_default();
        let corners: Vec<LonLat> = cells.iter().flat_map(|(_, at)| corners(*at)).collect();
        let Ok(there) = self.from_lonlat.apply(&corners) else {
            return Vec::new();
        };
        let (across, down) = self.reduction;
        let places: Vec<PixelPoint> = (there.into_iter())
            .map(|point| self.source.transform().invert(point))
            .map(|p| PixelPoint {
                x: p.x / across - f64::from(pixels.rect.x0),
                y: p.y / down - f64::from(pixels.rect.y0),
            })
            .collect();
        let of_cell = |((place, _), corners): (&PatternCell, &[PixelPoint])| {
            let shown = shown(pixels, corners)?;
            Some(Pattern {
                place: *place,
                shown,
            })
        };
        let found = cells.iter().zip(places.chunks_exact(4)).filter_map(of_cell);
        found.take(PATTERNS_AT_ONCE).collect()
    }

    /// The cells that pixels touch and whose numbers are lowest; none where their shares would be smaller than pixels.
    fn cells(&self, pixels: &Pixels) -> Result<Vec<PatternCell>, CrsError> {
        let rect = pixels.rect;
        let corner = |x: u32, y: u32| PixelPoint {
            x: f64::from(x) * self.reduction.0,
            y: f64::from(y) * self.reduction.1,
        };
        let corners = [
            corner(rect.x0, rect.y0),
            corner(rect.x1, rect.y0),
            corner(rect.x1, rect.y1),
            corner(rect.x0, rect.y1),
        ];
        let there = self.source.locate(&self.to_lonlat, &corners)?;
        let range = |of: fn(&LonLat) -> f64| {
            let values = || there.iter().map(of);
            cells_between(
                values().fold(f64::INFINITY, f64::min),
                values().fold(f64::NEG_INFINITY, f64::max),
            )
        };
        let (xs, ys) = (range(|at| at.lon), range(|at| at.lat));
        let least = (SHARES.0 * SHARES.1) as f64 * LEAST_SHARE * LEAST_SHARE;
        let count = |range: &std::ops::RangeInclusive<i64>| (range.end() - range.start()) as f64;
        if (count(&xs) - 1.0) * (count(&ys) - 1.0) * least
            > super::pixels::pixels(rect) as f64 * 2.0
        {
            return Ok(Vec::new());
        }
        let all = ys.flat_map(|y| xs.clone().map(move |x| (number((x, y)), (x, y))));
        let mut cells: Vec<PatternCell> = all.collect();
        cells.sort_unstable();
        cells.truncate(LOOKED_AT);
        Ok(cells)
    }
}

/// The corners of a cell, from the north-west.
fn corners((x, y): (i64, i64)) -> [LonLat; 4] {
    let at = |x: i64, y: i64| LonLat::new(x as f64 * CELL, y as f64 * CELL);
    [at(x, y + 1), at(x + 1, y + 1), at(x + 1, y), at(x, y)]
}

/// What pixels show of a cell whose corners lie there; `None` where that is not all of it, or nothing to tell by.
fn shown(pixels: &Pixels, corners: &[PixelPoint]) -> Option<u64> {
    let &[nw, ne, se, sw] = corners else {
        return None;
    };
    let (columns, rows) = SHARES;
    let far = |a: PixelPoint, b: PixelPoint| (a.x - b.x).hypot(a.y - b.y);
    let half = (
        far(nw, ne) / columns as f64 / 2.0,
        far(nw, sw) / rows as f64 / 2.0,
    );
    if half.0.min(half.1) * 2.0 < LEAST_SHARE {
        return None;
    }
    let between = |a: PixelPoint, b: PixelPoint, t: f64| PixelPoint {
        x: a.x + (b.x - a.x) * t,
        y: a.y + (b.y - a.y) * t,
    };
    let (mut bits, mut contrast) = (0_u64, 0.0);
    for row in 0..rows {
        let v = (row as f64 + 0.5) / rows as f64;
        let (west, east) = (between(nw, sw, v), between(ne, se, v));
        let mut before = None;
        for column in 0..columns {
            let u = (column as f64 + 0.5) / columns as f64;
            let bright = brightness(pixels, between(west, east, u), half)?;
            if let Some(before) = before.replace(bright) {
                bits = bits << 1 | u64::from(bright > before);
                contrast += (bright - before).abs();
            }
        }
    }
    (contrast / 64.0 >= LEAST_CONTRAST).then_some(bits)
}

/// The mean brightness about a position; `None` where not all of it is searched.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie in the pixels"
)]
fn brightness(pixels: &Pixels, at: PixelPoint, half: (f64, f64)) -> Option<f64> {
    let (width, height) = (
        (pixels.rect.x1 - pixels.rect.x0) as usize,
        (pixels.rect.y1 - pixels.rect.y0) as usize,
    );
    let range = |at: f64, half: f64, size: usize| {
        let (from, to) = ((at - half).round(), (at + half).round());
        let step = ((to - from) / SAMPLED).ceil().max(1.0) as usize;
        let is_inside = from >= 0.0 && to <= size as f64 && to > from;
        is_inside.then(|| (from as usize..to as usize).step_by(step))
    };
    let (xs, ys) = (range(at.x, half.0, width)?, range(at.y, half.1, height)?);
    let [red, green, blue] = &pixels.colours;
    let (mut sum, mut count) = (0_u64, 0_u64);
    for y in ys {
        for x in xs.clone() {
            let pixel = y * width + x;
            let validity = pixels.validity.as_ref();
            if validity.is_some_and(|v| v[pixel] != Validity::Searched as u8) {
                return None;
            }
            sum += u64::from(red[pixel]) + 2 * u64::from(green[pixel]) + u64::from(blue[pixel]);
            count += 1;
        }
    }
    Some(sum as f64 / count as f64 / 4.0)
}
