//! What tests of the law begin with: who said what on which day, and what imagery saw.

use super::body::Detection;
use super::event::Actor;
use super::ids::Hash;
use super::role::Role;
use super::site::Stamp;

/// A verifier's word of a day.
pub(super) fn stamp(day: &str) -> Stamp {
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
