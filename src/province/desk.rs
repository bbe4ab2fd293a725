//! What screening costs: minutes at the desk and false candidates a searched square kilometre, by resolution and season.
//!
//! The time of a verdict is what was measured with it; else the time since the same person's verdict before it, where that
//! is no more than [`PAUSE_S`]. Verdicts of which neither is known are taken to have lasted as long as the others. Ground counts where
//! somebody decided on any candidate of its flight.

use super::facts::{DeskLook, FlightFact, SiteFact};
use crate::ground::area_m2;
use crate::registry::{SiteKey, State};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds between two verdicts from which on somebody did something else.
pub const PAUSE_S: i64 = 300;

/// What screening cost on some ground.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cost {
    /// What the ground has in common; empty of all.
    pub name: String,
    /// Square kilometres searched.
    pub km2: f64,
    /// Candidates that were decided on at the desk.
    pub screened: usize,
    /// Of these, so many whose time is known.
    pub timed: usize,
    /// Minutes at the desk a square kilometre; `None` where no time is known.
    pub minutes_km2: Option<f64>,
    /// Candidates put aside at the desk.
    pub put_aside: usize,
    /// The same a square kilometre.
    pub put_aside_km2: Option<f64>,
    /// Candidates that crews refuted.
    pub refuted: usize,
    /// The same a square kilometre.
    pub refuted_km2: Option<f64>,
}

/// What screening cost on the ground of flights: on all of it, by resolution, and by season where there are several.
pub(crate) fn costs(
    detections: &[(&SiteFact, &FlightFact)],
    band: impl Fn(&FlightFact) -> (usize, String),
) -> Vec<Cost> {
    let seconds = seconds(detections.iter().map(|(site, _)| *site));
    let of = |name: &str, kept: &dyn Fn(&FlightFact) -> bool| {
        let kept = detections.iter().filter(|(_, flight)| kept(flight));
        cost(name, &kept.copied().collect::<Vec<_>>(), &seconds)
    };
    let mut costs = vec![of("", &|_| true)];
    let bands: BTreeSet<_> = detections.iter().map(|(_, f)| band(f)).collect();
    for key in &bands {
        costs.push(of(&key.1, &|flight| band(flight) == *key));
    }
    let seasons: BTreeSet<i16> = detections.iter().map(|(_, f)| f.season).collect();
    for season in seasons.iter().filter(|_| seasons.len() > 1) {
        costs.push(of(&season.to_string(), &|flight| flight.season == *season));
    }
    costs.retain(|cost| cost.screened + cost.refuted > 0);
    costs
}

/// The seconds of each verdict of which they are known.
fn seconds<'a>(sites: impl Iterator<Item = &'a SiteFact>) -> BTreeMap<SiteKey, f64> {
    let mut looks: Vec<(&DeskLook, SiteKey)> = sites
        .filter_map(|site| Some((site.look.as_ref()?, site.key)))
        .collect();
    looks.sort_by_key(|(look, key)| (look.by.as_str(), look.at_s, *key));
    let mut known = BTreeMap::new();
    let mut before: Option<&DeskLook> = None;
    for (look, key) in looks {
        let since = before
            .filter(|b| b.by == look.by)
            .map(|b| look.at_s - b.at_s);
        // Several at once were decided by no eye.
        let since = since
            .filter(|s| (1..=PAUSE_S).contains(s))
            .map(|s| s as f64);
        if let Some(lasted) = look.measured_ms.map(|ms| ms as f64 / 1_000.0).or(since) {
            known.insert(key, lasted);
        }
        before = Some(look);
    }
    known
}

fn cost(
    name: &str,
    detections: &[(&SiteFact, &FlightFact)],
    seconds: &BTreeMap<SiteKey, f64>,
) -> Cost {
    let mut flights: BTreeMap<&str, &FlightFact> = BTreeMap::new();
    let mut cost = Cost {
        name: name.to_owned(),
        ..Cost::default()
    };
    let mut spent = 0.0;
    for (site, flight) in detections {
        let (is_screened, is_refuted) = (site.look.is_some(), site.confirmed == Some(false));
        if is_screened || site.confirmed.is_some() {
            flights.insert(flight.scan.as_str(), flight);
        }
        cost.screened += usize::from(is_screened);
        cost.put_aside += usize::from(site.state == State::ScreenedOut);
        cost.refuted += usize::from(is_refuted);
        if let Some(lasted) = seconds.get(&site.key) {
            spent += lasted;
            cost.timed += 1;
        }
    }
    cost.km2 = flights.values().map(|f| area_m2(&f.searched)).sum::<f64>() / 1e6 + 0.0;
    let per_km2 = |amount: f64| (cost.km2 > 0.0).then(|| amount / cost.km2);
    let (screened, timed) = (cost.screened as f64, cost.timed as f64);
    let minutes = (cost.timed > 0).then(|| spent / timed * screened / 60.0);
    cost.minutes_km2 = minutes.and_then(per_km2);
    cost.put_aside_km2 = per_km2(cost.put_aside as f64);
    cost.refuted_km2 = per_km2(cost.refuted as f64);
    cost
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::fixture;
    use geo::{MultiPolygon, Polygon};

    fn flight(scan: &str, gsd_cm: f64) -> FlightFact {
        let ring = vec![
            (113.3, 33.73),
            (113.31, 33.73),
            (113.31, 33.74),
            (113.3, 33.74),
        ];
        FlightFact {
            scan: scan.into(),
            unit: "410423".into(),
            captured: None,
            tagged_otherwise: None,
            season: 2026,
            gsd_cm: Some(gsd_cm),
            model: ("m".into(), "ab".into()),
            threshold: 0.5,
            searched: MultiPolygon::new(vec![Polygon::new(ring.into(), vec![])]),
            candidates: 0,
        }
    }

    fn site(n: usize, state: State, at_s: Option<i64>, measured_ms: Option<u64>) -> SiteFact {
        SiteFact {
            look: at_s.map(|at_s| DeskLook {
                by: "wang".into(),
                at_s,
                measured_ms,
            }),
            ..fixture::site(&n.to_string(), 2026, state)
        }
    }

    #[test]
    fn time_is_measured_or_that_since_the_verdict_before_and_pauses_are_none() {
        let [near, far] = [flight("near", 1.0), flight("far", 3.0)];
        let sites = [
            site(0, State::ScreenedOut, Some(1_000), None),
            site(1, State::ScreenedOut, Some(1_010), None),
            site(2, State::Candidate, Some(9_000), Some(40_000)),
            // At once with the one before: by no eye.
            site(3, State::ScreenedOut, Some(9_000), None),
            site(4, State::Refuted, None, None),
            site(5, State::Candidate, None, None),
        ];
        let on = |n: usize| if n == 5 { &far } else { &near };
        let detections: Vec<_> = sites.iter().enumerate().map(|(n, s)| (s, on(n))).collect();
        let costs = costs(&detections, |f| (0, format!("{:?}", f.gsd_cm)));
        assert_eq!(
            costs.len(),
            2,
            "nobody decided on the far flight: {costs:?}"
        );
        let all = &costs[0];
        assert_eq!((all.screened, all.timed), (4, 2));
        assert_eq!((all.put_aside, all.refuted), (3, 1));
        // Two of four are known to have taken 50 seconds together: 100 for all.
        let minutes = all.minutes_km2.expect("known") * all.km2;
        assert!((minutes - 100.0 / 60.0).abs() < 1e-9, "{all:?}");
        let area = area_m2(&near.searched) / 1e6;
        assert!((all.km2 - area).abs() < 1e-9 && area > 0.9);
        assert!((all.put_aside_km2.expect("ground") * area - 3.0).abs() < 1e-9);
    }

    #[test]
    fn without_verdicts_there_is_nothing_to_say() {
        let flight = flight("near", 1.0);
        let site = site(0, State::Candidate, None, None);
        assert!(costs(&[(&site, &flight)], |_| (0, String::new())).is_empty());
    }
}
