//! Lists of targets that are handed down: taken in, and on a map with what became of each.

use super::{Files, Office, OfficeError, Session};
use crate::exchange::targets::{check_shift, files_of, recorded_before};
use crate::ground::{Feature, FeatureCollection, Geometry};
use crate::province::projection::{facts_of, targets_of, windows_of};
use crate::province::targets::{TOLERANCE_M, TargetFact, TargetOutcome, match_targets};
use crate::registry::body::{Body, TargetList};
use crate::store::{Store, StoreError};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::path::Path;

/// A list that was taken in.
#[derive(Debug, Clone, Serialize)]
pub struct ImportedTargets {
    /// Its name.
    pub list: String,
    /// The season that it is for.
    pub season: i16,
    /// How many targets.
    pub targets: usize,
}

/// Takes a list in, and keeps its file; `None` where it was taken in before.
///
/// # Errors
/// Those of a list that is shifted as a map program shifts, of keeping its file, and what the law refuses.
pub fn take_in(
    office: &mut Office,
    session: &Session,
    file: &Path,
    list: TargetList,
) -> Result<Option<ImportedTargets>, OfficeError> {
    if recorded_before(office.store(), &list)? {
        return Ok(None);
    }
    check_shift(office.store(), file, &list)?;
    let taken = ImportedTargets {
        list: list.name.clone(),
        season: list.season,
        targets: list.targets.len(),
    };
    let kept = Files::documents(&files_of(file)).keep(office, None, session.at())?;
    office.record(session, None, kept, Body::Targets(Box::new(list)))?;
    Ok(Some(taken))
}

/// The code of the site that a target met, or nearly met.
///
/// # Errors
/// Those of reading.
pub fn site_of(met: TargetOutcome, store: &Store) -> Result<Option<String>, StoreError> {
    Ok(match met {
        TargetOutcome::Matched { site, .. }
        | TargetOutcome::ScreenedOut { site, .. }
        | TargetOutcome::AnotherSeason { site, .. } => Some(store.code(site)?),
        _ => None,
    })
}

/// A target and what became of it.
///
/// # Errors
/// Those of reading.
pub fn properties(
    list: &TargetList,
    target: &TargetFact,
    store: &Store,
) -> Result<Map<String, Value>, StoreError> {
    let metres = match target.met {
        TargetOutcome::Matched { metres, .. }
        | TargetOutcome::ScreenedOut { metres, .. }
        | TargetOutcome::AnotherSeason { metres, .. } => Some((metres * 10.0).round() / 10.0),
        _ => None,
    };
    let flights = match target.met {
        TargetOutcome::SearchedAndNothing { flights }
        | TargetOutcome::SearchedBadly { flights } => Some(flights),
        _ => None,
    };
    let properties = json!({
        "list": list.name, "season": list.season, "target": target.id, "district": target.district, "outcome": target.met.code(),
        "site": site_of(target.met, store)?, "metres": metres, "flights": flights,
    });
    Ok(match properties {
        Value::Object(members) => members,
        _ => Map::new(),
    })
}

/// The same where it lies.
///
/// # Errors
/// Those of reading.
pub fn feature(
    list: &TargetList,
    target: &TargetFact,
    store: &Store,
) -> Result<Feature, StoreError> {
    let outline = target.place.polygons();
    Ok(Feature {
        id: Some(format!("{}/{}", list.name, target.id)),
        geometry: Some(if outline.0.is_empty() {
            Geometry::Point(target.place.lonlat())
        } else {
            Geometry::Area(outline)
        }),
        properties: properties(list, target, store)?,
    })
}

/// Targets as a file.
pub fn collection(features: Vec<Feature>) -> FeatureCollection {
    let mut members = Map::new();
    members.insert("datum".into(), "WGS 84".into());
    FeatureCollection { members, features }
}

/// The targets of a season's lists, each with what became of it.
///
/// # Errors
/// Those of reading.
pub fn map(store: &Store, season: i16) -> Result<FeatureCollection, StoreError> {
    let (facts, windows) = (facts_of(store)?, windows_of(store)?);
    let mut features = Vec::new();
    let lists = targets_of(store)?;
    for list in lists.iter().filter(|list| list.season == season) {
        for target in match_targets(list, &facts, &windows, TOLERANCE_M) {
            features.push(feature(list, &target, store)?);
        }
    }
    Ok(collection(features))
}
