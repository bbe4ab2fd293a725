//! A drawing as pixels.

use super::draw::{Anchor, Drawing, DrawnShape, Fill, Pen, SheetPoint, Type};
use image::{Rgb, RgbImage};

/// Pixels of a letter.
const LETTER: f64 = 8.0;
/// Pixels of a dash and of the gap after it.
const DASH: (f64, f64) = (5.0, 4.0);

impl Drawing {
    /// As pixels, on white. Letters are those of an 8 × 8 bitmap font, so that no font has to be installed.
    pub fn pixels(&self) -> RgbImage {
        pixels(self)
    }
}

fn pixels(drawing: &Drawing) -> RgbImage {
    let (w, h) = drawing.size;
    let mut canvas = Bitmap(RgbImage::from_pixel(whole(w), whole(h), Rgb([255; 3])));
    for shape in &drawing.shapes {
        match shape {
            DrawnShape::Line(points, pen) => canvas.line(points, *pen),
            DrawnShape::Area {
                rings, fill, pen, ..
            } => {
                canvas.area(rings, *fill);
                for ring in rings {
                    let closed: Vec<SheetPoint> =
                        ring.iter().chain(ring.first()).copied().collect();
                    if let Some(pen) = pen {
                        canvas.line(&closed, *pen);
                    }
                }
            }
            DrawnShape::Disc(at, radius, fill, pen) => {
                if let Some(pen) = pen {
                    canvas.disc(*at, radius + pen.width / 2.0, pen.colour, 1.0);
                }
                if let Some((colour, opacity)) = paint(*fill) {
                    canvas.disc(*at, *radius, colour, opacity);
                }
            }
            DrawnShape::Text(at, text, set) => canvas.text(*at, text, *set),
        }
    }
    canvas.0
}

fn paint(fill: Fill) -> Option<(&'static str, f64)> {
    match fill {
        Fill::None => None,
        Fill::Plain(colour, opacity) => Some((colour, opacity)),
        Fill::Hatched => Some(("#e3e4e1", 1.0)),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels of a drawing, cut at its edges"
)]
fn whole(value: f64) -> u32 {
    value.max(0.0).round() as u32
}

fn rgb(colour: &str) -> [u8; 3] {
    let byte = |at: usize| {
        colour
            .get(at..at + 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            .unwrap_or(0)
    };
    [byte(1), byte(3), byte(5)]
}

struct Bitmap(RgbImage);

impl Bitmap {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a blend of two bytes is a byte"
    )]
    fn put(&mut self, x: f64, y: f64, colour: &str, opacity: f64) {
        if x < 0.0 || y < 0.0 {
            return;
        }
        if let Some(pixel) = self.0.get_pixel_mut_checked(x as u32, y as u32) {
            for (old, new) in pixel.0.iter_mut().zip(rgb(colour)) {
                let mixed = f64::from(*old) * (1.0 - opacity) + f64::from(new) * opacity;
                *old = mixed.round() as u8;
            }
        }
    }

    fn line(&mut self, points: &[SheetPoint], pen: Pen) {
        let mut gone = 0.0;
        for pair in points.windows(2) {
            let ((x, y), (u, v)) = (pair[0], pair[1]);
            let length = (u - x).hypot(v - y);
            let steps = whole(length * 2.0).max(1);
            for step in 0..=steps {
                let t = f64::from(step) / f64::from(steps);
                let here = gone + length * t;
                if !pen.dashed || here % (DASH.0 + DASH.1) < DASH.0 {
                    let at = ((u - x).mul_add(t, x), (v - y).mul_add(t, y));
                    self.disc(at, pen.width / 2.0, pen.colour, 1.0);
                }
            }
            gone += length;
        }
    }

    /// Every pixel whose middle lies in the disc, and the one that holds its own middle.
    fn disc(&mut self, (x, y): SheetPoint, radius: f64, colour: &str, opacity: f64) {
        let reach = radius.ceil();
        let mut row = (y - reach).floor();
        while row <= y + reach {
            let mut column = (x - reach).floor();
            while column <= x + reach {
                let own = (column..column + 1.0).contains(&x) && (row..row + 1.0).contains(&y);
                if own || (column + 0.5 - x).hypot(row + 0.5 - y) <= radius {
                    self.put(column, row, colour, opacity);
                }
                column += 1.0;
            }
            row += 1.0;
        }
    }

    /// Every pixel whose middle an odd number of edges lies left of.
    fn area(&mut self, rings: &[Vec<SheetPoint>], fill: Fill) {
        let Some((colour, opacity)) = paint(fill) else {
            return;
        };
        for row in 0..self.0.height() {
            let middle = f64::from(row) + 0.5;
            let mut crossings: Vec<f64> = rings
                .iter()
                .flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)))
                .filter(|(a, b)| (a.1 <= middle) != (b.1 <= middle))
                .map(|(a, b)| (middle - a.1) / (b.1 - a.1) * (b.0 - a.0) + a.0)
                .collect();
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let mut x = (pair[0] - 0.5).ceil();
                while x + 0.5 <= pair[1] {
                    self.put(x, f64::from(row), colour, opacity);
                    x += 1.0;
                }
            }
        }
    }

    fn text(&mut self, (x, y): SheetPoint, text: &str, set: Type) {
        let long = LETTER * text.chars().count() as f64;
        let left = match set.anchor() {
            Anchor::Start => 0.0,
            Anchor::Middle => long / 2.0,
            Anchor::End => long,
        };
        for (index, c) in text.chars().enumerate() {
            let glyph = usize::try_from(u32::from(c))
                .ok()
                .and_then(|code| font8x8::legacy::BASIC_LEGACY.get(code))
                .unwrap_or(&font8x8::legacy::BASIC_LEGACY[usize::from(b'?')]);
            for (row, bits) in glyph.iter().enumerate() {
                for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                    let along = LETTER * index as f64 + f64::from(column) - left;
                    let across = row as f64 - LETTER;
                    let (dx, dy) = if set.is_turned() {
                        (across, -along)
                    } else {
                        (along, across)
                    };
                    self.put(x + dx, y + dy, set.ink(), 1.0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::palette::{BAD, INK};

    #[test]
    fn areas_have_holes_and_lines_their_width() {
        let mut drawing = Drawing::new((40.0, 40.0), "");
        let ring = |a: f64, b: f64| vec![(a, a), (b, a), (b, b), (a, b)];
        drawing.area(
            vec![ring(10.0, 30.0), ring(15.0, 25.0)],
            Fill::Plain(BAD, 1.0),
            None,
        );
        drawing.line([(0.0, 5.0), (40.0, 5.0)], Pen::new(INK, 2.0));
        let picture = drawing.pixels();
        let count = |colour: &str| picture.pixels().filter(|p| p.0 == rgb(colour)).count();
        assert_eq!(count(BAD), 20 * 20 - 10 * 10);
        assert!((70..=120).contains(&count(INK)), "{}", count(INK));
    }
}
