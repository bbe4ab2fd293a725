//! Who asks: anybody, somebody who is logged in, or somebody who may look at surveys; found out for each request.

use super::answer::Refused;
use super::headers::header_text;
use super::house::{Shared, reading};
use super::sessions::{SessionUser, token};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;

/// The header in which a page says whether somebody is there (`yes`) or it asks by itself (`no`).
const ATTENDED: &str = "x-papaver-attended";

/// Whether a person asks, and no page by itself, so that an open window keeps nobody logged in. Of the pictures in a page no word
/// is said, and they count for none.
fn is_by_a_person(path: &str, headers: &HeaderMap) -> bool {
    let of_others = path.contains("/screening/") && path.ends_with("/cards");
    let by_itself = matches!(path, "/api/session" | "/api/events" | "/api/library");
    let is_picture = header_text(headers, "sec-fetch-dest") == Some("image");
    match header_text(headers, ATTENDED) {
        Some("yes") => true,
        Some(_) => false,
        None => !by_itself && !of_others && !is_picture,
    }
}

/// Whoever asks, logged in or not.
#[derive(Debug)]
pub(super) struct Visitor(pub Option<SessionUser>);

impl FromRequestParts<Shared> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, house: &Shared) -> Result<Self, Infallible> {
        let by_a_person = is_by_a_person(parts.uri.path(), &parts.headers);
        let token = token(&parts.headers, &house.cookie());
        let person = token.and_then(|token| house.sessions.of(&token, by_a_person));
        Ok(Self(person))
    }
}

/// Somebody who is logged in, in whatever registry.
#[derive(Debug)]
pub(super) struct LoggedIn(pub SessionUser);

impl FromRequestParts<Shared> for LoggedIn {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, house: &Shared) -> Result<Self, Refused> {
        match Visitor::from_request_parts(parts, house).await {
            Ok(Visitor(Some(person))) => Ok(Self(person)),
            _ => Err(Refused::not_logged_in()),
        }
    }
}

/// Somebody who may look at surveys: whoever is logged in, and on their own machine without a registry anybody. With
/// what they may look at.
#[derive(Debug)]
pub(super) struct Looker(pub Shared);

impl FromRequestParts<Shared> for Looker {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, house: &Shared) -> Result<Self, Refused> {
        match Visitor::from_request_parts(parts, house).await {
            Ok(Visitor(Some(person))) => {
                let token = token(&parts.headers, &house.cookie()).unwrap_or_default();
                still(house, &token, person).await?;
            }
            _ if house.is_open() => {}
            _ => return Err(Refused::not_logged_in()),
        }
        Ok(Self(house.clone()))
    }
}

/// Fails, and ends the session, where the registry knows this person by another key or not at all.
async fn still(house: &Shared, token: &str, person: SessionUser) -> Result<(), Refused> {
    if !house.sessions.is_to_be_asked(token) {
        return Ok(());
    }
    let place = house.registry(&person.registry)?;
    let known = reading(house, place, move |store| Ok(person.is_still(store))).await?;
    known.inspect_err(|_changed| house.sessions.end(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn what_a_page_asks_by_itself_lengthens_no_session() {
        let asks = |path: &str, name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            is_by_a_person(path, &headers)
        };
        let sites = "/api/registries/a/sites.geojson";
        assert!(asks(sites, "sec-fetch-dest", "empty"));
        assert!(!asks(sites, ATTENDED, "no"));
        assert!(asks("/api/session", ATTENDED, "yes"));
        assert!(!asks(
            "/api/surveys/s/pictures/a.jpg",
            "sec-fetch-dest",
            "image"
        ));
        for own in [
            "/api/session",
            "/api/events",
            "/api/library",
            "/api/registries/a/screening/s/cards",
        ] {
            assert!(!asks(own, "accept", "*/*"), "{own}");
        }
    }
}
