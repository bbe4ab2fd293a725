//! The confirmed sites of districts: those on ground that counts, those elsewhere, and their plants.

use super::effort::DistrictEffort;
use super::facts::{Facts, SiteFact};
use super::period::Period;
use super::rest::row_of;
use super::stats::Counted;
use super::subdivided::SubdividedGround;
use crate::ground::LonLat;
use geo::{BoundingRect, Contains, Point};
use rayon::prelude::*;
use std::collections::HashMap;

/// The confirmed sites of a district in a period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SiteCounts {
    /// Where those lie that are on fair ground (searched in its window and finely enough): the numerator of every rate.
    pub on_ground: Vec<LonLat>,
    /// Confirmed sites of the district that are not on fair ground.
    pub elsewhere: usize,
    /// Plants of each site on fair ground that has a count.
    pub plants: Vec<u64>,
    /// Sites on fair ground without a count of plants.
    pub uncounted: usize,
    /// Plants of all confirmed sites of the district that have a count.
    pub all_plants: u64,
}

impl SiteCounts {
    /// All confirmed sites of the district.
    pub fn sites(&self) -> usize {
        self.on_ground.len() + self.elsewhere
    }

    /// The sites on fair ground over its square kilometres.
    pub fn counted(&self, effort: &DistrictEffort) -> Counted {
        Counted {
            count: self.on_ground.len(),
            km2: effort.fair_m2 / 1e6,
        }
    }
}

/// The sites of a period by district, in the order of `efforts` (all of one level). A site in none of them is in what is left of the
/// district above; sites outside that as well are left out.
pub(crate) fn sites_by_district<'f>(
    facts: &'f Facts,
    period: Period,
    efforts: &[DistrictEffort],
) -> Vec<Vec<&'f SiteFact>> {
    let index: HashMap<&str, usize> = efforts
        .iter()
        .enumerate()
        .map(|(at, e)| (e.code.as_str(), at))
        .collect();
    let level = efforts.first().map_or(6, |e| e.code.len());
    // Only sites whose code is missing or too short are looked for on the map.
    let areas: Vec<_> = facts
        .districts
        .iter()
        .filter_map(|d| Some((*index.get(d.code.as_str())?, d, d.area.bounding_rect()?)))
        .collect();
    let mut all = vec![Vec::new(); efforts.len()];
    for site in facts.sites.iter().filter(|s| period.holds_site(s)) {
        let row = |code: &str| index.get(code).copied();
        let code = site.district.as_deref().unwrap_or_default();
        let on_map = || {
            let point = Point::from(site.at);
            areas
                .iter()
                .find(|(_, d, bounds)| bounds.contains(&point) && d.area.contains(&point))
                .map(|(at, ..)| *at)
        };
        let own = match code.get(..level) {
            Some(coded) => row(coded),
            None => on_map(),
        };
        let at = own.or_else(|| row_of(code, level, row));
        if let Some(at) = at {
            all[at].push(site);
        }
    }
    all
}

/// The tallies of a period, in the order of `efforts`.
pub fn tallies(facts: &Facts, period: Period, efforts: &[DistrictEffort]) -> Vec<SiteCounts> {
    sites_by_district(facts, period, efforts)
        .par_iter()
        .zip(efforts)
        .map(|(sites, effort)| {
            let ground = SubdividedGround::of(&[&effort.fair]);
            let mut tally = SiteCounts::default();
            for site in sites.iter().filter(|s| s.confirmed == Some(true)) {
                tally.all_plants += site.plants.unwrap_or(0);
                if !ground.contains(site.at) {
                    tally.elsewhere += 1;
                    continue;
                }
                tally.on_ground.push(site.at);
                match site.plants {
                    Some(plants) => tally.plants.push(plants),
                    None => tally.uncounted += 1,
                }
            }
            tally
        })
        .collect()
}
