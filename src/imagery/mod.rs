//! What was flown: orthomosaics and photos, their pixels, their place and their date.
//!
//! A [`Raster`] is what is known of a file before its pixels are read; it is shared between threads. A [`RasterReader`]
//! owns an open data set and belongs to one thread. Nothing is ever written beside the input.

mod bands;
mod captured;
mod fingerprint;
mod gdal_setup;
mod georeference;
mod inputs;
mod raster;
mod raster_error;
mod reader;
mod stretch;

pub mod photo;

pub use captured::{Captured, CapturedError};
pub use fingerprint::{Fingerprint, file_fingerprint, fingerprint_bytes};
pub use gdal_setup::{gdal_version, set_up_gdal};
pub use georeference::RasterNote;
pub use inputs::{Found, InputError, find_inputs};
pub use raster::{Level, Raster, RasterOptions};
pub use raster_error::{Beside, RasterError};
pub use reader::{Pixels, RasterReader, Why};
