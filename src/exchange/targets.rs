//! Lists of targets (靶标) as they are handed down: points or areas in GeoJSON, GeoPackage, KML, shapefile or CSV.

use super::ExchangeError;
use super::gcj02::shift;
use crate::files;
use crate::ground::{LonLat, ReadPlace, Shape, VectorError, read_places};
use crate::registry::body::{Target, TargetList};
use crate::registry::place::Place;
use crate::registry::{Hash, Store, StoreError};
use geo::{BoundingRect, InteriorPoint};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Columns that name a target, best first.
const NAMES: [&str; 9] = [
    "id",
    "编号",
    "靶标编号",
    "图斑编号",
    "no",
    "序号",
    "code",
    "name",
    "名称",
];
/// Columns of a position in a CSV.
const LONGITUDES: [&str; 6] = ["lon", "lng", "longitude", "经度", "x", "long"];
/// The other half.
const LATITUDES: [&str; 5] = ["lat", "latitude", "纬度", "y", "lati"];
/// Metres around a target in which sites are looked at for a shift.
const SHIFT_M: f64 = 1_500.0;

/// Reads a list.
///
/// # Errors
/// [`ExchangeError::Unreadable`], [`ExchangeError::Malformed`].
pub fn read(path: &Path, name: &str, season: i16) -> Result<TargetList, ExchangeError> {
    let malformed = |why: String| ExchangeError::Malformed {
        path: path.into(),
        why,
    };
    let bytes = files::read(path).map_err(|source| ExchangeError::Unreadable {
        path: path.into(),
        source,
    })?;
    let ending = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    let places = if ending.eq_ignore_ascii_case("csv") {
        of_csv(&bytes).map_err(malformed)?
    } else {
        read_places(path).map_err(|e| match e {
            VectorError::GeoPackage(source) => source.into(),
            VectorError::Words(why) => malformed(why),
        })?
    };
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let targets = places
        .iter()
        .map(|read| {
            let place = place(read).map_err(malformed)?;
            let own = NAMES.iter().find_map(|name| read.words.get(*name));
            let base = own.map_or_else(|| read.number.to_string(), |own| own.trim().to_owned());
            // A list that names two targets alike keeps both.
            let mut id = base.clone();
            let mut more = 2;
            while taken.contains(&id) {
                id = format!("{base}#{more}");
                more += 1;
            }
            taken.insert(id.clone());
            Ok(Target { id, place })
        })
        .collect::<Result<Vec<_>, ExchangeError>>()?;
    if targets.is_empty() {
        return Err(malformed("it has no point and no polygon".into()));
    }
    for read in &places {
        let said = read.words.iter().find(|(key, value)| {
            ["datum", "crs", "坐标系", "坐标系统"].contains(&key.as_str())
                && ["gcj", "bd-09", "bd09", "火星"]
                    .iter()
                    .any(|system| value.to_lowercase().contains(system))
        });
        if let Some((_, system)) = said {
            return Err(malformed(format!(
                "it says itself that its coordinates are {system}; targets are taken in WGS 84 or CGCS2000 only"
            )));
        }
    }
    Ok(TargetList {
        name: name.to_owned(),
        sha256: Hash::of(&bytes),
        season,
        targets,
    })
}

fn place(read: &ReadPlace) -> Result<Place, String> {
    let place = match &read.shape {
        Shape::Point(at) => Place::point(*at),
        Shape::Area(area) => {
            let inside = area
                .interior_point()
                .ok_or_else(|| format!("feature {}: an empty area", read.number))?;
            Place::area(inside.0.into(), area)
        }
    };
    let bounds = match &read.shape {
        Shape::Area(area) => area.bounding_rect(),
        Shape::Point(_) => None,
    };
    let at = place.lonlat();
    if !place.is_on_earth() || (at.lon == 0.0 && at.lat == 0.0) {
        return Err(format!(
            "feature {}: {}, {} is no place",
            read.number, at.lon, at.lat
        ));
    }
    if bounds.is_some_and(|b| b.width() > 1.0 || b.height() > 1.0) {
        return Err(format!(
            "feature {}: larger than a degree, which is no target",
            read.number
        ));
    }
    Ok(place)
}

fn of_csv(bytes: &[u8]) -> Result<Vec<ReadPlace>, String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|_other| {
        "it is not UTF-8; save it as “CSV UTF-8 (comma delimited)” / 请另存为“CSV UTF-8（逗号分隔）”"
            .to_owned()
    })?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let titles: Vec<String> = reader
        .headers()
        .map_err(|e| e.to_string())?
        .iter()
        .map(str::to_lowercase)
        .collect();
    let column = |names: &[&str]| {
        titles
            .iter()
            .position(|title| names.contains(&title.as_str()))
    };
    let (Some(lon), Some(lat)) = (column(&LONGITUDES), column(&LATITUDES)) else {
        return Err("it has no columns lon and lat (经度, 纬度)".into());
    };
    let mut places = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(|e| e.to_string())?;
        let line = record.position().map_or(0, csv::Position::line);
        let degrees = |at: usize| {
            let text = record.get(at).unwrap_or_default();
            text.parse::<f64>()
                .map_err(|_no_number| format!("line {line}: “{text}” is not decimal degrees"))
        };
        let here = LonLat::new(degrees(lon)?, degrees(lat)?);
        if !here.is_on_earth() && LonLat::new(here.lat, here.lon).is_on_earth() {
            return Err(format!("line {line}: longitude and latitude are exchanged"));
        }
        let words: BTreeMap<String, String> = titles
            .iter()
            .zip(record.iter())
            .filter(|(_, text)| !text.is_empty())
            .map(|(title, text)| (title.clone(), text.to_owned()))
            .collect();
        places.push(ReadPlace {
            number: at + 1,
            shape: Shape::Point(here),
            words,
        });
    }
    Ok(places)
}

/// Refuses a list whose targets lie beside the known sites as a map program shifts them.
///
/// # Errors
/// [`ExchangeError::Shifted`], and those of reading the registry.
pub fn check_shift(store: &Store, path: &Path, list: &TargetList) -> Result<(), ExchangeError> {
    let mut shifted: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    let mut as_they_are = 0;
    for target in &list.targets {
        let at = target.place.lonlat();
        let near = store.sites_near(&target.place, SHIFT_M)?;
        if near
            .iter()
            .any(|site| site.place.distance_m(&target.place) <= 50.0)
        {
            as_they_are += 1;
            continue;
        }
        if let Some((system, metres)) = near.iter().find_map(|site| shift(site.place.lonlat(), at))
        {
            shifted.entry(system).or_default().push(metres);
        }
    }
    for (system, metres) in shifted {
        let rows = metres.len();
        // A few of a long list may lie so by chance.
        if rows > as_they_are && rows * 10 >= list.targets.len() {
            return Err(ExchangeError::shifted(path, system, &metres));
        }
    }
    Ok(())
}

/// Whether this unit has recorded a list of the same bytes already.
///
/// # Errors
/// Those of reading the registry.
pub fn recorded_before(store: &Store, list: &TargetList) -> Result<bool, StoreError> {
    use crate::registry::body::Body;
    let own = store.authority().unit();
    Ok(store.followed("targets")?.iter().any(|sealed| {
        sealed.event.actor.unit == own
            && matches!(&sealed.event.body, Body::Targets(known) if known.sha256 == list.sha256)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> Result<TargetList, ExchangeError> {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).expect("written");
        read(&path, "t", 2026)
    }

    #[test]
    fn chinese_columns_and_equal_names_are_taken() {
        let list =
            csv("\u{feff}靶标编号,经度,纬度\nA1,113.3,33.74\nA1,113.31,33.75\n").expect("read");
        let ids: Vec<&str> = list.targets.iter().map(|t| t.id.as_str()).collect();
        assert_eq!(ids, ["A1", "A1#2"]);
        assert_eq!(list.targets[1].place.lon_e7, 1_133_100_000);
    }

    #[test]
    fn what_is_no_position_names_its_line() {
        for (text, why) in [
            ("id,lon,lat\na,33.74,113.3\n", "exchanged"),
            ("id,lon,lat\na,113°18′,33.74\n", "line 2"),
            ("id,east,north\na,1,2\n", "no columns lon and lat"),
            ("id,lon,lat\n", "no point"),
            ("id,lon,lat\na,0,0\n", "is no place"),
            ("id,lon,lat,坐标系\na,113.3,33.74,GCJ02\n", "GCJ02"),
        ] {
            let error = csv(text).expect_err(text).to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
