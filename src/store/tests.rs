mod any_order;
mod forks;

use super::Discrepancy;
use super::*;
use crate::files::beside;
use crate::ground::LonLat;
use crate::registry::body::*;
use crate::registry::event::Sealed;
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::place::Place;
use crate::registry::{Role, State};
use ed25519_dalek::SigningKey;
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) fn moment(second: i64) -> Moment {
    Moment {
        now: jiff::Timestamp::new(1_778_000_000 + second, 0).expect("time"),
        random: [5; 8],
    }
}

pub(crate) fn author(name: &str) -> Author {
    Author::plain("410423", name)
}

fn draft(site: Option<SiteKey>, body: Body) -> Draft {
    Draft {
        site,
        at: "2026-05-03T10:00:00+08:00".into(),
        evidence: vec![],
        body,
    }
}

pub(super) fn office(path: &Path, secret: u8) -> Store {
    let init = Init {
        unit: "410423".into(),
        unit_name: None,
        program: "test".into(),
    };
    let mut store = Store::create(
        path,
        &author("chief"),
        init,
        "2026-05-01T08:00:00+08:00".into(),
        moment(0),
        [secret; 32],
    )
    .expect("created");
    let change = ActorChange::new(ActorAction::Grant, "wang", Role::ALL.to_vec());
    store
        .write(|s| {
            s.append(
                &author("chief"),
                draft(None, Body::Actor(change)),
                moment(1),
            )
        })
        .expect("granted");
    store
}

pub(super) fn create(store: &mut Store, origin: &str, second: i64) -> SiteKey {
    let key = SiteKey::of_origin(origin);
    let body = Body::Create(Box::new(Create::new(
        FoundBy::Find,
        origin.into(),
        Place::point(LonLat::new(113.3, 33.74)),
    )));
    store
        .write(|s| s.append(&author("wang"), draft(Some(key), body), moment(second)))
        .expect("created");
    key
}

pub(super) fn note(site: SiteKey) -> Draft {
    let text = "seen from the road".into();
    draft(Some(site), Body::Note(Note { text }))
}

fn assign(crew: &str) -> Body {
    Body::Assign(Assign {
        crew: crew.into(),
        due: None,
    })
}

#[test]
fn a_registry_is_reopened_with_what_was_acknowledged() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("平顶山 county.papaver");
    let mut store = office(&path, 1);
    let key = create(&mut store, "event:1", 2);
    store
        .write(|s| s.append(&author("wang"), draft(Some(key), assign("1")), moment(3)))
        .expect("assigned");
    let before = store.state_hash().expect("hash");
    drop(store);
    let store = Store::open_read(&path).expect("opened");
    assert_eq!(
        store.site(key).expect("read").expect("there").state,
        State::Dispatched
    );
    assert_eq!(store.find(&key.code(6)).expect("found"), key);
    assert_eq!(store.state_hash().expect("hash"), before);
    let verified = store.verify(true).expect("verified");
    assert_eq!(
        (verified.findings, verified.gaps, verified.events),
        (vec![], vec![], 4)
    );
    drop(store);
    let mut store = Store::open_write(&path, "test", Duration::ZERO).expect("opened");
    assert_eq!(store.rebuild().expect("rebuilt"), 1);
    assert_eq!(store.state_hash().expect("hash"), before);
}

#[test]
fn no_registry_is_begun_where_the_crews_of_another_may_come() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.papaver");
    std::fs::create_dir(folder.path().join("a.papaver.field")).expect("made");
    let init = Init {
        unit: "410423".into(),
        unit_name: None,
        program: "test".into(),
    };
    let at = "2026-05-03T10:00:00+08:00".into();
    let begun = Store::create(&path, &author("chief"), init, at, moment(1), [1; 32]);
    let taken = |told: &StoreError| matches!(told, StoreError::Exists { path } if path.ends_with("a.papaver.field"));
    assert!(begun.as_ref().is_err_and(taken), "{begun:?}");
    assert!(!path.exists());
}

#[test]
fn when_seasons_begin_moves_nothing_that_was_found_before() {
    let folder = tempfile::tempdir().expect("folder");
    let mut store = office(&folder.path().join("a.papaver"), 1);
    let before = create(&mut store, "event:1", 2);
    let setting = Body::Setting(Setting {
        key: "season_begins".into(),
        value: "04-01".into(),
    });
    store
        .write(|s| s.append(&author("chief"), draft(None, setting), moment(3)))
        .expect("decided");
    let since = create(&mut store, "event:2", 4);
    let seasons = |store: &Store| {
        [before, since].map(|key| store.site(key).expect("read").expect("there").season)
    };
    assert_eq!(seasons(&store), [2026, 2027]);
    assert_eq!(store.verify(true).expect("verified").findings, []);
    store.rebuild().expect("rebuilt");
    assert_eq!(seasons(&store), [2026, 2027]);
}

#[test]
fn what_is_founded_under_the_id_of_anothers_candidate_takes_nothing_from_it() {
    let folder = tempfile::tempdir().expect("folder");
    let mut store = office(&folder.path().join("a.papaver"), 1);
    let mut founded = |origin: &str, second: i64| {
        let key = SiteKey::of_origin(origin);
        let create = Create {
            detection: Some(Detection {
                candidate: "X".into(),
                scan: "s".into(),
                captured: None,
                score_e4: 9000,
                rank: None,
            }),
            ..Create::new(
                FoundBy::Scan,
                origin.into(),
                Place::point(LonLat::new(113.3, 33.74)),
            )
        };
        let body = Body::Create(Box::new(create));
        store
            .write(|s| s.append(&author("wang"), draft(Some(key), body), moment(second)))
            .expect("created");
        key
    };
    let own = founded("candidate:X@410423", 2);
    // Whoever looks for one has a key that comes first.
    let forged = (0..).map(|n| format!("event:{n}@410423002"));
    let mut before = forged.filter(|origin| SiteKey::of_origin(origin) < own);
    let forged = founded(&before.next().expect("one"), 3);
    let found = store.sites_of_candidate("X").expect("read");
    assert_eq!(found.first().map(|site| site.key), Some(forged));
    let chosen = store.site_of_candidate("X").expect("read");
    assert_eq!(chosen.map(|site| site.key), Some(own));
}

#[test]
fn a_refused_move_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("folder");
    let mut store = office(&folder.path().join("a.papaver"), 1);
    let key = create(&mut store, "event:1", 2);
    let body = Body::Accept(Accept {
        passed: true,
        reason: None,
        note: None,
        forced: None,
    });
    let refused = store.write(|s| s.append(&author("wang"), draft(Some(key), body), moment(3)));
    assert!(
        matches!(refused, Err(StoreError::Refused { .. })),
        "{refused:?}"
    );
    assert!(matches!(
        store.write(|s| s.append(&author("nobody"), draft(Some(key), assign("1")), moment(4))),
        Err(StoreError::Person(unknown)) if unknown.name == "nobody"
    ));
    assert_eq!(store.count().expect("count"), 3);
    let sealed = store
        .write(|s| s.append(&author("wang"), draft(Some(key), assign("1")), moment(5)))
        .expect("assigned");
    assert_eq!(sealed.event.seq, 4, "no number is lost");
}

#[test]
fn a_second_writer_is_told_who_holds_it_and_a_reader_reads() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.papaver");
    let store = office(&path, 1);
    let second = Store::open_write(&path, "li", Duration::from_millis(120));
    assert!(
        matches!(&second, Err(StoreError::Held { by, .. }) if by.contains("chief")),
        "{second:?}"
    );
    assert_eq!(
        Store::open_read(&path)
            .expect("reader")
            .count()
            .expect("count"),
        2
    );
    drop(store);
    Store::open_write(&path, "li", Duration::ZERO).expect("free again");
}

#[test]
fn files_that_are_no_registry_are_told_apart() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.papaver");
    assert!(matches!(
        Store::open_read(&path),
        Err(StoreError::Missing { .. })
    ));
    std::fs::write(&path, b"").expect("written");
    assert!(matches!(
        Store::open_read(&path),
        Err(StoreError::Empty { .. })
    ));
    std::fs::write(&path, b"hello, this is no data base at all").expect("written");
    assert!(matches!(
        Store::open_read(&path),
        Err(StoreError::Damaged { .. } | StoreError::NotARegistry { .. })
    ));
    let newer = folder.path().join("b.papaver");
    drop(office(&newer, 1));
    Connection::open(&newer)
        .expect("open")
        .pragma_update(None, "user_version", 99)
        .expect("set");
    assert!(matches!(
        Store::open_write(&newer, "x", Duration::ZERO),
        Err(StoreError::Newer { found: 99, .. })
    ));
    let keyless = folder.path().join("c.papaver");
    drop(office(&keyless, 1));
    std::fs::remove_file(folder.path().join("c.papaver.key")).expect("removed");
    assert!(matches!(
        Store::open_write(&keyless, "x", Duration::ZERO),
        Err(StoreError::NoDeviceKey { .. })
    ));
    Store::open_read(&keyless).expect("still read");
}

#[test]
fn a_later_programs_registry_is_read_as_far_as_it_is_known_and_not_changed() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("县 a.papaver");
    let mut store = office(&path, 1);
    let site = create(&mut store, "event:1", 1000);
    let state = store.state_hash().expect("state");
    drop(store);
    let later = Connection::open(&path).expect("open");
    later
        .execute_batch(
            "ALTER TABLE sites ADD COLUMN colour TEXT; CREATE TABLE more(a INTEGER); PRAGMA user_version = 99;",
        )
        .expect("a later version");
    let before = std::fs::read(&path).expect("bytes");
    let read = Store::open_read(&path).expect("read");
    assert_eq!(read.state_hash().expect("state"), state);
    assert!(read.site(site).expect("found").is_some());
    let migrated = read.migrated().expect("said");
    assert!(migrated.is_later() && migrated.in_memory && migrated.from == 99);
    drop(read);
    assert_eq!(std::fs::read(&path).expect("bytes"), before);
    later
        .execute_batch("ALTER TABLE events RENAME COLUMN bytes TO body;")
        .expect("a version that keeps events otherwise");
    assert!(matches!(
        Store::open_read(&path),
        Err(StoreError::Newer { found: 99, .. })
    ));
}

#[test]
fn a_clock_set_back_is_marked_and_order_is_kept() {
    let folder = tempfile::tempdir().expect("folder");
    let mut store = office(&folder.path().join("a.papaver"), 1);
    let key = create(&mut store, "event:1", 1000);
    let late = store
        .write(|s| {
            s.append(
                &author("wang"),
                draft(Some(key), assign("1")),
                moment(-5000),
            )
        })
        .expect("taken");
    assert_eq!(late.event.clock_behind_s, Some(6000));
    assert_eq!(
        store.site(key).expect("read").expect("there").state,
        State::Dispatched
    );
}

#[test]
fn two_devices_merge_in_any_order_and_twice_to_one_state() {
    let folder = tempfile::tempdir().expect("folder");
    let mut a = office(&folder.path().join("a.papaver"), 1);
    let mut b = office(&folder.path().join("b.papaver"), 2);
    let key = create(&mut a, "candidate:x", 2);
    assert_eq!(create(&mut b, "candidate:x", 3), key);
    a.write(|s| s.append(&author("wang"), draft(Some(key), assign("1")), moment(4)))
        .expect("assigned");
    let screen = Body::Screen(Screen {
        keep: false,
        reason: Some(RejectReason::Crop),
        note: None,
        took_ms: None,
        seconds: None,
    });
    b.write(|s| s.append(&author("wang"), draft(Some(key), screen), moment(5)))
        .expect("screened");
    let revoke = ActorChange::new(ActorAction::Revoke, "wang", vec![Role::Analyst]);
    b.write(|s| {
        s.append(
            &author("chief"),
            draft(None, Body::Actor(revoke)),
            moment(2_000_000),
        )
    })
    .expect("revoked");
    let (of_a, of_b) = (
        a.events(0, 1000).expect("events"),
        b.events(0, 1000).expect("events"),
    );
    let mut hashes = BTreeSet::new();
    for (n, order) in [
        [&of_a, &of_b, &of_a],
        [&of_b, &of_a, &of_a],
        [&of_b, &of_b, &of_a],
    ]
    .iter()
    .enumerate()
    {
        let mut c = office(&folder.path().join(format!("c{n}.papaver")), 3);
        for (second, other) in [(2, &a), (3, &b)] {
            let device = other.writer.as_ref().expect("open for writing").device;
            let trust = Body::Trust(Trust {
                device,
                unit: "410423".into(),
                trusted: true,
                after: None,
                reason: None,
            });
            c.write(|s| s.append(&author("chief"), draft(None, trust), moment(second)))
                .expect("trusted");
        }
        for (at, events) in order.iter().enumerate() {
            let mut events = (*events).clone();
            if at == 1 {
                events.reverse();
            }
            c.write(|s| s.take(&events)).expect("taken");
        }
        let site = c.site(key).expect("read").expect("there");
        assert_eq!((site.state, site.disputed), (State::Dispatched, true));
        assert_eq!(c.verify(true).expect("verified").findings, vec![]);
        hashes.insert(c.state_hash().expect("hash"));
        let before = c.state_hash().expect("hash");
        c.rebuild().expect("rebuilt");
        assert_eq!(
            c.state_hash().expect("hash"),
            before,
            "incremental is what replay makes"
        );
    }
    assert_eq!(hashes.len(), 1);
}

#[test]
fn a_missing_range_is_named_by_device_and_number() {
    let folder = tempfile::tempdir().expect("folder");
    let mut a = office(&folder.path().join("a.papaver"), 1);
    for n in 0..5 {
        create(&mut a, &format!("event:{n}"), 2 + n);
    }
    let events = a.events(0, 100).expect("events");
    let mut b = office(&folder.path().join("b.papaver"), 2);
    let torn: Vec<Sealed> = events
        .iter()
        .filter(|s| ![3, 4].contains(&s.event.seq))
        .cloned()
        .collect();
    b.write(|s| s.take(&torn)).expect("taken");
    let verified = b.verify(false).expect("verified");
    assert_eq!(verified.findings, vec![]);
    assert_eq!(
        verified.gaps,
        [Gap {
            device: events[0].event.device,
            first: 3,
            last: 4
        }]
    );
}

/// A small file, so that each of its bytes can be tried.
fn small(folder: &Path) -> (PathBuf, Vec<Sealed>) {
    let path = folder.join("small.papaver");
    let mut store = office(&path, 1);
    let key = create(&mut store, "event:1", 2);
    store
        .write(|s| s.append(&author("wang"), draft(Some(key), assign("一组")), moment(3)))
        .expect("assigned");
    let events = store.events(0, 100).expect("events");
    (path, events)
}

#[test]
fn every_changed_byte_of_the_file_is_found_or_harms_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, events) = small(folder.path());
    let whole = std::fs::read(&path).expect("read");
    let state = Store::open_read(&path)
        .expect("opened")
        .state_hash()
        .expect("hash");
    // Every byte with PAPAVER_LONG, else every 17th.
    let step = if std::env::var_os("PAPAVER_LONG").is_some() {
        1
    } else {
        17
    };
    let copy = folder.path().join("copy.papaver");
    let (mut found, mut harmless) = (0, 0);
    for at in (0..whole.len()).step_by(step) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        std::fs::write(&copy, &changed).expect("written");
        let sound = Store::open_read(&copy).ok().and_then(|store| {
            let verified = store.verify(false).ok()?;
            verified
                .findings
                .is_empty()
                .then(|| (store.events(0, 100).ok(), store.state_hash().ok()))
        });
        match sound {
            None => found += 1,
            Some((read, hash)) => {
                assert!(
                    read.as_deref() == Some(&events[..]),
                    "byte {at}: other events are read"
                );
                assert_eq!(hash, Some(state), "byte {at}");
                harmless += 1;
            }
        }
    }
    assert!(
        found > 0 && harmless > 0,
        "{found} found, {harmless} harmless"
    );
}

#[test]
fn salvage_saves_every_event_but_the_changed_one() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, events) = small(folder.path());
    let mut bytes = std::fs::read(&path).expect("read");
    let victim = events[2].bytes.as_slice();
    let at = bytes
        .windows(victim.len())
        .position(|w| w == victim)
        .expect("lies in one piece");
    bytes[at + 40] ^= 1;
    std::fs::write(&path, &bytes).expect("written");
    let flawed = Store::open_read(&path)
        .expect("opened")
        .verify(false)
        .expect("verified")
        .findings;
    assert!(
        matches!(
            flawed[0],
            Discrepancy::Event {
                seq: 3,
                flaw: EventFlaw::Hash,
                ..
            }
        ),
        "{flawed:?}"
    );
    let to = folder.path().join("saved.papaver");
    let saved = salvage(&path, &to, [8; 32]).expect("salvaged");
    assert_eq!((saved.from_rows, saved.lost), (3, 1));
    // The saved registry goes on as a new device, so that no number is given out twice.
    let mut store = Store::open_write(&to, "test", Duration::ZERO).expect("opened");
    let key = store
        .site(events[3].event.site.expect("a site"))
        .expect("read")
        .expect("there")
        .key;
    let note = Body::Note(Note {
        text: "went on".into(),
    });
    let next = store
        .write(|s| s.append(&author("wang"), draft(Some(key), note), moment(9)))
        .expect("noted");
    assert_eq!(
        (next.event.seq, next.event.device == events[0].event.device),
        (1, false)
    );
    assert_eq!(store.trusted().len(), 2);
    let verified = store.verify(true).expect("verified");
    assert_eq!((verified.findings.len(), verified.gaps.len()), (0, 1));
    // Without its first page nothing can be opened, and the raw bytes still give all that is whole.
    bytes[..100].fill(0);
    std::fs::write(&path, &bytes).expect("written");
    let saved = salvage(&path, &folder.path().join("carved.papaver"), [8; 32]).expect("salvaged");
    assert_eq!((saved.from_rows, saved.from_bytes), (0, 3));
}

use crate::registry::event::{Actor, Event, EventFlaw, next_id};

pub(crate) fn forged(secret: u8, seq: u64, ms: u64, body: Body) -> Sealed {
    forged_by("chief", secret, seq, ms, body)
}

/// An event that a thief of a device's key makes, with any number and time they like.
fn forged_by(name: &str, secret: u8, seq: u64, ms: u64, body: Body) -> Sealed {
    forged_after(name, secret, (seq, Hash::of(b"none")), ms, body)
}

/// One that says it follows a certain event.
fn forged_after(name: &str, secret: u8, place: (u64, Hash), ms: u64, body: Body) -> Sealed {
    let (seq, prev) = place;
    let key = SigningKey::from_bytes(&[secret; 32]);
    let event = Event {
        id: next_id(None, ms, [9; 8]),
        site: None,
        season: 2026,
        at: "2026-05-03T10:00:00+08:00".into(),
        logged_at: "2026-05-05T02:00:00Z".into(),
        clock_behind_s: None,
        actor: Actor {
            name: name.into(),
            unit: "410423".into(),
            role: Role::Supervisor,
            key: None,
            recorder: None,
        },
        device: DeviceId::of(&key),
        seq,
        prev: (seq > 1).then_some(prev),
        based_on: vec![],
        evidence: vec![],
        body,
    };
    Sealed::seal(event, &key, None).expect("sealed")
}

#[test]
fn nobody_comes_in_before_a_key_by_choosing_a_time() {
    let folder = tempfile::tempdir().expect("folder");
    let mut store = office(&folder.path().join("a.papaver"), 1);
    let laptop = DeviceId::of(&SigningKey::from_bytes(&[2; 32]));
    let trust = Body::Trust(Trust {
        device: laptop,
        unit: "410423".into(),
        trusted: true,
        after: None,
        reason: None,
    });
    store
        .write(|s| s.append(&author("chief"), draft(None, trust), moment(100)))
        .expect("trusted");
    let own = SigningKey::from_bytes(&[7; 32]);
    let mut signs = author("chief");
    signs.key = Some(own.clone());
    let change = |action, name: &str, roles: Vec<Role>| ActorChange::new(action, name, roles);
    let key = ActorChange {
        key: Some(DeviceId::of(&own)),
        seen: Some(store.devices().expect("read").into_iter().collect()),
        ..change(ActorAction::Key, "chief", vec![])
    };
    store
        .write(|s| s.append(&signs, draft(None, Body::Actor(key)), moment(200)))
        .expect("made");
    let early = 1_778_000_000_000 + 150_000;
    let grant = || Body::Actor(change(ActorAction::Grant, "mallory", Role::ALL.to_vec()));
    // Behind a gap, on the office's other laptop, beside the chain, and before its first word.
    let init = Body::Init(Init {
        unit: "410423".into(),
        unit_name: None,
        program: "t".into(),
    });
    let forgeries = [
        (forged(1, 1000, early, grant()), "order"),
        (forged(2, 1, early, grant()), "unsigned"),
        (forged(1, 3, early, grant()), "fork"),
        (forged(1, 1, 1_000, init), "fork"),
        (forged_by("wang", 2, 1, early, grant()), "unsigned"),
    ];
    for (sealed, why) in forgeries {
        store
            .write(|s| s.take(std::slice::from_ref(&sealed)))
            .expect("taken");
        let refusal = store
            .authority()
            .follows(sealed.hash, &sealed.event)
            .expect_err(why);
        let said = serde_json::to_value(&refusal).expect("JSON");
        assert!(
            ["order", "unsigned", "fork"].contains(&said["why"].as_str().expect("why")),
            "{why}: {said}"
        );
        assert!(store.people().get("410423", "mallory").is_none(), "{why}");
    }
    let chief = store.people().get("410423", "chief").expect("there");
    assert!(chief.key.as_ref().is_some_and(|key| key.confirmed));
}

/// What a registry notes as out of order, and as on a branch, where these arrive one by one.
fn order_of(events: &[Sealed]) -> (Vec<Hash>, Vec<Hash>) {
    let folder = tempfile::tempdir().expect("folder");
    let mut store = office(&folder.path().join("a.papaver"), 1);
    for sealed in events {
        store
            .write(|s| s.take(std::slice::from_ref(sealed)))
            .expect("taken");
    }
    assert_eq!(
        store
            .verify(true)
            .expect("verified")
            .findings
            .iter()
            .filter(|f| matches!(f, Discrepancy::Derived { .. }))
            .count(),
        0
    );
    let grounds = store.grounds().expect("read");
    let mut late: Vec<Hash> = grounds.late.into_keys().collect();
    let mut out_of_order: Vec<Hash> = grounds.out_of_order.into_iter().collect();
    late.sort_unstable();
    out_of_order.sort_unstable();
    (out_of_order, late)
}

#[test]
fn two_events_out_of_order_do_not_vouch_for_each_other_however_they_arrive() {
    let note = |text: &str| {
        Body::Setting(Setting {
            key: text.into(),
            value: "1".into(),
        })
    };
    let at = 1_778_000_000_000;
    // Numbers 10 to 14 of another device: the third and the fourth pretend to be from before.
    let mut events: Vec<Sealed> = Vec::new();
    for (seq, second) in [(10, 100), (11, 200), (12, 50), (13, 60), (14, 300)] {
        let before = events.last().map_or(Hash::of(b"none"), |last| last.hash);
        let place = (seq, before);
        events.push(forged_after(
            "chief",
            2,
            place,
            at + second * 1_000,
            note("a"),
        ));
    }
    let mut expected = vec![events[2].hash, events[3].hash];
    expected.sort_unstable();
    let mut order: Vec<usize> = (0..events.len()).collect();
    // Every order of arrival.
    loop {
        let arrived: Vec<Sealed> = order.iter().map(|i| events[*i].clone()).collect();
        assert_eq!(order_of(&arrived), (expected.clone(), vec![]), "{order:?}");
        let Some(pivot) = (1..order.len()).rev().find(|i| order[i - 1] < order[*i]) else {
            break;
        };
        let next = (pivot..order.len())
            .rev()
            .find(|i| order[*i] > order[pivot - 1])
            .expect("there is one");
        order.swap(pivot - 1, next);
        order[pivot..].reverse();
        if order[0] > 1 {
            break;
        }
    }
}

#[test]
fn what_builds_on_a_branch_belongs_to_it_also_where_it_came_first() {
    let note = |text: &str| {
        Body::Setting(Setting {
            key: text.into(),
            value: "1".into(),
        })
    };
    let at = 1_778_000_000_000;
    let chain = forged(2, 10, at + 100_000, note("a"));
    let twin = forged(2, 10, at + 110_000, note("b"));
    let next = forged_after("chief", 2, (11, twin.hash), at + 120_000, note("c"));
    let mut late = vec![twin.hash, next.hash];
    late.sort_unstable();
    for order in [[&chain, &twin, &next], [&chain, &next, &twin]] {
        let arrived: Vec<Sealed> = order.into_iter().cloned().collect();
        assert_eq!(order_of(&arrived), (vec![], late.clone()));
    }
}

#[test]
fn work_is_due_by_the_days_of_the_registrys_zone() {
    let folder = tempfile::tempdir().expect("folder");
    let mut store = office(&folder.path().join("a.papaver"), 1);
    let key = SiteKey::of_origin("event:1");
    // The fourth of May where the registry was begun.
    let draft = Draft {
        site: Some(key),
        at: "2026-05-03T20:00:00Z".into(),
        evidence: vec![],
        body: Body::Create(Box::new(Create::new(
            FoundBy::Find,
            "event:1".into(),
            Place::point(LonLat::new(113.3, 33.74)),
        ))),
    };
    store
        .write(|s| s.append(&author("wang"), draft, moment(2)))
        .expect("created");
    let site = store.site(key).expect("read").expect("there");
    let due = site.due(store.settings()).expect("due").to_string();
    assert_eq!(due, "2026-05-11");
}
