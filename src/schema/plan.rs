//! `plan.json` and the ends of a shard's file: how a scan is parted among machines.
//!
//! A plan holds nothing of the moment or the machine: the same imagery, model and options give the same bytes, and the
//! SHA-256 of the file is the plan's name.

use super::{LearntRecord, ScoresKey};
use serde::{Deserialize, Serialize};

/// The format of a plan.
pub const PLAN_FORMAT: &str = "papaver.plan/1";
/// The format of a shard's file.
pub const SHARD_FORMAT: &str = "papaver.shard/1";

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanRecord {
    /// `papaver.plan/1`.
    pub format: String,
    /// The version of the program that made it; no other scores its shards.
    pub program: String,
    /// The scan's options, as `scan` takes them; paths are absolute.
    pub options: serde_json::Value,
    /// What the scores are bound to: model, options, sources with their fingerprints.
    pub key: ScoresKey,
    /// SHA-256 of the file beside the plan that keeps what the headers of its photos say, in hexadecimal digits; its first 16 are in
    /// the file's name, `photos-….jsonl`. A shard opens only its own photos by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photos: Option<String>,
    /// What the merge puts candidates in order by beside their scores, where there is any. Plans of earlier versions never say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranking: Option<PlannedRanking>,
    /// The shards, in the order of their numbers, which begin at 0.
    pub shards: Vec<ShardRecord>,
}

/// What the merge of a plan puts candidates in order by beside their scores.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedRanking {
    /// SHA-256 of the second model, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<String>,
    /// What was learnt from verdicts. The plan keeps it: what is learnt later changes nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learnt: Option<PlannedLearnt>,
}

/// What had been learnt from verdicts when a plan was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedLearnt {
    /// SHA-256 of its file, in hexadecimal digits; out of a registry, of what would be its file.
    pub sha256: String,
    /// What it is.
    pub head: LearntRecord,
}

/// A shard of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShardRecord {
    /// Its tasks.
    pub tasks: Vec<TaskRange>,
    /// Tiles in it.
    pub tiles: u64,
    /// Pixels of the imagery in it that hold data, as far as the files tell without being decoded.
    pub valid_pixels: u64,
}

/// Tasks that follow one another: the number of the work, that of the first task, and that after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TaskRange(pub usize, pub usize, pub usize);

/// The first line of a shard's file. The lines of `scores.jsonl` follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShardHead {
    /// `papaver.shard/1`.
    pub format: String,
    /// SHA-256 of the plan, in hexadecimal digits.
    pub plan: String,
    /// The shard's number.
    pub shard: usize,
}

/// The last line of a shard's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShardEnd {
    /// SHA-256 of everything before this line, in hexadecimal digits.
    pub sha256: String,
    /// Whether imagery of it could not be read. Where it could, nothing is said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
}
