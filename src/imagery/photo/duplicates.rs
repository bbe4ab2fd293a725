//! One shot seen twice: copies of a photo, by another name or out of a messenger.

use super::flight::{Remark, apart};
use super::metadata::{Attitude, Metadata};
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
    // Of equals, what a program dated anew gives way to its original, which is the older.
    let mut originals: BTreeMap<usize, usize> = BTreeMap::new();
    for photo in order {
        let same = (seen.beside(&shots[photo])).find(|of| is_same(&shots[*of], &shots[photo]));
        let Some(of) = same else {
            seen.keep(photo, &shots[photo]);
            continue;
        };
        let of = *originals.get(&of).unwrap_or(&of);
        let [kept, copy] = [of, photo].map(|i| (worth(&shots[i]), &shots[i]));
        let equal = (kept.0.0, kept.0.1, kept.0.2) == (copy.0.0, copy.0.1, copy.0.2);
        let is_older = second(copy.1) < second(kept.1) && second(copy.1).is_some();
        if equal && is_older && !is_of_one_time(kept.1, copy.1) {
            originals.insert(of, photo);
            seen.keep(photo, copy.1);
            found.push((photo, of));
        } else {
            found.push((of, photo));
        }
    }
    let mut remarks: Vec<Remark> = found
        .into_iter()
        .map(|(mut of, photo)| {
            while let Some(older) = originals.get(&of) {
                of = *older;
            }
            Remark::Duplicate { of, photo }
        })
        .collect();
    remarks.sort_by_key(Remark::photo);
    remarks
}

/// Shots that are kept, by what another has to have in common with one to be the same.
#[derive(Default)]
struct KeptShots {
    /// Those with a time, by the second of their clock.
    timed: BTreeMap<i64, Vec<usize>>,
    /// Those whose clock tells its zone, by the second at Greenwich.
    absolute: BTreeMap<i64, Vec<usize>>,
    /// All, by their place: a program that took the time out, or wrote its own, left that.
    placed: BTreeMap<(i64, i64), Vec<usize>>,
}

impl KeptShots {
    /// Those that a shot may be: of its second, or at its place.
    fn beside(&self, shot: &Shot) -> impl Iterator<Item = usize> {
        let timed = second(shot).and_then(|second| self.timed.get(&second));
        let absolute = absolute_second(shot).and_then(|second| self.absolute.get(&second));
        let placed = self.placed.get(&shot.at.e7());
        let all = [timed, absolute, placed].map(Option::<&Vec<usize>>::cloned);
        all.into_iter().flatten().flatten()
    }

    fn keep(&mut self, photo: usize, shot: &Shot) {
        if let Some(second) = second(shot) {
            self.timed.entry(second).or_default().push(photo);
        }
        if let Some(second) = absolute_second(shot) {
            self.absolute.entry(second).or_default().push(photo);
        }
        self.placed.entry(shot.at.e7()).or_default().push(photo);
    }
}

/// The second of a shot, where it has one.
fn second(shot: &Shot) -> Option<i64> {
    let captured = shot.metadata.captured?;
    let zero = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    Some(captured.local.duration_since(zero).as_secs())
}

/// The same at Greenwich, where its clock tells its zone.
fn absolute_second(shot: &Shot) -> Option<i64> {
    let offset = shot.metadata.captured?.offset_s?;
    Some(second(shot)? - i64::from(offset))
}

/// Whether two shots are of one second, by their clocks or at Greenwich.
fn is_of_one_time(a: &Shot, b: &Shot) -> bool {
    let both = |x: Option<i64>, y: Option<i64>| x.is_some() && x == y;
    both(second(a), second(b)) || both(absolute_second(a), absolute_second(b))
}

/// Places of one shot are this near one another, in metres: one file may have fewer digits than the other.
pub(super) const SAME_PLACE_M: f64 = 0.5;

/// Heights of one shot, in metres.
pub(super) const SAME_HEIGHT_M: f64 = 0.5;

/// Looks of one shot differ by no more than this, in degrees, or by this share in their field of view.
pub(super) const SAME_LOOK_DEG: f64 = 0.5;

pub(super) const SAME_FIELD: f64 = 0.05;

/// Whether two photos of one second, or of one place where one has no time, are of one shot: the same camera, place, lens
/// and look, as far as both say. Of two times, they are where both say one place, height and look to the last digit, which no
/// drone flies again.
pub(super) fn is_same(a: &Shot, b: &Shot) -> bool {
    let (m, n) = (&a.metadata, &b.metadata);
    if !is_of_one_camera(m, n) {
        return false;
    }
    let timed = m.captured.is_some() && n.captured.is_some();
    let exact = timed && is_of_one_time(a, b);
    if timed && !exact && !is_of_one_pose(a, b) {
        return false;
    }
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
        || exact && parts(fraction(a), fraction(b), &by_part)
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

/// Whether two photos are of one camera, as far as both say; a program may spell it its own way.
fn is_of_one_camera(m: &Metadata, n: &Metadata) -> bool {
    let both = |x: &Option<String>, y: &Option<String>| {
        let pair = x.as_deref().zip(y.as_deref());
        pair.is_none_or(|(x, y)| x.trim().eq_ignore_ascii_case(y.trim()))
    };
    both(&m.make, &n.make) && both(&m.model, &n.model) && both(&m.serial, &n.serial)
}

/// Whether two shots say one place, one height and all three angles, each to the last digit.
fn is_of_one_pose(a: &Shot, b: &Shot) -> bool {
    let (m, n) = (&a.metadata, &b.metadata);
    let heights = |m: &Metadata| [m.relative_altitude_m, m.above_ground_m, m.altitude_m];
    let is_whole = match m.attitude {
        Attitude::Gimbal { yaw, .. } => yaw.is_some(),
        Attitude::Body { .. } => true,
        _ => false,
    };
    is_whole
        && m.attitude == n.attitude
        && a.at.e7() == b.at.e7()
        && heights(m) == heights(n)
        && heights(m).iter().any(Option::is_some)
}
