//! What a file of packed tiles is read through: its directories and what it says of itself are looked through before they are
//! unpacked, and none may hold more than any real one does, however little it is packed to.

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use pmtiles::{AsyncBackend, BackendResponse, MmapBackend, PmtError, PmtResult};
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

/// Bytes of a tile at most, also when it is unpacked.
pub(super) const LARGEST_TILE: u64 = 8 << 20;
/// Bytes of a directory, or of what a file says of itself, at most when unpacked: a million tiles. Real ones have some
/// kilobytes.
const LARGEST_DIRECTORY: u64 = 4 << 20;
/// Bytes of the head.
const HEAD: usize = 127;
/// How directories are packed: gzip.
const GZIP: u8 = 2;

/// A file that is open.
pub(super) struct Bounded {
    file: MmapBackend,
    head: PmtilesHead,
}

/// What of a file's head tells where directories are.
struct PmtilesHead {
    root: Range<u64>,
    said: Range<u64>,
    leaves: Range<u64>,
    tiles: Range<u64>,
    is_gzip: bool,
}

impl PmtilesHead {
    /// Of the bytes a file begins with; `None` where they are too few.
    fn of(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            root: range(bytes, 8)?,
            said: range(bytes, 24)?,
            leaves: range(bytes, 40)?,
            tiles: range(bytes, 56)?,
            is_gzip: *bytes.get(97)? == GZIP,
        })
    }
}

/// A range that stands in a head as where it begins and how long it is.
fn range(head: &[u8], at: usize) -> Option<Range<u64>> {
    let number = |at: usize| Some(u64::from_le_bytes(*head.get(at..)?.first_chunk()?));
    let from = number(at)?;
    Some(from..from.saturating_add(number(at + 8)?))
}

/// Whether what is packed in gzip holds no more than so many bytes; it is unpacked into nothing.
pub(super) fn holds_at_most(packed: &[u8], most: u64) -> bool {
    let mut unpacked = MultiGzDecoder::new(packed).take(most + 1);
    io::copy(&mut unpacked, &mut io::sink()).is_ok_and(|bytes| bytes <= most)
}

impl Bounded {
    pub async fn open(path: &Path) -> PmtResult<Self> {
        let file = MmapBackend::try_from(path).await?;
        let begin = file.read(0, HEAD).await?.bytes;
        let head = PmtilesHead::of(&begin).ok_or(PmtError::InvalidHeader)?;
        Ok(Self { file, head })
    }

    /// How many bytes the file has at least where it is whole.
    pub fn length(&self) -> u64 {
        let head = &self.head;
        let parts = [&head.root, &head.said, &head.leaves, &head.tiles];
        parts.map(|part| part.end).into_iter().fold(0, u64::max)
    }

    fn check_directory(&self, bytes: &Bytes) -> PmtResult<()> {
        let fits = if self.head.is_gzip {
            holds_at_most(bytes, LARGEST_DIRECTORY)
        } else {
            bytes.len() as u64 <= LARGEST_DIRECTORY
        };
        fits.then_some(()).ok_or(PmtError::InvalidEntry)
    }

    /// Fails for what would unpack to more than it may.
    fn check(&self, offset: u64, bytes: &Bytes) -> PmtResult<()> {
        let head = &self.head;
        // The beginning, where the root directory has to lie.
        if offset == 0 {
            let place = |at: u64| usize::try_from(at).ok();
            let root = place(head.root.start).zip(place(head.root.end));
            let root = root.filter(|(from, to)| from <= to && *to <= bytes.len());
            let (from, to) = root.ok_or(PmtError::InvalidHeader)?;
            return self.check_directory(&bytes.slice(from..to));
        }
        let end = offset.saturating_add(bytes.len() as u64);
        let lies_in = |range: &Range<u64>| range.start <= offset && end <= range.end;
        if lies_in(&head.leaves) || lies_in(&head.said) {
            return self.check_directory(bytes);
        }
        let is_small = bytes.len() as u64 <= LARGEST_TILE;
        is_small.then_some(()).ok_or(PmtError::InvalidEntry)
    }
}

impl AsyncBackend for Bounded {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        let found = self.file.read(offset, length).await?;
        self.check(offset, &found.bytes)?;
        Ok(found)
    }
}
