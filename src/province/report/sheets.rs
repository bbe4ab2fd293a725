//! The workbook: one sheet a table, numbers as numbers.

use super::key_figures::{keys, summary};
use super::table::ReportTable;
use super::tables::tables;
use super::{Figures, Subject};
use crate::exchange::cell::Cell;
use crate::exchange::sheet::{Styles, on_paper};
use crate::words::Lang;
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};
use std::io;
use unicode_width::UnicodeWidthStr;

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
    let widths = widths(table);
    let bold = Format::new().set_bold();
    over_the_table(sheet, 0, &about, &widths, bold)?;
    over_the_table(sheet, 1, &table.note, &widths, Format::new())?;
    for (column, (title, width)) in (0_u16..).zip(table.columns.iter().zip(&widths)) {
        sheet.write_string_with_format(FIRST, column, title, &styles.title)?;
        sheet.set_column_width(column, *width)?;
    }
    let tall = of_tall_rows(styles);
    for (line, row) in (FIRST + 1..).zip(&table.rows) {
        let needed = row.iter().zip(&widths).map(|(cell, width)| match cell {
            Cell::Text(text) if digits(text) > *width => lines(text, *width),
            _ => 1.0,
        });
        let most = needed.fold(1.0, f64::max);
        let set = if most > 1.0 { &tall } else { styles };
        for (column, cell) in (0_u16..).zip(row) {
            set.put(sheet, line, column, cell)?;
        }
        if most > 1.0 {
            sheet.set_row_height(line, most * LINE)?;
        }
    }
    if !table.columns.is_empty() {
        sheet.set_row_height(FIRST, TITLE_LINES * LINE)?;
        sheet.set_freeze_panes(FIRST + 1, 0)?;
    }
    printed(sheet)
}

/// Points of a line.
const LINE: f64 = 15.0;
/// Lines of a column's title.
const TITLE_LINES: f64 = 3.0;

/// How wide a text is, in digits; Chinese takes two.
fn digits(text: &str) -> f64 {
    f64::from(u16::try_from(text.width()).unwrap_or(u16::MAX))
}

/// The formats of a row of several lines: all of it begins at its top.
fn of_tall_rows(styles: &Styles) -> Styles {
    let top = |format: &Format| format.clone().set_align(FormatAlign::Top);
    Styles {
        title: styles.title.clone(),
        text: top(&styles.text).set_text_wrap(),
        numbers: styles.numbers.iter().map(top).collect(),
        fill: styles.fill.clone(),
    }
}

/// How many lines a text takes; words do not fill them to the end, and a row has so many at most.
fn lines(text: &str, width: f64) -> f64 {
    const MOST: f64 = 27.0;
    (digits(text) / (width * 0.85)).ceil().clamp(1.0, MOST)
}

/// Widths of the columns in digits: as wide as what stands in them, their titles in some lines. What is wider than it has to be
/// is smaller on paper.
fn widths(table: &ReportTable) -> Vec<f64> {
    let of = |(at, title): (usize, &String)| {
        let words = table.remark == Some(at);
        let cells = table.rows.iter().filter_map(|row| row.get(at));
        let cells = cells
            .map(|cell| digits(&cell.to_text()))
            .fold(0.0, f64::max);
        // Chinese breaks anywhere, other words nowhere.
        let word = title.split(' ').filter(|word| word.is_ascii());
        let word = word.map(digits);
        // A line holds less where what belongs together is not broken.
        let title = (digits(title) / 2.0 + 2.5).max(word.fold(0.0, f64::max));
        let widest = if words { 48.0 } else { 26.0 };
        cells.max(title).clamp(6.0, widest) + 1.5
    };
    table.columns.iter().enumerate().map(of).collect()
}

/// Words above the table, over all its columns, in as many lines as they need.
fn over_the_table(
    sheet: &mut Worksheet,
    line: u32,
    text: &str,
    widths: &[f64],
    format: Format,
) -> Result<(), XlsxError> {
    /// Of a sheet without columns.
    const ALONE: f64 = 100.0;
    if text.is_empty() {
        return Ok(());
    }
    let format = format.set_text_wrap().set_align(FormatAlign::Top);
    let last = u16::try_from(widths.len().saturating_sub(1)).unwrap_or(0);
    let width = if widths.is_empty() {
        sheet.set_column_width(0, ALONE)?;
        ALONE
    } else {
        widths.iter().sum()
    };
    if last > 0 {
        sheet.merge_range(line, 0, line, last, text, &format)?;
    } else {
        sheet.write_string_with_format(line, 0, text, &format)?;
    }
    sheet.set_row_height(line, lines(text, width) * LINE)?;
    Ok(())
}

/// Printed one page wide, the titles on each page, pages numbered.
fn printed(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    on_paper(sheet, 1)
        .set_footer("&L&A&C&P / &N")
        .set_repeat_rows(FIRST, FIRST)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_sheet_is_printed_one_page_wide_with_its_titles_and_no_column_is_wider_than_it_needs() {
        let table = ReportTable {
            id: "t",
            title: "表".into(),
            note: "说明文字。".repeat(40),
            columns: vec!["区划".into(), "图斑（个）".into(), "说明".into()],
            rows: vec![vec![
                Cell::text("鲁山县"),
                Cell::Count(7),
                Cell::text("长".repeat(200)),
            ]],
            remark: Some(2),
            ..ReportTable::default()
        };
        let found = widths(&table);
        assert!(found[0] < 9.0 && found[1] < 10.0, "{found:?}");
        assert!((found[2] - 49.5).abs() < 1e-9, "{found:?}");
        let (mut book, styles) = (Workbook::new(), Styles::new());
        let day = jiff::civil::date(2026, 8, 1);
        let subject = Subject::new(
            crate::province::period::Period::Season(2026),
            "",
            "410000",
            day,
        );
        fill(book.add_worksheet(), &table, &subject, &styles, Lang::Zh).expect("filled");
        let bytes = book.save_to_buffer().expect("saved");
        let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).expect("a zip");
        let mut part = |name: &str| {
            let mut text = String::new();
            let mut file = archive.by_name(name).expect(name);
            file.read_to_string(&mut text).expect("text");
            text
        };
        let sheet = part("xl/worksheets/sheet1.xml");
        assert!(sheet.contains(r#"orientation="landscape""#), "{sheet}");
        // The words of the row are seen whole: 400 digits in a column of 48.
        let row = sheet.split("<row ").find(|row| row.starts_with(r#"r="5""#));
        assert!(row.expect("a row").contains(r#"ht="150""#), "{sheet}");
        assert!(sheet.contains("fitToPage") && sheet.contains(r#"ref="A2:C2""#));
        assert!(part("xl/workbook.xml").contains("_xlnm.Print_Titles"));
    }
}
