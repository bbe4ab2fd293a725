//! What a client finds in a crew's folder, and why something is not done there.

use jiff::Timestamp;
use std::io;
use std::path::PathBuf;

/// Something in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrewEntry {
    /// What it is.
    pub what: EntryKind,
    /// Since when.
    pub at: Timestamp,
}

impl CrewEntry {
    /// A file and how large it is.
    pub(super) fn file(path: PathBuf, bytes: u64, at: Timestamp) -> Self {
        let what = EntryKind::File(path, bytes);
        Self { what, at }
    }
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file, where its bytes lie, and how many they are.
    File(PathBuf, u64),
}

/// Why something is not done in the folder.
#[derive(Debug)]
pub enum Denied {
    /// A name that will not do.
    Name,
    /// It goes down and is not to be changed.
    ReadOnly,
    /// There is no such thing.
    Missing,
    /// There is something already.
    Exists,
    /// The folder holds as much as it may.
    Full,
    /// The system.
    System(io::Error),
}

impl From<io::Error> for Denied {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}
