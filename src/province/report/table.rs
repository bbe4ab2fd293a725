//! A table of figures, and what its cells are made from.

use crate::exchange::cell::Cell;
use crate::words::Lang;

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name in files.
    pub id: &'static str,
    /// Its title.
    pub title: String,
    /// What stands below the title: what is counted of what.
    pub note: String,
    /// The titles of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Whether the last row is the sum.
    pub summed: bool,
    /// The column of words that a narrow page shows below the row's name.
    pub remark: Option<usize>,
}

/// A count as a cell.
pub fn count(n: usize) -> Cell {
    Cell::Count(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A measure as a cell; nothing where there is none.
pub fn number(value: Option<f64>, decimals: usize) -> Cell {
    value
        .filter(|v| v.is_finite())
        .map_or(Cell::Empty, |v| Cell::Number(v + 0.0, decimals))
}

/// Per cent of a whole; `None` of nothing.
pub(super) fn per_cent(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole * 100.0)
}

pub(super) fn titled(titles: &[(&str, &str)], lang: Lang) -> Vec<String> {
    titles
        .iter()
        .map(|(en, zh)| lang.pick(*en, *zh).to_owned())
        .collect()
}
