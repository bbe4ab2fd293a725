//! The day of a step: as its time is written, and as it was where the site is.

use crate::registry::authority::Authority;
use crate::text::day_of;
use jiff::civil::Date;

/// One day as it is written and as it is where the site is: a computer set to another zone writes an early morning as the
/// day before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SiteDay {
    pub(super) written: Date,
    there: Date,
}

impl SiteDay {
    /// The day of a time at a unit's site.
    pub(super) fn of(gate: &Authority, unit: &str, time: &str) -> Option<Self> {
        Some(Self {
            written: day_of(time)?,
            there: gate.day_of(unit, time)?,
        })
    }

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
