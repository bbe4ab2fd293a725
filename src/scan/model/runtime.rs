//! The ONNX Runtime library: where it is looked for, which version it is.

use super::error::ModelError;
use crate::platform::{self, RUNTIME_LIBRARY};
use ort::environment::Environment;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How a folder is named that holds a version of the library, where the library's own name does not say it.
const VERSIONED: &str = "onnxruntime-";

/// The minor version of ONNX Runtime 1 that began to report its use.
const FIRST_REPORTING: u32 = 29;

/// The ONNX Runtime library, loaded.
#[derive(Clone)]
pub struct Runtime {
    /// Its one environment.
    pub(super) environment: Arc<Environment>,
    path: PathBuf,
}

/// The one that is loaded: a process has one environment at most, and scans after the first share it.
static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);

impl Runtime {
    /// Looks in `ORT_DYLIB_PATH`, then beside the program, in `lib` and in `onnxruntime-VERSION` beside it, then in the
    /// user's data folder, where the set-up puts it.
    ///
    /// # Errors
    /// [`ModelError::NoRuntime`], [`ModelError::BadRuntime`].
    pub fn load() -> Result<Self, ModelError> {
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
        let version = version_in_name(&path).unwrap_or_default();
        let numbers = version.split('.').filter_map(|n| n.parse().ok());
        let numbers: Vec<u32> = numbers.collect();
        !matches!(numbers.as_slice(), [1, minor, ..] if *minor < FIRST_REPORTING)
    }

    /// Its version, such as `1.28.0`, by the name of its file; else the commit that it was built from.
    pub fn version(&self) -> String {
        version_in_name(&self.path)
            .or_else(commit)
            .unwrap_or_else(|| "of unknown version".into())
    }

    /// The library's file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// `1.28.0` of a file, or of what a link points to, that is named `libonnxruntime.so.1.28.0` or lies in a folder
/// `onnxruntime-1.28.0`.
fn version_in_name(path: &Path) -> Option<String> {
    let file = platform::real_path(path).ok()?;
    let of_file = file.file_name()?.to_str()?.split_once(".so.");
    let of_folder = || {
        let folder = file.parent()?.file_name()?.to_str()?;
        folder.strip_prefix(VERSIONED).map(str::to_owned)
    };
    of_file
        .map(|(_, version)| version.to_owned())
        .or_else(of_folder)
}

/// The commit that the loaded library was built from.
fn commit() -> Option<String> {
    let built = ort::info().split("git-commit-id=").nth(1)?;
    built.split(',').next().map(str::to_owned)
}

fn places() -> Vec<PathBuf> {
    if let Some(named) = std::env::var_os("ORT_DYLIB_PATH").filter(|p| !p.is_empty()) {
        return vec![named.into()];
    }
    let beside = platform::program_folder();
    let folders = [
        beside.clone(),
        beside.as_ref().map(|b| b.join("lib")),
        beside.and_then(|b| newest_version(&b)),
        platform::data_folder().map(|d| d.join("papaver")),
    ];
    folders
        .into_iter()
        .flatten()
        .map(|folder| folder.join(RUNTIME_LIBRARY))
        .collect()
}

/// The last of the folders `onnxruntime-VERSION` in a folder.
fn newest_version(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(VERSIONED))
        .map(|entry| entry.path())
        .max()
}

/// The first line of a message, and no more of it than fits.
pub(super) fn first_line(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(300)
        .collect()
}
