//! `patrol`: what people on foot covered, and reports that nothing was found.

use super::super::Done;
use super::super::registry::affairs::question;
use super::super::registry::context::{Common, Context, date};
use super::super::registry::crews;
use super::super::registry::elsewhere::tell_elsewhere;
use super::super::registry::say::{Failure, bad, data, json, tell};
use super::table::{km2, print};
use crate::ground::area_m2;
use crate::office::patrol::{PatrolTold, Patrolled, REACH_M, patrol};
use crate::office::whereabouts::is_in_china;
use crate::office::{OfficeError, PatrolError};
use crate::province::projection::facts_of;
use crate::registry::unit::is_code;
use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};
use clap::Args;
use std::path::PathBuf;

/// `papaver patrol`
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct PatrolArguments {
    /// The day of the patrol (default: that of its track) 踏查日期（默认取自轨迹）
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// The crew that went 踏查组
    #[arg(long, value_name = "NAME")]
    crew: Option<String>,
    /// The crew is a new one 该组为新组
    #[arg(long, requires = "crew")]
    new_crew: bool,
    /// People who took part 出动人数
    #[arg(long, value_name = "N", default_value_t = 0)]
    people: u64,
    /// Vehicles used 出动车辆数
    #[arg(long, value_name = "N", default_value_t = 0)]
    vehicles: u64,
    /// The area covered in square metres, where there is no track 没有轨迹时的踏查面积（平方米）
    #[arg(long, value_name = "M2", conflicts_with = "mu")]
    area: Option<f64>,
    /// The area covered in mu 踏查面积（亩）
    #[arg(long, value_name = "MU")]
    mu: Option<f64>,
    /// A receiver's or a telephone's track (GPX, KML, KMZ); may be given several times 定位仪或手机轨迹（GPX、KML、KMZ），可多次给出
    #[arg(long = "track", value_name = "FILE")]
    tracks: Vec<PathBuf>,
    /// Metres that count as seen on either side of the track 轨迹单侧的可视距离（米）
    #[arg(long, value_name = "M", default_value_t = REACH_M, value_parser = clap::value_parser!(u32).range(1..=500))]
    reach: u32,
    /// The track's clock is wrong: take the day from --on 轨迹时钟有误，日期以 --on 为准
    #[arg(long, requires = "on")]
    clock_wrong: bool,
    /// The district it reports on 所报告的区划代码
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
    /// Nothing was found 零报告：未发现
    #[arg(long)]
    zero: bool,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    /// Seeds that were seized, in words 收缴罂粟种子情况
    #[arg(long)]
    seeds: Option<String>,
    /// What was done to make the ban known, in words 宣传情况
    #[arg(long)]
    publicity: Option<String>,
    /// List the patrols instead 改为列出已录入的踏查
    #[arg(long, exclusive = false)]
    list: bool,
    #[command(flatten)]
    common: Common,
}

impl PatrolArguments {
    pub(super) fn run(mut self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(std::mem::take(&mut self.common), lang);
        if self.list {
            return list(&context);
        }
        if let Some(code) = &self.district
            && !is_code(code)
        {
            return Err(bad("--district", code, "410423 / 410423001 / 410423001002"));
        }
        let told = self.told()?;
        let (mut office, session) = context.office()?;
        question(office.store(), self.district.as_deref(), lang)?;
        if let Some(crew) = self.crew.as_deref().filter(|_| !self.new_crew) {
            crews::check_patrol(office.store(), crew)?;
        }
        let done = patrol(&mut office, &session, told).map_err(on_the_line)?;
        show(&context, &done);
        // Patrols go over borders of districts.
        let abroad = done.corner.filter(|at| !is_in_china(*at));
        tell_elsewhere(office.store(), abroad.as_slice(), lang)?;
        Ok(Done::Whole)
    }

    fn told(&self) -> Result<PatrolTold, Failure> {
        let on = self.on.as_ref().map(|text| date("--on", text));
        Ok(PatrolTold {
            on: on.transpose()?,
            district: self.district.clone(),
            crew: self.crew.clone(),
            people: self.people,
            vehicles: self.vehicles,
            area_m2: self.reported_m2()?,
            drawn: Vec::new(),
            tracks: self.tracks.clone(),
            reach_m: self.reach,
            clock_wrong: self.clock_wrong,
            zero: self.zero,
            note: self.note.clone(),
            seeds: self.seeds.clone(),
            publicity: self.publicity.clone(),
        })
    }

    fn reported_m2(&self) -> Result<Option<i64>, Failure> {
        let m2 = self
            .area
            .or_else(|| self.mu.map(|mu| mu / crate::ground::area_mu(1.0)));
        #[expect(clippy::cast_possible_truncation, reason = "checked above")]
        m2.map(|m2| {
            if m2 > 0.0 && m2 < 1e13 {
                Ok(m2.round() as i64)
            } else {
                Err(bad("--area", &m2.to_string(), "50000"))
            }
        })
        .transpose()
    }
}

/// What is typed instead of what was wrong.
fn on_the_line(error: OfficeError) -> Failure {
    match error {
        OfficeError::Patrol(error) => MistypedPatrol(error).into(),
        other => other.into(),
    }
}

/// A patrol that is not recorded, with the options that would mend it.
#[derive(Debug)]
struct MistypedPatrol(PatrolError);

impl Say for MistypedPatrol {
    fn say(&self, lang: Lang) -> Said {
        let hint = match &self.0 {
            PatrolError::Nothing => lang
                .pick(
                    "give `--people N` and `--area M2` or `--track walk.gpx`, or `--zero` where nothing was found",
                    "请给出 `--people 人数` 与 `--area 平方米` 或 `--track 轨迹.gpx`；未发现则加 `--zero`",
                )
                .to_owned(),
            PatrolError::NoDistrict => lang
                .pick(
                    "name the district with `--district CODE`, or give its track",
                    "请用 `--district 代码` 指明区划，或提供轨迹",
                )
                .to_owned(),
            PatrolError::NoDay => lang
                .pick("give the day with `--on 2026-05-03`", "请用 `--on 2026-05-03` 给出日期")
                .to_owned(),
            PatrolError::AnotherDay { first, .. } => tr!(
                lang,
                "record it with `--on {first}`; if the receiver's clock was wrong, add `--clock-wrong`",
                "请用 `--on {first}` 录入；若接收机时钟有误，请加 `--clock-wrong`"
            ),
            PatrolError::ClockLeapt { .. } | PatrolError::ClockBehind { .. } => lang
                .pick(
                    "give the day with `--on DATE --clock-wrong`",
                    "请用 `--on 日期 --clock-wrong` 给出日期",
                )
                .to_owned(),
            PatrolError::NoGround(_) | PatrolError::NoArea => return self.0.say(lang),
        };
        Said::new(self.0.say(lang).what).hint(hint)
    }
}
speaking_error!(MistypedPatrol);

fn tell_cut(done: &Patrolled, lang: Lang) {
    if done.cut_files > 0 {
        tell(lang.pick(
            "the file of the track ends in the midst: what came before is recorded; copy it again from the device where more is there",
            "轨迹文件不完整：已录入中断之前的部分；设备上如有完整文件，请重新复制",
        ));
    }
}

fn show(context: &Context, done: &Patrolled) {
    let lang = context.lang;
    if done.odd_times > 0 {
        let n = done.odd_times;
        tell(&tr!(
            lang,
            "{times} without a time",
            "轨迹中有 {n} 个时间无法识别：相应位置按无时间处理",
            times = (
                n,
                "time of the track is none: its position counts",
                "times of the track are none: those positions count"
            ),
        ));
    }
    tell_cut(done, lang);
    if done.copies > 0 {
        let n = done.copies;
        tell(&tr!(
            lang,
            "lines of the track that repeat others, counted once: {n}",
            "轨迹中有 {n} 段与其他段重复，只计一次"
        ));
    }
    if done.is_part {
        let on = &done.on;
        tell(&tr!(
            lang,
            "the track goes over several days: what was walked on {on} counts here; record the other days too",
            "轨迹跨多天：此处只计 {on} 当天的部分；其他日期请另行登记"
        ));
    }
    reported_before(done, lang);
    if context.common.json {
        json(&serde_json::json!(done));
        return;
    }
    let (on, district) = (&done.on, done.district.as_deref().unwrap_or("–"));
    let (people, vehicles, number) = (done.people, done.vehicles, done.entry.short());
    data(&tr!(
        lang,
        "{number}  {on}  {district}  {people}, {vehicles}",
        "{number}  {on}  {district}  {people} 人次，{vehicles} 台次",
        vehicles = (vehicles, "vehicle", "vehicles"),
        people = (people, "person", "people"),
    ));
    if let (Some(m2), Some(facts)) = (done.walked_m2, &done.track) {
        let (km2, length, reach) = (km2(m2), facts.length_m, facts.reach_m);
        data(&tr!(
            lang,
            "walked {km2} km²: {length} m of track, {reach} m to either side",
            "踏查 {km2} 平方公里：轨迹 {length} 米，两侧各 {reach} 米"
        ));
        for remark in remarks(facts, lang) {
            tell(&remark);
        }
    }
    if done.zero {
        tell(lang.pick("a report that nothing was found", "零报告：未发现"));
    }
}

/// That nothing was found there on that day was reported before.
fn reported_before(done: &Patrolled, lang: Lang) {
    if let Some(before) = done.before {
        let before = before.short();
        tell(&tr!(
            lang,
            "warning: the same was reported before, as entry {before}: both are kept; if this one is the same patrol: `papaver void {} --reason TEXT`",
            "警告：当日该区划的零报告此前已登记（{before}），两条均予保留；如系重复登记：`papaver void {} --reason 理由`",
            done.entry.short(),
        ));
    }
}

/// What does not fit about a track.
fn remarks(facts: &crate::registry::body::TrackFacts, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    let (breaks, jumps, left) = (facts.breaks, facts.clock_jumps, facts.left_out);
    if let Some([first, last]) = facts.days.as_ref().filter(|[first, last]| first != last) {
        out.push(tr!(
            lang,
            "its clock runs from {first} to {last}: over midnight, or wrong",
            "轨迹时间从 {first} 到 {last}：跨越午夜，或时钟有误"
        ));
    }
    if facts.days.is_none() {
        out.push(lang.pick("the track has no times", "轨迹没有时间").into());
    }
    if jumps > 0 {
        out.push(tr!(
            lang,
            "{jumps} not counted as time",
            "时钟跳变 {jumps} 次：这些步长未计入时间",
            jumps = (
                jumps,
                "jump of the clock: that step was",
                "jumps of the clock: those steps were"
            ),
        ));
    }
    if breaks > 0 {
        out.push(tr!(
            lang,
            "{leaps}",
            "位置跳变 {breaks} 次：其间未计入踏查",
            leaps = (
                breaks,
                "leap that nobody makes on the ground: nothing was counted across it",
                "leaps that nobody makes on the ground: nothing was counted between them"
            ),
        ));
    }
    if left > 0 {
        out.push(tr!(
            lang,
            "{positions} left out",
            "已略去 {left} 个无效位置",
            positions = (
                left,
                "position that is none was",
                "positions that are none were"
            ),
        ));
    }
    out
}

fn list(context: &Context) -> Result<Done, Failure> {
    let store = context.read()?;
    let facts = facts_of(&store)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    for patrol in &facts.patrols {
        let walked = area_m2(&patrol.walked);
        let district = patrol.district.as_deref().unwrap_or("–");
        if context.common.json {
            json(&serde_json::json!({
                "entry": patrol.entry, "on": patrol.on.to_string(), "unit": patrol.unit, "district": patrol.district, "people": patrol.people,
                "vehicles": patrol.vehicles, "zero": patrol.zero, "seeds": patrol.seeds, "publicity": patrol.publicity, "area_m2": patrol.area_m2, "walked_m2": walked.round(),
            }));
        } else {
            let zero = if patrol.zero {
                context.lang.pick("zero", "零报告")
            } else {
                ""
            };
            let area = if patrol.walked.0.is_empty() {
                patrol.area_m2.unwrap_or(0.0)
            } else {
                walked
            };
            rows.push(vec![
                patrol.entry.short(),
                patrol.on.to_string(),
                district.to_owned(),
                patrol.crew.clone().unwrap_or_else(|| "–".into()),
                zero.to_owned(),
                patrol.people.to_string(),
                patrol.vehicles.to_string(),
                km2(area),
            ]);
        }
    }
    if !rows.is_empty() {
        let lang = context.lang;
        let head = [
            lang.pick("number", "记录编号"),
            lang.pick("day", "日期"),
            lang.pick("district", "区划"),
            lang.pick("crew", "踏查组"),
            lang.pick("found", "结果"),
            lang.pick("people", "人次"),
            lang.pick("vehicles", "台次"),
            "km²",
        ];
        print(&head.map(str::to_owned), &rows, 5);
    }
    if !context.common.json {
        let n = facts.patrols.len();
        tell(&tr!(
            context.lang,
            "{patrols}",
            "共 {n} 次踏查",
            patrols = (n, "patrol", "patrols"),
        ));
    }
    Ok(Done::Whole)
}
