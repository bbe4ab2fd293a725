//! The report of a county or a province: facts of a period in, one page of HTML and one workbook with the same figures out.
//!
//! [`Figures`] are computed once; [`tables`] put them into words and numbers; the page and the workbook show those tables.
//! Every figure stands with its numerator and its denominator.

mod charts;
mod map;
mod page;
mod sheets;
pub mod tables;

pub use page::page;
pub use sheets::workbook;

use super::compare::{Comparison, compared};
use super::effort::DistrictEffort;
use super::facts::{Facts, SiteFact};
use super::hot_spots::{self, HotSpots, NotEnough, hot_spots};
use super::period::{Period, Scope};
use super::rank::{LEAST_COVER, Ranking, rank};
use super::tally::{Tally, sites_by_district, tallies};
use super::windows::Windows;
use crate::ground::LonLat;
use crate::registry::State;
use crate::words::Lang;
use geo::MultiPolygon;
use jiff::civil::Date;

/// What a report is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The period.
    pub period: Period,
    /// The name of the district whose parts are compared; empty for all districts.
    pub name: String,
    /// The unit that reports.
    pub unit: String,
    /// The day it is made.
    pub made_on: Date,
    /// The share of a district that has to be searched for a rank.
    pub least_cover: f64,
    /// How hot spots are sought.
    pub hot: hot_spots::Options,
}

impl Subject {
    /// A subject with the usual thresholds.
    pub fn new(period: Period, name: &str, unit: &str, made_on: Date) -> Self {
        Self {
            period,
            name: name.to_owned(),
            unit: unit.to_owned(),
            made_on,
            least_cover: LEAST_COVER,
            hot: hot_spots::Options::default(),
        }
    }
}

impl Subject {
    /// Whose figures these are.
    pub fn name_in(&self, lang: Lang) -> String {
        if self.name.is_empty() {
            lang.pick("all districts", "全部区划").to_owned()
        } else {
            self.name.clone()
        }
    }
}

/// How far the sites of a district have come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Life {
    /// Sites that became known.
    pub known: usize,
    /// Put aside at the desk.
    pub screened_out: usize,
    /// Visited with a result.
    pub verified: usize,
    /// Of those, poppy.
    pub confirmed: usize,
    /// Of those, all of it eradicated.
    pub eradicated: usize,
    /// Of those, accepted by another person.
    pub accepted: usize,
    /// With work still to be done.
    pub open: usize,
    /// In dispute.
    pub disputed: usize,
    /// That recur from a closed one (复种).
    pub recurring: usize,
}

impl Life {
    fn of(sites: &[&SiteFact]) -> Self {
        let count = |is: &dyn Fn(&SiteFact) -> bool| sites.iter().filter(|s| is(s)).count();
        let poppy = |s: &SiteFact| s.confirmed == Some(true);
        Self {
            known: sites.len(),
            screened_out: count(&|s| s.state == State::ScreenedOut),
            verified: count(&|s| s.confirmed.is_some()),
            confirmed: count(&poppy),
            eradicated: count(&|s| poppy(s) && s.steps.eradicated.is_some()),
            accepted: count(&|s| poppy(s) && s.steps.accepted.is_some()),
            open: count(&|s| s.state.is_open()),
            disputed: count(&|s| s.disputed),
            recurring: count(&|s| poppy(s) && s.recurs_of.is_some()),
        }
    }

    /// Two together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            known: self.known + other.known,
            screened_out: self.screened_out + other.screened_out,
            verified: self.verified + other.verified,
            confirmed: self.confirmed + other.confirmed,
            eradicated: self.eradicated + other.eradicated,
            accepted: self.accepted + other.accepted,
            open: self.open + other.open,
            disputed: self.disputed + other.disputed,
            recurring: self.recurring + other.recurring,
        }
    }
}

/// Every figure of a report.
#[derive(Debug)]
pub struct Figures<'f> {
    /// What it is about.
    pub subject: Subject,
    /// The ground of the districts, in the order of `efforts`.
    pub areas: Vec<&'f MultiPolygon>,
    /// What was searched.
    pub efforts: Vec<DistrictEffort>,
    /// What was confirmed there.
    pub tallies: Vec<Tally>,
    /// How far the sites came, in the order of `efforts`.
    pub lives: Vec<Life>,
    /// Which districts are worse.
    pub ranking: Ranking,
    /// The same period a year before, and this.
    pub comparison: Comparison,
    /// Where it is worse.
    pub hot: Result<HotSpots, NotEnough>,
}

impl<'f> Figures<'f> {
    /// Computes them.
    pub fn of(facts: &'f Facts, windows: &Windows, scope: &Scope, subject: Subject) -> Self {
        let period = subject.period;
        let efforts = scope.effort(facts, windows, period);
        let tallies = tallies(facts, period, &efforts);
        let lives: Vec<Life> = sites_by_district(facts, period, &efforts)
            .iter()
            .map(|sites| Life::of(sites))
            .collect();
        let ranking = rank(&efforts, &tallies, subject.least_cover);
        let earlier = scope.effort(facts, windows, period.before());
        let both = [earlier, efforts];
        let comparison = compared(facts, [period.before(), period], &both);
        let [_, efforts] = both;
        let hot = hot_of(&efforts, &tallies, subject.hot);
        let mut districts = scope.districts(facts);
        districts.sort_by(|a, b| a.code.cmp(&b.code));
        Self {
            subject,
            areas: districts.iter().map(|d| &d.area).collect(),
            efforts,
            tallies,
            lives,
            ranking,
            comparison,
            hot,
        }
    }

    /// The districts' effort together: all, searched, in window, fair, patrolled; km².
    pub fn ground_km2(&self) -> [f64; 5] {
        // The sum of nothing is -0.
        let km2 = |part: fn(&DistrictEffort) -> f64| {
            self.efforts.iter().map(part).sum::<f64>() / 1e6 + 0.0
        };
        [
            km2(|e| e.area_m2),
            km2(|e| e.searched_m2),
            km2(|e| e.in_window_m2),
            km2(|e| e.fair_m2),
            km2(|e| e.patrolled_m2),
        ]
    }

    /// The districts by their ground.
    pub fn places(&self) -> tables::Places<'_> {
        let names = self.efforts.iter().map(|e| e.name.as_str());
        tables::Places(self.areas.iter().copied().zip(names).collect())
    }

    /// All sites' life together.
    pub fn life(&self) -> Life {
        self.lives.iter().copied().fold(Life::default(), Life::plus)
    }
}

/// Hot spots among confirmed sites on the fair ground of districts.
///
/// # Errors
/// [`NotEnough`].
pub fn hot_of(
    efforts: &[DistrictEffort],
    tallies: &[Tally],
    options: hot_spots::Options,
) -> Result<HotSpots, NotEnough> {
    let ground: Vec<&MultiPolygon> = efforts.iter().map(|e| &e.fair).collect();
    let sites: Vec<LonLat> = tallies.iter().flat_map(|t| t.on_ground.iter().copied()).collect();
    hot_spots(&ground, &sites, options)
}

#[cfg(test)]
mod tests;
