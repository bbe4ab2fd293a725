//! What was worked out of a whole registry, kept for whoever asks next. Readers of one file that stay open share it, as long as nothing
//! has been recorded since.

use super::{Store, StoreError};
use crate::platform::FileIdentity;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What everything that is derived follows from: the file, its last event, how many files are missing, and what belongs to this copy
/// alone.
type Stamp = (FileIdentity, Option<i64>, i64, Option<String>);
type Kept = HashMap<TypeId, (Stamp, Arc<dyn Any + Send + Sync>)>;

/// What was worked out, one of each type, with what it was worked out of.
#[derive(Debug, Clone, Default)]
pub struct WorkedOut(Arc<Mutex<Kept>>);

impl WorkedOut {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Shares with others what is worked out.
    pub fn share(&mut self, worked_out: &WorkedOut) {
        self.worked_out = worked_out.clone();
    }

    /// What `work` makes of the registry, or made of it before where nothing has been recorded since.
    ///
    /// # Errors
    /// Those of reading, and of the work.
    pub fn worked_out<T: Any + Send + Sync>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError>,
    ) -> Result<Arc<T>, StoreError> {
        let stamp = self.stamp()?;
        let kind = TypeId::of::<T>();
        let known = self.worked_out.kept().get(&kind).cloned();
        if let (Some(now), Some((then, made))) = (&stamp, known)
            && *now == then
            && let Ok(made) = made.downcast::<T>()
        {
            return Ok(made);
        }
        let made = Arc::new(work(self)?);
        // Where something was recorded meanwhile, nobody knows whether it is in there.
        let is_of_now = self.stamp()? == stamp;
        if let Some(stamp) = stamp.filter(|_| is_of_now) {
            let shared: Arc<dyn Any + Send + Sync> = made.clone();
            self.worked_out.kept().insert(kind, (stamp, shared));
        }
        Ok(made)
    }

    /// None of a copy in memory, which nobody else has.
    fn stamp(&self) -> Result<Option<Stamp>, StoreError> {
        let Some(opened) = self.opened else {
            return Ok(None);
        };
        let sql = "SELECT (SELECT max(n) FROM events), (SELECT count(*) FROM absent), \
                   (SELECT group_concat(key || '=' || value, '|') FROM local)";
        let row = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (last, absent, own) = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row([], row))
            .map_err(|e| self.fail(e))?;
        Ok(Some((opened.identity, last, absent, own)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{author, create, moment, note, office};
    use super::*;

    #[test]
    fn what_was_worked_out_is_shared_by_readers_until_something_is_recorded() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.papaver");
        let mut writer = office(&path, 1);
        let shared = WorkedOut::default();
        let readers: Vec<Store> = (0..2)
            .map(|_| {
                let mut store = Store::open_read(&path).expect("opened");
                store.share(&shared);
                store
            })
            .collect();
        let count = |reader: usize| readers[reader].worked_out(Store::count);
        let first = count(0).expect("counted");
        let again = count(1).expect("counted");
        assert!(Arc::ptr_eq(&first, &again), "it is worked out once");
        let site = create(&mut writer, "event:1", 2);
        let now = count(1).expect("counted");
        assert_eq!(*now, *first + 1);
        assert!(Arc::ptr_eq(&now, &count(0).expect("counted")));
        let said = writer.write(|s| s.append(&author("wang"), note(site), moment(3)));
        said.expect("said");
        assert_eq!(*count(0).expect("counted"), *first + 2);
        // What is taken back was never there.
        let tried = writer.rehearse(|s| s.append(&author("wang"), note(site), moment(4)));
        tried.expect("tried");
        assert_eq!(*count(1).expect("counted"), *first + 2);
    }
}
