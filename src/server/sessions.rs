//! Who is logged in: a random token in a cookie, kept here as its hash, and with it the person's unlocked key. Both are
//! wiped at logout and after half an hour without a request.

use super::answer::Refused;
use crate::office::{Session, clock};
use crate::registry::{DeviceId, Hash};
use crate::store::Store;
use axum::http::{HeaderMap, header};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a session lives without a request.
pub(super) const IDLE: Duration = Duration::from_secs(30 * 60);
/// How long somebody is taken for who they were where no registry is opened for what they ask.
const ASKED: Duration = Duration::from_secs(5);
/// How many sessions are held at once.
const MOST: usize = 1_000;

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub(super) struct SessionUser {
    /// The registry in which they are known.
    pub registry: String,
    /// Who they are, with their unlocked key.
    pub session: Session,
}

impl SessionUser {
    /// Whether the registry still knows them by the key that they logged in with.
    pub fn is_still(&self, store: &Store) -> Result<(), Refused> {
        let author = self.session.author();
        let known = store.people().get(&author.unit, &author.name);
        let held = known.and_then(|known| known.key.as_ref());
        let own = author.key.as_ref().map(DeviceId::of);
        let same = held.is_some_and(|held| Some(held.key) == own);
        same.then_some(()).ok_or_else(Refused::key_changed)
    }
}

#[derive(Debug)]
struct Held {
    person: SessionUser,
    last: Instant,
    /// When the registry was last asked whether it is still them.
    asked: Instant,
}

/// The sessions, by the hash of their token.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<Hash, Held>>);

impl Sessions {
    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<Hash, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session; answers its token.
    pub fn begin(&self, person: SessionUser) -> Result<String, Refused> {
        let token = hex::encode(clock::secret());
        let mut held = self.held();
        held.retain(|_, session| session.last.elapsed() < IDLE);
        if held.len() >= MOST {
            return Err(Refused::too_many());
        }
        let last = Instant::now();
        let asked = last;
        held.insert(
            Hash::of(token.as_bytes()),
            Held {
                person,
                last,
                asked,
            },
        );
        Ok(token)
    }

    /// Who a token is of. A request that a person did not make does not lengthen the session.
    pub fn of(&self, token: &str, by_a_person: bool) -> Option<SessionUser> {
        let mut held = self.held();
        let session = held.get_mut(&Hash::of(token.as_bytes()))?;
        if session.last.elapsed() >= IDLE {
            held.remove(&Hash::of(token.as_bytes()));
            return None;
        }
        if by_a_person {
            session.last = Instant::now();
        }
        Some(session.person.clone())
    }

    /// Whether the registry is to be asked again about whose token this is; who is told so asks it.
    pub fn is_to_be_asked(&self, token: &str) -> bool {
        let mut held = self.held();
        let session = held.get_mut(&Hash::of(token.as_bytes()));
        let due = session.filter(|session| session.asked.elapsed() >= ASKED);
        let asked = due.map(|session| session.asked = Instant::now());
        asked.is_some()
    }

    /// Ends a session and wipes its key.
    pub fn end(&self, token: &str) {
        self.held().remove(&Hash::of(token.as_bytes()));
    }

    /// Wipes the keys of those who have gone.
    pub fn sweep(&self) {
        self.held()
            .retain(|_, session| session.last.elapsed() < IDLE);
    }
}

/// The name of the cookie. A browser keeps one of the first name to one host and TLS; it takes it over TLS alone.
pub(super) fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-papaver" } else { "papaver" }
}

/// The token of a request.
pub(super) fn token(headers: &HeaderMap, secure: bool) -> Option<String> {
    let name = cookie_name(secure);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, token)| token.to_owned())
}
