//! What the second look is worth: how well candidates are told apart by the score that they were found with, and by the evidence
//! of all stages; and what plots are left at what false alarms after it; pure.

use super::curve::{Curve, OperatingPoint};
use super::outcome::{JudgedCandidate, PlotResult, SurveyOutcome};
use crate::statistics::order::Discrimination;
use serde::Serialize;

/// The lowest threshold after the second look: as low as four decimals go. What no candidate marks is found at none.
const LOWEST: f64 = 1e-4;

/// Both orders of the candidates at the operating threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stages {
    /// By the best score of the model that found them.
    pub first: Discrimination,
    /// By the evidence of all stages.
    pub all: Discrimination,
}

impl Stages {
    /// Of candidates that were judged; nothing where none was looked at once more.
    pub fn of(candidates: &[&JudgedCandidate]) -> Option<Self> {
        let looked = candidates.iter().any(|c| c.score_looks.is_some());
        let by = |score: fn(&JudgedCandidate) -> f64| {
            Discrimination::of(
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

/// What thresholds after the second look would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SecondStageFigures {
    /// On the evidence of all stages, of the candidates at the floor.
    pub evidence: ThresholdFigures,
    /// On the score from which a crew may be sent without screening, which is a second model's where one looked and the evidence
    /// otherwise, of the candidates at the operating threshold.
    pub dispatch: ThresholdFigures,
}

/// What thresholds on a score would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ThresholdFigures {
    /// Precision against recall.
    pub curve: Curve,
    /// The threshold for a wanted rate, where one was asked for.
    pub operating_point: Option<OperatingPoint>,
}

impl SecondStageFigures {
    /// Of surveys and the plots of poppy in them that were searched; nothing where no candidate was looked at once more.
    /// `wanted` is a rate of false alarms per square kilometre.
    pub fn of(
        outcomes: &[SurveyOutcome],
        plots: &[&PlotResult],
        wanted: Option<f64>,
    ) -> Option<Self> {
        let mut all = outcomes
            .iter()
            .flat_map(|o| o.floor.iter().chain(&o.candidates));
        let looked = all.any(|c| c.score_looks.is_some());
        looked.then(|| Self {
            evidence: ThresholdFigures::of(
                outcomes,
                (|o| &o.floor, |c| c.evidence),
                plots.iter().map(|p| p.evidence),
                wanted,
            ),
            dispatch: ThresholdFigures::of(
                outcomes,
                (|o| &o.candidates, JudgedCandidate::score_dispatch),
                plots.iter().map(|p| p.score_dispatch),
                wanted,
            ),
        })
    }
}

/// Candidates of a survey.
type CandidatesOf = fn(&SurveyOutcome) -> &[JudgedCandidate];

impl ThresholdFigures {
    fn of(
        outcomes: &[SurveyOutcome],
        (candidates, score): (CandidatesOf, fn(&JudgedCandidate) -> f64),
        plots: impl Iterator<Item = Option<f64>>,
        wanted: Option<f64>,
    ) -> Self {
        // A score may be nought; what no candidate marks lies below it.
        let plots: Vec<f64> = plots
            .map(|best| best.unwrap_or(f64::NEG_INFINITY))
            .collect();
        let all = outcomes.iter().flat_map(candidates);
        let judged: Vec<(f64, bool)> = all.map(|c| (score(c), c.poppy)).collect();
        let empty = || outcomes.iter().filter(|o| o.no_poppy);
        let km2 = empty().map(|o| o.km2).fold(0.0, |a, b| a + b);
        let false_scores: Vec<f64> = empty().flat_map(candidates).map(score).collect();
        let point = |rate| OperatingPoint::new(rate, &false_scores, km2, &plots, LOWEST);
        Self {
            curve: Curve::new(&judged, &plots),
            operating_point: wanted.map(point),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::LonLat;

    fn judged(score: f64, evidence: f64, verifier: Option<f64>, poppy: bool) -> JudgedCandidate {
        JudgedCandidate {
            survey: "a".into(),
            id: "x".into(),
            at: LonLat::new(0.0, 0.0),
            score,
            score_looks: Some(evidence),
            score_verifier: verifier,
            evidence,
            poppy,
            lookalike: None,
        }
    }

    fn plot(evidence: Option<f64>, score_dispatch: Option<f64>) -> PlotResult {
        PlotResult {
            survey: "a".into(),
            feature: 1,
            at: LonLat::new(0.0, 0.0),
            lookalike: None,
            plants: None,
            stage: None,
            gsd_cm: 2.0,
            searched: true,
            found: score_dispatch.is_some(),
            score: 0.5,
            evidence,
            score_dispatch,
        }
    }

    fn survey(no_poppy: bool, km2: f64, floor: Vec<JudgedCandidate>) -> SurveyOutcome {
        SurveyOutcome {
            name: "a".into(),
            km2,
            no_poppy,
            plots: vec![],
            undecided: 0,
            candidates: floor.iter().filter(|c| c.score >= 0.3).cloned().collect(),
            floor,
        }
    }

    #[test]
    fn recall_at_a_rate_of_false_alarms_is_that_after_the_second_look() {
        // By the first score the false ones lie above two of three plots; by the evidence one does, by the verifier none.
        let village = vec![
            judged(0.9, 0.8, Some(0.9), true),
            judged(0.4, 0.6, Some(0.7), true),
            judged(0.1, 0.3, Some(0.6), true),
        ];
        let park = vec![
            judged(0.8, 0.5, Some(0.0), false),
            judged(0.7, 0.2, Some(0.1), false),
            judged(0.2, 0.1, Some(0.8), false),
        ];
        let outcomes = [survey(false, 1.0, village), survey(true, 2.0, park)];
        let plots = [
            plot(Some(0.8), Some(0.9)),
            plot(Some(0.6), Some(0.7)),
            plot(Some(0.3), None),
            plot(None, None),
        ];
        let plots: Vec<&PlotResult> = plots.iter().collect();
        let at = |wanted| SecondStageFigures::of(&outcomes, &plots, Some(wanted)).expect("looked");
        let found = |of: &ThresholdFigures| {
            let point = of.operating_point.expect("asked for");
            let recall = point.recall.expect("a threshold");
            (point.threshold.expect("one"), recall.count, recall.of)
        };
        // None may be false: just above 0.5, where two plots are left.
        let none = at(0.0);
        assert_eq!(found(&none.evidence), (0.5001, 2, 4));
        // What the floor alone holds is no candidate, however sure the verifier is.
        assert_eq!(found(&none.dispatch), (0.1001, 2, 4));
        let one = at(0.5);
        assert_eq!(found(&one.evidence), (0.2001, 3, 4));
        // All may be: what nothing marks stays unfound, though a score is nought.
        let all = at(100.0);
        assert_eq!(found(&all.dispatch), (LOWEST, 2, 4));
        let last = all.dispatch.curve.points.last().expect("points");
        assert_eq!((last.threshold, last.recall), (0.0, 0.5));
        assert_eq!(all.evidence.curve.points.len(), 6);
        let unasked = SecondStageFigures::of(&outcomes, &plots, None).expect("looked");
        assert_eq!(unasked.evidence.operating_point, None);
    }

    #[test]
    fn without_a_second_look_there_is_nothing_to_say() {
        let mut outcome = survey(true, 1.0, vec![judged(0.5, 0.5, None, false)]);
        for candidate in outcome.floor.iter_mut().chain(&mut outcome.candidates) {
            candidate.score_looks = None;
        }
        assert_eq!(SecondStageFigures::of(&[outcome], &[], None), None);
    }
}
