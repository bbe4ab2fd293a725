//! Geometry computed by hand, and the way there and back.

use super::*;
use crate::imagery::photo::terrain::LevelGround;
use proptest::prelude::*;

const HOME: LonLat = LonLat::new(113.30, 33.74);

/// A slope that rises to the east by `grade` metres a metre.
struct Slope {
    grade: f64,
    plane: LocalPlane,
}

impl HeightField for Slope {
    fn height_m(&self, at: LonLat) -> Option<f64> {
        Some(self.plane.to_plane(at).x * self.grade)
    }
    fn spacing_m(&self) -> Option<f64> {
        Some(1.0)
    }
}

fn slope(grade: f64) -> Slope {
    Slope {
        grade,
        plane: LocalPlane::at(HOME),
    }
}

fn camera(yaw: f64, pitch: f64) -> Camera {
    rolled(yaw, pitch, 0.0)
}

fn rolled(yaw: f64, pitch: f64, roll: f64) -> Camera {
    let lens = Lens::pinhole((4000.0, 3000.0), 2000.0).expect("a lens");
    let attitude = Attitude::Gimbal {
        yaw: Some(yaw),
        pitch,
        roll,
    };
    Camera::new(lens, HOME, 40.0, Axes::of(attitude, 0.0))
}

fn metres(camera: &Camera, x: f64, y: f64, terrain: &dyn HeightField) -> (f64, f64) {
    let met = camera
        .ground(PixelPoint { x, y }, terrain)
        .expect("meets the ground");
    let p = camera.plane().to_plane(met.at);
    (p.x, p.y)
}

fn close(found: (f64, f64), wanted: (f64, f64)) {
    let off = (found.0 - wanted.0).hypot(found.1 - wanted.1);
    assert!(off < 2e-3, "{found:?} is not {wanted:?}");
}

#[test]
fn straight_down_the_four_headings_turn_the_image() {
    let level = LevelGround(0.0);
    // 1000 pixels at 40 m and a focal length of 2000 pixels are 20 m.
    for (yaw, top, right) in [
        (0.0, (0.0, 20.0), (20.0, 0.0)),
        (90.0, (20.0, 0.0), (0.0, -20.0)),
        (180.0, (0.0, -20.0), (-20.0, 0.0)),
        (-90.0, (-20.0, 0.0), (0.0, 20.0)),
    ] {
        let camera = camera(yaw, -90.0);
        close(metres(&camera, 2000.0, 1500.0, &level), (0.0, 0.0));
        close(metres(&camera, 2000.0, 500.0, &level), top);
        close(metres(&camera, 3000.0, 1500.0, &level), right);
        let gsd = camera
            .gsd_m(PixelPoint { x: 100.0, y: 100.0 }, &level)
            .expect("ground");
        assert!((gsd - 0.02).abs() < 1e-6);
    }
}

#[test]
fn thirty_degrees_oblique_looks_forward_by_the_tangent() {
    let camera = camera(90.0, -60.0);
    let level = LevelGround(0.0);
    close(
        metres(&camera, 2000.0, 1500.0, &level),
        (40.0 * 30.0_f64.to_radians().tan(), 0.0),
    );
    // Slant range 46.188 m: across 46.188 / 2000, along that over the cosine of 30 degrees.
    let gsd = camera
        .gsd_m(
            PixelPoint {
                x: 2000.0,
                y: 1500.0,
            },
            &level,
        )
        .expect("ground");
    assert!(
        (gsd - 46.188_02 / 2000.0 / 0.866_025_4).abs() < 1e-5,
        "{gsd}"
    );
}

#[test]
fn a_camera_that_hangs_in_portrait_has_a_side_of_its_frame_ahead() {
    // Rolled clockwise, the left edge of the frame is ahead; its top points to the right.
    for (roll, ahead, top) in [(90.0, 1000.0, 20.0), (-90.0, 3000.0, -20.0)] {
        let camera = rolled(0.0, -90.0, roll);
        close(
            metres(&camera, ahead, 1500.0, &LevelGround(0.0)),
            (0.0, 20.0),
        );
        close(
            metres(&camera, 2000.0, 500.0, &LevelGround(0.0)),
            (top, 0.0),
        );
    }
}

#[test]
fn a_fixed_camera_pitched_up_looks_ahead() {
    let lens = Lens::pinhole((4000.0, 3000.0), 2000.0).expect("a lens");
    let tilted = |pitch, roll| {
        Camera::new(
            lens,
            HOME,
            40.0,
            Axes::of(
                Attitude::Body {
                    yaw: 0.0,
                    pitch,
                    roll,
                },
                0.0,
            ),
        )
    };
    let ahead = 40.0 * 10.0_f64.to_radians().tan();
    close(
        metres(&tilted(10.0, 0.0), 2000.0, 1500.0, &LevelGround(0.0)),
        (0.0, ahead),
    );
    // With the right wing down the camera swings out to the left.
    close(
        metres(&tilted(0.0, 10.0), 2000.0, 1500.0, &LevelGround(0.0)),
        (-ahead, 0.0),
    );
}

#[test]
fn a_slope_of_a_fifth_is_met_where_the_ray_and_the_hill_cross() {
    // x = 20 (1 - z / 40) and z = x / 5: x = 20 / 1.1.
    let camera = camera(0.0, -90.0);
    close(
        metres(&camera, 3000.0, 1500.0, &slope(0.2)),
        (20.0 / 1.1, 0.0),
    );
    close(
        metres(&camera, 1000.0, 1500.0, &slope(0.2)),
        (-20.0 / 0.9, 0.0),
    );
    // Level ground taken for granted would be 1.8 m off.
    close(
        metres(&camera, 3000.0, 1500.0, &LevelGround(0.0)),
        (20.0, 0.0),
    );
}

#[test]
fn the_sky_and_the_far_plain_have_no_ground() {
    let level = LevelGround(0.0);
    let centre = PixelPoint {
        x: 2000.0,
        y: 1500.0,
    };
    assert!(camera(0.0, 0.0).ground(centre, &level).is_none());
    assert!(camera(0.0, 30.0).ground(centre, &level).is_none());
    assert!(camera(0.0, -11.0).ground(centre, &level).is_none());
    assert!(camera(0.0, -13.0).ground(centre, &level).is_some());
    // Below the ground there is nothing to see.
    let mut buried = camera(0.0, -90.0);
    buried.height_m = -5.0;
    assert!(buried.ground(centre, &level).is_none());
    assert!(buried.ground(centre, &slope(0.2)).is_none());
}

#[test]
fn a_hill_hides_what_lies_behind_it() {
    struct Wall;
    impl HeightField for Wall {
        fn height_m(&self, at: LonLat) -> Option<f64> {
            let x = LocalPlane::at(HOME).to_plane(at).x;
            Some(if (20.0..22.0).contains(&x) { 30.0 } else { 0.0 })
        }
        fn spacing_m(&self) -> Option<f64> {
            Some(1.0)
        }
    }
    let camera = camera(90.0, -60.0);
    let at = |x| GroundPoint {
        at: camera.plane().to_lonlat(PlanePoint { x, y: 0.0 }),
        height_m: 0.0,
    };
    assert!(camera.sees(at(5.0), &Wall).is_some());
    assert!(camera.sees(at(40.0), &Wall).is_none());
    assert!(camera.sees(at(40.0), &LevelGround(0.0)).is_some());
}

proptest! {
    #[test]
    fn pixel_to_ground_to_pixel_returns(
        x in 0.0..3000.0_f64, y in 0.0..3000.0_f64, yaw in -180.0..180.0_f64, pitch in -90.0..-55.0_f64,
        grade in -0.3..0.3_f64, roll in -180.0..180.0_f64,
    ) {
        let camera = rolled(yaw, pitch, roll);
        let terrain = slope(grade);
        let pixel = PixelPoint { x, y };
        if let Some(met) = camera.ground(pixel, &terrain) {
            let back = camera.project(met).expect("in front");
            prop_assert!((back.x - x).abs() < 0.2 && (back.y - y).abs() < 0.2, "{back:?}");
        }
    }
}
