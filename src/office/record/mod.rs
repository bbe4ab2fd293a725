//! Recording a scan: its folder is read, each candidate is matched to what is known, and all of it becomes events in one
//! transaction. Recording the same scan again changes nothing.

mod decisions;
mod digests;
mod folder;
mod keeping;
mod ran;

pub use decisions::{Decision, DecisionFile, decisions};
pub use digests::ScanDigests;
pub(super) use folder::verified_file;
pub use folder::{ScanCandidate, ScanFolder};
pub(super) use ran::is_before as is_before_its_scan;

use super::{Office, RecordError, Session, Transaction};
use crate::registry::body::{Body, Create, FoundBy, Meaning, Sighting};
use crate::registry::event::EvidenceRef;
use crate::registry::ids::{Hash, SiteKey};
use crate::registry::matching::{Match, find};
use crate::registry::site::Site;
use crate::registry::unit::{self, is_at_or_below};
use crate::store::{Store, StoreError};
use keeping::{Keeping, OwnGround, known_as};
use serde::Serialize;
use std::collections::BTreeSet;

/// A scan of the same imagery that was recorded as of other days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherDays {
    /// The scan.
    pub scan: String,
    /// The unit that recorded it.
    pub unit: String,
    /// Its days, where it has any.
    pub captured: Option<[String; 2]>,
    /// Its entry.
    pub entry: Hash,
}

/// What became of the candidates; sites by their codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// The scan.
    pub scan: String,
    /// New sites.
    pub new: Vec<String>,
    /// New sites where one was closed before.
    pub recurring: Vec<String>,
    /// Sites raised anew.
    pub raised: Vec<String>,
    /// Sites seen again after their eradication.
    pub residue: Vec<String>,
    /// Sites seen again.
    pub seen: Vec<String>,
    /// Candidates that were recorded before.
    pub known_before: usize,
    /// Candidates without a capture date that met a settled site: nothing could be concluded.
    pub undated: usize,
    /// Whether the imagery has no day: what it searched counts in no window, and nothing is learnt from it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub without_day: bool,
    /// Pictures that the scan names and the folder lacks.
    pub pictures_missing: usize,
    /// The entry of what was learnt that puts its candidates in order, where anything does.
    pub learnt: Option<Hash>,
    /// Whether the folder names no digests of its files (version 0.1.0), so that nobody can say whether it was edited.
    pub unverifiable: bool,
    /// What the imagery itself says of its days, where what was said of them cannot be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tagged_otherwise: Option<String>,
    /// What was recorded of the same imagery as of other days: it counts once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_days: Vec<OtherDays>,
}

/// What became of the candidates so far; sites by their keys, for a code may grow with every new site.
#[derive(Default)]
struct RecordCounts {
    new: Vec<SiteKey>,
    recurring: Vec<SiteKey>,
    raised: Vec<SiteKey>,
    residue: Vec<SiteKey>,
    seen: Vec<SiteKey>,
    known_before: usize,
    undated: usize,
}

/// Records a scan, and keeps its coverage and the pictures of its new candidates with the evidence.
///
/// # Errors
/// Those of the registry and of keeping files; nothing is recorded then.
pub fn record(
    office: &mut Office,
    session: &Session,
    scan: &ScanFolder,
) -> Result<Recorded, RecordError> {
    let mut recorded = Recorded {
        scan: scan.record.scan.clone(),
        unverifiable: !scan.written.is_verifiable(),
        without_day: scan.record.captured.is_none(),
        ..Recorded::default()
    };
    let store = office.store();
    let own_unit = &session.author().unit;
    let Before { is_new, other_days } = Before::of(store, scan, own_unit)?;
    recorded.other_days = other_days;
    recorded.tagged_otherwise = scan.record.tagged_otherwise();
    let flown_by = scan.unit.as_deref();
    let ground = OwnGround {
        unit: flown_by
            .filter(|unit| is_at_or_below(unit, own_unit))
            .unwrap_or(own_unit),
        districts: store.districts()?,
    };
    let mut keeping = Keeping::new(store, scan, session.at());
    let coverage = if is_new { keeping.coverage()? } else { vec![] };
    let pictures = keeping.pictures(&ground)?;
    recorded.pictures_missing = keeping.missing;
    let counts = office.transact(session, |entry| {
        if is_new {
            let body = Body::Scan(Box::new(scan.record.clone()));
            entry.append(None, coverage, body)?;
        }
        ran::remember(entry.store, &scan.record.scan, &scan.ran)?;
        let mut taking = Taking::of(scan, &ground);
        for (candidate, pictures) in scan.candidates.iter().zip(pictures) {
            taking.take(entry, candidate, pictures)?;
        }
        Ok(taking.counts)
    })?;
    let codes = |keys: Vec<SiteKey>| -> Result<Vec<String>, StoreError> {
        keys.into_iter()
            .map(|key| office.store().code(key))
            .collect()
    };
    let ranking = office.store().ranking_of(Some(&recorded.scan))?;
    let learnt = ranking.head(&recorded.scan);
    Ok(Recorded {
        learnt,
        new: codes(counts.new)?,
        recurring: codes(counts.recurring)?,
        raised: codes(counts.raised)?,
        residue: codes(counts.residue)?,
        seen: codes(counts.seen)?,
        known_before: counts.known_before,
        undated: counts.undated,
        ..recorded
    })
}

/// What a unit recorded before of the same imagery.
struct Before {
    /// Whether the scan is not recorded yet with the ground that it searched: what was merged before all of its shards had been run
    /// searched less. What another unit recorded under the same id is its word of the scan, not this one's.
    is_new: bool,
    /// Scans of the same imagery, or of the same ground file, as of other days.
    other_days: Vec<OtherDays>,
}

impl Before {
    fn of(store: &Store, scan: &ScanFolder, unit: &str) -> Result<Self, RecordError> {
        let read = |path| scan.written.read(path);
        let ground = scan.coverage.as_deref().map(read).transpose()?;
        let ground = ground.map(|bytes| Hash::of(&bytes));
        let signs = scan.record.signs(ground);
        let mut before = Self {
            is_new: true,
            other_days: Vec::new(),
        };
        for sealed in store.followed("scan")? {
            let (by, outline) = (&sealed.event.actor.unit, sealed.event.outline());
            let Body::Scan(known) = &sealed.event.body else {
                continue;
            };
            if by == unit && outline == ground && known.scan == scan.record.scan {
                before.is_new = false;
            }
            let same =
                !signs.is_disjoint(&known.signs(outline)) || scan.record.shows_the_same(known);
            if same && is_at_or_below(unit, by) && scan.record.is_of_other_days(known) {
                before.other_days.push(OtherDays {
                    scan: known.scan.clone(),
                    unit: by.clone(),
                    captured: known.captured.clone(),
                    entry: sealed.hash,
                });
            }
        }
        Ok(before)
    }
}

/// A scan whose candidates are being taken, one after the other.
struct Taking<'a> {
    ground: &'a OwnGround<'a>,
    /// Candidates of one scan are apart already: they are matched to what was known before, not to each other.
    own: BTreeSet<&'a str>,
    counts: RecordCounts,
}

impl<'a> Taking<'a> {
    fn of(scan: &'a ScanFolder, ground: &'a OwnGround) -> Self {
        let candidates = scan.candidates.iter();
        let own = candidates.map(|candidate| candidate.detection.candidate.as_str());
        Self {
            ground,
            own: own.collect(),
            counts: RecordCounts::default(),
        }
    }

    fn take(
        &mut self,
        entry: &mut Transaction,
        candidate: &ScanCandidate,
        pictures: Vec<EvidenceRef>,
    ) -> Result<(), StoreError> {
        if known_as(entry.store, self.ground, candidate)?.is_some() {
            self.counts.known_before += 1;
            return Ok(());
        }
        let nearby = self.nearby(entry.store, candidate)?;
        let settings = entry.store.settings();
        let (site, body) = match find(&candidate.place, &candidate.detection, &nearby, settings) {
            Match::New => self.founded(candidate, None),
            Match::Recurs { of } => self.founded(candidate, Some(of)),
            Match::Known {
                site,
                meaning,
                distance_cm,
            } => {
                let settled = nearby.iter().any(|s| s.key == site && !s.state.is_open());
                let undated = candidate.detection.captured.is_none();
                self.counts.undated += usize::from(settled && undated);
                self.seen(candidate, site, meaning, distance_cm)
            }
        };
        entry.append(Some(site), pictures, body)?;
        Ok(())
    }

    /// The sites that a candidate may be another look at.
    fn nearby(&self, store: &Store, candidate: &ScanCandidate) -> Result<Vec<Site>, StoreError> {
        let mut nearby = store.sites_near(&candidate.place, store.settings().reach_m())?;
        nearby.retain(|site| {
            let first = site.detection.as_ref();
            self.ground.is_of(site, &candidate.place)
                && first.is_none_or(|first| !self.own.contains(first.candidate.as_str()))
        });
        Ok(nearby)
    }

    /// A candidate that becomes a site.
    fn founded(
        &mut self,
        candidate: &ScanCandidate,
        recurs_of: Option<SiteKey>,
    ) -> (SiteKey, Body) {
        let detection = &candidate.detection;
        let named = format!("candidate:{}", detection.candidate);
        let origin = unit::origin(&named, self.ground.unit);
        let key = SiteKey::of_origin(&origin);
        match recurs_of {
            Some(_) => self.counts.recurring.push(key),
            None => self.counts.new.push(key),
        }
        let create = Create {
            area_dm2: candidate.area_dm2,
            detection: Some(detection.clone()),
            recurs_of,
            ..Create::new(FoundBy::Scan, origin, candidate.place.clone())
        };
        (key, Body::Create(Box::new(create)))
    }

    /// A candidate that is another look at a site.
    fn seen(
        &mut self,
        candidate: &ScanCandidate,
        site: SiteKey,
        meaning: Meaning,
        distance_cm: i64,
    ) -> (SiteKey, Body) {
        match meaning {
            Meaning::Seen => self.counts.seen.push(site),
            Meaning::Raised => self.counts.raised.push(site),
            Meaning::Residue => self.counts.residue.push(site),
        }
        let sighting = Sighting {
            detection: candidate.detection.clone(),
            place: candidate.place.clone(),
            meaning,
            distance_cm,
        };
        (site, Body::Sighting(Box::new(sighting)))
    }
}
