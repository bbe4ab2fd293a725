//! The whole life of a scan's sites through the program: recorded, screened, assigned, visited, eradicated, a
//! self-acceptance refused, accepted by another person, carried to the province.

#![allow(
    clippy::expect_used,
    clippy::too_many_lines,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may fail"
)]

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

struct Office<'a> {
    folder: &'a Path,
    registry: &'a str,
    lang: &'a str,
}

impl Office<'_> {
    fn run(&self, actor: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_papaver"))
            .current_dir(self.folder)
            .args(["--lang", self.lang])
            .args(arguments)
            .env("PAPAVER_ACTOR", actor)
            .env("PAPAVER_REGISTRY", self.registry)
            .output()
            .expect("the program runs")
    }

    fn ok(&self, actor: &str, arguments: &[&str]) -> String {
        let output = self.run(actor, arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {told}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn refused(&self, actor: &str, arguments: &[&str]) -> String {
        let output = self.run(actor, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    }

    fn site(&self, site: &str) -> Value {
        serde_json::from_str(&self.ok("chief", &["show", site, "--json"])).expect("JSON")
    }
}

/// A photograph, another for each name.
fn photo(path: &Path) {
    let shade = path
        .file_name()
        .map_or(0, |name| 5 * u8::try_from(name.len()).unwrap_or(0));
    image::RgbImage::from_pixel(8, 8, image::Rgb([40, 120, shade]))
        .save(path)
        .expect("saved");
}

/// A scan folder as `papaver scan` writes it.
fn scan(folder: &Path, id: &str, day: &str, places: &[(&str, f64, f64)]) {
    std::fs::create_dir_all(folder).expect("made");
    let scan = json!({
        "format": "papaver.scan/1", "scan_id": id, "survey": null, "unit": "410423", "program_version": "0.1.0",
        "model": {"name": "m", "sha256": "ab", "resolution_cm": 2.0, "threshold": 0.5}, "options": {},
        "captured": {"from": day, "to": day}, "sources": [{"name": "o.tif", "fingerprint": "f", "gsd_cm": [2.0, 2.1], "captured": {"from": day, "to": day}}],
        "totals": {"searched_m2": 1000.0, "not_searched_m2": {}, "candidates": places.len()}, "run": {}
    });
    std::fs::write(folder.join("scan.json"), scan.to_string()).expect("written");
    let features: Vec<Value> = places
        .iter()
        .enumerate()
        .map(|(rank, (name, lon, score))| {
            let (e, n) = (lon + 0.0001, 33.7401);
            json!({
                "type": "Feature", "id": format!("{id}-{name}"),
                "geometry": {"type": "Polygon", "coordinates": [[[lon, 33.74], [e, 33.74], [e, n], [lon, n], [lon, 33.74]]]},
                "properties": {"rank": rank + 1, "score_max": score, "area_m2": 102.5, "captured": day, "lon": lon + 0.00005, "lat": 33.74005}
            })
        })
        .collect();
    let collection = json!({"type": "FeatureCollection", "features": features});
    std::fs::write(folder.join("candidates.geojson"), collection.to_string()).expect("written");
}

fn begin<'a>(folder: &'a Path, registry: &'a str, unit: &str) -> Office<'a> {
    let office = Office {
        folder,
        registry,
        lang: "en",
    };
    office.ok("chief", &["init", "--unit", unit, "--registry", registry]);
    for name in ["wang", "li", "zhao"] {
        office.ok(
            "chief",
            &["actor", "add", name, "analyst,verifier,eradicator,acceptor"],
        );
    }
    office
}

fn confirmed(office: &Office, site: &str, day: &str) {
    photo(&office.folder.join("scene.jpg"));
    office.ok(
        "wang",
        &[
            "assign",
            site,
            "--crew",
            "一组",
            "--due",
            "2026-05-10",
            "--when",
            day,
        ],
    );
    office.ok(
        "wang",
        &[
            "visit",
            site,
            "--outcome",
            "cultivated",
            "--officer",
            "li",
            "--quadrats",
            "4,6,5",
            "--quadrat-m2",
            "1",
            "--area",
            "102",
            "--photo",
            "scene.jpg",
            "--when",
            day,
        ],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a whole life, told once")]
fn a_site_is_followed_until_somebody_else_accepts() {
    let folder = tempfile::tempdir().expect("folder");
    let folder = folder.path();
    let county = begin(folder, "county.papaver", "410423");
    scan(
        &folder.join("may"),
        "may",
        "2026-05-03",
        &[("a", 113.30, 0.97), ("b", 113.31, 0.7)],
    );
    let recorded: Value =
        serde_json::from_str(&county.ok("wang", &["record", "may", "--json"])).expect("JSON");
    assert_eq!(recorded["new"].as_array().map(Vec::len), Some(2));
    let again: Value =
        serde_json::from_str(&county.ok("wang", &["record", "may", "--json"])).expect("JSON");
    assert_eq!(
        (&again["known_before"], &again["new"]),
        (&json!(2), &json!([]))
    );
    let decisions = json!({"format": "papaver.decisions/1", "scan_id": "may", "decided": [
        {"candidate": "may-a", "decision": "keep", "reason": null, "at": "2026-05-04T08:00:00+08:00", "note": null},
        {"candidate": "may-b", "decision": "reject", "reason": "crop", "at": "2026-05-04T08:01:00+08:00", "note": null}]});
    std::fs::write(folder.join("decisions.json"), decisions.to_string()).expect("written");
    county.ok("wang", &["screen", "--from", "decisions.json"]);
    let open = county.ok("wang", &["sites", "--open", "--json"]);
    assert_eq!(open.lines().count(), 1);
    let site = serde_json::from_str::<Value>(&open).expect("JSON")["id"]
        .as_str()
        .expect("id")
        .to_owned();
    photo(&folder.join("left.jpg"));
    let refused = county.refused("zhao", &["accept", &site]);
    assert!(
        refused.contains("allowed now") && refused.contains("assign"),
        "{refused}"
    );
    confirmed(&county, &site, "2026-05-05");
    assert_eq!(
        (
            county.site(&site)["plants"].as_u64(),
            county.site(&site)["season"].as_i64()
        ),
        (Some(510), Some(2026))
    );
    county.ok(
        "li",
        &[
            "eradicate",
            &site,
            "--percent",
            "60",
            "--photo",
            "left.jpg",
            "--when",
            "2026-05-06",
        ],
    );
    assert!(county.refused("zhao", &["accept", &site]).contains("60 %"));
    county.ok("li", &["eradicate", &site, "--when", "2026-05-07"]);
    assert!(
        county
            .refused("li", &["accept", &site])
            .contains("cannot accept it")
    );
    county.ok("zhao", &["accept", &site, "--when", "2026-05-20"]);
    let closed = county.site(&site);
    assert_eq!(
        (
            closed["state"].as_str(),
            closed["accepted_without_own_key"].as_bool()
        ),
        (Some("CLOSED"), Some(true))
    );
    county.ok("chief", &["verify", "--full"]);

    // A flight from before is no regrowth; one from after is a new site that recurs.
    scan(
        &folder.join("april"),
        "april",
        "2026-04-03",
        &[("a", 113.30, 0.9)],
    );
    let old: Value =
        serde_json::from_str(&county.ok("wang", &["record", "april", "--json"])).expect("JSON");
    assert_eq!(old["seen"].as_array().map(Vec::len), Some(1));
    scan(
        &folder.join("june"),
        "june",
        "2026-06-20",
        &[("a", 113.30, 0.9), ("b", 113.31, 0.9)],
    );
    let later: Value =
        serde_json::from_str(&county.ok("wang", &["record", "june", "--json"])).expect("JSON");
    assert_eq!(
        later["recurring"].as_array().map(Vec::len),
        Some(1),
        "{later}"
    );
    assert_eq!(later["raised"].as_array().map(Vec::len), Some(1), "{later}");
    let recurs = county.site(later["recurring"][0].as_str().expect("id"));
    assert_eq!(recurs["recurs_of"], closed["key"]);

    // The province takes all of it, once it trusts the county; then both have one state of that site.
    let province = begin(folder, "province.papaver", "410000");
    county.ok("chief", &["bundle", "create", "out.bundle"]);
    assert!(
        province
            .refused("chief", &["bundle", "apply", "out.bundle"])
            .contains("not trusted")
    );
    let inspected: Value =
        serde_json::from_str(&county.ok("x", &["bundle", "inspect", "out.bundle", "--json"]))
            .expect("JSON");
    let device = inspected["manifest"]["device"]
        .as_str()
        .expect("device")
        .to_owned();
    province.ok("chief", &["trust", &device, "--unit", "410423"]);
    province.ok("chief", &["bundle", "apply", "out.bundle"]);
    assert!(
        province
            .ok("chief", &["bundle", "apply", "out.bundle"])
            .starts_with("0 new events")
    );
    assert_eq!(province.site(&site), closed_again(&county, &site));
    province.ok("chief", &["verify", "--full"]);
}

fn closed_again(county: &Office, site: &str) -> Value {
    county.site(site)
}

/// From a scan to the province's figures, in order: who types what. A law that asks for another command breaks one of these.
const WHOLE_LIFE: [(&str, &str); 12] = [
    ("wang", "record may"),
    ("wang", "screen --from decisions.json"),
    (
        "wang",
        "assign SITE --crew 1 --due 2026-05-10 --when 2026-05-05",
    ),
    (
        "wang",
        "visit SITE --outcome cultivated --officer li --plants 12 --photo scene.jpg --when 2026-05-06",
    ),
    ("li", "eradicate SITE --photo left.jpg --when 2026-05-07"),
    ("zhao", "accept SITE --when 2026-05-08"),
    ("chief", "verify"),
    ("chief", "bundle create out.bundle"),
    ("province", "bundle apply out.bundle"),
    ("province", "sites"),
    ("province", "process"),
    ("province", "verify"),
];

#[test]
fn a_whole_life_takes_no_more_commands_than_it_did() {
    let folder = tempfile::tempdir().expect("folder");
    let folder = folder.path();
    let county = begin(folder, "county.papaver", "410423");
    let province = begin(folder, "province.papaver", "410000");
    let device = county.ok("chief", &["verify", "--json"]);
    let device: Value = serde_json::from_str(&device).expect("JSON");
    let device = device["heads"][0]["device"].as_str().expect("a device");
    province.ok("chief", &["trust", device, "--unit", "410423"]);
    scan(
        &folder.join("may"),
        "may",
        "2026-05-03",
        &[("a", 113.30, 0.97)],
    );
    let kept = json!({"candidate": "may-a", "decision": "keep", "reason": null, "at": "2026-05-04T08:00:00+08:00", "note": null});
    let decisions = json!({"format": "papaver.decisions/1", "scan_id": "may", "decided": [kept]});
    std::fs::write(folder.join("decisions.json"), decisions.to_string()).expect("written");
    photo(&folder.join("scene.jpg"));
    photo(&folder.join("left.jpg"));
    for (who, line) in WHOLE_LIFE {
        let office = if who == "province" {
            &province
        } else {
            &county
        };
        let actor = if who == "province" { "chief" } else { who };
        let open = county.ok("chief", &["sites", "--json"]);
        let site = serde_json::from_str::<Value>(&open).unwrap_or_default();
        let words: Vec<&str> = line
            .split(' ')
            .map(|word| match word {
                "SITE" => site["id"].as_str().expect("recorded"),
                word => word,
            })
            .collect();
        office.ok(actor, &words);
    }
    let closed = province.ok("chief", &["sites", "--json"]);
    let closed: Value = serde_json::from_str(&closed).expect("one site");
    assert_eq!(closed["state"], "CLOSED");
}

#[test]
fn two_offices_that_disagree_leave_the_site_open_until_a_supervisor_resolves() {
    let folder = tempfile::tempdir().expect("folder");
    let folder = folder.path();
    let a = begin(folder, "a.papaver", "410423");
    let b = begin(folder, "b.papaver", "410423");
    for (one, other) in [(&a, &b), (&b, &a)] {
        let verified: Value =
            serde_json::from_str(&other.ok("chief", &["verify", "--json"])).expect("JSON");
        let device = verified["heads"][0]["device"].as_str().expect("device");
        one.ok("chief", &["trust", device, "--unit", "410423"]);
    }
    scan(
        &folder.join("may"),
        "may",
        "2026-05-03",
        &[("a", 113.30, 0.97)],
    );
    a.ok("wang", &["record", "may"]);
    b.ok("wang", &["record", "may"]);
    let site =
        serde_json::from_str::<Value>(&a.ok("wang", &["sites", "--json"])).expect("JSON")["id"]
            .as_str()
            .expect("id")
            .to_owned();
    confirmed(&a, &site, "2026-05-05");
    b.ok("wang", &["screen", &site, "--reject", "crop"]);
    a.ok("chief", &["bundle", "create", "a.bundle"]);
    b.ok("chief", &["bundle", "create", "b.bundle"]);
    a.ok("chief", &["bundle", "apply", "b.bundle"]);
    b.ok("chief", &["bundle", "apply", "a.bundle"]);
    for office in [&a, &b] {
        let found = office.site(&site);
        assert_eq!(
            (found["state"].as_str(), found["disputed"].as_bool()),
            (Some("CONFIRMED"), Some(true))
        );
    }
    let state = |office: &Office| {
        serde_json::from_str::<Value>(&office.ok("chief", &["verify", "--json"])).expect("JSON")["state"].clone()
    };
    assert_eq!(state(&a), state(&b), "one state hash");
    let chinese = Office { lang: "zh", ..a };
    let told = chinese.refused(
        "wang",
        &["resolve", &site, "--state", "查实", "--reason", "现场核实"],
    );
    assert!(told.contains("主管") || told.contains("角色"), "{told}");
    chinese.ok(
        "chief",
        &["resolve", &site, "--state", "查实", "--reason", "现场核实"],
    );
    assert_eq!(chinese.site(&site)["disputed"].as_bool(), Some(false));
}

#[test]
fn wrong_input_gets_one_error_with_a_remedy() {
    let folder = tempfile::tempdir().expect("folder");
    let folder = folder.path();
    let office = begin(folder, "a.papaver", "410423");
    std::fs::write(folder.join("no.jpg"), "no photograph").expect("written");
    let added: Value = serde_json::from_str(&office.ok(
        "wang",
        &[
            "add",
            "--at",
            "113.3,33.74",
            "--source",
            "tip-off",
            "--json",
        ],
    ))
    .expect("JSON");
    let site = added["id"].as_str().expect("id");
    office.ok("wang", &["assign", site, "--crew", "1"]);
    let cases: [&[&str]; 11] = [
        &["show", "ZZZZZZ"],
        &["show", "1"],
        &["accept", site],
        &[
            "visit",
            site,
            "--outcome",
            "wild",
            "--officer",
            "li",
            "--plants",
            "3",
            "--photo",
            "no.jpg",
        ],
        &["visit", site, "--outcome", "wild", "--plants", "3"],
        &["visit", site, "--outcome", "tulip"],
        &["assign", site, "--crew", "1", "--due", "tomorrow"],
        &["add", "--at", "33.74,213.3", "--source", "patrol"],
        &["record", "nowhere"],
        &["bundle", "inspect", "no.jpg"],
        &["init", "--unit", "4104"],
    ];
    for arguments in cases {
        let told = office.refused("wang", arguments);
        assert!(
            told.starts_with("error: ") && told.contains("\nhint: "),
            "{arguments:?}: {told}"
        );
    }
    assert!(
        office
            .refused("nobody", &["note", site, "x"])
            .contains("actor add nobody")
    );
    assert_eq!(office.site(site)["state"], "DISPATCHED");
}
