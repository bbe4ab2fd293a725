//! What is going on, as server-sent events: a listener is told that something changed and asks for it again.

use super::house::Shared;
use super::sessions::{Looker, token};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use axum::routing::get;
use serde_json::Value;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::{self, Sender};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt};

/// How many events wait for a slow listener before it is told to load everything anew.
const WAITING: usize = 256;

/// Tells listeners.
#[derive(Debug)]
pub(super) struct Events(Sender<Value>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::channel(WAITING).0)
    }
}

impl Events {
    /// Tells everybody who listens; nobody may.
    pub fn tell(&self, what: Value) {
        let _nobody = self.0.send(what);
    }
}

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/events", get(listen))
}

/// Ends with the session of whoever listens.
async fn listen(
    State(house): State<Shared>,
    _who: Looker,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let heard = BroadcastStream::new(house.events.0.subscribe());
    let token = token(&headers, house.secure);
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
