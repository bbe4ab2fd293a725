//! Reading the tables that crews give back, whatever kind of file they are in.

use super::ExchangeError;
use super::form::FORM;
use super::geopackage;
use super::grid::grids;
use super::table::{Field, ReadTables, Row, Table, key_of, table};
use crate::files;
use crate::ground::LonLat;
use crate::registry::Hash;
use crate::text::decode;
use serde_json::Value;
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
        for grid in found.tables {
            raw.titles.extend(grid.titles.iter().cloned());
            let (table, not_understood) = table(grid, found.is_text);
            raw.read.tables.push(table);
            raw.unread.push(not_understood);
        }
        Ok(raw)
    }
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
    let bytes = files::read(path).map_err(|source| ExchangeError::Unreadable {
        path: path.into(),
        source,
    })?;
    let mut raw = match ending.as_str() {
        "geojson" | "json" => {
            let malformed = |why: String| ExchangeError::Malformed {
                path: path.into(),
                why,
            };
            let (tables, titles) = geojson(&bytes).map_err(malformed)?;
            let mut raw = Raw {
                titles,
                ..Raw::default()
            };
            raw.read.tables = tables;
            raw
        }
        "xlsx" | "csv" | "tsv" | "txt" => Raw::of_text(path, &bytes)?,
        _ => return Err(ExchangeError::Unknown { path: path.into() }),
    };
    raw.read.sha256 = Hash::of(&bytes);
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
    if !read.tables.iter().any(names_sites) {
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
        return Err(ExchangeError::NoForm {
            path: path.into(),
            titles,
        });
    }
    Ok(read)
}

/// The features of a GeoJSON, and the names of all their columns.
fn geojson(bytes: &[u8]) -> Result<(Vec<Table>, Vec<String>), String> {
    let text = decode(bytes).map_err(|flaw| flaw.say(crate::words::Lang::En))?;
    let file: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let features = file["features"].as_array().ok_or("it has no features")?;
    let mut keys = std::collections::BTreeSet::from(["site".to_owned()]);
    let mut all = std::collections::BTreeSet::new();
    let rows = (1_u64..)
        .zip(features)
        .map(|(line, feature)| {
            let names = feature["properties"].as_object().into_iter().flatten();
            let names: Vec<_> = names.collect();
            all.extend(names.iter().map(|(name, _)| (*name).clone()));
            keys.extend(
                names
                    .into_iter()
                    .filter_map(|(name, _)| Some(key_of(name)?.to_owned())),
            );
            let mut fields: std::collections::BTreeMap<String, Field> = feature["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| Some((key_of(name)?.to_owned(), json_field(value))))
                .filter(|(_, field)| !field.is_empty())
                .collect();
            if let (false, Some(id)) = (fields.contains_key("site"), feature["id"].as_str()) {
                fields.insert("site".into(), Field::Text(id.to_owned()));
            }
            let geometry = &feature["geometry"];
            let position = (geometry["type"] == "Point")
                .then(|| {
                    let at = &geometry["coordinates"];
                    Some(LonLat::new(at[0].as_f64()?, at[1].as_f64()?))
                })
                .flatten();
            Row {
                line,
                fields,
                position,
            }
        })
        .collect();
    let tables = vec![Table {
        name: String::new(),
        keys,
        rows,
    }];
    Ok((tables, all.into_iter().collect()))
}

fn json_field(value: &Value) -> Field {
    match value {
        Value::String(text) => Field::Text(text.clone()),
        Value::Number(number) => number.as_f64().map_or(Field::Empty, Field::Number),
        Value::Bool(yes) => Field::Text(if *yes { "yes" } else { "no" }.into()),
        _ => Field::Empty,
    }
}
