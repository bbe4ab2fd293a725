//! A scan in shards: the same bytes as in one go, in whatever number, order and repetition, and with workers killed; what is
//! missing, damaged or of another plan is named.

use crate::ground::Place;
use crate::paint::{Picture, put_alpha};
use crate::photos_views::write as write_photos;
use crate::results::{Results, json};
use crate::resume::files;
use crate::run::{Ended, ended, fixture, papaver, scan};
use crate::shots::Dice;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";

/// A raster with targets and a black collar.
fn raster(path: &Path) {
    let mut picture = Picture::bare(Place::utm(1.9), (1500, 1300));
    for i in 0..20 {
        picture.target(120 + i % 5 * 270, 50 + i / 5 * 265);
    }
    picture.fill(|x, y| x + y / 4 < 100, [0, 0, 0]);
    picture.write(path, &["TILED=YES", "COMPRESS=DEFLATE"]);
}

fn plan(inputs: &[&Path], folder: &Path, shards: u64, options: &[&str]) -> Ended {
    let mut command = papaver();
    command.arg("plan").args(inputs).arg("-o").arg(folder);
    command.arg("--model").arg(fixture(MODEL));
    command.args(["--site-radius", "1", "--shards", &shards.to_string()]);
    ended(command.args(options))
}

fn shard(folder: &Path, number: usize) -> std::process::Command {
    let mut command = papaver();
    command
        .args(["scan", "-q", "--threads", "1", "--plan"])
        .arg(folder);
    command.args(["--shard", &number.to_string()]);
    command
}

fn run_all(folder: &Path) {
    for number in 0..numbers(folder) {
        let ended = ended(&mut shard(folder, number));
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
}

fn numbers(folder: &Path) -> usize {
    let plan = json(&folder.join("plan.json"));
    plan["shards"].as_array().expect("shards").len()
}

fn merge(folder: &Path, out: &Path, options: &[&str]) -> Ended {
    let mut command = papaver();
    command.args(["merge", "-q", "--plan"]).arg(folder);
    ended(command.arg("--output").arg(out).args(options))
}

fn shard_file(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("shards/{number:05}.jsonl"))
}

/// A history: shards in any number and order, some twice, some killed; then what is left.
fn history(inputs: &[&Path], options: &[&str], random: &mut Dice) -> BTreeMap<String, Vec<u8>> {
    let folder = TempDir::new().expect("temporary folder");
    let (plan_folder, out) = (folder.path().join("plan"), folder.path().join("out"));
    let upto = |random: &mut Dice, n: u32| (random.roll() * f64::from(n)) as u64;
    let planned = plan(inputs, &plan_folder, 1 + upto(random, 8), options);
    assert_eq!(planned.code, Some(0), "{}", planned.err);
    let n = numbers(&plan_folder);
    for _ in 0..n {
        let number = upto(random, n as u32) as usize;
        let mut command = shard(&plan_folder, number);
        if random.roll() < 0.4 {
            let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = quiet.spawn().expect("started");
            sleep(Duration::from_millis(upto(random, 400)));
            child.kill().expect("killed");
            child.wait().expect("ended");
        } else {
            assert_eq!(ended(&mut command).code, Some(0));
        }
        if random.roll() < 0.2 {
            let early = merge(&plan_folder, &out, &[]);
            assert!(matches!(early.code, Some(0 | 2)), "{}", early.err);
        }
    }
    run_all(&plan_folder);
    let merged = merge(&plan_folder, &out, &[]);
    assert_eq!(merged.code, Some(0), "{}", merged.err);
    files(&out)
}

fn expect_same(found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected));
    for (name, bytes) in expected {
        assert!(found[name] == *bytes, "{name} differs");
    }
}

/// Histories to try of each kind: `PAPAVER_CASES`, else 10.
fn cases() -> u32 {
    std::env::var("PAPAVER_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(10)
}

#[test]
fn shards_of_a_raster_in_any_order_make_the_bytes_of_one_scan() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let out = folder.path().join("one");
    // A merge decodes nothing, and makes no pyramid.
    scan(&[&ortho], &out, MODEL, &["-q", "--no-pyramid"], 0);
    assert_eq!(Results::read(&out).candidates.len(), 20);
    let one = files(&out);
    let mut random = Dice(7);
    for _ in 0..cases() {
        expect_same(&history(&[&ortho], &[], &mut random), &one);
    }
}

#[test]
fn shards_of_photos_in_any_order_make_the_bytes_of_one_scan() {
    let folder = TempDir::new().expect("temporary folder");
    let photos = folder.path().join("photos");
    fs::create_dir(&photos).expect("folder");
    // Some turn out to be of no use: what makes up for them is scored at the merge.
    write_photos(&photos, &[3, 12]);
    let options = ["--min-views", "2"];
    let out = folder.path().join("one");
    let mut quiet = options.to_vec();
    quiet.extend(["-q", "--no-pyramid"]);
    scan(&[&photos], &out, MODEL, &quiet, 2);
    let one = files(&out);
    let mut random = Dice(11);
    for _ in 0..cases().div_ceil(3) {
        let folder = TempDir::new().expect("temporary folder");
        let plan_folder = folder.path().join("plan");
        let n = 1 + (random.roll() * 6.0) as u64;
        assert_eq!(plan(&[&photos], &plan_folder, n, &options).code, Some(0));
        let mut order: Vec<usize> = (0..numbers(&plan_folder)).collect();
        order.sort_by_key(|_| (random.roll() * 1e6) as u64);
        for number in order {
            assert_eq!(ended(&mut shard(&plan_folder, number)).code, Some(0));
        }
        let out = folder.path().join("out");
        assert_eq!(
            merge(&plan_folder, &out, &[]).code,
            Some(2),
            "two photos are of no use"
        );
        expect_same(&files(&out), &one);
    }
}

#[test]
fn the_same_plan_and_the_same_shard_give_the_same_bytes() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    for at in [&a, &b, &a] {
        assert_eq!(plan(&[&ortho], at, 3, &[]).code, Some(0));
    }
    let read = |path: PathBuf| fs::read(path).expect("read");
    assert_eq!(read(a.join("plan.json")), read(b.join("plan.json")));
    let mut job = papaver();
    job.args(["scan", "-q", "--plan"])
        .arg(&a)
        .env("SLURM_ARRAY_TASK_ID", "1");
    assert_eq!(ended(&mut job).code, Some(0));
    assert_eq!(
        ended(shard(&b, 1).args(["--threads", "1"])).code,
        Some(1),
        "said twice"
    );
    assert_eq!(ended(&mut shard(&b, 1)).code, Some(0));
    assert_eq!(read(shard_file(&a, 1)), read(shard_file(&b, 1)));
    // Another plan does not take the folder of this one.
    let other = plan(&[&ortho], &a, 4, &[]);
    assert_eq!(other.code, Some(1));
    assert!(other.err.contains("plan of another scan"), "{}", other.err);
}

/// A release's launcher starts the program through a loader, which the system takes for it.
#[test]
fn a_script_for_slurm_starts_the_command_that_a_person_starts() {
    let folder = TempDir::new().expect("folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let script = |started_as: Option<&str>| {
        let mut command = papaver();
        command.arg("plan").arg(&ortho).arg("--slurm");
        command.arg("--model").arg(fixture(MODEL));
        command.arg("-o").arg(folder.path().join("plan"));
        command.envs(started_as.map(|path| ("PAPAVER_STARTED_AS", path)));
        let ended = ended(&mut command);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        ended.out
    };
    let release = script(Some("/opt/papaver/papaver"));
    assert!(
        release.contains("\nprogram='/opt/papaver/papaver'\n"),
        "{release}"
    );
    let built = format!("\nprogram='{}'\n", env!("CARGO_BIN_EXE_papaver"));
    assert!(script(None).contains(&built));
}

#[test]
fn what_is_missing_is_named_and_on_request_mapped_as_not_run() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let (at, out) = (folder.path().join("计划 a"), folder.path().join("out"));
    let planned = plan(&[&ortho], &at, 4, &[]);
    let typed = format!("--plan '{}'", at.display());
    assert_eq!(planned.err.matches(&typed).count(), 2, "{}", planned.err);
    for number in [0, 1, 3] {
        assert_eq!(ended(&mut shard(&at, number)).code, Some(0));
    }
    // A folder of that name is no shard.
    fs::create_dir(shard_file(&at, 2)).expect("folder");
    let status = ended(
        papaver()
            .args(["plan", "--status", "--json", "-o"])
            .arg(&at),
    );
    assert_eq!(status.code, Some(2));
    let said: serde_json::Value = serde_json::from_str(&status.out).expect("JSON");
    assert_eq!(said["missing"], serde_json::json!([2]));
    fs::remove_dir(shard_file(&at, 2)).expect("removed");
    let refused = merge(&at, &out, &[]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.err.contains("1 shard has not been run: 2"),
        "{}",
        refused.err
    );
    let partial = merge(&at, &out, &["--partial"]);
    assert_eq!(partial.code, Some(2), "{}", partial.err);
    let part = Results::read(&out);
    let not_run = part.not_searched.get("not_run").copied();
    let whole = folder.path().join("whole");
    scan(&[&ortho], &whole, MODEL, &["-q", "--no-pyramid"], 0);
    let all = Results::read(&whole);
    let both = part.searched_m2 + not_run.expect("it is mapped");
    // The collar of the part that was not run is not known to be one.
    assert!(
        (both / all.searched_m2 - 1.0).abs() < 0.02,
        "{both} {}",
        all.searched_m2
    );
    assert!(part.candidates.len() < all.candidates.len());
    // Once it has been run, the same folder becomes the whole.
    assert_eq!(ended(&mut shard(&at, 2)).code, Some(0));
    assert_eq!(merge(&at, &out, &[]).code, Some(0));
    expect_same(&files(&out), &files(&whole));
}

#[test]
fn what_ranks_is_checked_before_anything_is_scored_and_has_to_stay_what_it_was() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let (at, out) = (folder.path().join("plan"), folder.path().join("out"));
    let of = |option: &str, path: &Path| {
        let path = path.to_str().expect("UTF-8").to_owned();
        plan(&[&ortho], &at, 2, &[option, &path])
    };
    for option in ["--verifier", "--learnt"] {
        let none = of(option, &folder.path().join("none"));
        assert_eq!(none.code, Some(1), "{option}: {}", none.err);
        assert!(!at.join("plan.json").exists(), "{option}");
    }
    let verifier = folder.path().join("verifier.onnx");
    let sound = fs::read(fixture("verifier.onnx")).expect("read");
    fs::write(&verifier, &sound).expect("written");
    let planned = of("--verifier", &verifier);
    assert_eq!(planned.code, Some(0), "{}", planned.err);
    run_all(&at);
    let (key, other) = (b"papaver_dispatch_threshold", b"papaver_dispatch_thresholx");
    let place = sound.windows(key.len()).position(|w| w == key);
    let place = place.expect("it names one");
    let mut changed = sound.clone();
    changed[place..place + key.len()].copy_from_slice(other);
    fs::write(&verifier, changed).expect("written");
    let refused = merge(&at, &out, &[]);
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    assert!(refused.err.contains("a second model"), "{}", refused.err);
    fs::write(&verifier, &sound).expect("written");
    assert_eq!(merge(&at, &out, &[]).code, Some(0));
}

#[test]
fn a_shard_that_could_not_read_its_imagery_says_so_until_it_is_run_anew() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    let mut picture = Picture::bare(Place::utm(1.9), (1500, 1300));
    picture.target(120, 100);
    picture.write(&ortho, &["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256"]);
    let whole = fs::metadata(&ortho).expect("there").len();
    let cut = fs::File::options().write(true).open(&ortho);
    cut.expect("opened").set_len(whole * 15 / 16).expect("cut");
    let (at, out) = (folder.path().join("plan"), folder.path().join("out"));
    plan(&[&ortho], &at, 4, &[]);
    let last = numbers(&at) - 1;
    // The one before it needs some of the same pixels.
    let unread = [last - 1, last];
    let way = |number: usize| format!("--shard {number} --restart`");
    for number in 0..=last {
        for _ in 0..2 {
            let ended = ended(&mut shard(&at, number));
            let is_unread = unread.contains(&number);
            assert_eq!(ended.code, Some(0), "{}", ended.err);
            assert_eq!(ended.err.contains(&way(number)), is_unread, "{}", ended.err);
        }
    }
    let way = way(unread[0]);
    let mut asked = papaver();
    let status = ended(asked.args(["plan", "--status", "--json", "-o"]).arg(&at));
    assert_eq!(status.code, Some(0), "{}", status.err);
    assert!(status.err.contains(&way), "{}", status.err);
    let said: serde_json::Value = serde_json::from_str(&status.out).expect("JSON");
    assert_eq!(said["unread"], serde_json::json!(unread));
    let merged = merge(&at, &out, &[]);
    assert_eq!(merged.code, Some(2), "{}", merged.err);
    assert!(merged.err.contains(&way), "{}", merged.err);
    assert!(merged.err.contains("run its shards anew"), "{}", merged.err);
    // What it has come to is discarded, whatever it is.
    let file = shard_file(&at, last);
    let before = fs::read(&file).expect("read");
    fs::write(&file, "damaged").expect("written");
    let anew = ended(shard(&at, last).arg("--restart"));
    assert_eq!(anew.code, Some(0), "{}", anew.err);
    assert!(fs::read(&file).expect("read") == before);
}

#[test]
fn where_nothing_was_searched_the_shards_that_were_not_run_are_named() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let (at, out) = (folder.path().join("plan"), folder.path().join("out"));
    plan(&[&ortho], &at, 3, &[]);
    for options in [&[][..], &["--partial"]] {
        let early = merge(&at, &out, options);
        assert_eq!(early.code, Some(2), "{}", early.err);
        assert!(
            early.err.contains("none of 3 shards has been run"),
            "{}",
            early.err
        );
        assert!(
            early.err.contains("scan --plan ") && early.err.contains("--shard 0`"),
            "{}",
            early.err
        );
        assert!(!out.exists(), "nothing was begun");
    }
    let none = ended(papaver().args(["scan", "--plan"]).arg(&at));
    assert!(none.err.contains("0 to 2: `--shard K`"), "{}", none.err);
    // A shard without data says nothing of the others.
    let empty = folder.path().join("empty.tif");
    let mut picture = Picture::bare(Place::utm(1.9), (1500, 1300));
    picture.fill(|_, _| true, [0, 0, 0]);
    picture.target(1300, 1200);
    let options = ["TILED=YES", "COMPRESS=DEFLATE", "SPARSE_OK=TRUE"];
    picture.write(&empty, &options);
    let at = folder.path().join("of-empty");
    plan(&[&empty], &at, 3, &[]);
    assert_eq!(ended(&mut shard(&at, 0)).code, Some(0));
    let partial = merge(&at, &out, &["--partial"]);
    assert_eq!(partial.code, Some(2), "{}", partial.err);
    let says = partial.err.contains("hold no data") && partial.err.contains("not been run: 1");
    assert!(says, "{}", partial.err);
}

#[test]
fn a_merge_says_no_speed_of_tiles_that_it_did_not_score() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let (at, out) = (folder.path().join("plan"), folder.path().join("out"));
    plan(&[&ortho], &at, 2, &[]);
    run_all(&at);
    let mut command = papaver();
    command.args(["merge", "--plan"]).arg(&at);
    let merged = ended(command.arg("--output").arg(&out));
    assert_eq!(merged.code, Some(0), "{}", merged.err);
    let tiles = merged.out.lines().find(|line| line.starts_with("tiles"));
    let tiles = tiles.expect("a line of tiles");
    assert!(
        tiles.contains("all scored before") && !tiles.contains("a second"),
        "{tiles}"
    );
}

#[test]
fn a_plan_for_a_gpu_is_made_and_merged_without_one() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let (at, out) = (folder.path().join("plan"), folder.path().join("out"));
    let planned = plan(&[&ortho], &at, 2, &["--device", "cuda"]);
    assert_eq!(planned.code, Some(0), "{}", planned.err);
    assert_eq!(
        json(&at.join("plan.json"))["key"]["options"]["device"],
        "CUDA"
    );
    let merged = merge(&at, &out, &[]);
    assert!(
        merged.err.contains("none of 2 shards has been run"),
        "{}",
        merged.err
    );
    // Another device than the plan's gives other scores.
    let other = ended(shard(&at, 0).args(["--device", "cpu"]));
    assert_eq!(other.code, Some(1));
    assert!(
        other.err.contains("device CUDA there, CPU now"),
        "{}",
        other.err
    );
}

#[test]
fn shards_have_the_same_share_of_valid_ground_where_a_collar_is_stored() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    let size = (3072, 3072);
    let options = [
        "TILED=YES",
        "BLOCKXSIZE=256",
        "BLOCKYSIZE=256",
        "COMPRESS=DEFLATE",
    ];
    let mut picture = Picture::bare(Place::utm(1.9), size);
    // A strip from corner to corner, with a transparent collar on both sides.
    let clear = |x: usize, y: usize| x.abs_diff(y) > 1000 || y < 900;
    picture.fill(clear, [0, 0, 0]);
    picture.write_with(&ortho, 4, &options, |dataset| {
        put_alpha(dataset, size, clear);
    });
    let at = folder.path().join("plan");
    plan(&[&ortho], &at, 4, &[]);
    run_all(&at);
    assert_eq!(numbers(&at), 4);
    let searched: Vec<f64> = (0..4)
        .map(|number| {
            let alone = folder.path().join(format!("alone{number}"));
            fs::create_dir_all(alone.join("shards")).expect("folder");
            fs::copy(at.join("plan.json"), alone.join("plan.json")).expect("copied");
            fs::copy(shard_file(&at, number), shard_file(&alone, number)).expect("copied");
            let out = folder.path().join(format!("out{number}"));
            let merged = merge(&alone, &out, &["--partial", "--no-pictures"]);
            assert_eq!(merged.code, Some(2), "{}", merged.err);
            Results::read(&out).searched_m2
        })
        .collect();
    let all: f64 = searched.iter().sum();
    for share in searched.iter().map(|m2| m2 / all) {
        assert!((0.19..0.31).contains(&share), "{searched:?}");
    }
}

#[test]
fn a_shard_that_is_not_what_was_written_is_refused_by_name() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let (at, other) = (folder.path().join("plan"), folder.path().join("other"));
    let out = folder.path().join("out");
    plan(&[&ortho], &at, 3, &[]);
    plan(&[&ortho], &other, 2, &[]);
    run_all(&at);
    run_all(&other);
    let path = shard_file(&at, 1);
    let good = fs::read(&path).expect("read");
    let refused = |bytes: &[u8], says: &str| {
        fs::write(&path, bytes).expect("written");
        let ended = merge(&at, &out, &[]);
        assert_eq!(ended.code, Some(1), "{says}: {}", ended.err);
        assert!(
            ended.err.contains("00001.jsonl") && ended.err.contains(says),
            "{}",
            ended.err
        );
        assert!(!out.exists(), "nothing was begun");
    };
    let mut random = Dice(3);
    for _ in 0..8 {
        let mut flipped = good.clone();
        let byte = (random.roll() * good.len() as f64) as usize;
        flipped[byte] ^= 1;
        refused(&flipped, "");
    }
    refused(&good[..good.len() / 2], "ends too early");
    let lines = good.split_inclusive(|b| *b == b'\n').count();
    let whole_lines: Vec<u8> = good
        .split_inclusive(|b| *b == b'\n')
        .take(lines - 1)
        .flatten()
        .copied()
        .collect();
    refused(&whole_lines, "ends too early");
    refused(
        &fs::read(shard_file(&other, 1)).expect("read"),
        "another plan",
    );
    refused(
        &fs::read(shard_file(&at, 0)).expect("read"),
        "another shard",
    );
    let first = good.iter().position(|b| *b == b'\n').expect("a line");
    let head =
        String::from_utf8_lossy(&good[9..first]).replace("papaver.shard/1", "papaver.shard/9");
    let head = format!("{:08x} {head}\n", crc32fast::hash(head.as_bytes()));
    refused(
        &[head.as_bytes(), &good[first + 1..]].concat(),
        "papaver.shard/9",
    );
    fs::write(&path, &good).expect("written");
    assert_eq!(merge(&at, &out, &[]).code, Some(0));
}

/// A checked line.
fn line(value: &serde_json::Value) -> Vec<u8> {
    let text = value.to_string();
    format!("{:08x} {text}\n", crc32fast::hash(text.as_bytes())).into_bytes()
}

/// The lines of a shard between its first two and its last.
fn lines_of(path: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(path).expect("read");
    let lines: Vec<&str> = text.lines().collect();
    let inner = &lines[2..lines.len() - 1];
    let value = |line: &&str| serde_json::from_str(&line[9..]).expect("JSON");
    inner.iter().map(value).collect()
}

/// Writes a shard as a machine that lies would: every line is right, and so is the last.
fn forge(path: &Path, lines: &[serde_json::Value]) {
    let text = fs::read_to_string(path).expect("read");
    let mut bytes: Vec<u8> = text
        .split_inclusive('\n')
        .take(2)
        .collect::<String>()
        .into();
    bytes.extend(lines.iter().flat_map(line));
    let sha256 = hex::encode(Sha256::digest(&bytes));
    bytes.extend(line(&serde_json::json!({ "sha256": sha256 })));
    fs::write(path, bytes).expect("written");
}

#[test]
fn a_machine_that_lies_speaks_of_its_own_shard_alone_and_of_all_of_it() {
    use serde_json::{Value, json};
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let (at, out) = (folder.path().join("plan"), folder.path().join("out"));
    plan(&[&ortho], &at, 3, &[]);
    run_all(&at);
    let path = shard_file(&at, 2);
    let (others, own) = (lines_of(&shard_file(&at, 0)), lines_of(&path));
    let empty = |mut line: Value| {
        if line.get("cells").is_some() {
            line["cells"]["cells"] = json!([]);
        } else {
            line["ground"]["no_data"] = json!([[0, 0, 1500, 1300]]);
        }
        line
    };
    let mut lies: Vec<Vec<Value>> = Vec::new();
    // Nothing was found in another's part, or there is no ground.
    for kind in ["cells", "ground"] {
        let other = others.iter().find(|l| l.get(kind).is_some()).expect("one");
        lies.push([&own[..], &[empty(other.clone())]].concat());
        let gone = own.iter().position(|l| l.get(kind).is_some());
        let mut less = own.clone();
        less.remove(gone.expect("one"));
        lies.push(less);
    }
    let with = |kind: &str, field: &str, value: Value| {
        let mut lines = own.clone();
        let line = lines.iter_mut().find(|l| l.get(kind).is_some());
        line.expect("one")[kind][field] = value;
        lines
    };
    let most = u32::MAX;
    lies.push(with("ground", "no_data", json!([[0, 0, most, most]])));
    lies.push(with("ground", "chunk", json!(usize::MAX)));
    lies.push(with("cells", "work", json!(usize::MAX)));
    lies.push(with("cells", "cells", json!([[0, 0, 16, 16, 0.9, 1]])));
    lies.push(with(
        "cells",
        "cells",
        json!([[most - 16, 0, most, 16, 0.9, 1]]),
    ));
    let cells = |l: &Value| {
        l["cells"]["cells"]
            .as_array()
            .is_some_and(|c| !c.is_empty())
    };
    let found = own.iter().position(cells).expect("a hit");
    for (n, value) in [(2, json!(0)), (4, json!(1e30)), (4, json!(0.0001))] {
        let mut lines = own.clone();
        lines[found]["cells"]["cells"][0][n] = value;
        lies.push(lines);
    }
    for (number, lie) in lies.iter().enumerate() {
        forge(&path, lie);
        let told = merge(&at, &out, &["--partial"]);
        let says = told.err.contains("00002.jsonl") && told.err.contains("scoring its shard");
        assert!(told.code == Some(1) && says, "{number}: {}", told.err);
        assert!(!out.exists(), "nothing was begun");
    }
    let again = ended(&mut shard(&at, 2));
    assert_eq!(again.code, Some(1), "it counts as done by nobody");
    forge(&path, &own);
    assert_eq!(merge(&at, &out, &[]).code, Some(0));
}

#[test]
fn a_plan_that_keeps_less_than_its_threshold_or_leaves_out_tasks_is_refused() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let at = folder.path().join("plan");
    plan(&[&ortho], &at, 3, &[]);
    let good = json(&at.join("plan.json"));
    let refused = |edit: &dyn Fn(&mut serde_json::Value), says: &str| {
        let mut plan = good.clone();
        edit(&mut plan);
        fs::write(at.join("plan.json"), plan.to_string()).expect("written");
        for ended in [
            ended(&mut shard(&at, 0)),
            merge(&at, &folder.path().join("out"), &["--partial"]),
        ] {
            let is_so = ended.code == Some(1) && ended.err.contains(says);
            assert!(is_so, "{says}: {}", ended.err);
        }
    };
    refused(&|plan| plan["key"]["floor"] = 0.99.into(), "kept from 0.99");
    let tasks = "not the tasks of its imagery";
    refused(
        &|plan| plan["shards"][1]["tasks"] = serde_json::json!([]),
        tasks,
    );
    refused(&|plan| plan["shards"][1] = plan["shards"][0].clone(), tasks);
    refused(
        &|plan| plan["shards"][2]["tasks"][0][2] = usize::MAX.into(),
        tasks,
    );
    refused(
        &|plan| {
            plan["shards"].as_array_mut().expect("shards").pop();
        },
        tasks,
    );
    let mut sums = good.clone();
    for shard in 0..2 {
        sums["shards"][shard]["tiles"] = u64::MAX.into();
    }
    fs::write(at.join("plan.json"), sums.to_string()).expect("written");
    let status = ended(papaver().args(["plan", "--status", "-o"]).arg(&at));
    assert_eq!(status.code, Some(2), "{}", status.err);
}

#[test]
fn imagery_that_changed_since_the_plan_is_refused_by_name() {
    let folder = TempDir::new().expect("temporary folder");
    let ortho = folder.path().join("ortho.tif");
    raster(&ortho);
    let at = folder.path().join("plan");
    plan(&[&ortho], &at, 2, &[]);
    Picture::with_nine(Place::utm(1.9), (1500, 1300))
        .write(&ortho, &["TILED=YES", "COMPRESS=DEFLATE"]);
    let refused = ended(&mut shard(&at, 0));
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("content of ortho.tif"),
        "{}",
        refused.err
    );
    let mut without = papaver();
    without.args(["scan", "--shard", "1"]).arg(&ortho);
    assert_eq!(ended(&mut without).code, Some(1), "a shard of no plan");
    let nowhere = ended(&mut shard(&folder.path().join("nowhere"), 0));
    assert_eq!(nowhere.code, Some(1));
    assert!(nowhere.err.contains("no plan in"), "{}", nowhere.err);
    let none = ended(&mut shard(&at, 9));
    assert!(none.err.contains("no shard 9"), "{}", none.err);
    let plan_file = at.join("plan.json");
    let text = fs::read_to_string(&plan_file)
        .expect("read")
        .replace(env!("CARGO_PKG_VERSION"), "0.0.1");
    fs::write(&plan_file, text).expect("written");
    let old = ended(&mut shard(&at, 0));
    assert!(old.err.contains("version 0.0.1"), "{}", old.err);
}
