//! What to screen next, and when screening may stop: mostly the best, some that are uncertain, some at random; and a random audit of
//! what nobody has decided on, out of which an exact bound follows for what would be missed.

use super::audit::{Drawn, Lots};
use super::stopping::{MAY_MISS, Stop, stop};
use crate::office::{Office, OfficeError, Session};
use crate::registry::body::{Body, Draw};
use crate::registry::ids::{Hash, SiteKey};
use crate::registry::place::Place;
use crate::registry::site::{Site, Stamp};
use crate::registry::state::State;
use crate::registry::unit::is_at_or_below;
use crate::schema::Ranked;
use crate::store::{Ranking, Store, StoreError};
use serde::Serialize;
use std::collections::BTreeSet;

/// One of so many is drawn at random.
const RANDOM: usize = 10;
/// One of so many is uncertain.
const UNCERTAIN: usize = 5;
/// Sites that one went into, at most.
const MOST_FOLLOWED: usize = 1_000;

/// A candidate of this unit, or of one below it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) key: SiteKey,
    pub(super) candidate: String,
    /// The event that founded its site.
    pub(super) founded: Option<Hash>,
    /// Where it is.
    pub(super) place: Place,
    pub(super) scan: String,
    pub(super) season: i16,
    pub(super) rank: Option<u64>,
    pub(super) ranked: Option<Ranked>,
    /// Whether somebody took it for real, where somebody decided.
    pub(super) verdict: Option<bool>,
    /// The events that decided on it: it was decided once one of each of these had been recorded.
    pub(super) decided: Vec<Vec<Hash>>,
    /// Whether it became part of another site, or several.
    is_gone: bool,
}

impl Item {
    fn of(site: &Site, ranking: &Ranking) -> Option<Self> {
        let detection = site.detection.as_ref()?;
        let ranked = ranking.of(&detection.candidate, &site.unit).copied();
        Some(Self {
            key: site.key,
            candidate: detection.candidate.clone(),
            founded: site.created.as_ref().map(|stamp| stamp.event),
            place: Place::point(site.place.lonlat()),
            scan: detection.scan.clone(),
            season: site.season,
            rank: ranked.map(|r| r.rank).or(detection.rank),
            ranked,
            verdict: verdict(site),
            decided: vec![decided(site)],
            is_gone: site.state.is_gone(),
        })
    }

    /// How far what was learnt is from knowing.
    fn doubt(&self) -> Option<f64> {
        self.ranked.map(|r| (r.score_learnt - 0.5).abs())
    }
}

/// Whether somebody took a candidate for real: kept at the desk or sent to a crew, and not refuted there. What became part of another
/// site is no further one.
fn verdict(site: &Site) -> Option<bool> {
    match site.state {
        State::Candidate => site.screened.as_ref().map(|s| s.0).filter(|kept| *kept),
        State::ScreenedOut | State::Refuted | State::Merged | State::Voided => Some(false),
        _ => Some(true),
    }
}

/// The events that decided on a site: what became part of another ends with the event that says so.
fn decided(site: &Site) -> Vec<Hash> {
    let gone = site.heads.iter().copied();
    let gone = gone.filter(|_| site.state.is_gone());
    looked_at(site).chain(gone).collect()
}

/// The events by which somebody decided on a site itself.
fn looked_at(site: &Site) -> impl Iterator<Item = Hash> {
    let screened = site.screened.iter().map(|(_, _, stamp)| stamp.event);
    let assigned = site.assigned.iter().map(|(_, stamp)| stamp.event);
    let visited = site.visits.iter().map(|(_, stamp)| stamp.event);
    screened.chain(assigned).chain(visited)
}

/// What was decided on a candidate that went into other sites before anybody had looked at it: what was decided on those.
fn followed(store: &Store, item: &mut Item) -> Result<(), StoreError> {
    let Some(site) = store.site(item.key)? else {
        return Ok(());
    };
    if looked_at(&site).next().is_some() {
        return Ok(());
    }
    let mut ends = Vec::new();
    let mut waiting: Vec<SiteKey> = gone_into(&site).collect();
    let mut seen = BTreeSet::from([site.key]);
    while let Some(key) = waiting.pop().filter(|_| seen.len() <= MOST_FOLLOWED) {
        let Some(site) = store.site(key)?.filter(|_| seen.insert(key)) else {
            continue;
        };
        if matches!(site.state, State::Merged | State::Split) {
            waiting.extend(gone_into(&site));
        } else {
            ends.push((verdict(&site), decided(&site)));
        }
    }
    if ends.iter().any(|(verdict, _)| verdict.is_none()) {
        item.verdict = None;
    } else if site.state == State::Split {
        item.verdict = Some(ends.iter().any(|(verdict, _)| *verdict == Some(true)));
    }
    item.decided.extend(ends.into_iter().map(|(_, by)| by));
    Ok(())
}

/// The sites that a site went into.
pub(super) fn gone_into(site: &Site) -> impl Iterator<Item = SiteKey> {
    let merged = site.merged_into.iter();
    merged.chain(&site.split_into).copied()
}

/// The candidates of this unit and those below it.
fn items(store: &Store) -> Result<Vec<Item>, StoreError> {
    let own = store.authority().unit();
    let ranking = store.ranking()?;
    let of = |site: Site| {
        is_at_or_below(&site.unit, own)
            .then(|| Item::of(&site, &ranking))
            .flatten()
    };
    let mut items = store.map_sites(of)?;
    for item in items.iter_mut().filter(|item| item.is_gone) {
        followed(store, item)?;
    }
    items.sort_unstable_by_key(|item| item.key);
    Ok(items)
}

/// The candidates of the season that is asked for, else of the last that has an open one, else of the last.
pub(super) fn of_season(
    store: &Store,
    season: Option<i16>,
) -> Result<(i16, Vec<Item>), OfficeError> {
    let mut items = items(store)?;
    let open = items.iter().filter(|item| item.verdict.is_none());
    let last = open.map(|item| item.season).max();
    let any = items.iter().map(|item| item.season).max();
    let season = season.or(last).or(any).ok_or(OfficeError::NothingOpen)?;
    items.retain(|item| item.season == season);
    Ok((season, items))
}

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
