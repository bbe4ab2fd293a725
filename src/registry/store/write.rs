//! Writing: transactions, new events, events of other devices, and the derived tables that follow from them.

use super::replayed::{REPLAY_BATCH, fold_batch};
use super::{Author, Draft, Moment, SiteEvents, Store, StoreError, Tip};
use crate::registry::body::Body;
use crate::registry::event::{Actor, Event, Sealed, next_id};
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::people::roles_for;
use crate::registry::replay::fold;
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
        let sealed = self.seal(author, draft, seen, moment)?;
        let mut changed: Vec<Site> = Vec::new();
        let mut concerned: Vec<SiteKey> = sealed.event.site.into_iter().collect();
        concerned.extend_from_slice(sealed.event.body.other_sites());
        for key in &concerned {
            let mut events = self.events_of(*key)?;
            events.push(sealed.clone());
            let pairs: Vec<(Hash, &Event)> = events.iter().map(|s| (s.hash, &s.event)).collect();
            let site = fold(*key, &pairs, &self.people);
            if let Some((_, refusal)) = site.refused.iter().find(|(hash, _)| *hash == sealed.hash) {
                return Err(StoreError::Refused {
                    site: self.code(*key)?,
                    refusal: refusal.clone(),
                    actor: author.name.clone(),
                });
            }
            changed.push(site);
        }
        self.insert(&sealed)?;
        for site in &changed {
            self.keep(site)?;
        }
        if let Some(writer) = &mut self.writer {
            writer.tip = Some(Tip {
                seq: sealed.event.seq,
                hash: sealed.hash,
                id: sealed.event.id,
                logged_s: seconds(&sealed.event.logged_at),
            });
        }
        if sealed.event.site.is_none() {
            self.learn_from(std::slice::from_ref(&sealed))?;
        }
        Ok(sealed)
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
        let holds = self.people.get(&author.unit, &author.name);
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
            season: self.settings.season_of(captured_or(&draft)).unwrap_or(0),
            at: draft.at,
            logged_at: moment.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            clock_behind_s: u64::try_from(behind).ok().filter(|seconds| *seconds > 1),
            actor: Actor {
                name: author.name.clone(),
                unit: author.unit.clone(),
                role,
                key: author
                    .key
                    .as_ref()
                    .map(|key| DeviceId(key.verifying_key().to_bytes())),
            },
            device: writer.device,
            seq: writer.tip.map_or(1, |tip| tip.seq + 1),
            prev: writer.tip.map(|tip| tip.hash),
            based_on,
            evidence: draft.evidence,
            body: draft.body,
        };
        Sealed::seal(event, &writer.key, author.key.as_ref()).map_err(|flaw| StoreError::Flaw {
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
        Ok(rows == 1)
    }

    /// Writes a site into the derived tables.
    fn keep(&self, site: &Site) -> Result<(), StoreError> {
        let json = serde_json::to_vec(site).map_err(|e| self.damaged(e.to_string()))?;
        self.keep_json(site, &json)
    }

    fn keep_json(&self, site: &Site, json: &[u8]) -> Result<(), StoreError> {
        let put = || -> rusqlite::Result<()> {
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
            let mut candidate = self.connection.prepare_cached(
                "INSERT OR IGNORE INTO candidates(candidate, site) VALUES (?1, ?2)",
            )?;
            for detection in site
                .detection
                .iter()
                .chain(site.sightings.iter().map(|s| &s.detection))
            {
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
        let mut touched = BTreeSet::new();
        let mut new = Vec::new();
        let mut count = 0;
        for sealed in events {
            if self.insert(sealed)? {
                count += 1;
                touched.extend(sealed.event.site);
                touched.extend(sealed.event.body.other_sites());
                if sealed.event.site.is_none() {
                    new.push(sealed.clone());
                }
            }
        }
        self.learn_from(&new)?;
        let touched: Vec<SiteKey> = touched.into_iter().collect();
        self.refold(&touched)?;
        Ok(count)
    }

    /// Folds these sites again and keeps them: read one after another, folded on every core.
    fn refold(&self, keys: &[SiteKey]) -> Result<(), StoreError> {
        for keys in keys.chunks(REPLAY_BATCH) {
            let histories = keys
                .iter()
                .map(|key| Ok((*key, self.raw_events_of(*key)?)))
                .collect::<Result<Vec<SiteEvents>, StoreError>>()?;
            for (site, json) in
                fold_batch(&histories, &self.people).map_err(|what| self.damaged(what))?
            {
                self.keep_json(&site, &json)?;
            }
        }
        Ok(())
    }

    /// Learns about people and settings, and folds again the sites whose events that concerns.
    fn learn_from(&mut self, events: &[Sealed]) -> Result<BTreeSet<SiteKey>, StoreError> {
        let mut sites = BTreeSet::new();
        let Some(first) = events
            .iter()
            .filter(|s| {
                matches!(
                    s.event.body,
                    Body::Init(_) | Body::Actor(_) | Body::Setting(_)
                )
            })
            .map(|s| s.event.id)
            .min()
        else {
            return Ok(sites);
        };
        let before = self.people.clone();
        self.learn()?;
        for (unit, name) in self.people.changed_since(&before) {
            let mut statement = self
                .connection
                .prepare_cached("SELECT DISTINCT site FROM events WHERE actor = ?1 AND id > ?2 AND site IS NOT NULL")
                .map_err(|e| self.fail(e))?;
            let found = statement
                .query_map(
                    params![format!("{unit}/{name}"), first.as_bytes().as_slice()],
                    |row| row.get::<_, Vec<u8>>(0),
                )
                .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
                .map_err(|e| self.fail(e))?;
            sites.extend(
                found
                    .iter()
                    .filter_map(|key| SiteKey::try_from(key.as_slice()).ok()),
            );
        }
        let again: Vec<SiteKey> = sites.iter().copied().collect();
        self.refold(&again)?;
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
                .execute_batch("DELETE FROM sites; DELETE FROM candidates;")
                .map_err(|e| store.fail(e))?;
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

/// The day that decides the season: that of the imagery or the patrol where there is one, else that of the event.
fn captured_or(draft: &Draft) -> &str {
    let detection = match &draft.body {
        Body::Create(create) => create.detection.as_ref(),
        Body::Sighting(sighting) => Some(&sighting.detection),
        _ => None,
    };
    if let Body::Patrol(patrol) = &draft.body {
        return &patrol.on;
    }
    let captured = match &draft.body {
        Body::Scan(scan) => scan.captured.as_ref(),
        _ => detection.and_then(|d| d.captured.as_ref()),
    };
    captured.map_or(&draft.at, |[_, last]| last)
}

pub(super) fn seconds(rfc3339: &str) -> i64 {
    rfc3339
        .parse::<jiff::Timestamp>()
        .map_or(0, jiff::Timestamp::as_second)
}
