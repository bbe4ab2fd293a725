//! From 16 bits to 8: one stretch a raster, never one a tile, so that the same ground looks the same everywhere.

/// Share of the sampled values that may be cut off at either end.
const TAIL: f64 = 0.005;

/// A linear map of 16-bit values to 8 bits, as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The value that becomes 0.
    pub low: u16,
    /// The value that becomes 255.
    pub high: u16,
    table: Vec<u8>,
}

impl Stretch {
    /// From how often each value occurs. Values that fit 8 bits already are kept as they are.
    pub(crate) fn of_counts(counts: &[u64]) -> Self {
        let total: u64 = counts.iter().sum();
        // Nothing known: a map that turns nothing white.
        let Some(highest) = counts.iter().rposition(|c| *c > 0) else {
            return Self::between(0, u16::MAX);
        };
        if highest <= 255 {
            return Self::between(0, 255);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count"
        )]
        let cut = (total as f64 * TAIL) as u64;
        let low = past(cut, counts, 0..counts.len()).unwrap_or(0);
        let high = past(cut, counts, (0..counts.len()).rev()).unwrap_or(highest);
        Self::between(
            u16::try_from(low).unwrap_or(0),
            u16::try_from(high.max(low + 1)).unwrap_or(u16::MAX),
        )
    }

    fn between(low: u16, high: u16) -> Self {
        let span = f64::from(high) - f64::from(low);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to 0..=255"
        )]
        let table = (0..=u16::MAX)
            .map(|v| {
                ((f64::from(v) - f64::from(low)) / span * 255.0)
                    .round()
                    .clamp(0.0, 255.0) as u8
            })
            .collect();
        Self { low, high, table }
    }

    /// One value.
    pub fn apply(&self, value: u16) -> u8 {
        self.table[usize::from(value)]
    }
}

/// The first of `values` at which their counts together exceed `cut`.
fn past(cut: u64, counts: &[u64], mut values: impl Iterator<Item = usize>) -> Option<usize> {
    let mut sum = 0;
    values.find(|v| {
        sum += counts[*v];
        sum > cut
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_within_eight_bits_are_kept() {
        let mut counts = vec![0; 65_536];
        counts[3] = 10;
        counts[200] = 10;
        let stretch = Stretch::of_counts(&counts);
        assert!((0..=255).all(|v| u16::from(stretch.apply(v)) == v));
    }

    #[test]
    fn a_few_outliers_do_not_squeeze_the_rest() {
        let mut counts = vec![0; 65_536];
        counts[1000..3000].fill(100);
        counts[65_535] = 5;
        let stretch = Stretch::of_counts(&counts);
        assert!(
            (1000..1020).contains(&stretch.low) && (2980..3000).contains(&stretch.high),
            "{} {}",
            stretch.low,
            stretch.high
        );
        assert_eq!((stretch.apply(0), stretch.apply(65_535)), (0, 255));
    }
}
