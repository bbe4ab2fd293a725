//! Whether a scan's folder is still what the scan wrote: `scan.json` names the digest of every file.
//!
//! Folders of version 0.1.0 name none; they are taken, and said to be unverifiable.

use crate::files;
use crate::ground::FileFeature;
use crate::office::RecordError;
use crate::registry::ids::Hash;
use crate::schema::{SCAN_FILE, Totals};
use crate::text::names::lies_in;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Square metres by which areas may differ that were rounded to hundredths and added up.
const ROUNDING_M2: f64 = 1.0;

/// Reads a file of a scan's folder, which may come from anywhere: no link in it leads to anything else.
///
/// # Errors
/// [`RecordError::Unreadable`], [`RecordError::LeadsOut`].
pub(super) fn read_in(folder: &Path, path: &Path) -> Result<Vec<u8>, RecordError> {
    let unreadable = |source| RecordError::Unreadable {
        path: path.into(),
        source,
    };
    if !lies_in(folder, path).map_err(unreadable)? {
        return Err(RecordError::LeadsOut { path: path.into() });
    }
    files::read(path).map_err(unreadable)
}

/// The files of a scan by their names in its folder, as its record has them.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanDigests {
    folder: PathBuf,
    digests: Option<BTreeMap<String, Hash>>,
}

impl ScanDigests {
    /// What a folder's record says; `outputs` is absent in folders of version 0.1.0.
    ///
    /// # Errors
    /// [`RecordError::Malformed`], of `scan.json`, for what is no digest.
    pub(super) fn new(
        folder: &Path,
        outputs: Option<BTreeMap<String, String>>,
    ) -> Result<Self, RecordError> {
        let digest = |(name, digest): (String, String)| match digest.parse() {
            Ok(digest) => Ok((name, digest)),
            Err(_) => Err(RecordError::Malformed {
                path: folder.join(SCAN_FILE),
                why: format!("the digest of {name} is none"),
            }),
        };
        let digests = outputs.map(|outputs| outputs.into_iter().map(digest).collect());
        Ok(Self {
            folder: folder.into(),
            digests: digests.transpose()?,
        })
    }

    /// Whether there are digests to compare with.
    pub(crate) fn is_verifiable(&self) -> bool {
        self.digests.is_some()
    }

    /// Whether the record names a file of this name.
    pub(super) fn names(&self, name: &str) -> bool {
        self.digests.as_ref().is_some_and(|d| d.contains_key(name))
    }

    /// Reads a file of the folder as the scan wrote it.
    ///
    /// # Errors
    /// [`RecordError::Unreadable`], [`RecordError::LeadsOut`], [`RecordError::Edited`].
    pub(super) fn read(&self, path: &Path) -> Result<Vec<u8>, RecordError> {
        let bytes = read_in(&self.folder, path)?;
        self.check(path, &bytes)?;
        Ok(bytes)
    }

    /// Fails where the bytes of a file are not those that the scan wrote, or the scan wrote no such file.
    ///
    /// # Errors
    /// [`RecordError::Edited`].
    fn check(&self, path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
        let Some(digests) = &self.digests else {
            return Ok(());
        };
        if digests.get(&self.name_of(path)) == Some(&Hash::of(bytes)) {
            return Ok(());
        }
        Err(RecordError::Edited { path: path.into() })
    }

    /// The name of a file as the record writes it, with `/` on every system.
    fn name_of(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.folder).unwrap_or(path);
        let name = |part| match part {
            Component::Normal(part) => Some(part.to_string_lossy()),
            _ => None,
        };
        let parts: Vec<_> = inside.components().filter_map(name).collect();
        parts.join("/")
    }

    /// Fails where the totals of the record are not those of its own files: the digests say nothing of `scan.json` itself.
    ///
    /// # Errors
    /// [`RecordError::Edited`], of `scan.json`.
    pub(super) fn check_totals(
        &self,
        totals: &Totals,
        candidates: usize,
        coverage: &[FileFeature],
    ) -> Result<(), RecordError> {
        if self.digests.is_none() {
            return Ok(());
        }
        let mut areas: BTreeMap<String, f64> = BTreeMap::new();
        for feature in coverage {
            let columns = feature.columns();
            let name = columns.get("reason").and_then(Value::as_str);
            let m2 = columns.get("area_m2").and_then(Value::as_f64);
            let area = areas.entry(name.unwrap_or("searched").to_owned());
            *area.or_default() += m2.unwrap_or(0.0);
        }
        let named = totals
            .not_searched_m2
            .iter()
            .map(|(reason, m2)| (reason.name(), *m2))
            .chain([("searched", totals.searched_m2)]);
        let mut fits = totals.candidates == candidates;
        for (name, m2) in named {
            // Ground too small to be drawn is in the totals only.
            fits &= (areas.remove(name).unwrap_or(0.0) - m2).abs() <= ROUNDING_M2;
        }
        if fits && areas.values().all(|m2| *m2 <= ROUNDING_M2) {
            return Ok(());
        }
        Err(RecordError::Edited {
            path: self.folder.join(SCAN_FILE),
        })
    }
}
