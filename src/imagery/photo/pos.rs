//! Lists of positions ("POS"): one photo a line with its name, place, height and angles, as flight controllers and
//! post-processing programs write them beside photos without a position of their own.
//!
//! With a line of titles the columns go by their names; without one they are name, longitude, latitude, height, yaw, pitch,
//! roll. Bytes in, rows out; what cannot be settled is an error, never a guess.

use super::metadata::{Attitude, Doubt, Metadata, Position};
use super::xmp::number;
use crate::ground::{Crs, CrsPoint, LonLat};
use crate::text::{TextFlaw, decode};
use crate::words::{Action, Both, Choice, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Longest file that is read, in bytes, and most rows.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
const MAX_ROWS: usize = 200_000;
/// Longest name of a photo.
const MAX_NAME: usize = 256;

/// A list of positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Pos {
    rows: BTreeMap<String, PosRow>,
}

/// What it says of one photo.
#[derive(Debug, Clone, PartialEq)]
pub struct PosRow {
    at: LonLat,
    height: Option<(Height, f64)>,
    attitude: Option<Attitude>,
}

/// Where a height counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Height {
    Sea,
    Ellipsoid,
    TakeOff,
    /// The sea or the ellipsoid: no title says.
    Unknown,
}

/// A list that cannot be used.
#[derive(Debug)]
pub enum PosError {
    /// It cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Its text cannot be read.
    Text {
        /// The file.
        path: PathBuf,
        /// Why.
        flaw: TextFlaw,
    },
    /// It has no row with a name and a place.
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Which column is the longitude cannot be told.
    Order {
        /// The file.
        path: PathBuf,
    },
    /// Its places are metres of a coordinate system that nothing names.
    NoCrs {
        /// The file.
        path: PathBuf,
    },
    /// A row's place is none.
    Row {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// One name has two places.
    Twice {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// None of its names is that of a photo.
    NoneMatches {
        /// The file.
        path: PathBuf,
        /// The first of its names.
        name: String,
    },
}

impl Say for PosError {
    fn say(&self, lang: Lang) -> Said {
        const COLUMNS: Both = Both(
            "give one photo a line: name, longitude, latitude, height, yaw, pitch, roll; a first line of titles settles another order",
            "每行一张照片：照片名、经度、纬度、高度、偏航角、俯仰角、横滚角；列的次序不同时请加标题行",
        );
        match self {
            Self::Unreadable { path, source } => {
                Said::unreadable(lang, path, source).hint(COLUMNS.pick(lang))
            }
            Self::Text { path, flaw } => {
                let (path, why) = (path.display(), flaw.say(lang));
                Said::new(tr!(
                    lang,
                    "{path} is no list of positions: {why}",
                    "{path} 不是 POS 数据：{why}"
                ))
                .hint(COLUMNS.pick(lang))
            }
            Self::Empty { path } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} holds no positions of photos",
                    "{path} 中没有照片的位置"
                ))
                .hint(COLUMNS.pick(lang))
            }
            Self::Order { path } => {
                let path = path.display();
                Said::new(tr!(lang, "which column of {path} is the longitude cannot be told", "{path} 中哪一列是经度无法判定")).hint(tr!(
                    lang,
                    "put a first line of titles in: `name,longitude,latitude,height,yaw,pitch,roll`",
                    "请加标题行：`照片名,经度,纬度,高度,偏航角,俯仰角,横滚角`"
                ))
            }
            Self::NoCrs { path } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "the positions in {path} are metres, and their coordinate system is not known",
                    "{path} 中的位置是平面坐标，坐标系不明"
                ))
                .hint(remedy!(
                    lang,
                    "name it, as in {crs}",
                    "请指明坐标系，例如 {crs}",
                    crs = Action::Again(Choice::Crs(Some(4547))),
                ))
            }
            Self::Row { path, line } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "line {line} of {path} is no place on Earth",
                    "{path} 第 {line} 行不是地球上的位置"
                ))
                .hint(COLUMNS.pick(lang))
            }
            Self::Twice { path, name } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "{path} says two places of {name}",
                    "{path} 中 {name} 有两个位置"
                ))
                .hint(tr!(
                    lang,
                    "give a list for each folder of photos and scan them one by one",
                    "请每个照片文件夹各用一份列表，分别扫描"
                ))
            }
            Self::NoneMatches { path, name } => {
                let path = path.display();
                Said::new(tr!(
                    lang,
                    "no photo is named as {path} says, such as {name}",
                    "没有照片与 {path} 中的名称（如 {name}）相符"
                ))
                .hint(tr!(
                    lang,
                    "the first column must hold the photos' file names",
                    "第一列应为照片的文件名"
                ))
            }
        }
    }
}
speaking_error!(PosError, |e| match e {
    PosError::Unreadable { source, .. } => Some(source),
    _ => None,
});

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Lon,
    Lat,
    East,
    North,
    Height(Height),
    Yaw,
    Pitch,
    Roll,
    Other,
}

impl Column {
    /// Of a title in one of the two languages.
    fn of(title: &str) -> Self {
        let title: String = title
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect();
        let has = |parts: &[&str]| parts.iter().any(|p| title.contains(p));
        if has(&["经度", "longitude"]) || ["lon", "lng", "long", "l"].contains(&&*title) {
            Self::Lon
        } else if has(&["纬度", "latitude"]) || ["lat", "b"].contains(&&*title) {
            Self::Lat
        } else if has(&["椭球高", "大地高", "ellips"]) || title == "h" {
            Self::Height(Height::Ellipsoid)
        } else if has(&["相对", "航高", "relative", "agl"]) {
            Self::Height(Height::TakeOff)
        } else if has(&["海拔", "正常高", "msl", "sealevel", "orthometric"]) {
            Self::Height(Height::Sea)
        } else if has(&["偏航", "航向", "yaw", "heading", "kappa偏"]) {
            Self::Yaw
        } else if has(&["俯仰", "pitch"]) {
            Self::Pitch
        } else if has(&["横滚", "滚转", "翻滚", "roll"]) {
            Self::Roll
        } else if has(&["高", "height", "alt", "elev"]) || title == "z" {
            Self::Height(Height::Unknown)
        } else if has(&["东坐标", "easting"]) || ["e", "east"].contains(&&*title) {
            Self::East
        } else if has(&["北坐标", "northing"]) || ["n", "north"].contains(&&*title) {
            Self::North
        } else if has(&[
            "照片", "相片", "像片", "影像", "图片", "文件", "名", "name", "photo", "image", "file",
            "label",
        ]) {
            Self::Name
        } else {
            Self::Other
        }
    }

    fn by_order(index: usize) -> Self {
        const ORDER: [Column; 7] = [
            Column::Name,
            Column::Lon,
            Column::Lat,
            Column::Height(Height::Unknown),
            Column::Yaw,
            Column::Pitch,
            Column::Roll,
        ];
        ORDER.get(index).copied().unwrap_or(Self::Other)
    }
}

/// A line as it was read.
#[derive(Debug, Clone)]
struct Line {
    number: usize,
    name: String,
    first: f64,
    second: f64,
    height: Option<(Height, f64)>,
    angles: Option<[f64; 3]>,
}

impl Pos {
    /// Reads a list. Places in metres are of the system that a first line such as `EPSG:4547` names, or of `crs`.
    ///
    /// # Errors
    /// See [`PosError`].
    pub fn read(path: &Path, crs: Option<&Crs>) -> Result<Self, PosError> {
        let bytes = super::jpeg::read_whole(path, MAX_BYTES).map_err(|source| {
            let path = path.into();
            PosError::Unreadable { path, source }
        })?;
        Self::of_bytes(&bytes, path, crs)
    }

    fn of_bytes(bytes: &[u8], path: &Path, crs: Option<&Crs>) -> Result<Self, PosError> {
        let text = decode(bytes).map_err(|flaw| PosError::Text {
            path: path.into(),
            flaw,
        })?;
        let (lines, order, named) = lines_of(&text);
        if lines.is_empty() {
            return Err(PosError::Empty { path: path.into() });
        }
        let places = places(&lines, order, named.as_ref().or(crs), path)?;
        let convention = convention(&lines);
        let mut rows: BTreeMap<String, PosRow> = BTreeMap::new();
        for (line, at) in lines.iter().zip(places) {
            let row = PosRow {
                at,
                height: line.height,
                attitude: line.angles.map(&convention),
            };
            match rows.get(&line.name) {
                Some(before) if before.at.distance_m(at) > 0.01 => {
                    return Err(PosError::Twice {
                        path: path.into(),
                        name: line.name.clone(),
                    });
                }
                _ => rows.insert(line.name.clone(), row),
            };
        }
        Ok(Self { rows })
    }

    /// Refuses a list of which no name is that of a photo.
    ///
    /// # Errors
    /// [`PosError::NoneMatches`].
    pub fn check(&self, path: &Path, photos: &[PathBuf]) -> Result<(), PosError> {
        let none = self.matched(photos).iter().all(Option::is_none);
        match self.rows.keys().next() {
            Some(name) if none && !photos.is_empty() => Err(PosError::NoneMatches {
                path: path.into(),
                name: name.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// The row of each photo. Where two photos have one name, it is not known whose the row is: neither has it.
    pub(super) fn matched(&self, photos: &[PathBuf]) -> Vec<Option<&PosRow>> {
        let names: Vec<String> = photos
            .iter()
            .map(|p| key(&p.file_name().unwrap_or_default().to_string_lossy()))
            .collect();
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for name in &names {
            *count.entry(name).or_default() += 1;
        }
        names
            .iter()
            .map(|name| self.rows.get(name).filter(|_| count[name.as_str()] == 1))
            .collect()
    }
}

impl PosRow {
    /// Takes the place of what the photo says itself.
    pub(super) fn apply(&self, found: &mut Metadata) {
        found.position = Position::At(self.at);
        found.places_apart_m = None;
        match self.height {
            Some((Height::TakeOff, metres)) => found.relative_altitude_m = Some(metres),
            Some((from, metres)) => {
                found.altitude_m = Some(metres);
                found.over_ellipsoid = from == Height::Ellipsoid;
                // The sea and the ellipsoid lie tens of metres apart.
                if from == Height::Unknown {
                    found.accuracy.vertical_m = Some(UNKNOWN_SD_M);
                }
            }
            None => {}
        }
        if let Some(attitude) = self.attitude {
            found.attitude = attitude;
            found.heading_doubt_deg = None;
        }
    }
}

/// Standard deviation of a height that may count from the sea or from the ellipsoid, in metres.
const UNKNOWN_SD_M: f64 = 12.0;

/// A photo's name without its folder and ending, in small letters.
fn key(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let lower = name.trim().trim_matches('"').to_lowercase();
    let endings = [".jpg", ".jpeg", ".tif", ".tiff", ".png", ".dng", ".arw"];
    let stem = endings.iter().find_map(|e| lower.strip_suffix(e));
    stem.unwrap_or(&lower).to_owned()
}

/// Which way round the two numbers of a place stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    LonLat,
    EastNorth,
    /// No title says.
    Unsaid,
}

fn lines_of(text: &str) -> (Vec<Line>, Order, Option<Crs>) {
    let mut columns: Option<Vec<Column>> = None;
    let mut crs = None;
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()).take(MAX_ROWS) {
        let bare = line.trim().trim_start_matches(['#', '%', '/']).trim();
        if bare.is_empty() {
            continue;
        }
        if lines.is_empty() && bare.to_ascii_uppercase().starts_with("EPSG:") {
            crs = Crs::parse(bare).ok();
            continue;
        }
        let fields = split(bare);
        let titles: Vec<Column> = fields.iter().map(|f| Column::of(f)).collect();
        let known = |c: Column| titles.contains(&c);
        if (known(Column::Lon) && known(Column::Lat))
            || (known(Column::East) && known(Column::North))
        {
            if columns.is_none() {
                columns = Some(titles);
            }
            continue;
        }
        if line.trim_start().starts_with(['#', '%']) {
            continue;
        }
        lines.extend(line_of(number, &fields, columns.as_deref()));
    }
    let order = match &columns {
        None => Order::Unsaid,
        Some(c) if c.contains(&Column::Lon) => Order::LonLat,
        Some(_) => Order::EastNorth,
    };
    (lines, order, crs)
}

fn split(line: &str) -> Vec<&str> {
    let by = [',', '\t', ';', '，'];
    if line.contains(by) {
        line.split(by).map(str::trim).collect()
    } else {
        line.split_whitespace().collect()
    }
}

fn line_of(number: usize, fields: &[&str], columns: Option<&[Column]>) -> Option<Line> {
    let column = |i: usize| {
        columns.map_or_else(
            || Column::by_order(i),
            |c| c.get(i).copied().unwrap_or(Column::Other),
        )
    };
    let value = |wanted: &[Column]| {
        let found = (0..fields.len()).find(|i| wanted.contains(&column(*i)))?;
        self::number(fields[found])
    };
    let name = (0..fields.len())
        .find(|i| column(*i) == Column::Name)
        .unwrap_or(0);
    let name = key(fields.get(name)?);
    let height = (0..fields.len()).find_map(|i| match column(i) {
        Column::Height(from) => Some((from, self::number(fields[i])?)),
        _ => None,
    });
    let angles = || {
        let angle = |c| value(&[c]).filter(|v| v.abs() <= 360.0);
        Some([
            angle(Column::Yaw)?,
            angle(Column::Pitch)?,
            angle(Column::Roll)?,
        ])
    };
    (!name.is_empty() && name.len() <= MAX_NAME).then_some(Line {
        number,
        name,
        first: value(&[Column::Lon, Column::East])?,
        second: value(&[Column::Lat, Column::North])?,
        height,
        angles: angles(),
    })
}

/// The places of all lines, in their order.
fn places(
    lines: &[Line],
    order: Order,
    crs: Option<&Crs>,
    path: &Path,
) -> Result<Vec<LonLat>, PosError> {
    let metric = lines
        .iter()
        .any(|l| l.first.abs() > 360.0 || l.second.abs() > 360.0);
    let bad = |line: &Line| PosError::Row {
        path: path.into(),
        line: line.number,
    };
    if metric {
        let to = crs
            .ok_or_else(|| PosError::NoCrs { path: path.into() })?
            .to_lonlat()
            .map_err(|_ignored| PosError::NoCrs { path: path.into() })?;
        // Surveyors write the northing first: seven digits beside six.
        let turned = order == Order::Unsaid
            && lines
                .iter()
                .all(|l| (1e6..1e7).contains(&l.first) && l.second.abs() < 1e6);
        return lines
            .iter()
            .map(|l| {
                let (x, y) = if turned {
                    (l.second, l.first)
                } else {
                    (l.first, l.second)
                };
                let there = to.apply(&[CrsPoint { x, y }]);
                there.map(|p| p[0]).map_err(|_ignored| bad(l))
            })
            .collect();
    }
    let turned = order == Order::Unsaid && latitude_first(lines, path)?;
    lines
        .iter()
        .map(|l| {
            let (lon, lat) = if turned {
                (l.second, l.first)
            } else {
                (l.first, l.second)
            };
            match Position::of(lon, lat) {
                Position::At(at) => Ok(at),
                _ => Err(bad(l)),
            }
        })
        .collect()
}

/// Whether the first number of each place is the latitude: by what no latitude can be, else by where China lies.
fn latitude_first(lines: &[Line], path: &Path) -> Result<bool, PosError> {
    let all = |fits: fn(f64, f64) -> bool| lines.iter().all(|l| fits(l.first, l.second));
    let china = |lon: f64, lat: f64| (73.0..=136.0).contains(&lon) && (3.0..=54.0).contains(&lat);
    if lines.iter().any(|l| l.first.abs() > 90.0) || lines.iter().all(|l| china(l.first, l.second))
    {
        Ok(false)
    } else if all(|first, second| second.abs() > 90.0 && first.abs() <= 90.0)
        || lines.iter().all(|l| china(l.second, l.first))
    {
        Ok(true)
    } else {
        Err(PosError::Order { path: path.into() })
    }
}

/// How the angles of a list count, by all of them: about -90 from the horizon, about 0 from straight down.
fn convention(lines: &[Line]) -> impl Fn([f64; 3]) -> Attitude {
    let pitches = || lines.iter().filter_map(|l| l.angles).map(|a| a[1]);
    let from_horizon = pitches().all(|p| (-120.0..=-45.0).contains(&p));
    let from_nadir = pitches().all(|p| p.abs() <= 15.0);
    let zeros = lines
        .iter()
        .filter_map(|l| l.angles)
        .flatten()
        .all(|a| a == 0.0);
    move |[yaw, pitch, roll]| {
        if zeros {
            let (doubt, heading) = (Doubt::AllZero, None);
            Attitude::Doubtful { doubt, heading }
        } else if from_horizon {
            let yaw = Some(yaw);
            Attitude::Gimbal { yaw, pitch, roll }
        } else if from_nadir {
            Attitude::Body { yaw, pitch, roll }
        } else {
            let (doubt, heading) = (Doubt::Ambiguous, Some(yaw));
            Attitude::Doubtful { doubt, heading }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &[u8]) -> Result<Pos, PosError> {
        Pos::of_bytes(text, Path::new("pos.txt"), None)
    }

    fn one(text: &str) -> PosRow {
        let pos = of(text.as_bytes()).expect("a list");
        pos.rows["dji_0001"].clone()
    }

    #[test]
    fn lists_of_many_layouts_say_the_same() {
        let layouts = [
            "DJI_0001.JPG,113.3,33.74,536,40,-90,0",
            "DJI_0001 113.3 33.74 536 40 -90 0",
            "dji_0001.jpg\t33.74\t113.3\t536\t40\t-90\t0",
            "照片名,纬度,经度,高度,横滚角,俯仰角,偏航角\nDJI_0001.JPG,33.74,113.3,536,0,-90,40",
            "#name;longitude;latitude;altitude;yaw;pitch;roll\n\nD:\\照片\\DJI_0001.JPG;113.3;33.74;536;40;-90;0\n",
            "EPSG:4326\nDJI_0001.JPG 113.3 33.74 536 40 -90 0",
        ];
        for layout in layouts {
            let row = one(layout);
            assert!(
                row.at.distance_m(LonLat::new(113.3, 33.74)) < 1e-3,
                "{layout}"
            );
            assert_eq!(row.height.map(|h| h.1), Some(536.0), "{layout}");
            let gimbal = Attitude::Gimbal {
                yaw: Some(40.0),
                pitch: -90.0,
                roll: 0.0,
            };
            assert_eq!(row.attitude, Some(gimbal), "{layout}");
            let chinese = encoding_rs::GB18030.encode(layout).0;
            assert!(of(&chinese).is_ok(), "{layout}");
        }
    }

    #[test]
    fn metres_need_a_system_and_are_read_in_both_orders() {
        assert!(matches!(
            of(b"a.jpg,435133.665,3735042.323"),
            Err(PosError::NoCrs { .. })
        ));
        for text in [
            "EPSG:4547\ndji_0001 435133.665 3735042.323 500",
            "EPSG:4547\ndji_0001 3735042.323 435133.665 500",
            "EPSG:4526\ndji_0001 38435133.665 3735042.323 500",
        ] {
            assert!(
                one(text).at.distance_m(LonLat::new(113.3, 33.74)) < 0.1,
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_settled_is_refused() {
        assert!(matches!(of(b"a,20,10,5"), Err(PosError::Order { .. })));
        assert!(matches!(
            of(b"a,113,33\nA.JPG,114,33"),
            Err(PosError::Twice { .. })
        ));
        assert!(matches!(of(b""), Err(PosError::Empty { .. })));
        assert!(matches!(
            of(b"a,0,0,5,0,0,0\nb,113,33,5,0,0,0"),
            Err(PosError::Row { .. } | PosError::Order { .. })
        ));
        let tilted = one("dji_0001,113.3,33.74,536,40,-30,0");
        assert!(matches!(tilted.attitude, Some(Attitude::Doubtful { .. })));
        let body = one("dji_0001,113.3,33.74,536,40,3,-2");
        assert!(matches!(body.attitude, Some(Attitude::Body { .. })));
    }

    #[test]
    fn a_row_whose_name_two_photos_have_is_nobodys() {
        let pos = of(b"a,113,33\nb,113,33").expect("a list");
        let photos = ["x/A.jpg", "y/a.JPG", "y/b.jpg"].map(PathBuf::from);
        let found: Vec<bool> = pos.matched(&photos).iter().map(Option::is_some).collect();
        assert_eq!(found, [false, false, true]);
        assert!(pos.check(Path::new("p"), &photos[..2]).is_err());
    }

    #[test]
    fn whatever_a_list_holds_it_neither_panics_nor_hangs() {
        let plain =
            b"DJI_0001.JPG,113.3,33.74,536,40,-90,0\nDJI_0002.JPG,113.31,33.74,536,40,-90,0\n";
        let titled = "EPSG:4547\n照片名 北坐标 东坐标 高度 横滚角 俯仰角 偏航角\na 3735042.3 435133.6 536 0 -90 40\n";
        let chinese = encoding_rs::GB18030.encode(titled).0;
        crate::text::fuzz::try_all(&[plain, titled.as_bytes(), &chinese], |bytes| {
            if let Ok(pos) = of(bytes) {
                assert!(pos.rows.values().all(|row| row.at.is_on_earth()));
            }
        });
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _read = of(&bytes);
        }

        #[test]
        fn any_table_is_survived(text in "([a-z,;\t 0-9.\\-]{0,40}\n){0,6}") {
            if let Ok(pos) = of(text.as_bytes()) {
                prop_assert!(pos.rows.values().all(|r| r.at.is_on_earth()));
            }
        }
    }
}
