//! Replaying everything: events are read in the order of their sites on one thread and folded meanwhile on all.

use super::registry_file::{OtherSide, SiteEvents, raw};
use super::{Store, StoreError};
use crate::registry::Authority;
use crate::registry::event::Event;
use crate::registry::ids::{Hash, SiteKey};
use crate::registry::replay::{Neighbours, fold};
use crate::registry::site::Site;
use rayon::prelude::*;

/// Sites folded at a time during a replay.
pub(super) const REPLAY_BATCH: usize = 2_000;

impl Store {
    /// Replays everything: every site with its JSON, in order of the keys.
    pub(super) fn replay_all(
        &self,
        mut each: impl FnMut(&Site, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut other_side = OtherSide::new();
        self.each_raw(
            "SELECT hash, signature, actor_signature, bytes, other_site FROM events WHERE other_site IS NOT NULL",
            |key, hash, bytes| {
                other_side.entry(key).or_default().push((hash, bytes));
                Ok(())
            },
        )?;
        let (gate, neighbours) = (&self.gate, self.all_neighbours()?);
        let mut statement = self
            .connection
            .prepare(
                "SELECT hash, signature, actor_signature, bytes, site FROM events INDEXED BY events_site WHERE site IS NOT NULL ORDER BY site",
            )
            .map_err(|e| self.fail(e))?;
        let mut rows = statement.query([]).map_err(|e| self.fail(e))?;
        let mut by_site = BySite::default();
        in_turns(
            || {
                let batch = by_site
                    .next(|| {
                        let Some(row) = rows.next()? else {
                            return Ok(None);
                        };
                        let (hash, _, _, bytes) = raw(row)?;
                        Ok(Some((SiteKey(row.get(4)?), (hash, bytes))))
                    })
                    .map_err(|e| self.fail(e))?;
                Ok(batch.map(|mut batch| {
                    for (key, events) in &mut batch {
                        events.extend(other_side.remove(key).unwrap_or_default());
                    }
                    batch
                }))
            },
            |batch| fold_batch(batch, gate, &neighbours),
            |folded| {
                let folded = folded.map_err(|what| self.damaged(what))?;
                folded.iter().try_for_each(|(site, json)| each(site, json))
            },
        )?;
        let rest: Vec<SiteEvents> = other_side.into_iter().collect();
        let folded = fold_batch(&rest, gate, &neighbours).map_err(|what| self.damaged(what))?;
        folded.iter().try_for_each(|(site, json)| each(site, json))
    }

    fn each_raw(
        &self,
        sql: &str,
        mut each: impl FnMut(SiteKey, Hash, Vec<u8>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare(sql).map_err(|e| self.fail(e))?;
        let mut rows = statement.query([]).map_err(|e| self.fail(e))?;
        while let Some(row) = rows.next().map_err(|e| self.fail(e))? {
            let (hash, _, _, bytes) = raw(row).map_err(|e| self.fail(e))?;
            let key: [u8; 16] = row.get(4).map_err(|e| self.fail(e))?;
            each(SiteKey(key), hash, bytes)?;
        }
        Ok(())
    }
}

/// Rows by the site that they are about.
pub(super) type OfSites<T> = Vec<(SiteKey, Vec<T>)>;

/// Rows that come in the order of their sites, gathered site by site.
pub(super) struct BySite<T> {
    next: Option<(SiteKey, T)>,
    ended: bool,
}

impl<T> Default for BySite<T> {
    fn default() -> Self {
        Self {
            next: None,
            ended: false,
        }
    }
}

impl<T> BySite<T> {
    /// The rows of the next sites, each site whole; `None` after the last.
    pub(super) fn next(
        &mut self,
        mut read: impl FnMut() -> rusqlite::Result<Option<(SiteKey, T)>>,
    ) -> rusqlite::Result<Option<OfSites<T>>> {
        let mut batch: OfSites<T> = Vec::new();
        while !self.ended {
            let Some((key, row)) = self
                .next
                .take()
                .map_or_else(&mut read, |row| Ok(Some(row)))?
            else {
                self.ended = true;
                break;
            };
            let full = batch.len() >= REPLAY_BATCH;
            match batch.last_mut() {
                Some((last, rows)) if *last == key => rows.push(row),
                _ if full => {
                    self.next = Some((key, row));
                    break;
                }
                _ => batch.push((key, vec![row])),
            }
        }
        Ok((!batch.is_empty()).then_some(batch))
    }
}

/// Reads batches on this thread and works on the one before meanwhile; results come in order.
pub(super) fn in_turns<B: Sync, R: Send, E>(
    mut next: impl FnMut() -> Result<Option<B>, E>,
    work: impl Fn(&B) -> R + Sync,
    mut each: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let mut waiting = next()?;
    while let Some(batch) = waiting {
        let (done, read) = std::thread::scope(|scope| {
            let job = scope.spawn(|| work(&batch));
            let read = next();
            (job.join(), read)
        });
        match done {
            Ok(done) => each(done)?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        waiting = read?;
    }
    Ok(())
}

/// Folds sites on every core.
pub(super) fn fold_batch(
    batch: &[SiteEvents],
    gate: &Authority,
    neighbours: &Neighbours,
) -> Result<Vec<(Site, Vec<u8>)>, String> {
    let fold = |(key, events): &SiteEvents| fold_raw(*key, events, gate, neighbours);
    batch.par_iter().map(fold).collect()
}

fn fold_raw(
    key: SiteKey,
    events: &[(Hash, Vec<u8>)],
    gate: &Authority,
    neighbours: &Neighbours,
) -> Result<(Site, Vec<u8>), String> {
    let parsed: Vec<(Hash, Event)> = events
        .iter()
        .map(|(hash, bytes)| {
            let event = Event::parse(bytes)
                .ok()
                .filter(|_| Hash::of(bytes) == *hash);
            event
                .map(|event| (*hash, event))
                .ok_or_else(|| format!("event {} has changed", hash.short()))
        })
        .collect::<Result<_, _>>()?;
    let pairs: Vec<(Hash, &Event)> = parsed.iter().map(|(hash, event)| (*hash, event)).collect();
    let site = fold(key, &pairs, gate, neighbours);
    let json = serde_json::to_vec(&site).map_err(|e| e.to_string())?;
    Ok((site, json))
}
