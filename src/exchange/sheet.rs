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

/// Sets up paper as an office prints a table: landscape, as many pages wide as it takes to be read, those of the same rows one after
/// another, the row of titles on each and, of several, the first column; pages numbered. `shown` is the width of the columns in
/// digits. Says how many pages stand beside one another.
pub(crate) fn on_paper(sheet: &mut Worksheet, shown: f64, titles: u32) -> Result<u16, XlsxError> {
    const A4: u8 = 9;
    let pages = pages_wide(shown);
    sheet
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(pages, 0)
        .set_page_order(true)
        .set_margins(0.4, 0.4, 0.5, 0.5, 0.3, 0.3)
        .set_repeat_rows(titles, titles)?;
    if pages > 1 {
        sheet.set_repeat_columns(0, 0)?;
    }
    Ok(pages)
}

/// How many pages of A4 stand beside one another, so that letters of eleven points are printed with eight or more.
pub(crate) fn pages_wide(digits: f64) -> u16 {
    /// Digits of eleven points on a page, and what the repeated column takes of it.
    const A_PAGE: f64 = 120.0;
    const FIRST: f64 = 14.0;
    const SMALLER: f64 = 8.0 / 11.0;
    (1..20)
        .find(|pages| digits + f64::from(pages - 1) * FIRST <= f64::from(*pages) * A_PAGE / SMALLER)
        .unwrap_or(20)
}

/// The formats of a row of several lines: all of it begins at its top.
pub(crate) fn of_tall_rows(styles: &Styles) -> Styles {
    let top = |format: &Format| format.clone().set_align(FormatAlign::Top);
    Styles {
        title: styles.title.clone(),
        text: top(&styles.text).set_text_wrap(),
        numbers: styles.numbers.iter().map(top).collect(),
        fill: styles.fill.clone(),
    }
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
            // Numbers end at the right of their column: words beside them begin at a distance.
            text: Format::new().set_num_format("@").set_indent(1),
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
    fn a_wide_table_goes_on_over_several_pages_in_letters_that_can_be_read() {
        assert_eq!(pages_wide(90.0), 1);
        assert_eq!(pages_wide(160.0), 1);
        for digits in [200.0, 480.0, 700.0] {
            let pages = f64::from(pages_wide(digits));
            let points = 11.0 * (pages * 120.0 / (digits + (pages - 1.0) * 14.0)).min(1.0);
            assert!(
                pages > 1.0 && points >= 8.0,
                "{digits}: {pages} pages, {points} points"
            );
        }
    }

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
