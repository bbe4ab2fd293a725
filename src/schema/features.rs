//! The features of `candidates.geojson` and `coverage.geojson`: GeoJSON (RFC 7946) in WGS 84, one feature a line.

use super::reason::Reason;
use serde::{Deserialize, Serialize};

/// The members of a feature collection beside `type` and `features`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileMembers {
    /// The datum of the positions.
    pub datum: String,
    /// The scan's id.
    pub scan_id: String,
}

/// How strong the model's evidence is, for people: scores of a model trained on renders are no probabilities in the
/// field, so that they are shown as rank and band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ScoreBand {
    /// The evidence, which is the best score unless there was a second look, lies in the upper third between the threshold
    /// and one.
    Strong,
    /// In the middle third.
    Fair,
    /// In the lower third.
    Weak,
}

impl ScoreBand {
    /// The band of a piece of evidence.
    pub fn of(evidence: f64, threshold: f64) -> Self {
        match (evidence - threshold) / (1.0 - threshold).max(1e-9) {
            s if s >= 2.0 / 3.0 => Self::Strong,
            s if s >= 1.0 / 3.0 => Self::Fair,
            _ => Self::Weak,
        }
    }
}

/// What is known of a candidate. A file made elsewhere need not hold more than score, place and rank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CandidateProperties {
    /// 12 symbols derived from the scan and the place; the feature's id.
    #[serde(default)]
    pub id: Option<String>,
    /// From 1, the strongest first.
    #[serde(default)]
    pub rank: Option<u64>,
    /// Its rank without what was learnt from verdicts; absent where nothing learnt ordered the candidates.
    #[serde(default)]
    pub rank_shipped: Option<u64>,
    /// The learnt chance that it is real, as far as the verdicts go.
    #[serde(default)]
    pub score_learnt: Option<f64>,
    /// Whether it would have gone down by what was learnt, and stays where it was so that somebody looks at it.
    #[serde(default)]
    pub audit: Option<bool>,
    /// The class of its best hit, of a model that tells several apart or finds single things: a detector or a segmenter.
    #[serde(default)]
    pub class: Option<String>,
    /// What is shown of the score.
    #[serde(default)]
    pub band: Option<ScoreBand>,
    /// Best score of its hits, 0 to 1.
    pub score_max: f64,
    /// Mean score of its hits, 0 to 1.
    #[serde(default)]
    pub score_mean: Option<f64>,
    /// The model's mean score over eight further views of its best cell, turned, mirrored and shifted; absent where it was
    /// not looked at once more. Rank and band come from this and from the best score.
    #[serde(default)]
    pub score_looks: Option<f64>,
    /// The standard deviation of the scores in those views.
    #[serde(default)]
    pub score_looks_spread: Option<f64>,
    /// A second model's score, as the mean over its views; absent where none looked. Rank and band then come from all three.
    #[serde(default)]
    pub score_verifier: Option<f64>,
    /// How much of that score is poppy before the bloom.
    #[serde(default)]
    pub before_bloom: Option<f64>,
    /// Square metres on the ellipsoid.
    #[serde(default)]
    pub area_m2: Option<f64>,
    /// The same in mu (亩).
    #[serde(default)]
    pub area_mu: Option<f64>,
    /// How many cells or tiles hit.
    #[serde(default)]
    pub hits: Option<u64>,
    /// Names of the sources that show it.
    #[serde(default)]
    pub sources: Vec<String>,
    /// The name of the source it is best seen in.
    #[serde(default)]
    pub best_source: Option<String>,
    /// Ground sampling distance of that source in centimetres.
    #[serde(default)]
    pub gsd_cm: Option<f64>,
    /// When it was seen: `2026-05-03` or `2026-05-03/2026-05-05`.
    #[serde(default)]
    pub captured: Option<String>,
    /// The model's name.
    #[serde(default)]
    pub model: Option<String>,
    /// The score from which a cell is a hit.
    #[serde(default)]
    pub threshold: Option<f64>,
    /// Path of its chip, relative to the file, with `/`.
    #[serde(default)]
    pub chip: Option<String>,
    /// Path of the picture of its surroundings.
    #[serde(default)]
    pub context: Option<String>,
    /// Photos: metres within which it truly lies, in 95 of 100 cases.
    #[serde(default)]
    pub position_error_m: Option<f64>,
    /// How many photos and orthomosaics it was found in, of the day that says most for it; absent where one orthomosaic alone
    /// covers its place.
    #[serde(default)]
    pub seen_in: Option<usize>,
    /// How many photos and orthomosaics of that day searched its place.
    #[serde(default)]
    pub covered_by: Option<usize>,
    /// The mean over those that searched its place of the best score in each, nought where it was not found.
    #[serde(default)]
    pub score_views: Option<f64>,
    /// Longitude of a point inside it, degrees.
    pub lon: f64,
    /// Latitude of that point.
    pub lat: f64,
}

/// Whether ground was searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CoverageStatus {
    /// It was.
    Searched,
    /// It was not.
    NotSearched,
}

/// What is known of a part of the ground; the feature's id is the reason, or `searched`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CoverageProperties {
    /// Whether it was searched.
    pub status: CoverageStatus,
    /// Why it was not; `null` where it was.
    pub reason: Option<Reason>,
    /// Square metres.
    pub area_m2: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_thirds_above_the_threshold() {
        assert_eq!(ScoreBand::of(0.95, 0.4), ScoreBand::Strong);
        assert_eq!(ScoreBand::of(0.65, 0.4), ScoreBand::Fair);
        assert_eq!(ScoreBand::of(0.41, 0.4), ScoreBand::Weak);
        assert_eq!(ScoreBand::of(1.0, 1.0), ScoreBand::Weak);
    }
}
