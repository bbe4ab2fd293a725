//! Offices that call each other: what one has and the other has not goes across, once, whatever breaks; who is not trusted, or
//! is not who they say, gets nothing.

use super::browser::Browser;
use super::office::Server;
use papaver::registry::{DeviceId, Hash};
use papaver::remote::{Ask, Reply};
use papaver::store::Store;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// An office with a registry of its own, in a folder of its own.
struct Unit {
    folder: tempfile::TempDir,
    unit: &'static str,
}

impl Unit {
    fn begin(unit: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let begun = Self { folder, unit };
        begun.ok(&["init", "--unit", unit]);
        begun.ok(&["actor", "add", "li", "analyst", "verifier"]);
        begun
    }

    fn registry(&self) -> PathBuf {
        self.folder.path().join("a.papaver")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_papaver"));
        command
            .current_dir(self.folder.path())
            .args(["--lang", "en"])
            .args(arguments)
            .env("PAPAVER_ACTOR", "chief")
            .env("PAPAVER_REGISTRY", self.registry());
        command
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(arguments).output().expect("ran");
        let said = [stdout, stderr].concat();
        (status.code(), String::from_utf8_lossy(&said).into_owned())
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let (code, said) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {said}");
        said
    }

    /// What is refused, with its hint.
    fn refused(&self, arguments: &[&str]) -> String {
        let (code, said) = self.run(arguments);
        assert_eq!(code, Some(1), "{arguments:?}: {said}");
        assert!(said.contains("hint:"), "{said}");
        said
    }

    fn store(&self) -> Store {
        Store::open_read(&self.registry()).expect("store")
    }

    fn device(&self) -> DeviceId {
        self.store().own_device().expect("device")
    }

    fn state(&self) -> Hash {
        self.store().state_hash().expect("state")
    }

    fn events(&self) -> u64 {
        self.store().count().expect("count")
    }

    fn trusts(&self, other: &Self) {
        let device = other.device().to_string();
        self.ok(&["trust", &device, "--unit", other.unit]);
    }

    /// A site; `big` is the size of a document that goes with it.
    fn adds(&self, lon: f64, big: usize) -> String {
        let at = format!("{lon},33.74");
        let said = self.ok(&["add", "--at", &at, "--source", "patrol", "--json"]);
        let added: Value = serde_json::from_str(said.lines().next().expect("line")).expect("JSON");
        let code = added["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{said}"))
            .to_owned();
        if big > 0 {
            let path = self.folder.path().join(format!("{lon}.bin"));
            std::fs::write(&path, noise(big, lon)).expect("written");
            let path = path.to_str().expect("path");
            self.ok(&["note", &code, "measured", "--document", path]);
        }
        code
    }

    /// Whether everything is sound, and every file of the evidence there.
    fn is_sound(&self) {
        self.ok(&["verify"]);
        let absent = self.store().authority().grounds().absent.len();
        assert_eq!(absent, 0, "files of evidence are missing");
    }

    fn serves(&self, more: &[&str]) -> Server {
        Server::start(self.folder.path(), more)
    }
}

/// Bytes that do not shrink.
fn noise(bytes: usize, seed: f64) -> Vec<u8> {
    let mut state = seed.to_bits() | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut made = Vec::with_capacity(bytes + 8);
    while made.len() < bytes {
        made.extend(next());
    }
    made
}

/// A county and the province, who trust each other.
fn two() -> (Unit, Unit) {
    let (county, province) = (Unit::begin("410423"), Unit::begin("410000"));
    county.trusts(&province);
    province.trusts(&county);
    (county, province)
}

#[test]
fn what_one_has_and_the_other_has_not_goes_across_once_both_ways() {
    let (county, province) = two();
    let site = county.adds(113.31, 300_000);
    let server = province.serves(&["--lan"]);
    let url = server.url.as_str();
    let said = county.ok(&["push", url]);
    assert!(
        said.contains("is known from now on") && said.contains("SHA-256"),
        "{said}"
    );
    assert!(said.contains("sent to unit 410000"), "{said}");
    let shown: Value =
        serde_json::from_str(&province.ok(&["show", &site, "--json"])).expect("JSON");
    assert_eq!(shown["id"], json!(site));
    province.is_sound();
    let said = county.ok(&["push", url]);
    assert!(
        said.contains("nothing to send") && !said.contains("is known from now on"),
        "{said}"
    );

    // The province has its own people and what it was told; all of that comes back.
    province.adds(113.41, 0);
    let said = county.ok(&["pull", url]);
    assert!(
        said.contains("fetched from unit 410000") && said.contains("new events"),
        "{said}"
    );
    assert!(county.ok(&["pull", url]).contains("nothing to fetch"));
    assert!(county.ok(&["push", url]).contains("nothing to send"));
    assert_eq!(county.events(), province.events());
    assert_eq!(county.state(), province.state());
    county.is_sound();
    let receipts = std::fs::read_dir(county.folder.path().join("a.papaver.receipts"));
    assert!(receipts.expect("receipts").count() >= 2);
    let left = county.folder.path().join("a.papaver.outgoing");
    assert!(!left.exists(), "nothing lies about");
}

/// Runs a command and kills it when it has said for the `nth` time that a part is on its way.
fn killed_at(unit: &Unit, arguments: &[&str], nth: usize) {
    let mut child = unit
        .command(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("spawned");
    let said = BufReader::new(child.stderr.take().expect("told"));
    let parts = said.lines().map_while(Result::ok);
    let seen = parts
        .filter(|line| line.contains("a part of"))
        .take(nth)
        .count();
    assert_eq!(seen, nth, "it ended before");
    child.kill().expect("killed");
    child.wait().expect("ended");
}

#[test]
fn killed_in_the_middle_it_goes_on_from_there_and_ends_the_same() {
    let (county, province) = two();
    for n in 0..6 {
        county.adds(113.31 + f64::from(n) * 0.01, 700_000);
    }
    let server = province.serves(&[]);
    let url = server.url.as_str();
    for nth in [1, 2, 3] {
        killed_at(&county, &["push", url, "--part", "1"], nth);
    }
    county.ok(&["push", url, "--part", "1"]);
    province.is_sound();
    assert!(province.store().count().expect("count") > county.events());

    // The other way about, and the server goes down as well.
    let town = Unit::begin("410425");
    town.trusts(&province);
    province.trusts(&town);
    killed_at(&town, &["pull", url, "--part", "1"], 2);
    let mut pulling = town
        .command(&["pull", url, "--part", "1"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("spawned");
    let mut told = BufReader::new(pulling.stderr.take().expect("told"));
    let mut line = String::new();
    told.read_line(&mut line).expect("line");
    drop(server);
    let mut rest = String::new();
    told.read_to_string(&mut rest).expect("told");
    let ended = pulling.wait().expect("ended");
    // Whatever it was at: it ended well before, or says that it goes on from there.
    assert!(
        ended.success() || rest.contains("run this again") || rest.contains("run again"),
        "{line}{rest}"
    );
    let server = province.serves(&[]);
    town.ok(&["pull", &server.url, "--part", "1"]);
    assert!(town.ok(&["pull", &server.url]).contains("nothing to fetch"));
    town.is_sound();
    assert_eq!(town.store().count().expect("count"), province.events() + 3);
}

/// What is left out of several parts is one line a device, with the sum of all parts, either way.
#[test]
fn what_is_not_taken_is_counted_over_all_parts_and_once() {
    let (county, province) = two();
    let neighbour = Unit::begin("410424");
    neighbour.trusts(&county);
    county.trusts(&neighbour);
    for n in 0..3 {
        neighbour.adds(113.31 + f64::from(n) * 0.01, 700_000);
    }
    let here = county.serves(&[]);
    neighbour.ok(&["push", &here.url, "--part", "1"]);
    county.adds(113.41, 700_000);
    let foreign = json!([{
        "device": neighbour.device(), "unit": "410424", "events": neighbour.events(),
    }]);
    let there = province.serves(&[]);
    let said = |unit: &Unit, arguments: &[&str]| -> Value {
        let output = unit.command(arguments).output().expect("ran");
        assert_eq!(output.status.code(), Some(2), "not all of it is taken");
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let pushed = said(&county, &["push", &there.url, "--part", "1", "--json"]);
    assert_eq!(pushed["left_out"], foreign);
    // Whom the province trusts in passing is a matter between the two: the same comes again, and is counted once.
    let other = Unit::begin("410000");
    other.trusts(&county);
    county.trusts(&other);
    let own = county.events() - neighbour.events();
    let pulled = said(&other, &["pull", &here.url, "--part", "1", "--json"]);
    assert_eq!(pulled["left_out"], foreign, "{pulled}");
    assert_eq!(pulled["new_events"], own, "of all parts");
}

#[test]
fn who_is_not_trusted_hands_nothing_in_and_gets_nothing() {
    let (county, province) = two();
    county.adds(113.31, 0);
    let stranger = Unit::begin("410499");
    stranger.adds(113.35, 0);
    let server = province.serves(&[]);
    let url = server.url.as_str();
    let before = province.events();
    // It does not trust the province, and sends nothing; then it does, and is not trusted.
    let said = stranger.refused(&["push", url]);
    assert!(
        said.contains("is not trusted here") && said.contains("papaver trust"),
        "{said}"
    );
    stranger.trusts(&province);
    for way in ["push", "pull"] {
        let said = stranger.refused(&[way, url]);
        let key = stranger.device().to_string();
        assert!(
            said.contains("does not trust this device") && said.contains(&key),
            "{said}"
        );
    }
    assert_eq!(province.events(), before);

    // A town that the county vouches for hands in, and does not fetch what the whole province holds.
    let town = Unit::begin("410423001");
    county.trusts(&town);
    town.trusts(&province);
    county.ok(&["push", url]);
    town.adds(113.36, 0);
    town.ok(&["push", url]);
    let said = town.refused(&["pull", url]);
    assert!(said.contains("may hand in and not fetch"), "{said}");
    let lines = province.folder.path().join("a.papaver.logins.jsonl");
    let lines = std::fs::read_to_string(lines).expect("lines");
    assert!(lines.contains("\"opened\":false") && lines.contains(&town.device().to_string()));
}

/// A page that posts what it likes.
fn post(browser: &Browser, way: &str, body: &Value) -> super::browser::Answer {
    browser.post(&format!("/api/offices{way}"), body)
}

#[test]
fn a_challenge_is_good_once_for_one_device_and_one_connection() {
    let (county, province) = two();
    let server = province.serves(&[]);
    let browser = Browser::new(&server.url);
    let greeting = browser.get("/api/offices").ok();
    let id = greeting["registries"][0]["id"]
        .as_str()
        .expect("id")
        .to_owned();
    let ask = Ask {
        device: county.device(),
        nonce: Hash([7; 32]),
    };
    let asked = || -> (Hash, DeviceId) {
        let answer = post(&browser, &format!("/{id}/challenge"), &json!(ask)).ok();
        let read = |name: &str| answer[name].as_str().expect("text").to_owned();
        (
            read("challenge").parse().expect("challenge"),
            read("device").parse().expect("device"),
        )
    };
    let reply = |by: &Unit, challenge, server, authority| {
        let signed = Reply::signed(challenge, server, authority);
        let (device, signature) = by.store().device_signs(&signed).expect("signed");
        json!(Reply {
            challenge,
            device,
            signature
        })
    };
    let session = format!("/{id}/session");
    let (challenge, device) = asked();
    let good = reply(&county, challenge, device, "");
    let token = post(&browser, &session, &good).ok()["token"]
        .as_str()
        .expect("token")
        .to_owned();
    // Again, made up, signed by another device, signed for another connection.
    assert_eq!(post(&browser, &session, &good).code(), "challenge_over");
    let made_up = reply(&county, Hash([9; 32]), device, "");
    assert_eq!(post(&browser, &session, &made_up).code(), "challenge_over");
    let (challenge, device) = asked();
    let others = reply(&province, challenge, device, "");
    assert_eq!(post(&browser, &session, &others).code(), "challenge_over");
    let (challenge, device) = asked();
    let relayed = reply(&county, challenge, device, "AA:BB");
    assert_eq!(post(&browser, &session, &relayed).code(), "not_proven");
    let (challenge, device) = asked();
    let mut forged = reply(&province, challenge, device, "");
    forged["device"] = json!(county.device());
    assert_eq!(post(&browser, &session, &forged).code(), "not_proven");
    // A token of none, and a bundle that is another than it says.
    let way = format!("/api/offices/{id}/bundles/{}", Hash::of(b"x"));
    assert_eq!(browser.put(&way, b"x").code(), "exchange_over");
    let bearer = format!("Bearer {token}");
    let headers = [
        ("origin", browser.origin.as_str()),
        ("x-papaver", "1"),
        ("authorization", bearer.as_str()),
    ];
    assert_eq!(
        browser.bare("PUT", &way, &headers, b"y").code(),
        "cut_short"
    );
    assert_eq!(browser.bare("PUT", &way, &headers, b"x").status, 400);
    // Trust that is withdrawn ends what has begun.
    let key = county.device().to_string();
    province.ok(&["trust", &key, "--revoke", "--reason", "stolen"]);
    assert_eq!(
        browser.bare("PUT", &way, &headers, b"x").code(),
        "not_trusted"
    );
}

#[test]
fn a_certificate_that_changed_is_refused_until_somebody_names_the_new_one() {
    let (county, province) = two();
    county.adds(113.31, 0);
    let server = province.serves(&["--lan"]);
    let url = server.url.clone();
    let port = url
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .expect("port")
        .to_owned();
    county.ok(&["push", &url]);
    // The certificate is for the names that were printed.
    let said = county.refused(&["push", &format!("https://127.0.0.2:{port}")]);
    assert!(said.contains("does not go by this name"), "{said}");
    drop(server);
    let ca = province.folder.path().join("papaver-office-ca.crt");
    for file in ["papaver-office-ca.crt", "papaver-office-ca.key"] {
        std::fs::remove_file(province.folder.path().join(file)).expect("removed");
    }
    let _server = province.serves(&["--lan", "--port", &port]);
    county.adds(113.32, 0);
    let before = province.events();
    let said = county.refused(&["push", &url]);
    assert!(
        said.contains("has changed") && said.contains("--ca"),
        "{said}"
    );
    assert_eq!(province.events(), before);
    county.ok(&["push", &url, "--ca", ca.to_str().expect("path")]);
    assert!(county.ok(&["push", &url]).contains("nothing to send"));
    let registry = county.registry();
    let said = county.refused(&["push", &url, "--ca", registry.to_str().expect("path")]);
    assert!(said.contains("no certificate"), "{said}");
}

/// A server that answers every request with this.
fn answering(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let at = listener.local_addr().expect("address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut head = BufReader::new(stream.try_clone().expect("stream"));
            let mut line = String::new();
            while head.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let length = body.len();
            let _gone = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    format!("http://{at}")
}

#[test]
fn who_is_not_reached_or_is_another_program_is_said_with_the_way_on() {
    let county = Unit::begin("410423");
    let said = county.refused(&["push", "http://10.9.8.7:8717"]);
    assert!(
        said.contains("in the clear") && said.contains("--insecure"),
        "{said}"
    );
    let said = county.refused(&["push", "https://no such host"]);
    assert!(said.contains("no address"), "{said}");
    let later = answering(r#"{"format":"papaver.exchange/2","program":"papaver 9","something":1}"#);
    let said = county.refused(&["pull", &later]);
    assert!(
        said.contains("later version") && said.contains("newer program"),
        "{said}"
    );
    let said = county.refused(&["pull", &answering("<html>")]);
    assert!(said.contains("does not exchange"), "{said}");
    let free = TcpListener::bind("127.0.0.1:0").expect("bound");
    let closed = format!("http://{}", free.local_addr().expect("address"));
    drop(free);
    let (code, said) = county.run(&["push", &closed]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("nobody answers") && said.contains("hint:"),
        "{said}"
    );
    let empty = tempfile::tempdir().expect("folder");
    let server = Server::start(empty.path(), &[]);
    let said = county.refused(&["push", &server.url]);
    assert!(said.contains("no such registry"), "{said}");
    two_registries(&county, empty.path(), &server.url);
}

/// Which of several registries is meant has to be said.
fn two_registries(county: &Unit, folder: &Path, url: &str) {
    let province = Unit::begin("410000");
    for (unit, name) in [("410000", "one.papaver"), ("420000", "two.papaver")] {
        let path = folder.join(name);
        province.ok(&[
            "init",
            "--unit",
            unit,
            "--registry",
            path.to_str().expect("path"),
        ]);
    }
    let fresh = Server::start(folder, &[]);
    let _first = url;
    let said = county.refused(&["push", &fresh.url]);
    assert!(
        said.contains("several registries") && said.contains("420000"),
        "{said}"
    );
    let said = county.refused(&["push", &format!("{}420000", fresh.url)]);
    assert!(said.contains("is not trusted here"), "{said}");
}
