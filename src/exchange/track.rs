//! A patrol's track: read from a receiver's or a telephone's file, and the ground seen along it.
//!
//! Receivers jump, lose their clocks and run through midnight. The line is broken where nobody moves so far or so fast,
//! steps of the clock that make no sense are counted and not believed, and positions that are none are left out: all of
//! it is said, so that whoever reads the walked area can judge it.

pub use super::track_file::Fix;
use super::track_file::ReadLines;
use super::{ExchangeError, TrackFlaw, track_file};
use crate::ground::{ForeignVector, LocalPlane, LonLat, PlanePoint, union};
use crate::registry::body::TrackFacts;
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

/// The tracks of a file: each a line of fixes in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Track {
    /// The segments.
    pub segments: Vec<Vec<Fix>>,
    /// Times that are none: those positions have no time.
    pub odd_times: usize,
    /// Files that end in the midst: what came before counts.
    pub cut_files: usize,
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
    /// Reads the tracks, or where there is none the routes, of a GPX file, or of a KML or KMZ the tracks, or where there is none
    /// the lines. A time without a zone is one of `zone`. Elements that the formats do not know and empty ones are passed over.
    ///
    /// # Errors
    /// [`ExchangeError::Unreadable`], [`ExchangeError::Track`].
    pub fn read(path: &Path, zone: &TimeZone) -> Result<Self, ExchangeError> {
        let bytes = crate::files::read(path).map_err(ExchangeError::unreadable(path))?;
        let foreign = ForeignVector::of_name(path).map(TrackFlaw::Foreign);
        let read = foreign.map_or_else(|| Self::parse(&bytes, zone), Err);
        read.map_err(|flaw| ExchangeError::Track {
            path: path.into(),
            flaw,
        })
    }

    /// Reads the tracks of a file's bytes, as [`Track::read`] does.
    ///
    /// # Errors
    /// [`TrackFlaw`].
    pub fn parse(bytes: &[u8], zone: &TimeZone) -> Result<Self, TrackFlaw> {
        let ReadLines {
            lines: mut segments,
            odd_times,
            is_cut,
        } = track_file::lines(bytes, zone)?;
        segments.retain(|segment| !segment.is_empty());
        if segments.iter().map(Vec::len).sum::<usize>() < 2 {
            return Err(TrackFlaw::NoTrack);
        }
        let exchanged = |fix: &Fix| {
            let turned = LonLat::new(fix.at.lat, fix.at.lon);
            !fix.at.is_on_earth() && turned.is_on_earth()
        };
        if segments.iter().flatten().all(exchanged) {
            return Err(TrackFlaw::Exchanged);
        }
        Ok(Self {
            segments,
            odd_times,
            cut_files: usize::from(is_cut),
        })
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
                if !fix.is_placed() {
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
            .filter(|fix| fix.is_placed())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::area_m2;
    use crate::text::xml::XmlFlaw;

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
        Track::parse(text.as_bytes(), &shanghai()).expect("read")
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
            (113.302, 33.74, "2001-01-01T00:00:00Z"),
            (113.303, 33.74, "2001-01-01T00:02:00Z"),
            (113.304, 33.74, "2026-05-03T01:08:00Z"),
        ])
        .walk(30, &shanghai());
        assert_eq!((jumps.facts.clock_jumps, jumps.facts.breaks), (2, 0));
        assert_eq!(jumps.facts.seconds, Some(240));
        assert_eq!(
            jumps.facts.days.as_ref().map(|d| d[0].as_str()),
            Some("2001-01-01")
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
            ..Track::default()
        };
        let began = std::time::Instant::now();
        let walk = track.walk(30, &shanghai());
        assert!(began.elapsed().as_secs() < 200, "{:?}", began.elapsed());
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
        let none = |text: &[u8]| Track::parse(text, &shanghai()).expect_err("no track");
        assert_eq!(
            none(b"<gpx version=\"1.1\" creator=\"t\"></gpx>"),
            TrackFlaw::NoTrack
        );
        assert_eq!(none(b"<html/>"), TrackFlaw::NotATrackFile);
        assert_eq!(none(b"<kml/>"), TrackFlaw::NoTrack);
        assert_eq!(
            none(b"PK\x03\x04"),
            TrackFlaw::Archive(crate::text::ArchiveFlaw::Cut)
        );
        assert_eq!(none(b"<gpx><trk>"), TrackFlaw::Xml(XmlFlaw::Cut));
        for text in ["hello", "time,lon,lat\n2026-05-03 09:00:00,113.3,33.74\n"] {
            assert_eq!(none(text.as_bytes()), TrackFlaw::Table);
        }
        assert_eq!(
            none(br#"{"ObjItems":[]}"#),
            TrackFlaw::Foreign(ForeignVector::Ovital)
        );
    }

    #[test]
    fn of_a_file_that_ends_in_the_midst_what_came_before_counts() {
        const POINTS: &str = "<gpx><trk><trkseg><trkpt lat=\"33.74\" lon=\"113.3\"/><trkpt lat=\"33.741\" lon=\"113.3\"/>";
        for end in [
            "",
            "<trkpt lat=\"33.742\" lo",
            "<trkpt lat=\"33.742\" lon=\"113.3\"><ti",
            "</trkseg>",
        ] {
            let cut = Track::parse(format!("{POINTS}{end}").as_bytes(), &shanghai()).expect(end);
            assert_eq!((cut.cut_files, cut.segments[0].len()), (1, 2), "{end}");
        }
        let whole = format!("{POINTS}</trkseg></trk></gpx>");
        let whole = Track::parse(whole.as_bytes(), &shanghai()).expect("whole");
        assert_eq!(whole.cut_files, 0);
        let (all, _) = Track::together(vec![whole.clone(), whole]);
        assert_eq!(all.cut_files, 0);
    }

    #[test]
    fn what_phones_add_or_leave_out_is_passed_over() {
        let of = |inner: [&str; 3], more: &str| {
            let points: Vec<String> = [113.300, 113.304, 113.308]
                .iter()
                .zip(inner)
                .map(|(lon, inner)| format!("<trkpt lon='{lon}' lat='33.74'>{inner}</trkpt>"))
                .collect();
            let points = points.concat();
            let text = format!("<gpx>{more}<trk><name/><trkseg>{points}</trkseg></trk></gpx>");
            Track::parse(text.as_bytes(), &shanghai())
                .expect("read")
                .walk(30, &shanghai())
                .facts
        };
        for inner in [
            ["<speed>1.2</speed><course/>"; 3],
            ["<time></time><hdop/><ele> </ele>"; 3],
            ["<oa:q>1</oa:q><extensions><a><b/></a></extensions>"; 3],
        ] {
            let facts = of(
                inner,
                "<metadata><device>x</device></metadata><wpt lat='1' lon='2'/>",
            );
            assert_eq!((facts.points, facts.days), (3, None), "{inner:?}");
            assert!(facts.length_m.abs_diff(741) <= 1, "{inner:?}");
        }
        // 17 o'clock here is not the next day, and 17 o'clock in Greenwich is.
        let times = |zone: &str| {
            ["17:00", "17:01", "17:02"].map(|t| format!("<time>2026-05-03T{t}:00{zone}</time>"))
        };
        let day = |zone: &str| {
            let inner = times(zone);
            of([&inner[0], &inner[1], &inner[2]], "")
                .days
                .expect("a day")[0]
                .clone()
        };
        assert_eq!(day(""), "2026-05-03");
        assert_eq!(day("Z"), "2026-05-04");
        assert_eq!(day("+08:00"), "2026-05-03");
        let odd = "<gpx><trk><trkseg><trkpt lon='1' lat='2'><time>x</time></trkpt><trkpt lon='x' lat='2'/></trkseg></trk></gpx>";
        let odd = Track::parse(odd.as_bytes(), &shanghai()).expect("read");
        assert_eq!(
            (odd.odd_times, odd.walk(30, &shanghai()).facts.left_out),
            (1, 1)
        );
    }

    #[test]
    fn a_clock_that_was_not_set_yet_says_nothing_and_other_countries_and_counts_are_read() {
        let of = |points: &[(&str, &str, &str)]| {
            let points = points.iter().map(|(lon, lat, time)| {
                format!("<trkpt lon='{lon}' lat='{lat}'><time>{time}</time></trkpt>")
            });
            let points: String = points.collect();
            let text = format!("<gpx><trk><trkseg>{points}</trkseg></trk></gpx>");
            Track::parse(text.as_bytes(), &shanghai())
        };
        let unset = of(&[
            ("113.300", "33.74", "1970-01-01T00:00:00Z"),
            ("113.302", "33.74", "1980-01-06T00:00:10Z"),
            ("0", "0", "2006-05-03T01:00:00Z"),
            ("113,304", "33,74", "1777770000"),
            ("113.306", "33.74", "1777770060000"),
        ])
        .expect("read");
        let facts = unset.walk(30, &shanghai()).facts;
        let day = || "2026-05-03".to_owned();
        assert_eq!(facts.days, Some([day(), day()]));
        assert_eq!((unset.odd_times, facts.seconds), (2, Some(60)));
        assert_eq!((facts.points, facts.left_out), (4, 1));
        assert!(facts.length_m.abs_diff(556) <= 1, "{facts:?}");
        let turned = [("33.74", "113.300", ""), ("33.74", "113.301", "")];
        assert_eq!(of(&turned), Err(TrackFlaw::Exchanged));
    }

    #[test]
    fn tracks_of_map_programs_are_read_too() {
        let of = |inside: &str| {
            let text = format!(
                "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Folder><Placemark>{inside}</Placemark></Folder></Document></kml>"
            );
            Track::parse(text.as_bytes(), &shanghai())
        };
        let drawn = "<LineString><coordinates>113.2,33.7 113.3,33.7</coordinates></LineString>";
        // What was recorded counts before what was drawn; a prefix need not be declared.
        let when = "<when>2026-05-03T01:00:00Z</when><when>2026-05-03T09:01:00</when>";
        let coords = "<gx:coord>113.300 33.74 100</gx:coord><gx:coord>113.301 33.74 100</gx:coord>";
        let recorded = of(&format!("{drawn}<gx:Track>{when}{coords}</gx:Track>")).expect("read");
        let facts = recorded.walk(30, &shanghai()).facts;
        assert_eq!((facts.points, facts.seconds), (2, Some(60)));
        assert!(facts.length_m.abs_diff(93) <= 1, "{facts:?}");
        // One time for two places is nobody's.
        let odd = format!("<gx:Track><when>2026-05-03T01:00:00Z</when>{coords}</gx:Track>");
        let facts = of(&odd).expect("read").walk(30, &shanghai()).facts;
        assert_eq!((facts.points, facts.seconds, facts.days), (2, None, None));
        let line = of(drawn).expect("read").segments;
        assert_eq!(line.len(), 1);
        assert_eq!(line[0][1].at, LonLat::new(113.3, 33.7));
        let area = "<Polygon><outerBoundaryIs><LinearRing><coordinates>113.2,33.7 113.3,33.7 113.3,33.8 113.2,33.7</coordinates></LinearRing></outerBoundaryIs></Polygon>";
        assert_eq!(of(area), Err(TrackFlaw::NoTrack));
    }

    #[test]
    fn a_track_of_any_bytes_is_read_or_refused() {
        const PHONE: &str = "<?xml version=\"1.0\" encoding=\"GBK\"?><gpx xmlns=\"x\"><metadata><device>x</device></metadata><trk><trkseg><trkpt lon=\"113.3\" lat=\"33.74\"><time>2026-05-03T01:00:00Z</time><hdop/></trkpt><trkpt lon='113.301' lat='33.74'><time>2026/5/3 9:05</time><a:b>&amp;<![CDATA[x]]></a:b></trkpt></trkseg></trk></gpx>";
        const ROUTE: &str = "<gpx><rte><rtept lon=\"-179.9\" lat=\"-89\"/><rtept lon=\"179.9\" lat=\"1e300\"/></rte></gpx>";
        const KML: &str = "<kml><Placemark><gx:Track><when>2026-05-03T01:00:00Z</when><gx:coord>113.3 33.74 1</gx:coord><when>1</when><gx:coord>1e300 33.74</gx:coord></gx:Track><LineString><coordinates>113.2,33.7 113.3,33.7,1</coordinates></LineString></Placemark></kml>";
        let seeds = [PHONE.as_bytes(), ROUTE.as_bytes(), KML.as_bytes()];
        crate::text::fuzz::try_all(&seeds, |bytes| {
            if let Ok(track) = Track::parse(bytes, &shanghai()) {
                let walk = track.walk(30, &shanghai());
                assert!(walk.facts.length_m < 1_000_000_000);
            }
        });
    }
}
