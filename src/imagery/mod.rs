//! What was flown: orthomosaics and photos, their pixels, their place and their date.
//!
//! A [`Source`] is what is known of an orthomosaic or a photo before its pixels are read; it is shared between threads.
//! A [`PixelReader`] owns what is open and belongs to one thread. Nothing is ever written beside the input.

mod band_names;
mod bands;
mod bucket_inputs;
mod captured;
mod empty_blocks;
mod fingerprint;
#[cfg(test)]
mod fixture;
mod found;
mod gdal_setup;
mod gdal_words;
mod georeference;
mod header;
mod input_files;
mod inputs;
mod jpeg_writer;
mod network;
mod orthomosaic;
mod orthomosaic_reader;
mod pattern;
mod photo_source;
mod picture;
mod pixels;
mod planes;
mod raster_error;
mod raster_file;
mod raster_options;
mod raster_remedy;
mod source;
mod stretch;
mod value_map;

pub mod base_map;
pub mod photo;
pub mod pyramid;
pub mod tile;

pub use captured::{Captured, CapturedError};
pub use fingerprint::{FileSamples, Fingerprint, file_fingerprint, fingerprint_bytes};
pub use found::check as check_found;
pub use gdal_setup::{gdal_version, proj_version, set_up_gdal};
pub use georeference::RasterNote;
pub use header::Level;
pub use input_files::{InputError, InputFiles};
pub use inputs::find_inputs;
pub use jpeg_writer::{JpegPixels, jpeg_of};
pub use network::allow_where_named;
pub use orthomosaic::Orthomosaic;
pub use pattern::{PATTERNS_AT_ONCE, PatternReader};
pub use photo_source::PhotoSource;
pub use picture::{PictureReader, resized};
pub use pixels::{OpenError, PixelReader, Pixels, Validity};
pub use raster_error::{Beside, RasterError};
pub use raster_options::RasterOptions;
pub use source::Source;
