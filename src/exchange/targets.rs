//! Lists of targets (靶标) as they are handed down: points or areas in GeoJSON, GeoPackage, KML, GPX, shapefile, CSV or XLSX.

use super::cell_grid::shortened;
use super::gcj02::shift;
use super::grid::{TABLES, grids};
use super::ledger::FOR_PROGRAMS;
use super::read::datum_of_name;
use super::table::key_of;
use super::target_metres::ListSystem;
use super::target_table::{is_of_datum, of_grids};
use super::{ExchangeError, TargetFlaw, TargetNote};
use crate::files;
use crate::ground::{
    Crs, CrsError, LonLat, ReadPlace, ReadPlaces, Shape, VectorError, beside_shapes,
    is_of_shifted_map, read_places_in,
};
use crate::registry::Hash;
use crate::registry::body::{Target, TargetList};
use crate::registry::place::Place;
use crate::store::{Store, StoreError};
use crate::text::{axis_of, foreign_datum, is_metre_title, is_position, plain_title};
use geo::{Area, BoundingRect, InteriorPoint};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Columns that name a target, best first.
const NAMES: [&str; 27] = [
    "id",
    "编号",
    "靶标编号",
    "靶标号",
    "图斑编号",
    "图斑号",
    "点号",
    "no",
    "序号",
    "code",
    "name",
    "名称",
    "靶标名称",
    "点名",
    "地名",
    "小地名",
    // As the land survey and other offices call them.
    "tbbh",
    "bh",
    "点位编号",
    "目标编号",
    "疑似点编号",
    "线索编号",
    "地块编号",
    "编码",
    "点位名称",
    "mc",
    "bsm",
];
/// Bytes of a column's name that a shapefile keeps at least of one that is longer: ten, less half a character.
const CUT: usize = 8;
/// Columns that name the system of the coordinates.
const DATUMS: [&str; 5] = ["datum", "crs", "坐标系", "坐标系统", "坐标基准"];
/// What the titles of columns hold that say where coordinates came from.
const SOURCES: [&str; 4] = ["坐标来源", "数据来源", "采集", "定位"];
/// Metres around a target in which sites are looked at for a shift.
const SHIFT_M: f64 = 1_500.0;

/// A list that was read, and what is to be said of it before it is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadTargets {
    /// The list.
    pub list: TargetList,
    /// What is to be said.
    pub notes: Vec<TargetNote>,
}

/// Reads a list; `crs` is the system of its coordinates, where it is named: whatever the file says then counts for nothing.
///
/// # Errors
/// [`ExchangeError::Unreadable`], [`ExchangeError::Table`], [`ExchangeError::Vector`], [`ExchangeError::Targets`].
pub fn read(
    path: &Path,
    name: &str,
    season: i16,
    crs: Option<&Crs>,
) -> Result<ReadTargets, ExchangeError> {
    let wrong = |flaws: Vec<TargetFlaw>| ExchangeError::Targets {
        path: path.into(),
        flaws,
    };
    let TargetFile {
        read,
        sha256,
        hidden,
        hidden_rows,
        passed_over,
    } = places(path, crs)?;
    if is_own_ledger(&read.columns) {
        return Err(wrong(vec![TargetFlaw::OwnLedger]));
    }
    if let Some(system) = said_datum(&read).or_else(|| datum_of_name(path)) {
        return Err(wrong(vec![TargetFlaw::Datum(system)]));
    }
    let naming = naming(&read);
    let mut notes = notes(&read, naming.is_some());
    notes.extend(crs.map(|crs| TargetNote::Converted(crs.name().to_owned())));
    if !passed_over.is_empty() {
        notes.push(TargetNote::NoTargets(passed_over));
    }
    notes.extend(TargetNote::of_hidden(hidden, hidden_rows));
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let targets = read
        .places
        .iter()
        .map(|read| {
            let place = place(read).map_err(|flaw| wrong(vec![flaw]))?;
            let own = naming.as_ref().and_then(|name| read.words.get(name));
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
        return Err(wrong(vec![TargetFlaw::Nothing]));
    }
    let list = TargetList {
        name: name.to_owned(),
        sha256,
        season,
        targets,
    };
    Ok(ReadTargets { list, notes })
}

/// A list as its file has it.
struct TargetFile {
    read: ReadPlaces,
    /// Of the bytes that it was read from.
    sha256: Hash,
    /// Hidden sheets that were not read.
    hidden: Vec<String>,
    /// Lines of hidden rows that were read.
    hidden_rows: Vec<u64>,
    /// The first words of rows that are no targets.
    passed_over: Vec<String>,
}

fn places(path: &Path, crs: Option<&Crs>) -> Result<TargetFile, ExchangeError> {
    let unreadable = ExchangeError::unreadable(path);
    let wrong = |flaws| ExchangeError::Targets {
        path: path.into(),
        flaws,
    };
    let in_system = |source| wrong(vec![TargetFlaw::System(None, source)]);
    if path.is_dir() {
        let (path, source) = (path.into(), VectorError::Folder);
        return Err(ExchangeError::Vector { path, source });
    }
    let bytes = files::read(path).map_err(&unreadable)?;
    let sha256 = Hash::of(&bytes);
    let ending = path
        .extension()
        .map(|e| e.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    if TABLES.contains(&ending.as_str()) {
        let knows = |title: &str| {
            let is_name = NAMES.contains(&plain_title(title).as_str());
            axis_of(title).is_some() || is_position(title) || is_metre_title(title) || is_name
        };
        let found = grids(&bytes, &knows).map_err(|flaw| ExchangeError::Table {
            path: path.into(),
            flaw,
        })?;
        let system = crs.map(ListSystem::of).transpose().map_err(in_system)?;
        let mut tables = of_grids(found.tables, found.is_text, system.as_ref()).map_err(wrong)?;
        if let (Some(crs), Some(about)) = (crs, first(&tables.read)) {
            let (_, unknown) = crs.clone().with_way(about, None).map_err(in_system)?;
            tables.read.unknown_datum = unknown;
        }
        return Ok(TargetFile {
            read: tables.read,
            sha256,
            hidden: found.hidden,
            hidden_rows: found.hidden_rows,
            passed_over: tables.passed_over,
        });
    }
    let read = read_places_in(path, crs).map_err(|source| match source {
        VectorError::NoCrs => wrong(vec![TargetFlaw::NoSystem]),
        VectorError::Crs(source @ CrsError::OutOfRange { .. }) => in_system(source),
        source => ExchangeError::Vector {
            path: path.into(),
            source,
        },
    })?;
    if Hash::of(&files::read(path).map_err(&unreadable)?) != sha256 {
        let changed = std::io::Error::other("it changed while it was read");
        return Err(unreadable(changed));
    }
    Ok(TargetFile {
        read,
        sha256,
        hidden: Vec::new(),
        hidden_rows: Vec::new(),
        passed_over: Vec::new(),
    })
}

/// Where the first point of a table lies.
fn first(read: &ReadPlaces) -> Option<LonLat> {
    read.places.iter().find_map(|place| match place.shape {
        Shape::Point(at) => Some(at),
        Shape::Area(_) => None,
    })
}

/// What is to be said of a list before it is recorded.
fn notes(read: &ReadPlaces, named: bool) -> Vec<TargetNote> {
    let is_numbered = !named && !read.places.is_empty();
    let notes = [
        is_numbered.then(|| TargetNote::Numbered(read.columns.clone())),
        (read.without_shape > 0).then_some(TargetNote::WithoutShape(read.without_shape)),
        (read.lines > 0).then_some(TargetNote::Lines(read.lines)),
    ];
    notes.into_iter().flatten().collect()
}

/// Whether these are the columns of sites as they are exported.
fn is_own_ledger(columns: &[String]) -> bool {
    let has = |key: &&str| columns.iter().any(|column| key_of(column) == Some(key));
    FOR_PROGRAMS.iter().all(has)
}

/// The system that a list names for its coordinates, where it is not WGS 84 or near it.
fn said_datum(read: &ReadPlaces) -> Option<String> {
    let named = read.places.iter().find_map(|place| {
        let named = place.words.iter().find(|(key, value)| {
            let plain = plain_title(key);
            let is_system = DATUMS.contains(&plain.as_str());
            let is_source = SOURCES.iter().any(|word| plain.contains(word));
            let said = (is_system || is_source) && foreign_datum(value).is_some();
            said || is_of_datum(value)
        });
        named.map(|(_, system)| shortened(system))
    });
    let is_shifted = is_of_shifted_map(read.columns.iter().map(String::as_str));
    let shifted = is_shifted.then(|| "GCJ-02 (DataV)".to_owned());
    named.or(shifted).or_else(|| read.unknown_datum.clone())
}

/// The column that names the targets: the first of the known ones that names each of them, no two alike; otherwise the one
/// that tells the most apart.
fn naming(read: &ReadPlaces) -> Option<String> {
    let keys: BTreeSet<&String> = read.places.iter().flat_map(|p| p.words.keys()).collect();
    let cut = |plain: &str, name: &str| plain.len() >= CUT && name.starts_with(plain);
    let spelt = |name: &str, key: &str| {
        let plain = plain_title(key);
        plain == name || cut(&plain, name)
    };
    let mut best: Option<(usize, &String)> = None;
    for name in NAMES {
        for key in keys.iter().filter(|key| spelt(name, key)) {
            let values = read.places.iter().filter_map(|place| place.words.get(*key));
            let apart = values.collect::<BTreeSet<_>>().len();
            if best.is_none_or(|(most, _)| apart > most) {
                best = Some((apart, key));
            }
        }
        if best.is_some_and(|(most, _)| most == read.places.len()) {
            break;
        }
    }
    best.map(|(_, key)| key.clone())
}

fn place(read: &ReadPlace) -> Result<Place, TargetFlaw> {
    let place = match &read.shape {
        Shape::Point(at) => Place::point(*at),
        Shape::Area(area) => {
            // What encloses nothing is a line that was drawn as an area.
            let inside = (area.unsigned_area() > 0.0)
                .then(|| area.interior_point())
                .flatten()
                .ok_or(TargetFlaw::NoArea(read.number))?;
            Place::area(inside.0.into(), area)
        }
    };
    let bounds = match &read.shape {
        Shape::Area(area) => area.bounding_rect(),
        Shape::Point(_) => None,
    };
    let at = place.lonlat();
    if !place.is_on_earth() || (at.lon == 0.0 && at.lat == 0.0) {
        return Err(TargetFlaw::NoPlace(read.number, at));
    }
    if bounds.is_some_and(|b| b.width() > 1.0 || b.height() > 1.0) {
        return Err(TargetFlaw::TooLarge(read.number));
    }
    Ok(place)
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

/// The files of a list: of a shapefile the names of the targets are in another one than their places.
pub fn files_of(path: &Path) -> Vec<PathBuf> {
    let is_shapes = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("shp"));
    let parts: &[&str] = if is_shapes {
        &["dbf", "prj", "cpg"]
    } else {
        &[]
    };
    let beside = parts.iter().filter_map(|part| beside_shapes(path, part));
    std::iter::once(path.to_owned()).chain(beside).collect()
}

/// Whether this unit has recorded a list of the same bytes and the same targets already.
///
/// # Errors
/// Those of reading the registry.
pub fn recorded_before(store: &Store, list: &TargetList) -> Result<bool, StoreError> {
    use crate::registry::body::Body;
    let own = store.authority().unit();
    Ok(store.followed("targets")?.iter().any(|sealed| {
        sealed.event.actor.unit == own
            && matches!(&sealed.event.body, Body::Targets(known) if known.sha256 == list.sha256 && known.targets == list.targets)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    fn read_of(name: &str, bytes: &[u8]) -> Result<ReadTargets, ExchangeError> {
        read_in(name, bytes, None)
    }

    fn read_in(name: &str, bytes: &[u8], crs: Option<&str>) -> Result<ReadTargets, ExchangeError> {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        let crs = crs.map(|crs| Crs::parse(crs).expect("known"));
        read(&path, "t", 2026, crs.as_ref())
    }

    #[test]
    fn a_column_of_both_halves_that_says_another_place_is_refused_by_line() {
        let titles = "编号,经度,纬度,经纬度";
        let read = |cell: &str| {
            let text = format!("{titles}\nA1,113.3,33.74,\"113.3,33.74\"\nA2,113.3,33.74,{cell}\n");
            read_of("t.csv", text.as_bytes())
        };
        for cell in ["\"113.3001,33.7401\"", "33°44′24″N 113°18′E", "", "东沟"] {
            assert_eq!(read(cell).expect(cell).list.targets.len(), 2);
        }
        let Err(ExchangeError::Targets { flaws, .. }) = read("\"114.3,33.74\"") else {
            panic!("refused");
        };
        let said = flaws[0].say(Lang::Zh);
        assert!(flaws.len() == 1 && said.starts_with("第 3 行："), "{said}");
    }

    #[test]
    fn metres_of_a_named_system_are_converted_whichever_column_is_the_easting() {
        for (crs, table) in [
            ("EPSG:4547", "编号,X,Y\nA1,3735042.323,435133.665\n"),
            (
                "EPSG:4547",
                "编号,x坐标（米）,y坐标（米）\nA1,435133.665,3735042.323\n",
            ),
            (
                "EPSG:4526",
                "编号,横坐标,纵坐标\nA1,38435133.665,3735042.323\n",
            ),
            ("EPSG:4547", "id,north,east\nA1,3735042.323,435133.665\n"),
            // A register that has both: in metres is what was named.
            (
                "EPSG:4547",
                "编号,经度,纬度,X,Y\nA1,113°18′,33°44′24″,3735042.323,435133.665\n",
            ),
            ("EPSG:4547", "编号,经度,纬度\nA1,435133.665,3735042.323\n"),
            ("EPSG:4490", "编号,经度,纬度\nA1,113°18′,33°44′24″\n"),
        ] {
            let read = read_in("t.csv", table.as_bytes(), Some(crs)).expect(table);
            let place = read.list.targets[0].place.clone();
            let off = |found: i64, wanted: i64| (found - wanted).abs() <= 1;
            assert!(
                off(place.lon_e7, 1_133_000_000) && off(place.lat_e7, 337_400_000),
                "{table}: {place:?}"
            );
            assert_eq!(
                read.notes.last(),
                Some(&TargetNote::Converted(crs.into())),
                "{table}"
            );
        }
        // Of vector files the named system takes the place of the one that they have, or of none.
        let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"A1"},"geometry":{"type":"Point","coordinates":[435133.665,3735042.323]}}]}"#;
        let read = read_in("t.geojson", text.as_bytes(), Some("EPSG:4547")).expect("converted");
        assert_eq!(read.list.targets[0].place.lon_e7, 1_133_000_000);
    }

    #[test]
    fn metres_that_do_not_fit_their_system_are_refused_with_the_one_that_does() {
        use crate::words::Say;
        for (crs, table, why, remedy) in [
            (
                None,
                "编号,X,Y\nA1,3735042.3,435133.6\n",
                "too large for degrees",
                "name their system",
            ),
            (
                None,
                "编号,东坐标,北坐标\nA1,435133.6,3735042.3\n",
                "no columns lon and lat",
                "name their system",
            ),
            (
                Some("EPSG:4547"),
                "编号,X,Y\nA1,3735042.3,38435133.6\n",
                "line 2: the position",
                "EPSG:4526",
            ),
            (
                Some("EPSG:4526"),
                "编号,X,Y\nA1,3735042.3,435133.6\n",
                "line 2: the position",
                "zone",
            ),
            (
                Some("EPSG:4547"),
                "编号,X,Y\nA1,113.3,33.74\n",
                "line 2: “113.3” and “33.74” are no northing",
                "correct these lines",
            ),
            (
                Some("EPSG:4547"),
                "编号,X,Y\nA1,,435133.6\n",
                "line 2",
                "correct these lines",
            ),
            (
                Some("EPSG:4547"),
                "编号,X,Y,东坐标\nA1,1,2,3\n",
                "two columns",
                "leave one",
            ),
            (
                Some("EPSG:2362"),
                "编号,X,Y\nA1,3735042.3,38435133.6\n",
                "Xian 1980",
                "converted by the office",
            ),
        ] {
            let error = read_in("t.csv", table.as_bytes(), crs).expect_err(table);
            let said = error.say(crate::words::Lang::En);
            let remedies: String = said
                .remedies
                .iter()
                .map(|one| one.text(|action| format!("{action:?}")))
                .collect();
            assert!(said.what.contains(why), "{table}: {}", said.what);
            assert!(remedies.contains(remedy), "{table}: {remedies}");
        }
    }

    fn csv(text: &str) -> Result<ReadTargets, ExchangeError> {
        read_of("t.csv", text.as_bytes())
    }

    #[test]
    fn chinese_columns_and_equal_names_are_taken() {
        let list = csv("\u{feff}靶标编号,经度,纬度\nA1,113.3,33.74\nA1,113.31,33.75\n")
            .expect("read")
            .list;
        let ids: Vec<&str> = list.targets.iter().map(|t| t.id.as_str()).collect();
        assert_eq!(ids, ["A1", "A1#2"]);
        assert_eq!(list.targets[1].place.lon_e7, 1_133_100_000);
    }

    #[test]
    fn tables_are_read_as_offices_write_them() {
        let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
        for (name, bytes) in [
            (
                "t.csv",
                gbk("靶标编号,经度,纬度\r\n东沟1号,113.3,33.74\r\n"),
            ),
            (
                "t.csv",
                "\u{feff}编号;经度(°);纬度(°)\r\n东沟1号;113.3;33.74\r\n;;\r\n".into(),
            ),
            (
                "t.txt",
                "编号\t东经\t北纬\n东沟1号\t１１３．３\t33.74°\n".into(),
            ),
            (
                "t.csv",
                "某省下发靶标,,\n编号,经度,纬度\n东沟1号,113°18′00″E,北纬33度44分24秒\n".into(),
            ),
            (
                "t.csv",
                "编号,经纬度\n东沟1号,\"北纬33°44′24″，东经113°18′\"\n".into(),
            ),
            (
                "t.csv",
                "编号,X,Y,经度,纬度\n东沟1号,435133.6,3735042.3,113.3,33.74\n".into(),
            ),
        ] {
            let read = read_of(name, &bytes).expect("read");
            let [target] = &read.list.targets[..] else {
                panic!("{read:?}");
            };
            assert_eq!((target.id.as_str(), read.notes.len()), ("东沟1号", 0));
            assert_eq!(
                (target.place.lon_e7, target.place.lat_e7),
                (1_133_000_000, 337_400_000)
            );
        }
        let mut book = rust_xlsxwriter::Workbook::new();
        let about = book.add_worksheet();
        about.write_string(0, 0, "说明").expect("written");
        let sheet = book.add_worksheet();
        for (column, title) in ["靶标名称", "经度", "纬度"].iter().enumerate() {
            sheet
                .write_string(0, column as u16, *title)
                .expect("written");
        }
        sheet.write_string(1, 0, "东沟1号").expect("written");
        sheet.write_number(1, 1, 113.3).expect("written");
        sheet.write_string(1, 2, "33°44′24″").expect("written");
        let read = read_of("t.xlsx", &book.save_to_buffer().expect("made")).expect("read");
        assert_eq!(read.list.targets[0].id, "东沟1号");
    }

    #[test]
    fn the_column_that_tells_targets_apart_names_them_and_numbers_are_said() {
        let ids = |text: &str| -> Vec<String> {
            let read = csv(text).expect("read");
            read.list.targets.into_iter().map(|t| t.id).collect()
        };
        assert_eq!(
            ids("id,名称,lon,lat\n0,甲,113.3,33.7\n0,乙,113.4,33.7\n"),
            ["甲", "乙"]
        );
        assert_eq!(
            ids("id,名称,lon,lat\n1,甲,113.3,33.7\n2,甲,113.4,33.7\n"),
            ["1", "2"]
        );
        let read = csv("村民组,lon,lat\n甲,113.3,33.7\n").expect("read");
        assert_eq!(read.list.targets[0].id, "1");
        let [note] = &read.notes[..] else {
            panic!("{read:?}");
        };
        assert!(note.say(Lang::En).contains("村民组"));
    }

    #[test]
    fn halves_named_in_a_second_line_and_signs_that_nobody_sees_are_read() {
        for text in [
            "编号,坐标,,备注\n,经度,纬度,\nA1,113.3,33.74,x\n",
            "编号,经度,纬度\nA1,113.3\u{a0}E ,\u{200b}33.74\u{3000}N\n",
            "编号,经度(度分秒),纬度(度分秒)\nA1,113°18′00″,33°44′24″\n",
        ] {
            let place = csv(text).expect(text).list.targets[0].place.clone();
            assert_eq!(
                (place.lon_e7, place.lat_e7),
                (1_133_000_000, 337_400_000),
                "{text}"
            );
        }
    }

    #[test]
    fn sites_that_were_exported_are_no_targets() {
        for titles in ["head hash,site key", "链头哈希,图斑键", "head,site_key"] {
            let text = format!("id,lon,lat,{titles}\nA1,113.3,33.74,0a,0b\n");
            let error = csv(&text).expect_err(titles).to_string();
            assert!(error.contains("exported from a registry"), "{error}");
        }
    }

    #[test]
    fn a_list_out_of_a_shifted_map_is_refused() {
        let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"adcode":"410423","center":"x","name":"鲁山县"},"geometry":{"type":"Point","coordinates":[113.306,33.738]}}]}"#;
        let error = read_of("t.geojson", text.as_bytes()).expect_err("shifted");
        assert!(error.to_string().contains("GCJ-02"), "{error}");
    }

    #[test]
    fn what_is_no_position_names_its_line() {
        for (text, why) in [
            (
                "编号,经度(度.分秒),纬度(度.分秒)\nA1,113.1800,33.4424\n",
                "“113.1800 (°′″?)”",
            ),
            (
                "编号,经度(DDMMSS),纬度(DDMMSS)\nA1,1131800,334424\n",
                "°′″?",
            ),
            ("id,lon,lat\na,33.74,113.3\n", "exchanged"),
            (
                "id,lon,lat\r\na,113.3,33.74\r\nb,x,33.74\r\n",
                "line 3: “x”",
            ),
            (
                "id,lon,lat\na,\"113\n.3\",33.74\nb,113.3,y\n",
                "line 4: “y”",
            ),
            (
                "id,lon,lat\na,113.3,33.74,more\n",
                "line 2: it has more cells",
            ),
            (
                "id,east,north\na,1,2\n",
                "no columns lon and lat (经度, 纬度); its columns: id, east, north",
            ),
            ("id,lon,lat\n", "no point"),
            ("id,lon,lat\na,0,0\n", "is no place"),
            ("id,lon,lat\na,435133.6,3735042.3\n", "projected"),
            ("id,lon,lat,坐标系\na,113.3,33.74,GCJ02\n", "GCJ02"),
            (
                "id,经度（北京54）,纬度（北京54）\na,113.3,33.74\n",
                "北京54",
            ),
            ("id,lon,经度,lat\na,113.3,113.4,33.74\n", "two columns"),
            ("", "it is empty"),
        ] {
            let error = csv(text).expect_err(text).to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
        for (name, bytes, why) in [
            (
                "t.xls",
                &b"\xd0\xcf\x11\xe0...."[..],
                "save it again as .xlsx",
            ),
            ("t.et", b"\xd0\xcf\x11\xe0....", "save it again as .xlsx"),
            (
                "t.xls",
                b"<html><table><tr><td>lon</td></tr></table>",
                "web page",
            ),
            ("t.ods", b"PK\x03\x04", "copy it again"),
        ] {
            let error = read_of(name, bytes).expect_err(name);
            let said = error.to_string();
            assert!(said.contains(why), "{name}: {said}");
        }
        let tabs = read_of("t.xls", b"id\tlon\tlat\nA1\t113.3\t33.74\n").expect("text");
        assert_eq!(tabs.list.targets.len(), 1);
        let folder = tempfile::tempdir().expect("folder");
        let error = read(folder.path(), "t", 2026, None).expect_err("a folder");
        assert!(error.to_string().contains("it is a folder"), "{error}");
    }

    #[test]
    fn a_table_of_any_bytes_is_read_or_refused() {
        const COMMAS: &str = "\u{feff}靶标编号,经度(°),纬度(°),日期\r\nA1,113°18′14.4″E,33.74,2026年5月4日 下午3时\r\n\"a\r\nb\",１１３．３,北纬33度44分24秒,4/5/2026\r\n,,,\r\n";
        const TABS: &str = "sep=\t\nid\tlon\tlat\n1\t113.3\t33.74\n";
        let gbk = encoding_rs::GB18030.encode(COMMAS).0.into_owned();
        let utf16: Vec<u8> = TABS.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let seeds = [COMMAS.as_bytes(), TABS.as_bytes(), &gbk, &utf16];
        crate::text::fuzz::try_all(&seeds, |bytes| {
            let Ok(found) = grids(bytes, &|title| axis_of(title).is_some()) else {
                return;
            };
            for (_, cells) in found.tables.iter().flat_map(|grid| &grid.rows) {
                for cell in cells {
                    let text = cell.to_text();
                    let _day = crate::text::date_time(&text);
                    let _number = crate::text::percent(&text);
                }
            }
            let lines = bytes.split(|b| matches!(b, b'\n' | b'\r')).count() as u64;
            for (line, _) in found.tables.iter().flat_map(|grid| &grid.rows) {
                assert!(
                    (1..=lines).contains(line) || bytes.contains(&0),
                    "{bytes:?}"
                );
            }
            if let Ok(tables) = of_grids(found.tables, found.is_text, None) {
                let read = tables.read;
                let _named = naming(&read);
                assert!(
                    read.places
                        .iter()
                        .all(|place| matches!(place.shape, Shape::Point(at) if at.is_on_earth()))
                );
            }
        });
    }
}
