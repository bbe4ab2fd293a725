//! The command line: the only code that parses arguments, prints, draws bars or chooses an exit code.

use std::process::ExitCode;

/// Runs the program.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
