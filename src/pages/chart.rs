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

/// Pixels of a line of the title.
const TITLE_LINE: f64 = 22.0;

/// What words on a baseline take: left, top, right and bottom.
fn room_of((x, y): SheetPoint, text: &str, anchor: Anchor) -> [f64; 4] {
    let long = SMALL.width(text);
    let left = match anchor {
        Anchor::Start => x,
        Anchor::Middle => x - long / 2.0,
        Anchor::End => x - long,
    };
    [left, y - 11.0, left + long, y + 3.0]
}

/// A chart that is being drawn.
#[derive(Debug)]
pub struct Chart {
    drawing: Drawing,
    reach: SheetPoint,
    size: SheetPoint,
    above: f64,
    /// What dots and words take: left, top, right and bottom of each.
    taken: Vec<[f64; 4]>,
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
    /// Axes and their ticks, below a title of some lines.
    pub fn new(size: SheetPoint, title: &str, x: &ChartAxis, y: &ChartAxis) -> Self {
        let lines = title.lines().count() as f64;
        let mut chart = Self {
            drawing: Drawing::new(size, title.replace('\n', " ")),
            reach: (x.reach, y.reach),
            size,
            above: lines.mul_add(TITLE_LINE, ROOM[1]),
            taken: Vec::new(),
        };
        let ((left, bottom), (right, top)) = (chart.at(0.0, 0.0), chart.at(x.reach, y.reach));
        let grid = Pen::new(GRID, 1.0);
        let parts = ((right - left) / 68.0).min(10.0);
        for (value, words) in ticks(x.reach, parts) {
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
        let heading = Type::of(15.0).at(Anchor::Middle);
        for (line, words) in title.lines().enumerate() {
            let below = (line as f64).mul_add(TITLE_LINE, 22.0);
            chart.drawing.text((size.0 / 2.0, below), words, heading);
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
        let (x, y) = at;
        let around = [x - radius, y - radius, x + radius, y + radius];
        self.taken.push(around);
    }

    /// Words beside values, where they lie on nothing else that was drawn there: beside them, above or below.
    pub fn words(&mut self, (x, y): SheetPoint, text: &str) {
        let (px, py) = self.at(x, y);
        let (gap, anchor) = self.beside(px);
        let other = if anchor == Anchor::Start {
            Anchor::End
        } else {
            Anchor::Start
        };
        let middle = Anchor::Middle;
        let mut places = vec![
            (gap, 4.0, anchor),
            (-gap, 4.0, other),
            (0.0, -9.0, middle),
            (0.0, 19.0, middle),
        ];
        for away in [16.0, 32.0, 48.0] {
            for (gap, anchor) in [(gap, anchor), (-gap, other)] {
                places.extend([(gap, 4.0 - away, anchor), (gap, 4.0 + away, anchor)]);
            }
        }
        let at = |(dx, dy, anchor): (f64, f64, Anchor)| ((px + dx, py + dy), anchor);
        let mut places = places.into_iter().map(at);
        let first = ((px + gap, py + 4.0), anchor);
        let free = places.find(|(at, anchor)| self.is_free(room_of(*at, text, *anchor)));
        let (at, anchor) = free.unwrap_or(first);
        self.taken.push(room_of(at, text, anchor));
        self.drawing.text(at, text, SMALL.at(anchor).halo());
    }

    /// Whether a room lies in the plot and nothing was drawn there.
    fn is_free(&self, [left, top, right, bottom]: [f64; 4]) -> bool {
        let [begins, _, _, below] = ROOM;
        let inside = left >= begins && right <= self.size.0;
        let inside = inside && top >= 0.0 && bottom <= self.size.1 - below;
        let apart = |t: &[f64; 4]| left > t[2] || right < t[0] || top > t[3] || bottom < t[1];
        inside && self.taken.iter().all(apart)
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
    fn words_of_dots_that_lie_together_do_not_lie_on_one_another() {
        let axis = |label: &str| ChartAxis {
            reach: 100.0,
            label: label.into(),
        };
        let mut chart = Chart::new((760.0, 400.0), "", &axis("x"), &axis("y"));
        let dots = [(50.0, 50.0), (51.0, 50.5), (52.0, 49.0), (99.0, 1.0)];
        for dot in dots {
            chart.dot(dot, 4.0, INK);
        }
        for dot in dots {
            chart.words(dot, "鲁山县");
        }
        let rooms = chart.taken;
        for (at, one) in rooms.iter().enumerate().skip(dots.len()) {
            for other in rooms.iter().take(at) {
                let apart = one[0] > other[2]
                    || one[2] < other[0]
                    || one[1] > other[3]
                    || one[3] < other[1];
                assert!(apart, "{one:?} {other:?}");
            }
        }
    }

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
