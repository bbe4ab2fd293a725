//! What a scan found of what is there: plots found and missed, candidates true and false.

use super::truth::{TruePlot, Truth};
use crate::ground::{LocalPlane, LonLat, area_m2};
use crate::scan::{Candidate, SecondLook, Summary};
use geo::{
    BoundingRect, Centroid, Coord, Distance, Euclidean, Intersects, MapCoords, MultiPolygon, Rect,
};
use serde::Serialize;

/// A true plot, and how well it was seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlotResult {
    /// The survey it belongs to.
    pub survey: String,
    /// Its number in the truth file, from 1.
    pub feature: usize,
    /// A point in it.
    pub at: LonLat,
    /// The look-alike that it is; `None` for poppy.
    pub lookalike: Option<String>,
    /// Plants, where known.
    pub plants: Option<u32>,
    /// Stage, where known.
    pub stage: Option<String>,
    /// The median ground sampling distance of the survey's sources, centimetres.
    pub gsd_cm: f64,
    /// Whether any of it lies on searched ground.
    pub searched: bool,
    /// Whether a candidate of the scan at the operating threshold marks it.
    pub found: bool,
    /// The best score of a candidate that marks it at the floor; 0 where there is none.
    pub score: f64,
    /// The best evidence of all stages of a candidate that marks it at the floor, where there is one.
    pub evidence: Option<f64>,
    /// Of those that mark it at the operating threshold, the best score that decides whether a crew may be sent without
    /// screening.
    pub score_dispatch: Option<f64>,
}

/// A candidate, and whether it marks poppy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgedCandidate {
    /// The survey it belongs to.
    pub survey: String,
    /// Its id in the survey's scan.
    pub id: String,
    /// Where it is.
    pub at: LonLat,
    /// Its best score.
    pub score: f64,
    /// Its mean score in further views, where it was looked at once more.
    pub score_looks: Option<f64>,
    /// What a second model says of it, where one looked.
    pub score_verifier: Option<f64>,
    /// The evidence of all stages.
    pub evidence: f64,
    /// Whether it marks a plot of poppy.
    pub poppy: bool,
    /// The look-alike that it marks, where it marks no poppy.
    pub lookalike: Option<String>,
}

impl JudgedCandidate {
    /// The score that decides whether a crew may be sent without screening: a second model's, else the evidence.
    pub fn score_dispatch(&self) -> f64 {
        self.score_verifier.unwrap_or(self.evidence)
    }
}

/// A survey with its scans compared with its truth.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyOutcome {
    /// The survey's name.
    pub name: String,
    /// Searched ground without what overlaps, square kilometres.
    pub km2: f64,
    /// Whether nothing on it is poppy.
    pub no_poppy: bool,
    /// Plots and look-alikes.
    pub plots: Vec<PlotResult>,
    /// Candidates at the operating threshold on ground of which nobody knows, left out of all figures.
    pub undecided: usize,
    /// Candidates at the operating threshold.
    pub candidates: Vec<JudgedCandidate>,
    /// Candidates at the floor.
    pub floor: Vec<JudgedCandidate>,
}

/// A geometry in metres with its box.
struct ProjectedShape {
    polygons: MultiPolygon,
    bounds: Option<Rect>,
}

impl ProjectedShape {
    fn new(ground: &MultiPolygon, plane: &LocalPlane) -> Self {
        let polygons = ground.map_coords(|c| {
            let p = plane.to_plane(c.into());
            Coord { x: p.x, y: p.y }
        });
        let bounds = polygons.bounding_rect();
        Self { polygons, bounds }
    }

    /// Whether two shapes come within `radius_m` of each other.
    fn is_near(&self, other: &Self, radius_m: f64) -> bool {
        let (Some(a), Some(b)) = (self.bounds, other.bounds) else {
            return false;
        };
        let apart = |min: f64, max: f64| min - max > radius_m;
        if apart(a.min().x, b.max().x)
            || apart(b.min().x, a.max().x)
            || apart(a.min().y, b.max().y)
            || apart(b.min().y, a.max().y)
        {
            return false;
        }
        self.polygons.intersects(&other.polygons)
            || Euclidean.distance(&self.polygons, &other.polygons) <= radius_m
    }
}

/// Compares a scan of a survey, and the candidates `floor` found in its scores at the floor, with its truth. A candidate marks every
/// plot within `radius_m` of it; a plot may be marked by several. One that marks none and lies as near to ground of
/// which nobody knows is left out.
pub fn compare(
    name: &str,
    truth: Option<&Truth>,
    operating: &Summary,
    floor: &[Candidate],
    radius_m: f64,
) -> SurveyOutcome {
    let none = Truth::default();
    let Truth { plots, unknown } = truth.unwrap_or(&none);
    let origin = middle(&operating.coverage.searched).unwrap_or(LonLat::new(0.0, 0.0));
    let plane = LocalPlane::at(origin);
    let shapes: Vec<ProjectedShape> = plots
        .iter()
        .map(|p| ProjectedShape::new(&p.ground, &plane))
        .collect();
    let unknown: Vec<ProjectedShape> = unknown
        .iter()
        .map(|g| ProjectedShape::new(g, &plane))
        .collect();
    let (at_threshold, at_floor) = (
        settled(&operating.candidates, &shapes, &unknown, &plane, radius_m),
        settled(floor, &shapes, &unknown, &plane, radius_m),
    );
    let gsd_cm = median(operating.sources.iter().map(|s| s.gsd_cm).collect());
    let result = |(i, plot): (usize, &TruePlot)| PlotResult {
        survey: name.to_owned(),
        feature: plot.feature,
        at: middle(&plot.ground).map_or(origin, LonLat::rounded),
        lookalike: plot.lookalike.clone(),
        plants: plot.plants,
        stage: plot.stage.clone(),
        gsd_cm,
        searched: plot.ground.intersects(&operating.coverage.searched),
        found: at_threshold.iter().any(|(_, marked)| marked.contains(&i)),
        score: best(&at_floor, i, |c| c.score_max).unwrap_or(0.0),
        evidence: best(&at_floor, i, Candidate::evidence),
        score_dispatch: best(&at_threshold, i, Candidate::dispatch_score),
    };
    SurveyOutcome {
        name: name.to_owned(),
        km2: area_m2(&operating.coverage.searched) / 1e6,
        no_poppy: unknown.is_empty() && plots.iter().all(|p| p.lookalike.is_some()),
        plots: plots.iter().enumerate().map(result).collect(),
        undecided: operating.candidates.len() - at_threshold.len(),
        candidates: judge(name, &at_threshold, plots),
        floor: judge(name, &at_floor, plots),
    }
}

/// The candidates of a scan with the plots that each marks, but for those that mark none and lie on unknown ground.
fn settled<'a>(
    candidates: &'a [Candidate],
    plots: &[ProjectedShape],
    unknown: &[ProjectedShape],
    plane: &LocalPlane,
    radius_m: f64,
) -> Vec<(&'a Candidate, Vec<usize>)> {
    let near = |c: &'a Candidate| {
        let shape = ProjectedShape::new(&c.polygon, plane);
        let is_near = |other: &ProjectedShape| other.is_near(&shape, radius_m);
        let marked: Vec<usize> = (0..plots.len()).filter(|i| is_near(&plots[*i])).collect();
        let known = !marked.is_empty() || !unknown.iter().any(is_near);
        known.then_some((c, marked))
    };
    candidates.iter().filter_map(near).collect()
}

fn judge(
    name: &str,
    marks: &[(&Candidate, Vec<usize>)],
    plots: &[TruePlot],
) -> Vec<JudgedCandidate> {
    let one = |(candidate, marked): &(&Candidate, Vec<usize>)| {
        let poppy = marked.iter().any(|i| plots[*i].lookalike.is_none());
        let lookalike = marked.iter().find_map(|i| plots[*i].lookalike.clone());
        JudgedCandidate {
            survey: name.to_owned(),
            id: candidate.id.clone(),
            at: candidate.at,
            score: candidate.score_max,
            score_looks: candidate.second.as_ref().map(SecondLook::mean),
            score_verifier: candidate.verdict().map(|v| v.score),
            evidence: candidate.evidence(),
            poppy,
            lookalike: lookalike.filter(|_| !poppy),
        }
    };
    marks.iter().map(one).collect()
}

/// A place in the middle of an area; `None` where it is empty.
fn middle(area: &MultiPolygon) -> Option<LonLat> {
    area.centroid().map(|p| LonLat::new(p.x(), p.y()))
}

/// The best score of the candidates that mark a plot.
fn best(
    settled: &[(&Candidate, Vec<usize>)],
    plot: usize,
    score: fn(&Candidate) -> f64,
) -> Option<f64> {
    let marking = settled.iter().filter(|(_, marked)| marked.contains(&plot));
    marking.map(|(c, _)| score(c)).reduce(f64::max)
}

/// The middle value, the lower of two; 0 of nothing.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values
        .get(values.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn shapes_are_near_within_the_radius_and_not_beyond() {
        let plane = LocalPlane::at(LonLat::new(0.0, 0.0));
        // One metre is about 8.98e-6 degrees of longitude at the equator.
        let square = |x: f64| {
            let (a, b) = (x * 8.983_15e-6, (x + 1.0) * 8.983_15e-6);
            let ground = MultiPolygon(vec![
                polygon![(x: a, y: 0.0), (x: b, y: 0.0), (x: b, y: 9e-6), (x: a, y: 9e-6)],
            ]);
            ProjectedShape::new(&ground, &plane)
        };
        let first = square(0.0);
        assert!(first.is_near(&square(0.5), 0.0), "they overlap");
        assert!(first.is_near(&square(1.9), 1.0), "0.9 m apart");
        assert!(!first.is_near(&square(2.1), 1.0), "1.1 m apart");
    }

    #[test]
    fn the_median_of_an_even_count_is_the_lower() {
        assert!((median(vec![3.0, 1.0, 2.0, 4.0]) - 2.0).abs() < 1e-12);
        assert!(median(vec![]).abs() < 1e-12);
    }
}
