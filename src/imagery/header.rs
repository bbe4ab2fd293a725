//! What is known of any source before its pixels are read: name, grids, place, date.

use super::captured::Captured;
use super::fingerprint::Fingerprint;
use crate::ground::{Crs, GeoTransform, Gsd};
use jiff::civil::Date;
use std::path::{Path, PathBuf};

/// The grid of pixels that is read: all of a source, or one of its overviews.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The overview's number; `None` is full resolution.
    pub overview: Option<usize>,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Columns and rows of a block.
    pub block: (u32, u32),
}

/// What is known of any source: name, grid, place, date.
#[derive(Debug, Clone)]
pub(super) struct SourceHeader {
    pub path: PathBuf,
    pub name: String,
    /// Full resolution first.
    pub levels: Vec<Level>,
    pub transform: GeoTransform,
    pub crs: Crs,
    pub gsd: Gsd,
    pub captured: Option<Captured>,
    /// The day on which its file was made, by its own tag: it was not flown later.
    pub made: Option<Date>,
    pub fingerprint: Fingerprint,
}

impl SourceHeader {
    /// The name under which a file is shown.
    pub fn name_of(path: &Path) -> String {
        path.file_name()
            .map_or_else(|| path.to_string_lossy(), |n| n.to_string_lossy())
            .into_owned()
    }
}
