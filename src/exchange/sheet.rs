//! How spreadsheets type and format what tables hold: codes and words as text, numbers as numbers.

use super::cell::{Cell, ground_decimals};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet, XlsxError};
use std::borrow::Cow;

/// Letters of a cell at most, as spreadsheets count them: in UTF-16.
const MOST_LETTERS: usize = 32_767;

/// As much of a text as a cell holds: what somebody wrote at length keeps nobody's ledger from being made.
pub(super) fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= MOST_LETTERS || text.encode_utf16().count() <= MOST_LETTERS {
        return Cow::Borrowed(text);
    }
    let mut letters = 1;
    let fits = |c: &char| {
        letters += c.len_utf16();
        letters <= MOST_LETTERS
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push('…');
    Cow::Owned(cut)
}

/// Lays a sheet out as an office prints a table: on A4, landscape, so many pages wide.
pub fn on_paper(sheet: &mut Worksheet, pages_wide: u16) -> &mut Worksheet {
    const A4: u8 = 9;
    sheet
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(pages_wide, 0)
        .set_margins(0.4, 0.4, 0.5, 0.5, 0.3, 0.3)
}

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

    /// Writes a cell with the format of its kind; of a text as much as a cell holds.
    ///
    /// # Errors
    /// Those of the worksheet: a row or column beyond its end.
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
                let text = crate::printable::of_cell(text);
                sheet.write_string_with_format(line, column, cut(&text), &self.text)?;
            }
            Cell::Number(number, decimals) => {
                let format = &self.numbers[(*decimals).min(7)];
                sheet.write_number_with_format(line, column, *number, format)?;
            }
            Cell::Ground(m2) => {
                let format = &self.numbers[ground_decimals(*m2)];
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

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::Workbook;

    #[test]
    fn a_text_that_is_too_long_for_a_cell_is_cut_and_stops_no_ledger() {
        let (styles, mut book) = (Styles::new(), Workbook::new());
        let sheet = book.add_worksheet();
        for (line, letter) in (0_u32..).zip(["x", "罂", "👍"]) {
            let cell = Cell::text(letter.repeat(40_000));
            styles.put(sheet, line, 0, &cell).expect("written");
        }
        assert!(!book.save_to_buffer().expect("saved").is_empty());
        let short = "x".repeat(MOST_LETTERS);
        assert_eq!(cut(&short), short);
        let long = cut(&"👍".repeat(MOST_LETTERS)).into_owned();
        assert!(long.ends_with('…') && long.encode_utf16().count() <= MOST_LETTERS);
    }
}
