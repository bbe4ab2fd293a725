//! Chains that came apart: what a registry makes of them is the same however it got to know, and hides nothing.

use super::*;
use crate::store::bundle::{Request, Unlock, apply, create as make_bundle, inspect};

const EARLY: u64 = 1_778_000_000_000;

fn key_of(secret: u8) -> SigningKey {
    SigningKey::from_bytes(&[secret; 32])
}

fn note(text: impl Into<String>) -> Body {
    Body::Note(Note { text: text.into() })
}

fn say(store: &mut Store, author: &Author, body: Body, second: i64) -> Sealed {
    store
        .write(|s| s.append(author, draft(None, body), moment(second)))
        .expect("recorded")
}

fn grant(name: &str, roles: Vec<Role>) -> Body {
    Body::Actor(ActorChange::new(ActorAction::Grant, name, roles))
}

fn trust(secret: u8, unit: &str) -> Body {
    Body::Trust(Trust {
        device: DeviceId::of(&key_of(secret)),
        unit: unit.into(),
        trusted: true,
        after: None,
        reason: None,
    })
}

fn explain(store: &Store, secret: u8, seq: u64) -> Body {
    let device = DeviceId::of(&key_of(secret));
    Body::Acknowledge(Acknowledge {
        device,
        seq,
        branches: store.branches_at(device).expect("read"),
        reason: "a backup of April".into(),
    })
}

fn take_one(store: &mut Store, sealed: &Sealed) {
    store
        .write(|s| s.take(std::slice::from_ref(sealed)))
        .expect("taken");
}

/// An office of another unit, with an author of its own.
fn office_of(folder: &Path, unit: &str, secret: u8) -> (Store, Author) {
    let author = Author::plain(unit, "chief");
    let init = Init {
        unit: unit.into(),
        unit_name: None,
        program: "test".into(),
    };
    let at = "2026-05-01T08:00:00+08:00".into();
    let path = folder.join(format!("{unit}.papaver"));
    let store = Store::create(&path, &author, init, at, moment(0), [secret; 32]).expect("created");
    (store, author)
}

fn branches(store: &Store) -> Vec<(Hash, Hash)> {
    let mut late: Vec<(Hash, Hash)> = store.grounds().expect("read").late.into_iter().collect();
    late.sort_unstable();
    late
}

/// What verification has to say against derived tables.
fn derived(store: &Store) -> usize {
    let found = store.verify(false).expect("verified").findings;
    let of_tables = |f: &&Discrepancy| matches!(f, Discrepancy::Derived { .. });
    found.iter().filter(of_tables).count()
}

#[test]
fn tables_changed_by_hand_are_named_whether_a_chain_came_apart_or_not() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.papaver");
    let mut store = office(&path, 1);
    create(&mut store, "event:1", 2);
    let twin = forged_after(
        "wang",
        1,
        (3, store.events(1, 1).expect("read")[0].hash),
        EARLY + 9_000,
        note("x"),
    );
    for step in ["whole", "forked", "explained"] {
        match step {
            "forked" => take_one(&mut store, &twin),
            "explained" => {
                let why = explain(&store, 1, 3);
                say(&mut store, &author("chief"), why, 20);
            }
            _ => {}
        }
        assert_eq!(derived(&store), 0, "{step}: nothing was changed yet");
        let forks = store.verify(false).expect("verified").findings.len();
        assert_eq!(forks, usize::from(step == "forked"), "{step}");
        drop(store);
        let whole = std::fs::read(&path).expect("read");
        let by_hand = rusqlite::Connection::open(&path).expect("opened");
        let json: Vec<u8> = by_hand
            .query_row("SELECT json FROM sites", [], |row| row.get(0))
            .expect("a site");
        let closed = String::from_utf8(json)
            .expect("text")
            .replace("\"CANDIDATE\"", "\"CLOSED\"");
        by_hand
            .execute(
                "UPDATE sites SET state = 'CLOSED', json = ?1, digest = ?2",
                rusqlite::params![closed.as_bytes(), Hash::of(closed.as_bytes()).as_bytes()],
            )
            .expect("changed");
        drop(by_hand);
        let changed = Store::open_read(&path).expect("opened");
        assert!(derived(&changed) > 0, "{step}: the changed table is named");
        drop(changed);
        std::fs::write(&path, whole).expect("put back");
        store = Store::open_write(&path, "test", Duration::ZERO).expect("opened");
    }
}

#[test]
fn a_branch_is_the_same_in_bundles_and_in_what_is_salvaged() {
    // Whether the branch's hash is above or below that of the chain is chance: both.
    for above in [false, true] {
        let folder = tempfile::tempdir().expect("folder");
        let (mut county, chief) = office_of(folder.path(), "410423", 1);
        let (mut province, above_them) = office_of(folder.path(), "410000", 2);
        let (mut ministry, top) = office_of(folder.path(), "110000", 3);
        say(&mut province, &above_them, trust(1, "410423"), 1);
        say(&mut ministry, &top, trust(2, "410000"), 1);
        let first = county.events(0, 1).expect("read")[0].hash;
        let honest = say(&mut county, &chief, grant("honest", vec![Role::Analyst]), 1);
        province
            .write(|s| s.take(&county.events(0, 10)?))
            .expect("taken");
        // A thief of the device's key gives the same number another time.
        let twin = (0..10_000)
            .map(|n| {
                let mallory = grant(&format!("mallory {n}"), vec![Role::Supervisor]);
                forged_after("chief", 1, (2, first), EARLY + 500, mallory)
            })
            .find(|twin| (twin.hash > honest.hash) == above)
            .expect("half of them are");
        take_one(&mut province, &twin);
        assert_eq!(branches(&province), [(twin.hash, twin.hash)]);
        let sent = folder.path().join("p.bundle");
        make_bundle(&province, &sent, &Request::default()).expect("made");
        let bundle = inspect(&sent, &Unlock::default()).expect("inspected");
        apply(&mut ministry, &sent, &bundle).expect("taken");
        assert_eq!(branches(&ministry), branches(&province), "as it was sent");
        let saved = folder.path().join("saved.papaver");
        salvage(province.path(), &saved, [9; 32]).expect("salvaged");
        let saved = Store::open_read(&saved).expect("opened");
        assert_eq!(branches(&saved), branches(&province), "as it was saved");
        for store in [&province, &ministry, &saved] {
            let people: Vec<&str> = store.people().iter().map(|(_, name, _)| name).collect();
            assert!(people.contains(&"honest"), "{people:?}");
            assert!(
                !people.iter().any(|name| name.starts_with("mallory")),
                "{people:?}"
            );
        }
    }
}

#[test]
fn salvage_believes_only_what_the_device_signed_of_whose_registry_it_was() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.papaver");
    drop(office(&path, 1));
    let mallory = DeviceId::of(&key_of(6));
    let by_hand = rusqlite::Connection::open(&path).expect("opened");
    by_hand
        .execute(
            "UPDATE local SET value = value || ',' || ?1 WHERE key = 'roots'",
            [mallory.to_string()],
        )
        .expect("changed");
    drop(by_hand);
    let to = folder.path().join("saved.papaver");
    salvage(&path, &to, [8; 32]).expect("salvaged");
    let saved = Store::open_read(&to).expect("opened");
    let known = saved.trusted();
    assert!(!known.contains_key(&mallory), "{known:?}");
    assert!(
        known.contains_key(&DeviceId::of(&key_of(1))),
        "its own device began it"
    );
}

#[test]
fn numbers_that_were_taken_ahead_hold_nobody_up_on_their_own_computer_or_above() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, chief) = office_of(folder.path(), "410423", 1);
    let (mut province, above) = office_of(folder.path(), "410000", 2);
    say(&mut province, &above, trust(1, "410423"), 1);
    province
        .write(|s| s.take(&county.events(0, 10)?))
        .expect("taken");
    // A thief of the device's key has numbers 3 to 9 in the province, and in the county itself, before they are given.
    let mut ahead: Vec<Sealed> = Vec::new();
    for seq in 3..10 {
        let prev = ahead.last().map_or(Hash::of(b"none"), |last| last.hash);
        let grab = grant(&format!("mallory {seq}"), vec![Role::Supervisor]);
        ahead.push(forged_after(
            "chief",
            1,
            (seq, prev),
            EARLY + seq * 100,
            grab,
        ));
    }
    for store in [&mut province, &mut county] {
        store.write(|s| s.take(&ahead)).expect("taken");
    }
    let path = county.path().to_path_buf();
    drop(county);
    let mut county = Store::open_write(&path, "test", Duration::ZERO).expect("opened");
    let next = say(
        &mut county,
        &chief,
        grant("honest", vec![Role::Analyst]),
        60,
    );
    assert_eq!(next.event.seq, 2, "its own chain goes on where it ended");
    take_one(&mut province, &next);
    for store in [&province, &county] {
        let people = store.people();
        assert!(people.get("410423", "honest").is_some());
        assert!(
            people
                .iter()
                .all(|(_, name, _)| !name.starts_with("mallory"))
        );
        assert_eq!(derived(store), 0);
    }
}

#[test]
fn an_explanation_by_somebody_who_was_supervisor_no_more_explains_nothing_in_whatever_order_it_comes()
 {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, chief) = office_of(folder.path(), "410424", 1);
    let (mut town, head) = office_of(folder.path(), "410424001", 2);
    let boss = Author::plain("410424", "boss");
    say(
        &mut county,
        &chief,
        grant("boss", vec![Role::Supervisor]),
        1,
    );
    say(&mut county, &chief, trust(2, "410424001"), 2);
    say(&mut town, &head, grant("wang", Role::ALL.to_vec()), 3);
    let origin = crate::registry::unit::origin("event:1", "410424001");
    let site = SiteKey::of_origin(&origin);
    let wang = Author::plain("410424001", "wang");
    let place = Place::point(LonLat::new(113.3, 33.74));
    let founding = Body::Create(Box::new(Create::new(FoundBy::Find, origin, place)));
    let mut found = |body, second| {
        town.write(|s| s.append(&wang, draft(Some(site), body), moment(second)))
            .expect("recorded")
    };
    let founded = found(founding, 4);
    let assigned = found(assign("1"), 5);
    // A second event of the same number, and a key that its author made since: on a branch nobody speaks for them.
    let mut event = assigned.event.clone();
    event.body = assign("9");
    event.id = next_id(None, EARLY + 5_500, [9; 8]);
    let branch = Sealed::seal(event, &key_of(2), None).expect("sealed");
    let own = key_of(7);
    let signs = Author {
        key: Some(own.clone()),
        ..wang.clone()
    };
    let key = ActorChange {
        key: Some(DeviceId::of(&own)),
        seen: Some(town.devices().expect("read").into_iter().collect()),
        ..ActorChange::new(ActorAction::Key, "wang", vec![])
    };
    say(&mut town, &signs, Body::Actor(key), 6);
    let (mut province, above) = office_of(folder.path(), "410000", 3);
    say(&mut province, &above, trust(1, "410424"), 1);
    let revoke = ActorChange::new(ActorAction::Revoke, "chief", vec![Role::Supervisor]);
    let revoked = say(&mut county, &boss, Body::Actor(revoke), 7);
    // The explanation is forged by the one whose role was taken before.
    let mut event = revoked.event.clone();
    (event.seq, event.prev) = (revoked.event.seq + 1, Some(revoked.hash));
    event.id = next_id(None, EARLY + 8_000, [9; 8]);
    event.actor.name = "chief".into();
    event.body = Body::Acknowledge(Acknowledge {
        device: founded.event.device,
        seq: branch.event.seq,
        branches: vec![branch.hash],
        reason: "so it was".into(),
    });
    let explained = Sealed::seal(event, &key_of(1), None).expect("sealed");
    let mut all = county.events(0, 100).expect("read");
    all.retain(|sealed| sealed.hash != revoked.hash);
    all.extend(town.events(0, 100).expect("read"));
    all.extend([branch.clone(), explained]);
    province.write(|s| s.take(&all)).expect("taken");
    let crew = |store: &Store| {
        let site = store.site(site).expect("read").expect("there");
        site.crew().map(str::to_owned)
    };
    let device = branch.event.device;
    assert!(
        province.authority().is_explained(device, branch.hash),
        "nobody knows yet that they were no supervisor"
    );
    take_one(&mut province, &revoked);
    assert!(!province.authority().is_explained(device, branch.hash));
    assert_eq!(
        (derived(&province), crew(&province).as_deref()),
        (0, Some("1"))
    );
    let before = province.state_hash().expect("hash");
    province.rebuild().expect("rebuilt");
    assert_eq!(province.state_hash().expect("hash"), before);
}
