//! Anything that tiles are drawn from: an orthomosaic, photos, a terrain model.

use super::DEEPEST;
use super::address::TileAddress;
use super::hillshade::HeightLayer;
use super::photos::PhotoLayer;
use super::raster_layer::RasterLayer;
use crate::ground::LonLat;
use crate::imagery::fingerprint::Fingerprint;

/// Anything that tiles are drawn from. It is shared between threads.
#[derive(Debug)]
pub enum Layer {
    /// An orthomosaic.
    Raster(RasterLayer),
    /// Photos laid on the ground.
    Photos(PhotoLayer),
    /// A terrain model, shaded.
    Heights(HeightLayer),
}

impl Layer {
    /// What makes its tiles the same tiles.
    pub fn fingerprint(&self) -> &Fingerprint {
        match self {
            Self::Raster(layer) => &layer.fingerprint,
            Self::Photos(layer) => &layer.fingerprint,
            Self::Heights(layer) => &layer.fingerprint,
        }
    }

    /// The south-west and the north-east corner of the ground it shows.
    pub fn corners(&self) -> (LonLat, LonLat) {
        match self {
            Self::Raster(layer) => layer.corners(),
            Self::Photos(layer) => layer.corners(),
            Self::Heights(layer) => layer.bounds.corners(),
        }
    }

    /// The zoom from which deeper tiles show nothing more.
    pub fn deepest(&self) -> u8 {
        let (low, high) = self.corners();
        let latitude = f64::midpoint(low.lat, high.lat);
        let finest_cm = self.finest_cm();
        let is_fine_enough = |zoom: &u8| {
            TileAddress::new(*zoom, 0, 0).is_some_and(|tile| tile.gsd_cm(latitude) <= finest_cm)
        };
        (0..=DEEPEST).find(is_fine_enough).unwrap_or(DEEPEST)
    }

    fn finest_cm(&self) -> f64 {
        match self {
            Self::Raster(layer) => layer.finest_cm(),
            Self::Photos(layer) => layer.finest_cm(),
            Self::Heights(layer) => layer.gsd_cm,
        }
    }
}
