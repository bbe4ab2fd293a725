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

    #[test]
    fn what_is_recorded_after_the_boundaries_lies_in_its_district_at_once() {
        use crate::ground::LonLat;
        use crate::registry::SiteKey;
        use crate::registry::body::{Create, FoundBy, Note};
        use crate::registry::moves::Refusal;
        use crate::registry::place::Place;
        use crate::store::{Filter, StoreError};
        let kept = tempfile::tempdir().expect("folder");
        let (mut office, chief) = begun(&kept.path().join("a.papaver"));
        let file = kept.path().join("d.geojson");
        let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"410423103","name":"x"},"geometry":{"type":"Polygon","coordinates":[[[113,33],[114,33],[114,34],[113,34],[113,33]]]}}]}"#;
        std::fs::write(&file, text).expect("written");
        let read = Districts::open(&file, "2026").expect("read");
        fill_in_districts(&mut office, &chief, &read, "2026").expect("filled in");
        let mut add = |origin: &str, lon: f64, source, note: Option<&str>| {
            let place = Place::point(LonLat::new(lon, 33.5));
            let mut create = Create::new(source, origin.into(), place);
            create.note = note.map(str::to_owned);
            let key = SiteKey::of_origin(origin);
            let body = Body::Create(Box::new(create));
            office.record(&chief, Some(key), vec![], body).map(|_| key)
        };
        let inside = add("event:1", 113.5, FoundBy::Find, None).expect("added");
        let outside = add("event:2", 115.5, FoundBy::Find, None).expect("added");
        let called = add("event:3", 113.4, FoundBy::TipOff, Some("电话 0375-5052110"));
        let informant = Refusal::Informant;
        let refused = |done: Result<SiteKey, StoreError>| match done {
            Err(StoreError::Refused { refusal, .. }) => Some(refusal),
            _ => None,
        };
        assert_eq!(refused(called), Some(informant));
        let codes = |office: &Office| office.store().district_codes().expect("read");
        let district: Option<String> = Some("410423103".into());
        assert_eq!(codes(&office).get(&inside).cloned(), district);
        assert_eq!(codes(&office).get(&outside), None);
        let filter = Filter {
            district: district.clone(),
            ..Filter::default()
        };
        assert_eq!(office.store().sites(&filter).expect("read").len(), 1);
        // Who told is nowhere; whose number it is otherwise is the office's own concern.
        let note = |text: &str| Body::Note(Note { text: text.into() });
        let refused = office.record(&chief, Some(inside), vec![], note("举报人张三 13800138000"));
        assert!(refused.is_err());
        let kept = office.record(&chief, Some(inside), vec![], note("村支书 13800138000"));
        kept.expect("a note");
    }
}
