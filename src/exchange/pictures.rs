//! The pictures that maps show of a site: its detection and the surroundings, as the scan made them.

use super::Export;
use super::ledger::Entry;
use crate::files::{self, Existing, FileError};
use crate::registry::event::EvidenceRole;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// A picture of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// The detection with its outline.
    Detection,
    /// What lies around it.
    Surroundings,
}

impl Picture {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Detection, Self::Surroundings];

    /// Its file's name for a site: ASCII, so that every viewer finds it.
    pub fn name(self, entry: &Entry) -> String {
        match self {
            Self::Detection => format!("{}.jpg", entry.code),
            Self::Surroundings => format!("{}-around.jpg", entry.code),
        }
    }

    /// The bytes of the last one that is here and whole.
    pub fn of(self, entry: &Entry, export: &Export) -> Option<Vec<u8>> {
        let role = match self {
            Self::Detection => EvidenceRole::Chip,
            Self::Surroundings => EvidenceRole::Context,
        };
        let files = entry.site.evidence.iter().rev();
        let mut found = files.filter(|file| file.role == role);
        found.find_map(|file| super::original(file, &export.evidence))
    }
}

/// The pictures of an export, and the folder `NAME-files` beside its file where they lie.
#[derive(Debug)]
pub struct Pictures<'a> {
    export: &'a Export,
    folder: PathBuf,
    name: String,
    /// Which there are, for each site in order.
    there: Vec<[bool; 2]>,
}

impl<'a> Pictures<'a> {
    /// Those of an export that is written at `path`.
    pub fn of(export: &'a Export, path: &Path) -> Self {
        let mut name = path.file_stem().map(OsString::from).unwrap_or_default();
        name.push("-files");
        let there = |entry| Picture::ALL.map(|picture| picture.of(entry, export).is_some());
        Self {
            export,
            folder: path.with_file_name(&name),
            name: name.to_string_lossy().into_owned(),
            there: export.entries.iter().map(there).collect(),
        }
    }

    /// The path of a picture of the site at this place in the list, as it is written in the file beside the folder.
    pub fn path(&self, at: usize, picture: Picture) -> Option<String> {
        let there = self.there[at][usize::from(picture == Picture::Surroundings)];
        there.then(|| format!("{}/{}", self.name, picture.name(&self.export.entries[at])))
    }

    /// Each that is there, with where it is to lie.
    fn files(&self) -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
        self.export.entries.iter().flat_map(|entry| {
            Picture::ALL.into_iter().filter_map(|picture| {
                let bytes = picture.of(entry, self.export)?;
                Some((self.folder.join(picture.name(entry)), bytes))
            })
        })
    }

    /// Fails where the folder holds another picture under a name that is needed, or cannot be a folder. One that an export
    /// of another format has written beside its own file is shared.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn check(&self, existing: Existing) -> Result<(), FileError> {
        if self.folder.exists() && !self.folder.is_dir() {
            return files::check(&self.folder, Existing::Stays);
        }
        let mut missing = self.files().filter(|(path, bytes)| !is_there(path, bytes));
        missing.try_for_each(|(path, _)| files::check(&path, existing))
    }

    /// Writes what the folder lacks. Returns it where there are pictures.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn write(&self, existing: Existing) -> Result<Option<PathBuf>, FileError> {
        let mut wanted = self.files().peekable();
        if wanted.peek().is_none() {
            return Ok(None);
        }
        fs::create_dir_all(&self.folder).map_err(FileError::of(&self.folder))?;
        for (path, bytes) in wanted {
            if !is_there(&path, &bytes) {
                files::write_bytes(&path, existing, &bytes)?;
            }
        }
        Ok(Some(self.folder.clone()))
    }
}

/// Whether a file is there and holds these bytes.
fn is_there(path: &Path, bytes: &[u8]) -> bool {
    let long = u64::try_from(bytes.len()).ok();
    let length = fs::metadata(path).ok().map(|file| file.len());
    length == long && files::read(path).is_ok_and(|there| there == bytes)
}

/// The columns of pictures: the detection, and what lies around it.
pub const PICTURES: [&str; 2] = ["picture", "surroundings"];
