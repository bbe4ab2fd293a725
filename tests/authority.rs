//! Nobody closes, hides or invents what is not theirs: each attempt through the program, beside its honest counterpart.

#![allow(
    clippy::expect_used,
    clippy::too_many_lines,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may fail"
)]

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An office: its registry, and the passphrases that its people type.
struct Office {
    folder: PathBuf,
    registry: String,
}

impl Office {
    fn begin(folder: &Path, unit: &str, name: &str) -> Self {
        let office = Self {
            folder: folder.into(),
            registry: format!("{name}.papaver"),
        };
        let registry = office.registry.clone();
        office.ok("chief", &["init", "--unit", unit, "--registry", &registry]);
        for name in ["wang", "li", "zhao"] {
            office.ok(
                "chief",
                &["actor", "add", name, "analyst,verifier,eradicator,acceptor"],
            );
        }
        office
    }

    fn with(&self, actor: &str, passphrase: Option<&str>, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_papaver"));
        command
            .current_dir(&self.folder)
            .args(["--lang", "en"])
            .args(arguments)
            .env("PAPAVER_ACTOR", actor)
            .env("PAPAVER_REGISTRY", &self.registry)
            .env("TZ", "Asia/Shanghai")
            .env_remove("PAPAVER_PASSPHRASE");
        if let Some(passphrase) = passphrase {
            command.env("PAPAVER_PASSPHRASE", format!("{passphrase} own words"));
        }
        command.output().expect("the program runs")
    }

    fn ok(&self, actor: &str, arguments: &[&str]) -> String {
        said(&self.with(actor, None, arguments), arguments, 0).0
    }

    fn signed(&self, actor: &str, passphrase: &str, arguments: &[&str]) -> String {
        said(&self.with(actor, Some(passphrase), arguments), arguments, 0).0
    }

    /// Refused as a whole, with a remedy.
    fn refused(&self, actor: &str, arguments: &[&str]) -> String {
        let (_, told) = said(&self.with(actor, None, arguments), arguments, 1);
        assert!(told.contains("\nhint: "), "{arguments:?}: {told}");
        told
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        serde_json::from_str(&self.ok("chief", &all)).expect("JSON")
    }

    fn site(&self, code: &str) -> Value {
        self.json(&["show", code])
    }

    fn state(&self, code: &str) -> String {
        self.site(code)["state"]
            .as_str()
            .expect("a state")
            .to_owned()
    }

    fn device(&self) -> String {
        let key = std::fs::read_to_string(self.folder.join(format!("{}.key", self.registry)));
        let mut secret = [0; 32];
        hex::decode_to_slice(key.expect("a key").trim(), &mut secret).expect("digits");
        let key = ed25519_dalek::SigningKey::from_bytes(&secret);
        hex::encode(key.verifying_key().to_bytes())
    }

    fn add(&self, at: &str) -> String {
        self.json(&["add", "--at", at, "--source", "patrol"])["id"]
            .as_str()
            .expect("id")
            .to_owned()
    }

    fn picture(&self, name: &str, shade: u8) -> String {
        image::RgbImage::from_pixel(8, 8, image::Rgb([40, 120, 25 * shade]))
            .save(self.folder.join(name))
            .expect("saved");
        name.to_owned()
    }

    /// A site that a crew confirmed on the 5th of May 2026.
    fn confirmed(&self, at: &str) -> String {
        let site = self.add(at);
        let scene = self.picture("scene.jpg", 1);
        self.ok(
            "wang",
            &["assign", &site, "--crew", "1", "--when", "2026-05-04"],
        );
        self.ok(
            "wang",
            &[
                "visit",
                &site,
                "--outcome",
                "cultivated",
                "--officer",
                "li",
                "--plants",
                "30",
                "--photo",
                &scene,
                "--when",
                "2026-05-05",
            ],
        );
        site
    }

    fn eradicated(&self, at: &str) -> String {
        let site = self.confirmed(at);
        let left = self.picture("left.jpg", 2);
        self.ok(
            "li",
            &["eradicate", &site, "--photo", &left, "--when", "2026-05-06"],
        );
        site
    }

    /// Takes another office's bundle; the exit code and what was said.
    fn take(&self, from: &Self) -> (Option<i32>, String) {
        let bundle = format!("{}-{}.bundle", from.registry, self.registry);
        let _old = std::fs::remove_file(self.folder.join(&bundle));
        from.ok("chief", &["bundle", "create", &bundle]);
        let output = self.with("chief", None, &["bundle", "apply", &bundle]);
        let _receipt = std::fs::remove_file(self.folder.join(format!("{bundle}.receipt.json")));
        let told = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), told)
    }

    fn trusts(&self, other: &Self, unit: &str) {
        self.ok("chief", &["trust", &other.device(), "--unit", unit]);
    }
}

/// Writes districts of these codes, each from 113° to `east` and from 33° to 34°.
fn boundaries(file: &Path, codes: &[&str], east: f64) {
    let (west, south, north) = (113.0, 33.0, 34.0);
    let ring = [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
    ];
    let area = |code: &&str| {
        json!({"type": "Feature", "properties": {"code": code, "name": code},
            "geometry": {"type": "Polygon", "coordinates": [ring]}})
    };
    let areas: Vec<Value> = codes.iter().map(area).collect();
    let map = json!({"type": "FeatureCollection", "features": areas});
    std::fs::write(file, map.to_string()).expect("written");
}

fn said(output: &Output, arguments: &[&str], code: i32) -> (String, String) {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {out}{told}"
    );
    (out, told)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("folder")
}

#[test]
fn a_county_acts_on_its_own_sites_and_elsewhere_sees_and_notes() {
    let kept = folder();
    let a = Office::begin(kept.path(), "410423", "a");
    let b = Office::begin(kept.path(), "410424", "b");
    let province = Office::begin(kept.path(), "410000", "p");
    province.trusts(&a, "410423");
    province.trusts(&b, "410424");
    let site = a.eradicated("113.30,33.74");
    // The neighbour gets to see it, and trusts whom it likes.
    b.trusts(&a, "410423");
    assert_eq!(b.take(&a).0, Some(0));
    for arguments in [
        &["accept", &site][..],
        &["correct", &site, "--plants", "1", "--reason", "x"],
        &["assign", &site, "--crew", "1"],
        &["visit", &site, "--outcome", "nothing", "--officer", "li"],
    ] {
        let told = b.refused("zhao", arguments);
        assert!(told.contains("410423"), "{arguments:?}: {told}");
    }
    b.ok("zhao", &["note", &site, "seen from the road"]);
    let told = province.take(&a);
    assert_eq!(told.0, Some(0), "{}", told.1);
    let before = province.site(&site);
    assert_eq!(province.take(&b).0, Some(0));
    let after = province.site(&site);
    for member in ["state", "plants", "disputed", "evidence", "visits", "place"] {
        assert_eq!(before[member], after[member], "{member}");
    }
    // The province acts on what lies below it.
    province.ok("zhao", &["accept", &site]);
    assert_eq!(province.state(&site), "CLOSED");
}

#[test]
fn trust_goes_downwards_and_revoking_it_has_an_effect() {
    let kept = folder();
    let a = Office::begin(kept.path(), "410423", "a");
    let town = Office::begin(kept.path(), "410423001", "town");
    let rogue = Office::begin(kept.path(), "410424", "rogue");
    let province = Office::begin(kept.path(), "410000", "p");
    province.trusts(&a, "410423");
    // A county vouches for a township of its own, and for nobody else.
    a.trusts(&town, "410423001");
    a.trusts(&rogue, "410424");
    let site = town.add("113.31,33.74");
    let foreign = rogue.add("113.32,33.74");
    assert_eq!(a.take(&town).0, Some(0));
    assert_eq!(a.take(&rogue).0, Some(0));
    let (code, told) = province.take(&a);
    assert_eq!(code, Some(2), "{told}");
    assert!(
        told.contains("410424") && told.contains("no trusted office vouches"),
        "{told}"
    );
    province.refused("chief", &["show", &foreign]);
    assert_eq!(province.state(&site), "CANDIDATE");
    // Without the stranger in it the county's bundle is taken, and the list says who vouched.
    let honest = Office::begin(kept.path(), "410425", "c");
    let own_town = Office::begin(kept.path(), "410425001", "ctown");
    province.trusts(&honest, "410425");
    honest.trusts(&own_town, "410425001");
    let theirs = own_town.confirmed("113.33,33.74");
    assert_eq!(honest.take(&own_town).0, Some(0));
    assert_eq!(province.take(&honest).0, Some(0));
    assert_eq!(province.state(&theirs), "CONFIRMED");
    assert!(
        province
            .ok("chief", &["trust"])
            .contains("vouched for by 410425")
    );
    // What a revoked device did after the stated point is not followed, and does not come back by way of the county.
    let last: Value = own_town.json(&["verify"])["heads"][0]["seq"].clone();
    let refused = province.refused(
        "chief",
        &["trust", &own_town.device(), "--revoke", "--reason", ""],
    );
    assert!(refused.contains("hint"), "{refused}");
    province.ok(
        "chief",
        &[
            "trust",
            &own_town.device(),
            "--revoke",
            "--after",
            &last.to_string(),
            "--reason",
            "laptop stolen",
        ],
    );
    let late = own_town.add("113.34,33.74");
    own_town.ok("li", &["eradicate", &theirs, "--when", "2026-05-07"]);
    assert_eq!(honest.take(&own_town).0, Some(0));
    let (code, told) = province.take(&honest);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("trusted no longer"), "{told}");
    assert_eq!(province.state(&theirs), "CONFIRMED");
    assert!(
        province
            .ok("chief", &["sites"])
            .lines()
            .all(|line| !line.contains(&late))
    );
    let _ = site;
}

#[test]
fn what_stands_only_by_a_revoked_devices_word_is_listed_so() {
    let kept = folder();
    let county = Office::begin(kept.path(), "410423", "a");
    let town = Office::begin(kept.path(), "410423001", "town");
    let province = Office::begin(kept.path(), "410000", "p");
    province.trusts(&county, "410423");
    county.trusts(&town, "410423001");
    assert_eq!(county.take(&town).0, Some(0));
    assert_eq!(province.take(&county).0, Some(0));
    let listed = |arguments: &[&str]| {
        let all = province.ok("chief", &[&["trust"], arguments].concat());
        let own = |line: &&str| line.contains(&town.device());
        all.lines().find(own).expect("listed").to_owned()
    };
    assert!(!listed(&[]).contains("only by the word"), "{}", listed(&[]));
    let reason = ["--revoke", "--reason", "laptop stolen"];
    province.ok(
        "chief",
        &[&["trust", &county.device()][..], &reason].concat(),
    );
    let told = listed(&[]);
    assert!(told.contains("only by the word of 410423"), "{told}");
    let told = listed(&["--lang", "zh"]);
    assert!(told.contains("仅凭已被撤销信任的 410423"), "{told}");
    let known: Value = serde_json::from_str(&listed(&["--json"])).expect("JSON");
    assert_eq!(known["rests_on_revoked"], json!(county.device()));
    assert_eq!(
        (&known["trusted"], &known["rests_on_revoked_unit"]),
        (&json!(true), &json!("410423"))
    );
    // Trusted directly it needs nobody's word; a device that is revoked itself rests on none.
    province.trusts(&town, "410423001");
    assert!(!listed(&[]).contains("only by the word"), "{}", listed(&[]));
}

#[test]
fn what_was_held_back_behind_a_gap_does_not_count_once_its_device_is_revoked() {
    let kept = folder();
    let county = Office::begin(kept.path(), "410423", "a");
    let colleague = Office::begin(kept.path(), "410423", "b");
    let province = Office::begin(kept.path(), "410000", "p");
    province.trusts(&county, "410423");
    province.trusts(&colleague, "410423");
    colleague.trusts(&county, "410423");
    let known = county.add("113.30,33.74");
    let bundle = ["bundle", "create"];
    county.ok(
        "chief",
        &[&bundle[..], &["1.bundle", "--point", "1"]].concat(),
    );
    let held_back = county.add("113.31,33.74");
    county.ok(
        "chief",
        &[&bundle[..], &["2.bundle", "--point", "2"]].concat(),
    );
    let last = county.add("113.32,33.74");
    county.ok(
        "chief",
        &[&bundle[..], &["3.bundle", "--since", "2"]].concat(),
    );
    for name in ["1.bundle", "3.bundle"] {
        let taken = province.with("chief", None, &["bundle", "apply", name]);
        assert_ne!(taken.status.code(), Some(1), "{name}");
    }
    let reason = ["--revoke", "--reason", "bribed"];
    province.ok(
        "chief",
        &[&["trust", &county.device()][..], &reason].concat(),
    );
    // What lay in the gap comes by way of an honest colleague.
    assert_eq!(colleague.take(&county).0, Some(0));
    let (code, told) = province.take(&colleague);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("trusted no longer"), "{told}");
    let sites = province.ok("chief", &["sites"]);
    let there = |site: &str| sites.contains(site);
    assert!(
        there(&known) && !there(&held_back) && !there(&last),
        "{sites}"
    );
    let theirs = colleague.ok("chief", &["sites"]);
    assert!(
        theirs.contains(&held_back) && theirs.contains(&last),
        "who revoked nobody follows it: {theirs}"
    );
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "a thief's tries, one after the other"
)]
fn who_holds_a_key_signs_with_it() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    let site = office.eradicated("113.30,33.74");
    office.signed("chief", "chief's", &["actor", "key", "chief"]);
    office.signed("zhao", "zhao's", &["actor", "key", "zhao"]);
    // A thief of the laptop lacks the passphrases.
    for arguments in [&["accept", &site][..], &["note", &site, "x"]] {
        assert!(
            office.refused("zhao", arguments).contains("has to sign"),
            "{arguments:?}"
        );
    }
    for arguments in [
        &["actor", "add", "mallory", "acceptor"][..],
        &["actor", "lost-key", "zhao", "--reason", "x"],
        &["actor", "confirm", "zhao"],
        &["trust", &"ab".repeat(32), "--unit", "410423"],
        &["registry", "settings", "deadline.CONFIRMED", "3650"],
        &["reopen", &site, "--reason", "x"],
    ] {
        assert!(
            office.refused("chief", arguments).contains("has to sign"),
            "{arguments:?}"
        );
    }
    let again = said(
        &office.with("zhao", Some("mine"), &["actor", "key", "zhao"]),
        &["actor", "key"],
        1,
    )
    .1;
    assert!(again.contains("you hold a key already"), "{again}");
    let wrong = said(
        &office.with("zhao", Some("guess"), &["accept", &site]),
        &["accept"],
        1,
    )
    .1;
    assert!(wrong.contains("does not open"), "{wrong}");
    // Nor does another supervisor who holds no key change people, once one signs.
    office.signed(
        "chief",
        "chief's",
        &["actor", "add", "deputy", "supervisor"],
    );
    let told = office.refused("deputy", &["actor", "add", "mallory", "acceptor"]);
    assert!(told.contains("did not sign"), "{told}");
    // A key that nobody confirmed binds its holder, and is shown to be unconfirmed.
    office.signed("wang", "wang's", &["actor", "key", "wang"]);
    assert!(
        office
            .ok("chief", &["actor", "list"])
            .contains("wang: analyst, verifier, eradicator, acceptor · own key, not confirmed")
    );
    office.signed("chief", "chief's", &["actor", "confirm", "wang"]);
    assert!(
        !office
            .ok("chief", &["actor", "list"])
            .contains("not confirmed\n410423 zhao")
    );
    // The holder signs; and a supervisor may record it in their name, with a reason that stays.
    office.signed("chief", "chief's", &["actor", "confirm", "zhao"]);
    office.signed(
        "chief",
        "chief's",
        &[
            "note",
            &site,
            "by telephone",
            "--actor",
            "zhao",
            "--recorder",
            "chief",
            "--without-key",
            "in hospital",
        ],
    );
    assert!(
        office.site(&site)["marks"]
            .to_string()
            .contains("in hospital")
    );
    office.signed("zhao", "zhao's", &["accept", &site]);
    let closed = office.site(&site);
    assert_eq!(
        (&closed["state"], &closed["accepted_without_own_key"]),
        (&json!("CLOSED"), &json!(false))
    );
    // A new key is signed by the one before, and the change is shown.
    let output = Command::new(env!("CARGO_BIN_EXE_papaver"))
        .current_dir(kept.path())
        .args([
            "--lang",
            "en",
            "actor",
            "key",
            "zhao",
            "--registry",
            "a.papaver",
        ])
        .env("PAPAVER_PASSPHRASE", "another key's words")
        .env("PAPAVER_OLD_PASSPHRASE", "zhao's own words")
        .output()
        .expect("runs");
    said(&output, &["actor", "key", "zhao"], 0);
    assert!(
        office
            .ok("chief", &["actor", "list"])
            .contains("key changed 1 time,")
    );
    office.ok("chief", &["verify", "--full"]);
}

#[test]
fn what_one_keeps_and_another_puts_aside_is_a_dispute() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    // One person's word against another's at the desk is a dispute.
    let site = office.add("113.30,33.74");
    office.ok("wang", &["screen", &site, "--keep"]);
    office.ok("li", &["screen", &site, "--reject", "crop"]);
    let disputed = office.site(&site);
    assert_eq!(
        (&disputed["state"], &disputed["disputed"]),
        (&json!("CANDIDATE"), &json!(true))
    );
    office.ok(
        "chief",
        &[
            "resolve",
            &site,
            "--state",
            "SCREENED_OUT",
            "--reason",
            "looked again",
        ],
    );
    assert_eq!(office.state(&site), "SCREENED_OUT");
    let own = office.add("113.301,33.74");
    office.ok("wang", &["screen", &own, "--keep"]);
    office.ok("wang", &["screen", &own, "--reject", "crop"]);
    assert_eq!(
        office.state(&own),
        "SCREENED_OUT",
        "who changes their own mind disputes with nobody"
    );
}

#[test]
fn refuting_without_proof_stays_marked() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    // Refuted alone and without a picture: followed, marked, counted.
    let site = office.add("113.31,33.74");
    office.ok(
        "wang",
        &["assign", &site, "--crew", "1", "--when", "2026-05-04"],
    );
    office.ok(
        "wang",
        &[
            "visit",
            &site,
            "--outcome",
            "nothing",
            "--when",
            "2026-05-05",
        ],
    );
    let refuted = office.site(&site);
    assert_eq!(refuted["state"], "REFUTED");
    assert!(
        refuted["marks"].to_string().contains("two_officers"),
        "{}",
        refuted["marks"]
    );
}

#[test]
fn moving_lowering_and_merging_far_is_a_supervisors_and_marked() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    // Moved, counted down, merged across a distance: a supervisor's, with a reason, marked.
    let site = office.confirmed("113.32,33.74");
    for arguments in [
        &["correct", &site, "--at", "113.33,33.74", "--reason", "x"][..],
        &["correct", &site, "--plants", "3", "--reason", "x"],
    ] {
        assert!(
            office
                .refused("wang", arguments)
                .contains("only a supervisor"),
            "{arguments:?}"
        );
    }
    office.ok(
        "wang",
        &[
            "correct",
            &site,
            "--at",
            "113.3202,33.74",
            "--plants",
            "35",
            "--reason",
            "receiver",
        ],
    );
    office.ok(
        "chief",
        &[
            "correct",
            &site,
            "--plants",
            "3",
            "--reason",
            "counted twice",
        ],
    );
    assert!(
        office.site(&site)["marks"]
            .to_string()
            .contains("count_lowered")
    );
    let far = office.confirmed("113.325,33.74");
    assert!(
        office
            .refused("wang", &["merge", &far, "--into", &site, "--reason", "x"])
            .contains("only a supervisor")
    );
    let away = office.confirmed("113.50,33.74");
    assert!(
        office
            .refused("chief", &["merge", &away, "--into", &site, "--reason", "x"])
            .contains("too far")
    );
    // What was counted there is counted nowhere then: a supervisor's, too; where nobody has counted anything it is not.
    let near = office.confirmed("113.3205,33.74");
    let merge = ["merge", &near, "--into", &site, "--reason", "one plot"];
    assert!(office.refused("wang", &merge).contains("only a supervisor"));
    office.ok("chief", &merge);
    assert_eq!(office.state(&near), "MERGED");
    let seen = office.add("113.3206,33.74");
    office.ok(
        "wang",
        &["merge", &seen, "--into", &site, "--reason", "one plot"],
    );
    assert_eq!(office.state(&seen), "MERGED");
}

#[test]
fn one_picture_is_not_before_and_after_and_nobody_accepts_their_own_work() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    // One picture is not before and after; and who uprooted does not accept under another spelling.
    let site = office.confirmed("113.40,33.74");
    assert!(
        office
            .refused(
                "li",
                &[
                    "eradicate",
                    &site,
                    "--photo",
                    "scene.jpg",
                    "--when",
                    "2026-05-06"
                ]
            )
            .contains("one picture")
    );
    let left = office.picture("left.jpg", 9);
    office.ok(
        "li",
        &["eradicate", &site, "--photo", &left, "--when", "2026-05-06"],
    );
    office.ok("chief", &["actor", "add", "Ｌi ", "acceptor"]);
    assert!(
        office
            .refused("Ｌi ", &["accept", &site])
            .contains("took part")
    );
    let ring = [
        [113.0, 33.0],
        [114.0, 33.0],
        [114.0, 34.0],
        [113.0, 34.0],
        [113.0, 33.0],
    ];
    let area = |code: &str| json!({"type": "Feature", "properties": {"code": code, "name": code}, "geometry": {"type": "Polygon", "coordinates": [ring]}});
    let map = json!({"type": "FeatureCollection", "features": [area("410423"), area("410423001")]});
    std::fs::write(kept.path().join("d.geojson"), map.to_string()).expect("written");
    office.ok(
        "chief",
        &["registry", "districts", "d.geojson", "--vintage", "2026"],
    );
    let report = office.json(&["report", "county"]);
    let page = std::fs::read_to_string(kept.path().join(report["html"].as_str().expect("a page")))
        .expect("read");
    assert!(page.contains("What stays marked") && page.contains("refuted without proof"));
}

#[test]
fn a_dispute_that_would_lower_a_confirmed_site_goes_up() {
    let kept = folder();
    let a = Office::begin(kept.path(), "410423", "a");
    let b = Office::begin(kept.path(), "410423", "b");
    let province = Office::begin(kept.path(), "410000", "p");
    a.trusts(&b, "410423");
    b.trusts(&a, "410423");
    province.trusts(&a, "410423");
    province.trusts(&b, "410423");
    let site = a.add("113.30,33.74");
    a.ok(
        "wang",
        &["assign", &site, "--crew", "1", "--when", "2026-05-04"],
    );
    assert_eq!(b.take(&a).0, Some(0));
    let scene = a.picture("scene.jpg", 1);
    a.ok(
        "wang",
        &[
            "visit",
            &site,
            "--outcome",
            "wild",
            "--officer",
            "li",
            "--plants",
            "9",
            "--photo",
            &scene,
            "--when",
            "2026-05-05",
        ],
    );
    b.ok(
        "zhao",
        &[
            "visit",
            &site,
            "--outcome",
            "nothing",
            "--officer",
            "wang",
            "--when",
            "2026-05-05",
        ],
    );
    assert_eq!(a.take(&b).0, Some(0));
    let disputed = a.site(&site);
    assert_eq!(
        (&disputed["state"], &disputed["disputed"]),
        (&json!("CONFIRMED"), &json!(true))
    );
    let told = a.refused(
        "chief",
        &["resolve", &site, "--state", "REFUTED", "--reason", "x"],
    );
    assert!(told.contains("unit above"), "{told}");
    assert_eq!(province.take(&a).0, Some(0));
    province.ok(
        "chief",
        &[
            "resolve",
            &site,
            "--state",
            "REFUTED",
            "--reason",
            "looked at both",
        ],
    );
    assert_eq!(province.state(&site), "REFUTED");
}

/// The words of a report's page, a line for each row of a table.
fn report(office: &Office, season: &str) -> Vec<String> {
    let made = [
        "report",
        "province",
        "--season",
        season,
        "-o",
        "r",
        "--overwrite",
    ];
    office.ok("chief", &made);
    let page = std::fs::read_to_string(office.folder.join("r.html")).expect("a page");
    let mut lines = Vec::new();
    for row in page.split("</tr>") {
        let mut words = String::new();
        let mut inside = false;
        for letter in row.chars() {
            inside = letter == '<' || inside && letter != '>';
            words.push(if inside || letter == '>' { ' ' } else { letter });
        }
        let words: Vec<&str> = words.split_whitespace().collect();
        lines.push(words.join(" "));
    }
    lines
}

/// What stays marked of a unit, in the order of the columns.
fn all_marked(lines: &[String], unit: &str) -> Option<Vec<usize>> {
    let counts = |line: &String| -> Option<Vec<usize>> {
        let counts = line.strip_prefix(unit)?.split_whitespace();
        counts.map(|word| word.parse().ok()).collect()
    };
    let mut rows = lines.iter().filter_map(counts);
    rows.find(|all| all.len() == 21)
}

/// Of those: refused events, and sites with a picture of another.
fn marked(lines: &[String], unit: &str) -> Option<[usize; 2]> {
    let all = all_marked(lines, unit)?;
    Some([all[17], all[11]])
}

/// Says something with an office's own device that its program would not let it say: a patrol in another county's name.
fn forged(office: &Office, unit: &str) {
    use ed25519_dalek::Signer;
    use sha2::Digest;
    let secret = std::fs::read_to_string(office.folder.join(format!("{}.key", office.registry)));
    let mut bytes = [0; 32];
    hex::decode_to_slice(secret.expect("a key").trim(), &mut bytes).expect("digits");
    let key = ed25519_dalek::SigningKey::from_bytes(&bytes);
    let device = key.verifying_key().to_bytes();
    let registry = rusqlite::Connection::open(office.folder.join(&office.registry)).expect("open");
    let last = "SELECT seq, hash, id FROM events WHERE device = ?1 ORDER BY seq DESC LIMIT 1";
    let read = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let (seq, prev, id): (i64, Vec<u8>, [u8; 16]) =
        registry.query_row(last, [device], read).expect("a chain");
    let id = uuid::Uuid::from_u128(u128::from_be_bytes(id) + 1);
    let event = json!({"v": 1, "id": id.to_string(), "season": 2027, "at": "2026-11-29T10:00:00+08:00",
        "logged_at": "2026-11-29T02:00:00Z", "actor": {"name": "chief", "unit": unit, "role": "supervisor"},
        "device": hex::encode(device), "seq": seq + 1, "prev": hex::encode(&prev), "type": "patrol",
        "body": {"on": "2026-11-29", "people": 1, "vehicles": 0, "district": unit}});
    let bytes = event.to_string().into_bytes();
    let hash: [u8; 32] = sha2::Sha256::digest(&bytes).into();
    let signature = key
        .sign(&[b"papaver.event/1:", &hash[..]].concat())
        .to_bytes();
    let guard = i64::from(crc32fast::hash(&signature));
    registry
        .execute(
            "INSERT INTO events(hash, signature, bytes, id, device, seq, kind, actor, guard, prev)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'patrol', ?7, ?8, ?9)",
            rusqlite::params![
                hash,
                signature,
                bytes,
                id.as_bytes(),
                device,
                seq + 1,
                format!("{unit}/chief"),
                guard,
                prev
            ],
        )
        .expect("written");
}

#[test]
fn a_county_frames_no_other_in_the_figures_of_the_province() {
    let kept = folder();
    let province = Office::begin(kept.path(), "410000", "p");
    let [a, b] = [("410423", "a"), ("410424", "b")]
        .map(|(unit, name)| Office::begin(kept.path(), unit, name));
    province.trusts(&a, "410423");
    province.trusts(&b, "410424");
    let square = |code: &str, west: f64| {
        let (e, s, n) = (west + 0.2, 33.6, 33.8);
        json!({"type": "Feature", "properties": {"code": code, "name": code}, "geometry": {"type": "Polygon",
            "coordinates": [[[west, s], [e, s], [e, n], [west, n], [west, s]]]}})
    };
    let file = json!({"type": "FeatureCollection", "features": [square("410423", 113.2), square("410424", 113.4)]});
    std::fs::write(kept.path().join("d.geojson"), file.to_string()).expect("written");
    let read = ["registry", "districts", "d.geojson", "--vintage", "2026"];
    province.ok("chief", &read);
    a.confirmed("113.30,33.74");
    // The other takes its picture, and founds a site beside it, on its own ground.
    let beside = b.add("113.45,33.74");
    b.ok("li", &["note", &beside, "look", "--photo", "scene.jpg"]);
    for office in [&a, &b] {
        assert_eq!(province.take(office).0, Some(0));
    }
    let lines = report(&province, "2027");
    assert_eq!(marked(&lines, "410423"), Some([0, 0]), "{lines:#?}");
    assert_eq!(marked(&lines, "410424"), Some([0, 1]), "{lines:#?}");
    // What it forges in the other's name is its own.
    forged(&b, "410423");
    let (code, told) = province.take(&b);
    assert_eq!(code, Some(2), "{told}");
    // Whose device signed it is said, not only whom it names.
    let own = &b.device()[..8];
    let signed = format!("signed by device {own} of 410424 in the name of 410423 chief");
    assert!(told.contains(&signed), "{told}");
    assert!(province.ok("chief", &["verify"]).contains(&signed));
    let listed = &province.json(&["verify"])["not_followed"][0];
    let claims = [&listed["signed_for"], &listed["unit"]];
    assert_eq!(claims, [&json!("410424"), &json!("410423")]);
    let lines = report(&province, "2027");
    assert_eq!(marked(&lines, "410423"), Some([0, 0]), "{lines:#?}");
    assert_eq!(marked(&lines, "410424"), Some([1, 1]), "{lines:#?}");
    // Two sites of one county with one picture are both named, as before.
    let twice = a.add("113.32,33.74");
    a.ok("li", &["note", &twice, "look", "--photo", "scene.jpg"]);
    assert_eq!(province.take(&a).0, Some(0));
    let lines = report(&province, "2027");
    assert_eq!(marked(&lines, "410423"), Some([0, 2]), "{lines:#?}");
}

#[test]
fn a_site_of_which_something_is_left_is_none_of_the_eradicated_ones() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410000", "a");
    boundaries(&kept.path().join("d.geojson"), &["410423"], 114.0);
    let read = ["registry", "districts", "d.geojson", "--vintage", "2026"];
    office.ok("chief", &read);
    let site = office.confirmed("113.30,33.74");
    let left = office.picture("left.jpg", 2);
    let eradicate = |percent: &str, day: &str| {
        let all = ["eradicate", &site, "--percent", percent, "--photo", &left];
        office.ok("li", &[&all[..], &["--when", day]].concat());
    };
    let says = |words: &str| {
        let page = report(&office, "2027").join(" ");
        assert!(page.contains(words), "{words}: {page}");
    };
    eradicate("1", "2026-05-06");
    assert_eq!(office.state(&site), "ERADICATED");
    says("plants eradicated 0 0 eradicated sites");
    says("0 eradicated ÷ 1 confirmed");
    eradicate("100", "2026-05-07");
    says("plants eradicated 30 1 eradicated sites");
}

#[test]
fn dates_follow_one_another_and_a_wrong_one_is_mended() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    let site = office.eradicated("113.30,33.74");
    for when in ["2026-05-05", "2126-05-07", "1926-05-07"] {
        let told = office.refused("zhao", &["accept", &site, "--when", when]);
        assert!(told.contains(when) && told.contains("--happened"), "{told}");
    }
    let other = office.add("113.31,33.74");
    for due in ["2020-01-01", "2036-01-01"] {
        assert!(
            office
                .refused("wang", &["assign", &other, "--crew", "1", "--due", due])
                .contains(due)
        );
    }
    // Typed wrongly, and corrected: the later steps still come after it.
    let events = office.ok("chief", &["log", &site, "--json"]);
    let visit: Value = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .find(|event| event.to_string().contains("\"visit\""))
        .expect("a visit");
    let hash = visit["hash"].as_str().expect("hash").to_owned();
    let told = office.refused(
        "wang",
        &[
            "correct",
            &site,
            "--event",
            &hash,
            "--happened",
            "2026-05-09",
            "--reason",
            "typed",
        ],
    );
    assert!(told.contains("2026-05-09"), "{told}");
    office.ok(
        "wang",
        &[
            "correct",
            &site,
            "--event",
            &hash[..12],
            "--happened",
            "2026-05-04",
            "--reason",
            "typed",
        ],
    );
    let mended = office.site(&site);
    assert!(
        mended["visits"].to_string().contains("2026-05-04T12:00:00"),
        "{}",
        mended["visits"]
    );
    assert!(mended["marks"].to_string().contains("redated"));
    office.ok("zhao", &["accept", &site, "--when", "2026-05-20"]);
}

#[test]
fn what_is_changed_by_hand_in_the_file_is_named() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    let site = office.confirmed("113.30,33.74");
    office.ok("chief", &["verify"]);
    let path = kept.path().join("a.papaver");
    let whole = std::fs::read(&path).expect("read");
    let key = office.site(&site)["key"].as_str().expect("key").to_owned();
    let cases = [
        ("DROP TRIGGER events_stay".to_owned(), "events_stay"),
        (
            "CREATE TRIGGER more AFTER INSERT ON events BEGIN DELETE FROM candidates; END"
                .to_owned(),
            "more",
        ),
        (
            format!(
                "UPDATE local SET value = value || ',{}' WHERE key = 'roots'",
                "ab".repeat(32)
            ),
            "whose registry",
        ),
        (
            "UPDATE local SET value = '410000' WHERE key = 'unit'".to_owned(),
            "whose registry",
        ),
        (
            "UPDATE sites SET state = 'CLOSED'".to_owned(),
            "derived tables",
        ),
        (
            format!("INSERT INTO candidates VALUES ('forged', x'{key}')"),
            "derived tables",
        ),
        ("DELETE FROM photographs".to_owned(), "derived tables"),
    ];
    for (sql, named) in cases {
        std::fs::write(&path, &whole).expect("put back");
        let output = Command::new("python3")
            .args(["-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"])
            .arg(&path)
            .arg(&sql)
            .output();
        let Ok(output) = output else {
            eprintln!("skipped: there is no python3 to change the file with");
            return;
        };
        assert!(
            output.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let (told, _) = said(
            &office.with("chief", None, &["verify"]),
            &["verify", &sql],
            2,
        );
        assert!(told.contains(named), "{sql}: {told}");
    }
    std::fs::write(&path, &whole).expect("put back");
    // Nothing is signed on top of a signature that does not fit.
    let sql = "PRAGMA writable_schema=1; DROP TRIGGER events_stay; UPDATE events SET signature = zeroblob(64) WHERE kind = 'assign'";
    let done = Command::new("python3")
        .args(["-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()"])
        .arg(&path)
        .arg(sql)
        .status()
        .expect("python3");
    assert!(done.success());
    let told = said(
        &office.with("li", None, &["eradicate", &site, "--when", "2026-05-06"]),
        &["eradicate"],
        2,
    )
    .1;
    assert!(told.contains("signature"), "{told}");
    said(&office.with("chief", None, &["verify"]), &["verify"], 2);
}

#[test]
fn a_backup_put_back_is_said_when_it_arrives_and_can_be_explained() {
    let kept = folder();
    let county = Office::begin(kept.path(), "410423", "a");
    let province = Office::begin(kept.path(), "410000", "p");
    province.trusts(&county, "410423");
    county.trusts(&province, "410000");
    let backup = std::fs::read(kept.path().join("a.papaver")).expect("read");
    county.ok(
        "chief",
        &["bundle", "create", "first.bundle", "--point", "first"],
    );
    let lost = county.add("113.30,33.74");
    assert_eq!(province.take(&county).0, Some(0));
    county.ok(
        "chief",
        &["bundle", "create", "second.bundle", "--point", "second"],
    );
    std::fs::write(kept.path().join("a.papaver"), backup).expect("put back");
    let new = county.add("113.40,33.74");
    // The point that the province stood at is not this registry's past: everything is carried.
    county.ok("chief", &["bundle", "create", "since.bundle"]);
    let output = province.with("chief", None, &["bundle", "apply", "since.bundle"]);
    let (told, _) = said(&output, &["bundle", "apply"], 2);
    assert!(
        told.contains("gave number") && told.contains("explain-fork"),
        "{told}"
    );
    let receipt: Value = serde_json::from_slice(
        &std::fs::read(kept.path().join("since.bundle.receipt.json")).expect("a receipt"),
    )
    .expect("JSON");
    assert_eq!(receipt["forks"].as_array().map(Vec::len), Some(1));
    let newest = county.add("113.50,33.74");
    county.ok(
        "chief",
        &[
            "bundle",
            "create",
            "by-receipt.bundle",
            "--since",
            "since.bundle.receipt.json",
        ],
    );
    let manifest = county.json(&["bundle", "inspect", "by-receipt.bundle"]);
    assert_eq!(
        manifest["manifest"]["events"], 1,
        "what the province has does not travel again"
    );
    province.with("chief", None, &["bundle", "apply", "by-receipt.bundle"]);
    for site in [&lost, &new, &newest] {
        assert_eq!(province.state(site), "CANDIDATE");
    }
    let (found, told) = said(&province.with("chief", None, &["verify"]), &["verify"], 2);
    assert!(
        found.contains("explain-fork") && told.contains("NOT IN ORDER"),
        "{found}{told}"
    );
    province.ok(
        "chief",
        &[
            "registry",
            "explain-fork",
            &county.device()[..12],
            "--reason",
            "disk broke, backup of April",
        ],
    );
    let told = province.ok("chief", &["verify"]);
    let explained = "chief (410000) has said why: disk broke, backup of April";
    assert!(told.contains(explained), "{told}");
    // Where the explanation comes along there is nothing left to be asked.
    let other = Office::begin(kept.path(), "410000", "q");
    other.trusts(&county, "410423");
    other.trusts(&province, "410000");
    let (code, told) = other.take(&province);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains(explained) && !told.contains("explain-fork"),
        "{told}"
    );
}

#[test]
fn a_receipt_that_was_changed_or_is_a_strangers_leaves_no_new_site_out() {
    let kept = folder();
    let county = Office::begin(kept.path(), "410423", "a");
    let province = Office::begin(kept.path(), "410000", "p");
    province.trusts(&county, "410423");
    county.ok("chief", &["bundle", "create", "first.bundle"]);
    province.ok("chief", &["bundle", "apply", "first.bundle"]);
    let receipt = "first.bundle.receipt.json";
    let _new = county.add("113.30,33.74");
    let create = |receipt| ["bundle", "create", "second.bundle", "--since", receipt];
    let told = county.refused("chief", &create(receipt));
    assert!(told.contains("not trusted here"), "{told}");
    county.trusts(&province, "410000");
    let honest = std::fs::read(kept.path().join(receipt)).expect("a receipt");
    let mut forged: Value = serde_json::from_slice(&honest).expect("JSON");
    forged["have"][county.device()] = 99.into();
    forged["heads"] = json!({});
    for signature in [forged["signature"].clone(), Value::Null] {
        forged["signature"] = signature;
        std::fs::write(kept.path().join("forged.json"), forged.to_string()).expect("written");
        let told = county.refused("chief", &create("forged.json"));
        assert!(told.contains("is no receipt"), "{told}");
    }
    // Numbers alone are no receipt either.
    std::fs::write(
        kept.path().join("forged.json"),
        json!({county.device(): 99}).to_string(),
    )
    .expect("written");
    county.refused("chief", &create("forged.json"));
    county.ok("chief", &create(receipt));
    let manifest = county.json(&["bundle", "inspect", "second.bundle"]);
    assert_eq!(manifest["manifest"]["events"], 2, "{manifest}");
}

#[test]
fn a_second_computer_of_a_county_holds_up_nothing_of_its_bundles() {
    let kept = folder();
    let county = Office::begin(kept.path(), "410423", "a");
    let second = Office::begin(kept.path(), "410423", "c");
    let province = Office::begin(kept.path(), "410000", "p");
    province.trusts(&county, "410423");
    county.trusts(&second, "410423");
    let there = second.add("113.40,33.74");
    assert_eq!(county.take(&second).0, Some(0));
    let own = county.add("113.30,33.74");
    let (code, told) = province.take(&county);
    assert_eq!(code, Some(2), "{told}");
    let remedy = format!("papaver trust {} --unit 410423", second.device());
    assert!(
        told.contains("left out") && told.contains(&remedy),
        "{told}"
    );
    assert_eq!(province.state(&own), "CANDIDATE");
    province.refused("chief", &["show", &there]);
    province.trusts(&second, "410423");
    let (code, told) = province.take(&county);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(province.state(&there), "CANDIDATE");
}

#[test]
fn a_revoked_device_is_said_to_be_so_and_is_trusted_again_for_a_reason_alone() {
    let kept = folder();
    let county = Office::begin(kept.path(), "410423", "a");
    let province = Office::begin(kept.path(), "410000", "p");
    province.trusts(&county, "410423");
    let device = county.device();
    let trust = ["trust", &device, "--unit", "410423"];
    province.ok(
        "chief",
        &["trust", &device, "--revoke", "--reason", "computer stolen"],
    );
    county.ok("chief", &["bundle", "create", "a.bundle"]);
    let told = province.refused("chief", &["bundle", "apply", "a.bundle"]);
    assert!(
        told.contains("revoked by chief (410000)") && told.contains("computer stolen"),
        "{told}"
    );
    assert!(!told.contains("papaver trust"), "{told}");
    let told = province.refused("chief", &trust);
    assert!(
        told.contains("--reason") && told.contains("computer stolen"),
        "{told}"
    );
    province.ok(
        "chief",
        &[&trust[..], &["--reason", "found again"]].concat(),
    );
    let listed = province.ok("chief", &["trust"]);
    assert!(listed.contains("computer stolen"), "{listed}");
    province.ok("chief", &["bundle", "apply", "a.bundle"]);
}

#[test]
fn a_part_that_comes_alone_is_said_to_be_one() {
    let kept = folder();
    let county = Office::begin(kept.path(), "410423", "a");
    let province = Office::begin(kept.path(), "410000", "p");
    province.trusts(&county, "410423");
    let site = county.add("113.30,33.74");
    for name in ["one.png", "two.png"] {
        let mut state = u32::from(name.as_bytes()[0]);
        let noise = image::RgbImage::from_fn(600, 600, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [_, red, green, blue] = state.to_le_bytes();
            image::Rgb([red, green, blue])
        });
        noise.save(kept.path().join(name)).expect("saved");
    }
    county.ok(
        "wang",
        &["assign", &site, "--crew", "1", "--when", "2026-05-04"],
    );
    let visit = ["visit", &site, "--outcome", "cultivated", "--officer", "li"];
    let more = ["--plants", "30", "--photo", "one.png", "--photo", "two.png"];
    county.ok(
        "wang",
        &[&visit[..], &more, &["--when", "2026-05-05"]].concat(),
    );
    let create = ["bundle", "create", "a.bundle", "--split", "1", "--json"];
    let made: Value = serde_json::from_str(&county.ok("chief", &create)).expect("JSON");
    let parts: Vec<&str> = (made["files"].as_array().expect("a list").iter())
        .filter_map(Value::as_str)
        .collect();
    let (last, before) = parts.split_last().expect("parts");
    assert!(before.len() >= 2, "{parts:?}");
    let output = province.with("chief", None, &["bundle", "apply", last]);
    let (_, told) = said(&output, &["bundle", "apply"], 2);
    assert!(told.contains("have not been applied here: 1, 2"), "{told}");
    for part in before {
        province.with("chief", None, &["bundle", "apply", part]);
    }
    province.ok("chief", &["bundle", "apply", before[0]]);
}

#[test]
fn a_part_too_far_off_is_said_of_the_whole_and_a_level_that_is_not_there_by_its_name() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    let site = office.add("113.30,33.74");
    let split = ["split", &site, "--at", "113.3,33.74", "--at", "113.4,33.74"];
    let told = office.refused("wang", &[&split[..], &["--reason", "two"]].concat());
    assert!(told.contains(&site), "{told}");
    boundaries(&kept.path().join("d.geojson"), &["410423"], 114.0);
    office.ok(
        "chief",
        &["registry", "districts", "d.geojson", "--vintage", "2023"],
    );
    let told = office.refused("chief", &["report", "county", "-o", "r"]);
    assert!(
        told.contains("no townships of 410423") && !told.contains("--level"),
        "{told}"
    );
}

#[test]
fn a_second_day_in_the_field_is_no_dispute() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    let site = office.add("113.30,33.74");
    office.ok(
        "wang",
        &["assign", &site, "--crew", "1", "--when", "2026-05-04"],
    );
    office.ok("chief", &["export", "crew.geojson"]);
    let text = std::fs::read_to_string(kept.path().join("crew.geojson")).expect("read");
    let row = |name: &str, set: &[(&str, Value)]| {
        let mut file: Value = serde_json::from_str(&text).expect("JSON");
        for (member, value) in set {
            file["features"][0]["properties"][*member] = value.clone();
        }
        std::fs::write(kept.path().join(name), file.to_string()).expect("written");
    };
    row(
        "crew1.geojson",
        &[
            ("visit_outcome", json!("not_reached")),
            ("visit_at", json!("2026-05-05 10:00:00")),
            ("visit_officers", json!("wang、li")),
        ],
    );
    office.ok("wang", &["import", "crew1.geojson"]);
    assert_eq!(office.state(&site), "REVISIT");
    office.picture("p.jpg", 7);
    row(
        "crew1.geojson",
        &[
            ("visit_outcome", json!("cultivated")),
            ("visit_at", json!("2026-05-06 10:00:00")),
            ("visit_officers", json!("wang、li")),
            ("visit_plants", json!(30)),
            ("visit_photo_1", json!("p.jpg")),
        ],
    );
    office.ok("wang", &["import", "crew1.geojson"]);
    let found = office.site(&site);
    assert_eq!(
        (&found["state"], &found["disputed"]),
        (&json!("CONFIRMED"), &json!(false))
    );
    // The same row with another count of the same day: nobody guesses which is right.
    row(
        "crew1.geojson",
        &[
            ("visit_outcome", json!("cultivated")),
            ("visit_at", json!("2026-05-06 10:00:00")),
            ("visit_officers", json!("wang、li")),
            ("visit_plants", json!(31)),
            ("visit_photo_1", json!("p.jpg")),
        ],
    );
    let output = office.with("wang", None, &["import", "crew1.geojson"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("30 plants")
            && told.contains("31 plants")
            && told.contains("papaver correct"),
        "{told}"
    );
}

#[test]
fn a_registry_of_version_0_1_0_opens_and_what_is_no_longer_followed_is_listed() {
    let kept = folder();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/registry-0.1.0");
    copy_all(&from, kept.path());
    let office = Office {
        folder: kept.path().into(),
        registry: "old.papaver".into(),
    };
    let output = office.with("chief", None, &["verify", "--json"]);
    let (out, told) = said(&output, &["verify"], 0);
    assert!(
        told.contains("3 of its events are kept and no longer followed"),
        "{told}"
    );
    let found: Value = serde_json::from_str(&out).expect("JSON");
    let why: Vec<&str> = found["not_followed"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|event| event["why"]["why"].as_str().expect("a reason"))
        .collect();
    assert_eq!(why, ["same_picture", "state", "key"]);
    assert_eq!(
        (&found["events"], &found["findings"]),
        (&json!(25), &json!([]))
    );
    for (code, state) in [
        ("K8A6WT-F", "CONFIRMED"),
        ("SXS7CQ-3", "CLOSED"),
        ("XXRBES-M", "SPLIT"),
        ("A18806-F", "MERGED"),
        ("3K8W79-B", "REFUTED"),
    ] {
        assert_eq!(office.state(code), state, "{code}");
    }
    assert!(
        office.site("3K8W79-B")["marks"]
            .to_string()
            .contains("unproven")
    );
    // It goes on from there.
    let left = office.picture("left.jpg", 9);
    office.ok(
        "li",
        &[
            "eradicate",
            "K8A6WT-F",
            "--photo",
            &left,
            "--when",
            "2026-05-21",
        ],
    );
    office.ok("zhao", &["accept", "K8A6WT-F", "--when", "2026-05-22"]);
    office.ok("chief", &["verify", "--full"]);
}

#[test]
fn a_registry_of_version_0_1_0_without_its_key_is_read_and_left_as_it_is() {
    let kept = folder();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/registry-0.1.0");
    copy_all(&from, kept.path());
    std::fs::remove_file(kept.path().join("old.papaver.key")).expect("removed");
    let before = std::fs::read(kept.path().join("old.papaver")).expect("read");
    let office = Office {
        folder: kept.path().into(),
        registry: "old.papaver".into(),
    };
    let (out, told) = said(
        &office.with("chief", None, &["verify", "--json"]),
        &["verify"],
        0,
    );
    assert!(told.contains("cannot be written here"), "{told}");
    let found: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        (&found["events"], &found["findings"]),
        (&json!(25), &json!([]))
    );
    assert_eq!(office.state("K8A6WT-F"), "CONFIRMED");
    let after = std::fs::read(kept.path().join("old.papaver")).expect("read");
    assert!(before == after, "the file is as it was");
}

fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("listed") {
        let entry = entry.expect("entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).expect("made");
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// A scan's folder with candidates at these places, by their ids, recorded.
fn flight(office: &Office, candidates: &[(&str, f64)]) {
    flown(&office.folder.join("flight"), candidates);
    office.ok("zhao", &["record", "flight"]);
}

/// A scan's folder as version 0.1.0 wrote it.
fn flown(folder: &Path, candidates: &[(&str, f64)]) {
    std::fs::create_dir_all(folder).expect("made");
    let features: Vec<Value> = (1..)
        .zip(candidates)
        .map(|(rank, (id, lon))| {
            let ring: Vec<[f64; 2]> = [(0.0, 0.0), (1e-5, 0.0), (1e-5, 1e-5), (0.0, 1e-5), (0.0, 0.0)]
                .iter()
                .map(|(x, y)| [lon + x, 33.74 + y])
                .collect();
            json!({"type": "Feature", "id": id, "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {"id": id, "rank": rank, "lon": lon + 5e-6, "lat": 33.74 + 5e-6, "area_m2": 1.0,
                    "score_max": 0.9, "score_mean": 0.9, "captured": "2026-05-03"}})
        })
        .collect();
    let count = features.len();
    let files = [
        (
            "candidates.geojson",
            json!({"type": "FeatureCollection", "features": features}),
        ),
        (
            "scan.json",
            json!({"format": "papaver.scan/1", "scan_id": "flight", "survey": null, "unit": "410423", "program_version": "0.1.0",
                "model": {"name": "m", "sha256": "ab", "resolution_cm": 2.0, "threshold": 0.5}, "options": {},
                "captured": {"from": "2026-05-03", "to": "2026-05-03"}, "sources": [],
                "totals": {"searched_m2": 1000.0, "not_searched_m2": {}, "candidates": count}, "run": {}}),
        ),
    ];
    for (name, value) in files {
        std::fs::write(folder.join(name), value.to_string()).expect("written");
    }
}

/// The lot that is drawn for the ground of a candidate of [`flight`].
fn lot(seed: &str, lon: f64) -> u64 {
    use sha2::{Digest, Sha256};
    let cell = |degrees: f64| ((degrees + 5e-6) * 1e7).round().div_euclid(1000.0);
    let digest = Sha256::digest(format!("{seed} {} {}", cell(lon), cell(33.74)));
    digest[..8].iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// Whether the device's lots choose a place to be looked at by two.
fn is_chosen(office: &Office, lon: f64) -> bool {
    lot(&office.device()[..16], lon) < u64::MAX / 10
}

/// Places that they choose.
fn chosen(office: &Office) -> impl Iterator<Item = f64> {
    let all = (0..).map(|n| 113.3 + f64::from(n) * 0.001);
    all.filter(|lon| is_chosen(office, *lon))
}

/// The code of the site that a candidate became.
fn code(office: &Office, candidate: &str) -> String {
    let listed = office.ok("chief", &["sites", "--json"]);
    let sites = listed
        .lines()
        .map(|line| -> Value { serde_json::from_str(line).expect("JSON") });
    let mut of = sites.filter(|site| site["candidate"] == candidate);
    let site = of.next().expect("there");
    site["id"].as_str().expect("a code").to_owned()
}

#[test]
fn nobody_is_two_by_another_name_nor_by_a_merge_and_what_two_see_otherwise_one_does_not_put_aside()
{
    let folder = folder();
    let office = Office::begin(folder.path(), "410423", "a");
    for name in ["wang", "li"] {
        office.signed(name, name, &["actor", "key", name]);
    }
    let beside = |lon: f64| lon + 0.0001;
    let mut places = chosen(&office).filter(|lon| !is_chosen(&office, beside(*lon)));
    let [a, b, c] = [(); 3].map(|()| places.next().expect("a place"));
    let all = [
        ("000000000001", a),
        ("000000000002", b),
        ("000000000003", c),
        ("000000000004", beside(c)),
    ];
    flight(&office, &all);
    let [a, b, c, d] = all.map(|(id, _)| code(&office, id));
    let aside = |name: &str, site: &str| {
        let command = ["screen", site, "--reject", "crop"];
        let passphrase = (name != "zhao").then_some(name);
        said(&office.with(name, passphrase, &command), &command, 0);
        office.state(site)
    };
    // Whoever signs nothing may be anybody.
    assert_eq!(aside("zhao", &a), "CANDIDATE");
    assert_eq!(aside("wang", &a), "CANDIDATE");
    assert_eq!(aside("li", &a), "SCREENED_OUT");
    // Of two who see it otherwise, neither puts it aside alone.
    assert_eq!(aside("wang", &b), "CANDIDATE");
    office.signed("li", "li", &["screen", &b, "--keep"]);
    assert_eq!(aside("wang", &b), "CANDIDATE");
    assert_eq!(aside("li", &b), "SCREENED_OUT");
    // What was for two is for two after it was merged away.
    office.signed(
        "wang",
        "wang",
        &["merge", &c, "--into", &d, "--reason", "one field"],
    );
    assert_eq!(aside("wang", &d), "CANDIDATE");
    assert_eq!(aside("li", &d), "SCREENED_OUT");
}

#[test]
fn an_audit_is_not_looked_at_by_merging_its_candidates_away() {
    let folder = folder();
    let office = Office::begin(folder.path(), "410423", "a");
    flight(
        &office,
        &[("000000000001", 113.3), ("000000000002", 113.3001)],
    );
    office.ok("wang", &["screen", "--audit"]);
    let stop = || office.json(&["screen", "--stop"]);
    let mut order = [("000000000001", 113.3), ("000000000002", 113.3001)];
    order.sort_by_key(|(_, lon)| lot(&office.device()[..16], *lon));
    let [drawn, other] = order.map(|(id, _)| code(&office, id));
    office.ok(
        "wang",
        &["merge", &drawn, "--into", &other, "--reason", "one field"],
    );
    assert_eq!(stop()["audited"], json!([2, 0, 0]), "{}", stop());
    office.ok("wang", &["screen", &other, "--reject", "crop"]);
    assert_eq!(stop()["word"], "may_stop", "{}", stop());
}

#[test]
fn neither_another_draw_nor_a_further_candidate_nor_another_option_of_a_scan_changes_a_lot() {
    let folder = folder();
    let office = Office::begin(folder.path(), "410423", "a");
    let lon = |n: usize| 113.3 + n as f64 * 0.001;
    // What is tried out in a copy, with options of which other ids come, is what comes out here.
    let other = office.folder.join("elsewhere");
    std::fs::create_dir_all(&other).expect("made");
    for name in ["a.papaver", "a.papaver.key"] {
        std::fs::copy(office.folder.join(name), other.join(name)).expect("copied");
    }
    let copy = Office {
        folder: other,
        registry: "a.papaver".into(),
    };
    let id = |office: &Office, n: usize| {
        let option = if office.folder == copy.folder { 9 } else { 1 };
        format!("{option}{n:011}")
    };
    let fly = |office: &Office, count: usize| {
        let ids: Vec<String> = (0..count).map(|n| id(office, n)).collect();
        let all: Vec<(&str, f64)> = ids.iter().map(String::as_str).zip((0..).map(lon)).collect();
        flight(office, &all);
    };
    let by_lot = |count: usize| {
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|n| lot(&office.device()[..16], lon(*n)));
        order
    };
    let audited = |office: &Office| office.json(&["screen", "--stop"])["audited"].clone();
    let aside = |office: &Office, n: usize| {
        let site = code(office, &id(office, n));
        office.ok("wang", &["screen", &site, "--reject", "crop"]);
    };
    for office in [&copy, &office] {
        fly(office, 10);
        office.ok("wang", &["screen", "--audit"]);
        for (count, n) in (1..).zip(&by_lot(10)[..4]) {
            aside(office, *n);
            assert_eq!(audited(office), json!([10, count, 0]));
        }
    }
    // Candidates that come later take nobody's place, and belong to the audit.
    fly(&office, 12);
    let refused = office.with("wang", None, &["screen", "--audit"]);
    assert_eq!(refused.status.code(), Some(1));
    let all = by_lot(12);
    for n in &all {
        let open = office.state(&code(&office, &id(&office, *n))) == "CANDIDATE";
        if open && audited(&office)[1].as_u64() < Some(6) {
            aside(&office, *n);
        }
    }
    let stop = audited(&office);
    assert_eq!((stop[0].as_u64(), stop[2].as_u64()), (Some(12), Some(0)));
    assert!(stop[1].as_u64() >= Some(6), "{stop}");
    let counted = usize::try_from(stop[1].as_u64().expect("a count")).expect("few");
    for (place, n) in all.iter().enumerate() {
        let decided = office.state(&code(&office, &id(&office, *n))) == "SCREENED_OUT";
        assert!(decided || place >= counted, "{place}");
    }
}

#[test]
fn what_one_of_two_says_nobody_reads_before_the_other_has_spoken() {
    let folder = folder();
    let office = Office::begin(folder.path(), "410423", "a");
    for name in ["wang", "li"] {
        office.signed(name, name, &["actor", "key", name]);
    }
    let chosen = chosen(&office).next().expect("a place");
    flight(&office, &[("000000000001", chosen)]);
    let site = code(&office, "000000000001");
    let note = ["screen", &site, "--reject", "crop", "--note", "rape field"];
    let told = office.with("wang", Some("wang"), &[&note[..], &["--json"]].concat());
    let (told, _) = said(&told, &note, 0);
    office.ok("li", &["dossier", &site, "-o", "first.html"]);
    let read = || {
        let mut all = String::new();
        for command in [
            &["log"][..],
            &["log", "--json"],
            &["log", &site],
            &["log", &site, "--json"],
            &["show", &site],
            &["show", &site, "--json"],
            &["sites", "--json"],
        ] {
            all.push_str(&office.ok("li", command));
        }
        all
    };
    let found = |text: &str| {
        office
            .ok("li", &["sites", "--text", text, "--json"])
            .lines()
            .count()
    };
    for text in ["discard", "crop", "rape field", "wang"] {
        assert_eq!(found(text), 0, "{text}");
    }
    assert_eq!(found("000000000001"), 1);
    let page = std::fs::read_to_string(office.folder.join("first.html")).expect("a page");
    for text in [read(), page, told] {
        for words in ["rape field", "put aside", "discard"] {
            assert!(!text.contains(words), "{words}: {text}");
        }
    }
    assert!(read().contains("a verdict waits for a second person"));
    assert!(read().contains("\"waits_for_second\":1"));
    office.signed("li", "li", &["screen", &site, "--reject", "crop"]);
    assert!(read().contains("rape field"));
    assert_eq!(found("crop"), 1, "what both decided");
    assert!(!read().contains("a verdict waits for a second person"));
}

/// Whether any file below a folder holds some bytes.
#[cfg(unix)]
fn holds(folder: &Path, wanted: &[u8]) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths = entries.map(|entry| entry.path());
    paths.any(|path| {
        if path.is_dir() {
            return holds(&path, wanted);
        }
        let bytes = std::fs::read(&path).expect("read");
        bytes.windows(wanted.len()).any(|part| part == wanted)
    })
}

#[cfg(unix)]
#[test]
fn no_link_in_a_received_folder_takes_a_file_of_this_machine_along() {
    use std::os::unix::fs::symlink;
    let kept = folder();
    let at = |name: &str| kept.path().join(name);
    let office = Office::begin(kept.path(), "410423", "a");
    let key = std::fs::read_to_string(at("a.papaver.key")).expect("a key");
    std::fs::write(at("secret.txt"), "SECRET-OF-HOME").expect("written");
    office.picture("home.jpg", 7);
    let picture = std::fs::read(at("home.jpg")).expect("read");
    let flown = |name: &str| {
        flown(&at(name), &[("000000000001", 113.3)]);
        let path = at(name).join("candidates.geojson");
        let text = std::fs::read_to_string(&path).expect("read");
        let mut candidates: Value = serde_json::from_str(&text).expect("JSON");
        candidates["features"][0]["properties"]["chip"] = json!("chips/1.jpg");
        std::fs::write(path, candidates.to_string()).expect("written");
        std::fs::create_dir_all(at(name).join("chips")).expect("made");
    };
    flown("model");
    std::fs::write(
        at("ground.geojson"),
        r#"{"type":"FeatureCollection","features":[]}"#,
    )
    .expect("written");
    let links = [
        ("features.json", "a.papaver.key"),
        ("features.json", "secret.txt"),
        ("coverage.geojson", "ground.geojson"),
        ("candidates.geojson", "model/candidates.geojson"),
        ("scan.json", "model/scan.json"),
        ("chips/1.jpg", "home.jpg"),
    ];
    for (n, (name, target)) in links.iter().enumerate() {
        for whole in [false, true] {
            let got = format!("got/{n}-{whole}");
            flown(&got);
            let link = at(&got).join(name);
            let _absent = std::fs::remove_file(&link);
            let up = if name.contains('/') {
                "../../.."
            } else {
                "../.."
            };
            let relative = Path::new(up).join(target);
            symlink(if whole { at(target) } else { relative }, &link).expect("linked");
            let told = office.refused("wang", &["record", &got]);
            assert!(
                told.contains("is a link to what is none of the scan's files"),
                "{name}: {told}"
            );
        }
    }
    // Results in the registry's own folder, where the link leads out of nothing; and a key that is the file itself.
    flown(".");
    symlink("a.papaver.key", at("features.json")).expect("linked");
    let told = office.refused("wang", &["record", "."]);
    assert!(told.contains("is a link to what"), "{told}");
    flown("copied");
    std::fs::write(at("copied/features.json"), &key).expect("written");
    let told = office.refused("wang", &["record", "copied"]);
    assert!(told.contains("is not what a scan writes"), "{told}");
    // Nor is a key kept that somebody takes for a document.
    let site = office.add("113.31,33.74");
    symlink("a.papaver.key", at("licence.pdf")).expect("linked");
    let told = office.refused("wang", &["note", &site, "x", "--document", "licence.pdf"]);
    assert!(told.contains("becomes no evidence"), "{told}");
    // An honest folder: a link of its own, itself named over a link, with what the models saw.
    flown("disk/honest");
    std::fs::write(at("disk/honest/chips/one.jpg"), &picture).expect("written");
    symlink("one.jpg", at("disk/honest/chips/1.jpg")).expect("linked");
    let seen =
        json!({"format": "papaver.features/1", "scan_id": "flight", "names": [], "candidates": []});
    std::fs::write(at("disk/honest/features.json"), seen.to_string()).expect("written");
    symlink("disk/honest", at("honest")).expect("linked");
    let (said, _) = said(
        &office.with("wang", None, &["record", "honest", "--json"]),
        &[],
        0,
    );
    let said: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(
        (
            &said["new"].as_array().map(Vec::len),
            &said["pictures_missing"]
        ),
        (&Some(1), &json!(0)),
        "{said}"
    );
    symlink("secret.txt", at("minutes.txt")).expect("linked");
    office.ok("wang", &["note", &site, "x", "--document", "minutes.txt"]);
    let evidence = at("a.papaver.files");
    assert!(holds(&evidence, &picture), "the honest picture is kept");
    assert!(!holds(&evidence, key.trim().as_bytes()));
    office.ok("chief", &["bundle", "create", "all.bundle"]);
    assert!(!holds(&evidence, key.trim().as_bytes()));
}

#[test]
fn nobody_is_recorded_for_by_who_only_calls_themself_a_supervisor() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    let site = office.eradicated("113.30,33.74");
    // As long as nobody holds a key, a supervisor's word is as good as anybody's, and stays marked.
    let named = ["--recorder", "chief", "--without-key", "zhao is ill"];
    office.ok("zhao", &[&["note", &site, "seen"][..], &named].concat());
    office.signed("chief", "chief's", &["actor", "key", "chief"]);
    let accept = [&["accept", &site][..], &named].concat();
    let told = office.refused("zhao", &accept);
    assert!(told.contains("did not sign"), "{told}");
    let mayor = ["--recorder", "Mayor Zhang", "--without-key", "ordered it"];
    for command in [&["note", &site, "x"][..], &["accept", &site]] {
        let told = office.refused("zhao", &[command, &mayor].concat());
        assert!(told.contains("did not sign"), "{told}");
    }
    assert_eq!(office.state(&site), "ERADICATED");
    let marks = |words: &str| office.site(&site)["marks"].to_string().contains(words);
    assert!(marks("zhao is ill") && !marks("ordered it"));
    // The supervisor with their key; and anybody for themself.
    office.ok("wang", &["note", &site, "mine"]);
    office.signed(
        "chief",
        "chief's",
        &[&accept[..], &["--actor", "zhao"]].concat(),
    );
    assert_eq!(office.state(&site), "CLOSED");
    assert_eq!(office.site(&site)["accepted_without_own_key"], json!(true));
}

#[test]
fn who_records_in_anothers_name_is_not_another_person() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    let site = office.add("113.30,33.74");
    let other = office.add("113.31,33.74");
    for name in ["chief", "zhao", "li"] {
        office.signed(name, name, &["actor", "key", name]);
    }
    for name in ["zhao", "li"] {
        office.signed("chief", "chief", &["actor", "confirm", name]);
    }
    office.signed("chief", "chief", &["actor", "add", "zhao", "supervisor"]);
    let signed = |who: &str, arguments: &[&str]| office.signed(who, who, arguments);
    let in_the_name = |who: &str, by: &str, arguments: &[&str], code: i32| {
        let theirs = ["--actor", who, "--recorder", by, "--without-key", "ill"];
        let all = [arguments, &theirs[..]].concat();
        said(&office.with(by, Some(by), &all), &all, code).1
    };
    let [scene, left] = [("scene.jpg", 1), ("left.jpg", 2)].map(|(n, s)| office.picture(n, s));
    signed("zhao", &["assign", &site, "--crew", "1"]);
    let found = ["visit", &site, "--outcome", "cultivated", "--officer", "li"];
    let counted = ["--officer", "wang", "--plants", "30", "--photo", &scene];
    signed("zhao", &[&found[..], &counted[..]].concat());
    // Whoever confirmed it takes that back in no other supervisor's name, and what one keeps nobody puts aside in their own.
    let number = office.site(&site)["heads"][0]
        .as_str()
        .expect("a head")
        .to_owned();
    let void = ["void", &number, "--reason", "m"];
    let told = in_the_name("chief", "zhao", &void, 1);
    assert!(told.contains("\nhint: "), "{told}");
    signed("zhao", &["eradicate", &site, "--photo", &left]);
    // Whoever uprooted accepts in nobody's name.
    let told = in_the_name("li", "zhao", &["accept", &site], 1);
    assert!(
        told.contains("took part") && told.contains("\nhint: "),
        "{told}"
    );
    signed("li", &["accept", &site]);
    assert_eq!(office.state(&site), "CLOSED");
    signed("li", &["screen", &other, "--keep"]);
    in_the_name("li", "chief", &["screen", &other, "--reject", "crop"], 0);
    assert_eq!(office.site(&other)["disputed"], true);
    assert_eq!(office.state(&other), "CANDIDATE");
    office.signed("chief", "chief", &["verify", "--full"]);
}

#[test]
fn what_rests_on_less_is_counted_by_unit_and_said_in_the_log() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    boundaries(&kept.path().join("d.geojson"), &["410423"], 114.0);
    let read = ["registry", "districts", "d.geojson", "--vintage", "2026"];
    office.ok("chief", &read);
    // All of it entered long after it was due, and closed on a picture that says nothing of where it was taken.
    let site = office.eradicated("113.30,33.74");
    let accept = [
        "accept",
        &site,
        "--photo",
        "left.jpg",
        "--when",
        "2026-05-06",
    ];
    office.ok("zhao", &accept);
    let again = office.eradicated("113.3003,33.74");
    office.ok("zhao", &["accept", &again, "--when", "2026-05-06"]);
    let [unsigned, in_their_name, unseen, past_due] = [3, 4, 18, 19];
    let count = |kinds: &[usize]| -> Vec<usize> {
        let all = all_marked(&report(&office, "2027"), "410423").expect("counts");
        kinds.iter().map(|kind| all[*kind]).collect()
    };
    assert_eq!(count(&[unsigned, unseen, past_due]), [2, 2, 6]);
    let told = office.ok("chief", &["show", &site]);
    assert!(told.contains(", entered 20"), "{told}");
    assert!(office.ok("chief", &["log", &site]).contains("(entered 20"));
    // What was closed and merged then was closed no less, nor without a supervisor.
    let merge = ["merge", &again, "--into", &site, "--reason", "one plot"];
    office.refused("wang", &merge);
    office.ok("chief", &merge);
    assert_eq!(count(&[unsigned, in_their_name]), [2, 0]);
    // What a supervisor recorded in another's name about no site is counted too, and said where it is listed.
    let theirs = ["--recorder", "chief", "--without-key", "ill"];
    let tip = ["tip", "add", "--channel", "phone", "--text", "a field"];
    office.ok("wang", &[&tip[..], &theirs[..]].concat());
    assert_eq!(count(&[in_their_name]), [1]);
    for list in [&["log"][..], &["tip", "list"]] {
        let told = office.ok("chief", list);
        assert!(
            told.contains("recorded in their name by chief: ill"),
            "{told}"
        );
    }
}

#[test]
fn what_is_not_followed_is_said_so_and_what_a_neighbour_says_bears_its_unit() {
    let kept = folder();
    let a = Office::begin(kept.path(), "410423", "a");
    let b = Office::begin(kept.path(), "410424", "b");
    let site = a.eradicated("113.30,33.74");
    b.trusts(&a, "410423");
    let province = Office::begin(kept.path(), "410000", "p");
    province.trusts(&a, "410423");
    province.trusts(&b, "410424");
    assert_eq!(province.take(&a).0, Some(0));
    assert_eq!(b.take(&a).0, Some(0));
    b.ok("li", &["note", &site, "seen from the road"]);
    forged(&b, "410423");
    assert_eq!(province.take(&b).0, Some(2));
    let told = province.ok("chief", &["show", &site]);
    assert!(told.contains("recorded by 410424 li"), "{told}");
    let log = province.ok("chief", &["log"]);
    let lines = |words: &str| log.lines().filter(|line| line.contains(words)).count();
    assert_eq!(lines("not followed: patrol"), 1, "{log}");
    assert!(lines("410424 li: seen from the road") == 1, "{log}");
    let json = province.ok("chief", &["log", "--json"]);
    assert_eq!(json.matches("\"not_followed\"").count(), 1);
}

#[test]
fn boundaries_are_a_supervisors_and_stay_in_the_history() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    let map = |name: &str, east: f64| {
        boundaries(&office.folder.join(name), &["410423", "410423001"], east);
    };
    map("d.geojson", 114.0);
    map("small.geojson", 113.1);
    office.add("113.30,33.74");
    let fill = |name: &'static str| ["registry", "districts", name, "--vintage", "2026"];
    for who in ["nobody", "wang"] {
        office.refused(who, &fill("d.geojson"));
    }
    office.signed("chief", "chief's", &["actor", "key", "chief"]);
    let told = office.refused("chief", &fill("d.geojson"));
    assert!(told.contains("has to sign"), "{told}");
    let page = |name: &str| {
        office.ok("chief", &["report", "county", "-o", name]);
        std::fs::read_to_string(office.folder.join(format!("{name}.html"))).expect("a page")
    };
    office.signed("chief", "chief's", &fill("d.geojson"));
    assert!(office.ok("wang", &["log"]).contains("districts = "));
    assert!(page("r").contains("Boundaries: codes of 2026, file "));
    // Nobody gives the registry others; the same are filled in for new sites by anybody, and no entry is made of it.
    for who in ["nobody", "wang", "chief"] {
        office.refused(who, &fill("small.geojson"));
    }
    let add = [
        "add",
        "--at",
        "113.31,33.74",
        "--source",
        "patrol",
        "--json",
    ];
    let added: Value = serde_json::from_str(&office.ok("wang", &add)).expect("JSON");
    let site = added["id"].as_str().expect("an id").to_owned();
    let before = office.json(&["verify"])["events"].clone();
    office.ok("wang", &fill("d.geojson"));
    assert_eq!(office.json(&["verify"])["events"], before);
    assert_eq!(office.site(&site)["district"]["code"], json!("410423001"));
    assert_eq!(office.json(&["verify", "--full"])["findings"], json!([]));
    assert!(page("s").contains("chief decided on them on"));
}

#[test]
fn what_one_computer_of_a_unit_decides_on_boundaries_another_says_and_anybody_fills_in() {
    let kept = folder();
    let first = Office::begin(kept.path(), "410423", "a");
    let second = Office::begin(kept.path(), "410423", "b");
    second.trusts(&first, "410423");
    let map = |name: &str, east: f64| boundaries(&kept.path().join(name), &["410423"], east);
    map("d.geojson", 114.0);
    map("e.geojson", 114.5);
    let fill = |name: &'static str| ["registry", "districts", name, "--vintage", "2026"];
    first.ok("chief", &fill("d.geojson"));
    let elsewhere = "other boundaries hold on another computer of the unit: codes of 2026";
    let (code, told) = second.take(&first);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains(elsewhere) && told.contains("chief"), "{told}");
    assert!(second.ok("chief", &["verify"]).contains(elsewhere));
    // The file that was decided on there is anybody's to fill in, others a supervisor's.
    second.refused("wang", &fill("e.geojson"));
    let events = second.json(&["verify"])["events"].clone();
    second.ok("wang", &fill("d.geojson"));
    let verified = second.json(&["verify"]);
    assert_eq!(
        [&verified["events"], &verified["boundaries_elsewhere"]],
        [&events, &json!([])]
    );
    // Once somebody has decided here, what others decide is theirs.
    second.ok("chief", &fill("e.geojson"));
    second.refused("wang", &fill("d.geojson"));
    let verified = second.json(&["verify"]);
    assert_eq!(verified["findings"], json!([]));
    assert_eq!(
        verified["boundaries_elsewhere"][0]["vintage"],
        json!("2026")
    );
}

#[test]
fn what_one_kept_nobody_else_puts_aside_in_silence_by_any_way_round() {
    let kept = folder();
    let office = Office::begin(kept.path(), "410423", "a");
    let lon = |n: u8| 113.3 + f64::from(n) * 0.01;
    let add = |lon: f64| office.add(&format!("{lon},33.74"));
    let screen = |who: &str, site: &str, keep: bool| {
        let word: &[&str] = if keep {
            &["--keep"]
        } else {
            &["--reject", "crop"]
        };
        office.ok(who, &[&["screen", site][..], word].concat());
    };
    let keep = |who: &str, n: u8| {
        let site = add(lon(n));
        screen(who, &site, true);
        site
    };
    let now = |site: &str| {
        let site = office.site(site);
        format!(
            "{} {}",
            site["state"].as_str().expect("a state"),
            site["disputed"]
        )
    };
    let aside = |who: &str, site: &str| {
        screen(who, site, false);
        now(site)
    };
    let merge = |who: &str, site: &str, into: &str| {
        office.ok(
            who,
            &["merge", site, "--into", into, "--reason", "one plot"],
        );
    };
    let split = |who: &str, site: &str, n: u8| -> Vec<String> {
        let places = [lon(n), lon(n) + 0.0001].map(|lon| format!("{lon},33.74"));
        let [a, b] = &places;
        let told = office.ok(
            who,
            &["split", site, "--at", a, "--at", b, "--reason", "two"],
        );
        let codes = told
            .lines()
            .filter_map(|line| line.split_whitespace().next());
        codes.map(str::to_owned).collect()
    };
    let disputed = "CANDIDATE true";
    let mut ways = Vec::new();
    let (a, b) = (keep("li", 1), add(lon(1) + 0.00004));
    merge("wang", &a, &b);
    ways.push(("merged", aside("wang", &b)));
    let whole = keep("li", 2);
    for part in split("wang", &whole, 2) {
        ways.push(("split", aside("wang", &part)));
    }
    let c = keep("li", 3);
    screen("wang", &c, false);
    office.ok(
        "chief",
        &["resolve", &c, "--state", "CANDIDATE", "--reason", "poppy"],
    );
    ways.push(("resolved", aside("wang", &c)));
    let d = add(lon(4));
    screen("wang", &d, false);
    office.ok(
        "chief",
        &["reopen", &d, "--reason", "poppy seen from the road"],
    );
    ways.push(("opened again", aside("wang", &d)));
    let (e, f, g) = (keep("li", 5), add(lon(5) + 0.00004), add(lon(5) + 0.00008));
    merge("wang", &e, &f);
    merge("wang", &f, &g);
    ways.push(("merged twice", aside("wang", &g)));
    assert_eq!(ways.len(), 6);
    for (way, stands) in &ways {
        assert_eq!(stands, disputed, "{way}: {ways:?}");
    }
    // Who kept it themself, what nobody kept, and what a supervisor decides.
    let gone = "SCREENED_OUT false";
    let (a, b) = (keep("wang", 6), add(lon(6) + 0.00004));
    merge("li", &a, &b);
    assert_eq!(aside("wang", &b), gone, "one's own, merged");
    let (a, b) = (add(lon(7)), add(lon(7) + 0.00004));
    merge("wang", &a, &b);
    assert_eq!(aside("li", &b), gone, "kept by nobody");
    office.ok(
        "chief",
        &[
            "resolve",
            &c,
            "--state",
            "SCREENED_OUT",
            "--reason",
            "looked again",
        ],
    );
    assert_eq!(now(&c), gone, "a supervisor ends it");
    office.ok("chief", &["reopen", &c, "--reason", "once more"]);
    assert_eq!(aside("chief", &c), gone, "by who opened it");
}

#[test]
fn what_two_looked_at_and_kept_one_of_them_does_not_put_aside_in_silence() {
    let folder = folder();
    let office = Office::begin(folder.path(), "410423", "a");
    for name in ["wang", "li"] {
        office.signed(name, name, &["actor", "key", name]);
    }
    let mut places = chosen(&office);
    let [a, b] = [(); 2].map(|()| places.next().expect("a place"));
    let all = [("000000000001", a), ("000000000002", b)];
    flight(&office, &all);
    let says = |name: &str, site: &str, word: &[&str]| {
        office.signed(name, name, &[&["screen", site][..], word].concat());
        let site = office.site(site);
        (site["state"].clone(), site["disputed"].clone())
    };
    let reject = ["--reject", "crop"];
    let site = code(&office, "000000000001");
    says("li", &site, &["--keep"]);
    says("wang", &site, &["--keep"]);
    assert_eq!(
        says("wang", &site, &reject),
        (json!("CANDIDATE"), json!(true))
    );
    // Both of them agree that it is none.
    let site = code(&office, "000000000002");
    says("li", &site, &reject);
    assert_eq!(
        says("wang", &site, &reject),
        (json!("SCREENED_OUT"), json!(false))
    );
}
