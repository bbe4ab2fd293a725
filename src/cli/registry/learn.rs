//! `learn`: a county's verdicts put its candidates in order.

use super::affairs::show;
use super::context::{Common, Context, today};
use super::say::{Failure, data, json, tell};
use crate::cli::Done;
use crate::cli::overwrite::Overwrite;
use crate::files;
use crate::office::affairs::{VoidedEntry, void};
use crate::office::learn::{Learned, heads, learn};
use crate::schema::LearntRecord;
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::PathBuf;

/// `papaver learn`
#[derive(Debug, Args)]
pub(crate) struct Learn {
    /// Folders that scans wrote, whose candidates this registry has verdicts on (default: the recorded scans of the last season) 扫描结果文件夹，其疑似点在本登记库中已有结论（默认为最近年度已录入的扫描）
    #[arg(value_name = "RESULTS")]
    scans: Vec<PathBuf>,
    /// Also write what was learnt into a file, for `scan --learnt` without the registry 同时写出学习结果文件，供不带登记库的 `scan --learnt` 使用
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    /// List what was learnt and what it orders 列出学习结果及其所排序的扫描
    #[arg(long, conflicts_with_all = ["scans", "output", "overwrite"])]
    list: bool,
    /// Revoke what was learnt, by its number; ranks go back 撤销学习结果（记录编号），排序复原
    #[arg(long, value_name = "ENTRY", requires = "reason", conflicts_with_all = ["scans", "output", "overwrite", "list"])]
    revoke: Option<String>,
    /// Why it is revoked 撤销理由
    #[arg(long, requires = "revoke")]
    reason: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl Learn {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        if self.list {
            return list(&context);
        }
        if let Some(entry) = &self.revoke {
            return revoke(&context, entry, self.reason.unwrap_or_default());
        }
        let existing = self.overwrite.existing();
        if let Some(output) = &self.output {
            files::check(output, existing)?;
        }
        let (mut office, session) = context.office()?;
        let learned = learn(&mut office, &session, &self.scans)?;
        if let Some(output) = &self.output {
            files::write_bytes(output, existing, learned.head.text().as_bytes())?;
        }
        context.show(&learned, || {
            say(&learned, lang);
            if let Some(output) = &self.output {
                let output = output.display();
                data(&tr!(lang, "written to    {output}", "已写入    {output}"));
            }
        });
        Ok(Done::Whole)
    }
}

/// Heads, the last first.
fn list(context: &Context) -> Result<Done, Failure> {
    let lang = context.lang;
    let store = context.read()?;
    let (heads, today) = (heads(&store)?, today(&store)?.to_string());
    for head in &heads {
        if context.common.json {
            json(&serde_json::json!(head));
            continue;
        }
        if let Some(sealed) = store.event(head.said.stamp.event)? {
            show(&store, &sealed, context)?;
        }
        let (at, by) = (&head.said.stamp.at, &head.said.stamp.actor.name);
        let orders = head.orders.len();
        let expired = today > head.said.body.expires;
        let expired = if expired {
            lang.pick("; expired for new imagery", "；对新影像已过期")
        } else {
            ""
        };
        data(&tr!(
            lang,
            "    learnt {at} by {by}; orders {scans}{expired}",
            "    {at} 由 {by} 学习；用于 {orders} 次已录入扫描的排序{expired}",
            scans = (orders, "recorded scan", "recorded scans"),
        ));
    }
    if !context.common.json {
        let count = heads.len();
        tell(&tr!(
            lang,
            "{orders}",
            "学习结果共 {count} 个",
            orders = (count, "learnt order", "learnt orders"),
        ));
    }
    Ok(Done::Whole)
}

fn revoke(context: &Context, entry: &str, reason: String) -> Result<Done, Failure> {
    let (mut office, session) = context.office()?;
    let voided = void(&mut office, &session, entry, reason)?;
    let in_words = || data(&revoked(&voided, context.lang));
    context.show(&voided, in_words);
    Ok(Done::Whole)
}

fn revoked(voided: &VoidedEntry, lang: Lang) -> String {
    let entry = voided.void.entry.short();
    tr!(
        lang,
        "{entry} is revoked: ranks are what they were without it",
        "{entry} 已撤销：排序恢复原状"
    )
}

fn say(learned: &Learned, lang: Lang) {
    let head = &learned.head;
    let [yes, no] = head.verdicts;
    let (on, of) = (learned.candidates, head.scans.len());
    data(&tr!(
        lang,
        "learnt from   {yes} true and {verdicts} on {candidates} of {scans}",
        "学习依据  属实 {yes} 处、排除 {no} 处（{on} 个疑似点，{of} 次扫描）",
        verdicts = (no, "false verdict", "false verdicts"),
        candidates = (on, "candidate", "candidates"),
        scans = (of, "scan", "scans"),
    ));
    let [before, after] = head.areas;
    data(&tr!(
        lang,
        "told apart    {after:.3} of verdicts that it had not seen, {before:.3} by the shipped rank (1 is all, 0.5 is chance)",
        "区分能力  对未见过的结论为 {after:.3}，原排序为 {before:.3}（1 为全部分清，0.5 为随机）"
    ));
    data(&recall(head, lang));
    let [real, false_] = learned.audited;
    if real + false_ + learned.audited_open > 0 {
        let open = learned.audited_open;
        data(&tr!(
            lang,
            "audit         of those that would have gone down and stayed: {real} true, {false_} false, {open} without a verdict",
            "抽查      本应下调而保留原位的：属实 {real} 处、排除 {false_} 处、尚无结论 {open} 处"
        ));
    }
    let (unit, from, expires) = (&head.unit, head.first_day(), &head.expires);
    let [finest, coarsest] = head.gsd_cm;
    data(&tr!(
        lang,
        "holds for     unit {unit} and below, imagery of {from} to {expires}, {finest:.2} to {coarsest:.2} cm a pixel",
        "适用于    单位 {unit} 及下级，{from} 至 {expires} 的影像，每像元 {finest:.2} 至 {coarsest:.2} 厘米"
    ));
    if !learned.unverified.is_empty() {
        let scans = learned.unverified.join(lang.pick(", ", "、"));
        data(&tr!(
            lang,
            "not verified  scans {scans}: the registry kept no features of them, so that nobody can say whether the folders were made by hand",
            "未经核实  扫描 {scans}：本库未存其特征，无法核实文件夹是否为人工编造"
        ));
    }
    if let Some(entry) = learned.entry {
        let entry = entry.short();
        data(&tr!(
            lang,
            "recorded as   {entry}; only ranks change, `papaver learn --revoke {entry}` puts them back",
            "记录编号  {entry}；只改变排序，`papaver learn --revoke {entry}` 可恢复"
        ));
    }
}

/// What the plots that come with the program say.
fn recall(head: &LearntRecord, lang: Lang) -> String {
    let depth = 100.0 * head.recall_depth.unwrap_or(0.5);
    match head.recall.map(|both| both.map(|share| 100.0 * share)) {
        Some([before, after]) => tr!(
            lang,
            "recall        {after:.1} % of the plots that come with the program are in the first {depth:.0} % of the list, {before:.1} % by the shipped rank",
            "查全保障  程序自带的罂粟样本有 {after:.1}% 位于列表前 {depth:.0}%，原排序为 {before:.1}%"
        ),
        None => lang
            .pick(
                "recall        cannot be guarded: no plots for this model come with the program",
                "查全保障  无法检验：程序没有该模型的罂粟样本",
            )
            .into(),
    }
}
