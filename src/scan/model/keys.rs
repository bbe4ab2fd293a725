//! The keys of a model's metadata, each a JSON value.

use super::error::ModelError;
use super::foreign;
use serde_json::Value;
use std::collections::BTreeMap;

/// Metadata with every value read as JSON.
pub(super) struct Keys(pub(super) BTreeMap<String, Value>);

/// The keys of the contract.
pub(super) const KEYS: [&str; 30] = [
    "model_type",
    "class_names",
    "resolution",
    "tile_size",
    "tiles_size",
    "tiles_overlap",
    "standardization_mean",
    "standardization_std",
    "det_type",
    "det_conf",
    "det_iou_thresh",
    "seg_thresh",
    "papaver_activation",
    "papaver_positive",
    "papaver_threshold",
    "papaver_resolution_range",
    "papaver_cell",
    "papaver_halo",
    "papaver_boxes",
    "papaver_box_units",
    "papaver_before_bloom",
    "papaver_sights",
    "papaver_views",
    "papaver_dispatch_threshold",
    "papaver_candidate_threshold",
    "papaver_evidence_threshold",
    "papaver_sure_threshold",
    "papaver_expected",
    "papaver_features",
    "papaver_first_stage",
];

/// Keys whose values other exporters write as plain text; ours are the rest.
pub(super) fn is_ours(key: &str) -> bool {
    key.starts_with("papaver_")
        || [
            "model_type",
            "class_names",
            "resolution",
            "tile_size",
            "tiles_size",
            "tiles_overlap",
        ]
        .contains(&key)
        || ["standardization_", "det_", "seg_"]
            .iter()
            .any(|start| key.starts_with(start))
}

impl Keys {
    pub(super) fn parse(metadata: &BTreeMap<String, String>) -> Result<Self, ModelError> {
        let read = |(key, text): (&String, &String)| {
            serde_json::from_str(text)
                .map(|value| (key.clone(), value))
                .map_err(|_ignored| ModelError::NotJson {
                    key: key.clone(),
                    value: text.chars().take(60).collect(),
                })
        };
        let ours = metadata.iter().filter(|(key, _)| is_ours(key));
        let mut keys: BTreeMap<String, Value> = ours.map(read).collect::<Result<_, _>>()?;
        for (key, value) in foreign::translated(metadata) {
            keys.entry(key.into()).or_insert(value);
        }
        Ok(Self(keys))
    }

    pub(super) fn wrong(&self, key: &str) -> ModelError {
        ModelError::BadValue {
            key: key.into(),
            value: self.0.get(key).map(Value::to_string).unwrap_or_default(),
        }
    }

    pub(super) fn must(&self, holds: bool, key: &str) -> Result<(), ModelError> {
        if holds { Ok(()) } else { Err(self.wrong(key)) }
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<String>, ModelError> {
        self.0
            .get(key)
            .map(|v| v.as_str().map(str::to_owned).ok_or_else(|| self.wrong(key)))
            .transpose()
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, ModelError> {
        self.0
            .get(key)
            .map(|v| v.as_f64().ok_or_else(|| self.wrong(key)))
            .transpose()
    }

    pub(super) fn whole(&self, key: &str) -> Result<Option<u32>, ModelError> {
        self.number(key)?
            .map(|v| small_whole(v).ok_or_else(|| self.wrong(key)))
            .transpose()
    }

    pub(super) fn three(&self, key: &str) -> Result<Option<[f32; 3]>, ModelError> {
        let Some(value) = self.0.get(key) else {
            return Ok(None);
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the model computes in single precision"
        )]
        let numbers: Option<Vec<f32>> = value
            .as_array()
            .and_then(|list| list.iter().map(|v| v.as_f64().map(|v| v as f32)).collect());
        numbers
            .and_then(|n| <[f32; 3]>::try_from(n).ok())
            .map(Some)
            .ok_or_else(|| self.wrong(key))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a small whole number"
)]
fn small_whole(v: f64) -> Option<u32> {
    ((0.0..=65_536.0).contains(&v) && v.fract() == 0.0).then_some(v as u32)
}
