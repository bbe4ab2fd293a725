//! Real photos and bad ones, as they come off a card.

use super::super::shared_data;
use super::*;
use crate::schema::Reason;
use image::{ExtendedColorType, ImageEncoder};
use std::fs;

fn options(ground: GroundModel) -> PhotoOptions {
    PhotoOptions {
        sensor_width_mm: None,
        ground,
        looking_down: false,
        coarsest_m: 0.05,
    }
}

fn folder(name: &str) -> Option<Vec<PathBuf>> {
    let folder = shared_data().join("photos").join(name);
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: no shared photos at {}", folder.display());
        return None;
    };
    let is_photo = |p: &PathBuf| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("jpg"));
    Some(
        entries
            .map(|e| e.expect("entry").path())
            .filter(is_photo)
            .collect(),
    )
}

fn placed(paths: &[PathBuf], ground: GroundModel) -> PlacedPhotos {
    place_all(paths, None, |_| Ok::<_, ()>(options(ground))).expect("no terrain to fail")
}

/// The same, with the user's word that they look straight down.
fn placed_down(paths: &[PathBuf], ground: GroundModel) -> PlacedPhotos {
    let options = PhotoOptions {
        looking_down: true,
        ..options(ground)
    };
    place_all(paths, None, |_| Ok::<_, ()>(options)).expect("no terrain to fail")
}

fn reasons(placed: &PlacedPhotos) -> Vec<Reason> {
    placed.aside.iter().map(PhotoRejection::reason).collect()
}

#[test]
fn a_dji_card_is_searched_whole_at_its_true_resolution() {
    let Some(paths) = folder("brighton_beach") else {
        return;
    };
    let found = placed(&paths, GroundModel::TakeOff);
    assert_eq!(
        (found.photos.len(), found.aside.len(), found.flights.len()),
        (18, 0, 1)
    );
    for photo in &found.photos {
        let (finest, coarsest) = photo.footprint.gsd_m.expect("searched");
        assert!(finest > 0.016 && coarsest < 0.019, "{finest} {coarsest}");
        assert!((photo.footprint.share - 1.0).abs() < 1e-9);
        assert_eq!(photo.yaw_source, YawSource::Tag);
        let error = photo.position_error_m(photo.shot.at);
        assert!((4.5..6.0).contains(&error), "{error}");
    }
}

#[test]
fn photos_without_gps_are_set_aside_as_such() {
    let Some(paths) = folder("boruszyn") else {
        return;
    };
    let found = placed(&paths, GroundModel::TakeOff);
    assert_eq!(reasons(&found), vec![Reason::NoPosition; 9]);
}

#[test]
fn without_a_height_a_ground_elevation_helps_and_the_yaw_is_the_tracks() {
    let Some(paths) = folder("caliterra") else {
        return;
    };
    let found = placed(&paths, GroundModel::TakeOff);
    assert_eq!(reasons(&found), vec![Reason::NoAltitude; 18]);
    assert!(
        found.aside[0]
            .to_string()
            .contains("how high above the ground")
    );
    // Nor does it say where a camera on a kite or a drone of one's own looked.
    let unsaid = placed(&paths, GroundModel::Elevation(232.0));
    assert_eq!(reasons(&unsaid), vec![Reason::TooOblique; 18]);
    let found = placed_down(&paths, GroundModel::Elevation(232.0));
    assert_eq!((found.photos.len(), found.aside.len()), (18, 0));
    assert!(
        found
            .photos
            .iter()
            .all(|p| p.yaw_source == YawSource::Track)
    );
    assert!(
        found
            .photos
            .iter()
            .all(|p| p.height_source == HeightSource::GroundElevation)
    );
}

#[test]
fn infrared_photos_lack_a_height_and_with_one_their_colours_give_them_away() {
    let Some(paths) = folder("seneca_nir") else {
        return;
    };
    assert_eq!(
        reasons(&placed(&paths, GroundModel::TakeOff)),
        vec![Reason::NoAltitude; 2]
    );
    let found = placed_down(&paths, GroundModel::Elevation(230.0));
    assert_eq!(found.photos.len(), 2);
    let (_, measures) = found.photos[0].decode().expect("decoded");
    assert_eq!(
        measures.defect(),
        Some(super::super::quality::Defect::NearInfrared)
    );
}

fn jpeg(width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
    let channels = if colour == ExtendedColorType::L8 {
        1
    } else {
        3
    };
    let pixels = vec![120; (width * height * channels) as usize];
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut bytes)
        .write_image(&pixels, width, height, colour)
        .expect("encoded");
    bytes
}

/// A JPEG with an XMP packet of these attributes, as a drone writes them.
fn tagged(attributes: &str) -> Vec<u8> {
    tagged_in("http://www.dji.com/drone-dji/1.0/", attributes)
}

/// A JPEG with an XMP packet of these attributes of a namespace.
fn tagged_in(namespace: &str, attributes: &str) -> Vec<u8> {
    let picture = jpeg(400, 300, ExtendedColorType::Rgb8);
    let packet = format!(
        "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description xmlns:d=\"{namespace}\" {attributes}/></rdf:RDF></x:xmpmeta>"
    );
    let length = u16::try_from(packet.len() + 2)
        .expect("short")
        .to_be_bytes();
    [
        &picture[..2],
        &[0xff, 0xe1],
        &length,
        packet.as_bytes(),
        &picture[2..],
    ]
    .concat()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of bad files")]
fn bad_files_are_each_named_with_their_reason() {
    const PLACE: &str = r#"d:GpsLatitude="33.74" d:GpsLongitude="113.30""#;
    const DOWN: &str = r#"d:GimbalPitchDegree="-90" d:GimbalYawDegree="3""#;
    const LENS: &str = r#"d:CalibratedFocalLength="300""#;
    let folder = tempfile::tempdir().expect("folder");
    let good = format!(
        r#"{PLACE} {LENS} d:RelativeAltitude="10" d:GimbalPitchDegree="-90" d:GimbalYawDegree="0""#
    );
    let with = |extra: &str| tagged(&format!("{PLACE} {LENS} {extra} {DOWN}"));
    let whole = tagged(&good);
    let cases: Vec<(&str, Vec<u8>, Reason, &str)> = vec![
        ("empty.jpg", vec![], Reason::Unreadable, "is empty"),
        (
            "png.jpg",
            b"\x89PNG\r\n\x1a\n".to_vec(),
            Reason::Unreadable,
            "is PNG",
        ),
        (
            "cut_header.jpg",
            whole[..100].to_vec(),
            Reason::Unreadable,
            "header",
        ),
        (
            "grey.jpg",
            jpeg(40, 30, ExtendedColorType::L8),
            Reason::Quality,
            "no colours",
        ),
        (
            "plain.jpg",
            jpeg(40, 30, ExtendedColorType::Rgb8),
            Reason::NoPosition,
            "where it was taken",
        ),
        (
            "null_island.jpg",
            tagged(r#"d:GpsLatitude="0" d:GpsLongitude="0""#),
            Reason::NoPosition,
            "0°, 0°",
        ),
        (
            "absurd.jpg",
            tagged(r#"d:GpsLatitude="133" d:GpsLongitude="500""#),
            Reason::NoPosition,
            "no place on Earth",
        ),
        ("no_height.jpg", with(""), Reason::NoAltitude, "how high"),
        (
            "underground.jpg",
            with(r#"d:RelativeAltitude="-40""#),
            Reason::NoAltitude,
            "-40 m above",
        ),
        (
            "absurdly_high.jpg",
            with(r#"d:RelativeAltitude="15000""#),
            Reason::NoAltitude,
            "15000 m above",
        ),
        (
            "no_focal.jpg",
            tagged(&format!(r#"{PLACE} d:RelativeAltitude="10""#)),
            Reason::NoAltitude,
            "focal length",
        ),
        (
            "high.jpg",
            with(r#"d:RelativeAltitude="200""#),
            Reason::TooCoarse,
            "66.7 cm a pixel",
        ),
        (
            "horizon.jpg",
            with(r#"d:RelativeAltitude="10" d:GimbalPitchDegree="30""#),
            Reason::TooOblique,
            "horizon",
        ),
        (
            "no_tilt.jpg",
            tagged(&format!(r#"{PLACE} {LENS} d:RelativeAltitude="10""#)),
            Reason::TooOblique,
            "how far the camera was tilted",
        ),
        (
            "heat.jpg",
            with(r#"d:ImageSource="InfraredCamera""#),
            Reason::Quality,
            "thermal",
        ),
    ];
    let mut paths = Vec::new();
    for (name, bytes, _, _) in &cases {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        paths.push(path);
    }
    let usable = folder.path().join("usable 航拍.jpg");
    fs::write(&usable, &whole).expect("written");
    paths.push(usable.clone());
    paths.push(folder.path().join("missing.jpg"));
    let found =
        place_all(&paths, None, |_| Ok::<_, ()>(options(GroundModel::TakeOff))).expect("placed");
    assert_eq!(found.photos.len(), 1);
    assert_eq!(found.photos[0].shot.path, usable);
    assert_eq!(found.aside.len(), cases.len() + 1);
    for (name, _, reason, words) in cases {
        let aside = found
            .aside
            .iter()
            .find(|a| a.path.ends_with(name))
            .expect("named");
        assert_eq!(aside.reason(), reason, "{name}");
        assert!(aside.to_string().contains(words), "{aside}");
        assert!(aside.to_string().contains(name));
    }
    let whole_end = whole.len();
    let cut = folder.path().join("cut.jpg");
    fs::write(&cut, &whole[..whole_end - 200]).expect("written");
    let photo = Photo::open(&cut, &options(GroundModel::TakeOff)).expect("its headers are whole");
    let error = photo.decode().expect_err("its picture is not");
    assert!(error.to_string().contains("cut off") && error.reason() == Reason::Unreadable);
}

#[test]
fn what_contradicts_itself_is_searched_where_all_of_it_agrees() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("DJI_0001.JPG");
    let bytes = tagged(
        r#"d:GpsLatitude="33.74" d:GpsLongitude="113.30" d:CalibratedFocalLength="300" d:RelativeAltitude="8" d:AbsoluteAltitude="526" d:GimbalPitchDegree="-90" d:GimbalYawDegree="0""#,
    );
    fs::write(&path, bytes).expect("written");
    let m2 = |photo: &Photo| crate::ground::area_m2(&photo.footprint.ground);
    // Fourteen metres by the altitude, eight above the take-off: 400 by 300 pixels of 300 pixels' focal length.
    let ground = GroundModel::Elevation(512.0);
    let found = placed(std::slice::from_ref(&path), ground.clone());
    let by_lower = 8.0 * 8.0 * 4.0 / 3.0;
    let searched = m2(&found.photos[0]);
    assert!(
        (by_lower * 0.7..=by_lower).contains(&searched),
        "{searched}"
    );
    let is_said = |remark: &Remark| matches!(remark, Remark::HeightsApart { .. });
    assert!(found.remarks.iter().any(is_said));
    // Of two places, what is in the frame from both; one that is out of the frame sets it aside.
    let shot = Shot::read(&path).expect("read");
    let with_other = |metres: f64| {
        let mut shot = shot.clone();
        shot.metadata.relative_altitude_m = None;
        let plane = crate::ground::LocalPlane::at(shot.at);
        let other = plane.to_lonlat(crate::ground::PlanePoint { x: metres, y: 0.0 });
        shot.metadata.other_place = Some(other);
        shot.metadata.places_apart_m = Some(metres);
        let at = shot.at;
        Photo::place(shot, None, at, &options(ground.clone()))
    };
    let whole = m2(&with_other(4.0).expect("one place"));
    assert!((whole - 14.0 * 14.0 * 4.0 / 3.0).abs() < 1.0, "{whole}");
    let both = m2(&with_other(6.0).expect("beside"));
    let share = 1.0 - 6.0 / (14.0 * 4.0 / 3.0);
    assert!(
        (whole * share * 0.9..=whole * share).contains(&both),
        "{both}"
    );
    let error = with_other(40.0).expect_err("two places");
    assert!(
        error.to_string().contains("two places, 40 m apart"),
        "{error}"
    );
    assert_eq!(error.reason(), Reason::NoPosition);
}

#[test]
fn headings_of_nought_across_the_track_leave_the_largest_circle() {
    let folder = tempfile::tempdir().expect("folder");
    let paths: Vec<PathBuf> = (0..5)
        .map(|i| {
            let path = folder.path().join(format!("DJI_000{i}.JPG"));
            let lon = 113.3 + 1e-4 * f64::from(i);
            let tags = format!(
                r#"d:GpsLatitude="33.74" d:GpsLongitude="{lon:.7}" d:CalibratedFocalLength="300" d:RelativeAltitude="10" d:GimbalPitchDegree="-90" d:GimbalYawDegree="0""#
            );
            fs::write(&path, tagged(&tags)).expect("written");
            path
        })
        .collect();
    let found = placed(&paths, GroundModel::TakeOff);
    assert_eq!(found.photos.len(), 5);
    let is_said = |remark: &Remark| matches!(remark, Remark::HeadingsApart { .. });
    assert!(found.remarks.iter().any(is_said));
    for photo in &found.photos {
        assert!(photo.footprint.share < 0.6, "{}", photo.footprint.share);
        assert!(photo.uncertainty.yaw_deg > 80.0);
    }
    let few = placed(&paths[..4], GroundModel::TakeOff);
    assert!(!few.remarks.iter().any(is_said));
}

#[test]
fn a_telephones_picture_is_none_of_a_flight_whatever_is_said_of_it() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("IMG_1.jpg");
    let place = r#"d:GpsLatitude="33.74" d:GpsLongitude="113.30" d:CalibratedFocalLength="300""#;
    let of_telephone = |more: &str| {
        let attributes = format!(r#"d:Make="nubia" d:Model="NX729J" {place} {more}"#);
        tagged_in("http://ns.example.com/camera/1.0/", &attributes)
    };
    for more in ["", r#"d:RelativeAltitude="30""#] {
        fs::write(&path, of_telephone(more)).expect("written");
        let paths = std::slice::from_ref(&path);
        for found in [
            placed(paths, GroundModel::TakeOff),
            placed_down(paths, GroundModel::Elevation(512.0)),
        ] {
            let [aside] = &found.aside[..] else {
                panic!("{:?}", found.photos);
            };
            assert!(aside.is_of_telephone(), "{aside}");
            assert!(!aside.to_string().contains("looking-down"), "{aside}");
        }
    }
}

#[test]
fn a_frame_of_two_hundred_megapixels_is_not_decoded() {
    let mut bytes = tagged("");
    let frame = bytes
        .windows(2)
        .position(|w| w == [0xff, 0xc0])
        .expect("a frame header");
    bytes[frame + 5..frame + 9].copy_from_slice(&[0x37, 0x37, 0x37, 0x37]);
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("huge.jpg");
    fs::write(&path, bytes).expect("written");
    let error = Shot::read(&path).expect_err("too large");
    assert!(error.to_string().contains("200 megapixels"), "{error}");
}

#[test]
fn a_rectified_photo_shows_each_place_where_its_grid_says() {
    let Some(paths) = folder("brighton_beach") else {
        return;
    };
    let found = placed(&paths[..1], GroundModel::TakeOff);
    let photo = &found.photos[0];
    let (picture, _) = photo.decode().expect("decoded");
    let grid = photo.grid(0.04);
    let flat = photo.rectify(&picture, &grid);
    let share = flat.valid.iter().filter(|v| **v).count() as f64 / flat.valid.len() as f64;
    assert!(share > 0.97, "{share}");
    let (mut difference, mut count) = (0.0, 0.0);
    for (x, y) in (100..grid.width - 100)
        .step_by(37)
        .flat_map(|x| (100..grid.height - 100).step_by(41).map(move |y| (x, y)))
    {
        let at = PixelPoint {
            x: f64::from(x) + 0.5,
            y: f64::from(y) + 0.5,
        };
        let back = grid.position(grid.locate(at));
        assert!((back.x - at.x).abs() < 1e-3 && (back.y - at.y).abs() < 1e-3);
        let pixel = photo.shows(grid.locate(at)).expect("in the frame");
        // The mean of the photo's pixels over the ground pixel's square, against what the grid has.
        let (px, py) = (pixel.x as u32, pixel.y as u32);
        let mean = (0..9)
            .map(|i| f64::from(picture.get_pixel(px + i % 3 - 1, py + i / 3 - 1)[1]))
            .sum::<f64>()
            / 9.0;
        let index = (y * grid.width + x) as usize * 3 + 1;
        difference += (f64::from(flat.rgb[index]) - mean).abs();
        count += 1.0;
    }
    // Half a metre off, the difference is 25 and more.
    assert!(difference / count < 8.0, "{}", difference / count);
}

#[test]
fn a_photo_in_webp_is_placed_and_decoded_as_its_jpeg_would_be() {
    let folder = tempfile::tempdir().expect("folder");
    let packet = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description xmlns:d=\"http://www.dji.com/drone-dji/1.0/\" d:GpsLatitude=\"33.74\" d:GpsLongitude=\"113.30\" d:CalibratedFocalLength=\"300\" d:RelativeAltitude=\"10\" d:GimbalPitchDegree=\"-90\" d:GimbalYawDegree=\"0\"/></rdf:RDF></x:xmpmeta>";
    let pixels = image::RgbImage::from_fn(400, 300, |x, y| {
        image::Rgb([(x % 200) as u8, (y % 200) as u8, 90])
    });
    let bytes = super::super::webp::tests::webp(&pixels, None, Some(packet.as_bytes()));
    let path = folder.path().join("DJI_0001.webp");
    fs::write(&path, &bytes).expect("written");
    let found = placed(std::slice::from_ref(&path), GroundModel::TakeOff);
    let [photo] = &found.photos[..] else {
        panic!("{:?}", found.aside);
    };
    let (decoded, _) = photo.decode().expect("decoded");
    assert_eq!(decoded.dimensions(), (400, 300));
    // One that was cut is said to be.
    fs::write(&path, &bytes[..bytes.len() - 40]).expect("written");
    let cut = placed(std::slice::from_ref(&path), GroundModel::TakeOff);
    assert!(cut.photos.iter().all(|photo| photo.decode().is_err()));
    let found = crate::imagery::find_inputs(&[folder.path().to_owned()]).expect("found");
    assert_eq!(found.photos, [path]);
}
