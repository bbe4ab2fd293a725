//! `--min-views`: fewer photos are searched, the ground and the plots stay, and it is the same on every way there.

use crate::results::Results;
use crate::resume::files;
use crate::run::scan;
use crate::shots::{Pose, Scene, Tags, jpeg, render};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";

fn scene() -> Scene {
    Scene {
        grade: 0.0,
        targets: vec![(-11.0, 4.0), (3.0, -3.0), (21.0, 2.0)],
    }
}

/// Two lines of ten, four fifths overlapping along and half across, a little askew.
fn poses() -> Vec<Pose> {
    (0..20_u8)
        .map(|i| {
            let (line, along) = (f64::from(i / 10), f64::from(i % 10));
            let yaw = if i < 10 { 90.0 } else { -90.0 };
            let askew = f64::from(i % 3) - 1.0;
            Pose::down(along * 4.5 - 20.0, line * 15.0 - 7.5, 30.0, yaw + askew)
        })
        .collect()
}

/// Writes the photos; those numbered in `dark` show nothing.
pub fn write(folder: &Path, dark: &[usize]) {
    for (i, pose) in poses().iter().enumerate() {
        let mut picture = render(&scene(), pose);
        if dark.contains(&i) {
            // Underexposed.
            for value in picture.iter_mut() {
                *value /= 16;
            }
        }
        let second = 3 * u32::try_from(i).expect("small");
        let bytes = Tags::of(pose, 0.0, second).on(&jpeg(&picture));
        fs::write(folder.join(format!("shot_{i:04}.jpg")), bytes).expect("written");
    }
}

fn skipped(results: &Results) -> Vec<String> {
    let names = results.record["flight"]["skipped"].as_array();
    let text = |n: &serde_json::Value| n.as_str().expect("a name").to_owned();
    names.expect("a list").iter().map(text).collect()
}

/// But for shreds at the rim.
fn same_ground(some: &Results, all: &Results) {
    let share = some.searched_m2 / all.searched_m2;
    assert!((0.995..1.000_001).contains(&share), "{share}");
}

fn tiles(results: &Results) -> u64 {
    results.record["totals"]["tiles"]
        .as_u64()
        .expect("a number")
}

#[test]
fn fewer_photos_show_the_same_ground_and_the_same_plots() {
    let folder = TempDir::new().expect("temporary folder");
    let out = TempDir::new().expect("temporary folder");
    write(folder.path(), &[]);
    let run = |name: &str, options: &[&str]| {
        let to = out.path().join(name);
        let said = scan(&[folder.path()], &to, MODEL, options, 0);
        (Results::read(&to), said)
    };
    let (all, _) = run("all", &[]);
    let mut before = tiles(&all);
    assert_eq!(all.candidates.len(), 3);
    for views in ["4", "2", "1"] {
        let (some, said) = run(views, &["--min-views", views]);
        let share = tiles(&some) as f64 / tiles(&all) as f64;
        println!(
            "{views} views: {:.0} % of the tiles, {} of 20 photos skipped, {:.2} of {:.2} m²",
            100.0 * share,
            skipped(&some).len(),
            some.searched_m2,
            all.searched_m2
        );
        assert!(tiles(&some) < before, "{views} views take no less");
        before = tiles(&some);
        assert_eq!(some.candidates.len(), 3);
        same_ground(&some, &all);
        for candidate in &some.candidates {
            let p = &candidate.properties;
            let wanted: u64 = views.parse().expect("a number");
            let covered = p["covered_by"].as_u64().expect("a number");
            assert!(covered >= wanted, "{p}");
        }
        let names = skipped(&some);
        if views == "1" {
            assert!(!names.is_empty());
            let words = format!("{} photos whose ground", names.len());
            assert!(said.out.contains(&words), "{}", said.out);
        }
    }
    // Inside a boundary that was flown over there is no rim.
    let boundary = out.path().join("boundary.geojson");
    let ring = [
        (-20.0, -12.0),
        (20.0, -12.0),
        (20.0, 12.0),
        (-20.0, 12.0),
        (-20.0, -12.0),
    ]
    .map(|(x, y)| {
        let p = crate::shots::place(x, y);
        format!("[{},{}]", p.x(), p.y())
    })
    .join(",");
    let text = format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#);
    fs::write(&boundary, text).expect("written");
    let within = ["--within", &boundary.to_string_lossy()].map(str::to_owned);
    let (all_within, _) = run("all_within", &[&within[0], &within[1]]);
    let (one_within, _) = run("one_within", &[&within[0], &within[1], "--min-views", "1"]);
    assert!((one_within.searched_m2 - all_within.searched_m2).abs() < 0.01);
    assert!(
        one_within
            .not_searched
            .keys()
            .all(|k| k == "outside_boundary")
    );
    assert!(2 * tiles(&one_within) < tiles(&all_within));

    let (more, _) = run("99", &["--min-views", "99"]);
    assert_eq!(
        (tiles(&more), skipped(&more).len()),
        (tiles(&all), 0),
        "no more can be asked than there is"
    );
}

#[test]
fn a_photo_of_no_use_is_made_up_for() {
    let folder = TempDir::new().expect("temporary folder");
    let out = TempDir::new().expect("temporary folder");
    write(folder.path(), &[]);
    let run = |name: &str, options: &[&str], code: i32| {
        let to = out.path().join(name);
        scan(&[folder.path()], &to, MODEL, options, code);
        Results::read(&to)
    };
    let fine = run("fine", &["--min-views", "1"], 0);
    let names = skipped(&fine);
    // Three photos on which the plan rests turn out to be dark.
    let dark: Vec<usize> = (3..17)
        .filter(|i| !names.contains(&format!("shot_{i:04}.jpg")))
        .take(3)
        .collect();
    assert_eq!(dark.len(), 3, "{names:?}");
    write(folder.path(), &dark);
    let all = run("all", &[], 2);
    let some = run("some", &["--min-views", "1"], 2);
    same_ground(&some, &all);
    assert_eq!(some.candidates.len(), all.candidates.len());
    assert!(tiles(&some) < tiles(&all));

    // The same bytes on one thread, and wherever the scores break off.
    let expected = files(&out.path().join("some"));
    let same = |name: &str, found: &BTreeMap<String, Vec<u8>>| {
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>(),
            "{name}"
        );
        for (file, bytes) in found {
            assert!(expected[file] == *bytes, "{name}: {file} differs");
        }
    };
    run("one", &["--min-views", "1", "--threads", "1"], 2);
    same("one thread", &files(&out.path().join("one")));
    let scores = out.path().join("some/scores.jsonl");
    let whole = fs::read_to_string(&scores).expect("read");
    let lines: Vec<&str> = whole.lines().collect();
    for share in [1, 3, 6, 9] {
        let kept = lines[..lines.len() * share / 10].join("\n") + "\n";
        fs::write(&scores, kept).expect("written");
        run("some", &["--min-views", "1"], 2);
        same("resumed", &files(&out.path().join("some")));
    }
    // Another number of views is other work.
    scan(
        &[folder.path()],
        &out.path().join("some"),
        MODEL,
        &["--min-views", "2"],
        1,
    );
}

#[test]
fn another_agreement_or_threshold_is_found_in_the_scores() {
    let folder = TempDir::new().expect("temporary folder");
    let out = TempDir::new().expect("temporary folder");
    // One of them is dark, and the scores say so without its being looked at again.
    write(folder.path(), &[4]);
    scan(&[folder.path()], out.path(), MODEL, &[], 2);
    for options in [&["--any-view"][..], &["--threshold", "0.7"]] {
        crate::other_rules::same_as_anew(&[folder.path()], out.path(), MODEL, options, 2);
    }
}
