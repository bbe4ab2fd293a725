//! Statistics of counts, pure: intervals of shares and rates, calibration, how many will be real, and when to stop looking.

pub mod curve;
pub mod expected;
pub mod logistic;
pub mod order;
pub mod reorder;
pub mod stopping;

use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A share of a count with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many of `of`.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// `count / of`; `None` of nothing.
    pub share: Option<f64>,
    /// Lower end of the interval, 0 to 1.
    pub low: f64,
    /// Upper end of the interval, 0 to 1.
    pub high: f64,
}

impl Share {
    /// The share with Wilson's score interval (Wilson 1927, doi:10.1080/01621459.1927.10502953); of nothing it is 0 to 1.
    pub fn new(count: usize, of: usize) -> Self {
        let (share, low, high) = if of == 0 {
            (None, 0.0, 1.0)
        } else {
            let (n, p) = (of as f64, count as f64 / of as f64);
            let middle = p + Z * Z / (2.0 * n);
            let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
            let scale = 1.0 + Z * Z / n;
            (
                Some(p),
                ((middle - half) / scale).max(0.0),
                ((middle + half) / scale).min(1.0),
            )
        };
        Self {
            count,
            of,
            share,
            low,
            high,
        }
    }
}

/// Events on an area with the exact 95 % interval of their rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// How many events.
    pub count: usize,
    /// Square kilometres they were counted on.
    pub km2: f64,
    /// Events per square kilometre; `None` where there is no area.
    pub per_km2: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
}

impl Rate {
    /// The rate with the exact interval of a Poisson count (Garwood 1936, doi:10.1093/biomet/28.3-4.437).
    pub fn new(count: usize, km2: f64) -> Self {
        let over = |n: f64| (km2 > 0.0).then(|| n / km2);
        let (low, high) = poisson_interval(count);
        Self {
            count,
            km2,
            per_km2: over(count as f64),
            low: over(low),
            high: over(high),
        }
    }
}

/// The exact 95 % interval of the mean of a Poisson count.
pub fn poisson_interval(count: usize) -> (f64, f64) {
    let quantile = |degrees: f64, p: f64| {
        ChiSquared::new(degrees).map_or(f64::NAN, |d| d.inverse_cdf(p)) / 2.0
    };
    let k = count as f64;
    let low = if count == 0 {
        0.0
    } else {
        quantile(2.0 * k, 0.025)
    };
    (low, quantile(2.0 * k + 2.0, 0.975))
}

/// One bin of a calibration table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// Scores from here (inclusive).
    pub from: f64,
    /// To here (exclusive but for the last).
    pub to: f64,
    /// Candidates in the bin.
    pub count: usize,
    /// Their mean score.
    pub mean_score: f64,
    /// The share of them that is poppy.
    pub true_share: f64,
}

/// How far scores are from shares of truth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Expected calibration error over ten bins of equal width (Guo et al. 2017, arXiv:1706.04599); `None` of nothing.
    pub expected_error: Option<f64>,
    /// Candidates counted.
    pub count: usize,
    /// The share of them that is poppy: the error holds at this prevalence alone.
    pub prevalence: Option<f64>,
    /// The bins that hold any.
    pub bins: Vec<CalibrationBin>,
}

impl Calibration {
    /// Percentage points by which scores and shares of truth differ on average: the error, as people read it.
    pub fn points_apart(&self) -> Option<f64> {
        self.expected_error.map(|error| error * 100.0)
    }
}

const BINS: usize = 10;

/// The calibration of (score 0 to 1, whether it is poppy) over scores of at least `floor`.
pub fn calibration(scored: &[(f64, bool)], floor: f64) -> Calibration {
    let kept: Vec<(f64, bool)> = scored.iter().copied().filter(|s| s.0 >= floor).collect();
    let mut bins = Vec::new();
    let mut error = 0.0;
    for number in 0..BINS {
        let edge = |n: usize| n as f64 / BINS as f64;
        let (from, to) = (edge(number), edge(number + 1));
        let last = number + 1 == BINS;
        let inside: Vec<&(f64, bool)> = kept
            .iter()
            .filter(|(s, _)| *s >= from && (*s < to || last))
            .collect();
        if inside.is_empty() {
            continue;
        }
        let count = inside.len() as f64;
        let mean_score = inside.iter().map(|s| s.0).sum::<f64>() / count;
        let true_share = inside.iter().filter(|s| s.1).count() as f64 / count;
        error += (mean_score - true_share).abs() * count / kept.len() as f64;
        bins.push(CalibrationBin {
            from,
            to,
            count: inside.len(),
            mean_score,
            true_share,
        });
    }
    let any = !kept.is_empty();
    Calibration {
        expected_error: any.then_some(error),
        count: kept.len(),
        prevalence: any.then(|| kept.iter().filter(|s| s.1).count() as f64 / kept.len() as f64),
        bins,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() < tolerance, "{a} is not {b}");
    }

    #[test]
    fn wilson_intervals_are_those_of_the_tables() {
        // 8 of 10: Wilson's interval is 0.4901625 to 0.9433178 (R, binom::binom.confint, method "wilson").
        let share = Share::new(8, 10);
        near(share.low, 0.490_162_5, 1e-6);
        near(share.high, 0.943_317_8, 1e-6);
        // 0 of 12: the upper end is z²/(n + z²) = 3.8414588/15.8414588.
        let none = Share::new(0, 12);
        near(none.high, 0.242_494, 1e-6);
        near(none.low, 0.0, 1e-12);
        // All of 12: the mirror image.
        near(Share::new(12, 12).low, 1.0 - 0.242_494, 1e-6);
        assert_eq!((Share::new(0, 0).share, Share::new(0, 0).high), (None, 1.0));
    }

    #[test]
    fn poisson_intervals_are_those_of_the_tables() {
        // To the digits of R's poisson.test.
        for (count, low, high) in [
            (0, 0.0, 3.6889),
            (1, 0.0253, 5.5716),
            (3, 0.6187, 8.7673),
            (10, 4.7954, 18.3904),
            (25, 16.1787, 36.9049),
        ] {
            let (l, h) = poisson_interval(count);
            near(l, low, 5e-5);
            near(h, high, 5e-5);
        }
        let rate = Rate::new(0, 0.0135);
        assert_eq!(rate.per_km2, Some(0.0));
        near(rate.high.expect("an area"), 273.25, 0.01);
        assert_eq!(Rate::new(3, 0.0).per_km2, None);
    }

    #[test]
    fn calibration_is_the_weighted_gap_between_score_and_truth() {
        // Bin 0.2: scores 0.20 and 0.28, one true: |0.24 - 0.5| = 0.26, weight 2/4.
        // Bin 0.9: scores 0.95 and 1.00, both true: |0.975 - 1| = 0.025, weight 2/4. Error 0.13 + 0.0125.
        let scored = [
            (0.20, true),
            (0.28, false),
            (0.95, true),
            (1.0, true),
            (0.04, false),
        ];
        let found = calibration(&scored, 0.05);
        near(found.expected_error.expect("some"), 0.1425, 1e-12);
        assert_eq!((found.count, found.bins.len()), (4, 2));
        near(found.prevalence.expect("some"), 0.75, 1e-12);
        assert_eq!(calibration(&[], 0.05).expected_error, None);
    }
}
