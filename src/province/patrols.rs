//! The patrols that a registry holds: each on the ground that its unit may speak for, and each track once.

use super::facts::PatrolFact;
use super::own_ground::Own;
use crate::registry::Hash;
use crate::registry::authority::Authority;
use crate::registry::body::{Body, Patrol};
use crate::registry::event::{EvidenceRole, Sealed};
use crate::registry::place::Place;
use crate::registry::unit::{depth, is_at_or_below};
use crate::store::{Store, StoreError};
use crate::text::day_of;
use std::collections::HashMap;

/// The patrols of a registry.
pub(super) struct PatrolFacts {
    /// Those that count.
    pub counted: Vec<PatrolFact>,
    /// Those whose track was recorded as of another day, and counts there.
    pub again: Vec<PatrolFact>,
}

/// The patrols that a registry holds.
pub(super) fn patrols(store: &Store, own: &Own) -> Result<PatrolFacts, StoreError> {
    let gate = store.authority();
    let (counted, again) = once(store.followed("patrol")?);
    let fact = |sealed: &Sealed| {
        let mut fact = patrol_fact(gate, sealed)?;
        fact.walked = own.ground_of(&fact.unit, fact.walked);
        Some(fact)
    };
    Ok(PatrolFacts {
        counted: counted.iter().filter_map(fact).collect(),
        again: (again.iter())
            .filter_map(|sealed| patrol_fact(gate, sealed))
            .collect(),
    })
}

/// Those that count, and those of a track that their unit, or one above it, recorded before as of another day. No receiver draws the
/// same line twice; an area that is drawn by hand may be walked again.
fn once(mut patrols: Vec<Sealed>) -> (Vec<Sealed>, Vec<Sealed>) {
    patrols.sort_by_key(|sealed| (depth(&sealed.event.actor.unit), sealed.event.id));
    let mut known: HashMap<Hash, Vec<(String, String)>> = HashMap::new();
    let (mut counted, again): (Vec<_>, Vec<_>) = patrols.into_iter().partition(|sealed| {
        let unit = &sealed.event.actor.unit;
        let Some(patrol) = patrol_of(sealed).filter(|patrol| patrol.track.is_some()) else {
            return true;
        };
        let signs = signs(sealed, patrol);
        let is_other = |(by, on): &(String, String)| is_at_or_below(unit, by) && *on != patrol.on;
        let mut before = signs.iter().filter_map(|sign| known.get(sign)).flatten();
        if before.any(is_other) {
            return false;
        }
        for sign in signs {
            let of_sign = known.entry(sign).or_default();
            let own = (unit.clone(), patrol.on.clone());
            if !of_sign.contains(&own) {
                of_sign.push(own);
            }
        }
        true
    });
    counted.sort_by_key(|sealed| sealed.event.id);
    (counted, again)
}

/// By what a track is known again: its files, and the ground that was seen along it.
fn signs(sealed: &Sealed, patrol: &Patrol) -> Vec<Hash> {
    let files = sealed.event.evidence.iter();
    let files = files.filter(|file| file.role == EvidenceRole::Document);
    let ground = serde_json::to_vec(&patrol.walked).unwrap_or_default();
    let ground = (!patrol.walked.is_empty()).then(|| Hash::of(&ground));
    files.map(|file| file.sha256).chain(ground).collect()
}

fn patrol_of(sealed: &Sealed) -> Option<&Patrol> {
    match &sealed.event.body {
        Body::Patrol(patrol) => Some(patrol),
        _ => None,
    }
}

/// A patrol as the figures see it. It is of the season of its day, whatever its event says of that.
fn patrol_fact(gate: &Authority, sealed: &Sealed) -> Option<PatrolFact> {
    let (event, patrol) = (&sealed.event, patrol_of(sealed)?);
    let unit = event.actor.unit.clone();
    let season = gate.season_of(&unit, event).unwrap_or(event.season);
    let place = Place {
        lon_e7: 0,
        lat_e7: 0,
        outline: patrol.walked.clone(),
    };
    Some(PatrolFact {
        entry: sealed.hash,
        season,
        seeds: patrol.seeds.is_some(),
        publicity: patrol.publicity.is_some(),
        unit,
        district: patrol.district.clone(),
        on: day_of(&patrol.on)?,
        people: patrol.people,
        vehicles: patrol.vehicles,
        walked: place.polygons(),
        area_m2: patrol.area_m2.map(|m2| m2 as f64),
        zero: patrol.zero,
    })
}
