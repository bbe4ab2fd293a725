//! A table as it comes back from the field, whatever file it was in: rows of named fields, with line and position.

use super::cell_grid::CellGrid;
use super::form::{FORM, Widget};
use super::ledger::{COLUMNS, GAUSS_KRUGER};
use super::pictures::PICTURES;
use crate::ground::{GeopackageJournal, LonLat};
use crate::registry::Hash;
use crate::text::Field;
use crate::text::{
    Axis, DegreesFlaw, agrees, axis_of, degrees, foreign_datum, is_position, is_shared_title,
    plain_title, position,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// No field at all.
const NOTHING: &Field = &Field::Empty;

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its line in the file, as a person counts: the header is line 1. In maps, the number of the feature.
    pub line: u64,
    /// Its fields by the names of their columns.
    pub fields: BTreeMap<String, Field>,
    /// Where it lies on a map; a table tells that in its columns, see [`Row::place`].
    pub position: Option<LonLat>,
}

/// The name of a column that holds both halves of a position.
const BOTH: &str = "lonlat";
/// The name of the cells of a row that stand under no title.
const UNTITLED: &str = "";

impl Row {
    /// A field; nothing where the row has none of that name.
    pub fn field(&self, key: &str) -> &Field {
        self.fields.get(key).unwrap_or(NOTHING)
    }

    /// What stands behind the last title, where a sign too many has shifted the cells.
    pub fn shifted(&self) -> &Field {
        self.field(UNTITLED)
    }

    /// Where it lies: on the map, or as its columns say in degrees of any spelling.
    ///
    /// # Errors
    /// What was written, where that is no position or half of one.
    pub fn place(&self) -> Result<Option<LonLat>, (String, DegreesFlaw)> {
        if self.position.is_some() {
            return Ok(self.position);
        }
        let (lon, lat) = (self.field("lon"), self.field("lat"));
        if lon.is_empty() && lat.is_empty() {
            let both = self.field(BOTH).to_text();
            if both.trim().is_empty() {
                return Ok(None);
            }
            let (lon, lat) = position(&both).map_err(|flaw| (both, flaw))?;
            return Ok(Some(LonLat::new(lon, lat)));
        }
        let read = |field: &Field, axis| {
            let text = field.to_text();
            degrees(&text, axis).map_err(|flaw| (text, flaw))
        };
        let at = (read(lon, Axis::Longitude)?, read(lat, Axis::Latitude)?);
        let both = self.field(BOTH).to_text();
        agrees(&both, at).map_err(|flaw| (both, flaw))?;
        Ok(Some(LonLat::new(at.0, at.1)))
    }
}

/// A table of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The sheet or layer.
    pub name: String,
    /// Its columns, as far as they are known.
    pub keys: BTreeSet<String>,
    /// What its heading or its name says of the datum, where its positions lie beside those of WGS 84.
    pub datum: Option<String>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// The names of columns by their titles in either language, without what differs between hands.
static KEYS: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let ledger = COLUMNS.iter().map(|c| (c.key, c.english, c.chinese));
    let form = FORM.iter().map(|c| (c.key, c.english, c.chinese));
    let mut keys = BTreeMap::new();
    for (key, english, chinese) in ledger.chain(form) {
        for title in [key, english, chinese] {
            keys.entry(plain_title(title)).or_insert(key);
        }
    }
    keys
});

/// The names of the columns to fill in whose titles end in a remark, by what stands before it: people leave it out, or put it
/// in other words. Where numbers have a unit the brackets say which, and no other will do.
static REMARKED: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let remarked = FORM.iter().filter(|c| c.widget != Widget::Number);
    let titles = remarked.flat_map(|c| [c.english, c.chinese].map(|title| (title, c.key)));
    titles
        .filter(|(title, _)| title.contains(['(', '（']))
        .map(|(title, key)| (plain_title(without_remark(title)), key))
        .collect()
});

fn without_remark(title: &str) -> &str {
    title.split(['(', '（']).next().unwrap_or(title)
}

/// The name of a column by its title in a file, in either language.
pub fn key_of(title: &str) -> Option<&'static str> {
    let plain = plain_title(title);
    if let Some(key) = KEYS.get(&plain) {
        return Some(key);
    }
    if let Some(key) = REMARKED.get(&plain_title(without_remark(title))) {
        return Some(key);
    }
    // Letters alone may be anything: x is north in one office and east in the other.
    let may_be_anything = plain.starts_with(['x', 'y']) || is_shared_title(title);
    if foreign_datum(title).is_some() || may_be_anything {
        return None;
    }
    if is_position(title) {
        return Some(BOTH);
    }
    axis_of(title).map(|axis| match axis {
        Axis::Longitude => "lon",
        Axis::Latitude => "lat",
    })
}

/// Whether a column is one that an export has, but that says nothing new.
fn is_own(title: &str) -> bool {
    let plain = plain_title(title);
    PICTURES.contains(&title)
        || GAUSS_KRUGER.iter().any(|(english, chinese)| {
            [english, chinese]
                .iter()
                .any(|own| plain_title(own) == plain)
        })
}

/// A table of rows under titles, and the titles that are not understood or stand there a second time, where anything is
/// below them. Rows without any field are left out. In text a cell behind the last title is kept: it tells of a shift.
pub fn table(grid: CellGrid, is_text: bool) -> (Table, Vec<String>) {
    let mut seen = BTreeSet::new();
    let keys: Vec<Option<&'static str>> = grid
        .titles
        .iter()
        .map(|title| key_of(title).filter(|key| seen.insert(*key)))
        .collect();
    let mut unread = BTreeSet::new();
    let datum = grid.said_datum();
    let mut rows = Vec::new();
    for (line, cells) in grid.rows {
        let mut fields = BTreeMap::new();
        let filled = cells
            .into_iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_empty());
        for (at, cell) in filled {
            match keys.get(at) {
                Some(Some(key)) => {
                    fields.insert((*key).to_owned(), cell);
                }
                None if is_text => {
                    fields.insert(UNTITLED.to_owned(), cell);
                }
                _ => {
                    unread.insert(at);
                }
            }
        }
        if !fields.is_empty() {
            rows.push(Row {
                line,
                fields,
                position: None,
            });
        }
    }
    let titles = unread
        .into_iter()
        .filter(|at| !grid.titles.get(*at).is_some_and(|title| is_own(title)))
        .map(|at| grid.titles.get(at).map(|title| title.trim().to_owned()))
        .map(|title| {
            title
                .filter(|title| !title.is_empty())
                .unwrap_or_else(|| "–".into())
        })
        .collect();
    let table = Table {
        name: grid.name,
        datum,
        keys: keys.into_iter().flatten().map(str::to_owned).collect(),
        rows,
    };
    (table, titles)
}

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadTables {
    /// Of the file's bytes as they were read; of a GeoPackage without what lay beside it.
    pub sha256: Hash,
    /// The tables that have a form in them.
    pub tables: Vec<Table>,
    /// What lay beside a GeoPackage.
    pub journal: GeopackageJournal,
    /// Views of a GeoPackage, of which nothing was read.
    pub views: Vec<String>,
    /// Titles that are not understood, of columns that hold anything.
    pub unread: Vec<String>,
    /// Pictures inside a spreadsheet, which are not read.
    pub pictures: usize,
    /// Hidden sheets that hold a table and were not read.
    pub hidden: Vec<String>,
    /// Lines of hidden rows, which were read.
    pub hidden_rows: Vec<u64>,
}

impl Default for ReadTables {
    fn default() -> Self {
        Self {
            sha256: Hash([0; 32]),
            tables: Vec::new(),
            journal: GeopackageJournal::None,
            views: Vec::new(),
            unread: Vec::new(),
            pictures: 0,
            hidden: Vec::new(),
            hidden_rows: Vec::new(),
        }
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
        for whole in ["410423001002", "7K3QF2-V", "12345E-6", "1E2345-7"] {
            assert!(!text(whole).is_mangled_code(), "{whole}");
        }
    }

    #[test]
    fn columns_are_known_by_key_and_by_title() {
        assert_eq!(key_of("\u{feff}图斑编号"), Some("site"));
        assert_eq!(key_of("SITE"), Some("site"));
        assert_eq!(key_of("回填：核查结论"), Some("visit_outcome"));
        assert_eq!(key_of("fid"), None);
        assert_eq!(key_of("回填:核查结论 "), Some("visit_outcome"));
        assert_eq!(key_of("回填：核查人员"), Some("visit_officers"));
        assert_eq!(key_of("回填：核查人员(2人)"), Some("visit_officers"));
        assert_eq!(key_of("回填：株数"), Some("visit_plants"));
        assert_eq!(key_of("回填：样方株数"), Some("visit_quadrats"));
        assert_eq!(key_of("visit: officers"), Some("visit_officers"));
        assert_eq!(key_of("回填：种植面积（亩）"), None);
        assert_eq!(key_of("面积（回填）"), None);
        assert_eq!(key_of("经度(°)"), Some("lon"));
        assert_eq!(key_of("北纬"), Some("lat"));
        assert_eq!(key_of("经度（GCJ-02）"), None);
        assert_eq!(key_of("X"), None);
        assert_eq!(key_of("经纬度"), Some("lonlat"));
        assert_eq!(key_of("坐标（GCJ-02）"), None);
    }

    #[test]
    fn titles_that_are_not_understood_are_named_and_cells_behind_the_last_are_kept() {
        let text = |text: &str| Field::Text(text.into());
        let grid = CellGrid {
            name: String::new(),
            heading: Vec::new(),
            titles: ["图斑编号", "核查人电话", "经度", "经度", "空"]
                .map(str::to_owned)
                .to_vec(),
            rows: vec![
                (2, ["A", "1", "113.3", "113.4"].map(text).to_vec()),
                (3, ["A", "", "", "", "", "more"].map(text).to_vec()),
            ],
            width: 5,
        };
        let (read, unread) = table(grid.clone(), true);
        assert_eq!(unread, ["核查人电话", "经度"]);
        assert_eq!(read.rows[0].field("lon"), &text("113.3"));
        assert!(read.rows[0].shifted().is_empty());
        assert_eq!(read.rows[1].shifted(), &text("more"));
        assert_eq!(table(grid, false).1, ["核查人电话", "经度", "–"]);
    }

    #[test]
    fn a_place_is_read_in_any_spelling_and_half_a_place_is_none() {
        let row = |lon: &str, lat: &str| Row {
            line: 2,
            fields: [("lon", lon), ("lat", lat)]
                .map(|(key, text)| (key.to_owned(), Field::Text(text.into())))
                .into(),
            position: None,
        };
        let at = row("113°18′14.4″", "北纬33.74度")
            .place()
            .expect("read")
            .expect("a place");
        assert!((at.lon - 113.304).abs() < 1e-9 && (at.lat - 33.74).abs() < 1e-9);
        assert_eq!(row("", "").place(), Ok(None));
        assert!(row("113.3", "").place().is_err());
        assert!(row("x", "33").place().is_err());
        let mut row = row("113.3", "33.74");
        let mut with = |both: &str| {
            row.fields.insert(BOTH.into(), Field::Text(both.into()));
            row.place()
        };
        assert!(with("113.3001,33.7402").is_ok());
        let elsewhere = Err(("113.5,33.9".into(), DegreesFlaw::Elsewhere));
        assert_eq!(with("113.5,33.9"), elsewhere);
    }
}
