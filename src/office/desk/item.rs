//! The candidates of a season as the desk sees them, each once: what somebody decided on it, and on what became of it.

use crate::office::OfficeError;
use crate::registry::ids::{Hash, SiteKey};
use crate::registry::place::Place;
use crate::registry::site::Site;
use crate::registry::state::State;
use crate::registry::unit::is_at_or_below;
use crate::schema::Ranked;
use crate::store::{Ranking, Store, StoreError};
use std::collections::BTreeSet;

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
    pub(super) is_gone: bool,
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
    pub(super) fn doubt(&self) -> Option<f64> {
        self.ranked.map(|ranked| ranked.doubt())
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

/// Those of a season.
pub(super) fn items_of(store: &Store, season: i16) -> Result<Vec<Item>, StoreError> {
    let mut items = items(store)?;
    items.retain(|item| item.season == season);
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
