//! `papaver evaluate` on rasters whose truth is known to the pixel: every figure is worked out by hand.

use crate::ground::Place;
use crate::paint::Picture;
use crate::results::json;
use crate::run::{Ended, ended, fixture, papaver};
use serde_json::{Value, json as value};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const SIZE: (usize, usize) = (700, 600);

/// The outline of pixels in lon/lat.
fn outline(picture: &Picture, x: (usize, usize), y: (usize, usize)) -> Value {
    let corner = |x: usize, y: usize| {
        let p = picture.place.lonlat(x as f64, y as f64);
        value!([p.x(), p.y()])
    };
    value!({"type": "Polygon", "coordinates": [[
        corner(x.0, y.1), corner(x.1, y.1), corner(x.1, y.0), corner(x.0, y.0), corner(x.0, y.1)
    ]]})
}

fn feature(geometry: &Value, properties: &Value) -> Value {
    value!({"type": "Feature", "properties": properties, "geometry": geometry})
}

/// A survey of nine targets: the first is a rose, the others poppies; one more poppy cannot be seen, and one is elsewhere.
fn survey(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    picture.write(&folder.join("ortho.tif"), &["TILED=YES"]);
    let mut features: Vec<Value> = picture
        .targets
        .iter()
        .enumerate()
        .map(|(i, t)| {
            let properties = match i {
                0 => value!({"kind": "rose"}),
                1..=4 => value!({"kind": "poppy", "plants": 3, "stage": "flower"}),
                _ => value!({"plants": 40, "stage": "capsule"}),
            };
            feature(&outline(&picture, (t.x0, t.x1), (t.y0, t.y1)), &properties)
        })
        .collect();
    let hidden = outline(&picture, (180, 200), (180, 200));
    features.push(feature(&hidden, &value!({"plants": 1, "stage": "flower"})));
    let away = outline(&picture, (9000, 9050), (9000, 9050));
    features.push(feature(&away, &value!({"plants": 5})));
    let truth = value!({"type": "FeatureCollection", "features": features});
    fs::write(folder.join("truth.geojson"), truth.to_string()).unwrap();
}

/// Ground without poppy on which one thing looks like it.
fn empty(path: &Path) -> Picture {
    let mut picture = Picture::bare(Place::utm(2.0).moved(5000.0, 0.0), SIZE);
    picture.target(300, 260);
    picture.write(path, &[]);
    picture
}

fn evaluate(arguments: &[&str], paths: &[&Path]) -> Ended {
    ended(
        papaver()
            .arg("evaluate")
            .args(paths)
            .args(arguments)
            .args(["--site-radius", "1", "--model"])
            .arg(fixture("colour_dense.onnx")),
    )
}

#[test]
fn figures_are_those_worked_by_hand() {
    let folder = TempDir::new().unwrap();
    let (village, park, out) = (
        folder.path().join("village"),
        folder.path().join("park.tif"),
        folder.path().join("out"),
    );
    survey(&village);
    let picture = empty(&park);
    let (out_text, park_text) = (out.to_str().unwrap(), park.to_str().unwrap());
    let said = evaluate(
        &["--no-poppy", park_text, "-o", out_text, "--json", "--quiet"],
        &[&village],
    );
    assert_eq!(said.code, Some(0), "{}", said.err);
    let report = json(&out.join("evaluation.json"));
    let printed: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(printed, report);

    let share = |v: &Value| (v["count"].as_u64().unwrap(), v["of"].as_u64().unwrap());
    assert_eq!(
        share(&report["recall"]),
        (8, 9),
        "one plot cannot be seen, one is not searched"
    );
    assert_eq!(report["surveys"][0]["plots_not_searched"], 1);
    assert_eq!(share(&report["lookalikes"]["rose"]), (1, 1));
    assert_eq!(
        share(&report["precision"]),
        (8, 10),
        "the rose and the park's are false"
    );
    assert_eq!(report["false_candidates"].as_array().unwrap().len(), 2);
    assert_eq!(report["false_alarms"]["count"], 1);
    let km2 = picture.m2(SIZE.0 * SIZE.1) / 1e6;
    let near = |v: &Value, expected: f64| {
        let got = v.as_f64().unwrap();
        assert!(
            (got / expected - 1.0).abs() < 1e-3,
            "{got} is not {expected}"
        );
    };
    near(&report["false_alarms"]["km2"], km2);
    near(&report["false_alarms"]["per_km2"], 1.0 / km2);
    near(&report["false_alarms"]["high"], 5.571_643 / km2);
    near(&report["candidates"]["km2"], 2.0 * km2);
    near(&report["recall"]["low"], 0.565_000);
    let cell = |stage: &str, plants: &str| {
        let cells = report["cells"].as_array().unwrap();
        let is = |c: &&Value| c["stage"] == stage && c["plants"] == plants && c["gsd_cm"] != "*";
        share(&cells.iter().find(is).unwrap()["recall"])
    };
    assert_eq!(cell("flower", "2-4"), (4, 4));
    assert_eq!(cell("flower", "1"), (0, 1));
    assert_eq!(cell("capsule", "30+"), (4, 4));

    // The candidates of the floor are looked at once more as well.
    let second = &report["second_stage"];
    let points = |of: &Value| of["curve"]["points"].as_array().unwrap().len();
    assert!(points(&second["evidence"]) > 0 && points(&second["dispatch"]) > 0);
    assert!(second["evidence"]["operating_point"].is_null());
    for plot in report["plots"].as_array().unwrap() {
        let (score, found) = (plot["score"].as_f64().unwrap(), &plot["found"]);
        assert_eq!(plot["evidence"].is_number(), score > 0.0, "{plot}");
        assert_eq!(&Value::from(plot["score_dispatch"].is_number()), found);
    }

    let svg = fs::read_to_string(out.join("precision-recall.svg")).unwrap();
    assert!(svg.contains("recall") && svg.contains("precision"));
    let png = image::open(out.join("precision-recall.png")).unwrap();
    assert_eq!((png.width(), png.height()), (720, 560));

    // A verifier's word is in the evidence of every plot, whether its candidate is one of the scan's or of the floor.
    let verifier = fixture("verifier.onnx");
    let both = folder.path().join("both");
    let options = ["--verifier", verifier.to_str().unwrap(), "--quiet", "-o"];
    let said = evaluate(
        &[&options[..], &[both.to_str().unwrap()]].concat(),
        &[&village],
    );
    assert_eq!(said.code, Some(0), "{}", said.err);
    let plots = json(&both.join("evaluation.json"))["plots"].clone();
    let marked = plots.as_array().unwrap().iter();
    let marked: Vec<&Value> = marked.filter(|p| p["evidence"].is_number()).collect();
    assert_eq!(marked.len(), 9);
    for plot in marked {
        let number = |name: &str| plot[name].as_f64().unwrap();
        let apart = (number("evidence") - number("score")).abs();
        assert!(apart > 1e-3, "{plot}");
    }

    // For people, from the same scans; and a threshold that keeps every false alarm out, if there is one.
    let again = evaluate(
        &[
            "--no-poppy",
            park_text,
            "-o",
            out_text,
            "--false-alarms-per-km2",
            "0",
        ],
        &[&village],
    );
    assert_eq!(again.code, Some(0), "{}", again.err);
    // A thing that is a candidate at both thresholds is looked at once, but for the three whose best cell is another at the lower one.
    for words in [
        "looking at 12 candidates once more",
        "looking at 1 candidate once more",
    ] {
        assert!(again.err.contains(words), "{words} in {}", again.err);
    }
    for words in [
        "8/9",
        "rose called poppy",
        "false alarms without poppy",
        "for 0 per km²",
        "second look, by evidence: for 0 per km²",
        "second look, direct dispatch: for 0 per km²",
    ] {
        assert!(again.out.contains(words), "{words} in {}", again.out);
    }
    let chinese = evaluate(
        &["--no-poppy", park_text, "-o", out_text, "--lang", "zh"],
        &[&village],
    );
    assert!(
        chinese.out.contains("查出地块") && chinese.out.contains("无罂粟地面的误报"),
        "{}",
        chinese.out
    );
}

#[test]
fn ground_of_which_nobody_knows_counts_neither_way() {
    let folder = TempDir::new().unwrap();
    let (village, out) = (folder.path().join("village"), folder.path().join("out"));
    fs::create_dir_all(&village).unwrap();
    let picture = Picture::with_nine(Place::utm(2.0), SIZE);
    picture.write(&village.join("ortho.tif"), &["TILED=YES"]);
    let of = |i: usize| {
        let t = &picture.targets[i];
        outline(&picture, (t.x0, t.x1), (t.y0, t.y1))
    };
    // Of two targets nobody knows; one of them is a plot of poppy all the same, beside which somebody left a doubt. Four
    // more are poppy; of the other three the truth says nothing, so they are something else.
    let unknown = value!({"kind": "unknown"});
    let mut features = vec![feature(&of(0), &unknown), feature(&of(1), &unknown)];
    features.extend((1..6).map(|i| feature(&of(i), &value!({"plants": 3}))));
    let truth = value!({"type": "FeatureCollection", "features": features});
    fs::write(village.join("truth.geojson"), truth.to_string()).unwrap();
    let out_text = out.to_str().unwrap();
    let said = evaluate(&["-o", out_text], &[&village]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("unknown, 1\n"), "{}", said.out);
    let report = json(&out.join("evaluation.json"));
    let share = |v: &Value| (v["count"].as_u64().unwrap(), v["of"].as_u64().unwrap());
    assert_eq!(share(&report["recall"]), (5, 5));
    assert_eq!(share(&report["precision"]), (5, 8));
    assert_eq!(report["surveys"][0]["undecided"], 1);
    assert_eq!(report["false_candidates"].as_array().unwrap().len(), 3);
    // Ground that holds what nobody knows is no ground without poppy.
    assert_eq!(report["false_alarms"]["km2"].to_string(), "0.0");
}

#[test]
fn what_cannot_be_evaluated_is_said_with_a_remedy() {
    let folder = TempDir::new().unwrap();
    let village = folder.path().join("village");
    survey(&village);
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    let fails = |arguments: &[&str], what: &str| {
        let all: Vec<&str> = arguments.iter().copied().chain(["-o", out]).collect();
        let said = evaluate(&all, &[&village]);
        assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
        assert!(
            said.err.contains(what) && said.err.contains("hint:"),
            "{what} in {}",
            said.err
        );
    };
    fails(
        &["--false-alarms-per-km2", "5"],
        "no imagery is known to be without poppy",
    );
    fails(
        &["--match-radius=-1"],
        "the radius of a match -1 is out of range",
    );
    let truth = village.join("truth.geojson");
    let whole = fs::read_to_string(&truth).unwrap();
    fs::write(
        &truth,
        whole.replacen("\"plants\":3", "\"plants\":\"many\"", 1),
    )
    .unwrap();
    fails(&[], "feature 2: `plants` is \"many\"");
    let mut away: Value = serde_json::from_str(&whole).unwrap();
    away["features"].as_array_mut().unwrap().drain(..10);
    fs::write(&truth, away.to_string()).unwrap();
    fails(&[], "lies on searched ground");
    fs::remove_file(&truth).unwrap();
    fails(&[], "holds no truth.geojson");
}
