//! Detectors and segmenters that others trained, in the layouts that they come in: everything planted is found once,
//! wherever the seams of the tiles run, and what a model does not say is asked for.

use crate::ground::{LAT, LON, Place};
use crate::paint::{MAGENTA, Picture, Square};
use crate::results::Results;
use crate::run::{Ended, ended, fixture, papaver, scan};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SIZE: (usize, usize) = (1500, 1300);
const TILED: [&str; 2] = ["TILED=YES", "COMPRESS=DEFLATE"];
/// Pixels along the targets that the models were made for.
const SIDE: usize = 16;
/// Things are candidates of their own.
const APART: [&str; 2] = ["--site-radius", "0"];

/// Numbers that look random and are the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % limit
    }
}

/// A picture with targets, painted at once.
fn picture(place: Place, targets: Vec<Square>) -> Picture {
    let mut picture = Picture::bare(place, SIZE);
    let mut is_target = vec![false; SIZE.0 * SIZE.1];
    for t in &targets {
        for y in t.y0..t.y1 {
            is_target[y * SIZE.0 + t.x0..y * SIZE.0 + t.x1].fill(true);
        }
    }
    picture.fill(|x, y| is_target[y * SIZE.0 + x], MAGENTA);
    picture.targets = targets;
    picture
}

/// So many squares anywhere, corners of the raster included, some 20 pixels or more from one another.
fn scattered(count: usize, seed: u64) -> Vec<Square> {
    let mut dice = Dice(seed);
    let corner = |x: usize, y: usize| Square {
        x0: x,
        y0: y,
        x1: x + SIDE,
        y1: y + SIDE,
    };
    let (right, bottom) = (SIZE.0 - SIDE, SIZE.1 - SIDE);
    let mut found = vec![
        corner(0, 0),
        corner(right, 0),
        corner(0, bottom),
        corner(right, bottom),
    ];
    while found.len() < count {
        let new = corner(dice.below(right), dice.below(bottom));
        let is_far = |o: &Square| new.x0.abs_diff(o.x0) > 36 || new.y0.abs_diff(o.y0) > 36;
        if found.iter().all(is_far) {
            found.push(new);
        }
    }
    found
}

fn written(folder: &Path, picture: &Picture) -> PathBuf {
    let path = folder.join("ortho.tif");
    picture.write(&path, &TILED);
    path
}

/// Scans with a model and expects every target once.
fn each_once(place: Place, count: usize, model: &str, seed: u64) -> Results {
    let folder = TempDir::new().expect("temporary folder");
    let picture = picture(place, scattered(count, seed));
    let path = written(folder.path(), &picture);
    let out = folder.path().join("out");
    scan(&[&path], &out, model, &APART, 0);
    let results = Results::read(&out);
    results.expect_targets(&picture.truth(), 0.06);
    results.expect_searched(picture.m2(SIZE.0 * SIZE.1));
    results
}

fn degrees() -> Place {
    Place::north_up("EPSG:4326", LON, LAT, 2.0)
}

fn feet() -> Place {
    Place::north_up("EPSG:2229", -118.25, 34.05, 2.0)
}

#[test]
fn a_detector_finds_each_target_once_in_utm_degrees_and_feet() {
    for (seed, (place, count, model)) in [
        (Place::utm(2.0), 200, "boxes_yolo8.onnx"),
        (Place::utm(2.0), 60, "boxes_yolo5.onnx"),
        (degrees(), 60, "boxes_yolo5.onnx"),
        (feet(), 60, "boxes_yolo8.onnx"),
    ]
    .into_iter()
    .enumerate()
    {
        let results = each_once(place, count, model, seed as u64);
        for candidate in &results.candidates {
            assert_eq!(candidate.properties["hits"], 1, "{model}: {candidate:?}");
            let m2 = candidate.properties["area_m2"].as_f64().expect("an area");
            assert!((0.06..0.13).contains(&m2), "{model}: {m2} m² of 0.1024 m²");
        }
    }
}

#[test]
fn a_segmenter_finds_each_target_once_in_utm_degrees_and_feet() {
    for (seed, (place, count, model)) in [
        (Place::utm(2.0), 200, "mask_softmax.onnx"),
        (degrees(), 60, "mask_sigmoid.onnx"),
        (feet(), 60, "mask_softmax.onnx"),
    ]
    .into_iter()
    .enumerate()
    {
        let results = each_once(place, count, model, 10 + seed as u64);
        let areas = results
            .candidates
            .iter()
            .map(|c| c.properties["area_m2"].as_f64());
        let m2: f64 = areas.map(|m2| m2.expect("an area")).sum();
        let share = m2 / (count as f64 * 0.1024);
        assert!((0.8..1.2).contains(&share), "{model}: {share} of the area");
    }
}

#[test]
fn what_is_larger_than_the_overlap_or_than_a_tile_is_joined_at_the_seams() {
    let mut dice = Dice(7);
    for place in [Place::utm(2.0), degrees(), feet()] {
        // One in each ninth, so that no tile shows two.
        let targets = (0..9).map(|i| {
            let (w, h) = (60 + dice.below(160), 60 + dice.below(160));
            let x0 = i % 3 * 500 + dice.below(350 - w);
            let y0 = i / 3 * 430 + dice.below(280 - h);
            Square {
                x0,
                y0,
                x1: x0 + w,
                y1: y0 + h,
            }
        });
        let picture = picture(place, targets.collect());
        let folder = TempDir::new().expect("temporary folder");
        let path = written(folder.path(), &picture);
        let out = folder.path().join("out");
        scan(&[&path], &out, "boxes_end2end.onnx", &APART, 0);
        let results = Results::read(&out);
        results.expect_targets(&picture.truth(), 0.04);
        let pixels = picture
            .targets
            .iter()
            .map(|t| (t.x1 - t.x0) * (t.y1 - t.y0));
        let truth = picture.m2(pixels.sum());
        let areas = results
            .candidates
            .iter()
            .map(|c| c.properties["area_m2"].as_f64());
        let m2: f64 = areas.map(|m2| m2.expect("an area")).sum();
        assert!((m2 / truth - 1.0).abs() < 0.03, "{m2} m², not {truth} m²");
        assert!(results.candidates.iter().all(|c| c.properties["hits"] == 1));
    }
}

#[test]
fn another_threshold_is_found_in_the_scores_and_threads_change_nothing() {
    let folder = TempDir::new().expect("temporary folder");
    let picture = picture(Place::utm(2.0), scattered(25, 3));
    let path = written(folder.path(), &picture);
    let read =
        |out: &str, file: &str| fs::read(folder.path().join(out).join(file)).expect("written");
    for model in ["boxes_yolo8.onnx", "mask_softmax.onnx"] {
        let at = |out: &str, threshold: &str, more: &[&str]| {
            let mut options = vec!["--site-radius", "0", "--threshold", threshold];
            options.extend(more);
            scan(&[&path], &folder.path().join(out), model, &options, 0);
        };
        let (one, other) = (format!("{model}.one"), format!("{model}.other"));
        at(&one, "0.3", &["--threads", "1"]);
        let scores = read(&one, "scores.jsonl");
        let first = read(&one, "candidates.geojson");
        at(&one, "0.9", &["--threads", "3"]);
        at(&other, "0.9", &["--threads", "3"]);
        assert_eq!(
            read(&one, "candidates.geojson"),
            read(&other, "candidates.geojson")
        );
        assert_ne!(read(&one, "candidates.geojson"), first);
        assert_eq!(
            (&read(&one, "scores.jsonl"), &read(&other, "scores.jsonl")),
            (&scores, &scores)
        );
    }
}

/// Runs a command in a folder and expects an exit code.
fn run(arguments: &[&str], folder: &Path, code: i32) -> Ended {
    let ended = ended(papaver().args(arguments).current_dir(folder));
    assert_eq!(ended.code, Some(code), "{}\n{}", ended.out, ended.err);
    ended
}

#[test]
fn what_a_model_gives_that_is_no_score_is_an_error() {
    let folder = TempDir::new().expect("temporary folder");
    let picture = picture(Place::utm(2.0), scattered(5, 1));
    written(folder.path(), &picture);
    let with = |model: &Path| {
        let model = model.to_string_lossy().into_owned();
        run(
            &[
                "scan",
                "ortho.tif",
                "-o",
                "out",
                "--model",
                &model,
                "--restart",
            ],
            folder.path(),
            1,
        )
        .err
    };
    let nan = with(&fixture("boxes_nan.onnx"));
    assert!(nan.contains("not a number"), "{nan}");
    let logits = with(&fixture("mask_logits.onnx"));
    let hint = "--set papaver_activation=logits";
    assert!(
        logits.contains("no probability") && logits.contains(hint),
        "{logits}"
    );
    let model = fixture("mask_logits.onnx").to_string_lossy().into_owned();
    let set = "papaver_activation=logits";
    run(
        &["model", "wrap", &model, "-o", "said.onnx", "--set", set],
        folder.path(),
        0,
    );
    let arguments = [
        "scan",
        "ortho.tif",
        "-o",
        "out",
        "--model",
        "said.onnx",
        "--restart",
        "--site-radius",
        "0",
    ];
    run(&arguments, folder.path(), 0);
    assert_eq!(
        Results::read(&folder.path().join("out")).candidates.len(),
        5
    );
}

#[test]
fn what_a_model_does_not_say_is_asked_for_and_written_into_a_copy() {
    let folder = TempDir::new().expect("temporary folder");
    let picture = picture(Place::utm(2.0), scattered(20, 2));
    let path = written(folder.path(), &picture);
    let bare = fixture("boxes_bare.onnx");
    let before = fs::read(&bare).expect("a model");
    let model = bare.to_string_lossy().into_owned();
    for (lang, words) in [
        (
            "en",
            [
                "does not say: resolution, papaver_positive",
                "--set resolution=2.0",
                "[N,4+C,A]",
                "missing ",
            ],
        ),
        (
            "zh",
            [
                "缺少以下信息：resolution、papaver_positive",
                "--set resolution=2.0",
                "检测模型",
                "缺少 ",
            ],
        ),
    ] {
        let said = run(
            &["--lang", lang, "model", "inspect", &model],
            folder.path(),
            1,
        );
        let text = format!("{}{}", said.out, said.err);
        assert!(words.iter().all(|w| text.contains(w)), "{text}");
        // How much ground its tiles are is not known.
        assert!(!text.contains(" m)") && !text.contains("米）"), "{text}");
        let scan = [
            "--lang",
            lang,
            "scan",
            "ortho.tif",
            "-o",
            "out",
            "--model",
            &model,
        ];
        let refused = run(&scan, folder.path(), 1).err;
        assert!(
            refused.contains(words[0]) && refused.contains(words[1]),
            "{refused}"
        );
    }
    let wrap = |set: &[&str], code| {
        let mut arguments = vec!["model", "wrap", &model, "-o", "ours.onnx"];
        arguments.extend(set.iter().flat_map(|entry| ["--set", entry]));
        run(&arguments, folder.path(), code)
    };
    for wrong in [
        "resoluton=2",
        "resolution=two",
        "papaver_positive=[\"rose\"]",
        "resolution",
    ] {
        wrap(&[wrong], 1);
        assert!(!folder.path().join("ours.onnx").exists(), "{wrong}");
    }
    let half = wrap(&["resolution=2.0"], 0);
    assert!(half.err.contains("which of its classes"), "{}", half.err);
    let all = [
        "resolution=2.0",
        "papaver_positive=[\"poppy\"]",
        "papaver_threshold=0.6",
        "det_iou_thresh=0.3",
        "tiles_overlap=20",
    ];
    assert!(wrap(&all, 1).err.contains("--overwrite"));
    fs::remove_file(folder.path().join("ours.onnx")).expect("removed");
    wrap(&all, 0);
    assert_eq!(fs::read(&bare).expect("a model"), before);
    let ours = folder
        .path()
        .join("ours.onnx")
        .to_string_lossy()
        .into_owned();
    let found = |model: &str, out: &str| {
        let out = folder.path().join(out);
        scan(&[&path], &out, model, &APART, 0);
        let found = Results::read(&out);
        let mut places: Vec<String> = found
            .candidates
            .iter()
            .map(|c| format!("{:?}", c.at))
            .collect();
        places.sort();
        places
    };
    // A path that is absolute is no name of a fixture.
    assert_eq!(found(&ours, "wrapped"), found("boxes_yolo8.onnx", "given"));
}

#[test]
fn a_verifier_is_told_in_words_and_written_into_a_copy() {
    let folder = TempDir::new().expect("temporary folder");
    let model = fixture("verifier.onnx").to_string_lossy().into_owned();
    let other = "f".repeat(64);
    let set = [
        "papaver_threshold=0.6",
        &format!("papaver_first_stage={other}"),
    ];
    let mut wrap = vec!["model", "wrap", &model, "-o", "ours.onnx"];
    wrap.extend(set.iter().flat_map(|entry| ["--set", entry]));
    run(&wrap, folder.path(), 0);
    for (lang, words) in [
        (
            "en",
            ["verifier: looks at", "threshold     0.6", "first stage"],
        ),
        ("zh", ["复核模型", "阈值        0.6", "配套模型"]),
    ] {
        let inspect = ["--lang", lang, "model", "inspect", "ours.onnx"];
        let said = run(&inspect, folder.path(), 0).out;
        assert!(words.iter().all(|w| said.contains(w)), "{said}");
        assert!(said.contains(&other), "{said}");
    }
    // It looks at the candidates of the model that it learnt from, and of no other.
    let picture = picture(Place::utm(2.0), scattered(5, 1));
    written(folder.path(), &picture);
    let scan = ["scan", "ortho.tif", "-o", "out", "--verifier", "ours.onnx"];
    let refused = run(&scan, folder.path(), 1).err;
    assert!(refused.contains("learnt from the candidates"), "{refused}");
    assert!(refused.contains("--set papaver_first_stage="), "{refused}");
}

#[test]
fn other_layouts_are_refused_with_what_can_be_done() {
    let folder = TempDir::new().expect("temporary folder");
    let model = fixture("boxes_yolo8.onnx").to_string_lossy().into_owned();
    for (set, english, chinese) in [
        (
            "class_names={\"0\":\"a\",\"1\":\"b\",\"2\":\"c\"}",
            "with 3 classes",
            "类别数为 3",
        ),
        ("det_type=YOLO_Ultralytics_obb", "upright boxes", "正框"),
        (
            "model_type=Segmentor",
            "segmenter's output",
            "分割模型的输出",
        ),
        (
            "model_type=Regressor",
            "a Detector or a Segmentor",
            "Detector 或 Segmentor",
        ),
        (
            "det_iou_thresh=0",
            "det_iou_thresh = 0",
            "det_iou_thresh = 0",
        ),
    ] {
        for (lang, words) in [("en", english), ("zh", chinese)] {
            let wrap = [
                "--lang", lang, "model", "wrap", &model, "-o", "x.onnx", "--set", set,
            ];
            let said = run(&wrap, folder.path(), 1).err;
            let hint = if lang == "en" { "hint: " } else { "提示：" };
            assert!(said.contains(words) && said.contains(hint), "{set}: {said}");
        }
    }
    assert!(!folder.path().join("x.onnx").exists());
}
