//! A site that was found without a scan.

use super::affairs::lead;
use super::{Changed, Files, Office, OfficeError, Session, clock};
use crate::ground::LonLat;
use crate::registry::body::{Body, CameOf, Create, FoundBy};
use crate::registry::event::next_id;
use crate::registry::place::Place;
use crate::registry::{SiteKey, unit};
use crate::store::{Moment, Store, StoreError};
use serde::Serialize;
use std::path::PathBuf;

/// What somebody found.
#[derive(Debug, Clone)]
pub struct Discovery {
    /// Where.
    pub at: LonLat,
    /// How it became known; where an entry led to it, that entry's kind holds.
    pub source: FoundBy,
    /// Its small place name.
    pub name: Option<String>,
    /// Words.
    pub note: Option<String>,
    /// Its area.
    pub area_dm2: Option<i64>,
    /// Photographs of it.
    pub photos: Vec<PathBuf>,
    /// The number of the patrol or tip-off that led to it.
    pub of: Option<String>,
}

impl Discovery {
    /// Where something was found and how, of which no more is said.
    pub fn new(at: LonLat, source: FoundBy) -> Self {
        Self {
            at,
            source,
            name: None,
            note: None,
            area_dm2: None,
            photos: Vec::new(),
            of: None,
        }
    }
}

/// A site that was added.
#[derive(Debug, Clone, Serialize)]
pub struct Added {
    /// The site.
    #[serde(flatten)]
    pub changed: Changed,
    /// The nearest site that was known before and may be the same place: its code, and how many metres away.
    pub nearest: Option<(String, f64)>,
}

/// Adds a site.
///
/// # Errors
/// Those of naming what led to it, and what the law refuses.
pub fn add(office: &mut Office, session: &Session, found: Discovery) -> Result<Added, OfficeError> {
    let lead = found
        .of
        .map(|typed| lead(office.store(), session, &typed, session.at()))
        .transpose()?;
    let source = match &lead {
        Some(lead) if matches!(lead.event.body, Body::Tip(_)) => FoundBy::TipOff,
        Some(_patrol) => FoundBy::Patrol,
        None => found.source,
    };
    let place = Place::point(found.at);
    let nearest = nearest(office.store(), &place)?;
    let moment = clock::moment();
    let origin = new_origin(moment, &session.author().unit);
    let site = SiteKey::of_origin(&origin);
    let create = Create {
        area_dm2: found.area_dm2,
        name: found.name,
        note: found.note,
        ..Create::new(source, origin, place)
    };
    let files = Files {
        scene: found.photos,
        ..Files::default()
    };
    let evidence = files.keep(office, Some(&create.place), session.at())?;
    let body = Body::Create(Box::new(create));
    let sealed = office.transact(session, |entry| {
        let created = entry.append_at(Some(site), evidence, body, moment)?;
        if let Some(of) = lead.map(|lead| lead.hash) {
            entry.append(Some(site), vec![], Body::CameOf(CameOf { of }))?;
        }
        Ok(created)
    })?;
    let signed = sealed.event.actor.key.is_some();
    Ok(Added {
        changed: Changed::of(office.store(), [site], signed)?,
        nearest,
    })
}

/// The origin of a site that no scan found: an event's number, in a unit.
pub(super) fn new_origin(moment: Moment, of_unit: &str) -> String {
    let milliseconds = u64::try_from(moment.now.as_millisecond()).unwrap_or(0);
    let id = next_id(None, milliseconds, moment.random);
    unit::origin(&format!("event:{id}"), of_unit)
}

/// The nearest site within the radius in which two are taken for one.
fn nearest(store: &Store, place: &Place) -> Result<Option<(String, f64)>, StoreError> {
    let radius = store.settings().reach_m();
    let near = store.sites_near(place, radius)?;
    near.iter()
        .map(|site| (site.key, place.apart_m(&site.place)))
        .filter(|(_, metres)| *metres <= radius)
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(key, metres)| Ok((store.code(key)?, metres)))
        .transpose()
}
