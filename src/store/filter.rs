//! Which sites to list: what is asked of the derived tables, and what of each site that they give.

use super::read::decode;
use super::{Store, StoreError};
use crate::ground::LonLat;
use crate::registry::place::Place;
use crate::registry::settings::Settings;
use crate::registry::site::Site;
use crate::registry::state::State;
use rayon::prelude::*;
use rusqlite::types::Value;
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
    /// Only those that were kept at the desk.
    pub kept: bool,
    /// The district's code, or its beginning.
    pub district: Option<String>,
    /// The season they were found in.
    pub season: Option<i16>,
    /// The crew they are assigned to.
    pub crew: Option<String>,
    /// West, south, east, north in degrees.
    pub within: Option<[f64; 4]>,
    /// Within some metres of a place.
    pub near: Option<(LonLat, f64)>,
    /// Overdue on this day.
    pub overdue_on: Option<jiff::civil::Date>,
    /// Due on this day or before it.
    pub due_by: Option<jiff::civil::Date>,
    /// Some of what is known of them contains this text.
    pub text: Option<String>,
}

impl Filter {
    /// The states that it lets through; all of them where there are none.
    fn states(&self) -> Vec<State> {
        let only_open = self.open || self.overdue_on.is_some() || self.due_by.is_some();
        if self.states.is_empty() && only_open {
            let open = |state: &State| state.is_open();
            return State::ALL.into_iter().filter(open).collect();
        }
        self.states.clone()
    }

    /// What the columns of the table of sites can tell.
    fn clause(&self) -> (String, Vec<Value>) {
        let mut wheres: Vec<String> = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        let states = self.states();
        if !states.is_empty() {
            let marks = vec!["?"; states.len()].join(",");
            wheres.push(format!("state IN ({marks})"));
            values.extend(states.iter().map(|state| state.name().to_owned().into()));
        }
        if self.disputed {
            wheres.push("disputed = 1".into());
        }
        if let Some(season) = self.season {
            wheres.push("season = ?".into());
            values.push(i64::from(season).into());
        }
        if let Some(crew) = &self.crew {
            wheres.push("crew = ?".into());
            values.push(crew.clone().into());
        }
        if let Some(code) = &self.district {
            wheres.push("(key IN (SELECT key FROM site_districts WHERE substr(code, 1, length(?)) = ?) OR (key NOT IN (SELECT key FROM site_districts) AND substr(unit, 1, length(?)) = ?))".into());
            values.extend(std::iter::repeat_n(code.clone().into(), 4));
        }
        if let Some([west, south, east, north]) = self.within {
            let (low, high) = (LonLat::new(west, south).e7(), LonLat::new(east, north).e7());
            wheres.push("lat_e7 BETWEEN ? AND ? AND lon_e7 BETWEEN ? AND ?".into());
            values.extend([low.1.into(), high.1.into(), low.0.into(), high.0.into()]);
        }
        if wheres.is_empty() {
            (String::new(), values)
        } else {
            (format!(" WHERE {}", wheres.join(" AND ")), values)
        }
    }

    /// Whether the columns of the table tell all that is asked.
    fn is_of_columns(&self) -> bool {
        !self.kept
            && self.near.is_none()
            && self.overdue_on.is_none()
            && self.due_by.is_none()
            && self.text.is_none()
    }

    /// What only the site itself can tell.
    fn fits(&self, site: &Site, settings: &Settings) -> bool {
        let kept = |site: &Site| site.screened.as_ref().is_some_and(|(kept, ..)| *kept);
        // A site whose founding is not followed, or has not arrived, is none yet.
        site.created.is_some()
            && (!self.kept || kept(site))
            && self
                .overdue_on
                .is_none_or(|day| site.overdue_days(settings, day).is_some())
            && self
                .due_by
                .is_none_or(|day| site.due(settings).is_some_and(|due| due <= day))
            && self
                .near
                .is_none_or(|(at, metres)| site.place.distance_m(&Place::point(at)) <= metres)
    }
}

impl Store {
    /// The sites that pass a filter, in order of their keys.
    ///
    /// # Errors
    /// Those of reading.
    pub fn sites(&self, filter: &Filter) -> Result<Vec<Site>, StoreError> {
        let mut sites = self.select_sites(filter)?;
        sites.retain(|site| filter.fits(site, &self.settings));
        if let Some(text) = &filter.text {
            let found = self.sites_with_text(text)?;
            sites.retain(|site| found.contains(&site.key) || super::search::says(site, text));
        }
        // Sorted here: asked for the order, the engine goes through every row by its key.
        sites.sort_unstable_by_key(|site| site.key);
        Ok(sites)
    }

    /// A part of the sites that pass a filter, in order of their keys, and how many pass in all. Where the columns of the table tell
    /// what is asked, no other site is read.
    ///
    /// # Errors
    /// Those of reading.
    pub fn some_sites(
        &self,
        filter: &Filter,
        offset: usize,
        limit: usize,
    ) -> Result<(usize, Vec<Site>), StoreError> {
        if !filter.is_of_columns() {
            let all = self.sites(filter)?;
            let total = all.len();
            let part = all.into_iter().skip(offset).take(limit);
            return Ok((total, part.collect()));
        }
        let (clause, mut values) = filter.clause();
        let joined = if clause.is_empty() { " WHERE" } else { " AND" };
        let count = |more: &str| -> Result<i64, StoreError> {
            let sql = format!("SELECT count(*) FROM sites{clause}{more}");
            self.connection
                .prepare_cached(&sql)
                .and_then(|mut statement| {
                    statement.query_row(rusqlite::params_from_iter(values.iter()), |row| row.get(0))
                })
                .map_err(|e| self.fail(e))
        };
        // One whose founding is not followed has neither a unit nor a place: found by the index of places.
        let unfounded = format!("{joined} lat_e7 = 0 AND lon_e7 = 0 AND unit = ''");
        let total = count("")? - count(&unfounded)?;
        let number = |n: usize| Value::from(i64::try_from(n).unwrap_or(i64::MAX));
        values.extend([number(limit), number(offset)]);
        let more = format!("{clause}{joined} unit <> '' ORDER BY key LIMIT ? OFFSET ?");
        let part = self.read_sites(&more, values)?;
        Ok((usize::try_from(total).unwrap_or_default(), part))
    }

    /// The sites at which these candidates were seen, in order of their keys; no other is read.
    ///
    /// # Errors
    /// Those of reading.
    pub fn sites_of_candidates<'a>(
        &self,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Site>, StoreError> {
        let mut keys = BTreeSet::new();
        for candidate in candidates {
            keys.extend(self.site_keys(
                "SELECT site FROM candidates WHERE candidate = ?1",
                [candidate],
            )?);
        }
        let sites = keys.into_iter().map(|key| self.site(key));
        let mut sites = sites
            .filter_map(Result::transpose)
            .collect::<Result<Vec<_>, _>>()?;
        sites.retain(|site| site.created.is_some());
        Ok(sites)
    }

    fn select_sites(&self, filter: &Filter) -> Result<Vec<Site>, StoreError> {
        let (clause, values) = filter.clause();
        self.read_sites(&clause, values)
    }

    fn read_sites(&self, clause: &str, values: Vec<Value>) -> Result<Vec<Site>, StoreError> {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = self
            .connection
            .prepare(&format!("SELECT digest, json FROM sites{clause}"))
            .and_then(|mut s| {
                s.query_map(rusqlite::params_from_iter(values), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect()
            })
            .map_err(|e| self.fail(e))?;
        rows.par_iter()
            .map(|(digest, json)| decode(digest, json))
            .collect::<Result<Vec<Site>, String>>()
            .map_err(|what| self.damaged(what))
    }
}
