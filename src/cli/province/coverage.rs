//! `coverage`: what was searched by district and season, in the window and finely enough, and what was not.

use super::super::Done;
use super::super::registry::context::{Common, Context, today};
use super::super::registry::filter::known_district;
use super::super::registry::say::{Failure, bad, json, tell};
use super::table::{km2, per_cent, print};
use crate::cli::overwrite::Overwrite;
use crate::office::map_files::{MapFile, MapFormat};
use crate::province::coverage::{Coverage, figures};
use crate::province::effort::{DistrictEffort, county_level, effort_at, season_of};
use crate::province::facts::Facts;
use crate::province::projection::{facts_of, windows_of};
use crate::province::report::table::FLAG;
use crate::store::{Store, StoreError};
use crate::words::{Action, Lang, Said, Say};
use crate::{speaking_error, tr};
use clap::Args;
use serde_json::{Value, json as value};
use std::path::PathBuf;

/// `papaver coverage`
#[derive(Debug, Args)]
pub(crate) struct CoverageArguments {
    /// The season (default: the latest that was flown or patrolled) 年度（默认为最近有航测或踏查的年度）
    #[arg(long, value_name = "YEAR")]
    season: Option<i16>,
    /// Counties (6), townships (9) or villages (12): the digits of their codes 区划级别，以代码位数表示：6 县、9 乡镇、12 村
    #[arg(long, value_name = "DIGITS")]
    level: Option<usize>,
    /// Only districts whose code begins so 只列代码以此开头的区划
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
    /// Write the ground to this file: .geojson or .gpkg 把各类范围写入此文件：.geojson 或 .gpkg
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    #[command(flatten)]
    common: Common,
}

/// No districts to count by.
#[derive(Debug)]
pub(super) enum NoDistricts {
    /// No boundary file was read.
    None,
    /// It has none of this kind.
    Level {
        /// The digits.
        level: usize,
        /// Those that there are.
        known: String,
    },
}

impl Say for NoDistricts {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::None => Said::new(
                lang.pick("this registry knows no districts", "登记库没有区划边界"),
            )
            .hint(crate::remedy!(
                lang,
                "read a boundary file first: {districts}",
                "请先读入区划边界：{districts}",
                districts = Action::ReadDistricts,
            )),
            Self::Level { level, known } => Said::new(tr!(
                lang,
                "the boundary file has no districts whose codes have {digits}",
                "区划边界中没有 {level} 位代码的区划",
                digits = (level, "digit", "digits"),
            ))
            .hint(tr!(
                lang,
                "the number of digits of its codes: {known}",
                "其代码位数有 {known}"
            )),
        }
    }
}
speaking_error!(NoDistricts);

/// The level asked for, or that of the counties.
pub(super) fn level_of(facts: &Facts, asked: Option<usize>) -> Result<usize, NoDistricts> {
    let counties = county_level(facts).ok_or(NoDistricts::None)?;
    let level = asked.unwrap_or(counties);
    if facts.districts.iter().any(|d| d.code.len() == level) {
        return Ok(level);
    }
    let mut known: Vec<String> = facts
        .districts
        .iter()
        .map(|d| d.code.len().to_string())
        .collect();
    known.sort();
    known.dedup();
    Err(NoDistricts::Level {
        level,
        known: known.join(", "),
    })
}

/// The season asked for, or the latest in which anything was done.
pub(super) fn season(store: &Store, facts: &Facts, asked: Option<i16>) -> Result<i16, StoreError> {
    let flown = facts.flights.iter().map(|f| f.season);
    let walked = facts.patrols.iter().map(|p| p.season);
    let latest = asked.or_else(|| flown.chain(walked).max());
    latest.map_or_else(|| Ok(season_of(today(store)?)), Ok)
}

impl CoverageArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common.clone(), lang);
        let store = context.read()?;
        known_district(&store, self.district.as_deref())?;
        let mut facts = facts_of(&store)?;
        if let Some(code) = &self.district {
            facts
                .districts
                .retain(|d| d.code.starts_with(code.as_str()));
        }
        let level = level_of(&facts, self.level)?;
        let season = season(&store, &facts, self.season)?;
        let districts = effort_at(&facts, &windows_of(&store)?, season, level);
        let found = Coverage::of(&facts, season, districts);
        self.output(&found, &facts, &context, &store)?;
        if context.common.json {
            json(&as_json(&found));
        } else {
            table(&found, lang);
            remarks(&found, lang);
        }
        Ok(Done::Whole)
    }

    /// Writes the ground to a file, where one was named.
    fn output(
        &self,
        found: &Coverage,
        facts: &Facts,
        context: &Context,
        store: &Store,
    ) -> Result<(), Failure> {
        let Some(path) = &self.output else {
            return Ok(());
        };
        let looks = "coverage.geojson / coverage.gpkg";
        let shown = path.display();
        let file = MapFile {
            path,
            format: MapFormat::of(path)
                .ok_or_else(|| bad("--output", &shown.to_string(), looks))?,
            existing: self.overwrite.existing(),
            made_at: context.at(store)?,
            lang: context.lang,
        };
        file.coverage(found, facts)?;
        tell(&tr!(
            context.lang,
            "{shown} written, WGS 84",
            "已写出 {shown}（WGS 84）"
        ));
        Ok(())
    }
}

fn sum(found: &Coverage, of: impl Fn(&DistrictEffort) -> f64) -> f64 {
    found.districts.iter().map(of).sum()
}

fn as_json(found: &Coverage) -> Value {
    let total = |of: fn(&DistrictEffort) -> f64| (sum(found, of) * 10.0).round() / 10.0;
    value!({
        "season": found.season,
        "flights": found.flights, "flights_without_outline": found.without_outline, "flights_beyond": found.beyond,
        "flights_without_date": found.without_date, "flights_without_gsd": found.without_gsd,
        "flights_dated_otherwise": found.dated_otherwise, "flights_recorded_twice": found.twice,
        "total": {
            "area_m2": total(|d| d.area_m2), "searched_m2": total(|d| d.searched_m2), "in_window_m2": total(|d| d.in_window_m2),
            "adequate_m2": total(|d| d.adequate_m2), "fair_m2": total(|d| d.fair_m2), "not_searched_m2": total(|d| d.not_searched_m2),
            "patrolled_m2": total(|d| d.patrolled_m2), "patrolled_beyond_m2": total(|d| d.patrolled_beyond_m2),
        },
        "districts": found.districts.iter().map(|d| Value::Object(figures(d))).collect::<Vec<_>>(),
    })
}

fn table(found: &Coverage, lang: Lang) {
    let head = [
        lang.pick("code", "代码"),
        lang.pick("district", "区划"),
        lang.pick("km²", "面积 km²"),
        lang.pick("searched", "航测"),
        lang.pick("in window", "窗口期内"),
        lang.pick("fine enough", "分辨率达标"),
        lang.pick("both", "有效"),
        lang.pick("of area", "有效率"),
        lang.pick("not searched", "未航测"),
        lang.pick("patrolled", "踏查"),
        lang.pick("of area", "踏查率"),
        lang.pick("flights", "航次"),
    ];
    let row = |d: &DistrictEffort| {
        vec![
            d.code.clone(),
            d.name.clone(),
            km2(d.area_m2),
            km2(d.searched_m2),
            km2(d.in_window_m2),
            km2(d.adequate_m2),
            km2(d.fair_m2),
            per_cent(d.fair_share()),
            km2(d.not_searched_m2),
            km2(d.patrolled_m2),
            patrolled(d.patrolled_share(), d.is_reported_beyond()),
            d.flights.to_string(),
        ]
    };
    let mut rows: Vec<Vec<String>> = found.districts.iter().map(row).collect();
    let total = |of: fn(&DistrictEffort) -> f64| sum(found, of);
    let area = total(|d| d.area_m2);
    let share = |m2: f64| (area > 0.0).then(|| m2 / area);
    rows.push(vec![
        lang.pick("all", "合计").to_owned(),
        String::new(),
        km2(area),
        km2(total(|d| d.searched_m2)),
        km2(total(|d| d.in_window_m2)),
        km2(total(|d| d.adequate_m2)),
        km2(total(|d| d.fair_m2)),
        per_cent(share(total(|d| d.fair_m2))),
        km2(total(|d| d.not_searched_m2)),
        km2(total(|d| d.patrolled_m2)),
        patrolled(
            share(total(|d| d.patrolled_m2)),
            found
                .districts
                .iter()
                .any(DistrictEffort::is_reported_beyond),
        ),
        found.flights.to_string(),
    ]);
    print(&head.map(str::to_owned), &rows, 2);
}

/// The share that was patrolled, with a flag where more was reported than counts.
fn patrolled(share: Option<f64>, is_cut: bool) -> String {
    let flag = if is_cut { FLAG } else { "" };
    format!("{}{flag}", per_cent(share))
}

/// The districts of which more ground was reported as patrolled than counts.
fn cut(found: &Coverage, lang: Lang) {
    let cut = found.districts.iter().filter(|d| d.is_reported_beyond());
    let named: Vec<&str> = cut.map(|d| d.code.as_str()).collect();
    if !named.is_empty() {
        let codes = named.join(lang.pick(", ", "、"));
        tell(&tr!(
            lang,
            "more ground was reported as patrolled than there is, or the same more than once: {codes}; what is beyond the district is not counted",
            "上报踏查面积累计超出区划面积（含重复踏查）：{codes}；超出部分不计"
        ));
    }
}

fn remarks(found: &Coverage, lang: Lang) {
    cut(found, lang);
    let season = found.season;
    if found.flights == 0 {
        tell(&tr!(
            lang,
            "no flight of season {season} is recorded: nothing was searched, so nothing can be said of what grows there",
            "{season} 年度没有航测记录：未航测，不能据此判断有无种植"
        ));
    }
    let noted = [beyond(found, lang)].into_iter();
    let noted = noted.chain(unknown(found, lang)).chain(dates(found, lang));
    for (_, note) in noted.filter(|(flights, _)| *flights > 0) {
        tell(&note);
    }
}

/// How many flights lie on ground that is not their unit's.
fn beyond(found: &Coverage, lang: Lang) -> (usize, String) {
    let beyond = found.beyond;
    let said = tr!(
        lang,
        "{flights} in no figure: a unit speaks for the ground of its own district alone; let the unit record it whose ground was flown",
        "{beyond} 个航次位于录入单位的辖区之外，未计入：各单位只能填报本辖区的航测；请由所在区划的单位录入",
        flights = (
            beyond,
            "flight lies outside the district of the unit that recorded it and is",
            "flights lie outside the districts of the units that recorded them and are"
        ),
    );
    (beyond, said)
}

/// What is not known of flights, and of how many.
fn unknown(found: &Coverage, lang: Lang) -> [(usize, String); 3] {
    let (outline, date, gsd) = (found.without_outline, found.without_date, found.without_gsd);
    [
        (
            outline,
            tr!(
                lang,
                "{flights} in no figure: ask their offices for bundles with evidence",
                "{outline} 个航次在此没有覆盖范围，未计入：请相关单位提供含证据的数据包",
                flights = (
                    outline,
                    "flight kept no outline here and is",
                    "flights kept no outline here and are"
                ),
            ),
        ),
        (
            date,
            tr!(
                lang,
                "{flights} as outside the window; scan again with `--captured`, and record that",
                "{date} 个航次没有拍摄日期：按窗口期外计；请用 `--captured` 注明日期重新扫描并录入",
                flights = (
                    date,
                    "flight has no capture date: it counts",
                    "flights have no capture date: they count"
                ),
            ),
        ),
        (
            gsd,
            tr!(
                lang,
                "{flights} as too coarse",
                "{gsd} 个航次分辨率未知：按分辨率不足计",
                flights = (
                    gsd,
                    "flight has no known GSD: it counts",
                    "flights have no known GSD: they count"
                ),
            ),
        ),
    ]
}

/// What is to be known of the days of flights, and of how many.
fn dates(found: &Coverage, lang: Lang) -> [(usize, String); 2] {
    let (otherwise, twice) = (found.dated_otherwise, found.twice);
    [
        (
            otherwise,
            tr!(
                lang,
                "{flights} recorded under other days than their imagery says: see the report",
                "{otherwise} 个航次的上报日期与影像自带日期不符：见报告“航测日期存疑”",
                flights = (otherwise, "flight was", "flights were"),
            ),
        ),
        (
            twice,
            tr!(
                lang,
                "{flights} here: the report names the imagery",
                "{twice} 个航次的影像已按其他日期计入，此处不计：见报告“航测日期存疑”",
                flights = (
                    twice,
                    "flight is of imagery that counts under other days, and does not count",
                    "flights are of imagery that counts under other days, and do not count"
                ),
            ),
        ),
    ]
}
