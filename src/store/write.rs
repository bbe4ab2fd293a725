//! Writing: transactions, new events, events of other devices, and the derived tables that follow from them.

use super::registry_file::{ChainTip, Writer, as_stored, seconds};
use super::remembered::KnownHistory;
use super::{Author, Draft, Moment, Store, StoreError};
use crate::registry::body::{ActorAction, Body};
use crate::registry::event::{Actor, Event, Sealed, next_id};
use crate::registry::ids::{Hash, SiteKey};
use crate::registry::informant::names_an_informant;
use crate::registry::moves::Refusal;
use crate::registry::people::roles_for;
use crate::registry::replay::{Neighbours, fold};
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

    /// The same where files of evidence come with it, which are taken to be here.
    ///
    /// # Errors
    /// Those of the work.
    pub fn rehearse_with_files<T>(
        &mut self,
        files: impl IntoIterator<Item = Hash>,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.arriving = files.into_iter().collect();
        let done = self.transact(false, work);
        self.arriving.clear();
        done
    }

    fn transact<T>(
        &mut self,
        in_earnest: bool,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let resting = |writer: &Writer| writer.lock.is_none();
        if self.writer.as_ref().is_some_and(resting) {
            let path = self.path.clone();
            return Err(StoreError::ReadOnly { path });
        }
        let tip = self.writer.as_ref().and_then(|writer| writer.tip);
        self.connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(|e| self.fail(e))?;
        let done = work(self).and_then(|done| self.fill_in_noted().map(|()| done));
        let ended = if done.is_ok() && in_earnest {
            self.connection.execute_batch("COMMIT")
        } else {
            Ok(())
        };
        let done = ended.map_err(|e| self.fail(e)).and(done);
        self.undistricted.forget();
        self.remembered.end(done.is_ok() && in_earnest);
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
            seen.extend(self.remembered_heads(*key)?);
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
        if draft
            .evidence
            .iter()
            .any(|file| !self.gate.is_here(file.sha256))
        {
            // It was announced before, and has come by hand.
            let touched = self.note_arrived()?;
            self.relearn(touched)?;
        }
        let sealed = self.seal(author, draft, seen, moment)?;
        let mut changed: Vec<(Site, KnownHistory)> = Vec::new();
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
        if names_an_informant(&sealed.event.body, &sealed.bytes) {
            return refused(self, concerned.first().copied(), Refusal::Informant);
        }
        if concerned.is_empty() {
            if let Err(refusal) = self.insert_law(&sealed)? {
                return refused(self, None, refusal);
            }
        } else {
            let neighbours = self.neighbours(&concerned, sealed.event.body.other_sites())?;
            for key in &concerned {
                match self.fold_with(*key, &sealed, &neighbours)? {
                    Ok(site) => changed.push(site),
                    Err(refusal) => return refused(self, Some(*key), refusal),
                }
            }
            self.put_of_sites(&sealed, changed)?;
        }
        if let Some(writer) = &mut self.writer {
            writer.tip = Some(ChainTip {
                seq: sealed.event.seq,
                hash: sealed.hash,
                id: sealed.event.id,
                logged_s: seconds(&sealed.event.logged_at),
                verified: true,
            });
        }
        Ok(sealed)
    }

    /// A site with one event more, and what is known of it then; why not, where replay would not follow that.
    fn fold_with(
        &mut self,
        key: SiteKey,
        sealed: &Sealed,
        neighbours: &Neighbours,
    ) -> Result<Result<(Site, KnownHistory), Refusal>, StoreError> {
        let mut events = self.verified_events_of(key)?;
        events.push((sealed.hash, sealed.event.clone()));
        let pairs: Vec<(Hash, &Event)> = events.iter().map(|(h, e)| (*h, e)).collect();
        let site = fold(key, &pairs, &self.gate, neighbours);
        if let Some((_, refusal)) = site.refused.iter().find(|(h, _)| *h == sealed.hash) {
            return Ok(Err(refusal.clone()));
        }
        let heads = site.heads.clone();
        Ok(Ok((site, KnownHistory { events, heads })))
    }

    /// Puts in an event, and keeps the sites that it concerns.
    fn put_of_sites(
        &mut self,
        sealed: &Sealed,
        changed: Vec<(Site, KnownHistory)>,
    ) -> Result<(), StoreError> {
        let mut touched = self.put_own(sealed)?;
        for (site, known) in changed {
            self.keep(&site)?;
            self.remembered.put(site.key, known);
        }
        if let Body::Split(split) = &sealed.event.body {
            // Parts stand as soon as the whole is split into them.
            touched.extend(&split.into);
        }
        if !touched.is_empty() {
            self.relearn(touched)?;
        }
        Ok(())
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
        let touched = self.put_own(sealed)?;
        if sealed.event.body.is_law() || !touched.is_empty() {
            self.relearn(touched)?;
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

    /// Puts in an event of this device. Returns the sites that are judged otherwise, as its chain had come apart.
    fn put_own(&self, sealed: &Sealed) -> Result<BTreeSet<SiteKey>, StoreError> {
        self.insert(sealed)?;
        if self.is_odd(sealed.hash, &sealed.event)? {
            self.note_order(sealed.event.device)
        } else {
            Ok(BTreeSet::new())
        }
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
                writer.tip = Some(ChainTip {
                    verified: true,
                    ..tip
                });
            }
        }
        Ok(())
    }

    /// The role in which an author records such a thing; refused where they hold a key and do not sign.
    fn role_for(&self, author: &Author, body: &Body) -> Result<Role, StoreError> {
        let wanted = roles_for(body);
        let holds = self.people().get(&author.unit, &author.name);
        // The first key signs itself.
        let makes_key = matches!(
            body,
            Body::Actor(change) if change.action == ActorAction::Key && change.key.is_some()
        );
        let held = holds.and_then(|person| person.key.as_ref());
        if held.is_some() && author.key.is_none() && author.in_their_name.is_none() && !makes_key {
            return Err(StoreError::KeyNeeded {
                actor: author.name.clone(),
            });
        }
        let first = matches!(body, Body::Init(_)).then_some(Role::Supervisor);
        wanted
            .iter()
            .copied()
            .find(|role| holds.is_some_and(|person| person.roles.contains(role)))
            .or(first)
            .ok_or_else(|| StoreError::no_role(self.people(), &author.unit, &author.name, wanted))
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
        let role = self.role_for(author, &draft.body)?;
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
            actor: author.as_actor(role),
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
    pub(super) fn insert(&self, sealed: &Sealed) -> Result<bool, StoreError> {
        let event = &sealed.event;
        let seq = as_stored(event.seq);
        let rows = self
            .connection
            .prepare_cached(
                "INSERT OR IGNORE INTO events(hash, signature, actor_signature, bytes, id, device, seq, kind, actor, site, other_site, guard, prev) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
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
                    event.prev.as_ref().map(Hash::as_bytes),
                ])
            })
            .map_err(|e| self.fail(e))?;
        if rows == 1 {
            self.note_absent(sealed.hash, event)?;
        }
        Ok(rows == 1)
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
