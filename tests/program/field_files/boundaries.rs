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

/// A boundary as GeoJSON that names its system, as QGIS and `ArcGIS` write it.
fn named(ring: &[(f64, f64)], epsg: u32) -> String {
    let ring = pairs(ring);
    format!(
        r#"{{"type":"FeatureCollection","crs":{{"type":"name","properties":{{"name":"urn:ogc:def:crs:EPSG::{epsg}"}}}},"features":[{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}]}}"#
    )
}

#[test]
fn boundaries_in_every_system_and_under_the_wrong_zone_bound_the_same_ground() {
    let folder = TempDir::new().expect("temporary folder");
    let (ortho, ring, half) = west_half(folder.path());
    let within = folder.path().join("范围.geojson");
    let krassowsky = "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=krass +towgs84=15.8,-154.4,-82.3";
    let exchanged: Vec<(f64, f64)> = ring.iter().map(|(x, y)| (*y, *x)).collect();
    // The system of the coordinates (none: degrees, latitude first), the one that is named, an option, and what is said.
    for (own, epsg, option, said) in [
        (Some("EPSG:4490"), 4490, None, ""),
        (Some("EPSG:3857"), 3857, None, ""),
        (Some("EPSG:4547"), 4547, None, ""),
        (Some("EPSG:4497"), 4508, None, "EPSG:4497"),
        (Some("EPSG:4547"), 4526, None, "EPSG:4547"),
        (None, 4490, None, "longitude and latitude are exchanged"),
        (
            Some(krassowsky),
            2435,
            Some("--towgs84=15.8,-154.4,-82.3"),
            "",
        ),
    ] {
        let ring: Vec<(f64, f64)> = match own {
            Some(own) => (ring.iter())
                .map(|(x, y)| crate::ground::through("EPSG:4326", own, *x, *y))
                .collect(),
            None => exchanged.clone(),
        };
        fs::write(&within, named(&ring, epsg)).expect("written");
        let within = within.to_string_lossy();
        let mut options = vec!["--within", &*within];
        options.extend(option);
        let found = scan(&ortho, &options);
        assert_eq!(found.said.code, Some(0), "{own:?}: {}", found.said.err);
        assert!(
            found.said.err.contains(said),
            "{own:?} as {epsg}: {}",
            found.said.err
        );
        found.results().expect_searched(half);
    }
    // Without its parameters it is said to lie off.
    let ring: Vec<(f64, f64)> = (ring.iter())
        .map(|(x, y)| crate::ground::through("EPSG:4326", "EPSG:2435", *x, *y))
        .collect();
    fs::write(&within, named(&ring, 2435)).expect("written");
    let bare = scan(&ortho, &["--within", &within.to_string_lossy()]);
    assert!(
        bare.said.err.contains("no way to WGS 84"),
        "{}",
        bare.said.err
    );
}
