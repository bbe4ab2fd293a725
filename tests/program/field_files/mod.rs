//! Files as the field sends them: inputs of known truth in `../shared/cases/field-files`, or below `PAPAVER_SHARED`, and
//! others of the same kinds that are made here.

mod boundaries;
mod folders;
mod perturbed;
mod photos;
mod rasters;

use crate::results::Results;
use crate::run::{Ended, ended, fixture, papaver};
use geo::{Distance, Geodesic, Point};
use std::path::Path;
use tempfile::TempDir;

pub const MODEL: &str = "colour_dense.onnx";

/// The squares of the orthomosaics.
pub const ORTHO: [(f64, f64); 3] = [
    (113.300_032_6, 33.739_973_1),
    (113.300_090_9, 33.739_964_5),
    (113.300_014_4, 33.739_923_5),
];

/// A scan of one input and where its results are.
pub struct Scan {
    pub said: Ended,
    pub out: TempDir,
}

pub fn scan(input: &Path, options: &[&str]) -> Scan {
    let out = TempDir::new().expect("temporary folder");
    let said = ended(
        papaver()
            .args(["scan", "--site-radius", "1", "-o"])
            .arg(out.path().join("out"))
            .arg("--model")
            .arg(fixture(MODEL))
            .arg(input)
            .args(options),
    );
    // Whatever is put in, nothing ends the program by a signal.
    assert!(said.code.is_some(), "{}: {}", input.display(), said.err);
    Scan { said, out }
}

impl Scan {
    pub fn results(&self) -> Results {
        Results::read(&self.out.path().join("out"))
    }

    /// Exit code 0, these squares within `metres`, this ground within two per cent.
    pub fn expect(&self, truth: &[(f64, f64)], metres: f64, searched_m2: f64) -> Results {
        let said = format!("{}{}", self.said.out, self.said.err);
        assert_eq!(self.said.code, Some(0), "{said}");
        let results = self.results();
        assert_eq!(results.candidates.len(), truth.len(), "{said}");
        for (lon, lat) in truth {
            let nearest = results
                .candidates
                .iter()
                .map(|c| Geodesic.distance(c.at, Point::new(*lon, *lat)))
                .fold(f64::INFINITY, f64::min);
            assert!(nearest <= metres, "{nearest:.2} m off: {said}");
        }
        assert!(
            (results.searched_m2 / searched_m2 - 1.0).abs() < 0.02,
            "{} m² searched: {said}",
            results.searched_m2
        );
        results
    }

    /// Exit code 1, and all of these words in what was said.
    pub fn expect_refused(&self, words: &[&str]) {
        assert_eq!(
            self.said.code,
            Some(1),
            "{}{}",
            self.said.out,
            self.said.err
        );
        for word in words {
            assert!(self.said.err.contains(word), "{word}: {}", self.said.err);
        }
    }
}
