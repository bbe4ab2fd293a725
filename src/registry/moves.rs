//! Which move a state allows, and what a move needs. Pure: a decision over facts.

use super::body::Body;
use super::event::{Actor, EvidenceRef, EvidenceRole};
use super::ids::DeviceId;
use super::need::distinct;
pub use super::need::{Need, unproven};
pub use super::refusal::Refusal;
pub use super::site_move::Move;
use super::state::State;
use super::unit::is_below;
use std::collections::BTreeSet;

/// What is known at the point where a move is made.
#[derive(Debug, Clone, Default)]
pub struct MoveContext {
    /// The state there; `None` where the site's founding is not known.
    pub state: Option<State>,
    /// Whether it is in dispute there.
    pub disputed: bool,
    /// The states that are claimed in the dispute.
    pub claimed: BTreeSet<State>,
    /// Who took part in an eradication or recorded it: their names as they are compared ([`Actor::names`]).
    pub eradicators: BTreeSet<String>,
    /// The personal keys that eradications were signed with.
    pub eradicators_keys: BTreeSet<DeviceId>,
    /// Per cent destroyed, the least where several say.
    pub percent: Option<u8>,
    /// Whether a photograph of the scene is on file.
    pub scene_photo: bool,
    /// Whether a picture from after the eradication is on file.
    pub after_photo: bool,
    /// Who kept it at the desk: see [`keeper`].
    pub kept_by: BTreeSet<String>,
    /// Where in its history they did.
    pub kept_at: BTreeSet<usize>,
}

/// Whether it is an author's own keeping, which they may end: what is recorded in their name by another ends none.
pub(super) fn is_own_keeping(actor: &Actor, kept: &str) -> bool {
    actor.recorder.is_none() && kept == keeper(actor)
}

/// Who keeps a site, as one of those who do: who is called the same in another unit, or almost the same in one's own, is somebody
/// else, so that nobody puts aside in silence what another one keeps.
pub fn keeper(actor: &Actor) -> String {
    format!("{}/{}", actor.unit, actor.name)
}

/// Who makes a move.
#[derive(Debug, Clone, Copy)]
pub struct MoveAuthor<'a> {
    /// Their name, their unit, and the personal key that they signed with.
    pub actor: &'a Actor,
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
        return Err(Refusal::in_state(state, view.disputed));
    }
    let next = leads_to(body, state);
    if state == State::Confirmed && step == Move::Visit && next != State::Confirmed {
        return Err(Refusal::in_state(state, view.disputed));
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
    if next == State::Closed {
        may_close(view, author)?;
    }
    if step == Move::Accept && took_part(view, author.actor) {
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
            .any(|kept| !is_own_keeping(author.actor, kept));
    Ok(Led {
        state: if overrides { state } else { next },
        claimed: next,
    })
}

/// Nothing closes while something is left, nor by whoever took part: neither is ever forced.
fn may_close(view: &MoveContext, author: MoveAuthor) -> Result<(), Refusal> {
    match view.percent.unwrap_or(0) {
        percent @ ..100 => Err(Refusal::NotAll { percent }),
        _ if took_part(view, author.actor) => Err(Refusal::SelfAcceptance),
        _ => Ok(()),
    }
}

/// Another person is one with another name, whatever the unit, and with another key; and so is whoever records it in their name.
pub(super) fn took_part(view: &MoveContext, actor: &Actor) -> bool {
    let signer = actor.signer();
    actor.names().any(|name| view.eradicators.contains(&name))
        || signer.is_some_and(|key| view.eradicators_keys.contains(&key))
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
        return Err(Refusal::in_state(state, false));
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
    if lowers(view, state, resolve.state) && !author.above
        || resolve.state == State::ScreenedOut && is_kept_above(view, author)
    {
        return Err(Refusal::HigherUnit);
    }
    Ok(resolve.state)
}

/// Whether somebody of a unit above the author's keeps the site.
fn is_kept_above(view: &MoveContext, author: MoveAuthor) -> bool {
    let units = view.kept_by.iter().filter_map(|kept| kept.split_once('/'));
    let mut units = units.map(|(unit, _)| unit);
    units.any(|unit| is_below(&author.actor.unit, unit))
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

/// What a move lacks of the evidence it needs.
fn lacking(view: &MoveContext, body: &Body, evidence: &[EvidenceRef]) -> Vec<Need> {
    let has = |role: EvidenceRole| evidence.iter().any(|file| file.role == role);
    let mut needs = Vec::new();
    match body {
        Body::Visit(visit) if visit.outcome.leads_to() == State::Confirmed => {
            if distinct(&visit.officers) < 2 {
                needs.push(Need::TwoOfficers);
            }
            if visit.count.is_none() && visit.area_dm2.is_none() {
                needs.push(Need::CountOrArea);
            }
            if !view.scene_photo && !has(EvidenceRole::Scene) {
                needs.push(Need::ScenePhoto);
            }
        }
        Body::Eradicate(_) if !view.scene_photo && !has(EvidenceRole::Scene) => {
            needs.push(Need::ScenePhoto);
        }
        Body::Accept(accept)
            if accept.passed
                && !view.after_photo
                && !has(EvidenceRole::After)
                && !has(EvidenceRole::Reflight) =>
        {
            needs.push(Need::AfterPhoto);
        }
        _ => {}
    }
    needs
}
