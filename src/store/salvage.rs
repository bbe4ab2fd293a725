//! Salvage: out of a damaged registry every event that is still whole, into a new one.
//!
//! First each row by its number, as far as the engine can still walk the table; then the file's raw bytes: an event that
//! fits into a page lies there as hash, signature and canonical JSON in one piece, and its hash says whether it is whole.

use super::lock::beside;
use super::{Store, StoreError, raw, schema};
use crate::registry::body::Body;
use crate::registry::event::Sealed;
use crate::registry::ids::{DeviceId, Hash};
use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::path::Path;

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
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| StoreError::Io { path, source }
    };
    // Opening it undoes a write that was interrupted, so that rows and bytes are those of a finished one; of whatever
    // version it is, nothing else is changed in it.
    let old = Store::open_query_only(from).ok();
    let file = std::fs::read(from).map_err(io(from))?;
    let mut whole: BTreeMap<Hash, Sealed> = BTreeMap::new();
    let mut lost = 0_usize;
    for row in rows(from) {
        match sealed(row) {
            Some(event) => {
                whole.insert(event.hash, event);
            }
            None => lost += 1,
        }
    }
    let from_rows = whole.len();
    for event in carve(&file) {
        whole.entry(event.hash).or_insert(event);
    }
    let from_bytes = whole.len() - from_rows;
    let new = Connection::open(to).map_err(|e| StoreError::of(to, e))?;
    schema::migrate(&new).map_err(|e| StoreError::of(to, e))?;
    drop(new);
    // A new key: with the old one, numbers whose events are lost would be given out a second time.
    super::write_key(&beside(to, ".key"), &secret)?;
    let mut store = Store::open(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mut events: Vec<Sealed> = whole.into_values().collect();
    events.sort_by_key(|sealed| (sealed.event.device, sealed.event.seq));
    // Whose registry it was: the damaged file may still tell; otherwise its first device does.
    let told = |key: &str| {
        old.as_ref()
            .and_then(|store| store.local(key).ok().flatten())
    };
    let first = events
        .iter()
        .find(|sealed| matches!(sealed.event.body, Body::Init(_)));
    let unit = told("unit")
        .or_else(|| first.map(|s| s.event.actor.unit.clone()))
        .unwrap_or_default();
    let new_device = DeviceId::of(&SigningKey::from_bytes(&secret));
    let roots = told("roots")
        .or_else(|| first.map(|s| s.event.device.to_string()))
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
    })
}

type MaybeRow = Option<super::RawEvent>;

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
