//! The commands of the registry.

mod bundles;
pub(in crate::cli) mod context;
mod exchange;
pub(in crate::cli) mod filter;
mod life;
mod merge_split;
mod people;
mod remarks;
pub(in crate::cli) mod say;
mod screen;
pub(in crate::cli) mod sites;
mod upkeep;
mod view;
mod visit;

use super::Done;
use crate::words::{Lang, Say};
use clap::Subcommand;
use context::Context;
use say::Failure;

/// What can be done with a registry.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Begin a registry 新建登记库
    Init(people::Init),
    /// People and their roles 人员与角色
    Actor(people::Actor),
    /// Record a scan: its candidates become sites, or sightings of known ones 录入扫描结果
    Record(sites::Record),
    /// Add a site without a scan 新增图斑
    Add(sites::Add),
    /// List sites 列出图斑
    Sites(sites::Sites),
    /// Everything about a site 查看图斑
    Show(sites::Show),
    /// Decide at the desk 研判
    Screen(screen::Screen),
    /// Send a crew 派查
    Assign(life::Assign),
    /// Record what a crew found 核查
    Visit(Box<visit::Visit>),
    /// Record an eradication 铲除
    Eradicate(life::Eradicate),
    /// Accept an eradication, or fail it 验收
    Accept(life::Accept),
    /// Take a settled site up again 重开
    Reopen(life::Reopen),
    /// End a dispute 裁定争议
    Resolve(life::Resolve),
    /// Make a site part of another 合并
    Merge(merge_split::Merge),
    /// Make a site several 拆分
    Split(merge_split::Split),
    /// Add words or files 备注
    Note(remarks::Note),
    /// Correct a fact 更正
    Correct(remarks::Correct),
    /// The events, one a line 日志
    Log(sites::Log),
    /// Verify every byte: events, links, signatures, derived tables, evidence 校验
    Verify(upkeep::Verify),
    /// Rebuild, salvage, settings, districts, evidence list 维护
    Registry(upkeep::Upkeep),
    /// Trust another office's device 信任其他单位设备
    Trust(bundles::Trust),
    /// Carry events and evidence between offices 数据包
    Bundle(bundles::Bundle),
    /// Write sites for maps, receivers and spreadsheets 导出
    Export(exchange::Export),
    /// Take in what crews filled in 导入回填结果
    Import(exchange::Import),
    /// One page about a site, to print 图斑档案
    Dossier(exchange::Dossier),
}

/// Runs a command.
///
/// # Errors
/// Any error that can be told to a person.
pub fn run(command: Command, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let done: Result<Done, Failure> = match command {
        Command::Init(c) => c.run(lang),
        Command::Actor(c) => c.run(lang),
        Command::Record(c) => c.run(lang),
        Command::Add(c) => c.run(lang),
        Command::Sites(c) => c.run(lang),
        Command::Show(c) => c.run(lang),
        Command::Screen(c) => c.run(lang),
        Command::Assign(c) => c.run(lang),
        Command::Visit(c) => c.run(lang),
        Command::Eradicate(c) => c.run(lang),
        Command::Accept(c) => c.run(lang),
        Command::Reopen(c) => c.run(lang),
        Command::Resolve(c) => c.run(lang),
        Command::Merge(c) => c.run(lang),
        Command::Split(c) => c.run(lang),
        Command::Note(c) => c.run(lang),
        Command::Correct(c) => c.run(lang),
        Command::Log(c) => c.run(lang),
        Command::Verify(c) => c.run(lang),
        Command::Registry(c) => c.run(lang),
        Command::Trust(c) => c.run(lang),
        Command::Bundle(c) => c.run(lang),
        Command::Export(c) => c.run(lang),
        Command::Import(c) => c.run(lang),
        Command::Dossier(c) => c.run(lang),
    };
    done.map_err(|failure| failure.0)
}
