//! Other offices that call: whose device this registry trusts hands bundles in, and fetches what it has not.
//!
//! A caller proves itself by its device's signature of a challenge that is good once; the token that it gets is worth
//! nothing to a browser, which sends none by itself. What is handed in passes the gate of every bundle.

use super::answer::Refused;
use super::arriving::{arrived, leaving};
use super::house::{Shared, reading, waiting};
use super::library::{LibraryPlace, registry_line};
use super::unwelcome::{
    challenge_over, cut_short, gone, not_by_this_office, over, too_often, unwelcome,
};
use super::uploads::unwritten;
use crate::files::{self, Incoming};
use crate::office::peers::{self, LARGEST_PART, Outbox, Unwelcome};
use crate::office::{Office, OfficeError, clock};
use crate::registry::{DeviceId, Hash};
use crate::remote::{
    Admitted, Ask, Challenge, FORMAT, Greeting, PartOffer, Reply, Since, TakenPart, VERSION,
};
use crate::store::Store;
use crate::store::bundle::Point;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Path, RawPathParams, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::json;
use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::net::{IpAddr, SocketAddr};
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
/// Bytes of a point at most: of every device a number, of every file that is missing a digest.
const LARGEST_POINT: u64 = 64 << 20;

/// Somebody who was sent a challenge.
#[derive(Debug)]
struct Challenged {
    registry: String,
    device: DeviceId,
    from: IpAddr,
    at: Instant,
}

/// Parts that lie ready.
#[derive(Debug)]
struct ReadyParts {
    files: Vec<PathBuf>,
    _outbox: Outbox,
}

/// Somebody who proved themselves.
#[derive(Debug, Clone)]
struct Guest {
    registry: String,
    device: DeviceId,
    ready: Option<Arc<ReadyParts>>,
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
    fn challenge(&self, asked: Challenged) -> Result<Hash, Refused> {
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
    fn answered(&self, reply: &Reply, registry: &str) -> bool {
        let asked = held(&self.asked).remove(&reply.challenge);
        asked.is_some_and(|asked| {
            asked.device == reply.device && asked.registry == registry && asked.at.elapsed() < GOOD
        })
    }

    /// Lets somebody in; answers their token.
    fn admit(&self, registry: String, device: DeviceId) -> Result<String, Refused> {
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
    fn guest(&self, token: Hash) -> Option<Guest> {
        let mut guests = held(&self.guests);
        let guest = guests.get_mut(&token)?;
        if guest.last.elapsed() >= IDLE {
            return None;
        }
        guest.last = Instant::now();
        Some(guest.clone())
    }

    /// Lays parts ready for somebody, in place of those before.
    fn lay_ready(&self, token: Hash, ready: ReadyParts) {
        if let Some(guest) = held(&self.guests).get_mut(&token) {
            guest.ready = Some(Arc::new(ready));
        }
    }
}

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/offices", get(greet))
        .route("/api/offices/{registry}/challenge", post(challenge))
        .route("/api/offices/{registry}/session", post(session))
        .route("/api/offices/{registry}/offer/{number}", get(fetch))
        .merge(
            Router::new()
                .route("/api/offices/{registry}/offer", post(offer))
                .route("/api/offices/{registry}/bundles/{digest}", put(take))
                .layer(DefaultBodyLimit::disable()),
        )
}

async fn greet(State(house): State<Shared>) -> Result<Json<Greeting>, Refused> {
    waiting(move || {
        let registries = house.library.registries();
        Ok(Json(Greeting {
            format: format!("{FORMAT}{VERSION}"),
            program: format!("papaver {}", env!("CARGO_PKG_VERSION")),
            registries: registries
                .into_iter()
                .map(|place| registry_line(&house, place))
                .collect(),
        }))
    })
    .await
}

/// The authority by which this server is known; nothing in the clear.
fn authority(house: &Shared) -> String {
    let authority = house.authority.as_ref();
    authority.map_or_else(String::new, |authority| authority.fingerprint.clone())
}

async fn challenge(
    State(house): State<Shared>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(registry): Path<String>,
    Json(ask): Json<Ask>,
) -> Result<Json<Challenge>, Refused> {
    let place = house.registry(&registry)?;
    let challenge = house.offices.challenge(Challenged {
        registry,
        device: ask.device,
        from: from.ip(),
        at: Instant::now(),
    })?;
    let authority = authority(&house);
    reading(&house, place, move |store| {
        let answer = peers::challenge(store, &ask, challenge, &authority)?;
        Ok(Json(answer))
    })
    .await
}

async fn session(
    State(house): State<Shared>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(registry): Path<String>,
    Json(reply): Json<Reply>,
) -> Result<Json<Admitted>, Refused> {
    let place = house.registry(&registry)?;
    if !house.offices.answered(&reply, &registry) {
        return Err(challenge_over());
    }
    let authority = authority(&house);
    let asked = reply.clone();
    let known = reading(&house, place.clone(), move |store| {
        let unit = peers::admit(store, &asked, &authority).map_err(unwelcome)?;
        let point = Point::of(store, store.complete()?)?;
        Ok((unit, point))
    })
    .await;
    let unit = known.as_ref().map_or("?", |(unit, _)| unit);
    let who = format!("{unit} / {}", reply.device);
    house.audit.login(&place, &who, from.ip(), known.is_ok());
    let (_, point) = known?;
    Ok(Json(Admitted {
        token: house.offices.admit(registry, reply.device)?,
        point,
        largest: LARGEST_PART,
    }))
}

/// A device that proved itself, at the registry that it asks of.
#[derive(Debug)]
struct Caller {
    house: Shared,
    place: LibraryPlace,
    guest: Guest,
    token: Hash,
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, house: &Shared) -> Result<Self, Refused> {
        let header = parts.headers.get(header::AUTHORIZATION);
        let token = header
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(|token| Hash::of(token.as_bytes()))
            .ok_or_else(over)?;
        let guest = house.offices.guest(token).ok_or_else(over)?;
        let named = RawPathParams::from_request_parts(parts, house).await;
        let named = named.map_err(|_none| Refused::no_such_page())?;
        let asked = named.iter().find(|(name, _)| *name == "registry");
        if asked.is_none_or(|(_, value)| value != guest.registry) {
            return Err(over());
        }
        let place = house.registry(&guest.registry)?;
        Ok(Self {
            house: house.clone(),
            place,
            guest,
            token,
        })
    }
}

impl Caller {
    /// What the device sends, at most so many bytes of it, on the disk beside the registry.
    async fn arrived(&self, most: u64, body: Body) -> Result<(Outbox, Incoming), Refused> {
        let path = self.place.path.clone();
        let outbox = waiting(move || Ok(Outbox::beside(&path).map_err(OfficeError::from)?));
        let outbox = outbox.await?;
        let sender = self.guest.device.to_string();
        let folder = files::folder_of(&outbox.file(""));
        let incoming = arrived(&self.house, &sender, folder, most, body).await?;
        Ok((outbox, incoming))
    }

    /// Does something in the registry, in turn, as long as the device is trusted.
    async fn act<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Office) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let turn = self.house.turn(&self.place.id);
        let turn = turn.lock().await;
        let (place, device) = (self.place.clone(), self.guest.device);
        let done = waiting(move || {
            let mut office = Office::open(&place.path, &format!("device {}", device.short()))?;
            still_trusted(office.store(), device)?;
            act(&mut office)
        })
        .await;
        drop(turn);
        done
    }
}

fn still_trusted(store: &Store, device: DeviceId) -> Result<(), Refused> {
    if store.trusted().contains_key(&device) {
        Ok(())
    } else {
        Err(unwelcome(Unwelcome::Untrusted))
    }
}

async fn offer(caller: Caller, body: Body) -> Result<Json<PartOffer>, Refused> {
    let device = caller.guest.device;
    let (outbox, point) = caller.arrived(LARGEST_POINT, body).await?;
    let (offer, ready) = caller
        .act(move |office| {
            if !peers::may_pull(office.store(), device) {
                return Err(not_by_this_office());
            }
            let since = read_point(&outbox, point)?;
            let (offer, files) = peers::offer(office, since, &outbox)?;
            let ready = ReadyParts {
                files,
                _outbox: outbox,
            };
            Ok((offer, ready))
        })
        .await?;
    caller.house.offices.lay_ready(caller.token, ready);
    Ok(Json(offer))
}

async fn fetch(
    caller: Caller,
    Path((_, number)): Path<(String, usize)>,
) -> Result<Response, Refused> {
    let device = caller.guest.device;
    let ready = caller.guest.ready.ok_or_else(gone)?;
    let trusted = move |store: &Store| still_trusted(store, device);
    reading(&caller.house, caller.place, trusted).await?;
    let file = ready.files.get(number).cloned().ok_or_else(gone)?;
    let (length, body) = leaving(&file, ready).await.map_err(|_swept| gone())?;
    let about = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    Ok((about, body).into_response())
}

/// How far a caller says that it knows.
fn read_point(outbox: &Outbox, point: Incoming) -> Result<Since, Refused> {
    let path = outbox.file("point.json");
    point
        .keep(|_digest| path.clone())
        .map_err(|error| unwritten(&error))?;
    let file = File::open(&path).map_err(|error| unwritten(&error))?;
    serde_json::from_reader(BufReader::new(file)).map_err(|_other| Refused::unclear("since"))
}

async fn take(
    caller: Caller,
    Path((_, digest)): Path<(String, Hash)>,
    body: Body,
) -> Result<Json<TakenPart>, Refused> {
    let (outbox, incoming) = caller.arrived(LARGEST_PART, body).await?;
    let turn = caller.house.arriving.turn().await;
    let taken = caller
        .act(move |office| {
            let part = outbox.file("part.papaver-bundle");
            let kept = incoming.keep(|_digest| part.clone());
            if Hash(kept.map_err(|error| unwritten(&error))?) != digest {
                return Err(cut_short());
            }
            let received = peers::take(office, &part)?;
            Ok(TakenPart {
                receipt: received.receipt,
            })
        })
        .await;
    drop(turn);
    let taken = taken?;
    let told = json!({ "kind": "registry", "registry": caller.place.id });
    caller.house.events.tell(told);
    Ok(Json(taken))
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
