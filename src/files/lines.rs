//! Files that grow by whole lines.

use super::place::if_there;
use crate::platform;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Adds a line to a file, on the disk when this returns; begins the file where there is none, for its owner alone.
///
/// # Errors
/// Those of the system.
pub fn add_line(path: &Path, line: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let options = platform::for_its_owner(options.append(true).create(true));
    let mut file = options.open(path)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_data()
}

/// Ends a last line that was cut off when the power failed, so that what is added is a line of its own.
///
/// # Errors
/// Those of the system.
pub fn end_line(path: &Path) -> io::Result<()> {
    let Some(mut file) = if_there(File::open(path))? else {
        return Ok(());
    };
    if file.metadata()?.len() == 0 {
        return Ok(());
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    if last == *b"\n" {
        Ok(())
    } else {
        add_line(path, "")
    }
}
