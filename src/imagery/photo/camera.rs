//! A camera in the air: from a pixel to the ground, from the ground to a pixel, and how much ground a pixel covers. Pure.
//!
//! Axes: east, north, up in metres about the camera's place; the camera looks along `forward`, its image's columns run
//! along `right`, its rows along `down`.

use super::lens::Lens;
use super::metadata::Attitude;
use super::terrain::HeightField;
use crate::ground::{LocalPlane, LonLat, PixelPoint, PlanePoint};

/// Three metres: east, north, up.
pub type Vector = [f64; 3];

/// Rays flatter than this many degrees below the horizon are not followed: a degree of error moves them by tens of
/// metres, and nothing on them can be recognised.
pub const HORIZON_MARGIN_DEG: f64 = 12.0;

/// Farthest ground a ray is followed to, in metres across.
const FARTHEST_M: f64 = 5000.0;

/// Which way a camera looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axes {
    /// Along the image's columns.
    pub right: Vector,
    /// Along its rows.
    pub down: Vector,
    /// Along the optical axis.
    pub forward: Vector,
}

impl Axes {
    /// From yaw, pitch and roll in degrees of a body whose x axis runs forward, y right and z down, turned in that order
    /// (the aerospace convention, as DJI's gimbal angles have it).
    fn of_angles(yaw: f64, pitch: f64, roll: f64) -> [Vector; 3] {
        let (sy, cy) = yaw.to_radians().sin_cos();
        let (sp, cp) = pitch.to_radians().sin_cos();
        let (sr, cr) = roll.to_radians().sin_cos();
        // The columns of Rz(yaw) Ry(pitch) Rx(roll), from (north, east, down) to (east, north, up).
        let up = |n: f64, e: f64, d: f64| [e, n, -d];
        [
            up(cy * cp, sy * cp, -sp),
            up(cy * sp * sr - sy * cr, sy * sp * sr + cy * cr, cp * sr),
            up(cy * sp * cr + sy * sr, sy * sp * cr - cy * sr, cp * cr),
        ]
    }

    /// The axes of the image as stored at an attitude, with `fallback_yaw` where it has no heading.
    pub fn of(attitude: Attitude, fallback_yaw: f64) -> Self {
        match attitude {
            Attitude::Unknown | Attitude::Doubtful { heading: None, .. } => {
                Self::gimbal(fallback_yaw, -90.0, 0.0)
            }
            Attitude::Heading(yaw)
            | Attitude::Doubtful {
                heading: Some(yaw), ..
            } => Self::gimbal(yaw, -90.0, 0.0),
            Attitude::Gimbal { yaw, pitch, roll } => {
                Self::gimbal(yaw.unwrap_or(fallback_yaw), pitch, roll)
            }
            Attitude::Body { yaw, pitch, roll } => {
                let [x, y, z] = Self::of_angles(yaw, pitch, roll);
                Self {
                    right: y,
                    down: [-x[0], -x[1], -x[2]],
                    forward: z,
                }
            }
        }
    }

    fn gimbal(yaw: f64, pitch: f64, roll: f64) -> Self {
        let [x, y, z] = Self::of_angles(yaw, pitch, roll);
        Self {
            right: y,
            down: z,
            forward: x,
        }
    }

    /// Those of the same view with its picture upside down.
    #[must_use]
    pub fn upside_down(&self) -> Self {
        Self {
            right: self.right.map(|v| -v),
            down: self.down.map(|v| -v),
            forward: self.forward,
        }
    }

    /// Turned by small angles in radians about the vertical, the image's right and the image's down axis: what errors of
    /// yaw and of the two tilts do.
    #[must_use]
    pub fn nudged(&self, by: Vector) -> Self {
        let turn = |v: Vector| {
            let mut v = rotate(v, [0.0, 0.0, 1.0], by[0]);
            v = rotate(v, self.right, by[1]);
            rotate(v, self.down, by[2])
        };
        Self {
            right: turn(self.right),
            down: turn(self.down),
            forward: turn(self.forward),
        }
    }
}

/// Rodrigues' rotation of `v` about the unit vector `axis`.
fn rotate(v: Vector, axis: Vector, angle: f64) -> Vector {
    let (s, c) = angle.sin_cos();
    let cross = [
        axis[1] * v[2] - axis[2] * v[1],
        axis[2] * v[0] - axis[0] * v[2],
        axis[0] * v[1] - axis[1] * v[0],
    ];
    let along = dot(axis, v) * (1.0 - c);
    std::array::from_fn(|i| v[i] * c + cross[i] * s + axis[i] * along)
}

pub(super) fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// A lens at a place, looking somewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Camera {
    /// The lens.
    pub lens: Lens,
    /// Where it is.
    pub at: LonLat,
    /// How high it is, in the vertical system of the ground it is used with.
    pub height_m: f64,
    /// Where it looks.
    pub axes: Axes,
    plane: LocalPlane,
}

/// A point that a ray meets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroundPoint {
    /// The place.
    pub at: LonLat,
    /// Its height in metres.
    pub height_m: f64,
}

impl Camera {
    /// A camera.
    pub fn new(lens: Lens, at: LonLat, height_m: f64, axes: Axes) -> Self {
        Self {
            lens,
            at,
            height_m,
            axes,
            plane: LocalPlane::at(at),
        }
    }

    /// The plane about its place.
    pub fn plane(&self) -> &LocalPlane {
        &self.plane
    }

    /// The unit vector along which a pixel looks.
    pub fn ray(&self, pixel: PixelPoint) -> Option<Vector> {
        let (x, y) = self.lens.direction(pixel)?;
        let a = &self.axes;
        let v: Vector = std::array::from_fn(|i| a.forward[i] + x * a.right[i] + y * a.down[i]);
        let length = dot(v, v).sqrt();
        Some(v.map(|c| c / length))
    }

    /// Where a pixel's ray meets the ground; `None` above the horizon's margin, off the terrain, or too far.
    pub fn ground(&self, pixel: PixelPoint, terrain: &dyn HeightField) -> Option<GroundPoint> {
        self.meet(self.ray(pixel)?, terrain)
    }

    /// Where a ray from the camera meets the ground.
    pub fn meet(&self, ray: Vector, terrain: &dyn HeightField) -> Option<GroundPoint> {
        let steepness = -ray[2];
        if steepness < HORIZON_MARGIN_DEG.to_radians().sin() {
            return None;
        }
        let across = ray[0].hypot(ray[1]);
        let at = |t: f64| {
            self.plane.to_lonlat(PlanePoint {
                x: ray[0] * t,
                y: ray[1] * t,
            })
        };
        // How far the ray is above the ground after t metres.
        let clearance = |t: f64| Some(self.height_m - steepness * t - terrain.height_m(at(t))?);
        let found = match terrain.spacing_m() {
            None => clearance(0.0)? / steepness,
            Some(spacing) => {
                if clearance(0.0)? <= 0.0 {
                    return None;
                }
                // Straight down no step across ever comes: half the camera's clearance bounds it.
                let step = (spacing / 2.0 / across.max(1e-9))
                    .min(clearance(0.0)? / 2.0)
                    .max(0.1);
                march(clearance, step, FARTHEST_M)?
            }
        };
        (found > 0.0 && found * across <= FARTHEST_M && found.is_finite()).then(|| GroundPoint {
            at: at(found),
            height_m: self.height_m - steepness * found,
        })
    }

    /// The pixel that sees a point, inside the frame or not; `None` for a point behind the camera or past what the lens
    /// reaches.
    pub fn project(&self, point: GroundPoint) -> Option<PixelPoint> {
        let p = self.plane.to_plane(point.at);
        let v = [p.x, p.y, point.height_m - self.height_m];
        let depth = dot(v, self.axes.forward);
        if depth <= 1e-6 {
            return None;
        }
        self.lens.pixel((
            dot(v, self.axes.right) / depth,
            dot(v, self.axes.down) / depth,
        ))
    }

    /// The pixel inside the frame that sees a point on the terrain, unless a rise hides it.
    pub fn sees(&self, point: GroundPoint, terrain: &dyn HeightField) -> Option<PixelPoint> {
        let pixel = self.project(point)?;
        let (width, height) = self.lens.size();
        let inside = (0.0..=width).contains(&pixel.x) && (0.0..=height).contains(&pixel.y);
        let met = self.ground(pixel, terrain).filter(|_| inside)?;
        let tolerance = terrain.spacing_m().unwrap_or(0.0).max(0.05);
        let [met, meant] = [met.at, point.at].map(|at| self.plane.to_plane(at));
        (met.distance_m(meant) <= tolerance).then_some(pixel)
    }

    /// Metres of ground that a pixel covers in the direction where it covers most; `None` where it sees no ground.
    pub fn gsd_m(&self, pixel: PixelPoint, terrain: &dyn HeightField) -> Option<f64> {
        // Over a few pixels, so that the rounding of degrees does not show.
        const STEP: f64 = 2.0;
        let at = |dx: f64, dy: f64| {
            let moved = PixelPoint {
                x: pixel.x + dx,
                y: pixel.y + dy,
            };
            let met = self.ground(moved, terrain)?;
            let p = self.plane.to_plane(met.at);
            Some([p.x, p.y, met.height_m])
        };
        let difference = |a: Vector, b: Vector| -> Vector {
            std::array::from_fn(|i| (a[i] - b[i]) / (2.0 * STEP))
        };
        let u = difference(at(STEP, 0.0)?, at(-STEP, 0.0)?);
        let v = difference(at(0.0, STEP)?, at(0.0, -STEP)?);
        // The larger singular value of the two columns.
        let (a, b, c) = (dot(u, u), dot(v, v), dot(u, v));
        let largest = f64::midpoint(a, b) + ((a - b) / 2.0).hypot(c);
        Some(largest.sqrt())
    }

    /// Degrees between straight down and a pixel's ray.
    pub fn off_nadir_deg(&self, pixel: PixelPoint) -> Option<f64> {
        Some((-self.ray(pixel)?[2]).clamp(-1.0, 1.0).acos().to_degrees())
    }
}

/// Walks in steps until the ray is below the ground, then halves the last step to a millimetre.
fn march(clearance: impl Fn(f64) -> Option<f64>, step: f64, farthest: f64) -> Option<f64> {
    let mut above = 0.0;
    let mut below = step;
    while clearance(below)? > 0.0 {
        above = below;
        below += step;
        if below > 2.0 * farthest {
            return None;
        }
    }
    while below - above > 1e-3 {
        let middle = f64::midpoint(above, below);
        if clearance(middle)? > 0.0 {
            above = middle;
        } else {
            below = middle;
        }
    }
    Some(f64::midpoint(above, below))
}

#[cfg(test)]
mod tests;
