//! Districts: a boundary file with 6-, 9- or 12-digit codes gives each site its county, township and village.

pub use super::district::District;
pub use super::district_file::DistrictFlaw;
use super::district_file::{DistrictPart, code_of, district, name_of, of_json};
use crate::ground::{
    Feature, FeatureCollection, ForeignVector, Geometry, LonLat, Shape, VectorError, area_m2,
    is_of_shifted_map, read_places, union_within,
};
use geo::{BoundingRect, Contains, Intersects, LineString, MultiPolygon, Polygon};
use serde::{Deserialize, Serialize};
use serde_json::Map;
use std::collections::BTreeMap;
use std::path::Path;

/// The districts of a file, with the year of its codes.
#[derive(Debug, Clone)]
pub struct Districts {
    /// The year whose codes these are.
    pub vintage: String,
    all: Vec<District>,
}

/// Where a site lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteDistrict {
    /// The longest code.
    pub code: String,
    /// The names from county to village, each with its code.
    pub names: Vec<(String, String)>,
    /// The year of the codes.
    pub vintage: String,
    /// Districts on the other side of a border nearby, with the metres to it.
    pub beside: Vec<(String, String, u32)>,
}

/// Districts out of any file, and a `GeoJSON` of them that is kept with the registry.
#[derive(Debug, Clone)]
pub struct ReadDistricts {
    /// The districts.
    pub districts: Districts,
    /// The file as it is kept: the one that was read where it is a `GeoJSON` in degrees.
    pub kept: Vec<u8>,
    /// Features without a geometry, which were passed over.
    pub without_shape: usize,
    /// The codes of districts that are made of several features.
    pub in_parts: Vec<String>,
    /// A datum of the file from which no way to WGS 84 is known: the boundaries may be off by 100 m and more.
    pub unknown_datum: Option<String>,
    /// Whether its columns are those of a map program that hands out GCJ-02: the boundaries are off by some 500 m then.
    pub is_shifted: bool,
}

impl Districts {
    /// Reads a boundary file of any kind: each feature an area with its code and name in columns of a known name.
    ///
    /// # Errors
    /// [`DistrictFlaw`].
    pub fn open(path: &Path, vintage: &str) -> Result<ReadDistricts, DistrictFlaw> {
        if path.is_dir() {
            return Err(DistrictFlaw::Vector(VectorError::Folder));
        }
        let bytes = crate::files::read(path)
            .map_err(|source| DistrictFlaw::Vector(VectorError::Unreadable(source)))?;
        // A GeoJSON whose own coordinate system is named, and what ArcGIS writes, is left to GDAL.
        let is_plain = std::str::from_utf8(&bytes)
            .is_ok_and(|text| !text.contains("\"crs\"") && !text.contains("\"esriGeometry"));
        let is_plain = is_plain && ForeignVector::of_content(&bytes).is_none();
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        if is_plain && matches!(ending.as_deref(), Some("geojson" | "json")) {
            let (parts, without_shape) = of_json(&bytes)?;
            let is_shifted = parts.iter().any(|part| part.is_shifted);
            let (districts, in_parts) = Self::of_parts(parts, vintage)?;
            return Ok(ReadDistricts {
                districts,
                kept: bytes,
                without_shape,
                in_parts,
                unknown_datum: None,
                is_shifted,
            });
        }
        let read = read_places(path).map_err(DistrictFlaw::Vector)?;
        let is_shifted = is_of_shifted_map(read.columns.iter().map(String::as_str));
        let parts = read
            .places
            .into_iter()
            .map(|place| match place.shape {
                Shape::Area(area) => Ok(DistrictPart {
                    number: place.number,
                    words: place.words,
                    area,
                    is_shifted,
                }),
                Shape::Point(_) => Err(DistrictFlaw::NoArea {
                    feature: place.number,
                }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let (districts, in_parts) = Self::of_parts(parts, vintage)?;
        Ok(ReadDistricts {
            kept: districts.to_json(),
            districts,
            without_shape: read.without_shape,
            in_parts,
            unknown_datum: read.unknown_datum,
            is_shifted,
        })
    }

    /// Reads a `GeoJSON` file in degrees: each feature an area with its code and name as properties (`code` or `adcode`,
    /// `name`, or as the land survey names them).
    ///
    /// # Errors
    /// [`DistrictFlaw`].
    pub fn read(bytes: &[u8], vintage: &str) -> Result<Self, DistrictFlaw> {
        Ok(Self::of_parts(of_json(bytes)?.0, vintage)?.0)
    }

    /// The districts, and the codes of those that are made of several features.
    fn of_parts(
        parts: Vec<DistrictPart>,
        vintage: &str,
    ) -> Result<(Self, Vec<String>), DistrictFlaw> {
        let mut by_code: BTreeMap<String, Vec<(String, DistrictPart)>> = BTreeMap::new();
        for part in parts {
            let code = code_of(&part)?;
            let bounds = part.area.bounding_rect().ok_or(DistrictFlaw::NoArea {
                feature: part.number,
            })?;
            if bounds.max().x.abs() > 180.0 || bounds.max().y.abs() > 90.0 {
                return Err(DistrictFlaw::NotDegrees {
                    feature: part.number,
                });
            }
            let name = name_of(&part);
            by_code.entry(code).or_default().push((name, part));
        }
        let several = by_code.iter().filter(|(_, parts)| parts.len() > 1);
        let in_parts = several.map(|(code, _)| code.clone()).collect();
        let mut all = by_code
            .into_iter()
            .map(|(code, parts)| district(code, &parts))
            .collect::<Result<Vec<_>, _>>()?;
        if all.is_empty() {
            return Err(DistrictFlaw::Nothing);
        }
        all.sort_by(|a, b| (a.code.len(), &a.code).cmp(&(b.code.len(), &b.code)));
        let districts = Self {
            vintage: vintage.to_owned(),
            all,
        };
        Ok((districts, in_parts))
    }

    /// As a `GeoJSON` that [`Districts::read`] reads back.
    fn to_json(&self) -> Vec<u8> {
        let feature = |district: &District| {
            let mut properties = Map::from_iter([
                ("code".to_owned(), district.code.as_str().into()),
                ("name".to_owned(), district.name.as_str().into()),
            ]);
            if let Some(metres) = district.elevation_m {
                properties.insert("elevation_m".into(), metres.into());
            }
            Feature {
                id: None,
                geometry: Some(Geometry::Exact(district.area.clone())),
                properties,
            }
        };
        let collection = FeatureCollection {
            members: Map::new(),
            features: self.all.iter().map(feature).collect(),
        };
        collection.to_bytes()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The districts, those of the shortest codes first.
    pub fn iter(&self) -> impl Iterator<Item = &District> {
        self.all.iter()
    }

    /// The code of the smallest district that a place lies in.
    pub fn code_of(&self, at: LonLat) -> Option<&str> {
        let point = geo::Point::from(at);
        self.all
            .iter()
            .rev()
            .find(|d| d.bounds.intersects(&point) && d.area.contains(&point))
            .map(|d| d.code.as_str())
    }

    /// Districts of one level that lie over each other by more than a thousandth of the smaller: both codes and the m².
    pub fn overlaps(&self) -> Vec<(String, String, f64)> {
        let mut found = Vec::new();
        for (at, one) in self.all.iter().enumerate() {
            let level = one.code.len();
            let others = self.all[at + 1..].iter();
            for other in others.take_while(|other| other.code.len() == level) {
                if !one.bounds.intersects(&other.bounds) || !one.area.intersects(&other.area) {
                    continue;
                }
                let m2 = area_m2(&union_within([&one.area], &other.area));
                if m2 > area_m2(&one.area).min(area_m2(&other.area)) / 1000.0 {
                    found.push((one.code.clone(), other.code.clone(), m2));
                }
            }
        }
        found
    }

    /// Where a place lies; districts whose border is within `near_m` metres are named too.
    pub fn of(&self, at: LonLat, near_m: f64) -> Option<SiteDistrict> {
        let point = geo::Point::from(at);
        let inside: Vec<&District> = self
            .all
            .iter()
            .filter(|d| d.bounds.intersects(&point) && d.area.contains(&point))
            .collect();
        let deepest = inside.last()?;
        let names = inside
            .iter()
            .map(|d| (d.code.clone(), d.name.clone()))
            .collect();
        let degrees = near_m / 111_000.0 / at.lat.to_radians().cos().max(0.01);
        let mut beside: Vec<(String, String, u32)> = self
            .all
            .iter()
            .filter(|d| d.code.len() == deepest.code.len() && d.code != deepest.code)
            .filter(|d| {
                let (low, high) = (d.bounds.min(), d.bounds.max());
                at.lon > low.x - degrees
                    && at.lon < high.x + degrees
                    && at.lat > low.y - degrees
                    && at.lat < high.y + degrees
            })
            .filter_map(|d| {
                let metres = distance_m(at, &d.area);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "at most the margin in metres"
                )]
                let whole = metres.round() as u32;
                (metres <= near_m).then(|| (d.code.clone(), d.name.clone(), whole))
            })
            .collect();
        beside.sort_by_key(|(code, _, metres)| (*metres, code.clone()));
        Some(SiteDistrict {
            code: deepest.code.clone(),
            names,
            vintage: self.vintage.clone(),
            beside,
        })
    }
}

/// Metres from a place to the nearest border of an area.
fn distance_m(at: LonLat, area: &MultiPolygon) -> f64 {
    use geo::{Distance as _, Euclidean, MapCoords};
    let plane = crate::ground::LocalPlane::at(at);
    let rings = area
        .iter()
        .flat_map(|p: &Polygon| std::iter::once(p.exterior()).chain(p.interiors()));
    rings
        .map(|ring: &LineString| {
            let flat = ring.map_coords(|c| {
                let p = plane.to_plane(c.into());
                geo::Coord { x: p.x, y: p.y }
            });
            Euclidean.distance(&geo::Point::new(0.0, 0.0), &flat)
        })
        .fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(code: &str, west: f64) -> String {
        let e = west + 0.1;
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}","name":"N{code}"}},"geometry":{{"type":"Polygon","coordinates":[[[{west},33],[{e},33],[{e},34],[{west},34],[{west},33]]]}}}}"#
        )
    }

    #[test]
    fn a_site_near_a_border_names_both_sides() {
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{},{},{}]}}"#,
            square("410423", 113.0),
            square("410423001", 113.0),
            square("410422001", 113.1)
        );
        let districts = Districts::read(text.as_bytes(), "2023").expect("read");
        let at = districts
            .of(LonLat::new(113.0995, 33.5), 500.0)
            .expect("inside");
        assert_eq!(at.code, "410423001");
        assert_eq!(at.names.len(), 2);
        assert_eq!(at.beside.len(), 1);
        assert!((45..=48).contains(&at.beside[0].2), "{:?}", at.beside);
        assert!(
            districts
                .of(LonLat::new(113.05, 33.5), 500.0)
                .expect("inside")
                .beside
                .is_empty()
        );
        assert_eq!(districts.of(LonLat::new(120.0, 33.5), 500.0), None);
        assert!(Districts::read(text.replace("410423001", "4104").as_bytes(), "2023").is_err());
    }

    #[test]
    fn codes_and_names_of_the_land_survey_are_read_and_parts_are_one_district() {
        let text = |code: &str, name: &str| {
            let feature = square("410423", 113.0);
            feature
                .replace("\"code\":\"410423\"", &format!("\"XZQDM\":{code}"))
                .replace("\"name\":\"N410423\"", &format!("\"XZQMC\":\"{name}\""))
        };
        let read = |features: &[String]| {
            let text = format!(
                r#"{{"type":"FeatureCollection","features":[{}]}}"#,
                features.join(",")
            );
            Districts::read(text.as_bytes(), "2023")
        };
        for code in [
            "\"410423\"",
            "410423",
            "\"410423000000\"",
            "\"４１０４２３\"",
        ] {
            let districts = read(&[text(code, "鲁山县")]).expect(code);
            let found: Vec<(&str, &str)> = districts
                .iter()
                .map(|d| (d.code.as_str(), d.name.as_str()))
                .collect();
            assert_eq!(found, [("410423", "鲁山县")], "{code}");
        }
        let twice = [
            text("410423", "鲁山县"),
            text("410423", "鲁山县").replace("113", "114"),
        ];
        assert_eq!(read(&twice).expect("read").len(), 1);
        assert_eq!(
            read(&twice)
                .expect("read")
                .code_of(LonLat::new(114.05, 33.5)),
            Some("410423")
        );
        assert!(matches!(
            read(&[text("410423", "甲"), text("410423", "乙")]),
            Err(DistrictFlaw::TwoNames { .. })
        ));
        assert!(matches!(
            read(&[text("4104", "甲")]),
            Err(DistrictFlaw::BadCode { .. })
        ));
        assert!(matches!(read(&[]), Err(DistrictFlaw::Nothing)));
        let null = r#"{"type":"Feature","properties":{},"geometry":null}"#.to_owned();
        assert_eq!(
            read(&[null, text("410423", "鲁山县")]).expect("read").len(),
            1
        );
    }

    #[test]
    fn a_file_of_another_kind_is_kept_as_one_that_is_read_back() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("区划.kml");
        let kml = "<kml><Placemark><name>鲁山县</name><ExtendedData><Data name=\"XZQDM\"><value>410423</value></Data></ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>113,33 113.1,33 113.1,34 113,34 113,33</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark><Placemark/></kml>";
        std::fs::write(&path, kml).expect("written");
        let read = Districts::open(&path, "2023").expect("read");
        assert_eq!((read.districts.len(), read.without_shape), (1, 1));
        let again = Districts::read(&read.kept, "2023").expect("read back");
        let at = again.of(LonLat::new(113.05, 33.5), 100.0).expect("inside");
        assert_eq!(at.names, [("410423".to_owned(), "鲁山县".to_owned())]);
    }
}
