//! Scoring a shard, and merging what was scored.

use super::error::ShardError;
use super::file::{path_of, read, write};
use super::plan::Plan;
use crate::scan::error::ScanError;
use crate::scan::ids::{TaskId, WorkId};
use crate::scan::plan::Search;
use crate::scan::progress::Progress;
use crate::scan::request::Request;
use crate::scan::run::{RankingInputs, RunScope, go_on};
use crate::scan::score::{Journal, Own, PixelListener, ScoreStore, score};
use crate::scan::summary::Summary;
use crate::schema::TaskRange;
use rayon::prelude::*;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Nobody waits for pixels: pictures are cut at the merge.
struct Unheard;

impl PixelListener for Unheard {}

fn holds(ranges: &[TaskRange], work: WorkId, task: TaskId) -> bool {
    ranges
        .iter()
        .any(|TaskRange(of, first, after)| *of == work.0 && (*first..*after).contains(&task.0))
}

/// Scores a shard of the plan in a folder. A shard that is done already stays as it is. Returns its tiles, and whether it
/// was done now.
///
/// # Errors
/// See [`ScanError`]. What a run that was stopped or killed had scored is lost; others are not concerned.
pub fn run_shard(
    request: &Request,
    (folder, shard): (&Path, usize),
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<(u64, bool), ScanError> {
    let plan = Plan::read(folder)?;
    let tasks = plan.tasks(shard)?;
    let tiles = plan.record.shards[shard].tiles;
    let (path, head) = (path_of(folder, shard), plan.head(shard));
    let search = Search::prepare(request, progress)?;
    plan.check(&search.key)?;
    let bound = (&search.key, plan.record.key.floor);
    if read(&path, &head, bound)?.is_some() {
        return Ok((tiles, false));
    }
    let scratch = tempfile::tempdir().map_err(|source| ShardError::Io {
        path: std::env::temp_dir(),
        source,
    })?;
    let floors = (plan.record.key.floor, plan.record.key.floor);
    let (mut journal, nothing) = Journal::open(scratch.path(), &search.key, floors, false)?;
    let own: Own<'_> = &|work, task| holds(tasks, work, task);
    let works = search.first_works()?;
    let kept = (&mut journal, nothing);
    let scored = score(&search, works, kept, &Unheard, Some(own), progress, stop)?;
    scored.check_unchanged()?;
    write(&path, &head, bound, &scored.scores)?;
    Ok((tiles, true))
}

/// How far the shards of a plan are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardStatus {
    /// How many there are.
    pub shards: usize,
    /// The numbers of those that have not been run.
    pub missing: Vec<usize>,
    /// Tiles in all, and in those that have been run.
    pub tiles: (u64, u64),
}

/// How far the shards of the plan in a folder are. Their files are not read.
///
/// # Errors
/// Those of reading the plan.
pub fn status(folder: &Path) -> Result<ShardStatus, ShardError> {
    let plan = Plan::read(folder)?;
    let shards = &plan.record.shards;
    let is_there = |shard: &usize| path_of(folder, *shard).is_file();
    let missing: Vec<usize> = (0..shards.len()).filter(|s| !is_there(s)).collect();
    let all = shards.iter().map(|s| s.tiles).sum();
    let left: u64 = missing.iter().map(|s| shards[*s].tiles).sum();
    Ok(ShardStatus {
        shards: shards.len(),
        missing,
        tiles: (all, all - left),
    })
}

/// Merges the shards of the plan in a folder into the results that one scan would have written. With `partial` the ground of
/// shards that have not been run is mapped as not searched; without, a missing one ends it.
///
/// # Errors
/// [`ShardError`] names what is missing, damaged or of another plan; else see [`ScanError`].
pub fn merge(
    request: &Request,
    folder: &Path,
    partial: bool,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Summary, ScanError> {
    let started = Instant::now();
    let plan = Plan::read(folder)?;
    let mut search = Search::prepare(request, progress)?;
    plan.check(&search.key)?;
    let works = search.first_works()?;
    let ranking = RankingInputs::of(&search)?;
    let floor = plan.record.key.floor;
    let (scores, missing) = gathered(&plan, &search, floor)?;
    if !missing.is_empty() && !partial {
        return Err(ShardError::Missing { shards: missing }.into());
    }
    let floors = (floor, floor);
    let (mut journal, mut before) =
        Journal::open(&request.out, &search.key, floors, request.restart)?;
    crate::scan::write::prepare(&request.out, request.restart)?;
    before.merge(scores);
    journal.expect_others();
    let nothing: Own<'_> = &|_, _| false;
    let kept = RunScope {
        started,
        works,
        ranking,
        scores: before,
        own: (!missing.is_empty()).then_some(nothing),
    };
    let (summary, _) = go_on(&mut search, (&mut journal, kept), None, progress, stop)?;
    Ok(Summary {
        not_run: missing,
        ..summary
    })
}

/// The scores of all shards that have been run, and the numbers of the others.
fn gathered(
    plan: &Plan,
    search: &Search<'_>,
    floor: f32,
) -> Result<(ScoreStore, Vec<usize>), ShardError> {
    let numbers = 0..plan.record.shards.len();
    let read_one = |shard: usize| {
        let path = path_of(&plan.folder, shard);
        read(&path, &plan.head(shard), (&search.key, floor)).map(|scores| (shard, scores))
    };
    let each: Vec<(usize, Option<ScoreStore>)> = numbers
        .into_par_iter()
        .map(read_one)
        .collect::<Result<_, _>>()?;
    let (mut all, mut missing) = (ScoreStore::default(), Vec::new());
    for (shard, scores) in each {
        match scores {
            Some(scores) => all.merge(scores),
            None => missing.push(shard),
        }
    }
    Ok((all, missing))
}
