//! What concerns two sites: merges, splits, and the parts that a split founds. Each asks how the other site stood where
//! the author saw it, and believes no claim of that.

use super::judge::whole;
use super::{DEEPEST, Fold, MOST_FOLDS, Stand, fold_at};
use crate::registry::body::{Body, Create, Merge, Split};
use crate::registry::event::Event;
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::limits;
use crate::registry::moves::{Refusal, View};
use crate::registry::people::folded_name;
use crate::registry::place::Place;
use crate::registry::site::{MarkKind, Site};
use crate::registry::state::State;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Those of some hashes that are events of a site.
fn named(events: &[(Hash, Event)], hashes: &[Hash]) -> Vec<Hash> {
    let known: HashSet<Hash> = events.iter().map(|(hash, _)| *hash).collect();
    hashes
        .iter()
        .copied()
        .filter(|h| known.contains(h))
        .collect()
}

/// The events up to some heads: those, and what their authors saw.
fn before<'a>(events: &'a [(Hash, Event)], heads: &[Hash]) -> Vec<(Hash, &'a Event)> {
    let by_hash: HashMap<Hash, &Event> = events.iter().map(|(hash, e)| (*hash, e)).collect();
    let mut seen: HashSet<Hash> = HashSet::new();
    let mut waiting: Vec<Hash> = heads.to_vec();
    while let Some(hash) = waiting.pop() {
        if let Some(event) = by_hash.get(&hash)
            && seen.insert(hash)
        {
            waiting.extend(&event.based_on);
        }
    }
    events
        .iter()
        .filter(|(hash, _)| seen.contains(hash))
        .map(|(hash, event)| (*hash, event))
        .collect()
}

/// What another site brought along when it became part of this one.
#[derive(Default)]
pub(super) struct Brought {
    pub(super) names: BTreeSet<String>,
    pub(super) keys: BTreeSet<DeviceId>,
    pub(super) percent: Option<u8>,
}

/// A part of a site lies where the site does.
fn part_lies_in(whole_site: &Place, part: &Create) -> Result<(), Refusal> {
    let metres = whole_site.distance_m(&part.place);
    if metres <= limits::PARTS_WITHIN_M {
        Ok(())
    } else {
        Err(Refusal::Far {
            metres: whole(metres),
        })
    }
}

impl Fold<'_> {
    /// The other side of what concerns two sites: a site that becomes part of this one, or a part of it that is founded.
    pub(super) fn judge_from_beside(
        &self,
        event: &Event,
        before: &[usize],
    ) -> Result<Option<Stand>, Refusal> {
        let unit = self.unit.as_deref().ok_or(Refusal::MissingHistory)?;
        self.gate.over(event, unit)?;
        if let Body::Create(create) = &event.body {
            part_lies_in(&self.site.place, create)?;
            return Ok(None);
        }
        Ok(self.stand_at(before).map(|stand| Stand {
            absorbs: true,
            founds: false,
            ..stand
        }))
    }

    /// What was eradicated of a site before it became part of this one: who, with which keys, and the last per cent.
    pub(super) fn brought_along(&self, at: usize) -> Option<Brought> {
        let (_, merge) = self.history.events[at];
        let from = merge.site.filter(|site| *site != self.site.key)?;
        let events = self.neighbours.get(&from)?;
        let mut brought = Brought::default();
        for (hash, event) in before(events, &merge.based_on) {
            let Body::Eradicate(eradicate) = &event.body else {
                continue;
            };
            let unit = self.unit.as_deref().unwrap_or_default();
            if self.gate.author(hash, event).is_err() || self.gate.over(event, unit).is_err() {
                continue;
            }
            brought.names.insert(folded_name(&event.actor.name));
            let officers = eradicate.officers.iter().map(|name| folded_name(name));
            brought.names.extend(officers);
            brought.keys.extend(event.actor.signer());
            brought.percent = Some(eradicate.percent);
        }
        brought.percent.is_some().then_some(brought)
    }

    /// The state in which a part begins: that of the site it was part of, where its author saw it.
    pub(super) fn split_off(
        &self,
        at: usize,
        parent: SiteKey,
        create: &Create,
    ) -> Result<State, Refusal> {
        let (_, event) = self.history.events[at];
        let events = self.neighbours.get(&parent).ok_or(Refusal::NoSuchSite)?;
        let mut heads: Vec<Hash> = named(events, &event.based_on);
        if heads.is_empty() {
            // Version 0.1.0 named them in the split alone.
            heads = events
                .iter()
                .filter(|(_, e)| matches!(&e.body, Body::Split(split) if split.into.contains(&self.site.key)))
                .flat_map(|(_, e)| e.based_on.clone())
                .collect();
        }
        let whole = self.elsewhere(parent, &heads)?;
        self.gate.over(event, &whole.unit)?;
        part_lies_in(&whole.place, create)?;
        Ok(if whole.state.is_open() {
            whole.state
        } else {
            State::Candidate
        })
    }

    /// Another site as it stood at some heads of its history.
    pub(super) fn elsewhere(&self, key: SiteKey, heads: &[Hash]) -> Result<Site, Refusal> {
        let events = self.neighbours.get(&key).ok_or(Refusal::NoSuchSite)?;
        let asked = self.asked;
        asked.folds.set(asked.folds.get() + 1);
        if asked.folds.get() > MOST_FOLDS || asked.depth.get() >= DEEPEST {
            asked.too_much.set(true);
        }
        let past = before(events, heads);
        if asked.too_much.get() || past.is_empty() {
            return Err(Refusal::NoSuchSite);
        }
        asked.depth.set(asked.depth.get() + 1);
        let site = fold_at(key, &past, self.gate, self.neighbours, asked);
        asked.depth.set(asked.depth.get() - 1);
        if asked.too_much.get() {
            return Err(Refusal::NoSuchSite);
        }
        site.created
            .is_some()
            .then_some(site)
            .ok_or(Refusal::NoSuchSite)
    }

    pub(super) fn judge_merge(
        &self,
        at: usize,
        merge: &Merge,
        view: &View,
    ) -> Result<Option<MarkKind>, Refusal> {
        let (_, event) = self.history.events[at];
        if merge.into == self.site.key {
            return Err(Refusal::NoSuchSite);
        }
        let into = self.elsewhere(merge.into, &event.based_on)?;
        self.gate.over(event, &into.unit)?;
        let state = view.state.unwrap_or(State::Candidate);
        if into.state > state || into.state.is_gone() {
            return Err(Refusal::IntoLess { state: into.state });
        }
        let metres = self.site.place.distance_m(&into.place);
        if metres > limits::MERGES_WITHIN_M {
            return Err(Refusal::Far {
                metres: whole(metres),
            });
        }
        if metres <= limits::MERGES_FREELY_M {
            return Ok(None);
        }
        if !self.gate.by_supervisor(event) {
            return Err(Refusal::Supervisor);
        }
        Ok(Some(MarkKind::FarMerge {
            metres: whole(metres),
        }))
    }

    /// Every part that a split names has been founded as one.
    pub(super) fn judge_split(&self, split: &Split) -> Result<(), Refusal> {
        let founded = |part: &SiteKey| {
            self.history
                .events
                .iter()
                .enumerate()
                .any(|(at, (_, event))| {
                    event.site == Some(*part)
                        && matches!(event.body, Body::Create(_))
                        && self.followed.get(at).is_some_and(|followed| *followed)
                })
        };
        let distinct: BTreeSet<&SiteKey> = split.into.iter().collect();
        let fits = distinct.len() == split.into.len()
            && !distinct.contains(&self.site.key)
            && split.into.iter().all(founded);
        if fits {
            Ok(())
        } else {
            Err(Refusal::NoSuchSite)
        }
    }
}
