//! What is asked of the work of offices.

use crate::province::facts::Facts;
use crate::province::period::{Period, Scope};
use jiff::civil::Date;

/// What is asked.
pub(super) struct WorkQuery<'a> {
    pub(super) facts: &'a Facts,
    pub(super) period: Period,
    pub(super) scope: &'a Scope<'a>,
    pub(super) on: Date,
}

impl WorkQuery<'_> {
    /// Whether a district lies within the scope.
    pub(super) fn within(&self, code: &str) -> bool {
        code.starts_with(self.scope.within)
    }
}
