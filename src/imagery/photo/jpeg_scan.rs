//! Whether the scans of a JPEG in memory are all there. No pixel is decoded.
//!
//! A card that was pulled leaves zeros where a file had been given its room, and zeros are codes as any other: a decoder goes
//! through them without a word, and what it shows was never seen.

use super::jpeg::headers;
use std::io::Cursor;

/// Zeros at the end of a file that fill it up.
const PADDED: usize = 4;
/// As many zeros in a row are a hole.
const HOLE: usize = 4096;
/// Holes begin and end at sectors of a card.
const SECTOR: usize = 512;

/// Two ways in which the bytes after the end of a file might go on: the end at once, and nonsense before it.
///
/// A file that lost no more than its end marker shows the same picture with either: its scans are complete, so that what
/// follows is not looked at. One that was cut does not, whether zeros fill it up or not.
pub(super) fn endings(bytes: &[u8]) -> [Vec<u8>; 2] {
    const NONSENSE: usize = 1 << 16;
    let bytes = unpadded(bytes);
    let bytes = bytes.strip_suffix(&[0xff]).unwrap_or(bytes);
    let nonsense = (0..NONSENSE).map(|i| [0x5a, 0x93, 0x2c, 0xe1, 0x47, 0xb8][i % 6]);
    let end = [0xff, 0xd9];
    [
        [bytes, &end].concat(),
        bytes.iter().copied().chain(nonsense).chain(end).collect(),
    ]
}

/// Without the zeros that fill a file up; the one that belongs to a 0xff inside a scan stays.
fn unpadded(bytes: &[u8]) -> &[u8] {
    let Some(last) = bytes.iter().rposition(|byte| *byte != 0) else {
        return bytes;
    };
    if bytes.len() - last <= PADDED {
        return bytes;
    }
    &bytes[..=last + usize::from(bytes[last] == 0xff)]
}

/// What the scans of a JPEG are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scans {
    /// They come to their end marker. What follows it (the previews that cameras append) does not matter.
    Whole,
    /// They have no end marker, which may be all that was lost: [`endings`] tell.
    Endless,
    /// A part of them was never written, or there are none.
    Broken,
}

/// What the scans of a whole JPEG in memory are like.
pub(super) fn scans(bytes: &[u8]) -> Scans {
    let mut cursor = Cursor::new(bytes);
    let read = headers(&mut cursor).is_ok();
    let Some(scan) = usize::try_from(cursor.position()).ok().filter(|_| read) else {
        return Scans::Broken;
    };
    let end = end_of_scans(bytes, scan);
    if has_hole(bytes, scan, end.unwrap_or(unpadded(bytes).len())) {
        return Scans::Broken;
    }
    end.map_or(Scans::Endless, |_| Scans::Whole)
}

/// Where the end marker stands behind the scan that begins at `scan`.
fn end_of_scans(bytes: &[u8], scan: usize) -> Option<usize> {
    // Inside a scan a 0xff is followed by a zero, so the two bytes of the end marker mean the end. Progressive files
    // have tables between their scans, whose bytes might hold the pair: those are stepped over.
    let mut at = scan;
    while let Some(marker) = next_in_scan(bytes, at) {
        match bytes[marker + 1] {
            0xd9 => return Some(marker),
            0x00 | 0x01 | 0xd0..=0xd7 | 0xff => at = marker + 1,
            _ => {
                let length = bytes.get(marker + 2..marker + 4)?;
                at = marker + 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
            }
        }
    }
    None
}

/// The next position from `at` of a 0xff that has a byte after it.
fn next_in_scan(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..bytes.len().saturating_sub(1))?;
    rest.iter().position(|b| *b == 0xff).map(|i| at + i)
}

/// Whether a part of the scans was never written. Where zeros are how an even surface is coded, only such as fill whole sectors
/// count.
fn has_hole(bytes: &[u8], scan: usize, end: usize) -> bool {
    let surfaces = may_be_even(bytes, scan);
    let is_edge = |at: usize| at.is_multiple_of(SECTOR);
    let mut at = scan;
    while at + HOLE <= end {
        // A window is left behind up to its last byte that is none: most cost one look.
        let window = &bytes[at..at + HOLE];
        let Some(last) = window.iter().rposition(|byte| *byte != 0) else {
            let first = bytes[..at].iter().rposition(|byte| *byte != 0);
            let first = first.map_or(0, |before| before + 1);
            let after = bytes[at..end].iter().position(|byte| *byte != 0);
            let after = after.map_or(end, |more| at + more);
            if !surfaces || is_edge(first) && (is_edge(after) || after == end) {
                return true;
            }
            at = after;
            continue;
        };
        at += last + 1;
    }
    false
}

/// Whether zeros in a row can be an even surface: in scans of several passes, and where the shortest code of every table means
/// that nothing more comes.
fn may_be_even(bytes: &[u8], scan: usize) -> bool {
    let mut at = 2;
    let mut codes = Vec::new();
    let mut components = 0;
    while at + 4 <= scan && bytes[at] == 0xff {
        let marker = bytes[at + 1];
        if marker == 0xff || marker == 0xd8 || matches!(marker, 0x01 | 0xd0..=0xd7) {
            at += if marker == 0xff { 1 } else { 2 };
            continue;
        }
        let length = usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        let body = bytes.get(at + 4..at + 2 + length).unwrap_or_default();
        match marker {
            0xc4 => codes.extend(first_codes(body)),
            0xc0 | 0xc1 => components = body.get(5).copied().unwrap_or(0),
            0xc2..=0xcf => return true,
            _ => {}
        }
        at += 2 + length;
    }
    let together = bytes.get(scan + 2) == Some(&components);
    !together || codes.iter().all(|code| *code == 0)
}

/// What the code of zeros means in each table for all but the first coefficient.
fn first_codes(mut body: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    while let Some((head, rest)) = body.split_at_checked(17) {
        let symbols = head[1..].iter().map(|n| usize::from(*n)).sum();
        let Some((symbols, rest)) = rest.split_at_checked(symbols) else {
            break;
        };
        if head[0] >> 4 == 1 {
            found.extend(symbols.first());
        }
        body = rest;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::jpeg;
    use super::*;
    use image::{ExtendedColorType, ImageEncoder};

    fn jpeg_of(width: u16, height: u16, pixel: impl Fn(usize) -> u8) -> Vec<u8> {
        let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height) * 3)
            .map(pixel)
            .collect();
        let mut bytes = Vec::new();
        image::codecs::jpeg::JpegEncoder::new(&mut bytes)
            .write_image(
                &pixels,
                width.into(),
                height.into(),
                ExtendedColorType::Rgb8,
            )
            .expect("encoded");
        bytes
    }

    fn is_whole(bytes: &[u8]) -> bool {
        scans(bytes) == Scans::Whole
    }

    fn grain(at: usize) -> u8 {
        let mixed = at
            .wrapping_mul(0x9e37_79b9)
            .rotate_left(13)
            .wrapping_mul(0x85eb_ca6b);
        u8::try_from(mixed >> 7 & 0x7f).expect("below 128")
    }

    #[test]
    fn the_size_is_read_and_a_cut_is_seen() {
        let whole = jpeg_of(40, 24, |at| u8::try_from(at * 7 % 251).expect("below 251"));
        let found = jpeg::headers(&mut Cursor::new(&whole)).expect("headers");
        assert_eq!((found.width, found.height, found.components), (40, 24, 3));
        assert!(is_whole(&whole));
        assert!(is_whole(&[whole.as_slice(), b"a preview"].concat()));
        for cut in [1, 2, 3, 40, whole.len() / 2, whole.len() - 20] {
            assert!(!is_whole(&whole[..whole.len() - cut]), "{cut}");
        }
    }

    /// Whether the two ways to go on show one picture.
    fn is_complete(bytes: &[u8]) -> bool {
        let [a, b] = endings(bytes).map(|bytes| {
            let decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(bytes));
            let picture = decoder.and_then(image::DynamicImage::from_decoder);
            picture.ok().map(image::DynamicImage::into_rgb8)
        });
        a.is_some() && a == b
    }

    #[test]
    fn zeros_in_the_place_of_a_picture_are_none() {
        let whole = jpeg_of(600, 450, grain);
        assert!(whole.len() > 40_000, "{}", whole.len());
        for kept in [whole.len() / 2, whole.len() / 10, whole.len() - 3000] {
            let mut cut = whole.clone();
            cut[kept..].fill(0);
            assert_eq!(scans(&cut), Scans::Endless, "{kept}");
            assert!(!is_complete(&cut), "{kept}");
        }
        // The same before an end marker, and in the midst.
        for (from, to) in [
            (whole.len() / 2, whole.len() - 2),
            (10_000, 30_000),
            (8192, 8192 + HOLE),
        ] {
            let mut hole = whole.clone();
            hole[from..to].fill(0);
            assert_eq!(scans(&hole), Scans::Broken, "{from} to {to}");
        }
        // What lost its end marker alone is whole, filled up or not; so is what has zeros behind its end.
        let ended = &whole[..whole.len() - 2];
        let room = [0; 9000].as_slice();
        for complete in [ended.to_vec(), [ended, room].concat()] {
            assert_eq!(scans(&complete), Scans::Endless);
            assert!(is_complete(&complete));
        }
        assert!(is_whole(&[&whole, room].concat()));
    }

    #[test]
    fn an_even_surface_is_no_hole() {
        for value in [0, 120, 255] {
            assert!(is_whole(&jpeg_of(1600, 1200, |_| value)), "{value}");
        }
        // Of shortest codes that end a block, zeros are an even surface, but where they fill sectors.
        let even = |zeros: usize, shift: usize| {
            let table = |class: u8| {
                let mut table = vec![0xff, 0xc4, 0, 20, class, 1];
                table.extend([0; 15]);
                table.push(0);
                table
            };
            let mut bytes = vec![0xff, 0xd8];
            bytes.extend([0xff, 0xc0, 0, 11, 8, 0, 99, 0, 99, 1, 1, 0x11, 0]);
            bytes.extend([table(0x00), table(0x10)].concat());
            bytes.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
            bytes.resize(1024 + shift, 0x55);
            bytes.resize(1024 + shift + zeros, 0);
            bytes.extend([0x55, 0xff, 0xd9]);
            bytes
        };
        assert!(is_whole(&even(5000, 0)) && is_whole(&even(8192, 100)));
        assert!(!is_whole(&even(8192, 0)));
    }
}
