//! An event with its hash and its signatures, as it is kept and sent.

use super::event::{Event, EventFlaw, canonical, event_limit};
use super::ids::{DeviceId, Hash};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::Value;

/// What is signed begins with this, so that a signature means nothing elsewhere.
pub(super) const SIGNED_AS: &[u8] = b"papaver.event/1:";

/// An event with its bytes, hash and signatures: what is stored and carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What the bytes say.
    pub event: Event,
    /// The canonical bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256.
    pub hash: Hash,
    /// The device's signature.
    pub signature: [u8; 64],
    /// The author's own signature, where the event names their key.
    pub actor_signature: Option<[u8; 64]>,
}

impl Sealed {
    /// Hashes and signs an event with the device's key and, where the event names the author's key, with that.
    ///
    /// # Errors
    /// Those of [`Event::canonical`].
    pub fn seal(
        event: Event,
        device: &SigningKey,
        actor: Option<&SigningKey>,
    ) -> Result<Self, EventFlaw> {
        let bytes = event.canonical()?;
        fits(&event, &bytes)?;
        let hash = Hash::of(&bytes);
        let message = signed_message(hash);
        Ok(Self {
            signature: device.sign(&message).to_bytes(),
            actor_signature: actor
                .filter(|_| event.actor.signer().is_some())
                .map(|key| key.sign(&message).to_bytes()),
            event,
            bytes,
            hash,
        })
    }

    /// Reads what was stored, checking only that the hash is that of the bytes.
    ///
    /// # Errors
    /// [`EventFlaw::Hash`], [`EventFlaw::Malformed`], [`EventFlaw::Version`].
    pub fn open(
        bytes: Vec<u8>,
        hash: Hash,
        signature: [u8; 64],
        actor_signature: Option<[u8; 64]>,
    ) -> Result<Self, EventFlaw> {
        if Hash::of(&bytes) != hash {
            return Err(EventFlaw::Hash);
        }
        Ok(Self {
            event: Event::parse(&bytes)?,
            bytes,
            hash,
            signature,
            actor_signature,
        })
    }

    /// Everything that can be wrong with an event on its own: form, link and signatures.
    ///
    /// # Errors
    /// The first flaw.
    pub fn check(&self) -> Result<(), EventFlaw> {
        fits(&self.event, &self.bytes)?;
        let value: Value =
            serde_json::from_slice(&self.bytes).map_err(|e| EventFlaw::Malformed(e.to_string()))?;
        if canonical(&value)? != self.bytes {
            return Err(EventFlaw::NotCanonical);
        }
        if Hash::of(&self.bytes) != self.hash {
            return Err(EventFlaw::Hash);
        }
        if (self.event.seq == 1) != self.event.prev.is_none() || self.event.seq == 0 {
            return Err(EventFlaw::Link);
        }
        self.check_signatures()
    }

    /// The signatures alone.
    ///
    /// # Errors
    /// [`EventFlaw::Signature`] and [`EventFlaw::ActorSignature`].
    pub fn check_signatures(&self) -> Result<(), EventFlaw> {
        if !verifies(self.event.device, self.hash, &self.signature) {
            return Err(EventFlaw::Signature);
        }
        match (self.event.actor.signer(), &self.actor_signature) {
            (None, None) => Ok(()),
            (Some(key), Some(signature)) if verifies(key, self.hash, signature) => Ok(()),
            _ => Err(EventFlaw::ActorSignature),
        }
    }
}

fn fits(event: &Event, bytes: &[u8]) -> Result<(), EventFlaw> {
    let (bytes, limit) = (bytes.len(), event_limit(event.body.kind()));
    if bytes > limit {
        return Err(EventFlaw::Large { bytes, limit });
    }
    Ok(())
}

pub(super) fn signed_message(hash: Hash) -> Vec<u8> {
    [SIGNED_AS, hash.as_bytes()].concat()
}

pub(super) fn verifies(key: DeviceId, hash: Hash, signature: &[u8; 64]) -> bool {
    key.signed(&signed_message(hash), signature)
}
