//! Heads: how the raw output of a model becomes hits; those of classifiers, of tiles and of cells.

use super::contract::Contract;
use super::error::ModelError;
use crate::ground::Rect;

/// What a head found in one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The number of the tile that shows it, from 1 on, among several of a detector that are scored at once; 0 where there is but
    /// one, or where an earlier version did not keep it.
    pub tile: u16,
    /// What it covers, in model pixels of its source.
    pub rect: Rect,
    /// The number of its class: of those that count as poppy, the likeliest there.
    pub class: u16,
    /// Probability of poppy.
    pub score: f32,
}

/// What a model gave for a batch of inputs.
#[derive(Debug, Clone, Copy)]
pub struct RawOutput<'a> {
    /// The sizes of the output.
    pub sizes: &'a [usize],
    /// Its values.
    pub values: &'a [f32],
    /// Inputs in the batch.
    pub count: usize,
    /// Rows and columns of an input.
    pub input: (u32, u32),
}

/// How raw output becomes hits.
pub trait ModelHead: Send + Sync {
    /// The hits of the first inputs of a batch at or above `floor`. `cores` tells what of the source each input stands
    /// for, in model pixels; the rest of a batch is filling.
    ///
    /// # Errors
    /// [`ModelError::OutputShape`], [`ModelError::NotANumber`], [`ModelError::NotAProbability`]; of a detector whose rows are not
    /// what they are read as, [`ModelError::OtherClass`] and [`ModelError::SuppressedInside`].
    fn hits(
        &self,
        output: &RawOutput<'_>,
        cores: &[Rect],
        floor: f32,
    ) -> Result<Vec<Vec<Hit>>, ModelError>;
}

impl Hit {
    /// Whether the tile of this index in its task may be the one that shows it.
    pub(crate) fn may_be_of(&self, tile: usize) -> bool {
        self.tile == 0 || usize::from(self.tile) == tile + 1
    }
}

impl Contract {
    pub(super) fn checked_classes(&self, output: &RawOutput<'_>) -> Result<usize, ModelError> {
        let classes = output.sizes.get(1).copied().unwrap_or(0);
        let names_others = classes > 1 && self.positive.iter().any(|p| *p >= classes);
        if classes == 0 || names_others || output.sizes[0] != output.count {
            return Err(output.wrong());
        }
        Ok(classes)
    }

    /// The likeliest of the classes that count as poppy.
    pub(super) fn class(&self, raw: impl Fn(usize) -> f32, classes: usize) -> u16 {
        if classes == 1 {
            return 0;
        }
        let likeliest = self.positive.iter().copied();
        let likeliest = likeliest.max_by(|a, b| raw(*a).total_cmp(&raw(*b)).then(b.cmp(a)));
        u16::try_from(likeliest.unwrap_or(0)).unwrap_or(u16::MAX)
    }
}

impl RawOutput<'_> {
    pub(super) fn wrong(&self) -> ModelError {
        ModelError::OutputShape {
            found: format!("{:?}", self.sizes),
        }
    }
}

/// `[N,C]`: one score a tile.
pub(super) struct TileHead(pub(super) Contract);

impl ModelHead for TileHead {
    fn hits(
        &self,
        output: &RawOutput<'_>,
        cores: &[Rect],
        floor: f32,
    ) -> Result<Vec<Vec<Hit>>, ModelError> {
        let classes = self.0.checked_classes(output)?;
        if output.sizes.len() != 2 {
            return Err(output.wrong());
        }
        let one = |(rect, raw): (&Rect, &[f32])| {
            let score = self.0.probability(|c| raw[c], classes)?;
            let hit = Hit {
                tile: 0,
                rect: *rect,
                class: self.0.class(|c| raw[c], classes),
                score,
            };
            Ok((score >= floor).then_some(hit).into_iter().collect())
        };
        cores
            .iter()
            .zip(output.values.chunks_exact(classes))
            .map(one)
            .collect()
    }
}

/// `[N,C,h,w]`: one score a cell, those near a window's border not to be trusted.
pub(super) struct DenseHead {
    pub(super) contract: Contract,
    pub(super) cells: TrustedCells,
}

impl ModelHead for DenseHead {
    fn hits(
        &self,
        output: &RawOutput<'_>,
        cores: &[Rect],
        floor: f32,
    ) -> Result<Vec<Vec<Hit>>, ModelError> {
        let classes = self.contract.checked_classes(output)?;
        let (height, width) = output.input;
        let cell = self.cells.cell;
        let (rows, columns) = ((height / cell) as usize, (width / cell) as usize);
        if output.sizes[2..] != [rows, columns] {
            return Err(output.wrong());
        }
        let cells = rows * columns;
        let one = |(core, map): (&Rect, &[f32])| {
            let raw = |i: usize| move |class: usize| map[class * cells + i];
            let scores: Vec<f32> = (0..cells)
                .map(|i| self.contract.probability(raw(i), classes))
                .collect::<Result<_, _>>()?;
            let class = |at: usize| self.contract.class(raw(at), classes);
            Ok(self.cells.hits(*core, &scores, columns, floor, class))
        };
        let maps = output.values.chunks_exact(classes * cells);
        cores.iter().zip(maps).map(one).collect()
    }
}

/// Which cells of a window's map count, and where they lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrustedCells {
    /// Pixels a cell covers, along each side.
    pub(super) cell: u32,
    /// Pixels at the window's border whose cells are not trusted.
    pub(super) halo: u32,
}

impl TrustedCells {
    /// The cells from `floor` on of a map with so many columns, clipped to the source.
    pub(super) fn hits(
        self,
        core: Rect,
        scores: &[f32],
        columns: usize,
        floor: f32,
        class: impl Fn(usize) -> u16,
    ) -> Vec<Hit> {
        let (cell, skip) = (self.cell, (self.halo / self.cell) as usize);
        let mut hits = Vec::new();
        for j in 0..(core.y1 - core.y0).div_ceil(cell) {
            for i in 0..(core.x1 - core.x0).div_ceil(cell) {
                let at = (j as usize + skip) * columns + i as usize + skip;
                if scores[at] < floor {
                    continue;
                }
                let (x0, y0) = (core.x0 + i * cell, core.y0 + j * cell);
                let rect = Rect {
                    x0,
                    y0,
                    x1: (x0 + cell).min(core.x1),
                    y1: (y0 + cell).min(core.y1),
                };
                hits.push(Hit {
                    tile: 0,
                    rect,
                    class: class(at),
                    score: scores[at],
                });
            }
        }
        hits
    }
}
