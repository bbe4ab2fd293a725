//! The moves of a site's life from a crew's dispatch to its end: `assign`, `eradicate`, `accept`, `reopen`, `resolve`.

use super::Done;
use super::context::{Common, Context, Files, moment};
use super::crews;
use super::say::{ArgumentError, Failure, bad, tell};
use super::selection::Selection;
use super::sites::changed;
use crate::registry::State;
use crate::registry::body::{self, Body, FailReason};
use crate::registry::coded::Coded;
use crate::store::Draft;
use crate::words::Lang;
use clap::Args;

/// A value of a fixed list, by its code or its word in either language.
pub(super) fn word<T: Coded>(option: &'static str, text: &str) -> Result<T, Failure> {
    T::read(text).ok_or_else(|| ArgumentError::coded::<T>(option, text).into())
}

fn day(option: &'static str, text: &str) -> Result<String, Failure> {
    text.parse::<jiff::civil::Date>()
        .map(|date| date.to_string())
        .map_err(|_none| bad(option, text, "2026-05-10"))
}

/// `papaver assign`
#[derive(Debug, Args)]
pub struct Assign {
    #[command(flatten)]
    sites: Selection,
    /// The crew 核查组
    #[arg(long)]
    crew: String,
    /// The crew is a new one 该核查组为新组
    #[arg(long)]
    new_crew: bool,
    /// By which day 完成时限
    #[arg(long, value_name = "DATE")]
    due: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl Assign {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let due = self
            .due
            .as_deref()
            .map(|text| day("--due", text))
            .transpose()?;
        let context = Context {
            common: self.common,
            lang,
        };
        let (mut store, author) = context.write()?;
        if !self.new_crew {
            crews::check_first(&store, &self.crew)?;
        }
        let keys = self.sites.keys(&store)?;
        let at = context.at()?;
        store.write(|store| {
            for key in &keys {
                let body = Body::Assign(body::Assign {
                    crew: self.crew.clone(),
                    due: due.clone(),
                });
                let draft = Draft {
                    site: Some(*key),
                    at: at.clone(),
                    evidence: vec![],
                    body,
                };
                store.append(&author, draft, moment())?;
            }
            Ok(())
        })?;
        for key in keys {
            changed(&store, key, &context.common, lang)?;
        }
        Ok(Done::Whole)
    }
}

/// `papaver eradicate`
#[derive(Debug, Args)]
pub struct Eradicate {
    /// The site's code 图斑编号
    site: String,
    /// Per cent of the plants destroyed 已铲除植株的百分比
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u8).range(0..=100))]
    percent: u8,
    /// How 铲除方式
    #[arg(long)]
    method: Option<String>,
    /// Who took part, beside the actor 除操作人外的参与人员
    #[arg(long = "officer", value_name = "NAME")]
    officers: Vec<String>,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    /// Record it without the evidence it needs, for this reason 缺少所需证据仍录入，须写明理由
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    common: Common,
}

impl Eradicate {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let files = Files {
            after: true,
            ..self.files
        };
        let body = body::Eradicate {
            percent: self.percent,
            method: self.method,
            officers: self.officers,
            note: self.note,
            forced: self.force,
            imported: None,
        };
        let (store, key, _) =
            context.record(&self.site, &files, |_, _| Ok(Body::Eradicate(body)))?;
        changed(&store, key, &context.common, lang)
    }
}

/// `papaver accept`
#[derive(Debug, Args)]
pub struct Accept {
    /// The site's code 图斑编号
    site: String,
    /// It fails: residue or regrowth 不合格，原因为 residue（残留）或 regrowth（复生）
    #[arg(long, value_name = "REASON")]
    fail: Option<String>,
    /// Words 备注
    #[arg(long)]
    note: Option<String>,
    /// Record it without the evidence it needs, for this reason 缺少所需证据仍录入，须写明理由
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    common: Common,
}

impl Accept {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let reason: Option<FailReason> = self
            .fail
            .as_deref()
            .map(|text| word("--fail", text))
            .transpose()?;
        let context = Context {
            common: self.common,
            lang,
        };
        let files = Files {
            after: true,
            ..self.files
        };
        let body = body::Accept {
            passed: reason.is_none(),
            reason,
            note: self.note,
            forced: self.force,
        };
        let (store, key, sealed) =
            context.record(&self.site, &files, |_, _| Ok(Body::Accept(body)))?;
        if sealed.event.actor.key.is_none() {
            tell(lang.pick(
                "accepted without the acceptor's own key: this stays marked",
                "未用验收员个人密钥签名，将永久标注",
            ));
        }
        changed(&store, key, &context.common, lang)
    }
}

/// `papaver reopen`
#[derive(Debug, Args)]
pub struct Reopen {
    /// The site's code 图斑编号
    site: String,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Reopen {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context {
            common: self.common,
            lang,
        };
        let body = Body::Reopen(body::Reason {
            reason: self.reason,
        });
        let (store, key, _) = context.record(&self.site, &Files::default(), |_, _| Ok(body))?;
        changed(&store, key, &context.common, lang)
    }
}

/// `papaver resolve`
#[derive(Debug, Args)]
pub struct Resolve {
    /// The site's code 图斑编号
    site: String,
    /// The state that stands 裁定成立的状态
    #[arg(long)]
    state: String,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Resolve {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let state = State::of_name(&self.state)
            .ok_or_else(|| ArgumentError::coded_states("--state", &self.state))?;
        let context = Context {
            common: self.common,
            lang,
        };
        let body = Body::Resolve(body::Resolve {
            state,
            reason: self.reason,
        });
        let (store, key, _) = context.record(&self.site, &Files::default(), |_, _| Ok(body))?;
        changed(&store, key, &context.common, lang)
    }
}
