//! What a crew finds and does: visits, counts, eradications, acceptances.

use crate::registry::ids::Hash;
use crate::registry::state::State;
use serde::{Deserialize, Serialize};

/// What a crew found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Poppy that somebody planted.
    Cultivated,
    /// Poppy that nobody planted.
    Wild,
    /// Another species that looks alike.
    Lookalike,
    /// Nothing there.
    Nothing,
    /// Poppy grown under licence.
    Licensed,
    /// The place was not reached.
    NotReached,
    /// The plants are too young to tell.
    TooEarly,
    /// The crew could not tell.
    Unsure,
}

impl Outcome {
    /// The state that follows.
    pub fn leads_to(self) -> State {
        match self {
            Self::Cultivated | Self::Wild => State::Confirmed,
            Self::Lookalike | Self::Nothing | Self::Licensed => State::Refuted,
            Self::NotReached | Self::TooEarly | Self::Unsure => State::Revisit,
        }
    }

    /// Whether it settles what a place is: nobody has to come again to see.
    pub fn settles(self) -> bool {
        self.leads_to() != State::Revisit
    }
}

/// How plants were counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "method")]
pub enum Count {
    /// 逐株: each plant.
    Each {
        /// How many.
        plants: u64,
    },
    /// 抽样: in quadrats, scaled by the area.
    Quadrats {
        /// Plants in each quadrat.
        counts: Vec<u64>,
        /// The size of one quadrat.
        quadrat_dm2: u64,
        /// The area that is planted.
        area_dm2: u64,
        /// The estimate: mean per square metre times area, rounded to a plant.
        plants: u64,
        /// Lower end of the 95 % interval of the estimate.
        low: u64,
        /// Upper end.
        high: u64,
    },
}

impl Count {
    /// The number of plants, counted or estimated.
    pub fn plants(&self) -> u64 {
        match self {
            Self::Each { plants } | Self::Quadrats { plants, .. } => *plants,
        }
    }
}

/// See [`super::Body::Visit`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// What was found.
    pub outcome: Outcome,
    /// The officers who were there, the author among them where they were.
    pub officers: Vec<String>,
    /// A witness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
    /// The look-alike species.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub species: Option<String>,
    /// Growth stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<GrowthStage>,
    /// Whether capsules were cut for sap 割浆.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sap_cut: Option<bool>,
    /// The count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
    /// The planted area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_dm2: Option<u64>,
    /// Where it grows: courtyard, vegetable garden, greenhouse, woodland, waste land, roof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub habitat: Option<String>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why it was recorded without the evidence it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<String>,
    /// The row of a file that it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
}

impl Visit {
    /// The planted area that was measured, in square decimetres.
    pub(in crate::registry) fn measured_dm2(&self) -> Option<i64> {
        i64::try_from(self.area_dm2?).ok()
    }
}

/// The row of a file that an event was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The file's name.
    pub file: String,
    /// Its digest.
    pub sha256: Hash,
    /// The line in it, or the number of the feature.
    pub line: u64,
}

/// Growth stages, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrowthStage {
    /// 未出苗.
    NotEmerged,
    /// 苗期.
    Seedling,
    /// 抽薹.
    Bolting,
    /// 现蕾.
    Bud,
    /// 开花.
    Flowering,
    /// 蒴果.
    Capsule,
    /// 枯熟.
    Withered,
}

/// See [`super::Body::Eradicate`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eradicate {
    /// Per cent of the plants destroyed, 0 to 100.
    pub percent: u8,
    /// How: pulled, mown, dug, sprayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Who did it, the author among them only where named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub officers: Vec<String>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why it was recorded without the evidence it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<String>,
    /// The row of a file that it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
}

/// See [`super::Body::Accept`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accept {
    /// Accepted, or failed.
    pub passed: bool,
    /// What was left: residue or regrowth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<FailReason>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why it was recorded without the evidence it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<String>,
}

/// Why an acceptance failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailReason {
    /// Plants were left standing.
    Residue,
    /// Plants have grown again.
    Regrowth,
}
