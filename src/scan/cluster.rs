//! Clusters: hits on the ground that are near enough to one another to be one plot.
//!
//! Two hits belong together when the gap between their footprints is at most the site radius; single linkage, so that
//! the result does not depend on the order of the hits. No hit is too few: three plants on a roof are a plot. Hits are
//! kept in square buckets in which everything is within the radius anyway, so that the time grows about linearly with
//! the hits however dense they are.

use crate::ground::{LocalPlane, LonLat, PlanePoint, Quad};
use geo::{Distance, Euclidean, Polygon};

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
    clusters_of(quads.len(), |i| quads[i], radius_m)
}

/// Groups so many footprints, which are asked for again and again: of millions none is kept but its number.
pub(super) fn clusters_of(
    count: usize,
    quad: impl Fn(usize) -> Quad,
    radius_m: f64,
) -> Vec<Vec<usize>> {
    if count == 0 {
        return Vec::new();
    }
    let radius_m = radius_m.max(TOUCHING_M);
    let plane = LocalPlane::at(middle(count, &quad));
    let print = |i: u32| PlaneFootprint::new(&plane, &quad(i as usize));
    let side = (radius_m / std::f64::consts::SQRT_2).max(0.05);
    let mut widest: f64 = 0.0;
    let numbers = 0..u32::try_from(count).unwrap_or(u32::MAX);
    let placed = numbers.map(|i| {
        let print = print(i);
        widest = widest.max(print.half.0.hypot(print.half.1));
        (bucket(print.centre, side), i)
    });
    let buckets = Buckets::new(placed.collect());
    let reach = ((radius_m + 2.0 * widest) / side).ceil();
    let mut groups = Groups::new(count);
    for (_, own) in buckets.all() {
        // The centres lie within the radius of one another, hence the gaps do.
        for pair in own.windows(2) {
            groups.join(pair[0].1, pair[1].1);
        }
    }
    for (key, own) in buckets.all() {
        #[expect(clippy::cast_possible_truncation, reason = "a few buckets")]
        for theirs in buckets.after(key, reach as i32) {
            groups.join_near(own, theirs, print, radius_m);
        }
    }
    groups.listed()
}

fn middle(count: usize, quad: impl Fn(usize) -> Quad) -> LonLat {
    let n = count as f64;
    let sum = (0..count).map(|i| quad(i)[0]);
    let sum = sum.fold((0.0, 0.0), |s, at| (s.0 + at.lon, s.1 + at.lat));
    LonLat::new(sum.0 / n, sum.1 / n)
}

/// Row and column of a bucket.
type BucketIndex = (i32, i32);

#[expect(
    clippy::cast_possible_truncation,
    reason = "metres on the earth over centimetres fit an i32"
)]
fn bucket(p: PlanePoint, side: f64) -> BucketIndex {
    ((p.y / side).floor() as i32, (p.x / side).floor() as i32)
}

/// Footprints by the bucket of their middle.
struct Buckets {
    placed: Vec<(BucketIndex, u32)>,
    /// Where each bucket begins.
    starts: Vec<u32>,
}

impl Buckets {
    fn new(mut placed: Vec<(BucketIndex, u32)>) -> Self {
        placed.sort_unstable();
        let is_first = |i: usize| i == 0 || placed[i - 1].0 != placed[i].0;
        let numbers = 0..u32::try_from(placed.len()).unwrap_or(u32::MAX);
        let starts = numbers.filter(|i| is_first(*i as usize)).collect();
        Self { placed, starts }
    }

    fn at(&self, number: usize) -> (BucketIndex, &[(BucketIndex, u32)]) {
        let start = self.starts[number] as usize;
        let next = self.starts.get(number + 1);
        let members = &self.placed[start..next.map_or(self.placed.len(), |n| *n as usize)];
        (members[0].0, members)
    }

    fn all(&self) -> impl Iterator<Item = (BucketIndex, &[(BucketIndex, u32)])> {
        (0..self.starts.len()).map(|number| self.at(number))
    }

    /// The buckets around one, each pair of buckets once.
    fn after(
        &self,
        (row, column): BucketIndex,
        reach: i32,
    ) -> impl Iterator<Item = &[(BucketIndex, u32)]> {
        (0..=reach).flat_map(move |down| {
            let first = if down == 0 {
                column + 1
            } else {
                column - reach
            };
            let (from, to) = ((row + down, first), (row + down, column + reach));
            let key = |start: &u32| self.placed[*start as usize].0;
            let begin = self.starts.partition_point(|start| key(start) < from);
            let of_row = (begin..self.starts.len()).map(|number| self.at(number));
            of_row
                .take_while(move |(key, _)| *key <= to)
                .map(|(_, members)| members)
        })
    }
}

/// Disjoint sets; the smallest member stands for its set.
struct Groups {
    parent: Vec<u32>,
}

impl Groups {
    fn new(count: usize) -> Self {
        Self {
            parent: (0..u32::try_from(count).unwrap_or(u32::MAX)).collect(),
        }
    }

    fn root(&mut self, mut i: u32) -> u32 {
        while self.parent[i as usize] != i {
            let above = self.parent[i as usize];
            self.parent[i as usize] = self.parent[above as usize];
            i = self.parent[i as usize];
        }
        i
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }

    /// Joins two buckets, each of one set already, where any two of their members are near.
    fn join_near(
        &mut self,
        a: &[(BucketIndex, u32)],
        b: &[(BucketIndex, u32)],
        print: impl Fn(u32) -> PlaneFootprint,
        radius_m: f64,
    ) {
        if self.root(a[0].1) == self.root(b[0].1) {
            return;
        }
        let theirs: Vec<PlaneFootprint> = b.iter().map(|(_, j)| print(*j)).collect();
        let is_near = |own: PlaneFootprint| theirs.iter().any(|t| own.within(t, radius_m));
        if a.iter().any(|(_, i)| is_near(print(*i))) {
            self.join(a[0].1, b[0].1);
        }
    }

    fn listed(mut self) -> Vec<Vec<usize>> {
        let count = u32::try_from(self.parent.len()).unwrap_or(u32::MAX);
        // A root comes before all others of its set, so that the root of each is known when it is come to.
        let mut sizes: Vec<usize> = Vec::new();
        let mut number: Vec<u32> = vec![0; self.parent.len()];
        for i in 0..count {
            let root = self.root(i) as usize;
            if root == i as usize {
                number[root] = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
                sizes.push(0);
            }
            number[i as usize] = number[root];
            sizes[number[root] as usize] += 1;
        }
        let mut groups: Vec<Vec<usize>> = sizes.into_iter().map(Vec::with_capacity).collect();
        for (i, number) in number.into_iter().enumerate() {
            groups[number as usize].push(i);
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
                        slow.join(i as u32, j as u32);
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
