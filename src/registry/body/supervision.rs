//! Supervision 督导: rounds, what they found, and the ladder of measures against a district.

use crate::registry::ids::{Hash, SiteKey};
use serde::{Deserialize, Serialize};

/// A round of supervision. See [`super::Body::Round`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// What it is called, such as 第一轮督导.
    pub name: String,
    /// Its first day, `YYYY-MM-DD`.
    pub on: String,
    /// Its last day, where it took several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The members of the team, its leader first.
    pub team: Vec<String>,
    /// Codes of the districts that were checked.
    pub districts: Vec<String>,
    /// Sites that were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteKey>,
    /// Ledgers that were gone through.
    pub ledgers: u64,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a round found wanting. See [`super::Body::Finding`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The round, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<Hash>,
    /// Code of the district that has to put it right.
    pub district: String,
    /// The site that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteKey>,
    /// What is wanting.
    pub text: String,
    /// The day by which it has to be put right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

/// A rung of the ladder, from the least to the gravest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// 通报: criticised before the others.
    Notice,
    /// 限期整改: to be put right by a day.
    Rectify,
    /// 约谈: called in.
    Talk,
    /// 挂牌整治: listed until it is better.
    Listed,
}

/// A measure against a district. See [`super::Body::Measure`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// The rung.
    pub rung: Rung,
    /// Code of the district that stands on it.
    pub district: String,
    /// Why.
    pub reason: String,
    /// The finding that it follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Hash>,
    /// The day by which the district has to be better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// The number of the paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
}

/// A finding is put right, or a measure ends. See [`super::Body::Settle`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settle {
    /// The finding or the measure.
    pub of: Hash,
    /// What was seen of it.
    pub reason: String,
}
