//! How a source is cut: tiles on the model's grid, the block-aligned chunks of pixels they need, and the order of work.
//!
//! All of it is decided before a pixel is read, from sizes alone, so that it is the same on every machine and a journal
//! can name a task by its number. Model pixels are the source resampled to the model's resolution; level pixels are
//! those of the raster or of the overview that is read.

use super::spans::{Span, aligned_down, aligned_up, axis, needed, same, shrunk, touched, whole};
use crate::ground::Rect;
use crate::scan::model::Contract;

/// Bytes of decoded pixels that the rows in work may hold. It decides how wide a stripe of a wide raster is.
const STRIPE_BYTES: f64 = 24e6;
/// Pixels along a side that a chunk aims at.
const CHUNK: u32 = 512;
/// Cells by which a window at the edge of the ground shrinks at a time.
const TRIM_CELLS: u32 = 8;

/// A rectangle of model pixels; it may reach beyond the source where a window has a halo or the source is small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First column.
    pub x: i64,
    /// First row.
    pub y: i64,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// One input of the model and the cells of it that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// What the model sees.
    pub window: Window,
    /// What its trusted cells cover, in model pixels, inside the source.
    pub core: Rect,
}

/// What is scored in one call: one tile, or as many as the model's batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The tiles, all of one size.
    pub tiles: Vec<Tile>,
    /// The numbers of the chunks they need.
    pub chunks: Vec<usize>,
}

/// Everything that is to be done to a source.
#[derive(Debug, Clone, PartialEq)]
pub struct TilePlan {
    /// Level pixels a model pixel takes, in x and y.
    pub scale: (f64, f64),
    /// Model pixels across and down.
    pub size: (u32, u32),
    /// The tasks in their order.
    pub tasks: Vec<Task>,
    /// What is read at once, in level pixels, in the order in which tasks need it. Chunks of neighbouring stripes
    /// overlap by a few blocks.
    pub chunks: Vec<Rect>,
}

/// What a plan is made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlannedGrid {
    /// Columns and rows of the level that is read.
    pub size: (u32, u32),
    /// Columns and rows of its blocks.
    pub block: (u32, u32),
    /// Centimetres of one level pixel along x and y.
    pub gsd_cm: (f64, f64),
}

impl Tile {
    /// The tile of a dense model around a rectangle of its core. It shrinks in steps, so that the model meets few different sizes.
    pub(crate) fn shrunk(&self, to: Rect, cell: u32, halo: u32) -> Self {
        let step = cell * TRIM_CELLS;
        let (core, window) = (self.core, self.window);
        let axis = |from: u32, to: u32, core: (u32, u32), window: u32| {
            let first = core.0 + aligned_down(from.saturating_sub(core.0), step);
            let last = core.0 + aligned_up(to - core.0, step, core.1 - core.0);
            // What reaches the core's end keeps the window's end, which lies beyond it at the far edge of the source.
            let length = if last == core.1 {
                window - (first - core.0)
            } else {
                last - first + 2 * halo
            };
            (first, last, length)
        };
        let (x0, x1, width) = axis(to.x0, to.x1, (core.x0, core.x1), window.width);
        let (y0, y1, height) = axis(to.y0, to.y1, (core.y0, core.y1), window.height);
        Self {
            window: Window {
                x: window.x + i64::from(x0 - core.x0),
                y: window.y + i64::from(y0 - core.y0),
                width,
                height,
            },
            core: Rect { x0, y0, x1, y1 },
        }
    }
}

impl TilePlan {
    /// Plans a source. `wanted` tells whether anything in a rectangle of level pixels is to be searched.
    pub fn new(
        contract: &Contract,
        batch: usize,
        ground: &PlannedGrid,
        wanted: impl Fn(Rect) -> bool,
    ) -> Self {
        let scale = (
            same(contract.resolution_cm / ground.gsd_cm.0),
            same(contract.resolution_cm / ground.gsd_cm.1),
        );
        let size = (
            shrunk(ground.size.0, scale.0),
            shrunk(ground.size.1, scale.1),
        );
        let axes = (
            axis(contract, contract.input.width, size.0),
            axis(contract, contract.input.height, size.1),
        );
        let mut plan = Self {
            scale,
            size,
            tasks: Vec::new(),
            chunks: Vec::new(),
        };
        for stripe in stripes(&axes.0, scale, ground) {
            plan.add_stripe((&stripe, &axes.1), batch, ground, &wanted);
        }
        plan
    }

    /// The level columns that the tiles from `first` to `last` need, aligned to blocks.
    fn reach_x(&self, first: &Span, last: &Span, ground: &PlannedGrid) -> (u32, u32) {
        let from = needed(first.from, 0, self.scale.0, ground.size.0).0;
        let to = needed(last.from, last.length, self.scale.0, ground.size.0).1;
        (
            aligned_down(from, ground.block.0),
            aligned_up(to, ground.block.0, ground.size.0),
        )
    }

    fn add_stripe(
        &mut self,
        (columns, rows): (&[Span], &[Span]),
        batch: usize,
        ground: &PlannedGrid,
        wanted: &impl Fn(Rect) -> bool,
    ) {
        let reach = self.reach_x(&columns[0], &columns[columns.len() - 1], ground);
        let step = (
            chunk_side(ground.block.0, reach.1 - reach.0, 1),
            chunk_side(ground.block.1, ground.size.1, rows_at_once(ground, reach)),
        );
        let mut tasks: Vec<Vec<Tile>> = Vec::new();
        for row in rows {
            let tiles: Vec<Tile> = columns
                .iter()
                .map(|column| self.tile(column, row))
                .filter(|tile| wanted(self.level_rect(tile.core, ground.size)))
                .collect();
            tasks.extend(tiles.chunks(batch.max(1)).map(<[Tile]>::to_vec));
        }
        let mut numbers = std::collections::HashMap::new();
        for tiles in tasks {
            let mut chunks = Vec::new();
            for tile in &tiles {
                let w = tile.window;
                let (x0, x1) = needed(w.x, w.width, self.scale.0, ground.size.0);
                let (y0, y1) = needed(w.y, w.height, self.scale.1, ground.size.1);
                for cy in y0 / step.1..y1.div_ceil(step.1) {
                    for cx in (x0 - reach.0) / step.0..(x1 - reach.0).div_ceil(step.0) {
                        let number = *numbers.entry((cx, cy)).or_insert_with(|| {
                            let rect = Rect {
                                x0: reach.0 + cx * step.0,
                                y0: cy * step.1,
                                x1: (reach.0 + (cx + 1) * step.0).min(reach.1),
                                y1: ((cy + 1) * step.1).min(ground.size.1),
                            };
                            self.chunks.push(rect);
                            self.chunks.len() - 1
                        });
                        if !chunks.contains(&number) {
                            chunks.push(number);
                        }
                    }
                }
            }
            self.tasks.push(Task { tiles, chunks });
        }
    }

    fn tile(&self, column: &Span, row: &Span) -> Tile {
        let inside = |start: i64, length: u32, size: u32| {
            let clip = |v: i64| u32::try_from(v.clamp(0, i64::from(size))).unwrap_or(size);
            (clip(start), clip(start + i64::from(length)))
        };
        let (x0, x1) = inside(column.core, column.core_length, self.size.0);
        let (y0, y1) = inside(row.core, row.core_length, self.size.1);
        Tile {
            window: Window {
                x: column.from,
                y: row.from,
                width: column.length,
                height: row.length,
            },
            core: Rect { x0, y0, x1, y1 },
        }
    }

    /// A tile of a dense model without the cells that lie wholly beyond `ground`, a rectangle of level pixels in its core.
    /// At the ragged edge of an orthomosaic most of a tile can be empty, and is not worth scoring.
    pub(crate) fn trimmed(&self, tile: &Tile, ground: Rect, cell: u32, halo: u32) -> Tile {
        let axis = |from: u32, to: u32, scale: f64, core: (u32, u32)| {
            let (from, to) = (f64::from(from) / scale, f64::from(to) / scale);
            (whole(from.floor(), core), whole(to.ceil(), core))
        };
        let core = tile.core;
        let (x0, x1) = axis(ground.x0, ground.x1, self.scale.0, (core.x0, core.x1));
        let (y0, y1) = axis(ground.y0, ground.y1, self.scale.1, (core.y0, core.y1));
        tile.shrunk(Rect { x0, y0, x1, y1 }, cell, halo)
    }

    /// The level pixels that a window is made of.
    pub(crate) fn read_for(&self, window: Window, level: (u32, u32)) -> Rect {
        let (x0, x1) = needed(window.x, window.width, self.scale.0, level.0);
        let (y0, y1) = needed(window.y, window.height, self.scale.1, level.1);
        Rect { x0, y0, x1, y1 }
    }

    /// Model pixels as the level pixels they touch.
    pub(crate) fn level_rect(&self, rect: Rect, level: (u32, u32)) -> Rect {
        let (x0, x1) = touched(rect.x0, rect.x1, self.scale.0, level.0);
        let (y0, y1) = touched(rect.y0, rect.y1, self.scale.1, level.1);
        Rect { x0, y0, x1, y1 }
    }
}

/// Groups columns of tiles into stripes so narrow that the rows of pixels in work stay small. Where a block is as wide
/// as the raster (strips), there is one stripe: a strip can only be decoded whole.
fn stripes(columns: &[Span], scale: (f64, f64), ground: &PlannedGrid) -> Vec<Vec<Span>> {
    let rows = f64::from(columns.first().map_or(1, |c| c.length)) * scale.1
        + f64::from(2 * CHUNK.max(ground.block.1.min(2048)));
    let widest = STRIPE_BYTES / (3.0 * rows);
    let span = |first: &Span, last: &Span| {
        (last.from - first.from) as f64 * scale.0 + f64::from(last.length) * scale.0
    };
    let mut stripes: Vec<Vec<Span>> = Vec::new();
    for column in columns {
        match stripes.last_mut() {
            Some(stripe)
                if ground.block.0 >= ground.size.0 || span(&stripe[0], column) <= widest =>
            {
                stripe.push(*column);
            }
            _ => stripes.push(vec![*column]),
        }
    }
    stripes
}

/// How many rows of a stripe make a chunk of a few megabytes.
fn rows_at_once(ground: &PlannedGrid, reach: (u32, u32)) -> u32 {
    let strip = ground.block.0 >= ground.size.0;
    if strip {
        (8_000_000 / 3 / (reach.1 - reach.0).max(1)).clamp(1, CHUNK)
    } else {
        CHUNK
    }
}

/// A chunk's side: whole blocks, near the size aimed at; with a limit of rows, at most that many where blocks allow.
fn chunk_side(block: u32, length: u32, limit: u32) -> u32 {
    if block >= length {
        return length.max(1);
    }
    let aim = if limit > 1 { limit } else { 2 * CHUNK };
    (aim / block).max(1) * block
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Region;
    use crate::scan::model::{Activation, InputShape, Output};
    use proptest::prelude::*;

    fn contract(output: Output, tile: u32, overlap: f64, fixed: bool) -> Contract {
        let side = fixed.then_some(tile);
        Contract {
            uses: crate::scan::model::Uses::default(),
            resolution_cm: 2.0,
            range_cm: None,
            input: InputShape {
                batch: None,
                height: side,
                width: side,
            },
            output,
            tile_px: tile,
            overlap,
            mean: [0.0; 3],
            std: [1.0; 3],
            activation: Activation::Probability,
            classes: vec!["background".into(), "poppy".into()],
            positive: vec![1],
            threshold: 0.5,
        }
    }

    fn any_contract() -> impl Strategy<Value = Contract> {
        prop_oneof![
            (8..300_u32, 0.0..0.9_f64).prop_map(|(tile, overlap)| contract(
                Output::Tile,
                tile,
                overlap,
                true
            )),
            (1..20_u32, 0..3_u32, any::<bool>()).prop_map(|(n, halo, fixed)| {
                contract(
                    Output::Dense {
                        cell: 16,
                        halo: 16 * halo,
                    },
                    16 * (n + 2 * halo),
                    0.1,
                    fixed,
                )
            }),
        ]
    }

    fn any_ground() -> impl Strategy<Value = PlannedGrid> {
        (
            1..4000_u32,
            1..1500_u32,
            prop_oneof![Just(None), Just(Some(64_u32)), Just(Some(256))],
            1..20_u32,
            0.4..3.9_f64,
            0.9..1.1_f64,
        )
            .prop_map(|(w, h, block, strip, gsd, squeeze)| PlannedGrid {
                size: (w, h),
                block: block.map_or((w, strip), |b| (b, b)),
                gsd_cm: (gsd, gsd * squeeze),
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn a_trimmed_tile_keeps_its_cells_and_all_ground(
            ground in any_ground(), n in 8..70_u32, halo in 0..3_u32, pick in any::<u64>(), part in (0.0..1.0_f64, 0.0..1.0_f64, 0.0..1.0_f64, 0.0..1.0_f64),
        ) {
            let (cell, halo) = (16, 16 * halo);
            let contract = contract(Output::Dense { cell, halo }, cell * n + 2 * halo, 0.1, false);
            let plan = TilePlan::new(&contract, 1, &ground, |_| true);
            let tile = plan.tasks[(pick % plan.tasks.len() as u64) as usize].tiles[0];
            let core = plan.level_rect(tile.core, ground.size);
            let between = |a: u32, b: u32, share: f64| a + (f64::from(b - a) * share) as u32;
            let (x, y) = (between(core.x0, core.x1 - 1, part.0), between(core.y0, core.y1 - 1, part.1));
            let seen = Rect { x0: x, y0: y, x1: between(x + 1, core.x1, part.2), y1: between(y + 1, core.y1, part.3) };
            let trimmed = plan.trimmed(&tile, seen, cell, halo);
            // All that is seen lies in the core.
            let kept = plan.level_rect(trimmed.core, ground.size);
            prop_assert!(kept.x0 <= seen.x0 && kept.y0 <= seen.y0 && kept.x1 >= seen.x1 && kept.y1 >= seen.y1, "{seen:?} in {kept:?}");
            // The cells are the same cells.
            prop_assert_eq!((trimmed.core.x0 - tile.core.x0) % cell, 0);
            prop_assert_eq!((trimmed.core.y0 - tile.core.y0) % cell, 0);
            prop_assert_eq!((trimmed.window.width % cell, trimmed.window.height % cell), (0, 0));
            // The window reaches as far beyond the core as before, and is large enough for it.
            prop_assert_eq!(trimmed.window.x + i64::from(halo), i64::from(trimmed.core.x0));
            prop_assert_eq!(trimmed.window.y + i64::from(halo), i64::from(trimmed.core.y0));
            prop_assert!(trimmed.core.x1 - trimmed.core.x0 + 2 * halo <= trimmed.window.width);
            prop_assert!(trimmed.core.y1 - trimmed.core.y0 + 2 * halo <= trimmed.window.height);
            // All ground takes the whole tile.
            prop_assert_eq!(plan.trimmed(&tile, core, cell, halo), tile);
        }

        #[test]
        fn cores_cover_every_model_pixel_and_stay_inside(contract in any_contract(), ground in any_ground(), batch in 1..5_usize) {
            let plan = TilePlan::new(&contract, batch, &ground, |_| true);
            let cores = Region::from_rects(plan.tasks.iter().flat_map(|t| &t.tiles).map(|t| t.core));
            let whole = Region::from_rects([Rect { x0: 0, y0: 0, x1: plan.size.0, y1: plan.size.1 }]);
            prop_assert_eq!(cores, whole);
            if matches!(contract.output, Output::Dense { .. }) {
                let sum: u64 = plan.tasks.iter().flat_map(|t| &t.tiles).map(|t| u64::from(t.core.x1 - t.core.x0) * u64::from(t.core.y1 - t.core.y0)).sum();
                prop_assert_eq!(sum, u64::from(plan.size.0) * u64::from(plan.size.1), "a dense cell is scored once");
            }
        }

        #[test]
        fn chunks_cover_every_level_pixel_and_hold_what_tiles_need(contract in any_contract(), ground in any_ground()) {
            let plan = TilePlan::new(&contract, 1, &ground, |_| true);
            let whole = u64::from(ground.size.0) * u64::from(ground.size.1);
            prop_assert_eq!(Region::from_rects(plan.chunks.iter().copied()).pixels(), whole);
            for task in plan.tasks.iter().take(50) {
                let held = Region::from_rects(task.chunks.iter().map(|c| plan.chunks[*c]));
                for tile in &task.tiles {
                    let (x0, x1) = needed(tile.window.x, tile.window.width, plan.scale.0, ground.size.0);
                    let (y0, y1) = needed(tile.window.y, tile.window.height, plan.scale.1, ground.size.1);
                    let missing = Region::from_rects([Rect { x0, y0, x1, y1 }]).difference(&held);
                    prop_assert!(missing.is_empty());
                }
            }
        }
    }

    #[test]
    fn the_benchmark_raster_has_forty_by_forty_tiles() {
        let ground = PlannedGrid {
            size: (8000, 8000),
            block: (256, 256),
            gsd_cm: (3.001, 3.001),
        };
        let plan = TilePlan::new(
            &Contract {
                resolution_cm: 3.0,
                ..contract(Output::Tile, 224, 0.1, true)
            },
            1,
            &ground,
            |_| true,
        );
        assert_eq!((plan.tasks.len(), plan.scale), (1600, (1.0, 1.0)));
    }

    #[test]
    fn what_is_not_wanted_is_neither_read_nor_scored() {
        let ground = PlannedGrid {
            size: (40_000, 40_000),
            block: (512, 512),
            gsd_cm: (2.0, 2.0),
        };
        let dense = contract(Output::Dense { cell: 16, halo: 32 }, 512, 0.1, false);
        let plan = TilePlan::new(&dense, 1, &ground, |r| r.x0 < 1000 && r.y0 < 1000);
        assert!(
            plan.tasks.len() <= 4 && plan.chunks.len() < 30,
            "{} {}",
            plan.tasks.len(),
            plan.chunks.len()
        );
    }
}
