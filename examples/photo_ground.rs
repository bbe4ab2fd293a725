//! Carries pixels of a folder of photos to the ground with the program's own camera model, for the checks in this folder.
//!
//! `photo_ground FOLDER [--ground-elevation METRES] [--sensor-width MM] [--no-distortion] [--dem FILE]` first writes one
//! JSON line a photo (its footprint, resolution and pose), then a line `ready`; then, for every line `PHOTO X Y` on the
//! standard input, a line `LON LAT ERROR_RADIUS`, or `none`.

#![expect(
    clippy::print_stdout,
    reason = "a tool for scripts talks over its standard output"
)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a tool for checks may stop"
)]

use papaver::ground::PixelPoint;
use papaver::imagery::photo::{Dem, GroundModel, Photo, PhotoOptions, place_all};
use serde_json::json;
use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;

#[expect(clippy::too_many_lines, reason = "one step after the other")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    let (mut ground, mut sensor_width_mm, mut bare, mut dem) =
        (GroundModel::TakeOff, None, false, None);
    while let Some(option) = arguments.next() {
        let mut number = || {
            arguments
                .next()
                .expect("a value")
                .parse::<f64>()
                .expect("a number")
        };
        match option.as_str() {
            "--ground-elevation" => ground = GroundModel::Elevation(number()),
            "--sensor-width" => sensor_width_mm = Some(number()),
            "--no-distortion" => bare = true,
            "--dem" => dem = arguments.next().map(PathBuf::from),
            other => panic!("{other} is not known"),
        }
    }
    let paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("jpg")))
        .collect();
    let placed = place_all(&paths, None, |places| {
        if let Some(path) = &dem {
            ground = GroundModel::Terrain(Arc::new(Dem::read(path, places, 500.0)?));
        }
        Ok::<_, papaver::imagery::photo::DemError>(PhotoOptions {
            sensor_width_mm,
            ground,
            looking_down: false,
            coarsest_m: f64::INFINITY,
        })
    })
    .expect("a terrain model");
    for aside in &placed.aside {
        eprintln_to_stderr(&aside.to_string());
    }
    let mut photos = placed.photos;
    for photo in &mut photos {
        if bare {
            photo.camera.lens = photo.camera.lens.without_distortion();
        }
        println!("{}", described(photo));
    }
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let mut parts = line
            .split_whitespace()
            .map(|p| p.parse::<f64>().expect("a number"));
        let mut next = || parts.next().expect("three numbers");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small number"
        )]
        let photo = &photos[next() as usize];
        match photo.locate(PixelPoint {
            x: next(),
            y: next(),
        }) {
            Some(at) => println!(
                "{:.9} {:.9} {:.3}",
                at.lon,
                at.lat,
                photo.position_error_m(at)
            ),
            None => println!("none"),
        }
    }
}

fn described(photo: &Photo) -> serde_json::Value {
    let rings: Vec<Vec<[f64; 2]>> = photo
        .footprint
        .ground
        .iter()
        .map(|p| p.exterior().coords().map(|c| [c.x, c.y]).collect())
        .collect();
    let (width, height) = photo.camera.lens.size();
    let axes = &photo.camera.axes;
    json!({
        "path": photo.shot.path, "lon": photo.camera.at.lon, "lat": photo.camera.at.lat, "height_m": photo.camera.height_m,
        "width": width, "height": height, "focal_px": photo.camera.lens.focal_px(), "focal": format!("{:?}", photo.focal_source),
        "yaw": format!("{:?}", photo.yaw_source), "ground": rings, "gsd_m": photo.footprint.gsd_m, "share": photo.footprint.share,
        "right": axes.right, "down": axes.down, "forward": axes.forward,
        "error_m": photo.position_error_m(photo.shot.at),
    })
}

#[expect(clippy::print_stderr, reason = "a tool for scripts")]
fn eprintln_to_stderr(text: &str) {
    eprintln!("{text}");
}
