//! Where a site is, in integers: a point inside it, and its outline where it has one.

use crate::ground::{LocalPlane, LonLat};
use geo::{Distance as _, Euclidean, LineString, MapCoords, MultiPolygon, Polygon};
use serde::{Deserialize, Serialize};

/// A place in integers of 1e-7 degree (WGS 84).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Longitude of a point inside.
    pub lon_e7: i64,
    /// Latitude of a point inside.
    pub lat_e7: i64,
    /// The outline: polygons of rings of positions, the exterior ring first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outline: Vec<Vec<Vec<[i64; 2]>>>,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "180e7 is below 2^53, so the degrees are exact to the last digit kept"
)]
fn degrees(e7: i64) -> f64 {
    e7 as f64 / 1e7
}

/// Metres from one end of an outline to the other beyond which it is no single plot.
const WIDE_M: f64 = 300.0;

impl Place {
    /// A single position.
    pub fn point(at: LonLat) -> Self {
        let (lon_e7, lat_e7) = at.e7();
        Self {
            lon_e7,
            lat_e7,
            outline: Vec::new(),
        }
    }

    /// An area, with a point inside it.
    pub fn area(at: LonLat, area: &MultiPolygon) -> Self {
        let ring = |ring: &LineString| {
            let mut positions: Vec<[i64; 2]> = ring
                .coords()
                .map(|c| LonLat::from(*c).e7())
                .map(|(x, y)| [x, y])
                .collect();
            positions.dedup();
            positions
        };
        let outline = area
            .iter()
            .map(|polygon| {
                std::iter::once(polygon.exterior())
                    .chain(polygon.interiors())
                    .map(ring)
                    .filter(|positions| positions.len() >= 4)
                    .collect::<Vec<_>>()
            })
            .filter(|rings| !rings.is_empty())
            .collect();
        Self {
            outline,
            ..Self::point(at)
        }
    }

    /// The point inside.
    pub fn lonlat(&self) -> LonLat {
        LonLat::new(degrees(self.lon_e7), degrees(self.lat_e7))
    }

    /// The outline in degrees; empty where only a point is known.
    pub fn polygons(&self) -> MultiPolygon {
        let ring = |ring: &Vec<[i64; 2]>| -> LineString {
            ring.iter()
                .map(|[x, y]| (degrees(*x), degrees(*y)))
                .collect()
        };
        self.outline
            .iter()
            .filter_map(|rings| {
                let (exterior, interiors) = rings.split_first()?;
                Some(Polygon::new(
                    ring(exterior),
                    interiors.iter().map(ring).collect(),
                ))
            })
            .collect()
    }

    /// West, south, east and north in 1e-7 degree.
    pub fn bounds_e7(&self) -> [i64; 4] {
        let mut bounds = [self.lon_e7, self.lat_e7, self.lon_e7, self.lat_e7];
        for [x, y] in self.outline.iter().flatten().flatten() {
            let [west, south, east, north] = bounds;
            bounds = [west.min(*x), south.min(*y), east.max(*x), north.max(*y)];
        }
        bounds
    }

    /// Whether every position is on the Earth.
    pub fn is_on_earth(&self) -> bool {
        let [west, south, east, north] = self.bounds_e7();
        west >= -1_800_000_000
            && east <= 1_800_000_000
            && south >= -900_000_000
            && north <= 900_000_000
    }

    /// Metres between the outlines (0 where they touch); a place without one counts as its point.
    pub fn distance_m(&self, other: &Self) -> f64 {
        let plane = LocalPlane::at(self.lonlat());
        Euclidean.distance(&self.flat(&plane), &other.flat(&plane))
    }

    /// Metres to the farthest position of another place; 0 where all of it lies inside this one.
    pub fn farthest_m(&self, other: &Self) -> f64 {
        let plane = LocalPlane::at(self.lonlat());
        let own = self.flat(&plane);
        let metres_to = |at| Euclidean.distance(&own, &Self::point(at).flat(&plane));
        other.positions().map(metres_to).fold(0.0, f64::max)
    }

    /// Every corner of the outline, and the point.
    fn positions(&self) -> impl Iterator<Item = LonLat> {
        let corners = self.outline.iter().flatten().flatten();
        let corners = corners.map(|[x, y]| LonLat::new(degrees(*x), degrees(*y)));
        corners.chain([self.lonlat()])
    }

    /// Metres between two places as those of one plot. An outline that is wider than a plot swallows none that lies under it
    /// somewhere: beside one that is not as wide it counts as its point.
    pub fn apart_m(&self, other: &Self) -> f64 {
        match (self.is_wide(), other.is_wide()) {
            (true, false) => Self::point(self.lonlat()).distance_m(other),
            (false, true) => self.distance_m(&Self::point(other.lonlat())),
            _ => self.distance_m(other),
        }
    }

    fn is_wide(&self) -> bool {
        let [west, south, east, north] = self.bounds_e7().map(degrees);
        LonLat::new(west, south).distance_m(LonLat::new(east, north)) > WIDE_M
    }

    /// On a plane.
    fn flat(&self, plane: &LocalPlane) -> geo::Geometry {
        let project = |c: geo::Coord| {
            let p = plane.to_plane(c.into());
            geo::Coord { x: p.x, y: p.y }
        };
        let polygons = self.polygons();
        if polygons.0.is_empty() {
            geo::Geometry::Point(geo::Point::from(self.lonlat()).map_coords(project))
        } else {
            geo::Geometry::MultiPolygon(polygons.map_coords(project))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, side: f64) -> Place {
        let ring = vec![
            (west, south),
            (west + side, south),
            (west + side, south + side),
            (west, south + side),
            (west, south),
        ];
        Place::area(
            LonLat::new(west + side / 2.0, south + side / 2.0),
            &Polygon::new(ring.into(), vec![]).into(),
        )
    }

    #[test]
    fn distance_is_between_outlines_in_metres() {
        let a = square(113.300, 33.740, 0.0001);
        let b = square(113.3003, 33.740, 0.0001);
        let expected = LonLat::new(113.3001, 33.74).distance_m(LonLat::new(113.3003, 33.74));
        assert!(
            (a.distance_m(&b) - expected).abs() < 0.01,
            "{}",
            a.distance_m(&b)
        );
        assert!((a.distance_m(&b) - b.distance_m(&a)).abs() < 0.01);
        let inside = Place::point(LonLat::new(113.30005, 33.74005));
        assert!(a.distance_m(&inside).abs() < 1e-9);
        assert!(a.distance_m(&square(113.300_05, 33.740, 0.0001)).abs() < 1e-9);
    }

    #[test]
    fn a_wide_outline_holds_no_plot_that_lies_under_it() {
        let (near, far) = (
            square(113.300, 33.740, 0.0001),
            square(113.340, 33.740, 0.0001),
        );
        let both = Place {
            outline: [near.outline.clone(), far.outline.clone()].concat(),
            ..near.clone()
        };
        assert!(both.distance_m(&far).abs() < 1e-9 && both.apart_m(&far) > 3_600.0);
        assert!(both.apart_m(&near).abs() < 1e-9 && both.apart_m(&both).abs() < 1e-9);
        assert!((near.farthest_m(&both) - near.farthest_m(&far)).abs() < 1e-6);
        assert!(near.farthest_m(&far) > 3_600.0 && both.farthest_m(&near).abs() < 1e-9);
    }

    #[test]
    fn an_outline_returns_from_integers() {
        let a = square(113.300, 33.740, 0.0001);
        let again = Place::area(a.lonlat(), &a.polygons());
        assert_eq!(a, again);
        assert_eq!(
            a.bounds_e7(),
            [1_133_000_000, 337_400_000, 1_133_001_000, 337_401_000]
        );
    }
}
