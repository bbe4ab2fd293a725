//! What the unit has settled: deadlines, the radius of matching, growth windows, the boundaries of its districts.

use super::{Office, OfficeError, Session};
use crate::province::projection::WINDOWS_SETTING;
use crate::province::windows::Windows;
use crate::registry::Hash;
use crate::registry::body::{Body, Setting};
use crate::registry::districts::ReadDistricts;
use crate::store::{Store, evidence};
use serde::Serialize;

/// A setting in force.
#[derive(Debug, Clone, Serialize)]
pub struct SettingNow {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// The settings in force.
pub fn settings(store: &Store) -> Vec<SettingNow> {
    let table = store.settings().table().into_iter();
    table
        .map(|(key, value)| SettingNow { key, value })
        .collect()
}

/// Changes a setting.
///
/// # Errors
/// What the law refuses.
pub fn set(
    office: &mut Office,
    session: &Session,
    key: String,
    value: String,
) -> Result<(), OfficeError> {
    office.record(session, None, vec![], Body::Setting(Setting { key, value }))?;
    Ok(())
}

/// Takes a table of growth windows over.
///
/// # Errors
/// What the law refuses.
pub fn set_windows(
    office: &mut Office,
    session: &Session,
    windows: &Windows,
) -> Result<(), OfficeError> {
    set(office, session, WINDOWS_SETTING.into(), windows.csv())
}

/// What a boundary file gave.
#[derive(Debug, Clone, Serialize)]
pub struct FilledDistricts {
    /// Districts in it.
    pub districts: usize,
    /// Sites that lie in one.
    pub inside: usize,
    /// Sites that lie in none.
    pub outside: usize,
    /// Districts whose areas overlap.
    pub overlaps: Vec<Overlap>,
}

/// Ground that lies in two districts.
#[derive(Debug, Clone, Serialize)]
pub struct Overlap {
    /// Their codes.
    pub codes: [String; 2],
    /// How much, in whole square metres.
    pub m2: f64,
}

/// Gives each site its district, and keeps the boundaries beside the registry; all of it in one transaction.
///
/// # Errors
/// Those of writing.
pub fn fill_in_districts(
    office: &mut Office,
    read: &ReadDistricts,
    vintage: &str,
) -> Result<FilledDistricts, OfficeError> {
    let sha256 = Hash::of(&read.kept);
    evidence::put(&office.store().evidence_folder(), sha256, &read.kept)?;
    let (inside, outside) = office.store.write(|store| {
        let filled = store.assign_districts(&read.districts)?;
        store.remember_districts(sha256, vintage)?;
        Ok(filled)
    })?;
    let overlaps = read.districts.overlaps().into_iter();
    Ok(FilledDistricts {
        districts: read.districts.len(),
        inside,
        outside,
        overlaps: overlaps
            .map(|(a, b, m2)| Overlap {
                codes: [a, b],
                m2: m2.round(),
            })
            .collect(),
    })
}
