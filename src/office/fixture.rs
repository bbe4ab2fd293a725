//! An office for tests: a registry of a county that has just begun, with its supervisor `chief` signed in.

use super::people::{Beginning, begin, change};
use super::{Credentials, Office, Session};
use crate::ground::LonLat;
use crate::registry::body::{ActorAction, Body, Create, Detection, FoundBy};
use crate::registry::place::Place;
use crate::registry::unit::origin;
use crate::registry::{Role, SiteKey};
use std::path::Path;

/// A registry of 410423 at a path, and its supervisor.
pub(crate) fn begun(path: &Path) -> (Office, Session) {
    let beginning = Beginning {
        unit: "410423".into(),
        unit_name: None,
        supervisor: "chief".into(),
        at: "2026-04-01T08:00:00+08:00".into(),
    };
    begin(path, beginning).expect("begun");
    let office = Office::open(path, "test").expect("opened");
    let chief = session(&office, "chief");
    (office, chief)
}

/// Somebody who acts without a key of their own.
pub(crate) fn session(office: &Office, actor: &str) -> Session {
    let given = Credentials {
        actor: actor.into(),
        ..Credentials::default()
    };
    office.sign_in(given).expect(actor)
}

/// Gives somebody roles in the supervisor's name.
pub(crate) fn grant(office: &mut Office, chief: &Session, name: &str, roles: &[Role]) {
    let (name, roles) = (name.to_owned(), roles.to_vec());
    change(office, chief, ActorAction::Grant, name, roles).expect("granted");
}

/// Records the site of a candidate that scan `s` found, in imagery of this day or of an unknown one.
pub(crate) fn found(office: &mut Office, by: &Session, candidate: &str, captured: Option<&str>) {
    let origin = origin(&format!("candidate:{candidate}"), "410423");
    let create = Create {
        detection: Some(Detection {
            candidate: candidate.into(),
            scan: "s".into(),
            captured: captured.map(|day| [day.to_owned(), day.to_owned()]),
            score_e4: 9_000,
            rank: Some(1),
        }),
        ..Create::new(
            FoundBy::Scan,
            origin.clone(),
            Place::point(LonLat::new(113.3, 33.74)),
        )
    };
    let site = Some(SiteKey::of_origin(&origin));
    let body = Body::Create(Box::new(create));
    office.record(by, site, vec![], body).expect("found");
}
