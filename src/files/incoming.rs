//! Files that arrive piece by piece. Each is seen whole, under a name that its content gives it, or not at all.

use super::{Existing, folder_of, named, named_new};
use crate::platform::synchronise_folder;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::{Builder, TempPath};

/// How the name of a file begins while it arrives.
const ARRIVING: &str = ".arriving-";

/// A file that is arriving. Dropped before it is kept, it leaves nothing.
#[derive(Debug)]
pub struct Incoming {
    file: File,
    made: TempPath,
    digest: Sha256,
    bytes: u64,
}

impl Incoming {
    /// Begins one in a folder that lies on the disk where it will be kept.
    ///
    /// # Errors
    /// Those of the system.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        let temporary = Builder::new().prefix(ARRIVING).tempfile_in(folder)?;
        let (file, made) = temporary.into_parts();
        Ok(Self {
            file,
            made,
            digest: Sha256::new(),
            bytes: 0,
        })
    }

    /// Adds what has arrived.
    ///
    /// # Errors
    /// Those of the system.
    pub fn add(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece)?;
        self.digest.update(piece);
        self.bytes += piece.len() as u64;
        Ok(())
    }

    /// How much has arrived.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The SHA-256 of what has arrived.
    pub fn digest(&self) -> [u8; 32] {
        self.digest.clone().finalize().into()
    }

    /// Keeps it at the place that its SHA-256 gives it; it is safe on the disk when this returns. What lies there already
    /// is the same file, and stays.
    ///
    /// # Errors
    /// Those of the system.
    pub fn keep(self, place: impl FnOnce([u8; 32]) -> PathBuf) -> io::Result<[u8; 32]> {
        let digest: [u8; 32] = self.digest.finalize().into();
        let path = place(digest);
        if fs::metadata(&path).is_ok_and(|about| about.len() == self.bytes) {
            return Ok(digest);
        }
        let folder = folder_of(&path);
        if !folder.is_dir() {
            fs::create_dir_all(&folder)?;
            synchronise_folder(&folder_of(&folder))?;
        }
        self.file.sync_all()?;
        drop(self.file);
        named(self.made, &path, Existing::Replaced)?;
        synchronise_folder(&folder)?;
        Ok(digest)
    }
}

impl Incoming {
    /// Keeps it under a name that nothing has; it is safe on the disk when this returns. Gives it back where something has
    /// the name.
    ///
    /// # Errors
    /// Those of the system.
    pub fn keep_new(mut self, path: &Path) -> io::Result<Option<Self>> {
        self.file.sync_all()?;
        if let Some(made) = named_new(self.made, path)? {
            self.made = made;
            return Ok(Some(self));
        }
        synchronise_folder(&folder_of(path)).map(|()| None)
    }
}

/// Removes what was arriving in a folder when the program was killed.
pub fn forget_arriving(folder: &Path) {
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in names.filter(|entry| entry.file_name().to_string_lossy().starts_with(ARRIVING)) {
        let _gone = fs::remove_file(entry.path());
    }
}

/// Shows a kept file under another name: a second name of the same file where the disk knows that, else a copy. What has
/// the name stays as it is: it may be another kept file's second name.
///
/// # Errors
/// Those of the system; [`io::ErrorKind::AlreadyExists`] where something has the name, as this disk compares names.
pub fn show_as(kept: &Path, name: &Path) -> io::Result<()> {
    fs::create_dir_all(folder_of(name))?;
    match fs::hard_link(kept, name) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            let (mut from, mut copy) = (File::open(kept)?, File::create_new(name)?);
            copy.set_permissions(from.metadata()?.permissions())?;
            io::copy(&mut from, &mut copy).map(drop)
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_kept_once_under_its_digest_and_a_broken_one_leaves_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let place = |digest: [u8; 32]| folder.path().join("kept").join(hex::encode(digest));
        for _ in 0..2 {
            let mut incoming = Incoming::begin(folder.path()).expect("begun");
            incoming.add(b"one ").expect("added");
            incoming.add(b"two").expect("added");
            assert_eq!(incoming.bytes(), 7);
            let digest = incoming.keep(place).expect("kept");
            assert_eq!(fs::read(place(digest)).expect("there"), b"one two");
        }
        let (other, shown) = (folder.path().join("other"), place([0; 32]));
        fs::write(&other, b"other").expect("written");
        show_as(&other, &shown).expect("shown");
        let taken = show_as(&folder.path().join("gone"), &shown).map_err(|e| e.kind());
        assert!(taken.is_err(), "what is not there is not shown");
        let kept = place(Sha256::digest(b"one two").into());
        let taken = show_as(&kept, &shown).map_err(|error| error.kind());
        assert_eq!(taken, Err(io::ErrorKind::AlreadyExists));
        assert_eq!(fs::read(&other).expect("there"), b"other", "untouched");
        fs::remove_file(&other).expect("gone");
        let mut broken = Incoming::begin(folder.path()).expect("begun");
        broken.add(b"half").expect("added");
        drop(broken);
        let left: Vec<_> = fs::read_dir(folder.path())
            .expect("listed")
            .flatten()
            .collect();
        assert_eq!(left.len(), 1, "the folder of kept files alone");
    }
}
