//! When something was said, by whom, and in which event.

use super::event::Actor;
use super::ids::Hash;
use serde::{Deserialize, Serialize};

/// When, by whom, and in which event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The event.
    pub event: Hash,
    /// When it happened.
    pub at: String,
    /// Who says so.
    pub actor: Actor,
    /// Whether it bears the author's own key; otherwise it was recorded in their name.
    pub own_key: bool,
}
