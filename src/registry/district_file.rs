//! A file of districts, read: codes, names and elevations, however its columns are titled.

use super::district::District;
use super::unit::is_code;
use crate::ground::{GeoJsonFlaw, VectorError, is_of_shifted_map, read_features, union};
use crate::text::{half_width, plain_title};
use crate::tr;
use crate::words::Lang;
use geo::{BoundingRect, MultiPolygon};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Columns of a district's code, best first: ours, those of public boundary files, of the land survey (县级、乡级、村级行政区).
const CODES: [&str; 12] = [
    "code",
    "adcode",
    "区划代码",
    "行政区划代码",
    "行政区代码",
    "pac",
    "xzqdm",
    "xzqhdm",
    "qhdm",
    "zldwdm",
    "xzdm",
    "gb",
];

/// Columns of its name.
const NAMES: [&str; 9] = [
    "name",
    "名称",
    "区划名称",
    "行政区名称",
    "xzqmc",
    "xzqhmc",
    "qhmc",
    "zldwmc",
    "xzmc",
];

/// Columns of its elevation.
pub(super) const ELEVATIONS: [&str; 2] = ["elevation_m", "海拔"];

/// Why a file gives no districts.
#[derive(Debug)]
pub enum DistrictFlaw {
    /// It is not a collection of features in JSON.
    NoJson(GeoJsonFlaw),
    /// It is no vector file that can be read.
    Vector(VectorError),
    /// A feature without a code; the columns that there are.
    NoCode {
        /// The feature's number, from 1.
        feature: usize,
        /// The names of its columns.
        columns: Vec<String>,
    },
    /// A code that is none.
    BadCode {
        /// The feature's number, from 1.
        feature: usize,
        /// The code.
        code: String,
    },
    /// A feature that is not an area.
    NoArea {
        /// The feature's number, from 1.
        feature: usize,
    },
    /// Coordinates that are not degrees.
    NotDegrees {
        /// The feature's number, from 1.
        feature: usize,
    },
    /// One code under two names.
    TwoNames {
        /// The code.
        code: String,
        /// The names.
        names: [String; 2],
    },
    /// Nothing is left.
    Nothing,
}

impl DistrictFlaw {
    /// In words.
    pub fn say(&self, path: &Path, lang: Lang) -> String {
        match self {
            Self::NoJson(flaw) => {
                let why = flaw.say(lang);
                tr!(lang, "it is no GeoJSON ({why})", "不是 GeoJSON（{why}）")
            }
            Self::Vector(source) => source.say(path, lang).what,
            Self::NoCode { feature, columns } if columns.is_empty() => tr!(
                lang,
                "feature {feature} has no code: there is no table of words beside the shapes",
                "第 {feature} 个要素没有代码：文件不含属性表"
            ),
            Self::NoCode { feature, columns } => {
                let columns = columns.join(lang.pick(", ", "、"));
                tr!(
                    lang,
                    "feature {feature} has no code; its columns: {columns}",
                    "第 {feature} 个要素没有代码；现有列：{columns}"
                )
            }
            Self::BadCode { feature, code } => tr!(
                lang,
                "feature {feature}: code {code} has not 6, 9 or 12 digits",
                "第 {feature} 个要素：代码 {code} 不是 6、9 或 12 位数字"
            ),
            Self::NoArea { feature } => tr!(
                lang,
                "feature {feature} is not an area",
                "第 {feature} 个要素不是面"
            ),
            Self::NotDegrees { feature } => tr!(
                lang,
                "feature {feature} is not in longitude and latitude",
                "第 {feature} 个要素不是经纬度坐标"
            ),
            Self::TwoNames { code, names } => {
                let [one, other] = names;
                tr!(
                    lang,
                    "code {code} is there as {one} and as {other}",
                    "代码 {code} 对应两个名称：{one}、{other}"
                )
            }
            Self::Nothing => lang.pick("no district", "没有区划").into(),
        }
    }
}

/// A feature of a boundary file.
pub(super) struct DistrictPart {
    pub(super) number: usize,
    pub(super) words: BTreeMap<String, String>,
    pub(super) area: MultiPolygon,
    /// Whether its columns are those of a map program that shifts what it hands out.
    pub(super) is_shifted: bool,
}

/// The features of a `GeoJSON`, and how many have no geometry.
pub(super) fn of_json(bytes: &[u8]) -> Result<(Vec<DistrictPart>, usize), DistrictFlaw> {
    let mut parts = Vec::new();
    let mut without_shape = 0;
    for feature in read_features(bytes).map_err(DistrictFlaw::NoJson)? {
        let number = feature.number;
        let area = feature.area();
        let area = area.map_err(|_no_area| DistrictFlaw::NoArea { feature: number })?;
        let is_shape = |area: &MultiPolygon| area.iter().any(|p| !p.exterior().0.is_empty());
        let Some(area) = area.filter(is_shape) else {
            without_shape += 1;
            continue;
        };
        let columns = feature.columns();
        parts.push(DistrictPart {
            number,
            is_shifted: is_of_shifted_map(columns.keys().map(String::as_str)),
            words: (columns.into_iter())
                .filter_map(|(k, v)| Some((k, text(v)?)))
                .collect(),
            area,
        });
    }
    Ok((parts, without_shape))
}

/// A word or a number as text.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What stands in the first of some columns, in any letter case.
fn word(words: &BTreeMap<String, String>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let column = words.iter().find(|(key, _)| plain_title(key) == *name)?;
        let text = column.1.trim();
        (!text.is_empty()).then(|| text.to_owned())
    })
}

/// What stands in a column whose title was cut, as shapefiles cut them: the first whose value is of such a kind.
fn cut_word(
    words: &BTreeMap<String, String>,
    names: &[&str],
    fits: impl Fn(&str) -> bool,
) -> Option<String> {
    // Two letters may be the beginning of anything.
    let is_cut = |title: &str| {
        let title = title.split('_').next().unwrap_or(title);
        title.chars().count() > 2 && names.iter().any(|name| name.starts_with(title))
    };
    let mut columns = words.iter().filter(|(key, _)| is_cut(&plain_title(key)));
    let found = columns.find(|(_, value)| fits(value.trim()))?;
    Some(found.1.trim().to_owned())
}

fn is_a_code(text: &str) -> bool {
    code_in(text).is_some()
}

/// The code that a text is, in the lengths of divisions: of the land survey's nineteen digits the first twelve are the village's
/// (GB/T 35958), and what begins with 156 (China, GB/T 2659) is a code behind that of the country, as the national map has it.
fn code_in(text: &str) -> Option<String> {
    /// No province begins so, and none of the codes below one.
    const COUNTRY: &str = "156";
    let text = half_width(text);
    let code = text.trim().trim_end_matches(".0");
    let digits = code.bytes().all(|b| b.is_ascii_digit());
    let code = match code.len() {
        19 if digits => &code[..12],
        9 | 12 if digits => code.strip_prefix(COUNTRY).unwrap_or(code),
        _ => code,
    };
    is_code(code).then(|| code.to_owned())
}

/// The name of a feature; empty where it has none.
pub(super) fn name_of(part: &DistrictPart) -> String {
    let is_word = |text: &str| !text.is_empty() && !is_a_code(text);
    word(&part.words, &NAMES)
        .or_else(|| cut_word(&part.words, &NAMES, is_word))
        .unwrap_or_default()
}

/// The code of a feature. Statistics fill codes up with noughts: 410423000000 is a county, not a village.
pub(super) fn code_of(part: &DistrictPart) -> Result<String, DistrictFlaw> {
    let feature = part.number;
    let given = word(&part.words, &CODES).or_else(|| cut_word(&part.words, &CODES, is_a_code));
    let given = given.ok_or_else(|| DistrictFlaw::NoCode {
        feature,
        columns: part.words.keys().cloned().collect(),
    })?;
    let Some(code) = code_in(&given) else {
        return Err(DistrictFlaw::BadCode {
            feature,
            code: given,
        });
    };
    let mut code = code.as_str();
    while code.len() > 6
        && let Some(short) = code.strip_suffix("000")
    {
        code = short;
    }
    Ok(code.to_owned())
}

/// One district out of its parts: of some, exclaves are features of their own.
pub(super) fn district(
    code: String,
    parts: &[(String, DistrictPart)],
) -> Result<District, DistrictFlaw> {
    let mut names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
    names.retain(|name| !name.is_empty());
    names.dedup();
    if let [one, other, ..] = names[..] {
        return Err(DistrictFlaw::TwoNames {
            code,
            names: [one.to_owned(), other.to_owned()],
        });
    }
    let name = names
        .first()
        .map(|name| (*name).to_owned())
        .unwrap_or_default();
    let elevation_m = parts
        .iter()
        .find_map(|(_, part)| word(&part.words, &ELEVATIONS)?.parse().ok());
    let feature = parts.first().map_or(0, |(_, part)| part.number);
    let area = match parts {
        [(_, one)] => one.area.clone(),
        _ => union(parts.iter().map(|(_, part)| &part.area)),
    };
    let bounds = area
        .bounding_rect()
        .ok_or(DistrictFlaw::NoArea { feature })?;
    Ok(District {
        code,
        name,
        elevation_m,
        area,
        bounds,
    })
}
