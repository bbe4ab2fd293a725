//! `learn`: a county's verdicts put its candidates in order.

use super::context::{Common, Context};
use super::say::{Failure, data, json};
use crate::cli::Done;
use crate::files::{self, Existing};
use crate::office::learn::{Learned, learn};
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::{Path, PathBuf};

/// `papaver learn`
#[derive(Debug, Args)]
pub struct Learn {
    /// Folders that scans wrote, whose candidates this registry has verdicts on 扫描结果文件夹，其疑似点在本登记库中已有结论
    #[arg(required = true, value_name = "RESULTS")]
    scans: Vec<PathBuf>,
    /// Where to write what was learnt, for `scan --learnt` 学习结果的输出文件，供 `scan --learnt` 使用
    #[arg(short, long, value_name = "FILE", default_value = "learnt.json")]
    output: PathBuf,
    /// Replace a file of that name 覆盖同名文件
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    common: Common,
}

impl Learn {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let existing = Existing::replaced_if(self.overwrite);
        files::check(&self.output, existing)?;
        let learned = learn(&context.read()?, &self.scans)?;
        let mut text = serde_json::to_string_pretty(&learned.head).unwrap_or_default();
        text.push('\n');
        files::write_bytes(&self.output, existing, text.as_bytes())?;
        if context.common.json {
            json(&serde_json::json!(learned));
        } else {
            say(&learned, &self.output, lang);
        }
        Ok(Done::Whole)
    }
}

fn say(learned: &Learned, output: &Path, lang: Lang) {
    let head = &learned.head;
    let [yes, no] = head.verdicts;
    data(&tr!(
        lang,
        "learnt from   {yes} true and {no} false verdicts on {} candidates of {} scans",
        "学习依据  属实 {yes} 处、排除 {no} 处（{} 个疑似点，{} 次扫描）",
        learned.candidates,
        head.scans.len()
    ));
    let [before, after] = head.areas;
    data(&tr!(
        lang,
        "told apart    {after:.3} of verdicts that it had not seen, {before:.3} by the shipped rank (1 is all, 0.5 is chance)",
        "区分能力  对未见过的结论为 {after:.3}，原排序为 {before:.3}（1 为全部分清，0.5 为随机）"
    ));
    let [real, false_] = learned.audited;
    if real + false_ + learned.audited_open > 0 {
        let open = learned.audited_open;
        data(&tr!(
            lang,
            "audit         of those that would have gone down and stayed: {real} true, {false_} false, {open} without a verdict",
            "抽查      本应下调而保留原位的：属实 {real} 处、排除 {false_} 处、尚无结论 {open} 处"
        ));
    }
    let (season, unit) = (head.season, &head.unit);
    let [finest, coarsest] = head.gsd_cm;
    data(&tr!(
        lang,
        "holds for     unit {unit} and below, imagery of {season}, {finest:.2} to {coarsest:.2} cm a pixel",
        "适用于    单位 {unit} 及下级，{season} 年影像，每像元 {finest:.2} 至 {coarsest:.2} 厘米"
    ));
    let output = output.display();
    data(&tr!(
        lang,
        "written to    {output}; scan into the same folder with `--learnt {output}`: only ranks change",
        "已写入    {output}；用同一结果文件夹加 `--learnt {output}` 重新扫描即可：只改变排序"
    ));
}
