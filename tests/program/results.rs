//! What a scan wrote, read back and compared with the truth.

use crate::ground::area_m2;
use crate::rfc7946;
use geo::{Centroid, Distance, Geodesic, MultiPolygon, Point};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A candidate read back.
#[derive(Debug)]
pub struct Candidate {
    pub properties: Value,
    pub shape: MultiPolygon,
    pub at: Point,
}

/// The results of a scan.
#[derive(Debug)]
pub struct Results {
    pub candidates: Vec<Candidate>,
    /// Square metres searched.
    pub searched_m2: f64,
    /// Square metres by reason.
    pub not_searched: BTreeMap<String, f64>,
    pub record: Value,
}

pub fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

impl Results {
    /// Reads everything and checks it strictly.
    pub fn read(folder: &Path) -> Self {
        let found = rfc7946::check_file(&folder.join("candidates.geojson"));
        rfc7946::check_candidates(&found, folder);
        let ground = rfc7946::check_file(&folder.join("coverage.geojson"));
        rfc7946::check_coverage(&ground);
        let candidates = found
            .into_iter()
            .map(|f| Candidate {
                at: Point::new(
                    f.properties["lon"].as_f64().expect("lon"),
                    f.properties["lat"].as_f64().expect("lat"),
                ),
                properties: f.properties,
                shape: f.shape,
            })
            .collect();
        let mut searched_m2 = 0.0;
        let mut not_searched = BTreeMap::new();
        for part in ground {
            let area = area_m2(&part.shape);
            match part.properties["reason"].as_str() {
                None => searched_m2 += area,
                Some(reason) => *not_searched.entry(reason.to_owned()).or_insert(0.0) += area,
            }
        }
        Self {
            candidates,
            searched_m2,
            not_searched,
            record: json(&folder.join("scan.json")),
        }
    }

    /// Every target found, none invented, both the candidate's point and the middle of its polygon within `metres` along
    /// each axis.
    pub fn expect_targets(&self, truth: &[Point], metres: f64) {
        // Half a cell along either axis: that is as fine as cells can tell.
        let metres = metres * std::f64::consts::SQRT_2;
        let mut free: Vec<&Candidate> = self.candidates.iter().collect();
        for target in truth {
            let near = free
                .iter()
                .position(|c| apart(c.at, *target) <= metres)
                .unwrap_or_else(|| {
                    let nearest = self
                        .candidates
                        .iter()
                        .map(|c| apart(c.at, *target))
                        .fold(f64::INFINITY, f64::min);
                    panic!("no candidate within {metres} m of {target:?}, nearest {nearest:.3} m, of {}", self.candidates.len())
                });
            let candidate = free.swap_remove(near);
            let middle = candidate.shape.centroid().expect("a shape");
            let off = apart(middle, *target);
            assert!(
                off <= metres,
                "the polygon's middle is {off:.3} m from {target:?}"
            );
        }
        assert!(free.is_empty(), "invented: {free:?}");
    }

    /// The searched area within half a per cent.
    pub fn expect_searched(&self, m2: f64) {
        close("searched", self.searched_m2, m2);
    }

    /// Exactly these reasons with these areas, within half a per cent.
    pub fn expect_not_searched(&self, expected: &[(&str, f64)]) {
        let names: Vec<&str> = self.not_searched.keys().map(String::as_str).collect();
        let mut wanted: Vec<&str> = expected.iter().map(|e| e.0).collect();
        wanted.sort_unstable();
        assert_eq!(names, wanted, "{:?}", self.not_searched);
        for (reason, m2) in expected {
            close(reason, self.not_searched[*reason], *m2);
        }
    }
}

/// Metres between two places, east or north, whichever is more.
fn apart(a: Point, b: Point) -> f64 {
    let corner = Point::new(a.x(), b.y());
    Geodesic
        .distance(a, corner)
        .max(Geodesic.distance(corner, b))
}

pub fn close(what: &str, found: f64, expected: f64) {
    assert!(
        (found / expected - 1.0).abs() <= 0.005,
        "{what}: {found:.3} m², not {expected:.3} m²"
    );
}
