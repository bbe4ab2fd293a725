//! Which districts are worse, with the reasons beside each rank.
//!
//! Districts are ordered by their empirical-Bayes rate, so that one site on little ground is not the worst of all. Where too
//! little of a district was searched it has no rank: it is neither last nor first.

use super::counts::SiteCounts;
use super::effort::DistrictEffort;
use super::stats::{Counted, EmpiricalBayes, LEAST_KM2, Per100, plants_interval};
use crate::exchange::cell::ground;
use crate::tr;
use crate::words::Lang;
use serde::Serialize;

/// The share of a district that has to be searched for a rank, unless another is asked for.
pub const LEAST_COVER: f64 = 0.2;
/// Rates on fewer sites than this are called unstable, as health offices do.
const STABLE: usize = 20;

/// Where a district stands beside all ranked ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Placing {
    /// Its interval lies above the rate of all.
    Above,
    /// Its interval holds the rate of all.
    AsAll,
    /// Its interval lies below the rate of all.
    Below,
    /// Too little of it was searched.
    Insufficient,
}

/// A district with its figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankedDistrict {
    /// Its place from 1, the highest rate first; equal rates share one. `None` where there is nothing to rank by.
    pub place: Option<usize>,
    /// Its place by the rate as counted, for comparison.
    pub raw_place: Option<usize>,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// All of it, km².
    pub area_km2: f64,
    /// The share of it searched in its window and finely enough.
    pub cover: f64,
    /// Confirmed sites on that ground, and its km².
    pub counted: Counted,
    /// Confirmed sites elsewhere in the district, which no rate counts.
    pub elsewhere: usize,
    /// Confirmed sites per 100 km² with their exact 95 % interval.
    pub rate: Option<Per100>,
    /// The same drawn towards the rate of all.
    pub shrunk: Option<f64>,
    /// Plants counted at those sites.
    pub plants: u64,
    /// Sites among them without a count of plants.
    pub uncounted: usize,
    /// Plants per 100 km² with a 95 % interval that takes each site as one find.
    pub plants_rate: Option<Per100>,
    /// Where it stands.
    pub standing: Placing,
}

/// All districts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DistrictRanking {
    /// The share of a district that has to be searched for a rank.
    pub least_cover: f64,
    /// Sites per 100 km² over all ranked districts; `None` where none is.
    pub mean: Option<f64>,
    /// Ranked districts in their order, then those without a rank by code.
    pub districts: Vec<RankedDistrict>,
}

/// Ranks districts; `tallies` in the order of `efforts`.
pub fn rank(
    efforts: &[DistrictEffort],
    tallies: &[SiteCounts],
    least_cover: f64,
) -> DistrictRanking {
    let mut districts: Vec<RankedDistrict> = efforts
        .iter()
        .zip(tallies)
        .map(|(effort, tally)| figures(effort, tally, least_cover))
        .collect();
    let sufficient: Vec<usize> = (0..districts.len())
        .filter(|at| districts[*at].standing != Placing::Insufficient)
        .collect();
    let counts: Vec<usize> = sufficient
        .iter()
        .map(|at| districts[*at].counted.count)
        .collect();
    let km2: Vec<f64> = sufficient
        .iter()
        .map(|at| districts[*at].counted.km2)
        .collect();
    let field = EmpiricalBayes::of(&counts, &km2);
    if let Some(field) = &field {
        for (at, shrunk) in sufficient.iter().zip(&field.rates) {
            let district = &mut districts[*at];
            district.shrunk = Some(shrunk * 100.0);
            district.standing = standing(district.rate, field.mean * 100.0);
        }
    }
    let any = counts.iter().sum::<usize>() > 0;
    if sufficient.len() > 1 && any {
        place(
            &mut districts,
            |d| d.shrunk,
            |d, place| d.place = Some(place),
        );
        let ranked = |d: &RankedDistrict| d.shrunk.and(d.rate).map(|r| r.rate);
        place(&mut districts, ranked, |d, place| d.raw_place = Some(place));
    }
    districts.sort_by(|a, b| {
        let key = |d: &RankedDistrict| {
            (
                d.standing == Placing::Insufficient,
                d.place.unwrap_or(usize::MAX),
            )
        };
        let by_rate = |d: &RankedDistrict| d.rate.map_or(0.0, |r| r.rate);
        key(a)
            .cmp(&key(b))
            .then(by_rate(b).total_cmp(&by_rate(a)))
            .then(a.code.cmp(&b.code))
    });
    DistrictRanking {
        least_cover,
        mean: field.map(|f| f.mean * 100.0),
        districts,
    }
}

fn figures(effort: &DistrictEffort, tally: &SiteCounts, least_cover: f64) -> RankedDistrict {
    let counted = tally.counted(effort);
    let cover = if effort.area_m2 > 0.0 {
        effort.fair_m2 / effort.area_m2
    } else {
        0.0
    };
    let enough = counted.per_100().is_some() && cover >= least_cover;
    let plants: u64 = tally.plants.iter().sum();
    let per_100 = |n: f64| n / counted.km2 * 100.0;
    let plants_rate = plants_interval(&tally.plants)
        .filter(|_| counted.km2 >= LEAST_KM2)
        .map(|(low, high)| Per100 {
            rate: per_100(plants as f64),
            low: per_100(low),
            high: per_100(high),
        });
    RankedDistrict {
        place: None,
        raw_place: None,
        code: effort.code.clone(),
        name: effort.name.clone(),
        area_km2: effort.area_m2 / 1e6,
        cover,
        counted,
        elsewhere: tally.elsewhere,
        rate: counted.per_100(),
        shrunk: None,
        plants,
        uncounted: tally.uncounted,
        plants_rate,
        standing: if enough {
            Placing::AsAll
        } else {
            Placing::Insufficient
        },
    }
}

fn standing(rate: Option<Per100>, mean: f64) -> Placing {
    match rate {
        None => Placing::Insufficient,
        Some(rate) if rate.low > mean => Placing::Above,
        Some(rate) if rate.high < mean => Placing::Below,
        Some(_) => Placing::AsAll,
    }
}

/// Numbers districts by a value, the highest first; equal values share a place.
fn place(
    districts: &mut [RankedDistrict],
    value: impl Fn(&RankedDistrict) -> Option<f64>,
    set: impl Fn(&mut RankedDistrict, usize),
) {
    let values: Vec<f64> = districts.iter().filter_map(&value).collect();
    for district in districts {
        if let Some(own) = value(district) {
            // A hair apart is rounding and no difference.
            let higher = values.iter().filter(|v| **v > own * (1.0 + 1e-9)).count();
            set(district, higher + 1);
        }
    }
}

impl Placing {
    /// In words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Above => lang.pick("above the rate of all", "高于总体"),
            Self::AsAll => lang.pick("not distinguishable from all", "与总体无显著差异"),
            Self::Below => lang.pick("below the rate of all", "低于总体"),
            Self::Insufficient => lang.pick("insufficient data", "资料不足"),
        }
    }
}

impl DistrictRanking {
    /// Why there are no ranks, where there are none.
    pub fn why_none(&self, lang: Lang) -> Option<String> {
        let enough = || {
            self.districts
                .iter()
                .filter(|d| d.standing != Placing::Insufficient)
        };
        let (number, all) = (enough().count(), self.districts.len());
        let cover = self.least_cover * 100.0;
        if number < 2 {
            return Some(tr!(
                lang,
                "not enough data to rank: searched in window and finely enough on at least {cover:.0} % of the ground: {number} of {districts}",
                "数据不足，无法排名：{all} 个区划中，有效搜索率达到 {cover:.0}% 的仅 {number} 个",
                districts = (all, "district", "districts")
            ));
        }
        let sites: usize = enough().map(|d| d.counted.count).sum();
        (sites == 0).then(|| {
            tr!(
                lang,
                "nothing to rank by: no confirmed site on the searched ground",
                "无可排名：有效搜索范围内没有查实图斑"
            )
        })
    }
}

impl RankedDistrict {
    /// The reasons beside its rank.
    pub fn reasons(&self, ranking: &DistrictRanking, lang: Lang) -> String {
        let mut reasons = Vec::new();
        let (count, km2, cover) = (self.counted.count, self.counted.km2, self.cover * 100.0);
        if km2 > 0.0 && self.rate.is_none() {
            let searched = ground(km2 * 1e6);
            reasons.push(tr!(
                lang,
                "not enough data: {searched} searched in window and finely enough are too little for a rate",
                "数据不足：有效搜索仅 {searched}，面积过小，不计算密度"
            ));
        } else if self.standing == Placing::Insufficient {
            let least = ranking.least_cover * 100.0;
            reasons.push(tr!(
                lang,
                "{cover:.1} % searched in window and finely enough, at least {least:.0} % are needed",
                "有效搜索率仅 {cover:.1}%，至少需要 {least:.0}%"
            ));
        } else {
            reasons.push(tr!(
                lang,
                "{sites} on {km2:.1} km² ({cover:.0} % of the district)",
                "有效搜索 {km2:.1} km²（占 {cover:.0}%），查实图斑 {count} 个",
                sites = (count, "site", "sites"),
            ));
            reasons.push(self.standing.label(lang).to_owned());
            if count < STABLE {
                reasons.push(tr!(
                    lang,
                    "unstable: fewer than {STABLE} sites",
                    "图斑不足 {STABLE} 个，密度不稳定"
                ));
            }
            if let (Some(place), Some(raw)) = (self.place, self.raw_place)
                && place != raw
            {
                reasons.push(tr!(
                    lang,
                    "place {raw} by the rate as counted",
                    "按实测密度排第 {raw}"
                ));
            }
        }
        if self.elsewhere > 0 {
            let elsewhere = self.elsewhere;
            reasons.push(tr!(
                lang,
                "{elsewhere} more confirmed on other ground",
                "另有查实图斑 {elsewhere} 个在其他范围"
            ));
        }
        reasons.join(lang.pick("; ", "；"))
    }
}

#[cfg(test)]
#[path = "rank_tests.rs"]
mod tests;
