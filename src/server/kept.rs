//! Registries that stay open: each is opened when it is first asked for and kept for those who ask next, as far as it is still the
//! file that was opened. What has not been asked for a while is closed, so that a disk can be taken out.

use super::answer::Refused;
use crate::office::Office;
use crate::store::{Store, StoreError, WorkedOut};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many readers of one registry are kept.
const MOST: usize = 4;
/// How long nobody has to ask until it is closed.
const IDLE: Duration = Duration::from_secs(60);

/// Something open that nobody uses now, and since when.
struct Resting<T>(T, Instant);

#[derive(Default)]
struct OpenRegistry {
    readers: Vec<Resting<Store>>,
    writer: Option<Resting<Office>>,
    worked_out: WorkedOut,
}

/// The registries that are open.
#[derive(Default)]
pub(super) struct OpenRegistries(Mutex<HashMap<PathBuf, OpenRegistry>>);

impl fmt::Debug for OpenRegistries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpenRegistries")
            .field(&self.open().len())
            .finish()
    }
}

impl OpenRegistries {
    fn open(&self) -> MutexGuard<'_, HashMap<PathBuf, OpenRegistry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads in a registry. What has failed is not kept; what somebody was refused is no failure.
    pub fn read<T>(
        &self,
        path: &Path,
        read: impl FnOnce(&Store) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let store = self.reader(path)?;
        let done = read(&store);
        if has_not_failed(&done) {
            let mut open = self.open();
            let readers = &mut open.entry(path.to_owned()).or_default().readers;
            if readers.len() < MOST {
                readers.push(Resting(store, Instant::now()));
            }
        }
        done
    }

    /// Writes in a registry. What has failed is not kept, and those who read are told nothing of it; of what somebody was refused
    /// nothing is recorded.
    pub fn write<T>(
        &self,
        path: &Path,
        name: &str,
        write: impl FnOnce(&mut Office) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let mut office = self.writer(path, name)?;
        let done = write(&mut office);
        // What is recorded is recorded, whether it can be kept open or not.
        if has_not_failed(&done) && office.rest().is_ok() {
            let mut open = self.open();
            open.entry(path.to_owned()).or_default().writer = Some(Resting(office, Instant::now()));
        }
        done
    }

    fn reader(&self, path: &Path) -> Result<Store, StoreError> {
        let resting = self
            .open()
            .get_mut(path)
            .and_then(|open| open.readers.pop());
        if let Some(Resting(mut store, _)) = resting {
            let current = store.is_current();
            if let Ok(true) = current {
                return Ok(store);
            }
            // It is not what it was: nothing of it stays open.
            self.open().remove(path);
            current?;
        }
        let mut store = Store::open_read(path)?;
        store.hold_little()?;
        store.share(&self.open().entry(path.to_owned()).or_default().worked_out);
        Ok(store)
    }

    fn writer(&self, path: &Path, name: &str) -> Result<Office, StoreError> {
        if let Some(Resting(mut office, _)) = self.resting_writer(path)
            && office.resume(name)?
        {
            return Ok(office);
        }
        Office::open(path, name)
    }

    fn resting_writer(&self, path: &Path) -> Option<Resting<Office>> {
        self.open().get_mut(path)?.writer.take()
    }

    /// Closes what nobody has asked for lately.
    pub fn sweep(&self) {
        let mut all = self.open();
        for open in all.values_mut() {
            open.readers
                .retain(|Resting(_, since)| since.elapsed() < IDLE);
            open.writer = open.writer.take().filter(|w| w.1.elapsed() < IDLE);
        }
        all.retain(|_, open| !open.readers.is_empty() || open.writer.is_some());
    }
}

/// Whether a registry can be used on after this.
fn has_not_failed<T>(done: &Result<T, Refused>) -> bool {
    done.as_ref()
        .map_or_else(Refused::is_on_who_asks, |_done| true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::{Credentials, fixture, people};
    use crate::registry::Role;
    use crate::registry::body::ActorAction;
    use axum::http::StatusCode;

    fn begun(folder: &Path) -> PathBuf {
        let path = folder.join("a.papaver");
        drop(fixture::begun(&path));
        path
    }

    /// How many readers of a registry are open, and whether a writer is.
    fn resting(kept: &OpenRegistries, path: &Path) -> (usize, bool) {
        let all = kept.open();
        all.get(path).map_or((0, false), |open| {
            (open.readers.len(), open.writer.is_some())
        })
    }

    fn read(kept: &OpenRegistries, path: &Path, status: Option<StatusCode>) {
        let answer = status.map(|status| Refused::new(status, "x", "x", "x"));
        let done = kept.read(path, |_store| answer.map_or(Ok(()), Err));
        assert_eq!(done.is_ok(), status.is_none());
    }

    #[test]
    fn what_somebody_is_refused_closes_nothing_and_what_fails_does() {
        let folder = tempfile::tempdir().expect("folder");
        let (kept, path) = (OpenRegistries::default(), begun(folder.path()));
        for refused in [
            None,
            Some(StatusCode::UNAUTHORIZED),
            Some(StatusCode::NOT_FOUND),
        ] {
            read(&kept, &path, refused);
            assert_eq!(resting(&kept, &path), (1, false), "{refused:?}");
        }
        read(&kept, &path, Some(StatusCode::INTERNAL_SERVER_ERROR));
        assert_eq!(resting(&kept, &path), (0, false));
        read(&kept, &path, None);
        assert_eq!(resting(&kept, &path), (1, false));
    }

    #[test]
    fn who_may_not_write_closes_nothing_and_the_next_who_may_writes_on() {
        let folder = tempfile::tempdir().expect("folder");
        let (kept, path) = (OpenRegistries::default(), begun(folder.path()));
        let grant = |by: &str, name: &str| {
            kept.write(&path, by, |office| {
                let actor = by.to_owned();
                let given = Credentials {
                    actor,
                    ..Credentials::default()
                };
                let session = office.sign_in(given)?;
                let roles = vec![Role::Analyst];
                people::change(office, &session, ActorAction::Grant, name.into(), roles)?;
                Ok(())
            })
        };
        grant("chief", "li").expect("granted");
        let refused = grant("li", "wang").expect_err("no supervisor");
        assert!(refused.is_on_who_asks());
        assert_eq!(resting(&kept, &path), (0, true));
        grant("chief", "sun").expect("granted");
        let known = |name: &str| {
            let store = Store::open_read(&path).expect("opened");
            store.people().get("410423", name).is_some()
        };
        assert_eq!(["li", "wang", "sun"].map(known), [true, false, true]);
    }
}
