//! What a browser is given to keep: the cookie of a login, and pictures.

use super::browser::Browser;
use super::office::{PASSPHRASE, Server, shared};
use serde_json::json;

/// What is told of a registry stays in no browser; pictures stay with whoever saw them and are asked for anew each time; the pages
/// themselves are anybody's.
#[test]
fn what_a_browser_keeps_is_nobody_elses_to_see() {
    let shared = shared();
    let (office, li) = (&shared.office, &shared.li);
    let survey = &office.survey;
    let site = li.get(&office.way("/sites?limit=1")).ok()["sites"][0]["id"].clone();
    let site = site.as_str().expect("a site");
    let told = [
        "/api/session".to_owned(),
        "/api/library".to_owned(),
        "/api/nothing".to_owned(),
        "/api/folders".to_owned(),
        "/api/openapi.json".to_owned(),
        format!("/api/surveys/{survey}"),
        format!("/api/surveys/{survey}/candidates.geojson"),
        format!("/api/surveys/{survey}/set_aside.geojson"),
        format!("/api/tiles/{survey}"),
        "/api/basemap".to_owned(),
        office.way("/people"),
        office.way("/sites"),
        office.way("/sites.geojson"),
        office.way(&format!("/sites/{site}")),
        office.way("/campaign"),
        office.way("/campaign/work"),
        office.way("/province"),
        office.way("/patrols"),
        office.way("/districts.geojson"),
        office.way("/report/county"),
        office.table(),
    ];
    for way in told {
        let answer = li.get(&way);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{way}");
    }
    let page = li.get(&office.way(&format!("/sites/{site}"))).ok();
    let evidence = page["pictures"][0]["url"].as_str().expect("a picture");
    let queue = li.get(&office.table()).ok();
    let picture = queue["queue"][0]["pictures"]["outline"].as_str();
    for way in [evidence, picture.expect("a picture")] {
        let first = li.get(way);
        assert_eq!(first.status, 200, "{way}");
        let again = "private, no-cache";
        assert_eq!(first.header("cache-control"), Some(again), "{way}");
        let tag = first.header("etag").expect("a tag");
        let asked = |by: &Browser| by.bare("GET", way, &[("if-none-match", tag)], b"");
        let same = asked(li);
        assert_eq!((same.status, same.text.as_str()), (304, ""), "{way}");
        assert_eq!(same.header("cache-control"), Some(again), "{way}");
        // Who is logged in no more is not told that it is still the same.
        assert_eq!(asked(&office.browser()).status, 401, "{way}");
    }
    let ours = li.get("/crew/crew.js");
    assert_eq!(ours.header("cache-control"), Some("no-cache"));
}

#[test]
fn a_cookie_is_sent_back_to_its_own_server_alone_and_read_by_no_script() {
    let shared = shared();
    let office = &shared.office;
    let given = json!({"registry": office.registry, "person": "sun", "passphrase": PASSPHRASE});
    let answer = office.browser().post("/api/login", &given);
    let cookie = answer.header("set-cookie").expect("a cookie");
    let port = office.server.url.trim_end_matches('/').rsplit(':').next();
    let (pair, about) = cookie.split_once("; ").expect("what it may do");
    let named = format!("papaver-{}=", port.expect("port"));
    assert!(pair.starts_with(&named), "{cookie}");
    assert_eq!(about, "Path=/; HttpOnly; SameSite=Strict");
}

#[test]
fn who_logs_in_at_one_server_of_a_computer_stays_logged_in_at_another() {
    let shared = shared();
    let other = Server::start(&shared.office.folder, &[]);
    let mut both = shared.office.login("sun");
    let first = both.cookie.clone().expect("a cookie");
    both.origin = other.url.trim_end_matches('/').to_owned();
    let given =
        json!({"registry": shared.office.registry, "person": "sun", "passphrase": PASSPHRASE});
    let answer = both.post("/api/login", &given);
    let second = answer
        .header("set-cookie")
        .and_then(|c| c.split(';').next());
    let second = second.expect("a cookie");
    // A browser knows one host and no port: of one name it keeps the later, and sends what it has to both.
    let name = |cookie: &str| cookie.split('=').next().map(str::to_owned);
    let kept = if name(&first) == name(second) {
        second.to_owned()
    } else {
        format!("{first}; {second}")
    };
    for origin in [&shared.office.server.url, &other.url] {
        both.origin = origin.trim_end_matches('/').to_owned();
        both.cookie = Some(kept.clone());
        assert_eq!(both.get("/api/session").status, 200, "{origin}");
    }
}
