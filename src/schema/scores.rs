//! `scores.jsonl` and the segments of the journal: what was scored, one line a task or chunk.
//!
//! Each line is the CRC-32 of its text as eight hexadecimal digits, a space, and the text, a JSON value. The first line says
//! what the scores are bound to.

use super::pattern::Pattern;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format of the lines.
pub const SCORES_FORMAT: &str = "papaver.scores/1";

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScoreLine {
    /// The first line.
    Key(ScoresKey),
    /// What a task scored at or above the floor.
    Cells(CellsRecord),
    /// The ground of a chunk.
    Ground(GroundRecord),
}

/// What scores are bound to: all that decides what a cell scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ScoresKey {
    /// `papaver.scores/1`.
    pub format: String,
    /// The rules by which cells are scored.
    pub rules: String,
    /// SHA-256 of the model.
    pub model: String,
    /// The options that decide what a cell scores, by name.
    pub options: BTreeMap<String, String>,
    /// Names and fingerprints of the sources, in order.
    pub sources: Vec<(String, String)>,
    /// Cells that score less are left out.
    pub floor: f32,
}

/// What a task scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CellsRecord {
    /// The number of the work.
    pub work: usize,
    /// The number of the task in it.
    pub task: usize,
    /// The cells in the order in which the model gives them.
    pub cells: Vec<CellRecord>,
}

/// A cell: its first column and row and those after its last, in model pixels of the source; its score, which survives its
/// decimal text unchanged; the number of its class; and of a detector that scores several tiles at once, the number from 1 on of
/// the tile of its task that shows it, which earlier versions did not keep.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("minItems" = 6)))]
pub struct CellRecord(
    pub u32,
    pub u32,
    pub u32,
    pub u32,
    pub f32,
    pub u16,
    #[serde(default, skip_serializing_if = "is_nought")] pub u16,
);

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde gives it by reference"
)]
fn is_nought(number: &u16) -> bool {
    *number == 0
}

/// A rectangle: its first column and row and those after its last.
pub type CornersRecord = [u32; 4];

/// The ground of a chunk, in pixels of the level that is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GroundRecord {
    /// The number of the work.
    pub work: usize,
    /// The number of the chunk in it.
    pub chunk: usize,
    /// Without data.
    pub no_data: Vec<CornersRecord>,
    /// Unreadable.
    pub unreadable: Vec<CornersRecord>,
    /// Black or white.
    pub blank: Vec<CornersRecord>,
    /// How sharp a photo is, in millionths.
    pub sharpness: Option<u32>,
    /// Why a photo turned out to be of no use.
    pub fault: Option<PictureFault>,
    /// What it shows at some places, by which it is known again; earlier versions have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<Pattern>,
}

/// Why a photo's picture is of no use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PictureFault {
    /// The file cannot be read, in the system's words.
    Unreadable(String),
    /// It is cut off before its picture ends.
    Truncated,
    /// Its picture is damaged.
    Damaged,
    /// It is blurred.
    Blurred,
    /// It is too dark.
    Dark,
    /// It is overexposed.
    Overexposed,
    /// It has the colours of a near-infrared camera.
    NearInfrared,
    /// Black and white.
    Colourless,
    /// Measured values shown in false colours.
    Palette,
}
