//! `papaver --version`: what the program is made of, so that a report of an error, or a difference between two computers,
//! can be led back to it. `-V` says the program's own version alone.

use super::talk;
use crate::imagery::{gdal_version, proj_version};
use crate::scan::{FirstPass, Model, Runtime, Verifier};
use crate::store;
use crate::tr;
use crate::words::{Lang, Say};
use std::ffi::OsString;

/// Whether a command line asks for more than the number.
pub(super) fn is_asked_in_full(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument == "--version")
}

/// Prints it. A part that is not there is said in its line.
pub(super) fn print(lang: Lang) {
    talk::data(concat!("papaver ", env!("CARGO_PKG_VERSION")));
    for (name, what) in parts(lang) {
        talk::data(&format!("{name:<14}{what}"));
    }
}

fn parts(lang: Lang) -> Vec<(&'static str, String)> {
    let unknown = || lang.pick("unknown", "未知").to_owned();
    vec![
        ("target", env!("PAPAVER_TARGET").to_owned()),
        ("GDAL", gdal_version()),
        ("PROJ", proj_version().unwrap_or_else(unknown)),
        ("ONNX Runtime", runtime(lang)),
        ("SQLite", store::sqlite_version().to_owned()),
        ("registry", registry(lang)),
        ("model", format!("SHA-256 {}", Model::built_in_sha256())),
        (
            "first pass",
            format!("SHA-256 {}", FirstPass::built_in_sha256()),
        ),
        (
            "verifier",
            format!("SHA-256 {}", Verifier::built_in_sha256()),
        ),
    ]
}

fn runtime(lang: Lang) -> String {
    match Runtime::load() {
        Ok(runtime) => format!("{} ({})", runtime.version(), runtime.path().display()),
        Err(error) => error.say(lang).what,
    }
}

fn registry(lang: Lang) -> String {
    let version = store::registry_version();
    tr!(lang, "version {version}", "版本 {version}")
}
