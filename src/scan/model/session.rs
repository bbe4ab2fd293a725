//! The model at work: the only file that names ONNX Runtime.
//!
//! A [`Model`] is read and checked once; each worker makes a [`Scorer`] of its own with a single-threaded session, since
//! many small sessions beat one with many threads.

use super::contract::{Contract, Declared, words};
use super::error::ModelError;
use super::head::{Head, Hit, RawOutput};
use crate::ground::Rect;
use ort::environment::Environment;
use ort::ep::{CUDA, ExecutionProvider};
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The model that comes with the program.
const BUILT_IN: &[u8] = include_bytes!("../../../models/papaver.onnx");
/// File names of the runtime, in the order they are tried in a folder.
const LIBRARIES: [&str; 3] = [
    "libonnxruntime.so",
    "libonnxruntime.dylib",
    "onnxruntime.dll",
];

/// The minor version of ONNX Runtime 1 that began to report its use.
const FIRST_REPORTING: u32 = 29;

/// Where the model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

/// The ONNX Runtime library, loaded.
#[derive(Clone)]
pub struct Runtime {
    environment: Arc<Environment>,
    path: PathBuf,
}

impl Runtime {
    /// Looks in `ORT_DYLIB_PATH`, then beside the program and in `lib` beside it, then in the user's data folder, where
    /// the set-up puts it.
    ///
    /// # Errors
    /// [`ModelError::NoRuntime`], [`ModelError::BadRuntime`].
    pub fn load() -> Result<Self, ModelError> {
        // A process has one environment at most; scans after the first share it.
        static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*loaded {
            return Ok(runtime.clone());
        }
        let runtime = Self::first()?;
        *loaded = Some(runtime.clone());
        Ok(runtime)
    }

    fn first() -> Result<Self, ModelError> {
        let places = places();
        let Some(path) = places.iter().find(|p| p.is_file()).cloned() else {
            return Err(ModelError::NoRuntime { places });
        };
        let bad = |reason: String| ModelError::BadRuntime {
            path: path.clone(),
            reason: first_line(&reason),
        };
        let builder = ort::init_from(&path).map_err(|e| bad(e.to_string()))?;
        let environment = builder
            .with_name("papaver")
            .with_telemetry(false)
            .build()
            .map_err(|e| bad(e.to_string()))?;
        environment.set_log_level(ort::logging::LogLevel::Fatal);
        Ok(Self {
            environment: Arc::new(environment),
            path,
        })
    }

    /// Whether the library that would be loaded reports its use to its maker unless it is told not to: versions from
    /// 1.29 on, and those whose version cannot be told.
    pub fn reports_its_use() -> bool {
        let Some(path) = places().into_iter().find(|p| p.is_file()) else {
            return false;
        };
        let version = version_in_name(&path);
        let numbers: Vec<u32> = version
            .iter()
            .flat_map(|v| v.split('.'))
            .filter_map(|n| n.parse().ok())
            .collect();
        !matches!(numbers.as_slice(), [1, minor, ..] if *minor < FIRST_REPORTING)
    }

    /// Its version, such as `1.28.0`, by the name of its file; else the commit that it was built from.
    pub fn version(&self) -> String {
        let built = || {
            ort::info()
                .split("git-commit-id=")
                .nth(1)
                .and_then(|rest| rest.split(',').next())
                .map(str::to_owned)
        };
        version_in_name(&self.path)
            .or_else(built)
            .unwrap_or_else(|| "of unknown version".into())
    }

    /// The library's file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// `1.28.0` of a file, or of what a link points to, that is named `libonnxruntime.so.1.28.0`.
fn version_in_name(path: &Path) -> Option<String> {
    let file = std::fs::canonicalize(path).ok()?;
    file.file_name()?
        .to_str()?
        .split_once(".so.")
        .map(|(_, version)| version.to_owned())
}

fn places() -> Vec<PathBuf> {
    if let Some(named) = std::env::var_os("ORT_DYLIB_PATH").filter(|p| !p.is_empty()) {
        return vec![named.into()];
    }
    let beside = std::env::current_exe()
        .ok()
        .and_then(|p| p.parent().map(Path::to_path_buf));
    let data = std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/share")));
    let folders = [
        beside.clone(),
        beside.map(|b| b.join("lib")),
        data.map(|d| d.join("papaver")),
    ];
    folders
        .into_iter()
        .flatten()
        .flat_map(|folder| LIBRARIES.map(|name| folder.join(name)))
        .collect()
}

/// An error with the file that it is about; a device that is not to be had is no fault of the file.
fn named(path: Option<&Path>, error: ModelError) -> ModelError {
    match (path, error) {
        (Some(_), error @ ModelError::Device { .. }) | (None, error) => error,
        (Some(path), error) => ModelError::File {
            path: path.into(),
            source: Box::new(error),
        },
    }
}

fn first_line(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(300)
        .collect()
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
    /// The model in `path`, else the built-in one.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn load(
        runtime: &Runtime,
        path: Option<&Path>,
        device: Device,
    ) -> Result<Self, ModelError> {
        let (bytes, name): (Arc<[u8]>, String) = match path {
            None => (BUILT_IN.into(), "papaver (built-in)".into()),
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|source| ModelError::Unreadable {
                    path: path.into(),
                    source,
                })?;
                (
                    bytes.into(),
                    path.file_name()
                        .unwrap_or(path.as_os_str())
                        .to_string_lossy()
                        .into_owned(),
                )
            }
        };
        let session = session(runtime, &bytes, device).map_err(|e| named(path, e))?;
        let declared = declared(&session).map_err(|e| named(path, e))?;
        let metadata = metadata(&session);
        let contract = Contract::new(&metadata, &declared).map_err(|e| named(path, e))?;
        let sha256 = hex::encode(Sha256::digest(&bytes));
        Ok(Self {
            runtime: runtime.clone(),
            bytes,
            name,
            sha256,
            contract,
            declared,
            metadata,
            device,
            checked: Arc::new(Mutex::new(Some(session))),
        })
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
    pub fn runtime_version(&self) -> String {
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
    pub fn scorer(&self) -> Result<Scorer, ModelError> {
        let checked = (self.checked.lock())
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let session = match checked {
            Some(session) => session,
            None => session(&self.runtime, &self.bytes, self.device)?,
        };
        Ok(Scorer {
            session,
            head: self.contract.head(),
        })
    }
}

fn session(runtime: &Runtime, bytes: &[u8], device: Device) -> Result<Session, ModelError> {
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

fn declared(session: &Session) -> Result<Declared, ModelError> {
    let (inputs, outputs) = (session.inputs(), session.outputs());
    let ([input], [output]) = (inputs, outputs) else {
        return Err(ModelError::Ports {
            inputs: inputs.len(),
            outputs: outputs.len(),
        });
    };
    let input = sizes(input).map_err(|found| ModelError::InputShape { found })?;
    let output = sizes(output).map_err(|found| ModelError::OutputShape { found })?;
    Ok(Declared { input, output })
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
        other => Err(format!("{other:?}").chars().take(80).collect()),
    }
}

fn metadata(session: &Session) -> BTreeMap<String, String> {
    let Ok(metadata) = session.metadata() else {
        return BTreeMap::new();
    };
    let keys = metadata.custom_keys().unwrap_or_default();
    keys.into_iter()
        .filter_map(|key| metadata.custom(&key).map(|value| (key, value)))
        .collect()
}

/// One session, for one thread.
pub struct Scorer {
    session: Session,
    head: Box<dyn Head>,
}

impl Scorer {
    /// The hits at or above `floor` of a batch of `count` inputs of `input` rows and columns; `values` being
    /// `[count,3,rows,columns]` standardised colours, and `cores` what of the source each input stands for.
    ///
    /// # Errors
    /// [`ModelError::Run`], [`ModelError::OutputShape`], [`ModelError::NotANumber`].
    pub fn hits(
        &mut self,
        values: &[f32],
        count: usize,
        input: (u32, u32),
        cores: &[Rect],
        floor: f32,
    ) -> Result<Vec<Vec<Hit>>, ModelError> {
        let failed = |e: ort::Error| ModelError::Run {
            reason: first_line(&e.to_string()),
        };
        let shape = [count, 3, input.0 as usize, input.1 as usize];
        let tensor = TensorRef::from_array_view((shape, values)).map_err(failed)?;
        let outputs = self.session.run(ort::inputs![tensor]).map_err(failed)?;
        let (shape, values) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        let sizes: Vec<usize> = shape
            .iter()
            .map(|d| usize::try_from(*d).unwrap_or(0))
            .collect();
        let output = RawOutput {
            sizes: &sizes,
            values,
            count,
            input,
        };
        self.head.hits(&output, cores, floor)
    }
}
