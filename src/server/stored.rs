//! `PMTiles`: tiles in one file, found by a directory in it.

use crate::ground::LonLat;
use crate::imagery::base_map::{BaseMapError, TilesAbout, media_type, shifted_by};
use crate::imagery::tile::{DEEPEST, TileAddress, TilePicture};
use crate::imagery::{Fingerprint, file_fingerprint};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use pmtiles::{AsyncPmTilesReader, Compression, MmapBackend, TileCoord, TileType};
use serde_json::Value;
use std::fmt;
use std::io::Read;
use std::path::Path;

/// Bytes of a tile at most, also when it is unpacked.
const LARGEST: u64 = 8 << 20;

/// An open file.
pub(super) struct PmTiles {
    reader: AsyncPmTilesReader<MmapBackend>,
    about: TilesAbout,
    fingerprint: Fingerprint,
}

impl fmt::Debug for PmTiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PmTiles").field(&self.about).finish()
    }
}

impl PmTiles {
    /// Opens a file.
    ///
    /// # Errors
    /// See [`BaseMapError`].
    pub async fn open(path: &Path) -> Result<Self, BaseMapError> {
        let malformed = |why: String| BaseMapError::Malformed {
            path: path.into(),
            why,
        };
        crate::files::regular(path).map_err(|e| malformed(e.to_string()))?;
        let reader = AsyncPmTilesReader::new_with_path(path).await;
        let reader = reader.map_err(|e| malformed(e.to_string()))?;
        let head = reader.get_header();
        if matches!(head.tile_type, TileType::Mvt | TileType::Mlt) {
            return Err(BaseMapError::Vector { path: path.into() });
        }
        let said = reader.get_metadata().await.unwrap_or_default();
        if let Some(system) = shifted_by(&said) {
            return Err(BaseMapError::Shifted {
                text: path.display().to_string(),
                system,
            });
        }
        let said: Value = serde_json::from_str(&said).unwrap_or_default();
        let word = |key: &str| said[key].as_str().map(str::to_owned);
        let low = LonLat::new(head.min_longitude, head.min_latitude);
        let high = LonLat::new(head.max_longitude, head.max_latitude);
        let is_box = low.is_on_earth() && high.is_on_earth() && low.lon < high.lon;
        let about = TilesAbout {
            title: word("name"),
            attribution: word("attribution"),
            corners: is_box.then_some((low, high)),
            deepest: head.max_zoom.min(DEEPEST),
        };
        let fingerprint = file_fingerprint(path).map_err(|e| malformed(e.to_string()))?;
        Ok(Self {
            reader,
            about,
            fingerprint,
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

    /// A tile; nothing where it has none that is a picture.
    pub async fn tile(&self, at: TileAddress) -> Option<TilePicture> {
        let coordinates = TileCoord::new(at.zoom(), at.column(), at.row()).ok()?;
        let packed = self.reader.get_tile(coordinates).await.ok()??;
        let how = self.reader.get_header().tile_compression;
        let unpacking = tokio::task::spawn_blocking(move || unpacked(&packed, how));
        let bytes = unpacking.await.ok()??;
        Some(TilePicture {
            media_type: media_type(&bytes)?,
            bytes,
        })
    }
}

/// What a tile holds; nothing where that is too much, or packed in a way that is not known.
fn unpacked(packed: &Bytes, how: Compression) -> Option<Vec<u8>> {
    let content: Box<dyn Read> = match how {
        Compression::None => Box::new(&packed[..]),
        Compression::Gzip => Box::new(MultiGzDecoder::new(&packed[..])),
        _ => return None,
    };
    let mut bytes = Vec::new();
    content.take(LARGEST + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= LARGEST).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression as Effort, write::GzEncoder};
    use std::io::Write;

    fn packed(bytes: usize) -> Vec<u8> {
        let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
        picture.resize(bytes, 0);
        let mut out = GzEncoder::new(Vec::new(), Effort::fast());
        out.write_all(&picture).expect("packed");
        out.finish().expect("packed")
    }

    fn number(mut of: usize, to: &mut Vec<u8>) {
        while of > 0x7f {
            to.push((of & 0x7f) as u8 | 0x80);
            of >>= 7;
        }
        to.push(of as u8);
    }

    /// A file with one tile at zoom 0 and one for all of zoom 1.
    fn file(path: &Path, tiles: [&[u8]; 2]) {
        // How many there are; from which number on, how often, how long, and where (0: behind the one before).
        let mut directory = vec![2, 0, 1, 1, 4];
        for tile in tiles {
            number(tile.len(), &mut directory);
        }
        directory.extend([1, 0]);
        let (said, data) = (b"{}", tiles.concat());
        let mut bytes = b"PMTiles\x03".to_vec();
        let mut at = 127;
        for length in [directory.len(), said.len(), 0, data.len()] {
            bytes.extend((at as u64).to_le_bytes());
            bytes.extend((length as u64).to_le_bytes());
            at += length;
        }
        bytes.extend([5_u64, 2, 2].map(u64::to_le_bytes).concat());
        // In the order of the numbers, its directory as it is, tiles in gzip, PNG, zooms 0 to 1.
        bytes.extend([1, 1, 2, 2, 0, 1]);
        for degrees in [-180, -85, 180, 85] {
            bytes.extend((degrees * 10_000_000_i32).to_le_bytes());
        }
        bytes.resize(127, 0);
        std::fs::write(path, [&bytes, &directory[..], said, &data].concat()).expect("written");
    }

    #[test]
    fn a_tile_that_unpacks_to_more_than_a_tile_is_none() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.pmtiles");
        let (whole, bomb) = (packed(1_000), packed(LARGEST as usize + 1));
        assert!(bomb.len() < 100_000, "{}", bomb.len());
        file(&path, [&whole, &bomb]);
        let runtime = tokio::runtime::Builder::new_multi_thread().build();
        runtime.expect("runtime").block_on(async {
            let tiles = PmTiles::open(&path).await.expect("opened");
            let at = |zoom, x, y| TileAddress::new(zoom, x, y).expect("address");
            let picture = tiles.tile(at(0, 0, 0)).await.expect("a tile");
            assert_eq!(
                (picture.media_type, picture.bytes.len()),
                ("image/png", 1_000)
            );
            assert!(tiles.tile(at(1, 1, 1)).await.is_none());
        });
        let most = packed(LARGEST as usize).into();
        assert!(unpacked(&most, Compression::Gzip).is_some());
    }
}
