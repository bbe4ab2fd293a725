//! From GDAL's geometries to those of `geo`. The wrapper's own conversion follows null pointers where a feature has no
//! geometry, or an empty part; here nothing is followed that is not there.

use gdal::vector::{Feature, Geometry, OGRwkbGeometryType as Kind, geometry_type_flatten};
use geo::{Coord, LineString, MultiPolygon, Polygon};

/// Collections inside collections that are followed.
const DEEPEST: usize = 32;

/// A feature's geometry without heights. `None` where it has none, or an empty one.
///
/// # Errors
/// What kind of geometry it is, where that has no counterpart: a curve, a surface.
pub(super) fn of_feature(feature: &Feature<'_>) -> Option<Result<geo::Geometry, String>> {
    // `Feature::geometry` hands out a null pointer as if it were a geometry; this one looks.
    let geometry = feature.geometry_by_index(0).ok()?;
    of_geometry(geometry, 0).transpose()
}

fn of_geometry(geometry: &Geometry, depth: usize) -> Result<Option<geo::Geometry>, String> {
    if geometry.is_empty() {
        return Ok(None);
    }
    if depth > DEEPEST {
        return Err("collections nested too deeply".into());
    }
    let kind = geometry_type_flatten(geometry.geometry_type());
    let parts = || (0..geometry.geometry_count()).map(|i| geometry.get_geometry(i));
    let all = || -> Result<Vec<geo::Geometry>, String> {
        parts()
            .filter_map(|part| of_geometry(&part, depth + 1).transpose())
            .collect()
    };
    Ok(match kind {
        Kind::wkbPoint => {
            let (x, y, _) = geometry.get_point(0);
            Some(geo::Point::new(x, y).into())
        }
        Kind::wkbLineString | Kind::wkbLinearRing => Some(line(geometry).into()),
        Kind::wkbPolygon => {
            let mut rings = parts().map(|ring| line(&ring)).filter(|r| !r.0.is_empty());
            let outer = rings.next();
            outer.map(|outer| Polygon::new(outer, rings.collect()).into())
        }
        Kind::wkbMultiPolygon => {
            let areas = all()?.into_iter().filter_map(|part| match part {
                geo::Geometry::Polygon(area) => Some(area),
                _ => None,
            });
            Some(MultiPolygon::new(areas.collect()).into())
        }
        Kind::wkbMultiPoint => {
            let points = all()?.into_iter().filter_map(|part| match part {
                geo::Geometry::Point(point) => Some(point),
                _ => None,
            });
            Some(geo::MultiPoint::new(points.collect()).into())
        }
        Kind::wkbMultiLineString | Kind::wkbGeometryCollection => {
            let parts = all()?;
            let all = geo::GeometryCollection(parts);
            (!all.0.is_empty()).then_some(geo::Geometry::GeometryCollection(all))
        }
        _ => return Err(geometry.geometry_name()),
    })
}

fn line(geometry: &Geometry) -> LineString {
    let mut points = Vec::new();
    geometry.get_points(&mut points);
    points.into_iter().map(|(x, y, _)| Coord { x, y }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(wkt: &str) -> Result<Option<geo::Geometry>, String> {
        of_geometry(&Geometry::from_wkt(wkt).expect("WKT"), 0)
    }

    #[test]
    fn empty_parts_are_passed_over_wherever_they_stand() {
        for empty in [
            "POINT EMPTY",
            "POLYGON EMPTY",
            "MULTIPOLYGON EMPTY",
            "GEOMETRYCOLLECTION EMPTY",
            "GEOMETRYCOLLECTION(POLYGON EMPTY,POINT EMPTY)",
            "LINESTRING EMPTY",
            "MULTIPOINT EMPTY",
            "POLYGON Z EMPTY",
        ] {
            assert_eq!(read(empty), Ok(None), "{empty}");
        }
        let mut several = Geometry::empty(Kind::wkbMultiPolygon).expect("made");
        for part in [
            "POLYGON EMPTY",
            "POLYGON((0 0,1 0,1 1,0 0))",
            "POLYGON EMPTY",
        ] {
            let part = Geometry::from_wkt(part).expect("WKT");
            several.add_geometry(part).expect("added");
        }
        let Ok(Some(geo::Geometry::MultiPolygon(found))) = of_geometry(&several, 0) else {
            panic!("{several:?}");
        };
        assert_eq!(found.0.len(), 1);
        let mixed = read("GEOMETRYCOLLECTION(POLYGON EMPTY,POINT M (1 2 3),LINESTRING(0 0,1 1))");
        assert!(
            matches!(mixed, Ok(Some(geo::Geometry::GeometryCollection(ref c))) if c.0.len() == 2)
        );
    }

    #[test]
    fn heights_and_measures_are_dropped_and_curves_are_named() {
        let area =
            read("POLYGON ZM((0 0 1 2,4 0 1 2,4 4 1 2,0 0 1 2),(1 1 0 0,2 1 0 0,2 2 0 0,1 1 0 0))");
        let Ok(Some(geo::Geometry::Polygon(area))) = area else {
            panic!("{area:?}");
        };
        assert_eq!((area.exterior().0.len(), area.interiors().len()), (4, 1));
        let curve = read("CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))");
        assert_eq!(curve, Err("CURVEPOLYGON".into()));
    }
}
