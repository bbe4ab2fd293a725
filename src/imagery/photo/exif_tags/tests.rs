//! Blocks made by hand, as telephones, watermark programs and editors leave them.

use super::*;

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
            let taken = tags.captured().expect("a time").local;
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
