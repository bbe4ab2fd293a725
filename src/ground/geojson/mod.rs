//! GeoJSON (RFC 7946): the one place that takes features out of its bytes, and the one that writes them.
//!
//! Files in coordinate systems of their own are left to GDAL, with all other vector files ([`super::features`]).

mod flaw;
mod read;
mod write;

pub use flaw::GeoJsonFlaw;
pub use read::{FileFeature, read_features};
pub use write::{Feature, FeatureCollection, Geometry, write_features};
