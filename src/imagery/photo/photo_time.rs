//! When a photo was taken, by its EXIF and its XMP: the shutter's own time, as cameras, telephones and programs write it, else the
//! satellites' time. The time of a file's last change is none of these. Pure.

use super::exif_tags::{Tags, is_in_china};
use super::metadata::{PhotoTime, Position};
use super::xmp::Xmp;
use super::xmp_exif;
use super::xmp_value::number;
use crate::text::date_time;
use exif::Tag;
use jiff::civil::DateTime;

/// Seconds by which China's time is ahead of Greenwich.
const CHINA_S: i32 = 8 * 3600;

/// When the shutter opened: by its own tag, else that of the digitising, else by XMP, else by the satellites. The time of the file's
/// last change counts only where the satellites say the same.
pub fn captured(tags: &Tags, xmp: &Xmp) -> Option<PhotoTime> {
    shutter(tags)
        .or_else(|| of_xmp(xmp))
        .or_else(|| {
            let changed = changed(tags)?;
            let offset_s = Some(offset_by_satellites(tags, changed.local)?);
            Some(PhotoTime {
                offset_s,
                of_file: false,
                ..changed
            })
        })
        .or_else(|| by_satellites(tags, xmp))
}

/// The time of the file's last change, which a camera sets to the shutter's and a program to its own.
pub fn changed(tags: &Tags) -> Option<PhotoTime> {
    let stamp = stamp(&tags.text(Tag::DateTime)?)?;
    Some(PhotoTime {
        local: stamp.local,
        offset_s: tags
            .text(Tag::OffsetTime)
            .and_then(|o| offset_seconds(&o))
            .or(stamp.offset_s),
        subsecond: 0.0,
        of_file: true,
    })
}

fn shutter(tags: &Tags) -> Option<PhotoTime> {
    let stamp = |tag| stamp(&tags.text(tag)?);
    let (stamp, offset_tag, fraction_tag) = stamp(Tag::DateTimeOriginal)
        .map(|t| (t, Tag::OffsetTimeOriginal, Tag::SubSecTimeOriginal))
        .or_else(|| {
            let taken = stamp(Tag::DateTimeDigitized)?;
            Some((taken, Tag::OffsetTimeDigitized, Tag::SubSecTimeDigitized))
        })?;
    let offset_s = tags
        .text(offset_tag)
        .or_else(|| tags.text(Tag::OffsetTime))
        .and_then(|o| offset_seconds(&o))
        .or(stamp.offset_s)
        .or_else(|| offset_by_satellites(tags, stamp.local));
    let subsecond = tags
        .text(fraction_tag)
        .filter(|s| s.len() <= 9 && s.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|s| number(&format!("0.{s}")))
        .unwrap_or(0.0);
    Some(PhotoTime {
        local: stamp.local,
        offset_s,
        subsecond,
        of_file: false,
    })
}

fn of_xmp(xmp: &Xmp) -> Option<PhotoTime> {
    let stamp = xmp_exif::times(xmp).find_map(stamp)?;
    Some(PhotoTime {
        local: stamp.local,
        offset_s: stamp.offset_s,
        subsecond: 0.0,
        of_file: false,
    })
}

/// The satellites' time; of a place in China by the clocks there.
fn by_satellites(tags: &Tags, xmp: &Xmp) -> Option<PhotoTime> {
    let by_exif = satellites(tags).and_then(|(midnight, seconds)| {
        #[expect(clippy::cast_possible_truncation, reason = "at most 61 hours")]
        let seconds = seconds.round() as i64;
        let utc = midnight.checked_add(jiff::SignedDuration::from_secs(seconds));
        utc.ok()
    });
    let utc = by_exif.or_else(|| {
        let stamp = stamp(xmp_exif::satellites(xmp)?)?;
        let offset = jiff::SignedDuration::from_secs(stamp.offset_s.unwrap_or(0).into());
        stamp.local.checked_sub(offset).ok()
    })?;
    let place = match tags.position() {
        Position::Missing => xmp_exif::position(xmp),
        told => told,
    };
    let is_there = matches!(place, Position::At(at) if is_in_china(at.lon, at.lat));
    let offset_s = if is_there { CHINA_S } else { 0 };
    let offset = jiff::SignedDuration::from_secs(offset_s.into());
    Some(PhotoTime {
        local: utc.checked_add(offset).ok()?,
        offset_s: Some(offset_s),
        subsecond: 0.0,
        of_file: false,
    })
}

/// Midnight of the satellites' day, and their seconds since.
fn satellites(tags: &Tags) -> Option<(DateTime, f64)> {
    let date = tags.text(Tag::GPSDateStamp)?;
    let mut parts = date.split([':', '-', '/']).map(str::trim);
    let mut next = || parts.next()?.parse::<u16>().ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let clock = tags.three(Tag::GPSTimeStamp)?;
    if !clock.iter().all(|v| (0.0..=60.0).contains(v)) {
        return None;
    }
    let midnight = civil([year, month, day, 0, 0, 0])?;
    Some((midnight, clock[0] * 3600.0 + clock[1] * 60.0 + clock[2]))
}

/// The clock's offset from the satellites' time, where it is near a quarter of an hour as zones are.
fn offset_by_satellites(tags: &Tags, local: DateTime) -> Option<i32> {
    let (midnight, utc_s) = satellites(tags)?;
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

/// A time as it was written, and the zone where one stands behind it.
struct WrittenTime {
    local: DateTime,
    offset_s: Option<i32>,
}

/// `2026:05:03 10:21:00`, as cameras write it, or as programs and telephones do: with other signs between its parts, without
/// seconds, with 上午 and 下午.
fn stamp(text: &str) -> Option<WrittenTime> {
    let text = text.trim();
    if text.len() == EXIF_LENGTH {
        return of_exif(text).or_else(|| written(text));
    }
    written(text).or_else(|| of_exif(text))
}

/// Bytes of a time as EXIF has it.
const EXIF_LENGTH: usize = "2026:05:03 10:21:00".len();

fn of_exif(text: &str) -> Option<WrittenTime> {
    let read = exif::DateTime::from_ascii(text.as_bytes()).ok()?;
    let small = [read.month, read.day, read.hour, read.minute, read.second];
    let [month, day, hour, minute, second] = small.map(u16::from);
    Some(WrittenTime {
        local: civil([read.year, month, day, hour, minute, second])?,
        offset_s: None,
    })
}

fn written(text: &str) -> Option<WrittenTime> {
    // The signs of EXIF between year, month and day are those of a time elsewhere.
    let dashed = if text.get(4..5) == Some(":") {
        text.replacen(':', "-", 2)
    } else {
        text.to_owned()
    };
    let read = date_time(&dashed).ok()?;
    (read.day.year() >= FIRST_YEAR).then_some(())?;
    Some(WrittenTime {
        local: read.day.to_datetime(read.time?),
        offset_s: read.zone.map(jiff::tz::Offset::seconds),
    })
}

/// No picture with tags is older.
const FIRST_YEAR: i16 = 1990;

fn civil([year, small @ ..]: [u16; 6]) -> Option<DateTime> {
    let year = i16::try_from(year).ok().filter(|y| *y >= FIRST_YEAR)?;
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
