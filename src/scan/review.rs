//! What the review page shows of a scan: a contact sheet of its candidates. The page itself is made by whoever asks for
//! the scan ([`ReviewPage`]).

use crate::schema::ScoreBand;
use crate::words::Lang;
use serde::Serialize;

/// Makes the review page of a scan, beginning in a language. The same input gives the same text; pictures are linked relative
/// to the folder of the scan.
pub type ReviewPage = fn(&[Card], &ScanSummary, Lang) -> String;

/// A candidate as the page shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// The candidate's id, unique in the scan.
    pub id: String,
    /// 1 for the first.
    pub rank: u32,
    /// Its rank without what was learnt from verdicts, where anything was.
    pub rank_shipped: Option<u64>,
    /// Whether it would have gone down, and stays to be looked at.
    pub audit: bool,
    /// The highest score of its hits, 0 to 1.
    pub score_max: f64,
    /// The mean score of its hits, 0 to 1.
    pub score_mean: f64,
    /// The class of its best hit, where the model's classes say anything.
    pub class: Option<String>,
    /// What is shown of the score.
    pub band: ScoreBand,
    /// The mean of its scores in eight further views, where it was looked at once more.
    pub score_looks: Option<f64>,
    /// What a second model says of it, where one looked.
    pub score_verifier: Option<f64>,
    /// Area in square metres.
    pub area_m2: f64,
    /// Area in mu (亩).
    pub area_mu: f64,
    /// Number of hits.
    pub hits: u64,
    /// Longitude of a point inside it, WGS 84 degrees.
    pub lon: f64,
    /// Latitude of that point.
    pub lat: f64,
    /// Ground sampling distance of its source in centimetres.
    pub gsd_cm: f64,
    /// Capture date or period, as it is shown; `None` is shown as unknown.
    pub captured: Option<String>,
    /// Names of the sources that show it.
    pub sources: Vec<String>,
    /// Path of its chip, relative to the page, with `/`.
    pub chip: String,
    /// Path of the same picture without its outline, where there is one.
    pub plain: Option<String>,
    /// Path of its context picture, where it has one.
    pub context: Option<String>,
}

/// What the page says of the scan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScanSummary {
    /// The scan's id; decisions are kept under it.
    pub scan_id: String,
    /// The survey's name.
    pub survey: Option<String>,
    /// The administrative code of the unit.
    pub unit: Option<String>,
    /// The model's name.
    pub model: String,
    /// The threshold of the run, 0 to 1.
    pub threshold: f64,
    /// Ground searched, in square metres.
    pub searched_m2: f64,
    /// Ground not searched: the coverage layer's reason, and square metres.
    pub not_searched: Vec<(String, f64)>,
}
