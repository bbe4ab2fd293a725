//! What an event said of an office's affairs, and who said it when.

use crate::registry::site::Stamp;
use jiff::civil::Date;
use serde::Serialize;

/// What an event said, and who said it when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stamped<T> {
    /// When, by whom, in which event.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// The day it happened, by the calendar of its unit: that of its round where a round found it.
    #[serde(skip)]
    pub on: Option<Date>,
    /// The season of that day.
    pub season: i16,
    /// What was said.
    pub body: T,
}
