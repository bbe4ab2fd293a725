//! A patrol's track: read from a receiver's GPX, and the ground seen along it.
//!
//! Receivers jump, lose their clocks and run through midnight. The line is broken where nobody moves so far or so fast,
//! steps of the clock that make no sense are counted and not believed, and positions that are none are left out: all of
//! it is said, so that whoever reads the walked area can judge it.

use super::ExchangeError;
use crate::ground::{LocalPlane, LonLat, PlanePoint, union};
use crate::registry::body::TrackFacts;
use crate::registry::place::Place;
use geo::{Coord, Line, LineString, MultiPolygon, Polygon, Simplify};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::Path;

/// A step longer than this is a jump of the receiver or a pause of the recording, in metres.
const LONGEST_STEP_M: f64 = 500.0;
/// A step faster than this is a jump, in metres a second (180 km/h).
const FASTEST: f64 = 50.0;
/// A step of the clock forward by this much within a track is a jump or a night's rest, in seconds.
const LONGEST_PAUSE_S: i64 = 12 * 3600;
/// Corners nearer to the line than this are left out before it is widened, in metres.
const TOLERANCE_M: f64 = 1.0;

/// A position with the time that the receiver gave it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    /// Where.
    pub at: LonLat,
    /// When, where the receiver says.
    pub time: Option<Timestamp>,
}

/// The tracks of a file: each a line of fixes in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Track {
    /// The segments.
    pub segments: Vec<Vec<Fix>>,
}

/// The ground seen along a track, and what the track says.
#[derive(Debug, Clone, PartialEq)]
pub struct Walk {
    /// The ground, WGS 84 degrees.
    pub walked: MultiPolygon,
    /// The facts.
    pub facts: TrackFacts,
}

impl Track {
    /// Reads the tracks, or where there is none the routes, of a GPX file.
    ///
    /// # Errors
    /// [`ExchangeError::Unreadable`], [`ExchangeError::Malformed`].
    pub fn read(path: &Path) -> Result<Self, ExchangeError> {
        let bytes = std::fs::read(path).map_err(|source| ExchangeError::Unreadable {
            path: path.into(),
            source,
        })?;
        Self::parse(&bytes).map_err(|why| ExchangeError::Malformed {
            path: path.into(),
            why,
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let file = gpx::read(bytes).map_err(|e| format!("not a GPX track: {e}"))?;
        let fixes = |points: &[gpx::Waypoint]| -> Vec<Fix> {
            points
                .iter()
                .map(|waypoint| Fix {
                    at: LonLat::new(waypoint.point().x(), waypoint.point().y()),
                    time: waypoint
                        .time
                        .and_then(|time| time.format().ok())
                        .and_then(|text| text.parse().ok()),
                })
                .collect()
        };
        let mut segments: Vec<Vec<Fix>> = file
            .tracks
            .iter()
            .flat_map(|track| &track.segments)
            .map(|segment| fixes(&segment.points))
            .collect();
        if segments.iter().all(Vec::is_empty) {
            segments = file.routes.iter().map(|r| fixes(&r.points)).collect();
        }
        if segments.iter().map(Vec::len).sum::<usize>() < 2 {
            return Err("it has no track of two positions or more".into());
        }
        Ok(Self { segments })
    }

    /// The ground within `reach_m` metres of the line, and what the track says; days are those of `zone`.
    pub fn walk(&self, reach_m: u32, zone: &TimeZone) -> Walk {
        let mut facts = TrackFacts {
            reach_m: u64::from(reach_m),
            ..TrackFacts::default()
        };
        let lines = self.lines(&mut facts);
        self.clock(zone, &mut facts);
        Walk {
            walked: widened(&lines, f64::from(reach_m)),
            facts,
        }
    }

    /// The lines between the jumps.
    fn lines(&self, facts: &mut TrackFacts) -> Vec<Vec<LonLat>> {
        let mut lines = Vec::new();
        let mut metres = 0.0;
        for segment in &self.segments {
            let mut line: Vec<LonLat> = Vec::new();
            let mut last: Option<Fix> = None;
            for fix in segment {
                // Receivers without a position write the origin.
                if !fix.at.is_on_earth() || (fix.at.lon == 0.0 && fix.at.lat == 0.0) {
                    facts.left_out += 1;
                    continue;
                }
                facts.points += 1;
                if let Some(before) = last {
                    let step = before.at.distance_m(fix.at);
                    if is_jump(step, seconds(before, *fix)) {
                        facts.breaks += 1;
                        lines.push(std::mem::take(&mut line));
                    } else {
                        metres += step;
                    }
                }
                line.push(fix.at);
                last = Some(*fix);
            }
            lines.push(line);
        }
        lines.retain(|line| line.len() >= 2);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a track's metres"
        )]
        let length = metres.round() as u64;
        facts.length_m = length;
        lines
    }

    fn clock(&self, zone: &TimeZone, facts: &mut TrackFacts) {
        let times: Vec<Timestamp> = self
            .segments
            .iter()
            .flatten()
            .filter_map(|fix| fix.time)
            .collect();
        let steps = times
            .windows(2)
            .map(|pair| pair[1].as_second() - pair[0].as_second());
        let mut under_way = 0;
        for step in steps {
            if (0..LONGEST_PAUSE_S).contains(&step) {
                under_way += step;
            } else {
                facts.clock_jumps += 1;
            }
        }
        let day = |at: &Timestamp| at.to_zoned(zone.clone()).date().to_string();
        if let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) {
            facts.seconds = u64::try_from(under_way).ok();
            facts.days = Some([day(first), day(last)]);
        }
    }
}

fn seconds(before: Fix, after: Fix) -> Option<i64> {
    Some(after.time?.as_second() - before.time?.as_second())
}

fn is_jump(step_m: f64, seconds: Option<i64>) -> bool {
    // A clock that goes backwards says nothing of speed.
    let too_fast = seconds
        .filter(|s| *s > 0)
        .is_some_and(|s| step_m / s as f64 > FASTEST);
    step_m > LONGEST_STEP_M || (too_fast && step_m > FASTEST)
}

/// Areas united at a time.
const TOGETHER: usize = 32;
/// Corners of a half circle around an end.
const CORNERS: u32 = 16;

/// The ground within `reach_m` of the lines, on a plane that touches the ellipsoid at the middle of each: what lies within
/// reach of each step, united.
fn widened(lines: &[Vec<LonLat>], reach_m: f64) -> MultiPolygon {
    let mut around: Vec<MultiPolygon> = lines
        .iter()
        .flat_map(|line| {
            let plane = LocalPlane::at(line[line.len() / 2]);
            let flat: LineString = line
                .iter()
                .map(|at| {
                    let p = plane.to_plane(*at);
                    Coord { x: p.x, y: p.y }
                })
                .collect();
            let steps: Vec<_> = flat.simplify(TOLERANCE_M).lines().collect();
            steps
                .into_iter()
                .map(move |step| MultiPolygon::new(vec![capsule(step, reach_m, &plane)]))
                .collect::<Vec<_>>()
        })
        .collect();
    // Steps to and fro over one yard cross each other by the square of their number: a few at a time do not.
    while around.len() > TOGETHER {
        around = around.chunks(TOGETHER).map(union).collect();
    }
    union(&around)
}

/// The ground within reach of a step: a band with round ends.
fn capsule(step: Line, reach_m: f64, plane: &LocalPlane) -> Polygon {
    let heading = step.dy().atan2(step.dx());
    let quarter = std::f64::consts::FRAC_PI_2;
    let end = |at: Coord, from: f64| {
        (0..=CORNERS).map(move |n| {
            let angle = from + std::f64::consts::PI * f64::from(n) / f64::from(CORNERS);
            let (sin, cos) = angle.sin_cos();
            Coord::from(plane.to_lonlat(PlanePoint {
                x: at.x + reach_m * cos,
                y: at.y + reach_m * sin,
            }))
        })
    };
    let ring: LineString = end(step.end, heading - quarter)
        .chain(end(step.start, heading + quarter))
        .collect();
    Polygon::new(ring, vec![])
}

impl Walk {
    /// The ground in 1e-7 degree, as an event keeps it.
    pub fn outline(&self) -> Vec<Vec<Vec<[i64; 2]>>> {
        Place::area(LonLat::new(0.0, 0.0), &self.walked).outline
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::area_m2;

    fn track(fixes: &[(f64, f64, &str)]) -> Track {
        let mut points = String::new();
        for (lon, lat, time) in fixes {
            let time = if time.is_empty() {
                String::new()
            } else {
                format!("<time>{time}</time>")
            };
            points += &[
                "<trkpt lat=\"",
                &lat.to_string(),
                "\" lon=\"",
                &lon.to_string(),
                "\">",
                &time,
                "</trkpt>",
            ]
            .concat();
        }
        let text = format!(
            "<?xml version=\"1.0\"?><gpx version=\"1.1\" creator=\"t\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>{points}</trkseg></trk></gpx>"
        );
        Track::parse(text.as_bytes()).expect("read")
    }

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").expect("the zone")
    }

    #[test]
    fn a_straight_kilometre_is_as_wide_as_its_reach() {
        let walk = track(&[
            (113.30, 33.74, "2026-05-03T00:00:00Z"),
            (113.304, 33.74, "2026-05-03T00:05:00Z"),
            (113.308, 33.74, "2026-05-03T00:10:00Z"),
        ])
        .walk(30, &shanghai());
        let length = LonLat::new(113.30, 33.74).distance_m(LonLat::new(113.308, 33.74));
        // A band and a round end at either side.
        let expected = length * 60.0 + std::f64::consts::PI * 900.0;
        assert!((area_m2(&walk.walked) / expected - 1.0).abs() < 0.005);
        assert_eq!((walk.facts.points, walk.facts.seconds), (3, Some(600)));
        assert_eq!((walk.facts.breaks, walk.facts.clock_jumps), (0, 0));
        assert!(walk.facts.length_m.abs_diff(741) <= 1, "{:?}", walk.facts);
    }

    #[test]
    fn midnight_is_two_days_and_a_wrong_clock_is_counted_and_not_believed() {
        // 23:58 and 00:02 in Shanghai.
        let night = track(&[
            (113.30, 33.74, "2026-05-03T15:58:00Z"),
            (113.301, 33.74, "2026-05-03T16:02:00Z"),
        ])
        .walk(30, &shanghai());
        assert_eq!(
            night.facts.days,
            Some(["2026-05-03".into(), "2026-05-04".into()])
        );
        assert_eq!(
            (night.facts.clock_jumps, night.facts.seconds),
            (0, Some(240))
        );
        let jumps = track(&[
            (113.300, 33.74, "2026-05-03T01:00:00Z"),
            (113.301, 33.74, "2026-05-03T01:02:00Z"),
            (113.302, 33.74, "1999-01-01T00:00:00Z"),
            (113.303, 33.74, "1999-01-01T00:02:00Z"),
            (113.304, 33.74, "2026-05-03T01:08:00Z"),
        ])
        .walk(30, &shanghai());
        assert_eq!((jumps.facts.clock_jumps, jumps.facts.breaks), (2, 0));
        assert_eq!(jumps.facts.seconds, Some(240));
        assert_eq!(
            jumps.facts.days.as_ref().map(|d| d[0].as_str()),
            Some("1999-01-01")
        );
    }

    #[test]
    fn a_track_that_crosses_itself_a_thousand_times_comes_to_an_end() {
        use rand::{RngExt, SeedableRng};
        let mut random = rand::rngs::StdRng::seed_from_u64(3);
        let (mut x, mut y) = (113.30, 33.74);
        let fixes = (0..3_000)
            .map(|_| {
                x += random.random_range(-3e-4..3e-4) - (x - 113.30) * 0.05;
                y += random.random_range(-3e-4..3e-4) - (y - 33.74) * 0.05;
                Fix {
                    at: LonLat::new(x, y),
                    time: None,
                }
            })
            .collect();
        let track = Track {
            segments: vec![fixes],
        };
        let began = std::time::Instant::now();
        let walk = track.walk(30, &shanghai());
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
        let m2 = area_m2(&walk.walked);
        assert!((1e4..2e6).contains(&m2), "{m2}");
    }

    #[test]
    fn a_leap_of_the_receiver_is_not_walked() {
        let walk = track(&[
            (113.300, 33.74, ""),
            (113.301, 33.74, ""),
            (0.0, 0.0, ""),
            (113.340, 33.74, ""),
            (113.341, 33.74, ""),
        ])
        .walk(30, &shanghai());
        assert_eq!(
            (
                walk.facts.breaks,
                walk.facts.left_out,
                walk.facts.days.clone()
            ),
            (1, 1, None)
        );
        assert_eq!(walk.walked.0.len(), 2);
        assert!(walk.facts.length_m < 200);
        assert!(Track::parse(b"<gpx version=\"1.1\" creator=\"t\"></gpx>").is_err());
        assert!(Track::parse(b"hello").is_err());
    }
}
