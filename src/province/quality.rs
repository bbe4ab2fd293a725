//! What the model is worth in the field: precision out of verified outcomes, recall against finds that do not come from
//! it, and whether its scores mean what they say.
//!
//! Verified detections are not a random sample: what was put aside at the desk was never visited, so precision is that of
//! what crews were sent to. Recall rests on places that were looked at whatever a scan said: ground that a patrol walked,
//! and targets from above. A patrol is taken to see all that grows along its track, so the figure is the share of what
//! patrols and scans found together there. Tip-offs and chance finds are made where a scan reported nothing: they are
//! counted beside it and are no measure of recall.

use super::desk::{Cost, costs};
use super::facts::{Facts, FlightFact, SiteFact};
use super::prospects::Prospects;
use super::windows::Windows;
use crate::ground::{LonLat, area_m2};
use crate::registry::State;
use crate::registry::body::{FoundBy, GrowthStage};
use crate::registry::code_lists::Coded;
use crate::statistics::{Calibration, Share, calibration};
use geo::{BoundingRect, Intersects, Point, Rect};
use serde::Serialize;
use std::collections::BTreeMap;

/// Upper ends of the bands of ground sample distance in centimetres; the last has none.
const GSD_CM: [f64; 4] = [1.0, 2.0, 3.5, f64::INFINITY];
/// Lower ends of the bands of score.
const SCORES: [f64; 7] = [0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/// A confirmed site where somebody else looked than a scan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Find {
    /// Where.
    pub at: LonLat,
    /// The season.
    pub season: i16,
    /// What looked at the place whatever a scan said: a patrol or a target; otherwise how it came to be known by chance.
    pub source: FoundBy,
    /// Whether a scan reported it too.
    pub seen: bool,
}

/// Precision within a group of verified detections.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// What they have in common.
    pub name: String,
    /// Confirmed, of verified.
    pub precision: Share,
}

/// What became of candidates that would have gone down by what was learnt and stayed to be looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Demoted {
    /// They were confirmed, or are licensed.
    pub real: usize,
    /// They were put aside as something else, or refuted.
    pub not_real: usize,
    /// Nobody knows yet.
    pub open: usize,
}

/// The model's figures from the field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quality {
    /// The seasons counted; all where none was asked for.
    pub season: Option<i16>,
    /// Names and hashes of the models whose scans are counted.
    pub models: Vec<(String, String)>,
    /// Confirmed, of all verified detections.
    pub precision: Share,
    /// Detections put aside at the desk: never verified, and in no figure.
    pub screened_out: usize,
    /// Detections that nobody has decided on.
    pub undecided: usize,
    /// Detections that wait for a crew: the desk keeps them, or a crew has them.
    pub waiting: usize,
    /// By ground sample distance of the flight.
    pub by_gsd: Vec<Group>,
    /// By growth stage at the visit.
    pub by_stage: Vec<Group>,
    /// By habitat.
    pub by_habitat: Vec<Group>,
    /// By score.
    pub by_score: Vec<Group>,
    /// Reported by a scan, of the independent finds on ground that was searched in the window and finely enough.
    pub recall: Share,
    /// The same by what else looked there: patrols, targets.
    pub recall_by_source: Vec<(FoundBy, Share)>,
    /// Tip-offs and chance finds on such ground that no scan reported: no measure of recall, but places to learn from.
    pub missed_by_chance: usize,
    /// Independent finds on ground that was not searched so: they say nothing of the model.
    pub finds_elsewhere: usize,
    /// How many of the detections that nobody knows yet are real.
    pub prospects: Prospects,
    /// What became of candidates that would have gone down by what was learnt and stayed to be looked at.
    pub audit: Demoted,
    /// What screening cost.
    pub cost: Vec<Cost>,
    /// Scores against outcomes.
    pub calibration: Calibration,
}

/// The figures of a season, or of all; of one model where its name is given.
pub fn quality(
    facts: &Facts,
    finds: &[Find],
    windows: &Windows,
    season: Option<i16>,
    model: Option<&str>,
) -> Quality {
    let flights: BTreeMap<&str, &FlightFact> = facts
        .flights
        .iter()
        .filter(|f| season.is_none_or(|s| f.season == s) && model.is_none_or(|m| f.model.0 == m))
        .map(|f| (f.scan.as_str(), f))
        .collect();
    let detections: Vec<(&SiteFact, &FlightFact)> = facts
        .sites
        .iter()
        .filter(|site| site.source == FoundBy::Scan && season.is_none_or(|s| site.season == s))
        .filter_map(|site| Some((site, *flights.get(site.scan.as_deref()?)?)))
        .collect();
    let verified: Vec<Verified> = detections
        .iter()
        .filter_map(|(site, flight)| {
            Some(Verified {
                site,
                flight,
                poppy: site.confirmed?,
            })
        })
        .collect();
    let aside = |site: &SiteFact| site.state == State::ScreenedOut;
    let (inside, elsewhere) = searched_finds(&flights, finds, windows, facts, season);
    let (inside, by_chance): (Vec<&Find>, Vec<&Find>) = inside
        .into_iter()
        .partition(|find| matches!(find.source, FoundBy::Patrol | FoundBy::Target));
    let scored: Vec<(f64, bool)> = verified
        .iter()
        .filter_map(|v| Some((v.site.score?, v.poppy)))
        .collect();
    let prospects = Prospects::of(detections.iter().map(|(site, _)| *site));
    Quality {
        season,
        models: models(&flights),
        precision: share(&verified),
        screened_out: detections.iter().filter(|(site, _)| aside(site)).count(),
        undecided: prospects.undecided.of,
        waiting: prospects.kept.of + prospects.sent.of,
        by_gsd: groups(&verified, |v| Some(gsd_band(v.flight.gsd_cm))),
        by_stage: groups(&verified, |v| v.site.stage.map(stage)),
        by_habitat: groups(&verified, |v| v.site.habitat.clone().map(|name| (0, name))),
        by_score: groups(&verified, |v| v.site.score.map(score_band)),
        recall: Share::new(inside.iter().filter(|f| f.seen).count(), inside.len()),
        recall_by_source: by_source(&inside),
        missed_by_chance: by_chance.iter().filter(|f| !f.seen).count(),
        finds_elsewhere: elsewhere,
        prospects,
        audit: demoted(&detections),
        cost: cost(&flights, &detections),
        calibration: calibration(&scored, 0.0),
    }
}

/// The models of flights, each once.
fn models(flights: &BTreeMap<&str, &FlightFact>) -> Vec<(String, String)> {
    let mut models: Vec<(String, String)> = flights.values().map(|f| f.model.clone()).collect();
    models.sort();
    models.dedup();
    models
}

/// Of candidates that would have gone down and stayed, how many are real.
fn demoted(detections: &[(&SiteFact, &FlightFact)]) -> Demoted {
    let mut demoted = Demoted::default();
    for (site, _) in detections.iter().filter(|(site, _)| site.audit) {
        match site.poppy {
            Some(true) => demoted.real += 1,
            Some(false) => demoted.not_real += 1,
            None => demoted.open += 1,
        }
    }
    demoted
}

/// What screening of these flights cost.
fn cost(
    flights: &BTreeMap<&str, &FlightFact>,
    detections: &[(&SiteFact, &FlightFact)],
) -> Vec<Cost> {
    let flights = flights.values().map(|f| (*f, area_m2(&f.searched)));
    let flights: Vec<(&FlightFact, f64)> = flights.collect();
    let sites: Vec<&SiteFact> = detections.iter().map(|(site, _)| *site).collect();
    costs(&flights, &sites, |flight| gsd_band(flight.gsd_cm))
}

struct Verified<'a> {
    site: &'a SiteFact,
    flight: &'a FlightFact,
    poppy: bool,
}

fn share(verified: &[Verified]) -> Share {
    Share::new(verified.iter().filter(|v| v.poppy).count(), verified.len())
}

/// Precision by a key that sorts: its order and its name.
fn groups(verified: &[Verified], key: impl Fn(&Verified) -> Option<(usize, String)>) -> Vec<Group> {
    let mut counts: BTreeMap<(usize, String), (usize, usize)> = BTreeMap::new();
    for v in verified {
        if let Some(key) = key(v) {
            let (poppy, all) = counts.entry(key).or_default();
            *poppy += usize::from(v.poppy);
            *all += 1;
        }
    }
    counts
        .into_iter()
        .map(|((_, name), (poppy, all))| Group {
            name,
            precision: Share::new(poppy, all),
        })
        .collect()
}

pub(super) fn gsd_band(gsd_cm: Option<f64>) -> (usize, String) {
    let Some(cm) = gsd_cm else {
        return (GSD_CM.len(), "?".into());
    };
    let at = GSD_CM.iter().position(|most| cm <= *most).unwrap_or(0);
    let least = if at == 0 { 0.0 } else { GSD_CM[at - 1] };
    let name = if GSD_CM[at].is_finite() {
        format!("{least}–{} cm", GSD_CM[at])
    } else {
        format!("> {least} cm")
    };
    (at, name)
}

fn stage(stage: GrowthStage) -> (usize, String) {
    let at = GrowthStage::LIST
        .iter()
        .position(|(known, ..)| *known == stage);
    (at.unwrap_or(0), stage.code().to_owned())
}

fn score_band(score: f64) -> (usize, String) {
    let at = SCORES
        .iter()
        .rposition(|least| score >= *least)
        .unwrap_or(0);
    let most = SCORES.get(at + 1).copied().unwrap_or(1.0);
    (at, format!("{:.2}–{most:.2}", SCORES[at]))
}

/// The finds on ground that these flights searched in the window and finely enough, and how many lie elsewhere.
fn searched_finds<'a>(
    flights: &BTreeMap<&str, &FlightFact>,
    finds: &'a [Find],
    windows: &Windows,
    facts: &Facts,
    season: Option<i16>,
) -> (Vec<&'a Find>, usize) {
    let bounds: Vec<(&FlightFact, Rect)> = flights
        .values()
        .filter_map(|flight| Some((*flight, flight.searched.bounding_rect()?)))
        .collect();
    let counties: Vec<(&str, Rect, &geo::MultiPolygon)> = facts
        .districts
        .iter()
        .filter(|d| d.code.len() == 6)
        .filter_map(|d| Some((d.code.as_str(), d.area.bounding_rect()?, &d.area)))
        .collect();
    let of_season = finds
        .iter()
        .filter(|find| season.is_none_or(|s| find.season == s));
    let (inside, elsewhere): (Vec<&Find>, Vec<&Find>) = of_season.partition(|find| {
        let at = Point::from(find.at);
        let county = counties
            .iter()
            .find(|(_, rect, area)| rect.intersects(&at) && area.intersects(&at));
        let Some(window) = windows.of(county.map_or("", |(code, ..)| code)) else {
            return false;
        };
        bounds.iter().any(|(flight, rect)| {
            flight.season == find.season
                && rect.intersects(&at)
                && window.holds(flight)
                && window.fine(flight)
                && flight.searched.intersects(&at)
        })
    });
    (inside, elsewhere.len())
}

fn by_source(finds: &[&Find]) -> Vec<(FoundBy, Share)> {
    let mut counts: BTreeMap<FoundBy, (usize, usize)> = BTreeMap::new();
    for find in finds {
        let (seen, all) = counts.entry(find.source).or_default();
        *seen += usize::from(find.seen);
        *all += 1;
    }
    counts
        .into_iter()
        .map(|(source, (seen, all))| (source, Share::new(seen, all)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::fixture;
    use geo::{MultiPolygon, Polygon};
    use jiff::civil::date;

    fn flight(scan: &str, gsd_cm: Option<f64>, west: f64) -> FlightFact {
        let (e, s, n) = (west + 0.01, 33.73, 33.75);
        let ring = vec![(west, s), (e, s), (e, n), (west, n), (west, s)];
        FlightFact {
            scan: scan.into(),
            unit: "410423".into(),
            captured: Some((date(2026, 5, 1), date(2026, 5, 2))),
            tagged_otherwise: None,
            unverifiable: false,
            season: 2026,
            gsd_cm,
            model: ("m".into(), "ab".into()),
            threshold: 0.5,
            searched: MultiPolygon::new(vec![Polygon::new(ring.into(), vec![])]),
            candidates: 0,
        }
    }

    fn site(n: usize, scan: &str, score: f64, state: State) -> SiteFact {
        SiteFact {
            stage: n.is_multiple_of(2).then_some(GrowthStage::Flowering),
            habitat: Some("courtyard".into()),
            scan: Some(scan.into()),
            score: Some(score),
            ..fixture::site(&n.to_string(), 2026, state)
        }
    }

    #[test]
    fn precision_is_of_what_was_verified_and_recall_of_what_lies_on_searched_ground() {
        let facts = Facts {
            flights: vec![
                flight("fine", Some(1.5), 113.30),
                flight("coarse", Some(6.0), 113.31),
            ],
            sites: vec![
                site(0, "fine", 0.97, State::Confirmed),
                site(1, "fine", 0.96, State::Confirmed),
                site(2, "fine", 0.55, State::Refuted),
                site(3, "coarse", 0.55, State::Confirmed),
                site(4, "fine", 0.91, State::ScreenedOut),
                site(5, "fine", 0.91, State::Dispatched),
                site(6, "unknown", 0.91, State::Confirmed),
            ],
            ..Facts::default()
        };
        let find = |lon, seen| Find {
            at: LonLat::new(lon, 33.74),
            season: 2026,
            source: if lon < 113.3025 {
                FoundBy::Patrol
            } else {
                FoundBy::TipOff
            },
            seen,
        };
        let finds = [
            find(113.301, true),
            find(113.302, false),
            find(113.303, false),
            find(113.315, true),
            find(114.0, false),
        ];
        let found = quality(&facts, &finds, &Windows::default(), Some(2026), None);
        assert_eq!((found.precision.count, found.precision.of), (3, 4));
        assert_eq!(
            (found.screened_out, found.waiting, found.undecided),
            (1, 1, 0)
        );
        let named: Vec<(&str, usize, usize)> = found
            .by_gsd
            .iter()
            .map(|g| (g.name.as_str(), g.precision.count, g.precision.of))
            .collect();
        assert_eq!(named, [("1–2 cm", 2, 3), ("> 3.5 cm", 1, 1)]);
        let scores: Vec<&str> = found.by_score.iter().map(|g| g.name.as_str()).collect();
        assert_eq!(scores, ["0.50–0.60", "0.95–1.00"]);
        assert_eq!(
            (found.by_stage.len(), found.by_stage[0].precision.of),
            (1, 2)
        );
        // The coarse flight's ground tells nothing, nor does ground that nobody searched.
        assert_eq!(
            (found.recall.count, found.recall.of, found.finds_elsewhere),
            (1, 2, 2)
        );
        assert_eq!(found.missed_by_chance, 1);
        let none = quality(&Facts::default(), &[], &Windows::default(), None, None);
        assert_eq!(none.precision.share, None);
    }
}
