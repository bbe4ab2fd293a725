//! 电子数据清单: the list of electronic evidence that the law asks for, as CSV and XLSX.

use crate::registry::body::Body;
use crate::registry::code_lists::Coded;
use crate::registry::event::EvidenceRef;
use crate::store::evidence::mark_in_words;
use crate::store::{Filter, Store, StoreError};
use crate::words::Lang;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// One row: a file, the site and the event it goes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow {
    /// The site's code.
    pub site: String,
    /// The file.
    pub file: EvidenceRef,
    /// Who recorded it.
    pub who: String,
    /// When it was recorded.
    pub when: String,
}

/// The columns.
pub const COLUMNS: [&str; 12] = [
    "序号",
    "图斑编号",
    "名称",
    "类别",
    "大小（字节）",
    "文件格式",
    "SHA-256",
    "提取人",
    "提取时间",
    "拍摄时间",
    "拍摄位置（WGS 84）",
    "标注",
];

/// Every file of the sites that pass a filter, once for each event that names it.
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
        for sealed in events {
            let is_look = matches!(sealed.event.body, Body::Look(_));
            let goes_with_it = |file: &&EvidenceRef| {
                // What is attached to a look that decides nothing yet is nobody's to see.
                !is_look || site.evidence.iter().any(|own| own.sha256 == file.sha256)
            };
            for file in sealed.event.evidence.iter().filter(goes_with_it) {
                rows.push(EvidenceRow {
                    site: code.clone(),
                    file: file.clone(),
                    who: sealed.event.actor.name.clone(),
                    when: zone.minute(&sealed.event.logged_at),
                });
            }
        }
    }
    Ok(rows)
}

/// A cell that begins like a formula is set off, so that no spreadsheet runs it.
pub fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn cells(number: usize, row: &EvidenceRow) -> [String; 12] {
    let file = &row.file;
    let place = file.at_e7.map(|[x, y]| {
        let at = crate::registry::place::Place {
            lon_e7: x,
            lat_e7: y,
            outline: vec![],
        }
        .lonlat();
        format!("{:.7}, {:.7}", at.lon, at.lat)
    });
    [
        number.to_string(),
        row.site.clone(),
        guarded(&file.name),
        file.role.label(Lang::Zh).to_owned(),
        file.bytes.to_string(),
        file.mime.clone(),
        file.sha256.to_string(),
        guarded(&row.who),
        row.when.clone(),
        file.taken_at.clone().unwrap_or_default(),
        place.unwrap_or_default(),
        file.marks
            .iter()
            .map(|mark| mark_in_words(mark, Lang::Zh))
            .collect::<Vec<_>>()
            .join("；"),
    ]
}

/// As CSV with a byte order mark and CRLF, which spreadsheets read as UTF-8.
///
/// # Errors
/// Only those of memory.
pub fn to_csv(rows: &[EvidenceRow]) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    out.write_record(COLUMNS)?;
    for (at, row) in rows.iter().enumerate() {
        out.write_record(cells(at + 1, row))?;
    }
    Ok(out.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

/// As XLSX, every cell text.
///
/// # Errors
/// Those of the writer.
pub fn to_xlsx(rows: &[EvidenceRow]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("电子数据清单")?;
    let bold = Format::new().set_bold();
    for (column, title) in (0_u16..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, title, &bold)?;
    }
    for (line, row) in (1_u32..).zip(rows) {
        for (column, text) in (0_u16..).zip(cells(usize::try_from(line).unwrap_or(0), row)) {
            sheet.write_string(line, column, text)?;
        }
    }
    sheet.autofit();
    book.save_to_buffer()
}
