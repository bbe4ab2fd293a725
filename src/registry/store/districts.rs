//! Which district each site lies in: a table of this copy, filled from a boundary file.

use super::{Store, StoreError};
use crate::registry::districts::Districts;
use crate::registry::ids::SiteKey;
use rusqlite::{OptionalExtension, params};
use serde_json::Value;

/// Metres to a border within which its other side is named.
const NEAR_BORDER_M: f64 = 500.0;

impl Store {
    /// The district of a site, as it was filled in last.
    ///
    /// # Errors
    /// Those of reading.
    pub fn district(&self, key: SiteKey) -> Result<Option<Value>, StoreError> {
        let row: Option<String> = self
            .connection
            .prepare_cached("SELECT names FROM site_districts WHERE key = ?1")
            .and_then(|mut s| s.query_row([key.as_bytes()], |row| row.get(0)).optional())
            .map_err(|e| self.fail(e))?;
        Ok(row.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Fills in the district of every site. Returns how many lie in one, and how many in none.
    ///
    /// # Errors
    /// Those of reading and writing.
    pub fn assign_districts(
        &mut self,
        districts: &Districts,
    ) -> Result<(usize, usize), StoreError> {
        let sites = self.sites(&super::Filter::default())?;
        self.write(|store| {
            let (mut inside, mut outside) = (0, 0);
            for site in &sites {
                let Some(found) = districts.of(site.place.lonlat(), NEAR_BORDER_M) else {
                    outside += 1;
                    continue;
                };
                inside += 1;
                let json = serde_json::to_string(&found).map_err(|e| store.damaged(e.to_string()))?;
                store
                    .connection
                    .prepare_cached("INSERT OR REPLACE INTO site_districts(key, code, names, vintage) VALUES (?1, ?2, ?3, ?4)")
                    .and_then(|mut s| s.execute(params![site.key.as_bytes(), found.code, json, found.vintage]))
                    .map_err(|e| store.fail(e))?;
            }
            Ok((inside, outside))
        })
    }
}
