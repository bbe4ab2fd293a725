//! The day of a step: as its time is written, and as it was where the site is.

use super::Fold;
use crate::text::day_of;
use jiff::civil::Date;

/// One day as it is written and as it is where the site is: a computer set to another zone writes an early morning as the
/// day before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) written: Date,
    there: Date,
}

impl Days {
    /// Whether it is before another one, however they are told.
    pub(super) fn is_before(self, other: Self) -> bool {
        self.written < other.written && self.there < other.there
    }

    /// The last of some days.
    pub(super) fn last(days: impl IntoIterator<Item = Self>) -> Option<Self> {
        days.into_iter().reduce(|one, other| Self {
            written: one.written.max(other.written),
            there: one.there.max(other.there),
        })
    }
}

impl Fold<'_> {
    /// The day of a time.
    pub(super) fn days(&self, time: &str) -> Option<Days> {
        let unit = self.unit.as_deref().unwrap_or_default();
        Some(Days {
            written: day_of(time)?,
            there: self.gate.day_of(unit, time)?,
        })
    }
}
