//! The decisions that the contact sheet saves.

use serde::{Deserialize, Serialize};

/// The format of [`Decisions`].
pub const DECISIONS_FORMAT: &str = "papaver.decisions/1";

/// What was decided at the contact sheet of a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Decisions {
    /// `papaver.decisions/1`.
    pub format: String,
    /// The scan's id.
    #[serde(default)]
    pub scan_id: String,
    /// Each candidate that was decided.
    pub decided: Vec<Decided>,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Decided {
    /// The candidate's id.
    pub candidate: String,
    /// What was decided.
    pub decision: Verdict,
    /// Why it was rejected.
    #[serde(default)]
    pub reason: Option<RejectReason>,
    /// When, RFC 3339.
    pub at: String,
    /// Seconds that it was looked at, where they were measured.
    #[serde(default)]
    pub seconds: Option<u64>,
    /// What was noted.
    #[serde(default)]
    pub note: Option<String>,
}

/// What was decided of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is to be looked at.
    Keep,
    /// It is put aside, with a reason.
    Reject,
}

/// Why a candidate was put aside at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// A flower that looks alike, such as corn poppy 虞美人.
    Lookalike,
    /// A field crop.
    Crop,
    /// A garden flower.
    GardenFlower,
    /// A vegetable.
    Vegetable,
    /// Not a plant.
    Object,
    /// Shadow, blur or a fault of the image.
    ShadowOrBlur,
    /// Another candidate or site is the same place.
    Duplicate,
    /// Something else; a note says what.
    Other,
}

impl RejectReason {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::Lookalike,
        Self::Crop,
        Self::GardenFlower,
        Self::Vegetable,
        Self::Object,
        Self::ShadowOrBlur,
        Self::Duplicate,
        Self::Other,
    ];
}
