//! What a photo says of itself: EXIF by `kamadak-exif`, XMP by [`super::xmp`]. Nothing is guessed here: a missing or
//! absurd value is `None`. Bytes in, [`Metadata`] out; no input panics, hangs or grows.

use super::jpeg::Headers;
use super::xmp::{Xmp, number};
use crate::ground::LonLat;
use exif::{Exif, In, Tag, Value};
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
    /// How the stored pixels must be turned to stand upright.
    pub orientation: Orientation,
    /// Where the camera was.
    pub position: Position,
    /// Metres above the sea, or above the ellipsoid for some receivers: which, a photo does not say.
    pub altitude_m: Option<f64>,
    /// Metres above the take-off point.
    pub relative_altitude_m: Option<f64>,
    /// Metres above the ground right below, where the drone measured it.
    pub above_ground_m: Option<f64>,
    /// Where the camera looked.
    pub attitude: Attitude,
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
    pub captured: Option<Captured>,
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
    /// The XMP packet is not XML.
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
    /// A place.
    At(LonLat),
}

/// Roll, pitch and yaw, as far as they are known, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Attitude {
    /// Nothing is said.
    #[default]
    Unknown,
    /// Only the drone's heading: the camera is taken to look straight down from it.
    Heading(f64),
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
pub struct Captured {
    /// The camera's clock.
    pub local: DateTime,
    /// Seconds east of Greenwich, where a tag or the satellites' time tells.
    pub offset_s: Option<i32>,
    /// Fractions of a second.
    pub subsecond: f64,
}

impl Captured {
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

/// What kind of light a photo shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Band {
    /// Ordinary colour, as far as the tags say.
    #[default]
    Colour,
    /// Heat.
    Thermal,
    /// One band of a multispectral camera, by its name.
    Multispectral(String),
}

/// How stored pixels are turned to stand upright (the EXIF tag's values 1 to 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Orientation {
    /// Whether columns and rows change places (before the mirrorings).
    pub transposed: bool,
    /// Whether the upright image's columns run against the stored axis they come from.
    pub flip_x: bool,
    /// Whether the upright image's rows do.
    pub flip_y: bool,
}

impl Orientation {
    /// By the EXIF tag's value; any other value is upright.
    pub fn of_tag(value: u32) -> Self {
        let (transposed, flip_x, flip_y) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self {
            transposed,
            flip_x,
            flip_y,
        }
    }

    /// The size of the upright image.
    pub fn upright_size(self, stored: (u32, u32)) -> (u32, u32) {
        if self.transposed {
            (stored.1, stored.0)
        } else {
            stored
        }
    }

    /// A direction from the centre of the upright image, in the stored image's axes.
    pub fn to_stored(self, upright: (f64, f64)) -> (f64, f64) {
        let x = if self.flip_x { -upright.0 } else { upright.0 };
        let y = if self.flip_y { -upright.1 } else { upright.1 };
        if self.transposed { (y, x) } else { (x, y) }
    }

    /// The inverse of [`Orientation::to_stored`].
    pub fn to_upright(self, stored: (f64, f64)) -> (f64, f64) {
        let (x, y) = if self.transposed {
            (stored.1, stored.0)
        } else {
            stored
        };
        (
            if self.flip_x { -x } else { x },
            if self.flip_y { -y } else { y },
        )
    }
}

/// Reads what a JPEG's headers say. Never fails: what cannot be read is missing, and named in
/// [`Metadata::faults`].
pub fn read(headers: &Headers) -> Metadata {
    let mut found = Metadata::default();
    if let Some(block) = &headers.exif {
        match read_exif(block, &mut found.faults) {
            Some(exif) => from_exif(&exif, &mut found),
            None => found.faults.push(MetadataFault::Exif),
        }
    }
    if let Some(packet) = &headers.xmp {
        match Xmp::parse(packet) {
            Some(xmp) => from_xmp(&xmp, &mut found),
            None => found.faults.push(MetadataFault::Xmp),
        }
    }
    found.band = band_by_body(&found, (headers.width, headers.height)).unwrap_or(found.band);
    found
}

/// Sub-directories that are followed in an EXIF block; real ones have three. Each may claim every byte of the block as
/// its entries, so without a bound 64 kB could be blown up to a gigabyte.
const MAX_DIRECTORIES: usize = 64;

fn read_exif(block: &[u8], faults: &mut Vec<MetadataFault>) -> Option<Exif> {
    const POINTERS: [[u8; 2]; 3] = [[0x87, 0x69], [0x88, 0x25], [0xa0, 0x05]];
    let pointers = block
        .windows(2)
        .filter(|w| {
            POINTERS
                .iter()
                .any(|p| *w == p || (w[0] == p[1] && w[1] == p[0]))
        })
        .count();
    if pointers > MAX_DIRECTORIES {
        return None;
    }
    let mut partial = false;
    let exif = exif::Reader::new()
        .continue_on_error(true)
        .read_raw(block.to_vec())
        .or_else(|e| e.distill_partial_result(|errors| partial = !errors.is_empty()))
        .ok();
    if partial && exif.is_some() {
        faults.push(MetadataFault::Exif);
    }
    exif
}

fn from_exif(exif: &Exif, found: &mut Metadata) {
    found.make = text(exif, Tag::Make);
    found.model = text(exif, Tag::Model);
    found.serial = text(exif, Tag::BodySerialNumber);
    found.turned_by_viewer = text(exif, Tag::Software)
        .is_some_and(|s| s.to_ascii_lowercase().contains("windows photo viewer"));
    found.orientation = Orientation::of_tag(whole(exif, Tag::Orientation).unwrap_or(1));
    found.taken_size = whole(exif, Tag::PixelXDimension)
        .zip(whole(exif, Tag::PixelYDimension))
        .filter(|(w, h)| *w > 0 && *h > 0);
    found.position = exif_position(exif);
    let below = whole(exif, Tag::GPSAltitudeRef).is_some_and(|v| v % 2 == 1);
    found.altitude_m = real(exif, Tag::GPSAltitude, 0)
        .map(|v| if below { -v.abs() } else { v })
        .filter(|v| plausible_altitude(*v));
    found.track_deg = real(exif, Tag::GPSTrack, 0).filter(|v| v.abs() <= 360.0);
    if let Some(yaw) = real(exif, Tag::GPSImgDirection, 0).filter(|v| v.abs() <= 360.0) {
        found.attitude = Attitude::Heading(yaw);
    }
    found.accuracy.horizontal_m = real(exif, Tag::GPSHPositioningError, 0).filter(|v| *v > 0.0);
    found.focal_mm = real(exif, Tag::FocalLength, 0).filter(|v| (0.1..5000.0).contains(v));
    found.focal_35mm =
        real(exif, Tag::FocalLengthIn35mmFilm, 0).filter(|v| (1.0..5000.0).contains(v));
    found.digital_zoom = real(exif, Tag::DigitalZoomRatio, 0).filter(|v| (1.0..200.0).contains(v));
    found.pixel_pitch_mm = pixel_pitch(exif);
    found.captured = captured(exif);
}

fn pixel_pitch(exif: &Exif) -> Option<f64> {
    let unit_mm = match whole(exif, Tag::FocalPlaneResolutionUnit).unwrap_or(2) {
        2 => 25.4,
        3 => 10.0,
        4 => 1.0,
        5 => 0.001,
        _ => return None,
    };
    let per_unit = real(exif, Tag::FocalPlaneXResolution, 0)?;
    let pitch = unit_mm / per_unit;
    // Sensors have pixels of half a micron to thirty.
    (0.0005..0.03).contains(&pitch).then_some(pitch)
}

fn exif_position(exif: &Exif) -> Position {
    let degrees = |value: Tag, reference: Tag, negative: char| -> Option<f64> {
        let sign =
            text(exif, reference).is_some_and(|r| r.to_ascii_uppercase().starts_with(negative));
        let parts: Vec<f64> = (0..3).map_while(|i| real(exif, value, i)).collect();
        let total = parts
            .iter()
            .zip([1.0, 60.0, 3600.0])
            .map(|(p, by)| p / by)
            .sum::<f64>();
        (!parts.is_empty()).then_some(if sign { -total.abs() } else { total })
    };
    let has = |tag| exif.get_field(tag, In::PRIMARY).is_some();
    match (
        degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, 'W'),
        degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, 'S'),
    ) {
        (Some(lon), Some(lat)) => place(lon, lat),
        _ if has(Tag::GPSLongitude) && has(Tag::GPSLatitude) => Position::Absurd,
        _ => Position::Missing,
    }
}

fn place(lon: f64, lat: f64) -> Position {
    let at = LonLat::new(lon, lat);
    if !at.is_on_earth() {
        Position::Absurd
    } else if lon.abs() < 1e-6 && lat.abs() < 1e-6 {
        Position::NullIsland
    } else {
        Position::At(at)
    }
}

/// From below the Dead Sea to above any drone.
fn plausible_altitude(metres: f64) -> bool {
    (-500.0..20_000.0).contains(&metres)
}

fn captured(exif: &Exif) -> Option<Captured> {
    let stamp = |tag| -> Option<DateTime> {
        let field = text(exif, tag)?;
        let read = exif::DateTime::from_ascii(field.as_bytes()).ok()?;
        civil(
            read.year,
            read.month,
            read.day,
            read.hour,
            read.minute,
            read.second,
        )
    };
    let (local, offset_tag, fraction_tag) = stamp(Tag::DateTimeOriginal)
        .map(|t| (t, Tag::OffsetTimeOriginal, Tag::SubSecTimeOriginal))
        .or_else(|| {
            stamp(Tag::DateTimeDigitized)
                .map(|t| (t, Tag::OffsetTimeDigitized, Tag::SubSecTimeDigitized))
        })
        .or_else(|| stamp(Tag::DateTime).map(|t| (t, Tag::OffsetTime, Tag::SubSecTime)))?;
    let offset_s = text(exif, offset_tag)
        .or_else(|| text(exif, Tag::OffsetTime))
        .and_then(|o| offset_seconds(&o))
        .or_else(|| offset_by_satellites(exif, local));
    let subsecond = text(exif, fraction_tag)
        .filter(|s| s.len() <= 9 && s.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|s| number(&format!("0.{s}")))
        .unwrap_or(0.0);
    Some(Captured {
        local,
        offset_s,
        subsecond,
    })
}

fn civil(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<DateTime> {
    let small = |v: u8| i8::try_from(v).ok();
    DateTime::new(
        i16::try_from(year).ok().filter(|y| *y >= 1990)?,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    )
    .ok()
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

/// The clock's offset from the satellites' time, where it is near a quarter of an hour as zones are.
fn offset_by_satellites(exif: &Exif, local: DateTime) -> Option<i32> {
    let date = text(exif, Tag::GPSDateStamp)?;
    let mut parts = date.split([':', '-', '/']).map(str::trim);
    let mut next = || parts.next()?.parse::<u16>().ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let clock: Vec<f64> = (0..3)
        .map_while(|i| real(exif, Tag::GPSTimeStamp, i))
        .filter(|v| (0.0..=60.0).contains(v))
        .collect();
    let [hour, minute, second] = clock.try_into().ok()?;
    let midnight = civil(year, month.try_into().ok()?, day.try_into().ok()?, 0, 0, 0)?;
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
    let own = xmp
        .number(&["GpsLongitude", "GpsLongtitude"])
        .zip(xmp.number(&["GpsLatitude"]))
        .or_else(|| {
            xmp.number_in("dji", "Longitude")
                .zip(xmp.number_in("dji", "Latitude"))
        });
    // More digits than EXIF has; but it never replaces a good place with none.
    if let Some((lon, lat)) = own {
        let at = place(lon, lat);
        if matches!(at, Position::At(_)) || found.position == Position::Missing {
            found.position = at;
        }
    }
    let altitude = |names: &[&str]| xmp.number(names).filter(|v| plausible_altitude(*v));
    found.altitude_m = altitude(&["AbsoluteAltitude"]).or(found.altitude_m);
    found.relative_altitude_m = altitude(&["RelativeAltitude"]);
    found.above_ground_m = xmp
        .number(&["AboveGroundAltitude"])
        .filter(|v| (0.5..10_000.0).contains(v));
    if let Some(attitude) = xmp_attitude(xmp, found.make.as_deref()) {
        found.attitude = attitude;
    }
    xmp_accuracy(xmp, &mut found.accuracy);
    found.calibrated_focal_px = xmp
        .number(&["CalibratedFocalLength"])
        .filter(|v| (100.0..200_000.0).contains(v));
    found.dewarp = dewarp(xmp);
    found.band = xmp_band(xmp);
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

fn xmp_attitude(xmp: &Xmp, make: Option<&str>) -> Option<Attitude> {
    let angle = |names: &[&str]| xmp.number(names).filter(|v| v.abs() <= 360.0);
    if let Some(pitch) = angle(&["GimbalPitchDegree", "CameraPitchDegree"]) {
        return Some(Attitude::Gimbal {
            yaw: angle(&["GimbalYawDegree", "CameraYawDegree"]).or_else(|| drone_yaw(xmp)),
            pitch,
            roll: angle(&["GimbalRollDegree", "CameraRollDegree"]).unwrap_or(0.0),
        });
    }
    let camera = |name| xmp.number_in("camera", name).filter(|v| v.abs() <= 360.0);
    if let (Some(yaw), Some(pitch), Some(roll)) = (camera("Yaw"), camera("Pitch"), camera("Roll")) {
        // Some makers write a gimbal's angles under these names; a camera that looks that far backwards there is none.
        if pitch <= -45.0 {
            return Some(Attitude::Gimbal {
                yaw: Some(yaw),
                pitch,
                roll,
            });
        }
        let sensefly = make.is_some_and(|m| m.eq_ignore_ascii_case("sensefly"));
        return Some(Attitude::Body {
            yaw,
            pitch,
            roll: if sensefly { -roll } else { roll },
        });
    }
    drone_yaw(xmp).or(camera("Yaw")).map(Attitude::Heading)
}

fn drone_yaw(xmp: &Xmp) -> Option<f64> {
    xmp.number(&["FlightYawDegree", "DroneYawDegree"])
        .filter(|v| v.abs() <= 360.0)
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

fn xmp_band(xmp: &Xmp) -> Band {
    let source = xmp
        .text(&["ImageSource"])
        .unwrap_or_default()
        .to_ascii_lowercase();
    if source.contains("infrared") || source.contains("thermal") || xmp.has_namespace("flir") {
        return Band::Thermal;
    }
    let names: Vec<&str> = xmp.all("BandName").take(8).collect();
    let name = names.join(", ");
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_uppercase();
    match plain.as_str() {
        "LWIR" => Band::Thermal,
        "" if source.contains("nircamera") => Band::Multispectral("NIR".into()),
        "" | "RGB" | "REDGREENBLUE" | "BLUEGREENRED" => Band::Colour,
        _ => Band::Multispectral(name),
    }
}

/// Frame sizes of thermal sensors, the longer side first.
const THERMAL_SIZES: [(u32, u32); 6] = [
    (640, 512),
    (640, 480),
    (336, 256),
    (320, 256),
    (160, 120),
    (1280, 1024),
];
/// Parts of the model names of cameras with a thermal sensor.
const THERMAL_CAMERAS: [&str; 11] = [
    "FLIR",
    "XTR",
    "XT2",
    "XT S",
    "ZH20",
    "ZH30",
    "M30T",
    "M3T",
    "M4T",
    "MAVIC2-ENTERPRISE",
    "THERMAL",
];

/// What the make, the model and the size of the frame give away.
fn band_by_body(found: &Metadata, stored: (u32, u32)) -> Option<Band> {
    let upper = |s: &Option<String>| s.as_deref().unwrap_or_default().to_ascii_uppercase();
    let (make, model) = (upper(&found.make), upper(&found.model));
    if make.contains("MICASENSE") || model.contains("REDEDGE") {
        return (found.band == Band::Colour).then(|| Band::Multispectral("?".into()));
    }
    let body = make.contains("FLIR") || THERMAL_CAMERAS.iter().any(|c| model.contains(c));
    let size = (stored.0.max(stored.1), stored.0.min(stored.1));
    (body && THERMAL_SIZES.contains(&size)).then_some(Band::Thermal)
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let field = exif.get_field(tag, In::PRIMARY)?;
    let Value::Ascii(lines) = &field.value else {
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
}

fn whole(exif: &Exif, tag: Tag) -> Option<u32> {
    exif.get_field(tag, In::PRIMARY)?.value.get_uint(0)
}

fn real(exif: &Exif, tag: Tag, index: usize) -> Option<f64> {
    let value = &exif.get_field(tag, In::PRIMARY)?.value;
    let found = match value {
        Value::Rational(v) => v.get(index)?.to_f64(),
        Value::SRational(v) => v.get(index)?.to_f64(),
        Value::Float(v) => f64::from(*v.get(index)?),
        Value::Double(v) => *v.get(index)?,
        other => f64::from(other.get_uint(index)?),
    };
    found.is_finite().then_some(found)
}

#[cfg(test)]
mod tests;
