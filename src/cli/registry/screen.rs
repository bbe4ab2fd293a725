//! `screen`: one site, or the decisions that the contact sheet saved.

use super::Done;
use super::context::{Common, Context};
use super::life::word;
use super::say::{Failure, bad, json, tell};
use crate::office::Files;
use crate::office::life::Step;
use crate::office::record::decisions;
use crate::office::screening::screen_all;
use crate::registry::body::{self, RejectReason};
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::{Path, PathBuf};

/// `papaver screen`
#[derive(Debug, Args)]
pub struct Screen {
    /// The site's code 图斑编号
    #[arg(required_unless_present = "from")]
    site: Option<String>,
    /// Keep it for the field 保留，待实地核查
    #[arg(long, conflicts_with = "reject")]
    keep: bool,
    /// Put it aside, with a reason: lookalike, crop, `garden_flower`, vegetable, object, `shadow_or_blur`, duplicate, other 排除，理由为 lookalike 相似植物、crop 农作物、`garden_flower` 园艺花卉、vegetable 蔬菜、object 物体、`shadow_or_blur` 阴影或模糊、duplicate 重复、other 其他
    #[arg(long, value_name = "REASON")]
    reject: Option<String>,
    /// Take the decisions that review.html saved 录入 review.html 保存的研判结果
    #[arg(long, value_name = "FILE", conflicts_with_all = ["site", "keep", "reject"])]
    from: Option<PathBuf>,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl Screen {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        if let Some(from) = self.from {
            return screen_from(&context, &from);
        }
        let reason: Option<RejectReason> = self
            .reject
            .as_deref()
            .map(|text| word("--reject", text))
            .transpose()?;
        if reason.is_none() && !self.keep {
            return Err(bad("screen", "", "--keep / --reject crop"));
        }
        let screen = body::Screen {
            keep: self.keep,
            reason,
            note: self.note,
        };
        let site = self.site.unwrap_or_default();
        context.step(&site, &Files::default(), |_, _| Ok(Step::Screen(screen)))?;
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
        for (candidate, why) in &done.passed_over {
            tell(&tr!(
                lang,
                "passed over {candidate}: {why}",
                "跳过 {candidate}：{why}"
            ));
        }
    }
    Ok(if done.passed_over.is_empty() {
        Done::Whole
    } else {
        Done::Partly
    })
}
