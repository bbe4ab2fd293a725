//! A registry that stays open between one question and the next, as a server keeps it.
//!
//! It is asked again only where it is still the file at its path, no foreign journal lies beside it, and this program's version
//! still reads it; where another connection has written meanwhile, people and settings are read anew first. One that rests holds
//! no lock: whoever wants to write does.

use super::files::{look_at, read_key, refuse_foreign_journal};
use super::lock::{WriteLock, beside};
use super::{Store, StoreError, schema};
use crate::platform::FileIdentity;
use std::path::Path;
use std::time::Duration;

/// Kibibytes of pages that one that rests holds at most.
const PAGES_KIB: i64 = 16 << 10;

/// What was opened, and what the engine counted then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) identity: FileIdentity,
    pub(super) changes: i64,
}

impl Opened {
    /// The file at a path, before it is opened.
    pub(super) fn identity(path: &Path) -> Result<FileIdentity, StoreError> {
        FileIdentity::of(path).map_err(|source| StoreError::Io {
            path: path.into(),
            source,
        })
    }
}

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
            self.opened = Some(Opened { changes, ..opened });
        }
        Ok(true)
    }

    /// What was opened, where that still lies at the path. A copy in memory has nothing to be compared with.
    fn still_there(&self) -> Result<Option<Opened>, StoreError> {
        look_at(&self.path)?;
        refuse_foreign_journal(&self.path)?;
        let Some(opened) = self.opened else {
            return Ok(None);
        };
        let same = Opened::identity(&self.path)? == opened.identity;
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
