//! The tables, as numbered migrations that are only ever added to.

use rusqlite::Connection;

/// `Papv` in the file's header.
pub(super) const APPLICATION_ID: i32 = crate::files::REGISTRY_ID;

/// Each is applied once, in order, and counted in `user_version`.
const MIGRATIONS: [&str; 2] = [
    // `hash`, the signatures and `bytes` are the record, `guard` a checksum of the signatures, so that a quick
    // verification sees a changed one; the other columns repeat what the bytes say, for finding.
    "CREATE TABLE events(
         n INTEGER PRIMARY KEY,
         hash BLOB NOT NULL UNIQUE,
         signature BLOB NOT NULL,
         actor_signature BLOB,
         bytes BLOB NOT NULL,
         guard INTEGER NOT NULL,
         id BLOB NOT NULL,
         device BLOB NOT NULL,
         seq INTEGER NOT NULL,
         kind TEXT NOT NULL,
         actor TEXT NOT NULL,
         site BLOB,
         other_site BLOB
     ) STRICT;
     CREATE INDEX events_site ON events(site) WHERE site IS NOT NULL;
     CREATE INDEX events_other_site ON events(other_site) WHERE other_site IS NOT NULL;
     CREATE INDEX events_device ON events(device, seq);
     CREATE INDEX events_actor ON events(actor, id);
     CREATE INDEX events_unit_wide ON events(kind) WHERE site IS NULL;
     CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
     CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
     CREATE TABLE sites(
         key BLOB PRIMARY KEY,
         state TEXT NOT NULL,
         disputed INTEGER NOT NULL,
         season INTEGER NOT NULL,
         crew TEXT,
         unit TEXT NOT NULL,
         lon_e7 INTEGER NOT NULL,
         lat_e7 INTEGER NOT NULL,
         digest BLOB NOT NULL,
         json BLOB NOT NULL
     ) STRICT;
     CREATE INDEX sites_state ON sites(state);
     CREATE INDEX sites_place ON sites(lat_e7, lon_e7);
     CREATE INDEX sites_crew ON sites(crew) WHERE crew IS NOT NULL;
     CREATE TABLE candidates(candidate TEXT PRIMARY KEY, site BLOB NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE site_districts(
         key BLOB PRIMARY KEY,
         code TEXT NOT NULL,
         names TEXT NOT NULL,
         vintage TEXT NOT NULL,
         beside TEXT
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE local(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;",
    // `prev` repeats the event that each follows. `out_of_order`, `late` and `absent` follow from the events and the files beside the registry; a candidate may be named at
    // several sites; `photographs` shows one picture under two sites. A part of a site concerns the site it was part of.
    "CREATE TABLE out_of_order(hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
     CREATE TABLE late(hash BLOB PRIMARY KEY, begins BLOB NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE absent(sha256 BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(sha256, hash)) STRICT, WITHOUT ROWID;
     DROP TABLE candidates;
     CREATE TABLE candidates(candidate TEXT NOT NULL, site BLOB NOT NULL, PRIMARY KEY(candidate, site)) STRICT, WITHOUT ROWID;
     CREATE INDEX candidates_site ON candidates(site);
     CREATE TABLE photographs(sha256 BLOB NOT NULL, site BLOB NOT NULL, PRIMARY KEY(sha256, site)) STRICT, WITHOUT ROWID;
     CREATE INDEX photographs_site ON photographs(site);
     DROP TRIGGER events_stay;
     ALTER TABLE events ADD COLUMN prev BLOB;
     UPDATE events SET prev = unhex(json_extract(CAST(bytes AS TEXT), '$.prev'));
     UPDATE events SET other_site = unhex(json_extract(CAST(bytes AS TEXT), '$.body.split_from[0]'))
         WHERE kind = 'create' AND json_extract(CAST(bytes AS TEXT), '$.body.split_from[0]') IS NOT NULL;
     CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;",
];

/// Takes over into this version's tables what it knows of a later one's, attached as `later`.
pub(super) const TAKEN_FROM_LATER: &str = "
    INSERT INTO events(n, hash, signature, actor_signature, bytes, guard, id, device, seq, kind, actor, site, other_site, prev)
        SELECT n, hash, signature, actor_signature, bytes, guard, id, device, seq, kind, actor, site, other_site, prev
        FROM later.events ORDER BY n;
    INSERT INTO site_districts(key, code, names, vintage, beside) SELECT key, code, names, vintage, beside FROM later.site_districts;
    INSERT INTO local(key, value) SELECT key, value FROM later.local;";

/// The version this program writes.
pub(super) fn version() -> i32 {
    i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX)
}

/// What a file of this program's version holds: type, name and SQL of each table, index and trigger, in order.
pub(super) fn expected() -> rusqlite::Result<Vec<(String, String, String)>> {
    let blank = Connection::open_in_memory()?;
    migrate(&blank)?;
    objects(&blank)
}

/// What a file holds: type, name and SQL of each table, index and trigger, in order.
pub(super) fn objects(connection: &Connection) -> rusqlite::Result<Vec<(String, String, String)>> {
    connection
        .prepare(
            "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

/// Brings a file to this program's version, in one transaction. Returns the version it had.
pub(super) fn migrate(connection: &Connection) -> rusqlite::Result<i32> {
    let found: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == version() {
        return Ok(found);
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let done = (|| {
        for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
            connection.execute_batch(migration)?;
        }
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", version())
    })();
    connection.execute_batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    done.map(|()| found)
}
