//! Why a list of targets, or a line of it, is not taken; and what is said of a list that is.

use crate::ground::LonLat;
use crate::text::DegreesFlaw;
use crate::tr;
use crate::words::Lang;

/// Why a list, or a line of it, is not taken.
#[derive(Debug, Clone, PartialEq)]
pub enum TargetFlaw {
    /// No columns of a position; the titles that there are.
    NoColumns(Vec<String>),
    /// Two columns may be the longitude or the latitude.
    TwoColumns(String, String),
    /// A line whose position is none: the line, what is written, and why that is none.
    Line(u64, String, DegreesFlaw),
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
            Self::Line(line, text, flaw) => {
                let why = flaw.say(text, lang);
                tr!(lang, "line {line}: {why}", "第 {line} 行：{why}")
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
            Self::Nothing => lang
                .pick("it has no point and no polygon", "其中没有点或面")
                .into(),
        }
    }

    /// What to do.
    pub fn hint(&self, lang: Lang) -> String {
        match self {
            Self::NoColumns(_) | Self::TwoColumns(..) => lang.pick(
                "name one column lon (经度) and one lat (纬度), in degrees of WGS 84 or CGCS2000",
                "请将两列分别命名为“经度”“纬度”，单位为度（WGS 84 或 CGCS2000）",
            ),
            Self::Shifted(_) => lang.pick(
                "put text that holds the separator into quotation marks",
                "文字中含分隔符的请加引号",
            ),
            Self::Line(..) | Self::Origin(_) => lang.pick(
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
        }
        .into()
    }
}

/// What is to be said of a list before it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetNote {
    /// No column names the targets, so that they are numbered; the columns that there are.
    Numbered(Vec<String>),
    /// Features without a geometry were passed over.
    WithoutShape(usize),
    /// Lines were passed over: they are neither a point nor an area.
    Lines(usize),
    /// Rows of a table that sum up or are signed were passed over: what stands in them.
    NoTargets(Vec<String>),
    /// Hidden sheets that hold a table were not read.
    Hidden(Vec<String>),
}

impl TargetNote {
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
            Self::Lines(n) => tr!(
                lang,
                "features that are lines, neither a point nor an area, passed over: {n}",
                "已略过 {n} 个线要素（既非点也非面）"
            ),
        }
    }
}
