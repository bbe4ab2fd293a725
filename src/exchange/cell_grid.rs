//! A table as it stands in a file: cells under titles.

use super::field::Field;

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct CellGrid {
    /// The sheet; empty for text.
    pub name: String,
    /// The titles of its columns.
    pub titles: Vec<String>,
    /// Its rows below the titles: line and cells. Of a row there may be more cells than titles.
    pub rows: Vec<(u64, Vec<Field>)>,
    /// Cells of the row of titles, empty ones too.
    pub width: usize,
}
