//! Which move a state allows, and what a move needs. Pure: a decision over facts.

use super::body::{Body, Meaning};
use super::event::{EvidenceRef, EvidenceRole};
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
            Self::Visit => &[Dispatched, Confirmed],
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

/// Something that a move lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A photograph of the scene before anything was uprooted.
    ScenePhoto,
    /// A photograph from after the eradication, or from a later flight.
    AfterPhoto,
    /// At least two officers.
    TwoOfficers,
    /// A plant count, or the area where nothing has emerged.
    CountOrArea,
}

impl Need {
    /// In words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::ScenePhoto => lang.pick(
                "a photograph of the scene before uprooting (`--photo FILE`)",
                "铲除前的现场照片（`--photo 文件`）",
            ),
            Self::AfterPhoto => lang.pick(
                "a photograph from after the eradication (`--photo FILE`) or a later flight",
                "铲除后的照片（`--photo 文件`）或复飞影像",
            ),
            Self::TwoOfficers => lang.pick(
                "at least two officers (`--officer NAME` for each beside the actor)",
                "至少两名核查人员（除操作人外用 `--officer 姓名`）",
            ),
            Self::CountOrArea => lang.pick(
                "a plant count or the planted area (`--plants`, `--quadrats`, `--area`)",
                "株数或种植面积（`--plants`、`--quadrats`、`--area`）",
            ),
        }
    }
}

/// Why an event is not followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Refusal {
    /// The author did not hold the role.
    Role,
    /// The state does not allow it.
    State {
        /// The state.
        state: State,
        /// What it allows.
        allowed: Vec<Move>,
    },
    /// A dispute has to be resolved first.
    Disputed,
    /// The acceptor took part in the eradication.
    SelfAcceptance,
    /// Not everything was destroyed.
    NotAll {
        /// Per cent destroyed.
        percent: u8,
    },
    /// It lacks what it needs.
    Lacks {
        /// What.
        needs: Vec<Need>,
    },
    /// It lacks a reason.
    NoReason,
    /// The site it would become part of is settled, or less severe.
    IntoLess {
        /// The state of that site.
        state: State,
    },
    /// It resolves to a state that nobody claimed.
    NotClaimed,
    /// What it builds on has not arrived yet.
    MissingHistory,
    /// A second founding of the site, or one that does not fit its key.
    Origin,
}

/// What is known at the point where a move is made.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The state there; `None` where the site's founding is not known.
    pub state: Option<State>,
    /// Whether it is in dispute there.
    pub disputed: bool,
    /// The states that are claimed in the dispute.
    pub claimed: BTreeSet<State>,
    /// Who took part in an eradication: name and unit.
    pub eradicators: BTreeSet<(String, String)>,
    /// Per cent destroyed, the least where several say.
    pub percent: Option<u8>,
    /// Whether a photograph of the scene is on file.
    pub scene_photo: bool,
    /// Whether a picture from after the eradication is on file.
    pub after_photo: bool,
}

/// Where an event leads a site.
///
/// # Errors
/// Why it is not followed.
pub fn decide(
    view: &View,
    body: &Body,
    author: (&str, &str),
    evidence: &[EvidenceRef],
) -> Result<State, Refusal> {
    let Some(step) = Move::of(body) else {
        return view.state.ok_or(Refusal::MissingHistory);
    };
    let state = view.state.ok_or(Refusal::MissingHistory)?;
    if step == Move::Resolve {
        return resolve(view, body, state, author);
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
    if let Body::Merge(merge) = body
        && (merge.into_state > state || merge.into_state.is_gone())
    {
        return Err(Refusal::IntoLess {
            state: merge.into_state,
        });
    }
    reasons(body)?;
    if next == State::Closed && step == Move::Accept {
        // These two are never forced.
        let percent = view.percent.unwrap_or(0);
        if percent < 100 {
            return Err(Refusal::NotAll { percent });
        }
    }
    if step == Move::Accept && took_part(view, author) {
        return Err(Refusal::SelfAcceptance);
    }
    let needs = lacking(view, body, evidence);
    if !needs.is_empty() && body.forced().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Refusal::Lacks { needs });
    }
    Ok(next)
}

fn took_part(view: &View, (name, unit): (&str, &str)) -> bool {
    view.eradicators
        .iter()
        .any(|(n, u)| n.trim() == name.trim() && u == unit)
}

fn resolve(view: &View, body: &Body, state: State, author: (&str, &str)) -> Result<State, Refusal> {
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
    if resolve.state == State::Closed && took_part(view, author) {
        return Err(Refusal::SelfAcceptance);
    }
    Ok(resolve.state)
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
fn lacking(view: &View, body: &Body, evidence: &[EvidenceRef]) -> Vec<Need> {
    let has = |role: EvidenceRole| evidence.iter().any(|file| file.role == role);
    let mut needs = Vec::new();
    match body {
        Body::Visit(visit) if visit.outcome.leads_to() == State::Confirmed => {
            let officers: BTreeSet<&str> = visit.officers.iter().map(|name| name.trim()).collect();
            if officers.len() < 2 {
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
