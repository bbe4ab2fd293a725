//! A site from the desk to the field: what is offered, what a move needs, what is kept.

use super::office::{picture, shared};
use serde_json::json;

#[test]
fn a_site_goes_from_the_desk_to_the_field_by_the_people_whose_move_it_is() {
    let shared = shared();
    let office = &shared.office;
    let listed = shared
        .li
        .get(&office.way("/sites?state=CANDIDATE&limit=1"))
        .ok();
    assert!(listed["total"].as_u64().expect("total") > 1);
    let code = listed["sites"][0]["id"].as_str().expect("code").to_owned();
    let assign = json!({"codes": [code], "crew": "一组", "due": "2026-12-31"});
    assert_eq!(
        shared.wang.post(&office.way("/assign"), &assign).status,
        403
    );
    let sent = shared.li.post(&office.way("/assign"), &assign).ok();
    assert_eq!(sent["sites"][0]["state"], "DISPATCHED");
    let slip = json!({"codes": [code], "crew": "一 组", "due": null});
    let slip = shared.li.post(&office.way("/assign"), &slip);
    assert_eq!((slip.status, slip.code().as_str()), (409, "new_crew"));
    let other = json!({"codes": [code], "crew": "三组", "new_crew": true, "due": null});
    let sent = shared.li.post(&office.way("/assign"), &other).ok();
    assert_eq!(sent["sites"][0]["due"], "2026-12-31", "the day stays");
    let way = office.way(&format!("/sites/{code}"));
    let moves = shared.wang.get(&way).ok()["moves"].clone();
    let names: Vec<&str> = moves
        .as_array()
        .expect("moves")
        .iter()
        .filter_map(|m| m["move"].as_str())
        .collect();
    assert_eq!(names, ["visit"]);
    let visit = |files: serde_json::Value| json!({"move": "visit", "outcome": "cultivated", "officers": ["chen"], "plants": 12, "files": files});
    let moves = format!("{way}/moves");
    assert_eq!(
        shared.wang.post(&moves, &visit(json!([]))).code(),
        "refused"
    );
    // A sample of quadrats that gives no estimate, or stands beside a count of each plant.
    for sample in [
        json!({"quadrats": [4], "quadrat_m2": 1, "area_m2": 20}),
        json!({"quadrats": [4, 6], "area_m2": 20}),
        json!({"quadrats": [4, 6], "quadrat_m2": 1, "area_m2": 1.5}),
        json!({"quadrats": [4, 6], "quadrat_m2": 1, "area_m2": 20, "plants": 10}),
    ] {
        let mut asked = json!({"move": "visit", "outcome": "cultivated", "officers": ["chen"]});
        let (asked_of, sample_of) = (asked.as_object_mut(), sample.as_object().cloned());
        asked_of
            .expect("a move")
            .extend(sample_of.expect("a sample"));
        let refused = shared.wang.post(&moves, &asked);
        assert_eq!((refused.status, refused.code().as_str()), (400, "quadrats"));
    }
    let upload = shared
        .wang
        .put("/api/uploads/scene.jpg", &picture(200))
        .ok();
    let files = json!([{"upload": upload["upload"], "role": "scene"}]);
    let seen = shared.wang.post(&moves, &visit(files)).ok();
    assert_eq!(seen["sites"][0]["state"], "CONFIRMED");
    let page = shared.li.get(&way).ok();
    let scene = page["pictures"].as_array().expect("pictures");
    let scene = scene
        .iter()
        .find(|file| file["role"] == "scene")
        .expect("scene");
    let shown = shared.li.get(scene["url"].as_str().expect("url"));
    assert_eq!(
        (shown.status, shown.header("content-type")),
        (200, Some("image/jpeg"))
    );
}

#[test]
fn what_is_asked_for_of_the_list_is_asked_for_or_refused() {
    let shared = shared();
    let list = |query: &str| {
        shared
            .li
            .get(&shared.office.way(&format!("/sites?{query}")))
    };
    let site = list("limit=1").ok()["sites"][0].clone();
    let (lon, lat) = (&site["lon"], &site["lat"]);
    let near = list(&format!("near={lon},{lat}&radius=1&limit=200")).ok();
    let found: Vec<&str> = (near["sites"].as_array().expect("sites").iter())
        .filter_map(|site| site["id"].as_str())
        .collect();
    assert!(found.contains(&site["id"].as_str().expect("id")), "{near}");
    assert_eq!(list("near=0,0&radius=1").ok()["total"], 0);
    for wrong in [
        "distrct=999",
        "near=0",
        "near=200,0",
        "radius=5",
        "near=0,0&radius=-1",
    ] {
        assert_eq!(list(wrong).status, 400, "{wrong}");
    }
}

#[test]
fn the_campaign_says_of_what_each_count_is_a_share() {
    let shared = shared();
    let stands = shared
        .li
        .get(&shared.office.way("/campaign?season=2026"))
        .ok();
    assert!(stands["process"]["sites"].as_u64().expect("sites") >= 40);
    assert!(stands["process"]["screened_out"]["of"].as_u64().is_some());
    let report = shared.li.get(&shared.office.way("/report/county"));
    assert_eq!((report.status, report.code().as_str()), (409, "not_enough"));
}

#[test]
fn an_upload_never_goes_over_another() {
    let shared = shared();
    let names: Vec<String> = [1, 2]
        .map(|shade| shared.li.put("/api/uploads/same.jpg", &picture(shade)).ok())
        .iter()
        .map(|kept| kept["name"].as_str().expect("name").to_owned())
        .collect();
    assert_eq!(names, ["same.jpg", "same-1.jpg"]);
    let inbox = shared.office.folder.join("inbox");
    assert_eq!(
        std::fs::read(inbox.join("same.jpg")).expect("kept"),
        picture(1)
    );
}

#[test]
fn every_address_that_is_described_is_answered() {
    let shared = shared();
    let described = shared.li.get("/api/openapi.json").ok();
    let mut asked = 0;
    for (path, operations) in described["paths"].as_object().expect("paths") {
        let way = path
            .replace("{registry}", &shared.office.registry)
            .replace("{survey}", &shared.office.survey)
            .replace("{of}", "county");
        let way: String = way
            .split('{')
            .enumerate()
            .map(|(n, part)| {
                if n == 0 {
                    part.to_owned()
                } else {
                    format!("none{}", part.split_once('}').expect("ends").1)
                }
            })
            .collect();
        for method in operations.as_object().expect("operations").keys() {
            let ends = ["/api/events", "/api/logout"].contains(&way.as_str());
            if ends {
                continue;
            }
            let answer = shared
                .li
                .change(&method.to_uppercase(), &way, b"", "application/json");
            let unknown =
                answer.status == 405 || answer.text.contains("there is nothing at this address");
            let names_nothing = way.contains("none");
            assert!(
                !unknown || names_nothing && answer.status == 404,
                "{method} {way}: {answer:?}"
            );
            asked += 1;
        }
    }
    assert!(asked > 25, "{asked}");
}
