//! What to screen next, and when screening may stop: mostly the best, some that are uncertain, some at random; and a random audit of
//! what nobody has decided on, out of which an exact bound follows for what would be missed.

use super::audit::{Drawn, Lots};
use super::item::{Item, of_season};
use super::stopping::{MAY_MISS, Stop, stop};
use crate::office::{Office, OfficeError, Session};
use crate::registry::body::{Body, Draw};
use crate::registry::site::Stamp;
use crate::store::{Store, StoreError};
use serde::Serialize;
use std::collections::BTreeSet;

/// One of so many is drawn at random.
const RANDOM: usize = 10;
/// One of so many is uncertain.
const UNCERTAIN: usize = 5;

/// Why a candidate is to be screened next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueReason {
    /// It comes first.
    Best,
    /// What was learnt can hardly tell.
    Uncertain,
    /// It was drawn by lot.
    Random,
    /// It was drawn by lot for the audit.
    Audit,
}

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

/// The next candidates to be screened: one of five is one of which what was learnt can hardly tell, one of ten is drawn by lot, from the
/// audit where one was drawn; all others are the best.
///
/// # Errors
/// [`OfficeError::NothingOpen`], and those of reading.
pub fn next(store: &Store, season: Option<i16>, count: usize) -> Result<Nexts, OfficeError> {
    let (season, items) = of_season(store, season)?;
    let lots = Lots::of(store)?;
    let draw = Drawn::of(store, &lots, season, &items)?;
    let none = BTreeSet::new();
    let audited = draw.as_ref().map_or(&none, |draw| &draw.members);
    let seed = draw
        .as_ref()
        .map_or_else(|| lots.beforehand(), |draw| draw.seed.clone());
    let order = seed.lots(store, items.iter())?;
    let is_open = |item: &&Item| item.verdict.is_none() && !item.is_gone;
    let mut open: Vec<&Item> = items.iter().filter(is_open).collect();
    let waiting = open.len();
    let shares = Shares::of(count, open.iter().any(|item| item.doubt().is_some()));
    let mut chosen: Vec<(&Item, QueueReason)> = Vec::new();
    open.sort_by_key(|item| (item.rank.is_none(), item.rank, &item.scan, &item.candidate));
    take(&mut open, shares.best, QueueReason::Best, &mut chosen);
    open.sort_by(|a, b| {
        let doubt = |item: &Item| item.doubt().unwrap_or(f64::INFINITY);
        doubt(a).total_cmp(&doubt(b))
    });
    take(
        &mut open,
        shares.uncertain,
        QueueReason::Uncertain,
        &mut chosen,
    );
    // Those of the audit come first: each of them tells of the rest.
    open.sort_by_key(|item| (!audited.contains(&item.key), order.get(&item.key)));
    let why = if draw.is_some() {
        QueueReason::Audit
    } else {
        QueueReason::Random
    };
    take(&mut open, shares.random, why, &mut chosen);
    let shown = |(item, why): (&Item, QueueReason)| {
        Ok(Next {
            site: store.code(item.key)?,
            candidate: item.candidate.clone(),
            scan: item.scan.clone(),
            rank: item.rank,
            rank_shipped: item.ranked.map(|r| r.rank_shipped),
            score_learnt: item.ranked.map(|r| r.score_learnt),
            why,
        })
    };
    let next: Result<_, StoreError> = chosen.into_iter().map(shown).collect();
    Ok(Nexts {
        season,
        open: waiting,
        seed: seed.text,
        next: next?,
    })
}

/// Moves the first of those that wait to those that are chosen.
fn take<'a>(
    open: &mut Vec<&'a Item>,
    count: usize,
    why: QueueReason,
    chosen: &mut Vec<(&'a Item, QueueReason)>,
) {
    let taken = open.drain(..count.min(open.len()));
    chosen.extend(taken.map(|item| (item, why)));
}

/// How many of each kind.
struct Shares {
    best: usize,
    uncertain: usize,
    random: usize,
}

impl Shares {
    fn of(count: usize, is_learnt: bool) -> Self {
        let uncertain = if is_learnt { count / UNCERTAIN } else { 0 };
        let random = count / RANDOM;
        Self {
            best: count - uncertain - random,
            uncertain,
            random,
        }
    }
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
