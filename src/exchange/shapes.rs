//! The form as a shapefile brings it back, whose table cuts the names of its columns after ten bytes and knows no empty number.

use super::ExchangeError;
use super::form::{FORM, Widget};
use super::ledger::COLUMNS;
use super::table::{Row, Table, key_of};
use crate::ground::{ReadPlaces, Shape, read_places};
use crate::text::Field;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Bytes of a column's name in a shapefile.
const ROOM: usize = 10;

/// The table of a shapefile, or of one in a ZIP, with the names of its columns.
///
/// # Errors
/// [`ExchangeError::Vector`] and [`ExchangeError::Shapeless`].
pub(super) fn table(path: &Path) -> Result<(Table, Vec<String>), ExchangeError> {
    let read = read_places(path).map_err(|source| {
        let path = path.into();
        ExchangeError::Vector { path, source }
    })?;
    let lost = read.without_shape + read.lines;
    if lost > 0 {
        let path = path.into();
        return Err(ExchangeError::Shapeless { path, rows: lost });
    }
    let keys = keys_of(&read.columns);
    let titles = read.columns.clone();
    let not_understood = |name: &&String| !keys.contains_key(*name);
    let unread: Vec<String> = titles.iter().filter(not_understood).cloned().collect();
    let table = Table {
        name: String::new(),
        keys: keys.values().map(|key| (*key).to_owned()).collect(),
        datum: read.unknown_datum.clone(),
        rows: rows(read, &keys),
    };
    Ok((table, unread))
}

fn rows(read: ReadPlaces, keys: &BTreeMap<String, &'static str>) -> Vec<Row> {
    let mut known = BTreeSet::new();
    // A row of several points is one row.
    let own = read
        .places
        .into_iter()
        .filter(|place| known.insert(place.number));
    own.map(|place| {
        let fields = place.words.into_iter().filter_map(|(name, text)| {
            let key = *keys.get(&name)?;
            let is_nothing = is_measured(key) && text.trim().parse() == Ok(0.0);
            (!is_nothing).then(|| (key.to_owned(), Field::Text(text)))
        });
        Row {
            line: place.number as u64,
            fields: fields.collect(),
            position: match place.shape {
                Shape::Point(at) => Some(at),
                Shape::Area(_) => None,
            },
        }
    })
    .collect()
}

/// Whether a column of the form is a number: where nobody filled one in, some programs write 0.
fn is_measured(key: &str) -> bool {
    let own = FORM.iter().find(|column| column.key == key);
    own.is_some_and(|column| matches!(column.widget, Widget::Count | Widget::Number))
}

/// What the columns of a shapefile are. Of several that were cut to the same bytes the first kept its name, and the others were
/// numbered in their order: that is believed where all of them are there, or where it does not matter which is which.
fn keys_of(columns: &[String]) -> BTreeMap<String, &'static str> {
    let ledger = COLUMNS.iter().map(|column| column.key);
    let mut groups: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
    for key in ledger.chain(FORM.iter().map(|column| column.key)) {
        if let Some(head) = key.get(..ROOM).filter(|_| key.len() > ROOM) {
            groups.entry(head).or_default().push(key);
        }
    }
    let mut found = BTreeMap::new();
    for (head, keys) in groups {
        let numbered = |number: usize| match number {
            0 => head.to_owned(),
            n => format!("{}_{n}", &head[..ROOM - 2]),
        };
        let names: Vec<String> = (0..keys.len()).map(numbered).collect();
        let is_there = |name: &String| columns.contains(name);
        let are_alike = keys.iter().all(|key| key.contains("_photo_"));
        if names.iter().all(is_there) || are_alike {
            let pairs = names.into_iter().zip(keys);
            found.extend(pairs.filter(|(name, _)| is_there(name)));
        }
    }
    for name in columns {
        if let Some(key) = key_of(name) {
            found.insert(name.clone(), key);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_were_cut_are_known_where_they_can_mean_one_column_alone() {
        let of = |columns: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
            keys_of(&columns)
        };
        let all = of(&[
            "site",
            "visit_outc",
            "visit_at",
            "visit_offi",
            "visit_quad",
            "visit_qu_1",
            "visit_phot",
            "visit_ph_1",
            "erad_perce",
            "erad_photo",
            "erad_pho_1",
            "状态代码",
            "x",
        ]);
        for (name, key) in [
            ("site", "site"),
            ("visit_outc", "visit_outcome"),
            ("visit_at", "visit_at"),
            ("visit_offi", "visit_officers"),
            ("visit_quad", "visit_quadrats"),
            ("visit_qu_1", "visit_quadrat_m2"),
            ("visit_phot", "visit_photo_1"),
            ("visit_ph_1", "visit_photo_2"),
            ("erad_perce", "erad_percent"),
            ("erad_pho_1", "erad_photo_2"),
            ("状态代码", "state"),
        ] {
            assert_eq!(all.get(name), Some(&key), "{name}");
        }
        assert!(!all.contains_key("x"));
        // One of the two alone may be either.
        assert!(!of(&["visit_quad"]).contains_key("visit_quad"));
        assert!(!of(&["回填：核查"]).contains_key("回填：核查"));
    }
}
