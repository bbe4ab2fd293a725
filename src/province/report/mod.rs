//! The figures of a report of a county or a province: facts of a period in, tables and one workbook out.
//!
//! [`Figures`] are computed once; [`tables`] put them into words and numbers; the page and the workbook show those tables.
//! A further section is one more table in [`tables::tables`].
//! Every figure stands with its numerator and its denominator.

mod about;
mod desk;
mod districts;
mod hot_spot_table;
mod key_figure;
mod key_figures;
mod marked;
mod patrolled;
mod sheets;
pub mod table;
pub mod tables;
mod unplaced;
mod upward;
mod upward_tables;
mod work;

pub use about::ReportSource;
pub use districts::open;
pub use hot_spot_table::{Places, hot_spots};
pub use key_figure::{KeyFigure, Quantity};
pub use key_figures::keys;
pub use sheets::workbook;
pub use unplaced::Unplaced;
pub use upward::{Amount, Destroyed, PatrolTotals, Precision, TargetsMet, Upward};
pub use upward_tables::awaited;
pub use work::work_tables;

use super::compare::{Comparison, compared};
use super::counts::{SiteCounts, sites_by_district, tallies};
use super::desk::Cost;
use super::effort::DistrictEffort;
use super::facts::{DistrictArea, Facts, FlightFact, Irregular, SiteFact};
use super::hot_spots::{self, HotSpots, NotEnough};
use super::irregular::{self, DateDoubt};
use super::period::{Period, Scope};
use super::process::{Process, process_of};
use super::rank::{DistrictRanking, LEAST_COVER, rank};
use super::windows::Windows;
use super::work::Worked;
use crate::ground::LonLat;
use crate::registry::Settings;
use crate::tr;
use crate::words::Lang;
use geo::MultiPolygon;
use jiff::civil::Date;
use patrolled::PatrolledGround;
use std::collections::BTreeMap;

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
    pub hot: hot_spots::HotSpotOptions,
    /// The day (`MM-DD`) on which the next year's season begins.
    pub season_begins: String,
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
            hot: hot_spots::HotSpotOptions::default(),
            season_begins: Settings::default().season_begins,
        }
    }

    /// From when to when a season goes: its name is a year, and it begins in the year before.
    pub fn span(&self, lang: Lang) -> Option<String> {
        let Period::Season(year) = self.period else {
            return None;
        };
        let begins = |year: i16| format!("{year}-{}", self.season_begins);
        let first = begins(year - 1);
        let last = begins(year).parse::<Date>().ok()?.yesterday().ok()?;
        Some(tr!(
            lang,
            "Season {year}: {first} to {last}; what was sown in autumn counts for the year of its harvest.",
            "{year} 年度指 {first} 至 {last}（秋播计入次年）。"
        ))
    }
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
    /// What was patrolled, in all of it.
    pub(crate) patrolled: PatrolledGround,
    /// What was confirmed there.
    pub tallies: Vec<SiteCounts>,
    /// How far the sites came, in the order of `efforts`.
    pub processes: Vec<Process>,
    /// How far the sites of all districts came.
    pub process: Process,
    /// Which districts are worse.
    pub ranking: DistrictRanking,
    /// The same period a year before, and this.
    pub comparison: Comparison,
    /// Where it is worse.
    pub hot: Result<HotSpots, NotEnough>,
    /// What lies in no district of the file, by unit.
    pub unplaced: BTreeMap<String, Unplaced>,
    /// What stays marked and what is not followed, by unit.
    pub irregular: Vec<(String, Irregular)>,
    /// The flights whose days are in doubt, by unit.
    pub doubted: Vec<(&'f FlightFact, DateDoubt)>,
    /// What counties send upward beside rates.
    pub upward: Upward,
    /// What the registry says of itself.
    pub about: ReportSource,
    /// The districts of all levels.
    districts: &'f [DistrictArea],
    /// What offices did beside their sites.
    pub work: Worked,
    /// What screening cost.
    pub cost: Vec<Cost>,
}

impl<'f> Figures<'f> {
    /// Computes them.
    pub fn of(
        facts: &'f Facts,
        windows: &Windows,
        scope: &Scope,
        subject: Subject,
        about: ReportSource,
    ) -> Self {
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
            upward: Upward::of(facts, windows, scope, period, &about, &sites),
            about,
            districts: &facts.districts,
            subject,
            areas: districts.iter().map(|d| &d.area).collect(),
            patrolled: PatrolledGround::of(facts, windows, (scope, period), &efforts),
            efforts,
            tallies,
            processes: sites.iter().map(|own| process_of(own, on)).collect(),
            process: process_of(&all, on),
            ranking,
            comparison,
            hot,
            unplaced: unplaced::unplaced(facts, period, scope.within),
            irregular: irregular::by_unit(facts, period, scope.within),
            doubted: irregular::doubted_flights(facts, period, scope.within),
            work: Worked::of(facts, period, scope, on),
            cost: desk::cost(facts, period, scope),
        }
    }

    /// The districts' effort together: all, searched, fair; km².
    pub(crate) fn ground_km2(&self) -> [f64; 3] {
        // The sum of nothing is -0.
        let km2 = |part: fn(&DistrictEffort) -> f64| {
            self.efforts.iter().map(part).sum::<f64>() / 1e6 + 0.0
        };
        [
            km2(|e| e.area_m2),
            km2(|e| e.searched_m2),
            km2(|e| e.fair_m2),
        ]
    }

    /// The districts by their ground.
    pub fn places(&self) -> Places<'_> {
        Places(self.districts)
    }

    /// What was found and eradicated in all districts.
    pub fn destroyed(&self) -> Destroyed {
        let all = || self.upward.destroyed.iter();
        Destroyed {
            found: all().map(|d| d.found).sum(),
            eradicated: all().map(|d| d.eradicated).sum(),
        }
    }

    /// Whether the period holds nothing at all: no flight, no patrol, no site, and nothing that offices did beside these.
    pub fn is_empty(&self) -> bool {
        self.comparison.flown[1].flights == 0
            && self.upward.patrolled.patrols == 0
            && self.process.sites == 0
            && self.unplaced.is_empty()
            && self.work.is_empty(self.subject.period)
    }

    /// Why figures of confirmed sites differ, where they do.
    pub fn reconciled(&self, lang: Lang) -> Vec<String> {
        let on_ground: usize = self.tallies.iter().map(|t| t.on_ground.len()).sum();
        let elsewhere: usize = self.tallies.iter().map(|t| t.elsewhere).sum();
        let all = on_ground + elsewhere;
        let mut said = Vec::new();
        if elsewhere > 0 {
            said.push(tr!(
                lang,
                "confirmed sites: {all}, of which {on_ground} lie on ground searched in window and finely enough and are in the rates, and {elsewhere} elsewhere, which no rate counts",
                "查实图斑 {all} 个：其中 {on_ground} 个在有效搜索范围内，计入密度和热点；{elsewhere} 个在其他范围，只计入查处，不计入密度和热点"
            ));
        }
        said
    }
}

/// Hot spots among confirmed sites on the fair ground of districts.
///
/// # Errors
/// [`NotEnough`].
pub fn hot_of(
    efforts: &[DistrictEffort],
    tallies: &[SiteCounts],
    options: hot_spots::HotSpotOptions,
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
