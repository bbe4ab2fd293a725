//! What offices did beside their sites in a period: who answers for which district, supervision and its ladder, tip-offs
//! by channel, patrols that led to sites. Each figure is a count of a count. Pure, but for the gathering.

use super::facts::Facts;
use super::period::{Period, Scope};
use crate::registry::affairs::{Affairs, Said, led_to};
use crate::registry::body::{Channel, Duty, Measure, Rung};
use crate::registry::ids::Hash;
use crate::registry::site::Stamp;
use crate::registry::unit::{depth, is_at_or_below};
use crate::registry::{SiteKey, State};
use crate::store::{Store, StoreError};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The affairs of offices, and the sites that patrols and tip-offs led to.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// The affairs.
    pub affairs: Affairs,
    /// Sites by the entry that led to them.
    pub led: BTreeMap<Hash, Vec<SiteKey>>,
}

/// Gathers them. `patrols` are the followed patrols with their units.
///
/// # Errors
/// Those of reading the registry.
pub fn work_of(store: &Store, patrols: &[super::facts::Patrol]) -> Result<Work, StoreError> {
    let affairs = store.affairs()?;
    let patrols = patrols.iter().map(|p| (p.entry, p.unit.as_str()));
    let tips = affairs.tips.iter();
    let tips = tips.map(|tip| (tip.stamp.event, tip.stamp.actor.unit.as_str()));
    let units: BTreeMap<Hash, &str> = patrols.chain(tips).collect();
    let pairs = store.map_sites(|site| {
        let entries: BTreeSet<Hash> = site.came_of.iter().map(|(of, _)| *of).collect();
        let led = entries
            .into_iter()
            .filter(|of| units.get(of).is_some_and(|unit| led_to(&site, *of, unit)));
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
    Ok(Work { affairs, led })
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

/// What supervision did in a district.
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
        let asked = Asked {
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
    pub fn all_tips(&self) -> Tipped {
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

struct Asked<'a> {
    facts: &'a Facts,
    period: Period,
    scope: &'a Scope<'a>,
    on: Date,
}

impl Asked<'_> {
    fn affairs(&self) -> &Affairs {
        &self.facts.work.affairs
    }

    fn holds(&self, season: i16, stamp: &Stamp) -> bool {
        self.period.holds(season, day(&stamp.at))
    }

    fn within(&self, code: &str) -> bool {
        code.starts_with(self.scope.within)
    }

    /// The season whose letters count: that of the period's last day.
    fn season(&self) -> i16 {
        match self.period {
            Period::Season(season) => season,
            Period::Between(_, last) => super::effort::season_of(last),
        }
    }

    fn answering(&self) -> Vec<Answering> {
        let (affairs, season) = (self.affairs(), self.season());
        let has = |code: &str| affairs.duty_of(code, season).is_some();
        let mut districts = self.scope.districts(self.facts);
        districts.sort_by(|a, b| a.code.cmp(&b.code));
        let row = |district: &&super::facts::DistrictArea| {
            let code = district.code.as_str();
            let parts = self.facts.districts.iter().map(|d| d.code.as_str());
            let parts: BTreeSet<&str> = parts
                .filter(|part| part.len() == code.len() + 3 && is_at_or_below(part, code))
                .collect();
            let duty = affairs.duty_of(code, season);
            Answering {
                code: code.to_owned(),
                name: district.name.clone(),
                duty: duty.map(|d| d.body.clone()),
                parts: parts.iter().filter(|part| has(part)).count(),
                of: parts.len(),
                households: affairs.households_of(code, season),
            }
        };
        districts.iter().map(row).collect()
    }

    fn supervised(&self) -> Vec<Supervised> {
        let affairs = self.affairs();
        let mut rows = Rows::of(self);
        for round in affairs
            .rounds
            .iter()
            .filter(|r| self.holds(r.season, &r.stamp))
        {
            let codes = round.body.districts.iter().map(|code| rows.key(code));
            for code in codes.collect::<BTreeSet<String>>() {
                let row = rows.row(&code);
                row.rounds += 1;
                row.ledgers += round.body.ledgers;
            }
        }
        let rounds = affairs
            .rounds
            .iter()
            .filter(|r| self.holds(r.season, &r.stamp));
        let looked_at: BTreeSet<SiteKey> =
            rounds.flat_map(|r| r.body.sites.iter().copied()).collect();
        for site in self
            .facts
            .sites
            .iter()
            .filter(|s| self.period.holds_site(s))
        {
            let Some(code) = site.district.as_deref() else {
                continue;
            };
            let key = rows.key(code);
            if let Some(row) = rows.known(&key) {
                row.sites += 1;
                row.looked_at += usize::from(looked_at.contains(&site.key));
            }
        }
        for finding in affairs
            .findings
            .iter()
            .filter(|f| self.holds(f.season, &f.stamp))
        {
            let settled = affairs.settled.contains_key(&finding.stamp.event);
            let due = finding.body.due.as_deref().and_then(day);
            let row = rows.of_district(&finding.body.district);
            row.findings += 1;
            row.settled += usize::from(settled);
            row.overdue += usize::from(!settled && due.is_some_and(|due| due < self.on));
        }
        for measure in affairs.standing() {
            let row = rows.of_district(&measure.body.district);
            row.rung = row.rung.max(Some(measure.body.rung));
        }
        rows.done(self)
    }

    fn measures(&self) -> Vec<(Said<Measure>, Option<Stamp>)> {
        let affairs = self.affairs();
        let end = |m: &Said<Measure>| affairs.settled.get(&m.stamp.event).map(|s| s.stamp.clone());
        let meant = |m: &&Said<Measure>| {
            let here = self.within(&m.body.district)
                || is_at_or_below(self.scope.within, &m.body.district);
            here && (self.holds(m.season, &m.stamp) || end(m).is_none())
        };
        let mut found: Vec<_> = affairs
            .measures
            .iter()
            .filter(meant)
            .map(|m| (m.clone(), end(m)))
            .collect();
        found.sort_by_key(|(m, end)| {
            let order = (end.is_some(), std::cmp::Reverse(m.body.rung));
            (order, m.body.district.clone(), m.stamp.at.clone())
        });
        found
    }

    fn tips(&self) -> Vec<(Channel, Tipped)> {
        let (affairs, work) = (self.affairs(), &self.facts.work);
        let confirmed = self.confirmed();
        let mut channels: BTreeMap<Channel, Tipped> = BTreeMap::new();
        for tip in affairs
            .tips
            .iter()
            .filter(|t| self.holds(t.season, &t.stamp))
        {
            let code = tip
                .body
                .district
                .as_deref()
                .unwrap_or(&tip.stamp.actor.unit);
            if !self.within(code) {
                continue;
            }
            let of = tip.stamp.event;
            let led = work.led.get(&of);
            let row = channels.entry(tip.body.channel).or_default();
            row.tips += 1;
            row.led += usize::from(led.is_some());
            let poppy = led.into_iter().flatten().any(|key| confirmed.contains(key));
            row.confirmed += usize::from(poppy);
            row.closed += usize::from(led.is_none() && affairs.closed.contains_key(&of));
            for reward in affairs.rewards.iter().filter(|r| r.body.tip == of) {
                let sum = if reward.body.paid {
                    &mut row.paid_fen
                } else {
                    &mut row.decided_fen
                };
                *sum = sum.saturating_add(reward.body.fen);
            }
        }
        channels.into_iter().collect()
    }

    /// Sites where poppy was confirmed.
    fn confirmed(&self) -> BTreeSet<SiteKey> {
        let poppy =
            |state: State| matches!(state, State::Confirmed | State::Eradicated | State::Closed);
        let sites = self.facts.sites.iter().filter(|s| poppy(s.state));
        sites.map(|s| s.key).collect()
    }

    fn patrols(&self) -> Walked {
        let mut walked = Walked::default();
        for patrol in &self.facts.patrols {
            let code = patrol.district.as_deref().unwrap_or(&patrol.unit);
            if !self.within(code) || !self.period.holds_patrol(patrol) {
                continue;
            }
            let led = self.facts.work.led.get(&patrol.entry).map_or(0, Vec::len);
            walked.patrols += 1;
            walked.led += usize::from(led > 0);
            walked.sites += led;
            walked.seeds += usize::from(patrol.seeds);
            walked.publicity += usize::from(patrol.publicity);
        }
        walked
    }
}

/// The districts of the scope, and others of which something was said.
struct Rows {
    known: Vec<String>,
    rows: BTreeMap<String, Supervised>,
}

impl Rows {
    fn of(asked: &Asked) -> Self {
        let districts = asked.scope.districts(asked.facts);
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
    fn key(&self, code: &str) -> String {
        let above = self
            .known
            .iter()
            .filter(|known| is_at_or_below(code, known));
        let nearest = above.max_by_key(|known| depth(known));
        nearest.map_or_else(|| code.to_owned(), Clone::clone)
    }

    fn row(&mut self, key: &str) -> &mut Supervised {
        self.rows
            .entry(key.to_owned())
            .or_insert_with(|| Supervised {
                code: key.to_owned(),
                ..Supervised::default()
            })
    }

    fn known(&mut self, key: &str) -> Option<&mut Supervised> {
        self.rows.get_mut(key)
    }

    fn of_district(&mut self, code: &str) -> &mut Supervised {
        let key = self.key(code);
        self.row(&key)
    }

    fn done(self, asked: &Asked) -> Vec<Supervised> {
        let name = |code: &str| {
            let mut all = asked.facts.districts.iter();
            all.find(|d| d.code == code).map(|d| d.name.clone())
        };
        self.rows
            .into_values()
            .filter(|row| asked.within(&row.code))
            .map(|row| Supervised {
                name: Some(row.name.clone())
                    .filter(|n| !n.is_empty())
                    .or_else(|| name(&row.code))
                    .unwrap_or_default(),
                ..row
            })
            .collect()
    }
}

fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}
