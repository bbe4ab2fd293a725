//! Verification: every byte of every event, every link, the heads' signatures, the derived tables, the evidence.
//!
//! A registry that is whole is gone through once ([`at_once`]); where anything is not as it should be, it is gone
//! through part by part, so that what is wrong can be named.

mod fast_pass;
mod finding;
mod mark;
mod rows;
mod structure;

pub use finding::{Discrepancy, Gap, Verification};

use rows::{Chain, ReadRow, looked, take_batch, verify_chains};

use super::{Store, StoreError, schema};
use crate::registry::event::{Event, EvidenceRef};
use crate::registry::ids::{DeviceId, Hash, SiteKey};
use crate::registry::site::Site;
use crate::store::evidence;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Events checked at a time.
const BATCH: usize = 20_000;

impl Store {
    /// Verifies everything: every byte, every link, every signature, and what follows from the events. What this device
    /// verified before, and signed that it did, need only be unchanged; with `full` it is verified anew, and the
    /// canonical form of every event too.
    ///
    /// # Errors
    /// Only where the file cannot be read at all; damage is a finding.
    pub fn verify(&self, full: bool) -> Result<Verification, StoreError> {
        let mut files: BTreeMap<Hash, EvidenceRef> = BTreeMap::new();
        let quick = if full {
            None
        } else {
            self.verify_at_once(&mut files)
        };
        let mut found = quick.unwrap_or_else(|| self.verify_by_parts(&mut files));
        self.verify_grounds(&mut found);
        self.verify_districts(&mut found)?;
        self.verify_forks(&mut found)?;
        let folder = self.evidence_folder();
        found.files = files.len() as u64;
        let wrong: Vec<(Hash, String, bool)> = files
            .into_par_iter()
            .filter_map(|(sha256, file)| match evidence::check(&folder, sha256) {
                Ok(true) => None,
                Ok(false) => Some((sha256, file.name, true)),
                Err(_unreadable) => Some((sha256, file.name, false)),
            })
            .collect();
        let (changed, missing): (Vec<_>, Vec<_>) =
            wrong.into_iter().partition(|(_, _, is_here)| *is_here);
        found.findings.extend(
            changed
                .into_iter()
                .map(|(sha256, name, _)| Discrepancy::EvidenceChanged { sha256, name }),
        );
        // Every event of this device is read for it: only where something is missing.
        let own = if missing.is_empty() {
            BTreeSet::new()
        } else {
            self.own_evidence()?
        };
        for (sha256, name, _) in missing {
            if own.contains(&sha256) {
                found
                    .findings
                    .push(Discrepancy::EvidenceMissing { sha256, name });
            } else {
                found.absent.push((sha256, name));
            }
        }
        Ok(found)
    }

    /// The evidence that events of this device name, which was kept here before they were recorded.
    fn own_evidence(&self) -> Result<BTreeSet<Hash>, StoreError> {
        let mut own = BTreeSet::new();
        // A copy without its key is still the registry of the device with which it began.
        let roots = self.gate.grounds().roots.iter().copied();
        let devices: BTreeSet<DeviceId> = self.own_device().into_iter().chain(roots).collect();
        for device in &devices {
            let mut statement = self
                .connection
                .prepare_cached("SELECT bytes FROM events WHERE device = ?1")
                .map_err(|e| self.fail(e))?;
            let mut rows = statement
                .query([device.as_bytes()])
                .map_err(|e| self.fail(e))?;
            while let Some(row) = rows.next().map_err(|e| self.fail(e))? {
                let bytes = row.get_ref(0).ok().and_then(|value| value.as_blob().ok());
                // An event that cannot be read is a finding of its own.
                let event = bytes.and_then(|bytes| Event::parse(bytes).ok());
                own.extend(
                    event
                        .into_iter()
                        .flat_map(|e| e.evidence)
                        .map(|file| file.sha256),
                );
            }
        }
        Ok(own)
    }

    /// Part by part, so that whatever is wrong is named where it is.
    fn verify_by_parts(&self, files: &mut BTreeMap<Hash, EvidenceRef>) -> Verification {
        let mut found = Verification::default();
        self.verify_structure(&mut found);
        let mut chains: BTreeMap<DeviceId, Chain> = BTreeMap::new();
        self.verify_events(&mut found, &mut chains, files);
        verify_chains(&chains, &mut found);
        // Only where an event cannot be read nobody can say what follows from it.
        let unreadable = |finding: &Discrepancy| {
            matches!(
                finding,
                Discrepancy::Event { .. } | Discrepancy::Row { .. } | Discrepancy::Structure { .. }
            )
        };
        if !found.findings.iter().any(unreadable) {
            self.verify_derived(&mut found);
        }
        found
    }

    /// What the tables are, and whose registry it is.
    fn verify_grounds(&self, found: &mut Verification) {
        let compared = schema::expected()
            .and_then(|expected| Ok((expected, schema::objects(&self.connection)?)));
        match compared {
            Ok((expected, there)) => {
                let odd = expected.iter().filter(|object| !there.contains(object));
                let more = there.iter().filter(|object| !expected.contains(object));
                let names: BTreeSet<&String> = odd.chain(more).map(|(_, name, _)| name).collect();
                found.findings.extend(
                    names
                        .into_iter()
                        .map(|name| Discrepancy::Schema { name: name.clone() }),
                );
            }
            Err(e) => found.findings.push(Discrepancy::Structure {
                what: e.to_string(),
            }),
        }
        if !self.grounds_hold().unwrap_or(false) {
            found.findings.push(Discrepancy::Grounds);
        }
        if !self.notes_hold().unwrap_or(false) {
            found.findings.push(Discrepancy::Derived { site: None });
        }
        // What is missing of this device's own chain never has to arrive: it was here.
        let own = self.own_device();
        let gone = found.gaps.iter().filter(|gap| Some(gap.device) == own);
        let gone: Vec<Discrepancy> = gone
            .map(|gap| Discrepancy::Chain {
                device: gap.device,
                seq: gap.first,
            })
            .collect();
        found.findings.extend(gone);
        if found.verified_before == 0 && !self.mark_holds() {
            found.findings.push(Discrepancy::Mark);
        }
    }

    /// Whether each site lies in the district that the table says.
    fn verify_districts(&self, found: &mut Verification) -> Result<(), StoreError> {
        if !self.are_boundaries_as_decided()? {
            found.findings.push(Discrepancy::Boundaries);
        }
        let Some(districts) = self.districts()? else {
            return Ok(());
        };
        let known = self.district_codes()?;
        let wrong = self.map_sites(|site| {
            let code = known.get(&site.key)?;
            // A site that came in, or was moved, since the file was read has no row until it is read again.
            let there = districts.code_of(site.place.lonlat());
            (there != Some(code.as_str())).then_some(Discrepancy::District { site: site.key })
        })?;
        found.findings.extend(wrong);
        Ok(())
    }

    /// Branches of chains: a finding until a supervisor has explained where each begins.
    fn verify_forks(&self, found: &mut Verification) -> Result<(), StoreError> {
        let forks = self.all_forks()?;
        found.acknowledged.extend(forks.explained);
        let open = forks.open.into_iter();
        found
            .findings
            .extend(open.map(|(device, seq)| Discrepancy::Fork { device, seq }));
        Ok(())
    }

    fn verify_structure(&self, found: &mut Verification) {
        let lines = self
            .connection
            .prepare("PRAGMA integrity_check(20)")
            .and_then(|mut s| {
                s.query_map([], |row| row.get::<_, String>(0))?
                    .collect::<Result<Vec<_>, _>>()
            });
        match lines {
            Ok(lines) if lines == ["ok"] => {}
            Ok(lines) => found.findings.extend(
                lines
                    .into_iter()
                    .map(|what| Discrepancy::Structure { what }),
            ),
            Err(e) => found.findings.push(Discrepancy::Structure {
                what: e.to_string(),
            }),
        }
    }

    fn verify_events(
        &self,
        found: &mut Verification,
        chains: &mut BTreeMap<DeviceId, Chain>,
        files: &mut BTreeMap<Hash, EvidenceRef>,
    ) {
        let mut look = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare(
                "SELECT hash, signature, actor_signature, bytes, n, device, seq, id, kind, actor, site, other_site, guard, prev \
                 FROM events NOT INDEXED ORDER BY n",
            )?;
            let mut rows = statement.query([])?;
            let mut batch = Vec::with_capacity(BATCH);
            loop {
                let row = rows.next()?;
                if let Some(row) = row {
                    batch.push(looked(row)?);
                    if batch.len() < BATCH {
                        continue;
                    }
                    take_batch(&batch, found, chains, files);
                    batch.clear();
                } else {
                    take_batch(&batch, found, chains, files);
                    return Ok(());
                }
            }
        };
        if let Err(e) = look() {
            found.findings.push(Discrepancy::Structure {
                what: e.to_string(),
            });
        }
    }

    fn verify_derived(&self, found: &mut Verification) {
        let mut different = Vec::new();
        let mut sites = 0_i64;
        let mut names = 0;
        let compared = self.replay_all(|site, json| {
            sites += 1;
            let same: rusqlite::Result<bool> = self
                .connection
                .prepare_cached(
                    "SELECT json = ?2 AND digest = ?3 AND state = ?4 AND disputed = ?5 AND season = ?6 AND crew IS ?7 AND unit = ?8 \
                     AND lon_e7 = ?9 AND lat_e7 = ?10 FROM sites WHERE key = ?1",
                )
                .and_then(|mut s| {
                    s.query_row(
                        rusqlite::params![
                            site.key.as_bytes(), json, Hash::of(json).as_bytes(), site.state.name(), site.disputed, site.season,
                            site.crew(), site.unit, site.place.lon_e7, site.place.lat_e7
                        ],
                        |row| row.get(0),
                    )
                });
            if !same.unwrap_or(false) {
                different.push(Discrepancy::Derived { site: Some(site.key) });
            }
            let named = names_of(site);
            names += named.0.len() + named.1.len();
            if !self.names_are(site.key, &named).unwrap_or(false) {
                different.push(Discrepancy::Derived { site: Some(site.key) });
            }
            Ok(())
        });
        if let Err(e) = compared {
            different.push(Discrepancy::Structure {
                what: e.to_string(),
            });
        }
        let rows: Option<i64> = self
            .connection
            .query_row("SELECT count(*) FROM sites", [], |row| row.get(0))
            .ok();
        if rows != Some(sites) || self.count_names().ok() != Some(names) {
            different.push(Discrepancy::Derived { site: None });
        }
        found.findings.extend(different);
    }
}

/// What the tables of candidates and of photographs hold of a site.
type Names = (BTreeSet<String>, BTreeSet<Hash>);

fn names_of(site: &Site) -> Names {
    (
        site.detections().map(|d| d.candidate.clone()).collect(),
        site.photographs().map(|file| file.sha256).collect(),
    )
}

impl Store {
    /// Whether the tables of candidates and photographs hold these of a site, and no others.
    fn names_are(
        &self,
        site: SiteKey,
        (candidates, photographs): &Names,
    ) -> rusqlite::Result<bool> {
        let known: BTreeSet<String> = self
            .connection
            .prepare_cached("SELECT candidate FROM candidates WHERE site = ?1")?
            .query_map([site.as_bytes()], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let shown: BTreeSet<Hash> = self
            .connection
            .prepare_cached("SELECT sha256 FROM photographs WHERE site = ?1")?
            .query_map([site.as_bytes()], |row| Ok(Hash(row.get(0)?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(known == *candidates && shown == *photographs)
    }

    fn count_names(&self) -> rusqlite::Result<usize> {
        let sql = "SELECT (SELECT count(*) FROM candidates) + (SELECT count(*) FROM photographs)";
        self.connection
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .map(|n| usize::try_from(n).unwrap_or(0))
    }
}
