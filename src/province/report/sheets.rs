//! The workbook: one sheet a table, numbers as numbers.

use super::key_figures::{keys, summary};
use super::table::ReportTable;
use super::tables::tables;
use super::{Figures, Subject};
use crate::exchange::cell::Cell;
use crate::exchange::sheet::Styles;
use crate::words::Lang;
use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};
use std::io;

/// The workbook of a report.
///
/// # Errors
/// Where the library refuses a value.
pub fn workbook(figures: &Figures, lang: Lang) -> io::Result<Vec<u8>> {
    let made = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let styles = Styles::new();
        let mut all = vec![summary(&keys(figures, lang), lang)];
        all.extend(tables(figures, lang));
        for table in &all {
            let sheet = book.add_worksheet();
            // A title may hold what the name of a sheet may not.
            let name: String = table
                .title
                .chars()
                .filter(|c| !"[]:*?/\\'".contains(*c))
                .take(31)
                .collect();
            sheet.set_name(name.replace('：', " "))?;
            fill(sheet, table, &figures.subject, &styles, lang)?;
        }
        book.save_to_buffer()
    };
    made().map_err(io::Error::other)
}

/// The first row of a sheet's table.
const FIRST: u32 = 3;

fn fill(
    sheet: &mut Worksheet,
    table: &ReportTable,
    subject: &Subject,
    styles: &Styles,
    lang: Lang,
) -> Result<(), XlsxError> {
    let about = format!(
        "{} · {} · {}",
        table.title,
        subject.name_in(lang),
        subject.period.label(lang)
    );
    styles.put(sheet, 0, 0, &Cell::text(about))?;
    styles.put(sheet, 1, 0, &Cell::text(table.note.as_str()))?;
    for (column, title) in (0_u16..).zip(&table.columns) {
        sheet.write_string_with_format(FIRST, column, title, &styles.title)?;
        let words = table.remark == Some(usize::from(column));
        sheet.set_column_width(column, if words { 60 } else { 14 })?;
    }
    for (line, row) in (FIRST + 1..).zip(&table.rows) {
        for (column, cell) in (0_u16..).zip(row) {
            styles.put(sheet, line, column, cell)?;
        }
    }
    if !table.columns.is_empty() {
        sheet.set_row_height(FIRST, 32)?;
        sheet.set_freeze_panes(FIRST + 1, 0)?;
    }
    Ok(())
}
