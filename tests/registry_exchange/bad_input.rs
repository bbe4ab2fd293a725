//! Files that will not do.

use crate::office::{Office, confirming, fill_in, photo, refusals};
use serde_json::{Value, json};
use std::fs;

/// A GeoJSON of rows: code, position, what is filled in.
fn file(office: &Office, name: &str, rows: &[(Value, [f64; 2], Value)]) {
    let features: Vec<Value> = rows
        .iter()
        .map(|(site, at, filled)| {
            let mut properties = filled.clone();
            properties["site"] = site.clone();
            json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": at}, "properties": properties})
        })
        .collect();
    let collection = json!({"type": "FeatureCollection", "features": features});
    fs::write(office.path(name), collection.to_string()).expect("written");
}

fn nothing() -> Value {
    json!({"visit_outcome": "nothing", "visit_at": "2026-05-05", "visit_officers": "王、李"})
}

fn with(name: &str, value: Value) -> Value {
    let mut row = nothing();
    row[name] = value;
    row
}

#[test]
fn each_bad_row_is_refused_with_its_line_and_the_rest_is_kept() {
    let office = Office::begin();
    let codes: Vec<String> = (0..9)
        .map(|n| office.dispatched(113.30 + f64::from(n) * 0.01, 33.74))
        .collect();
    let at = |n: usize| [113.30 + n as f64 * 0.01, 33.74];
    fs::write(office.path("no.jpg"), "no photograph").expect("written");
    let mut wrong_letter = codes[0].clone();
    wrong_letter.replace_range(
        0..1,
        if wrong_letter.starts_with('Z') {
            "Y"
        } else {
            "Z"
        },
    );
    let rows = [
        (json!("ZZZZZZ"), at(0), nothing(), "not known"),
        (json!(wrong_letter), at(0), nothing(), "not known"),
        (Value::Null, at(0), nothing(), "a new find 0 m from"),
        (
            Value::Null,
            at(20),
            json!({"erad_percent": 100, "erad_at": "2026-05-05"}),
            "needs a position and a visit",
        ),
        (
            json!(codes[0]),
            at(0),
            with("erad_percent", json!(101)),
            "not a number",
        ),
        (json!(4.10423e11), at(0), nothing(), "become a number"),
        (
            json!(codes[0]),
            at(0),
            with("visit_outcome", json!("tulip")),
            "not one of",
        ),
        (
            json!(codes[1]),
            at(1),
            with("visit_at", json!("tomorrow")),
            "not a time",
        ),
        (
            json!(codes[2]),
            at(2),
            with("visit_plants", json!(-3)),
            "not a number",
        ),
        (
            json!(codes[3]),
            at(3),
            with("visit_photo_1", json!("no.jpg")),
            "not a photograph",
        ),
        (
            json!(codes[4]),
            at(4),
            with("visit_photo_1", json!("gone.jpg")),
            "not beside",
        ),
        (
            json!(codes[5]),
            at(5),
            with("visit_photo_1", json!("../../etc/passwd")),
            "leads out",
        ),
        (json!(codes[6]), [113.40, 33.80], nothing(), "another place"),
        (
            json!(codes[7]),
            at(7),
            with("head", json!("00".repeat(32))),
            "not known here",
        ),
        (json!(codes[8]), at(8), nothing(), ""),
    ];
    let given: Vec<_> = rows
        .iter()
        .map(|(site, at, filled, _)| (site.clone(), *at, filled.clone()))
        .collect();
    file(&office, "back.geojson", &given);
    let before = office.events();
    let report = office.partly("back.geojson");
    let refused = refusals(&report);
    assert_eq!(refused.len(), rows.len() - 1, "{report}");
    for (line, why) in refused {
        let expected = rows[usize::try_from(line).expect("small") - 1].3;
        assert!(why.contains(expected), "{line}: {why}, expected {expected}");
    }
    assert_eq!(office.events(), before + 1);
    assert_eq!(office.site(&codes[8])["state"], "REFUTED");
    let chinese = Office {
        lang: "zh",
        ..office
    };
    let said = chinese.run("wang", &["import", "back.geojson"]);
    assert!(
        said.out.contains("第 1 行")
            && said.out.contains("拒绝：")
            && said.out.contains("不是照片"),
        "{said:?}"
    );
}

#[test]
fn coordinates_shifted_by_a_map_program_are_refused_as_a_whole() {
    let office = Office::begin();
    // Where GCJ-02 puts 113.30, 33.74 and 113.32, 33.75.
    let shifted = [[113.306_265_1, 33.738_546_5], [113.326_248, 33.748_53]];
    let codes = [
        office.dispatched(113.30, 33.74),
        office.dispatched(113.32, 33.75),
    ];
    let rows: Vec<_> = codes
        .iter()
        .zip(shifted)
        .map(|(code, at)| (json!(code), at, nothing()))
        .collect();
    file(&office, "back.geojson", &rows[..1]);
    let before = office.events();
    let told = office.refused("wang", &["import", "back.geojson"]);
    assert!(
        told.contains("GCJ-02") && told.contains("WGS 84") && told.contains("some 60"),
        "{told}"
    );
    assert_eq!(office.events(), before);
    // True coordinates pass.
    file(
        &office,
        "back.geojson",
        &[(json!(codes[0]), [113.30, 33.74], nothing())],
    );
    office.ok("wang", &["import", "back.geojson"]);
    assert_eq!(office.events(), before + 1);
}

#[test]
fn two_rows_for_one_site_that_differ_are_both_refused() {
    let office = Office::begin();
    let a = office.dispatched(113.30, 33.74);
    let b = office.dispatched(113.31, 33.74);
    let at = [113.30, 33.74];
    let other = [113.31, 33.74];
    file(
        &office,
        "back.geojson",
        &[
            (json!(a), at, nothing()),
            (json!(b), other, nothing()),
            (json!(a), at, with("visit_outcome", json!("not_reached"))),
            (json!(b), other, nothing()),
        ],
    );
    let before = office.events();
    let report = office.partly("back.geojson");
    let refused = refusals(&report);
    assert_eq!(
        refused.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [1, 3]
    );
    assert!(
        refused.iter().all(|(_, why)| why.contains("1, 3")),
        "{refused:?}"
    );
    assert_eq!(office.events(), before + 1, "the two that agree are one");
    assert_eq!(office.site(&a)["state"], "DISPATCHED");
    assert_eq!(office.site(&b)["state"], "REFUTED");
}

#[test]
fn a_file_that_is_none_gets_one_error_and_nothing_is_recorded() {
    let office = Office::begin();
    let code = office.dispatched(113.30, 33.74);
    office.ok("wang", &["export", "crew.gpkg"]);
    photo(&office.path("one.jpg"), 90);
    fill_in(
        &office.path("crew.gpkg"),
        "visits",
        &[(&code, confirming("one.jpg"))],
    );
    let whole = fs::read(office.path("crew.gpkg")).expect("read");
    fs::write(office.path("cut.gpkg"), &whole[..whole.len() / 3]).expect("written");
    fs::write(office.path("empty.gpkg"), []).expect("written");
    fs::write(office.path("text.gpkg"), "a".repeat(500)).expect("written");
    fs::write(office.path("text.xlsx"), "not a workbook").expect("written");
    fs::write(office.path("text.geojson"), "{\"type\":").expect("written");
    fs::write(
        office.path("gbk.csv"),
        b"\xcd\xbc\xb0\xdf\xb1\xe0\xba\xc5,x\r\n",
    )
    .expect("written");
    fs::write(office.path("other.csv"), "a,b\r\n1,2\r\n").expect("written");
    fs::write(office.path("a.kml"), "<kml/>").expect("written");
    let before = office.events();
    for (name, why) in [
        ("cut.gpkg", "not what its name says"),
        ("empty.gpkg", "empty or cut"),
        ("text.gpkg", "not a GeoPackage"),
        ("text.xlsx", "not understood: not a workbook"),
        ("text.geojson", "not what its name says"),
        ("gbk.csv", "no column of the visit form"),
        ("other.csv", "names a site"),
        ("a.kml", "no kind that is read"),
        ("gone.gpkg", "cannot be read"),
    ] {
        let told = office.refused("wang", &["import", name]);
        assert!(told.contains(why) && told.contains(name), "{name}: {told}");
    }
    // Each byte of the form's rows may be changed on a bad stick: never a crash, never a half-taken file.
    for at in (100..whole.len()).step_by(whole.len() / 24) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        fs::write(office.path("flip.gpkg"), &changed).expect("written");
        let said = office.run("wang", &["import", "flip.gpkg", "--dry-run"]);
        assert!(matches!(said.code, Some(0..=2)), "byte {at}: {said:?}");
    }
    assert_eq!(office.events(), before);
    assert!(
        office
            .refused("nobody", &["import", "crew.gpkg"])
            .contains("actor add nobody")
    );
    office.ok("wang", &["import", "crew.gpkg"]);
}

#[test]
fn an_export_that_cannot_be_written_leaves_nothing_behind() {
    let office = Office::begin();
    office.dispatched(113.30, 33.74);
    for name in ["gone/out.gpkg", "gone/out.xlsx"] {
        let said = office.run("wang", &["export", name]);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(
            said.err.contains("the folder gone is not there") && said.err.contains("hint: "),
            "{said:?}"
        );
    }
    for (arguments, why) in [
        (&["export", "out.shp"][..], "geojson, gpkg"),
        (
            &["export", "out.gpkg", "--format", "shape"][..],
            "geojson, gpkg",
        ),
        (&["export", "out.gpkg", "--box", "1,2,3"][..], "--box"),
        (&["dossier", "ZZZZZZ"][..], "ZZZZZZ"),
    ] {
        assert!(
            office.refused("wang", arguments).contains(why),
            "{arguments:?}"
        );
    }
    let left: Vec<String> = fs::read_dir(office.folder())
        .expect("listed")
        .map(|entry| {
            entry
                .expect("entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| !name.starts_with("a.papaver"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
