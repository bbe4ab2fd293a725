//! Photos that cannot be used, among photos that can: each is named with its reason, none stops the run, and what it
//! would have shown is not counted as searched.

use crate::results::{Results, close};
use crate::run::{Ended, ended, scan_command};
use crate::shots::{Pose, Scene, Tags, jpeg, render, with_blocks};
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use std::fs;
use std::path::Path;
use std::time::Instant;
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";
/// Square metres of a photo from 30 metres.
const ONE_M2: f64 = 30.0 * 22.5;

fn scene() -> Scene {
    Scene {
        grade: 0.0,
        targets: vec![(2.0, 1.0)],
    }
}

fn pose() -> Pose {
    Pose::down(0.0, 0.0, 30.0, 0.0)
}

fn tags() -> Tags {
    Tags::of(&pose(), 0.0, 0)
}

fn scanned(folder: &Path, out: &Path, options: &[&str]) -> Ended {
    ended(&mut scan_command(&[folder], out, MODEL, options))
}

/// A good photo and a bad one: the good one is searched, the bad one named, and the exit code says that not all was
/// searched. The bad one alone is an error.
fn named(name: &str, bytes: &[u8], words: &str, options: &[&str]) {
    let folder = TempDir::new().expect("temporary folder");
    let out = TempDir::new().expect("temporary folder");
    fs::write(folder.path().join(name), bytes).expect("written");
    let begun = Instant::now();
    let alone = scanned(folder.path(), &out.path().join("alone"), options);
    assert_eq!(alone.code, Some(1), "{name}: {}{}", alone.out, alone.err);
    assert!(alone.err.contains(words), "{name}: {}", alone.err);
    assert!(alone.err.contains("error: "), "{name}: {}", alone.err);
    assert!(begun.elapsed().as_secs() < 600, "{name} took long");

    let good = tags().on(&jpeg(&render(&scene(), &pose())));
    fs::write(folder.path().join("good.jpg"), good).expect("written");
    let both = scanned(folder.path(), &out.path().join("both"), options);
    assert_eq!(both.code, Some(2), "{name}: {}{}", both.out, both.err);
    assert!(both.err.contains(words), "{name}: {}", both.err);
    let results = Results::read(&out.path().join("both"));
    assert_eq!(results.candidates.len(), 1, "{name}");
    close(name, results.searched_m2, ONE_M2);
    let refused = results.record["refused"].as_array().expect("a list");
    assert!(
        refused.iter().any(|r| r["name"] == name),
        "{name}: {refused:?}"
    );
}

fn picture() -> Vec<u8> {
    jpeg(&render(&scene(), &pose()))
}

#[test]
fn without_a_position() {
    let bare = Tags {
        lon: 0.0,
        lat: 0.0,
        ..tags()
    };
    named("nofix.jpg", &bare.on(&picture()), "no satellite fix", &[]);
    let xmp = tags().xmp();
    let none = with_blocks(&picture(), None, Some(xmp.as_bytes()));
    named("nogps.jpg", &none, "does not say where it was taken", &[]);
}

#[test]
fn with_an_absurd_altitude_or_none() {
    for (height, words) in [
        (9000.0, "9000 m above the ground"),
        (-40.0, "-40 m above the ground"),
    ] {
        let wild = Tags {
            relative_altitude: Some(height),
            ..tags_at(60.0)
        };
        named("height.jpg", &wild.on(&picture()), words, &[]);
    }
    let none = Tags {
        relative_altitude: None,
        ..tags_at(60.0)
    };
    named(
        "noheight.jpg",
        &none.on(&picture()),
        "does not say how high",
        &[],
    );
}

#[test]
fn cut_off_empty_or_of_another_format() {
    let whole = tags().on(&picture());
    named("cut.jpg", &whole[..whole.len() / 2], "is cut off", &[]);
    named("short.jpg", &whole[..400], "damaged", &[]);
    named("empty.jpg", b"", "is empty", &[]);
    named("text.jpg", b"hello", "named like a JPEG but is none", &[]);
    let mut png = Vec::new();
    image::codecs::png::PngEncoder::new(&mut png)
        .write_image(&[9; 300], 10, 10, ExtendedColorType::Rgb8)
        .expect("encoded");
    named("png.jpg", &png, "named like a JPEG but is PNG", &[]);
}

#[test]
fn of_two_hundred_megapixels() {
    // The size as the header has it; nothing need be decoded to know it.
    let mut huge = tags().on(&picture());
    let frame = huge
        .windows(2)
        .position(|w| w == [0xff, 0xc0])
        .expect("a frame header");
    huge[frame + 5..frame + 9].copy_from_slice(&[0x2e, 0xe0, 0x41, 0x1a]);
    named("huge.jpg", &huge, "200 megapixels", &[]);
}

#[test]
fn with_an_exif_block_that_is_wild() {
    let good = tags().exif();
    let xmp = tags().xmp();
    let of = |exif: &[u8]| with_blocks(&picture(), Some(exif), Some(xmp.as_bytes()));
    let wild = [&good[..4], &0xffff_fff0_u32.to_be_bytes(), &good[8..]].concat();
    named("wild.jpg", &of(&wild), "metadata is damaged", &[]);
    // Ten thousand tags announced, which the block cannot hold.
    let mut many = good.clone();
    many[8..10].copy_from_slice(&10_000_u16.to_be_bytes());
    let many = of(&many);
    // Ten thousand tags in truth would not fit a block of 64 kilobytes; five thousand do.
    let mut full = b"MM\0*\0\0\0\x08".to_vec();
    full.extend(5000_u16.to_be_bytes());
    for i in 0..5000_u16 {
        full.extend(i.to_be_bytes());
        full.extend([0, 3, 0, 0, 0, 1, 0, 1, 0, 0]);
    }
    let full = of(&full);
    for (name, bytes) in [("many.jpg", many), ("full.jpg", full)] {
        let folder = TempDir::new().expect("temporary folder");
        let out = TempDir::new().expect("temporary folder");
        fs::write(folder.path().join(name), &bytes).expect("written");
        let begun = Instant::now();
        let ended = scanned(folder.path(), out.path(), &[]);
        // What of it can be read is taken; what cannot is named. Either way it ends at once.
        assert!(begun.elapsed().as_secs() < 600, "{name} took long");
        assert!(matches!(ended.code, Some(0 | 1)), "{name}: {}", ended.err);
        assert!(
            ended.code == Some(0) || ended.err.contains(name),
            "{name}: {}",
            ended.err
        );
    }
}

#[test]
fn with_xmp_that_is_not_xml() {
    let broken = with_blocks(
        &picture(),
        Some(&tags().exif()),
        Some(b"<x:xmpmeta drone-dji:RelativeAltitude=30 <<<"),
    );
    named("broken.jpg", &broken, "its XMP is damaged", &[]);
}

#[test]
fn that_show_nothing() {
    let flat = |v: u8| {
        let noise = |x: u32, y: u32| {
            let n = ((x * 7 + y * 13) % 3) as u8;
            [v.saturating_add(n), v.saturating_add(n), v]
        };
        jpeg(&RgbImage::from_fn(1200, 900, |x, y| {
            image::Rgb(noise(x, y))
        }))
    };
    named("dark.jpg", &tags_at(60.0).on(&flat(2)), "is too dark", &[]);
    named(
        "bright.jpg",
        &tags_at(60.0).on(&flat(252)),
        "is overexposed",
        &[],
    );
    let blobs = RgbImage::from_fn(1200, 900, |x, y| {
        let v = (((x / 60) * 7 + (y / 60) * 11) % 5 * 40 + 40) as u8;
        image::Rgb([v, v, v / 2])
    });
    let blurred = image::imageops::blur(&blobs, 12.0);
    named(
        "blurred.jpg",
        &tags_at(60.0).on(&jpeg(&blurred)),
        "is blurred",
        &[],
    );
    let pink = RgbImage::from_fn(1200, 900, |x, y| {
        let n = ((x * 31 + y * 17) % 40) as u8;
        image::Rgb([130 + n, 80 + n, 150 + n])
    });
    named(
        "nir.jpg",
        &tags_at(60.0).on(&jpeg(&pink)),
        "near-infrared",
        &[],
    );
    let grey: Vec<u8> = (0..1200 * 900_u32).map(|i| (i * 37 % 199) as u8).collect();
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut bytes)
        .write_image(&grey, 1200, 900, ExtendedColorType::L8)
        .expect("encoded");
    named("grey.jpg", &tags_at(60.0).on(&bytes), "has no colours", &[]);
}

/// Tags of a photo so many metres to the east.
fn tags_at(east: f64) -> Tags {
    Tags::of(&Pose::down(east, 0.0, 30.0, 0.0), 0.0, 30)
}

#[test]
fn a_thermal_frame_of_a_mixed_card() {
    let thermal = tags_at(10.0).xmp().replace(
        " drone-dji:Rel",
        " drone-dji:ImageSource=\"InfraredCamera\" drone-dji:Rel",
    );
    let bytes = with_blocks(&picture(), Some(&tags().exif()), Some(thermal.as_bytes()));
    let folder = TempDir::new().expect("temporary folder");
    let out = TempDir::new().expect("temporary folder");
    fs::write(folder.path().join("thermal.jpg"), &bytes).expect("written");
    let alone = scanned(folder.path(), &out.path().join("alone"), &[]);
    assert_eq!(alone.code, Some(1), "{}", alone.err);
    assert!(alone.err.contains("is a thermal image"), "{}", alone.err);
    // Beside the colour photos of the card it is counted, not named.
    let good = tags().on(&picture());
    fs::write(folder.path().join("good.jpg"), good).expect("written");
    let both = scanned(folder.path(), &out.path().join("both"), &[]);
    assert_eq!(both.code, Some(0), "{}", both.err);
    assert!(both.out.contains("1 single band"), "{}", both.out);
}

#[test]
fn a_terrain_model_elsewhere_is_an_error() {
    let folder = TempDir::new().expect("temporary folder");
    fs::write(folder.path().join("good.jpg"), tags().on(&picture())).expect("written");
    let out = TempDir::new().expect("temporary folder");
    let dem = out.path().join("dem.tif");
    let place = crate::ground::Place::north_up("EPSG:4326", 100.0, 30.0, 100.0);
    let mut dataset = crate::paint::create::<f32>(&dem, (20, 20), 1, Some(&place), &[]);
    crate::paint::put(&mut dataset, 1, (20, 20), vec![100_f32; 400]);
    dataset.close().expect("written");
    let name = dem.to_string_lossy();
    let ended = scanned(folder.path(), &out.path().join("out"), &["--dem", &name]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(
        ended.err.contains("dem.tif") && ended.err.contains("hint: "),
        "{}",
        ended.err
    );
    assert!(!out.path().join("out").exists());
}

#[test]
fn two_cameras_and_other_files_in_one_folder() {
    let folder = TempDir::new().expect("temporary folder");
    let bytes = picture();
    fs::write(folder.path().join("a.jpg"), tags().on(&bytes)).expect("written");
    let other = Tags {
        model: "TEST2".into(),
        ..tags_at(80.0)
    };
    fs::write(folder.path().join("b.jpg"), other.on(&bytes)).expect("written");
    for name in ["DJI_0001.MP4", "DJI_0001.SRT", "notes.txt", "Thumbs.db"] {
        fs::write(folder.path().join(name), "x").expect("written");
    }
    let out = TempDir::new().expect("temporary folder");
    let ended = scanned(folder.path(), out.path(), &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(
        ended.out.contains("photos        2, flights 2"),
        "{}",
        ended.out
    );
    let results = Results::read(out.path());
    close("two photos", results.searched_m2, 2.0 * ONE_M2);
    assert_eq!(results.record["run"]["ignored_files"], 4);
    assert!(results.record["run"]["passed_over"].is_object());
    assert!(ended.out.contains("4 other files"), "{}", ended.out);
}

#[test]
fn what_a_pilot_should_know_is_remarked() {
    let folder = TempDir::new().expect("temporary folder");
    let bytes = picture();
    let write = |name: &str, tags: &Tags| {
        fs::write(folder.path().join(name), tags.on(&bytes)).expect("written");
    };
    write("a.jpg", &tags());
    // The same file twice, the clock set back, a jump, and an altitude below the sea.
    write("a copy.jpg", &tags());
    write(
        "b.jpg",
        &Tags::of(&Pose::down(6.0, 0.0, 30.0, 0.0), 0.0, 40),
    );
    write(
        "c.jpg",
        &Tags {
            absolute_altitude: -3.0,
            ..Tags::of(&Pose::down(12.0, 0.0, 30.0, 0.0), 0.0, 20)
        },
    );
    write(
        "d.jpg",
        &Tags::of(&Pose::down(3000.0, 0.0, 30.0, 0.0), 0.0, 42),
    );
    let boundary = folder.path().join("boundary.geojson");
    let corner = |x: f64, y: f64| {
        let p = crate::shots::place(x, y);
        format!("[{},{}]", p.x(), p.y())
    };
    let ring = [
        (-25.0, -5.0),
        (25.0, -5.0),
        (25.0, 5.0),
        (-25.0, 5.0),
        (-25.0, -5.0),
    ]
    .map(|(x, y)| corner(x, y))
    .join(",");
    fs::write(
        &boundary,
        format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#),
    )
    .expect("written");
    let out = TempDir::new().expect("temporary folder");
    let within = boundary.to_string_lossy();
    let ended = scanned(folder.path(), out.path(), &["--within", &within]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let results = Results::read(out.path());
    let remarks: Vec<(String, String)> = results.record["flight"]["remarks"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|r| {
            let text = |k: &str| r[k].as_str().expect("text").to_owned();
            (text("photo"), text("kind"))
        })
        .collect();
    for (photo, kind, words) in [
        ("a.jpg", "duplicate", "the same as another photo"),
        ("c.jpg", "clock_jump_s", "the clock went back by 20 s"),
        ("c.jpg", "below_sea_m", "-3 m above the sea"),
        ("d.jpg", "position_jump_m", "faster than a drone flies"),
        ("d.jpg", "outside_boundary", "outside the boundary"),
    ] {
        assert!(
            remarks.iter().any(|(p, k)| p == photo && k == kind),
            "{photo} {kind}: {remarks:?}"
        );
        assert!(ended.out.contains(words), "{words}: {}", ended.out);
    }
    // Ten metres tall, 50 long; photos of 30 m from -15 to 27: ten metres are missing in the west.
    close("gap", results.not_searched["gap"], 100.0);
    close("searched", results.searched_m2, 400.0);
}
