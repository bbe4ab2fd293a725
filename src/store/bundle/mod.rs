//! Bundles: a signed ZIP that carries events and evidence from one office to another, by disc or stick.
//!
//! Inside: `MANIFEST.json` (what is here, with the digest of each file), `MANIFEST.sig` (the device's signature of it),
//! `events.jsonl` and `evidence/SHA256`; nothing else. The ZIP's comment holds the digest of every byte before it, so a
//! changed byte is found wherever it lies. A bundle may be encrypted as a whole (age).

mod apply;
mod container;
mod error;
mod left_out;
mod pack;
mod read;
mod receipt;
mod request;
mod untrusted;
mod write;

pub use apply::{Applied, apply, check_trust};
pub use container::Unlock;
pub use error::BundleError;
pub use left_out::LeftOut;
pub use read::{BundleContents, Inspected, inspect, inspect_trusted, look_through};
pub use receipt::{FORMAT as RECEIPT_FORMAT, is_receipt_of, numbers, point_of, receipt};
pub use request::{Point, Request, Sealing};
pub(crate) use untrusted::{ask_for_another, trust_first};
pub use write::{Made, create, new_identity};

use crate::registry::ids::{DeviceId, Hash};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format that this program writes and reads.
const FORMAT: &str = "papaver.bundle/";
/// Its version.
const VERSION: u32 = 1;
/// What is signed begins with this.
const SIGNED_AS: &[u8] = b"papaver.bundle/1:";
/// The comment that ends a bundle: this word and 64 hexadecimal digits.
const COMMENT: &str = "papaver-sha256:";

/// What a manifest lists at most of what can grow without anything being carried: whoever names files that nobody has makes
/// no manifest that cannot be read.
pub const MOST_LISTED: usize = 100_000;

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `papaver.bundle/1`.
    pub format: String,
    /// The unit that made it.
    pub unit: String,
    /// The device that made and signed it.
    pub device: DeviceId,
    /// When, by that device's clock.
    pub created_at: String,
    /// The program.
    pub program: String,
    /// The district it is limited to, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// It holds what came after these numbers, by device.
    pub since: BTreeMap<DeviceId, u64>,
    /// The ranges of events in this part, the first [`MOST_LISTED`] of them.
    pub ranges: Vec<Range>,
    /// Events in this part.
    pub events: u64,
    /// This part's number and the number of parts.
    pub part: [u32; 2],
    /// Every file but the manifest and its signature.
    pub files: Vec<FileEntry>,
    /// Evidence that events name and that was not at the sender either, or not whole: the first [`MOST_LISTED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<Hash>,
}

/// A run of a device's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The device.
    pub device: DeviceId,
    /// The first number.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// A file in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its path.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Hash,
}

#[cfg(test)]
mod tests;
