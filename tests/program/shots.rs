//! Test photos: a scene of known targets seen by a pinhole camera of known pose, with EXIF and XMP written beside the
//! picture. The geometry is reckoned apart from the program: Karney's geodesics for places, cross products for the camera.

use crate::exif_block::block;
use crate::paint::{MAGENTA, create, put};
use exif::{Rational, Tag, Value};
use geo::{Bearing, Destination, Distance, Geodesic, Point};
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use std::path::Path;

/// The middle of the scene.
pub fn home() -> Point {
    Point::new(113.3, 33.74)
}

/// The place so many metres east and north of home.
pub fn place(east: f64, north: f64) -> Point {
    let bearing = east.atan2(north).to_degrees();
    Geodesic.destination(home(), bearing, east.hypot(north))
}

/// Metres east and north of home.
pub fn metres(at: Point) -> (f64, f64) {
    let (bearing, distance) = (
        Geodesic.bearing(home(), at).to_radians(),
        Geodesic.distance(home(), at),
    );
    (distance * bearing.sin(), distance * bearing.cos())
}

/// Ground that rises to the east, with square targets on it.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// Metres that the ground rises for each metre to the east.
    pub grade: f64,
    /// Middles of the targets in metres east and north.
    pub targets: Vec<(f64, f64)>,
}

/// Metres along a target's side, on the map.
pub const SIDE_M: f64 = 1.28;

impl Scene {
    pub fn height(&self, east: f64) -> f64 {
        self.grade * east
    }

    fn colour(&self, east: f64, north: f64) -> [u8; 3] {
        let on = |(x, y): &(f64, f64)| {
            (east - x).abs() <= SIDE_M / 2.0 && (north - y).abs() <= SIDE_M / 2.0
        };
        if self.targets.iter().any(on) {
            return MAGENTA;
        }
        let (i, j) = ((east * 25.0).floor() as i64, (north * 25.0).floor() as i64);
        let mixed = i.wrapping_mul(73_856_093) ^ j.wrapping_mul(19_349_663);
        let grain = ((mixed >> 4).rem_euclid(60)) as u8;
        [95 + grain, 90 + grain, 70 + grain]
    }

    /// The targets on the map.
    pub fn truth(&self) -> Vec<Point> {
        self.targets.iter().map(|(x, y)| place(*x, *y)).collect()
    }

    /// Writes the ground's heights as a terrain model, so many metres above what the program may assume.
    pub fn write_dem(&self, path: &Path, above: f64) {
        const N: usize = 160;
        let step = 1.0 / 111_000.0;
        let (west, top) = (home().x() - 80.0 * step * 1.2, home().y() + 80.0 * step);
        let place = crate::ground::Place {
            crs: "EPSG:4326".into(),
            transform: [west, step * 1.2, 0.0, top, 0.0, -step],
        };
        let heights = (0..N * N)
            .map(|i| {
                let (x, y) = ((i % N) as f64 + 0.5, (i / N) as f64 + 0.5);
                let at = Point::new(west + x * step * 1.2, top - y * step);
                (above + self.height(metres(at).0)) as f32
            })
            .collect();
        let mut dataset = create::<f32>(path, (N, N), 1, Some(&place), &[]);
        put(&mut dataset, 1, (N, N), heights);
        dataset.close().expect("written");
    }
}

/// A camera in the air.
#[derive(Debug, Clone, Copy)]
pub struct Pose {
    /// Metres east and north of home.
    pub at: (f64, f64),
    /// Metres above the scene's zero.
    pub height: f64,
    /// Degrees clockwise from north.
    pub yaw: f64,
    /// Degrees above the horizon; -90 looks straight down.
    pub pitch: f64,
    /// Degrees clockwise about the axis; 90 and -90 hang in portrait.
    pub roll: f64,
    /// What its EXIF orientation says.
    pub orientation: u16,
}

impl Pose {
    pub fn down(east: f64, north: f64, height: f64, yaw: f64) -> Self {
        Self {
            at: (east, north),
            height,
            yaw,
            pitch: -90.0,
            roll: 0.0,
            orientation: 1,
        }
    }
}

/// Stored columns and rows, and the focal length in pixels. A 1/2.3-inch sensor of 6.17 mm and 4.5 mm.
pub const SIZE: (u32, u32) = (1200, 900);
pub const FOCAL_PX: f64 = 1200.0;
pub const SENSOR_MM: f64 = 6.0;

type Vector = [f64; 3];

fn cross(a: Vector, b: Vector) -> Vector {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

/// What a camera sees, as it is stored.
pub fn render(scene: &Scene, pose: &Pose) -> RgbImage {
    let (sy, cy) = pose.yaw.to_radians().sin_cos();
    let (sp, cp) = pose.pitch.to_radians().sin_cos();
    let forward = [sy * cp, cy * cp, sp];
    let right = [cy, -sy, 0.0];
    let down = cross(forward, right);
    let (sr, cr) = pose.roll.to_radians().sin_cos();
    let (level, plumb) = (right, down);
    let right: Vector = std::array::from_fn(|i| cr * level[i] + sr * plumb[i]);
    let down: Vector = std::array::from_fn(|i| cr * plumb[i] - sr * level[i]);
    let (width, height) = SIZE;
    let mut picture = RgbImage::new(width, height);
    for (u, v, pixel) in picture.enumerate_pixels_mut() {
        let x = (f64::from(u) + 0.5 - f64::from(width) / 2.0) / FOCAL_PX;
        let y = (f64::from(v) + 0.5 - f64::from(height) / 2.0) / FOCAL_PX;
        let ray: Vector = std::array::from_fn(|i| forward[i] + x * right[i] + y * down[i]);
        // height + t ray.z = grade (east + t ray.x)
        let above = pose.height - scene.height(pose.at.0);
        let t = above / (scene.grade * ray[0] - ray[2]);
        *pixel = image::Rgb(if t > 0.0 && t < 1000.0 {
            scene.colour(pose.at.0 + t * ray[0], pose.at.1 + t * ray[1])
        } else {
            [150, 180, 220]
        });
    }
    picture
}

/// A picture as a JPEG without metadata.
pub fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 92)
        .write_image(
            picture,
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        )
        .expect("encoded");
    bytes
}

/// What a photo says of itself.
#[derive(Debug, Clone)]
pub struct Tags {
    pub model: String,
    pub lon: f64,
    pub lat: f64,
    pub relative_altitude: Option<f64>,
    pub absolute_altitude: f64,
    pub yaw: Option<f64>,
    pub pitch: f64,
    pub roll: f64,
    pub orientation: u16,
    /// The day by the camera's clock, as EXIF writes it.
    pub day: String,
    /// Seconds after nine o'clock.
    pub second: u32,
}

impl Tags {
    /// Those of an exact pose; altitudes count from `take_off` metres above the scene's zero.
    pub fn of(pose: &Pose, take_off: f64, second: u32) -> Self {
        let at = place(pose.at.0, pose.at.1);
        Self {
            model: "TEST1".into(),
            lon: at.x(),
            lat: at.y(),
            relative_altitude: Some(pose.height - take_off),
            absolute_altitude: 512.0 + pose.height,
            yaw: Some(pose.yaw),
            pitch: pose.pitch,
            roll: pose.roll,
            orientation: pose.orientation,
            day: "2026:04:20".into(),
            second,
        }
    }

    pub fn exif(&self) -> Vec<u8> {
        let rational = |v: f64, by: u32| Rational {
            num: (v.abs() * f64::from(by)).round() as u32,
            denom: by,
        };
        let degrees = |v: f64| {
            let (whole, part) = (v.abs().floor(), v.abs().fract() * 60.0);
            Value::Rational(vec![
                rational(whole, 1),
                rational(part.floor(), 1),
                rational(part.fract() * 60.0, 10_000_000),
            ])
        };
        let text = |t: &str| Value::Ascii(vec![t.as_bytes().to_vec()]);
        let (minute, second) = (self.second / 60, self.second % 60);
        let pixels_mm = f64::from(SIZE.0) / SENSOR_MM;
        let fields = [
            (Tag::Make, text("Papaver")),
            (Tag::Model, text(&self.model)),
            (Tag::Orientation, Value::Short(vec![self.orientation])),
            (
                Tag::DateTimeOriginal,
                text(&format!("{} 09:{minute:02}:{second:02}", self.day)),
            ),
            (Tag::OffsetTimeOriginal, text("+08:00")),
            (Tag::PixelXDimension, Value::Long(vec![SIZE.0])),
            (Tag::PixelYDimension, Value::Long(vec![SIZE.1])),
            (
                Tag::FocalLength,
                Value::Rational(vec![rational(FOCAL_PX / pixels_mm, 1000)]),
            ),
            (
                Tag::FocalPlaneXResolution,
                Value::Rational(vec![rational(pixels_mm * 10.0, 1000)]),
            ),
            (Tag::FocalPlaneResolutionUnit, Value::Short(vec![3])),
            (
                Tag::GPSLatitudeRef,
                text(if self.lat < 0.0 { "S" } else { "N" }),
            ),
            (Tag::GPSLatitude, degrees(self.lat)),
            (
                Tag::GPSLongitudeRef,
                text(if self.lon < 0.0 { "W" } else { "E" }),
            ),
            (Tag::GPSLongitude, degrees(self.lon)),
            (
                Tag::GPSAltitudeRef,
                Value::Byte(vec![u8::from(self.absolute_altitude < 0.0)]),
            ),
            (
                Tag::GPSAltitude,
                Value::Rational(vec![rational(self.absolute_altitude, 1000)]),
            ),
        ];
        block(fields, false)
    }

    pub fn xmp(&self) -> String {
        let attribute = |name: &str, value: Option<f64>| {
            value.map_or_else(String::new, |v| format!(" drone-dji:{name}=\"{v:+.3}\""))
        };
        let gimbal = self.yaw.map_or_else(String::new, |yaw| {
            attribute("GimbalYawDegree", Some(yaw))
                + &attribute("GimbalPitchDegree", Some(self.pitch))
                + &attribute("GimbalRollDegree", Some(self.roll))
        });
        format!(
            r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/"{}{gimbal}/></rdf:RDF></x:xmpmeta>"#,
            attribute("RelativeAltitude", self.relative_altitude),
        )
    }

    /// A JPEG with these tags.
    pub fn on(&self, jpeg: &[u8]) -> Vec<u8> {
        with_blocks(jpeg, Some(&self.exif()), Some(self.xmp().as_bytes()))
    }
}

/// A JPEG with an EXIF and an XMP block put in after its first marker.
pub fn with_blocks(jpeg: &[u8], exif: Option<&[u8]>, xmp: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    let mut add = |head: &[u8], body: &[u8]| {
        let length = u16::try_from(head.len() + body.len() + 2).expect("a short block");
        bytes.extend([0xff, 0xe1]);
        bytes.extend(length.to_be_bytes());
        bytes.extend(head);
        bytes.extend(body);
    };
    if let Some(body) = exif {
        add(b"Exif\0\0", body);
    }
    if let Some(body) = xmp {
        add(b"http://ns.adobe.com/xap/1.0/\0", body);
    }
    bytes.extend(&jpeg[2..]);
    bytes
}

/// Numbers that look random: the same for the same seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From the standard normal distribution (Box and Muller 1958).
    pub fn gauss(&mut self) -> f64 {
        let (u, v) = (self.roll().max(1e-12), self.roll());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}
