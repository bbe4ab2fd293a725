//! The outside of a WebP file: its size, its EXIF and XMP blocks, and whether all of it is there. No pixel is decoded.

use super::jpeg::{Headers, JpegError};
use std::io::{BufRead, Seek, SeekFrom};

/// Chunks that are looked at, and bytes of a block that are read: cameras and messengers write a handful of some kilobytes.
const MAX_CHUNKS: usize = 64;
const MAX_BLOCK: u32 = 1024 * 1024;
const EXIF: &[u8] = b"Exif\0\0";

/// Whether bytes begin as a WebP does.
pub(super) fn is_webp(start: &[u8]) -> bool {
    start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP")
}

/// Whether a WebP in memory is as long as it says.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let said = bytes.get(4..8).and_then(|own| own.try_into().ok());
    said.is_some_and(|said| bytes.len() as u64 >= u64::from(u32::from_le_bytes(said)) + 8)
}

/// Reads everything but the pixels.
///
/// # Errors
/// [`JpegError::Broken`] where it ends before its blocks do; [`JpegError::NotJpeg`] where it moves.
pub(super) fn headers(reader: &mut (impl BufRead + Seek)) -> Result<Headers, JpegError> {
    let mut head = [0_u8; 12];
    reader.read_exact(&mut head)?;
    let mut left = u64::from(u32_of([head[4], head[5], head[6], head[7]]));
    left = left.saturating_sub(4);
    let mut found = Headers {
        components: 3,
        ..Headers::default()
    };
    for _ in 0..MAX_CHUNKS {
        if left < 8 {
            break;
        }
        let mut chunk = [0_u8; 8];
        reader.read_exact(&mut chunk)?;
        let length = u32_of([chunk[4], chunk[5], chunk[6], chunk[7]]);
        let padded = u64::from(length) + u64::from(length % 2);
        left = left.saturating_sub(8 + padded);
        let kind = &chunk[..4];
        let wanted = match kind {
            b"VP8X" | b"VP8 " | b"VP8L" => length.min(10),
            b"EXIF" | b"XMP " if length <= MAX_BLOCK => length,
            _ => 0,
        };
        let mut body = vec![0; wanted as usize];
        reader.read_exact(&mut body)?;
        match kind {
            b"EXIF" if !body.is_empty() => {
                // The head of a JPEG's block, which some programs leave on.
                let bare = body.strip_prefix(EXIF).map(<[u8]>::to_vec);
                found.exif.push(bare.unwrap_or(body));
            }
            b"XMP " if !body.is_empty() => found.xmp.push(body),
            b"ANIM" => {
                let looks_like = Some("animated WebP");
                return Err(JpegError::NotJpeg { looks_like });
            }
            _ if found.width == 0 => {
                (found.width, found.height) = size(kind, &body).unwrap_or((0, 0));
            }
            _ => {}
        }
        reader.seek(SeekFrom::Current(
            i64::try_from(padded - u64::from(wanted)).unwrap_or(i64::MAX),
        ))?;
    }
    if found.width == 0 || found.height == 0 {
        return Err(JpegError::Broken);
    }
    Ok(found)
}

/// Columns and rows, as the head of one of the three kinds of picture says them.
fn size(kind: &[u8], body: &[u8]) -> Option<(u32, u32)> {
    let byte = |at: usize| body.get(at).map(|byte| u32::from(*byte));
    let two = |at| Some(byte(at)? | byte(at + 1)? << 8);
    let three = |at| Some(two(at)? | byte(at + 2)? << 16);
    match kind {
        b"VP8X" => Some((three(4)? + 1, three(7)? + 1)),
        b"VP8 " if body.get(3..6) == Some(&[0x9d, 0x01, 0x2a]) => {
            Some((two(6)? & 0x3fff, two(8)? & 0x3fff))
        }
        b"VP8L" if byte(0) == Some(0x2f) => {
            let bits = two(1)? | two(3)? << 16;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}

fn u32_of(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::Cursor;

    /// A WebP of a photo's pixels with its blocks, as exiftool and messengers lay them behind the picture.
    pub(in crate::imagery::photo) fn webp(
        pixels: &image::RgbImage,
        exif: Option<&[u8]>,
        xmp: Option<&[u8]>,
    ) -> Vec<u8> {
        let mut plain = Vec::new();
        image::codecs::webp::WebPEncoder::new_lossless(&mut plain)
            .encode(
                pixels,
                pixels.width(),
                pixels.height(),
                image::ExtendedColorType::Rgb8,
            )
            .expect("encoded");
        let mut body = b"WEBP".to_vec();
        let mut add = |kind: &[u8], data: &[u8]| {
            body.extend(kind);
            body.extend(u32::try_from(data.len()).expect("small").to_le_bytes());
            body.extend(data);
            body.extend(vec![0; data.len() % 2]);
        };
        let [w, h] = [pixels.width() - 1, pixels.height() - 1].map(u32::to_le_bytes);
        let blocks = u8::from(exif.is_some()) << 3 | u8::from(xmp.is_some()) << 2;
        let canvas = [blocks, 0, 0, 0, w[0], w[1], w[2], h[0], h[1], h[2]];
        add(b"VP8X", &canvas);
        let length = u32_of(plain[16..20].try_into().expect("four")) as usize;
        add(b"VP8L", &plain[20..20 + length]);
        for (kind, data) in [(b"EXIF", exif), (b"XMP ", xmp)] {
            if let Some(data) = data {
                add(kind, data);
            }
        }
        let mut all = b"RIFF".to_vec();
        all.extend(u32::try_from(body.len()).expect("small").to_le_bytes());
        all.extend(body);
        all
    }

    fn read(bytes: &[u8]) -> Result<Headers, JpegError> {
        headers(&mut Cursor::new(bytes))
    }

    #[test]
    fn size_and_blocks_are_read_with_and_without_the_head_of_a_jpegs() {
        let pixels = image::RgbImage::new(30, 17);
        for exif in [&b"II*\0abc"[..], b"Exif\0\0II*\0abc"] {
            let bytes = webp(&pixels, Some(exif), Some(b"<x:xmpmeta/>"));
            assert!(is_webp(&bytes) && is_whole(&bytes));
            let found = read(&bytes).expect("headers");
            assert_eq!((found.width, found.height, found.components), (30, 17, 3));
            assert_eq!(found.exif, [b"II*\0abc"]);
            assert_eq!(found.xmp, [b"<x:xmpmeta/>"]);
            for end in 0..bytes.len() {
                assert!(!is_whole(&bytes[..end]), "{end}");
                let _read = read(&bytes[..end]);
            }
        }
        let lossy = b"RIFF\x16\0\0\0WEBPVP8 \x0a\0\0\0\x30\x01\0\x9d\x01\x2a\x20\x03\x58\x02";
        let found = read(lossy).expect("headers");
        assert_eq!((found.width, found.height), (800, 600));
        assert!(matches!(
            read(b"RIFF\x10\0\0\0WEBPANIM\x06\0\0\0"),
            Err(JpegError::NotJpeg { .. })
        ));
        assert!(matches!(
            read(b"RIFF\x04\0\0\0WEBP"),
            Err(JpegError::Broken)
        ));
    }

    #[test]
    fn whatever_it_holds_it_neither_panics_nor_hangs() {
        let bytes = webp(&image::RgbImage::new(3, 2), Some(b"II*\0"), Some(b"<x/>"));
        crate::text::fuzz::try_all(&[&bytes], |bytes| {
            let _read = read(bytes);
        });
    }
}
