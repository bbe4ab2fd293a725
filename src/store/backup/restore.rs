//! Putting a backup back: all of it or nothing, and only where nothing is.

use super::{
    BackupError, BackupFile, Contents, FOLDERS, KEY, OpenBackup, REGISTRY, is_plain, open, take,
};
use crate::files::{Existing, Workshop, beside, keep};
use crate::store::Store;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The registry.
    pub registry: PathBuf,
    /// What the backup said of itself.
    #[serde(skip)]
    pub contents: Contents,
    /// Files in it that are none of a registry's, which were not put back.
    pub left_out: Vec<String>,
}

/// What stands behind a registry's name in the names of its file and of what lies beside it.
const ENDINGS: [&str; 8] = [
    "", ".key", ".people", ".files", ".field", "-journal", "-wal", "-shm",
];

/// Puts a backup back at `to`, else in `folder` under the name that the registry had.
///
/// # Errors
/// See [`BackupError`]; nothing is put anywhere then.
pub fn restore(
    backup: &Path,
    to: Option<&Path>,
    folder: &Path,
    passphrase: &str,
) -> Result<Restored, BackupError> {
    let (mut archive, contents) = open(backup, passphrase)?;
    // What is not all there is put nowhere: not its folders either.
    for needed in [REGISTRY, KEY] {
        if !contents.files.iter().any(|kept| kept.name == needed) {
            return Err(BackupError::NotABackup {
                path: backup.into(),
            });
        }
    }
    let own = Path::new(&contents.registry).file_name();
    let own = own.filter(|name| is_own_name(&name.to_string_lossy()));
    let registry = match (to, own) {
        (Some(to), _) => to.to_path_buf(),
        (None, Some(name)) => folder.join(name),
        (None, None) => {
            return Err(BackupError::NotABackup {
                path: backup.into(),
            });
        }
    };
    free(&registry)?;
    let workshop = Workshop::beside(&registry, Existing::Stays)?;
    let mut left_out = Vec::new();
    for kept in &contents.files {
        match place(kept) {
            Some(place) => lay(&mut archive, backup, kept, &workshop.path(&place))?,
            None => left_out.push(kept.name.clone()),
        }
    }
    Store::open_read(&workshop.path(REGISTRY))?;
    give(&workshop, &registry)?;
    Ok(Restored {
        registry,
        contents,
        left_out,
    })
}

/// Whether a registry may be called so where nobody says how: no hidden file of a folder.
fn is_own_name(name: &str) -> bool {
    !name.starts_with('.') && !name.chars().any(char::is_control)
}

/// Lays one file of a backup down, whole.
fn lay(
    archive: &mut OpenBackup,
    backup: &Path,
    kept: &BackupFile,
    path: &Path,
) -> Result<(), BackupError> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).map_err(BackupError::io(parent))?;
    let mut broken = None;
    let laid = keep(path, |out| {
        take(archive, backup, kept, out).map_err(|error| {
            broken = Some(error);
            std::io::Error::other("not whole")
        })
    });
    laid.map_err(|source| {
        broken.unwrap_or(BackupError::Io {
            path: path.into(),
            source,
        })
    })
}

/// Fails where a file of this registry would be put on one that is there.
fn free(registry: &Path) -> Result<(), BackupError> {
    for ending in ENDINGS {
        let path = beside(registry, ending);
        if fs::symlink_metadata(&path).is_ok() {
            return Err(BackupError::Taken { path });
        }
    }
    Ok(())
}

/// Where a file of a backup lies in the workshop; `None` for a name that no backup has.
fn place(kept: &BackupFile) -> Option<String> {
    let name = kept.name.as_str();
    let inside = FOLDERS.iter().any(|(prefix, _)| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| rest.split('/').all(is_plain))
    });
    (name == REGISTRY || name == KEY || inside).then(|| name.to_owned())
}

/// Gives everything its name; the registry last, so that what is named like one is whole.
fn give(workshop: &Workshop, registry: &Path) -> Result<(), BackupError> {
    for (prefix, ending) in FOLDERS {
        let name = prefix.trim_end_matches('/');
        if workshop.path(name).is_dir() {
            workshop.give_folder(name, &beside(registry, ending))?;
        }
    }
    workshop.give_private(KEY, &beside(registry, ".key"))?;
    workshop.give_private(REGISTRY, registry)?;
    Ok(())
}
