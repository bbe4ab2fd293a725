//! The ledger 台账 and the visit form as XLSX: codes and words as text, numbers as numbers, lists to choose from.

use super::Export;
use super::cell::Cell;
use super::form::{FORM, Widget};
use super::ledger::{COLUMNS, FOR_PROGRAMS, GAUSS_KRUGER, LedgerColumn, gauss_kruger_cells};
use super::sheet::{Styles, of_tall_rows, on_paper};
use crate::files::Out;
use crate::words::Lang;
use rust_xlsxwriter::{
    DataValidation, DataValidationRule, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};
use std::io;
use unicode_width::UnicodeWidthStr;

/// The columns of the form sheet that say which site a row is about.
const NAMES: [&str; 7] = [
    "site",
    "state_name",
    "name",
    "district_code",
    "lon",
    "lat",
    "due",
];

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn write(export: &Export, mut out: &mut dyn Out) -> io::Result<()> {
    let made = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let lang = export.context.lang;
        ledger(
            book.add_worksheet().set_name(lang.pick("Ledger", "台账"))?,
            export,
        )?;
        form(
            book.add_worksheet()
                .set_name(lang.pick("Visits", "核查回填"))?,
            export,
        )?;
        choices(book.add_worksheet().set_name(CHOICES)?, lang)?;
        about(
            book.add_worksheet().set_name(lang.pick("About", "说明"))?,
            export,
        )?;
        book.save_to_buffer()
    };
    io::Write::write_all(&mut out, &made().map_err(io::Error::other)?)
}

fn ledger(sheet: &mut Worksheet, export: &Export) -> Result<(), XlsxError> {
    let lang = export.context.lang;
    let styles = Styles::new();
    let more: &[(&str, &str)] = if export.gauss_kruger {
        &GAUSS_KRUGER
    } else {
        &[]
    };
    let titles = COLUMNS.iter().map(|c| c.title(lang)).chain(
        more.iter()
            .map(|(english, chinese)| lang.pick(*english, *chinese)),
    );
    for (column, title) in (0_u16..).zip(titles) {
        sheet.write_string_with_format(0, column, title, &styles.title)?;
    }
    let tall = of_tall_rows(&styles);
    for (line, entry) in (1_u32..).zip(&export.entries) {
        let cells = COLUMNS.iter().map(|c| c.value(entry, &export.context));
        let zone = if export.gauss_kruger {
            gauss_kruger_cells(entry.site.place.lonlat()).to_vec()
        } else {
            Vec::new()
        };
        let cells: Vec<Cell> = cells.chain(zone).collect();
        row(sheet, line, &cells, [&styles, &tall])?;
    }
    // What is for machines, and what is empty throughout, would leave no room for the rest on paper.
    let is_hidden =
        |column: &LedgerColumn| is_empty(column, export) || FOR_PROGRAMS.contains(&column.key);
    let mut shown = 0.0;
    for (at, column) in (0_u16..).zip(COLUMNS) {
        let cells = export.entries.iter();
        let cells = cells.map(|entry| column.value(entry, &export.context).to_text());
        let width = fit(sheet, at, column.title(lang), cells, NARROWEST)?;
        if is_hidden(column) {
            sheet.set_column_hidden(at)?;
        } else {
            shown += width;
        }
    }
    let beyond = u16::try_from(COLUMNS.len()).unwrap_or(u16::MAX);
    for (at, (english, chinese)) in (beyond..).zip(more) {
        let cells = export.entries.iter().flat_map(|entry| {
            let cells = gauss_kruger_cells(entry.site.place.lonlat());
            cells.map(|cell| cell.to_text())
        });
        shown += fit(sheet, at, lang.pick(english, chinese), cells, NARROWEST)?;
    }
    finish(sheet, export, shown)
}

/// Writes a site's row, in several lines where something in it is longer than its column.
fn row(
    sheet: &mut Worksheet,
    line: u32,
    cells: &[Cell],
    [plain, tall]: [&Styles; 2],
) -> Result<(), XlsxError> {
    // What nobody sees makes no row higher.
    let is_seen = |at: usize| {
        COLUMNS
            .get(at)
            .is_none_or(|c| !FOR_PROGRAMS.contains(&c.key))
    };
    let seen = cells.iter().enumerate().filter(|(at, _)| is_seen(*at));
    let most = seen.map(|(_, cell)| lines(cell)).max().unwrap_or(1);
    let most = most.min(MOST_LINES);
    let styles = if most > 1 { tall } else { plain };
    for (column, cell) in (0_u16..).zip(cells) {
        styles.put(sheet, line, column, cell)?;
    }
    if most > 1 {
        sheet.set_row_height(line, f64::from(most) * LINE)?;
    }
    Ok(())
}

/// Whether there are sites, and nothing is known of any in this column.
fn is_empty(column: &LedgerColumn, export: &Export) -> bool {
    let mut entries = export.entries.iter();
    entries.len() > 0 && entries.all(|e| column.value(e, &export.context) == Cell::Empty)
}

fn finish(sheet: &mut Worksheet, export: &Export, shown: f64) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 1)?;
    printed(sheet, shown)?;
    if !export.entries.is_empty() {
        let last = u32::try_from(export.entries.len()).unwrap_or(u32::MAX);
        let columns = u16::try_from(COLUMNS.len()).unwrap_or(u16::MAX);
        sheet.autofilter(0, 0, last, columns - 1)?;
    }
    Ok(())
}

/// The least width of a column, in digits, as spreadsheets count them; Chinese takes two.
const NARROWEST: usize = 6;
/// The greatest.
const WIDEST: usize = 24;

/// Lines of a row at most: who wrote a page into a note is read on the screen.
const MOST_LINES: u32 = 6;
/// Points of a line.
const LINE: f64 = 15.0;

/// How many lines a cell takes in a column that is as wide as columns are at most; words do not fill them to the end.
fn lines(cell: &Cell) -> u32 {
    match cell {
        Cell::Text(text) if text.width() > WIDEST => {
            u32::try_from(text.width().div_ceil(WIDEST - 4)).unwrap_or(MOST_LINES)
        }
        _ => 1,
    }
}

/// Makes a column as wide as what stands in it, its title in three lines: what is wider than it has to be takes more paper. Says
/// how wide it is.
fn fit(
    sheet: &mut Worksheet,
    column: u16,
    title: &str,
    cells: impl Iterator<Item = String>,
    least: usize,
) -> Result<f64, XlsxError> {
    let cells = cells.map(|text| text.width()).max().unwrap_or(0);
    let word = title.split(' ').map(UnicodeWidthStr::width);
    // Chinese breaks anywhere, other words nowhere.
    let word = word.filter(|width| *width <= WIDEST / 2).max().unwrap_or(0);
    let title = title.width().div_ceil(LINES).max(word);
    let width = cells.max(title).clamp(least, WIDEST);
    let width = f64::from(u8::try_from(width).unwrap_or(u8::MAX)) + 1.5;
    sheet.set_column_width(column, width)?;
    Ok(width)
}

/// Lines of a title.
const LINES: usize = 3;

fn form(sheet: &mut Worksheet, export: &Export) -> Result<(), XlsxError> {
    let lang = export.context.lang;
    let styles = Styles::new();
    let named = |keys: &[&str]| -> Vec<_> {
        keys.iter()
            .filter_map(|key| COLUMNS.iter().find(|c| c.key == *key))
            .collect()
    };
    let (first, last) = (named(&NAMES), named(&FOR_PROGRAMS));
    let begin = u16::try_from(first.len()).unwrap_or(0);
    let end = begin + u16::try_from(FORM.len()).unwrap_or(0);
    let lines = u32::try_from(export.entries.len()).unwrap_or(u32::MAX);
    for (column, title) in (0_u16..).zip(
        first
            .iter()
            .map(|c| c.title(lang))
            .chain(FORM.iter().map(|c| c.title(lang)))
            .chain(last.iter().map(|c| c.title(lang))),
    ) {
        sheet.write_string_with_format(0, column, title, &styles.title)?;
    }
    for (line, entry) in (1_u32..).zip(&export.entries) {
        for (column, c) in (0_u16..).zip(&first) {
            styles.put(sheet, line, column, &c.value(entry, &export.context))?;
        }
        for column in begin..end {
            sheet.write_blank(line, column, &styles.fill)?;
        }
        sheet.set_row_height(line, BY_HAND)?;
        for (column, c) in (end..).zip(&last) {
            styles.put(sheet, line, column, &c.value(entry, &export.context))?;
        }
    }
    if lines > 0 {
        for (column, field) in (begin..).zip(FORM) {
            let choices = column - begin;
            if let Some(rule) = rule(field.widget, choices, field.list(lang).len(), lang)? {
                sheet.add_data_validation(1, column, lines, column, &rule)?;
            }
        }
    }
    let shown = form_widths(sheet, export, &first)?;
    for (column, _) in (end..).zip(&last) {
        sheet.set_column_hidden(column)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    printed(sheet, shown)
}

/// Makes the columns of the form as wide as a pen needs; hides those of which nothing is known. Says how wide all are.
fn form_widths(
    sheet: &mut Worksheet,
    export: &Export,
    first: &[&LedgerColumn],
) -> Result<f64, XlsxError> {
    let lang = export.context.lang;
    let begin = u16::try_from(first.len()).unwrap_or(0);
    let mut shown = 0.0;
    for (at, column) in (0_u16..).zip(first) {
        let cells = export.entries.iter();
        let cells = cells.map(|entry| column.value(entry, &export.context).to_text());
        let width = fit(sheet, at, column.title(lang), cells, NARROWEST)?;
        if is_empty(column, export) {
            sheet.set_column_hidden(at)?;
        } else {
            shown += width;
        }
    }
    for (at, field) in (begin..).zip(FORM) {
        let least = by_hand(field.widget);
        shown += fit(sheet, at, field.title(lang), std::iter::empty(), least)?;
    }
    Ok(shown)
}

/// Points of a row that is filled in, so that there is room for a pen.
const BY_HAND: f64 = 36.0;

/// Digits of a column that is filled in, so that there is room for a pen.
fn by_hand(widget: Widget) -> usize {
    match widget {
        Widget::Count => 10,
        Widget::List | Widget::Time => 14,
        _ => 20,
    }
}

/// Printed as [`on_paper`] says, the sites' codes on each page.
fn printed(sheet: &mut Worksheet, shown: f64) -> Result<(), XlsxError> {
    /// Points of the titles' row: other fonts break a title into a line more, which would lie over the first row.
    const TITLES: f64 = 62.0;
    sheet.set_row_height(0, TITLES)?;
    on_paper(sheet, shown, 0)?;
    sheet.set_footer("&C&P / &N");
    Ok(())
}

/// The sheet of the lists to choose from. Nobody need see it.
const CHOICES: &str = "lists";

/// The lists, a column each. A list inside a rule is parted by commas, and words hold commas; it is short, too.
fn choices(sheet: &mut Worksheet, lang: Lang) -> Result<(), XlsxError> {
    for (column, field) in (0_u16..).zip(FORM) {
        for (line, (_, word)) in (0_u32..).zip(field.list(lang)) {
            sheet.write_string(line, column, word)?;
        }
    }
    sheet.set_hidden(true);
    Ok(())
}

/// What a spreadsheet lets a crew fill in; of a list, the column of the choices and how many there are.
fn rule(
    widget: Widget,
    choices: u16,
    count: usize,
    lang: Lang,
) -> Result<Option<DataValidation>, XlsxError> {
    let title = lang.pick("Not valid", "输入无效");
    let rule = match widget {
        Widget::List => {
            let column = rust_xlsxwriter::utility::column_number_to_name(choices);
            let range = format!("{CHOICES}!${column}$1:${column}${count}");
            DataValidation::new()
                .allow_list_formula(range.as_str().into())
                .set_error_message(lang.pick("Choose from the list", "请从列表中选择"))?
        }
        // Cells are text, so that codes stay whole: numbers are checked as they are read.
        Widget::Time => DataValidation::new()
            .allow_any_value()
            .set_input_message("2026-05-03 10:21")?,
        Widget::Photo => DataValidation::new()
            .allow_any_value()
            .set_input_message(lang.pick(
                "name of the photograph beside this file, such as IMG_0012.jpg",
                "照片文件名（与本表同一文件夹），如 IMG_0012.jpg",
            ))?,
        Widget::Count => {
            DataValidation::new().allow_whole_number(DataValidationRule::Between(0, 100_000_000))
        }
        _ => return Ok(None),
    };
    Ok(Some(rule.set_error_title(title)?))
}

fn about(sheet: &mut Worksheet, export: &Export) -> Result<(), XlsxError> {
    /// Digits of the columns: together a page of A4 in landscape.
    const WIDTHS: [u16; 2] = [24, 96];
    let lang = export.context.lang;
    let lines = [
        (lang.pick("Datum", "坐标基准"), Export::DATUM.to_owned()),
        (lang.pick("Unit", "单位代码"), export.unit.clone()),
        (lang.pick("Made at", "导出时间"), export.made_at.clone()),
        (lang.pick("Sites", "图斑数"), export.entries.len().to_string()),
        (lang.pick("State of the registry", "登记库状态哈希"), export.state.to_string()),
        (
            lang.pick("Visits", "核查回填"),
            lang.pick(
                "Fill in the yellow cells of the second sheet, put the photographs beside the file, and give both back to the office, which imports them. \
                 Keep the column of site codes as text.",
                "请在第二个工作表的黄色单元格中填写，照片与本文件放在同一文件夹，一并交回办公室导入。图斑编号列须保持文本格式。",
            )
            .to_owned(),
        ),
    ];
    let text = Format::new()
        .set_num_format("@")
        .set_text_wrap()
        .set_align(FormatAlign::Top);
    for (line, (title, value)) in (0_u32..).zip(lines) {
        sheet.write_string_with_format(line, 0, title, &text)?;
        sheet.write_string_with_format(line, 1, &value, &text)?;
        // Words do not fill their lines to the end.
        let needed = value.width().div_ceil(usize::from(WIDTHS[1]) - 16).max(1);
        let needed = u8::try_from(needed).unwrap_or(25);
        sheet.set_row_height(line, f64::from(needed) * LINE)?;
    }
    for (column, width) in (0_u16..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    on_paper(sheet, f64::from(WIDTHS[0] + WIDTHS[1]), 0)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_its_column_takes_more_lines() {
        let text = |n: usize| Cell::text("字".repeat(n));
        assert_eq!(
            [4, 12, 13, 40, 9_000].map(|n| lines(&text(n))),
            [1, 1, 2, 4, 900]
        );
        assert_eq!(lines(&Cell::Count(123_456)), 1);
        assert!(by_hand(Widget::Count) >= 10, "room for a pen");
    }

    #[test]
    fn a_long_cell_that_is_seen_makes_its_row_higher_and_a_key_does_not() {
        let height = |key: &str| {
            let (mut book, styles) = (Workbook::new(), Styles::new());
            let tall = of_tall_rows(&styles);
            let of = |c: &LedgerColumn| {
                let is_long = c.key == key;
                is_long.then(|| "ab ".repeat(20)).into()
            };
            let cells: Vec<Cell> = COLUMNS.iter().map(of).collect();
            row(book.add_worksheet(), 1, &cells, [&styles, &tall]).expect("written");
            let bytes = book.save_to_buffer().expect("saved");
            let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).expect("a zip");
            let mut sheet = archive.by_name("xl/worksheets/sheet1.xml").expect("it");
            let mut text = String::new();
            io::Read::read_to_string(&mut sheet, &mut text).expect("text");
            text.contains(r#"ht="45""#)
        };
        assert!(height("count_method"));
        assert!(!height("site_key") && !height("head"));
    }
}
