//! Sets of pixels: built from rectangles, combined, and turned into polygons.
//!
//! A region is kept as horizontal bands of equal rows, so that a raster of a hundred thousand rows that is searched
//! whole costs one band, and a ragged edge costs what it shows. All coordinates are whole pixels; a run `[start, end)`
//! of row `y` covers the square from `(start, y)` to `(end, y + 1)`.

/// A run of pixels in a row, end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelRun {
    /// First column.
    pub start: u32,
    /// Column after the last.
    pub end: u32,
}

/// A rectangle of pixels, right and bottom excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// First column.
    pub x0: u32,
    /// First row.
    pub y0: u32,
    /// Column after the last.
    pub x1: u32,
    /// Row after the last.
    pub y1: u32,
}

impl Rect {
    /// All pixels of a picture of this size.
    pub fn of_size((x1, y1): (u32, u32)) -> Self {
        let (x0, y0) = (0, 0);
        Self { x0, y0, x1, y1 }
    }

    /// The smallest around two.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// Its corners, from the top left on, clockwise in the picture.
    pub fn corners(self) -> [(u32, u32); 4] {
        let Self { x0, y0, x1, y1 } = self;
        [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowBand {
    pub(super) y0: u32,
    pub(super) y1: u32,
    pub(super) runs: Vec<PixelRun>,
}

impl RowBand {
    fn pixels(&self) -> u64 {
        let of_a_row = |run: &PixelRun| u64::from(run.end - run.start);
        u64::from(self.y1 - self.y0) * self.runs.iter().map(of_a_row).sum::<u64>()
    }

    fn rects(&self) -> impl Iterator<Item = Rect> + '_ {
        self.runs.iter().map(|run| Rect {
            x0: run.start,
            y0: self.y0,
            x1: run.end,
            y1: self.y1,
        })
    }
}

/// A set of pixels in normal form: equal sets compare equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Region {
    pub(super) bands: Vec<RowBand>,
}

impl Region {
    /// The union of rectangles, in any order; empty ones are ignored. O(n log n) for rectangles that overlap little.
    pub fn from_rects(rects: impl IntoIterator<Item = Rect>) -> Self {
        let mut rects: Vec<Rect> = rects
            .into_iter()
            .filter(|r| r.x0 < r.x1 && r.y0 < r.y1)
            .collect();
        rects.sort_unstable_by_key(|r| (r.y0, r.x0));
        let mut edges: Vec<u32> = rects.iter().flat_map(|r| [r.y0, r.y1]).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut region = Self::default();
        let mut active: Vec<Rect> = Vec::new();
        let mut next = 0;
        for pair in edges.windows(2) {
            active.retain(|r| r.y1 > pair[0]);
            while next < rects.len() && rects[next].y0 <= pair[0] {
                active.push(rects[next]);
                next += 1;
            }
            let mut runs: Vec<PixelRun> = active
                .iter()
                .map(|r| PixelRun {
                    start: r.x0,
                    end: r.x1,
                })
                .collect();
            runs.sort_unstable_by_key(|r| r.start);
            region.push(pair[0], pair[1], join(&runs));
        }
        region
    }

    /// From rows in order, each with its sorted, disjoint runs.
    pub fn from_rows(rows: impl IntoIterator<Item = (u32, Vec<PixelRun>)>) -> Self {
        let mut region = Self::default();
        for (y, runs) in rows {
            region.push(y, y + 1, runs);
        }
        region
    }

    fn push(&mut self, y0: u32, y1: u32, runs: Vec<PixelRun>) {
        if runs.is_empty() || y0 >= y1 {
            return;
        }
        match self.bands.last_mut() {
            Some(last) if last.y1 == y0 && last.runs == runs => last.y1 = y1,
            _ => self.bands.push(RowBand { y0, y1, runs }),
        }
    }

    /// Whether it holds no pixel.
    pub fn is_empty(&self) -> bool {
        self.bands.is_empty()
    }

    /// How many pixels it holds.
    pub fn pixels(&self) -> u64 {
        self.bands.iter().map(RowBand::pixels).sum()
    }

    /// Its rectangles, disjoint, from the top.
    pub fn rects(&self) -> impl Iterator<Item = Rect> + '_ {
        self.bands.iter().flat_map(RowBand::rects)
    }

    /// Pixels in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a || b)
    }

    /// Pixels in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a && b)
    }

    /// The part of it inside a rectangle.
    #[must_use]
    pub fn within(&self, rect: Rect) -> Self {
        self.intersection(&Self::from_rects([rect]))
    }

    /// Whether every pixel of a rectangle belongs to it.
    pub fn covers(&self, rect: Rect) -> bool {
        let first = self.bands.partition_point(|b| b.y1 <= rect.y0);
        let mut y = rect.y0;
        for band in &self.bands[first..] {
            let run = band.runs.partition_point(|r| r.end <= rect.x0);
            let whole = band
                .runs
                .get(run)
                .is_some_and(|r| r.start <= rect.x0 && r.end >= rect.x1);
            if y >= rect.y1 || band.y0 > y || !whole {
                break;
            }
            y = band.y1;
        }
        y >= rect.y1
    }

    /// The parts of it, joined by their sides, that touch the border of a raster of `width` by `height` pixels.
    #[must_use]
    pub fn touching_border(&self, width: u32, height: u32) -> Self {
        let first = self.first_runs();
        let labels = self.components(&first);
        let at_border = |band: &RowBand, run: &PixelRun| {
            band.y0 == 0 || band.y1 >= height || run.start == 0 || run.end >= width
        };
        let mut kept = vec![false; labels.count];
        for (i, band) in self.bands.iter().enumerate() {
            for (k, run) in band.runs.iter().enumerate() {
                kept[labels.of[first[i] + k]] |= at_border(band, run);
            }
        }
        let mut result = Self::default();
        for (i, band) in self.bands.iter().enumerate() {
            let runs = band
                .runs
                .iter()
                .enumerate()
                .filter(|(k, _)| kept[labels.of[first[i] + k]])
                .map(|(_, r)| *r);
            result.push(band.y0, band.y1, runs.collect());
        }
        result
    }

    /// Pixels in `self` that are not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a && !b)
    }

    fn combine(&self, other: &Self, keep: fn(bool, bool) -> bool) -> Self {
        let mut edges: Vec<u32> = self
            .bands
            .iter()
            .chain(&other.bands)
            .flat_map(|b| [b.y0, b.y1])
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let mut result = Self::default();
        let (mut i, mut j) = (0, 0);
        for pair in edges.windows(2) {
            let a = runs_at(&self.bands, &mut i, pair[0]);
            let b = runs_at(&other.bands, &mut j, pair[0]);
            result.push(pair[0], pair[1], merge(a, b, keep));
        }
        result
    }

    /// The number of each band's first run, counting runs from the top.
    pub(super) fn first_runs(&self) -> Vec<usize> {
        let lengths = self.bands.iter().map(|band| band.runs.len());
        let firsts = lengths.scan(0, |end, length| {
            *end += length;
            Some(*end - length)
        });
        firsts.collect()
    }

    /// Labels each run with its connected component (sides only).
    pub(super) fn components(&self, first: &[usize]) -> ComponentLabels {
        let total = self.bands.iter().map(|b| b.runs.len()).sum();
        let mut parent: Vec<usize> = (0..total).collect();
        for (i, pair) in self.bands.windows(2).enumerate() {
            if pair[0].y1 != pair[1].y0 {
                continue;
            }
            let (mut a, mut b) = (0, 0);
            while a < pair[0].runs.len() && b < pair[1].runs.len() {
                let (ra, rb) = (pair[0].runs[a], pair[1].runs[b]);
                if ra.start < rb.end && rb.start < ra.end {
                    let (x, y) = (
                        root(&mut parent, first[i] + a),
                        root(&mut parent, first[i + 1] + b),
                    );
                    parent[x.max(y)] = x.min(y);
                }
                if ra.end <= rb.end { a += 1 } else { b += 1 }
            }
        }
        let mut names = vec![usize::MAX; total];
        let mut count = 0;
        let of = (0..total)
            .map(|i| {
                let r = root(&mut parent, i);
                if names[r] == usize::MAX {
                    names[r] = count;
                    count += 1;
                }
                names[r]
            })
            .collect();
        ComponentLabels { of, count }
    }
}

pub(super) struct ComponentLabels {
    pub(super) of: Vec<usize>,
    pub(super) count: usize,
}

fn root(parent: &mut [usize], mut i: usize) -> usize {
    while parent[i] != i {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    i
}

/// Joins sorted runs that overlap or touch.
fn join(runs: &[PixelRun]) -> Vec<PixelRun> {
    let mut joined: Vec<PixelRun> = Vec::with_capacity(runs.len());
    for run in runs {
        match joined.last_mut() {
            Some(last) if run.start <= last.end => last.end = last.end.max(run.end),
            _ => joined.push(*run),
        }
    }
    joined
}

fn runs_at<'a>(bands: &'a [RowBand], at: &mut usize, y: u32) -> &'a [PixelRun] {
    while bands.get(*at).is_some_and(|b| b.y1 <= y) {
        *at += 1;
    }
    match bands.get(*at) {
        Some(b) if b.y0 <= y => &b.runs,
        _ => &[],
    }
}

/// Combines two sorted lists of disjoint runs.
pub(super) fn merge(a: &[PixelRun], b: &[PixelRun], keep: fn(bool, bool) -> bool) -> Vec<PixelRun> {
    let position = |runs: &[PixelRun], step: usize| -> Option<u32> {
        runs.get(step / 2).map(|r| {
            if step.is_multiple_of(2) {
                r.start
            } else {
                r.end
            }
        })
    };
    let (mut i, mut j) = (0, 0);
    let mut merged: Vec<PixelRun> = Vec::new();
    let mut open: Option<u32> = None;
    loop {
        let x = match (position(a, i), position(b, j)) {
            (None, None) => return merged,
            (Some(p), None) | (None, Some(p)) => p,
            (Some(p), Some(q)) => p.min(q),
        };
        while position(a, i) == Some(x) {
            i += 1;
        }
        while position(b, j) == Some(x) {
            j += 1;
        }
        match (keep(i % 2 == 1, j % 2 == 1), open) {
            (true, None) => open = Some(x),
            (false, Some(start)) => {
                merged.push(PixelRun { start, end: x });
                open = None;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Area, Validation};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn region(pixels: &BTreeSet<(u32, u32)>) -> Region {
        Region::from_rects(pixels.iter().map(|(x, y)| Rect {
            x0: *x,
            y0: *y,
            x1: x + 1,
            y1: y + 1,
        }))
    }

    #[test]
    fn a_ring_of_pixels_has_one_polygon_with_one_hole() {
        let pixels: BTreeSet<_> = (0..3)
            .flat_map(|x| (0..3).map(move |y| (x, y)))
            .filter(|p| *p != (1, 1))
            .collect();
        let outline = region(&pixels).outline();
        assert_eq!(outline.0.len(), 1);
        assert_eq!(outline.0[0].interiors().len(), 1);
        assert!((outline.unsigned_area() - 8.0).abs() < 1e-12);
    }

    #[test]
    fn pixels_that_touch_at_a_corner_are_two_polygons() {
        let outline = region(&BTreeSet::from([(0, 0), (1, 1)])).outline();
        assert_eq!(outline.0.len(), 2);
        assert!(outline.is_valid());
    }

    #[test]
    fn only_what_hangs_together_with_the_border_touches_it() {
        let pixels = BTreeSet::from([(0, 4), (1, 4), (1, 5), (5, 5), (6, 6), (8, 9)]);
        let touching = region(&pixels).touching_border(10, 10);
        assert_eq!(
            touching,
            region(&BTreeSet::from([(0, 4), (1, 4), (1, 5), (8, 9)]))
        );
    }

    #[test]
    fn a_raster_searched_whole_is_one_band() {
        let rows = (0..1000).map(|y| Rect {
            x0: 0,
            y0: y,
            x1: 50_000,
            y1: y + 1,
        });
        let region = Region::from_rects(rows);
        assert_eq!(region.rects().count(), 1);
        assert_eq!(region.pixels(), 50_000_000);
    }

    fn pixel_set() -> impl Strategy<Value = BTreeSet<(u32, u32)>> {
        proptest::collection::btree_set((0..9_u32, 0..9_u32), 0..60)
    }

    proptest! {
        #[test]
        fn outlines_are_valid_and_enclose_exactly_the_pixels(pixels in pixel_set()) {
            let region = region(&pixels);
            prop_assert_eq!(region.pixels(), pixels.len() as u64);
            let outline = region.outline();
            prop_assert!(outline.iter().all(Validation::is_valid));
            prop_assert!((outline.unsigned_area() - pixels.len() as f64).abs() < 1e-9);
        }

        #[test]
        fn union_and_difference_are_those_of_sets(a in pixel_set(), b in pixel_set()) {
            let (ra, rb) = (region(&a), region(&b));
            prop_assert_eq!(ra.union(&rb), region(&a.union(&b).copied().collect()));
            prop_assert_eq!(ra.difference(&rb), region(&a.difference(&b).copied().collect()));
            prop_assert_eq!(ra.intersection(&rb), region(&a.intersection(&b).copied().collect()));
        }

        #[test]
        fn a_rectangle_is_covered_where_all_its_pixels_belong(pixels in pixel_set(), x in 0..8_u32, y in 0..8_u32, w in 1..3_u32, h in 1..3_u32) {
            let all = (x..x + w).all(|x| (y..y + h).all(|y| pixels.contains(&(x, y))));
            prop_assert_eq!(region(&pixels).covers(Rect { x0: x, y0: y, x1: x + w, y1: y + h }), all);
        }
    }
}
