//! Which district each site lies in: a table of this copy, filled from a boundary file.

use super::{Store, StoreError};
use crate::registry::Site;
use crate::registry::body::Body;
use crate::registry::districts::{Districts, SiteDistrict};
use crate::registry::event::Sealed;
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::settings::{DISTRICTS, boundaries_of, boundaries_value};
use crate::store::evidence;
use rusqlite::params;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Metres to a border within which its other side is named.
const NEAR_BORDER_M: f64 = 500.0;

/// The boundaries that a registry goes by.
#[derive(Debug, Clone)]
pub struct Boundaries {
    /// SHA-256 of the file as it is kept beside the registry.
    pub sha256: Hash,
    /// The year of its codes.
    pub vintage: String,
    /// The entry that decided on them; none where they were filled in by an earlier version, or by no entry at all.
    pub decided: Option<Sealed>,
    /// The day of that entry in the registry's zone, `YYYY-MM-DD`.
    pub decided_on: Option<String>,
}

impl Store {
    /// The boundaries that the districts were filled in from last.
    ///
    /// # Errors
    /// Those of reading.
    pub fn boundaries(&self) -> Result<Option<Boundaries>, StoreError> {
        let Some((sha256, vintage)) = self.boundaries_held()? else {
            return Ok(None);
        };
        let value = boundaries_value(sha256, &vintage);
        let mut decisions = self.decisions_on_boundaries()?.into_iter();
        let decided = decisions.find(|(said, _)| *said == value).map(|(_, by)| by);
        let on = |by: &Sealed| self.settings.day(&by.event.at);
        Ok(Some(Boundaries {
            sha256,
            vintage,
            decided_on: decided.as_ref().map(on),
            decided,
        }))
    }

    /// The digest and the vintage of the boundaries that hold.
    fn boundaries_held(&self) -> Result<Option<(Hash, String)>, StoreError> {
        let sha256 = self.local("districts_sha256")?;
        let sha256: Option<Hash> = sha256.and_then(|text| text.parse().ok());
        Ok(sha256.zip(self.local("districts_vintage")?))
    }

    /// What each device of the registry's own unit decided last on boundaries, with the entry that says so.
    fn decisions_on_boundaries(&self) -> Result<Vec<(String, Sealed)>, StoreError> {
        let own = self.local("unit")?.unwrap_or_default();
        let mut last: BTreeMap<DeviceId, (String, Sealed)> = BTreeMap::new();
        for sealed in self.followed("setting")? {
            if let Body::Setting(setting) = &sealed.event.body
                && setting.key == DISTRICTS
                && sealed.event.actor.unit == own
            {
                let said = setting.value.clone();
                last.insert(sealed.event.device, (said, sealed));
            }
        }
        Ok(last.into_values().collect())
    }

    /// The boundaries that other computers of the unit decided on last, where these are not the ones that hold here. A boundary file
    /// does not travel: what is decided elsewhere holds here once the same file is filled in.
    ///
    /// # Errors
    /// Those of reading.
    pub fn boundaries_elsewhere(&self) -> Result<Vec<Boundaries>, StoreError> {
        let now = self.boundaries()?;
        let holds = |b: &Boundaries| {
            let now = now.as_ref();
            now.is_some_and(|now| (now.sha256, &now.vintage) == (b.sha256, &b.vintage))
        };
        let own = self.own_device();
        let mut elsewhere = Vec::new();
        for (said, by) in self.decisions_on_boundaries()? {
            let Some((sha256, vintage)) = boundaries_of(&said) else {
                continue;
            };
            let other = Boundaries {
                sha256,
                vintage,
                decided_on: Some(self.settings.day(&by.event.at)),
                decided: Some(by),
            };
            let is_own = other.decided.as_ref().map(|by| by.event.device) == own;
            if !is_own && !holds(&other) {
                elsewhere.push(other);
            }
        }
        Ok(elsewhere)
    }

    /// Whether somebody has decided on these boundaries for this computer: on it, or, as long as nobody has decided on any here, on
    /// another computer of the unit.
    ///
    /// # Errors
    /// Those of reading.
    pub fn are_decided(&self, sha256: Hash, vintage: &str) -> Result<bool, StoreError> {
        let value = boundaries_value(sha256, vintage);
        let (own, decisions) = (self.own_device(), self.decisions_on_boundaries()?);
        let here = decisions
            .iter()
            .find(|(_, by)| Some(by.event.device) == own);
        Ok(match here {
            Some((said, _)) => *said == value,
            None => decisions.iter().any(|(said, _)| *said == value),
        })
    }

    /// Whether the boundaries are those that somebody decided on last, where anybody did. Another computer of the unit may have
    /// been given others.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn are_boundaries_as_decided(&self) -> Result<bool, StoreError> {
        let decisions = self.decisions_on_boundaries()?;
        let own = self.own_device();
        Ok(match self.boundaries()? {
            Some(now) => decisions.is_empty() || self.are_decided(now.sha256, &now.vintage)?,
            None => !decisions.iter().any(|(_, by)| Some(by.event.device) == own),
        })
    }

    /// The district of a site, as it was filled in last.
    ///
    /// # Errors
    /// Those of reading.
    pub fn district(&self, key: SiteKey) -> Result<Option<Value>, StoreError> {
        let sql = "SELECT names FROM site_districts WHERE key = ?1";
        let row: Option<String> = self.row(sql, [key.as_bytes()], |row| row.get(0))?;
        Ok(row.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The code of every site's district, where one was filled in.
    ///
    /// # Errors
    /// Those of reading.
    pub fn district_codes(&self) -> Result<BTreeMap<SiteKey, String>, StoreError> {
        self.rows("SELECT key, code FROM site_districts", [], |row| {
            Ok((SiteKey(row.get(0)?), row.get(1)?))
        })
    }

    /// The boundary file that the districts were filled in from last, as it was kept beside the registry; `None` where
    /// none was, or where it is gone.
    ///
    /// # Errors
    /// Those of reading the registry.
    pub fn districts(&self) -> Result<Option<Districts>, StoreError> {
        let Some((sha256, vintage)) = self.boundaries_held()? else {
            return Ok(None);
        };
        let bytes = std::fs::read(evidence::path_of(&self.evidence_folder(), sha256)).ok();
        Ok(bytes.and_then(|bytes| Districts::read(&bytes, &vintage).ok()))
    }

    /// The code of the smallest district that a site lies in: as it was filled in, else by these boundaries; without any
    /// the unit that founded it.
    ///
    /// # Errors
    /// Those of reading.
    pub fn lies_in(
        &self,
        site: &Site,
        districts: Option<&Districts>,
    ) -> Result<String, StoreError> {
        let filled = self.district(site.key)?;
        let filled = filled.and_then(|district| district["code"].as_str().map(str::to_owned));
        let found = || districts?.code_of(site.place.lonlat()).map(str::to_owned);
        Ok(filled.or_else(found).unwrap_or_else(|| site.unit.clone()))
    }

    /// Remembers which boundary file, kept with the evidence, the districts come from; inside [`Store::write`].
    ///
    /// # Errors
    /// Those of writing.
    pub fn remember_districts(&self, sha256: Hash, vintage: &str) -> Result<(), StoreError> {
        self.set_local("districts_sha256", &sha256.to_string())?;
        self.set_local("districts_vintage", vintage)?;
        match self.signing_key() {
            Some(key) => self.sign_grounds(key),
            None => Ok(()),
        }
    }

    /// Notes a site that was written and has no district.
    pub(super) fn note_undistricted(&self, site: &Site) -> Result<(), StoreError> {
        let sql = "SELECT 1 FROM site_districts WHERE key = ?1";
        if site.created.is_some() && !self.exists(sql, [site.key.as_bytes()])? {
            let mut noted = self.undistricted.sites.borrow_mut();
            noted.insert(site.key, site.place.lonlat());
        }
        Ok(())
    }

    /// Fills in the districts of the sites that were noted, where boundaries are known.
    pub(super) fn fill_in_noted(&self) -> Result<(), StoreError> {
        let noted = self.undistricted.sites.take();
        if noted.is_empty() {
            return Ok(());
        }
        let Some(districts) = self.districts_once()? else {
            return Ok(());
        };
        for (key, at) in noted {
            if let Some(found) = districts.of(at, NEAR_BORDER_M) {
                self.keep_district(key, &found)?;
            }
        }
        Ok(())
    }

    /// The same as [`Store::districts`], read anew only where others hold.
    fn districts_once(&self) -> Result<Option<Arc<Districts>>, StoreError> {
        let Some(now) = self.boundaries_held()? else {
            return Ok(None);
        };
        if let Some((sha256, vintage, districts)) = &*self.undistricted.read.borrow()
            && (*sha256, vintage) == (now.0, &now.1)
        {
            return Ok(Some(districts.clone()));
        }
        let districts = self.districts()?.map(Arc::new);
        let read = districts.clone().map(|read| (now.0, now.1, read));
        self.undistricted.read.replace(read);
        Ok(districts)
    }

    /// Fills in the district of every site; inside [`Store::write`]. Returns how many lie in one, and how many in none.
    ///
    /// # Errors
    /// Those of reading and writing.
    pub fn assign_districts(&self, districts: &Districts) -> Result<(usize, usize), StoreError> {
        let (mut inside, mut outside) = (0, 0);
        for site in self.sites(&super::Filter::default())? {
            let Some(found) = districts.of(site.place.lonlat(), NEAR_BORDER_M) else {
                outside += 1;
                continue;
            };
            inside += 1;
            self.keep_district(site.key, &found)?;
        }
        Ok((inside, outside))
    }

    fn keep_district(&self, key: SiteKey, found: &SiteDistrict) -> Result<(), StoreError> {
        let json = serde_json::to_string(found).map_err(|e| self.damaged(e.to_string()))?;
        self.execute(
            "INSERT OR REPLACE INTO site_districts(key, code, names, vintage) VALUES (?1, ?2, ?3, ?4)",
            params![key.as_bytes(), found.code, json, found.vintage],
        )?;
        Ok(())
    }
}
