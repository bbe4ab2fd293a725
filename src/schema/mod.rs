//! What every file of a scan holds that leaves the program and comes back: one type a file, which everyone writes and
//! reads through. Each names its format and version; the JSON Schemas under `docs/schema/` are made from these types.
//!
//! ```text
//! scan.json           ScanRecord              papaver.scan/1
//! candidates.geojson  CandidateProperties     members and properties of a GeoJSON feature collection
//! coverage.geojson    CoverageProperties      the same
//! decisions-*.json    Decisions               papaver.decisions/1
//! scores.jsonl        ScoreLine               papaver.scores/1
//! plan.json           PlanRecord              papaver.plan/1
//! ```
//!
//! Within a version members may be added, never renamed, removed or given another meaning; a reader passes over members
//! that it does not know.

mod decisions;
mod features;
#[cfg(test)]
pub(crate) mod fixture;
mod learnt;
mod names;
mod pattern;
mod plan;
mod reason;
mod scan;
mod scores;

#[cfg(test)]
mod tests;

pub use decisions::{DECISIONS_FORMAT, Decided, Decisions, RejectReason, Verdict};
pub use features::{
    CandidateProperties, CoverageProperties, CoverageStatus, FileMembers, ScoreBand,
};
pub use learnt::{
    FEATURES_FORMAT, FeaturesOf, FeaturesRecord, LEARNT_FORMAT, LearntRecord, Ranked, first_day,
    lot, standardised,
};
pub use names::{
    CANDIDATES_FILE, COVERAGE_FILE, FEATURES_FILE, RESULT_FILES, REVIEW_FILE, SCAN_FILE,
    SET_ASIDE_FILE,
};
pub use pattern::{LEAST_ALIKE, MOST_PATTERNS, Pattern, lowest_patterns, show_the_same};
pub use plan::{
    PLAN_FORMAT, PlanRecord, PlannedLearnt, PlannedRanking, SHARD_FORMAT, ShardEnd, ShardHead,
    ShardRecord, TaskRange,
};
pub use reason::Reason;
pub use scan::{
    BUILT_IN_MODEL, ExpectedRecord, FlightQuality, FlightRemark, GroundName, GsdCm, ListedRecord,
    ModelRecord, OptionsRecord, PeriodRecord, PhotosRecord, RefusedSource, RunRecord, SCAN_FORMAT,
    ScanRecord, SecondStageRecord, SourceRecord, Totals, VerifierRecord, model_name,
};
pub use scores::{
    CellRecord, CellsRecord, CornersRecord, GroundRecord, PictureFault, SCORES_FORMAT, ScoreLine,
    ScoresKey,
};

/// A value as the JSON object that it is written as; the members of an object come in alphabetical order.
pub fn to_object(value: &impl serde::Serialize) -> serde_json::Map<String, serde_json::Value> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    }
}
