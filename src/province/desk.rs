//! What screening costs: minutes at the desk and false candidates a square kilometre screened, by resolution and season.
//!
//! The time of a verdict is what was measured with it; else the time since the same person's verdict before it, where that
//! is no more than [`PAUSE_S`]. Verdicts of which neither is known are taken to have lasted as long as the others. A flight's ground
//! counts as far as its candidates were decided on, and where a scan found none it counts as a whole: nobody has to look at it. A flight
//! without an outline has no ground, and is in no figure.

use super::facts::{DeskLook, FlightFact, SiteFact};
use super::stats::LEAST_KM2;
use crate::registry::body::RejectReason;
use crate::registry::{SiteKey, State};
use crate::statistics::Rate;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds between two verdicts from which on somebody did something else.
pub const PAUSE_S: i64 = 300;

/// What screening cost on some ground.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// What the ground has in common; empty of all.
    pub name: String,
    /// Square kilometres screened.
    pub km2: f64,
    /// Candidates that were decided on at the desk.
    pub screened: usize,
    /// Of these, so many whose time is known.
    pub timed: usize,
    /// Minutes at the desk a square kilometre; `None` where no time is known.
    pub minutes_km2: Option<f64>,
    /// False candidates put aside at the desk; another's duplicate is none.
    pub put_aside: Rate,
    /// False candidates that crews were sent to; what grows under licence is none.
    pub refuted: Rate,
}

impl Cost {
    /// Minutes at the desk on a hundred square kilometres, as tables show it; none where the ground is too little for a rate.
    pub fn minutes_100_km2(&self) -> Option<f64> {
        self.on_100_km2(self.minutes_km2)
    }

    /// One of its rates and the interval of it, in the same way.
    pub fn per_100_km2(&self, rate: &Rate) -> [Option<f64>; 3] {
        [rate.per_km2, rate.low, rate.high].map(|rate| self.on_100_km2(rate))
    }

    fn on_100_km2(&self, a_km2: Option<f64>) -> Option<f64> {
        a_km2
            .filter(|_| self.km2 >= LEAST_KM2)
            .map(|value| value * 100.0)
    }
}

/// Of a flight's ground the share that was screened, as far as its candidates were decided on.
pub fn screened_share(decided: usize, candidates: usize) -> f64 {
    if candidates == 0 {
        1.0
    } else {
        decided as f64 / candidates as f64
    }
}

/// A flight with its candidates, as far as the desk went over it.
struct ScreenedFlight<'a> {
    flight: &'a FlightFact,
    km2: f64,
    sites: Vec<&'a SiteFact>,
}

impl<'a> ScreenedFlight<'a> {
    fn new(flight: &'a FlightFact, ground_m2: f64, sites: Vec<&'a SiteFact>) -> Self {
        let decided = sites.iter().filter(|site| is_decided(site)).count();
        Self {
            flight,
            km2: ground_m2 / 1e6 * screened_share(decided, sites.len()),
            sites,
        }
    }
}

/// Whether somebody decided on a candidate, at the desk or by sending a crew.
fn is_decided(site: &SiteFact) -> bool {
    site.look.is_some() || site.state != State::Candidate
}

/// What screening cost on the ground of flights, each with its square metres: on all of it, by resolution, and by season.
pub(crate) fn costs(
    flights: &[(&FlightFact, f64)],
    detections: &[&SiteFact],
    band: impl Fn(&FlightFact) -> (usize, String),
) -> Vec<Cost> {
    let mut by_scan: BTreeMap<&str, Vec<&SiteFact>> = BTreeMap::new();
    for site in detections {
        if let Some(scan) = site.scan.as_deref() {
            by_scan.entry(scan).or_default().push(site);
        }
    }
    let with_ground = flights.iter().filter(|(_, m2)| *m2 > 0.0);
    let flown: Vec<ScreenedFlight> = with_ground
        .map(|(flight, m2)| {
            let sites = by_scan.remove(flight.scan.as_str()).unwrap_or_default();
            ScreenedFlight::new(flight, *m2, sites)
        })
        .collect();
    let seconds = seconds(detections.iter().copied());
    let of = |name: &str, kept: &dyn Fn(&FlightFact) -> bool| {
        let kept = flown.iter().filter(|one| kept(one.flight));
        cost(name, kept, &seconds)
    };
    let mut costs = vec![of("", &|_| true)];
    let bands: BTreeSet<_> = flown.iter().map(|one| band(one.flight)).collect();
    for key in &bands {
        costs.push(of(&key.1, &|flight| band(flight) == *key));
    }
    let seasons: BTreeSet<i16> = flown.iter().map(|one| one.flight.season).collect();
    for season in &seasons {
        costs.push(of(&season.to_string(), &|flight| flight.season == *season));
    }
    costs.retain(|cost| cost.screened + cost.refuted.count > 0);
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

fn cost<'a>(
    name: &str,
    flown: impl Iterator<Item = &'a ScreenedFlight<'a>>,
    seconds: &BTreeMap<SiteKey, f64>,
) -> Cost {
    // The sum of nothing is -0.
    let (mut km2, mut spent) = (0.0, 0.0);
    let [mut screened, mut timed, mut put_aside, mut refuted] = [0; 4];
    for one in flown {
        km2 += one.km2;
        for site in &one.sites {
            screened += usize::from(site.look.is_some());
            put_aside += usize::from(is_put_aside(site));
            refuted += usize::from(site.confirmed.is_some() && site.poppy == Some(false));
            if let Some(lasted) = seconds.get(&site.key) {
                spent += lasted;
                timed += 1;
            }
        }
    }
    let minutes = (timed > 0).then(|| spent / timed as f64 * screened as f64 / 60.0);
    Cost {
        name: name.to_owned(),
        km2,
        screened,
        timed,
        minutes_km2: minutes.filter(|_| km2 > 0.0).map(|minutes| minutes / km2),
        put_aside: Rate::new(put_aside, km2),
        refuted: Rate::new(refuted, km2),
    }
}

fn is_put_aside(site: &SiteFact) -> bool {
    site.state == State::ScreenedOut && site.aside != Some(RejectReason::Duplicate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::fixture;
    use geo::MultiPolygon;

    fn flight(scan: &str, gsd_cm: f64) -> FlightFact {
        FlightFact {
            scan: scan.into(),
            unit: "410423".into(),
            captured: None,
            tagged_otherwise: None,
            unverifiable: false,
            season: 2026,
            gsd_cm: Some(gsd_cm),
            model: ("m".into(), "ab".into()),
            threshold: 0.5,
            searched: MultiPolygon::new(vec![]),
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

    fn on(scan: &str, sites: impl IntoIterator<Item = SiteFact>) -> Vec<SiteFact> {
        let of = |site| SiteFact {
            scan: Some(scan.into()),
            ..site
        };
        sites.into_iter().map(of).collect()
    }

    /// What it cost on flights of so many square kilometres, by season alone.
    fn cost_of(flights: &[(&FlightFact, f64)], sites: &[SiteFact]) -> Vec<Cost> {
        let flights: Vec<_> = flights.iter().map(|(f, km2)| (*f, km2 * 1e6)).collect();
        let sites: Vec<&SiteFact> = sites.iter().collect();
        costs(&flights, &sites, |f| (0, format!("{:?}", f.gsd_cm)))
    }

    #[test]
    fn time_is_measured_or_that_since_the_verdict_before_and_pauses_are_none() {
        let [near, far] = [flight("near", 1.0), flight("far", 3.0)];
        let mut sites = on(
            "near",
            [
                site(0, State::ScreenedOut, Some(1_000), None),
                site(1, State::ScreenedOut, Some(1_010), None),
                site(2, State::Candidate, Some(9_000), Some(40_000)),
                // At once with the one before: by no eye.
                site(3, State::ScreenedOut, Some(9_000), None),
                site(4, State::Refuted, None, None),
            ],
        );
        sites.extend(on("far", [site(5, State::Candidate, None, None)]));
        let costs = cost_of(&[(&near, 0.5), (&far, 2.0)], &sites);
        let names: Vec<&str> = costs.iter().map(|cost| cost.name.as_str()).collect();
        assert_eq!(
            names,
            ["", "Some(1.0)", "2026"],
            "nobody decided on the far flight"
        );
        let all = &costs[0];
        assert_eq!((all.screened, all.timed), (4, 2));
        assert_eq!((all.put_aside.count, all.refuted.count), (3, 1));
        // Two of four are known to have taken 50 seconds together: 100 for all.
        let minutes = all.minutes_km2.expect("known") * all.km2;
        assert!((minutes - 100.0 / 60.0).abs() < 1e-9, "{all:?}");
        assert!((all.km2 - 0.5).abs() < 1e-9, "{all:?}");
        assert_eq!(all.put_aside, Rate::new(3, all.km2));
    }

    #[test]
    fn ground_counts_as_far_as_its_candidates_were_decided_on_and_clean_ground_as_a_whole() {
        let flights: Vec<FlightFact> = (0..10).map(|n| flight(&n.to_string(), 1.0)).collect();
        let each: Vec<(&FlightFact, f64)> = flights.iter().map(|f| (f, 1.0)).collect();
        let false_ = |n| site(n, State::ScreenedOut, Some(1_000), Some(9_000));
        let mut sites = on("3", (0..5).map(false_));
        sites.extend(on("7", (5..10).map(false_)));
        let all = &cost_of(&each, &sites)[0];
        assert_eq!(all.put_aside.per_km2, Some(1.0), "{all:?}");
        let (low, high) = (all.put_aside.low, all.put_aside.high);
        assert!(low.expect("a bound") < 0.5 && high.expect("a bound") > 1.8);

        // Twenty of four hundred on ten square kilometres, six seconds each.
        let looked = |n| site(n, State::Candidate, Some(1_000), Some(6_000));
        let mut sites = on("0", (0..20).map(looked));
        let left = |n| site(n, State::Candidate, None, None);
        sites.extend(on("0", (20..400).map(left)));
        let all = &cost_of(&[(&flights[0], 10.0)], &sites)[0];
        assert!((all.km2 - 0.5).abs() < 1e-9, "{all:?}");
        assert!((all.minutes_km2.expect("known") - 4.0).abs() < 1e-9);
    }

    #[test]
    fn neither_a_duplicate_nor_a_licensed_field_is_a_false_candidate_and_ground_without_outline_none()
     {
        let [near, bare] = [flight("near", 1.0), flight("bare", 1.0)];
        let aside = |n, reason| SiteFact {
            aside: Some(reason),
            ..site(n, State::ScreenedOut, Some(1_000), None)
        };
        let licensed = SiteFact {
            poppy: Some(true),
            ..site(2, State::Refuted, None, None)
        };
        let mut sites = on(
            "near",
            [
                aside(0, RejectReason::Duplicate),
                aside(1, RejectReason::Object),
                licensed,
                site(3, State::Refuted, None, None),
            ],
        );
        sites.extend(on("bare", [aside(4, RejectReason::Object)]));
        let all = &cost_of(&[(&near, 1.0), (&bare, 0.0)], &sites)[0];
        assert_eq!((all.put_aside.count, all.refuted.count), (1, 1));
    }

    #[test]
    fn without_verdicts_there_is_nothing_to_say() {
        let flight = flight("near", 1.0);
        let sites = on("near", [site(0, State::Candidate, None, None)]);
        assert!(cost_of(&[(&flight, 1.0)], &sites).is_empty());
    }
}
