//! The head of a detector: from rows of numbers to boxes, each once.

use super::boxes::{BoxForm, BoxLayout};
use super::contract::{Activation, Contract};
use super::error::ModelError;
use super::head::{Hit, ModelHead, RawOutput, number, probability, sigmoid};
use crate::ground::Rect;

/// Coordinates that are all smaller than this are shares of the tile: no grid of pixels is as small.
const LARGEST_SHARE: f32 = 1.5;

/// A detector's head.
pub(super) struct BoxHead {
    pub(super) contract: Contract,
    pub(super) layout: BoxLayout,
}

/// One tile's boxes as the model gives them.
struct BoxTable<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    /// Whether each box is a column.
    down: bool,
}

impl BoxTable<'_> {
    fn at(&self, row: usize, column: usize) -> f32 {
        if self.down {
            self.values[column * self.rows + row]
        } else {
            self.values[row * self.columns + column]
        }
    }
}

/// A box in pixels of its tile.
#[derive(Debug, Clone, Copy)]
struct BoxFound {
    x0: f32,
    y0: f32,
    x1: f32,
    y1: f32,
    score: f32,
    class: usize,
}

impl BoxFound {
    fn area(&self) -> f32 {
        (self.x1 - self.x0).max(0.0) * (self.y1 - self.y0).max(0.0)
    }

    /// What both cover.
    fn shared(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
            ..*self
        }
    }

    /// What both cover of what either covers.
    fn overlap(&self, other: &Self) -> f32 {
        let shared = self.shared(other).area();
        shared / (self.area() + other.area() - shared).max(f32::MIN_POSITIVE)
    }

    /// Its whole pixels inside what the tile stands for, where its middle lies there.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the tile"
    )]
    fn hit(&self, core: Rect) -> Option<Hit> {
        let axis = |from: f32, to: f32, first: u32, last: u32| {
            let length = (last - first) as f32;
            let middle = f32::midpoint(from, to);
            let from = from.round().clamp(0.0, length - 1.0);
            let to = to.round().clamp(from + 1.0, length);
            (0.0..=length)
                .contains(&middle)
                .then_some((first + from as u32, first + to as u32))
        };
        let (x0, x1) = axis(self.x0, self.x1, core.x0, core.x1)?;
        let (y0, y1) = axis(self.y0, self.y1, core.y0, core.y1)?;
        Some(Hit {
            rect: Rect { x0, y0, x1, y1 },
            class: u16::try_from(self.class).unwrap_or(u16::MAX),
            score: self.score,
        })
    }
}

impl ModelHead for BoxHead {
    fn hits(
        &self,
        output: &RawOutput<'_>,
        cores: &[Rect],
        floor: f32,
    ) -> Result<Vec<Vec<Hit>>, ModelError> {
        let [count, down, across] = *output.sizes else {
            return Err(output.wrong());
        };
        let is_down = self.layout.form == BoxForm::ClassesDown;
        let (rows, columns) = if is_down {
            (across, down)
        } else {
            (down, across)
        };
        let form = self.layout.form;
        let classes = columns.saturating_sub(form.before_classes() as usize);
        let fits = match form {
            BoxForm::EndToEnd => columns == 6,
            _ => classes == self.contract.classes.len(),
        };
        if count != output.count || !fits {
            return Err(output.wrong());
        }
        if rows == 0 {
            return Ok(vec![Vec::new(); cores.len()]);
        }
        let tables = output.values.chunks_exact(rows * columns);
        let one = |(core, values): (&Rect, &[f32])| {
            let table = BoxTable {
                values,
                rows,
                columns,
                down: is_down,
            };
            let found = self.found(&table, output.input, floor)?;
            Ok(found.iter().filter_map(|found| found.hit(*core)).collect())
        };
        cores.iter().zip(tables).map(one).collect()
    }
}

impl BoxHead {
    /// The boxes of a tile that count as poppy, each thing once.
    fn found(
        &self,
        table: &BoxTable<'_>,
        input: (u32, u32),
        floor: f32,
    ) -> Result<Vec<BoxFound>, ModelError> {
        for value in table.values {
            number(*value)?;
        }
        let unit = self.unit(table, input);
        let mut found = Vec::new();
        for row in 0..table.rows {
            let (score, class) = self.score(table, row)?;
            if score >= floor && self.contract.positive.contains(&class) {
                found.push(self.placed(table, row, unit, (score, class)));
            }
        }
        if self.layout.form == BoxForm::EndToEnd {
            return Ok(found);
        }
        // The sort is stable, so that of equals the first of the model comes first.
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut kept: Vec<BoxFound> = Vec::new();
        for one in found {
            if kept.iter().all(|k| k.overlap(&one) < self.layout.same) {
                kept.push(one);
            }
        }
        Ok(kept)
    }

    /// The pixels that one of a coordinate is, across and down.
    fn unit(&self, table: &BoxTable<'_>, (height, width): (u32, u32)) -> (f32, f32) {
        let places = if self.layout.form == BoxForm::EndToEnd {
            4
        } else {
            2
        };
        let is_share = self.layout.normalised.unwrap_or_else(|| {
            let mut all = (0..table.rows).flat_map(|row| (0..places).map(move |c| (row, c)));
            all.all(|(row, column)| table.at(row, column) <= LARGEST_SHARE)
        });
        if is_share {
            (width as f32, height as f32)
        } else {
            (1.0, 1.0)
        }
    }

    /// The score and the class of a row: of its classes the likeliest, as whoever trained the model counts it.
    fn score(&self, table: &BoxTable<'_>, row: usize) -> Result<(f32, usize), ModelError> {
        let at = |column: usize| {
            let value = table.at(row, column);
            match self.contract.activation {
                Activation::Probability => probability(value),
                Activation::Logits => Ok(sigmoid(value)),
            }
        };
        let first = self.layout.form.before_classes() as usize;
        if self.layout.form == BoxForm::EndToEnd {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the number of a class"
            )]
            let class = table.at(row, 5).round().max(0.0) as usize;
            return Ok((at(4)?, class));
        }
        let mut best = (at(first)?, 0);
        for class in 1..table.columns - first {
            let score = at(first + class)?;
            if score > best.0 {
                best = (score, class);
            }
        }
        if self.layout.form == BoxForm::Objectness {
            best.0 *= at(4)?;
        }
        Ok(best)
    }

    fn placed(
        &self,
        table: &BoxTable<'_>,
        row: usize,
        (across, down): (f32, f32),
        (score, class): (f32, usize),
    ) -> BoxFound {
        let (a, b) = (table.at(row, 0) * across, table.at(row, 1) * down);
        let (c, d) = (table.at(row, 2) * across, table.at(row, 3) * down);
        let (x0, y0, x1, y1) = if self.layout.form == BoxForm::EndToEnd {
            (a, b, c, d)
        } else {
            (a - c / 2.0, b - d / 2.0, a + c / 2.0, b + d / 2.0)
        };
        BoxFound {
            x0,
            y0,
            x1,
            y1,
            score,
            class,
        }
    }
}
