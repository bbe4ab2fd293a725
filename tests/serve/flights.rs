//! What several flights saw of one place: each by its own imagery, the same square of ground.

use super::browser::Browser;
use super::office::{Server, scan};
use papaver::imagery::{Orthomosaic, RasterOptions, Source, set_up_gdal};
use serde_json::{Value, json};
use std::path::Path;

/// In the sample village, and some 30 m east of it.
const PLACE: &str = "lon=113.9312&lat=28.2525";
const BESIDE: &str = "lon=113.9315&lat=28.2525";

/// A flight of the sample village as its scan wrote it; its imagery, where it is there, lies beside.
fn flown(folder: &Path, name: &str, day: &str, is_there: bool) {
    let results = folder.join(name);
    scan(&results);
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/village/ortho.tif");
    let source = folder.join(format!("{name}.tif"));
    std::fs::copy(sample, &source).expect("copied");
    set_up_gdal();
    let raster = Orthomosaic::open(&source, &RasterOptions::default()).expect("opened");
    let fingerprint = Source::from(raster).fingerprint().0.clone();
    if !is_there {
        std::fs::remove_file(&source).expect("gone");
    }
    let path = results.join("scan.json");
    let text = std::fs::read_to_string(&path).expect("record");
    let mut record: Value = serde_json::from_str(&text).expect("record");
    record["survey"] = json!(name);
    record["scan_id"] = json!(format!("SCAN{name}"));
    record["captured"] = json!({"from": day, "to": day});
    record["sources"] = json!([{"name": format!("{name}.tif"), "fingerprint": fingerprint, "width": 100_000, "height": 100_000, "gsd_cm": 2.0}]);
    record["run"] = json!({"inputs": [format!("{name}.tif")]});
    std::fs::write(&path, record.to_string()).expect("written");
    let ring = json!([
        [113.93, 28.25],
        [113.94, 28.25],
        [113.94, 28.26],
        [113.93, 28.26],
        [113.93, 28.25]
    ]);
    let searched = json!({"type": "FeatureCollection", "features": [{"type": "Feature", "id": "searched",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"status": "searched", "reason": null, "area_m2": 1_000_000.0}}]});
    std::fs::write(results.join("coverage.geojson"), searched.to_string()).expect("written");
}

#[test]
fn each_flight_shows_the_same_square_of_ground_also_where_it_found_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let root = folder.path().canonicalize().expect("root");
    flown(&root, "autumn", "2025-10-03", true);
    flown(&root, "lost", "2025-12-01", false);
    flown(&root, "spring", "2026-05-03", true);
    let server = Server::start(&root, &[]);
    let anybody = Browser::new(&server.url);
    let flights = anybody.get(&format!("/api/flights?{PLACE}")).ok();
    let told = |flight: &Value| {
        let shown = flight["shown"].as_bool().expect("shown");
        format!("{} {} {shown}", flight["title"], flight["captured"]["to"])
    };
    let flights = flights.as_array().expect("flights").clone();
    assert_eq!(
        flights.iter().map(told).collect::<Vec<_>>(),
        [
            "\"autumn\" \"2025-10-03\" true",
            "\"lost\" \"2025-12-01\" false",
            "\"spring\" \"2026-05-03\" true",
        ]
    );
    let far = anybody.get("/api/flights?lon=100.0&lat=30.0").ok();
    assert_eq!(far, json!([]));
    let picture = |n: usize, square: &str| {
        let survey = flights[n]["survey"].as_str().expect("survey");
        anybody.get(&format!("/api/surveys/{survey}/ground?{square}"))
    };
    let square = format!("{PLACE}&metres=14");
    let (autumn, spring) = (picture(0, &square), picture(2, &square));
    assert_eq!(
        (autumn.status, autumn.header("content-type")),
        (200, Some("image/jpeg"))
    );
    assert_eq!(autumn.text, spring.text, "the same ground looks the same");
    assert_ne!(picture(0, &format!("{BESIDE}&metres=14")).text, autumn.text);
    assert_ne!(picture(0, &format!("{PLACE}&metres=28")).text, autumn.text);
    // Another ground is never shown instead.
    for (n, square) in [(1, square.as_str()), (0, "lon=100.0&lat=30.0&metres=14")] {
        let none = picture(n, square);
        assert_eq!((none.status, none.code().as_str()), (404, "no_imagery"));
    }
    for square in [
        "lon=113.9&lat=28.2",
        "lon=113.9&lat=99&metres=14",
        "lon=113.9&lat=28.2&metres=1e9",
    ] {
        assert_eq!(picture(0, square).status, 400, "{square}");
    }
}
