//! Tip-offs 举报: what somebody told, what became of it, and the reward. Who told is nowhere in it.

use crate::registry::ids::Hash;
use crate::registry::place::Place;
use serde::{Deserialize, Serialize};

/// How a tip-off came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 电话: a hotline or 110.
    Phone,
    /// 网络: a web page, an app, a messenger.
    Online,
    /// 来信.
    Letter,
    /// 来访.
    Visit,
    /// 网格员: village wardens and grid workers.
    Warden,
    /// 其他.
    Other,
}

/// A tip-off. See [`super::Body::Tip`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// How it came.
    pub channel: Channel,
    /// The number of the sealed envelope that says who told. Nothing in a registry opens it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    /// Where it is said to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Code of the district it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// What was said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Why a tip-off yields no site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoYield {
    /// Somebody looked, and nothing was there.
    Nothing,
    /// Another species.
    Lookalike,
    /// Known already.
    Duplicate,
    /// Elsewhere: handed to who it concerns.
    HandedOver,
    /// Too vague to go there.
    Vague,
    /// Something else.
    Other,
}

impl NoYield {
    /// Whether it says that what was told is not so; for such a tip-off nobody is rewarded.
    pub fn is_unfounded(self) -> bool {
        matches!(self, Self::Nothing | Self::Lookalike | Self::Vague)
    }
}

/// A tip-off is closed without a site. See [`super::Body::CloseTip`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseTip {
    /// The tip-off.
    pub tip: Hash,
    /// Why.
    pub reason: NoYield,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A reward was decided, or paid. See [`super::Body::Reward`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reward {
    /// The tip-off.
    pub tip: Hash,
    /// Paid, or decided only.
    pub paid: bool,
    /// Hundredths of a yuan.
    pub fen: u64,
}
