//! What a site's life says of the plants that its detections showed: what learning, training and the figures of quality take for true
//! and for false. Pure.
//!
//! A crew says what grew there, the desk what it takes a picture for. Licensed poppy is poppy to the eye. What was put aside because it
//! was seen twice, or could not be seen well, says nothing of the plants; nor does what was said of one season of what another shows.

use super::body::{Detection, Outcome, RejectReason};
use super::matching::put_aside_for;
use super::settings::Settings;
use super::site::{Site, Stamp};
use super::state::State;

/// What is known of the plants at a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Whether they are poppy.
    pub poppy: bool,
    /// Whether a crew says so; else the desk does.
    pub visited: bool,
}

/// What is known of the plants at a site, where somebody settled it.
pub fn label(site: &Site) -> Option<Label> {
    let visit = settling_visit(site).map(|(outcome, _)| outcome);
    let poppy = match (site.state, visit) {
        // What crews say that contradict one another is no label, whichever of them stands.
        (
            State::Confirmed | State::Eradicated | State::Closed,
            None | Some(Outcome::Cultivated | Outcome::Wild),
        )
        | (State::Refuted, Some(Outcome::Licensed)) => true,
        (State::Refuted, Some(Outcome::Lookalike | Outcome::Nothing)) => false,
        (State::ScreenedOut, _) => {
            let reason = site.screened.as_ref().and_then(|(_, reason, _)| *reason);
            let unseen = [RejectReason::Duplicate, RejectReason::ShadowOrBlur];
            if reason.is_none_or(|reason| unseen.contains(&reason)) {
                return None;
            }
            return Some(Label {
                poppy: false,
                visited: false,
            });
        }
        _ => return None,
    };
    let visited = visit.is_some();
    Some(Label { poppy, visited })
}

/// Whether what a detection of a site showed was poppy, where that is known: what was settled holds for imagery of no later day, and
/// of the season of the last of it.
pub fn label_of(site: &Site, detection: &Detection, settings: &Settings) -> Option<bool> {
    let poppy = label(site)?.poppy;
    let season = |day: &str| settings.season_of(day);
    let first = site.detection.as_ref();
    let is_first = first.is_some_and(|first| first.candidate == detection.candidate);
    let Some(day) = detection.last_day() else {
        return is_first.then_some(poppy);
    };
    // Nobody decided on a site before it was found.
    let settled_on = settings.day(settled_at(site));
    let before = |day: &str| day <= settled_on.as_str();
    let seen = if site.state == State::ScreenedOut {
        put_aside_for(site)
    } else {
        let found = first.and_then(Detection::last_day);
        let later = site.sightings.iter().map(|s| &s.detection);
        let later = later.filter_map(Detection::last_day);
        later.filter(|day| before(day)).chain(found).max()
    };
    let told = (is_first || before(day)) && season(day) == season(seen?);
    told.then_some(poppy)
}

/// The last visit that settled what a site is.
fn settling_visit(site: &Site) -> Option<(Outcome, &Stamp)> {
    let visits = site.visits.iter().rev();
    visits
        .map(|(visit, stamp)| (visit.outcome, stamp))
        .find(|(outcome, _)| outcome.settles())
}

/// When it was settled what a site is.
fn settled_at(site: &Site) -> &str {
    let visited = || settling_visit(site).map(|(_, stamp)| stamp);
    let screened = || site.screened.as_ref().map(|(_, _, stamp)| stamp);
    let stamp = match site.state {
        State::ScreenedOut => screened(),
        _ => visited(),
    };
    stamp.map_or(&site.since, |stamp| &stamp.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::body::{Meaning, Visit};
    use crate::registry::fixture::{detection, stamp};
    use crate::registry::ids::{Hash, SiteKey};
    use crate::registry::site::SightingFact;

    /// A site of the third of May, which crews found these to be, one on each day from the tenth on.
    fn visited(state: State, outcomes: &[Outcome]) -> Site {
        let mut site = Site::unknown(SiteKey([1; 16]));
        site.state = state;
        site.detection = Some(detection(Some("2026-05-03"), 9_000));
        site.visits = (10..)
            .zip(outcomes)
            .map(|(day, outcome)| (visit(*outcome), stamp(&format!("2026-05-{day}"))))
            .collect();
        site
    }

    fn visit(outcome: Outcome) -> Visit {
        Visit {
            outcome,
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
        }
    }

    fn put_aside(on: &str, reason: RejectReason) -> Site {
        let mut site = visited(State::ScreenedOut, &[]);
        site.screened = Some((false, Some(reason), stamp(on)));
        site
    }

    fn seen_again(mut site: Site, days: &[&str]) -> Site {
        let seen = |day: &&str| SightingFact {
            detection: detection(Some(day), 9_000),
            meaning: Meaning::Seen,
            event: Hash([2; 32]),
        };
        site.sightings = days.iter().map(seen).collect();
        site
    }

    /// What is known of each detection of a site.
    fn known(site: &Site) -> Vec<Option<bool>> {
        let settings = Settings::default();
        let of = |detection| label_of(site, detection, &settings);
        site.detections().map(of).collect()
    }

    #[test]
    fn licensed_poppy_is_poppy_and_what_contradicts_itself_or_was_not_seen_is_nothing() {
        use Outcome::{Cultivated, Licensed, Lookalike, Nothing, TooEarly, Wild};
        let poppy = |state, outcomes: &[Outcome]| {
            let label = label(&visited(state, outcomes));
            label.map(|label| (label.poppy, label.visited))
        };
        for state in [State::Confirmed, State::Eradicated, State::Closed] {
            assert_eq!(poppy(state, &[Nothing, Wild]), Some((true, true)));
            assert_eq!(poppy(state, &[Cultivated, Lookalike]), None);
            assert_eq!(poppy(state, &[]), Some((true, false)), "of a merger");
        }
        assert_eq!(poppy(State::Refuted, &[Licensed]), Some((true, true)));
        assert_eq!(
            poppy(State::Refuted, &[TooEarly, Nothing]),
            Some((false, true))
        );
        assert_eq!(poppy(State::Refuted, &[Cultivated]), None);
        for state in [State::Candidate, State::Revisit, State::Merged] {
            assert_eq!(poppy(state, &[Cultivated]), None);
        }
        for (reason, wanted) in [
            (RejectReason::Crop, Some(false)),
            (RejectReason::Other, Some(false)),
            (RejectReason::Duplicate, None),
            (RejectReason::ShadowOrBlur, None),
        ] {
            let aside = label(&put_aside("2026-05-04", reason));
            assert_eq!(aside.map(|label| label.poppy), wanted, "{reason:?}");
            assert!(aside.is_none_or(|label| !label.visited));
        }
    }

    #[test]
    fn a_verdict_is_of_no_imagery_of_later_days() {
        // Bare soil after the eradication, and what nobody looked at after it was put aside.
        let uprooted = visited(State::Eradicated, &[Outcome::Cultivated]);
        let days = ["2026-05-08", "2026-05-20"];
        assert_eq!(
            known(&seen_again(uprooted, &days)),
            [Some(true), Some(true), None]
        );
        let aside = put_aside("2026-05-09", RejectReason::Crop);
        assert_eq!(
            known(&seen_again(aside, &days)),
            [Some(false), Some(false), None]
        );
        // What a site became was there before anybody decided, whatever the clocks say.
        assert_eq!(
            known(&put_aside("2026-05-02", RejectReason::Crop)),
            [Some(false)]
        );
        let mut undated = visited(State::Confirmed, &[Outcome::Wild]);
        undated.detection = Some(detection(None, 9_000));
        assert_eq!(known(&undated), [Some(true)]);
    }

    #[test]
    fn a_verdict_of_one_season_is_none_of_another() {
        let mut roses_then = visited(State::Confirmed, &[Outcome::Cultivated]);
        roses_then.detection = Some(detection(Some("2025-05-03"), 9_000));
        assert_eq!(
            known(&seen_again(roses_then, &["2025-06-01", "2026-05-03"])),
            [None, None, Some(true)]
        );
        // The desk put aside what it saw in the year before; what was flown since it had not seen.
        let mut late = put_aside("2026-05-09", RejectReason::GardenFlower);
        late.detection = Some(detection(Some("2025-05-03"), 9_000));
        assert_eq!(
            known(&seen_again(late, &["2026-04-20"])),
            [Some(false), None]
        );
    }
}
