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
    use serde_json::error::Category;
    let line = why.line();
    let english = without_place(why);
    let chinese = match why.classify() {
        Category::Eof => "文件不完整",
        Category::Data => "内容不符合 GeoJSON 规范",
        Category::Syntax | Category::Io => "不是有效的 JSON",
    };
    tr!(lang, "line {line}: {english}", "第 {line} 行：{chinese}")
}

/// A reason without line and column, which are said apart from it.
fn without_place(why: &serde_json::Error) -> String {
    let text = why.to_string();
    let place = format!(" at line {} column {}", why.line(), why.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::read_features;
    use super::*;

    #[test]
    fn what_is_no_geojson_is_said_in_the_readers_language() {
        for (text, chinese) in [
            ("{", "第 1 行：文件不完整"),
            ("{\"features\":[],\n}", "第 2 行：不是有效的 JSON"),
            ("{\"features\":[7]}", "第 1 行：内容不符合 GeoJSON 规范"),
            ("{}", "其中没有要素"),
        ] {
            let flaw = read_features(text.as_bytes()).expect_err(text);
            assert_eq!(flaw.say(Lang::Zh), chinese);
            assert!(flaw.say(Lang::En).is_ascii(), "{flaw:?}");
        }
    }
}
