//! What a photo says of itself, from EXIF ([`super::exif_tags`]) and XMP ([`super::xmp`]). Nothing is guessed here: a
//! missing or absurd value is `None`, and where the camera looked is believed only where it makes sense
//! ([`super::family`]). Bytes in, [`Metadata`] out; no input panics, hangs or grows.

use super::exif_tags::Tags;
use super::family;
use super::jpeg::Headers;
pub use super::orientation::Orientation;
use super::spectral_band::{Band, band_by_body, xmp_band};
use super::xmp::{Xmp, number};
use crate::ground::LonLat;
use exif::Tag;
use jiff::civil::DateTime;

/// Everything a photo's headers tell that the search needs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// Maker, as in `DJI`.
    pub make: Option<String>,
    /// Camera model, as in `FC300S`.
    pub model: Option<String>,
    /// The body's or camera's serial number: two cameras of one model differ here.
    pub serial: Option<String>,
    /// Columns and rows that the camera wrote, before any later resizing.
    pub taken_size: Option<(u32, u32)>,
    /// How viewers are told to turn the stored pixels.
    pub orientation: Orientation,
    /// Where the camera was.
    pub position: Position,
    /// Metres between the places that EXIF and XMP say, where both do.
    pub places_apart_m: Option<f64>,
    /// Metres above the sea, or above the ellipsoid where [`Metadata::over_ellipsoid`].
    pub altitude_m: Option<f64>,
    /// Whether the altitude is a corrected receiver's, which counts from the ellipsoid, not from the sea.
    pub over_ellipsoid: bool,
    /// Metres above the take-off point.
    pub relative_altitude_m: Option<f64>,
    /// Metres above the ground right below, where the drone measured it.
    pub above_ground_m: Option<f64>,
    /// Where the camera looked.
    pub attitude: Attitude,
    /// Degrees between the heading of the camera and that of the drone, where the camera's looks as if it was not written.
    pub heading_doubt_deg: Option<f64>,
    /// Whether it was stitched out of several frames.
    pub panorama: bool,
    /// Degrees clockwise from north along which the camera moved.
    pub track_deg: Option<f64>,
    /// What the receiver says of its accuracy.
    pub accuracy: Accuracy,
    /// Focal length in millimetres.
    pub focal_mm: Option<f64>,
    /// Focal length of a 36 mm by 24 mm camera with the same diagonal field of view.
    pub focal_35mm: Option<f64>,
    /// Width of one pixel on the sensor in millimetres, for [`Metadata::taken_size`].
    pub pixel_pitch_mm: Option<f64>,
    /// Digital zoom, 1 or more.
    pub digital_zoom: Option<f64>,
    /// Focal length in pixels that the maker calibrated, for [`Metadata::taken_size`].
    pub calibrated_focal_px: Option<f64>,
    /// The maker's calibration of the lens.
    pub dewarp: Option<Dewarp>,
    /// When it was taken.
    pub captured: Option<PhotoTime>,
    /// What kind of light it shows.
    pub band: Band,
    /// Whether a picture viewer has turned the picture and left the pose as it was: Windows Photo Viewer writes its name
    /// only when it saves a turned picture.
    pub turned_by_viewer: bool,
    /// Parts that could not be read.
    pub faults: Vec<MetadataFault>,
}

/// A part of the headers that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataFault {
    /// The EXIF block, or a part of it.
    Exif,
    /// The XMP packet, or a part of it.
    Xmp,
}

/// The camera's position, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Position {
    /// No tag says.
    #[default]
    Missing,
    /// Longitude and latitude both 0: what a receiver without a fix writes.
    NullIsland,
    /// Values that are no place on Earth.
    Absurd,
    /// A part of the value cannot be read, such as seconds of 0/0.
    Unreadable,
    /// A place.
    At(LonLat),
}

impl Position {
    /// What values of longitude and latitude say.
    pub fn of(lon: f64, lat: f64) -> Self {
        let at = LonLat::new(lon, lat);
        if !at.is_on_earth() {
            Self::Absurd
        } else if lon.abs() < 1e-6 && lat.abs() < 1e-6 {
            Self::NullIsland
        } else {
            Self::At(at)
        }
    }
}

/// Roll, pitch and yaw, as far as they are known, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Attitude {
    /// Nothing is said.
    #[default]
    Unknown,
    /// Only a heading, of a camera without a gimbal: it is taken to look straight down.
    Heading(f64),
    /// A camera that can look anywhere, and nothing that can be believed of where it did.
    Doubtful {
        /// Why.
        doubt: Doubt,
        /// The drone's heading, where it is known.
        heading: Option<f64>,
    },
    /// A gimbal: pitch is 0 at the horizon and -90 straight down (DJI, Autel, Parrot).
    Gimbal {
        /// Degrees clockwise from north; `None` where only the tilt is known.
        yaw: Option<f64>,
        /// Degrees above the horizon.
        pitch: f64,
        /// Degrees clockwise about the optical axis.
        roll: f64,
    },
    /// A camera fixed to look down out of the body (`Pix4D`'s `Camera` names: senseFly, Sequoia): all 0 is straight down,
    /// the top of the image ahead.
    Body {
        /// Degrees clockwise from north.
        yaw: f64,
        /// Degrees, positive with the nose up.
        pitch: f64,
        /// Degrees, positive with the right wing down.
        roll: f64,
    },
}

/// Why it is not known where a camera looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// All angles of the gimbal are 0: they were not written.
    AllZero,
    /// The camera has a gimbal, and its tilt is not in the tags.
    NoTilt,
    /// The packet with the angles is damaged.
    Damaged,
    /// Angles that some makers count from straight down and others from the horizon.
    Ambiguous,
    /// It is tilted, and nothing says to which side.
    NoHeading,
    /// A telephone in somebody's hand.
    HandHeld,
}

/// Standard deviations that a receiver states, in metres.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Accuracy {
    /// Along either horizontal axis.
    pub horizontal_m: Option<f64>,
    /// Along the vertical.
    pub vertical_m: Option<f64>,
    /// The RTK flag: 50 is a fixed solution, 34 and 16 are not, 0 is none.
    pub rtk_flag: Option<u32>,
}

/// DJI's calibrated lens, in pixels of the photo as taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dewarp {
    /// Focal lengths.
    pub focal: (f64, f64),
    /// The principal point's offset from the image centre.
    pub offset: (f64, f64),
    /// Radial coefficients k1, k2, k3 of Brown's model.
    pub radial: [f64; 3],
    /// Tangential coefficients p1, p2.
    pub tangential: [f64; 2],
    /// Whether the camera has already straightened the image.
    pub applied: bool,
}

/// When a photo was taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhotoTime {
    /// The camera's clock.
    pub local: DateTime,
    /// Seconds east of Greenwich, where a tag or the satellites' time tells.
    pub offset_s: Option<i32>,
    /// Fractions of a second.
    pub subsecond: f64,
    /// Whether only the time of the file's last change is known: good for the order of photos, not for the day they were
    /// taken.
    pub of_file: bool,
}

impl PhotoTime {
    /// Seconds since 1970 on the camera's own clock, for differences between photos of one camera.
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of this millennium are exact in an f64"
    )]
    pub fn clock_s(&self) -> f64 {
        let zero = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        let since = self.local.duration_since(zero);
        since.as_secs() as f64 + self.subsecond
    }
}

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
    found.attitude = family::attitude(&xmp, &found, tags.real(Tag::GPSImgDirection));
    found.heading_doubt_deg = family::heading_doubt_deg(&xmp);
    // "6" is a panorama in the values that Apple's telephones write.
    found.panorama = family::is_panorama(&xmp) || tags.whole(Tag::CustomRendered) == Some(6);
    found.band = band_by_body(&found, (headers.width, headers.height)).unwrap_or(found.band);
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
    found.captured = tags.captured().or_else(|| tags.changed());
}

fn pixel_pitch(tags: &Tags) -> Option<f64> {
    let unit_mm = match tags.whole(Tag::FocalPlaneResolutionUnit).unwrap_or(2) {
        2 => 25.4,
        3 => 10.0,
        4 => 1.0,
        5 => 0.001,
        _ => return None,
    };
    let per_unit = tags.real(Tag::FocalPlaneXResolution)?;
    let pitch = unit_mm / per_unit;
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
    let corrected = matches!(found.accuracy.rtk_flag, Some(16 | 34 | 50));
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
    let Some((lon, lat)) = own else { return };
    let at = Position::of(lon, lat);
    if let (Position::At(xmp), Position::At(exif)) = (at, found.position) {
        found.places_apart_m = Some(xmp.distance_m(exif));
    }
    if matches!(at, Position::At(_)) || found.position == Position::Missing {
        found.position = at;
    }
}

fn xmp_accuracy(xmp: &Xmp, accuracy: &mut Accuracy) {
    let deviation = |names: &[&str]| xmp.number(names).filter(|v| (1e-4..1000.0).contains(v));
    let rtk = deviation(&["RtkStdLon"])
        .zip(deviation(&["RtkStdLat"]))
        .map(|(x, y)| x.max(y));
    accuracy.horizontal_m = rtk
        .or(deviation(&["GPSXYAccuracy"]))
        .or(accuracy.horizontal_m);
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
