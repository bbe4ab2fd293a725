//! One writer at a time: a lock on a file beside the registry that says who holds it.

use super::error::StoreError;
use crate::files;
pub(super) use crate::files::beside;
use crate::platform;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of a lock's words at most.
const LONGEST: u64 = 1 << 16;

/// Held as long as it lives; the operating system frees it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct WriteLock {
    _file: File,
}

impl WriteLock {
    /// Waits for the lock at most `wait`, then says who holds it.
    pub(super) fn take(path: &Path, who: &str, wait: Duration) -> Result<Self, StoreError> {
        let at = beside(path, ".lock");
        let io = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                StoreError::ReadOnly { path: path.into() }
            }
            std::io::ErrorKind::StorageFull => StoreError::Full { path: path.into() },
            _ => StoreError::Io {
                path: at.clone(),
                source,
            },
        };
        // What is cut to nothing below is a lock and nothing else: no link to another file, no registry by that name.
        let about = std::fs::symlink_metadata(&at);
        if about.is_ok_and(|m| !m.is_file() || m.len() > LONGEST) || files::is_registry(&at) {
            return Err(StoreError::Exists { path: at });
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&at)
            .map_err(io)?;
        let until = Instant::now() + wait;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(TryLockError::WouldBlock) => {
                    let by =
                        std::fs::read_to_string(platform::words_of_lock(&at)).unwrap_or_default();
                    return Err(StoreError::Held {
                        path: path.into(),
                        by: by.trim().to_owned(),
                    });
                }
                Err(TryLockError::Error(source)) => return Err(io(source)),
            }
        }
        let mut words = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(platform::words_of_lock(&at))
            .map_err(io)?;
        writeln!(words, "{who}").map_err(io)?;
        Ok(Self { _file: file })
    }
}
