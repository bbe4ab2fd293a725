//! `void` and `origin`: wrong entries are taken back; what led to a site.

use super::Done;
use super::affairs::show;
use super::context::{Common, Context};
use super::say::{Failure, tell};
use super::sites::show_changed;
use crate::office::affairs::{VoidedEntry, came_of, void};
use crate::registry::told::kind_label;
use crate::tr;
use crate::words::Lang;
use clap::Args;

/// `papaver void`
#[derive(Debug, Args)]
pub(crate) struct VoidArguments {
    /// The entry's number as `log` prints it, or the code of a site that was added by mistake 记录编号（见 `log`），或误增图斑的编号
    entry: String,
    /// Why 理由
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl VoidArguments {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let (mut office, session) = context.office()?;
        let done = void(&mut office, &session, &self.entry, self.reason)?;
        context.show(&done, || tell(&counts_no_more(&done, lang)));
        if !context.common.json {
            show_changed(&done.changed, office.store(), &context)?;
        }
        Ok(Done::Whole)
    }
}

fn counts_no_more(done: &VoidedEntry, lang: Lang) -> String {
    let (kind, number) = (kind_label(&done.void.kind, lang), done.void.entry.short());
    // What concerns no site is shown with none.
    if done.changed.sites.is_empty() {
        return tr!(
            lang,
            "{kind} {number} counts no more; it stays to be read in `log`",
            "{kind} {number} 已作废，不再计入；原记录仍可在 `log` 中查看"
        );
    }
    tr!(
        lang,
        "{kind} {number} counts no more; it stays to be read in `log` and `show`",
        "{kind} {number} 已作废，不再计入；原记录仍可在 `log` 和 `show` 中查看"
    )
}

/// `papaver origin`
#[derive(Debug, Args)]
pub(crate) struct Origin {
    /// The site's code 图斑编号
    site: String,
    /// The patrol or the tip-off, by its number 踏查或举报的记录编号
    entry: String,
    #[command(flatten)]
    common: Common,
}

impl Origin {
    pub(super) fn run(self, lang: Lang) -> Result<Done, Failure> {
        let context = Context::of(self.common, lang);
        let (mut office, session) = context.office()?;
        let site = office.store().find(&self.site)?;
        let sealed = came_of(&mut office, &session, site, &self.entry)?;
        show(office.store(), &sealed, &context)?;
        Ok(Done::Whole)
    }
}
