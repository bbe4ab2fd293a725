//! Why a file holds no table, in words.

use crate::text::{TextFlaw, WorkbookFlaw};
use crate::words::Lang;

/// A file that holds no table.
#[derive(Debug, Clone, PartialEq)]
pub enum GridFlaw {
    /// The text.
    Text(TextFlaw),
    /// The spreadsheet.
    Workbook(WorkbookFlaw),
    /// A page or XML that is named as a spreadsheet, as some systems hand tables out.
    WebPage,
}

impl GridFlaw {
    /// In words, with what to do.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Text(flaw) => flaw.say(lang),
            Self::Workbook(flaw) => flaw.say(lang),
            Self::WebPage => lang
                .pick(
                    "it is a web page or XML that is called a spreadsheet: open it and save it as .xlsx",
                    "这是网页或 XML，只是扩展名为表格：请打开后另存为 .xlsx",
                )
                .into(),
        }
    }
}
