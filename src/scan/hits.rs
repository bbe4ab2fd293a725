//! Hits: scored cells at or above the threshold, in model pixels of their source.

use super::model::Output;
use super::plan::{Plan, Tile};
use super::scorer::Scores;
use super::window::holds;
use crate::ground::{Quad, Rect};
use crate::imagery::{Pixels, Validity};
use std::sync::Arc;

/// A cell at or above the threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// What it covers, in model pixels.
    pub rect: Rect,
    /// Probability of poppy.
    pub score: f32,
}

/// A hit on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Located {
    /// The number of its source.
    pub source: usize,
    /// The hit.
    pub hit: Hit,
    /// Its footprint.
    pub quad: Quad,
}

/// The hits of one tile. A cell without a single readable pixel is none, whatever the model says of blackness.
pub fn hits_of(
    plan: &Plan,
    level: (u32, u32),
    output: Output,
    threshold: f32,
    tile: &Tile,
    scores: &Scores,
    chunks: &[Arc<Pixels>],
) -> Vec<Hit> {
    let cells: Vec<(Rect, f32)> = match output {
        Output::Tile => vec![(tile.core, scores.values[0])],
        Output::Dense { cell, halo } => dense_cells(tile, scores, cell, halo, threshold),
    };
    cells
        .into_iter()
        .filter(|(_, score)| *score >= threshold)
        .filter(|(rect, _)| {
            holds(
                plan.level_rect(*rect, level),
                chunks,
                &[Validity::Searched, Validity::Blank],
            )
        })
        .map(|(rect, score)| Hit { rect, score })
        .collect()
}

/// The trusted cells of a window at or above the threshold, clipped to the source.
fn dense_cells(
    tile: &Tile,
    scores: &Scores,
    cell: u32,
    halo: u32,
    threshold: f32,
) -> Vec<(Rect, f32)> {
    let skip = (halo / cell) as usize;
    let columns = (tile.core.x1 - tile.core.x0).div_ceil(cell);
    let rows = (tile.core.y1 - tile.core.y0).div_ceil(cell);
    let mut cells = Vec::new();
    for j in 0..rows {
        for i in 0..columns {
            let score = scores.values[(j as usize + skip) * scores.columns + i as usize + skip];
            if score >= threshold {
                let (x0, y0) = (tile.core.x0 + i * cell, tile.core.y0 + j * cell);
                let rect = Rect {
                    x0,
                    y0,
                    x1: (x0 + cell).min(tile.core.x1),
                    y1: (y0 + cell).min(tile.core.y1),
                };
                cells.push((rect, score));
            }
        }
    }
    cells
}
