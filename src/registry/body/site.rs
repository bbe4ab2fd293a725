//! How a site comes into being, is seen again, judged at the desk, joined, parted and put right.

use crate::registry::ids::{Hash, SiteKey};
use crate::registry::place::Place;
use crate::registry::state::State;
use crate::schema::RejectReason;
use serde::{Deserialize, Serialize};

/// How a site became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// 航测: a scan.
    Scan,
    /// 踏查: people on foot.
    Patrol,
    /// 举报: somebody told.
    TipOff,
    /// 靶标: handed down from above.
    Target,
    /// A single find.
    Find,
    /// Part of a site that was split.
    Split,
}

/// A detection in a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// The candidate's id.
    pub candidate: String,
    /// The scan's id.
    pub scan: String,
    /// First and last day of its imagery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<[String; 2]>,
    /// Highest score in 1e-4.
    pub score_e4: i64,
    /// Its rank in the scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u64>,
}

impl Detection {
    /// The first day of its imagery.
    pub fn first_day(&self) -> Option<&str> {
        self.captured.as_ref().map(|[first, _]| first.as_str())
    }

    /// The last day of its imagery.
    pub fn last_day(&self) -> Option<&str> {
        self.captured.as_ref().map(|[_, last]| last.as_str())
    }
}

/// See [`super::Body::Create`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Create {
    /// How it became known.
    pub source: FoundBy,
    /// What founded it, the text whose hash is the site's key.
    pub origin: String,
    /// Where it is.
    pub place: Place,
    /// Its area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_dm2: Option<i64>,
    /// The detection, where a scan found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<Detection>,
    /// The closed site nearby that this one is a recurrence of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurs_of: Option<SiteKey>,
    /// The site it was split from, and its state then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_from: Option<(SiteKey, State)>,
    /// Small place name 小地名.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What was said when it was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Create {
    /// A site at a place, of which nothing else is known.
    pub const fn new(source: FoundBy, origin: String, place: Place) -> Self {
        Self {
            source,
            origin,
            place,
            area_dm2: None,
            detection: None,
            recurs_of: None,
            split_from: None,
            name: None,
            note: None,
        }
    }
}

/// What a sighting means, decided from dates when it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Seen again; nothing follows.
    Seen,
    /// The site is raised anew.
    Raised,
    /// Seen after it was said to be eradicated.
    Residue,
}

/// See [`super::Body::Sighting`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The detection.
    pub detection: Detection,
    /// Where it was seen.
    pub place: Place,
    /// What follows from it.
    pub meaning: Meaning,
    /// Distance to the site's outline in centimetres.
    pub distance_cm: i64,
}

/// See [`super::Body::Screen`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// Kept for the field, or put aside.
    pub keep: bool,
    /// The reason for putting aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RejectReason>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How long somebody looked at it, in milliseconds, where that was measured and no [`Look`] of the same moment says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// The same in seconds, as earlier programs wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

impl Screen {
    /// How long somebody looked at it, in milliseconds, whichever way that was written.
    pub fn looked_ms(&self) -> Option<u64> {
        let seconds = || self.seconds.map(|seconds| seconds.saturating_mul(1_000));
        self.took_ms.or_else(seconds)
    }
}

/// What somebody says who looked at a candidate on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opinion {
    /// It is to be looked at in the field.
    Keep,
    /// It is none.
    Discard,
    /// It cannot be told.
    Unsure,
    /// What they said before does not count.
    Withdrawn,
}

/// See [`super::Body::Look`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// What they say.
    pub opinion: Opinion,
    /// Why it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RejectReason>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How long they looked, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// Whether they did not see what others had said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blind: bool,
}

/// See [`super::Body::Assign`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assign {
    /// The crew.
    pub crew: String,
    /// The day by which it should have been there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

/// A move that needs a reason and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonedMove {
    /// The reason.
    pub reason: String,
}

/// See [`super::Body::Resolve`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolve {
    /// The state that stands.
    pub state: State,
    /// Why.
    pub reason: String,
}

/// See [`super::Body::Merge`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The site that stays.
    pub into: SiteKey,
    /// Its state as the author saw it: never less severe than the state of the one that goes.
    pub into_state: State,
    /// Why.
    pub reason: String,
}

/// See [`super::Body::Split`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// The sites it becomes.
    pub into: Vec<SiteKey>,
    /// Why.
    pub reason: String,
}

/// Words, and perhaps files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The words.
    pub text: String,
}

/// See [`super::Body::Correct`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Correct {
    /// The event that was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Hash>,
    /// Where it really is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Its real area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_dm2: Option<i64>,
    /// Its small place name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The real number of plants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plants: Option<u64>,
    /// Where it grows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub habitat: Option<String>,
    /// When the event that `of` names really happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Why.
    pub reason: String,
}

/// An entry was wrong and counts no more. See [`super::Body::Void`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Void {
    /// The event of the entry.
    pub of: Hash,
    /// Why.
    pub reason: String,
}

/// What led to a site. See [`super::Body::CameOf`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameOf {
    /// The patrol or the tip-off.
    pub of: Hash,
}
