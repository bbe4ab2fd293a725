//! The chain of a device: which of its events follow one another, which are on a branch, and which are out of order. Pure.
//!
//! Each event names the one before it. The chain is what links to the device's first word; of two that follow the same
//! event, the one that came first goes on and the other begins a branch. A run whose beginning has not arrived stands as
//! long as nothing that is linked contradicts it.

use super::ids::Hash;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// An event as its chain needs it.
#[derive(Debug, Clone)]
pub struct Link {
    /// The event.
    pub hash: Hash,
    /// The one that it says it follows.
    pub prev: Option<Hash>,
    /// Its number.
    pub seq: u64,
    /// Its id.
    pub id: Uuid,
}

/// What follows from the links of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainOrder {
    /// Events on branches, with the event that each branch begins with.
    pub late: HashMap<Hash, Hash>,
    /// Events whose id is not above those of all that stand before them.
    pub out_of_order: HashSet<Hash>,
    /// The last event of the unbroken run from the first word on: its number and hash.
    pub unbroken: Option<(u64, Hash)>,
}

/// The links of one device, in the order in which they came.
struct Links<'a> {
    all: &'a [Link],
    parent: Vec<Option<usize>>,
    /// The first that came of those that follow each.
    next: Vec<Option<usize>>,
    /// Those that stand, by number.
    stands: BTreeMap<u64, usize>,
}

impl ChainOrder {
    /// What follows from the links of one device, in the order in which they came.
    pub fn of(links: &[Link]) -> Self {
        let mut chain = Links::new(links);
        let unbroken = chain.stand_linked();
        chain.stand_adrift(unbroken.map_or(0, |last| links[last].seq));
        let begins = chain.branches();
        Self {
            out_of_order: chain.out_of_order(&begins),
            late: (links.iter().zip(&begins))
                .filter_map(|(link, begins)| Some((link.hash, links[(*begins)?].hash)))
                .collect(),
            unbroken: unbroken.map(|last| (links[last].seq, links[last].hash)),
        }
    }
}

impl<'a> Links<'a> {
    fn new(links: &'a [Link]) -> Self {
        let at: HashMap<Hash, usize> = (links.iter().enumerate())
            .map(|(i, link)| (link.hash, i))
            .collect();
        let parent: Vec<Option<usize>> = links
            .iter()
            .map(|link| {
                let before = *at.get(&link.prev?)?;
                (links[before].seq.checked_add(1) == Some(link.seq)).then_some(before)
            })
            .collect();
        let mut next = vec![None; links.len()];
        for (i, before) in parent.iter().enumerate() {
            if let Some(before) = before {
                next[*before].get_or_insert(i);
            }
        }
        Self {
            all: links,
            parent,
            next,
            stands: BTreeMap::new(),
        }
    }

    /// The run from an event on.
    fn run(&self, from: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(from), |at| self.next[*at])
    }

    /// Whether it is a first word.
    fn begins(&self, at: usize) -> bool {
        self.all[at].seq == 1 && self.all[at].prev.is_none()
    }

    /// What links to the first word that came stands. Returns its last event.
    fn stand_linked(&mut self) -> Option<usize> {
        let first = (0..self.all.len()).find(|at| self.begins(*at))?;
        let run: Vec<usize> = self.run(first).collect();
        self.stands
            .extend(run.iter().map(|at| (self.all[*at].seq, *at)));
        run.last().copied()
    }

    /// Runs whose beginning has not arrived stand where nothing that stands contradicts them, in the order of their first.
    fn stand_adrift(&mut self, unbroken: u64) {
        for from in 0..self.all.len() {
            if self.parent[from].is_some() || self.begins(from) {
                continue;
            }
            let run: Vec<usize> = self.run(from).collect();
            let (first, last) = (self.all[from].seq, self.all[run[run.len() - 1]].seq);
            // An event beside it, too, says that it is not what follows or goes before.
            let around = first.saturating_sub(1)..=last.saturating_add(1);
            if first > unbroken.saturating_add(1) && self.stands.range(around).next().is_none() {
                self.stands
                    .extend(run.iter().map(|at| (self.all[*at].seq, *at)));
            }
        }
    }

    /// Those by which each stands in the order of their numbers, so that what comes before is known.
    fn by_number(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by_key(|at| self.all[*at].seq);
        order
    }

    /// With which event the branch of each begins; nothing for what stands.
    fn branches(&self) -> Vec<Option<usize>> {
        let mut begins = vec![None; self.all.len()];
        let is_off = |at: &usize| self.stands.get(&self.all[*at].seq) != Some(at);
        for at in self.by_number().into_iter().filter(is_off) {
            let before = self.parent[at].and_then(|before| begins[before]);
            begins[at] = Some(before.unwrap_or(at));
        }
        begins
    }

    /// Those whose id is not above all that stand before them: lower numbers of the chain, and of their own branch.
    fn out_of_order(&self, begins: &[Option<usize>]) -> HashSet<Hash> {
        let mut highest = None;
        let mut before: BTreeMap<u64, Option<Uuid>> = BTreeMap::new();
        let mut reached: Vec<Option<Uuid>> = vec![None; self.all.len()];
        for (seq, at) in &self.stands {
            before.insert(*seq, highest);
            reached[*at] = highest;
            highest = highest.max(Some(self.all[*at].id));
        }
        for at in self.by_number() {
            if begins[at].is_none() {
                continue;
            }
            let branch = self.parent[at].filter(|before| begins[*before].is_some());
            reached[at] = match branch {
                Some(before) => reached[before].max(Some(self.all[before].id)),
                None => before
                    .range(self.all[at].seq..)
                    .next()
                    .map_or(highest, |(_, highest)| *highest),
            };
        }
        (self.all.iter().zip(reached))
            .filter(|(link, reached)| reached.is_some_and(|reached| link.id <= reached))
            .map(|(link, _)| link.hash)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(name: &str, prev: Option<&str>, seq: u64, id: u128) -> Link {
        Link {
            hash: Hash::of(name.as_bytes()),
            prev: prev.map(|prev| Hash::of(prev.as_bytes())),
            seq,
            id: Uuid::from_u128(id),
        }
    }

    fn late(order: &ChainOrder, name: &str) -> Option<Hash> {
        order.late.get(&Hash::of(name.as_bytes())).copied()
    }

    #[test]
    fn the_chain_goes_on_after_a_branch_of_higher_numbers() {
        // A backup was put back after 2; 3 and 4 as they were come back, after others had taken their numbers.
        let links = [
            link("1", None, 1, 1),
            link("2", Some("1"), 2, 2),
            link("3b", Some("2"), 3, 30),
            link("3", Some("2"), 3, 3),
            link("4", Some("3"), 4, 4),
            link("4b", Some("3b"), 4, 40),
            link("5b", Some("4b"), 5, 50),
        ];
        let order = ChainOrder::of(&links);
        assert_eq!(order.unbroken, Some((5, Hash::of(b"5b"))));
        assert_eq!(late(&order, "3"), Some(Hash::of(b"3")));
        assert_eq!(late(&order, "4"), Some(Hash::of(b"3")));
        assert_eq!((order.late.len(), order.out_of_order.len()), (2, 0));
    }

    #[test]
    fn numbers_taken_ahead_give_way_to_what_is_linked() {
        let ahead = [
            link("1", None, 1, 1),
            link("7x", Some("none"), 7, 99),
            link("8x", Some("7x"), 8, 100),
        ];
        assert!(
            ChainOrder::of(&ahead).late.is_empty(),
            "nothing contradicts it yet"
        );
        let mut links = ahead.to_vec();
        for seq in 2..=7 {
            let (name, prev) = (seq.to_string(), (seq - 1).to_string());
            links.push(link(&name, Some(&prev), seq, u128::from(seq)));
        }
        let order = ChainOrder::of(&links);
        assert_eq!(order.unbroken, Some((7, Hash::of(b"7"))));
        assert_eq!(late(&order, "7x"), Some(Hash::of(b"7x")));
        assert_eq!(late(&order, "8x"), Some(Hash::of(b"7x")));
        assert!(order.out_of_order.is_empty());
    }

    #[test]
    fn what_names_another_before_it_than_the_one_that_is_there_is_a_branch() {
        let links = [
            link("1", None, 1, 1),
            link("2x", Some("none"), 2, 2),
            link("1x", None, 1, 9),
        ];
        let order = ChainOrder::of(&links);
        assert_eq!(order.late.len(), 2);
        assert!(order.out_of_order.is_empty());
    }
}
