//! Whole files: written once under a temporary name beside their place, synchronised and renamed, so that none is ever
//! seen half written. Nothing is overwritten unasked, and a registry never, asked or not.
//!
//! This is the one writer of whole files. What a registry keeps of its own (evidence, keys) goes through [`keep`]; all
//! that a person names as an output goes through [`write()`] or [`Workshop`], which know what a registry looks like.

mod bucket;
mod bucket_error;
mod bucket_keys;
mod error;
mod incoming;
pub mod lines;
mod opened;
mod place;
mod registry;
mod shelf;

pub use bucket::{bucket_and_key, endpoint};
pub use bucket_error::{BucketError, reach};
pub use bucket_keys::is_asked_without_keys;
pub use error::{FileError, fault_of};
pub use incoming::{Incoming, forget_arriving, show_as};
pub use lines::{add_line, end_line};
pub use opened::{
    OpenFile, ask, each, is_as_seen, is_seen, look_below, look_beside, open, read_up_to,
};
pub use place::{beside, folder_of, has_ending};
pub use registry::{AUTHORITY_CERTIFICATE, AUTHORITY_KEY, REGISTRY_ID, is_registry, stays_here};
pub use shelf::{Shelf, absolute, is_in_bucket};

use crate::platform;
use place::if_there;
use registry::{belongs_to_registry, is_device_key, is_of_authority};
use std::fs;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile, TempDir, TempPath};

/// How temporary names begin.
pub const TEMPORARY: &str = ".papaver-";

/// What is done where a file of that name is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// It stays, and nothing is written.
    #[default]
    Stays,
    /// It is replaced; a registry is not.
    Replaced,
}

impl Existing {
    /// Replaced where the user said `--overwrite`.
    pub fn replaced_if(overwrite: bool) -> Self {
        if overwrite {
            Self::Replaced
        } else {
            Self::Stays
        }
    }
}

/// What the writers of formats write to.
pub trait Out: Write + Seek + Send {}
impl<T: Write + Seek + Send> Out for T {}

/// Fails where this name cannot be given to an output: before long work, and again when the file is put there.
///
/// # Errors
/// [`FileError::Registry`], [`FileError::Exists`], [`FileError::Folder`].
pub fn check(path: &Path, existing: Existing) -> Result<(), FileError> {
    spare(path)?;
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => Err(FileError::Folder { path: path.into() }),
        Ok(_) if existing == Existing::Stays => Err(FileError::Exists { path: path.into() }),
        _ => Ok(()),
    }
}

/// Fails where a file is a registry or belongs to one or to its office, whatever the user says.
///
/// # Errors
/// [`FileError::Registry`].
pub fn spare(path: &Path) -> Result<(), FileError> {
    let is_of_office = || is_of_authority(path, &[AUTHORITY_CERTIFICATE, AUTHORITY_KEY]);
    if is_registry(path) || is_device_key(path) || belongs_to_registry(path) || is_of_office() {
        return Err(FileError::Registry { path: path.into() });
    }
    Ok(())
}

/// Writes a file that a person named. It appears whole or not at all, also when the power fails.
///
/// # Errors
/// See [`FileError`]; nothing half written stays behind.
pub fn write(
    path: &Path,
    existing: Existing,
    fill: impl FnOnce(&mut dyn Out) -> io::Result<()>,
) -> Result<(), FileError> {
    let made = make(path, existing, fill)?;
    made.as_file().sync_all().map_err(FileError::of(path))?;
    put(made.into_temp_path(), path, existing)
}

/// Writes bytes as [`write()`] does.
///
/// # Errors
/// See [`FileError`].
pub fn write_bytes(path: &Path, existing: Existing, bytes: &[u8]) -> Result<(), FileError> {
    write(path, existing, |out| out.write_all(bytes))
}

/// The bytes of a file that somebody named. A pipe or a device is none: it would be waited for without end.
///
/// # Errors
/// Those of the system.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    regular(path)?;
    fs::read(path)
}

/// Fails for anything but a regular file, links followed.
///
/// # Errors
/// Those of the system, and one for what is no regular file.
pub fn regular(path: &Path) -> io::Result<()> {
    if fs::metadata(path)?.is_file() {
        return Ok(());
    }
    let why = "it is not a regular file";
    Err(io::Error::new(io::ErrorKind::InvalidInput, why))
}

/// One of many files that are synchronised together when all are there, which takes the disk once instead of each time.
///
/// # Errors
/// See [`FileError`].
pub fn write_unsettled(path: &Path, existing: Existing, bytes: &[u8]) -> Result<(), FileError> {
    let made = make(path, existing, |out| out.write_all(bytes))?;
    put(made.into_temp_path(), path, existing)
}

/// Forces files that were written unsettled to the disk.
///
/// # Errors
/// [`FileError::Unwritable`].
pub fn settle(path: &Path) -> Result<(), FileError> {
    platform::synchronise(path).map_err(FileError::of(path))
}

/// Removes a file that may not be there; a registry stays.
///
/// # Errors
/// [`FileError::Registry`], [`FileError::Unwritable`].
pub fn remove(path: &Path) -> Result<(), FileError> {
    spare(path)?;
    let removed = if_there(fs::remove_file(path));
    removed.map(drop).map_err(|source| FileError::Unwritable {
        path: path.into(),
        source,
    })
}

fn make(
    path: &Path,
    existing: Existing,
    fill: impl FnOnce(&mut dyn Out) -> io::Result<()>,
) -> Result<NamedTempFile, FileError> {
    check(path, existing)?;
    let temporary = Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(folder_of(path))
        .map_err(FileError::of(path))?;
    let mut out = BufWriter::new(temporary);
    fill(&mut out).map_err(FileError::of(path))?;
    let made = out
        .into_inner()
        .map_err(|e| FileError::of(path)(e.into_error()))?;
    platform::set_mode(made.path(), 0o644);
    Ok(made)
}

fn put(made: TempPath, path: &Path, existing: Existing) -> Result<(), FileError> {
    spare(path)?;
    named(made, path, existing).map_err(FileError::of(path))
}

/// Gives a temporary file its name.
fn named(made: TempPath, path: &Path, existing: Existing) -> io::Result<()> {
    let persist = |made: TempPath| match existing {
        Existing::Replaced => made.persist(path),
        Existing::Stays => made.persist_noclobber(path),
    };
    platform::renamed(made, persist, |failed| (failed.path, failed.error))
}

/// Gives a temporary file a name that nothing has; gives it back where something has the name.
fn named_new(made: TempPath, path: &Path) -> io::Result<Option<TempPath>> {
    match made.persist_noclobber(path) {
        Ok(()) => Ok(None),
        Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => Ok(Some(taken.path)),
        Err(failed) => Err(failed.error),
    }
}

/// A folder beside an output in which it is made by those who want a path: other libraries, or several files at once.
/// What is left in it goes with it.
#[derive(Debug)]
pub struct Workshop {
    folder: TempDir,
}

impl Workshop {
    /// A workshop beside a file or folder that is to be made.
    ///
    /// # Errors
    /// See [`FileError`]; a name that is taken is said before the work.
    pub fn beside(path: &Path, existing: Existing) -> Result<Self, FileError> {
        check(path, existing)?;
        Builder::new()
            .prefix(TEMPORARY)
            .tempdir_in(folder_of(path))
            .map(|folder| Self { folder })
            .map_err(FileError::of(path))
    }

    /// The place in it for a file of this name.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Gives a file that was made in it its place.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn give(&self, name: &str, path: &Path, existing: Existing) -> Result<(), FileError> {
        let made = self.path(name);
        platform::set_mode(&made, 0o644);
        settle(&made)?;
        let made = TempPath::try_from_path(&made).map_err(FileError::of(path))?;
        put(made, path, existing)
    }

    /// Gives a private file that was made in it, settled, a place where none is. It may be a registry's own.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn give_private(&self, name: &str, path: &Path) -> Result<(), FileError> {
        let made = TempPath::try_from_path(self.path(name)).map_err(FileError::of(path))?;
        named(made, path, Existing::Stays).map_err(FileError::of(path))
    }

    /// Gives a folder that was made in it, settled, a name that is not taken.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn give_folder(&self, name: &str, path: &Path) -> Result<(), FileError> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(FileError::Folder { path: path.into() });
        }
        rename(&self.path(name), path).map_err(FileError::of(path))
    }

    /// Gives the whole workshop the name of a folder that is not there yet. Its files were written settled.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn become_folder(self, path: &Path) -> Result<(), FileError> {
        check(path, Existing::Stays)?;
        let made = self.folder.keep();
        platform::set_mode(&made, 0o755);
        rename(&made, path).map_err(|source| {
            let _gone = fs::remove_dir_all(&made);
            FileError::of(path)(source)
        })
    }
}

/// Keeps one of a registry's own files: private, whole or not at all, and safe on the disk when this returns. Replaces
/// what is there, which is the caller's to decide.
///
/// # Errors
/// Those of the system.
pub fn keep(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    keep_as(path, Existing::Replaced, fill)
}

/// Keeps one of a registry's own files where none of that name is.
///
/// # Errors
/// Those of the system.
pub fn keep_new(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    keep_as(path, Existing::Stays, fill)
}

fn keep_as(
    path: &Path,
    existing: Existing,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let folder = folder_of(path);
    let mut made = NamedTempFile::new_in(&folder)?;
    fill(&mut made)?;
    made.as_file().sync_all()?;
    named(made.into_temp_path(), path, existing)?;
    platform::synchronise_folder(&folder)
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    platform::renamed((), |()| fs::rename(from, to), |error| ((), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(path: &Path) {
        let mut bytes = vec![0; 4096];
        bytes[..16].copy_from_slice(b"SQLite format 3\0");
        bytes[68..72].copy_from_slice(b"Papv");
        fs::write(path, bytes).expect("written");
    }

    #[test]
    fn a_file_is_replaced_only_when_told_and_nothing_half_written_stays() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.csv");
        write_bytes(&path, Existing::Stays, b"one").expect("written");
        let again = write_bytes(&path, Existing::Stays, b"two");
        assert!(matches!(again, Err(FileError::Exists { .. })));
        let broken = write(&path, Existing::Replaced, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("stopped"))
        });
        assert!(broken.is_err());
        assert_eq!(fs::read(&path).expect("there"), b"one");
        write_bytes(&path, Existing::Replaced, b"two").expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"two");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn a_registry_and_all_that_belongs_to_it_are_never_written_over() {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        registry(&at("县.papaver"));
        registry(&at("backup.db"));
        fs::write(at("damaged.papaver"), "not even a header").expect("written");
        fs::write(at("far.key"), format!("{}\n", "ab".repeat(32))).expect("written");
        fs::create_dir_all(at("县.papaver.files/ab")).expect("made");
        for name in [AUTHORITY_CERTIFICATE, AUTHORITY_KEY] {
            fs::write(at(name), "PEM").expect("written");
        }
        assert!(stays_here(&at(AUTHORITY_KEY)) && !stays_here(&at(AUTHORITY_CERTIFICATE)));
        fs::write(at("县.papaver.files/ab/abcd"), "evidence").expect("written");
        for name in [
            "县.papaver",
            "backup.db",
            "damaged.papaver",
            "far.key",
            "县.papaver.key",
            "县.papaver.KEY",
            "县.papaver.lock",
            "县.papaver-journal",
            "县.papaver-wal",
            "backup.db-journal",
            "县.papaver.files",
            "县.papaver.files/ab/abcd",
            "县.papaver.files/ab/new.html",
            "县.papaver.people/x.age",
            "县.papaver.receipts/r.json",
            "县.papaver.logins.jsonl",
            "papaver-office-ca.key",
            "papaver-office-ca.crt",
            "县.papaver.files/../县.papaver",
        ] {
            for existing in [Existing::Stays, Existing::Replaced] {
                let told = write_bytes(&at(name), existing, b"x");
                assert!(
                    matches!(told, Err(FileError::Registry { .. })),
                    "{name}: {told:?}"
                );
                let told = Workshop::beside(&at(name), existing);
                assert!(
                    matches!(told, Err(FileError::Registry { .. })),
                    "{name}: {told:?}"
                );
            }
        }
        for name in ["a.key", "x-journal", "县.csv", "b.files"] {
            write_bytes(&at(name), Existing::Stays, b"x").expect(name);
        }
        assert_eq!(
            fs::read(at("县.papaver.files/ab/abcd")).expect("there"),
            b"evidence"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_registry_or_into_its_files_is_seen_through() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        registry(&at("a.papaver"));
        fs::create_dir_all(at("a.papaver.files")).expect("made");
        symlink(at("a.papaver"), at("out.csv")).expect("linked");
        symlink(at("a.papaver.files"), at("out")).expect("linked");
        for name in ["out.csv", "out/x.csv"] {
            let told = write_bytes(&at(name), Existing::Replaced, b"x");
            assert!(
                matches!(told, Err(FileError::Registry { .. })),
                "{name}: {told:?}"
            );
        }
        // A link that leads nowhere is somebody's too.
        symlink(at("gone"), at("dangling.csv")).expect("linked");
        let told = write_bytes(&at("dangling.csv"), Existing::Stays, b"x");
        assert!(matches!(told, Err(FileError::Exists { .. })));
    }

    #[test]
    fn a_workshop_leaves_only_what_it_gave() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("set");
        let workshop = Workshop::beside(&path, Existing::Stays).expect("a workshop");
        write_bytes(&workshop.path("a"), Existing::Stays, b"x").expect("written");
        workshop.become_folder(&path).expect("named");
        assert_eq!(fs::read(path.join("a")).expect("there"), b"x");
        for existing in [Existing::Stays, Existing::Replaced] {
            let taken = Workshop::beside(&path, existing);
            assert!(matches!(taken, Err(FileError::Folder { .. })));
        }
        let file = folder.path().join("b");
        let workshop = Workshop::beside(&file, Existing::Stays).expect("a workshop");
        fs::write(workshop.path("made"), "y").expect("written");
        fs::write(workshop.path("rest"), "z").expect("written");
        workshop
            .give("made", &file, Existing::Stays)
            .expect("given");
        drop(workshop);
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 2);
    }
}
