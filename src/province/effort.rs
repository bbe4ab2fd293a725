//! Effort: the ground of each district that was searched in a season, in its growth window and finely enough, and the
//! ground that was not.
//!
//! Areas are unique: ground flown twice counts once. They are measured on the ellipsoid (Karney 2013) from outlines
//! whose edges are straight in longitude and latitude, as RFC 7946 has them: long edges are divided before they are
//! measured, so that a part and its rest add up to the whole.

use super::facts::{DistrictArea, Facts, FlightFact, PatrolFact};
use super::rest::rows;
use super::windows::{GrowthWindow, Windows};
use crate::ground::{area_m2, union_within};
use crate::registry::Settings;
use geo::{BoundingRect, Intersects, LineString, MultiPolygon, Polygon, Rect};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Degrees beyond which an edge is divided: some 200 m, over which a parallel and a geodesic part by less than a millimetre.
const LONGEST_EDGE: f64 = 0.002;

/// Square metres that rounding may leave.
const LEAST_BEYOND_M2: f64 = 1.0;

/// What was done in a district. Every area counts its ground once.
#[derive(Debug, Clone, PartialEq)]
pub struct DistrictEffort {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// All of it, m².
    pub area_m2: f64,
    /// Searched by any flight, m².
    pub searched_m2: f64,
    /// Searched within the growth window, m², however finely.
    pub in_window_m2: f64,
    /// Searched finely enough, m², whenever.
    pub adequate_m2: f64,
    /// Searched within the window and finely enough, m²: the denominator of every rate.
    pub fair_m2: f64,
    /// Walked or reported by patrols (踏查), m²: the union of the walked ground, and the areas of reports without a track; together no
    /// more than there is.
    pub patrolled_m2: f64,
    /// Reported beyond that, m²: the same ground more than once, or more than there is.
    pub patrolled_beyond_m2: f64,
    /// Not searched by any flight, m².
    pub not_searched_m2: f64,
    /// Flights that touch it.
    pub flights: usize,
    /// Patrols that report on it or walked in it.
    pub patrols: usize,
    /// Patrols and reports that found nothing (零报告).
    pub zero_reports: usize,
    /// People of its patrols, counted at each (人次).
    pub people: u64,
    /// Vehicles of its patrols, counted at each (台次).
    pub vehicles: u64,
    /// The row of the table that held for it, where there is one.
    pub window: Option<GrowthWindow>,
    /// The ground that `searched_m2` measures.
    pub searched: MultiPolygon,
    /// The ground that `fair_m2` measures.
    pub fair: MultiPolygon,
}

impl DistrictEffort {
    /// Searched, of all of it, 0 to 1; `None` of no area.
    pub(crate) fn searched_share(&self) -> Option<f64> {
        (self.area_m2 > 0.0).then(|| self.searched_m2 / self.area_m2)
    }

    /// Searched in the window and finely enough, of all of it, 0 to 1; `None` of no area.
    pub fn fair_share(&self) -> Option<f64> {
        (self.area_m2 > 0.0).then(|| self.fair_m2 / self.area_m2)
    }

    /// 踏查率: patrolled, of all of it, 0 to 1; `None` of no area.
    pub fn patrolled_share(&self) -> Option<f64> {
        (self.area_m2 > 0.0).then(|| self.patrolled_m2 / self.area_m2)
    }

    /// Whether more was reported as patrolled than counts.
    pub fn is_reported_beyond(&self) -> bool {
        self.patrolled_beyond_m2 > LEAST_BEYOND_M2
    }
}

/// The number of digits of the codes that figures go by: 6 (county) where there are any, else the shortest there are.
pub fn county_level(facts: &Facts) -> Option<usize> {
    let mut levels: Vec<usize> = facts.districts.iter().map(|d| d.code.len()).collect();
    levels.sort_unstable();
    levels
        .iter()
        .copied()
        .find(|level| *level == 6)
        .or_else(|| levels.first().copied())
}

/// The effort of a season by county.
pub fn effort(facts: &Facts, windows: &Windows, season: i16) -> Vec<DistrictEffort> {
    county_level(facts).map_or_else(Vec::new, |level| effort_at(facts, windows, season, level))
}

/// The effort of a season by the districts whose codes have `level` digits, in order of their codes.
pub fn effort_at(
    facts: &Facts,
    windows: &Windows,
    season: i16,
    level: usize,
) -> Vec<DistrictEffort> {
    let flights: Vec<&FlightFact> = facts
        .flights
        .iter()
        .filter(|f| f.season == season)
        .collect();
    let patrols: Vec<&PatrolFact> = facts
        .patrols
        .iter()
        .filter(|p| p.season == season)
        .collect();
    let districts = rows(facts, level, "");
    effort_of(&districts, &facts.districts, &flights, &patrols, windows)
}

/// The season of a day: its year, or the next from the sowing in autumn on.
pub fn season_of(day: jiff::civil::Date) -> i16 {
    Settings::default()
        .season_of(&day.to_string())
        .unwrap_or(day.year())
}

/// The effort of these flights and patrols in these districts, in order of their codes; `all` are the districts of every level.
pub(crate) fn effort_of(
    districts: &[&DistrictArea],
    all: &[DistrictArea],
    flights: &[&FlightFact],
    patrols: &[&PatrolFact],
    windows: &Windows,
) -> Vec<DistrictEffort> {
    let bounds: Vec<Option<Rect>> = flights
        .par_iter()
        .map(|f| f.searched.bounding_rect())
        .collect();
    let walked: Vec<Option<Rect>> = patrols.iter().map(|p| p.walked.bounding_rect()).collect();
    let mut efforts: Vec<DistrictEffort> = districts
        .par_iter()
        .map(|district| {
            let near: Vec<&FlightFact> = touching(&district.area, &bounds)
                .map(|at| flights[at])
                .collect();
            let walks = touching(&district.area, &walked).map(|at| patrols[at]);
            let reports = patrols.iter().copied().filter(|p| p.walked.0.is_empty());
            let mut effort = searched(district, &near, windows);
            patrolled(&mut effort, (district, all), walks, reports);
            effort
        })
        .collect();
    efforts.sort_by(|a, b| a.code.cmp(&b.code));
    efforts
}

/// The numbers of the bounding boxes that meet an area's.
fn touching<'a>(
    area: &MultiPolygon,
    bounds: &'a [Option<Rect>],
) -> impl Iterator<Item = usize> + use<'a> {
    let own = area.bounding_rect();
    bounds.iter().enumerate().filter_map(move |(at, rect)| {
        own.zip(*rect)
            .filter(|(own, rect)| own.intersects(rect))
            .map(|_| at)
    })
}

/// What flights did in a district, without its patrols.
fn searched(district: &DistrictArea, near: &[&FlightFact], windows: &Windows) -> DistrictEffort {
    let ground = &district.area;
    let window = windows.of(&district.code);
    let searched = union_within(near.iter().map(|f| &f.searched), ground);
    // Where every flight passes, the union is the same: most seasons are flown in their window.
    let part = |passes: &dyn Fn(&FlightFact) -> bool| {
        if near.iter().all(|f| passes(f)) {
            return searched.clone();
        }
        let kept = near.iter().filter(|f| passes(f)).map(|f| &f.searched);
        union_within(kept, ground)
    };
    let in_window = part(&|f| window.is_some_and(|w| w.holds(f)));
    let adequate = part(&|f| window.is_some_and(|w| w.fine(f)));
    let fair = part(&|f| window.is_some_and(|w| w.holds(f) && w.fine(f)));
    let area = measured_m2(ground);
    let searched_m2 = measured_m2(&searched);
    DistrictEffort {
        code: district.code.clone(),
        name: district.name.clone(),
        area_m2: area,
        searched_m2,
        in_window_m2: measured_m2(&in_window),
        adequate_m2: measured_m2(&adequate),
        fair_m2: measured_m2(&fair),
        patrolled_m2: 0.0,
        patrolled_beyond_m2: 0.0,
        not_searched_m2: (area - searched_m2).max(0.0),
        flights: near
            .iter()
            .filter(|f| f.searched.intersects(&district.area))
            .count(),
        patrols: 0,
        zero_reports: 0,
        people: 0,
        vehicles: 0,
        window: window.cloned(),
        searched,
        fair,
    }
}

/// Adds the patrols: walked ground once, and the reported areas of those that named this very district without a track.
fn patrolled<'a>(
    effort: &mut DistrictEffort,
    (district, all): (&DistrictArea, &[DistrictArea]),
    walks: impl Iterator<Item = &'a PatrolFact>,
    reports: impl Iterator<Item = &'a PatrolFact>,
) {
    let own = |p: &PatrolFact| {
        p.district
            .as_deref()
            .is_none_or(|code| code.starts_with(&district.code) || district.code.starts_with(code))
    };
    let walks: Vec<&PatrolFact> = walks
        .filter(|p| own(p) && p.walked.intersects(&district.area))
        .collect();
    // A report on a whole county says nothing of where in it: it counts for the county and not for its townships.
    let reports: Vec<&PatrolFact> = reports
        .filter(|p| {
            p.district
                .as_ref()
                .is_some_and(|code| code.starts_with(&district.code))
        })
        .collect();
    let walked = measured_m2(&union_within(
        walks.iter().map(|p| &p.walked),
        &district.area,
    ));
    let said: f64 = reports.iter().filter_map(|p| p.area_m2).sum();
    let counted = reported_m2(district, all, &reports);
    effort.patrolled_m2 = (walked + counted).min(effort.area_m2.max(walked));
    effort.patrolled_beyond_m2 = (walked + said - effort.patrolled_m2).max(0.0);
    let every = || walks.iter().chain(&reports);
    effort.patrols = every().count();
    effort.zero_reports = every().filter(|p| p.zero).count();
    effort.people = every().map(|p| p.people).sum();
    effort.vehicles = every().map(|p| p.vehicles).sum();
}

/// Square metres that reports without a track name in a district: of each district in it, all of its reports together count for no
/// more than it has.
fn reported_m2(district: &DistrictArea, all: &[DistrictArea], reports: &[&PatrolFact]) -> f64 {
    let deepest = |code: &str| (Reverse(code.len()), code.to_owned());
    let mut sums: BTreeMap<(Reverse<usize>, String), f64> = BTreeMap::new();
    for report in reports {
        let code = report.district.as_deref().unwrap_or_default();
        *sums.entry(deepest(code)).or_default() += report.area_m2.unwrap_or(0.0);
    }
    let mut counted = 0.0;
    while let Some(((_, code), said)) = sums.pop_first() {
        let own = all.iter().find(|d| d.code == code);
        let m2 = own.map_or(said, |d| said.min(measured_m2(&d.area)));
        let above = all.iter().filter(|d| {
            d.code != code && code.starts_with(&d.code) && d.code.starts_with(&district.code)
        });
        match above.max_by_key(|d| d.code.len()) {
            Some(above) => *sums.entry(deepest(&above.code)).or_default() += m2,
            None => counted += m2,
        }
    }
    counted
}

/// Square metres of an area whose edges are straight in degrees.
pub(crate) fn measured_m2(area: &MultiPolygon) -> f64 {
    area_m2(&divided(area))
}

/// The same area with long edges divided. Overlays join them again: what is measured is divided last.
fn divided(area: &MultiPolygon) -> MultiPolygon {
    let ring = |ring: &LineString| -> LineString {
        let mut out: Vec<geo::Coord> = Vec::with_capacity(ring.0.len());
        for line in ring.lines() {
            let (dx, dy) = (line.dx(), line.dy());
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "at most 360 degrees over 0.002"
            )]
            let parts = (dx.abs().max(dy.abs()) / LONGEST_EDGE).ceil().max(1.0) as u32;
            // Along a meridian there is nothing to divide.
            let parts = if dx.abs() < 1e-12 { 1 } else { parts };
            out.extend((0..parts).map(|part| {
                let t = f64::from(part) / f64::from(parts);
                geo::Coord {
                    x: line.start.x + t * dx,
                    y: line.start.y + t * dy,
                }
            }));
        }
        out.extend(ring.0.last());
        LineString::new(out)
    };
    area.iter()
        .map(|p| Polygon::new(ring(p.exterior()), p.interiors().iter().map(ring).collect()))
        .collect()
}

#[cfg(test)]
mod tests;
