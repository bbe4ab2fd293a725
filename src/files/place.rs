//! Where a file lies, and what lies beside it under its name.

use std::io;
use std::path::{Path, PathBuf};

/// The folder in which a file lies.
pub fn folder_of(path: &Path) -> PathBuf {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
        .to_path_buf()
}

/// The file beside another with this ending: `county.papaver` has `county.papaver.lock`.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Whether a file's name ends so, in small letters or large.
pub fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case(ending))
}

/// What the system gives of a file; `None` where it is not there.
pub(super) fn if_there<T>(given: io::Result<T>) -> io::Result<Option<T>> {
    match given {
        Ok(given) => Ok(Some(given)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
