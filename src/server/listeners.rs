//! Who listens to what is going on: a stream of events for each, as long as they are logged in.

use super::house::Shared;
use super::sessions::token;
use super::visitors::Looker;
use axum::Router;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use axum::routing::get;
use std::convert::Infallible;
use std::time::Duration;
use tokio_stream::{Stream, StreamExt};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/events", get(listen))
}

/// Ends with the session of whoever listens.
async fn listen(
    Looker(house): Looker,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let heard = house.events.heard();
    let token = token(&headers, &house.cookie());
    let listens = move || match &token {
        Some(token) => house.sessions.of(token, false).is_some(),
        None => true,
    };
    let told = heard.take_while(move |_| listens()).map(|what| {
        // Who lags behind has missed something: everything is to be asked for anew.
        let what = what.unwrap_or_else(|_lagged| serde_json::json!({ "kind": "all" }));
        Ok(Event::default().data(what.to_string()))
    });
    Sse::new(told).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)))
}
