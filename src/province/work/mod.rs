//! What offices did beside their sites in a period: who answers for which district, supervision and its ladder, tip-offs
//! by channel, patrols that led to sites. Each figure is a count of a count. Pure, but for the gathering.

mod asked;
mod figures;
mod query;
mod rows;

pub use figures::{Answering, PatrolFigures, Supervised, Tipped};

use super::facts::{Facts, OfficeWork};
use super::period::{Period, Scope};
use crate::registry::SiteKey;
use crate::registry::affairs::{Stamped, led_to};
use crate::registry::body::{Channel, Measure, Settle};
use crate::registry::ids::Hash;
use crate::store::{Store, StoreError};
use jiff::civil::Date;
use query::WorkQuery;
use std::collections::{BTreeMap, BTreeSet};

/// Gathers them. `patrols` are the followed patrols with their units.
///
/// # Errors
/// Those of reading the registry.
pub(crate) fn work_of(
    store: &Store,
    patrols: &[super::facts::PatrolFact],
) -> Result<OfficeWork, StoreError> {
    let affairs = store.affairs()?;
    // Where nothing was found, nothing came of it.
    let patrols = patrols
        .iter()
        .filter(|p| !p.zero)
        .map(|p| (p.entry, (p.unit.as_str(), p.on.to_string())));
    let tips = affairs.tips.iter().map(|tip| &tip.stamp);
    let tips = tips.map(|said| (said.event, (said.actor.unit.as_str(), said.at.clone())));
    let units: BTreeMap<Hash, (&str, String)> = patrols.chain(tips).collect();
    let pairs = store.map_sites(|site| {
        let entries: BTreeSet<Hash> = site.came_of.iter().map(|(of, _)| *of).collect();
        let led = entries.into_iter().filter(|of| {
            let entry = units.get(of);
            entry.is_some_and(|(unit, on)| led_to(&site, (*of, on), unit))
        });
        let led: Vec<(Hash, SiteKey)> = led.map(|of| (of, site.key)).collect();
        (!led.is_empty() && !site.state.is_gone()).then_some(led)
    })?;
    let mut led: BTreeMap<Hash, Vec<SiteKey>> = BTreeMap::new();
    for (of, key) in pairs.into_iter().flatten() {
        led.entry(of).or_default().push(key);
    }
    for keys in led.values_mut() {
        keys.sort_unstable();
    }
    Ok(OfficeWork { affairs, led })
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Worked {
    /// By district of the scope.
    pub answering: Vec<Answering>,
    /// By district of the scope, and by other districts of which anything was said.
    pub supervised: Vec<Supervised>,
    /// Measures of the period, and earlier ones that stand; with the end.
    pub measures: Vec<(Stamped<Measure>, Option<Stamped<Settle>>)>,
    /// By channel, those that had any.
    pub tips: Vec<(Channel, Tipped)>,
    /// Patrols.
    pub patrols: PatrolFigures,
}

impl Worked {
    /// Computes it, as of a day.
    pub fn of(facts: &Facts, period: Period, scope: &Scope, on: Date) -> Self {
        let asked = WorkQuery {
            facts,
            period,
            scope,
            on,
        };
        Self {
            answering: asked.answering(),
            supervised: asked.supervised(),
            measures: asked.measures(),
            tips: asked.tips(),
            patrols: asked.patrols(),
        }
    }

    /// Whether offices did none of it in the period: what still stands from an earlier one does not count.
    pub(crate) fn is_empty(&self, period: Period) -> bool {
        let signed = |a: &Answering| a.duty.is_some() || a.parts + a.households > 0;
        let supervised = |s: &Supervised| s.rounds + s.findings > 0;
        !self.answering.iter().any(signed)
            && !self.supervised.iter().any(supervised)
            && !(self.measures.iter()).any(|(m, _)| period.holds(m.season, m.on))
            && self.tips.is_empty()
            && self.patrols.patrols == 0
    }

    /// All channels together.
    pub(crate) fn all_tips(&self) -> Tipped {
        let mut all = Tipped::default();
        for (_, of) in &self.tips {
            all.add(of);
        }
        all
    }
}
