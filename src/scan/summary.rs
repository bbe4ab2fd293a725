//! What a scan found, for whoever writes or prints it.

use super::find::{Candidate, ScanCoverage, SourceAreas, SourceFacts};
use super::model::BothStages;
use crate::imagery::photo::Remark;
use crate::imagery::{Beside, RasterError};
use crate::schema::{ExpectedRecord, Pattern};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a scan found.
#[derive(Debug)]
pub struct Summary {
    /// The scan's id.
    pub scan_id: String,
    /// What the imagery shows at some places of the ground.
    pub patterns: Vec<Pattern>,
    /// The candidates by rank.
    pub candidates: Vec<Candidate>,
    /// Places that were left out, since too few of the photos that searched them show anything.
    pub doubted: usize,
    /// Places that both stages together think too little of to list them, the likeliest first.
    pub set_aside: Vec<Candidate>,
    /// By what they were set aside; nothing where none could be.
    pub both: Option<BothStages>,
    /// The ground.
    pub coverage: ScanCoverage,
    /// What is known of the sources searched.
    pub sources: Vec<SourceFacts>,
    /// What of each of them was searched.
    pub grounds: Vec<SourceAreas>,
    /// Sources refused.
    pub refused: Vec<RasterError>,
    /// What a pilot should know of the photos: file name, remark.
    pub remarks: Vec<(String, Remark)>,
    /// Photos that were not searched, since others show their ground often enough.
    pub skipped: Vec<String>,
    /// Files of other kinds that lay in the folders and were passed over.
    pub ignored: usize,
    /// Files of kinds that lie beside imagery, which were opened and passed over.
    pub beside: BTreeMap<Beside, usize>,
    /// Finest and coarsest centimetres a pixel of the photos' searched parts, where there are photos.
    pub photos_gsd_cm: Option<(f64, f64)>,
    /// Photos searched, and the flights they were taken on.
    pub photos: (usize, usize),
    /// Numbers of the shards of a plan that have not been run, where they were merged without.
    pub not_run: Vec<usize>,
    /// Square metres that could not be read.
    pub unreadable_m2: f64,
    /// Tiles scored in all, and how many of them in earlier runs.
    pub tiles: (u64, u64),
    /// Seconds of this run.
    pub seconds: f64,
    /// Whether pictures of the candidates and the contact sheet were asked for.
    pub has_pictures: bool,
    /// What the model ran on, such as `CPU, ONNX Runtime 1.28.0`.
    pub engine: String,
    /// The score from which a crew may be sent without screening, where a model says one, and how many candidates reach it.
    pub dispatch: Option<(f64, usize)>,
    /// Candidates to be expected on kinds of ground, where the verifier or else the model says them and the model's own threshold is used.
    pub expected: Vec<ExpectedRecord>,
    /// The threshold used.
    pub threshold: f64,
    /// Where the files are.
    pub out: PathBuf,
}

impl Summary {
    /// How many sources have no day, neither named nor by their own tags.
    pub fn undated(&self) -> usize {
        let undated = self
            .sources
            .iter()
            .filter(|source| source.captured.is_none());
        undated.count()
    }

    /// Whether something that was asked for could not be searched: exit code 2.
    pub fn is_partial(&self) -> bool {
        !self.refused.is_empty() || !self.not_run.is_empty() || self.unreadable_m2 > 0.0
    }
}
