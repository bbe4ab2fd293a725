//! The commands of the registry.

pub(crate) mod affairs;
mod annotate;
mod backup;
mod bundle_said;
mod bundles;
pub(crate) mod context;
mod crew;
pub(crate) mod crews;
mod dossier;
mod duty;
pub(crate) mod elsewhere;
mod exchange;
pub(crate) mod filter;
mod find_photos;
mod learn;
mod list;
mod log;
mod maintenance;
mod merge_split;
mod mirror;
mod moves;
mod page;
mod peers;
mod people;
mod queue;
pub(crate) mod say;
mod screen;
mod selection;
mod settings;
mod show;
pub(crate) mod sites;
mod step;
mod supervise;
mod tip;
mod trust;
mod verify;
mod view;
mod visit;
mod void;

use super::Done;
use crate::words::{Lang, Say};
use clap::Subcommand;
use context::Context;
use say::Failure;

/// What can be done with a registry.
#[derive(Debug, Subcommand)]
pub(super) enum RegistryCommand {
    /// Begin a registry 新建登记库
    Init(people::InitArguments),
    /// People and their roles 人员与角色
    Actor(people::ActorArguments),
    /// Record a scan: its candidates become sites, or sightings of known ones 录入扫描结果：疑似点成为图斑，或记为已有图斑的再次发现
    Record(sites::RecordArguments),
    /// Add a site without a scan 不经扫描新增图斑
    Add(sites::AddArguments),
    /// List sites 列出图斑
    Sites(Box<list::Sites>),
    /// Everything about a site 查看一个图斑的全部情况
    Show(show::Show),
    /// Learn from verdicts which candidates are real: ranks change, nothing is dropped 根据核查结论学习：只调整疑似点排序，不剔除
    Learn(learn::Learn),
    /// Decide at the desk 室内研判
    Screen(screen::ScreenArguments),
    /// Send a crew 派查
    Assign(moves::AssignArguments),
    /// Record what a crew found 录入核查结论
    Visit(Box<visit::VisitArguments>),
    /// Record an eradication 录入铲除情况
    Eradicate(moves::EradicateArguments),
    /// Accept an eradication, or fail it 验收铲除，或判为不合格
    Accept(moves::AcceptArguments),
    /// Take a settled site up again 重开已办结的图斑
    Reopen(moves::Reopen),
    /// End a dispute 裁定争议
    Resolve(moves::ResolveArguments),
    /// Make a site part of another, or the results of a scan out of its shards 把一个图斑并入另一个；或将扫描的各分片合并为结果
    Merge(merge_split::MergeArguments),
    /// Make a site several 把一个图斑拆成几个
    Split(merge_split::SplitArguments),
    /// Add words or files 补充备注或文件
    Note(annotate::NoteArguments),
    /// Correct a fact 更正事实
    Correct(annotate::CorrectArguments),
    /// A wrong entry counts no more, and stays to be read 作废误录，原记录保留备查
    Void(void::VoidArguments),
    /// The patrol or tip-off that a site came of 关联图斑的线索来源：踏查或举报
    Origin(void::Origin),
    /// Who answers for which district 责任制：各级责任书与责任人
    Duty(duty::DutyArguments),
    /// Rounds of supervision, findings and measures 督导检查、问题整改与督办措施
    Supervise(supervise::Supervise),
    /// Tip-offs, what became of them, rewards 举报线索、办理结果与奖励
    Tip(tip::TipArguments),
    /// The events, one a line 记录日志，每条一行
    Log(log::Log),
    /// Verify every byte: events, links, signatures, derived tables, evidence 逐字节校验：记录、哈希链、签名、派生表、证据
    Verify(verify::Verify),
    /// Rebuild, salvage, settings, districts, evidence list 登记库维护：重建、抢救、设置、区划、证据清单
    Registry(maintenance::Maintenance),
    /// Trust another office's device 信任其他单位的设备
    Trust(trust::TrustArguments),
    /// Carry events and evidence between offices 在单位之间传递记录与证据的数据包
    Bundle(bundles::Bundle),
    /// Send another office's server what it has not got 把对方没有的记录与证据发送到对方服务
    Push(peers::Push),
    /// Fetch from another office's server what is not here 从对方服务获取本库没有的记录与证据
    Pull(peers::Pull),
    /// Show sites, visits, history and coverage as tables of a PostGIS database 把图斑、核查、经过和航测覆盖写成 PostGIS 数据库中的只读表
    Mirror(mirror::Mirror),
    /// Write the registry, its keys and its evidence into one file under a passphrase 把登记库连同密钥和证据写入一个带口令的备份文件
    Backup(backup::Backup),
    /// Put a backup back 恢复备份
    Restore(backup::Restore),
    /// Write sites for maps, receivers and spreadsheets 导出图斑，供地图、定位仪和表格软件使用
    Export(exchange::ExportArguments),
    /// Take in what crews filled in 导入核查组交回的文件
    Import(exchange::ImportArguments),
    /// Crews in the field: their passwords, what they take along 外业核查组：口令与随行工程
    Crew(crew::Crew),
    /// One page about a site, to print 图斑档案，一处一页，可打印
    Dossier(dossier::DossierArguments),
}

/// Runs a command.
///
/// # Errors
/// Any error that can be told to a person.
pub(super) fn run(command: RegistryCommand, lang: Lang) -> Result<Done, Box<dyn Say>> {
    let done: Result<Done, Failure> = match command {
        RegistryCommand::Init(c) => c.run(lang),
        RegistryCommand::Actor(c) => c.run(lang),
        RegistryCommand::Record(c) => c.run(lang),
        RegistryCommand::Add(c) => c.run(lang),
        RegistryCommand::Sites(c) => c.run(lang),
        RegistryCommand::Show(c) => c.run(lang),
        RegistryCommand::Learn(c) => c.run(lang),
        RegistryCommand::Screen(c) => c.run(lang),
        RegistryCommand::Assign(c) => c.run(lang),
        RegistryCommand::Visit(c) => c.run(lang),
        RegistryCommand::Eradicate(c) => c.run(lang),
        RegistryCommand::Accept(c) => c.run(lang),
        RegistryCommand::Reopen(c) => c.run(lang),
        RegistryCommand::Resolve(c) => c.run(lang),
        RegistryCommand::Merge(c) => c.run(lang),
        RegistryCommand::Split(c) => c.run(lang),
        RegistryCommand::Note(c) => c.run(lang),
        RegistryCommand::Correct(c) => c.run(lang),
        RegistryCommand::Void(c) => c.run(lang),
        RegistryCommand::Origin(c) => c.run(lang),
        RegistryCommand::Duty(c) => c.run(lang),
        RegistryCommand::Supervise(c) => c.run(lang),
        RegistryCommand::Tip(c) => c.run(lang),
        RegistryCommand::Log(c) => c.run(lang),
        RegistryCommand::Verify(c) => c.run(lang),
        RegistryCommand::Registry(c) => c.run(lang),
        RegistryCommand::Trust(c) => c.run(lang),
        RegistryCommand::Bundle(c) => c.run(lang),
        RegistryCommand::Push(c) => c.run(lang),
        RegistryCommand::Pull(c) => c.run(lang),
        RegistryCommand::Mirror(c) => c.run(lang),
        RegistryCommand::Backup(c) => c.run(lang),
        RegistryCommand::Restore(c) => c.run(lang),
        RegistryCommand::Export(c) => c.run(lang),
        RegistryCommand::Import(c) => c.run(lang),
        RegistryCommand::Crew(c) => c.run(lang),
        RegistryCommand::Dossier(c) => c.run(lang),
    };
    done.map_err(|failure| failure.0)
}
