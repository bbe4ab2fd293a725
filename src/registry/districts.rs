//! Districts: a boundary file with 6-, 9- or 12-digit codes gives each site its county, township and village.

use crate::ground::{LonLat, area_m2, union_within};
use geo::{BoundingRect, Contains, Intersects, LineString, MultiPolygon, Polygon};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One district of a boundary file.
#[derive(Debug, Clone)]
pub struct District {
    /// Its 6-, 9- or 12-digit code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its elevation in metres, where the file tells it (`elevation_m`).
    pub elevation_m: Option<f64>,
    area: MultiPolygon,
    bounds: geo::Rect,
}

impl District {
    /// Its ground, WGS 84 degrees.
    pub fn area(&self) -> &MultiPolygon {
        &self.area
    }
}

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

/// Why a file gives no districts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistrictFlaw(pub String);

impl Districts {
    /// Reads a `GeoJSON` file: each feature an area with its code and name as properties (`code` or `adcode`, `name`).
    ///
    /// # Errors
    /// Where a feature has no area, or no code of 6, 9 or 12 digits.
    pub fn read(bytes: &[u8], vintage: &str) -> Result<Self, DistrictFlaw> {
        let file: Value = serde_json::from_slice(bytes)
            .map_err(|e| DistrictFlaw(format!("it is no JSON ({e})")))?;
        let features = file["features"]
            .as_array()
            .ok_or_else(|| DistrictFlaw("no features".into()))?;
        let mut all = Vec::new();
        for (at, feature) in features.iter().enumerate() {
            let flaw = |why: &str| DistrictFlaw(format!("feature {}: {why}", at + 1));
            let properties = &feature["properties"];
            let text = |names: &[&str]| {
                names.iter().find_map(|name| match &properties[*name] {
                    Value::String(text) => Some(text.clone()),
                    Value::Number(number) => Some(number.to_string()),
                    _ => None,
                })
            };
            let code =
                text(&["code", "adcode", "区划代码", "PAC"]).ok_or_else(|| flaw("no `code`"))?;
            if !matches!(code.len(), 6 | 9 | 12) || !code.bytes().all(|b| b.is_ascii_digit()) {
                return Err(flaw(&format!("code {code} has not 6, 9 or 12 digits")));
            }
            let geometry: geojson::Geometry = serde_json::from_value(feature["geometry"].clone())
                .map_err(|e| flaw(&e.to_string()))?;
            let area = match geo::Geometry::<f64>::try_from(geometry) {
                Ok(geo::Geometry::Polygon(polygon)) => MultiPolygon::new(vec![polygon]),
                Ok(geo::Geometry::MultiPolygon(area)) => area,
                _ => return Err(flaw("not an area")),
            };
            let bounds = area.bounding_rect().ok_or_else(|| flaw("an empty area"))?;
            if bounds.max().x.abs() > 180.0 || bounds.max().y.abs() > 90.0 {
                return Err(flaw("not in longitude and latitude"));
            }
            let name = text(&["name", "名称", "NAME"]).unwrap_or_default();
            all.push(District {
                code,
                name,
                elevation_m: ["elevation_m", "海拔"]
                    .iter()
                    .find_map(|key| properties[*key].as_f64()),
                area,
                bounds,
            });
        }
        if all.is_empty() {
            return Err(DistrictFlaw("no district".into()));
        }
        if let Some(twice) = first_twice(&all) {
            return Err(DistrictFlaw(format!("code {twice} is there twice")));
        }
        all.sort_by(|a, b| (a.code.len(), &a.code).cmp(&(b.code.len(), &b.code)));
        Ok(Self {
            vintage: vintage.to_owned(),
            all,
        })
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

fn first_twice(all: &[District]) -> Option<&str> {
    let mut seen = std::collections::BTreeSet::new();
    all.iter()
        .find(|district| !seen.insert(district.code.as_str()))
        .map(|district| district.code.as_str())
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
}
