//! No command writes over a registry or what belongs to it, and none overwrites anything unless it is told to.

use crate::office::{Office, photo};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file below a folder with its bytes; thumbnails are derived and come and go.
fn everything(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                if !path.to_string_lossy().ends_with(".thumbnails") {
                    folders.push(path);
                }
            } else if !path.to_string_lossy().ends_with(".lock") {
                // The lock says who writes: its words change, its place does not.
                found.insert(path.clone(), fs::read(&path).expect("read"));
            }
        }
    }
    found
}

/// An office with a confirmed site, which has its photograph.
fn office() -> (Office, String) {
    let office = Office::begin();
    let site = office.dispatched(113.30, 33.74);
    photo(&office.path("scene.png"), 90);
    office.found(&site, "52", "scene.png");
    let ring = [
        [113.0, 33.0],
        [114.0, 33.0],
        [114.0, 34.0],
        [113.0, 34.0],
        [113.0, 33.0],
    ];
    let districts = json!({"type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": {"code": "410423", "name": "县"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }]});
    fs::write(office.path("districts.geojson"), districts.to_string()).expect("written");
    // The second time nothing is decided anew, and what rests on the decision is brought up to date.
    for _again in 0..2 {
        office.ok(
            "chief",
            &[
                "registry",
                "districts",
                "districts.geojson",
                "--vintage",
                "2026",
            ],
        );
    }
    (office, site)
}

/// Every command that takes the name of an output, with `@` for the name.
fn commands(site: &str) -> Vec<Vec<String>> {
    [
        "bundle create @",
        "export @ --format csv",
        "export @ --format gpkg",
        "export @ --format kmz",
        "export training-set @",
        "dossier SITE -o @",
        "windows --write @",
        "quality --plot @",
        "rank --season 2026 --funnel @",
        "bundle identity @",
    ]
    .iter()
    .map(|line| {
        line.split(' ')
            .map(|word| {
                if word == "SITE" {
                    site.to_owned()
                } else {
                    word.to_owned()
                }
            })
            .collect()
    })
    .collect()
}

fn with(command: &[String], name: &str, more: &[&str]) -> Vec<String> {
    command
        .iter()
        .map(|word| {
            if word == "@" {
                name.to_owned()
            } else {
                word.clone()
            }
        })
        .chain(more.iter().map(|word| (*word).to_owned()))
        .collect()
}

#[test]
fn no_command_writes_over_a_registry_or_what_belongs_to_it() {
    let (office, site) = office();
    // A backup by another name, a registry of another unit, and evidence.
    fs::copy(office.path("a.papaver"), office.path("backup.csv")).expect("copied");
    office.ok(
        "chief",
        &["init", "--unit", "410000", "--registry", "b.papaver"],
    );
    fs::copy(office.path("b.papaver.key"), office.path("kept.key")).expect("copied");
    let files = office.path("a.papaver.files");
    let evidence = everything(&files).into_keys().next().expect("a photograph");
    let evidence = evidence
        .strip_prefix(office.folder())
        .expect("below")
        .to_string_lossy()
        .into_owned();
    let before = everything(office.folder());
    let targets = [
        "a.papaver",
        "a.papaver.key",
        "a.papaver.lock",
        "a.papaver-journal",
        "a.papaver.files/new",
        evidence.as_str(),
        "b.papaver",
        "backup.csv",
        "kept.key",
    ];
    for command in commands(&site) {
        for target in targets {
            for more in [&[][..], &["--overwrite"]] {
                let refusable = !(more == ["--overwrite"]
                    && command[0] == "bundle"
                    && command[1] == "identity");
                if !refusable {
                    continue;
                }
                let arguments = with(&command, target, more);
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                let told = office.refused("chief", &arguments);
                // A plot is an .svg: nothing else is ever written there.
                let is_no_plot = told.contains("will not do for --plot");
                assert!(
                    is_no_plot || told.contains("never written over"),
                    "{arguments:?}: {told}"
                );
            }
        }
    }
    // Files whose names are made of the output's.
    for arguments in [
        &[
            "report",
            "province",
            "-o",
            "a.papaver.files/r",
            "--overwrite",
        ][..],
        &["registry", "evidence-list", "backup.csv", "--overwrite"],
        &[
            "registry",
            "evidence-list",
            "a.papaver.people/l.csv",
            "--overwrite",
        ],
    ] {
        let told = office.refused("chief", arguments);
        assert!(told.contains("never written over"), "{arguments:?}: {told}");
    }
    assert_eq!(
        everything(office.folder()),
        before,
        "not a byte has changed"
    );
    office.ok("chief", &["verify", "--full"]);
}

#[test]
fn nothing_is_replaced_unless_the_user_says_so() {
    let (office, site) = office();
    for (n, command) in commands(&site).into_iter().enumerate() {
        let ending = if command.iter().any(|w| w == "--plot") {
            ".svg"
        } else {
            ""
        };
        let name = format!("out-{n}{ending}");
        let run = |more: &[&str]| {
            let arguments = with(&command, &name, more);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            office.run("chief", &arguments)
        };
        let first = run(&[]);
        assert_eq!(first.code, Some(0), "{command:?}: {first:?}");
        let path = office.path(&name);
        if !path.exists() {
            // There may be nothing to plot; then nothing is written, whatever lies there.
            assert!(
                command.iter().any(|w| w == "--plot" || w == "--funnel"),
                "{command:?}"
            );
            fs::write(&path, "somebody's").expect("written");
        }
        let again = run(&[]);
        assert_eq!(again.code, Some(1), "{command:?}: {again:?}");
        assert!(
            again.err.contains("is there already"),
            "{command:?}: {again:?}"
        );
        if path.is_dir() || command[1] == "identity" {
            continue;
        }
        fs::write(&path, "somebody's").expect("written");
        assert_eq!(run(&[]).code, Some(1), "{command:?}");
        assert_eq!(fs::read(&path).expect("read"), b"somebody's", "{command:?}");
        let told = run(&["--overwrite"]);
        assert_eq!(told.code, Some(0), "{command:?}: {told:?}");
    }
    let zh = Office {
        lang: "zh",
        ..office
    };
    let told = zh.run("chief", &["bundle", "create", "a.papaver", "--overwrite"]);
    assert!(
        told.err.starts_with("错误：")
            && told.err.contains("提示：")
            && told.err.contains("登记库"),
        "{told:?}"
    );
}

#[test]
fn parts_of_a_bundle_are_all_free_or_none_is_written() {
    let office = Office::begin();
    let site = office.dispatched(113.30, 33.74);
    for n in 0..40 {
        office.ok(
            "wang",
            &["note", &site, &format!("{n} {}", "words ".repeat(9_000))],
        );
    }
    fs::write(office.path("x-2of2.bundle"), "another's").expect("written");
    fs::write(office.path("x-3of3.bundle"), "another's").expect("written");
    let told = office.refused("wang", &["bundle", "create", "x.bundle", "--split", "1"]);
    assert!(told.contains("is there already"), "{told}");
    assert!(!office.path("x-1of3.bundle").exists() && !office.path("x-1of2.bundle").exists());
}

#[test]
fn a_receipt_stays_and_the_next_is_numbered() {
    let office = Office::begin();
    office.dispatched(113.30, 33.74);
    office.ok("wang", &["bundle", "create", "county.bundle"]);
    // Its own bundle is known to it altogether, which makes a receipt as well.
    office.ok("wang", &["bundle", "apply", "county.bundle"]);
    let receipt = office.path("county.bundle.receipt.json");
    let first = fs::read(&receipt).expect("a receipt");
    let said = office.ok("wang", &["bundle", "apply", "county.bundle"]);
    assert_eq!(fs::read(&receipt).expect("a receipt"), first);
    let second = office.path("county.bundle.receipt-2.json");
    assert!(
        second.exists() && said.err.contains("receipt-2.json"),
        "{said:?}"
    );
    fs::write(&second, "somebody's").expect("written");
    office.ok("wang", &["bundle", "apply", "county.bundle"]);
    assert_eq!(fs::read(&second).expect("read"), b"somebody's");
    assert!(office.path("county.bundle.receipt-3.json").exists());
}
