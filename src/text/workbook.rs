//! Spreadsheets as their cells show them: bytes go in, sheets of fields come out. XLSX of Excel and WPS, the `.xls` and
//! `.et` of before, and `.ods`; a number is read with the format of its cell, so that 100 % is no 1.

use super::archive::check_archive;
use super::field::Field;
use super::sheet::{MergedCells, Sheet, SheetCells, Workbook, WorkbookFlaw, field_of};
use super::{ods, xls};
use calamine::{Data, Reader, SheetType, SheetVisible, Xlsx, open_workbook_from_rs};
use std::io::Cursor;

/// Whether bytes begin as a spreadsheet does.
pub fn is_workbook(bytes: &[u8]) -> bool {
    is_old(bytes) || bytes.starts_with(b"PK\x03\x04")
}

fn is_old(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xd0\xcf\x11\xe0")
}

/// The sheets of a spreadsheet, whatever its name ends in.
///
/// # Errors
/// [`WorkbookFlaw`].
pub fn workbook(bytes: &[u8]) -> Result<Workbook, WorkbookFlaw> {
    if is_old(bytes) {
        return xls::workbook(bytes);
    }
    check_archive(bytes).map_err(WorkbookFlaw::Archive)?;
    if ods::is_ods(bytes) {
        return ods::workbook(bytes);
    }
    let wrong = |e: calamine::XlsxError| WorkbookFlaw::Broken(e.to_string());
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(wrong)?;
    let mut sheets = Vec::new();
    for sheet in book.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        let rows = rows_of(&mut book, &sheet.name).map_err(wrong)?;
        let merged = book.merge_cells_by_sheet_name(&sheet.name).map_err(wrong)?;
        let merged = merged.iter().filter(|area| area.end.0 > area.start.0);
        let merged = merged.map(|area| MergedCells {
            lines: u64::from(area.start.0) + 1..=u64::from(area.end.0) + 1,
            column: area.start.1 as usize,
        });
        sheets.push(Sheet {
            name: sheet.name.clone(),
            is_visible: sheet.visible == SheetVisible::Visible,
            rows,
            merged: merged.collect(),
        });
    }
    let pictures = pictures(bytes);
    Ok(Workbook { sheets, pictures })
}

fn rows_of(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
) -> Result<Vec<(u64, Vec<Field>)>, calamine::XlsxError> {
    let mut found = SheetCells::default();
    {
        let mut cells = book.worksheet_cells_reader(sheet)?;
        while let Some((cell, style)) = cells.next_cell_with_style_id()? {
            let format = cells.styles().get(style);
            let format = format.and_then(|style| style.number_format.as_ref());
            let code = format.map_or("", |format| format.format_code.as_str());
            let value = Data::from(cell.get_value().clone());
            found.put(cell.get_position(), field_of(value, code));
        }
    }
    let mut formulas = book.worksheet_cells_reader(sheet)?;
    while let Some(cell) = formulas.next_formula()? {
        if !cell.get_value().is_empty() {
            let formula = Field::Formula(cell.get_value().clone());
            found.put(cell.get_position(), formula);
        }
    }
    Ok(found.into_rows())
}

fn pictures(bytes: &[u8]) -> usize {
    let Ok(archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return 0;
    };
    let names = (0..archive.len()).filter_map(|at| archive.name_for_index(at)?.ok());
    names.filter(|name| name.starts_with("xl/media/")).count()
}
