use super::*;
use crate::ground::LonLat;
use crate::registry::body::*;
use crate::registry::event::{EvidenceRef, EvidenceRole, Sealed, next_id};
use crate::registry::place::Place;
use crate::registry::{SiteKey, State};
use crate::store::keys::MostWork;
use crate::store::{Author, Draft, Moment, Store, evidence};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn moment(second: i64) -> Moment {
    Moment {
        now: jiff::Timestamp::new(1_778_000_000 + second, 0).expect("time"),
        random: [5; 8],
    }
}

fn office(folder: &Path, unit: &str, secret: u8) -> (Store, Author) {
    let author = Author::plain(unit, &format!("chief {unit}"));
    let init = Init {
        unit: unit.into(),
        unit_name: None,
        program: "test".into(),
    };
    let path = folder.join(format!("{unit}-{secret}.papaver"));
    let store = Store::create(
        &path,
        &author,
        init,
        "2026-05-01T08:00:00+08:00".into(),
        moment(0),
        [secret; 32],
    )
    .expect("created");
    (store, author)
}

fn say(
    store: &mut Store,
    author: &Author,
    site: Option<SiteKey>,
    evidence: Vec<EvidenceRef>,
    body: Body,
) {
    let draft = Draft {
        site,
        at: "2026-05-03T10:00:00+08:00".into(),
        evidence,
        body,
    };
    store
        .write(|s| s.append(author, draft, moment(1)))
        .expect("appended");
}

fn add(store: &mut Store, author: &Author, origin: &str, evidence: Vec<EvidenceRef>) -> SiteKey {
    let key = SiteKey::of_origin(origin);
    let create = Create::new(
        FoundBy::Find,
        origin.into(),
        Place::point(LonLat::new(113.3, 33.74)),
    );
    say(
        store,
        author,
        Some(key),
        evidence,
        Body::Create(Box::new(create)),
    );
    key
}

fn trust(store: &mut Store, author: &Author, other: &Store, unit: &str) {
    let device = DeviceId(
        other
            .signing_key()
            .expect("open for writing")
            .verifying_key()
            .to_bytes(),
    );
    say(
        store,
        author,
        None,
        vec![],
        Body::Trust(Trust {
            device,
            unit: unit.into(),
            trusted: true,
            after: None,
            reason: None,
        }),
    );
}

fn photo(store: &Store, bytes: &[u8]) -> EvidenceRef {
    let sha256 = Hash::of(bytes);
    evidence::put(&store.evidence_folder(), sha256, bytes).expect("kept");
    EvidenceRef {
        sha256,
        bytes: bytes.len() as u64,
        mime: "image/jpeg".into(),
        role: EvidenceRole::Scene,
        name: "a.jpg".into(),
        taken_at: None,
        at_e7: None,
        marks: vec![],
    }
}

fn make(store: &Store, path: &Path, request: &Request) -> Vec<std::path::PathBuf> {
    create(store, path, request).expect("made").paths
}

fn take(store: &mut Store, path: &Path) -> Result<Applied, BundleError> {
    let bundle = inspect(path, &Unlock::default())?;
    apply(store, path, &bundle)
}

#[test]
fn a_bundle_carries_everything_once() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let (mut province, b) = office(folder.path(), "410000", 2);
    let file = photo(&county, b"\xFF\xD8\xFF one");
    let key = add(&mut county, &a, "event:1", vec![file.clone()]);
    let path = folder.path().join("a.bundle");
    make(&county, &path, &Request::default());
    assert!(matches!(
        take(&mut province, &path),
        Err(BundleError::Stranger { .. })
    ));
    assert_eq!(province.count().expect("count"), 1);
    trust(&mut province, &b, &county, "410423");
    let applied = take(&mut province, &path).expect("taken");
    assert_eq!(
        (applied.new_events, applied.known_events, applied.files),
        (2, 0, 1)
    );
    assert!(applied.gaps.is_empty() && applied.missing_files.is_empty());
    assert!(evidence::check(&province.evidence_folder(), file.sha256).expect("there"));
    assert!(province.site(key).expect("read").is_some());
    let again = take(&mut province, &path).expect("taken");
    assert_eq!(
        (again.new_events, again.known_events, again.state),
        (0, 2, applied.state)
    );
    // From the receipt on, only what is new is carried; the later part first names what is missing.
    let bundle = inspect(&path, &Unlock::default()).expect("inspected");
    let receipt = receipt(&province, &bundle, &again, "2026-05-03T00:00:00Z").expect("receipt");
    let since: Point = serde_json::from_value(receipt.clone()).expect("a point");
    assert_eq!(
        receipt["unit"], "410000",
        "whose it is, for who is to trust it"
    );
    add(&mut county, &a, "event:2", vec![]);
    let newer = folder.path().join("b.bundle");
    make(
        &county,
        &newer,
        &Request {
            since: since.clone(),
            ..Request::default()
        },
    );
    assert_eq!(
        inspect(&newer, &Unlock::default())
            .expect("inspected")
            .events
            .len(),
        1
    );
    assert!(matches!(
        create(
            &province,
            &folder.path().join("c"),
            &Request {
                since: Point {
                    have: province.devices().expect("d").into_iter().collect(),
                    ..Point::default()
                },
                ..Request::default()
            }
        ),
        Err(BundleError::Nothing)
    ));
    let (mut other, c) = office(folder.path(), "410000", 3);
    trust(&mut other, &c, &county, "410423");
    let torn = take(&mut other, &newer).expect("taken");
    assert_eq!(
        (torn.gaps.len(), torn.gaps[0].first, torn.gaps[0].last),
        (1, 1, 2)
    );
    take(&mut other, &path).expect("taken");
    take(&mut province, &newer).expect("taken");
    assert!(other.gaps().expect("gaps").is_empty());
    assert_eq!(
        other.site(key).expect("read"),
        province.site(key).expect("read")
    );
}

#[test]
fn nobody_speaks_for_a_unit_that_is_not_theirs() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let (mut forger, f) = office(folder.path(), "410424", 2);
    let (mut province, b) = office(folder.path(), "410000", 3);
    add(&mut county, &a, "event:1", vec![]);
    trust(&mut province, &b, &forger, "410424");
    // The neighbour vouches for the county, which is not below it.
    trust(&mut forger, &f, &county, "410423");
    let events = county.events(0, 100).expect("events");
    forger.write(|s| s.take(&events)).expect("taken");
    let path = folder.path().join("a.bundle");
    make(&forger, &path, &Request::default());
    let applied = take(&mut province, &path).expect("taken");
    let device = county.own_device().expect("open");
    let left = LeftOut {
        device,
        unit: "410423".into(),
        events: 2,
    };
    assert_eq!(applied.left_out, [left]);
    assert!(
        (province.events_of_device(device, 0).expect("read")).is_empty(),
        "as if they had not been in it"
    );
    assert!(applied.gaps.is_empty() && applied.refused.is_empty());
    // Once somebody vouches for it the same bundle brings them.
    trust(&mut province, &b, &county, "410423");
    let applied = take(&mut province, &path).expect("taken");
    assert!(applied.left_out.is_empty() && applied.new_events == 2);
}

#[test]
fn every_changed_byte_and_every_cut_is_found() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let file = photo(&county, b"\xFF\xD8\xFF two");
    add(&mut county, &a, "event:1", vec![file]);
    let path = folder.path().join("a.bundle");
    make(&county, &path, &Request::default());
    let whole = std::fs::read(&path).expect("read");
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x21;
        std::fs::write(&path, &changed).expect("written");
        assert!(
            inspect(&path, &Unlock::default()).is_err(),
            "byte {at} of {}",
            whole.len()
        );
    }
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).expect("written");
        assert!(
            inspect(&path, &Unlock::default()).is_err(),
            "cut at {length}"
        );
    }
    let named = |needle: &[u8]| {
        let at = whole
            .windows(needle.len())
            .position(|w| w == needle)
            .expect("stored");
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(&path, &changed).expect("written");
        inspect(&path, &Unlock::default())
            .expect_err("changed")
            .to_string()
    };
    assert!(named(b"\xFF\xD8\xFF two").contains("evidence/"));
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        out.start_file(*name, zip::write::SimpleFileOptions::default())
            .expect("begun");
        out.write_all(bytes).expect("written");
    }
    out.finish().expect("finished").into_inner()
}

#[test]
fn a_path_out_of_the_bundle_and_a_bomb_are_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("x.bundle");
    for name in [
        "../../x",
        "/etc/x",
        "evidence/../x",
        "evil.exe",
        "evidence/zz",
    ] {
        std::fs::write(&path, zip_of(&[(name, b"x")])).expect("written");
        assert!(
            matches!(
                inspect(&path, &Unlock::default()),
                Err(BundleError::Strange { .. })
            ),
            "{name}"
        );
    }
    let zeros = vec![b' '; 70 << 20];
    std::fs::write(
        &path,
        zip_of(&[("MANIFEST.json", &zeros), ("MANIFEST.sig", b"x")]),
    )
    .expect("written");
    assert!(matches!(
        inspect(&path, &Unlock::default()),
        Err(BundleError::Bomb { .. })
    ));
    std::fs::write(
        &path,
        zip_of(&[
            ("MANIFEST.json", br#"{"format":"papaver.bundle/2"}"#),
            ("MANIFEST.sig", b"x"),
        ]),
    )
    .expect("written");
    assert!(matches!(
        inspect(&path, &Unlock::default()),
        Err(BundleError::Newer { .. })
    ));
}

#[test]
fn a_passphrase_is_worked_out_only_where_that_is_as_much_work_as_bundles_take() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    add(&mut county, &a, "event:1", vec![]);
    let path = folder.path().join("a.bundle");
    let sealing = Sealing::Passphrase("correct horse".into());
    let request = Request {
        sealing,
        ..Request::default()
    };
    make(&county, &path, &request);
    let with = |most_work| {
        let unlock = Unlock {
            passphrase: Some("correct horse".into()),
            most_work,
            ..Unlock::default()
        };
        inspect(&path, &unlock)
    };
    assert!(with(MostWork::Served).expect("opened").encrypted);
    let bytes = std::fs::read(&path).expect("read");
    let asks_for = |work: &[u8]| {
        let at = bytes
            .windows(4)
            .position(|b| b == b" 18\n")
            .expect("its work");
        let forged = [&bytes[..at], b" ", work, &bytes[at + 3..]].concat();
        std::fs::write(&path, forged).expect("written");
    };
    for (work, most_work) in [
        (&b"22"[..], MostWork::Patient),
        (b"30", MostWork::Patient),
        (b"19", MostWork::Served),
    ] {
        asks_for(work);
        let refused = with(most_work);
        assert!(
            matches!(refused, Err(BundleError::TooMuchWork { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn an_encrypted_bundle_opens_for_its_recipient_only() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    add(&mut county, &a, "event:1", vec![]);
    let (secret, public) = new_identity();
    let (stranger, _) = new_identity();
    let path = folder.path().join("a.bundle");
    make(
        &county,
        &path,
        &Request {
            sealing: Sealing::Recipients(vec![public]),
            ..Request::default()
        },
    );
    assert!(matches!(
        inspect(&path, &Unlock::default()),
        Err(BundleError::Locked { .. })
    ));
    let open = |identity: String| {
        inspect(
            &path,
            &Unlock {
                passphrase: None,
                identity: Some(identity),
                ..Unlock::default()
            },
        )
    };
    assert!(matches!(open(stranger), Err(BundleError::Locked { .. })));
    assert!(open(secret).expect("opened").encrypted);
    assert!(matches!(
        create(
            &county,
            &folder.path().join("b.bundle"),
            &Request {
                sealing: Sealing::Recipients(vec!["age1x".into()]),
                ..Request::default()
            }
        ),
        Err(BundleError::Recipient { .. })
    ));
}

#[test]
fn parts_are_taken_in_any_order() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    for n in 0_u8..4 {
        let file = photo(&county, &[&b"\xFF\xD8\xFF"[..], &vec![n; 3000]].concat());
        add(&mut county, &a, &format!("event:{n}"), vec![file]);
    }
    let parts = make(
        &county,
        &folder.path().join("a.bundle"),
        &Request {
            split_bytes: Some(4000),
            ..Request::default()
        },
    );
    assert!(parts.len() > 3, "{parts:?}");
    let (mut province, b) = office(folder.path(), "410000", 2);
    trust(&mut province, &b, &county, "410423");
    let mut last = None;
    for part in parts.iter().rev() {
        last = Some(take(&mut province, part).expect("taken"));
    }
    let last = last.expect("some");
    assert!(last.gaps.is_empty() && last.missing_files.is_empty());
    assert_eq!(province.verify(true).expect("verified").findings, vec![]);
}

#[test]
fn evidence_that_arrives_late_is_carried_by_the_next_bundle() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let (mut province, b) = office(folder.path(), "410000", 2);
    trust(&mut province, &b, &county, "410423");
    let file = photo(&county, b"\xFF\xD8\xFF late");
    let key = add(&mut county, &a, "event:1", vec![file.clone()]);
    let kept = evidence::path_of(&county.evidence_folder(), file.sha256);
    let aside = folder.path().join("aside");
    std::fs::rename(&kept, &aside).expect("not here yet");
    let path = folder.path().join("a.bundle");
    make(&county, &path, &Request::default());
    let applied = take(&mut province, &path).expect("taken");
    assert_eq!(applied.missing_files, [file.sha256]);
    assert!(!province.authority().is_here(file.sha256));
    let bundle = inspect(&path, &Unlock::default()).expect("inspected");
    let receipt = receipt(&province, &bundle, &applied, "2026-05-03T00:00:00Z").expect("receipt");
    let since: Point = serde_json::from_value(receipt).expect("a point");
    std::fs::rename(&aside, &kept).expect("arrived");
    let path = folder.path().join("b.bundle");
    make(
        &county,
        &path,
        &Request {
            since,
            ..Request::default()
        },
    );
    let late = inspect(&path, &Unlock::default()).expect("inspected");
    assert_eq!((late.events.len(), late.evidence.len()), (0, 1));
    take(&mut province, &path).expect("taken");
    assert!(province.authority().is_here(file.sha256));
    assert!(province.site(key).expect("read").is_some());
}

#[test]
fn a_neighbour_who_claims_a_device_first_shuts_nobody_out() {
    for swapped in [false, true] {
        let folder = tempfile::tempdir().expect("folder");
        // Whose key is the lower is chance: both ways round.
        let secrets = if swapped { (2, 3) } else { (3, 2) };
        let (mut dishonest, d) = office(folder.path(), "410400", secrets.0);
        let (mut honest, h) = office(folder.path(), "410500", secrets.1);
        let (mut county, c) = office(folder.path(), "410523", 4);
        let (mut province, p) = office(folder.path(), "410000", 5);
        trust(&mut province, &p, &dishonest, "410400");
        trust(&mut province, &p, &honest, "410500");
        let device = county.own_device().expect("open");
        let claim = |trusted| {
            Body::Trust(Trust {
                device,
                unit: "410423".into(),
                trusted,
                after: (!trusted).then_some(0),
                reason: Some("so it is".into()),
            })
        };
        say(&mut dishonest, &d, None, vec![], claim(true));
        say(&mut dishonest, &d, None, vec![], claim(false));
        trust(&mut honest, &h, &county, "410523");
        let site = add(&mut county, &c, "event:1", vec![]);
        let sent = |store: &Store, name: &str| {
            let path = folder.path().join(name);
            make(store, &path, &Request::default());
            path
        };
        let first = sent(&dishonest, "d.bundle");
        take(&mut province, &first).expect("taken");
        let second = sent(&honest, "h.bundle");
        take(&mut province, &second).expect("taken");
        let third = sent(&county, "c.bundle");
        take(&mut province, &third).expect("what the device says of itself counts");
        assert!(province.site(site).expect("read").is_some());
        let standing = province.authority().devices().get(&device).expect("known");
        assert_eq!((standing.unit.as_str(), standing.revoked), ("410523", None));
    }
}

#[test]
fn a_whole_bundle_leaves_nothing_that_no_event_names() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let (mut province, b) = office(folder.path(), "410000", 2);
    trust(&mut province, &b, &county, "410423");
    let file = photo(&county, b"\xFF\xD8\xFF named");
    add(&mut county, &a, "event:1", vec![file.clone()]);
    let path = folder.path().join("a.bundle");
    make(&county, &path, &Request::default());
    let mut bundle = inspect(&path, &Unlock::default()).expect("inspected");
    let stowaway = b"\xFF\xD8\xFF nobody's".to_vec();
    let sha256 = Hash::of(&stowaway);
    bundle.evidence.push((sha256, stowaway));
    let applied = apply(&mut province, &path, &bundle).expect("taken");
    assert_eq!((applied.files, applied.unnamed), (1, 1));
    let kept = |sha256| evidence::path_of(&province.evidence_folder(), sha256).exists();
    assert!(kept(file.sha256) && !kept(sha256));
    // One that follows another may carry what earlier events name.
    bundle.manifest.since.insert(DeviceId([0; 32]), 1);
    apply(&mut province, &path, &bundle).expect("taken");
    assert!(evidence::path_of(&province.evidence_folder(), sha256).exists());
}

#[test]
fn what_shrinks_a_thousandfold_leaves_every_bundle_readable() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let (mut province, b) = office(folder.path(), "410000", 2);
    let (mut ministry, m) = office(folder.path(), "110000", 3);
    trust(&mut province, &b, &county, "410423");
    trust(&mut ministry, &m, &province, "410000");
    let key = add(&mut county, &a, "event:1", vec![]);
    for _ in 0..4 {
        let text = "a".repeat((1 << 20) - 2000);
        say(
            &mut county,
            &a,
            Some(key),
            vec![],
            Body::Note(Note { text }),
        );
    }
    let sent = folder.path().join("county.bundle");
    make(&county, &sent, &Request::default());
    take(&mut province, &sent).expect("taken");
    for split_bytes in [None, Some(100_000)] {
        let sent = folder
            .path()
            .join(format!("province-{}.bundle", split_bytes.is_some()));
        let request = Request {
            split_bytes,
            ..Request::default()
        };
        for part in make(&province, &sent, &request) {
            inspect(&part, &Unlock::default()).expect("whoever gets it reads it");
        }
    }
}

#[test]
fn files_that_nobody_has_make_no_manifest_that_nobody_reads() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let named = |first: u64| -> Vec<EvidenceRef> {
        let of = |n: u64| EvidenceRef {
            sha256: Hash::of(&n.to_be_bytes()),
            bytes: 1,
            mime: String::new(),
            role: EvidenceRole::Document,
            name: String::new(),
            taken_at: None,
            at_e7: None,
            marks: vec![],
        };
        (first..first + 50_001).map(of).collect()
    };
    for first in [0, 100_000] {
        let patrol = serde_json::json!({"on": "2026-05-03", "district": "410423", "people": 1, "vehicles": 0, "zero": true});
        let patrol = Body::Patrol(serde_json::from_value(patrol).expect("a patrol"));
        say(&mut county, &a, None, named(first), patrol);
    }
    let sent = folder.path().join("county.bundle");
    let made = create(&county, &sent, &Request::default()).expect("made");
    let read = inspect(&sent, &Unlock::default()).expect("whoever gets it reads it");
    assert_eq!(
        (made.absent.len(), read.manifest.absent.len()),
        (100_002, MOST_LISTED)
    );
}

#[test]
fn who_sets_a_clock_back_had_no_picture_first_here_nor_where_a_bundle_brings_both() {
    for (first, second) in [(1, 2), (2, 1)] {
        let folder = tempfile::tempdir().expect("folder");
        let (mut province, p) = office(folder.path(), "410000", 3);
        let (mut copy, c) = office(folder.path(), "410000", 4);
        let (mut honest, a) = office(folder.path(), "410423", first);
        let (mut thief, b) = office(folder.path(), "410424", second);
        trust(&mut province, &p, &honest, "410423");
        trust(&mut province, &p, &thief, "410424");
        trust(&mut copy, &c, &province, "410000");
        let bytes = b"\xFF\xD8\xFF a find";
        let (own, taken) = (photo(&honest, bytes), photo(&thief, bytes));
        let found = add(&mut honest, &a, "event:1", vec![own]);
        let beside = SiteKey::of_origin("event:2");
        let place = Place::point(LonLat::new(113.5, 33.74));
        let create = Create::new(FoundBy::Find, "event:2".into(), place);
        let draft = Draft {
            site: Some(beside),
            at: "2026-05-03T10:00:00+08:00".into(),
            evidence: vec![taken],
            body: Body::Create(Box::new(create)),
        };
        // Its clock stands before that of the other.
        thief
            .write(|s| s.append(&b, draft, moment(0)))
            .expect("appended");
        let first_of = |store: &Store, key| store.events_of(key).expect("events")[0].event.id;
        assert!(first_of(&thief, beside) < first_of(&honest, found));
        for (store, name) in [(&honest, "a"), (&thief, "b")] {
            let sent = folder.path().join(name);
            make(store, &sent, &Request::default());
            take(&mut province, &sent).expect("taken");
        }
        let sharing = |store: &Store| store.sites_sharing_pictures().expect("read");
        assert_eq!(sharing(&province), [beside].into());
        let sent = folder.path().join("both");
        make(&province, &sent, &Request::default());
        take(&mut copy, &sent).expect("taken");
        assert_eq!(sharing(&copy), [beside].into(), "in one bundle");
        let read = inspect(&sent, &Unlock::default()).expect("whole");
        assert_eq!(read.manifest.ranges.len(), 3, "a run of each device");
    }
}

#[test]
fn what_a_bundle_leaves_to_the_next_goes_on_in_order_of_numbers() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut province, p) = office(folder.path(), "410000", 3);
    let (mut county, a) = office(folder.path(), "410423", 1);
    trust(&mut province, &p, &county, "410423");
    for n in 0..8 {
        add(&mut county, &a, &format!("event:{n}"), vec![]);
    }
    let all = county.events(0, 100).expect("events");
    // The first of them come last.
    province.write(|s| s.take(&all[4..])).expect("taken");
    add(&mut province, &p, "event:p", vec![]);
    province.write(|s| s.take(&all[..4])).expect("taken");
    let sent = folder.path().join("a");
    make(&province, &sent, &Request::default());
    let read = inspect(&sent, &Unlock::default()).expect("whole");
    let mut last: BTreeMap<DeviceId, u64> = BTreeMap::new();
    for event in read.events.iter().map(|sealed| &sealed.event) {
        let before = last.insert(event.device, event.seq).unwrap_or(0);
        assert_eq!(event.seq, before + 1);
    }
}

#[test]
fn what_is_not_followed_is_said_when_it_arrives_of_affairs_and_of_both_sites_of_a_merge() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut province, p) = office(folder.path(), "410000", 3);
    let (mut county, a) = office(folder.path(), "410423", 1);
    trust(&mut province, &p, &county, "410423");
    let own = add(&mut county, &a, "event:1", vec![]);
    let others = add(&mut province, &p, "event:2", vec![]);
    // No program makes such events: a reward for a tip-off that nobody gave, and a merge into a site of the office above.
    let reward = serde_json::json!({"tip": Hash([9; 32]), "paid": false, "fen": 1});
    let merge = Body::Merge(Merge {
        into: others,
        into_state: State::Candidate,
        reason: "the same".into(),
    });
    let key = county.signing_key().expect("open for writing").clone();
    for (site, body) in [
        (
            None,
            Body::parse("reward", &reward.to_string()).expect("a reward"),
        ),
        (Some(own), merge),
    ] {
        let last = county.events(0, 100).expect("events").pop().expect("some");
        let mut event = last.event.clone();
        (event.seq, event.prev) = (last.event.seq + 1, Some(last.hash));
        event.id = next_id(Some(last.event.id), 0, [5; 8]);
        (event.site, event.based_on, event.body) = (site, vec![], body);
        event.actor.role = crate::registry::Role::Supervisor;
        if let Some(site) = site {
            event.based_on = county.site(site).expect("read").expect("there").heads;
            event.actor.role = crate::registry::Role::Analyst;
        }
        let forged = Sealed::seal(event, &key, None).expect("sealed");
        county.write(|s| s.take(&[forged])).expect("taken");
    }
    let sent = folder.path().join("a");
    make(&county, &sent, &Request::default());
    let applied = take(&mut province, &sent).expect("taken");
    let forged = county.events(0, 100).expect("events").split_off(2);
    let forged: Vec<Hash> = forged.iter().map(|sealed| sealed.hash).collect();
    let refused: Vec<Hash> = applied.refused.iter().map(|(hash, _)| *hash).collect();
    assert_eq!(refused, forged, "{:?}", applied.refused);
}

#[test]
fn what_was_followed_until_a_bundle_came_is_said_when_it_comes() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut province, p) = office(folder.path(), "410000", 3);
    let (mut second, s) = office(folder.path(), "410000", 4);
    let (mut county, a) = office(folder.path(), "410423", 1);
    trust(&mut province, &p, &county, "410423");
    trust(&mut province, &p, &second, "410000");
    trust(&mut second, &s, &province, "410000");
    let key = add(&mut county, &a, "event:1", vec![]);
    let path = folder.path().join("county");
    make(&county, &path, &Request::default());
    take(&mut province, &path).expect("taken");
    let path = folder.path().join("first");
    make(&province, &path, &Request::default());
    let applied = take(&mut second, &path).expect("taken");
    assert!(applied.overturned.is_empty(), "{:?}", applied.overturned);
    assert!(
        second
            .site(key)
            .expect("read")
            .expect("there")
            .created
            .is_some()
    );
    // The province's other computer withdraws the trust, from the beginning on.
    let device = DeviceId(
        county
            .signing_key()
            .expect("open")
            .verifying_key()
            .to_bytes(),
    );
    let withdrawn = Trust {
        device,
        unit: "410423".into(),
        trusted: false,
        after: Some(1),
        reason: Some("stolen".into()),
    };
    say(&mut province, &p, None, vec![], Body::Trust(withdrawn));
    let path = folder.path().join("then");
    make(&province, &path, &Request::default());
    let applied = take(&mut second, &path).expect("taken");
    let created = county.events(0, 100).expect("events")[1].hash;
    let overturned: Vec<Hash> = applied.overturned.iter().map(|(hash, _)| *hash).collect();
    assert_eq!(overturned, [created], "{:?}", applied.overturned);
    assert_eq!((applied.new_events, applied.refused.len()), (1, 0));
    // Once said, it is not said again.
    assert!(
        take(&mut second, &path)
            .expect("taken")
            .overturned
            .is_empty()
    );
}

#[test]
fn a_merge_that_is_refused_hides_no_picture_of_two_sites() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let file = photo(&county, b"\xFF\xD8\xFF one and the same");
    let one = add(&mut county, &a, "event:1", vec![file.clone()]);
    let other = SiteKey::of_origin("event:2");
    let create = Create::new(
        FoundBy::Find,
        "event:2".into(),
        Place::point(LonLat::new(113.4, 33.74)),
    );
    let create = Body::Create(Box::new(create));
    say(&mut county, &a, Some(other), vec![file], create);
    let of = |county: &Store, key| {
        let site = county.site(key).expect("read").expect("there");
        county.pictures_elsewhere(&site).expect("read").len()
    };
    assert_eq!((of(&county, one), of(&county, other)), (1, 1));
    // Kilometres away: refused, and no kinship.
    let merge = Body::Merge(Merge {
        into: other,
        into_state: State::Candidate,
        reason: "the same".into(),
    });
    // No program makes such an event; one that was forged arrives.
    let last = county.events(0, 100).expect("events").pop().expect("some");
    let mut event = last.event.clone();
    (event.seq, event.prev) = (last.event.seq + 1, Some(last.hash));
    event.id = next_id(Some(last.event.id), 0, [5; 8]);
    (event.site, event.evidence, event.body) = (Some(one), vec![], merge);
    let known = |key| county.site(key).expect("read").expect("there").heads;
    event.based_on = [known(one), known(other)].concat();
    let key = county.signing_key().expect("open for writing").clone();
    let forged = Sealed::seal(event, &key, None).expect("sealed");
    county.write(|s| s.take(&[forged])).expect("taken");
    let refused = county.site(one).expect("read").expect("there").refused;
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!((of(&county, one), of(&county, other)), (1, 1));
}

/// The entries of a bundle, by name.
fn entries_of(path: &Path) -> BTreeMap<String, Vec<u8>> {
    use std::io::Read;
    let file = std::fs::File::open(path).expect("there");
    let mut archive = zip::ZipArchive::new(file).expect("a ZIP");
    let count = archive.len();
    let read = |at: usize| {
        let mut entry = archive.by_index(at).expect("an entry");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("read");
        (entry.name().expect("a name").into_owned(), bytes)
    };
    (0..count).map(read).collect()
}

/// A bundle of these entries as somebody's own program would make it: the manifest signed with a key, the container's digest as it has
/// to be.
fn remade(path: &Path, mut entries: BTreeMap<String, Vec<u8>>, manifest: &Value, secret: u8) {
    use std::io::Write;
    let bytes = serde_json::to_vec(manifest).expect("JSON");
    let message = [SIGNED_AS, Hash::of(&bytes).as_bytes()].concat();
    let signature = SigningKey::from_bytes(&[secret; 32]).sign(&message);
    let signature = hex::encode(signature.to_bytes()).into_bytes();
    entries.insert("MANIFEST.json".into(), bytes);
    entries.insert("MANIFEST.sig".into(), signature);
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let stored = zip::write::SimpleFileOptions::default();
        out.start_file(name, stored).expect("begun");
        out.write_all(&bytes).expect("written");
    }
    out.set_comment(format!("{COMMENT}{}", "0".repeat(64)))
        .expect("a comment");
    let mut whole = out.finish().expect("finished").into_inner();
    let digest = whole.len() - 64;
    let sha256 = Hash::of(&whole[..digest]).to_string();
    whole[digest..].copy_from_slice(sha256.as_bytes());
    std::fs::write(path, whole).expect("written");
}

#[test]
fn whoever_makes_a_bundle_anew_with_digests_that_fit_is_found_out_by_what_it_holds() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let file = photo(&county, b"\xFF\xD8\xFF one");
    add(&mut county, &a, "event:1", vec![file.clone()]);
    let path = folder.path().join("a.bundle");
    make(&county, &path, &Request::default());
    let entries = entries_of(&path);
    let manifest: Value = serde_json::from_slice(&entries["MANIFEST.json"]).expect("JSON");
    let picture = format!("evidence/{}", file.sha256);
    let listed = |manifest: &mut Value, name: &str, of: &[u8]| {
        let files = manifest["files"].as_array_mut().expect("a list");
        let file = files.iter_mut().find(|file| file["path"] == name);
        let file = file.expect("listed");
        file["sha256"] = Hash::of(of).to_string().into();
        file["bytes"] = of.len().into();
    };
    let told = |entries: BTreeMap<String, Vec<u8>>, manifest: &Value, secret: u8| {
        let path = folder.path().join("b.bundle");
        remade(&path, entries, manifest, secret);
        inspect(&path, &Unlock::default())
    };
    let changed = |told: Result<Inspected, BundleError>, what: &str| match told {
        Err(BundleError::Changed { at, .. }) => assert!(at.contains(what), "{at}"),
        other => panic!("{what}: {other:?}"),
    };
    told(entries.clone(), &manifest, 1).expect("the same anew");
    // Another key than that of the device which it names.
    changed(told(entries.clone(), &manifest, 2), "signature");
    // Another picture under the digest of the first.
    let mut other = entries.clone();
    other.insert(picture.clone(), b"\xFF\xD8\xFF two".to_vec());
    changed(told(other, &manifest, 1), "evidence/");
    // Fewer events than it says.
    let mut more = manifest.clone();
    more["events"] = 99.into();
    changed(told(entries.clone(), &more, 1), "events.jsonl");
    // An event that its device did not sign.
    let lines = String::from_utf8(entries["events.jsonl"].clone()).expect("text");
    let at = lines.find("\"signature\":\"").expect("signed") + 13;
    let mut forged = lines.into_bytes();
    forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
    let (mut other, mut fits) = (entries.clone(), manifest.clone());
    listed(&mut fits, "events.jsonl", &forged);
    other.insert("events.jsonl".into(), forged);
    let unsigned = told(other, &fits, 1);
    assert!(matches!(unsigned, Err(BundleError::Event { .. })));
    // What is not listed, is listed twice, or is larger than all of it.
    let mut other = entries.clone();
    other.insert(format!("evidence/{}", Hash([7; 32])), b"x".to_vec());
    let unlisted = told(other, &manifest, 1);
    assert!(matches!(unlisted, Err(BundleError::Strange { .. })));
    let mut twice = manifest.clone();
    let files = twice["files"].as_array_mut().expect("a list");
    files.push(files[0].clone());
    let twice = told(entries.clone(), &twice, 1);
    assert!(matches!(twice, Err(BundleError::Strange { .. })));
    let mut large = manifest.clone();
    let files = large["files"].as_array_mut().expect("a list");
    let of_picture = files
        .iter_mut()
        .find(|file| file["path"] == picture.as_str());
    of_picture.expect("listed")["bytes"] = (1_u64 << 40).into();
    let large = told(entries, &large, 1);
    assert!(matches!(large, Err(BundleError::Bomb { .. })));
}

#[test]
fn a_bundle_is_opened_for_the_device_and_the_unit_that_are_trusted() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    add(&mut county, &a, "event:1", vec![]);
    let path = folder.path().join("a.bundle");
    make(&county, &path, &Request::default());
    let device = county.own_device().expect("open");
    let opened = |trusted: &[(DeviceId, &str)]| {
        let known = trusted.iter().map(|(id, unit)| (*id, (*unit).to_owned()));
        inspect_trusted(&path, &Unlock::default(), &known.collect())
    };
    let stranger = DeviceId([7; 32]);
    for trusted in [&[][..], &[(stranger, "410423")], &[(device, "410424")]] {
        let refused = opened(trusted);
        assert!(matches!(refused, Err(BundleError::Stranger { device: of, .. }) if of == device));
    }
    let both = opened(&[(stranger, "410424"), (device, "410423")]);
    assert_eq!(both.expect("opened").events.len(), 2);
}

#[test]
fn what_a_manifest_lists_is_what_lies_there_to_the_byte() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let file = photo(&county, b"\xFF\xD8\xFF one");
    add(&mut county, &a, "event:1", vec![file.clone()]);
    add(&mut county, &a, "event:2", vec![]);
    let path = folder.path().join("a.bundle");
    make(&county, &path, &Request::default());
    let entries = entries_of(&path);
    let manifest: Value = serde_json::from_slice(&entries["MANIFEST.json"]).expect("JSON");
    let picture = format!("evidence/{}", file.sha256);
    let changed_of = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut manifest = manifest.clone();
        let files = manifest["files"].as_array_mut().expect("a list");
        let listed = files.iter_mut().find(|file| file["path"] == name);
        change(listed.expect("listed"));
        manifest
    };
    let path = folder.path().join("b.bundle");
    let told = |entries: BTreeMap<String, Vec<u8>>, manifest: &Value| {
        remade(&path, entries, manifest, 1);
        let looked = look_through(&path, &Unlock::default()).map(|_contents| ());
        [inspect(&path, &Unlock::default()).map(|_all| ()), looked]
    };
    for read in told(entries.clone(), &manifest) {
        read.expect("the same anew");
    }
    let longer = |file: &mut Value| file["bytes"] = (file["bytes"].as_u64().expect("n") + 1).into();
    let endless = |file: &mut Value| file["bytes"] = (1_u64 << 40).into();
    let elsewhere = |file: &mut Value| file["path"] = format!("evidence/{}", Hash([7; 32])).into();
    for (name, at) in [
        (picture.as_str(), "evidence/"),
        ("events.jsonl", "events.jsonl"),
    ] {
        for read in told(entries.clone(), &changed_of(name, &longer)) {
            assert!(
                matches!(&read, Err(BundleError::Changed { at: of, .. }) if of.contains(at)),
                "{read:?}"
            );
        }
    }
    for read in told(entries.clone(), &changed_of("events.jsonl", &endless)) {
        assert!(matches!(read, Err(BundleError::Bomb { .. })), "{read:?}");
    }
    let mut moved = entries.clone();
    let bytes = moved.remove(&picture).expect("there");
    moved.insert(format!("evidence/{}", Hash([7; 32])), bytes);
    for read in told(moved, &changed_of(&picture, &elsewhere)) {
        assert!(matches!(read, Err(BundleError::Strange { .. })), "{read:?}");
    }
    // The same events in another order, and another picture.
    let mut lines: Vec<&[u8]> = entries["events.jsonl"]
        .split_inclusive(|b| *b == b'\n')
        .collect();
    lines.reverse();
    let mut turned = entries.clone();
    turned.insert("events.jsonl".into(), lines.concat());
    let mut other = entries.clone();
    other.insert(picture, b"\xFF\xD8\xFF two".to_vec());
    for entries in [turned, other] {
        for read in told(entries, &manifest) {
            assert!(matches!(read, Err(BundleError::Changed { .. })), "{read:?}");
        }
    }
}

#[test]
fn an_endless_line_and_an_endless_list_of_entries_are_not_read() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    add(&mut county, &a, "event:1", vec![]);
    let path = folder.path().join("a.bundle");
    make(&county, &path, &Request::default());
    let mut entries = entries_of(&path);
    let mut manifest: Value = serde_json::from_slice(&entries["MANIFEST.json"]).expect("JSON");
    let whole = std::fs::read(&path).expect("read");
    let line = vec![b' '; (16 << 20) + 2];
    manifest["files"][0]["bytes"] = line.len().into();
    manifest["files"][0]["sha256"] = Hash::of(&line).to_string().into();
    manifest["events"] = 0.into();
    entries.insert("events.jsonl".into(), line);
    // Noise beside it, so that the text has not shrunk beyond what is believed.
    let mut noise = vec![0; 2 << 20];
    let mut state = 1_u64;
    for byte in &mut noise {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        *byte = state.to_be_bytes()[0];
    }
    let name = format!("evidence/{}", Hash::of(&noise));
    let files = manifest["files"].as_array_mut().expect("a list");
    files.push(serde_json::json!({"path": name, "bytes": noise.len(), "sha256": Hash::of(&noise).to_string()}));
    entries.insert(name, noise);
    remade(&path, entries, &manifest, 1);
    let read = inspect(&path, &Unlock::default()).map(|_all| ());
    assert!(matches!(read, Err(BundleError::Bomb { .. })), "{read:?}");
    let mut endless = whole;
    let end = endless.len() - (22 + COMMENT.len() + 64);
    assert!(endless[end..].starts_with(b"PK\x05\x06"));
    endless[end + 12..end + 16].copy_from_slice(&(65_u32 << 20).to_le_bytes());
    std::fs::write(&path, endless).expect("written");
    let read = inspect(&path, &Unlock::default()).map(|_all| ());
    let why = "its end is not that of a bundle";
    assert!(
        matches!(&read, Err(BundleError::NotABundle { why: said, .. }) if said == why),
        "{read:?}"
    );
}

#[test]
fn whoever_is_trusted_no_longer_or_for_another_unit_hands_in_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let (mut province, b) = office(folder.path(), "410000", 2);
    trust(&mut province, &b, &county, "410423");
    add(&mut county, &a, "event:1", vec![]);
    let path = folder.path().join("a.bundle");
    make(&county, &path, &Request::default());
    let entries = entries_of(&path);
    let mut manifest: Value = serde_json::from_slice(&entries["MANIFEST.json"]).expect("JSON");
    manifest["unit"] = "410424".into();
    let other = folder.path().join("b.bundle");
    remade(&other, entries, &manifest, 1);
    let refused = take(&mut province, &other);
    assert!(matches!(refused, Err(BundleError::Stranger { unit, .. }) if unit == "410424"));
    let revoked = Trust {
        device: county.own_device().expect("open"),
        unit: "410423".into(),
        trusted: false,
        after: Some(0),
        reason: Some("stolen".into()),
    };
    say(&mut province, &b, None, vec![], Body::Trust(revoked));
    let refused = take(&mut province, &path);
    let Err(BundleError::Revoked { why, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(why.reason.as_deref(), Some("stolen"));
    assert_eq!((why.by_unit.as_str(), why.after), ("410000", Some(0)));
}

#[test]
fn a_device_is_whose_its_events_say_and_where_there_are_none_its_manifest() {
    // Whichever of the two who vouch comes first.
    for (own, other) in [(1, 2), (2, 1)] {
        let folder = tempfile::tempdir().expect("folder");
        let (mut province, p) = office(folder.path(), "410000", 5);
        let (mut county, a) = office(folder.path(), "410423", own);
        let (mut neighbour, n) = office(folder.path(), "410424", other);
        let (town, _) = office(folder.path(), "410423001", 3);
        trust(&mut province, &p, &county, "410423");
        trust(&mut province, &p, &neighbour, "410424");
        trust(&mut county, &a, &town, "410423001");
        trust(&mut neighbour, &n, &town, "410424001");
        for (name, store) in [("a", &county), ("n", &neighbour)] {
            let path = folder.path().join(format!("{name}.bundle"));
            make(store, &path, &Request::default());
            take(&mut province, &path).expect("taken");
        }
        let path = folder.path().join("t.bundle");
        make(&town, &path, &Request::default());
        let bundle = inspect(&path, &Unlock::default()).expect("whole");
        let mut lying = bundle.clone();
        lying.manifest.unit = "410424001".into();
        let told = apply(&mut province, &path, &lying);
        assert!(
            matches!(told, Err(BundleError::Stranger { .. })),
            "{told:?}"
        );
        let mut bare = bundle.clone();
        bare.events.clear();
        apply(&mut province, &path, &bare).expect("of whom it says");
        apply(&mut province, &path, &bundle).expect("taken");
    }
}

#[test]
fn a_signature_is_no_longer_than_one() {
    let folder = tempfile::tempdir().expect("folder");
    let (county, _) = office(folder.path(), "410423", 1);
    let path = folder.path().join("a.bundle");
    make(&county, &path, &Request::default());
    let manifest = &entries_of(&path)["MANIFEST.json"];
    let entries = [
        ("MANIFEST.json", &manifest[..]),
        ("MANIFEST.sig", &[b'0'; 1_000]),
    ];
    std::fs::write(&path, zip_of(&entries)).expect("written");
    let read = inspect(&path, &Unlock::default());
    assert!(matches!(read, Err(BundleError::Bomb { .. })), "{read:?}");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_opened() {
    let read = inspect(Path::new("/dev/null"), &Unlock::default());
    assert!(matches!(read, Err(BundleError::Io { .. })), "{read:?}");
}

#[test]
fn a_bundle_that_is_not_there_is_the_users_to_find() {
    use crate::words::{Fault, Lang, Say};
    let folder = tempfile::tempdir().expect("folder");
    let missing = inspect(&folder.path().join("none.bundle"), &Unlock::default());
    let error = missing.expect_err("nothing there");
    assert_eq!(error.fault(), Fault::Input);
    assert!(!error.say(Lang::En).remedies.is_empty());
}

#[test]
fn a_bundle_is_locked_under_no_empty_or_very_short_passphrase() {
    for passphrase in ["", "…", "ab"] {
        let sealing = Sealing::Passphrase(passphrase.into());
        let sealed = super::pack::sealed_up(vec![1], &sealing);
        assert!(
            matches!(sealed, Err(BundleError::Weak(_))),
            "{passphrase:?}"
        );
    }
}

#[test]
fn a_rehearsal_takes_the_files_that_come_with_a_bundle_to_be_here() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut county, a) = office(folder.path(), "410423", 1);
    let (mut province, b) = office(folder.path(), "410000", 2);
    trust(&mut province, &b, &county, "410423");
    let file = photo(&county, b"\xFF\xD8\xFF comes along");
    add(&mut county, &a, "event:1", vec![file.clone()]);
    let path = folder.path().join("a.bundle");
    make(&county, &path, &Request::default());
    let bundle = inspect(&path, &Unlock::default()).expect("inspected");
    let is_here = |store: &mut Store| {
        store.take(&bundle.events)?;
        Ok(store.authority().is_here(file.sha256))
    };
    let alone = province.rehearse(is_here).expect("rehearsed");
    let together = province.rehearse_with_files([file.sha256], is_here);
    assert_eq!((alone, together.expect("rehearsed")), (false, true));
    assert_eq!(province.rehearse(is_here).expect("rehearsed"), alone);
}
