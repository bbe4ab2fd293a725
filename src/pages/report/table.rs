//! A table of figures on a page.

use crate::exchange::cell::Cell;
use crate::pages::layout::scroll;
use crate::province::report::table::ReportTable;
use maud::{Markup, html};
use unicode_width::UnicodeWidthStr;

/// The widest words that stay on one line, in digits: names of townships, dates.
const SHORT: usize = 12;

/// The table; it scrolls in itself where it is wider than the page.
pub fn table(table: &ReportTable) -> Markup {
    let columns: Vec<usize> = (0..table.columns.len())
        .filter(|at| table.remark != Some(*at))
        .collect();
    let classes = classes(table, &columns);
    let last = table.rows.len().saturating_sub(1);
    let row = |(line, row): (usize, &Vec<Cell>)| {
        html! {
            tr class=[(table.summed && line == last).then_some("sum")] {
                @for (at, class) in columns.iter().zip(&classes) {
                    td class=[*class] { (row[*at].to_text()) }
                }
            }
        }
    };
    let rows: Vec<Markup> = table.rows.iter().enumerate().map(row).collect();
    scroll(&html! {
        table class="list figures" {
            thead { tr {
                @for (at, class) in columns.iter().zip(&classes) {
                    th class=[*class] { (table.columns[*at]) }
                }
            } }
            @if table.remark.is_some() {
                // A row and its words go to one page.
                @for (line, cells) in rows.iter().enumerate() {
                    tbody class="whole" {
                        (cells)
                        @if let Some(words) = remark(table, &table.rows[line]) {
                            tr class="reason" { td colspan=(columns.len()) { div { (words) } } }
                        }
                    }
                }
            } @else {
                tbody { @for cells in &rows { (cells) } }
            }
        }
    })
}

fn remark(table: &ReportTable, row: &[Cell]) -> Option<String> {
    table
        .remark
        .map(|at| row[at].to_text())
        .filter(|words| !words.is_empty())
}

/// Words stand left, numbers right: a column is what its first value is. The first column of words names the row.
fn classes(table: &ReportTable, columns: &[usize]) -> Vec<Option<&'static str>> {
    let said = |cell: &&Cell| {
        let text = cell.to_text();
        !text.is_empty() && text != "—" && text != "∞"
    };
    let is_number = |at: usize| {
        let mut cells = table.rows.iter().map(|row| &row[at]);
        cells
            .find(said)
            .is_some_and(|cell| !matches!(cell, Cell::Text(_)))
    };
    let is_short = |at: usize| {
        let mut cells = table.rows.iter().map(|row| row[at].to_text());
        cells.all(|text| text.width() <= SHORT)
    };
    let name = columns.iter().find(|at| !is_number(**at));
    columns
        .iter()
        .map(
            |at| match (is_number(*at), Some(at) == name, is_short(*at)) {
                (true, ..) => Some("n"),
                (false, true, true) => Some("name short"),
                (false, true, false) => Some("name"),
                (false, false, true) => Some("short"),
                (false, false, false) => None,
            },
        )
        .collect()
}
