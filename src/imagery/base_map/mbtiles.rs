//! `MBTiles`: tiles as rows of a data base, which is opened so that a stranger's can do little and not for long.

use super::error::BaseMapError;
use super::shift::shifted_by;
use crate::ground::{GeoPackageError, LonLat, guarded_read_only};
use crate::imagery::fingerprint::{Fingerprint, file_fingerprint};
use crate::imagery::tile::{DEEPEST, TileAddress, TilePicture};
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long one look may take.
const LONGEST: Duration = Duration::from_secs(5);
/// Steps of the engine between two looks at the clock.
const STEPS: i32 = 10_000;

/// What a file of tiles says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct TilesAbout {
    /// Its name.
    pub title: Option<String>,
    /// Whom it is owed to.
    pub attribution: Option<String>,
    /// The south-west and the north-east corner.
    pub corners: Option<(LonLat, LonLat)>,
    /// The deepest zoom.
    pub deepest: u8,
}

/// An open file.
#[derive(Debug)]
pub struct MbTiles {
    connection: Mutex<Connection>,
    about: TilesAbout,
    fingerprint: Fingerprint,
}

impl MbTiles {
    /// Opens a file.
    ///
    /// # Errors
    /// See [`BaseMapError`].
    pub fn open(path: &Path) -> Result<Self, BaseMapError> {
        let malformed = |why: String| BaseMapError::Malformed {
            path: path.into(),
            why,
        };
        let mut connection = guarded_read_only(path).map_err(|error| match error {
            GeoPackageError::Malformed { .. } => malformed("it is no data base of tiles".into()),
            other => BaseMapError::File(other),
        })?;
        bound(&mut connection).map_err(|e| malformed(e.to_string()))?;
        let said = metadata(&connection).map_err(|e| malformed(e.to_string()))?;
        if said.get("format").is_some_and(|format| format == "pbf") {
            return Err(BaseMapError::Vector { path: path.into() });
        }
        let of_itself = ["name", "description", "attribution", "source"];
        let words: Vec<&str> = of_itself
            .iter()
            .filter_map(|key| said.get(*key))
            .map(String::as_str)
            .collect();
        if let Some(system) = shifted_by(&words.join(" ")) {
            return Err(BaseMapError::Shifted {
                text: path.display().to_string(),
                system,
            });
        }
        let deepest: Option<i64> = connection
            .query_row("SELECT max(zoom_level) FROM tiles", [], |row| row.get(0))
            .map_err(|e| malformed(e.to_string()))?;
        let deepest = deepest.and_then(|zoom| u8::try_from(zoom).ok());
        Ok(Self {
            about: TilesAbout {
                title: said.get("name").cloned(),
                attribution: said.get("attribution").cloned(),
                corners: said.get("bounds").and_then(|text| corners(text)),
                deepest: deepest
                    .ok_or_else(|| malformed("it holds no tiles".into()))?
                    .min(DEEPEST),
            },
            fingerprint: file_fingerprint(path).map_err(|e| malformed(e.to_string()))?,
            connection: Mutex::new(connection),
        })
    }

    /// What it says of itself.
    pub fn about(&self) -> &TilesAbout {
        &self.about
    }

    /// What makes it the same file.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// A tile; nothing where it has none that is a picture, or cannot be read.
    pub fn tile(&self, at: TileAddress) -> Option<TilePicture> {
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        bound(&mut connection).ok()?;
        // Its rows count from the south.
        let row = (1_u32 << at.zoom()) - 1 - at.row();
        let mut asked = connection
            .prepare_cached("SELECT tile_data FROM tiles WHERE zoom_level = ?1 AND tile_column = ?2 AND tile_row = ?3")
            .ok()?;
        let found = asked.query_row((at.zoom(), at.column(), row), |row| {
            row.get::<_, Vec<u8>>(0)
        });
        let bytes = found.optional().ok()??;
        Some(TilePicture {
            media_type: media_type(&bytes)?,
            bytes,
        })
    }
}

/// Ends whatever is asked next when it takes too long.
fn bound(connection: &mut Connection) -> rusqlite::Result<()> {
    let until = Instant::now() + LONGEST;
    connection.progress_handler(STEPS, Some(move || Instant::now() > until))
}

fn metadata(connection: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut asked =
        connection.prepare("SELECT name, CAST(value AS TEXT) FROM metadata LIMIT 1000")?;
    let rows = asked.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
    let said = |(name, value): (String, Option<String>)| Some((name, value?));
    Ok(rows.into_iter().filter_map(said).collect())
}

/// `west,south,east,north` in degrees.
fn corners(text: &str) -> Option<(LonLat, LonLat)> {
    let numbers = text.split(',').filter_map(|n| n.trim().parse().ok());
    let [west, south, east, north] = numbers.collect::<Vec<f64>>()[..] else {
        return None;
    };
    let (low, high) = (LonLat::new(west, south), LonLat::new(east, north));
    (low.is_on_earth() && high.is_on_earth() && west < east && south < north).then_some((low, high))
}

/// The kind of picture that bytes are, told by how they begin.
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path, more: &str) {
        let made = Connection::open(path).expect("made");
        made.execute_batch(&format!(
            "CREATE TABLE metadata (name TEXT, value TEXT);
             CREATE TABLE images (tile_id TEXT, tile_data BLOB);
             CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id TEXT);
             CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data FROM map JOIN images USING (tile_id);
             INSERT INTO metadata VALUES ('name', '县城'), ('bounds', '113,33,114,34'), ('attribution', '测绘院');
             INSERT INTO images VALUES ('a', x'89504e470d0a'), ('b', x'1f8b08');
             INSERT INTO map VALUES (3, 6, 4, 'a'), (3, 6, 5, 'b');
             {more}"
        ))
        .expect("written");
    }

    #[test]
    fn tiles_come_from_the_row_that_is_meant_and_only_pictures_do() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a b.mbtiles");
        written(&path, "");
        let tiles = MbTiles::open(&path).expect("opened");
        let about = tiles.about();
        assert_eq!((about.title.as_deref(), about.deepest), (Some("县城"), 3));
        assert_eq!(
            about.corners,
            Some((LonLat::new(113.0, 33.0), LonLat::new(114.0, 34.0)))
        );
        let at = |row| TileAddress::new(3, 6, row).expect("exists");
        assert_eq!(tiles.tile(at(3)).map(|t| t.media_type), Some("image/png"));
        assert_eq!(tiles.tile(at(2)), None, "no picture");
        assert_eq!(tiles.tile(at(4)), None, "none there");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn what_is_shifted_vector_or_none_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        written(
            &at("gaode.mbtiles"),
            "UPDATE metadata SET value = '高德影像' WHERE name = 'name';",
        );
        assert!(matches!(
            MbTiles::open(&at("gaode.mbtiles")),
            Err(BaseMapError::Shifted { .. })
        ));
        written(
            &at("vector.mbtiles"),
            "INSERT INTO metadata VALUES ('format', 'pbf');",
        );
        assert!(matches!(
            MbTiles::open(&at("vector.mbtiles")),
            Err(BaseMapError::Vector { .. })
        ));
        written(&at("empty.mbtiles"), "DELETE FROM map;");
        assert!(matches!(
            MbTiles::open(&at("empty.mbtiles")),
            Err(BaseMapError::Malformed { .. })
        ));
        std::fs::write(at("text.mbtiles"), "text").expect("written");
        assert!(matches!(
            MbTiles::open(&at("text.mbtiles")),
            Err(BaseMapError::Malformed { .. })
        ));
        assert!(matches!(
            MbTiles::open(&at("none.mbtiles")),
            Err(BaseMapError::File(_))
        ));
    }

    #[test]
    fn a_view_without_end_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("endless.mbtiles");
        written(
            &path,
            "DROP VIEW tiles;
             CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
               SELECT 3 AS zoom_level, 6 AS tile_column, i AS tile_row, x'89504e47' AS tile_data FROM n;",
        );
        let before = Instant::now();
        assert!(MbTiles::open(&path).is_err());
        assert!(before.elapsed() < 20 * LONGEST);
    }
}
