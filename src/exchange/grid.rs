//! Tables as files hold them: rows under their titles, out of text or a spreadsheet, with the line of each row.

use super::cell_grid::CellGrid;
use super::degree_columns::{is_unit, join};
use super::grid_flaw::GridFlaw;
use crate::text::{Field, MergedCells, axis_of, is_position, is_workbook, records, workbook};

/// The tables of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Grids {
    /// The tables that hold anything.
    pub tables: Vec<CellGrid>,
    /// Whether they are text, where a sign too many shifts cells.
    pub is_text: bool,
    /// Pictures inside a spreadsheet, which no cell names.
    pub pictures: usize,
    /// Sheets that are hidden and not read: nobody sees what stands in them.
    pub hidden: Vec<String>,
    /// Lines of rows below titles that are hidden and read.
    pub hidden_rows: Vec<u64>,
}

/// Rows at the top among which the titles are looked for: above them there may be a heading.
const HEADINGS: usize = 10;
/// Endings of files that hold tables, or are said to: what is in them tells.
pub(super) const TABLES: [&str; 8] = ["xlsx", "xlsm", "xls", "et", "ods", "csv", "tsv", "txt"];

/// The tables of a file, whatever its name ends in. `knows` tells whether a title is understood: the row with the most such
/// titles, of the first few, is that of the titles.
///
/// # Errors
/// [`GridFlaw`].
pub fn grids(bytes: &[u8], knows: &dyn Fn(&str) -> bool) -> Result<Grids, GridFlaw> {
    if is_workbook(bytes) {
        return of_workbook(bytes, knows);
    }
    if is_page(bytes) {
        return Err(GridFlaw::WebPage);
    }
    let rows = records(bytes).map_err(GridFlaw::Text)?;
    let field = |text: String| {
        if text.trim().is_empty() {
            Field::Empty
        } else {
            Field::Text(text)
        }
    };
    let rows = rows
        .into_iter()
        .map(|row| (row.line, row.cells.into_iter().map(field).collect()))
        .collect();
    let mut found = grid("", rows, &[], knows);
    if let Some(grid) = &mut found {
        mark_shifted(grid);
    }
    Ok(Grids {
        tables: found.into_iter().collect(),
        is_text: true,
        pictures: 0,
        hidden: Vec::new(),
        hidden_rows: Vec::new(),
    })
}

/// Whether bytes begin as pages and XML do.
fn is_page(bytes: &[u8]) -> bool {
    const HEADS: [&[u8]; 5] = [b"<?xml", b"<html", b"<!doctype", b"<table", b"<meta"];
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = text.trim_ascii_start();
    let begins = |head: &&[u8]| {
        text.get(..head.len())
            .is_some_and(|own| own.eq_ignore_ascii_case(head))
    };
    HEADS.iter().any(begins)
}

/// A table out of rows, with those above the titles left out and cells that are `merged` filled; `None` where there are no
/// rows.
fn grid(
    name: &str,
    mut rows: Vec<(u64, Vec<Field>)>,
    merged: &[MergedCells],
    knows: &dyn Fn(&str) -> bool,
) -> Option<CellGrid> {
    let known = |row: &(u64, Vec<Field>)| {
        let titles = row.1.iter().filter(|field| !field.is_empty());
        titles.filter(|field| knows(&field.to_text())).count()
    };
    let counts: Vec<usize> = rows.iter().take(HEADINGS).map(known).collect();
    let most = counts.iter().max()?;
    let at = counts.iter().position(|count| count == most)?;
    let mut below = rows.split_off(at + 1);
    let (line, own) = rows.pop()?;
    let above = rows.iter().flat_map(|(_, cells)| cells);
    let heading = above.filter(|cell| !cell.is_empty()).map(Field::to_text);
    let heading = heading.collect();
    let mut titles: Vec<String> = own.iter().map(Field::to_text).collect();
    if let Some((above, upper)) = rows.last().filter(|row| known(row) > 0)
        && above + 1 == line
    {
        let upper = upper.iter().map(Field::to_text).collect();
        titles = of_two_rows(upper, titles, knows);
    }
    let lower = below.first().filter(|row| row.0 == line + 1);
    if lower.is_some_and(|row| is_second(row, &titles, knows)) {
        let lower = below.remove(0).1.iter().map(Field::to_text).collect();
        titles = of_two_rows(titles, lower, knows);
    }
    let width = titles.len();
    while titles.last().is_some_and(|title| title.trim().is_empty()) {
        titles.pop();
    }
    let mut grid = CellGrid {
        name: name.to_owned(),
        heading,
        titles,
        rows: below,
        width,
    };
    fill_merged(&mut grid, merged);
    join(&mut grid);
    Some(grid)
}

/// Whether a row goes on with the titles above it, as under a cell that is merged over several columns: it holds titles alone,
/// and they stand where none is understood yet.
fn is_second(row: &(u64, Vec<Field>), titles: &[String], knows: &dyn Fn(&str) -> bool) -> bool {
    // Under “坐标” the halves may be named.
    let is_half = |at: usize, text: &str| {
        titles.get(at).is_some_and(|title| is_position(title)) && axis_of(text).is_some()
    };
    let is_free = |at: usize| titles.get(at).is_none_or(|title| !knows(title));
    let mut filled = (row.1.iter().enumerate())
        .filter(|(_, cell)| !cell.is_empty())
        .peekable();
    filled.peek().is_some()
        && filled.all(|(at, cell)| {
            let text = cell.to_text();
            is_unit(&text) || (is_free(at) || is_half(at, &text)) && knows(&text)
        })
}

/// The titles of two rows: each column's is the lower one where that is understood or the upper says nothing.
fn of_two_rows(
    upper: Vec<String>,
    lower: Vec<String>,
    knows: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let columns = upper.len().max(lower.len());
    let [mut upper, mut lower] = [upper, lower].map(|mut titles| {
        titles.resize(columns, String::new());
        titles.into_iter()
    });
    let mut titles = Vec::with_capacity(columns);
    while let Some((upper, lower)) = upper.next().zip(lower.next()) {
        let is_lower = knows(&lower) || (upper.trim().is_empty() && !lower.trim().is_empty());
        let is_lower = is_lower || (!lower.trim().is_empty() && !knows(&upper));
        titles.push(if is_lower { lower } else { upper });
    }
    titles
}

/// What stands in a cell that is merged over several rows is said of each of them. Of a number it is not known whether it is
/// each one's or that of all together: it stays with the first.
fn fill_merged(grid: &mut CellGrid, merged: &[MergedCells]) {
    for area in merged {
        let (first, last) = area.lines.clone().into_inner();
        let column = area.column;
        let Ok(at) = grid.rows.binary_search_by_key(&first, |row| row.0) else {
            continue;
        };
        let Some(words @ Field::Text(_)) = grid.rows[at].1.get(column).cloned() else {
            continue;
        };
        for (_, cells) in grid.rows[at + 1..]
            .iter_mut()
            .take_while(|row| row.0 <= last)
        {
            if cells.len() <= column {
                cells.resize(column + 1, Field::Empty);
            }
            cells[column] = words.clone();
        }
    }
}

/// A row with more cells than the others has a sign too many in one of them, so that the cells after it stand under titles
/// that are not theirs. Where all rows end with the sign, that is a habit of the program that wrote them.
fn mark_shifted(grid: &mut CellGrid) {
    let longer = |row: &(u64, Vec<Field>)| row.1.len() > grid.width;
    let habit = grid.rows.len() > 1 && grid.rows.iter().all(longer);
    let width = grid.width;
    for (_, cells) in grid.rows.iter_mut().filter(|row| row.1.len() > width) {
        let last = cells.iter().rev().find(|cell| !cell.is_empty()).cloned();
        if !habit && cells[width..].iter().all(Field::is_empty) {
            cells[width] = last.unwrap_or(Field::Empty);
        }
    }
}

fn of_workbook(bytes: &[u8], knows: &dyn Fn(&str) -> bool) -> Result<Grids, GridFlaw> {
    let book = workbook(bytes).map_err(GridFlaw::Workbook)?;
    let (mut tables, mut hidden, mut hidden_rows) = (Vec::new(), Vec::new(), Vec::new());
    for sheet in book.sheets {
        let table = grid(&sheet.name, sheet.rows, &sheet.merged, knows);
        if sheet.is_visible {
            let rows = table.iter().flat_map(|table| &table.rows);
            let lines = rows.map(|row| row.0);
            hidden_rows.extend(lines.filter(|line| sheet.hidden_rows.contains(line)));
            tables.extend(table);
        } else {
            // A list of what may be chosen is no table.
            let understood = |table: &CellGrid| table.titles.iter().filter(|t| knows(t)).count();
            let is_table = table.is_some_and(|table| understood(&table) > 1);
            hidden.extend(is_table.then_some(sheet.name));
        }
    }
    Ok(Grids {
        tables,
        is_text: false,
        pictures: book.pictures,
        hidden,
        hidden_rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

    fn knows(title: &str) -> bool {
        ["a", "b"].contains(&title)
    }

    fn text(text: &str) -> Field {
        Field::Text(text.into())
    }

    #[test]
    fn a_spreadsheet_is_read_as_it_shows() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "某县核查表").expect("written");
        for (column, title) in ["a", "b"].iter().enumerate() {
            sheet
                .write_string(2, column as u16, *title)
                .expect("written");
        }
        let format = |code: &str| Format::new().set_num_format(code);
        for (line, (number, code)) in [(1.0, "0%"), (0.29, "0.00%"), (80.0, "0"), (0.8, "0.0\"%\"")]
            .iter()
            .enumerate()
        {
            sheet
                .write_number_with_format(3 + line as u32, 0, *number, &format(code))
                .expect("written");
        }
        let at = |h, m| {
            ExcelDateTime::from_ymd(2026, 5, 4)
                .and_then(|d| d.and_hms(h, m, 0))
                .expect("a time")
        };
        for (line, (h, m, code)) in [
            (10, 21, "yyyy\"年\"m\"月\"d\"日\" h:mm"),
            (0, 0, "yyyy/m/d"),
            (0, 0, "yyyy-mm-dd hh:mm"),
            (0, 0, "[$-804]yyyy\"年\"m\"月\"d\"日\";@"),
        ]
        .iter()
        .enumerate()
        {
            sheet
                .write_datetime_with_format(3 + line as u32, 1, at(*h, *m), &format(code))
                .expect("written");
        }
        sheet
            .write_number_with_format(7, 1, 10.35 / 24.0, &format("h:mm"))
            .expect("written");
        sheet.write_formula(8, 0, "=1+1").expect("written");
        sheet
            .write_string(1_000_000, 16_000, "far away")
            .expect("written");
        let bytes = book.save_to_buffer().expect("made");
        let read = grids(&bytes, &knows).expect("read");
        let grid = &read.tables[0];
        assert_eq!(grid.titles, ["a", "b"]);
        let column =
            |at: usize| -> Vec<&Field> { grid.rows.iter().take(4).map(|row| &row.1[at]).collect() };
        assert_eq!(
            column(0),
            [
                &text("100%"),
                &text("29%"),
                &Field::Number(80.0),
                &Field::Number(0.8)
            ]
        );
        assert_eq!(
            column(1),
            [
                &text("2026-05-04 10:21:00"),
                &text("2026-05-04"),
                &text("2026-05-04 00:00:00"),
                &text("2026-05-04")
            ]
        );
        assert_eq!(grid.rows[0].0, 4);
        assert_eq!(grid.rows[4], (8, vec![Field::Empty, text("10:21:00")]));
        assert_eq!(grid.rows[5], (9, vec![Field::Formula("1+1".into())]));
        assert_eq!(grid.rows.len(), 6);
    }

    #[test]
    fn titles_in_two_rows_are_one_and_what_is_hidden_is_not_read() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let middle = Format::new();
        sheet
            .merge_range(0, 0, 0, 3, "某县核查表", &middle)
            .expect("merged");
        sheet
            .merge_range(1, 0, 2, 0, "name", &middle)
            .expect("merged");
        sheet
            .merge_range(1, 1, 1, 2, "位置", &middle)
            .expect("merged");
        sheet
            .merge_range(1, 3, 2, 3, "备注", &middle)
            .expect("merged");
        for (column, title) in [(1, "a"), (2, "b")] {
            sheet.write_string(2, column, title).expect("written");
        }
        for (column, words) in ["东沟", "1", "2", "x"].iter().enumerate() {
            sheet
                .write_string(3, column as u16, *words)
                .expect("written");
        }
        let old = book.add_worksheet();
        old.set_hidden(true).set_name("旧").expect("named");
        for (column, title) in ["a", "b"].iter().enumerate() {
            old.write_string(0, column as u16, *title).expect("written");
            old.write_string(1, column as u16, "9").expect("written");
        }
        book.add_worksheet().set_hidden(true);
        let bytes = book.save_to_buffer().expect("made");
        for more in [&["name"][..], &["name", "备注"]] {
            let knows = |title: &str| knows(title) || more.contains(&title);
            let read = grids(&bytes, &knows).expect("read");
            let [grid] = &read.tables[..] else {
                panic!("{read:?}");
            };
            assert_eq!(grid.titles, ["name", "a", "b", "备注"]);
            assert_eq!(grid.rows, [(4, ["东沟", "1", "2", "x"].map(text).to_vec())]);
            assert_eq!(read.hidden, ["旧"]);
        }
        assert!(read_rows_hidden(&bytes).is_empty());
        // A row below the titles that says no title is a row.
        let read = grids("a,b\na,1\n".as_bytes(), &knows).expect("read");
        assert_eq!(read.tables[0].rows.len(), 1);
    }

    fn read_rows_hidden(bytes: &[u8]) -> Vec<u64> {
        grids(bytes, &knows).expect("read").hidden_rows
    }

    #[test]
    fn rows_that_nobody_sees_are_read_and_named() {
        let mut book = Workbook::new();
        book.add_worksheet().set_name("说明").expect("named");
        let sheet = book.add_worksheet();
        sheet.set_name("表 <1>").expect("named");
        for line in 0..5 {
            for column in 0..2 {
                let text = if line > 0 { "x" } else { ["a", "b"][column] };
                sheet
                    .write_string(line, column as u16, text)
                    .expect("written");
            }
        }
        for line in [0, 2, 4, 9] {
            sheet.set_row_hidden(line).expect("hidden");
        }
        let bytes = book.save_to_buffer().expect("made");
        let read = grids(&bytes, &knows).expect("read");
        assert_eq!(read.tables[0].rows.len(), 4);
        assert_eq!(read.hidden_rows, [3, 5]);
    }

    #[test]
    fn words_of_merged_cells_are_each_rows_and_numbers_the_first_ones() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let plain = Format::new();
        for (column, title) in ["a", "b", "c"].iter().enumerate() {
            sheet
                .write_string(0, column as u16, *title)
                .expect("written");
        }
        sheet
            .merge_range(1, 1, 3, 1, "2026-05-04", &plain)
            .expect("merged");
        sheet.merge_range(1, 2, 2, 2, "", &plain).expect("merged");
        sheet.write_number(1, 2, 200.0).expect("written");
        for line in 1..5 {
            sheet.write_string(line, 0, "x").expect("written");
        }
        let bytes = book.save_to_buffer().expect("made");
        let read = grids(&bytes, &knows).expect("read");
        let rows = &read.tables[0].rows;
        let column = |at: usize| -> Vec<Field> {
            let cell = |row: &(u64, Vec<Field>)| row.1.get(at).cloned().unwrap_or(Field::Empty);
            rows.iter().map(cell).collect()
        };
        let day = text("2026-05-04");
        assert_eq!(column(1), [day.clone(), day.clone(), day, Field::Empty]);
        assert_eq!(
            column(2),
            [
                Field::Number(200.0),
                Field::Empty,
                Field::Empty,
                Field::Empty
            ]
        );
    }

    #[test]
    fn degrees_minutes_and_seconds_under_one_title_are_one_cell() {
        let knows = |title: &str| ["编号", "经度", "纬度"].contains(&title);
        for text in [
            "编号,经度,,,纬度,,\nA1,113,18,14.4,33,44,24\n",
            "编号,经度,,,纬度,,\n,度,分,秒,度,分,秒\nA1,113,18,14.4,33,44,24\n",
        ] {
            let read = grids(text.as_bytes(), &knows).expect("read");
            let [(_, cells)] = &read.tables[0].rows[..] else {
                panic!("{read:?}");
            };
            let texts: Vec<String> = cells.iter().map(Field::to_text).collect();
            assert_eq!(texts, ["A1", "113°18′14.4″", "", "", "33°44′24″", "", ""]);
        }
    }

    #[test]
    fn text_is_told_from_a_spreadsheet_by_what_is_in_it() {
        let read = grids("表\n\na,b,\n1,2,3,4\n".as_bytes(), &knows).expect("read");
        assert_eq!(read.tables[0].titles, ["a", "b"]);
        assert_eq!(read.tables[0].rows[0].0, 4);
        assert_eq!(read.tables[0].rows[0].1.len(), 4);
        // One row too long is shifted, all of them are not.
        let cells = |text: &str| -> Vec<usize> {
            let read = grids(text.as_bytes(), &knows).expect("read");
            let filled =
                |row: &(u64, Vec<Field>)| row.1.iter().filter(|cell| !cell.is_empty()).count();
            read.tables[0].rows.iter().map(filled).collect()
        };
        assert_eq!(cells("a,b\n1,2\n3,x,\n"), [2, 3]);
        assert_eq!(cells("a,b\n1,2,\n3,4,\n"), [2, 2]);
        assert!(matches!(
            grids(b"\xd0\xcf\x11\xe0....", &knows),
            Err(GridFlaw::Workbook(_))
        ));
        for page in [
            "<html><table><tr><td>a</td></tr></table></html>",
            "\u{feff}\n<!DOCTYPE html>",
            "<?xml version=\"1.0\"?><Workbook/>",
        ] {
            assert_eq!(
                grids(page.as_bytes(), &knows),
                Err(GridFlaw::WebPage),
                "{page}"
            );
        }
        assert!(matches!(
            grids(b"PK\x03\x04", &knows),
            Err(GridFlaw::Workbook(_))
        ));
    }
}
