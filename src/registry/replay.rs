//! Replay: from a site's events to its state.
//!
//! A site's history is a graph: each event names the heads that its author saw. Events are taken in causal order, ties
//! by id and then by hash, so the same set of events gives the same site, whatever order they came in. A move is judged
//! by what its author saw, not by what others did meanwhile; where two moves do not know of each other, the still-open,
//! more severe state stands, in dispute until a supervisor who saw both resolves it.

mod correction;
mod days;
mod describe;
mod entered;
mod fields;
mod history;
mod judge;
mod keepers;
mod kin;
mod since;
mod view;
mod void;

use super::authority::Authority;
use super::body::Body;
use super::event::Event;
use super::ids::{Hash, SiteKey};
use super::people::Signed;
use super::place::Place;
use super::refusal::Refusal;
use super::site::{DisputedMove, MarkKind, Site, Stamp};
use super::state::State;
use super::unit;
use days::SiteDay;
use fields::fields;
use history::History;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
    /// A founding: two offices may found one site from one scan, and the later one contradicts no move of the other's.
    founds: bool,
    /// The day of the move; of a founding by a scan the day of its imagery.
    day: Option<SiteDay>,
}

/// What is thought of an event that is followed.
struct JudgedEvent {
    signed: Signed,
    stand: Option<Stand>,
    marks: Vec<MarkKind>,
    /// A note or sighting of a unit that has nothing to say about the site.
    outside: bool,
}

/// What a part has of the site that it was part of.
#[derive(Clone)]
struct Whole {
    season: i16,
    origin: FirstFound,
    /// The state in which it was split, and since when it had been.
    state: State,
    since: String,
}

/// Where and in which season a site was first found; a part where its first whole was.
#[derive(Clone)]
struct FirstFound {
    place: Place,
    season_by_law: Option<i16>,
}

struct Fold<'a> {
    history: History<'a>,
    gate: &'a Authority,
    neighbours: &'a Neighbours,
    asked: &'a OtherSites,
    /// The unit that the site belongs to, once it is founded.
    unit: Option<String>,
    /// Where it was found; a part where its first whole was.
    found_at: Option<Place>,
    /// Of foundings of a part: what it has of the whole.
    wholes: BTreeMap<usize, Whole>,
    /// The season in which it was found, for merges: every registry reads it alike.
    season_by_law: Option<i16>,
    /// Times that were corrected.
    redated: HashMap<Hash, String>,
    /// For each followed move, where it led.
    stands: Vec<Option<Stand>>,
    /// For each event, the followed moves that are the ends of what is known after it.
    frontier: Vec<Vec<usize>>,
    /// Events that were followed, moves or not.
    followed: Vec<bool>,
    /// Of those, what their signatures are worth and what stays marked.
    told: Vec<Option<(Signed, Vec<MarkKind>)>>,
    /// Events that were voided, and by which.
    voided: BTreeMap<usize, Vec<usize>>,
    /// Of the followed ones, those from which nothing follows.
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
    fold_at(site, events, gate, neighbours, &OtherSites::default()).0
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

/// Another site, and where it was first found.
type OtherSite = Result<(Site, FirstFound), Refusal>;

/// What one fold has asked of other sites.
#[derive(Default)]
struct OtherSites {
    folds: Cell<u32>,
    depth: Cell<u32>,
    too_much: Cell<bool>,
    /// Folds that were asked for beside what is judged, and whether one of those asks now.
    folds_aside: Cell<u32>,
    aside: Cell<bool>,
    /// What was answered.
    known: RefCell<HashMap<(SiteKey, Vec<Hash>), OtherSite>>,
    known_aside: RefCell<HashMap<(SiteKey, Vec<Hash>), OtherSite>>,
}

fn fold_at(
    site: SiteKey,
    events: &[(Hash, &Event)],
    gate: &Authority,
    neighbours: &Neighbours,
    asked: &OtherSites,
) -> (Site, Option<FirstFound>) {
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
        wholes: BTreeMap::new(),
        season_by_law: None,
        redated: HashMap::new(),
        outside: vec![false; count],
        stands: vec![None; count],
        frontier: Vec::with_capacity(count),
        followed: vec![false; count],
        told: vec![None; count],
        voided: BTreeMap::new(),
        site: Site::unknown(site),
    };
    for at in 0..count {
        fold.take(at);
    }
    let origin = fold.found_at.clone().map(|place| FirstFound {
        place,
        season_by_law: fold.season_by_law,
    });
    (fold.finish(), origin)
}

impl Fold<'_> {
    /// The day of a time.
    fn days(&self, time: &str) -> Option<SiteDay> {
        SiteDay::of(self.gate, self.unit.as_deref().unwrap_or_default(), time)
    }

    fn take(&mut self, at: usize) {
        let (hash, event) = self.history.events[at];
        let before = self.join(&self.history.parents[at]);
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
                self.told[at] = Some((judged.signed, judged.marks.clone()));
                self.describe(at, hash, event, judged.signed, judged.marks);
            }
            Err(refusal) => {
                self.frontier.push(before);
                self.site.refused.push((hash, refusal));
            }
        }
    }

    /// The ends of what is known after these events.
    fn join(&self, parents: &[usize]) -> Vec<usize> {
        if let [only] = parents {
            return self.frontier[*only].clone();
        }
        let all: BTreeSet<usize> = parents
            .iter()
            .flat_map(|parent| self.frontier[*parent].iter().copied())
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
        if stands
            .iter()
            .any(|(_, stand)| !stand.founds && !stand.absorbs)
        {
            stands.retain(|(_, stand)| !stand.founds);
        }
        let own = |(_, stand): &(usize, &Stand)| (!stand.absorbs).then_some(stand.state);
        let settles = stands.iter().filter_map(own).any(|state| !state.is_open());
        let least = stands.iter().filter_map(own).min();
        // What was found on a site that others became part of is not taken back by who did not know of them.
        let takes_back = |absorbed: State| {
            absorbed <= State::Eradicated && least.is_some_and(|least| least > State::Eradicated)
        };
        if !settles {
            stands.retain(|(_, stand)| !stand.absorbs || takes_back(stand.state));
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
            founds: stands.iter().all(|(_, stand)| stand.founds),
            day: SiteDay::last(stands.iter().filter_map(|(_, stand)| stand.day)),
        })
    }

    /// The state that an event's author saw.
    fn stands_before(&self, at: usize) -> Option<State> {
        let before = self.join(&self.history.parents[at]);
        self.stand_at(&before).map(|stand| stand.state)
    }

    fn finish(mut self) -> Site {
        for (hash, at) in &self.redated {
            self.site.redate(*hash, at);
        }
        self.keep_back_what_looks_show();
        let heads = self.history.heads();
        let ends = self.join(&heads);
        if let Some(stand) = self.stand_at(&ends) {
            self.site.state = stand.state;
            self.site.disputed = stand.disputed;
            self.site.dispute = stand
                .claims
                .iter()
                .map(|at| self.disputed_move(*at))
                .collect();
            self.site.since = self.stands_since(&ends, stand.state);
        } else {
            self.site.incomplete = true;
        }
        if !self.history.is_linear() {
            self.site.parallel = self.parallel_edits();
        }
        // What nothing follows from is not built on.
        let mut built_on = self
            .history
            .ends(|at| self.followed[at] && !self.outside[at]);
        if built_on.is_empty() {
            built_on = heads;
        }
        let hash_of = |at: &usize| self.history.events[*at].0;
        self.site.heads = built_on.iter().map(hash_of).collect();
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

    /// A side of a dispute: what moved the site, or brought along another that somebody keeps.
    fn disputed_move(&self, at: usize) -> DisputedMove {
        let event = self.history.events[at].1;
        let moved = self.stands[at].as_ref();
        DisputedMove {
            state: moved.map_or(State::Candidate, |stand| stand.claimed),
            kind: event.body.kind().to_owned(),
            stamp: self.stamped(at, self.gate.people().signed_by_own_key(event)),
        }
    }

    /// Who made an event and when, as it was corrected.
    fn stamped(&self, at: usize, own_key: bool) -> Stamp {
        let (hash, event) = self.history.events[at];
        Stamp {
            event: hash,
            at: self.at_of(hash, event),
            actor: event.actor.clone(),
            own_key,
        }
    }

    /// Fields that two events changed differently without knowing of each other, unless a later one saw both.
    fn parallel_edits(&self) -> BTreeSet<String> {
        let mut marked = BTreeSet::new();
        let mut writers: HashMap<&'static str, Vec<(usize, String)>> = HashMap::new();
        let counts = |at: &usize| self.followed[*at] && !self.voided.contains_key(at);
        for at in (0..self.history.events.len()).filter(counts) {
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
