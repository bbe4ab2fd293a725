//! The least second stage: the model's own score of a candidate in eight views, each of another attitude and at another
//! place of the sampling grid. A plant stays what it is; what scored by chance in one view does not in most.

use super::view::{QuarterTurns, copy_view};
use crate::ground::Rect;
use crate::imagery::Pixels;
use crate::scan::find::LOOKS;
use crate::scan::model::{Contract, InputBatch, Model, ModelError, Output, Scorer};
use crate::scan::plan::{Window, Work};
use crate::scan::score::Assembler;
use std::sync::Arc;

/// Quarter turns, mirrored, and model pixels by which the middle is moved right and down: all eight attitudes, each at
/// another place of a cell.
const VIEWS: [(u8, bool, i32, i32); LOOKS] = [
    (0, false, 0, 0),
    (1, true, -3, 3),
    (2, false, 2, -2),
    (3, true, 7, -7),
    (0, true, -4, 4),
    (1, false, 1, -1),
    (2, true, 6, -6),
    (3, false, -5, 5),
];
/// More pixels than any view is moved by.
const MARGIN: u32 = 8;
/// Cells to each side of the middle of which the best counts.
const REACH: u32 = 2;

/// What a model sees of a place in each view, along a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewScores {
    /// Model pixels of an input.
    side: u32,
    /// Model pixels to each side of the middle whose cells count.
    reach: u32,
    /// Pixels at the border whose cells are not trusted.
    halo: u32,
}

impl ViewScores {
    /// The views that a model takes: no larger than its trusted cells need, where its size is free. `None` of detectors and
    /// segmenters: their scores are those of things, not of places.
    pub fn of(contract: &Contract) -> Option<Self> {
        let fixed = contract.input.height.or(contract.input.width);
        Some(match contract.output {
            Output::Tile => Self {
                side: fixed.unwrap_or(contract.tile_px),
                reach: contract.tile_px,
                halo: 0,
            },
            Output::Dense { cell, halo } => Self {
                side: fixed.unwrap_or(2 * (halo + REACH * cell)),
                reach: REACH * cell,
                halo,
            },
            Output::Mask { .. } | Output::Boxes(_) => return None,
        })
    }

    /// The model pixels that all views of a cell take together.
    fn window(self, cell: Rect) -> Window {
        let length = self.side + 2 * MARGIN;
        let from = |a: u32, b: u32| i64::from(u32::midpoint(a, b)) - i64::from(length / 2);
        Window {
            x: from(cell.x0, cell.x1),
            y: from(cell.y0, cell.y1),
            width: length,
            height: length,
        }
    }

    /// The level pixels that are read for them.
    pub fn pixels(self, work: &Work, cell: Rect) -> Rect {
        work.plan.read_for(self.window(cell), work.size())
    }

    /// What a view's trusted cells cover, beginning at nought.
    fn core(self) -> Rect {
        let length = self.side - 2 * self.halo;
        Rect::of_size((length, length))
    }

    /// Whether a cell of the core lies at the middle.
    fn is_near(self, cell: Rect) -> bool {
        let middle = (self.side - 2 * self.halo) / 2;
        let (from, to) = (middle.saturating_sub(self.reach), middle + self.reach);
        cell.x1 > from && cell.x0 < to && cell.y1 > from && cell.y0 < to
    }
}

/// Looks at places; belongs to one thread.
pub struct ViewScorer {
    views: ViewScores,
    batch: Option<usize>,
    scorer: Scorer,
    assembler: Assembler,
    planes: Vec<f32>,
    input: Vec<f32>,
}

impl ViewScorer {
    /// A looker for a model.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn new(model: &Model) -> Result<Self, ModelError> {
        let contract = model.contract();
        Ok(Self {
            views: ViewScores::of(contract).ok_or(ModelError::NoSecondLook)?,
            batch: contract.input.batch.map(|b| b.max(1) as usize),
            scorer: model.scorer()?,
            assembler: Assembler::new(contract),
            planes: Vec::new(),
            input: Vec::new(),
        })
    }

    /// The best score near a cell in each view; `pixels` hold what [`ViewScores::pixels`] names.
    ///
    /// # Errors
    /// [`ModelError::Run`], [`ModelError::NotANumber`].
    pub fn scores(
        &mut self,
        work: &Work,
        cell: Rect,
        pixels: &Arc<Pixels>,
    ) -> Result<[f32; LOOKS], ModelError> {
        self.fill(work, cell, pixels);
        let one = 3 * (self.views.side * self.views.side) as usize;
        let size = (self.views.side, self.views.side);
        let batch = self.batch.unwrap_or(LOOKS);
        let mut best = [0.0_f32; LOOKS];
        for (scores, input) in (best.chunks_mut(batch)).zip(self.input.chunks(batch * one)) {
            let cores = vec![self.views.core(); scores.len()];
            let inputs = InputBatch {
                values: input,
                count: batch,
                size,
            };
            let hits = (self.scorer).hits(&inputs, &cores, f32::NEG_INFINITY)?;
            for (score, hits) in scores.iter_mut().zip(hits) {
                let near = hits.iter().filter(|hit| self.views.is_near(hit.rect));
                *score = near.map(|hit| hit.score).fold(0.0, f32::max);
            }
        }
        Ok(best)
    }

    /// Fills the input with all views, and with nothing to the end of a batch that the file fixes.
    fn fill(&mut self, work: &Work, cell: Rect, pixels: &Arc<Pixels>) {
        let window = self.views.window(cell);
        let (width, side) = (window.width as usize, self.views.side as usize);
        self.planes.clear();
        self.planes.resize(3 * width * width, 0.0);
        let chunks = std::slice::from_ref(pixels);
        self.assembler
            .fill(&work.plan, window, chunks, &mut self.planes);
        let one = 3 * side * side;
        let count = LOOKS.next_multiple_of(self.batch.unwrap_or(LOOKS));
        self.input.clear();
        self.input.resize(count * one, 0.0);
        for ((turns, mirrored, right, down), out) in
            VIEWS.into_iter().zip(self.input.chunks_exact_mut(one))
        {
            let attitude = QuarterTurns { turns, mirrored };
            let corner = (moved(right), moved(down));
            let planes = self.planes.chunks_exact(width * width);
            for (plane, out) in planes.zip(out.chunks_exact_mut(side * side)) {
                copy_view(plane, width, corner, attitude, out);
            }
        }
    }
}

/// Where a view that is moved by so many pixels begins in the window.
fn moved(by: i32) -> usize {
    MARGIN.saturating_add_signed(by) as usize
}
