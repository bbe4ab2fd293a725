//! Real headers, made headers, and a storm of mutated ones.

use super::*;
use crate::ground::LonLat;
use crate::imagery::photo::jpeg;
use crate::imagery::photo::metadata::*;
use exif::experimental::Writer;
use exif::{Field, In, Rational, Value};
use proptest::prelude::*;
use std::io::Cursor;

fn block(fields: &[(Tag, Value)]) -> Vec<u8> {
    let fields: Vec<Field> = fields
        .iter()
        .map(|(tag, value)| Field {
            tag: *tag,
            ifd_num: In::PRIMARY,
            value: value.clone(),
        })
        .collect();
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let mut bytes = Cursor::new(Vec::new());
    writer.write(&mut bytes, true).expect("written");
    bytes.into_inner()
}

fn ascii(text: &str) -> Value {
    Value::Ascii(vec![text.as_bytes().to_vec()])
}

fn degrees(whole: u32, minutes: u32, ten_thousandths: u32) -> Value {
    Value::Rational(vec![
        Rational {
            num: whole,
            denom: 1,
        },
        Rational {
            num: minutes,
            denom: 1,
        },
        Rational {
            num: ten_thousandths,
            denom: 10_000,
        },
    ])
}

fn read_parts(exif: Option<Vec<u8>>, xmp: Option<&str>) -> Metadata {
    read(&Headers {
        width: 4000,
        height: 3000,
        components: 3,
        exif: exif.into_iter().collect(),
        xmp: xmp.map(|x| x.as_bytes().to_vec()).into_iter().collect(),
    })
}

fn packet(attributes: &str) -> String {
    format!(
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" xmlns:Camera="http://pix4d.com/camera/1.0/"
        xmlns:drone-parrot="http://www.parrot.com/drone-parrot/1.0/" {attributes}/></rdf:RDF></x:xmpmeta>"#
    )
}

fn place_of(found: &Metadata) -> LonLat {
    match found.position {
        Position::At(at) => at,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_southern_western_place_below_the_sea_is_read() {
    let found = read_parts(
        Some(block(&[
            (Tag::GPSLatitudeRef, ascii("S")),
            (Tag::GPSLatitude, degrees(33, 44, 240_000)),
            (Tag::GPSLongitudeRef, ascii("W")),
            (Tag::GPSLongitude, degrees(113, 18, 0)),
            (Tag::GPSAltitudeRef, Value::Byte(vec![1])),
            (
                Tag::GPSAltitude,
                Value::Rational(vec![Rational {
                    num: 125,
                    denom: 10,
                }]),
            ),
            (Tag::Orientation, Value::Short(vec![6])),
            (Tag::DateTimeOriginal, ascii("2026:04:20 09:30:00")),
            (Tag::OffsetTimeOriginal, ascii("+08:00")),
            (Tag::SubSecTimeOriginal, ascii("25")),
        ])),
        None,
    );
    let at = place_of(&found);
    assert!((at.lon + 113.3).abs() < 1e-9 && (at.lat + 33.74).abs() < 1e-9);
    assert_eq!(found.altitude_m, Some(-12.5));
    assert_eq!(found.orientation, Orientation::of_tag(6));
    let captured = found.captured.expect("a time");
    assert_eq!(captured.local.to_string(), "2026-04-20T09:30:00");
    assert_eq!(
        (captured.offset_s, captured.subsecond),
        (Some(28_800), 0.25)
    );
}

#[test]
fn the_zone_is_taken_from_the_satellites_where_no_tag_says() {
    let stamp = |clock: &str, hour: u32, date: &str| {
        read_parts(
            Some(block(&[
                (Tag::DateTimeOriginal, ascii(clock)),
                (Tag::GPSDateStamp, ascii(date)),
                (Tag::GPSTimeStamp, degrees(hour, 20, 510_000)),
            ])),
            None,
        )
        .captured
        .expect("a time")
        .offset_s
    };
    assert_eq!(
        stamp("2014:10:19 13:20:51", 18, "2014:10:19"),
        Some(-5 * 3600)
    );
    assert_eq!(
        stamp("2026:04:21 02:21:10", 18, "2026:04:20"),
        Some(8 * 3600)
    );
    assert_eq!(stamp("2026:04:21 02:26:10", 18, "2026:04:20"), None);
    assert_eq!(stamp("2026:04:29 02:20:51", 18, "2026:04:20"), None);
}

#[test]
fn no_fix_and_absurd_places_are_told_apart() {
    let at = |degrees_north: u32| {
        read_parts(
            Some(block(&[
                (Tag::GPSLatitude, degrees(degrees_north, 0, 0)),
                (Tag::GPSLongitude, degrees(degrees_north, 0, 0)),
            ])),
            None,
        )
        .position
    };
    assert_eq!(at(0), Position::NullIsland);
    assert_eq!(at(181), Position::Absurd);
    assert_eq!(read_parts(None, None).position, Position::Missing);
}

#[test]
fn dji_tags_and_their_misspelling_are_read() {
    let found = read_parts(
        None,
        Some(&packet(
            r#"drone-dji:GpsLatitude="33.7412345" drone-dji:GpsLongtitude="113.3012345" drone-dji:RelativeAltitude="+60.10"
            drone-dji:AbsoluteAltitude="+160.2" drone-dji:GimbalYawDegree="-91.5" drone-dji:GimbalPitchDegree="-60.0"
            drone-dji:GimbalRollDegree="+0.00" drone-dji:RtkFlag="50" drone-dji:RtkStdLon="0.011" drone-dji:RtkStdLat="0.014"
            drone-dji:RtkStdHgt="0.03" drone-dji:CalibratedFocalLength="3666.6" drone-dji:DewarpFlag="0"
            drone-dji:DewarpData="2018-09-13;3666.95,3672.66,-7.6,8.2,-0.272,0.1121,0.00076,-0.00046,-0.0314""#,
        )),
    );
    let at = place_of(&found);
    assert!((at.lon - 113.301_234_5).abs() < 1e-9 && (at.lat - 33.741_234_5).abs() < 1e-9);
    assert_eq!(found.relative_altitude_m, Some(60.1));
    assert_eq!(
        found.attitude,
        Attitude::Gimbal {
            yaw: Some(-91.5),
            pitch: -60.0,
            roll: 0.0
        }
    );
    assert_eq!(found.accuracy.horizontal_m, Some(0.014));
    assert_eq!(found.accuracy.rtk_flag, Some(50));
    let dewarp = found.dewarp.expect("a calibration");
    assert_eq!(
        (dewarp.focal, dewarp.offset),
        ((3666.95, 3672.66), (-7.6, 8.2))
    );
    assert_eq!(
        (dewarp.radial[2], dewarp.tangential[1]),
        (-0.0314, -0.00046)
    );
}

#[test]
fn other_makers_angles_are_read_in_their_own_convention() {
    let parrot = packet(
        r#"drone-parrot:CameraPitchDegree="-89.5" drone-parrot:CameraYawDegree="12" drone-parrot:CameraRollDegree="0.5""#,
    );
    assert_eq!(
        read_parts(None, Some(&parrot)).attitude,
        Attitude::Gimbal {
            yaw: Some(12.0),
            pitch: -89.5,
            roll: 0.5
        }
    );
    let body = packet(
        r#"Camera:Yaw="200" Camera:Pitch="4" Camera:Roll="-3" Camera:GPSXYAccuracy="2.5" Camera:AboveGroundAltitude="88""#,
    );
    let found = read_parts(Some(block(&[(Tag::Make, ascii("senseFly"))])), Some(&body));
    assert_eq!(
        found.attitude,
        Attitude::Body {
            yaw: 200.0,
            pitch: 4.0,
            roll: 3.0
        }
    );
    assert_eq!(
        (found.accuracy.horizontal_m, found.above_ground_m),
        (Some(2.5), Some(88.0))
    );
    let autel = packet(r#"Camera:Yaw="10" Camera:Pitch="-90" Camera:Roll="0""#);
    assert_eq!(
        read_parts(None, Some(&autel)).attitude,
        Attitude::Gimbal {
            yaw: Some(10.0),
            pitch: -90.0,
            roll: 0.0
        }
    );
}

#[test]
fn a_height_that_says_its_own_zero_is_believed() {
    let over = |attributes: &str| read_parts(None, Some(&packet(attributes))).over_ellipsoid;
    assert!(over(
        r#"Camera:HorizCS="EPSG:4326" Camera:VertCS="ellipsoidal""#
    ));
    assert!(!over(r#"Camera:VertCS="egm96""#));
    assert!(over(r#"drone-dji:AltitudeType="RtkAlt""#));
    assert!(!over(
        r#"drone-dji:AltitudeType="GpsFusionAlt" drone-dji:RtkFlag="50""#
    ));
    assert!(over(r#"drone-dji:RtkFlag="50""#));
}

#[test]
fn what_a_laser_measured_is_a_height_above_the_ground() {
    let read = |members: &str| read_parts(None, Some(&packet(members)));
    let pose = r#"drone-dji:AbsoluteAltitude="+536" drone-dji:RelativeAltitude="+124" drone-dji:GimbalYawDegree="3"
        drone-dji:GimbalPitchDegree="-90" drone-dji:GimbalRollDegree="0""#;
    let laser = r#"drone-dji:LRFStatus="Normal" drone-dji:LRFTargetDistance="24.0" drone-dji:LRFTargetAbsAlt="512""#;
    let found = read(&format!("{pose} {laser}"));
    assert!(found.ranged && found.above_ground_m.is_some_and(|m| (m - 24.0).abs() < 0.1));
    let far = read(&format!("{pose} {}", laser.replace("Normal", "TooFar")));
    assert!(!far.ranged && far.above_ground_m.is_none());
    let own = read(&format!(
        r#"{pose} {laser} Camera:AboveGroundAltitude="30""#
    ));
    assert!(!own.ranged && own.above_ground_m == Some(30.0));
}

#[test]
fn a_place_of_another_system_than_wgs_84_is_none() {
    let at = |datum: &str| {
        let fields = [
            (Tag::GPSLatitudeRef, ascii("N")),
            (Tag::GPSLatitude, degrees(33, 44, 240_000)),
            (Tag::GPSLongitudeRef, ascii("E")),
            (Tag::GPSLongitude, degrees(113, 18, 0)),
            (Tag::GPSMapDatum, ascii(datum)),
        ];
        read_parts(Some(block(&fields)), None).position
    };
    for datum in ["WGS-84", "WGS84", "CGCS2000", ""] {
        assert!(matches!(at(datum), Position::At(_)), "{datum}");
    }
    for datum in ["GCJ-02", "gcj02", "BD-09", "Beijing 1954", "TOKYO"] {
        assert_eq!(at(datum), Position::OtherSystem, "{datum}");
    }
}

#[test]
fn pointers_of_the_type_of_directories_are_followed() {
    let fields = [
        (Tag::Make, ascii("DJI")),
        (Tag::FocalLengthIn35mmFilm, Value::Short(vec![24])),
        (Tag::GPSLatitudeRef, ascii("N")),
        (Tag::GPSLatitude, degrees(33, 44, 240_000)),
        (Tag::GPSLongitudeRef, ascii("E")),
        (Tag::GPSLongitude, degrees(113, 18, 0)),
    ];
    let mut typed = block(&fields);
    let mut pointers = 0;
    for at in 0..typed.len() - 4 {
        let plain = typed[at..at + 4].to_vec();
        for tag in [[0x69, 0x87], [0x25, 0x88]] {
            if plain == [&tag[..], &[4, 0]].concat() {
                typed[at + 2] = 13;
                pointers += 1;
            }
        }
    }
    assert_eq!(pointers, 2);
    let found = read_parts(Some(typed), None);
    assert!(matches!(found.position, Position::At(_)), "{found:?}");
    assert_eq!(found.focal_35mm, Some(24.0));
    assert!(found.faults.is_empty());
}

#[test]
fn heat_and_single_bands_are_recognised() {
    let band = |attributes: &str| read_parts(None, Some(&packet(attributes))).band;
    assert_eq!(
        band(r#"drone-dji:ImageSource="InfraredCamera""#),
        Band::Thermal
    );
    assert_eq!(band(r#"drone-dji:ImageSource="WideCamera""#), Band::Colour);
    assert_eq!(band(r#"Camera:BandName="LWIR""#), Band::Thermal);
    assert_eq!(
        band(r#"Camera:BandName="Red Edge""#),
        Band::Multispectral("Red Edge".into())
    );
    assert_eq!(band(r#"Camera:BandName="RGB""#), Band::Colour);
    let mut headers = Headers {
        width: 640,
        height: 512,
        components: 3,
        ..Default::default()
    };
    headers.exif = vec![block(&[
        (Tag::Make, ascii("DJI")),
        (Tag::Model, ascii("ZH20T")),
    ])];
    assert_eq!(read(&headers).band, Band::Thermal);
    headers.width = 4056;
    headers.height = 3040;
    assert_eq!(read(&headers).band, Band::Colour);
}

#[test]
fn broken_blocks_are_named_and_the_rest_is_read() {
    let good = block(&[(Tag::Make, ascii("DJI")), (Tag::Model, ascii("FC6310"))]);
    let found = read_parts(Some(good.clone()), Some("this is not XML <"));
    assert_eq!(found.faults, [MetadataFault::Xmp]);
    assert_eq!(found.model.as_deref(), Some("FC6310"));
    let wild = [&good[..4], &0xffff_fff0_u32.to_le_bytes(), &good[8..]].concat();
    assert_eq!(read_parts(Some(wild), None).faults, [MetadataFault::Exif]);
    // Ten thousand tags announced: the header cannot hold them.
    let mut many = good;
    many[8..10].copy_from_slice(&10_000_u16.to_le_bytes());
    assert_eq!(read_parts(Some(many), None).faults, [MetadataFault::Exif]);
}

#[test]
fn overlapping_directories_do_not_blow_up() {
    // Thousands of GPS pointers, each to another offset, each of which claims thousands of entries.
    let mut bomb = b"II*\0\x08\0\0\0".to_vec();
    let entries: u16 = 5000;
    bomb.extend(entries.to_le_bytes());
    for i in 0..u32::from(entries) {
        bomb.extend(0x8825_u16.to_le_bytes());
        bomb.extend(4_u16.to_le_bytes());
        bomb.extend(1_u32.to_le_bytes());
        bomb.extend((8 + i).to_le_bytes());
    }
    bomb.resize(65_000, 4);
    assert_eq!(read_parts(Some(bomb), None).faults, [MetadataFault::Exif]);
}

fn real_headers() -> Vec<Headers> {
    let mut found = vec![Headers {
        width: 4000,
        height: 3000,
        components: 3,
        exif: vec![block(&[
            (Tag::Make, ascii("DJI")),
            (Tag::GPSLatitude, degrees(33, 44, 240_000)),
            (Tag::GPSLongitude, degrees(113, 18, 0)),
            (Tag::DateTimeOriginal, ascii("2026:04:20 09:30:00")),
        ])],
        xmp: vec![packet(r#"drone-dji:GimbalPitchDegree="-60.0""#).into_bytes()],
    }];
    let folder = super::super::shared_data().join("photos");
    for name in [
        "brighton_beach/DJI_0018.JPG",
        "caliterra/IMG_9354.jpg",
        "seneca_nir/IMG_0446.jpg",
        "boruszyn/img_4873.jpg",
    ] {
        if let Ok(file) = std::fs::File::open(folder.join(name)) {
            found.push(jpeg::headers(&mut std::io::BufReader::new(file)).expect("a JPEG"));
        }
    }
    found
}

fn mutate(block: &mut Vec<u8>, changes: &[(u16, u8)], cut: Option<u16>) {
    for (at, value) in changes {
        if !block.is_empty() {
            let at = usize::from(*at) % block.len();
            block[at] = *value;
        }
    }
    if let Some(cut) = cut {
        let length = block.len();
        block.truncate(usize::from(cut) % (length + 1));
    }
}

/// Seconds that this thread has been at work, where the system tells; a machine that is busy, or a process that somebody
/// has paused, does not count.
fn seconds_at_work() -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|s| s.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(0.0, |nanoseconds| nanoseconds / 1e9)
}

/// Cases of the mutation test: a thousand, or what `PAPAVER_FUZZ_CASES` says.
fn cases() -> u32 {
    std::env::var("PAPAVER_FUZZ_CASES")
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(1000)
}

#[test]
fn mutated_real_headers_never_panic_and_stay_small() {
    let originals = real_headers();
    let change = proptest::collection::vec((0..2048_u16, any::<u8>()), 0..12);
    let strategy = (
        0..originals.len(),
        change.clone(),
        change,
        proptest::option::of(any::<u16>()),
    );
    let config = ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        ..Default::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&strategy, |(which, in_exif, in_xmp, cut)| {
            let mut headers = originals[which].clone();
            if let Some(exif) = headers.exif.first_mut() {
                mutate(exif, &in_exif, cut);
            }
            if let Some(xmp) = headers.xmp.first_mut() {
                mutate(xmp, &in_xmp, None);
            }
            let begun = seconds_at_work();
            let found = read(&headers);
            prop_assert!(seconds_at_work() - begun < 1.0);
            prop_assert!(found.make.as_ref().is_none_or(|m| m.len() <= 1024));
            if let Position::At(at) = found.position {
                prop_assert!(at.is_on_earth());
            }
            Ok(())
        })
        .expect("no case fails");
}

#[test]
fn a_case_that_took_long_on_a_busy_machine_ends_at_once() {
    let mut originals = real_headers();
    if originals.len() < 2 {
        println!("skipped: no shared photos");
        return;
    }
    let mut headers = originals.swap_remove(1);
    let in_exif = [(497, 47), (580, 26), (292, 203), (1834, 81)];
    let in_xmp = [
        (1916, 16),
        (1616, 104),
        (1314, 188),
        (2034, 4),
        (2017, 237),
        (972, 55),
        (1198, 7),
        (954, 91),
        (45, 155),
    ];
    if let Some(exif) = headers.exif.first_mut() {
        mutate(exif, &in_exif, Some(35_556));
    }
    if let Some(xmp) = headers.xmp.first_mut() {
        mutate(xmp, &in_xmp, None);
    }
    let begun = seconds_at_work();
    for _ in 0..100 {
        let _found = read(&headers);
    }
    let each = (seconds_at_work() - begun) / 100.0;
    println!("{:.1} microseconds each", each * 1e6);
    assert!(each < 0.1);
}
