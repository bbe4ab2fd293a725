//! The head of a segmenter: from the scores of pixels to those of cells.

use super::contract::Contract;
use super::error::ModelError;
use super::head::{Hit, ModelHead, RawOutput, TrustedCells};
use crate::ground::Rect;

/// `[N,C,h,w]` of pixels, told as means of cells.
pub(super) struct MaskHead {
    pub(super) contract: Contract,
    pub(super) pixel: u32,
    pub(super) cells: TrustedCells,
}

/// The cells of one tile: the mean score of each, and the class of its best pixel.
struct Pooled {
    scores: Vec<f32>,
    classes: Vec<u16>,
}

impl ModelHead for MaskHead {
    fn hits(
        &self,
        output: &RawOutput<'_>,
        cores: &[Rect],
        floor: f32,
    ) -> Result<Vec<Vec<Hit>>, ModelError> {
        let classes = self.contract.checked_classes(output)?;
        let (height, width) = output.input;
        let (rows, columns) = (
            (height / self.pixel) as usize,
            (width / self.pixel) as usize,
        );
        if output.sizes.get(2..) != Some(&[rows, columns]) {
            return Err(output.wrong());
        }
        let across = (width / self.cells.cell) as usize;
        let one = |(core, map): (&Rect, &[f32])| {
            let pooled = self.pooled(map, classes, columns)?;
            let class = |at: usize| pooled.classes[at];
            Ok(self.cells.hits(*core, &pooled.scores, across, floor, class))
        };
        let maps = output.values.chunks_exact(classes * rows * columns);
        cores.iter().zip(maps).map(one).collect()
    }
}

impl MaskHead {
    fn pooled(&self, map: &[f32], classes: usize, columns: usize) -> Result<Pooled, ModelError> {
        let side = (self.cells.cell / self.pixel) as usize;
        let (pixels, across) = (map.len() / classes, columns / side);
        let cells = across * (pixels / columns / side);
        let mut best = vec![f32::NEG_INFINITY; cells];
        let mut pooled = Pooled {
            scores: vec![0.0; cells],
            classes: vec![0; cells],
        };
        for i in 0..pixels {
            let raw = |class: usize| map[class * pixels + i];
            let score = self.contract.probability(raw, classes)?;
            let cell = i / columns / side * across + i % columns / side;
            pooled.scores[cell] += score;
            if score > best[cell] {
                best[cell] = score;
                pooled.classes[cell] = self.contract.class(raw, classes);
            }
        }
        let share = 1.0 / (side * side) as f32;
        pooled.scores.iter_mut().for_each(|score| *score *= share);
        Ok(pooled)
    }
}
