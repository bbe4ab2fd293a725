//! How well an order puts true ones before false ones; pure.

use serde::Serialize;

/// The share of the true ones after which false ones are no longer counted.
const MOST: f64 = 0.95;

/// How well an order puts true ones before false ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Discrimination {
    /// The chance that a true one comes before a false one: the area under the ROC curve (Hanley and `McNeil` 1982,
    /// doi:10.1148/radiology.143.1.7063747); `None` where there are not both.
    pub area: Option<f64>,
    /// False ones that come before 95 % of the true ones have come; those of equal score count as coming before.
    pub false_before: usize,
}

impl Discrimination {
    /// Of scores, and whether each is of a true one.
    pub fn of(scored: &[(f64, bool)]) -> Self {
        let of = |wanted: bool| {
            let kept = scored.iter().filter(|s| s.1 == wanted);
            let mut scores: Vec<f64> = kept.map(|s| s.0).collect();
            scores.sort_by(f64::total_cmp);
            scores
        };
        let (yes, no) = (of(true), of(false));
        let wins: f64 = yes.iter().map(|score| beaten(&no, *score)).sum();
        let pairs = (yes.len() * no.len()) as f64;
        let least = yes.get(yes.len() - counted(yes.len()));
        let false_before = least.map_or(0, |least| no.len() - no.partition_point(|s| s < least));
        Self {
            area: (pairs > 0.0).then(|| wins / pairs),
            false_before,
        }
    }
}

/// How many of the others a score beats; equal ones count half.
fn beaten(sorted: &[f64], score: f64) -> f64 {
    let below = sorted.partition_point(|other| *other < score);
    let not_above = sorted.partition_point(|other| *other <= score);
    usize::midpoint(2 * below, 2 * not_above) as f64 / 2.0
}

/// How many true ones have to come.
fn counted(count: usize) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    let counted = (count as f64 * MOST).ceil() as usize;
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_judged_by_pairs_and_by_what_comes_before_the_last_true_one() {
        let order = Discrimination::of(&[
            (0.9, true),
            (0.8, false),
            (0.7, true),
            (0.7, false),
            (0.1, false),
        ]);
        // Of six pairs 0.9 wins three; 0.7 wins one and ties one.
        assert_eq!(order.area, Some(4.5 / 6.0));
        assert_eq!(order.false_before, 2);
        assert_eq!(Discrimination::of(&[(0.9, true)]).area, None);
        assert_eq!(Discrimination::of(&[(0.9, false)]).false_before, 0);
    }
}
