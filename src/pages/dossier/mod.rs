//! A site's dossier: everything that is known of it on one self-contained page, to read and to print.

mod history;
mod page;
mod papers;
pub(super) mod pictures;
pub(super) mod sketch;

use super::layout::offset_of;
use crate::exchange::ledger::{Entry, LedgerContext};
use crate::exchange::{Answers, entry, scans};
use crate::registry::body::{Body, Detection, Meaning, RecordedScan};
use crate::registry::event::Sealed;
use crate::registry::named_entry::NamedEntry;
use crate::registry::place::Place;
use crate::registry::{DeviceId, Hash, Site, SiteKey};
use crate::store::{Store, StoreError};
use crate::words::Lang;
use std::collections::{BTreeMap, BTreeSet};

/// What a dossier is made of.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The site as the ledger has it.
    pub entry: Entry,
    /// Its events in order.
    events: Vec<Sealed>,
    /// Those that bear their author's own key.
    own_key: BTreeSet<Hash>,
    /// Its detections: where, in which scan, what followed.
    detections: Vec<SiteDetection>,
    /// Sites nearby with their codes.
    neighbours: Vec<(String, Site)>,
    /// Sites that its events name, with their codes.
    codes: BTreeMap<SiteKey, String>,
    /// Other entries that its events speak of: what led to it, what was voided.
    named: BTreeMap<Hash, NamedEntry>,
    /// The last event of each device that wrote about it.
    devices: Vec<(DeviceId, u64, Hash)>,
    /// Pictures as `data:` addresses by the file's digest.
    pictures: BTreeMap<Hash, String>,
    /// Files of its evidence that are missing here or have changed.
    missing: BTreeSet<Hash>,
    context: LedgerContext,
    unit: String,
    /// What the unit is called, where its registry says so.
    unit_name: Option<String>,
    made_at: String,
    /// The zone in which times are shown.
    offset: Option<jiff::tz::Offset>,
}

/// A detection of the site.
#[derive(Debug, Clone)]
struct SiteDetection {
    detection: Detection,
    place: Place,
    meaning: Option<Meaning>,
    scan: Option<RecordedScan>,
}

/// Metres within which other sites are shown on the sketch.
const NEIGHBOURS_M: f64 = 100.0;

impl Dossier {
    /// The dossier of a site.
    ///
    /// # Errors
    /// Those of reading the registry.
    pub fn of(
        store: &Store,
        key: SiteKey,
        today: jiff::civil::Date,
        made_at: String,
    ) -> Result<Self, StoreError> {
        let site = store.site(key)?.ok_or_else(|| StoreError::UnknownSite {
            code: key.to_string(),
        })?;
        let scans = scans(store)?;
        let mut events = store.events_of(key)?;
        events.sort_by_key(|sealed| (sealed.event.id, sealed.hash));
        // What is said of a candidate before anything is decided may wait for a second person, who is not to see it.
        let undecided =
            site.screened.is_none() && site.assigned.is_none() && site.visits.is_empty();
        events.retain(|sealed| !undecided || !matches!(sealed.event.body, Body::Look(_)));
        let detections = detections(&events, &scans);
        let mut codes = BTreeMap::new();
        let others = site
            .absorbed
            .iter()
            .chain(&site.split_into)
            .chain(site.merged_into.iter())
            .chain(site.split_from.iter())
            .chain(site.recurs_of.iter());
        for other in others {
            codes.insert(*other, store.code(*other)?);
        }
        let (pictures, missing) = pictures::of(store, &site.evidence);
        Ok(Self {
            own_key: events
                .iter()
                .filter(|sealed| store.people().signed_by_own_key(&sealed.event))
                .map(|sealed| sealed.hash)
                .collect(),
            neighbours: neighbours(store, &site)?,
            devices: devices(&events),
            entry: entry(store, site, &scans, &Answers::of(store)?, store.zone()?)?,
            detections,
            codes,
            named: named(store, &events)?,
            events,
            pictures,
            missing,
            context: LedgerContext {
                settings: store.settings().clone(),
                today,
                lang: Lang::En,
            },
            unit: store.local("unit")?.unwrap_or_default(),
            unit_name: store.unit_name()?,
            offset: offset_of(&made_at),
            made_at,
        })
    }
}

/// The sites near one, with their codes.
fn neighbours(store: &Store, site: &Site) -> Result<Vec<(String, Site)>, StoreError> {
    let mut neighbours = Vec::new();
    for other in store.sites_near(&site.place, NEIGHBOURS_M)? {
        if other.key != site.key && site.place.distance_m(&other.place) <= NEIGHBOURS_M {
            neighbours.push((store.code(other.key)?, other));
        }
    }
    Ok(neighbours)
}

/// The detections that a site's events tell of, each once.
fn detections(events: &[Sealed], scans: &BTreeMap<String, RecordedScan>) -> Vec<SiteDetection> {
    let mut detections: Vec<SiteDetection> = Vec::new();
    for sealed in events {
        let seen = match &sealed.event.body {
            Body::Create(create) => create
                .detection
                .clone()
                .map(|detection| (detection, create.place.clone(), None)),
            Body::Sighting(sighting) => Some((
                sighting.detection.clone(),
                sighting.place.clone(),
                Some(sighting.meaning),
            )),
            _ => None,
        };
        if let Some((detection, place, meaning)) = seen
            && !detections
                .iter()
                .any(|known| known.detection.candidate == detection.candidate)
        {
            detections.push(SiteDetection {
                scan: scans.get(&detection.scan).cloned(),
                detection,
                place,
                meaning,
            });
        }
    }
    detections
}

/// The other entries that events speak of.
fn named(store: &Store, events: &[Sealed]) -> Result<BTreeMap<Hash, NamedEntry>, StoreError> {
    let mut named = BTreeMap::new();
    for of in events.iter().filter_map(spoken_of) {
        named.extend(store.named_entry(of)?.map(|entry| (of, entry)));
    }
    Ok(named)
}

/// The other entry that an event speaks of, where it does.
fn spoken_of(sealed: &Sealed) -> Option<Hash> {
    match &sealed.event.body {
        Body::CameOf(came) => Some(came.of),
        Body::Void(void) => Some(void.of),
        _ => None,
    }
}

/// The last event of each device.
fn devices(events: &[Sealed]) -> Vec<(DeviceId, u64, Hash)> {
    let mut devices: BTreeMap<DeviceId, (u64, Hash)> = BTreeMap::new();
    for sealed in events {
        let last = devices
            .entry(sealed.event.device)
            .or_insert((sealed.event.seq, sealed.hash));
        if sealed.event.seq > last.0 {
            *last = (sealed.event.seq, sealed.hash);
        }
    }
    devices
        .into_iter()
        .map(|(device, (seq, hash))| (device, seq, hash))
        .collect()
}
