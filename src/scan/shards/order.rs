//! The order in which works are parted: rasters by their numbers, then photos along a curve that fills the ground, so that
//! photos which show the same ground share a shard, whatever their names.

use crate::ground::{LocalPlane, LonLat, PlanePoint};
use crate::scan::ids::WorkId;
use crate::scan::plan::{Work, frame, numbered};
use geo::Centroid;

/// The curve goes through so many squares along a side, as a power of two.
const LEVELS: u32 = 16;

/// Works in the order in which they are parted.
pub fn parted(works: &[Work]) -> Vec<(WorkId, &Work)> {
    let (photos, mut all): (Vec<_>, Vec<_>) =
        numbered(works).partition(|(_, work)| work.imagery.as_photo().is_some());
    // A photo without a place is none of a scan's.
    let place = |work: &Work| Some(LonLat::from(frame(&work.imagery).ok()?.centroid()?.0));
    let places: Vec<Option<LonLat>> = photos.iter().map(|(_, work)| place(work)).collect();
    all.extend(along_curve(&places).into_iter().map(|i| photos[i]));
    all
}

/// The order of places along a curve that fills the ground about them.
fn along_curve(places: &[Option<LonLat>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    let Some(first) = places.iter().flatten().next() else {
        return order;
    };
    let plane = LocalPlane::at(*first);
    let points: Vec<Option<PlanePoint>> = places
        .iter()
        .map(|p| p.map(|p| plane.to_plane(p)))
        .collect();
    let bound = |least: fn(f64, f64) -> f64, of: fn(&PlanePoint) -> f64| {
        points
            .iter()
            .flatten()
            .map(of)
            .fold(of(&plane.to_plane(*first)), least)
    };
    let (x0, y0) = (bound(f64::min, |p| p.x), bound(f64::min, |p| p.y));
    let (x1, y1) = (bound(f64::max, |p| p.x), bound(f64::max, |p| p.y));
    let side = (x1 - x0).max(y1 - y0).max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the squares"
    )]
    let square = |v: f64| (v / side * f64::from((1_u32 << LEVELS) - 1)) as u32;
    order.sort_by_key(|i| {
        let place = points[*i].map(|p| on_curve((square(p.x - x0), square(p.y - y0))));
        (place, *i)
    });
    order
}

/// How far along Hilbert's curve a square lies (Hilbert 1891; the turns as in Warren, Hacker's Delight, 16-2).
fn on_curve((mut x, mut y): (u32, u32)) -> u64 {
    let mut along = 0;
    for level in (0..LEVELS).rev() {
        let (right, up) = (x >> level & 1, y >> level & 1);
        along = along << 2 | u64::from((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                (x, y) = (!x, !y);
            }
            (x, y) = (y, x);
        }
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn the_curve_goes_from_neighbour_to_neighbour_through_every_square() {
        let side = 1_u32 << LEVELS;
        let corner = 32;
        let mut squares: Vec<(u64, (u32, u32))> = (0..corner * corner)
            .map(|i| (i % corner, i / corner))
            .map(|at| (on_curve(at), at))
            .collect();
        squares.sort_unstable();
        for pair in squares.windows(2) {
            let ((a, from), (b, to)) = (pair[0], pair[1]);
            assert_eq!(a + 1, b);
            assert_eq!(from.0.abs_diff(to.0) + from.1.abs_diff(to.1), 1);
        }
        let last = on_curve((side - 1, 0)).max(on_curve((side - 1, side - 1)));
        assert!(last < u64::from(side) * u64::from(side));
    }

    proptest! {
        #[test]
        fn photos_that_overlap_mostly_share_a_shard_whatever_their_names(seed in any::<u64>()) {
            let (across, shards) = (24, 9);
            let plane = LocalPlane::at(LonLat::new(113.3, 33.74));
            // Names in any order over a flight of 24 by 24 photos.
            let mut at: Vec<(usize, usize)> = (0..across * across).map(|i| (i % across, i / across)).collect();
            at.sort_by_key(|(x, y)| ((x * 31 + y) as u64 + 1).wrapping_mul(seed | 1).rotate_left(23));
            let place = |(x, y): (usize, usize)| plane.to_lonlat(PlanePoint { x: x as f64 * 20.0, y: y as f64 * 15.0 });
            let places: Vec<Option<LonLat>> = at.iter().map(|at| Some(place(*at))).collect();
            let order = along_curve(&places);
            let mut shard = vec![0; order.len()];
            for (n, photo) in order.iter().enumerate() {
                shard[*photo] = n * shards / order.len();
            }
            let of: HashMap<(usize, usize), usize> = at.iter().copied().zip(shard).collect();
            let (mut pairs, mut apart) = (0, 0);
            for ((x, y), own) in &of {
                for beside in [(x + 1, *y), (*x, y + 1)] {
                    pairs += usize::from(of.contains_key(&beside));
                    apart += usize::from(of.get(&beside).is_some_and(|other| other != own));
                }
            }
            // Nine squares would part 96 of the 1,104 pairs; by name nearly all are parted.
            prop_assert!(apart * 5 < pairs, "{} of {}", apart, pairs);
        }
    }
}
