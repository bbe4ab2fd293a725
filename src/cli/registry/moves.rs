//! The moves of a site's life from a crew's dispatch to its end: `assign`, `eradicate`, `accept`, `reopen`, `resolve`.

use super::Done;
use super::context::{Common, Context, date};
use super::crews;
use super::say::{ArgumentError, Failure, tell};
use super::selection::Selection;
use super::sites::show_changed;
use super::step::StepArguments;
use crate::office::life::{LifeStep, assign};
use crate::office::{self, Changed};
use crate::registry::State;
use crate::registry::body::{self, FailReason};
use crate::registry::code_lists::Coded;
use crate::tr;
use crate::words::Lang;
use clap::Args;
use std::collections::BTreeMap;

/// A value of a fixed list, by its code or its word in either language.
pub(super) fn word<T: Coded>(option: &'static str, text: &str) -> Result<T, Failure> {
    T::read(text).ok_or_else(|| ArgumentError::coded::<T>(option, text).into())
}

/// A day that was typed, as events hold it.
pub(super) fn day(option: &'static str, text: &str) -> Result<String, Failure> {
    date(option, text).map(|day| day.to_string())
}

/// `papaver assign`
#[derive(Debug, Args)]
pub(crate) struct AssignArguments {
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

impl AssignArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let due = self
            .due
            .as_deref()
            .map(|text| day("--due", text))
            .transpose()?;
        let context = Context::of(self.common, lang);
        let (mut office, session) = context.office()?;
        if !self.new_crew {
            crews::check_first(office.store(), &self.crew)?;
        }
        let sites = self.sites.keys(office.store())?;
        let crew = body::Assign {
            crew: self.crew,
            due,
        };
        let changed = assign(&mut office, &session, &sites, &crew)?;
        show_changed(&changed, office.store(), &context)?;
        if crew.due.is_none() {
            tell_days_that_stay(&changed, lang);
        }
        Ok(Done::Whole)
    }
}

/// Says by which days the crew has to be there, where these were set before and no other was.
fn tell_days_that_stay(changed: &Changed, lang: Lang) {
    let set = changed.sites.iter().filter_map(|now| {
        let (assign, _) = now.site.assigned.as_ref()?;
        Some((assign.due.as_deref()?, now.id.as_str()))
    });
    let mut days: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (day, site) in set {
        days.entry(day).or_default().push(site);
    }
    for (day, sites) in days {
        let sites = sites.join(lang.pick(", ", "、"));
        tell(&tr!(
            lang,
            "the due day that was set before stays: {day} ({sites})",
            "未另定时限，原完成时限不变：{day}（{sites}）"
        ));
    }
}

/// `papaver eradicate`
#[derive(Debug, Args)]
pub(crate) struct EradicateArguments {
    /// Per cent of the plants destroyed 已铲除植株的百分比
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u8).range(0..=100))]
    percent: u8,
    /// How 铲除方式
    #[arg(long)]
    method: Option<String>,
    /// Who did it: whoever types it is named only where given here 铲除人员；操作人本人参与的也须写明
    #[arg(long = "officer", value_name = "NAME")]
    officers: Vec<String>,
    #[command(flatten)]
    step: StepArguments,
}

impl EradicateArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let step = self.step;
        let context = Context::of(step.common, lang);
        let files = step.files.handed_in(true);
        let body = body::Eradicate {
            percent: self.percent,
            method: self.method,
            officers: self.officers,
            note: step.note,
            forced: step.force,
            imported: None,
        };
        context.step(&step.site, &files, |_, _| Ok(LifeStep::Eradicate(body)))?;
        Ok(Done::Whole)
    }
}

/// `papaver accept`
#[derive(Debug, Args)]
pub(crate) struct AcceptArguments {
    /// It fails: residue or regrowth 不合格，原因为 residue（残留）或 regrowth（复生）
    #[arg(long, value_name = "REASON")]
    fail: Option<String>,
    #[command(flatten)]
    step: StepArguments,
}

impl AcceptArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let reason: Option<FailReason> = self
            .fail
            .as_deref()
            .map(|text| word("--fail", text))
            .transpose()?;
        let step = self.step;
        let context = Context::of(step.common, lang);
        let files = step.files.handed_in(true);
        let body = body::Accept {
            passed: reason.is_none(),
            reason,
            note: step.note,
            forced: step.force,
        };
        let changed = context.step(&step.site, &files, |_, _| Ok(LifeStep::Accept(body)))?;
        if !changed.signed {
            tell(lang.pick(
                "accepted without the acceptor's own key: this stays marked",
                "未用验收员个人密钥签名，将永久标注",
            ));
        }
        Ok(Done::Whole)
    }
}

/// `papaver reopen`
#[derive(Debug, Args)]
pub(crate) struct Reopen {
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
        let context = Context::of(self.common, lang);
        let step = LifeStep::Reopen(body::ReasonedMove {
            reason: self.reason,
        });
        context.step(&self.site, &office::Files::default(), |_, _| Ok(step))?;
        Ok(Done::Whole)
    }
}

/// `papaver resolve`
#[derive(Debug, Args)]
pub(crate) struct ResolveArguments {
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

impl ResolveArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let state = State::of_name(&self.state)
            .ok_or_else(|| ArgumentError::coded_states("--state", &self.state))?;
        let (context, reason) = (Context::of(self.common, lang), self.reason);
        let step = LifeStep::Resolve(body::Resolve { state, reason });
        context.step(&self.site, &office::Files::default(), |_, _| Ok(step))?;
        Ok(Done::Whole)
    }
}
