//! Clusters: hits on the ground that are near enough to one another to be one plot.
//!
//! Two hits belong together when the gap between their footprints is at most the site radius; single linkage, so that
//! the result does not depend on the order of the hits. No hit is too few: three plants on a roof are a plot. Hits are
//! kept in square buckets in which everything is within the radius anyway, so that the time grows about linearly with
//! the hits however dense they are.

use crate::ground::{LocalPlane, LonLat, PlanePoint, Quad};
use geo::{Distance, Euclidean, Polygon};
use std::collections::HashMap;

/// A footprint on the plane, which may be turned, and its upright box.
#[derive(Debug, Clone, Copy)]
struct PlaneFootprint {
    corners: [PlanePoint; 4],
    centre: PlanePoint,
    half: (f64, f64),
}

impl PlaneFootprint {
    fn new(plane: &LocalPlane, quad: &Quad) -> Self {
        let corners = quad.map(|c| plane.to_plane(c));
        let (mut low, mut high) = (corners[0], corners[0]);
        for c in &corners[1..] {
            low = PlanePoint {
                x: low.x.min(c.x),
                y: low.y.min(c.y),
            };
            high = PlanePoint {
                x: high.x.max(c.x),
                y: high.y.max(c.y),
            };
        }
        Self {
            corners,
            centre: PlanePoint {
                x: f64::midpoint(low.x, high.x),
                y: f64::midpoint(low.y, high.y),
            },
            half: ((high.x - low.x) / 2.0, (high.y - low.y) / 2.0),
        }
    }

    /// Whether the gap is at most `radius_m`. The boxes decide where they can: their gap is never larger, and the
    /// distance of the centres never smaller.
    fn within(&self, other: &Self, radius_m: f64) -> bool {
        self.gap_of_boxes(other) <= radius_m
            && (self.centre.distance_m(other.centre) <= radius_m || self.gap(other) <= radius_m)
    }

    fn gap_of_boxes(&self, other: &Self) -> f64 {
        let dx = ((self.centre.x - other.centre.x).abs() - self.half.0 - other.half.0).max(0.0);
        let dy = ((self.centre.y - other.centre.y).abs() - self.half.1 - other.half.1).max(0.0);
        dx.hypot(dy)
    }

    /// Metres between two footprints; 0 where they touch.
    fn gap(&self, other: &Self) -> f64 {
        Euclidean.distance(&self.polygon(), &other.polygon())
    }

    fn polygon(&self) -> Polygon {
        Polygon::new(self.corners.iter().map(|c| (c.x, c.y)).collect(), vec![])
    }
}

/// Footprints that touch are as near as can be, whatever the rounding of their corners makes of it.
const TOUCHING_M: f64 = 1e-4;

/// Groups footprints whose gap is at most `radius_m` metres. Each group lists indices in rising order, and the groups
/// come in the order of their first member.
pub fn clusters(quads: &[Quad], radius_m: f64) -> Vec<Vec<usize>> {
    let Some(origin) = middle(quads) else {
        return Vec::new();
    };
    let radius_m = radius_m.max(TOUCHING_M);
    let plane = LocalPlane::at(origin);
    let prints: Vec<PlaneFootprint> = quads
        .iter()
        .map(|q| PlaneFootprint::new(&plane, q))
        .collect();
    let side = (radius_m / std::f64::consts::SQRT_2).max(0.05);
    let widest = prints
        .iter()
        .map(|p| p.half.0.hypot(p.half.1))
        .fold(0.0, f64::max);
    let reach = ((radius_m + 2.0 * widest) / side).ceil();
    let mut buckets: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
    for (i, print) in prints.iter().enumerate() {
        buckets
            .entry(bucket(print.centre, side))
            .or_default()
            .push(i);
    }
    let mut groups = Groups::new(quads.len());
    let mut keys: Vec<_> = buckets.keys().copied().collect();
    keys.sort_unstable();
    for key in &keys {
        let own = &buckets[key];
        // The centres lie within the radius of one another, hence the gaps do.
        for pair in own.windows(2) {
            groups.join(pair[0], pair[1]);
        }
        #[expect(clippy::cast_possible_truncation, reason = "a few buckets")]
        for other in neighbours(*key, reach as i64) {
            if let Some(theirs) = buckets.get(&other) {
                groups.join_near(own, theirs, &prints, radius_m);
            }
        }
    }
    groups.listed()
}

fn middle(quads: &[Quad]) -> Option<LonLat> {
    let n = quads.len() as f64;
    let sum = quads
        .iter()
        .fold((0.0, 0.0), |s, q| (s.0 + q[0].lon, s.1 + q[0].lat));
    (!quads.is_empty()).then(|| LonLat::new(sum.0 / n, sum.1 / n))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "metres on the earth over centimetres fit an i64"
)]
fn bucket(p: PlanePoint, side: f64) -> (i64, i64) {
    ((p.x / side).floor() as i64, (p.y / side).floor() as i64)
}

/// The buckets around one, each pair of buckets once.
fn neighbours(key: (i64, i64), reach: i64) -> impl Iterator<Item = (i64, i64)> {
    (-reach..=reach)
        .flat_map(move |dy| (-reach..=reach).map(move |dx| (dx, dy)))
        .filter(|(dx, dy)| *dy > 0 || (*dy == 0 && *dx > 0))
        .map(move |(dx, dy)| (key.0 + dx, key.1 + dy))
}

/// Disjoint sets; the smallest member stands for its set.
struct Groups {
    parent: Vec<usize>,
}

impl Groups {
    fn new(count: usize) -> Self {
        Self {
            parent: (0..count).collect(),
        }
    }

    fn root(&mut self, mut i: usize) -> usize {
        while self.parent[i] != i {
            self.parent[i] = self.parent[self.parent[i]];
            i = self.parent[i];
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }

    /// Joins two buckets, each of one set already, where any two of their members are near.
    fn join_near(&mut self, a: &[usize], b: &[usize], prints: &[PlaneFootprint], radius_m: f64) {
        if self.root(a[0]) == self.root(b[0]) {
            return;
        }
        if a.iter()
            .any(|i| b.iter().any(|j| prints[*i].within(&prints[*j], radius_m)))
        {
            self.join(a[0], b[0]);
        }
    }

    fn listed(mut self) -> Vec<Vec<usize>> {
        let mut number = HashMap::new();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for i in 0..self.parent.len() {
            let root = self.root(i);
            let at = *number.entry(root).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[at].push(i);
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square(plane: &LocalPlane, x: f64, y: f64, side: f64) -> Quad {
        turned(plane, x, y, side, 0.0)
    }

    fn turned(plane: &LocalPlane, x: f64, y: f64, side: f64, turn: f64) -> Quad {
        let (sin, cos) = turn.sin_cos();
        [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)].map(|(dx, dy)| {
            plane.to_lonlat(PlanePoint {
                x: x + dx * cos - dy * sin,
                y: y + dx * sin + dy * cos,
            })
        })
    }

    fn plane() -> LocalPlane {
        LocalPlane::at(LonLat::new(113.3, 33.74))
    }

    #[test]
    fn three_plants_are_a_plot_and_two_yards_are_two() {
        let p = plane();
        let quads: Vec<Quad> = [(0.0, 0.0), (0.5, 0.0), (1.9, 0.4), (10.0, 0.0)]
            .map(|(x, y)| square(&p, x, y, 0.32))
            .into();
        assert_eq!(clusters(&quads, 2.0), [vec![0, 1, 2], vec![3]]);
        assert_eq!(clusters(&quads, 8.0), [vec![0, 1, 2, 3]]);
        assert_eq!(clusters(&[], 2.0), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn turned_cells_are_as_far_apart_as_their_edges() {
        let p = plane();
        // Facing edges 2.1 m apart along the diagonal, of which the upright boxes leave hardly anything.
        let eighth = std::f64::consts::FRAC_PI_4;
        let (a, b) = (
            turned(&p, 0.0, 0.0, 3.0, eighth),
            turned(&p, 3.606, 3.606, 3.0, eighth),
        );
        let [a_print, b_print] = [&a, &b].map(|q| PlaneFootprint::new(&p, q));
        assert!((a_print.gap(&b_print) - 2.1).abs() < 0.01);
        assert!(a_print.gap_of_boxes(&b_print) < 0.1);
        assert_eq!(clusters(&[a, b], 2.0).len(), 2);
        assert_eq!(clusters(&[a, b], 2.2).len(), 1);
    }

    proptest! {
        #[test]
        fn clusters_are_those_of_the_slow_way_in_any_order(
            points in proptest::collection::vec((0.0..40.0_f64, 0.0..40.0_f64, 0.2..3.0_f64, 0.0..1.6_f64), 1..60), radius in 0.3..5.0_f64, seed in any::<u64>(),
        ) {
            let p = plane();
            let quads: Vec<Quad> = points.iter().map(|(x, y, side, turn)| turned(&p, *x, *y, *side, *turn)).collect();
            let prints: Vec<PlaneFootprint> = quads.iter().map(|q| PlaneFootprint::new(&p, q)).collect();
            // A pair exactly at the radius may fall on either side, as the two planes differ in the tenth decimal.
            let close = |i: usize, j: usize| (prints[i].gap(&prints[j]) - radius).abs() < 1e-4;
            prop_assume!((0..quads.len()).all(|i| (0..i).all(|j| !close(i, j))));
            let mut slow = Groups::new(quads.len());
            for i in 0..quads.len() {
                for j in 0..i {
                    if prints[i].gap(&prints[j]) <= radius {
                        slow.join(i, j);
                    }
                }
            }
            let expected = slow.listed();
            prop_assert_eq!(&clusters(&quads, radius), &expected);
            let mut order: Vec<usize> = (0..quads.len()).collect();
            order.sort_by_key(|i| (*i as u64).wrapping_mul(seed | 1).rotate_left(17));
            let shuffled: Vec<Quad> = order.iter().map(|i| quads[*i]).collect();
            let mut back: Vec<Vec<usize>> = clusters(&shuffled, radius)
                .into_iter()
                .map(|g| { let mut g: Vec<usize> = g.into_iter().map(|i| order[i]).collect(); g.sort_unstable(); g })
                .collect();
            back.sort();
            prop_assert_eq!(back, expected);
        }
    }
}
