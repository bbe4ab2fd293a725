//! Waypoints for receivers: the site's code as the name, the essentials in the description, links to its pictures in the
//! folder beside the file; times are left out.

use super::pictures::{Picture, Pictures};
use super::{ExchangeError, Export};
use crate::files::{self, Existing, Out};
use crate::printable::of_page;
use crate::registry::code_lists::Coded;
use crate::tr;
use crate::words::Lang;
use gpx::{Gpx, GpxVersion, Link, Metadata, Waypoint};
use std::io;
use std::path::{Path, PathBuf};

/// Writes the file, and the pictures into the folder `NAME-files` beside it. Returns that folder where there are pictures.
///
/// # Errors
/// See [`files::FileError`].
pub fn write(
    export: &Export,
    path: &Path,
    existing: Existing,
) -> Result<Option<PathBuf>, ExchangeError> {
    files::check(path, existing)?;
    let pictures = Pictures::of(export, path);
    pictures.check(existing)?;
    let folder = pictures.write(existing)?;
    files::write(path, existing, |out| document(export, &pictures, out))?;
    Ok(folder)
}

fn document(export: &Export, pictures: &Pictures, out: &mut dyn Out) -> io::Result<()> {
    let file = Gpx {
        version: GpxVersion::Gpx11,
        creator: Some("Papaver".into()),
        metadata: Some(Metadata {
            name: Some(format!("Papaver {}", export.unit)),
            description: Some(export.about()),
            ..Metadata::default()
        }),
        waypoints: (0..export.entries.len())
            .map(|at| waypoint(export, at, pictures))
            .collect(),
        ..Gpx::default()
    };
    gpx::write(&file, out).map_err(io::Error::other)
}

fn waypoint(export: &Export, at: usize, pictures: &Pictures) -> Waypoint {
    let lang = export.context.lang;
    let entry = &export.entries[at];
    let site = &entry.site;
    let mut waypoint = Waypoint::new(site.place.lonlat().into());
    let mut words = vec![site.standing(lang)];
    if site.disputed {
        words.push(lang.pick("DISPUTED", "争议").into());
    }
    words.extend(
        site.due(&export.context.settings)
            .map(|due| tr!(lang, "due {due}", "时限 {due}")),
    );
    words.extend(site.crew().map(str::to_owned));
    words.push(site.source.label(lang).to_owned());
    words.extend(site.name.clone());
    waypoint.name = Some(entry.code.clone());
    let words = words.join(lang.pick(", ", "，"));
    waypoint.description = Some(of_page(words));
    // Receivers show one or the other.
    waypoint.comment.clone_from(&waypoint.description);
    let head = site.head();
    waypoint.source = Some(tr!(
        lang,
        "Papaver, head {head}",
        "Papaver，链头哈希 {head}"
    ));
    waypoint.links = Picture::ALL
        .into_iter()
        .filter_map(|picture| {
            let href = pictures.path(at, picture)?;
            Some(link(href, picture, lang))
        })
        .collect();
    let open = site.state.is_open();
    waypoint.symbol = Some(if open { "Flag, Red" } else { "Flag, Green" }.into());
    waypoint.type_ = Some(site.state.name().into());
    waypoint
}

fn link(href: String, picture: Picture, lang: Lang) -> Link {
    let text = match picture {
        Picture::Detection => lang.pick("detection", "航测切片"),
        Picture::Surroundings => lang.pick("surroundings", "航测周边"),
    };
    Link {
        href,
        text: Some(text.to_owned()),
        type_: Some("image/jpeg".to_owned()),
    }
}
