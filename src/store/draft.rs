//! What is to be recorded, by whom and when, before it is an event.

use crate::registry::Role;
use crate::registry::body::Body;
use crate::registry::event::{Actor, EvidenceRef, Recorder};
use crate::registry::ids::{DeviceId, SiteKey};
use ed25519_dalek::SigningKey;

/// Who records an event.
#[derive(Debug, Clone)]
pub struct Author {
    /// Their name.
    pub name: String,
    /// Their unit's code.
    pub unit: String,
    /// Their own key, where they unlocked it.
    pub key: Option<SigningKey>,
    /// Who records it in their name, where they hold a key and did not sign.
    pub in_their_name: Option<InTheirName>,
}

/// A supervisor who records something in another's name.
#[derive(Debug, Clone)]
pub struct InTheirName {
    /// The supervisor's name.
    pub name: String,
    /// The supervisor's own key, where they hold one.
    pub key: Option<SigningKey>,
    /// Why the author's own signature is missing.
    pub reason: String,
}

impl Author {
    /// Somebody who does not sign with a key of their own.
    pub fn plain(unit: &str, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            unit: unit.to_owned(),
            key: None,
            in_their_name: None,
        }
    }

    /// As an event names them.
    pub(super) fn as_actor(&self, role: Role) -> Actor {
        let recorder = self.in_their_name.as_ref().map(|recording| Recorder {
            name: recording.name.clone(),
            key: recording.key.as_ref().map(DeviceId::of),
            reason: recording.reason.clone(),
        });
        Actor {
            name: self.name.clone(),
            unit: self.unit.clone(),
            role,
            key: self.key.as_ref().map(DeviceId::of),
            recorder,
        }
    }
}

/// An event before it has a number, a hash and a signature.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The site; none for people, settings and scans.
    pub site: Option<SiteKey>,
    /// When it happened, RFC 3339 with offset.
    pub at: String,
    /// Files that go with it.
    pub evidence: Vec<EvidenceRef>,
    /// What it says.
    pub body: Body,
}

/// The clock and the dice, handed in so that deciding stays pure.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Now.
    pub now: jiff::Timestamp,
    /// Eight random bytes.
    pub random: [u8; 8],
}
