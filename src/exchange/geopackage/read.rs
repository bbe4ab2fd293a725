//! Reading what comes back, out of a copy that holds its tables alone: a crew's only copy is not to be touched, and what
//! a data base of strangers can do is not to be done.

use crate::exchange::ExchangeError;
use crate::exchange::table::{ReadTables, Row, Table};
use crate::ground::{LonLat, harmless};
use crate::registry::Hash;
use crate::text::Field;
use gdal::vector::{FieldValue, Geometry, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads the tables of a file that name sites.
///
/// # Errors
/// [`ExchangeError::GeoPackage`], [`ExchangeError::Malformed`].
pub fn read(path: &Path) -> Result<ReadTables, ExchangeError> {
    let copy = harmless(path)?;
    let tables = tables(copy.path()).map_err(|e| ExchangeError::Malformed {
        path: path.into(),
        why: e.to_string(),
    })?;
    Ok(ReadTables {
        sha256: Hash(copy.sha256),
        tables,
        journal: copy.journal,
        views: copy.views,
        ..ReadTables::default()
    })
}

fn tables(path: &Path) -> gdal::errors::Result<Vec<Table>> {
    let dataset = Dataset::open_ex(
        path,
        DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR,
            allowed_drivers: Some(&["GPKG"]),
            ..DatasetOptions::default()
        },
    )?;
    let mut tables = Vec::new();
    for mut layer in dataset.layers() {
        let name = layer.name();
        // Sites and outlines are the same sites shown once more; the form is the layer that is filled in.
        if matches!(name.as_str(), "layer_styles" | "papaver" | "outlines") {
            continue;
        }
        let keys = layer
            .defn()
            .fields()
            .map(|field| field.name().to_lowercase())
            .collect();
        let mut rows = Vec::new();
        for (at, feature) in (1_u64..).zip(layer.features()) {
            let fields: BTreeMap<String, Field> = feature
                .fields()
                .filter_map(|(name, value)| Some((name.to_lowercase(), field(value?))))
                .filter(|(_, field)| !field.is_empty())
                .collect();
            rows.push(Row {
                line: feature.fid().unwrap_or(at),
                fields,
                position: feature.geometry().and_then(position),
            });
        }
        tables.push(Table {
            name,
            keys,
            datum: None,
            rows,
        });
    }
    Ok(tables)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a form are far below 2^53"
)]
fn field(value: FieldValue) -> Field {
    match value {
        FieldValue::IntegerValue(number) => Field::Number(number.into()),
        FieldValue::Integer64Value(number) => Field::Number(number as f64),
        FieldValue::RealValue(number) => Field::Number(number),
        FieldValue::StringValue(text) => Field::Text(text),
        FieldValue::DateValue(date) => Field::Text(date.to_string()),
        FieldValue::DateTimeValue(at) => {
            instant(at.timestamp(), at.offset().local_minus_utc()).map_or(Field::Empty, Field::Text)
        }
        _ => Field::Empty,
    }
}

/// A point's place; an outline says nothing that its attributes do not.
fn position(geometry: &Geometry) -> Option<LonLat> {
    let flat = gdal::vector::geometry_type_flatten(geometry.geometry_type());
    if flat != gdal::vector::OGRwkbGeometryType::wkbPoint || geometry.is_empty() {
        return None;
    }
    let (lon, lat, _) = geometry.get_point(0);
    Some(LonLat::new(lon, lat))
}

/// Seconds since 1970 and the zone's seconds, as RFC 3339.
fn instant(seconds: i64, zone: i32) -> Option<String> {
    let zone = jiff::tz::Offset::from_seconds(zone).ok()?;
    let at = jiff::Timestamp::from_second(seconds)
        .ok()?
        .to_zoned(jiff::tz::TimeZone::fixed(zone));
    Some(at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}
