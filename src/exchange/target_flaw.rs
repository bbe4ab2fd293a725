//! Why a list of targets, or a line of it, is not taken; and what is said of a list that is.

use crate::ground::{CrsError, LonLat};
use crate::text::DegreesFlaw;
use crate::words::{Action, Choice, Lang, Remedy, Say};
use crate::{remedy, tr};

/// Why a list, or a line of it, is not taken.
#[derive(Debug, Clone, PartialEq)]
pub enum TargetFlaw {
    /// No columns of a position; the titles that there are.
    NoColumns(Vec<String>),
    /// Two columns may be the longitude or the latitude.
    TwoColumns(String, String),
    /// A line whose position is none: the line, what is written, and why that is none.
    Line(u64, String, DegreesFlaw),
    /// A line whose position in metres is none: the line, and what is written in both columns.
    NoMetres(u64, String, String),
    /// The system that was named does not fit the coordinates, of this line where it is known.
    System(Option<u64>, CrsError),
    /// A line with more cells than titles.
    Shifted(u64),
    /// A line at the origin, as receivers without a position write it.
    Origin(u64),
    /// A feature that is no place, at this position.
    NoPlace(usize, LonLat),
    /// A feature of an empty area.
    NoArea(usize),
    /// A feature larger than a degree.
    TooLarge(usize),
    /// It says itself that its coordinates are of another system.
    Datum(String),
    /// A file that does not say its coordinate system.
    NoSystem,
    /// A list of sites that was exported from a registry.
    OwnLedger,
    /// Nothing is left of it.
    Nothing,
}

impl TargetFlaw {
    /// What is wrong.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::NoColumns(titles) => {
                let titles = titles.join(lang.pick(", ", "、"));
                tr!(
                    lang,
                    "it has no columns lon and lat (经度, 纬度); its columns: {titles}",
                    "没有经度、纬度列；现有列：{titles}"
                )
            }
            Self::TwoColumns(one, other) => tr!(
                lang,
                "two columns may be the same half of the position: {one}, {other}",
                "两列都可能是同一坐标：{one}、{other}"
            ),
            Self::NoPlace(number, at) => {
                let (lon, lat) = (at.lon, at.lat);
                tr!(
                    lang,
                    "feature {number}: {lon}, {lat} is no place",
                    "第 {number} 个要素：{lon}, {lat} 不是有效位置"
                )
            }
            Self::NoArea(number) => tr!(
                lang,
                "feature {number}: an empty area",
                "第 {number} 个要素：面积为空"
            ),
            Self::TooLarge(number) => tr!(
                lang,
                "feature {number}: larger than a degree, which is no target",
                "第 {number} 个要素：范围超过一度，不是靶标"
            ),
            Self::Datum(system) => tr!(
                lang,
                "it says itself that its coordinates are {system}",
                "文件注明其坐标为 {system}"
            ),
            Self::OwnLedger => lang
                .pick(
                    "it is a list of sites that was exported from a registry",
                    "这是由登记库导出的图斑清单",
                )
                .into(),
            Self::NoSystem => lang
                .pick("it has no coordinate reference system", "没有坐标参考系")
                .into(),
            Self::Nothing => lang
                .pick("it has no point and no polygon", "其中没有点或面")
                .into(),
            _ => self.say_line(lang),
        }
    }

    /// What is wrong with a line.
    fn say_line(&self, lang: Lang) -> String {
        match self {
            Self::Line(line, text, flaw) => {
                let why = flaw.say(text, lang);
                tr!(lang, "line {line}: {why}", "第 {line} 行：{why}")
            }
            Self::NoMetres(line, one, other) => tr!(
                lang,
                "line {line}: “{one}” and “{other}” are no northing (seven digits) and easting (six, or eight with its zone)",
                "第 {line} 行：“{one}”与“{other}”不是北坐标（7 位）和东坐标（6 位，含带号 8 位）"
            ),
            Self::System(line, error) => {
                let why = error.say(lang).what;
                match line {
                    Some(line) => tr!(lang, "line {line}: {why}", "第 {line} 行：{why}"),
                    None => why,
                }
            }
            Self::Shifted(line) => tr!(
                lang,
                "line {line}: it has more cells than there are titles",
                "第 {line} 行：单元格多于列名"
            ),
            Self::Origin(line) => tr!(
                lang,
                "line {line}: 0, 0 is no place",
                "第 {line} 行：0, 0 不是有效位置"
            ),
            _ => String::new(),
        }
    }

    /// What to do.
    pub fn hints(&self, lang: Lang) -> Vec<Remedy> {
        let words = match self {
            Self::System(_, error) => return error.say(lang).remedies,
            Self::Line(_, _, DegreesFlaw::TooLarge) => return vec![in_metres(lang)],
            Self::NoSystem => return vec![in_degrees(lang), in_metres(lang)],
            Self::NoColumns(_) => {
                let degrees = lang.pick(
                    "name one column lon (经度) and one lat (纬度), in degrees of WGS 84 or CGCS2000",
                    "请将两列分别命名为“经度”“纬度”，单位为度（WGS 84 或 CGCS2000）",
                );
                return vec![degrees.into(), in_metres(lang)];
            }
            Self::TwoColumns(..) => lang.pick(
                "leave one of them for each half of the position",
                "每个坐标只保留其中一列",
            ),
            Self::OwnLedger => lang.pick(
                "give the list as it was handed down; sites of another office come in a bundle",
                "请使用下发的靶标清单原件；其他单位的图斑通过数据包交换",
            ),
            Self::Shifted(_) => lang.pick(
                "put text that holds the separator into quotation marks",
                "文字中含分隔符的请加引号",
            ),
            Self::Line(..) | Self::Origin(_) | Self::NoMetres(..) => lang.pick(
                "correct these lines and take the list in again",
                "请改正这些行后重新导入",
            ),
            Self::Datum(_) => lang.pick(
                "targets are taken in WGS 84 or CGCS2000 only: have it converted by the office that handed it down",
                "靶标只接受 WGS 84 或 CGCS2000 坐标：请由下发单位转换",
            ),
            _ => lang.pick(
                "give points or areas as GeoJSON, GeoPackage, KML, GPX, shapefile, CSV or XLSX",
                "请提供含点或面的 GeoJSON、GeoPackage、KML、GPX、Shapefile、CSV 或 XLSX",
            ),
        };
        vec![words.into()]
    }
}

/// What to do where coordinates are in metres.
fn in_metres(lang: Lang) -> Remedy {
    remedy!(
        lang,
        "where they are in metres, name their system, as in {crs} (CGCS2000, 3-degree zone, 114° E)",
        "如为平面坐标（米），请指明坐标系，例如 {crs}（CGCS2000 三度带，中央经线 114°）",
        crs = Action::Again(Choice::Crs(Some(4547))),
    )
}

/// What to do where coordinates are degrees and nothing says of which system.
fn in_degrees(lang: Lang) -> Remedy {
    remedy!(
        lang,
        "copy its .prj along; where its coordinates are degrees of WGS 84 or CGCS2000, name that with {crs}",
        "请一并复制 .prj 文件；如为 WGS 84 或 CGCS2000 经纬度，请用 {crs} 指明",
        crs = Action::Again(Choice::Crs(Some(4490))),
    )
}

/// What is to be said of a list before it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetNote {
    /// No column names the targets, so that they are numbered; the columns that there are.
    Numbered(Vec<String>),
    /// The coordinates are of this system, which was named, and were converted.
    Converted(String),
    /// Features without a geometry were passed over.
    WithoutShape(usize),
    /// Lines were passed over: they are neither a point nor an area.
    Lines(usize),
    /// Rows of a table that sum up or are signed were passed over: what stands in them.
    NoTargets(Vec<String>),
    /// Hidden sheets that hold a table were not read.
    Hidden(Vec<String>),
    /// Hidden rows that were read: their lines.
    HiddenRows(Vec<u64>),
}

impl TargetNote {
    /// What is to be said of the hidden sheets and rows of a spreadsheet.
    pub fn of_hidden(sheets: Vec<String>, rows: Vec<u64>) -> Vec<Self> {
        let sheets = (!sheets.is_empty()).then_some(Self::Hidden(sheets));
        let rows = (!rows.is_empty()).then_some(Self::HiddenRows(rows));
        sheets.into_iter().chain(rows).collect()
    }

    /// In words.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Numbered(columns) => {
                let columns = columns.join(lang.pick(", ", "、"));
                tr!(
                    lang,
                    "no column names the targets, so they are numbered in their order (columns: {columns}; understood are id, name, 编号, 名称 …)",
                    "没有靶标编号列，已按顺序编号（现有列：{columns}；可识别：编号、靶标编号、名称、id、name 等）"
                )
            }
            Self::Converted(system) => tr!(
                lang,
                "the coordinates were converted from {system} to WGS 84",
                "坐标已由 {system} 转换为 WGS 84"
            ),
            Self::WithoutShape(n) => tr!(
                lang,
                "features without a geometry passed over: {n}",
                "已略过 {n} 个没有图形的要素"
            ),
            Self::NoTargets(rows) => {
                let rows = rows.join(lang.pick("; ", "；"));
                tr!(
                    lang,
                    "rows that are no targets passed over: {rows}",
                    "已略过不是靶标的行：{rows}"
                )
            }
            Self::Hidden(sheets) => {
                let sheets = sheets.join(lang.pick(", ", "、"));
                tr!(
                    lang,
                    "hidden sheets were not read: {sheets}; show them in the spreadsheet if they are meant",
                    "隐藏的工作表未读取：{sheets}；如需读取，请先取消隐藏"
                )
            }
            Self::HiddenRows(lines) => {
                /// Lines that are named; more would hide the sentence.
                const NAMED: usize = 12;
                let n = lines.len();
                let named: Vec<String> = lines.iter().take(NAMED).map(u64::to_string).collect();
                let named = named.join(lang.pick(", ", "、"));
                let more = if n > NAMED { " …" } else { "" };
                tr!(
                    lang,
                    "{rows} read too, line {named}{more}: delete from the spreadsheet what is not meant",
                    "隐藏的 {n} 行也已读取（第 {named}{more} 行）：不需要的请从表格中删除",
                    rows = (n, "hidden row was", "hidden rows were")
                )
            }
            Self::Lines(n) => tr!(
                lang,
                "features that are lines, neither a point nor an area, passed over: {n}",
                "已略过 {n} 个线要素（既非点也非面）"
            ),
        }
    }
}
