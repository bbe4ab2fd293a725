//! The order of candidates by what was learnt: of each recorded scan whose features are here and for which a head is in force.

use super::{Store, StoreError, evidence};
use crate::registry::affairs::Said;
use crate::registry::body::{Body, LearntHead, RecordedScan};
use crate::registry::event::{EvidenceRole, Sealed};
use crate::registry::ids::Hash;
use crate::schema::{FeaturesRecord, Ranked};
use std::collections::HashMap;

/// Where candidates stand by what was learnt.
#[derive(Debug, Clone, Default)]
pub struct Ranking {
    candidates: HashMap<String, Ranked>,
    heads: HashMap<String, Hash>,
}

impl Ranking {
    /// Where a candidate stands; `None` where nothing learnt orders its scan.
    pub fn of(&self, candidate: &str) -> Option<&Ranked> {
        self.candidates.get(candidate)
    }

    /// The head that orders a scan.
    pub fn head(&self, scan: &str) -> Option<Hash> {
        self.heads.get(scan).copied()
    }
}

/// A recorded scan and what its models saw.
#[derive(Debug, Clone)]
pub struct ScanFeatures {
    /// The unit that recorded it.
    pub unit: String,
    /// What was recorded of it.
    pub scan: RecordedScan,
    /// What its models saw.
    pub features: FeaturesRecord,
}

impl Store {
    /// Where all candidates stand by what was learnt; the last recording of a scan counts. Features that are gone or were changed
    /// order nothing.
    ///
    /// # Errors
    /// Those of reading.
    pub fn ranking(&self) -> Result<Ranking, StoreError> {
        self.ranking_of(None)
    }

    /// The same of one scan's candidates, or of all scans'.
    ///
    /// # Errors
    /// Those of reading.
    pub fn ranking_of(&self, wanted: Option<&str>) -> Result<Ranking, StoreError> {
        let affairs = self.affairs()?;
        let mut ranking = Ranking::default();
        if affairs.heads.is_empty() {
            return Ok(ranking);
        }
        for sealed in self.followed("scan")? {
            let Body::Scan(scan) = &sealed.event.body else {
                continue;
            };
            if wanted.is_some_and(|wanted| wanted != scan.scan) {
                continue;
            }
            let head = affairs.head_for(&sealed.event.actor.unit, scan);
            let Some((head, seen)) = head.zip(self.seen(&sealed)) else {
                continue;
            };
            ranking.take(head, &seen);
        }
        Ok(ranking)
    }

    /// What the models saw of a recorded scan; `None` where it was not kept, is gone or was changed.
    pub fn seen(&self, sealed: &Sealed) -> Option<ScanFeatures> {
        let Body::Scan(scan) = &sealed.event.body else {
            return None;
        };
        let mut files = sealed.event.evidence.iter();
        let file = files.find(|file| file.role == EvidenceRole::Features)?;
        let bytes = std::fs::read(evidence::path_of(&self.evidence_folder(), file.sha256)).ok()?;
        if Hash::of(&bytes) != file.sha256 {
            return None;
        }
        let features: FeaturesRecord = serde_json::from_slice(&bytes).ok()?;
        features.is_of(&scan.scan).then(|| ScanFeatures {
            unit: sealed.event.actor.unit.clone(),
            scan: scan.as_ref().clone(),
            features,
        })
    }
}

impl Ranking {
    fn take(&mut self, head: &Said<LearntHead>, seen: &ScanFeatures) {
        if head.body.names != seen.features.names {
            return;
        }
        let record = head.body.record(&head.stamp.at);
        let ids = seen.features.candidates.iter().map(|row| row.id.clone());
        self.candidates
            .extend(ids.zip(seen.features.ranked(&record)));
        self.heads.insert(seen.scan.scan.clone(), head.stamp.event);
    }
}
