//! Looking things up: sites by code and by filter, a site's events, the whole state.

use super::{Store, StoreError, raw};
use crate::registry::event::Sealed;
use crate::registry::ids::{Hash, SiteKey, TypedCode};
use crate::registry::place::Place;
use crate::registry::site::Site;
use crate::registry::state::State;
use crate::registry::unit::is_at_or_below;
use rayon::prelude::*;
use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Which sites to list. Everything that is given has to hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// One of these states.
    pub states: Vec<State>,
    /// Only open ones.
    pub open: bool,
    /// Only those in dispute.
    pub disputed: bool,
    /// The district's code, or its beginning.
    pub district: Option<String>,
    /// The season they were found in.
    pub season: Option<i16>,
    /// The crew they are assigned to.
    pub crew: Option<String>,
    /// West, south, east, north in degrees.
    pub within: Option<[f64; 4]>,
    /// Overdue on this day.
    pub overdue_on: Option<jiff::civil::Date>,
}

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
            let neighbour: Option<Vec<u8>> = self
                .connection
                .prepare_cached(sql)
                .and_then(|mut s| s.query_row([key.as_bytes()], |row| row.get(0)).optional())
                .map_err(|e| self.fail(e))?;
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
        let found: Vec<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT key FROM sites WHERE key BETWEEN ?1 AND ?2 LIMIT 9")
            .and_then(|mut s| {
                s.query_map([low.as_bytes(), high.as_bytes()], |row| row.get(0))?
                    .collect()
            })
            .map_err(|e| self.fail(e))?;
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
        let row: Option<(Vec<u8>, Vec<u8>)> = self
            .connection
            .prepare_cached("SELECT digest, json FROM sites WHERE key = ?1")
            .and_then(|mut s| {
                s.query_row([key.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .map_err(|e| self.fail(e))?;
        row.map(|(digest, json)| self.read_site(&digest, &json))
            .transpose()
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
        let family = self.beside(&BTreeSet::from([site.key]))?;
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

    /// The sites that have a photograph which others have too.
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
                && !self.pictures_elsewhere(&site)?.is_empty()
            {
                sharing.insert(key);
            }
        }
        Ok(sharing)
    }

    /// The site of this unit, or of one below it, that a candidate became or else was seen at.
    ///
    /// # Errors
    /// Those of reading.
    pub fn site_of_candidate(&self, candidate: &str) -> Result<Option<SiteKey>, StoreError> {
        let mut sites = self.sites_of_candidate(candidate)?;
        sites.retain(|site| is_at_or_below(&site.unit, self.gate.unit()));
        let became = |site: &&Site| {
            site.detection
                .as_ref()
                .is_some_and(|d| d.candidate == candidate)
        };
        Ok(sites
            .iter()
            .find(became)
            .or(sites.first())
            .map(|site| site.key))
    }

    /// The sites that pass a filter, in order of their keys.
    ///
    /// # Errors
    /// Those of reading.
    pub fn sites(&self, filter: &Filter) -> Result<Vec<Site>, StoreError> {
        let (clause, values) = conditions(filter);
        let sql = format!("SELECT digest, json FROM sites{clause}");
        let rows: Vec<(Vec<u8>, Vec<u8>)> = self
            .connection
            .prepare(&sql)
            .and_then(|mut s| {
                s.query_map(rusqlite::params_from_iter(values), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect()
            })
            .map_err(|e| self.fail(e))?;
        let mut sites = rows
            .par_iter()
            .map(|(digest, json)| decode(digest, json))
            .collect::<Result<Vec<Site>, String>>()
            .map_err(|what| self.damaged(what))?;
        // A site whose founding is not followed, or has not arrived, is none yet.
        sites.retain(|site| site.created.is_some());
        // Sorted here: asked for the order, the engine goes through every row by its key.
        sites.sort_unstable_by_key(|site| site.key);
        if let Some(day) = filter.overdue_on {
            sites.retain(|site| site.overdue_days(&self.settings, day).is_some());
        }
        Ok(sites)
    }

    /// A site's events, as they were stored.
    ///
    /// # Errors
    /// Those of reading.
    pub fn events_of(&self, key: SiteKey) -> Result<Vec<Sealed>, StoreError> {
        let mut events = self.select(
            "SELECT hash, signature, actor_signature, bytes FROM events WHERE site = ?1",
            [key.as_bytes()],
        )?;
        events.extend(self.select(
            "SELECT hash, signature, actor_signature, bytes FROM events WHERE other_site = ?1",
            [key.as_bytes()],
        )?);
        Ok(events)
    }

    /// A site's events as bytes, unread.
    pub(super) fn raw_events_of(&self, key: SiteKey) -> Result<Vec<(Hash, Vec<u8>)>, StoreError> {
        let mut events = Vec::new();
        for sql in [
            "SELECT hash, signature, actor_signature, bytes FROM events WHERE site = ?1",
            "SELECT hash, signature, actor_signature, bytes FROM events WHERE other_site = ?1",
        ] {
            let mut statement = self
                .connection
                .prepare_cached(sql)
                .map_err(|e| self.fail(e))?;
            let rows = statement
                .query_map([key.as_bytes()], raw)
                .map_err(|e| self.fail(e))?;
            for row in rows {
                let (hash, _, _, bytes) = row.map_err(|e| self.fail(e))?;
                events.push((hash, bytes));
            }
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
        let rows: Vec<(Vec<u8>, Vec<u8>)> = self
            .connection
            .prepare_cached("SELECT digest, json FROM sites WHERE lat_e7 BETWEEN ?1 AND ?2 AND lon_e7 BETWEEN ?3 AND ?4 ORDER BY key")
            .and_then(|mut s| {
                s.query_map([south - dy, north + dy, west - dx, east + dx], |row| Ok((row.get(0)?, row.get(1)?)))?
                    .collect()
            })
            .map_err(|e| self.fail(e))?;
        rows.iter()
            .map(|(digest, json)| self.read_site(digest, json))
            .collect()
    }
}

/// The clause of a filter, as far as the tables' columns go, and its values.
fn conditions(filter: &Filter) -> (String, Vec<rusqlite::types::Value>) {
    let mut wheres: Vec<String> = Vec::new();
    let mut values: Vec<rusqlite::types::Value> = Vec::new();
    let states: Vec<State> =
        if filter.states.is_empty() && (filter.open || filter.overdue_on.is_some()) {
            State::ALL
                .into_iter()
                .filter(|state| state.is_open())
                .collect()
        } else {
            filter.states.clone()
        };
    if !states.is_empty() {
        let marks = vec!["?"; states.len()].join(",");
        wheres.push(format!("state IN ({marks})"));
        values.extend(states.iter().map(|state| state.name().to_owned().into()));
    }
    if filter.disputed {
        wheres.push("disputed = 1".into());
    }
    if let Some(season) = filter.season {
        wheres.push("season = ?".into());
        values.push(i64::from(season).into());
    }
    if let Some(crew) = &filter.crew {
        wheres.push("crew = ?".into());
        values.push(crew.clone().into());
    }
    if let Some(code) = &filter.district {
        wheres.push("(key IN (SELECT key FROM site_districts WHERE substr(code, 1, length(?)) = ?) OR (key NOT IN (SELECT key FROM site_districts) AND substr(unit, 1, length(?)) = ?))".into());
        values.extend(std::iter::repeat_n(code.clone().into(), 4));
    }
    if let Some([west, south, east, north]) = filter.within {
        use crate::ground::LonLat;
        let (low, high) = (LonLat::new(west, south).e7(), LonLat::new(east, north).e7());
        wheres.push("lat_e7 BETWEEN ? AND ? AND lon_e7 BETWEEN ? AND ?".into());
        values.extend([low.1.into(), high.1.into(), low.0.into(), high.0.into()]);
    }
    let clause = if wheres.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", wheres.join(" AND "))
    };
    (clause, values)
}

pub(super) fn decode(digest: &[u8], json: &[u8]) -> Result<Site, String> {
    if Hash::of(json).as_bytes() != digest {
        return Err(
            "a row of the derived table `sites` has changed (its digest does not fit)".into(),
        );
    }
    serde_json::from_slice(json).map_err(|e| format!("a row of the derived table `sites`: {e}"))
}
