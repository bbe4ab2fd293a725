//! Evidence that has not arrived: it is named, what is here is carried on, and nothing is called damaged for it.

use crate::office::{Office, Said, photo};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

fn in_registry(office: &Office, registry: &str, arguments: &[&str]) -> Said {
    let mut all = arguments.to_vec();
    all.extend(["--registry", registry]);
    office.run("office", &all)
}

/// A county with two photographed sites, and a province that trusts it.
fn offices() -> (Office, Vec<PathBuf>) {
    let office = Office::begin();
    for (n, lon) in [113.30, 113.31].into_iter().enumerate() {
        let site = office.dispatched(lon, 33.74);
        let name = format!("p{n}.png");
        photo(&office.path(&name), 60 + u8::try_from(n).expect("small"));
        office.found(&site, "52", &name);
    }
    let made = office.ok(
        "office",
        &[
            "init",
            "--unit",
            "410000",
            "--registry",
            "province.papaver",
            "--json",
        ],
    );
    assert_eq!(made.code, Some(0));
    let heads = office.ok("chief", &["verify", "--json"]).json()["heads"].clone();
    let device = heads[0]["device"].as_str().expect("a device").to_owned();
    let told = in_registry(
        &office,
        "province.papaver",
        &["trust", &device, "--unit", "410423"],
    );
    assert_eq!(told.code, Some(0), "{told:?}");
    let mut files: Vec<PathBuf> = fs::read_dir(office.path("a.papaver.files"))
        .expect("evidence")
        .flat_map(|folder| fs::read_dir(folder.expect("a folder").path()).expect("listed"))
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 2);
    (office, files)
}

fn digest(file: &std::path::Path) -> String {
    file.file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

#[test]
fn a_picture_that_never_arrives_stops_neither_verify_nor_bundles() {
    let (office, files) = offices();
    let lost = digest(&files[0]);
    // The county's event names a picture that is nowhere: forged, or lost before it was sent.
    let kept = fs::read(&files[0]).expect("read");
    fs::remove_file(&files[0]).expect("removed");
    let made = office.ok("wang", &["bundle", "create", "county.bundle", "--json"]);
    let made: Value = made.json();
    assert_eq!(made["absent"][0]["sha256"], lost.as_str(), "{made}");
    let seen = office.ok("wang", &["bundle", "inspect", "county.bundle"]);
    assert!(
        seen.out.contains(&lost) && seen.out.contains("1 evidence file"),
        "{seen:?}"
    );
    let manifest = office
        .ok("wang", &["bundle", "inspect", "county.bundle", "--json"])
        .json();
    assert_eq!(manifest["manifest"]["absent"][0], lost.as_str());
    // Where it was recorded it is a loss, and said to be one.
    let told = office.run("chief", &["verify"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    assert!(
        told.out.contains(&lost) && told.out.contains("is gone"),
        "{told:?}"
    );
    assert!(
        told.err.contains("INCOMPLETE") && !told.err.contains("DAMAGED"),
        "{told:?}"
    );
    // The province takes it, is whole, and makes bundles of its own.
    let taken = in_registry(
        &office,
        "province.papaver",
        &["bundle", "apply", "county.bundle"],
    );
    assert_eq!(taken.code, Some(0), "{taken:?}");
    assert!(taken.out.contains("not at the sender either"), "{taken:?}");
    for more in [&[][..], &["--full"]] {
        let mut arguments = vec!["verify"];
        arguments.extend(more);
        let said = in_registry(&office, "province.papaver", &arguments);
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(
            said.out.contains(&lost) && said.err.contains("nothing has changed"),
            "{said:?}"
        );
    }
    let said = in_registry(
        &office,
        "province.papaver",
        &["bundle", "create", "province.bundle"],
    );
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.err.contains(&lost), "{said:?}");
    // When it comes after all, everything is as if it had never been away.
    fs::write(&files[0], kept).expect("put back");
    office.ok("chief", &["verify"]);
    office.ok("wang", &["bundle", "create", "again.bundle"]);
    let taken = in_registry(
        &office,
        "province.papaver",
        &["bundle", "apply", "again.bundle"],
    );
    assert_eq!(taken.code, Some(0), "{taken:?}");
    let said = in_registry(&office, "province.papaver", &["verify"]);
    assert!(!said.out.contains(&lost), "{said:?}");
}

#[test]
fn a_late_part_is_named_and_the_rest_is_carried_on() {
    let (office, files) = offices();
    // Photographs large enough for parts of their own.
    let site = office.dispatched(113.35, 33.74);
    let noise = image::RgbImage::from_fn(900, 700, |x, y| {
        let n = x
            .wrapping_mul(2_654_435_761)
            .wrapping_add(y.wrapping_mul(40_503))
            ^ (x * y);
        image::Rgb([n as u8, (n >> 8) as u8, (n >> 16) as u8])
    });
    noise.save(office.path("large.png")).expect("saved");
    office.found(&site, "2", "large.png");
    let made = office
        .ok(
            "wang",
            &["bundle", "create", "c.bundle", "--split", "1", "--json"],
        )
        .json();
    let parts: Vec<String> = made["files"]
        .as_array()
        .expect("files")
        .iter()
        .map(|p| p.as_str().expect("a name").to_owned())
        .collect();
    assert!(parts.len() > 1, "{parts:?}");
    let taken = in_registry(&office, "province.papaver", &["bundle", "apply", &parts[0]]);
    assert_eq!(taken.code, Some(2), "something is still to come: {taken:?}");
    assert!(
        taken.out.contains("1 evidence file has not arrived"),
        "{taken:?}"
    );
    let said = in_registry(&office, "province.papaver", &["verify"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("not arrived: evidence"), "{said:?}");
    let said = in_registry(
        &office,
        "province.papaver",
        &["bundle", "create", "p.bundle"],
    );
    assert_eq!(said.code, Some(0), "{said:?}");
    for part in &parts[1..] {
        in_registry(&office, "province.papaver", &["bundle", "apply", part]);
    }
    let said = in_registry(&office, "province.papaver", &["verify", "--json"]).json();
    assert_eq!(said["absent"].as_array().map(Vec::len), Some(0), "{said}");
    drop(files);
}

#[test]
fn changed_evidence_is_damage_and_is_not_carried() {
    let (office, files) = offices();
    let mut bytes = fs::read(&files[0]).expect("read");
    bytes[40] ^= 1;
    fs::write(&files[0], bytes).expect("written");
    let told = office.run("chief", &["verify"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    assert!(
        told.err.contains("DAMAGED") && told.out.contains("has changed"),
        "{told:?}"
    );
    let made = office.run("wang", &["bundle", "create", "county.bundle"]);
    assert_eq!(made.code, Some(2), "{made:?}");
    assert!(made.err.contains(&digest(&files[0])), "{made:?}");
    let taken = in_registry(
        &office,
        "province.papaver",
        &["bundle", "apply", "county.bundle"],
    );
    assert_eq!(taken.code, Some(0), "{taken:?}");
}

#[test]
fn a_strangers_bundle_is_judged_before_its_contents_are_read() {
    let (office, _) = offices();
    office.ok("wang", &["bundle", "create", "county.bundle"]);
    let whole = fs::read(office.path("county.bundle")).expect("read");
    let at = whole
        .windows(4)
        .position(|w| w == b"\x89PNG")
        .expect("a photograph, stored as it is");
    let mut changed = whole.clone();
    changed[at + 40] ^= 1;
    fs::write(office.path("changed.bundle"), changed).expect("written");
    office.ok(
        "x",
        &["init", "--unit", "420000", "--registry", "other.papaver"],
    );
    let told = in_registry(
        &office,
        "other.papaver",
        &["bundle", "apply", "changed.bundle"],
    );
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(
        told.err.contains("not trusted"),
        "by its manifest alone: {told:?}"
    );
    // Who trusts the signer is told of the change.
    let told = in_registry(
        &office,
        "province.papaver",
        &["bundle", "apply", "changed.bundle"],
    );
    assert!(told.err.contains("has been changed: evidence/"), "{told:?}");
    let told = office.run("wang", &["bundle", "inspect", "changed.bundle"]);
    assert!(told.err.contains("has been changed: evidence/"), "{told:?}");
    // A pipe is no bundle, and is not waited for.
    #[cfg(unix)]
    {
        let pipe = office.path("pipe.bundle");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|s| s.success()));
        let told = in_registry(
            &office,
            "province.papaver",
            &["bundle", "apply", "pipe.bundle"],
        );
        assert!(told.err.contains("not a regular file"), "{told:?}");
    }
}
