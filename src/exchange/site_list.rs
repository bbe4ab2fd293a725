//! Lists of sites as people hand them on: the lines of a terminal, a column of a table, in any encoding, with or without titles.

use super::GridFlaw;
use super::grid::grids;
use super::table::key_of;
use crate::registry::{CodeError, TypedCode};
use crate::text::{decode, half_width, plain_title, records};

/// Lines at the top among which titles are looked for.
const HEADINGS: usize = 10;

/// The codes of a list: those of the column of sites where there are titles, else of each line what is a code, or its first word.
///
/// # Errors
/// [`GridFlaw`].
pub fn site_codes(bytes: &[u8]) -> Result<Vec<String>, GridFlaw> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Vec::new());
    }
    if bytes.starts_with(b"PK\x03\x04") || has_titles(bytes) {
        return of_table(bytes);
    }
    let text = decode(bytes).map_err(GridFlaw::Text)?;
    Ok(text.lines().flat_map(of_line).collect())
}

/// Whether a title names the site, and how surely: the ledger's own word before what lists of any kind have.
fn rank(title: &str) -> Option<u8> {
    if key_of(title) == Some("site") {
        return Some(0);
    }
    let plain = plain_title(title);
    let others = ["图斑号", "图斑", "编号", "sitecode", "siteid", "code", "id"];
    others.contains(&plain.as_str()).then_some(1)
}

fn has_titles(bytes: &[u8]) -> bool {
    // A quotation mark that is never closed is no table's.
    let rows = records(bytes).unwrap_or_default();
    let cells = rows.iter().take(HEADINGS).flat_map(|row| &row.cells);
    cells
        .map(|cell| word(cell))
        .any(|cell| rank(&cell).is_some())
}

fn of_table(bytes: &[u8]) -> Result<Vec<String>, GridFlaw> {
    let found = grids(bytes, &|title| rank(&word(title)).is_some())?;
    let mut codes = Vec::new();
    for grid in found.tables {
        let ranked = grid.titles.iter().map(|title| rank(&word(title)));
        let column = (0..).zip(ranked).filter_map(|(at, rank)| Some((rank?, at)));
        let Some((_, column)) = column.min() else {
            continue;
        };
        let cells = grid.rows.iter().filter_map(|(_, cells)| cells.get(column));
        let cells = cells.map(|cell| word(&cell.to_text()));
        codes.extend(cells.filter(|cell| !cell.is_empty()));
    }
    Ok(codes)
}

/// A word without quotation marks and blanks around it.
fn word(text: &str) -> String {
    let text = half_width(text);
    let quotes = ['"', '\'', '“', '”', '‘', '’', '「', '」', '\u{feff}'];
    text.trim_matches(|c: char| c.is_whitespace() || quotes.contains(&c))
        .to_owned()
}

/// The codes of a line: all its words where each is one, else the one that is, else the first word, which is to be named then.
fn of_line(line: &str) -> Vec<String> {
    let signs = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | ';' | '；' | '、' | '|');
    let mut words: Vec<String> = line.split(signs).map(word).collect();
    words.retain(|word| !word.is_empty());
    let read = |word: &String| word.contains('-').then(|| word.parse::<TypedCode>());
    let is_code = |word: &String| matches!(read(word), Some(Ok(_)));
    let is_mistyped = |word: &String| matches!(read(word), Some(Err(CodeError::CheckSymbol)));
    if words.iter().all(is_code) {
        return words;
    }
    let at = words.iter().position(is_code);
    let at = at.or_else(|| words.iter().position(is_mistyped));
    words.into_iter().nth(at.unwrap_or(0)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::SiteKey;

    #[test]
    fn codes_are_found_in_lists_of_any_kind() {
        let [a, b] = [1, 2].map(|n| SiteKey([n; 16]).code(6));
        let utf16 = |text: &str| -> Vec<u8> {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            [0xff, 0xfe].into_iter().chain(units).collect()
        };
        let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
        let lines = format!("{a}  113.3,33.7 2026\r\n\r\n{b}\r\n");
        let titled = format!("图斑编号\r\n{a}\r\n{b}\r\n");
        let numbered = format!("序号,图斑编号,备注\n1,{a},东沟\n2,{b},\n");
        for bytes in [
            lines.clone().into_bytes(),
            [b"\xef\xbb\xbf", lines.as_bytes()].concat(),
            utf16(&lines),
            utf16(&titled),
            gbk(&titled),
            gbk(&numbered),
            format!("派查表\n序号\t编号\n1\t{a}\n2\t{b}\n").into_bytes(),
            format!("“{a}”\n\"{b}\"\n").into_bytes(),
            format!("1,{a}\n2,{b}\n").into_bytes(),
            format!("{a},{b}\n").into_bytes(),
            format!("{a}、{b}").into_bytes(),
            format!("site code\n{a}\n{b}\n").into_bytes(),
        ] {
            let codes = site_codes(&bytes).expect("read");
            assert_eq!(
                codes,
                [a.clone(), b.clone()],
                "{}",
                String::from_utf8_lossy(&bytes)
            );
        }
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (line, text) in ["图斑编号", &a, &b].iter().enumerate() {
            let line = u32::try_from(line).expect("few");
            sheet.write_string(line, 1, *text).expect("written");
        }
        let bytes = book.save_to_buffer().expect("made");
        assert_eq!(site_codes(&bytes).expect("read"), [a.clone(), b]);
        // What is no code is named, not left out.
        assert_eq!(site_codes("东沟 1\n".as_bytes()).expect("read"), ["东沟"]);
        let wrong = format!(
            "1,{}\n",
            a.replace(&a[..1], if a.starts_with('0') { "1" } else { "0" })
        );
        assert_ne!(site_codes(wrong.as_bytes()).expect("read"), ["1"]);
        assert_eq!(site_codes(b"  \r\n"), Ok(Vec::new()));
        assert!(site_codes(b"\x89PNG\0\0\0\x01").is_err());
    }
}
