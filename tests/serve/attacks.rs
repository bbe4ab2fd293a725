//! What others try: it is refused, and nothing changes.

use super::browser::Browser;
use super::office::{Office, PASSPHRASE, picture, registry, scan, shared};
use papaver::registry::Role;
use papaver::registry::body::ActorAction;
use serde_json::json;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn a_change_that_another_page_asks_for_is_refused() {
    let shared = shared();
    let (li, own) = (&shared.li, shared.li.origin.as_str());
    let kind = ("content-type", "application/json");
    let marked = ("x-papaver", "1");
    let same = ("sec-fetch-site", "same-origin");
    let tries: [Vec<(&str, &str)>; 6] = [
        vec![("origin", "http://evil.example"), marked, same, kind],
        vec![("origin", "null"), marked, same, kind],
        vec![marked, same, kind],
        vec![
            ("origin", own),
            marked,
            ("sec-fetch-site", "cross-site"),
            kind,
        ],
        vec![
            ("origin", own),
            marked,
            ("sec-fetch-site", "same-site"),
            kind,
        ],
        vec![("origin", own), same, kind],
    ];
    for headers in tries {
        let answer = li.bare("POST", &shared.office.way("/assign"), &headers, b"{}");
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "other_page"),
            "{headers:?}"
        );
    }
}

#[test]
fn a_name_that_the_server_does_not_have_is_not_answered() {
    let shared = shared();
    let answer = shared
        .li
        .bare("GET", "/api/library", &[("host", "evil.example")], b"");
    assert_eq!((answer.status, answer.code().as_str()), (421, "other_name"));
}

#[test]
fn a_cookie_is_worth_nothing_after_logout_and_none_that_was_made_up_is() {
    let shared = shared();
    let zhao = shared.office.login("zhao");
    let cookie = zhao.cookie.clone().expect("cookie");
    let port = zhao.origin.rsplit(':').next().expect("port");
    let name = format!("papaver-{port}=");
    assert!(cookie.starts_with(&name) && cookie.len() == name.len() + 64);
    assert_eq!(zhao.get("/api/session").ok()["roles"], json!(["acceptor"]));
    assert_eq!(zhao.post("/api/logout", &json!({})).status, 204);
    assert_eq!(zhao.get("/api/session").code(), "login_needed");
    assert_eq!(zhao.get(&shared.office.way("/sites")).status, 401);
    let mut made_up = zhao.clone();
    made_up.cookie = Some(format!("{name}{}", "0".repeat(64)));
    assert_eq!(made_up.get("/api/session").status, 401);
}

#[test]
fn a_wrong_passphrase_is_tried_five_times_at_most_and_each_try_is_written_down() {
    let shared = shared();
    let browser = shared.office.browser();
    let given =
        json!({"registry": shared.office.registry, "person": "nobody", "passphrase": "guess"});
    let statuses: Vec<u16> = (0..7)
        .map(|_| browser.post("/api/login", &given).status)
        .collect();
    assert_eq!(statuses[..5], [401; 5]);
    assert!(statuses[5..].contains(&429), "{statuses:?}");
    let lines = std::fs::read_to_string(shared.office.folder.join("a.papaver.logins.jsonl"))
        .expect("lines");
    assert!(lines.contains("\"opened\":true") && lines.contains("\"opened\":false"));
    assert!(!lines.contains(PASSPHRASE) && !lines.contains("guess"));
}

#[test]
fn no_way_leads_out_of_the_folder_and_no_answer_names_a_path_of_the_machine() {
    let shared = shared();
    let survey = &shared.office.survey;
    let root = shared.office.folder.display().to_string();
    for way in [
        "/api/surveys/../../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
    ] {
        let answer = shared.li.raw(
            format!("GET {way} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .as_bytes(),
            Duration::from_secs(10),
        );
        assert!(!answer.contains("root:"), "{way}: {answer}");
    }
    for way in [
        format!("/api/surveys/{survey}/pictures/..%2fscan.json"),
        format!("/api/surveys/{survey}/pictures/scan.json"),
        format!("/api/surveys/{survey}/pictures/CAND00000000.jpg%00"),
        shared.office.way("/evidence/..%2f..%2fa.papaver.key"),
    ] {
        assert_eq!(shared.li.get(&way).status, 404, "{way}");
    }
    for name in ["..%2fx", "..", ".hidden", "a%5Cb"] {
        let answer = shared.li.put(&format!("/api/uploads/{name}"), b"x");
        assert!(answer.status >= 400, "{name}: {answer:?}");
    }
    let scan = json!({"inputs": ["../elsewhere"], "name": "x"});
    assert_eq!(shared.li.post("/api/surveys", &scan).status, 404);
    for way in ["/api/library", "/api/folders", "/api/runs", "/api/nothing"] {
        let answer = shared.li.get(way);
        assert!(!answer.text.contains(&root), "{way}: {}", answer.text);
    }
    let bundle = shared.li.change(
        "POST",
        &shared.office.way("/bundles"),
        b"no bundle",
        "application/zip",
    );
    assert!(
        bundle.status >= 400 && !bundle.text.contains(&root),
        "{bundle:?}"
    );
}

#[test]
fn more_than_is_taken_is_refused_before_it_is_read() {
    let shared = shared();
    let ten_gigabytes = format!(
        "PUT /api/uploads/big.tif HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nX-Papaver: 1\r\n\
         Cookie: {}\r\nContent-Length: 10737418240\r\nConnection: close\r\n\r\n",
        shared.li.cookie.clone().expect("cookie")
    );
    let answer = shared
        .li
        .raw(ten_gigabytes.as_bytes(), Duration::from_secs(10));
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Whoever is still sending reads why, and no broken connection: the rest is heard out.
    for mebibytes in [3, 3, 3, 3, 24] {
        let long = format!("{{\"codes\": [\"{}\"]}}", "x".repeat(mebibytes << 20));
        let answer = shared.li.change(
            "POST",
            &shared.office.way("/assign"),
            long.as_bytes(),
            "application/json",
        );
        assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    }
}

#[test]
fn who_sends_a_request_drop_by_drop_is_hung_up_on() {
    let shared = shared();
    let begun = Instant::now();
    let answer = shared.li.raw(
        b"GET /api/library HTTP/1.1\r\nHost: local",
        Duration::from_secs(60),
    );
    assert!(
        begun.elapsed() < Duration::from_secs(40),
        "{:?}: {answer}",
        begun.elapsed()
    );
    let body = "POST /api/login HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nX-Papaver: 1\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{";
    let begun = Instant::now();
    shared.li.raw(body.as_bytes(), Duration::from_secs(60));
    assert!(
        begun.elapsed() < Duration::from_secs(40),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(shared.li.get("/api/session").status, 200);
}

#[test]
fn slow_uploads_leave_the_pages_quick() {
    let shared = shared();
    let people = ["li", "sun", "wang", "zhao"].map(|name| shared.office.login(name));
    let host = shared.li.origin.trim_start_matches("http://").to_owned();
    let sent = |n: usize| {
        let browser = &people[n % people.len()];
        let cookie = browser.cookie.as_deref().expect("cookie");
        let head = format!(
            "PUT /api/uploads/slow-{n}.tif HTTP/1.1\r\nHost: {host}\r\nOrigin: {}\r\nX-Papaver: 1\r\n\
             Sec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\nContent-Length: 100000\r\n\r\nhalf",
            browser.origin
        );
        let mut stream = TcpStream::connect(&host).expect("connected");
        stream.write_all(head.as_bytes()).expect("sent");
        stream
    };
    // As many as there are threads that may wait, and more.
    let mut streams: Vec<TcpStream> = (0..72).map(sent).collect();
    let inbox = shared.office.folder.join("inbox");
    let arriving = || {
        let names = std::fs::read_dir(&inbox).into_iter().flatten().flatten();
        let arrives = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with(".arriving-");
        names.filter(|entry| arrives(&entry.file_name())).count()
    };
    // A dozen of each begin, the others are refused.
    while arriving() < 48 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let (ended, ends) = std::sync::mpsc::channel();
    let dripping = std::thread::spawn(move || {
        while ends.recv_timeout(Duration::from_secs(1)).is_err() {
            for stream in &mut streams {
                // Those that were refused are closed.
                let _refused = stream.write_all(b".");
            }
        }
    });
    let (answered, answer) = std::sync::mpsc::channel();
    let origin = shared.li.origin.clone();
    std::thread::spawn(move || answered.send(Browser::new(&origin).get("/api/library").status));
    let status = answer.recv_timeout(Duration::from_secs(120));
    ended.send(()).expect("it drips");
    dripping.join().expect("ended");
    assert_eq!(status, Ok(200), "nobody else is answered");
}

#[test]
fn script_in_a_field_stays_text() {
    let shared = shared();
    let script = "<script>alert(1)</script>";
    let library = shared.li.get("/api/library");
    assert_eq!(library.ok()["surveys"][0]["title"], script);
    assert_eq!(library.header("content-type"), Some("application/json"));
    assert_eq!(library.header("x-content-type-options"), Some("nosniff"));
    let policy = library.header("content-security-policy").expect("policy");
    assert!(
        policy.contains("default-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    let upload = shared.li.put("/api/uploads/a.html", script.as_bytes());
    assert_eq!(upload.status, 200);
    assert_ne!(shared.li.get("/inbox/a.html").text, script);
}

#[test]
fn of_another_registry_nothing_is_told() {
    let shared = shared();
    let answer = shared.li.get("/api/registries/000000000000/sites");
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (404, "no_such_registry")
    );
    let stranger = Browser::new(&shared.office.server.url);
    for way in [
        shared.office.way("/sites"),
        shared.office.way("/campaign"),
        shared.office.table(),
        format!("/api/surveys/{}", shared.office.survey),
        "/api/events".to_owned(),
        "/api/folders".to_owned(),
    ] {
        assert_eq!(stranger.get(&way).status, 401, "{way}");
    }
    let library = stranger.get("/api/library").ok();
    assert_eq!(
        (&library["surveys"], &library["login_needed"]),
        (&json!([]), &json!(true))
    );
}

#[test]
fn what_was_sent_in_is_no_registry_and_no_result() {
    let shared = shared();
    for name in ["430626.papaver", "a.papaver.key", "a.papaver.files.zip"] {
        let answer = shared
            .wang
            .put(&format!("/api/uploads/{name}"), b"SQLite format 3");
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "no_registry"),
            "{name}"
        );
    }
    // However it came there.
    let inbox = shared.office.folder.join("inbox");
    scan(&inbox.join("own"));
    registry(&inbox.join("own").join("own.papaver"));
    std::thread::sleep(Duration::from_secs(6));
    let library = shared.li.get("/api/library").ok();
    let count = |kind: &str| library[kind].as_array().map(Vec::len);
    assert_eq!(
        (count("registries"), count("surveys")),
        (Some(1), Some(1)),
        "{library}"
    );
    std::fs::remove_dir_all(inbox.join("own")).expect("away");
}

#[test]
fn who_loses_their_roles_or_their_key_while_logged_in_goes_no_further() {
    let shared = shared();
    let office = &shared.office;
    office.change("gu", ActorAction::Grant, &[Role::Verifier]);
    office.key("gu", None);
    let gu = office.login("gu");
    assert_eq!(gu.put("/api/uploads/p.jpg", b"x").status, 200);
    office.change("gu", ActorAction::Revoke, &[Role::Verifier]);
    let answer = gu.put("/api/uploads/p.jpg", b"x");
    assert_eq!((answer.status, answer.code().as_str()), (403, "not_yours"));
    let scan = json!({"inputs": ["spring"], "name": "x"});
    assert_eq!(gu.post("/api/surveys", &scan).code(), "not_yours");
    let note = json!({"move": "note", "text": "x"});
    let sites = gu.get(&office.way("/sites")).ok();
    let code = sites["sites"][0]["id"].as_str().expect("code").to_owned();
    let before = gu.get(&office.way(&format!("/sites/{code}"))).text;
    let answer = gu.post(&office.way(&format!("/sites/{code}/moves")), &note);
    assert_eq!(answer.status, 403, "{}", answer.text);
    assert_eq!(gu.get(&office.way(&format!("/sites/{code}"))).text, before);
    // Another key: whoever stole the first is out, reading too.
    office.change("gu", ActorAction::Grant, &[Role::Verifier]);
    office.key("gu", Some(PASSPHRASE));
    for way in ["/api/session".to_owned(), office.way("/sites")] {
        let answer = gu.get(&way);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "login_needed"),
            "{way}"
        );
    }
    let answer = gu.post(&office.way(&format!("/sites/{code}/moves")), &note);
    assert_eq!(answer.status, 401, "{}", answer.text);
    // What lies in no registry too: not at once, as no registry is opened for it each time.
    let record = format!("/api/surveys/{}", office.survey);
    std::thread::sleep(Duration::from_secs(6));
    for way in [&record, "/api/runs", "/api/folders", "/api/events"] {
        assert_eq!(gu.get(way).code(), "login_needed", "{way}");
    }
    assert_eq!(shared.li.get(&record).status, 200);
}

#[test]
fn what_a_page_names_is_opened_as_a_strangers() {
    let shared = shared();
    let root = shared.office.folder.display().to_string();
    // A picture, and nothing that is served.
    let secret = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/village.jpg");
    assert!(secret.is_file());
    std::fs::write(shared.office.folder.join("own.png"), picture(1)).expect("written");
    let list = secret.display().to_string();
    let source = format!("<SourceFilename relativeToVRT=\"0\">{list}</SourceFilename>");
    let drawn = format!(
        "<VRTDataset rasterXSize=\"16\" rasterYSize=\"16\"><VRTRasterBand dataType=\"Byte\" band=\"1\">\
         <SimpleSource>{source}</SimpleSource></VRTRasterBand></VRTDataset>"
    );
    for (name, text) in [("list.txt", list.as_str()), ("drawn.vrt", drawn.as_str())] {
        let kept = shared
            .li
            .put(&format!("/api/uploads/{name}"), text.as_bytes())
            .ok();
        for asked in [
            json!({"inputs": [kept["path"]], "name": "x"}),
            json!({"inputs": ["own.png"], "name": "x", "options": {"dem": kept["path"]}}),
        ] {
            let answer = shared.li.post("/api/surveys", &asked);
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (400, "input"),
                "{answer:?}"
            );
            assert!(!answer.text.contains(&root), "{answer:?}");
        }
    }
    let runs = shared.li.get("/api/runs").text;
    assert!(!runs.contains("\"name\":\"x\""), "{runs}");
}

/// A figure of a process, such as `VmRSS`, in kB.
#[cfg(target_os = "linux")]
fn figure(process: u32, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).expect("status");
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.expect("figure").parse().expect("number")
}

#[cfg(target_os = "linux")]
#[test]
fn bundles_that_are_sent_at_once_fill_no_memory() {
    const BYTES: usize = 150 << 20;
    let office = Office::begin();
    let li = office.login("li");
    let server = office.server.process();
    let before = figure(server, "VmRSS");
    // The peak counts from here.
    std::fs::write(format!("/proc/{server}/clear_refs"), "5").expect("cleared");
    let way = office.way("/bundles");
    std::thread::scope(|scope| {
        for byte in [1, 2] {
            let (li, way) = (&li, &way);
            scope.spawn(move || {
                let answer = li.change("POST", way, &vec![byte; BYTES], "application/zip");
                assert_eq!((answer.status, answer.code().as_str()), (400, "input"));
            });
        }
    });
    let grown = figure(server, "VmHWM").saturating_sub(before) >> 10;
    assert!(grown < 60, "{grown} MB more");
    let left = std::fs::read_dir(office.folder.join("inbox")).expect("inbox");
    assert_eq!(left.count(), 0);
}

#[test]
fn every_answer_tells_a_browser_what_may_be_done_with_it() {
    let shared = shared();
    for way in ["/", "/api/library", "/api/nothing"] {
        let answer = shared.li.get(way);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "geolocation=(self), camera=(self)"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{way} {name}");
        }
        let policy = answer.header("content-security-policy").expect("policy");
        for part in [
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{way}: {policy}");
        }
    }
}

#[test]
fn a_name_is_the_servers_own_in_whatever_way_it_is_asked_for() {
    let shared = shared();
    let asked = |head: &str| {
        let request = format!("{head}Connection: close\r\n\r\n");
        let answer = shared.li.raw(request.as_bytes(), Duration::from_secs(10));
        answer.split_whitespace().nth(1).map(str::to_owned)
    };
    let status = |text: &str| Some(text.to_owned());
    for (head, expected) in [
        ("GET /api/session HTTP/1.1\r\nHost: LocalHost:99\r\n", "401"),
        ("GET /api/session HTTP/1.1\r\nHost: 127.0.0.1:99\r\n", "401"),
        // Where it does not listen.
        ("GET /api/session HTTP/1.1\r\nHost: [::1]:99\r\n", "421"),
        (
            "GET /api/session HTTP/1.1\r\nHost: localhost.evil.example\r\n",
            "421",
        ),
        (
            "GET /api/session HTTP/1.1\r\nHost: evil.example:80\r\n",
            "421",
        ),
        (
            "GET http://evil.example/api/session HTTP/1.1\r\nHost: localhost\r\n",
            "421",
        ),
        ("GET /api/session HTTP/1.0\r\n", "421"),
    ] {
        assert_eq!(asked(head), status(expected), "{head}");
    }
    // A change without any origin, of a request without a host, is none of a page.
    let change =
        "POST http://localhost/api/logout HTTP/1.0\r\nX-Papaver: 1\r\nContent-Length: 0\r\n";
    assert_eq!(asked(change), status("403"));
}

#[test]
fn a_member_that_is_not_known_is_named_and_nothing_is_done() {
    let shared = shared();
    let (li, office) = (&shared.li, &shared.office);
    let sites = li.get(&office.way("/sites?limit=1")).ok();
    let code = sites["sites"][0]["id"].as_str().expect("a site");
    let moves = office.way(&format!("/sites/{code}/moves"));
    for (way, asked) in [
        (
            "/api/surveys".to_owned(),
            json!({"inputs": ["spring"], "name": "nob", "treshold": 2}),
        ),
        (
            "/api/surveys".to_owned(),
            json!({"inputs": ["spring"], "name": "nob", "options": {"treshold": 2}}),
        ),
        (
            moves.clone(),
            json!({"move": "note", "text": "x", "treshold": 2}),
        ),
        (
            moves,
            json!({"move": "visit", "outcome": "cultivated", "treshold": 2}),
        ),
        (
            office.way("/assign"),
            json!({"codes": [code], "crew": "1", "treshold": 2}),
        ),
        (
            office.way("/tips"),
            json!({"channel": "phone", "text": "x", "treshold": 2}),
        ),
    ] {
        let answer = li.post(&way, &asked);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (422, "unclear"),
            "{way}: {answer:?}"
        );
        let said = answer.json();
        for lang in ["en", "zh"] {
            let said = said["error"]["message"][lang].as_str().expect("said");
            assert!(said.contains("treshold"), "{said}");
        }
    }
    assert!(!office.folder.join("surveys/nob").exists());
    let short = li.post("/api/surveys", &json!({"name": "nob"}));
    assert!(short.text.contains("inputs"), "{short:?}");
}

#[test]
fn a_name_that_a_system_takes_for_something_else_is_not_taken() {
    let shared = shared();
    let put = |way: &str| {
        let answer = shared.li.put(&format!("/api/uploads/{way}"), b"x");
        (answer.status, answer.code())
    };
    for way in [
        "NUL.tif",
        "con",
        "z.tif.",
        "zh%E2%80%8Bao.tif",
        "a.tif?folder=aux",
    ] {
        assert_eq!(put(way), (400, "unclear".into()), "{way}");
    }
    for way in ["x.PAPAVER", "a.tif?folder=q.papaver.people"] {
        assert_eq!(put(way), (403, "no_registry".into()), "{way}");
    }
}

#[test]
fn nothing_is_put_among_the_pages() {
    let shared = shared();
    for (method, way) in [("PUT", "/index.html"), ("POST", "/"), ("DELETE", "/sites")] {
        let answer = shared.li.change(method, way, b"x", "text/html");
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (405, "method"),
            "{method} {way}"
        );
    }
}
