//! A crew's folder as drives and file managers see it: what they ask before and between the files that they send.

use super::browser::{Answer, Browser};
use super::kept::typed;
use super::office::{Office, PASSPHRASE, Server};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use papaver::office::field::access::{self, NewPassword, Wish};
use papaver::office::{Credentials, Office as Registry};
use papaver::registry::Role;
use papaver::registry::body::ActorAction;
use serde_json::json;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

const LOCK: &[u8] =
    br#"<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>
    <D:locktype><D:write/></D:locktype></D:lockinfo>"#;

/// A crew with one site, and what its drive asks of the server.
struct Drive {
    office: Office,
    browser: Browser,
    given: NewPassword,
    login: String,
}

fn drive() -> Drive {
    let office = Office::begin();
    office.change("crew 1", ActorAction::Grant, &[Role::Verifier]);
    let given = {
        let registry = Registry::open(&office.folder.join("a.papaver"), "test").expect("opened");
        let chief = registry
            .sign_in(Credentials {
                actor: "chief".into(),
                ..Credentials::default()
            })
            .expect("signed in");
        let wish = Wish {
            crew: "crew 1".into(),
            person: None,
            days: 1,
        };
        access::give(&registry, &chief, wish).expect("given")
    };
    let coded = BASE64_STANDARD.encode(format!("{}:{}", given.id, given.password));
    let drive = Drive {
        browser: office.browser(),
        office,
        given,
        login: format!("Basic {coded}"),
    };
    drive.assign(0);
    drive
}

impl Drive {
    /// The office gives the crew another of the sites of its survey.
    fn assign(&self, number: usize) {
        let li = self.office.login("li");
        let sites = li.get(&self.office.way("/sites?limit=9")).ok();
        let code = sites["sites"][number]["id"]
            .as_str()
            .expect("a site")
            .to_owned();
        let assign = ["assign", &code, "--crew", "crew 1", "--new-crew"];
        typed(&self.office, &assign);
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut all = vec![("authorization", self.login.as_str())];
        all.extend(headers);
        let way = format!("/dav/{}/{path}", self.given.id);
        self.browser.bare(method, &way, &all, body)
    }

    fn tag(&self, path: &str) -> String {
        let head = self.ask("HEAD", path, &[], b"");
        head.header("etag").expect("a tag").to_owned()
    }
}

#[test]
fn a_name_is_locked_before_its_file_comes_and_nothing_is_kept_of_it_until_then() {
    let drive = drive();
    let new = [
        ("if-none-match", "*"),
        ("depth", "0"),
        ("timeout", "Second-1800"),
    ];
    let locked = drive.ask("LOCK", "DCIM/a.jpg", &new, LOCK);
    assert_eq!(locked.status, 201, "{locked:?}");
    let token = locked.header("lock-token").expect("token").to_owned();
    assert_eq!(drive.ask("GET", "DCIM/a.jpg", &[], b"").status, 404);
    let way = format!("{}/dav/{}/DCIM/a.jpg", drive.browser.origin, drive.given.id);
    let holding = format!("<{way}> ({token})");
    let sent = drive.ask("PUT", "DCIM/a.jpg", &[("if", &holding)], b"a photograph");
    assert_eq!(sent.status, 201, "{sent:?}");
    let freed = drive.ask("UNLOCK", "DCIM/a.jpg", &[("lock-token", &token)], b"");
    assert_eq!(freed.status, 204, "{freed:?}");
    assert_eq!(
        drive.ask("GET", "DCIM/a.jpg", &[], b"").text,
        "a photograph"
    );

    // A name that is taken, one that will not do, and parts of files.
    assert_eq!(drive.ask("LOCK", "DCIM/a.jpg", &new, LOCK).status, 412);
    assert_eq!(drive.ask("LOCK", "nul.txt", &new, LOCK).status, 403);
    for (method, kind, range) in [
        ("PUT", "content-range", "bytes 0-2/10"),
        ("PATCH", "x-update-range", "append"),
        ("PATCH", "x-update-range", "bytes=0-2"),
    ] {
        let headers = [
            (kind, range),
            ("content-type", "application/x-sabredav-partialupdate"),
        ];
        let part = drive.ask(method, "part.bin", &headers, b"abc");
        assert_eq!(part.status, 403, "{part:?}");
        assert_eq!(drive.ask("GET", "part.bin", &[], b"").status, 404);
    }
}

#[test]
fn a_table_of_an_older_project_comes_back_and_a_photograph_replaces_none_that_its_sender_has_not_seen()
 {
    let drive = drive();
    let table = format!("{}.gpkg", drive.given.id);
    let before = drive.tag(&table);
    drive.assign(1);
    let until = Instant::now() + Duration::from_secs(60);
    while drive.tag(&table) == before {
        assert!(Instant::now() < until, "the project is made anew");
        std::thread::sleep(Duration::from_millis(200));
    }
    let on_condition = [("if-match", before.as_str())];
    let sent = drive.ask("PUT", &table, &on_condition, b"a table");
    assert_eq!(sent.status, 204, "{sent:?}");
    assert_eq!(drive.ask("GET", &table, &[], b"").text, "a table");

    assert_eq!(drive.ask("PUT", "a.jpg", &[], b"of one").status, 201);
    let seen = drive.tag("a.jpg");
    assert_eq!(drive.ask("PUT", "a.jpg", &[], b"of another").status, 204);
    let sent = drive.ask("PUT", "a.jpg", &[("if-match", &seen)], b"of the first");
    assert_eq!(sent.status, 412, "{sent:?}");
    assert_eq!(drive.ask("GET", "a.jpg", &[], b"").text, "of another");
}

/// This computer's address in its network, where it is in one. Nothing is sent.
fn elsewhere() -> Option<String> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback()).then(|| ip.to_string())
}

#[test]
fn over_plain_http_crews_and_people_come_in_where_that_was_said() {
    let mut drive = drive();
    let plain = Server::start(&drive.office.folder, &["--lan", "--insecure"]);
    assert!(plain.url.starts_with("http://"), "{}", plain.url);
    let port = plain.url.trim_end_matches('/').rsplit(':').next();
    let host = elsewhere().unwrap_or_else(|| "localhost".to_owned());
    drive.browser = Browser::new(&format!("http://{host}:{}", port.expect("port")));
    for file in ["", "crew.js", "crew.css", "map.js", "offline.js"] {
        let page = drive.browser.get(&format!("/crew/{file}"));
        assert_eq!(page.status, 200, "{page:?}");
    }
    let form = drive.ask("GET", "page/form.json", &[], b"").ok();
    assert_eq!(form["crew"], "crew 1");
    assert_eq!(drive.ask("PUT", "a.jpg", &[], b"a photograph").status, 201);
    let given =
        json!({"registry": drive.office.registry, "person": "li", "passphrase": PASSPHRASE});
    let login = drive.browser.post("/api/login", &given);
    login.ok();
    drive.login = "Basic bm9ib2R5OndpdGhvdXQ=".to_owned();
    assert_eq!(drive.ask("GET", "page/form.json", &[], b"").status, 401);
}

/// The imagery around a crew's sites is its own, under its own password.
#[test]
fn the_imagery_around_a_crews_sites_is_for_that_crew_alone() {
    let drive = drive();
    let way = format!("/crew/imagery/{}", drive.given.id);
    let login = [("authorization", drive.login.as_str())];
    for way in [way.clone(), format!("{way}/18/213000/105000")] {
        assert_eq!(drive.browser.get(&way).status, 401);
        // This office has no imagery.
        assert_eq!(drive.browser.bare("GET", &way, &login, b"").status, 204);
    }
    let other = drive
        .browser
        .bare("GET", "/crew/imagery/crew-other", &login, b"");
    assert_eq!(other.status, 401);
    let beyond = format!("{way}/3/9/0");
    assert_eq!(drive.browser.bare("GET", &beyond, &login, b"").status, 404);
}
