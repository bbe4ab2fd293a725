//! What the engine and its indices hold, checked beside the pass over the events.

use super::mark::{self, Digest};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

/// The indices of the events besides that on the site, by which the pass goes.
pub(super) const EVENT_INDICES: [&str; 5] = [
    "SELECT hash, n FROM events INDEXED BY sqlite_autoindex_events_1 ORDER BY hash",
    "SELECT other_site, n FROM events INDEXED BY events_other_site WHERE other_site IS NOT NULL ORDER BY other_site",
    "SELECT device, seq, n FROM events INDEXED BY events_device ORDER BY device, seq",
    "SELECT actor, id, n FROM events INDEXED BY events_actor ORDER BY actor, id",
    "SELECT kind, n FROM events INDEXED BY events_unit_wide WHERE site IS NULL ORDER BY kind",
];

/// The indices of the sites besides that on the key, by which rows are looked up.
pub(super) const SITE_INDICES: [&str; 3] = [
    "SELECT state, rowid FROM sites INDEXED BY sites_state ORDER BY state",
    "SELECT lat_e7, lon_e7, rowid FROM sites INDEXED BY sites_place ORDER BY lat_e7, lon_e7",
    "SELECT crew, rowid FROM sites INDEXED BY sites_crew WHERE crew IS NOT NULL ORDER BY crew",
];

/// What the file itself holds, its structure being sound.
pub(super) struct Structure {
    pub(super) events: u64,
    pub(super) sites: u64,
    pub(super) event_sums: IndexSums,
    pub(super) site_sums: [u64; SITE_INDICES.len()],
    /// What the events were up to the mark, and what they are to the last.
    pub(super) digests: [Digest; 2],
}

impl Structure {
    pub(super) fn of(path: &Path, upto: i64) -> Result<Self, Mismatch> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.execute_batch("PRAGMA cell_size_check = ON")?;
        let quick: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if quick != "ok" {
            return Err(Mismatch);
        }
        let count = |table: &str| -> Result<u64, Mismatch> {
            let sql = format!("SELECT count(*) FROM {table} NOT INDEXED");
            let rows: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
            u64::try_from(rows).map_err(|_negative| Mismatch)
        };
        let mut structure = Self {
            events: count("events")?,
            sites: count("sites")?,
            event_sums: IndexSums::default(),
            site_sums: [0; SITE_INDICES.len()],
            digests: mark::digests(&connection, upto)?,
        };
        for (sum, sql) in structure.event_sums.iter_mut().zip(EVENT_INDICES) {
            *sum = sum_of(&connection, sql)?;
        }
        for (sum, sql) in structure.site_sums.iter_mut().zip(SITE_INDICES) {
            *sum = sum_of(&connection, sql)?;
        }
        Ok(structure)
    }
}

/// The sum over an index.
pub(super) fn sum_of(connection: &Connection, sql: &str) -> Result<u64, Mismatch> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut sum = 0_u64;
    while let Some(row) = rows.next()? {
        let mut values = [ValueRef::Null; 3];
        for (column, value) in values.iter_mut().enumerate().take(columns) {
            *value = row.get_ref(column)?;
        }
        sum = sum.wrapping_add(entry(&values[..columns]));
    }
    Ok(sum)
}

/// Something is not as it should be.
pub(super) struct Mismatch;

impl From<rusqlite::Error> for Mismatch {
    fn from(_: rusqlite::Error) -> Self {
        Self
    }
}

/// One entry of an index as a number; their sum does not depend on their order.
pub(super) fn entry(values: &[ValueRef]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for value in values {
        match value {
            ValueRef::Null => hasher.write_u8(0),
            ValueRef::Integer(number) => hasher.write_i64(*number),
            ValueRef::Real(number) => hasher.write_u64(number.to_bits()),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                hasher.write_usize(bytes.len());
                hasher.write(bytes);
            }
        }
    }
    hasher.finish()
}

pub(super) type IndexSums = [u64; EVENT_INDICES.len()];
