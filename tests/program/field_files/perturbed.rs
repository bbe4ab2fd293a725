//! A thousand photos whose pose is spoilt in each way that is known from the field, against a truth that is reckoned apart
//! from the program: what is found lies within its stated error, and no ground counts as searched that the frame never saw.

use crate::shots::{Dice, FOCAL_PX, Pose, SIZE, Tags, metres, place, with_blocks};
use geo::{BoundingRect, Contains, Distance, Geodesic, Point};
use image::{ExtendedColorType, ImageEncoder};
use papaver::ground::{LonLat, PixelPoint};
use papaver::imagery::photo::{GroundModel, PhotoOptions, place_all};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A tenth of the frame: headers are what counts here.
const SHRINK: u32 = 10;

fn small_jpeg() -> Vec<u8> {
    let (width, height) = (SIZE.0 / SHRINK, SIZE.1 / SHRINK);
    let pixels = vec![120_u8; (width * height * 3) as usize];
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut bytes)
        .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
        .expect("encoded");
    bytes
}

/// Right, down and forward of a camera in east, north, up.
fn axes(pose: &Pose) -> [[f64; 3]; 3] {
    let (sy, cy) = pose.yaw.to_radians().sin_cos();
    let (sp, cp) = pose.pitch.to_radians().sin_cos();
    let forward = [sy * cp, cy * cp, sp];
    let right = [cy, -sy, 0.0];
    let down = [sy * sp, cy * sp, -cp];
    [right, down, forward]
}

/// Where a share of the frame's width and height lies on level ground, in metres east and north.
fn ground(pose: &Pose, (u, v): (f64, f64)) -> Option<(f64, f64)> {
    let [right, down, forward] = axes(pose);
    let x = (u - 0.5) * f64::from(SIZE.0) / FOCAL_PX;
    let y = (v - 0.5) * f64::from(SIZE.1) / FOCAL_PX;
    let ray: Vec<f64> = (0..3)
        .map(|i| forward[i] + x * right[i] + y * down[i])
        .collect();
    let t = pose.height / -ray[2];
    (t > 0.0 && t < 500.0).then(|| (pose.at.0 + t * ray[0], pose.at.1 + t * ray[1]))
}

/// Whether the frame, and a hundredth about it, holds a place on the ground.
fn saw(pose: &Pose, (east, north): (f64, f64)) -> bool {
    let to = [east - pose.at.0, north - pose.at.1, -pose.height];
    let [right, down, forward] = axes(pose).map(|a| (0..3).map(|i| a[i] * to[i]).sum::<f64>());
    let half = |pixels: u32| f64::from(pixels) / FOCAL_PX / 2.0 * 1.01;
    forward > 0.0
        && (right / forward).abs() <= half(SIZE.0)
        && (down / forward).abs() <= half(SIZE.1)
}

const ELEVATION: f64 = 512.0;

#[expect(clippy::too_many_lines, reason = "one arm a way")]
/// A photo spoilt in one of the ways, and whether the ground's elevation is given.
fn spoilt(way: usize, pose: &Pose, dice: &mut Dice, jpeg: &[u8]) -> (Vec<u8>, bool) {
    let mut tags = Tags::of(pose, 0.0, 0);
    let dji = |exif: Vec<u8>| named(exif, b"Papaver", b"DJI\0\0\0\0");
    let number = |name: &str, v: f64| format!("drone-dji:{name}=\"{v:+.3}\"");
    let add = |xmp: &str, members: &str| {
        xmp.replace(
            " drone-dji:RelativeAltitude",
            &format!(" {members} drone-dji:RelativeAltitude"),
        )
    };
    let xmp = tags.xmp();
    let flight = number("FlightYawDegree", pose.yaw);
    let on = |exif: &[u8], xmp: &str| with_blocks(jpeg, Some(exif), Some(xmp.as_bytes()));
    let pitch = number("GimbalPitchDegree", pose.pitch);
    let yaw = number("GimbalYawDegree", pose.yaw);
    match way {
        // All of the gimbal's angles 0.
        0 => {
            let zero = |x: String, old: &str, name: &str| x.replace(old, &number(name, 0.0));
            let text = zero(
                zero(xmp, &pitch, "GimbalPitchDegree"),
                &yaw,
                "GimbalYawDegree",
            );
            (
                on(&dji(tags.exif()), &add(&text, &flight)),
                dice.roll() < 0.5,
            )
        }
        // The packet cut off anywhere.
        1 => {
            let end = (dice.roll() * xmp.len() as f64) as usize;
            (on(&dji(tags.exif()), &xmp[..end]), true)
        }
        // A bare ampersand, a member twice, an undeclared prefix: all of it is there.
        2 => {
            let text =
                add(&xmp, "a:b=\"A&B\" a:b=\"A&B\"").replace("xmlns:drone-dji", "xmlns:other");
            (on(&dji(tags.exif()), &text), true)
        }
        // A gimbal's angles under Pix4D's names.
        3 => {
            let text = xmp
                .replace("drone-dji:Gimbal", "Camera:")
                .replace("Degree=", "=");
            let exif = tags.exif();
            let known = dice.roll() < 0.5;
            let exif = if known {
                named(named(exif, b"Papaver", b"Camera\0"), b"TEST1", b"XL715")
            } else {
                exif
            };
            (on(&exif, &text), false)
        }
        // A corrected receiver's height over the ellipsoid.
        4 => {
            let geoid = -60.0 + 90.0 * dice.roll();
            let members = format!(
                "drone-dji:AltitudeType=\"RtkAlt\" drone-dji:RtkFlag=\"50\" {}",
                number("AbsoluteAltitude", ELEVATION + pose.height + geoid)
            );
            (on(&dji(tags.exif()), &add(&xmp, &members)), true)
        }
        // Seconds of 0/0, in EXIF alone.
        5 => {
            let mut exif = tags.exif();
            for i in 0..exif.len() - 8 {
                let unit = 10_000_000_u32;
                if exif[i + 4..i + 8] == unit.to_be_bytes()
                    || exif[i + 4..i + 8] == unit.to_le_bytes()
                {
                    exif[i..i + 8].fill(0);
                }
            }
            (on(&dji(exif), &xmp), true)
        }
        6 => (
            on(
                &dji(tags.exif()),
                &add(&xmp, "GPano:ProjectionType=\"equirectangular\""),
            ),
            true,
        ),
        // Took off from a slope, without corrections.
        7 => {
            let slope = 30.0 * (dice.roll() - 0.5);
            tags.relative_altitude = Some(pose.height + slope);
            let members = number("AbsoluteAltitude", ELEVATION + pose.height);
            (on(&dji(tags.exif()), &add(&tags.xmp(), &members)), true)
        }
        // The gimbal's yaw was not written.
        8 => {
            let text = xmp.replace(&yaw, &number("GimbalYawDegree", 0.0));
            (on(&dji(tags.exif()), &add(&text, &flight)), false)
        }
        // The tilt alone is missing, or all of the packet is.
        9 => (on(&dji(tags.exif()), &xmp.replace(&pitch, "")), true),
        10 => (with_blocks(jpeg, Some(&dji(tags.exif())), None), true),
        // EXIF has been moved; the packet has not.
        11 => {
            let far = 60.0 * dice.roll();
            let moved = place(pose.at.0 + far, pose.at.1);
            let at = place(pose.at.0, pose.at.1);
            let members = format!(
                "drone-dji:GpsLongitude=\"{:.8}\" drone-dji:GpsLatitude=\"{:.8}\"",
                at.x(),
                at.y()
            );
            (tags.lon, tags.lat) = (moved.x(), moved.y());
            (on(&dji(tags.exif()), &add(&xmp, &members)), false)
        }
        // Nothing is wrong.
        _ => (on(&dji(tags.exif()), &xmp), false),
    }
}

/// A text of a block replaced by one as long.
fn named(mut block: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = block.windows(from.len()).position(|w| w == from);
    let at = at.expect("the text is there");
    block[at..at + to.len()].copy_from_slice(to);
    block
}

#[derive(Default)]
struct Tally {
    placed: usize,
    inside: usize,
    places: usize,
    searched_m2: f64,
    unseen_m2: f64,
}

fn look(path: &Path, elevation: bool, pose: &Pose, tally: &mut Tally) {
    let options = PhotoOptions {
        sensor_width_mm: None,
        ground: if elevation {
            GroundModel::Elevation(ELEVATION)
        } else {
            GroundModel::TakeOff
        },
        looking_down: false,
        coarsest_m: 0.5,
    };
    let paths = [path.to_path_buf()];
    let placed = place_all(&paths, None, |_| Ok::<_, ()>(options)).expect("placed");
    let Some(photo) = placed.photos.first() else {
        assert_eq!(placed.aside.len(), 1, "what is not used is named");
        return;
    };
    tally.placed += 1;
    let searched = &photo.footprint.ground;
    let (width, height) = photo.camera.lens.size();
    for (u, v) in [
        (0.5, 0.5),
        (0.12, 0.2),
        (0.9, 0.15),
        (0.2, 0.88),
        (0.8, 0.8),
    ] {
        let pixel = PixelPoint {
            x: u * width,
            y: v * height,
        };
        let Some(found) = photo.locate(pixel) else {
            continue;
        };
        let at = Point::new(found.lon, found.lat);
        if !searched.contains(&at) {
            continue;
        }
        let truth = ground(pose, (u, v)).map(|(x, y)| place(x, y));
        tally.places += 1;
        let stated = photo.position_error_m(LonLat::new(found.lon, found.lat));
        tally.inside += usize::from(truth.is_some_and(|t| Geodesic.distance(t, at) <= stated));
    }
    let Some(bounds) = searched.bounding_rect() else {
        return;
    };
    let square = papaver::ground::area_m2(&bounds.to_polygon().into()) / 900.0;
    for i in 0..900_u32 {
        let (x, y) = (
            (f64::from(i % 30) + 0.5) / 30.0,
            (f64::from(i / 30) + 0.5) / 30.0,
        );
        let at = Point::new(
            bounds.min().x + x * bounds.width(),
            bounds.min().y + y * bounds.height(),
        );
        if searched.contains(&at) {
            tally.searched_m2 += square;
            tally.unseen_m2 += if saw(pose, metres(at)) { 0.0 } else { square };
        }
    }
}

#[test]
fn a_thousand_spoilt_poses_lie_within_their_stated_error_and_search_only_what_they_saw() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("one.jpg");
    let jpeg = small_jpeg();
    let mut dice = Dice(16);
    let mut all: Vec<Tally> = (0..13).map(|_| Tally::default()).collect();
    for case in 0..1001 {
        let pitch = if dice.roll() < 0.4 {
            -90.0
        } else {
            -90.0 + 40.0 * dice.roll()
        };
        let pose = Pose {
            pitch,
            ..Pose::down(
                10.0 * dice.gauss(),
                10.0 * dice.gauss(),
                12.0 + 30.0 * dice.roll(),
                360.0 * dice.roll() - 180.0,
            )
        };
        let way = case % all.len();
        let (bytes, elevation) = spoilt(way, &pose, &mut dice, &jpeg);
        fs::write(&path, bytes).expect("written");
        look(&path, elevation, &pose, &mut all[way]);
    }
    let sum = |of: &dyn Fn(&Tally) -> f64| all.iter().map(of).sum::<f64>();
    for (way, t) in all.iter().enumerate() {
        println!(
            "way {way}: {} placed, {} of {} places within what is stated, {:.1} of {:.0} m² searched were not seen",
            t.placed, t.inside, t.places, t.unseen_m2, t.searched_m2
        );
    }
    let (inside, places) = (sum(&|t| t.inside as f64), sum(&|t| t.places as f64));
    let (unseen, searched) = (sum(&|t| t.unseen_m2), sum(&|t| t.searched_m2));
    assert!(places > 1000.0, "{places}");
    assert!(inside / places >= 0.99, "{inside} of {places}");
    assert!(unseen / searched < 0.005, "{unseen} of {searched} m²");
    // What can be read whole is used; what cannot be known is not.
    for (way, used) in [
        (0, false),
        (2, true),
        (4, true),
        (6, false),
        (9, false),
        (10, false),
        (12, true),
    ] {
        assert_eq!(all[way].placed > 0, used, "way {way}");
    }
}
