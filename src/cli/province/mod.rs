//! The commands of the province office.

mod compare;
mod coverage;
mod hotspots;
mod overdue;
mod patrol;
mod process;
mod quality;
mod rank;
mod report;
mod shown;
mod table;
mod targets;
mod what;
mod windows;

use super::Done;
use super::registry::say::Failure;
use crate::words::{Lang, Say};
use clap::Subcommand;

/// What the province office asks.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Where there are more sites than the searched ground explains 热点
    Hotspots(hotspots::Hotspots),
    /// Two periods: raw, per searched km², and on ground searched in both 同比
    Compare(compare::Compare),
    /// Districts by confirmed sites per 100 km² searched 排名
    Rank(rank::Rank),
    /// One page and one workbook with every figure 报告
    Report(report::Report),
    /// Record a patrol on foot, or that nothing was found 踏查、零报告
    Patrol(patrol::Patrol),
    /// The table of growth windows 生长期窗口
    Windows(windows::Arguments),
    /// What was searched by district and season, and what was not 覆盖情况
    Coverage(coverage::Coverage),
    /// Targets handed down from above: import, match 靶标
    Targets(targets::Targets),
    /// What the model is worth in the field: precision, recall, calibration 模型实效
    Quality(quality::Quality),
    /// Sites past their due day 超期
    Overdue(overdue::Overdue),
    /// How far sites have come, how long each step took, what waits 流程指标
    Process(process::Arguments),
}

/// Runs a command.
///
/// # Errors
/// Any error that can be told to a person.
pub fn run(command: Command, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let done: Result<Done, Failure> = match command {
        Command::Hotspots(c) => c.run(lang),
        Command::Compare(c) => c.run(lang),
        Command::Rank(c) => c.run(lang),
        Command::Report(c) => c.run(lang),
        Command::Patrol(c) => c.run(lang),
        Command::Windows(c) => c.run(lang),
        Command::Coverage(c) => c.run(lang),
        Command::Targets(c) => c.run(lang),
        Command::Quality(c) => c.run(lang),
        Command::Overdue(c) => c.run(lang),
        Command::Process(c) => c.run(lang),
    };
    done.map_err(|failure| failure.0)
}
