//! The ground that each unit may speak for: nobody fills another's coverage.

use crate::ground::union_within;
use crate::registry::districts::{District, Districts};
use crate::registry::unit::{depth, is_at_or_below, share_ground};
use geo::MultiPolygon;

/// Whose figures these are, and the ground of the units below.
pub(super) struct Own<'a> {
    pub(super) unit: &'a str,
    pub(super) districts: Option<&'a Districts>,
}

impl Own<'_> {
    /// What of some ground a unit may speak for: all of it where the unit is this one or above it, else what lies in the
    /// unit's own district. Nobody fills another's coverage. Where there is no boundary file, nothing can be told apart.
    pub(super) fn ground_of(&self, unit: &str, ground: MultiPolygon) -> MultiPolygon {
        if is_at_or_below(self.unit, unit) {
            return ground;
        }
        let Some(districts) = self.districts else {
            return ground;
        };
        if let Some(district) = self.smallest(unit) {
            return union_within([district.area()], &ground);
        }
        let own: Vec<&MultiPolygon> = districts
            .iter()
            .filter(|district| share_ground(&district.code, unit))
            .map(District::area)
            .collect();
        union_within(own, &ground)
    }

    /// The smallest district that a unit lies in.
    fn smallest(&self, unit: &str) -> Option<&District> {
        self.districts?
            .iter()
            .filter(|district| is_at_or_below(unit, &district.code))
            .max_by_key(|district| depth(&district.code))
    }
}
