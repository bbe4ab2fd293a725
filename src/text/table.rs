//! Tables in text: cells between commas, semicolons or tabs, with the line of each row as an editor shows it.
//!
//! Split here and not by a library, because two things are needed that readers of CSV do not tell: the line in which a
//! row begins, whatever ends the lines and whatever cells hold, and a quotation mark that swallows the rest of the file.

use super::encoding::{TextFlaw, decode};

/// A row that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The line in which it begins, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<String>,
}

/// The rows of a table. Rows without anything in them are left out.
///
/// # Errors
/// [`TextFlaw`].
pub fn records(bytes: &[u8]) -> Result<Vec<Record>, TextFlaw> {
    let text = decode(bytes)?;
    // Spreadsheets write the sign that parts cells as a line of its own.
    let first = text.lines().next().unwrap_or_default().trim_end();
    let said = first
        .get(..4)
        .filter(|head| head.eq_ignore_ascii_case("sep="))
        .and_then(|_| first[4..].chars().next().or(Some('\t')));
    let delimiter = said.unwrap_or_else(|| delimiter(&text));
    let mut rows = split(&text, delimiter)?;
    if said.is_some() && !rows.is_empty() {
        rows.remove(0);
    }
    rows.retain(|row| row.cells.iter().any(|cell| !cell.trim().is_empty()));
    if rows.is_empty() {
        return Err(TextFlaw::Empty);
    }
    Ok(rows)
}

/// The sign that parts the cells: the one that stands, outside of quotation marks, in the most of the first lines, and of
/// those the one that is there most often. A note full of semicolons is one line of many.
fn delimiter(text: &str) -> char {
    /// Lines that are looked at: above the titles there may be a heading.
    const LINES: usize = 10;
    let counts = |sign: char| {
        let mut quoted = false;
        let (mut lines, mut most) = (0, 0);
        for line in text.split(['\n', '\r']).take(2 * LINES) {
            let mut here = 0;
            for c in line.chars() {
                quoted ^= c == '"';
                here += usize::from(c == sign && !quoted);
            }
            lines += usize::from(here > 0);
            most = most.max(here);
        }
        (lines, most)
    };
    // Of equals the last counts.
    let often = [';', ',', '\t']
        .into_iter()
        .max_by_key(|sign| counts(*sign));
    match often {
        Some(sign) if counts(sign).1 > 0 => sign,
        _ if counts('，').1 > 0 => '，',
        _ if counts('|').1 > 0 => '|',
        _ => ',',
    }
}

/// Splits text into rows: `"` quotes a cell that begins with it, and `""` in it is one.
fn split(text: &str, delimiter: char) -> Result<Vec<Record>, TextFlaw> {
    let mut rows = Vec::new();
    let mut line = 1;
    let mut row = Record {
        line,
        cells: Vec::new(),
    };
    let mut cell = String::new();
    let mut opened = None;
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        // A carriage return and a line feed end one line.
        let ends_line = c == '\n' || (c == '\r' && signs.peek() != Some(&'\n'));
        line += u64::from(ends_line);
        if opened.is_some() {
            match c {
                '"' if signs.peek() == Some(&'"') => {
                    cell.push('"');
                    signs.next();
                }
                '"' => opened = None,
                '\r' if !ends_line => {}
                '\r' => cell.push('\n'),
                _ => cell.push(c),
            }
        } else if c == '"' && cell.trim().is_empty() {
            cell.clear();
            opened = Some(line);
        } else if c == delimiter {
            row.cells.push(std::mem::take(&mut cell));
        } else if ends_line {
            row.cells.push(std::mem::take(&mut cell));
            let next = Record {
                line,
                cells: Vec::new(),
            };
            rows.push(std::mem::replace(&mut row, next));
        } else if c != '\r' {
            cell.push(c);
        }
    }
    if let Some(line) = opened {
        return Err(TextFlaw::OpenQuote { line });
    }
    row.cells.push(cell);
    rows.push(row);
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Vec<String>)> {
        let rows = records(text.as_bytes()).expect("read");
        rows.into_iter().map(|row| (row.line, row.cells)).collect()
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "1,2", "", "\"x", "y\",4", ",", "5,6", ""].join(end);
            let rows = read(&text);
            let lines: Vec<u64> = rows.iter().map(|row| row.0).collect();
            assert_eq!(lines, [1, 2, 4, 7], "{end:?}");
            assert_eq!(rows[2].1, ["x\ny", "4"]);
        }
    }

    #[test]
    fn the_sign_between_cells_is_found() {
        for text in [
            "a;b;c\n1;2;3",
            "a\tb\tc\n1\t2\t3",
            "a,b,c\n1,2,3",
            "a，b，c\n1，2，3",
            "a|b|c\n1|2|3",
            "sep=;\r\na;b;c\r\n1;2;3",
            "\"a,,,\";b;c\n",
        ] {
            assert_eq!(read(text)[0].1.len(), 3, "{text}");
        }
        assert_eq!(read("表,\na,b,c\n")[1].1.len(), 3);
        assert_eq!(read("a,b\n1,x;y;z;w;v\n2,u\n")[1].1.len(), 2);
        assert_eq!(read("a;b（如 4,6,5）\n1;2,5\n")[1].1.len(), 2);
        assert_eq!(
            read("a\n1"),
            [(1, vec!["a".to_owned()]), (2, vec!["1".to_owned()])]
        );
    }

    #[test]
    fn a_quotation_mark_inside_a_cell_is_one_and_an_open_one_is_named() {
        assert_eq!(
            read("a,b\n5\" pipe,\"say \"\"x\"\"\"\n")[1].1,
            ["5\" pipe", "say \"x\""]
        );
        let open = records(b"a,b\r\n1,2\r\n\"3,4\r\n5,6\r\n");
        assert_eq!(open, Err(TextFlaw::OpenQuote { line: 3 }));
        assert_eq!(records(b"\r\n,,\r\n"), Err(TextFlaw::Empty));
    }
}
