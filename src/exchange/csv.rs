//! The ledger as CSV: UTF-8 with a byte order mark and CRLF, codes as they are, formula cells set off.

use super::Export;
use super::form::FORM;
use super::ledger::{COLUMNS, Cell, GAUSS_KRUGER, gauss_kruger_cells};
use crate::files::Out;
use crate::store::evidence_list::guarded;
use std::io;

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn write(export: &Export, out: &mut dyn Out) -> io::Result<()> {
    let lang = export.context.lang;
    out.write_all("\u{feff}".as_bytes())?;
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let more: &[(&str, &str)] = if export.gauss_kruger {
        &GAUSS_KRUGER
    } else {
        &[]
    };
    let titles = COLUMNS
        .iter()
        .map(|c| c.title(lang))
        .chain(
            more.iter()
                .map(|(english, chinese)| lang.pick(*english, *chinese)),
        )
        .chain(FORM.iter().map(|c| c.title(lang)));
    csv.write_record(titles)?;
    for entry in &export.entries {
        let mut cells: Vec<String> = COLUMNS
            .iter()
            .map(|column| match column.value(entry, &export.context) {
                Cell::Text(text) => guarded(&text),
                other => other.to_text(),
            })
            .collect();
        if export.gauss_kruger {
            cells.extend(gauss_kruger_cells(entry.site.place.lonlat()).map(|c| c.to_text()));
        }
        cells.extend(FORM.iter().map(|_| String::new()));
        csv.write_record(cells)?;
    }
    csv.flush()
}
