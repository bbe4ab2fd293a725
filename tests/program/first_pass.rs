//! A first pass: the same candidates, sooner; the same bytes on any number of threads and in shards; and where there is none, that is said.

use crate::results::json;
use crate::resume::files;
use crate::run::{Ended, ended, fixture, papaver};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The sample survey, whose plots and lanes both matter here.
fn ortho() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples/village/ortho.tif")
}

fn scan(out: &Path, options: &[&str]) -> Ended {
    let mut command = papaver();
    command.args(["scan", "--no-pyramid", "--no-pictures"]);
    ended(command.arg(ortho()).arg("-o").arg(out).args(options))
}

#[test]
fn a_first_pass_finds_what_the_model_finds() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for (name, options) in [
        // A first pass knows of nothing below the model's own threshold.
        ("plain", &["--threshold", "0.496"][..]),
        ("first", &["--first-pass"][..]),
        ("one", &["--first-pass", "--threads", "1"][..]),
    ] {
        let ended = scan(&at(name), options);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
    let found = |name: &str| {
        let found = json(&at(name).join("candidates.geojson"));
        found["features"].as_array().expect("features").clone()
    };
    let (plain, first) = (found("plain"), found("first"));
    assert!(plain.len() >= 12);
    assert_eq!(first.len(), plain.len());
    for (a, b) in first.iter().zip(&plain) {
        let (a, b) = (&a["properties"], &b["properties"]);
        assert_eq!((&a["lon"], &a["lat"]), (&b["lon"], &b["lat"]));
        // What is looked at again is looked at in a smaller window.
        let [score, other] = [a, b].map(|of| of["score_max"].as_f64().expect("a score"));
        assert!((score - other).abs() < 1e-3, "{score} {other}");
    }
    let ground = |name: &str| json(&at(name).join("coverage.geojson"))["features"].clone();
    assert!(ground("plain") == ground("first"));
    let options = json(&at("first/scan.json"))["options"]["search"].clone();
    assert_eq!(
        options["first_pass"].as_str().map(str::len),
        Some(64),
        "{options}"
    );
    assert!(
        files(&at("first")) == files(&at("one")),
        "on any number of threads"
    );
    // Another threshold above the model's own is found in what was kept, and none below it.
    let again = scan(&at("first"), &["--first-pass", "--threshold", "0.6"]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(found("first").len() < plain.len());

    let plan = at("plan");
    let mut command = papaver();
    command.args(["plan", "--shards", "3", "--first-pass"]);
    let planned = ended(command.arg(ortho()).arg("-o").arg(&plan));
    assert_eq!(planned.code, Some(0), "{}", planned.err);
    for shard in ["2", "0", "1"] {
        let mut command = papaver();
        command.args(["scan", "-q", "--shard", shard, "--plan"]);
        let done = ended(command.arg(&plan));
        assert_eq!(done.code, Some(0), "{}", done.err);
    }
    let mut command = papaver();
    command.args(["merge", "--no-pictures", "--plan"]);
    let merged = ended(command.arg(&plan).arg("-o").arg(at("merged")));
    assert_eq!(merged.code, Some(0), "{}", merged.err);
    assert!(files(&at("merged")) == files(&at("one")), "in shards");
}

#[test]
fn where_there_is_no_first_pass_that_is_said() {
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().join("out");
    let foreign = fixture("colour_dense.onnx");
    for (options, said) in [
        (&["--threshold", "0.2"][..], "0.496"),
        (&["--model", foreign.to_str().expect("text")], "built-in"),
        (&["--device", "cuda"], ""),
    ] {
        let ended = scan(&out, &[options, &["--first-pass"]].concat());
        assert_eq!(ended.code, Some(1), "{options:?} {}", ended.err);
        assert!(ended.err.contains(said), "{}", ended.err);
        assert!(ended.err.contains("hint: "), "{}", ended.err);
        assert!(!out.exists(), "{options:?}");
    }
}
