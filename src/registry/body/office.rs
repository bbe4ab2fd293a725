//! What an office says of itself: its beginning, its people, settings, devices and their chains.

use crate::registry::ids::{DeviceId, Hash};
use crate::registry::role::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See [`super::Body::Init`].
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

/// See [`super::Body::Actor`].
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

/// See [`super::Body::Setting`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// See [`super::Body::Trust`].
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

/// See [`super::Body::Acknowledge`].
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
