//! Many at once, and much at once: whoever else asks is answered.

use super::browser::Browser;
use super::office::{Office, Server, shared};
use serde_json::json;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[cfg(unix)]
#[test]
fn connections_that_ask_for_nothing_give_way_to_those_who_do() {
    let office = Office::begin();
    let server = Server::limited(&office.folder);
    let li = office.login_at(&server, "li");
    let host = server.url.trim_end_matches('/');
    let host = host.trim_start_matches("http://").to_owned();
    let mut open: Vec<TcpStream> = Vec::new();
    for round in 0..2 {
        for _ in 0..150 {
            let mut stream = TcpStream::connect(&host).expect("connected");
            let _hung_up = stream.write_all(b"GET /api/library HTTP/1.1\r\nHost: local");
            open.push(stream);
        }
        let begun = Instant::now();
        let sites = li.get(&office.way("/sites"));
        assert_eq!(sites.status, 200, "{round}: {sites:?}");
        assert_eq!(Browser::new(&server.url).get("/api/health").status, 200);
        assert!(begun.elapsed() < Duration::from_secs(10), "{round}");
    }
}

#[test]
fn who_connects_and_says_nothing_is_hung_up_on() {
    let shared = shared();
    let begun = Instant::now();
    shared.li.raw(b"", Duration::from_secs(60));
    assert!(begun.elapsed() < Duration::from_secs(40));
}

#[test]
fn what_is_typed_to_log_in_fills_no_disk() {
    let shared = shared();
    let lines = shared.office.folder.join("a.papaver.logins.jsonl");
    let bytes = || std::fs::metadata(&lines).map_or(0, |about| about.len());
    let before = bytes();
    let attempt = |person: String| {
        let given =
            json!({"registry": shared.office.registry, "person": person, "passphrase": "x"});
        shared.office.browser().post("/api/login", &given)
    };
    let answer = attempt("x".repeat(1_900_000));
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    assert_eq!(attempt("y".repeat(3_000)).status, 401);
    assert!(bytes() < before + 400, "{before}, then {}", bytes());
}
