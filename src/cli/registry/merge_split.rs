//! `merge` and `split`.

use super::Done;
use super::context::{Common, Context};
use super::say::{Failure, against};
use super::sites::{lonlat, show_changed};
use crate::cli::plan::MergeShards;
use crate::office::divide::{merge, split};
use crate::words::Lang;
use clap::Args;

/// `papaver merge`
#[derive(Debug, Args)]
pub(crate) struct MergeArguments {
    /// The site that becomes part of the other 被并入的图斑
    #[arg(required_unless_present = "plan", requires_all = ["into", "reason"])]
    site: Option<String>,
    /// The site that stays 保留的图斑
    #[arg(long, requires = "site")]
    into: Option<String>,
    /// Why 理由
    #[arg(long, requires = "site")]
    reason: Option<String>,
    #[command(flatten)]
    shards: MergeShards,
    #[command(flatten)]
    common: Common,
}

impl MergeArguments {
    /// What is asked of the shards of a scan, where it is about them, and whether JSON is wanted.
    pub(crate) fn shards(&self) -> Option<(&MergeShards, bool)> {
        let is_asked = self.shards.plan.is_some();
        is_asked.then_some((&self.shards, self.common.json))
    }

    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let (site, into, reason) = (
            self.site.unwrap_or_default(),
            self.into.unwrap_or_default(),
            self.reason.unwrap_or_default(),
        );
        let context = Context::of(self.common, lang);
        let (mut office, session) = context.office()?;
        let from = office.store().find(&site)?;
        let to = office.store().find(&into)?;
        if to == from {
            return Err(against(
                "--into",
                &into,
                lang.pick("another site", "另一个图斑"),
            ));
        }
        let changed = merge(&mut office, &session, from, to, reason)?;
        show_changed(&changed, office.store(), &context)?;
        Ok(Done::Whole)
    }
}

/// `papaver split`
#[derive(Debug, Args)]
pub(crate) struct SplitArguments {
    /// The site's code 图斑编号
    site: String,
    /// A part's place, twice or more 各部分的位置，至少两处
    #[arg(
        long = "at",
        value_name = "LON,LAT",
        required = true,
        allow_hyphen_values = true
    )]
    parts: Vec<String>,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl SplitArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let places = self
            .parts
            .iter()
            .map(|text| lonlat("--at", text))
            .collect::<Result<Vec<_>, _>>()?;
        if places.len() < 2 {
            return Err(against(
                "--at",
                &self.parts.join(" "),
                lang.pick(
                    "two places or more, each with --at",
                    "至少两处，每处一个 --at",
                ),
            ));
        }
        let context = Context::of(self.common, lang);
        let (mut office, session) = context.office()?;
        let site = office.store().find(&self.site)?;
        let changed = split(&mut office, &session, site, &places, self.reason)?;
        show_changed(&changed, office.store(), &context)?;
        Ok(Done::Whole)
    }
}
