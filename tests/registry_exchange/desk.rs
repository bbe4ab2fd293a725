//! A day at the desk: finding sites, sending crews, reading what happened, taking it along.

use crate::exif_block::block;
use crate::life::{scanned, screen};
use crate::office::{Office, Said, confirming, photo};
use serde_json::{Value, json};
use std::fs;
use std::io::Read;

/// Runs the program with no more of the surroundings than these.
fn run(office: &Office, arguments: &[&str], set: &[(&str, &str)], input: &str) -> Said {
    let here = [("TZ", "Asia/Shanghai"), ("LC_ALL", "C")];
    office.run_in(&[&here[..], set].concat(), arguments, input.as_bytes())
}

/// A photograph that says it was taken at 113.3 E, 33.74 N on the 3rd of May 2026 at 10:21.
fn placed(office: &Office, name: &str) {
    tagged(office, name, Some("2026:05:03 10:21:00"), Some(1800));
}

/// A photograph that says when it was taken, or where: so many hundredths of a minute east of 113°.
fn tagged(office: &Office, name: &str, time: Option<&str>, east: Option<u32>) {
    use exif::{Rational, Tag, Value};
    let text = |t: &str| Value::Ascii(vec![t.as_bytes().to_vec()]);
    let degrees = |whole: u32, hundredths_of_minutes: u32| {
        let part = |num, denom| Rational { num, denom };
        Value::Rational(vec![
            part(whole, 1),
            part(hundredths_of_minutes, 100),
            part(0, 1),
        ])
    };
    let mut tags = vec![(Tag::Make, text("HUAWEI"))];
    tags.extend(time.map(|time| (Tag::DateTimeOriginal, text(time))));
    if let Some(east) = east {
        tags.extend([
            (Tag::GPSLatitudeRef, text("N")),
            (Tag::GPSLatitude, degrees(33, 4440)),
            (Tag::GPSLongitudeRef, text("E")),
            (Tag::GPSLongitude, degrees(113, east)),
        ]);
    }
    let tags = block(tags, false);
    let plain = office.path("plain-of-it.jpg");
    photo(&plain, 70);
    let jpeg = fs::read(plain).expect("there");
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(u16::try_from(tags.len() + 8).expect("short").to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(&tags);
    bytes.extend(&jpeg[2..]);
    // No two are the same file.
    bytes.extend(name.as_bytes());
    fs::write(office.path(name), bytes).expect("written");
}

fn lines(said: &Said) -> usize {
    said.out.lines().count()
}

#[test]
fn what_was_kept_is_listed_by_rank_and_sent_out_in_one_go() {
    let office = Office::begin();
    scanned(&office);
    office.ok("wang", &["record", "scan"]);
    screen(&office);
    let listed = office.ok("wang", &["sites", "--kept", "--sort", "rank"]);
    assert_eq!(lines(&listed), 4);
    for (rank, line) in (1..).zip(listed.out.lines()) {
        assert!(
            line.contains(&format!("rank {rank},")) && line.contains("kept (wang)"),
            "{line}"
        );
    }
    let aside = office.ok("wang", &["sites", "--state", "研判排除"]);
    assert!(
        aside
            .out
            .lines()
            .all(|line| line.contains("put aside: crop (wang)"))
    );

    let first = listed.out.lines().take(2).collect::<Vec<_>>().join("\n");
    let by_list = [
        "assign",
        "-",
        "--crew",
        "一组",
        "--registry",
        "a.papaver",
        "--actor",
        "wang",
    ];
    let sent = run(&office, &by_list, &[], &first);
    assert_eq!((sent.code, lines(&sent)), (Some(0), 2), "{sent:?}");
    let told = office.refused("wang", &["assign", "--kept", "--crew", "一 组"]);
    assert!(told.contains("did you mean 一组?"), "{told}");
    let rest = office.ok(
        "wang",
        &["assign", "--kept", "--crew", "二组", "--new-crew"],
    );
    assert_eq!(lines(&rest), 2);
    assert!(
        office
            .refused("wang", &["assign", "--kept", "--crew", "二组"])
            .contains("none of these sites waits for a crew")
    );
    // What nobody knows is no list of nothing.
    for unknown in [
        &["sites", "--crew", "三组"][..],
        &["export", "x.csv", "--crew", "三组"],
    ] {
        assert!(
            office
                .refused("wang", unknown)
                .contains("no crew 三组 is known")
        );
    }
    assert!(
        office
            .refused("wang", &["sites", "--district", "53"])
            .contains("nothing is known here in a district 53")
    );
    assert_eq!(lines(&office.ok("wang", &["sites", "--crew", "二组"])), 2);
    assert_eq!(
        lines(&office.ok("wang", &["sites", "--crew", "二组", "--due-within", "7"])),
        2
    );
    assert_eq!(
        lines(&office.ok("wang", &["sites", "--crew", "二组", "--due-within", "2"])),
        0
    );
}

#[test]
fn a_site_is_found_by_whatever_is_known_of_it_and_shown_whole() {
    let office = Office::begin();
    let site = office.dispatched(113.30, 33.74);
    let other = office.dispatched(113.40, 33.74);
    photo(&office.path("1.jpg"), 90);
    office.found(&site, "52", "1.jpg");
    office.ok("wang", &["note", &site, "院墙后\n第二行"]);
    for text in [
        "院墙",
        "wang",
        "一组",
        "种植罂粟",
        "FLOWERING",
        &site.to_lowercase(),
    ] {
        let found = office.ok("wang", &["sites", "--text", text]);
        assert!(found.out.contains(&site), "{text}: {found:?}");
    }
    assert_eq!(lines(&office.ok("wang", &["sites", "--text", "院墙"])), 1);
    assert_eq!(
        lines(&office.ok("wang", &["sites", "--text", "outcome"])),
        0,
        "a member's name is no text"
    );
    let near = office.ok("wang", &["sites", "--near", "113.301,33.74"]);
    assert!(
        lines(&near) == 1 && near.out.trim_end().ends_with(" m"),
        "{near:?}"
    );
    let far = office.ok(
        "wang",
        &["sites", "--near", "113.301,33.74", "--radius", "20000"],
    );
    let order: Vec<bool> = far
        .out
        .lines()
        .map(|line| line.starts_with(&site))
        .collect();
    assert_eq!(order, [true, false], "{other}: {far:?}");

    let shown = office.ok("wang", &["show", &site]).out;
    for part in [
        "officers 王, 李",
        "flowering",
        "sap not cut",
        "52 plants, each counted",
        "  2026-05-05  visited",
        "(no personal key)",
        "it does not say where it was taken",
        "assigned: 一组",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(
        !shown.contains("in their name") && !shown.contains("no_position"),
        "{shown}"
    );
    let log = office.ok("wang", &["log", &site]);
    assert_eq!(lines(&log), 4, "{log:?}");
    assert!(
        log.out.contains("note wang: 院墙后 第二行") && !log.out.contains('{'),
        "{log:?}"
    );
    let everything = office.ok("wang", &["log"]);
    assert!(
        everything.out.contains("registry begun chief: 410423"),
        "{everything:?}"
    );
}

#[test]
fn who_types_for_others_is_named_as_nobodys_officer() {
    let office = Office::begin();
    let site = office.dispatched(113.30, 33.74);
    photo(&office.path("1.jpg"), 90);
    let visit = |more: &[&str]| {
        let mut all = vec![
            "visit",
            &site,
            "--outcome",
            "wild",
            "--plants",
            "3",
            "--not-there",
            "--photo",
            "1.jpg",
            "--when",
            "2026-05-05",
        ];
        all.extend(more);
        office.run("wang", &all)
    };
    assert_eq!(visit(&[]).code, Some(1), "somebody was there");
    assert_eq!(visit(&["--officer", "王", "--officer", "李"]).code, Some(0));
    let seen = office.site(&site);
    assert_eq!(seen["visits"][0][0]["officers"], json!(["王", "李"]));

    photo(&office.path("2.jpg"), 91);
    let uprooted = |more: &[&str]| {
        let mut all = vec![
            "eradicate",
            &site,
            "--photo",
            "2.jpg",
            "--when",
            "2026-05-06",
        ];
        all.extend(more);
        office.run("zhao", &all)
    };
    let named = ["--officer", "王", "--officer", "李"];
    assert_eq!(uprooted(&named).code, Some(0));
    assert_eq!(office.run("li", &["export", "ledger.csv"]).code, Some(0));
    let ledger = fs::read_to_string(office.path("ledger.csv")).expect("text");
    assert!(ledger.contains("\"王, 李\""), "{ledger}");
    assert!(!ledger.contains("zhao"), "{ledger}");

    // What is left of it waits to be eradicated and not to be accepted.
    let overdue = || office.ok("chief", &["overdue", "--on", "2026-06-30", "--json"]);
    assert_eq!(overdue().json()["step"], "ERADICATED");
    photo(&office.path("3.jpg"), 92);
    let left = [
        "--percent",
        "60",
        "--photo",
        "3.jpg",
        "--when",
        "2026-05-07",
    ];
    let left = [&["eradicate", site.as_str()][..], &left, &named].concat();
    assert_eq!(office.run("zhao", &left).code, Some(0));
    let late = overdue().json();
    assert_eq!(
        (&late["state"], &late["step"]),
        (&json!("ERADICATED"), &json!("CONFIRMED"))
    );
    let said = office.ok("chief", &["overdue", "--on", "2026-06-30"]).out;
    assert!(said.contains("eradicated in part"), "{said}");
}

#[test]
fn a_site_that_a_patrol_or_a_tip_off_led_to_says_so_with_one_command() {
    let office = Office::begin();
    let number = |said: &Said| -> String {
        assert_eq!(said.code, Some(0), "{said:?}");
        said.out
            .split_whitespace()
            .next()
            .expect("a number")
            .to_owned()
    };
    let patrol = office.run(
        "li",
        &[
            "patrol",
            "--on",
            "2026-05-03",
            "--district",
            "410423",
            "--people",
            "2",
            "--area",
            "3",
        ],
    );
    let tip = office.run(
        "li",
        &["tip", "add", "--channel", "phone", "--text", "沟边"],
    );
    for (of, source) in [(number(&patrol), "patrol"), (number(&tip), "tip_off")] {
        let added = office.run("li", &["add", "--at", "113.3,33.74", "--of", &of, "--json"]);
        assert_eq!(added.code, Some(0), "{added:?}");
        let added: Value = serde_json::from_str(&added.out).expect("JSON");
        assert_eq!(added["source"], source, "{added}");
    }
    // What came after a site was found led to nothing there.
    let (before, after) = ("2026-05-03", "2026-05-04");
    let site = office.run(
        "li",
        &[
            "add",
            "--at",
            "113.3,33.76",
            "--source",
            "find",
            "--when",
            before,
            "--json",
        ],
    );
    let site: Value = serde_json::from_str(&site.out).expect("JSON");
    let site = site["id"].as_str().expect("a code");
    for day in [before, after] {
        let tip = [
            "tip",
            "add",
            "--channel",
            "phone",
            "--text",
            "沟边",
            "--when",
            day,
        ];
        let said = office.run("li", &["origin", site, &number(&office.run("li", &tip))]);
        let refused = said.code == Some(1) && said.err.contains(&format!("the date {day}"));
        assert!(
            if day == before {
                said.code == Some(0)
            } else {
                refused
            },
            "{said:?}"
        );
    }
    let unknown = office.run("li", &["add", "--at", "113.3,33.75", "--of", "ffffffff"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.err.contains("ffffffff"), "{unknown:?}");
}

#[test]
fn a_district_of_which_nothing_is_known_is_said_and_not_answered_by_nothing() {
    let office = Office::begin();
    office.dispatched(113.30, 33.74);
    let asked: [&[&str]; 5] = [
        &["overdue"],
        &["process"],
        &["sites"],
        &["duty", "list"],
        &["supervise", "list"],
    ];
    for command in asked {
        for (code, answer) in [("999999", 1), ("4104", 0)] {
            let said = office.run("li", &[command, &["--district", code]].concat());
            assert_eq!(said.code, Some(answer), "{command:?} {code}: {said:?}");
            assert_eq!(said.err.contains("999999"), answer == 1, "{said:?}");
        }
    }
}

#[test]
fn a_find_takes_its_place_and_time_from_its_photograph() {
    let office = Office::begin();
    placed(&office, "P.JPG");
    let found = office
        .ok("wang", &["add", "--photo", "P.JPG", "--json"])
        .json();
    let (lon, lat) = (
        found["lon"].as_f64().expect("a number"),
        found["lat"].as_f64().expect("a number"),
    );
    assert!(
        (lon - 113.3).abs() < 1e-4 && (lat - 33.74).abs() < 1e-4,
        "{found}"
    );
    assert_eq!(found["source"], "find");
    assert_eq!(found["created"]["at"], "2026-05-03T10:21:00+08:00");
    assert_eq!(found["evidence"].as_array().expect("a list").len(), 1);
    assert_eq!(found["evidence"][0]["role"], "scene");
    photo(&office.path("plain.jpg"), 30);
    let told = office.refused("wang", &["add", "--photo", "plain.jpg"]);
    assert!(told.contains("no photograph says where"), "{told}");
}

#[test]
fn what_a_find_takes_from_its_photographs_is_said_where_it_may_be_wrong() {
    let office = Office::begin();
    let time = Some("2026:05:03 10:21:00");
    // A messenger leaves neither place nor time, or the time alone.
    for (name, time, east) in [
        ("whole.jpg", time, Some(1800)),
        ("mmexport1777.jpg", None, None),
        ("timed.jpg", time, None),
        ("undated.jpg", None, Some(1900)),
        ("far.jpg", time, Some(2400)),
        ("other.jpg", time, Some(3000)),
    ] {
        tagged(&office, name, time, east);
    }
    let add = |arguments: &[&str], lang: &str| {
        let said = office.run("wang", &[&["add", "--lang", lang], arguments].concat());
        assert_eq!(said.code, Some(0), "{said:?}");
        said.err
    };
    let said = add(
        &["--photo", "mmexport1777.jpg", "--photo", "whole.jpg"],
        "en",
    );
    assert!(
        !said.contains("photograph says") && !said.contains("taken from"),
        "{said}"
    );
    let said = add(&["--photo", "timed.jpg", "--photo", "undated.jpg"], "en");
    assert!(
        said.contains("the place is taken from undated.jpg, the time from timed.jpg"),
        "{said}"
    );
    let said = add(&["--photo", "undated.jpg", "--at", "113.7,33.7"], "en");
    assert!(said.contains("the find is dated today"), "{said}");
    let said = add(
        &[
            "--photo",
            "undated.jpg",
            "--at",
            "113.6,33.7",
            "--when",
            "2026-05-03",
        ],
        "en",
    );
    assert!(!said.contains("dated today"), "{said}");
    let said = add(&["--photo", "far.jpg", "--photo", "other.jpg"], "zh");
    assert!(
        said.contains("other.jpg 与 far.jpg 的拍摄位置相距 92"),
        "{said}"
    );
    assert!(said.contains("发现位置取自 far.jpg"), "{said}");
    let told = office.refused("wang", &["add", "--photo", "mmexport1777.jpg"]);
    assert!(told.contains("no photograph says where"), "{told}");
}

#[test]
fn a_backup_is_one_file_that_comes_back_whole() {
    let office = Office::begin();
    let site = office.dispatched(113.30, 33.74);
    photo(&office.path("1.jpg"), 90);
    office.found(&site, "52", "1.jpg");
    let here = [
        ("PAPAVER_BACKUP_PASSPHRASE", "long words"),
        ("PAPAVER_ACTOR", "wang"),
    ];
    let told = run(&office, &["backup", "b.papaver-backup"], &[], "");
    assert!(
        told.code == Some(1) && told.err.contains("a backup needs a passphrase"),
        "{told:?}"
    );
    let made = run(&office, &["backup", "b.papaver-backup"], &here, "");
    assert!(
        made.code == Some(0) && made.err.contains("read back and whole"),
        "{made:?}"
    );
    // It lies beside the registry, and so does a plain copy: neither is mistaken for it.
    fs::copy(office.path("a.papaver"), office.path("copy of a.papaver")).expect("copied");
    assert_eq!(run(&office, &["sites"], &here, "").code, Some(0));
    let state = |said: Said| said.json()["state"].clone();
    let before = state(run(&office, &["verify", "--json"], &here, ""));

    let taken = run(&office, &["restore", "b.papaver-backup"], &here, "");
    assert!(
        taken.code == Some(1) && taken.err.contains("is there already"),
        "{taken:?}"
    );
    fs::create_dir(office.path("new")).expect("made");
    let back = run(
        &office,
        &["restore", "b.papaver-backup", "--to", "new/a.papaver"],
        &here,
        "",
    );
    assert_eq!(back.code, Some(0), "{back:?}");
    let after = run(
        &office,
        &["verify", "--json", "--registry", "new/a.papaver"],
        &here,
        "",
    );
    assert_eq!((after.code, state(after)), (Some(0), before));
    let note = ["note", &site, "x", "--registry", "new/a.papaver"];
    assert_eq!(
        run(&office, &note, &here, "").code,
        Some(0),
        "the device's key came back"
    );

    let salvaged = [
        "registry",
        "salvage",
        "a.papaver",
        "--to",
        "saved.papaver",
        "--json",
    ];
    let salvaged = run(&office, &salvaged, &here, "").json();
    assert_eq!(
        (&salvaged["evidence"], &salvaged["evidence_lost"]),
        (&json!(1), &json!(0))
    );
    let whole = run(
        &office,
        &["verify", "--registry", "saved.papaver"],
        &here,
        "",
    );
    assert_eq!(whole.code, Some(0), "{whole:?}");
}

#[test]
fn settings_of_the_folder_stand_behind_options_and_variables() {
    let office = Office::begin();
    let site = office.dispatched(113.30, 33.74);
    fs::create_dir_all(office.path("home/papaver")).expect("made");
    fs::write(
        office.path("home/papaver/papaver.toml"),
        "actor = \"nobody\"\nlanguage = \"zh\"\n",
    )
    .expect("written");
    fs::write(office.path("papaver.toml"), "actor = \"li\"\n").expect("written");
    let home = office.path("home");
    let home = [("XDG_CONFIG_HOME", home.to_str().expect("a name"))];
    let note = |set: &[(&str, &str)], more: &[&str]| {
        let mut arguments = vec!["note", &site, "x", "--json"];
        arguments.extend(more);
        let all: Vec<(&str, &str)> = home.iter().chain(set).copied().collect();
        let site = run(&office, &arguments, &all, "").json();
        let notes = site["notes"].as_array().expect("a list").clone();
        notes.last().expect("one")[1]["actor"]["name"].clone()
    };
    assert_eq!(note(&[], &[]), "li");
    assert_eq!(note(&[("PAPAVER_ACTOR", "zhao")], &[]), "zhao");
    assert_eq!(
        note(&[("PAPAVER_ACTOR", "zhao")], &["--actor", "wang"]),
        "wang"
    );
    let told = run(&office, &["sites"], &home, "");
    assert!(told.err.contains("共 1 个图斑"), "{told:?}");
    fs::write(office.path("papaver.toml"), "aktor = \"li\"\n").expect("written");
    let told = run(&office, &["sites"], &home, "");
    assert!(
        told.code == Some(1) && told.err.contains("aktor") && told.err.contains("actor"),
        "{told:?}"
    );
}

#[test]
fn maps_carry_their_icon_and_the_pictures_of_the_surroundings() {
    let office = Office::begin();
    scanned(&office);
    office.ok("wang", &["record", "scan"]);
    office.ok("wang", &["export", "out.kmz"]);
    let file = fs::File::open(office.path("out.kmz")).expect("open");
    let mut archive = zip::ZipArchive::new(file).expect("a ZIP");
    let mut kml = String::new();
    let mut document = archive.by_name("doc.kml").expect("there");
    document.read_to_string(&mut kml).expect("UTF-8");
    drop(document);
    assert!(
        kml.contains("<href>files/site.png</href>") && !kml.contains("<href>http"),
        "{kml}"
    );
    let mut png = Vec::new();
    archive
        .by_name("files/site.png")
        .expect("there")
        .read_to_end(&mut png)
        .expect("read");
    assert!(image::load_from_memory(&png).is_ok());
    let code = kml
        .split("-around.jpg")
        .next()
        .and_then(|text| text.rsplit('/').next())
        .expect("a code")
        .to_owned();
    assert!(archive.by_name(&format!("files/{code}-around.jpg")).is_ok());

    office.ok("wang", &["export", "out.gpx"]);
    let gpx = gpx::read(fs::read(office.path("out.gpx")).expect("read").as_slice()).expect("GPX");
    let links: Vec<&str> = gpx
        .waypoints
        .iter()
        .flat_map(|w| &w.links)
        .map(|link| link.href.as_str())
        .collect();
    assert_eq!(links.len(), 2 * gpx.waypoints.len());
    assert!(
        links.iter().all(|link| office.path(link).is_file()),
        "{links:?}"
    );

    office.ok(
        "wang",
        &["assign", &code, "--crew", "一组", "--when", "2026-05-04"],
    );
    office.ok("wang", &["export", "crew.gpkg"]);
    crate::office::fill_in(
        &office.path("crew.gpkg"),
        "visits",
        &[(&code, confirming("1.jpg"))],
    );
    photo(&office.path("1.jpg"), 90);
    let report: Value = office
        .ok("wang", &["import", "crew.gpkg", "--dry-run", "--json"])
        .json();
    assert_eq!(
        report["columns_not_understood"],
        json!([]),
        "its own pictures are no column of a crew"
    );
}

#[test]
fn a_map_and_its_waypoints_lie_in_one_folder_with_the_same_pictures() {
    let office = Office::begin();
    scanned(&office);
    office.ok("wang", &["record", "scan"]);
    office.ok("wang", &["export", "crew.gpkg"]);
    office.ok("wang", &["export", "crew.gpx"]);
    let picture = fs::read_dir(office.path("crew-files"))
        .expect("there")
        .map(|entry| entry.expect("an entry").path())
        .min()
        .expect("a picture");
    let whole = fs::read(&picture).expect("read");

    fs::write(&picture, "another picture").expect("written");
    fs::remove_file(office.path("crew.gpx")).expect("removed");
    let told = office.refused("wang", &["export", "crew.gpx"]);
    let name = picture
        .file_name()
        .and_then(|n| n.to_str())
        .expect("a name");
    assert!(told.contains(name), "{told}");
    assert_eq!(
        fs::read(&picture).expect("read"),
        b"another picture",
        "nothing is overwritten unasked"
    );
    assert!(!office.path("crew.gpx").exists());
    office.ok("wang", &["export", "crew.gpx", "--overwrite"]);
    assert_eq!(fs::read(&picture).expect("read"), whole);
}

#[test]
fn a_list_to_choose_from_is_whole_though_its_words_hold_commas() {
    let office = Office::begin();
    office.dispatched(113.30, 33.74);
    office.ok("wang", &["export", "out.xlsx"]);
    let file = fs::File::open(office.path("out.xlsx")).expect("open");
    let mut archive = zip::ZipArchive::new(file).expect("a ZIP");
    let mut read = |name: &str| {
        let mut text = String::new();
        archive
            .by_name(name)
            .expect("there")
            .read_to_string(&mut text)
            .expect("UTF-8");
        text
    };
    let visits = read("xl/worksheets/sheet2.xml");
    assert!(
        visits.contains("<formula1>lists!$A$1:$A$8</formula1>"),
        "{visits}"
    );
    for sheet in ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"] {
        let text = read(sheet);
        assert!(
            text.contains("orientation=\"landscape\"") && text.contains("fitToHeight=\"0\""),
            "{text}"
        );
    }
    assert!(read("xl/workbook.xml").contains("_xlnm.Print_Titles"));
    assert!(read("xl/sharedStrings.xml").contains("poppy, cultivated"));
}
