//! Inputs of known truth in `../shared/cases/field-files`, or below `PAPAVER_SHARED`.

use std::path::{Path, PathBuf};

/// The folder of a case, where it is at hand.
pub fn case(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("PAPAVER_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("cases/field-files").join(name);
    if !folder.exists() {
        println!("skipped: there is no {}", folder.display());
        return None;
    }
    Some(folder)
}
