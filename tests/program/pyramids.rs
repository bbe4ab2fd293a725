//! Pyramids beside a scan's results, and those that are asked for by name.

use crate::ground::Place;
use crate::paint::Picture;
use crate::resume::files;
use crate::run::{Ended, ended, papaver, scan};
use gdal::{Dataset, Metadata};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";

fn pyramid(inputs: &[&Path], out: &Path, options: &[&str]) -> Ended {
    let mut command = papaver();
    command
        .arg("pyramid")
        .args(inputs)
        .arg("-o")
        .arg(out)
        .args(options);
    ended(&mut command)
}

/// A raster with a target and a part without data.
fn raster(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let mut picture = Picture::bare(Place::utm(2.0), (1500, 1300));
    picture.target(700, 600);
    picture.fill(|x, y| x + y < 500, [0, 0, 0]);
    picture.write_with(&path, 3, &["TILED=YES", "COMPRESS=DEFLATE"], |made| {
        for band in 1..=3 {
            let mut band = made.rasterband(band).expect("band");
            band.set_no_data_value(Some(0.0)).expect("set");
        }
    });
    path
}

#[test]
fn a_scan_leaves_a_pyramid_and_the_other_files_are_as_without() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = raster(folder.path(), "ortho.tif");
    let (with, without) = (folder.path().join("with"), folder.path().join("without"));
    scan(&[&ortho], &with, MODEL, &["-q"], 0);
    scan(&[&ortho], &without, MODEL, &["-q", "--no-pyramid"], 0);
    let (mut with_files, without_files) = (files(&with), files(&without));
    assert!(
        with_files.remove("pyramid/ortho.tif").is_some(),
        "{:?}",
        with_files.keys()
    );
    assert!(with_files == without_files);
    let made = Dataset::open(with.join("pyramid/ortho.tif")).expect("opened");
    assert_eq!(made.raster_size(), (375, 325));
    assert_eq!(
        made.metadata_item("COMPRESSION", "IMAGE_STRUCTURE")
            .as_deref(),
        Some("YCbCr JPEG")
    );
    let band = made.rasterband(1).expect("band");
    assert_eq!(
        (band.block_size(), band.overview_count().expect("count")),
        ((256, 256), 1)
    );
    let mask = band
        .open_mask_band()
        .expect("mask")
        .read_as::<u8>((0, 0), (375, 325), (375, 325), None)
        .expect("read");
    let clear = mask.data().iter().filter(|m| **m < 128).count();
    // A triangle of 500 by 500 pixels.
    assert!(clear.abs_diff(125 * 125 / 2) < 200, "{clear}");
    let temporary = fs::read_dir(with.join("pyramid")).expect("listed").count();
    assert_eq!(temporary, 1);
}

#[test]
fn a_second_run_over_what_is_scored_leaves_the_pyramid_as_it_is() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = raster(folder.path(), "ortho.tif");
    let out = folder.path().join("out");
    scan(&[&ortho], &out, MODEL, &["-q"], 0);
    let path = out.join("pyramid/ortho.tif");
    fs::remove_file(&path).expect("removed");
    scan(&[&ortho], &out, MODEL, &["-q", "--threshold", "0.9"], 0);
    assert!(!path.exists(), "nothing is decoded for a pyramid alone");
    scan(&[&ortho], &out, MODEL, &["-q", "--restart"], 0);
    assert!(path.exists());
}

#[test]
fn older_rasters_get_theirs_by_name_and_nothing_is_replaced_unasked() {
    let folder = TempDir::new().expect("temporary folder");
    let (a, b) = (
        raster(folder.path(), "a.tif"),
        raster(folder.path(), "b.tif"),
    );
    let out = folder.path().join("out");
    let made = pyramid(&[&a, &b], &out, &[]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    assert_eq!(made.out.matches("written").count(), 2, "{}", made.out);
    let before = fs::read(out.join("pyramid/a.tif")).expect("read");
    let again = pyramid(&[&a, &b], &out, &[]);
    assert_eq!(
        (again.code, again.out.matches("already").count()),
        (Some(0), 2),
        "{}",
        again.err
    );
    // Another raster's, or anything else, of the same name.
    fs::write(out.join("pyramid/a.tif"), "mine").expect("written");
    let refused = pyramid(&[&a], &out, &[]);
    assert!(
        refused.code == Some(1) && refused.err.contains("--overwrite"),
        "{}",
        refused.err
    );
    assert_eq!(fs::read(out.join("pyramid/a.tif")).expect("read"), b"mine");
    assert_eq!(pyramid(&[&a], &out, &["--overwrite", "-q"]).code, Some(0));
    assert!(fs::read(out.join("pyramid/a.tif")).expect("read") == before);
    let none = pyramid(&[&folder.path().join("none.tif")], &out, &[]);
    assert_eq!(none.code, Some(1), "{}", none.err);
    fs::write(folder.path().join("text.tif"), "text").expect("written");
    let partly = pyramid(
        &[&a, &folder.path().join("text.tif")],
        &folder.path().join("new"),
        &[],
    );
    assert_eq!(partly.code, Some(2), "{}", partly.err);
}

#[test]
fn inside_a_boundary_it_shows_what_was_searched() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("wide.tif");
    let place = Place::utm(2.0);
    let mut picture = Picture::bare(place.clone(), (6000, 900));
    picture.target(400, 400);
    picture.write(&path, &["TILED=YES", "COMPRESS=DEFLATE"]);
    let corners = [
        (200.0, 200.0),
        (800.0, 200.0),
        (800.0, 700.0),
        (200.0, 700.0),
        (200.0, 200.0),
    ];
    let ring: Vec<_> = corners
        .iter()
        .map(|(x, y)| place.lonlat(*x, *y))
        .map(|p| [p.x(), p.y()])
        .collect();
    let boundary = serde_json::json!({"type": "Polygon", "coordinates": [ring]});
    let within = folder.path().join("within.geojson");
    fs::write(&within, boundary.to_string()).expect("written");
    let out = folder.path().join("out");
    let named = within.display().to_string();
    scan(&[&path], &out, MODEL, &["-q", "--within", &named], 0);
    let made = Dataset::open(out.join("pyramid/wide.tif")).expect("opened");
    assert_eq!(made.raster_size(), (1500, 225));
    let band = made.rasterband(1).expect("band");
    let mask = band
        .open_mask_band()
        .expect("mask")
        .read_as::<u8>((0, 0), (1500, 225), (1500, 225), None)
        .expect("read");
    let is_shown = |x: usize, y: usize| mask.data()[y * 1500 + x] > 0;
    assert!(is_shown(125, 110) && !is_shown(1400, 110));
}
