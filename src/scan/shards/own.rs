//! What a shard may say: of its own tasks, all of them and no others, and of the ground that these need, each where it can lie.
//! A machine that lies, lies about its own part alone.

use crate::ground::{Rect, Region};
use crate::imagery::PATTERNS_AT_ONCE;
use crate::scan::ids::{TaskId, WorkId};
use crate::scan::model::Hit;
use crate::scan::plan::{Task, Work};
use crate::scan::score_store::{ChunkReport, ScoreStore};
use crate::schema::{ShardRecord, TaskRange};
use std::collections::BTreeSet;

/// Sums of single precision may come so much above one.
const MOST: f32 = 1.001;

/// Whether the shards of a plan are the tasks of the works, each in one.
pub(crate) fn part_all(shards: &[ShardRecord], works: &[Work]) -> bool {
    let mut ranges: Vec<TaskRange> = shards.iter().flat_map(|s| &s.tasks).copied().collect();
    ranges.sort_unstable_by_key(|TaskRange(work, first, _)| (*work, *first));
    let mut next = (0, 0);
    for TaskRange(work, first, after) in ranges {
        let count = works.get(work).map_or(0, |work| work.plan.tasks.len());
        if (work, first) != next || after <= first || after > count {
            return false;
        }
        next = if after == count {
            (work + 1, 0)
        } else {
            (work, after)
        };
    }
    next == (works.len(), 0)
}

/// Whether scores are those of these tasks, which the works have.
pub fn are_of(scores: &ScoreStore, works: &[Work], tasks: &[TaskRange], floor: f32) -> bool {
    let mut own = BTreeSet::new();
    let mut ground = BTreeSet::new();
    for TaskRange(work, first, after) in tasks {
        let planned = &works[*work].plan.tasks;
        for (task, plan) in planned.iter().enumerate().take(*after).skip(*first) {
            own.insert((WorkId(*work), TaskId(task)));
            ground.extend(plan.chunks.iter().map(|chunk| (*work, *chunk)));
        }
    }
    let of_task = |((work, task), hits): ((WorkId, TaskId), &[Hit])| {
        own.contains(&(work, task))
            && (hits.iter()).all(|hit| can_be(hit, &works[work.0].plan.tasks[task.0], floor))
    };
    let of_chunk = |(work, chunk, report): (WorkId, usize, &ChunkReport)| {
        ground.contains(&(work.0, chunk)) && lies_in(report, works[work.0].plan.chunks[chunk])
    };
    let (mut tasks, mut chunks) = (0, 0);
    scores.tasks().all(|task| {
        tasks += 1;
        of_task(task)
    }) && scores.chunks().all(|(work, chunk, report)| {
        chunks += 1;
        of_chunk((work, chunk.0, report))
    }) && (tasks, chunks) == (own.len(), ground.len())
}

/// Whether a task can have this hit.
fn can_be(hit: &Hit, task: &Task, floor: f32) -> bool {
    let Rect { x0, y0, x1, y1 } = hit.rect;
    let is_within = |core: &Rect| core.x0 <= x0 && core.y0 <= y0 && x1 <= core.x1 && y1 <= core.y1;
    x0 < x1
        && y0 < y1
        && (floor..=MOST).contains(&hit.score)
        && (task.tiles.iter().enumerate())
            .any(|(i, tile)| hit.may_be_of(i) && is_within(&tile.core))
}

/// Whether what is said of the ground of a chunk lies in it.
fn lies_in(report: &ChunkReport, chunk: Rect) -> bool {
    let is_within = |region: &Region| region.difference(&Region::from_rects([chunk])).is_empty();
    [&report.no_data, &report.unreadable, &report.blank]
        .into_iter()
        .all(is_within)
        && report.patterns.len() <= PATTERNS_AT_ONCE
}
