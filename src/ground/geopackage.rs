//! A GeoPackage of a stranger, made harmless before anything else opens it.
//!
//! A GeoPackage is a data base, and a data base can do things: a rollback journal beside it that names a master journal
//! makes the engine delete the file named there, views and generated columns compute without end, triggers write. So
//! GDAL is given a copy that this module makes: the rows of true tables, typed as they were, in a new file of our own
//! schema. The original is only read, and nothing beside it is played but a write-ahead log, in a private copy: that log
//! holds pages and names no file, and crews' last edits lie in it.

use super::{GeoPackageError, GeoPackageFlaw};
use rusqlite::limits::Limit;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Rows that are taken of all tables together.
const MOST_ROWS: u64 = 5_000_000;
/// How long reading may take.
const LONGEST: Duration = Duration::from_secs(120);
/// Bytes of one cell: an outline of a province at its finest has some ten million.
const LARGEST_CELL: i32 = 256 << 20;
/// Steps of the engine between two looks at the clock.
const STEPS: i32 = 100_000;
/// The tables of the format itself that vector layers need.
const FORMAT_TABLES: [&str; 3] = [
    "gpkg_spatial_ref_sys",
    "gpkg_contents",
    "gpkg_geometry_columns",
];

/// What lay beside a GeoPackage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeopackageJournal {
    /// Nothing, and nothing is expected.
    None,
    /// Edits that were not in the file itself; they were read.
    Taken,
    /// A log of which nothing can be read: it is another file's, or damaged.
    Unusable,
    /// The file was written by a program that keeps the last edits in a file of their own, and there is none.
    Absent,
}

/// A private copy that holds tables alone. It is gone when this is dropped.
#[derive(Debug)]
pub struct Harmless {
    _folder: TempDir,
    path: PathBuf,
    /// What lay beside the original.
    pub journal: GeopackageJournal,
    /// The names of its views, of which nothing was read.
    pub views: Vec<String>,
    /// SHA-256 of the bytes that were read, without what lay beside them.
    pub sha256: [u8; 32],
}

impl Harmless {
    /// The copy, a GeoPackage with the layers of the original.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether a file begins as every `SQLite` data base does.
pub fn is_data_base(path: &Path) -> bool {
    let mut head = [0; 16];
    std::fs::File::open(path)
        .and_then(|mut file| file.read_exact(&mut head))
        .is_ok()
        && &head == b"SQLite format 3\0"
}

/// Copies the tables of a GeoPackage.
///
/// # Errors
/// See [`GeoPackageError`].
pub fn harmless(path: &Path) -> Result<Harmless, GeoPackageError> {
    let unreadable = |source| GeoPackageError::Unreadable {
        path: path.into(),
        source,
    };
    let head = head(path)?;
    check_journal(path)?;
    let folder = tempfile::tempdir().map_err(unreadable)?;
    let kept = folder.path().join("original.gpkg");
    let sha256 = copy_hashed(path, &kept).map_err(unreadable)?;
    let (journal, from) = original(path, &head, &kept).map_err(unreadable)?;
    let copy = folder.path().join("tables.gpkg");
    let copied = guarded(&from).and_then(|from| {
        copy_tables(&from, &copy, &head)?;
        let is_unusable = journal == GeopackageJournal::Taken && frames(&from)? <= 0;
        Ok((is_unusable, views(&from)?))
    });
    let (is_unusable, views) = copied.map_err(|e| flawed(path, &e))?;
    Ok(Harmless {
        _folder: folder,
        path: copy,
        journal: if is_unusable {
            GeopackageJournal::Unusable
        } else {
            journal
        },
        views,
        sha256,
    })
}

/// Copies a file and says what the bytes of the copy hash to.
fn copy_hashed(from: &Path, to: &Path) -> io::Result<[u8; 32]> {
    std::fs::copy(from, to)?;
    let mut hash = Sha256::new();
    let mut copy = std::fs::File::open(to)?;
    let mut piece = vec![0; 1 << 16];
    loop {
        match copy.read(&mut piece)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&piece[..read]),
        }
    }
}

fn head(path: &Path) -> Result<[u8; 100], GeoPackageError> {
    let malformed = |flaw| GeoPackageError::Malformed {
        path: path.into(),
        flaw,
    };
    let unreadable = |source| GeoPackageError::Unreadable {
        path: path.into(),
        source,
    };
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(malformed(GeoPackageFlaw::NoFile));
    }
    let mut head = [0; 100];
    std::fs::File::open(path)
        .and_then(|mut file| file.read_exact(&mut head))
        .map_err(|source| match source.kind() {
            io::ErrorKind::UnexpectedEof => malformed(GeoPackageFlaw::Cut),
            _ => unreadable(source),
        })?;
    if head.starts_with(b"SQLite format 3\0") {
        Ok(head)
    } else {
        Err(malformed(GeoPackageFlaw::NoGeoPackage))
    }
}

/// Fails where a rollback journal waits beside a data base. It counts for the engine where its first byte is not zero; an
/// emptied one is what finished writes leave.
///
/// # Errors
/// [`GeoPackageError::Interrupted`].
pub fn check_journal(path: &Path) -> Result<(), GeoPackageError> {
    let journal = crate::files::beside(path, "-journal");
    let mut first = [0];
    let counts = std::fs::metadata(&journal).is_ok_and(|m| {
        !m.is_file()
            || std::fs::File::open(&journal)
                .and_then(|mut file| file.read(&mut first))
                .is_ok_and(|read| read == 1 && first != [0])
    });
    if counts {
        return Err(GeoPackageError::Interrupted {
            path: path.into(),
            journal,
        });
    }
    Ok(())
}

/// Where the copy of a data base is to be opened, as `SQLite` names it: alone, or with a copy of its write-ahead log.
fn original(path: &Path, head: &[u8; 100], copy: &Path) -> io::Result<(GeopackageJournal, String)> {
    let wal = crate::files::beside(path, "-wal");
    let journal = match std::fs::metadata(&wal) {
        Ok(about) if about.is_file() && about.len() > 0 => GeopackageJournal::Taken,
        // All of it is in the file already.
        Ok(_) => GeopackageJournal::None,
        Err(_none) if head[18] == 2 => GeopackageJournal::Absent,
        Err(_none) => GeopackageJournal::None,
    };
    if journal != GeopackageJournal::Taken {
        return Ok((journal, uri(copy, "mode=ro&immutable=1")));
    }
    std::fs::copy(&wal, crate::files::beside(copy, "-wal"))?;
    Ok((journal, uri(copy, "mode=rw")))
}

/// A path as a `file:` address: every byte but the plainest as its number.
fn uri(path: &Path, options: &str) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_unknown| path.to_path_buf());
    let mut uri = String::from("file:");
    for byte in whole.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                uri.push(char::from(*byte));
            }
            #[cfg(windows)]
            b'\\' => uri.push('/'),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    format!("{uri}?{options}")
}

/// Opens a stranger's data base so that it can do little, and not for long.
fn guarded(uri: &str) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(uri, flags)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LARGEST_CELL)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.execute_batch(
        "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;",
    )?;
    let until = Instant::now() + LONGEST;
    connection.progress_handler(STEPS, Some(move || Instant::now() > until))?;
    Ok(connection)
}

/// Opens a stranger's data base where it lies, only to be read; whoever asks it says for how long.
///
/// # Errors
/// See [`GeoPackageError`].
pub fn guarded_read_only(path: &Path) -> Result<Connection, GeoPackageError> {
    head(path)?;
    check_journal(path)?;
    guarded(&uri(path, "mode=ro&immutable=1")).map_err(|e| flawed(path, &e))
}

fn flawed(path: &Path, error: &rusqlite::Error) -> GeoPackageError {
    let path = path.to_path_buf();
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::OperationInterrupted | rusqlite::ErrorCode::TooBig) => {
            GeoPackageError::TooMuch { path }
        }
        _ => GeoPackageError::Malformed {
            path,
            flaw: GeoPackageFlaw::Damaged(error.to_string()),
        },
    }
}

/// A column that is stored, as it was declared.
struct StoredColumn {
    name: String,
    kind: String,
    /// Whether it is the row's number, which GDAL takes for the feature's.
    is_number: bool,
}

fn copy_tables(from: &Connection, to: &Path, head: &[u8; 100]) -> rusqlite::Result<()> {
    let to = Connection::open(to)?;
    to.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")?;
    let mut left = MOST_ROWS;
    let tables = tables(from)?;
    for table in &tables {
        copy_table(from, &to, table, &mut left)?;
    }
    // What is named and was not copied is no layer.
    for named in ["gpkg_contents", "gpkg_geometry_columns"] {
        if tables.contains(named) {
            to.execute_batch(&format!(
                "DELETE FROM {named} WHERE lower(table_name) NOT IN (SELECT lower(name) FROM sqlite_schema)"
            ))?;
        }
    }
    let number =
        |at: usize| i32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    to.pragma_update(None, "application_id", number(68))?;
    to.pragma_update(None, "user_version", number(60))?;
    to.execute_batch("COMMIT")
}

/// The tables that are stored: no views, and no virtual tables with what they keep.
fn tables(from: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    let mut listed = from.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND sql NOT LIKE 'CREATE VIRTUAL%'",
    )?;
    let names: Vec<String> = listed
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(names
        .into_iter()
        .filter(|name| {
            let small = name.to_lowercase();
            let own = small.starts_with("gpkg_") && !FORMAT_TABLES.contains(&small.as_str());
            !own && !small.starts_with("sqlite_") && !small.starts_with("rtree_")
        })
        .collect())
}

/// The names of views, at most a dozen; what they would give is not asked.
fn views(from: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut listed =
        from.prepare("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name LIMIT 12")?;
    let names = listed.query_map([], |row| row.get(0))?;
    names.collect()
}

/// Pages that the engine finds in a write-ahead log: none in one that is not the data base's own.
fn frames(from: &Connection) -> rusqlite::Result<i64> {
    from.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn columns(from: &Connection, table: &str) -> rusqlite::Result<Vec<StoredColumn>> {
    let mut listed =
        from.prepare("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?1) ORDER BY cid")?;
    let rows: Vec<(String, String, i64, i64)> = listed
        .query_map([table], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let keys = rows.iter().filter(|(_, _, key, _)| *key > 0).count();
    Ok(rows
        .into_iter()
        // Generated columns are computed, not stored.
        .filter(|(_, _, _, hidden)| *hidden == 0)
        .map(|(name, kind, key, _)| {
            let plain = |c: char| c.is_ascii_alphanumeric() || " _(),".contains(c);
            StoredColumn {
                is_number: keys == 1 && key > 0 && kind.eq_ignore_ascii_case("INTEGER"),
                kind: if kind.chars().all(plain) {
                    kind
                } else {
                    String::new()
                },
                name,
            }
        })
        .collect())
}

fn copy_table(
    from: &Connection,
    to: &Connection,
    table: &str,
    left: &mut u64,
) -> rusqlite::Result<()> {
    let columns = columns(from, table)?;
    if columns.is_empty() {
        return Ok(());
    }
    let declared: Vec<String> = columns
        .iter()
        .map(|c| {
            let key = if c.is_number { " PRIMARY KEY" } else { "" };
            format!("{} {}{key}", quoted(&c.name), c.kind)
        })
        .collect();
    let names: Vec<String> = columns.iter().map(|c| quoted(&c.name)).collect();
    let table = quoted(table);
    to.execute_batch(&format!("CREATE TABLE {table}({})", declared.join(", ")))?;
    let marks = vec!["?"; columns.len()].join(", ");
    let mut put = to.prepare(&format!("INSERT INTO {table} VALUES ({marks})"))?;
    let mut read = from.prepare(&format!("SELECT {} FROM {table}", names.join(", ")))?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let Some(fewer) = left.checked_sub(1) else {
            return Err(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_TOOBIG),
                None,
            ));
        };
        *left = fewer;
        for at in 0..columns.len() {
            put.raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(row.get_ref(at)?))?;
        }
        put.raw_execute()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(path: &Path, more: &str) {
        let connection = Connection::open(path).expect("made");
        connection
            .execute_batch(&format!(
                "CREATE TABLE gpkg_contents(table_name TEXT, data_type TEXT);
                 INSERT INTO gpkg_contents VALUES ('a', 'features'), ('v', 'features');
                 CREATE TABLE a(fid INTEGER PRIMARY KEY, name TEXT(20), geom POINT);
                 INSERT INTO a VALUES (7, '东', x'01'), (9, NULL, NULL);
                 {more}"
            ))
            .expect("filled");
    }

    fn rows(path: &Path, sql: &str) -> i64 {
        let connection = Connection::open(path).expect("opened");
        connection
            .query_row(sql, [], |row| row.get(0))
            .expect("counted")
    }

    #[test]
    fn tables_are_copied_and_nothing_that_computes_is() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("东 %20?#.gpkg");
        made(
            &path,
            "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;
             CREATE TABLE g(x INTEGER, y AS (hex(zeroblob(x))));
             INSERT INTO g(x) VALUES (100000000);
             CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END;
             CREATE INDEX i ON a(upper(name));
             CREATE TABLE rtree_a_geom_node(n);",
        );
        let copy = harmless(&path).expect("copied");
        assert_eq!(copy.journal, GeopackageJournal::None);
        assert_eq!(
            rows(
                copy.path(),
                "SELECT count(*) FROM a WHERE name = '东' AND fid = 7"
            ),
            1
        );
        assert_eq!(rows(copy.path(), "SELECT count(*) FROM g"), 1);
        assert_eq!(rows(copy.path(), "SELECT count(*) FROM gpkg_contents"), 1);
        assert_eq!(
            rows(
                copy.path(),
                "SELECT count(*) FROM sqlite_schema WHERE type <> 'table'"
            ),
            0
        );
        assert_eq!(
            rows(
                copy.path(),
                "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%hex%'"
            ),
            0
        );
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn a_view_in_place_of_a_table_of_the_format_is_not_asked() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.gpkg");
        made(
            &path,
            "DROP TABLE gpkg_contents; CREATE VIEW gpkg_contents AS
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS table_name FROM n;",
        );
        let copy = harmless(&path).expect("copied");
        assert_eq!(rows(copy.path(), "SELECT count(*) FROM sqlite_schema"), 1);
    }

    #[test]
    fn a_log_of_which_nothing_can_be_read_is_said_to_be_so_and_views_are_named() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.gpkg");
        let view = "CREATE VIEW v AS SELECT fid FROM a; PRAGMA journal_mode = WAL;";
        made(&path, view);
        std::fs::write(folder.path().join("a.gpkg-wal"), [7; 5000]).expect("written");
        let copy = harmless(&path).expect("copied");
        assert_eq!(copy.journal, GeopackageJournal::Unusable);
        assert_eq!(rows(copy.path(), "SELECT count(*) FROM a"), 2);
        assert_eq!(copy.views, ["v"]);
    }

    #[test]
    fn an_interrupted_write_is_named_and_an_emptied_journal_is_none() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.gpkg");
        made(&path, "");
        let journal = folder.path().join("a.gpkg-journal");
        for harmless_bytes in [&b""[..], &[0; 512]] {
            std::fs::write(&journal, harmless_bytes).expect("written");
            harmless(&path).expect("copied");
        }
        std::fs::write(&journal, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7").expect("written");
        let told = harmless(&path);
        assert!(
            matches!(told, Err(GeoPackageError::Interrupted { .. })),
            "{told:?}"
        );
        assert!(journal.exists());
    }
}
