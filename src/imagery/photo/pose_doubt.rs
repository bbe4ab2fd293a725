//! What is not known of a photo's pose: the user's word where it does not tell itself, and how far what contradicts itself in its
//! tags may be off, in the stated error and on the ground. Pure.

use super::accuracy::{Uncertainty, YawSource};
use super::camera::{Camera, GroundPoint};
use super::flight::{apart, turn_doubt_deg};
use super::height::Heights;
use super::metadata::{Attitude, Doubt};
use super::rejection::RejectionCause;
use super::shot::Shot;
use crate::ground::PixelPoint;

/// Places of one photo farther apart than this are two, in metres.
pub(super) const PLACES_M: f64 = 5.0;

/// The attitude of a photo that the user says was taken straight down, where it does not tell itself. A telephone was in
/// somebody's hand, whatever is said of a flight.
pub(super) fn looking_down(attitude: Attitude) -> Attitude {
    match attitude {
        Attitude::Doubtful {
            doubt: Doubt::HandHeld,
            ..
        } => attitude,
        Attitude::Doubtful { heading, .. } => heading.map_or(Attitude::Unknown, Attitude::Heading),
        told => told,
    }
}

/// Photos of a flight from which on headings of nought all over are none.
const SEVERAL: usize = 5;
/// Degrees that a heading is off its track where the drone does not fly straight ahead.
const SIDEWAYS_DEG: f64 = 30.0;

/// Degrees by which the heading of each photo of a flight may be off, where all of them say exactly nought as if none had been
/// written, and the flight's tracks go another way: no compass stands still so.
pub(super) fn unwritten_headings(flight: &[&Shot], tracks: &[Option<f64>]) -> Vec<Option<f64>> {
    let heading = |shot: &Shot| match shot.metadata.attitude {
        Attitude::Heading(yaw) | Attitude::Body { yaw, .. } => Some(yaw),
        Attitude::Gimbal { yaw, .. } => yaw,
        Attitude::Unknown | Attitude::Doubtful { .. } => None,
    };
    let off = |track: &Option<f64>| Some(apart(0.0, (*track)?)).filter(|off| *off > SIDEWAYS_DEG);
    let is_nought = flight.iter().all(|shot| heading(shot) == Some(0.0));
    let sideways = tracks.iter().filter(|track| off(track).is_some()).count();
    if flight.len() < SEVERAL || !is_nought || sideways * 2 < flight.len() {
        return vec![None; flight.len()];
    }
    tracks.iter().map(off).collect()
}

/// Standard deviations, no smaller than what contradicts itself in the photo's tags.
pub(super) fn uncertainty(shot: &Shot, heights: &Heights, yaw_source: YawSource) -> Uncertainty {
    let found = &shot.metadata;
    let mut all = Uncertainty::of(&found.accuracy, found.attitude, heights.source, yaw_source);
    let places = found.places_apart_m.filter(|m| *m > PLACES_M);
    all.height_m = all.height_m.max(heights.least_sd_m);
    let heading = found.heading_doubt_deg.unwrap_or(0.0);
    all.yaw_deg = all.yaw_deg.max(heading).max(turn_doubt_deg(shot));
    all.position_m = all.position_m.max(places.unwrap_or(0.0));
    all
}

/// Where else a camera may have been, by what contradicts itself in its photo: at the lower of two heights, at the other of two
/// places.
///
/// # Errors
/// [`RejectionCause::TwoPlaces`] where those are so far apart that the middle of the frame is in that of one alone: it is not known
/// what it shows.
pub(super) fn elsewhere(
    camera: &Camera,
    shot: &Shot,
    heights: &Heights,
) -> Result<Vec<Camera>, RejectionCause> {
    let apart = shot.metadata.places_apart_m.filter(|m| *m > PLACES_M);
    let other = shot.metadata.other_place.zip(apart);
    let of = |at, height_m| Camera::new(camera.lens, at, height_m, camera.axes);
    let mut all = Vec::new();
    if let Some((at, metres)) = other {
        let there = of(at, camera.height_m);
        let middle = camera.ground(middle(camera), heights.ground.as_ref());
        if middle.is_some_and(|middle| !shows(&there, middle)) {
            return Err(RejectionCause::TwoPlaces { metres });
        }
        all.push(there);
    }
    if let Some(lower_m) = heights.lower_m {
        let places = [Some(shot.at), other.map(|(at, _)| at)];
        all.extend(places.into_iter().flatten().map(|at| of(at, lower_m)));
    }
    Ok(all)
}

fn middle(camera: &Camera) -> PixelPoint {
    let (width, height) = camera.lens.size();
    let (x, y) = (width / 2.0, height / 2.0);
    PixelPoint { x, y }
}

/// Whether a camera has a point in its frame.
fn shows(camera: &Camera, point: GroundPoint) -> bool {
    let (width, height) = camera.lens.size();
    let pixel = camera.project(point);
    pixel.is_some_and(|p| (0.0..=width).contains(&p.x) && (0.0..=height).contains(&p.y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::LonLat;
    use crate::imagery::photo::metadata::Metadata;

    #[test]
    fn headings_of_nought_all_over_are_doubted_where_the_flight_goes_another_way() {
        let shot = |yaw: f64| Shot {
            path: "a.jpg".into(),
            metadata: Metadata {
                attitude: Attitude::Gimbal {
                    yaw: Some(yaw),
                    pitch: -90.0,
                    roll: 0.0,
                },
                ..Metadata::default()
            },
            stored: (4000, 3000),
            bytes: 1,
            at: LonLat::new(113.3, 33.74),
        };
        let doubts = |yaws: &[f64], tracks: &[f64]| {
            let shots: Vec<Shot> = yaws.iter().map(|yaw| shot(*yaw)).collect();
            let tracks: Vec<Option<f64>> = tracks.iter().copied().map(Some).collect();
            unwritten_headings(&shots.iter().collect::<Vec<_>>(), &tracks)
        };
        let lines = [90.0, 90.0, 0.0, -90.0, -90.0];
        let both = Some(90.0);
        assert_eq!(doubts(&[0.0; 5], &lines), [both, both, None, both, both]);
        // A compass that moves, a drone that flies north, and few photos.
        assert_eq!(doubts(&[0.0, 0.1, 0.0, 0.0, 0.0], &lines), [None; 5]);
        assert_eq!(doubts(&[0.0; 5], &[2.0, -3.0, 90.0, 0.0, 1.0]), [None; 5]);
        assert_eq!(doubts(&[0.0; 4], &lines[..4]), [None; 4]);
    }
}
