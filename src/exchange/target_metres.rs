//! Targets in metres of a system that was named. Surveyors write X for the northing and map programs for the easting, so that
//! the numbers themselves say which is which.

use super::TargetFlaw;
use crate::ground::{Crs, CrsError, CrsPoint, LonLat, ToLonLat};
use crate::text::{Field, axis_among, is_metre_title, number};

/// The system of a list's coordinates, as it was named by who takes the list in.
pub(super) struct ListSystem {
    to: ToLonLat,
    /// Whether it counts in metres.
    pub in_metres: bool,
}

/// The two columns of positions in metres, in the order of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct MetreColumns(pub usize, pub usize);

impl ListSystem {
    /// With its way to longitude and latitude.
    ///
    /// # Errors
    /// [`CrsError::NoWayToLonLat`].
    pub fn of(crs: &Crs) -> Result<Self, CrsError> {
        Ok(Self {
            to: crs.to_lonlat()?,
            in_metres: crs.is_projected(),
        })
    }

    /// Where a position in this system lies.
    ///
    /// # Errors
    /// [`CrsError::OutOfRange`].
    pub fn place(&self, at: CrsPoint) -> Result<LonLat, CrsError> {
        self.to.apply(&[at]).map(|found| found[0])
    }

    /// Where the position of one row lies.
    pub fn place_of_row(
        &self,
        columns: MetreColumns,
        line: u64,
        cells: &[Field],
    ) -> Result<LonLat, TargetFlaw> {
        let text = |at: usize| cells.get(at).map(Field::to_text).unwrap_or_default();
        let (one, other) = (text(columns.0), text(columns.1));
        let halves = number(&one).zip(number(&other));
        let Some(at) = halves.and_then(|(one, other)| self.to.east_first(one, other)) else {
            return Err(TargetFlaw::NoMetres(line, one, other));
        };
        self.place(at)
            .map_err(|error| TargetFlaw::System(Some(line), error))
    }
}

impl MetreColumns {
    /// Those of a table; `None` where it has none.
    pub fn of(titles: &[String]) -> Result<Option<Self>, TargetFlaw> {
        let of = |is: &dyn Fn(usize) -> bool| (0..titles.len()).filter(|at| is(*at)).collect();
        let named: Vec<usize> = of(&|at| is_metre_title(&titles[at]));
        let halves: Vec<usize> = of(&|at| axis_among(titles, at).is_some());
        let found = if named.is_empty() { halves } else { named };
        match found[..] {
            [one, other] => Ok(Some(Self(one, other))),
            [] | [_] => Ok(None),
            [one, .., last] => Err(TargetFlaw::TwoColumns(
                titles[one].trim().to_owned(),
                titles[last].trim().to_owned(),
            )),
        }
    }
}
