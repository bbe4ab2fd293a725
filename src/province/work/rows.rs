//! Supervision by district: those of the scope, and others of which something was said.

use super::figures::Supervised;
use super::query::WorkQuery;
use crate::registry::unit::{depth, is_at_or_below};
use std::collections::BTreeMap;

/// The districts of the scope, and others of which something was said.
pub(super) struct Rows {
    known: Vec<String>,
    rows: BTreeMap<String, Supervised>,
}

impl Rows {
    pub(super) fn of(asked: &WorkQuery) -> Self {
        let districts = asked.scope.answering(asked.facts);
        let rows = districts.iter().map(|d| {
            let row = Supervised {
                code: d.code.clone(),
                name: d.name.clone(),
                ..Supervised::default()
            };
            (d.code.clone(), row)
        });
        Self {
            known: districts.iter().map(|d| d.code.clone()).collect(),
            rows: rows.collect(),
        }
    }

    /// The district of the scope that a district lies in; itself where it lies in none.
    pub(super) fn key(&self, code: &str) -> String {
        let above = self
            .known
            .iter()
            .filter(|known| is_at_or_below(code, known));
        let nearest = above.max_by_key(|known| depth(known));
        nearest.map_or_else(|| code.to_owned(), Clone::clone)
    }

    pub(super) fn row(&mut self, key: &str) -> &mut Supervised {
        self.rows
            .entry(key.to_owned())
            .or_insert_with(|| Supervised {
                code: key.to_owned(),
                ..Supervised::default()
            })
    }

    pub(super) fn known(&mut self, key: &str) -> Option<&mut Supervised> {
        self.rows.get_mut(key)
    }

    pub(super) fn done(self, asked: &WorkQuery) -> Vec<Supervised> {
        let name = |code: &str| {
            let mut all = asked.facts.districts.iter();
            all.find(|d| d.code == code).map(|d| d.name.clone())
        };
        self.rows
            .into_values()
            .filter(|row| asked.within(&row.code))
            .map(|row| Supervised {
                is_listed: self.known.contains(&row.code),
                name: Some(row.name.clone())
                    .filter(|n| !n.is_empty())
                    .or_else(|| name(&row.code))
                    .unwrap_or_default(),
                ..row
            })
            .collect()
    }
}
