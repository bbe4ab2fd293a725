//! The run, in five stages: discover and plan, score, keep, find, write.

use super::error::ScanError;
use super::find::{FindRules, Found, Ranked, SearchedGround, Viewing, find, source_facts};
use super::plan::Search;
use super::progress::{Progress, Stage};
use super::request::Request;
use super::score::{Journal, Scored, score};
use super::summary::Summary;
use super::write::{self, Provenance};
use crate::schema::Reason;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// The score from which cells are kept, where the threshold is not lower still. What lies below says nothing.
pub const SCORE_FLOOR: f64 = 0.05;

/// Runs a scan. It can be stopped through `stop` at any moment, and goes on when it is run again. Where the results folder
/// holds scores of the same search, another threshold, radius or agreement of photos is found in them.
///
/// # Errors
/// See [`ScanError`].
pub fn scan(
    request: &Request,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Summary, ScanError> {
    Ok(run(request, None, progress, stop)?.0)
}

/// Runs a scan, and finds candidates at a second threshold too, or at the scan's own where that is lower.
///
/// # Errors
/// See [`ScanError`].
pub fn scan_and_find(
    request: &Request,
    second: f64,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<(Summary, Ranked), ScanError> {
    let (summary, also) = run(request, Some(second), progress, stop)?;
    Ok((summary, also.unwrap_or_default()))
}

fn run(
    request: &Request,
    second: Option<f64>,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<(Summary, Option<Ranked>), ScanError> {
    let started = Instant::now();
    let search = Search::prepare(request, progress)?;
    // Refuses a boundary elsewhere before anything is written.
    let works = search.first_works()?;
    let lowest = second.map_or(search.threshold, |second| second.min(search.threshold));
    let floors = (single(SCORE_FLOOR.min(lowest)), single(lowest));
    let (mut journal, before) = Journal::open(&request.out, &search.key, floors, request.restart)?;
    write::prepare(&request.out, request.restart)?;
    let scored = score(&search, works, (&mut journal, before), progress, stop)?;
    for work in &scored.works {
        work.imagery.check_unchanged()?;
    }
    journal.settle(&scored.scores)?;
    conclude(search, &scored, second, progress, started)
}

/// Scores are single precision.
#[expect(clippy::cast_possible_truncation, reason = "a share of one")]
fn single(score: f64) -> f32 {
    score as f32
}

/// Turns scores into candidates and coverage, and writes the files.
fn conclude(
    mut search: Search<'_>,
    scored: &Scored,
    second: Option<f64>,
    progress: &dyn Progress,
    started: Instant,
) -> Result<(Summary, Option<Ranked>), ScanError> {
    let request = search.request;
    let ground = SearchedGround::new(&search, scored)?;
    for error in &ground.useless {
        progress.notice(error);
    }
    if ground.coverage.searched.0.is_empty() {
        return Err(match ground.useless.as_slice() {
            [] => ScanError::NoData {
                sources: search.sources.names,
            },
            _ => ScanError::NoSource(ground.useless),
        });
    }
    let outside = search.photos_outside()?;
    let viewing = Viewing::new(&search.sources, &scored.works, &scored.scores, outside);
    let at = |threshold| {
        let rules = FindRules::of(request, threshold);
        find(&search, scored, &ground, &viewing, rules)
    };
    let Found { scan_id, ranked } = at(search.threshold)?;
    let also = second.map(|second| Ok::<_, ScanError>(at(second.min(search.threshold))?.ranked));
    let also = also.transpose()?;
    progress.stage(Stage::Writing {
        candidates: ranked.candidates.len(),
    });
    let unreadable = ground.coverage.not_searched.iter();
    let unreadable = unreadable.filter(|n| n.0 == Reason::Unreadable);
    let (photos, skipped, remarks) = (
        (viewing.photos_searched(), search.sources.flights),
        viewing.skipped(),
        viewing.remarks(),
    );
    let mut refused = std::mem::take(&mut search.sources.refused);
    refused.extend(ground.useless);
    let summary = Summary {
        scan_id,
        candidates: ranked.candidates,
        doubted: ranked.doubted,
        unreadable_m2: unreadable.map(|n| n.2).sum(),
        coverage: ground.coverage,
        sources: source_facts(&search),
        grounds: ground.areas,
        refused,
        photos,
        photos_gsd_cm: search.sources.photos_gsd_cm(),
        skipped,
        ignored: search.sources.ignored,
        remarks,
        tiles: (scored.tiles.total, scored.tiles.before),
        seconds: started.elapsed().as_secs_f64(),
        engine: search.model.engine(),
        threshold: search.threshold,
        out: request.out.clone(),
    };
    let provenance = Provenance {
        request,
        model: &search.model,
        key: &search.key,
        sources: &search.sources.all,
    };
    write::write(&summary, &provenance)?;
    Ok((summary, also))
}
