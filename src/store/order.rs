//! The order of events in their device's chain, kept beside them: what is on a branch and what is out of order.
//!
//! [`Order`] says it, of all links of a device. An event that simply goes on needs none of that; where one does not, and
//! where all is noted or verified, each device is judged as a whole.

use super::registry_file::as_stored;
use super::{Store, StoreError};
use crate::registry::chain::{ChainOrder, Link};
use crate::registry::event::{Event, Sealed};
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use rusqlite::{Row, params};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Devices of which an event does not simply follow the one of the number before.
const ODD_DEVICES: &str = "\
     SELECT DISTINCT device FROM (SELECT device, seq, prev, id, lag(seq, 1, 0) OVER w AS number, lag(hash) OVER w AS before, \
     lag(id) OVER w AS below FROM events WINDOW w AS (PARTITION BY device ORDER BY seq, n)) \
     WHERE number + 1 <> seq OR before IS NOT prev OR below >= id";

pub(super) fn two_hashes(row: &Row) -> rusqlite::Result<(Hash, Hash)> {
    Ok((Hash(row.get(0)?), Hash(row.get(1)?)))
}

impl Store {
    /// What follows from the links of a device.
    pub(super) fn order_of(&self, device: DeviceId) -> Result<ChainOrder, StoreError> {
        let links: Vec<Link> = self.rows(
            "SELECT hash, prev, seq, id FROM events WHERE device = ?1 ORDER BY n",
            [device.as_bytes()],
            |row| {
                let seq: i64 = row.get(2)?;
                let id: [u8; 16] = row.get(3)?;
                Ok(Link {
                    hash: Hash(row.get(0)?),
                    prev: row.get::<_, Option<[u8; 32]>>(1)?.map(Hash),
                    seq: u64::try_from(seq).unwrap_or(0),
                    id: Uuid::from_bytes(id),
                })
            },
        )?;
        Ok(ChainOrder::of(&links))
    }

    fn odd_devices(&self) -> Result<Vec<DeviceId>, StoreError> {
        self.rows(ODD_DEVICES, [], |row| Ok(DeviceId(row.get(0)?)))
    }

    /// Whether an event that has just come in does not simply go on where its device's chain ended.
    pub(super) fn is_odd(&self, hash: Hash, event: &Event) -> Result<bool, StoreError> {
        let seq = as_stored(event.seq);
        let prev = event.prev.as_ref().map(Hash::as_bytes);
        let stands = "NOT EXISTS (SELECT 1 FROM late l WHERE l.hash = e.hash)";
        let goes_on: bool = self
            .connection
            .prepare_cached(&format!(
                "SELECT NOT EXISTS (SELECT 1 FROM events e WHERE device = ?1 AND seq >= ?2 AND hash <> ?5 AND {stands}) \
                 AND NOT EXISTS (SELECT 1 FROM events e WHERE device = ?1 AND seq = ?2 AND hash <> ?5 AND prev IS ?3) \
                 AND (?2 = 1 AND ?3 IS NULL OR EXISTS (SELECT 1 FROM events e WHERE device = ?1 AND seq = ?2 - 1 AND hash = ?3 \
                 AND id < ?4 AND {stands} AND NOT EXISTS (SELECT 1 FROM out_of_order o WHERE o.hash = e.hash)))"
            ))
            .and_then(|mut statement| {
                statement.query_row(
                    params![
                        event.device.as_bytes(),
                        seq,
                        prev,
                        event.id.as_bytes().as_slice(),
                        hash.as_bytes()
                    ],
                    |row| row.get(0),
                )
            })
            .map_err(|e| self.fail(e))?;
        Ok(!goes_on)
    }

    /// What is noted of a device.
    fn noted(&self, device: DeviceId) -> Result<Notes, StoreError> {
        let late: Vec<(Hash, Hash)> = self.rows(
            "SELECT l.hash, l.begins FROM late l JOIN events e ON e.hash = l.hash WHERE e.device = ?1",
            [device.as_bytes()],
            two_hashes,
        )?;
        let out_of_order: Vec<Hash> = self.rows(
            "SELECT o.hash FROM out_of_order o JOIN events e ON e.hash = o.hash WHERE e.device = ?1",
            [device.as_bytes()],
            |row| Ok(Hash(row.get(0)?)),
        )?;
        let late = late.into_iter().map(|(hash, begins)| (hash, Some(begins)));
        Ok(late
            .chain(out_of_order.into_iter().map(|hash| (hash, None)))
            .collect())
    }

    /// Notes anew which events of a device are on a branch and which out of order. Returns the sites of those that are
    /// judged otherwise now.
    pub(super) fn note_order(&self, device: DeviceId) -> Result<BTreeSet<SiteKey>, StoreError> {
        let (before, now) = (self.noted(device)?, notes_of(&self.order_of(device)?));
        for (hash, begins) in before.difference(&now) {
            let table = if begins.is_some() {
                "late"
            } else {
                "out_of_order"
            };
            self.execute(
                &format!("DELETE FROM {table} WHERE hash = ?1"),
                [hash.as_bytes()],
            )?;
        }
        for (hash, begins) in now.difference(&before) {
            match begins {
                Some(begins) => self.execute(
                    "INSERT INTO late(hash, begins) VALUES (?1, ?2)",
                    [hash.as_bytes(), begins.as_bytes()],
                )?,
                None => self.execute(
                    "INSERT INTO out_of_order(hash) VALUES (?1)",
                    [hash.as_bytes()],
                )?,
            };
        }
        let mut touched = BTreeSet::new();
        for (hash, _) in before.symmetric_difference(&now) {
            if let Some(Sealed { event, .. }) = self.event(*hash)? {
                touched.extend(event.site);
                touched.extend(event.body.other_sites());
            }
        }
        Ok(touched)
    }

    /// Notes the order of every device.
    pub(super) fn note_orders(&self) -> Result<(), StoreError> {
        for device in self.odd_devices()? {
            self.note_order(device)?;
        }
        Ok(())
    }

    /// Whether what is noted of the order of events is what follows from their links.
    pub(super) fn orders_hold(
        &self,
        late: &HashMap<Hash, Hash>,
        out_of_order: &HashSet<Hash>,
    ) -> Result<bool, StoreError> {
        let mut expected = Notes::new();
        for device in self.odd_devices()? {
            expected.extend(notes_of(&self.order_of(device)?));
        }
        let noted = late.iter().map(|(hash, begins)| (*hash, Some(*begins)));
        let noted: Notes = noted
            .chain(out_of_order.iter().map(|hash| (*hash, None)))
            .collect();
        Ok(noted == expected)
    }
}

/// Events on branches with where each begins, and those out of order with nothing.
type Notes = HashSet<(Hash, Option<Hash>)>;

fn notes_of(order: &ChainOrder) -> Notes {
    let late = order
        .late
        .iter()
        .map(|(hash, begins)| (*hash, Some(*begins)));
    late.chain(order.out_of_order.iter().map(|hash| (*hash, None)))
        .collect()
}
