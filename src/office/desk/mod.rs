//! The desk: candidates one after the other, each verdict an event of the person who gave it; which come next, and when screening
//! may stop.
//!
//! A verdict is a [`Look`]; where it decides, the screening that follows from it is recorded with it. Of the candidates that the
//! audit's lots choose, nothing is decided before a second person has said the same without seeing the first; where they differ,
//! whoever has seen both keeps it, and it is put aside where two say so.

mod audit;
mod item;
pub mod outlook;
pub mod queue;
pub mod stopping;
mod table;
mod turns;
mod veil;
mod verdict;
mod voices;

pub use crate::province::desk::screened_share;
pub use table::{DeskTable, Effort, Laid, ScreenerOpinion, cards, table};
pub use veil::Veil;
pub(super) use verdict::screen;
pub use verdict::{Judged, VerdictRequest, judge, undo};
pub(super) use voices::is_own;

use super::Session;
use crate::registry::Site;
use crate::registry::body::Look;
use crate::store::{Store, StoreError};

/// What a person said last of a site.
fn mine<'a>(site: &'a Site, session: &Session) -> Option<&'a Look> {
    let mut opinions = site.opinions().into_iter();
    opinions
        .find(|(_, stamp)| is_own(session, stamp))
        .map(|(look, _)| look)
}

/// Whether something was said of a site that is for two, and nothing is decided.
///
/// # Errors
/// Those of reading.
pub(super) fn awaits_second(store: &Store, veil: &Veil, site: &Site) -> Result<bool, StoreError> {
    let said = !site.looks.is_empty() && !site.opinions().is_empty();
    Ok(said && audit::is_open(site) && veil.lots(store)?.is_for_two(store, site)?)
}

#[cfg(test)]
pub(in crate::office) mod scale;
