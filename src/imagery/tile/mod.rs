//! Tiles of web maps, drawn out of imagery as it was flown: any raster in any coordinate system, its pyramid, photos laid
//! on the ground, terrain models. Nothing is reprojected beforehand.
//!
//! A tile's pixels are found in a raster by a few nodes (`nodes`), read from the grid that fits their size (`raster_layer`),
//! laid where they belong (`draw`) and encoded: JPEG, and PNG where a part of the tile shows nothing.

mod address;
mod draw;
mod error;
mod ground_view;
mod hillshade;
mod labelled;
mod laid_over;
mod layer;
mod nodes;
mod painter;
mod photos;
mod picture;
mod raster_layer;

pub use address::{DEEPEST, TILE, TileAddress};
pub use error::TileError;
pub use ground_view::GroundView;
pub use hillshade::HeightLayer;
pub use labelled::labelled;
pub use laid_over::{LaidMap, laid_over};
pub use layer::Layer;
pub use painter::{OpenLayers, Painter};
pub use photos::PhotoLayer;
pub use picture::TilePicture;
pub use raster_layer::RasterLayer;

#[cfg(test)]
mod photo_tests;
#[cfg(test)]
mod tests;
