//! Reading what comes back. The file is copied with the journal beside it and read there: SQLite would write into it
//! while it takes the journal in, and a crew's only copy is not to be touched.

use crate::exchange::ExchangeError;
use crate::exchange::out::unwritable;
use crate::exchange::table::{Field, Row, Table};
use crate::ground::LonLat;
use gdal::vector::{FieldValue, Geometry, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What lay beside the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journal {
    /// Nothing, and nothing is expected.
    None,
    /// Edits that were not in the file itself; they were read.
    Taken,
    /// The file was written by a program that keeps the last edits in a file of their own, and there is none.
    Absent,
}

/// Reads the tables of a file that name sites.
///
/// # Errors
/// [`ExchangeError::Unreadable`], [`ExchangeError::Malformed`].
pub fn read(path: &Path) -> Result<(Vec<Table>, Journal), ExchangeError> {
    let unreadable = |source| ExchangeError::Unreadable {
        path: path.into(),
        source,
    };
    let mut head = [0; 100];
    std::fs::File::open(path)
        .and_then(|mut file| file.read_exact(&mut head))
        .map_err(|source| match source.kind() {
            std::io::ErrorKind::UnexpectedEof => ExchangeError::Malformed {
                path: path.into(),
                why: "it is empty or cut".into(),
            },
            _ => unreadable(source),
        })?;
    let malformed = |why: String| ExchangeError::Malformed {
        path: path.into(),
        why,
    };
    if &head[..16] != b"SQLite format 3\0" {
        return Err(malformed("not a GeoPackage".into()));
    }
    let workshop = tempfile::tempdir().map_err(unwritable(&std::env::temp_dir()))?;
    let copy = workshop.path().join("copy.gpkg");
    std::fs::copy(path, &copy).map_err(unreadable)?;
    let mut journal = if head[18] == 2 {
        Journal::Absent
    } else {
        Journal::None
    };
    for ending in ["-wal", "-journal"] {
        let beside = beside(path, ending);
        let Ok(about) = std::fs::metadata(&beside) else {
            continue;
        };
        if about.len() == 0 {
            // All of it is in the file already.
            journal = Journal::None;
        } else {
            std::fs::copy(&beside, self::beside(&copy, ending)).map_err(unreadable)?;
            journal = Journal::Taken;
        }
    }
    let tables = tables(&copy).map_err(|e| malformed(e.to_string()))?;
    Ok((tables, journal))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn tables(path: &Path) -> gdal::errors::Result<Vec<Table>> {
    let dataset = Dataset::open_ex(
        path,
        DatasetOptions {
            // To take a journal in, the copy has to be written.
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_UPDATE,
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
        tables.push(Table { name, keys, rows });
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
