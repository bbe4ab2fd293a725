//! A registry stays open under its server: what others do to the file meanwhile is seen, and nothing is believed that no longer
//! holds.

use super::office::Office;
use serde_json::json;
use std::process::Command;

/// The command line beside the server.
pub fn typed(office: &Office, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_papaver"))
        .current_dir(&office.folder)
        .args(["--lang", "en"])
        .args(arguments)
        .args(["--registry", "a.papaver", "--actor", "chief"])
        .output()
        .expect("ran");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

#[test]
fn what_another_program_does_to_a_registry_is_seen_at_the_next_request() {
    let office = Office::begin();
    let li = office.login("li");
    let table = office.table();
    let verdict = |n: usize| {
        let candidate = format!("CAND{n:08}");
        let verdict = json!({"candidate": candidate, "verdict": "unsure"});
        li.post(&format!("{table}/verdicts"), &verdict)
    };
    verdict(0).ok();
    let sites = office.way("/sites?limit=2");
    let before = li.get(&sites).ok();
    assert_eq!(before["sites"].as_array().map(Vec::len), Some(2));

    // Another writer, between two requests.
    let add = ["add", "--at", "113.9,33.9", "--source", "patrol"];
    typed(&office, &add);
    let after = li.get(&sites).ok();
    let number = |listed: &serde_json::Value| listed["total"].as_u64().expect("total");
    assert_eq!(number(&after), number(&before) + 1);
    verdict(1).ok();

    // A list by its columns and one for which every site is read say the same.
    let all = office.way("/sites?limit=5000&text=");
    assert_eq!(number(&li.get(&all).ok()), number(&after));
    let second = office.way("/sites?limit=3&offset=2");
    let codes = |way: &str| -> Vec<serde_json::Value> {
        let listed = li.get(way).ok();
        let sites = listed["sites"].as_array().expect("sites").clone();
        sites.iter().map(|site| site["id"].clone()).collect()
    };
    assert_eq!(codes(&second), codes(&all)[2..5]);

    // Somebody loses their role: the open registry does not go on believing in it.
    typed(&office, &["actor", "revoke", "li", "analyst"]);
    let refused = verdict(2);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "not_yours")
    );
    assert_eq!(li.get("/api/session").ok()["roles"], json!([]));

    // The disk goes, and comes back.
    let (path, away) = (office.folder.join("a.papaver"), office.folder.join("away"));
    std::fs::rename(&path, &away).expect("gone");
    let gone = li.get(&sites);
    assert_eq!((gone.status, gone.code().as_str()), (503, "unplugged"));
    let gone = li.post(
        &office.way("/assign"),
        &json!({"codes": [], "crew": "1", "due": null}),
    );
    assert_eq!((gone.status, gone.code().as_str()), (503, "unplugged"));
    std::fs::rename(&away, &path).expect("back");
    assert_eq!(number(&li.get(&sites).ok()), number(&after));

    // Another file under its name.
    std::fs::copy(&path, &away).expect("copied");
    std::fs::rename(&away, &path).expect("put there");
    typed(
        &office,
        &["add", "--at", "113.95,33.9", "--source", "patrol"],
    );
    assert_eq!(number(&li.get(&sites).ok()), number(&after) + 1);
}
