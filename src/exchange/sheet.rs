//! How spreadsheets type and format what tables hold: codes and words as text, numbers as numbers.

use super::cell::Cell;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

/// The formats of a workbook.
#[derive(Debug)]
pub struct Styles {
    /// Of titles.
    pub title: Format,
    /// Of words and codes.
    pub text: Format,
    /// Of numbers by their decimals, up to seven.
    pub numbers: Vec<Format>,
    /// Of cells to fill in.
    pub fill: Format,
}

impl Default for Styles {
    fn default() -> Self {
        Self::new()
    }
}

impl Styles {
    /// The formats.
    pub fn new() -> Self {
        let number = |decimals: usize| {
            let format = if decimals == 0 {
                "0".to_owned()
            } else {
                format!("0.{}", "0".repeat(decimals))
            };
            Format::new().set_num_format(format)
        };
        Self {
            title: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color("#E7EFE9"),
            text: Format::new().set_num_format("@"),
            numbers: (0..8).map(number).collect(),
            fill: Format::new()
                .set_num_format("@")
                .set_text_wrap()
                .set_border(FormatBorder::Hair)
                .set_background_color("#FFF9DB"),
        }
    }

    /// Writes a cell with the format of its kind.
    ///
    /// # Errors
    /// Those of the worksheet: a text of more than 32,767 characters, a row or column beyond its end.
    pub fn put(
        &self,
        sheet: &mut Worksheet,
        line: u32,
        column: u16,
        cell: &Cell,
    ) -> Result<(), XlsxError> {
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => {
                sheet.write_string_with_format(line, column, text, &self.text)?;
            }
            Cell::Number(number, decimals) => {
                let format = &self.numbers[(*decimals).min(7)];
                sheet.write_number_with_format(line, column, *number, format)?;
            }
            Cell::Ground(m2) => {
                let decimals = if *m2 >= 1e5 || *m2 == 0.0 { 1 } else { 6 };
                let format = &self.numbers[decimals];
                sheet.write_number_with_format(line, column, m2 / 1e6, format)?;
            }
            Cell::Count(count) => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "plants and days are far below 2^53"
                )]
                sheet.write_number_with_format(line, column, *count as f64, &self.numbers[0])?;
            }
        }
        Ok(())
    }
}
