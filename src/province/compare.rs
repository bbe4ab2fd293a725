//! Year on year (同比): raw counts, counts per searched square kilometre, and counts on the ground searched in both periods.
//!
//! A raw count falls where less is flown. The rate per searched square kilometre does not, but it moves where other ground
//! is flown than before. On the ground searched in both, neither happens. All three are shown, with what else changed.

use super::counts::{SiteCounts, tallies};
use super::effort::DistrictEffort;
use super::facts::{Facts, FlightFact};
use super::period::{Period, Scope};
use super::stats::{Counted, Ratio};
use super::subdivided::SubdividedGround;
use super::windows::Windows;
use crate::ground::{area_m2, union_within};
use crate::schema::model_name;
use crate::tr;
use crate::words::Lang;
use geo::{BoundingRect, Intersects, MultiPolygon, Rect};
use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeSet;

/// Medians of GSD that differ by less than this factor are the same.
const SAME_GSD: f64 = 1.1;
/// Shares of ground in its window that differ by less than this are the same.
const SAME_SHARE: f64 = 0.1;
/// Middle days of the year that differ by at most so many days are the same.
const SAME_DAYS: i16 = 14;

/// A district in both periods; of each pair the earlier first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DistrictComparison {
    /// Its code; empty for all together.
    pub code: String,
    /// Its name; empty for all together.
    pub name: String,
    /// All confirmed sites, wherever they were found.
    pub raw: [usize; 2],
    /// Confirmed sites on fair ground, and its square kilometres.
    pub searched: [Counted; 2],
    /// The later rate over the earlier.
    pub rate: Option<Ratio>,
    /// Confirmed sites on the ground that is fair in both, and its square kilometres.
    pub common: [Counted; 2],
    /// The later count over the earlier on that ground.
    pub matched: Option<Ratio>,
}

/// How a period was flown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flown {
    /// The period.
    pub period: String,
    /// The same, to be put into words.
    #[serde(skip)]
    pub of: Period,
    /// Flights whose bounds touch those of the districts.
    pub flights: usize,
    /// Those of them whose imagery has no date.
    pub undated: usize,
    /// Square kilometres searched at all, by unique ground in districts.
    pub searched_km2: f64,
    /// Of them, in the growth window and finely enough.
    pub fair_km2: f64,
    /// Share of the searched ground that is in its window; `None` of none.
    pub in_window: Option<f64>,
    /// The models by name and the beginning of their hash.
    pub models: BTreeSet<String>,
    /// The thresholds, to four decimals at most.
    pub thresholds: BTreeSet<String>,
    /// The middle GSD of the flights, centimetres.
    pub gsd_cm: Option<f64>,
    /// First and last day of the imagery that has a date.
    pub days: Option<(Date, Date)>,
    /// The middle day of the year.
    pub middle_day: Option<i16>,
}

impl Flown {
    /// The period as tables and tiles name it: a year, or from which day to which.
    pub fn named(&self, lang: Lang) -> String {
        match self.of {
            Period::Season(year) => year.to_string(),
            Period::Between(..) => self.of.label(lang),
        }
    }

    /// That the dates of flights are not known, where they are not.
    fn without_date(&self, lang: Lang) -> Option<String> {
        let (undated, period) = (self.undated, self.named(lang));
        (undated > 0).then(|| {
            tr!(
                lang,
                "{flights} of {period} without a date of capture: that ground counts as searched, and not as searched in the growth window",
                "{period} 有 {undated} 个航次没有拍摄日期：其范围计入已搜索，不计入有效搜索",
                flights = (undated, "flight", "flights"),
            )
        })
    }
}

/// Something besides the ground that is not as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionChange {
    /// The model.
    Model,
    /// The threshold.
    Threshold,
    /// The ground sampling distance.
    Gsd,
    /// The share of ground searched in its growth window.
    Window,
    /// The weeks of the year.
    Weeks,
}

/// The comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// How each period was flown, the earlier first.
    pub flown: [Flown; 2],
    /// What changed besides the ground.
    pub changes: Vec<ConditionChange>,
    /// All districts together.
    pub total: DistrictComparison,
    /// Each district in order of its code.
    pub districts: Vec<DistrictComparison>,
}

/// Compares two periods, the earlier first.
pub fn compare(
    facts: &Facts,
    windows: &Windows,
    scope: &Scope,
    periods: [Period; 2],
) -> Comparison {
    let efforts = periods.map(|period| scope.effort(facts, windows, period));
    compared(facts, periods, &efforts)
}

/// The comparison of two periods whose effort in the same districts is known.
pub fn compared(
    facts: &Facts,
    periods: [Period; 2],
    efforts: &[Vec<DistrictEffort>; 2],
) -> Comparison {
    let [before, after] = efforts;
    let tally = [
        tallies(facts, periods[0], before),
        tallies(facts, periods[1], after),
    ];
    let districts: Vec<DistrictComparison> = (0..before.len().min(after.len()))
        .into_par_iter()
        .map(|at| line([&before[at], &after[at]], [&tally[0][at], &tally[1][at]]))
        .collect();
    let bounds = bounds(facts, after);
    let flown = [0, 1].map(|at| flown(facts, periods[at], &efforts[at], &bounds));
    Comparison {
        changes: changes(&flown),
        total: total(&districts),
        districts,
        flown,
    }
}

fn line(effort: [&DistrictEffort; 2], tally: [&SiteCounts; 2]) -> DistrictComparison {
    let [before, after] = effort;
    let both = if before.fair.0.is_empty() || after.fair.0.is_empty() {
        MultiPolygon::new(Vec::new())
    } else {
        union_within([&before.fair], &after.fair)
    };
    let km2 = area_m2(&both) / 1e6;
    let ground = SubdividedGround::of(&[&both]);
    let searched = [0, 1].map(|at| tally[at].counted(effort[at]));
    let common = tally.map(|tally| Counted {
        count: tally
            .on_ground
            .iter()
            .filter(|at| ground.contains(**at))
            .count(),
        km2,
    });
    DistrictComparison {
        code: after.code.clone(),
        name: after.name.clone(),
        raw: tally.map(SiteCounts::sites),
        rate: Ratio::of(searched[0], searched[1]),
        searched,
        matched: Ratio::of(common[0], common[1]),
        common,
    }
}

fn total(lines: &[DistrictComparison]) -> DistrictComparison {
    let sum = |part: &dyn Fn(&DistrictComparison) -> Counted| {
        lines
            .iter()
            .map(part)
            .fold(Counted::default(), |a, b| Counted {
                count: a.count + b.count,
                km2: a.km2 + b.km2,
            })
    };
    let searched = [0, 1].map(|at| sum(&|line| line.searched[at]));
    let common = [0, 1].map(|at| sum(&|line| line.common[at]));
    DistrictComparison {
        code: String::new(),
        name: String::new(),
        raw: [0, 1].map(|at| lines.iter().map(|line| line.raw[at]).sum()),
        rate: Ratio::of(searched[0], searched[1]),
        searched,
        matched: Ratio::of(common[0], common[1]),
        common,
    }
}

/// The bounds of the districts.
fn bounds(facts: &Facts, efforts: &[DistrictEffort]) -> Vec<Rect> {
    let codes: BTreeSet<&str> = efforts.iter().map(|e| e.code.as_str()).collect();
    facts
        .districts
        .iter()
        .filter(|d| codes.contains(d.code.as_str()))
        .filter_map(|d| d.area.bounding_rect())
        .collect()
}

fn flown(facts: &Facts, period: Period, efforts: &[DistrictEffort], bounds: &[Rect]) -> Flown {
    // A flight without an outline may have been anywhere.
    let here = |flight: &&FlightFact| {
        flight
            .searched
            .bounding_rect()
            .is_none_or(|own| bounds.iter().any(|b| b.intersects(&own)))
    };
    let flights: Vec<&FlightFact> = facts
        .flights
        .iter()
        .filter(|f| period.holds_flight(f))
        .filter(here)
        .collect();
    let mut gsd: Vec<f64> = flights.iter().filter_map(|f| f.gsd_cm).collect();
    gsd.sort_by(f64::total_cmp);
    let days = || flights.iter().filter_map(|f| f.captured);
    let mut middles: Vec<i16> = days().map(|(first, _)| first.day_of_year()).collect();
    middles.sort_unstable();
    // The sum of nothing is -0.
    let km2 = |part: fn(&DistrictEffort) -> f64| efforts.iter().map(part).sum::<f64>() / 1e6 + 0.0;
    let searched_km2 = km2(|e| e.searched_m2);
    Flown {
        period: period.to_string(),
        of: period,
        flights: flights.len(),
        undated: flights.iter().filter(|f| f.captured.is_none()).count(),
        searched_km2,
        fair_km2: km2(|e| e.fair_m2),
        in_window: (searched_km2 > 0.0).then(|| km2(|e| e.in_window_m2) / searched_km2),
        models: flights
            .iter()
            .map(|f| {
                let hash: String = f.model.1.chars().take(8).collect();
                format!("{} {hash}", f.model.0).trim().to_owned()
            })
            .collect(),
        thresholds: flights
            .iter()
            .map(|f| ((f.threshold * 1e4).round() / 1e4).to_string())
            .collect(),
        gsd_cm: gsd.get(gsd.len() / 2).copied(),
        days: days().map(|d| d.0).min().zip(days().map(|d| d.1).max()),
        middle_day: middles.get(middles.len() / 2).copied(),
    }
}

fn changes(flown: &[Flown; 2]) -> Vec<ConditionChange> {
    let [before, after] = flown;
    if before.flights == 0 || after.flights == 0 {
        return Vec::new();
    }
    let gsd = before
        .gsd_cm
        .zip(after.gsd_cm)
        .map(|(a, b)| (a / b).max(b / a) > SAME_GSD);
    let window = before
        .in_window
        .zip(after.in_window)
        .map(|(a, b)| (a - b).abs() > SAME_SHARE);
    let weeks = before
        .middle_day
        .zip(after.middle_day)
        .map(|(a, b)| (a - b).abs() > SAME_DAYS);
    [
        (ConditionChange::Model, before.models != after.models),
        (
            ConditionChange::Threshold,
            before.thresholds != after.thresholds,
        ),
        (ConditionChange::Gsd, gsd == Some(true)),
        (ConditionChange::Window, window == Some(true)),
        (ConditionChange::Weeks, weeks == Some(true)),
    ]
    .into_iter()
    .filter_map(|(change, is)| is.then_some(change))
    .collect()
}

impl Comparison {
    /// Sentences about what changed besides the ground, and what is missing for a comparison.
    pub fn remarks(&self, lang: Lang) -> Vec<String> {
        let [before, after] = &self.flown;
        let mut remarks = Vec::new();
        for side in &self.flown {
            let period = side.named(lang);
            if side.fair_km2 <= 0.0 {
                remarks.push(tr!(
                    lang,
                    "not enough data: in {period} no ground was searched in its growth window and finely enough; raw counts alone say nothing about more or less",
                    "数据不足：{period} 没有在生长期内且分辨率足够的已搜索范围；仅凭原始数量无法判断增减"
                ));
            }
        }
        if remarks.is_empty() && self.total.common[0].km2 <= 0.0 {
            remarks.push(tr!(
                lang,
                "not enough data on the same ground: no ground was searched in both; the rates are of different places",
                "同一范围数据不足：两期没有共同搜索过的范围；两期的比率来自不同地点"
            ));
        }
        remarks.extend(self.flown.iter().filter_map(|side| side.without_date(lang)));
        remarks.extend(
            self.changes
                .iter()
                .map(|change| change.sentence(before, after, lang)),
        );
        remarks
    }
}

fn list(set: &BTreeSet<String>) -> String {
    set.iter().cloned().collect::<Vec<_>>().join(", ")
}

impl ConditionChange {
    fn sentence(self, before: &Flown, after: &Flown, lang: Lang) -> String {
        let per_cent = |share: Option<f64>| share.unwrap_or(0.0) * 100.0;
        let day = |flown: &Flown| {
            flown.days.map_or_else(String::new, |(first, last)| {
                format!("{}–{}", first.strftime("%m-%d"), last.strftime("%m-%d"))
            })
        };
        match self {
            Self::Model => tr!(
                lang,
                "the model changed: {} → {}",
                "模型不同：{} → {}",
                model_name(&list(&before.models), lang),
                model_name(&list(&after.models), lang)
            ),
            Self::Threshold => tr!(
                lang,
                "the threshold changed: {} → {}",
                "阈值不同：{} → {}",
                list(&before.thresholds),
                list(&after.thresholds)
            ),
            Self::Gsd => tr!(
                lang,
                "the GSD changed: middle flight {:.1} cm → {:.1} cm",
                "分辨率不同：航次中位数 {:.1} cm → {:.1} cm",
                before.gsd_cm.unwrap_or(0.0),
                after.gsd_cm.unwrap_or(0.0)
            ),
            Self::Window => tr!(
                lang,
                "the share of searched ground in its growth window changed: {:.0} % → {:.0} %",
                "生长期内搜索的比例不同：{:.0}% → {:.0}%",
                per_cent(before.in_window),
                per_cent(after.in_window)
            ),
            Self::Weeks => tr!(
                lang,
                "the weeks of flying changed: {} → {}",
                "航测时段不同：{} → {}",
                day(before),
                day(after)
            ),
        }
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
