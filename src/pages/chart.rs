//! A chart of two axes that begin at zero: drawing within the scale, ticks at round steps.

use super::draw::{Anchor, Drawing, Fill, Pen, SheetPoint, Type};
use super::palette::{GRID, INK};

/// Pixels around the plot: left, above, right, below.
const ROOM: [f64; 4] = [60.0, 12.0, 16.0, 44.0];
/// The type of figures and words beside an axis.
const SMALL: Type = Type::of(12.5);

/// An axis.
#[derive(Debug, Clone)]
pub struct ChartAxis {
    /// Where it ends.
    pub reach: f64,
    /// What it measures.
    pub label: String,
}

/// A chart that is being drawn.
#[derive(Debug)]
pub struct Chart {
    drawing: Drawing,
    reach: SheetPoint,
    size: SheetPoint,
    above: f64,
}

/// A round step so that about `parts` of them reach a value.
pub fn step(reach: f64, parts: f64) -> f64 {
    let wanted = (reach / parts).max(1e-9);
    let power = 10_f64.powf(wanted.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|s| s * power)
        .find(|s| *s >= wanted * (1.0 - 1e-9))
        .unwrap_or(power * 10.0)
}

/// Steps from zero to a value, each with its words.
pub fn ticks(reach: f64, parts: f64) -> impl Iterator<Item = (f64, String)> {
    let step = step(reach, parts);
    let decimals = usize::from(step < 1.0) + usize::from(step < 0.1);
    (0_u32..1000)
        .map(move |n| f64::from(n) * step)
        .take_while(move |at| *at <= reach * (1.0 + 1e-9))
        .map(move |at| (at, format!("{at:.decimals$}")))
}

impl Chart {
    /// Axes and their ticks.
    pub fn new(size: SheetPoint, title: &str, x: &ChartAxis, y: &ChartAxis) -> Self {
        let above = if title.is_empty() { ROOM[1] } else { 34.0 };
        let mut chart = Self {
            drawing: Drawing::new(size, title),
            reach: (x.reach, y.reach),
            size,
            above,
        };
        let ((left, bottom), (right, top)) = (chart.at(0.0, 0.0), chart.at(x.reach, y.reach));
        let grid = Pen::new(GRID, 1.0);
        for (value, words) in ticks(x.reach, 10.0) {
            let at = chart.at(value, 0.0).0;
            chart.drawing.line([(at, top), (at, bottom)], grid);
            let below = (at, bottom + 16.0);
            chart.drawing.text(below, words, SMALL.at(Anchor::Middle));
        }
        for (value, words) in ticks(y.reach, 10.0) {
            let at = chart.at(0.0, value).1;
            chart.drawing.line([(left, at), (right, at)], grid);
            let beside = (left - 6.0, at + 4.0);
            chart.drawing.text(beside, words, SMALL.at(Anchor::End));
        }
        let axes = [(left, top), (left, bottom), (right, bottom)];
        chart.drawing.line(axes, Pen::new(INK, 1.0));
        let middle = f64::midpoint(left, right);
        let words = SMALL.at(Anchor::Middle);
        chart
            .drawing
            .text((middle, size.1 - 8.0), x.label.as_str(), words);
        let beside = (16.0, f64::midpoint(top, bottom));
        chart.drawing.text(beside, y.label.as_str(), words.turned());
        if !title.is_empty() {
            chart.drawing.text(
                (size.0 / 2.0, 22.0),
                title,
                Type::of(15.0).at(Anchor::Middle),
            );
        }
        chart
    }

    /// Pixels of two values.
    pub fn at(&self, x: f64, y: f64) -> SheetPoint {
        let [left, _, right, below] = ROOM;
        (
            (x / self.reach.0).mul_add(self.size.0 - left - right, left),
            (1.0 - y / self.reach.1).mul_add(self.size.1 - self.above - below, self.above),
        )
    }

    /// A line through values.
    pub fn line(&mut self, values: impl IntoIterator<Item = SheetPoint>, pen: Pen) {
        let points: Vec<SheetPoint> = values.into_iter().map(|(x, y)| self.at(x, y)).collect();
        self.drawing.line(points, pen);
    }

    /// A dot on values.
    pub fn dot(&mut self, (x, y): SheetPoint, radius: f64, colour: &'static str) {
        let at = self.at(x, y);
        self.drawing
            .disc(at, radius, Fill::Plain(colour, 1.0), None);
    }

    /// Words beside values, on the side of them that has room.
    pub fn words(&mut self, (x, y): SheetPoint, text: &str) {
        let (px, py) = self.at(x, y);
        let (gap, anchor) = self.beside(px);
        let set = SMALL.at(anchor).halo();
        self.drawing.text((px + gap, py + 4.0), text, set);
    }

    /// How far beside a point words begin or end: right of it, and left of it where little room is.
    fn beside(&self, px: f64) -> (f64, Anchor) {
        if px < self.size.0 * 0.72 {
            (9.0, Anchor::Start)
        } else {
            (-9.0, Anchor::End)
        }
    }

    /// The drawing.
    pub fn done(self) -> Drawing {
        self.drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_end() {
        for (reach, expected) in [(6.0, 1.0), (11.0, 2.0), (0.7, 0.2), (340.0, 100.0)] {
            let found = step(reach, 6.0);
            assert!((found - expected).abs() < 1e-9, "{reach}: {found}");
        }
        let words: Vec<String> = ticks(1.0, 10.0).map(|(_, words)| words).collect();
        assert_eq!((words.len(), words[10].as_str()), (11, "1.0"));
    }
}
