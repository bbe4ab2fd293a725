//! Who says an event, and who typed it.

use super::ids::DeviceId;
use super::names::folded_name;
use super::role::Role;
use serde::{Deserialize, Serialize};

/// Who says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Actor {
    /// Their name.
    pub name: String,
    /// Their unit's code.
    pub unit: String,
    /// The role they act in.
    pub role: Role,
    /// Their own key, where they signed with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<DeviceId>,
    /// The supervisor who records it in the name of somebody who holds a key and did not sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorder: Option<Recorder>,
}

/// Who records something in another's name, and why that person's own signature is missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recorder {
    /// Their name; they are of the author's unit.
    pub name: String,
    /// Their own key, where they signed with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<DeviceId>,
    /// Why.
    pub reason: String,
}

impl Actor {
    /// The personal key that the event is signed with: the author's, or that of who records it in their name.
    pub fn signer(&self) -> Option<DeviceId> {
        match &self.recorder {
            Some(recorder) => recorder.key,
            None => self.key,
        }
    }

    /// Everybody whose word it is: the author, and who records it in their name; as names are compared ([`folded_name`]).
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        let recorder = self.recorder.iter().map(|recorder| &recorder.name);
        std::iter::once(&self.name)
            .chain(recorder)
            .map(|name| folded_name(name))
    }

    /// Whether two are, or may be, one person: a name of either side or the key that signs is the other's, whatever the unit.
    pub fn shares_hand_with(&self, other: &Self) -> bool {
        other
            .names()
            .any(|name| self.is_hand_of(other.signer(), &name))
    }

    /// Whether it is, or may be, the hand of somebody with a name and, where they hold one, a key.
    pub fn is_hand_of(&self, key: Option<DeviceId>, name: &str) -> bool {
        let name = folded_name(name);
        key.is_some() && key == self.signer() || self.names().any(|own| own == name)
    }
}
