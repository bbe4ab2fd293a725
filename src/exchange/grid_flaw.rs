//! Why a file holds no table, in words.

use crate::text::TextFlaw;
use crate::tr;
use crate::words::Lang;

/// A file that holds no table.
#[derive(Debug, Clone, PartialEq)]
pub enum GridFlaw {
    /// The text.
    Text(TextFlaw),
    /// A spreadsheet that cannot be read; its reader's words.
    Workbook(String),
    /// A spreadsheet of the kind before XLSX, or one under a password.
    OldWorkbook,
    /// A page or XML that is named as a spreadsheet, as some systems hand tables out.
    WebPage,
}

impl GridFlaw {
    /// In words, with what to do.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Text(flaw) => flaw.say(lang),
            Self::Workbook(why) => tr!(
                lang,
                "the spreadsheet cannot be opened ({why}): save it again as .xlsx",
                "无法打开该表格（{why}）：请另存为 .xlsx"
            ),
            Self::WebPage => lang
                .pick(
                    "it is a web page or XML that is called a spreadsheet: open it and save it as .xlsx",
                    "这是网页或 XML，只是扩展名为表格：请打开后另存为 .xlsx",
                )
                .into(),
            Self::OldWorkbook => lang
                .pick(
                    "it is an .xls or has a password: save it as .xlsx without one",
                    "这是 .xls 或加密的表格：请另存为不加密的 .xlsx",
                )
                .into(),
        }
    }
}
