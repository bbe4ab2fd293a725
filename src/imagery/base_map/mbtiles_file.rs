//! A file of tiles (`MBTiles` 1.3) while it is written. Beside each tile it says what that was drawn of, so that the next file
//! takes over what would be drawn the same.

use crate::ground::LonLat;
use crate::imagery::tile::TileAddress;
use rusqlite::{Connection, OpenFlags, OptionalExtension, ToSql, params};
use std::io;
use std::path::Path;

/// The tables; `drawn_of` is ours and no reader looks for it.
const TABLES: &str = "
    PRAGMA application_id = 0x4d504258;
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE metadata (name TEXT, value TEXT);
    CREATE UNIQUE INDEX name ON metadata (name);
    CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
    CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);
    CREATE TABLE drawn_of (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, imagery TEXT,
        PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID;
    BEGIN;";

/// Asks for a tile that was drawn of this imagery.
const TILE_DRAWN_OF: &str =
    "SELECT tile_data FROM tiles JOIN drawn_of USING (zoom_level, tile_column, tile_row)
     WHERE zoom_level = ?1 AND tile_column = ?2 AND tile_row = ?3 AND imagery = ?4";
/// What a file says of itself.
#[derive(Debug, Clone)]
pub struct MbTilesTitle<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is in it.
    pub description: &'a str,
    /// Whom the imagery is owed to.
    pub attribution: &'a str,
    /// The south-west and the north-east corner.
    pub corners: (LonLat, LonLat),
    /// The shallowest and the deepest zoom.
    pub zooms: (u8, u8),
}

/// A file that is written. It is whole when it is finished, and of no use before.
#[derive(Debug)]
pub struct MbTilesFile {
    connection: Connection,
    is_any_clear: bool,
}

impl MbTilesFile {
    /// Begins a file that is not there yet.
    ///
    /// # Errors
    /// Those of the system.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let connection = Connection::open(path).map_err(io::Error::other)?;
        connection.execute_batch(TABLES).map_err(io::Error::other)?;
        Ok(Self {
            connection,
            is_any_clear: false,
        })
    }

    /// Adds a tile, and what it was drawn of.
    ///
    /// # Errors
    /// Those of the system.
    pub fn put(&mut self, at: TileAddress, imagery: &str, picture: &[u8]) -> io::Result<()> {
        self.is_any_clear |= picture.starts_with(b"\x89PNG");
        let put = self.insert("tiles", at, picture);
        let put = put.and_then(|_| self.insert("drawn_of", at, imagery));
        put.map(drop).map_err(io::Error::other)
    }

    fn insert(&self, table: &str, at: TileAddress, held: impl ToSql) -> rusqlite::Result<usize> {
        let insert = format!("INSERT INTO {table} VALUES (?1, ?2, ?3, ?4)");
        let mut insert = self.connection.prepare_cached(&insert)?;
        insert.execute(params![at.zoom(), at.column(), row(at), held])
    }

    /// Takes the tiles of a zoom out again.
    ///
    /// # Errors
    /// Those of the system.
    pub fn forget(&mut self, zoom: u8) -> io::Result<()> {
        ["tiles", "drawn_of"].iter().try_for_each(|table| {
            let gone = format!("DELETE FROM {table} WHERE zoom_level = ?1");
            let gone = self.connection.execute(&gone, [zoom]);
            gone.map(drop).map_err(io::Error::other)
        })
    }

    /// Finishes it.
    ///
    /// # Errors
    /// Those of the system.
    pub fn finish(self, title: &MbTilesTitle<'_>) -> io::Result<()> {
        let (low, high) = title.corners;
        let bounds = format!("{},{},{},{}", low.lon, low.lat, high.lon, high.lat);
        // Readers ask this for how many colours there are; each tile says itself what it is.
        let format = if self.is_any_clear { "png" } else { "jpg" };
        let said = [
            ("name", title.name),
            ("description", title.description),
            ("attribution", title.attribution),
            ("format", format),
            ("type", "overlay"),
            ("version", "1"),
            ("bounds", &bounds),
            ("minzoom", &title.zooms.0.to_string()),
            ("maxzoom", &title.zooms.1.to_string()),
        ];
        let finish = || {
            for (name, value) in said {
                self.connection
                    .execute("INSERT INTO metadata VALUES (?1, ?2)", [name, value])?;
            }
            self.connection.execute_batch("COMMIT; VACUUM;")
        };
        finish().map_err(io::Error::other)?;
        self.connection
            .close()
            .map_err(|(_, error)| io::Error::other(error))
    }
}

/// Rows count from the south.
fn row(at: TileAddress) -> u32 {
    (1_u32 << at.zoom()) - 1 - at.row()
}

/// The tiles of a file that was written before.
#[derive(Debug)]
pub struct MbTilesBefore(Connection);

impl MbTilesBefore {
    /// Opens a file of one's own; `None` where there is none.
    pub fn open(path: &Path) -> Option<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(path, flags).ok().map(Self)
    }

    /// A tile, where it was drawn of this imagery.
    pub fn tile(&self, at: TileAddress, imagery: &str) -> Option<Vec<u8>> {
        let mut asked = self.0.prepare_cached(TILE_DRAWN_OF).ok()?;
        let found = asked.query_row(params![at.zoom(), at.column(), row(at), imagery], |row| {
            row.get(0)
        });
        found.optional().ok()?
    }
}
