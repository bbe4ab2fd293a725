//! The files of a scan on their way into the evidence, and the ground on which its candidates are known again.

use super::folder::{ScanCandidate, ScanFolder};
use crate::office::RecordError;
use crate::registry::districts::Districts;
use crate::registry::event::{EvidenceRef, EvidenceRole};
use crate::registry::ids::SiteKey;
use crate::registry::limits::MOVES_FREELY_M;
use crate::registry::place::Place;
use crate::registry::site::Site;
use crate::registry::unit::share_ground;
use crate::schema::FeaturesRecord;
use crate::store::evidence::{self, Occasion};
use crate::store::{Store, StoreError};
use std::path::Path;

/// Whose ground a scan shows: that of the unit that flew it, or where a boundary file is known, of the district itself. A
/// site that a unit founds on another's ground swallows nothing there.
pub(super) struct OwnGround<'a> {
    pub unit: &'a str,
    pub districts: Option<Districts>,
}

impl OwnGround<'_> {
    pub fn is_of(&self, site: &Site, place: &Place) -> bool {
        let there = self
            .districts
            .as_ref()
            .and_then(|d| d.code_of(place.lonlat()));
        share_ground(&site.unit, there.unwrap_or(self.unit))
    }
}

/// The site that a candidate is known as: one of this unit, or of one that shares its ground, whose place fits. That a
/// site far away names the candidate says nothing.
pub(super) fn known_as(
    store: &Store,
    ground: &OwnGround,
    candidate: &ScanCandidate,
) -> Result<Option<SiteKey>, StoreError> {
    let within = store.settings().reach_m() + MOVES_FREELY_M;
    let id = &candidate.detection.candidate;
    let fits = |site: &Site| {
        ground.is_of(site, &candidate.place)
            && site.detections().any(|d| d.candidate == *id)
            && site.place.distance_m(&candidate.place) <= within
    };
    let sites = store.sites_of_candidate(id)?;
    Ok(sites.iter().find(|site| fits(site)).map(|site| site.key))
}

/// The files of a scan on their way into the evidence of a registry.
pub(super) struct Keeping<'a> {
    store: &'a Store,
    scan: &'a ScanFolder,
    at: &'a str,
    /// Files that the folder lacks.
    pub missing: usize,
}

impl<'a> Keeping<'a> {
    /// Of a scan that is recorded at a time.
    pub fn new(store: &'a Store, scan: &'a ScanFolder, at: &'a str) -> Self {
        Self {
            store,
            scan,
            at,
            missing: 0,
        }
    }

    /// Keeps a file as the scan wrote it; where the folder lacks it, that is counted.
    fn keep(
        &mut self,
        role: EvidenceRole,
        path: &Path,
        place: Option<&Place>,
    ) -> Result<Option<EvidenceRef>, RecordError> {
        if !path.exists() {
            self.missing += 1;
            return Ok(None);
        }
        let bytes = self.scan.written.read(path)?;
        if role == EvidenceRole::Features {
            self.check_features(path, &bytes)?;
        }
        let occasion = Occasion {
            place,
            day: self.at,
            settings: self.store.settings(),
        };
        let folder = self.store.evidence_folder();
        let kept = evidence::keep_bytes(&folder, path, &bytes, role, occasion);
        kept.map(Some).map_err(RecordError::Evidence)
    }

    /// Fails for what is not what the models saw of this scan's candidates.
    fn check_features(&self, path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
        let malformed = |why: String| RecordError::Malformed {
            path: path.into(),
            why,
        };
        let features: FeaturesRecord =
            serde_json::from_slice(bytes).map_err(|e| malformed(e.to_string()))?;
        if features.is_of(&self.scan.record.scan) {
            return Ok(());
        }
        Err(malformed("it is of another scan".into()))
    }

    /// Keeps what says of the whole scan where it searched, and what its candidates look like.
    pub fn coverage(&mut self) -> Result<Vec<EvidenceRef>, RecordError> {
        let scan = self.scan;
        let mut kept = Vec::new();
        if let Some(path) = &scan.coverage {
            kept.extend(self.keep(EvidenceRole::Coverage, path, None)?);
        }
        if let Some(path) = &scan.features {
            kept.extend(self.keep(EvidenceRole::Features, path, None)?);
        }
        Ok(kept)
    }

    /// Keeps the pictures of the candidates that are new here, in the candidates' order.
    pub fn pictures(&mut self, ground: &OwnGround) -> Result<Vec<Vec<EvidenceRef>>, RecordError> {
        let mut pictures = Vec::new();
        for candidate in &self.scan.candidates {
            let mut own = Vec::new();
            if known_as(self.store, ground, candidate)?.is_none() {
                for (role, path) in &candidate.pictures {
                    own.extend(self.keep(*role, path, Some(&candidate.place))?);
                }
            }
            pictures.push(own);
        }
        Ok(pictures)
    }
}
