//! The ground that was patrolled in all districts of a report together: the effort of these in, one figure with its
//! denominator out. What was reported of the whole of a district counts once, though it counts for none of its parts.

use crate::province::effort::DistrictEffort;
use crate::province::facts::Facts;
use crate::province::period::{Period, Scope};
use crate::province::windows::Windows;

/// Ground in square metres.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct PatrolledGround {
    /// Patrolled.
    pub(crate) m2: f64,
    /// All there is.
    pub(crate) of_m2: f64,
    /// Reported beyond what districts have, or more than once.
    beyond_m2: f64,
}

impl PatrolledGround {
    /// That of the district whose parts are compared, where it is a known one; else that of its parts together.
    pub(super) fn of(
        facts: &Facts,
        windows: &Windows,
        (scope, period): (&Scope, Period),
        parts: &[DistrictEffort],
    ) -> Self {
        let whole = scope.whole(facts, windows, period);
        let counted = whole.as_ref().map_or(parts, std::slice::from_ref);
        let mut all = Self::default();
        for effort in counted {
            all.m2 += effort.patrolled_m2;
            all.of_m2 += effort.area_m2;
            if effort.is_reported_beyond() {
                all.beyond_m2 += effort.patrolled_beyond_m2;
            }
        }
        all
    }

    /// Reported beyond what districts have, m²; `None` where nothing was.
    pub(super) fn beyond(self) -> Option<f64> {
        (self.beyond_m2 > 0.0).then_some(self.beyond_m2)
    }
}
