//! Beyond the computer itself: over TLS by the office's own authority, and plain only where that was said.

use super::office::{PASSPHRASE, Server, shared};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Who trusts the authority of the server in a folder, and the server's port.
fn trusting(folder: &Path, server: &Server) -> (Agent, String) {
    let port = server.url.trim_end_matches('/').rsplit(':').next();
    let pem = std::fs::read(folder.join("papaver-office-ca.crt")).expect("authority");
    let authority = Certificate::from_pem(&pem).expect("certificate").to_owned();
    let trusting = TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(vec![authority])));
    let config = Agent::config_builder().tls_config(trusting.build());
    (config.build().into(), port.expect("port").to_owned())
}

#[test]
fn beyond_this_computer_it_is_reached_by_the_offices_own_authority_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Server::start(folder.path(), &["--lan"]);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let (agent, port) = trusting(folder.path(), &server);
    let library = agent
        .get(format!("https://localhost:{port}/api/library"))
        .call();
    let mut library = library.expect("trusted");
    let library: serde_json::Value =
        serde_json::from_str(&library.body_mut().read_to_string().expect("body")).expect("JSON");
    assert_eq!(library["login_needed"], true, "nobody is at home here");
    let shown = agent
        .get(format!("https://localhost:{port}/ca"))
        .call()
        .expect("steps")
        .body_mut()
        .read_to_string();
    assert!(shown.expect("page").contains(':'));
    assert_eq!(
        health(folder.path(), &port, &[]),
        Some(0),
        "by the authority"
    );
    assert_eq!(health(folder.path(), &port, &["--lan"]), Some(0));
    let clear = health(folder.path(), &port, &["--lan", "--insecure"]);
    assert_eq!(clear, Some(1), "it speaks TLS alone");
    let other = tempfile::tempdir().expect("folder");
    let unknown = health(other.path(), &port, &["--lan"]);
    assert_eq!(unknown, Some(1), "nobody vouches for it");
    let stranger: Agent = Agent::config_builder().build().into();
    assert!(
        stranger
            .get(format!("https://localhost:{port}/api/library"))
            .call()
            .is_err()
    );
}

/// Over TLS a browser takes a cookie of this name from this server alone, and gives it back over TLS alone.
#[test]
fn over_tls_the_cookie_of_a_login_is_bound_to_this_server_and_to_tls() {
    let shared = shared();
    let office = &shared.office;
    let server = Server::start(&office.folder, &["--lan"]);
    let (agent, port) = trusting(&office.folder, &server);
    let given = json!({"registry": office.registry, "person": "sun", "passphrase": PASSPHRASE});
    let origin = format!("https://localhost:{port}");
    let login = agent.post(format!("{origin}/api/login"));
    let login = login
        .header("origin", &origin)
        .header("x-papaver", "1")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json");
    let answer = login.send(given.to_string()).expect("logged in");
    let cookie = answer.headers()["set-cookie"].to_str().expect("text");
    let (pair, about) = cookie.split_once("; ").expect("what it may do");
    assert!(
        pair.starts_with(&format!("__Host-papaver-{port}=")),
        "{cookie}"
    );
    assert_eq!(about, "Path=/; HttpOnly; SameSite=Strict; Secure");
}

/// What `papaver serve --health` ends with.
fn health(folder: &Path, port: &str, more: &[&str]) -> Option<i32> {
    let asked = Command::new(env!("CARGO_BIN_EXE_papaver"))
        .arg("serve")
        .arg(folder)
        .args(["--health", "--port", port])
        .args(more)
        .output();
    asked.expect("ran").status.code()
}

#[test]
fn whoever_watches_over_a_server_is_told_whether_it_is_well() {
    let folder = tempfile::tempdir().expect("folder");
    let served = folder.path().join("served");
    std::fs::create_dir(&served).expect("folder");
    let server = Server::start(&served, &[]);
    let port = server.url.trim_end_matches('/').rsplit(':').next();
    let port = port.expect("port").to_owned();
    assert_eq!(health(&served, &port, &[]), Some(0));
    std::fs::remove_dir(&served).expect("gone");
    assert_eq!(health(&served, &port, &[]), Some(1), "the folder is gone");
    drop(server);
    assert_eq!(health(&served, &port, &[]), Some(1), "nobody answers");
}
