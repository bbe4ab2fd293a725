//! Synthetic truth: magenta squares at known places, in every kind of raster. All are found, none is invented, and the
//! ground that was searched is the ground that is there.

use crate::ground::{LAT, LON, Place};
use crate::paint::Picture;
use crate::results::Results;
use crate::run::scan;
use std::path::Path;
use tempfile::TempDir;

/// The hand-made models and half of what one of their cells covers, in metres.
const MODELS: [(&str, f64); 2] = [("colour_dense.onnx", 0.16), ("colour_tile.onnx", 0.64)];
/// Pixels of a raster of 14 by 12 metres at 2 cm.
const SIZE: (usize, usize) = (700, 600);

/// Scans with both models and compares with the truth: the targets, the searched area, and what was left out.
fn holds(path: &Path, picture: &Picture, searched: usize, not_searched: &[(&str, usize)]) {
    holds_with(path, picture, searched, not_searched, &[]);
}

fn holds_with(
    path: &Path,
    picture: &Picture,
    searched: usize,
    not_searched: &[(&str, usize)],
    options: &[&str],
) {
    for (model, half_cell) in MODELS {
        let out = TempDir::new().expect("temporary folder");
        scan(&[path], out.path(), model, options, 0);
        let results = Results::read(out.path());
        results.expect_targets(&picture.truth(), half_cell);
        results.expect_searched(picture.m2(searched));
        let areas: Vec<(&str, f64)> = not_searched
            .iter()
            .map(|(r, n)| (*r, picture.m2(*n)))
            .collect();
        results.expect_not_searched(&areas);
    }
}

fn all(picture: &Picture) -> usize {
    picture.size.0 * picture.size.1
}

/// Writes nine targets somewhere, with creation options, and expects them.
fn nine(place: Place, size: (usize, usize), options: &[&str]) {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    let picture = Picture::with_nine(place, size);
    picture.write(&path, options);
    holds(&path, &picture, all(&picture), &[]);
    let left: Vec<_> = folder.path().read_dir().expect("listed").collect();
    assert_eq!(
        left.len(),
        1,
        "nothing is written beside the input: {left:?}"
    );
}

const TILED: [&str; 4] = [
    "TILED=YES",
    "BLOCKXSIZE=256",
    "BLOCKYSIZE=256",
    "COMPRESS=DEFLATE",
];

#[test]
fn in_utm() {
    nine(Place::utm(2.0), SIZE, &TILED);
}

#[test]
fn in_us_survey_feet() {
    nine(
        Place::north_up("EPSG:2229", -118.25, 34.05, 2.0),
        SIZE,
        &TILED,
    );
}

#[test]
fn in_degrees_with_pixels_square_on_the_ground() {
    nine(Place::north_up("EPSG:4326", LON, LAT, 2.0), SIZE, &TILED);
}

#[test]
fn in_degrees_with_pixels_square_in_degrees() {
    nine(
        Place::north_up("EPSG:4326", LON, LAT, 2.0).square_in_units(),
        SIZE,
        &TILED,
    );
}
