//! A file that an event names as its evidence.

use super::ids::Hash;
use serde::{Deserialize, Serialize};

/// A file that goes with an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// Its digest, which is its name in the store.
    pub sha256: Hash,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its media type.
    pub mime: String,
    /// What it shows.
    pub role: EvidenceRole,
    /// The name it came with.
    pub name: String,
    /// When it was taken, from its EXIF: RFC 3339 where that tells the zone, else `YYYY-MM-DDTHH:MM:SS` by the camera's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<String>,
    /// Where it was taken (longitude, latitude in 1e-7 degree), from its EXIF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_e7: Option<[i64; 2]>,
    /// What does not fit: see `evidence`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
}

/// What a file shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceRole {
    /// The scene before anything was uprooted.
    Scene,
    /// The count.
    Count,
    /// After the eradication.
    After,
    /// A picture from a later flight.
    Reflight,
    /// A document.
    Document,
    /// What a scan shows of a detection.
    Chip,
    /// What a scan shows around a detection.
    Context,
    /// The ground that a scan searched and the ground that it did not, as `GeoJSON`.
    Coverage,
    /// What the models of a scan saw of each candidate, for learning.
    Features,
}

impl EvidenceRole {
    /// Whether it is a picture that somebody took at the site or above it.
    pub fn is_photograph(self) -> bool {
        matches!(
            self,
            Self::Scene | Self::Count | Self::After | Self::Reflight
        )
    }

    /// Whether it shows the time after an eradication.
    pub fn is_after(self) -> bool {
        matches!(self, Self::After | Self::Reflight)
    }
}
