//! Unions, intersections and differences of many areas, each computed once on a grid of 1e-9 degree (0.1 mm).
//!
//! The grid is exact for everything this program writes (seven decimals). The engine is `i_overlay` itself, in its present
//! version: the older one inside `geo` 0.33 does not come to an end on some thousand overlapping footprints whose corners
//! touch (it goes round and round in its extraction of rings; see the test of ten thousand footprints).

use super::rings::rings;
use geo::orient::{Direction, Orient};
use geo::{LineString, MultiPolygon, Polygon};
use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{IntOverlayOptions, Overlay};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;

/// Steps of the grid in a degree.
const STEPS: f64 = 1e9;

type Contours = Vec<Vec<IntPoint<i64>>>;

/// The ground that any of the areas covers, however they overlap and whichever way their rings wind.
pub fn union<'a>(areas: impl IntoIterator<Item = &'a MultiPolygon>) -> MultiPolygon {
    overlay(&contours(areas), &Vec::new(), OverlayRule::Subject)
}

/// The part of `ground` that any of the areas covers.
pub fn union_within<'a>(
    areas: impl IntoIterator<Item = &'a MultiPolygon>,
    ground: &MultiPolygon,
) -> MultiPolygon {
    let (areas, ground) = (contours(areas), contours([ground]));
    overlay(&areas, &ground, OverlayRule::Intersect)
}

/// The part of `ground` that none of the areas covers.
pub fn rest<'a>(
    ground: &MultiPolygon,
    areas: impl IntoIterator<Item = &'a MultiPolygon>,
) -> MultiPolygon {
    let (ground, areas) = (contours([ground]), contours(areas));
    overlay(&ground, &areas, OverlayRule::Difference)
}

/// The ground that the rings of a polygon enclose an odd number of times: what crosses or touches itself becomes areas that
/// do neither, and what encloses nothing is gone.
pub fn even_odd(polygon: &Polygon) -> MultiPolygon {
    let rings = contours_of(polygon);
    filled(&rings, &Vec::new(), OverlayRule::Subject, FillRule::EvenOdd)
}

/// The rings of a polygon that have an inside.
fn contours_of(polygon: &Polygon) -> Contours {
    let contours = rings(polygon).map(contour);
    contours.filter(|contour| contour.len() >= 3).collect()
}

fn overlay(subject: &Contours, clip: &Contours, rule: OverlayRule) -> MultiPolygon {
    // Exteriors wind counter-clockwise and holes the other way, so that what is covered once or more counts above zero.
    filled(subject, clip, rule, FillRule::Positive)
}

fn filled(subject: &Contours, clip: &Contours, rule: OverlayRule, fill: FillRule) -> MultiPolygon {
    if subject.is_empty() {
        return MultiPolygon::new(Vec::new());
    }
    let shapes = Overlay::from_subj_and_clip_custom(
        subject,
        clip,
        IntOverlayOptions::ogc(),
        i_overlay::core::solver::Solver::default(),
    )
    .overlay(rule, fill);
    shapes
        .iter()
        .filter_map(|rings| {
            let mut rings = rings.iter().map(|ring| line(ring));
            Some(Polygon::new(rings.next()?, rings.collect()))
        })
        .collect()
}

fn contours<'a>(areas: impl IntoIterator<Item = &'a MultiPolygon>) -> Contours {
    let polygons = areas.into_iter().flat_map(|area| &area.0);
    polygons
        .flat_map(|polygon| contours_of(&polygon.orient(Direction::Default)))
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "180e9 fits an i64 many times over"
)]
fn contour(ring: &LineString) -> Vec<IntPoint<i64>> {
    let step = |degrees: f64| (degrees * STEPS).round() as i64;
    let open = &ring.0[..ring.0.len().saturating_sub(1)];
    open.iter()
        .map(|c| IntPoint::new(step(c.x), step(c.y)))
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "180e9 is below 2^53, so each step is exact"
)]
fn line(ring: &[IntPoint<i64>]) -> LineString {
    ring.iter()
        .chain(ring.first())
        .map(|p| (p.x as f64 / STEPS, p.y as f64 / STEPS))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Area, Validation};

    fn square(west: f64, south: f64, side: f64, clockwise: bool) -> MultiPolygon {
        let (e, n) = (west + side, south + side);
        let mut ring = vec![(west, south), (e, south), (e, n), (west, n), (west, south)];
        if clockwise {
            ring.reverse();
        }
        MultiPolygon::new(vec![Polygon::new(ring.into(), vec![])])
    }

    #[test]
    fn parts_and_rest_make_the_whole_whichever_way_rings_wind() {
        let ground = square(113.0, 33.0, 1.0, false);
        let areas = [
            square(113.1, 33.1, 0.2, true),
            square(113.2, 33.2, 0.2, false),
            square(113.9, 33.9, 0.2, true),
        ];
        let all = union(&areas);
        assert!((all.unsigned_area() - 0.11).abs() < 1e-9);
        let inside = union_within(&areas, &ground);
        let left = rest(&ground, &areas);
        assert!((inside.unsigned_area() - 0.08).abs() < 1e-9);
        assert!((inside.unsigned_area() + left.unsigned_area() - 1.0).abs() < 1e-9);
        assert!(all.is_valid() && inside.is_valid() && left.is_valid());
        assert!(left.0[0].interiors().len() == 1);
        assert!(union(&[]).0.is_empty());
        assert!(union_within(&[], &ground).0.is_empty());
        assert!((rest(&ground, &[]).unsigned_area() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_hole_stays_a_hole_until_something_covers_it() {
        let ring = square(113.0, 33.0, 1.0, true).0[0].exterior().clone();
        let hole = square(113.4, 33.4, 0.2, true).0[0].exterior().clone();
        let holed = MultiPolygon::new(vec![Polygon::new(ring, vec![hole])]);
        assert!((union([&holed]).unsigned_area() - 0.96).abs() < 1e-9);
        let covered = union([&holed, &square(113.35, 33.35, 0.3, false)]);
        assert!((covered.unsigned_area() - 1.0).abs() < 1e-9);
    }
}
