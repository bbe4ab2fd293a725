//! Imagery, plan and shards in a bucket.

use crate::ground::Place;
use crate::paint::Picture;
use crate::results::Results;
use crate::run::{ended, fixture, papaver};
use crate::s3::{Bucket, SECRET, same};
use std::fs;
use tempfile::TempDir;

const ORTHO: &str = "s3://survey/2026/ortho.tif";
const PLAN: &str = "s3://survey/plans/a";

fn shard(number: &str) -> [&str; 8] {
    [
        "scan",
        "-q",
        "--threads",
        "1",
        "--plan",
        PLAN,
        "--shard",
        number,
    ]
}

#[test]
fn a_scan_in_a_bucket_makes_the_bytes_of_one_scan_and_writes_nothing_over() {
    let folder = TempDir::new().expect("temporary folder");
    let at = |name: &str| folder.path().join(name);
    Picture::with_nine(Place::utm(1.9), (1500, 1300))
        .write(&at("ortho.tif"), &["TILED=YES", "COMPRESS=DEFLATE"]);
    let bucket = Bucket::start();
    let ortho = fs::read(at("ortho.tif")).expect("read");
    bucket
        .shelves()
        .objects
        .insert("2026/ortho.tif".into(), ortho);
    let model = fixture("colour_dense.onnx");
    let model = [
        "--site-radius",
        "1",
        "--model",
        model.to_str().expect("UTF-8"),
    ];
    let one = bucket.run(
        &[&["scan", "-q", "--no-pyramid", ORTHO][..], &model].concat(),
        Some(&at("one")),
    );
    assert_eq!(one.code, Some(0), "{}", one.err);
    assert_eq!(Results::read(&at("one")).candidates.len(), 9);
    // It is the same scan as that of the same file on disk.
    let on_disk = at("ortho.tif");
    let on_disk = on_disk.to_str().expect("UTF-8");
    let local = bucket.run(
        &[&["scan", "-q", "--no-pyramid", on_disk][..], &model].concat(),
        Some(&at("local")),
    );
    assert_eq!(local.code, Some(0), "{}", local.err);
    for name in ["candidates.geojson", "coverage.geojson"] {
        let [there, here] = ["one", "local"].map(|out| fs::read(at(out).join(name)).expect("read"));
        assert!(there == here, "{name}");
    }
    let plan = |shards| {
        bucket.run(
            &[
                &["plan", ORTHO, "-q", "-o", PLAN, "--shards", shards][..],
                &model,
            ]
            .concat(),
            None,
        )
    };
    for _ in 0..2 {
        assert_eq!(plan("3").code, Some(0));
    }
    let other = plan("2");
    assert!(other.err.contains("plan of another scan"), "{}", other.err);
    let early = bucket.run(&["merge", "-q", "--plan", PLAN], Some(&at("out")));
    assert_eq!(early.code, Some(2));
    assert!(
        early.err.contains("none of 3 shards has been run"),
        "{}",
        early.err
    );
    for number in ["2", "0", "1"] {
        let ended = bucket.run(&shard(number), None);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
    // Another worker puts it there while this one scores: what is there stays.
    let name = "plans/a/shards/00001.jsonl";
    let before = bucket.shelves().objects[name].clone();
    bucket.shelves().unseen.insert(name.into());
    let late = bucket.run(&shard("1"), None);
    assert_eq!(late.code, Some(0), "{}", late.err);
    assert!(
        bucket
            .shelves()
            .heard
            .contains(&("PUT".into(), name.into(), 412))
    );
    assert_eq!(bucket.shelves().objects[name], before);
    assert_eq!(
        bucket
            .run(&["plan", "--status", "-q", "-o", PLAN], None)
            .code,
        Some(0)
    );
    let merged = bucket.run(&["merge", "-q", "--plan", PLAN], Some(&at("out")));
    assert_eq!(merged.code, Some(0), "{}", merged.err);
    same(&at("one"), &at("out"));
    bucket.shelves().objects.get_mut(name).expect("there")[200] ^= 1;
    let damaged = bucket.run(&["merge", "-q", "--plan", PLAN], Some(&at("damaged")));
    assert_eq!(damaged.code, Some(1));
    assert!(
        damaged
            .err
            .contains(&format!("s3://survey/{name} is damaged")),
        "{}",
        damaged.err
    );
    // Only who says so writes over it.
    bucket.shelves().rewritten.insert(name.into());
    let anew = bucket.run(&[&shard("1")[..], &["--restart"]].concat(), None);
    assert_eq!(anew.code, Some(0), "{}", anew.err);
    assert_eq!(bucket.shelves().objects[name], before);
    assert!(!bucket.shelves().headers.contains(SECRET));
}

#[test]
fn a_list_of_names_that_does_not_end_is_not_waited_for() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    Picture::bare(Place::utm(1.9), (300, 300)).write(&path, &[]);
    let bucket = Bucket::start();
    let model = fixture("colour_dense.onnx");
    let [path, model] = [&path, &model].map(|path| path.to_str().expect("UTF-8"));
    let planned = bucket.run(
        &[
            "plan", path, "-q", "-o", PLAN, "--shards", "1", "--model", model,
        ],
        None,
    );
    assert_eq!(planned.code, Some(0), "{}", planned.err);
    bucket.shelves().endless = true;
    let status = bucket.run(&["plan", "--status", "-q", "-o", PLAN], None);
    assert_ne!(status.code, Some(0));
    for said in ["lists more than 100000 names", "into a folder of its own"] {
        assert!(status.err.contains(said), "{}", status.err);
    }
    assert!(bucket.shelves().heard.len() < 120);
}

#[test]
fn what_a_bucket_answers_is_held_in_memory_up_to_a_length() {
    let bucket = Bucket::start();
    let name = "plans/a/plan.json";
    bucket.shelves().objects.insert(name.into(), b"{}".to_vec());
    bucket.shelves().said.insert(name.into(), (1 << 30) + 1);
    let long = bucket.run(&["plan", "--status", "-q", "-o", PLAN], None);
    assert_ne!(long.code, Some(0));
    assert!(
        long.err.contains("it is longer than 1024 MiB"),
        "{}",
        long.err
    );
}

#[test]
fn what_a_bucket_cannot_be_used_for_is_said() {
    let bucket = Bucket::start();
    for nothing in ["s3://survey/2026/", "s3://survey"] {
        let scan = bucket.run(&["scan", nothing], None);
        assert_eq!(scan.code, Some(1));
        let said = format!("no file or folder {nothing}");
        assert!(scan.err.contains(&said), "{}", scan.err);
    }
    let into = bucket.run(&["scan", ORTHO, "-o", "s3://survey/results"], None);
    assert_eq!(into.code, Some(1));
    assert!(
        into.err.contains("a folder of this machine"),
        "{}",
        into.err
    );
    let none = bucket.run(&["scan", "--plan", PLAN, "--shard", "0"], None);
    assert!(
        none.err.contains("there is no plan in s3://survey/plans/a"),
        "{}",
        none.err
    );
}

#[test]
fn a_server_that_does_not_answer_is_no_fault_of_who_asked() {
    let folder = TempDir::new().expect("temporary folder");
    let out = folder.path().join("out");
    let out = out.to_str().expect("UTF-8");
    for line in [
        &["scan", "-q", "s3://survey/ortho.tif", "-o", out][..],
        &["scan", "-q", "s3://survey/flights/", "-o", out],
        &["plan", "-q", "s3://survey/a.jpg", "-o", out],
        &["plan", "--status", "-o", PLAN],
    ] {
        let mut command = papaver();
        command.args(line);
        for (name, value) in [
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "known"),
            ("AWS_SECRET_ACCESS_KEY", "unsaid"),
        ] {
            command.env(name, value);
        }
        let ended = ended(&mut command);
        assert_eq!(ended.code, Some(2), "{line:?}: {}", ended.err);
        for said in ["s3://survey/", "cannot be reached", "AWS_ENDPOINT_URL"] {
            assert!(ended.err.contains(said), "{line:?}: {}", ended.err);
        }
    }
}

#[test]
fn without_keys_a_raster_in_a_bucket_is_not_called_another_format() {
    let home = TempDir::new().expect("temporary folder");
    let closed = "http://127.0.0.1:9";
    let mut command = papaver();
    command
        .args(["pyramid", "-q", ORTHO, "-o"])
        .arg(home.path().join("out.tif"));
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SKIP_SIGNATURE",
        "AWS_PROFILE",
        "AWS_CONFIG_FILE",
    ] {
        command.env_remove(name);
    }
    command.env_remove("AWS_SHARED_CREDENTIALS_FILE");
    for (name, value) in [
        ("AWS_ENDPOINT_URL", closed),
        ("AWS_METADATA_ENDPOINT", closed),
        ("AWS_REGION", "us-east-1"),
    ] {
        command.env(name, value);
    }
    command.env_remove("AWS_SECRET_ACCESS_KEY");
    command.env_remove("AWS_NO_SIGN_REQUEST");
    let none = ended(command.env("HOME", home.path()));
    let half = ended(command.env("AWS_ACCESS_KEY_ID", "id"));
    for (ended, missing) in [(none, "AWS_ACCESS_KEY_ID"), (half, "AWS_SECRET_ACCESS_KEY")] {
        // No queue repeats it: nobody else is asked who asks.
        assert_eq!(ended.code, Some(1), "{}", ended.err);
        let said = format!("{missing} is not set");
        assert!(
            ended.err.contains("s3://survey/2026/ortho.tif"),
            "{}",
            ended.err
        );
        assert!(ended.err.contains(&said), "{}", ended.err);
    }
}

#[test]
fn a_raster_that_a_bucket_lacks_or_refuses_is_the_users_matter_and_said_as_it_is() {
    let folder = TempDir::new().expect("temporary folder");
    let bucket = Bucket::start();
    bucket
        .shelves()
        .refused
        .insert("2026/ortho.tif".into(), 403);
    for (named, said) in [
        (
            ORTHO,
            "s3://survey/2026/ortho.tif cannot be read: the server does not allow it",
        ),
        (
            "s3://survey/none.tif",
            "s3://survey/none.tif cannot be read: there is no such object",
        ),
    ] {
        let ended = bucket.run(&["scan", "-q", named], Some(&folder.path().join("out")));
        assert_eq!(ended.code, Some(1), "{}", ended.err);
        assert!(ended.err.contains(said), "{}", ended.err);
        assert!(!ended.err.contains("copy it again"), "{}", ended.err);
    }
}

#[test]
fn a_block_that_a_server_does_not_give_makes_no_shard_with_a_hole() {
    let folder = TempDir::new().expect("temporary folder");
    let path = folder.path().join("ortho.tif");
    Picture::with_nine(Place::utm(1.9), (1500, 1300)).write(&path, &["TILED=YES"]);
    let bucket = Bucket::start();
    let key = "2026/ortho.tif";
    let ortho = fs::read(&path).expect("read");
    bucket.shelves().objects.insert(key.into(), ortho);
    let model = fixture("colour_dense.onnx");
    let model = model.to_str().expect("UTF-8");
    let options = ["-q", "-o", PLAN, "--shards", "1", "--model", model];
    let planned = bucket.run(&[&["plan", ORTHO][..], &options].concat(), None);
    assert_eq!(planned.code, Some(0), "{}", planned.err);
    let name = "plans/a/shards/00000.jsonl";
    bucket.shelves().heard.clear();
    let whole = bucket.run(&shard("0"), None);
    assert_eq!(whole.code, Some(0), "{}", whole.err);
    let answers = bucket.shelves().answers(key, 206);
    let scores = bucket.shelves().objects.remove(name).expect("a shard");
    for part in 1..8 {
        let answers = answers * part / 8;
        bucket.shelves().refused_after.insert(key.into(), answers);
        let ended = bucket.run(&shard("0"), None);
        assert_eq!(ended.code, Some(1), "{part}: {}", ended.err);
        assert!(!bucket.shelves().objects.contains_key(name), "{part}");
    }
    bucket.shelves().refused_after.clear();
    assert_eq!(bucket.run(&shard("0"), None).code, Some(0));
    assert_eq!(bucket.shelves().objects[name], scores);
}
