//! Recording a scan: its folder is read, each candidate is matched to what is known, and all of it becomes events in one
//! transaction. Recording the same scan again changes nothing.

mod decisions;
mod error;
mod folder;
mod written;

pub use decisions::{Decision, decisions};
pub use error::RecordError;
pub use folder::{Candidate, ScanFolder};
pub use written::Written;

use crate::registry::body::{Body, Create, Meaning, Sighting, Source};
use crate::registry::districts::Districts;
use crate::registry::event::{EvidenceRef, EvidenceRole};
use crate::registry::ids::SiteKey;
use crate::registry::limits::MOVES_FREELY_M;
use crate::registry::matching::{Match, find};
use crate::registry::place::Place;
use crate::registry::site::Site;
use crate::registry::unit::{self, is_at_or_below, share_ground};
use crate::store::evidence;
use crate::store::{Author, Draft, Moment, Store, StoreError};
use folder::read;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// What became of the candidates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// New sites.
    pub new: Vec<SiteKey>,
    /// New sites where one was closed before.
    pub recurring: Vec<SiteKey>,
    /// Sites raised anew.
    pub raised: Vec<SiteKey>,
    /// Sites seen again after their eradication.
    pub residue: Vec<SiteKey>,
    /// Sites seen again.
    pub seen: Vec<SiteKey>,
    /// Candidates that were recorded before.
    pub known_before: usize,
    /// Candidates without a capture date that met a settled site: nothing could be concluded.
    pub undated: usize,
    /// Pictures that the scan names and the folder lacks.
    pub pictures_missing: usize,
    /// Whether the folder names no digests of its files (version 0.1.0), so that nobody can say whether it was edited.
    pub unverifiable: bool,
}

/// Whose ground a scan shows: that of the unit that flew it, or where a boundary file is known, of the district itself. A
/// site that a unit founds on another's ground swallows nothing there.
struct Ground<'a> {
    unit: &'a str,
    districts: Option<Districts>,
}

impl Ground<'_> {
    fn is_of(&self, site: &Site, place: &Place) -> bool {
        let there = self
            .districts
            .as_ref()
            .and_then(|d| d.code_of(place.lonlat()));
        share_ground(&site.unit, there.unwrap_or(self.unit))
    }
}

/// The site that a candidate is known as: one of this unit, or of one that shares its ground, whose place fits. That a
/// site far away names the candidate says nothing.
fn known_as(
    store: &Store,
    ground: &Ground,
    candidate: &Candidate,
) -> Result<Option<SiteKey>, StoreError> {
    let within = f64::from(store.settings().match_radius_m) + MOVES_FREELY_M;
    let id = &candidate.detection.candidate;
    let fits = |site: &Site| {
        ground.is_of(site, &candidate.place)
            && site.detections().any(|d| d.candidate == *id)
            && site.place.distance_m(&candidate.place) <= within
    };
    let sites = store.sites_of_candidate(id)?;
    Ok(sites.iter().find(|site| fits(site)).map(|site| site.key))
}

/// Keeps the pictures of the candidates that are new here, and the coverage of a scan that is; in the candidates' order.
fn keep_files(
    store: &Store,
    scan: &ScanFolder,
    ground: &Ground,
    is_new: bool,
    at: &str,
    done: &mut Recorded,
) -> Result<(Vec<EvidenceRef>, Vec<Vec<EvidenceRef>>), RecordError> {
    let folder = store.evidence_folder();
    let mut keep =
        |role, path: &Path, place: Option<&Place>| -> Result<Option<EvidenceRef>, RecordError> {
            if !path.exists() {
                done.pictures_missing += 1;
                return Ok(None);
            }
            let bytes = read(path)?;
            scan.written.check(path, &bytes)?;
            evidence::keep_bytes(&folder, path, &bytes, role, place, at, store.settings())
                .map(Some)
                .map_err(RecordError::Evidence)
        };
    let mut coverage = Vec::new();
    if let Some(path) = scan.coverage.as_ref().filter(|_| is_new) {
        let file: Value = serde_json::from_slice(&read(path)?).unwrap_or_default();
        if !file["features"].is_array() {
            return Err(RecordError::Malformed {
                path: path.clone(),
                why: "no features".into(),
            });
        }
        coverage.extend(keep(EvidenceRole::Coverage, path, None)?);
    }
    let mut pictures = Vec::new();
    for candidate in &scan.candidates {
        let mut own = Vec::new();
        if known_as(store, ground, candidate)?.is_none() {
            for (role, path) in &candidate.pictures {
                own.extend(keep(*role, path, Some(&candidate.place))?);
            }
        }
        pictures.push(own);
    }
    Ok((coverage, pictures))
}

/// Records a scan, and keeps its coverage and the pictures of its new candidates with the evidence.
///
/// # Errors
/// Those of the registry and of keeping files; nothing is recorded then.
pub fn record(
    store: &mut Store,
    author: &Author,
    scan: &ScanFolder,
    at: &str,
    moment: &mut dyn FnMut() -> Moment,
) -> Result<Recorded, RecordError> {
    let mut done = Recorded {
        unverifiable: !scan.written.is_verifiable(),
        ..Recorded::default()
    };
    // What another unit recorded under the same id is its word of the scan, not this one's.
    let is_new = !store.followed("scan")?.iter().any(|s| {
        s.event.actor.unit == author.unit
            && matches!(&s.event.body, Body::Scan(known) if known.scan == scan.record.scan)
    });
    let unit = scan
        .unit
        .as_deref()
        .filter(|unit| is_at_or_below(unit, &author.unit));
    let unit = unit.unwrap_or(&author.unit);
    let ground = Ground {
        unit,
        districts: store.districts()?,
    };
    let (coverage, pictures) = keep_files(store, scan, &ground, is_new, at, &mut done)?;
    let done = store.write(|store| {
        if is_new {
            let body = Body::Scan(Box::new(scan.record.clone()));
            store.append(
                author,
                Draft {
                    site: None,
                    at: at.into(),
                    evidence: coverage,
                    body,
                },
                moment(),
            )?;
        }
        // Candidates of one scan are apart already: they are matched to what was known before, not to each other.
        let own: BTreeSet<&str> = scan
            .candidates
            .iter()
            .map(|c| c.detection.candidate.as_str())
            .collect();
        for (candidate, pictures) in scan.candidates.iter().zip(pictures) {
            take(
                store, author, &ground, candidate, pictures, &own, at, moment, &mut done,
            )?;
        }
        Ok(done)
    })?;
    Ok(done)
}

#[expect(
    clippy::too_many_arguments,
    reason = "one step of `record`, which holds all of these"
)]
fn take(
    store: &mut Store,
    author: &Author,
    ground: &Ground,
    candidate: &Candidate,
    pictures: Vec<EvidenceRef>,
    own: &BTreeSet<&str>,
    at: &str,
    moment: &mut dyn FnMut() -> Moment,
    done: &mut Recorded,
) -> Result<(), StoreError> {
    let detection = &candidate.detection;
    if known_as(store, ground, candidate)?.is_some() {
        done.known_before += 1;
        return Ok(());
    }
    let origin = unit::origin(&format!("candidate:{}", detection.candidate), ground.unit);
    let radius = f64::from(store.settings().match_radius_m);
    let mut nearby = store.sites_near(&candidate.place, radius)?;
    nearby.retain(|site| {
        let first = site.detection.as_ref();
        ground.is_of(site, &candidate.place)
            && first.is_none_or(|first| !own.contains(first.candidate.as_str()))
    });
    let found = find(&candidate.place, detection, &nearby, store.settings());
    let (site, body) = match found {
        Match::New | Match::Recurs { .. } => {
            let key = SiteKey::of_origin(&origin);
            let recurs_of = match found {
                Match::Recurs { of } => Some(of),
                _ => None,
            };
            let list = if recurs_of.is_some() {
                &mut done.recurring
            } else {
                &mut done.new
            };
            list.push(key);
            let create = Create {
                area_dm2: candidate.area_dm2,
                detection: Some(detection.clone()),
                recurs_of,
                ..Create::new(Source::Scan, origin, candidate.place.clone())
            };
            (key, Body::Create(Box::new(create)))
        }
        Match::Known {
            site,
            meaning,
            distance_cm,
        } => {
            let settled = nearby.iter().any(|s| s.key == site && !s.state.is_open());
            done.undated += usize::from(settled && detection.captured.is_none());
            match meaning {
                Meaning::Seen => done.seen.push(site),
                Meaning::Raised => done.raised.push(site),
                Meaning::Residue => done.residue.push(site),
            }
            let sighting = Sighting {
                detection: detection.clone(),
                place: candidate.place.clone(),
                meaning,
                distance_cm,
            };
            (site, Body::Sighting(Box::new(sighting)))
        }
    };
    store.append(
        author,
        Draft {
            site: Some(site),
            at: at.into(),
            evidence: pictures,
            body,
        },
        moment(),
    )?;
    Ok(())
}
