//! The commands of the province office.

mod compare;
mod coverage;
mod hotspots;
mod overdue;
mod patrol;
mod process;
mod quality;
mod query;
mod rank;
mod report;
mod table;
mod targets;
mod terminal_table;
mod windows;

use super::Done;
use super::registry::say::Failure;
use crate::words::{Lang, Say};
use clap::Subcommand;

/// What the province office asks.
#[derive(Debug, Subcommand)]
pub(super) enum ProvinceCommand {
    /// Where there are more sites than the searched ground explains 热点：图斑多于搜索面积所能解释之处
    Hotspots(hotspots::Hotspots),
    /// Two periods: raw, per searched km², and on ground searched in both 两个时段同比：原始数、每搜索平方公里、两期都搜索过的范围
    Compare(compare::Compare),
    /// Districts by confirmed sites per 100 km² searched 按每搜索百平方公里的查实图斑数给各区划排名
    Rank(rank::Rank),
    /// One page and one workbook with every figure 生成报告页和载有同样数据的工作簿
    Report(report::ReportArguments),
    /// Record a patrol on foot, or that nothing was found 录入踏查或零报告
    Patrol(patrol::PatrolArguments),
    /// The table of growth windows 生长期窗口表
    Windows(windows::WindowArguments),
    /// What was searched by district and season, and what was not 各区划、年度的搜索覆盖情况
    Coverage(coverage::CoverageArguments),
    /// Targets handed down from above: import, match 上级下发的靶标：导入、比对
    Targets(targets::Targets),
    /// What the model is worth in the field: precision, recall, calibration 模型在实地的效果：查准率、查全率、校准
    Quality(quality::QualityArguments),
    /// Sites past their due day 超期图斑
    Overdue(overdue::Overdue),
    /// How far sites have come, how long each step took, what waits 图斑办到哪一步、各环节用时、哪些在等待
    Process(process::ProcessArguments),
}

/// Runs a command.
///
/// # Errors
/// Any error that can be told to a person.
pub(super) fn run(command: ProvinceCommand, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let done: Result<Done, Failure> = match command {
        ProvinceCommand::Hotspots(c) => c.run(lang),
        ProvinceCommand::Compare(c) => c.run(lang),
        ProvinceCommand::Rank(c) => c.run(lang),
        ProvinceCommand::Report(c) => c.run(lang),
        ProvinceCommand::Patrol(c) => c.run(lang),
        ProvinceCommand::Windows(c) => c.run(lang),
        ProvinceCommand::Coverage(c) => c.run(lang),
        ProvinceCommand::Targets(c) => c.run(lang),
        ProvinceCommand::Quality(c) => c.run(lang),
        ProvinceCommand::Overdue(c) => c.run(lang),
        ProvinceCommand::Process(c) => c.run(lang),
    };
    done.map_err(|failure| failure.0)
}
