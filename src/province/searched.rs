//! The ground that a coverage file says was searched, and which of several recordings of one scan says it.

use crate::ground::read_features;
use crate::registry::Hash;
use crate::registry::body::{Body, RecordedScan};
use crate::registry::event::Sealed;
use crate::registry::unit::{depth, is_at_or_below};
use crate::store::evidence;
use geo::MultiPolygon;
use std::collections::{BTreeMap, HashMap};
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

/// Of scans in the order in which their units go before one another, those that count, and those of imagery or of ground that a
/// unit itself, or one above it, recorded as of other days: what the imagery itself bears out goes before what it says nothing of, and
/// that before what it denies; a day goes before none, and then the first that was recorded.
pub(super) fn once(mut scans: Vec<Sealed>) -> (Vec<Sealed>, Vec<Sealed>) {
    scans.sort_by_cached_key(|sealed| {
        let scan = scan_of(sealed);
        let doubts = scan.map(|s| {
            let otherwise = s.tagged_otherwise().is_some();
            (otherwise, s.tagged.is_none(), s.captured.is_none())
        });
        (depth(&sealed.event.actor.unit), doubts, sealed.event.id)
    });
    let mut known: HashMap<String, Vec<(String, RecordedScan)>> = HashMap::new();
    let (mut kept, mut twice) = (Vec::new(), Vec::new());
    for sealed in scans {
        let Some(scan) = scan_of(&sealed) else {
            continue;
        };
        let unit = &sealed.event.actor.unit;
        let signs = scan.signs(sealed.event.outline());
        let known_as = |(by, other): &(String, RecordedScan)| {
            is_at_or_below(unit, by) && scan.is_of_other_days(other)
        };
        let mut before = signs.iter().filter_map(|sign| known.get(sign)).flatten();
        if before.any(known_as) {
            twice.push(sealed);
            continue;
        }
        let of_days = RecordedScan {
            sources: Vec::new(),
            ..scan.clone()
        };
        for sign in signs {
            let of_sign = known.entry(sign).or_default();
            let same = |(by, other): &(String, RecordedScan)| {
                by == unit && other.captured == scan.captured
            };
            if !of_sign.iter().any(same) {
                of_sign.push((unit.clone(), of_days.clone()));
            }
        }
        kept.push(sealed);
    }
    (kept, twice)
}

fn scan_of(sealed: &Sealed) -> Option<&RecordedScan> {
    match &sealed.event.body {
        Body::Scan(scan) => Some(scan),
        _ => None,
    }
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
