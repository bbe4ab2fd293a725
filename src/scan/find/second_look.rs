//! What a second look says of a candidate, and how what was learnt moved it.

use crate::schema::ScoreBand;

/// How many further views of a candidate there are.
pub const LOOKS: usize = 8;

/// How learning moved a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moved {
    /// The learnt chance that it is real, as far as the verdicts go.
    pub score: f64,
    /// Its rank without learning.
    pub shipped: usize,
    /// Whether it would have gone down, and stays where it was to be looked at.
    pub audit: bool,
}

/// What eight further looks by the model that found it, and perhaps a verifier, say of a candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct SecondLook {
    /// The model's score in each view.
    pub looks: [f64; LOOKS],
    /// What a verifier says.
    pub verdict: Option<VerifierVerdict>,
    /// The candidate in numbers, for a head that learns from verdicts.
    pub features: Vec<f64>,
}

/// What a verifier says of a candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifierVerdict {
    /// The probability of poppy, 0 to 1.
    pub score: f64,
    /// How much of that is poppy before the bloom.
    pub before_bloom: f64,
    /// What is shown of it, by the verifier's own thresholds.
    pub band: ScoreBand,
    /// What its last layer sees.
    pub features: Vec<f64>,
}

impl SecondLook {
    /// The mean score of the looks.
    pub fn mean(&self) -> f64 {
        self.looks.iter().sum::<f64>() / LOOKS as f64
    }

    /// The standard deviation of the looks' scores.
    pub fn spread(&self) -> f64 {
        let mean = self.mean();
        let squares = self.looks.iter().map(|score| (score - mean).powi(2));
        (squares.sum::<f64>() / LOOKS as f64).sqrt()
    }

    /// The mean of all looks of the model alone, with the one that found the candidate.
    pub fn own(&self, found_with: f64) -> f64 {
        let looks = LOOKS as f64;
        (found_with + looks * self.mean()) / (looks + 1.0)
    }

    /// The evidence of all stages, 0 to 1. Of the model alone it is the mean of all its looks, the one that found the
    /// candidate being one of nine. A verifier's word counts twice as much as that, in log odds.
    pub fn evidence(&self, found_with: f64) -> f64 {
        let own = self.own(found_with);
        self.verdict.as_ref().map_or(own, |verdict| {
            probability((2.0 * log_odds(verdict.score) + log_odds(own)) / 3.0)
        })
    }
}

/// The log odds of a probability; of certainty, those of one in ten thousand.
pub fn log_odds(probability: f64) -> f64 {
    let p = probability.clamp(1e-4, 1.0 - 1e-4);
    (p / (1.0 - p)).ln()
}

/// The probability of log odds.
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn all_looks_count_alike_and_a_verifier_twice_as_much() {
        let mut second = SecondLook {
            looks: [0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9, 0.1],
            verdict: None,
            features: Vec::new(),
        };
        near(second.mean(), 0.5);
        near(second.spread(), 0.4);
        near(second.evidence(0.95), (0.95 + 4.0) / 9.0);
        second.verdict = Some(VerifierVerdict {
            score: 0.9,
            before_bloom: 0.0,
            band: ScoreBand::Strong,
            features: Vec::new(),
        });
        // Log odds 2 × ln 9 and 0, over three.
        near(second.evidence(0.5), probability(2.0 * 9.0_f64.ln() / 3.0));
    }
}
