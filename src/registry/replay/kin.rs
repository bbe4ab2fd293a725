//! What concerns two sites: merges, splits, and the parts that a split founds. Each asks how the other site stood where
//! the author saw it, and believes no claim of that.

use super::days::SiteDay;
use super::history::History;
use super::judge::{far, whole};
use super::keepers::Keepers;
use super::{DEEPEST, Fold, MOST_FOLDS, OtherSite, Stand, Whole, fold_at, unit_in_key};
use crate::registry::body::{Body, Create, Merge, Split};
use crate::registry::event::Event;
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::limits;
use crate::registry::moves::{MoveContext, Refusal};
use crate::registry::people::folded_name;
use crate::registry::place::Place;
use crate::registry::site::MarkKind;
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
    /// The day of the last eradication.
    pub(super) uprooted: Option<SiteDay>,
    /// Where it, and all that had become part of it, was found.
    pub(super) places: Vec<Place>,
    /// Who kept it at the desk, by unit and name.
    pub(super) keepers: BTreeSet<String>,
}

/// A part of a site lies where the site does.
fn part_lies_in(whole_site: &Place, part: &Create) -> Result<(), Refusal> {
    let metres = whole_site.farthest_m(&part.place);
    if metres > limits::PARTS_WITHIN_M {
        return Err(far(metres));
    }
    Ok(())
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
            let found_at = self.found_at.as_ref().unwrap_or(&self.site.place);
            self.drifted(event, found_at, create)?;
            return Ok(None);
        }
        Ok(self.stand_at(before).map(|stand| Stand {
            absorbs: true,
            founds: false,
            ..stand
        }))
    }

    /// What was eradicated of the site that an event brings into this one, and of all that had become part of that: a
    /// merge brings a site, the founding of a part the whole.
    pub(super) fn brought_along(&self, at: usize) -> Brought {
        let mut brought = Brought::default();
        let mut waiting: Vec<(SiteKey, Vec<Hash>)> = Vec::new();
        let mut seen: HashSet<(SiteKey, Hash)> = HashSet::new();
        let (hash, event) = self.history.events[at];
        waiting.extend(self.brought_by(self.site.key, event));
        seen.insert((self.site.key, hash));
        while let Some((key, heads)) = waiting.pop() {
            let events = self.neighbours.get(&key).map_or(&[][..], Vec::as_slice);
            let history = History::of(key, &before(events, &heads));
            // Who worked on it worked for its own unit, which may lie below the one of this site.
            let of_key = unit_in_key(key, &history).or_else(|| self.unit.clone());
            let unit = of_key.as_deref().unwrap_or_default();
            let mut last: Vec<(usize, u8)> = Vec::new();
            let mut keepers = Keepers::default();
            for (at, (hash, event)) in history.events.iter().enumerate() {
                if self.gate.author(*hash, event).is_err() || self.gate.over(event, unit).is_err() {
                    continue;
                }
                if seen.insert((key, *hash)) {
                    waiting.extend(self.brought_by(key, event));
                }
                if let Body::Create(create) = &event.body
                    && event.site == Some(key)
                {
                    brought.places.push(create.place.clone());
                }
                keepers.hear(event);
                if let Body::Void(void) = &event.body
                    && let Some((_, said)) = history.events.iter().find(|(of, _)| *of == void.of)
                {
                    keepers.take_back(event, said);
                }
                let Body::Eradicate(eradicate) = &event.body else {
                    continue;
                };
                brought.names.extend(event.actor.names());
                let officers = eradicate.officers.iter().map(|name| folded_name(name));
                brought.names.extend(officers);
                brought.keys.extend(event.actor.signer());
                let days = brought.uprooted.into_iter().chain(self.days(&event.at));
                brought.uprooted = SiteDay::last(days);
                last.retain(|(other, _)| !history.past[at].contains(*other));
                last.push((at, eradicate.percent));
            }
            brought.keepers.extend(keepers.names());
            let least = last.iter().map(|(_, percent)| *percent).min();
            brought.percent = brought.percent.into_iter().chain(least).min();
        }
        brought
    }

    /// The site that an event brings into the one of this key, and the heads at which it does.
    fn brought_by(&self, key: SiteKey, event: &Event) -> Option<(SiteKey, Vec<Hash>)> {
        let site = event.site?;
        match &event.body {
            Body::Merge(merge) if merge.into == key && site != key => {
                Some((site, event.based_on.clone()))
            }
            Body::Create(create) if site == key => {
                let (parent, _) = create.split_from?;
                Some((parent, self.heads_of_whole(key, parent, event)))
            }
            _ => None,
        }
    }

    /// The heads of the whole that the author of a part's founding saw.
    fn heads_of_whole(&self, part: SiteKey, parent: SiteKey, founding: &Event) -> Vec<Hash> {
        let Some(events) = self.neighbours.get(&parent) else {
            return Vec::new();
        };
        let heads = named(events, &founding.based_on);
        if !heads.is_empty() {
            return heads;
        }
        // Version 0.1.0 named them in the split alone.
        events
            .iter()
            .filter(|(_, e)| matches!(&e.body, Body::Split(split) if split.into.contains(&part)))
            .flat_map(|(_, e)| e.based_on.clone())
            .collect()
    }

    /// The state in which a part begins: that of the site it was part of, where its author saw it. Season, first
    /// place and since when it is in that state are those of the whole, too.
    pub(super) fn split_off(
        &mut self,
        at: usize,
        parent: SiteKey,
        create: &Create,
        marks: &mut Vec<MarkKind>,
    ) -> Result<State, Refusal> {
        let (_, event) = self.history.events[at];
        let heads = self.heads_of_whole(self.site.key, parent, event);
        let (whole, origin) = self.elsewhere(parent, &heads)?;
        self.gate.over(event, &whole.unit)?;
        part_lies_in(&whole.place, create)?;
        marks.extend(self.drifted(event, &origin.place, create)?);
        let had = Whole {
            season: whole.season,
            origin,
            state: whole.state,
            since: whole.since.clone(),
        };
        self.wholes.insert(at, had);
        let stands = whole.state.is_open() && self.is_split_off(parent, &whole.unit);
        Ok(if stands {
            whole.state
        } else {
            State::Candidate
        })
    }

    /// Whether a split of the whole names this part and is followed there: of what nobody has split there are no parts.
    fn is_split_off(&self, parent: SiteKey, unit: &str) -> bool {
        let part = self.site.key;
        let events = self.neighbours.get(&parent).map_or(&[][..], Vec::as_slice);
        events
            .iter()
            .filter(|(_, e)| matches!(&e.body, Body::Split(split) if split.into.contains(&part)))
            .filter(|(hash, e)| {
                self.gate.author(*hash, e).is_ok() && self.gate.over(e, unit).is_ok()
            })
            .any(|(hash, _)| {
                let split = self.elsewhere(parent, &[*hash]);
                split.is_ok_and(|(whole, _)| whole.split_into.contains(&part))
            })
    }

    /// A part far from where the first whole was found is a supervisor's, as a correction of its position would be.
    fn drifted(
        &self,
        event: &Event,
        found_at: &Place,
        part: &Create,
    ) -> Result<Option<MarkKind>, Refusal> {
        let metres = found_at.farthest_m(&part.place);
        if metres <= limits::MOVES_FREELY_M {
            return Ok(None);
        }
        if !self.gate.by_supervisor(event) {
            return Err(Refusal::Supervisor);
        }
        Ok(Some(MarkKind::Moved {
            metres: whole(metres),
        }))
    }

    /// Another site as it stood at some heads of its history, and where it was first found.
    pub(super) fn elsewhere(&self, key: SiteKey, heads: &[Hash]) -> OtherSite {
        let asked = (key, heads.to_vec());
        let known = if self.asked.aside.get() {
            &self.asked.known_aside
        } else {
            &self.asked.known
        };
        if let Some(known) = known.borrow().get(&asked) {
            return known.clone();
        }
        let answer = self.fold_elsewhere(key, heads);
        known.borrow_mut().insert(asked, answer.clone());
        answer
    }

    fn fold_elsewhere(&self, key: SiteKey, heads: &[Hash]) -> OtherSite {
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
        let (site, origin) = fold_at(key, &past, self.gate, self.neighbours, asked);
        asked.depth.set(asked.depth.get() - 1);
        if asked.too_much.get() {
            return Err(Refusal::NoSuchSite);
        }
        origin
            .map(|origin| (site, origin))
            .ok_or(Refusal::NoSuchSite)
    }

    pub(super) fn judge_merge(
        &self,
        at: usize,
        merge: &Merge,
        view: &MoveContext,
    ) -> Result<Vec<MarkKind>, Refusal> {
        let (_, event) = self.history.events[at];
        if merge.into == self.site.key {
            return Err(Refusal::NoSuchSite);
        }
        let (into, origin) = self.elsewhere(merge.into, &event.based_on)?;
        self.gate.over(event, &into.unit)?;
        let state = view.state.unwrap_or(State::Candidate);
        if into.state > state || into.state.is_gone() {
            return Err(Refusal::IntoLess { state: into.state });
        }
        let metres = self.merged_over_m(at, &into.place);
        if metres > limits::MERGES_WITHIN_M {
            return Err(far(metres));
        }
        let far = (metres > limits::MERGES_FREELY_M).then(|| MarkKind::FarMerge {
            metres: whole(metres),
        });
        // What was found in one season is not moved into another by whoever likes.
        let seasons = self.season_by_law.zip(origin.season_by_law);
        let moved = seasons
            .filter(|(from, to)| from != to)
            .map(|(from, to)| MarkKind::OtherSeason { from, to });
        let marks: Vec<MarkKind> = far.into_iter().chain(moved).collect();
        if !marks.is_empty() && !self.gate.by_supervisor(event) {
            return Err(Refusal::Supervisor);
        }
        Ok(marks)
    }

    /// Metres from a place to the farthest of this site and of all that had become part of it: step by step a site goes no
    /// farther than at once.
    fn merged_over_m(&self, at: usize, into: &Place) -> f64 {
        let is_merge = |e: &usize| matches!(self.history.events[*e].1.body, Body::Merge(_));
        self.known_at(at)
            .filter(is_merge)
            .flat_map(|merge| self.brought_along(merge).places)
            .chain([self.site.place.clone()])
            .map(|place| place.apart_m(into))
            .fold(0.0, f64::max)
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
