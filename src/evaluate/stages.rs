//! What the second look is worth: how well candidates are told apart by the score that they were found with, and by the evidence
//! of all stages; pure.

use super::outcome::Judged;
use serde::Serialize;

/// The share of the true candidates after which false ones are no longer counted.
const MOST: f64 = 0.95;

/// How well an order puts true candidates before false ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Order {
    /// The chance that a true candidate comes before a false one: the area under the ROC curve (Hanley and McNeil 1982,
    /// doi:10.1148/radiology.143.1.7063747); `None` where there are not both.
    pub area: Option<f64>,
    /// False candidates that come before 95 % of the true ones have come; those of equal score count as coming before.
    pub false_before: usize,
}

/// Both orders of the candidates at the operating threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stages {
    /// By the best score of the model that found them.
    pub first: Order,
    /// By the evidence of all stages.
    pub all: Order,
}

impl Stages {
    /// Of candidates that were judged; nothing where none was looked at once more.
    pub fn of(candidates: &[&Judged]) -> Option<Self> {
        let looked = candidates.iter().any(|c| c.score_looks.is_some());
        let by = |score: fn(&Judged) -> f64| {
            Order::of(
                &candidates
                    .iter()
                    .map(|c| (score(c), c.poppy))
                    .collect::<Vec<_>>(),
            )
        };
        looked.then(|| Self {
            first: by(|c| c.score),
            all: by(|c| c.evidence),
        })
    }
}

impl Order {
    /// Of scores and whether they are of poppy.
    fn of(scored: &[(f64, bool)]) -> Self {
        let of = |poppy: bool| {
            let kept = scored.iter().filter(|s| s.1 == poppy);
            let mut scores: Vec<f64> = kept.map(|s| s.0).collect();
            scores.sort_by(|a, b| b.total_cmp(a));
            scores
        };
        let (yes, no) = (of(true), of(false));
        let before = |score: f64| no.iter().filter(|other| **other < score).count() as f64;
        let equal = |score: f64| {
            no.iter()
                .filter(|other| other.total_cmp(&&score).is_eq())
                .count()
        };
        let wins: f64 = (yes.iter())
            .map(|score| before(*score) + equal(*score) as f64 / 2.0)
            .sum();
        let pairs = (yes.len() * no.len()) as f64;
        let least = yes.get(last(yes.len()));
        let false_before = least.map_or(0, |least| no.iter().filter(|s| *s >= least).count());
        Self {
            area: (pairs > 0.0).then(|| wins / pairs),
            false_before,
        }
    }
}

/// The place of the last of the true candidates that count, from nought.
fn last(count: usize) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    let counted = (count as f64 * MOST).ceil() as usize;
    counted.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_judged_by_pairs_and_by_what_comes_before_the_last_true_one() {
        let order = Order::of(&[
            (0.9, true),
            (0.8, false),
            (0.7, true),
            (0.7, false),
            (0.1, false),
        ]);
        // Of six pairs 0.9 wins three; 0.7 wins one and ties one.
        assert_eq!(order.area, Some(4.5 / 6.0));
        assert_eq!(order.false_before, 2);
        assert_eq!(Order::of(&[(0.9, true)]).area, None);
        assert_eq!(Order::of(&[(0.9, false)]).false_before, 0);
    }
}
