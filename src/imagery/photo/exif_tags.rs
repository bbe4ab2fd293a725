//! EXIF blocks by `kamadak-exif`, read as far as they can be: one damaged tag or directory takes no other with it, and of
//! several blocks each tag comes from the first that has it. The one reader of EXIF: photos of drones and photographs of
//! evidence are read alike.

use super::metadata::Position;
use crate::text::{decode, foreign_datum};
use exif::{Exif, In, Tag, Value};
use std::borrow::Cow;
use std::io::Cursor;

/// Sub-directories that are followed in an EXIF block; real ones have three. Each may claim every byte of the block as
/// its entries, so without a bound 64 kB could be blown up to a gigabyte.
const MAX_DIRECTORIES: usize = 64;
/// The XMP packet inside a TIFF or EXIF block ("tag 700").
const XMP_PACKET: Tag = Tag(exif::Context::Tiff, 700);

/// The tags of a picture.
#[derive(Default)]
pub struct Tags {
    blocks: Vec<Exif>,
    /// Whether a block, or a part of one, could not be read.
    pub damaged: bool,
}

impl Tags {
    /// Those of the EXIF blocks of a JPEG, each from its TIFF header on.
    pub fn of_blocks(blocks: &[Vec<u8>]) -> Self {
        let mut found = Self::default();
        for block in blocks {
            let block = with_plain_pointers(block.clone());
            found.take(read(&block, |reader| reader.read_raw(block.clone())));
        }
        found
    }

    /// Those of a whole file that is no JPEG.
    pub fn of_file(bytes: &[u8]) -> Self {
        let mut whole = Cursor::new(bytes);
        let mut found = Self::default();
        found.take(read(&[], |reader| reader.read_from_container(&mut whole)));
        found
    }

    fn take(&mut self, (exif, damaged): (Option<Exif>, bool)) {
        self.damaged |= damaged;
        self.blocks.extend(exif);
    }

    fn values(&self, tag: Tag) -> impl Iterator<Item = &Value> {
        self.blocks
            .iter()
            .filter_map(move |exif| Some(&exif.get_field(tag, In::PRIMARY)?.value))
    }

    /// A text without what does not belong in one.
    pub fn text(&self, tag: Tag) -> Option<String> {
        self.values(tag).find_map(|value| {
            let Value::Ascii(lines) = value else {
                return None;
            };
            let text = readable(lines.first()?);
            let text: String = text
                .trim_matches(|c: char| c.is_whitespace() || c == '\0')
                .chars()
                .filter(|c| !c.is_control())
                .take(128)
                .collect();
            (!text.is_empty()).then_some(text)
        })
    }

    /// A whole number.
    pub fn whole(&self, tag: Tag) -> Option<u32> {
        self.values(tag).find_map(|value| value.get_uint(0))
    }

    /// A finite number, of whichever type it was written.
    pub fn real(&self, tag: Tag) -> Option<f64> {
        self.values(tag).find_map(|value| part(value, 0))
    }

    /// Three finite numbers.
    pub fn three(&self, tag: Tag) -> Option<[f64; 3]> {
        let three = |value| Some([part(value, 0)?, part(value, 1)?, part(value, 2)?]);
        self.values(tag).find_map(three)
    }

    /// XMP packets inside the blocks.
    pub fn packets(&self) -> impl Iterator<Item = &[u8]> {
        self.values(XMP_PACKET).filter_map(|value| match value {
            Value::Byte(bytes) | Value::Undefined(bytes, _) => Some(bytes.as_slice()),
            Value::Ascii(lines) => lines.first().map(Vec::as_slice),
            _ => None,
        })
    }

    /// Where: from the first block that says a place, else the best that any says.
    pub fn position(&self) -> Position {
        let rank = |p: &Position| match p {
            Position::At(_) => 4,
            Position::Unreadable | Position::OtherSystem => 3,
            Position::Absurd => 2,
            Position::NullIsland => 1,
            Position::Missing => 0,
        };
        let all = self.blocks.iter().map(position_of);
        all.fold(Position::Missing, |best, next| {
            if rank(&next) > rank(&best) {
                next
            } else {
                best
            }
        })
    }
}

/// A text in UTF-8, or as telephones in China write it.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    decode(&bytes[..end]).map_or_else(|_flaw| String::from_utf8_lossy(bytes), Cow::Owned)
}

fn tolerant() -> exif::Reader {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    reader
}

/// A block whose pointers to directories are of the type that they are read by: TIFF has one of their own (13), which some
/// programs write, beside the plain whole number (4).
fn with_plain_pointers(mut block: Vec<u8>) -> Vec<u8> {
    const DIRECTORY: u16 = 13;
    const LONG: u16 = 4;
    let is_little = block.starts_with(b"II");
    let word = |block: &[u8], at: usize| {
        let two = block.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        })
    };
    let long = |block: &[u8], at: usize| {
        let four = block.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let value = if is_little {
            u32::from_le_bytes(four)
        } else {
            u32::from_be_bytes(four)
        };
        usize::try_from(value).ok()
    };
    // The first directory, and the camera's, which alone has one below it.
    let mut next = long(&block, 4);
    for _ in 0..2 {
        let Some(start) = next.take() else {
            break;
        };
        let entries = word(&block, start).unwrap_or(0);
        for entry in (0..usize::from(entries)).map(|i| start + 2 + 12 * i) {
            let tag = word(&block, entry);
            if !matches!(tag, Some(0x8769 | 0x8825 | 0xa005)) {
                continue;
            }
            if word(&block, entry + 2) == Some(DIRECTORY) {
                let plain = if is_little {
                    LONG.to_le_bytes()
                } else {
                    LONG.to_be_bytes()
                };
                block[entry + 2..entry + 4].copy_from_slice(&plain);
            }
            if tag == Some(0x8769) {
                next = long(&block, entry + 8);
            }
        }
    }
    block
}

/// What can be read of a block, and whether a part of it could not.
fn read(
    block: &[u8],
    by: impl FnOnce(&exif::Reader) -> Result<Exif, exif::Error>,
) -> (Option<Exif>, bool) {
    const POINTERS: [[u8; 2]; 3] = [[0x87, 0x69], [0x88, 0x25], [0xa0, 0x05]];
    let is_pointer = |w: &[u8]| {
        POINTERS
            .iter()
            .any(|p| w == p || (w[0] == p[1] && w[1] == p[0]))
    };
    if block.windows(2).filter(|w| is_pointer(w)).count() > MAX_DIRECTORIES {
        return (None, true);
    }
    let mut partial = false;
    let exif = by(&tolerant())
        .or_else(|e| e.distill_partial_result(|errors| partial = !errors.is_empty()))
        .ok();
    let damaged = partial || exif.is_none();
    (exif, damaged)
}

/// A part of a value as a finite number. A rational of 0/0 or n/0 is none.
fn part(value: &Value, index: usize) -> Option<f64> {
    let found = match value {
        Value::Rational(v) => v.get(index)?.to_f64(),
        Value::SRational(v) => v.get(index)?.to_f64(),
        Value::Float(v) => f64::from(*v.get(index)?),
        Value::Double(v) => *v.get(index)?,
        other => f64::from(other.get_uint(index)?),
    };
    found.is_finite().then_some(found)
}

fn parts(value: &Value) -> usize {
    match value {
        Value::Rational(v) => v.len(),
        Value::SRational(v) => v.len(),
        Value::Float(v) => v.len(),
        Value::Double(v) => v.len(),
        Value::Byte(v) => v.len(),
        Value::Short(v) => v.len(),
        Value::Long(v) => v.len(),
        _ => 0,
    }
}

fn position_of(exif: &Exif) -> Position {
    let value = |tag| exif.get_field(tag, In::PRIMARY).map(|f| &f.value);
    let letter = |tag| match value(tag) {
        Some(Value::Ascii(lines)) => lines
            .first()
            .and_then(|line| line.iter().find(|b| b.is_ascii_alphabetic()))
            .map(u8::to_ascii_uppercase),
        _ => None,
    };
    let (Some(lon), Some(lat)) = (value(Tag::GPSLongitude), value(Tag::GPSLatitude)) else {
        return Position::Missing;
    };
    let (east, north) = (letter(Tag::GPSLongitudeRef), letter(Tag::GPSLatitudeRef));
    let datum = match value(Tag::GPSMapDatum) {
        Some(Value::Ascii(lines)) => lines.first().map(|line| String::from_utf8_lossy(line)),
        _ => None,
    };
    if datum.is_some_and(|datum| foreign_datum(&datum).is_some() || is_far_from_wgs84(&datum)) {
        return Position::OtherSystem;
    }
    let lon = degrees(lon, east == Some(b'W'));
    let lat = degrees(lat, north == Some(b'S'));
    let (Some(lon), Some(lat)) = (lon, lat) else {
        return Position::Unreadable;
    };
    let said = (lon < 0.0 || matches!(east, Some(b'E' | b'W')))
        && (lat < 0.0 || matches!(north, Some(b'N' | b'S')));
    let at = Position::of(lon, lat);
    // Without its letters a place in China is that; any other is one of several.
    if said || is_in_china(lon, lat) || !matches!(at, Position::At(_)) {
        at
    } else {
        Position::Unreadable
    }
}

/// Whether a datum is one whose degrees lie some hundred metres off those of WGS 84.
fn is_far_from_wgs84(datum: &str) -> bool {
    let name: String = datum.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    let far = ["tokyo", "nad27", "ed50", "pulkovo"];
    far.iter().any(|far| name.contains(far))
}

/// Whether a place lies in the degrees of China.
pub(super) fn is_in_china(lon: f64, lat: f64) -> bool {
    (73.0..=136.0).contains(&lon) && (3.0..=54.0).contains(&lat)
}

/// Degrees, minutes and seconds as one number; `None` where a part that would have mattered cannot be read. After a part
/// with decimals there is nothing more to say, so that what stands there does not matter.
fn degrees(value: &Value, negative: bool) -> Option<f64> {
    let mut total = 0.0;
    for (index, unit) in [1.0, 60.0, 3600.0]
        .into_iter()
        .enumerate()
        .take(parts(value))
    {
        let fractional = total * unit / 60.0;
        match part(value, index) {
            Some(v) if index == 0 || (0.0..=60.0).contains(&v.abs()) => total += v.abs() / unit,
            None if index > 0 && (fractional - fractional.round()).abs() > 1e-6 => break,
            _ => return None,
        }
    }
    let minus = negative || part(value, 0).is_some_and(|v| v < 0.0);
    (parts(value) > 0).then_some(if minus { -total } else { total })
}
