//! What a spreadsheet holds, whatever its kind: sheets of fields, and each cell as it is shown.

use super::archive::ArchiveFlaw;
use super::field::Field;
use super::number_format::shown;
use crate::tr;
use crate::words::Lang;
use calamine::Data;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// A sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Whether its users see it.
    pub is_visible: bool,
    /// The rows that hold anything, with their lines from 1.
    pub rows: Vec<(u64, Vec<Field>)>,
    /// Lines of rows that its users do not see, as far as that is known.
    pub hidden_rows: BTreeSet<u64>,
    /// Cells that are one over several rows.
    pub merged: Vec<MergedCells>,
}

/// Cells that are one over several rows.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedCells {
    /// Their lines.
    pub lines: RangeInclusive<u64>,
    /// Their first column, from 0.
    pub column: usize,
}

/// What a spreadsheet holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Workbook {
    /// Its sheets, in their order.
    pub sheets: Vec<Sheet>,
    /// Pictures that it holds.
    pub pictures: usize,
}

/// Why a spreadsheet cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkbookFlaw {
    /// It is broken; its reader's words.
    Broken(String),
    /// What it is packed in cannot be unpacked.
    Archive(ArchiveFlaw),
    /// It holds more cells than a table does.
    Large,
    /// It is under a password.
    Locked,
    /// It is of Excel 95 or before, or no spreadsheet at all.
    Older,
}

impl WorkbookFlaw {
    /// In words, with what to do.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Broken(why) => tr!(
                lang,
                "the spreadsheet cannot be opened ({why}): save it again as .xlsx",
                "无法打开该表格（内容已损坏）：请重新复制，或另存为 .xlsx"
            ),
            Self::Archive(flaw) => flaw.say(lang),
            Self::Large => lang
                .pick(
                    "it holds more cells than a table does: delete the rows and columns that hold nothing",
                    "单元格过多：请删除空白的行和列",
                )
                .into(),
            Self::Locked => lang
                .pick(
                    "the spreadsheet has a password: save it without one",
                    "该表格已加密：请取消密码后另存",
                )
                .into(),
            Self::Older => lang
                .pick(
                    "it is a spreadsheet of before 1997, or none: open it and save it as .xlsx",
                    "这是 Excel 97 之前的旧表格，或不是表格：请打开后另存为 .xlsx",
                )
                .into(),
        }
    }
}

/// Columns that are read at most.
pub(super) const WIDEST: u32 = 1024;

/// The cells of a sheet by row and column. Row by row and cell by cell: one cell far away does not make a sheet of a million
/// columns.
#[derive(Debug, Default)]
pub(super) struct SheetCells(BTreeMap<u32, BTreeMap<u32, Field>>);

impl SheetCells {
    pub(super) fn put(&mut self, (row, column): (u32, u32), field: Field) {
        if column < WIDEST && !field.is_empty() {
            self.0.entry(row).or_default().insert(column, field);
        }
    }

    /// The rows that hold anything, with their lines.
    pub(super) fn into_rows(self) -> Vec<(u64, Vec<Field>)> {
        let row = |(row, cells): (u32, BTreeMap<u32, Field>)| {
            let last = cells.last_key_value().map_or(0, |(column, _)| *column);
            let mut fields = vec![Field::Empty; last as usize + 1];
            for (column, field) in cells {
                fields[column as usize] = field;
            }
            (u64::from(row) + 1, fields)
        };
        self.0.into_iter().map(row).collect()
    }
}

/// What a cell shows: a number with the words of its format, a number under one of dates as a day.
pub(super) fn field_of(value: Data, format: &str) -> Field {
    match value {
        Data::Int(number) => {
            #[expect(clippy::cast_precision_loss, reason = "a spreadsheet holds doubles")]
            let number = number as f64;
            shown(number, format)
        }
        Data::Float(number) => shown(number, format),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Field::Text(text),
        Data::Bool(yes) => Field::Text(if yes { "yes" } else { "no" }.into()),
        Data::DateTime(at) if at.is_duration() => Field::Text(lasting(at.as_f64())),
        Data::DateTime(at) if at.as_f64() < 1.0 => {
            let (_, _, _, h, mi, s, _) = at.to_ymd_hms_milli();
            Field::Text(format!("{h}:{mi:02}:{s:02}"))
        }
        Data::DateTime(at) => {
            let (y, mo, d, h, mi, s, ms) = at.to_ymd_hms_milli();
            if (h, mi, s, ms) == (0, 0, 0, 0) && !format.contains(['h', 'H']) {
                return Field::Text(format!("{y:04}-{mo:02}-{d:02}"));
            }
            // A minute is no whole part of a day: what is left of that is less than a second.
            let seconds = f64::from(h) * 3600.0 + f64::from(mi) * 60.0 + f64::from(s);
            let text = jiff::civil::Date::new(
                i16::try_from(y).unwrap_or(0),
                i8::try_from(mo).unwrap_or(0),
                i8::try_from(d).unwrap_or(0),
            )
            .ok()
            .and_then(|day| {
                #[expect(clippy::cast_possible_truncation, reason = "seconds of a day")]
                let whole = (seconds + f64::from(ms) / 1000.0).round() as i64;
                let span = jiff::Span::new().try_seconds(whole).ok()?;
                day.to_datetime(jiff::civil::Time::midnight())
                    .checked_add(span)
                    .ok()
            });
            text.map_or_else(
                || Field::Text(at.as_f64().to_string()),
                |at| Field::Text(at.strftime("%Y-%m-%d %H:%M:%S").to_string()),
            )
        }
        Data::Error(error) => Field::Formula(error.to_string()),
        Data::Empty => Field::Empty,
    }
}

/// How long something took, in hours however many they are: degrees, minutes and seconds are kept so too, under `[h]°mm′ss″`.
pub(super) fn lasting(days: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast of doubles ends at the largest number, which no cell shows"
    )]
    let thousandths = (days * 86_400_000.0).round() as i64;
    let sign = if thousandths < 0 { "-" } else { "" };
    let (seconds, rest) = (
        thousandths.unsigned_abs() / 1000,
        thousandths.unsigned_abs() % 1000,
    );
    let (h, mi, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let whole = format!("{sign}{h}:{mi:02}:{s:02}");
    if rest == 0 {
        whole
    } else {
        format!("{whole}.{rest:03}").trim_end_matches('0').into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{ExcelDateTime, ExcelDateTimeType};

    #[test]
    fn what_lasts_for_days_is_told_in_all_its_hours() {
        for (seconds, said) in [
            (407_880.0, "113:18:00"),
            (407_894.4, "113:18:14.4"),
            (121_464.0, "33:44:24"),
            (86_400.0, "24:00:00"),
            (37_260.0, "10:21:00"),
            (0.0, "0:00:00"),
            (-3_600.0, "-1:00:00"),
        ] {
            for from_1904 in [false, true] {
                let at =
                    ExcelDateTime::new(seconds / 86_400.0, ExcelDateTimeType::TimeDelta, from_1904);
                let field = field_of(Data::DateTime(at), "[h]°mm′ss″");
                assert_eq!(field, Field::Text(said.into()));
            }
        }
    }
}
