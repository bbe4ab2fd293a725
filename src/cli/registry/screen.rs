//! `screen`: one site, the decisions that the contact sheet saved, what comes next, and whether to stop.

use super::Done;
use super::context::{Common, Context};
use super::moves::word;
use super::queue;
use super::say::{ArgumentError, Failure, json, tell};
use crate::office::Files;
use crate::office::desk::queue::Wanted;
use crate::office::life::LifeStep;
use crate::office::record::decisions;
use crate::office::screening::screen_all;
use crate::registry::body::{self, RejectReason};
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::{Path, PathBuf};

/// `papaver screen`
#[derive(Debug, Args)]
pub(crate) struct ScreenArguments {
    /// The site's code 图斑编号
    #[arg(required_unless_present_any = ["from", "next", "audit", "stop"])]
    site: Option<String>,
    /// Keep it for the field 保留，待实地核查
    #[arg(long, conflicts_with = "reject")]
    keep: bool,
    /// Put it aside, with a reason: lookalike, crop, `garden_flower`, vegetable, object, `shadow_or_blur`, duplicate, other 排除，理由为 lookalike 相似花卉、crop 农作物、`garden_flower` 园艺花卉、vegetable 蔬菜、object 非植物、`shadow_or_blur` 阴影或模糊、duplicate 重复、other 其他
    #[arg(long, value_name = "REASON")]
    reject: Option<String>,
    /// Take the decisions that review.html saved 录入 review.html 保存的研判结果
    #[arg(long, value_name = "FILE", conflicts_with_all = ["site", "keep", "reject"])]
    from: Option<PathBuf>,
    /// List which to screen next: mostly the best, some uncertain, some by lot; with `--audit` the audit's lots alone 列出接下来应研判的疑似点：多数为排名靠前的，兼顾难以判断的和随机抽取的；与 `--audit` 同用时只列抽查样本
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "20", conflicts_with_all = ["site", "from", "keep", "reject"])]
    next: Option<usize>,
    /// Draw a random audit of what nobody has decided on; `--next` lists it then 从尚未研判的疑似点中随机抽查；此后由 `--next` 列出
    #[arg(long, conflicts_with_all = ["site", "from", "keep", "reject"])]
    audit: bool,
    /// Whether screening may stop with at most this share of the true ones missed, after a random audit 根据随机抽查判断：在漏检比例不超过该值的前提下，能否停止研判
    #[arg(long, value_name = "SHARE", num_args = 0..=1, default_missing_value = "0.05", conflicts_with_all = ["site", "from", "keep", "reject", "next", "audit"])]
    stop: Option<f64>,
    /// With `--next`, `--audit` and `--stop`: another season than the last 与 `--next`、`--audit`、`--stop` 同用：指定年度（默认最近年度）
    #[arg(long, value_name = "YEAR")]
    season: Option<i16>,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl ScreenArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        if let Some(count) = self.next {
            let wanted = if self.audit {
                Wanted::Lots
            } else {
                Wanted::Mixed
            };
            return queue::next(&context, self.season, count, wanted);
        }
        if self.audit {
            return queue::draw(&context, self.season);
        }
        if let Some(share) = self.stop {
            return queue::stop(&context, self.season, share);
        }
        if let Some(from) = self.from {
            return screen_from(&context, &from);
        }
        let reason: Option<RejectReason> = self
            .reject
            .as_deref()
            .map(|text| word("--reject", text))
            .transpose()?;
        if reason.is_none() && !self.keep {
            return Err(ArgumentError::NoDecision.into());
        }
        let screen = body::Screen {
            keep: self.keep,
            reason,
            note: self.note,
            took_ms: None,
            seconds: None,
        };
        let site = self.site.unwrap_or_default();
        let changed = context.step(&site, &Files::default(), |_, _| {
            Ok(LifeStep::Screen(screen))
        })?;
        if changed.awaits_second {
            tell(lang.pick(
                "recorded as the word of one of two: it is decided when a second person, who does not see it, says the same",
                "已记为两人中一人的意见：须第二人在不知情的情况下独立研判，意见一致方可认定",
            ));
        }
        Ok(Done::Whole)
    }
}

/// What the contact sheet saved, and what became of it.
fn screen_from(context: &Context, from: &Path) -> Result<Done, Failure> {
    let lang = context.lang;
    let decided = decisions(from)?;
    let (mut office, session) = context.office()?;
    let done = screen_all(&mut office, &session, decided, lang)?;
    if context.common.json {
        json(&serde_json::json!(done));
    } else {
        let (kept, rejected, again) = (done.kept, done.rejected, done.recorded_before);
        tell(&tr!(
            lang,
            "kept {kept}, put aside {rejected}, recorded before {again}",
            "保留 {kept}，排除 {rejected}，此前已录 {again}"
        ));
        if done.await_second > 0 {
            let count = done.await_second;
            tell(&tr!(
                lang,
                "{count} await a second person, who does not see what was said",
                "{count} 个待第二人独立研判"
            ));
        }
        if !done.dated_early.is_empty() {
            let count = done.dated_early.len();
            tell(&tr!(
                lang,
                "warning: {decisions} before the scan was run: the clock of one of the two computers was wrong",
                "警告：{count} 项决定的时间早于扫描时间：两台计算机中有一台的时钟不准",
                decisions = (count, "decision is dated", "decisions are dated"),
            ));
        }
        if let Some(scan) = &done.other_scan {
            tell(&tr!(
                lang,
                "warning: the file is of scan {scan}, and these candidates were recorded of another scan: was it the right file?",
                "警告：该文件属于扫描 {scan}，而这些疑似点由其他扫描录入：请核对文件是否正确"
            ));
        }
        for (candidate, why) in &done.passed_over {
            tell(&tr!(
                lang,
                "passed over {candidate}: {why}",
                "跳过 {candidate}：{why}"
            ));
        }
    }
    Ok(Done::of(done.passed_over.is_empty()))
}
