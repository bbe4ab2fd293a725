//! What offices did beside their sites in a period: who answers for which district, supervision and its ladder, tip-offs
//! by channel, patrols that led to sites. Each figure is a count of a count. Pure, but for the gathering.

mod asked;
mod rows;

use super::facts::Facts;
use super::period::{Period, Scope};
use crate::registry::SiteKey;
use crate::registry::affairs::{Affairs, Said, led_to};
use crate::registry::body::{Channel, Duty, Measure, Rung};
use crate::registry::ids::Hash;
use crate::registry::site::Stamp;
use crate::store::{Store, StoreError};
use asked::WorkQuery;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The affairs of offices, and the sites that patrols and tip-offs led to.
#[derive(Debug, Clone, Default)]
pub struct OfficeWork {
    /// The affairs.
    pub affairs: Affairs,
    /// Sites by the entry that led to them.
    pub led: BTreeMap<Hash, Vec<SiteKey>>,
}

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

/// Who answers for a district, and how many of its parts have somebody.
#[derive(Debug, Clone)]
pub struct Answering {
    /// The district's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The letter that stands.
    pub duty: Option<Duty>,
    /// Parts for which a letter stands.
    pub parts: usize,
    /// Parts there are.
    pub of: usize,
    /// Households that signed.
    pub households: usize,
}

/// What supervision did in a district: what offices above it did. Nobody supervises themself.
#[derive(Debug, Clone, Default)]
pub struct Supervised {
    /// The district's code.
    pub code: String,
    /// Its name, where it is known.
    pub name: String,
    /// Rounds that checked it.
    pub rounds: usize,
    /// Ledgers that these went through, in all their districts.
    pub ledgers: u64,
    /// Its sites that were looked at.
    pub looked_at: usize,
    /// Its sites of the period.
    pub sites: usize,
    /// Findings put right.
    pub settled: usize,
    /// Findings.
    pub findings: usize,
    /// Findings past their day and not put right.
    pub overdue: usize,
    /// The gravest rung that it stands on.
    pub rung: Option<Rung>,
}

/// Tip-offs of a channel and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tipped {
    /// How many.
    pub tips: usize,
    /// Of these, those that led to sites.
    pub led: usize,
    /// Of these, those that led to a site where poppy was confirmed.
    pub confirmed: usize,
    /// Closed without a site.
    pub closed: usize,
    /// Rewards decided, fen.
    pub decided_fen: u64,
    /// Rewards paid, fen.
    pub paid_fen: u64,
}

/// Patrols and what they led to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Walked {
    /// How many.
    pub patrols: usize,
    /// Of these, those that led to sites.
    pub led: usize,
    /// The sites.
    pub sites: usize,
    /// Patrols that say what seeds were seized.
    pub seeds: usize,
    /// Patrols that say what was done to make the ban known.
    pub publicity: usize,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Worked {
    /// By district of the scope.
    pub answering: Vec<Answering>,
    /// By district of the scope, and by other districts of which anything was said.
    pub supervised: Vec<Supervised>,
    /// Measures of the period, and earlier ones that stand; with the end.
    pub measures: Vec<(Said<Measure>, Option<Stamp>)>,
    /// By channel, those that had any.
    pub tips: Vec<(Channel, Tipped)>,
    /// Patrols.
    pub patrols: Walked,
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

    /// All channels together.
    pub(crate) fn all_tips(&self) -> Tipped {
        let mut all = Tipped::default();
        for (_, of) in &self.tips {
            all.tips += of.tips;
            all.led += of.led;
            all.confirmed += of.confirmed;
            all.closed += of.closed;
            all.decided_fen += of.decided_fen;
            all.paid_fen += of.paid_fen;
        }
        all
    }
}
