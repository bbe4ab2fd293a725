//! The order of events in their device's chain: what is out of order and what is on a branch, by one definition.

use super::{Sealed, Store, StoreError};
use crate::registry::event::Event;
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use rusqlite::{Row, params};
use std::collections::{BTreeSet, HashSet};

/// What `late` holds of the devices of which `DEVICE` holds: where a number was given twice, what came later begins a
/// branch, and what builds on it belongs to that.
pub(super) const LATE: &str = "\
     WITH RECURSIVE twice(hash, device, seq) AS ( \
     SELECT e.hash, e.device, e.seq FROM events e JOIN events f ON f.device = e.device AND f.seq = e.seq AND f.n < e.n WHERE DEVICE), \
     branch(hash, begins, device, seq) AS ( \
     SELECT hash, hash, device, seq FROM twice \
     UNION SELECT e.hash, b.begins, e.device, e.seq FROM branch b JOIN events e ON e.device = b.device AND e.seq = b.seq + 1 \
     WHERE unhex(json_extract(CAST(e.bytes AS TEXT), '$.prev')) = b.hash AND e.hash NOT IN (SELECT hash FROM twice)) \
     SELECT hash, begins FROM branch";

/// What `out_of_order` holds, once `late` is known: each event of the chain whose id is not above those of all lower
/// numbers of the chain, and each of a branch whose id is not above those of what it branched from and of its own lower
/// numbers.
pub(super) const OUT_OF_ORDER: &str = "\
     SELECT hash FROM (SELECT e.hash, e.id, max(e.id) OVER (PARTITION BY e.device ORDER BY e.seq \
     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest FROM events e \
     WHERE DEVICE AND NOT EXISTS (SELECT 1 FROM late l WHERE l.hash = e.hash)) WHERE id <= highest \
     UNION SELECT e.hash FROM late l JOIN events e ON e.hash = l.hash JOIN events b ON b.hash = l.begins \
     WHERE DEVICE AND (EXISTS (SELECT 1 FROM events f WHERE f.device = e.device AND f.seq < b.seq AND f.id >= e.id \
     AND f.hash NOT IN (SELECT hash FROM late)) \
     OR EXISTS (SELECT 1 FROM late m JOIN events f ON f.hash = m.hash WHERE m.begins = l.begins AND f.seq < e.seq AND f.id >= e.id))";

/// The devices that [`LATE`] and [`OUT_OF_ORDER`] look at.
pub(super) fn of_all(sql: &str) -> String {
    sql.replace("DEVICE", "1")
}

pub(super) fn of_one(sql: &str) -> String {
    sql.replace("DEVICE", "e.device = ?1")
}

pub(super) fn two_hashes(row: &Row) -> rusqlite::Result<(Hash, Hash)> {
    Ok((Hash(row.get(0)?), Hash(row.get(1)?)))
}

impl Store {
    /// Whether an event that has just come in does not simply go on, or fill a gap in, its device's chain: its number was
    /// given before, its id does not lie between those of its neighbours, or one of these is on a branch or out of order.
    pub(super) fn is_odd(&self, event: &Event) -> Result<bool, StoreError> {
        let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
        let (device, id) = (event.device.as_bytes(), event.id.as_bytes().as_slice());
        let odd = "EXISTS (SELECT 1 FROM late l WHERE l.hash = e.hash) OR EXISTS (SELECT 1 FROM out_of_order o WHERE o.hash = e.hash)";
        self.connection
            .prepare_cached(&format!(
                "SELECT (SELECT count(*) FROM events WHERE device = ?1 AND seq = ?2) > 1 \
                 OR (SELECT max(id >= ?3 OR {odd}) FROM events e WHERE device = ?1 AND seq = \
                 (SELECT max(seq) FROM events WHERE device = ?1 AND seq < ?2)) \
                 OR (SELECT max(id <= ?3 OR {odd}) FROM events e WHERE device = ?1 AND seq = \
                 (SELECT min(seq) FROM events WHERE device = ?1 AND seq > ?2))"
            ))
            .and_then(|mut statement| {
                let odd: Option<bool> =
                    statement.query_row(params![device, seq, id], |row| row.get(0))?;
                Ok(odd == Some(true))
            })
            .map_err(|e| self.fail(e))
    }

    /// Notes anew which events of a device are on a branch and which out of order. Returns the sites of those that are
    /// judged otherwise now.
    pub(super) fn note_order(&self, device: DeviceId) -> Result<BTreeSet<SiteKey>, StoreError> {
        let notes = |store: &Self| -> Result<HashSet<(Hash, Option<Hash>)>, StoreError> {
            store.rows(
                "SELECT l.hash, l.begins FROM late l JOIN events e ON e.hash = l.hash WHERE e.device = ?1 \
                 UNION SELECT o.hash, NULL FROM out_of_order o JOIN events e ON e.hash = o.hash WHERE e.device = ?1",
                [device.as_bytes()],
                |row| Ok((Hash(row.get(0)?), row.get::<_, Option<[u8; 32]>>(1)?.map(Hash))),
            )
        };
        let before = notes(self)?;
        let of_device = "hash IN (SELECT hash FROM events WHERE device = ?1)";
        for sql in [
            format!("DELETE FROM late WHERE {of_device}"),
            format!("DELETE FROM out_of_order WHERE {of_device}"),
            format!("INSERT INTO late(hash, begins) {}", of_one(LATE)),
            format!("INSERT INTO out_of_order(hash) {}", of_one(OUT_OF_ORDER)),
        ] {
            self.connection
                .prepare_cached(&sql)
                .and_then(|mut statement| statement.execute([device.as_bytes()]))
                .map_err(|e| self.fail(e))?;
        }
        let mut touched = BTreeSet::new();
        for (hash, _) in before.symmetric_difference(&notes(self)?) {
            if let Some(Sealed { event, .. }) = self.event(*hash)? {
                touched.extend(event.site);
                touched.extend(event.body.other_sites());
            }
        }
        Ok(touched)
    }
}
