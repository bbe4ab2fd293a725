//! The ground that a coverage file says was searched, and which of several recordings of one scan says it.

use super::counted_once::{CountedOnce, KnownAgain, count_once};
use crate::ground::{LonLat, read_features};
use crate::registry::Hash;
use crate::registry::body::{Body, RecordedScan};
use crate::registry::event::Sealed;
use crate::registry::unit::{depth, is_at_or_below, share_ground};
use crate::schema::{LEAST_ALIKE, MOST_PATTERNS};
use crate::store::evidence;
use geo::{CoordsIter, MultiPolygon};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// Of what a unit recorded of one scan the recording that searched most: the others are parts of it. What it recorded of it as of
/// other days is no part.
pub(super) fn whole(scans: Vec<Sealed>) -> Vec<Sealed> {
    let mut of_scan: BTreeMap<(String, String, Option<[String; 2]>), Sealed> = BTreeMap::new();
    let searched = |sealed: &Sealed| match &sealed.event.body {
        Body::Scan(scan) => scan.searched_m2,
        _ => 0,
    };
    for sealed in scans {
        let Body::Scan(scan) = &sealed.event.body else {
            continue;
        };
        let unit = sealed.event.actor.unit.clone();
        let of = (unit, scan.scan.clone(), scan.captured.clone());
        let known = of_scan.get(&of).map(searched);
        if known.is_none_or(|known| known <= searched(&sealed)) {
            of_scan.insert(of, sealed);
        }
    }
    of_scan.into_values().collect()
}

/// Of one scan that a unit recorded, and one above it too, what the one above says: the same outline under one id. What somebody
/// records under the id of another's scan with another outline, or elsewhere, is a flight of its own, and takes nothing from that one.
pub(super) fn by_one_office(mut scans: Vec<Sealed>) -> Vec<Sealed> {
    type Of = (String, Option<Hash>, Option<[String; 2]>);
    let mut seen: HashMap<Of, Vec<String>> = HashMap::new();
    scans.sort_by_key(|sealed| (depth(&sealed.event.actor.unit), sealed.event.id));
    scans.retain(|sealed| {
        let Some(scan) = scan_of(sealed) else {
            return false;
        };
        let unit = &sealed.event.actor.unit;
        let outline = sealed.event.outline();
        let of = (scan.scan.clone(), outline, scan.captured.clone());
        let by = seen.entry(of).or_default();
        let is_new = !by.iter().any(|by| is_at_or_below(unit, by));
        if is_new {
            by.push(unit.clone());
        }
        is_new
    });
    scans
}

/// Of scans those that count, each once: what the imagery itself bears out goes before what it says nothing of, and that before what
/// it denies; a day goes before none, and then the first that was recorded.
pub(super) fn once(mut scans: Vec<Sealed>) -> CountedOnce {
    scans.sort_by_cached_key(|sealed| {
        let scan = scan_of(sealed);
        let doubts = scan.map(|s| {
            let otherwise = s.tagged_otherwise().is_some();
            (otherwise, s.tagged.is_none(), s.days().is_none())
        });
        (doubts, sealed.event.id)
    });
    count_once(scans, KnownFlights::default())
}

/// Flights that count, by what their imagery or their ground is known again.
#[derive(Default)]
struct KnownFlights {
    by_sign: HashMap<String, Vec<usize>>,
    /// What each place was seen to look like, and in which flight.
    by_place: HashMap<u64, Vec<(usize, u64)>>,
}

impl KnownFlights {
    /// The flights that may show the same: however many went over a place, they are those that show it so.
    fn met(&self, scan: &RecordedScan) -> BTreeSet<usize> {
        let mut alike: HashMap<usize, usize> = HashMap::new();
        for pattern in scan.patterns.iter().take(MOST_PATTERNS) {
            let seen = self.by_place.get(&pattern.place).into_iter().flatten();
            for (at, _) in seen.filter(|(_, shown)| pattern.is_alike(*shown)) {
                *alike.entry(*at).or_default() += 1;
            }
        }
        let enough = alike.into_iter().filter(|(_, n)| *n >= LEAST_ALIKE);
        enough.map(|(at, _)| at).collect()
    }
}

impl KnownAgain for KnownFlights {
    /// Those of its sources and of its ground.
    type Signs = BTreeSet<String>;

    fn signs(&self, sealed: &Sealed) -> Option<BTreeSet<String>> {
        Some(scan_of(sealed)?.signs(sealed.event.outline()))
    }

    fn of_other_days(
        &self,
        kept: &[Sealed],
        sealed: &Sealed,
        signs: &BTreeSet<String>,
    ) -> BTreeSet<usize> {
        let Some(scan) = scan_of(sealed) else {
            return BTreeSet::new();
        };
        let is_other = |at: &usize| {
            let other = &kept[*at];
            share_ground(&sealed.event.actor.unit, &other.event.actor.unit)
                && scan_of(other).is_some_and(|other| scan.is_of_other_days(other))
        };
        let same = signs
            .iter()
            .filter_map(|sign| self.by_sign.get(sign))
            .flatten()
            .copied();
        let shows_the_same =
            |at: &usize| scan_of(&kept[*at]).is_some_and(|other| scan.shows_the_same(other));
        let met = self.met(scan).into_iter().filter(shows_the_same);
        same.chain(met).filter(is_other).collect()
    }

    fn remember(&mut self, kept: &[Sealed], sealed: &Sealed, signs: &BTreeSet<String>) {
        let Some(scan) = scan_of(sealed) else {
            return;
        };
        let number = kept.len();
        for sign in signs {
            let of_sign = self.by_sign.entry(sign.clone()).or_default();
            let same = |at: &usize| {
                let other = &kept[*at];
                other.event.actor.unit == sealed.event.actor.unit
                    && scan_of(other).is_some_and(|other| other.captured == scan.captured)
            };
            if !of_sign.iter().any(same) {
                of_sign.push(number);
            }
        }
        for pattern in scan.patterns.iter().take(MOST_PATTERNS) {
            let of_place = self.by_place.entry(pattern.place).or_default();
            of_place.push((number, pattern.shown));
        }
    }
}

/// Those that searched just the imagery of an earlier one of their unit, with other options or another model.
pub(super) fn again(scans: &[Sealed]) -> Vec<&Sealed> {
    let mut order: Vec<&Sealed> = scans.iter().collect();
    order.sort_by_key(|sealed| sealed.event.id);
    let mut first: HashMap<(&str, &[String]), Vec<&RecordedScan>> = HashMap::new();
    order.retain(|sealed| {
        let Some(scan) = scan_of(sealed) else {
            return false;
        };
        let of = (sealed.event.actor.unit.as_str(), scan.sources.as_slice());
        let known = first.entry(of).or_default();
        let is_again = known.iter().any(|other| scan.is_again(other));
        if !is_again {
            known.push(scan);
        }
        is_again
    });
    order
}

fn scan_of(sealed: &Sealed) -> Option<&RecordedScan> {
    match &sealed.event.body {
        Body::Scan(scan) => Some(scan),
        _ => None,
    }
}

/// The searched ground of a coverage file kept under this digest; `None` where it is gone or has changed, or lies not on the Earth.
pub(super) fn searched_of(folder: &Path, sha256: Hash) -> Option<MultiPolygon> {
    let bytes = std::fs::read(evidence::path_of(folder, sha256)).ok()?;
    if Hash::of(&bytes) != sha256 {
        return None;
    }
    searched(&bytes)
}

fn searched(bytes: &[u8]) -> Option<MultiPolygon> {
    let mut features = read_features(bytes).ok()?;
    features.retain(|feature| {
        let columns = feature.columns();
        columns
            .get("status")
            .is_some_and(|status| status == "searched")
    });
    let mut ground = MultiPolygon::new(Vec::new());
    for feature in features {
        ground.0.extend(feature.area().ok()?.into_iter().flatten());
    }
    let on_earth = |at: geo::Coord| LonLat::new(at.x, at.y).is_on_earth();
    ground.coords_iter().all(on_earth).then_some(ground)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::registry::event::{Actor, Event, next_id};
    use crate::registry::ids::DeviceId;
    use crate::registry::role::Role;
    use crate::schema::Pattern;
    use ed25519_dalek::SigningKey;

    /// What a unit recorded of a scan, at some second.
    pub(in super::super) fn recorded(unit: &str, scan: &str, second: u64, day: &str) -> Sealed {
        let body = serde_json::json!({"scan": scan, "captured": [day, day], "model": ["m", "ab"], "threshold_e4": 5_000,
            "searched_m2": 1_000, "candidates": 0, "sources": ["a"]});
        let event = Event {
            id: next_id(None, 1_777_800_000_000 + 1_000 * second, [1; 8]),
            site: None,
            season: 2026,
            at: "2026-05-05T10:00:00+08:00".into(),
            logged_at: "2026-05-05T02:00:00Z".into(),
            clock_behind_s: None,
            actor: Actor {
                name: "wang".into(),
                unit: unit.into(),
                role: Role::Analyst,
                key: None,
                recorder: None,
            },
            device: DeviceId([1; 32]),
            seq: 1,
            prev: None,
            based_on: vec![],
            evidence: vec![],
            body: Body::Scan(serde_json::from_value(body).expect("a scan")),
        };
        Sealed::seal(event, &SigningKey::from_bytes(&[1; 32]), None).expect("sealed")
    }

    fn told(scans: &[Sealed]) -> Vec<(&str, &str)> {
        let mut told = Vec::new();
        for sealed in scans {
            let days = scan_of(sealed).and_then(|scan| scan.captured.as_ref());
            let day = days.map_or("", |days| days[0].as_str());
            told.push((sealed.event.actor.unit.as_str(), day));
        }
        told
    }

    #[test]
    fn who_records_anothers_scan_before_it_did_takes_nothing_from_it() {
        let day = "2026-05-03";
        let all = vec![
            recorded("410423", "s", 2, day),
            recorded("410425", "s", 1, day),
            recorded("410423001", "s", 0, day),
        ];
        let kept = by_one_office(whole(all));
        assert_eq!(told(&kept), [("410425", day), ("410423", day)]);
    }

    #[test]
    fn a_scan_that_is_recorded_again_as_of_other_days_does_not_take_the_place_of_the_first() {
        let all = vec![
            recorded("410423", "s", 1, "2025-05-03"),
            recorded("410423", "s", 2, "2026-05-03"),
        ];
        let CountedOnce { kept, twice, .. } = once(by_one_office(whole(all)));
        assert_eq!(told(&kept), [("410423", "2025-05-03")]);
        assert_eq!(told(&twice), [("410423", "2026-05-03")]);
    }

    #[test]
    fn a_year_that_has_last_years_flight_in_it_is_no_day_of_this_one() {
        // To this spring, or but to the day on which its season begins.
        for last in ["2026-05-03", "2025-09-20"] {
            let [before, wide] = [1, 2].map(|second| {
                let mut sealed = recorded("410423", &format!("s{second}"), second, "2025-05-03");
                if let Body::Scan(scan) = &mut sealed.event.body {
                    scan.tagged = Some(["2025-05-03".into(), "2025-05-03".into()]);
                    let last = if second == 2 { last } else { "2025-05-03" };
                    scan.captured = Some(["2025-05-03".into(), last.into()]);
                }
                sealed
            });
            let otherwise =
                |sealed: &Sealed| scan_of(sealed).and_then(RecordedScan::tagged_otherwise);
            assert_eq!(otherwise(&before), None);
            assert_eq!(otherwise(&wide).as_deref(), Some("2025-05-03"));
            for all in [
                vec![before.clone(), wide.clone()],
                vec![wide.clone(), before.clone()],
            ] {
                let CountedOnce { kept, twice, .. } = once(all);
                assert_eq!((kept, twice), (vec![before.clone()], vec![wide.clone()]));
            }
            // A folder whose cameras say so themselves is what it is.
            let mut own = wide.clone();
            if let Body::Scan(scan) = &mut own.event.body {
                scan.tagged = scan.captured.clone();
            }
            assert_eq!(otherwise(&own), None);
        }
    }

    #[test]
    fn what_a_neighbour_says_of_the_same_imagery_takes_nothing_from_a_flight() {
        let all = vec![
            recorded("410423", "s", 1, "2025-05-03"),
            recorded("410425", "t", 2, "2026-05-03"),
        ];
        assert_eq!(once(all.clone()).kept.len(), 2);
        let CountedOnce { kept, twice, .. } =
            once([all, vec![recorded("410425001", "u", 3, "2025-05-04")]].concat());
        assert_eq!(
            (kept.len(), told(&twice)),
            (2, vec![("410425001", "2025-05-04")])
        );
    }

    #[test]
    fn what_a_township_flew_before_is_not_taken_by_its_county_in_another_year() {
        let of = |unit: &str, scan: &str, second, day: &str, tagged: Option<&str>| {
            let mut sealed = recorded(unit, scan, second, day);
            if let Body::Scan(scan) = &mut sealed.event.body {
                scan.tagged = tagged.map(|day| [day.to_owned(), day.to_owned()]);
            }
            sealed
        };
        let (before, now) = ("2025-05-03", "2026-05-03");
        let flown = of("410423001", "t", 1, before, Some(before));
        let again = of("410423", "c", 2, now, None);
        let beside = of("410423002", "u", 3, "2026-05-04", None);
        let CountedOnce { kept, twice, both } = once(vec![again.clone(), flown.clone(), beside]);
        assert_eq!(told(&kept), [("410423001", before), ("410423", now)]);
        assert_eq!(told(&twice), [("410423002", "2026-05-04")]);
        assert_eq!(both, [[flown, again]]);
        // Nor does a township take a flight of its county by recording it as of last year.
        let (flown, claimed) = (
            of("410423", "c", 1, now, Some(now)),
            of("410423001", "t", 2, before, None),
        );
        let CountedOnce { kept, twice, both } = once(vec![claimed, flown.clone()]);
        assert_eq!(
            (kept, told(&twice), both.len()),
            (vec![flown], vec![("410423001", before)], 0)
        );
        // Two that fly on their own ground, each with its own imagery, meet nowhere.
        let mut own = of("410423", "c", 2, now, None);
        if let Body::Scan(scan) = &mut own.event.body {
            scan.sources = vec!["b".into()];
        }
        let CountedOnce { kept, twice, both } =
            once(vec![own, of("410423001", "t", 1, before, None)]);
        assert_eq!((kept.len(), twice.len(), both.len()), (2, 0, 0));
    }

    /// The same with what its imagery shows at places.
    fn shown(mut sealed: Sealed, patterns: impl IntoIterator<Item = (u64, u64)>) -> Sealed {
        if let Body::Scan(scan) = &mut sealed.event.body {
            let patterns = patterns.into_iter();
            scan.patterns = patterns
                .map(|(place, shown)| Pattern { place, shown })
                .collect();
            scan.sources = vec![scan.scan.clone()];
        }
        sealed
    }

    fn any(n: u64) -> u64 {
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn however_many_flights_went_over_a_place_last_years_is_known_again() {
        let day = |n: u64| format!("{}-05-{:02}", 2020 + n % 4, 1 + n % 28);
        let flight = |n: u64, day: &str, of: u64| {
            let seen = recorded("410423", &format!("s{n}"), n, day);
            shown(seen, (0..20).map(|place| (place, any(1_000 * of + place))))
        };
        let mut all: Vec<Sealed> = (0..300).map(|n| flight(n, &day(n), n)).collect();
        all.push(flight(300, "2025-05-03", 300));
        all.push(flight(301, "2026-05-03", 300));
        let CountedOnce { kept, twice, .. } = once(all);
        assert_eq!(kept.len(), 301);
        assert_eq!(told(&twice), [("410423", "2026-05-03")]);
    }

    #[test]
    fn patterns_that_are_all_alike_or_of_one_place_say_nothing_of_an_honest_flight() {
        let spring = shown(
            recorded("410423", "s", 9, "2026-05-03"),
            (0..128).map(|place| (place, any(place))),
        );
        let claims = |n: u64, patterns: Vec<(u64, u64)>| {
            shown(
                recorded("410423", &format!("c{n}"), n, "2025-05-03"),
                patterns,
            )
        };
        let all = vec![
            claims(1, (0..128).map(|place| (place, 0)).collect()),
            claims(2, (0..128).map(|place| (place, u64::MAX)).collect()),
            claims(3, (0..128).map(|n| (7, any(n))).collect()),
            claims(4, (0..128).map(|n| (n % 5, any(n % 5))).collect()),
            claims(5, vec![]),
            spring.clone(),
        ];
        let CountedOnce { kept, twice, .. } = once(all);
        assert_eq!((kept.len(), told(&twice)), (6, vec![]));
        // A neighbour that says the very same first, of other days, takes nothing from it.
        let mut neighbours = spring.clone();
        neighbours.event.actor.unit = "410425".into();
        neighbours.event.id = recorded("410425", "n", 0, "2025-05-03").event.id;
        if let Body::Scan(scan) = &mut neighbours.event.body {
            scan.captured = Some(["2025-05-03".into(), "2025-05-03".into()]);
        }
        assert_eq!(once(vec![neighbours, spring]).kept.len(), 2);
    }

    #[test]
    fn only_what_was_searched_is_read_from_a_coverage_file() {
        let text = r#"{"type":"FeatureCollection","scan_id":"s","features":[
            {"type":"Feature","id":"searched","geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[2,0],[3,0],[3,1],[2,0]]]]},"properties":{"status":"searched","reason":null,"area_m2":2.5}},
            {"type":"Feature","id":"nodata","geometry":{"type":"Polygon","coordinates":[[[5,0],[6,0],[6,1],[5,0]]]},"properties":{"status":"not_searched","reason":"nodata","area_m2":1}},
            {"type":"Feature","id":"gap","geometry":null,"properties":{"status":"not_searched","reason":"gap","area_m2":0}}]}"#;
        let found = searched(text.as_bytes()).expect("read");
        assert_eq!(found.0.len(), 2);
        assert!(searched(b"{}").is_none());
    }

    #[test]
    fn ground_that_is_not_on_the_earth_is_none_and_stops_no_report() {
        let ring = |x: &str| format!("[[0,0],[{x},0],[{x},1],[0,0]]");
        let file = |x: &str| {
            format!(
                r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{{"type":"Polygon","coordinates":[{}]}},
                "properties":{{"status":"searched"}}}}]}}"#,
                ring(x)
            )
        };
        assert!(searched(file("1").as_bytes()).is_some());
        for x in ["181", "1e10", "1e300", "-1e308"] {
            assert!(searched(file(x).as_bytes()).is_none(), "{x}");
        }
    }
}
