//! Feature collections as RFC 7946 wants them: lon/lat with seven decimals, exterior rings counter-clockwise, no `crs`.

use crate::ground::lonlat::{LonLat, round7};
use crate::ground::rings::rings;
use geo::orient::{Direction, Orient};
use geo::{Area, BooleanOps, CoordsIter, LineString, MultiPolygon, Polygon, Validation};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// A geometry that is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// One position.
    Point(LonLat),
    /// A line, as of a track.
    Line(LineString),
    /// One or more areas; written as a `Polygon` where it is one.
    Area(MultiPolygon),
    /// One or more areas to their last decimal and with their corners in the order they came in: for what is kept, not
    /// handed on.
    Exact(MultiPolygon),
}

/// One thing on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its id, unique in the file.
    pub id: Option<String>,
    /// Where it is; `None` is written as `null`.
    pub geometry: Option<Geometry>,
    /// What is known of it.
    pub properties: Map<String, Value>,
}

/// A file of features with foreign members of its own, such as its datum.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeatureCollection {
    /// Members beside `type` and `features`.
    pub members: Map<String, Value>,
    /// The features in order.
    pub features: Vec<Feature>,
}

/// Writes a collection, one feature a line. The same collection always gives the same bytes.
///
/// # Errors
/// Those of the writer.
pub fn write_features(mut out: &mut dyn Write, collection: &FeatureCollection) -> io::Result<()> {
    write!(out, "{{\"type\":\"FeatureCollection\"")?;
    for (key, value) in &collection.members {
        write!(out, ",{}:{}", Value::from(key.as_str()), value)?;
    }
    write!(out, ",\"features\":[")?;
    for (i, feature) in collection.features.iter().enumerate() {
        write!(out, "{}", if i == 0 { "\n" } else { ",\n" })?;
        serde_json::to_writer(&mut out, &feature.to_json())?;
    }
    writeln!(out, "\n]}}")
}

impl FeatureCollection {
    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Memory takes what it is given.
        let _written = write_features(&mut bytes, self);
        bytes
    }
}

impl Feature {
    /// Whether its geometry survives rounding to seven decimals.
    pub fn is_visible(&self) -> bool {
        self.geometry.as_ref().and_then(Geometry::to_json).is_some()
    }

    /// As it is written.
    pub fn to_json(&self) -> Value {
        let mut feature = Map::new();
        feature.insert("type".into(), "Feature".into());
        if let Some(id) = &self.id {
            feature.insert("id".into(), id.as_str().into());
        }
        feature.insert(
            "geometry".into(),
            self.geometry
                .as_ref()
                .and_then(Geometry::to_json)
                .unwrap_or(Value::Null),
        );
        feature.insert("properties".into(), Value::Object(self.properties.clone()));
        Value::Object(feature)
    }
}

impl Geometry {
    /// As it is written; `None` where rounding leaves nothing.
    pub fn to_json(&self) -> Option<Value> {
        match self {
            Self::Point(p) => Some(json!({"type": "Point", "coordinates": position(*p)})),
            Self::Line(points) => line(&distinct(points)),
            Self::Area(area) => polygons(&settled(area)),
            Self::Exact(area) => polygons(area),
        }
    }
}

/// A line; `None` of one that is no more than a point.
fn line(positions: &[[f64; 2]]) -> Option<Value> {
    let is_long = positions.len() >= 2;
    is_long.then(|| json!({"type": "LineString", "coordinates": positions}))
}

/// The polygons of an area; `None` of an empty one.
fn polygons(area: &MultiPolygon) -> Option<Value> {
    let mut polygons: Vec<Value> = area.iter().filter_map(written).collect();
    match polygons.len() {
        0 => None,
        1 => Some(json!({"type": "Polygon", "coordinates": polygons.remove(0)})),
        _ => Some(json!({"type": "MultiPolygon", "coordinates": polygons})),
    }
}

fn position(p: LonLat) -> [f64; 2] {
    let p = p.rounded();
    [p.lon, p.lat]
}

fn distinct(line: &LineString) -> Vec<[f64; 2]> {
    let mut positions: Vec<[f64; 2]> = line.coords().map(|c| [round7(c.x), round7(c.y)]).collect();
    positions.dedup();
    positions
}

/// Areas of more corners than this are written as rounding leaves them: looking for crossings takes the square of them.
const CHECKED_CORNERS: usize = 10_000;

/// An area with rounded corners. Where rounding made a ring cross itself, it is dissolved and rounded again.
fn settled(area: &MultiPolygon) -> MultiPolygon {
    let rounded = |area: &MultiPolygon| area.iter().filter_map(rounded).collect::<MultiPolygon>();
    let mut area = rounded(area);
    for _ in 0..3 {
        if area.coords_count() > CHECKED_CORNERS || area.is_valid() {
            break;
        }
        // By the even-odd rule: the winding of a ring that crosses itself says nothing.
        area = rounded(&area.union(&MultiPolygon::new(vec![])));
    }
    // A ring that went forth and back bounds nothing; before, a bow whose halves cancel would have seemed to.
    area.0.retain(|polygon| polygon.unsigned_area() > 0.0);
    area
}

/// A polygon with rounded corners, the exterior counter-clockwise; `None` where rounding leaves no exterior. It is turned
/// after rounding: a sliver that is rounded may turn about.
fn rounded(polygon: &Polygon) -> Option<Polygon> {
    let ring = |ring: &LineString| -> Option<LineString> {
        let ring: LineString = distinct(ring).into_iter().map(geo::Coord::from).collect();
        (ring.0.len() >= 4).then_some(ring)
    };
    let holes = polygon.interiors().iter().filter_map(ring).collect();
    Some(Polygon::new(ring(polygon.exterior())?, holes).orient(Direction::Default))
}

/// The rings of a polygon, the exterior first.
fn written(polygon: &Polygon) -> Option<Value> {
    let positions = |ring: &LineString| ring.coords().map(|c| [c.x, c.y]).collect();
    let rings: Vec<Vec<[f64; 2]>> = rings(polygon).map(positions).collect();
    serde_json::to_value(rings).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn a_clockwise_ring_is_turned_and_rounded() {
        let clockwise = polygon![(x: 0.0, y: 0.0), (x: 0.0, y: 1.0), (x: 1.000_000_04, y: 1.0), (x: 1.0, y: 0.0)];
        let feature = Feature {
            id: Some("a".into()),
            geometry: Some(Geometry::Area(clockwise.into())),
            properties: Map::new(),
        };
        let mut bytes = Vec::new();
        write_features(
            &mut bytes,
            &FeatureCollection {
                members: Map::new(),
                features: vec![feature],
            },
        )
        .expect("written");
        let read: Value = serde_json::from_slice(&bytes).expect("JSON");
        let ring = &read["features"][0]["geometry"]["coordinates"][0];
        assert_eq!(read["features"][0]["geometry"]["type"], "Polygon");
        assert_eq!(ring[0], ring[4]);
        let shoelace: f64 = (0..4)
            .map(|i| {
                ring[i][0].as_f64().unwrap() * ring[i + 1][1].as_f64().unwrap()
                    - ring[i + 1][0].as_f64().unwrap() * ring[i][1].as_f64().unwrap()
            })
            .sum();
        assert!(shoelace > 0.0);
        assert!(String::from_utf8(bytes).expect("UTF-8").contains("1.0,1.0"));
    }

    #[test]
    fn an_area_that_rounds_to_nothing_has_no_geometry() {
        let speck = polygon![(x: 0.0, y: 0.0), (x: 1e-9, y: 0.0), (x: 1e-9, y: 1e-9)];
        assert_eq!(Geometry::Area(speck.into()).to_json(), None);
    }

    #[test]
    fn a_ring_that_crosses_itself_is_dissolved_and_loses_no_area() {
        let bow = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 1.0), (x: 1.0, y: 0.0), (x: 0.0, y: 1.0)];
        let settled = settled(&bow.into());
        assert!(settled.is_valid(), "{settled:?}");
        assert!((settled.unsigned_area() - 0.5).abs() < 1e-6, "{settled:?}");
    }
}
