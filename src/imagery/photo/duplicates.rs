//! One shot seen twice: copies of a photo, by another name or out of a messenger.

use super::flight::{Remark, apart};
use super::metadata::Attitude;
use super::shot::Shot;
use std::collections::BTreeMap;

/// Shots that are there more than once: copied, under two names, or made smaller by a messenger. The best of each is kept,
/// so that no shot confirms itself.
pub fn duplicates(shots: &[Shot]) -> Vec<Remark> {
    // The best first; of equals the first by path.
    let worth = |shot: &Shot| {
        let found = &shot.metadata;
        let posed = matches!(
            found.attitude,
            Attitude::Gimbal { .. } | Attitude::Body { .. }
        );
        let high = found.relative_altitude_m.or(found.above_ground_m).is_some();
        let pixels = u64::from(shot.stored.0) * u64::from(shot.stored.1);
        (posed, high, pixels, shot.bytes)
    };
    let mut order: Vec<usize> = (0..shots.len()).collect();
    order.sort_by(|a, b| {
        let by_worth = worth(&shots[*b]).cmp(&worth(&shots[*a]));
        by_worth.then_with(|| shots[*a].path.cmp(&shots[*b].path))
    });
    let mut seen = KeptShots::default();
    let mut found = Vec::new();
    for photo in order {
        let same = (seen.beside(&shots[photo])).find(|of| is_same(&shots[*of], &shots[photo]));
        match same {
            Some(of) => found.push(Remark::Duplicate { of, photo }),
            None => seen.keep(photo, &shots[photo]),
        }
    }
    found.sort_by_key(Remark::photo);
    found
}

/// Shots that are kept, by what another has to have in common with one to be the same.
#[derive(Default)]
struct KeptShots {
    /// Those with a time, by their second.
    timed: BTreeMap<i64, Vec<usize>>,
    /// Those with a time, and those without, by their place: a program that took the time out left that.
    placed: [BTreeMap<(i64, i64), Vec<usize>>; 2],
}

impl KeptShots {
    /// Those that a shot may be: of its second, or at its place where one of the two has no time.
    fn beside(&self, shot: &Shot) -> impl Iterator<Item = usize> {
        let [timed, untimed] = &self.placed;
        let at = |placed: &'_ BTreeMap<(i64, i64), Vec<usize>>| placed.get(&shot.at.e7()).cloned();
        let first = match second(shot) {
            Some(second) => self.timed.get(&second).cloned(),
            None => at(timed),
        };
        [first, at(untimed)].into_iter().flatten().flatten()
    }

    fn keep(&mut self, photo: usize, shot: &Shot) {
        let second = second(shot);
        if let Some(second) = second {
            self.timed.entry(second).or_default().push(photo);
        }
        let placed = &mut self.placed[usize::from(second.is_none())];
        placed.entry(shot.at.e7()).or_default().push(photo);
    }
}

/// The second of a shot, where it has one.
fn second(shot: &Shot) -> Option<i64> {
    let captured = shot.metadata.captured?;
    let zero = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    Some(captured.local.duration_since(zero).as_secs())
}

/// Places of one shot are this near one another, in metres: one file may have fewer digits than the other.
pub(super) const SAME_PLACE_M: f64 = 0.5;

/// Heights of one shot, in metres.
pub(super) const SAME_HEIGHT_M: f64 = 0.5;

/// Looks of one shot differ by no more than this, in degrees, or by this share in their field of view.
pub(super) const SAME_LOOK_DEG: f64 = 0.5;

pub(super) const SAME_FIELD: f64 = 0.05;

/// Whether two photos of one second, or of one place where one has no time, are of one shot: the same camera, place, lens
/// and look, as far as both say.
pub(super) fn is_same(a: &Shot, b: &Shot) -> bool {
    let both = |x: &Option<String>, y: &Option<String>| x.is_none() || y.is_none() || x == y;
    let (m, n) = (&a.metadata, &b.metadata);
    if !(both(&m.make, &n.make) && both(&m.model, &n.model) && both(&m.serial, &n.serial)) {
        return false;
    }
    let exact = m.captured.is_some() && n.captured.is_some();
    let far = if exact { SAME_PLACE_M } else { 0.02 };
    if a.at.distance_m(b.at) > far {
        return false;
    }
    let parts = |x: Option<f64>, y: Option<f64>, apart: &dyn Fn(f64, f64) -> bool| {
        x.zip(y).is_some_and(|(x, y)| apart(x, y))
    };
    let by_share = |x: f64, y: f64| (x / y - 1.0).abs() > SAME_FIELD;
    let by_part = |x: f64, y: f64| (x - y).abs() > 1e-3 && x != 0.0 && y != 0.0;
    let fraction = |s: &Shot| s.metadata.captured.map(|c| c.subsecond);
    if parts(m.focal_35mm, n.focal_35mm, &by_share)
        || parts(m.focal_mm, n.focal_mm, &by_share)
        || parts(m.digital_zoom, n.digital_zoom, &by_share)
        || parts(fraction(a), fraction(b), &by_part)
    {
        return false;
    }
    // Without a time, only shots of one height to the last digit.
    let heights = [
        (m.relative_altitude_m, n.relative_altitude_m),
        (m.above_ground_m, n.above_ground_m),
        (m.altitude_m, n.altitude_m),
    ];
    let off = |(x, y)| parts(x, y, &|x, y| (x - y).abs() > SAME_HEIGHT_M);
    // EXIF and XMP may say different altitudes of one shot.
    if heights[..2].iter().copied().any(off) || !exact && heights.iter().any(|(x, y)| x != y) {
        return false;
    }
    match (m.attitude, n.attitude) {
        (
            Attitude::Gimbal { yaw, pitch, roll },
            Attitude::Gimbal {
                yaw: yaw_b,
                pitch: pitch_b,
                roll: roll_b,
            },
        ) => {
            let turned = yaw
                .zip(yaw_b)
                .is_some_and(|(x, y)| apart(x, y) > SAME_LOOK_DEG);
            !turned
                && (pitch - pitch_b).abs() <= SAME_LOOK_DEG
                && apart(roll, roll_b) <= SAME_LOOK_DEG
        }
        (x @ Attitude::Body { .. }, y @ Attitude::Body { .. }) => x == y,
        // Without a time, only what says all of its pose can be the same.
        _ => exact,
    }
}
