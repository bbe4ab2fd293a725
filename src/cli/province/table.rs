//! Tables on a terminal: columns as wide as their widest cell, a Chinese character counted as two.

use super::super::registry::say::data;
use crate::province::report::table::beyond;

/// How wide a text is on a terminal.
pub(super) fn width(text: &str) -> usize {
    text.chars()
        .map(|c| if c >= '\u{2e80}' { 2 } else { 1 })
        .sum()
}

/// Prints a head, unless it is blank, and rows; the first `left` columns lean left, numbers lean right.
pub(super) fn print(head: &[String], rows: &[Vec<String>], left: usize) {
    let widths: Vec<usize> = (0..head.len())
        .map(|at| {
            std::iter::once(head)
                .chain(rows.iter().map(Vec::as_slice))
                .filter_map(|row| row.get(at).map(|cell| width(cell)))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let titles = head.iter().any(|title| !title.is_empty());
    for row in titles
        .then_some(head)
        .into_iter()
        .chain(rows.iter().map(Vec::as_slice))
    {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(at, (cell, most))| {
                let gap = " ".repeat(most - width(cell));
                if at < left {
                    format!("{cell}{gap}")
                } else {
                    format!("{gap}{cell}")
                }
            })
            .collect();
        data(cells.join("  ").trim_end());
    }
}

/// A share as per cent; a dash of nothing, a flag where it is more than the whole.
pub(super) fn per_cent(share: Option<f64>) -> String {
    share.map_or_else(
        || "–".into(),
        |share| format!("{:.1} %{}", share * 100.0, beyond(share)),
    )
}

/// Square metres as square kilometres.
pub(super) fn km2(m2: f64) -> String {
    format!("{:.3}", m2 / 1e6)
}
