//! Why a photo is not searched, in words and in the design's codes.

mod said;

use super::jpeg::JpegError;
use super::metadata::{Attitude, Doubt, Metadata, MetadataFault, Position};
use super::quality::Defect;
use super::spectral_band::Band;
use crate::files::BucketError;
use crate::schema::Reason;
use crate::speaking_error;
use crate::words::{Fault, Lang, Said, Say};
use std::path::{Path, PathBuf};

/// A photo that is set aside, with what it was about.
#[derive(Debug)]
pub struct SetAside {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a photo.
#[derive(Debug)]
pub enum Why {
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
    },
    /// The terrain model has no height there.
    OffTerrain,
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

impl SetAside {
    pub(super) fn new(path: &Path, why: Why) -> Self {
        Self {
            path: path.into(),
            why,
        }
    }

    /// A photo whose file cannot be read.
    pub(in crate::imagery) fn unread(path: &Path, error: std::io::Error) -> Self {
        Self::new(path, Why::Jpeg(JpegError::Io(error)))
    }

    fn bucket_error(&self) -> Option<&BucketError> {
        match &self.why {
            Why::Jpeg(JpegError::Io(error)) => BucketError::of(error),
            _ => None,
        }
    }

    /// Whether its bucket did not give it.
    pub(in crate::imagery) fn is_of_bucket(&self) -> bool {
        self.bucket_error().is_some()
    }

    /// Whether its bucket did not give it and may do so another time.
    pub(in crate::imagery) fn is_lost(&self) -> bool {
        let lasts = |error: &BucketError| {
            use BucketError::{Gone, Refused, TooLong};
            matches!(error, Gone | Refused | TooLong { .. })
        };
        self.bucket_error().is_some_and(|error| !lasts(error))
    }

    pub(super) fn no_position(path: &Path, found: &Metadata) -> Self {
        let position = found.position;
        let damaged = !found.faults.is_empty();
        let camera = found.make.is_some()
            || found.model.is_some()
            || found.focal_mm.is_some()
            || found.captured.is_some()
            || found.relative_altitude_m.is_some()
            || matches!(
                found.attitude,
                Attitude::Gimbal { .. } | Attitude::Body { .. }
            );
        let why = Why::NoPosition {
            position,
            damaged,
            camera,
        };
        Self::new(path, why)
    }

    pub(super) fn no_altitude(path: &Path, found: &Metadata) -> Self {
        let above_sea = found.altitude_m.is_some();
        let damaged = found.faults.contains(&MetadataFault::Xmp);
        Self::new(path, Why::NoAltitude { above_sea, damaged })
    }

    /// Whether it is a frame of one band or of heat beside colour photos.
    pub fn is_band(&self) -> bool {
        matches!(self.why, Why::Band(_))
    }

    /// Whether nothing in it says that a camera took it: a picture of a report, or a copy that lost all its tags.
    pub fn is_no_photo(&self) -> bool {
        matches!(
            self.why,
            Why::NoPosition {
                position: Position::Missing,
                damaged: false,
                camera: false,
            } | Why::Grey
        )
    }

    /// The code for the coverage layer.
    pub fn reason(&self) -> Reason {
        match &self.why {
            Why::Jpeg(_) | Why::Truncated | Why::Damaged | Why::TooLarge { .. } => {
                Reason::Unreadable
            }
            Why::NoPosition { .. } => Reason::NoPosition,
            Why::NoAltitude { .. }
            | Why::AbsurdAltitude { .. }
            | Why::OffTerrain
            | Why::OverEllipsoid
            | Why::NoFocalLength => Reason::NoAltitude,
            Why::TooCoarse { .. } => Reason::TooCoarse,
            Why::TooOblique | Why::Attitude(_) => Reason::TooOblique,
            Why::Grey | Why::Panorama | Why::Band(_) | Why::Defect(_) => Reason::Quality,
        }
    }
}

impl Say for SetAside {
    fn say(&self, lang: Lang) -> Said {
        let said = Said::new(said::what(&self.why, &self.path, lang));
        match said::remedy(&self.why, lang) {
            Some(remedy) => said.hint(remedy),
            None => said,
        }
    }

    fn fault(&self) -> Fault {
        Fault::Input
    }
}
speaking_error!(SetAside);
