//! What every command of the province office is asked about: which registry, which time, which districts.

use crate::cli::registry::context::{Common, Context};
use crate::cli::registry::say::{Failure, bad};
use crate::province::facts::Facts;
use crate::province::period::{Period, Scope};
use crate::province::projection::{facts_of, windows_of};
use crate::province::windows::Windows;
use crate::store::Store;
use crate::tr;
use crate::words::{Action, Both, Choice, Lang, Said, Say};
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;

/// Which districts.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Where {
    /// Only within this district, by code or its beginning 只统计该区划之内（代码或其开头）
    #[arg(long, value_name = "CODE")]
    pub district: Option<String>,
    /// Which districts are compared (default: county) 比较哪一级区划：county 县、township 乡镇、village 村（默认 county）
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<DistrictLevel>,
}

/// A level of districts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DistrictLevel {
    #[value(aliases = ["县", "县级"])]
    County,
    #[value(aliases = ["乡镇", "乡", "镇", "乡级", "街道"])]
    Township,
    #[value(aliases = ["村", "村级"])]
    Village,
}

impl DistrictLevel {
    fn digits(self) -> usize {
        match self {
            Self::County => 6,
            Self::Township => 9,
            Self::Village => 12,
        }
    }

    fn name(self) -> &'static Both {
        match self {
            Self::County => &Both("counties", "县级区划"),
            Self::Township => &Both("townships", "乡级区划"),
            Self::Village => &Both("villages", "村级区划"),
        }
    }
}

/// Which time.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct When {
    /// The season (default: the last with flights or sites) 年度（默认为最近有航测或图斑的年度）
    #[arg(long, value_name = "YEAR", conflicts_with = "between")]
    pub season: Option<String>,
    /// From one date to another instead 改用起止日期
    #[arg(long, value_name = "DATE/DATE")]
    pub between: Option<String>,
}

/// There is nothing to ask.
#[derive(Debug)]
pub(super) enum NoFigures {
    /// No boundary file was read.
    Districts,
    /// No district there.
    None(String),
    /// Districts there, and none of this level: its name, and where.
    Level(&'static Both, String),
    /// Neither flights nor sites.
    Empty,
    /// Neither flights nor patrols nor sites in this period there.
    Period {
        /// The period.
        period: String,
        /// The seasons in which there are any.
        seasons: Vec<i16>,
    },
}

impl Say for NoFigures {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Districts => Said::new(tr!(
                lang,
                "not enough data: the registry has no districts",
                "数据不足：登记库没有区划"
            ))
            .hint(crate::remedy!(
                lang,
                "read a boundary file: {districts}",
                "请读入区划边界：{districts}",
                districts = Action::ReadDistricts,
            )),
            Self::None(code) => Said::new(tr!(
                lang,
                "the registry has no such districts: {code}",
                "登记库没有这样的区划：{code}"
            ))
            .hint(tr!(
                lang,
                "choose with `--district CODE` what its boundary file holds",
                "请用 `--district 代码` 选择边界文件中已有的区划"
            )),
            Self::Level(level, within) => Said::new(tr!(
                lang,
                "the registry's boundaries hold no {level} of {within}",
                "登记库的区划边界中，{within} 没有{level}",
                level = level.pick(lang),
                within = if within.is_empty() {
                    lang.pick("any district", "各区划")
                } else {
                    within
                },
            ))
            .hint(crate::remedy!(
                lang,
                "read a boundary file that has them too: {districts}",
                "请读入含有该级区划的边界文件：{districts}",
                districts = Action::ReadDistricts,
            )),
            Self::Period { period, seasons } => nothing_in(period, seasons, lang),
            Self::Empty => Said::new(tr!(
                lang,
                "not enough data: the registry holds neither flights nor sites",
                "数据不足：登记库没有航次，也没有图斑"
            ))
            .hint(crate::remedy!(
                lang,
                "record scans with {record}, or take bundles in with {apply}",
                "请用 {record} 录入航测结果，或用 {apply} 导入数据包",
                record = Action::Record,
                apply = Action::ApplyBundle,
            )),
        }
    }
}
crate::speaking_error!(NoFigures);

/// That there is nothing of a period, and of which seasons there is.
fn nothing_in(period: &str, seasons: &[i16], lang: Lang) -> Said {
    let said = Said::new(tr!(
        lang,
        "not enough data: no flight, no patrol and no site there in {period}",
        "数据不足：{period}在该范围内没有航次、踏查和图斑"
    ));
    let said = said.hint(crate::remedy!(
        lang,
        "choose another year with {season}",
        "请用 {season} 选择其他年度",
        season = Action::Again(Choice::Season),
    ));
    if seasons.is_empty() {
        return said;
    }
    let seasons: Vec<String> = seasons.iter().map(i16::to_string).collect();
    let seasons = seasons.join(lang.pick(", ", "、"));
    said.hint(tr!(
        lang,
        "the registry holds something of {seasons}; what has no capture date belongs to the season in which it was recorded",
        "登记库有资料的年度：{seasons}；没有拍摄日期的归入录入时的年度"
    ))
}

/// The registry's facts, and which of them are asked for.
pub(super) struct QueryArguments {
    pub(super) store: Store,
    pub(super) facts: Facts,
    pub(super) windows: Windows,
    level: usize,
    within: String,
}

impl QueryArguments {
    /// Opens the registry and gathers.
    pub(super) fn of(common: &Common, r#where: &Where, lang: Lang) -> Result<Self, Failure> {
        let context = Context::of(common.clone(), lang);
        let store = context.read()?;
        let facts = facts_of(&store)?;
        let windows = windows_of(&store)?;
        if facts.districts.is_empty() {
            return Err(NoFigures::Districts.into());
        }
        let within = r#where.district.clone().unwrap_or_default();
        if !within.bytes().all(|b| b.is_ascii_digit()) || within.len() > 12 {
            return Err(bad("--district", &within, "410423"));
        }
        let asked = Self {
            store,
            facts,
            windows,
            level: r#where.level.unwrap_or(DistrictLevel::County).digits(),
            within,
        };
        if asked.scope().districts(&asked.facts).is_empty() {
            let there = |code: &str| code.starts_with(&asked.within);
            let is_there = asked.facts.districts.iter().any(|d| there(&d.code));
            let level = r#where.level.unwrap_or(DistrictLevel::County).name();
            return Err(if is_there {
                NoFigures::Level(level, asked.within)
            } else {
                NoFigures::None(asked.within)
            }
            .into());
        }
        Ok(asked)
    }

    pub(super) fn scope(&self) -> Scope<'_> {
        Scope {
            level: self.level,
            within: &self.within,
        }
    }

    /// The period asked for, or the last with anything in it.
    pub(super) fn period(&self, when: &When) -> Result<Period, Failure> {
        if let Some(text) = &when.between {
            return read(text)
                .filter(|p| matches!(p, Period::Between(..)))
                .ok_or_else(|| bad("--between", text, "2026-04-01/2026-06-30"));
        }
        if let Some(text) = &when.season {
            return read(text)
                .filter(|p| matches!(p, Period::Season(_)))
                .ok_or_else(|| bad("--season", text, "2026"));
        }
        let flights = self.facts.flights.iter().map(|f| f.season);
        let sites = self.facts.sites.iter().map(|s| s.season);
        let last = flights.chain(sites).max();
        last.map(Period::Season)
            .ok_or_else(|| NoFigures::Empty.into())
    }

    /// That there is nothing of a period, and of which seasons there is.
    pub(super) fn nothing_in(&self, period: Period, lang: Lang) -> NoFigures {
        let Facts {
            flights,
            patrols,
            sites,
            ..
        } = &self.facts;
        let flown = flights.iter().map(|f| f.season);
        let walked = patrols.iter().map(|p| p.season);
        let seen = sites.iter().map(|s| s.season);
        let seasons: BTreeSet<i16> = flown.chain(walked).chain(seen).collect();
        NoFigures::Period {
            period: period.label(lang),
            seasons: seasons.into_iter().collect(),
        }
    }

    /// The name of the district that all lie in; empty for all.
    pub(super) fn name(&self) -> String {
        let own = |d: &&crate::province::facts::DistrictArea| d.code == self.within;
        match self.facts.districts.iter().find(own) {
            Some(district) => format!("{} {}", district.name, district.code),
            None => self.within.clone(),
        }
    }
}

/// A period of a text.
pub(super) fn read(text: &str) -> Option<Period> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_without_anything_names_the_seasons_that_hold_something() {
        let said = nothing_in("2026", &[2025, 2027], Lang::En);
        let hint = format!("{:?}", said.remedies);
        assert!(hint.contains("2025, 2027"), "{hint}");
        assert_eq!(nothing_in("2026", &[], Lang::En).remedies.len(), 1);
    }
}
