//! The fit of a head, judged by verdicts that it has not seen.

use super::error::{LEAST_VERDICTS, LearnError};
use crate::statistics::logistic::{Example, Fit};
use crate::statistics::order::Discrimination;
use std::collections::{BTreeMap, BTreeSet};

/// So many true ones, and so many false ones, there have to be.
const LEAST_OF_A_KIND: usize = 3;
/// Parts that verdicts are divided into: each is judged by what the others teach.
const FOLDS: usize = 5;
/// How strongly what is learnt may be pulled towards the shipped rank.
const PULLS: [f64; 6] = [3.0, 10.0, 30.0, 100.0, 300.0, 1000.0];

/// A candidate with a verdict.
pub(super) struct LabelledCandidate {
    pub id: String,
    pub site: String,
    pub example: Example,
}

/// A fit that was judged by verdicts that it had not seen.
pub(super) struct Taught {
    pub fit: Fit,
    pub pull: f64,
    pub verdicts: [usize; 2],
    pub areas: [f64; 2],
}

/// Fits, with the pull that tells verdicts best which it has not seen.
pub(super) fn taught(verdicts: &mut [LabelledCandidate]) -> Result<Taught, LearnError> {
    // The parts do not depend on the order in which scans were named.
    verdicts.sort_by(|a, b| a.id.cmp(&b.id));
    // A site is one verdict, however many flights show it.
    let kind = |wanted: bool| {
        let of_kind = verdicts.iter().filter(|v| v.example.yes == wanted);
        let sites: BTreeSet<&str> = of_kind.map(|v| v.site.as_str()).collect();
        sites.len()
    };
    let (yes, no) = (kind(true), kind(false));
    if yes + no < LEAST_VERDICTS || yes < LEAST_OF_A_KIND || no < LEAST_OF_A_KIND {
        return Err(LearnError::TooFew { yes, no });
    }
    let folds = folds(verdicts);
    let unseen = |pull: Option<f64>| judged(verdicts, &folds, pull);
    let (shipped, before) = unseen(None);
    let tried = PULLS.map(|pull| (pull, unseen(Some(pull))));
    let best = tried
        .into_iter()
        .min_by(|a, b| a.1.0.total_cmp(&b.1.0))
        .filter(|(_, (surprise, _))| *surprise < shipped);
    let Some((pull, (_, after))) = best else {
        return Err(LearnError::NothingLearnt { yes, no });
    };
    if after < before {
        return Err(LearnError::Worse { before, after });
    }
    let examples: Vec<Example> = verdicts.iter().map(|v| v.example.clone()).collect();
    Ok(Taught {
        fit: Fit::new(&examples, pull),
        pull,
        verdicts: [yes, no],
        areas: [before, after],
    })
}

/// The part of each verdict: true and false sites are dealt out in turn, so that every part has both, and no site is in two.
fn folds(verdicts: &[LabelledCandidate]) -> Vec<usize> {
    let mut dealt: BTreeMap<bool, usize> = BTreeMap::new();
    let mut of_site: BTreeMap<&str, usize> = BTreeMap::new();
    let deal = |v| {
        let LabelledCandidate { site, example, .. }: &LabelledCandidate = v;
        *of_site.entry(site).or_insert_with(|| {
            let next = dealt.entry(example.yes).or_default();
            *next += 1;
            *next % FOLDS
        })
    };
    verdicts.iter().map(deal).collect()
}

/// How surprising verdicts are, and how well they are told apart, each by what the other parts teach; with no pull at all by a shift
/// of the shipped log odds alone.
fn judged(verdicts: &[LabelledCandidate], folds: &[usize], pull: Option<f64>) -> (f64, f64) {
    let (mut surprise, mut scored) = (0.0, Vec::new());
    for fold in 0..FOLDS {
        let part = |wanted: bool| -> Vec<Example> {
            let all = verdicts.iter().zip(folds);
            let kept = all.filter(|(_, f)| (**f == fold) == wanted);
            kept.map(|(v, _)| v.example.clone()).collect()
        };
        let (unseen, seen) = (part(true), part(false));
        let fit = Fit::new(&seen, pull.unwrap_or(1e12));
        surprise += fit.surprise(&unseen);
        // A shift that differs from part to part is no part of the order.
        let order = Fit { bias: 0.0, ..fit };
        scored.extend(
            unseen
                .iter()
                .map(|e| (order.log_odds(&e.values, e.offset), e.yes)),
        );
    }
    (surprise, Discrimination::of(&scored).area.unwrap_or(0.5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    /// Verdicts of a county whose false candidates are grey, which the shipped rank does not know.
    fn county(seed: u64, count: usize) -> Vec<LabelledCandidate> {
        let mut random = StdRng::seed_from_u64(seed);
        let mut noise = || random.random::<f64>() + random.random::<f64>() - 1.0;
        let one = |n: usize| {
            let yes = n.is_multiple_of(8);
            let grey = if yes { -1.0 } else { 1.0 };
            let mut values: Vec<f64> = (0..10).map(|_| 2.0 * noise()).collect();
            values[3] += grey;
            LabelledCandidate {
                id: format!("{n:04}"),
                site: format!("{n:04}"),
                example: Example {
                    values,
                    offset: 2.0 * noise() + if yes { 0.5 } else { 0.0 },
                    yes,
                },
            }
        };
        (0..count).map(one).collect()
    }

    /// False ones that come before 95 % of the true ones, shipped and learnt.
    fn false_before(fit: &Fit, county: &[LabelledCandidate]) -> (usize, usize) {
        let order = |fit: &Fit| {
            let scored = county.iter().map(|v| &v.example);
            let scored = scored.map(|e| (fit.log_odds(&e.values, e.offset), e.yes));
            Discrimination::of(&scored.collect::<Vec<_>>()).false_before
        };
        (order(&Fit::none(10)), order(fit))
    }

    #[test]
    fn a_hundred_verdicts_halve_the_false_ones_of_another_flight_and_too_few_teach_nothing() {
        let taught = taught(&mut county(1, 100)).expect("learnt");
        assert!(
            taught.areas[1] > taught.areas[0] + 0.05,
            "{:?}",
            taught.areas
        );
        let (shipped, learnt) = false_before(&taught.fit, &county(2, 800));
        assert!(2 * learnt < shipped, "{learnt} of {shipped}");
        assert!(matches!(
            super::taught(&mut county(1, 19)),
            Err(LearnError::TooFew { yes: 3, no: 16 })
        ));
    }

    #[test]
    fn a_site_that_several_flights_show_is_one_verdict_and_in_one_part() {
        let mut verdicts = Vec::new();
        for flight in 0..3 {
            verdicts.extend(county(1, 19).into_iter().map(|v| LabelledCandidate {
                id: format!("{flight}-{}", v.id),
                ..v
            }));
        }
        assert!(matches!(
            taught(&mut verdicts),
            Err(LearnError::TooFew { yes: 3, no: 16 })
        ));
        let mut parts: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (verdict, part) in verdicts.iter().zip(folds(&verdicts)) {
            parts.entry(&verdict.site).or_default().insert(part);
        }
        assert!(parts.values().all(|parts| parts.len() == 1), "{parts:?}");
    }

    #[test]
    fn what_is_not_there_is_not_learnt() {
        let mut refused = 0;
        for seed in 0..20 {
            let mut verdicts = county(seed, 60);
            for verdict in &mut verdicts {
                verdict.example.values[3] = 0.0;
            }
            match taught(&mut verdicts) {
                Err(_) => refused += 1,
                Ok(taught) => {
                    let mut flight = county(100 + seed, 800);
                    for verdict in &mut flight {
                        verdict.example.values[3] = 0.0;
                    }
                    let (shipped, learnt) = false_before(&taught.fit, &flight);
                    assert!(
                        learnt as f64 <= 1.15 * shipped as f64,
                        "{learnt} of {shipped}"
                    );
                }
            }
        }
        assert!(refused >= 10, "{refused} of 20");
    }
}
