//! A person of a unit: roles and keys, and since when.

use super::event::Event;
use super::ids::DeviceId;
use super::role::Role;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A personal key as it is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnKey {
    /// The public key.
    pub key: DeviceId,
    /// Whether a supervisor who holds a key has confirmed it, or none held one when it was made.
    pub confirmed: bool,
}

/// A change of somebody's key, which everybody shall see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyChange {
    /// When, as its author says.
    pub at: String,
    /// Who recorded it.
    pub by: String,
    /// The key from then on; none where it was given up.
    pub key: Option<DeviceId>,
    /// Why, where it was given up.
    pub reason: Option<String>,
}

/// What held from an event on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Then {
    pub(super) id: Uuid,
    pub(super) roles: BTreeSet<Role>,
    pub(super) key: Option<OwnKey>,
}

/// A person as the events describe them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The roles they hold now.
    pub roles: BTreeSet<Role>,
    /// Their key, where they hold one.
    pub key: Option<OwnKey>,
    /// Every change of their key, in order.
    pub key_changes: Vec<KeyChange>,
    /// Changes in order: from this event on they held these roles and this key.
    #[serde(skip)]
    pub(super) history: Vec<Then>,
    /// Where their first key was made, and what its holder knew of then.
    #[serde(skip)]
    pub(super) first_key: Option<FirstKey>,
}

/// Where a first key was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FirstKey {
    pub(super) device: DeviceId,
    pub(super) seq: u64,
    pub(super) seen: BTreeMap<DeviceId, u64>,
}

impl FirstKey {
    /// Whether its holder knew of an event when they made it: only such an event may lack their signature.
    pub(super) fn knew(&self, event: &Event) -> bool {
        if event.device == self.device {
            return event.seq <= self.seq;
        }
        self.seen
            .get(&event.device)
            .is_some_and(|last| event.seq <= *last)
    }
}

impl Person {
    /// What held just before an event.
    pub(super) fn then(&self, id: Uuid) -> Option<&Then> {
        let after = self.history.partition_point(|then| then.id < id);
        self.history.get(after.checked_sub(1)?)
    }
}
