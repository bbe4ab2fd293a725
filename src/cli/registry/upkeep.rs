//! `verify` and `registry`: verification, rebuilding, salvage, settings, districts, the evidence list.

use super::Done;
use super::context::{Common, Context};
use super::filter::FilterArguments;
use super::say::{ArgumentError, Failure, bad, data, json, tell};
use crate::files::{self, Existing};
use crate::office::settings::{fill_in_districts, set, settings};
use crate::office::trust::{Fork, explain_fork};
use crate::office::upkeep::{rebuild as rebuild_tables, salvage};
use crate::registry::districts::Districts;
use crate::registry::settings::{SettingFlaw, Settings};
use crate::store::Finding;
use crate::store::evidence_list;
use crate::tr;
use crate::words::Lang;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `papaver verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// Verify anew what this device verified before, and the canonical form too 本设备校验过的也重新校验，包括规范格式
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    common: Common,
}

fn finding(found: &Finding, lang: Lang) -> String {
    match found {
        Finding::Structure { what } => tr!(lang, "the data base: {what}", "数据库结构：{what}"),
        Finding::Event {
            row,
            hash,
            device,
            seq,
            flaw,
        } => {
            let (hash, device) = (hash.short(), device.short());
            tr!(
                lang,
                "event {hash} (device {device}, number {seq}, row {row}): {flaw}",
                "记录 {hash}（设备 {device}，序号 {seq}，行 {row}）:{flaw}"
            )
        }
        Finding::Row { row } => tr!(
            lang,
            "row {row} does not repeat what its event says",
            "第 {row} 行与其记录不符"
        ),
        Finding::Chain { device, seq } => {
            let device = device.short();
            tr!(
                lang,
                "device {device}, number {seq} does not follow the event before it",
                "设备 {device} 序号 {seq} 与上一条不衔接"
            )
        }
        Finding::Fork { device, seq } => {
            let device = device.short();
            tr!(
                lang,
                "device {device} has two events of number {seq}: its registry was copied or put back, and written in twice",
                "设备 {device} 有两条序号 {seq}：其登记库曾被复制或回退后再次写入"
            )
        }
        Finding::Derived { site } => {
            let site = site.map(|key| key.to_string()).unwrap_or_default();
            tr!(
                lang,
                "the derived tables are not what the events make {site}; `papaver registry rebuild` mends that",
                "派生表与记录不一致 {site};可用 `papaver registry rebuild` 修复"
            )
        }
        Finding::Schema { name } => tr!(
            lang,
            "the table, index or trigger {name} is not the one that this program makes",
            "表、索引或触发器 {name} 与本程序所建不符"
        ),
        Finding::Grounds => lang
            .pick(
                "whose registry this is, or whom it trusts from the beginning, is not what its device signed",
                "登记库的归属单位或信任起点与本机签名不符",
            )
            .to_owned(),
        Finding::Mark => lang
            .pick(
                "events that were verified here before are gone or are others now",
                "此前已校验的记录已缺失或被替换",
            )
            .to_owned(),
        Finding::District { site } => tr!(
            lang,
            "the district of site {site} is not that of the boundary file; `papaver registry districts` fills it in again",
            "图斑 {site} 的区划与边界文件不符；可用 `papaver registry districts` 重新填写"
        ),
        Finding::EvidenceMissing { sha256, name } => tr!(
            lang,
            "evidence {name} ({sha256}) was recorded here and is gone: put it back from a copy, or apply a bundle that carries it",
            "证据 {name}（{sha256}）曾在本机录入，现已缺失：请从备份放回，或导入含有它的数据包"
        ),
        Finding::EvidenceChanged { sha256, name } => tr!(
            lang,
            "evidence {name} ({sha256}) has changed",
            "证据 {name}（{sha256}）已被改动"
        ),
    }
}

impl Verify {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let store = context.read()?;
        let found = store.verify(self.full)?;
        let state = store.state_hash()?;
        let refused = if found.findings.is_empty() {
            store.refused()?
        } else {
            Vec::new()
        };
        let lines: Vec<String> = found.findings.iter().map(|f| finding(f, lang)).collect();
        if context.common.json {
            json(&serde_json::json!({
                "events": found.events, "signatures": found.signatures, "evidence": found.files, "state": state, "findings": lines,
                "gaps": found.gaps.iter().map(|g| serde_json::json!({"device": g.device, "first": g.first, "last": g.last})).collect::<Vec<_>>(),
                "verified_before": found.verified_before,
                "forks_explained": found.acknowledged.iter().map(|(d, s)| serde_json::json!({"device": d, "seq": s})).collect::<Vec<_>>(),
                "not_followed": refused.iter().map(|(sealed, why)| serde_json::json!({
                    "event": sealed.hash, "device": sealed.event.device, "seq": sealed.event.seq, "type": sealed.event.body.kind(),
                    "unit": sealed.event.actor.unit, "actor": sealed.event.actor.name, "site": sealed.event.site, "why": why,
                    "because": why.label(lang),
                })).collect::<Vec<_>>(),
                "absent": found.absent.iter().map(|(sha256, name)| serde_json::json!({"sha256": sha256, "name": name})).collect::<Vec<_>>(),
                "heads": found.heads.iter().map(|(d, s, h)| serde_json::json!({"device": d, "seq": s, "hash": h})).collect::<Vec<_>>(),
            }));
        } else {
            for text in &lines {
                data(text);
            }
            for gap in &found.gaps {
                let (device, first, last) = (gap.device.short(), gap.first, gap.last);
                data(&tr!(
                    lang,
                    "not arrived: device {device}, numbers {first} to {last}",
                    "尚未到达：设备 {device}，序号 {first}–{last}"
                ));
            }
            for (sealed, why) in &refused {
                let (hash, kind) = (sealed.hash.short(), sealed.event.body.kind());
                let (actor, why) = (&sealed.event.actor, why.label(lang));
                let (unit, name) = (&actor.unit, &actor.name);
                data(&tr!(
                    lang,
                    "not followed: {kind} {hash} of {unit} {name}: {why}",
                    "不予采信：{unit} {name} 的 {kind} {hash}：{why}"
                ));
            }
            for (device, seq) in &found.acknowledged {
                let device = device.short();
                data(&tr!(
                    lang,
                    "device {device} gave numbers from {seq} on twice; a supervisor has said why",
                    "设备 {device} 自序号 {seq} 起重复；主管已说明原因"
                ));
            }
            for (sha256, name) in &found.absent {
                data(&tr!(
                    lang,
                    "not arrived: evidence {name} ({sha256})",
                    "尚未到达：证据 {name}（{sha256}）"
                ));
            }
            for (device, seq, hash) in &found.heads {
                data(&format!(
                    "{} {} #{seq} {hash}",
                    lang.pick("head", "链头"),
                    device.short()
                ));
            }
            data(&format!("{} {state}", lang.pick("state", "状态哈希")));
            let (events, signatures, files) = (found.events, found.signatures, found.files);
            let before = found.verified_before;
            tell(&tr!(
                lang,
                "{events} events, {signatures} signatures verified now, {before} before; {files} evidence files",
                "{events} 条记录，本次验签 {signatures} 个，此前已验 {before} 个；{files} 个证据文件"
            ));
            let gone = |f: &Finding| matches!(f, Finding::EvidenceMissing { .. });
            tell(if lines.is_empty() {
                lang.pick("nothing has changed", "完好无改动")
            } else if found.findings.iter().all(gone) {
                lang.pick(
                    "INCOMPLETE: the events are whole, evidence that was here is gone",
                    "不完整：记录完好，但曾在本机的证据已缺失",
                )
            } else {
                lang.pick("DAMAGED: write nothing more into it", "已损坏：请勿再写入")
            });
        }
        Ok(if lines.is_empty() {
            Done::Whole
        } else {
            Done::Partly
        })
    }
}

/// `papaver registry`
#[derive(Debug, Args)]
pub struct Upkeep {
    #[command(subcommand)]
    what: UpkeepCommand,
}

#[derive(Debug, Subcommand)]
enum UpkeepCommand {
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
        let context = Context {
            common: self.common,
            lang,
        };
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
            return Err(bad("DEVICE", &self.device, looks));
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
struct SettingsArguments {
    /// Its name 设置名
    key: Option<String>,
    /// Its new value 新值
    #[arg(requires = "key")]
    value: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct DistrictsArguments {
    /// Areas with `code` and `name`: .geojson, .gpkg, .shp or .kml 区划边界文件（.geojson、.gpkg、.shp 或 .kml），带 `code` 和 `name` 属性
    file: PathBuf,
    /// The year of the codes 区划代码的年份
    #[arg(long, value_name = "YEAR")]
    vintage: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct EvidenceList {
    /// The file to write, .xlsx or .csv 输出文件，.xlsx 或 .csv
    output: PathBuf,
    /// Replace a file of that name 覆盖同名文件
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    filter: FilterArguments,
    #[command(flatten)]
    common: Common,
}

impl Upkeep {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        match self.what {
            UpkeepCommand::Rebuild(common) => rebuild(common, lang),
            UpkeepCommand::Salvage(c) => c.run(lang),
            UpkeepCommand::Settings(c) => c.run(lang),
            UpkeepCommand::Districts(c) => c.run(lang),
            UpkeepCommand::EvidenceList(c) => c.run(lang),
            UpkeepCommand::ExplainFork(c) => c.run(lang),
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
            "{sites} sites made anew; state {state}",
            "已重建 {sites} 个图斑；状态哈希 {state}"
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
                "{kept} whole events saved into {to}; {lost} seen that are not whole",
                "已抢救 {kept} 条完好记录到 {to}；另见 {lost} 条不完好"
            ));
            tell(&tr!(
                lang,
                "{evidence} files of evidence taken along, {evidence_lost} left behind because they have changed",
                "随带证据 {evidence} 个；另有 {evidence_lost} 个已被改动，未带入"
            ));
            tell(lang.pick(
                "`papaver verify` of the new file names the numbers that are missing",
                "对新文件执行 `papaver verify` 可列出缺号",
            ));
        }
        Ok(if lost + evidence_lost == 0 {
            Done::Whole
        } else {
            Done::Partly
        })
    }
}

impl SettingsArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        if let (Some(key), Some(value)) = (self.key, self.value) {
            Settings::default()
                .set(&key, &value)
                .map_err(|flaw| match flaw {
                    SettingFlaw::Unknown => bad(
                        "KEY",
                        &key,
                        Settings::NAMES.map(|(name, _)| name).join(", "),
                    ),
                    SettingFlaw::Value(looks) => bad("VALUE", &value, looks),
                })?;
            let (mut office, session) = context.office()?;
            set(&mut office, &session, key, value)?;
        }
        for setting in settings(&context.read()?) {
            if context.common.json {
                json(&serde_json::json!(setting));
            } else {
                data(&format!("{} {}", setting.key, setting.value));
            }
        }
        Ok(Done::Whole)
    }
}

impl DistrictsArguments {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let read = Districts::open(&self.file, &self.vintage).map_err(|flaw| {
            ArgumentError::NoDistricts {
                path: self.file.clone(),
                why: flaw.say(&self.file, lang),
            }
        })?;
        if read.without_shape > 0 {
            let n = read.without_shape;
            tell(&tr!(
                lang,
                "features without a geometry passed over: {n}",
                "已略过 {n} 个没有图形的要素"
            ));
        }
        if !read.in_parts.is_empty() {
            let codes = read.in_parts.join(", ");
            tell(&tr!(
                lang,
                "several features of one code are taken for parts of one district: {codes}",
                "代码相同的多个要素按同一区划的多个部分处理：{codes}"
            ));
        }
        let (mut office, _) = context.office()?;
        let filled = fill_in_districts(&mut office, &read, &self.vintage)?;
        if context.common.json {
            json(&serde_json::json!(filled));
        } else {
            let (inside, outside) = (filled.inside, filled.outside);
            tell(&tr!(
                lang,
                "{inside} sites lie in a district, {outside} in none",
                "{inside} 个图斑已定区划，{outside} 个不在任何区划内"
            ));
            for overlap in &filled.overlaps {
                let ([a, b], km2) = (&overlap.codes, overlap.m2 / 1e6);
                tell(&tr!(
                    lang,
                    "warning: districts {a} and {b} overlap by {km2:.3} km²: that ground counts in both",
                    "警告：区划 {a} 与 {b} 重叠 {km2:.3} 平方千米：重叠部分将重复计入"
                ));
            }
        }
        Ok(Done::Whole)
    }
}

impl EvidenceList {
    fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let store = context.read()?;
        let rows = evidence_list::rows(&store, &self.filter.known_to(&store)?)?;
        let output = self.output.display().to_string();
        let bytes =
            match self.output.extension().and_then(|e| e.to_str()) {
                Some("csv") => evidence_list::to_csv(&rows)
                    .map_err(|e| bad("OUTPUT", &output, e.to_string()))?,
                Some("xlsx") => evidence_list::to_xlsx(&rows)
                    .map_err(|e| bad("OUTPUT", &output, e.to_string()))?,
                _ => return Err(bad("OUTPUT", &output, "list.xlsx / list.csv")),
            };
        files::write(&self.output, Existing::replaced_if(self.overwrite), |out| {
            std::io::Write::write_all(out, &bytes)
        })?;
        let n = rows.len();
        if context.common.json {
            json(&serde_json::json!({"file": output, "files": n}));
            return Ok(Done::Whole);
        }
        tell(&tr!(
            lang,
            "{n} files listed in {output}",
            "已列出 {n} 个文件：{output}"
        ));
        Ok(Done::Whole)
    }
}
