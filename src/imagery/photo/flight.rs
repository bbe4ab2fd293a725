//! Flights: photos of one camera in the order they were taken. What one photo does not say, its neighbours do: the heading
//! from the track, the ground's height from the take-off. And what a flight says of its own quality. Pure.

use super::camera::Axes;
use super::metadata::{Attitude, Orientation};
use super::shot::Shot;
use crate::ground::{LocalPlane, LonLat};
use crate::imagery::Captured;
use std::collections::BTreeMap;

/// A pause longer than this ends a flight: the battery was changed, and the altitude counts from a new take-off.
const PAUSE_S: f64 = 600.0;
/// No drone that takes photos for maps flies faster, in metres a second.
const FASTEST_M_S: f64 = 40.0;
/// Positions nearer than this have no direction between them.
const SHORTEST_TRACK_M: f64 = 2.0;

/// One camera's photos of one take-off.
#[derive(Debug, Clone, PartialEq)]
pub struct Flight {
    /// The camera.
    pub camera: String,
    /// Numbers of the photos, in the order they were taken.
    pub members: Vec<usize>,
    /// Where the drone took off, as nearly as its photos tell: where the first was taken.
    pub take_off: LonLat,
}

/// Something in a flight that a pilot should know.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Remark {
    /// Two photos are the same: place, time and length.
    Duplicate {
        /// The photo that is kept.
        of: usize,
        /// The one that is not.
        photo: usize,
    },
    /// A photo has an earlier time than one whose file name comes before it.
    ClockJump {
        /// The photo.
        photo: usize,
        /// Seconds it goes back.
        seconds: f64,
    },
    /// A photo is farther from the one before than any drone flies in that time.
    PositionJump {
        /// The photo.
        photo: usize,
        /// Metres between them.
        metres: f64,
    },
    /// The altitude above the sea is negative.
    BelowSea {
        /// The photo.
        photo: usize,
        /// Metres.
        altitude_m: f64,
    },
    /// A picture viewer has saved it upside down; its pose is read accordingly.
    Turned {
        /// The photo.
        photo: usize,
    },
    /// Its orientation tag asks viewers to turn it, which the camera's roll does not explain: the pixels are taken as they
    /// are stored.
    Oriented {
        /// The photo.
        photo: usize,
        /// Degrees of doubt about its heading.
        degrees: f64,
    },
    /// It stands where the camera lay, or the other way about: a program turned its pixels by a quarter, to either side.
    QuarterTurned {
        /// The photo.
        photo: usize,
    },
    /// Nothing that it shows lies inside the boundary of the survey.
    OutsideBoundary {
        /// The photo.
        photo: usize,
    },
    /// Its heights contradict one another; of a flight the worst.
    HeightsApart {
        /// The photo.
        photo: usize,
        /// Metres by which the height that was not used is the higher.
        metres: f64,
    },
    /// The camera's heading was not written, and the drone's, or its track's, is another; of a flight the worst.
    HeadingsApart {
        /// The photo.
        photo: usize,
        /// Degrees.
        degrees: f64,
    },
    /// EXIF and XMP say different places; of a flight the worst.
    PlacesApart {
        /// The photo.
        photo: usize,
        /// Metres.
        metres: f64,
    },
    /// A part of the XMP packet could not be read; of a flight the first.
    XmpDamaged {
        /// The photo.
        photo: usize,
    },
    /// The altitude above take-off is not positive.
    BelowTakeOff {
        /// The photo.
        photo: usize,
        /// Metres.
        altitude_m: f64,
    },
}

impl Remark {
    /// The photo it is about.
    pub fn photo(&self) -> usize {
        match self {
            Self::Duplicate { photo, .. }
            | Self::Turned { photo }
            | Self::Oriented { photo, .. }
            | Self::QuarterTurned { photo }
            | Self::ClockJump { photo, .. }
            | Self::PositionJump { photo, .. }
            | Self::BelowSea { photo, .. }
            | Self::OutsideBoundary { photo }
            | Self::HeightsApart { photo, .. }
            | Self::HeadingsApart { photo, .. }
            | Self::PlacesApart { photo, .. }
            | Self::XmpDamaged { photo }
            | Self::BelowTakeOff { photo, .. } => *photo,
        }
    }

    /// Its name in files, and its figure where it has one.
    pub fn name(&self) -> (&'static str, Option<f64>) {
        match self {
            Self::Duplicate { .. } => ("duplicate", None),
            Self::Turned { .. } => ("turned_by_viewer", None),
            Self::Oriented { degrees, .. } => ("orientation_not_followed_deg", Some(*degrees)),
            Self::QuarterTurned { .. } => ("turned_by_a_quarter", None),
            Self::ClockJump { seconds, .. } => ("clock_jump_s", Some(*seconds)),
            Self::PositionJump { metres, .. } => ("position_jump_m", Some(*metres)),
            Self::BelowSea { altitude_m, .. } => ("below_sea_m", Some(*altitude_m)),
            Self::OutsideBoundary { .. } => ("outside_boundary", None),
            Self::HeightsApart { metres, .. } => ("heights_apart_m", Some(*metres)),
            Self::HeadingsApart { degrees, .. } => ("headings_apart_deg", Some(*degrees)),
            Self::PlacesApart { metres, .. } => ("places_apart_m", Some(*metres)),
            Self::XmpDamaged { .. } => ("xmp_damaged", None),
            Self::BelowTakeOff { altitude_m, .. } => ("below_take_off_m", Some(*altitude_m)),
        }
    }
}

/// Groups photos into flights, ordered by camera and time; photos without a time are one flight a camera, by name.
pub fn flights(shots: &[Shot]) -> Vec<Flight> {
    flights_of(shots, |_| true)
}

/// The same of some of the photos, by their numbers.
pub(super) fn flights_of(shots: &[Shot], is_one: impl Fn(usize) -> bool) -> Vec<Flight> {
    let mut by_camera: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, shot) in shots.iter().enumerate().filter(|(i, _)| is_one(*i)) {
        by_camera.entry(shot.camera()).or_default().push(i);
    }
    let mut found = Vec::new();
    for (camera, mut members) in by_camera {
        members.sort_by(|a, b| {
            let key = |i: usize| shots[i].clock_s().unwrap_or(f64::INFINITY);
            key(*a)
                .total_cmp(&key(*b))
                .then_with(|| shots[*a].path.cmp(&shots[*b].path))
        });
        let mut flight: Vec<usize> = Vec::new();
        for member in members {
            let pause = flight
                .last()
                .and_then(|last| Some(shots[member].clock_s()? - shots[*last].clock_s()?))
                .is_some_and(|s| s > PAUSE_S);
            if pause {
                found.push(Flight::new(&camera, std::mem::take(&mut flight), shots));
            }
            flight.push(member);
        }
        found.push(Flight::new(&camera, flight, shots));
    }
    found
}

impl Flight {
    fn new(camera: &str, members: Vec<usize>, shots: &[Shot]) -> Self {
        Self {
            camera: camera.to_owned(),
            take_off: shots[members[0]].at,
            members,
        }
    }

    /// The headings of all members, in degrees clockwise from north: the photo's own track tag, else from where it came
    /// to where it went. A photo that stands still has its predecessor's. `None` where the whole flight stands still.
    pub fn tracks(&self, shots: &[Shot]) -> Vec<Option<f64>> {
        let at = |i: usize| shots[self.members[i]].at;
        let n = self.members.len();
        let mut found: Vec<Option<f64>> = (0..n)
            .map(|i| {
                if let Some(track) = shots[self.members[i]].metadata.track_deg {
                    return Some(track);
                }
                let into = (i > 0).then(|| bearing(at(i - 1), at(i))).flatten();
                let out = (i + 1 < n).then(|| bearing(at(i), at(i + 1))).flatten();
                match (into, out) {
                    // In a turn the drone has the heading it came with until it stops.
                    (Some(a), Some(b)) if apart(a, b) > 60.0 => Some(a),
                    (Some(a), Some(b)) => Some(middle(a, b)),
                    (a, b) => a.or(b),
                }
            })
            .collect();
        for i in 1..n {
            found[i] = found[i].or(found[i - 1]);
        }
        for i in (0..n.saturating_sub(1)).rev() {
            found[i] = found[i].or(found[i + 1]);
        }
        found
    }

    /// The days on which it was flown, as its photos tell: two where it went on over midnight.
    pub fn days(&self, shots: &[Shot]) -> Option<Captured> {
        let days = self
            .members
            .iter()
            .filter_map(|member| shots[*member].day());
        days.map(Captured::day).reduce(Captured::with)
    }

    /// What a pilot should know of it.
    pub fn remarks(&self, shots: &[Shot]) -> Vec<Remark> {
        let mut found = Vec::new();
        for pair in self.members.windows(2) {
            let (a, b) = (&shots[pair[0]], &shots[pair[1]]);
            let (Some(from), Some(to)) = (a.clock_s(), b.clock_s()) else {
                continue;
            };
            let metres = a.at.distance_m(b.at);
            // Clocks that count whole seconds may be a second off.
            if metres > FASTEST_M_S * (to - from + 1.0) {
                found.push(Remark::PositionJump {
                    photo: pair[1],
                    metres,
                });
            }
        }
        let mut by_name = self.members.clone();
        by_name.sort_by(|a, b| shots[*a].path.cmp(&shots[*b].path));
        for pair in by_name.windows(2) {
            let same_folder = shots[pair[0]].path.parent() == shots[pair[1]].path.parent();
            if let (true, Some(before), Some(after)) = (
                same_folder,
                shots[pair[0]].clock_s(),
                shots[pair[1]].clock_s(),
            ) && after < before - 1.0
            {
                found.push(Remark::ClockJump {
                    photo: pair[1],
                    seconds: before - after,
                });
            }
        }
        for member in &self.members {
            if turned(&shots[*member]) {
                found.push(Remark::Turned { photo: *member });
            }
            found.extend(turn_remark(*member, &shots[*member]));
            let metadata = &shots[*member].metadata;
            if let Some(altitude_m) = metadata.altitude_m.filter(|a| *a < 0.0) {
                found.push(Remark::BelowSea {
                    photo: *member,
                    altitude_m,
                });
            }
            if let Some(altitude_m) = metadata.relative_altitude_m.filter(|a| *a <= 0.0) {
                found.push(Remark::BelowTakeOff {
                    photo: *member,
                    altitude_m,
                });
            }
        }
        found
    }
}

/// Whether an attitude says where the top of the image points.
pub fn has_heading(attitude: Attitude) -> bool {
    match attitude {
        Attitude::Unknown | Attitude::Gimbal { yaw: None, .. } | Attitude::Doubtful { .. } => false,
        Attitude::Heading(_) | Attitude::Gimbal { .. } | Attitude::Body { .. } => true,
    }
}

/// The axes of a photo, with the flight's track where it has no heading of its own.
pub fn axes(shot: &Shot, track: Option<f64>) -> Axes {
    let axes = Axes::of(shot.metadata.attitude, track.unwrap_or(0.0));
    if turned(shot) {
        axes.upside_down()
    } else {
        axes
    }
}

/// Whether a viewer has turned the picture upside down: it saved it turned, and its sides are as they were taken.
fn turned(shot: &Shot) -> bool {
    shot.metadata.turned_by_viewer && !sides_exchanged(shot)
}

/// Whether a picture stands that was taken lying, or the other way about.
fn sides_exchanged(shot: &Shot) -> bool {
    let landscape = |(w, h): (u32, u32)| w >= h;
    let taken = shot.metadata.taken_size;
    taken.is_some_and(|taken| landscape(taken) != landscape(shot.stored))
}

/// Degrees by which the top of the stored image may be off the one that the heading is of: its pixels were turned to one
/// side or the other, or a camera that tells no roll asks to have it turned.
pub fn turn_doubt_deg(shot: &Shot) -> f64 {
    if sides_exchanged(shot) {
        return 90.0;
    }
    match shot.metadata.attitude {
        Attitude::Gimbal { .. } | Attitude::Body { .. } => 0.0,
        _ => shot.metadata.orientation.turned_deg(),
    }
}

/// What is to be said of how a picture was turned.
fn turn_remark(photo: usize, shot: &Shot) -> Option<Remark> {
    if sides_exchanged(shot) {
        return Some(Remark::QuarterTurned { photo });
    }
    let orientation = shot.metadata.orientation;
    let roll = match shot.metadata.attitude {
        Attitude::Gimbal { roll, .. } | Attitude::Body { roll, .. } => roll,
        _ => 0.0,
    };
    let followed = orientation == Orientation::default() || orientation.is_of_roll(roll);
    let degrees = turn_doubt_deg(shot);
    (!followed).then_some(Remark::Oriented { photo, degrees })
}

/// Degrees clockwise from north; `None` between places too near one another.
fn bearing(from: LonLat, to: LonLat) -> Option<f64> {
    let mut to = to;
    // Across the 180th meridian the degrees begin anew.
    let east = to.lon - from.lon;
    if east.abs() > 180.0 {
        to.lon -= 360.0_f64.copysign(east);
    }
    let p = LocalPlane::at(from).to_plane(to);
    (p.x.hypot(p.y) >= SHORTEST_TRACK_M).then(|| p.x.atan2(p.y).to_degrees())
}

pub(super) fn apart(a: f64, b: f64) -> f64 {
    let d = (a - b).rem_euclid(360.0);
    d.min(360.0 - d)
}

fn middle(a: f64, b: f64) -> f64 {
    let (sa, ca) = a.to_radians().sin_cos();
    let (sb, cb) = b.to_radians().sin_cos();
    (sa + sb).atan2(ca + cb).to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::PlanePoint;
    use crate::imagery::photo::duplicates;
    use crate::imagery::photo::metadata::{Metadata, PhotoTime};
    use jiff::civil::date;

    /// A photo so many metres east and north of home, so many seconds after nine.
    fn shot(name: &str, east: f64, north: f64, seconds: i32) -> Shot {
        let home = LocalPlane::at(LonLat::new(113.3, 33.74));
        let at = home.to_lonlat(PlanePoint { x: east, y: north });
        let local = date(2026, 4, 20).at(9, 0, 0, 0) + jiff::Span::new().seconds(seconds);
        Shot {
            path: format!("card/{name}.jpg").into(),
            metadata: Metadata {
                model: Some("FC6310".into()),
                captured: Some(PhotoTime {
                    local,
                    offset_s: None,
                    subsecond: 0.0,
                    of_file: false,
                }),
                ..Default::default()
            },
            stored: (4000, 3000),
            bytes: 1000 + u64::from(name.as_bytes()[0]),
            at,
        }
    }

    #[test]
    fn the_heading_follows_the_track_through_stops_and_turns() {
        let shots = [
            shot("a", 0.0, 0.0, 0),
            shot("b", 20.0, 0.0, 2),
            shot("c", 40.0, 0.0, 4),
            shot("d", 40.0, 30.0, 7),
            shot("e", 40.0, 30.0, 9),
        ];
        let flight = &flights(&shots)[0];
        let headings: Vec<f64> = flight
            .tracks(&shots)
            .into_iter()
            .map(|t| t.expect("a heading").round())
            .collect();
        assert_eq!(headings, [90.0, 90.0, 90.0, 0.0, 0.0]);
        assert_eq!(flights(&shots[3..4])[0].tracks(&shots[3..4]), [None]);
    }

    #[test]
    fn a_pause_and_another_camera_begin_another_flight() {
        let mut shots = vec![
            shot("c", 9.0, 0.0, 2000),
            shot("a", 0.0, 0.0, 0),
            shot("b", 5.0, 0.0, 5),
        ];
        shots.push(Shot {
            metadata: Metadata {
                model: Some("M3E".into()),
                ..shots[0].metadata.clone()
            },
            ..shot("d", 1.0, 1.0, 3)
        });
        let found = flights(&shots);
        let members: Vec<&[usize]> = found.iter().map(|f| f.members.as_slice()).collect();
        assert_eq!(members, [&[1, 2][..], &[0], &[3]]);
        assert_eq!(found[0].take_off, shots[1].at);
    }

    #[test]
    fn a_flight_over_midnight_is_of_both_days() {
        let before = (15 * 3600) - 6;
        let mut shots = vec![
            shot("a", 0.0, 0.0, before),
            shot("b", 20.0, 0.0, before + 5),
            shot("c", 40.0, 0.0, before + 10),
            shot("d", 0.0, 0.0, before + 4000),
        ];
        let days = |shots: &[Shot]| -> Vec<Option<String>> {
            let all = flights(shots);
            all.iter()
                .map(|f| f.days(shots).map(|d| d.to_string()))
                .collect()
        };
        let told = |days: &str| Some(days.to_owned());
        assert_eq!(
            days(&shots),
            [told("2026-04-20/2026-04-21"), told("2026-04-21")]
        );
        // The time of a file's last change is no day.
        for shot in &mut shots {
            shot.metadata.captured.as_mut().expect("a time").of_file = true;
        }
        assert_eq!(days(&shots), [None, None]);
    }

    #[test]
    fn a_turn_for_viewers_is_said_where_the_roll_does_not_explain_it() {
        let of = |attitude, tag, taken: Option<(u32, u32)>| {
            let mut shot = shot("a", 0.0, 0.0, 0);
            shot.metadata.attitude = attitude;
            shot.metadata.orientation = Orientation::of_tag(tag);
            shot.metadata.taken_size = taken;
            (turn_remark(0, &shot), turn_doubt_deg(&shot))
        };
        let rolled = |roll| Attitude::Gimbal {
            yaw: Some(20.0),
            pitch: -90.0,
            roll,
        };
        let said = |degrees| (Some(Remark::Oriented { photo: 0, degrees }), degrees);
        for (roll, tag) in [(0.0, 1), (90.0, 6), (-90.0, 8), (90.0, 1), (180.0, 1)] {
            assert_eq!(of(rolled(roll), tag, None), (None, 0.0), "{roll} {tag}");
        }
        for (roll, tag) in [(0.0, 3), (0.0, 6), (0.0, 2), (90.0, 8)] {
            assert_eq!(of(rolled(roll), tag, None), said(0.0), "{roll} {tag}");
        }
        // Without a roll nobody knows whether the camera was mounted so, or the tag is a viewer's.
        assert_eq!(of(Attitude::Unknown, 8, None), said(90.0));
        assert_eq!(of(Attitude::Heading(40.0), 3, None), said(180.0));
        assert_eq!(
            of(rolled(0.0), 1, Some((3000, 4000))),
            (Some(Remark::QuarterTurned { photo: 0 }), 90.0)
        );
    }

    #[test]
    fn a_copy_that_lost_its_time_is_one_shot_where_it_says_all_of_its_pose() {
        let mut whole = shot("a", 0.0, 0.0, 0);
        whole.metadata.relative_altitude_m = Some(24.0);
        whole.metadata.attitude = Attitude::Gimbal {
            yaw: Some(20.0),
            pitch: -90.0,
            roll: 0.0,
        };
        let mut copy = Shot {
            path: "sent/a.jpg".into(),
            bytes: 900,
            ..whole.clone()
        };
        copy.metadata.captured = None;
        let of = |one: &Shot, other: &Shot| duplicates(&[one.clone(), other.clone()]);
        assert_eq!(of(&whole, &copy), [Remark::Duplicate { of: 0, photo: 1 }]);
        let larger = Shot {
            bytes: 9000,
            ..copy.clone()
        };
        assert_eq!(of(&whole, &larger), [Remark::Duplicate { of: 1, photo: 0 }]);
        let mut higher = copy.clone();
        higher.metadata.relative_altitude_m = Some(24.1);
        assert_eq!(of(&whole, &higher), []);
        copy.metadata.attitude = Attitude::Unknown;
        assert_eq!(of(&whole, &copy), []);
    }

    #[test]
    fn a_copy_of_another_time_or_spelling_is_one_shot() {
        let mut whole = shot("a", 0.0, 0.0, 0);
        whole.metadata.make = Some("DJI".into());
        whole.metadata.relative_altitude_m = Some(24.0);
        whole.metadata.attitude = Attitude::Gimbal {
            yaw: Some(20.0),
            pitch: -90.0,
            roll: 0.0,
        };
        let copy = |change: &dyn Fn(&mut Shot)| {
            let mut copy = Shot {
                path: "sent/a.jpg".into(),
                bytes: whole.bytes - 1,
                ..whole.clone()
            };
            change(&mut copy);
            copy
        };
        let later = |shot: &mut Shot, seconds: i64| {
            let time = shot.metadata.captured.as_mut().expect("a time");
            let later = jiff::SignedDuration::from_secs(seconds);
            time.local = time.local.checked_add(later).expect("a time");
        };
        let at_greenwich = |shot: &mut Shot| {
            later(shot, -8 * 3600);
            shot.metadata.captured.as_mut().expect("a time").offset_s = Some(0);
            // Of one time, a messenger's digits do.
            shot.metadata.relative_altitude_m = Some(24.1);
        };
        let of = |one: &Shot, other: &Shot| duplicates(&[one.clone(), other.clone()]);
        let first = [Remark::Duplicate { of: 0, photo: 1 }];
        let mut zoned = whole.clone();
        zoned.metadata.captured.as_mut().expect("a time").offset_s = Some(8 * 3600);
        assert_eq!(of(&zoned, &copy(&at_greenwich)), first);
        assert_eq!(of(&whole, &copy(&|s| later(s, 1))), first);
        assert_eq!(
            of(&whole, &copy(&|s| s.metadata.make = Some("dji ".into()))),
            first
        );
        // One that a program saved and dated anew gives way to the older, though it is longer.
        let resaved = copy(&|s| {
            later(s, 13 * 86_400);
            s.bytes = whole.bytes + 5000;
        });
        assert_eq!(of(&whole, &resaved), first);
        assert_eq!(
            of(&resaved, &whole),
            [Remark::Duplicate { of: 1, photo: 0 }]
        );
        // Two shots from nearly one place are two.
        for change in [
            &(|s: &mut Shot| s.metadata.relative_altitude_m = Some(24.1)) as &dyn Fn(&mut Shot),
            &|s| s.at.lon += 3e-7,
            &|s| {
                s.metadata.attitude = Attitude::Gimbal {
                    yaw: Some(20.1),
                    pitch: -90.0,
                    roll: 0.0,
                };
            },
            &|s| s.metadata.attitude = Attitude::Unknown,
        ] {
            let next = copy(&|s| {
                later(s, 2);
                change(s);
            });
            assert_eq!(of(&whole, &next), []);
        }
    }

    #[test]
    fn a_track_goes_on_across_the_180th_meridian() {
        let (west, east) = (LonLat::new(179.9999, -16.0), LonLat::new(-179.9999, -16.0));
        let there = bearing(west, east).expect("apart");
        let back = bearing(east, west).expect("apart");
        assert!(
            (there - 90.0).abs() < 1e-6 && (back + 90.0).abs() < 1e-6,
            "{there} {back}"
        );
    }

    #[test]
    fn jumps_and_doubles_are_named() {
        let mut shots = vec![
            shot("a", 0.0, 0.0, 0),
            shot("b", 20.0, 0.0, 2),
            shot("c", 900.0, 0.0, 4),
            shot("d", 910.0, 0.0, 1),
        ];
        shots[1].metadata.altitude_m = Some(-30.0);
        shots[1].metadata.relative_altitude_m = Some(-2.0);
        shots.push(Shot {
            path: "card/z.jpg".into(),
            ..shots[0].clone()
        });
        assert_eq!(duplicates(&shots), [Remark::Duplicate { of: 0, photo: 4 }]);
        let remarks = flights(&shots[..4])[0].remarks(&shots[..4]);
        assert!(
            remarks
                .iter()
                .any(|r| matches!(r, Remark::ClockJump { photo: 3, .. })),
            "{remarks:?}"
        );
        assert!(
            remarks
                .iter()
                .any(|r| matches!(r, Remark::PositionJump { .. }))
        );
        assert!(remarks.contains(&Remark::BelowSea {
            photo: 1,
            altitude_m: -30.0
        }));
        assert!(remarks.contains(&Remark::BelowTakeOff {
            photo: 1,
            altitude_m: -2.0
        }));
    }
}
