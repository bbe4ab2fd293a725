//! What the program says when all is well: help, the model in words, summaries for people and for machines.

use crate::ground::Place;
use crate::paint::Picture;
use crate::results::{Results, json};
use crate::run::{ended, fixture, papaver, scan, scan_command};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn ortho(folder: &Path) -> PathBuf {
    let path = folder.join("石门 ortho.tif");
    let mut picture = Picture::with_nine(Place::utm(2.0), (700, 600));
    picture.fill(|x, _| x >= 650, [0, 0, 0]);
    picture.write(&path, &["TILED=YES", "COMPRESS=DEFLATE"]);
    path
}

#[test]
fn help() {
    for (name, arguments) in [
        ("papaver", &["--help"][..]),
        ("scan", &["scan", "--help"]),
        ("evaluate", &["evaluate", "--help"]),
        ("model_inspect", &["model", "inspect", "--help"]),
        ("model_wrap", &["model", "wrap", "--help"]),
    ] {
        let said = ended(papaver().args(arguments).env("COLUMNS", "100"));
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("help_{name}"), said.out);
    }
}

#[test]
fn help_in_chinese_is_chinese_alone() {
    for (name, arguments) in [
        ("papaver_zh", &["--lang", "zh", "--help"][..]),
        ("scan_zh", &["--lang", "zh", "scan", "--help"]),
    ] {
        let said = ended(papaver().args(arguments).env("COLUMNS", "100"));
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("help_{name}"), said.out);
    }
    let by_locale = ended(
        papaver()
            .args(["trust", "--help"])
            .env("LC_ALL", "zh_CN.UTF-8"),
    );
    assert!(
        by_locale.out.starts_with("信任其他单位的设备"),
        "{}",
        by_locale.out
    );
    let by_help = ended(papaver().args(["--lang=zh", "help", "scan"]));
    assert!(by_help.out.contains("用法："), "{}", by_help.out);
}

#[test]
fn completions_and_manual_pages() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = ended(papaver().args(["completions", shell]));
        assert_eq!((script.code, script.err.as_str()), (Some(0), ""), "{shell}");
        assert!(script.out.contains("lost-key"), "{shell}");
    }
    let page = ended(papaver().args(["man", "actor", "key"]));
    assert_eq!(page.code, Some(0), "{}", page.err);
    assert!(page.out.contains("papaver\\-actor\\-key"), "{}", page.out);
    assert!(page.out.contains("old\\-passphrase\\-file"), "{}", page.out);
    let program = ended(papaver().arg("man"));
    assert!(program.out.contains(".SH SUBCOMMANDS"), "{}", program.out);
    let none = ended(papaver().args(["man", "actor", "nobody"]));
    assert_eq!(none.code, Some(1), "{}", none.err);
    assert!(
        none.err.contains("actor nobody") && none.err.contains("hint:"),
        "{}",
        none.err
    );
}

#[test]
fn the_model_in_words() {
    let mut text = String::new();
    for (lang, model) in [
        ("en", "colour_dense.onnx"),
        ("en", "colour_tile.onnx"),
        ("en", "colour_batch4.onnx"),
        ("zh", "colour_dense.onnx"),
        ("en", "boxes_yolo8.onnx"),
        ("en", "boxes_yolo5.onnx"),
        ("en", "boxes_end2end.onnx"),
        ("en", "mask_sigmoid.onnx"),
        ("zh", "boxes_yolo8.onnx"),
        ("zh", "boxes_end2end.onnx"),
        ("zh", "mask_softmax.onnx"),
    ] {
        let said = ended(
            papaver()
                .args(["--lang", lang, "model", "inspect"])
                .arg(fixture(model)),
        );
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{model}");
        let (last, rest) = said
            .out
            .lines()
            .collect::<Vec<_>>()
            .split_last()
            .map(|(l, r)| ((*l).to_owned(), r.join("\n")))
            .expect("lines");
        // Which runtime there is differs; that its version is known does not.
        let version = last.split("ONNX Runtime ").nth(1).expect("the runtime");
        assert!(version.starts_with(|c: char| c.is_ascii_digit()), "{last}");
        writeln!(text, "{rest}\n").expect("text");
    }
    let built_in = ended(papaver().args(["model", "inspect"]));
    assert!(
        built_in.code == Some(0) && built_in.out.contains("built-in"),
        "{}",
        built_in.err
    );
    insta::assert_snapshot!(text);
}

#[test]
fn a_fixed_batch_finds_what_a_free_one_finds() {
    let folder = TempDir::new().expect("temporary folder");
    let path = ortho(folder.path());
    let found = |model: &str| {
        let out = folder.path().join(model);
        scan(&[&path], &out, model, &[], 0);
        let results = Results::read(&out);
        let mut places: Vec<String> = results
            .candidates
            .iter()
            .map(|c| format!("{:?} {}", c.at, c.properties["hits"]))
            .collect();
        places.sort();
        places
    };
    assert_eq!(found("colour_batch4.onnx"), found("colour_tile.onnx"));
}

#[test]
fn the_summary_for_machines_agrees_with_the_files() {
    let folder = TempDir::new().expect("temporary folder");
    let path = ortho(folder.path());
    let out = folder.path().join("out");
    let options = [
        "--json",
        "--captured",
        "2026-05-03/2026-05-05",
        "--survey",
        "石门",
        "--unit",
        "411321",
    ];
    let said = scan(&[&path], &out, "colour_dense.onnx", &options, 0);
    let summary: serde_json::Value = serde_json::from_str(&said.out).expect("one JSON value");
    let results = Results::read(&out);
    let record = &results.record;
    assert_eq!(summary["scan_id"], record["scan_id"]);
    assert_eq!(
        json(&out.join("candidates.geojson"))["scan_id"],
        record["scan_id"]
    );
    assert_eq!(summary["tiles"], record["totals"]["tiles"]);
    let near =
        |a: &serde_json::Value, b: f64| (a.as_f64().expect("a number") / b - 1.0).abs() < 5e-3;
    assert!(
        near(&summary["searched_m2"], results.searched_m2),
        "{summary}"
    );
    assert!(
        near(
            &summary["not_searched_m2"]["blank"],
            results.not_searched["blank"]
        ),
        "{summary}"
    );
    let listed = summary["candidates"].as_array().expect("candidates");
    assert_eq!(listed.len(), 6);
    assert_eq!(results.candidates.len(), 6);
    for (a, b) in listed.iter().zip(&results.candidates) {
        for key in ["id", "rank", "lon", "lat", "hits"] {
            assert_eq!(a[key], b.properties[key], "{key}");
        }
    }
    // What was asked is in the record.
    assert_eq!(
        (record["survey"].as_str(), record["unit"].as_str()),
        (Some("石门"), Some("411321"))
    );
    assert_eq!(record["sources"][0]["name"], "石门 ortho.tif");
    assert_eq!(record["captured"]["from"], "2026-05-03");
    assert!(
        results
            .candidates
            .iter()
            .all(|c| c.properties["captured"] == "2026-05-03/2026-05-05")
    );
    let page = std::fs::read_to_string(out.join("review.html")).expect("page");
    for c in &results.candidates {
        assert!(page.contains(c.properties["id"].as_str().expect("id")));
    }
}

#[test]
fn what_the_imagery_says_of_its_days_stays_beside_what_was_said() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    Picture::with_nine(Place::utm(2.0), (300, 300)).write_with(&path, 3, &[], |made| {
        use gdal::Metadata;
        made.set_metadata_item("TIFFTAG_DATETIME", "2025:06:01 10:00:00", "")
            .expect("a tag");
    });
    let out = folder.path().join("out");
    let options = ["-q", "--captured", "2026-05-03"];
    scan(&[&path], &out, "colour_dense.onnx", &options, 0);
    let record = json(&out.join("scan.json"));
    assert_eq!(record["captured"]["from"], "2026-05-03");
    assert_eq!(record["made"], "2025-06-01");
    assert!(record["tagged"].is_null());
}

/// A field of clods, each as bright as its place and the year say, some of them as bright every year; and as if the sun stood higher.
fn field(from: (usize, usize), size: (usize, usize), year: usize, brighter: u8) -> Picture {
    let mut picture = Picture::bare(Place::utm(2.0), size).moved(from.0, from.1);
    let shade = |x: usize, y: usize, year: usize| {
        let mixed = (x * 7919 + y * 104_729 + year * 1_299_709).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((mixed >> 40) % 60) as u8
    };
    picture.paint(|x, y| {
        let (x, y) = ((x + from.0) / 9, (y + from.1) / 9);
        let lasts = shade(x, y, 0) < 30;
        let v = shade(x, y, if lasts { 1 } else { year });
        [95 + v + brighter, 100 + v + brighter, 70 + v + brighter]
    });
    picture
}

#[test]
fn a_part_of_an_orthomosaic_is_known_by_what_it_shows_and_another_years_flight_is_another() {
    let folder = TempDir::new().expect("temporary folder");
    let jpeg = [
        "TILED=YES",
        "COMPRESS=JPEG",
        "JPEG_QUALITY=70",
        "PHOTOMETRIC=YCBCR",
    ];
    let patterns = |name: &str, picture: &Picture, options: &[&str]| {
        let path = folder.path().join(format!("{name}.tif"));
        picture.write(&path, options);
        let out = folder.path().join(name);
        scan(
            &[&path],
            &out,
            "colour_dense.onnx",
            &["-q", "--no-pyramid"],
            0,
        );
        let all = json(&out.join("scan.json"))["patterns"].take();
        serde_json::from_value::<Vec<papaver::schema::Pattern>>(all).expect("patterns")
    };
    let whole = patterns(
        "whole",
        &field((0, 0), (1500, 1300), 2025, 0),
        &["TILED=YES"],
    );
    assert!((16..=128).contains(&whole.len()), "{}", whole.len());
    // Cut, compressed and made brighter, under whatever name.
    let part = patterns("part", &field((310, 170), (1100, 900), 2025, 12), &jpeg);
    assert!(papaver::schema::show_the_same(&part, &whole));
    let next = patterns(
        "next",
        &field((0, 0), (1500, 1300), 2026, 0),
        &["TILED=YES"],
    );
    assert!(!papaver::schema::show_the_same(&next, &whole));
    let common = |other: &[papaver::schema::Pattern]| {
        let places = |p: &papaver::schema::Pattern| whole.iter().any(|w| w.place == p.place);
        other.iter().filter(|p| places(p)).count()
    };
    assert!(common(&next) >= 16, "the same places are told");
}

#[test]
fn quiet_says_nothing_and_no_candidates_is_a_result() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("bare.tif");
    Picture::bare(Place::utm(2.0), (300, 300)).write(&path, &[]);
    let out = folder.path().join("out");
    let said = scan(&[&path], &out, "colour_dense.onnx", &["-q"], 0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    assert!(Results::read(&out).candidates.is_empty());
    let said = scan(&[&path], &out, "colour_dense.onnx", &[], 0);
    assert!(said.out.contains("no candidates"), "{}", said.out);
}

/// The summary without what differs from run to run.
fn normal(text: &str, folder: &Path, results: &Results) -> String {
    let mut text = text.replace(&*folder.to_string_lossy(), "[TMP]");
    for c in &results.candidates {
        text = text.replace(c.properties["id"].as_str().expect("id"), "[ID]");
    }
    let cut = |line: &str, after: &str| {
        let kept = line.split(after).next().expect("a beginning");
        format!("{kept}{after}[…]")
    };
    let line = |line: &str| match line {
        l if l.starts_with("tiles") => cut(l, " in "),
        l if l.starts_with("瓦片") => cut(l, "用时"),
        l if l.contains("ONNX Runtime") => cut(l, "ONNX Runtime "),
        l => l.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn the_summary_for_people_in_both_languages() {
    let folder = TempDir::new().expect("temporary folder");
    let path = ortho(folder.path());
    for lang in ["en", "zh"] {
        let out = folder.path().join(lang);
        let said = scan(&[&path], &out, "colour_dense.onnx", &["--lang", lang], 0);
        insta::assert_snapshot!(
            format!("summary_{lang}"),
            normal(&said.out, folder.path(), &Results::read(&out))
        );
    }
    // The locale speaks where no option does.
    let out = folder.path().join("locale");
    let said = ended(
        scan_command(&[&path], &out, "colour_dense.onnx", &[])
            .env("LC_ALL", "zh_CN.UTF-8")
            .env("LANG", "zh_CN.UTF-8"),
    );
    assert!(said.out.contains("疑似点"), "{}", said.out);
}

#[test]
fn a_closed_pipe_does_not_end_the_work() {
    let folder = TempDir::new().expect("temporary folder");
    let path = ortho(folder.path());
    let out = folder.path().join("out");
    let mut child = scan_command(&[&path], &out, "colour_dense.onnx", &[])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    drop(child.stderr.take());
    assert!(child.wait().expect("ended").success());
    assert_eq!(Results::read(&out).candidates.len(), 6);
}
