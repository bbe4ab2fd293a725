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
struct HeldSession {
    person: SessionUser,
    last: Instant,
    /// When the registry was last asked whether it is still them.
    asked: Instant,
}

/// The sessions, by the hash of their token, and what time it is.
#[derive(Debug)]
pub(super) struct Sessions {
    held: Mutex<HashMap<Hash, HeldSession>>,
    now: fn() -> Instant,
}

impl Default for Sessions {
    fn default() -> Self {
        Self::by(Instant::now)
    }
}

impl Sessions {
    /// Sessions that live by a clock.
    fn by(now: fn() -> Instant) -> Self {
        Self {
            held: Mutex::default(),
            now,
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<Hash, HeldSession>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody has not been gone for too long.
    fn lives(&self, session: &HeldSession) -> bool {
        (self.now)().duration_since(session.last) < IDLE
    }

    /// Begins a session; answers its token.
    pub fn begin(&self, person: SessionUser) -> Result<String, Refused> {
        let token = hex::encode(clock::secret());
        let mut held = self.held();
        held.retain(|_, session| self.lives(session));
        if held.len() >= MOST {
            return Err(Refused::too_many());
        }
        let last = (self.now)();
        let asked = last;
        held.insert(
            Hash::of(token.as_bytes()),
            HeldSession {
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
        if !self.lives(session) {
            held.remove(&Hash::of(token.as_bytes()));
            return None;
        }
        if by_a_person {
            session.last = (self.now)();
        }
        Some(session.person.clone())
    }

    /// Whether the registry is to be asked again about whose token this is; who is told so asks it.
    pub fn is_to_be_asked(&self, token: &str) -> bool {
        let now = (self.now)();
        let mut held = self.held();
        let session = held.get_mut(&Hash::of(token.as_bytes()));
        let due = session.filter(|session| now.duration_since(session.asked) >= ASKED);
        let asked = due.map(|session| session.asked = now);
        asked.is_some()
    }

    /// Ends a session and wipes its key.
    pub fn end(&self, token: &str) {
        self.held().remove(&Hash::of(token.as_bytes()));
    }

    /// Wipes the keys of those who have gone.
    pub fn sweep(&self) {
        self.held().retain(|_, session| self.lives(session));
    }
}

/// The name of the cookie, of a server alone: browsers keep cookies by host and not by port. A browser keeps one of the first
/// name to one host and TLS; it takes it over TLS alone.
pub(super) fn cookie_name(secure: bool, port: u16) -> String {
    let before = if secure { "__Host-" } else { "" };
    format!("{before}papaver-{port}")
}

/// The token of a request.
pub(super) fn token(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, token)| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::{Credentials, Office, fixture};
    use std::cell::Cell;

    thread_local! {
        static LATER: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    /// Now, and what has gone by since as the test says.
    fn now() -> Instant {
        thread_local! {
            static BEGUN: Instant = Instant::now();
        }
        BEGUN.with(|begun| *begun) + LATER.get()
    }

    fn goes_by(time: Duration) {
        LATER.set(LATER.get() + time);
    }

    fn chief(folder: &std::path::Path) -> SessionUser {
        let path = folder.join("a.papaver");
        drop(fixture::begun(&path));
        let office = Office::open(&path, "chief").expect("opened");
        let given = Credentials {
            actor: "chief".to_owned(),
            ..Credentials::default()
        };
        SessionUser {
            registry: "a".to_owned(),
            session: office.sign_in(given).expect("signed in"),
        }
    }

    #[test]
    fn a_session_ends_after_half_an_hour_in_which_its_person_asked_for_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let sessions = Sessions::by(now);
        let person = chief(folder.path());
        let token = sessions.begin(person.clone()).expect("begun");
        let second = Duration::from_secs(1);
        let almost = IDLE.saturating_sub(second);
        for _ in 0..3 {
            goes_by(almost);
            assert!(sessions.of(&token, true).is_some(), "they asked in time");
        }
        // An open window asks by itself.
        goes_by(almost);
        assert!(sessions.of(&token, false).is_some());
        goes_by(second);
        assert!(sessions.of(&token, false).is_none());
        assert_eq!(sessions.held().len(), 0, "its key is wiped");

        let gone = sessions.begin(person.clone()).expect("begun");
        goes_by(almost);
        let here = sessions.begin(person).expect("begun");
        goes_by(second);
        sessions.sweep();
        assert_eq!(sessions.held().len(), 1, "nobody had to ask for it");
        assert!(sessions.of(&here, true).is_some() && sessions.of(&gone, true).is_none());
    }

    #[test]
    fn servers_of_one_computer_have_cookies_of_their_own() {
        assert_eq!(cookie_name(false, 8717), "papaver-8717");
        assert_eq!(cookie_name(true, 8718), "__Host-papaver-8718");
        let mut headers = HeaderMap::new();
        let both = "papaver-8717=a; papaver-8718=b";
        headers.insert(header::COOKIE, both.parse().expect("value"));
        assert_eq!(token(&headers, "papaver-8718").as_deref(), Some("b"));
        assert_eq!(token(&headers, "papaver-8719"), None);
    }
}
