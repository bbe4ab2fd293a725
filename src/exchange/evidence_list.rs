//! 电子数据清单: the list of electronic evidence that the law asks for, as CSV and XLSX.

use super::sheet::{cut, on_paper};
use crate::printable::of_cell;
use crate::registry::body::Body;
use crate::registry::code_lists::Coded;
use crate::registry::event::{EvidenceRef, EvidenceRole, Sealed};
use crate::registry::ids::Hash;
use crate::registry::place::Place;
use crate::store::evidence::mark_in_words;
use crate::store::{Filter, Store, StoreError};
use crate::text::Zone;
use crate::words::Lang;
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

/// A file of a site's evidence, however many events name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// The file as the first event names it.
    pub file: EvidenceRef,
    /// Its names, each once.
    pub names: Vec<String>,
    /// What it is, each once.
    pub roles: Vec<EvidenceRole>,
    /// What does not fit about it, each once.
    pub marks: Vec<String>,
    /// Who handed it in, and when that was recorded.
    pub recorded: Vec<(String, String)>,
}

impl ListedFile {
    /// What it is, in words.
    pub fn kind(&self, lang: Lang) -> String {
        let roles: Vec<&str> = self.roles.iter().map(|role| role.label(lang)).collect();
        roles.join(lang.pick(", ", "、"))
    }
}

/// The files that events name, each once, in the order in which they came.
pub fn listed<'a>(events: impl IntoIterator<Item = &'a Sealed>) -> Vec<ListedFile> {
    fn add<T: PartialEq + Clone>(all: &mut Vec<T>, one: &T) {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
    let mut list: Vec<ListedFile> = Vec::new();
    for sealed in events {
        let event = &sealed.event;
        for file in &event.evidence {
            let known = list.iter().position(|l| l.file.sha256 == file.sha256);
            let at = known.unwrap_or(list.len());
            if known.is_none() {
                list.push(ListedFile {
                    file: file.clone(),
                    names: Vec::new(),
                    roles: Vec::new(),
                    marks: Vec::new(),
                    recorded: Vec::new(),
                });
            }
            if let Some(row) = list.get_mut(at) {
                add(&mut row.names, &file.name);
                add(&mut row.roles, &file.role);
                file.marks.iter().for_each(|mark| add(&mut row.marks, mark));
                let by = (event.actor.name.clone(), event.logged_at.clone());
                add(&mut row.recorded, &by);
            }
        }
    }
    list
}

/// One row: a file and the site that it goes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow {
    /// The site's code.
    pub site: String,
    /// The file; the times at which it was recorded are in the registry's zone.
    pub listed: ListedFile,
}

/// Every file of the sites that pass a filter, each once a site.
///
/// # Errors
/// Those of reading.
pub fn rows(store: &Store, filter: &Filter) -> Result<Vec<EvidenceRow>, StoreError> {
    let (mut rows, zone) = (Vec::new(), store.zone()?);
    for site in store.sites(filter)? {
        if site.evidence.is_empty() {
            continue;
        }
        let code = store.code(site.key)?;
        let mut events = store.events_of(site.key)?;
        events.sort_by_key(|s| (s.event.id, s.hash));
        for sealed in &mut events {
            if matches!(sealed.event.body, Body::Look(_)) {
                // What is attached to a look that decides nothing yet is nobody's to see.
                let is_own = |of: Hash| site.evidence.iter().any(|own| own.sha256 == of);
                sealed.event.evidence.retain(|file| is_own(file.sha256));
            }
        }
        rows.extend(listed(&events).into_iter().map(|listed| EvidenceRow {
            site: code.clone(),
            listed: ListedFile {
                recorded: minutes(listed.recorded, zone),
                ..listed
            },
        }));
    }
    Ok(rows)
}

fn minutes(recorded: Vec<(String, String)>, zone: Zone) -> Vec<(String, String)> {
    let recorded = recorded.into_iter();
    recorded.map(|(who, at)| (who, zone.minute(&at))).collect()
}

/// A cell that begins like a formula is set off, so that no spreadsheet runs it.
pub fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// A column: its title, and how wide it is in a spreadsheet, in letters.
struct EvidenceColumn(&'static str, &'static str, u8);

const COLUMNS: [EvidenceColumn; 12] = [
    EvidenceColumn("number", "序号", 6),
    EvidenceColumn("site", "图斑编号", 10),
    EvidenceColumn("name", "名称", 25),
    EvidenceColumn("kind", "类别", 12),
    EvidenceColumn("bytes", "大小（字节）", 10),
    EvidenceColumn("format", "文件格式", 11),
    EvidenceColumn("SHA-256", "SHA-256", 34),
    EvidenceColumn("recorded by", "提取人", 9),
    EvidenceColumn("recorded at", "提取时间", 17),
    EvidenceColumn("taken at", "拍摄时间", 11),
    EvidenceColumn("taken where (WGS 84)", "拍摄位置（WGS 84）", 13),
    EvidenceColumn("marks", "标注", 17),
];

/// The column that holds a number of bytes.
const BYTES: usize = 4;

fn titles(lang: Lang) -> [&'static str; 12] {
    COLUMNS.map(|EvidenceColumn(english, chinese, _)| lang.pick(english, chinese))
}

fn cells(number: usize, row: &EvidenceRow, lang: Lang) -> [String; 12] {
    let (listed, file) = (&row.listed, &row.listed.file);
    let place = file.at_e7.map(|[lon_e7, lat_e7]| {
        let outline = vec![];
        let place = Place {
            lon_e7,
            lat_e7,
            outline,
        };
        let at = place.lonlat();
        format!("{:.7}, {:.7}", at.lon, at.lat)
    });
    let many = lang.pick("; ", "；");
    let mut who: Vec<&str> = listed
        .recorded
        .iter()
        .map(|(who, _)| who.as_str())
        .collect();
    who.dedup();
    let when: Vec<&str> = listed.recorded.iter().map(|(_, at)| at.as_str()).collect();
    let marks = listed.marks.iter().map(|mark| mark_in_words(mark, lang));
    [
        number.to_string(),
        row.site.clone(),
        of_cell(listed.names.join(many)).into_owned(),
        listed.kind(lang),
        file.bytes.to_string(),
        file.mime.clone(),
        file.sha256.to_string(),
        of_cell(who.join(many)).into_owned(),
        when.join(many),
        file.taken_at
            .clone()
            .unwrap_or_default()
            .replacen('T', " ", 1),
        place.unwrap_or_default(),
        marks.collect::<Vec<_>>().join(many),
    ]
}

/// As CSV with a byte order mark and CRLF, which spreadsheets read as UTF-8.
///
/// # Errors
/// Only those of memory.
pub fn to_csv(rows: &[EvidenceRow], lang: Lang) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    out.write_record(titles(lang))?;
    for (at, row) in rows.iter().enumerate() {
        let cells = cells(at + 1, row, lang);
        out.write_record(cells.map(|cell| guarded(&cell)))?;
    }
    Ok(out.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

/// As XLSX, to print on A4: numbers as numbers, all else as text, which no spreadsheet takes for a formula.
///
/// # Errors
/// Those of the writer.
pub fn to_xlsx(rows: &[EvidenceRow], lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(lang.pick("Electronic evidence", "电子数据清单"))?;
    let title = Format::new().set_bold().set_text_wrap();
    let cell = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (column, text) in (0_u16..).zip(titles(lang)) {
        sheet.write_string_with_format(0, column, text, &title)?;
    }
    sheet.set_row_height(0, 2.0 * LINE)?;
    for (line, (number, row)) in (1_u32..).zip((1..).zip(rows)) {
        let cells = cells(number, row, lang);
        sheet.set_row_height(line, height(&cells))?;
        for (column, (at, text)) in (0_u16..).zip(cells.iter().enumerate()) {
            let counted = if at == 0 || at == BYTES {
                text.parse::<f64>().ok()
            } else {
                None
            };
            match counted {
                Some(count) => sheet.write_number_with_format(line, column, count, &cell)?,
                None => sheet.write_string_with_format(line, column, cut(text), &cell)?,
            };
        }
    }
    printed(sheet)?;
    book.save_to_buffer()
}

/// Points of a line.
const LINE: f64 = 15.0;

/// Points of a row that shows all of its cells: not every program makes a row as high as its words.
fn height(cells: &[String; 12]) -> f64 {
    let lines = cells
        .iter()
        .zip(&COLUMNS)
        .map(|(text, EvidenceColumn(_, _, width))| {
            let wide = usize::from(*width).saturating_sub(1).max(1);
            let parts = text
                .split(['；', ';'])
                .map(|part| part.width().div_ceil(wide));
            parts.sum::<usize>().min(25)
        });
    f64::from(u8::try_from(lines.max().unwrap_or(1).max(1)).unwrap_or(25)) * LINE
}

/// Printed large enough to be read, the titles on each page, pages numbered.
fn printed(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let mut shown = 0.0;
    for (column, EvidenceColumn(_, _, width)) in (0_u16..).zip(&COLUMNS) {
        sheet.set_column_width(column, f64::from(*width))?;
        shown += f64::from(*width);
    }
    on_paper(sheet, shown, 0)?;
    sheet.set_footer("&C&P / &N");
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::body::Note;
    use crate::store::tests::forged;

    fn row(name: &str) -> EvidenceRow {
        let file = EvidenceRef {
            sha256: Hash::of(b"a"),
            name: name.into(),
            bytes: 186_552,
            mime: "image/jpeg".into(),
            role: EvidenceRole::Scene,
            taken_at: Some("2026-05-03T10:24:04".into()),
            at_e7: None,
            marks: vec![],
        };
        let at = "2026-05-03 10:30 +08:00".to_owned();
        EvidenceRow {
            site: "BG080S-P".into(),
            listed: ListedFile {
                names: vec![name.into()],
                roles: vec![EvidenceRole::Scene, EvidenceRole::After],
                marks: vec![],
                recorded: vec![("一组".into(), at.clone()), ("赵验收".into(), at)],
                file,
            },
        }
    }

    #[test]
    fn a_file_that_several_hand_in_is_listed_once_with_all_of_them() {
        let handed_in = |seq, role, name: &str| {
            let body = Body::Note(Note { text: "a".into() });
            let mut sealed = forged(1, seq, 1_000 * seq, body);
            let file = row(name).listed.file;
            sealed.event.evidence = vec![EvidenceRef { role, ..file }];
            sealed
        };
        let events = [
            handed_in(1, EvidenceRole::Scene, "a.jpg"),
            handed_in(2, EvidenceRole::After, "a.jpg"),
            handed_in(3, EvidenceRole::After, "b.jpg"),
        ];
        let list = listed(&events);
        assert_eq!(list.len(), 1, "one digest, one file");
        assert_eq!(list[0].names, ["a.jpg", "b.jpg"]);
        assert_eq!(list[0].roles, [EvidenceRole::Scene, EvidenceRole::After]);
        assert!(!list[0].recorded.is_empty());
    }

    #[test]
    fn the_list_is_in_one_language_and_shows_letters_that_act() {
        let rows = [row("=a\u{202e}.jpg")];
        let [english, chinese] = [Lang::En, Lang::Zh].map(|lang| {
            let csv = to_csv(&rows, lang).expect("written");
            String::from_utf8(csv).expect("text")
        });
        assert!(
            english.contains("scene before uprooting, after eradication"),
            "{english}"
        );
        assert!(
            english.contains("taken where") && !english.contains("现场"),
            "{english}"
        );
        assert!(
            chinese.contains("提取人") && chinese.contains("一组；赵验收"),
            "{chinese}"
        );
        assert!(chinese.contains("'=a⟨U+202E⟩.jpg"), "{chinese}");
    }

    #[test]
    fn a_name_that_is_longer_than_a_cell_stops_no_list() {
        let book = to_xlsx(&[row(&"长".repeat(40_000))], Lang::Zh).expect("written");
        let read = crate::text::workbook(&book).expect("read");
        assert!(read.sheets[0].rows[1].1[2].to_text().ends_with("长…"));
    }

    #[test]
    fn a_spreadsheet_holds_sizes_as_numbers_and_no_sign_that_is_not_in_the_name() {
        let book = to_xlsx(&[row("=a.jpg")], Lang::Zh).expect("written");
        let read = crate::text::workbook(&book).expect("read");
        let high = height(&super::cells(1, &row("a.jpg"), Lang::Zh));
        assert!(
            (high - 4.0 * LINE).abs() < 1e-9,
            "two times of two lines: {high}"
        );
        let cells = &read.sheets[0].rows[1].1;
        assert_eq!(cells[2].to_text(), "=a.jpg");
        assert!(
            !matches!(cells[BYTES], crate::text::Field::Text(_)),
            "{cells:?}"
        );
    }
}
