//! `PMTiles`: tiles in one file, found by a directory in it.

use super::packed::{Bounded, LARGEST_TILE};
use crate::ground::LonLat;
use crate::imagery::base_map::{BaseMapError, TilesAbout, media_type, shifted_by};
use crate::imagery::tile::{DEEPEST, TileAddress, TilePicture};
use crate::imagery::{Fingerprint, file_fingerprint};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use pmtiles::{AsyncPmTilesReader, Compression, PmtError, TileCoord, TileType};
use serde_json::Value;
use std::fmt;
use std::io::Read;
use std::path::Path;

/// An open file.
pub(super) struct PmTiles {
    reader: AsyncPmTilesReader<Bounded>,
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
        let file = Bounded::open(path).await;
        let file = file.map_err(|e| malformed(e.to_string()))?;
        let there = std::fs::metadata(path).map_err(|e| malformed(e.to_string()))?;
        let (whole, there) = (file.length(), there.len());
        if whole > there {
            let path = path.into();
            return Err(BaseMapError::Cut { path, there, whole });
        }
        let reader = AsyncPmTilesReader::try_from_source(file).await;
        let reader = reader.map_err(|e| malformed(e.to_string()))?;
        let head = reader.get_header();
        if matches!(head.tile_type, TileType::Mvt | TileType::Mlt) {
            return Err(BaseMapError::Vector { path: path.into() });
        }
        let said = match reader.get_metadata().await {
            // It may say that it is shifted.
            Err(PmtError::InvalidEntry) => {
                return Err(malformed("it says too much of itself".into()));
            }
            said => said.unwrap_or_default(),
        };
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

fn content(packed: &Bytes, how: Compression) -> Option<Box<dyn Read + '_>> {
    match how {
        Compression::None => Some(Box::new(&packed[..])),
        Compression::Gzip => Some(Box::new(MultiGzDecoder::new(&packed[..]))),
        _ => None,
    }
}

/// What a tile holds; nothing where that is too much, or packed in a way that is not known.
fn unpacked(packed: &Bytes, how: Compression) -> Option<Vec<u8>> {
    let mut content = content(packed, how)?.take(LARGEST_TILE + 1);
    let mut bytes = Vec::new();
    content.read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= LARGEST_TILE).then_some(bytes)
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

    /// A file whose directories are packed, and hold what is given.
    fn packed_file(path: &Path, root: &[u8], leaf: &[u8], said: &[u8]) {
        let packed = |content: &[u8]| {
            let mut out = GzEncoder::new(Vec::new(), Effort::best());
            out.write_all(content).expect("packed");
            out.finish().expect("packed")
        };
        let parts = [
            packed(root),
            packed(said),
            packed(leaf),
            b"\x89PNG".to_vec(),
        ];
        let mut bytes = b"PMTiles\x03".to_vec();
        let mut at = 127;
        for part in &parts {
            bytes.extend((at as u64).to_le_bytes());
            bytes.extend((part.len() as u64).to_le_bytes());
            at += part.len();
        }
        bytes.extend([5_u64, 2, 2].map(u64::to_le_bytes).concat());
        bytes.extend([1, 2, 1, 2, 0, 1]);
        for degrees in [-180, -85, 180, 85] {
            bytes.extend((degrees * 10_000_000_i32).to_le_bytes());
        }
        bytes.resize(127, 0);
        std::fs::write(path, [bytes, parts.concat()].concat()).expect("written");
    }

    /// A directory of one entry: from tile 0, so often (0: a directory), so long, at the beginning; and what nobody asked for.
    fn directory(often: u8, length: usize, more: usize) -> Vec<u8> {
        let mut directory = vec![1, 0, often];
        number(length, &mut directory);
        directory.push(1);
        directory.resize(directory.len() + more, 0);
        directory
    }

    #[test]
    fn directories_that_unpack_to_more_than_any_are_not_read() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.pmtiles");
        let runtime = tokio::runtime::Builder::new_multi_thread().build();
        let runtime = runtime.expect("runtime");
        let open = || runtime.block_on(PmTiles::open(&path));
        let bomb = 64 << 20;
        let leaf = |more| directory(1, 4, more);
        let length = |content: &[u8]| {
            let mut out = GzEncoder::new(Vec::new(), Effort::best());
            out.write_all(content).expect("packed");
            out.finish().expect("packed").len()
        };
        let root = |leaf: &[u8], more| directory(0, length(leaf), more);
        let at = TileAddress::new(0, 0, 0).expect("address");
        let sound = leaf(0);
        packed_file(&path, &root(&sound, 0), &sound, b"{\"name\":\"x\"}");
        let tiles = open().expect("opened");
        assert_eq!(tiles.about().title.as_deref(), Some("x"));
        let found = runtime.block_on(tiles.tile(at));
        assert_eq!(found.expect("a tile").media_type, "image/png");
        packed_file(&path, &root(&sound, bomb), &sound, b"{}");
        assert!(open().is_err(), "the root directory");
        let large = leaf(bomb);
        packed_file(&path, &root(&large, 0), &large, b"{}");
        let tiles = open().expect("its root directory is sound");
        assert!(runtime.block_on(tiles.tile(at)).is_none(), "a leaf");
        let said = [b"{\"name\":\"x\"}".as_slice(), &vec![b' '; bomb]].concat();
        packed_file(&path, &root(&sound, 0), &sound, &said);
        assert!(open().is_err(), "what it says of itself");
    }

    #[test]
    fn a_tile_that_unpacks_to_more_than_a_tile_is_none() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.pmtiles");
        let (whole, bomb) = (packed(1_000), packed(LARGEST_TILE as usize + 1));
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
            // A copy that was broken off would show holes where nobody looks for any.
            let bytes = std::fs::read(&path).expect("read");
            std::fs::write(&path, &bytes[..bytes.len() - 1]).expect("cut");
            let refused = PmTiles::open(&path).await.expect_err("cut off");
            assert!(refused.to_string().contains("copy it again"), "{refused}");
        });
        let most = packed(LARGEST_TILE as usize).into();
        assert!(unpacked(&most, Compression::Gzip).is_some());
    }
}
