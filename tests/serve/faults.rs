//! What goes wrong on an office's computer: each is said plainly, and nothing is lost.

use super::browser::Browser;
use super::mount::Mount;
use super::office::{Office, Server, scan};
use serde_json::json;
use std::net::TcpListener;
use std::process::Command;

fn ended(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_papaver"))
        .args(["--lang", "en", "serve", "--no-browser"])
        .args(arguments)
        .output()
        .expect("ran");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn a_port_that_is_taken_is_said_with_the_way_on() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let port = listener.local_addr().expect("address").port().to_string();
    let folder = tempfile::tempdir().expect("folder");
    let (code, said) = ended(&[folder.path().to_str().expect("path"), "--port", &port]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("is taken") && said.contains("`--port N`"),
        "{said}"
    );
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let (code, said) = ended(&["/nowhere/at/all"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("/nowhere/at/all"), "{said}");
}

#[test]
fn where_there_is_no_registry_surveys_are_seen_at_home_without_a_login() {
    let folder = tempfile::tempdir().expect("folder");
    scan(&folder.path().join("spring"));
    let server = Server::start(folder.path(), &[]);
    let browser = Browser::new(&server.url);
    let library = browser.get("/api/library").ok();
    let survey = library["surveys"][0]["id"]
        .as_str()
        .expect("survey")
        .to_owned();
    assert_eq!(
        browser
            .get(&format!("/api/surveys/{survey}/candidates.geojson"))
            .status,
        200
    );
    // A scan that could set nothing aside has none; one that did shows it.
    let aside = format!("/api/surveys/{survey}/set_aside.geojson");
    assert_eq!(browser.get(&aside).ok()["features"], json!([]));
    let place = json!({"type": "Feature", "id": "A", "geometry": null, "properties": {}});
    let written = json!({"type": "FeatureCollection", "features": [place]});
    let file = folder.path().join("spring/set_aside.geojson");
    std::fs::write(file, written.to_string()).expect("written");
    assert_eq!(browser.get(&aside).ok(), written);
    let picture = browser.get(&format!("/api/surveys/{survey}/pictures/CAND00000000.jpg"));
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (200, Some("image/jpeg"))
    );
    assert_eq!(browser.get("/api/openapi.json").ok()["openapi"], "3.1.0");
    // The folder goes away under the server: it says so, and goes on.
    std::fs::remove_dir_all(folder.path().join("spring")).expect("gone");
    assert_eq!(
        browser
            .get(&format!("/api/surveys/{survey}/candidates.geojson"))
            .status,
        404
    );
}

#[test]
fn a_registry_that_was_emptied_is_listed_and_opens_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    scan(&folder.path().join("spring"));
    std::fs::write(folder.path().join("410423.papaver"), "").expect("emptied");
    let server = Server::start(folder.path(), &[]);
    let browser = Browser::new(&server.url);
    let library = browser.get("/api/library").ok();
    assert_eq!(library["login_needed"], true, "{library}");
    assert_eq!(library["registries"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_registry_that_is_damaged_is_listed_and_said_to_be_so_when_it_is_opened() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("b.papaver");
    let begun = Command::new(env!("CARGO_BIN_EXE_papaver"))
        .args(["init", "--unit", "410423", "--actor", "chief", "--registry"])
        .arg(&path)
        .output()
        .expect("ran");
    assert!(begun.status.success(), "{begun:?}");
    let mut bytes = std::fs::read(&path).expect("read");
    let whole = bytes.len();
    bytes[4_096..whole].fill(0x5a);
    std::fs::write(&path, bytes).expect("damaged");
    let server = Server::start(folder.path(), &[]);
    let browser = Browser::new(&server.url);
    let library = browser.get("/api/library").ok();
    let id = library["registries"][0]["id"]
        .as_str()
        .expect("registry")
        .to_owned();
    let answer = browser.get(&format!("/api/registries/{id}/people"));
    assert!(answer.status >= 400, "{answer:?}");
    let said = answer.json();
    assert!(
        !said["error"]["message"]["zh"]
            .as_str()
            .expect("zh")
            .is_empty()
    );
    assert!(
        !answer.text.contains(folder.path().to_str().expect("path")),
        "{}",
        answer.text
    );
}

#[test]
fn a_full_disk_is_said_loses_nothing_and_passes_when_there_is_room() {
    let kept = tempfile::tempdir().expect("folder");
    let Some(disk) = Mount::new(&kept.path().join("disk"), "size=32m") else {
        println!("skipped: a small disk can be mounted by root alone");
        return;
    };
    let office = Office::begin_in(&disk.0);
    let li = office.login("li");
    let filler = disk.0.join("filler");
    let fill = |left: usize| {
        use std::io::Write;
        let mut file = std::fs::File::create(&filler).expect("filler");
        let part = vec![1_u8; 4_096];
        while file.write_all(&part).is_ok() {}
        let length = file.metadata().expect("length").len();
        file.set_len(length.saturating_sub(left as u64))
            .expect("cut");
    };
    // Room for a part of an upload.
    fill(200_000);
    let answer = li.put("/api/uploads/large.tif", &vec![7; 1_000_000]);
    assert_eq!((answer.status, answer.code().as_str()), (507, "disk_full"));
    let inbox = disk.0.join("inbox");
    let names = || {
        let entries = std::fs::read_dir(&inbox).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name()).collect::<Vec<_>>()
    };
    assert!(names().is_empty(), "something half stays: {:?}", names());
    // Room for nothing.
    fill(0);
    let verdicts = format!("{}/verdicts", office.table());
    let mut refused = None;
    for n in 0..40 {
        let candidate = format!("CAND{n:08}");
        let verdict = json!({"candidate": candidate, "verdict": "keep"});
        let answer = li.post(&verdicts, &verdict);
        if answer.status >= 300 {
            refused = Some((verdict, answer));
            break;
        }
    }
    let (verdict, answer) = refused.expect("the disk is never full");
    assert_eq!((answer.status, answer.code().as_str()), (507, "disk_full"));
    let table = li.get(&office.table()).ok();
    let queue = table["queue"].as_array().expect("queue");
    let card = queue
        .iter()
        .find(|card| card["candidate"] == verdict["candidate"]);
    assert_eq!(card.expect("card")["mine"], serde_json::Value::Null);
    disk.remount("size=64m");
    li.post(&verdicts, &verdict).ok();
    li.put("/api/uploads/large.tif", &vec![7; 1_000_000]).ok();
    let verified = Command::new(env!("CARGO_BIN_EXE_papaver"))
        .args(["verify", "--registry"])
        .arg(disk.0.join("a.papaver"))
        .output()
        .expect("ran");
    assert!(verified.status.success(), "{verified:?}");
    drop(office);
}
