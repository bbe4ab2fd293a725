//! Scans that are started from a page: one at a time, told of as they go, stopped and gone on with.

mod asked;
mod left;
mod run;

pub(super) use asked::{RunRequest, inside};
pub(super) use run::{Now, ScanRun};

use super::answer::Refused;
use axum::http::StatusCode;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The runs of this server, the last one last.
#[derive(Debug, Default)]
pub(super) struct Runs(Mutex<Vec<Arc<ScanRun>>>);

impl Runs {
    fn all(&self) -> Vec<Arc<ScanRun>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How they stand, the last one first; then those that an earlier server has left unfinished below a folder.
    pub fn now(&self, root: &Path) -> Vec<Now> {
        let all = self.all();
        let is_known = |left: &Now| all.iter().any(|run| run.id == left.id());
        let left = left::unfinished(root).into_iter();
        let left = left.filter(|left| !is_known(left));
        all.iter().rev().map(|run| run.now()).chain(left).collect()
    }

    /// How one stands, of this server or of an earlier one.
    pub fn one(&self, root: &Path, id: &str) -> Result<Now, Refused> {
        match self.find(id) {
            Ok(run) => Ok(run.now()),
            Err(unknown) => left::find(root, id).ok_or(unknown),
        }
    }

    /// Asks all of them to stop where nothing is lost.
    pub fn stop(&self) {
        self.all().iter().for_each(|run| run.stop());
    }

    /// Takes a run in, unless one is going on.
    pub fn begin(&self, run: &Arc<ScanRun>) -> Result<(), Refused> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.iter().any(|run| run.is_going_on()) {
            return Err(Refused::new(
                StatusCode::CONFLICT,
                "busy",
                "another scan is going on",
                "正在进行另一次扫描",
            )
            .hint("wait until it is done, or stop it", "请等其完成，或先停止"));
        }
        runs.retain(|other| other.id != run.id);
        runs.push(Arc::clone(run));
        Ok(())
    }

    pub fn find(&self, id: &str) -> Result<Arc<ScanRun>, Refused> {
        let found = self.all().into_iter().find(|run| run.id == id);
        found.ok_or_else(Refused::no_such_page)
    }
}
