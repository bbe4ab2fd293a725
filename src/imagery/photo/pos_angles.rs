//! How the angles of a list of positions count: from the horizon or from straight down, in degrees or in radians, by all of them.
//! Pure.

use super::metadata::{Attitude, Doubt};
use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// How the angles of a list count, by all of them: about -90 from the horizon, about 0 from straight down. Three angles of
/// which the last goes all the way round are not yaw, pitch and roll, but perhaps omega, phi and kappa.
pub(super) fn convention(
    angles: &[[f64; 3]],
    said_radians: bool,
) -> impl Fn([f64; 3]) -> Attitude + use<> {
    let scale = if said_radians || are_radians(angles) {
        1.0_f64.to_degrees()
    } else {
        1.0
    };
    let all = |fits: fn([f64; 3]) -> bool| angles.iter().all(|a| fits(a.map(|v| v * scale)));
    let from_horizon = all(|a| (-120.0..=-45.0).contains(&a[1]));
    let from_nadir = all(|a| a[1].abs() <= 15.0 && a[2].abs() <= 15.0);
    let zeros = all(|a| a.iter().all(|v| v.abs() < f64::EPSILON));
    move |told| {
        let [yaw, pitch, roll] = told.map(|v| v * scale);
        if zeros {
            let (doubt, heading) = (Doubt::AllZero, None);
            Attitude::Doubtful { doubt, heading }
        } else if from_horizon {
            let yaw = Some(yaw);
            Attitude::Gimbal { yaw, pitch, roll }
        } else if from_nadir {
            Attitude::Body { yaw, pitch, roll }
        } else {
            let (doubt, heading) = (Doubt::UnclearList, Some(yaw));
            Attitude::Doubtful { doubt, heading }
        }
    }
}

/// Whether angles are radians though nothing says so: none goes beyond a turn, and all tilts are those at which gimbals are set, or
/// the headings are those of lines flown to and fro.
fn are_radians(angles: &[[f64; 3]]) -> bool {
    const NEARLY: f64 = 1e-3;
    let within_a_turn = angles.iter().all(|[yaw, pitch, roll]| {
        yaw.abs() <= TAU + NEARLY && pitch.abs() <= PI + NEARLY && roll.abs() <= PI + NEARLY
    });
    within_a_turn && !angles.is_empty() && (are_set(angles) || go_to_and_fro(angles))
}

/// Whether all tilts lie at steps of five degrees that gimbals are set to, or, of several photos, straight down.
fn are_set(angles: &[[f64; 3]]) -> bool {
    const OFF_DEG: f64 = 0.06;
    const OFF_RAD: f64 = 0.06;
    const SEVERAL: usize = 3;
    let tilts = || angles.iter().map(|a| a[1]);
    let is_step = |tilt: f64| {
        let degrees = tilt.to_degrees();
        let step = (degrees / 5.0).round() * 5.0;
        (-120.0..=-15.0).contains(&step) && (degrees - step).abs() <= OFF_DEG
    };
    tilts().all(is_step)
        || angles.len() >= SEVERAL && tilts().all(|tilt| (tilt + FRAC_PI_2).abs() <= OFF_RAD)
}

/// Whether a level camera's headings are two that differ by half a turn.
fn go_to_and_fro(angles: &[[f64; 3]]) -> bool {
    const SEVERAL: usize = 4;
    const OFF: f64 = 0.2;
    // In radians, fifteen degrees.
    let is_level = (angles.iter()).all(|a| a[1].abs() <= 0.262 && a[2].abs() <= 0.262);
    let first = angles.first().map_or(0.0, |a| a[0]);
    let half_turns = angles.iter().map(|a| (a[0] - first) / PI);
    let is_line = half_turns
        .clone()
        .all(|t| (t - t.round()).abs() * PI <= OFF);
    let turned = half_turns.filter(|t| t.round().abs() % 2.0 > 0.5).count();
    angles.len() >= SEVERAL
        && is_level
        && is_line
        && turned * 4 >= angles.len()
        && turned < angles.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(angles: &[[f64; 3]], said: bool) -> Attitude {
        convention(angles, said)(angles[0])
    }

    #[test]
    fn radians_are_told_from_degrees() {
        let down = Attitude::Gimbal {
            yaw: Some(40.0),
            pitch: -90.0,
            roll: 0.0,
        };
        let near = |told: Attitude, wanted: Attitude| match (told, wanted) {
            (
                Attitude::Gimbal {
                    yaw: Some(a),
                    pitch: b,
                    ..
                },
                Attitude::Gimbal {
                    yaw: Some(c),
                    pitch: d,
                    ..
                },
            ) => (a - c).abs() < 0.1 && (b - d).abs() < 0.1,
            _ => false,
        };
        assert!(near(first(&[[0.698_13, -1.5706, 0.0]], false), down));
        assert!(near(first(&[[0.698_13, -1.57, 0.0]], true), down));
        let several = [
            [0.698, -1.59, 0.01],
            [3.84, -1.55, 0.0],
            [-2.44, -1.57, 0.02],
        ];
        assert!(
            matches!(first(&several, false), Attitude::Gimbal { pitch, .. } if (pitch + 91.1).abs() < 0.1)
        );
        let tilted = Attitude::Gimbal {
            yaw: Some(40.0),
            pitch: -60.0,
            roll: 0.0,
        };
        assert!(near(first(&[[0.698_13, -1.0465, 0.0]], false), tilted));
        let lines = [
            [0.1, 0.02, 0.01],
            [0.11, -0.01, 0.0],
            [3.24, 0.03, 0.01],
            [-3.04, 0.0, 0.02],
        ];
        assert!(
            matches!(first(&lines, false), Attitude::Body { yaw, .. } if (yaw - 5.73).abs() < 0.1)
        );
    }

    #[test]
    fn degrees_stay_degrees() {
        for angles in [
            &[[40.0, -90.0, 0.0]][..],
            &[[2.0, -1.4, 0.3]],
            &[
                [2.0, -1.4, 0.3],
                [5.0, -2.2, 0.1],
                [1.0, 0.4, -0.6],
                [3.0, -1.1, 0.0],
            ],
            &[
                [-2.0, 0.4, 0.3],
                [-1.0, 1.2, 0.1],
                [0.5, 0.4, -0.6],
                [3.0, -0.1, 0.0],
            ],
            &[[0.0, -0.5, 0.0]],
        ] {
            assert!(!are_radians(angles), "{angles:?}");
        }
        assert!(matches!(
            first(&[[0.0; 3]], false),
            Attitude::Doubtful {
                doubt: Doubt::AllZero,
                ..
            }
        ));
    }
}
