//! A photo as far as its parts are concerned: where they lie, and how poorly each is shown.

use crate::ground::{LonLat, PixelPoint};
use geo::{Coord, MultiPolygon};
use std::collections::BTreeSet;
use std::ops::Range;

/// A photo as far as its parts are concerned.
pub struct PhotoView<'a> {
    /// The ground it shows, in lon/lat.
    pub outline: &'a MultiPolygon,
    /// From a place to the pixel of the photo's own grid.
    pub pixel: Box<dyn Fn(LonLat) -> PixelPoint + 'a>,
    /// From a pixel of the grid to its place.
    pub place: Box<dyn Fn(PixelPoint) -> LonLat + 'a>,
    /// Where its parts begin and end along the grid's columns.
    pub columns: Vec<u32>,
    /// Where they begin and end along its rows.
    pub rows: Vec<u32>,
    /// How poorly it shows each part, row by row; the worst are given up first.
    pub poorness: Vec<f64>,
    /// The parts that are searched already and cannot be given up.
    pub searched: BTreeSet<usize>,
}

impl PhotoView<'_> {
    pub(super) fn parts(&self) -> usize {
        (self.columns.len() - 1) * (self.rows.len() - 1)
    }

    /// The columns and rows of parts that a square meets.
    pub(super) fn met(&self, corners: [PixelPoint; 4]) -> (Range<usize>, Range<usize>) {
        let span = |value: fn(&PixelPoint) -> f64, edges: &[u32]| {
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            for corner in &corners {
                low = low.min(value(corner));
                high = high.max(value(corner));
            }
            let last = edges.len() - 2;
            let first = edges[1..=last].partition_point(|e| f64::from(*e) <= low);
            let end = edges[1..=last].partition_point(|e| f64::from(*e) < high);
            first..end + 1
        };
        (span(|p| p.x, &self.columns), span(|p| p.y, &self.rows))
    }

    /// The ground of a part as a box in lon/lat.
    pub(super) fn part_bounds(&self, part: usize) -> geo::Rect {
        let across = self.columns.len() - 1;
        let (i, j) = (part % across, part / across);
        let at = |x: u32, y: u32| {
            let (x, y) = (f64::from(x), f64::from(y));
            Coord::from((self.place)(PixelPoint { x, y }))
        };
        let corners = [
            at(self.columns[i], self.rows[j]),
            at(self.columns[i + 1], self.rows[j]),
            at(self.columns[i + 1], self.rows[j + 1]),
            at(self.columns[i], self.rows[j + 1]),
        ];
        let low = |v: fn(&Coord) -> f64| corners.iter().map(v).fold(f64::INFINITY, f64::min);
        let high = |v: fn(&Coord) -> f64| corners.iter().map(v).fold(f64::NEG_INFINITY, f64::max);
        geo::Rect::new(
            Coord {
                x: low(|c| c.x),
                y: low(|c| c.y),
            },
            Coord {
                x: high(|c| c.x),
                y: high(|c| c.y),
            },
        )
    }
}
