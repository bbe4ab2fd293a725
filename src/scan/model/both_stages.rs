//! How a model and its verifier decide together what is a candidate.

use super::error::ModelError;
use super::keys::Keys;

/// How both stages together decide what is listed as a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BothStages {
    /// The score of the first stage from which a place is looked at.
    pub score: f64,
    /// The evidence of both stages from which it is listed.
    pub evidence: f64,
    /// The mean of the first stage's looks, or of its best scores in several sources, from which it is listed whatever the second one
    /// says.
    pub sure: f64,
}

impl BothStages {
    /// Out of a verifier's metadata; nothing where it says nothing.
    ///
    /// # Errors
    /// [`ModelError::BadValue`] where one is no share of one, or only one of two that belong together is there.
    pub(super) fn of(keys: &Keys) -> Result<Option<Self>, ModelError> {
        let share = |key: &str| {
            let value = keys.number(key)?;
            let is_share = value.is_none_or(|v| v > 0.0 && v <= 1.0);
            keys.must(is_share, key).map(|()| value)
        };
        let (found, evidence) = ("papaver_candidate_threshold", "papaver_evidence_threshold");
        let sure = share("papaver_sure_threshold")?.unwrap_or(1.0);
        match (share(found)?, share(evidence)?) {
            (Some(score), Some(evidence)) => Ok(Some(Self {
                score,
                evidence,
                sure,
            })),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(keys.wrong(found)),
            (Some(_), None) => Err(keys.wrong(evidence)),
        }
    }
}
