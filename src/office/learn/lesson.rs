//! What there is to learn from: a scan's features, out of its folder or as they were kept when it was recorded.

use super::error::LearnError;
use crate::office::record::{ScanFolder, verified_file};
use crate::registry::Settings;
use crate::registry::body::{Body, RecordedScan};
use crate::registry::event::{EvidenceRole, Sealed};
use crate::registry::unit::is_at_or_below;
use crate::schema::{FEATURES_FILE, FeaturesOf, FeaturesRecord, SCAN_FILE, ScanRecord};
use crate::store::{ScanFeatures, Store};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// A scan to learn from.
pub(super) struct Lesson {
    /// The scan's id.
    pub scan: String,
    /// SHA-256 of the model.
    pub model: String,
    /// SHA-256 of the second model, where one looked.
    pub verifier: Option<String>,
    /// The season of its imagery, as this registry's unit counts, where it is of one and known.
    pub season: Option<i16>,
    /// The fingerprints of its imagery.
    pub sources: Vec<String>,
    /// What the models saw.
    pub features: FeaturesRecord,
    /// Whether a folder says so, and not the registry.
    is_of_folder: bool,
}

/// What features say of each candidate, in whatever order these were ranked when it was written.
fn rows(features: &FeaturesRecord) -> BTreeMap<&str, &FeaturesOf> {
    let rows = features.candidates.iter();
    rows.map(|row| (row.id.as_str(), row)).collect()
}

/// Whether features are those of a folder's candidates.
fn are_of(features: &FeaturesRecord, scan: &ScanFolder) -> bool {
    let candidates = scan.candidates.iter();
    let ids: HashSet<&str> = candidates.map(|c| c.detection.candidate.as_str()).collect();
    let mut rows = features.candidates.iter();
    rows.all(|row| ids.contains(row.id.as_str()))
}

/// The season of a first and a last day, where they are of one.
fn season_of(settings: &Settings, from: &str, to: &str) -> Option<i16> {
    let season = settings.season_of(from);
    season.filter(|season| settings.season_of(to) == Some(*season))
}

impl Lesson {
    /// Reads a scan's folder, in a registry with these settings.
    ///
    /// # Errors
    /// See [`LearnError`].
    pub fn of_folder(path: &Path, settings: &Settings) -> Result<Self, LearnError> {
        let malformed = |name: &str, why: String| LearnError::Folder {
            path: path.join(name),
            why,
        };
        let (record, features) = (path.join(SCAN_FILE), path.join(FEATURES_FILE));
        if !features.exists() {
            return Err(LearnError::NoFeatures { path: path.into() });
        }
        let bytes = verified_file(path, &record)?;
        let record: ScanRecord =
            serde_json::from_slice(&bytes).map_err(|e| malformed(SCAN_FILE, e.to_string()))?;
        // All that its record says of its files holds, as where it is recorded.
        let scan = ScanFolder::read(path)?;
        if !scan.written.is_verifiable() {
            let why = "it names no digests of the folder's files";
            return Err(malformed(SCAN_FILE, why.into()));
        }
        let bytes = verified_file(path, &features)?;
        let features: FeaturesRecord =
            serde_json::from_slice(&bytes).map_err(|e| malformed(FEATURES_FILE, e.to_string()))?;
        if !features.is_of(&record.scan_id) {
            return Err(malformed(FEATURES_FILE, "it is of another scan".into()));
        }
        if !are_of(&features, &scan) {
            let why = "it is of other candidates than candidates.geojson";
            return Err(malformed(FEATURES_FILE, why.into()));
        }
        let second = record.second_stage.as_ref();
        let captured = record.captured.as_ref();
        Ok(Self {
            scan: record.scan_id,
            model: record.model.sha256,
            verifier: second.and_then(|s| s.verifier.as_ref().map(|v| v.sha256.clone())),
            season: captured.and_then(|c| season_of(settings, &c.from, &c.to)),
            sources: scan.record.sources,
            features,
            is_of_folder: true,
        })
    }

    /// Whether the registry kept the same features when the scan was recorded, by its unit or one above; `None` where it kept none.
    pub(crate) fn is_as_recorded(&self, store: &Store) -> Result<Option<bool>, LearnError> {
        if !self.is_of_folder {
            return Ok(Some(true));
        }
        let own = store.authority().unit();
        let mut kept = None;
        for sealed in store.followed("scan")? {
            let is_it = matches!(&sealed.event.body, Body::Scan(scan) if scan.scan == self.scan);
            let by = &sealed.event.actor.unit;
            if is_it
                && (is_at_or_below(own, by) || is_at_or_below(by, own))
                && let Some(seen) = store.seen(&sealed)
            {
                let same = seen.features.names == self.features.names
                    && rows(&seen.features) == rows(&self.features);
                kept = Some(same || kept == Some(true));
            }
        }
        Ok(kept)
    }

    fn of_recorded(seen: ScanFeatures, settings: &Settings) -> Self {
        let RecordedScan {
            scan,
            model: [_, model],
            verifier,
            captured,
            sources,
            ..
        } = seen.scan;
        Self {
            scan,
            model,
            verifier,
            season: captured.and_then(|[from, to]| season_of(settings, &from, &to)),
            sources,
            features: seen.features,
            is_of_folder: false,
        }
    }

    /// The recorded scans of the last season of which features were kept, as far as they are of the same models as the last of them;
    /// where none says when it was flown, those that do not.
    ///
    /// # Errors
    /// Those of reading.
    pub fn recorded(store: &Store) -> Result<Vec<Self>, LearnError> {
        let (mut scans, settings) = (store.followed("scan")?, store.settings());
        let season = |sealed: &Sealed| match &sealed.event.body {
            Body::Scan(scan) => {
                let days = scan.captured.as_ref();
                days.and_then(|[from, to]| season_of(settings, from, to))
            }
            _ => None,
        };
        let kept = |sealed: &&Sealed| {
            let mut files = sealed.event.evidence.iter();
            files.any(|file| file.role == EvidenceRole::Features)
        };
        let last = scans.iter().filter(kept).filter_map(season).max();
        scans.retain(|sealed| season(sealed) == last);
        let seen = scans.iter().filter_map(|sealed| store.seen(sealed));
        let lessons = seen.map(|seen| Self::of_recorded(seen, settings));
        let mut lessons: Vec<Self> = lessons.collect();
        let Some(key) = lessons.last().map(Self::key) else {
            return Ok(Vec::new());
        };
        lessons.retain(|lesson| lesson.key() == key);
        Ok(lessons)
    }

    /// Each scan once, however many units recorded it and however often it is named.
    pub fn once(mut lessons: Vec<Self>) -> Vec<Self> {
        let mut known = HashSet::new();
        lessons.retain(|lesson| known.insert(lesson.scan.clone()));
        lessons
    }

    /// A lesson for tests, of a scan of this imagery.
    #[cfg(test)]
    pub fn of_flight(scan: &str, sources: &[&str], features: FeaturesRecord) -> Self {
        Self {
            scan: scan.into(),
            model: String::new(),
            verifier: None,
            season: None,
            sources: sources.iter().map(|source| (*source).to_owned()).collect(),
            features,
            is_of_folder: true,
        }
    }

    /// What lessons that are learnt together have in common.
    pub fn key(&self) -> (Option<i16>, String, Option<String>, Vec<String>) {
        let (model, verifier) = (self.model.clone(), self.verifier.clone());
        (self.season, model, verifier, self.features.names.clone())
    }
}
