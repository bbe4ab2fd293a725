//! Photographs of evidence as telephones, watermark programs, messengers and editors leave them: what each says of when and
//! where is read, and a picture from another place and year is marked.

use super::exif_block::block;
use super::office::Office;
use exif::{Context, Rational, SRational, Tag, Value};
use serde_json::Value as Json;
use std::fs;
use std::io::Cursor;

fn plain(format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 48, image::Rgb([40, 90, 40]))
        .write_to(&mut bytes, format)
        .expect("encoded");
    bytes.into_inner()
}

fn text(words: &str) -> Value {
    Value::Ascii(vec![words.as_bytes().to_vec()])
}

fn rationals(parts: [(u32, u32); 3]) -> Value {
    let parts = parts.map(|(num, denom)| Rational { num, denom });
    Value::Rational(parts.to_vec())
}

const LAT: [(u32, u32); 3] = [(33, 1), (54, 1), (0, 1)];
const LON: [(u32, u32); 3] = [(113, 1), (30, 1), (0, 1)];

/// 33.9 N 113.5 E, on 4 January 2025, and more.
fn tags(more: Vec<(Tag, Value)>) -> Vec<(Tag, Value)> {
    let mut tags = vec![
        (Tag::DateTimeOriginal, text("2025:01:04 10:21:00")),
        (Tag::GPSLatitudeRef, text("N")),
        (Tag::GPSLatitude, rationals(LAT)),
        (Tag::GPSLongitudeRef, text("E")),
        (Tag::GPSLongitude, rationals(LON)),
    ];
    tags.retain(|(tag, _)| !more.iter().any(|(other, _)| other == tag));
    tags.extend(more);
    tags
}

/// A JPEG with these segments (marker and body) after its first marker.
fn jpeg(segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let picture = plain(image::ImageFormat::Jpeg);
    let mut bytes = picture[..2].to_vec();
    for (marker, body) in segments {
        bytes.extend([0xff, *marker]);
        bytes.extend(u16::try_from(body.len() + 2).expect("short").to_be_bytes());
        bytes.extend(body);
    }
    bytes.extend(&picture[2..]);
    bytes
}

fn exif(block: Vec<u8>) -> (u8, Vec<u8>) {
    (0xe1, [b"Exif\0\0".to_vec(), block].concat())
}

/// A PNG with a block of tags in a chunk of its own.
fn png(block: &[u8]) -> Vec<u8> {
    let picture = plain(image::ImageFormat::Png);
    let body = [b"eXIf", block].concat();
    let mut chunk = u32::try_from(block.len())
        .expect("short")
        .to_be_bytes()
        .to_vec();
    chunk.extend(&body);
    chunk.extend(crc(&body).to_be_bytes());
    // After the header's chunk: 8 bytes of signature, 25 of the header.
    [&picture[..33], &chunk, &picture[33..]].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & (!(sum & 1)).wrapping_add(1));
        }
    }
    !sum
}

/// What the one site says of its photograph: a find at 113.3 E 33.74 N, on 4 May 2026.
fn evidence(name: &str, bytes: &[u8]) -> Json {
    let office = Office::begin();
    fs::write(office.path(name), bytes).expect("written");
    let table = format!(
        "图斑编号,小地名,经度（WGS 84）,纬度（WGS 84）,回填：核查结论,回填：核查时间,回填：核查人员（两人以上）,回填：株数（逐株）,回填：现场照片1\r\n\
         ,东沟,113.3,33.74,种植罂粟,2026-05-04 10:21,王五、李四,20,{name}\r\n"
    );
    fs::write(office.path("filled.csv"), table).expect("written");
    let report = office
        .ok("wang", &["import", "filled.csv", "--json"])
        .json();
    let code = report["rows"][0]["site"].as_str().expect("a site");
    office.site(code)["evidence"][0].clone()
}

#[test]
fn photographs_of_every_hand_say_when_and_where() {
    let signed = |parts: [(u32, u32); 3]| {
        let parts = parts.map(|(num, denom)| SRational {
            num: num as i32,
            denom: denom as i32,
        });
        Value::SRational(parts.to_vec())
    };
    let degrees = |num| Value::Rational(vec![Rational { num, denom: 10 }]);
    let stub = b"MM\0*\0\0\0\x08\0\0\0\0\0\0".to_vec();
    let digitized = Tag(Context::Exif, 0x9004);
    let of_editing: Vec<(Tag, Value)> = tags(vec![(digitized, text("2025:01:04 10:21:00"))])
        .into_iter()
        .filter(|(tag, _)| *tag != Tag::DateTimeOriginal)
        .chain([(Tag::DateTime, text("2026:05:04 09:00:00"))])
        .collect();
    let jfif = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    let photoshop = b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\0".to_vec();
    let pictures = [
        // A telephone held upright.
        (
            "upright.jpg",
            jpeg(&[exif(block(
                tags(vec![(Tag::Orientation, Value::Short(vec![6]))]),
                true,
            ))]),
        ),
        ("motorola.jpg", jpeg(&[exif(block(tags(vec![]), false))])),
        (
            "signed.jpg",
            jpeg(&[exif(block(
                tags(vec![
                    (Tag::GPSLatitude, signed(LAT)),
                    (Tag::GPSLongitude, signed(LON)),
                ]),
                false,
            ))]),
        ),
        (
            "decimal.jpg",
            jpeg(&[exif(block(
                tags(vec![
                    (Tag::GPSLatitude, degrees(339)),
                    (Tag::GPSLongitude, degrees(1135)),
                ]),
                true,
            ))]),
        ),
        // Small letters, as some write them, and none at all.
        (
            "letters.jpg",
            jpeg(&[exif(block(
                tags(vec![
                    (Tag::GPSLatitudeRef, text("n")),
                    (Tag::GPSLongitudeRef, text("e\0")),
                ]),
                true,
            ))]),
        ),
        (
            "no-letters.jpg",
            jpeg(&[exif(block(
                tags(vec![])
                    .into_iter()
                    .filter(|(tag, _)| ![Tag::GPSLatitudeRef, Tag::GPSLongitudeRef].contains(tag)),
                true,
            ))]),
        ),
        // A messenger's block before the camera's own, and what an editor puts between.
        (
            "two-blocks.jpg",
            jpeg(&[
                (0xe0, jfif),
                exif(stub),
                (0xed, photoshop),
                exif(block(tags(vec![]), true)),
            ]),
        ),
        ("edited.jpg", jpeg(&[exif(block(of_editing, true))])),
        ("picture.png", png(&block(tags(vec![]), true))),
    ];
    for (name, bytes) in pictures {
        let said = evidence(name, &bytes);
        let marks = said["marks"].to_string();
        assert!(
            marks.contains("far:") && marks.contains("old:485d"),
            "{name}: {said}"
        );
        assert_eq!(
            said["at_e7"],
            serde_json::json!([1_135_000_000, 339_000_000]),
            "{name}"
        );
        assert_eq!(said["taken_at"], "2025-01-04T10:21:00", "{name}");
    }
}

#[test]
fn a_damaged_tag_takes_no_other_with_it_and_what_says_nothing_is_said_to() {
    let without = |gone: Tag, more: Vec<(Tag, Value)>| -> Vec<(Tag, Value)> {
        let mut tags = tags(more);
        tags.retain(|(tag, _)| *tag != gone);
        tags
    };
    let nothing = rationals([(0, 0), (0, 0), (0, 0)]);
    for (name, tags, marks) in [
        (
            "no-clock.jpg",
            tags(vec![(Tag::DateTimeOriginal, text("0000:00:00 00:00:00"))]),
            ["far:", "no_time"],
        ),
        (
            "no-fix.jpg",
            tags(vec![(Tag::GPSLatitude, nothing)]),
            ["no_position", "old:485d"],
        ),
        (
            "no-latitude.jpg",
            without(Tag::GPSLatitude, vec![]),
            ["no_position", "old:485d"],
        ),
        // What a receiver without a fix writes is no place in the Gulf of Guinea.
        (
            "null-island.jpg",
            tags(vec![
                (Tag::GPSLatitude, rationals([(0, 1); 3])),
                (Tag::GPSLongitude, rationals([(0, 1); 3])),
            ]),
            ["no_position", "old:485d"],
        ),
        // Without its letter this may be one of two places.
        (
            "no-letter.jpg",
            without(
                Tag::GPSLatitudeRef,
                vec![(Tag::GPSLongitude, rationals([(18, 1), (25, 1), (0, 1)]))],
            ),
            ["no_position", "old:485d"],
        ),
        (
            "south-west.jpg",
            tags(vec![
                (Tag::GPSLatitudeRef, text("S")),
                (Tag::GPSLongitudeRef, text("W")),
            ]),
            ["far:1", "old:485d"],
        ),
    ] {
        let said = evidence(name, &jpeg(&[exif(block(tags, true))]));
        let found = said["marks"].to_string();
        for mark in marks {
            assert!(found.contains(mark), "{name}: {said}");
        }
    }
}
