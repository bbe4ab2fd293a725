//! Targets from above (靶标) against what the registry knows: 靶标吻合率, and why each of the others was not met.

use super::facts::{Facts, FlightFact, SiteFact};
use super::process::CountShare;
use super::windows::Windows;
use crate::ground::LonLat;
use crate::registry::body::TargetList;
use crate::registry::place::Place;
use crate::registry::unit::share_ground;
use crate::registry::{SiteKey, State};
use geo::{BoundingRect, Contains, Intersects, MultiPolygon, Point, Rect};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use serde::Serialize;

/// Metres within which a site is the target, where nobody says.
pub const TOLERANCE_M: f64 = 50.0;

/// What became of a target.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum TargetOutcome {
    /// A site of the season lies there, on file with its coordinates.
    Matched {
        /// The site.
        site: SiteKey,
        /// Metres from the target to the site's point; 0 inside the target's outline.
        metres: f64,
    },
    /// A site lies there, but it was put aside at the desk.
    ScreenedOut {
        /// The site.
        site: SiteKey,
        /// Metres to it.
        metres: f64,
    },
    /// The only site there is of another season.
    AnotherSeason {
        /// The site.
        site: SiteKey,
        /// Its season.
        season: i16,
        /// Metres to it.
        metres: f64,
    },
    /// Searched in the window and finely enough, and nothing was reported.
    SearchedAndNothing {
        /// Flights that did.
        flights: usize,
    },
    /// Searched, but out of the window or too coarsely to tell.
    SearchedBadly {
        /// Flights that did.
        flights: usize,
    },
    /// No flight of the season searched there.
    NotSearched,
}

impl TargetOutcome {
    /// Whether it counts as met.
    pub fn is_matched(self) -> bool {
        matches!(self, Self::Matched { .. })
    }

    /// The code that is written in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Matched { .. } => "matched",
            Self::ScreenedOut { .. } => "screened_out",
            Self::AnotherSeason { .. } => "another_season",
            Self::SearchedAndNothing { .. } => "searched_and_nothing",
            Self::SearchedBadly { .. } => "searched_badly",
            Self::NotSearched => "not_searched",
        }
    }
}

/// A target and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetFact {
    /// Its id in its list.
    pub id: String,
    /// Where it is.
    pub place: Place,
    /// The county or smaller district that it lies in.
    pub district: Option<String>,
    /// What became of it.
    pub met: TargetOutcome,
}

/// The targets of a list that were met, of all of them.
pub fn matched(targets: &[TargetFact]) -> CountShare {
    CountShare {
        count: targets.iter().filter(|t| t.met.is_matched()).count() as u64,
        of: targets.len() as u64,
    }
}

/// Matches a list to the sites and flights of its season.
///
/// A site matches where its point lies within `tolerance_m` metres of the target's point or outline; one that was put
/// aside at the desk, or is of another season, is a reason and no match. Two targets may be met by one site.
pub fn match_targets(
    list: &TargetList,
    facts: &Facts,
    windows: &Windows,
    tolerance_m: f64,
) -> Vec<TargetFact> {
    let sites = RTree::bulk_load(
        facts
            .sites
            .iter()
            .enumerate()
            .map(|(at, site)| GeomWithData::new([site.at.lon, site.at.lat], at))
            .collect(),
    );
    let flights: Vec<(&FlightFact, Rect)> = facts
        .flights
        .iter()
        .filter(|flight| flight.season == list.season)
        .filter_map(|flight| Some((flight, flight.searched.bounding_rect()?)))
        .collect();
    list.targets
        .iter()
        .map(|target| {
            let at = target.place.lonlat();
            let district = district(facts, at);
            let met = nearest(
                (&target.place, district.as_deref()),
                &sites,
                facts,
                list.season,
                tolerance_m,
            )
            .unwrap_or_else(|| searched(&target.place, &flights, windows, district.as_deref()));
            TargetFact {
                id: target.id.clone(),
                place: target.place.clone(),
                district,
                met,
            }
        })
        .collect()
}

fn district(facts: &Facts, at: LonLat) -> Option<String> {
    let point = Point::from(at);
    facts
        .districts
        .iter()
        .filter(|d| d.area.contains(&point))
        .max_by_key(|d| d.code.len())
        .map(|d| d.code.clone())
}

/// The best site within the tolerance: a match before a site put aside, that before one of another season; the nearest
/// of each kind. What a neighbour founds on ground that is not its own answers for nothing there.
fn nearest(
    (place, target_in): (&Place, Option<&str>),
    sites: &RTree<GeomWithData<[f64; 2], usize>>,
    facts: &Facts,
    season: i16,
    tolerance_m: f64,
) -> Option<TargetOutcome> {
    let [west, south, east, north] = place.bounds_e7().map(|e7| e7 as f64 / 1e7);
    let dy = tolerance_m / 110_000.0;
    let dx = dy / place.lonlat().lat.to_radians().cos().max(0.01);
    let window = AABB::from_corners([west - dx, south - dy], [east + dx, north + dy]);
    let kind = |site: &SiteFact| {
        if site.season == season {
            i32::from(site.state == State::ScreenedOut)
        } else {
            2
        }
    };
    sites
        .locate_in_envelope_intersecting(window)
        .map(|found| &facts.sites[found.data])
        .filter(|site| {
            let own = site.district.as_deref().zip(target_in);
            own.is_none_or(|(own, target_in)| share_ground(own, target_in))
        })
        .map(|site| (site, place.distance_m(&Place::point(site.at))))
        .filter(|(_, metres)| *metres <= tolerance_m)
        .min_by(|(a, near), (b, far)| {
            (kind(a), *near)
                .partial_cmp(&(kind(b), *far))
                .unwrap_or(std::cmp::Ordering::Equal)
                .then_with(|| a.key.cmp(&b.key))
        })
        .map(|(site, metres)| match kind(site) {
            0 => TargetOutcome::Matched {
                site: site.key,
                metres,
            },
            1 => TargetOutcome::ScreenedOut {
                site: site.key,
                metres,
            },
            _ => TargetOutcome::AnotherSeason {
                site: site.key,
                season: site.season,
                metres,
            },
        })
}

fn searched(
    place: &Place,
    flights: &[(&FlightFact, Rect)],
    windows: &Windows,
    district: Option<&str>,
) -> TargetOutcome {
    let at = Point::from(place.lonlat());
    let outline: MultiPolygon = place.polygons();
    let over: Vec<&FlightFact> = flights
        .iter()
        .filter(|(flight, bounds)| {
            if outline.0.is_empty() {
                bounds.intersects(&at) && flight.searched.intersects(&at)
            } else {
                // Part of an area searched is not the area searched: its inner point decides.
                bounds.intersects(&at) && flight.searched.contains(&at)
            }
        })
        .map(|(flight, _)| *flight)
        .collect();
    let window = windows.of(district.unwrap_or_default());
    let fair = over
        .iter()
        .filter(|f| window.is_some_and(|w| w.holds(f) && w.fine(f)))
        .count();
    match (fair, over.len()) {
        (0, 0) => TargetOutcome::NotSearched,
        (0, flights) => TargetOutcome::SearchedBadly { flights },
        (flights, _) => TargetOutcome::SearchedAndNothing { flights },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::fixture;
    use crate::registry::Hash;
    use crate::registry::body::Target;
    use geo::Polygon;
    use jiff::civil::date;

    fn site(name: &str, lon: f64, season: i16, state: State) -> SiteFact {
        SiteFact {
            at: LonLat::new(lon, 33.74),
            ..fixture::site(name, season, state)
        }
    }

    fn flight(west: f64, month: i8) -> FlightFact {
        let (e, s, n) = (west + 0.01, 33.73, 33.75);
        let ring = vec![(west, s), (e, s), (e, n), (west, n), (west, s)];
        FlightFact {
            scan: format!("{west}"),
            unit: "410423".into(),
            captured: Some((date(2026, month, 1), date(2026, month, 2))),
            tagged_otherwise: None,
            unverifiable: false,
            season: 2026,
            gsd_cm: Some(2.0),
            model: ("m".into(), "ab".into()),
            threshold: 0.5,
            searched: MultiPolygon::new(vec![Polygon::new(ring.into(), vec![])]),
            candidates: 0,
        }
    }

    #[test]
    fn every_target_is_met_or_has_its_reason() {
        let facts = Facts {
            sites: vec![
                site("match", 113.3002, 2026, State::Refuted),
                site("aside", 113.3100, 2026, State::ScreenedOut),
                site("aside too", 113.30015, 2026, State::ScreenedOut),
                site("last year", 113.3200, 2025, State::Closed),
            ],
            flights: vec![flight(113.33, 5), flight(113.34, 2)],
            ..Facts::default()
        };
        let places = [113.3000, 113.3100, 113.3200, 113.335, 113.345, 113.39];
        let list = TargetList {
            name: "t".into(),
            sha256: Hash([0; 32]),
            season: 2026,
            targets: places
                .iter()
                .map(|lon| Target {
                    id: lon.to_string(),
                    place: Place::point(LonLat::new(*lon, 33.74)),
                })
                .collect(),
        };
        let found = match_targets(&list, &facts, &Windows::default(), TOLERANCE_M);
        let codes: Vec<&str> = found.iter().map(|t| t.met.code()).collect();
        assert_eq!(
            codes,
            [
                "matched",
                "screened_out",
                "another_season",
                "searched_and_nothing",
                "searched_badly",
                "not_searched"
            ]
        );
        assert_eq!(matched(&found), CountShare { count: 1, of: 6 });
        let TargetOutcome::Matched { metres, .. } = found[0].met else {
            unreachable!("it is")
        };
        assert!((metres - 18.5).abs() < 0.3, "{metres}");
        let near = match_targets(&list, &facts, &Windows::default(), 10.0);
        assert_eq!(near[0].met, TargetOutcome::NotSearched);
    }

    #[test]
    fn what_a_neighbour_founds_on_a_target_answers_for_nothing_there() {
        let square = |code: &str, west: f64| {
            let (e, s, n) = (west + 0.1, 33.6, 33.8);
            let ring = vec![(west, s), (e, s), (e, n), (west, n), (west, s)];
            crate::province::facts::DistrictArea {
                code: code.into(),
                name: code.into(),
                area: MultiPolygon::new(vec![Polygon::new(ring.into(), vec![])]),
            }
        };
        let list = TargetList {
            name: "t".into(),
            sha256: Hash([0; 32]),
            season: 2026,
            targets: vec![Target {
                id: "1".into(),
                place: Place::point(LonLat::new(113.335, 33.74)),
            }],
        };
        let met = |unit: &str, state| {
            let facts = Facts {
                districts: vec![square("410423", 113.3), square("410424", 113.4)],
                flights: vec![flight(113.33, 5)],
                sites: vec![SiteFact {
                    unit: unit.into(),
                    district: Some(unit.into()),
                    ..site("there", 113.335, 2026, state)
                }],
                ..Facts::default()
            };
            let found = match_targets(&list, &facts, &Windows::default(), TOLERANCE_M);
            found[0].met.code()
        };
        for state in [State::ScreenedOut, State::Candidate, State::Closed] {
            assert_eq!(met("410424", state), "searched_and_nothing", "{state:?}");
        }
        assert_eq!(met("410423", State::ScreenedOut), "screened_out");
        assert_eq!(met("410423001", State::Candidate), "matched");
    }
}
