//! The report of a county or a province: facts of a period in, one page of HTML and one workbook with the same figures out.
//!
//! [`Figures`] are computed once; [`tables`] put them into words and numbers; the page and the workbook show those tables.
//! Every figure stands with its numerator and its denominator.

mod charts;
mod districts;
mod hot;
mod keys;
mod map;
mod page;
mod sheets;
pub mod table;
pub mod tables;
mod work;

pub use hot::{Places, hot_spots};
pub use keys::{Key, keys};
pub use page::page;
pub use sheets::workbook;

use super::compare::{Comparison, compared};
use super::effort::DistrictEffort;
use super::facts::{Facts, SiteFact};
use super::hot_spots::{self, HotSpots, NotEnough};
use super::irregular::{self, Irregular};
use super::period::{Period, Scope};
use super::process::{Process, process_of};
use super::rank::{LEAST_COVER, Ranking, rank};
use super::tally::{Tally, sites_by_district, tallies};
use super::windows::Windows;
use super::work::Worked;
use crate::ground::LonLat;
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
    pub processes: Vec<Process>,
    /// How far the sites of all districts came.
    pub process: Process,
    /// Which districts are worse.
    pub ranking: Ranking,
    /// The same period a year before, and this.
    pub comparison: Comparison,
    /// Where it is worse.
    pub hot: Result<HotSpots, NotEnough>,
    /// What stays marked and what is not followed, by unit.
    pub irregular: Vec<(String, Irregular)>,
    /// What offices did beside their sites.
    pub work: Worked,
}

impl<'f> Figures<'f> {
    /// Computes them.
    pub fn of(facts: &'f Facts, windows: &Windows, scope: &Scope, subject: Subject) -> Self {
        let period = subject.period;
        let efforts = scope.effort(facts, windows, period);
        let tallies = tallies(facts, period, &efforts);
        let sites = sites_by_district(facts, period, &efforts);
        let all: Vec<&SiteFact> = sites.iter().flatten().copied().collect();
        let on = subject.made_on;
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
            processes: sites.iter().map(|own| process_of(own, on)).collect(),
            process: process_of(&all, on),
            ranking,
            comparison,
            hot,
            irregular: irregular::by_unit(facts, period, scope.within),
            work: Worked::of(facts, period, scope, on),
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
    pub fn places(&self) -> Places<'_> {
        let names = self.efforts.iter().map(|e| e.name.as_str());
        Places(self.areas.iter().copied().zip(names).collect())
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
    let sites: Vec<LonLat> = tallies
        .iter()
        .flat_map(|t| t.on_ground.iter().copied())
        .collect();
    hot_spots::hot_spots(&ground, &sites, options)
}

#[cfg(test)]
mod tests;
