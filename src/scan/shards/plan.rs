//! Making a plan, and reading it.

use super::order::parted;
use super::own::part_all;
use super::partition::{Weighed, Weight, partition};
use crate::files::{Existing, Shelf};
use crate::imagery::photo::KnownPhotos;
use crate::scan::error::{ScanError, ShardError};
use crate::scan::model::Device;
use crate::scan::plan::{Search, Work};
use crate::scan::progress::Progress;
use crate::scan::request::ScanRequest;
use crate::scan::run::{RankingInputs, floor_of};
use crate::scan::run_difference::RunDifference;
use crate::scan::score_store::RunKey;
use crate::schema::{
    PLAN_FORMAT, PlanRecord, PlannedLearnt, PlannedRanking, SHARD_FORMAT, ScoreLine, ScoresKey,
    ShardHead, TaskRange,
};
use sha2::{Digest, Sha256};
use std::path::Path;

/// The file of a plan, in its folder.
const FILE: &str = "plan.json";

/// A plan with its name.
#[derive(Debug)]
pub struct ShardPlan {
    /// Where it lies.
    pub shelf: Shelf,
    /// SHA-256 of its file.
    pub id: String,
    /// What it says.
    pub record: PlanRecord,
}

impl ShardPlan {
    /// Reads the plan in a folder.
    ///
    /// # Errors
    /// [`ShardError::Io`], [`ShardError::NotAPlan`], [`ShardError::OtherProgram`].
    pub fn read(folder: &Path) -> Result<Self, ShardError> {
        let shelf = shelf(folder)?;
        let path = shelf.path_of(FILE);
        let bytes = read(&shelf)?.ok_or_else(|| ShardError::NoPlan {
            folder: folder.into(),
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
            shelf,
            id: hex::encode(Sha256::digest(&bytes)),
            record,
        })
    }

    /// What the plan keeps of the headers of its photos; nothing where it keeps none, or where the file is gone.
    ///
    /// # Errors
    /// [`ShardError::Io`], [`ShardError::Damaged`].
    pub fn photos(&self) -> Result<Option<KnownPhotos>, ShardError> {
        let Some(sha256) = &self.record.photos else {
            return Ok(None);
        };
        let name = photos_name(sha256);
        let path = self.shelf.path_of(&name);
        let bytes = self.shelf.read(&name).map_err(|source| ShardError::Io {
            path: path.clone(),
            source,
        })?;
        let known = |bytes: Vec<u8>| {
            let is_whole = hex::encode(Sha256::digest(&bytes)) == *sha256;
            let known = is_whole.then(|| KnownPhotos::of_lines(&bytes)).flatten();
            known.ok_or(ShardError::Damaged { path })
        };
        bytes.map(known).transpose()
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

    /// What its scores are bound to.
    pub fn key(&self) -> RunKey {
        let ScoresKey {
            rules,
            model,
            options,
            sources,
            ..
        } = self.record.key.clone();
        RunKey {
            rules,
            model,
            options,
            sources,
        }
    }

    /// The score from which its shards keep cells.
    pub fn floor(&self) -> f32 {
        self.record.key.floor
    }

    /// Fails where candidates would be put in order by something else than was planned.
    ///
    /// # Errors
    /// [`ShardError::Changed`].
    pub fn check_ranking(&self, ranking: &RankingInputs) -> Result<(), ShardError> {
        match ranked_otherwise(&ranking.planned(), self.record.ranking.as_ref()) {
            Some(difference) => Err(ShardError::Changed { difference }),
            None => Ok(()),
        }
    }

    /// Fails where a search is not the one that was planned, or where the shards are not all of its work.
    ///
    /// # Errors
    /// [`ShardError::Changed`], [`ShardError::NotAPlan`].
    pub fn check(&self, search: &Search<'_>, works: &[Work]) -> Result<(), ShardError> {
        let planned = self.key();
        if planned != search.key {
            return Err(ShardError::Changed {
                difference: RunDifference::between(&search.key, &planned),
            });
        }
        let (floor, due) = (self.floor(), floor_of(search.listing.threshold));
        if floor.to_bits() != due.to_bits() {
            return Err(ShardError::Changed {
                difference: RunDifference::of_floor(due, floor),
            });
        }
        if part_all(&self.record.shards, works) {
            return Ok(());
        }
        Err(ShardError::NotAPlan {
            path: self.shelf.path_of(FILE),
            why: "its shards are not the tasks of its imagery, each once".into(),
        })
    }
}

/// What of that by which candidates are put in order is not as it was planned; nothing where all is, and of plans that do not say it.
fn ranked_otherwise(
    now: &PlannedRanking,
    planned: Option<&PlannedRanking>,
) -> Option<RunDifference> {
    let planned = planned?;
    let text = |hash: &Option<String>| hash.clone().unwrap_or_default();
    let hash = |learnt: &Option<PlannedLearnt>| learnt.as_ref().map(|learnt| learnt.sha256.clone());
    let pairs = [
        ("verifier", text(&planned.verifier), text(&now.verifier)),
        (
            "learnt",
            text(&hash(&planned.learnt)),
            text(&hash(&now.learnt)),
        ),
    ];
    let (name, there, now) = pairs.iter().find(|(_, there, now)| there != now)?;
    Some(RunDifference::of_option(name, there, now))
}

/// What the file with the headers of a plan's photos is called: by its content, so that another plan's never stands in its way.
fn photos_name(sha256: &str) -> String {
    format!("photos-{}.jsonl", sha256.get(..16).unwrap_or(sha256))
}

/// The place of a plan.
fn shelf(folder: &Path) -> Result<Shelf, ShardError> {
    Shelf::at(folder).map_err(|source| ShardError::Io {
        path: folder.into(),
        source,
    })
}

/// The bytes of the plan on a shelf, where there is one.
fn read(shelf: &Shelf) -> Result<Option<Vec<u8>>, ShardError> {
    shelf.read(FILE).map_err(|source| ShardError::Io {
        path: shelf.path_of(FILE),
        source,
    })
}

/// The options that the plan in a folder keeps, and what it keeps of what was learnt from verdicts.
///
/// # Errors
/// Those of reading the plan.
pub fn planned_options(
    folder: &Path,
) -> Result<(serde_json::Value, Option<PlannedLearnt>), ShardError> {
    let record = ShardPlan::read(folder)?.record;
    Ok((record.options, record.ranking.and_then(|r| r.learnt)))
}

/// Plans a scan in so many shards, into a folder, on whatever machine: the device that is asked for is that of the shards; `options` is what [`PlanRecord::options`] says. Planning the same again is
/// nothing new. Returns the plan.
///
/// # Errors
/// See [`ScanError`]; [`ShardError::OtherPlanThere`] where the folder holds another plan.
pub fn plan_shards(
    request: &ScanRequest,
    options: serde_json::Value,
    (folder, shards): (&Path, usize),
    progress: &dyn Progress,
) -> Result<PlanRecord, ScanError> {
    let search = Search::prepare_on(Device::Cpu, request, progress)?;
    let works = search.first_works()?;
    let ranking = RankingInputs::of(&search)?.planned();
    let ScoreLine::Key(key) = search.key.line(floor_of(search.listing.threshold)) else {
        unreachable!("a key's line is a key")
    };
    let known = search.sources.known_photos();
    let photos = (!known.is_empty()).then(|| known.to_lines()).flatten();
    let record = PlanRecord {
        format: PLAN_FORMAT.into(),
        program: env!("CARGO_PKG_VERSION").into(),
        options,
        key,
        photos: photos
            .as_ref()
            .map(|lines| hex::encode(Sha256::digest(lines))),
        ranking: (ranking != PlannedRanking::default()).then_some(ranking),
        shards: partition(&weighed(&works), shards),
    };
    let shelf = shelf(folder)?;
    let path = shelf.path_of(FILE);
    let text = serde_json::to_string_pretty(&record).map_err(|e| ShardError::NotAPlan {
        path: path.clone(),
        why: e.to_string(),
    })? + "\n";
    // Somebody else may be planning: what is there when this is written is what counts.
    let write =
        |name: &str, bytes: &[u8]| shelf.write(name, Existing::Stays, |out| out.write_all(bytes));
    let other = || ShardError::OtherPlanThere { path: path.clone() };
    let is_it = |there: Vec<u8>| (there == text.as_bytes()).then_some(()).ok_or_else(other);
    let before = read(&shelf)?;
    let is_new = before.is_none();
    before.map_or(Ok(()), is_it)?;
    if let (Some(lines), Some(sha256)) = (&photos, &record.photos) {
        write(&photos_name(sha256), lines)?;
    }
    if is_new && !write(FILE, text.as_bytes())? {
        read(&shelf)?.ok_or_else(other).and_then(is_it)?;
    }
    Ok(record)
}

/// The tasks of works with what they weigh.
fn weighed(works: &[Work]) -> Vec<Weighed> {
    let mut all = Vec::new();
    for (id, work) in parted(works) {
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
