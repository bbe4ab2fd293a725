//! A registry that stays open between one question and the next, as a server keeps it.
//!
//! It is asked again only where it is still the file at its path, no foreign journal lies beside it, and this program's version
//! still reads it; where another connection has written meanwhile, people and settings are read anew first. One that rests holds
//! no lock: whoever wants to write does.

use super::files::{look_at, read_key, refuse_foreign_journal};
use super::lock::{WriteLock, beside};
use super::registry_file::OpenedRegistry;
use super::worked_out::{RegistryStamp, WorkedOut};
use super::{Store, StoreError, schema};
use std::any::{Any, TypeId};
use std::sync::Arc;
use std::time::Duration;

/// Kibibytes of pages that one that rests holds at most.
const PAGES_KIB: i64 = 16 << 10;

impl Store {
    /// A number that is another one after another connection has written.
    pub(super) fn changes(&self) -> Result<i64, StoreError> {
        self.connection
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .map_err(|e| self.fail(e))
    }

    /// Holds fewer pages in memory, as suits one that stays open.
    ///
    /// # Errors
    /// Those of the engine.
    pub fn hold_little(&self) -> Result<(), StoreError> {
        self.connection
            .pragma_update(None, "cache_size", -PAGES_KIB)
            .map_err(|e| self.fail(e))
    }

    /// Whether it can be read on: `false` where it has to be opened anew, as another file has taken its place or another version
    /// has changed it. What others have written meanwhile is known afterwards.
    ///
    /// # Errors
    /// Those of opening, such as that the file is gone.
    pub fn is_current(&mut self) -> Result<bool, StoreError> {
        let Some(opened) = self.still_there()? else {
            return Ok(false);
        };
        let changes = self.changes()?;
        if changes != opened.changes {
            if self.version()? != schema::version() {
                return Ok(false);
            }
            self.learn()?;
            self.opened = Some(OpenedRegistry { changes, ..opened });
        }
        Ok(true)
    }

    /// What was opened, where that still lies at the path. A copy in memory has nothing to be compared with.
    fn still_there(&self) -> Result<Option<OpenedRegistry>, StoreError> {
        look_at(&self.path)?;
        refuse_foreign_journal(&self.path)?;
        let Some(opened) = self.opened else {
            return Ok(None);
        };
        let same = OpenedRegistry::identity(&self.path)? == opened.identity;
        Ok(same.then_some(opened))
    }

    /// Lets others write. Nothing can be recorded here until [`Store::resume`].
    pub fn rest(&mut self) {
        if let Some(writer) = &mut self.writer {
            writer.lock = None;
        }
    }

    /// Takes the lock again. `false` where another has written, or another file or key lies there: then nothing of what is known
    /// here can be built on, and it has to be opened anew.
    ///
    /// # Errors
    /// Those of [`Store::open_write`].
    pub fn resume(&mut self, who: &str, wait: Duration) -> Result<bool, StoreError> {
        look_at(&self.path)?;
        let lock = WriteLock::take(&self.path, who, wait)?;
        let key = read_key(&beside(&self.path, ".key"))?;
        let Some(opened) = self.still_there()? else {
            return Ok(false);
        };
        let unchanged = self.changes()? == opened.changes;
        let Some(writer) = self.writer.as_mut().filter(|_| unchanged) else {
            return Ok(false);
        };
        if writer.key.to_bytes() != key.to_bytes() {
            return Ok(false);
        }
        writer.lock = Some(lock);
        Ok(true)
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
    fn stamp(&self) -> Result<Option<RegistryStamp>, StoreError> {
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
