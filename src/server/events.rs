//! What is going on, as server-sent events: a listener is told that something changed and asks for it again.

use serde_json::Value;
use tokio::sync::broadcast::{self, Sender};
use tokio_stream::wrappers::BroadcastStream;

/// How many events wait for a slow listener before it is told to load everything anew.
const WAITING: usize = 256;

/// Tells listeners.
#[derive(Debug, Clone)]
pub(super) struct Events(Sender<Value>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::channel(WAITING).0)
    }
}

impl Events {
    /// What is told from now on.
    pub fn heard(&self) -> BroadcastStream<Value> {
        BroadcastStream::new(self.0.subscribe())
    }

    /// Tells everybody who listens; nobody may.
    pub fn tell(&self, what: Value) {
        let _nobody = self.0.send(what);
    }
}
