//! The registry file, open: its connection, who may say what in it, what is remembered of it.
//!
//! What every reader and writer needs of it is here: queries and their errors, the gate, the file's neighbours.

use super::error::StoreError;
use super::files::read_key;
use super::lock::{WriteLock, beside};
use super::remembered::Remembered;
use super::schema;
use super::undistricted::Undistricted;
use super::worked_out::WorkedOut;
use crate::platform::FileIdentity;
use crate::registry::authority::{Authority, Claims};
use crate::registry::body::Body;
use crate::registry::event::Sealed;
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::people::People;
use crate::registry::settings::Settings;
use crate::text::Zone;
use ed25519_dalek::{Signer, SigningKey};
use rusqlite::{Connection, OptionalExtension, Params, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// An open registry.
#[derive(Debug)]
pub struct Store {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
    pub(super) gate: Authority,
    pub(super) settings: Settings,
    pub(super) migrated: Option<Migrated>,
    /// The file, where this is no copy of it in memory.
    pub(super) opened: Option<OpenedRegistry>,
    pub(super) writer: Option<Writer>,
    pub(super) remembered: Remembered,
    pub(super) worked_out: WorkedOut,
    pub(super) undistricted: Undistricted,
    /// Files of evidence that a rehearsal takes to be here.
    pub(super) arriving: BTreeSet<Hash>,
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

/// What was opened, and what the engine counted then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenedRegistry {
    pub(super) identity: FileIdentity,
    pub(super) changes: i64,
}

impl OpenedRegistry {
    /// The file at a path, before it is opened.
    pub(super) fn identity(path: &Path) -> Result<FileIdentity, StoreError> {
        FileIdentity::of(path).map_err(StoreError::io(path))
    }
}

#[derive(Debug)]
pub(super) struct Writer {
    pub(super) key: SigningKey,
    pub(super) device: DeviceId,
    pub(super) tip: Option<ChainTip>,
    /// Let go of while it rests.
    pub(super) lock: Option<WriteLock>,
}

/// The last event of this device.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChainTip {
    pub(super) seq: u64,
    pub(super) hash: Hash,
    pub(super) id: Uuid,
    pub(super) logged_s: i64,
    /// Whether its signature was verified since the registry was opened.
    pub(super) verified: bool,
}

impl Store {
    pub(super) fn fail(&self, source: rusqlite::Error) -> StoreError {
        StoreError::of(&self.path, source)
    }

    pub(super) fn damaged(&self, what: impl Into<String>) -> StoreError {
        StoreError::Damaged {
            path: self.path.clone(),
            what: what.into(),
        }
    }

    /// Reads devices, people and settings anew. Returns the gate as it was before.
    pub(super) fn learn(&mut self) -> Result<Authority, StoreError> {
        let events = self.law()?;
        let mut grounds = self.grounds()?;
        grounds.claims = self.claims(&events)?;
        let told = events.iter().map(|sealed| (sealed.hash, &sealed.event));
        let gate = Authority::of(grounds, told);
        self.settings = gate.settings_for(gate.unit());
        self.settings.zone = self.begun()?.as_deref().and_then(Zone::of);
        Ok(std::mem::replace(&mut self.gate, gate))
    }

    /// Of the devices that anybody speaks of, which unit they say that they belong to.
    fn claims(&self, law: &[Sealed]) -> Result<Claims, StoreError> {
        let mut claims = Claims::default();
        for sealed in law {
            let Body::Trust(trust) = &sealed.event.body else {
                continue;
            };
            let device = [trust.device.as_bytes()];
            for sealed in self.events_where("device = ?1 ORDER BY seq, n LIMIT 1", device)? {
                claims.hear(&sealed.event);
            }
        }
        Ok(claims)
    }

    /// The events that say who may do what.
    pub(super) fn law(&self) -> Result<Vec<Sealed>, StoreError> {
        let kinds = Body::LAW.join("', '");
        self.events_where(&format!("site IS NULL AND kind IN ('{kinds}')"), [])
    }

    /// The last event of a device's own chain, which the next one follows.
    pub(super) fn tip(&self, device: DeviceId) -> Result<Option<ChainTip>, StoreError> {
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
    pub(super) fn select(&self, sql: &str, values: impl Params) -> Result<Vec<Sealed>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached(sql)
            .map_err(|e| self.fail(e))?;
        let rows = statement.query_map(values, raw).map_err(|e| self.fail(e))?;
        rows.map(|row| {
            let (hash, signature, actor_signature, bytes) = row.map_err(|e| self.fail(e))?;
            Sealed::open(bytes, hash, signature, actor_signature)
                .map_err(|flaw| self.damaged(format!("event {}: {flaw}", hash.short())))
        })
        .collect()
    }

    /// The events of which something holds, each checked against its hash.
    pub(super) fn events_where(
        &self,
        what: &str,
        values: impl Params,
    ) -> Result<Vec<Sealed>, StoreError> {
        self.select(&raw_events(what), values)
    }

    /// The event of this hash, if it is here.
    ///
    /// # Errors
    /// Those of reading.
    pub fn event(&self, hash: Hash) -> Result<Option<Sealed>, StoreError> {
        let found = self.events_where("hash = ?1", [hash.as_bytes()])?;
        Ok(found.into_iter().next())
    }

    /// The first row that a query gives, if it gives any.
    pub(super) fn row<T>(
        &self,
        sql: &str,
        values: impl Params,
        of: impl FnOnce(&Row) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(values, of).optional())
            .map_err(|e| self.fail(e))
    }

    /// Whether a query gives any row.
    pub(super) fn exists(&self, sql: &str, values: impl Params) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.exists(values))
            .map_err(|e| self.fail(e))
    }

    /// Runs a statement once. Returns how many rows it changed.
    pub(super) fn execute(&self, sql: &str, values: impl Params) -> Result<usize, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(values))
            .map_err(|e| self.fail(e))
    }

    /// What a query gives, row by row.
    pub(super) fn rows<T, C: FromIterator<T>>(
        &self,
        sql: &str,
        values: impl Params,
        of: impl Fn(&Row) -> rusqlite::Result<T>,
    ) -> Result<C, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(values, of)?.collect())
            .map_err(|e| self.fail(e))
    }

    /// Sites of a query whose one column is their key.
    pub(super) fn site_keys(
        &self,
        sql: &str,
        values: impl Params,
    ) -> Result<Vec<SiteKey>, StoreError> {
        self.rows(sql, values, |row| Ok(SiteKey(row.get(0)?)))
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

    /// This device, and its signature of a message in hexadecimal digits. It needs no turn to write: nothing is recorded.
    /// A message begins with what it is for, so that a signature is good for nothing else.
    ///
    /// # Errors
    /// [`StoreError::NoDeviceKey`].
    pub fn device_signs(&self, message: &[u8]) -> Result<(DeviceId, String), StoreError> {
        let key = read_key(&beside(self.path(), ".key"))?;
        Ok((
            DeviceId::of(&key),
            hex::encode(key.sign(message).to_bytes()),
        ))
    }

    /// A value that belongs to this copy alone and is no event, such as when a boundary file was read.
    ///
    /// # Errors
    /// Those of reading.
    pub fn local(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.row("SELECT value FROM local WHERE key = ?1", [key], |row| {
            row.get(0)
        })
    }

    /// Sets a value of this copy; inside [`Store::write`].
    ///
    /// # Errors
    /// Those of writing.
    pub fn set_local(&self, key: &str, value: &str) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO local(key, value) VALUES (?1, ?2)";
        self.execute(sql, [key, value]).map(|_one| ())
    }
}

pub(super) type RawEvent = (Hash, [u8; 64], Option<[u8; 64]>, Vec<u8>);

/// The query for events of which something holds: hash, signatures and bytes.
pub(super) fn raw_events(what: &str) -> String {
    format!("SELECT hash, signature, actor_signature, bytes FROM events WHERE {what}")
}

/// A number as the tables hold it.
pub(super) fn as_stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Hash, signatures and bytes of a row.
pub(super) fn raw(row: &Row) -> rusqlite::Result<RawEvent> {
    let hash: [u8; 32] = row.get(0)?;
    Ok((Hash(hash), row.get(1)?, row.get(2)?, row.get(3)?))
}

/// Events of one site, ready to be folded.
pub(super) type SiteEvents = (SiteKey, Vec<(Hash, Vec<u8>)>);
/// Events that concern a second site, by that site.
pub(super) type OtherSide = BTreeMap<SiteKey, Vec<(Hash, Vec<u8>)>>;

pub(super) fn seconds(rfc3339: &str) -> i64 {
    rfc3339
        .parse::<jiff::Timestamp>()
        .map_or(0, jiff::Timestamp::as_second)
}
