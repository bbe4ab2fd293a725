//! The registry file: events in `SQLite`, never changed or deleted, and tables derived from them.
//!
//! Writing goes through [`Store::write`]: one transaction, synchronised to the disk before it is acknowledged. Each
//! appended event is folded with its site's earlier ones first; what replay would not follow is not taken.

mod affairs;
pub mod backup;
pub mod bundle;
mod chains;
mod derive;
mod districts;
mod draft;
mod each;
mod error;
pub mod evidence;
pub mod evidence_list;
mod files;
mod filter;
mod gate;
mod kept;
pub mod keys;
mod lock;
mod open;
mod order;
mod parallel_replay;
mod ranking;
mod read;
mod remembered;
mod salvage;
mod schema;
mod search;
mod verify;
mod worked_out;
mod write;

pub use draft::{Author, Draft, InTheirName, Moment};
pub use error::StoreError;
pub use filter::Filter;
pub use ranking::{Ranking, ScanFeatures};
pub use salvage::{Salvaged, salvage};
pub use verify::{Finding, Gap, Verification};
pub use worked_out::WorkedOut;

use crate::registry::authority::{Authority, Claims, Grounds};
use crate::registry::body::Body;
use crate::registry::event::Sealed;
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::people::People;
use crate::registry::settings::Settings;
use ed25519_dalek::SigningKey;
use files::{read_key, write_key};
use lock::{WriteLock, beside};
use remembered::Remembered;
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use uuid::Uuid;
use write::{actor_column, guard, seconds};

/// The version of the engine that is compiled in.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// The version of the registries that this program writes.
pub fn registry_version() -> i32 {
    schema::version()
}

/// An open registry.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Connection,
    gate: Authority,
    settings: Settings,
    migrated: Option<Migrated>,
    /// The file, where this is no copy of it in memory.
    opened: Option<kept::Opened>,
    writer: Option<Writer>,
    remembered: Remembered,
    worked_out: WorkedOut,
}

/// What became of a registry of another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Its version.
    pub from: i32,
    /// Events that are kept and no longer followed.
    pub refused: usize,
    /// Whether only a copy in memory was, as the file cannot be written, or is a later program's.
    pub in_memory: bool,
}

impl Migrated {
    /// Whether a later program wrote it, so that this one shows what it knows and changes nothing.
    pub fn is_later(self) -> bool {
        self.from > schema::version()
    }
}

#[derive(Debug)]
struct Writer {
    key: SigningKey,
    device: DeviceId,
    tip: Option<ChainTip>,
    /// Let go of while it rests.
    lock: Option<WriteLock>,
}

/// The last event of this device.
#[derive(Debug, Clone, Copy)]
struct ChainTip {
    seq: u64,
    hash: Hash,
    id: Uuid,
    logged_s: i64,
    /// Whether its signature was verified since the registry was opened.
    verified: bool,
}

impl Store {
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
        let mut grounds = self.grounds()?;
        grounds.claims = self.claims(&events)?;
        let gate = Authority::of(
            grounds,
            events.iter().map(|sealed| (sealed.hash, &sealed.event)),
        );
        self.settings = gate.settings_for(gate.unit());
        Ok(std::mem::replace(&mut self.gate, gate))
    }

    /// Of the devices that anybody speaks of, which unit they say that they belong to.
    fn claims(&self, law: &[Sealed]) -> Result<Claims, StoreError> {
        let mut claims = Claims::default();
        for sealed in law {
            let Body::Trust(trust) = &sealed.event.body else {
                continue;
            };
            let first = self.select(
                "SELECT hash, signature, actor_signature, bytes FROM events WHERE device = ?1 ORDER BY seq, n LIMIT 1",
                [trust.device.as_bytes()],
            )?;
            for sealed in first {
                claims.hear(&sealed.event);
            }
        }
        Ok(claims)
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

    /// The last event of a device's own chain, which the next one follows.
    fn tip(&self, device: DeviceId) -> Result<Option<ChainTip>, StoreError> {
        let mut last = self.select(
            "SELECT hash, signature, actor_signature, bytes FROM events e WHERE device = ?1 \
             AND NOT EXISTS (SELECT 1 FROM late l WHERE l.hash = e.hash) ORDER BY seq DESC LIMIT 1",
            [device.as_bytes()],
        )?;
        let standing: i64 = self
            .connection
            .query_row(
                "SELECT (SELECT count(*) FROM events WHERE device = ?1) \
                 - (SELECT count(*) FROM late l JOIN events e ON e.hash = l.hash WHERE e.device = ?1)",
                [device.as_bytes()],
                |row| row.get(0),
            )
            .map_err(|e| self.fail(e))?;
        if last
            .first()
            .is_some_and(|sealed| u64::try_from(standing) != Ok(sealed.event.seq))
        {
            // What lies behind a gap is nothing to build on.
            let unbroken = self.order_of(device)?.unbroken;
            last = match unbroken {
                Some((_, hash)) => self.event(hash)?.into_iter().collect(),
                None => Vec::new(),
            };
        }
        Ok(last.first().map(|sealed| ChainTip {
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
    ///
    /// # Errors
    /// Those of reading.
    pub fn event(&self, hash: Hash) -> Result<Option<Sealed>, StoreError> {
        let found = self.select(
            "SELECT hash, signature, actor_signature, bytes FROM events WHERE hash = ?1",
            [hash.as_bytes()],
        )?;
        Ok(found.into_iter().next())
    }

    /// What a query gives, row by row.
    fn rows<T, C: FromIterator<T>>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        of: impl Fn(&Row) -> rusqlite::Result<T>,
    ) -> Result<C, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(parameters, of)?.collect())
            .map_err(|e| self.fail(e))
    }

    /// Sites of a query whose one column is their key.
    fn site_keys(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<SiteKey>, StoreError> {
        self.rows(sql, parameters, |row| Ok(SiteKey(row.get(0)?)))
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

    /// The folder beside it that holds what crews take with them and send back.
    pub fn field_folder(&self) -> PathBuf {
        beside(&self.path, ".field")
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
    pub fn own_device(&self) -> Option<DeviceId> {
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
