//! The list of patrols, and the ground that they walked.

use super::{Act, Asker, LedgerLine, Listed, MOST, New, yields};
use crate::ground::{LonLat, area_m2};
use crate::office::Session;
use crate::registry::Hash;
use crate::registry::body::{Body, Patrol};
use crate::registry::event::Sealed;
use crate::registry::place::Place;
use crate::store::{Store, StoreError};
use geo::MultiPolygon;
use serde::Serialize;
use std::collections::BTreeMap;

/// Patrols of a season.
#[derive(Debug, Clone, Serialize)]
pub struct Patrols {
    /// Which.
    #[serde(flatten)]
    pub listed: Listed,
    /// How many there are.
    pub total: usize,
    /// The latest of them, the last first.
    pub patrols: Vec<PatrolLine>,
}

/// A patrol.
#[derive(Debug, Clone, Serialize)]
pub struct PatrolLine {
    /// Its entry.
    #[serde(flatten)]
    pub line: LedgerLine,
    /// Its day.
    pub on: String,
    /// The district that it reports on.
    pub district: Option<String>,
    /// The crew that went.
    pub crew: Option<String>,
    /// People who took part.
    pub people: u64,
    /// Vehicles used.
    pub vehicles: u64,
    /// The area that was reported.
    pub area_m2: Option<i64>,
    /// The area that its track covers or that was drawn.
    pub walked_m2: Option<f64>,
    /// Metres of its track.
    pub track_m: Option<u64>,
    /// Whether it reports that nothing was found.
    pub zero: bool,
    /// Words.
    pub note: Option<String>,
    /// Seeds that were seized.
    pub seeds: Option<String>,
    /// What was done to make the ban known.
    pub publicity: Option<String>,
    /// The sites that came of it.
    pub sites: Vec<String>,
}

/// The patrols of a season; of the latest of which there is one where none is named.
///
/// # Errors
/// Those of reading.
pub fn patrols(
    store: &Store,
    session: &Session,
    asked: Option<i16>,
) -> Result<Patrols, StoreError> {
    let asker = Asker::of(store, session);
    let (listed, mut own) = of_season(store, &asker, asked)?;
    let (total, season) = (own.len(), listed.season);
    own.truncate(MOST);
    let entries: BTreeMap<Hash, (String, String)> = own
        .iter()
        .filter(|(_, patrol)| !patrol.zero)
        .map(|(sealed, patrol)| (sealed.hash, (unit(sealed), patrol.on.clone())))
        .collect();
    let yields = yields(store, &entries)?;
    let line = |(sealed, patrol): (Sealed, Patrol)| {
        let sites = yields.get(&sealed.hash).cloned().unwrap_or_default();
        of(&asker, (&sealed, season), patrol, sites)
    };
    Ok(Patrols {
        listed,
        total,
        patrols: own.into_iter().map(line).collect(),
    })
}

/// The patrols of a season, the last first.
fn of_season(
    store: &Store,
    asker: &Asker,
    asked: Option<i16>,
) -> Result<(Listed, Vec<(Sealed, Patrol)>), StoreError> {
    let all = store.followed("patrol")?;
    let season = |sealed: &Sealed| {
        let of_day = store.authority().season_of(&sealed.event);
        of_day.unwrap_or(sealed.event.season)
    };
    let seasons = all.iter().map(season);
    let listed = Listed::of(store, asked, seasons, asker.may(&[New::Patrol]))?;
    let mut own: Vec<(Sealed, Patrol)> = all
        .into_iter()
        .filter(|sealed| season(sealed) == listed.season)
        .filter_map(|sealed| match &sealed.event.body {
            Body::Patrol(patrol) => {
                let patrol = patrol.as_ref().clone();
                Some((sealed, patrol))
            }
            _ => None,
        })
        .collect();
    own.sort_by(|(a, one), (b, other)| (&other.on, b.event.id).cmp(&(&one.on, a.event.id)));
    Ok((listed, own))
}

/// Ground that a patrol walked.
#[derive(Debug, Clone)]
pub struct Walked {
    /// The number of its entry.
    pub entry: Hash,
    /// Its season.
    pub season: i16,
    /// Its day.
    pub on: String,
    /// The crew that went.
    pub crew: Option<String>,
    /// Where it walked.
    pub ground: MultiPolygon,
}

/// The ground that the patrols of a season walked, of the latest of which there is one where none is named; those that tell an area
/// alone have none.
///
/// # Errors
/// Those of reading.
pub fn walked(
    store: &Store,
    session: &Session,
    asked: Option<i16>,
) -> Result<Vec<Walked>, StoreError> {
    let (listed, own) = of_season(store, &Asker::of(store, session), asked)?;
    let walked = own.into_iter().filter_map(|(sealed, patrol)| {
        Some(Walked {
            entry: sealed.hash,
            season: listed.season,
            ground: ground(patrol.walked)?,
            on: patrol.on,
            crew: patrol.crew,
        })
    });
    Ok(walked.take(MOST).collect())
}

/// The ground of an outline, where there is any.
fn ground(outline: Vec<Vec<Vec<[i64; 2]>>>) -> Option<MultiPolygon> {
    let place = Place {
        outline,
        ..Place::point(LonLat::new(0.0, 0.0))
    };
    (!place.outline.is_empty()).then(|| place.polygons())
}

fn unit(sealed: &Sealed) -> String {
    sealed.event.actor.unit.clone()
}

fn of(
    asker: &Asker,
    (sealed, season): (&Sealed, i16),
    patrol: Patrol,
    sites: Vec<String>,
) -> PatrolLine {
    let event = &sealed.event;
    let offers: &[Act] = if patrol.zero {
        &[Act::Void]
    } else {
        &[Act::Site, Act::Void]
    };
    PatrolLine {
        line: LedgerLine {
            entry: sealed.hash,
            at: event.at.clone(),
            season,
            person: event.actor.name.clone(),
            unit: event.actor.unit.clone(),
            signed: event.actor.key.is_some(),
            offers: asker.offers(sealed.hash, &event.actor, offers),
        },
        on: patrol.on,
        district: patrol.district,
        crew: patrol.crew,
        people: patrol.people,
        vehicles: patrol.vehicles,
        area_m2: patrol.area_m2,
        walked_m2: ground(patrol.walked).map(|ground| area_m2(&ground).round()),
        track_m: patrol.track.map(|track| track.length_m),
        zero: patrol.zero,
        note: patrol.note,
        seeds: patrol.seeds,
        publicity: patrol.publicity,
        sites,
    }
}
