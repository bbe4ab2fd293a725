//! The limits of a funnel plot: what chance alone would keep the rates of districts within.

use statrs::distribution::{DiscreteCDF, Poisson};

/// Where `share` of Poisson counts of this mean lie below, interpolated between whole counts (Spiegelhalter 2005,
/// doi:10.1002/sim.1970).
pub fn limit(expected: f64, share: f64) -> f64 {
    let Ok(poisson) = Poisson::new(expected) else {
        return 0.0;
    };
    let k = poisson.inverse_cdf(share);
    let above = poisson.cdf(k);
    let below = if k == 0 { 0.0 } else { poisson.cdf(k - 1) };
    let k = k as f64;
    (k - (above - share) / (above - below)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_has_its_share_of_counts_below() {
        // Poisson of mean 4: P(X <= 8) = 0.978637, P(X <= 7) = 0.948866; the limit of 97.5 % lies between 7 and 8.
        let found = limit(4.0, 0.975);
        let expected = 8.0 - (0.978_637 - 0.975) / (0.978_637 - 0.948_866);
        assert!((found - expected).abs() < 1e-4, "{found} is not {expected}");
        assert!(limit(0.01, 0.025).abs() < 1e-12);
    }
}
