//! The tables of reports on a terminal.

use super::table::width;
use crate::exchange::cell::Cell;
use crate::province::report::table::ReportTable;

/// The lines of a table: its title, its note, its rows. The column of words stands below each row.
pub(super) fn lines(table: &ReportTable) -> Vec<String> {
    let mut lines = vec![table.title.clone()];
    let columns: Vec<usize> = (0..table.columns.len())
        .filter(|at| table.remark != Some(*at))
        .collect();
    let texts: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| row.iter().map(Cell::to_text).collect())
        .collect();
    let widths: Vec<usize> = (0..table.columns.len())
        .map(|at| {
            let title = width(&table.columns[at]);
            texts
                .iter()
                .map(|row| width(&row[at]))
                .fold(title, usize::max)
        })
        .collect();
    let line = |cells: &[String], is_text: &dyn Fn(usize) -> bool| {
        let mut out = String::new();
        for at in &columns {
            let blank = " ".repeat(widths[*at] - width(&cells[*at]));
            if is_text(*at) {
                out.push_str(&cells[*at]);
                out.push_str(&blank);
            } else {
                out.push_str(&blank);
                out.push_str(&cells[*at]);
            }
            out.push_str("  ");
        }
        out.trim_end().to_owned()
    };
    let is_text = |at: usize| {
        let given = |row: &&Vec<Cell>| row[at] != Cell::Empty;
        let first = table.rows.iter().find(given);
        first.is_some_and(|row| matches!(row[at], Cell::Text(_)))
    };
    if !table.columns.is_empty() {
        lines.push(line(&table.columns, &is_text));
    }
    for row in &texts {
        lines.push(line(row, &is_text));
        if let Some(words) = table.remark.map(|at| &row[at]).filter(|w| !w.is_empty()) {
            lines.push(format!("    {words}"));
        }
    }
    lines.push(table.note.clone());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_one_another_in_both_scripts() {
        let table = ReportTable {
            id: "t",
            title: "排名".into(),
            note: "说明".into(),
            columns: vec!["区划".into(), "n".into(), "为何".into()],
            rows: vec![
                vec![Cell::text("舞钢市"), Cell::Count(7), Cell::text("因为")],
                vec![Cell::text("Ye"), Cell::Count(12), Cell::Empty],
            ],
            summed: false,
            remark: Some(2),
        };
        assert_eq!(
            lines(&table),
            [
                "排名",
                "区划     n",
                "舞钢市   7",
                "    因为",
                "Ye      12",
                "说明"
            ]
        );
    }
}
