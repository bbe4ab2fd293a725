//! Why a photo is not searched, in words and in the design's codes.

mod cause;
mod said;

pub use cause::{HeightHelp, RejectionCause};

use super::jpeg::JpegError;
use super::metadata::{Attitude, Doubt, Metadata, MetadataFault, Position};
use crate::files::BucketError;
use crate::schema::Reason;
use crate::speaking_error;
use crate::words::{Fault, Lang, Said, Say};
use std::path::{Path, PathBuf};

/// A photo that is set aside, with what it was about.
#[derive(Debug)]
pub struct PhotoRejection {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: RejectionCause,
}

impl PhotoRejection {
    pub(super) fn new(path: &Path, why: RejectionCause) -> Self {
        Self {
            path: path.into(),
            why,
        }
    }

    /// A photo whose file cannot be read.
    pub(in crate::imagery) fn unread(path: &Path, error: std::io::Error) -> Self {
        Self::new(path, RejectionCause::Jpeg(JpegError::Io(error)))
    }

    fn bucket_error(&self) -> Option<&BucketError> {
        match &self.why {
            RejectionCause::Jpeg(JpegError::Io(error)) => BucketError::of(error),
            _ => None,
        }
    }

    /// Whether its bucket did not give it; one that is too long was not asked for.
    pub(in crate::imagery) fn is_of_bucket(&self) -> bool {
        let asked = |error: &BucketError| !matches!(error, BucketError::TooLong { .. });
        self.bucket_error().is_some_and(asked)
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
        let why = RejectionCause::NoPosition {
            position,
            damaged,
            camera,
        };
        Self::new(path, why)
    }

    pub(super) fn no_altitude(path: &Path, found: &Metadata) -> Self {
        let above_sea = found.altitude_m.is_some();
        let damaged = found.faults.contains(&MetadataFault::Xmp);
        Self::new(path, RejectionCause::NoAltitude { above_sea, damaged })
    }

    /// Whether it is a frame of one band or of heat beside colour photos.
    pub fn is_band(&self) -> bool {
        matches!(self.why, RejectionCause::Band(_))
    }

    /// Whether a telephone took it.
    pub fn is_of_telephone(&self) -> bool {
        matches!(self.why, RejectionCause::Attitude(Doubt::HandHeld))
    }

    /// Whether nothing in it says that a camera took it: a picture of a report, or a copy that lost all its tags.
    pub fn is_no_photo(&self) -> bool {
        matches!(
            self.why,
            RejectionCause::NoPosition {
                position: Position::Missing,
                damaged: false,
                camera: false,
            } | RejectionCause::Grey
        )
    }

    /// The code for the coverage layer.
    pub fn reason(&self) -> Reason {
        match &self.why {
            RejectionCause::Jpeg(_)
            | RejectionCause::Truncated
            | RejectionCause::Damaged
            | RejectionCause::TooLarge { .. } => Reason::Unreadable,
            RejectionCause::NoPosition { .. }
            | RejectionCause::TwoPlaces { .. }
            | RejectionCause::Antimeridian => Reason::NoPosition,
            RejectionCause::NoAltitude { .. }
            | RejectionCause::AbsurdAltitude { .. }
            | RejectionCause::TwoHeights { .. }
            | RejectionCause::OffTerrain
            | RejectionCause::OverEllipsoid
            | RejectionCause::NoFocalLength => Reason::NoAltitude,
            RejectionCause::TooCoarse { .. } => Reason::TooCoarse,
            RejectionCause::TooOblique | RejectionCause::Attitude(_) => Reason::TooOblique,
            RejectionCause::Grey
            | RejectionCause::Panorama
            | RejectionCause::Band(_)
            | RejectionCause::Defect(_) => Reason::Quality,
        }
    }
}

impl Say for PhotoRejection {
    fn say(&self, lang: Lang) -> Said {
        let said = Said::new(said::what(&self.why, &self.path, lang));
        match said::remedy(&self.why, lang) {
            Some(remedy) => said.hint(remedy),
            None => said,
        }
    }

    fn fault(&self) -> Fault {
        self.bucket_error().map_or(Fault::Input, Say::fault)
    }
}
speaking_error!(PhotoRejection);
