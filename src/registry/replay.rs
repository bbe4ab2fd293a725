//! Replay: from a site's events to its state.
//!
//! A site's history is a graph: each event names the heads that its author saw. Events are taken in causal order, ties
//! by id and then by hash, so the same set of events gives the same site, whatever order they came in. A move is judged
//! by what its author saw, not by what others did meanwhile; where two moves do not know of each other, the still-open,
//! more severe state stands, in dispute until a supervisor who saw both resolves it.

mod fields;
mod history;

use super::body::{Body, Meaning};
use super::event::{Event, EvidenceRole};
use super::ids::{Hash, SiteKey};
use super::moves::{Move, Refusal, View, decide};
use super::people::People;
use super::site::{DisputedMove, SightingFact, Site, Stamp};
use super::state::State;
use fields::fields;
use history::History;
use std::collections::{BTreeSet, HashMap};

/// Where a followed move led.
#[derive(Clone)]
struct Stand {
    state: State,
    disputed: bool,
    /// The moves that claim different states.
    claims: BTreeSet<usize>,
    /// Another site became part of this one: it moves nothing, but speaks against settling, merging or splitting this
    /// site by somebody who did not know of it.
    absorbs: bool,
}

struct Fold<'a> {
    history: History<'a>,
    people: &'a People,
    /// For each followed move, where it led.
    stands: Vec<Option<Stand>>,
    /// For each event, the followed moves that are the ends of what is known after it.
    frontier: Vec<Vec<usize>>,
    /// Events that were followed, moves or not.
    followed: Vec<bool>,
    site: Site,
}

/// The site that these events make. Events that concern other sites must not be among them.
pub fn fold(site: SiteKey, events: &[(Hash, &Event)], people: &People) -> Site {
    let history = History::of(site, events);
    let count = history.events.len();
    let mut fold = Fold {
        history,
        people,
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

impl Fold<'_> {
    fn take(&mut self, at: usize) {
        let (hash, event) = self.history.events[at];
        let before = self.join(self.history.parents[at].clone());
        if self.history.missing[at] {
            self.site.incomplete = true;
        }
        match self.judge(at, &before) {
            Ok(stand) => {
                self.followed[at] = true;
                if let Some(stand) = stand {
                    // What another site's joining this one does not end, goes on beside it.
                    let mut ends = if stand.absorbs { before } else { Vec::new() };
                    ends.push(at);
                    self.stands[at] = Some(stand);
                    self.frontier.push(ends);
                } else {
                    self.frontier.push(before);
                }
                self.describe(at, hash, event);
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
            disputed: differ || stands.iter().any(|(_, stand)| stand.disputed),
            claims,
            absorbs: false,
        })
    }

    /// Whether an event is followed, and for a move where it leads.
    fn judge(&self, at: usize, before: &[usize]) -> Result<Option<Stand>, Refusal> {
        let (_, event) = self.history.events[at];
        if !self.people.allows(event) {
            return Err(Refusal::Role);
        }
        if event.site != Some(self.site.key) {
            // The other side of a merge: a fact here, not a move.
            return Ok(self.stand_at(before).map(|stand| Stand {
                absorbs: true,
                ..stand
            }));
        }
        if let Body::Create(create) = &event.body {
            if SiteKey::of_origin(&create.origin) != self.site.key || !before.is_empty() {
                return Err(Refusal::Origin);
            }
            let state = create
                .split_from
                .map_or(State::Candidate, |(_, state)| state);
            return Ok(Some(Stand {
                state: if state.is_open() {
                    state
                } else {
                    State::Candidate
                },
                disputed: false,
                claims: BTreeSet::new(),
                absorbs: false,
            }));
        }
        if Move::of(&event.body).is_none() {
            return Ok(None);
        }
        let joined = self.stand_at(before);
        let view = self.view(at, joined.as_ref());
        let author = (event.actor.name.as_str(), event.actor.unit.as_str());
        let state = decide(&view, &event.body, author, &event.evidence)?;
        let resolved = matches!(event.body, Body::Resolve(_));
        let carried = joined.filter(|_| !resolved);
        Ok(Some(Stand {
            state,
            disputed: carried.as_ref().is_some_and(|stand| stand.disputed),
            claims: carried.map(|stand| stand.claims).unwrap_or_default(),
            absorbs: false,
        }))
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
            .filter_map(|claim| self.stands[*claim].as_ref().map(|stand| stand.state))
            .chain([joined.state])
            .collect();
        let past = &self.history.past[at];
        let mut eradications: Vec<usize> = Vec::new();
        for earlier in (0..at).filter(|earlier| past.contains(*earlier) && self.followed[*earlier])
        {
            let (_, event) = self.history.events[earlier];
            for file in &event.evidence {
                view.scene_photo |= file.role == EvidenceRole::Scene;
                view.after_photo |=
                    matches!(file.role, EvidenceRole::After | EvidenceRole::Reflight);
            }
            match &event.body {
                Body::Eradicate(eradicate) => {
                    let unit = &event.actor.unit;
                    view.eradicators
                        .insert((event.actor.name.clone(), unit.clone()));
                    for officer in &eradicate.officers {
                        view.eradicators.insert((officer.clone(), unit.clone()));
                    }
                    eradications.retain(|other| !self.history.past[earlier].contains(*other));
                    eradications.push(earlier);
                }
                // After a failed acceptance the work begins again, and so does the proof of it.
                Body::Accept(accept) if !accept.passed => view.after_photo = false,
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
    fn describe(&mut self, at: usize, hash: Hash, event: &Event) {
        let stamp = Stamp {
            event: hash,
            at: event.at.clone(),
            actor: event.actor.clone(),
            own_key: self.people.signed_by_own_key(event),
        };
        let site = &mut self.site;
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
            Body::Create(create) => {
                if site.created.is_none() {
                    site.found(create, stamp, event.season);
                }
            }
            Body::Sighting(sighting) => {
                site.residue |= sighting.meaning == Meaning::Residue;
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
            | Body::Unknown { .. } => {}
        }
        let _ = at;
    }

    fn finish(mut self) -> Site {
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
        event.at.clone()
    }

    fn disputed_move(&self, at: usize) -> Option<DisputedMove> {
        let (hash, event) = self.history.events[at];
        Some(DisputedMove {
            state: self.stands[at].as_ref()?.state,
            kind: event.body.kind().to_owned(),
            stamp: Stamp {
                event: hash,
                at: event.at.clone(),
                actor: event.actor.clone(),
                own_key: self.people.signed_by_own_key(event),
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

#[cfg(test)]
mod tests;
