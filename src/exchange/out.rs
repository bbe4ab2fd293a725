//! Writing a file whole or not at all, and never over another by accident.

use super::ExchangeError;
use std::fs;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

/// What the writers of formats write to.
pub trait Out: Write + Seek + Send {}
impl<T: Write + Seek + Send> Out for T {}

/// The folder in which a file lies.
pub fn folder_of(path: &Path) -> PathBuf {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
        .to_path_buf()
}

/// An error of writing a file.
pub fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> ExchangeError {
    let path = path.to_path_buf();
    |source| match source.kind() {
        io::ErrorKind::AlreadyExists => ExchangeError::Exists { path },
        _ => ExchangeError::Unwritable { path, source },
    }
}

/// Fails early where a file is there and is to stay.
///
/// # Errors
/// [`ExchangeError::Exists`]
pub fn check_free(path: &Path, overwrite: bool) -> Result<(), ExchangeError> {
    if !overwrite && path.exists() {
        return Err(ExchangeError::Exists { path: path.into() });
    }
    Ok(())
}

/// Writes a file under a temporary name beside it, synchronises it and renames it. Without `overwrite` a file of that
/// name stays, even one that appears meanwhile.
///
/// # Errors
/// [`ExchangeError::Exists`], [`ExchangeError::Unwritable`].
pub fn write_new(
    path: &Path,
    overwrite: bool,
    fill: impl FnOnce(&mut dyn Out) -> io::Result<()>,
) -> Result<(), ExchangeError> {
    check_free(path, overwrite)?;
    let temporary = tempfile::Builder::new()
        .prefix(".papaver-")
        .tempfile_in(folder_of(path))
        .map_err(unwritable(path))?;
    let mut out = BufWriter::new(temporary);
    fill(&mut out).map_err(unwritable(path))?;
    let temporary = out
        .into_inner()
        .map_err(|e| unwritable(path)(e.into_error()))?;
    temporary.as_file().sync_all().map_err(unwritable(path))?;
    // A stick may know no permissions; then there are none to set.
    let _ = readable(temporary.path());
    put(temporary.into_temp_path(), path, overwrite)
}

/// Gives a finished temporary file its name.
///
/// # Errors
/// Those of [`write_new`].
pub fn put(
    temporary: tempfile::TempPath,
    path: &Path,
    overwrite: bool,
) -> Result<(), ExchangeError> {
    let put = if overwrite {
        temporary.persist(path)
    } else {
        temporary.persist_noclobber(path)
    };
    put.map_err(|e| unwritable(path)(e.error))
}

/// Temporary files are private; exports are as readable as any other file.
#[cfg(unix)]
pub fn readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

/// Temporary files are private; exports are as readable as any other file.
#[cfg(not(unix))]
pub fn readable(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_when_told_and_nothing_half_written_stays() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.csv");
        write_new(&path, false, |out| out.write_all(b"one")).expect("written");
        let again = write_new(&path, false, |out| out.write_all(b"two"));
        assert!(matches!(again, Err(ExchangeError::Exists { .. })));
        let broken = write_new(&path, true, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("stopped"))
        });
        assert!(broken.is_err());
        assert_eq!(fs::read(&path).expect("there"), b"one");
        write_new(&path, true, |out| out.write_all(b"two")).expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"two");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
