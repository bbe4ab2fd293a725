//! Finding: from scores to candidates and coverage, at a threshold, a radius and an agreement of photos. It scores nothing
//! and can be done again and again.

mod association;
mod candidate;
mod coverage;
mod ground;
mod ranked;
mod seams;
mod searched_raster;
mod second_look;
mod viewing;
mod votes;

pub use candidate::{Candidate, SourceFacts, peak};
pub use coverage::{ScanCoverage, SourceAreas};
pub use ground::SearchedGround;
pub use ranked::{RankedCandidates, rank};
pub use second_look::{LOOKS, Moved, SecondLook, VerifierVerdict, log_odds, probability};
pub use viewing::Viewing;
pub use votes::Votes;

use super::error::ScanError;
use super::ids::{SourceId, WorkId, scan_id};
use super::model::{Hit, Output};
use super::plan::{Located, Locator, Search, Work, numbered};
use super::request::ScanRequest;
use super::score::Scored;
use crate::ground::Region;
use geo::MultiPolygon;

/// When hits are a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FindRules {
    /// The score from which a cell is a hit.
    pub threshold: f64,
    /// Metres within which hits are one plot.
    pub radius_m: f64,
    /// Keep what was found in any photo, whatever the others that searched its place say.
    pub any_view: bool,
}

impl FindRules {
    /// What a request asks for, at a threshold.
    pub fn of(request: &ScanRequest, threshold: f64) -> Self {
        Self {
            threshold,
            radius_m: request.site_radius_m,
            any_view: request.photos.any_view,
        }
    }

    /// The threshold as scores are compared with it.
    pub(crate) fn least_score(&self) -> f32 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "scores are single precision"
        )]
        let least = self.threshold as f32;
        least
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The scan's id under these rules.
    pub scan_id: String,
    /// The candidates, and how many places were left out.
    pub ranked: RankedCandidates,
}

/// Finds the candidates. The same scores and rules give the same candidates.
///
/// # Errors
/// Those of coordinate systems.
pub fn find(
    search: &Search<'_>,
    scored: &Scored,
    ground: &SearchedGround,
    viewing: &Viewing<'_>,
    rules: FindRules,
) -> Result<Found, ScanError> {
    let works = &scored.works;
    let locators: Vec<Locator<'_>> = works.iter().map(Work::locator).collect::<Result<_, _>>()?;
    let hits = located(search, scored, ground, &locators, rules.least_score())?;
    let outline = |source: SourceId, region: &Region| {
        let of_source = works.iter().position(|w| w.source == source);
        of_source.map_or(Ok(MultiPolygon::new(vec![])), |work| {
            locators[work].model_outline(region)
        })
    };
    let id = scan_id(&format!(
        "{} {} {:?}{}",
        search.key.identity(rules.threshold),
        rules.radius_m,
        search.request.captured,
        search.listing.identity()
    ));
    let rules = ranked::Rules {
        radius_m: rules.radius_m,
        agreement: (!rules.any_view).then(|| rules.least_score()),
    };
    let facts = source_facts(search);
    Ok(Found {
        ranked: ranked::candidates(&id, &hits, &facts, rules, viewing, outline)?,
        scan_id: id,
    })
}

/// The hits at or above a score, in order, less those on ground that turned out to be a collar, and those beyond the
/// boundary.
fn located(
    search: &Search<'_>,
    scored: &Scored,
    ground: &SearchedGround,
    locators: &[Locator<'_>],
    least: f32,
) -> Result<Vec<Located>, ScanError> {
    let count = |(id, _): (WorkId, &Work)| -> usize {
        let hits = scored.scores.tasks_of(id).flat_map(|(_, hits)| hits);
        hits.filter(|hit| hit.score >= least).count()
    };
    let most = numbered(&scored.works).map(count).sum();
    let mut located = Vec::with_capacity(most);
    for (id, work) in numbered(&scored.works) {
        let lost = &ground.lost[id.0];
        for hit in hits(search, scored, (id, work), least) {
            if lost.covers(work.plan.level_rect(hit.rect, work.size())) {
                continue;
            }
            let quad = locators[id.0].quad(hit.rect)?;
            if search.boundary.as_ref().is_none_or(|b| b.meets(&quad)) {
                located.push(Located {
                    source: work.source,
                    hit,
                    print: quad.into(),
                });
            }
        }
    }
    Ok(located)
}

/// The hits at or above a score of a work; of a detector's boxes, those of one thing as one.
fn hits<'a>(
    search: &Search<'_>,
    scored: &'a Scored,
    (id, work): (WorkId, &Work),
    least: f32,
) -> Box<dyn Iterator<Item = Hit> + 'a> {
    let tasks = scored.scores.tasks_of(id);
    if let Output::Boxes(layout) = search.model.contract().output {
        return Box::new(seams::united(&work.plan, tasks, least, layout.same).into_iter());
    }
    let all = tasks.flat_map(|(_, hits)| hits).copied();
    Box::new(all.filter(move |hit| hit.score >= least))
}

/// What candidates need to know of the sources.
pub(crate) fn source_facts(search: &Search<'_>) -> Vec<SourceFacts> {
    let one = |(source, name): (&crate::imagery::Source, &String)| SourceFacts {
        name: name.clone(),
        gsd_cm: source.typical_gsd_cm(),
        captured: search.request.captured.or_else(|| source.captured()),
        tagged: source.captured(),
        made: source.made(),
    };
    let sources = &search.sources;
    sources.all.iter().zip(&sources.names).map(one).collect()
}
