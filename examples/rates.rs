//! Local statistics and shrunken rates of a field that comes as JSON on the standard input, for `tests/tools/esda_check.py`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool for a person at a desk"
)]

use papaver::province::getis_ord::{Weights, local_g};
use papaver::province::stats::{Counted, EmpiricalBayes, Ratio, false_discovery};
use serde_json::{Value, json};

fn main() {
    let given: Value = serde_json::from_reader(std::io::stdin()).unwrap();
    let values: Vec<f64> = serde_json::from_value(given["values"].clone()).unwrap();
    let around: Vec<Vec<usize>> = serde_json::from_value(given["neighbours"].clone()).unwrap();
    let counts: Vec<usize> = serde_json::from_value(given["counts"].clone()).unwrap();
    let exposures: Vec<f64> = serde_json::from_value(given["exposures"].clone()).unwrap();
    let p: Vec<f64> = serde_json::from_value(given["p"].clone()).unwrap();
    let pairs: Vec<[(usize, f64); 2]> = serde_json::from_value(given["pairs"].clone()).unwrap();
    let g = |weights, star| local_g(&values, &around, weights, star);
    let ratios: Vec<_> = pairs
        .iter()
        .map(|pair| {
            let [before, after] = pair.map(|(count, km2)| Counted { count, km2 });
            Ratio::of(before, after)
        })
        .collect();
    let found = json!({
        "gi": g(Weights::Binary, false),
        "gi_star": g(Weights::Binary, true),
        "gi_row": g(Weights::RowStandardised, false),
        "gi_star_row": g(Weights::RowStandardised, true),
        "gi_star_own": g(Weights::Own(&exposures), true),
        "eb": EmpiricalBayes::of(&counts, &exposures).map(|eb| eb.rates),
        "q": false_discovery(&p),
        "ratios": ratios,
    });
    println!("{found}");
}
