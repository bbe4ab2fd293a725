//! What tests of the law begin with: who said what on which day, and what imagery saw.

use super::body::{Count, Detection, Eradicate, Outcome, Visit};
use super::event::Actor;
use super::ids::{Hash, SiteKey};
use super::place::Place;
use super::role::Role;
use super::site::{Site, Stamp};
use super::state::State;
use crate::ground::LonLat;

/// A verifier's word of a day.
pub(crate) fn stamp(day: &str) -> Stamp {
    Stamp {
        event: Hash([0; 32]),
        at: format!("{day}T10:00:00+08:00"),
        actor: Actor {
            name: "wang".into(),
            unit: "410423".into(),
            role: Role::Verifier,
            key: None,
            recorder: None,
        },
        own_key: false,
    }
}

/// What a scan of imagery of a day, or of an unknown one, found.
pub(super) fn detection(captured: Option<&str>, score_e4: i64) -> Detection {
    Detection {
        candidate: captured.unwrap_or("undated").into(),
        scan: "s".into(),
        captured: captured.map(|day| [day.to_owned(), day.to_owned()]),
        score_e4,
        rank: None,
    }
}

/// A site at a place.
pub(crate) fn site(name: &str, state: State, at: LonLat) -> Site {
    let mut site = Site::unknown(SiteKey::of_origin(name));
    site.state = state;
    site.season = 2026;
    site.since = "2026-05-01T10:00:00+08:00".into();
    site.place = Place::point(at);
    site
}

/// The same where somebody counted plants on the third of May.
pub(crate) fn visited(mut site: Site, outcome: Outcome, plants: u64) -> Site {
    let visit = Visit {
        outcome,
        officers: vec!["张三".into(), "李四".into()],
        witness: None,
        species: None,
        stage: None,
        sap_cut: None,
        count: Some(Count::Each { plants }),
        area_dm2: None,
        habitat: None,
        note: None,
        forced: None,
        imported: None,
    };
    site.plants = Some(plants);
    site.visits.push((visit, stamp("2026-05-03")));
    site
}

/// The same where somebody eradicated so much of it on the fourth of May.
pub(crate) fn eradicated(mut site: Site, percent: u8) -> Site {
    let eradicate = Eradicate {
        percent,
        method: None,
        officers: vec![],
        note: None,
        forced: None,
        imported: None,
    };
    site.state = State::Eradicated;
    site.eradications.push((eradicate, stamp("2026-05-04")));
    site
}
