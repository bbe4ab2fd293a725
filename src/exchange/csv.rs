//! The ledger as CSV: UTF-8 with a byte order mark and CRLF, codes as they are, formula cells set off.

use super::Export;
use super::evidence_list::guarded;
use super::form::FORM;
use super::ledger::{COLUMNS, Cell, GAUSS_KRUGER, gauss_kruger_cells};
use crate::files::Out;
use crate::printable::of_cell;
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
                Cell::Text(text) => guarded(&of_cell(&text)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::fixture::export;
    use crate::exchange::ledger::Answerable;
    use crate::ground::LonLat;
    use crate::registry::State;
    use crate::registry::body::Outcome;
    use crate::registry::fixture::{site, visited};
    use crate::words::Lang;

    #[test]
    fn letters_that_act_are_shown_and_names_are_listed_in_their_language() {
        let mut of = site("a", State::Confirmed, LonLat::new(113.0, 33.0));
        of.name = Some("倒\u{202e}写".into());
        let of = visited(of, Outcome::Cultivated, 3);
        let text = |lang| {
            let mut export = export([("A", of.clone())], lang);
            export.entries[0].answers = Some(Answerable {
                person: "李明".into(),
                post: Some("镇长".into()),
            });
            let mut bytes = std::io::Cursor::new(Vec::new());
            write(&export, &mut bytes).expect("written");
            String::from_utf8(bytes.into_inner()).expect("text")
        };
        let (chinese, english) = (text(Lang::Zh), text(Lang::En));
        assert!(chinese.contains("倒⟨U+202E⟩写") && !chinese.contains('\u{202e}'));
        assert!(chinese.contains("张三、李四") && chinese.contains("李明（镇长）"));
        assert!(english.contains("\"张三, 李四\"") && english.contains("\"李明, 镇长\""));
    }
}
