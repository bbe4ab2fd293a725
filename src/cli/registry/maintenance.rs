//! `verify` and `registry`: verification, rebuilding, salvage, settings, districts, the evidence list.

use super::Done;
use super::context::{Common, Context};
use super::filter::FilterArguments;
use super::say::{Failure, against, bad, json, tell};
use super::settings::{DistrictsArguments, SettingsArguments};
use crate::cli::overwrite::Overwrite;
use crate::exchange::evidence_list;
use crate::files;
use crate::office::maintenance::{rebuild as rebuild_tables, salvage};
use crate::office::trust::{Fork, explain_fork};
use crate::tr;
use crate::words::Lang;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `papaver registry`
#[derive(Debug, Args)]
pub(crate) struct Maintenance {
    #[command(subcommand)]
    what: MaintenanceCommand,
}

#[derive(Debug, Subcommand)]
enum MaintenanceCommand {
    /// Make the derived tables anew by replay 重放记录，重建派生表
    Rebuild(Common),
    /// Save what is whole of a damaged registry into a new one 把损坏登记库中完好的部分抢救到新库
    Salvage(Salvage),
    /// Show the settings, or change one: deadlines by state, radius, windows 查看设置或修改其中一项：各状态时限、半径、生长期窗口
    Settings(SettingsArguments),
    /// Give each site its district out of a boundary file 按边界文件给每个图斑定区划
    Districts(DistrictsArguments),
    /// Write the list of electronic evidence 输出电子数据证据清单
    EvidenceList(EvidenceList),
    /// Say why a device gave a number twice, so that verification goes on 说明某设备为何同一序号用了两次，校验得以继续
    ExplainFork(ExplainFork),
}

#[derive(Debug, Args)]
struct ExplainFork {
    /// The device, or the beginning of its key 设备公钥或其开头
    device: String,
    /// How it came about 重复的由来
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl ExplainFork {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let (mut office, session) = context.office()?;
        let typed = self.device.to_lowercase();
        let forks = office.store().forks()?;
        let meant: Vec<_> = forks
            .into_iter()
            .filter(|(device, _)| device.to_string().starts_with(&typed))
            .collect();
        let [(device, seq)] = meant[..] else {
            let looks = lang.pick(
                "one that `papaver verify` names as forked",
                "`papaver verify` 指出序号重复的设备",
            );
            return Err(against("DEVICE", &self.device, looks));
        };
        let fork = Fork { device, seq };
        let fork = explain_fork(&mut office, &session, fork, self.reason)?;
        if context.common.json {
            json(&serde_json::json!(fork));
        }
        Ok(Done::Whole)
    }
}

#[derive(Debug, Args)]
struct Salvage {
    /// The damaged registry 损坏的登记库
    from: PathBuf,
    /// The new one 新登记库文件
    #[arg(long)]
    to: PathBuf,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct EvidenceList {
    /// The file to write, .xlsx or .csv 输出文件，.xlsx 或 .csv
    output: PathBuf,
    #[command(flatten)]
    overwrite: Overwrite,
    #[command(flatten)]
    filter: FilterArguments,
    #[command(flatten)]
    common: Common,
}

impl Maintenance {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        match self.what {
            MaintenanceCommand::Rebuild(common) => rebuild(common, lang),
            MaintenanceCommand::Salvage(c) => c.run(lang),
            MaintenanceCommand::Settings(c) => c.run(lang),
            MaintenanceCommand::Districts(c) => c.run(lang),
            MaintenanceCommand::EvidenceList(c) => c.run(lang),
            MaintenanceCommand::ExplainFork(c) => c.run(lang),
        }
    }
}

fn rebuild(common: Common, lang: Lang) -> Result<Done, Failure> {
    let context = Context { common, lang };
    let who = context
        .actor()
        .unwrap_or_else(|_nobody| "registry rebuild".into());
    let rebuilt = rebuild_tables(&context.path()?, &who)?;
    if context.common.json {
        json(&serde_json::json!(rebuilt));
    } else {
        let (sites, state) = (rebuilt.sites, rebuilt.state);
        tell(&tr!(
            lang,
            "{sites} made anew; state {state}",
            "已重建 {sites} 个图斑；状态哈希 {state}",
            sites = (sites, "site", "sites"),
        ));
    }
    Ok(Done::Whole)
}

impl Salvage {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let saved = salvage(&self.from, &self.to)?;
        let (rows, bytes, lost) = (saved.from_rows, saved.from_bytes, saved.lost);
        let (evidence, evidence_lost) = (saved.evidence, saved.evidence_lost);
        if self.common.json {
            json(&serde_json::json!({
                "from_rows": rows, "from_bytes": bytes, "lost": lost, "evidence": evidence, "evidence_lost": evidence_lost,
            }));
        } else {
            let (kept, to) = (rows + bytes, self.to.display());
            tell(&tr!(
                lang,
                "{events} saved into {to}; {lost} not whole",
                "已抢救 {kept} 条完好记录到 {to}；另见 {lost} 条不完好",
                lost = (lost, "seen that is", "seen that are"),
                events = (kept, "whole event", "whole events"),
            ));
            tell(&tr!(
                lang,
                "{files} of evidence taken along, {evidence_lost} left behind because they have changed",
                "随带证据 {evidence} 个；另有 {evidence_lost} 个已被改动，未带入",
                files = (evidence, "file", "files"),
            ));
            tell(lang.pick(
                "`papaver verify` of the new file names the numbers that are missing",
                "对新文件执行 `papaver verify` 可列出缺号",
            ));
        }
        Ok(Done::of(lost + evidence_lost == 0))
    }
}

impl EvidenceList {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let rows = evidence_list::rows(&store, &self.filter.known_to(&store)?)?;
        let output = self.output.display().to_string();
        let bytes = match self.output.extension().and_then(|e| e.to_str()) {
            Some("csv") => evidence_list::to_csv(&rows, lang)
                .map_err(|e| bad("OUTPUT", &output, e.to_string()))?,
            Some("xlsx") => evidence_list::to_xlsx(&rows, lang)
                .map_err(|e| bad("OUTPUT", &output, e.to_string()))?,
            _ => return Err(bad("OUTPUT", &output, "list.xlsx / list.csv")),
        };
        files::write(&self.output, self.overwrite.existing(), |out| {
            std::io::Write::write_all(out, &bytes)
        })?;
        let n = rows.len();
        if context.common.json {
            json(&serde_json::json!({"file": output, "files": n}));
            return Ok(Done::Whole);
        }
        tell(&tr!(
            lang,
            "{files} listed in {output}",
            "已列出 {n} 个文件：{output}",
            files = (n, "file", "files"),
        ));
        Ok(Done::Whole)
    }
}
