//! Verification of a registry that is whole, in one pass over its events by site: each is checked and folded while the
//! next are read, and what the derived tables hold is compared. Meanwhile a second connection goes through the file's
//! structure and its indices, which are compared with their tables by sums over all their entries. Says yes or nothing;
//! what is wrong is for the pass that goes part by part to name.
//!
//! Every signature is verified once. Then the device signs how far it has verified, with a digest of all hashes and
//! signatures up to there; as long as those are unchanged, only what came later is verified ([`super::mark`]).

use super::mark::Digest;
use super::rows::check_row;
use super::structure::{IndexSums, Mismatch, SITE_INDICES, Structure, entry};
use super::{Chain, ReadRow, Verification, looked, verify_chains};
use crate::registry::Authority;
use crate::registry::event::{Event, EvidenceRef};
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::replay::{Neighbours, fold};
use crate::registry::site::Site;
use crate::store::Store;
use crate::store::parallel_replay::{BySite, in_turns};
use rayon::prelude::*;
use rusqlite::types::ValueRef;
use std::collections::BTreeMap;

const ROW: &str = "hash, signature, actor_signature, bytes, n, device, seq, id, kind, actor, site, other_site, guard, prev";

fn add(sums: &mut [u64], more: &[u64]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.wrapping_add(*more);
    }
}

/// What the indices should hold of a row.
fn entries(row: &ReadRow) -> IndexSums {
    use ValueRef::{Blob, Integer, Text};
    let n = Integer(row.row);
    let (id, kind, actor, site, other, _prev) = &row.columns;
    [
        entry(&[Blob(row.hash.as_bytes()), n]),
        other.as_ref().map_or(0, |other| entry(&[Blob(other), n])),
        entry(&[Blob(row.device.as_bytes()), Integer(row.seq), n]),
        entry(&[Text(actor.as_bytes()), Blob(id), n]),
        if site.is_none() {
            entry(&[Text(kind.as_bytes()), n])
        } else {
            0
        },
    ]
}

/// A site as its events make it, with what the events bring along.
struct DerivedSite {
    site: Site,
    json: Vec<u8>,
    events: Vec<KeptEvent>,
    sums: IndexSums,
    verified: u64,
}

/// What is kept of an event.
struct KeptEvent {
    device: DeviceId,
    seq: u64,
    hash: Hash,
    prev: Option<Hash>,
    files: Vec<EvidenceRef>,
}

impl KeptEvent {
    fn of(hash: Hash, event: Event) -> Self {
        Self {
            device: event.device,
            seq: event.seq,
            hash,
            prev: event.prev,
            files: event.evidence,
        }
    }
}

/// What sites are made of besides their own rows.
struct Derivation<'a> {
    gate: &'a Authority,
    neighbours: Neighbours,
    /// The events that concern a second site, by that site.
    other_side: BTreeMap<SiteKey, Vec<(Hash, Event)>>,
    /// The last row whose signature was verified before.
    upto: i64,
}

impl Derivation<'_> {
    /// A site of these rows; `None` where one of them does not hold.
    fn site(&self, key: SiteKey, rows: &[ReadRow]) -> Option<DerivedSite> {
        let mut sums = IndexSums::default();
        let mut events = Vec::with_capacity(rows.len());
        let mut verified = 0;
        for row in rows {
            let is_new = row.row > self.upto;
            events.push((row.hash, check_row(row, is_new).ok()?));
            verified += u64::from(is_new);
            add(&mut sums, &entries(row));
        }
        let others = self.other_side.get(&key).into_iter().flatten();
        let pairs = events.iter().chain(others);
        let pairs: Vec<(Hash, &Event)> = pairs.map(|(hash, event)| (*hash, event)).collect();
        let site = fold(key, &pairs, self.gate, &self.neighbours);
        let json = serde_json::to_vec(&site).ok()?;
        let kept = events.into_iter();
        Some(DerivedSite {
            site,
            json,
            events: kept
                .map(|(hash, event)| KeptEvent::of(hash, event))
                .collect(),
            sums,
            verified,
        })
    }
}

/// What the pass has gathered.
#[derive(Default)]
struct Gathered {
    chains: BTreeMap<DeviceId, Chain>,
    files: BTreeMap<Hash, EvidenceRef>,
    events: u64,
    sites: u64,
    /// Candidates and photographs that the sites name.
    names: usize,
    /// Signatures verified.
    verified: u64,
    event_sums: IndexSums,
    site_sums: [u64; SITE_INDICES.len()],
}

impl Gathered {
    fn take(&mut self, event: KeptEvent) {
        self.events += 1;
        let numbers = self.chains.entry(event.device).or_default();
        let same = numbers.entry(event.seq).or_default();
        same.push((event.hash, event.prev));
        for file in event.files {
            self.files.entry(file.sha256).or_insert(file);
        }
    }
}

impl Store {
    /// The whole registry, gone through once; `None` where anything is not as it should be.
    pub(super) fn verify_at_once(
        &self,
        files: &mut BTreeMap<Hash, EvidenceRef>,
    ) -> Option<Verification> {
        let known = self.mark();
        let upto = known.as_ref().map_or(0, |mark| mark.digest.last);
        let mut gathered = Gathered::default();
        let [before, now] = self.pass(&mut gathered, upto).ok()?;
        if known.is_some_and(|mark| mark.digest != before) {
            return None;
        }
        let mut found = Verification {
            events: gathered.events,
            signatures: gathered.verified,
            verified_before: gathered.events - gathered.verified,
            ..Verification::default()
        };
        verify_chains(&gathered.chains, &mut found);
        if gathered.verified > 0 {
            self.set_mark(&now);
        }
        *files = gathered.files;
        Some(found)
    }

    fn pass(&self, gathered: &mut Gathered, upto: i64) -> Result<[Digest; 2], Mismatch> {
        // While this one reads, nobody writes: the second connection sees the same registry.
        let reading = self.connection.unchecked_transaction()?;
        reading.query_row("SELECT count(*) FROM sqlite_schema", [], |_row| Ok(()))?;
        let path = self.path.as_path();
        let structure = std::thread::scope(|scope| {
            let beside = scope.spawn(|| Structure::of(path, upto));
            let went = self
                .unit_wide(gathered, upto)
                .and_then(|()| self.by_site(gathered, upto));
            let structure = beside.join().map_err(|_panic| Mismatch)?;
            went.and(structure)
        })?;
        let same = structure.events == gathered.events
            && structure.sites == gathered.sites
            && structure.event_sums == gathered.event_sums
            && structure.site_sums == gathered.site_sums
            && self.count_names()? == gathered.names;
        if same {
            Ok(structure.digests)
        } else {
            Err(Mismatch)
        }
    }

    fn unit_wide(&self, gathered: &mut Gathered, upto: i64) -> Result<(), Mismatch> {
        let sql = format!(
            "SELECT {ROW} FROM events INDEXED BY events_unit_wide WHERE site IS NULL ORDER BY kind"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let row = looked(row)?;
            let event = check_row(&row, row.row > upto).map_err(|_found| Mismatch)?;
            gathered.verified += u64::from(row.row > upto);
            add(&mut gathered.event_sums, &entries(&row));
            gathered.take(KeptEvent::of(row.hash, event));
        }
        Ok(())
    }

    /// The events that concern a second site, by that site.
    fn by_other_site(&self) -> Result<BTreeMap<SiteKey, Vec<(Hash, Event)>>, Mismatch> {
        let mut other_side: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let sql = format!(
            "SELECT {ROW} FROM events INDEXED BY events_other_site WHERE other_site IS NOT NULL ORDER BY other_site"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let row = looked(row)?;
            let event = check_row(&row, false).map_err(|_found| Mismatch)?;
            for key in event.body.other_sites() {
                other_side
                    .entry(*key)
                    .or_default()
                    .push((row.hash, event.clone()));
            }
        }
        Ok(other_side)
    }

    fn by_site(&self, gathered: &mut Gathered, upto: i64) -> Result<(), Mismatch> {
        let derivation = Derivation {
            gate: &self.gate,
            neighbours: self.all_neighbours().map_err(|_damaged| Mismatch)?,
            other_side: self.by_other_site()?,
            upto,
        };
        let sql = format!(
            "SELECT {ROW} FROM events INDEXED BY events_site WHERE site IS NOT NULL ORDER BY site"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut by_site = BySite::default();
        let mut last: Option<SiteKey> = None;
        in_turns(
            || -> Result<_, Mismatch> {
                Ok(by_site.next(|| {
                    let Some(row) = rows.next()? else {
                        return Ok(None);
                    };
                    Ok(Some((SiteKey(row.get(10)?), looked(row)?)))
                })?)
            },
            |batch: &Vec<(SiteKey, Vec<ReadRow>)>| -> Option<Vec<DerivedSite>> {
                let sites = batch
                    .par_iter()
                    .map(|(key, rows)| derivation.site(*key, rows));
                sites.collect()
            },
            |made| {
                for made in made.ok_or(Mismatch)? {
                    if last.is_some_and(|last| last >= made.site.key) {
                        return Err(Mismatch);
                    }
                    last = Some(made.site.key);
                    self.compare(&made, gathered)?;
                    add(&mut gathered.event_sums, &made.sums);
                    gathered.verified += made.verified;
                    for event in made.events {
                        gathered.take(event);
                    }
                }
                Ok(())
            },
        )?;
        // Sites of which only others' merges are known yet.
        for key in derivation.other_side.keys() {
            let known = self
                .connection
                .prepare_cached("SELECT 1 FROM events WHERE site = ?1 LIMIT 1")?
                .exists([key.as_bytes()])?;
            if !known {
                let made = derivation.site(*key, &[]).ok_or(Mismatch)?;
                self.compare(&made, gathered)?;
            }
        }
        Ok(())
    }

    /// Whether the derived tables hold the site as its events make it.
    fn compare(&self, made: &DerivedSite, gathered: &mut Gathered) -> Result<(), Mismatch> {
        use ValueRef::{Integer, Text};
        let site = &made.site;
        let mut statement = self.connection.prepare_cached(
            "SELECT rowid, json, digest, state, disputed, season, crew, unit, lon_e7, lat_e7 FROM sites WHERE key = ?1",
        )?;
        let mut rows = statement.query([site.key.as_bytes()])?;
        let row = rows.next()?.ok_or(Mismatch)?;
        let text = |column: usize| -> Result<Option<&str>, Mismatch> {
            row.get_ref(column)?
                .as_str_or_null()
                .map_err(|_other| Mismatch)
        };
        let blob = |column: usize| -> Result<&[u8], Mismatch> {
            row.get_ref(column)?.as_blob().map_err(|_other| Mismatch)
        };
        let same = blob(1)? == made.json
            && blob(2)? == Hash::of(&made.json).as_bytes()
            && text(3)? == Some(site.state.name())
            && row.get::<_, bool>(4)? == site.disputed
            && row.get::<_, i64>(5)? == i64::from(site.season)
            && text(6)? == site.crew()
            && text(7)? == Some(site.unit.as_str())
            && row.get::<_, i64>(8)? == site.place.lon_e7
            && row.get::<_, i64>(9)? == site.place.lat_e7;
        if !same {
            return Err(Mismatch);
        }
        let n = Integer(row.get(0)?);
        add(
            &mut gathered.site_sums,
            &[
                entry(&[Text(site.state.name().as_bytes()), n]),
                entry(&[Integer(site.place.lat_e7), Integer(site.place.lon_e7), n]),
                site.crew()
                    .map_or(0, |crew| entry(&[Text(crew.as_bytes()), n])),
            ],
        );
        gathered.sites += 1;
        let named = super::names_of(site);
        gathered.names += named.0.len() + named.1.len();
        if !self.names_are(site.key, &named)? {
            return Err(Mismatch);
        }
        Ok(())
    }
}
