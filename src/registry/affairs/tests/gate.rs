//! The gate itself, guard by guard: what each of them alone keeps out.

use super::*;
use crate::registry::body::{Acknowledge, Note, Patrol, Trust};

impl Offices {
    /// Why an event is not followed.
    fn refusal(&self, wanted: Hash) -> Option<Refusal> {
        let (_, event) = self.said.iter().find(|(hash, _)| *hash == wanted)?;
        gate_of(&self.said).follows(wanted, event).err()
    }

    /// Changes the last event, which then has another hash.
    pub(super) fn change_last(&mut self, change: impl Fn(&mut Event)) -> Hash {
        let (hash, event) = self.said.last_mut().expect("said");
        change(event);
        *hash = Hash::of(&event.canonical().expect("canonical"));
        *hash
    }
}

#[test]
fn what_is_of_a_site_is_followed_nowhere_else() {
    let mut offices = Offices::new();
    let note = offices.chief(
        1,
        Body::Note(Note {
            text: "words".into(),
        }),
    );
    assert_eq!(offices.refusal(note), Some(Refusal::NoSuchSite));
}

#[test]
fn a_patrol_reports_on_nobody_elses_district() {
    let mut offices = Offices::new();
    let mut of = |district: &str| {
        let patrol = Patrol {
            on: "2026-05-03".into(),
            district: Some(district.into()),
            people: 4,
            ..Patrol::default()
        };
        offices.chief(1, Body::Patrol(Box::new(patrol)))
    };
    let [own, other, above] = [COUNTY, OTHER, PROVINCE].map(&mut of);
    assert_eq!(offices.refusal(own), None);
    for refused in [other, above] {
        let refusal = offices.refusal(refused);
        assert!(matches!(refusal, Some(Refusal::Unit { .. })), "{refusal:?}");
    }
}

#[test]
fn nobody_explains_the_branch_of_a_device_that_is_not_below_it() {
    let explained = |by: u8| {
        let mut offices = Offices::new();
        let branch = offices.said[0].0;
        let fork = Acknowledge {
            device: DeviceId([1; 32]),
            seq: 1,
            branches: vec![branch],
            reason: "a backup was put back".into(),
        };
        let said = offices.chief(by, Body::Acknowledge(fork));
        let gate = gate_of(&offices.said);
        (
            offices.refusal(said),
            gate.is_explained(DeviceId([1; 32]), branch),
        )
    };
    assert_eq!(explained(0), (None, true));
    let (refusal, is_explained) = explained(2);
    assert!(matches!(refusal, Some(Refusal::Unit { .. })) && !is_explained);
}

#[test]
fn what_is_dated_ahead_or_before_all_is_not_followed_where_it_concerns_no_site() {
    let mut offices = Offices::new();
    offices.chief(1, tip(COUNTY, "words"));
    let mut refusal_at = |at: &str, season| {
        let said = offices.change_last(|event| (event.at, event.season) = (at.into(), season));
        offices.refusal(said)
    };
    let ahead = refusal_at("2026-05-09T10:21:00+08:00", 2026);
    assert!(matches!(ahead, Some(Refusal::Ahead { .. })), "{ahead:?}");
    let before_all = refusal_at("1999-05-03T10:21:00+08:00", 1999);
    assert!(
        matches!(before_all, Some(Refusal::Date { .. })),
        "{before_all:?}"
    );
}

#[test]
fn a_revoked_device_speaks_up_to_the_event_that_was_named() {
    let mut offices = Offices::new();
    let before = offices.chief(1, tip(COUNTY, "words"));
    let (_, last) = offices.last[&1];
    let trust = Trust {
        device: DeviceId([1; 32]),
        unit: COUNTY.into(),
        trusted: false,
        after: Some(last),
        reason: Some("stolen".into()),
    };
    offices.chief(0, Body::Trust(trust));
    let after = offices.chief(1, tip(COUNTY, "other words"));
    assert_eq!(offices.refusal(before), None);
    assert_eq!(offices.refusal(after), Some(Refusal::Revoked));
}

#[test]
fn nobody_speaks_of_anothers_district_nor_of_what_is_not_followed() {
    let mut offices = Offices::new();
    let none = Hash([9; 32]);
    for body in [
        said(8, OTHER, none),
        said(9, OTHER, none),
        tip(OTHER, "words"),
    ] {
        let said = offices.chief(1, body);
        let refusal = offices.refusal(said);
        assert!(matches!(refusal, Some(Refusal::Unit { .. })), "{refusal:?}");
    }
    let finding = offices.chief(1, said(8, OTHER, none));
    let settled = offices.chief(1, settle(finding));
    let refused = offices.affairs().refused;
    assert_eq!(refused[&settled], Refusal::NoSuchEntry);
}

#[test]
fn nothing_counts_on_a_branch_of_a_device_that_is_trusted_no_longer() {
    let refusal = |is_revoked: bool| {
        let mut offices = Offices::new();
        let branch = offices.chief(1, tip(COUNTY, "words"));
        let (_, last) = offices.last[&1];
        let trust = Trust {
            device: DeviceId([1; 32]),
            unit: COUNTY.into(),
            trusted: false,
            after: Some(last),
            reason: Some("stolen".into()),
        };
        if is_revoked {
            offices.chief(0, Body::Trust(trust));
        }
        let grounds = Grounds {
            unit: PROVINCE.into(),
            roots: vec![DeviceId([0; 32])],
            late: [(branch, branch)].into(),
            ..Grounds::default()
        };
        let said = offices.said.iter().map(|(hash, event)| (*hash, event));
        let (_, event) = (offices.said.iter().find(|(hash, _)| *hash == branch)).expect("said");
        Authority::of(grounds, said).follows(branch, event).err()
    };
    assert_eq!(refusal(false), None, "it governs nothing");
    assert_eq!(refusal(true), Some(Refusal::Fork));
}
