//! Geotagged drone photos as a source: where each pixel lies on the ground, how sure that is, and what is worth searching.
//!
//! ```text
//! file ─▶ headers (jpeg) ─▶ Metadata ─▶ Shot ─▶ flights ─▶ Photo { Camera, Footprint, Uncertainty } ─▶ picture ─▶ Rectified
//!                           exif + xmp           track, take-off      lens, axes, terrain              decode     ground grid
//! ```
//!
//! Everything up to the picture reads a few kilobytes a file, so that ten thousand photos are planned before one is
//! decoded. A photo that cannot be used is a [`PhotoRejection`] with one of the design's reasons.

mod accuracy;
mod camera;
mod decode;
mod dem;
mod dem_error;
mod duplicates;
mod exif_tags;
mod family;
mod flight;
mod footprint;
mod headers;
mod height;
mod jpeg;
mod jpeg_scan;
mod known;
mod lens;
mod metadata;
mod metadata_reader;
mod nadir;
mod orientation;
mod photo_time;
mod picture_tags;
mod placed;
mod pos;
mod pos_angles;
mod pos_error;
mod pos_line;
mod pose_doubt;
mod quality;
mod rangefinder;
mod rectify;
mod rejection;
mod shot;
mod spectral_band;
mod terrain;
mod webp;
mod xmp;
mod xmp_exif;
mod xmp_value;

pub use accuracy::{HeightSource, Uncertainty, YawSource, radius_95_m};
pub use camera::{Axes, Camera, GroundPoint, HORIZON_MARGIN_DEG, Vector};
pub use dem::Dem;
pub(super) use dem::as_heights;
pub use dem_error::DemError;
pub use duplicates::duplicates;
pub use flight::{Flight, Remark, flights, has_heading};
pub use footprint::{Footprint, footprint};
pub use height::GroundModel;
pub use jpeg::JpegError;
pub use known::{KnownPhotos, place_known};
pub use lens::{FocalSource, Lens};
pub use metadata::{
    Accuracy, Attitude, Band, Dewarp, Doubt, Metadata, MetadataFault, Orientation, PhotoTime,
    Position,
};
pub use nadir::Nadir;
pub use picture_tags::{PictureTags, picture_tags};
pub use placed::{Photo, PhotoOptions, PlacedPhotos, place_all};
pub use pos::Pos;
pub use pos_error::PosError;
pub use quality::{Defect, Measures, measure};
pub use rectify::{GroundGrid, Rectified};
pub use rejection::{HeightHelp, PhotoRejection, RejectionCause};
pub use shot::Shot;
pub use terrain::{HeightField, LevelGround};

/// The folder of shared test data, which tests skip without.
#[cfg(test)]
fn shared_data() -> std::path::PathBuf {
    std::env::var_os("PAPAVER_SHARED").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        Into::into,
    )
}
