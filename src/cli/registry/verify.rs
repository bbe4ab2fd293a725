//! `verify`: is everything as it was recorded?

use super::Done;
use super::context::{Common, Context};
use super::say::{Failure, data, json, tell};
use super::settings::decided_elsewhere;
use crate::office::Unfollowed;
use crate::registry::{Hash, SiteKey};
use crate::store::{Boundaries, Discrepancy, ExplainedFork, Verification};
use crate::tr;
use crate::words::{Both, Lang};
use clap::Args;

/// `papaver verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Verify anew what this device verified before, and the canonical form too 本设备校验过的也重新校验，包括规范格式
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    common: Common,
}

/// What is said of boundaries that nobody decided on.
const BOUNDARIES: Both = Both(
    "the boundaries are not those that the unit decided on last; a supervisor gives the file again with `papaver registry districts`",
    "区划边界与本单位最近一次确定的不符；请由主管用 `papaver registry districts` 重新填写",
);

const GROUNDS: Both = Both(
    "whose registry this is, or whom it trusts from the beginning, is not what its device signed",
    "登记库的归属单位或信任起点与本机签名不符",
);
const MARK: Both = Both(
    "events that were verified here before are gone or are others now",
    "此前已校验的记录已缺失或被替换",
);

/// That a device gave a number twice, and what a supervisor says of that.
pub(super) fn explained(fork: &ExplainedFork, lang: Lang) -> String {
    let ExplainedFork {
        seq,
        by,
        by_unit,
        reason,
        ..
    } = fork;
    let device = fork.device.short();
    tr!(
        lang,
        "device {device} gave numbers from {seq} on twice; {by} ({by_unit}) has said why: {reason}",
        "设备 {device} 自序号 {seq} 起重复；{by_unit} {by} 已说明原因：{reason}"
    )
}

fn derived(site: Option<SiteKey>, lang: Lang) -> String {
    tr!(
        lang,
        "the derived tables are not what the events make {site}; `papaver registry rebuild` mends that",
        "派生表与记录不一致 {site}；可用 `papaver registry rebuild` 修复",
        site = site.map(|key| key.to_string()).unwrap_or_default(),
    )
}

fn finding(found: &Discrepancy, lang: Lang) -> String {
    match found {
        Discrepancy::Structure { what } => tr!(lang, "the data base: {what}", "数据库结构：{what}"),
        Discrepancy::Event {
            row,
            hash,
            device,
            seq,
            flaw,
        } => tr!(
            lang,
            "event {hash} (device {device}, number {seq}, row {row}): {flaw}",
            "记录 {hash}（设备 {device}，序号 {seq}，行 {row}）：{flaw}",
            hash = hash.short(),
            device = device.short(),
            flaw = flaw.say(lang),
        ),
        Discrepancy::Row { row } => tr!(
            lang,
            "row {row} does not repeat what its event says",
            "第 {row} 行与其记录不符"
        ),
        Discrepancy::Chain { device, seq } => tr!(
            lang,
            "device {device}, number {seq} does not follow the event before it",
            "设备 {device} 序号 {seq} 与上一条不衔接",
            device = device.short(),
        ),
        Discrepancy::Fork { device, seq } => tr!(
            lang,
            "device {device} has two events of number {seq}: its registry was copied or put back, and written in twice; ask that office, then a supervisor records why with `papaver registry explain-fork {device} --reason TEXT`",
            "设备 {device} 有两条序号 {seq}：其登记库曾被复制或回退后再次写入；请向该单位核实，由主管用 `papaver registry explain-fork {device} --reason 理由` 说明原因",
            device = device.short(),
        ),
        Discrepancy::Derived { site } => derived(*site, lang),
        Discrepancy::Schema { name } => tr!(
            lang,
            "the table, index or trigger {name} is not the one that this program makes",
            "表、索引或触发器 {name} 与本程序所建不符"
        ),
        Discrepancy::Grounds => GROUNDS.pick(lang).to_owned(),
        Discrepancy::Mark => MARK.pick(lang).to_owned(),
        Discrepancy::Boundaries => BOUNDARIES.pick(lang).to_owned(),
        Discrepancy::District { site } => tr!(
            lang,
            "the district of site {site} is not that of the boundary file; `papaver registry districts` fills it in again",
            "图斑 {site} 的区划与边界文件不符；可用 `papaver registry districts` 重新填写"
        ),
        Discrepancy::EvidenceMissing { sha256, name } => tr!(
            lang,
            "evidence {name} ({sha256}) was recorded here and is gone: put it back from a copy, or apply a bundle that carries it",
            "证据 {name}（{sha256}）曾在本机录入，现已缺失：请从备份放回，或导入含有它的数据包"
        ),
        Discrepancy::EvidenceChanged { sha256, name } => tr!(
            lang,
            "evidence {name} ({sha256}) has changed",
            "证据 {name}（{sha256}）已被改动"
        ),
    }
}

impl Verify {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let store = context.read()?;
        let found = store.verify(self.full)?;
        let state = store.state_hash()?;
        let refused = if found.findings.is_empty() {
            store.refused()?
        } else {
            Vec::new()
        };
        let refused = refused.into_iter();
        let checked = Checked {
            found,
            state,
            refused: refused
                .map(|(sealed, why)| Unfollowed::of(&store, &sealed, why))
                .collect(),
            boundaries_elsewhere: store.boundaries_elsewhere()?,
        };
        let lines: Vec<String> = checked
            .found
            .findings
            .iter()
            .map(|f| finding(f, lang))
            .collect();
        if context.common.json {
            json(&checked.json(&lines, lang));
        } else {
            checked.say(&lines, lang);
        }
        Ok(Done::of(lines.is_empty()))
    }
}

/// What verifying found, to be said.
struct Checked {
    found: Verification,
    /// The state's hash.
    state: Hash,
    /// Events that are not followed, with why.
    refused: Vec<Unfollowed>,
    /// What other computers of the unit decided on boundaries.
    boundaries_elsewhere: Vec<Boundaries>,
}

impl Checked {
    fn json(&self, findings: &[String], lang: Lang) -> serde_json::Value {
        let found = &self.found;
        serde_json::json!({
            "events": found.events, "signatures": found.signatures, "evidence": found.files, "state": self.state, "findings": findings,
            "gaps": found.gaps.iter().map(|g| serde_json::json!({"device": g.device, "first": g.first, "last": g.last})).collect::<Vec<_>>(),
            "verified_before": found.verified_before,
            "forks_explained": found.acknowledged,
            "not_followed": self.refused.iter().map(|of| {
                let mut said = serde_json::json!(of);
                said["because"] = of.why.label(lang).into();
                said
            }).collect::<Vec<_>>(),
            "boundaries_elsewhere": self.boundaries_elsewhere.iter().map(|of| serde_json::json!({
                "sha256": of.sha256, "vintage": of.vintage, "event": of.decided.as_ref().map(|by| by.hash),
            })).collect::<Vec<_>>(),
            "absent": found.absent.iter().map(|(sha256, name)| serde_json::json!({"sha256": sha256, "name": name})).collect::<Vec<_>>(),
            "heads": found.heads.iter().map(|(d, s, h)| serde_json::json!({"device": d, "seq": s, "hash": h})).collect::<Vec<_>>(),
        })
    }

    fn say(&self, findings: &[String], lang: Lang) {
        for text in findings {
            data(text);
        }
        self.say_what_is_not_followed(lang);
        self.say_what_is_absent(lang);
        for (device, seq, hash) in &self.found.heads {
            let (head, device) = (lang.pick("head", "链头"), device.short());
            data(&format!("{head} {device} #{seq} {hash}"));
        }
        data(&format!(
            "{} {}",
            lang.pick("state", "状态哈希"),
            self.state
        ));
        self.say_verdict(lang);
    }

    fn say_what_is_not_followed(&self, lang: Lang) {
        for unfollowed in &self.refused {
            data(&unfollowed.sentence(lang));
        }
        for boundaries in &self.boundaries_elsewhere {
            data(&decided_elsewhere(boundaries, lang));
        }
        for fork in &self.found.acknowledged {
            data(&explained(fork, lang));
        }
    }

    fn say_what_is_absent(&self, lang: Lang) {
        for gap in &self.found.gaps {
            let (device, first, last) = (gap.device.short(), gap.first, gap.last);
            data(&tr!(
                lang,
                "not arrived: device {device}, numbers {first} to {last}",
                "尚未到达：设备 {device}，序号 {first}–{last}"
            ));
        }
        for (sha256, name) in &self.found.absent {
            data(&tr!(
                lang,
                "not arrived: evidence {name} ({sha256})",
                "尚未到达：证据 {name}（{sha256}）"
            ));
        }
    }

    fn say_verdict(&self, lang: Lang) {
        let found = &self.found;
        let (events, signatures, files) = (found.events, found.signatures, found.files);
        let before = found.verified_before;
        tell(&tr!(
            lang,
            "{events}, {signatures} verified now, {before} before; {files}",
            "{events} 条记录，本次验签 {signatures} 个，此前已验 {before} 个；{files} 个证据文件",
            files = (files, "evidence file", "evidence files"),
            signatures = (signatures, "signature", "signatures"),
            events = (events, "event", "events"),
        ));
        let gone = |f: &Discrepancy| matches!(f, Discrepancy::EvidenceMissing { .. });
        let mendable = |f: &Discrepancy| {
            use Discrepancy::{Boundaries, Derived, District, Fork};
            let by_a_command = matches!(
                f,
                Fork { .. } | Derived { .. } | District { .. } | Boundaries
            );
            by_a_command || gone(f)
        };
        tell(if found.findings.is_empty() {
            lang.pick("nothing has changed", "完好无改动")
        } else if found.findings.iter().all(gone) {
            lang.pick(
                "INCOMPLETE: the events are whole, evidence that was here is gone",
                "不完整：记录完好，但曾在本机的证据已缺失",
            )
        } else if found.findings.iter().all(mendable) {
            lang.pick(
                "NOT IN ORDER: no event was changed; do what is said above of each finding",
                "须处理：记录未被改动，请按上述各项提示处理",
            )
        } else {
            lang.pick("DAMAGED: write nothing more into it", "已损坏：请勿再写入")
        });
    }
}
