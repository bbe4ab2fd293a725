//! Beyond the computer itself: over TLS by the office's own authority, and plain only where that was said.

use super::office::Server;
use std::sync::Arc;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

#[test]
fn beyond_this_computer_it_is_reached_by_the_offices_own_authority_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Server::start(folder.path(), &["--lan"]);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let port = server
        .url
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .expect("port")
        .to_owned();
    let pem = std::fs::read(folder.path().join("papaver-office-ca.crt")).expect("authority");
    let authority = Certificate::from_pem(&pem).expect("certificate").to_owned();
    let trusting = TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(vec![authority])));
    let agent: Agent = Agent::config_builder()
        .tls_config(trusting.build())
        .build()
        .into();
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
    let stranger: Agent = Agent::config_builder().build().into();
    assert!(
        stranger
            .get(format!("https://localhost:{port}/api/library"))
            .call()
            .is_err()
    );
}
