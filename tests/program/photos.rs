//! Photos of known targets from known places: every target is found once, where it is.

use crate::results::{Candidate, Results};
use crate::run::scan;
use crate::shots::{Dice, Pose, Scene, Tags, jpeg, render};
use geo::{Distance, Geodesic, Point};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";

/// Writes photos of a scene with exact tags. Altitudes count from the ground below the first.
pub fn write(scene: &Scene, poses: &[Pose], folder: &Path) {
    let take_off = scene.height(poses[0].at.0);
    for (i, pose) in (0..).zip(poses) {
        let bytes = Tags::of(pose, take_off, 4 * i).on(&jpeg(&render(scene, pose)));
        fs::write(folder.join(format!("shot_{i:04}.jpg")), bytes).expect("written");
    }
}

fn metres(candidate: &Candidate, target: Point) -> f64 {
    Geodesic.distance(candidate.at, target)
}

fn stated(candidate: &Candidate) -> f64 {
    candidate.properties["position_error_m"]
        .as_f64()
        .expect("an error radius")
}

/// The nearest candidate of each target and its distance; every candidate is one target's, and none is left.
fn one_each(results: &Results, truth: &[Point]) -> Vec<(f64, f64)> {
    assert_eq!(
        results.candidates.len(),
        truth.len(),
        "one candidate a plot: {:?}",
        results
            .candidates
            .iter()
            .map(|c| (crate::shots::metres(c.at), c.properties["sources"].clone()))
            .collect::<Vec<_>>()
    );
    let mut free: Vec<&Candidate> = results.candidates.iter().collect();
    truth
        .iter()
        .map(|target| {
            let nearest = (0..free.len())
                .min_by(|a, b| metres(free[*a], *target).total_cmp(&metres(free[*b], *target)))
                .expect("one is left");
            let candidate = free.swap_remove(nearest);
            (metres(candidate, *target), stated(candidate))
        })
        .collect()
}

fn found(scene: &Scene, poses: &[Pose], options: &[&str]) -> Results {
    let (folder, out) = (
        TempDir::new().expect("temporary folder"),
        TempDir::new().expect("temporary folder"),
    );
    write(scene, poses, folder.path());
    let dem = out.path().join("dem.tif");
    let dem_name = dem.to_string_lossy().into_owned();
    let mut all = options.to_vec();
    if scene.grade != 0.0 {
        scene.write_dem(&dem, 187.0);
        all.extend(["--dem", dem_name.as_str()]);
    }
    scan(&[folder.path()], &out.path().join("out"), MODEL, &all, 0);
    Results::read(&out.path().join("out"))
}

/// The targets lie where an exact pose says, whatever the error that the camera's figures allow for.
fn exact(scene: &Scene, poses: &[Pose]) {
    let results = found(scene, poses, &[]);
    for ((off, radius), target) in one_each(&results, &scene.truth())
        .iter()
        .zip(&scene.targets)
    {
        assert!(
            *off <= 0.3,
            "{target:?} is {off:.2} m off (stated {radius:.2} m) from {poses:?}"
        );
    }
}

fn spread() -> Vec<(f64, f64)> {
    vec![
        (0.3, 0.2),
        (8.1, 3.3),
        (-7.4, 4.2),
        (6.2, -7.1),
        (-5.0, -6.3),
    ]
}

/// Nearer together: farther off an oblique view is too coarse.
fn close() -> Vec<(f64, f64)> {
    vec![
        (0.3, 0.2),
        (5.1, 2.3),
        (-4.4, 3.2),
        (3.2, -4.1),
        (-3.0, -4.3),
    ]
}

#[test]
fn straight_down_with_four_yaws_on_level_ground() {
    let scene = Scene {
        grade: 0.0,
        targets: spread(),
    };
    for yaw in [0.0, 90.0, 137.0, -75.0] {
        exact(&scene, &[Pose::down(1.0, -0.5, 30.0, yaw)]);
    }
}

#[test]
fn straight_down_with_four_yaws_on_a_slope_of_a_fifth() {
    let scene = Scene {
        grade: 0.2,
        targets: spread(),
    };
    for yaw in [0.0, 90.0, 137.0, -75.0] {
        exact(&scene, &[Pose::down(1.0, -0.5, 30.0, yaw)]);
    }
}

/// Thirty degrees off straight down, from beside the scene.
fn oblique(yaw: f64) -> Pose {
    let (s, c) = f64::to_radians(yaw).sin_cos();
    let back = 25.0 * f64::to_radians(30.0).tan();
    Pose {
        at: (-back * s, -back * c),
        height: 25.0,
        yaw,
        pitch: -60.0,
        roll: 0.0,
        orientation: 1,
    }
}

#[test]
fn thirty_degrees_oblique_with_four_yaws_on_level_ground() {
    let scene = Scene {
        grade: 0.0,
        targets: close(),
    };
    for yaw in [0.0, 90.0, 137.0, -75.0] {
        exact(&scene, &[oblique(yaw)]);
    }
}

#[test]
fn thirty_degrees_oblique_with_four_yaws_on_a_slope_of_a_fifth() {
    let scene = Scene {
        grade: 0.2,
        targets: close(),
    };
    for yaw in [0.0, 90.0, 137.0, -75.0] {
        exact(&scene, &[oblique(yaw)]);
    }
}

/// A drone that hangs its camera in portrait says so by the roll, with or without a word for viewers; what a viewer asks for
/// moves no pixel.
#[test]
fn in_portrait_and_upside_down_whatever_viewers_are_told() {
    for grade in [0.0, 0.2] {
        let scene = Scene {
            grade,
            targets: close(),
        };
        let pose = if grade == 0.0 {
            Pose::down(0.0, 0.5, 30.0, 20.0)
        } else {
            oblique(-110.0)
        };
        for (roll, orientation) in [(90.0, 6), (-90.0, 1), (180.0, 3), (0.0, 3), (0.0, 8)] {
            exact(
                &scene,
                &[Pose {
                    roll,
                    orientation,
                    ..pose
                }],
            );
        }
    }
}

#[test]
fn an_orientation_that_a_viewer_added_is_said_and_a_drones_own_is_not() {
    let scene = Scene {
        grade: 0.0,
        targets: close(),
    };
    for (roll, orientation, told) in [(90.0, 6, false), (0.0, 3, true)] {
        let (folder, out) = (
            TempDir::new().expect("temporary folder"),
            TempDir::new().expect("temporary folder"),
        );
        let pose = Pose {
            roll,
            orientation,
            ..Pose::down(0.0, 0.5, 30.0, 20.0)
        };
        write(&scene, &[pose], folder.path());
        let out = out.path().join("out");
        scan(&[folder.path()], &out, MODEL, &[], 0);
        let record = fs::read_to_string(out.join("scan.json")).expect("written");
        assert_eq!(
            record.contains("orientation_not_followed_deg"),
            told,
            "{roll} {orientation}"
        );
    }
}

/// Three lines of five, back and forth.
fn flight(height: f64) -> Vec<Pose> {
    (0..15_u8)
        .map(|i| {
            let (line, along) = (i / 5, i % 5);
            let along = if line % 2 == 0 { along } else { 4 - along };
            let yaw = if line % 2 == 0 { 90.0 } else { -90.0 };
            let (east, north) = (f64::from(along) * 8.0 - 16.0, f64::from(line) * 9.0 - 9.0);
            Pose::down(east, north, height, yaw)
        })
        .collect()
}

#[test]
fn two_plots_four_metres_apart_stay_two_and_each_is_seen_in_all_photos_that_show_it() {
    for grade in [0.0, 0.2] {
        let scene = Scene {
            grade,
            targets: vec![(-2.0, 1.0), (2.0, 1.0), (9.0, -5.0), (9.0, -1.0)],
        };
        let results = found(&scene, &flight(30.0), &[]);
        for (off, _) in one_each(&results, &scene.truth()) {
            assert!(off <= 0.3, "{off}");
        }
        for candidate in &results.candidates {
            let p = &candidate.properties;
            let number = |key: &str| p[key].as_u64().expect("a number");
            assert!(number("seen_in") >= 4, "{p}");
            assert!(number("covered_by") <= number("seen_in") + 2, "{p}");
            let names = p["sources"].as_array().expect("names");
            assert_eq!(names.len() as u64, number("seen_in"));
            assert!(names.contains(&p["best_source"]), "{p}");
        }
    }
}

#[test]
fn with_noise_nearly_all_plots_lie_within_their_stated_radius() {
    let scene = Scene {
        grade: 0.0,
        targets: vec![
            (-14.0, 9.0),
            (1.0, 12.0),
            (14.0, 7.0),
            (-15.0, -8.0),
            (0.5, -3.0),
            (13.0, -9.0),
        ],
    };
    let poses = flight(30.0);
    let pictures: Vec<Vec<u8>> = poses.iter().map(|p| jpeg(&render(&scene, p))).collect();
    let mut dice = Dice(20_260_420);
    let (mut all, mut inside, mut radii, mut offs) = (0, 0, Vec::new(), Vec::new());
    for _ in 0..10 {
        let (folder, out) = (
            TempDir::new().expect("temporary folder"),
            TempDir::new().expect("temporary folder"),
        );
        for (i, (pose, picture)) in (0..).zip(poses.iter().zip(&pictures)) {
            let told = Pose {
                at: (
                    pose.at.0 + GPS_M / 2.0_f64.sqrt() * dice.gauss(),
                    pose.at.1 + GPS_M / 2.0_f64.sqrt() * dice.gauss(),
                ),
                height: pose.height + dice.gauss(),
                yaw: pose.yaw + 2.0 * dice.gauss(),
                ..*pose
            };
            let bytes = Tags::of(&told, 0.0, 4 * i).on(picture);
            fs::write(folder.path().join(format!("shot_{i:04}.jpg")), bytes).expect("written");
        }
        scan(&[folder.path()], out.path(), MODEL, &[], 0);
        for (off, radius) in one_each(&Results::read(out.path()), &scene.truth()) {
            all += 1;
            inside += i32::from(off <= radius);
            radii.push(radius);
            offs.push(off);
        }
    }
    radii.sort_by(f64::total_cmp);
    offs.sort_by(f64::total_cmp);
    let middle = radii.len() / 2;
    println!(
        "{inside} of {all} plots within their radius; median radius {:.2} m, median error {:.2} m, largest {:.2} m",
        radii[middle],
        offs[middle],
        offs[offs.len() - 1]
    );
    assert!(inside * 100 >= all * 95, "{inside} of {all}");
    assert!(radii[middle] <= 6.0, "{}", radii[middle]);
}

/// Root mean square in metres of the receiver's noise on the map.
const GPS_M: f64 = 3.0;
