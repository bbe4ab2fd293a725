//! Reads what a photo says of itself, from EXIF ([`super::exif_tags`]) and XMP ([`super::xmp`]). Nothing is guessed here: a
//! missing or absurd value is `None`, and where the camera looked is believed only where it makes sense
//! ([`super::family`]). Bytes in, [`Metadata`] out; no input panics, hangs or grows.

use super::exif_tags::Tags;
use super::family;
use super::jpeg::Headers;
use super::metadata::{Accuracy, Dewarp, Metadata, MetadataFault, Orientation, Position};
use super::photo_time;
use super::rangefinder;
use super::spectral_band::{band_by_body, xmp_band};
use super::xmp::Xmp;
use super::xmp_exif;
use super::xmp_value::number;
use exif::Tag;

/// Reads what a JPEG's headers say. Never fails: what cannot be read is missing, and named in
/// [`Metadata::faults`].
pub fn read(headers: &Headers) -> Metadata {
    let mut found = Metadata::default();
    let tags = Tags::of_blocks(&headers.exif);
    if tags.damaged {
        found.faults.push(MetadataFault::Exif);
    }
    from_exif(&tags, &mut found);
    let packets = headers.xmp.iter().map(Vec::as_slice);
    let xmp = Xmp::read(packets.chain(tags.packets()));
    if xmp.is_damaged() {
        found.faults.push(MetadataFault::Xmp);
    }
    from_xmp(&xmp, &mut found);
    found.captured = photo_time::captured(&tags, &xmp).or_else(|| photo_time::changed(&tags));
    found.attitude = family::attitude(&xmp, &found, tags.real(Tag::GPSImgDirection));
    if found.above_ground_m.is_none() {
        found.above_ground_m = rangefinder::above_target_m(&xmp, &found);
        found.ranged = found.above_ground_m.is_some();
    }
    found.heading_doubt_deg = family::heading_doubt_deg(&xmp);
    // "6" is a panorama in the values that Apple's telephones write.
    found.panorama = family::is_panorama(&xmp) || tags.whole(Tag::CustomRendered) == Some(6);
    let on_a_drone = family::is_on_a_drone(&found) || family::is_of_a_drone(&xmp);
    let stored = (headers.width, headers.height);
    found.band =
        band_by_body(&found, stored, tags.real(Tag::FNumber), on_a_drone).unwrap_or(found.band);
    found
}

fn from_exif(tags: &Tags, found: &mut Metadata) {
    found.make = tags.text(Tag::Make);
    found.model = tags.text(Tag::Model);
    found.serial = tags.text(Tag::BodySerialNumber);
    found.turned_by_viewer = tags
        .text(Tag::Software)
        .is_some_and(|s| s.to_ascii_lowercase().contains("windows photo viewer"));
    found.orientation = Orientation::of_tag(tags.whole(Tag::Orientation).unwrap_or(1));
    found.taken_size = tags
        .whole(Tag::PixelXDimension)
        .zip(tags.whole(Tag::PixelYDimension))
        .filter(|(w, h)| *w > 0 && *h > 0);
    found.position = tags.position();
    let below = tags.whole(Tag::GPSAltitudeRef).is_some_and(|v| v % 2 == 1);
    found.altitude_m = tags
        .real(Tag::GPSAltitude)
        .map(|v| if below { -v.abs() } else { v })
        .filter(|v| plausible_altitude(*v));
    found.track_deg = tags.real(Tag::GPSTrack).filter(|v| v.abs() <= 360.0);
    found.accuracy.horizontal_m = tags.real(Tag::GPSHPositioningError).filter(|v| *v > 0.0);
    let within = |tag, range: std::ops::Range<f64>| tags.real(tag).filter(|v| range.contains(v));
    found.focal_mm = within(Tag::FocalLength, 0.1..5000.0);
    found.focal_35mm = within(Tag::FocalLengthIn35mmFilm, 1.0..5000.0);
    found.digital_zoom = within(Tag::DigitalZoomRatio, 1.0..200.0);
    found.pixel_pitch_mm = pixel_pitch(tags);
}

/// Millimetres of a unit of resolution.
fn unit_mm(unit: u32) -> Option<f64> {
    match unit {
        2 => Some(25.4),
        3 => Some(10.0),
        4 => Some(1.0),
        5 => Some(0.001),
        _ => None,
    }
}

fn pixel_pitch(tags: &Tags) -> Option<f64> {
    let unit = tags.whole(Tag::FocalPlaneResolutionUnit).unwrap_or(2);
    let per_unit = tags.real(Tag::FocalPlaneXResolution)?;
    let pitch = unit_mm(unit)? / per_unit;
    // Sensors have pixels of half a micron to thirty.
    (0.0005..0.03).contains(&pitch).then_some(pitch)
}

/// From below the Dead Sea to above any drone.
fn plausible_altitude(metres: f64) -> bool {
    (-500.0..20_000.0).contains(&metres)
}

fn from_xmp(xmp: &Xmp, found: &mut Metadata) {
    if found.make.is_none() {
        found.make = xmp.text(&["Make"]).map(str::to_owned);
    }
    if found.model.is_none() {
        found.model = xmp.text(&["Model"]).map(str::to_owned);
    }
    if found.serial.is_none() {
        found.serial = xmp
            .text(&["CameraSerialNumber", "DroneSerialNumber", "SerialNumber"])
            .map(str::to_owned);
    }
    place_by_xmp(xmp, found);
    let altitude = |names: &[&str]| xmp.number(names).filter(|v| plausible_altitude(*v));
    found.altitude_m = altitude(&["AbsoluteAltitude"]).or(found.altitude_m);
    found.relative_altitude_m = altitude(&["RelativeAltitude"]);
    found.above_ground_m = xmp
        .number(&["AboveGroundAltitude"])
        .filter(|v| (0.5..10_000.0).contains(v));
    xmp_accuracy(xmp, &mut found.accuracy);
    let is_ellipsoid = |system: &str| system.to_ascii_lowercase().contains("ellips");
    let corrected = matches!(found.accuracy.rtk_flag, Some(16 | 34 | 50))
        || xmp.text(&["VertCS"]).is_some_and(is_ellipsoid);
    found.over_ellipsoid = xmp
        .text(&["AltitudeType"])
        .map_or(corrected, |kind| kind.to_ascii_lowercase().contains("rtk"));
    found.calibrated_focal_px = xmp
        .number(&["CalibratedFocalLength"])
        .filter(|v| (100.0..200_000.0).contains(v));
    found.dewarp = dewarp(xmp);
    found.band = xmp_band(xmp);
}

/// XMP has more digits than EXIF; but it never replaces a good place with none.
fn place_by_xmp(xmp: &Xmp, found: &mut Metadata) {
    let own = xmp
        .number(&["GpsLongitude", "GpsLongtitude"])
        .zip(xmp.number(&["GpsLatitude"]))
        .or_else(|| {
            xmp.number_in("dji", "Longitude")
                .zip(xmp.number_in("dji", "Latitude"))
        });
    let Some((lon, lat)) = own else {
        if found.position == Position::Missing {
            found.position = xmp_exif::position(xmp);
        }
        return;
    };
    let at = Position::of(lon, lat);
    if let (Position::At(xmp), Position::At(exif)) = (at, found.position) {
        found.places_apart_m = Some(xmp.distance_m(exif));
        found.other_place = Some(exif);
    }
    if matches!(at, Position::At(_)) || found.position == Position::Missing {
        found.position = at;
    }
}

fn xmp_accuracy(xmp: &Xmp, accuracy: &mut Accuracy) {
    let deviation = |names: &[&str]| xmp.number(names).filter(|v| (1e-4..1000.0).contains(v));
    let rtk = deviation(&["RtkStdLon"]).zip(deviation(&["RtkStdLat"]));
    let rtk = rtk.map(|(x, y)| x.max(y));
    let told = rtk.or(deviation(&["GPSXYAccuracy"]));
    accuracy.horizontal_m = told.or(accuracy.horizontal_m);
    accuracy.vertical_m = deviation(&["RtkStdHgt", "GPSZAccuracy"]);
    accuracy.rtk_flag = xmp.text(&["RtkFlag"]).and_then(|v| v.parse().ok());
}

/// `2022-06-08;fx,fy,cx,cy,k1,k2,p1,p2,k3`, the centre as an offset from the image's (DJI, "Phantom 4 RTK image
/// dewarping guide").
fn dewarp(xmp: &Xmp) -> Option<Dewarp> {
    let data = xmp.text(&["DewarpData"])?;
    let numbers: Vec<f64> = data
        .rsplit(';')
        .next()?
        .split(',')
        .map_while(number)
        .take(9)
        .collect();
    let [fx, fy, cx, cy, k1, k2, p1, p2, k3] = numbers.try_into().ok()?;
    let sane = (100.0..200_000.0).contains(&fx)
        && (100.0..200_000.0).contains(&fy)
        && cx.abs() < fx
        && cy.abs() < fy
        && [k1, k2, k3].iter().all(|k| k.abs() < 10.0)
        && p1.abs() < 1.0
        && p2.abs() < 1.0;
    sane.then(|| Dewarp {
        focal: (fx, fy),
        offset: (cx, cy),
        radial: [k1, k2, k3],
        tangential: [p1, p2],
        applied: xmp.text(&["DewarpFlag"]) == Some("1"),
    })
}

#[cfg(test)]
mod tests;
