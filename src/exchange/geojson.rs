//! Sites as GeoJSON: each with its outline or its point, the columns of the map and the empty visit form.

use super::Export;
use super::form::FORM;
use super::ledger::{COLUMNS, Entry, LedgerContext};
use crate::files::Out;
use crate::ground::{Feature, FeatureCollection, Geometry, write_features};
use serde_json::{Map, Value, json};
use std::io;

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn write(export: &Export, mut out: &mut dyn Out) -> io::Result<()> {
    let form: Map<String, Value> = FORM
        .iter()
        .map(|c| (c.key.to_owned(), Value::Null))
        .collect();
    let features = export.entries.iter();
    let features = features
        .map(|entry| feature(entry, &export.context, &form))
        .collect();
    let members = json!({
        "datum": Export::DATUM, "unit": export.unit, "made_at": export.made_at, "state": export.state,
    });
    let Value::Object(members) = members else {
        return Ok(());
    };
    write_features(&mut out, &FeatureCollection { members, features })
}

/// A site on a map: its outline or its point, the columns of the map, and what else goes with it.
pub(super) fn feature(
    entry: &Entry,
    context: &LedgerContext,
    more: &Map<String, Value>,
) -> Feature {
    let columns = COLUMNS.iter().filter(|column| column.on_map);
    let mut properties: Map<String, Value> = columns
        .map(|column| {
            let value = column.value(entry, context).to_json();
            (column.key.to_owned(), value)
        })
        .collect();
    properties.extend(more.clone());
    let area = Feature {
        id: Some(entry.code.clone()),
        geometry: Some(Geometry::Area(entry.site.place.polygons())),
        properties,
    };
    // A place without an outline, or one too small for seven decimals, is its point.
    if area.is_visible() {
        area
    } else {
        Feature {
            geometry: Some(Geometry::Point(entry.site.place.lonlat())),
            ..area
        }
    }
}
