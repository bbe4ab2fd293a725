//! One line of a list of positions: its columns, however they are titled or ordered.

use super::xmp_value::number;
use crate::ground::Crs;
use crate::text::{Axis, degrees};

pub(super) const MAX_ROWS: usize = 200_000;
/// Longest name of a photo.
pub(super) const MAX_NAME: usize = 256;

/// Where a height counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Height {
    Sea,
    Ellipsoid,
    TakeOff,
    /// The sea or the ellipsoid: no title says.
    Unknown,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PosColumn {
    Name,
    Lon,
    Lat,
    East,
    North,
    /// One half of a place; x is north in one office and east in the other.
    X,
    Y,
    Height(Height),
    Yaw,
    Pitch,
    Roll,
    Other,
}

const EAST: [&str; 9] = [
    "e", "east", "xeast", "yeast", "东", "东向", "y东", "东y", "x东",
];
const NORTH: [&str; 9] = [
    "n", "north", "ynorth", "xnorth", "北", "北向", "x北", "北x", "y北",
];

/// A title without the unit in brackets behind it: `X(m)`, `高度（米）`, `Latitude [decimal degrees]`.
fn without_unit(title: &str) -> &str {
    let title = title.trim();
    let bare = title.trim_end_matches([')', '）', ']', '】']);
    let Some(open) = bare
        .rfind(['(', '（', '[', '【'])
        .filter(|_| bare.len() < title.len())
    else {
        return title;
    };
    let unit: String = (bare[open..].chars().skip(1))
        .filter(|c| !c.is_whitespace() && *c != '.')
        .collect();
    if UNITS.contains(&&*unit) || is_radians(&unit) {
        bare[..open].trim_end()
    } else {
        title
    }
}

const UNITS: [&str; 14] = [
    "m",
    "米",
    "meter",
    "meters",
    "metre",
    "metres",
    "公尺",
    "°",
    "度",
    "deg",
    "degree",
    "degrees",
    "decimaldegrees",
    "十进制度",
];

/// Whether a title, or its unit, says that angles are radians.
fn is_radians(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    text.contains("弧度") || words.any(|word| ["rad", "rads", "radian", "radians"].contains(&word))
}

/// The columns of a file that names none.
const ORDER: [PosColumn; 7] = [
    PosColumn::Name,
    PosColumn::Lon,
    PosColumn::Lat,
    PosColumn::Height(Height::Unknown),
    PosColumn::Yaw,
    PosColumn::Pitch,
    PosColumn::Roll,
];

impl PosColumn {
    /// Of a title in one of the two languages.
    fn of(title: &str) -> Self {
        let title: String = without_unit(&title.to_lowercase())
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect();
        let has = |parts: &[&str]| parts.iter().any(|p| title.contains(p));
        if has(&["横坐标"]) {
            Self::East
        } else if has(&["纵坐标"]) {
            Self::North
        } else if has(&["经度", "longitude"]) || ["lon", "lng", "long", "l"].contains(&&*title) {
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
        } else if has(&["东坐标", "easting"]) || EAST.contains(&&*title) {
            Self::East
        } else if has(&["北坐标", "northing"]) || NORTH.contains(&&*title) {
            Self::North
        } else if ["x", "x坐标"].contains(&&*title) {
            Self::X
        } else if ["y", "y坐标"].contains(&&*title) {
            Self::Y
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
        ORDER.get(index).copied().unwrap_or(Self::Other)
    }
}

/// A line as it was read.
#[derive(Debug, Clone)]
pub(super) struct PosLine {
    pub(super) number: usize,
    pub(super) name: String,
    /// The folders before the name, in small letters.
    pub(super) folders: Vec<String>,
    pub(super) first: f64,
    pub(super) second: f64,
    pub(super) height: Option<(Height, f64)>,
    pub(super) angles: Option<[f64; 3]>,
}

/// Which way round the two numbers of a place stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    LonLat,
    EastNorth,
    /// No title says.
    Unsaid,
}

/// What a text says.
pub(super) struct PosLines {
    pub(super) lines: Vec<PosLine>,
    pub(super) order: Order,
    /// Whether a title says that the angles are radians.
    pub(super) radians: bool,
    /// The system that a first line names.
    pub(super) crs: Option<Crs>,
    /// A line of titles above the first row that is not understood.
    pub(super) strange: Option<String>,
}

/// Whether a line stands above the rows as their titles do: as many words as they have cells, and no number among them.
fn is_head(line: &str, fields: &[&str], cells: usize) -> bool {
    let is_comment = line.trim_start().starts_with(['#', '%']);
    let parted = !is_comment || line.contains(SIGNS);
    parted && cells >= 3 && fields.len() == cells && fields.iter().all(|f| number(f).is_none())
}

pub(super) fn lines_of(text: &str) -> PosLines {
    let mut columns: Option<Vec<PosColumn>> = None;
    let (mut crs, mut radians) = (None, false);
    let mut lines: Vec<PosLine> = Vec::new();
    let (mut above, mut strange): (Vec<&str>, _) = (Vec::new(), None);
    for (number, line) in (1..).zip(text.lines()).take(MAX_ROWS) {
        let bare = bare_of(line);
        if bare.is_empty() {
            continue;
        }
        if let Some(NamedSystem(named)) = system_of(bare).filter(|_| lines.is_empty()) {
            crs = named.or(crs);
            continue;
        }
        let fields = split(bare);
        let titles: Vec<PosColumn> = fields.iter().map(|f| PosColumn::of(f)).collect();
        let known = |c: PosColumn| titles.contains(&c);
        if (known(PosColumn::Lon) && known(PosColumn::Lat))
            || (known(PosColumn::East) && known(PosColumn::North))
            || (known(PosColumn::X) && known(PosColumn::Y))
        {
            if columns.is_none() {
                let is_angle = |c: &PosColumn| {
                    matches!(c, PosColumn::Yaw | PosColumn::Pitch | PosColumn::Roll)
                };
                radians =
                    (titles.iter().zip(&fields)).any(|(c, title)| is_angle(c) && is_radians(title));
                columns = Some(titles);
            }
            continue;
        }
        let row = line_of(number, &fields, columns.as_deref());
        if columns.is_none() && lines.is_empty() {
            let head = |line: &&&str| is_head(line, &split(bare_of(line)), fields.len());
            match &row {
                Some(_) => strange = above.iter().find(head).map(|line| bare_of(line).to_owned()),
                None => above.push(line),
            }
        }
        if line.trim_start().starts_with(['#', '%']) {
            continue;
        }
        lines.extend(row);
    }
    let order = match &columns {
        Some(c) if c.contains(&PosColumn::Lon) => Order::LonLat,
        Some(c) if c.contains(&PosColumn::East) => Order::EastNorth,
        _ => Order::Unsaid,
    };
    PosLines {
        lines,
        order,
        radians,
        crs,
        strange,
    }
}

/// What a line names as the system of the places; nothing where that is none that is known.
struct NamedSystem(Option<Crs>);

/// The system that a line above the rows names: `EPSG:4547`, `WGS84 UTM 50N`, a PROJ string, WKT, or what Metashape writes
/// before it.
fn system_of(bare: &str) -> Option<NamedSystem> {
    const WRITTEN: [&str; 7] = [
        "EPSG:",
        "+PROJ=",
        "GEOGCS[",
        "PROJCS[",
        "COMPD_CS[",
        "GEOGCRS[",
        "PROJCRS[",
    ];
    const METASHAPE: &str = "COORDINATESYSTEM:";
    let begins = |head: &str| {
        let own = bare.get(..head.len());
        own.is_some_and(|own| own.eq_ignore_ascii_case(head))
    };
    let is_metashape = begins(METASHAPE);
    let said = if is_metashape {
        bare[METASHAPE.len()..].trim()
    } else {
        bare
    };
    let upper = said.to_ascii_uppercase();
    if WRITTEN.iter().any(|head| upper.starts_with(head)) {
        return Some(NamedSystem(Crs::parse(said).ok()));
    }
    let utm = upper.strip_prefix("WGS84 UTM ").and_then(|zone| {
        let (digits, first) = match zone.trim().strip_suffix('S') {
            Some(digits) => (digits, 32_700),
            None => (zone.trim().trim_end_matches('N'), 32_600),
        };
        let zone: u32 = digits.trim().parse().ok()?;
        let code = (1..=60).contains(&zone).then_some(first + zone)?;
        Crs::parse(&format!("EPSG:{code}")).ok()
    });
    (utm.is_some() || is_metashape).then_some(NamedSystem(utm))
}

/// One half of a place, as a number or in degrees of any spelling.
fn half(text: &str) -> Option<f64> {
    let written = |axis| degrees(text, axis).ok();
    number(text)
        .or_else(|| written(Axis::Longitude))
        .or_else(|| written(Axis::Latitude))
}

/// A line without the signs of a comment.
fn bare_of(line: &str) -> &str {
    line.trim().trim_start_matches(['#', '%', '/']).trim()
}

/// What parts the cells, where it is not blanks.
pub(super) const SIGNS: [char; 4] = [',', '\t', ';', '，'];

pub(super) fn split(line: &str) -> Vec<&str> {
    if line.contains(SIGNS) {
        let cells = line.split(SIGNS);
        cells
            .map(|cell| cell.trim().trim_matches('"').trim())
            .collect()
    } else {
        line.split_whitespace().collect()
    }
}

pub(super) fn line_of(
    number: usize,
    fields: &[&str],
    columns: Option<&[PosColumn]>,
) -> Option<PosLine> {
    let fields = match (columns, fields) {
        // A number of the row before the name.
        (None, [row, name, rest @ ..]) if rest.len() >= 2 && is_counted(row, name) => &fields[1..],
        _ => fields,
    };
    let column = |i: usize| {
        columns.map_or_else(
            || PosColumn::by_order(i),
            |c| c.get(i).copied().unwrap_or(PosColumn::Other),
        )
    };
    let field = |wanted: &[PosColumn]| {
        let found = (0..fields.len()).find(|i| wanted.contains(&column(*i)))?;
        Some(fields[found])
    };
    let name = (0..fields.len())
        .find(|i| column(*i) == PosColumn::Name)
        .unwrap_or(0);
    let written = fields.get(name)?;
    let (name, folders) = (key(written), folders(written));
    let height = (0..fields.len()).find_map(|i| match column(i) {
        PosColumn::Height(from) => Some((from, self::number(fields[i])?)),
        _ => None,
    });
    let angles = || {
        let angle = |c| self::number(field(&[c])?).filter(|v| v.abs() <= 360.0);
        Some([
            angle(PosColumn::Yaw)?,
            angle(PosColumn::Pitch)?,
            angle(PosColumn::Roll)?,
        ])
    };
    (!name.is_empty() && name.len() <= MAX_NAME).then_some(PosLine {
        number,
        name,
        folders,
        first: half(field(&[PosColumn::Lon, PosColumn::East, PosColumn::X])?)?,
        second: half(field(&[PosColumn::Lat, PosColumn::North, PosColumn::Y])?)?,
        height,
        angles: angles(),
    })
}

/// Whether a row begins with its own number, and the photo's name follows.
fn is_counted(row: &str, name: &str) -> bool {
    row.bytes().all(|b| b.is_ascii_digit())
        && half(name).is_none()
        && key(name).len() < name.trim().len()
}

/// A photo's name without its folder and ending, in small letters.
pub(super) fn key(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let lower = name.trim().trim_matches('"').to_lowercase();
    let endings = [
        ".jpg", ".jpeg", ".jfif", ".jpe", ".tif", ".tiff", ".png", ".dng", ".arw", ".webp",
    ];
    let stem = endings.iter().find_map(|e| lower.strip_suffix(e));
    stem.unwrap_or(&lower).to_owned()
}

/// The folders before a photo's name, in small letters.
pub(super) fn folders(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = name
        .trim()
        .trim_matches('"')
        .split(['/', '\\'])
        .map(|part| part.trim().to_lowercase())
        .collect();
    parts.pop();
    parts.retain(|part| !part.is_empty() && part != ".");
    parts
}
