//! What lies on a person's table: the candidates of a scan, what was said of each as far as they may see, what it has cost.

use super::audit::{Lots, awaiting, seen_by_two};
use super::mine;
use crate::office::Session;
use crate::registry::body::{Look, Opinion};
use crate::registry::site::{DeskTime, Stamp};
use crate::registry::{Site, State};
use crate::schema::RejectReason;
use crate::store::{Filter, Store, StoreError};
use serde::Serialize;

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
    /// The candidates, the first to be looked at first.
    pub queue: Vec<Laid>,
    /// How many of them this person has done.
    pub done: usize,
    /// How many are left for this person.
    pub left: usize,
    /// What it has cost so far, all persons together.
    pub effort: Effort,
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
    let mut table = DeskTable {
        queue: Vec::new(),
        done: 0,
        left: 0,
        effort: Effort::default(),
    };
    let sites = if named.len() == 0 {
        store.sites(&Filter::default())?
    } else {
        store.sites_of_candidates(named)?
    };
    for site in sites {
        let found = site.detections().find(|found| found.scan == scan);
        let Some(candidate) = found.map(|found| found.candidate.clone()) else {
            continue;
        };
        table.effort.count(&site);
        let learnt = ranking.of(&candidate, &site.unit).map(|ranked| ranked.rank);
        let mut laid = lay(store, session, &site, candidate, &lots)?;
        laid.rank_learnt = learnt;
        table.done += usize::from(laid.done);
        table.left += usize::from(!laid.done);
        table.queue.push(laid);
    }
    let order = |laid: &Laid| {
        let rank = laid.rank_learnt.or(laid.rank);
        (laid.done, laid.mine.is_some(), rank.is_none(), rank)
    };
    table.queue.sort_by_key(order);
    Ok(table)
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
    fn count(&mut self, site: &Site) {
        self.time.add(site.desk);
        if let Some([one, other]) = seen_by_two(site) {
            self.seen_by_two += 1;
            self.alike += usize::from(one == other);
        }
    }
}
