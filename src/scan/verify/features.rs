//! Features: a candidate in a few dozen numbers, for a head that learns from verdicts. They come from its scores, its shape and
//! the colours about its best cell, so that nothing but them is needed to rank anew.

use crate::ground::{LocalPlane, Rect};
use crate::imagery::Pixels;
use crate::scan::find::{Candidate, SecondLook, Votes, log_odds};
use geo::{Area, Coord, Euclidean, Length, MapCoords};

/// What each number is; those of a verifier's last layer follow.
const NAMES: [&str; 26] = [
    "score",
    "score_mean",
    "looks",
    "looks_spread",
    "looks_lowest",
    "looks_highest",
    "area",
    "hits",
    "roundness",
    "gsd",
    "seen_share",
    "red",
    "green",
    "blue",
    "red_spread",
    "green_spread",
    "blue_spread",
    "red_over_ring",
    "green_over_ring",
    "blue_over_ring",
    "reddish",
    "green_excess",
    "bluish_green",
    "grey",
    "verifier",
    "before_bloom",
];

/// The names of so many features.
pub fn names(count: usize) -> Vec<String> {
    let own = NAMES.iter().map(|name| (*name).to_owned());
    let further = (0..count.saturating_sub(NAMES.len())).map(|n| format!("verifier_{n}"));
    own.chain(further).collect()
}

/// The features of a candidate: logarithms of what spans powers of ten, log odds of scores, colours and shares from 0 to 1.
pub fn features(
    candidate: &Candidate,
    second: &SecondLook,
    gsd_cm: f64,
    pixels: &Pixels,
) -> Vec<f64> {
    let looks = second.looks.iter().copied();
    let mut values = vec![
        log_odds(candidate.score_max),
        log_odds(candidate.score_mean),
        log_odds(second.mean()),
        second.spread(),
        log_odds(looks.clone().fold(1.0, f64::min)),
        log_odds(looks.fold(0.0, f64::max)),
        candidate.area_m2.max(1e-3).ln(),
        (candidate.hits as f64).ln(),
        roundness(candidate),
        gsd_cm.max(1e-3).ln(),
        candidate.votes.map_or(1.0, Votes::share),
    ];
    values.extend(colours(pixels));
    let verdict = second.verdict.as_ref();
    values.push(verdict.map_or(0.0, |v| log_odds(v.score)));
    values.push(verdict.map_or(0.0, |v| v.before_bloom));
    values.extend(verdict.iter().flat_map(|v| v.features.iter().copied()));
    values
}

/// Four pi times the area over the square of the perimeter: one of a circle.
fn roundness(candidate: &Candidate) -> f64 {
    let plane = LocalPlane::at(candidate.at);
    let metres = candidate.polygon.map_coords(|c| {
        let p = plane.to_plane(c.into());
        Coord { x: p.x, y: p.y }
    });
    let around: f64 = metres.iter().map(|p| Euclidean.length(p.exterior())).sum();
    let area = metres.unsigned_area();
    if around > 0.0 {
        4.0 * std::f64::consts::PI * area / (around * around)
    } else {
        0.0
    }
}

/// Sums of colours over some pixels.
#[derive(Default)]
struct ColourSums {
    count: f64,
    sum: [f64; 3],
    squares: [f64; 3],
    kinds: [f64; 4],
}

impl ColourSums {
    fn add(&mut self, rgb: [f64; 3]) {
        let [r, g, b] = rgb;
        self.count += 1.0;
        for (c, value) in rgb.into_iter().enumerate() {
            self.sum[c] += value;
            self.squares[c] += value * value;
        }
        let (most, least) = (r.max(g).max(b), r.min(g).min(b));
        let is = |holds: bool| f64::from(u8::from(holds));
        self.kinds[0] += is(r > 1.25 * g && r > 0.2);
        self.kinds[1] += 2.0 * g - r - b;
        self.kinds[2] += is(g > r && b > r);
        self.kinds[3] += is(most - least < 0.06);
    }

    fn mean(&self, c: usize) -> f64 {
        self.sum[c] / self.count.max(1.0)
    }

    fn spread(&self, c: usize) -> f64 {
        let mean = self.mean(c);
        (self.squares[c] / self.count.max(1.0) - mean * mean)
            .max(0.0)
            .sqrt()
    }
}

/// Thirteen figures of the colours in the inner half of a window, and of how it differs from the rest.
fn colours(pixels: &Pixels) -> Vec<f64> {
    let (mut inner, mut ring) = (ColourSums::default(), ColourSums::default());
    let Rect { x0, y0, x1, y1 } = pixels.rect;
    let (width, height) = ((x1 - x0) as usize, (y1 - y0) as usize);
    let is_inner = |x: usize, y: usize| {
        (width / 4..width - width / 4).contains(&x)
            && (height / 4..height - height / 4).contains(&y)
    };
    let planes = &pixels.colours;
    let each = planes[0].iter().zip(&planes[1]).zip(&planes[2]).enumerate();
    for (i, ((r, g), b)) in each {
        let sums = if is_inner(i % width, i / width) {
            &mut inner
        } else {
            &mut ring
        };
        sums.add([r, g, b].map(|v| f64::from(*v) / 255.0));
    }
    let each = [0, 1, 2];
    let kinds = inner.kinds.map(|sum| sum / inner.count.max(1.0));
    each.iter()
        .map(|c| inner.mean(*c))
        .chain(each.iter().map(|c| inner.spread(*c)))
        .chain(each.iter().map(|c| inner.mean(*c) - ring.mean(*c)))
        .chain(kinds)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_of_the_middle_and_beside_it() {
        let rect = Rect {
            x0: 10,
            y0: 10,
            x1: 18,
            y1: 18,
        };
        let is_inner = |i: usize| (2..6).contains(&(i % 8)) && (2..6).contains(&(i / 8));
        let plane = |inner: u8| {
            (0..64)
                .map(|i| if is_inner(i) { inner } else { 51 })
                .collect()
        };
        let pixels = Pixels {
            rect,
            colours: [plane(255), plane(51), plane(51)],
            validity: None,
        };
        let found = colours(&pixels);
        let wanted = [
            1.0, 0.2, 0.2, 0.0, 0.0, 0.0, 0.8, 0.0, 0.0, 1.0, -0.8, 0.0, 0.0,
        ];
        assert_eq!(found.len(), wanted.len());
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-6, "{found} is not {wanted}");
        }
        let none = Pixels {
            rect,
            colours: [vec![], vec![], vec![]],
            validity: None,
        };
        assert!(colours(&none).iter().all(|v| v.abs() < 1e-12));
        assert_eq!(names(28)[26..], ["verifier_0", "verifier_1"]);
    }
}
