//! A lattice of equal squares on the ground, by which areas are counted.

use super::photo_view::PhotoView;
use crate::ground::{LonLat, PixelPoint, rings};
use geo::{BoundingRect, Coord, LineString, MultiPolygon};
use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

/// A square metre: its column and row.
pub(super) type Square = (i64, i64);

/// Squares of a metre over lon/lat.
pub(super) struct Lattice {
    pub(super) step: Coord,
}

impl Lattice {
    pub(super) fn about(latitude: f64) -> Self {
        const METRE: f64 = 1.0 / 111_000.0;
        let narrow = latitude.to_radians().cos().max(0.01);
        let (x, y) = (METRE / narrow, METRE);
        let step = Coord { x, y };
        Self { step }
    }

    pub(super) fn corner(&self, (column, row): Square) -> LonLat {
        LonLat::new(column as f64 * self.step.x, row as f64 * self.step.y)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "degrees over metres fit an i64"
    )]
    pub(super) fn square(&self, at: Coord) -> Square {
        (
            (at.x / self.step.x).floor() as i64,
            (at.y / self.step.y).floor() as i64,
        )
    }

    /// The longitudes at which a row's line enters and leaves an area.
    pub(super) fn crossings(&self, area: &MultiPolygon, row: i64) -> Vec<f64> {
        crossings(area, row as f64 * self.step.y)
    }

    /// Whether the corners of a row from `columns.start` on lie inside an area.
    pub(super) fn inside(&self, area: &MultiPolygon, row: i64, columns: &Range<i64>) -> Vec<bool> {
        let crossings = self.crossings(area, row);
        let is_inside = |column: i64| {
            let x = column as f64 * self.step.x;
            crossings.partition_point(|c| *c <= x) % 2 == 1
        };
        columns.clone().map(is_inside).collect()
    }

    /// Tells every square of which a photo shows anything: whether it shows all of it, and the parts it takes. With
    /// `only`, the squares of that box.
    pub(super) fn squares<B>(
        &self,
        shown: &PhotoView<'_>,
        only: Option<geo::Rect>,
        mut tell: impl FnMut(Square, bool, (Range<usize>, Range<usize>)) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let Some(bounds) = shown.outline.bounding_rect() else {
            return ControlFlow::Continue(());
        };
        let (mut low, mut high) = (self.square(bounds.min()), self.square(bounds.max()));
        if let Some(only) = only {
            let (from, to) = (self.square(only.min()), self.square(only.max()));
            // A square counts for every part that the box about it meets: a little beyond the part itself.
            low = (low.0.max(from.0 - 2), low.1.max(from.1 - 2));
            high = (high.0.min(to.0 + 2), high.1.min(to.1 + 2));
        }
        let vertices: BTreeSet<Square> = shown
            .outline
            .iter()
            .flat_map(|p| p.exterior().coords())
            .map(|c| self.square(*c))
            .collect();
        let corners = low.0..high.0 + 2;
        let row_of = |row: i64| -> Vec<PixelPoint> {
            corners
                .clone()
                .map(|column| (shown.pixel)(self.corner((column, row))))
                .collect()
        };
        let mut below = self.inside(shown.outline, low.1, &corners);
        let mut below_at = row_of(low.1);
        for row in low.1..=high.1 {
            let above = self.inside(shown.outline, row + 1, &corners);
            let above_at = row_of(row + 1);
            for (i, column) in (low.0..=high.0).enumerate() {
                let within = [below[i], below[i + 1], above[i], above[i + 1]];
                let whole = within.iter().all(|w| *w);
                let any = within.iter().any(|w| *w) || vertices.contains(&(column, row));
                if any {
                    let at = [below_at[i], below_at[i + 1], above_at[i], above_at[i + 1]];
                    tell((column, row), whole, shown.met(at))?;
                }
            }
            (below, below_at) = (above, above_at);
        }
        ControlFlow::Continue(())
    }
}

/// Pieces along the side of a square at the rim.
pub(super) const PIECES: i64 = 4;

impl Lattice {
    /// The pieces of a square whose middles a photo shows, each with the part it lies in.
    pub(super) fn pieces(
        &self,
        shown: &PhotoView<'_>,
        (column, row): Square,
    ) -> Vec<(Square, usize)> {
        let along = |piece: i64| (piece as f64 + 0.5) / PIECES as f64;
        let mut found = Vec::new();
        for j in 0..PIECES {
            let y = (row as f64 + along(j)) * self.step.y;
            let crossings = crossings(shown.outline, y);
            for i in 0..PIECES {
                let x = (column as f64 + along(i)) * self.step.x;
                if crossings.partition_point(|c| *c <= x) % 2 == 1 {
                    let at = (shown.pixel)(LonLat::new(x, y));
                    let (columns, rows) = shown.met([at; 4]);
                    let across = shown.columns.len() - 1;
                    let piece = (column * PIECES + i, row * PIECES + j);
                    found.push((piece, rows.start * across + columns.start));
                }
            }
        }
        found
    }
}

/// The longitudes at which a parallel enters and leaves an area, in their order.
pub(super) fn crossings(area: &MultiPolygon, y: f64) -> Vec<f64> {
    let lines = area.iter().flat_map(rings).flat_map(LineString::lines);
    let crossed = lines.filter(|l| (l.start.y <= y) != (l.end.y <= y));
    let longitudes = crossed
        .map(|l| l.start.x + (y - l.start.y) / (l.end.y - l.start.y) * (l.end.x - l.start.x));
    let mut found: Vec<f64> = longitudes.collect();
    found.sort_by(f64::total_cmp);
    found
}
