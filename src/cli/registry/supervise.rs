//! `supervise`: rounds of supervision, what they find, the ladder of measures, and the paper that goes with one.

use super::Done;
use super::affairs::{district, named, question, show, state};
use super::context::{Common, Context};
use super::filter::known_district;
use super::moves::{day, word};
use super::say::{Failure, against, data, tell};
use crate::cli::overwrite::Overwrite;
use crate::cli::talk;
use crate::files;
use crate::office::clock::today;
use crate::office::ledger::paper;
use crate::registry::affairs::Stamped;
use crate::registry::body::{self, Body, Rung, Settle};
use crate::registry::unit::is_at_or_below;
use crate::tr;
use crate::words::Lang;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use std::path::PathBuf;

/// `papaver supervise`
#[derive(Debug, Args)]
pub(crate) struct Supervise {
    #[command(subcommand)]
    what: SuperviseCommand,
}

#[derive(Debug, Subcommand)]
enum SuperviseCommand {
    /// Record a round: its team and what it checked 登记一轮督导：督导组与检查内容
    Round(RoundArguments),
    /// Record what was found wanting 登记督导发现的问题
    Finding(FindingArguments),
    /// Take a measure: notice, rectify, talk or listed 采取督办措施：通报、限期整改、约谈、挂牌整治
    Measure(MeasureArguments),
    /// A finding is put right, or a measure ends 问题整改到位，或措施解除
    Settle(SettleArguments),
    /// List findings and measures 列出问题与督办措施
    List(FindingListArguments),
    /// Write the paper of a measure or finding, to print 生成督办单，可打印
    Notice(Notice),
}

#[derive(Debug, Args)]
struct RoundArguments {
    /// What it is called 督导名称，如“第一轮督导”
    name: String,
    /// A district that was checked; may be given several times 督导的区划代码，可多次给出
    #[arg(long = "district", value_name = "CODE", required = true)]
    districts: Vec<String>,
    /// A member of the team, its leader first 督导组成员，组长在前，可多次给出
    #[arg(long = "member", value_name = "NAME", required = true)]
    team: Vec<String>,
    /// Its first day (default: that of --when, else today) 开始日期（默认为 --when 的日期，未给出时为今天）
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Its last day 结束日期
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// A site that was looked at 查看的图斑编号，可多次给出
    #[arg(long = "site", value_name = "CODE")]
    sites: Vec<String>,
    /// Ledgers that were gone through 查阅台账份数
    #[arg(long, value_name = "N", default_value_t = 0)]
    ledgers: u64,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct FindingArguments {
    /// The district that has to put it right 责任区划代码
    district: String,
    /// What is wanting 问题内容
    text: String,
    /// The round, by its number 所属督导的记录编号
    #[arg(long, value_name = "ENTRY")]
    round: Option<String>,
    /// The site that it is about 涉及的图斑编号
    #[arg(long, value_name = "CODE")]
    site: Option<String>,
    /// By which day 整改时限
    #[arg(long, value_name = "DATE")]
    due: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct MeasureArguments {
    /// notice, rectify, talk or listed 通报、限期整改、约谈或挂牌整治
    rung: String,
    /// The district, below one's own unit 区划代码（须为下级）
    district: String,
    /// Why 理由
    #[arg(long)]
    reason: String,
    /// The finding that it follows from, by its number 所依据问题的记录编号
    #[arg(long, value_name = "ENTRY")]
    finding: Option<String>,
    /// By which day the district has to be better 整改时限
    #[arg(long, value_name = "DATE")]
    due: Option<String>,
    /// The number of the paper 文号
    #[arg(long, value_name = "NUMBER")]
    paper: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct SettleArguments {
    /// The finding or measure, by its number 问题或措施的记录编号
    entry: String,
    /// What was seen of it 整改核实情况
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct FindingListArguments {
    /// Those of this district and below 只列该区划及其下级
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
    /// Settled ones too 也列已销号的
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Notice {
    /// The measure or finding, by its number 措施或问题的记录编号
    entry: String,
    /// The file 输出文件
    #[arg(short, long, value_name = "FILE.html")]
    output: PathBuf,
    #[command(flatten)]
    overwrite: Overwrite,
    #[command(flatten)]
    common: Common,
}

impl Supervise {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        match self.what {
            SuperviseCommand::Round(c) => c.run(lang),
            SuperviseCommand::Finding(c) => c.run(lang),
            SuperviseCommand::Measure(c) => c.run(lang),
            SuperviseCommand::Settle(c) => state(&Context::of(c.common, lang), |store| {
                Ok(Body::Settle(body::Settle {
                    of: named(store, &c.entry, &["finding", "measure"])?,
                    reason: c.reason,
                }))
            }),
            SuperviseCommand::List(c) => c.run(lang),
            SuperviseCommand::Notice(c) => c.run(lang),
        }
    }
}

fn a_day(option: &'static str, text: Option<&str>) -> Result<Option<String>, Failure> {
    text.map(|text| day(option, text)).transpose()
}

/// A round ends on the day it begins or later.
fn in_order(on: &str, until: Option<&str>, lang: Lang) -> Result<(), Failure> {
    match until.filter(|until| *until < on) {
        None => Ok(()),
        Some(until) => {
            let rule = tr!(
                lang,
                "the day on which the round begins ({on}), or later",
                "不早于开始日期 {on}"
            );
            Err(against("--until", until, rule))
        }
    }
}

impl RoundArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let on = a_day("--on", self.on.as_deref())?;
        let until = a_day("--until", self.until.as_deref())?;
        let districts = self
            .districts
            .iter()
            .map(|code| district("--district", code))
            .collect::<Result<Vec<String>, _>>()?;
        let context = Context::of(self.common, lang);
        state(&context, |store| {
            let on = match on {
                Some(day) => day,
                None => store.settings().day(&context.at(store)?),
            };
            in_order(&on, until.as_deref(), lang)?;
            for code in &districts {
                question(store, Some(code), lang)?;
            }
            let find = |code: &String| store.find(code);
            Ok(Body::Round(Box::new(body::Round {
                name: self.name,
                on,
                until,
                team: self.team,
                districts,
                sites: self.sites.iter().map(find).collect::<Result<_, _>>()?,
                ledgers: self.ledgers,
                note: self.note,
            })))
        })
    }
}

impl FindingArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let code = district("DISTRICT", &self.district)?;
        let due = a_day("--due", self.due.as_deref())?;
        state(&Context::of(self.common, lang), |store| {
            question(store, Some(&code), lang)?;
            let round = self.round.as_deref().map(|of| named(store, of, &["round"]));
            let site = self.site.as_deref().map(|code| store.find(code));
            Ok(Body::Finding(Box::new(body::Finding {
                round: round.transpose()?,
                district: code,
                site: site.transpose()?,
                text: self.text,
                due,
            })))
        })
    }
}

impl MeasureArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let rung: Rung = word("RUNG", &self.rung)?;
        let code = district("DISTRICT", &self.district)?;
        let due = a_day("--due", self.due.as_deref())?;
        state(&Context::of(self.common, lang), |store| {
            question(store, Some(&code), lang)?;
            let finding = self.finding.as_deref();
            let finding = finding.map(|of| named(store, of, &["finding"]));
            Ok(Body::Measure(Box::new(body::Measure {
                rung,
                district: code,
                reason: self.reason,
                finding: finding.transpose()?,
                due,
                paper: self.paper,
            })))
        })
    }
}

impl FindingListArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let (affairs, today) = (store.affairs()?, today(&store)?);
        let findings = affairs
            .findings
            .iter()
            .map(|f| (&f.stamp, &f.body.district, f.body.due.as_deref()));
        let measures = affairs
            .measures
            .iter()
            .map(|m| (&m.stamp, &m.body.district, m.body.due.as_deref()));
        let (mut listed, mut open) = (0, 0);
        for (stamp, code, due) in findings.chain(measures) {
            let settled = affairs.settled.get(&stamp.event);
            let meant = self
                .district
                .as_deref()
                .is_none_or(|d| is_at_or_below(code, d));
            if !meant || (settled.is_some() && !self.all) {
                continue;
            }
            listed += 1;
            open += usize::from(settled.is_none());
            if let Some(sealed) = store.event(stamp.event)? {
                show(&store, &sealed, &context)?;
            }
            if context.common.json {
                continue;
            }
            if let Some(line) = how_it_stands(settled, due, today, lang) {
                data(&line);
            }
        }
        if listed == 0 {
            known_district(&store, self.district.as_deref())?;
        }
        if !context.common.json {
            tell(&tr!(
                lang,
                "{findings}, {open} of them open",
                "问题与措施共 {listed} 项，未销号 {open} 项",
                findings = (listed, "finding or measure", "findings and measures"),
            ));
        }
        Ok(Done::Whole)
    }
}

/// How a finding or a measure ended, or how long it has been overdue.
fn how_it_stands(
    settled: Option<&Stamped<Settle>>,
    due: Option<&str>,
    today: Date,
    lang: Lang,
) -> Option<String> {
    let Some(settled) = settled else {
        return late(due, today).map(|days| {
            tr!(
                lang,
                "    {days} overdue",
                "    逾期 {days} 天",
                days = (days, "day", "days"),
            )
        });
    };
    let on = settled.on.map(|on| on.to_string()).unwrap_or_default();
    let reason = &settled.body.reason;
    Some(tr!(
        lang,
        "    ended {on}: {reason}",
        "    {on} 销号：{reason}"
    ))
}

/// Days since a day that has passed.
fn late(due: Option<&str>, today: Date) -> Option<i32> {
    let due: Date = due?.parse().ok()?;
    let days = due.until(today).ok()?.get_days();
    (days > 0).then_some(days)
}

impl Notice {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let page = paper(&store, &self.entry, lang)?;
        files::write_bytes(&self.output, self.overwrite.existing(), page.as_bytes())?;
        talk::written(&self.output, lang);
        Ok(Done::Whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_round_took_place_on_the_day_for_which_it_is_recorded() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.papaver");
        drop(crate::office::fixture::begun(&path));
        let round = RoundArguments {
            name: "第一轮督导".into(),
            districts: vec!["410423001".into()],
            team: vec!["孙组长".into()],
            on: None,
            until: None,
            sites: vec![],
            ledgers: 0,
            note: None,
            common: Common {
                registry: Some(path.clone()),
                actor: Some("chief".into()),
                // The eleventh in the registry's zone.
                when: Some("2026-04-10T20:00:00Z".into()),
                ..Common::default()
            },
        };
        assert!(round.run(Lang::Zh).is_ok());
        let store = Store::open_read(&path).expect("opened");
        let rounds = store.affairs().expect("read").rounds;
        assert_eq!(rounds[0].body.on, "2026-04-11");
        let body = Body::Round(Box::new(rounds[0].body.clone()));
        let line = crate::cli::registry::affairs::line_of(&store, &body, Lang::Zh);
        let line = line.expect("a line");
        assert!(
            line.contains("2026-04-11，督导组") && !line.contains('至'),
            "{line}"
        );
    }
}
