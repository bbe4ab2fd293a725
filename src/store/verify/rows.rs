//! The rows of the table of events, each against its own bytes, and the chains that they make.

use super::finding::{Discrepancy, Gap, Verification};
use crate::registry::event::{Event, EventFlaw, EvidenceRef, Sealed};
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::store::registry_file::raw;
use crate::store::write::{actor_column, guard};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A row of the table as it was read.
pub(super) struct ReadRow {
    pub(super) row: i64,
    pub(super) hash: Hash,
    pub(super) signature: [u8; 64],
    pub(super) actor_signature: Option<[u8; 64]>,
    pub(super) bytes: Vec<u8>,
    pub(super) device: DeviceId,
    pub(super) seq: i64,
    pub(super) guard: u32,
    pub(super) columns: Columns,
}

/// What a row repeats of its event: id, type, author, site, other site, the event that it follows.
pub(super) type Columns = (
    Vec<u8>,
    String,
    String,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
);

/// What the chain of a device has shown so far: hash and predecessor by number.
pub(super) type Chain = BTreeMap<u64, Vec<(Hash, Option<Hash>)>>;

pub(super) fn looked(row: &rusqlite::Row) -> rusqlite::Result<ReadRow> {
    let (hash, signature, actor_signature, bytes) = raw(row)?;
    let device: [u8; 32] = row.get(5)?;
    Ok(ReadRow {
        row: row.get(4)?,
        hash,
        signature,
        actor_signature,
        bytes,
        device: DeviceId(device),
        seq: row.get(6)?,
        guard: row.get(12)?,
        columns: (
            row.get(7)?,
            row.get(8)?,
            row.get(9)?,
            row.get(10)?,
            row.get(11)?,
            row.get(13)?,
        ),
    })
}

/// Checks rows on every core, and notes their links and files in order.
pub(super) fn take_batch(
    batch: &[ReadRow],
    found: &mut Verification,
    chains: &mut BTreeMap<DeviceId, Chain>,
    files: &mut BTreeMap<Hash, EvidenceRef>,
) {
    let checked: Vec<Result<Event, Discrepancy>> =
        batch.par_iter().map(|row| check_row(row, true)).collect();
    found.events += batch.len() as u64;
    found.signatures += batch.len() as u64;
    for (row, event) in batch.iter().zip(checked) {
        match event {
            Ok(event) => {
                chains
                    .entry(event.device)
                    .or_default()
                    .entry(event.seq)
                    .or_default()
                    .push((row.hash, event.prev));
                for file in event.evidence {
                    files.entry(file.sha256).or_insert(file);
                }
            }
            Err(finding) => found.findings.push(finding),
        }
    }
}

pub(super) fn check_row(row: &ReadRow, full: bool) -> Result<Event, Discrepancy> {
    let flawed = |flaw| Discrepancy::Event {
        row: row.row,
        hash: row.hash,
        device: row.device,
        seq: row.seq,
        flaw,
    };
    if guard(&row.signature, row.actor_signature.as_ref()) != row.guard {
        return Err(flawed(EventFlaw::Signature));
    }
    let event = if full {
        let sealed = Sealed::open(
            row.bytes.clone(),
            row.hash,
            row.signature,
            row.actor_signature,
        )
        .map_err(flawed)?;
        sealed.check().map_err(flawed)?;
        sealed.event
    } else {
        if Hash::of(&row.bytes) != row.hash {
            return Err(flawed(EventFlaw::Hash));
        }
        Event::parse(&row.bytes).map_err(flawed)?
    };
    let (id, kind, actor, site, other, prev) = &row.columns;
    let repeats = id == event.id.as_bytes()
        && row.device == event.device
        && u64::try_from(row.seq) == Ok(event.seq)
        && kind == event.body.kind()
        && *actor == actor_column(&event.actor)
        && site.as_deref() == event.site.as_ref().map(SiteKey::as_bytes)
        && other.as_deref() == event.body.other_sites().first().map(SiteKey::as_bytes)
        && prev.as_deref() == event.prev.as_ref().map(Hash::as_bytes);
    if repeats {
        Ok(event)
    } else {
        Err(Discrepancy::Row { row: row.row })
    }
}

pub(super) fn verify_chains(chains: &BTreeMap<DeviceId, Chain>, found: &mut Verification) {
    for (device, chain) in chains {
        let mut next = 1;
        for seq in chain.keys() {
            if *seq > next {
                found.gaps.push(Gap {
                    device: *device,
                    first: next,
                    last: seq - 1,
                });
            }
            next = seq + 1;
        }
        if let Some((seq, events)) = chain.last_key_value() {
            found
                .heads
                .extend(events.iter().map(|(hash, _)| (*device, *seq, *hash)));
        }
    }
}
