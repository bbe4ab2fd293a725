//! What a picture of any kind says of when and where it was taken: photographs of evidence are read as photos of drones are.

use super::exif_tags::Tags;
use super::headers::headers;
use super::metadata::Position;
use super::xmp::Xmp;
use super::{photo_time, xmp_exif};
use crate::ground::LonLat;
use jiff::civil::DateTime;
use std::io::Cursor;

/// What a picture of any kind says of when and where it was taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PictureTags {
    /// The camera's own clock, not the time of a later change.
    pub taken: Option<DateTime>,
    /// Seconds by which that clock is ahead of Greenwich, where the picture tells.
    pub offset_s: Option<i32>,
    /// Where, in WGS 84.
    pub at: Option<LonLat>,
    /// Whether it says that its place is of another system than WGS 84.
    pub is_of_other_system: bool,
}

/// Reads the EXIF of a JPEG, HEIC, PNG, TIFF or WebP in memory, and the XMP of a JPEG or WebP; one without them says nothing.
pub fn picture_tags(bytes: &[u8]) -> PictureTags {
    let headers = headers(&mut Cursor::new(bytes)).ok();
    let tags = match &headers {
        Some(headers) => Tags::of_blocks(&headers.exif),
        None => Tags::of_file(bytes),
    };
    let outside = headers.iter().flat_map(|headers| &headers.xmp);
    let xmp = Xmp::read(outside.map(Vec::as_slice).chain(tags.packets()));
    let position = match tags.position() {
        Position::Missing => xmp_exif::position(&xmp),
        told => told,
    };
    let captured = photo_time::captured(&tags, &xmp);
    PictureTags {
        taken: captured.map(|c| c.local),
        offset_s: captured.and_then(|c| c.offset_s),
        at: position.place(),
        is_of_other_system: position == Position::OtherSystem,
    }
}

#[cfg(test)]
mod tests;
