//! The lines of a track's file: GPX of receivers, KML and KMZ of map programs on telephones.

use super::TrackFlaw;
use crate::ground::{ForeignVector, LonLat, VectorError, kml_of, kml_positions};
use crate::text::xml::{Element, Met, XmlFlaw, walk};
use crate::text::{date_time, decimal, decode_xml};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A position with the time that the receiver gave it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    /// Where.
    pub at: LonLat,
    /// When, where the receiver says.
    pub time: Option<Timestamp>,
}

impl Fix {
    /// Whether it says where: receivers without a position write the origin.
    pub(super) fn is_placed(&self) -> bool {
        self.at.is_on_earth() && (self.at.lon != 0.0 || self.at.lat != 0.0)
    }
}

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct ReadLines {
    /// Its lines of fixes.
    pub lines: Vec<Vec<Fix>>,
    /// Times among them that are none.
    pub odd_times: usize,
    /// Whether it ends in the midst, as where the battery did: what came before counts.
    pub is_cut: bool,
}

/// The lines of fixes in a file. A time without a zone is one of `zone`.
///
/// # Errors
/// [`TrackFlaw`].
pub(super) fn lines(bytes: &[u8], zone: &TimeZone) -> Result<ReadLines, TrackFlaw> {
    let bytes = kml_of(bytes).map_err(|error| match error {
        VectorError::Archive(flaw) => TrackFlaw::Archive(flaw),
        _ => TrackFlaw::NotATrackFile,
    })?;
    if let Some(foreign) = ForeignVector::of_content(&bytes) {
        return Err(TrackFlaw::Foreign(foreign));
    }
    let is_text = decode_xml(&bytes).is_ok_and(|text| !text.trim_start().starts_with('<'));
    if is_text {
        return Err(TrackFlaw::Table);
    }
    let mut found = TrackLines::default();
    let wholes = ["trkpt", "rtept", "Track", "LineString"];
    let read = walk(&bytes, &wholes, &mut |met| match met {
        Met::Begins(name) => found.begin(&name),
        Met::Whole(element) => found.take(&element, zone),
    });
    let is_cut = match read {
        Ok(()) => false,
        Err(XmlFlaw::Cut) if found.positions() >= 2 => true,
        Err(flaw) => return Err(TrackFlaw::Xml(flaw)),
    };
    if !found.is_known {
        return Err(TrackFlaw::NotATrackFile);
    }
    let has_any = |lines: &[Vec<Fix>]| lines.iter().any(|line| !line.is_empty());
    let lines = if has_any(&found.tracks) {
        found.tracks
    } else {
        found.routes
    };
    Ok(ReadLines {
        lines,
        odd_times: found.odd_times,
        is_cut,
    })
}

/// What was met so far.
#[derive(Default)]
struct TrackLines {
    /// Whether it is GPX or KML.
    is_known: bool,
    in_route: bool,
    /// What was recorded on the way.
    tracks: Vec<Vec<Fix>>,
    /// Lines that were drawn: routes of GPX, lines of KML.
    routes: Vec<Vec<Fix>>,
    odd_times: usize,
}

impl TrackLines {
    fn positions(&self) -> usize {
        let lines = self.tracks.iter().chain(&self.routes);
        lines.map(Vec::len).sum()
    }

    fn begin(&mut self, name: &str) {
        match name {
            "gpx" | "kml" => self.is_known = true,
            "trkseg" | "trk" => {
                self.in_route = false;
                self.tracks.push(Vec::new());
            }
            "rte" => {
                self.in_route = true;
                self.routes.push(Vec::new());
            }
            _ => {}
        }
    }

    fn take(&mut self, element: &Element, zone: &TimeZone) {
        match element.name.as_str() {
            "Track" => {
                let track = track_of_kml(element, zone, &mut self.odd_times);
                self.tracks.push(track);
            }
            "LineString" => {
                let places = kml_positions(element).unwrap_or_default();
                let places = places.into_iter().map(|at| Fix {
                    at: LonLat::new(at.x, at.y),
                    time: None,
                });
                self.routes.push(places.collect());
            }
            _ => {
                let lines = if self.in_route {
                    &mut self.routes
                } else {
                    &mut self.tracks
                };
                if lines.is_empty() {
                    lines.push(Vec::new());
                }
                if let Some(line) = lines.last_mut() {
                    line.push(fix(element, zone, &mut self.odd_times));
                }
            }
        }
    }
}

/// A `gx:Track`: as many times (`when`) as places (`gx:coord`), in one order.
fn track_of_kml(track: &Element, zone: &TimeZone, odd_times: &mut usize) -> Vec<Fix> {
    let all = |name: &'static str| {
        let named = track.children.iter().filter(move |c| c.name == name);
        named.map(|child| child.text.trim())
    };
    let (whens, coords): (Vec<&str>, Vec<&str>) = (all("when").collect(), all("coord").collect());
    // Which time belongs to which place nobody knows where there are more of one.
    let belong = whens.len() == coords.len();
    let fix = |(n, coord): (usize, &&str)| {
        let mut numbers = coord.split_whitespace().map(decimal);
        let mut degrees = || numbers.next().flatten().unwrap_or(f64::NAN);
        let at = LonLat::new(degrees(), degrees());
        let when = whens.get(n).filter(|when| belong && !when.is_empty());
        let time = when.and_then(|when| timed(when, zone, odd_times));
        Fix { at, time }
    };
    coords.iter().enumerate().map(fix).collect()
}

/// A position of a track; one whose degrees are none lies nowhere on earth, and is left out later.
fn fix(point: &Element, zone: &TimeZone, odd_times: &mut usize) -> Fix {
    let degrees = |name| point.attribute(name).and_then(decimal).unwrap_or(f64::NAN);
    let time = point.text_of("time");
    Fix {
        at: LonLat::new(degrees("lon"), degrees("lat")),
        time: time.and_then(|text| timed(text, zone, odd_times)),
    }
}

/// The time in a text; one that is none is counted.
fn timed(text: &str, zone: &TimeZone, odd_times: &mut usize) -> Option<Timestamp> {
    let time = instant(text, zone);
    *odd_times += usize::from(time.is_none());
    time
}

/// A time as receivers write it; without a zone it is one of `zone`. Before they know the time, receivers write the day from which they count,
/// which is in the last century.
fn instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let first = jiff::civil::date(2000, 1, 1).to_zoned(TimeZone::UTC).ok()?;
    written(text.trim(), zone).filter(|at| *at >= first.timestamp())
}

fn written(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    // Telephones count seconds, or thousandths of one.
    if let Ok(count) = text.parse::<i64>() {
        return match text.len() {
            10 => Timestamp::from_second(count).ok(),
            13 => Timestamp::from_millisecond(count).ok(),
            _ => None,
        };
    }
    let written = date_time(text).ok()?;
    let at = written.day.to_datetime(written.time?);
    let zone = written.zone.map_or_else(|| zone.clone(), TimeZone::fixed);
    Some(at.to_zoned(zone).ok()?.timestamp())
}
