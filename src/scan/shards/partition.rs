//! Tasks parted into shards of about the same weight.

use crate::schema::{ShardRecord, TaskRange};

/// What a task weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// Its tiles.
    pub tiles: u64,
    /// Pixels that hold data.
    pub valid_pixels: u64,
}

/// A task that is never parted from the one before it: they need the same pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed {
    /// The number of its work.
    pub work: usize,
    /// Its number there.
    pub task: usize,
    /// What it weighs.
    pub weight: Weight,
    /// Whether it stays with the one before it.
    pub is_bound: bool,
}

/// Parts tasks, in their order, into so many shards that weigh about the same; fewer where there are fewer tasks.
pub fn partition(tasks: &[Weighed], shards: usize) -> Vec<ShardRecord> {
    // Ground without data costs next to nothing, but is not free.
    let cost = |task: &Weighed| task.weight.valid_pixels + task.weight.tiles;
    let total: u64 = tasks.iter().map(cost).sum();
    let mut parts: Vec<ShardRecord> = Vec::new();
    let mut before = 0;
    let mut open = 0;
    for task in tasks {
        let number = u64::try_from(shards.max(1)).unwrap_or(u64::MAX);
        // The shard in which the middle of the task falls.
        let middle = before + cost(task) / 2;
        let shard = (middle * number).checked_div(total).unwrap_or(0);
        if parts.is_empty() || (shard > open && !task.is_bound) {
            parts.push(ShardRecord {
                tasks: Vec::new(),
                tiles: 0,
                valid_pixels: 0,
            });
            open = shard;
        }
        before += cost(task);
        if let Some(part) = parts.last_mut() {
            add(part, task);
        }
    }
    parts
}

fn add(part: &mut ShardRecord, task: &Weighed) {
    part.tiles += task.weight.tiles;
    part.valid_pixels += task.weight.valid_pixels;
    let range = TaskRange(task.work, task.task, task.task + 1);
    match part.tasks.last_mut() {
        Some(TaskRange(work, _, after)) if (*work, *after) == (task.work, task.task) => *after += 1,
        _ => part.tasks.push(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_task_is_in_one_shard_and_none_weighs_much_more_than_its_part(
            works in proptest::collection::vec((1..60_usize, 1..2_000_u64, any::<bool>()), 1..8), shards in 1..12_usize,
        ) {
            let mut tasks = Vec::new();
            for (work, (count, pixels, is_photo)) in works.iter().enumerate() {
                for task in 0..*count {
                    let weight = Weight { tiles: 1, valid_pixels: *pixels };
                    tasks.push(Weighed { work, task, weight, is_bound: *is_photo && task > 0 });
                }
            }
            let parts = partition(&tasks, shards);
            prop_assert!(parts.len() <= shards);
            let all: Vec<(usize, usize)> = parts
                .iter()
                .flat_map(|p| &p.tasks)
                .flat_map(|TaskRange(work, first, after)| (*first..*after).map(move |task| (*work, task)))
                .collect();
            let expected: Vec<(usize, usize)> = tasks.iter().map(|t| (t.work, t.task)).collect();
            prop_assert_eq!(all, expected);
            let cost = |t: &Weighed| t.weight.valid_pixels + t.weight.tiles;
            let total: u64 = tasks.iter().map(cost).sum();
            // What cannot be parted may be in it beside its part.
            let largest = works.iter().map(|(n, p, photo)| if *photo { *n as u64 * (p + 1) } else { p + 1 }).max();
            for part in &parts {
                let weight = part.valid_pixels + part.tiles;
                prop_assert!(weight <= total / shards as u64 + 2 * largest.unwrap_or(0) + 1);
            }
        }
    }
}
