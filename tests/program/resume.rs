//! The same bytes, however many threads there are and however often a run is killed.

use crate::ground::Place;
use crate::paint::Picture;
use crate::results::{Results, json};
use crate::run::{ended, scan_command};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;

/// Tiles of 64 pixels with half overlap: thousands of tasks, each soon done.
const MODEL: &str = "colour_tile.onnx";

/// A raster with sixty-four targets and a black collar, and what an unbroken run on one thread makes of it.
struct Unbroken {
    ortho: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
    /// Bytes of its scores, about as many as those of a journal that was not interrupted.
    scores: u64,
    _folder: TempDir,
}

fn unbroken() -> &'static Unbroken {
    static ONCE: OnceLock<Unbroken> = OnceLock::new();
    ONCE.get_or_init(|| {
        let folder = TempDir::new().expect("temporary folder");
        let ortho = folder.path().join("ortho.tif");
        let mut picture = Picture::bare(Place::utm(1.9), (2300, 2200));
        for i in 0..64 {
            picture.target(120 + i % 8 * 270, 50 + i / 8 * 265);
        }
        picture.fill(|x, y| x + y / 4 < 100, [0, 0, 0]);
        picture.write(&ortho, &["TILED=YES", "COMPRESS=DEFLATE"]);
        let out = folder.path().join("out");
        let ended = ended(&mut scan_command(
            &[&ortho],
            &out,
            MODEL,
            &["--threads", "1"],
        ));
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        assert_eq!(Results::read(&out).candidates.len(), 64);
        let files = files(&out);
        assert_eq!(
            files.len(),
            7 + 3 * 64,
            "a pyramid, a chip, the same without its outline, and its context each: {:?}",
            files.keys()
        );
        let scores = fs::metadata(out.join("scores.jsonl"))
            .expect("scores")
            .len();
        Unbroken {
            ortho,
            files,
            scores,
            _folder: folder,
        }
    })
}

/// Every file of an output folder but what is left of the journal; of `scan.json` all but the member `run`.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("listed") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .strip_prefix(folder)
                .expect("inside")
                .to_string_lossy()
                .into_owned();
            let bytes = match name.as_str() {
                "journal.jsonl" => continue,
                "scan.json" => {
                    let mut record = json(&path);
                    assert!(
                        record
                            .as_object_mut()
                            .expect("object")
                            .remove("run")
                            .is_some()
                    );
                    record.to_string().into_bytes()
                }
                _ => fs::read(&path).expect("read"),
            };
            found.insert(name, bytes);
        }
    }
    found
}

fn expect_same(found: &BTreeMap<String, Vec<u8>>) {
    let expected = &unbroken().files;
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected));
    for (name, bytes) in expected {
        assert!(found[name] == *bytes, "{name} differs");
    }
}

/// Runs to the end and compares.
fn finish(out: &Path) {
    let ended = ended(&mut scan_command(&[&unbroken().ortho], out, MODEL, &[]));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    expect_same(&files(out));
}

fn start(out: &Path) -> Child {
    scan_command(&[&unbroken().ortho], out, MODEL, &["-q"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

#[test]
fn one_two_and_seven_threads_write_the_same_bytes() {
    for threads in ["2", "7"] {
        let out = TempDir::new().expect("temporary folder");
        let ended = ended(&mut scan_command(
            &[&unbroken().ortho],
            out.path(),
            MODEL,
            &["--threads", threads],
        ));
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        expect_same(&files(out.path()));
    }
}

#[test]
fn the_same_command_again_has_nothing_to_do_and_writes_the_same() {
    let out = TempDir::new().expect("temporary folder");
    finish(out.path());
    let tiles = json(&out.path().join("scan.json"))["totals"]["tiles"].clone();
    finish(out.path());
    assert_eq!(
        json(&out.path().join("scan.json"))["run"]["tiles_before"],
        tiles
    );
}

/// Numbers that look random, from a seed that is printed.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let seed = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .expect("after 1970")
            .as_nanos();
        println!("seed {seed}");
        Self(u64::try_from(seed & u128::from(u64::MAX)).expect("masked"))
    }

    /// From 0 to 1.
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Kills a run with SIGKILL as soon as `when` holds, or `delay` later. False where it had ended by itself.
fn killed(out: &Path, delay: Duration, when: impl Fn() -> bool) -> bool {
    let mut child = start(out);
    let started = Instant::now();
    while !when() && child.try_wait().expect("asked").is_none() {
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "the moment never comes"
        );
        sleep(Duration::from_micros(200));
    }
    sleep(delay);
    child.kill().expect("killed");
    let status = child.wait().expect("ended");
    assert!(status.signal() == Some(9) || status.success(), "{status}");
    status.signal() == Some(9)
}

/// Bytes of the journal's segments.
fn journalled(out: &Path) -> u64 {
    let entries = fs::read_dir(out).into_iter().flatten().flatten();
    let segments = entries.filter(|e| e.file_name().to_string_lossy().starts_with("journal"));
    segments
        .filter_map(|e| Some(e.metadata().ok()?.len()))
        .sum()
}

/// Moments are told by how much was done, not by the clock, so that a busy machine tests the same.
#[test]
fn killed_at_twenty_random_moments_it_ends_with_the_same_bytes() {
    let mut dice = Dice::new();
    let whole = unbroken().scores as f64;
    let mut kills = 0;
    for _ in 0..4 {
        let out = TempDir::new().expect("temporary folder");
        // Before there is anything, then three times in the middle of the work.
        kills += i32::from(killed(
            out.path(),
            Duration::from_secs_f64(0.2 * dice.roll()),
            || true,
        ));
        let mut shares = [dice.roll(), dice.roll(), dice.roll()];
        shares.sort_by(f64::total_cmp);
        for share in shares {
            let reached = || journalled(out.path()) as f64 >= share * whole;
            kills += i32::from(killed(
                out.path(),
                Duration::from_secs_f64(0.005 * dice.roll()),
                reached,
            ));
        }
        finish(out.path());
    }
    // While results are written: after so many pictures, and between one result and the next.
    for begun in [
        "chips",
        "chips",
        "chips",
        "candidates.geojson",
        "coverage.geojson",
        "review.html",
    ] {
        let out = TempDir::new().expect("temporary folder");
        let pictures = (1.0 + 120.0 * dice.roll()) as usize;
        let exists = || match begun {
            "chips" => fs::read_dir(out.path().join(begun)).is_ok_and(|d| d.count() >= pictures),
            _ => out.path().join(begun).exists(),
        };
        kills += i32::from(killed(out.path(), Duration::ZERO, exists));
        finish(out.path());
    }
    println!("{kills} kills");
    assert!(kills >= 20, "{kills} kills of 22");
}

#[test]
fn an_old_record_never_stands_beside_new_results() {
    let out = TempDir::new().expect("temporary folder");
    finish(out.path());
    let at = |name: &str| out.path().join(name);
    let old = fs::read(at("candidates.geojson")).expect("read");
    let mut child = scan_command(
        &[&unbroken().ortho],
        out.path(),
        MODEL,
        &["-q", "--restart", "--threshold", "0.9"],
    )
    .stdout(Stdio::null())
    .spawn()
    .expect("the program starts");
    while fs::read(at("candidates.geojson")).is_ok_and(|now| now == old)
        && child.try_wait().expect("asked").is_none()
    {
        sleep(Duration::from_micros(200));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    if at("scan.json").exists() {
        assert_eq!(
            json(&at("scan.json"))["scan_id"],
            json(&at("candidates.geojson"))["scan_id"]
        );
    }
}

fn signal(child: &Child, name: &str) {
    // The shell's own: a bare system has no program of that name.
    let status = std::process::Command::new("sh")
        .args(["-c", &format!("kill {name} {}", child.id())])
        .status()
        .expect("sh");
    assert!(status.success());
}

#[test]
fn interrupted_it_keeps_the_work_says_so_and_goes_on() {
    for name in ["-INT", "-TERM"] {
        let out = TempDir::new().expect("temporary folder");
        let child = start(out.path());
        let journal = out.path().join("journal.jsonl");
        let started = Instant::now();
        while !fs::metadata(&journal).is_ok_and(|m| m.len() > 4000) {
            assert!(started.elapsed() < Duration::from_secs(60), "no journal");
            sleep(Duration::from_millis(1));
        }
        signal(&child, name);
        let output = child.wait_with_output().expect("ended");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(code(output.status), 130, "{said}");
        let folder = out.path().display();
        assert_eq!(
            said,
            format!(
                "error: stopped; what was done is kept in {folder}\nhint: run the same command again to go on\n"
            )
        );
        assert!(
            files(out.path()).is_empty(),
            "no results yet: {:?}",
            files(out.path()).keys()
        );
        finish(out.path());
        assert!(
            json(&out.path().join("scan.json"))["run"]["tiles_before"]
                .as_u64()
                .expect("a number")
                > 0
        );
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(-1)
}
