//! What can be done with a site, and in which states. Pure.

use super::body::{Body, Meaning};
use super::state::State;
use crate::words::Lang;
use serde::{Deserialize, Serialize};

/// What can be done with a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Look at it on the screen.
    Screen,
    /// Send a crew.
    Assign,
    /// Record what a crew found.
    Visit,
    /// Record an eradication.
    Eradicate,
    /// Accept an eradication, or refuse to.
    Accept,
    /// Take it up again.
    Reopen,
    /// End a dispute.
    Resolve,
    /// Make it part of another.
    Merge,
    /// Make it several.
    Split,
    /// A later detection raises it anew.
    Raise,
}

impl Move {
    const ALL: [Self; 10] = [
        Self::Screen,
        Self::Assign,
        Self::Visit,
        Self::Eradicate,
        Self::Accept,
        Self::Reopen,
        Self::Resolve,
        Self::Merge,
        Self::Split,
        Self::Raise,
    ];

    /// The command's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Assign => "assign",
            Self::Visit => "visit",
            Self::Eradicate => "eradicate",
            Self::Accept => "accept",
            Self::Reopen => "reopen",
            Self::Resolve => "resolve",
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Raise => "record",
        }
    }

    /// The word that people use.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Screen => lang.pick("screen", "研判"),
            Self::Assign => lang.pick("assign", "派查"),
            Self::Visit => lang.pick("visit", "核查"),
            Self::Eradicate => lang.pick("eradicate", "铲除"),
            Self::Accept => lang.pick("accept", "验收"),
            Self::Reopen => lang.pick("reopen", "重开"),
            Self::Resolve => lang.pick("resolve", "裁定"),
            Self::Merge => lang.pick("merge", "合并"),
            Self::Split => lang.pick("split", "拆分"),
            Self::Raise => lang.pick("record", "录入"),
        }
    }

    /// The move that an event makes; `None` for notes, corrections and plain sightings.
    pub fn of(body: &Body) -> Option<Self> {
        Some(match body {
            Body::Screen(_) => Self::Screen,
            Body::Assign(_) => Self::Assign,
            Body::Visit(_) => Self::Visit,
            Body::Eradicate(_) => Self::Eradicate,
            Body::Accept(_) => Self::Accept,
            Body::Reopen(_) => Self::Reopen,
            Body::Resolve(_) => Self::Resolve,
            Body::Merge(_) => Self::Merge,
            Body::Split(_) => Self::Split,
            Body::Sighting(sighting) if sighting.meaning == Meaning::Raised => Self::Raise,
            _ => return None,
        })
    }

    pub(super) fn from(self) -> &'static [State] {
        use State::{
            Candidate, Closed, Confirmed, Dispatched, Eradicated, Refuted, Revisit, ScreenedOut,
        };
        match self {
            Self::Screen => &[Candidate],
            Self::Assign => &[Candidate, Revisit, Dispatched],
            Self::Visit => &[Dispatched, Revisit, Confirmed],
            Self::Eradicate => &[Confirmed, Eradicated],
            Self::Accept => &[Eradicated],
            Self::Reopen => &[ScreenedOut, Refuted, Closed],
            Self::Raise => &[ScreenedOut, Refuted],
            Self::Resolve => &[],
            Self::Merge => &[
                Candidate,
                Dispatched,
                Revisit,
                Confirmed,
                Eradicated,
                Refuted,
                ScreenedOut,
                Closed,
            ],
            Self::Split => &[Candidate, Dispatched, Revisit, Confirmed, Eradicated],
        }
    }

    /// What a person can do with a site in this state.
    pub fn allowed_in(state: State, disputed: bool) -> Vec<Self> {
        let steps = Self::ALL.into_iter();
        steps.filter(|step| step.is_open(state, disputed)).collect()
    }

    fn is_open(self, state: State, disputed: bool) -> bool {
        match self {
            Self::Resolve => disputed,
            Self::Raise => false,
            Self::Accept | Self::Screen | Self::Merge | Self::Split if disputed => false,
            step => step.from().contains(&state),
        }
    }
}
