//! Photos in a bucket: folders of them are listed, each is fetched into memory where it is decoded, and the results are, to the
//! byte, those of the same photos on disk.

use crate::ground::Place;
use crate::paint::Picture;
use crate::photos_views::write as write_photos;
use crate::results::{Results, json};
use crate::run::{fixture, scan};
use crate::s3::{Bucket, keeps_no_keys, same};
use crate::shots::{Pose, Scene, Tags, jpeg, render};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const MODEL: &str = "colour_dense.onnx";
const FLIGHTS: &str = "s3://survey/2026/航次 1/";

/// A folder of a survey on disk, with the same in a bucket.
struct Both {
    folder: TempDir,
    bucket: Bucket,
}

impl Both {
    fn of(fill: impl FnOnce(&Path)) -> Self {
        let folder = TempDir::new().expect("temporary folder");
        let card = folder.path().join("card");
        fs::create_dir(&card).expect("folder");
        fill(&card);
        let bucket = Bucket::start();
        bucket.shelves().put_all(&card, "2026/航次 1");
        Self { folder, bucket }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Scans what lies on disk into `disk`.
    fn scan_disk(&self, options: &[&str], code: i32) {
        let quiet = [options, &["-q"]].concat();
        scan(&[&self.at("card")], &self.at("disk"), MODEL, &quiet, code);
    }

    /// Runs a command on what lies in the bucket.
    fn far(&self, command: &[&str], out: &str) -> crate::run::Ended {
        let model = fixture(MODEL);
        let model = model.to_str().expect("UTF-8");
        let all = [command, &["--model", model, "--site-radius", "1"]].concat();
        self.bucket.run(&all, Some(&self.at(out)))
    }
}

/// Photos of one place, from several; two are of no use. Beside them what lies in folders as people have them.
fn card(folder: &Path) {
    fs::create_dir_all(folder.join("b/.thumbs")).expect("folder");
    fs::create_dir_all(folder.join("old/chips")).expect("folder");
    write_photos(folder, &[3, 12]);
    for name in ["shot_0001.jpg", "shot_0002.jpg"] {
        fs::rename(folder.join(name), folder.join("b").join(name)).expect("moved");
    }
    let photo = fs::read(folder.join("shot_0005.jpg")).expect("read");
    fs::write(folder.join("b/.thumbs/shot_0005.jpg"), &photo).expect("written");
    fs::write(folder.join("b/copy of 5.JPG"), &photo).expect("written");
    fs::write(folder.join("cut.jpg"), &photo[..40]).expect("written");
    fs::write(folder.join("flight.MRK"), "1").expect("written");
}

#[test]
fn a_folder_of_photos_in_a_bucket_gives_the_bytes_of_the_same_on_disk() {
    let both = Both::of(card);
    // The results of an earlier scan, whose pictures are no imagery.
    let photo = fs::read(both.at("card/shot_0006.jpg")).expect("read");
    for (name, bytes) in [("journal.jsonl", &b"{}"[..]), ("chips/01.jpg", &photo)] {
        fs::write(both.at("card/old").join(name), bytes).expect("written");
        let key = format!("2026/航次 1/old/{name}");
        both.bucket.shelves().objects.insert(key, bytes.into());
    }
    both.scan_disk(&[], 2);
    let ended = both.far(&["scan", "-q", FLIGHTS], "far");
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    same(&both.at("disk"), &both.at("far"));
    assert!(!Results::read(&both.at("far")).candidates.is_empty());
    let [disk, far] = ["disk", "far"].map(|out| json(&both.at(out).join("scan.json")));
    assert_eq!(disk["run"]["ignored_files"], far["run"]["ignored_files"]);
    keeps_no_keys(&both.at("far"));
    // Each photo is fetched for its headers and its fingerprint, and once to be decoded; these are small, so each time whole.
    let heard = both
        .bucket
        .shelves()
        .answers("2026/航次 1/shot_0007.jpg", 206);
    assert_eq!(heard, 3);
    // Again, nothing of it is decoded.
    let again = both.far(&["scan", "-q", FLIGHTS], "far");
    assert_eq!(again.code, Some(2), "{}", again.err);
    let heard = both
        .bucket
        .shelves()
        .answers("2026/航次 1/shot_0007.jpg", 206);
    assert_eq!(heard, 5);
}

#[test]
fn shards_of_photos_in_a_bucket_merge_into_the_bytes_of_one_scan_on_disk() {
    let both = Both::of(card);
    both.scan_disk(&["--min-views", "2", "--no-pyramid"], 2);
    let plan = "s3://survey/plans/a";
    let model = fixture(MODEL);
    let model = [
        "--model",
        model.to_str().expect("UTF-8"),
        "--site-radius",
        "1",
    ];
    let planned = [
        &[
            "plan",
            FLIGHTS,
            "-q",
            "-o",
            plan,
            "--shards",
            "3",
            "--min-views",
            "2",
        ][..],
        &model,
    ];
    let planned = both.bucket.run(&planned.concat(), None);
    assert_eq!(planned.code, Some(0), "{}", planned.err);
    let mut opened = Vec::new();
    for number in ["2", "0", "1"] {
        both.bucket.shelves().opened();
        let run = [
            "scan",
            "-q",
            "--threads",
            "1",
            "--plan",
            plan,
            "--shard",
            number,
        ];
        let ended = both.bucket.run(&run, None);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        opened.push((number, both.bucket.shelves().opened()));
    }
    // Each opens its own photos alone.
    let all: BTreeSet<&String> = opened.iter().flat_map(|(_, own)| own).collect();
    let each: usize = opened.iter().map(|(_, own)| own.len()).sum();
    assert_eq!(all.len(), each, "{opened:?}");
    assert!(opened.iter().all(|(_, own)| !own.is_empty()), "{opened:?}");
    let merged = both
        .bucket
        .run(&["merge", "-q", "--plan", plan], Some(&both.at("far")));
    assert_eq!(merged.code, Some(2), "{}", merged.err);
    same(&both.at("disk"), &both.at("far"));
    headers_that_are_gone_are_read_again_and_damaged_ones_refused(&both, plan);
    // A photo that was exchanged since is another search.
    let other = fs::read(both.at("card/shot_0000.jpg")).expect("read");
    let name = "2026/航次 1/shot_0008.jpg";
    both.bucket.shelves().objects.insert(name.into(), other);
    for (number, own) in &opened {
        let run = ["scan", "-q", "--plan", plan, "--shard", number];
        let late = both.bucket.run(&run, None);
        if own.contains(name) {
            assert_eq!(late.code, Some(1), "{}", late.err);
            assert!(late.err.contains("is not what was planned"), "{}", late.err);
        } else {
            assert_eq!(late.code, Some(0), "{}", late.err);
        }
    }
    assert!(all.contains(&name.to_owned()));
    let merged = both
        .bucket
        .run(&["merge", "-q", "--plan", plan], Some(&both.at("late")));
    assert_eq!(merged.code, Some(1), "{}", merged.err);
    assert!(
        merged.err.contains("is not what was planned"),
        "{}",
        merged.err
    );
}

fn headers_that_are_gone_are_read_again_and_damaged_ones_refused(both: &Both, plan: &str) {
    let run = ["scan", "-q", "--plan", plan, "--shard", "1"];
    let objects = || both.bucket.shelves().objects.clone();
    let names = objects();
    let key = names.keys().find(|key| key.starts_with("plans/a/photos-"));
    let (key, shard) = (key.expect("headers"), "plans/a/shards/00001.jsonl");
    let mut damaged = names[key].clone();
    damaged[9] ^= 1;
    both.bucket.shelves().objects.insert(key.clone(), damaged);
    both.bucket.shelves().objects.remove(shard);
    let refused = both.bucket.run(&run, None);
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    let said = format!("s3://survey/{key} is damaged");
    assert!(refused.err.contains(&said), "{}", refused.err);
    both.bucket.shelves().objects.remove(key);
    let ended = both.bucket.run(&run, None);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(objects()[shard], names[shard]);
    let headers = names[key].clone();
    both.bucket.shelves().objects.insert(key.clone(), headers);
}

/// One photo of a target, and one without a position.
fn two(folder: &Path) {
    let scene = Scene {
        grade: 0.0,
        targets: vec![(1.0, -0.5)],
    };
    for (i, yaw) in [(0, 0.0), (1, 70.0)] {
        let pose = Pose::down(1.0, -0.5, 30.0, yaw);
        let mut tags = Tags::of(&pose, 0.0, 4 * i);
        if i == 1 {
            tags.relative_altitude = None;
            (tags.lon, tags.lat) = (0.0, 0.0);
        }
        let bytes = tags.on(&jpeg(&render(&scene, &pose)));
        fs::write(folder.join(format!("DJI_{i:04}.JPG")), bytes).expect("written");
    }
    let at = crate::shots::place(1.0, -0.5);
    let row = format!("DJI_0001.JPG {:.8} {:.8} 542 70 -90 0\n", at.y(), at.x());
    fs::write(folder.join("pos.csv"), row).expect("written");
}

#[test]
fn photos_in_a_bucket_are_named_one_by_one_in_a_list_and_by_gdals_name_with_their_positions() {
    let both = Both::of(two);
    let pos = both.at("card/pos.csv");
    let pos = pos.to_str().expect("UTF-8");
    both.scan_disk(&["--pos", pos, "--ground-elevation", "512"], 0);
    let far = "s3://survey/2026/航次 1/pos.csv";
    let list = "DJI_0000.JPG\r\nDJI_0001.JPG\r\n";
    let key = "2026/航次 1/all.txt".to_owned();
    both.bucket.shelves().objects.insert(key, list.into());
    let ways: [&[&str]; 4] = [
        &[
            "s3://survey/2026/航次 1/DJI_0000.JPG",
            "/vsis3/survey/2026/航次 1/DJI_0001.JPG",
        ],
        &["s3://survey/2026/航次 1/all.txt"],
        // A folder needs no stroke at its end.
        &["s3://survey/2026/航次 1"],
        &["s3://survey"],
    ];
    for (i, names) in (0..).zip(ways) {
        let out = format!("far{i}");
        let options = ["scan", "-q", "--pos", far, "--ground-elevation", "512"];
        let ended = both.far(&[&options, names].concat(), &out);
        assert_eq!(ended.code, Some(0), "{names:?}: {}", ended.err);
        same(&both.at("disk"), &both.at(&out));
    }
    let gone = both.far(&["scan", "s3://survey/2026/航次 1/DJI_0002.JPG"], "none");
    assert_eq!(gone.code, Some(1));
    let said = "no file or folder s3://survey/2026/航次 1/DJI_0002.JPG";
    assert!(gone.err.contains(said), "{}", gone.err);
}

#[test]
fn orthomosaics_beside_photos_are_found_with_what_lies_beside_them() {
    let both = Both::of(|folder| {
        two(folder);
        fs::remove_file(folder.join("DJI_0001.JPG")).expect("removed");
        Picture::with_nine(Place::utm(1.9), (600, 500)).write(
            &folder.join("ortho.tif"),
            &["TILED=YES", "COMPRESS=DEFLATE"],
        );
        // A picture that a world file and a projection place.
        let place = Place::utm(1.9).moved(2000.0, 0.0);
        let picture = Picture::with_nine(place.clone(), (400, 300));
        let bands = [0, 1, 2].map(|band| picture.plane(band));
        let image = image::RgbImage::from_fn(400, 300, |x, y| {
            image::Rgb([0, 1, 2].map(|band| bands[band][(y * 400 + x) as usize]))
        });
        fs::write(folder.join("quick.jpg"), jpeg(&image)).expect("written");
        let [x, a, b, y, d, e] = place.transform;
        let (x, y) = (x + f64::midpoint(a, b), y + f64::midpoint(d, e));
        fs::write(
            folder.join("quick.jgw"),
            format!("{a}\n{d}\n{b}\n{e}\n{x:.4}\n{y:.4}\n"),
        )
        .expect("written");
        fs::write(folder.join("quick.prj"), &place.crs).expect("written");
        let vrt = "<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"></VRTDataset>";
        fs::write(folder.join("wild.vrt"), vrt).expect("written");
    });
    both.scan_disk(&[], 2);
    let ended = both.far(&["scan", FLIGHTS], "far");
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    // A virtual raster in a bucket leads anywhere, unless it is named.
    assert!(ended.err.contains("wild.vrt"), "{}", ended.err);
    let [disk, far] = ["disk", "far"].map(|out| json(&both.at(out).join("scan.json")));
    let names = |scan: &serde_json::Value| {
        let of = |s: &serde_json::Value| (s["name"].clone(), s["searched_m2"].clone());
        let all = scan["sources"].as_array().expect("sources");
        all.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(names(&disk), names(&far));
    assert_eq!(names(&far).len(), 3);
    assert_eq!(disk["totals"], far["totals"]);
}

#[test]
fn what_a_bucket_does_not_give_is_said_with_a_remedy_and_nothing_is_left_out_for_it() {
    let key = "2026/航次 1/DJI_0000.JPG";
    let both = Both::of(two);
    let run = |out: &str, said: &[&str], code: i32| {
        let ended = both.far(&["scan", FLIGHTS, "--ground-elevation", "512"], out);
        assert_eq!(ended.code, Some(code), "{}", ended.err);
        for said in said {
            assert!(ended.err.contains(said), "{said}: {}", ended.err);
        }
    };
    // Forbidden: as a file on disk that may not be read, it is left out by name.
    both.bucket.shelves().refused.insert(key.into(), 403);
    run(
        "refused",
        &[
            "DJI_0000.JPG cannot be read: the server does not allow it",
            "s3:GetObject",
        ],
        1,
    );
    // What may be there another time ends the run.
    both.bucket.shelves().refused.insert(key.into(), 400);
    run(
        "answered",
        &[
            "the server answered 400 Bad Request, NotForYou",
            "AWS_SECRET_ACCESS_KEY",
        ],
        1,
    );
    both.bucket.shelves().refused.clear();
    // A connection that breaks is taken up again.
    both.bucket.shelves().broken.insert(key.into());
    run("broken", &[], 2);
    let whole = both.bucket.shelves().objects[key].clone();
    // Replaced while it is read: after its headers were, and before it is decoded.
    let other = whole[..whole.len() - 9].to_vec();
    for answers in [1, 2] {
        let replaced = (answers, other.clone());
        both.bucket.shelves().replaced.insert(key.into(), replaced);
        run(
            &format!("replaced{answers}"),
            &[
                "DJI_0000.JPG cannot be read: it is not the object any more",
                "run the same command again",
            ],
            1,
        );
        both.bucket
            .shelves()
            .objects
            .insert(key.into(), whole.clone());
    }
    // And after it was decoded.
    both.bucket
        .shelves()
        .replaced
        .insert(key.into(), (3, other));
    run("late", &["DJI_0000.JPG"], 1);
    both.bucket.shelves().endless = true;
    run(
        "endless",
        &["lists more than 100000 names", "folders one by one"],
        1,
    );
}
