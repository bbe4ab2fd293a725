//! Boundaries with features that have no geometry, and with coordinates that do not fit their system.

use super::{ORTHO, scan};
use crate::cases::case;
use crate::vectors_as_sent::{pairs, west_half};
use std::fs;
use tempfile::TempDir;

#[test]
fn features_without_a_geometry_are_passed_over_and_counted() {
    let Some(folder) = case("01-null-geometry-crash") else {
        return;
    };
    let ortho = folder.join("../ortho.tif");
    for name in ["null-and-area.geojson", "null-shape.shp", "null.gpkg"] {
        let within = folder.join(name);
        let scan = scan(&ortho, &["--within", &within.to_string_lossy()]);
        scan.expect(&[ORTHO[0], ORTHO[2]], 0.3, 60.0);
        assert!(
            scan.said
                .err
                .contains("features without a geometry passed over: 1"),
            "{name}: {}",
            scan.said.err
        );
    }
    let within = folder.join("null.geojson");
    scan(&ortho, &["--within", &within.to_string_lossy()]).expect_refused(&["holds no polygon"]);
}

#[test]
fn absent_and_empty_geometries_of_every_sort_are_passed_over() {
    let folder = TempDir::new().expect("temporary folder");
    let (ortho, ring, half) = west_half(folder.path());
    let ring = pairs(&ring);
    let within = folder.path().join("area.geojson");
    let empties = [
        r#"{"type":"Feature","properties":{}}"#,
        r#"{"type":"Feature","properties":{},"geometry":null}"#,
        r#"{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[]}}"#,
        r#"{"type":"Feature","properties":{},"geometry":{"type":"MultiPolygon","coordinates":[]}}"#,
        r#"{"type":"Feature","properties":{},"geometry":{"type":"GeometryCollection","geometries":[]}}"#,
        r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[]}}"#,
    ]
    .join(",");
    let good = format!(
        r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"MultiPolygon","coordinates":[[],[[{ring}]]]}}}}"#
    );
    let write = |features: &str| {
        let text = format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#);
        fs::write(&within, text).expect("written");
    };
    write(&format!("{empties},{good}"));
    let found = scan(&ortho, &["--within", &within.to_string_lossy()]);
    assert_eq!(found.said.code, Some(0), "{}", found.said.err);
    found.results().expect_searched(half);
    write(&empties);
    scan(&ortho, &["--within", &within.to_string_lossy()]).expect_refused(&["hint: "]);
}

#[test]
fn coordinates_that_fit_another_system_are_read_in_it_and_it_is_said() {
    let Some(folder) = case("10-zone-number-in-the-eastings") else {
        return;
    };
    let ortho = folder.join("../ortho.tif");
    for (name, words) in [
        ("boundary-4547.shp", "EPSG:4526"),
        (
            "boundary-lat-lon.geojson",
            "longitude and latitude are exchanged",
        ),
    ] {
        let within = folder.join(name);
        let found = scan(&ortho, &["--within", &within.to_string_lossy()]);
        found.expect(&[ORTHO[0], ORTHO[2]], 0.3, 60.0);
        assert!(found.said.err.contains(words), "{name}: {}", found.said.err);
    }
}
