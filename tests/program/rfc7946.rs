//! A strict reader of RFC 7946, and of what the program promises on top of it.

use crate::ground::area_m2;
use geo::{BooleanOps, Geodesic, Intersects, Length, MultiPolygon, Polygon, Validation, Winding};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A feature that passed.
#[derive(Debug)]
pub struct Feature {
    pub properties: Value,
    pub shape: MultiPolygon,
}

/// Reads and checks a file of areas.
pub fn check_file(path: &Path) -> Vec<Feature> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    check(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Checks a text.
pub fn check(text: &str) -> Result<Vec<Feature>, String> {
    decimals(text)?;
    let root: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let fail = |what: &str| Err(what.to_owned());
    if root["type"] != "FeatureCollection" {
        return fail("not a FeatureCollection");
    }
    for forbidden in ["crs", "geometry", "properties", "coordinates", "geometries"] {
        if root.get(forbidden).is_some() {
            return Err(format!("a FeatureCollection with the member {forbidden}"));
        }
    }
    let Some(list) = root["features"].as_array() else {
        return fail("no features");
    };
    let mut ids = BTreeSet::new();
    list.iter()
        .map(|feature| {
            let id = feature["id"].as_str().ok_or("a feature without an id")?;
            if !ids.insert(id) {
                return Err(format!("the id {id} twice"));
            }
            one(feature).map_err(|e| format!("{id}: {e}"))
        })
        .collect()
}

fn one(feature: &Value) -> Result<Feature, String> {
    if feature["type"] != "Feature" || !feature["properties"].is_object() {
        return Err("not a Feature with properties".into());
    }
    for forbidden in ["crs", "features", "coordinates", "geometries"] {
        if feature.get(forbidden).is_some() {
            return Err(format!("a Feature with the member {forbidden}"));
        }
    }
    let geometry = &feature["geometry"];
    let coordinates = &geometry["coordinates"];
    let polygons = match geometry["type"].as_str() {
        Some("Polygon") => vec![polygon(coordinates)?],
        Some("MultiPolygon") => array(coordinates)?
            .iter()
            .map(polygon)
            .collect::<Result<_, _>>()?,
        other => return Err(format!("geometry {other:?}")),
    };
    if polygons.is_empty() {
        return Err("an empty geometry".into());
    }
    let shape = MultiPolygon::new(polygons);
    shape.check_validation().map_err(|e| e.to_string())?;
    Ok(Feature {
        properties: feature["properties"].clone(),
        shape,
    })
}

fn array(value: &Value) -> Result<&Vec<Value>, String> {
    value
        .as_array()
        .ok_or_else(|| format!("not an array: {value}"))
}

fn polygon(value: &Value) -> Result<Polygon, String> {
    let rings = array(value)?
        .iter()
        .map(ring)
        .collect::<Result<Vec<_>, _>>()?;
    let (outer, inner) = rings.split_first().ok_or("a polygon without rings")?;
    if !outer.is_ccw() {
        return Err("an outer ring that is not anticlockwise".into());
    }
    if inner.iter().any(|r| !r.is_cw()) {
        return Err("a hole that is not clockwise".into());
    }
    Ok(Polygon::new(outer.clone(), inner.to_vec()))
}

fn ring(value: &Value) -> Result<geo::LineString, String> {
    let positions = array(value)?
        .iter()
        .map(position)
        .collect::<Result<Vec<geo::Coord>, _>>()?;
    if positions.len() < 4 {
        return Err(format!("a ring of {} positions", positions.len()));
    }
    if positions.first() != positions.last() {
        return Err("a ring that is not closed".into());
    }
    for pair in positions.windows(2) {
        if pair[0] == pair[1] {
            return Err(format!("a position twice in a row: {:?}", pair[0]));
        }
        if (pair[0].x - pair[1].x).abs() >= 180.0 {
            return Err("an edge across the antimeridian".into());
        }
    }
    Ok(positions.into())
}

fn position(value: &Value) -> Result<geo::Coord, String> {
    let numbers = array(value)?;
    let [x, y] = numbers.as_slice() else {
        return Err(format!("a position of {} numbers", numbers.len()));
    };
    let (x, y) = (
        x.as_f64().ok_or("not a number")?,
        y.as_f64().ok_or("not a number")?,
    );
    if !(-180.0..=180.0).contains(&x) || !(-90.0..=90.0).contains(&y) {
        return Err(format!("{x}, {y} is not on the earth"));
    }
    Ok(geo::Coord { x, y })
}

/// Every number of a coordinate is written out with at most seven decimals.
fn decimals(text: &str) -> Result<(), String> {
    for (at, key) in text.match_indices("\"coordinates\"") {
        let rest = text[at + key.len()..].trim_start().trim_start_matches(':');
        let mut depth = 0_i32;
        let end = rest
            .char_indices()
            .find(|(_, c)| {
                depth += i32::from(*c == '[') - i32::from(*c == ']');
                depth == 0 && *c == ']'
            })
            .map_or(rest.len(), |(i, _)| i);
        let numbers = rest[..end].split(|c: char| "[], \n\r\t".contains(c));
        for number in numbers.filter(|n| !n.is_empty()) {
            let plain = number
                .chars()
                .all(|c| c.is_ascii_digit() || c == '.' || c == '-');
            let after = number.split_once('.').map_or(0, |(_, d)| d.len());
            if !plain || after > 7 {
                return Err(format!("the coordinate {number}"));
            }
        }
    }
    Ok(())
}

/// What every candidate has.
pub fn check_candidates(features: &[Feature], folder: &Path) {
    for (i, feature) in features.iter().enumerate() {
        let p = &feature.properties;
        let number = |key: &str| p[key].as_f64().unwrap_or_else(|| panic!("{key} in {p}"));
        let text = |key: &str| p[key].as_str().unwrap_or_else(|| panic!("{key} in {p}"));
        assert!(text("id").len() >= 6);
        assert_eq!(p["rank"], i + 1, "by rank");
        let (threshold, mean, max) = (
            number("threshold"),
            number("score_mean"),
            number("score_max"),
        );
        assert!(
            threshold <= mean + 1e-4 && mean <= max + 1e-4 && max <= 1.0,
            "{p}"
        );
        assert!(number("hits") >= 1.0);
        let area = area_m2(&feature.shape);
        // Seven decimals of a degree move the corners by half a centimetre and more: those of many edges this way and that,
        // those of a box all of an edge at once.
        let boxes = feature.shape.iter().map(Polygon::exterior);
        let boxes = boxes.filter(|ring| ring.0.len() == 5);
        let rounding = boxes.map(|ring| Geodesic.length(ring) * 0.0056).sum();
        assert!(
            (number("area_m2") - area).abs() <= 0.01 + f64::max(rounding, area * 0.01),
            "{} is not {area}",
            number("area_m2")
        );
        assert!((number("area_mu") - area * 0.0015).abs() <= 1e-4 + area * 1.5e-5);
        assert!(!p["sources"].as_array().expect("sources").is_empty());
        assert!(number("gsd_cm") > 0.0);
        assert!(p.get("captured").is_some() && !text("model").is_empty());
        let chip = fs::read(folder.join(text("chip"))).expect("a chip");
        assert!(chip.starts_with(&[0xff, 0xd8, 0xff]), "a JPEG");
        let point = geo::Point::new(number("lon"), number("lat"));
        assert!(
            feature.shape.intersects(&point),
            "{point:?} lies in its polygon"
        );
    }
}

/// What every coverage has: known words, areas that hold, parts that do not overlap.
pub fn check_coverage(features: &[Feature]) {
    const REASONS: [&str; 11] = [
        "nodata",
        "blank",
        "unreadable",
        "outside_boundary",
        "too_coarse",
        "no_position",
        "no_altitude",
        "too_oblique",
        "quality",
        "not_run",
        "gap",
    ];
    assert!(!features.is_empty());
    for (i, feature) in features.iter().enumerate() {
        let p = &feature.properties;
        match p["status"].as_str() {
            Some("searched") => assert!(p["reason"].is_null()),
            Some("not_searched") => {
                assert!(
                    REASONS.contains(&p["reason"].as_str().expect("a reason")),
                    "{p}"
                );
            }
            _ => panic!("status in {p}"),
        }
        let area = area_m2(&feature.shape);
        let said = p["area_m2"].as_f64().expect("area_m2");
        // Corners are written to a centimetre, and so are edges that two areas share.
        let edges = |shape: &MultiPolygon| -> f64 {
            let outlines = shape.iter().map(|p| Geodesic.length(p.exterior()));
            outlines.sum()
        };
        let rounded = 0.003 * edges(&feature.shape);
        assert!(
            (said - area).abs() <= 0.02 + area * 0.002 + rounded.min(0.1 * area),
            "{said} is not {area}"
        );
        for other in &features[..i] {
            let shared = area_m2(&feature.shape.intersection(&other.shape));
            assert!(
                shared
                    <= 1e-4 * area.min(area_m2(&other.shape))
                        + 0.01 * edges(&feature.shape).min(edges(&other.shape)).max(1.0),
                "{shared} m² are both {p} and {}",
                other.properties
            );
        }
    }
}

#[test]
fn the_checker_refuses_what_the_standard_forbids() {
    let file = |rings: &str, more: &str| {
        format!(
            r#"{{"type":"FeatureCollection"{more},"features":[{{"type":"Feature","id":"a","properties":{{}},
            "geometry":{{"type":"Polygon","coordinates":[{rings}]}}}}]}}"#
        )
    };
    let good = "[[0,0],[1,0],[1,1],[0,1.1234567],[0,0]]";
    assert!(check(&file(good, "")).is_ok());
    let hole = "[[0.1,0.1],[0.1,0.2],[0.2,0.2],[0.1,0.1]]";
    assert!(check(&file(&format!("{good},{hole}"), "")).is_ok());
    for (rings, why) in [
        ("[[0,0],[0,1],[1,1],[0,0]]", "not anticlockwise"),
        ("[[0,0],[1,0],[1,1],[0,1]]", "not closed"),
        ("[[0,0],[1,0],[0,0]]", "of 3 positions"),
        ("[[0,0],[1,0],[1,1],[0,1.12345678],[0,0]]", "1.12345678"),
        ("[[0,0],[1,0],[1,1],[0,1e-3],[0,0]]", "1e-3"),
        ("[[0,0],[181,0],[1,1],[0,0]]", "not on the earth"),
        ("[[0,0],[1,0],[1,0],[1,1],[0,0]]", "twice in a row"),
        ("[[-179,0],[179,0],[179,1],[-179,0]]", "antimeridian"),
        ("[[0,0],[2,0],[2,2],[1,-1],[0,2],[0,0]]", "intersect"),
        ("[[0,0,5],[1,0,5],[1,1,5],[0,0,5]]", "3 numbers"),
        (
            "[[0,0],[1,0],[1,1],[0,1],[0,0]],[[0.1,0.1],[0.2,0.1],[0.2,0.2],[0.1,0.1]]",
            "not clockwise",
        ),
    ] {
        let error = check(&file(rings, "")).expect_err(why);
        assert!(error.contains(why), "{error} does not say '{why}'");
    }
    assert!(
        check(&file(good, r#","crs":{"type":"name"}"#))
            .expect_err("crs")
            .contains("crs")
    );
}
