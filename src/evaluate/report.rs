//! The figures of an evaluation, from its outcomes; pure.

use super::curve::{Curve, OperatingPoint};
use super::outcome::{JudgedCandidate, PlotResult, SurveyOutcome};
use super::stages::{SecondStageFigures, Stages};
use crate::statistics::{Calibration, Rate, Share, calibration};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Bounds of the classes of plants in a plot, from and to.
const PLANTS: [(u32, u32, &str); 5] = [
    (1, 1, "1"),
    (2, 4, "2-4"),
    (5, 9, "5-9"),
    (10, 29, "10-29"),
    (30, u32::MAX, "30+"),
];
/// Upper bounds of the classes of ground sampling distance, centimetres.
const GSD_CM: [(f64, &str); 5] = [
    (1.05, "≤1"),
    (1.55, "1-1.5"),
    (2.05, "1.5-2"),
    (3.05, "2-3"),
    (f64::INFINITY, ">3"),
];
/// What is not known.
const UNKNOWN: &str = "?";
/// All of them.
const ALL: &str = "*";

/// Recall in one cell of the table; `*` stands for all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecallCell {
    /// Stage.
    pub stage: String,
    /// Class of plants in the plot.
    pub plants: String,
    /// Class of ground sampling distance, centimetres.
    pub gsd_cm: String,
    /// Plots found of those searched.
    pub recall: Share,
}

/// A survey in one line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SurveyFigures {
    /// Its name.
    pub name: String,
    /// Searched ground, square kilometres.
    pub km2: f64,
    /// Plots of poppy found of those searched.
    pub recall: Share,
    /// Plots of poppy that no searched ground touches.
    pub plots_not_searched: usize,
    /// Candidates.
    pub candidates: usize,
    /// Candidates that mark no poppy.
    pub false_candidates: usize,
    /// Candidates on ground of which nobody knows, left out.
    pub undecided: usize,
}

/// All figures. They are by site: a plot is found or not, however many cells hit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// The threshold of the scans.
    pub threshold: f64,
    /// The lowest score that the curve, the calibration and thresholds for a rate look at.
    pub floor: f64,
    /// Surveys in the order given.
    pub surveys: Vec<SurveyFigures>,
    /// All plots found of those searched.
    pub recall: Share,
    /// Recall by stage, plants and ground sampling distance: each alone, then each cell that holds plots.
    pub cells: Vec<RecallCell>,
    /// Look-alikes of the truth files called poppy, by kind.
    pub lookalikes: BTreeMap<String, Share>,
    /// Candidates that mark poppy.
    pub precision: Share,
    /// Candidates on all searched ground.
    pub candidates: Rate,
    /// False candidates on ground without any poppy.
    pub false_alarms: Rate,
    /// How well the second look puts them in order; `None` where there was none.
    pub stages: Option<Stages>,
    /// What thresholds after the second look would do; `None` where there was none.
    pub second_stage: Option<SecondStageFigures>,
    /// Calibration of the candidates at the floor.
    pub calibration: Calibration,
    /// Precision against recall.
    pub curve: Curve,
    /// The threshold for a wanted rate, where one was asked for.
    pub operating_point: Option<OperatingPoint>,
    /// Every plot.
    pub plots: Vec<PlotResult>,
    /// Every candidate at the threshold that marks no poppy.
    pub false_candidates: Vec<JudgedCandidate>,
}

impl Evaluation {
    /// Counts. `wanted` is a rate of false alarms per square kilometre.
    pub fn new(
        outcomes: &[SurveyOutcome],
        threshold: f64,
        floor: f64,
        wanted: Option<f64>,
    ) -> Self {
        let plots: Vec<PlotResult> = outcomes.iter().flat_map(|o| o.plots.clone()).collect();
        let poppy: Vec<&PlotResult> = plots
            .iter()
            .filter(|p| p.lookalike.is_none() && p.searched)
            .collect();
        let candidates: Vec<&JudgedCandidate> =
            outcomes.iter().flat_map(|o| &o.candidates).collect();
        let at_floor: Vec<(f64, bool)> = outcomes
            .iter()
            .flat_map(|o| &o.floor)
            .map(|c| (c.score, c.poppy))
            .collect();
        let best: Vec<f64> = poppy.iter().map(|p| p.score).collect();
        let empty: Vec<&SurveyOutcome> = outcomes.iter().filter(|o| o.no_poppy).collect();
        // The sum of nothing would be minus nought.
        let empty_km2 = empty.iter().map(|o| o.km2).fold(0.0, |a, b| a + b);
        let false_scores: Vec<f64> = empty
            .iter()
            .flat_map(|o| &o.floor)
            .map(|c| c.score)
            .collect();
        Self {
            threshold,
            floor,
            surveys: outcomes.iter().map(line).collect(),
            recall: found(poppy.iter().copied()),
            cells: cells(&poppy),
            lookalikes: lookalikes(&plots),
            precision: Share::new(
                candidates.iter().filter(|c| c.poppy).count(),
                candidates.len(),
            ),
            candidates: Rate::new(candidates.len(), outcomes.iter().map(|o| o.km2).sum()),
            false_alarms: Rate::new(empty.iter().map(|o| o.candidates.len()).sum(), empty_km2),
            stages: Stages::of(&candidates),
            second_stage: SecondStageFigures::of(outcomes, &poppy, wanted),
            calibration: calibration(&at_floor, floor),
            curve: Curve::new(&at_floor, &best),
            operating_point: wanted
                .map(|rate| OperatingPoint::new(rate, &false_scores, empty_km2, &best, floor)),
            false_candidates: candidates
                .into_iter()
                .filter(|c| !c.poppy)
                .cloned()
                .collect(),
            plots,
        }
    }
}

fn found<'a>(plots: impl Iterator<Item = &'a PlotResult>) -> Share {
    let (mut count, mut of) = (0, 0);
    for plot in plots {
        of += 1;
        count += usize::from(plot.found);
    }
    Share::new(count, of)
}

fn line(outcome: &SurveyOutcome) -> SurveyFigures {
    let poppy = || outcome.plots.iter().filter(|p| p.lookalike.is_none());
    SurveyFigures {
        name: outcome.name.clone(),
        km2: outcome.km2,
        recall: found(poppy().filter(|p| p.searched)),
        plots_not_searched: poppy().filter(|p| !p.searched).count(),
        candidates: outcome.candidates.len(),
        false_candidates: outcome.candidates.iter().filter(|c| !c.poppy).count(),
        undecided: outcome.undecided,
    }
}

fn lookalikes(plots: &[PlotResult]) -> BTreeMap<String, Share> {
    let searched = || plots.iter().filter(|p| p.searched);
    let found_of = |kind| found(searched().filter(|p| p.lookalike.as_ref() == Some(kind)));
    let kinds: BTreeSet<&String> = searched().filter_map(|p| p.lookalike.as_ref()).collect();
    let shares = kinds.into_iter().map(|kind| (kind.clone(), found_of(kind)));
    shares.collect()
}

/// The class of a number of plants.
fn plants_class(plants: Option<u32>) -> usize {
    plants.map_or(PLANTS.len(), |n| {
        PLANTS
            .iter()
            .position(|(from, to, _)| (*from..=*to).contains(&n))
            .unwrap_or(PLANTS.len())
    })
}

/// The class of a ground sampling distance; half a millimetre over a bound still belongs to it.
fn gsd_class(gsd_cm: f64) -> usize {
    GSD_CM
        .iter()
        .position(|(to, _)| gsd_cm <= *to)
        .unwrap_or(GSD_CM.len() - 1)
}

/// The table: first all of a stage, of a class of plants, of a class of distance; then the cells.
fn cells(plots: &[&PlotResult]) -> Vec<RecallCell> {
    type Key = (Option<String>, Option<usize>, Option<usize>);
    let stage = |p: &PlotResult| p.stage.clone().unwrap_or_else(|| UNKNOWN.into());
    let keys: [fn(String, usize, usize) -> Key; 4] = [
        |stage, _, _| (Some(stage), None, None),
        |_, plants, _| (None, Some(plants), None),
        |_, _, gsd| (None, None, Some(gsd)),
        |stage, plants, gsd| (Some(stage), Some(plants), Some(gsd)),
    ];
    let mut table = Vec::new();
    for key in keys {
        let mut groups: BTreeMap<Key, Vec<&PlotResult>> = BTreeMap::new();
        for plot in plots {
            let key = key(
                stage(plot),
                plants_class(plot.plants),
                gsd_class(plot.gsd_cm),
            );
            groups.entry(key).or_default().push(plot);
        }
        for ((stage, plants, gsd), members) in groups {
            let plants = plants.map(|n| PLANTS.get(n).map_or(UNKNOWN, |class| class.2));
            table.push(RecallCell {
                stage: stage.unwrap_or_else(|| ALL.into()),
                plants: plants.unwrap_or(ALL).into(),
                gsd_cm: gsd.map_or(ALL, |n| GSD_CM[n].1).into(),
                recall: found(members.into_iter()),
            });
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::LonLat;

    fn plot(plants: Option<u32>, stage: &str, found: bool, score: f64) -> PlotResult {
        PlotResult {
            survey: "a".into(),
            feature: 1,
            at: LonLat::new(0.0, 0.0),
            lookalike: None,
            plants,
            stage: Some(stage.into()),
            gsd_cm: 2.0,
            searched: true,
            found,
            score,
            evidence: (score > 0.0).then_some(score),
            score_dispatch: found.then_some(score),
        }
    }

    fn judged(score: f64, poppy: bool) -> JudgedCandidate {
        JudgedCandidate {
            survey: "a".into(),
            id: "x".into(),
            at: LonLat::new(0.0, 0.0),
            score,
            score_looks: None,
            score_verifier: None,
            evidence: score,
            poppy,
            lookalike: None,
        }
    }

    fn outcomes() -> Vec<SurveyOutcome> {
        let mut unsearched = plot(Some(50), "flower", false, 0.0);
        unsearched.searched = false;
        let mut rose = plot(None, "flower", true, 0.6);
        rose.lookalike = Some("rose".into());
        let survey = SurveyOutcome {
            name: "a".into(),
            km2: 0.5,
            no_poppy: false,
            plots: vec![
                plot(Some(3), "flower", true, 0.9),
                plot(Some(4), "flower", false, 0.2),
                plot(Some(12), "capsule", true, 0.8),
                unsearched,
                rose,
            ],
            undecided: 0,
            candidates: vec![judged(0.9, true), judged(0.8, true), judged(0.6, false)],
            floor: vec![
                judged(0.9, true),
                judged(0.8, true),
                judged(0.6, false),
                judged(0.2, true),
            ],
        };
        let empty = SurveyOutcome {
            name: "b".into(),
            km2: 1.5,
            no_poppy: true,
            plots: vec![],
            undecided: 0,
            candidates: vec![judged(0.7, false)],
            floor: vec![judged(0.7, false), judged(0.3, false)],
        };
        vec![survey, empty]
    }

    #[test]
    fn sites_are_counted_as_worked_by_hand() {
        let report = Evaluation::new(&outcomes(), 0.5, 0.05, Some(0.7));
        assert_eq!(
            (report.recall.count, report.recall.of),
            (2, 3),
            "the unsearched plot is left out"
        );
        assert_eq!(report.surveys[0].plots_not_searched, 1);
        assert_eq!((report.precision.count, report.precision.of), (2, 4));
        assert_eq!(report.candidates.per_km2, Some(2.0));
        assert_eq!(
            (report.false_alarms.count, report.false_alarms.km2),
            (1, 1.5)
        );
        assert_eq!(report.lookalikes["rose"].count, 1);
        assert_eq!(report.false_candidates.len(), 2);
        // 0.7 per km² on 1.5 km² allow one: just above 0.3, where all but the plot at 0.2 are found.
        let point = report.operating_point.unwrap();
        assert!((point.threshold.unwrap() - 0.3001).abs() < 1e-9);
        assert_eq!(point.recall.unwrap().count, 2);
    }

    #[test]
    fn the_table_holds_each_margin_and_each_cell() {
        let report = Evaluation::new(&outcomes(), 0.5, 0.05, None);
        let rows: Vec<String> = report
            .cells
            .iter()
            .map(|c| {
                format!(
                    "{} {} {} {}/{}",
                    c.stage, c.plants, c.gsd_cm, c.recall.count, c.recall.of
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                "capsule * * 1/1",
                "flower * * 1/2",
                "* 2-4 * 1/2",
                "* 10-29 * 1/1",
                "* * 1.5-2 2/3",
                "capsule 10-29 1.5-2 1/1",
                "flower 2-4 1.5-2 1/2",
            ]
        );
    }

    #[test]
    fn classes_hold_their_bounds() {
        let class = |n| PLANTS.get(plants_class(Some(n))).map(|c| c.2);
        assert_eq!(
            [1, 2, 4, 5, 9, 10, 29, 30, 5000]
                .map(class)
                .map(Option::unwrap),
            [
                "1", "2-4", "2-4", "5-9", "5-9", "10-29", "10-29", "30+", "30+"
            ]
        );
        assert_eq!(
            [0.9, 1.0, 1.2, 2.0, 2.01, 3.0, 3.5].map(|g| GSD_CM[gsd_class(g)].1),
            ["≤1", "≤1", "1-1.5", "1.5-2", "1.5-2", "2-3", ">3"]
        );
    }
}
