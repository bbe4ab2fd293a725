//! Real photos, where they are at hand: in `../shared/data/photos`, or below `PAPAVER_SHARED`.

use crate::results::Results;
use crate::run::{Ended, ended, papaver};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn photos(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("PAPAVER_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("data/photos").join(name);
    if !folder.is_dir() {
        println!("skipped: there are no photos in {}", folder.display());
        return None;
    }
    Some(folder)
}

fn scanned(folder: &Path, out: &Path, options: &[&str]) -> Ended {
    ended(
        papaver()
            .args(["scan", "-q", "-o"])
            .arg(out)
            .arg(folder)
            .args(options),
    )
}

/// How many photos the warnings `err` refuse for the one reason `why`: those that are named and
/// those that are only counted after them.
fn refused(err: &str, why: &str) -> usize {
    err.lines()
        .filter_map(|line| line.strip_prefix("warning: "))
        .map(
            |warning| match warning.split_once(" further files are refused as ") {
                Some((count, _)) => count.parse::<usize>().expect("a count of files"),
                None => usize::from(warning.ends_with(why)),
            },
        )
        .sum()
}

#[test]
fn without_gps_each_is_set_aside_for_its_position() {
    let Some(folder) = photos("boruszyn") else {
        return;
    };
    let out = TempDir::new().expect("temporary folder");
    let said = scanned(&folder, out.path(), &[]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let why = "does not say where it was taken";
    assert_eq!(refused(&said.err, why), 9, "{}", said.err);
    assert!(!out.path().join("scan.json").exists());
}

#[test]
fn without_a_height_each_is_set_aside_until_the_ground_is_known() {
    let Some(folder) = photos("caliterra") else {
        return;
    };
    let out = TempDir::new().expect("temporary folder");
    let said = scanned(&folder, out.path(), &[]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let why = "does not say how high above the ground it was taken";
    assert_eq!(refused(&said.err, why), 18, "{}", said.err);
    assert!(said.err.contains("--ground-elevation"), "{}", said.err);
    let model = crate::run::fixture("colour_dense.onnx");
    let model = model.to_string_lossy();
    // Two frames lie at the very limit of this model.
    let options = [
        "--ground-elevation",
        "232",
        "--looking-down",
        "--model",
        &model,
        "--allow-coarse",
    ];
    let said = scanned(&folder, out.path(), &options);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let results = Results::read(out.path());
    let flight = &results.record["flight"];
    assert_eq!(flight["photos"], 18);
    assert_eq!(flight["heading_from"]["track"], 18);
    assert_eq!(flight["height_from"]["ground_elevation"], 18);
    assert!(results.searched_m2 > 10_000.0, "{}", results.searched_m2);
    println!(
        "searched {:.0} m² at {} cm",
        results.searched_m2, flight["gsd_cm"]
    );
}

#[test]
fn infrared_photos_are_set_aside_for_their_colours() {
    let Some(folder) = photos("seneca_nir") else {
        return;
    };
    let out = TempDir::new().expect("temporary folder");
    let said = scanned(&folder, out.path(), &[]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert_eq!(said.err.matches("warning: ").count(), 2, "{}", said.err);
    assert!(said.err.contains("does not say how high"), "{}", said.err);
    let options = [
        "--ground-elevation",
        "230",
        "--looking-down",
        "--allow-coarse",
    ];
    let said = scanned(&folder, out.path(), &options);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert_eq!(
        said.err
            .matches("has the colours of a near-infrared")
            .count(),
        3,
        "{}",
        said.err
    );
}
