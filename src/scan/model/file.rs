//! A model file of whatever kind, to be looked at and not to be run.

use super::error::ModelError;
use super::kind::is_verifier;
use super::runtime::Runtime;
use super::session::{Device, Model, bytes_of, named};
use super::verifier::Verifier;
use std::path::Path;
use std::sync::Arc;

/// A model file that was read and checked.
pub enum ModelFile {
    /// It searches; keys that it needs may be missing, and these errors say which. Nothing that depends on them is true of it.
    Searches(Box<Model>, Vec<ModelError>),
    /// It looks at candidates.
    Verifies(Box<Verifier>),
}

impl ModelFile {
    /// The model in `path`, else the built-in one.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn read(runtime: &Runtime, path: Option<&Path>) -> Result<Self, ModelError> {
        let (bytes, name) = bytes_of(path)?;
        Self::of_bytes(runtime, bytes, name).map_err(|e| named(path, e))
    }

    /// A model of these bytes.
    pub(super) fn of_bytes(
        runtime: &Runtime,
        bytes: Arc<[u8]>,
        name: String,
    ) -> Result<Self, ModelError> {
        match Model::of_bytes(runtime, bytes.clone(), name.clone(), Device::Cpu) {
            Err(ModelError::OtherKind { kind }) if is_verifier(&kind) => {
                let verifier = Verifier::of_bytes(runtime, bytes, name, Device::Cpu)?;
                Ok(Self::Verifies(Box::new(verifier)))
            }
            found => found.map(|(model, gaps)| Self::Searches(Box::new(model), gaps)),
        }
    }
}
