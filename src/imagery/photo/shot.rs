//! A photo as its headers tell, before its place on the ground is worked out. A few kilobytes of a file are read.

use super::headers::headers;
use super::jpeg::JpegError;
use super::metadata::{Attitude, Band, Doubt, Metadata, Position};
use super::metadata_reader;
use super::pos::{Pos, PosRow};
use super::rejection::{PhotoRejection, RejectionCause};
use super::spectral_band::is_named_heat;
use crate::files;
use crate::ground::LonLat;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// More pixels than this are no drone's photo; their decoding would take gigabytes.
const MOST_PIXELS: u64 = 128_000_000;

/// No camera of a drone has a frame longer than this, by its height: a longer picture was stitched.
const WIDEST_FRAME: f64 = 1.95;

/// A colour photo with a position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shot {
    /// The file.
    #[serde(skip)]
    pub path: PathBuf,
    /// What it says of itself.
    pub metadata: Metadata,
    /// Columns and rows as stored.
    pub stored: (u32, u32),
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Where it was taken.
    pub at: LonLat,
}

impl Shot {
    /// Reads a photo's headers.
    ///
    /// # Errors
    /// [`PhotoRejection`] where it is no colour photo with a position.
    pub fn read(path: &Path) -> Result<Self, PhotoRejection> {
        Self::read_at(path, None)
    }

    /// As [`Shot::read`], with what a list of positions says of it.
    ///
    /// # Errors
    /// [`PhotoRejection`] where it is no colour photo with a position.
    pub fn read_at(path: &Path, row: Option<&PosRow>) -> Result<Self, PhotoRejection> {
        let aside = |why| PhotoRejection::new(path, why);
        let io = |e| aside(RejectionCause::Jpeg(JpegError::Io(e)));
        let file = files::open(path).map_err(io)?;
        let bytes = file.size().map_err(io)?;
        let headers = headers(&mut BufReader::with_capacity(16 * 1024, file))
            .map_err(|e| aside(RejectionCause::Jpeg(e)))?;
        let pixels = u64::from(headers.width) * u64::from(headers.height);
        if pixels > MOST_PIXELS {
            #[expect(clippy::cast_precision_loss, reason = "at most 2^32 pixels")]
            let megapixels = pixels as f64 / 1e6;
            return Err(aside(RejectionCause::TooLarge { megapixels }));
        }
        let mut metadata = metadata_reader::read(&headers);
        if let Some(row) = row {
            row.apply(&mut metadata);
        }
        // Whatever else it lacks, it is none of the flight.
        if let Attitude::Doubtful {
            doubt: doubt @ Doubt::HandHeld,
            ..
        } = metadata.attitude
        {
            return Err(aside(RejectionCause::Attitude(doubt)));
        }
        let longer = f64::from(headers.width.max(headers.height));
        let shorter = f64::from(headers.width.min(headers.height));
        if metadata.panorama || longer > WIDEST_FRAME * shorter {
            return Err(aside(RejectionCause::Panorama));
        }
        if metadata.band == Band::Colour && is_named_heat(path) {
            metadata.band = Band::Thermal;
        }
        if metadata.band != Band::Colour {
            return Err(aside(RejectionCause::Band(metadata.band)));
        }
        if headers.components == 1 {
            return Err(aside(RejectionCause::Grey));
        }
        let Position::At(at) = metadata.position else {
            return Err(PhotoRejection::no_position(path, &metadata));
        };
        Ok(Self {
            path: path.into(),
            stored: (headers.width, headers.height),
            metadata,
            bytes,
            at,
        })
    }

    /// Make, model and serial number in one, to tell cameras apart.
    pub fn camera(&self) -> String {
        let told = &self.metadata;
        let parts = [&told.make, &told.model, &told.serial].into_iter();
        let parts: Vec<&str> = parts.filter_map(Option::as_deref).collect();
        parts.join(" ")
    }

    /// The day on which it was taken, by the camera's clock: the time of the file's last change tells none.
    pub fn day(&self) -> Option<Date> {
        let told = self.metadata.captured.filter(|time| !time.of_file);
        told.map(|time| time.local.date())
    }

    /// The camera's clock in seconds, where the photo has a time.
    pub fn clock_s(&self) -> Option<f64> {
        self.metadata.captured.map(|c| c.clock_s())
    }
}

/// The headers of photos, with what `pos` says of each; those that cannot be used apart.
pub(super) fn read_all(paths: &[PathBuf], pos: Option<&Pos>) -> (Vec<Shot>, Vec<PhotoRejection>) {
    let rows = pos.map(|pos| pos.matched(paths));
    let row = |number: usize| rows.as_ref().and_then(|rows| rows[number]);
    let all = paths.iter().enumerate().collect();
    let is_far = paths.iter().any(|path| files::is_in_bucket(path));
    let read = files::each(all, is_far, |(number, path): (usize, &PathBuf)| {
        Shot::read_at(path, row(number))
    });
    let (mut shots, mut aside) = (Vec::new(), Vec::new());
    for shot in read {
        match shot {
            Ok(shot) => shots.push(shot),
            Err(e) => aside.push(e),
        }
    }
    (shots, aside)
}
