//! How the files of a scan are called in its folder.

/// The record, which stands for a whole and current set of results.
pub const SCAN_FILE: &str = "scan.json";
/// The candidates.
pub const CANDIDATES_FILE: &str = "candidates.geojson";
/// What both stages together thought too little of to list it.
pub const SET_ASIDE_FILE: &str = "set_aside.geojson";
/// The ground searched and not searched.
pub const COVERAGE_FILE: &str = "coverage.geojson";
/// What the models saw of each candidate.
pub const FEATURES_FILE: &str = "features.json";
/// The contact sheet.
pub const REVIEW_FILE: &str = "review.html";
/// The files that show a folder to hold results.
pub const RESULT_FILES: [&str; 4] = [SCAN_FILE, CANDIDATES_FILE, COVERAGE_FILE, REVIEW_FILE];
