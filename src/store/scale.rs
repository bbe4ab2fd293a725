//! Figures at scale, measured and printed: `PAPAVER_SITES=100000 cargo test --release store::scale -- --ignored --nocapture`.

use super::*;
use crate::ground::LonLat;
use crate::registry::body::*;
use crate::registry::event::{Actor, Event, Sealed, next_id};
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::place::Place;
use crate::registry::{Role, State};
use ed25519_dalek::SigningKey;
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Events of each site: its founding, screening, an assignment, and notes up to this number.
const EACH: usize = 10;

fn event(
    author: &Author,
    site: Option<SiteKey>,
    role: Role,
    chain: (&SigningKey, u64, Option<Hash>, Option<Uuid>),
    based_on: Vec<Hash>,
    body: Body,
) -> Sealed {
    let (key, seq, prev, last) = chain;
    let event = Event {
        id: next_id(last, 1_778_050_000_000 + seq, [7; 8]),
        site,
        season: 2026,
        at: "2026-05-03T10:00:00+08:00".into(),
        logged_at: "2026-05-03T02:00:00Z".into(),
        clock_behind_s: None,
        actor: Actor {
            name: author.name.clone(),
            unit: author.unit.clone(),
            role,
            key: None,
            recorder: None,
        },
        device: DeviceId::of(key),
        seq,
        prev,
        based_on,
        evidence: vec![],
        body,
    };
    Sealed::seal(event, key, None).expect("sealed")
}

fn life(n: usize) -> Vec<Body> {
    #[expect(clippy::cast_precision_loss, reason = "a test's grid")]
    let at = LonLat::new(
        113.0 + (n % 1000) as f64 * 0.001,
        33.0 + (n / 1000) as f64 * 0.001,
    );
    let origin = format!("candidate:{n}");
    let mut bodies = vec![
        Body::Create(Box::new(Create {
            area_dm2: Some(1000),
            detection: Some(Detection {
                candidate: n.to_string(),
                scan: "s".into(),
                captured: None,
                score_e4: 9000,
                rank: None,
            }),
            ..Create::new(FoundBy::Scan, origin, Place::point(at))
        })),
        Body::Screen(Screen {
            keep: true,
            reason: None,
            note: None,
            took_ms: None,
            seconds: None,
        }),
        Body::Assign(Assign {
            crew: format!("crew {}", n % 50),
            due: None,
        }),
    ];
    bodies.extend((bodies.len()..EACH).map(|m| {
        Body::Note(Note {
            text: format!("a note of some length, number {m}"),
        })
    }));
    bodies
}

/// Seconds that this process has computed, on all cores together: what a busy machine does not change.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: f64 = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

/// The most memory held since this was asked last.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let _reset = std::fs::write("/proc/self/clear_refs", "5");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

/// Makes a bundle of a device's events after a number, looks into it, and applies it to a registry that lacks them.
fn bundled(
    store: &Store,
    behind: &Path,
    since: (DeviceId, u64),
    number: usize,
    rate: &dyn Fn(&str, usize, Instant),
) {
    use crate::store::bundle::{Point, Request, Sealing, Unlock, apply, create, inspect};
    let file = behind.with_file_name("b.pvb");
    let own = store.writer.as_ref().expect("open for writing").device;
    let request = Request {
        since: Point {
            have: [since, (own, 2)].into(),
            ..Point::default()
        },
        district: None,
        split_bytes: None,
        most_bytes: None,
        created_at: "2026-06-01T00:00:00Z".into(),
        sealing: Sealing::Open,
        ..Request::default()
    };
    let started = Instant::now();
    create(store, &file, &request).expect("made");
    rate("create a bundle", number, started);
    let mut behind = Store::open_write(behind, "test", Duration::ZERO).expect("opened");
    let started = Instant::now();
    let bundle = inspect(&file, &Unlock::default()).expect("whole");
    rate("inspect it", number, started);
    let started = Instant::now();
    let applied = apply(&mut behind, &file, &bundle).expect("applied");
    rate("apply it", number, started);
    assert_eq!(applied.new_events, number);
}

#[test]
#[ignore = "minutes long; prints figures"]
#[expect(clippy::too_many_lines, reason = "one measurement after another")]
fn a_province_of_a_hundred_thousand_sites() {
    let sites: usize = std::env::var("PAPAVER_SITES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(10_000);
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.papaver");
    let author = Author::plain("410000", "chief");
    let init = Init {
        unit: "410000".into(),
        unit_name: None,
        program: "test".into(),
    };
    let now = jiff::Timestamp::new(1_778_000_000, 0).expect("time");
    let mut store = Store::create(
        &path,
        &author,
        init,
        "2026-05-01T08:00:00+08:00".into(),
        Moment {
            now,
            random: [1; 8],
        },
        [1; 32],
    )
    .expect("created");
    let key = SigningKey::from_bytes(&[9; 32]);
    let (mut seq, mut prev, mut last) = (0, None, None);
    let made = Instant::now();
    // As a season brings them: everybody's first event, then everybody's second.
    let mut lives: Vec<_> = (0..sites).map(|n| life(n).into_iter()).collect();
    let mut heads: Vec<Vec<Hash>> = vec![vec![]; sites];
    let mut all = Vec::with_capacity(sites * EACH);
    for _ in 0..EACH {
        for (n, life) in lives.iter_mut().enumerate() {
            seq += 1;
            let site = SiteKey::of_origin(&format!("candidate:{n}"));
            let sealed = event(
                &author,
                Some(site),
                Role::Analyst,
                (&key, seq, prev, last),
                std::mem::take(&mut heads[n]),
                life.next().expect("as many as each has"),
            );
            (prev, last) = (Some(sealed.hash), Some(sealed.event.id));
            heads[n] = vec![sealed.hash];
            all.push(sealed);
        }
    }
    let count = all.len();
    println!("made {count} events in {:?}", made.elapsed());
    let cpu = std::cell::Cell::new(cpu_seconds());
    let rate = |what: &str, n: usize, since: Instant| {
        let taken = since.elapsed();
        let worked = cpu_seconds() - cpu.replace(cpu_seconds());
        #[expect(clippy::cast_precision_loss, reason = "a printed rate")]
        let per_second = n as f64 / taken.as_secs_f64();
        println!(
            "{what}: {taken:.2?}, {per_second:.0} a second; {worked:.1} s of processor time; peak memory {} MiB",
            resident_mib()
        );
    };
    let batch = all.split_off(count.saturating_sub(100_000.min(count / 2)));
    let device = DeviceId::of(&key);
    let trust = Trust {
        device,
        unit: author.unit.clone(),
        trusted: true,
        after: None,
        reason: None,
    };
    let draft = Draft {
        site: None,
        at: "2026-05-03T10:00:00+08:00".into(),
        evidence: vec![],
        body: Body::Trust(trust),
    };
    let random = [2; 8];
    store
        .write(|s| s.append(&author, draft, Moment { now, random }))
        .expect("trusted");
    let started = Instant::now();
    store.write(|s| s.take(&all)).expect("taken");
    rate("take the first", all.len(), started);
    // The same office as it was before the bundle came.
    let behind = folder.path().join("behind.papaver");
    for ending in ["", ".key"] {
        let name = |file: &str| folder.path().join(format!("{file}.papaver{ending}"));
        std::fs::copy(name("a"), name("behind")).expect("copied");
    }
    let (first, number) = (all.len() as u64, batch.len());
    store.write(|s| s.take(&batch)).expect("taken");
    drop((all, batch, lives));
    let _ = resident_mib();
    bundled(&store, &behind, (device, first), number, &rate);
    let started = Instant::now();
    store.rebuild().expect("rebuilt");
    rate("rebuild (replay and write)", count, started);
    let started = Instant::now();
    let mut replayed = 0;
    store
        .replay_all(|_, _| {
            replayed += 1;
            Ok(())
        })
        .expect("replayed");
    rate("replay", count, started);
    assert_eq!(replayed, sites);
    let started = Instant::now();
    let verified = store.verify(false).expect("verified");
    rate("verify, for the first time", count, started);
    assert_eq!(verified.findings, vec![]);
    let started = Instant::now();
    let verified = store.verify(false).expect("verified");
    rate("verify, day by day", count, started);
    assert_eq!((verified.findings, verified.signatures), (vec![], 0));
    let started = Instant::now();
    assert_eq!(store.verify(true).expect("verified").findings, vec![]);
    rate("verify --full", count, started);
    let assign = |store: &mut Store, n: usize| {
        let draft = Draft {
            site: Some(SiteKey::of_origin(&format!("candidate:{}", n * 37 % sites))),
            at: "2026-05-04T10:00:00+08:00".into(),
            evidence: vec![],
            body: Body::Assign(Assign {
                crew: format!("{n}"),
                due: None,
            }),
        };
        let second = 1_778_100_000 + i64::try_from(n).expect("few");
        let moment = Moment {
            now: jiff::Timestamp::new(second, 0).expect("time"),
            random: [1; 8],
        };
        let changed = store.write(|s| s.append(&author, draft, moment));
        changed.expect("assigned");
    };
    let said = |what: &str, mut times: Vec<Duration>| {
        times.sort_unstable();
        let (half, most) = (times[times.len() / 2], times[times.len() * 19 / 20]);
        println!("{what}: median {half:?}, 95th of a hundred {most:?}; to be under 10 ms");
    };
    let changes = (0..200).map(|n| {
        let started = Instant::now();
        assign(&mut store, n);
        started.elapsed()
    });
    said("a status change", changes.collect());
    drop(store);
    // As a command does it, that opens the registry for one.
    let opened = (200..220).map(|n| {
        let started = Instant::now();
        let mut store = Store::open_write(&path, "test", Duration::ZERO).expect("opened");
        assign(&mut store, n);
        started.elapsed()
    });
    said("a status change, and opening for it", opened.collect());
    let store = Store::open_write(&path, "test", Duration::ZERO).expect("opened");
    // The day's own events are verified, the others are known.
    let _ = cpu.replace(cpu_seconds());
    let started = Instant::now();
    let verified = store.verify(false).expect("verified");
    rate("verify, after a day's changes", count + 220, started);
    assert_eq!((verified.findings, verified.signatures > 0), (vec![], true));
    for (what, filter) in [
        (
            "crew",
            Filter {
                crew: Some("crew 7".into()),
                ..Filter::default()
            },
        ),
        (
            "box",
            Filter {
                within: Some([113.1, 33.0, 113.15, 33.05]),
                ..Filter::default()
            },
        ),
        (
            "state",
            Filter {
                states: vec![State::Refuted],
                ..Filter::default()
            },
        ),
        ("everything", Filter::default()),
    ] {
        let started = Instant::now();
        let found = store.sites(&filter).expect("listed").len();
        println!("sites by {what}: {found} in {:?}", started.elapsed());
    }
    println!(
        "file {} MiB",
        std::fs::metadata(&path).expect("there").len() >> 20
    );
}

/// A registry with nothing in it but many sites, each as the first: only what is derived, for whoever reads.
fn of_many_sites(path: &Path, sites: usize) {
    let author = Author::plain("410000", "chief");
    let init = Init {
        unit: "410000".into(),
        unit_name: None,
        program: "test".into(),
    };
    let at = || "2026-05-03T10:00:00+08:00".to_owned();
    let random = [1; 8];
    let now = jiff::Timestamp::new(1_778_000_000, 0).expect("time");
    let begun = Store::create(path, &author, init, at(), Moment { now, random }, [1; 32]);
    let mut store = begun.expect("created");
    let key = |n: usize| SiteKey::of_origin(&format!("candidate:{n}"));
    let draft = Draft {
        site: Some(key(0)),
        at: at(),
        evidence: vec![],
        body: life(0).swap_remove(0),
    };
    let made = store.write(|store| {
        store.append(&author, draft, Moment { now, random })?;
        let first = store.site(key(0))?.expect("there");
        for n in 1..sites {
            let mut site = first.clone();
            site.key = key(n);
            site.place.lon_e7 += i64::try_from(n).expect("few") * 1_000;
            if let Some(found) = &mut site.detection {
                found.candidate = n.to_string();
            }
            store.keep(&site)?;
        }
        Ok(())
    });
    made.expect("made");
}

#[test]
#[ignore = "minutes long; prints figures"]
fn what_a_server_asks_of_a_hundred_thousand_sites() {
    let sites: usize = std::env::var("PAPAVER_SITES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(10_000);
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.papaver");
    of_many_sites(&path, sites);
    let median = |what: &str, ask: &mut dyn FnMut()| {
        let mut times: Vec<Duration> = (0..7)
            .map(|_| {
                let started = Instant::now();
                ask();
                started.elapsed()
            })
            .collect();
        times.sort_unstable();
        println!("{what}: median {:.2?}", times[3]);
    };
    let open = || Store::open_read(&path).expect("opened");
    median("open a registry", &mut || drop(open()));
    let mut store = open();
    store.hold_little().expect("held");
    median("go on with an open one", &mut || {
        assert!(store.is_current().expect("there"));
    });
    let all = Filter::default();
    let page = |offset: usize| {
        let (total, part) = store.some_sites(&all, offset, 50).expect("listed");
        assert_eq!((total, part.len()), (sites, 50));
    };
    median("fifty of the list", &mut || page(0));
    median("the last fifty", &mut || page(sites - 50));
    median("the same by reading every site", &mut || {
        assert_eq!(store.sites(&all).expect("listed").len(), sites);
    });
    let named: Vec<String> = (0..500).map(|n| (n * 7 % sites).to_string()).collect();
    median("the sites of a scan's 500 candidates", &mut || {
        let named = named.iter().map(String::as_str);
        assert_eq!(store.sites_of_candidates(named).expect("found").len(), 500);
    });
}
