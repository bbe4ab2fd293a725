//! What XMP says in the names of EXIF: programs that take a picture's EXIF away leave it there.

use super::metadata::Position;
use super::xmp::Xmp;
use super::xmp_value::number;
use crate::text::foreign_datum;

/// Part of the address of EXIF's names in XMP.
const EXIF: &str = "exif";

/// Where: `33,54.0N` and `113,18,14.4E`, or degrees with their sign.
pub(super) fn position(xmp: &Xmp) -> Position {
    let value = |name| xmp.text_in(EXIF, name);
    let (Some(lon), Some(lat)) = (value("GPSLongitude"), value("GPSLatitude")) else {
        return Position::Missing;
    };
    if value("GPSMapDatum").is_some_and(|datum| foreign_datum(datum).is_some()) {
        return Position::OtherSystem;
    }
    match (degrees(lon, ['E', 'W']), degrees(lat, ['N', 'S'])) {
        (Some(lon), Some(lat)) => Position::of(lon, lat),
        _ => Position::Unreadable,
    }
}

/// The texts that may say when the shutter opened, the surest first.
pub(super) fn times(xmp: &Xmp) -> impl Iterator<Item = &str> {
    let original = xmp.text_in(EXIF, "DateTimeOriginal");
    let created = xmp.text_in("photoshop", "DateCreated");
    let digitized = xmp.text_in(EXIF, "DateTimeDigitized");
    [original, created, digitized].into_iter().flatten()
}

/// The satellites' date and time, which XMP has in one.
pub(super) fn satellites(xmp: &Xmp) -> Option<&str> {
    xmp.text_in(EXIF, "GPSTimeStamp")
}

/// Degrees, minutes and seconds parted by commas, with the letter of the side behind.
fn degrees(text: &str, [plus, minus]: [char; 2]) -> Option<f64> {
    let text = text.trim().to_ascii_uppercase();
    let (parts, sign) = if let Some(parts) = text.strip_suffix(plus) {
        (parts, 1.0)
    } else if let Some(parts) = text.strip_suffix(minus) {
        (parts, -1.0)
    } else {
        return number(&text);
    };
    let mut total = 0.0;
    for (i, part) in parts.split(',').enumerate() {
        let unit = *[1.0, 60.0, 3600.0].get(i)?;
        let most = if i == 0 { 180.0 } else { 60.0 };
        total += number(part).filter(|v| (0.0..=most).contains(v))? / unit;
    }
    Some(total * sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(members: &str) -> Position {
        let packet = format!("<a xmlns:exif='http://ns.adobe.com/exif/1.0/' {members}/>");
        position(&Xmp::read([packet.as_bytes()]))
    }

    #[test]
    fn places_are_read_as_programs_write_them() {
        for members in [
            "exif:GPSLatitude='33,54.0N' exif:GPSLongitude='113,30.0E'",
            "exif:GPSLatitude='33,54,0N' exif:GPSLongitude='113,30,0E'",
            "exif:GPSLatitude='33.9' exif:GPSLongitude='113.5'",
            "exif:GPSLatitude='33,54.0N' exif:GPSLongitude='113,30.0E' exif:GPSMapDatum='WGS-84'",
        ] {
            let Position::At(at) = at(members) else {
                panic!("{members}: {:?}", at(members))
            };
            assert!(
                (at.lon - 113.5).abs() + (at.lat - 33.9).abs() < 1e-9,
                "{members}"
            );
        }
        let west = at("exif:GPSLatitude='33,54.0S' exif:GPSLongitude='113,30.0W'");
        assert_eq!(west, Position::of(-113.5, -33.9));
        for members in [
            "exif:GPSLatitude='33,54.0N,x' exif:GPSLongitude='113,30.0E'",
            "exif:GPSLatitude='33,75.0N' exif:GPSLongitude='113,30.0E'",
        ] {
            assert_eq!(at(members), Position::Unreadable, "{members}");
        }
        let other =
            "exif:GPSLatitude='33,54N' exif:GPSLongitude='113,30E' exif:GPSMapDatum='GCJ-02'";
        assert_eq!(at(other), Position::OtherSystem);
        assert_eq!(at(""), Position::Missing);
    }
}
