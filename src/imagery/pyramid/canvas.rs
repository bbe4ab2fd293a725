//! The cells of a pyramid's finest level, while they come in any order: in memory where they are few, else on the disk in a file
//! without a name, of which nothing is left when the program ends, however that is. There, ground without data takes no room.

use super::reduce::{Cells, DATA};
use crate::ground::{Rect, Region};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of a cell.
const CELL: usize = 4;
/// Bytes of cells that are kept in memory: those of 8 million, of an orthomosaic of 134 million pixels.
const IN_MEMORY: u64 = 32 << 20;
/// Rows of cells that are read at once.
pub(super) const BAND: u32 = 256;

/// Cells that are written to a pyramid's file band by band.
pub(super) trait Banded {
    /// Columns and rows.
    fn size(&self) -> (u32, u32);

    /// The rows of a band, four bytes a cell; `None` where nothing in them has data.
    fn band(&self, number: u32) -> io::Result<Option<Vec<u8>>>;
}

/// Cells that come from many threads.
pub(super) struct Canvas {
    width: u32,
    height: u32,
    kept: Mutex<CanvasFile>,
}

/// Where cells are kept.
enum CellStore {
    Memory(Vec<u8>),
    Disk(File),
}

struct CanvasFile {
    store: CellStore,
    /// What came.
    known: Vec<Rect>,
    /// The bands in which anything has data.
    bands: BTreeSet<u32>,
}

impl Canvas {
    /// A canvas on which nothing is known yet, on the disk of a folder where it is large.
    pub fn new(folder: &Path, size: (u32, u32)) -> io::Result<Self> {
        Self::with(folder, size, IN_MEMORY)
    }

    fn with(folder: &Path, (width, height): (u32, u32), in_memory: u64) -> io::Result<Self> {
        let bytes = u64::from(width) * u64::from(height) * CELL as u64;
        // What is not written takes no room, and reads as zeros: without data.
        let store = match usize::try_from(bytes) {
            Ok(count) if bytes <= in_memory => CellStore::Memory(vec![0; count]),
            _ => {
                let file = tempfile::tempfile_in(folder)?;
                file.set_len(bytes)?;
                CellStore::Disk(file)
            }
        };
        Ok(Self {
            width,
            height,
            kept: Mutex::new(CanvasFile {
                store,
                known: Vec::new(),
                bands: BTreeSet::new(),
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, CanvasFile> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a cell lies, in bytes from the first.
    fn place(&self, x: u32, y: u32) -> u64 {
        (u64::from(y) * u64::from(self.width) + u64::from(x)) * CELL as u64
    }

    /// Takes cells.
    pub fn put(&self, cells: &Cells) -> io::Result<()> {
        let r = cells.rect;
        if cells.rgba.is_empty() {
            return Ok(());
        }
        let has_data = cells.rgba.chunks_exact(CELL).any(|cell| cell[3] == DATA);
        let mut kept = self.lock();
        if has_data {
            self.write(&mut kept.store, cells)?;
            kept.bands.extend(r.y0 / BAND..=(r.y1 - 1) / BAND);
        }
        kept.known.push(r);
        Ok(())
    }

    fn write(&self, store: &mut CellStore, cells: &Cells) -> io::Result<()> {
        let r = cells.rect;
        if r.x1 - r.x0 == self.width {
            return store.put(self.place(0, r.y0), &cells.rgba);
        }
        let length = (r.x1 - r.x0) as usize * CELL;
        for (row, y) in cells.rgba.chunks_exact(length).zip(r.y0..) {
            store.put(self.place(r.x0, y), row)?;
        }
        Ok(())
    }

    /// What came so far.
    pub fn known(&self) -> Region {
        Region::from_rects(self.lock().known.iter().copied())
    }
}

impl CellStore {
    fn put(&mut self, place: u64, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Memory(all) => {
                let from = usize::try_from(place).map_err(io::Error::other)?;
                all[from..from + bytes.len()].copy_from_slice(bytes);
                Ok(())
            }
            Self::Disk(file) => {
                file.seek(SeekFrom::Start(place))?;
                file.write_all(bytes)
            }
        }
    }

    fn read(&mut self, place: u64, length: usize) -> io::Result<Vec<u8>> {
        match self {
            Self::Memory(all) => {
                let from = usize::try_from(place).map_err(io::Error::other)?;
                Ok(all[from..from + length].to_vec())
            }
            Self::Disk(file) => {
                let mut bytes = vec![0; length];
                file.seek(SeekFrom::Start(place))?;
                file.read_exact(&mut bytes)?;
                Ok(bytes)
            }
        }
    }
}

impl Banded for Canvas {
    fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn band(&self, number: u32) -> io::Result<Option<Vec<u8>>> {
        let (from, to) = (number * BAND, ((number + 1) * BAND).min(self.height));
        let mut kept = self.lock();
        if !kept.bands.contains(&number) {
            return Ok(None);
        }
        let length = (to - from) as usize * self.width as usize * CELL;
        kept.store.read(self.place(0, from), length).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x0: u32, y0: u32, x1: u32, y1: u32) -> Rect {
        Rect { x0, y0, x1, y1 }
    }

    #[test]
    fn what_was_put_is_there_and_the_rest_is_unknown() {
        for in_memory in [0, IN_MEMORY] {
            is_kept(in_memory);
        }
    }

    fn is_kept(in_memory: u64) {
        let folder = tempfile::tempdir().expect("folder");
        let canvas = Canvas::with(folder.path(), (5, 300), in_memory).expect("made");
        let put = |rect: Rect, value: u8, data: u8| {
            let count = (rect.x1 - rect.x0) * (rect.y1 - rect.y0);
            let rgba = [value, value, value, data].repeat(count as usize);
            canvas.put(&Cells { rect, rgba }).expect("put");
        };
        put(rect(0, 1, 5, 2), 7, DATA);
        put(rect(1, 2, 3, 4), 9, DATA);
        put(rect(0, 280, 5, 300), 0, 0);
        let known = [rect(0, 1, 5, 2), rect(1, 2, 3, 4), rect(0, 280, 5, 300)];
        assert_eq!(canvas.known(), Region::from_rects(known));
        let rows = canvas.band(0).expect("read").expect("data");
        assert_eq!(
            (rows.len(), &rows[5 * 4..6 * 4]),
            (256 * 5 * 4, [7, 7, 7, 255].as_slice())
        );
        assert_eq!(rows[11 * 4..12 * 4], [9, 9, 9, 255]);
        assert_eq!(canvas.band(1).expect("read"), None);
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0);
    }
}
