//! Places out of any vector file, in lon/lat: points and areas with the words that go with them.

use super::crs::Crs;
use super::geotransform::CrsPoint;
use super::lonlat::LonLat;
use gdal::vector::{FieldValue, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
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
/// What is wrong with the file, for people.
pub fn read_places(path: &Path) -> Result<Vec<ReadPlace>, String> {
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_VECTOR,
        ..DatasetOptions::default()
    };
    let file = Dataset::open_ex(path, options).map_err(|e| e.to_string())?;
    let mut places = Vec::new();
    for mut layer in file.layers() {
        let crs = layer.spatial_ref().and_then(|r| Crs::of(&r));
        for feature in layer.features() {
            let number = places.len() + 1;
            let Some(shape) = feature.geometry() else {
                continue;
            };
            let mut shape = shape.clone();
            shape.flatten_to_2d();
            let read = shape
                .to_geo()
                .map_err(|e| format!("feature {number}: {e}"))?;
            let crs = crs
                .as_ref()
                .ok_or("it does not say its coordinate system")?;
            let to = crs.to_lonlat().map_err(|e| e.to_string())?;
            let read = read
                .try_map_coords(|c| {
                    to.apply(&[CrsPoint { x: c.x, y: c.y }])
                        .map(|p| geo::Coord::from(p[0]))
                })
                .map_err(|e| format!("feature {number}: {e}"))?;
            let words: BTreeMap<String, String> = feature
                .fields()
                .filter_map(|(name, value)| Some((name.to_lowercase(), text(value?)?)))
                .collect();
            for shape in shapes(read) {
                places.push(ReadPlace {
                    number,
                    shape,
                    words: words.clone(),
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

fn text(value: FieldValue) -> Option<String> {
    let text = match value {
        FieldValue::IntegerValue(number) => number.to_string(),
        FieldValue::Integer64Value(number) => number.to_string(),
        FieldValue::RealValue(number) => number.to_string(),
        FieldValue::StringValue(text) => text,
        FieldValue::DateValue(date) => date.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.trim().is_empty())
}
