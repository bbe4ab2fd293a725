//! What a patrol has to say to be recorded.

use crate::words::{Fault, Lang, Said, Say};
use crate::{speaking_error, tr};
use jiff::civil::Date;
use std::path::PathBuf;

/// A patrol that is not recorded.
#[derive(Debug)]
pub enum PatrolError {
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
    /// The track's clock is so old that it has lost count of the weeks.
    ClockBehind {
        /// The earliest day.
        first: Date,
    },
    /// The track covers no ground.
    NoGround(PathBuf),
    /// What was drawn encloses no ground.
    NoArea,
}

impl Say for PatrolError {
    fn say(&self, lang: Lang) -> Said {
        let hint = self.hint(lang);
        match self {
            Self::Nothing => Said::new(lang.pick("the patrol says nothing", "踏查没有任何内容")),
            Self::NoDistrict => {
                Said::new(lang.pick("nobody says where the patrol was", "未说明踏查地点"))
            }
            Self::NoDay => {
                Said::new(lang.pick("nobody says when the patrol was", "未说明踏查日期"))
            }
            Self::AnotherDay { on, first, last } => Said::new(tr!(
                lang,
                "the track is of {first} to {last}, not of {on}",
                "轨迹日期为 {first} 至 {last}，不是 {on}"
            )),
            Self::ClockLeapt { first, last } => Said::new(tr!(
                lang,
                "the track's clock leaps from {first} to {last}: its day cannot be told",
                "轨迹时钟从 {first} 跳到 {last}，无法判断日期"
            )),
            Self::ClockBehind { first } => Said::new(tr!(
                lang,
                "the track's clock says {first}: an old receiver has lost count of the weeks",
                "轨迹时钟为 {first}，早于十年前：旧接收机的周计数已溢出"
            )),
            Self::NoGround(path) => Said::new(tr!(
                lang,
                "the track {path} covers no ground",
                "轨迹 {path} 没有覆盖任何地面",
                path = path.display(),
            )),
            Self::NoArea => {
                Said::new(lang.pick("what was drawn encloses no ground", "所绘范围没有围成面积"))
            }
        }
        .hint(hint)
    }

    fn fault(&self) -> Fault {
        Fault::Input
    }
}
speaking_error!(PatrolError);

impl PatrolError {
    fn hint(&self, lang: Lang) -> &'static str {
        match self {
            Self::Nothing => lang.pick(
                "say how many people went and give the area or a track; where nothing was found, report that",
                "请填写出动人数，并给出面积或轨迹；未发现的作零报告",
            ),
            Self::NoDistrict => lang.pick(
                "name the district, or give the track",
                "请指明区划，或提供轨迹",
            ),
            Self::NoDay => lang.pick("give the day of the patrol", "请填写踏查日期"),
            Self::AnotherDay { .. } => lang.pick(
                "give the day of the track; if the receiver's clock was wrong, say so",
                "请按轨迹日期填写；接收机时钟有误的，请注明",
            ),
            Self::ClockLeapt { .. } | Self::ClockBehind { .. } => lang.pick(
                "give the day, and say that the clock was wrong",
                "请填写日期，并注明时钟有误",
            ),
            Self::NoGround(_) => lang.pick(
                "it needs two neighbouring positions or more, less than 500 m apart",
                "至少需要两个相邻且相距不超过 500 米的位置",
            ),
            Self::NoArea => lang.pick(
                "give three corners or more that do not lie on one line",
                "至少给出三个不在一条直线上的角点",
            ),
        }
    }
}
