//! Reading the tables that crews give back, whatever kind of file they are in.

use super::ExchangeError;
use super::archive::check_archive;
use super::form::FORM;
use super::geopackage;
use super::table::{Field, Row, Table, key_of, table};
use crate::files;
use crate::ground::{Journal, LonLat};
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use serde_json::Value;
use std::io::Cursor;
use std::path::Path;

/// The tables of a file that have a form in them.
///
/// # Errors
/// [`ExchangeError::Unknown`], [`ExchangeError::NoSites`], and those of reading.
pub fn read(path: &Path) -> Result<(Vec<Table>, Journal), ExchangeError> {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let bytes = || {
        files::read(path).map_err(|source| ExchangeError::Unreadable {
            path: path.into(),
            source,
        })
    };
    let malformed = |why: String| ExchangeError::Malformed {
        path: path.into(),
        why,
    };
    let (tables, journal) = match ending.as_str() {
        "gpkg" => geopackage::read(path)?,
        "geojson" | "json" => (geojson(&bytes()?).map_err(malformed)?, Journal::None),
        "xlsx" => (xlsx(bytes()?).map_err(malformed)?, Journal::None),
        "csv" => (csv(&bytes()?).map_err(malformed)?, Journal::None),
        _ => {
            // A wrong name says so before a wrong kind does.
            bytes()?;
            return Err(ExchangeError::Unknown { path: path.into() });
        }
    };
    let names_sites =
        |table: &Table| table.keys.contains("site") || table.keys.contains("site_key");
    if !tables.iter().any(names_sites) {
        return Err(ExchangeError::NoSites { path: path.into() });
    }
    let has_form = |table: &Table| FORM.iter().any(|c| table.keys.contains(c.key));
    let forms = tables.into_iter().filter(|t| names_sites(t) && has_form(t));
    Ok((forms.collect(), journal))
}

fn geojson(bytes: &[u8]) -> Result<Vec<Table>, String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let file: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let features = file["features"].as_array().ok_or("it has no features")?;
    let mut keys = std::collections::BTreeSet::from(["site".to_owned()]);
    let rows = (1_u64..)
        .zip(features)
        .map(|(line, feature)| {
            let names = feature["properties"].as_object().into_iter().flatten();
            keys.extend(names.filter_map(|(name, _)| Some(key_of(name)?.to_owned())));
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
    Ok(vec![Table {
        name: String::new(),
        keys,
        rows,
    }])
}

fn json_field(value: &Value) -> Field {
    match value {
        Value::String(text) => Field::Text(text.clone()),
        Value::Number(number) => number.as_f64().map_or(Field::Empty, Field::Number),
        Value::Bool(yes) => Field::Text(if *yes { "yes" } else { "no" }.into()),
        _ => Field::Empty,
    }
}

fn csv(bytes: &[u8]) -> Result<Vec<Table>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_other| {
        "it is not UTF-8; save it as “CSV UTF-8 (comma delimited)” / 请另存为“CSV UTF-8（逗号分隔）”"
            .to_owned()
    })?;
    let head = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|d| head.bytes().filter(|b| b == d).count())
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(bytes);
    let titles: Vec<String> = reader
        .headers()
        .map_err(|e| e.to_string())?
        .iter()
        .map(str::to_owned)
        .collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        let line = record.position().map_or(0, csv::Position::line);
        let fields = record.iter().map(|text| {
            if text.trim().is_empty() {
                Field::Empty
            } else {
                Field::Text(text.to_owned())
            }
        });
        rows.push((line, fields.collect()));
    }
    Ok(vec![table("", &titles, rows)])
}

fn xlsx(bytes: Vec<u8>) -> Result<Vec<Table>, String> {
    check_archive(&bytes)?;
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes))
        .map_err(|e: calamine::XlsxError| e.to_string())?;
    let mut tables = Vec::new();
    for name in book.sheet_names() {
        let cells = book.worksheet_range(&name).map_err(|e| e.to_string())?;
        let formulas = book.worksheet_formula(&name).map_err(|e| e.to_string())?;
        let Some((top, left)) = cells.start() else {
            continue;
        };
        let titles: Vec<String> = cells
            .rows()
            .next()
            .into_iter()
            .flatten()
            .map(ToString::to_string)
            .collect();
        let rows = cells.rows().enumerate().skip(1).map(|(down, row)| {
            let line = u64::from(top) + down as u64 + 1;
            let fields = row
                .iter()
                .enumerate()
                .map(|(across, cell)| {
                    let at = (
                        top + u32::try_from(down).unwrap_or(0),
                        left + u32::try_from(across).unwrap_or(0),
                    );
                    match formulas.get_value(at).filter(|f| !f.is_empty()) {
                        Some(formula) => Field::Formula(formula.clone()),
                        None => xlsx_field(cell),
                    }
                })
                .collect();
            (line, fields)
        });
        tables.push(table(&name, &titles, rows.collect::<Vec<_>>()));
    }
    Ok(tables)
}

fn xlsx_field(cell: &Data) -> Field {
    match cell {
        Data::Int(number) =>
        {
            #[expect(clippy::cast_precision_loss, reason = "a spreadsheet holds doubles")]
            Field::Number(*number as f64)
        }
        Data::Float(number) => Field::Number(*number),
        Data::String(text) | Data::DateTimeIso(text) => Field::Text(text.clone()),
        Data::Bool(yes) => Field::Text(if *yes { "yes" } else { "no" }.into()),
        Data::DateTime(at) => {
            let (y, mo, d, h, mi, s, _) = at.to_ymd_hms_milli();
            Field::Text(format!("{y:04}-{mo:02}-{d:02} {h:02}:{mi:02}:{s:02}"))
        }
        _ => Field::Empty,
    }
}
