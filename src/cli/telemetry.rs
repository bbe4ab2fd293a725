//! No word leaves this machine.
//!
//! ONNX Runtime from 1.29 on reports its use to its maker and keeps a device id on the disk, unless `ORT_DISABLE_TELEMETRY`
//! is set before it is loaded; its interface for switching that off comes too late. The set-up installs an older one. Where
//! the user brings a newer one, the program, which cannot safely change its own environment, starts itself again with the
//! variable set.

use crate::platform;
use crate::scan::Runtime;
use std::process::{Command, ExitCode};

const VARIABLE: &str = "ORT_DISABLE_TELEMETRY";

/// Starts the program again without telemetry. `None` where it runs so already, and the caller goes on.
pub(super) fn without() -> Option<ExitCode> {
    if std::env::var_os(VARIABLE).is_some_and(|v| v == "1") || !Runtime::reports_its_use() {
        return None;
    }
    let mut again = Command::new(std::env::current_exe().ok()?);
    again.args(std::env::args_os().skip(1)).env(VARIABLE, "1");
    platform::replaced_by(again)
}
