//! The EXIF tag that tells viewers how to turn a picture for people. Pure.
//!
//! It moves no pixel: a gimbal's angles are those of the sensor (DJI documents them as angles in north, east and down, turned
//! in the order yaw, pitch, roll), and the stored columns and rows run along the sensor's. A camera that hangs in portrait
//! says so by a roll of 90 degrees. Who turns the picture in a viewer adds the tag and leaves the angles, so that photos are
//! placed by their pixels as stored, whatever it says.

use serde::{Deserialize, Serialize};

/// How viewers are told to turn the stored pixels (the EXIF tag's values 1 to 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Orientation {
    /// Quarters of a turn, clockwise.
    quarters: u8,
    /// Whether it is mirrored too, which no camera asks for.
    mirrored: bool,
}

/// Degrees by which a gimbal's roll may be off a whole quarter that it was turned by.
const ROLL_DEG: f64 = 20.0;

impl Orientation {
    /// By the EXIF tag's value; any other value is upright.
    pub fn of_tag(value: u32) -> Self {
        let (quarters, mirrored) = match value {
            2 => (0, true),
            3 => (2, false),
            4 => (2, true),
            5 => (3, true),
            6 => (1, false),
            7 => (1, true),
            8 => (3, false),
            _ => (0, false),
        };
        Self { quarters, mirrored }
    }

    /// Whether a camera that was rolled by so many degrees about its axis would ask for it.
    pub fn is_of_roll(self, roll_deg: f64) -> bool {
        let off = (roll_deg - 90.0 * f64::from(self.quarters)).rem_euclid(360.0);
        !self.mirrored && off.min(360.0 - off) <= ROLL_DEG
    }

    /// Degrees between the stored top and the one that viewers show, 0 to 180.
    pub fn turned_deg(self) -> f64 {
        90.0 * f64::from(self.quarters.min(4 - self.quarters))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roll_explains_the_turn_that_sets_its_picture_upright_and_no_other() {
        let of = Orientation::of_tag;
        for (tag, roll, turned) in [
            (0, 0.0, 0.0),
            (1, 359.0, 0.0),
            (6, 90.0, 90.0),
            (8, -90.0, 90.0),
            (3, 180.0, 180.0),
            (3, -179.5, 180.0),
        ] {
            assert!(of(tag).is_of_roll(roll), "{tag} {roll}");
            assert!((of(tag).turned_deg() - turned).abs() < 1e-9, "{tag}");
        }
        for (tag, roll) in [
            (6, 0.0),
            (6, -90.0),
            (8, 90.0),
            (3, 0.0),
            (2, 0.0),
            (4, 180.0),
            (7, 90.0),
        ] {
            assert!(!of(tag).is_of_roll(roll), "{tag} {roll}");
        }
    }
}
