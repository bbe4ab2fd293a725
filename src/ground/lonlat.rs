//! Positions on the ground: WGS 84 degrees, and metres on a plane that touches the ellipsoid near a survey.

use geo::line_measures::Distance;
use geo::{Geodesic, Point};
use serde::{Deserialize, Serialize};

/// WGS 84 semi-major axis in metres.
const EQUATOR_M: f64 = 6_378_137.0;
/// WGS 84 first eccentricity squared.
const ECCENTRICITY_2: f64 = 0.006_694_379_990_141_316;

/// A position in WGS 84 degrees, longitude first as in RFC 7946.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LonLat {
    /// Degrees east, -180 to 180.
    pub lon: f64,
    /// Degrees north, -90 to 90.
    pub lat: f64,
}

impl LonLat {
    /// A position; the values are not checked (see [`LonLat::is_on_earth`]).
    pub const fn new(lon: f64, lat: f64) -> Self {
        Self { lon, lat }
    }

    /// Whether both values are finite and in range.
    pub fn is_on_earth(self) -> bool {
        self.lon.abs() <= 180.0 && self.lat.abs() <= 90.0
    }

    /// Geodesic distance in metres on the WGS 84 ellipsoid (Karney 2013).
    pub fn distance_m(self, other: Self) -> f64 {
        Geodesic.distance(Point::from(self), Point::from(other))
    }

    /// Rounded to 1e-7 degree (about a centimetre), the precision of everything that is written.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self {
            lon: round7(self.lon),
            lat: round7(self.lat),
        }
    }

    /// The integers of 1e-7 degree (longitude, latitude).
    #[expect(
        clippy::cast_possible_truncation,
        reason = "180e7 fits an i64 many times over"
    )]
    pub fn e7(self) -> (i64, i64) {
        (
            (self.lon * 1e7).round() as i64,
            (self.lat * 1e7).round() as i64,
        )
    }
}

/// The south-west and the north-east corner of what holds all points, in degrees; `None` of none.
pub fn corners_around(points: impl IntoIterator<Item = LonLat>) -> Option<(LonLat, LonLat)> {
    let each = points.into_iter().map(|at| (at, at));
    each.reduce(|(low, high), (at, _)| {
        (
            LonLat::new(low.lon.min(at.lon), low.lat.min(at.lat)),
            LonLat::new(high.lon.max(at.lon), high.lat.max(at.lat)),
        )
    })
}

/// A coordinate in degrees rounded to seven decimals.
pub(crate) fn round7(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

impl From<LonLat> for Point {
    fn from(p: LonLat) -> Self {
        Self::new(p.lon, p.lat)
    }
}

impl From<LonLat> for geo::Coord {
    fn from(p: LonLat) -> Self {
        Self { x: p.lon, y: p.lat }
    }
}

impl From<geo::Coord> for LonLat {
    fn from(c: geo::Coord) -> Self {
        Self { lon: c.x, lat: c.y }
    }
}

/// The four corners of a footprint in order around it.
pub type Quad = [LonLat; 4];

/// Metres east and north of a [`LocalPlane`]'s origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanePoint {
    /// Metres east.
    pub x: f64,
    /// Metres north.
    pub y: f64,
}

impl PlanePoint {
    /// Straight distance in metres.
    pub fn distance_m(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// A plane in metres that touches the ellipsoid at an origin.
///
/// For comparing places near one another: a distance between two points is right to one part in ten thousand while both
/// lie within 500 m of each other and 10 km of the origin. Areas are measured on the ellipsoid instead ([`super::area_m2`]).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalPlane {
    origin: LonLat,
    metres_per_degree: (f64, f64),
}

impl LocalPlane {
    /// The plane through `origin`, with the ellipsoid's radii of curvature there.
    pub fn at(origin: LonLat) -> Self {
        let (sin, cos) = origin.lat.to_radians().sin_cos();
        let w = (1.0 - ECCENTRICITY_2 * sin * sin).sqrt();
        let across = EQUATOR_M / w;
        let along = EQUATOR_M * (1.0 - ECCENTRICITY_2) / (w * w * w);
        Self {
            origin,
            metres_per_degree: ((across * cos).to_radians(), along.to_radians()),
        }
    }

    /// Degrees to metres.
    pub fn to_plane(&self, p: LonLat) -> PlanePoint {
        PlanePoint {
            x: (p.lon - self.origin.lon) * self.metres_per_degree.0,
            y: (p.lat - self.origin.lat) * self.metres_per_degree.1,
        }
    }

    /// Metres to degrees.
    pub fn to_lonlat(&self, p: PlanePoint) -> LonLat {
        LonLat {
            lon: self.origin.lon + p.x / self.metres_per_degree.0,
            lat: self.origin.lat + p.y / self.metres_per_degree.1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_geodesic_is_measured_to_the_millimetre() {
        let d = LonLat::new(113.30, 33.74).distance_m(LonLat::new(113.31, 33.75));
        assert!((d - 1445.2895).abs() < 1e-3, "{d}");
    }

    #[test]
    fn the_plane_agrees_with_the_ellipsoid_over_a_yard_and_returns() {
        let origin = LonLat::new(113.30, 33.74);
        let plane = LocalPlane::at(origin);
        let yard = LonLat::new(113.3021, 33.7413);
        let p = plane.to_plane(yard);
        let flat = p.x.hypot(p.y);
        assert!((flat / origin.distance_m(yard) - 1.0).abs() < 1e-4);
        let back = plane.to_lonlat(p);
        assert!((back.lon - yard.lon).abs() < 1e-12 && (back.lat - yard.lat).abs() < 1e-12);
    }
}
