//! A patrol on foot, or a report that nothing was found.

use super::{Files, Office, OfficeError, Session};
use crate::ground::area_m2;
use crate::registry::Hash;
use crate::registry::body::{Body, Patrol, TrackFacts};
use geo::MultiPolygon;
use serde::Serialize;
use std::path::PathBuf;

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
    /// The area that its track covers, in whole square metres.
    pub walked_m2: Option<f64>,
    /// What its track says.
    pub track: Option<TrackFacts>,
}

/// Records a patrol, and keeps its tracks.
///
/// # Errors
/// Those of keeping the tracks, and what the law refuses.
pub fn patrol(
    office: &mut Office,
    session: &Session,
    patrol: Patrol,
    walked: Option<&MultiPolygon>,
    tracks: &[PathBuf],
) -> Result<Patrolled, OfficeError> {
    let kept = Files::documents(tracks).keep(office, None, session.at())?;
    let body = Body::Patrol(Box::new(patrol.clone()));
    let sealed = office.record(session, None, kept, body)?;
    Ok(Patrolled {
        entry: sealed.hash,
        on: patrol.on,
        season: sealed.event.season,
        district: patrol.district,
        people: patrol.people,
        vehicles: patrol.vehicles,
        zero: patrol.zero,
        area_m2: patrol.area_m2,
        walked_m2: walked.map(|walked| area_m2(walked).round()),
        track: patrol.track,
    })
}
