//! `registry settings` and `registry districts`: what holds for the whole unit.

use super::Done;
use super::context::{Common, Context};
use super::say::{ArgumentError, Failure, against, bad, data, json, none_of, tell};
use crate::office::settings::{fill_in_districts, set, settings};
use crate::registry::State;
use crate::registry::districts::{Districts, ReadDistricts};
use crate::registry::settings::{SettingFlaw, Settings};
use crate::store::Boundaries;
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct SettingsArguments {
    /// Its name 设置名
    key: Option<String>,
    /// Its new value 新值
    #[arg(requires = "key")]
    value: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct DistrictsArguments {
    /// Areas with `code` and `name`: .geojson, .gpkg, .shp or .kml 区划边界文件（.geojson、.gpkg、.shp 或 .kml），带 `code` 和 `name` 属性
    file: PathBuf,
    /// The year of the codes 区划代码的年份
    #[arg(long, value_name = "YEAR")]
    vintage: String,
    #[command(flatten)]
    common: Common,
}

impl SettingsArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let asked = self.key.clone().filter(|_| self.value.is_none());
        if let Some(key) = &asked {
            known(key, lang)?;
        }
        if let (Some(key), Some(value)) = (self.key, self.value) {
            Settings::default()
                .set(&key, &value)
                .map_err(|flaw| match flaw {
                    SettingFlaw::Unknown => unknown(&key),
                    SettingFlaw::Value(looks) => bad("VALUE", &value, looks),
                    SettingFlaw::Range(range) => against("VALUE", &value, range),
                })?;
            let (mut office, session) = context.office()?;
            set(&mut office, &session, key, value)?;
        }
        let all = settings(&context.read()?).into_iter();
        for setting in all.filter(|setting| asked.as_ref().is_none_or(|key| *key == setting.key)) {
            context.show(&setting, || {
                data(&in_words(&setting.key, &setting.value, lang));
            });
        }
        Ok(Done::Whole)
    }
}

fn unknown(key: &str) -> Failure {
    let names = Settings::NAMES.map(|(name, _)| name).join(", ");
    none_of("KEY", key, names)
}

/// Fails for what is no name of a setting, such as a name and a value in one word.
fn known(key: &str, lang: Lang) -> Result<(), Failure> {
    let names = Settings::NAMES.map(|(name, _)| name);
    if names.contains(&key) {
        return Ok(());
    }
    match key.split_once('=') {
        Some((name, value)) if names.contains(&name) => {
            let rule = tr!(
                lang,
                "two words: `papaver registry settings {name} {value}`",
                "分开填写：`papaver registry settings {name} {value}`"
            );
            Err(against("KEY", key, rule))
        }
        _ => Err(unknown(key)),
    }
}

/// Boundaries that another computer of the unit decided on and that do not hold here.
pub(super) fn decided_elsewhere(of: &Boundaries, lang: Lang) -> String {
    let by = of.decided.as_ref().map(|by| &by.event);
    let name = by.map_or("", |event| event.actor.name.as_str());
    let day = of.decided_on.as_deref().unwrap_or_default();
    let (vintage, digest) = (&of.vintage, &of.sha256.to_string()[..16]);
    tr!(
        lang,
        "other boundaries hold on another computer of the unit: codes of {vintage}, file {digest}…, which {name} decided on on {day}; give this one the same file with `papaver registry districts`",
        "本单位另一台电脑采用的区划边界与本机不同：{vintage} 年代码，文件校验值 {digest}…，由 {name} 于 {day} 确定；请用 `papaver registry districts` 在本机填入同一文件"
    )
}

/// A setting with its name, its value and, in Chinese, what it is and its unit.
fn in_words(key: &str, value: &str, lang: Lang) -> String {
    let line = format!("{key} {value}");
    if lang == Lang::En {
        return line;
    }
    let (what, unit) = match key {
        "match_radius_m" => ("同一图斑的匹配半径".to_owned(), "米"),
        "growth_window" => ("生长期起止（月-日）".to_owned(), ""),
        "season_begins" => ("年度起始日（月-日）".to_owned(), ""),
        "photo_far_m" => ("照片距图斑过远的界限".to_owned(), "米"),
        "photo_old_days" => ("照片过旧的界限".to_owned(), "天"),
        _ => match key.strip_prefix("deadline.").and_then(State::of_name) {
            Some(state) => (format!("“{}”的办理时限", state.label(lang)), "天"),
            None => return line,
        },
    };
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    };
    format!("{line}{unit}（{what}）")
}

/// Fails where the year of the codes is none.
fn check_year(vintage: &str) -> Result<(), Failure> {
    let is_year = |year: i16| (1980..=2100).contains(&year);
    if vintage.parse().is_ok_and(is_year) {
        return Ok(());
    }
    Err(bad("--vintage", vintage, "2025"))
}

/// What there is to say of a file of boundaries before it is taken.
fn tell_what_was_read(read: &ReadDistricts, lang: Lang) {
    if read.without_shape > 0 {
        let n = read.without_shape;
        tell(&tr!(
            lang,
            "features without a geometry passed over: {n}",
            "已略过 {n} 个没有图形的要素"
        ));
    }
    if !read.in_parts.is_empty() {
        let codes = read.in_parts.join(lang.pick(", ", "、"));
        tell(&tr!(
            lang,
            "several features of one code are taken for parts of one district: {codes}",
            "代码相同的多个要素按同一区划的多个部分处理：{codes}"
        ));
    }
    if let Some(datum) = &read.unknown_datum {
        tell(&tr!(
            lang,
            "warning: the boundaries are on the datum {datum}, from which no way to WGS 84 is known here: they may be off by 100 m and more; export them in CGCS2000",
            "警告：边界的大地基准是 {datum}，没有已知的到 WGS 84 的转换参数，可能偏差 100 米以上；请以 CGCS2000 重新导出"
        ));
    }
    if read.is_shifted {
        tell(lang.pick(
            "warning: the file has the columns of DataV or Amap, whose boundaries are in GCJ-02, some 500 m beside WGS 84: sites near a border may be given the wrong district; take boundaries in WGS 84 or CGCS2000 (the national map's), unless this file was converted",
            "警告：该文件带有 DataV（高德）边界数据的字段，其坐标为 GCJ-02（火星坐标），与 WGS 84 相差约 500 米，边界附近的图斑可能被划入错误的区划；请改用 WGS 84 或 CGCS2000 边界（如天地图），已纠偏的文件可忽略本提示",
        ));
    }
}

impl DistrictsArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        check_year(&self.vintage)?;
        std::fs::metadata(&self.file).map_err(ArgumentError::file("FILE", &self.file))?;
        let read = Districts::open(&self.file, &self.vintage).map_err(|flaw| {
            ArgumentError::NoDistricts {
                path: self.file.clone(),
                why: flaw.say(&self.file, lang),
            }
        })?;
        tell_what_was_read(&read, lang);
        let (mut office, session) = context.office()?;
        let filled = fill_in_districts(&mut office, &session, &read, &self.vintage)?;
        if context.common.json {
            json(&serde_json::json!(filled));
        } else {
            let (read, inside, outside) = (filled.districts, filled.inside, filled.outside);
            tell(&tr!(
                lang,
                "{districts} read; {sites} in one, {outside} in none",
                "已读入区划 {read} 个；{inside} 个图斑已定区划，{outside} 个不在任何区划内",
                districts = (read, "district", "districts"),
                sites = (inside, "site lies", "sites lie"),
            ));
            for overlap in &filled.overlaps {
                let ([a, b], km2) = (&overlap.codes, overlap.m2 / 1e6);
                tell(&tr!(
                    lang,
                    "warning: districts {a} and {b} overlap by {km2:.3} km²: that ground counts in both",
                    "警告：区划 {a} 与 {b} 重叠 {km2:.3} 平方公里：重叠部分将重复计入"
                ));
            }
        }
        Ok(Done::Whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Say;

    #[test]
    fn a_name_that_is_none_is_refused_and_a_name_with_its_value_is_told_the_form() {
        let said = |key: &str| {
            known(key, Lang::En)
                .err()
                .map(|failure| Say::say(&*failure.0, Lang::En))
        };
        assert_eq!(said("deadline.CANDIDATE"), None);
        let unknown = said("nonsense").expect("refused");
        assert!(unknown.what.contains("nonsense"), "{unknown:?}");
        let form = said("match_radius_m=20").expect("refused");
        let hint = format!("{:?}", form.remedies);
        assert!(hint.contains("settings match_radius_m 20"), "{hint}");
    }
}
