//! What stands in a photo beside its pixels, whichever of the formats it is in.

use super::jpeg::{self, Headers, JpegError};
use super::jpeg_scan::{Scans, scans};
use super::webp::{self, is_webp};
use std::io::{BufRead, Seek};

/// Reads the headers of a JPEG or a WebP.
///
/// # Errors
/// See [`JpegError`].
pub(super) fn headers(reader: &mut (impl BufRead + Seek)) -> Result<Headers, JpegError> {
    if is_webp(reader.fill_buf()?) {
        return webp::headers(reader);
    }
    jpeg::headers(reader)
}

/// Whether a photo in memory is all there.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    if is_webp(bytes) {
        webp::is_whole(bytes)
    } else {
        scans(bytes) == Scans::Whole
    }
}
