//! What a photo says of itself: its camera, where that was and where it looked, when, and how sure of it. A missing or
//! absurd value is `None`.

pub use super::orientation::Orientation;
use crate::ground::LonLat;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// Everything a photo's headers tell that the search needs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is told by a tag of its own"
)]
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
    /// The one of them that [`Metadata::position`] is not.
    pub other_place: Option<LonLat>,
    /// Metres above the sea, or above the ellipsoid where [`Metadata::over_ellipsoid`].
    pub altitude_m: Option<f64>,
    /// Whether the altitude is a corrected receiver's, which counts from the ellipsoid, not from the sea.
    pub over_ellipsoid: bool,
    /// Metres above the take-off point.
    pub relative_altitude_m: Option<f64>,
    /// Metres above the ground below, or above what the camera aims at, where the drone measured it.
    pub above_ground_m: Option<f64>,
    /// Whether that is a laser's height, above whatever it hit: a crown or a roof lies above the ground.
    pub ranged: bool,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetadataFault {
    /// The EXIF block, or a part of it.
    Exif,
    /// The XMP packet, or a part of it.
    Xmp,
}

/// The camera's position, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
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
    /// Degrees of another system than WGS 84, as they say themselves.
    OtherSystem,
    /// A place.
    At(LonLat),
}

impl Position {
    /// The place, where there is one.
    pub fn place(self) -> Option<LonLat> {
        match self {
            Self::At(at) => Some(at),
            _ => None,
        }
    }

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
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub enum Attitude {
    /// Nothing is said, and it looks straight down: a camera that is fixed so, or the user's word.
    #[default]
    Unknown,
    /// Only a heading, of a camera that looks straight down as above.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doubt {
    /// All angles of the gimbal are 0: they were not written.
    AllZero,
    /// The camera may have been tilted, and its tilt is not in the tags.
    NoTilt,
    /// The packet with the angles is damaged.
    Damaged,
    /// Angles that some makers count from straight down and others from the horizon.
    Ambiguous,
    /// Angles of a list of positions, whose lines count neither all from straight down nor all from the horizon.
    UnclearList,
    /// It is tilted, and nothing says to which side.
    NoHeading,
    /// A telephone in somebody's hand.
    HandHeld,
}

/// Standard deviations that a receiver states, in metres.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Accuracy {
    /// Along either horizontal axis.
    pub horizontal_m: Option<f64>,
    /// Along the vertical.
    pub vertical_m: Option<f64>,
    /// The RTK flag: 50 is a fixed solution, 34 and 16 are not, 0 is none.
    pub rtk_flag: Option<u32>,
}

/// DJI's calibrated lens, in pixels of the photo as taken.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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

/// What kind of light a photo shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Band {
    /// Ordinary colour, as far as the tags say.
    #[default]
    Colour,
    /// Heat.
    Thermal,
    /// One band of a multispectral camera, by its name.
    Multispectral(String),
}
