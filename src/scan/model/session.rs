//! The model at work.
//!
//! A [`Model`] is read and checked once; each worker makes a [`Scorer`] of its own with a single-threaded session, since
//! many small sessions beat one with many threads.

use super::contract::{Contract, Declared, tile_of};
use super::error::ModelError;
use super::input_shape::words;
use super::keys::Keys;
use super::kind::ModelKind;
use super::runtime::{Runtime, first_line};
use super::scorer::Scorer;
use crate::schema::BUILT_IN_MODEL;
use ort::ep::{CUDA, ExecutionProvider};
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The model that comes with the program.
const BUILT_IN: &[u8] = include_bytes!("../../../models/papaver.onnx");

/// Where the model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
}

impl Device {
    /// Its name, and the name of the execution provider that runs on it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Cuda => "CUDA",
        }
    }
}

/// An error with the file that it is about; a device that is not to be had is no fault of the file.
pub(super) fn named(path: Option<&Path>, error: ModelError) -> ModelError {
    match (path, error) {
        (Some(_), error @ ModelError::Device { .. }) | (None, error) => error,
        (Some(path), error) => ModelError::File {
            path: path.into(),
            source: Box::new(error),
        },
    }
}

/// A model that was read and checked.
#[derive(Clone)]
pub struct Model {
    runtime: Runtime,
    bytes: Arc<[u8]>,
    name: String,
    sha256: String,
    contract: Contract,
    declared: Declared,
    metadata: BTreeMap<String, String>,
    device: Device,
    /// The session that it was checked with, until a worker takes it.
    checked: Arc<Mutex<Option<Session>>>,
}

impl Model {
    /// SHA-256 of the built-in model.
    pub fn built_in_sha256() -> String {
        hex::encode(Sha256::digest(BUILT_IN))
    }

    /// The model in `path`, else the built-in one.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn load(
        runtime: &Runtime,
        path: Option<&Path>,
        device: Device,
    ) -> Result<Self, ModelError> {
        let (bytes, name) = bytes_of(path)?;
        let (model, gaps) =
            Self::of_bytes(runtime, bytes, name, device).map_err(|e| named(path, e))?;
        ModelError::of_gaps(gaps).map_or(Ok(model), |lack| Err(named(path, lack)))
    }

    /// A model of these bytes, though keys that it needs may be missing: the errors that say so. With any it is not to be run.
    pub(super) fn of_bytes(
        runtime: &Runtime,
        bytes: Arc<[u8]>,
        name: String,
        device: Device,
    ) -> Result<(Self, Vec<ModelError>), ModelError> {
        let mut session = session(runtime, &bytes, device)?;
        let metadata = metadata(&session);
        let declared = declared(&mut session, &metadata)?;
        let (contract, gaps) = Contract::with_gaps(&metadata, &declared)?;
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let model = Self {
            runtime: runtime.clone(),
            bytes,
            name,
            sha256,
            contract,
            declared,
            metadata,
            device,
            checked: Arc::new(Mutex::new(Some(session))),
        };
        Ok((model, gaps))
    }

    /// What it is run with.
    pub(super) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// What it promises.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// Its file name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The SHA-256 of its bytes, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Bytes of the file.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Its input and output in words.
    pub fn shapes(&self) -> (String, String) {
        (words(&self.declared.input), words(&self.declared.output))
    }

    /// Everything it says of itself, as written.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Where it runs.
    pub fn device(&self) -> Device {
        self.device
    }

    /// The version of ONNX Runtime it runs on.
    pub(crate) fn runtime_version(&self) -> String {
        self.runtime.version()
    }

    /// What it runs on, such as `CPU, ONNX Runtime 1.28.0`.
    pub fn engine(&self) -> String {
        format!(
            "{}, ONNX Runtime {}",
            self.device.name(),
            self.runtime.version()
        )
    }

    /// Tiles in one call: what the file fixes, else one on a processor, where more gains nothing, and eight on a GPU.
    pub fn batch(&self) -> usize {
        let free = if self.device == Device::Cpu { 1 } else { 8 };
        self.contract
            .input
            .batch
            .map_or(free, |b| b.max(1) as usize)
    }

    /// A scorer for one thread.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub(crate) fn scorer(&self) -> Result<Scorer, ModelError> {
        self.scorer_of(&self.contract)
    }

    /// A scorer for one thread, whose output is read by another contract.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub(super) fn scorer_of(&self, contract: &Contract) -> Result<Scorer, ModelError> {
        let another = || session(&self.runtime, &self.bytes, self.device);
        let session = self.take_checked().map_or_else(another, Ok)?;
        let head = contract.head();
        Ok(Scorer { session, head })
    }

    fn take_checked(&self) -> Option<Session> {
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        checked.take()
    }
}

pub(super) fn session(
    runtime: &Runtime,
    bytes: &[u8],
    device: Device,
) -> Result<Session, ModelError> {
    let not_onnx = |e: &dyn std::fmt::Display| ModelError::NotOnnx {
        reason: first_line(&e.to_string()),
    };
    let mut builder = Session::builder(&runtime.environment)
        .and_then(|b| Ok(b.with_intra_threads(1)?.with_inter_threads(1)?))
        .and_then(|b| {
            Ok(b.with_optimization_level(GraphOptimizationLevel::Level3)?
                .with_intra_op_spinning(false)?
                // Planned ahead, activations take twice the memory and are no faster.
                .with_memory_pattern(false)?)
        })
        .map_err(|e| not_onnx(&e))?;
    if device == Device::Cuda {
        let fail = |reason: String| ModelError::Device {
            device: device.name().into(),
            reason: first_line(&reason),
        };
        // Asked for by name, a device that is not there is an error and never a silent fall back to the processor.
        CUDA::default()
            .register(&mut builder)
            .map_err(|e| fail(e.to_string()))?;
    }
    builder.commit_from_memory(bytes).map_err(|e| not_onnx(&e))
}

/// The bytes and the name of the model in `path`, else of the built-in one.
pub(super) fn bytes_of(path: Option<&Path>) -> Result<(Arc<[u8]>, String), ModelError> {
    let Some(path) = path else {
        return Ok((BUILT_IN.into(), BUILT_IN_MODEL.into()));
    };
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok((read(path)?.into(), name.to_string_lossy().into_owned()))
}

/// The bytes of a model file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    std::fs::read(path).map_err(|source| ModelError::Unreadable {
        path: path.into(),
        source,
    })
}

/// The shapes of the input and of the output. Of a detector the first output counts: some give what it is made from beside it.
fn declared(
    session: &mut Session,
    metadata: &BTreeMap<String, String>,
) -> Result<Declared, ModelError> {
    let keys = Keys::parse(metadata)?;
    let (inputs, outputs) = (session.inputs(), session.outputs());
    let first = outputs.first().and_then(|output| sizes(output).ok());
    let kind = ModelKind::of(&keys, first.as_ref().map(Vec::len))?;
    let ports = ModelError::Ports {
        inputs: inputs.len(),
        outputs: outputs.len(),
    };
    let ([input], [output, further @ ..]) = (inputs, outputs) else {
        return Err(ports);
    };
    if !further.is_empty() && kind != ModelKind::Detector {
        return Err(ports);
    }
    let is_half = |outlet: &Outlet| {
        let half = TensorElementType::Float16;
        matches!(outlet.dtype(), ValueType::Tensor { ty, .. } if *ty == half)
    };
    if is_half(input) || is_half(output) {
        return Err(ModelError::HalfPrecision);
    }
    let input = sizes(input).map_err(|found| ModelError::InputShape { found })?;
    let output = sizes(output).map_err(|found| match kind {
        ModelKind::Segmentor => ModelError::MaskShape { found },
        _ => ModelError::OutputShape { found },
    })?;
    let mut declared = Declared { input, output };
    if kind != ModelKind::Classifier && declared.output.iter().skip(1).any(Option::is_none) {
        // Where no tile size is known, that is said later.
        if let Ok(tile) = tile_of(&keys, &declared.input) {
            declared.output = tried(session, &declared.input, tile)?;
        }
    }
    Ok(declared)
}

/// The sizes of the output for one black tile, where the file leaves them open; the batch stays open.
fn tried(
    session: &mut Session,
    input: &[Option<u32>],
    tile: u32,
) -> Result<Vec<Option<u32>>, ModelError> {
    let failed = |e: ort::Error| ModelError::Run {
        reason: first_line(&e.to_string()),
    };
    let batch = input.first().copied().flatten().unwrap_or(1) as usize;
    let side = tile as usize;
    let black = vec![0.0_f32; batch * 3 * side * side];
    let black = TensorRef::from_array_view(([batch, 3, side, side], black.as_slice()));
    let outputs = session
        .run(ort::inputs![black.map_err(failed)?])
        .map_err(failed)?;
    let (shape, _) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
    let known = shape.iter().skip(1).map(|d| u32::try_from(*d).ok());
    Ok(std::iter::once(None).chain(known).collect())
}

/// The sizes of a single-precision tensor, or what it is in words.
fn sizes(outlet: &Outlet) -> Result<Vec<Option<u32>>, String> {
    match outlet.dtype() {
        ValueType::Tensor {
            ty: TensorElementType::Float32,
            shape,
            ..
        } => Ok(shape
            .iter()
            .map(|d| u32::try_from(*d).ok().filter(|d| *d > 0))
            .collect()),
        ValueType::Tensor { ty, shape, .. } => {
            let sizes: Vec<Option<u32>> = shape.iter().map(|d| u32::try_from(*d).ok()).collect();
            Err(format!("{ty:?} {}", words(&sizes)).to_lowercase())
        }
        other => Err(format!("{other:?}").chars().take(80).collect()),
    }
}

pub(super) fn metadata(session: &Session) -> BTreeMap<String, String> {
    let Ok(metadata) = session.metadata() else {
        return BTreeMap::new();
    };
    let keys = metadata.custom_keys().unwrap_or_default();
    keys.into_iter()
        .filter_map(|key| metadata.custom(&key).map(|value| (key, value)))
        .collect()
}
