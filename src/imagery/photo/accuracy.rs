//! How far off a place on the ground may be: the stated accuracies of the receiver, the altitude, the angles and the
//! terrain, carried through the camera to first order. Pure.

use super::camera::{Camera, GroundPoint, Vector, dot};
use super::metadata::{Accuracy, Attitude};
use super::terrain::HeightField;
use crate::ground::PlanePoint;

/// Standard deviations behind a place. The defaults are those of consumer drones: 2 m along either axis for a satellite
/// receiver without corrections (makers state 1.5 m of hover accuracy), 1 m for a barometer over one flight, half a
/// degree for a gimbal's level, 2 degrees for a compass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uncertainty {
    /// Metres along either horizontal axis.
    pub position_m: f64,
    /// Metres of the camera's height above the ground, the ground's own uncertainty included.
    pub height_m: f64,
    /// Degrees of heading.
    pub yaw_deg: f64,
    /// Degrees of either tilt.
    pub tilt_deg: f64,
}

/// Where the camera's height above the ground comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeightSource {
    /// Altitude above take-off over a terrain model.
    Terrain,
    /// Altitude above the sea over a terrain model.
    AltitudeOverTerrain,
    /// Altitude above the sea less the elevation the user gave.
    GroundElevation,
    /// Altitude above take-off over level ground.
    RelativeAltitude,
    /// The drone's own measurement down to the ground.
    AboveGround,
}

/// Where the heading comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YawSource {
    /// A tag of the photo.
    Tag,
    /// The flight's track.
    Track,
    /// Nothing: north is taken for the top of the image.
    Unknown,
}

impl HeightSource {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terrain => "terrain",
            Self::AltitudeOverTerrain => "altitude_over_terrain",
            Self::GroundElevation => "ground_elevation",
            Self::RelativeAltitude => "relative_altitude",
            Self::AboveGround => "above_ground",
        }
    }
}

impl YawSource {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Track => "track",
            Self::Unknown => "unknown",
        }
    }
}

impl Uncertainty {
    /// The figures for one photo.
    pub fn of(
        accuracy: &Accuracy,
        attitude: Attitude,
        height: HeightSource,
        yaw: YawSource,
    ) -> Self {
        let corrected = accuracy.rtk_flag == Some(50);
        // A receiver states its noise, not its bias: without a fixed solution it is never trusted below a metre.
        let floor = if corrected { 0.02 } else { 1.0 };
        let position_m = accuracy.horizontal_m.map_or(2.0, |m| m.max(floor));
        let height_m = match height {
            HeightSource::Terrain => 1.5,
            HeightSource::GroundElevation | HeightSource::AltitudeOverTerrain => {
                accuracy.vertical_m.map_or(5.0, |m| m.max(1.0))
            }
            HeightSource::RelativeAltitude => 2.0,
            HeightSource::AboveGround => 1.0,
        };
        let tilt_deg = match attitude {
            Attitude::Gimbal { .. } => 0.5,
            Attitude::Body { .. } => 2.0,
            // A camera that says nothing may be fixed to an airframe that leans into the wind.
            Attitude::Heading(_) | Attitude::Unknown | Attitude::Doubtful { .. } => 5.0,
        };
        let yaw_deg = match yaw {
            YawSource::Tag => 2.0,
            YawSource::Track => 10.0,
            YawSource::Unknown => 104.0,
        };
        Self {
            position_m,
            height_m,
            yaw_deg,
            tilt_deg,
        }
    }
}

impl Uncertainty {
    /// The same where the focal length may be another by a share of it: that moves what a frame shows as another height does, and
    /// both readings are to lie within the radius.
    #[must_use]
    pub fn with_focal_doubt(mut self, share: f64, above_ground_m: f64) -> Self {
        // A radius of 95 % is so many standard deviations along one axis.
        const RADIUS_95: f64 = 1.96;
        self.height_m = self.height_m.hypot(share * above_ground_m / RADIUS_95);
        self
    }
}

/// The radius in metres within which the true place lies in 95 of 100 cases.
///
/// Each error moves the ray's foot on the plane that touches the terrain at `point`; the six shifts make a covariance,
/// and its 95 % radius follows Leenhouts (1985) by the ratio of its axes.
pub fn radius_95_m(
    camera: &Camera,
    point: GroundPoint,
    terrain: &dyn HeightField,
    uncertainty: &Uncertainty,
) -> f64 {
    let foot = camera.plane().to_plane(point.at);
    let ray = [foot.x, foot.y, point.height_m - camera.height_m];
    let slope = slope_at(camera, foot, terrain);
    // The foot of a ray from a displaced camera on the plane z = height + slope . (p - foot).
    let meet = |from: Vector, ray: Vector| -> Option<(f64, f64)> {
        let above =
            from[2] - point.height_m - slope.0 * (from[0] - foot.x) - slope.1 * (from[1] - foot.y);
        let closing = slope.0 * ray[0] + slope.1 * ray[1] - ray[2];
        let t = above / closing;
        (closing > 1e-9 && t.is_finite())
            .then(|| (from[0] + t * ray[0] - foot.x, from[1] + t * ray[1] - foot.y))
    };
    let here: Vector = [0.0, 0.0, camera.height_m];
    let axes = &camera.axes;
    let components: Vector = [
        dot(ray, axes.right),
        dot(ray, axes.down),
        dot(ray, axes.forward),
    ];
    let turned = |by: Vector| -> Vector {
        let moved = axes.nudged(by);
        std::array::from_fn(|i| {
            components[0] * moved.right[i]
                + components[1] * moved.down[i]
                + components[2] * moved.forward[i]
        })
    };
    let (p, h) = (uncertainty.position_m, uncertainty.height_m);
    // Beyond a radian a heading says nothing more, and the first order would run away.
    let yaw = uncertainty.yaw_deg.to_radians().min(1.0);
    let tilt = uncertainty.tilt_deg.to_radians();
    let shifts = [
        meet([p, 0.0, here[2]], ray),
        meet([0.0, p, here[2]], ray),
        meet([0.0, 0.0, here[2] + h], ray),
        meet(here, turned([yaw, 0.0, 0.0])),
        meet(here, turned([0.0, tilt, 0.0])),
        meet(here, turned([0.0, 0.0, tilt])),
    ];
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for shift in shifts {
        let Some((x, y)) = shift else {
            return f64::INFINITY;
        };
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    let (middle, spread) = (f64::midpoint(xx, yy), ((xx - yy) / 2.0).hypot(xy));
    let (long, short) = ((middle + spread).sqrt(), (middle - spread).max(0.0).sqrt());
    let ratio = short / long;
    long * (1.960_790 + ratio * (0.004_071 + ratio * (0.114_276 + ratio * 0.371_625)))
}

/// The terrain's rise to the east and to the north, over two of its samples.
fn slope_at(camera: &Camera, foot: PlanePoint, terrain: &dyn HeightField) -> (f64, f64) {
    let Some(step) = terrain.spacing_m() else {
        return (0.0, 0.0);
    };
    let height = |dx: f64, dy: f64| {
        terrain.height_m(camera.plane().to_lonlat(PlanePoint {
            x: foot.x + dx,
            y: foot.y + dy,
        }))
    };
    let rise =
        |a: Option<f64>, b: Option<f64>| a.zip(b).map_or(0.0, |(a, b)| (a - b) / (2.0 * step));
    (
        rise(height(step, 0.0), height(-step, 0.0)),
        rise(height(0.0, step), height(0.0, -step)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{LonLat, PixelPoint};
    use crate::imagery::photo::camera::Axes;
    use crate::imagery::photo::lens::Lens;
    use crate::imagery::photo::terrain::LevelGround;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    fn camera(yaw: f64, pitch: f64, shift: (f64, f64), height_m: f64) -> Camera {
        let lens = Lens::pinhole((4000.0, 3000.0), 2000.0).expect("a lens");
        let attitude = Attitude::Gimbal {
            yaw: Some(yaw),
            pitch,
            roll: 0.0,
        };
        let home = LonLat::new(113.3, 33.74);
        let plane = crate::ground::LocalPlane::at(home);
        let at = plane.to_lonlat(PlanePoint {
            x: shift.0,
            y: shift.1,
        });
        Camera::new(lens, at, height_m, Axes::of(attitude, 0.0))
    }

    const STATED: Uncertainty = Uncertainty {
        position_m: 2.0,
        height_m: 2.0,
        yaw_deg: 2.0,
        tilt_deg: 0.5,
    };

    #[test]
    fn below_the_camera_only_the_receiver_and_the_tilt_count() {
        let camera = camera(0.0, -90.0, (0.0, 0.0), 40.0);
        let centre = camera
            .ground(
                PixelPoint {
                    x: 2000.0,
                    y: 1500.0,
                },
                &LevelGround(0.0),
            )
            .expect("ground");
        let radius = radius_95_m(&camera, centre, &LevelGround(0.0), &STATED);
        // sqrt(2^2 + (40 * 0.0087266)^2) * 2.4508.
        let tilt: f64 = 40.0 * 0.5_f64.to_radians();
        assert!(
            (radius - 2.0_f64.hypot(tilt) * 2.450_762).abs() < 5e-3,
            "{radius}"
        );
    }

    fn gauss(random: &mut StdRng) -> f64 {
        let (u, v): (f64, f64) = (random.random_range(1e-12..1.0), random.random());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    #[test]
    fn the_true_place_lies_within_the_radius_in_95_of_100_flights() {
        let mut random = StdRng::seed_from_u64(7);
        for pitch in [-90.0, -60.0] {
            let (mut inside, mut total) = (0_u32, 0_u32);
            for _ in 0..3000 {
                let pixel = PixelPoint {
                    x: random.random_range(0.0..4000.0),
                    y: random.random_range(0.0..3000.0),
                };
                let truth = camera(30.0, pitch, (0.0, 0.0), 40.0);
                let stated = camera(
                    30.0 + 2.0 * gauss(&mut random),
                    pitch + 0.5 * gauss(&mut random),
                    (2.0 * gauss(&mut random), 2.0 * gauss(&mut random)),
                    40.0 + 2.0 * gauss(&mut random),
                );
                let Some((a, b)) = truth
                    .ground(pixel, &LevelGround(0.0))
                    .zip(stated.ground(pixel, &LevelGround(0.0)))
                else {
                    continue;
                };
                let radius = radius_95_m(&stated, b, &LevelGround(0.0), &STATED);
                total += 1;
                inside += u32::from(a.at.distance_m(b.at) <= radius);
            }
            let share = f64::from(inside) / f64::from(total);
            assert!(
                (0.94..0.985).contains(&share),
                "{pitch}: {share} of {total}"
            );
        }
    }
}
