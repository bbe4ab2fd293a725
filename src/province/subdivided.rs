//! Ground cut into small pieces: what asks whether a place was searched, or how much of a cell was, then looks at a few corners
//! instead of a county's.

use geo::orient::{Direction, Orient};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;
use rstar::{AABB, RTree, RTreeObject};

use crate::ground::LonLat;

/// A polygon of a few corners: its exterior ring and its holes, without the closing corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    rings: Vec<Vec<Coord>>,
}

impl Fragment {
    fn of(polygon: &Polygon) -> Self {
        let open = |ring: &LineString| ring.0[..ring.0.len().saturating_sub(1)].to_vec();
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        Self {
            rings: rings.map(open).collect(),
        }
    }

    /// What of it lies where `side` is not negative; `side` is linear in the coordinates (Sutherland and Hodgman 1974,
    /// doi:10.1145/360767.360802). Parts that hang together only along the cutting line have no area there.
    fn kept(&self, side: impl Fn(Coord) -> f64) -> Option<Self> {
        let mut rings = Vec::with_capacity(self.rings.len());
        for (at, ring) in self.rings.iter().enumerate() {
            let ring = cut(ring, &side);
            if ring.len() >= 3 {
                rings.push(ring);
            } else if at == 0 {
                return None;
            }
        }
        Some(Self { rings })
    }

    /// What of it lies inside a convex ring that turns counter-clockwise (open, degrees).
    pub fn within(&self, convex: &[Coord]) -> Option<Self> {
        let mut piece = self.clone();
        for (a, b) in convex.iter().zip(convex.iter().cycle().skip(1)) {
            let (dx, dy) = (b.x - a.x, b.y - a.y);
            piece = piece.kept(|p| dx * (p.y - a.y) - dy * (p.x - a.x))?;
        }
        Some(piece)
    }

    /// West, south, east, north.
    pub fn bounds(&self) -> [f64; 4] {
        let (most, least) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut b = [most, most, least, least];
        for c in self.rings.first().into_iter().flatten() {
            b = [b[0].min(c.x), b[1].min(c.y), b[2].max(c.x), b[3].max(c.y)];
        }
        b
    }

    /// As a polygon whose exterior turns counter-clockwise.
    pub fn polygon(&self) -> Polygon {
        let mut rings = self.rings.iter().map(|ring| LineString::new(ring.clone()));
        let exterior = rings.next().unwrap_or_else(|| LineString::new(vec![]));
        Polygon::new(exterior, rings.collect()).orient(Direction::Default)
    }

    fn contains(&self, at: Coord) -> bool {
        // By the even-odd rule over all rings.
        let mut inside = false;
        for ring in &self.rings {
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                if (a.y > at.y) != (b.y > at.y)
                    && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x
                {
                    inside = !inside;
                }
            }
        }
        inside
    }
}

impl RTreeObject for Fragment {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let [w, s, e, n] = self.bounds();
        AABB::from_corners([w, s], [e, n])
    }
}

fn cut(ring: &[Coord], side: impl Fn(Coord) -> f64) -> Vec<Coord> {
    let mut kept = Vec::with_capacity(ring.len() + 4);
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        let (sa, sb) = (side(*a), side(*b));
        if sa >= 0.0 {
            kept.push(*a);
        }
        if (sa >= 0.0) != (sb >= 0.0) {
            let t = sa / (sa - sb);
            kept.push(Coord {
                x: (b.x - a.x).mul_add(t, a.x),
                y: (b.y - a.y).mul_add(t, a.y),
            });
        }
    }
    kept
}

/// Cuts ground into pieces of at most `step` degrees across and along, each within one square of a grid of that step, so
/// that the cost grows with the ground and not with its square. Each comes with the number of its area.
pub fn pieces(areas: &[&MultiPolygon], step: f64) -> Vec<(usize, Fragment)> {
    let polygons: Vec<(usize, &Polygon)> = areas
        .iter()
        .enumerate()
        .flat_map(|(number, area)| area.iter().map(move |polygon| (number, polygon)))
        .collect();
    polygons
        .par_iter()
        .flat_map_iter(|(number, polygon)| {
            let mut done = Vec::new();
            halve(Fragment::of(polygon), step, ALL_LINES, &mut done);
            done.into_iter().map(|piece| (*number, piece))
        })
        .collect()
}

/// Lines of the grid that may still cut a piece, by number: across from and to, along from and to.
type GridLines = [f64; 4];

const ALL_LINES: GridLines = [
    f64::NEG_INFINITY,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::INFINITY,
];

/// The middle one of the lines strictly between two coordinates; it halves the work.
fn middle(low: f64, high: f64, step: f64, from: f64, to: f64) -> Option<f64> {
    let first = ((low / step).floor() + 1.0).max(from);
    let last = ((high / step).ceil() - 1.0).min(to);
    (first <= last).then(|| f64::midpoint(first, last).floor())
}

fn halve(piece: Fragment, step: f64, lines: GridLines, done: &mut Vec<Fragment>) {
    let [w, s, e, n] = piece.bounds();
    let [west, east, south, north] = lines;
    let (x, y) = (
        middle(w, e, step, west, east),
        middle(s, n, step, south, north),
    );
    // A line cuts once: rounding may leave a piece a hair beyond it.
    let (halves, lines) = match (x, y) {
        (None, None) => {
            done.push(piece);
            return;
        }
        (Some(line), y) if y.is_none() || e - w >= n - s => {
            let x = line * step;
            (
                [piece.kept(|p| x - p.x), piece.kept(|p| p.x - x)],
                [
                    [west, line - 1.0, south, north],
                    [line + 1.0, east, south, north],
                ],
            )
        }
        (_, y) => {
            let line = y.unwrap_or_default();
            let y = line * step;
            (
                [piece.kept(|p| y - p.y), piece.kept(|p| p.y - y)],
                [
                    [west, east, south, line - 1.0],
                    [west, east, line + 1.0, north],
                ],
            )
        }
    };
    for (half, lines) in halves.into_iter().zip(lines) {
        if let Some(half) = half {
            halve(half, step, lines, done);
        }
    }
}

/// Degrees across a square of the index.
const INDEX_STEP: f64 = 0.02;

/// Ground that can be asked whether a place lies on it.
#[derive(Debug)]
pub struct SubdividedGround(RTree<Fragment>);

impl SubdividedGround {
    /// The ground of some areas.
    pub fn of(areas: &[&MultiPolygon]) -> Self {
        let all = pieces(areas, INDEX_STEP).into_iter();
        Self(RTree::bulk_load(all.map(|(_, piece)| piece).collect()))
    }

    /// Whether a place lies on it.
    pub fn contains(&self, at: LonLat) -> bool {
        let envelope = AABB::from_point([at.lon, at.lat]);
        self.0
            .locate_in_envelope_intersecting(envelope)
            .any(|piece| piece.contains(at.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Area, polygon};

    fn holed() -> Polygon {
        Polygon::new(
            LineString::from(vec![(0., 0.), (10., 0.), (10., 10.), (5., 4.), (0., 10.)]),
            vec![LineString::from(vec![
                (1., 1.),
                (3., 1.),
                (3., 3.),
                (1., 3.),
            ])],
        )
    }

    #[test]
    fn pieces_together_have_the_area_of_the_whole() {
        let whole = MultiPolygon::new(vec![holed()]);
        for step in [0.3, 0.77, 2.0, 50.0] {
            let cut = pieces(&[&whole], step);
            let area: f64 = cut
                .iter()
                .map(|(_, piece)| piece.polygon().unsigned_area())
                .sum();
            assert!(
                (area - whole.unsigned_area()).abs() < 1e-9,
                "{step}: {area}"
            );
            for (_, piece) in cut {
                let [w, s, e, n] = piece.bounds();
                assert!(e - w <= step + 1e-9 && n - s <= step + 1e-9);
            }
        }
    }

    #[test]
    fn a_piece_within_a_convex_ring_is_their_intersection() {
        let square = polygon![(x: 2., y: 2.), (x: 8., y: 2.), (x: 8., y: 8.), (x: 2., y: 8.)];
        let ring = &square.exterior().0[..4];
        let found = Fragment::of(&holed()).within(ring).expect("they meet");
        let expected = geo::BooleanOps::intersection(&holed(), &square).unsigned_area();
        assert!(
            (found.polygon().unsigned_area() - expected).abs() < 1e-6,
            "{expected}"
        );
        let apart = polygon![(x: 20., y: 2.), (x: 28., y: 2.), (x: 28., y: 8.)];
        assert_eq!(
            Fragment::of(&holed()).within(&apart.exterior().0[..3]),
            None
        );
    }

    #[test]
    fn a_place_is_on_the_ground_where_the_polygon_contains_it() {
        use geo::Contains;
        let whole = MultiPolygon::new(vec![holed()]);
        let ground = SubdividedGround::of(&[&whole]);
        for i in 0..40 {
            for j in 0..40 {
                let at = LonLat::new(f64::from(i) * 0.2613 - 0.1, f64::from(j) * 0.2617 - 0.1);
                assert_eq!(
                    ground.contains(at),
                    whole.contains(&geo::Point::from(at)),
                    "{at:?}"
                );
            }
        }
    }
}
