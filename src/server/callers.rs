//! Other offices that call, as long as they are remembered: who was sent a challenge, who proved themselves, what lies ready for
//! them.

use super::answer::Refused;
use super::unwelcome::too_often;
use crate::office::clock;
use crate::office::peers::Outbox;
use crate::registry::{DeviceId, Hash};
use crate::remote::Reply;
use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a challenge is good, and how many wait at once from one address and in all.
const GOOD: Duration = Duration::from_secs(60);

const MOST_OF_AN_ADDRESS: usize = 32;

const MOST_CHALLENGES: usize = 4_096;

/// How long a caller is remembered without a request, and how many are.
const IDLE: Duration = Duration::from_secs(15 * 60);

const MOST_CALLERS: usize = 256;

/// Calls of one device at once. The one that has been silent longest gives way to the next.
const MOST_OF_A_DEVICE: usize = 4;

/// Somebody who was sent a challenge.
#[derive(Debug)]
pub(super) struct Challenged {
    pub(super) registry: String,
    pub(super) device: DeviceId,
    pub(super) from: IpAddr,
    pub(super) at: Instant,
}

/// Parts that lie ready.
#[derive(Debug)]
pub(super) struct ReadyParts {
    pub(super) files: Vec<PathBuf>,
    pub(super) _outbox: Outbox,
}

/// Somebody who proved themselves.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    pub(super) registry: String,
    pub(super) device: DeviceId,
    pub(super) ready: Option<Arc<ReadyParts>>,
    last: Instant,
}

/// Who calls.
#[derive(Debug, Default)]
pub(super) struct Offices {
    asked: Mutex<HashMap<Hash, Challenged>>,
    guests: Mutex<HashMap<Hash, Guest>>,
}

fn held<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Offices {
    /// Forgets who has gone, and removes what lay ready for them.
    pub fn sweep(&self) {
        held(&self.asked).retain(|_, asked| asked.at.elapsed() < GOOD);
        held(&self.guests).retain(|_, guest| guest.last.elapsed() < IDLE);
    }

    /// Thinks of a challenge for somebody.
    pub fn challenge(&self, asked: Challenged) -> Result<Hash, Refused> {
        self.sweep();
        let mut waiting = held(&self.asked);
        let of_address = waiting.values().filter(|other| other.from == asked.from);
        if waiting.len() >= MOST_CHALLENGES || of_address.count() >= MOST_OF_AN_ADDRESS {
            return Err(too_often());
        }
        let challenge = Hash(clock::secret());
        waiting.insert(challenge, asked);
        Ok(challenge)
    }

    /// Takes a challenge back, which is good no more; whether it was this device's, for this registry.
    pub fn answered(&self, reply: &Reply, registry: &str) -> bool {
        let asked = held(&self.asked).remove(&reply.challenge);
        asked.is_some_and(|asked| {
            asked.device == reply.device && asked.registry == registry && asked.at.elapsed() < GOOD
        })
    }

    /// Lets somebody in; answers their token.
    pub fn admit(&self, registry: String, device: DeviceId) -> Result<String, Refused> {
        let token = hex::encode(clock::secret());
        let mut guests = held(&self.guests);
        let of_device = guests.iter().filter(|(_, guest)| guest.device == device);
        let longest = of_device.clone().min_by_key(|(_, guest)| guest.last);
        let longest = longest.map(|(token, _)| *token);
        if let Some(token) = longest.filter(|_| of_device.count() >= MOST_OF_A_DEVICE) {
            guests.remove(&token);
        }
        if guests.len() >= MOST_CALLERS {
            return Err(too_often());
        }
        let guest = Guest {
            registry,
            device,
            ready: None,
            last: Instant::now(),
        };
        guests.insert(Hash::of(token.as_bytes()), guest);
        Ok(token)
    }

    /// Whose token this is.
    pub fn guest(&self, token: Hash) -> Option<Guest> {
        let mut guests = held(&self.guests);
        let guest = guests.get_mut(&token)?;
        if guest.last.elapsed() >= IDLE {
            return None;
        }
        guest.last = Instant::now();
        Some(guest.clone())
    }

    /// Lays parts ready for somebody, in place of those before.
    pub fn lay_ready(&self, token: Hash, ready: ReadyParts) {
        if let Some(guest) = held(&self.guests).get_mut(&token) {
            guest.ready = Some(Arc::new(ready));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    #[test]
    fn a_device_that_calls_and_calls_takes_no_more_than_its_share() {
        let offices = Offices::default();
        let device = |n: u8| DeviceId::of(&SigningKey::from_bytes(&[n; 32]));
        let admit = |n: u8| {
            let token = offices.admit("a".to_owned(), device(n)).expect("admitted");
            Hash::of(token.as_bytes())
        };
        let other = admit(2);
        let first = admit(1);
        let mut last = first;
        for _ in 0..=MOST_CALLERS {
            // One that goes on asking is not the one that gives way.
            assert!(offices.guest(first).is_some());
            last = admit(1);
        }
        assert!(offices.guest(other).is_some() && offices.guest(last).is_some());
        assert_eq!(held(&offices.guests).len(), 1 + MOST_OF_A_DEVICE);
    }
}
