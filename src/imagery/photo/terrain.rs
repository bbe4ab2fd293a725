//! The height of the ground, as the camera model asks for it.

use crate::ground::LonLat;

/// A surface over the map. Heights are metres in one vertical system, whichever it is: the camera's height is stated in
/// the same one, so that only differences count.
pub trait HeightField: Send + Sync {
    /// The height at a place; `None` where the surface has none.
    fn height_m(&self, at: LonLat) -> Option<f64>;

    /// Metres between its samples: a ray is walked in steps of half of it. `None` for a plane, met in one step.
    fn spacing_m(&self) -> Option<f64>;
}

/// Level ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelGround(
    /// Its height in metres.
    pub f64,
);

impl HeightField for LevelGround {
    fn height_m(&self, _at: LonLat) -> Option<f64> {
        Some(self.0)
    }

    fn spacing_m(&self) -> Option<f64> {
        None
    }
}
