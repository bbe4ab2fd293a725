//! How far the pixels about a candidate are from its outline, and what is drawn by that: the outline itself.

use crate::ground::rings;
use crate::scan::chip_window::whole;
use geo::{BoundingRect, Coord, LineString, MultiPolygon};
use image::{Rgb, RgbImage};

/// A box in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LabelBox {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Pixels left free between a candidate and its outline.
const GAP: f64 = 2.0;

/// Where the bright line ends and the dark one begins, and where that ends, in pixels from the candidate.
const BRIGHT_END: f64 = 3.6;

const DARK_END: f64 = 5.0;

/// Distances from the outline are kept up to this many pixels.
const REACH: f64 = 7.0;

/// A candidate smaller than this in the picture gets a ring around it instead of its outline.
const RING_BELOW_PX: f64 = 18.0;

const BRIGHT: Rgb<u8> = Rgb([255, 226, 0]);

pub(super) const DARK: Rgb<u8> = Rgb([10, 10, 10]);

pub(super) const WHITE: Rgb<u8> = Rgb([255, 255, 255]);

/// What lies inside the candidate, and how far away from its edge the nearby pixels are.
pub(super) struct DistanceField {
    width: u32,
    height: u32,
    inside: Vec<bool>,
    distance: Vec<f64>,
}

impl DistanceField {
    pub(super) fn new(outline: &MultiPolygon, width: u32, height: u32) -> Self {
        let pixels = width as usize * height as usize;
        let mut field = Self {
            width,
            height,
            inside: vec![false; pixels],
            distance: vec![f64::INFINITY; pixels],
        };
        let Some(bounds) = outline.bounding_rect() else {
            return field;
        };
        if bounds.width().max(bounds.height()) < RING_BELOW_PX {
            let across = length(bounds.width(), bounds.height());
            field.ring(bounds.center(), across / 2.0);
            return field;
        }
        let rings: Vec<&LineString> = outline.iter().flat_map(rings).collect();
        field.fill(&rings);
        for line in rings.iter().flat_map(|ring| ring.lines()) {
            field.approach(line.start, line.end);
        }
        field
    }

    fn at(&self, x: u32, y: u32) -> usize {
        y as usize * self.width as usize + x as usize
    }

    fn ring(&mut self, centre: Coord, radius: f64) {
        let radius = (radius + 3.0).max(9.0);
        for y in 0..self.height {
            for x in 0..self.width {
                let away = length(f64::from(x) + 0.5 - centre.x, f64::from(y) + 0.5 - centre.y);
                let at = self.at(x, y);
                self.inside[at] = away < radius;
                self.distance[at] = (away - radius).abs();
            }
        }
    }

    /// Marks the pixels whose centres lie inside, by the even-odd rule.
    fn fill(&mut self, rings: &[&LineString]) {
        let mut crossings: Vec<Vec<f64>> = vec![Vec::new(); self.height as usize];
        for line in rings.iter().flat_map(|ring| ring.lines()) {
            let (top, bottom) = if line.start.y < line.end.y {
                (line.start, line.end)
            } else {
                (line.end, line.start)
            };
            let rows = whole((top.y - 0.5).ceil(), self.height)
                ..whole((bottom.y - 0.5).ceil(), self.height);
            for row in rows {
                let along = (f64::from(row) + 0.5 - top.y) / (bottom.y - top.y);
                crossings[row as usize].push(top.x + along * (bottom.x - top.x));
            }
        }
        for (row, xs) in (0..).zip(&mut crossings) {
            xs.sort_by(f64::total_cmp);
            for pair in xs.chunks_exact(2) {
                let columns = whole((pair[0] - 0.5).ceil(), self.width)
                    ..whole((pair[1] - 0.5).ceil(), self.width);
                for column in columns {
                    let at = self.at(column, row);
                    self.inside[at] = true;
                }
            }
        }
    }

    /// Lowers the distances of the pixels near a line.
    fn approach(&mut self, a: Coord, b: Coord) {
        let columns =
            whole(a.x.min(b.x) - REACH, self.width)..whole(a.x.max(b.x) + REACH, self.width);
        for y in whole(a.y.min(b.y) - REACH, self.height)..whole(a.y.max(b.y) + REACH, self.height)
        {
            for x in columns.clone() {
                let at = self.at(x, y);
                let centre = Coord {
                    x: f64::from(x) + 0.5,
                    y: f64::from(y) + 0.5,
                };
                self.distance[at] = self.distance[at].min(to_line(centre, a, b));
            }
        }
    }

    pub(super) fn stroke(&self, picture: &mut RgbImage) {
        for y in 0..self.height {
            for x in 0..self.width {
                let at = self.at(x, y);
                let away = self.distance[at];
                if !self.inside[at] && away < REACH {
                    mix(
                        picture,
                        (x, y),
                        DARK,
                        cover(away, BRIGHT_END - 0.3, DARK_END),
                    );
                    mix(picture, (x, y), BRIGHT, cover(away, GAP, BRIGHT_END));
                }
            }
        }
    }

    /// How many pixels of the candidate lie in a box.
    pub(super) fn hidden_by(&self, place: LabelBox) -> usize {
        (place.y..(place.y + place.height).min(self.height))
            .flat_map(|y| (place.x..(place.x + place.width).min(self.width)).map(move |x| (x, y)))
            .filter(|&(x, y)| self.inside[self.at(x, y)])
            .count()
    }
}

/// The share of a pixel at distance `away` that lies between two distances.
pub(super) fn cover(away: f64, from: f64, to: f64) -> f64 {
    (away - from + 0.5).clamp(0.0, 1.0) * (to - away + 0.5).clamp(0.0, 1.0)
}

pub(super) fn to_line(point: Coord, a: Coord, b: Coord) -> f64 {
    let (d, q) = (b - a, point - a);
    let squared = d.x * d.x + d.y * d.y;
    let along = ((q.x * d.x + q.y * d.y) / squared).clamp(0.0, 1.0);
    let along = if squared > 0.0 { along } else { 0.0 };
    length(q.x - along * d.x, q.y - along * d.y)
}

/// Of a vector. A system's own `hypot` rounds as it likes; a root of squares is the same on every machine.
fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

pub(super) fn mix(picture: &mut RgbImage, (x, y): (u32, u32), colour: Rgb<u8>, share: f64) {
    if share <= 0.0 {
        return;
    }
    if let Some(pixel) = picture.get_pixel_mut_checked(x, y) {
        for (old, new) in pixel.0.iter_mut().zip(colour.0) {
            let value = f64::from(*old) * (1.0 - share) + f64::from(new) * share;
            *old = u8::try_from(whole(value, 255)).unwrap_or(u8::MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn a_hole_is_outlined_and_its_ground_is_not_inside() {
        let ring: MultiPolygon = polygon!(exterior: [(x: 20.0, y: 20.0), (x: 180.0, y: 20.0), (x: 180.0, y: 180.0), (x: 20.0, y: 180.0)],
            interiors: [[(x: 70.0, y: 70.0), (x: 130.0, y: 70.0), (x: 130.0, y: 130.0), (x: 70.0, y: 130.0)]]).into();
        let field = DistanceField::new(&ring, 200, 200);
        assert!(field.inside[field.at(50, 100)] && !field.inside[field.at(100, 100)]);
        assert_eq!(
            field.inside.iter().filter(|i| **i).count(),
            160 * 160 - 60 * 60
        );
        assert!((field.distance[field.at(72, 100)] - 2.5).abs() < 1e-9);
    }
}
