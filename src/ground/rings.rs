//! The rings of polygons.

use geo::{LineString, Polygon};

/// The rings of a polygon, the exterior first.
pub fn rings(polygon: &Polygon) -> impl Iterator<Item = &LineString> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}
