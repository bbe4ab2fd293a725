//! Which move a state allows, and what a move needs. Pure: a decision over facts.

use super::body::{Body, Meaning};
use super::event::EvidenceRef;
use super::ids::DeviceId;
use super::need::lacking;
pub use super::need::{Need, unproven};
use super::people::folded_name;
pub use super::refusal::Refusal;
use super::state::State;
use crate::words::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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

    fn from(self) -> &'static [State] {
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
        Self::ALL
            .into_iter()
            .filter(|step| match step {
                Self::Resolve => disputed,
                Self::Raise => false,
                Self::Accept | Self::Screen | Self::Merge | Self::Split if disputed => false,
                step => step.from().contains(&state),
            })
            .collect()
    }
}

/// What is known at the point where a move is made.
#[derive(Debug, Clone, Default)]
pub struct MoveContext {
    /// The state there; `None` where the site's founding is not known.
    pub state: Option<State>,
    /// Whether it is in dispute there.
    pub disputed: bool,
    /// The states that are claimed in the dispute.
    pub claimed: BTreeSet<State>,
    /// Who took part in an eradication: their names as they are compared ([`folded_name`]).
    pub eradicators: BTreeSet<String>,
    /// The personal keys that eradications were signed with.
    pub eradicators_keys: BTreeSet<DeviceId>,
    /// Per cent destroyed, the least where several say.
    pub percent: Option<u8>,
    /// Whether a photograph of the scene is on file.
    pub scene_photo: bool,
    /// Whether a picture from after the eradication is on file.
    pub after_photo: bool,
    /// Who kept it at the desk, as names are compared.
    pub kept_by: BTreeSet<String>,
    /// Where in its history they did.
    pub kept_at: BTreeSet<usize>,
}

/// Who makes a move.
#[derive(Debug, Clone, Copy)]
pub struct MoveAuthor<'a> {
    /// Their name.
    pub name: &'a str,
    /// The personal key that they signed with.
    pub key: Option<DeviceId>,
    /// Whether their unit lies above the site's.
    pub above: bool,
}

/// Where a move leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Led {
    /// The state that stands.
    pub state: State,
    /// The state that the move claims; another one where it is a dispute.
    pub claimed: State,
}

impl From<State> for Led {
    fn from(state: State) -> Self {
        Self {
            state,
            claimed: state,
        }
    }
}

/// Where an event leads a site. `evidence` is what of it has arrived.
///
/// # Errors
/// Why it is not followed.
pub fn decide(
    view: &MoveContext,
    body: &Body,
    author: MoveAuthor,
    evidence: &[EvidenceRef],
) -> Result<Led, Refusal> {
    let Some(step) = Move::of(body) else {
        return view.state.map(Led::from).ok_or(Refusal::MissingHistory);
    };
    let state = view.state.ok_or(Refusal::MissingHistory)?;
    if step == Move::Resolve {
        return resolve(view, body, state, author).map(Led::from);
    }
    if !step.from().contains(&state) {
        return Err(Refusal::State {
            state,
            allowed: Move::allowed_in(state, view.disputed),
        });
    }
    let next = leads_to(body, state);
    if state == State::Confirmed && step == Move::Visit && next != State::Confirmed {
        return Err(Refusal::State {
            state,
            allowed: Move::allowed_in(state, view.disputed),
        });
    }
    if view.disputed && !next.is_open() {
        return Err(Refusal::Disputed);
    }
    reasons(body)?;
    if let Body::Eradicate(eradicate) = body
        && !(1..=100).contains(&eradicate.percent)
    {
        return Err(Refusal::Percent);
    }
    if next == State::Closed && step == Move::Accept {
        may_close(view, author)?;
    }
    if step == Move::Accept && took_part(view, author) {
        return Err(Refusal::SelfAcceptance);
    }
    let needs = lacking(view, body, evidence);
    if !needs.is_empty() && body.forced().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Refusal::Lacks { needs });
    }
    // Put aside by one what another kept: neither wins in silence.
    let overrides = next == State::ScreenedOut
        && view
            .kept_by
            .iter()
            .any(|kept| *kept != folded_name(author.name));
    Ok(Led {
        state: if overrides { state } else { next },
        claimed: next,
    })
}

/// Nothing closes while something is left, nor by whoever took part: neither is ever forced.
fn may_close(view: &MoveContext, author: MoveAuthor) -> Result<(), Refusal> {
    let percent = view.percent.unwrap_or(0);
    if percent < 100 {
        return Err(Refusal::NotAll { percent });
    }
    if took_part(view, author) {
        return Err(Refusal::SelfAcceptance);
    }
    Ok(())
}

/// Another person is one with another name, whatever the unit, and with another key.
fn took_part(view: &MoveContext, author: MoveAuthor) -> bool {
    view.eradicators.contains(&folded_name(author.name))
        || author
            .key
            .is_some_and(|key| view.eradicators_keys.contains(&key))
}

fn resolve(
    view: &MoveContext,
    body: &Body,
    state: State,
    author: MoveAuthor,
) -> Result<State, Refusal> {
    let Body::Resolve(resolve) = body else {
        return Err(Refusal::NotClaimed);
    };
    if !view.disputed {
        return Err(Refusal::State {
            state,
            allowed: Move::allowed_in(state, false),
        });
    }
    if resolve.reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    if !view.claimed.contains(&resolve.state) || resolve.state.is_gone() {
        return Err(Refusal::NotClaimed);
    }
    if resolve.state == State::Closed {
        may_close(view, author)?;
    }
    if lowers(view, state, resolve.state) && !author.above {
        return Err(Refusal::HigherUnit);
    }
    Ok(resolve.state)
}

/// Whether to resolve so would say that there was nothing where a crew found something, or that nothing is left where one
/// says that something is. What was eradicated or closed was found before.
fn lowers(view: &MoveContext, state: State, to: State) -> bool {
    let claims = |claimed: State| state == claimed || view.claimed.contains(&claimed);
    let found = claims(State::Eradicated) || claims(State::Closed);
    to > State::Eradicated && (claims(State::Confirmed) || found && to != State::Closed)
}

fn leads_to(body: &Body, state: State) -> State {
    match body {
        Body::Screen(screen) if screen.keep => State::Candidate,
        Body::Screen(_) => State::ScreenedOut,
        Body::Assign(_) => State::Dispatched,
        Body::Visit(visit) => visit.outcome.leads_to(),
        Body::Eradicate(_) => State::Eradicated,
        Body::Accept(accept) if accept.passed => State::Closed,
        Body::Accept(_) => State::Confirmed,
        Body::Reopen(_) if state == State::Closed => State::Confirmed,
        Body::Reopen(_) | Body::Sighting(_) => State::Candidate,
        Body::Merge(_) => State::Merged,
        Body::Split(_) => State::Split,
        _ => state,
    }
}

/// Moves that are nothing without their reason.
fn reasons(body: &Body) -> Result<(), Refusal> {
    let said = match body {
        Body::Screen(screen) => screen.keep || screen.reason.is_some(),
        Body::Accept(accept) => accept.passed || accept.reason.is_some(),
        Body::Reopen(reopen) => !reopen.reason.trim().is_empty(),
        Body::Merge(merge) => !merge.reason.trim().is_empty(),
        Body::Split(split) => !split.reason.trim().is_empty() && split.into.len() >= 2,
        _ => true,
    };
    if said { Ok(()) } else { Err(Refusal::NoReason) }
}
