//! Script in every text that people type: it is shown as it was typed, and runs nowhere.

use super::browser::Answer;
use super::kept::typed;
use super::office::Office;
use serde_json::{Value, json};

const SCRIPT: &str = "\"><img src=x onerror=alert(1)><script>alert(2)</script>";

/// A text that holds script.
fn evil(text: &str) -> String {
    format!("{text}{SCRIPT}")
}

/// Districts whose names hold script, and an office in whose every text there is some.
fn office() -> (Office, String) {
    let office = Office::begin();
    let district = |code: &str, east: f64| {
        let ring = json!([
            [113.2, 33.7],
            [east, 33.7],
            [east, 33.8],
            [113.2, 33.8],
            [113.2, 33.7]
        ]);
        json!({"type": "Feature", "properties": {"code": code, "name": evil("乡")},
            "geometry": {"type": "Polygon", "coordinates": [ring]}})
    };
    let districts = json!({"type": "FeatureCollection",
        "features": [district("410423", 113.6), district("410423101", 113.5)]});
    let file = office.folder.join("d.geojson");
    std::fs::write(file, districts.to_string()).expect("written");
    let crew = evil("组");
    typed(
        &office,
        &["registry", "districts", "d.geojson", "--vintage", "2025"],
    );
    let (name, note) = (evil("地"), evil("注"));
    let add = ["add", "--at", "113.31,33.75", "--source", "patrol"];
    typed(&office, &[&add[..], &["--name", name.as_str()]].concat());
    let li = office.login("li");
    let sites = li.get(&office.way("/sites?text=地")).ok();
    let site = sites["sites"][0]["id"].as_str().expect("a site").to_owned();
    let officer = evil("甲");
    typed(&office, &["assign", &site, "--crew", &crew, "--new-crew"]);
    let wang = office.login("wang");
    let act = |body: Value| {
        let way = office.way(&format!("/sites/{site}/moves"));
        wang.post(&way, &body).ok()
    };
    act(
        json!({"move": "visit", "outcome": "cultivated", "officers": [officer, "乙"], "plants": 5, "witness": evil("证"), "note": note, "force": evil("因")}),
    );
    act(
        json!({"move": "eradicate", "percent": 100, "method": evil("拔"), "note": note, "force": note}),
    );
    act(json!({"move": "note", "text": note}));
    (office, site)
}

/// The numbers of the entries that were recorded beside the sites.
fn work(office: &Office) -> Vec<String> {
    typed(office, &["actor", "grant", "li", "supervisor", "verifier"]);
    let li = office.login("li");
    let text = evil("文");
    let due = (jiff::Zoned::now().date() + jiff::Span::new().days(10)).to_string();
    [
        ("/duties", json!({"district": "410423101", "person": text, "post": text, "letter": text, "signed_on": "2026-05-01"})),
        ("/patrols", json!({"on": "2026-05-03", "people": 3, "district": "410423101", "crew": text, "note": text, "seeds": text, "publicity": text, "area_m2": 50_000.0})),
        ("/tips", json!({"channel": "letter", "text": text, "district": "410423101"})),
        ("/rounds", json!({"name": text, "on": "2026-05-03", "team": [text], "districts": ["410423101"], "note": text})),
        ("/findings", json!({"district": "410423101", "text": text, "due": due})),
        ("/measures", json!({"rung": "notice", "district": "410423101", "reason": text, "paper": text})),
    ]
    .into_iter()
    .map(|(way, body)| {
        let made = li.post(&office.way(way), &body).ok();
        made["entry"].as_str().unwrap_or_else(|| panic!("{way}: {made}")).to_owned()
    })
    .collect()
}

/// Whether an answer can run nothing: data, or a page in which script is text.
fn runs_nothing(way: &str, answer: &Answer) {
    assert_eq!(answer.status, 200, "{way}: {answer:?}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let kind = answer.header("content-type").unwrap_or_default();
    if kind.starts_with("text/html") {
        for part in ["<img src=x", "<script>alert"] {
            assert!(!answer.text.contains(part), "{way}: {part}");
        }
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.contains("default-src 'none'"), "{way}: {policy}");
        assert!(!policy.contains("script-src"), "{way}: {policy}");
    } else {
        assert!(kind.contains("json"), "{way}: {kind}");
    }
}

#[test]
fn script_in_every_text_is_shown_as_text_and_runs_nowhere() {
    let (office, site) = office();
    let entries = work(&office);
    let li = office.login("li");
    for way in [
        "/sites?limit=500",
        "/sites.geojson",
        "/campaign",
        "/campaign/work",
        "/province",
        "/duties",
        "/patrols",
        "/tips",
        "/supervision",
        "/people",
        "/districts.geojson",
        &format!("/sites/{site}"),
    ] {
        runs_nothing(way, &li.get(&office.way(way)));
    }
    let mut shown = Vec::new();
    for language in ["zh", "en"] {
        for page in ["/report/county", "/report/province"] {
            shown.push(format!("{page}?lang={language}"));
        }
        // The paper of a finding, and of a measure.
        for entry in &entries[4..] {
            shown.push(format!("/entries/{entry}/paper?lang={language}"));
        }
    }
    for way in shown {
        let page = li.get(&office.way(&way));
        runs_nothing(&way, &page);
        assert!(
            page.text.contains("&lt;img src=x"),
            "{way} shows what was typed"
        );
    }
}
