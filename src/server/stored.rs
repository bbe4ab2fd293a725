//! `PMTiles`: tiles in one file, found by a directory in it.

use crate::ground::LonLat;
use crate::imagery::base_map::{BaseMapError, TilesAbout, media_type, shifted_by};
use crate::imagery::tile::{DEEPEST, TileAddress, TilePicture};
use crate::imagery::{Fingerprint, file_fingerprint};
use pmtiles::{AsyncPmTilesReader, MmapBackend, TileCoord, TileType};
use serde_json::Value;
use std::fmt;
use std::path::Path;

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
        let found = self.reader.get_tile_decompressed(coordinates).await;
        let bytes = found.ok()??.to_vec();
        Some(TilePicture {
            media_type: media_type(&bytes)?,
            bytes,
        })
    }
}
