//! Scoring a shard, and merging what was scored.

use super::file::{FOLDER, file_name, is_unread, read, write};
use super::plan::ShardPlan;
use crate::files::{Existing, Shelf};
use crate::scan::error::{ScanError, ShardError};
use crate::scan::ids::{ChunkId, TaskId, WorkId};
use crate::scan::model::Device;
use crate::scan::plan::{Search, Work};
use crate::scan::progress::Progress;
use crate::scan::request::ScanRequest;
use crate::scan::run::{RankingInputs, RunScope, go_on};
use crate::scan::score::{Journal, OwnTasks, PixelListener, Scored, ScoringTask, score};
use crate::scan::score_store::{ChunkReport, ScoreStore};
use crate::scan::summary::Summary;
use crate::schema::{CellRecord, CellsRecord, CornersRecord, ScoreLine, TaskRange};
use rayon::prelude::*;
use std::io;
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

/// Scores a shard of the plan in a folder. A shard that is done already stays as it is, unless the request says that it begins anew.
/// Of imagery that could not be read a notice is given. Returns its tiles, and whether it was done now.
///
/// # Errors
/// See [`ScanError`]; [`ShardError::Stopped`]. What a run that was stopped or killed had scored is lost; others are not concerned.
pub fn run_shard(
    request: &ScanRequest,
    (folder, shard): (&Path, usize),
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<(u64, bool), ScanError> {
    let plan = ShardPlan::read(folder)?;
    let tasks = plan.tasks(shard)?;
    let tiles = plan.record.shards[shard].tiles;
    let head = plan.head(shard);
    let (search, works) = prepared(&plan, tasks, request, progress)?;
    let bound = (&search.key, plan.floor());
    // Whether what is there already was not read whole.
    let there = |works: &[Work]| {
        let scores = read(&plan.shelf, &head, bound, (works, tasks))?;
        Ok::<Option<bool>, ShardError>(scores.map(|scores| scores.is_unread()))
    };
    let tell = |unread: bool| tell_unread(folder, &[shard][..usize::from(unread)], progress);
    if !request.restart
        && let Some(unread) = there(&works)?
    {
        tell(unread);
        return Ok((tiles, false));
    }
    let stopped = |error| match error {
        ScanError::Interrupted { .. } => ScanError::Shard(ShardError::Stopped {
            folder: folder.into(),
            shard,
        }),
        other => other,
    };
    let scored = scored((&search, works), plan.floor(), tasks, (progress, stop));
    let scored = scored.map_err(stopped)?;
    let existing = Existing::replaced_if(request.restart);
    let is_new = write(&plan.shelf, (&head, existing), bound, &scored.scores)?;
    // Where another worker was quicker, what it wrote is what counts.
    let unread = if is_new {
        Some(scored.scores.is_unread())
    } else {
        there(&scored.works)?
    };
    if let Some(unread) = unread {
        tell(unread);
        return Ok((tiles, is_new));
    }
    Err(ShardError::Missing {
        folder: folder.into(),
        shards: vec![shard],
    }
    .into())
}

/// Scores some tasks of a search, apart from all other work, and sees that their imagery is still what it was.
fn scored(
    (search, works): (&Search<'_>, Vec<Work>),
    floor: f32,
    tasks: &[TaskRange],
    watched: (&dyn Progress, &AtomicBool),
) -> Result<Scored, ScanError> {
    let scratch = tempfile::tempdir().map_err(|source| ShardError::Io {
        path: std::env::temp_dir(),
        source,
    })?;
    let (mut journal, nothing) = Journal::open(scratch.path(), &search.key, (floor, floor), false)?;
    let own: OwnTasks<'_> = &|work, task| holds(tasks, work, task);
    let task = ScoringTask {
        works,
        scores: nothing,
        own: Some(own),
    };
    let scored = score(search, task, &mut journal, &Unheard, watched)?;
    scored.check_unchanged(|work| tasks.iter().any(|TaskRange(of, ..)| *of == work.0))?;
    Ok(scored)
}

/// Tells of shards whose imagery could not be read whole.
fn tell_unread(folder: &Path, shards: &[usize], progress: &dyn Progress) {
    if !shards.is_empty() {
        progress.notice(&ShardError::Unread {
            folder: folder.into(),
            shards: shards.into(),
        });
    }
}

/// The search of a plan for who has some tasks of it: of photos whose headers the plan keeps, only those of the tasks are opened.
fn prepared<'a>(
    plan: &ShardPlan,
    tasks: &[TaskRange],
    request: &'a ScanRequest,
    progress: &dyn Progress,
) -> Result<(Search<'a>, Vec<Work>), ScanError> {
    let known = plan.photos()?;
    let mut search = Search::prepare_knowing(known.as_ref(), request, progress)?;
    let mut works = search.first_works()?;
    if let Some(known) = &known {
        let own = tasks
            .iter()
            .filter_map(|TaskRange(work, ..)| works.get(*work));
        // Where one is not what was planned, all are opened, to say which.
        if !search.holds(known, own)? {
            search = Search::prepare(request, progress)?;
            works = search.first_works()?;
        }
    }
    plan.check(&search, &works)?;
    Ok((search, works))
}

/// Keeps made-up scores as those of every shard of the plan in a folder: in each tile the cells that `cells` names for what it
/// stands for, on ground with data everywhere. Returns how many shards there are.
///
/// # Errors
/// See [`ScanError`].
pub fn fill_shards(
    request: &ScanRequest,
    folder: &Path,
    progress: &dyn Progress,
    cells: impl Fn(CornersRecord) -> Vec<CellRecord> + Sync,
) -> Result<usize, ScanError> {
    let plan = ShardPlan::read(folder)?;
    let search = Search::prepare(request, progress)?;
    let works = search.first_works()?;
    plan.check(&search, &works)?;
    let bound = (&search.key, plan.floor());
    let fill = |shard: usize| -> Result<(), ScanError> {
        let mut scores = ScoreStore::default();
        for TaskRange(work, first, after) in plan.tasks(shard)? {
            let tasks = &works[*work].plan.tasks;
            for (task, planned) in tasks.iter().enumerate().take(*after).skip(*first) {
                let cores = planned.tiles.iter().map(|tile| tile.core);
                let cells = cores.flat_map(|core| cells([core.x0, core.y0, core.x1, core.y1]));
                scores.take(ScoreLine::Cells(CellsRecord {
                    work: *work,
                    task,
                    cells: cells.collect(),
                }));
                for chunk in &planned.chunks {
                    scores.keep_chunk(WorkId(*work), ChunkId(*chunk), ChunkReport::default());
                }
            }
        }
        let head = plan.head(shard);
        write(&plan.shelf, (&head, Existing::Replaced), bound, &scores)?;
        Ok(())
    };
    let shards = plan.record.shards.len();
    (0..shards).into_par_iter().try_for_each(fill)?;
    Ok(shards)
}

/// How far the shards of a plan are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardStatus {
    /// How many there are.
    pub shards: usize,
    /// The numbers of those that have not been run.
    pub missing: Vec<usize>,
    /// The numbers of those that have been run and could not read all of their imagery.
    pub unread: Vec<usize>,
    /// Tiles in all, and in those that have been run.
    pub tiles: (u64, u64),
}

/// How far the shards of the plan in a folder are. Of their files the ends alone are read.
///
/// # Errors
/// Those of reading the plan.
pub fn status(folder: &Path) -> Result<ShardStatus, ShardError> {
    let plan = ShardPlan::read(folder)?;
    let shards = &plan.record.shards;
    let there = plan.shelf.names(FOLDER).map_err(|source| ShardError::Io {
        path: plan.shelf.path_of(FOLDER),
        source,
    })?;
    let missing: Vec<usize> = (0..shards.len())
        .filter(|shard| !there.contains(&file_name(*shard)))
        .collect();
    let done = (0..shards.len()).filter(|shard| missing.binary_search(shard).is_err());
    let done: Vec<usize> = done.collect();
    let ends = |shard: usize| Ok((shard, is_unread(&plan.shelf, shard)?));
    let ends: Result<Vec<(usize, bool)>, ShardError> =
        readers(&plan.shelf)?.install(|| done.into_par_iter().map(ends).collect());
    let unread = ends?.into_iter().filter(|(_, unread)| *unread);
    let sum = |all: u64, tiles: u64| all.saturating_add(tiles);
    let all = shards.iter().map(|s| s.tiles).fold(0, sum);
    let left = missing.iter().map(|s| shards[*s].tiles).fold(0, sum);
    Ok(ShardStatus {
        shards: shards.len(),
        missing,
        unread: unread.map(|(shard, _)| shard).collect(),
        tiles: (all, all - left),
    })
}

/// Merges the shards of the plan in a folder into the results that one scan would have written. With `partial` the ground of
/// shards that have not been run is mapped as not searched; without, a missing one ends it. What a merge has to score itself,
/// it scores on the processor, whatever device the shards ran on.
///
/// # Errors
/// [`ShardError`] names what is missing, damaged or of another plan; else see [`ScanError`].
pub fn merge(
    request: &ScanRequest,
    folder: &Path,
    partial: bool,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Summary, ScanError> {
    let started = Instant::now();
    let plan = ShardPlan::read(folder)?;
    let mut search = Search::prepare_on(Device::Cpu, request, progress)?;
    search.in_shards = true;
    let works = search.first_works()?;
    plan.check(&search, &works)?;
    let ranking = RankingInputs::of(&search)?;
    plan.check_ranking(&ranking)?;
    let floor = plan.floor();
    let gathered = gathered(&plan, &search, &works)?;
    let missing = gathered.missing;
    let none_searched = |missing: &[usize]| ShardError::NoneSearched {
        folder: folder.into(),
        missing: missing.into(),
        shards: plan.record.shards.len(),
    };
    if missing.len() == plan.record.shards.len() {
        return Err(none_searched(&missing).into());
    }
    if !missing.is_empty() && !partial {
        let (folder, shards) = (folder.into(), missing);
        return Err(ShardError::Missing { folder, shards }.into());
    }
    let floors = (floor, floor);
    let (mut journal, mut before) =
        Journal::open(&request.out, &search.key, floors, request.restart)?;
    crate::scan::write::prepare(&request.out, request.restart)?;
    before.merge(gathered.scores);
    journal.expect_others();
    let nothing: OwnTasks<'_> = &|_, _| false;
    let kept = RunScope {
        started,
        works,
        ranking,
        scores: before,
        own: (!missing.is_empty()).then_some(nothing),
    };
    let (summary, _) = match go_on(&mut search, (&mut journal, kept), None, progress, stop) {
        // Of what has not been run, nobody knows whether it holds data.
        Err(ScanError::NoData { .. }) if !missing.is_empty() => {
            return Err(none_searched(&missing).into());
        }
        ended => ended?,
    };
    tell_unread(folder, &gathered.unread, progress);
    Ok(Summary {
        not_run: missing,
        ..summary
    })
}

/// What the shards of a plan have come to.
#[derive(Default)]
struct GatheredScores {
    /// The scores of all that have been run.
    scores: ScoreStore,
    /// The numbers of the others.
    missing: Vec<usize>,
    /// The numbers of those that could not read all of their imagery.
    unread: Vec<usize>,
}

/// As many threads as files of a shelf are best read at a time.
fn readers(shelf: &Shelf) -> Result<rayon::ThreadPool, ShardError> {
    let readers = rayon::ThreadPoolBuilder::new().num_threads(shelf.at_once());
    readers.build().map_err(|e| ShardError::Io {
        path: shelf.path_of(FOLDER),
        source: io::Error::other(e),
    })
}

/// What the shards of a plan have come to, read and checked.
fn gathered(
    plan: &ShardPlan,
    search: &Search<'_>,
    works: &[Work],
) -> Result<GatheredScores, ShardError> {
    let bound = (&search.key, plan.floor());
    let read_one = |shard: usize| {
        let own = (works, plan.tasks(shard)?);
        let scores = read(&plan.shelf, &plan.head(shard), bound, own)?;
        Ok((shard, scores))
    };
    let numbers = 0..plan.record.shards.len();
    let each: Result<Vec<(usize, Option<ScoreStore>)>, ShardError> =
        readers(&plan.shelf)?.install(|| numbers.into_par_iter().map(read_one).collect());
    let mut all = GatheredScores::default();
    for (shard, scores) in each? {
        let Some(scores) = scores else {
            all.missing.push(shard);
            continue;
        };
        if scores.is_unread() {
            all.unread.push(shard);
        }
        all.scores.merge_shard(scores);
    }
    Ok(all)
}
