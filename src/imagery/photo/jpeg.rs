//! The outside of a JPEG file: its size, its EXIF and XMP blocks. No pixel is decoded.
//!
//! Written here because the check for a cut file ([`super::jpeg_scan`]) needs the segments anyway, and so that an image costs a
//! few kilobytes of reading while a flight is planned, not its whole length.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Seek, SeekFrom};

/// The sixth byte is nought, but for some programs.
const EXIF: &[u8] = b"Exif\0";
const EXIF_HEAD: usize = EXIF.len() + 1;
/// A nought follows, but for some programs.
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/";
/// The head of a part of a packet too long for one segment: an id of 32 letters, the whole length, the part's offset.
const LONG_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const LONG_XMP_ID: usize = LONG_XMP.len() + 32;
const LONG_XMP_HEAD: usize = LONG_XMP_ID + 4 + 4;
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
    let mut long = LongPackets::default();
    for _ in 0..MAX_SEGMENTS {
        let marker = next_marker(reader)?;
        match marker {
            0xd8 | 0x01 | 0xd0..=0xd7 => {}
            0xda if found.width > 0 && found.height > 0 => {
                found.xmp.extend(long.packets());
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
    long: &mut LongPackets,
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
        long.take(&body);
    } else if body.starts_with(EXIF) && body.len() > EXIF_HEAD {
        body.drain(..EXIF_HEAD);
        keep(&mut found.exif, body);
    } else if let Some(head) = head_of(&body, &[XMP]) {
        let nought = usize::from(body.get(head) == Some(&0));
        body.drain(..head + nought);
        keep(&mut found.xmp, body);
    } else if head_of(&body, &[b"<?xpacket", b"<x:xmpmeta"]).is_some() {
        // Some programs leave the head out.
        keep(&mut found.xmp, body);
    }
    Ok(())
}

/// The id of a packet, with its parts by where they begin.
type LongPacket = (Vec<u8>, BTreeMap<u32, Vec<u8>>);

/// Parts of packets too long for one segment.
#[derive(Default)]
struct LongPackets {
    parts: Vec<LongPacket>,
    bytes: usize,
}

impl LongPackets {
    fn take(&mut self, body: &[u8]) {
        let part = body.get(LONG_XMP_HEAD..).unwrap_or_default();
        let offset = body.get(LONG_XMP_HEAD - 4..LONG_XMP_HEAD);
        let Some(offset) = offset.and_then(|four| four.try_into().ok()) else {
            return;
        };
        if self.bytes + part.len() > MAX_LONG_XMP {
            return;
        }
        self.bytes += part.len();
        let (id, offset) = (
            &body[LONG_XMP.len()..LONG_XMP_ID],
            u32::from_be_bytes(offset),
        );
        let at = self.parts.iter().position(|(known, _)| known == id);
        let at = at.unwrap_or_else(|| {
            self.parts.push((id.to_vec(), BTreeMap::new()));
            self.parts.len() - 1
        });
        self.parts[at].1.entry(offset).or_default().extend(part);
    }

    /// The packets, each with its parts in their order.
    fn packets(self) -> impl Iterator<Item = Vec<u8>> {
        let packets = self.parts.into_iter().take(MAX_BLOCKS);
        packets.map(|(_, parts)| parts.into_values().flatten().collect())
    }
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
    use proptest::prelude::*;

    #[test]
    fn parts_of_long_packets_are_put_in_their_order_and_heads_of_other_programs_are_read() {
        let segment = |body: &[u8]| {
            let length = u16::try_from(body.len() + 2).expect("short");
            [&[0xff, 0xe1], &length.to_be_bytes()[..], body].concat()
        };
        let part = |id: u8, offset: u32, text: &str| {
            let head = [LONG_XMP, &[id; 32], &9_u32.to_be_bytes()].concat();
            segment(&[&head, &offset.to_be_bytes()[..], text.as_bytes()].concat())
        };
        let bytes = [
            vec![0xff, 0xd8],
            part(b'A', 3, "def"),
            part(b'B', 0, "xyz"),
            part(b'A', 0, "abc"),
            segment(b"Exif\0\x7fII*\0"),
            segment(b"http://ns.adobe.com/xap/1.0/<x/>"),
            vec![0xff, 0xc0, 0, 11, 8, 0, 9, 0, 9, 1, 1, 0x11, 0, 0xff, 0xda],
        ]
        .concat();
        let found = headers(&mut io::Cursor::new(bytes)).expect("headers");
        assert_eq!(found.exif, [b"II*\0"]);
        assert_eq!(found.xmp, [&b"<x/>"[..], b"abcdef", b"xyz"]);
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
            let _scans = super::super::jpeg_scan::scans(&bytes);
        }
    }
}
