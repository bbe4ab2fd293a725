//! From what is dropped into a page to a scan, without a registry; and what a scan has left when the server is started again.

use super::browser::Browser;
use super::office::{Server, scan};
use serde_json::{Value, json};

fn paths(listed: &Value) -> Vec<(String, u64)> {
    let listed = listed.as_array().expect("list").iter();
    let path = |one: &Value| one["path"].as_str().expect("path").to_owned();
    let files = |one: &Value| one["files"].as_u64().unwrap_or_default();
    listed.map(|one| (path(one), files(one))).collect()
}

#[test]
fn a_folder_that_was_dropped_is_there_as_it_lay_and_can_be_chosen() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Server::start(folder.path(), &[]);
    let anybody = Browser::new(&server.url);
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/village/");
    let read = |name: &str| std::fs::read(format!("{sample}{name}")).expect("sample");
    let ortho = read("ortho.tif");
    for (name, into, bytes) in [
        ("ortho.tif", "flight%2Feast", &ortho),
        ("ortho.tif", "flight%2Fwest", &ortho),
        ("boundary.geojson", "flight", &read("boundary.geojson")),
    ] {
        let kept = anybody.put(&format!("/api/uploads/{name}?folder={into}"), bytes);
        let way = into.replace("%2F", "/");
        assert_eq!(kept.ok()["path"], format!("inbox/{way}/{name}"));
    }
    for into in ["..", "a%2F..%2F..", "%2Fetc", "a%2F%2Fb"] {
        let refused = anybody.put(&format!("/api/uploads/x.tif?folder={into}"), &ortho);
        assert_eq!(refused.status, 400, "{into}");
    }
    let all = paths(&anybody.get("/api/folders").ok());
    let is = |path: &str, files| (path.to_owned(), files);
    assert_eq!(
        all,
        [
            is("inbox/flight", 2),
            is("inbox/flight/east/ortho.tif", 1),
            is("inbox/flight/west/ortho.tif", 1),
        ]
    );
    let boundaries = paths(&anybody.get("/api/boundaries").ok());
    assert_eq!(boundaries, [is("inbox/flight/boundary.geojson", 0)]);
    let extent = anybody.get("/api/extent?path=inbox%2Fflight").ok();
    let corner = |n: usize| extent[n].as_f64().expect("degrees");
    assert!((corner(0) - 113.93).abs() < 0.01 && (corner(1) - 28.25).abs() < 0.01);
    assert!(corner(2) > corner(0) && corner(3) > corner(1), "{extent}");
    assert_eq!(anybody.get("/api/extent?path=..%2Fx").status, 404);
}

#[test]
fn a_scan_of_an_earlier_server_can_be_found_again() {
    let folder = tempfile::tempdir().expect("folder");
    let begun = folder.path().join("surveys/五月");
    std::fs::create_dir_all(&begun).expect("folder");
    std::fs::write(begun.join("journal.jsonl"), "{}\n").expect("written");
    let server = Server::start(folder.path(), &[]);
    let anybody = Browser::new(&server.url);
    let library = anybody.get("/api/library").ok();
    let run = library["runs"][0]["run"].as_str().expect("a run");
    let way = format!("/api/runs/{run}");
    let left = anybody.get(&way).ok();
    assert_eq!(
        (&left["name"], &left["phase"], &left["survey"]),
        (&json!("五月"), &json!("stopped"), &Value::Null)
    );
    scan(&begun);
    let ended = anybody.get(&way).ok();
    assert_eq!(
        (&ended["phase"], &ended["survey"]),
        (&json!("done"), &json!(run))
    );
    assert_eq!(anybody.get("/api/library").ok()["runs"], json!([]));
    assert_eq!(anybody.get("/api/runs/0123456789ab").status, 404);
}
