//! Clearing: what of a window a first pass leaves to the model.

use crate::ground::Rect;
use crate::scan::model::{FirstPass, Hit, InputBatch, ModelError, Scorer};
use crate::scan::plan::{Tile, Window};

/// A first pass at work; belongs to one worker.
pub struct Clearing {
    scorer: Scorer,
    threshold: f32,
}

/// A tile after the first pass.
pub struct ClearedTile {
    /// What of it the model is to look at.
    pub left: Option<Tile>,
    /// The first pass's own hits in the rest of it.
    pub hits: Vec<Hit>,
}

impl Clearing {
    /// A first pass for one thread.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn new(first: &FirstPass) -> Result<Self, ModelError> {
        Ok(Self {
            scorer: first.scorer()?,
            threshold: first.threshold(),
        })
    }

    /// Looks at a tile, of which `values` are the standardised colours `[3,height,width]` of its window. All of it is cleared
    /// that lies further than the halo from every cell at or above the threshold, those in the halo too.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn look(
        &mut self,
        tile: &Tile,
        values: &[f32],
        (cell, halo): (u32, u32),
        floor: f32,
    ) -> Result<ClearedTile, ModelError> {
        let Window { width, height, .. } = tile.window;
        let batch = InputBatch {
            values,
            count: 1,
            size: (height, width),
        };
        let whole = Rect {
            x0: 0,
            y0: 0,
            x1: width,
            y1: height,
        };
        let lowest = floor.min(self.threshold);
        let cells: Vec<Hit> = (self.scorer)
            .hits(&batch, &[whole], lowest)?
            .into_iter()
            .flatten()
            .collect();
        Ok(cleared(tile, &cells, self.threshold, (cell, halo), floor))
    }
}

/// What cells of a tile's window leave of it.
fn cleared(
    tile: &Tile,
    cells: &[Hit],
    threshold: f32,
    (cell, halo): (u32, u32),
    floor: f32,
) -> ClearedTile {
    let suspicious = cells.iter().filter(|hit| hit.score >= threshold);
    let near = suspicious.filter_map(|hit| placed(hit.rect, tile.core, halo, halo));
    let left = near
        .reduce(Rect::around)
        .map(|to| tile.shrunk(to, cell, halo));
    let of_rest = |hit: &Hit| {
        let rect = placed(hit.rect, tile.core, halo, 0)?;
        let is_left = left.is_some_and(|left| meet(left.core, rect));
        (hit.score >= floor && !is_left).then_some(Hit { rect, ..*hit })
    };
    let hits = cells.iter().filter_map(of_rest).collect();
    ClearedTile { left, hits }
}

/// The part of a window's values that a smaller window in it sees.
pub fn part_of(values: &[f32], window: Window, part: Window, out: &mut Vec<f32>) {
    let index = |v: i64| usize::try_from(v).unwrap_or(0);
    let (left, top) = (index(part.x - window.x), index(part.y - window.y));
    let (width, height) = (part.width as usize, part.height as usize);
    out.clear();
    for plane in values.chunks_exact(window.width as usize * window.height as usize) {
        let rows = plane.chunks_exact(window.width as usize);
        for row in rows.skip(top).take(height) {
            out.extend_from_slice(&row[left..left + width]);
        }
    }
}

/// The part of a core that lies within `margin` of a cell of its window, which begins a halo before the core; as pixels of
/// the source.
fn placed(cell: Rect, core: Rect, halo: u32, margin: u32) -> Option<Rect> {
    let axis = |from: u32, to: u32, core: (u32, u32)| {
        let first = (from + core.0).saturating_sub(halo + margin);
        let last = (to + core.0 + margin).saturating_sub(halo);
        (first.clamp(core.0, core.1), last.clamp(core.0, core.1))
    };
    let (x0, x1) = axis(cell.x0, cell.x1, (core.x0, core.x1));
    let (y0, y1) = axis(cell.y0, cell.y1, (core.y0, core.y1));
    (x0 < x1 && y0 < y1).then_some(Rect { x0, y0, x1, y1 })
}

fn meet(a: Rect, b: Rect) -> bool {
    a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CELL: u32 = 16;
    const HALO: u32 = 48;

    /// A tile with so many cells along the sides of its core, which may end within the last.
    fn tile(columns: u32, rows: u32, cut: u32) -> Tile {
        let (x0, y0) = (640, 320);
        Tile {
            window: Window {
                x: i64::from(x0 - HALO),
                y: i64::from(y0 - HALO),
                width: columns * CELL + 2 * HALO,
                height: rows * CELL + 2 * HALO,
            },
            core: Rect {
                x0,
                y0,
                x1: x0 + columns * CELL - cut,
                y1: y0 + rows * CELL - cut,
            },
        }
    }

    /// All cells of a tile's window, with scores by their column and row.
    fn cells(tile: &Tile, score: impl Fn(u32, u32) -> f32) -> Vec<Hit> {
        let (columns, rows) = (tile.window.width / CELL, tile.window.height / CELL);
        let one = |at: u32| {
            let (column, row) = (at % columns, at / columns);
            let (x0, y0) = (column * CELL, row * CELL);
            Hit {
                tile: 0,
                rect: Rect {
                    x0,
                    y0,
                    x1: x0 + CELL,
                    y1: y0 + CELL,
                },
                class: 1,
                score: score(column, row),
            }
        };
        (0..columns * rows).map(one).collect()
    }

    fn pixels(rect: Rect) -> u64 {
        u64::from(rect.x1 - rect.x0) * u64::from(rect.y1 - rect.y0)
    }

    proptest! {
        #[test]
        fn what_lies_near_a_suspicious_cell_is_left_and_the_rest_keeps_its_scores(
            (columns, rows, cut) in (1..50_u32, 1..50_u32, 0..16_u32),
            marks in proptest::collection::vec((0..56_u32, 0..56_u32), 0..4),
        ) {
            let tile = tile(columns, rows, cut);
            let is_marked = |x, y| marks.contains(&(x, y));
            let all = cells(&tile, |x, y| if is_marked(x, y) { 0.3 } else { 0.1 });
            let found = cleared(&tile, &all, 0.2, (CELL, HALO), 0.05);
            let left = found.left.map(|left| left.core);
            let (mut in_rest, mut wanted) = (0, 0);
            for j in 0..rows {
                for i in 0..columns {
                    // Cells of the core begin behind the halo; those of the window that are near it are three more on each side.
                    let near = |from: u32, mark: u32| (from..=from + 6).contains(&mark);
                    let is_near = marks.iter().any(|(x, y)| near(i, *x) && near(j, *y));
                    let rect = placed(all[((j + 3) * (columns + 6) + i + 3) as usize].rect, tile.core, HALO, 0);
                    let Some(rect) = rect else { continue };
                    let is_left = left.is_some_and(|left| meet(left, rect));
                    prop_assert!(is_left || !is_near, "{i} {j}");
                    wanted += pixels(rect);
                    in_rest += if is_left { 0 } else { pixels(rect) };
                }
            }
            prop_assert_eq!(found.hits.iter().map(|hit| pixels(hit.rect)).sum::<u64>(), in_rest);
            prop_assert_eq!(wanted, pixels(tile.core));
            prop_assert_eq!(in_rest + left.map_or(0, pixels), wanted, "whole cells are left");
            if let Some(left) = found.left {
                let (a, b) = (left.window, tile.window);
                prop_assert!(a.x >= b.x && a.y >= b.y);
                prop_assert!(a.x + i64::from(a.width) <= b.x + i64::from(b.width));
                prop_assert!(a.y + i64::from(a.height) <= b.y + i64::from(b.height));
                prop_assert!(a.width % CELL == 0 && a.height % CELL == 0);
            }
        }
    }

    #[test]
    fn where_nothing_is_suspicious_all_is_cleared() {
        let tile = tile(44, 44, 0);
        let found = cleared(&tile, &cells(&tile, |_, _| 0.01), 0.2, (CELL, HALO), 0.05);
        assert!(found.left.is_none() && found.hits.is_empty());
    }

    #[test]
    fn a_part_of_a_window_is_what_a_smaller_one_sees() {
        let whole = Window {
            x: -3,
            y: 5,
            width: 6,
            height: 4,
        };
        let values: Vec<f32> = (0_u8..72).map(f32::from).collect();
        let part = Window {
            x: -1,
            y: 6,
            width: 2,
            height: 2,
        };
        let mut out = vec![9.0];
        part_of(&values, whole, part, &mut out);
        let wanted = [8, 9, 14, 15, 32, 33, 38, 39, 56, 57, 62, 63_u8].map(f32::from);
        assert_eq!(out, wanted);
    }
}
