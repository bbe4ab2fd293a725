//! Learning and the random audit of screening: what was learnt from verdicts, and what an audit was drawn from.

use crate::schema::{LEARNT_FORMAT, LearntRecord, first_day};
use serde::{Deserialize, Serialize};

/// Millionths: the unit of what a head computes with.
const E6: f64 = 1e6;
/// Ten thousandths: the unit of shares.
const E4: f64 = 1e4;

/// What was learnt from verdicts: a small linear head on top of the shipped rank. See [`super::Body::Learnt`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearntHead {
    /// Code of the unit that it holds for, with those below it.
    pub unit: String,
    /// The season of imagery that it holds for.
    pub season: i16,
    /// The first day of that; where it is absent, as earlier versions wrote it, the first of January of the year in which it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day of imagery that it holds for.
    pub expires: String,
    /// Finest and coarsest hundredths of a centimetre a pixel.
    pub gsd_e2_cm: [i64; 2],
    /// SHA-256 of the model whose candidates it puts in order.
    pub model: String,
    /// SHA-256 of the second model, where one looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<String>,
    /// The scans that it was learnt from.
    pub scans: Vec<String>,
    /// Verdicts that were true, and that were false.
    pub verdicts: [u64; 2],
    /// How well unseen verdicts were told apart, shipped and learnt.
    pub areas_e4: [i64; 2],
    /// The share of rendered plots in the first part of the list, shipped and learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall_e4: Option<[i64; 2]>,
    /// That part; where it is absent, as earlier versions wrote it, the upper half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall_depth_e4: Option<i64>,
    /// How strongly it was pulled towards the shipped rank.
    pub pull_e6: i64,
    /// The features by name.
    pub names: Vec<String>,
    /// What is subtracted from each.
    pub centre_e6: Vec<i64>,
    /// By what it is divided then.
    pub scale_e6: Vec<i64>,
    /// What it is multiplied by then.
    pub weights_e6: Vec<i64>,
    /// What is added.
    pub bias_e6: i64,
    /// Whether each twentieth candidate of those that go down stays where it was, in the order of their lots, and one at least; else
    /// each whose own lot says so, as earlier versions chose.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_lot: bool,
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "features are far within an i64; what is beyond it saturates"
)]
fn scaled(value: f64, unit: f64) -> i64 {
    (value * unit).round() as i64
}

impl LearntHead {
    /// A head as an event says it, in whole numbers.
    pub fn of(record: &LearntRecord) -> Self {
        let all = |values: &[f64]| values.iter().map(|v| scaled(*v, E6)).collect();
        let pair = |values: [f64; 2], unit: f64| values.map(|v| scaled(v, unit));
        Self {
            unit: record.unit.clone(),
            season: record.season,
            from: record.from.clone(),
            expires: record.expires.clone(),
            gsd_e2_cm: pair(record.gsd_cm, 1e2),
            model: record.model.clone(),
            verifier: record.verifier.clone(),
            scans: record.scans.clone(),
            verdicts: record.verdicts.map(|n| n as u64),
            areas_e4: pair(record.areas, E4),
            recall_e4: record.recall.map(|recall| pair(recall, E4)),
            recall_depth_e4: record.recall_depth.map(|depth| scaled(depth, E4)),
            pull_e6: scaled(record.pull, E6),
            names: record.names.clone(),
            centre_e6: all(&record.centre),
            // What is divided by is never nought.
            scale_e6: record.scale.iter().map(|v| scaled(*v, E6).max(1)).collect(),
            weights_e6: all(&record.weights),
            bias_e6: scaled(record.bias, E6),
            by_lot: record.by_lot,
        }
    }

    /// The first day of imagery that it holds for.
    pub fn first_day(&self) -> String {
        first_day(self.from.as_deref(), &self.expires)
    }

    /// Whether it holds for imagery of these days, the first and the last.
    pub fn holds_on(&self, [first, last]: [&str; 2]) -> bool {
        self.first_day().as_str() <= first && last <= self.expires.as_str()
    }

    /// The head that it says, learnt at this time.
    pub fn record(&self, made: &str) -> LearntRecord {
        let all = |values: &[i64]| values.iter().map(|v| *v as f64 / E6).collect();
        let pair = |values: [i64; 2], unit: f64| values.map(|v| v as f64 / unit);
        LearntRecord {
            format: LEARNT_FORMAT.into(),
            unit: self.unit.clone(),
            season: self.season,
            from: self.from.clone(),
            expires: self.expires.clone(),
            made: made.to_owned(),
            gsd_cm: pair(self.gsd_e2_cm, 1e2),
            model: self.model.clone(),
            verifier: self.verifier.clone(),
            scans: self.scans.clone(),
            verdicts: self
                .verdicts
                .map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
            areas: pair(self.areas_e4, E4),
            recall: self.recall_e4.map(|recall| pair(recall, E4)),
            recall_depth: self.recall_depth_e4.map(|depth| depth as f64 / E4),
            pull: self.pull_e6 as f64 / E6,
            names: self.names.clone(),
            centre: all(&self.centre_e6),
            scale: all(&self.scale_e6),
            weights: all(&self.weights_e6),
            bias: self.bias_e6 as f64 / E6,
            by_lot: self.by_lot,
        }
    }
}

/// A random audit of what nobody has decided on. See [`super::Body::Draw`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// The season whose candidates it is drawn from.
    pub season: i16,
    /// How many nobody had decided on.
    pub rest: u64,
    /// Whether it takes candidates by the lots that each of them has from when it was found, those that are recorded later too: no
    /// further draw changes them. Else lots follow from the hash of this event, as in registries of earlier versions.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_lot: bool,
    /// Whether these lots follow from the ground that a candidate was found on, which no option of a scan changes. Else they follow
    /// from its id, as earlier versions drew them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_ground: bool,
}
