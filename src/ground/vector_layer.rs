//! What a vector file holds once it is read, whatever kind it is: layers of features in their own coordinates.

use super::crs::Crs;
use std::collections::BTreeMap;

/// Features that share a coordinate system.
pub(super) struct VectorLayer {
    /// The system; `None` where the file does not tell.
    pub crs: Option<Crs>,
    /// The features that have a geometry.
    pub features: Vec<VectorFeature>,
    /// The names of its columns, in lower case.
    pub columns: Vec<String>,
    /// Features that have none, or an empty one.
    pub without_shape: usize,
}

/// A geometry and the words that go with it.
pub(super) struct VectorFeature {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Its geometry without heights, or why it has none that can be used.
    pub shape: Result<geo::Geometry, String>,
    /// Its columns as text, by their names in lower case.
    pub words: BTreeMap<String, String>,
}
