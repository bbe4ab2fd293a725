//! The server killed at random moments of verdicts and uploads (`PAPAVER_CASES` times, ten where nothing is said): what was
//! acknowledged is there, and nothing is half.

use super::browser::Browser;
use super::office::{CANDIDATES, Office, PASSPHRASE, Server};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Bytes of an upload, which follow from its number.
fn bytes(number: usize) -> Vec<u8> {
    let each = |at: usize| (at * 31 + number * 7) as u8;
    (0..300_000 + number % 5).map(each).collect()
}

/// What was sent, and of that what was acknowledged.
#[derive(Default)]
struct Sent {
    unsure: BTreeMap<String, [usize; 2]>,
    keep: BTreeMap<String, bool>,
    uploads: BTreeMap<String, (usize, bool)>,
    /// The candidates looked at since the last kill.
    touched: BTreeSet<String>,
}

fn login(server: &Server, registry: &str) -> Browser {
    let mut browser = Browser::new(&server.url);
    let given = json!({"registry": registry, "person": "li", "passphrase": PASSPHRASE});
    let answer = browser.post("/api/login", &given);
    answer.ok();
    let cookie = answer.header("set-cookie").expect("cookie");
    browser.cookie = cookie.split(';').next().map(str::to_owned);
    browser
}

/// How many verdicts were sent.
static SAID: AtomicUsize = AtomicUsize::new(0);

/// Gives verdicts until the server is no more.
fn judge(li: &Browser, table: &str, from: usize, sent: &Mutex<Sent>) {
    for turn in 0.. {
        let decides = turn % 3 == 0;
        let number = from + turn;
        let candidate = format!("CAND{:08}", number % CANDIDATES);
        let verdict = if decides { "keep" } else { "unsure" };
        {
            let mut sent = sent.lock().expect("lock");
            sent.touched.insert(candidate.clone());
            if decides {
                sent.keep.entry(candidate.clone()).or_default();
            } else {
                sent.unsure.entry(candidate.clone()).or_default()[0] += 1;
            }
        }
        // The same said again would be nothing new.
        let note = SAID.fetch_add(1, Ordering::Relaxed).to_string();
        let given =
            json!({"candidate": candidate, "verdict": verdict, "seconds": 1.0, "note": note});
        let Some(answer) = li.try_post(&format!("{table}/verdicts"), &given) else {
            return;
        };
        let mut sent = sent.lock().expect("lock");
        let done = answer.status < 300;
        // What was decided before takes no further verdict.
        assert!(done || answer.status == 409, "{answer:?}");
        match (decides, done) {
            (true, true) => *sent.keep.entry(candidate).or_default() = true,
            (false, true) => sent.unsure.entry(candidate).or_default()[1] += 1,
            _ => {}
        }
    }
}

/// Sends files until the server is no more.
fn upload(li: &Browser, from: usize, sent: &Mutex<Sent>) {
    for number in from.. {
        let name = format!("file-{number}.bin");
        let entry = (number, false);
        sent.lock()
            .expect("lock")
            .uploads
            .insert(name.clone(), entry);
        let Some(answer) = li.try_put(&format!("/api/uploads/{name}"), &bytes(number)) else {
            return;
        };
        answer.ok();
        sent.lock()
            .expect("lock")
            .uploads
            .insert(name, (number, true));
    }
}

/// What is there after a kill is what was acknowledged, and at most what was on its way.
fn check(office: &Office, li: &Browser, sent: &Sent) {
    let all = li.get(&office.table()).ok();
    let cards: BTreeMap<String, &Value> = all["queue"]
        .as_array()
        .expect("queue")
        .iter()
        .map(|card| (card["candidate"].as_str().expect("id").to_owned(), card))
        .collect();
    for candidate in &sent.touched {
        let card = cards[candidate];
        let code = card["code"].as_str().expect("code");
        let page = li.get(&office.way(&format!("/sites/{code}"))).ok();
        let looks = page["looks"].as_array().map_or(&[][..], Vec::as_slice);
        let said = |opinion: &str| {
            let same = looks.iter().filter(|look| look[0]["opinion"] == opinion);
            same.count()
        };
        let kept = said("keep") > 0;
        let acknowledged = sent.keep.get(candidate).is_some_and(|done| *done);
        assert!(kept || !acknowledged, "a verdict is lost: {page}");
        // Where a second is to look nothing is decided by the first.
        let decided = !page["screened"].is_null();
        assert!(kept == decided || card["audit"] == true, "half: {page}");
        let [given, acknowledged] = sent.unsure.get(candidate).copied().unwrap_or_default();
        let unsure = said("unsure");
        assert!(
            (acknowledged..=given).contains(&unsure),
            "{candidate}: {acknowledged} of {given} acknowledged, {unsure} there"
        );
    }
    let inbox = office.folder.join("inbox");
    for (name, (number, acknowledged)) in &sent.uploads {
        match std::fs::read(inbox.join(name)) {
            Ok(found) => assert!(found == bytes(*number), "{name} is half there"),
            Err(_none) => assert!(!acknowledged, "{name} is lost"),
        }
    }
}

fn verify(registry: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_papaver"))
        .args(["--lang", "en", "verify", "--registry"])
        .arg(registry)
        .output()
        .expect("ran");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn what_was_acknowledged_survives_a_kill_at_any_moment_and_nothing_is_half() {
    let cases = std::env::var("PAPAVER_CASES").ok();
    let cases: usize = cases.and_then(|n| n.parse().ok()).unwrap_or(10);
    let mut office = Office::begin();
    let table = office.table();
    let sent = Mutex::new(Sent::default());
    // A walk through the moments that is the same each time.
    let mut moment = 12_345_u64;
    for case in 0..cases {
        let li = login(&office.server, &office.registry);
        check(&office, &li, &sent.lock().expect("lock"));
        sent.lock().expect("lock").touched.clear();
        moment = moment
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let after = Duration::from_millis((moment >> 33) % 1_500);
        let (first, second) = (li.clone(), li.clone());
        std::thread::scope(|scope| {
            scope.spawn(|| judge(&first, &table, case * 37, &sent));
            scope.spawn(|| upload(&second, case * 1_000, &sent));
            std::thread::sleep(after);
            office.server.kill();
        });
        office.server = Server::start(&office.folder, &[]);
    }
    let li = login(&office.server, &office.registry);
    let mut sent = sent.into_inner().expect("lock");
    sent.touched = sent
        .unsure
        .keys()
        .chain(sent.keep.keys())
        .cloned()
        .collect();
    check(&office, &li, &sent);
    verify(&office.folder.join("a.papaver"));
    let kept = sent.keep.values().filter(|done| **done).count();
    let unsure: usize = sent.unsure.values().map(|[_, done]| done).sum();
    let uploads = sent.uploads.values().filter(|(_, done)| *done).count();
    println!(
        "{cases} kills: {kept} decisions, {unsure} looks, {uploads} uploads acknowledged, all there"
    );
    assert!(
        kept + unsure + uploads > 0,
        "nothing was acknowledged at all"
    );
}
