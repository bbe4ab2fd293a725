//! Registries that stay open: each is opened when it is first asked for and kept for those who ask next, as far as it is still the
//! file that was opened. What has not been asked for a while is closed, so that a disk can be taken out.

use super::answer::Refused;
use crate::office::Office;
use crate::store::{Store, StoreError};
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
struct Open {
    readers: Vec<Resting<Store>>,
    writer: Option<Resting<Office>>,
}

/// The registries that are open.
#[derive(Default)]
pub(super) struct Kept(Mutex<HashMap<PathBuf, Open>>);

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kept").field(&self.open().len()).finish()
    }
}

impl Kept {
    fn open(&self) -> MutexGuard<'_, HashMap<PathBuf, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads in a registry. What has failed is not kept.
    pub fn read<T>(
        &self,
        path: &Path,
        read: impl FnOnce(&Store) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let store = self.reader(path)?;
        let done = read(&store)?;
        let mut open = self.open();
        let readers = &mut open.entry(path.to_owned()).or_default().readers;
        if readers.len() < MOST {
            readers.push(Resting(store, Instant::now()));
        }
        Ok(done)
    }

    /// Writes in a registry. What has failed is not kept, and those who read are told nothing of it.
    pub fn write<T>(
        &self,
        path: &Path,
        name: &str,
        write: impl FnOnce(&mut Office) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let mut office = self.writer(path, name)?;
        let done = write(&mut office)?;
        // What is recorded is recorded, whether it can be kept open or not.
        if office.rest().is_ok() {
            let mut open = self.open();
            open.entry(path.to_owned()).or_default().writer = Some(Resting(office, Instant::now()));
        }
        Ok(done)
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
        let store = Store::open_read(path)?;
        store.hold_little()?;
        Ok(store)
    }

    fn writer(&self, path: &Path, name: &str) -> Result<Office, StoreError> {
        let resting = self
            .open()
            .get_mut(path)
            .and_then(|open| open.writer.take());
        if let Some(Resting(mut office, _)) = resting
            && office.resume(name)?
        {
            return Ok(office);
        }
        Office::open(path, name)
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
