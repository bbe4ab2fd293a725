//! EXIF blocks by `kamadak-exif`, read as far as they can be: one damaged tag or directory takes no other with it, and of
//! several blocks each tag comes from the first that has it. The one reader of EXIF: photos of drones and photographs of
//! evidence are read alike.

use super::jpeg;
use super::metadata::{PhotoTime, Position};
use super::xmp_value::number;
use crate::ground::LonLat;
use crate::text::foreign_datum;
use exif::{Exif, In, Tag, Value};
use jiff::civil::DateTime;
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

/// What a picture of any kind says of when and where it was taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PictureTags {
    /// The camera's own clock, not the time of a later change.
    pub taken: Option<DateTime>,
    /// By how many seconds that clock was ahead of UTC, where it is known.
    pub offset_s: Option<i32>,
    /// Where, in WGS 84.
    pub at: Option<LonLat>,
}

/// Reads the EXIF of a JPEG, HEIC, PNG, TIFF or WebP in memory; one without it says nothing.
pub fn picture_tags(bytes: &[u8]) -> PictureTags {
    let tags = Tags::of_file(bytes);
    let captured = tags.captured();
    PictureTags {
        taken: captured.map(|c| c.local),
        offset_s: captured.and_then(|c| c.offset_s),
        at: tags.position().place(),
    }
}

impl Tags {
    /// Those of the EXIF blocks of a JPEG, each from its TIFF header on.
    pub fn of_blocks(blocks: &[Vec<u8>]) -> Self {
        let mut found = Self::default();
        for block in blocks {
            found.take(read(block, |reader| reader.read_raw(block.clone())));
        }
        found
    }

    /// Those of a whole file.
    fn of_file(bytes: &[u8]) -> Self {
        if let Ok(headers) = jpeg::headers(&mut Cursor::new(bytes)) {
            return Self::of_blocks(&headers.exif);
        }
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
            let text = String::from_utf8_lossy(lines.first()?);
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

    /// When: the shutter's time, else that of the digitising; the time of the file's last change is neither.
    pub fn captured(&self) -> Option<PhotoTime> {
        let stamp = |tag| civil_of(&self.text(tag)?);
        let (local, offset_tag, fraction_tag) = stamp(Tag::DateTimeOriginal)
            .map(|t| (t, Tag::OffsetTimeOriginal, Tag::SubSecTimeOriginal))
            .or_else(|| {
                let taken = stamp(Tag::DateTimeDigitized)?;
                Some((taken, Tag::OffsetTimeDigitized, Tag::SubSecTimeDigitized))
            })?;
        let offset_s = self
            .text(offset_tag)
            .or_else(|| self.text(Tag::OffsetTime))
            .and_then(|o| offset_seconds(&o))
            .or_else(|| self.offset_by_satellites(local));
        let subsecond = self
            .text(fraction_tag)
            .filter(|s| s.len() <= 9 && s.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|s| number(&format!("0.{s}")))
            .unwrap_or(0.0);
        Some(PhotoTime {
            local,
            offset_s,
            subsecond,
            of_file: false,
        })
    }

    /// The time of the file's last change, which a camera sets to the shutter's and a program to its own.
    pub fn changed(&self) -> Option<PhotoTime> {
        Some(PhotoTime {
            local: civil_of(&self.text(Tag::DateTime)?)?,
            offset_s: self.text(Tag::OffsetTime).and_then(|o| offset_seconds(&o)),
            subsecond: 0.0,
            of_file: true,
        })
    }

    /// The clock's offset from the satellites' time, where it is near a quarter of an hour as zones are.
    fn offset_by_satellites(&self, local: DateTime) -> Option<i32> {
        let date = self.text(Tag::GPSDateStamp)?;
        let mut parts = date.split([':', '-', '/']).map(str::trim);
        let mut next = || parts.next()?.parse::<u16>().ok();
        let (year, month, day) = (next()?, next()?, next()?);
        let clock = self.values(Tag::GPSTimeStamp).next()?;
        let clock = |i| part(clock, i).filter(|v| (0.0..=60.0).contains(v));
        let (hour, minute, second) = (clock(0)?, clock(1)?, clock(2)?);
        let midnight = civil([year, month, day, 0, 0, 0])?;
        let utc_s = hour * 3600.0 + minute * 60.0 + second;
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds between two dates are exact in an f64"
        )]
        let difference = local.duration_since(midnight).as_secs() as f64 - utc_s;
        let quarters = (difference / 900.0).round();
        let close = (difference - quarters * 900.0).abs() < 120.0;
        if !close || quarters.abs() > 56.0 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "at most 56 quarters of an hour"
        )]
        let quarters = quarters as i32;
        Some(quarters * 900)
    }
}

fn tolerant() -> exif::Reader {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    reader
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
    if datum.is_some_and(|datum| foreign_datum(&datum).is_some()) {
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

/// Whether a place lies in the degrees of China.
fn is_in_china(lon: f64, lat: f64) -> bool {
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

/// `2026:05:03 10:21:00`, as cameras write it.
fn civil_of(text: &str) -> Option<DateTime> {
    let read = exif::DateTime::from_ascii(text.as_bytes()).ok()?;
    let [month, day, hour, minute, second] =
        [read.month, read.day, read.hour, read.minute, read.second].map(u16::from);
    civil([read.year, month, day, hour, minute, second])
}

fn civil([year, small @ ..]: [u16; 6]) -> Option<DateTime> {
    let year = i16::try_from(year).ok().filter(|y| *y >= 1990)?;
    let [month, day, hour, minute, second] = small.map(|v| i8::try_from(v).ok());
    DateTime::new(year, month?, day?, hour?, minute?, second?, 0).ok()
}

/// `+08:00` in seconds.
fn offset_seconds(text: &str) -> Option<i32> {
    let text = text.trim();
    if text == "Z" {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes))
        .then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests;
