//! A table of figures, and what its cells are made from.

use crate::exchange::cell::Cell;
use crate::words::Lang;
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReportTable {
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

impl ReportTable {
    /// Whether a column holds figures; one of words and of codes does not.
    fn is_of_figures(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.any(|cell| !matches!(cell, Cell::Empty | Cell::Text(_)))
    }
}

/// As people read it: every cell is the text that stands in the report.
impl Serialize for ReportTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts = |row: &Vec<Cell>| row.iter().map(Cell::to_text).collect();
        let rows: Vec<Vec<String>> = self.rows.iter().map(texts).collect();
        let columns = 0..self.columns.len();
        let figures: Vec<bool> = columns.map(|column| self.is_of_figures(column)).collect();
        let mut table = serializer.serialize_struct("ReportTable", 8)?;
        table.serialize_field("id", self.id)?;
        table.serialize_field("title", &self.title)?;
        table.serialize_field("note", &self.note)?;
        table.serialize_field("columns", &self.columns)?;
        table.serialize_field("figures", &figures)?;
        table.serialize_field("rows", &rows)?;
        table.serialize_field("summed", &self.summed)?;
        table.serialize_field("remark", &self.remark)?;
        table.end()
    }
}

/// The name of a district; its code where it has none.
pub(super) fn named(name: &str, code: &str) -> Cell {
    Cell::text(if name.is_empty() { code } else { name })
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

/// Whether there is so little ground of this many mu that two decimals would say nothing of it.
pub(super) fn is_little(mu: f64) -> bool {
    mu > 0.0 && mu < 0.1
}

/// Mu as a cell; little ground with the decimals that show it.
pub(super) fn mu(mu: f64) -> Cell {
    let decimals = match mu {
        mu if !is_little(mu) => 2,
        mu if mu >= 0.001 => 4,
        _ => 6,
    };
    number(Some(mu), decimals)
}

/// Square metres as a cell, shown in square kilometres.
pub fn area(m2: f64) -> Cell {
    Cell::Ground(m2 + 0.0)
}

/// Per cent of a whole; `None` of nothing.
pub(super) fn per_cent(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole * 100.0)
}

/// What stands behind a share that is more than the whole: ground was reported more than once, or more than there is.
pub fn beyond(share: f64) -> &'static str {
    if share > 1.000_5 { FLAG } else { "" }
}

/// The flag itself.
pub const FLAG: &str = " (!)";

/// Per cent of a whole as a cell, with a flag where some of the part was left out.
pub(super) fn cut_cell(part: f64, whole: f64, is_cut: bool) -> Cell {
    match per_cent(part, whole).filter(|_| is_cut) {
        Some(share) => Cell::text(format!("{share:.1}{FLAG}")),
        None => share_cell(part, whole),
    }
}

/// Per cent of a whole as a cell, with a flag where it is more than the whole.
pub(super) fn share_cell(part: f64, whole: f64) -> Cell {
    match per_cent(part, whole) {
        Some(share) if !beyond(share / 100.0).is_empty() => {
            Cell::text(format!("{share:.1}{}", beyond(share / 100.0)))
        }
        share => number(share, 1),
    }
}

pub(super) fn titled(titles: &[(&str, &str)], lang: Lang) -> Vec<String> {
    titles
        .iter()
        .map(|(en, zh)| lang.pick(*en, *zh).to_owned())
        .collect()
}
