//! What can be wrong with a photo, so that it is not searched.

use crate::imagery::photo::jpeg::JpegError;
use crate::imagery::photo::metadata::{Band, Doubt, Position};
use crate::imagery::photo::quality::Defect;

/// What is wrong with a photo.
#[derive(Debug)]
pub enum RejectionCause {
    /// It is no JPEG that can be read, or cannot be opened.
    Jpeg(JpegError),
    /// It ends before its picture does.
    Truncated,
    /// Its picture is damaged.
    Damaged,
    /// It has more pixels, or more bytes, than any drone's photo.
    TooLarge {
        /// Millions of pixels.
        megapixels: f64,
    },
    /// It has no colours.
    Grey,
    /// No tag says where it was taken.
    NoPosition {
        /// What the tag says instead of a place.
        position: Position,
        /// Whether a block of metadata could not be read.
        damaged: bool,
        /// Whether a camera's tags are there.
        camera: bool,
    },
    /// No tag says how high above the ground it was taken.
    NoAltitude {
        /// Whether a height above the sea is known, so that the ground's elevation would help.
        above_sea: bool,
        /// Whether a block of metadata could not be read.
        damaged: bool,
    },
    /// The height above the ground is none that a photo was taken from.
    AbsurdAltitude {
        /// Metres above the ground.
        above_ground_m: f64,
        /// What would tell the ground's height better.
        ground: HeightHelp,
    },
    /// The terrain model has no height there.
    OffTerrain,
    /// Two blocks of metadata say places so far apart that no ground of its frame is the same.
    TwoPlaces {
        /// Metres between them.
        metres: f64,
    },
    /// Two heights say ground of which nothing is the same.
    TwoHeights {
        /// Metres between them.
        metres: f64,
    },
    /// Its ground lies on both sides of the 180th meridian.
    Antimeridian,
    /// Nothing tells the focal length.
    NoFocalLength,
    /// All of the ground in it is coarser than the model can bear.
    TooCoarse {
        /// Its finest centimetres a pixel.
        gsd_cm: f64,
        /// The coarsest that is searched.
        coarsest_cm: f64,
    },
    /// It looks to the horizon or above it.
    TooOblique,
    /// It is not known where the camera looked.
    Attitude(Doubt),
    /// It was stitched out of several frames.
    Panorama,
    /// Its only height counts from the ellipsoid, the ground's from the sea.
    OverEllipsoid,
    /// It shows heat or a single band.
    Band(Band),
    /// Its picture is useless.
    Defect(Defect),
}

/// What would help a height that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeightHelp {
    /// The elevation or the terrain model that was given is to be looked at.
    Given,
    /// The photo's height above the sea would do, with the ground's.
    Elevation,
    /// Nothing that the photo says.
    Nothing,
}
