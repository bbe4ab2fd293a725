//! Statistics of rates between districts and seasons, pure: ratios, shrinkage, plots of plants, many tests at once.

use crate::statistics::poisson_interval;
use serde::Serialize;
use statrs::distribution::{Beta, ChiSquared, ContinuousCDF};

/// The two ends of a 95 % interval.
const ENDS: (f64, f64) = (0.025, 0.975);

/// On less ground than this, in square kilometres, a count is no rate: one site on some hundred square metres would be tens
/// of thousands on a hundred square kilometres.
pub const LEAST_KM2: f64 = 0.1;

/// A count and the square kilometres it was counted on.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Counted {
    /// How many.
    pub count: usize,
    /// On how many square kilometres.
    pub km2: f64,
}

/// A rate per 100 km² with its exact 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Per100 {
    /// The rate.
    pub rate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Counted {
    /// The rate per 100 km² with the exact interval of a Poisson count; `None` where less than
    /// [`LEAST_KM2`] was searched.
    pub(crate) fn per_100(self) -> Option<Per100> {
        let (low, high) = poisson_interval(self.count);
        (self.km2 >= LEAST_KM2).then(|| Per100 {
            rate: self.count as f64 / self.km2 * 100.0,
            low: low / self.km2 * 100.0,
            high: high / self.km2 * 100.0,
        })
    }
}

/// One rate over another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ratio {
    /// The ratio; `None` where the rate before is zero.
    pub ratio: Option<f64>,
    /// Lower end of its exact 95 % interval.
    pub low: f64,
    /// Upper end; `None` where nothing bounds it.
    pub high: Option<f64>,
}

impl Ratio {
    /// The rate after over the rate before. The interval is exact for two Poisson counts: given their sum, the later one is
    /// binomial (Przyborowski and Wilenski 1940, doi:10.1093/biomet/31.3-4.313), and its interval Clopper and Pearson's.
    /// `None` where either ground is empty or nothing was counted on both.
    pub fn of(before: Counted, after: Counted) -> Option<Self> {
        let total = before.count + after.count;
        if before.km2 <= 0.0 || after.km2 <= 0.0 || total == 0 {
            return None;
        }
        let scale = before.km2 / after.km2;
        let odds = |share: f64| share / (1.0 - share) * scale;
        let quantile = |a: usize, b: usize, p: f64| {
            Beta::new(a as f64, b as f64).ok().map(|d| d.inverse_cdf(p))
        };
        let low = match after.count {
            0 => 0.0,
            k => odds(quantile(k, before.count + 1, ENDS.0)?),
        };
        let high = match before.count {
            0 => None,
            k => Some(odds(quantile(after.count + 1, k, ENDS.1)?)),
        };
        let ratio = (before.count > 0).then(|| after.count as f64 / before.count as f64 * scale);
        Some(Self { ratio, low, high })
    }

    /// Whether the interval leaves out that nothing changed: `Some(true)` more, `Some(false)` less.
    pub fn changed(self) -> Option<bool> {
        if self.low > 1.0 {
            Some(true)
        } else if self.high.is_some_and(|high| high < 1.0) {
            Some(false)
        } else {
            None
        }
    }
}

/// The 95 % interval of the number of plants that some sites stand for, each site with its plants: plants of one plot do not
/// come one by one, so their number is a sum of Poisson counts weighted by plants (Fay and Feuer 1997,
/// Statistics in Medicine 16, 791). `None` without plants.
pub(crate) fn plants_interval(plants: &[u64]) -> Option<(f64, f64)> {
    let weights: Vec<f64> = plants.iter().map(|p| *p as f64).collect();
    let total: f64 = weights.iter().sum();
    let variance: f64 = weights.iter().map(|w| w * w).sum();
    let largest = weights.iter().copied().fold(0.0, f64::max);
    if total <= 0.0 {
        return None;
    }
    let end = |mean: f64, variance: f64, p: f64| {
        let degrees = 2.0 * mean * mean / variance;
        ChiSquared::new(degrees)
            .ok()
            .map(|d| variance / (2.0 * mean) * d.inverse_cdf(p))
    };
    let low = end(total, variance, ENDS.0)?;
    let high = end(total + largest, variance + largest * largest, ENDS.1)?;
    Some((low, high))
}

/// Rates drawn towards their mean by as much as chance alone may have moved them.
#[derive(Debug, Clone, PartialEq)]
pub struct EmpiricalBayes {
    /// The rate of all together.
    pub mean: f64,
    /// The variance of true rates between them; 0 where chance alone explains the differences.
    pub variance: f64,
    /// The shrunken rates in the order given.
    pub rates: Vec<f64>,
}

impl EmpiricalBayes {
    /// Marshall's global estimator by moments (Marshall 1991, doi:10.2307/2347593). Counts without exposure are left out of
    /// the estimate and get the mean. `None` where nothing is exposed.
    pub fn of(counts: &[usize], exposures: &[f64]) -> Option<Self> {
        let pairs = || {
            counts
                .iter()
                .zip(exposures)
                .map(|(o, p)| (*o as f64, *p))
                .filter(|(_, p)| *p > 0.0)
        };
        let number = pairs().count();
        let exposure: f64 = pairs().map(|(_, p)| p).sum();
        if number == 0 {
            return None;
        }
        let mean = pairs().map(|(o, _)| o).sum::<f64>() / exposure;
        let spread = pairs()
            .map(|(o, p)| p * (o / p - mean).powi(2))
            .sum::<f64>()
            / exposure;
        let variance = (spread - mean * number as f64 / exposure).max(0.0);
        let shrunk = |o: f64, p: f64| {
            if p <= 0.0 || variance == 0.0 {
                return mean;
            }
            let weight = variance / (variance + mean / p);
            weight * (o / p) + (1.0 - weight) * mean
        };
        let rates = counts
            .iter()
            .zip(exposures)
            .map(|(o, p)| shrunk(*o as f64, *p))
            .collect();
        Some(Self {
            mean,
            variance,
            rates,
        })
    }
}

/// The p-values adjusted so that those of at most q are a list with an expected share q of false ones (Benjamini and
/// Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x).
pub fn false_discovery(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*b].total_cmp(&p[*a]));
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (at, index) in order.into_iter().enumerate() {
        let rank = p.len() - at;
        least = least.min(p[index] * p.len() as f64 / rank as f64);
        adjusted[index] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() < tolerance, "{a} is not {b}");
    }

    fn counted(count: usize, km2: f64) -> Counted {
        Counted { count, km2 }
    }

    #[test]
    fn the_ratio_of_two_counts_has_the_interval_of_r() {
        // R: poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)), the example of its manual.
        let ratio = Ratio::of(counted(21, 3011.0), counted(11, 800.0)).expect("events");
        near(ratio.ratio.expect("before"), 1.971_488, 1e-6);
        near(ratio.low, 0.858_426_4, 1e-6);
        near(ratio.high.expect("before"), 4.277_265_9, 1e-6);
        assert_eq!(ratio.changed(), None);
    }

    #[test]
    fn a_ratio_over_nothing_has_a_lower_end_only_and_none_over_no_ground() {
        let from_none = Ratio::of(counted(0, 10.0), counted(5, 10.0)).expect("events");
        assert_eq!((from_none.ratio, from_none.high), (None, None));
        // The share is 1 at best and 0.025^(1/5) at worst.
        let worst = 0.025_f64.powf(0.2);
        near(from_none.low, worst / (1.0 - worst), 1e-9);
        assert_eq!(from_none.changed(), None, "0.48 to 1 share: {from_none:?}");
        let to_none = Ratio::of(counted(5, 10.0), counted(0, 10.0)).expect("events");
        assert_eq!((to_none.ratio, to_none.low), (Some(0.0), 0.0));
        assert_eq!(Ratio::of(counted(0, 10.0), counted(0, 10.0)), None);
        assert_eq!(Ratio::of(counted(3, 0.0), counted(5, 10.0)), None);
    }

    #[test]
    fn empirical_bayes_gives_the_rates_of_pysal() {
        let found = EmpiricalBayes::of(&[0, 1, 2, 10, 40, 3], &[2., 1., 50., 100., 900., 300.])
            .expect("exposed");
        let expected = [0.03952, 0.06349, 0.04064, 0.08256, 0.04431, 0.01388];
        for (rate, expected) in found.rates.iter().zip(expected) {
            near(*rate, expected, 5e-6);
        }
    }

    #[test]
    fn rates_that_chance_alone_explains_are_all_the_mean() {
        let found = EmpiricalBayes::of(&[5, 5, 6], &[100., 100., 100.]).expect("exposed");
        assert!(found.variance.abs() < 1e-12);
        assert!(found.rates.iter().all(|r| (r - 16.0 / 300.0).abs() < 1e-12));
        assert_eq!(EmpiricalBayes::of(&[3], &[0.0]), None);
    }

    #[test]
    fn false_discovery_gives_the_table_of_r() {
        // R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "BH") is 0.05 five times; an unordered one by hand.
        for q in false_discovery(&[0.01, 0.02, 0.03, 0.04, 0.05]) {
            near(q, 0.05, 1e-12);
        }
        let q = false_discovery(&[0.8, 0.001, 0.04, 0.03]);
        for (found, expected) in q.iter().zip([0.8, 0.004, 0.16 / 3.0, 0.16 / 3.0]) {
            near(*found, expected, 1e-12);
        }
        assert!(false_discovery(&[]).is_empty());
    }

    #[test]
    fn plants_of_equal_plots_have_the_interval_of_the_plots() {
        let (low, high) = plants_interval(&[7; 10]).expect("plants");
        let (l, h) = poisson_interval(10);
        near(low, l * 7.0, 1e-6);
        near(high, h * 7.0, 1e-6);
        // One great plot among small ones: far wider than 1,009 plants would be if they came one by one.
        let (low, high) = plants_interval(&[1000, 1, 1, 1, 1, 1, 1, 1, 1, 1]).expect("plants");
        assert!(low < 100.0 && high > 5000.0, "{low} {high}");
        assert_eq!(plants_interval(&[]), None);
    }
}
