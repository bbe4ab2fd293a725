//! Photos whose poses cannot be believed as they stand.

use super::scan;
use crate::cases::case;
use crate::exif_block::block;
use crate::results::Results;
use crate::shots::{Pose, Scene, Tags, jpeg, place, render, with_blocks};
use exif::{Tag, Value};
use geo::{Distance, Geodesic, Point};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// The squares of the photos.
const SQUARES: [(f64, f64); 2] = [(113.300_021_6, 33.740_009), (113.300_064_7, 33.739_973)];

#[test]
fn a_gimbal_of_zeros_is_set_aside_by_name() {
    let Some(folder) = case("02-gimbal-all-zero") else {
        return;
    };
    scan(&folder, &[]).expect_refused(&["DJI_0001.JPG", "all three angles", "--looking-down"]);
    // With the user's word, it lies where it is, within what is stated.
    let told = scan(&folder, &["--looking-down"]);
    assert_eq!(told.said.code, Some(0), "{}", told.said.err);
    within_stated(&told.results(), &[(113.299_994_8, 33.739_975_1)]);
}

/// Each place has a candidate no farther off than it states, and no candidate is without one.
fn within_stated(results: &Results, truth: &[(f64, f64)]) {
    assert_eq!(results.candidates.len(), truth.len());
    for (lon, lat) in truth {
        let off = |at: Point| Geodesic.distance(at, Point::new(*lon, *lat));
        let nearest = results
            .candidates
            .iter()
            .min_by(|a, b| off(a.at).total_cmp(&off(b.at)))
            .expect("a candidate");
        let stated = nearest.properties["position_error_m"].as_f64();
        let stated = stated.expect("an error radius");
        assert!(
            off(nearest.at) <= stated,
            "{} m, stated {stated}",
            off(nearest.at)
        );
    }
}

#[test]
fn packets_that_others_read_are_read() {
    let Some(folder) = case("03-xmp-that-others-read") else {
        return;
    };
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("listed") {
        let path = entry.expect("entry").path();
        if path.extension().is_some_and(|e| e == "JPG") {
            scan(&path, &[]).expect(&SQUARES, 0.3, 432.0);
            count += 1;
        }
    }
    assert_eq!(count, 7);
}

#[test]
fn a_tilt_in_a_broken_packet_is_read() {
    let Some(folder) = case("04-tilt-lost-with-the-xmp") else {
        return;
    };
    // Both squares lie where the frame is coarser than the model's figures hold for.
    let found = scan(&folder, &["--ground-elevation", "512", "--allow-coarse"]);
    assert_eq!(found.said.code, Some(0), "{}", found.said.err);
    let results = found.results();
    within_stated(&results, &SQUARES);
    for candidate in &results.candidates {
        let off = SQUARES.map(|(x, y)| Geodesic.distance(candidate.at, Point::new(x, y)));
        assert!(off[0].min(off[1]) < 0.4, "{off:?}");
    }
}

#[test]
fn seconds_that_are_no_number_are_no_position() {
    let Some(folder) = case("05-seconds-0-0") else {
        return;
    };
    scan(&folder, &[]).expect_refused(&["DJI_0001.JPG", "cannot be read", "degrees"]);
}

#[test]
fn a_panorama_is_set_aside_by_name() {
    let Some(folder) = case("06-panorama") else {
        return;
    };
    scan(&folder, &[]).expect_refused(&["DJI_0001.JPG", "is a panorama"]);
}

#[test]
fn a_height_over_the_ellipsoid_is_not_taken_for_one_over_the_sea() {
    let Some(folder) = case("07-rtk-height-over-the-ellipsoid") else {
        return;
    };
    let found = scan(&folder, &["--ground-elevation", "512"]);
    let results = found.expect(&SQUARES, 0.5, 432.0);
    within_stated(&results, &SQUARES);
    assert!(
        found.said.out.contains("contradict one another by 16 m"),
        "{}",
        found.said.out
    );
}

#[test]
fn angles_under_pix4ds_names_are_settled_by_the_maker() {
    let Some(folder) = case("08-gimbal-pitch-under-camera-names") else {
        return;
    };
    let found = scan(&folder, &["--allow-coarse"]);
    assert_eq!(found.said.code, Some(0), "{}", found.said.err);
    within_stated(&found.results(), &SQUARES);
}

#[test]
fn a_messengers_copy_does_not_confirm_its_original() {
    let Some(folder) = case("18-copy-counts-twice") else {
        return;
    };
    let found = scan(&folder, &[]);
    assert_eq!(found.said.code, Some(0), "{}", found.said.err);
    let results = found.results();
    assert!(!results.candidates.is_empty());
    for candidate in &results.candidates {
        assert_eq!(candidate.properties["covered_by"], 1);
        assert_eq!(candidate.properties["seen_in"], 1);
    }
    assert!(
        found.said.out.contains("not searched twice"),
        "{}",
        found.said.out
    );
}

fn scene() -> Scene {
    Scene {
        grade: 0.0,
        targets: vec![(2.0, 1.0), (-4.0, -3.0)],
    }
}

fn truth() -> Vec<(f64, f64)> {
    scene().truth().iter().map(|p| (p.x(), p.y())).collect()
}

/// A photo of the scene from a pose, with a packet of one's own.
fn photo(pose: &Pose, members: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let tags = Tags::of(pose, 0.0, 0);
    let xmp = change(&tags.xmp()).replace(
        " drone-dji:RelativeAltitude",
        &format!(" {members} drone-dji:RelativeAltitude"),
    );
    with_blocks(
        &jpeg(&render(&scene(), pose)),
        Some(&tags.exif()),
        Some(xmp.as_bytes()),
    )
}

fn alone(bytes: &[u8], options: &[&str]) -> super::Scan {
    let folder = TempDir::new().expect("temporary folder");
    fs::write(folder.path().join("one.jpg"), bytes).expect("written");
    scan(folder.path(), options)
}

fn same(text: &str) -> String {
    text.to_owned()
}

#[test]
fn a_drone_that_took_off_from_a_slope_is_not_harmed() {
    // Twelve metres below the ground that it shows: only the altitude above the sea is right.
    let pose = Pose::down(0.0, 0.0, 30.0, 20.0);
    let bytes = photo(
        &pose,
        "drone-dji:AbsoluteAltitude=\"+542.0\" drone-dji:AltitudeType=\"GpsFusionAlt\"",
        |x| {
            x.replace(
                "RelativeAltitude=\"+30.000\"",
                "RelativeAltitude=\"+42.000\"",
            )
        },
    );
    let found = alone(&bytes, &["--ground-elevation", "512"]);
    found.expect(&truth(), 0.3, 30.0 * 22.5);
    assert!(found.said.out.contains("contradict"), "{}", found.said.out);
}

#[test]
fn a_look_to_the_horizon_and_angles_of_nobody_are_refused() {
    let level = Pose {
        pitch: 0.0,
        ..Pose::down(0.0, 0.0, 10.0, 40.0)
    };
    alone(&photo(&level, "", same), &[]).expect_refused(&["one.jpg", "horizon"]);
    let down = Pose::down(0.0, 0.0, 30.0, 40.0);
    let camera = |x: &str| {
        x.replace("drone-dji:GimbalYawDegree", "Camera:Yaw")
            .replace(
                "drone-dji:GimbalPitchDegree=\"-90.000\"",
                "Camera:Pitch=\"-12\"",
            )
            .replace("drone-dji:GimbalRollDegree", "Camera:Roll")
    };
    alone(&photo(&down, "", camera), &[]).expect_refused(&["one.jpg", "count from straight down"]);
}

#[test]
fn a_file_that_lost_its_end_marker_is_whole_and_one_that_lost_more_is_not() {
    let pose = Pose::down(0.0, 0.0, 30.0, 0.0);
    let bytes = photo(&pose, "", same);
    for lost in [1, 2] {
        let found = alone(&bytes[..bytes.len() - lost], &[]);
        found.expect(&truth(), 0.3, 30.0 * 22.5);
    }
    alone(&bytes[..bytes.len() - 3000], &[]).expect_refused(&["cut off"]);
}

#[test]
fn two_exif_blocks_are_one() {
    let pose = Pose::down(0.0, 0.0, 30.0, 0.0);
    let tags = Tags::of(&pose, 0.0, 0);
    let bytes = tags.on(&jpeg(&render(&scene(), &pose)));
    // A stub of an editor before the camera's own, and one that is damaged.
    let stub = b"II*\0\x08\0\0\0\0\0\0\0\0\0".as_slice();
    for first in [stub, b"MM\0*\0\0\0\x08\xff\xff".as_slice()] {
        let found = alone(&with_blocks(&bytes, Some(first), None), &[]);
        found.expect(&truth(), 0.3, 30.0 * 22.5);
    }
}

#[test]
fn shots_seconds_and_metres_apart_stay_two_and_the_better_of_two_copies_is_used() {
    let folder = TempDir::new().expect("temporary folder");
    let poses = [
        Pose::down(0.0, 0.0, 30.0, 0.0),
        Pose::down(3.0, 0.0, 30.0, 0.0),
    ];
    for (i, pose) in (0..).zip(&poses) {
        let bytes = Tags::of(pose, 0.0, 3 * i).on(&jpeg(&render(&scene(), pose)));
        fs::write(folder.path().join(format!("{i}.jpg")), bytes).expect("written");
    }
    // A copy of the first, half as large, that sorts before it.
    let small = image::imageops::resize(
        &render(&scene(), &poses[0]),
        600,
        450,
        image::imageops::FilterType::Triangle,
    );
    let bytes = Tags::of(&poses[0], 0.0, 0).on(&jpeg(&small));
    fs::write(folder.path().join("000 copy.jpg"), bytes).expect("written");
    let found = scan(folder.path(), &[]);
    assert_eq!(found.said.code, Some(0), "{}", found.said.err);
    let results = found.results();
    for candidate in &results.candidates {
        assert_eq!(
            candidate.properties["covered_by"], 2,
            "{}",
            candidate.properties
        );
    }
    let names: Vec<&str> = results.record["sources"]
        .as_array()
        .expect("sources")
        .iter()
        .map(|s| s["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ["0.jpg", "1.jpg"]);
}

#[test]
fn a_photo_across_the_180th_meridian_is_set_aside_by_name_and_the_rest_is_searched() {
    let folder = TempDir::new().expect("temporary folder");
    let pose = Pose::down(0.0, 0.0, 30.0, 0.0);
    let picture = jpeg(&render(&scene(), &pose));
    let mut over = Tags::of(&pose, 0.0, 0);
    (over.lon, over.lat) = (179.99999, -16.0);
    fs::write(folder.path().join("over.jpg"), over.on(&picture)).expect("written");
    scan(folder.path(), &[]).expect_refused(&["over.jpg", "180th meridian"]);
    let here = Tags::of(&pose, 0.0, 60).on(&picture);
    fs::write(folder.path().join("here.jpg"), here).expect("written");
    let found = scan(folder.path(), &[]);
    assert_eq!(found.said.code, Some(2), "{}", found.said.err);
    assert!(
        found.said.err.contains("180th meridian"),
        "{}",
        found.said.err
    );
    assert_eq!(found.results().candidates.len(), truth().len());
}

/// A scene whose wide frame shows a thermal camera's picture of it: as grey as heat, as JPEG.
fn of_heat(pose: &Pose, size: (u32, u32)) -> Vec<u8> {
    let small = image::imageops::resize(
        &render(&scene(), pose),
        size.0,
        size.1,
        image::imageops::FilterType::Triangle,
    );
    let mut grey = small.clone();
    for pixel in grey.pixels_mut() {
        let value = pixel.0.iter().map(|v| u32::from(*v)).sum::<u32>() / 3;
        *pixel = image::Rgb([value as u8; 3]);
    }
    jpeg(&grey)
}

#[test]
fn a_thermal_frame_of_any_maker_is_no_second_view_of_its_colour_photo() {
    let pose = Pose::down(0.0, 0.0, 30.0, 20.0);
    for (make, size) in [
        ("Autel Robotics", (640_u32, 512_u32)),
        ("Skydio", (320, 256)),
        ("Yuneec", (640, 480)),
    ] {
        let folder = TempDir::new().expect("temporary folder");
        let colour = Tags::of(&pose, 0.0, 0);
        let bytes = colour.on(&jpeg(&render(&scene(), &pose)));
        fs::write(folder.path().join("MAX_0001.JPG"), bytes).expect("written");
        let exif = block(
            [
                (Tag::Make, Value::Ascii(vec![make.into()])),
                (Tag::Model, Value::Ascii(vec!["IRX9".into()])),
                (Tag::PixelXDimension, Value::Long(vec![size.0])),
                (Tag::PixelYDimension, Value::Long(vec![size.1])),
                (Tag::FocalLengthIn35mmFilm, Value::Short(vec![34])),
            ],
            false,
        );
        let placed = colour.xmp().replace(
            " drone-dji:RelativeAltitude",
            &format!(
                " drone-dji:GpsLatitude=\"{}\" drone-dji:GpsLongitude=\"{}\" drone-dji:RelativeAltitude",
                colour.lat, colour.lon
            ),
        );
        let bytes = with_blocks(&of_heat(&pose, size), Some(&exif), Some(placed.as_bytes()));
        fs::write(folder.path().join("IRX_0001.JPG"), &bytes).expect("written");
        let found = scan(folder.path(), &[]);
        let results = found.expect(&truth(), 0.3, 30.0 * 22.5);
        assert!(
            found.said.out.contains("1 single band"),
            "{}",
            found.said.out
        );
        for candidate in &results.candidates {
            assert_eq!(candidate.properties["covered_by"], 1, "{make}");
        }
        alone(&bytes, &[]).expect_refused(&["one.jpg", "thermal"]);
    }
}

#[test]
fn what_the_laser_measured_places_a_photo_above_a_valleys_take_off() {
    let pose = Pose::down(0.0, 0.0, 30.0, 20.0);
    let take_off = |x: &str| {
        x.replace(
            "RelativeAltitude=\"+30.000\"",
            "RelativeAltitude=\"+110.000\"",
        )
    };
    for laser in [
        "drone-dji:LRFStatus=\"Normal\" drone-dji:LRFTargetDistance=\"30.0\"",
        "drone-dji:LRFStatus=\"Normal\" drone-dji:LRFTargetAbsAlt=\"512\" drone-dji:AbsoluteAltitude=\"+542.0\"",
    ] {
        let found = alone(&photo(&pose, laser, take_off), &[]);
        let results = found.expect(&truth(), 0.3, 30.0 * 22.5);
        within_stated(&results, &truth());
        assert!(found.said.out.contains("contradict"), "{}", found.said.out);
    }
}

#[test]
fn a_wide_frame_of_an_unknown_camera_is_searched_where_it_was_cut_out() {
    let pose = Pose::down(0.0, 0.0, 30.0, 20.0);
    let whole = render(&scene(), &pose);
    let wide = image::imageops::crop_imm(&whole, 0, 112, 1200, 675).to_image();
    // 1,200 pixels of focal length, 1,500 along the diagonal of the whole frame.
    let fields = [
        (Tag::Model, Value::Ascii(vec!["FC9999".into()])),
        (Tag::PixelXDimension, Value::Long(vec![1200])),
        (Tag::PixelYDimension, Value::Long(vec![675])),
        (Tag::FocalLengthIn35mmFilm, Value::Short(vec![35])),
    ];
    let tags = Tags::of(&pose, 0.0, 0);
    let placed = tags.xmp().replace(
        " drone-dji:RelativeAltitude",
        &format!(
            " drone-dji:GpsLatitude=\"{}\" drone-dji:GpsLongitude=\"{}\" drone-dji:RelativeAltitude",
            tags.lat, tags.lon
        ),
    );
    let bytes = with_blocks(
        &jpeg(&wide),
        Some(&block(fields, false)),
        Some(placed.as_bytes()),
    );
    let found = alone(&bytes, &[]);
    let results = found.results();
    assert!(!results.candidates.is_empty(), "{}", found.said.out);
    within_stated(&results, &truth());
    // The equivalent is rounded to a millimetre: 1.1 per cent too long here.
    let seen = 30.0 * 30.0 * 9.0 / 16.0 / 1.0112_f64.powi(2);
    assert!(
        (results.searched_m2 / seen - 1.0).abs() < 0.02,
        "{}",
        results.searched_m2
    );
}

#[test]
fn a_height_of_nought_leads_to_the_grounds_height() {
    let pose = Pose::down(0.0, 0.0, 30.0, 20.0);
    let nought = |x: &str| x.replace("RelativeAltitude=\"+30.000\"", "RelativeAltitude=\"+0.00\"");
    let bytes = photo(&pose, "", nought);
    alone(&bytes, &[]).expect_refused(&["one.jpg", "0 m above the ground", "--ground-elevation"]);
    alone(&bytes, &["--ground-elevation", "512"]).expect(&truth(), 0.3, 30.0 * 22.5);
}

#[test]
fn a_photo_of_another_ending_is_a_photo_and_two_of_one_name_are_told_apart() {
    let folder = TempDir::new().expect("temporary folder");
    let pose = Pose::down(2.0, -1.0, 30.0, 70.0);
    for (card, name) in [
        ("100MEDIA", "航拍_0001.jfif"),
        ("101MEDIA", "航拍_0001.JPG"),
    ] {
        let to = folder.path().join("card").join(card);
        fs::create_dir_all(&to).expect("made");
        bare(&to, &pose);
        fs::rename(to.join("航拍_0001.JPG"), to.join(name)).expect("renamed");
    }
    let (card, at) = (folder.path().join("card"), place(2.0, -1.0));
    let list = folder.path().join("pos.csv");
    let pos = list.to_string_lossy().into_owned();
    let line = |name: &str| format!("{name},{:.8},{:.8},30,70,-90,0\n", at.x(), at.y());
    let titles = "照片名,经度,纬度,相对航高,偏航角,俯仰角,横滚角\n";
    fs::write(&list, format!("{titles}{}", line("航拍_0001"))).expect("written");
    scan(&card, &["--pos", &pos])
        .expect_refused(&["several photos are named 航拍_0001", "100MEDIA/"]);
    fs::write(&list, format!("{titles}{}", line("100MEDIA\\航拍_0001"))).expect("written");
    let found = scan(&card, &["--pos", &pos]);
    assert_eq!(found.said.code, Some(2), "{}", found.said.err);
    assert_eq!(found.results().candidates.len(), truth().len());
}

/// Photos without a position of their own.
fn bare(folder: &Path, pose: &Pose) {
    let tags = Tags::of(pose, 0.0, 0);
    // The pointer to the satellites' directory is made another tag.
    let mut exif = tags.exif();
    for i in 0..exif.len() - 1 {
        if exif[i..i + 2] == [0x88, 0x25] || exif[i..i + 2] == [0x25, 0x88] {
            exif[i..i + 2].copy_from_slice(&[0xc0, 0xc0]);
        }
    }
    let bytes = with_blocks(&jpeg(&render(&scene(), pose)), Some(&exif), None);
    fs::write(folder.join("航拍_0001.JPG"), bytes).expect("written");
}

#[test]
fn a_list_of_positions_gives_places_to_photos_without() {
    let folder = TempDir::new().expect("temporary folder");
    let card = folder.path().join("card");
    fs::create_dir(&card).expect("made");
    let pose = Pose::down(2.0, -1.0, 30.0, 70.0);
    bare(&card, &pose);
    scan(&card, &[]).expect_refused(&["does not say where it was taken", "--pos"]);
    let at = place(2.0, -1.0);
    let list = folder.path().join("pos.csv");
    let lines = [
        format!(
            "照片名,经度,纬度,相对航高,偏航角,俯仰角,横滚角\n航拍_0001.JPG,{:.8},{:.8},30,70,-90,0\n",
            at.x(),
            at.y()
        ),
        format!("航拍_0001 {:.8} {:.8} 542 70 -90 0\n", at.y(), at.x()),
        format!("航拍_0001.jpg;{:.8};{:.8};542;70;0.01;0\n", at.x(), at.y()),
    ];
    let pos = list.to_string_lossy().into_owned();
    for (i, line) in lines.iter().enumerate() {
        let bytes = if i == 0 {
            encoding_rs::GB18030.encode(line).0.into_owned()
        } else {
            line.clone().into_bytes()
        };
        fs::write(&list, bytes).expect("written");
        let found = scan(&card, &["--pos", &pos, "--ground-elevation", "512"]);
        found.expect(&truth(), 0.3, 30.0 * 22.5);
    }
    fs::write(&list, "other.jpg,113.3,33.74,1,2,-90,4\n").expect("written");
    scan(&card, &["--pos", &pos]).expect_refused(&["no photo is named"]);
}
