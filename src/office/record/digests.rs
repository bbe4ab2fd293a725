//! Whether a scan's folder is still what the scan wrote: `scan.json` names the digest of every file.
//!
//! Folders of version 0.1.0 name none; they are taken, and stay marked as unverifiable.

use crate::files;
use crate::ground::{FileFeature, area_m2};
use crate::office::RecordError;
use crate::registry::ids::Hash;
use crate::schema::{SCAN_FILE, ScanRecord, SourceRecord, Totals};
use crate::text::names::lies_in;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Square metres by which areas may differ that were rounded to hundredths and added up.
const ROUNDING_M2: f64 = 1.0;
/// How much more ground than the pixels of its sources a scan may have searched: a sampling distance is that of a source's middle, rounded.
const MOST_GROUND: f64 = 1.1;
/// How the versions begin that named no digests.
const WITHOUT_DIGESTS: &str = "0.1.";

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
    /// What a folder's record says; `outputs` is absent in folders of version 0.1.0, and in no other's.
    ///
    /// # Errors
    /// [`RecordError::Malformed`], of `scan.json`, for what is no digest; [`RecordError::Edited`] where digests were taken out of it.
    pub(super) fn new(folder: &Path, scan: &ScanRecord) -> Result<Self, RecordError> {
        if scan.outputs.is_none() && is_of_a_version_with_digests(scan) {
            let path = folder.join(SCAN_FILE);
            return Err(RecordError::Edited { path });
        }
        let digest = |(name, digest): (String, String)| match digest.parse() {
            Ok(digest) => Ok((name, digest)),
            Err(_) => Err(RecordError::Malformed {
                path: folder.join(SCAN_FILE),
                why: format!("the digest of {name} is none"),
            }),
        };
        let outputs = scan.outputs.clone();
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

    /// Fails where the totals of the record are not those of its own files, or there is more ground than its sources have pixels for:
    /// the digests say nothing of `scan.json` itself. Folders of version 0.1.0 may lack the ground.
    ///
    /// # Errors
    /// [`RecordError::Edited`], of `scan.json`.
    pub(super) fn check_totals(
        &self,
        scan: &ScanRecord,
        candidates: usize,
        coverage: Option<&[FileFeature]>,
    ) -> Result<(), RecordError> {
        let totals = &scan.totals;
        let mut fits = totals.candidates == candidates;
        // What names digests has its ground, or searched none.
        let none = self.is_verifiable().then_some(&[][..]);
        if let Some(coverage) = coverage.or(none) {
            fits &= are_of(totals, coverage) && self.has_pixels_for(coverage, &scan.sources);
        }
        if fits {
            return Ok(());
        }
        Err(RecordError::Edited {
            path: self.folder.join(SCAN_FILE),
        })
    }

    /// Whether the sources have pixels enough for the ground that was searched. Every version wrote how many they have.
    fn has_pixels_for(&self, coverage: &[FileFeature], sources: &[SourceRecord]) -> bool {
        let pixels: Option<f64> = sources.iter().map(SourceRecord::pixels_m2).sum();
        let searched = coverage.iter().filter(|feature| {
            let columns = feature.columns();
            columns.get("status").is_some_and(|is| is == "searched")
        });
        let areas = searched.filter_map(|feature| feature.area().ok().flatten());
        let searched_m2: f64 = areas.map(|area| area_m2(&area)).sum();
        pixels.map_or(self.is_verifiable(), |pixels_m2| {
            searched_m2 <= pixels_m2 * MOST_GROUND + ROUNDING_M2
        })
    }
}

/// Whether a record is of a version that names the digests of what it wrote, by its number or by what earlier ones never wrote.
fn is_of_a_version_with_digests(scan: &ScanRecord) -> bool {
    !scan.program_version.starts_with(WITHOUT_DIGESTS)
        || scan.tagged.is_some()
        || scan.made.is_some()
        || scan.second_stage.is_some()
        || !scan.patterns.is_empty()
}

/// Whether totals are those of the ground that a scan wrote.
fn are_of(totals: &Totals, coverage: &[FileFeature]) -> bool {
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
    let mut fits = true;
    for (name, m2) in named {
        // Ground too small to be drawn is in the totals only.
        fits &= (areas.remove(name).unwrap_or(0.0) - m2).abs() <= ROUNDING_M2;
    }
    fits && areas.values().all(|m2| *m2 <= ROUNDING_M2)
}
