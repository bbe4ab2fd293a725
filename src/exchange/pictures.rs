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

    fn any(&self) -> bool {
        self.there.iter().flatten().any(|there| *there)
    }

    /// Fails where the folder cannot be given its name.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn check(&self, existing: Existing) -> Result<(), FileError> {
        if self.any() {
            files::check(&self.folder, existing)?;
        }
        Ok(())
    }

    /// Writes the folder. Returns it where there are pictures.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn write(&self, existing: Existing) -> Result<Option<PathBuf>, FileError> {
        if !self.any() {
            return Ok(None);
        }
        fs::create_dir_all(&self.folder).map_err(FileError::of(&self.folder))?;
        for entry in &self.export.entries {
            for picture in Picture::ALL {
                if let Some(bytes) = picture.of(entry, self.export) {
                    let target = self.folder.join(picture.name(entry));
                    files::write_bytes(&target, existing, &bytes)?;
                }
            }
        }
        Ok(Some(self.folder.clone()))
    }
}
