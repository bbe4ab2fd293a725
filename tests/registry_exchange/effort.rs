//! Effort through the program: patrols and their tracks, growth windows, coverage, targets, process and quality; and the
//! made-up province, whose truth is known.

use crate::affairs::{figures, sheet};
use crate::office::{Office, Said, open, photo};
use crate::sample;
use gdal::vector::LayerAccess;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

fn square(code: &str, west: f64, east: f64) -> Value {
    let ring = [
        [west, 33.6],
        [east, 33.6],
        [east, 33.8],
        [west, 33.8],
        [west, 33.6],
    ];
    json!({"type": "Feature", "properties": {"code": code, "name": format!("县{code}"), "elevation_m": 300},
        "geometry": {"type": "Polygon", "coordinates": [ring]}})
}

fn districts(office: &Office, features: &[Value]) -> Said {
    let file = json!({"type": "FeatureCollection", "features": features});
    std::fs::write(office.path("d.geojson"), file.to_string()).expect("written");
    office.run(
        "chief",
        &["registry", "districts", "d.geojson", "--vintage", "2023"],
    )
}

/// A scan's folder that searched a rectangle in a season.
fn scan(office: &Office, id: &str, day: Option<&str>, gsd_cm: Option<f64>, west: f64, east: f64) {
    tagged_scan(office, id, day, gsd_cm, [west, east], &json!({}), "f");
}

/// The same with what the imagery says of itself, and its fingerprint.
fn tagged_scan(
    office: &Office,
    id: &str,
    day: Option<&str>,
    gsd_cm: Option<f64>,
    [west, east]: [f64; 2],
    says: &Value,
    fingerprint: &str,
) -> Said {
    let folder = office.path(id);
    std::fs::create_dir_all(&folder).expect("made");
    let captured = day.map(|day| json!({"from": day, "to": day}));
    let mut scan = json!({
        "format": "papaver.scan/1", "scan_id": id, "survey": null, "unit": "410423", "program_version": "0.2.0",
        "model": {"name": "m", "sha256": "ab", "resolution_cm": 2.0, "threshold": 0.5}, "options": {}, "captured": captured,
        "sources": [{"name": "o.tif", "fingerprint": fingerprint, "width": 1_000_000, "height": 1_000_000, "gsd_cm": gsd_cm, "captured": captured}],
        "totals": {"searched_m2": 1000.0, "not_searched_m2": {}, "candidates": 0}, "run": {}
    });
    for (name, value) in says.as_object().expect("members") {
        scan[name] = value.clone();
    }
    let none = json!({"type": "FeatureCollection", "features": []});
    let ring = [
        [west, 33.65],
        [east, 33.65],
        [east, 33.75],
        [west, 33.75],
        [west, 33.65],
    ];
    let feature = |status: &str, reason: Value| {
        json!({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"status": status, "reason": reason, "area_m2": if reason.is_null() { 1000 } else { 1 }}})
    };
    let coverage = json!({"type": "FeatureCollection", "scan_id": id, "features": [feature("searched", Value::Null), feature("not_searched", json!("nodata"))]});
    scan["outputs"] = json!({});
    for (name, value) in [("candidates.geojson", none), ("coverage.geojson", coverage)] {
        let text = value.to_string();
        scan["outputs"][name] = papaver::registry::Hash::of(text.as_bytes())
            .to_string()
            .into();
        std::fs::write(folder.join(name), text).expect("written");
    }
    std::fs::write(folder.join("scan.json"), scan.to_string()).expect("written");
    office.ok("wang", &["record", id])
}

fn gpx(path: &Path, fixes: &[(f64, &str)]) {
    let points: String = fixes
        .iter()
        .map(|(lon, time)| {
            let time = if time.is_empty() {
                String::new()
            } else {
                format!("<time>{time}</time>")
            };
            format!("<trkpt lat=\"33.7\" lon=\"{lon}\">{time}</trkpt>")
        })
        .collect();
    let text = format!(
        "<?xml version=\"1.0\"?><gpx version=\"1.1\" creator=\"t\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>{points}</trkseg></trk></gpx>"
    );
    std::fs::write(path, text).expect("written");
}

fn coverage(office: &Office, more: &[&str]) -> Value {
    let mut arguments = vec!["coverage", "--json"];
    arguments.extend_from_slice(more);
    office.ok("chief", &arguments).json()
}

fn m2(value: &Value, name: &str) -> f64 {
    value[name]
        .as_f64()
        .unwrap_or_else(|| panic!("{name} in {value}"))
}

#[test]
fn what_was_recorded_in_part_is_whole_once_the_rest_is_recorded() {
    let office = Office::begin();
    districts(&office, &[square("410423", 113.0, 113.2)]);
    let searched = || {
        let found = coverage(&office, &["--season", "2026"]);
        let only = &found["districts"][0];
        (m2(only, "searched_m2"), only["flights"].clone())
    };
    scan(&office, "s", Some("2026-05-03"), Some(2.0), 113.0, 113.05);
    let (part, _) = searched();
    scan(&office, "s", Some("2026-05-03"), Some(2.0), 113.0, 113.1);
    let (both, flights) = searched();
    assert!((both / part - 2.0).abs() < 0.01, "{both} {part}");
    assert_eq!(flights, 1);
    let events = office.events();
    office.ok("wang", &["record", "s"]);
    assert_eq!(office.events(), events, "the same again is nothing new");
}

#[test]
fn last_years_imagery_is_not_this_years_coverage_by_saying_so() {
    let office = Office::begin();
    districts(&office, &[square("410423", 113.0, 113.2)]);
    let fly = |id: &str, day: Option<&str>, west: f64, says: Value, print: char| {
        let print = String::from(print).repeat(32);
        let ground = [west, west + 0.02];
        tagged_scan(&office, id, day, Some(2.0), ground, &says, &print).err
    };
    let days = |day: &str| json!({"tagged": {"from": day, "to": day}});
    let told = fly("before", Some("2025-05-03"), 113.0, days("2025-05-03"), 'a');
    assert!(!told.contains("imagery"), "{told}");
    let of = |season: &str| coverage(&office, &["--season", season]);
    let searched = |season: &str| m2(&of(season)["districts"][0], "searched_m2");
    let once = searched("2025");
    // The same file as of this year, over any ground: said, and counted once, where the imagery agrees.
    let told = fly("again", Some("2026-05-03"), 113.04, days("2025-05-03"), 'a');
    assert!(
        told.contains("the imagery itself says 2025-05-03") && told.contains("in scan before"),
        "{told}"
    );
    // The same ground file under another day, of imagery that says nothing.
    std::fs::create_dir_all(office.path("copy")).expect("made");
    let from = |name: &str| std::fs::read(office.path("before").join(name)).expect("read");
    let into = |name: &str| office.path("copy").join(name);
    for name in ["candidates.geojson", "coverage.geojson"] {
        std::fs::write(into(name), from(name)).expect("written");
    }
    let mut copy: Value = serde_json::from_slice(&from("scan.json")).expect("JSON");
    copy["scan_id"] = "copy".into();
    copy["captured"] = json!({"from": "2026-05-03", "to": "2026-05-03"});
    copy["tagged"] = Value::Null;
    copy["sources"][0]["fingerprint"] = "f".into();
    std::fs::write(into("scan.json"), copy.to_string()).expect("written");
    let told = office.ok("wang", &["record", "copy"]).err;
    assert!(told.contains("in scan before"), "{told}");
    assert!(searched("2026") < 1.0);
    assert_eq!(of("2026")["flights_recorded_twice"], 2);
    assert!((searched("2025") - once).abs() < 1.0);
    // A day that was wrong is mended by voiding what says it, which stays counted.
    let listed = office.ok("wang", &["record", "copy", "--json"]).json();
    let entry = listed["other_days"][0]["entry"]
        .as_str()
        .expect("an entry")
        .to_owned();
    office.ok("wang", &["void", &entry[..12], "--reason", "a slip"]);
    assert_eq!(of("2026")["flights_recorded_twice"], 0);
    office.ok("wang", &["record", "before"]);
    assert_eq!(of("2026")["flights_recorded_twice"], 2);
    // What was first recorded without its day, as anybody may forget, counts under the day that was said since.
    fly("forgotten", None, 113.08, json!({}), 'b');
    fly("mended", Some("2026-05-04"), 113.08, json!({}), 'b');
    assert!((searched("2026") / once - 1.0).abs() < 1e-3);
    // A file that was made before the flight is said to have been counts, and is named.
    let told = fly(
        "old",
        Some("2026-05-05"),
        113.12,
        json!({"made": "2025-06-01"}),
        'c',
    );
    assert!(
        told.contains("the imagery itself says ≤ 2025-06-01"),
        "{told}"
    );
    fly(
        "made",
        Some("2026-05-05"),
        113.12,
        json!({"made": "2026-05-30"}),
        'd',
    );
    assert_eq!(of("2026")["flights_dated_otherwise"], 1);
    let told = office.ok("chief", &["coverage", "--season", "2026"]).err;
    assert!(
        told.contains("1 flight was recorded under other days"),
        "{told}"
    );
    let log = office.ok("chief", &["log"]).out;
    assert!(log.contains("the imagery says 2025-05-03"), "{log}");
    // Each is named in the report, and counted by its unit.
    office.ok(
        "chief",
        &["report", "province", "--season", "2026", "-o", "r"],
    );
    let rows = sheet(&office, "r.xlsx", "What stays marked");
    let titles = [
        "flights dated otherwise than their imagery",
        "imagery recorded again under other days",
        "voided",
    ];
    let counted = figures(&rows, "410423", &titles);
    // What has no day is of the season in which it is recorded.
    let twice = ["2", "3"].contains(&counted[1].as_str());
    assert!(
        counted[0] == "1" && twice && counted[2] == "1",
        "{counted:?}"
    );
    let page = std::fs::read_to_string(office.path("r.html")).expect("a page");
    for named in ["Flights whose days are in doubt", "again", "copy", "old"] {
        assert!(page.contains(named), "{named}");
    }
}

#[test]
fn a_part_of_last_years_imagery_written_anew_is_not_this_years_coverage() {
    let office = Office::begin();
    districts(&office, &[square("410423", 113.0, 113.2)]);
    let patterns = |places: std::ops::Range<u64>, turned: u64| {
        let shown = |place: u64| place.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ turned;
        let one = |place: u64| format!("{place:016x}{:016x}", shown(place));
        json!({"patterns": places.map(one).collect::<Vec<_>>()})
    };
    let print = |of: &str| {
        let number = of.bytes().fold(0, |n, b| n << 8 | u128::from(b));
        format!("{number:032x}")
    };
    let fly = |id: &str, day: &str, west: f64, says: &Value| {
        let print = print(id);
        tagged_scan(
            &office,
            id,
            Some(day),
            Some(2.0),
            [west, west + 0.02],
            says,
            &print,
        )
        .err
    };
    fly("before", "2025-05-03", 113.0, &patterns(0..128, 0));
    let of = |season: &str| coverage(&office, &["--season", season]);
    let searched = |season: &str| m2(&of(season)["districts"][0], "searched_m2");
    // An honest flight over the same ground shows it otherwise.
    let told = fly(
        "honest",
        "2026-05-03",
        113.0,
        &patterns(0..128, 0x0421_0842_1084_2108),
    );
    assert!(!told.contains("in scan before"), "{told}");
    let honest = searched("2026");
    assert!(honest > 1e6);
    // A part, cut and compressed anew: other bytes, other ground, no tags.
    let told = fly("cropped", "2026-05-05", 113.06, &patterns(40..60, 0b101));
    assert!(told.contains("in scan before"), "{told}");
    assert!((searched("2026") - honest).abs() < 1.0);
    assert_eq!(of("2026")["flights_recorded_twice"], 1);
    // The same imagery with other options is one flight, and is counted.
    let again = |id: &str| {
        let print = print("honest");
        let says = patterns(0..128, 0x0421_0842_1084_2108);
        tagged_scan(
            &office,
            id,
            Some("2026-05-03"),
            Some(2.0),
            [113.0, 113.02],
            &says,
            &print,
        );
    };
    again("lower");
    again("wider");
    office.ok(
        "chief",
        &["report", "province", "--season", "2026", "-o", "r"],
    );
    let rows = sheet(&office, "r.xlsx", "What stays marked");
    let titles = [
        "imagery recorded again under other days",
        "imagery searched again with other options",
    ];
    assert_eq!(figures(&rows, "410423", &titles), ["1", "2"]);
}

#[test]
fn last_years_track_is_not_this_years_patrol_by_saying_that_its_clock_was_wrong() {
    let office = Office::begin();
    districts(&office, &[square("410423", 113.0, 113.2)]);
    let fixes = [
        (113.05, "2025-05-03T01:00:00Z"),
        (113.051, "2025-05-03T01:05:00Z"),
        (113.052, "2025-05-03T01:10:00Z"),
    ];
    gpx(&office.path("old.gpx"), &fixes);
    let patrol = ["patrol", "--track", "old.gpx", "--people", "4"];
    office.ok("wang", &patrol);
    let other = ["--on", "2026-05-03", "--clock-wrong"];
    office.ok("wang", &[&patrol[..], &other].concat());
    // Copied into a file of other times it is the same line.
    let copied = fixes.map(|(lon, time)| (lon, time.replace("2025", "2026")));
    let copied: Vec<(f64, &str)> = copied
        .iter()
        .map(|(lon, time)| (*lon, time.as_str()))
        .collect();
    gpx(&office.path("new.gpx"), &copied);
    office.ok("wang", &["patrol", "--track", "new.gpx", "--people", "4"]);
    // Another day's own line counts.
    let honest = [
        (113.06, "2026-05-04T01:00:00Z"),
        (113.062, "2026-05-04T01:10:00Z"),
    ];
    gpx(&office.path("honest.gpx"), &honest);
    office.ok(
        "wang",
        &["patrol", "--track", "honest.gpx", "--people", "3"],
    );
    let of = |season: &str| {
        let found = coverage(&office, &["--season", season]);
        let county = &found["districts"][0];
        (m2(county, "patrolled_m2"), county["people"].clone())
    };
    let (before, now) = (of("2025"), of("2026"));
    assert!(before.0 > 1_000.0 && (now.0 / before.0 - 1.0).abs() < 0.01);
    assert_eq!((before.1, now.1), (json!(4), json!(3)));
    office.ok(
        "chief",
        &["report", "province", "--season", "2026", "-o", "r"],
    );
    let rows = sheet(&office, "r.xlsx", "What stays marked");
    let titles = ["tracks recorded again under another day"];
    assert_eq!(figures(&rows, "410423", &titles), ["2"]);
}

#[test]
fn areas_that_are_reported_without_a_track_are_cut_as_a_sum_and_said_to_be() {
    let office = Office::begin();
    districts(&office, &[square("410423", 113.0, 113.2)]);
    for day in ["2026-05-03", "2026-05-04"] {
        let mu = "450000";
        let patrol = [
            "patrol",
            "--on",
            day,
            "--district",
            "410423",
            "--mu",
            mu,
            "--people",
            "4",
        ];
        office.ok("wang", &patrol);
    }
    let found = coverage(&office, &["--season", "2026"]);
    let county = &found["districts"][0];
    let area = m2(county, "area_m2");
    assert!((m2(county, "patrolled_m2") - area).abs() < 1.0, "{county}");
    let beyond = m2(county, "patrolled_beyond_m2");
    assert!((beyond - (2.0 * 3e8 - area)).abs() < 1.0, "{county}");
    let said = office.ok("chief", &["coverage", "--season", "2026"]);
    assert!(said.out.contains("100.0 % (!)"), "{said:?}");
    assert!(
        said.err.contains("more ground was reported as patrolled"),
        "{said:?}"
    );
    office.ok(
        "chief",
        &["report", "province", "--season", "2026", "-o", "r"],
    );
    let page = std::fs::read_to_string(office.path("r.html")).expect("a page");
    assert!(page.contains("100.0 (!)"));
    // Maps say it too.
    office.ok("chief", &["coverage", "--season", "2026", "-o", "c.gpkg"]);
    let map = rusqlite::Connection::open(office.path("c.gpkg")).expect("opened");
    let cut: f64 = map
        .query_row("SELECT patrolled_beyond_m2 FROM districts", [], |row| {
            row.get(0)
        })
        .expect("a column");
    assert!((cut - beyond).abs() < 1.0, "{cut}");
}

#[test]
fn without_districts_there_is_one_error_and_without_flights_an_honest_nothing() {
    let office = Office::begin();
    assert!(
        office
            .refused("chief", &["coverage"])
            .contains("registry districts")
    );
    assert_eq!(
        districts(&office, &[square("410423", 113.0, 113.2)]).code,
        Some(0)
    );
    let said = office.ok("chief", &["coverage"]);
    assert!(said.err.contains("nothing was searched"), "{said:?}");
    let found = coverage(&office, &[]);
    let only = &found["districts"][0];
    assert_eq!(
        (m2(only, "searched_m2"), m2(only, "patrolled_m2")),
        (0.0, 0.0)
    );
    assert!((m2(only, "not_searched_m2") - m2(only, "area_m2")).abs() < 1.0);
    assert!(
        office
            .refused("chief", &["coverage", "--level", "9"])
            .contains("9 digits")
    );
    let none = office.ok("chief", &["process", "--json"]).json();
    assert_eq!(
        (
            none["all"]["sites"].as_u64(),
            none["counties"].as_array().map(Vec::len)
        ),
        (Some(0), Some(0))
    );
    assert!(office.ok("chief", &["overdue"]).out.is_empty());
    let none = office.ok("chief", &["quality", "--json"]).json();
    assert_eq!(
        (
            &none["precision"]["share"],
            none["precision"]["of"].as_u64()
        ),
        (&Value::Null, Some(0))
    );
    assert!(
        office
            .refused("chief", &["targets", "match"])
            .contains("targets import")
    );
}

#[test]
fn a_districts_file_with_flaws_is_refused_or_named() {
    let office = Office::begin();
    let mut nameless = square("410423", 113.0, 113.2);
    nameless["properties"] = json!({"name": "无代码"});
    let refused = |features: &[Value], why: &str| {
        let said = districts(&office, features);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(
            said.err.contains(why) && said.err.contains("hint: "),
            "{said:?}"
        );
    };
    refused(
        &[square("410422", 113.0, 113.1), nameless],
        "feature 2 has no code",
    );
    let mut other = square("410423", 113.2, 113.4);
    other["properties"]["name"] = json!("另一县");
    refused(
        &[square("410423", 113.0, 113.2), other],
        "code 410423 is there as",
    );
    refused(&[square("41042", 113.0, 113.2)], "41042");
    std::fs::write(office.path("d.shp"), b"no JSON").expect("written");
    let said = office.run(
        "chief",
        &["registry", "districts", "d.shp", "--vintage", "2023"],
    );
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.err.contains("its .shp is cut") && said.err.contains("XZQDM"),
        "{said:?}"
    );
    let overlapping = districts(
        &office,
        &[
            square("410423", 113.0, 113.2),
            square("410422", 113.15, 113.4),
        ],
    );
    assert_eq!(overlapping.code, Some(0));
    assert!(
        overlapping
            .err
            .contains("410422 and 410423 overlap by 102.8"),
        "{overlapping:?}"
    );
}

#[test]
fn early_coarse_and_undated_flights_count_apart_by_the_office_s_own_windows() {
    let office = Office::begin();
    districts(
        &office,
        &[
            square("410423", 113.0, 113.2),
            square("410422", 113.2, 113.4),
        ],
    );
    scan(
        &office,
        "fair",
        Some("2026-05-03"),
        Some(2.0),
        113.00,
        113.02,
    );
    scan(
        &office,
        "again",
        Some("2026-05-09"),
        Some(2.0),
        113.01,
        113.02,
    );
    scan(
        &office,
        "early",
        Some("2026-03-03"),
        Some(2.0),
        113.04,
        113.06,
    );
    scan(
        &office,
        "coarse",
        Some("2026-05-03"),
        Some(7.5),
        113.08,
        113.10,
    );
    scan(
        &office,
        "border",
        Some("2026-05-03"),
        Some(2.0),
        113.19,
        113.21,
    );
    let found = coverage(&office, &["--season", "2026"]);
    let (luye, ye) = (&found["districts"][1], &found["districts"][0]);
    let strip = m2(ye, "searched_m2");
    // The border's flight gives each side 0.01 degrees; the county has six and a half such strips.
    let times = |name: &str, count: f64| {
        let share = m2(luye, name) / strip;
        assert!((share - count).abs() < 1e-4, "{name}: {share}");
    };
    times("searched_m2", 7.0);
    times("in_window_m2", 5.0);
    times("adequate_m2", 5.0);
    times("fair_m2", 3.0);
    assert_eq!(luye["flights"].as_u64(), Some(5));
    let windows = office.ok("chief", &["windows", "--district", "410423"]);
    assert!(windows.out.contains("04-01 … 06-30"), "{windows:?}");
    office.ok("chief", &["windows", "--write", "w.csv"]);
    let table = std::fs::read_to_string(office.path("w.csv")).expect("written");
    assert!(table.contains("district,elevation_from_m"));
    std::fs::write(
        office.path("w.csv"),
        format!("{table}410423,,,02-15,06-30,8,本县\n"),
    )
    .expect("written");
    office.ok("chief", &["windows", "--set", "w.csv"]);
    let found = coverage(&office, &["--season", "2026", "--district", "410423"]);
    assert!((m2(&found["districts"][0], "fair_m2") / strip - 7.0).abs() < 1e-4);
    std::fs::write(
        office.path("w.csv"),
        "district,first,last\n41,04-01,06-31\n",
    )
    .expect("written");
    let told = office.refused("chief", &["windows", "--set", "w.csv"]);
    assert!(told.contains("line 2") && told.contains("06-31"), "{told}");
    // Undated imagery belongs to the season of its recording and is in no window.
    scan(&office, "undated", None, None, 113.12, 113.14);
    let season = jiff::Zoned::now().date();
    let season = papaver::province::effort::season_of(season).to_string();
    let found = coverage(&office, &["--season", &season]);
    assert_eq!(
        (
            found["flights_without_date"].as_u64(),
            found["flights_without_gsd"].as_u64()
        ),
        (Some(1), Some(1))
    );
    let told = office.ok("chief", &["coverage", "--season", &season]).err;
    assert!(
        told.contains("outside the window") && told.contains("too coarse"),
        "{told}"
    );
    // Without its evidence a flight has no ground, and that is said.
    std::fs::remove_dir_all(office.path("a.papaver.files")).expect("removed");
    assert!(
        office
            .refused("chief", &["coverage", "--season", "2026"])
            .contains("districts")
    );
    districts(&office, &[square("410423", 113.0, 113.2)]);
    let told = office.ok("chief", &["coverage", "--season", "2026"]).err;
    assert!(told.contains("5 flights kept no outline"), "{told}");
}

#[test]
fn a_patrol_over_midnight_is_kept_and_a_clock_that_leaps_is_not_believed() {
    let office = Office::begin();
    districts(
        &office,
        &[
            square("410423", 113.0, 113.2),
            square("410423001", 113.0, 113.1),
        ],
    );
    gpx(
        &office.path("night.gpx"),
        &[
            (113.05, "2026-05-03T15:50:00Z"),
            (113.052, "2026-05-03T15:58:00Z"),
            (113.054, "2026-05-03T16:06:00Z"),
        ],
    );
    let said = office.ok(
        "wang",
        &[
            "patrol",
            "--track",
            "night.gpx",
            "--people",
            "6",
            "--vehicles",
            "2",
            "--zero",
        ],
    );
    assert!(
        said.out
            .contains("2026-05-03  410423001  6 people, 2 vehicles"),
        "{said:?}"
    );
    assert!(
        said.err.contains("from 2026-05-03 to 2026-05-04"),
        "{said:?}"
    );
    gpx(
        &office.path("leap.gpx"),
        &[
            // Nobody walks a road twice to the decimetre.
            (113.050_02, "2026-05-03T01:00:00Z"),
            (113.052_02, "2018-01-01T00:00:00Z"),
            (113.054_03, "2026-05-03T01:20:00Z"),
        ],
    );
    let told = office.refused("wang", &["patrol", "--track", "leap.gpx", "--people", "6"]);
    assert!(
        told.contains("leaps from 2018-01-01 to 2026-05-03") && told.contains("--clock-wrong"),
        "{told}"
    );
    let said = office.ok(
        "wang",
        &[
            "patrol",
            "--track",
            "leap.gpx",
            "--people",
            "6",
            "--on",
            "2026-05-04",
            "--clock-wrong",
        ],
    );
    assert!(said.err.contains("2 jumps of the clock"), "{said:?}");
    assert!(
        office
            .refused(
                "wang",
                &[
                    "patrol",
                    "--track",
                    "night.gpx",
                    "--people",
                    "6",
                    "--on",
                    "2026-06-01"
                ]
            )
            .contains("not of 2026-06-01")
    );
    assert!(
        office
            .refused("wang", &["patrol", "--people", "3", "--area", "9"])
            .contains("--on")
    );
    assert!(
        office
            .refused("wang", &["patrol", "--people", "3", "--on", "2026-05-03"])
            .contains("--district")
    );
    assert!(
        office
            .refused(
                "wang",
                &["patrol", "--on", "2026-05-03", "--district", "410423"]
            )
            .contains("--zero")
    );
    assert!(
        office
            .refused("wang", &["patrol", "--track", "d.geojson", "--people", "1"])
            .contains("cannot be read as a track")
    );
    gpx(&office.path("far.gpx"), &[(113.05, ""), (113.15, "")]);
    assert!(
        office
            .refused(
                "wang",
                &[
                    "patrol",
                    "--track",
                    "far.gpx",
                    "--people",
                    "1",
                    "--on",
                    "2026-05-03"
                ]
            )
            .contains("covers no ground")
    );
    office.ok(
        "wang",
        &[
            "patrol",
            "--on",
            "2026-05-05",
            "--district",
            "410423001",
            "--mu",
            "150",
            "--people",
            "4",
            "--zero",
        ],
    );
    let found = coverage(&office, &["--season", "2026"]);
    let county = &found["districts"][0];
    // Two walks over one line count once: 371 m by 60 m and the round ends; 150 mu are 100,000 m².
    let walked = m2(county, "patrolled_m2") - 100_000.0;
    assert!(
        (walked / (370.9 * 60.0 + std::f64::consts::PI * 900.0) - 1.0).abs() < 0.01,
        "{walked}"
    );
    assert_eq!(
        (
            county["patrols"].as_u64(),
            county["zero_reports"].as_u64(),
            county["people"].as_u64()
        ),
        (Some(3), Some(2), Some(16))
    );
    let chinese = Command::new(env!("CARGO_BIN_EXE_papaver"))
        .current_dir(office.folder())
        .args(["--lang", "zh", "patrol", "--list"])
        .env("PAPAVER_REGISTRY", "a.papaver")
        .output()
        .expect("run");
    assert!(String::from_utf8_lossy(&chinese.stderr).contains("共 3 次踏查"));
    let listed = String::from_utf8_lossy(&chinese.stdout);
    for title in ["踏查组", "人次", "台次", "km²"] {
        assert!(listed.contains(title), "{listed}");
    }
    assert_eq!(
        office
            .ok("wang", &["patrol", "--list", "--json"])
            .out
            .lines()
            .count(),
        3
    );
    office.ok("chief", &["verify", "--full"]);
}

#[test]
fn targets_are_matched_and_shifted_ones_refused() {
    let office = Office::begin();
    districts(&office, &[square("410423", 113.0, 113.2)]);
    scan(
        &office,
        "fair",
        Some("2026-05-03"),
        Some(2.0),
        113.10,
        113.12,
    );
    let add = |lon: f64| {
        let at = format!("{lon},33.7");
        let added = office.ok(
            "wang",
            &[
                "add",
                "--at",
                &at,
                "--source",
                "patrol",
                "--when",
                "2026-05-10",
                "--json",
            ],
        );
        added.json()["id"].as_str().expect("id").to_owned()
    };
    let sites: Vec<String> = (0..4).map(|n| add(113.02 + f64::from(n) * 0.01)).collect();
    office.ok("wang", &["screen", &sites[3], "--reject", "crop"]);
    let rows = |shift: &dyn Fn(f64, f64) -> (f64, f64)| {
        let mut text = String::from("编号,经度,纬度\n");
        for (at, lon) in [113.0201, 113.03, 113.04, 113.05, 113.11, 113.18]
            .iter()
            .enumerate()
        {
            let (x, y) = shift(*lon, 33.7);
            text += &format!("T{at},{x:.7},{y:.7}\n");
        }
        text
    };
    let gcj = |lon, lat| {
        let at = papaver::exchange::gcj02::gcj02(papaver::ground::LonLat::new(lon, lat));
        (at.lon, at.lat)
    };
    std::fs::write(office.path("shifted.csv"), rows(&gcj)).expect("written");
    let told = office.refused(
        "wang",
        &["targets", "import", "shifted.csv", "--season", "2026"],
    );
    assert!(told.contains("GCJ-02") && told.contains("WGS 84"), "{told}");
    std::fs::write(office.path("天目.csv"), rows(&|x, y| (x, y))).expect("written");
    office.ok(
        "wang",
        &["targets", "import", "天目.csv", "--season", "2026"],
    );
    assert!(
        office
            .ok(
                "wang",
                &["targets", "import", "天目.csv", "--season", "2026"]
            )
            .err
            .contains("taken in before")
    );
    let found = office
        .ok("x", &["targets", "match", "--json", "-o", "t.geojson"])
        .json();
    assert_eq!(found["matched"], json!({"count": 3, "of": 6}));
    let outcomes: Vec<&str> = found["targets"]
        .as_array()
        .expect("targets")
        .iter()
        .filter_map(|t| t["outcome"].as_str())
        .collect();
    assert_eq!(
        outcomes,
        [
            "matched",
            "matched",
            "matched",
            "screened_out",
            "searched_and_nothing",
            "not_searched"
        ]
    );
    assert!((m2(&found["targets"][0], "metres") - 9.3).abs() < 0.2);
    let told = office.ok("x", &["targets", "match"]).out;
    assert!(
        told.contains("3 of 6 targets are on file, 50.0 %") && told.contains("not searched"),
        "{told}"
    );
    let map: Value =
        serde_json::from_slice(&std::fs::read(office.path("t.geojson")).expect("written"))
            .expect("JSON");
    assert_eq!(map["features"].as_array().map(Vec::len), Some(6));
    // The same list as a map program gives it.
    let kml = "<?xml version=\"1.0\"?><kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Placemark><name>K1</name><Point><coordinates>113.02,33.7,0</coordinates></Point></Placemark></Document></kml>";
    std::fs::write(office.path("k.kml"), kml).expect("written");
    office.ok(
        "wang",
        &[
            "targets", "import", "k.kml", "--season", "2026", "--name", "奥维",
        ],
    );
    let one = office
        .ok("x", &["targets", "match", "--list", "奥维", "--json"])
        .json();
    assert_eq!(
        (one["share"].as_f64(), one["targets"][0]["target"].as_str()),
        (Some(1.0), Some("K1"))
    );
    assert!(
        office
            .refused("wang", &["targets", "import", "d.txt"])
            .contains("d.txt")
    );
    std::fs::write(office.path("bad.csv"), "id,lon,lat\na,33.7,113.02\n").expect("written");
    assert!(
        office
            .refused("wang", &["targets", "import", "bad.csv"])
            .contains("line 2")
    );
}

#[test]
fn a_bundle_carries_patrols_targets_and_windows_and_the_province_keeps_its_own_table() {
    let county = Office::begin();
    std::fs::write(county.path("w.csv"), "district,first,last\n,01-01,12-31\n").expect("written");
    county.ok("chief", &["windows", "--set", "w.csv"]);
    county.ok(
        "wang",
        &[
            "patrol",
            "--on",
            "2026-05-05",
            "--district",
            "410423",
            "--area",
            "5000",
            "--people",
            "4",
        ],
    );
    std::fs::write(county.path("t.csv"), "id,lon,lat\na,113.1,33.7\n").expect("written");
    county.ok("wang", &["targets", "import", "t.csv", "--season", "2026"]);
    county.ok("chief", &["bundle", "create", "out.bundle"]);
    let device = county
        .ok("x", &["bundle", "inspect", "out.bundle", "--json"])
        .json()["manifest"]["device"]
        .as_str()
        .expect("device")
        .to_owned();
    let province = Office::begin();
    std::fs::copy(county.path("out.bundle"), province.path("in.bundle")).expect("copied");
    province.ok(
        "chief",
        &["init", "--unit", "410000", "--registry", "p.papaver"],
    );
    let run = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(["--registry", "p.papaver"]);
        province.ok("chief", &all)
    };
    run(&["trust", &device, "--unit", "410423"]);
    run(&["bundle", "apply", "in.bundle"]);
    assert_eq!(run(&["patrol", "--list", "--json"]).json()["people"], 4);
    assert_eq!(run(&["targets", "list", "--json"]).json()["targets"], 1);
    assert!(
        !run(&["windows"]).out.contains("12-31"),
        "the county's table is the county's"
    );
    run(&["verify", "--full"]);
}

#[test]
fn verified_detections_become_a_training_set() {
    let office = Office::begin();
    let folder = office.path("s");
    scan(
        &office,
        "first",
        Some("2026-05-03"),
        Some(2.0),
        113.10,
        113.12,
    );
    std::fs::create_dir_all(folder.join("chips")).expect("made");
    let scan = std::fs::read(office.path("first/scan.json")).expect("read");
    let mut scan: Value = serde_json::from_slice(&scan).expect("JSON");
    scan["scan_id"] = "s".into();
    scan["totals"]["candidates"] = 3.into();
    scan["program_version"] = "0.1.0".into();
    scan["outputs"] = Value::Null;
    std::fs::write(folder.join("scan.json"), scan.to_string()).expect("written");
    let features: Vec<Value> = (0..3)
        .map(|n| {
            photo(&folder.join(format!("chips/{n}.jpg")), 60 + 40 * n as u8);
            let (w, s) = (113.101 + f64::from(n) * 0.003, 33.7);
            let ring = [[w, s], [w + 1e-4, s], [w + 1e-4, s + 1e-4], [w, s + 1e-4], [w, s]];
            json!({"type": "Feature", "id": format!("s-{n}"), "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {"rank": n + 1, "score_max": 0.9, "area_m2": 100.0, "captured": "2026-05-03", "lon": w, "lat": s, "chip": format!("chips/{n}.jpg")}})
        })
        .collect();
    let collection = json!({"type": "FeatureCollection", "features": features});
    std::fs::write(folder.join("candidates.geojson"), collection.to_string()).expect("written");
    let new = office.ok("wang", &["record", "s", "--json"]).json()["new"].clone();
    photo(&office.path("scene.jpg"), 200);
    for (site, outcome) in new
        .as_array()
        .expect("sites")
        .iter()
        .zip(["wild", "lookalike"])
    {
        let site = site.as_str().expect("a code");
        office.ok(
            "wang",
            &["assign", site, "--crew", "1", "--when", "2026-05-04"],
        );
        let mut visit = vec![
            "visit",
            site,
            "--outcome",
            outcome,
            "--officer",
            "li",
            "--photo",
            "scene.jpg",
            "--when",
            "2026-05-05",
        ];
        visit.extend(if outcome == "wild" {
            ["--plants", "3"]
        } else {
            ["--species", "虞美人"]
        });
        office.ok("wang", &visit);
    }
    let done = office
        .ok("wang", &["export", "training-set", "set", "--json"])
        .json();
    assert_eq!(
        (done["confirmed"].as_u64(), done["refuted"].as_u64()),
        (Some(1), Some(1))
    );
    let labels = std::fs::read_to_string(office.path("set/labels.csv")).expect("written");
    assert!(
        labels.lines().count() == 3 && labels.contains("虞美人"),
        "{labels}"
    );
    for (group, chip) in [("confirmed", 0), ("refuted", 1)] {
        let inside: Vec<_> = std::fs::read_dir(office.path("set").join(group))
            .expect("listed")
            .flatten()
            .collect();
        assert_eq!(inside.len(), 1);
        let same = std::fs::read(folder.join(format!("chips/{chip}.jpg"))).expect("read");
        assert_eq!(
            std::fs::read(inside[0].path()).expect("read"),
            same,
            "byte for byte"
        );
    }
    let truth: Value =
        serde_json::from_slice(&std::fs::read(office.path("set/truth.geojson")).expect("written"))
            .expect("JSON");
    let kinds: BTreeSet<(&str, Option<u64>)> = truth["features"]
        .as_array()
        .expect("features")
        .iter()
        .map(|f| &f["properties"])
        .map(|p| (p["kind"].as_str().expect("a kind"), p["plants"].as_u64()))
        .collect();
    assert_eq!(
        kinds,
        BTreeSet::from([("poppy", Some(3)), ("unknown", None), ("虞美人", None)])
    );
    assert!(
        office
            .refused("wang", &["export", "training-set", "set"])
            .contains("there already")
    );
    let found = office.ok("x", &["quality", "--json"]).json();
    assert_eq!(
        (
            found["precision"]["count"].as_u64(),
            found["precision"]["of"].as_u64(),
            found["waiting"].as_u64()
        ),
        // Nobody has looked at the third: it waits for no crew.
        (Some(1), Some(2), Some(0))
    );
}

#[test]
fn the_made_up_province_shows_its_truth() {
    let kept = tempfile::tempdir().expect("folder");
    let out = kept.path();
    sample::run([out.display().to_string()].into_iter());
    let truth: Value =
        serde_json::from_slice(&std::fs::read(out.join("truth.json")).expect("read"))
            .expect("JSON");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_papaver"))
            .current_dir(out)
            .args(["--lang", "en"])
            .args(arguments)
            .env("PAPAVER_REGISTRY", "province.papaver")
            .env("PAPAVER_ACTOR", "主任")
            .output()
            .expect("run");
        let (told, said) = (
            String::from_utf8_lossy(&output.stderr).into_owned(),
            String::from_utf8(output.stdout).expect("UTF-8"),
        );
        (output.status.code(), said, told)
    };
    let get = |arguments: &[&str]| -> Value {
        let (code, said, told) = run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {told}");
        serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {said}"))
    };
    let seasons = ["2025", "2026"].map(|season| get(&["coverage", "--season", season, "--json"]));
    for found in &seasons {
        let all = found["districts"].as_array().expect("districts");
        assert_eq!(
            (all.len(), found["flights_without_outline"].as_u64()),
            (12, Some(0))
        );
        for d in all {
            assert!(
                (m2(d, "searched_m2") + m2(d, "not_searched_m2") - m2(d, "area_m2")).abs() < 1.0,
                "{d}"
            );
            assert!(
                m2(d, "fair_m2") <= m2(d, "in_window_m2")
                    && m2(d, "in_window_m2") <= m2(d, "searched_m2")
            );
        }
    }
    let halved = |found: &Value| m2(&found["districts"][4], "searched_m2");
    let share = halved(&seasons[1]) / halved(&seasons[0]);
    assert!((0.35..0.75).contains(&share), "{share}");
    let counties = get(&[
        "process",
        "--season",
        "2026",
        "--on",
        "2026-06-10",
        "--json",
    ])["counties"]
        .clone();
    for (county, told) in counties
        .as_array()
        .expect("counties")
        .iter()
        .zip(truth["counties"].as_array().expect("truth"))
    {
        assert_eq!(county["code"], told["code"]);
        let expected = &told["seasons"][1];
        // Every poppy that was found is a site, and every site of a look-alike besides.
        let poppies = expected["found_from_the_air"].as_u64().expect("a count")
            + expected["found_on_foot"].as_u64().expect("a count");
        let sites = county["process"]["sites"].as_u64().expect("a count");
        let confirmed = county["process"]["confirmed"]["count"]
            .as_u64()
            .expect("a count");
        assert!(sites >= poppies && confirmed <= poppies, "{county}");
    }
    let quality = get(&["quality", "--season", "2025", "--json"]);
    let aside = quality["screened_out"].as_u64().expect("a count");
    assert!(
        aside > 0
            && quality["precision"]["share"]
                .as_f64()
                .is_some_and(|p| (0.6..0.95).contains(&p)),
        "{quality}"
    );
    // A fair flight finds nine of ten, whatever walks there.
    let recall = get(&["quality", "--json"])["recall"].clone();
    let of = recall["of"].as_u64().expect("a count");
    assert!(
        of > 80 && recall["low"].as_f64() < Some(0.9) && recall["high"].as_f64() > Some(0.9),
        "{recall}"
    );
    let (code, _, told) = run(&["targets", "import", "targets_gcj02.csv", "--season", "2026"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("GCJ-02"), "{told}");
    assert_eq!(
        run(&["targets", "import", "targets.csv", "--season", "2026"]).0,
        Some(0)
    );
    let met = get(&["targets", "match", "--json"]);
    let count = met["matched"]["count"].as_u64().expect("a count");
    assert!((40..=44).contains(&count), "{}", met["matched"]);
    let (code, _, told) = run(&["coverage", "--season", "2026", "-o", "c.gpkg"]);
    assert_eq!(code, Some(0), "{told}");
    let file = open(&out.join("c.gpkg"), false);
    let names: Vec<String> = file.layers().map(|layer| layer.name()).collect();
    assert!(
        ["districts", "ground", "layer_styles"]
            .iter()
            .all(|name| names.iter().any(|n| n == name)),
        "{names:?}"
    );
    assert_eq!(
        file.layer_by_name("districts")
            .expect("the layer")
            .feature_count(),
        12
    );
    assert_eq!(
        run(&["coverage", "--season", "2026", "-o", "c.geojson"]).0,
        Some(0)
    );
    let map: Value =
        serde_json::from_slice(&std::fs::read(out.join("c.geojson")).expect("read")).expect("JSON");
    assert!(map["features"].as_array().is_some_and(|f| f.len() >= 30));
    assert_eq!(run(&["verify", "--full"]).0, Some(0));
    // The same arguments make the same registry.
    let states: Vec<Value> = (0..2)
        .map(|n| {
            let small = kept.path().join(format!("small{n}"));
            sample::run(
                [
                    small.display().to_string(),
                    "2".into(),
                    "2".into(),
                    "0.02".into(),
                ]
                .into_iter(),
            );
            let registry = small.join("province.papaver").display().to_string();
            get(&["verify", "--json", "--registry", &registry])["state"].clone()
        })
        .collect();
    assert_eq!(states[0], states[1]);
}
