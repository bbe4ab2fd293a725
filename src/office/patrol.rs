//! A patrol on foot, or a report that nothing was found: told with a track, with ground that was drawn, or with an area.

use super::{Files, Office, OfficeError, PatrolError, Session, clock};
use crate::exchange::track::{Track, Walk};
use crate::ground::{LonLat, area_m2, even_odd};
use crate::registry::Hash;
use crate::registry::body::{Body, Patrol, TrackFacts};
use crate::registry::event::Sealed;
use crate::registry::place::Place;
use crate::store::{Store, StoreError};
use geo::{Coord, CoordsIter, InteriorPoint, LineString, MultiPolygon, Polygon};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::path::PathBuf;

/// Metres that count as seen on either side of a track, where nobody says.
pub const REACH_M: u32 = 30;
/// Days from a track's first to its last beyond which its clock leapt.
const LONGEST_DAYS: i32 = 7;
/// Years that a track may be old before its clock is not believed: receivers begin to count anew after 1,024 weeks.
const LONGEST_AGE_YEARS: i16 = 10;

/// What is told of a patrol.
#[derive(Debug, Clone, Default)]
pub struct PatrolTold {
    /// Its day; that of its track where nobody says.
    pub on: Option<Date>,
    /// The district that it reports on; the one that its ground lies in where nobody says.
    pub district: Option<String>,
    /// The crew that went.
    pub crew: Option<String>,
    /// People who took part.
    pub people: u64,
    /// Vehicles used.
    pub vehicles: u64,
    /// The area that is reported, in whole square metres.
    pub area_m2: Option<i64>,
    /// The corners of the ground that was drawn, where there is no track.
    pub drawn: Vec<LonLat>,
    /// Receivers' tracks.
    pub tracks: Vec<PathBuf>,
    /// Metres that count as seen on either side of them.
    pub reach_m: u32,
    /// Whether their clock is wrong.
    pub clock_wrong: bool,
    /// Whether nothing was found.
    pub zero: bool,
    /// Words.
    pub note: Option<String>,
    /// Seeds that were seized.
    pub seeds: Option<String>,
    /// What was done to make the ban known.
    pub publicity: Option<String>,
}

/// A patrol that was recorded.
#[derive(Debug, Clone, Serialize)]
pub struct Patrolled {
    /// The number of its entry.
    pub entry: Hash,
    /// Its day.
    pub on: String,
    /// Its season.
    pub season: i16,
    /// The district that it reports on.
    pub district: Option<String>,
    /// People who took part.
    pub people: u64,
    /// Vehicles used.
    pub vehicles: u64,
    /// Whether it reports that nothing was found.
    pub zero: bool,
    /// The area that was reported.
    pub area_m2: Option<i64>,
    /// The area that its track covers or that was drawn, in whole square metres.
    pub walked_m2: Option<f64>,
    /// What its track says.
    pub track: Option<TrackFacts>,
    /// Times of its track that are none.
    #[serde(skip)]
    pub odd_times: usize,
    /// Files of its track that end in the midst.
    #[serde(skip)]
    pub cut_files: usize,
    /// Lines of its track that repeat others, which count once.
    #[serde(skip)]
    pub copies: usize,
    /// A report of the same unit that nothing was found there on that day, which was recorded before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Hash>,
    /// Whether its track goes over several days, of which its own alone counts.
    #[serde(skip)]
    pub is_part: bool,
    /// A corner of the ground that was walked or drawn.
    #[serde(skip)]
    pub corner: Option<LonLat>,
}

/// Records a patrol, and keeps its tracks.
///
/// # Errors
/// [`PatrolError`], those of reading and keeping the tracks, and what the law refuses.
pub fn patrol(
    office: &mut Office,
    session: &Session,
    told: PatrolTold,
) -> Result<Patrolled, OfficeError> {
    let walk = walk(&told, session.zone())?;
    let ground = match &walk {
        Some(walked) => Some(walked.walk.walked.clone()),
        None => drawn(&told.drawn)?,
    };
    let facts = walk.as_ref().map(|walked| walked.walk.facts.clone());
    let on = day(&told, facts.as_ref(), clock::today_in(session.zone()))?;
    let reports = told.area_m2.is_some() || told.people > 0 || told.zero;
    if ground.is_none() && !reports {
        return Err(PatrolError::Nothing.into());
    }
    let district = match told.district {
        Some(code) => Some(code),
        None => district_of(office.store(), ground.as_ref())?,
    };
    if district.is_none() && facts.is_none() {
        return Err(PatrolError::NoDistrict.into());
    }
    let body = Patrol {
        on: on.to_string(),
        district,
        crew: told.crew,
        people: told.people,
        vehicles: told.vehicles,
        area_m2: told.area_m2,
        zero: told.zero,
        walked: ground.as_ref().map(outline).unwrap_or_default(),
        track: facts,
        note: told.note,
        seeds: told.seeds,
        publicity: told.publicity,
    };
    let before = reported_before(office.store(), &session.author().unit, &body)?;
    let kept = Files::documents(&told.tracks).keep(office, None, session.at())?;
    let sealed = office.record(session, None, kept, Body::Patrol(Box::new(body.clone())))?;
    Ok(Patrolled {
        entry: sealed.hash,
        before,
        on: body.on,
        season: sealed.event.season,
        district: body.district,
        people: body.people,
        vehicles: body.vehicles,
        zero: body.zero,
        area_m2: body.area_m2,
        corner: (ground.as_ref())
            .and_then(|ground| ground.coords_iter().next())
            .map(LonLat::from),
        walked_m2: ground.map(|ground| area_m2(&ground).round()),
        track: body.track,
        odd_times: walk.as_ref().map_or(0, |walked| walked.odd_times),
        cut_files: walk.as_ref().map_or(0, |walked| walked.cut_files),
        copies: walk.as_ref().map_or(0, |walked| walked.copies),
        is_part: walk.is_some_and(|walked| walked.is_part),
    })
}

/// The report of a unit of the same day and district that nothing was found, where one stands that says no more than this one.
fn reported_before(store: &Store, unit: &str, told: &Patrol) -> Result<Option<Hash>, StoreError> {
    let is_report =
        |patrol: &Patrol| patrol.zero && patrol.track.is_none() && patrol.walked.is_empty();
    if !is_report(told) {
        return Ok(None);
    }
    let same = |sealed: &&Sealed| match &sealed.event.body {
        Body::Patrol(patrol) => {
            sealed.event.actor.unit == unit
                && is_report(patrol)
                && (&patrol.on, &patrol.district) == (&told.on, &told.district)
        }
        _ => false,
    };
    let patrols = store.followed("patrol")?;
    Ok(patrols.iter().find(same).map(|sealed| sealed.hash))
}

/// Ground in 1e-7 degree, as an event keeps it.
fn outline(ground: &MultiPolygon) -> Vec<Vec<Vec<[i64; 2]>>> {
    Place::area(LonLat::new(0.0, 0.0), ground).outline
}

/// The ground seen along tracks, and what is to be said of them.
struct WalkedTracks {
    walk: Walk,
    /// Times that are none.
    odd_times: usize,
    /// Files that end in the midst.
    cut_files: usize,
    /// Lines that repeat others.
    copies: usize,
    /// Whether of several days one alone counts.
    is_part: bool,
}

/// The ground seen along the tracks, all of them together.
fn walk(told: &PatrolTold, zone: &TimeZone) -> Result<Option<WalkedTracks>, OfficeError> {
    let Some(first) = told.tracks.first() else {
        return Ok(None);
    };
    let tracks = told.tracks.iter().map(|path| Track::read(path, zone));
    let (all, copies) = Track::together(tracks.collect::<Result<_, _>>()?);
    let whole = all.walk(told.reach_m, zone);
    // Whether that day is among the track's is asked of the whole of it.
    day(told, Some(&whole.facts), clock::today_in(zone))?;
    let on = told.on.filter(|_| !told.clock_wrong);
    let part = on.and_then(|on| all.of_day(on, zone));
    let walk = part
        .as_ref()
        .map_or(whole, |part| part.walk(told.reach_m, zone));
    if walk.walked.0.is_empty() {
        return Err(PatrolError::NoGround(first.clone()).into());
    }
    Ok(Some(WalkedTracks {
        walk,
        odd_times: all.odd_times,
        cut_files: all.cut_files,
        copies,
        is_part: part.is_some(),
    }))
}

/// The ground within the corners; lines that cross part it.
fn drawn(corners: &[LonLat]) -> Result<Option<MultiPolygon>, PatrolError> {
    if corners.is_empty() {
        return Ok(None);
    }
    let ring: LineString = corners
        .iter()
        .map(|at| Coord {
            x: at.lon,
            y: at.lat,
        })
        .collect();
    let on_earth = corners.iter().all(|at| at.is_on_earth());
    let ground = even_odd(&Polygon::new(ring, Vec::new()));
    if !on_earth || area_m2(&ground) < 1.0 {
        return Err(PatrolError::NoArea);
    }
    Ok(Some(ground))
}

fn day(told: &PatrolTold, track: Option<&TrackFacts>, today: Date) -> Result<Date, PatrolError> {
    let days = track.and_then(|facts| facts.days.as_ref());
    let of_track = days
        .and_then(|[first, last]| Some((first.parse::<Date>().ok()?, last.parse::<Date>().ok()?)));
    match (told.on, of_track) {
        (Some(on), Some((first, last))) if !told.clock_wrong && !(first..=last).contains(&on) => {
            Err(PatrolError::AnotherDay { on, first, last })
        }
        (Some(on), _) => Ok(on),
        (None, Some((first, last))) => {
            // A clock that leapt by years gives two days far apart: nobody can tell which is right.
            let apart = first.until(last).map_or(i32::MAX, |span| span.get_days());
            if apart > LONGEST_DAYS {
                return Err(PatrolError::ClockLeapt { first, last });
            }
            if first.year() + LONGEST_AGE_YEARS < today.year() {
                return Err(PatrolError::ClockBehind { first });
            }
            Ok(first)
        }
        (None, None) => Err(PatrolError::NoDay),
    }
}

/// The smallest district that a point of the ground lies in.
fn district_of(store: &Store, ground: Option<&MultiPolygon>) -> Result<Option<String>, StoreError> {
    let inside = ground.and_then(InteriorPoint::interior_point);
    let known = inside.zip(store.districts()?);
    let code = known.and_then(|(at, districts)| Some(districts.code_of(at.0.into())?.to_owned()));
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_ground_is_what_its_corners_enclose_and_a_line_is_none() {
        let at = |lon, lat| LonLat::new(lon, lat);
        let square = [
            at(113.0, 33.0),
            at(113.001, 33.0),
            at(113.001, 33.001),
            at(113.0, 33.001),
        ];
        let ground = drawn(&square).expect("ground").expect("drawn");
        assert!((area_m2(&ground) - 10_360.0).abs() < 50.0);
        assert!(drawn(&[]).expect("none").is_none());
        let back: Vec<LonLat> = square.iter().rev().copied().collect();
        let same = drawn(&back).expect("ground").expect("drawn");
        assert!((area_m2(&same) - area_m2(&ground)).abs() < 1.0);
        let crossed = [square[0], square[2], square[1], square[3]];
        let half = drawn(&crossed).expect("ground").expect("drawn");
        assert!((area_m2(&half) / area_m2(&ground) - 0.5).abs() < 0.01);
        assert!(matches!(drawn(&square[..2]), Err(PatrolError::NoArea)));
        assert!(matches!(
            drawn(&[at(113.0, 95.0), at(114.0, 95.0), at(114.0, 96.0)]),
            Err(PatrolError::NoArea)
        ));
    }

    #[test]
    fn a_second_report_of_one_day_and_district_names_the_first() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.papaver");
        let (mut office, chief) = crate::office::fixture::begun(&path);
        let mut report = |district: &str, day| {
            let told = PatrolTold {
                on: Some(jiff::civil::date(2026, 5, day)),
                district: Some(district.into()),
                zero: true,
                ..PatrolTold::default()
            };
            patrol(&mut office, &chief, told).expect("recorded")
        };
        let first = report("410423", 3);
        assert_eq!(first.before, None);
        assert_eq!(report("410423", 4).before, None);
        assert_eq!(report("410423001", 3).before, None);
        assert_eq!(report("410423", 3).before, Some(first.entry));
    }
}
