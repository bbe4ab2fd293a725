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

/// The office gives a crew a password.
fn given(office: &Office, crew: &str) -> NewPassword {
    office.change(crew, ActorAction::Grant, &[Role::Verifier]);
    let registry = Registry::open(&office.folder.join("a.papaver"), "test").expect("opened");
    let chief = registry
        .sign_in(Credentials {
            actor: "chief".into(),
            ..Credentials::default()
        })
        .expect("signed in");
    let wish = Wish {
        crew: crew.into(),
        person: None,
        days: 1,
    };
    access::give(&registry, &chief, wish).expect("given")
}

fn basic(id: &str, password: &str) -> String {
    let coded = BASE64_STANDARD.encode(format!("{id}:{password}"));
    format!("Basic {coded}")
}

fn drive() -> Drive {
    let office = Office::begin();
    let given = given(&office, "crew 1");
    let drive = Drive {
        browser: office.browser(),
        login: basic(&given.id, &given.password),
        office,
        given,
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

#[test]
fn another_crews_password_opens_nothing_and_who_came_is_written_down_once() {
    let mut drive = drive();
    let own = drive.login.clone();
    let other = given(&drive.office, "crew 2");
    assert_eq!(drive.ask("PUT", "a.jpg", &[], b"of one").status, 201);
    for login in [
        basic(&other.id, &other.password),
        basic(&drive.given.id, &other.password),
    ] {
        drive.login = login;
        for (method, path) in [("GET", "a.jpg"), ("PUT", "b.jpg"), ("PROPFIND", "")] {
            let answer = drive.ask(method, path, &[], b"");
            assert_eq!(answer.status, 401, "{method} {path}: {answer:?}");
        }
    }
    drive.login = own;
    assert_eq!(drive.ask("GET", "b.jpg", &[], b"").status, 404);
    let lines = drive.office.folder.join("a.papaver.logins.jsonl");
    let lines = std::fs::read_to_string(lines).expect("lines");
    for opened in [true, false] {
        let own = lines.lines().filter(|line| {
            line.contains(&drive.given.id) && line.contains(&format!("\"opened\":{opened}"))
        });
        assert_eq!(own.count(), 1, "{lines}");
    }
    assert!(!lines.contains(&other.password) && !lines.contains(&drive.given.password));
}

#[test]
fn what_another_page_makes_a_browser_send_to_a_crews_folder_is_refused() {
    let drive = drive();
    let own = drive.browser.origin.as_str();
    let put = |headers: &[(&str, &str)]| drive.ask("PUT", "a.jpg", headers, b"a photograph");
    for headers in [
        vec![("origin", "http://evil.example")],
        vec![("origin", "null")],
        vec![("origin", own), ("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "cross-site")],
    ] {
        let answer = put(&headers);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "other_page"),
            "{headers:?}"
        );
    }
    assert_eq!(drive.ask("GET", "a.jpg", &[], b"").status, 404);
    // The crew's own page, and a drive, which is no browser.
    let page = [("origin", own), ("sec-fetch-site", "same-origin")];
    assert_eq!(put(&page).status, 201);
    assert_eq!(put(&[]).status, 204);
}

#[test]
fn what_is_too_large_or_never_comes_leaves_nothing_in_a_crews_folder() {
    let drive = drive();
    let head = |path: &str, length: u64| {
        let host = drive.browser.origin.trim_start_matches("http://");
        format!(
            "PUT /dav/{}/{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {}\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\nhalf",
            drive.given.id, drive.login
        )
    };
    let large = head("large.jpg", (1 << 30) + 1);
    let answer = drive.browser.raw(large.as_bytes(), Duration::from_secs(30));
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let begun = Instant::now();
    let slow = head("slow.jpg", 100);
    drive.browser.raw(slow.as_bytes(), Duration::from_secs(60));
    assert!(begun.elapsed() < Duration::from_secs(40));
    for path in ["large.jpg", "slow.jpg"] {
        assert_eq!(drive.ask("GET", path, &[], b"").status, 404, "{path}");
    }
    let arriving = drive.office.folder.join("a.papaver.field/arriving");
    let left = std::fs::read_dir(arriving).expect("listed").count();
    assert_eq!(left, 0);
}

/// What is found is taken for what is there for a few seconds.
fn looked_anew() {
    std::thread::sleep(Duration::from_secs(6));
}

#[test]
fn a_disk_that_is_gone_opens_nothing_and_is_said_to_be_gone() {
    let drive = drive();
    let folder = drive.office.folder.clone();
    let nobody = drive.office.browser();
    let candidates = format!("/api/surveys/{}/candidates.geojson", drive.office.survey);
    assert_eq!(nobody.get(&candidates).status, 401);
    assert_eq!(nobody.get("/api/library").ok()["unplugged"], false);
    let registry = (folder.join("a.papaver"), folder.join("gone"));
    let away = folder.with_file_name("papaver-test-gone");
    // The registry alone, then the folder as a whole.
    for (there, gone) in [registry, (folder.clone(), away)] {
        assert_eq!(drive.ask("GET", "page/form.json", &[], b"").status, 200);
        std::fs::rename(&there, &gone).expect("gone");
        let crew = drive.ask("GET", "page/form.json", &[], b"");
        let at_once = (crew.status, crew.code());
        looked_anew();
        let crew = drive.ask("GET", "page/form.json", &[], b"");
        let later = (crew.status, crew.code());
        let library = nobody.get("/api/library").ok();
        let statuses = [
            nobody.get(&candidates).status,
            nobody.put("/api/uploads/x.tif", b"x").status,
            nobody
                .post("/api/surveys", &json!({"inputs": ["spring"], "name": "x"}))
                .status,
        ];
        std::fs::rename(&gone, &there).expect("back");
        looked_anew();
        assert_eq!(at_once, (503, "unplugged".into()));
        assert_eq!(later, (503, "unplugged".into()));
        assert_eq!(statuses, [401; 3], "nobody is let in");
        let said = |name: &str| library[name].clone();
        assert_eq!(
            (said("registries"), said("unplugged"), said("login_needed")),
            (json!([]), json!(true), json!(true))
        );
    }
    assert_eq!(nobody.get("/api/library").ok()["unplugged"], false);
}
