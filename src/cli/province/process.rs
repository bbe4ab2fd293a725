//! `process`: how far sites have come, how long each step took, what waits, and what has not arrived.

use super::super::Done;
use super::super::registry::context::{Common, Context, today};
use super::super::registry::filter::known_district;
use super::super::registry::say::{Failure, bad, data, json};
use super::table::{per_cent, print};
use crate::province::process::{CountShare, Days, Process, process, process_by_county};
use crate::province::projection::facts_of;
use crate::province::report::awaited;
use crate::tr;
use crate::words::Lang;
use clap::Args;
use serde_json::{Value, json as value};

/// `papaver process`
#[derive(Debug, Args)]
pub(crate) struct ProcessArguments {
    /// The season (default: the latest that has sites) 年度（默认为最近有图斑的年度）
    #[arg(long, value_name = "YEAR")]
    season: Option<i16>,
    /// One county, or a part of a code 一个县，或代码的开头
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
    /// The day that waiting is counted to (default: today) 等待天数的截止日期（默认今天）
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl ProcessArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let on: jiff::civil::Date = match &self.on {
            None => today(&store)?,
            Some(text) => text
                .parse()
                .map_err(|_no_date| bad("--on", text, "2026-05-03"))?,
        };
        known_district(&store, self.district.as_deref())?;
        let mut facts = facts_of(&store)?;
        if let Some(code) = &self.district {
            facts.sites.retain(|site| {
                site.district
                    .as_ref()
                    .is_some_and(|district| district.starts_with(code))
            });
        }
        let season = self
            .season
            .or_else(|| facts.sites.iter().map(|site| site.season).max())
            .unwrap_or_else(|| on.year());
        let all = process(&facts, season, on);
        let counties = process_by_county(&facts, season, on);
        let gaps = store.gaps()?;
        if context.common.json {
            json(&value!({
                "season": season, "all": all,
                "counties": counties.iter().map(|(code, own)| value!({"code": code, "process": own})).collect::<Vec<_>>(),
                "missing": gaps.iter().map(|gap| value!({"device": gap.device, "first": gap.first, "last": gap.last})).collect::<Vec<Value>>(),
            }));
            return Ok(Done::Whole);
        }
        page(&all, season, lang);
        if counties.len() > 1 {
            data("");
            by_county(&counties, lang);
        }
        for gap in &gaps {
            let (device, first, last) = (gap.device.short(), gap.first, gap.last);
            data(&tr!(
                lang,
                "device {device}: numbers {first} to {last} have not arrived",
                "设备 {device}：序号 {first} 至 {last} 尚未收到"
            ));
        }
        Ok(Done::Whole)
    }
}

fn page(all: &Process, season: i16, lang: Lang) {
    let sites = all.sites;
    data(&tr!(
        lang,
        "season {season}: {sites}",
        "{season} 年度：图斑 {sites} 个",
        sites = (sites, "site", "sites"),
    ));
    shares(all, lang);
    steps(all, lang);
    waiting(all, lang);
}

fn shares(all: &Process, lang: Lang) {
    let parts = [
        (
            lang.pick("screened out", "研判排除"),
            all.screened_out,
            lang.pick("of the sites", "占全部图斑"),
        ),
        (
            lang.pick("verified", "核查率"),
            all.verified,
            lang.pick("of those not screened out", "占未排除图斑"),
        ),
        (
            lang.pick("confirmed", "查实率"),
            all.confirmed,
            lang.pick("of the verified", "占已核查"),
        ),
        (
            lang.pick("eradicated", "铲除率"),
            all.eradicated,
            lang.pick("of the confirmed", "占已查实"),
        ),
        (
            lang.pick("accepted", "验收率"),
            all.accepted,
            lang.pick("of the eradicated", "占已铲除"),
        ),
        (
            lang.pick("recurring", "复种率"),
            all.recurring,
            lang.pick("of the sites closed in earlier seasons", "占往年已销号"),
        ),
        (
            lang.pick("in dispute", "争议"),
            all.disputed,
            lang.pick("of the sites", "占全部图斑"),
        ),
    ];
    let rows: Vec<Vec<String>> = parts
        .iter()
        .map(|(name, part, of)| {
            vec![
                (*name).to_owned(),
                part.count.to_string(),
                format!("/ {}", part.of),
                per_cent(part.share()),
                (*of).to_owned(),
            ]
        })
        .collect();
    let head: Vec<String> = ["", "", "", "", ""].map(str::to_owned).to_vec();
    print(&head, &rows, 1);
}

fn steps(all: &Process, lang: Lang) {
    let steps = [
        (
            lang.pick("found → screened", "发现 → 研判"),
            all.to_screened,
        ),
        (
            lang.pick("found → assigned", "发现 → 派查"),
            all.to_assigned,
        ),
        (
            lang.pick("assigned → verified", "派查 → 核查"),
            all.to_verified,
        ),
        (
            lang.pick("verified → eradicated", "核查 → 铲除"),
            all.to_eradicated,
        ),
        (
            lang.pick("eradicated → accepted", "铲除 → 验收"),
            all.to_accepted,
        ),
        (lang.pick("found → accepted", "发现 → 验收"), all.whole),
    ];
    let rows: Vec<Vec<String>> = steps
        .iter()
        .map(|(name, days)| {
            vec![
                (*name).to_owned(),
                middle(days),
                days.longest.map_or_else(|| "–".into(), |d| d.to_string()),
                days.sites.to_string(),
                days.backwards.to_string(),
            ]
        })
        .collect();
    let head = [
        lang.pick("step", "环节"),
        lang.pick("median days", "中位天数"),
        lang.pick("longest", "最长"),
        lang.pick("sites", "图斑数"),
        lang.pick("dated backwards", "日期倒置"),
    ];
    print(&head.map(str::to_owned), &rows, 1);
}

fn waiting(all: &Process, lang: Lang) {
    for (state, waiting) in &all.waiting {
        let (step, n) = (awaited(*state, lang), waiting.sites);
        let days = waiting
            .median_days
            .map_or_else(|| "–".into(), |d| format!("{d:.0}"));
        let longest = waiting
            .longest_days
            .map_or_else(|| "–".into(), |d| d.to_string());
        data(&tr!(
            lang,
            "{step}: {n} waiting, median {days}, longest {longest}",
            "{step} {n} 个，已等待中位 {days} 天，最长 {longest} 天",
            days = (days, "day", "days"),
        ));
    }
}

fn middle(days: &Days) -> String {
    days.median
        .map_or_else(|| "–".into(), |d| format!("{d:.1}"))
}

fn by_county(counties: &[(String, Process)], lang: Lang) {
    let head = [
        lang.pick("county", "区县"),
        lang.pick("sites", "图斑"),
        lang.pick("verified", "核查率"),
        lang.pick("confirmed", "查实率"),
        lang.pick("eradicated", "铲除率"),
        lang.pick("accepted", "验收率"),
        lang.pick("days, found to accepted", "发现至验收（天）"),
    ];
    let cell = |part: CountShare| format!("{}/{} {}", part.count, part.of, per_cent(part.share()));
    let rows: Vec<Vec<String>> = counties
        .iter()
        .map(|(code, own)| {
            let code = if code.is_empty() {
                lang.pick("none", "无")
            } else {
                code
            };
            vec![
                code.to_owned(),
                own.sites.to_string(),
                cell(own.verified),
                cell(own.confirmed),
                cell(own.eradicated),
                cell(own.accepted),
                middle(&own.whole),
            ]
        })
        .collect();
    print(&head.map(str::to_owned), &rows, 1);
}
