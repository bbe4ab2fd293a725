//! Candidates: what a scan yields, each a plot that somebody has to look at.

use super::association::Views;
use super::second_look::{Moved, SecondLook, VerifierVerdict, log_odds};
use super::votes::{Ballot, Votes, believed, of_photos};
use crate::ground::{LocalPlane, LonLat, PlanePoint, Rect, Region, area_m2, union};
use crate::imagery::Captured;
use crate::scan::ids::SourceId;
use crate::scan::model::{BothStages, Hit};
use crate::scan::plan::Located;
use crate::schema::ScoreBand;
use geo::{Area, Centroid, Contains, InteriorPoint, MultiPolygon, Polygon, Translate};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What candidates need to know of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceFacts {
    /// Its name, unique in the scan.
    pub name: String,
    /// Its ground sampling distance in centimetres.
    pub gsd_cm: f64,
    /// When it was taken: as was said, else by its own tags.
    pub captured: Option<Captured>,
    /// When it was taken by its own tags.
    pub tagged: Option<Captured>,
    /// The day on which its file was made, by its own tag.
    pub made: Option<Date>,
}

/// A plot to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Derived from the scan and the place: the same scan has the same ids anywhere.
    pub id: String,
    /// From 1, the strongest first.
    pub rank: usize,
    /// The number of the class of its best hit.
    pub class: u16,
    /// Best score of its hits.
    pub score_max: f64,
    /// Mean score of its hits.
    pub score_mean: f64,
    /// Square metres of its polygon on the ellipsoid.
    pub area_m2: f64,
    /// How many cells or tiles hit.
    pub hits: usize,
    /// The sources that show it.
    pub sources: Vec<SourceId>,
    /// The source it is best seen in: the finest.
    pub best: SourceId,
    /// The cell of it that scored best there, in model pixels.
    pub peak: Rect,
    /// When it was seen, over all its sources.
    pub captured: Option<Captured>,
    /// The ground its hits cover.
    pub polygon: MultiPolygon,
    /// The same as the source it is best seen in has it: among photos that differs from where they have it together.
    pub drawn: MultiPolygon,
    /// A point inside the polygon.
    pub at: LonLat,
    /// Metres within which it truly lies, in 95 of 100 cases, where photos show it.
    pub position_error_m: Option<f64>,
    /// What the day says of it that says most for it, where photos show it or other sources searched its place.
    pub votes: Option<Votes>,
    /// The mean over the photos that searched its place on the day that says most for it; nothing where an orthomosaic
    /// shows it.
    pub agreement: Option<f64>,
    /// What a second look says of it, where there was one.
    pub second: Option<SecondLook>,
    /// How what was learnt from verdicts moved it, where anything was.
    pub moved: Option<Moved>,
}

impl Candidate {
    /// The evidence of all stages, 0 to 1: its best score, where there was no second look.
    pub fn evidence(&self) -> f64 {
        let second = self.second.as_ref();
        second.map_or(self.score_max, |second| second.evidence(self.score_max))
    }

    /// Whether both stages list it: by their evidence, or since the first one is sure of it in the mean of its looks, or of several
    /// sources.
    pub(super) fn is_listed(&self, both: BothStages) -> bool {
        let Some(second) = self.second.as_ref().filter(|s| s.verdict.is_some()) else {
            return true;
        };
        let several = self.votes.filter(|votes| votes.seen_in > 1);
        second.evidence(self.score_max) >= both.evidence
            || second.own(self.score_max) >= both.sure
            || several.is_some_and(|votes| votes.score_views >= both.sure)
    }

    /// What a verifier says of it, where one looked.
    pub fn verdict(&self) -> Option<&VerifierVerdict> {
        self.second.as_ref().and_then(|s| s.verdict.as_ref())
    }

    /// The score that decides whether a crew may be sent without screening: a verifier's, else the evidence.
    pub fn dispatch_score(&self) -> f64 {
        self.verdict().map_or_else(|| self.evidence(), |v| v.score)
    }

    /// What is shown of its evidence.
    pub fn band(&self, threshold: f64) -> ScoreBand {
        self.verdict()
            .map_or_else(|| ScoreBand::of(self.evidence(), threshold), |v| v.band)
    }

    /// The score that ranks it: its evidence, less up to a quarter where most of those that searched its place on the day that
    /// says most for it do not show it.
    pub(super) fn rank_score(&self) -> f64 {
        let doubt = self.votes.map_or(0.0, |votes| 1.0 - votes.share());
        self.evidence() - 0.25 * doubt
    }

    /// The log odds by which it is ranked.
    pub fn shipped(&self) -> f64 {
        log_odds(self.rank_score())
    }

    /// Whether the photos that searched its place on some day, taken together, reach the threshold. What a plant does to a
    /// picture it does from every side; a glint on a leaf or a worn lawn deceives the model in one photo of many. What an
    /// orthomosaic shows is always agreed on.
    pub(super) fn agreed(&self, threshold: f32) -> bool {
        self.agreement
            .is_none_or(|together| together >= f64::from(threshold))
    }
}

/// The cell that scored best; of those within a hundredth of each other the one nearest to the middle of all, then the first:
/// at a plot's edge a second look would see half of it. Nothing of none.
pub fn peak<'a>(hits: impl Iterator<Item = &'a Hit> + Clone) -> Option<Rect> {
    let twice = |a: u32, b: u32| i64::from(a) + i64::from(b);
    let middle = |hit: &Hit| {
        (
            twice(hit.rect.x0, hit.rect.x1),
            twice(hit.rect.y0, hit.rect.y1),
        )
    };
    let count = i64::try_from(hits.clone().count())
        .ok()
        .filter(|n| *n > 0)?;
    let (x, y) = hits
        .clone()
        .map(middle)
        .fold((0, 0), |(x, y), m| (x + m.0, y + m.1));
    let key = |hit: &Hit| {
        let (mx, my) = middle(hit);
        let away = (mx - x / count).pow(2) + (my - y / count).pow(2);
        ((hit.score * 100.0).round(), away, hit.rect.y0, hit.rect.x0)
    };
    let best = hits.min_by(|a, b| {
        let (a, b) = (key(a), key(b));
        b.0.total_cmp(&a.0)
            .then((a.1, a.2, a.3).cmp(&(b.1, b.2, b.3)))
    });
    best.map(|hit| hit.rect)
}

pub(super) fn candidate<E>(
    members: &[&Located],
    sources: &[SourceFacts],
    views: &dyn Views,
    outline: &impl Fn(SourceId, &Region) -> Result<MultiPolygon, E>,
) -> Result<Candidate, E> {
    let mut by_source: BTreeMap<SourceId, Vec<&Hit>> = BTreeMap::new();
    for located in members {
        by_source
            .entry(located.source)
            .or_default()
            .push(&located.hit);
    }
    let place = members[0].print.at;
    let is_photo = |n: SourceId| views.position_error_m(n, place).is_some();
    let best_photo = best_view(members, &by_source, views)
        // An orthomosaic is surer than any photo.
        .filter(|_| by_source.keys().all(|n| is_photo(*n)));
    let outlines: Vec<MultiPolygon> = by_source
        .iter()
        .filter(|(n, _)| best_photo.map_or(!is_photo(**n), |best| best == **n))
        .map(|(source, hits)| outline(*source, &Region::from_rects(hits.iter().map(|h| h.rect))))
        .collect::<Result<_, _>>()?;
    let drawn = match outlines.as_slice() {
        [one] => one.clone(),
        several => union(several),
    };
    let (east, north) = best_photo.map_or((0.0, 0.0), |best| shift(members, best, views));
    let polygon = drawn.translate(east, north);
    let numbers: Vec<SourceId> = by_source.keys().copied().collect();
    let finest = |a: &&SourceId, b: &&SourceId| sources[a.0].gsd_cm.total_cmp(&sources[b.0].gsd_cm);
    let rasters = numbers.iter().filter(|n| !is_photo(**n));
    let best = best_photo.or_else(|| rasters.min_by(finest).copied());
    let best = best.unwrap_or(SourceId(0));
    let in_best = by_source.get(&best).into_iter().flatten().copied();
    let peak = peak(in_best).unwrap_or(members[0].hit.rect);
    let at = inside(&polygon).unwrap_or(place);
    let error_m = best_photo.and_then(|n| views.position_error_m(n, place));
    let in_photos = numbers.iter().any(|n| is_photo(*n));
    let ballots = ballots(&by_source, at, views);
    let all_photos = numbers.iter().all(|n| views.voter(*n).is_photo);
    let together = of_photos(&ballots).filter(|_| all_photos);
    let scores = || members.iter().map(|l| f64::from(l.hit.score));
    Ok(Candidate {
        id: String::new(),
        rank: 0,
        class: class(members),
        score_max: scores().fold(0.0, f64::max),
        score_mean: scores().sum::<f64>() / members.len() as f64,
        area_m2: area_m2(&polygon),
        hits: members.len(),
        best,
        peak,
        position_error_m: in_photos.then(|| error_m.unwrap_or(0.0)),
        votes: believed(&ballots).filter(|_| in_photos || ballots.len() > 1),
        agreement: together.map(|votes| votes.score_views),
        second: None,
        moved: None,
        captured: numbers
            .iter()
            .filter_map(|n| sources[n.0].captured)
            .reduce(Captured::with),
        at,
        sources: numbers,
        polygon,
        drawn,
    })
}

/// The class of the best hit; of those that score alike the first of the model's.
fn class(members: &[&Located]) -> u16 {
    let key = |hit: &Hit| (hit.score, std::cmp::Reverse(hit.class));
    let hits = members.iter().map(|located| &located.hit);
    let best = hits.max_by(|a, b| {
        let (a, b) = (key(a), key(b));
        a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
    });
    best.map_or(0, |hit| hit.class)
}

/// The source that shows a plot best: photos place it in slightly different places, so that the outline of one is its
/// shape, where the union would be a smear.
fn best_view(
    members: &[&Located],
    by_source: &BTreeMap<SourceId, Vec<&Hit>>,
    views: &dyn Views,
) -> Option<SourceId> {
    let most = by_source.values().map(Vec::len).max().unwrap_or(0);
    // A view whose edge cuts the plot off is worse than any that has all of it.
    let view = |n: SourceId| {
        let own = members.iter().find(|m| m.source == n);
        let at = own.map_or(members[0].print.at, |m| m.print.at);
        let is_cut = 2 * by_source[&n].len() <= most;
        (is_cut, views.view(n, at).unwrap_or(f64::INFINITY))
    };
    by_source.keys().copied().min_by(|a, b| {
        let (a, b) = (view(*a), view(*b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    })
}

/// What each source that shows a plot or searched its place says of it. Of a plot whose place is known to a hundred metres
/// nobody can say who else searched that.
fn ballots(
    by_source: &BTreeMap<SourceId, Vec<&Hit>>,
    at: LonLat,
    views: &dyn Views,
) -> Vec<Ballot> {
    let is_placed = by_source.keys().any(|n| views.voter(*n).is_placed);
    let searching = is_placed.then(|| views.searching(at));
    let searching: BTreeSet<SourceId> = searching.into_iter().flatten().collect();
    let score = |hits: &Vec<&Hit>| hits.iter().map(|h| f64::from(h.score)).fold(0.0, f64::max);
    let all: BTreeSet<SourceId> = searching.iter().chain(by_source.keys()).copied().collect();
    let ballot = |source: SourceId| Ballot {
        voter: views.voter(source),
        searched: searching.contains(&source),
        score: by_source.get(&source).map(score),
    };
    all.into_iter().map(ballot).collect()
}

/// Degrees of longitude and latitude from where the best view has a plot to where all its views together have it: the
/// mean of their places, each with the weight of its error. The stated error is not made smaller for it, since the
/// errors of one flight have much in common.
fn shift(members: &[&Located], best: SourceId, views: &dyn Views) -> (f64, f64) {
    let plane = LocalPlane::at(members[0].print.at);
    let mut by_source: BTreeMap<SourceId, Vec<PlanePoint>> = BTreeMap::new();
    for member in members {
        let corners = member.print.quad().map(|c| plane.to_plane(c));
        let mean = |v: fn(&PlanePoint) -> f64| corners.iter().map(v).sum::<f64>() / 4.0;
        let middle = PlanePoint {
            x: mean(|c| c.x),
            y: mean(|c| c.y),
        };
        by_source.entry(member.source).or_default().push(middle);
    }
    let most = by_source.values().map(Vec::len).max().unwrap_or(0);
    let centre = |of: &[PlanePoint]| {
        let n = of.len() as f64;
        PlanePoint {
            x: of.iter().map(|c| c.x).sum::<f64>() / n,
            y: of.iter().map(|c| c.y).sum::<f64>() / n,
        }
    };
    let (mut weights, mut x, mut y) = (0.0, 0.0, 0.0);
    // A photo that cuts the plot off at its edge has its middle elsewhere.
    for (source, cells) in by_source.iter().filter(|(_, c)| 2 * c.len() > most) {
        let at = centre(cells);
        let error = views.position_error_m(*source, plane.to_lonlat(at));
        let weight = error.map_or(0.0, |e| 1.0 / (e * e).max(1e-4));
        weights += weight;
        x += weight * at.x;
        y += weight * at.y;
    }
    let Some(own) = by_source.get(&best).filter(|_| weights > 0.0) else {
        return (0.0, 0.0);
    };
    let from = plane.to_lonlat(centre(own));
    let to = plane.to_lonlat(PlanePoint {
        x: x / weights,
        y: y / weights,
    });
    (to.lon - from.lon, to.lat - from.lat)
}

/// A point inside the largest part, rounded as it is written.
fn inside(polygon: &MultiPolygon) -> Option<LonLat> {
    let by_area = |a: &&Polygon, b: &&Polygon| a.unsigned_area().total_cmp(&b.unsigned_area());
    let largest = polygon.iter().max_by(by_area)?;
    // The centre of gravity where it lies inside: a point found along a line across lies off the middle of a ragged shape.
    let centre = largest.centroid().filter(|p| largest.contains(p));
    let point = centre.or_else(|| largest.interior_point())?;
    Some(LonLat::new(point.x(), point.y()).rounded())
}
