//! What the gate goes by in this file: whose registry it is, whose word begins the trust, what is out of order, what has
//! not arrived. Nothing of it is believed unsigned: the device signs whose registry it is, and which events of the law
//! it has verified.

use super::order::two_hashes;
use super::{Migrated, Store, StoreError, schema};
use crate::registry::authority::Grounds;
use crate::registry::body::Body;
use crate::registry::event::{Event, Sealed};
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::moves::Refusal;
use crate::registry::replay::Neighbours;
use crate::store::evidence;
use ed25519_dalek::{Signer, SigningKey};
use rayon::prelude::*;
use rusqlite::Row;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What the device signs of whose registry this is begins with this.
const GROUNDS_AS: &str = "papaver.grounds/1:";
/// What it signs of the events of the law that it verified begins with this.
const LAW_AS: &str = "papaver.law/1:";

impl Store {
    /// What the gate goes by.
    pub(super) fn grounds(&self) -> Result<Grounds, StoreError> {
        let roots = self.local("roots")?.unwrap_or_default();
        let mut grounds = Grounds {
            unit: self.local("unit")?.unwrap_or_default(),
            roots: roots.split(',').filter_map(|id| id.parse().ok()).collect(),
            ..Grounds::default()
        };
        // A registry of version 0.1.0 has no such tables until it is brought to this one.
        if self.version()? == schema::version() {
            let hash = |row: &Row| Ok(Hash(row.get(0)?));
            grounds.out_of_order = self.rows("SELECT hash FROM out_of_order", [], hash)?;
            grounds.late = self.rows("SELECT hash, begins FROM late", [], two_hashes)?;
            grounds.absent = self.rows("SELECT DISTINCT sha256 FROM absent", [], hash)?;
        }
        Ok(grounds)
    }

    /// Says whose registry this is and from which devices trust begins, signed by this device's key; inside
    /// [`Store::write`].
    pub(super) fn set_grounds(
        &mut self,
        unit: &str,
        roots: &[DeviceId],
        key: &SigningKey,
    ) -> Result<(), StoreError> {
        let roots: Vec<String> = roots.iter().map(DeviceId::to_string).collect();
        self.set_local("unit", unit)?;
        self.set_local("roots", &roots.join(","))?;
        self.sign_grounds(key)?;
        self.learn()?;
        Ok(())
    }

    /// Signs whose registry this is, whom it trusts from the beginning, and which boundary file holds.
    pub(super) fn sign_grounds(&self, key: &SigningKey) -> Result<(), StoreError> {
        let signature = hex::encode(key.sign(self.grounds_message()?.as_bytes()).to_bytes());
        self.set_local("grounds", &signature)
    }

    fn grounds_message(&self) -> Result<String, StoreError> {
        let local = |key: &str| self.local(key).map(Option::unwrap_or_default);
        let (unit, roots) = (local("unit")?, local("roots")?);
        let (districts, vintage) = (local("districts_sha256")?, local("districts_vintage")?);
        Ok(format!("{GROUNDS_AS}{unit}|{roots}|{districts}|{vintage}"))
    }

    /// Whether whose registry this is, and whom it trusts from the beginning, is as its device signed it.
    pub(super) fn grounds_hold(&self) -> Result<bool, StoreError> {
        // Version 0.1.0 did not sign it.
        let unsigned = |migrated: Migrated| migrated.in_memory && !migrated.is_later();
        if self.migrated.is_some_and(unsigned) {
            return Ok(true);
        }
        let message = self.grounds_message()?;
        let signature = self.local("grounds")?.unwrap_or_default();
        let devices: Vec<DeviceId> = match &self.writer {
            Some(writer) => vec![writer.device],
            None => self
                .own_device()
                .map_or_else(|| self.gate.grounds().roots.clone(), |device| vec![device]),
        };
        Ok(devices
            .iter()
            .any(|device| device.signed_in_hex(message.as_bytes(), &signature)))
    }

    pub(super) fn check_grounds(&self) -> Result<(), StoreError> {
        if self.grounds_hold()? {
            Ok(())
        } else {
            Err(StoreError::Grounds {
                path: self.path.clone(),
            })
        }
    }

    /// Verifies the signatures of the events that say who may do what, unless this device has signed that it did.
    pub(super) fn check_law(&mut self) -> Result<(), StoreError> {
        let events = self.law()?;
        let mut all: Vec<u8> = Vec::with_capacity(events.len() * 160);
        for sealed in &events {
            all.extend(sealed.hash.0);
            all.extend(sealed.signature);
            all.extend(sealed.actor_signature.into_iter().flatten());
        }
        let message = format!("{LAW_AS}{}", Hash::of(&all));
        let known = self.local("law")?.unwrap_or_default();
        let Some(writer) = &self.writer else {
            return Ok(());
        };
        if writer.device.signed_in_hex(message.as_bytes(), &known) {
            return Ok(());
        }
        self.check_signatures(&events)?;
        let signature = hex::encode(writer.key.sign(message.as_bytes()).to_bytes());
        self.set_local("law", &signature)
    }

    /// Nothing is signed on top of what was not verified.
    pub(super) fn check_signatures(&self, events: &[Sealed]) -> Result<(), StoreError> {
        let flaw = events
            .par_iter()
            .find_map_first(|sealed| Some((sealed.hash, sealed.check_signatures().err()?)));
        match flaw {
            Some((event, flaw)) => Err(self.damaged(format!("event {}: {flaw}", event.short()))),
            None => Ok(()),
        }
    }

    /// Brings what follows from the events of a registry of an earlier version to today's law.
    pub(super) fn adopt(&mut self, from: i32) -> Result<(), StoreError> {
        let Some(key) = self.signing_key().cloned() else {
            return Ok(());
        };
        let own = DeviceId::of(&key);
        let first = self.events_where(
            "device = ?1 AND seq = 1 ORDER BY n LIMIT 1",
            [own.as_bytes()],
        )?;
        let begun = first
            .iter()
            .find(|s| matches!(s.event.body, Body::Init(_)) && s.check_signatures().is_ok());
        // That version signed neither: what its device said when it began is believed, not what the table says. Only one
        // that was salvaged has a device that did not begin it.
        let (unit, roots) = if let Some(first) = begun {
            (first.event.actor.unit.clone(), vec![own])
        } else {
            let Grounds { unit, roots, .. } = self.gate.grounds().clone();
            (unit, roots)
        };
        self.write(|store| store.set_grounds(&unit, &roots, &key))?;
        self.rebuild()?;
        let refused = self.refused()?.len();
        self.migrated = Some(Migrated {
            from,
            refused,
            in_memory: false,
        });
        Ok(())
    }

    /// Notes anew, of all events, what is out of order, what is on a branch, and which files are not here.
    pub(super) fn note_all(&self) -> Result<(), StoreError> {
        self.note_orders()?;
        let mut statement = self
            .connection
            .prepare("SELECT hash, bytes FROM events WHERE json_extract(CAST(bytes AS TEXT), '$.evidence') IS NOT NULL")
            .map_err(|e| self.fail(e))?;
        let rows: Vec<(Hash, Vec<u8>)> = statement
            .query_map([], |row| Ok((Hash(row.get(0)?), row.get(1)?)))
            .and_then(Iterator::collect)
            .map_err(|e| self.fail(e))?;
        for (hash, bytes) in rows {
            let event = Event::parse(&bytes)
                .map_err(|flaw| self.damaged(format!("event {}: {flaw}", hash.short())))?;
            self.note_absent(hash, &event)?;
        }
        Ok(())
    }

    /// Notes which files of an event are not here.
    pub(super) fn note_absent(&self, hash: Hash, event: &Event) -> Result<(), StoreError> {
        let sql = "INSERT OR IGNORE INTO absent(sha256, hash) VALUES (?1, ?2)";
        let files = event.evidence.iter().map(|file| file.sha256);
        for sha256 in files.filter(|sha256| !self.has_file(*sha256)) {
            self.execute(sql, [sha256.as_bytes(), hash.as_bytes()])?;
        }
        Ok(())
    }

    fn has_file(&self, sha256: Hash) -> bool {
        self.arriving.contains(&sha256)
            || evidence::path_of(&self.evidence_folder(), sha256).exists()
    }

    /// Forgets the absence of files that have arrived. Returns the sites whose events name them.
    pub(super) fn note_arrived(&self) -> Result<BTreeSet<SiteKey>, StoreError> {
        let mut touched = BTreeSet::new();
        let absent = self.grounds()?.absent.into_iter();
        for sha256 in absent.filter(|sha256| self.has_file(*sha256)) {
            let events = self.select(
                "SELECT e.hash, e.signature, e.actor_signature, e.bytes FROM absent a JOIN events e ON e.hash = a.hash WHERE a.sha256 = ?1",
                [sha256.as_bytes()],
            )?;
            touched.extend(events.iter().filter_map(|sealed| sealed.event.site));
            self.execute("DELETE FROM absent WHERE sha256 = ?1", [sha256.as_bytes()])?;
        }
        Ok(touched)
    }

    /// The events that are here and not followed, with the reason: of sites, and of what concerns none.
    ///
    /// # Errors
    /// Those of reading.
    pub fn refused(&self) -> Result<Vec<(Sealed, Refusal)>, StoreError> {
        let by_site = self
            .map_histories(|site| (!site.refused.is_empty()).then_some((site.key, site.refused)))?;
        let mut of_sites: BTreeMap<Hash, (Sealed, Refusal)> = BTreeMap::new();
        for (key, of_site) in by_site {
            for (hash, refusal) in of_site {
                // What concerns two sites is one event: the one that it is about says why.
                if let Some(sealed) = self.event(hash)?
                    && (sealed.event.site == Some(key) || !of_sites.contains_key(&hash))
                {
                    of_sites.insert(hash, (sealed, refusal));
                }
            }
        }
        let mut refused: Vec<(Sealed, Refusal)> = of_sites.into_values().collect();
        let unit_wide = self.events_where("site IS NULL ORDER BY n", [])?;
        let affairs = self.affairs()?.refused;
        for sealed in unit_wide {
            let refusal = self.gate.follows(sealed.hash, &sealed.event).err();
            let refusal = refusal.or_else(|| affairs.get(&sealed.hash).cloned());
            refused.extend(refusal.map(|refusal| (sealed, refusal)));
        }
        Ok(refused)
    }

    /// The events about no site that a supervisor recorded in another's name, and that are followed.
    ///
    /// # Errors
    /// Those of reading.
    pub fn in_their_name(&self) -> Result<Vec<Sealed>, StoreError> {
        let mut events = self.events_where(
            "site IS NULL AND json_extract(CAST(bytes AS TEXT), '$.actor.recorder') IS NOT NULL ORDER BY n",
            [],
        )?;
        let refused = &self.affairs()?.refused;
        events.retain(|sealed| {
            self.gate.follows(sealed.hash, &sealed.event).is_ok()
                && !refused.contains_key(&sealed.hash)
        });
        Ok(events)
    }

    /// What is not followed where these events may change that: at their sites and those beside them; in the whole registry where
    /// one of them is about no site, as such events say who may do what.
    ///
    /// # Errors
    /// Those of reading.
    pub fn refused_around(
        &self,
        events: &[&Sealed],
    ) -> Result<BTreeMap<Hash, Refusal>, StoreError> {
        if events.iter().any(|sealed| sealed.event.site.is_none()) {
            let refused = self.refused()?.into_iter();
            return Ok(refused.map(|(sealed, why)| (sealed.hash, why)).collect());
        }
        let others = events.iter().flat_map(|of| of.event.body.other_sites());
        let sites = events.iter().filter_map(|of| of.event.site);
        let mut refused = BTreeMap::new();
        for key in self.beside(&sites.chain(others.copied()).collect())? {
            refused.extend(self.site(key)?.into_iter().flat_map(|site| site.refused));
        }
        Ok(refused)
    }

    /// The sites that an event of these sites makes matter to them or them to: those they merge with or were split from.
    pub(super) fn beside(&self, keys: &BTreeSet<SiteKey>) -> Result<BTreeSet<SiteKey>, StoreError> {
        let mut found = keys.clone();
        let mut waiting: Vec<SiteKey> = keys.iter().copied().collect();
        while let Some(key) = waiting.pop() {
            let partners = self.partners(key)?;
            waiting.extend(partners.into_iter().filter(|key| found.insert(*key)));
        }
        Ok(found)
    }

    /// The sites that an event of this one names, or whose events name it.
    fn partners(&self, key: SiteKey) -> Result<Vec<SiteKey>, StoreError> {
        self.site_keys(
            "SELECT other_site FROM events WHERE site = ?1 AND other_site IS NOT NULL \
             UNION SELECT site FROM events WHERE other_site = ?1 AND site IS NOT NULL",
            [key.as_bytes()],
        )
    }

    /// Whether the notes of what is out of order, on a branch, or not here are those that the events and files give.
    pub(super) fn notes_hold(&self) -> Result<bool, StoreError> {
        let grounds = self.grounds()?;
        if !self.orders_hold(&grounds.late, &grounds.out_of_order)? {
            return Ok(false);
        }
        // What is noted as absent is named by the event that it is noted for; what has arrived meanwhile is no harm.
        let absent = self.select(
            "SELECT DISTINCT e.hash, e.signature, e.actor_signature, e.bytes FROM absent a JOIN events e ON e.hash = a.hash",
            [],
        )?;
        let named: HashSet<Hash> = absent
            .iter()
            .flat_map(|s| &s.event.evidence)
            .map(|f| f.sha256)
            .collect();
        let mut absent = grounds.absent.iter();
        Ok(absent.all(|sha256| named.contains(sha256) && !self.has_file(*sha256)))
    }

    /// Events of some sites and of those that these merge into or were split from, and so on from there.
    pub(super) fn neighbours(
        &self,
        of: &[SiteKey],
        and: &[SiteKey],
    ) -> Result<Neighbours, StoreError> {
        let mut first: BTreeSet<SiteKey> = and.iter().copied().collect();
        for key in of {
            first.extend(self.partners(*key)?);
        }
        self.histories(self.beside(&first)?)
    }

    /// Events of every site that merges with another or was split from one.
    pub(super) fn all_neighbours(&self) -> Result<Neighbours, StoreError> {
        self.histories(self.site_keys(
            "SELECT other_site FROM events WHERE other_site IS NOT NULL \
             UNION SELECT site FROM events WHERE other_site IS NOT NULL AND site IS NOT NULL",
            [],
        )?)
    }

    fn histories(&self, keys: impl IntoIterator<Item = SiteKey>) -> Result<Neighbours, StoreError> {
        keys.into_iter()
            .map(|key| {
                let events = self.events_of(key)?;
                Ok((key, events.into_iter().map(|s| (s.hash, s.event)).collect()))
            })
            .collect()
    }
}
