//! The ground that a coverage file says was searched.

use crate::registry::Hash;
use crate::store::evidence;
use geo::{LineString, MultiPolygon, Polygon};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
pub(super) struct CoverageFile {
    features: Vec<CoverageFeature>,
}

#[derive(Deserialize)]
pub(super) struct CoverageFeature {
    geometry: Option<CoverageGeometry>,
    properties: CoverageProperties,
}

#[derive(Deserialize)]
pub(super) struct CoverageProperties {
    status: String,
}

pub(super) type Ring = Vec<[f64; 2]>;

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
pub(super) enum CoverageGeometry {
    Polygon(Vec<Ring>),
    MultiPolygon(Vec<Vec<Ring>>),
}

/// The searched ground of a coverage file kept under this digest; `None` where it is gone or has changed.
pub(super) fn searched_of(folder: &Path, sha256: Hash) -> Option<MultiPolygon> {
    let bytes = std::fs::read(evidence::path_of(folder, sha256)).ok()?;
    if Hash::of(&bytes) != sha256 {
        return None;
    }
    searched(&bytes)
}

pub(super) fn searched(bytes: &[u8]) -> Option<MultiPolygon> {
    let file: CoverageFile = serde_json::from_slice(bytes).ok()?;
    let ring = |ring: Ring| -> LineString { ring.into_iter().map(|[x, y]| (x, y)).collect() };
    let polygon = |rings: Vec<Ring>| {
        let mut rings = rings.into_iter().map(ring);
        Some(Polygon::new(rings.next()?, rings.collect()))
    };
    let polygons = file
        .features
        .into_iter()
        .filter(|feature| feature.properties.status == "searched")
        .filter_map(|feature| feature.geometry)
        .flat_map(|geometry| match geometry {
            CoverageGeometry::Polygon(rings) => vec![rings],
            CoverageGeometry::MultiPolygon(polygons) => polygons,
        })
        .filter_map(polygon)
        .collect();
    Some(MultiPolygon::new(polygons))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_searched_is_read_from_a_coverage_file() {
        let text = r#"{"type":"FeatureCollection","scan_id":"s","features":[
            {"type":"Feature","id":"searched","geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[2,0],[3,0],[3,1],[2,0]]]]},"properties":{"status":"searched","reason":null,"area_m2":2.5}},
            {"type":"Feature","id":"nodata","geometry":{"type":"Polygon","coordinates":[[[5,0],[6,0],[6,1],[5,0]]]},"properties":{"status":"not_searched","reason":"nodata","area_m2":1}},
            {"type":"Feature","id":"gap","geometry":null,"properties":{"status":"not_searched","reason":"gap","area_m2":0}}]}"#;
        let found = searched(text.as_bytes()).expect("read");
        assert_eq!(found.0.len(), 2);
        assert!(searched(b"{}").is_none());
    }
}
