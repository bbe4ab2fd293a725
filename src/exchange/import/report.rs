//! What became of a file that came back, row by row.

use super::{RowFlaw, RowSubject};
use crate::exchange::TargetNote;
use crate::ground::GeopackageJournal;
use crate::registry::{SiteKey, State};

/// What became of one thing that a row reports.
#[derive(Debug, Clone, PartialEq)]
pub struct RowReport {
    /// The sheet or layer; empty where a file has one.
    pub table: String,
    /// The line, or the number of the feature.
    pub line: u64,
    /// The site, where the row names one that is known.
    pub site: Option<(SiteKey, String)>,
    /// What the row reports; `None` where it is refused before that is known.
    pub what: Option<RowSubject>,
    /// What became of it.
    pub fate: RowOutcome,
}

/// What became of what a row reports.
#[derive(Debug, Clone, PartialEq)]
pub enum RowOutcome {
    /// It was recorded, or would be.
    Recorded(Box<ImportedEvents>),
    /// It had been recorded before.
    Before,
    /// It was not recorded.
    Refused(RowFlaw),
}

/// A row that was recorded.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a remark of its own to whoever imports"
)]
pub struct ImportedEvents {
    /// The site's state afterwards.
    pub state: State,
    /// Whether the row made the site: a new find.
    pub added: bool,
    /// Whether the site had moved on since the copy was made.
    pub moved_on: bool,
    /// Whether the site is in dispute afterwards.
    pub disputed: bool,
    /// Fields that were edited in parallel.
    pub parallel: Vec<String>,
    /// What does not fit about its photographs: name and mark.
    pub marks: Vec<(String, String)>,
    /// Where the site lies.
    pub place: crate::ground::LonLat,
    /// Metres from the site to the row's position, where that lies outside the site: the position is not taken over.
    pub apart_m: Option<f64>,
    /// The row's position, where it is apart.
    pub position: Option<crate::ground::LonLat>,
    /// Whether the row carried no head hash, so that it was taken for a copy of the present state.
    pub without_head: bool,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What the rows that were filled in report, in order: of one row the visit before the eradication.
    pub rows: Vec<RowReport>,
    /// Rows that nobody filled in.
    pub blank: usize,
    /// What lay beside a GeoPackage.
    pub journal: GeopackageJournal,
    /// Titles that are not understood, of columns that hold anything.
    pub unread: Vec<String>,
    /// Pictures inside a spreadsheet, which are not read.
    pub pictures: usize,
    /// Hidden sheets that hold a table and were not read.
    pub hidden: Vec<String>,
    /// Lines of hidden rows, which were read.
    pub hidden_rows: Vec<u64>,
}

impl Report {
    /// What nobody sees in the spreadsheet, read or not.
    pub fn unseen(&self) -> Vec<TargetNote> {
        TargetNote::of_hidden(self.hidden.clone(), self.hidden_rows.clone())
    }

    /// How many rows were refused.
    pub fn refused(&self) -> usize {
        self.rows
            .iter()
            .filter(|row| matches!(row.fate, RowOutcome::Refused(_)))
            .count()
    }
}
