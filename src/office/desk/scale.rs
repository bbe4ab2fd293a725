//! What verdicts cost, measured and printed: `PAPAVER_VERDICTS=1000 cargo test --release desk::scale -- --ignored --nocapture`.

use super::{VerdictRequest, judge};
use crate::office::fixture::{begun, found, grant};
use crate::office::people::{NewKey, make_key};
use crate::office::{Credentials, Office, Session};
use crate::registry::Role;
use crate::registry::body::Opinion;
use crate::registry::event::Sealed;
use std::path::Path;
use std::time::{Duration, Instant};

/// An office with one candidate, and an analyst who signs.
pub(in crate::office) fn office_with_one(folder: &Path, candidate: &str) -> (Office, Session) {
    let (mut office, chief) = begun(&folder.join("a.papaver"));
    for name in ["chief", "li"] {
        grant(&mut office, &chief, name, &[Role::Analyst]);
    }
    found(&mut office, &chief, candidate, Some("2026-05-03"));
    let key = NewKey {
        name: "li".into(),
        passphrase: "correct horse".into(),
        old_passphrase: None,
        happened: None,
    };
    make_key(&mut office, key).expect("made");
    let li = office.sign_in(Credentials {
        actor: "li".into(),
        passphrase: Some("correct horse".into()),
        ..Credentials::default()
    });
    let li = li.expect("unlocked");
    (office, li)
}

/// What somebody says who cannot tell.
pub(in crate::office) fn unsure() -> VerdictRequest {
    VerdictRequest {
        opinion: Opinion::Unsure,
        reason: None,
        note: None,
        took_ms: Some(1_000),
    }
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn took(work: &mut dyn FnMut()) -> Duration {
    let once = |_| {
        let started = Instant::now();
        work();
        started.elapsed()
    };
    middle((0..7).map(once).collect())
}

#[test]
#[ignore = "minutes long; prints figures"]
fn what_one_more_verdict_costs_on_a_site_of_many() {
    let most: usize = std::env::var("PAPAVER_VERDICTS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(700);
    let folder = tempfile::tempdir().expect("folder");
    let candidate = "000000000001";
    let (mut office, li) = office_with_one(folder.path(), candidate);
    for round in 1..=most / 100 {
        let times = (0..100).map(|_| {
            let started = Instant::now();
            judge(&mut office, &li, candidate, unsure()).expect("judged");
            started.elapsed()
        });
        let median = middle(times.collect());
        println!(
            "verdicts {} to {}: median {median:.2?}",
            round * 100 - 99,
            round * 100
        );
    }
    let store = office.store();
    let found = store.site_of_candidate(candidate).expect("read");
    let key = found.expect("there").key;
    let site = took(&mut || drop(store.site(key).expect("read")));
    let mut events: Vec<Sealed> = Vec::new();
    let read = took(&mut || events = store.events_of(key).expect("read"));
    let checked = took(&mut || assert!(events.iter().all(|e| e.check_signatures().is_ok())));
    println!(
        "the site read in {site:.2?}, its events in {read:.2?}, their signatures verified in {checked:.2?}"
    );
}
