//! Spreadsheets of before XLSX, the `.xls` of Excel 97 and later and the `.et` of WPS, as their cells show them: a compound
//! file with one stream of records (BIFF8, [MS-XLS](https://learn.microsoft.com/openspecs/office_file_formats/ms-xls)).
//!
//! Nothing that a record says of its length or of other places is believed beyond the bytes that are there.

use super::field::Field;
use super::number_format::{DateKind, date_kind};
use super::sheet::{MergedCells, Sheet, SheetCells, Workbook, WorkbookFlaw, field_of};
use super::xls_strings::{TextParts, short_text};
use calamine::{Data, ExcelDateTime, ExcelDateTimeType};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::rc::Rc;

/// Columns of a sheet of this kind.
const COLUMNS: u32 = 256;

/// The sheets of a spreadsheet of before.
pub(super) fn workbook(bytes: &[u8]) -> Result<Workbook, WorkbookFlaw> {
    let broken = |e: std::io::Error| WorkbookFlaw::Broken(e.to_string());
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(broken)?;
    if file.exists("/EncryptedPackage") {
        return Err(WorkbookFlaw::Locked);
    }
    let mut stream = file
        .open_stream("/Workbook")
        .map_err(|_absent| WorkbookFlaw::Older)?;
    let mut all = Vec::new();
    // No stream is longer than its file.
    let most = bytes.len() as u64;
    (&mut stream)
        .take(most)
        .read_to_end(&mut all)
        .map_err(broken)?;
    let globals = Globals::read(&all)?;
    let sheets = globals.sheets.iter().filter(|sheet| sheet.is_table);
    Ok(Workbook {
        sheets: sheets
            .map(|sheet| globals.sheet(sheet, &all))
            .collect::<Result<_, _>>()?,
        pictures: globals.pictures,
    })
}

/// A record: what it is of, and its bytes.
type BiffRecord<'a> = (u16, &'a [u8]);

/// The records of a stream, as far as they are whole.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = BiffRecord<'a>;

    fn next(&mut self) -> Option<BiffRecord<'a>> {
        let (kind, length) = (u16_at(self.0, 0)?, u16_at(self.0, 2)?);
        let end = 4 + usize::from(length);
        let data = self.0.get(4..end)?;
        self.0 = &self.0[end..];
        Some((kind, data))
    }
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at + 2)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at + 4)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

fn f64_at(data: &[u8], at: usize) -> Option<f64> {
    let bytes = data.get(at..at + 8)?;
    Some(f64::from_le_bytes(bytes.try_into().ok()?))
}

const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
const CONTINUES: u16 = 0x003C;
/// The records of a cell that holds a number, with the place of its format.
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027E;
const MANY_RK: u16 = 0x00BD;
const FORMULA: u16 = 0x0006;

/// A sheet as the book lists it.
struct ListedSheet {
    name: String,
    at: usize,
    is_visible: bool,
    is_table: bool,
}

/// What holds for all sheets.
#[derive(Default)]
struct Globals {
    sheets: Vec<ListedSheet>,
    strings: Vec<Rc<str>>,
    /// The formats that are the book's own.
    codes: BTreeMap<u16, String>,
    /// The format of each kind of cell.
    formats: Vec<u16>,
    from_1904: bool,
    pictures: usize,
}

impl Globals {
    fn read(stream: &[u8]) -> Result<Self, WorkbookFlaw> {
        let mut records = Records(stream).peekable();
        // The version stands in the first record.
        if !matches!(records.next(), Some((BEGIN, data)) if u16_at(data, 0) == Some(0x0600)) {
            return Err(WorkbookFlaw::Older);
        }
        let mut found = Self::default();
        while let Some((kind, data)) = records.next() {
            match kind {
                END => break,
                0x002F => return Err(WorkbookFlaw::Locked),
                0x0022 => found.from_1904 = u16_at(data, 0) == Some(1),
                0x0085 => found.sheets.extend(listed(data)),
                0x041E => {
                    let code = u16_at(data, 0).zip(data.get(2..));
                    let code = code.and_then(|(number, rest)| {
                        let text = TextParts::new(vec![rest]).text()?;
                        Some((number, text))
                    });
                    found.codes.extend(code);
                }
                0x00E0 => found.formats.push(u16_at(data, 2).unwrap_or(0)),
                0x00FC => {
                    let mut parts = vec![data];
                    while let Some((_, data)) = records.next_if(|record| record.0 == CONTINUES) {
                        parts.push(data);
                    }
                    found.strings = TextParts::new(parts).table();
                }
                0x00EB => found.pictures = found.pictures.max(drawn(data)),
                _ => {}
            }
        }
        Ok(found)
    }

    /// The code of the format of a kind of cell.
    fn code(&self, kind: u16) -> &str {
        let Some(number) = self.formats.get(usize::from(kind)) else {
            return "";
        };
        self.codes
            .get(number)
            .map_or_else(|| built_in(*number), String::as_str)
    }

    fn number(&self, number: f64, kind: u16) -> Field {
        let code = self.code(kind);
        let at = |of| Data::DateTime(ExcelDateTime::new(number, of, self.from_1904));
        let value = match date_kind(code) {
            Some(DateKind::Moment) => at(ExcelDateTimeType::DateTime),
            Some(DateKind::Duration) => at(ExcelDateTimeType::TimeDelta),
            None => Data::Float(number),
        };
        field_of(value, code)
    }

    fn sheet(&self, listed: &ListedSheet, stream: &[u8]) -> Result<Sheet, WorkbookFlaw> {
        let own = stream.get(listed.at..).unwrap_or_default();
        let mut records = Records(own);
        if !matches!(records.next(), Some((BEGIN, _))) {
            let why = format!("no sheet {}", listed.name);
            return Err(WorkbookFlaw::Broken(why));
        }
        let (mut cells, mut merged) = (SheetCells::default(), Vec::new());
        // Charts inside a sheet are streams of their own.
        let mut depth = 0_usize;
        for (kind, data) in records {
            match kind {
                BEGIN => depth += 1,
                END if depth == 0 => break,
                END => depth -= 1,
                _ if depth > 0 => {}
                0x00E5 => merged.extend(merged_in(data)),
                _ => self.cell((kind, data), &mut cells),
            }
        }
        Ok(Sheet {
            name: listed.name.clone(),
            is_visible: listed.is_visible,
            rows: cells.into_rows(),
            hidden_rows: std::collections::BTreeSet::new(),
            merged,
        })
    }

    /// What a record says of cells.
    fn cell(&self, (kind, data): BiffRecord<'_>, cells: &mut SheetCells) {
        let place = u16_at(data, 0).zip(u16_at(data, 2));
        let Some((row, column)) = place else {
            return;
        };
        let style = u16_at(data, 4).unwrap_or(0);
        let mut put = |column: u32, field: Option<Field>| {
            if column < COLUMNS {
                cells.put((row.into(), column), field.unwrap_or(Field::Empty));
            }
        };
        let own = u32::from(column);
        match kind {
            NUMBER => put(own, f64_at(data, 6).map(|n| self.number(n, style))),
            RK => put(own, u32_at(data, 6).map(|rk| self.number(of_rk(rk), style))),
            MANY_RK => {
                let several = data.get(4..).unwrap_or_default().chunks_exact(6);
                for (column, cell) in (own..).zip(several) {
                    let (style, rk) = (u16_at(cell, 0).unwrap_or(0), u32_at(cell, 2));
                    put(column, rk.map(|rk| self.number(of_rk(rk), style)));
                }
            }
            0x00FD => {
                let text = u32_at(data, 6).and_then(|at| self.strings.get(at as usize));
                put(own, text.map(|text| Field::Text(text.to_string())));
            }
            0x0204 | 0x00D6 => {
                let text = data
                    .get(6..)
                    .and_then(|rest| TextParts::new(vec![rest]).text());
                put(own, text.map(Field::Text));
            }
            0x0205 => put(own, truth_or_error(data)),
            // Its text is not taken apart: what matters is that somebody's value it is not.
            FORMULA => put(own, Some(Field::Formula(self.cached(data, style)))),
            _ => {}
        }
    }

    /// What a formula came to when the file was written, where it is a number.
    fn cached(&self, data: &[u8], style: u16) -> String {
        if u16_at(data, 12) == Some(0xFFFF) {
            return String::new();
        }
        let number = f64_at(data, 6).map(|number| self.number(number, style));
        number.map_or_else(String::new, |field| field.to_text())
    }
}

fn listed(data: &[u8]) -> Option<ListedSheet> {
    let name = short_text(data.get(6..)?)?;
    Some(ListedSheet {
        name,
        at: u32_at(data, 0)? as usize,
        is_visible: data.get(4)?.is_multiple_of(4),
        is_table: *data.get(5)? == 0,
    })
}

/// A number of four bytes: thirty bits of a float, or an integer, maybe of hundredths.
fn of_rk(rk: u32) -> f64 {
    let number = if rk & 2 == 0 {
        f64::from_bits(u64::from(rk & !3) << 32)
    } else {
        f64::from(rk.cast_signed() >> 2)
    };
    if rk & 1 == 0 { number } else { number / 100.0 }
}

fn truth_or_error(data: &[u8]) -> Option<Field> {
    let value = *data.get(6)?;
    Some(match (data.get(7)?, value) {
        (0, 0) => Field::Text("no".into()),
        (0, _) => Field::Text("yes".into()),
        _ => Field::Formula(format!("#{value:02X}")),
    })
}

/// The cells that are one, of a record.
fn merged_in(data: &[u8]) -> Vec<MergedCells> {
    let areas = data.get(2..).unwrap_or_default().chunks_exact(8);
    areas
        .filter_map(|area| {
            let (first, last) = (u16_at(area, 0)?, u16_at(area, 2)?);
            (last > first).then_some(MergedCells {
                lines: u64::from(first) + 1..=u64::from(last) + 1,
                column: u16_at(area, 4)?.into(),
            })
        })
        .collect()
}

/// How many pictures a record of drawings lists.
fn drawn(data: &[u8]) -> usize {
    // A list of parts inside one, each with a number, its type and its length.
    let mut rest = data.get(8..).unwrap_or_default();
    while let Some((first, kind)) = u16_at(rest, 0).zip(u16_at(rest, 2)) {
        if kind == 0xF001 {
            return usize::from(first >> 4);
        }
        let length = u32_at(rest, 4).unwrap_or(0) as usize;
        rest = rest.get(length.saturating_add(8)..).unwrap_or_default();
    }
    0
}

/// The codes of formats that no file spells out; those of days and hours are as Chinese ones show them.
fn built_in(number: u16) -> &'static str {
    match number {
        1 => "0",
        2 => "0.00",
        3 | 37 | 38 => "#,##0",
        4 | 39 | 40 => "#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 | 48 => "0.00E+00",
        12 | 13 => "# ?/?",
        14..=17 | 27..=31 | 36 | 50..=54 | 57 | 58 => "yyyy/m/d",
        18..=21 | 32..=35 | 45 | 47 | 55 | 56 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        46 => "[h]:mm:ss",
        49 => "@",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
