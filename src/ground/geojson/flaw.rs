//! Why bytes hold no features.

use crate::text::TextFlaw;
use crate::tr;
use crate::words::Lang;

/// Why bytes hold no features.
#[derive(Debug)]
pub enum GeoJsonFlaw {
    /// They are no text.
    Text(TextFlaw),
    /// They are text, and no JSON of this shape.
    NoJson(serde_json::Error),
    /// They say that their coordinates are of this system, and not degrees of WGS 84.
    OtherSystem(String),
    /// They are JSON without a list of features.
    NoFeatures,
}

impl GeoJsonFlaw {
    /// In words that go on after `it is no GeoJSON`, or stand alone.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Text(flaw) => flaw.say(lang),
            Self::NoJson(why) => with_line(why, lang),
            Self::OtherSystem(system) => tr!(
                lang,
                "it says itself that its coordinates are of {system}: write it again in longitude and latitude of WGS 84",
                "文件自注坐标系为 {system}：请以 WGS 84 经纬度重新导出"
            ),
            Self::NoFeatures => lang.pick("it has no features", "其中没有要素").into(),
        }
    }
}

fn with_line(why: &serde_json::Error, lang: Lang) -> String {
    tr!(
        lang,
        "line {}: {}",
        "第 {} 行：{}",
        why.line(),
        without_place(why)
    )
}

/// A reason without line and column, which are said apart from it.
fn without_place(why: &serde_json::Error) -> String {
    let text = why.to_string();
    let place = format!(" at line {} column {}", why.line(), why.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}
