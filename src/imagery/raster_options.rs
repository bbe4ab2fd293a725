//! What the user says about rasters, whatever they say themselves.

use crate::ground::Crs;

/// What the user says about rasters.
#[derive(Debug, Clone, Default)]
pub struct RasterOptions {
    /// Their coordinate system, whatever they name themselves.
    pub crs: Option<Crs>,
    /// The way to WGS 84 of those whose datum has no known one: see [`Crs::with_way`].
    pub towgs84: Option<[f64; 7]>,
    /// The numbers of the red, green and blue band, from 1.
    pub bands: Option<[usize; 3]>,
}
