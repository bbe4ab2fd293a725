//! Spreadsheets of the `OpenDocument` kind, the `.ods` of `LibreOffice` and WPS, as their cells show them: a ZIP with one XML in which
//! each cell says its value, what that is and how it is shown.

use super::archive::ArchiveFlaw;
use super::field::Field;
use super::number::half_width;
use super::sheet::{MergedCells, Sheet, SheetCells, WIDEST, Workbook, WorkbookFlaw, lasting};
use roxmltree::{Document, Node};
use std::io::{Cursor, Read};

const TABLE: &str = "urn:oasis:names:tc:opendocument:xmlns:table:1.0";
const OFFICE: &str = "urn:oasis:names:tc:opendocument:xmlns:office:1.0";
const TEXT: &str = "urn:oasis:names:tc:opendocument:xmlns:text:1.0";
const STYLE: &str = "urn:oasis:names:tc:opendocument:xmlns:style:1.0";

/// Bytes of the XML, and cells that hold anything, at most: a cell may say that it is meant a million times.
const MOST_BYTES: u64 = 64 << 20;
const MOST_CELLS: usize = 2_000_000;

/// Whether a ZIP is such a spreadsheet.
pub(super) fn is_ods(bytes: &[u8]) -> bool {
    // What it is stands first, as it is.
    let head = bytes.get(..200.min(bytes.len())).unwrap_or_default();
    let kind = b"opendocument.spreadsheet";
    head.windows(kind.len()).any(|part| part == kind)
}

/// The sheets of such a spreadsheet.
pub(super) fn workbook(bytes: &[u8]) -> Result<Workbook, WorkbookFlaw> {
    if read(bytes, "META-INF/manifest.xml").is_ok_and(|text| text.contains("encryption-data")) {
        return Err(WorkbookFlaw::Locked);
    }
    let text = read(bytes, "content.xml")?;
    let document = Document::parse(&text).map_err(|e| WorkbookFlaw::Broken(e.to_string()))?;
    let hidden = hidden_styles(&document);
    let tables = document
        .descendants()
        .filter(|node| node.has_tag_name((TABLE, "table")))
        .filter(|node| {
            node.parent()
                .is_some_and(|up| up.has_tag_name((OFFICE, "spreadsheet")))
        });
    let mut left = MOST_CELLS;
    let mut sheets = Vec::new();
    for table in tables {
        let style = table.attribute((TABLE, "style-name"));
        sheets.push(Sheet {
            name: table.attribute((TABLE, "name")).unwrap_or("").to_owned(),
            is_visible: !style.is_some_and(|style| hidden.contains(&style)),
            ..sheet(table, &mut left)?
        });
    }
    let is_picture = |node: &Node| node.tag_name().name() == "image";
    let pictures = document.descendants().filter(is_picture).count();
    Ok(Workbook { sheets, pictures })
}

fn read(bytes: &[u8], name: &str) -> Result<String, WorkbookFlaw> {
    let broken = |e: zip::result::ZipError| WorkbookFlaw::Archive(ArchiveFlaw::of(&e));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let entry = archive.by_name(name).map_err(broken)?;
    let mut text = String::new();
    let mut part = entry.take(MOST_BYTES + 1);
    part.read_to_string(&mut text)
        .map_err(|e| WorkbookFlaw::Broken(e.to_string()))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(WorkbookFlaw::Archive(ArchiveFlaw::Large(MOST_BYTES >> 20)));
    }
    Ok(text)
}

/// The styles of sheets that are not shown.
fn hidden_styles<'a>(document: &'a Document<'_>) -> Vec<&'a str> {
    document
        .descendants()
        .filter(|node| node.has_tag_name((STYLE, "table-properties")))
        .filter(|node| node.attribute((TABLE, "display")) == Some("false"))
        .filter_map(|node| node.parent()?.attribute((STYLE, "name")))
        .collect()
}

fn repeated(node: Node<'_, '_>, of: &str) -> u32 {
    let times = node.attribute((TABLE, of)).and_then(|n| n.parse().ok());
    times.unwrap_or(1).max(1)
}

fn sheet(table: Node<'_, '_>, left: &mut usize) -> Result<Sheet, WorkbookFlaw> {
    let (mut cells, mut merged) = (SheetCells::default(), Vec::new());
    let rows = table.descendants().filter(|node| {
        node.has_tag_name((TABLE, "table-row"))
            && node
                .ancestors()
                .find(|up| up.has_tag_name((TABLE, "table")))
                == Some(table)
    });
    let mut line: u32 = 0;
    for row in rows {
        let times = repeated(row, "number-rows-repeated");
        let mut column: u32 = 0;
        for cell in row.children().filter(Node::is_element) {
            let wide = repeated(cell, "number-columns-repeated");
            let field = field(cell);
            if !field.is_empty() && cell.has_tag_name((TABLE, "table-cell")) {
                let last = column.saturating_add(wide).min(WIDEST);
                let count = (last.saturating_sub(column) as usize).saturating_mul(times as usize);
                *left = left.checked_sub(count).ok_or(WorkbookFlaw::Large)?;
                for down in 0..times {
                    for across in column..last {
                        cells.put((line.saturating_add(down), across), field.clone());
                    }
                }
                let tall = u64::from(repeated(cell, "number-rows-spanned"));
                let first = u64::from(line) + 1;
                merged.extend((tall > 1).then_some(MergedCells {
                    lines: first..=first + tall - 1,
                    column: column as usize,
                }));
            }
            column = column.saturating_add(wide);
        }
        line = line.saturating_add(times);
    }
    Ok(Sheet {
        name: String::new(),
        is_visible: true,
        rows: cells.into_rows(),
        hidden_rows: std::collections::BTreeSet::new(),
        merged,
    })
}

/// What a cell shows.
fn field(cell: Node<'_, '_>) -> Field {
    let said = |name: &str| cell.attribute((OFFICE, name)).unwrap_or("");
    if let Some(formula) = cell.attribute((TABLE, "formula")) {
        let bare = formula.split_once('=').map_or(formula, |(_, bare)| bare);
        return Field::Formula(bare.to_owned());
    }
    let number = || said("value").parse::<f64>().ok().filter(|n| n.is_finite());
    match said("value-type") {
        "float" | "currency" => number().map_or(Field::Empty, |number| shown(number, cell)),
        "percentage" => number().map_or(Field::Empty, |number| {
            // 0.29 times 100 is a little less than 29.
            Field::Text(format!("{}%", (number * 1e11).round() / 1e9))
        }),
        "date" => Field::Text(said("date-value").replacen('T', " ", 1)),
        "time" => Field::Text(hours(said("time-value"))),
        "boolean" => Field::Text(
            if said("boolean-value") == "true" {
                "yes"
            } else {
                "no"
            }
            .into(),
        ),
        _ => Field::Text(words(cell)),
    }
}

/// A number, or what is shown of it where that says a unit or another size.
fn shown(number: f64, cell: Node<'_, '_>) -> Field {
    let text = words(cell);
    let plain: String = (half_width(&text).chars())
        .filter(|c| !matches!(c, ',' | ' ' | '\u{a0}'))
        .collect();
    let is_word = |c: char| {
        c.is_alphabetic() || ('\u{3380}'..='\u{33ff}').contains(&c) || matches!(c, '²' | '³')
    };
    let is_as_written = match plain.parse::<f64>() {
        // What is rounded to nought is of no other size.
        Ok(read) => read == 0.0 || number == 0.0 || (0.2..5.0).contains(&(read / number)),
        Err(_) => !plain.contains(is_word),
    };
    if is_as_written {
        Field::Number(number)
    } else {
        Field::Text(text.trim().to_owned())
    }
}

/// `PT10H21M00S` as `10:21:00`, and `PT113H18M14.4S` as `113:18:14.4`; empty where it is no period.
fn hours(period: &str) -> String {
    let mut seconds = 0.0;
    let mut rest = period.trim_start_matches("PT");
    for (letter, each) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, after)) = rest.split_once(letter) {
            let Ok(number) = number.parse::<f64>() else {
                return String::new();
            };
            seconds += number * each;
            rest = after;
        }
    }
    if rest.len() == period.len() {
        return String::new();
    }
    lasting(seconds / 86_400.0)
}

/// The words of a cell, paragraph by paragraph; those of a comment on it are none of them.
fn words(cell: Node<'_, '_>) -> String {
    let paragraphs = cell
        .children()
        .filter(|node| node.has_tag_name((TEXT, "p")));
    let texts: Vec<String> = paragraphs.map(paragraph).collect();
    texts.join("\n")
}

fn paragraph(node: Node<'_, '_>) -> String {
    let mut text = String::new();
    for part in node.descendants() {
        if let Some(own) = part.text().filter(|_| part.is_text()) {
            text.push_str(own);
        } else if part.has_tag_name((TEXT, "s")) {
            let blanks = part.attribute((TEXT, "c")).and_then(|n| n.parse().ok());
            text.extend(std::iter::repeat_n(' ', blanks.unwrap_or(1).min(1000)));
        } else if part.has_tag_name((TEXT, "tab")) {
            text.push('\t');
        } else if part.has_tag_name((TEXT, "line-break")) {
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::workbook as any_workbook;
    use std::io::Write;

    fn ods(content: &str, manifest: &str) -> Vec<u8> {
        let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        for (name, text) in [
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", content),
            ("META-INF/manifest.xml", manifest),
        ] {
            out.start_file(name, stored).expect("begun");
            out.write_all(text.as_bytes()).expect("written");
        }
        out.finish().expect("finished").into_inner()
    }

    fn content(tables: &str) -> String {
        format!(
            "<o:document-content xmlns:o=\"{OFFICE}\" xmlns:t=\"{TABLE}\" xmlns:x=\"{TEXT}\" xmlns:s=\"{STYLE}\">\
             <o:automatic-styles><s:style s:name=\"ta1\"/><s:style s:name=\"ta2\"><s:table-properties t:display=\"false\"/></s:style></o:automatic-styles>\
             <o:body><o:spreadsheet>{tables}</o:spreadsheet></o:body></o:document-content>"
        )
    }

    const ROWS: &str = "<t:table t:name=\"表\" t:style-name=\"ta1\"><t:table-header-rows><t:table-row>\
        <t:table-cell t:number-columns-repeated=\"2\" o:value-type=\"string\"><x:p>编号</x:p></t:table-cell><t:table-cell t:number-columns-repeated=\"16382\"/></t:table-row></t:table-header-rows>\
        <t:table-row t:number-rows-repeated=\"2\"><t:table-cell/></t:table-row>\
        <t:table-row><t:table-cell o:value-type=\"percentage\" o:value=\"1\"><x:p>100%</x:p></t:table-cell>\
        <t:table-cell o:value-type=\"percentage\" o:value=\"0.29\"><x:p>29.00%</x:p></t:table-cell>\
        <t:table-cell o:value-type=\"float\" o:value=\"2\"><x:p>2亩</x:p></t:table-cell>\
        <t:table-cell o:value-type=\"float\" o:value=\"2000\"><x:p>2千株</x:p></t:table-cell>\
        <t:table-cell o:value-type=\"float\" o:value=\"25000\"><x:p>2.5</x:p></t:table-cell>\
        <t:table-cell o:value-type=\"float\" o:value=\"1234567.25\"><x:p>1,234,567.3</x:p></t:table-cell>\
        <t:table-cell o:value-type=\"float\" o:value=\"113.300012\"><x:p>113.3</x:p></t:table-cell></t:table-row>\
        <t:table-row><t:table-cell o:value-type=\"date\" o:date-value=\"2026-05-04\"><x:p>5月4日</x:p></t:table-cell>\
        <t:table-cell o:value-type=\"date\" o:date-value=\"2026-05-04T10:21:00\"><x:p>5月4日</x:p></t:table-cell>\
        <t:table-cell o:value-type=\"time\" o:time-value=\"PT10H21M00S\"><x:p>10:21</x:p></t:table-cell>\
        <t:table-cell o:value-type=\"boolean\" o:boolean-value=\"true\"><x:p>TRUE</x:p></t:table-cell>\
        <t:table-cell o:value-type=\"string\" t:number-rows-spanned=\"2\"><o:annotation><x:p>批注</x:p></o:annotation><x:p>马楼<x:s x:c=\"2\"/>村</x:p><x:p>二组</x:p></t:table-cell>\
        <t:table-cell t:formula=\"of:=1+1\" o:value-type=\"float\" o:value=\"2\"><x:p>2</x:p></t:table-cell></t:table-row>\
        <t:table-row><t:table-cell t:number-columns-repeated=\"4\"/><t:covered-table-cell/></t:table-row></t:table>\
        <t:table t:name=\"隐\" t:style-name=\"ta2\"/>";

    #[test]
    fn an_opendocument_spreadsheet_is_read_as_it_shows() {
        let book = any_workbook(&ods(&content(ROWS), "")).expect("a workbook");
        let [sheet, hidden] = &book.sheets[..] else {
            panic!("{:?}", book.sheets);
        };
        assert_eq!((sheet.name.as_str(), sheet.is_visible), ("表", true));
        assert_eq!((hidden.name.as_str(), hidden.is_visible), ("隐", false));
        let t = |text: &str| Field::Text(text.into());
        let n = Field::Number;
        let expected = [
            (1, vec![t("编号"), t("编号")]),
            (
                4,
                vec![
                    t("100%"),
                    t("29%"),
                    t("2亩"),
                    t("2千株"),
                    t("2.5"),
                    n(1_234_567.25),
                    n(113.300_012),
                ],
            ),
            (
                5,
                vec![
                    t("2026-05-04"),
                    t("2026-05-04 10:21:00"),
                    t("10:21:00"),
                    t("yes"),
                    t("马楼  村\n二组"),
                    Field::Formula("1+1".into()),
                ],
            ),
        ];
        assert_eq!(sheet.rows, expected);
        let merged = MergedCells {
            lines: 5..=6,
            column: 4,
        };
        assert_eq!(sheet.merged, [merged]);
    }

    #[test]
    fn periods_are_told_in_hours_with_what_is_less_than_a_second() {
        for (period, said) in [
            ("PT10H21M00S", "10:21:00"),
            ("PT113H18M14.400000000S", "113:18:14.4"),
            ("PT33H44M24S", "33:44:24"),
            ("PT5M", "0:05:00"),
            ("", ""),
            ("PTxH", ""),
        ] {
            assert_eq!(hours(period), said, "{period}");
        }
    }

    #[test]
    fn one_under_a_password_and_one_that_never_ends_are_refused() {
        let locked = ods("\u{1}\u{2}", "<m:encryption-data/>");
        assert_eq!(any_workbook(&locked), Err(WorkbookFlaw::Locked));
        let endless = "<t:table><t:table-row t:number-rows-repeated=\"1048576\">\
            <t:table-cell t:number-columns-repeated=\"16384\" o:value-type=\"float\" o:value=\"1\"/></t:table-row></t:table>";
        let read = any_workbook(&ods(&content(endless), ""));
        assert_eq!(read, Err(WorkbookFlaw::Large));
        let read = any_workbook(&ods("<a>", ""));
        assert!(matches!(read, Err(WorkbookFlaw::Broken(_))), "{read:?}");
    }

    #[test]
    fn whatever_its_xml_holds_it_neither_panics_nor_hangs() {
        let rows = content(ROWS);
        crate::text::fuzz::try_all(&[rows.as_bytes()], |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let _read = any_workbook(&ods(&text, ""));
        });
    }
}
