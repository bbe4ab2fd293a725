//! The flights that a registry holds: each once, on the ground that its unit may speak for, under one day.

use super::facts::FlightFact;
use super::projection::{Own, day};
use super::searched::{once, searched_of, whole};
use crate::registry::body::Body;
use crate::registry::event::Sealed;
use crate::registry::unit::depth;
use crate::store::{Store, StoreError};
use geo::MultiPolygon;
use jiff::civil::Date;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// The flights that count, and those of the same imagery under another day, which do not.
pub(super) fn flights(
    store: &Store,
    own: &Own,
) -> Result<(Vec<FlightFact>, Vec<FlightFact>), StoreError> {
    let folder = store.evidence_folder();
    // Two offices may have recorded one scan: the same outline under one id. What somebody records under the id of another's
    // scan with another outline is a flight of its own, and takes nothing from that one.
    let mut seen = BTreeSet::new();
    let mut scans = whole(store.followed("scan")?);
    scans.sort_by_key(|sealed| (depth(&sealed.event.actor.unit), sealed.event.id));
    scans.retain(|sealed| match &sealed.event.body {
        Body::Scan(scan) => seen.insert((scan.scan.clone(), sealed.event.outline())),
        _ => false,
    });
    let (mut scans, twice) = once(scans);
    scans.sort_by_key(|sealed| sealed.event.id);
    let flights = scans.par_iter().filter_map(|sealed| {
        let mut flight = flight(sealed)?;
        let searched = sealed
            .event
            .outline()
            .and_then(|sha256| searched_of(&folder, sha256));
        flight.searched = own.ground_of(&flight.unit, searched.unwrap_or(flight.searched));
        Some(flight)
    });
    let flights = flights.collect();
    Ok((flights, twice.iter().filter_map(flight).collect()))
}

/// A flight without its ground.
fn flight(sealed: &Sealed) -> Option<FlightFact> {
    let Body::Scan(scan) = &sealed.event.body else {
        return None;
    };
    Some(FlightFact {
        scan: scan.scan.clone(),
        unit: sealed.event.actor.unit.clone(),
        captured: scan.captured.as_ref().and_then(days),
        tagged_otherwise: scan.tagged_otherwise(),
        season: sealed.event.season,
        gsd_cm: scan.gsd_e2_cm.map(|e2| e2 as f64 / 1e2),
        model: (scan.model[0].clone(), scan.model[1].clone()),
        threshold: scan.threshold_e4 as f64 / 1e4,
        searched: MultiPolygon::new(Vec::new()),
        candidates: scan.candidates,
    })
}

fn days([first, last]: &[String; 2]) -> Option<(Date, Date)> {
    Some((day(first)?, day(last)?))
}
