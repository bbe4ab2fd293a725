//! Who votes on what is found: photos day by day, and an orthomosaic with its photos.

use crate::ground::Place;
use crate::paint::Picture;
use crate::results::Results;
use crate::run::scan;
use crate::shots::{Pose, Scene, Tags, jpeg, metres, place, render};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";

/// The middle of what grows in May, metres east and north.
const PLOT: (f64, f64) = (2.0, 1.0);

/// Writes so many photos of a day, all of which show the plot's place, and the plot where it is in flower.
fn write(folder: &Path, day: &str, count: u8, is_in_flower: bool) {
    fs::create_dir_all(folder).expect("made");
    let scene = Scene {
        grade: 0.0,
        targets: if is_in_flower { vec![PLOT] } else { vec![] },
    };
    for i in 0..count {
        // No drone comes back to a place to the last digit.
        let north = if is_in_flower { 0.0 } else { 0.2 };
        let pose = Pose::down(f64::from(i) * 2.0 - 1.0, north, 30.0, 90.0);
        // On one day the bare frames come after the others.
        let second = 3 * u32::from(i) + if is_in_flower { 0 } else { 60 };
        let tags = Tags {
            day: day.into(),
            ..Tags::of(&pose, 0.0, second)
        };
        let bytes = tags.on(&jpeg(&render(&scene, &pose)));
        let name = format!("{}_{second:03}.jpg", day.replace(':', ""));
        fs::write(folder.join(name), bytes).expect("written");
    }
}

/// Photos and orthomosaics that it was found in, and those that searched its place.
fn counted(properties: &Value) -> (Option<u64>, Option<u64>) {
    let number = |name: &str| properties[name].as_u64();
    (number("seen_in"), number("covered_by"))
}

#[test]
fn photos_of_april_do_not_outvote_those_of_may() {
    let folder = TempDir::new().expect("temporary folder");
    let photos = |bare_day: &str| {
        let photos = folder.path().join(bare_day.replace(':', ""));
        write(&photos, "2026:05:05", 3, true);
        write(&photos, bare_day, 4, false);
        photos
    };
    let found = |name: &str, photos: &Path, options: &[&str]| {
        let out = folder.path().join(name);
        let said = scan(&[photos], &out, MODEL, options, 0);
        (Results::read(&out), said.out)
    };
    let apart = photos("2026:04:20");
    let (both, said) = found("both", &apart, &[]);
    assert!(!said.contains("left out"), "{said}");
    both.expect_targets(&[place(PLOT.0, PLOT.1)], 0.5);
    let plot = &both.candidates[0].properties;
    assert_eq!(counted(plot), (Some(3), Some(3)), "{plot}");
    assert_eq!(both.record["flight"]["doubted"], 0);

    // What the user says of all together does not mend what each says itself.
    let said_so = ["--captured", "2026-05-05"];
    assert_eq!(found("said", &apart, &said_so).0.candidates.len(), 1);

    // Of one day they have to agree.
    let (same, said) = found("same", &photos("2026:05:05"), &[]);
    assert!(said.contains("left out      1 place"), "{said}");
    assert_eq!(same.candidates.len(), 0);
    assert_eq!(same.record["flight"]["doubted"], 1);
}

#[test]
fn what_a_mosaic_doubles_is_doubted_by_its_photos_and_kept() {
    let folder = TempDir::new().expect("temporary folder");
    let (photos, mosaic) = (folder.path().join("photos"), folder.path().join("may.tif"));
    write(&photos, "2026:05:05", 3, true);
    let corner = place(-8.0, 6.0);
    let place = Place::north_up("EPSG:32649", corner.x(), corner.y(), 2.0);
    let mut picture = Picture::bare(place, (800, 600));
    // The plot, and eight metres further what a seam makes of it a second time.
    for east in [PLOT.0, PLOT.0 - 8.0] {
        let (x, y) = ((east + 8.0 - 0.64) * 50.0, (6.0 - PLOT.1 - 0.64) * 50.0);
        picture.target(x.round() as usize, y.round() as usize);
    }
    picture.write(&mosaic, &["TILED=YES"]);
    let run = |name: &str, inputs: &[&Path]| {
        let out = folder.path().join(name);
        scan(inputs, &out, MODEL, &["--no-verify"], 0);
        Results::read(&out).candidates
    };

    let alone = run("alone", &[&mosaic]);
    assert_eq!(alone.len(), 2);
    for candidate in &alone {
        let properties = &candidate.properties;
        assert_eq!(counted(properties), (None, None), "{properties}");
        assert!(properties["score_views"].is_null(), "{properties}");
    }

    let both = run("both", &[&mosaic, &photos]);
    let counts: Vec<_> = both.iter().map(|c| counted(&c.properties)).collect();
    assert_eq!(
        counts,
        [(Some(4), Some(4)), (Some(1), Some(4))],
        "the doubled one ranks last, and is not dropped"
    );
    let (east, _) = metres(both[1].at);
    assert!((east - (PLOT.0 - 8.0)).abs() < 1.0, "{east}");
    let doubled = &both[1].properties;
    let views = doubled["score_views"].as_f64().expect("a mean");
    let score = doubled["score_max"].as_f64().expect("a score");
    assert!((views - score / 4.0).abs() < 1e-3, "{doubled}");
    assert!(doubled["position_error_m"].is_null(), "{doubled}");
}
