//! What follows from the events: events of other devices taken in, and the derived tables.

use super::parallel_replay::{REPLAY_BATCH, fold_batch};
use super::registry_file::SiteEvents;
use super::remembered::Remembered;
use super::{Store, StoreError};
use crate::registry::authority::Authority;
use crate::registry::event::Sealed;
use crate::registry::ids::{Hash, SiteKey};
use crate::registry::role::Role;
use crate::registry::site::Site;
use rusqlite::params;
use std::collections::BTreeSet;

impl Store {
    /// Writes a site into the derived tables.
    pub(super) fn keep(&self, site: &Site) -> Result<(), StoreError> {
        let json = serde_json::to_vec(site).map_err(|e| self.damaged(e.to_string()))?;
        self.keep_json(site, &json)
    }

    pub(super) fn keep_json(&self, site: &Site, json: &[u8]) -> Result<(), StoreError> {
        let put = || -> rusqlite::Result<()> {
            // Where it has moved, its district is looked up anew.
            self.connection
                .prepare_cached(
                    "DELETE FROM site_districts WHERE key = ?1 AND EXISTS \
                     (SELECT 1 FROM sites WHERE key = ?1 AND (lon_e7 <> ?2 OR lat_e7 <> ?3))",
                )?
                .execute(params![
                    site.key.as_bytes(),
                    site.place.lon_e7,
                    site.place.lat_e7
                ])?;
            self.connection
                .prepare_cached(
                    "INSERT INTO sites(key, state, disputed, season, crew, unit, lon_e7, lat_e7, digest, json) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                     ON CONFLICT(key) DO UPDATE SET state = ?2, disputed = ?3, season = ?4, crew = ?5, unit = ?6, lon_e7 = ?7, \
                     lat_e7 = ?8, digest = ?9, json = ?10",
                )?
                .execute(params![
                    site.key.as_bytes(),
                    site.state.name(),
                    site.disputed,
                    site.season,
                    site.crew(),
                    site.unit,
                    site.place.lon_e7,
                    site.place.lat_e7,
                    Hash::of(json).as_bytes(),
                    json
                ])?;
            for sql in [
                "DELETE FROM candidates WHERE site = ?1",
                "DELETE FROM photographs WHERE site = ?1",
            ] {
                self.connection
                    .prepare_cached(sql)?
                    .execute([site.key.as_bytes()])?;
            }
            let mut photograph = self.connection.prepare_cached(
                "INSERT OR IGNORE INTO photographs(sha256, site) VALUES (?1, ?2)",
            )?;
            for file in site.photographs() {
                photograph.execute([file.sha256.as_bytes(), site.key.as_bytes()])?;
            }
            let mut candidate = self.connection.prepare_cached(
                "INSERT OR IGNORE INTO candidates(candidate, site) VALUES (?1, ?2)",
            )?;
            for detection in site.detections() {
                candidate.execute(params![detection.candidate, site.key.as_bytes()])?;
            }
            Ok(())
        };
        put().map_err(|e| self.fail(e))?;
        self.note_undistricted(site)
    }

    /// Takes events of other devices that were checked before: the union with what is here. Returns how many were new.
    ///
    /// # Errors
    /// Those of writing.
    pub fn take(&mut self, events: &[Sealed]) -> Result<usize, StoreError> {
        let mut touched = self.note_arrived()?;
        let mut odd = BTreeSet::new();
        let mut count = 0;
        for sealed in events {
            if self.insert(sealed)? {
                count += 1;
                let device = sealed.event.device;
                if !odd.contains(&device) && self.is_odd(sealed.hash, &sealed.event)? {
                    odd.insert(device);
                }
                touched.extend(sealed.event.site);
                touched.extend(sealed.event.body.other_sites());
            }
        }
        for device in odd {
            touched.extend(self.note_order(device)?);
        }
        self.relearn(touched)?;
        Ok(count)
    }

    /// Folds these sites again and keeps them: read one after another, folded on every core.
    pub(super) fn refold(&self, keys: &[SiteKey]) -> Result<(), StoreError> {
        for keys in keys.chunks(REPLAY_BATCH) {
            let histories = keys
                .iter()
                .map(|key| Ok((*key, self.raw_events_of(*key)?)))
                .collect::<Result<Vec<SiteEvents>, StoreError>>()?;
            let neighbours = self.neighbours(keys, &[])?;
            for (site, json) in fold_batch(&histories, &self.gate, &neighbours)
                .map_err(|what| self.damaged(what))?
            {
                self.keep_json(&site, &json)?;
            }
        }
        Ok(())
    }

    /// Learns the law anew, and folds these sites again and those that are judged otherwise now, perhaps.
    pub(super) fn relearn(&mut self, mut touched: BTreeSet<SiteKey>) -> Result<(), StoreError> {
        let before = self.learn()?;
        touched.extend(self.judged_otherwise(&before)?);
        let keys: Vec<SiteKey> = self.beside(&touched)?.into_iter().collect();
        for key in &keys {
            self.remembered.forget(*key);
        }
        self.refold(&keys)
    }

    /// The sites that are judged otherwise, perhaps, than by the gate as it was.
    pub(super) fn judged_otherwise(
        &self,
        before: &Authority,
    ) -> Result<BTreeSet<SiteKey>, StoreError> {
        let mut sites = BTreeSet::new();
        let mut of = |by: &str, values: &[&dyn rusqlite::ToSql]| -> Result<(), StoreError> {
            sites.extend(self.site_keys(
                &format!(
                    "SELECT site FROM events WHERE {by} AND site IS NOT NULL \
                     UNION SELECT other_site FROM events WHERE {by} AND other_site IS NOT NULL"
                ),
                values,
            )?);
            Ok(())
        };
        for (unit, name) in self.people().changed_since(before.people()) {
            let supervises = |gate: &Authority| {
                let person = gate.people().get(&unit, &name);
                person.is_some_and(|p| p.roles.contains(&Role::Supervisor) || p.key.is_some())
            };
            // A supervisor's roles and keys bear on what others record, in their names and alone.
            let (from, to) = if supervises(before) || supervises(&self.gate) {
                (format!("{unit}/"), format!("{unit}0"))
            } else {
                (format!("{unit}/{name}"), format!("{unit}/{name}\u{0}"))
            };
            of("actor >= ?1 AND actor < ?2", &[&from, &to])?;
        }
        let devices = self.gate.devices_changed_since(before);
        for device in devices.iter().chain(&self.gate.explained_since(before)) {
            of("device = ?1", &[&device.as_bytes()])?;
        }
        if let Some(id) = self.gate.seasons_changed_since(before) {
            let found_since = "kind = 'create' AND id > ?1";
            of(found_since, &[&id.as_bytes().as_slice()])?;
        }
        Ok(sites)
    }

    /// Empties the derived tables and fills them by replay. Returns the number of sites.
    ///
    /// # Errors
    /// Those of writing; [`StoreError::Damaged`] names the event that cannot be read.
    pub fn rebuild(&mut self) -> Result<u64, StoreError> {
        self.write(|store| {
            store
                .connection
                .execute_batch(
                    "DELETE FROM sites; DELETE FROM candidates; DELETE FROM photographs; \
                     DELETE FROM out_of_order; DELETE FROM late; DELETE FROM absent;",
                )
                .map_err(|e| store.fail(e))?;
            store.note_all()?;
            store.learn()?;
            store.remembered = Remembered::default();
            let mut count = 0;
            store.replay_all(|site, json| {
                count += 1;
                store.keep_json(site, json)
            })?;
            Ok(count)
        })
    }
}
