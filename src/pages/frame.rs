//! Ground in a drawing: a map's frame, its scale bar and its north.

use super::draw::{Anchor, Drawing, Fill, Pen, SheetPoint, Type};
use super::palette::INK;
use crate::ground::{LocalPlane, LonLat, rings};
use geo::{LineString, MultiPolygon, Rect};

/// Corners nearer to one another than so many pixels are one: no eye tells them apart.
const CORNER: f64 = 0.7;

/// A piece of ground and where it lies in a drawing.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    plane: LocalPlane,
    /// Pixels a metre.
    scale: f64,
    /// Pixels.
    pub size: SheetPoint,
}

impl Frame {
    /// Bounds in degrees in the middle of a drawing, as large as it takes them, with `margin` pixels around; at least
    /// `least_m` metres are shown across. The drawing is no higher than its bounds need, but within `heights`.
    pub fn around(
        bounds: Rect,
        width: f64,
        heights: (f64, f64),
        margin: f64,
        least_m: f64,
    ) -> Self {
        let (low, high) = (bounds.min(), bounds.max());
        let middle = LonLat::new(f64::midpoint(low.x, high.x), f64::midpoint(low.y, high.y));
        let plane = LocalPlane::at(middle);
        let corner = plane.to_plane(LonLat::new(high.x, high.y));
        let (wide, tall) = ((corner.x * 2.0).max(least_m), (corner.y * 2.0).max(least_m));
        let across = (width - 2.0 * margin) / wide;
        let scale = across.min((heights.1 - 2.0 * margin) / tall);
        let height = tall.mul_add(scale, 2.0 * margin);
        Self {
            plane,
            scale,
            size: (width, height.clamp(heights.0, heights.1)),
        }
    }

    /// Metres across the drawing.
    pub fn metres(&self) -> f64 {
        self.size.0 / self.scale
    }

    /// Where a place lies.
    pub fn xy(&self, at: LonLat) -> SheetPoint {
        let p = self.plane.to_plane(at);
        (
            p.x.mul_add(self.scale, self.size.0 / 2.0),
            p.y.mul_add(-self.scale, self.size.1 / 2.0),
        )
    }

    /// Whether a point is in the drawing.
    pub fn holds(&self, (x, y): SheetPoint) -> bool {
        (0.0..=self.size.0).contains(&x) && (0.0..=self.size.1).contains(&y)
    }

    /// The rings of an area.
    pub fn rings(&self, area: &MultiPolygon) -> Vec<Vec<SheetPoint>> {
        area.iter()
            .flat_map(rings)
            .map(|ring| self.ring(ring))
            .collect()
    }

    /// A ring without the corners that no eye can tell apart.
    pub fn ring(&self, ring: &LineString) -> Vec<SheetPoint> {
        let mut kept: Vec<_> = ring.coords().map(|at| self.xy((*at).into())).collect();
        kept.dedup_by(|(x, y), (u, v)| (*u - *x).hypot(*v - *y) < CORNER);
        kept
    }

    /// A bar of a round length that ends at a point.
    pub fn scale_bar(&self, drawing: &mut Drawing, (x, y): SheetPoint, size: f64) {
        let metres = round_length(self.size.0 / 5.0 / self.scale);
        let long = metres * self.scale;
        let bar = [(x - long, y - 6.0), (x - long, y), (x, y), (x, y - 6.0)];
        drawing.line(bar, Pen::new(INK, 1.6));
        let set = Type::of(size).at(Anchor::Middle).halo();
        drawing.text((x - long / 2.0, y - 7.0), length_in_words(metres), set);
    }

    /// What a scale bar that ends at a point takes with its words.
    pub(super) fn scale_bar_room(&self, (x, y): SheetPoint, size: f64) -> Rect {
        let metres = round_length(self.size.0 / 5.0 / self.scale);
        let long = metres * self.scale;
        let words = Type::of(size).width(&length_in_words(metres));
        let beyond = ((words - long) / 2.0).max(0.0);
        Rect::new((x - long - beyond, y - 7.0 - size), (x + beyond, y + 2.0))
    }

    /// Thin lines every so many metres; says how many.
    pub fn grid(&self, drawing: &mut Drawing, pen: Pen) -> f64 {
        let step = round_length(self.metres() / 4.0);
        let (w, h) = self.size;
        let gap = step * self.scale;
        let mut offset = 0.0;
        while offset <= w.max(h) / 2.0 {
            for at in [offset, -offset] {
                drawing.line([(w / 2.0 + at, 0.0), (w / 2.0 + at, h)], pen);
                drawing.line([(0.0, h / 2.0 + at), (w, h / 2.0 + at)], pen);
            }
            offset += gap;
        }
        step
    }
}

fn length_in_words(metres: f64) -> String {
    if metres >= 1000.0 {
        format!("{} km", metres / 1000.0)
    } else {
        format!("{metres} m")
    }
}

/// What holds both.
pub fn around(a: Rect, b: Rect) -> Rect {
    Rect::new(
        (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
        (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
    )
}

/// An arrow to the north with its tip at a point.
pub fn north(drawing: &mut Drawing, (x, y): SheetPoint) {
    let arrow = vec![
        (x, y),
        (x + 7.0, y + 21.0),
        (x, y + 16.0),
        (x - 7.0, y + 21.0),
    ];
    drawing.area(vec![arrow], Fill::Plain(INK, 1.0), None);
    let set = Type::of(12.0).at(Anchor::Middle).bold().halo();
    drawing.text((x, y + 33.0), "N", set);
}

/// What the arrow takes with its letter.
pub(super) fn north_room((x, y): SheetPoint) -> Rect {
    Rect::new((x - 8.0, y), (x + 8.0, y + 35.0))
}

/// A round number of metres that is no longer than given.
pub fn round_length(metres: f64) -> f64 {
    let power = 10_f64.powf(metres.log10().floor());
    [5.0, 2.0, 1.0]
        .into_iter()
        .map(|step| step * power)
        .find(|length| *length <= metres)
        .unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_bar_has_a_round_length() {
        for (given, round) in [
            (10.0, 10.0),
            (13.7, 10.0),
            (26.0, 20.0),
            (7.9, 5.0),
            (0.3, 0.2),
        ] {
            assert!((round_length(given) - round).abs() < 1e-9, "{given}");
        }
    }

    #[test]
    fn ground_lies_within_its_margin_and_small_ground_is_not_blown_up() {
        let bounds = Rect::new((113.0, 33.0), (113.4, 33.9));
        let frame = Frame::around(bounds, 760.0, (300.0, 460.0), 16.0, 0.0);
        let (x, y) = frame.xy(LonLat::new(113.4, 33.9));
        assert!((y - 16.0).abs() < 1.0 && x < 744.0, "{x} {y}");
        let point = Rect::new((113.0, 33.0), (113.0, 33.0));
        let frame = Frame::around(point, 600.0, (600.0, 600.0), 0.0, 30.0);
        assert!((frame.metres() - 30.0).abs() < 1e-9);
    }
}
