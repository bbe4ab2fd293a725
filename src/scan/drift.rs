//! How far each photo's places are off those of the others, told by what they show together.
//!
//! The receiver's error moves everything in a photo alike. Where a photo shows two plots or more that others show too,
//! the shift that lays the most of them upon one another is its own; the smallest, where several do as well.

use crate::ground::PlanePoint;
use std::collections::HashMap;

/// One plot in one photo.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// Its middle.
    pub at: PlanePoint,
    /// Metres by which it may be off.
    pub error_m: f64,
}

/// Marks of a photo that make a shift a finding rather than a coincidence.
const ENOUGH: usize = 2;
/// Marks of a photo from which shifts are guessed; more would only repeat them.
const GUESSED_FROM: usize = 48;
/// Times its error that a photo is looked for: farther than one plot alone is, since several must agree.
const FARTHEST: f64 = 2.0;
/// Of a photo's error, what remains after its shift: heading, height and tilt, which do not move all alike.
pub const REMAINING: f64 = 0.3;

/// A shift in metres and whether it was found, or only supposed to be none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Drift {
    /// Metres to the east and to the north.
    pub by: (f64, f64),
    /// Whether enough marks told it.
    pub found: bool,
}

/// The shifts of photos in their order; `photos` lists the marks of each. Those named `exact` stay where they are.
pub fn drifts(photos: &[(bool, Vec<Mark>)], radius_m: f64) -> Vec<Drift> {
    let widest = photos
        .iter()
        .flat_map(|(_, marks)| marks)
        .map(|m| m.error_m)
        .filter(|e| e.is_finite())
        .fold(1.0, f64::max);
    let mut known = Known::new(widest);
    photos
        .iter()
        .map(|(exact, marks)| {
            let drift = if *exact {
                Drift::default()
            } else {
                known.shift_of(marks, radius_m)
            };
            known.take(marks, drift.by, radius_m);
            drift
        })
        .collect()
}

/// Plots seen so far: the sum of their places, and how many.
struct Known {
    plots: Vec<(f64, f64, f64)>,
    buckets: HashMap<(i64, i64), Vec<usize>>,
    side: f64,
}

impl Known {
    fn new(side: f64) -> Self {
        Self {
            plots: Vec::new(),
            buckets: HashMap::new(),
            side,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "metres on the earth fit an i64"
    )]
    fn bucket(&self, at: (f64, f64)) -> (i64, i64) {
        (
            (at.0 / self.side).floor() as i64,
            (at.1 / self.side).floor() as i64,
        )
    }

    fn place(&self, plot: usize) -> (f64, f64) {
        let (x, y, n) = self.plots[plot];
        (x / n, y / n)
    }

    /// The plots within a distance, with how far they are.
    fn near(&self, at: (f64, f64), within: f64) -> impl Iterator<Item = (f64, usize)> + '_ {
        let (low, high) = (
            self.bucket((at.0 - within, at.1 - within)),
            self.bucket((at.0 + within, at.1 + within)),
        );
        (low.0..=high.0)
            .flat_map(move |x| (low.1..=high.1).map(move |y| (x, y)))
            .filter_map(|key| self.buckets.get(&key))
            .flatten()
            .map(move |plot| {
                let (x, y) = self.place(*plot);
                ((x - at.0).hypot(y - at.1), *plot)
            })
            .filter(move |(far, _)| *far <= within)
    }

    fn nearest(&self, at: (f64, f64), within: f64) -> Option<usize> {
        self.near(at, within)
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map(|(_, plot)| plot)
    }

    fn shift_of(&self, marks: &[Mark], radius_m: f64) -> Drift {
        let mut guesses = vec![(0.0, 0.0)];
        for mark in marks
            .iter()
            .take(GUESSED_FROM)
            .filter(|m| m.error_m.is_finite())
        {
            let from = (mark.at.x, mark.at.y);
            let allowed = FARTHEST * mark.error_m;
            guesses.extend(self.near(from, allowed).map(|(_, plot)| {
                let (x, y) = self.place(plot);
                (x - from.0, y - from.1)
            }));
        }
        let told = |by: (f64, f64)| -> Vec<(f64, f64)> {
            marks
                .iter()
                .filter_map(|m| {
                    let plot =
                        self.nearest((m.at.x + by.0, m.at.y + by.1), tolerance(m, radius_m))?;
                    let (x, y) = self.place(plot);
                    Some((x - m.at.x, y - m.at.y))
                })
                .collect()
        };
        let best = guesses
            .into_iter()
            .map(|by| (told(by).len(), by))
            .max_by(|a, b| {
                let length = |by: (f64, f64)| by.0.hypot(by.1);
                a.0.cmp(&b.0).then(length(b.1).total_cmp(&length(a.1)))
            });
        match best {
            Some((count, by)) if count >= ENOUGH => {
                let shifts = told(by);
                let n = shifts.len() as f64;
                let mean = |v: fn(&(f64, f64)) -> f64| shifts.iter().map(v).sum::<f64>() / n;
                Drift {
                    by: (mean(|s| s.0), mean(|s| s.1)),
                    found: true,
                }
            }
            _ => Drift::default(),
        }
    }

    fn take(&mut self, marks: &[Mark], by: (f64, f64), radius_m: f64) {
        for mark in marks {
            let at = (mark.at.x + by.0, mark.at.y + by.1);
            if let Some(plot) = self.nearest(at, tolerance(mark, radius_m)) {
                let before = self.bucket(self.place(plot));
                let (x, y, n) = self.plots[plot];
                self.plots[plot] = (x + at.0, y + at.1, n + 1.0);
                let after = self.bucket(self.place(plot));
                if before != after {
                    self.buckets
                        .entry(before)
                        .or_default()
                        .retain(|p| *p != plot);
                    self.buckets.entry(after).or_default().push(plot);
                }
            } else {
                self.buckets
                    .entry(self.bucket(at))
                    .or_default()
                    .push(self.plots.len());
                self.plots.push((at.0, at.1, 1.0));
            }
        }
    }
}

fn tolerance(mark: &Mark, radius_m: f64) -> f64 {
    let error = if mark.error_m.is_finite() {
        mark.error_m
    } else {
        0.0
    };
    // Half the site radius: two plots that far apart are two.
    (radius_m / 2.0).max(REMAINING * error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(places: &[(f64, f64)], by: (f64, f64)) -> (bool, Vec<Mark>) {
        let mark = |(x, y): &(f64, f64)| Mark {
            at: PlanePoint {
                x: x + by.0,
                y: y + by.1,
            },
            error_m: 5.0,
        };
        (false, places.iter().map(mark).collect())
    }

    #[test]
    fn a_photo_is_shifted_by_what_it_shows_with_others() {
        let places = [(0.0, 0.0), (7.0, 1.0), (3.0, 9.0)];
        let photos = [
            marks(&places, (0.0, 0.0)),
            marks(&places, (4.0, -3.0)),
            marks(&places[..2], (-2.0, 3.5)),
        ];
        let found = drifts(&photos, 1.0);
        assert!(!found[0].found && found[1].found && found[2].found);
        for (drift, wanted) in found.iter().zip([(0.0, 0.0), (-4.0, 3.0), (2.0, -3.5)]) {
            let off = (drift.by.0 - wanted.0).hypot(drift.by.1 - wanted.1);
            assert!(off < 1e-9, "{drift:?} is not {wanted:?}");
        }
    }

    #[test]
    fn one_plot_tells_nothing_and_a_row_stays_where_it_is() {
        let one = [
            marks(&[(0.0, 0.0)], (0.0, 0.0)),
            marks(&[(0.0, 0.0)], (3.0, 0.0)),
        ];
        assert_eq!(drifts(&one, 1.0), [Drift::default(); 2]);
        let row: Vec<(f64, f64)> = (0..8_u8).map(|i| (f64::from(i) * 4.0, 0.0)).collect();
        let found = drifts(
            &[marks(&row, (0.0, 0.0)), marks(&row[2..5], (0.2, 0.0))],
            1.0,
        );
        assert!((found[1].by.0 + 0.2).abs() < 1e-9, "{found:?}");
    }
}
