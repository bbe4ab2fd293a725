//! What the second look is worth: how well candidates are told apart by the score that they were found with, and by the evidence
//! of all stages; pure.

use super::outcome::JudgedCandidate;
use crate::statistics::order::Discrimination;
use serde::Serialize;

/// Both orders of the candidates at the operating threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stages {
    /// By the best score of the model that found them.
    pub first: Discrimination,
    /// By the evidence of all stages.
    pub all: Discrimination,
}

impl Stages {
    /// Of candidates that were judged; nothing where none was looked at once more.
    pub fn of(candidates: &[&JudgedCandidate]) -> Option<Self> {
        let looked = candidates.iter().any(|c| c.score_looks.is_some());
        let by = |score: fn(&JudgedCandidate) -> f64| {
            Discrimination::of(
                &candidates
                    .iter()
                    .map(|c| (score(c), c.poppy))
                    .collect::<Vec<_>>(),
            )
        };
        looked.then(|| Self {
            first: by(|c| c.score),
            all: by(|c| c.evidence),
        })
    }
}
