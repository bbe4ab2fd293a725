//! Writing: transactions, new events, events of other devices, and the derived tables that follow from them.

use super::replayed::{REPLAY_BATCH, fold_batch};
use super::{Author, Authority, Draft, Moment, SiteEvents, Store, StoreError, Tip};
use crate::registry::body::{ActorAction, Body};
use crate::registry::event::{Actor, Event, Recorder, Sealed, next_id};
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::moves::Refusal;
use crate::registry::people::roles_for;
use crate::registry::replay::fold;
use crate::registry::role::Role;
use crate::registry::site::Site;
use rusqlite::params;
use std::collections::BTreeSet;

impl Store {
    /// Does something in one transaction: all of it is on the disk afterwards, or nothing.
    ///
    /// # Errors
    /// Those of the work, and of the disk.
    pub fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.transact(true, work)
    }

    /// Does something in one transaction and takes it back: what would become of it.
    ///
    /// # Errors
    /// Those of the work.
    pub fn rehearse<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.transact(false, work)
    }

    fn transact<T>(
        &mut self,
        in_earnest: bool,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let tip = self.writer.as_ref().and_then(|writer| writer.tip);
        self.connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(|e| self.fail(e))?;
        let done = work(self);
        let ended = if done.is_ok() && in_earnest {
            self.connection.execute_batch("COMMIT")
        } else {
            Ok(())
        };
        let done = ended.map_err(|e| self.fail(e)).and(done);
        if done.is_err() || !in_earnest {
            // After a full disk the engine has rolled back already, and says that there is nothing to roll back.
            let _rolled_back = self.connection.execute_batch("ROLLBACK");
            if let Some(writer) = &mut self.writer {
                writer.tip = tip;
            }
            self.learn()?;
        }
        done
    }

    /// Records an event; inside [`Store::write`] only.
    ///
    /// # Errors
    /// [`StoreError::Refused`] and [`StoreError::NoRole`] where replay would not follow it; those of writing.
    pub fn append(
        &mut self,
        author: &Author,
        draft: Draft,
        moment: Moment,
    ) -> Result<Sealed, StoreError> {
        let mut seen = Vec::new();
        for key in draft.site.iter().chain(draft.body.other_sites()) {
            seen.extend(self.site(*key)?.into_iter().flat_map(|site| site.heads));
        }
        self.append_on(author, draft, seen, moment)
    }

    /// Records an event whose author saw these heads of its site's history, perhaps not the last; inside
    /// [`Store::write`] only.
    ///
    /// # Errors
    /// Those of [`Store::append`].
    pub fn append_on(
        &mut self,
        author: &Author,
        draft: Draft,
        seen: Vec<Hash>,
        moment: Moment,
    ) -> Result<Sealed, StoreError> {
        self.check_tip()?;
        let sealed = self.seal(author, draft, seen, moment)?;
        let mut changed: Vec<Site> = Vec::new();
        let mut concerned: Vec<SiteKey> = sealed.event.site.into_iter().collect();
        concerned.extend_from_slice(sealed.event.body.other_sites());
        let refused = |store: &Self, key: Option<SiteKey>, refusal: Refusal| {
            let site = key
                .map(|key| store.code(key))
                .transpose()?
                .unwrap_or_default();
            Err(StoreError::Refused {
                site,
                refusal,
                actor: author.name.clone(),
            })
        };
        if concerned.is_empty() {
            if let Err(refusal) = self.insert_law(&sealed)? {
                return refused(self, None, refusal);
            }
        } else {
            let neighbours = self.neighbours(&concerned, sealed.event.body.other_sites())?;
            for key in &concerned {
                let mut events = self.events_of(*key)?;
                self.check_signatures(&events)?;
                events.push(sealed.clone());
                let pairs: Vec<(Hash, &Event)> =
                    events.iter().map(|s| (s.hash, &s.event)).collect();
                let site = fold(*key, &pairs, &self.gate, &neighbours);
                if let Some((_, refusal)) = site.refused.iter().find(|(h, _)| *h == sealed.hash) {
                    return refused(self, Some(*key), refusal.clone());
                }
                changed.push(site);
            }
            self.insert(&sealed)?;
        }
        for site in &changed {
            self.keep(site)?;
        }
        if let Some(writer) = &mut self.writer {
            writer.tip = Some(Tip {
                seq: sealed.event.seq,
                hash: sealed.hash,
                id: sealed.event.id,
                logged_s: seconds(&sealed.event.logged_at),
                verified: true,
            });
        }
        Ok(sealed)
    }

    /// Puts in an event that concerns no site, if the gate follows it; nothing of it stays where it does not.
    fn insert_law(&mut self, sealed: &Sealed) -> Result<Result<(), Refusal>, StoreError> {
        let run = |store: &Self, sql: &str| {
            store
                .connection
                .execute_batch(sql)
                .map_err(|e| store.fail(e))
        };
        run(self, "SAVEPOINT law")?;
        self.insert(sealed)?;
        if sealed.event.body.is_law() {
            self.relearn(BTreeSet::new())?;
        }
        let mut follows = self
            .gate
            .follows(sealed.hash, &sealed.event)
            .map(|_signed| ());
        if follows.is_ok() && sealed.event.body.is_affair() {
            let refused = self.affairs()?.refused.remove(&sealed.hash);
            follows = refused.map_or(Ok(()), Err);
        }
        if follows.is_err() {
            run(self, "ROLLBACK TO law")?;
            self.learn()?;
        }
        run(self, "RELEASE law")?;
        Ok(follows)
    }

    /// The last event of this device is what it signed, before another is signed on top of it.
    fn check_tip(&mut self) -> Result<(), StoreError> {
        let Some(tip) = self.writer.as_ref().and_then(|writer| writer.tip) else {
            return Ok(());
        };
        if !tip.verified {
            let last = self.event(tip.hash)?;
            self.check_signatures(last.as_slice())?;
            if let Some(writer) = &mut self.writer {
                writer.tip = Some(Tip {
                    verified: true,
                    ..tip
                });
            }
        }
        Ok(())
    }

    fn seal(
        &self,
        author: &Author,
        draft: Draft,
        based_on: Vec<Hash>,
        moment: Moment,
    ) -> Result<Sealed, StoreError> {
        let writer = self.writer.as_ref().ok_or_else(|| StoreError::ReadOnly {
            path: self.path.clone(),
        })?;
        let wanted = roles_for(&draft.body);
        let holds = self.people().get(&author.unit, &author.name);
        // The first key signs itself.
        let makes_key = matches!(
            &draft.body,
            Body::Actor(change) if change.action == ActorAction::Key && change.key.is_some()
        );
        let held = holds.and_then(|person| person.key.as_ref());
        if held.is_some() && author.key.is_none() && author.in_their_name.is_none() && !makes_key {
            return Err(StoreError::KeyNeeded {
                actor: author.name.clone(),
            });
        }
        let first =
            matches!(draft.body, Body::Init(_)).then_some(crate::registry::Role::Supervisor);
        let role = wanted
            .iter()
            .copied()
            .find(|role| holds.is_some_and(|person| person.roles.contains(role)))
            .or(first)
            .ok_or_else(|| StoreError::NoRole {
                actor: author.name.clone(),
                roles: wanted.iter().map(|role| role.name()).collect(),
            })?;
        let now_s = moment.now.as_second();
        let behind = writer.tip.map_or(0, |tip| tip.logged_s - now_s);
        let event = Event {
            id: next_id(
                writer.tip.map(|tip| tip.id),
                u64::try_from(moment.now.as_millisecond()).unwrap_or(0),
                moment.random,
            ),
            site: draft.site,
            season: self
                .settings
                .season_of(draft.body.day_of_season(&draft.at))
                .unwrap_or(0),
            at: draft.at,
            logged_at: moment.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            clock_behind_s: u64::try_from(behind).ok().filter(|seconds| *seconds > 1),
            actor: Actor {
                name: author.name.clone(),
                unit: author.unit.clone(),
                role,
                key: author.key.as_ref().map(DeviceId::of),
                recorder: author.in_their_name.as_ref().map(|recording| Recorder {
                    name: recording.name.clone(),
                    key: recording.key.as_ref().map(DeviceId::of),
                    reason: recording.reason.clone(),
                }),
            },
            device: writer.device,
            seq: writer.tip.map_or(1, |tip| tip.seq + 1),
            prev: writer.tip.map(|tip| tip.hash),
            based_on,
            evidence: draft.evidence,
            body: draft.body,
        };
        let signer = match &author.in_their_name {
            Some(recording) => recording.key.as_ref(),
            None => author.key.as_ref(),
        };
        Sealed::seal(event, &writer.key, signer).map_err(|flaw| StoreError::Flaw {
            event: Hash([0; 32]),
            flaw,
        })
    }

    /// Puts an event into its table; `false` where it is there already.
    fn insert(&self, sealed: &Sealed) -> Result<bool, StoreError> {
        let event = &sealed.event;
        let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
        let rows = self
            .connection
            .prepare_cached(
                "INSERT OR IGNORE INTO events(hash, signature, actor_signature, bytes, id, device, seq, kind, actor, site, other_site, guard) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )
            .and_then(|mut statement| {
                statement.execute(params![
                    sealed.hash.as_bytes(),
                    sealed.signature,
                    sealed.actor_signature,
                    sealed.bytes,
                    event.id.as_bytes().as_slice(),
                    event.device.as_bytes(),
                    seq,
                    event.body.kind(),
                    actor_column(&event.actor),
                    event.site.as_ref().map(SiteKey::as_bytes),
                    event.body.other_sites().first().map(SiteKey::as_bytes),
                    guard(&sealed.signature, sealed.actor_signature.as_ref()),
                ])
            })
            .map_err(|e| self.fail(e))?;
        if rows == 1 {
            self.note_absent(sealed.hash, event)?;
        }
        Ok(rows == 1)
    }

    /// Writes a site into the derived tables.
    fn keep(&self, site: &Site) -> Result<(), StoreError> {
        let json = serde_json::to_vec(site).map_err(|e| self.damaged(e.to_string()))?;
        self.keep_json(site, &json)
    }

    fn keep_json(&self, site: &Site, json: &[u8]) -> Result<(), StoreError> {
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
        put().map_err(|e| self.fail(e))
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
                if !odd.contains(&device) && self.is_odd(&sealed.event)? {
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
    fn refold(&self, keys: &[SiteKey]) -> Result<(), StoreError> {
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
    fn relearn(&mut self, mut touched: BTreeSet<SiteKey>) -> Result<(), StoreError> {
        let before = self.learn()?;
        touched.extend(self.judged_otherwise(&before)?);
        let keys: Vec<SiteKey> = self.beside(&touched)?.into_iter().collect();
        self.refold(&keys)
    }

    /// The sites that are judged otherwise, perhaps, than by the gate as it was.
    fn judged_otherwise(&self, before: &Authority) -> Result<BTreeSet<SiteKey>, StoreError> {
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
            let mut count = 0;
            store.replay_all(|site, json| {
                count += 1;
                store.keep_json(site, json)
            })?;
            Ok(count)
        })
    }
}

/// A checksum of the signatures: not proof against anybody, but enough to see that a disk has changed one.
pub(super) fn guard(signature: &[u8; 64], actor_signature: Option<&[u8; 64]>) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(signature);
    if let Some(own) = actor_signature {
        sum.update(own);
    }
    sum.finalize()
}

pub(super) fn actor_column(actor: &Actor) -> String {
    format!("{}/{}", actor.unit, actor.name)
}

pub(super) fn seconds(rfc3339: &str) -> i64 {
    rfc3339
        .parse::<jiff::Timestamp>()
        .map_or(0, jiff::Timestamp::as_second)
}
