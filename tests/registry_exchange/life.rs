//! The whole life of the sample survey's sites, as the README tells it.

use crate::office::{Office, confirming, fill_in, new_point, photo, refusals};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

pub fn scanned(office: &Office) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/village");
    let output = Command::new(env!("CARGO_BIN_EXE_papaver"))
        .current_dir(office.folder())
        .args(["--lang", "en", "scan"])
        .arg(sample.join("ortho.tif"))
        .arg("--within")
        .arg(sample.join("boundary.geojson"))
        .args(["-o", "scan", "-q"])
        .output()
        .expect("the program runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn codes(listed: &str) -> Vec<String> {
    listed
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("JSON")["id"]
                .as_str()
                .expect("id")
                .to_owned()
        })
        .collect()
}

/// Screens as review.html does: the first four of the scan are kept, the rest is put aside.
pub fn screen(office: &Office) {
    let file: Value =
        serde_json::from_slice(&fs::read(office.path("scan/candidates.geojson")).expect("there"))
            .expect("JSON");
    let decided: Vec<Value> = file["features"]
        .as_array()
        .expect("features")
        .iter()
        .map(|f| {
            let keep = f["properties"]["rank"].as_u64().expect("rank") <= 4;
            json!({"candidate": f["id"], "decision": if keep { "keep" } else { "reject" }, "reason": if keep { Value::Null } else { "crop".into() },
                   "at": "2026-05-04T08:00:00+08:00", "note": null})
        })
        .collect();
    let decisions =
        json!({"format": "papaver.decisions/1", "scan_id": file["scan_id"], "decided": decided});
    fs::write(office.path("decisions.json"), decisions.to_string()).expect("written");
    office.ok("wang", &["screen", "--from", "decisions.json"]);
}

/// The crew's list on paper names each site, its place in two systems, and a code for a telephone.
fn tasks(office: &Office, kept: &[String]) {
    let export = ["export", "tasks.html", "--crew", "一组"];
    office.ok("wang", &export);
    let page = fs::read_to_string(office.path("tasks.html")).expect("written");
    for code in kept {
        assert!(page.contains(&format!(". {code} ")), "{code} is not listed");
    }
    for (part, times) in [
        ("class=\"task\"", 4),
        ("WGS 84 ", 4),
        ("CGCS2000 N ", 4),
        ("aria-label=\"geo:", 4),
        ("data:image/jpeg;base64,", 4),
        ("class=\"sheet\"", 1),
    ] {
        assert_eq!(page.matches(part).count(), times, "{part}");
    }
    assert!(office.refused("wang", &export).contains("is there already"));
    let why = office.refused("wang", &["export", "none.html", "--crew", "二组"]);
    assert!(why.contains("no crew 二组 is known"), "{why}");
    let nothing = ["export", "none.html", "--crew", "一组", "--season", "2020"];
    office.ok("wang", &nothing);
    let none = fs::read_to_string(office.path("none.html")).expect("written");
    assert!(none.contains("No site to go to."));
    look(office, "tasks.html");
}

/// Leaves a page where `PAPAVER_LOOK` names a folder, to be looked at.
fn look(office: &Office, page: &str) {
    if let Some(folder) = std::env::var_os("PAPAVER_LOOK") {
        fs::copy(office.path(page), Path::new(&folder).join(page)).expect("copied");
    }
}

#[test]
fn the_sample_from_the_scan_to_the_dossier() {
    let office = Office::begin();
    scanned(&office);
    let recorded = office.ok("wang", &["record", "scan", "--json"]).json();
    let found = recorded["new"].as_array().expect("a list").len();
    assert!(found >= 6, "{recorded}");
    assert_eq!(recorded["pictures_missing"], 0);
    screen(&office);
    let kept = codes(&office.ok("wang", &["sites", "--open", "--json"]).out);
    assert_eq!(kept.len(), 4);
    let mut assign = vec!["assign"];
    assign.extend(kept.iter().map(String::as_str));
    assign.extend([
        "--crew",
        "一组",
        "--due",
        "2026-05-10",
        "--when",
        "2026-05-04",
    ]);
    office.ok("wang", &assign);

    tasks(&office, &kept);
    office.ok("wang", &["export", "crew.gpkg", "--state", "DISPATCHED"]);
    assert_eq!(
        fs::read_dir(office.path("crew-files"))
            .expect("pictures")
            .count(),
        8,
        "of each site the detection and what lies around it"
    );
    assert!(
        office
            .refused("wang", &["export", "crew.gpkg"])
            .contains("is there already")
    );
    fs::create_dir(office.path("DCIM")).expect("made");
    photo(&office.path("DCIM/one.jpg"), 90);
    let [a, b, c, d] = [&kept[0], &kept[1], &kept[2], &kept[3]];
    fill_in(
        &office.path("crew.gpkg"),
        "visits",
        &[
            (a, confirming("DCIM/one.jpg")),
            (
                b,
                json!({"visit_outcome": "lookalike", "visit_at": "2026-05-05 11:00:00", "visit_officers": "王、李", "visit_species": "虞美人"}),
            ),
            // One officer and no photograph: not enough to confirm.
            (
                c,
                json!({"visit_outcome": "wild", "visit_at": "2026-05-05 12:00:00", "visit_officers": "王", "visit_plants": 3}),
            ),
            // The form sets the time of what was only looked at.
            (d, json!({"visit_at": "2026-05-05 13:00:00"})),
        ],
    );

    let before = office.events();
    let shown = office.run("wang", &["import", "crew.gpkg", "--dry-run", "--json"]);
    assert_eq!(shown.code, Some(2));
    let report = shown.json();
    assert_eq!(
        (
            report["rows"].as_array().map(Vec::len),
            report["blank"].as_u64()
        ),
        (Some(3), Some(1))
    );
    assert_eq!(office.events(), before, "a dry run records nothing");
    assert_eq!(office.site(a)["state"], "DISPATCHED");
    let report = office.partly("crew.gpkg");
    let refused = refusals(&report);
    assert_eq!(refused.len(), 1);
    assert!(
        refused[0].1.contains("two officers") && refused[0].1.contains("photograph"),
        "{refused:?}"
    );
    assert_eq!(office.events(), before + 2);
    office.partly("crew.gpkg");
    assert_eq!(office.events(), before + 2, "again is nothing new");
    let site = office.site(a);
    assert_eq!(
        (&site["state"], &site["plants"]),
        (&json!("CONFIRMED"), &json!(52))
    );
    assert_eq!(site["visits"][0][0]["imported"]["file"], "crew.gpkg");
    assert_eq!(office.site(b)["state"], "REFUTED");
    assert_eq!(office.site(c)["state"], "DISPATCHED");

    photo(&office.path("after.jpg"), 20);
    office.ok(
        "li",
        &[
            "eradicate",
            a,
            "--photo",
            "after.jpg",
            "--when",
            "2026-05-06",
        ],
    );
    assert!(
        office
            .refused("li", &["accept", a])
            .contains("cannot accept it")
    );
    office.ok("zhao", &["accept", a, "--when", "2026-05-20"]);
    assert_eq!(office.site(a)["state"], "CLOSED");

    office.ok("chief", &["dossier", a, "-o", "site.html"]);
    let page = fs::read_to_string(office.path("site.html")).expect("written");
    for part in [
        a.as_str(),
        "52",
        "crew.gpkg",
        "after.jpg",
        "one.jpg",
        "<svg",
        "data:image/jpeg;base64,",
        "SHA-256",
        "without own key",
    ] {
        assert!(page.contains(part), "the dossier lacks {part}");
    }
    // Li typed the eradication in and named nobody: that does not make him the one who uprooted, nor is it anybody's name
    // but his that it was recorded in.
    for wrong in ["eradicated by</th>", "recorded in their name"] {
        assert!(!page.contains(wrong), "{wrong}");
    }
    for elsewhere in ["http://", "https://", "<script", "src=\"/", "url("] {
        assert!(
            !page.contains(elsewhere),
            "the dossier reaches for {elsewhere}"
        );
    }
    for file in office.site(a)["evidence"].as_array().expect("evidence") {
        assert!(page.contains(file["sha256"].as_str().expect("a digest")));
    }
    look(&office, "site.html");
    let chinese = Office {
        lang: "zh",
        ..office
    };
    chinese.ok("chief", &["dossier", a, "-o", "档案.html"]);
    chinese.ok("wang", &["export", "任务单.html", "--crew", "一组"]);
    look(&chinese, "档案.html");
    look(&chinese, "任务单.html");
    let page = fs::read_to_string(chinese.path("档案.html")).expect("written");
    assert!(
        page.contains("处置经过") && page.contains("电子数据清单") && page.contains("种植罂粟")
    );
    chinese.ok("chief", &["verify", "--full"]);
}

#[test]
fn a_crew_hands_back_what_it_uprooted_and_what_it_found_besides() {
    let office = Office::begin();
    let a = office.dispatched(113.30, 33.74);
    let b = office.dispatched(113.31, 33.74);
    let c = office.dispatched(113.32, 33.74);
    office.ok("wang", &["export", "crew.gpkg"]);
    for (name, colour) in [
        ("scene.jpg", 90),
        ("after.jpg", 20),
        ("new.jpg", 60),
        ("c.jpg", 70),
    ] {
        photo(&office.path(name), colour);
    }
    let mut both = confirming("scene.jpg");
    both["erad_percent"] = json!(100.0);
    both["erad_at"] = json!("2026-05-05 11:30:00");
    both["erad_method"] = json!("拔除");
    both["erad_photo_1"] = json!("after.jpg");
    // What is no poppy cannot be uprooted as one: the visit is kept, the eradication refused.
    let lookalike = json!({
        "visit_outcome": "lookalike", "visit_at": "2026-05-05 11:00:00", "visit_officers": "王、李", "erad_percent": 100.0,
    });
    fill_in(
        &office.path("crew.gpkg"),
        "visits",
        &[(&a, both), (&b, lookalike), (&c, confirming("c.jpg"))],
    );
    let new = confirming("new.jpg");
    new_point(&office.path("crew.gpkg"), [113.33, 33.75], &new);
    new_point(&office.path("crew.gpkg"), [113.300_05, 33.74], &new);
    let before = office.events();
    let report = office.partly("crew.gpkg");
    let refused = refusals(&report);
    assert_eq!(refused.len(), 2, "{report}");
    assert!(refused[0].1.contains("does not allow"), "{refused:?}");
    assert!(
        refused[1].1.contains(&a) && refused[1].1.contains("5 m from"),
        "{refused:?}"
    );
    // Visit and eradication of one, a visit of two others, and a find's founding, assignment and visit.
    assert_eq!(office.events(), before + 7);
    let site = office.site(&a);
    assert_eq!(
        (&site["state"], &site["disputed"]),
        (&json!("ERADICATED"), &json!(false))
    );
    let (eradication, stamp) = (&site["eradications"][0][0], &site["eradications"][0][1]);
    assert_eq!(eradication["officers"], json!(["王", "李"]));
    assert_eq!(stamp["at"], "2026-05-05T11:30:00+08:00");
    assert_eq!(office.site(&b)["state"], "REFUTED");
    let found = report["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["added"] == true)
        .expect("a new find");
    let found = office.site(found["site"].as_str().expect("a code"));
    assert_eq!(
        (&found["state"], &found["source"]),
        (&json!("CONFIRMED"), &json!("find"))
    );
    assert_eq!(found["assigned"][0]["crew"], "王、李");
    office.partly("crew.gpkg");
    assert_eq!(office.events(), before + 7, "again is nothing new");
    // A week later the third is uprooted, in the same file: its head is old, but its crew has seen its own visit.
    let later =
        json!({"erad_percent": 100.0, "erad_at": "2026-05-12", "erad_photo_1": "after.jpg"});
    fill_in(&office.path("crew.gpkg"), "visits", &[(&c, later)]);
    office.partly("crew.gpkg");
    let site = office.site(&c);
    assert_eq!(
        (&site["state"], &site["disputed"]),
        (&json!("ERADICATED"), &json!(false))
    );
    assert_eq!(office.events(), before + 8);
    office.ok("chief", &["verify", "--full"]);
}

#[test]
fn a_site_that_moved_on_meanwhile_is_in_dispute_or_marked() {
    let office = Office::begin();
    let a = office.dispatched(113.30, 33.74);
    let b = office.dispatched(113.31, 33.74);
    office.ok("wang", &["export", "crew.gpkg"]);
    photo(&office.path("one.jpg"), 90);
    photo(&office.path("two.jpg"), 91);
    // Meanwhile the office records that there is nothing at one, and corrects the plants of the other.
    office.ok(
        "li",
        &[
            "visit",
            &a,
            "--outcome",
            "nothing",
            "--officer",
            "zhao",
            "--when",
            "2026-05-05",
        ],
    );
    office.ok(
        "li",
        &[
            "correct",
            &b,
            "--plants",
            "40",
            "--reason",
            "recounted on the picture",
            "--when",
            "2026-05-05",
        ],
    );
    fill_in(
        &office.path("crew.gpkg"),
        "visits",
        &[(&a, confirming("one.jpg")), (&b, confirming("two.jpg"))],
    );
    let report = office.ok("wang", &["import", "crew.gpkg", "--json"]).json();
    assert!(
        report["rows"]
            .as_array()
            .expect("rows")
            .iter()
            .all(|row| row["moved_on"] == true)
    );
    let disputed = office.site(&a);
    assert_eq!(
        (&disputed["state"], &disputed["disputed"]),
        (&json!("CONFIRMED"), &json!(true)),
        "the more severe stands"
    );
    let marked = office.site(&b);
    assert_eq!(
        (&marked["disputed"], &marked["parallel"]),
        (&json!(false), &json!(["plants"]))
    );
    office.ok(
        "chief",
        &[
            "resolve",
            &a,
            "--state",
            "CONFIRMED",
            "--reason",
            "the photograph shows it",
        ],
    );
    assert_eq!(office.site(&a)["disputed"], false);
    let before = office.events();
    office.ok("wang", &["import", "crew.gpkg"]);
    assert_eq!(
        office.events(),
        before,
        "again is nothing new, though the site has moved on further"
    );
}
