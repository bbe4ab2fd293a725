//! Logging in and out: a person of a registry gives the passphrase of their own key.

use super::answer::{Answer, Refused};
use super::house::{Shared, reading, waiting};
use super::sessions::{IDLE, SessionUser, token};
use super::visitors::LoggedIn;
use crate::office::{Credentials, clock, sign_in};
use crate::registry::Role;
use crate::store::{Author, Store, keys};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// Bytes of what somebody gives to log in.
const LARGEST: usize = 4 * 1024;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/session", get(session))
        .route(
            "/api/login",
            post(login).layer(DefaultBodyLimit::max(LARGEST)),
        )
        .route("/api/logout", post(logout))
        .route("/api/registries/{registry}/people", get(people))
}

/// Who is logged in.
#[derive(Debug, Serialize)]
struct Account {
    person: String,
    name: String,
    unit: String,
    unit_name: Option<String>,
    registry: String,
    roles: Vec<Role>,
    /// Seconds without a request after which the session ends.
    idle_seconds: u64,
    /// By how many minutes the registry's clock is ahead of UTC: its days are not those of each computer.
    utc_offset_minutes: i32,
}

impl Account {
    fn of(store: &Store, person: &SessionUser) -> Result<Self, Refused> {
        let Author { name, unit, .. } = person.session.author();
        let known = store.people().get(unit, name);
        Ok(Self {
            person: name.clone(),
            name: name.clone(),
            unit: unit.clone(),
            unit_name: store.unit_name()?,
            registry: person.registry.clone(),
            roles: known.map_or_else(Vec::new, |known| known.roles.iter().copied().collect()),
            idle_seconds: IDLE.as_secs(),
            utc_offset_minutes: clock::now_in(person.session.zone()).offset().seconds() / 60,
        })
    }
}

async fn session(State(house): State<Shared>, LoggedIn(person): LoggedIn) -> Answer<Account> {
    let place = house.registry(&person.registry)?;
    reading(&house, place, move |store| {
        person.is_still(store)?;
        Ok(Json(Account::of(store, &person)?))
    })
    .await
}

/// Somebody who can log in.
#[derive(Debug, Serialize)]
struct LoginChoice {
    person: String,
    name: String,
    roles: Vec<Role>,
    /// Whether their key lies here, so that they can log in.
    has_key: bool,
}

async fn people(
    State(house): State<Shared>,
    Path(registry): Path<String>,
) -> Answer<Vec<LoginChoice>> {
    reading(&house, house.registry(&registry)?, |store| {
        let folder = store.keys_folder();
        let known = store
            .people()
            .iter()
            .map(|(unit, name, person)| LoginChoice {
                person: format!("{unit}/{name}"),
                name: name.to_owned(),
                roles: person.roles.iter().copied().collect(),
                has_key: keys::exists(&folder, unit, name),
            });
        Ok(Json(known.collect()))
    })
    .await
}

/// What somebody gives to log in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoginAttempt {
    registry: String,
    person: String,
    passphrase: String,
}

async fn login(
    State(house): State<Shared>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Json(given): Json<LoginAttempt>,
) -> Result<Response, Refused> {
    let place = house.registry(&given.registry)?;
    let who = (from.ip(), given.registry.clone(), given.person.clone());
    house.gate.ask(&who)?;
    // Opening a key takes 128 MB, and one of an earlier version more: one at a time.
    let turn = house.gate.turn().await;
    let unlocking = place.clone();
    let given_to = given.person.clone();
    let unlocked = reading(&house, unlocking, move |store| {
        let person = unlocked(store, &given)?;
        let account = Account::of(store, &person)?;
        Ok((person, account))
    })
    .await;
    drop(turn);
    let (writes, opened) = (house.clone(), unlocked.is_ok());
    waiting(move || {
        let audit = &writes.audit;
        audit.login(&place.path, &given_to, from.ip(), opened);
        Ok(())
    })
    .await?;
    let (person, account) = unlocked?;
    let token = house.sessions.begin(person)?;
    let cookie = set_cookie(&house, &token, None);
    Ok(([(header::SET_COOKIE, cookie)], Json(account)).into_response())
}

/// A person whose own key the passphrase opens; who has none, or another than the registry knows, is told so.
fn unlocked(store: &Store, given: &LoginAttempt) -> Result<SessionUser, Refused> {
    let credentials = Credentials {
        actor: given.person.clone(),
        passphrase: Some(given.passphrase.clone()),
        ..Credentials::default()
    };
    let session = sign_in(store, credentials).map_err(|error| match Refused::from(error) {
        refused if refused.is_about_a_key() => wrong(),
        other => other,
    })?;
    let person = SessionUser {
        registry: given.registry.clone(),
        session,
    };
    match person.is_still(store) {
        Ok(()) => Ok(person),
        Err(_other_key) => Err(no_key()),
    }
}

fn wrong() -> Refused {
    Refused::new(
        StatusCode::UNAUTHORIZED,
        "wrong_passphrase",
        "this passphrase does not open the key of this person",
        "口令不正确",
    )
    .hint(
        "type it again; where it is lost, a supervisor records the loss and a new key is made",
        "请重新输入；口令遗失的，由主管登记遗失后重新生成密钥",
    )
}

fn no_key() -> Refused {
    Refused::new(
        StatusCode::UNAUTHORIZED,
        "no_key",
        "this person has no key here, so that nothing can be signed by them",
        "此人在本机没有个人密钥，无法以其名义签名",
    )
    .hint(
        "make a key of one's own on this computer, with a passphrase (docs: the county's page)",
        "请在本机为其生成带口令的个人密钥（见县级使用说明）",
    )
}

async fn logout(State(house): State<Shared>, headers: HeaderMap) -> Response {
    if let Some(token) = token(&headers, &house.cookie()) {
        house.sessions.end(&token);
    }
    let cookie = set_cookie(&house, "", Some(0));
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

fn set_cookie(house: &Shared, token: &str, max_age: Option<u32>) -> String {
    let name = house.cookie();
    let secure = if house.secure { "; Secure" } else { "" };
    let age = max_age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{age}")
}
