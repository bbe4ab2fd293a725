//! Base maps that an office owns: files of tiles, and rasters from which tiles are drawn. None comes from a network, and
//! none whose positions are shifted: sites would lie hundreds of metres off on it.

mod error;
mod mbtiles;
mod mbtiles_file;
mod shift;

pub use error::BaseMapError;
pub use mbtiles::{MbTiles, TilesAbout, media_type};
pub use mbtiles_file::{MbTilesBefore, MbTilesFile, MbTilesTitle};
pub use shift::shifted_by;

use super::tile::{Layer, RasterLayer};
use super::{Orthomosaic, RasterOptions};
use crate::files::has_ending;
use std::path::Path;

/// A base map.
#[derive(Debug)]
pub enum BaseMap {
    /// Tiles are drawn from it.
    Drawn(Layer),
    /// It holds tiles.
    Stored(MbTiles),
}

/// Fails for what is no file, or is known to be shifted.
///
/// # Errors
/// [`BaseMapError::Address`], [`BaseMapError::Shifted`].
pub fn check_named(named: &Path) -> Result<(), BaseMapError> {
    let text = named.to_string_lossy().into_owned();
    let is_address = text.contains("://") || text.starts_with("/vsi");
    let name = named
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let told = if is_address {
        Some(&text)
    } else {
        name.as_ref()
    };
    if let Some(system) = told.and_then(|told| shifted_by(told)) {
        return Err(BaseMapError::Shifted { text, system });
    }
    if is_address {
        return Err(BaseMapError::Address { text });
    }
    Ok(())
}

impl BaseMap {
    /// Opens a base map: `MBTiles` by its name, else any raster with three colours.
    ///
    /// # Errors
    /// See [`BaseMapError`].
    pub fn open(path: &Path) -> Result<Self, BaseMapError> {
        check_named(path)?;
        if has_ending(path, "mbtiles") {
            MbTiles::open(path).map(Self::Stored)
        } else {
            Self::open_raster(path)
        }
    }

    fn open_raster(path: &Path) -> Result<Self, BaseMapError> {
        let raster = Orthomosaic::open(path, &RasterOptions::default());
        let raster = raster.map_err(|e| BaseMapError::Tile(e.into()))?;
        let layer = RasterLayer::new(Some(raster.into()), None).map_err(BaseMapError::Tile)?;
        Ok(Self::Drawn(Layer::Raster(layer)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_a_network_or_shifted_is_refused_with_the_reason() {
        let named = |text: &str| check_named(Path::new(text));
        assert!(matches!(
            named("https://webrd01.is.autonavi.com/x"),
            Err(BaseMapError::Shifted { .. })
        ));
        assert!(matches!(
            named("https://tiles.example/{z}"),
            Err(BaseMapError::Address { .. })
        ));
        assert!(matches!(
            named("/vsicurl/http://a/b.tif"),
            Err(BaseMapError::Address { .. })
        ));
        assert!(matches!(
            named("某县百度.mbtiles"),
            Err(BaseMapError::Shifted { .. })
        ));
        assert!(named("/home/baidu/底图.tif").is_ok());
    }
}
