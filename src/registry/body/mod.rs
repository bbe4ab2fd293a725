//! What an event says: one struct for each type. Integers only: degrees are counted in 1e-7, areas in square
//! decimetres, scores in 1e-4.

mod duty;
mod field;
mod learning;
mod office;
mod search;
mod site;
mod supervision;
mod tip;

pub use crate::schema::RejectReason;
pub use duty::Duty;
pub use field::{Accept, Count, Eradicate, FailReason, GrowthStage, Imported, Outcome, Visit};
pub use learning::{Draw, LearntHead};
pub use office::{Acknowledge, ActorAction, ActorChange, Init, Setting, Trust};
pub use search::{Patrol, RecordedScan, Target, TargetList, TrackFacts};
pub use site::{
    Assign, CameOf, Correct, Create, Detection, FoundBy, Look, Meaning, Merge, Note, Opinion,
    ReasonedMove, Resolve, Screen, Sighting, Split, Void,
};
pub use supervision::{Finding, Measure, Round, Rung, Settle};
pub use tip::{Channel, CloseTip, NoYield, Reward, Tip};

use super::ids::SiteKey;
use serde_json::Value;

/// What an event records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A registry was begun on a device; its author is the unit's first supervisor.
    Init(Init),
    /// A person was added, or their roles or key changed.
    Actor(ActorChange),
    /// A setting of the unit changed.
    Setting(Setting),
    /// Another office's device is trusted, or no longer.
    Trust(Trust),
    /// A scan was recorded.
    Scan(Box<RecordedScan>),
    /// People went over ground on foot, or report that nothing was found.
    Patrol(Box<Patrol>),
    /// Targets were handed down from above.
    Targets(Box<TargetList>),
    /// A site came into being.
    Create(Box<Create>),
    /// A later detection of a known site.
    Sighting(Box<Sighting>),
    /// Looked at on the screen.
    Screen(Screen),
    /// What one of those says who looked at it on the screen; the decision is a [`Screen`] of its own.
    Look(Look),
    /// A crew is sent.
    Assign(Assign),
    /// A crew was there.
    Visit(Box<Visit>),
    /// The plants were destroyed, or some of them.
    Eradicate(Eradicate),
    /// Another person looked whether they are gone.
    Accept(Accept),
    /// A settled site is taken up again.
    Reopen(ReasonedMove),
    /// A supervisor ends a dispute.
    Resolve(Resolve),
    /// The site is part of another.
    Merge(Merge),
    /// The site is several.
    Split(Split),
    /// Words.
    Note(Note),
    /// A fact recorded earlier was wrong.
    Correct(Box<Correct>),
    /// Files were added.
    Attach(Note),
    /// It is known why a device gave one number twice: a backup was put back, or a registry copied.
    Acknowledge(Acknowledge),
    /// Somebody answers for a district.
    Duty(Duty),
    /// A round of supervision.
    Round(Box<Round>),
    /// What supervision found wanting.
    Finding(Box<Finding>),
    /// A measure against a district.
    Measure(Box<Measure>),
    /// A finding is put right, or a measure ends.
    Settle(Settle),
    /// Somebody told.
    Tip(Box<Tip>),
    /// A tip-off yields no site.
    CloseTip(CloseTip),
    /// A reward for a tip-off.
    Reward(Reward),
    /// The site came of a patrol or a tip-off.
    CameOf(CameOf),
    /// What was learnt from verdicts.
    Learnt(Box<LearntHead>),
    /// A random audit was drawn of what nobody has decided on.
    Draw(Draw),
    /// An entry was wrong and counts no more.
    Void(Void),
    /// A type of a later program: kept, carried, not understood.
    Unknown {
        /// Its type.
        kind: String,
        /// Its body.
        value: Value,
    },
}

macro_rules! kinds {
    ($($variant:ident $kind:literal),* $(,)?) => {
        /// Lists of types, one after the other.
pub const fn joined<const N: usize>(lists: &[&[&'static str]]) -> [&'static str; N] {
    let mut all = [""; N];
    let (mut list, mut at) = (0, 0);
    while list < lists.len() {
        let mut one = 0;
        while one < lists[list].len() {
            all[at] = lists[list][one];
            (one, at) = (one + 1, at + 1);
        }
        list += 1;
    }
    assert!(at == N, "as many as there are places");
    all
}

impl Body {
            /// The event's type as it is written.
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $kind,)*
                    Self::Unknown { kind, .. } => kind,
                }
            }

            /// The body as JSON.
            ///
            /// # Errors
            /// Where a value cannot be written as JSON.
            pub fn to_value(&self) -> Result<Value, serde_json::Error> {
                match self {
                    $(Self::$variant(body) => serde_json::to_value(body),)*
                    Self::Unknown { value, .. } => Ok(value.clone()),
                }
            }

            /// The body of an event of this type.
            ///
            /// # Errors
            /// Where a known type lacks what it must say.
            pub fn of(kind: &str, value: Value) -> Result<Self, serde_json::Error> {
                Ok(match kind {
                    $($kind => Self::$variant(serde_json::from_value(value)?),)*
                    _ => Self::Unknown { kind: kind.to_owned(), value },
                })
            }

            /// The body of an event of this type, from its JSON text.
            ///
            /// # Errors
            /// Where a known type lacks what it must say.
            pub fn parse(kind: &str, text: &str) -> Result<Self, serde_json::Error> {
                Ok(match kind {
                    $($kind => Self::$variant(serde_json::from_str(text)?),)*
                    _ => Self::Unknown { kind: kind.to_owned(), value: serde_json::from_str(text)? },
                })
            }
        }
    };
}

kinds! {
    Init "init", Actor "actor", Setting "setting", Trust "trust", Scan "scan", Patrol "patrol",
    Targets "targets", Create "create", Sighting "sighting",
    Screen "screen", Look "look", Assign "assign", Visit "visit", Eradicate "eradicate", Accept "accept", Reopen "reopen",
    Resolve "resolve", Merge "merge", Split "split", Note "note", Correct "correct", Attach "attach",
    Acknowledge "acknowledge", Duty "duty", Round "round", Finding "finding", Measure "measure", Settle "settle",
    Tip "tip", CloseTip "tip_closed", Reward "reward", CameOf "came_of", Void "void", Learnt "learnt", Draw "draw",
}

impl Body {
    /// The types of events that say who may do what.
    pub const LAW: [&'static str; 5] = ["init", "actor", "setting", "trust", "acknowledge"];

    /// Whether it says who may do what.
    pub fn is_law(&self) -> bool {
        Self::LAW.contains(&self.kind())
    }

    /// The types of events that mean nothing without a site of their own.
    pub const OF_A_SITE: [&'static str; 16] = [
        "create",
        "sighting",
        "screen",
        "look",
        "assign",
        "visit",
        "eradicate",
        "accept",
        "reopen",
        "resolve",
        "merge",
        "split",
        "note",
        "correct",
        "attach",
        "came_of",
    ];

    /// Whether it means nothing without a site of its own.
    pub fn is_of_a_site(&self) -> bool {
        Self::OF_A_SITE.contains(&self.kind())
    }

    /// The types of events about the work of an office beside its sites: see [`super::affairs`].
    pub const AFFAIRS: [&'static str; 10] = joined(&[&Self::LEDGERS, &["learnt", "draw"]]);

    /// Of these, the types of what an office keeps ledgers of.
    pub const LEDGERS: [&'static str; 8] = [
        "duty",
        "round",
        "finding",
        "measure",
        "settle",
        "tip",
        "tip_closed",
        "reward",
    ];

    /// The types whose entries can be voided where they concern no site.
    pub const VOIDABLE: [&'static str; 12] =
        joined(&[&["scan", "patrol", "targets"], &Self::LEDGERS, &["learnt"]]);

    /// Whether it is about the work of an office beside its sites, or voids an entry of it.
    pub fn is_affair(&self) -> bool {
        Self::AFFAIRS.contains(&self.kind()) || matches!(self, Self::Void(_))
    }

    /// The day that decides the season of an event of this time: that of the imagery or the patrol where there is one.
    pub fn day_of_season<'a>(&'a self, at: &'a str) -> &'a str {
        let captured = match self {
            Self::Patrol(patrol) => return &patrol.on,
            Self::Round(round) => return &round.on,
            Self::Create(create) => create.detection.as_ref().and_then(|d| d.captured.as_ref()),
            Self::Sighting(sighting) => sighting.detection.captured.as_ref(),
            Self::Scan(scan) => scan.captured.as_ref(),
            _ => None,
        };
        captured.map_or(at, |[_, last]| last)
    }

    /// The days on which something happened, as the event says them beside its own time.
    pub fn days_past(&self) -> Vec<&str> {
        match self {
            Self::Patrol(patrol) => vec![&patrol.on],
            Self::Round(round) => {
                let until = round.until.as_deref();
                until.into_iter().chain([round.on.as_str()]).collect()
            }
            Self::Duty(duty) => duty.signed_on.as_deref().into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The detection that it is about.
    pub fn detection(&self) -> Option<&Detection> {
        match self {
            Self::Create(create) => create.detection.as_ref(),
            Self::Sighting(sighting) => Some(&sighting.detection),
            _ => None,
        }
    }

    /// Why it was recorded without what it needs, where it was.
    pub fn forced(&self) -> Option<&str> {
        match self {
            Self::Visit(visit) => visit.forced.as_deref(),
            Self::Eradicate(eradicate) => eradicate.forced.as_deref(),
            Self::Accept(accept) => accept.forced.as_deref(),
            _ => None,
        }
    }

    /// Other sites that it concerns, beside the event's own: the one that a merge goes into, the one that a part was of.
    pub fn other_sites(&self) -> &[SiteKey] {
        let other = match self {
            Self::Merge(merge) => Some(&merge.into),
            Self::Create(create) => create.split_from.as_ref().map(|(parent, _)| parent),
            _ => None,
        };
        other.map_or(&[], std::slice::from_ref)
    }
}
