//! Files that grow by whole lines.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// Adds a line to a file, on the disk when this returns; begins the file where there is none, for its owner alone.
///
/// # Errors
/// Those of the system.
pub fn add_line(path: &Path, line: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_data()
}
