//! Replay: from a site's events to its state.
//!
//! A site's history is a graph: each event names the heads that its author saw. Events are taken in causal order, ties
//! by id and then by hash, so the same set of events gives the same site, whatever order they came in. A move is judged
//! by what its author saw, not by what others did meanwhile; where two moves do not know of each other, the still-open,
//! more severe state stands, in dispute until a supervisor who saw both resolves it.

mod fields;
mod history;

use super::authority::Authority;
use super::body::{Body, Correct, Create, Meaning, Merge, Sighting, Split, Visit};
use super::event::{Event, EvidenceRef, EvidenceRole};
use super::ids::{Hash, SiteKey};
use super::limits;
use super::matching::{closed_on, eradicated_on};
use super::moves::{Author, Move, Refusal, View, decide, unproven};
use super::people::{Signed, folded_name, same_name};
use super::place::Place;
use super::site::{DisputedMove, Mark, MarkKind, SightingFact, Site, Stamp};
use super::state::State;
use super::unit;
use fields::fields;
use history::History;
use jiff::civil::Date;
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Events of the sites that a site's merges and splits concern.
pub type Neighbours = HashMap<SiteKey, Vec<(Hash, Event)>>;

/// Folds of other sites that one fold may ask for. Beyond, no merge is followed: who merges in endless chains hides.
const MOST_FOLDS: u32 = 500;
/// How deep one may ask another.
const DEEPEST: u32 = 40;

/// Where a followed move led.
#[derive(Clone)]
struct Stand {
    state: State,
    /// What the move itself claims.
    claimed: State,
    disputed: bool,
    /// The moves that claim different states.
    claims: BTreeSet<usize>,
    /// Another site became part of this one: it moves nothing, but speaks against settling, merging or splitting this
    /// site by somebody who did not know of it.
    absorbs: bool,
    /// The day of the move; of a founding by a scan the day of its imagery.
    day: Option<Date>,
}

/// What is thought of an event that is followed.
struct Judged {
    signed: Signed,
    stand: Option<Stand>,
    marks: Vec<MarkKind>,
    /// A note or sighting of a unit that has nothing to say about the site.
    outside: bool,
}

struct Fold<'a> {
    history: History<'a>,
    gate: &'a Authority,
    neighbours: &'a Neighbours,
    asked: &'a Asked,
    /// The unit that the site belongs to, once it is founded.
    unit: Option<String>,
    /// Where it was found.
    found_at: Option<Place>,
    /// Times that were corrected.
    redated: HashMap<Hash, String>,
    /// For each followed move, where it led.
    stands: Vec<Option<Stand>>,
    /// For each event, the followed moves that are the ends of what is known after it.
    frontier: Vec<Vec<usize>>,
    /// Events that were followed, moves or not.
    followed: Vec<bool>,
    /// Of those, the ones from which nothing follows.
    outside: Vec<bool>,
    site: Site,
}

/// The site that these events make, as far as the gate lets them. Events that concern other sites must not be among
/// them; those of the sites that its merges and splits concern are its neighbours.
pub fn fold(
    site: SiteKey,
    events: &[(Hash, &Event)],
    gate: &Authority,
    neighbours: &Neighbours,
) -> Site {
    fold_at(site, events, gate, neighbours, &Asked::default())
}

/// The unit that the site's key itself names, known as soon as anybody shows the text behind it.
fn unit_in_key(site: SiteKey, history: &History) -> Option<String> {
    history
        .events
        .iter()
        .find_map(|(_, event)| match &event.body {
            Body::Create(create) if SiteKey::of_origin(&create.origin) == site => {
                unit::of_origin(&create.origin).map(str::to_owned)
            }
            _ => None,
        })
}

/// What one fold has asked of other sites.
#[derive(Default)]
struct Asked {
    folds: Cell<u32>,
    depth: Cell<u32>,
    too_much: Cell<bool>,
}

fn fold_at(
    site: SiteKey,
    events: &[(Hash, &Event)],
    gate: &Authority,
    neighbours: &Neighbours,
    asked: &Asked,
) -> Site {
    let history = History::of(site, events);
    let count = history.events.len();
    let unit = unit_in_key(site, &history);
    let mut fold = Fold {
        history,
        gate,
        neighbours,
        asked,
        unit,
        found_at: None,
        redated: HashMap::new(),
        outside: vec![false; count],
        stands: vec![None; count],
        frontier: Vec::with_capacity(count),
        followed: vec![false; count],
        site: Site::unknown(site),
    };
    for at in 0..count {
        fold.take(at);
    }
    fold.finish()
}

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
fn before(events: &[(Hash, Event)], heads: &[Hash]) -> Vec<(Hash, Event)> {
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
        .cloned()
        .collect()
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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "metres between two places on the Earth"
)]
fn whole(metres: f64) -> u64 {
    metres.round() as u64
}

impl Fold<'_> {
    fn take(&mut self, at: usize) {
        let (hash, event) = self.history.events[at];
        let before = self.join(self.history.parents[at].clone());
        let judged = self.judge(at, &before);
        // What nobody follows says nothing of what is missing.
        let counts = match &judged {
            Ok(judged) => !judged.outside,
            Err(refusal) => *refusal == Refusal::MissingHistory,
        };
        self.site.incomplete |= counts && self.history.missing[at];
        match judged {
            Ok(judged) => {
                self.followed[at] = true;
                self.outside[at] = judged.outside;
                if let Some(stand) = judged.stand {
                    // What another site's joining this one does not end, goes on beside it.
                    let mut ends = if stand.absorbs { before } else { Vec::new() };
                    ends.push(at);
                    self.stands[at] = Some(stand);
                    self.frontier.push(ends);
                } else {
                    self.frontier.push(before);
                }
                self.describe(at, hash, event, judged.signed, judged.marks);
            }
            Err(refusal) => {
                self.frontier.push(before);
                self.site.refused.push((hash, refusal));
            }
        }
    }

    /// The ends of what is known after these events.
    fn join(&self, parents: Vec<usize>) -> Vec<usize> {
        if let [only] = parents[..] {
            return self.frontier[only].clone();
        }
        let all: BTreeSet<usize> = parents
            .into_iter()
            .flat_map(|parent| self.frontier[parent].iter().copied())
            .collect();
        all.iter()
            .copied()
            .filter(|end| {
                !all.iter()
                    .any(|other| !self.absorbs(*other) && self.history.past[*other].contains(*end))
            })
            .collect()
    }

    fn absorbs(&self, at: usize) -> bool {
        self.stands[at].as_ref().is_some_and(|stand| stand.absorbs)
    }

    fn stand_at(&self, frontier: &[usize]) -> Option<Stand> {
        let mut stands: Vec<(usize, &Stand)> = frontier
            .iter()
            .filter_map(|at| Some((*at, self.stands[*at].as_ref()?)))
            .collect();
        let settles = |stand: &Stand| !stand.absorbs && !stand.state.is_open();
        if !stands.iter().any(|(_, stand)| settles(stand)) {
            stands.retain(|(_, stand)| !stand.absorbs);
        }
        let state = stands.iter().map(|(_, stand)| stand.state).min()?;
        let mut claims: BTreeSet<usize> = stands
            .iter()
            .flat_map(|(_, stand)| stand.claims.iter().copied())
            .collect();
        let differ = stands.iter().any(|(_, stand)| stand.state != state);
        // Closed by one and merged by another: no conflict closes a site, so it awaits acceptance again.
        let state = if differ && state == State::Closed {
            State::Eradicated
        } else {
            state
        };
        if differ {
            claims.extend(stands.iter().map(|(at, _)| *at));
        }
        Some(Stand {
            state,
            claimed: state,
            disputed: differ || stands.iter().any(|(_, stand)| stand.disputed),
            claims,
            absorbs: false,
            day: stands.iter().filter_map(|(_, stand)| stand.day).max(),
        })
    }

    /// Whether an event is followed, and for a move where it leads.
    fn judge(&mut self, at: usize, before: &[usize]) -> Result<Judged, Refusal> {
        let (hash, event) = self.history.events[at];
        let signed = self.gate.author(hash, event)?;
        limits::dates_of(event)?;
        let mut judged = Judged {
            signed,
            stand: None,
            marks: Vec::new(),
            outside: false,
        };
        if let Some(recorder) = &event.actor.recorder
            && signed == Signed::InTheirName
        {
            judged.marks.push(MarkKind::InTheirName {
                by: recorder.name.clone(),
                reason: recorder.reason.clone(),
            });
        }
        if event.site != Some(self.site.key) {
            judged.stand = self.judge_from_beside(event, before)?;
            return Ok(judged);
        }
        if let Body::Create(create) = &event.body {
            judged.stand = Some(self.judge_founding(at, create, before)?);
            return Ok(judged);
        }
        // Elsewhere, and where nobody knows yet whose the site is, one may see and note, and nothing follows from it.
        let theirs = match &self.unit {
            Some(unit) => self.gate.over(event, unit),
            None => Err(Refusal::MissingHistory),
        };
        if let Err(refusal) = theirs {
            let only_says = matches!(event.body, Body::Note(_) | Body::Sighting(_));
            judged.outside = only_says;
            return if only_says { Ok(judged) } else { Err(refusal) };
        }
        self.judge_pictures(at, event)?;
        match &event.body {
            Body::Sighting(sighting) => self.judge_sighting(sighting)?,
            Body::Correct(correct) => judged.marks.extend(self.judge_correction(at, correct)?),
            _ => {}
        }
        if Move::of(&event.body).is_some() {
            judged.stand = Some(self.judge_move(at, before, &mut judged.marks)?);
        }
        Ok(judged)
    }

    /// The other side of what concerns two sites: a site that becomes part of this one, or a part of it that is founded.
    fn judge_from_beside(&self, event: &Event, before: &[usize]) -> Result<Option<Stand>, Refusal> {
        let unit = self.unit.as_deref().ok_or(Refusal::MissingHistory)?;
        self.gate.over(event, unit)?;
        if let Body::Create(create) = &event.body {
            part_lies_in(&self.site.place, create)?;
            return Ok(None);
        }
        Ok(self.stand_at(before).map(|stand| Stand {
            absorbs: true,
            ..stand
        }))
    }

    fn judge_founding(
        &mut self,
        at: usize,
        create: &Create,
        before: &[usize],
    ) -> Result<Stand, Refusal> {
        let (_, event) = self.history.events[at];
        if SiteKey::of_origin(&create.origin) != self.site.key || !before.is_empty() {
            return Err(Refusal::Origin);
        }
        limits::place(&create.place)?;
        // Before origins named it, a site's unit was that of whoever founded it.
        let unit = unit::of_origin(&create.origin).unwrap_or(&event.actor.unit);
        self.gate.over(event, unit)?;
        if let Some(known) = &self.unit {
            if !unit::share_ground(known, unit) {
                return Err(Refusal::Origin);
            }
            if unit::is_below(unit, known) {
                self.unit = Some(unit.to_owned());
            }
        } else {
            self.unit = Some(unit.to_owned());
        }
        let state = match &create.split_from {
            None => State::Candidate,
            Some((parent, _)) => self.split_off(at, *parent, create)?,
        };
        let captured = create.detection.as_ref().and_then(|d| d.captured.as_ref());
        // By hand a site may be entered after the work on it; nobody worked on it before it was photographed from the air.
        let day = captured.and_then(|[first, _]| limits::day(first));
        Ok(Stand {
            state,
            claimed: state,
            disputed: false,
            claims: BTreeSet::new(),
            absorbs: false,
            day,
        })
    }

    /// The state in which a part begins: that of the site it was part of, where its author saw it.
    fn split_off(&self, at: usize, parent: SiteKey, create: &Create) -> Result<State, Refusal> {
        let (_, event) = self.history.events[at];
        let events = self.neighbours.get(&parent).ok_or(Refusal::NoSuchSite)?;
        let mut heads: Vec<Hash> = named(events, &event.based_on);
        if heads.is_empty() {
            // Version 0.1.0 named them in the split alone.
            heads = events
                .iter()
                .filter(|(_, e)| matches!(&e.body, Body::Split(split) if split.into.contains(&self.site.key)))
                .flat_map(|(_, e)| named(events, &e.based_on))
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
    fn elsewhere(&self, key: SiteKey, heads: &[Hash]) -> Result<Site, Refusal> {
        let events = self.neighbours.get(&key).ok_or(Refusal::NoSuchSite)?;
        let asked = self.asked;
        asked.folds.set(asked.folds.get() + 1);
        if asked.folds.get() > MOST_FOLDS || asked.depth.get() >= DEEPEST {
            asked.too_much.set(true);
        }
        if asked.too_much.get() || heads.is_empty() {
            return Err(Refusal::NoSuchSite);
        }
        let past = before(events, heads);
        let pairs: Vec<(Hash, &Event)> = past.iter().map(|(hash, event)| (*hash, event)).collect();
        asked.depth.set(asked.depth.get() + 1);
        let site = fold_at(key, &pairs, self.gate, self.neighbours, asked);
        asked.depth.set(asked.depth.get() - 1);
        if asked.too_much.get() {
            return Err(Refusal::NoSuchSite);
        }
        site.created
            .is_some()
            .then_some(site)
            .ok_or(Refusal::NoSuchSite)
    }

    fn judge_move(
        &mut self,
        at: usize,
        before: &[usize],
        marks: &mut Vec<MarkKind>,
    ) -> Result<Stand, Refusal> {
        let (_, event) = self.history.events[at];
        let joined = self.stand_at(before);
        let view = self.view(at, joined.as_ref());
        let unit = self.unit.clone().unwrap_or_default();
        let author = Author {
            name: &event.actor.name,
            key: event.actor.key,
            above: unit::is_below(&unit, &event.actor.unit),
        };
        let arrived = |file: &&EvidenceRef| self.gate.is_here(file.sha256);
        let here: Vec<EvidenceRef> = event.evidence.iter().filter(arrived).cloned().collect();
        let led = match decide(&view, &event.body, author, &here) {
            // What opens a site is followed before its pictures arrive; what settles it is not.
            Err(Refusal::Lacks { needs })
                if matches!(&event.body, Body::Visit(_)) && here.len() < event.evidence.len() =>
            {
                let led = decide(&view, &event.body, author, &event.evidence)
                    .map_err(|_still| Refusal::Lacks { needs })?;
                marks.push(MarkKind::EvidenceAbsent);
                led
            }
            decided => decided?,
        };
        let day = self.day_of(at);
        let reached = before
            .iter()
            .filter_map(|b| self.stands[*b].as_ref()?.day)
            .max();
        if day < reached {
            return Err(Refusal::Date {
                date: event.at.clone(),
            });
        }
        match &event.body {
            Body::Merge(merge) => marks.extend(self.judge_merge(at, merge, &view)?),
            Body::Split(split) => self.judge_split(split)?,
            Body::Visit(visit) => {
                let needs = unproven(&event.body, &self.proofs(at, &here));
                if !needs.is_empty() {
                    marks.push(MarkKind::Unproven { needs });
                }
                marks.extend(self.counted_lower(visit));
            }
            _ => {}
        }
        let resolved = matches!(event.body, Body::Resolve(_));
        let carried = joined.filter(|_| !resolved);
        let mut claims = carried
            .as_ref()
            .map(|s| s.claims.clone())
            .unwrap_or_default();
        let overrides = led.state != led.claimed;
        if overrides {
            claims.insert(at);
            claims.extend(view.kept_at);
        }
        Ok(Stand {
            state: led.state,
            claimed: led.claimed,
            disputed: overrides || carried.is_some_and(|stand| stand.disputed),
            claims,
            absorbs: false,
            day,
        })
    }

    /// The pictures and papers that speak for a visit: its own, and those that came after the visit before it.
    fn proofs<'e>(&'e self, at: usize, own: &'e [EvidenceRef]) -> Vec<&'e EvidenceRef> {
        let past = &self.history.past[at];
        let earlier = (0..at)
            .filter(|e| past.contains(*e) && self.followed[*e])
            .map(|e| self.history.events[e].1)
            .filter(|e| matches!(e.body, Body::Attach(_) | Body::Note(_)))
            .flat_map(|e| &e.evidence)
            .filter(|file| self.gate.is_here(file.sha256));
        own.iter().chain(earlier).collect()
    }

    fn counted_lower(&self, visit: &Visit) -> Option<MarkKind> {
        let to = visit.count.as_ref()?.plants();
        let from = self.site.plants?;
        // After some were destroyed fewer are left.
        (to < from && self.site.eradications.is_empty())
            .then_some(MarkKind::CountLowered { from, to })
    }

    fn judge_merge(
        &self,
        at: usize,
        merge: &Merge,
        view: &View,
    ) -> Result<Option<MarkKind>, Refusal> {
        let (_, event) = self.history.events[at];
        if merge.into == self.site.key {
            return Err(Refusal::NoSuchSite);
        }
        let events = self
            .neighbours
            .get(&merge.into)
            .ok_or(Refusal::NoSuchSite)?;
        let into = self.elsewhere(merge.into, &named(events, &event.based_on))?;
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
    fn judge_split(&self, split: &Split) -> Result<(), Refusal> {
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

    fn judge_sighting(&self, sighting: &Sighting) -> Result<(), Refusal> {
        limits::place(&sighting.place)?;
        let metres = sighting.place.distance_m(&self.site.place);
        if metres > limits::SEEN_WITHIN_M {
            return Err(Refusal::Far {
                metres: whole(metres),
            });
        }
        Ok(())
    }

    /// A site is not moved away or counted down by whoever likes, and no step is dated before the one before it.
    fn judge_correction(&mut self, at: usize, correct: &Correct) -> Result<Vec<MarkKind>, Refusal> {
        let (_, event) = self.history.events[at];
        let mut marks = Vec::new();
        if let Some(place) = &correct.place {
            limits::place(place)?;
            let metres = self
                .found_at
                .as_ref()
                .map_or(0.0, |found| found.distance_m(place));
            if metres > limits::MOVES_FREELY_M {
                marks.push(MarkKind::Moved {
                    metres: whole(metres),
                });
            }
        }
        if let (Some(to), Some(from)) = (correct.plants, self.site.plants)
            && to < from
        {
            marks.push(MarkKind::CountLowered { from, to });
        }
        let hides = !marks.is_empty();
        if let Some(new) = &correct.at {
            marks.push(self.redate(at, correct.of, new)?);
        }
        let others = correct.at.is_some()
            && self.index_of(correct.of).is_some_and(|of| {
                !same_name(&self.history.events[of].1.actor.name, &event.actor.name)
            });
        if (hides || others) && !self.gate.by_supervisor(event) {
            return Err(Refusal::Supervisor);
        }
        if !marks.is_empty() && correct.reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        Ok(marks)
    }

    fn index_of(&self, hash: Option<Hash>) -> Option<usize> {
        let hash = hash?;
        self.history.events.iter().position(|(h, _)| *h == hash)
    }

    /// Gives an earlier event of this site another time, between the steps before and after it.
    fn redate(&mut self, at: usize, of: Option<Hash>, new: &str) -> Result<MarkKind, Refusal> {
        let bad = || Refusal::Date {
            date: new.to_owned(),
        };
        let past = &self.history.past[at];
        let target = self
            .index_of(of)
            .filter(|t| past.contains(*t) && self.followed[*t]);
        let target = target.ok_or_else(bad)?;
        let (hash, event) = self.history.events[target];
        let mut redated = event.clone();
        redated.at = new.to_owned();
        limits::dates_of(&redated)?;
        let day = limits::day(new);
        let day_at = |e: usize| self.stands[e].as_ref().and_then(|stand| stand.day);
        let earlier = self.join(self.history.parents[target].clone());
        let after_those_before = earlier.iter().filter_map(|e| day_at(*e)).max() <= day;
        let before_those_after = (target + 1..at)
            .filter(|e| self.history.past[*e].contains(target))
            .filter_map(day_at)
            .all(|later| Some(later) >= day);
        if !(after_those_before && before_those_after) {
            return Err(bad());
        }
        let from = self.at_of(hash, event);
        if let Some(stand) = &mut self.stands[target] {
            stand.day = day;
        }
        self.redated.insert(hash, new.to_owned());
        Ok(MarkKind::Redated { from })
    }

    /// When an event happened, as it was corrected.
    fn at_of(&self, hash: Hash, event: &Event) -> String {
        self.redated.get(&hash).unwrap_or(&event.at).clone()
    }

    fn day_of(&self, at: usize) -> Option<Date> {
        let (hash, event) = self.history.events[at];
        limits::day(self.redated.get(&hash).unwrap_or(&event.at))
    }

    /// One picture cannot show the time before and the time after.
    fn judge_pictures(&self, at: usize, event: &Event) -> Result<(), Refusal> {
        if event.evidence.is_empty() {
            return Ok(());
        }
        let after =
            |role: EvidenceRole| matches!(role, EvidenceRole::After | EvidenceRole::Reflight);
        let past = &self.history.past[at];
        let before = (0..at)
            .filter(|e| past.contains(*e) && self.followed[*e])
            .flat_map(|e| &self.history.events[e].1.evidence);
        let known: Vec<&EvidenceRef> = before.chain(&event.evidence).collect();
        let twice = event.evidence.iter().any(|file| {
            known.iter().any(|other| {
                other.sha256 == file.sha256
                    && ((after(file.role) && other.role == EvidenceRole::Scene)
                        || (file.role == EvidenceRole::Scene && after(other.role)))
            })
        });
        if twice {
            Err(Refusal::SamePicture)
        } else {
            Ok(())
        }
    }

    /// What the author of an event could know.
    fn view(&self, at: usize, joined: Option<&Stand>) -> View {
        let mut view = View {
            state: joined.map(|stand| stand.state),
            disputed: joined.is_some_and(|stand| stand.disputed),
            ..View::default()
        };
        let Some(joined) = joined else { return view };
        view.claimed = joined
            .claims
            .iter()
            .filter_map(|claim| self.stands[*claim].as_ref().map(|stand| stand.claimed))
            .chain([joined.state])
            .collect();
        let past = &self.history.past[at];
        let mut eradications: Vec<usize> = Vec::new();
        for earlier in (0..at).filter(|earlier| past.contains(*earlier) && self.followed[*earlier])
        {
            let (_, event) = self.history.events[earlier];
            if self.outside[earlier] {
                continue;
            }
            for file in event
                .evidence
                .iter()
                .filter(|f| self.gate.is_here(f.sha256))
            {
                view.scene_photo |= file.role == EvidenceRole::Scene;
                view.after_photo |=
                    matches!(file.role, EvidenceRole::After | EvidenceRole::Reflight);
            }
            match &event.body {
                Body::Eradicate(eradicate) => {
                    view.eradicators.insert(folded_name(&event.actor.name));
                    for officer in &eradicate.officers {
                        view.eradicators.insert(folded_name(officer));
                    }
                    view.eradicators_keys.extend(event.actor.signer());
                    eradications.retain(|other| !self.history.past[earlier].contains(*other));
                    eradications.push(earlier);
                }
                // After a failed acceptance the work begins again, and so does the proof of it.
                Body::Accept(accept) if !accept.passed => view.after_photo = false,
                Body::Screen(screen) if screen.keep => {
                    view.kept_by = Some(folded_name(&event.actor.name));
                    view.kept_at = Some(earlier);
                }
                Body::Screen(_) | Body::Resolve(_) | Body::Reopen(_) => view.kept_by = None,
                _ => {}
            }
        }
        view.percent = eradications
            .iter()
            .filter_map(|at| match &self.history.events[*at].1.body {
                Body::Eradicate(eradicate) => Some(eradicate.percent),
                _ => None,
            })
            .min();
        view
    }

    /// Writes what a followed event says into the site.
    fn describe(
        &mut self,
        at: usize,
        hash: Hash,
        event: &Event,
        signed: Signed,
        marks: Vec<MarkKind>,
    ) {
        let stamp = Stamp {
            event: hash,
            at: event.at.clone(),
            actor: event.actor.clone(),
            own_key: signed == Signed::OwnKey,
        };
        let state = self.stands_before(at);
        let site = &mut self.site;
        site.marks
            .extend(marks.into_iter().map(|kind| Mark { event: hash, kind }));
        if self.outside[at] {
            let text = match &event.body {
                Body::Note(note) => note.text.clone(),
                Body::Sighting(sighting) => sighting.detection.candidate.clone(),
                other => other.kind().to_owned(),
            };
            site.outside.push((text, stamp));
            return;
        }
        if let Some(reason) = event.body.forced() {
            site.forced.push((hash, reason.to_owned()));
        }
        for file in &event.evidence {
            if !site
                .evidence
                .iter()
                .any(|known| known.sha256 == file.sha256 && known.role == file.role)
            {
                site.evidence.push(file.clone());
            }
        }
        match &event.body {
            Body::Create(_) if event.site != Some(site.key) => {}
            Body::Create(create) => {
                if site.created.is_none() {
                    site.found(create, stamp, event.season);
                    self.found_at = Some(create.place.clone());
                }
                site.unit = self.unit.clone().unwrap_or_default();
            }
            Body::Sighting(sighting) => {
                // Dates are compared anew: what the sighting says of itself is not believed.
                site.residue |= shows_residue(site, state, sighting);
                if state.is_some_and(|state| !state.is_open())
                    && sighting.meaning != Meaning::Raised
                {
                    site.swallowed.push(hash);
                }
                let candidate = &sighting.detection.candidate;
                if !site
                    .sightings
                    .iter()
                    .any(|known| known.detection.candidate == *candidate)
                {
                    site.sightings.push(SightingFact {
                        detection: sighting.detection.clone(),
                        meaning: sighting.meaning,
                        event: hash,
                    });
                }
            }
            Body::Screen(screen) => site.screened = Some((screen.keep, screen.reason, stamp)),
            Body::Assign(assign) => site.assigned = Some((assign.clone(), stamp)),
            Body::Visit(visit) => {
                site.plants = visit
                    .count
                    .as_ref()
                    .map(super::body::Count::plants)
                    .or(site.plants);
                site.habitat = visit.habitat.clone().or(site.habitat.take());
                site.visits.push((visit.as_ref().clone(), stamp));
            }
            Body::Eradicate(eradicate) => {
                site.residue = false;
                site.eradications.push((eradicate.clone(), stamp));
            }
            Body::Accept(accept) => {
                site.residue = false;
                site.acceptances.push((accept.clone(), stamp));
            }
            Body::Reopen(reopen) => site.notes.push((reopen.reason.clone(), stamp)),
            Body::Resolve(resolve) => site.notes.push((resolve.reason.clone(), stamp)),
            Body::Merge(merge) if event.site == Some(site.key) => {
                site.merged_into = Some(merge.into);
            }
            Body::Merge(_) => site.absorbed.extend(event.site),
            Body::Split(split) => {
                // Two offices may have split it, each in its own way: no part is lost.
                for part in &split.into {
                    if !site.split_into.contains(part) {
                        site.split_into.push(*part);
                    }
                }
            }
            Body::Note(note) | Body::Attach(note) => site.notes.push((note.text.clone(), stamp)),
            Body::Correct(correct) => {
                if let Some(place) = &correct.place {
                    site.place = place.clone();
                }
                site.area_dm2 = correct.area_dm2.or(site.area_dm2);
                site.name = correct.name.clone().or(site.name.take());
                site.plants = correct.plants.or(site.plants);
                site.habitat = correct.habitat.clone().or(site.habitat.take());
                site.notes.push((correct.reason.clone(), stamp));
            }
            Body::Init(_)
            | Body::Actor(_)
            | Body::Setting(_)
            | Body::Trust(_)
            | Body::Scan(_)
            | Body::Patrol(_)
            | Body::Targets(_)
            | Body::Acknowledge(_)
            | Body::Unknown { .. } => {}
        }
    }

    /// The state that an event's author saw.
    fn stands_before(&self, at: usize) -> Option<State> {
        let before = self.join(self.history.parents[at].clone());
        self.stand_at(&before).map(|stand| stand.state)
    }

    fn finish(mut self) -> Site {
        for (hash, at) in std::mem::take(&mut self.redated) {
            self.site.redate(hash, &at);
            self.redated.insert(hash, at);
        }
        let heads = self.history.heads();
        let ends = self.join(heads.clone());
        if let Some(stand) = self.stand_at(&ends) {
            self.site.state = stand.state;
            self.site.disputed = stand.disputed;
            self.site.dispute = stand
                .claims
                .iter()
                .filter_map(|at| self.disputed_move(*at))
                .collect();
            self.site.since = ends
                .iter()
                .filter(|at| {
                    self.stands[**at]
                        .as_ref()
                        .is_some_and(|s| s.state == stand.state && !s.absorbs)
                })
                .map(|at| self.began(*at))
                .max()
                .unwrap_or_default();
        } else {
            self.site.incomplete = true;
        }
        if !self.history.is_linear() {
            self.site.parallel = self.parallel_edits();
        }
        self.site.heads = heads.iter().map(|at| self.history.events[*at].0).collect();
        self.site.heads.sort_unstable();
        self.site.events = self.history.events.len() as u64;
        if self.site.state != State::Merged {
            self.site.merged_into = None;
        }
        if self.site.state != State::Split {
            self.site.split_into.clear();
        }
        self.site
    }

    /// When the state that a move led to began: moves that repeat a state (a screening that keeps, a recount, another
    /// crew's assignment counts anew) do not make it younger.
    fn began(&self, at: usize) -> String {
        let (_, event) = self.history.events[at];
        let repeats = matches!(&event.body, Body::Visit(_))
            || matches!(&event.body, Body::Screen(screen) if screen.keep);
        if repeats
            && let [before] = self.join(self.history.parents[at].clone())[..]
            && let (Some(now), Some(then)) = (&self.stands[at], &self.stands[before])
            && now.state == then.state
        {
            return self.began(before);
        }
        self.at_of(self.history.events[at].0, event)
    }

    fn disputed_move(&self, at: usize) -> Option<DisputedMove> {
        let (hash, event) = self.history.events[at];
        Some(DisputedMove {
            state: self.stands[at].as_ref()?.claimed,
            kind: event.body.kind().to_owned(),
            stamp: Stamp {
                event: hash,
                at: self.at_of(hash, event),
                actor: event.actor.clone(),
                own_key: self.gate.people().signed_by_own_key(event),
            },
        })
    }

    /// Fields that two events changed differently without knowing of each other, unless a later one saw both.
    fn parallel_edits(&self) -> BTreeSet<String> {
        let mut marked = BTreeSet::new();
        let mut writers: HashMap<&'static str, Vec<(usize, String)>> = HashMap::new();
        for at in (0..self.history.events.len()).filter(|at| self.followed[*at]) {
            for (field, value) in fields(&self.history.events[at].1.body) {
                let known = writers.entry(field).or_default();
                known.retain(|(earlier, _)| !self.history.past[at].contains(*earlier));
                known.push((at, value));
            }
        }
        for (field, known) in writers {
            if known.iter().any(|(_, value)| *value != known[0].1) {
                marked.insert(field.to_owned());
            }
        }
        marked
    }
}

/// Whether a sighting shows the plants again after they were said to be gone: by the days, not by what it says.
fn shows_residue(site: &Site, state: Option<State>, sighting: &Sighting) -> bool {
    let gone = match state {
        Some(State::Eradicated) => eradicated_on(site),
        Some(State::Closed) => closed_on(site),
        _ => None,
    };
    let captured = sighting
        .detection
        .captured
        .as_ref()
        .map(|[first, _]| first.as_str());
    captured
        .zip(gone)
        .is_some_and(|(captured, gone)| captured > gone)
}

#[cfg(test)]
mod tests;
