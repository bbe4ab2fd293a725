//! Waypoints for receivers: the site's code as the name, the essentials in the description; times are left out.

use super::Export;
use crate::files::Out;
use crate::registry::coded::Coded;
use crate::shown::of_xml;
use gpx::{Gpx, GpxVersion, Metadata, Waypoint};
use std::io;

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn write(export: &Export, out: &mut dyn Out) -> io::Result<()> {
    let lang = export.context.lang;
    let waypoints = export
        .entries
        .iter()
        .map(|entry| {
            let site = &entry.site;
            let mut waypoint = Waypoint::new(site.place.lonlat().into());
            let mut words = vec![site.state.label(lang).to_owned()];
            if site.disputed {
                words.push(lang.pick("DISPUTED", "争议").into());
            }
            words.extend(
                site.due(&export.context.settings)
                    .map(|due| crate::tr!(lang, "due {due}", "时限 {due}")),
            );
            words.extend(site.crew().map(str::to_owned));
            words.push(site.source.label(lang).to_owned());
            words.extend(site.name.clone());
            waypoint.name = Some(entry.code.clone());
            waypoint.description = Some(of_xml(words.join(lang.pick(", ", "，"))).into_owned());
            // Receivers show one or the other.
            waypoint.comment.clone_from(&waypoint.description);
            waypoint.source = Some(format!("Papaver, head {}", site.head()));
            waypoint.symbol = Some(
                if site.state.is_open() {
                    "Flag, Red"
                } else {
                    "Flag, Green"
                }
                .into(),
            );
            waypoint.type_ = Some(site.state.name().into());
            waypoint
        })
        .collect();
    let file = Gpx {
        version: GpxVersion::Gpx11,
        creator: Some("Papaver".into()),
        metadata: Some(Metadata {
            name: Some(format!("Papaver {}", export.unit)),
            description: Some(format!(
                "{}; {}; state {}",
                Export::DATUM,
                export.made_at,
                export.state
            )),
            ..Metadata::default()
        }),
        waypoints,
        ..Gpx::default()
    };
    gpx::write(&file, out).map_err(io::Error::other)
}
