//! How many will be real: the number of true ones among what nobody has looked at yet, out of verdicts on what is like it; pure.
//!
//! In each band of score the share of true ones follows the beta distribution that the verdicts leave, of a prior that weighs one
//! verdict at the share of all bands together; their number follows the binomial distribution of that share. Bands are added up
//! exactly, by convolution.

use serde::Serialize;
use statrs::function::gamma::ln_gamma;

/// Fewer verdicts than this say nothing.
pub const LEAST_VERDICTS: usize = 20;
/// So many verdicts a band's prior weighs.
const PRIOR: f64 = 1.0;
/// What lies outside the interval on each side.
const TAIL: f64 = 0.05;

/// What is known of one band of score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScoreRange {
    /// Verdicts that were true.
    pub yes: usize,
    /// Verdicts that were false.
    pub no: usize,
    /// Nobody has looked at these yet.
    pub open: usize,
}

/// A number of true ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Expected {
    /// Of so many that nobody has looked at yet.
    pub of: usize,
    /// After so many verdicts.
    pub verdicts: usize,
    /// The mean.
    pub mean: f64,
    /// Lower end of the 90 % interval.
    pub low: usize,
    /// Upper end of the 90 % interval.
    pub high: usize,
}

impl Expected {
    /// The number of true ones; `None` below [`LEAST_VERDICTS`], and where none was true or none was false, so that nobody can tell
    /// how they differ.
    pub fn new(bands: &[ScoreRange]) -> Option<Self> {
        let sum = |of: fn(&ScoreRange) -> usize| bands.iter().map(of).sum::<usize>();
        let (yes, no, of) = (sum(|b| b.yes), sum(|b| b.no), sum(|b| b.open));
        if yes + no < LEAST_VERDICTS || yes == 0 || no == 0 {
            return None;
        }
        let overall = yes as f64 / (yes + no) as f64;
        let mut chances = vec![1.0];
        for band in bands.iter().filter(|band| band.open > 0) {
            chances = added(&chances, &beta_binomial(band, overall));
        }
        let mean = chances.iter().enumerate().map(|(k, p)| k as f64 * p).sum();
        Some(Self {
            of,
            verdicts: yes + no,
            mean,
            low: quantile(&chances, TAIL),
            high: quantile(&chances, 1.0 - TAIL),
        })
    }
}

/// The chance of each number of true ones in a band. One without verdicts is like all others, only much less sure.
fn beta_binomial(band: &ScoreRange, overall: f64) -> Vec<f64> {
    let a = band.yes as f64 + PRIOR * overall;
    let b = band.no as f64 + PRIOR * (1.0 - overall);
    let n = band.open;
    let whole = ln_beta(a, b);
    (0..=n)
        .map(|k| (ln_choose(n, k) + ln_beta(k as f64 + a, (n - k) as f64 + b) - whole).exp())
        .collect()
}

/// The logarithm of the beta function.
fn ln_beta(x: f64, y: f64) -> f64 {
    ln_gamma(x) + ln_gamma(y) - ln_gamma(x + y)
}

/// The logarithm of how many ways there are to choose `k` of `n`.
fn ln_choose(n: usize, k: usize) -> f64 {
    ln_gamma(n as f64 + 1.0) - ln_gamma(k as f64 + 1.0) - ln_gamma((n - k) as f64 + 1.0)
}

/// The chances of a sum of two numbers.
fn added(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; a.len() + b.len() - 1];
    for (i, p) in a.iter().enumerate().filter(|(_, p)| **p > 1e-15) {
        for (j, q) in b.iter().enumerate() {
            sum[i + j] += p * q;
        }
    }
    sum
}

/// The smallest number of which at least `share` of the chances lie at or below it.
fn quantile(chances: &[f64], share: f64) -> usize {
    let total: f64 = chances.iter().sum();
    let mut below = 0.0;
    let at = chances.iter().position(|p| {
        below += p;
        below >= share * total
    });
    at.unwrap_or(chances.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn it_cannot_say_from_too_few_verdicts_or_of_one_kind() {
        let band = |yes, no| ScoreRange { yes, no, open: 50 };
        assert_eq!(Expected::new(&[band(5, 14)]), None);
        assert_eq!(Expected::new(&[band(0, 100)]), None);
        assert_eq!(Expected::new(&[band(100, 0)]), None);
        assert!(Expected::new(&[band(5, 15)]).is_some());
    }

    #[test]
    fn the_mean_is_the_share_of_the_verdicts_and_all_chances_are_one() {
        let band = ScoreRange {
            yes: 30,
            no: 70,
            open: 40,
        };
        let found = Expected::new(&[band]).expect("enough");
        assert!((found.mean - 12.0).abs() < 1e-6, "{found:?}");
        assert!(found.low < 12 && found.high > 12);
        let chances: f64 = beta_binomial(&band, 0.3).iter().sum();
        assert!((chances - 1.0).abs() < 1e-9);
    }

    /// Surveys of candidates in four bands whose shares differ from survey to survey, some of them looked at in any order.
    #[test]
    fn ninety_per_cent_intervals_hold_in_a_thousand_surveys() {
        let mut random = StdRng::seed_from_u64(17);
        let (mut held, mut told) = (0, 0);
        while told < 1000 {
            let mut bands = [ScoreRange::default(); 4];
            let mut real = 0;
            let level = random.random::<f64>();
            for (n, band) in bands.iter_mut().enumerate() {
                let share =
                    level * [0.05, 0.15, 0.4, 0.8][n] * (0.5 + 0.5 * random.random::<f64>());
                let looked = 0.2 + 0.6 * random.random::<f64>();
                for _ in 0..random.random_range(5..80) {
                    let is_real = random.random::<f64>() < share;
                    if random.random::<f64>() < looked {
                        *(if is_real { &mut band.yes } else { &mut band.no }) += 1;
                    } else {
                        band.open += 1;
                        real += usize::from(is_real);
                    }
                }
            }
            if let Some(found) = Expected::new(&bands) {
                told += 1;
                held += usize::from((found.low..=found.high).contains(&real));
            }
        }
        assert!(held >= 880, "{held} of 1000");
        assert!(held <= 990, "{held} of 1000: the intervals are of no use");
    }
}
