//! A scan's folder is trusted as little as a bundle: whoever edits it is found out. And words of others do nothing where
//! they are shown.

use crate::life::scanned;
use crate::office::Office;
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::Path;

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// Changes something in a folder.
type Edit = &'static dyn Fn(&Path);

fn edit(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&fs::read(path).expect("read")).expect("JSON");
    change(&mut value);
    fs::write(path, value.to_string()).expect("written");
}

/// What a folder of version 0.1.0 says of itself.
fn as_of_an_earlier_version(folder: &Path) {
    edit(&folder.join("scan.json"), |v| {
        v["program_version"] = "0.1.0".into();
        for later in ["outputs", "tagged", "made", "patterns", "second_stage"] {
            v.as_object_mut().expect("an object").remove(later);
        }
    });
}

/// Of the pictures without an outline none is kept.
fn is_kept(chip: &Path) -> bool {
    !chip.to_string_lossy().contains("-plain")
}

#[test]
fn an_edited_folder_is_refused_and_an_old_one_is_said_to_be_unverifiable() {
    let office = Office::begin();
    scanned(&office);
    let record: Value =
        serde_json::from_slice(&fs::read(office.path("scan/scan.json")).expect("read"))
            .expect("JSON");
    let outputs = record["outputs"].as_object().expect("digests");
    for name in ["candidates.geojson", "coverage.geojson", "review.html"] {
        assert_eq!(outputs[name].as_str().map(str::len), Some(64), "{name}");
    }
    let chips = outputs
        .keys()
        .filter(|name| name.starts_with("chips/"))
        .count();
    assert_eq!(
        chips,
        fs::read_dir(office.path("scan/chips"))
            .expect("chips")
            .count()
    );
    let before = office.events();
    let edits: [(&str, Edit); 11] = [
        ("a candidate taken out", &|f| {
            edit(&f.join("candidates.geojson"), |v| {
                v["features"].as_array_mut().expect("features").pop();
            });
        }),
        ("a candidate moved", &|f| {
            edit(&f.join("candidates.geojson"), |v| {
                v["features"][0]["properties"]["lon"] = 113.9.into()
            });
        }),
        ("an outline", &|f| {
            edit(&f.join("candidates.geojson"), |v| {
                v["features"][0]["geometry"]["coordinates"][0][0][0] = 113.9.into();
            });
        }),
        ("searched area", &|f| {
            edit(&f.join("coverage.geojson"), |v| {
                v["features"][0]["properties"]["area_m2"] = 1e9.into()
            });
        }),
        ("searched area in the record", &|f| {
            edit(&f.join("scan.json"), |v| {
                v["totals"]["searched_m2"] = 1e9.into()
            });
        }),
        ("the number of candidates", &|f| {
            edit(&f.join("scan.json"), |v| {
                v["totals"]["candidates"] = 1.into()
            });
        }),
        ("a picture", &|f| {
            let chips = fs::read_dir(f.join("chips")).expect("chips");
            let mut chips = chips.map(|entry| entry.expect("an entry").path());
            let chip = chips.find(|chip| is_kept(chip)).expect("one");
            let mut bytes = fs::read(&chip).expect("read");
            let at = bytes.len() / 2;
            bytes[at] ^= 1;
            fs::write(chip, bytes).expect("written");
        }),
        ("its digests", &|f| {
            edit(&f.join("scan.json"), |v| {
                v["outputs"]
                    .as_object_mut()
                    .expect("digests")
                    .remove("candidates.geojson");
            });
        }),
        ("all digests", &|f| {
            edit(&f.join("scan.json"), |v| {
                v.as_object_mut().expect("an object").remove("outputs");
            });
        }),
        ("candidates, as if of an earlier version", &|f| {
            as_of_an_earlier_version(f);
            edit(&f.join("candidates.geojson"), |v| {
                v["features"].as_array_mut().expect("features").pop();
            });
        }),
        ("the ground, as if of an earlier version", &|f| {
            as_of_an_earlier_version(f);
            edit(&f.join("coverage.geojson"), |v| {
                let wide = serde_json::json!([[
                    [113.2, 33.7],
                    [113.3, 33.7],
                    [113.3, 33.75],
                    [113.2, 33.75],
                    [113.2, 33.7]
                ]]);
                v["features"][0]["geometry"] =
                    serde_json::json!({"type": "Polygon", "coordinates": wide});
            });
        }),
    ];
    for (n, (what, change)) in edits.iter().enumerate() {
        let name = format!("edited-{n}");
        copied(&office.path("scan"), &office.path(&name));
        change(&office.path(&name));
        let told = office.refused("wang", &["record", &name]);
        assert!(told.contains("has been edited"), "{what}: {told}");
    }
    copied(&office.path("scan"), &office.path("without"));
    fs::remove_file(office.path("without/coverage.geojson")).expect("removed");
    office.refused("wang", &["record", "without"]);
    assert_eq!(office.events(), before, "nothing was recorded");
    // A folder of version 0.1.0 has no digests; it is taken, and marked.
    copied(&office.path("scan"), &office.path("old"));
    as_of_an_earlier_version(&office.path("old"));
    let old = Office::begin();
    copied(&office.path("old"), &old.path("old"));
    let said = old.ok("wang", &["record", "old", "--json"]).json();
    assert_eq!(said["unverifiable"], true, "{said}");
    let said = old.ok("wang", &["record", "old"]);
    assert!(said.err.contains("cannot be verified"), "{said:?}");
    let log = old.ok("wang", &["log", "--json"]).out;
    assert!(log.contains("\"unverifiable\":true"), "{log}");
    // The honest folder, whole.
    let said = office.ok("wang", &["record", "scan", "--json"]).json();
    assert_eq!(said["unverifiable"], false, "{said}");
    assert!(
        said["new"].as_array().is_some_and(|new| new.len() >= 6),
        "{said}"
    );
    // A copy that lacks a picture is whole but for that.
    let third = Office::begin();
    copied(&office.path("scan"), &third.path("scan"));
    let chips = fs::read_dir(third.path("scan/chips")).expect("chips");
    let mut chips = chips.map(|entry| entry.expect("an entry").path());
    let chip = chips.find(|chip| is_kept(chip)).expect("one");
    fs::remove_file(chip).expect("removed");
    let said = third.ok("wang", &["record", "scan", "--json"]).json();
    assert_eq!(said["pictures_missing"], 1, "{said}");
}

#[test]
fn words_of_others_do_nothing_where_they_are_shown() {
    let office = Office::begin();
    let odd = "东\u{1b}[2J\u{7}\u{9b}31m\u{202e}<b>&沟";
    let added = office.ok(
        "wang",
        &[
            "add",
            "--at",
            "113.3,33.74",
            "--source",
            "patrol",
            "--name",
            odd,
            "--json",
        ],
    );
    assert!(!added.out.contains('\u{9b}'), "{added:?}");
    let site = added.json()["id"].as_str().expect("an id").to_owned();
    office.ok("wang", &["note", &site, odd]);
    for arguments in [
        &["show", &site][..],
        &["sites"],
        &["log"],
        &["show", &site, "--json"],
    ] {
        let said = office.ok("wang", arguments);
        for text in [&said.out, &said.err] {
            let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.contains(acts), "{arguments:?}: {text:?}");
        }
    }
    // The value itself is kept.
    let shown = office.site(&site);
    assert_eq!(shown["notes"][0][0], odd, "{shown}");
    // Maps hold XML that every reader takes.
    office.ok("wang", &["export", "a.kmz"]);
    office.ok("wang", &["export", "a.gpx"]);
    let file = fs::File::open(office.path("a.kmz")).expect("opened");
    let mut archive = zip::ZipArchive::new(file).expect("a ZIP");
    let mut kml = String::new();
    archive
        .by_name("doc.kml")
        .expect("KML")
        .read_to_string(&mut kml)
        .expect("read");
    let gpx = fs::read_to_string(office.path("a.gpx")).expect("read");
    for text in [&kml, &gpx] {
        roxmltree::Document::parse(text).unwrap_or_else(|e| panic!("{e}: {text}"));
        assert!(text.contains("沟"));
    }
    office.ok("wang", &["dossier", &site, "-o", "d.html"]);
    let page = fs::read_to_string(office.path("d.html")).expect("read");
    assert!(
        !page.contains('\u{1b}') && !page.contains("<b>&沟"),
        "escaped"
    );
}
