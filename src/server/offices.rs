//! Other offices that call: whose device this registry trusts hands bundles in, and fetches what it has not.
//!
//! A caller proves itself by its device's signature of a challenge that is good once; the token that it gets is worth
//! nothing to a browser, which sends none by itself. What is handed in passes the gate of every bundle.

use super::answer::{Answer, Refused};
use super::arriving::{arrived, leaving};
use super::callers::{Challenged, Guest, ReadyParts};
use super::headers::header_text;
use super::house::{Shared, reading, waiting};
use super::library::LibraryPlace;
use super::shelves::registry_line;
use super::unkept::unwritten;
use super::unwelcome::{challenge_over, cut_short, gone, not_by_this_office, over, unwelcome};
use crate::files::{self, Incoming};
use crate::office::peers::{self, LARGEST_PART, Outbox, Unwelcome};
use crate::office::{Office, OfficeError};
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
use std::fs::File;
use std::io::BufReader;
use std::net::SocketAddr;
use std::time::Instant;

/// Bytes of a point at most: of every device a number, of every file that is missing a digest.
const LARGEST_POINT: u64 = 64 << 20;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/offices", get(greet))
        .route("/api/offices/{registry}/challenge", post(challenge))
        .route("/api/offices/{registry}/session", post(session))
        .route("/api/offices/{registry}/offer/{number}", get(fetch))
        .merge(routes_of_bundles())
}

/// Those that take more than any other: each limits itself what it takes.
fn routes_of_bundles() -> Router<Shared> {
    Router::new()
        .route("/api/offices/{registry}/offer", post(offer))
        .route("/api/offices/{registry}/bundles/{digest}", put(take))
        .layer(DefaultBodyLimit::disable())
}

async fn greet(State(house): State<Shared>) -> Answer<Greeting> {
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
) -> Answer<Challenge> {
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
) -> Answer<Admitted> {
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
    house
        .audit
        .login(&place.path, &who, from.ip(), known.is_ok());
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
        let token = header_text(&parts.headers, header::AUTHORIZATION)
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
        let incoming = arrived(&self.house.arriving, &sender, folder, most, body).await?;
        Ok((outbox, incoming))
    }

    /// Does something in the registry, in turn, as long as the device is trusted.
    async fn act<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Office) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let turn = self.house.turn(&self.place.id);
        let mut thread = turn.lock().await;
        let (place, device) = (self.place.clone(), self.guest.device);
        let work = move || {
            let mut office = Office::open(&place.path, &format!("device {}", device.short()))?;
            still_trusted(office.store(), device)?;
            act(&mut office)
        };
        thread.write(work).await
    }
}

fn still_trusted(store: &Store, device: DeviceId) -> Result<(), Refused> {
    if store.trusted().contains_key(&device) {
        Ok(())
    } else {
        Err(unwelcome(Unwelcome::Untrusted))
    }
}

async fn offer(caller: Caller, body: Body) -> Answer<PartOffer> {
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
) -> Answer<TakenPart> {
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
