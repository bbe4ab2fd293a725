//! A table as it comes back from the field, whatever file it was in: rows of named fields, with line and position.

use super::form::FORM;
use super::ledger::COLUMNS;
use crate::ground::LonLat;
use std::collections::{BTreeMap, BTreeSet};

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// A formula of a spreadsheet, without its sign.
    Formula(String),
}

/// No field at all.
const NOTHING: &Field = &Field::Empty;

impl Field {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// As text: a number without needless digits.
    pub fn to_text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Formula(formula) => format!("={formula}"),
        }
    }

    /// Whether it is a code that a spreadsheet made a number of, such as 4.10423E+11: digits of it may be lost.
    pub fn is_mangled_code(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Text(text) => {
                let text = text.trim();
                let in_powers = text.contains(['E', 'e'])
                    && text.contains(['.', '+'])
                    && text.parse::<f64>().is_ok();
                let with_fraction =
                    text.contains('.') && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
                in_powers || with_fraction
            }
            _ => false,
        }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its line in the file, as a person counts: the header is line 1. In maps, the number of the feature.
    pub line: u64,
    /// Its fields by the names of their columns.
    pub fields: BTreeMap<String, Field>,
    /// Where it lies.
    pub position: Option<LonLat>,
}

impl Row {
    /// A field; nothing where the row has none of that name.
    pub fn field(&self, key: &str) -> &Field {
        self.fields.get(key).unwrap_or(NOTHING)
    }
}

/// A table of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The sheet or layer.
    pub name: String,
    /// Its columns, as far as they are known.
    pub keys: BTreeSet<String>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// The name of a column by its title in a file, in either language.
pub fn key_of(title: &str) -> Option<&'static str> {
    let title = title.trim().trim_start_matches('\u{feff}');
    let ledger = COLUMNS.iter().map(|c| (c.key, c.english, c.chinese));
    let form = FORM.iter().map(|c| (c.key, c.english, c.chinese));
    ledger
        .chain(form)
        .find(|(key, english, chinese)| {
            title.eq_ignore_ascii_case(key)
                || title.eq_ignore_ascii_case(english)
                || title == *chinese
        })
        .map(|(key, ..)| key)
}

/// A table of rows of fields under titles; columns of unknown titles are passed over, and rows without any field.
pub fn table(
    name: &str,
    titles: &[String],
    rows: impl IntoIterator<Item = (u64, Vec<Field>)>,
) -> Table {
    let keys: Vec<Option<&str>> = titles.iter().map(|title| key_of(title)).collect();
    let rows = rows
        .into_iter()
        .map(|(line, fields)| {
            let fields: BTreeMap<String, Field> = keys
                .iter()
                .zip(fields)
                .filter(|(_, field)| !field.is_empty())
                .filter_map(|(key, field)| Some(((*key)?.to_owned(), field)))
                .collect();
            let number = |key: &str| match fields.get(key) {
                Some(Field::Number(number)) => Some(*number),
                Some(Field::Text(text)) => text.trim().parse().ok(),
                _ => None,
            };
            let position = number("lon")
                .zip(number("lat"))
                .map(|(lon, lat)| LonLat::new(lon, lat));
            Row {
                line,
                fields,
                position,
            }
        })
        .filter(|row| !row.fields.is_empty())
        .collect();
    Table {
        name: name.to_owned(),
        keys: keys.into_iter().flatten().map(str::to_owned).collect(),
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_became_a_number_is_seen() {
        let text = |text: &str| Field::Text(text.into());
        for mangled in [
            text("4.10423E+11"),
            text("410423001002.0"),
            text("1.2E-5"),
            Field::Number(410_423_001_002.0),
        ] {
            assert!(mangled.is_mangled_code(), "{mangled:?}");
        }
        for whole in ["410423001002", "7K3QF2-M", "12345E-6", "1E2345-7"] {
            assert!(!text(whole).is_mangled_code(), "{whole}");
        }
    }

    #[test]
    fn columns_are_known_by_key_and_by_title() {
        assert_eq!(key_of("\u{feff}图斑编号"), Some("site"));
        assert_eq!(key_of("SITE"), Some("site"));
        assert_eq!(key_of("回填：核查结论"), Some("visit_outcome"));
        assert_eq!(key_of("fid"), None);
    }
}
