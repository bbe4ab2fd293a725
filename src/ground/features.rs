//! Places out of any vector file, in lon/lat: points and areas with the words that go with them.

use super::crs::Crs;
use super::geotransform::CrsPoint;
use super::lonlat::LonLat;
use super::vector::layers;
use super::vector_error::VectorError;
use geo::{CoordsIter, MapCoords, MultiPolygon};
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

/// What was read out of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadPlaces {
    /// The points and areas.
    pub places: Vec<ReadPlace>,
    /// The names of the columns, in lower case.
    pub columns: Vec<String>,
    /// Features without a geometry.
    pub without_shape: usize,
    /// Features that are lines, and so neither a point nor an area.
    pub lines: usize,
    /// A datum of the file from which no way to WGS 84 is known: all places in it may be off by 100 m and more.
    pub unknown_datum: Option<String>,
}

/// Reads the points and polygons of every layer of a GeoJSON, GeoPackage, KML, KMZ, GPX or shapefile.
///
/// # Errors
/// What is wrong with the file, for people.
pub fn read_places(path: &Path) -> Result<ReadPlaces, VectorError> {
    read_places_in(path, None)
}

/// The same in a system that is named, whatever the file says of itself.
///
/// # Errors
/// What is wrong with the file, for people.
pub fn read_places_in(path: &Path, named: Option<&Crs>) -> Result<ReadPlaces, VectorError> {
    let mut read = ReadPlaces::default();
    for layer in layers(path)? {
        read.without_shape += layer.without_shape;
        if layer.features.is_empty() {
            continue;
        }
        for column in layer.columns {
            if !read.columns.contains(&column) {
                read.columns.push(column);
            }
        }
        let crs = named.cloned().or(layer.crs).ok_or(VectorError::NoCrs)?;
        let to = crs.to_lonlat().map_err(VectorError::Crs)?;
        for feature in layer.features {
            let number = feature.number;
            let shape = feature.shape.map_err(|why| VectorError::Shape {
                feature: number,
                why,
            })?;
            let there = shape
                .try_map_coords(|c| {
                    to.apply(&[CrsPoint { x: c.x, y: c.y }])
                        .map(|p| geo::Coord::from(p[0]))
                })
                .map_err(VectorError::Crs)?;
            if read.unknown_datum.is_none()
                && let Some(about) = there.coords_iter().next()
            {
                let (_, unknown) = crs
                    .clone()
                    .with_way(LonLat::from(about), None)
                    .map_err(VectorError::Crs)?;
                read.unknown_datum = unknown;
            }
            let shapes = shapes(there);
            read.lines += usize::from(shapes.is_empty());
            for shape in shapes {
                read.places.push(ReadPlace {
                    number,
                    shape,
                    words: feature.words.clone(),
                });
            }
        }
    }
    Ok(read)
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
