//! The head of a detector: from rows of numbers to boxes, each once.

use super::boxes::{BoxForm, BoxLayout};
use super::contract::{Activation, Contract};
use super::error::ModelError;
use super::head::{Hit, ModelHead, RawOutput};
use super::raw_value::{number, probability, sigmoid};
use crate::ground::Rect;

/// Coordinates that are all smaller than this are shares of the tile: no grid of pixels is as small.
const LARGEST_SHARE: f32 = 1.5;

/// By so much a class may differ from its whole number: by rounding.
const SAME_NUMBER: f32 = 1e-3;

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
            tile: 0,
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
        self.refuse_suppressed(table, floor)?;
        let unit = self.unit(table, input);
        let mut found = Vec::new();
        for row in 0..table.rows {
            let (score, class) = self.score(table, row, floor)?;
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

    /// Refuses rows of six that tell the number of a class where the score of the one class is read: multiplied by it, nothing would
    /// ever be found. Rows of which there is one for each place of a grid are no such rows.
    fn refuse_suppressed(&self, table: &BoxTable<'_>, floor: f32) -> Result<(), ModelError> {
        let layout = &self.layout;
        let is_open = layout.form == BoxForm::Objectness && table.columns == 6 && !layout.is_grid;
        if !is_open || self.contract.activation == Activation::Logits {
            return Ok(());
        }
        let rows = 0..table.rows;
        let is_box = |row: &usize| table.at(*row, 4) >= floor.max(f32::MIN_POSITIVE);
        let classes: Vec<f32> = rows.filter(is_box).map(|row| table.at(row, 5)).collect();
        let is_number = classes.iter().all(|class| class.fract() == 0.0);
        if is_number && classes.iter().any(|class| (class - 1.0).abs() >= 1.0) {
            return Err(ModelError::SuppressedInside);
        }
        Ok(())
    }

    /// The class whose number a row tells.
    fn told_class(&self, number: f32) -> Result<usize, ModelError> {
        let names = &self.contract.classes;
        let class = (0_u16..)
            .zip(names)
            .find(|(n, _)| (f32::from(*n) - number).abs() < SAME_NUMBER);
        class
            .map(|(n, _)| usize::from(n))
            .ok_or_else(|| ModelError::OtherClass {
                number,
                classes: names.clone(),
            })
    }

    /// The score and the class of a row: of its classes the likeliest, as whoever trained the model counts it. A row below the floor
    /// may be filling, whose class is none.
    fn score(
        &self,
        table: &BoxTable<'_>,
        row: usize,
        floor: f32,
    ) -> Result<(f32, usize), ModelError> {
        let at = |column: usize| {
            let value = table.at(row, column);
            match self.contract.activation {
                Activation::Probability => probability(value),
                Activation::Logits => Ok(sigmoid(value)),
            }
        };
        let first = self.layout.form.before_classes() as usize;
        if self.layout.form == BoxForm::EndToEnd {
            let score = at(4)?;
            let is_box = score >= floor && score > 0.0;
            let class = is_box.then(|| self.told_class(table.at(row, 5)));
            return Ok((score, class.transpose()?.unwrap_or(usize::MAX)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::model::contract::{Declared, Output};
    use std::collections::BTreeMap;

    /// Finds what rows of six tell in a tile of 136 pixels, by a detector of these names that says how it tells boxes.
    fn found(layout: (&str, &str), names: &str, rows: &[[f32; 6]]) -> Result<Vec<Hit>, ModelError> {
        let said = [("model_type", "\"Detector\""), ("resolution", "2")];
        let said = said.into_iter().chain([layout, ("class_names", names)]);
        let said = said.chain([("papaver_positive", "[\"poppy\"]")]);
        let metadata: BTreeMap<String, String> =
            said.map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        let declared = Declared {
            input: vec![None, Some(3), Some(136), Some(136)],
            output: vec![None, u32::try_from(rows.len()).ok(), Some(6)],
        };
        let contract = Contract::new(&metadata, &declared).expect("usable");
        assert!(matches!(contract.output, Output::Boxes(_)));
        let core = Rect::of_size((136, 136));
        let output = RawOutput {
            sizes: &[1, rows.len(), 6],
            values: rows.as_flattened(),
            count: 1,
            input: (136, 136),
        };
        let hits = contract.head().hits(&output, &[core], 0.1)?;
        Ok(hits.concat())
    }

    const ONE: &str = r#"{"0":"poppy"}"#;
    const TWO: &str = r#"{"0":"tulip","1":"poppy"}"#;

    #[test]
    fn the_class_of_a_box_is_one_that_the_model_names() {
        let inside = ("papaver_boxes", "\"end_to_end\"");
        let row = |score, class| [10.0, 10.0, 30.0, 30.0, score, class];
        let filling = row(0.0, -1.0);
        let hits = found(inside, TWO, &[row(0.9, 1.0), row(0.8, 0.0), filling]);
        assert_eq!(hits.expect("sound").len(), 1);
        for class in [2.0, 7.0, -1.0, 0.4] {
            let refused = found(inside, TWO, &[row(0.9, class), filling]);
            assert!(
                matches!(refused, Err(ModelError::OtherClass { number, .. }) if number.total_cmp(&class).is_eq()),
                "{class}: {refused:?}"
            );
        }
    }

    #[test]
    fn numbers_of_classes_are_taken_for_no_scores() {
        let each = ("det_type", "\"YOLO_v5_or_v7_default\"");
        let row = |score, class| [20.0, 20.0, 14.0, 14.0, score, class];
        for rows in [
            vec![row(0.9, 0.0), row(0.0, 0.0)],
            vec![row(0.9, 0.0), row(0.8, 2.0)],
        ] {
            let refused = found(each, ONE, &rows);
            assert!(matches!(refused, Err(ModelError::SuppressedInside)));
        }
        for rows in [
            vec![row(0.9, 1.0), row(0.0, 0.0)],
            vec![row(0.9, 0.95), row(0.2, 0.0)],
        ] {
            assert_eq!(found(each, ONE, &rows).expect("scores").len(), 1);
        }
        // One for each place of the grids of a tile: its scores may be nought.
        let grid = vec![row(0.9, 0.0); 17 * 17 + 8 * 8 + 4 * 4];
        assert!(found(each, ONE, &grid).expect("scores").is_empty());
    }
}
