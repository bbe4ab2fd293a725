//! Targets out of tables: the columns of their positions, whatever they are called and however degrees are written, and the
//! words that go with each.

use super::TargetFlaw;
use super::cell_grid::{CellGrid, shortened};
use super::target_metres::{ListSystem, MetreColumns};
use crate::ground::{CrsPoint, LonLat, ReadPlace, ReadPlaces, Shape};
use crate::text::Field;
use crate::text::{
    Axis, agrees, axis_among, datum_in_words, degrees, foreign_datum, half_width, is_position,
    is_shared_title, plain_title, position,
};
use std::collections::BTreeMap;

/// The places of tables, and what they say besides.
#[derive(Debug, Default)]
pub(super) struct TablePlaces {
    /// The places.
    pub read: ReadPlaces,
    /// The first words of rows that sum up, are signed or remark on the others, and are no places.
    pub passed_over: Vec<String>,
}

/// The places of tables that have columns of a position; the others of a workbook are remarks. `system` is that of the
/// coordinates, where one was named.
pub(super) fn of_grids(
    grids: Vec<CellGrid>,
    is_text: bool,
    system: Option<&ListSystem>,
) -> Result<TablePlaces, Vec<TargetFlaw>> {
    let mut found = TablePlaces::default();
    let (mut flaws, mut titles, mut any) = (Vec::new(), Vec::new(), false);
    for grid in grids {
        titles.extend(grid.titles.iter().cloned());
        let Some(positions) =
            TablePositions::of(&grid.titles, system).map_err(|flaw| vec![flaw])?
        else {
            continue;
        };
        any = true;
        if let Some(system) = said_datum(&grid, positions.columns()) {
            return Err(vec![TargetFlaw::Datum(system)]);
        }
        let read = &mut found.read;
        read.columns
            .extend(grid.titles.iter().map(|t| t.trim().to_lowercase()));
        for (line, cells) in &grid.rows {
            match target(&grid.titles, &positions, *line, cells, is_text) {
                Ok((at, words)) => read.places.push(ReadPlace {
                    number: read.places.len() + 1,
                    shape: Shape::Point(at),
                    words,
                }),
                Err(flaw) => match foot(cells) {
                    Some(words) if is_of_datum(&words) => {
                        return Err(vec![TargetFlaw::Datum(shortened(&words))]);
                    }
                    Some(words) => found.passed_over.push(shortened(&words)),
                    None => flaws.push(flaw),
                },
            }
        }
    }
    if !any {
        titles.retain(|title| !title.trim().is_empty());
        flaws.push(TargetFlaw::NoColumns(titles));
    }
    if flaws.is_empty() {
        Ok(found)
    } else {
        Err(flaws)
    }
}

/// The system that a table names for its coordinates, in the titles of their columns, in its heading or in its name.
fn said_datum(grid: &CellGrid, columns: [usize; 2]) -> Option<String> {
    let in_title = columns.into_iter().find_map(|at| {
        let title = grid.titles.get(at)?;
        foreign_datum(title).map(|_| title.trim().to_owned())
    });
    in_title.or_else(|| grid.said_datum())
}

/// Whether a remark names another system for the coordinates beside it. One that gives coordinates itself speaks of those.
pub(super) fn is_of_datum(text: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    let half = half_width(text);
    let gives_some = half
        .split('.')
        .zip(half.split('.').skip(1))
        .any(|(before, after)| before.ends_with(digit) && after.starts_with(digit));
    !gives_some && datum_in_words(text).is_some()
}

/// The words of a row at the foot of a table, where it is one: what sums up, who filled it in, remarks on the rows above.
fn foot(cells: &[Field]) -> Option<String> {
    const SUMS: [&str; 8] = [
        "合计", "总计", "小计", "共计", "累计", "总数", "total", "sum",
    ];
    const HANDS: [&str; 8] = [
        "填表", "制表", "填报", "审核", "审批", "复核", "校核", "编制",
    ];
    const LABELS: [&str; 14] = [
        "注", "备注", "说明", "附注", "单位", "联系", "负责", "日期", "时间", "签", "电话", "坐标",
        "note", "remark",
    ];
    let filled = cells.iter().find(|cell| !cell.is_empty())?.to_text();
    let plain = plain_title(&filled);
    let begins = |words: &[&str]| words.iter().any(|word| plain.starts_with(word));
    let is_labelled = || plain.chars().take(10).any(|c| c == ':');
    let is_foot = begins(&SUMS) || begins(&HANDS) || begins(&LABELS) && is_labelled();
    is_foot.then(|| {
        let words = cells.iter().filter(|cell| !cell.is_empty());
        words.map(Field::to_text).collect::<Vec<_>>().join(" ")
    })
}

/// How the positions of a table are written.
enum TablePositions<'a> {
    /// In degrees, of the system that was named or of WGS 84.
    Degrees(PositionColumns, Option<&'a ListSystem>),
    /// In metres of a system.
    Metres(MetreColumns, &'a ListSystem),
}

impl<'a> TablePositions<'a> {
    /// Those of a table; `None` where it has none.
    fn of(titles: &[String], system: Option<&'a ListSystem>) -> Result<Option<Self>, TargetFlaw> {
        Ok(match system.filter(|system| system.in_metres) {
            Some(system) => MetreColumns::of(titles)?.map(|columns| Self::Metres(columns, system)),
            None => PositionColumns::of(titles)?.map(|columns| Self::Degrees(columns, system)),
        })
    }

    /// Their columns.
    fn columns(&self) -> [usize; 2] {
        match self {
            Self::Degrees(columns, _) => columns.each(),
            Self::Metres(MetreColumns(one, other), _) => [*one, *other],
        }
    }

    /// Where the position of a row lies.
    fn place(&self, line: u64, cells: &[Field]) -> Result<LonLat, TargetFlaw> {
        let (columns, system) = match self {
            Self::Degrees(columns, system) => (columns, system),
            Self::Metres(columns, system) => return system.place_of_row(*columns, line, cells),
        };
        let (lon, lat) = columns.degrees(line, cells)?;
        if lon == 0.0 && lat == 0.0 {
            return Err(TargetFlaw::Origin(line));
        }
        system.map_or(Ok(LonLat::new(lon, lat)), |system| {
            let place = system.place(CrsPoint { x: lon, y: lat });
            place.map_err(|error| TargetFlaw::System(Some(line), error))
        })
    }
}

/// The columns of positions in degrees.
#[derive(Debug, Clone, Copy)]
enum PositionColumns {
    /// The longitude and the latitude, and a column of both besides.
    Two(usize, usize, Option<usize>),
    /// Both in one.
    One(usize),
}

impl PositionColumns {
    /// Those of a table; `None` where it has none.
    fn of(titles: &[String]) -> Result<Option<Self>, TargetFlaw> {
        let lon = column(titles, Axis::Longitude)?;
        let two = lon.zip(column(titles, Axis::Latitude)?);
        let one = || titles.iter().position(|title| is_position(title));
        let two = two.map(|(lon, lat)| Self::Two(lon, lat, one()));
        Ok(two.or_else(|| one().map(Self::One)))
    }

    /// The longitude and the latitude of a row.
    fn degrees(self, line: u64, cells: &[Field]) -> Result<(f64, f64), TargetFlaw> {
        let text = |at: usize| cells.get(at).map(Field::to_text).unwrap_or_default();
        let flaw = |text: String| move |flaw| TargetFlaw::Line(line, text, flaw);
        let half = |at: usize, axis| {
            let text = text(at);
            degrees(&text, axis).map_err(flaw(text))
        };
        match self {
            Self::Two(lon, lat, both) => {
                let at = (half(lon, Axis::Longitude)?, half(lat, Axis::Latitude)?);
                let both = both.map(text).unwrap_or_default();
                agrees(&both, at).map_err(flaw(both))?;
                Ok(at)
            }
            Self::One(both) => {
                let text = text(both);
                position(&text).map_err(flaw(text))
            }
        }
    }

    fn each(self) -> [usize; 2] {
        match self {
            Self::Two(lon, lat, _) => [lon, lat],
            Self::One(both) => [both, both],
        }
    }
}

/// The column of one half of a position.
fn column(titles: &[String], axis: Axis) -> Result<Option<usize>, TargetFlaw> {
    let all: Vec<usize> = (0..titles.len())
        .filter(|at| axis_among(titles, *at) == Some(axis))
        .collect();
    // Of “经度” and “X” the one that says degrees is meant, and X before letters that may mean anything.
    let best = all.iter().map(|at| doubt(titles, *at)).min();
    let found: Vec<usize> = all
        .iter()
        .copied()
        .filter(|at| Some(doubt(titles, *at)) == best)
        .collect();
    match found[..] {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        [one, other, ..] => Err(TargetFlaw::TwoColumns(
            titles[one].trim().to_owned(),
            titles[other].trim().to_owned(),
        )),
    }
}

/// How little a title says of degrees.
fn doubt(titles: &[String], at: usize) -> u8 {
    let plain = plain_title(&titles[at]);
    match plain.as_str() {
        _ if plain.starts_with(['x', 'y']) => 2,
        _ if !is_shared_title(&plain) => 0,
        // JD beside WD is no street.
        _ if plain.starts_with(['j', 'w']) => 1,
        _ => 3,
    }
}

fn target(
    titles: &[String],
    positions: &TablePositions<'_>,
    line: u64,
    cells: &[Field],
    is_text: bool,
) -> Result<(LonLat, BTreeMap<String, String>), TargetFlaw> {
    let behind = cells.iter().skip(titles.len());
    if is_text && behind.into_iter().any(|cell| !cell.is_empty()) {
        return Err(TargetFlaw::Shifted(line));
    }
    let at = positions.place(line, cells)?;
    let words = titles
        .iter()
        .zip(cells)
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(title, cell)| (half_width(title).trim().to_lowercase(), cell.to_text()))
        .collect();
    Ok((at, words))
}
