//! Since when a site is in its state. What changes nothing of it begins no new wait: neither a step that repeats it, nor
//! eradicating a part, nor splitting the site, nor merging another one into it that was there before.

use super::{Fold, MOST_FOLDS};
use crate::registry::body::Body;
use crate::registry::event::Event;
use crate::registry::ids::{Hash, SiteKey};
use crate::registry::names::same_name;
use crate::registry::state::State;
use std::collections::BTreeSet;

/// The earlier or the later of two times, whatever zones they are written in.
#[expect(clippy::ptr_arg, reason = "it is a key of strings in a list")]
fn in_order(at: &String) -> (Option<jiff::Timestamp>, String) {
    (at.parse().ok(), at.clone())
}

impl Fold<'_> {
    /// When the state began in which these ends of the history left the site.
    pub(super) fn stands_since(&self, ends: &[usize], state: State) -> String {
        let (steps, own) = self.began_in(ends, state);
        let brought = self.brought_since(&steps, state, &own);
        brought.unwrap_or(own)
    }

    /// The steps by which the site has been in a state at these ends, and when that began, by its own history.
    pub(super) fn began_in(&self, ends: &[usize], state: State) -> (BTreeSet<usize>, String) {
        let is_there = |at: &usize| {
            let stand = self.stands[*at].as_ref();
            stand.is_some_and(|stand| stand.state == state && !stand.absorbs)
        };
        let mut waiting: Vec<usize> = ends.iter().copied().filter(is_there).collect();
        let mut steps: BTreeSet<usize> = BTreeSet::new();
        let mut began: Vec<String> = Vec::new();
        // One step after the other: a history may repeat a state as often as it likes.
        while let Some(at) = waiting.pop() {
            if !steps.insert(at) {
                continue;
            }
            let before = self.goes_on_from(at);
            if before.is_empty() {
                began.push(self.began(at));
            }
            waiting.extend(before);
        }
        // Who confirmed it again without knowing of the first makes it no younger; another crew begins to wait anew.
        let own = if state == State::Dispatched {
            began.into_iter().max_by_key(in_order)
        } else {
            began.into_iter().min_by_key(in_order)
        };
        (steps, own.unwrap_or_default())
    }

    /// When a step was taken; of the founding of a part, since when the whole had been in the state that it brought along.
    fn began(&self, at: usize) -> String {
        let (hash, event) = self.history.events[at];
        let stand = self.stands[at].as_ref();
        let whole = self.wholes.get(&at);
        let whole = whole.filter(|whole| stand.is_some_and(|s| s.state == whole.state));
        whole.map_or_else(|| self.at_of(hash, event), |whole| whole.since.clone())
    }

    /// The steps whose state goes on after a move: what it repeats, or what stands again since it voided what came after.
    fn goes_on_from(&self, at: usize) -> Vec<usize> {
        if let Some(restored) = self.restored_by(at) {
            return vec![restored];
        }
        let before = self.steps_before(at);
        let goes_on = |step: &usize| self.repeats(at, *step) || self.leaves_undone(at, *step);
        if !before.is_empty() && before.iter().all(goes_on) {
            return before;
        }
        Vec::new()
    }

    /// Whether a move repeats the state of a step. Such moves (a screening that keeps, a recount, the same crew sent again;
    /// another crew's assignment counts anew) do not make it younger.
    fn repeats(&self, at: usize, before: usize) -> bool {
        let body = |at: usize| &self.history.events[at].1.body;
        let repeats = match (body(at), body(before)) {
            (Body::Visit(_), _) => true,
            (Body::Screen(screen), _) => screen.keep,
            (Body::Assign(again), Body::Assign(sent)) => same_name(&again.crew, &sent.crew),
            _ => false,
        };
        let state = |at: usize| self.stands[at].as_ref().map(|stand| stand.state);
        repeats && state(at).is_some() && state(at) == state(before)
    }

    /// Whether what had to be done waits on after a move: only a part was eradicated, or that was not accepted.
    fn leaves_undone(&self, at: usize, before: usize) -> bool {
        let is_part = |at: usize| {
            let body = &self.history.events[at].1.body;
            matches!(body, Body::Eradicate(part) if part.percent < 100)
        };
        let judges = matches!(self.history.events[at].1.body, Body::Accept(_));
        is_part(at) || judges && is_part(before)
    }

    /// The steps that a move follows; that other sites became part of this one is none.
    pub(super) fn steps_before(&self, at: usize) -> Vec<usize> {
        let mut before = self.join(&self.history.parents[at]);
        before.retain(|step| !self.absorbs(*step));
        before
    }

    /// Since when those were in this state that became part of the site while it was, where that is earlier.
    fn brought_since(&self, steps: &BTreeSet<usize>, state: State, own: &String) -> Option<String> {
        let met = |at: &usize| {
            let stand = self.stands[*at].as_ref();
            stand.is_some_and(|stand| stand.absorbs && stand.state == state)
                && self.steps_before(*at).iter().any(|s| steps.contains(s))
        };
        let merges = (0..self.stands.len()).filter(met);
        let since = merges.filter_map(|at| self.merged_since(at, state, own));
        since.min_by_key(in_order)
    }

    /// Since when the site that a merge brings was in this state, where it was and where the merge is followed there.
    fn merged_since(&self, at: usize, state: State, own: &String) -> Option<String> {
        let (hash, event) = self.history.events[at];
        let from = event.site.filter(|_| self.may_have_been(event, state))?;
        let (brought, _) = self.aside(from, &event.based_on)?;
        if brought.state != state || in_order(&brought.since) >= in_order(own) {
            return None;
        }
        let (merged, _) = self.aside(from, &[hash])?;
        (merged.merged_into == Some(self.site.key)).then_some(brought.since)
    }

    /// Whether the site that a merge brings has an event that leads to this state at all.
    fn may_have_been(&self, merge: &Event, state: State) -> bool {
        let events = merge.site.and_then(|from| self.neighbours.get(&from));
        let leads = |body: &Body| match body {
            // A part begins where the whole stood.
            Body::Create(create) => state == State::Candidate || create.split_from.is_some(),
            Body::Assign(_) => state == State::Dispatched,
            Body::Eradicate(_) => state == State::Eradicated,
            Body::Visit(visit) => visit.outcome.leads_to() == state,
            Body::Accept(_) | Body::Reopen(_) | Body::Resolve(_) => true,
            _ => false,
        };
        let mut events = events.into_iter().flatten();
        events.any(|(_, event)| leads(&event.body))
    }

    /// Another site as it stood at some heads, asked beside what is judged: it takes nothing from the folds that judging may ask for.
    fn aside(&self, key: SiteKey, heads: &[Hash]) -> Option<(super::Site, super::FirstFound)> {
        let asked = self.asked;
        if asked.aside.get() {
            return self.elsewhere(key, heads).ok();
        }
        if asked.too_much.get() || asked.folds_aside.get() >= MOST_FOLDS {
            return None;
        }
        asked.aside.set(true);
        let judging = asked.folds.replace(asked.folds_aside.get());
        let answer = self.elsewhere(key, heads).ok();
        asked.folds_aside.set(asked.folds.replace(judging));
        asked.aside.set(false);
        if asked.too_much.replace(false) {
            // What was answered meanwhile may be what was not answered at all.
            asked.known_aside.borrow_mut().clear();
            return None;
        }
        answer
    }
}
