//! Whose turn it is: candidates in the order in which they are to be looked at. In come those that wait, with rank, doubt and lot; out
//! they come in turn, each with why: the first of ten by lot, the last of five because what was learnt can hardly tell, all others because
//! they are the best that is left. Nobody comes twice, and the first of many are the same as those of few.

use serde::Serialize;
use std::cmp::Ordering;

/// One of so many is drawn by lot, the first.
const BY_LOT: usize = 10;
/// One of so many is uncertain, the last.
const UNCERTAIN: usize = 5;

/// Why a candidate is to be screened next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueReason {
    /// It comes first.
    Best,
    /// What was learnt can hardly tell.
    Uncertain,
    /// It was drawn by lot.
    Random,
    /// It was drawn by lot for the audit.
    Audit,
}

/// A candidate that waits, as far as its turn hangs on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct WaitingCandidate<'a> {
    pub(super) candidate: &'a str,
    pub(super) scan: &'a str,
    /// Its rank, by what was learnt where anything was.
    pub(super) rank: Option<u64>,
    /// How far what was learnt is from knowing.
    pub(super) doubt: Option<f64>,
    pub(super) lot: u64,
}

impl WaitingCandidate<'_> {
    fn by_rank(&self, other: &Self) -> Ordering {
        let key = |one: &Self| (one.rank.is_none(), one.rank);
        let same = || (self.scan, self.candidate).cmp(&(other.scan, other.candidate));
        key(self).cmp(&key(other)).then_with(same)
    }

    fn by_lot(&self, other: &Self) -> Ordering {
        (self.lot, self.candidate).cmp(&(other.lot, other.candidate))
    }

    fn by_doubt(&self, other: &Self) -> Ordering {
        let doubt = |one: &Self| one.doubt.unwrap_or(f64::INFINITY);
        doubt(self).total_cmp(&doubt(other))
    }
}

/// Positions in an order.
fn line<'w>(
    waiting: &[WaitingCandidate<'w>],
    order: impl Fn(&WaitingCandidate<'w>, &WaitingCandidate<'w>) -> Ordering,
) -> std::vec::IntoIter<usize> {
    let mut line: Vec<usize> = (0..waiting.len()).collect();
    line.sort_by(|a, b| order(&waiting[*a], &waiting[*b]));
    line.into_iter()
}

/// So many of those that wait, by position, each with why; lots are drawn for `drawn`.
pub(super) fn in_turn(
    waiting: &[WaitingCandidate],
    count: usize,
    drawn: QueueReason,
) -> Vec<(usize, QueueReason)> {
    let mut best = line(waiting, WaitingCandidate::by_rank);
    let mut lots = line(waiting, WaitingCandidate::by_lot);
    let mut doubts =
        line(waiting, WaitingCandidate::by_doubt).take_while(|at| waiting[*at].doubt.is_some());
    let mut is_taken = vec![false; waiting.len()];
    let mut turns = Vec::new();
    while turns.len() < count {
        let is_left = |at: &usize| !is_taken[*at];
        let place = turns.len();
        let chosen = if place % BY_LOT == 0 {
            lots.find(is_left).map(|at| (at, drawn))
        } else if place % UNCERTAIN == UNCERTAIN - 1 {
            let doubted = doubts.find(is_left);
            doubted.map(|at| (at, QueueReason::Uncertain))
        } else {
            None
        };
        let or_best = || best.find(is_left).map(|at| (at, QueueReason::Best));
        let Some(turn) = chosen.or_else(or_best) else {
            break;
        };
        is_taken[turn.0] = true;
        turns.push(turn);
    }
    turns
}

/// Lots alone, in their order.
pub(super) fn by_lot(
    waiting: &[WaitingCandidate],
    count: usize,
    drawn: QueueReason,
) -> Vec<(usize, QueueReason)> {
    let lots = line(waiting, WaitingCandidate::by_lot).take(count);
    lots.map(|at| (at, drawn)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use QueueReason::{Audit, Best, Uncertain};

    /// Candidates by rank, the last of which has the first lot; of the eleventh what was learnt can tell least.
    fn waiting(names: &[String], is_learnt: bool) -> Vec<WaitingCandidate<'_>> {
        let of = |(n, name)| WaitingCandidate {
            candidate: name,
            scan: "s",
            rank: Some(n as u64 + 1),
            doubt: is_learnt.then(|| (n as f64 - 10.2).abs()),
            lot: (names.len() - n) as u64,
        };
        names
            .iter()
            .map(String::as_str)
            .enumerate()
            .map(of)
            .collect()
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("{n:012}")).collect()
    }

    #[test]
    fn lots_and_doubts_come_between_the_best_however_few_are_asked_for() {
        let names = names(40);
        let all = waiting(&names, true);
        let ten = in_turn(&all, 10, Audit);
        assert_eq!(
            ten,
            [
                (39, Audit),
                (0, Best),
                (1, Best),
                (2, Best),
                (10, Uncertain),
                (3, Best),
                (4, Best),
                (5, Best),
                (6, Best),
                (11, Uncertain)
            ]
        );
        for count in 0..10 {
            assert_eq!(in_turn(&all, count, Audit), ten[..count]);
        }
        let lots = |count| {
            let turns = in_turn(&all, count, Audit);
            turns.iter().filter(|(_, why)| *why == Audit).count()
        };
        assert_eq!([1, 5, 10, 11, 25, 40].map(lots), [1, 1, 1, 2, 3, 4]);
        let plain = in_turn(&waiting(&names, false), 10, Audit);
        assert!(plain[1..].iter().all(|(_, why)| *why == Best));
    }

    #[test]
    fn each_comes_once_and_where_few_wait_lots_are_among_them() {
        let names = names(15);
        let all = waiting(&names, true);
        let turns = in_turn(&all, 20, Audit);
        let mut places: Vec<usize> = turns.iter().map(|(at, _)| *at).collect();
        places.sort_unstable();
        assert_eq!(places, (0..15).collect::<Vec<_>>());
        let count = |kind| turns.iter().filter(|(_, why)| *why == kind).count();
        assert_eq!([count(Audit), count(Uncertain), count(Best)], [2, 3, 10]);
        assert!(in_turn(&[], 20, Audit).is_empty());
        let lots: Vec<usize> = by_lot(&all, 3, Audit).iter().map(|(at, _)| *at).collect();
        assert_eq!(lots, [14, 13, 12]);
    }
}
