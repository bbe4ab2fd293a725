//! A district: its code, its names and its ground.

use geo::MultiPolygon;

/// One district of a boundary file.
#[derive(Debug, Clone)]
pub struct District {
    /// Its 6-, 9- or 12-digit code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its elevation in metres, where the file tells it (`elevation_m`).
    pub elevation_m: Option<f64>,
    pub(super) area: MultiPolygon,
    pub(super) bounds: geo::Rect,
}

impl District {
    /// Its ground, WGS 84 degrees.
    pub fn area(&self) -> &MultiPolygon {
        &self.area
    }
}
