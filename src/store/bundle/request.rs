//! What a bundle is to carry: from which point on, for whom, and how it is encrypted.

use crate::files::Existing;
use crate::registry::ids::{DeviceId, Hash};
use crate::store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What to carry.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Only what came after this.
    pub since: Point,
    /// Only sites of this district, and what concerns no site.
    pub district: Option<String>,
    /// The largest size of a part in bytes; a single larger photograph makes a larger part.
    pub split_bytes: Option<u64>,
    /// Bytes of all parts at most, but one part at least: what is beyond is left to the next bundle.
    pub most_bytes: Option<u64>,
    /// When, as the clock has it.
    pub created_at: String,
    /// How it is encrypted.
    pub sealing: Sealing,
    /// What is done with a file of that name.
    pub existing: Existing,
}

/// How far a registry knew each device's events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The last number, by device.
    pub have: BTreeMap<DeviceId, u64>,
    /// The last events themselves, by device: two devices that are one, a backup put back, give a number twice. Points of
    /// version 0.1.0 lack them.
    #[serde(default)]
    pub heads: BTreeMap<DeviceId, Vec<Hash>>,
    /// Evidence of events before that had not arrived: it is carried once it is here.
    #[serde(default)]
    pub missing_files: Vec<Hash>,
}

impl Point {
    /// How far a registry knows these devices' events now: each up to its number.
    ///
    /// # Errors
    /// Those of reading.
    pub fn of(store: &Store, upto: Vec<(DeviceId, u64)>) -> Result<Self, StoreError> {
        let mut missing_files: Vec<Hash> =
            store.authority().grounds().absent.iter().copied().collect();
        missing_files.sort_unstable();
        Ok(Self {
            heads: store.heads_of(&upto)?,
            have: upto.into_iter().collect(),
            missing_files,
        })
    }
}

/// How a bundle is encrypted.
#[derive(Debug, Clone, Default)]
pub enum Sealing {
    /// Not at all: signed, not secret.
    #[default]
    Open,
    /// With a passphrase.
    Passphrase(String),
    /// To recipients (`age1…`).
    Recipients(Vec<String>),
}
