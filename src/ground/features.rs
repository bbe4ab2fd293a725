//! Places out of any vector file, in lon/lat: points and areas with the words that go with them.

use super::geotransform::CrsPoint;
use super::lonlat::LonLat;
use super::vector::{VectorError, layers};
use geo::{MapCoords, MultiPolygon};
use std::collections::BTreeMap;
use std::path::Path;

/// A place that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadPlace {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Where it is.
    pub shape: Shape,
    /// Its columns as text, by their names in lower case.
    pub words: BTreeMap<String, String>,
}

/// A point or an area.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// One position.
    Point(LonLat),
    /// One or more polygons.
    Area(MultiPolygon),
}

/// Reads the points and polygons of every layer of a GeoJSON, GeoPackage, KML, KMZ or shapefile.
///
/// # Errors
/// See [`VectorError`].
pub fn read_places(path: &Path) -> Result<Vec<ReadPlace>, VectorError> {
    let mut places = Vec::new();
    for layer in layers(path)?.into_iter().filter(|l| !l.features.is_empty()) {
        let crs = layer.crs.ok_or("it does not say its coordinate system")?;
        let to = crs.to_lonlat().map_err(|e| e.to_string())?;
        for feature in layer.features {
            let number = feature.number;
            let of_feature = |why: String| format!("feature {number}: {why}");
            let shape = feature.shape.map_err(of_feature)?;
            let there = shape
                .try_map_coords(|c| {
                    to.apply(&[CrsPoint { x: c.x, y: c.y }])
                        .map(|p| geo::Coord::from(p[0]))
                })
                .map_err(|e| of_feature(e.to_string()))?;
            for shape in shapes(there) {
                places.push(ReadPlace {
                    number,
                    shape,
                    words: feature.words.clone(),
                });
            }
        }
    }
    Ok(places)
}

/// The points and areas in a geometry; lines are neither.
fn shapes(read: geo::Geometry) -> Vec<Shape> {
    let point = |p: geo::Point| Shape::Point(LonLat::new(p.x(), p.y()));
    match read {
        geo::Geometry::Point(p) => vec![point(p)],
        geo::Geometry::MultiPoint(points) => points.0.into_iter().map(point).collect(),
        geo::Geometry::Polygon(p) => vec![Shape::Area(MultiPolygon::new(vec![p]))],
        geo::Geometry::MultiPolygon(area) => vec![Shape::Area(area)],
        geo::Geometry::GeometryCollection(all) => all.0.into_iter().flat_map(shapes).collect(),
        _ => Vec::new(),
    }
}
