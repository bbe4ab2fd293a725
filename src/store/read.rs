//! Looking things up: sites by code and by filter, a site's events, the whole state.

use super::registry_file::{raw, raw_events};
use super::{Store, StoreError};
use crate::registry::event::{Event, Sealed};
use crate::registry::ids::{Hash, SiteKey, TypedCode};
use crate::registry::place::Place;
use crate::registry::site::Site;
use crate::registry::unit::{depth, is_at_or_below, share_ground};
use rusqlite::Row;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

impl Store {
    /// The code of a site: six symbols, or as many as tell it from every other site here.
    ///
    /// # Errors
    /// Those of reading.
    pub fn code(&self, key: SiteKey) -> Result<String, StoreError> {
        let mut length = 6;
        for sql in [
            "SELECT key FROM sites WHERE key < ?1 ORDER BY key DESC LIMIT 1",
            "SELECT key FROM sites WHERE key > ?1 ORDER BY key LIMIT 1",
        ] {
            let neighbour: Option<Vec<u8>> = self.row(sql, [key.as_bytes()], |row| row.get(0))?;
            if let Some(other) =
                neighbour.and_then(|bytes| SiteKey::try_from(bytes.as_slice()).ok())
            {
                length = length.max(key.code_length_beside(&other));
            }
        }
        Ok(key.code(length))
    }

    /// The site that a person means.
    ///
    /// # Errors
    /// [`StoreError::Code`], [`StoreError::UnknownSite`], [`StoreError::AmbiguousSite`].
    pub fn find(&self, typed: &str) -> Result<SiteKey, StoreError> {
        let unknown = || StoreError::UnknownSite {
            code: typed.to_owned(),
        };
        if let Ok(key) = typed.parse::<SiteKey>() {
            return self.site(key)?.map(|site| site.key).ok_or_else(unknown);
        }
        let code: TypedCode = typed.parse().map_err(|source| StoreError::Code {
            code: typed.to_owned(),
            source,
        })?;
        let (low, high) = SiteKey::range_of(&code.symbols).ok_or_else(unknown)?;
        let found: Vec<Vec<u8>> = self.rows(
            "SELECT key FROM sites WHERE key BETWEEN ?1 AND ?2 LIMIT 9",
            [low.as_bytes(), high.as_bytes()],
            |row| row.get(0),
        )?;
        let keys: Vec<SiteKey> = found
            .iter()
            .filter_map(|bytes| SiteKey::try_from(bytes.as_slice()).ok())
            .collect();
        match keys[..] {
            [] => Err(unknown()),
            [one] => Ok(one),
            _ => Err(StoreError::AmbiguousSite {
                code: typed.to_owned(),
                sites: keys
                    .iter()
                    .map(|key| self.code(*key))
                    .collect::<Result<_, _>>()?,
            }),
        }
    }

    /// A site as the derived table has it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where the row's digest does not fit.
    pub fn site(&self, key: SiteKey) -> Result<Option<Site>, StoreError> {
        let row: Option<(Vec<u8>, Vec<u8>)> = self.row(
            "SELECT digest, json FROM sites WHERE key = ?1",
            [key.as_bytes()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let site = row.map(|(digest, json)| self.read_site(&digest, &json));
        site.transpose()
    }

    fn read_site(&self, digest: &[u8], json: &[u8]) -> Result<Site, StoreError> {
        decode(digest, json).map_err(|what| self.damaged(what))
    }

    /// The sites that a candidate of a scan became or was seen at. That a site says so is no proof: whether its place
    /// fits is for the caller to see.
    ///
    /// # Errors
    /// Those of reading.
    pub fn sites_of_candidate(&self, candidate: &str) -> Result<Vec<Site>, StoreError> {
        let found = self.site_keys(
            "SELECT site FROM candidates WHERE candidate = ?1 ORDER BY site",
            [candidate],
        )?;
        let sites = found.into_iter().map(|key| self.site(key));
        sites.filter_map(Result::transpose).collect()
    }

    /// The photographs of a site that others have too, with those sites; what it was split from or merged with shares its
    /// pictures rightly.
    ///
    /// # Errors
    /// Those of reading.
    pub fn pictures_elsewhere(
        &self,
        site: &Site,
    ) -> Result<Vec<(String, Vec<SiteKey>)>, StoreError> {
        let family = self.family(site)?;
        let mut found = Vec::new();
        for file in site.photographs() {
            let mut others = self.site_keys(
                "SELECT site FROM photographs WHERE sha256 = ?1 ORDER BY site",
                [file.sha256.as_bytes()],
            )?;
            others.retain(|key| !family.contains(key));
            if !others.is_empty() {
                found.push((file.name.clone(), others));
            }
        }
        Ok(found)
    }

    /// A site with those that it became part of or was split from, however far: where both of two say so.
    fn family(&self, site: &Site) -> Result<BTreeSet<SiteKey>, StoreError> {
        let mut family = BTreeSet::from([site.key]);
        let mut waiting = vec![site.clone()];
        while let Some(one) = waiting.pop() {
            let said = one.related();
            for key in said.difference(&family.clone()) {
                if let Some(other) = self.site(*key)?
                    && other.related().contains(&one.key)
                {
                    family.insert(*key);
                    waiting.push(other);
                }
            }
        }
        Ok(family)
    }

    /// The sites that have a photograph which others on their ground have too, or which others anywhere had before.
    ///
    /// # Errors
    /// Those of reading.
    pub fn sites_sharing_pictures(&self) -> Result<BTreeSet<SiteKey>, StoreError> {
        let keys = self.site_keys(
            "SELECT DISTINCT site FROM photographs WHERE sha256 IN (SELECT sha256 FROM photographs GROUP BY sha256 HAVING count(*) > 1)",
            [],
        )?;
        let mut sharing = BTreeSet::new();
        for key in keys {
            if let Some(site) = self.site(key)?
                && self.shares_pictures(&site)?
            {
                sharing.insert(key);
            }
        }
        Ok(sharing)
    }

    /// Whether a site has a picture of another one on the same ground, or one that another had before: what somebody elsewhere takes
    /// of its pictures says nothing of it. Which of two had it first is what came here first: the times and ids that events bear
    /// are for their authors to choose.
    fn shares_pictures(&self, site: &Site) -> Result<bool, StoreError> {
        let family = self.family(site)?;
        for file in site.photographs() {
            let others = self.site_keys(
                "SELECT site FROM photographs WHERE sha256 = ?1 ORDER BY site",
                [file.sha256.as_bytes()],
            )?;
            for key in others.into_iter().filter(|key| !family.contains(key)) {
                let Some(other) = self.site(key)? else {
                    continue;
                };
                let is_shared = share_ground(&site.unit, &other.unit)
                    || self.first_with(site.key, file.sha256)?
                        > self.first_with(key, file.sha256)?;
                if is_shared {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// When the first event of a site that names a file came here, among all that came.
    fn first_with(&self, site: SiteKey, sha256: Hash) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT n FROM events WHERE (site = ?1 OR other_site = ?1) AND EXISTS \
                   (SELECT 1 FROM json_each(CAST(bytes AS TEXT), '$.evidence') AS file \
                    WHERE json_extract(file.value, '$.sha256') = ?2) ORDER BY n LIMIT 1";
        self.row(sql, (site.as_bytes(), sha256.to_string()), |row| row.get(0))
    }

    /// The site of this unit, or of one below it, that a candidate became or else was seen at. What a unit founds under the id of
    /// another's candidate takes nothing from that one: the site counts that lies on its unit's ground, and of the highest unit.
    ///
    /// # Errors
    /// Those of reading.
    pub fn site_of_candidate(&self, candidate: &str) -> Result<Option<Site>, StoreError> {
        let mut sites = self.sites_of_candidate(candidate)?;
        sites.retain(|site| is_at_or_below(&site.unit, self.gate.unit()));
        if sites.len() > 1 {
            let districts = self.districts()?;
            let there = |site: &Site| districts.as_ref()?.code_of(site.place.lonlat());
            sites.sort_by_cached_key(|site| {
                let became = site.detection.as_ref().map(|d| d.candidate.as_str());
                let is_own = there(site).is_none_or(|code| share_ground(&site.unit, code));
                (
                    became != Some(candidate),
                    !is_own,
                    depth(&site.unit),
                    site.key,
                )
            });
        }
        Ok(sites.into_iter().next())
    }

    /// A site's events, as they were stored.
    ///
    /// # Errors
    /// Those of reading.
    pub fn events_of(&self, key: SiteKey) -> Result<Vec<Sealed>, StoreError> {
        let mut events = self.events_where("site = ?1", [key.as_bytes()])?;
        events.extend(self.events_where("other_site = ?1", [key.as_bytes()])?);
        Ok(events)
    }

    /// A site's events, verified: nothing is signed on top of what was not.
    pub(super) fn verified_events_of(
        &mut self,
        site: SiteKey,
    ) -> Result<Vec<(Hash, Event)>, StoreError> {
        if let Some(known) = self.remembered.recall(site) {
            return Ok(known.events);
        }
        let events = self.events_of(site)?;
        self.check_signatures(&events)?;
        let pairs = events.into_iter().map(|sealed| (sealed.hash, sealed.event));
        Ok(pairs.collect())
    }

    /// The heads of a site's history as it stands; none where there is none.
    pub(super) fn remembered_heads(&self, site: SiteKey) -> Result<Vec<Hash>, StoreError> {
        if let Some(heads) = self.remembered.heads(site) {
            return Ok(heads.to_vec());
        }
        Ok(self.site(site)?.map(|site| site.heads).unwrap_or_default())
    }

    /// A site's events as far as they are whole: for those who look at a registry that is damaged.
    ///
    /// # Errors
    /// Those of reading.
    pub fn whole_events_of(&self, key: SiteKey) -> Result<Vec<Sealed>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached(&raw_events("site = ?1 OR other_site = ?1"))
            .map_err(|e| self.fail(e))?;
        let rows = statement
            .query_map([key.as_bytes()], raw)
            .map_err(|e| self.fail(e))?;
        let whole = rows
            .flatten()
            .filter_map(|(hash, signature, actor_signature, bytes)| {
                Sealed::open(bytes, hash, signature, actor_signature).ok()
            });
        Ok(whole.collect())
    }

    /// A site's events as bytes, unread.
    pub(super) fn raw_events_of(&self, key: SiteKey) -> Result<Vec<(Hash, Vec<u8>)>, StoreError> {
        let unread = |row: &Row| raw(row).map(|(hash, _, _, bytes)| (hash, bytes));
        let mut events = Vec::new();
        for side in ["site = ?1", "other_site = ?1"] {
            let more: Vec<_> = self.rows(&raw_events(side), [key.as_bytes()], unread)?;
            events.extend(more);
        }
        Ok(events)
    }

    /// One hash for the state of every site, the people and the settings: the same wherever the same events are.
    ///
    /// # Errors
    /// Those of reading.
    pub fn state_hash(&self) -> Result<Hash, StoreError> {
        let mut all = Sha256::new();
        let mut statement = self
            .connection
            .prepare_cached("SELECT key, digest FROM sites ORDER BY key")
            .map_err(|e| self.fail(e))?;
        let mut rows = statement.query([]).map_err(|e| self.fail(e))?;
        while let Some(row) = rows.next().map_err(|e| self.fail(e))? {
            let pair = row
                .get_ref(0)
                .and_then(|key| Ok((key, row.get_ref(1)?)))
                .map_err(|e| self.fail(e))?;
            all.update(pair.0.as_blob().unwrap_or_default());
            all.update(pair.1.as_blob().unwrap_or_default());
        }
        for (unit, name, person) in self.people().iter() {
            all.update(format!("{unit}/{name}:{person:?}"));
        }
        all.update(format!("{:?}", self.gate.decided()));
        let affairs = self.affairs()?;
        if !affairs.is_empty() {
            let json = serde_json::to_vec(&affairs).map_err(|e| self.damaged(e.to_string()))?;
            all.update(json);
        }
        // Patrols, lists of targets, scans, and what a later program may know of.
        let unit_wide = self.rows(
            "SELECT hash FROM events WHERE site IS NULL ORDER BY hash",
            [],
            |row| row.get::<_, [u8; 32]>(0),
        )?;
        let unit_wide: Vec<[u8; 32]> = unit_wide;
        all.update(unit_wide.as_flattened());
        Ok(Hash(all.finalize().into()))
    }

    /// Sites whose point lies within some metres of a place, whatever their state, for matching.
    ///
    /// # Errors
    /// Those of reading.
    pub fn sites_near(&self, place: &Place, metres: f64) -> Result<Vec<Site>, StoreError> {
        // Outlines reach beyond their points: a yard is far smaller than this margin.
        const MARGIN_M: f64 = 300.0;
        let [west, south, east, north] = place.bounds_e7();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a few kilometres in 1e-7 degrees fit an i64"
        )]
        let grow =
            |metres_per_degree: f64| ((metres + MARGIN_M) / metres_per_degree * 1e7).ceil() as i64;
        let (dy, dx) = (
            grow(110_000.0),
            grow(110_000.0 * place.lonlat().lat.to_radians().cos().max(0.01)),
        );
        let rows: Vec<(Vec<u8>, Vec<u8>)> = self.rows(
            "SELECT digest, json FROM sites WHERE lat_e7 BETWEEN ?1 AND ?2 AND lon_e7 BETWEEN ?3 AND ?4 ORDER BY key",
            [south - dy, north + dy, west - dx, east + dx],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        rows.iter()
            .map(|(digest, json)| self.read_site(digest, json))
            .collect()
    }
}

pub(super) fn decode(digest: &[u8], json: &[u8]) -> Result<Site, String> {
    if Hash::of(json).as_bytes() != digest {
        return Err(
            "a row of the derived table `sites` has changed (its digest does not fit)".into(),
        );
    }
    serde_json::from_slice(json).map_err(|e| format!("a row of the derived table `sites`: {e}"))
}
