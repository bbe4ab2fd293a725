//! `overdue`: the sites past their due day, the longest first, and with whom they are.

use super::super::Done;
use super::super::registry::context::{Common, Context, today};
use super::super::registry::filter::known_district;
use super::super::registry::say::{Failure, bad, json, tell};
use super::table::print;
use crate::province::finds::{Late, overdue_of};
use crate::tr;
use crate::words::Lang;
use clap::Args;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// `papaver overdue`
#[derive(Debug, Args)]
pub(crate) struct Overdue {
    /// On this day (default: today) 截止日期（默认今天）
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// In this district, by code or its beginning 只列该区划的图斑（代码或其开头）
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
    /// Count by county, state and crew instead of listing sites 按区县、状态和核查组汇总，不逐个列出
    #[arg(long)]
    summary: bool,
    #[command(flatten)]
    common: Common,
}

impl Overdue {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let on: Date = match &self.on {
            None => today(&store)?,
            Some(text) => text
                .parse()
                .map_err(|_no_date| bad("--on", text, "2026-05-03"))?,
        };
        known_district(&store, self.district.as_deref())?;
        let mut late = overdue_of(&store, on)?;
        if let Some(code) = &self.district {
            late.retain(|site| site.district.as_ref().is_some_and(|d| d.starts_with(code)));
        }
        if context.common.json {
            for site in &late {
                json(&serde_json::json!({
                    "id": site.code, "state": site.state, "step": site.step, "district": site.district, "answers": site.answers, "crew": site.crew, "due": site.due.to_string(),
                    "days": site.days, "disputed": site.disputed,
                }));
            }
            return Ok(Done::Whole);
        }
        if self.summary {
            summary(&late, lang);
        } else {
            list(&late, lang);
        }
        let n = late.len();
        tell(&tr!(
            lang,
            "{sites} overdue on {on}",
            "截至 {on}，超期图斑 {n} 个",
            sites = (n, "site is", "sites are"),
        ));
        Ok(Done::Whole)
    }
}

fn list(late: &[Late], lang: Lang) {
    if late.is_empty() {
        return;
    }
    let head = [
        lang.pick("site", "图斑编号"),
        lang.pick("district", "区划"),
        lang.pick("state", "状态"),
        lang.pick("crew", "核查组"),
        lang.pick("who answers", "责任人"),
        lang.pick("due day", "时限"),
        lang.pick("days overdue", "超期天数"),
    ];
    let rows: Vec<Vec<String>> = late
        .iter()
        .map(|site| {
            vec![
                site.code.clone(),
                site.district.clone().unwrap_or_else(|| "–".into()),
                site.stands(lang).to_owned(),
                site.crew.clone().unwrap_or_else(|| "–".into()),
                site.answers.clone().unwrap_or_else(|| "–".into()),
                site.due.to_string(),
                site.days.to_string(),
            ]
        })
        .collect();
    print(&head.map(str::to_owned), &rows, 6);
}

fn summary(late: &[Late], lang: Lang) {
    let mut groups: BTreeMap<(String, &str, String), (usize, i32)> = BTreeMap::new();
    for site in late {
        let county = site
            .district
            .as_deref()
            .map_or("–", |d| d.get(..6).unwrap_or(d));
        let crew = site.crew.clone().unwrap_or_else(|| "–".into());
        let group = groups
            .entry((county.to_owned(), site.stands(lang), crew))
            .or_default();
        group.0 += 1;
        group.1 = group.1.max(site.days);
    }
    let head = [
        lang.pick("county", "区县"),
        lang.pick("state", "状态"),
        lang.pick("crew", "核查组"),
        lang.pick("sites", "图斑数"),
        lang.pick("longest, days overdue", "最长超期天数"),
    ];
    let rows: Vec<Vec<String>> = groups
        .into_iter()
        .map(|((county, state, crew), (sites, days))| {
            vec![
                county,
                state.to_owned(),
                crew,
                sites.to_string(),
                days.to_string(),
            ]
        })
        .collect();
    print(&head.map(str::to_owned), &rows, 3);
}
