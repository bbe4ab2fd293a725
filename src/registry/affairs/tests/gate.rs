//! The gate itself, guard by guard: what each of them alone keeps out.

use super::*;
use crate::registry::authority::Claims;
use crate::registry::body::{Acknowledge, Note, Patrol, Setting, Trust};

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

    /// One more office, which begins its registry and for which nobody vouches yet.
    fn join(&mut self, unit: &'static str) -> (u8, Hash) {
        let number = u8::try_from(self.units.len()).expect("few");
        self.units.push(unit);
        (number, self.chief(number, begins(unit)))
    }

    /// The unit that a device is believed for.
    fn stands_for(&self, device: u8) -> Option<String> {
        let gate = gate_of(&self.said);
        let standing = gate.devices().get(&DeviceId([device; 32]))?;
        standing.is_trusted().then(|| standing.unit.clone())
    }
}

fn begins(unit: &str) -> Body {
    Body::Init(Init {
        unit: unit.into(),
        unit_name: None,
        program: "t".into(),
    })
}

fn vouch(device: u8, unit: &str) -> Trust {
    Trust {
        device: DeviceId([device; 32]),
        unit: unit.into(),
        trusted: true,
        after: None,
        reason: None,
    }
}

fn is_unit(refusal: Option<&Refusal>) -> bool {
    matches!(refusal, Some(Refusal::Unit { .. }))
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

/// Why the founding device's first number stands twice.
fn explained(branch: Hash) -> Acknowledge {
    Acknowledge {
        device: DeviceId([1; 32]),
        seq: 1,
        branches: vec![branch],
        reason: "a backup was put back".into(),
    }
}

#[test]
fn nobody_explains_the_branch_of_a_device_that_is_not_below_it() {
    let explained_by = |by: u8| {
        let mut offices = Offices::new();
        let branch = offices.said[0].0;
        let fork = explained(branch);
        let said = offices.chief(by, Body::Acknowledge(fork));
        let gate = gate_of(&offices.said);
        (
            offices.refusal(said),
            gate.is_explained(DeviceId([1; 32]), branch),
        )
    };
    assert_eq!(explained_by(0), (None, true));
    let (refusal, is_explained) = explained_by(2);
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

#[test]
fn an_office_vouches_for_no_device_beside_it_above_it_or_of_its_own() {
    for unit in [OTHER, PROVINCE, COUNTY] {
        let mut offices = Offices::new();
        offices.chief(1, Body::Trust(vouch(9, unit)));
        assert_eq!(offices.stands_for(9), None, "{unit}");
    }
    let mut offices = Offices::new();
    offices.chief(1, Body::Trust(vouch(9, "410423001")));
    assert_eq!(offices.stands_for(9).as_deref(), Some("410423001"));
    // Nor for one that says it belongs elsewhere.
    let (theirs, _) = offices.join("410424001");
    offices.chief(1, Body::Trust(vouch(theirs, "410423001")));
    assert_eq!(offices.stands_for(theirs), None);
    // Nor of the device that says so, nor of the registry's own.
    let own = offices.chief(1, Body::Trust(vouch(1, "410423001")));
    assert!(is_unit(offices.refusal(own).as_ref()));
    let revoked = Trust {
        trusted: false,
        reason: Some("stolen".into()),
        ..vouch(0, "410423001")
    };
    offices.chief(1, Body::Trust(revoked));
    assert_eq!(offices.stands_for(0).as_deref(), Some(PROVINCE));
}

#[test]
fn a_device_vouches_in_its_own_units_name_for_a_code_and_by_a_supervisor() {
    let mut offices = Offices::new();
    let (town, _) = offices.join("410423001");
    offices.chief(1, Body::Trust(vouch(town, "410423001")));
    assert_eq!(offices.stands_for(town).as_deref(), Some("410423001"));
    offices.chief(1, Body::Trust(vouch(9, "410423001002")));
    let of_the_town = offices.change_last(|event| event.actor.unit = "410423001".into());
    assert!(is_unit(offices.refusal(of_the_town).as_ref()));
    assert_eq!(offices.stands_for(9), None);
    let no_code = offices.chief(0, Body::Trust(vouch(9, "县")));
    assert!(is_unit(offices.refusal(no_code).as_ref()));
    let by_wang = offices.say(0, "wang", Role::Analyst, Body::Trust(vouch(9, OTHER)));
    assert_eq!(offices.refusal(by_wang), Some(Refusal::Role));
    assert_eq!(offices.stands_for(9), None);
    for reason in [None, Some(" ".to_owned())] {
        let revoked = Trust {
            trusted: false,
            after: Some(1),
            reason,
            ..vouch(1, COUNTY)
        };
        let said = offices.chief(0, Body::Trust(revoked));
        assert_eq!(offices.refusal(said), Some(Refusal::NoReason));
    }
    assert_eq!(offices.stands_for(1).as_deref(), Some(COUNTY));
}

#[test]
fn a_device_speaks_for_no_unit_beside_its_own_and_one_that_nobody_vouched_for_begins_nothing() {
    let mut offices = Offices::new();
    offices.chief(1, tip(OTHER, "words"));
    let said = offices.change_last(|event| event.actor.unit = OTHER.into());
    assert!(is_unit(offices.refusal(said).as_ref()));
    let (_, begun) = offices.join(OTHER);
    assert_eq!(offices.refusal(begun), Some(Refusal::Device));
}

#[test]
fn nobody_sets_anothers_zone_and_nobody_but_a_supervisor_decides_or_explains() {
    let early = |event: &mut Event| {
        event.id = next_id(None, 1_700_000_000_000, [7; 8]);
        event.at = "2026-05-03T10:21:00+00:00".into();
    };
    let day = |offices: &Offices| {
        let gate = gate_of(&offices.said);
        gate.day_of(OTHER, "2026-05-02T20:00:00Z")
            .expect("a day")
            .to_string()
    };
    let mut offices = Offices::new();
    assert_eq!(day(&offices), "2026-05-03");
    offices.chief(1, begins(OTHER));
    offices.change_last(early);
    assert_eq!(day(&offices), "2026-05-03", "of another unit");
    offices.join(OTHER);
    offices.change_last(early);
    assert_eq!(day(&offices), "2026-05-03", "for which nobody vouched");
    let setting = Setting {
        key: "match_radius_m".into(),
        value: "20".into(),
    };
    offices.say(1, "wang", Role::Analyst, Body::Setting(setting));
    let branch = offices.said[0].0;
    let fork = explained(branch);
    offices.say(0, "wang", Role::Analyst, Body::Acknowledge(fork));
    let gate = gate_of(&offices.said);
    assert!(gate.decided().is_empty());
    assert!(!gate.is_explained(DeviceId([1; 32]), branch));
}

#[test]
fn whose_a_device_is_its_earliest_word_says_in_whatever_order_it_comes() {
    let device = DeviceId([1; 32]);
    let mut claims = Claims::default();
    for (seq, unit) in [(5, OTHER), (1, COUNTY), (7, PROVINCE)] {
        claims.say(device, seq, unit);
    }
    assert_eq!(claims.of(device), Some(COUNTY));
}
