//! The ground that a coverage file says was searched, and which of several recordings of one scan says it.

use crate::ground::read_features;
use crate::registry::Hash;
use crate::registry::body::Body;
use crate::registry::event::Sealed;
use crate::store::evidence;
use geo::MultiPolygon;
use std::collections::BTreeMap;
use std::path::Path;

/// Of what a unit recorded of one scan the recording that searched most: the others are parts of it.
pub(super) fn whole(scans: Vec<Sealed>) -> Vec<Sealed> {
    let mut of_scan: BTreeMap<(String, String), Sealed> = BTreeMap::new();
    let searched = |sealed: &Sealed| match &sealed.event.body {
        Body::Scan(scan) => scan.searched_m2,
        _ => 0,
    };
    for sealed in scans {
        let Body::Scan(scan) = &sealed.event.body else {
            continue;
        };
        let of = (sealed.event.actor.unit.clone(), scan.scan.clone());
        let known = of_scan.get(&of).map(searched);
        if known.is_none_or(|known| known <= searched(&sealed)) {
            of_scan.insert(of, sealed);
        }
    }
    of_scan.into_values().collect()
}

/// The searched ground of a coverage file kept under this digest; `None` where it is gone or has changed.
pub(super) fn searched_of(folder: &Path, sha256: Hash) -> Option<MultiPolygon> {
    let bytes = std::fs::read(evidence::path_of(folder, sha256)).ok()?;
    if Hash::of(&bytes) != sha256 {
        return None;
    }
    searched(&bytes)
}

fn searched(bytes: &[u8]) -> Option<MultiPolygon> {
    let mut features = read_features(bytes).ok()?;
    features.retain(|feature| {
        let columns = feature.columns();
        columns
            .get("status")
            .is_some_and(|status| status == "searched")
    });
    let mut ground = MultiPolygon::new(Vec::new());
    for feature in features {
        ground.0.extend(feature.area().ok()?.into_iter().flatten());
    }
    Some(ground)
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
