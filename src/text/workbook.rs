//! Spreadsheets as their cells show them: bytes go in, sheets of fields come out. XLSX of Excel and WPS, the `.xls` and
//! `.et` of before, and `.ods`; a number is read with the format of its cell, so that 100 % is no 1.

use super::archive::check_archive;
use super::field::Field;
use super::sheet::{MergedCells, Sheet, SheetCells, Workbook, WorkbookFlaw, field_of};
use super::xml::{Element, Met, walk};
use super::{ods, xls};
use calamine::{Data, Reader, SheetType, SheetVisible, Xlsx, open_workbook_from_rs};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

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
    let mut unseen = XlsxParts::of(bytes);
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
            hidden_rows: unseen.hidden_rows(&sheet.name),
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

/// The files of a spreadsheet's sheets, for what the reader of cells does not tell.
struct XlsxParts<'a> {
    archive: Option<zip::ZipArchive<Cursor<&'a [u8]>>>,
    /// The file of each sheet.
    files: BTreeMap<String, String>,
}

impl<'a> XlsxParts<'a> {
    /// Those of a spreadsheet; none where they are not found.
    fn of(bytes: &'a [u8]) -> Self {
        let mut parts = Self {
            archive: zip::ZipArchive::new(Cursor::new(bytes)).ok(),
            files: BTreeMap::new(),
        };
        let mut targets = BTreeMap::new();
        let links = parts.text("xl/_rels/workbook.xml.rels");
        each(&links, "Relationship", |link| {
            let pair = link.attribute("Id").zip(link.attribute("Target"));
            targets.extend(pair.map(|(id, target)| (id.to_owned(), target.to_owned())));
        });
        let book = parts.text("xl/workbook.xml");
        let mut files = BTreeMap::new();
        each(&book, "sheet", |sheet| {
            let target = sheet.attribute("id").and_then(|id| targets.get(id));
            let file = target.map(|target| match target.strip_prefix('/') {
                Some(whole) => whole.to_owned(),
                None => format!("xl/{target}"),
            });
            let pair = sheet.attribute("name").zip(file);
            files.extend(pair.map(|(name, file)| (name.to_owned(), file)));
        });
        parts.files = files;
        parts
    }

    fn text(&mut self, name: &str) -> String {
        let mut text = String::new();
        let archive = self.archive.as_mut();
        if let Some(mut part) = archive.and_then(|archive| archive.by_name(name).ok())
            && part.read_to_string(&mut text).is_err()
        {
            text.clear();
        }
        text
    }

    /// The lines of a sheet's rows that are not shown.
    fn hidden_rows(&mut self, sheet: &str) -> BTreeSet<u64> {
        let Some(file) = self.files.get(sheet).cloned() else {
            return BTreeSet::new();
        };
        let text = self.text(&file);
        let tags = text.split("<row ").skip(1);
        let hidden = tags.filter_map(|rest| {
            let tag = rest.split('>').next()?;
            let said = |name: &str| {
                let (_, rest) = tag.split_once(&format!("{name}=\""))?;
                rest.split('"').next()
            };
            let is_hidden = ["1", "true"].contains(&said("hidden")?);
            is_hidden.then(|| said("r")?.parse().ok())?
        });
        hidden.collect()
    }
}

/// Calls for each element of this name in a document.
fn each(text: &str, name: &str, mut found: impl FnMut(&Element)) {
    // A part that is no XML was refused by the reader of cells.
    let _read = walk(text.as_bytes(), &[name], &mut |met| {
        if let Met::Whole(element) = met {
            found(&element);
        }
    });
}

fn pictures(bytes: &[u8]) -> usize {
    let Ok(archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return 0;
    };
    let names = (0..archive.len()).filter_map(|at| archive.name_for_index(at)?.ok());
    names.filter(|name| name.starts_with("xl/media/")).count()
}
