//! The registry file: events in `SQLite`, never changed or deleted, and tables derived from them.
//!
//! Writing goes through [`Store::write`]: one transaction, synchronised to the disk before it is acknowledged. Each
//! appended event is folded with its site's earlier ones first; what replay would not follow is not taken.

mod districts;
mod error;
mod lock;
mod read;
mod salvage;
mod schema;
mod verify;

pub use error::StoreError;
pub use read::Filter;
pub use salvage::{Salvaged, salvage};
pub use verify::{Finding, Gap, Verification};

use super::body::{Body, Init};
use super::event::{Actor, Event, EvidenceRef, Sealed, next_id};
use super::ids::{DeviceId, Hash, SiteKey};
use super::people::{People, roles_for};
use super::replay::fold;
use super::settings::Settings;
use super::site::Site;
use ed25519_dalek::SigningKey;
use lock::{WriteLock, beside};
use read::REPLAY_BATCH;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;

/// An open registry.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Connection,
    people: People,
    settings: Settings,
    writer: Option<Writer>,
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
        for taken in [path, key_path.as_path()] {
            if taken.exists() {
                return Err(StoreError::Exists { path: taken.into() });
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
                let draft = Draft {
                    site: None,
                    at,
                    evidence: Vec::new(),
                    body: Body::Init(init),
                };
                let first = store.append(author, draft, moment)?;
                // Whose registry this is: the unit, and the devices from which trust begins.
                store.set_local("unit", &author.unit)?;
                store.set_local("roots", &first.event.device.to_string())
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

    /// Opens for reading. Nothing is written, not even the recovery of an interrupted write where that can wait.
    ///
    /// # Errors
    /// Those of a file that is none, newer or damaged.
    pub fn open_read(path: &Path) -> Result<Self, StoreError> {
        Self::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
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
        schema::migrate(&store.connection).map_err(|e| store.fail(e))?;
        let device = DeviceId(key.verifying_key().to_bytes());
        let tip = store.tip(device)?;
        store.writer = Some(Writer {
            key,
            device,
            tip,
            _lock: lock,
        });
        Ok(store)
    }

    fn open(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        look_at(path)?;
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
            people: People::default(),
            settings: Settings::default(),
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

    /// Reads people and settings anew.
    fn learn(&mut self) -> Result<(), StoreError> {
        let events = self.select(
            "SELECT hash, signature, actor_signature, bytes FROM events \
             WHERE site IS NULL AND kind IN ('init', 'actor', 'setting')",
            [],
        )?;
        let pairs = || events.iter().map(|sealed| (sealed.hash, &sealed.event));
        self.people = People::of(pairs());
        self.settings = Settings::of(pairs());
        Ok(())
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

    /// The people.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// This device and its secret key, where the registry is open for writing.
    pub fn signing_key(&self) -> Option<&SigningKey> {
        self.writer.as_ref().map(|writer| &writer.key)
    }

    /// Does something in one transaction: all of it is on the disk afterwards, or nothing.
    ///
    /// # Errors
    /// Those of the work, and of the disk.
    pub fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.transact(true, work)
    }

    /// Does something in one transaction and takes it back: what would become of it.
    ///
    /// # Errors
    /// Those of the work.
    pub fn rehearse<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.transact(false, work)
    }

    fn transact<T>(
        &mut self,
        in_earnest: bool,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let tip = self.writer.as_ref().and_then(|writer| writer.tip);
        self.connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(|e| self.fail(e))?;
        let done = work(self);
        let ended = if done.is_ok() && in_earnest {
            self.connection.execute_batch("COMMIT")
        } else {
            Ok(())
        };
        let done = ended.map_err(|e| self.fail(e)).and(done);
        if done.is_err() || !in_earnest {
            // After a full disk the engine has rolled back already, and says that there is nothing to roll back.
            let _rolled_back = self.connection.execute_batch("ROLLBACK");
            if let Some(writer) = &mut self.writer {
                writer.tip = tip;
            }
            self.learn()?;
        }
        done
    }

    /// Records an event; inside [`Store::write`] only.
    ///
    /// # Errors
    /// [`StoreError::Refused`] and [`StoreError::NoRole`] where replay would not follow it; those of writing.
    pub fn append(
        &mut self,
        author: &Author,
        draft: Draft,
        moment: Moment,
    ) -> Result<Sealed, StoreError> {
        let mut seen = Vec::new();
        for key in draft.site.iter().chain(draft.body.other_sites()) {
            seen.extend(self.site(*key)?.into_iter().flat_map(|site| site.heads));
        }
        self.append_on(author, draft, seen, moment)
    }

    /// Records an event whose author saw these heads of its site's history, perhaps not the last; inside
    /// [`Store::write`] only.
    ///
    /// # Errors
    /// Those of [`Store::append`].
    pub fn append_on(
        &mut self,
        author: &Author,
        draft: Draft,
        seen: Vec<Hash>,
        moment: Moment,
    ) -> Result<Sealed, StoreError> {
        let sealed = self.seal(author, draft, seen, moment)?;
        let mut changed: Vec<Site> = Vec::new();
        let mut concerned: Vec<SiteKey> = sealed.event.site.into_iter().collect();
        concerned.extend_from_slice(sealed.event.body.other_sites());
        for key in &concerned {
            let mut events = self.events_of(*key)?;
            events.push(sealed.clone());
            let pairs: Vec<(Hash, &Event)> = events.iter().map(|s| (s.hash, &s.event)).collect();
            let site = fold(*key, &pairs, &self.people);
            if let Some((_, refusal)) = site.refused.iter().find(|(hash, _)| *hash == sealed.hash) {
                return Err(StoreError::Refused {
                    site: self.code(*key)?,
                    refusal: refusal.clone(),
                    actor: author.name.clone(),
                });
            }
            changed.push(site);
        }
        self.insert(&sealed)?;
        for site in &changed {
            self.keep(site)?;
        }
        if let Some(writer) = &mut self.writer {
            writer.tip = Some(Tip {
                seq: sealed.event.seq,
                hash: sealed.hash,
                id: sealed.event.id,
                logged_s: seconds(&sealed.event.logged_at),
            });
        }
        if sealed.event.site.is_none() {
            self.learn_from(std::slice::from_ref(&sealed))?;
        }
        Ok(sealed)
    }

    fn seal(
        &self,
        author: &Author,
        draft: Draft,
        based_on: Vec<Hash>,
        moment: Moment,
    ) -> Result<Sealed, StoreError> {
        let writer = self.writer.as_ref().ok_or_else(|| StoreError::ReadOnly {
            path: self.path.clone(),
        })?;
        let wanted = roles_for(&draft.body);
        let holds = self.people.get(&author.unit, &author.name);
        let first = matches!(draft.body, Body::Init(_)).then_some(super::Role::Supervisor);
        let role = wanted
            .iter()
            .copied()
            .find(|role| holds.is_some_and(|person| person.roles.contains(role)))
            .or(first)
            .ok_or_else(|| StoreError::NoRole {
                actor: author.name.clone(),
                roles: wanted.iter().map(|role| role.name()).collect(),
            })?;
        let now_s = moment.now.as_second();
        let behind = writer.tip.map_or(0, |tip| tip.logged_s - now_s);
        let event = Event {
            id: next_id(
                writer.tip.map(|tip| tip.id),
                u64::try_from(moment.now.as_millisecond()).unwrap_or(0),
                moment.random,
            ),
            site: draft.site,
            season: self.settings.season_of(captured_or(&draft)).unwrap_or(0),
            at: draft.at,
            logged_at: moment.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            clock_behind_s: u64::try_from(behind).ok().filter(|seconds| *seconds > 1),
            actor: Actor {
                name: author.name.clone(),
                unit: author.unit.clone(),
                role,
                key: author
                    .key
                    .as_ref()
                    .map(|key| DeviceId(key.verifying_key().to_bytes())),
            },
            device: writer.device,
            seq: writer.tip.map_or(1, |tip| tip.seq + 1),
            prev: writer.tip.map(|tip| tip.hash),
            based_on,
            evidence: draft.evidence,
            body: draft.body,
        };
        Sealed::seal(event, &writer.key, author.key.as_ref()).map_err(|flaw| StoreError::Flaw {
            event: Hash([0; 32]),
            flaw,
        })
    }

    /// Puts an event into its table; `false` where it is there already.
    fn insert(&self, sealed: &Sealed) -> Result<bool, StoreError> {
        let event = &sealed.event;
        let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
        let rows = self
            .connection
            .prepare_cached(
                "INSERT OR IGNORE INTO events(hash, signature, actor_signature, bytes, id, device, seq, kind, actor, site, other_site, guard) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )
            .and_then(|mut statement| {
                statement.execute(params![
                    sealed.hash.as_bytes(),
                    sealed.signature,
                    sealed.actor_signature,
                    sealed.bytes,
                    event.id.as_bytes().as_slice(),
                    event.device.as_bytes(),
                    seq,
                    event.body.kind(),
                    actor_column(&event.actor),
                    event.site.as_ref().map(SiteKey::as_bytes),
                    event.body.other_sites().first().map(SiteKey::as_bytes),
                    guard(&sealed.signature, sealed.actor_signature.as_ref()),
                ])
            })
            .map_err(|e| self.fail(e))?;
        Ok(rows == 1)
    }

    /// Writes a site into the derived tables.
    fn keep(&self, site: &Site) -> Result<(), StoreError> {
        let json = serde_json::to_vec(site).map_err(|e| self.damaged(e.to_string()))?;
        self.keep_json(site, &json)
    }

    fn keep_json(&self, site: &Site, json: &[u8]) -> Result<(), StoreError> {
        let put = || -> rusqlite::Result<()> {
            self.connection
                .prepare_cached(
                    "INSERT INTO sites(key, state, disputed, season, crew, unit, lon_e7, lat_e7, digest, json) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                     ON CONFLICT(key) DO UPDATE SET state = ?2, disputed = ?3, season = ?4, crew = ?5, unit = ?6, lon_e7 = ?7, \
                     lat_e7 = ?8, digest = ?9, json = ?10",
                )?
                .execute(params![
                    site.key.as_bytes(),
                    site.state.name(),
                    site.disputed,
                    site.season,
                    site.crew(),
                    site.unit,
                    site.place.lon_e7,
                    site.place.lat_e7,
                    Hash::of(json).as_bytes(),
                    json
                ])?;
            let mut candidate = self.connection.prepare_cached(
                "INSERT OR IGNORE INTO candidates(candidate, site) VALUES (?1, ?2)",
            )?;
            for detection in site
                .detection
                .iter()
                .chain(site.sightings.iter().map(|s| &s.detection))
            {
                candidate.execute(params![detection.candidate, site.key.as_bytes()])?;
            }
            Ok(())
        };
        put().map_err(|e| self.fail(e))
    }

    /// Takes events of other devices that were checked before: the union with what is here. Returns how many were new.
    ///
    /// # Errors
    /// Those of writing.
    pub fn take(&mut self, events: &[Sealed]) -> Result<usize, StoreError> {
        let mut touched = BTreeSet::new();
        let mut new = Vec::new();
        let mut count = 0;
        for sealed in events {
            if self.insert(sealed)? {
                count += 1;
                touched.extend(sealed.event.site);
                touched.extend(sealed.event.body.other_sites());
                if sealed.event.site.is_none() {
                    new.push(sealed.clone());
                }
            }
        }
        self.learn_from(&new)?;
        let touched: Vec<SiteKey> = touched.into_iter().collect();
        self.refold(&touched)?;
        Ok(count)
    }

    /// Folds these sites again and keeps them: read one after another, folded on every core.
    fn refold(&self, keys: &[SiteKey]) -> Result<(), StoreError> {
        for keys in keys.chunks(REPLAY_BATCH) {
            let histories = keys
                .iter()
                .map(|key| Ok((*key, self.raw_events_of(*key)?)))
                .collect::<Result<Vec<SiteEvents>, StoreError>>()?;
            for (site, json) in
                read::fold_batch(&histories, &self.people).map_err(|what| self.damaged(what))?
            {
                self.keep_json(&site, &json)?;
            }
        }
        Ok(())
    }

    /// Learns about people and settings, and folds again the sites whose events that concerns.
    fn learn_from(&mut self, events: &[Sealed]) -> Result<BTreeSet<SiteKey>, StoreError> {
        let mut sites = BTreeSet::new();
        let Some(first) = events
            .iter()
            .filter(|s| {
                matches!(
                    s.event.body,
                    Body::Init(_) | Body::Actor(_) | Body::Setting(_)
                )
            })
            .map(|s| s.event.id)
            .min()
        else {
            return Ok(sites);
        };
        let before = self.people.clone();
        self.learn()?;
        for (unit, name) in self.people.changed_since(&before) {
            let mut statement = self
                .connection
                .prepare_cached("SELECT DISTINCT site FROM events WHERE actor = ?1 AND id > ?2 AND site IS NOT NULL")
                .map_err(|e| self.fail(e))?;
            let found = statement
                .query_map(
                    params![format!("{unit}/{name}"), first.as_bytes().as_slice()],
                    |row| row.get::<_, Vec<u8>>(0),
                )
                .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
                .map_err(|e| self.fail(e))?;
            sites.extend(
                found
                    .iter()
                    .filter_map(|key| SiteKey::try_from(key.as_slice()).ok()),
            );
        }
        let again: Vec<SiteKey> = sites.iter().copied().collect();
        self.refold(&again)?;
        Ok(sites)
    }

    /// Empties the derived tables and fills them by replay. Returns the number of sites.
    ///
    /// # Errors
    /// Those of writing; [`StoreError::Damaged`] names the event that cannot be read.
    pub fn rebuild(&mut self) -> Result<u64, StoreError> {
        self.write(|store| {
            store
                .connection
                .execute_batch("DELETE FROM sites; DELETE FROM candidates;")
                .map_err(|e| store.fail(e))?;
            store.learn()?;
            let mut count = 0;
            store.replay_all(|site, json| {
                count += 1;
                store.keep_json(site, json)
            })?;
            Ok(count)
        })
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

/// A checksum of the signatures: not proof against anybody, but enough to see that a disk has changed one.
fn guard(signature: &[u8; 64], actor_signature: Option<&[u8; 64]>) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(signature);
    if let Some(own) = actor_signature {
        sum.update(own);
    }
    sum.finalize()
}

fn actor_column(actor: &Actor) -> String {
    format!("{}/{}", actor.unit, actor.name)
}

/// The day that decides the season: that of the imagery where there is one, else that of the event.
fn captured_or(draft: &Draft) -> &str {
    let detection = match &draft.body {
        Body::Create(create) => create.detection.as_ref(),
        Body::Sighting(sighting) => Some(&sighting.detection),
        _ => None,
    };
    let captured = match &draft.body {
        Body::Scan(scan) => scan.captured.as_ref(),
        _ => detection.and_then(|d| d.captured.as_ref()),
    };
    captured.map_or(&draft.at, |[_, last]| last)
}

fn seconds(rfc3339: &str) -> i64 {
    rfc3339
        .parse::<jiff::Timestamp>()
        .map_or(0, jiff::Timestamp::as_second)
}

/// The kind of file, before `SQLite` is asked.
fn look_at(path: &Path) -> Result<(), StoreError> {
    let about = std::fs::metadata(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => StoreError::Missing { path: path.into() },
        _ => StoreError::Io {
            path: path.into(),
            source,
        },
    })?;
    if about.is_dir() {
        return Err(StoreError::NotARegistry { path: path.into() });
    }
    if about.len() == 0 {
        return Err(StoreError::Empty { path: path.into() });
    }
    Ok(())
}

fn write_key(path: &Path, secret: &[u8; 32]) -> Result<(), StoreError> {
    use std::io::Write;
    let io = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly { path: path.into() }
        }
        std::io::ErrorKind::StorageFull => StoreError::Full { path: path.into() },
        std::io::ErrorKind::NotFound => StoreError::Missing {
            path: path.parent().unwrap_or(path).into(),
        },
        _ => StoreError::Io {
            path: path.into(),
            source,
        },
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(io)?;
    writeln!(file, "{}", hex::encode(secret)).map_err(io)?;
    file.sync_all().map_err(io)
}

fn read_key(path: &Path) -> Result<SigningKey, StoreError> {
    let none = || StoreError::NoDeviceKey { path: path.into() };
    let text = std::fs::read_to_string(path).map_err(|_missing| none())?;
    let mut secret = [0; 32];
    hex::decode_to_slice(text.trim(), &mut secret).map_err(|_not_hex| none())?;
    Ok(SigningKey::from_bytes(&secret))
}

/// Events of one site, ready to be folded.
type SiteEvents = (SiteKey, Vec<(Hash, Vec<u8>)>);
/// Events that concern a second site, by that site.
type OtherSide = BTreeMap<SiteKey, Vec<(Hash, Vec<u8>)>>;

#[cfg(test)]
mod tests;

#[cfg(test)]
mod scale;
