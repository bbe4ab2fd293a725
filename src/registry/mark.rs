//! What is remarked of a site or of one of its moves.

use super::body::{Detection, Meaning};
use super::ids::Hash;
use super::need::Need;
use super::stamp::Stamp;
use super::state::State;
use serde::{Deserialize, Serialize};

/// An entry that was wrong and counts no more; what it said stays to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voided {
    /// Its type.
    pub kind: String,
    /// Its event, when, by whom.
    pub entry: Stamp,
    /// What it said.
    pub body: serde_json::Value,
    /// Why it was voided.
    pub reason: String,
    /// By whom, when.
    pub by: Stamp,
}

/// Something that is followed and stays marked, because it makes hiding easier than it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The event.
    pub event: Hash,
    /// What about it.
    pub kind: MarkKind,
}

/// Why an event is marked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "mark")]
pub enum MarkKind {
    /// A supervisor recorded it in the name of somebody who holds a key.
    InTheirName {
        /// The supervisor.
        by: String,
        /// Why.
        reason: String,
    },
    /// Refuted with less than a confirmation needs.
    Unproven {
        /// What is missing.
        needs: Vec<Need>,
    },
    /// The site was moved farther than a correction of its position goes.
    Moved {
        /// Metres from where it was found.
        metres: u64,
    },
    /// Its plants were counted lower than before.
    CountLowered {
        /// Before.
        from: u64,
        /// Since.
        to: u64,
    },
    /// Its area was corrected to less than half.
    AreaLowered {
        /// Before, dm².
        from: i64,
        /// Since, dm².
        to: i64,
    },
    /// It was merged across a distance.
    FarMerge {
        /// Metres.
        metres: u64,
    },
    /// It was merged into a site of another season.
    OtherSeason {
        /// Its own.
        from: i16,
        /// The other's.
        to: i16,
    },
    /// The time of an event was corrected.
    Redated {
        /// What it had said.
        from: String,
    },
    /// It was entered in a season after the one in which it is said to have been found.
    EnteredLater {
        /// The day on which it was.
        on: String,
    },
    /// Its evidence has not arrived.
    EvidenceAbsent,
    /// It was closed, and nobody who took no part shows the spot after the eradication.
    ClosedUnseen,
    /// It was entered after the day by which it was due, as of a day before that.
    EnteredPastDue {
        /// The day on which it was entered.
        on: String,
        /// The day by which it was due: as the assignment says, else as the program would have it, whatever a unit decides.
        due: String,
    },
}

/// One of the moves in a dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputedMove {
    /// Where it leads.
    pub state: State,
    /// Its type.
    pub kind: String,
    /// When, by whom.
    pub stamp: Stamp,
}

/// A later detection as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SightingFact {
    /// The detection.
    pub detection: Detection,
    /// What follows from it.
    pub meaning: Meaning,
    /// The event.
    pub event: Hash,
}
