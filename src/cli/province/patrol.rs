//! `patrol`: what people on foot covered, and reports that nothing was found.

use super::super::Done;
use super::super::registry::context::{Common, Context};
use super::super::registry::say::{Failure, bad, data, json, tell};
use super::table::km2;
use crate::exchange::track::{Track, Walk};
use crate::ground::area_m2;
use crate::office::patrol::{Patrolled, patrol};
use crate::province::projection::facts_of;
use crate::registry::body::Patrol as Record;
use crate::registry::unit::is_code;
use crate::store::Store;
use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};
use clap::Args;
use geo::InteriorPoint;
use jiff::civil::Date;
use std::path::PathBuf;

/// Metres that count as seen on either side of a track, where nobody says.
const REACH_M: u32 = 30;

/// `papaver patrol`
#[derive(Debug, Args)]
pub struct PatrolArguments {
    /// The day of the patrol (default: that of its track) 踏查日期（默认取自轨迹）
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
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
    /// A receiver's track (GPX); may be given several times 定位仪轨迹（GPX），可多次给出
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
        let context = Context {
            common: std::mem::take(&mut self.common),
            lang,
        };
        if self.list {
            return list(&context);
        }
        if let Some(code) = &self.district
            && !is_code(code)
        {
            return Err(bad("--district", code, "410423 / 410423001 / 410423001002"));
        }
        let walk = self.walk(lang)?;
        let on = self.day(walk.as_ref())?;
        let empty =
            walk.is_none() && self.reported_m2()?.is_none() && self.people == 0 && !self.zero;
        if empty {
            return Err(PatrolError::Nothing.into());
        }
        let (mut office, session) = context.office()?;
        let district = match &self.district {
            Some(code) => Some(code.clone()),
            None => Self::found_district(office.store(), walk.as_ref())?,
        };
        if district.is_none() && walk.is_none() {
            return Err(PatrolError::NoDistrict.into());
        }
        let record = Record {
            on: on.to_string(),
            district,
            people: self.people,
            vehicles: self.vehicles,
            area_m2: self.reported_m2()?,
            zero: self.zero,
            walked: walk.as_ref().map(Walk::outline).unwrap_or_default(),
            track: walk.as_ref().map(|walk| walk.facts.clone()),
            note: self.note.clone(),
            seeds: self.seeds.clone(),
            publicity: self.publicity.clone(),
        };
        let ground = walk.as_ref().map(|walk| &walk.walked);
        let done = patrol(&mut office, &session, record, ground, &self.tracks)?;
        told(&context, &done);
        Ok(Done::Whole)
    }

    /// The ground seen along the tracks, all of them together.
    fn walk(&self, lang: Lang) -> Result<Option<Walk>, Failure> {
        if self.tracks.is_empty() {
            return Ok(None);
        }
        let mut all = Track::default();
        let now = jiff::Zoned::now();
        for path in &self.tracks {
            let track = Track::read(path, now.time_zone())?;
            all.odd_times += track.odd_times;
            all.segments.extend(track.segments);
        }
        if all.odd_times > 0 {
            let n = all.odd_times;
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
        let walk = all.walk(self.reach, now.time_zone());
        if walk.walked.0.is_empty() {
            return Err(PatrolError::NoGround(self.tracks[0].clone()).into());
        }
        Ok(Some(walk))
    }

    fn day(&self, walk: Option<&Walk>) -> Result<Date, Failure> {
        let given = self
            .on
            .as_ref()
            .map(|text| {
                text.parse::<Date>()
                    .ok()
                    .filter(|_| text.len() == 10)
                    .ok_or_else(|| bad("--on", text, "2026-05-03"))
            })
            .transpose()?;
        let days = walk.and_then(|walk| walk.facts.days.clone());
        let of_track = days.as_ref().and_then(|[first, last]| {
            Some((first.parse::<Date>().ok()?, last.parse::<Date>().ok()?))
        });
        match (given, of_track) {
            (Some(on), Some((first, last)))
                if !self.clock_wrong && !(first..=last).contains(&on) =>
            {
                Err(PatrolError::AnotherDay { on, first, last }.into())
            }
            (Some(on), _) => Ok(on),
            (None, Some((first, last))) => {
                // A clock that leapt by years gives two days far apart: nobody can tell which is right.
                let apart = first.until(last).map_or(i32::MAX, |span| span.get_days());
                if apart > 7 {
                    return Err(PatrolError::ClockLeapt { first, last }.into());
                }
                Ok(first)
            }
            (None, None) => Err(PatrolError::NoDay.into()),
        }
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

    /// The smallest district that a point of the walked ground lies in.
    fn found_district(store: &Store, walk: Option<&Walk>) -> Result<Option<String>, Failure> {
        let inside = walk.and_then(|walk| walk.walked.interior_point());
        let districts = store.districts()?;
        Ok(inside
            .zip(districts)
            .and_then(|(at, districts)| districts.code_of(at.0.into()).map(str::to_owned)))
    }
}

/// A patrol that is not recorded.
#[derive(Debug)]
enum PatrolError {
    /// It says nothing.
    Nothing,
    /// Nobody says where.
    NoDistrict,
    /// Nobody says when.
    NoDay,
    /// The track is of another day.
    AnotherDay {
        /// The day given.
        on: Date,
        /// The track's first day.
        first: Date,
        /// Its last.
        last: Date,
    },
    /// The track's clock leapt by more than a week.
    ClockLeapt {
        /// The earliest day.
        first: Date,
        /// The latest.
        last: Date,
    },
    /// The track covers no ground.
    NoGround(PathBuf),
}

impl Say for PatrolError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::Nothing => Said::new(lang.pick("the patrol says nothing", "踏查没有任何内容")).hint(lang.pick(
                "give `--people N` and `--area M2` or `--track walk.gpx`, or `--zero` where nothing was found",
                "请给出 `--people 人数` 与 `--area 平方米` 或 `--track 轨迹.gpx`；未发现则加 `--zero`",
            )),
            Self::NoDistrict => Said::new(lang.pick("nobody says where the patrol was", "未说明踏查地点")).hint(lang.pick(
                "name the district with `--district CODE`, or give its track",
                "请用 `--district 代码` 指明区划，或提供轨迹",
            )),
            Self::NoDay => Said::new(lang.pick("nobody says when the patrol was", "未说明踏查日期"))
                .hint(lang.pick("give the day with `--on 2026-05-03`", "请用 `--on 2026-05-03` 给出日期")),
            Self::AnotherDay { on, first, last } => Said::new(tr!(
                lang,
                "the track is of {first} to {last}, not of {on}",
                "轨迹日期为 {first} 至 {last}，不是 {on}"
            ))
            .hint(tr!(
                lang,
                "record it with `--on {first}`; if the receiver's clock was wrong, add `--clock-wrong`",
                "请用 `--on {first}` 录入；若接收机时钟有误，请加 `--clock-wrong`"
            )),
            Self::ClockLeapt { first, last } => Said::new(tr!(
                lang,
                "the track's clock leaps from {first} to {last}: its day cannot be told",
                "轨迹时钟从 {first} 跳到 {last}，无法判断日期"
            ))
            .hint(lang.pick(
                "give the day with `--on DATE --clock-wrong`",
                "请用 `--on 日期 --clock-wrong` 给出日期",
            )),
            Self::NoGround(path) => {
                let path = path.display();
                Said::new(tr!(lang, "the track {path} covers no ground", "轨迹 {path} 没有覆盖任何地面")).hint(lang.pick(
                    "it needs two neighbouring positions or more, less than 500 m apart",
                    "至少需要两个相邻且相距不超过 500 米的位置",
                ))
            }
        }
    }
}
speaking_error!(PatrolError);

fn told(context: &Context, done: &Patrolled) {
    let lang = context.lang;
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
    for patrol in &facts.patrols {
        let walked = area_m2(&patrol.walked);
        let district = patrol.district.as_deref().unwrap_or("–");
        if context.common.json {
            json(&serde_json::json!({
                "entry": patrol.entry, "on": patrol.on.to_string(), "unit": patrol.unit, "district": patrol.district, "people": patrol.people,
                "vehicles": patrol.vehicles, "zero": patrol.zero, "area_m2": patrol.area_m2, "walked_m2": walked.round(),
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
            data(&format!(
                "{} {} {:<12} {:>4} {:>3} {:>10} km² {zero}",
                patrol.entry.short(),
                patrol.on,
                district,
                patrol.people,
                patrol.vehicles,
                km2(area)
            ));
        }
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
