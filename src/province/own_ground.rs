//! The ground that each unit may speak for: nobody fills another's coverage.

use crate::ground::union_within;
use crate::registry::Authority;
use crate::registry::districts::{District, Districts};
use crate::registry::unit::{depth, is_at_or_below, share_ground};
use geo::MultiPolygon;

/// How deep a county lies.
const COUNTY_DEPTH: usize = 6;

/// Whose figures these are, and the ground of the units below.
pub(super) struct Own<'a> {
    pub(super) unit: &'a str,
    pub(super) districts: Option<&'a Districts>,
    /// Units of counties and of those below them that have a device of their own.
    speakers: Vec<&'a str>,
}

impl<'a> Own<'a> {
    pub(super) fn of(gate: &'a Authority, districts: Option<&'a Districts>) -> Self {
        let units = gate.devices().values().map(|known| known.unit.as_str());
        Self {
            unit: gate.unit(),
            districts,
            speakers: units.filter(|unit| depth(unit) >= COUNTY_DEPTH).collect(),
        }
    }

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
            .filter(|district| self.may_speak(unit, &district.code))
            .map(District::area)
            .collect();
        union_within(own, &ground)
    }

    /// Whether a unit speaks for a district: it shares ground with it, or else the boundary file does not know the unit, whose code
    /// has changed perhaps, and nobody else speaks for that district.
    pub(super) fn may_speak(&self, unit: &str, district: &str) -> bool {
        let is_anothers = |by: &&str| *by != unit && share_ground(by, district);
        share_ground(unit, district)
            || !self.is_listed(unit) && !self.speakers.iter().any(is_anothers)
    }

    /// Whether the boundary file knows a unit, one above or one below it; without a file every unit is known.
    pub(super) fn is_listed(&self, unit: &str) -> bool {
        self.districts.is_none_or(|districts| {
            let mut codes = districts.iter().map(|district| &district.code);
            codes.any(|code| share_ground(unit, code))
        })
    }

    /// The smallest district that a unit lies in.
    fn smallest(&self, unit: &str) -> Option<&District> {
        self.districts?
            .iter()
            .filter(|district| is_at_or_below(unit, &district.code))
            .max_by_key(|district| depth(&district.code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_in_no_boundary_file_speaks_for_the_ground_that_nobody_else_does() {
        let square = |code: &str, west: f64| {
            let east = west + 0.1;
            serde_json::json!({"type": "Feature", "properties": {"code": code, "name": code}, "geometry": {"type": "Polygon",
                "coordinates": [[[west, 33.6], [east, 33.6], [east, 33.8], [west, 33.8], [west, 33.6]]]}})
        };
        let file = serde_json::json!({"type": "FeatureCollection", "features": [square("410481", 113.0), square("410424", 113.1)]});
        let districts = Districts::read(file.to_string().as_bytes(), "2026").expect("districts");
        let own = Own {
            unit: "410000",
            districts: Some(&districts),
            speakers: vec!["410423", "410424"],
        };
        // 410423 is 410481 in the new file.
        assert!(!own.is_listed("410423") && own.is_listed("410424") && own.is_listed("410400"));
        assert!(own.may_speak("410423", "410481") && !own.may_speak("410423", "410424"));
        assert!(own.may_speak("410424", "410424") && !own.may_speak("410424", "410481"));
        let renamed = districts.iter().find(|d| d.code == "410481");
        let ground = renamed.expect("a district").area().clone();
        let kept = |unit: &str| crate::ground::area_m2(&own.ground_of(unit, ground.clone())) > 1.0;
        assert!(kept("410423") && !kept("410424") && kept("410000"));
        // Once the county speaks under its new code, nobody does beside it.
        let own = Own {
            speakers: vec!["410423", "410424", "410481"],
            ..own
        };
        assert!(!own.may_speak("410423", "410481"));
    }
}
