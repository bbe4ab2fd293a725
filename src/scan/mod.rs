//! From imagery to candidates, in six stages: what there is to search is planned, its tiles are scored, the scores are
//! kept, candidates are found in them and looked at once more, and files are written.
//!
//! The path of the data: [`ScanRequest`] → `plan` (sources, tiling, view selection, work, from pixels to the ground) → `score` (executor, window, the
//! model's head, journal) → the score store → `find` (associate, cluster, candidates; coverage) → `verify` (eight views of each candidate, a verifier; ranks) → `write` (features,
//! chips, record, review page). [`scan`] drives it.

mod chip_window;
mod cluster;
mod error;
mod find;
mod ids;
mod model;
mod plan;
mod progress;
mod refusals;
mod request;
mod review;
mod run;
mod run_difference;
mod score;
mod score_store;
mod shards;
mod summary;
mod verify;
mod write;

pub use cluster::clusters;
pub use error::{JournalError, LearntError, ScanError, ShardError};
pub use find::{
    Candidate, Moved, RankedCandidates, ScanCoverage, SecondLook, SourceFacts, VerifierVerdict,
};
pub use ids::SourceId;
pub use model::{
    Activation, BoxForm, BoxLayout, Contract, Device, FirstPass, Hit, InputShape, Model,
    ModelError, ModelFile, ModelHead, Output, Runtime, Uses, Verifier, wrap,
};
pub use progress::{Progress, ScanStage, Silent, Step};
pub use refusals::FurtherFiles;
pub(crate) use request::in_range;
pub use request::{LearntFrom, PhotoRequest, SITE_RADIUS_M, ScanRequest, SecondStage};
pub use review::{Card, ReviewPage, ScanSummary};
pub use run::{SCORE_FLOOR, scan, scan_and_find};
pub use shards::{
    ShardStatus, fill_shards, merge, plan_shards, planned_options, run_shard, status,
};
pub use summary::Summary;
