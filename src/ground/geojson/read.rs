//! Features out of a GeoJSON in degrees: what each holds is read where it is asked for, so that a file of a province's
//! ground takes little more memory than its bytes, and a bad feature is named by its number.
//!
//! Positions become coordinates here, and not by the crate `geojson`, which panics at a position of one number.

use super::GeoJsonFlaw;
use crate::text::decode;
use geo::{
    Coord, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point,
    Polygon,
};
use serde::de::{DeserializeOwned, Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt;

/// A feature as it lies in a file.
#[derive(Debug, Clone)]
pub struct FileFeature {
    /// Its number in the file, from 1.
    pub number: usize,
    written: WrittenFeature,
}

#[derive(Deserialize)]
struct WrittenFile {
    crs: Option<Value>,
    features: Option<Vec<WrittenFeature>>,
}

#[derive(Debug, Clone, Deserialize)]
struct WrittenFeature {
    id: Option<Value>,
    geometry: Option<Box<RawValue>>,
    properties: Option<Box<RawValue>>,
}

/// The features of a collection, in the encodings that offices use.
///
/// # Errors
/// [`GeoJsonFlaw`].
pub fn read_features(bytes: &[u8]) -> Result<Vec<FileFeature>, GeoJsonFlaw> {
    let text = decode(bytes).map_err(GeoJsonFlaw::Text)?;
    let file: WrittenFile = serde_json::from_str(&text).map_err(GeoJsonFlaw::NoJson)?;
    if let Some(system) = file.crs.as_ref().and_then(other_system) {
        return Err(GeoJsonFlaw::OtherSystem(system));
    }
    let features = file.features.ok_or(GeoJsonFlaw::NoFeatures)?;
    let feature = |(number, written)| FileFeature { number, written };
    Ok((1..).zip(features).map(feature).collect())
}

/// The name of a system that is not longitude and latitude of WGS 84 or CGCS2000, in the member that GeoJSON had for it before
/// RFC 7946.
fn other_system(crs: &Value) -> Option<String> {
    const OURS: [&str; 7] = [
        "crs84", "crs84h", "4326", "4979", "4490", "wgs84", "cgcs2000",
    ];
    let said = &crs["properties"];
    let name = match (said["name"].as_str(), said["code"].as_u64()) {
        (Some(name), _) => name.to_owned(),
        (None, Some(code)) => code.to_string(),
        (None, None) => crs.to_string(),
    };
    let last: String = name.rsplit(':').next()?.to_lowercase();
    let plain: String = last.chars().filter(|c| c.is_alphanumeric()).collect();
    (!crs.is_null() && !OURS.contains(&plain.as_str())).then_some(name)
}

impl FileFeature {
    /// Its id, written as a word or as a number.
    pub fn id(&self) -> Option<String> {
        match self.written.id.as_ref()? {
            Value::String(id) => Some(id.clone()),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        }
    }

    /// What is known of it.
    ///
    /// # Errors
    /// What does not fit `P`.
    pub fn properties<P: DeserializeOwned>(&self) -> Result<P, serde_json::Error> {
        let written = self.written.properties.as_deref();
        serde_json::from_str(written.map_or("null", RawValue::get))
    }

    /// What is known of it, by name; nothing where that is no object.
    pub fn columns(&self) -> Map<String, Value> {
        self.properties().unwrap_or_default()
    }

    /// Where it is, without heights; `None` where it has no geometry.
    ///
    /// # Errors
    /// Why its geometry is none.
    pub fn geometry(&self) -> Result<Option<geo::Geometry>, String> {
        let written = self.written.geometry.as_deref();
        written
            .map(|written| geometry(written).map_err(|e| e.to_string()))
            .transpose()
    }

    /// The area that it is; `None` where it has no geometry.
    ///
    /// # Errors
    /// Why it is none.
    pub fn area(&self) -> Result<Option<MultiPolygon>, String> {
        match self.geometry()? {
            None => Ok(None),
            Some(geo::Geometry::Polygon(polygon)) => Ok(Some(MultiPolygon::new(vec![polygon]))),
            Some(geo::Geometry::MultiPolygon(area)) => Ok(Some(area)),
            Some(_) => Err("it is no polygon; draw its outline".into()),
        }
    }
}

/// A geometry as it is written.
#[derive(Deserialize)]
struct WrittenGeometry {
    #[serde(rename = "type")]
    kind: String,
    coordinates: Option<Box<RawValue>>,
    geometries: Option<Vec<Box<RawValue>>>,
}

/// Two numbers; heights and measures after them are left out.
#[derive(Clone, Copy)]
struct LonLatNumbers(Coord);

fn geometry(written: &RawValue) -> Result<geo::Geometry, serde_json::Error> {
    let written: WrittenGeometry = serde_json::from_str(written.get())?;
    if written.kind == "GeometryCollection" {
        let parts = written.geometries.unwrap_or_default();
        let parts: Result<Vec<_>, _> = parts.iter().map(|part| geometry(part)).collect();
        return Ok(geo::Geometry::GeometryCollection(GeometryCollection(
            parts?,
        )));
    }
    let missing = || serde_json::Error::custom("a geometry without coordinates");
    let coordinates = written.coordinates.ok_or_else(missing)?;
    let text = coordinates.get();
    Ok(match written.kind.as_str() {
        "Point" => point(serde_json::from_str(text)?).into(),
        "MultiPoint" => MultiPoint(each(text, point)?).into(),
        "LineString" => line(serde_json::from_str(text)?).into(),
        "MultiLineString" => MultiLineString(each(text, line)?).into(),
        "Polygon" => polygon(serde_json::from_str(text)?).into(),
        "MultiPolygon" => MultiPolygon(each(text, polygon)?).into(),
        kind => return Err(Error::custom(format!("{kind} is no kind of geometry"))),
    })
}

fn each<W: DeserializeOwned, G>(text: &str, of: fn(W) -> G) -> Result<Vec<G>, serde_json::Error> {
    let written: Vec<W> = serde_json::from_str(text)?;
    Ok(written.into_iter().map(of).collect())
}

fn point(position: LonLatNumbers) -> Point {
    position.0.into()
}

fn line(positions: Vec<LonLatNumbers>) -> LineString {
    positions.into_iter().map(|position| position.0).collect()
}

fn polygon(rings: Vec<Vec<LonLatNumbers>>) -> Polygon {
    let mut rings = rings.into_iter().map(line);
    let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Polygon::new(outer, rings.collect())
}

impl<'de> Deserialize<'de> for LonLatNumbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;
        impl<'de> Visitor<'de> for Numbers {
            type Value = LonLatNumbers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a position of two numbers")
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut numbers: A,
            ) -> Result<LonLatNumbers, A::Error> {
                let mut next = |at| {
                    let number: Option<f64> = numbers.next_element()?;
                    number.ok_or_else(|| Error::invalid_length(at, &self))
                };
                let position = LonLatNumbers(Coord {
                    x: next(0)?,
                    y: next(1)?,
                });
                while numbers.next_element::<IgnoredAny>()?.is_some() {}
                Ok(position)
            }
        }
        deserializer.deserialize_seq(Numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(geometry: &str) -> Result<Option<geo::Geometry>, String> {
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","id":7,"properties":null,"geometry":{geometry}}}]}}"#
        );
        let features = read_features(text.as_bytes()).expect("read");
        assert_eq!(features[0].id().as_deref(), Some("7"));
        assert!(features[0].columns().is_empty());
        features[0].geometry()
    }

    #[test]
    fn what_says_that_it_is_of_another_system_is_refused() {
        let of = |crs: &str| {
            let text = format!(r#"{{"type":"FeatureCollection","crs":{crs},"features":[]}}"#);
            read_features(text.as_bytes()).map(|features| features.len())
        };
        let named = |name: &str| format!(r#"{{"type":"name","properties":{{"name":"{name}"}}}}"#);
        for ours in [
            "urn:ogc:def:crs:OGC:1.3:CRS84",
            "EPSG:4326",
            "urn:ogc:def:crs:EPSG::4490",
            "WGS 84",
        ] {
            assert!(matches!(of(&named(ours)), Ok(0)), "{ours}");
        }
        assert!(matches!(of("null"), Ok(0)));
        assert!(matches!(
            of(r#"{"type":"EPSG","properties":{"code":4326}}"#),
            Ok(0)
        ));
        for other in [
            "urn:ogc:def:crs:EPSG::4610",
            "EPSG:4547",
            "GCS_Xian_1980",
            "EPSG:14326",
        ] {
            let refused = of(&named(other));
            assert!(
                matches!(&refused, Err(GeoJsonFlaw::OtherSystem(name)) if name == other),
                "{other}"
            );
        }
        assert!(of(r#"{"type":"link","properties":{"href":"x"}}"#).is_err());
    }

    #[test]
    fn every_kind_of_geometry_is_read_without_heights() {
        use geo::{CoordsIter, coord};
        for (kind, coordinates, count) in [
            ("Point", "[1,2,30]", 1),
            ("MultiPoint", "[[1,2],[3,4]]", 2),
            ("LineString", "[[1,2,30,5],[3,4]]", 2),
            ("MultiLineString", "[[[1,2],[3,4]]]", 2),
            ("Polygon", "[[[1,2,9],[3,4,9],[5,0,9]]]", 4),
            ("MultiPolygon", "[[[[1,2],[3,4],[5,0],[1,2]]]]", 4),
        ] {
            let written = format!(r#"{{"coordinates":{coordinates},"bbox":[0],"type":"{kind}"}}"#);
            let shape = read(&written).expect(kind).expect(kind);
            assert_eq!(shape.coords_count(), count, "{kind}");
            assert_eq!(shape.coords_iter().next(), Some(coord! { x: 1.0, y: 2.0 }));
            let nested = format!(r#"{{"type":"GeometryCollection","geometries":[{written}]}}"#);
            let nested = read(&nested).expect(kind).expect(kind);
            assert_eq!(nested.coords_count(), count, "{kind}");
        }
        assert_eq!(read("null"), Ok(None));
        let none = read(r#"{"type":"Polygon","coordinates":[]}"#).expect("empty");
        assert_eq!(none.map(|shape| shape.coords_count()), Some(0));
    }

    #[test]
    fn a_geometry_that_is_none_is_an_error_and_no_panic() {
        for bad in [
            r#"{"type":"Polygon","coordinates":[[[113],[114,33],[113,34],[113]]]}"#,
            r#"{"type":"Point","coordinates":[]}"#,
            r#"{"type":"Point","coordinates":["113","33"]}"#,
            r#"{"type":"Point","coordinates":[null,33]}"#,
            r#"{"type":"Point"}"#,
            r#"{"type":"Circle","coordinates":[113,33]}"#,
            r#"{"coordinates":[113,33]}"#,
            "3",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_in_any_encoding_gives_its_features_and_what_is_none_says_why() {
        let text = r#"{"features":[{"properties":{"名称":"东沟"}}]}"#;
        let (gbk, ..) = encoding_rs::GBK.encode(text);
        let marked = format!("\u{feff}{text}");
        for bytes in [text.as_bytes(), marked.as_bytes(), &gbk] {
            let features = read_features(bytes).expect("read");
            assert_eq!(features[0].columns()["名称"], "东沟");
            assert_eq!((features[0].number, features[0].id()), (1, None));
        }
        let why = |bytes: &[u8]| read_features(bytes).map(|all| all.len()).expect_err("none");
        let said = |bytes: &[u8]| why(bytes).say(crate::words::Lang::En);
        assert_eq!(said(b"{}"), "it has no features");
        assert!(said(b"{\n\"features\":[").starts_with("line 2: EOF"));
        assert!(matches!(why(b"\x00\x01\xff"), GeoJsonFlaw::Text(_)));
    }
}
