//! The order of candidates by what was learnt: of each recorded scan whose features are here and for which a head is in force.

use super::{Store, StoreError, evidence};
use crate::registry::affairs::Stamped;
use crate::registry::body::{Body, LearntHead, RecordedScan};
use crate::registry::event::{EvidenceRole, Sealed};
use crate::registry::ids::Hash;
use crate::registry::unit::is_at_or_below;
use crate::schema::{FeaturesRecord, Ranked};
use std::collections::HashMap;

/// Where candidates stand by what was learnt.
#[derive(Debug, Clone, Default)]
pub struct Ranking {
    /// By the units that recorded their scans, the last recording last.
    candidates: HashMap<String, Vec<(String, Ranked)>>,
    heads: HashMap<String, Hash>,
}

impl Ranking {
    /// Where a candidate stands that became a site of a unit; `None` where nothing learnt orders its scan. What another unit
    /// recorded under its id says nothing of it, but for one above.
    pub fn of(&self, candidate: &str, unit: &str) -> Option<&Ranked> {
        let recorded = self.candidates.get(candidate)?.iter().rev();
        let mut own = recorded.filter(|(by, _)| by == unit || is_at_or_below(unit, by));
        own.next().map(|(_, ranked)| ranked)
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
    fn take(&mut self, head: &Stamped<LearntHead>, seen: &ScanFeatures) {
        if head.body.names != seen.features.names {
            return;
        }
        let record = head.body.record(&head.stamp.at);
        let ids = seen.features.candidates.iter().map(|row| row.id.clone());
        for (id, ranked) in ids.zip(seen.features.ranked(&record)) {
            let of_candidate = self.candidates.entry(id).or_default();
            of_candidate.retain(|(by, _)| *by != seen.unit);
            of_candidate.push((seen.unit.clone(), ranked));
        }
        self.heads.insert(seen.scan.scan.clone(), head.stamp.event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Role;
    use crate::registry::event::Actor;
    use crate::registry::site::Stamp;
    use crate::schema::{FEATURES_FORMAT, FeaturesOf, LearntRecord, fixture};

    /// A head of a unit that turns the shipped order round.
    fn head(unit: &str) -> Stamped<LearntHead> {
        let record = LearntRecord {
            unit: unit.into(),
            ..fixture::head(9.0)
        };
        let actor = Actor {
            name: "wang".into(),
            unit: unit.into(),
            role: Role::Analyst,
            key: None,
            recorder: None,
        };
        Stamped {
            body: LearntHead::of(&record),
            stamp: Stamp {
                event: Hash::of(unit.as_bytes()),
                at: "2026-05-05T10:00:00+08:00".into(),
                actor,
                own_key: false,
            },
            on: None,
            season: 2026,
        }
    }

    /// What a unit says that the models saw of two candidates.
    fn seen(unit: &str, reds: [f64; 2]) -> ScanFeatures {
        let row = |(n, red): (u64, f64)| FeaturesOf {
            id: format!("b{n}"),
            rank: Some(n),
            shipped: 0.0,
            values: vec![red],
        };
        ScanFeatures {
            unit: unit.into(),
            scan: RecordedScan {
                tagged: None,
                made: None,
                sources: Vec::new(),
                patterns: vec![],
                scan: "s".into(),
                survey: None,
                captured: None,
                model: ["m".into(), "m".into()],
                verifier: None,
                threshold_e4: 5_000,
                gsd_e2_cm: Some(200),
                searched_m2: 1,
                not_searched_m2: std::collections::BTreeMap::new(),
                candidates: 2,
                unverifiable: false,
            },
            features: FeaturesRecord {
                format: FEATURES_FORMAT.into(),
                scan_id: "s".into(),
                names: vec!["red".into()],
                candidates: [1, 2].into_iter().zip(reds).map(row).collect(),
            },
        }
    }

    #[test]
    fn what_one_county_records_under_anothers_candidates_puts_them_in_no_order() {
        let (own, other) = ("410423", "410424");
        let mut ranking = Ranking::default();
        ranking.take(&head(own), &seen(own, [1.0, -1.0]));
        // It names the other's candidates, and records them last.
        ranking.take(&head(other), &seen(other, [-1.0, 1.0]));
        let rank = |candidate: &str, unit: &str| ranking.of(candidate, unit).map(|r| r.rank);
        assert_eq!((rank("b1", own), rank("b2", own)), (Some(1), Some(2)));
        assert_eq!((rank("b1", other), rank("b2", other)), (Some(2), Some(1)));
        assert_eq!(rank("b1", "410423001"), Some(1), "a township's site");
        assert_eq!(rank("b1", "410425"), None);
        // One above orders what is below it, and the last recording of a unit is its word.
        let mut ranking = Ranking::default();
        ranking.take(&head("410000"), &seen("410000", [1.0, -1.0]));
        assert_eq!(ranking.of("b2", own).map(|r| r.rank), Some(2));
        ranking.take(&head("410000"), &seen("410000", [-1.0, 1.0]));
        assert_eq!(ranking.of("b2", own).map(|r| r.rank), Some(1));
    }
}
