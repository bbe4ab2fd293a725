//! What is asked of an import: which file, by whom, when, and whether it is only tried.

use crate::store::Author;
use std::path::Path;

/// What is asked.
#[derive(Debug)]
pub struct ImportRequest<'a> {
    /// The file.
    pub path: &'a Path,
    /// Who records it.
    pub author: &'a Author,
    /// Now, which bounds times and gives their zone.
    pub now: jiff::Zoned,
    /// When the visits were, for rows that do not say.
    pub when: Option<String>,
    /// Only show what would be recorded.
    pub rehearse: bool,
}
