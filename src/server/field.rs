//! The field loop: `/dav/<crew>/` for `QField`, drives and the crew's page. Each crew enters with its own password, and none
//! sees another's folder.

use super::answer::Refused;
use super::dav::Folder;
use super::fields::is_gone;
use super::headers::header_text;
use super::house::{Shared, waiting};
use crate::office::field::{CrewFolder, CrewGate, is_table};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use dav_server::DavHandler;
use dav_server::fakels::FakeLs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_stream::StreamExt;

/// How soon what had to wait is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// How often it is looked at all, where nothing came.
const LOOK: Duration = Duration::from_secs(60);
/// What a crew sent may do in a browser: be looked at.
const POLICY: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'",
);

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/dav/{crew}", any(enter))
        .route("/dav/{crew}/", any(enter))
        .route("/dav/{crew}/{*path}", any(enter_below))
        .layer(DefaultBodyLimit::disable())
}

async fn enter_below(
    State(house): State<Shared>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path((crew, _)): Path<(String, String)>,
    request: Request,
) -> Response {
    answered(house, from, crew, request).await
}

async fn enter(
    State(house): State<Shared>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(crew): Path<String>,
    request: Request,
) -> Response {
    answered(house, from, crew, request).await
}

async fn answered(house: Shared, from: SocketAddr, crew: String, mut request: Request) -> Response {
    match entered(&house, from, &crew, request.headers()).await {
        Ok(Some(of)) => {
            let came = house.fields.came.clone();
            // The library lists whole trees for its own test program alone; a crew's is small.
            request
                .headers_mut()
                .insert("x-litmus", HeaderValue::from_static("1"));
            take_older_tables(&mut request);
            let handler = DavHandler::builder()
                .filesystem(Box::new(Folder { of, came }))
                .locksystem(FakeLs::new())
                .strip_prefix(format!("/dav/{crew}"))
                .autoindex(true)
                .build_handler();
            let mut response = handler.handle(request).await.map(whole);
            // So the library calls a path that climbs out of the folder.
            if response.status() == StatusCode::BAD_GATEWAY {
                *response.status_mut() = StatusCode::BAD_REQUEST;
            }
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Ok(None) => asks(),
        Err(refused) => refused.into_response(),
    }
}

/// Asks for a crew's name and password.
pub(super) fn asks() -> Response {
    let asks = [(
        header::WWW_AUTHENTICATE,
        "Basic realm=\"Papaver\", charset=\"UTF-8\"",
    )];
    (StatusCode::UNAUTHORIZED, asks).into_response()
}

/// Lets a table come whatever lies under its name by now: a drive sends it on condition that nothing has changed since it was
/// taken down, but the project is made anew meanwhile, and no version of a table takes the place of another.
fn take_older_tables(request: &mut Request) {
    if request.method() == Method::PUT && is_table(request.uri().path()) {
        for condition in [header::IF_MATCH, header::IF_UNMODIFIED_SINCE] {
            request.headers_mut().remove(condition);
        }
    }
}

/// A body that may be asked again after its end, as compression asks.
fn whole(body: dav_server::body::Body) -> Body {
    Body::from_stream(body.fuse())
}

/// The folder of a crew, to whoever gives its password.
pub(super) async fn entered(
    house: &Shared,
    from: SocketAddr,
    crew: &str,
    headers: &HeaderMap,
) -> Result<Option<Arc<CrewFolder>>, Refused> {
    let Some((user, password)) = given(headers) else {
        return Ok(None);
    };
    if user != crew {
        return Ok(None);
    }
    let Some((registry, field)) = of_crew(house, &user).await? else {
        return Ok(None);
    };
    // A client asks with several connections at once: the first pays for all of them.
    let _turn = if field.knows(&user, &password) {
        None
    } else {
        house.gate.turn().await
    };
    if !field.knows(&user, &password) {
        house.gate.ask(&(from.ip(), registry, user.clone()))?;
    }
    let writes = house.clone();
    waiting(move || {
        let folder = field.enter(&user, &password)?;
        let (registry, opened) = (field.registry(), folder.is_some());
        writes.audit.crew(registry, &user, from.ip(), opened);
        Ok(folder)
    })
    .await
}

/// The registry of a crew, and its field. A disk that is gone is no wrong password.
async fn of_crew(house: &Shared, crew: &str) -> Result<Option<(String, Arc<CrewGate>)>, Refused> {
    let (house, crew) = (house.clone(), crew.to_owned());
    waiting(move || {
        let fields = house.fields.all(&house.library).into_iter();
        let mut own = fields.filter(|(_, field)| field.access(&crew).is_some());
        match own.next() {
            Some((_, field)) if is_gone(field.registry()) => Err(Refused::unplugged()),
            None if house.fields.lacks_any() => Err(Refused::unplugged()),
            own => Ok(own),
        }
    })
    .await
}

/// The name and the password of a request.
fn given(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, coded) = header_text(headers, header::AUTHORIZATION)?.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(coded.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    let is_basic = scheme.eq_ignore_ascii_case("basic");
    is_basic.then(|| (user.to_owned(), password.to_owned()))
}

/// Takes in what crews send as it comes, and what had to wait again and again.
pub(super) async fn take_in(house: Shared) {
    let came = house.fields.came.clone();
    loop {
        let taking = house.clone();
        let waits = waiting(move || {
            let mut waits = false;
            for (registry, field) in taking.fields.all(&taking.library) {
                let (crews, later) = field.take_in()?;
                waits |= later;
                for crew in crews {
                    taking.events.tell(serde_json::json!({
                        "kind": "upload", "registry": registry, "crew": crew,
                    }));
                }
            }
            Ok(waits)
        })
        .await;
        let pause = if waits.unwrap_or(true) { AGAIN } else { LOOK };
        let _waited = tokio::time::timeout(pause, came.notified()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_password_are_read_and_nothing_else_is() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_str(value).expect("a value");
            headers.insert(header::AUTHORIZATION, value);
            given(&headers)
        };
        let coded = BASE64_STANDARD.encode("crew-1:a:b");
        let both = Some(("crew-1".to_owned(), "a:b".to_owned()));
        assert_eq!(read(&format!("Basic {coded}")), both);
        assert_eq!(read(&format!("basic {coded}")), both);
        assert_eq!(read(&format!("Bearer {coded}")), None);
        assert_eq!(read("Basic !"), None);
        assert_eq!(given(&HeaderMap::new()), None);
    }
}
