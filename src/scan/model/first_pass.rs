//! The first pass: a quick model that looks at a window before the model does, and clears what is surely empty.
//!
//! It is the model itself in whole numbers of eight bits: it ranks cells as the model does, so that a threshold well below
//! the model's own loses next to nothing (`models/README.md`).

use super::contract::{Contract, Output};
use super::error::ModelError;
use super::keys::Keys;
use super::scorer::Scorer;
use super::session::{Device, Model};
use sha2::{Digest, Sha256};

/// The first pass of the model that comes with the program.
const BUILT_IN: &[u8] = include_bytes!("../../../models/papaver-first.onnx");

/// A first pass that fits its model.
#[derive(Clone)]
pub struct FirstPass {
    model: Model,
    /// The score that it has to give nowhere in a window, and nowhere around it, for the window to be cleared.
    threshold: f32,
}

impl FirstPass {
    /// SHA-256 of the built-in first pass.
    pub fn built_in_sha256() -> String {
        hex::encode(Sha256::digest(BUILT_IN))
    }

    /// The first pass of a model, for a scan at a threshold on a device.
    ///
    /// # Errors
    /// [`ModelError::NoFirstPass`] where the model has none, or runs where none is worth it; [`ModelError::BelowFirstPass`] where it
    /// would lose what is asked for.
    pub fn of(model: &Model, device: Device, threshold: f64) -> Result<Self, ModelError> {
        let first = match device {
            Device::Cpu => Self::of_bytes(BUILT_IN, model)?,
            Device::Cuda => None,
        };
        let first = first.ok_or(ModelError::NoFirstPass)?;
        let lowest = model.contract().threshold;
        if threshold < lowest {
            return Err(ModelError::BelowFirstPass { threshold, lowest });
        }
        Ok(first)
    }

    /// The first pass in these bytes, where it belongs to the model.
    fn of_bytes(bytes: &[u8], model: &Model) -> Result<Option<Self>, ModelError> {
        let name = "papaver-first.onnx".to_owned();
        let (first, _gaps) =
            Model::of_bytes(model.runtime(), bytes.into(), name, Device::default())?;
        let keys = Keys::parse(first.metadata())?;
        let key = "papaver_first_threshold";
        let threshold = keys.number(key)?.ok_or_else(|| keys.wrong(key))?;
        let belongs = keys.text("papaver_first_of")?.as_deref() == Some(model.sha256());
        let is_one = belongs
            && first.contract() == model.contract()
            && matches!(model.contract().output, Output::Dense { .. })
            && model.contract().input.is_free()
            && model.contract().input.batch.is_none()
            && (0.0..=model.contract().threshold).contains(&threshold);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "scores are single precision"
        )]
        let threshold = threshold as f32;
        Ok(is_one.then_some(Self {
            model: first,
            threshold,
        }))
    }

    /// The SHA-256 of its bytes, in hexadecimal.
    pub fn sha256(&self) -> &str {
        self.model.sha256()
    }

    /// The score from which nothing is cleared.
    pub(crate) fn threshold(&self) -> f32 {
        self.threshold
    }

    /// A scorer for one thread, which tells all cells of a window, those near its border too.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub(crate) fn scorer(&self) -> Result<Scorer, ModelError> {
        self.model.scorer_of(&whole(self.model.contract()))
    }
}

/// A contract by which the cells at a window's border count too.
fn whole(contract: &Contract) -> Contract {
    let mut whole = contract.clone();
    if let Output::Dense { halo, .. } = &mut whole.output {
        *halo = 0;
    }
    whole
}
