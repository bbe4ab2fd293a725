//! The province over HTTP: where little is known it is said so, and nothing is ranked.

use super::office::shared;

#[test]
fn without_districts_nothing_is_ranked_and_it_is_said_why() {
    let shared = shared();
    let way = |rest: &str| shared.office.way(rest);
    let found = shared.li.get(&way("/province?season=2026&lang=zh")).ok();
    assert!(found["level"].is_null());
    assert_eq!(
        found["ranks"]["districts"].as_array().map(Vec::len),
        Some(0)
    );
    let why = found["ranks"]["why_none"].as_str().expect("why");
    assert!(why.contains("数据不足"), "{why}");
    assert_eq!(found["has_hot_spots"], false);
    let english = shared.li.get(&way("/province?season=2026&lang=en")).ok();
    let why = english["ranks"]["why_none"].as_str().expect("why");
    assert!(why.starts_with("not enough data"), "{why}");
}

#[test]
fn the_layers_of_a_provinces_map_are_geojson_and_hot_spots_need_enough() {
    let shared = shared();
    let get = |rest: &str| shared.li.get(&shared.office.way(rest));
    for layer in ["ground", "targets"] {
        let found = get(&format!("/province/{layer}.geojson?season=2026"));
        assert_eq!(found.header("content-type"), Some("application/geo+json"));
        assert_eq!(found.ok()["type"], "FeatureCollection");
    }
    let hot = get("/province/hot_spots.geojson?season=2026");
    assert_eq!((hot.status, hot.code().as_str()), (409, "not_enough"));
    assert_eq!(get("/province/others.geojson").status, 404);
    assert_eq!(get("/province?within=41%25").code(), "unclear");
}

#[test]
fn what_offices_did_beside_their_sites_is_told_as_tables() {
    let shared = shared();
    let told = shared
        .li
        .get(&shared.office.way("/campaign/work?season=2026&lang=en"));
    let told = told.ok();
    let tables = told.as_array().expect("tables");
    let ids: Vec<&str> = tables
        .iter()
        .filter_map(|table| table["id"].as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "responsibility",
            "supervision",
            "measures",
            "tips",
            "patrol_yield"
        ]
    );
    for table in tables {
        let columns = table["columns"].as_array().expect("columns").len();
        assert_eq!(table["figures"].as_array().expect("figures").len(), columns);
        for row in table["rows"].as_array().expect("rows") {
            assert_eq!(row.as_array().expect("row").len(), columns);
        }
    }
}

#[test]
fn a_campaign_tells_of_each_step_and_of_any_season() {
    let shared = shared();
    let get = |rest: &str| shared.li.get(&shared.office.way(rest)).ok();
    let now = get("/campaign");
    let seasons = now["seasons"].as_array().expect("seasons");
    assert!(seasons.contains(&now["season"]), "{seasons:?}");
    for step in [
        "candidates",
        "screened",
        "screened_out",
        "dispatched",
        "verified",
        "eradicated",
        "accepted",
    ] {
        let share = &now["process"][step];
        let (count, of) = (share["count"].as_u64(), share["of"].as_u64());
        assert!(count.expect(step) <= of.expect(step), "{step}: {share}");
    }
    let candidates = &now["process"]["candidates"];
    assert!(candidates["count"].as_u64() > Some(0));
    assert_eq!(now["process"]["screened"]["of"], candidates["count"]);

    let other = get("/campaign?season=2019");
    assert_eq!(other["season"], 2019);
    assert_eq!(other["process"]["sites"], 0);
    assert_eq!((&other["overdue"], &other["open"]), (&0.into(), &0.into()));
    // What is overdue is overdue in one season or another.
    let overdue = |of: &serde_json::Value| {
        let parts = ["overdue", "overdue_elsewhen"].map(|name| of[name].as_u64());
        parts[0].expect("count") + parts[1].expect("count")
    };
    assert_eq!(overdue(&other), overdue(&now));
}
