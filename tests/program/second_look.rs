//! The second look: one place at sixteen positions of the sampling grid, and what looking again makes of its score.

use crate::ground::Place;
use crate::paint::{Picture, set_up};
use crate::results::{Results, json};
use crate::run::{ended, fixture, papaver, scan};
use gdal::Dataset;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Pixels along a side of the cut-out, and of the room that each copy has.
const CUT: usize = 200;
const ROOM: usize = 400;
/// Positions along each axis: 0 to 15 pixels of a cell of 16.
const SHIFTS: usize = 16;
/// A bed of the sample survey at which the model is neither sure nor blind, pixels from its top left.
const PLACE: (isize, isize) = (1614, 718);

/// What a second look says or changes.
const OF_THE_LOOK: [&str; 6] = [
    "rank",
    "band",
    "score_looks",
    "score_looks_spread",
    "score_verifier",
    "before_bloom",
];

/// The pixels about the place.
fn cut_out() -> Vec<[u8; 3]> {
    set_up();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/village/ortho.tif");
    let dataset = Dataset::open(&path).expect("the sample");
    let corner = (PLACE.0 - CUT as isize / 2, PLACE.1 - CUT as isize / 2);
    let plane = |band: usize| {
        let band = dataset.rasterband(band).expect("a band");
        let read = band.read_as::<u8>(corner, (CUT, CUT), (CUT, CUT), None);
        read.expect("read").into_shape_and_vec().1
    };
    let [red, green, blue] = [1, 2, 3].map(plane);
    let pixels = red.into_iter().zip(green).zip(blue);
    pixels.map(|((r, g), b)| [r, g, b]).collect()
}

/// Copies of the place, each a pixel further on the model's grid than the one before.
fn copies(path: &Path) {
    let side = 4 * ROOM;
    let mut picture = Picture::bare(Place::utm(2.0), (side, side));
    let cut_out = cut_out();
    for n in 0..SHIFTS {
        let corner = |k: usize| k * ROOM + (ROOM - CUT) / 2 + n;
        picture.paste(&cut_out, CUT, (corner(n % 4), corner(n / 4)));
    }
    picture.write(path, &["TILED=YES"]);
}

fn looked(inputs: &Path, out: &Path, options: &[&str]) -> Vec<Value> {
    let ended = ended(
        papaver()
            .arg("scan")
            .arg(inputs)
            .arg("-o")
            .arg(out)
            .args(["--threshold", "0.05"])
            .args(options),
    );
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    let found = Results::read(out).candidates.into_iter();
    found.map(|c| c.properties).collect()
}

fn figures(candidates: &[Value], name: &str) -> Vec<f64> {
    let figure = |c: &Value| c[name].as_f64().expect("a figure");
    candidates.iter().map(figure).collect()
}

/// The difference between the highest and the lowest.
fn range(values: &[f64]) -> f64 {
    let highest = values.iter().copied().fold(f64::MIN, f64::max);
    highest - values.iter().copied().fold(f64::MAX, f64::min)
}

#[test]
fn the_mean_of_eight_looks_hangs_less_on_the_grid_than_the_score() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("copies.tif");
    copies(&path);
    let out = folder.path().join("out");
    let found = looked(&path, &out, &[]);
    assert!(found.len() >= SHIFTS - 2, "{} candidates", found.len());
    let (score, looks) = (
        range(&figures(&found, "score_max")),
        range(&figures(&found, "score_looks")),
    );
    println!("range of the score {score:.3}, of the mean of eight looks {looks:.3}");
    assert!(score > 0.2, "the place tells nothing: {score}");
    assert!(looks < 0.75 * score, "{looks} of {score}");
}

#[test]
fn a_second_look_changes_order_and_band_alone_and_hangs_on_no_thread() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("copies.tif");
    copies(&path);
    let out = folder.path().join("out");
    let mut found = looked(&path, &out, &["--threads", "2"]);
    let bytes = fs::read(out.join("candidates.geojson")).unwrap();
    looked(&path, &out, &["--threads", "1"]);
    assert_eq!(fs::read(out.join("candidates.geojson")).unwrap(), bytes);
    let ranks = figures(&found, "rank");
    assert!(ranks.is_sorted(), "{ranks:?}");
    let mut bare = looked(&path, &out, &["--no-verify"]);
    for name in ["score_looks", "score_verifier", "before_bloom"] {
        assert!(found.iter().all(|c| c[name].is_number()), "{name}");
        assert!(bare.iter().all(|c| c[name].is_null()), "{name}");
    }
    for candidates in [&mut found, &mut bare] {
        for candidate in candidates.iter_mut() {
            let known = candidate.as_object_mut().unwrap();
            known.retain(|name, _| !OF_THE_LOOK.contains(&name.as_str()));
        }
        candidates.sort_by_key(|c| c["id"].to_string());
    }
    assert_eq!(found, bare);
}

#[test]
fn photos_are_looked_at_as_a_reader_that_has_nothing_at_hand_sees_them() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/photos");
    let folder = TempDir::new().unwrap();
    let (photos, out) = (folder.path().join("photos"), folder.path().join("out"));
    fs::create_dir_all(&photos).unwrap();
    for number in [3, 4] {
        let name = format!("PPV_{number:04}.JPG");
        fs::copy(samples.join(&name), photos.join(&name)).unwrap();
    }
    let kept = looked(&photos, &out, &["--any-view"]);
    // The scores are known now: nothing is decoded but for the second look.
    let read = looked(&photos, &out, &["--any-view"]);
    assert!(
        kept.iter().any(|c| c["score_looks"].is_number()),
        "{kept:?}"
    );
    assert_eq!(kept, read);
}

#[test]
fn a_verifier_ranks_and_is_named_and_both_scores_are_kept() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ortho.tif");
    let mut picture = Picture::bare(Place::utm(2.0), (700, 600));
    picture.target(100, 100);
    // As pink, but so narrow that it fills the middle of a cell and not that of the verifier's image.
    picture.fill(
        |x, y| (404..412).contains(&x) && (300..348).contains(&y),
        [255, 0, 255],
    );
    picture.write(&path, &["TILED=YES"]);
    let verifier = fixture("verifier.onnx");
    let verifier = verifier.to_str().unwrap();
    let out = folder.path().join("out");
    let options = ["--threshold", "0.05", "--verifier", verifier];
    scan(&[&path], &out, "colour_dense.onnx", &options, 0);
    let results = Results::read(&out);
    let found: Vec<Value> = results
        .candidates
        .into_iter()
        .map(|c| c.properties)
        .collect();
    let scores = figures(&found, "score_verifier");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(scores[0] > 0.8 && scores[1] < 0.3, "{scores:?}");
    assert_eq!(
        (&found[0]["band"], &found[1]["band"]),
        (&"strong".into(), &"weak".into())
    );
    assert!(figures(&found, "score_looks").iter().all(|s| *s > 0.0));
    let second = &json(&out.join("scan.json"))["second_stage"];
    assert_eq!(second["looks"], 8);
    assert_eq!(second["verifier"]["name"], "verifier.onnx");
    assert_eq!(second["verifier"]["dispatch_threshold"], 0.8);
}

#[test]
fn a_verifier_that_names_no_threshold_for_dispatch_sends_no_crew_and_has_three_bands() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ortho.tif");
    let mut picture = Picture::bare(Place::utm(2.0), (700, 600));
    picture.target(100, 100);
    picture.write(&path, &["TILED=YES"]);
    // The key is written over by one that means nothing.
    let (key, other) = (b"papaver_dispatch_threshold", b"papaver_dispatch_thresholx");
    let mut bytes = fs::read(fixture("verifier.onnx")).unwrap();
    let at = bytes.windows(key.len()).position(|w| w == key).unwrap();
    bytes[at..at + key.len()].copy_from_slice(other);
    let bare = folder.path().join("bare.onnx");
    fs::write(&bare, bytes).unwrap();
    let out = folder.path().join("out");
    let options = ["--verifier", bare.to_str().unwrap()];
    let said = scan(&[&path], &out, "colour_dense.onnx", &options, 0);
    assert!(!said.out.contains("dispatch"), "{}", said.out);
    let found = Results::read(&out).candidates;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].properties["band"], "strong", "{found:?}");
    let second = &json(&out.join("scan.json"))["second_stage"];
    assert!(second["verifier"]["dispatch_threshold"].is_null());
}

#[test]
fn what_both_stages_doubt_is_set_aside_named_and_listed_where_a_threshold_is_asked_for() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let path = at.join("ortho.tif");
    let mut picture = Picture::bare(Place::utm(2.0), (700, 600));
    picture.target(100, 100);
    // Fills the middle of a cell and not that of the verifier's image.
    picture.fill(
        |x, y| (404..412).contains(&x) && (300..348).contains(&y),
        [255, 0, 255],
    );
    picture.write(&path, &["TILED=YES"]);
    let both = at.join("both.onnx");
    let wrapped = ended(
        papaver()
            .args(["model", "wrap"])
            .args([&fixture("verifier.onnx")])
            .arg("-o")
            .arg(&both)
            .args([
                "--set",
                "papaver_candidate_threshold=0.05",
                "--set",
                "papaver_evidence_threshold=0.5",
            ]),
    );
    assert_eq!(wrapped.code, Some(0), "{wrapped:?}");
    let out = at.join("out");
    let verifier = ["--verifier", both.to_str().unwrap()];
    let scan = |more: &[&str]| {
        let options = [&verifier, more].concat();
        let said = scan(&[&path], &out, "colour_dense.onnx", &options, 0).out;
        (said, Results::read(&out).candidates)
    };
    let (said, listed) = scan(&[]);
    assert!(said.contains("set aside     1 place "), "{said}");
    let aside = json(&out.join("set_aside.geojson"));
    let [only] = aside["features"].as_array().unwrap().as_slice() else {
        panic!("one place: {aside}");
    };
    assert_eq!((listed.len(), &only["properties"]["rank"]), (1, &2.into()));
    let record = json(&out.join("scan.json"));
    assert_eq!(record["totals"]["set_aside"], 1);
    assert_eq!(record["second_stage"]["listed"]["evidence"], 0.5);
    assert_eq!(
        record["outputs"]["set_aside.geojson"]
            .as_str()
            .map(str::len),
        Some(64)
    );
    let first = record["scan_id"].clone();

    // Who names a threshold gets all that reaches it, as another scan.
    let (said, listed) = scan(&["--threshold", "0.05"]);
    assert!(!said.contains("set aside"), "{said}");
    assert_eq!(listed.len(), 2);
    assert!(!out.join("set_aside.geojson").exists());
    let record = json(&out.join("scan.json"));
    assert_ne!(record["scan_id"], first);
    assert!(record["second_stage"]["listed"].is_null());
}

#[test]
fn what_is_no_verifier_is_refused_before_the_long_work() {
    let folder = TempDir::new().unwrap();
    let (path, out) = (folder.path().join("ortho.tif"), folder.path().join("out"));
    Picture::with_nine(Place::utm(2.0), (700, 600)).write(&path, &[]);
    for (verifier, why) in [
        (
            fixture("colour_dense.onnx"),
            "needs the inputs image and surroundings",
        ),
        (folder.path().join("absent.onnx"), "cannot be read"),
    ] {
        let options = ["--verifier", verifier.to_str().unwrap()];
        let ended = scan(&[&path], &out, "colour_dense.onnx", &options, 1);
        assert!(ended.err.contains(why), "{}", ended.err);
        assert!(!out.join("scores.jsonl").exists());
    }
}
