//! What scans that an earlier server started have left on the disk: results, or what was searched before they were stopped.

use super::asked::RESULTS;
use super::run::{Now, Phase};
use crate::schema::{Reason, ScanRecord};
use crate::server::library::id_of;
use std::path::{Path, PathBuf};

/// A scan's folder of results.
struct ResultsFolder {
    id: String,
    name: String,
    path: PathBuf,
}

fn folders(root: &Path) -> impl Iterator<Item = ResultsFolder> {
    let entries = std::fs::read_dir(root.join(RESULTS));
    let folder = |entry: std::fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        ResultsFolder {
            id: id_of(&Path::new(RESULTS).join(&name)),
            path: entry.path(),
            name,
        }
    };
    entries.into_iter().flatten().flatten().map(folder)
}

impl ResultsFolder {
    /// How its scan stands: nothing where none has begun there.
    fn now(self) -> Option<Now> {
        let record = crate::files::read(&self.path.join("scan.json")).ok();
        let record = record.and_then(|bytes| serde_json::from_slice::<ScanRecord>(&bytes).ok());
        let has_begun = self.path.join("journal.jsonl").is_file();
        match record {
            Some(record) => {
                let now = Now::new(self.id, self.name, ended(&record));
                Some(now.with_results(record.totals.candidates, record.totals.tiles))
            }
            None => has_begun.then(|| Now::new(self.id, self.name, Phase::Stopped)),
        }
    }
}

/// Whether all of it was searched.
fn ended(record: &ScanRecord) -> Phase {
    let lacks = |reason| record.totals.not_searched_m2.contains_key(&reason);
    if record.refused.is_empty() && !lacks(Reason::Unreadable) && !lacks(Reason::NotRun) {
        Phase::Done
    } else {
        Phase::Partly
    }
}

/// Those that were not finished, by their names.
pub(super) fn unfinished(root: &Path) -> Vec<Now> {
    let is_open = |folder: &ResultsFolder| !folder.path.join("scan.json").is_file();
    let mut folders: Vec<ResultsFolder> = folders(root).filter(is_open).collect();
    folders.sort_by(|a, b| a.name.cmp(&b.name));
    folders.into_iter().filter_map(ResultsFolder::now).collect()
}

/// One by its id.
pub(super) fn find(root: &Path, id: &str) -> Option<Now> {
    folders(root).find(|folder| folder.id == id)?.now()
}
