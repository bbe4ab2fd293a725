//! How steeply a photo looks down on a place: of several that show it, the steepest is the one in which it leans least.

use super::placed::Photo;
use crate::ground::{LocalPlane, LonLat};

/// A camera's place above the ground.
#[derive(Debug, Clone, Copy)]
pub struct Nadir {
    plane: LocalPlane,
    above_ground_m: f64,
}

impl Nadir {
    /// Metres across for each metre down from the camera to a place; 0 straight below it.
    pub fn slant(&self, at: LonLat) -> f64 {
        let p = self.plane.to_plane(at);
        p.x.hypot(p.y) / self.above_ground_m
    }
}

impl Photo {
    /// Its place above the ground.
    pub fn nadir(&self) -> Nadir {
        let below_m = self.terrain().height_m(self.camera.at);
        Nadir {
            plane: *self.camera.plane(),
            above_ground_m: (self.camera.height_m - below_m.unwrap_or(0.0)).max(1.0),
        }
    }
}
