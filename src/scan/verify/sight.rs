//! Sights: what a verifier sees of a candidate, cut out of the imagery at its own resolution and resampled once, by area where it
//! becomes coarser, linearly where it becomes finer. Beyond the image's border its pixels are mirrored.

use super::view::{QuarterTurns, copy_view};
use crate::ground::{Gsd, PixelPoint, Rect};
use crate::imagery::Pixels;
use crate::scan::model::{MARGIN_CM, Sight, SightView, VerifierContract};

/// One axis of a sight: the pixels of the image that it takes, and what each of its own takes of them.
#[derive(Debug, Clone, PartialEq)]
struct SightAxis {
    /// Columns or rows of the image, mirrored at its border.
    from: Vec<u32>,
    /// For each pixel of the sight the first of `from` and the weights from there on.
    taps: Vec<(usize, Vec<f32>)>,
}

/// A sight with a margin for its views, about a point of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct SightCut {
    sight: Sight,
    margin: usize,
    across: SightAxis,
    down: SightAxis,
}

impl SightCut {
    /// What a sight takes of an image of a size, about a point in its pixels.
    pub fn new(sight: Sight, at: PixelPoint, size: (u32, u32), gsd: Gsd) -> Self {
        let margin = whole((MARGIN_CM / sight.cm()).ceil());
        let pixels = sight.pixels as usize + 2 * margin;
        let axis = |middle: f64, length: u32, gsd_cm: f64| {
            SightAxis::new(middle, length, pixels, pixels as f64 * sight.cm() / gsd_cm)
        };
        Self {
            sight,
            margin,
            across: axis(at.x, size.0, gsd.x_cm),
            down: axis(at.y, size.1, gsd.y_cm),
        }
    }

    /// The pixels of the image that it takes.
    pub fn rect(&self) -> Rect {
        let ends = |axis: &SightAxis| {
            let ends = axis.from.iter().min().zip(axis.from.iter().max());
            ends.map_or((0, 0), |(first, last)| (*first, last + 1))
        };
        let ((x0, x1), (y0, y1)) = (ends(&self.across), ends(&self.down));
        Rect { x0, y0, x1, y1 }
    }

    /// One colour of the sight with its margin; `pixels` hold what it takes.
    fn plane(&self, pixels: &Pixels, colour: usize) -> Vec<u8> {
        let held = pixels.rect;
        let width = (held.x1 - held.x0) as usize;
        let values = &pixels.colours[colour];
        let at = |x: u32, y: u32| {
            let i = (y - held.y0) as usize * width + (x - held.x0) as usize;
            values.get(i).map_or(0.0, |v| f32::from(*v))
        };
        let columns = self.across.taps.len();
        let row = |y: &u32| -> Vec<f32> {
            let of_row: Vec<f32> = self.across.from.iter().map(|x| at(*x, *y)).collect();
            let taps = self.across.taps.iter();
            taps.map(|(first, weights)| weighted(weights, &of_row[*first..]))
                .collect()
        };
        let rows: Vec<Vec<f32>> = self.down.from.iter().map(row).collect();
        let mut out = Vec::with_capacity(columns * self.down.taps.len());
        for (first, weights) in &self.down.taps {
            for column in 0..columns {
                let of_column = rows[*first..].iter().map(|row| row[column]);
                let sum: f32 = weights.iter().zip(of_column).map(|(w, v)| w * v).sum();
                out.push(byte(sum));
            }
        }
        out
    }

    /// All views, each as `[3,pixels,pixels]`, standardised.
    pub fn views(&self, pixels: &Pixels, contract: &VerifierContract) -> Vec<f32> {
        let side = self.sight.pixels as usize;
        let planes = [0, 1, 2].map(|colour| self.plane(pixels, colour));
        let mut out = Vec::with_capacity(contract.views.len() * 3 * side * side);
        let mut seen = vec![0_u8; side * side];
        for view in &contract.views {
            for (colour, plane) in planes.iter().enumerate() {
                copy_view(
                    plane,
                    self.across.taps.len(),
                    self.corner(view),
                    attitude(view),
                    &mut seen,
                );
                let (mean, std) = (contract.mean[colour], contract.std[colour]);
                out.extend(seen.iter().map(|v| (f32::from(*v) / 255.0 - mean) / std));
            }
        }
        out
    }

    /// Where a view begins.
    fn corner(&self, view: &SightView) -> (usize, usize) {
        let at = |cm: f64| whole(self.margin as f64 + (cm / self.sight.cm()).round_ties_even());
        (at(view.right_cm), at(view.down_cm))
    }
}

fn attitude(view: &SightView) -> QuarterTurns {
    QuarterTurns {
        turns: view.turns,
        mirrored: view.mirrored,
    }
}

impl SightAxis {
    /// `pixels` of a sight out of `length` pixels of an image, of which they span `span` about `middle`.
    fn new(middle: f64, length: u32, pixels: usize, span: f64) -> Self {
        let taken = whole(span.round_ties_even()).max(2);
        let first = (middle - span / 2.0).round_ties_even();
        let from = (0..taken).map(|i| mirrored(first + i as f64, length));
        let taps = (0..pixels).map(|i| {
            if taken > pixels {
                by_area(i, taken as f64 / pixels as f64, taken)
            } else {
                linear(i, taken as f64 / pixels as f64, taken)
            }
        });
        Self {
            from: from.collect(),
            taps: taps.collect(),
        }
    }
}

/// An index beyond the border thrown back into the image; the border pixel is not repeated.
fn mirrored(index: f64, length: u32) -> u32 {
    let period = f64::from(2 * length.saturating_sub(1)).max(1.0);
    let index = index.abs() % period;
    let is_beyond = index >= f64::from(length);
    let inside = if is_beyond { period - index } else { index };
    u32::try_from(whole(inside)).unwrap_or(0)
}

/// The mean of what a pixel covers, parts of pixels by their share.
fn by_area(i: usize, scale: f64, taken: usize) -> (usize, Vec<f32>) {
    let (from, to) = (i as f64 * scale, (i + 1) as f64 * scale);
    let first = whole(from.floor());
    let last = whole(to.ceil()).min(taken);
    let share = |j: usize| {
        let covered = to.min((j + 1) as f64) - from.max(j as f64);
        single(covered.max(0.0) / scale)
    };
    (first, (first..last).map(share).collect())
}

/// Between the two nearest pixels.
fn linear(i: usize, scale: f64, taken: usize) -> (usize, Vec<f32>) {
    let at = ((i as f64 + 0.5) * scale - 0.5).clamp(0.0, (taken - 1) as f64);
    let first = whole(at.floor()).min(taken - 2);
    let part = at - first as f64;
    (first, vec![single(1.0 - part), single(part)])
}

fn weighted(weights: &[f32], values: &[f32]) -> f32 {
    weights.iter().zip(values).map(|(w, v)| w * v).sum()
}

#[expect(clippy::cast_possible_truncation, reason = "a weight")]
fn single(weight: f64) -> f32 {
    weight as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mean of bytes"
)]
fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of pixels"
)]
fn whole(value: f64) -> usize {
    value.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::model::fixture::verifier_contract;
    use serde_json::Value;

    const SIZE: (u32, u32) = (300, 260);

    /// The ground of `tests/tools/sights.py`.
    fn ground(rect: Rect) -> Pixels {
        let value = |x: u32, y: u32, k: i64| {
            let (x, y) = (i64::from(x), i64::from(y));
            let grain = ((x * 73_856_093) ^ (y * 19_349_663)) >> 5;
            (grain + k * x + y).rem_euclid(251) as u8
        };
        let plane = |k: i64| {
            let rows = (rect.y0..rect.y1).flat_map(|y| (rect.x0..rect.x1).map(move |x| (x, y)));
            rows.map(|(x, y)| value(x, y, k)).collect()
        };
        Pixels {
            rect,
            colours: [1, 2, 3].map(plane),
            validity: None,
        }
    }

    /// A verifier's contract whose standardisation leaves bytes as they are, with the first four views of training.
    fn contract() -> VerifierContract {
        let views = [
            (0, false, 0, 0),
            (1, true, -3, 3),
            (2, false, 2, -2),
            (3, true, 7, -7),
        ];
        let views = views.map(|(turns, mirrored, right, down)| SightView {
            right_cm: 2.0 * f64::from(right),
            down_cm: 2.0 * f64::from(down),
            turns,
            mirrored,
        });
        VerifierContract {
            views: views.into(),
            std: [1.0 / 255.0; 3],
            ..verifier_contract()
        }
    }

    /// How far a view is from what training saw of it: the mean of each colour, and the pixels told.
    fn differences(view: &[f32], side: usize, told: &Value) -> (f64, f64) {
        let number = |v: &Value| v.as_f64().expect("a number");
        let mut worst = (0.0_f64, 0.0_f64);
        for (colour, plane) in view.chunks_exact(side * side).enumerate() {
            let mean = plane.iter().map(|v| f64::from(*v)).sum::<f64>() / (side * side) as f64;
            worst.0 = worst.0.max((mean - number(&told["mean"][colour])).abs());
            for (k, pixel) in told["pixels"]
                .as_array()
                .expect("pixels")
                .iter()
                .enumerate()
            {
                let at = ((7 + 31 * k) % side) * side + (11 + 53 * k) % side;
                let apart = (f64::from(plane[at]) - number(&pixel[colour])).abs();
                worst.1 = worst.1.max(apart);
            }
        }
        worst
    }

    #[test]
    fn a_sight_is_what_training_saw() {
        let told: Value = serde_json::from_str(include_str!("../../../tests/fixtures/sights.json"))
            .expect("JSON");
        let contract = contract();
        for case in told.as_array().expect("cases") {
            let number = |v: &Value| v.as_f64().expect("a number");
            let gsd_cm = number(&case["gsd_cm"]);
            let at = PixelPoint {
                x: number(&case["at"][0]),
                y: number(&case["at"][1]),
            };
            let gsd = Gsd {
                x_cm: gsd_cm,
                y_cm: gsd_cm,
            };
            for (which, sight) in contract.sights.into_iter().enumerate() {
                let cut = SightCut::new(sight, at, SIZE, gsd);
                let views = cut.views(&ground(cut.rect()), &contract);
                let side = sight.pixels as usize;
                for (n, view) in views.chunks_exact(3 * side * side).enumerate() {
                    let (mean, pixel) = differences(view, side, &case["sights"][which][n]);
                    let place = format!("{gsd_cm} cm, sight {which}, view {n}: {mean}, {pixel}");
                    // OpenCV cuts its linear sums off in between, and loses an eighth of a level.
                    assert!(mean < 0.2 && pixel <= 1.01, "{place}");
                }
            }
        }
    }
}
