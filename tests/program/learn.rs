//! A county that teaches the rank: a scan is recorded, some of its candidates are put aside or confirmed, and the rest come in
//! another order.

use crate::ground::Place;
use crate::paint::Picture;
use crate::results::{Results, json};
use crate::run::{Ended, ended, papaver, scan};
use crate::shots::jpeg;
use serde_json::{Value, json as value};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";
/// Targets along a side, and pixels from one to the next.
const SIDE: usize = 6;
const STEP: usize = 160;
const FACTS: [&str; 4] = ["--captured", "2026-05-03", "--unit", "410423"];

/// Targets of which every sixth stands on bare ground, and the others in yellow frames.
fn county(path: &Path) -> Picture {
    let size = SIDE * STEP + 60;
    let mut picture = Picture::bare(Place::utm(2.0), (size, size));
    for n in 0..SIDE * SIDE {
        let (x, y) = (60 + n % SIDE * STEP, 60 + n / SIDE * STEP);
        if !is_real(n) {
            let near = move |x0: usize, at: usize| (x0 - 30..x0 + 78).contains(&at);
            picture.fill(move |px, py| near(x, px) && near(y, py), [205, 200, 60]);
        }
        picture.target(x, y);
    }
    picture.write(path, &["TILED=YES"]);
    picture
}

fn is_real(n: usize) -> bool {
    n % 6 == n / 6
}

struct Office {
    folder: TempDir,
}

impl Office {
    fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = papaver();
        command
            .current_dir(self.folder.path())
            .env("PAPAVER_ACTOR", "chief")
            .args(arguments);
        ended(&mut command)
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        ended.out
    }

    fn put_aside(&self, scan_id: &Value, candidates: &[String]) {
        let decided = candidates.iter().map(|id| {
            value!({"candidate": id, "decision": "reject", "reason": "object",
                "at": "2026-05-04T02:00:00Z", "note": null})
        });
        let file = value!({"format": "papaver.decisions/1", "scan_id": scan_id,
            "decided": decided.collect::<Vec<_>>()});
        fs::write(self.folder.path().join("decisions.json"), file.to_string()).unwrap();
        self.ok(&["screen", "--from", "decisions.json"]);
    }

    fn confirm(&self, candidate: &str) {
        let listed = self.ok(&["sites", "--json"]);
        let mut sites = listed
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let site = sites.find(|site: &Value| site["candidate"] == candidate);
        let code = site.unwrap()["id"].as_str().unwrap().to_owned();
        self.ok(&[
            "assign",
            &code,
            "--crew",
            "1",
            "--new-crew",
            "--when",
            "2026-05-04T09:00:00Z",
        ]);
        self.ok(&[
            "visit",
            &code,
            "--outcome",
            "cultivated",
            "--officer",
            "li",
            "--plants",
            "9",
            "--photo",
            "scene.jpg",
            "--when",
            "2026-05-05",
        ]);
    }
}

/// The numbers of the targets by rank, with what is said of each.
fn ranked(out: &Path, picture: &Picture) -> Vec<(usize, Value)> {
    let truth = picture.truth();
    let nearest = |at: geo::Point| {
        use geo::{Distance, Geodesic};
        let metres = |n: &usize| Geodesic.distance(truth[*n], at);
        (0..truth.len())
            .min_by(|a, b| metres(a).total_cmp(&metres(b)))
            .unwrap()
    };
    let found = Results::read(out).candidates.into_iter();
    found.map(|c| (nearest(c.at), c.properties)).collect()
}

/// The sites of a list, by candidate.
fn listed(office: &Office, arguments: &[&str]) -> Vec<Value> {
    let listed = office.ok(&[arguments, &["--json"]].concat());
    let sites = listed.lines().map(serde_json::from_str);
    sites.map(Result::unwrap).collect()
}

/// The order that the registry gives: both ranks, nothing dropped, revoked and given again.
fn in_the_registry(office: &Office, shipped: &[(usize, Value)]) {
    let rank_shipped = |site: &Value| {
        let rank = shipped.iter().position(|s| s.1["id"] == site["candidate"]);
        rank.unwrap() as u64 + 1
    };
    let sites = listed(office, &["sites"]);
    let mut ranks: Vec<u64> = sites.iter().map(|s| s["rank"].as_u64().unwrap()).collect();
    ranks.sort_unstable();
    assert_eq!(ranks, (1..=SIDE as u64 * SIDE as u64).collect::<Vec<_>>());
    assert!(sites.iter().all(|s| s["rank_shipped"] == rank_shipped(s)));
    let waiting = listed(office, &["sites", "--screening"]);
    assert_eq!(waiting.len(), SIDE * SIDE - 24);
    let number = |site: &Value| {
        shipped
            .iter()
            .find(|s| s.1["id"] == site["candidate"])
            .unwrap()
            .0
    };
    // The two real ones that nobody told come first, but for those that stay for the audit.
    let mut moved = waiting.iter().filter(|site| site["audit"] == false);
    assert!(moved.by_ref().take(2).all(|site| is_real(number(site))));
    assert!(moved.all(|site| !is_real(number(site))));

    let said = office.ok(&["learn", "--list"]);
    assert!(said.contains("orders 1 recorded scan"), "{said}");
    let entry = said.split_whitespace().next().unwrap().to_owned();
    let unsaid = office.run(&["learn", "--revoke", &entry]);
    assert_eq!(unsaid.code, Some(1), "{unsaid:?}");
    office.ok(&["learn", "--revoke", &entry, "--reason", "tried"]);
    let back = listed(office, &["sites"]);
    assert!(
        back.iter()
            .all(|s| s["rank"] == rank_shipped(s) && s["rank_shipped"].is_null())
    );
    office.ok(&["learn", "results"]);
    assert_eq!(listed(office, &["sites"]), sites);
}

/// What comes next, and when to stop, on the county's twelve that nobody told.
fn stops(office: &Office) {
    let said = office.ok(&["screen", "--stop", "0.2"]);
    assert!(said.contains("cannot say: no random audit"), "{said}");
    let lots = office.run(&["screen", "--next", "3", "--audit"]);
    assert_eq!(lots.code, Some(1), "{lots:?}");
    assert!(lots.err.contains("papaver screen --audit"), "{lots:?}");
    let said = office.ok(&["screen", "--audit"]);
    assert!(said.contains("drawn of 12; 0 looked at"), "{said}");
    assert!(said.contains("go on"), "{said}");
    let said = office.ok(&["screen", "--stop", "0.2"]);
    let lists = "`papaver screen --next 9 --audit --season ";
    assert!(said.contains(lists), "{said}");
    let again = office.run(&["screen", "--audit"]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.err.contains("the first draw counts"), "{again:?}");
    let whys = |arguments: &[&str]| {
        let listed = office.ok(&[&["screen", "--next"], arguments, &["--json"]].concat());
        let listed: Value = serde_json::from_str(&listed).unwrap();
        let next = listed["next"].as_array().unwrap().iter();
        next.map(|n| n["why"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(whys(&["1"]), ["audit"]);
    assert_eq!(whys(&["3", "--audit"]), ["audit"; 3]);
    let next: Value =
        serde_json::from_str(&office.ok(&["screen", "--next", "10", "--json"])).unwrap();
    let next = next["next"].as_array().unwrap();
    let why: Vec<&str> = next.iter().map(|n| n["why"].as_str().unwrap()).collect();
    let count = |kind: &str| why.iter().filter(|w| **w == kind).count();
    assert_eq!(
        [count("best"), count("uncertain"), count("audit")],
        [7, 2, 1]
    );
    // Ten are put aside: of the two that are left none is missed by more than the bound says.
    for (n, next) in next.iter().enumerate() {
        let site = next["site"].as_str().unwrap();
        let reason = if n == 0 { "duplicate" } else { "object" };
        office.ok(&["screen", site, "--reject", reason]);
    }
    let stop = || -> Value {
        serde_json::from_str(&office.ok(&["screen", "--stop", "0.2", "--json"])).unwrap()
    };
    let before = stop();
    assert_eq!(before["open"], 2);
    assert!(
        before["audit"]["most_left"].as_u64().unwrap() <= 2,
        "{before}"
    );
    for site in listed(office, &["sites", "--screening"]) {
        office.ok(&["screen", site["id"].as_str().unwrap(), "--reject", "object"]);
    }
    assert_eq!(stop()["word"], "may_stop");
    let said = office.ok(&["quality"]);
    assert!(said.contains("cost of screening"), "{said}");
    // A duplicate tells nothing of others, and is no false candidate.
    let found: Value = serde_json::from_str(&office.ok(&["quality", "--json"])).unwrap();
    assert_eq!(found["prospects"]["screened"], 35, "{found}");
    assert_eq!(found["screened_out"], 32);
    assert_eq!(found["cost"][0]["put_aside"]["count"], 31);
    let names = found["cost"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|cost| cost["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["", "1–2 cm", "2026"]);
}

#[test]
fn verdicts_put_the_rest_in_order_and_drop_nothing() {
    let office = Office {
        folder: TempDir::new().unwrap(),
    };
    let at = |name: &str| office.folder.path().join(name);
    let picture = county(&at("ortho.tif"));
    let (ortho, out) = (at("ortho.tif"), at("results"));
    scan(&[&ortho], &out, MODEL, &FACTS, 0);
    let shipped = ranked(&out, &picture);
    assert_eq!(shipped.len(), SIDE * SIDE);
    fs::write(at("scene.jpg"), jpeg(&image::RgbImage::new(64, 48))).unwrap();
    office.ok(&["init", "--unit", "410423", "--registry", "a.papaver"]);
    office.ok(&["actor", "grant", "chief", "verifier"]);
    office.ok(&["record", "results", "--when", "2026-05-03T08:00:00Z"]);
    let told = office.run(&["learn", "results"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(
        told.err.contains("too few verdicts: 0 true and 0 false"),
        "{}",
        told.err
    );
    assert!(!at("learnt.json").exists());

    // Twenty false ones and four true ones are told; two true ones and ten false ones are not.
    let id = |n: usize| {
        let (_, properties) = shipped.iter().find(|(found, _)| *found == n).unwrap();
        properties["id"].as_str().unwrap().to_owned()
    };
    let numbers = || 0..SIDE * SIDE;
    let aside: Vec<String> = numbers()
        .filter(|n| !is_real(*n))
        .take(20)
        .map(id)
        .collect();
    office.put_aside(&json(&out.join("scan.json"))["scan_id"], &aside);
    for real in numbers().filter(|n| is_real(*n)).take(4) {
        office.confirm(&id(real));
    }
    let said = office.ok(&["learn", "-o", "learnt.json"]);
    assert!(
        said.contains("4 true and 20 false verdicts on 36 candidates"),
        "{said}"
    );
    let said = office.ok(&["quality"]);
    assert!(
        said.contains("of 12 not decided on,") && said.contains("will be kept"),
        "{said}"
    );
    assert!(said.contains("real nobody can say yet"), "{said}");
    in_the_registry(&office, &shipped);

    let file = at("learnt.json");
    let options = [&FACTS[..], &["--learnt", file.to_str().unwrap()]].concat();
    let said = scan(&[&ortho], &out, MODEL, &options, 0);
    assert!(said.out.contains("(was "), "{}", said.out);
    let learnt = ranked(&out, &picture);
    let ids = |of: &[(usize, Value)]| {
        of.iter()
            .map(|c| c.1["id"].to_string())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(ids(&learnt), ids(&shipped), "nothing is dropped");
    let audits = learnt.iter().filter(|c| c.1["audit"] == true).count();
    for (place, (n, properties)) in learnt.iter().enumerate() {
        let before = shipped.iter().position(|c| c.0 == *n).unwrap();
        assert_eq!(properties["rank_shipped"], before + 1);
        if is_real(*n) {
            assert!(place < 6 + audits, "{n} is at {place}");
        }
        if properties["audit"] == true {
            assert_eq!(place, before);
        }
    }
    let record = json(&out.join("scan.json"));
    assert!(record["second_stage"]["learnt"].is_string());

    // Out of the registry it is the same order.
    let again = at("again");
    let registry = at("a.papaver");
    let options = [&FACTS[..], &["--learnt", registry.to_str().unwrap()]].concat();
    scan(&[&ortho], &again, MODEL, &options, 0);
    let order = |of: &[(usize, Value)]| of.iter().map(|c| c.1["id"].clone()).collect::<Vec<_>>();
    assert_eq!(order(&ranked(&again, &picture)), order(&learnt));
    in_shards(&ortho, &office, (&at("again"), &at("plan")));
    let options = [&FACTS[..], &["--learnt", file.to_str().unwrap()]].concat();

    // Its season began in the year before.
    let winter = ["--captured", "2025-12-28/2026-01-03", "--unit", "410423"];
    let options_of_winter = [&winter[..], &options[4..]].concat();
    scan(&[&ortho], &at("winter"), MODEL, &options_of_winter, 0);
    // It holds for this unit, season and model.
    for (wrong, why) in [
        (
            ["--captured", "2025-05-03", "--unit", "410423"],
            "is of another",
        ),
        (
            ["--captured", "2026-05-03", "--unit", "410422"],
            "holds for unit 410423",
        ),
    ] {
        let options = [&wrong[..], &options[4..]].concat();
        let refused = scan(&[&ortho], &at("other"), MODEL, &options, 1);
        assert!(refused.err.contains(why), "{}", refused.err);
    }
    let refused = scan(&[&ortho], &at("other"), "colour_tile.onnx", &options, 1);
    assert!(refused.err.contains("another model"), "{}", refused.err);
    stops(&office);
}

#[test]
fn a_scan_of_an_unknown_day_is_said_to_be_one_and_not_to_be_missing() {
    let office = Office {
        folder: TempDir::new().unwrap(),
    };
    let at = |name: &str| office.folder.path().join(name);
    county(&at("ortho.tif"));
    office.ok(&["init", "--unit", "410423", "--registry", "a.papaver"]);
    let nothing = office.run(&["learn"]);
    assert_eq!(nothing.code, Some(1));
    assert!(nothing.err.contains("no scan"), "{}", nothing.err);
    scan(&[&at("ortho.tif")], &at("results"), MODEL, &FACTS[2..], 0);
    office.ok(&["record", "results"]);
    let undated = office.run(&["learn"]);
    assert_eq!(undated.code, Some(1));
    assert!(undated.err.contains("in which season"), "{}", undated.err);
    assert!(undated.err.contains("--captured"), "{}", undated.err);
}

/// Writes the digest that the features of a folder have now into its record, as whoever makes one by hand may.
fn resealed(folder: &Path, features: &Value) {
    use sha2::{Digest, Sha256};
    let text = features.to_string();
    fs::write(folder.join("features.json"), &text).unwrap();
    let mut record = json(&folder.join("scan.json"));
    record["outputs"]["features.json"] = hex::encode(Sha256::digest(text.as_bytes())).into();
    fs::write(folder.join("scan.json"), record.to_string()).unwrap();
}

#[test]
fn an_order_is_learnt_out_of_no_folder_that_was_edited() {
    let office = Office {
        folder: TempDir::new().unwrap(),
    };
    let at = |name: &str| office.folder.path().join(name);
    county(&at("ortho.tif"));
    let out = at("results");
    scan(&[&at("ortho.tif")], &out, MODEL, &FACTS, 0);
    office.ok(&["init", "--unit", "410423", "--registry", "a.papaver"]);
    let why = || {
        let told = office.run(&["learn", "results"]);
        assert_eq!(told.code, Some(1), "{told:?}");
        told.err
    };
    // Verdicts are what is asked for once a folder is believed.
    let believed = "too few verdicts";
    assert!(why().contains(believed));
    office.ok(&["record", "results", "--when", "2026-05-03T08:00:00Z"]);
    assert!(why().contains(believed));
    let (features, record) = (
        json(&out.join("features.json")),
        json(&out.join("scan.json")),
    );
    let mut edited = features.clone();
    edited["candidates"][0]["values"][0] = 9.5.into();
    fs::write(out.join("features.json"), edited.to_string()).unwrap();
    assert!(why().contains("features.json"));
    // With a digest that fits it differs from what was recorded.
    resealed(&out, &edited);
    let told = why();
    assert!(
        told.contains("other features than those that were recorded"),
        "{told}"
    );
    // Candidates that the scan has not.
    let mut foreign = features.clone();
    foreign["candidates"][0]["id"] = "000000000000".into();
    resealed(&out, &foreign);
    assert!(why().contains("of other candidates than candidates.geojson"));
    // The same in another order is the same.
    let mut turned = features.clone();
    turned["candidates"].as_array_mut().unwrap().reverse();
    resealed(&out, &turned);
    assert!(why().contains(believed));
    resealed(&out, &features);
    // A folder whose candidates were edited, and one that names no digests.
    let candidates = fs::read_to_string(out.join("candidates.geojson")).unwrap();
    fs::write(out.join("candidates.geojson"), format!("{candidates} ")).unwrap();
    assert!(why().contains("candidates.geojson"));
    fs::write(out.join("candidates.geojson"), candidates).unwrap();
    let mut bare = record;
    bare["outputs"] = Value::Null;
    fs::write(out.join("scan.json"), bare.to_string()).unwrap();
    assert!(why().contains("has been edited"));
}

/// The same in shards, out of what the plan keeps: the registry may be gone.
fn in_shards(ortho: &Path, office: &Office, (again, plan): (&Path, &Path)) {
    let at = |name: &str| office.folder.path().join(name);
    let model = crate::run::fixture(MODEL);
    let [ortho, model, plan] = [ortho, &model, plan].map(|path| path.to_str().unwrap());
    let options = [
        "--learnt",
        "a.papaver",
        "--model",
        model,
        "-o",
        plan,
        "--site-radius",
        "1",
        "--shards",
        "2",
    ];
    office.ok(&[&["plan", ortho][..], &FACTS, &options].concat());
    fs::rename(at("a.papaver"), at("away.papaver")).unwrap();
    for shard in ["0", "1"] {
        office.ok(&["scan", "--plan", plan, "--shard", shard]);
    }
    office.ok(&["merge", "--plan", plan, "-o", "merged"]);
    fs::rename(at("away.papaver"), at("a.papaver")).unwrap();
    for name in ["candidates.geojson", "features.json"] {
        let [one, other] = [again, &at("merged")].map(|out| fs::read(out.join(name)).unwrap());
        assert!(one == other, "{name}");
    }
}
