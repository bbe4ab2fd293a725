//! A record for the tests of what is learnt.

use super::{LEARNT_FORMAT, LearntRecord};

/// A head of one feature, `red`, by which what is redder comes first, or last.
pub(crate) fn head(weight: f64) -> LearntRecord {
    LearntRecord {
        format: LEARNT_FORMAT.into(),
        unit: "410423".into(),
        season: 2026,
        from: None,
        expires: "2026-12-31".into(),
        made: String::new(),
        gsd_cm: [1.0, 3.0],
        model: "m".into(),
        verifier: None,
        scans: Vec::new(),
        verdicts: [10, 10],
        areas: [0.5, 0.9],
        recall: None,
        recall_depth: None,
        pull: 1.0,
        names: vec!["red".into()],
        centre: vec![0.0],
        scale: vec![1.0],
        weights: vec![weight],
        bias: 0.0,
        by_lot: false,
    }
}
