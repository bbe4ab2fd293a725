//! What counties send upward beside rates: plants and ground found and eradicated, patrols, what is overdue, targets met,
//! and how often the model was right.

use crate::ground::area_mu;
use crate::province::facts::{Facts, SiteFact};
use crate::province::finds::Late;
use crate::province::period::{Period, Scope};
use crate::province::targets::{TOLERANCE_M, TargetFact, match_targets};
use crate::province::windows::Windows;
use crate::registry::SiteKey;
use crate::registry::body::FoundBy;
use crate::statistics::Share;
use geo::Intersects;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Sum;
use std::ops::Add;

/// Sites with their plants and their ground.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Amount {
    /// Sites.
    pub sites: usize,
    /// Plants of those that were counted.
    pub plants: u64,
    /// Mu (亩) of those that were measured.
    pub mu: f64,
    /// Sites without a count of plants.
    pub uncounted: usize,
    /// Sites without an area.
    pub unmeasured: usize,
}

impl Amount {
    fn of(site: &SiteFact) -> Self {
        Self {
            sites: 1,
            plants: site.plants.unwrap_or(0),
            mu: area_mu(site.area_m2.unwrap_or(0.0)),
            uncounted: usize::from(site.plants.is_none()),
            unmeasured: usize::from(site.area_m2.is_none()),
        }
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            sites: self.sites + other.sites,
            plants: self.plants + other.plants,
            mu: self.mu + other.mu,
            uncounted: self.uncounted + other.uncounted,
            unmeasured: self.unmeasured + other.unmeasured,
        }
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

/// What was confirmed, and what of it was eradicated.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Destroyed {
    /// Confirmed as poppy.
    pub found: Amount,
    /// All of it eradicated.
    pub eradicated: Amount,
}

impl Destroyed {
    /// Of some sites.
    pub fn of(sites: &[&SiteFact]) -> Self {
        let confirmed = || sites.iter().filter(|s| s.confirmed == Some(true));
        let gone = |s: &&&SiteFact| s.gone;
        Self {
            found: confirmed().map(|s| Amount::of(s)).sum(),
            eradicated: confirmed().filter(gone).map(|s| Amount::of(s)).sum(),
        }
    }
}

/// Patrols over all districts, each once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PatrolTotals {
    /// How many.
    pub patrols: usize,
    /// People, counted at each.
    pub people: u64,
    /// Vehicles, counted at each.
    pub vehicles: u64,
    /// Those that found nothing.
    pub zero: usize,
}

impl PatrolTotals {
    /// The patrols of a period in the districts of a scope.
    pub fn of(facts: &Facts, period: Period, scope: &Scope) -> Self {
        let districts = scope.districts(facts);
        let here = |patrol: &&crate::province::facts::PatrolFact| {
            let named = patrol.district.as_deref();
            let walked = || districts.iter().any(|d| patrol.walked.intersects(&d.area));
            let named_here = named.is_some_and(|code| code.starts_with(scope.within));
            named_here || (named.is_none() && walked())
        };
        let mut sum = Self::default();
        for patrol in facts.patrols.iter().filter(|p| period.holds_patrol(p)) {
            if here(&patrol) {
                sum.patrols += 1;
                sum.people += patrol.people;
                sum.vehicles += patrol.vehicles;
                sum.zero += usize::from(patrol.zero);
            }
        }
        sum
    }
}

/// A list of targets and what became of each.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetsMet {
    /// What the list is called.
    pub name: String,
    /// Its targets in the districts of the report.
    pub targets: Vec<TargetFact>,
}

/// How often the sites that a model reported were poppy.
#[derive(Debug, Clone, PartialEq)]
pub struct Precision {
    /// The model.
    pub model: String,
    /// Confirmed, of verified.
    pub share: Share,
}

/// The figures that go upward.
#[derive(Debug, Default)]
pub struct Upward {
    /// In the order of the districts.
    pub destroyed: Vec<Destroyed>,
    /// Each patrol once.
    pub patrolled: PatrolTotals,
    /// What is overdue by district, in their order.
    pub late: Vec<Vec<Late>>,
    /// The lists of the period's season.
    pub targets: Vec<TargetsMet>,
    /// By model.
    pub precision: Vec<Precision>,
}

impl Upward {
    /// Computes them; `sites` are those of each district in the period.
    pub fn of(
        facts: &Facts,
        windows: &Windows,
        scope: &Scope,
        period: Period,
        about: &super::ReportSource,
        sites: &[Vec<&SiteFact>],
    ) -> Self {
        let late_of = |own: &Vec<&SiteFact>| {
            let keys: BTreeSet<SiteKey> = own.iter().map(|site| site.key).collect();
            let late = about.late.iter();
            late.filter(|l| keys.contains(&l.key)).cloned().collect()
        };
        let in_scope = |target: &TargetFact| {
            let code = target.district.as_deref();
            scope.within.is_empty() || code.is_some_and(|code| code.starts_with(scope.within))
        };
        let lists = about.lists.iter().filter(|l| period.is_of_season(l.season));
        Self {
            destroyed: sites.iter().map(|own| Destroyed::of(own)).collect(),
            patrolled: PatrolTotals::of(facts, period, scope),
            late: sites.iter().map(late_of).collect(),
            targets: lists
                .map(|list| TargetsMet {
                    name: list.name.clone(),
                    targets: match_targets(list, facts, windows, TOLERANCE_M)
                        .into_iter()
                        .filter(in_scope)
                        .collect(),
                })
                .collect(),
            precision: precision(facts, sites),
        }
    }

    /// Targets on file, of all of the lists.
    pub fn met(&self) -> (usize, usize) {
        let all = || self.targets.iter().flat_map(|list| &list.targets);
        (all().filter(|t| t.met.is_matched()).count(), all().count())
    }

    /// Confirmed, of verified detections, of all models.
    pub fn right(&self) -> Share {
        let sum = |part: fn(&Share) -> usize| self.precision.iter().map(|p| part(&p.share)).sum();
        Share::new(sum(|s| s.count), sum(|s| s.of))
    }
}

fn precision(facts: &Facts, sites: &[Vec<&SiteFact>]) -> Vec<Precision> {
    let models: BTreeMap<&str, &str> = facts
        .flights
        .iter()
        .map(|f| (f.scan.as_str(), f.model.0.as_str()))
        .collect();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let detections = sites.iter().flatten().filter(|s| s.source == FoundBy::Scan);
    for site in detections {
        let (Some(poppy), Some(scan)) = (site.confirmed, site.scan.as_deref()) else {
            continue;
        };
        let (right, all) = counts
            .entry(models.get(scan).copied().unwrap_or("?"))
            .or_default();
        *right += usize::from(poppy);
        *all += 1;
    }
    counts
        .into_iter()
        .map(|(model, (right, all))| Precision {
            model: model.to_owned(),
            share: Share::new(right, all),
        })
        .collect()
}
