//! Backing a registry up and putting a backup back.

use super::clock;
use super::open_office::holder;
use crate::store::Store;
use crate::store::backup::{self, BackupError, MadeBackup, Restored};
use std::path::Path;
use std::time::Duration;

/// How long a writer is waited for.
const WAIT: Duration = Duration::from_secs(60);

/// Backs a registry up into one file under a passphrase, and reads it back.
///
/// # Errors
/// See [`BackupError`].
pub fn back_up(registry: &Path, out: &Path, passphrase: &str) -> Result<MadeBackup, BackupError> {
    let store = Store::open_write(registry, &holder("backup"), WAIT)?;
    let now = clock::at_in(&clock::zone(&store)?);
    backup::make(&store, out, passphrase, now)
}

/// Puts a backup back where nothing is: at `to`, else in the current folder under the name that the registry had.
///
/// # Errors
/// See [`BackupError`].
pub fn restore(from: &Path, to: Option<&Path>, passphrase: &str) -> Result<Restored, BackupError> {
    backup::restore(from, to, Path::new("."), passphrase)
}
