//! The laser rangefinder of a gimbal (DJI's M30, M3E, H20 and their like): how high the camera was above what it aimed at, by
//! the XMP of a photo. The laser looks along the camera's axis.

use super::metadata::{Attitude, Metadata};
use super::xmp::Xmp;

/// A look this near the horizon tells nothing of the height, in degrees.
const LEAST_PITCH_DEG: f64 = -15.0;
/// Two readings of one height differ by no more than this share, or by so many metres.
const SAME_SHARE: f64 = 0.1;
const SAME_M: f64 = 5.0;

/// Metres of the camera above its target, where the rangefinder says that it measured.
///
/// Told are the distance to the target and its height above the sea. Where the two do not fit together, the one that is
/// nearer to the height above take-off counts: a height of 0 is one that was not written.
pub(super) fn above_target_m(xmp: &Xmp, found: &Metadata) -> Option<f64> {
    let status = xmp.text(&["LRFStatus"])?;
    if !status.trim().eq_ignore_ascii_case("normal") {
        return None;
    }
    let sensible = |metres: &f64| (0.5..10_000.0).contains(metres);
    let pitch = match found.attitude {
        Attitude::Gimbal { pitch, .. } => Some(pitch),
        _ => None,
    };
    let by_distance = xmp
        .number(&["LRFTargetDistance"])
        .zip(pitch.filter(|pitch| (-180.0..=LEAST_PITCH_DEG).contains(pitch)))
        .map(|(metres, pitch)| metres * -pitch.to_radians().sin())
        .filter(sensible);
    let by_height = xmp
        .number(&["AbsoluteAltitude"])
        .zip(xmp.number(&["LRFTargetAbsAlt"]))
        .map(|(camera, target)| camera - target)
        .filter(sensible);
    match (by_distance, by_height, found.relative_altitude_m) {
        (Some(a), Some(b), Some(relative)) if (a - b).abs() > SAME_M.max(SAME_SHARE * a) => {
            let nearer = (b - relative).abs() < (a - relative).abs();
            Some(if nearer { b } else { a })
        }
        (a, b, _) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn above(pitch: f64, members: &str) -> Option<f64> {
        let packet = format!("<a xmlns:drone-dji='http://www.dji.com/drone-dji/1.0/' {members}/>");
        let found = Metadata {
            attitude: Attitude::Gimbal {
                yaw: Some(0.0),
                pitch,
                roll: 0.0,
            },
            relative_altitude_m: Some(124.0),
            ..Metadata::default()
        };
        above_target_m(&Xmp::read([packet.as_bytes()]), &found)
    }

    #[test]
    fn the_height_comes_from_the_distance_or_from_the_targets_height() {
        for (pitch, members) in [
            (-90.0, "LRFStatus='Normal' LRFTargetDistance='24.0'"),
            (
                -90.0,
                "LRFStatus='Normal' LRFTargetAbsAlt='512' AbsoluteAltitude='+536'",
            ),
            (-30.0, "LRFStatus='Normal' LRFTargetDistance='48.0'"),
            (
                -5.0,
                "LRFStatus='Normal' LRFTargetDistance='275' LRFTargetAbsAlt='512' AbsoluteAltitude='+536'",
            ),
            // What was not written is no height.
            (
                -90.0,
                "LRFStatus='normal' LRFTargetDistance='24' LRFTargetAbsAlt='0' AbsoluteAltitude='+536'",
            ),
            (
                -90.0,
                "LRFStatus='Normal' LRFTargetDistance='0' LRFTargetAbsAlt='512' AbsoluteAltitude='+536'",
            ),
        ] {
            let found = above(pitch, members).expect(members);
            assert!((found - 24.0).abs() < 0.1, "{members}: {found}");
        }
    }

    #[test]
    fn what_the_rangefinder_does_not_vouch_for_is_no_height() {
        for members in [
            "LRFStatus='TooFar' LRFTargetDistance='24.0'",
            "LRFStatus='Closed' LRFTargetAbsAlt='512' AbsoluteAltitude='+536'",
            "LRFTargetDistance='24.0'",
            "LRFStatus='Normal'",
            "LRFStatus='Normal' LRFTargetDistance='-1'",
        ] {
            assert_eq!(above(-90.0, members), None, "{members}");
        }
        assert_eq!(
            above(10.0, "LRFStatus='Normal' LRFTargetDistance='24'"),
            None
        );
    }
}
