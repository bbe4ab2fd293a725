//! A model that says two thresholds and what to expect: `model inspect` and `scan` say so, `scan.json` keeps it.

use crate::ground::Place;
use crate::paint::Picture;
use crate::results::json;
use crate::run::{ended, fixture, papaver};
use std::path::Path;
use tempfile::TempDir;

const GARDENS: &str = r#"papaver_expected=[{"ground": {"en": "gardens", "zh": "庭院"}, "screening": [1148, 975, 1344], "dispatch": [393, 295, 513]}]"#;

fn run(folder: &Path, arguments: &[&str]) -> String {
    let ended = ended(papaver().current_dir(folder).args(arguments));
    assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
    ended.out
}

#[test]
fn two_uses_and_what_to_expect_are_said_where_the_model_says_them() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let mut picture = Picture::bare(Place::utm(2.0), (400, 400));
    picture.target(160, 160);
    picture.write(&at.join("ortho.tif"), &[]);
    let plain = fixture("colour_dense.onnx");
    let plain = plain.to_str().unwrap();
    let scan = |model: &str, out: &str, more: &[&str]| {
        let arguments = ["scan", "ortho.tif", "-o", out, "--model", model];
        run(at, &[&arguments, more].concat())
    };
    let said = scan(plain, "plain", &[]);
    assert!(
        !said.contains("dispatch") && !said.contains("to expect"),
        "{said}"
    );
    assert!(json(&at.join("plain/scan.json"))["model"]["dispatch_threshold"].is_null());

    let set = [
        "--set",
        "papaver_dispatch_threshold=0.9999",
        "--set",
        GARDENS,
    ];
    run(
        at,
        &[&["model", "wrap", plain, "-o", "both.onnx"], &set[..]].concat(),
    );
    let said = run(at, &["model", "inspect", "both.onnx"]);
    assert!(said.contains("from 0.9999 on a crew may be sent"), "{said}");
    assert!(
        said.contains("gardens: screening 1148 [975, 1344], dispatch 393 [295, 513]"),
        "{said}"
    );
    let said = scan("both.onnx", "both", &[]);
    assert!(
        said.contains("for screening: 1; for direct dispatch, from a score of 0.9999: "),
        "{said}"
    );
    assert!(said.contains("gardens: screening 1148"), "{said}");
    let model = &json(&at.join("both/scan.json"))["model"];
    assert_eq!(model["dispatch_threshold"], 0.9999);
    assert_eq!(model["expected"][0]["ground"]["zh"], "庭院");

    // At another threshold than the model's own its makers say nothing.
    let said = scan("both.onnx", "other", &["--threshold", "0.6"]);
    assert!(
        said.contains("for direct dispatch") && !said.contains("gardens"),
        "{said}"
    );
    // The wrong way round is refused.
    let set = ["--set", "papaver_dispatch_threshold=0.01"];
    let arguments = [&["model", "wrap", plain, "-o", "wrong.onnx"], &set[..]].concat();
    let refused = ended(papaver().current_dir(at).args(arguments));
    assert_eq!(refused.code, Some(1), "{refused:?}");
}
