//! The responsibility chain 责任制: who answers for a district in a season, by the letter that they signed.

use serde::{Deserialize, Serialize};

/// A letter of responsibility 责任书. See [`super::Body::Duty`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Code of the district: a prefecture, a county, a township or a village.
    pub district: String,
    /// The household 户 of that village that signed, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<String>,
    /// Who answers for it.
    pub person: String,
    /// Their post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// The season they answer for.
    pub season: i16,
    /// The number of the signed letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<String>,
    /// The day it was signed, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_on: Option<String>,
}
