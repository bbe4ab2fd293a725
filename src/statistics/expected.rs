//! How many will be real: the number of true ones among candidates that nobody has decided on yet, out of what became of others; pure.
//!
//! The best are looked at first, and of what is kept the best come back first: what is left is not like what was looked at. So the
//! share of true ones follows a curve with where candidates stand (see [`Curves`]), once for the desk, which keeps some, and once for
//! the crews, who find some of those real. Along each pair of curves the number of true ones is a sum of independent trials, and is
//! taken as normal with that sum's mean and variance; all pairs together, each by its chance, give the interval.

use super::curve::{CandidateVerdict, Curves};
use serde::Serialize;
use statrs::function::erf::erf;

/// Fewer verdicts than this say nothing.
pub const LEAST_VERDICTS: usize = 20;
/// What lies outside the interval on each side.
const TAIL: f64 = 0.05;
/// Candidates that stand nearly alike are taken together: no more groups than this.
const GROUPS: usize = 32;
/// How much more often who stands one standard deviation higher is kept, and is real where it was kept, before anything is known: the
/// log odds.
const SLOPES: [f64; 2] = [0.7, 0.3];

/// What the desk said: whether it kept a candidate. `None` below [`LEAST_VERDICTS`], and where none was true or none was false, so that
/// nobody can tell how they differ.
pub fn desk(verdicts: &[CandidateVerdict]) -> Option<Curves> {
    told(verdicts, SLOPES[0])
}

/// What crews found: whether a candidate that was kept is real. `None` as before.
pub fn crews(verdicts: &[CandidateVerdict]) -> Option<Curves> {
    told(verdicts, SLOPES[1])
}

fn told(verdicts: &[CandidateVerdict], slope: f64) -> Option<Curves> {
    let yes = verdicts.iter().filter(|verdict| verdict.yes).count();
    let tells = verdicts.len() >= LEAST_VERDICTS && yes > 0 && yes < verdicts.len();
    tells.then(|| Curves::new(verdicts, slope))
}

/// A number of true ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Expected {
    /// Of so many that nobody has decided on yet.
    pub of: usize,
    /// The mean.
    pub mean: f64,
    /// Lower end of the 90 % interval.
    pub low: usize,
    /// Upper end of the 90 % interval.
    pub high: usize,
}

/// The number of true ones along a pair of curves.
struct Along {
    chance: f64,
    mean: f64,
    deviation: f64,
}

impl Expected {
    /// The number of those that pass these steps, one after the other, among candidates that stand so.
    pub fn new(standings: &[f64], steps: &[&Curves]) -> Self {
        let groups = groups(standings);
        let middles: Vec<f64> = groups.iter().map(|(middle, _)| *middle).collect();
        let mut pairs = vec![(1.0, vec![1.0; groups.len()])];
        for step in steps {
            let shares = step.shares(&middles);
            let both = pairs.iter().flat_map(|before| {
                let then =
                    |after: &(f64, Vec<f64>)| (before.0 * after.0, times(&before.1, &after.1));
                shares.iter().map(then)
            });
            pairs = both.collect();
        }
        let all: Vec<Along> = pairs.iter().map(|pair| Along::of(pair, &groups)).collect();
        let of = standings.len();
        Self {
            of,
            mean: all
                .iter()
                .map(|along| along.chance * along.mean)
                .sum::<f64>()
                + 0.0,
            low: quantile(&all, of, TAIL),
            high: quantile(&all, of, 1.0 - TAIL),
        }
    }
}

impl Along {
    fn of((chance, shares): &(f64, Vec<f64>), groups: &[(f64, usize)]) -> Self {
        let (mut mean, mut variance) = (0.0, 0.0);
        for (share, (_, count)) in shares.iter().zip(groups) {
            mean += *count as f64 * share;
            variance += *count as f64 * share * (1.0 - share);
        }
        Self {
            chance: *chance,
            mean,
            deviation: variance.sqrt().max(1e-9),
        }
    }

    /// The chance of no more than so many.
    fn at_most(&self, count: usize) -> f64 {
        let beyond = (count as f64 + 0.5 - self.mean) / self.deviation;
        0.5 * (1.0 + erf(beyond / std::f64::consts::SQRT_2))
    }
}

fn times(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

/// Those that stand nearly alike: their mean standing, and how many they are.
fn groups(standings: &[f64]) -> Vec<(f64, usize)> {
    let mut sorted = standings.to_vec();
    sorted.sort_by(f64::total_cmp);
    let size = sorted.len().div_ceil(GROUPS).max(1);
    let group = |group: &[f64]| (group.iter().sum::<f64>() / group.len() as f64, group.len());
    sorted.chunks(size).map(group).collect()
}

/// The smallest number of which at least `share` of the chances lie at or below it.
fn quantile(all: &[Along], most: usize, share: f64) -> usize {
    let below = |count: usize| -> f64 {
        all.iter()
            .map(|along| along.chance * along.at_most(count))
            .sum()
    };
    let (mut least, mut most) = (0, most);
    while least < most {
        let middle = usize::midpoint(least, most);
        if below(middle) >= share {
            most = middle;
        } else {
            least = middle + 1;
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    fn verdicts(yes: usize, no: usize) -> Vec<CandidateVerdict> {
        let said = |yes| CandidateVerdict { standing: 0.0, yes };
        [vec![said(true); yes], vec![said(false); no]].concat()
    }

    #[test]
    fn it_cannot_say_from_too_few_verdicts_or_of_one_kind() {
        assert_eq!(desk(&verdicts(5, 14)), None);
        assert_eq!(desk(&verdicts(0, 100)), None);
        assert_eq!(crews(&verdicts(100, 0)), None);
        assert!(crews(&verdicts(5, 15)).is_some());
    }

    #[test]
    fn the_mean_is_the_share_of_the_verdicts_and_that_of_both_steps_their_product() {
        let (kept, real) = (desk(&verdicts(300, 700)), crews(&verdicts(400, 100)));
        let (kept, real) = (kept.expect("enough"), real.expect("enough"));
        let open = vec![0.0; 400];
        let found = Expected::new(&open, &[&kept]);
        assert!((found.mean - 120.0).abs() < 1.0, "{found:?}");
        assert!(found.low < 115 && found.high > 125, "{found:?}");
        let found = Expected::new(&open, &[&kept, &real]);
        assert!((found.mean - 96.0).abs() < 1.0, "{found:?}");
        let none = Expected::new(&[], &[&kept]);
        assert_eq!((none.of, none.mean, none.low, none.high), (0, 0.0, 0, 0));
    }

    /// Candidates of a made-up survey: where each stands, whether the desk would keep it, and whether it is real.
    struct Survey {
        standings: Vec<f64>,
        keeps: Vec<bool>,
        is_real: Vec<bool>,
        /// In the order of the desk: the best first, the first of ten by lot.
        order: Vec<usize>,
        screened: usize,
        sent: f64,
        back: f64,
    }

    impl Survey {
        /// The share of real ones falls along a curve of the score, along a power of it, by bands, or not at all.
        fn new(random: &mut StdRng, kind: usize) -> Self {
            let count: usize = random.random_range(60..300);
            let (level, steep) = (random.random::<f64>(), random.random::<f64>());
            let bend = 1.0 + 2.0 * random.random::<f64>();
            let scores: Vec<f64> = (0..count)
                .map(|_| 0.32 + 0.68 * (1.0 - random.random::<f64>().powf(1.0 / bend)))
                .collect();
            let share = |score: f64| match kind {
                0 => {
                    1.0 / (1.0
                        + (-(4.0 * level - 1.0) - (3.0 + 12.0 * steep) * (score - 1.0)).exp())
                }
                1 => level * ((score - 0.32) / 0.68).powf(0.5 + 3.5 * steep),
                2 if score < 0.6 => 0.05 * level,
                2 if score < 0.7 => 0.15 * level,
                2 if score < 0.85 => 0.4 * level,
                2 => 0.8 * level,
                _ => 0.6 * level,
            };
            let is_real: Vec<bool> = scores
                .iter()
                .map(|score| random.random::<f64>() < share(*score))
                .collect();
            let [keen, fooled] = [
                0.85 + 0.15 * random.random::<f64>(),
                0.3 * random.random::<f64>(),
            ];
            let keeps = is_real
                .iter()
                .map(|real| random.random::<f64>() < if *real { keen } else { fooled });
            let keeps = keeps.collect();
            let order = Self::order(&scores, random);
            let within = |low: f64, high: f64, random: &mut StdRng| {
                low + (high - low) * random.random::<f64>()
            };
            Self {
                screened: (count as f64 * within(0.2, 0.8, random)) as usize,
                sent: within(0.5, 1.0, random),
                back: within(0.3, 1.0, random),
                standings: standardised(&scores),
                keeps,
                is_real,
                order,
            }
        }

        fn order(scores: &[f64], random: &mut StdRng) -> Vec<usize> {
            let mut best: Vec<usize> = (0..scores.len()).collect();
            best.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
            let lots: Vec<f64> = scores.iter().map(|_| random.random::<f64>()).collect();
            let mut by_lot = best.clone();
            by_lot.sort_by(|a, b| lots[*a].total_cmp(&lots[*b]));
            let mut is_taken = vec![false; scores.len()];
            let mut lines = [by_lot.into_iter(), best.into_iter()];
            let turn = |place: usize| {
                let line = &mut lines[usize::from(!place.is_multiple_of(10))];
                let at = line.find(|at| !is_taken[*at])?;
                is_taken[at] = true;
                Some(at)
            };
            (0..scores.len()).map_while(turn).collect()
        }

        fn said(&self, of: &[usize], yes: &[bool]) -> Vec<CandidateVerdict> {
            let said = |at: &usize| CandidateVerdict {
                standing: self.standings[*at],
                yes: yes[*at],
            };
            of.iter().map(said).collect()
        }

        fn standing(&self, of: &[usize]) -> Vec<f64> {
            of.iter().map(|at| self.standings[*at]).collect()
        }

        /// Of the undecided, and of those that were kept and did not come back: how many are expected to be real, and how many are.
        fn told(&self) -> Option<[(Expected, usize); 3]> {
            let (seen, open) = self.order.split_at(self.screened);
            let kept: Vec<usize> = seen.iter().copied().filter(|at| self.keeps[*at]).collect();
            let sent = (kept.len() as f64 * self.sent) as usize;
            let (back, waiting) = kept.split_at((sent as f64 * self.back) as usize);
            let desk = desk(&self.said(seen, &self.keeps))?;
            let crews = crews(&self.said(back, &self.is_real))?;
            let count = |of: &[usize], holds: &dyn Fn(usize) -> bool| {
                of.iter().filter(|at| holds(**at)).count()
            };
            Some([
                (
                    Expected::new(&self.standing(open), &[&desk]),
                    count(open, &|at| self.keeps[at]),
                ),
                (
                    Expected::new(&self.standing(open), &[&desk, &crews]),
                    count(open, &|at| self.keeps[at] && self.is_real[at]),
                ),
                (
                    Expected::new(&self.standing(waiting), &[&crews]),
                    count(waiting, &|at| self.is_real[at]),
                ),
            ])
        }
    }

    fn standardised(scores: &[f64]) -> Vec<f64> {
        let n = scores.len() as f64;
        let mean = scores.iter().sum::<f64>() / n;
        let spread = (scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n).sqrt();
        scores.iter().map(|s| (s - mean) / spread).collect()
    }

    /// The best first, crews still out: what is left to the desk and to crews is worse than what came back.
    #[test]
    fn ninety_per_cent_intervals_hold_in_a_thousand_surveys() {
        let mut random = StdRng::seed_from_u64(17);
        let (mut all_held, mut width, mut all_of) = ([0; 3], 0, 0);
        let mut by_kind = Vec::new();
        for kind in 0..4 {
            let (mut held, mut told) = ([0; 3], 0);
            while told < 250 {
                let Some(all) = Survey::new(&mut random, kind).told() else {
                    continue;
                };
                told += 1;
                for (held, (found, real)) in held.iter_mut().zip(all) {
                    *held += usize::from((found.low..=found.high).contains(&real));
                }
                width += all[1].0.high - all[1].0.low;
                all_of += all[1].0.of;
            }
            all_held
                .iter_mut()
                .zip(held)
                .for_each(|(all, own)| *all += own);
            by_kind.push(held);
        }
        let said = format!("{all_held:?} of 1000: {by_kind:?}; {width} of {all_of}");
        assert!(all_held.iter().all(|held| *held >= 880), "{said}");
        let kinds = by_kind.iter().flatten();
        assert!(kinds.into_iter().all(|held| *held >= 215), "{said}");
        // Wider ones would hold too, and be of no use.
        assert!(width * 10 <= all_of * 4, "{said}");
    }
}
