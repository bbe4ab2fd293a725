//! How the share of true ones goes with where candidates stand, and how sure that is; pure.
//!
//! The log odds of being true rise along a straight line with the standing. Which line is not known: each of a grid about the likeliest
//! one (a Laplace approximation, Tierney and Kadane 1986, doi:10.1080/01621459.1986.10478240) counts by how well it bears out the
//! verdicts, and by how well it was to be expected beforehand: that those who stand higher are true more often. So what is said of
//! candidates that stand lower than all that were looked at is as unsure as it is.

use super::logistic::{Example, Fit};

/// The variance of slopes beforehand is one over this.
const PULL: f64 = 1.0;
/// A verdict counts as so much of one: shares follow no line quite, and those that stand alike are more alike than the line says.
const WORTH: f64 = 0.65;
/// Points of the grid from its middle outwards, and standard deviations from one to the next.
const POINTS: i32 = 3;
const STEP: f64 = 1.0;
/// Lines that are this much less likely than the likeliest are left out.
const LEAST_LIKELY: f64 = 1e-3;

/// What was said of a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CandidateVerdict {
    /// Where it stands, in standard deviations from the mean of all.
    pub standing: f64,
    /// Whether it was true.
    pub yes: bool,
}

/// Lines, each with the chance that it is the right one.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves(Vec<FittedLine>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct FittedLine {
    chance: f64,
    level: f64,
    slope: f64,
}

impl Curves {
    /// The lines that verdicts leave; `slope` is what was to be expected beforehand.
    pub fn new(verdicts: &[CandidateVerdict], slope: f64) -> Self {
        let example = |verdict: &CandidateVerdict| Example {
            values: vec![verdict.standing],
            offset: slope * verdict.standing,
            yes: verdict.yes,
        };
        let examples: Vec<Example> = verdicts.iter().map(example).collect();
        let pull = PULL / WORTH;
        let fit = Fit::new(&examples, pull);
        let middle = (fit.bias, fit.weights.first().copied().unwrap_or(0.0));
        let spread = Spread::about(&fit, &examples, pull);
        let least = fit.loss(&examples, pull);
        let axis = || (-POINTS..=POINTS).map(|n| STEP * f64::from(n));
        let lines = axis().flat_map(|u| axis().map(move |v| (u, v)));
        let mut lines: Vec<FittedLine> = lines
            .map(|(u, v)| {
                let (level, weight) = spread.moved(middle, u, v);
                let there = Fit {
                    weights: vec![weight],
                    bias: level,
                };
                FittedLine {
                    chance: (WORTH * (least - there.loss(&examples, pull))).exp(),
                    level,
                    slope: slope + weight,
                }
            })
            .filter(|line| line.chance > LEAST_LIKELY)
            .collect();
        let all: f64 = lines.iter().map(|line| line.chance).sum();
        for line in &mut lines {
            line.chance /= all;
        }
        Self(lines)
    }

    /// The chance of each line, and the shares of true ones along it at these standings.
    pub fn shares(&self, standings: &[f64]) -> Vec<(f64, Vec<f64>)> {
        let of = |line: &FittedLine| {
            let share = |at: &f64| 1.0 / (1.0 + (-line.level - line.slope * at).exp());
            (line.chance, standings.iter().map(share).collect())
        };
        self.0.iter().map(of).collect()
    }
}

/// How far level and slope may lie from the likeliest: the Cholesky factor of their covariance.
struct Spread {
    level: f64,
    along: f64,
    slope: f64,
}

impl Spread {
    fn about(fit: &Fit, examples: &[Example], pull: f64) -> Self {
        let (mut a, mut b, mut c) = (Fit::ON_BIAS, 0.0, pull);
        for example in examples {
            let odds = fit.log_odds(&example.values, example.offset);
            let chance = 1.0 / (1.0 + (-odds).exp());
            let weight = chance * (1.0 - chance);
            let at = example.values.first().copied().unwrap_or(0.0);
            a += weight;
            b += weight * at;
            c += weight * at * at;
        }
        // The inverse of [a b; b c], and its factor.
        [a, b, c] = [a, b, c].map(|part| WORTH * part);
        let whole = a * c - b * b;
        let level = (c / whole).sqrt();
        let along = -b / whole / level;
        let slope = (a / whole - along * along).max(0.0).sqrt();
        Self {
            level,
            along,
            slope,
        }
    }

    fn moved(&self, (level, slope): (f64, f64), u: f64, v: f64) -> (f64, f64) {
        (
            level + self.level * u,
            slope + self.along * u + self.slope * v,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(of: &[(f64, usize, usize)]) -> Vec<CandidateVerdict> {
        let all = of.iter().flat_map(|(standing, yes, no)| {
            let said = |yes| CandidateVerdict {
                standing: *standing,
                yes,
            };
            let [yes, no] = [(*yes, true), (*no, false)].map(|(n, yes)| vec![said(yes); n]);
            yes.into_iter().chain(no)
        });
        all.collect()
    }

    fn mean_and_spread(curves: &Curves, at: f64) -> (f64, f64) {
        let shares = curves.shares(&[at]);
        let mean: f64 = shares.iter().map(|(chance, share)| chance * share[0]).sum();
        let square = |(chance, share): &(f64, Vec<f64>)| chance * (share[0] - mean).powi(2);
        (mean, shares.iter().map(square).sum::<f64>().sqrt())
    }

    #[test]
    fn many_verdicts_give_their_share_and_what_lies_beyond_them_is_less_sure() {
        let told = Curves::new(&verdicts(&[(0.0, 120, 280), (1.0, 200, 200)]), 0.7);
        let (at, spread) = mean_and_spread(&told, 0.0);
        assert!((at - 0.3).abs() < 0.02, "{at}");
        // The binomial error of a share of 0.3 in 400 is 0.023, and somewhat more as verdicts count less.
        assert!((0.020..0.032).contains(&spread), "{spread}");
        let (below, wider) = mean_and_spread(&told, -1.0);
        assert!(below < at && wider > spread, "{below} {wider}");
        let chances: f64 = told.shares(&[]).iter().map(|(chance, _)| chance).sum();
        assert!((chances - 1.0).abs() < 1e-9);
    }

    #[test]
    fn without_verdicts_nothing_is_known_but_that_who_stands_higher_is_true_more_often() {
        let known = Curves::new(&[], 0.7);
        let [low, high] = [-2.0, 2.0].map(|at| mean_and_spread(&known, at));
        assert!(low.0 < 0.5 && high.0 > 0.5);
        assert!(low.1 > 0.3, "{low:?}");
    }
}
