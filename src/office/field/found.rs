//! What a client finds in a crew's folder, and why something is not done there.

use super::paths::{ending, folded, lies_in};
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

impl Denied {
    /// Why a name is taken by what goes down to a crew: all but the table, which comes back under its own name. So it is for
    /// another spelling of such a name, which some clients show in its place, for the name of a folder, and below a file.
    pub(super) fn of_name<'a>(
        mut down: impl Iterator<Item = &'a String>,
        path: &str,
        is_file: bool,
    ) -> Option<Self> {
        let path_folded = folded(path);
        let comes_back = is_file && ending(path) == "gpkg";
        let taken = |known: &String| {
            let known = folded(known);
            if known == path_folded {
                return (!comes_back).then_some(Self::ReadOnly);
            }
            let crosses = lies_in(&known, &path_folded) || lies_in(&path_folded, &known);
            crosses.then_some(Self::Exists)
        };
        down.find_map(taken)
    }
}

impl From<io::Error> for Denied {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}
