//! Opening and beginning a registry file.

use super::files::{look_at, read_key, refuse_foreign_journal, write_key};
use super::lock::{WriteLock, beside};
use super::registry_file::{OpenedRegistry, Writer};
use super::remembered::Remembered;
use super::undistricted::Undistricted;
use super::{Author, Draft, Migrated, Moment, Store, StoreError, WorkedOut, schema};
use crate::registry::authority::Authority;
use crate::registry::body::{Body, Init};
use crate::registry::ids::DeviceId;
use crate::registry::settings::Settings;
use ed25519_dalek::SigningKey;
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

impl Store {
    /// Begins a registry: makes the file, the device's key beside it, and the first event.
    ///
    /// # Errors
    /// [`StoreError::Exists`], or those of writing.
    pub fn create(
        path: &Path,
        author: &Author,
        init: Init,
        at: String,
        moment: Moment,
        secret: [u8; 32],
    ) -> Result<Self, StoreError> {
        let key_path = beside(path, ".key");
        // A journal that was left there would be played into the new file, and who might come to another registry of this name
        // would come to this one.
        for taken in [
            path.into(),
            key_path.clone(),
            beside(path, ".field"),
            beside(path, "-journal"),
            beside(path, "-wal"),
        ] {
            if std::fs::symlink_metadata(&taken).is_ok() {
                return Err(StoreError::Exists { path: taken });
            }
        }
        write_key(&key_path, &secret)?;
        let made = (|| {
            let connection = Connection::open(path).map_err(|e| match StoreError::of(path, e) {
                StoreError::Sqlite { path, .. } => StoreError::ReadOnly { path },
                other => other,
            })?;
            schema::migrate(&connection).map_err(|e| StoreError::of(path, e))?;
            drop(connection);
            let mut store = Self::open_write(path, &author.name, Duration::from_secs(1))?;
            store.write(|store| {
                // Whose registry this is: the unit, and the device from which trust begins.
                let key = SigningKey::from_bytes(&secret);
                let device = DeviceId::of(&key);
                store.set_grounds(&author.unit, &[device], &key)?;
                let draft = Draft {
                    site: None,
                    at,
                    evidence: Vec::new(),
                    body: Body::Init(init),
                };
                store.append(author, draft, moment)
            })?;
            Ok(store)
        })();
        if made.is_err() {
            // Nothing half made stays behind.
            for file in [path, key_path.as_path()] {
                let _gone = std::fs::remove_file(file);
            }
        }
        made
    }

    /// Opens for reading. Nothing is written, but that a registry of an earlier version is brought to this one, and that
    /// what a killed writer left half done is undone, now or at any later read, under the engine's own lock. One of a later
    /// version is read as far as this one knows it.
    ///
    /// # Errors
    /// Those of a file that is none, newer or damaged; [`StoreError::Interrupted`] where the folder cannot be written.
    pub fn open_read(path: &Path) -> Result<Self, StoreError> {
        let store = match Self::open_query_only(path) {
            Err(newer @ StoreError::Newer { .. }) => return Self::newer_in_memory(path, newer),
            other => other?,
        };
        if store.version()? == schema::version() {
            return Ok(store);
        }
        // Of an earlier version: brought to this one, where it can be written; else a copy of it in memory is.
        let Ok(upgraded) = Self::open_write(path, "upgrade", Duration::from_secs(10)) else {
            return store.upgraded_in_memory();
        };
        let migrated = upgraded.migrated;
        drop((store, upgraded));
        let mut store = Self::open_query_only(path)?;
        store.migrated = migrated;
        Ok(store)
    }

    /// A copy in memory of a file of an earlier version that cannot be written, brought to this one.
    pub(super) fn upgraded_in_memory(mut self) -> Result<Self, StoreError> {
        let mut memory = Connection::open_in_memory().map_err(|e| self.fail(e))?;
        Backup::new(&self.connection, &mut memory)
            .and_then(|copy| copy.run_to_completion(1_000, Duration::ZERO, None))
            .map_err(|e| self.fail(e))?;
        let from = schema::migrate(&memory).map_err(|e| self.fail(e))?;
        self.connection = memory;
        self.opened = None;
        self.rebuild()?;
        self.migrated = Some(Migrated {
            from,
            refused: self.refused()?.len(),
            in_memory: true,
        });
        Ok(self)
    }

    /// What this version knows of a file of a later one, in memory: the events, which no version changes, and what follows
    /// from them here. Where they hold what this version does not know, the file is refused as before.
    fn newer_in_memory(path: &Path, newer: StoreError) -> Result<Self, StoreError> {
        let StoreError::Newer { found, .. } = newer else {
            return Err(newer);
        };
        let fail = |e| StoreError::of(path, e);
        let memory = Connection::open_in_memory().map_err(fail)?;
        schema::migrate(&memory).map_err(fail)?;
        let name = path.to_str().ok_or_else(|| StoreError::Newer {
            path: path.into(),
            found,
            known: schema::version(),
        })?;
        memory.execute("ATTACH ?1 AS later", [name]).map_err(fail)?;
        let taken = memory.execute_batch(schema::TAKEN_FROM_LATER);
        memory.execute_batch("DETACH later").map_err(fail)?;
        if taken.is_err() {
            return Err(newer);
        }
        let mut store = Self::with(path, memory);
        if store.learn().and_then(|_| store.rebuild()).is_err() {
            return Err(newer);
        }
        store.migrated = Some(Migrated {
            from: found,
            refused: store.refused()?.len(),
            in_memory: true,
        });
        Ok(store)
    }

    fn with(path: &Path, connection: Connection) -> Self {
        Self {
            path: path.into(),
            connection,
            gate: Authority::default(),
            settings: Settings::default(),
            migrated: None,
            opened: None,
            writer: None,
            remembered: Remembered::default(),
            undistricted: Undistricted::default(),
            arriving: BTreeSet::new(),
            worked_out: WorkedOut::default(),
        }
    }

    pub(super) fn version(&self) -> Result<i32, StoreError> {
        self.connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(|e| self.fail(e))
    }

    pub(super) fn open_query_only(path: &Path) -> Result<Self, StoreError> {
        // Opened read-only, the engine could not undo what was interrupted; a disk that cannot be written is read all the same.
        let store = Self::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        store
            .connection
            .pragma_update(None, "query_only", true)
            .map_err(|e| store.fail(e))?;
        Ok(store)
    }

    /// Opens for writing: waits for another writer at most `wait`. `who` is what others are told meanwhile.
    ///
    /// # Errors
    /// Those of reading, [`StoreError::Held`], [`StoreError::NoDeviceKey`], [`StoreError::ReadOnly`].
    pub fn open_write(path: &Path, who: &str, wait: Duration) -> Result<Self, StoreError> {
        look_at(path)?;
        let lock = WriteLock::take(path, who, wait)?;
        let key = read_key(&beside(path, ".key"))?;
        let mut store = Self::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if store.connection.is_readonly("main").unwrap_or(true) {
            return Err(StoreError::ReadOnly { path: path.into() });
        }
        // What commits is the journal's truncation, which FULL synchronises; its removal would need the folder synchronised.
        store
            .connection
            .pragma_update(None, "journal_mode", "TRUNCATE")
            .map_err(|e| store.fail(e))?;
        if (1..schema::version()).contains(&store.version()?) {
            // Tried on a copy: what fails there has changed nothing here.
            drop(Self::open_query_only(path)?.upgraded_in_memory()?);
        }
        let from = schema::migrate(&store.connection).map_err(|e| store.fail(e))?;
        let device = DeviceId::of(&key);
        let tip = store.tip(device)?;
        store.writer = Some(Writer {
            key,
            device,
            tip,
            lock: Some(lock),
        });
        if from != 0 && from < schema::version() {
            store.adopt(from)?;
        } else if store.is_begun()? {
            store.check_grounds()?;
        }
        store.check_law()?;
        Ok(store)
    }

    pub(super) fn open(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        look_at(path)?;
        refuse_foreign_journal(path)?;
        let identity = OpenedRegistry::identity(path)?;
        let fail = |e| StoreError::of(path, e);
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(fail)?;
        connection
            .busy_timeout(Duration::from_secs(10))
            .map_err(fail)?;
        // Spilling a large transaction early would synchronise the disk again and again.
        connection
            .execute_batch(
                "PRAGMA synchronous = FULL; PRAGMA cache_size = -262144; PRAGMA cell_size_check = ON; \
                 PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_spill = OFF;",
            )
            .map_err(fail)?;
        let application: i32 = connection
            .pragma_query_value(None, "application_id", |row| row.get(0))
            .map_err(fail)?;
        if application != schema::APPLICATION_ID {
            return Err(StoreError::NotARegistry { path: path.into() });
        }
        let found: i32 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(fail)?;
        if found > schema::version() {
            return Err(StoreError::Newer {
                path: path.into(),
                found,
                known: schema::version(),
            });
        }
        let mut store = Self::with(path, connection);
        // Counted before it is read: what comes in between is read once more.
        let changes = store.changes()?;
        store.opened = Some(OpenedRegistry { identity, changes });
        store.learn()?;
        Ok(store)
    }

    /// Whether anything was recorded.
    pub(super) fn is_begun(&self) -> Result<bool, StoreError> {
        self.connection
            .query_row("SELECT EXISTS (SELECT 1 FROM events)", [], |row| row.get(0))
            .map_err(|e| self.fail(e))
    }
}
