//! Searched ground by H3 cell: areas in, square kilometres of each cell out. What overlaps counts once.

use super::subdivided::{Fragment, pieces};
use crate::ground::{LonLat, area_m2, union};
use geo::{BoundingRect, Coord, LineString, MultiPolygon, Polygon};
use h3o::{CellIndex, LatLng, Resolution};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Kilometres along a degree of latitude, about.
const DEGREE_KM: f64 = 111.0;

/// Less than a square metre of a cell is rounding along its edge.
const SLIVER_KM2: f64 = 1e-6;

/// A cell with its outline.
struct Outline {
    cell: CellIndex,
    ring: Vec<Coord>,
    bounds: geo::Rect,
}

impl Outline {
    fn of(cell: CellIndex) -> Option<Self> {
        let line = LineString::from(cell.boundary());
        let bounds = line.bounding_rect()?;
        let mut ring = line.0;
        if ring.first() == ring.last() {
            ring.pop();
        }
        Some(Self { cell, ring, bounds })
    }

    fn meets(&self, [w, s, e, n]: [f64; 4]) -> bool {
        let (low, high) = (self.bounds.min(), self.bounds.max());
        low.x < e && high.x > w && low.y < n && high.y > s
    }
}

/// The outline of a cell, degrees.
pub fn outline(cell: CellIndex) -> Polygon {
    Polygon::new(LineString::from(cell.boundary()), vec![])
}

/// The square kilometres of a cell on the ellipsoid.
pub(crate) fn cell_km2(cell: CellIndex) -> f64 {
    area_m2(&MultiPolygon::new(vec![outline(cell)])) / 1e6
}

/// The cell of a place; `None` off the earth.
pub(crate) fn cell_at(at: LonLat, resolution: Resolution) -> Option<CellIndex> {
    LatLng::new(at.lat, at.lon)
        .ok()
        .map(|at| at.to_cell(resolution))
}

/// The searched square kilometres of every cell that holds any. The polygons of one area do not overlap one another; those
/// of different areas may.
pub(crate) fn searched_cells(
    areas: &[&MultiPolygon],
    resolution: Resolution,
) -> BTreeMap<CellIndex, f64> {
    // A piece then reaches no farther than the second ring around its middle's cell: half its diagonal and a cell's radius
    // are 2.7 edges, and the third ring begins after 3.5.
    let step = resolution.edge_length_km() * 2.4 / DEGREE_KM;
    let mut parts: Vec<CellPart> = pieces(areas, step)
        .into_par_iter()
        .flat_map_iter(|(area, piece)| in_cells(area, &piece, resolution))
        .collect();
    parts.par_sort_by_key(|part| (part.cell, part.area));
    parts
        .par_chunk_by(|a, b| a.cell == b.cell)
        .filter_map(|parts| {
            let cell = parts.first()?.cell;
            let km2 = together_m2(parts) / 1e6;
            (km2 > SLIVER_KM2).then_some((cell, km2))
        })
        .collect::<Vec<_>>()
        .into_iter()
        .collect()
}

/// What of an area lies in a cell.
struct CellPart {
    cell: CellIndex,
    area: usize,
    polygon: Polygon,
}

fn in_cells(area: usize, piece: &Fragment, resolution: Resolution) -> Vec<CellPart> {
    let bounds = piece.bounds();
    let [w, s, e, n] = bounds;
    let middle = LonLat::new(f64::midpoint(w, e), f64::midpoint(s, n));
    let Some(cell) = cell_at(middle, resolution) else {
        return Vec::new();
    };
    cell.grid_disk::<Vec<_>>(2)
        .into_iter()
        .filter_map(Outline::of)
        .filter(|outline| outline.meets(bounds))
        .filter_map(|outline| {
            Some(CellPart {
                cell: outline.cell,
                area,
                polygon: piece.within(&outline.ring)?.polygon(),
            })
        })
        .collect()
}

/// The area that the parts of a cell cover together, m². Parts of one area lie apart: their areas add up.
fn together_m2(parts: &[CellPart]) -> f64 {
    let areas: Vec<MultiPolygon> = parts
        .chunk_by(|a, b| a.area == b.area)
        .map(|parts| parts.iter().map(|part| part.polygon.clone()).collect())
        .collect();
    match &areas[..] {
        [one] => area_m2(one),
        _ => area_m2(&union(&areas)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rectangle with corners every hundredth of its sides, as straight in degrees as on the ellipsoid.
    fn rectangle(w: f64, s: f64, e: f64, n: f64) -> MultiPolygon {
        let corners = [(w, s), (e, s), (e, n), (w, n), (w, s)];
        let ring = corners.windows(2).flat_map(|pair| {
            let ((x, y), (u, v)) = (pair[0], pair[1]);
            (0..100).map(move |i| {
                let t = f64::from(i) / 100.0;
                (x + t * (u - x), y + t * (v - y))
            })
        });
        MultiPolygon::new(vec![Polygon::new(ring.collect::<LineString>(), vec![])])
    }

    #[test]
    fn cells_have_their_published_indices_and_areas() {
        let at = LonLat::new(113.30, 33.74);
        for (resolution, index, km2, digit) in [
            (Resolution::Six, "86408658fffffff", 29.532, 1e-3),
            (Resolution::Seven, "874086588ffffff", 4.2189, 1e-4),
            (Resolution::Eight, "884086588dfffff", 0.602_649, 1e-6),
            (Resolution::Nine, "894086588cfffff", 0.086_091, 1e-6),
            (Resolution::Ten, "8a4086588cdffff", 0.012_299, 1e-6),
        ] {
            let cell = cell_at(at, resolution).expect("on earth");
            assert_eq!(cell.to_string(), index);
            // H3 gives the area on a sphere; h3o repeats it to the printed digits.
            assert!(
                (cell.area_km2() - km2).abs() <= digit / 2.0,
                "{}",
                cell.area_km2()
            );
            // On the ellipsoid, with straight edges in degrees, it differs by some tenths of a per cent.
            assert!(
                (cell_km2(cell) / km2 - 1.0).abs() < 8e-3,
                "{}",
                cell_km2(cell)
            );
        }
        let around: Vec<String> = cell_at(at, Resolution::Eight)
            .expect("on earth")
            .grid_disk::<Vec<_>>(1)
            .iter()
            .map(ToString::to_string)
            .collect();
        for index in [
            "8840865881fffff",
            "8840865885fffff",
            "8840865889fffff",
            "88408658c7fffff",
            "88408658e3fffff",
            "88408658ebfffff",
        ] {
            assert!(around.contains(&index.to_owned()), "{index}");
        }
    }

    #[test]
    fn the_cells_together_hold_all_the_ground_and_overlaps_once() {
        let a = rectangle(113.30, 33.70, 113.41, 33.81);
        let b = rectangle(113.35, 33.74, 113.44, 33.83);
        let both = rectangle(113.35, 33.74, 113.41, 33.81);
        let apart = rectangle(113.600, 33.900, 113.613, 33.913);
        let expected = (area_m2(&a) + area_m2(&b) - area_m2(&both) + area_m2(&apart)) / 1e6;
        for resolution in [Resolution::Five, Resolution::Seven, Resolution::Nine] {
            let cells = searched_cells(&[&a, &b, &apart, &a], resolution);
            let found: f64 = cells.values().sum();
            // A union drops corners on straight lines, and a long edge is a geodesic then and no parallel.
            assert!(
                (found / expected - 1.0).abs() < 2e-5,
                "{found} is not {expected}"
            );
            assert!(
                cells
                    .iter()
                    .all(|(cell, km2)| *km2 <= cell_km2(*cell) * (1.0 + 1e-4))
            );
        }
        assert!(searched_cells(&[], Resolution::Seven).is_empty());
    }
}
