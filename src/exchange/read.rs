//! Reading the tables that crews give back, whatever kind of file they are in.

use super::ExchangeError;
use super::form::FORM;
use super::geopackage;
use super::grid::{TABLES, grids};
use super::shapes;
use super::table::{ReadTables, Row, Table, key_of, table};
use crate::files;
use crate::ground::{
    FileFeature, ForeignVector, GeoJsonFlaw, LonLat, beside_shapes, read_features,
};
use crate::registry::Hash;
use crate::text::Field;
use crate::text::datum_in_words;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// All tables of a file, whatever is in them.
#[derive(Default)]
struct Raw {
    read: ReadTables,
    /// The titles of all columns.
    titles: Vec<String>,
    /// Of each table the titles that are not understood.
    unread: Vec<Vec<String>>,
}

impl Raw {
    fn of_text(path: &Path, bytes: &[u8]) -> Result<Self, ExchangeError> {
        let found = grids(bytes, &|title| key_of(title).is_some()).map_err(|flaw| {
            ExchangeError::Table {
                path: path.into(),
                flaw,
            }
        })?;
        let mut raw = Self::default();
        raw.read.pictures = found.pictures;
        raw.read.hidden = found.hidden;
        raw.read.hidden_rows = found.hidden_rows;
        let named = datum_of_name(path);
        for grid in found.tables {
            raw.titles.extend(grid.titles.iter().cloned());
            let (mut table, not_understood) = table(grid, found.is_text);
            table.datum = table.datum.or_else(|| named.clone());
            raw.read.tables.push(table);
            raw.unread.push(not_understood);
        }
        Ok(raw)
    }
}

/// What the name of a file says of the datum, where positions in it lie beside those of WGS 84.
pub(super) fn datum_of_name(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy();
    datum_in_words(&stem).map(|datum| format!("{datum} ({stem})"))
}

/// Reads a file by its ending. Its hash is that of the bytes that were read.
fn raw(path: &Path) -> Result<Raw, ExchangeError> {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    if ending == "gpkg" {
        return Ok(Raw {
            read: geopackage::read(path)?,
            ..Raw::default()
        });
    }
    if ["shp", "zip"].contains(&ending.as_str()) {
        return of_shapes(path);
    }
    let foreign = |kind| ExchangeError::Foreign {
        path: path.into(),
        kind,
    };
    if let Some(kind) = ForeignVector::of_name(path) {
        return Err(foreign(kind));
    }
    let bytes = files::read(path).map_err(ExchangeError::unreadable(path))?;
    if let Some(kind) = ForeignVector::of_content(&bytes) {
        return Err(foreign(kind));
    }
    let mut raw = match ending.as_str() {
        "geojson" | "json" => {
            let (tables, titles) = geojson(&bytes).map_err(|flaw| ExchangeError::GeoJson {
                path: path.into(),
                flaw,
            })?;
            let mut raw = Raw {
                titles,
                ..Raw::default()
            };
            raw.read.tables = tables;
            raw
        }
        table if TABLES.contains(&table) => Raw::of_text(path, &bytes)?,
        _ => return Err(ExchangeError::Unknown { path: path.into() }),
    };
    raw.read.sha256 = Hash::of(&bytes);
    Ok(raw)
}

/// Reads a shapefile. Its hash is that of the file that holds its table, and it did not change meanwhile.
fn of_shapes(path: &Path) -> Result<Raw, ExchangeError> {
    let own = beside_shapes(path, "dbf");
    let filled = own.as_deref().unwrap_or(path);
    let hash = || -> Result<Hash, ExchangeError> {
        let bytes = files::read(filled).map_err(ExchangeError::unreadable(filled))?;
        Ok(Hash::of(&bytes))
    };
    let sha256 = hash()?;
    let (mut table, unread) = shapes::table(path)?;
    if hash()? != sha256 {
        let (path, why) = (path.into(), "it changed while it was read".into());
        return Err(ExchangeError::Malformed { path, why });
    }
    table.datum = table.datum.or_else(|| datum_of_name(path));
    let mut raw = Raw {
        titles: unread.clone(),
        unread: vec![unread],
        ..Raw::default()
    };
    raw.read.tables = vec![table];
    raw.read.sha256 = sha256;
    Ok(raw)
}

/// The tables of a file that have a form in them.
///
/// # Errors
/// [`ExchangeError::Unknown`], [`ExchangeError::NoSites`], [`ExchangeError::NoForm`], and those of reading.
pub fn read(path: &Path) -> Result<ReadTables, ExchangeError> {
    let Raw {
        mut read,
        mut titles,
        unread,
    } = raw(path)?;
    titles.retain(|title| key_of(title).is_none() && !title.trim().is_empty());
    let names_sites =
        |table: &Table| table.keys.contains("site") || table.keys.contains("site_key");
    let views = std::mem::take(&mut read.views);
    let no_table = || ExchangeError::Views {
        path: path.into(),
        views: views.clone(),
    };
    if !read.tables.iter().any(names_sites) {
        if !views.is_empty() {
            return Err(no_table());
        }
        return Err(ExchangeError::NoSites {
            path: path.into(),
            titles,
        });
    }
    let has_form = |table: &Table| FORM.iter().any(|c| table.keys.contains(c.key));
    // Of a sheet without a form nothing is read, and nothing about it is to be said.
    let is_form = |table: &Table| names_sites(table) && has_form(table);
    for (table, titles) in read.tables.iter().zip(unread) {
        if is_form(table) {
            read.unread.extend(titles);
        }
    }
    read.tables.retain(is_form);
    if read.tables.is_empty() {
        if !views.is_empty() {
            return Err(no_table());
        }
        return Err(ExchangeError::NoForm {
            path: path.into(),
            titles,
        });
    }
    Ok(read)
}

/// The features of a GeoJSON, and the names of all their columns.
fn geojson(bytes: &[u8]) -> Result<(Vec<Table>, Vec<String>), GeoJsonFlaw> {
    let mut keys = BTreeSet::from(["site".to_owned()]);
    let mut titles = BTreeSet::new();
    let mut rows = Vec::new();
    for feature in read_features(bytes)? {
        let columns = feature.columns();
        keys.extend(
            columns
                .keys()
                .filter_map(|name| Some(key_of(name)?.to_owned())),
        );
        titles.extend(columns.keys().cloned());
        rows.push(geojson_row(&feature, &columns));
    }
    let tables = vec![Table {
        name: String::new(),
        keys,
        datum: None,
        rows,
    }];
    Ok((tables, titles.into_iter().collect()))
}

/// A feature as a row; the site that no column names is the feature's id.
fn geojson_row(feature: &FileFeature, columns: &Map<String, Value>) -> Row {
    let fields = columns
        .iter()
        .filter_map(|(name, value)| Some((key_of(name)?.to_owned(), json_field(value))));
    let mut fields: BTreeMap<String, Field> =
        fields.filter(|(_, field)| !field.is_empty()).collect();
    if let (false, Some(id)) = (fields.contains_key("site"), feature.id()) {
        fields.insert("site".into(), Field::Text(id));
    }
    let position = match feature.geometry() {
        Ok(Some(geo::Geometry::Point(at))) => Some(LonLat::new(at.x(), at.y())),
        _ => None,
    };
    Row {
        line: feature.number as u64,
        fields,
        position,
    }
}

fn json_field(value: &Value) -> Field {
    match value {
        Value::String(text) => Field::Text(text.clone()),
        Value::Number(number) => number.as_f64().map_or(Field::Empty, Field::Number),
        Value::Bool(yes) => Field::Text(if *yes { "yes" } else { "no" }.into()),
        _ => Field::Empty,
    }
}
