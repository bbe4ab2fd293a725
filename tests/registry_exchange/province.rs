//! The province's figures through the program: what little data honestly gives, and what is refused.

use crate::office::Office;
use crate::sample;
use serde_json::{Value, json};

fn districts(office: &Office, count: usize) {
    let features: Vec<Value> = (0..count)
        .map(|n| {
            let (w, e) = (113.2 + n as f64 * 0.2, 113.4 + n as f64 * 0.2);
            let ring = [[w, 33.6], [e, 33.6], [e, 33.9], [w, 33.9], [w, 33.6]];
            json!({"type": "Feature", "properties": {"code": format!("41042{}", 3 + n), "name": format!("县{n}")},
                "geometry": {"type": "Polygon", "coordinates": [ring]}})
        })
        .collect();
    let file = json!({"type": "FeatureCollection", "features": features});
    std::fs::write(office.path("d.geojson"), file.to_string()).expect("written");
    office.ok(
        "chief",
        &["registry", "districts", "d.geojson", "--vintage", "2023"],
    );
}

#[test]
fn without_districts_or_anything_recorded_every_command_says_what_is_missing() {
    let office = Office::begin();
    let all: [&[&str]; 4] = [
        &["hotspots"],
        &["compare", "2025", "2026"],
        &["rank"],
        &["report", "province"],
    ];
    for command in all {
        let why = office.refused("chief", command);
        assert!(why.contains("the registry has no districts"), "{why}");
    }
    districts(&office, 2);
    for command in [all[0], all[2], all[3]] {
        let why = office.refused("chief", command);
        assert!(why.contains("neither flights nor sites"), "{why}");
    }
    let why = office.refused("chief", &["report", "county"]);
    assert!(why.contains("no townships of 410423"), "{why}");
}

#[test]
fn arguments_that_will_not_do_are_refused_with_what_they_look_like() {
    let office = Office::begin();
    districts(&office, 2);
    let refusals: [(&[&str], &str); 8] = [
        (&["compare", "2025", "spring"], "spring"),
        (&["rank", "--season", "26"], "26 will not do"),
        (
            &["rank", "--between", "2026-06-30/2026-04-01"],
            "2026-04-01/2026-06-30",
        ),
        (&["rank", "--least-cover", "120"], "--least-cover"),
        (&["rank", "--district", "Ye"], "--district"),
        (&["rank", "--district", "52"], "no such districts"),
        (&["hotspots", "--resolution", "15"], "--resolution"),
        (&["hotspots", "-o", "hot.shp"], "hotspots.geojson"),
    ];
    for (arguments, part) in refusals {
        let why = office.refused("chief", arguments);
        assert!(why.contains(part), "{arguments:?}: {why}");
    }
}

#[test]
fn sites_without_any_coverage_give_no_rate_no_rank_and_an_honest_report() {
    let mut office = Office::begin();
    districts(&office, 2);
    for n in 0..3 {
        office.dispatched(113.25 + f64::from(n) * 0.01, 33.74);
    }
    let why = office.refused("chief", &["hotspots"]);
    assert!(why.contains("no searched ground is known"), "{why}");
    let ranked = office.ok("chief", &["rank", "--json"]).json();
    assert!(
        ranked["no_ranks"]
            .as_str()
            .expect("said")
            .contains("not enough data")
    );
    for district in ranked["districts"].as_array().expect("districts") {
        assert_eq!(district["standing"], "insufficient");
        assert_eq!(
            (&district["rate"], &district["place"]),
            (&Value::Null, &Value::Null)
        );
    }
    let compared = office
        .ok("chief", &["compare", "2025", "2026", "--json"])
        .json();
    assert_eq!(compared["total"]["rate"], Value::Null);
    assert!(
        compared["remarks"]
            .to_string()
            .contains("not enough data: in 2025")
    );
    let plot = office.ok("chief", &["rank", "--funnel", "f.svg"]);
    assert!(plot.err.contains("no funnel plot") && !office.path("f.svg").exists());

    office.lang = "zh";
    office.ok("chief", &["report", "province", "-o", "r.1"]);
    let html = std::fs::read_to_string(office.path("r.1.html")).expect("a page");
    assert!(
        html.contains("数据不足") && html.contains("已知图斑（不含研判排除）3 个"),
        "{html}"
    );
    let book: Result<calamine::Xlsx<_>, _> = calamine::open_workbook(office.path("r.1.xlsx"));
    assert_eq!(
        calamine::Reader::sheet_names(&book.expect("a workbook")).len(),
        16
    );
    // What is there stays, unless one says so.
    office.lang = "en";
    let why = office.refused("chief", &["report", "province", "-o", "r.1"]);
    assert!(why.contains("r.1.html is there already"), "{why}");
    office.ok("chief", &["report", "province", "-o", "r.1", "--overwrite"]);
}

/// Whether the interval of a ratio holds a value.
fn holds(ratio: &Value, truth: f64) -> bool {
    let end = |name: &str| ratio[name].as_f64();
    end("low").is_some_and(|low| low <= truth) && end("high").is_none_or(|high| high >= truth)
}

#[test]
fn the_made_up_province_gives_back_its_doubling_its_halved_flights_and_its_hot_spots() {
    let kept = tempfile::tempdir().expect("folder");
    sample::run([kept.path().display().to_string()].into_iter());
    let truth = std::fs::read(kept.path().join("truth.json")).expect("read");
    let truth: Value = serde_json::from_slice(&truth).expect("JSON");
    let get = |arguments: &[&str]| -> String {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_papaver"))
            .current_dir(kept.path())
            .args(["--lang", "en"])
            .args(arguments)
            .env("PAPAVER_REGISTRY", "province.papaver")
            .output()
            .expect("run");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let json =
        |arguments: &[&str]| -> Value { serde_json::from_str(&get(arguments)).expect("JSON") };

    let compared = json(&["compare", "2025", "2026", "--json"]);
    let lines = compared["districts"].as_array().expect("districts");
    let counties = truth["counties"].as_array().expect("counties");
    assert_eq!(lines.len(), counties.len());
    for (line, county) in lines.iter().zip(counties) {
        assert_eq!(line["code"], county["code"]);
        let raw = line["raw"][1].as_f64().expect("count") / line["raw"][0].as_f64().expect("count");
        if county["doubled_in_2026"] == true {
            assert!(
                holds(&line["rate"], 2.0) && holds(&line["matched"], 2.0),
                "{line}"
            );
            assert!(!holds(&line["matched"], 1.0), "{line}");
        }
        if county["flown_half_in_2026"] == true {
            assert!(raw < 0.75, "{line}");
            assert!(
                holds(&line["rate"], 1.0) && holds(&line["matched"], 1.0),
                "{line}"
            );
        }
    }

    let found = json(&["hotspots", "--season", "2026", "--json"]);
    let hot: Vec<h3o::LatLng> = found["cells"]
        .as_array()
        .expect("cells")
        .iter()
        .filter(|cell| cell["hot"] == true)
        .map(|cell| {
            cell["cell"]
                .as_str()
                .expect("an index")
                .parse::<h3o::CellIndex>()
                .expect("a cell")
                .into()
        })
        .collect();
    let planted: Vec<h3o::LatLng> = counties
        .iter()
        .filter_map(|c| {
            let (lat, lon) = (c["hot"]["lat"].as_f64()?, c["hot"]["lon"].as_f64()?);
            h3o::LatLng::new(lat, lon).ok()
        })
        .collect();
    assert_eq!(planted.len(), 2);
    for place in &planted {
        assert!(
            hot.iter().any(|cell| cell.distance_km(*place) < 3.0),
            "{place}: {hot:?}"
        );
    }
    // A cell stands for its neighbours too: as far as a spot's radius and two cells.
    for cell in &hot {
        assert!(
            planted.iter().any(|place| cell.distance_km(*place) < 8.0),
            "{cell}"
        );
    }

    let ranked = json(&["rank", "--season", "2026", "--json"]);
    let first = &ranked["districts"][0];
    assert_eq!(
        (&first["place"], &first["standing"]),
        (&json!(1), &json!("above"))
    );
    let doubled = counties
        .iter()
        .find(|c| c["doubled_in_2026"] == true)
        .expect("one");
    assert_eq!(first["code"], doubled["code"]);

    get(&["report", "county", "--district", "990103", "-o", "county"]);
    let written = get(&["report", "province", "-o", "province"]);
    assert!(written.contains("province.html") && written.contains("province.xlsx"));
    let html = std::fs::read_to_string(kept.path().join("province.html")).expect("a page");
    assert!(html.contains("丙县") && html.contains("aria-label=\"Map of rates"));
}
