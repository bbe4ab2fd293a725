//! The registry file: events in `SQLite`, never changed or deleted, and tables derived from them.
//!
//! Writing goes through [`Store::write`]: one transaction, synchronised to the disk before it is acknowledged. Each
//! appended event is folded with its site's earlier ones first; what replay would not follow is not taken.

pub mod backup;
pub mod bundle;
mod districts;
mod each;
mod error;
pub mod evidence;
pub mod evidence_list;
mod files;
mod filter;
mod gate;
pub mod keys;
mod lock;
mod read;
mod replayed;
mod salvage;
mod schema;
mod search;
mod verify;
mod write;

pub use error::StoreError;
pub use filter::Filter;
pub use salvage::{Salvaged, salvage};
pub use verify::{Finding, Gap, Verification};

use crate::registry::authority::{Authority, Grounds};
use crate::registry::body::{Body, Init};
use crate::registry::event::{EvidenceRef, Sealed};
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::people::People;
use crate::registry::settings::Settings;
use ed25519_dalek::SigningKey;
use files::{look_at, read_key, refuse_foreign_journal, write_key};
use lock::{WriteLock, beside};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;
use write::{actor_column, guard, seconds};

/// An open registry.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Connection,
    gate: Authority,
    settings: Settings,
    migrated: Option<Migrated>,
    writer: Option<Writer>,
}

/// What became of a registry of an earlier version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Its version.
    pub from: i32,
    /// Events that are kept and no longer followed.
    pub refused: usize,
}

#[derive(Debug)]
struct Writer {
    key: SigningKey,
    device: DeviceId,
    tip: Option<Tip>,
    _lock: WriteLock,
}

/// The last event of this device.
#[derive(Debug, Clone, Copy)]
struct Tip {
    seq: u64,
    hash: Hash,
    id: Uuid,
    logged_s: i64,
    /// Whether its signature was verified since the registry was opened.
    verified: bool,
}

/// Who records an event.
#[derive(Debug, Clone)]
pub struct Author {
    /// Their name.
    pub name: String,
    /// Their unit's code.
    pub unit: String,
    /// Their own key, where they unlocked it.
    pub key: Option<SigningKey>,
    /// Who records it in their name, where they hold a key and did not sign.
    pub in_their_name: Option<InTheirName>,
}

/// A supervisor who records something in another's name.
#[derive(Debug, Clone)]
pub struct InTheirName {
    /// The supervisor's name.
    pub name: String,
    /// The supervisor's own key, where they hold one.
    pub key: Option<SigningKey>,
    /// Why the author's own signature is missing.
    pub reason: String,
}

impl Author {
    /// Somebody who does not sign with a key of their own.
    pub fn plain(unit: &str, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            unit: unit.to_owned(),
            key: None,
            in_their_name: None,
        }
    }
}

/// An event before it has a number, a hash and a signature.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The site; none for people, settings and scans.
    pub site: Option<SiteKey>,
    /// When it happened, RFC 3339 with offset.
    pub at: String,
    /// Files that go with it.
    pub evidence: Vec<EvidenceRef>,
    /// What it says.
    pub body: Body,
}

/// The clock and the dice, handed in so that deciding stays pure.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Now.
    pub now: jiff::Timestamp,
    /// Eight random bytes.
    pub random: [u8; 8],
}

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
        // A journal that was left there would be played into the new file.
        for taken in [
            path.into(),
            key_path.clone(),
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
    /// what a killed writer left half done is undone, now or at any later read, under the engine's own lock.
    ///
    /// # Errors
    /// Those of a file that is none, newer or damaged; [`StoreError::Interrupted`] where the folder cannot be written.
    pub fn open_read(path: &Path) -> Result<Self, StoreError> {
        let store = Self::open_query_only(path)?;
        if store.version()? == schema::version() {
            return Ok(store);
        }
        // Of an earlier version: brought to this one, where it can be written; else read by the law it was written under.
        let Ok(upgraded) = Self::open_write(path, "upgrade", Duration::from_secs(10)) else {
            return Ok(store);
        };
        let migrated = upgraded.migrated;
        drop((store, upgraded));
        let mut store = Self::open_query_only(path)?;
        store.migrated = migrated;
        Ok(store)
    }

    fn version(&self) -> Result<i32, StoreError> {
        self.connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(|e| self.fail(e))
    }

    fn open_query_only(path: &Path) -> Result<Self, StoreError> {
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
        let from = schema::migrate(&store.connection).map_err(|e| store.fail(e))?;
        let device = DeviceId::of(&key);
        let tip = store.tip(device)?;
        store.writer = Some(Writer {
            key,
            device,
            tip,
            _lock: lock,
        });
        if from != 0 && from < schema::version() {
            store.adopt(from)?;
        } else if store.count()? > 0 {
            store.check_grounds()?;
        }
        store.check_law()?;
        Ok(store)
    }

    fn open(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        look_at(path)?;
        refuse_foreign_journal(path)?;
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
        let mut store = Self {
            path: path.into(),
            connection,
            gate: Authority::default(),
            settings: Settings::default(),
            migrated: None,
            writer: None,
        };
        store.learn()?;
        Ok(store)
    }

    fn fail(&self, source: rusqlite::Error) -> StoreError {
        StoreError::of(&self.path, source)
    }

    fn damaged(&self, what: impl Into<String>) -> StoreError {
        StoreError::Damaged {
            path: self.path.clone(),
            what: what.into(),
        }
    }

    /// Reads devices, people and settings anew. Returns the gate as it was before.
    fn learn(&mut self) -> Result<Authority, StoreError> {
        let events = self.law()?;
        let gate = Authority::of(
            self.grounds()?,
            events.iter().map(|sealed| (sealed.hash, &sealed.event)),
        );
        self.settings = gate.settings_for(gate.unit());
        Ok(std::mem::replace(&mut self.gate, gate))
    }

    /// The events that say who may do what.
    pub(super) fn law(&self) -> Result<Vec<Sealed>, StoreError> {
        let kinds = Body::LAW.join("', '");
        self.select(
            &format!(
                "SELECT hash, signature, actor_signature, bytes FROM events \
                 WHERE site IS NULL AND kind IN ('{kinds}')"
            ),
            [],
        )
    }

    fn tip(&self, device: DeviceId) -> Result<Option<Tip>, StoreError> {
        let last = self.select(
            "SELECT hash, signature, actor_signature, bytes FROM events WHERE device = ?1 ORDER BY seq DESC, n DESC LIMIT 1",
            [device.as_bytes()],
        )?;
        Ok(last.first().map(|sealed| Tip {
            seq: sealed.event.seq,
            hash: sealed.hash,
            id: sealed.event.id,
            logged_s: seconds(&sealed.event.logged_at),
            verified: false,
        }))
    }

    /// Events of a query whose columns are hash, signatures and bytes, each checked against its hash.
    fn select(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<Sealed>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached(sql)
            .map_err(|e| self.fail(e))?;
        let rows = statement
            .query_map(parameters, raw)
            .map_err(|e| self.fail(e))?;
        rows.map(|row| {
            let (hash, signature, actor_signature, bytes) = row.map_err(|e| self.fail(e))?;
            Sealed::open(bytes, hash, signature, actor_signature)
                .map_err(|flaw| self.damaged(format!("event {}: {flaw}", hash.short())))
        })
        .collect()
    }

    /// The event of this hash, if it is here.
    fn event(&self, hash: Hash) -> Result<Option<Sealed>, StoreError> {
        let found = self.select(
            "SELECT hash, signature, actor_signature, bytes FROM events WHERE hash = ?1",
            [hash.as_bytes()],
        )?;
        Ok(found.into_iter().next())
    }

    /// Sites of a query whose one column is their key.
    fn site_keys(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<SiteKey>, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| {
                statement
                    .query_map(parameters, |row| Ok(SiteKey(row.get(0)?)))?
                    .collect()
            })
            .map_err(|e| self.fail(e))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder beside it that holds its evidence.
    pub fn evidence_folder(&self) -> PathBuf {
        beside(&self.path, ".files")
    }

    /// The folder beside it that holds thumbnails, which are derived and may be deleted.
    pub fn thumbnails_folder(&self) -> PathBuf {
        beside(&self.path, ".thumbnails")
    }

    /// The folder beside it that holds people's locked keys.
    pub fn keys_folder(&self) -> PathBuf {
        beside(&self.path, ".people")
    }

    /// Who may say what about what.
    pub fn authority(&self) -> &Authority {
        &self.gate
    }

    /// The people.
    pub fn people(&self) -> &People {
        self.gate.people()
    }

    /// What became of the registry of an earlier version that was opened.
    pub fn migrated(&self) -> Option<Migrated> {
        self.migrated
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// This device and its secret key, where the registry is open for writing.
    pub fn signing_key(&self) -> Option<&SigningKey> {
        self.writer.as_ref().map(|writer| &writer.key)
    }

    /// The device whose key lies beside the registry.
    fn own_device(&self) -> Option<DeviceId> {
        let key = read_key(&beside(&self.path, ".key")).ok()?;
        Some(DeviceId::of(&key))
    }

    /// A value that belongs to this copy alone and is no event, such as when a boundary file was read.
    ///
    /// # Errors
    /// Those of reading.
    pub fn local(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.connection
            .query_row("SELECT value FROM local WHERE key = ?1", [key], |row| {
                row.get(0)
            })
            .optional()
            .map_err(|e| self.fail(e))
    }

    /// Sets a value of this copy; inside [`Store::write`].
    ///
    /// # Errors
    /// Those of writing.
    pub fn set_local(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.connection
            .execute(
                "INSERT OR REPLACE INTO local(key, value) VALUES (?1, ?2)",
                [key, value],
            )
            .map(|_| ())
            .map_err(|e| self.fail(e))
    }
}

type RawEvent = (Hash, [u8; 64], Option<[u8; 64]>, Vec<u8>);

/// Hash, signatures and bytes of a row.
fn raw(row: &Row) -> rusqlite::Result<RawEvent> {
    let hash: [u8; 32] = row.get(0)?;
    Ok((Hash(hash), row.get(1)?, row.get(2)?, row.get(3)?))
}

/// Events of one site, ready to be folded.
type SiteEvents = (SiteKey, Vec<(Hash, Vec<u8>)>);
/// Events that concern a second site, by that site.
type OtherSide = BTreeMap<SiteKey, Vec<(Hash, Vec<u8>)>>;

#[cfg(test)]
mod tests;

#[cfg(test)]
mod scale;
