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

/// Whether a `model_type` is that of what looks at candidates alone.
pub(super) fn is_verifier(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("verifier")
}

impl ModelKind {
    /// What a model whose output has so many sizes is for. The exporter of YOLO v5 names no task: what it writes is a detector
    /// where there are three.
    pub(super) fn of(keys: &Keys, sizes: Option<usize>) -> Result<Self, ModelError> {
        let Some(kind) = keys.text("model_type")? else {
            let is_yolo5 = ["stride", "class_names"].map(|key| keys.0.contains_key(key));
            return Ok(match (is_yolo5, sizes) {
                ([true, true], Some(3)) => Self::Detector,
                _ => Self::Classifier,
            });
        };
        match kind.to_ascii_lowercase().as_str() {
            "classifier" => Ok(Self::Classifier),
            "detector" => Ok(Self::Detector),
            "segmentor" => Ok(Self::Segmentor),
            _ => Err(ModelError::OtherKind { kind }),
        }
    }
}
