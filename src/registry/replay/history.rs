//! A site's events in causal order, each with what its author had seen.

use crate::registry::event::Event;
use crate::registry::ids::{Hash, SiteKey};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// A set of positions in a history.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Past(Vec<u64>);

impl Past {
    pub(super) fn insert(&mut self, at: usize) {
        if self.0.len() <= at / 64 {
            self.0.resize(at / 64 + 1, 0);
        }
        self.0[at / 64] |= 1 << (at % 64);
    }

    pub(super) fn contains(&self, at: usize) -> bool {
        self.0
            .get(at / 64)
            .is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    pub(super) fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (own, others) in self.0.iter_mut().zip(&other.0) {
            *own |= others;
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

/// A site's events in causal order, each with what its author had seen.
pub(super) struct History<'a> {
    pub(super) events: Vec<(Hash, &'a Event)>,
    pub(super) parents: Vec<Vec<usize>>,
    pub(super) past: Vec<Past>,
    pub(super) missing: Vec<bool>,
}

impl<'a> History<'a> {
    pub(super) fn of(site: SiteKey, events: &[(Hash, &'a Event)]) -> Self {
        let mut given: Vec<(Hash, &Event)> = events.to_vec();
        given.sort_unstable_by_key(|(hash, event)| (event.id, *hash));
        given.dedup_by_key(|(hash, _)| *hash);
        let position: HashMap<Hash, usize> = given
            .iter()
            .enumerate()
            .map(|(at, (hash, _))| (*hash, at))
            .collect();
        let parents: Vec<Vec<usize>> = given
            .iter()
            .map(|(_, event)| {
                event
                    .based_on
                    .iter()
                    .filter_map(|hash| position.get(hash).copied())
                    .collect()
            })
            .collect();
        let order = causal_order(&parents);
        let mut place = vec![0; given.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        let mut history = Self {
            events: Vec::with_capacity(given.len()),
            parents: Vec::with_capacity(given.len()),
            past: Vec::with_capacity(given.len()),
            missing: Vec::with_capacity(given.len()),
        };
        for old in order {
            let own: Vec<usize> = parents[old].iter().map(|parent| place[*parent]).collect();
            let mut past = Past::default();
            for parent in &own {
                past.add(&history.past[*parent]);
                past.insert(*parent);
            }
            let event = given[old].1;
            // Events that concern two sites name heads of both.
            let alone = event.body.other_sites().is_empty() && event.site == Some(site);
            history
                .missing
                .push(alone && own.len() < event.based_on.len());
            history.events.push(given[old]);
            history.parents.push(own);
            history.past.push(past);
        }
        history
    }

    pub(super) fn is_linear(&self) -> bool {
        self.past
            .iter()
            .enumerate()
            .all(|(at, past)| past.len() as usize == at)
    }

    /// Of the events that are kept, those that no other one of them knew of.
    pub(super) fn ends(&self, kept: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut seen = Past::default();
        let mut ends = Vec::new();
        for at in (0..self.events.len()).rev().filter(|at| kept(*at)) {
            if !seen.contains(at) {
                ends.push(at);
            }
            seen.add(&self.past[at]);
        }
        ends
    }

    pub(super) fn heads(&self) -> Vec<usize> {
        let mut followed = vec![false; self.events.len()];
        for parent in self.parents.iter().flatten() {
            followed[*parent] = true;
        }
        (0..self.events.len()).filter(|at| !followed[*at]).collect()
    }
}

/// Kahn's order over positions that are already sorted by id: of those that may come, the least comes first.
fn causal_order(parents: &[Vec<usize>]) -> Vec<usize> {
    let mut waiting: Vec<usize> = parents.iter().map(Vec::len).collect();
    let mut children = vec![Vec::new(); parents.len()];
    for (child, own) in parents.iter().enumerate() {
        for parent in own {
            children[*parent].push(child);
        }
    }
    let mut ready: BinaryHeap<Reverse<usize>> = (0..parents.len())
        .filter(|at| waiting[*at] == 0)
        .map(Reverse)
        .collect();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(Reverse(at)) = ready.pop() {
        order.push(at);
        for child in &children[at] {
            waiting[*child] -= 1;
            if waiting[*child] == 0 {
                ready.push(Reverse(*child));
            }
        }
    }
    // A cycle would need a hash that contains itself.
    order
}
