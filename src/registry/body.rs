//! What an event says: one struct for each type. Integers only: degrees are counted in 1e-7, areas in square
//! decimetres, scores in 1e-4.

use super::ids::{DeviceId, Hash, SiteKey};
use super::place::Place;
use super::role::Role;
use super::state::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

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
    Scan(Box<ScanRecord>),
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
    /// A crew is sent.
    Assign(Assign),
    /// A crew was there.
    Visit(Box<Visit>),
    /// The plants were destroyed, or some of them.
    Eradicate(Eradicate),
    /// Another person looked whether they are gone.
    Accept(Accept),
    /// A settled site is taken up again.
    Reopen(Reason),
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
    /// A type of a later program: kept, carried, not understood.
    Unknown {
        /// Its type.
        kind: String,
        /// Its body.
        value: Value,
    },
}

/// See [`Body::Init`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Init {
    /// The unit's 6-, 9- or 12-digit code.
    pub unit: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_name: Option<String>,
    /// The program that made it.
    pub program: String,
}

/// What is done to a person's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorAction {
    /// They may act, in these roles.
    Grant,
    /// They may no longer act in these roles.
    Revoke,
    /// They hold this key; without a key: the one they held is lost.
    Key,
    /// A supervisor says that the key is theirs.
    Confirm,
}

/// See [`Body::Actor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorChange {
    /// What is done.
    pub action: ActorAction,
    /// The person.
    pub name: String,
    /// The roles concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// Their public key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<DeviceId>,
    /// Of a key that takes the place of another: the new key's own signature, so that nobody claims a key they lack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// Why a key is given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of a key: the last number of each device whose events its holder knew of. What is said unsigned in their name counts
    /// up to there and no farther, whatever time it gives itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<BTreeMap<DeviceId, u64>>,
}

impl ActorChange {
    /// A change of a person's roles, without what concerns keys.
    pub fn new(action: ActorAction, name: impl Into<String>, roles: Vec<Role>) -> Self {
        Self {
            action,
            name: name.into(),
            roles,
            key: None,
            proof: None,
            reason: None,
            seen: None,
        }
    }
}

/// See [`Body::Setting`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// See [`Body::Trust`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// The device.
    pub device: DeviceId,
    /// The unit it belongs to.
    pub unit: String,
    /// Trusted from now on, or no longer.
    pub trusted: bool,
    /// Of a device that is trusted no longer: the number of its last event that still counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// Why it is trusted no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// See [`Body::Scan`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanRecord {
    /// The scan's id.
    pub scan: String,
    /// The survey's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey: Option<String>,
    /// First and last day of the imagery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<[String; 2]>,
    /// The model's name and SHA-256.
    pub model: [String; 2],
    /// The threshold in 1e-4.
    pub threshold_e4: i64,
    /// The coarsest source in hundredths of a centimetre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gsd_e2_cm: Option<i64>,
    /// Square metres searched.
    pub searched_m2: i64,
    /// Square metres not searched, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub not_searched_m2: BTreeMap<String, i64>,
    /// How many candidates it had.
    pub candidates: u64,
}

/// A patrol on the ground 踏查, or a report that nothing was found 零报告. See [`Body::Patrol`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patrol {
    /// Its (first) day, `YYYY-MM-DD`.
    pub on: String,
    /// Code of the district it reports on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// People who took part.
    pub people: u64,
    /// Vehicles used.
    pub vehicles: u64,
    /// The area reported, m².
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_m2: Option<i64>,
    /// Whether it reports that nothing was found.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub zero: bool,
    /// The ground seen along its tracks: polygons of rings of positions in 1e-7 degree, the exterior ring first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub walked: Vec<Vec<Vec<[i64; 2]>>>,
    /// What the tracks say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<TrackFacts>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What the receivers' tracks of a patrol say, with what does not fit about them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackFacts {
    /// Positions used.
    pub points: u64,
    /// Metres walked or driven, without the jumps.
    pub length_m: u64,
    /// Metres that count as seen on either side.
    pub reach_m: u64,
    /// Seconds under way: the steps of the clock that make sense; absent where the track has no times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// First and last local day of its clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<[String; 2]>,
    /// Steps between positions that nobody makes on the ground: the line is broken there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub breaks: u64,
    /// Steps of the clock backwards, or forward by half a day or more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub clock_jumps: u64,
    /// Positions that are none and were left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Targets handed down from above 靶标. See [`Body::Targets`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetList {
    /// What the list is called.
    pub name: String,
    /// The digest of the file it came in.
    pub sha256: Hash,
    /// The season it is for.
    pub season: i16,
    /// The targets.
    pub targets: Vec<Target>,
}

/// One target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name or number in the list, unique there.
    pub id: String,
    /// Where.
    pub place: Place,
}

/// How a site became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
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

/// See [`Body::Create`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Create {
    /// How it became known.
    pub source: Source,
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
    pub const fn new(source: Source, origin: String, place: Place) -> Self {
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

/// See [`Body::Sighting`].
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

/// See [`Body::Screen`].
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
}

pub use crate::schema::RejectReason;

/// See [`Body::Assign`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assign {
    /// The crew.
    pub crew: String,
    /// The day by which it should have been there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

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

/// See [`Body::Visit`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// What was found.
    pub outcome: Outcome,
    /// The officers who were there, with the author.
    pub officers: Vec<String>,
    /// A witness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
    /// The look-alike species.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub species: Option<String>,
    /// Growth stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
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
pub enum Stage {
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

/// See [`Body::Eradicate`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eradicate {
    /// Per cent of the plants destroyed, 0 to 100.
    pub percent: u8,
    /// How: pulled, mown, dug, sprayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Who did it, with the author.
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

/// See [`Body::Accept`].
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

/// A move that needs a reason and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The reason.
    pub reason: String,
}

/// See [`Body::Resolve`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolve {
    /// The state that stands.
    pub state: State,
    /// Why.
    pub reason: String,
}

/// See [`Body::Merge`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The site that stays.
    pub into: SiteKey,
    /// Its state as the author saw it: never less severe than the state of the one that goes.
    pub into_state: State,
    /// Why.
    pub reason: String,
}

/// See [`Body::Split`].
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

/// See [`Body::Correct`].
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

/// See [`Body::Acknowledge`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledge {
    /// The device.
    pub device: DeviceId,
    /// The first number that two of its events bear.
    pub seq: u64,
    /// The events of that number: the chain, and the branches that are explained.
    #[serde(default)]
    pub branches: Vec<Hash>,
    /// How it came about.
    pub reason: String,
}

macro_rules! kinds {
    ($($variant:ident $kind:literal),* $(,)?) => {
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
    Screen "screen", Assign "assign", Visit "visit", Eradicate "eradicate", Accept "accept", Reopen "reopen",
    Resolve "resolve", Merge "merge", Split "split", Note "note", Correct "correct", Attach "attach",
    Acknowledge "acknowledge",
}

impl Body {
    /// The types of events that say who may do what.
    pub const LAW: [&'static str; 5] = ["init", "actor", "setting", "trust", "acknowledge"];

    /// Whether it says who may do what.
    pub fn is_law(&self) -> bool {
        Self::LAW.contains(&self.kind())
    }

    /// The day that decides the season of an event of this time: that of the imagery or the patrol where there is one.
    pub fn day_of_season<'a>(&'a self, at: &'a str) -> &'a str {
        let captured = match self {
            Self::Patrol(patrol) => return &patrol.on,
            Self::Create(create) => create.detection.as_ref().and_then(|d| d.captured.as_ref()),
            Self::Sighting(sighting) => sighting.detection.captured.as_ref(),
            Self::Scan(scan) => scan.captured.as_ref(),
            _ => None,
        };
        captured.map_or(at, |[_, last]| last)
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
        match self {
            Self::Merge(merge) => std::slice::from_ref(&merge.into),
            Self::Create(create) => create
                .split_from
                .as_ref()
                .map_or(&[], |(parent, _)| std::slice::from_ref(parent)),
            _ => &[],
        }
    }
}
