//! Salvage: out of a damaged registry every event that is still whole, into a new one.
//!
//! First each row by its number, as far as the engine can still walk the table; then the file's raw bytes: an event that
//! fits into a page lies there as hash, signature and canonical JSON in one piece, and its hash says whether it is whole.

use super::evidence::EvidenceError;
use super::files::write_key;
use super::lock::beside;
use super::registry_file::{RawEvent, raw};
use super::{Store, StoreError, evidence, schema};
use crate::files;
use crate::registry::body::Body;
use crate::registry::event::Sealed;
use crate::registry::ids::{DeviceId, Hash};
use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OpenFlags};
use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

/// Every canonical event begins so: its members are in the order of their names.
const BEGINS: &[u8] = b"{\"actor\":";
/// The longest event that is looked for in raw bytes.
const LONGEST: usize = 1 << 16;

/// What was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salvaged {
    /// Whole events read through the engine.
    pub from_rows: usize,
    /// Further whole events found in the raw bytes.
    pub from_bytes: usize,
    /// Events that were seen and are not whole.
    pub lost: usize,
    /// Files of evidence that were taken along, each still what its name says.
    pub evidence: usize,
    /// Files of evidence that have changed and were left behind.
    pub evidence_lost: usize,
}

/// Events that are whole, in the order in which they came, which says what is a branch of what.
struct Salvageable {
    events: Vec<Sealed>,
    /// As many of the first were found in rows.
    from_rows: usize,
    /// Rows that hold none.
    lost: usize,
}

fn found(path: &Path, file: &[u8]) -> Salvageable {
    let mut events: Vec<Sealed> = Vec::new();
    let mut known: HashSet<Hash> = HashSet::new();
    let mut lost = 0;
    for row in rows(path) {
        match sealed(row) {
            Some(event) if known.insert(event.hash) => events.push(event),
            Some(_) => {}
            None => lost += 1,
        }
    }
    let from_rows = events.len();
    let carved = carve(file).into_iter();
    events.extend(carved.filter(|event| known.insert(event.hash)));
    Salvageable {
        events,
        from_rows,
        lost,
    }
}

/// Saves what is whole into a new registry at `to`, which is a new device (its key made of `secret`) of the same unit.
///
/// # Errors
/// [`StoreError::Exists`], and those of writing the new file.
pub fn salvage(from: &Path, to: &Path, secret: [u8; 32]) -> Result<Salvaged, StoreError> {
    for taken in [to.to_path_buf(), beside(to, ".key"), beside(to, "-journal")] {
        if std::fs::symlink_metadata(&taken).is_ok() {
            return Err(StoreError::Exists { path: taken });
        }
    }
    // Opening it undoes a write that was interrupted, so that rows and bytes are those of a finished one; of whatever
    // version it is, nothing else is changed in it.
    let old = Store::open_query_only(from).ok();
    let file = std::fs::read(from).map_err(StoreError::io(from))?;
    let Salvageable {
        mut events,
        from_rows,
        lost,
    } = found(from, &file);
    let from_bytes = events.len() - from_rows;
    let new = Connection::open(to).map_err(|e| StoreError::of(to, e))?;
    schema::migrate(&new).map_err(|e| StoreError::of(to, e))?;
    drop(new);
    // A new key: with the old one, numbers whose events are lost would be given out a second time.
    write_key(&beside(to, ".key"), &secret)?;
    // Before the events, which are marked where their evidence is not there.
    let (evidence, evidence_lost) = take_along(from, to)?;
    let mut store = Store::open(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let first = events
        .iter()
        .find(|sealed| matches!(sealed.event.body, Body::Init(_)))
        .map(|s| (s.event.actor.unit.clone(), s.event.device));
    events.sort_by_key(|sealed| (sealed.event.device, sealed.event.seq));
    // Whose registry it was: the damaged file may still tell, under its own device's signature; otherwise its first
    // device does.
    let signed =
        old.filter(|store| store.own_device().is_some() && store.grounds_hold().unwrap_or(false));
    let told = |key: &str| {
        signed
            .as_ref()
            .and_then(|store| store.local(key).ok().flatten())
    };
    let unit = told("unit")
        .or_else(|| first.as_ref().map(|(unit, _)| unit.clone()))
        .unwrap_or_default();
    let new_device = DeviceId::of(&SigningKey::from_bytes(&secret));
    let roots = told("roots")
        .or_else(|| first.map(|(_, device)| device.to_string()))
        .unwrap_or_default();
    let mut roots: Vec<DeviceId> = roots.split(',').filter_map(|id| id.parse().ok()).collect();
    roots.push(new_device);
    store.write(|store| {
        store.set_grounds(&unit, &roots, &SigningKey::from_bytes(&secret))?;
        store.take(&events)
    })?;
    Ok(Salvaged {
        from_rows,
        from_bytes,
        lost: lost.saturating_sub(from_bytes),
        evidence,
        evidence_lost,
    })
}

/// Takes the evidence along, each file checked against its name, and people's locked keys. Returns how many files of
/// evidence were whole, and how many were not.
fn take_along(from: &Path, to: &Path) -> Result<(usize, usize), StoreError> {
    let (old, new) = (beside(from, ".files"), beside(to, ".files"));
    let (mut whole, mut lost) = (0, 0);
    for folder in entries(&old) {
        for path in entries(&folder) {
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(sha256) = name.and_then(|name| name.parse::<Hash>().ok()) else {
                continue;
            };
            match std::fs::read(&path) {
                Ok(bytes) if Hash::of(&bytes) == sha256 => {
                    evidence::put(&new, sha256, &bytes).map_err(unkept)?;
                    whole += 1;
                }
                _ => lost += 1,
            }
        }
    }
    let (old, new) = (beside(from, ".people"), beside(to, ".people"));
    for path in entries(&old) {
        let kept = || -> io::Result<()> {
            let bytes = std::fs::read(&path)?;
            std::fs::create_dir_all(&new)?;
            files::keep_new(&new.join(path.file_name().unwrap_or_default()), |out| {
                io::Write::write_all(out, &bytes)
            })
        };
        kept().map_err(StoreError::io(&path))?;
    }
    Ok((whole, lost))
}

fn unkept(error: EvidenceError) -> StoreError {
    let (path, source) = match error {
        EvidenceError::Unwritable { path, source } | EvidenceError::Unreadable { path, source } => {
            (path, source)
        }
        EvidenceError::NotAPhoto { path } | EvidenceError::StaysHere { path } => {
            (path, io::ErrorKind::InvalidData.into())
        }
    };
    StoreError::Io { path, source }
}

/// What is in a folder, in order; nothing where there is none.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

type MaybeRow = Option<RawEvent>;

/// Row by row, stepping over those that cannot be read.
fn rows(path: &Path) -> Vec<MaybeRow> {
    let Ok(connection) = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return Vec::new();
    };
    let Ok(mut one) = connection.prepare(
        "SELECT hash, signature, actor_signature, bytes FROM events NOT INDEXED WHERE n = ?1",
    ) else {
        return Vec::new();
    };
    let most: i64 = connection
        .query_row("SELECT max(n) FROM events", [], |row| row.get(0))
        .or_else(|_damaged| {
            connection.query_row(
                "SELECT count(*) FROM events INDEXED BY events_device",
                [],
                |row| row.get(0),
            )
        })
        .unwrap_or(0)
        .clamp(0, 100_000_000);
    (1..=most)
        .filter_map(|n| match one.query_row([n], raw) {
            Ok(row) => Some(Some(row)),
            Err(rusqlite::Error::QueryReturnedNoRows) => None,
            Err(_damaged) => Some(None),
        })
        .collect()
}

fn sealed(row: MaybeRow) -> Option<Sealed> {
    let (hash, signature, actor_signature, bytes) = row?;
    let event = Sealed::open(bytes, hash, signature, actor_signature).ok()?;
    event.check().ok().map(|()| event)
}

/// Whole events in raw bytes: 32 bytes of hash, 64 of signature, perhaps 64 of the author's signature, the JSON.
fn carve(file: &[u8]) -> Vec<Sealed> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = file[at..].windows(BEGINS.len()).position(|w| w == BEGINS) {
        let start = at + next;
        at = start + BEGINS.len();
        let window = &file[start..file.len().min(start + LONGEST)];
        let mut values =
            serde_json::Deserializer::from_slice(window).into_iter::<serde::de::IgnoredAny>();
        if !matches!(values.next(), Some(Ok(_))) {
            continue;
        }
        let bytes = window[..values.byte_offset()].to_vec();
        for with_actor in [false, true] {
            let before = if with_actor { 160 } else { 96 };
            let Some(head) = start.checked_sub(before).map(|from| &file[from..start]) else {
                continue;
            };
            let (Ok(hash), Ok(signature)) = (
                <[u8; 32]>::try_from(&head[..32]),
                <[u8; 64]>::try_from(&head[32..96]),
            ) else {
                continue;
            };
            let actor_signature = with_actor
                .then(|| <[u8; 64]>::try_from(&head[96..]).ok())
                .flatten();
            found.extend(sealed(Some((
                Hash(hash),
                signature,
                actor_signature,
                bytes.clone(),
            ))));
        }
    }
    found
}
