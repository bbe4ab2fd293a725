//! Running the program.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program, speaking English whatever the locale of the machine.
pub fn papaver() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_papaver"));
    command
        .env("LC_ALL", "C.UTF-8")
        .env_remove("LANGUAGE")
        .env_remove("RUST_BACKTRACE");
    command
}

/// A file of `tests/fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// What the program said and how it ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Waits for a command.
pub fn ended(command: &mut Command) -> Ended {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program starts");
    Ended {
        code: status.code(),
        out: String::from_utf8(stdout).expect("UTF-8"),
        err: String::from_utf8(stderr).expect("UTF-8"),
    }
}

/// `papaver scan` with a hand-made model.
pub fn scan_command(inputs: &[&Path], out: &Path, model: &str, options: &[&str]) -> Command {
    let mut command = papaver();
    command.arg("scan").args(inputs).arg("-o").arg(out);
    command.arg("--model").arg(fixture(model));
    // Targets stand closer together than plots do.
    if !options.iter().any(|o| o.starts_with("--site-radius")) {
        command.args(["--site-radius", "1"]);
    }
    command.args(options.iter().map(OsStr::new));
    command
}

/// Scans and expects an exit code.
pub fn scan(inputs: &[&Path], out: &Path, model: &str, options: &[&str], code: i32) -> Ended {
    let ended = ended(&mut scan_command(inputs, out, model, options));
    assert_eq!(ended.code, Some(code), "{}\n{}", ended.out, ended.err);
    ended
}
