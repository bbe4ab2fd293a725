//! A scan in parts: planned once, scored in shards by any number of machines in any order and any number of times, and
//! merged into what one scan of all would have written, to the byte.
//!
//! A plan is a folder: `plan.json`, and `shards/` with the scores of each shard. Shards are runs of the tasks that are known
//! from the headers. Where a photo turns out to be of no use, what makes up for it is scored at the merge.

mod file;
mod order;
mod own;
mod partition;
mod plan;
mod run;

pub use plan::{plan_shards, planned_options};
pub use run::{ShardStatus, fill_shards, merge, run_shard, status};
