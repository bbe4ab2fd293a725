//! The program killed at random moments of its writing: what it acknowledged is there, the registry verifies, and a reader
//! that starts right after each kill reads.

#![allow(
    clippy::expect_used,
    clippy::too_many_lines,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may fail"
)]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

fn papaver(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_papaver"))
        .current_dir(folder)
        .args(["--lang", "en"])
        .args(arguments)
        .env("PAPAVER_ACTOR", "chief")
        .output()
        .expect("the program runs")
}

fn site(folder: &Path) -> String {
    let made = papaver(
        folder,
        &["add", "--at", "113.3,33.74", "--source", "patrol", "--json"],
    );
    let value: serde_json::Value = serde_json::from_slice(&made.stdout).expect("JSON");
    value["id"].as_str().expect("an id").to_owned()
}

/// What is read after the kills, in turn.
const READERS: [&[&str]; 4] = [
    &["show", "SITE", "--json"],
    &["sites", "--json"],
    &["verify"],
    &["log", "--json"],
];

/// Whether a journal waits beside a registry.
fn is_interrupted(registry: &Path) -> bool {
    std::fs::read(format!("{}-journal", registry.display()))
        .is_ok_and(|bytes| bytes.first().is_some_and(|first| *first != 0))
}

#[test]
fn what_was_acknowledged_survives_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().expect("folder");
    let folder = folder.path();
    assert!(
        papaver(folder, &["init", "--unit", "410423"])
            .status
            .success()
    );
    let site = site(folder);
    // A whole run, to spread the kills over it.
    let started = std::time::Instant::now();
    assert!(papaver(folder, &["note", &site, "whole"]).status.success());
    let whole = u64::try_from(started.elapsed().as_micros())
        .expect("short")
        .max(1_000)
        * 3
        / 2;
    let (mut acknowledged, mut killed, mut interrupted) = (Vec::new(), 0, 0);
    let mut dice = 12_345_u64;
    let kills: usize = std::env::var("PAPAVER_KILLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200);
    for n in 0..kills {
        let text = format!("note {n}");
        let mut child = Command::new(env!("CARGO_BIN_EXE_papaver"))
            .current_dir(folder)
            .args(["note", &site, &text])
            .env("PAPAVER_ACTOR", "chief")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_micros((dice >> 33) % whole));
        let _gone = child.kill();
        // Right after the kill, also while the killed process is still going.
        let reader = READERS[n % READERS.len()];
        interrupted += usize::from(is_interrupted(&folder.join("410423.papaver")));
        let arguments: Vec<&str> = reader
            .iter()
            .map(|w| if *w == "SITE" { site.as_str() } else { w })
            .collect();
        let read = papaver(folder, &arguments);
        assert!(
            read.status.success(),
            "after kill {n}, {arguments:?}: {}",
            String::from_utf8_lossy(&read.stderr)
        );
        let output = child.wait_with_output().expect("the program ended");
        killed += usize::from(output.status.code().is_none());
        // The site's line is printed only after the event is on the disk.
        if !output.stdout.is_empty() {
            acknowledged.push(text);
        }
    }
    // The first writer afterwards undoes what was interrupted.
    assert!(papaver(folder, &["note", &site, "after"]).status.success());
    let verified = papaver(folder, &["verify", "--full"]);
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stdout)
    );
    let shown = papaver(folder, &["show", &site, "--json"]);
    let value: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    let notes: Vec<&str> = value["notes"]
        .as_array()
        .expect("notes")
        .iter()
        .filter_map(|note| note[0].as_str())
        .collect();
    for text in &acknowledged {
        assert!(
            notes.contains(&text.as_str()),
            "{text} was acknowledged and is lost"
        );
    }
    assert!(
        killed > kills / 10,
        "only {killed} of {kills} were killed in time"
    );
    assert!(
        !acknowledged.is_empty(),
        "none was acknowledged: the kills come too early to show anything"
    );
    eprintln!(
        "{kills} runs, {killed} killed, {interrupted} in mid-write, {} acknowledged, {} recorded",
        acknowledged.len(),
        notes.len() - 2
    );
}
