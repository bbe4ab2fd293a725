//! `scan.json`: what a scan's results are owed to.

use super::pattern::Pattern;
use super::reason::Reason;
use crate::words::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format of [`ScanRecord`].
pub const SCAN_FORMAT: &str = "papaver.scan/1";

/// The record of a scan. All but `run` is the same wherever and whenever the scan is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ScanRecord {
    /// `papaver.scan/1`.
    pub format: String,
    /// The scan's id: 16 symbols of everything its result depends on.
    pub scan_id: String,
    /// The survey's name.
    pub survey: Option<String>,
    /// The administrative code of the unit: 6, 9 or 12 digits.
    pub unit: Option<String>,
    /// The time zone of the capture dates, such as `Asia/Shanghai` or `+08:00`.
    #[serde(default)]
    pub timezone: Option<String>,
    /// The version of the program that wrote it.
    #[serde(default)]
    pub program_version: String,
    /// The model.
    pub model: ModelRecord,
    /// How candidates were looked at once more; `null` where they were not.
    #[serde(default)]
    pub second_stage: Option<SecondStageRecord>,
    /// The options that the result depends on.
    #[serde(default)]
    pub options: OptionsRecord,
    /// When all sources were taken: as the user named, else by their own tags; `null` where neither says.
    pub captured: Option<PeriodRecord>,
    /// When all sources were taken by their own tags, whatever the user named; `null` where no source says.
    #[serde(default)]
    pub tagged: Option<PeriodRecord>,
    /// The day on which the first of the sources' files was made, by its own tag: it was not flown later; `null` where none says.
    #[serde(default)]
    pub made: Option<String>,
    /// What the imagery shows at some places of the ground, by which a part of it is known again, however it was written.
    #[serde(default)]
    pub patterns: Vec<Pattern>,
    /// The sources searched, by name.
    #[serde(default)]
    pub sources: Vec<SourceRecord>,
    /// The sources refused, and those of which a part was of no use.
    #[serde(default)]
    pub refused: Vec<RefusedSource>,
    /// Figures of the whole scan.
    pub totals: Totals,
    /// SHA-256 in hexadecimal of every other file that the scan wrote for people, by its name in the folder, with `/`;
    /// folders of version 0.1.0 lack it.
    #[serde(default)]
    pub outputs: Option<BTreeMap<String, String>>,
    /// What the photos say of the flight; `null` where none was searched.
    #[serde(default)]
    pub flight: Option<FlightQuality>,
    /// What differs from run to run.
    #[serde(default)]
    pub run: RunRecord,
}

/// The name that records give the model that comes with the program.
pub const BUILT_IN_MODEL: &str = "papaver (built-in)";

/// A model's name, which may hold more than [`BUILT_IN_MODEL`], as people read it.
pub fn model_name(name: &str, lang: Lang) -> String {
    lang.pick(name.to_owned(), name.replace(BUILT_IN_MODEL, "内置模型"))
}

/// The model of a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ModelRecord {
    /// Its file name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Centimetres a pixel that it was trained for.
    #[serde(default)]
    pub resolution_cm: f64,
    /// Coarsest centimetres a pixel that it is used on.
    #[serde(default)]
    pub coarsest_cm: f64,
    /// The score from which a cell is a hit, 0 to 1.
    pub threshold: f64,
    /// The score from which a crew may be sent without screening, where the model says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch_threshold: Option<f64>,
    /// Candidates to be expected on kinds of ground, where the model says them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<ExpectedRecord>,
}

/// Candidates a square kilometre that a model's makers found on one kind of ground, each with the ends of its 95 % interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExpectedRecord {
    /// What ground it is.
    pub ground: GroundName,
    /// At the threshold for screening.
    #[serde(default)]
    pub screening: Option<[f64; 3]>,
    /// At that for direct dispatch.
    #[serde(default)]
    pub dispatch: Option<[f64; 3]>,
}

/// A kind of ground in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GroundName {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// How candidates were looked at once more, which decides their order and band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SecondStageRecord {
    /// Views in which the model looked again.
    pub looks: usize,
    /// The second model, where one looked.
    pub verifier: Option<VerifierRecord>,
    /// SHA-256 of the file with what was learnt from verdicts, where that ordered the candidates.
    #[serde(default)]
    pub learnt: Option<String>,
    /// By what places were set aside; absent where none could be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<ListedRecord>,
}

/// How both stages decided what is listed as a candidate: what reaches either.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ListedRecord {
    /// The evidence of both stages.
    pub evidence: f64,
    /// The mean of all looks of the first stage, or of its best scores in several sources.
    pub sure: f64,
}

/// The second model of a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct VerifierRecord {
    /// Its file name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The score from which a candidate is more than weak.
    pub threshold: f64,
    /// The score from which a crew may be sent without it; absent where the model names none.
    #[serde(default)]
    pub dispatch_threshold: Option<f64>,
}

/// The options that a scan's result depends on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OptionsRecord {
    /// Metres within which hits are one plot.
    #[serde(default)]
    pub site_radius_m: f64,
    /// The day or period the user named: `2026-05-03` or `2026-05-03/2026-05-05`.
    #[serde(default)]
    pub captured: Option<String>,
    /// Options of the search by name, as text; empty where one was not given.
    #[serde(default)]
    pub search: BTreeMap<String, String>,
}

/// Days, both ends included, as `2026-05-03`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PeriodRecord {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

/// Centimetres a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum GsdCm {
    /// Along x and along y.
    Both([f64; 2]),
    /// The same along both: read, never written.
    One(f64),
}

impl GsdCm {
    /// The coarser of the two.
    pub fn coarser(self) -> f64 {
        match self {
            Self::Both([x, y]) => x.max(y),
            Self::One(gsd) => gsd,
        }
    }
}

/// A source that was searched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SourceRecord {
    /// Its name, unique in the scan.
    pub name: String,
    /// Its fingerprint: size and samples of its content.
    #[serde(default)]
    pub fingerprint: String,
    /// The name of its coordinate system.
    #[serde(default)]
    pub crs: String,
    /// Columns.
    #[serde(default)]
    pub width: u32,
    /// Rows.
    #[serde(default)]
    pub height: u32,
    /// Its true ground sampling distance.
    pub gsd_cm: Option<GsdCm>,
    /// Whether it is coarser than the model can bear and was searched all the same.
    #[serde(default)]
    pub too_coarse: bool,
    /// When it was taken: as the user named, else by its own tags; `null` where neither says.
    #[serde(default)]
    pub captured: Option<PeriodRecord>,
    /// When it was taken by its own tags; `null` where it does not say.
    #[serde(default)]
    pub tagged: Option<PeriodRecord>,
    /// Square metres searched, before other sources and the boundary are regarded.
    #[serde(default)]
    pub searched_m2: f64,
    /// Square metres not searched, by reason.
    #[serde(default)]
    pub not_searched_m2: BTreeMap<Reason, f64>,
}

impl SourceRecord {
    /// Square metres of all its pixels, where it says how many it has and how large they are.
    pub fn pixels_m2(&self) -> Option<f64> {
        let (x_cm, y_cm) = match self.gsd_cm? {
            GsdCm::Both([x, y]) => (x, y),
            GsdCm::One(gsd) => (gsd, gsd),
        };
        let pixels = f64::from(self.width) * f64::from(self.height);
        (pixels > 0.0).then_some(pixels * x_cm * y_cm / 1e4)
    }
}

/// A source that was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RefusedSource {
    /// Its file name.
    pub name: String,
    /// Why, as an English sentence.
    pub reason: String,
}

/// Figures of a whole scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Totals {
    /// Square metres of unique ground searched.
    pub searched_m2: f64,
    /// Square metres not searched, by reason.
    #[serde(default)]
    pub not_searched_m2: BTreeMap<Reason, f64>,
    /// Candidates.
    #[serde(default)]
    pub candidates: usize,
    /// Places that the stages of the model together thought too little of to list them.
    #[serde(default)]
    pub set_aside: usize,
    /// Square metres of all candidates.
    #[serde(default)]
    pub candidates_m2: f64,
    /// Tiles scored.
    #[serde(default)]
    pub tiles: u64,
}

/// What the photos say of the flight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FlightQuality {
    /// Photos of which anything was searched.
    pub photos: usize,
    /// Flights they were taken on.
    pub flights: usize,
    /// Finest and coarsest centimetres a pixel of the searched parts.
    pub gsd_cm: Option<[f64; 2]>,
    /// Photos rejected, by reason.
    pub set_aside: BTreeMap<Reason, usize>,
    /// Photos by what their height was taken from.
    pub height_from: BTreeMap<String, usize>,
    /// Photos by what their heading was taken from.
    pub heading_from: BTreeMap<String, usize>,
    /// Photos by what their focal length was taken from.
    pub focal_length_from: BTreeMap<String, usize>,
    /// Names of the photos that were not searched, since others show their ground often enough.
    pub skipped: Vec<String>,
    /// Places left out, since too few of the photos that searched them show anything.
    pub doubted: usize,
    /// What a pilot should know.
    pub remarks: Vec<FlightRemark>,
}

/// What a pilot should know of a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FlightRemark {
    /// The photo's file name.
    pub photo: String,
    /// A code, such as `clock_jump_s`.
    pub kind: String,
    /// Its figure, in the unit that the code ends with.
    pub value: Option<f64>,
}

/// What differs from run to run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct RunRecord {
    /// When it ended, RFC 3339.
    pub finished: String,
    /// Seconds it took.
    pub seconds: f64,
    /// Tiles that were scored in earlier runs.
    pub tiles_before: u64,
    /// Files of other kinds that lay in the folders and were passed over.
    pub ignored_files: usize,
    /// Files of kinds that lie beside imagery, which were opened and passed over, by their kind, such as `heights`.
    pub passed_over: BTreeMap<String, usize>,
    /// Worker threads.
    pub threads: usize,
    /// What the model ran on.
    pub device: String,
    /// The version of ONNX Runtime.
    pub runtime: String,
    /// The version of GDAL.
    pub gdal: String,
    /// The inputs as the user named them.
    pub inputs: Vec<String>,
    /// What the user said of photos, by which they are laid on the ground again.
    pub photos: PhotosRecord,
}

/// What the user said of photos that decides where they lie.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PhotosRecord {
    /// The terrain model, as the user named it.
    pub dem: Option<String>,
    /// Metres of the ground above the sea.
    pub ground_elevation_m: Option<f64>,
    /// The sensor's width in millimetres.
    pub sensor_width_mm: Option<f64>,
    /// The list that says where photos were taken, as the user named it.
    pub pos: Option<String>,
    /// Whether photos that do not say how far the camera was tilted were taken straight down.
    pub looking_down: bool,
}
