//! Counting by sample: quadrats, their mean and the 95 % interval of the estimate for the whole area.
//!
//! The estimate is the mean per square metre times the planted area, as the standard for filing cases asks; the interval
//! is Student's t over the quadrats, with the finite population correction where they cover much of the area.

use super::body::Count;
use crate::words::Lang;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Why quadrats give no estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuadratFlaw {
    /// Fewer than two: there is no interval.
    TooFew,
    /// A quadrat or the area has no size.
    NoSize,
    /// Together they are larger than the area.
    LargerThanArea,
    /// The plants were counted as well, each of them.
    CountedToo,
}

impl QuadratFlaw {
    /// In words.
    pub fn say(self, lang: Lang) -> &'static str {
        match self {
            Self::TooFew => lang.pick(
                "two quadrats or more are needed for an interval",
                "至少两个样方才有区间",
            ),
            Self::NoSize => lang.pick(
                "quadrats need the size of a quadrat and the planted area",
                "样方须同时填写样方面积与种植面积",
            ),
            Self::LargerThanArea => lang.pick(
                "the quadrats together are larger than the planted area",
                "样方总面积大于种植面积",
            ),
            Self::CountedToo => lang.pick(
                "plants are both counted and sampled in quadrats: which holds?",
                "既填了逐株株数又填了样方，请只留其一",
            ),
        }
    }
}

/// Estimates plants from counts in quadrats of `quadrat_dm2` within `area_dm2` (square decimetres).
///
/// # Errors
/// See [`QuadratFlaw`].
#[expect(
    clippy::cast_precision_loss,
    reason = "counts and areas of fields are far below 2^53"
)]
pub fn estimate(counts: &[u64], quadrat_dm2: u64, area_dm2: u64) -> Result<Count, QuadratFlaw> {
    if counts.len() < 2 {
        return Err(QuadratFlaw::TooFew);
    }
    if quadrat_dm2 == 0 || area_dm2 == 0 {
        return Err(QuadratFlaw::NoSize);
    }
    let n = counts.len() as f64;
    let share = n * quadrat_dm2 as f64 / area_dm2 as f64;
    if share > 1.0 {
        return Err(QuadratFlaw::LargerThanArea);
    }
    let mean = counts.iter().sum::<u64>() as f64 / n;
    let variance = counts
        .iter()
        .map(|c| (*c as f64 - mean).powi(2))
        .sum::<f64>()
        / (n - 1.0);
    let t = StudentsT::new(0.0, 1.0, n - 1.0).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975));
    let half = t * (variance / n * (1.0 - share)).sqrt();
    let scale = area_dm2 as f64 / quadrat_dm2 as f64;
    let seen = counts.iter().sum::<u64>();
    Ok(Count::Quadrats {
        counts: counts.to_vec(),
        quadrat_dm2,
        area_dm2,
        plants: whole(mean * scale),
        low: whole((mean - half) * scale).max(seen),
        high: whole((mean + half) * scale),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a u64 holds exactly"
)]
fn whole(plants: f64) -> u64 {
    plants.round().clamp(0.0, 9e15) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_textbook_sample_has_its_interval() {
        // Ten quadrats of 1 m² in 200 m²: mean 6.0, s² = 20/9, t(9) = 2.262157, correction 0.95.
        let counts = [4, 5, 6, 7, 8, 6, 5, 7, 8, 4];
        let Ok(Count::Quadrats {
            plants, low, high, ..
        }) = estimate(&counts, 100, 20_000)
        else {
            panic!("estimated");
        };
        let half = 2.262_157 * (20.0_f64 / 9.0 / 10.0 * 0.95).sqrt() * 200.0;
        assert_eq!(plants, 1200);
        assert!(
            (f64::from(u32::try_from(high).expect("small")) - (1200.0 + half)).abs() <= 1.0,
            "{high}"
        );
        assert!(
            (f64::from(u32::try_from(low).expect("small")) - (1200.0 - half)).abs() <= 1.0,
            "{low}"
        );
    }

    #[test]
    fn no_interval_reaches_below_what_was_seen() {
        let Ok(Count::Quadrats { low, plants, .. }) = estimate(&[0, 0, 9], 100, 10_000) else {
            panic!("estimated");
        };
        assert_eq!((low, plants), (9, 300));
        assert_eq!(estimate(&[3], 100, 1000), Err(QuadratFlaw::TooFew));
        assert_eq!(
            estimate(&[3, 4], 100, 150),
            Err(QuadratFlaw::LargerThanArea)
        );
        assert_eq!(estimate(&[3, 4], 0, 150), Err(QuadratFlaw::NoSize));
    }
}
