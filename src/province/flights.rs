//! The flights that a registry holds: each once, on the ground that its unit may speak for, under one day.

use super::counted_once::CountedOnce;
use super::facts::FlightFact;
use super::own_ground::Own;
use super::searched::{again, by_one_office, once, searched_of, whole};
use crate::ground::area_m2;
use crate::registry::authority::Authority;
use crate::registry::body::Body;
use crate::registry::event::Sealed;
use crate::store::{Store, StoreError};
use crate::text::day_of;
use geo::MultiPolygon;
use jiff::civil::Date;
use rayon::prelude::*;

/// Square metres that rounding may leave.
const LEAST_LEFT_M2: f64 = 1.0;

/// The flights of a registry.
pub(super) struct Flights {
    /// Those over ground that no district gives to their unit, which the boundary file does not know; and how much, m².
    pub unplaced: Vec<(FlightFact, f64)>,
    /// Those that searched ground, none of which their unit speaks for; without it.
    pub beyond: Vec<FlightFact>,
    /// Those that count.
    pub counted: Vec<FlightFact>,
    /// Those of the same imagery under another day, which do not.
    pub twice: Vec<FlightFact>,
    /// Those that count although a unit above recorded the same imagery under other days, with that one; without their ground.
    pub both: Vec<[FlightFact; 2]>,
    /// Those of imagery that had been searched with other options or another model, without their ground.
    pub again: Vec<FlightFact>,
}

/// The flights that a registry holds.
pub(super) fn flights(store: &Store, own: &Own) -> Result<Flights, StoreError> {
    let (folder, gate) = (store.evidence_folder(), store.authority());
    let scans = by_one_office(whole(store.followed("scan")?));
    let CountedOnce {
        kept: mut scans,
        twice,
        both,
    } = once(scans);
    scans.sort_by_key(|sealed| sealed.event.id);
    let flights = scans.par_iter().filter_map(|sealed| {
        let mut flight = flight(gate, sealed)?;
        let searched = sealed
            .event
            .outline()
            .and_then(|sha256| searched_of(&folder, sha256));
        let searched = searched.unwrap_or_else(|| MultiPolygon::new(Vec::new()));
        let is_kept = !searched.0.is_empty();
        let all_m2 = (!own.is_listed(&flight.unit)).then(|| area_m2(&searched));
        flight.searched = own.ground_of(&flight.unit, searched);
        let left_m2 = all_m2.map(|all| all - area_m2(&flight.searched));
        Some(Placed {
            is_beyond: is_kept && flight.searched.0.is_empty(),
            left_m2: left_m2.filter(|m2| *m2 > LEAST_LEFT_M2),
            flight,
        })
    });
    let flights: Vec<Placed> = flights.collect();
    let unplaced =
        (flights.iter()).filter_map(|of| Some((without_ground(&of.flight), of.left_m2?)));
    let beyond = flights.iter().filter(|of| of.is_beyond);
    Ok(Flights {
        unplaced: unplaced.collect(),
        beyond: beyond.map(|of| without_ground(&of.flight)).collect(),
        counted: flights.into_iter().map(|of| of.flight).collect(),
        twice: twice.iter().filter_map(|s| flight(gate, s)).collect(),
        both: (both.iter())
            .filter_map(|[below, above]| Some([flight(gate, below)?, flight(gate, above)?]))
            .collect(),
        again: (again(&scans).into_iter())
            .filter_map(|s| flight(gate, s))
            .collect(),
    })
}

/// A flight on the ground that its unit may speak for.
struct Placed {
    flight: FlightFact,
    /// Whether it searched ground, none of which is.
    is_beyond: bool,
    /// What no district gives to the unit, which the boundary file does not know, m².
    left_m2: Option<f64>,
}

fn without_ground(flight: &FlightFact) -> FlightFact {
    FlightFact {
        searched: MultiPolygon::new(Vec::new()),
        ..flight.clone()
    }
}

/// A flight without its ground. It is of the season of its imagery, whatever its event says of that.
fn flight(gate: &Authority, sealed: &Sealed) -> Option<FlightFact> {
    let Body::Scan(scan) = &sealed.event.body else {
        return None;
    };
    Some(FlightFact {
        scan: scan.scan.clone(),
        unit: sealed.event.actor.unit.clone(),
        captured: scan.captured.as_ref().and_then(days),
        tagged_otherwise: scan.tagged_otherwise(),
        unverifiable: scan.unverifiable,
        season: gate.season_of(&sealed.event).unwrap_or(sealed.event.season),
        gsd_cm: scan.gsd_e2_cm.map(|e2| e2 as f64 / 1e2),
        model: (scan.model[0].clone(), scan.model[1].clone()),
        threshold: scan.threshold_e4 as f64 / 1e4,
        searched: MultiPolygon::new(Vec::new()),
        candidates: scan.candidates,
    })
}

fn days([first, last]: &[String; 2]) -> Option<(Date, Date)> {
    Some((day_of(first)?, day_of(last)?))
}

#[cfg(test)]
mod tests {
    use super::super::searched::tests::recorded;
    use super::*;

    #[test]
    fn a_flight_is_of_the_season_of_its_imagery_whatever_its_event_says() {
        let mut sealed = recorded("410423", "s", 1, "2025-05-03");
        sealed.event.season = 2026;
        let flight = flight(&Authority::default(), &sealed).expect("a flight");
        assert_eq!(flight.season, 2025);
    }
}
