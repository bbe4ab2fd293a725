//! A table as it stands in a file: cells under titles.

use crate::text::Field;
use crate::text::datum_in_words;

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct CellGrid {
    /// The sheet; empty for text.
    pub name: String,
    /// What stands above the titles.
    pub heading: Vec<String>,
    /// The titles of its columns.
    pub titles: Vec<String>,
    /// Its rows below the titles: line and cells. Of a row there may be more cells than titles.
    pub rows: Vec<(u64, Vec<Field>)>,
    /// Cells of the row of titles, empty ones too.
    pub width: usize,
}

impl CellGrid {
    /// What its heading or its name says of the datum, where its positions lie beside those of WGS 84.
    pub(super) fn said_datum(&self) -> Option<String> {
        let mut words = self.heading.iter().chain([&self.name]);
        let said = words.find(|text| datum_in_words(text).is_some())?;
        Some(shortened(said))
    }
}

/// Words for a message: the first of them.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    let text = text.trim();
    let head: String = text.chars().take(MOST).collect();
    if head == text { head } else { head + "…" }
}
