//! Areas on the ellipsoid.

use geo::{GeodesicArea, MultiPolygon};

/// Square metres in one mu (亩): 10000/15.
pub(crate) const M2_PER_MU: f64 = 10_000.0 / 15.0;

/// The area of lon/lat polygons in square metres on the WGS 84 ellipsoid (Karney 2013), holes taken out, whichever way
/// the rings wind.
pub fn area_m2(polygons: &MultiPolygon) -> f64 {
    polygons
        .iter()
        .map(|polygon| {
            let ring = |ring: &geo::LineString| {
                geo::Polygon::new(ring.clone(), vec![])
                    .geodesic_area_signed()
                    .abs()
            };
            ring(polygon.exterior()) - polygon.interiors().iter().map(ring).sum::<f64>()
        })
        // The sum of nothing is -0.
        .sum::<f64>()
        + 0.0
}

/// Square metres as mu (亩).
pub fn area_mu(square_metres: f64) -> f64 {
    square_metres / M2_PER_MU
}

/// The length of a lon/lat ring in metres on the ellipsoid.
pub fn ring_perimeter_m(ring: &geo::LineString) -> f64 {
    use geo::line_measures::LengthMeasurable;
    ring.length(&geo::Geodesic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn a_thousandth_of_a_degree_square_has_its_published_area() {
        let square = MultiPolygon::new(vec![polygon![
            (x: 113.30, y: 33.74), (x: 113.301, y: 33.74), (x: 113.301, y: 33.741), (x: 113.30, y: 33.741)
        ]]);
        let area = area_m2(&square);
        assert!((area - 10_278.163).abs() < 1e-2, "{area}");
        assert!((area_mu(area) - 15.417).abs() < 1e-3);
        assert!((ring_perimeter_m(square.0[0].exterior()) - 407.165).abs() < 1e-2);
    }

    #[test]
    fn no_ground_has_no_area_and_no_sign() {
        let nothing = area_m2(&MultiPolygon::new(vec![]));
        assert!(nothing == 0.0 && nothing.is_sign_positive());
    }

    #[test]
    fn a_hole_is_taken_out_whichever_way_it_winds() {
        let outer = polygon![(x: 113.30, y: 33.74), (x: 113.301, y: 33.74), (x: 113.301, y: 33.741), (x: 113.30, y: 33.741)];
        for reverse in [false, true] {
            let mut hole: Vec<_> = vec![
                (113.3002, 33.7402),
                (113.3004, 33.7402),
                (113.3004, 33.7404),
                (113.3002, 33.7404),
                (113.3002, 33.7402),
            ];
            if reverse {
                hole.reverse();
            }
            let with_hole = geo::Polygon::new(outer.exterior().clone(), vec![hole.into()]);
            let area = area_m2(&MultiPolygon::new(vec![with_hole]));
            assert!((area / (10_278.163 * 0.96) - 1.0).abs() < 1e-4, "{area}");
        }
    }
}
