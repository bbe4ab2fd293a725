//! A value that a model gave: a number, and where the file says so a share of one.

use super::error::ModelError;

/// Says no to what is no number.
pub(super) fn number(score: f32) -> Result<f32, ModelError> {
    if score.is_finite() {
        Ok(score)
    } else {
        Err(ModelError::NotANumber)
    }
}

/// Rounding of single and half precision about 0 and 1.
const ROUNDING: f32 = 1e-3;

/// A share of one; anything else is a model that gives something else than its file says.
pub(super) fn probability(value: f32) -> Result<f32, ModelError> {
    if (-ROUNDING..=1.0 + ROUNDING).contains(&number(value)?) {
        Ok(value.clamp(0.0, 1.0))
    } else {
        Err(ModelError::NotAProbability { value })
    }
}

pub(super) fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}
