//! Blocks made by hand, as telephones, watermark programs and editors leave them.

use super::*;
use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};

/// How a rational is written, and its type.
#[derive(Clone, Copy)]
enum Kind {
    Unsigned = 5,
    Signed = 10,
}

/// A block of two directories: the time, and a place of three rationals each. With `next`, each directory ends as it
/// should; without, the four bytes after it are missing.
fn block(kind: Kind, lat: [(i32, i32); 3], lon: [(i32, i32); 3], next: bool) -> Vec<u8> {
    let short = |v: u16| v.to_le_bytes().to_vec();
    let long = |v: usize| u32::try_from(v).expect("small").to_le_bytes().to_vec();
    let entry = |tag: u16, of: u16, count: usize, value: Vec<u8>| {
        let mut value = value;
        value.resize(4, 0);
        [short(tag), short(of), long(count), value].concat()
    };
    let gap = usize::from(next) * 4;
    let main = 8 + 2 + 2 * 12 + gap;
    let gps = main + 2 + 12 + gap;
    let data = gps + 2 + 4 * 12 + gap;
    let rationals = |r: [(i32, i32); 3]| -> Vec<u8> {
        r.iter()
            .flat_map(|(n, d)| [n.to_le_bytes(), d.to_le_bytes()].concat())
            .collect()
    };
    let end = vec![0; gap];
    [
        b"II*\0".to_vec(),
        long(8),
        short(2),
        entry(0x8769, 4, 1, long(main)),
        entry(0x8825, 4, 1, long(gps)),
        end.clone(),
        short(1),
        entry(0x9003, 2, 20, long(data + 48)),
        end.clone(),
        short(4),
        entry(1, 2, 2, b"N\0".to_vec()),
        entry(2, kind as u16, 3, long(data)),
        entry(3, 2, 2, b"E\0".to_vec()),
        entry(4, kind as u16, 3, long(data + 24)),
        end,
        rationals(lat),
        rationals(lon),
        b"2025:01:04 10:21:00\0".to_vec(),
    ]
    .concat()
}

const LAT: [(i32, i32); 3] = [(33, 1), (54, 1), (0, 1)];
const LON: [(i32, i32); 3] = [(113, 1), (30, 1), (0, 1)];

fn at(block: Vec<u8>) -> Position {
    Tags::of_blocks(&[block]).position()
}

fn is_there(position: Position) -> bool {
    match position {
        Position::At(p) => (p.lon - 113.5).abs() < 1e-6 && (p.lat - 33.9).abs() < 1e-6,
        _ => false,
    }
}

#[test]
fn directories_without_their_ends_and_signed_numbers_are_read() {
    for kind in [Kind::Unsigned, Kind::Signed] {
        for next in [true, false] {
            let tags = Tags::of_blocks(&[block(kind, LAT, LON, next)]);
            assert!(is_there(tags.position()), "{} {next}", kind as u16);
            let taken = photo_time::captured(&tags, &Xmp::default());
            let taken = taken.expect("a time").local;
            assert_eq!(taken.to_string(), "2025-01-04T10:21:00");
        }
    }
}

#[test]
fn a_part_of_nothing_is_no_position_unless_the_part_before_has_decimals() {
    let with = |lat| at(block(Kind::Unsigned, lat, LON, true));
    for lat in [
        [(33, 1), (54, 1), (0, 0)],
        [(33, 1), (54, 1), (7, 0)],
        [(33, 1), (0, 0), (0, 0)],
        [(0, 0), (54, 1), (0, 1)],
        [(33, 1), (75, 1), (0, 1)],
    ] {
        assert_eq!(with(lat), Position::Unreadable, "{lat:?}");
    }
    // 33.9 degrees as 33 and 53.9999..., or at once.
    for lat in [
        [(33, 1), (540_000, 10_000), (0, 1)],
        [(339, 10), (0, 0), (0, 0)],
        [(339, 10), (0, 1), (0, 1)],
    ] {
        assert!(is_there(with(lat)), "{lat:?}");
    }
}

#[test]
fn of_several_blocks_each_tag_is_the_first_that_is_there() {
    let good = block(Kind::Unsigned, LAT, LON, true);
    let broken = block(Kind::Unsigned, [(33, 1), (54, 1), (0, 0)], LON, true);
    let stub = b"MM\0*\0\0\0\x08\0\0\0\0\0\0".to_vec();
    for blocks in [
        vec![stub, good.clone()],
        vec![broken, good.clone()],
        vec![b"none".to_vec(), good.clone()],
        vec![good[..40].to_vec(), good],
    ] {
        assert!(is_there(Tags::of_blocks(&blocks).position()));
    }
}

#[test]
fn photographs_of_the_field_say_when_and_where() {
    let folder = super::super::shared_data().join("../cases/field-files/16-evidence-exif");
    if !folder.is_dir() {
        println!("skipped: there is no {}", folder.display());
        return;
    }
    for name in ["good.jpg", "no-next-ifd.jpg", "signed-rationals.jpg"] {
        let tags = picture_tags(&std::fs::read(folder.join(name)).expect("read"));
        assert!(
            tags.at.is_some_and(|p| is_there(Position::At(p))),
            "{name}: {tags:?}"
        );
        let taken = tags.taken.expect("a time").to_string();
        assert_eq!(taken, "2025-01-04T10:21:00", "{name}");
    }
}

/// A JPEG without a picture: a block of EXIF and a packet of XMP.
fn picture(fields: &[(Tag, &str)], clock: Option<[u32; 3]>, xmp: &str) -> Vec<u8> {
    let ascii = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
    let mut fields: Vec<Field> = [(Tag::Make, "DJI")]
        .iter()
        .chain(fields)
        .map(|(tag, text)| Field {
            tag: *tag,
            ifd_num: In::PRIMARY,
            value: ascii(text),
        })
        .collect();
    fields.extend(clock.map(|clock| Field {
        tag: Tag::GPSTimeStamp,
        ifd_num: In::PRIMARY,
        value: Value::Rational(clock.map(|num| Rational { num, denom: 1 }).into()),
    }));
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, true).expect("written");
    let segment = |head: &[u8], body: &[u8]| {
        let length = u16::try_from(head.len() + body.len() + 2).expect("short");
        [&[0xff, 0xe1], &length.to_be_bytes()[..], head, body].concat()
    };
    let packet = format!(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description xmlns:exif='http://ns.adobe.com/exif/1.0/' {xmp}/></x:xmpmeta>"
    );
    [
        vec![0xff, 0xd8],
        segment(b"Exif\0\0", &block.into_inner()),
        segment(b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()),
        b"\xff\xc0\0\x11\x08\0\x10\0\x10\x03\x01\x11\0\x02\x11\0\x03\x11\0".to_vec(),
        b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\xff\xd9".to_vec(),
    ]
    .concat()
}

#[test]
fn times_are_read_as_telephones_and_programs_write_them() {
    for (text, offset_s) in [
        ("2025:01:04 10:21:00", None),
        ("2025-01-04 10:21:00", None),
        ("2025/01/04 10:21:00", None),
        ("2025.01.04 10:21:00", None),
        ("2025:01:04 上午10:21:00", None),
        ("2025/1/4 上午 10:21", None),
        ("2025:01:04 10:21:00 AM", None),
        ("2025:01:04 10:21", None),
        ("2025:01:04T10:21:00", None),
        ("2025-01-04T10:21:00+08:00", Some(28_800)),
        ("2025:01:04 10:21:00.25+08:00", Some(28_800)),
        ("2025年1月4日 10:21", None),
    ] {
        let tags = picture_tags(&picture(&[(Tag::DateTimeOriginal, text)], None, ""));
        let taken = tags.taken.expect(text).to_string();
        assert!(taken.starts_with("2025-01-04T10:21:00"), "{text}: {taken}");
        assert_eq!(tags.offset_s, offset_s, "{text}");
    }
    let evening = picture(
        &[(Tag::DateTimeOriginal, "2025:01:04 下午03:21:00")],
        None,
        "",
    );
    let evening = picture_tags(&evening).taken.expect("a time").to_string();
    assert_eq!(evening, "2025-01-04T15:21:00");
    for text in [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2025:01:04",
        "04/01/2025 10:21",
        "2025:13:04 10:21:00",
    ] {
        let tags = picture_tags(&picture(&[(Tag::DateTimeOriginal, text)], None, ""));
        assert_eq!(tags.taken, None, "{text}");
    }
}

#[test]
fn where_no_shutter_tells_the_satellites_or_the_packet_do() {
    let date = (Tag::GPSDateStamp, "2025:01:03");
    let taken = |fields: &[(Tag, &str)], clock, xmp: &str| {
        let tags = picture_tags(&picture(fields, clock, xmp));
        (tags.taken.map(|t| t.to_string()), tags.offset_s)
    };
    let told = |time: &str, offset_s| (Some(time.to_owned()), Some(offset_s));
    let there = "exif:GPSLatitude='33,54.0N' exif:GPSLongitude='113,30.0E'";
    assert_eq!(
        taken(&[date], Some([18, 21, 0]), there),
        told("2025-01-04T02:21:00", 28_800)
    );
    assert_eq!(
        taken(&[date], Some([18, 21, 0]), ""),
        told("2025-01-03T18:21:00", 0)
    );
    // The time of the last change is the shutter's where the satellites say so.
    let changed = (Tag::DateTime, "2025:01:04 02:21:05");
    assert_eq!(
        taken(&[date, changed], Some([18, 21, 0]), ""),
        told("2025-01-04T02:21:05", 28_800)
    );
    let edited = (Tag::DateTime, "2026:03:01 11:00:00");
    assert_eq!(
        taken(&[date, edited], Some([18, 21, 0]), there),
        told("2025-01-04T02:21:00", 28_800)
    );
    assert_eq!(taken(&[edited], None, ""), (None, None));
    assert_eq!(taken(&[date], None, ""), (None, None));
    let packet = format!("{there} exif:DateTimeOriginal='2025-01-04T10:21:00+08:00'");
    assert_eq!(
        taken(&[], None, &packet),
        told("2025-01-04T10:21:00", 28_800)
    );
    let at = picture_tags(&picture(&[], None, &packet)).at;
    assert!(at.is_some_and(|p| is_there(Position::At(p))));
    let satellites = format!("{there} exif:GPSTimeStamp='2025-01-04T02:21:00Z'");
    assert_eq!(
        taken(&[], None, &satellites),
        told("2025-01-04T10:21:00", 28_800)
    );
}

#[test]
fn a_place_of_another_system_is_told_apart_from_none() {
    let told = |xmp: &str| picture_tags(&picture(&[], None, xmp)).is_of_other_system;
    assert!(told(
        "exif:GPSLatitude='33,54N' exif:GPSLongitude='113,30E' exif:GPSMapDatum='GCJ-02'"
    ));
    assert!(!told(""));
}

#[test]
fn whatever_a_file_holds_it_neither_panics_nor_hangs() {
    let tiff = block(Kind::Signed, LAT, LON, true);
    let bare = block(Kind::Unsigned, LAT, LON, false);
    let length = u16::try_from(tiff.len() + 8).expect("short").to_be_bytes();
    let jpeg = [
        &[0xff, 0xd8, 0xff, 0xe1],
        &length[..],
        b"Exif\0\0",
        &tiff,
        &[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0xff, 0xd9],
    ]
    .concat();
    crate::text::fuzz::try_all(&[&tiff, &bare, &jpeg], |bytes| {
        let tags = picture_tags(bytes);
        assert!(tags.at.is_none_or(crate::ground::LonLat::is_on_earth));
    });
}
