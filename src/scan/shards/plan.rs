//! Making a plan, and reading it.

use super::error::ShardError;
use super::partition::{Weighed, Weight, partition};
use crate::files::{self, Existing};
use crate::scan::error::ScanError;
use crate::scan::plan::{Search, Work, numbered};
use crate::scan::progress::Progress;
use crate::scan::request::Request;
use crate::scan::run::floor_of;
use crate::scan::score::RunKey;
use crate::schema::{
    PLAN_FORMAT, PlanRecord, SHARD_FORMAT, ScoreLine, ScoresKey, ShardHead, TaskRange,
};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};

/// The file of a plan, in its folder.
const FILE: &str = "plan.json";

/// A plan with its name.
#[derive(Debug)]
pub struct Plan {
    /// Its folder.
    pub folder: PathBuf,
    /// SHA-256 of its file.
    pub id: String,
    /// What it says.
    pub record: PlanRecord,
}

impl Plan {
    /// Reads the plan in a folder.
    ///
    /// # Errors
    /// [`ShardError::Io`], [`ShardError::NotAPlan`], [`ShardError::OtherProgram`].
    pub fn read(folder: &Path) -> Result<Self, ShardError> {
        let path = folder.join(FILE);
        let bytes = files::read(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => ShardError::NoPlan {
                folder: folder.into(),
            },
            _ => ShardError::Io {
                path: path.clone(),
                source,
            },
        })?;
        let no_plan = |why: String| ShardError::NotAPlan {
            path: path.clone(),
            why,
        };
        let record: PlanRecord =
            serde_json::from_slice(&bytes).map_err(|e| no_plan(e.to_string()))?;
        if record.format != PLAN_FORMAT {
            return Err(no_plan(record.format));
        }
        if record.program != env!("CARGO_PKG_VERSION") {
            return Err(ShardError::OtherProgram {
                path,
                program: record.program,
            });
        }
        Ok(Self {
            folder: folder.into(),
            id: hex::encode(Sha256::digest(&bytes)),
            record,
        })
    }

    /// What a shard's file begins with.
    pub fn head(&self, shard: usize) -> ShardHead {
        ShardHead {
            format: SHARD_FORMAT.into(),
            plan: self.id.clone(),
            shard,
        }
    }

    /// The tasks of a shard.
    ///
    /// # Errors
    /// [`ShardError::NoSuchShard`].
    pub fn tasks(&self, shard: usize) -> Result<&[TaskRange], ShardError> {
        let shards = self.record.shards.len();
        let found = self.record.shards.get(shard);
        let found = found.ok_or(ShardError::NoSuchShard {
            shard: Some(shard),
            shards,
        })?;
        Ok(&found.tasks)
    }

    /// Fails where a search is not the one that was planned.
    ///
    /// # Errors
    /// [`ShardError::Changed`].
    pub fn check(&self, key: &RunKey) -> Result<(), ShardError> {
        let planned = key_of(&self.record.key);
        if planned == *key {
            return Ok(());
        }
        Err(ShardError::Changed {
            difference: planned.difference(key),
        })
    }
}

fn key_of(key: &ScoresKey) -> RunKey {
    RunKey {
        rules: key.rules.clone(),
        model: key.model.clone(),
        options: key.options.clone(),
        sources: key.sources.clone(),
    }
}

/// The options that the plan in a folder keeps.
///
/// # Errors
/// Those of reading the plan.
pub fn planned_options(folder: &Path) -> Result<serde_json::Value, ShardError> {
    Ok(Plan::read(folder)?.record.options)
}

/// Plans a scan in so many shards, into a folder; `options` is what [`PlanRecord::options`] says. Planning the same again is
/// nothing new. Returns the plan.
///
/// # Errors
/// See [`ScanError`]; [`ShardError::OtherPlanThere`] where the folder holds another plan.
pub fn plan_shards(
    request: &Request,
    options: serde_json::Value,
    (folder, shards): (&Path, usize),
    progress: &dyn Progress,
) -> Result<PlanRecord, ScanError> {
    let search = Search::prepare(request, progress)?;
    let works = search.first_works()?;
    let ScoreLine::Key(key) = search.key.line(floor_of(search.threshold)) else {
        unreachable!("a key's line is a key")
    };
    let record = PlanRecord {
        format: PLAN_FORMAT.into(),
        program: env!("CARGO_PKG_VERSION").into(),
        options,
        key,
        shards: partition(&weighed(&works), shards),
    };
    let path = folder.join(FILE);
    let text = serde_json::to_string_pretty(&record).map_err(|e| ShardError::NotAPlan {
        path: path.clone(),
        why: e.to_string(),
    })? + "\n";
    match files::read(&path) {
        Ok(there) if there == text.as_bytes() => return Ok(record),
        Ok(_other) => return Err(ShardError::OtherPlanThere { path }.into()),
        Err(_none) => {}
    }
    std::fs::create_dir_all(folder.join("shards")).map_err(|source| ShardError::Io {
        path: folder.into(),
        source,
    })?;
    files::write_bytes(&path, Existing::Stays, text.as_bytes())?;
    Ok(record)
}

/// The tasks of works with what they weigh.
fn weighed(works: &[Work]) -> Vec<Weighed> {
    let mut all = Vec::new();
    for (id, work) in numbered(works) {
        let is_photo = work.imagery.as_photo().is_some();
        // To open a photo is to decode it; a raster that cannot be opened says so when it is scored.
        let reader = (!is_photo)
            .then(|| work.imagery.open(work.level).ok())
            .flatten();
        for task in work.tasks() {
            let (mut tiles, mut valid_pixels) = (0, 0);
            for core in work.cores_of(std::iter::once(task)) {
                tiles += 1;
                valid_pixels += match &reader {
                    Some(reader) => reader.stored_pixels(core),
                    None => u64::from(core.x1 - core.x0) * u64::from(core.y1 - core.y0),
                };
            }
            let weight = Weight {
                tiles,
                valid_pixels,
            };
            all.push(Weighed {
                work: id.0,
                task: task.0,
                weight,
                is_bound: is_photo && task.0 > 0,
            });
        }
    }
    all
}
