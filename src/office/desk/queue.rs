//! What to screen next: mostly the best, some that are uncertain, some at random; and the drawing of a random audit of what nobody has
//! decided on.

use super::audit::{Drawn, Lots};
use super::item::{Item, of_season};
use super::stopping::{MAY_MISS, Stop, stop};
pub use super::turns::QueueReason;
use super::turns::{WaitingCandidate, by_lot, in_turn};
use crate::office::{Office, OfficeError, Session};
use crate::registry::body::{Body, Draw};
use crate::registry::site::Stamp;
use crate::store::{Store, StoreError};
use serde::Serialize;

/// A candidate to be screened next.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Next {
    /// Its site, by code.
    pub site: String,
    /// Its id.
    pub candidate: String,
    /// Its scan.
    pub scan: String,
    /// Its rank, by what was learnt where anything was.
    pub rank: Option<u64>,
    /// Its rank without what was learnt, where anything orders its scan.
    pub rank_shipped: Option<u64>,
    /// The learnt chance that it is real.
    pub score_learnt: Option<f64>,
    /// Why.
    pub why: QueueReason,
}

/// What to screen next.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nexts {
    /// The season.
    pub season: i16,
    /// Candidates of the season that nobody has decided on.
    pub open: usize,
    /// What lots are drawn by: the device that began the registry; of an audit of an earlier version the number of its entry.
    pub seed: String,
    /// In the order in which they are to be looked at.
    pub next: Vec<Next>,
}

/// Which of the next candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Mostly the best, and lots and uncertain ones between them.
    Mixed,
    /// The lots of the audit alone.
    Lots,
}

/// The next candidates to be screened: the first of ten is drawn by lot, from the audit where one was drawn; of one of five what was
/// learnt can hardly tell; all others are the best. Or lots alone.
///
/// # Errors
/// [`OfficeError::NothingOpen`], [`OfficeError::NoAudit`] where lots alone are wanted and none was drawn, and those of reading.
pub fn next(
    store: &Store,
    season: Option<i16>,
    count: usize,
    wanted: Wanted,
) -> Result<Nexts, OfficeError> {
    let (season, items) = of_season(store, season)?;
    let lots = Lots::of(store)?;
    let draw = Drawn::of(store, &lots, season, &items)?;
    if wanted == Wanted::Lots && draw.is_none() {
        return Err(OfficeError::NoAudit { season });
    }
    let (seed, why) = match draw {
        Some(draw) => (draw.seed, QueueReason::Audit),
        None => (lots.beforehand(), QueueReason::Random),
    };
    let is_open = |item: &&Item| item.verdict.is_none() && !item.is_gone;
    let open: Vec<&Item> = items.iter().filter(is_open).collect();
    let order = seed.lots(store, open.iter().copied())?;
    let waits = open.iter().map(|item| WaitingCandidate {
        candidate: &item.candidate,
        scan: &item.scan,
        rank: item.rank,
        doubt: item.doubt(),
        lot: order.get(&item.key).map_or(u64::MAX, |lot| lot.0),
    });
    let waiting: Vec<WaitingCandidate> = waits.collect();
    let turns = match wanted {
        Wanted::Mixed => in_turn(&waiting, count, why),
        Wanted::Lots => by_lot(&waiting, count, why),
    };
    let next = turns.iter().map(|(at, why)| shown(store, open[*at], *why));
    let next: Result<_, StoreError> = next.collect();
    Ok(Nexts {
        season,
        open: open.len(),
        seed: seed.text,
        next: next?,
    })
}

fn shown(store: &Store, item: &Item, why: QueueReason) -> Result<Next, StoreError> {
    Ok(Next {
        site: store.code(item.key)?,
        candidate: item.candidate.clone(),
        scan: item.scan.clone(),
        rank: item.rank,
        rank_shipped: item.ranked.map(|r| r.rank_shipped),
        score_learnt: item.ranked.map(|r| r.score_learnt),
        why,
    })
}

/// Draws a random audit of what nobody has decided on, of a season.
///
/// # Errors
/// [`OfficeError::NothingOpen`], [`OfficeError::AuditStands`] where one was drawn of what there is, and what the law refuses.
pub fn draw(
    office: &mut Office,
    session: &Session,
    season: Option<i16>,
) -> Result<Stop, OfficeError> {
    let (season, items) = of_season(office.store(), season)?;
    let rest = items.iter().filter(|item| item.verdict.is_none()).count();
    if rest == 0 {
        return Err(OfficeError::NothingOpen);
    }
    let lots = Lots::of(office.store())?;
    if let Some(drawn) = Drawn::of(office.store(), &lots, season, &items)?
        && drawn.is_of_all
    {
        let Stamp { actor, at, .. } = &drawn.said.stamp;
        return Err(OfficeError::AuditStands {
            season,
            by: actor.name.clone(),
            at: at.clone(),
        });
    }
    let body = Body::Draw(Draw {
        season,
        rest: rest as u64,
        by_lot: true,
        by_ground: true,
    });
    office.record(session, None, vec![], body)?;
    stop(office.store(), Some(season), MAY_MISS)
}
