//! Who may change people and their keys, and who speaks for whom, guard by guard.

use super::*;
use crate::registry::event::Recorder;
use crate::registry::key_proof::prove;
use crate::registry::people::Signed;
use ed25519_dalek::SigningKey;

fn secret(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

fn public(n: u8) -> DeviceId {
    DeviceId::of(&secret(n))
}

/// Says something that concerns no site, as one that is signed with a personal key where that is named.
fn say(device: &mut Device, who: &str, role: Role, key: Option<u8>, body: Body) -> Hash {
    let said = device.say(None, who, role, vec![], body, 10);
    alter(device, said, |event| event.actor.key = key.map(public))
}

fn supervisor(device: &mut Device, who: &str, key: Option<u8>, body: Body) -> Hash {
    say(device, who, Role::Supervisor, key, body)
}

/// Somebody reports a patrol, unsigned.
fn reports(device: &mut Device, who: &str) -> Hash {
    let patrol = Patrol {
        on: "2026-05-03".into(),
        people: 1,
        ..Patrol::default()
    };
    let body = Body::Patrol(Box::new(patrol));
    say(device, who, Role::Analyst, None, body)
}

/// The same, typed by another.
fn in_the_name(device: &mut Device, name: &str, by: (&str, Option<u8>), reason: &str) -> Hash {
    let said = reports(device, name);
    alter(device, said, |event| {
        event.actor.recorder = Some(Recorder {
            name: by.0.into(),
            key: by.1.map(public),
            reason: reason.into(),
        });
    })
}

/// The same said, typed in by somebody called chief who does not sign.
fn typed_by_chief(device: &mut Device, said: Hash) -> Hash {
    alter(device, said, |event| {
        event.actor.recorder = Some(Recorder {
            name: "chief".into(),
            key: None,
            reason: "away".into(),
        });
    })
}

fn refusal(device: &Device, said: Hash) -> Option<Refusal> {
    device.gate().follows(said, &device.known[&said]).err()
}

fn worth(device: &Device, said: Hash) -> Result<Signed, Refusal> {
    device.gate().follows(said, &device.known[&said])
}

fn change(action: ActorAction, name: &str, key: Option<u8>) -> ActorChange {
    ActorChange {
        key: key.map(public),
        ..ActorChange::new(action, name, vec![])
    }
}

fn grant(name: &str, roles: &[Role]) -> Body {
    Body::Actor(ActorChange::new(ActorAction::Grant, name, roles.to_vec()))
}

fn revoke(name: &str, roles: &[Role]) -> Body {
    Body::Actor(ActorChange::new(ActorAction::Revoke, name, roles.to_vec()))
}

/// Makes somebody's first key; they act in a role that they hold.
fn makes_key(device: &mut Device, who: &str, role: Role, key: u8) -> Hash {
    let own = Body::Actor(change(ActorAction::Key, who, Some(key)));
    say(device, who, role, Some(key), own)
}

fn held(device: &Device, who: &str) -> Option<(DeviceId, bool)> {
    let gate = device.gate();
    let person = gate.people().get(UNIT, who)?;
    let key = person.key.as_ref()?;
    Some((key.key, key.confirmed))
}

#[test]
fn a_registry_is_begun_for_the_unit_of_whoever_begins_it() {
    let mut device = Device::new(3);
    let init = |unit: &str| {
        Body::Init(Init {
            unit: unit.into(),
            unit_name: None,
            program: "t".into(),
        })
    };
    let said = supervisor(&mut device, "boss", None, init("410424"));
    assert_eq!(refusal(&device, said), Some(Refusal::Origin));
    assert!(device.gate().people().get(UNIT, "boss").is_none());
}

#[test]
fn nobody_but_a_supervisor_changes_roles_and_nobody_without_a_role_makes_a_key() {
    let mut device = office();
    for who in ["wang", "nobody"] {
        let said = supervisor(&mut device, who, None, grant("mallory", &Role::ALL));
        assert_eq!(refusal(&device, said), Some(Refusal::Role), "{who}");
    }
    assert!(device.gate().people().get(UNIT, "mallory").is_none());
    let gate = device.gate();
    let wang = gate.people().get(UNIT, "wang").expect("there");
    let all: Vec<Role> = wang.roles.iter().copied().collect();
    supervisor(&mut device, "chief", None, revoke("wang", &all));
    let said = makes_key(&mut device, "wang", Role::Analyst, 21);
    assert_eq!(refusal(&device, said), Some(Refusal::Role));
    assert_eq!(held(&device, "wang"), None);
}

#[test]
fn once_a_supervisor_holds_a_key_nobody_appoints_without_signing() {
    let mut device = office();
    supervisor(
        &mut device,
        "chief",
        None,
        grant("boss", &[Role::Supervisor]),
    );
    let unkeyed = device.clone();
    makes_key(&mut device, "boss", Role::Supervisor, 20);
    assert_eq!(held(&device, "boss"), Some((public(20), true)));
    let appoint = || grant("mallory", &Role::ALL);
    // Who holds the key and does not sign, or signs with another.
    for key in [None, Some(21)] {
        let said = supervisor(&mut device, "boss", key, appoint());
        assert_eq!(refusal(&device, said), Some(Refusal::Unsigned));
    }
    // Another supervisor without a key, and one whose key nobody has confirmed.
    let said = supervisor(&mut device, "chief", None, appoint());
    assert_eq!(refusal(&device, said), Some(Refusal::Unsigned));
    makes_key(&mut device, "chief", Role::Supervisor, 22);
    assert_eq!(held(&device, "chief"), Some((public(22), false)));
    let said = supervisor(&mut device, "chief", Some(22), appoint());
    assert_eq!(refusal(&device, said), Some(Refusal::Unsigned));
    // Another types it in the holder's name.
    let said = supervisor(&mut device, "boss", Some(20), appoint());
    let said = typed_by_chief(&mut device, said);
    assert_eq!(refusal(&device, said), Some(Refusal::Unsigned));
    assert!(device.gate().people().get(UNIT, "mallory").is_none());
    let said = supervisor(&mut device, "boss", Some(20), appoint());
    assert_eq!(refusal(&device, said), None);
    // Another key in the place of one that nobody has confirmed is as good as that.
    let next = ActorChange {
        proof: Some(prove(&secret(25), UNIT, "chief")),
        ..change(ActorAction::Key, "chief", Some(25))
    };
    let said = supervisor(&mut device, "chief", Some(22), Body::Actor(next));
    assert_eq!(refusal(&device, said), None);
    assert_eq!(held(&device, "chief"), Some((public(25), false)));
    let mut device = unkeyed;
    let said = supervisor(&mut device, "chief", None, appoint());
    assert_eq!(refusal(&device, said), None, "as long as nobody holds one");
}

#[test]
fn a_key_is_confirmed_by_another_who_signs_and_is_the_one_that_is_held() {
    let confirm = |name: &str, key: u8| Body::Actor(change(ActorAction::Confirm, name, Some(key)));
    let mut device = office();
    makes_key(&mut device, "wang", Role::Analyst, 21);
    let said = supervisor(&mut device, "chief", None, confirm("wang", 21));
    assert_eq!(refusal(&device, said), Some(Refusal::Unsigned));
    makes_key(&mut device, "chief", Role::Supervisor, 20);
    makes_key(&mut device, "li", Role::Analyst, 22);
    assert_eq!(held(&device, "li"), Some((public(22), false)));
    let other = supervisor(&mut device, "chief", Some(20), confirm("li", 23));
    assert_eq!(refusal(&device, other), Some(Refusal::Key));
    assert_eq!(held(&device, "li"), Some((public(22), false)));
    let theirs = supervisor(&mut device, "chief", Some(20), confirm("li", 22));
    assert_eq!(refusal(&device, theirs), None);
    assert_eq!(held(&device, "li"), Some((public(22), true)));
    // Oneself under another spelling is not another.
    supervisor(
        &mut device,
        "chief",
        Some(20),
        grant("Chief", &[Role::Analyst]),
    );
    makes_key(&mut device, "Chief", Role::Analyst, 24);
    let own = supervisor(&mut device, "chief", Some(20), confirm("Chief", 24));
    assert_eq!(refusal(&device, own), Some(Refusal::Key));
}

#[test]
fn a_key_is_made_by_its_holder_and_another_one_with_the_one_before() {
    let mut device = office();
    let others = Body::Actor(change(ActorAction::Key, "li", Some(21)));
    let said = say(&mut device, "wang", Role::Analyst, Some(21), others);
    assert_eq!(refusal(&device, said), Some(Refusal::Key));
    let unsigned = Body::Actor(change(ActorAction::Key, "wang", Some(21)));
    for key in [None, Some(22)] {
        let said = say(&mut device, "wang", Role::Analyst, key, unsigned.clone());
        assert_eq!(refusal(&device, said), Some(Refusal::Key));
    }
    let said = say(&mut device, "wang", Role::Analyst, Some(21), unsigned);
    let said = typed_by_chief(&mut device, said);
    assert_eq!(refusal(&device, said), Some(Refusal::Key));
    assert_eq!((held(&device, "wang"), held(&device, "li")), (None, None));
    makes_key(&mut device, "wang", Role::Analyst, 21);
    let next = |proof: Option<String>| {
        Body::Actor(ActorChange {
            proof,
            ..change(ActorAction::Key, "wang", Some(23))
        })
    };
    for (key, proof, expected) in [
        (21, None, Some(Refusal::Key)),
        (21, Some(prove(&secret(23), UNIT, "li")), Some(Refusal::Key)),
        (
            23,
            Some(prove(&secret(23), UNIT, "wang")),
            Some(Refusal::Unsigned),
        ),
        (21, Some(prove(&secret(23), UNIT, "wang")), None),
    ] {
        let said = say(&mut device, "wang", Role::Analyst, Some(key), next(proof));
        assert_eq!(refusal(&device, said), expected);
    }
    assert_eq!(held(&device, "wang"), Some((public(23), true)));
}

#[test]
fn a_key_is_given_up_where_one_is_held_and_with_a_reason() {
    let mut device = office();
    let own = Body::Actor(ActorChange {
        seen: Some(BTreeMap::from([(device.id, device.seq)])),
        ..change(ActorAction::Key, "wang", Some(21))
    });
    say(&mut device, "wang", Role::Analyst, Some(21), own);
    let lost = |name: &str, reason: &str| {
        Body::Actor(ActorChange {
            reason: Some(reason.into()),
            ..change(ActorAction::Key, name, None)
        })
    };
    for (name, reason, expected) in [
        ("li", "lost", Some(Refusal::Key)),
        ("wang", " ", Some(Refusal::NoReason)),
        ("wang", "lost", None),
    ] {
        let said = supervisor(&mut device, "chief", None, lost(name, reason));
        assert_eq!(refusal(&device, said), expected, "{name}");
    }
    assert_eq!(held(&device, "wang"), None);
    let said = reports(&mut device, "wang");
    assert_eq!(
        worth(&device, said),
        Ok(Signed::Unsigned),
        "until they make another"
    );
}

#[test]
fn a_key_that_nobody_has_confirmed_keeps_nobody_out() {
    let mut device = office();
    supervisor(
        &mut device,
        "chief",
        None,
        grant("boss", &[Role::Supervisor]),
    );
    makes_key(&mut device, "boss", Role::Supervisor, 20);
    makes_key(&mut device, "chief", Role::Supervisor, 22);
    let lost = ActorChange {
        reason: Some("lost".into()),
        ..change(ActorAction::Key, "boss", None)
    };
    let said = supervisor(&mut device, "boss", Some(20), Body::Actor(lost));
    assert_eq!(refusal(&device, said), None);
    makes_key(&mut device, "wang", Role::Analyst, 21);
    assert_eq!(held(&device, "wang"), Some((public(21), true)));
    let setting = Body::Setting(Setting {
        key: "match_radius_m".into(),
        value: "20".into(),
    });
    let said = supervisor(&mut device, "chief", Some(22), setting);
    assert_eq!(worth(&device, said), Ok(Signed::Unsigned));
}

#[test]
fn one_acts_in_a_role_that_one_holds_and_that_may() {
    let mut device = office();
    let setting = || {
        Body::Setting(Setting {
            key: "match_radius_m".into(),
            value: "20".into(),
        })
    };
    for (who, role) in [
        // A role that they do not hold, and one that they hold and that may not.
        ("wang", Role::Supervisor),
        ("wang", Role::Analyst),
        ("nobody", Role::Supervisor),
    ] {
        let said = say(&mut device, who, role, None, setting());
        assert_eq!(refusal(&device, said), Some(Refusal::Role), "{who}");
    }
    let said = supervisor(&mut device, "chief", None, setting());
    assert_eq!(refusal(&device, said), None);
}

#[test]
fn once_a_supervisor_signs_no_unsigned_word_governs() {
    let mut device = office();
    supervisor(
        &mut device,
        "chief",
        None,
        grant("boss", &[Role::Supervisor]),
    );
    makes_key(&mut device, "boss", Role::Supervisor, 20);
    let setting = Body::Setting(Setting {
        key: "match_radius_m".into(),
        value: "20".into(),
    });
    let said = supervisor(&mut device, "chief", None, setting.clone());
    assert_eq!(worth(&device, said), Err(Refusal::Unsigned));
    // A key of which no supervisor says whose it is makes no signature.
    makes_key(&mut device, "chief", Role::Supervisor, 22);
    let said = supervisor(&mut device, "chief", Some(22), setting.clone());
    assert_eq!(worth(&device, said), Err(Refusal::Unsigned));
    let said = supervisor(&mut device, "boss", Some(20), setting);
    assert_eq!(worth(&device, said), Ok(Signed::OwnKey));
}

/// What a patrol is worth that somebody reports in wang's name.
fn for_wang(device: &mut Device, by: (&str, Option<u8>), reason: &str) -> Result<Signed, Refusal> {
    let said = in_the_name(device, "wang", by, reason);
    worth(device, said)
}

fn once_a_supervisor_holds_a_key_only_they_speak_for_wang(device: &mut Device) {
    makes_key(device, "boss", Role::Supervisor, 20);
    for by in [("chief", None), ("boss", None), ("boss", Some(29))] {
        let refused = for_wang(device, by, "ill");
        assert_eq!(refused, Err(Refusal::Unsigned), "{by:?}");
    }
    let signed = for_wang(device, ("boss", Some(20)), "ill");
    assert_eq!(signed, Ok(Signed::InTheirName));
}

#[test]
fn in_anothers_name_a_supervisor_speaks_who_signs_and_says_why() {
    let mut device = office();
    supervisor(
        &mut device,
        "chief",
        None,
        grant("boss", &[Role::Supervisor]),
    );
    makes_key(&mut device, "wang", Role::Analyst, 21);
    // As long as no supervisor holds a key.
    let plain = for_wang(&mut device, ("chief", None), "ill");
    assert_eq!(plain, Ok(Signed::InTheirName));
    for (by, reason) in [
        (("chief", None), " "),
        (("li", None), "ill"),
        (("nobody", None), "ill"),
        (("chief", Some(29)), "ill"),
    ] {
        let refused = for_wang(&mut device, by, reason);
        assert_eq!(refused, Err(Refusal::Unsigned), "{by:?}");
    }
    once_a_supervisor_holds_a_key_only_they_speak_for_wang(&mut device);
}

#[test]
fn nobody_but_a_supervisor_speaks_for_who_holds_no_key() {
    let mut device = office();
    let boss = grant("boss", &[Role::Supervisor]);
    supervisor(&mut device, "chief", None, boss);
    let plain = reports(&mut device, "wang");
    assert_eq!(worth(&device, plain), Ok(Signed::Unsigned));
    // As long as no supervisor holds a key.
    assert_eq!(
        for_wang(&mut device, ("chief", None), "ill"),
        Ok(Signed::InTheirName)
    );
    let others = [
        (("mayor", None), "ill"),
        (("wang", None), "ill"),
        (("chief", None), " "),
        (("chief", Some(29)), "ill"),
    ];
    for (by, reason) in others {
        let refused = for_wang(&mut device, by, reason);
        assert_eq!(refused, Err(Refusal::Unsigned), "{by:?}");
    }
    once_a_supervisor_holds_a_key_only_they_speak_for_wang(&mut device);
    let plain = reports(&mut device, "wang");
    assert_eq!(worth(&device, plain), Ok(Signed::Unsigned));
}

#[test]
fn nobody_governs_in_the_name_of_a_supervisor_who_holds_no_key() {
    let mut device = office();
    let said = supervisor(
        &mut device,
        "chief",
        None,
        grant("boss", &[Role::Supervisor]),
    );
    let said = alter(&mut device, said, |event| {
        event.actor.recorder = Some(Recorder {
            name: "mayor".into(),
            key: None,
            reason: "away".into(),
        });
    });
    assert_eq!(refusal(&device, said), Some(Refusal::Unsigned));
}

#[test]
fn what_was_not_known_when_a_first_key_was_made_bears_it_or_counts_for_nothing() {
    let mut device = office();
    let before = reports(&mut device, "wang");
    let seen = BTreeMap::from([(device.id, device.seq)]);
    let known = device.clone();
    let own = Body::Actor(ActorChange {
        seen: Some(seen),
        ..change(ActorAction::Key, "wang", Some(21))
    });
    say(&mut device, "wang", Role::Analyst, Some(21), own);
    // From another computer of the office, with an earlier time.
    let mut laptop = Device::new(9);
    laptop.known.clone_from(&known.known);
    let said = reports(&mut laptop, "wang");
    let early = next_id(None, 3, [9; 8]);
    let said = alter(&mut laptop, said, |event| event.id = early);
    device.take(&laptop);
    assert_eq!(worth(&device, before), Ok(Signed::Unsigned));
    assert_eq!(worth(&device, said), Err(Refusal::Unsigned));
}

/// Makes somebody's first key at a time; they know of all that the device has said by then.
fn makes_first_key(device: &mut Device, who: &str, role: Role, key: u8, now: u64) -> Hash {
    let own = Body::Actor(ActorChange {
        seen: Some(BTreeMap::from([(device.id, device.seq)])),
        ..change(ActorAction::Key, who, Some(key))
    });
    let said = device.say(None, who, role, vec![], own, now);
    alter(device, said, |event| event.actor.key = Some(public(key)))
}

/// What another computer of the office says, which gives itself a time.
fn elsewhere(device: &mut Device, now: u64, says: impl FnOnce(&mut Device) -> Hash) -> Hash {
    let mut laptop = Device::new(9);
    laptop.known.clone_from(&device.known);
    let said = says(&mut laptop);
    let id = next_id(None, now, [9; 8]);
    let said = alter(&mut laptop, said, |event| event.id = id);
    device.take(&laptop);
    said
}

fn office_with_boss() -> Device {
    let mut device = office();
    let boss = grant("boss", &[Role::Supervisor]);
    supervisor(&mut device, "chief", None, boss);
    device
}

#[test]
fn what_another_typed_or_nobody_signed_does_not_bear_its_authors_key() {
    let mut device = office();
    makes_key(&mut device, "wang", Role::Analyst, 21);
    let mut bears = |key: Option<u8>| {
        let said = reports(&mut device, "wang");
        let said = alter(&mut device, said, |event| event.actor.key = key.map(public));
        (said, worth(&device, said))
    };
    for key in [None, Some(22)] {
        assert_eq!(bears(key).1, Err(Refusal::Unsigned), "{key:?}");
    }
    let (said, own) = bears(Some(21));
    assert_eq!(own, Ok(Signed::OwnKey));
    let typed = typed_by_chief(&mut device, said);
    assert_eq!(worth(&device, typed), Ok(Signed::InTheirName));
}

#[test]
fn nobody_appoints_by_an_earlier_time_in_the_name_of_who_made_a_key_since() {
    let mut device = office_with_boss();
    makes_first_key(&mut device, "boss", Role::Supervisor, 20, 20);
    // Whoever began the registry holds none.
    let said = elsewhere(&mut device, 15, |laptop| {
        supervisor(laptop, "boss", None, grant("mallory", &Role::ALL))
    });
    assert_eq!(refusal(&device, said), Some(Refusal::Unsigned));
    assert!(device.gate().people().get(UNIT, "mallory").is_none());
}

#[test]
fn nobody_governs_by_an_earlier_time_once_whoever_began_the_registry_made_a_key() {
    let mut device = office_with_boss();
    let known = supervisor(&mut device, "boss", None, grant("gu", &[Role::Analyst]));
    makes_first_key(&mut device, "chief", Role::Supervisor, 20, 20);
    let appoints =
        |laptop: &mut Device| supervisor(laptop, "boss", None, grant("mallory", &Role::ALL));
    let said = elsewhere(&mut device, 15, appoints);
    assert_eq!(refusal(&device, said), Some(Refusal::Unsigned));
    assert!(device.gate().people().get(UNIT, "mallory").is_none());
    let radius = || {
        Body::Setting(Setting {
            key: "match_radius_m".into(),
            value: "20".into(),
        })
    };
    let said = elsewhere(&mut device, 16, |laptop| {
        supervisor(laptop, "boss", None, radius())
    });
    assert_eq!(worth(&device, said), Err(Refusal::Unsigned));
    // What was known then stands, and what does not govern is nobody's to keep out.
    assert_eq!(refusal(&device, known), None);
    let said = elsewhere(&mut device, 17, |laptop| reports(laptop, "li"));
    assert_eq!(worth(&device, said), Ok(Signed::Unsigned));
}

/// Why something is not followed on a branch of its device's chain that nobody has explained.
fn refusal_on_a_branch(device: &Device, said: Hash) -> Option<Refusal> {
    let mut grounds = device.gate().grounds().clone();
    grounds.late = [(said, said)].into();
    let known = device.known.iter().map(|(hash, event)| (*hash, event));
    let gate = Authority::of(grounds, known);
    gate.follows(said, &device.known[&said]).err()
}

#[test]
fn on_a_branch_nobody_governs_unsigned_and_nobody_who_ever_held_a_key_is_spoken_for() {
    let mut device = office();
    let radius = Body::Setting(Setting {
        key: "match_radius_m".into(),
        value: "20".into(),
    });
    for law in [grant("mallory", &Role::ALL), radius] {
        let said = supervisor(&mut device, "chief", None, law);
        assert_eq!(refusal(&device, said), None);
        assert_eq!(refusal_on_a_branch(&device, said), Some(Refusal::Fork));
    }
    let before = reports(&mut device, "wang");
    assert_eq!(refusal_on_a_branch(&device, before), None);
    makes_first_key(&mut device, "wang", Role::Analyst, 21, 20);
    assert_eq!(worth(&device, before), Ok(Signed::Unsigned));
    assert_eq!(refusal_on_a_branch(&device, before), Some(Refusal::Fork));
    // What is signed with a key that the chain has confirmed is its holder's word.
    makes_first_key(&mut device, "chief", Role::Supervisor, 20, 30);
    let signed = supervisor(
        &mut device,
        "chief",
        Some(20),
        grant("gu", &[Role::Analyst]),
    );
    let signed = alter(&mut device, signed, |event| {
        event.id = next_id(None, 40, [1; 8]);
    });
    assert_eq!(refusal_on_a_branch(&device, signed), None);
}

#[test]
fn another_spelling_of_a_supervisor_who_signs_governs_no_more_unsigned_than_anybody() {
    let mut device = office_with_boss();
    let twin = grant("Boss", &[Role::Supervisor]);
    supervisor(&mut device, "chief", None, twin);
    makes_key(&mut device, "boss", Role::Supervisor, 20);
    let appoint = grant("mallory", &Role::ALL);
    let said = supervisor(&mut device, "Boss", None, appoint);
    assert_eq!(refusal(&device, said), Some(Refusal::Unsigned));
    assert!(device.gate().people().get(UNIT, "mallory").is_none());
    makes_key(&mut device, "Boss", Role::Supervisor, 22);
    assert_eq!(held(&device, "Boss"), Some((public(22), false)));
}

#[test]
fn a_first_key_says_once_and_by_number_what_its_holder_knew_of() {
    let mut device = office_with_boss();
    // The laptop has said two things, of which the first had arrived.
    let mut laptop = Device::new(9);
    laptop.known.clone_from(&device.known);
    let mut says = |now: u64| {
        let said = reports(&mut laptop, "wang");
        let id = next_id(None, now, [9; 8]);
        let said = alter(&mut laptop, said, |event| event.id = id);
        (said, laptop.clone())
    };
    let (known, _) = says(15);
    let (unknown, laptop) = says(16);
    let seen = |last: u64| {
        Some(BTreeMap::from([
            (device.id, device.seq),
            (DeviceId([9; 32]), last),
        ]))
    };
    let (first, second) = (seen(1), seen(9));
    let own = ActorChange {
        seen: first,
        ..change(ActorAction::Key, "wang", Some(21))
    };
    let body = Body::Actor(own);
    let said = device.say(None, "wang", Role::Analyst, vec![], body, 20);
    alter(&mut device, said, |event| {
        event.actor.key = Some(public(21));
    });
    let next = ActorChange {
        proof: Some(prove(&secret(23), UNIT, "wang")),
        seen: second,
        ..change(ActorAction::Key, "wang", Some(23))
    };
    let body = Body::Actor(next);
    let said = device.say(None, "wang", Role::Analyst, vec![], body, 30);
    let said = alter(&mut device, said, |event| {
        event.actor.key = Some(public(21));
    });
    device.take(&laptop);
    assert_eq!(refusal(&device, said), None);
    assert_eq!(worth(&device, known), Ok(Signed::Unsigned));
    assert_eq!(worth(&device, unknown), Err(Refusal::Unsigned));
}

#[test]
fn once_whoever_began_a_registry_made_a_key_nothing_later_governs_unsigned() {
    let mut device = office_with_boss();
    makes_first_key(&mut device, "chief", Role::Supervisor, 20, 20);
    let lost = ActorChange {
        reason: Some("lost".into()),
        ..change(ActorAction::Key, "chief", None)
    };
    let said = device.say(
        None,
        "chief",
        Role::Supervisor,
        vec![],
        Body::Actor(lost),
        30,
    );
    let said = alter(&mut device, said, |event| {
        event.actor.key = Some(public(20));
    });
    assert_eq!(refusal(&device, said), None);
    let radius = Body::Setting(Setting {
        key: "match_radius_m".into(),
        value: "20".into(),
    });
    let said = device.say(None, "boss", Role::Supervisor, vec![], radius, 40);
    assert_eq!(worth(&device, said), Err(Refusal::Unsigned));
    // To begin the registry of one more computer is to govern nothing yet.
    let said = elsewhere(&mut device, 15, |laptop| {
        let init = Init {
            unit: UNIT.into(),
            unit_name: None,
            program: "t".into(),
        };
        supervisor(laptop, "boss", None, Body::Init(init))
    });
    assert_eq!(refusal(&device, said), None);
}
