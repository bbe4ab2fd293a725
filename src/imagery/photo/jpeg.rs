//! The outside of a JPEG file: its size, its EXIF and XMP blocks, and whether it ends where it should. No pixel is decoded.
//!
//! Written here because the check for a cut file needs the segments anyway, and so that an image costs a few kilobytes
//! of reading while a flight is planned, not its whole length.

use std::io::{self, BufRead, Seek, SeekFrom};

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// The head of a part of a packet too long for one segment: an id of 32 letters, the whole length, the part's offset.
const LONG_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const LONG_XMP_HEAD: usize = LONG_XMP.len() + 32 + 4 + 4;
/// EXIF blocks and XMP packets that are kept of a file, and bytes of a long packet.
const MAX_BLOCKS: usize = 16;
const MAX_LONG_XMP: usize = 1024 * 1024;
/// Marker segments that are read before a file is given up; real cameras write fewer than 100.
const MAX_SEGMENTS: usize = 4096;

/// What stands before the first scan of a JPEG.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers {
    /// Columns as stored, before any orientation.
    pub width: u32,
    /// Rows as stored.
    pub height: u32,
    /// Colour components: 1 for grey, 3 for colour.
    pub components: u8,
    /// The EXIF blocks, each from its TIFF header on.
    pub exif: Vec<Vec<u8>>,
    /// The XMP packets.
    pub xmp: Vec<Vec<u8>>,
}

/// Why a file is no JPEG that can be read.
#[derive(Debug)]
pub enum JpegError {
    /// It has no bytes.
    Empty,
    /// It begins like another format, or like none.
    NotJpeg {
        /// The format's name where it is a known one.
        looks_like: Option<&'static str>,
    },
    /// It ends, or turns to nonsense, before the first scan.
    Broken,
    /// It cannot be read at all.
    Io(io::Error),
}

impl From<io::Error> for JpegError {
    fn from(source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::UnexpectedEof {
            Self::Broken
        } else {
            Self::Io(source)
        }
    }
}

/// Reads up to the first scan.
///
/// # Errors
/// See [`JpegError`].
pub fn headers(reader: &mut (impl BufRead + Seek)) -> Result<Headers, JpegError> {
    let start = reader.fill_buf()?;
    if start.is_empty() {
        return Err(JpegError::Empty);
    }
    if !start.starts_with(&[0xff, 0xd8]) {
        return Err(JpegError::NotJpeg {
            looks_like: format_of(start),
        });
    }
    reader.consume(2);
    let mut found = Headers::default();
    let mut long = Vec::new();
    for _ in 0..MAX_SEGMENTS {
        let marker = next_marker(reader)?;
        match marker {
            0xd8 | 0x01 | 0xd0..=0xd7 => {}
            0xda if found.width > 0 && found.height > 0 => {
                if !long.is_empty() {
                    found.xmp.push(long);
                }
                return Ok(found);
            }
            0xda | 0xd9 => return Err(JpegError::Broken),
            _ => segment(reader, marker, &mut found, &mut long)?,
        }
    }
    Err(JpegError::Broken)
}

fn next_marker(reader: &mut impl BufRead) -> Result<u8, JpegError> {
    let mut byte = [0_u8; 1];
    reader.read_exact(&mut byte)?;
    if byte[0] != 0xff {
        return Err(JpegError::Broken);
    }
    while byte[0] == 0xff {
        reader.read_exact(&mut byte)?;
    }
    Ok(byte[0])
}

fn segment(
    reader: &mut (impl BufRead + Seek),
    marker: u8,
    found: &mut Headers,
    long: &mut Vec<u8>,
) -> Result<(), JpegError> {
    let mut length = [0_u8; 2];
    reader.read_exact(&mut length)?;
    let length = u16::from_be_bytes(length)
        .checked_sub(2)
        .ok_or(JpegError::Broken)?;
    let frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
    if marker != 0xe1 && !frame {
        reader.seek(SeekFrom::Current(i64::from(length)))?;
        return Ok(());
    }
    let mut body = vec![0; usize::from(length)];
    reader.read_exact(&mut body)?;
    if frame {
        let size: [u8; 6] = body.first_chunk().copied().ok_or(JpegError::Broken)?;
        found.height = u32::from(u16::from_be_bytes([size[1], size[2]]));
        found.width = u32::from(u16::from_be_bytes([size[3], size[4]]));
        found.components = size[5];
    } else if body.starts_with(LONG_XMP) {
        let part = body.get(LONG_XMP_HEAD..).unwrap_or_default();
        if long.len() + part.len() <= MAX_LONG_XMP {
            long.extend(part);
        }
    } else if let Some(head) = head_of(&body, &[EXIF]) {
        body.drain(..head);
        keep(&mut found.exif, body);
    } else if let Some(head) = head_of(&body, &[XMP]) {
        body.drain(..head);
        keep(&mut found.xmp, body);
    } else if head_of(&body, &[b"<?xpacket", b"<x:xmpmeta"]).is_some() {
        // Some programs leave the head out.
        keep(&mut found.xmp, body);
    }
    Ok(())
}

/// The length of the head that a body begins with.
fn head_of(body: &[u8], heads: &[&[u8]]) -> Option<usize> {
    let head = heads.iter().find(|head| body.starts_with(head))?;
    Some(head.len())
}

fn keep(blocks: &mut Vec<Vec<u8>>, block: Vec<u8>) {
    if blocks.len() < MAX_BLOCKS {
        blocks.push(block);
    }
}

/// Two ways in which the bytes after the end of a file might go on: the end at once, and nonsense before it.
///
/// A file that lost no more than its end marker shows the same picture with either: its scans are complete, so that what
/// follows is not looked at. One that was cut does not.
pub fn endings(bytes: &[u8]) -> [Vec<u8>; 2] {
    const NONSENSE: usize = 1 << 16;
    let bytes = bytes.strip_suffix(&[0xff]).unwrap_or(bytes);
    let nonsense = (0..NONSENSE).map(|i| [0x5a, 0x93, 0x2c, 0xe1, 0x47, 0xb8][i % 6]);
    let end = [0xff, 0xd9];
    [
        [bytes, &end].concat(),
        bytes.iter().copied().chain(nonsense).chain(end).collect(),
    ]
}

/// Whether the scans of a whole JPEG in memory come to their end marker. What follows it (the previews that cameras
/// append) does not matter.
pub fn is_whole(bytes: &[u8]) -> bool {
    let mut cursor = io::Cursor::new(bytes);
    if headers(&mut cursor).is_err() {
        return false;
    }
    let Ok(scan) = usize::try_from(cursor.position()) else {
        return false;
    };
    // Inside a scan a 0xff is followed by a zero, so the two bytes of the end marker mean the end. Progressive files
    // have tables between their scans, whose bytes might hold the pair: those are stepped over.
    let mut at = scan;
    while let Some(marker) = next_in_scan(bytes, at) {
        match bytes[marker + 1] {
            0xd9 => return true,
            0x00 | 0x01 | 0xd0..=0xd7 | 0xff => at = marker + 1,
            _ => {
                let Some(length) = bytes.get(marker + 2..marker + 4) else {
                    return false;
                };
                at = marker + 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
            }
        }
    }
    false
}

/// The next position from `at` of a 0xff that has a byte after it.
fn next_in_scan(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..bytes.len().saturating_sub(1))?;
    rest.iter().position(|b| *b == 0xff).map(|i| at + i)
}

fn format_of(start: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 7] = [
        (b"\x89PNG", "PNG"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"GIF8", "GIF"),
        (b"BM", "BMP"),
        (b"RIFF", "WebP"),
        (b"%PDF", "PDF"),
    ];
    if start.get(4..8) == Some(b"ftyp") {
        return Some("HEIF/MP4");
    }
    KNOWN
        .iter()
        .find(|(magic, _)| start.starts_with(magic))
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ExtendedColorType, ImageEncoder};
    use proptest::prelude::*;

    fn small_jpeg(width: u16, height: u16) -> Vec<u8> {
        let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height) * 3)
            .map(|i| u8::try_from(i * 7 % 251).expect("below 251"))
            .collect();
        let mut bytes = Vec::new();
        image::codecs::jpeg::JpegEncoder::new(&mut bytes)
            .write_image(
                &pixels,
                width.into(),
                height.into(),
                ExtendedColorType::Rgb8,
            )
            .expect("encoded");
        bytes
    }

    #[test]
    fn the_size_is_read_and_a_cut_is_seen() {
        let whole = small_jpeg(40, 24);
        let found = headers(&mut io::Cursor::new(&whole)).expect("headers");
        assert_eq!((found.width, found.height, found.components), (40, 24, 3));
        assert!(is_whole(&whole));
        assert!(is_whole(&[whole.as_slice(), b"a preview"].concat()));
        for cut in [1, 2, 3, 40, whole.len() / 2, whole.len() - 20] {
            assert!(!is_whole(&whole[..whole.len() - cut]), "{cut}");
        }
    }

    #[test]
    fn other_formats_are_named() {
        let named = |bytes: &[u8]| match headers(&mut io::Cursor::new(bytes)) {
            Err(JpegError::NotJpeg { looks_like }) => looks_like,
            other => panic!("{other:?}"),
        };
        assert_eq!(named(b"\x89PNG\r\n"), Some("PNG"));
        assert_eq!(named(b"\0\0\0\x18ftypheic"), Some("HEIF/MP4"));
        assert_eq!(named(b"hello"), None);
        assert!(matches!(
            headers(&mut io::Cursor::new(b"")),
            Err(JpegError::Empty)
        ));
    }

    proptest! {
        #[test]
        fn any_bytes_after_the_magic_are_survived(tail in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let bytes = [&[0xff, 0xd8, 0xff][..], &tail].concat();
            let _found = headers(&mut io::Cursor::new(&bytes));
            let _whole = is_whole(&bytes);
        }
    }
}
