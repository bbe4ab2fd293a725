//! Precision against recall over thresholds, and the threshold that meets a wanted rate of false alarms.

use crate::statistics::{Rate, Share};
use serde::Serialize;

/// One threshold of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Candidates with at least this score count.
    pub threshold: f64,
    /// The share of them that is poppy.
    pub precision: f64,
    /// The share of the plots that they mark.
    pub recall: f64,
}

/// Precision and recall from the highest threshold to the floor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    /// The points, recall growing.
    pub points: Vec<CurvePoint>,
    /// Precision averaged over recall as it grows (a step function, nothing interpolated).
    pub average_precision: Option<f64>,
}

impl Curve {
    /// The curve of `candidates` (score, whether it is poppy) and the best score of each plot.
    pub fn new(candidates: &[(f64, bool)], plots: &[f64]) -> Self {
        let mut sorted = candidates.to_vec();
        sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut points, mut hits, mut average, mut before) = (Vec::new(), 0, 0.0, 0.0);
        for (number, (threshold, poppy)) in sorted.iter().enumerate() {
            hits += usize::from(*poppy);
            // Candidates of one score come in together.
            if sorted
                .get(number + 1)
                .is_some_and(|next| next.0 >= *threshold)
                || plots.is_empty()
            {
                continue;
            }
            let found = plots.iter().filter(|score| *score >= threshold).count();
            let (precision, recall) = (
                hits as f64 / (number + 1) as f64,
                found as f64 / plots.len() as f64,
            );
            average += precision * (recall - before);
            before = recall;
            points.push(CurvePoint {
                threshold: *threshold,
                precision,
                recall,
            });
        }
        let average_precision = (!points.is_empty()).then_some(average);
        Self {
            points,
            average_precision,
        }
    }
}

/// A threshold with what it would do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OperatingPoint {
    /// Wanted false alarms per square kilometre.
    pub wanted_per_km2: f64,
    /// The lowest threshold, to four decimals, that meets it; `None` where none up to 1 does.
    pub threshold: Option<f64>,
    /// False alarms at that threshold on the ground without poppy.
    pub false_alarms: Option<Rate>,
    /// Plots found at it.
    pub recall: Option<Share>,
}

impl OperatingPoint {
    /// The lowest threshold, no lower than `floor`, at which the `false_scores` found on `km2` of ground without poppy
    /// are at most as many as wanted.
    pub fn new(wanted: f64, false_scores: &[f64], km2: f64, plots: &[f64], floor: f64) -> Self {
        let mut scores = false_scores.to_vec();
        scores.sort_by(|a, b| b.total_cmp(a));
        let allowed = wanted * km2;
        let met = |threshold: f64| {
            let count = scores.iter().filter(|s| **s >= threshold).count();
            count as f64 <= allowed
        };
        // The threshold goes just above one of the scores, or down to the floor.
        let threshold = std::iter::once(floor)
            .chain(scores.iter().rev().map(|s| ((s * 1e4).floor() + 1.0) / 1e4))
            .find(|t| met(*t))
            .filter(|t| *t <= 1.0);
        let above = |all: &[f64], t: f64| all.iter().filter(|s| **s >= t).count();
        Self {
            wanted_per_km2: wanted,
            threshold,
            false_alarms: threshold.map(|t| Rate::new(above(&scores, t), km2)),
            recall: threshold.map(|t| Share::new(above(plots, t), plots.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_worked_by_hand() {
        // By falling score: true 0.9, false 0.8, true 0.6, false 0.6; three plots, one never marked.
        let candidates = [(0.6, true), (0.9, true), (0.8, false), (0.6, false)];
        let curve = Curve::new(&candidates, &[0.9, 0.6, 0.0]);
        let seen: Vec<(f64, f64, f64)> = curve
            .points
            .iter()
            .map(|p| (p.threshold, p.precision, p.recall))
            .collect();
        assert_eq!(
            seen,
            [
                (0.9, 1.0, 1.0 / 3.0),
                (0.8, 0.5, 1.0 / 3.0),
                (0.6, 0.5, 2.0 / 3.0)
            ]
        );
        // 1 × 1/3 + 0.5 × 0 + 0.5 × 1/3
        assert!((curve.average_precision.unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(Curve::new(&candidates, &[]).average_precision, None);
    }

    #[test]
    fn the_threshold_for_a_rate_lets_through_as_many_as_are_allowed() {
        let scores = [0.95, 0.7, 0.5, 0.3];
        let plots = [0.99, 0.71, 0.4];
        let point = |wanted: f64| OperatingPoint::new(wanted, &scores, 2.0, &plots, 0.05);
        // One in 2 km² may stay: the threshold lies just above the second highest.
        let one = point(0.5);
        assert!((one.threshold.unwrap() - 0.7001).abs() < 1e-9);
        assert_eq!(one.false_alarms.unwrap().count, 1);
        assert_eq!((one.recall.unwrap().count, one.recall.unwrap().of), (2, 3));
        // All may stay: the floor. None may: above the highest.
        assert_eq!(point(2.0).threshold, Some(0.05));
        assert!((point(0.0).threshold.unwrap() - 0.9501).abs() < 1e-9);
        // A false alarm at full score cannot be shut out.
        assert_eq!(
            OperatingPoint::new(0.0, &[1.0], 1.0, &plots, 0.05).threshold,
            None
        );
    }
}
