//! When screening may stop: how many true ones are left among those that nobody looked at, out of a random part that somebody did;
//! exact, pure.

use serde::Serialize;
use statrs::distribution::{Discrete, Hypergeometric};

/// What may lie beyond the bound.
const RISK: f64 = 0.05;

/// Where screening stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screening {
    /// True ones found so far, in whatever order they were looked at; those of the audit too.
    pub found: usize,
    /// The rest when the audit was drawn from it at random.
    pub rest: usize,
    /// Of these, so many were looked at.
    pub audited: usize,
    /// Of these, so many were true.
    pub audited_true: usize,
    /// Of the rest so many were looked at beside the audit, in whatever order.
    pub beside: usize,
    /// Of these, so many were true.
    pub beside_true: usize,
}

/// What a random audit of the rest says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Audit {
    /// At most so many true ones are left where nobody looked, with 95 % confidence.
    pub most_left: usize,
    /// At most this share of all true ones is missed, with the same confidence; `None` where none was found and none may be left.
    pub most_missed: Option<f64>,
    /// Audited ones in all that would be needed for the share asked for, if no further one of them is true; `None` where all have to
    /// be looked at.
    pub needed: Option<usize>,
}

impl Screening {
    /// The audit's word on a share of true ones that may be missed.
    pub fn audit(&self, may_miss: f64) -> Audit {
        // The bound is of all that the audit did not draw: what was found there beside it is not missed.
        let undrawn = most_left(self.rest, self.audited, self.audited_true);
        let unseen = self.rest.saturating_sub(self.audited + self.beside);
        let most_left = undrawn.saturating_sub(self.beside_true).min(unseen);
        let all = self.found + most_left;
        Audit {
            most_left,
            most_missed: (all > 0).then(|| most_left as f64 / all as f64),
            needed: self.needed(may_miss),
        }
    }

    /// Whether no more than a share of the true ones is missed.
    pub fn may_stop(&self, may_miss: f64) -> bool {
        let missed = self.audit(may_miss).most_missed;
        missed.is_none_or(|missed| missed <= may_miss)
    }

    /// The least audit of the rest that may end screening, if it finds nothing more. What was found beside the audit so far may be
    /// drawn by it yet; that is the worst that can come.
    fn needed(&self, may_miss: f64) -> Option<usize> {
        let known = self.audited_true + self.beside_true;
        let enough = |audited: usize| {
            let left = most_left(self.rest, audited, known);
            left == 0 || left as f64 <= may_miss * (self.found + left) as f64
        };
        let (mut too_few, mut most) = (self.audited.max(known), self.rest);
        if enough(too_few) {
            return Some(too_few);
        }
        while most - too_few > 1 {
            let middle = usize::midpoint(too_few, most);
            if enough(middle) {
                most = middle;
            } else {
                too_few = middle;
            }
        }
        (most < self.rest).then_some(most)
    }
}

/// The largest number of true ones left of `rest` after `audited` of them were drawn at random and `found` were true: the exact
/// upper bound of the hypergeometric distribution (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404).
fn most_left(rest: usize, audited: usize, found: usize) -> usize {
    if audited >= rest {
        return 0;
    }
    // The more there are, the less likely so few were drawn.
    let likely = |all: usize| at_most(rest, all, audited, found) > RISK;
    let (mut known, mut beyond) = (found, rest - (audited - found) + 1);
    while beyond - known > 1 {
        let middle = usize::midpoint(known, beyond);
        if likely(middle) {
            known = middle;
        } else {
            beyond = middle;
        }
    }
    known - found
}

/// The chance of at most `found` true ones in a draw of `drawn` from `population`, of which `all` are true.
fn at_most(population: usize, all: usize, drawn: usize, found: usize) -> f64 {
    let chances = Hypergeometric::new(population as u64, all as u64, drawn as u64);
    chances.map_or(1.0, |chances| {
        (0..=found).map(|k| chances.pmf(k as u64)).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::seq::SliceRandom;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn bounds_are_those_of_the_tables() {
        // None of 59 drawn from very many: at most 5 % (the rule of 59).
        let left = most_left(1_000_000, 59, 0) as f64 / 1e6;
        assert!((0.0490..0.0500).contains(&left), "{left}");
        // All were looked at.
        assert_eq!(most_left(40, 40, 3), 0);
        // None was looked at: all may be true.
        assert_eq!(most_left(40, 0, 0), 40);
        // By hand: one of ten is true, five drawn, none seen: chance 1/2; with four true 5/210 = 0.024; with three 21/252 = 0.083.
        assert_eq!(most_left(10, 5, 0), 3);
    }

    #[test]
    fn screening_may_stop_when_the_audit_bears_it_out() {
        let screening = |audited, audited_true| Screening {
            found: 20,
            rest: 400,
            audited,
            audited_true,
            beside: 0,
            beside_true: 0,
        };
        assert!(!screening(0, 0).may_stop(0.1));
        let needed = screening(0, 0).audit(0.1).needed.expect("less than all");
        assert!(screening(needed, 0).may_stop(0.1));
        assert!(!screening(needed - 1, 0).may_stop(0.1));
        assert!(
            !screening(needed, 2).may_stop(0.1),
            "two were found by chance"
        );
        // Where nothing was found, one that is left is all that is missed: nineteen in twenty have to be looked at.
        let nothing = Screening {
            found: 0,
            rest: 400,
            audited: 100,
            audited_true: 0,
            beside: 0,
            beside_true: 0,
        };
        assert_eq!(nothing.audit(0.1).needed, Some(380));
        // What the audit has found so far stays found: the rest of it finds nothing more.
        let found = |audited, audited_true| Screening {
            found: 20 + audited_true,
            ..screening(audited, audited_true)
        };
        let needed = found(40, 12).audit(0.1).needed.expect("less than all");
        assert!(needed > screening(0, 0).audit(0.1).needed.expect("less than all"));
        assert!(found(needed, 12).may_stop(0.1) && !found(needed - 1, 12).may_stop(0.1));
        // What was found beside the audit is not missed, and where all was looked at nothing is.
        let beside = |beside, beside_true| Screening {
            beside,
            beside_true,
            ..screening(60, 0)
        };
        let left = |s: Screening| s.audit(0.1).most_left;
        assert_eq!(left(beside(30, 5)), left(screening(60, 0)) - 5);
        assert_eq!(left(beside(340, 0)), 0);
    }

    #[test]
    fn no_more_is_missed_than_was_said_in_ninety_five_of_a_hundred() {
        let mut random = StdRng::seed_from_u64(23);
        let (mut kept, mut kept_beside) = (0, 0);
        for _ in 0..1000 {
            let rest: usize = random.random_range(20..300);
            let share = 0.2 * random.random::<f64>().powi(2);
            let mut truth: Vec<bool> = (0..rest).map(|_| random.random::<f64>() < share).collect();
            truth.shuffle(&mut random);
            let audited = random.random_range(0..rest);
            let found = truth[..audited].iter().filter(|t| **t).count();
            let left = truth[audited..].iter().filter(|t| **t).count();
            kept += usize::from(left <= most_left(rest, audited, found));
            // Beside the audit the best are looked at, which are true more often than others.
            let mut others = truth[audited..].to_vec();
            others.sort_by_key(|t| !*t);
            let beside = random.random_range(0..=others.len());
            let beside_true = others[..beside].iter().filter(|t| **t).count();
            let screening = Screening {
                found: found + beside_true,
                rest,
                audited,
                audited_true: found,
                beside,
                beside_true,
            };
            let most_left = screening.audit(0.1).most_left;
            kept_beside += usize::from(left - beside_true <= most_left);
        }
        assert!(kept >= 940, "{kept} of 1000");
        assert!(kept_beside >= 940, "{kept_beside} of 1000");
    }
}
