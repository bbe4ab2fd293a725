//! What a model is for, by its `model_type`.

use super::error::ModelError;
use super::keys::Keys;

/// What a model is for, by its `model_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ModelKind {
    /// It tells of tiles or cells whether they show poppy.
    Classifier,
    /// It tells boxes around single things.
    Detector,
    /// It tells of each pixel what it shows.
    Segmentor,
}

impl ModelKind {
    pub(super) fn of(keys: &Keys) -> Result<Self, ModelError> {
        let Some(kind) = keys.text("model_type")? else {
            return Ok(Self::Classifier);
        };
        match kind.to_ascii_lowercase().as_str() {
            "classifier" => Ok(Self::Classifier),
            "detector" => Ok(Self::Detector),
            "segmentor" => Ok(Self::Segmentor),
            _ => Err(ModelError::OtherKind { kind }),
        }
    }
}
