//! A logistic regression that is pulled towards what is known already; pure.
//!
//! What is known enters as an offset in log odds, so that weights of nought leave the order as it was; a ridge on the weights pulls
//! them there. No crate fits that: those at hand know no offset. Newton's method with a Cholesky factor takes a few steps for the
//! few dozen features that there are.

/// One verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Its features, each with a mean of about nought and a spread of about one.
    pub values: Vec<f64>,
    /// Log odds that are known already.
    pub offset: f64,
    /// Whether it was true.
    pub yes: bool,
}

/// What was fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Of each feature.
    pub weights: Vec<f64>,
    /// For all alike.
    pub bias: f64,
}

/// Steps of Newton's method at most.
const STEPS: usize = 60;
impl Fit {
    /// A pull on the bias, so little that it only keeps verdicts of one kind from pushing it to infinity.
    pub(super) const ON_BIAS: f64 = 1e-2;

    /// What leaves everything as it was.
    pub fn none(features: usize) -> Self {
        Self {
            weights: vec![0.0; features],
            bias: 0.0,
        }
    }

    /// The fit to verdicts; the larger `pull`, the nearer to what is known already.
    pub fn new(examples: &[Example], pull: f64) -> Self {
        let features = examples.first().map_or(0, |e| e.values.len());
        let mut fit = Self::none(features);
        let mut loss = fit.loss(examples, pull);
        for _ in 0..STEPS {
            let Some(step) = fit.step(examples, pull) else {
                break;
            };
            let mut share = 1.0;
            let next = loop {
                let next = fit.moved(&step, share);
                let reached = next.loss(examples, pull);
                if reached <= loss || share < 1e-6 {
                    break (next, reached);
                }
                share /= 2.0;
            };
            let gained = loss - next.1;
            (fit, loss) = next;
            if gained < 1e-10 {
                break;
            }
        }
        fit
    }

    /// The log odds of one.
    pub fn log_odds(&self, values: &[f64], offset: f64) -> f64 {
        let learnt: f64 = self.weights.iter().zip(values).map(|(w, v)| w * v).sum();
        offset + self.bias + learnt
    }

    /// The negative log likelihood of verdicts, without any pull.
    pub fn surprise(&self, examples: &[Example]) -> f64 {
        let one = |e: &Example| {
            let odds = self.log_odds(&e.values, e.offset);
            let against = if e.yes { -odds } else { odds };
            // ln(1 + exp(x)) without overflow.
            against.max(0.0) + (-against.abs()).exp().ln_1p()
        };
        examples.iter().map(one).sum()
    }

    /// The negative log likelihood of verdicts with what pulls: the least where the fit is.
    pub(super) fn loss(&self, examples: &[Example], pull: f64) -> f64 {
        let squares: f64 = self.weights.iter().map(|w| w * w).sum();
        self.surprise(examples) + pull * squares / 2.0 + Self::ON_BIAS * self.bias * self.bias / 2.0
    }

    fn moved(&self, step: &[f64], share: f64) -> Self {
        let weights = self.weights.iter().zip(step);
        Self {
            weights: weights.map(|(w, s)| w - share * s).collect(),
            bias: self.bias - share * step[self.weights.len()],
        }
    }

    /// Newton's step: the bias comes last.
    fn step(&self, examples: &[Example], pull: f64) -> Option<Vec<f64>> {
        let n = self.weights.len() + 1;
        let mut gradient: Vec<f64> = self.weights.iter().map(|w| pull * w).collect();
        gradient.push(Self::ON_BIAS * self.bias);
        let mut curvature = vec![0.0; n * n];
        for i in 0..n {
            curvature[i * n + i] = if i + 1 == n { Self::ON_BIAS } else { pull };
        }
        for example in examples {
            let odds = self.log_odds(&example.values, example.offset);
            let chance = 1.0 / (1.0 + (-odds).exp());
            let error = chance - f64::from(u8::from(example.yes));
            let weight = chance * (1.0 - chance);
            let value = |i: usize| example.values.get(i).copied().unwrap_or(1.0);
            for i in 0..n {
                gradient[i] += error * value(i);
                for j in 0..=i {
                    curvature[i * n + j] += weight * value(i) * value(j);
                }
            }
        }
        solved(curvature, gradient)
    }
}

/// Solves a symmetric positive system of which the lower half is given, by Cholesky's method; `None` where it is not positive.
fn solved(mut a: Vec<f64>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let n = b.len();
    for i in 0..n {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| a[i * n + k] * a[j * n + k]).sum();
            let rest = a[i * n + j] - known;
            a[i * n + j] = if i == j {
                (rest > 0.0).then(|| rest.sqrt())?
            } else {
                rest / a[j * n + j]
            };
        }
    }
    for i in 0..n {
        let known: f64 = (0..i).map(|k| a[i * n + k] * b[k]).sum();
        b[i] = (b[i] - known) / a[i * n + i];
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|k| a[k * n + i] * b[k]).sum();
        b[i] = (b[i] - known) / a[i * n + i];
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(value: f64, yes: bool) -> Example {
        Example {
            values: vec![value],
            offset: 0.0,
            yes,
        }
    }

    #[test]
    fn a_system_is_solved() {
        // 4x + 2y = 10, 2x + 3y = 11: x = 1, y = 3.
        let found = solved(vec![4.0, 0.0, 2.0, 3.0], vec![10.0, 11.0]).expect("positive");
        assert!((found[0] - 1.0).abs() < 1e-12 && (found[1] - 3.0).abs() < 1e-12);
        assert_eq!(solved(vec![0.0], vec![1.0]), None);
    }

    #[test]
    fn the_gradient_vanishes_where_the_fit_is() {
        let verdicts = [(-1.0, false), (0.5, true), (1.5, true), (0.2, false)];
        let examples = verdicts.map(|(value, yes)| example(value, yes));
        let fit = Fit::new(&examples, 1.0);
        let slope: f64 = (examples.iter())
            .map(|e| {
                let chance = 1.0 / (1.0 + (-fit.log_odds(&e.values, 0.0)).exp());
                (chance - f64::from(u8::from(e.yes))) * e.values[0]
            })
            .sum();
        assert!((slope + fit.weights[0]).abs() < 1e-5, "{fit:?}");
        assert!(fit.weights[0] > 0.1);
    }

    #[test]
    fn a_strong_pull_leaves_what_was_known_and_separable_verdicts_do_no_harm() {
        let examples = [example(-1.0, false), example(1.0, true)];
        assert!(Fit::new(&examples, 1e9).weights[0].abs() < 1e-6);
        let free = Fit::new(&examples, 1e-3);
        assert!(free.weights[0].is_finite() && free.weights[0] > 1.0);
    }
}
