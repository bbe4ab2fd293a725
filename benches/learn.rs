//! How long learning takes: a head is fitted to verdicts on some of 100,000 candidates, and all of them are put in order anew.
//!
//!     cargo bench --bench learn

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench says what it measured"
)]

use papaver::office::learn::{SiteVerdict, fitted};
use papaver::schema::{FEATURES_FORMAT, FeaturesOf, FeaturesRecord, LEARNT_FORMAT, LearntRecord};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::time::Instant;

const CANDIDATES: usize = 100_000;
/// Those of the program, and those of a verifier.
const FEATURES: usize = 26 + 64;
const VERDICTS: usize = 1_000;

fn main() {
    let mut random = StdRng::seed_from_u64(1);
    let mut noise = || random.random::<f64>() + random.random::<f64>() - 1.0;
    let mut told = BTreeMap::new();
    let candidate = |n: usize| {
        let yes = n.is_multiple_of(10);
        let mut values: Vec<f64> = (0..FEATURES).map(|_| 2.0 * noise()).collect();
        values[3] += if yes { -1.0 } else { 1.0 };
        let id = format!("{n:012}");
        if n < VERDICTS {
            let (site, poppy) = (id.clone(), yes);
            told.insert(id.clone(), SiteVerdict { site, poppy });
        }
        FeaturesOf {
            id,
            rank: Some(n as u64 + 1),
            shipped: noise(),
            values,
        }
    };
    let features = FeaturesRecord {
        format: FEATURES_FORMAT.into(),
        scan_id: "bench".into(),
        names: (0..FEATURES).map(|n| format!("f{n}")).collect(),
        candidates: (0..CANDIDATES).map(candidate).collect(),
    };
    let started = Instant::now();
    let fitted = fitted(&[&features], &told).expect("it can be learnt");
    let fit_s = started.elapsed().as_secs_f64();
    let head = LearntRecord {
        format: LEARNT_FORMAT.into(),
        unit: "410423".into(),
        season: 2026,
        from: None,
        expires: "2026-12-31".into(),
        made: String::new(),
        gsd_cm: [1.0, 3.0],
        model: String::new(),
        verifier: None,
        scans: vec![],
        verdicts: fitted.verdicts,
        areas: fitted.areas,
        recall: None,
        recall_depth: None,
        pull: fitted.pull,
        names: features.names.clone(),
        centre: fitted.centre,
        scale: fitted.scale,
        weights: fitted.weights,
        bias: fitted.bias,
        by_lot: true,
    };
    let started = Instant::now();
    let ranked = features.ranked(&head);
    let rank_s = started.elapsed().as_secs_f64();
    assert_eq!(ranked.len(), CANDIDATES);
    println!("{VERDICTS} verdicts on {CANDIDATES} candidates of {FEATURES} features");
    println!("fit, of six pulls and five parts: {fit_s:.3} s");
    println!("all candidates in order anew: {rank_s:.3} s");
}
