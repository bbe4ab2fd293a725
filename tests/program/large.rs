//! A sparse raster of ten thousand million pixels: found at once, and in memory that does not grow with it.

use crate::ground::Place;
use crate::paint::{Picture, create};
use crate::results::Results;
use crate::run::{scan, scan_command};
use gdal::raster::Buffer;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const OPTIONS: [&str; 6] = [
    "TILED=YES",
    "BLOCKXSIZE=512",
    "BLOCKYSIZE=512",
    "COMPRESS=DEFLATE",
    "ZLEVEL=1",
    "BIGTIFF=YES",
];

/// Writes a picture at each of the corners, into a raster of which nothing else is stored.
fn write(path: &Path, size: (usize, usize), picture: &Picture, corners: &[(usize, usize)]) {
    let mut options = OPTIONS.to_vec();
    options.push("SPARSE_OK=TRUE");
    let dataset = create::<u8>(path, size, 3, Some(&Place::utm(2.0)), &options);
    for band in 1..=3 {
        let mut buffer = Buffer::new(picture.size, picture.plane(band - 1));
        for (x, y) in corners {
            dataset
                .rasterband(band)
                .expect("band")
                .write((*x as isize, *y as isize), picture.size, &mut buffer)
                .expect("written");
        }
    }
    dataset.close().expect("written");
}

#[test]
fn targets_in_a_sparse_raster_of_ten_thousand_million_pixels() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("large.tif");
    let mut picture = Picture::bare(Place::utm(2.0), (1024, 1024));
    picture.target(0, 0);
    picture.target(500, 700);
    let corners = [(0, 0), (51_200, 40_960), (97_280, 98_304)];
    write(&path, (100_000, 100_000), &picture, &corners);
    let out = folder.path().join("out");
    scan(&[&path], &out, "colour_dense.onnx", &["-q"], 0);
    let results = Results::read(&out);
    let truth: Vec<_> = corners
        .iter()
        .flat_map(|(x, y)| picture.moved(*x, *y).truth())
        .collect();
    results.expect_targets(&truth, 0.16);
    results.expect_searched(3.0 * picture.m2(1024 * 1024));
    results.expect_not_searched(&[("nodata", picture.m2(10_000_000_000 - 3 * 1024 * 1024))]);
}

/// Seconds and peak memory in megabytes of a scan.
fn measured(path: &Path, out: &Path) -> (f64, f64) {
    let started = Instant::now();
    let mut child = scan_command(&[path], out, "colour_dense.onnx", &["-q"])
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    while child.try_wait().expect("asked").is_none() {
        // The high-water mark of the process, which only rises.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kilobytes = mark.and_then(|m| m.split_whitespace().next()?.parse::<f64>().ok());
        peak = peak.max(kilobytes.unwrap_or(0.0) / 1e3);
        sleep(Duration::from_millis(5));
    }
    assert!(child.wait().expect("ended").success());
    (started.elapsed().as_secs_f64(), peak)
}

/// Run by hand, best on a quiet machine with a release build:
/// `cargo test --release --test program -- --ignored --nocapture two_per_cent`
#[test]
#[ignore = "a measurement of minutes, for a quiet machine"]
fn two_per_cent_of_ten_thousand_million_pixels_against_the_same_pixels_alone() {
    let folder = TempDir::new().expect("temporary folder");
    let (large, small) = (
        folder.path().join("large.tif"),
        folder.path().join("small.tif"),
    );
    let mut picture = Picture::bare(Place::utm(2.0), (5120, 5120));
    picture.target(100, 100);
    picture.target(2500, 3000);
    let apart: Vec<_> = (0..8)
        .map(|i| (i % 4 * 25_600, i / 4 * 51_200 + i % 4 * 5120))
        .collect();
    write(&large, (100_000, 100_000), &picture, &apart);
    let together: Vec<_> = (0..8).map(|i| (i % 4 * 5120, i / 4 * 5120)).collect();
    write(&small, (4 * 5120, 2 * 5120), &picture, &together);
    let valid = 8.0 * 5120.0 * 5120.0 / 1e10;
    let (seconds, peak) = measured(&large, &folder.path().join("large"));
    let (alone, peak_alone) = measured(&small, &folder.path().join("small"));
    println!(
        "{:.1} % of 100,000 x 100,000 pixels valid: {seconds:.1} s, peak {peak:.0} MB",
        valid * 100.0
    );
    println!(
        "the same pixels alone: {alone:.1} s, peak {peak_alone:.0} MB; ratio {:.2}",
        seconds / alone
    );
    assert_eq!(
        Results::read(&folder.path().join("large")).candidates.len(),
        16
    );
    assert!(peak <= 500.0, "{peak:.0} MB");
    assert!(
        seconds <= 1.5 * alone,
        "{seconds:.1} s against {alone:.1} s"
    );
}
