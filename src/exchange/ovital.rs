//! Ovital's text of points: one a line, `name longitude latitude note`, single spaces, WGS 84 degrees without a prefix
//! (a prefix would say GCJ-02 or BD-09). The import dialog of Ovital asks for this order.

use super::Export;
use crate::files::Out;
use crate::printable::of_cell;
use crate::registry::code_lists::Coded;
use std::io;

/// A word without blanks: they part the fields.
fn word(text: &str) -> String {
    let text = of_cell(text);
    text.split_whitespace().collect::<Vec<_>>().join("_")
}

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn write(export: &Export, out: &mut dyn Out) -> io::Result<()> {
    let lang = export.context.lang;
    for entry in &export.entries {
        let site = &entry.site;
        let at = site.place.lonlat();
        let mut note = vec![
            word(&site.standing(lang)),
            site.season.to_string(),
            word(site.source.label(lang)),
        ];
        note.extend(site.due(&export.context.settings).map(|due| {
            let due = due.to_string();
            crate::tr!(lang, "due_{due}", "时限_{due}")
        }));
        note.extend(site.crew().map(word));
        note.extend(site.name.as_deref().map(word));
        write!(
            out,
            "{} {:.7} {:.7} {}\r\n",
            entry.code,
            at.lon,
            at.lat,
            note.join(" ")
        )?;
    }
    Ok(())
}
