//! What an event said of an office's affairs, and who said it when.

use crate::registry::site::Stamp;
use serde::Serialize;

/// What an event said, and who said it when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said<T> {
    /// When, by whom, in which event.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// The season it belongs to.
    pub season: i16,
    /// What was said.
    pub body: T,
}
