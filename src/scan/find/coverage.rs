//! Coverage: the ground that was really searched, and the ground that was not, with the reason.

use crate::ground::{Boundary, Region, area_m2, rest, ring_perimeter_m, union};
use crate::schema::Reason;
use geo::MultiPolygon;
use std::collections::BTreeMap;

/// What is known of the ground of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceCoverage {
    /// Searched, in lon/lat.
    pub searched: MultiPolygon,
    /// Not searched, by reason.
    pub not_searched: Vec<(Reason, MultiPolygon)>,
}

/// The areas of one source's ground, before other sources and the boundary are regarded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SourceAreas {
    /// Square metres searched.
    pub searched_m2: f64,
    /// Square metres not searched, by reason; only reasons that occur.
    pub not_searched_m2: BTreeMap<Reason, f64>,
}

impl SourceAreas {
    /// Adds those of another part of the same source.
    pub fn add(&mut self, other: &Self) {
        self.searched_m2 += other.searched_m2;
        for (reason, m2) in &other.not_searched_m2 {
            *self.not_searched_m2.entry(*reason).or_default() += m2;
        }
    }
}

impl SourceCoverage {
    /// Its areas.
    pub fn areas(&self) -> SourceAreas {
        let areas = self.not_searched.iter().map(|(r, g)| (*r, area_m2(g)));
        SourceAreas {
            searched_m2: area_m2(&self.searched),
            not_searched_m2: areas.filter(|a| a.1 > 0.0).collect(),
        }
    }
}

/// The ground of a whole scan. The parts do not overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanCoverage {
    /// Searched, in lon/lat.
    pub searched: MultiPolygon,
    /// Square metres searched.
    pub searched_m2: f64,
    /// Not searched: reason, ground, square metres; only reasons that occur, in the order of [`Reason`].
    pub not_searched: Vec<(Reason, MultiPolygon, f64)>,
}

/// Smaller remains of subtracting one polygon from another are rounding, no ground.
const SLIVER_M2: f64 = 1e-3;
/// So are longer ones narrower than this: positions are written to a centimetre.
const SLIVER_M: f64 = 0.01;

impl ScanCoverage {
    /// Puts sources together: ground searched in one source is searched; what is left over counts once, under the first
    /// reason that fits. With a boundary, only ground inside it counts, what was flown beyond it is
    /// [`Reason::OutsideBoundary`], and what no source covers is [`Reason::Gap`]. `frames` is the ground of whole rasters,
    /// of which nothing need have been read beyond the boundary.
    pub fn of(
        sources: &[SourceCoverage],
        frames: &[MultiPolygon],
        boundary: Option<&Boundary>,
    ) -> Self {
        let searched = united(sources.iter().map(|s| &s.searched));
        let mut by_reason: Vec<(Reason, MultiPolygon)> = Vec::new();
        let mut reasons: Vec<Reason> = sources
            .iter()
            .flat_map(|s| s.not_searched.iter().map(|n| n.0))
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        let alone = sources.len() == 1;
        let mut taken = searched.clone();
        for reason in reasons {
            let of_reason = sources
                .iter()
                .flat_map(|s| &s.not_searched)
                .filter(|n| n.0 == reason)
                .map(|n| &n.1);
            let ground = united(of_reason);
            // The parts of one source do not overlap.
            let ground = if alone {
                ground
            } else {
                rest(&ground, [&taken])
            };
            if !alone {
                taken = union([&taken, &ground]);
            }
            by_reason.push((reason, ground));
        }
        let Some(boundary) = boundary else {
            return Self::measured(searched, by_reason, alone);
        };
        let flown = united(
            [&searched]
                .into_iter()
                .chain(by_reason.iter().map(|r| &r.1)),
        );
        let beyond = united([&flown].into_iter().chain(frames));
        let mut inside: Vec<(Reason, MultiPolygon)> = by_reason
            .iter()
            .map(|(r, ground)| (*r, boundary.inside(ground)))
            .collect();
        inside.push((Reason::OutsideBoundary, boundary.outside(&beyond)));
        inside.push((Reason::Gap, rest(boundary.polygons(), [&flown])));
        inside.sort_by_key(|(reason, _)| *reason);
        Self::measured(boundary.inside(&searched), inside, false)
    }

    fn measured(
        searched: MultiPolygon,
        by_reason: Vec<(Reason, MultiPolygon)>,
        exact: bool,
    ) -> Self {
        let not_searched = by_reason
            .into_iter()
            .map(|(reason, ground)| {
                let parts: MultiPolygon = ground
                    .into_iter()
                    .filter(|p| exact || !is_sliver(p))
                    .collect();
                let area = area_m2(&parts);
                (reason, parts, area)
            })
            .filter(|(_, ground, _)| !ground.0.is_empty())
            .collect();
        Self {
            searched_m2: area_m2(&searched),
            searched,
            not_searched,
        }
    }
}

/// Whether a part is what rounding leaves of a subtraction.
pub(crate) fn is_sliver(polygon: &geo::Polygon) -> bool {
    let area = area_m2(&polygon.clone().into());
    area <= SLIVER_M2 || area <= SLIVER_M * ring_perimeter_m(polygon.exterior()) / 2.0
}

fn united<'a>(parts: impl IntoIterator<Item = &'a MultiPolygon>) -> MultiPolygon {
    let parts: Vec<&MultiPolygon> = parts.into_iter().filter(|p| !p.0.is_empty()).collect();
    match parts.as_slice() {
        [] => MultiPolygon::new(vec![]),
        [one] => (*one).clone(),
        many => union(many.iter().copied()),
    }
}

/// What the chunks of a raster of `width` by `height` pixels add up to, in its level's pixels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RasterGround {
    /// Without data.
    pub no_data: Region,
    /// Unreadable.
    pub unreadable: Region,
    /// The collar: black or white, and connected to the border or to no-data ground at the border.
    pub collar: Region,
    /// Everything else.
    pub searched: Region,
}

impl RasterGround {
    /// Sorts the ground of a raster of which `looked_at` was read.
    pub fn new(
        looked_at: &Region,
        no_data: Region,
        unreadable: Region,
        blank: &Region,
        size: (u32, u32),
    ) -> Self {
        let collar = blank
            .union(&no_data)
            .touching_border(size.0, size.1)
            .difference(&no_data);
        let searched = looked_at
            .difference(&no_data)
            .difference(&unreadable)
            .difference(&collar);
        Self {
            no_data,
            unreadable,
            collar,
            searched,
        }
    }

    /// Everything in it that was not searched.
    pub fn lost(&self) -> Region {
        self.no_data.union(&self.unreadable).union(&self.collar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Rect;
    use geo::{Area, coord};

    fn rect(x0: f64, y0: f64, x1: f64, y1: f64) -> MultiPolygon {
        geo::Rect::new(coord! {x: x0, y: y0}, coord! {x: x1, y: y1})
            .to_polygon()
            .into()
    }

    fn degrees2(ground: &MultiPolygon) -> f64 {
        ground.unsigned_area()
    }

    #[test]
    fn ground_searched_in_one_source_is_searched() {
        let a = SourceCoverage {
            searched: rect(0.0, 0.0, 1.0, 1.0),
            not_searched: vec![(Reason::NoData, rect(1.0, 0.0, 2.0, 1.0))],
        };
        let b = SourceCoverage {
            searched: rect(1.0, 0.0, 1.5, 1.0),
            not_searched: vec![(Reason::Unreadable, rect(1.5, 0.0, 1.7, 1.0))],
        };
        let coverage = ScanCoverage::of(&[a, b], &[], None);
        assert!((degrees2(&coverage.searched) - 1.5).abs() < 1e-6);
        let parts: Vec<(Reason, f64)> = coverage
            .not_searched
            .iter()
            .map(|(r, g, _)| (*r, (degrees2(g) * 1e5).round() / 1e5))
            .collect();
        assert_eq!(parts, [(Reason::Unreadable, 0.2), (Reason::NoData, 0.3)]);
    }

    #[test]
    fn a_boundary_leaves_out_what_was_flown_beyond_and_shows_what_was_not_flown() {
        let source = SourceCoverage {
            searched: rect(0.0, 0.0, 2.0, 1.0),
            not_searched: vec![],
        };
        let boundary = Boundary::of(rect(1.0, 0.0, 4.0, 1.0));
        let coverage = ScanCoverage::of(&[source], &[], Some(&boundary));
        assert!((degrees2(&coverage.searched) - 1.0).abs() < 1e-6);
        let parts: Vec<(Reason, f64)> = coverage
            .not_searched
            .iter()
            .map(|(r, g, _)| (*r, (degrees2(g) * 1e5).round() / 1e5))
            .collect();
        assert_eq!(parts, [(Reason::OutsideBoundary, 1.0), (Reason::Gap, 2.0)]);
    }

    #[test]
    fn black_at_the_border_is_a_collar_and_black_in_the_middle_is_ground() {
        let all = Region::from_rects([Rect {
            x0: 0,
            y0: 0,
            x1: 100,
            y1: 100,
        }]);
        let blank = Region::from_rects([
            Rect {
                x0: 0,
                y0: 0,
                x1: 100,
                y1: 10,
            },
            Rect {
                x0: 40,
                y0: 40,
                x1: 60,
                y1: 60,
            },
        ]);
        let ground = RasterGround::new(
            &all,
            Region::default(),
            Region::default(),
            &blank,
            (100, 100),
        );
        assert_eq!(ground.collar.pixels(), 1000);
        assert_eq!(ground.searched.pixels(), 9000);
    }
}
