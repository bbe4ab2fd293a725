//! A registry on a bad day: a changed byte, a full disk, a disk that cannot be written, a clock set back, bundles that are
//! not what they were. Nothing that was acknowledged is lost, and what is wrong is named.

use crate::mount::Mount;
use crate::office::{Office, Said};
use std::fs;

/// The chief's command on another registry than the office's.
fn in_registry(office: &Office, registry: &str, arguments: &[&str]) -> Said {
    let mut all = arguments.to_vec();
    all.extend(["--registry", registry]);
    office.run("chief", &all)
}

#[test]
fn a_changed_byte_is_named_nothing_more_is_written_and_the_rest_is_saved() {
    let office = Office::begin();
    let site = office.dispatched(113.30, 33.74);
    for n in 1..=3 {
        office.ok("wang", &["note", &site, &format!("note number {n}")]);
    }
    let events = office.events();
    let mut bytes = fs::read(office.path("a.papaver")).expect("read");
    // In the event itself, not where the derived tables repeat it.
    let needle = br#""text":"note number 2"#;
    let at = bytes
        .windows(needle.len())
        .position(|w| w == needle)
        .expect("stored");
    bytes[at + needle.len() - 1] = b'7';
    fs::write(office.path("a.papaver"), bytes).expect("written");
    let told = office.run("wang", &["verify"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    assert!(
        told.out.contains("its bytes have changed") && told.err.contains("DAMAGED"),
        "{told:?}"
    );
    let named = told
        .out
        .split_whitespace()
        .nth(1)
        .expect("an event")
        .to_owned();
    let told = office.run("wang", &["note", &site, "one more"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    assert!(
        told.err.contains(&named) && told.err.contains("registry salvage"),
        "{told:?}"
    );
    // It is still read.
    office.ok("wang", &["show", &site]);
    let salvaged = office.run(
        "chief",
        &["registry", "salvage", "a.papaver", "--to", "b.papaver"],
    );
    assert!(matches!(salvaged.code, Some(0 | 2)), "{salvaged:?}");
    let told = office.run("chief", &["log", "--registry", "b.papaver", "--json"]);
    let saved = told.out.lines().count() as u64;
    assert_eq!(saved, events - 1, "all but the changed one: {told:?}");
    assert!(!told.out.contains("note number 7"));
}

#[test]
fn a_full_disk_takes_nothing_that_it_cannot_keep() {
    let office = Office::begin();
    let Some(disk) = Mount::new(&office.path("disk"), "size=400k") else {
        println!("skipped: a disk can be mounted by root only");
        return;
    };
    let on_disk = |arguments: &[&str]| in_registry(&office, "disk/b.papaver", arguments);
    assert_eq!(on_disk(&["init", "--unit", "410423"]).code, Some(0));
    let long = "words ".repeat(1_500);
    let mut kept = 0;
    let full = loop {
        let said = on_disk(&[
            "add",
            "--at",
            "113.3,33.74",
            "--source",
            "patrol",
            "--note",
            &long,
        ]);
        if said.code != Some(0) {
            break said;
        }
        kept += 1;
        assert!(kept < 100, "the disk is never full");
    };
    assert_eq!(full.code, Some(2), "{full:?}");
    assert!(
        full.err.contains("no room left") && full.err.contains("hint: "),
        "{full:?}"
    );
    let listed = on_disk(&["sites", "--json"]);
    assert_eq!(
        listed.out.lines().count(),
        kept,
        "what was acknowledged is there"
    );
    assert_eq!(on_disk(&["verify"]).code, Some(0));
    disk.remount("size=8m");
    let again = on_disk(&[
        "add",
        "--at",
        "113.3,33.74",
        "--source",
        "patrol",
        "--note",
        &long,
    ]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(on_disk(&["verify", "--full"]).code, Some(0));
}

#[test]
fn a_disk_that_cannot_be_written_is_still_read() {
    let office = Office::begin();
    let Some(disk) = Mount::new(&office.path("disk"), "size=8m") else {
        println!("skipped: a disk can be mounted by root only");
        return;
    };
    let on_disk = |arguments: &[&str]| in_registry(&office, "disk/b.papaver", arguments);
    assert_eq!(on_disk(&["init", "--unit", "410423"]).code, Some(0));
    let added = on_disk(&["add", "--at", "113.3,33.74", "--source", "patrol", "--json"]).json();
    let site = added["id"].as_str().expect("id");
    disk.remount("ro");
    let told = on_disk(&["note", site, "x"]);
    assert!(matches!(told.code, Some(1 | 2)), "{told:?}");
    assert!(
        told.err.starts_with("error: ") && told.err.contains("\nhint: "),
        "{told:?}"
    );
    for reading in [
        &["show", site][..],
        &["sites"],
        &["verify"],
        &["export", "out.csv"],
    ] {
        let said = on_disk(reading);
        assert_eq!(said.code, Some(0), "{reading:?}: {said:?}");
    }
    disk.remount("rw");
    assert_eq!(on_disk(&["note", site, "x"]).code, Some(0));
}

#[test]
fn a_bundle_that_is_cut_changed_or_a_strangers_changes_nothing() {
    let office = Office::begin();
    office.dispatched(113.30, 33.74);
    office.ok("wang", &["bundle", "create", "county.bundle"]);
    office.ok(
        "office",
        &["init", "--unit", "410000", "--registry", "province.papaver"],
    );
    let province = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(["--registry", "province.papaver"]);
        office.run("office", &all)
    };
    let state = || province(&["verify"]).out;
    let before = state();
    let whole = fs::read(office.path("county.bundle")).expect("read");
    fs::write(office.path("cut.bundle"), &whole[..whole.len() / 2]).expect("written");
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    fs::write(office.path("changed.bundle"), changed).expect("written");
    fs::write(office.path("text.bundle"), "no bundle").expect("written");
    for name in [
        "cut.bundle",
        "changed.bundle",
        "text.bundle",
        "county.bundle",
    ] {
        let told = province(&["bundle", "apply", name]);
        assert!(matches!(told.code, Some(1 | 2)), "{name}: {told:?}");
        assert!(
            told.err.contains(name) && told.err.contains("\nhint: "),
            "{name}: {told:?}"
        );
        assert_eq!(state(), before, "{name}");
    }
    let stranger = province(&["bundle", "apply", "county.bundle"]);
    assert!(stranger.err.contains("papaver trust"), "{stranger:?}");
}
