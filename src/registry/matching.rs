//! What a new detection means for the sites that are known nearby. Pure: places, states and dates in, a meaning out.
//!
//! Imagery is compared by the days it was captured, never by when it is recorded. Imagery without a date is compared
//! with nothing: it can neither raise a site, nor report residue or regrowth.

use super::body::{Detection, Meaning};
use super::ids::SiteKey;
use super::place::Place;
use super::settings::Settings;
use super::site::Site;
use super::state::State;

/// What becomes of a detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Nothing is known there: a new site.
    New,
    /// Regrowth where a site was closed: a new site that recurs from it.
    Recurs {
        /// The closed site.
        of: SiteKey,
    },
    /// It belongs to a known site.
    Known {
        /// The site.
        site: SiteKey,
        /// What follows.
        meaning: Meaning,
        /// Distance in centimetres.
        distance_cm: i64,
    },
}

/// Finds what a detection at a place belongs to among the sites nearby.
///
/// What is one plot is for [`Place::apart_m`] to say. Of several sites within the radius an open one comes before a settled one, then the nearest, then the lesser key.
pub fn find(place: &Place, detection: &Detection, nearby: &[Site], settings: &Settings) -> Match {
    let best = nearby
        .iter()
        .filter(|site| !site.state.is_gone())
        .map(|site| (site, place.apart_m(&site.place)))
        .filter(|(_, metres)| *metres <= settings.reach_m())
        .min_by(|(a, near), (b, far)| {
            let rank = |site: &Site| !site.state.is_open();
            rank(a)
                .cmp(&rank(b))
                .then(near.total_cmp(far))
                .then(a.key.cmp(&b.key))
        });
    let Some((site, metres)) = best else {
        return Match::New;
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "at most the radius of a thousand metres"
    )]
    let distance_cm = (metres * 100.0).round() as i64;
    let known = |meaning| Match::Known {
        site: site.key,
        meaning,
        distance_cm,
    };
    let captured = detection.first_day();
    match site.state {
        State::Closed if after(captured, closed_on(site)) => Match::Recurs { of: site.key },
        State::Eradicated | State::Closed if after(captured, eradicated_on(site)) => {
            known(Meaning::Residue)
        }
        State::Refuted if refuted_anew(site, captured, settings) => known(Meaning::Raised),
        State::ScreenedOut if screened_anew(site, detection, settings) => known(Meaning::Raised),
        _ => known(Meaning::Seen),
    }
}

/// Whether imagery was captured on a later day; never where either day is unknown.
fn after(captured: Option<&str>, day: Option<&str>) -> bool {
    captured
        .zip(day)
        .is_some_and(|(captured, day)| captured > day)
}

fn day(at: &str) -> Option<&str> {
    at.get(..10)
}

pub(super) fn closed_on(site: &Site) -> Option<&str> {
    let passed = site
        .acceptances
        .iter()
        .rev()
        .find(|(accept, _)| accept.passed);
    passed.map_or_else(|| day(&site.since), |(_, stamp)| day(&stamp.at))
}

pub(super) fn eradicated_on(site: &Site) -> Option<&str> {
    site.eradications
        .last()
        .and_then(|(_, stamp)| day(&stamp.at))
}

/// A refuted site is not sent out again in the season in which it was visited, if poppy could be told on that day.
fn refuted_anew(site: &Site, captured: Option<&str>, settings: &Settings) -> bool {
    let visited = site.visits.last().and_then(|(_, stamp)| day(&stamp.at));
    let (Some(captured), Some(visited)) = (captured, visited) else {
        return captured.is_some();
    };
    let same_season = settings.season_of(captured) == settings.season_of(visited);
    captured > visited && !(same_season && settings.in_window(visited))
}

/// A site put aside at the desk comes back when a later flight sees it with a higher score, or in a later season than that in which
/// it was put aside: what grew there then says nothing of what grows there now.
fn screened_anew(site: &Site, detection: &Detection, settings: &Settings) -> bool {
    let seen = site.detections().filter_map(Detection::last_day).max();
    let visited = site.visits.iter().filter_map(|(_, stamp)| day(&stamp.at));
    let captured = detection.first_day();
    let is_later = |than: Option<&str>| captured > than;
    if !(is_later(seen) && is_later(visited.max())) {
        return false;
    }
    let higher = |score| detection.score_e4 > score;
    let season = |day: Option<&str>| day.and_then(|day| settings.season_of(day));
    let seasons = season(captured).zip(season(put_aside_for(site)));
    seasons.is_some_and(|(now, then)| now > then)
        || seen.is_some() && site.score_e4().is_none_or(higher)
}

/// The last day of the imagery that a site was put aside for: what it was found in, or what had raised it since. The day on which it
/// was put aside where that imagery has none. What was only seen again meanwhile was shown to nobody.
pub(super) fn put_aside_for(site: &Site) -> Option<&str> {
    let stamp = site.screened.as_ref().map(|(_, _, stamp)| stamp);
    let on = day(stamp.map_or(&site.since, |stamp| &stamp.at));
    let raised = site.sightings.iter();
    let raised = raised.filter(|sighting| sighting.meaning == Meaning::Raised);
    let raised = raised.filter_map(|sighting| sighting.detection.last_day());
    let found = site.detection.as_ref().and_then(Detection::last_day);
    let shown = raised.filter(|seen| Some(*seen) <= on).chain(found);
    shown.max().or(on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::LonLat;
    use crate::registry::Hash;
    use crate::registry::body::{Accept, Eradicate, Outcome, RejectReason, Visit};
    use crate::registry::fixture::{detection, stamp};
    use crate::registry::site::SightingFact;

    fn site(state: State) -> Site {
        let mut site = Site::unknown(SiteKey([1; 16]));
        site.state = state;
        site.place = Place::point(LonLat::new(113.3, 33.74));
        site.detection = Some(detection(Some("2026-04-20"), 8000));
        site
    }

    fn meaning(site: &Site, captured: Option<&str>, score_e4: i64) -> Match {
        let here = Place::point(LonLat::new(113.300_05, 33.74));
        find(
            &here,
            &detection(captured, score_e4),
            std::slice::from_ref(site),
            &Settings::default(),
        )
    }

    fn known(found: Match) -> Meaning {
        match found {
            Match::Known { meaning, .. } => meaning,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_open_site_is_seen_again_and_far_away_is_new() {
        assert_eq!(
            known(meaning(&site(State::Dispatched), Some("2026-05-01"), 1)),
            Meaning::Seen
        );
        let far = Place::point(LonLat::new(113.301, 33.74));
        let found = find(
            &far,
            &detection(None, 1),
            &[site(State::Dispatched)],
            &Settings::default(),
        );
        assert_eq!(found, Match::New);
        assert_eq!(meaning(&site(State::Merged), None, 1), Match::New);
    }

    #[test]
    fn a_refuted_look_alike_rests_for_the_season_it_was_seen_in() {
        let mut refuted = site(State::Refuted);
        let visit = Visit {
            outcome: Outcome::Lookalike,
            officers: vec![],
            witness: None,
            species: None,
            stage: None,
            sap_cut: None,
            count: None,
            area_dm2: None,
            habitat: None,
            note: None,
            forced: None,
            imported: None,
        };
        refuted.visits = vec![(visit, stamp("2026-05-03"))];
        assert_eq!(
            known(meaning(&refuted, Some("2026-05-20"), 9999)),
            Meaning::Seen
        );
        assert_eq!(
            known(meaning(&refuted, Some("2027-05-20"), 1)),
            Meaning::Raised
        );
        assert_eq!(
            known(meaning(&refuted, Some("2025-05-20"), 9999)),
            Meaning::Seen
        );
        assert_eq!(known(meaning(&refuted, None, 9999)), Meaning::Seen);
        refuted.visits[0].1 = stamp("2026-01-10");
        assert_eq!(
            known(meaning(&refuted, Some("2026-05-20"), 1)),
            Meaning::Raised,
            "in January nobody can tell"
        );
    }

    #[test]
    fn a_screened_site_returns_with_a_later_and_higher_score() {
        let out = site(State::ScreenedOut);
        assert_eq!(
            known(meaning(&out, Some("2026-05-20"), 9000)),
            Meaning::Raised
        );
        assert_eq!(
            known(meaning(&out, Some("2026-05-20"), 8000)),
            Meaning::Seen
        );
        assert_eq!(
            known(meaning(&out, Some("2026-04-01"), 9000)),
            Meaning::Seen
        );
    }

    /// A site that was put aside on a day, for imagery of another.
    fn put_aside(on: &str, captured: Option<&str>) -> Site {
        let mut out = site(State::ScreenedOut);
        out.detection = Some(detection(captured, 9_500));
        out.screened = Some((false, Some(RejectReason::Crop), stamp(on)));
        out
    }

    #[test]
    fn what_was_put_aside_comes_back_in_the_next_season_whatever_its_score() {
        let roses = put_aside("2025-05-10", Some("2025-05-03"));
        let raised = |site: &Site, day: &str| known(meaning(site, Some(day), 9_300));
        assert_eq!(raised(&roses, "2025-06-01"), Meaning::Seen);
        assert_eq!(raised(&roses, "2025-11-20"), Meaning::Raised, "sown anew");
        assert_eq!(raised(&roses, "2026-05-03"), Meaning::Raised);
        assert_eq!(raised(&roses, "2024-05-03"), Meaning::Seen);
        assert_eq!(known(meaning(&roses, None, 9_900)), Meaning::Seen);
        // A registry's settings say when a season begins.
        let mut settings = Settings::default();
        settings.set("season_begins", "12-01").expect("a day");
        let autumn = detection(Some("2025-11-20"), 9_300);
        let found = find(
            &roses.place,
            &autumn,
            std::slice::from_ref(&roses),
            &settings,
        );
        assert_eq!(known(found), Meaning::Seen);
        // Put aside in the autumn, by imagery of the spring.
        let late = put_aside("2025-10-10", Some("2025-05-03"));
        assert_eq!(raised(&late, "2026-05-03"), Meaning::Raised);
        // Seen again, with nothing following, since it was put aside.
        let mut again = put_aside("2025-05-10", Some("2025-05-03"));
        again.sightings = vec![SightingFact {
            detection: detection(Some("2026-04-01"), 9_000),
            meaning: Meaning::Seen,
            event: Hash([1; 32]),
        }];
        assert_eq!(raised(&again, "2026-05-03"), Meaning::Raised);
        assert_eq!(raised(&again, "2026-03-03"), Meaning::Seen);
    }

    #[test]
    fn what_was_put_aside_without_a_day_of_its_imagery_has_that_of_the_decision() {
        let undated = put_aside("2025-05-10", None);
        let raised = |site: &Site, day: &str| known(meaning(site, Some(day), 9_900));
        assert_eq!(raised(&undated, "2025-06-01"), Meaning::Seen);
        assert_eq!(raised(&undated, "2026-05-03"), Meaning::Raised);
        let mut told = put_aside("2025-05-10", None);
        told.detection = None;
        assert_eq!(raised(&told, "2026-05-03"), Meaning::Raised);
    }

    #[test]
    fn residue_and_regrowth_are_only_reported_by_later_imagery() {
        let mut gone = site(State::Eradicated);
        let eradicate = Eradicate {
            percent: 100,
            method: None,
            officers: vec![],
            note: None,
            forced: None,
            imported: None,
        };
        gone.eradications = vec![(eradicate, stamp("2026-05-10"))];
        assert_eq!(
            known(meaning(&gone, Some("2026-05-11"), 1)),
            Meaning::Residue
        );
        assert_eq!(known(meaning(&gone, Some("2026-05-10"), 1)), Meaning::Seen);
        gone.state = State::Closed;
        gone.acceptances = vec![(
            Accept {
                passed: true,
                reason: None,
                note: None,
                forced: None,
            },
            stamp("2026-05-20"),
        )];
        assert_eq!(
            meaning(&gone, Some("2026-06-01"), 1),
            Match::Recurs { of: gone.key }
        );
        assert_eq!(
            known(meaning(&gone, Some("2026-05-15"), 1)),
            Meaning::Residue
        );
        assert_eq!(known(meaning(&gone, Some("2026-05-01"), 1)), Meaning::Seen);
        assert_eq!(known(meaning(&gone, None, 1)), Meaning::Seen);
    }

    #[test]
    fn an_open_site_comes_before_a_nearer_settled_one() {
        let mut closed = site(State::Closed);
        closed.key = SiteKey([2; 16]);
        closed.place = Place::point(LonLat::new(113.300_05, 33.74));
        let here = closed.place.clone();
        let found = find(
            &here,
            &detection(Some("2027-05-01"), 1),
            &[closed, site(State::Candidate)],
            &Settings::default(),
        );
        assert!(matches!(found, Match::Known { site, .. } if site == SiteKey([1; 16])));
    }
}
