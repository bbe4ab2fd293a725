//! Targets out of tables: the columns of their positions, whatever they are called and however degrees are written, and the
//! words that go with each.

use super::TargetFlaw;
use super::cell_grid::CellGrid;
use super::field::Field;
use crate::ground::{LonLat, ReadPlace, ReadPlaces, Shape};
use crate::text::{
    Axis, axis_of, degrees, foreign_datum, half_width, is_position, plain_title, position,
};
use std::collections::BTreeMap;

/// The places of tables that have columns of a position; the others of a workbook are remarks.
pub(super) fn of_grids(grids: Vec<CellGrid>, is_text: bool) -> Result<ReadPlaces, Vec<TargetFlaw>> {
    let mut read = ReadPlaces::default();
    let (mut flaws, mut titles, mut any) = (Vec::new(), Vec::new(), false);
    for grid in grids {
        titles.extend(grid.titles.iter().cloned());
        let Some(columns) = PositionColumns::of(&grid.titles).map_err(|flaw| vec![flaw])? else {
            continue;
        };
        any = true;
        let system = columns.each().into_iter().find_map(|at| {
            let title = grid.titles.get(at)?;
            foreign_datum(title).map(|_| title.trim().to_owned())
        });
        if let Some(title) = system {
            return Err(vec![TargetFlaw::Datum(title)]);
        }
        read.columns
            .extend(grid.titles.iter().map(|t| t.trim().to_lowercase()));
        for (line, cells) in &grid.rows {
            match target(&grid.titles, columns, *line, cells, is_text) {
                Ok((at, words)) => read.places.push(ReadPlace {
                    number: read.places.len() + 1,
                    shape: Shape::Point(at),
                    words,
                }),
                Err(flaw) => flaws.push(flaw),
            }
        }
    }
    if !any {
        titles.retain(|title| !title.trim().is_empty());
        flaws.push(TargetFlaw::NoColumns(titles));
    }
    if flaws.is_empty() {
        Ok(read)
    } else {
        Err(flaws)
    }
}

/// The columns of positions.
#[derive(Debug, Clone, Copy)]
enum PositionColumns {
    /// The longitude and the latitude.
    Two(usize, usize),
    /// Both in one.
    One(usize),
}

impl PositionColumns {
    /// Those of a table; `None` where it has none.
    fn of(titles: &[String]) -> Result<Option<Self>, TargetFlaw> {
        let lon = column(titles, Axis::Longitude)?;
        let two = lon.zip(column(titles, Axis::Latitude)?);
        let one = || titles.iter().position(|title| is_position(title));
        let two = two.map(|(lon, lat)| Self::Two(lon, lat));
        Ok(two.or_else(|| one().map(Self::One)))
    }

    fn each(self) -> [usize; 2] {
        match self {
            Self::Two(lon, lat) => [lon, lat],
            Self::One(both) => [both, both],
        }
    }
}

/// The column of one half of a position.
fn column(titles: &[String], axis: Axis) -> Result<Option<usize>, TargetFlaw> {
    let is_half = |title: &String| axis_of(title) == Some(axis);
    // Of “经度” and “X” the one that says degrees is meant.
    let is_plain = |title: &String| plain_title(title).starts_with(['x', 'y']);
    let all: Vec<usize> = (0..titles.len())
        .filter(|at| is_half(&titles[*at]))
        .collect();
    let sure: Vec<usize> = all
        .iter()
        .copied()
        .filter(|at| !is_plain(&titles[*at]))
        .collect();
    let found = if sure.is_empty() { all } else { sure };
    match found[..] {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        [one, other, ..] => Err(TargetFlaw::TwoColumns(
            titles[one].trim().to_owned(),
            titles[other].trim().to_owned(),
        )),
    }
}

fn target(
    titles: &[String],
    columns: PositionColumns,
    line: u64,
    cells: &[Field],
    is_text: bool,
) -> Result<(LonLat, BTreeMap<String, String>), TargetFlaw> {
    let behind = cells.iter().skip(titles.len());
    if is_text && behind.into_iter().any(|cell| !cell.is_empty()) {
        return Err(TargetFlaw::Shifted(line));
    }
    let text = |at: usize| cells.get(at).map(Field::to_text).unwrap_or_default();
    let half = |at: usize, axis| {
        let text = text(at);
        degrees(&text, axis).map_err(|flaw| TargetFlaw::Line(line, text, flaw))
    };
    let (lon, lat) = match columns {
        PositionColumns::Two(lon, lat) => (half(lon, Axis::Longitude)?, half(lat, Axis::Latitude)?),
        PositionColumns::One(both) => {
            let text = text(both);
            position(&text).map_err(|flaw| TargetFlaw::Line(line, text, flaw))?
        }
    };
    let at = LonLat::new(lon, lat);
    if at.lon == 0.0 && at.lat == 0.0 {
        return Err(TargetFlaw::Origin(line));
    }
    let words = titles
        .iter()
        .zip(cells)
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(title, cell)| (half_width(title).trim().to_lowercase(), cell.to_text()))
        .collect();
    Ok((at, words))
}
