//! What learning from verdicts takes and gives: `features.json` of a scan, and the file that `learn` writes.

use serde::{Deserialize, Serialize};

/// The format of [`FeaturesRecord`].
pub const FEATURES_FORMAT: &str = "papaver.features/1";
/// The format of [`LearntRecord`].
pub const LEARNT_FORMAT: &str = "papaver.learnt/1";

/// What the models saw of each candidate of a scan, so that ranks can be learnt without the imagery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FeaturesRecord {
    /// `papaver.features/1`.
    pub format: String,
    /// The scan's id.
    pub scan_id: String,
    /// What each of the values is.
    pub names: Vec<String>,
    /// The candidates in order of rank; those that could not be looked at once more are absent.
    pub candidates: Vec<FeaturesOf>,
}

/// What the models saw of a candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FeaturesOf {
    /// Its id.
    pub id: String,
    /// The log odds by which it is ranked without learning.
    pub shipped: f64,
    /// In the order of the names.
    pub values: Vec<f64>,
}

/// What was learnt from verdicts: a small linear head on top of the shipped rank. It changes the order of candidates alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LearntRecord {
    /// `papaver.learnt/1`.
    pub format: String,
    /// The administrative code of the unit whose registry it was learnt from: it holds for scans of this unit and of those below it.
    pub unit: String,
    /// The year of the imagery that it was learnt from: it holds for imagery of that year.
    pub season: i16,
    /// The last day of imagery that it is used for.
    pub expires: String,
    /// When it was learnt, RFC 3339.
    pub made: String,
    /// Finest and coarsest centimetres a pixel that it is used for.
    pub gsd_cm: [f64; 2],
    /// SHA-256 of the model whose candidates it was learnt from.
    pub model: String,
    /// SHA-256 of the second model, where one looked.
    pub verifier: Option<String>,
    /// The scans that it was learnt from.
    pub scans: Vec<String>,
    /// Verdicts that were true, and that were false.
    pub verdicts: [usize; 2],
    /// How well verdicts that it had not seen were told apart by the shipped rank, and by what was learnt: the chance that a true
    /// one comes before a false one.
    pub areas: [f64; 2],
    /// How strongly it was pulled towards the shipped rank.
    pub pull: f64,
    /// The features by name.
    pub names: Vec<String>,
    /// What is subtracted from each feature.
    pub centre: Vec<f64>,
    /// By what it is divided then.
    pub scale: Vec<f64>,
    /// What it is multiplied by then.
    pub weights: Vec<f64>,
    /// What is added.
    pub bias: f64,
}

impl LearntRecord {
    /// The learnt log odds of a candidate, out of its features and of the log odds by which it is ranked without.
    pub fn log_odds(&self, values: &[f64], shipped: f64) -> f64 {
        let standard = standardised(values, &self.centre, &self.scale);
        let learnt: f64 = standard.zip(&self.weights).map(|(v, w)| v * w).sum();
        shipped + self.bias + learnt
    }
}

/// Features as a head takes them: no further than five spreads from the centre, lest one odd value decide alone.
pub fn standardised<'a>(
    values: &'a [f64],
    centre: &'a [f64],
    scale: &'a [f64],
) -> impl Iterator<Item = f64> + 'a {
    let all = values.iter().zip(centre).zip(scale);
    all.map(|((value, centre), scale)| ((value - centre) / scale).clamp(-5.0, 5.0))
}
