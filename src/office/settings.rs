//! What the unit has settled: deadlines, the radius of matching, growth windows, the boundaries of its districts.

use super::{Office, OfficeError, Session};
use crate::province::projection::WINDOWS_SETTING;
use crate::province::windows::Windows;
use crate::registry::Hash;
use crate::registry::body::{Body, Setting};
use crate::registry::districts::ReadDistricts;
use crate::registry::settings::{DISTRICTS, boundaries_value};
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

/// Gives each site its district, keeps the boundaries beside the registry, and records who decided on them; all of it in one
/// transaction. The boundaries that hold already may be filled in again by anybody, for the sites that came since.
///
/// # Errors
/// What the law refuses, and those of writing.
pub fn fill_in_districts(
    office: &mut Office,
    session: &Session,
    read: &ReadDistricts,
    vintage: &str,
) -> Result<FilledDistricts, OfficeError> {
    let sha256 = Hash::of(&read.kept);
    evidence::put(&office.store().evidence_folder(), sha256, &read.kept)?;
    let is_decided = office.store().are_decided(sha256, vintage)?;
    let (inside, outside) = office.transact(session, |entry| {
        if !is_decided {
            let setting = Setting {
                key: DISTRICTS.into(),
                value: boundaries_value(sha256, vintage),
            };
            entry.append(None, vec![], Body::Setting(setting))?;
        }
        let filled = entry.store.assign_districts(&read.districts)?;
        entry.store.remember_districts(sha256, vintage)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::fixture::begun;
    use crate::registry::districts::Districts;
    use crate::store::Discrepancy;

    #[test]
    fn boundaries_that_nobody_decided_on_are_named() {
        let kept = tempfile::tempdir().expect("folder");
        let (mut office, chief) = begun(&kept.path().join("a.papaver"));
        let read = |east: &str| {
            let file = kept.path().join("d.geojson");
            let ring = format!("[[113,33],[{east},33],[{east},34],[113,34],[113,33]]");
            let area = r#"{"type":"Feature","properties":{"code":"410423","name":"x"},"geometry":{"type":"Polygon","coordinates":["#;
            let text = format!(r#"{{"type":"FeatureCollection","features":[{area}{ring}]}}}}]}}"#);
            std::fs::write(&file, text).expect("written");
            Districts::open(&file, "2026").expect("read")
        };
        let remember = |office: &mut Office, read: &ReadDistricts| {
            let sha256 = Hash::of(&read.kept);
            let remembered = |store: &mut Store| store.remember_districts(sha256, "2026");
            office.store.write(remembered).expect("remembered");
        };
        let now = |office: &Office| {
            let store = office.store();
            let found = store.verify(false).expect("verified").findings;
            let by = store.boundaries().expect("read").and_then(|b| b.decided);
            let count = store.count().expect("counted");
            (found, by.is_some(), count)
        };
        let (_, _, begun) = now(&office);
        // An earlier version filled them in without a word.
        let first = read("114");
        remember(&mut office, &first);
        assert_eq!(now(&office), (vec![], false, begun));
        for _again in 0..2 {
            fill_in_districts(&mut office, &chief, &first, "2026").expect("filled in");
            assert_eq!(now(&office), (vec![], true, begun + 1));
        }
        // So does somebody now, with others.
        let other = read("113.1");
        remember(&mut office, &other);
        let named = vec![Discrepancy::Boundaries];
        assert_eq!(now(&office), (named, false, begun + 1));
        fill_in_districts(&mut office, &chief, &other, "2026").expect("filled in");
        assert_eq!(now(&office), (vec![], true, begun + 2));
    }
}
