//! Degrees, minutes and seconds that stand in columns of their own, as registers are printed (东经 over 度, 分, 秒), are put
//! together into one cell: read alone, the degrees would lie tens of kilometres off.

use super::cell_grid::CellGrid;
use crate::text::Field;
use crate::text::{Axis, axis_among, axis_of, is_in_minutes, is_shared_title, number, plain_title};

/// The signs of degrees, minutes and seconds.
const SIGNS: [char; 3] = ['°', '′', '″'];

/// What a title says of the part of a position below it.
enum DegreeTitle {
    /// So many times a sixtieth of degrees, and of which half where that is said.
    Part(Option<Axis>, usize),
    /// Nothing, as under a cell that is merged over several columns.
    Nothing,
    /// Something else.
    Other,
}

impl DegreeTitle {
    fn of(title: &str) -> Self {
        let plain = plain_title(title);
        if plain.is_empty() {
            return Self::Nothing;
        }
        if let Some(("", part)) = unit_off(&plain) {
            return Self::Part(None, part);
        }
        let bare = plain.trim_end_matches([')', ']', '】']);
        let named = unit_off(bare).and_then(|(rest, part)| {
            let rest = rest.trim_end_matches(['(', '[', '【']);
            let half = match rest {
                "经" => Some(Axis::Longitude),
                "纬" => Some(Axis::Latitude),
                _ => axis_of(rest),
            };
            half.map(|half| (half, part))
        });
        let whole = || axis_of(title).map(|half| (half, 0));
        named
            .or_else(whole)
            .map_or(Self::Other, |(half, part)| Self::Part(Some(half), part))
    }
}

/// A title without the unit at its end, and which it is: degrees, minutes or seconds.
fn unit_off(plain: &str) -> Option<(&str, usize)> {
    const UNITS: [[char; 2]; 3] = [['度', '°'], ['分', '′'], ['秒', '″']];
    (0..).zip(UNITS).find_map(|(part, signs)| {
        let rest = plain.strip_suffix(signs)?;
        Some((rest, part))
    })
}

/// Where a title says degrees and minutes, a number without their signs is none of degrees: 113.1800 is 113°18′00″. It is
/// marked so that nobody reads it as one.
fn mark_packed(grid: &mut CellGrid) {
    let packed: Vec<usize> = (0..grid.titles.len())
        .filter(|at| is_in_minutes(&grid.titles[*at]))
        .collect();
    for (_, cells) in &mut grid.rows {
        for at in &packed {
            if let Some(cell) = cells.get_mut(*at)
                && number(&cell.to_text()).is_some()
            {
                *cell = Field::Text(format!("{} (°′″?)", cell.to_text()));
            }
        }
    }
}

/// Whether a title is no more than a unit of degrees.
pub(super) fn is_unit(title: &str) -> bool {
    matches!(DegreeTitle::of(title), DegreeTitle::Part(None, _))
}

/// One half of a position in several columns, that of the degrees first.
struct SplitDegrees {
    axis: Axis,
    columns: Vec<usize>,
}

impl SplitDegrees {
    /// Those of a table.
    fn of(grid: &CellGrid) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for column in 0..grid.width {
            let title = grid.titles.get(column).map_or("", String::as_str);
            let beside = |split: &&mut Self| {
                let last = split.columns.last();
                last.is_some_and(|last| last + 1 == column)
            };
            let titled = match DegreeTitle::of(title) {
                _ if is_shared_title(title) && axis_among(&grid.titles, column).is_none() => {
                    DegreeTitle::Other
                }
                titled => titled,
            };
            let split = match titled {
                DegreeTitle::Part(Some(axis), 0) => {
                    let columns = vec![column];
                    found.push(Self { axis, columns });
                    continue;
                }
                DegreeTitle::Part(Some(axis), part) => found
                    .iter_mut()
                    .rev()
                    .find(|split| split.axis == axis && split.columns.len() == part),
                DegreeTitle::Part(None, part) => (found.last_mut())
                    .filter(beside)
                    .filter(|split| split.columns.len() == part),
                DegreeTitle::Nothing => (found.last_mut())
                    .filter(beside)
                    .filter(|split| split.columns.len() < 3 && split.goes_on(grid, column)),
                DegreeTitle::Other => None,
            };
            if let Some(split) = split {
                split.columns.push(column);
            }
        }
        found.retain(|split| split.columns.len() > 1);
        found
    }

    /// Whether a column without a title goes on with this one: it holds sixtieths alone, beside whole degrees.
    fn goes_on(&self, grid: &CellGrid, column: usize) -> bool {
        let cell = |cells: &[Field], at: usize| {
            let text = cells.get(at).map(Field::to_text).unwrap_or_default();
            (!text.trim().is_empty()).then_some(text)
        };
        let mut filled = (grid.rows.iter())
            .filter_map(|(_, cells)| Some((cells, cell(cells, column)?)))
            .peekable();
        let is_part = |text: &str| number(text).is_some_and(|n| (0.0..60.0).contains(&n));
        let is_whole = |text: String| number(&text).is_some_and(|n| n.fract() == 0.0);
        filled.peek().is_some()
            && filled.all(|(cells, part)| {
                let before = self
                    .columns
                    .iter()
                    .all(|at| cell(cells, *at).is_some_and(is_whole));
                is_part(&part) && before
            })
    }
}

/// Puts degrees, minutes and seconds of several columns into the first of them.
pub(super) fn join(grid: &mut CellGrid) {
    mark_packed(grid);
    for split in SplitDegrees::of(grid) {
        for (_, cells) in &mut grid.rows {
            join_row(cells, &split.columns);
        }
        for (part, column) in (0..).zip(&split.columns) {
            if let Some(title) = grid.titles.get_mut(*column) {
                *title = match (part, split.axis) {
                    (0, Axis::Longitude) => "经度".into(),
                    (0, Axis::Latitude) => "纬度".into(),
                    _ => String::new(),
                };
            }
        }
    }
}

fn join_row(cells: &mut [Field], columns: &[usize]) {
    let mut joined = String::new();
    for (column, sign) in columns.iter().zip(SIGNS) {
        let text = cells.get(*column).map(Field::to_text).unwrap_or_default();
        let bare = text
            .trim()
            .trim_end_matches(|c: char| !c.is_alphanumeric() || "度分秒".contains(c));
        if !bare.is_empty() {
            joined.push_str(bare);
            joined.push(sign);
        }
    }
    let is_split = columns[1..]
        .iter()
        .any(|column| cells.get(*column).is_some_and(|cell| !cell.is_empty()));
    if is_split {
        cells[columns[0]] = Field::Text(joined);
        for column in &columns[1..] {
            if let Some(cell) = cells.get_mut(*column) {
                *cell = Field::Empty;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells of the first two columns after a table was joined, and its titles.
    fn joined(titles: &str, rows: &[&str]) -> (Vec<String>, Vec<Vec<String>>) {
        let titles: Vec<String> = titles.split(',').map(str::to_owned).collect();
        let cells = |row: &&str| row.split(',').map(|c| Field::Text(c.into())).collect();
        let mut grid = CellGrid {
            name: String::new(),
            heading: Vec::new(),
            width: titles.len(),
            rows: (2..).zip(rows.iter().map(cells)).collect(),
            titles,
        };
        join(&mut grid);
        let text = |row: &(u64, Vec<Field>)| row.1.iter().map(Field::to_text).collect();
        (grid.titles.clone(), grid.rows.iter().map(text).collect())
    }

    #[test]
    fn degrees_in_columns_of_their_own_are_one() {
        for titles in [
            "经度,分,秒,纬度,分,秒",
            "东经度,东经分,东经秒,北纬度,北纬分,北纬秒",
            "经度（度）,经度（分）,经度（秒）,纬度(度),纬度(分),纬度(秒)",
            "经度,,,纬度,,",
            "东经,′,″,北纬,′,″",
        ] {
            let (read, rows) = joined(titles, &["113,18,14.4,33,44,24", "113,19,0,33,45,"]);
            assert_eq!(read, ["经度", "", "", "纬度", "", ""], "{titles}");
            assert_eq!(
                rows[0],
                ["113°18′14.4″", "", "", "33°44′24″", "", ""],
                "{titles}"
            );
            assert_eq!(rows[1], ["113°19′0″", "", "", "33°45′", "", ""], "{titles}");
        }
        let (_, rows) = joined("经度,分,纬度,分", &["113度,18.24分,33,44.4"]);
        assert_eq!(rows[0], ["113°18.24′", "", "33°44.4′", ""]);
    }

    #[test]
    fn columns_that_are_whole_by_themselves_stay() {
        for (titles, row) in [
            ("经度,纬度,分", "113.3,33.74,5"),
            ("经度,,纬度", "113.3,7,33.74"),
            ("经度,,纬度", "113,70,33"),
            ("经度,纬度,备注", "113,33,7"),
            ("经度(度分秒),纬度(度分秒),x", "113°18′,33°44′,1"),
        ] {
            let (_, rows) = joined(titles, &[row]);
            if titles.ends_with(",分") {
                // Minutes beside the latitude, though it has a fraction: two parts that contradict one another are refused later.
                assert_eq!(rows[0][1], "33.74°5′");
            } else {
                assert_eq!(rows[0].join(","), row, "{titles}");
            }
        }
    }
}
