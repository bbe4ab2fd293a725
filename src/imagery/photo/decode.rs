//! A photo's pixels as they are stored: a JPEG or WebP decoded where it is whole.

use super::headers::is_whole;
use super::jpeg;
use super::jpeg_scan::{Scans, endings, scans};
use super::rejection::{PhotoRejection, RejectionCause};
use super::webp::is_webp;
use crate::files::read_up_to;
use image::{DynamicImage, RgbImage};
use std::io::Cursor;
use std::path::Path;

/// Files longer than this are not read.
pub(super) const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// Decodes a photo. No tag turns it: see [`super::orientation`].
pub(super) fn decode(path: &Path) -> Result<RgbImage, PhotoRejection> {
    let aside = |why| PhotoRejection::new(path, why);
    let bytes = read_up_to(path, MOST_BYTES)
        .map_err(|e| aside(RejectionCause::Jpeg(jpeg::JpegError::Io(e))))?;
    let damaged = |_ignored| aside(RejectionCause::Damaged);
    if is_whole(&bytes) {
        return pixels(&bytes).map_err(damaged);
    }
    if is_webp(&bytes) || scans(&bytes) == Scans::Broken {
        return Err(aside(RejectionCause::Truncated));
    }
    // A transfer that lost the end marker alone lost nothing of the picture.
    let [ended, gone_on] = endings(&bytes).map(|b| pixels(&b));
    match (ended, gone_on) {
        (Ok(a), Ok(b)) if a == b => Ok(a),
        _ => Err(aside(RejectionCause::Truncated)),
    }
}

fn pixels(bytes: &[u8]) -> image::ImageResult<RgbImage> {
    if is_webp(bytes) {
        let decoder = image::codecs::webp::WebPDecoder::new(Cursor::new(bytes))?;
        return Ok(DynamicImage::from_decoder(decoder)?.into_rgb8());
    }
    let decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(bytes))?;
    Ok(DynamicImage::from_decoder(decoder)?.into_rgb8())
}
