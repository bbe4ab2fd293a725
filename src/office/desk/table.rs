//! What lies on a person's table: the candidates of a scan, what was said of each as far as they may see, what it has cost.

use super::audit::{Lots, Seed, is_open};
use super::mine;
use super::turns::{QueueReason, WaitingCandidate, in_turn};
use super::voices::{awaiting, seen_by_two};
use crate::office::Session;
use crate::registry::body::{Look, Opinion};
use crate::registry::place::Place;
use crate::registry::site::{DeskTime, Stamp};
use crate::registry::{Site, State};
use crate::schema::{Ranked, RejectReason};
use crate::store::{Filter, Store, StoreError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What one person said, as a page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct ScreenerOpinion {
    /// Who.
    pub person: String,
    /// What.
    pub verdict: Opinion,
    /// Why it is none.
    pub reason: Option<RejectReason>,
    /// When.
    pub at: String,
}

/// A candidate on the table of one person.
#[derive(Debug, Clone, Serialize)]
pub struct Laid {
    /// The candidate.
    pub candidate: String,
    /// The site's code.
    pub code: String,
    /// The site's state.
    pub state: State,
    /// Its rank in the scan.
    pub rank: Option<u64>,
    /// Its rank by what was learnt from verdicts, where something holds for the scan.
    pub rank_learnt: Option<u64>,
    /// Why it stands where it does in the table; `None` of what this person has said something of, and where no table is laid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<QueueReason>,
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// Whether this person has nothing more to say of it.
    pub done: bool,
    /// Whether two people look at it who do not see each other's verdict.
    pub audit: bool,
    /// How many others have given a verdict that waits for a second, and is not shown to this person.
    pub waits_for_second: usize,
    /// What this person said last.
    pub mine: Option<Opinion>,
    /// What was said of it, as far as this person may see.
    pub verdicts: Vec<ScreenerOpinion>,
    /// Whether two people see it differently, as far as this one may know.
    pub disagreement: bool,
}

/// What screening a scan has cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Effort {
    /// Verdicts and their time.
    #[serde(flatten)]
    pub time: DeskTime,
    /// Candidates of which two people gave a verdict without seeing the other's.
    pub seen_by_two: usize,
    /// Those of them that they saw alike.
    pub alike: usize,
}

/// The table of one person.
#[derive(Debug, Clone, Serialize)]
pub struct DeskTable {
    /// The season of its candidates; `None` where there are none.
    pub season: Option<i16>,
    /// The candidates, the first to be looked at first: in the order of [`super::queue::next`], then those of which this person has said
    /// something that is not settled, then those that are done.
    pub queue: Vec<Laid>,
    /// How many of them this person has done.
    pub done: usize,
    /// How many are left for this person.
    pub left: usize,
    /// How many somebody has decided on.
    pub decided: usize,
    /// What it has cost so far, all persons together.
    pub effort: Effort,
}

/// A candidate that is laid, with what its turn hangs on.
struct TableEntry {
    laid: Laid,
    /// Its lot, and what lots are drawn for; `None` of what has no turn.
    lot: Option<(u64, QueueReason)>,
    doubt: Option<f64>,
}

/// What lots are drawn by in a season, and what for.
#[derive(Default)]
struct Seeds(BTreeMap<i16, (Seed, QueueReason)>);

impl Seeds {
    fn lot(
        &mut self,
        store: &Store,
        lots: &Lots,
        site: &Site,
        candidate: &str,
    ) -> Result<(u64, QueueReason), StoreError> {
        let (seed, drawn) = match self.0.entry(site.season) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(lots.now(store, site.season)?),
        };
        let founded = site.created.as_ref().map(|stamp| stamp.event);
        let place = Place::point(site.place.lonlat());
        Ok((seed.lot(store, candidate, founded, &place)?, *drawn))
    }
}

/// Lays the candidates of a scan on the table of a person: those that the scan's folder names, where it does; else every site is asked.
///
/// # Errors
/// Those of reading.
pub fn table<'a>(
    store: &Store,
    session: &Session,
    scan: &str,
    named: impl ExactSizeIterator<Item = &'a str>,
) -> Result<DeskTable, StoreError> {
    let lots = Lots::of(store)?;
    let ranking = store.ranking_of(Some(scan))?;
    let mut seeds = Seeds::default();
    let mut effort = Effort::default();
    let (mut season, mut decided) = (None, 0);
    let mut cards = Vec::new();
    for (site, candidate) in sites(store, scan, named)? {
        effort.count(&site);
        season = season.max(Some(site.season));
        decided += usize::from(!is_open(&site));
        let ranked = ranking.of(&candidate, &site.unit);
        let mut laid = lay(store, session, &site, candidate, &lots)?;
        laid.rank_learnt = ranked.map(|ranked| ranked.rank);
        let waits = !laid.done && laid.mine.is_none();
        let lot = waits.then(|| seeds.lot(store, &lots, &site, &laid.candidate));
        cards.push(TableEntry {
            laid,
            lot: lot.transpose()?,
            doubt: ranked.map(Ranked::doubt),
        });
    }
    let queue = in_order(cards, scan);
    let done = queue.iter().filter(|laid| laid.done).count();
    Ok(DeskTable {
        season,
        left: queue.len() - done,
        done,
        decided,
        effort,
        queue,
    })
}

/// How candidates of a scan stand now for a person, in no order.
///
/// # Errors
/// Those of reading.
pub fn cards<'a>(
    store: &Store,
    session: &Session,
    scan: &str,
    named: impl ExactSizeIterator<Item = &'a str>,
) -> Result<Vec<Laid>, StoreError> {
    let lots = Lots::of(store)?;
    let ranking = store.ranking_of(Some(scan))?;
    let lay = |(site, candidate): (Site, String)| {
        let learnt = ranking.of(&candidate, &site.unit).map(|ranked| ranked.rank);
        let mut laid = lay(store, session, &site, candidate, &lots)?;
        laid.rank_learnt = learnt;
        Ok(laid)
    };
    sites(store, scan, named)?.into_iter().map(lay).collect()
}

/// The sites in which a scan saw something, each with what it saw.
fn sites<'a>(
    store: &Store,
    scan: &str,
    named: impl ExactSizeIterator<Item = &'a str>,
) -> Result<Vec<(Site, String)>, StoreError> {
    let sites = if named.len() == 0 {
        store.sites(&Filter::default())?
    } else {
        store.sites_of_candidates(named)?
    };
    let seen = |site: Site| {
        let found = site.detections().find(|found| found.scan == scan);
        let candidate = found.map(|found| found.candidate.clone())?;
        Some((site, candidate))
    };
    Ok(sites.into_iter().filter_map(seen).collect())
}

/// Those that wait in turn; then those of which the person has said something that is not settled, and those that are done, by rank.
fn in_order(mut cards: Vec<TableEntry>, scan: &str) -> Vec<Laid> {
    let waits = |at: &usize| cards[*at].lot.is_some();
    let open: Vec<usize> = (0..cards.len()).filter(waits).collect();
    let waiting = |at: &usize| {
        let TableEntry { laid, lot, doubt } = &cards[*at];
        WaitingCandidate {
            candidate: &laid.candidate,
            scan,
            rank: laid.rank_learnt.or(laid.rank),
            doubt: *doubt,
            lot: lot.map_or(u64::MAX, |lot| lot.0),
        }
    };
    let waiting: Vec<WaitingCandidate> = open.iter().map(waiting).collect();
    let turns = in_turn(&waiting, waiting.len(), QueueReason::Random);
    let mut places = vec![usize::MAX; cards.len()];
    for (place, (at, why)) in turns.into_iter().enumerate() {
        let at = open[at];
        let drawn = cards[at].lot.filter(|_| why == QueueReason::Random);
        cards[at].laid.why = Some(drawn.map_or(why, |lot| lot.1));
        places[at] = place;
    }
    let mut queue: Vec<(usize, Laid)> = places
        .into_iter()
        .zip(cards)
        .map(|(at, card)| (at, card.laid))
        .collect();
    queue.sort_by_key(|(place, laid)| {
        let rank = laid.rank_learnt.or(laid.rank);
        (laid.done, *place, rank.is_none(), rank)
    });
    queue.into_iter().map(|(_, laid)| laid).collect()
}

fn lay(
    store: &Store,
    session: &Session,
    site: &Site,
    candidate: String,
    lots: &Lots,
) -> Result<Laid, StoreError> {
    let mine = mine(site, session);
    let audit = lots.is_for_two(store, site)?;
    let blind = audit && Lots::would_be_blind(site);
    let open = site.state == State::Candidate;
    let settled =
        mine.is_some_and(|look| look.opinion != Opinion::Unsure) || site.screened.is_some();
    let verdicts = site
        .opinions()
        .into_iter()
        .map(|(look, stamp)| said(look, stamp));
    let at = site.place.lonlat();
    Ok(Laid {
        code: store.code(site.key)?,
        state: site.state,
        rank: site
            .detections()
            .find(|d| d.candidate == candidate)
            .and_then(|d| d.rank),
        rank_learnt: None,
        why: None,
        lon: at.lon,
        lat: at.lat,
        done: !open || settled && !(site.opinions_differ() && site.screened.is_none()),
        audit,
        waits_for_second: if blind { awaiting(site, session) } else { 0 },
        mine: mine.map(|look| look.opinion),
        verdicts: if blind {
            Vec::new()
        } else {
            verdicts.collect()
        },
        disagreement: !blind && site.opinions_differ() || site.disputed,
        candidate,
    })
}

fn said(look: &Look, stamp: &Stamp) -> ScreenerOpinion {
    ScreenerOpinion {
        person: stamp.actor.name.clone(),
        verdict: look.opinion,
        reason: look.reason,
        at: stamp.at.clone(),
    }
}

impl Effort {
    /// Minutes at the desk for each square kilometre of this ground; of those verdicts whose time is known, as if all took as long.
    pub fn minutes_per_km2(&self, ground_m2: f64) -> Option<f64> {
        let time = self.time;
        (time.timed > 0 && ground_m2 > 0.0).then(|| {
            let minutes = time.milliseconds as f64 / 60_000.0;
            minutes * time.verdicts as f64 / time.timed as f64 / (ground_m2 / 1e6)
        })
    }

    fn count(&mut self, site: &Site) {
        self.time.add(site.desk);
        if let Some([one, other]) = seen_by_two(site) {
            self.seen_by_two += 1;
            self.alike += usize::from(one == other);
        }
    }
}
