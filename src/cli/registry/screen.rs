//! `screen`: one site, or the decisions that the contact sheet saved.

use super::Done;
use super::context::{Common, Context, Files, moment};
use super::life::word;
use super::say::{Failure, bad, json, tell};
use super::sites::changed;
use crate::office::record::decisions;
use crate::registry::body::{self, Body, RejectReason};
use crate::registry::moves::Refusal;
use crate::store::{Draft, StoreError};
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::path::PathBuf;

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
        let body = Body::Screen(body::Screen {
            keep: self.keep,
            reason,
            note: self.note,
        });
        let (store, key, _) =
            context.record(&self.site.unwrap_or_default(), &Files::default(), |_, _| {
                Ok(body)
            })?;
        changed(&store, key, &context.common, lang)
    }
}

/// Each decision once; one that a site has moved past is told and passed over, the rest is kept.
fn screen_from(context: &Context, from: &std::path::Path) -> Result<Done, Failure> {
    let lang = context.lang;
    let decided = decisions(from)?;
    let (mut store, author) = context.write()?;
    let (mut kept, mut rejected, mut again, mut passed_over) = (0, 0, 0, Vec::new());
    for decision in decided {
        let Some(key) = store.site_of_candidate(&decision.candidate)? else {
            passed_over.push((
                decision.candidate.clone(),
                lang.pick("not recorded here", "本库未录入").to_owned(),
            ));
            continue;
        };
        let site = store.site(key)?;
        let same =
            site.as_ref()
                .and_then(|s| s.screened.as_ref())
                .is_some_and(|(keep, reason, stamp)| {
                    (*keep, *reason, &stamp.at)
                        == (decision.screen.keep, decision.screen.reason, &decision.at)
                });
        if same {
            again += 1;
            continue;
        }
        let draft = Draft {
            site: Some(key),
            at: decision.at.clone(),
            evidence: vec![],
            body: Body::Screen(decision.screen.clone()),
        };
        match store.write(|s| s.append(&author, draft, moment())) {
            Ok(_) if decision.screen.keep => kept += 1,
            Ok(_) => rejected += 1,
            Err(StoreError::Refused {
                refusal: Refusal::State { state, .. },
                site,
                ..
            }) => {
                passed_over.push((
                    decision.candidate.clone(),
                    format!("{site}: {}", state.label(lang)),
                ));
            }
            Err(other) => return Err(other.into()),
        }
    }
    if context.common.json {
        json(
            &serde_json::json!({"kept": kept, "rejected": rejected, "recorded_before": again, "passed_over": passed_over}),
        );
    } else {
        tell(&tr!(
            lang,
            "kept {kept}, put aside {rejected}, recorded before {again}",
            "保留 {kept}，排除 {rejected}，此前已录 {again}"
        ));
        for (candidate, why) in &passed_over {
            tell(&tr!(
                lang,
                "passed over {candidate}: {why}",
                "跳过 {candidate}：{why}"
            ));
        }
    }
    Ok(if passed_over.is_empty() {
        Done::Whole
    } else {
        Done::Partly
    })
}
