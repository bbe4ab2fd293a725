//! A field of counts on ground of different size: its mean rate, how much rates vary beyond chance, and how probable a count is.

use statrs::function::{beta::beta_reg, gamma::gamma_lr};

/// Standard errors that the variance between cells is taken to be higher than its estimate.
const ERRORS: f64 = 1.0;

/// Sums over cells, from which the mean and the variance of rates follow with any of them left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dispersion {
    cells: f64,
    km2: f64,
    sites: f64,
    /// Sum of n²/km².
    squares: f64,
}

impl Dispersion {
    /// The sums over cells with these counts and square kilometres.
    pub fn of(counts: &[usize], km2: &[f64]) -> Self {
        let pairs = counts.iter().copied().zip(km2.iter().copied());
        pairs.fold(Self::default(), |sums, pair| sums.plus(pair, 1.0))
    }

    fn plus(self, (count, km2): (usize, f64), sign: f64) -> Self {
        let n = count as f64;
        Self {
            cells: self.cells + sign,
            km2: km2.mul_add(sign, self.km2),
            sites: n.mul_add(sign, self.sites),
            squares: (n * n / km2).mul_add(sign, self.squares),
        }
    }

    /// The field without some of its cells.
    #[must_use]
    pub fn without(&self, cells: impl Iterator<Item = (usize, f64)>) -> Self {
        cells.fold(*self, |sums, pair| sums.plus(pair, -1.0))
    }

    /// Sites per square kilometre.
    pub fn mean(&self) -> f64 {
        if self.km2 > 0.0 {
            self.sites / self.km2
        } else {
            0.0
        }
    }

    /// The variance of rates between cells, chance and all, weighted by km².
    fn spread(&self) -> f64 {
        let mean = self.mean();
        if self.km2 > 0.0 {
            (self.squares / self.km2 - mean * mean).max(0.0)
        } else {
            0.0
        }
    }

    /// The part of it that chance does not explain (Marshall's, as in [`super::stats::EmpiricalBayes`]).
    pub fn variance(&self) -> f64 {
        let chance = self.mean() * self.cells / self.km2.max(f64::MIN_POSITIVE);
        (self.spread() - chance).max(0.0)
    }

    /// The same and its standard error: an estimate too low by chance would show what is not there.
    pub(crate) fn variance_at_most(&self) -> f64 {
        self.variance() + ERRORS * self.spread() * (2.0 / (self.cells - 1.0).max(1.0)).sqrt()
    }
}

/// The probability of at least `count` sites on some cells, each with its square kilometres, where the rates of cells are
/// gamma distributed with this mean and variance: a negative binomial with the sum's mean and variance, and where rates
/// do not vary, Poisson's.
pub fn chance(count: usize, km2: &[f64], mean: f64, variance: f64) -> f64 {
    if count == 0 {
        return 1.0;
    }
    let expected = mean * km2.iter().sum::<f64>();
    let more = variance * km2.iter().map(|a| a * a).sum::<f64>();
    let k = count as f64;
    if expected <= 0.0 {
        return 1.0;
    }
    // Size of the negative binomial; a large one is a Poisson.
    let size = expected * expected / more.max(f64::MIN_POSITIVE);
    if size > 1e7 {
        gamma_lr(k, expected)
    } else {
        beta_reg(k, size, expected / (expected + size))
    }
}
