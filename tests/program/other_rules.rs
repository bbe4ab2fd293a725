//! Another threshold, radius or agreement on a finished folder: found in its scores, byte for byte what a new scan finds.

use crate::ground::Place;
use crate::paint::Picture;
use crate::results::{Results, json};
use crate::resume::files;
use crate::run::scan;
use std::path::Path;
use tempfile::TempDir;

/// Scans into a finished folder and into a new one with the same options.
pub fn same_as_anew(
    inputs: &[&Path],
    finished: &Path,
    model: &str,
    options: &[&str],
    code: i32,
) -> Results {
    let before = json(&finished.join("scan.json"))["totals"]["tiles"].clone();
    scan(inputs, finished, model, options, code);
    let anew = TempDir::new().expect("temporary folder");
    scan(inputs, anew.path(), model, options, code);
    let (found, expected) = (files(finished), files(anew.path()));
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &expected {
        assert!(found[name] == *bytes, "{options:?}: {name} differs");
    }
    let results = Results::read(finished);
    assert_eq!(
        results.record["run"]["tiles_before"], before,
        "scored anew with {options:?}"
    );
    results
}

#[test]
fn another_threshold_or_radius_is_found_in_the_scores() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    let mut picture = Picture::bare(Place::utm(2.0), (900, 700));
    // Two a metre apart, one alone.
    for (x, y) in [(100, 100), (180, 100), (500, 400)] {
        picture.target(x, y);
    }
    // And one so faint that it is no hit at the model's threshold.
    let faint = |x: usize, y: usize| (700..800).contains(&x) && (200..300).contains(&y);
    picture.fill(faint, [200, 78, 200]);
    picture.write(&ortho, &["TILED=YES"]);
    let out = folder.path().join("out");
    for model in ["colour_dense.onnx", "colour_tile.onnx"] {
        scan(
            &[&ortho],
            &out,
            model,
            &["--restart", "--site-radius", "0.3"],
            0,
        );
        let near = Results::read(&out);
        let count = |radius: &str, threshold: &str| {
            let options = ["--site-radius", radius, "--threshold", threshold];
            let found = same_as_anew(&[&ortho], &out, model, &options, 0);
            found.candidates.len()
        };
        assert_eq!(count("30", "0.5"), 1, "{model}: all are one plot");
        assert_eq!(count("0.3", "0.6"), near.candidates.len(), "{model}");
        let with_faint = near.candidates.len() + 1;
        assert_eq!(count("0.3", "0.2"), with_faint, "{model}: it scores 0.3");
    }
}

#[test]
fn pictures_that_were_left_out_are_drawn_by_the_next_run() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    let mut picture = Picture::bare(Place::utm(2.0), (2300, 2300));
    for (x, y) in [(400, 400), (480, 400), (1900, 1700)] {
        picture.target(x, y);
    }
    picture.write(&ortho, &["TILED=YES"]);
    let out = folder.path().join("out");
    let (model, bare) = ("colour_dense.onnx", ["--no-pictures"]);
    let drawn = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
        let is_drawn = |name: &&String| name.starts_with("chips/") || *name == "review.html";
        files.keys().filter(is_drawn).count()
    };
    let said = scan(&[&ortho], &out, model, &bare, 0);
    assert_eq!(drawn(&files(&out)), 0);
    assert!(!said.out.contains("review.html"), "{}", said.out);
    let results = same_as_anew(&[&ortho], &out, model, &[], 0);
    assert_eq!(results.candidates.len(), 2);
    assert_eq!(drawn(&files(&out)), 1 + 3 * 2);
    scan(&[&ortho], &out, model, &bare, 0);
    assert_eq!(drawn(&files(&out)), 0);
    assert!(!out.join("chips").exists());
}
