//! A backup: one file that holds a registry, its device's key, its people's keys and its evidence, under a passphrase.
//!
//! Inside the encryption (age) is a ZIP: `BACKUP.json` says what is there with the digest of each file, and nothing else
//! is taken from it. A backup is read back, byte by byte, before it counts as made; nothing is put where anything is.

mod error;
mod make;
mod restore;

pub use error::BackupError;
pub use make::make;
pub use restore::{Restored, restore};

use crate::registry::ids::Hash;
use crate::store::evidence::copy;
use crate::store::keys::{MostWork, by_passphrase};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use zip::ZipArchive;

/// The format that this program reads and, where crews have sent nothing, writes.
const FORMAT: &str = "papaver.backup/1";
/// The one with what crews sent, which earlier programs do not put back.
const WITH_FIELD: &str = "papaver.backup/2";
/// The file that says what is there.
const CONTENTS: &str = "BACKUP.json";
/// Bytes of it at most.
const LONGEST: u64 = 256 << 20;
/// The registry.
const REGISTRY: &str = "registry";
/// The device's key.
const KEY: &str = "key";
/// The folders of people's locked keys, of evidence, and of what crews sent.
const FOLDERS: [(&str, &str); 3] = [
    ("people/", ".people"),
    ("files/", ".files"),
    (FIELD, ".field"),
];
/// What crews sent.
const FIELD: &str = "field/";
/// Their files below it, each of which is there before the line of a log that names it.
const FIELD_FILES: &str = "field/files/";
/// What is not taken along of it: files that have not arrived whole, and projects that are made anew.
const FIELD_PASSING: [&str; 3] = ["arriving", "projects", "project.json"];

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// `papaver.backup/1`, or `/2` with what crews sent.
    pub format: String,
    /// The file name of the registry.
    pub registry: String,
    /// The unit.
    pub unit: String,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// The program.
    pub program: String,
    /// The device's last number.
    pub last: u64,
    /// Every file but this one.
    pub files: Vec<BackupFile>,
}

/// A file in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFile {
    /// Its name in the backup.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Hash,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MadeBackup {
    /// What is in it.
    #[serde(skip)]
    pub contents: Contents,
    /// Evidence that is not what its name says any more; it was taken along as it is.
    pub changed: Vec<Hash>,
    /// What lies in the registry's folders and is none of its files: links, and names that the program gives to none.
    pub left_out: Vec<String>,
}

impl Contents {
    /// How many files of evidence there are.
    pub fn evidence(&self) -> usize {
        let of_evidence = |kept: &&BackupFile| kept.name.starts_with(FOLDERS[1].0);
        self.files.iter().filter(of_evidence).count()
    }

    /// How many files of crews there are.
    pub fn of_crews(&self) -> usize {
        let of_crews = |kept: &&BackupFile| kept.name.starts_with(FIELD_FILES);
        self.files.iter().filter(of_crews).count()
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        let bytes = self.files.iter().map(|kept| kept.bytes);
        bytes.fold(0, u64::saturating_add)
    }
}

/// Whether the program gives such a name to a file or folder of a registry. No other is put back.
fn is_plain(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_".contains(&b);
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
}

type OpenBackup = ZipArchive<BufReader<age::stream::StreamReader<File>>>;

/// Opens a backup with its passphrase, and reads what it says of itself.
fn open(path: &Path, passphrase: &str) -> Result<(OpenBackup, Contents), BackupError> {
    let file = File::open(path).map_err(BackupError::io(path))?;
    let whole = file.metadata().map_err(BackupError::io(path))?.len();
    let none = |_no_age| BackupError::NotABackup { path: path.into() };
    let locked = |_wrong| BackupError::Locked { path: path.into() };
    let changed = || BackupError::Changed {
        path: path.into(),
        name: String::new(),
    };
    let decryptor = age::Decryptor::new(file).map_err(none)?;
    let identity = by_passphrase(passphrase, MostWork::Patient);
    let plain = decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .map_err(locked)?;
    let mut archive = ZipArchive::new(BufReader::new(plain)).map_err(|_broken| changed())?;
    let mut text = Vec::new();
    archive
        .by_name(CONTENTS)
        .map_err(|_none| BackupError::NotABackup { path: path.into() })?
        .take(LONGEST)
        .read_to_end(&mut text)
        .map_err(changed_io(path, CONTENTS))?;
    let contents: Contents = serde_json::from_slice(&text)
        .ok()
        .filter(|contents: &Contents| [FORMAT, WITH_FIELD].contains(&contents.format.as_str()))
        .ok_or_else(|| BackupError::NotABackup { path: path.into() })?;
    // Nothing in it is packed: it holds no more than it is long.
    if contents.bytes() > whole {
        return Err(changed());
    }
    Ok((archive, contents))
}

/// What is said where a file of a backup cannot be read to its end.
fn changed_io(path: &Path, name: &str) -> impl Fn(io::Error) -> BackupError {
    let (path, name) = (path.to_path_buf(), name.to_owned());
    move |_broken| BackupError::Changed {
        path: path.clone(),
        name: name.clone(),
    }
}

/// Reads one file of a backup, and fails where it is not what the contents say.
fn take(
    archive: &mut OpenBackup,
    path: &Path,
    kept: &BackupFile,
    to: &mut dyn io::Write,
) -> Result<(), BackupError> {
    let changed = || BackupError::Changed {
        path: path.into(),
        name: kept.name.clone(),
    };
    let inside = archive.by_name(&kept.name).map_err(|_none| changed())?;
    let (bytes, sha256) =
        copy(inside.take(kept.bytes.saturating_add(1)), to).map_err(|_broken| changed())?;
    if (bytes, sha256) == (kept.bytes, kept.sha256) {
        Ok(())
    } else {
        Err(changed())
    }
}

/// Reads a whole backup and fails where a byte of it is not what it should be.
fn check(path: &Path, passphrase: &str) -> Result<Contents, BackupError> {
    let (mut archive, contents) = open(path, passphrase)?;
    for kept in &contents.files {
        take(&mut archive, path, kept, &mut io::sink())?;
    }
    Ok(contents)
}

#[cfg(test)]
mod tests;
