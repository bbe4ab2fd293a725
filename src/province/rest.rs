//! What of a district lies in none of those below it: a row of its own, so that nothing which a boundary file leaves out is missing
//! from a sum.

use super::facts::{DistrictArea, Facts, SiteFact};
use crate::ground::{area_m2, rest};
use crate::registry::unit::{chain, depth, is_at_or_below, is_below};
use geo::MultiPolygon;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Of a district's ground the share up to which boundaries of two levels may part and mean the same.
const BORDERS: f64 = 0.01;

/// Digits of the codes of the districts below one.
fn digits_below(code: &str) -> Option<usize> {
    match depth(code) {
        ..6 => Some(6),
        6 => Some(9),
        9 => Some(12),
        _ => None,
    }
}

/// The code of what of a district lies in none of those below it, whose codes have so many digits: 410400 of the prefecture 410400,
/// 410423000 of the county 410423.
fn rest_code(code: &str, digits: usize) -> String {
    format!("{code:0<digits$}")
}

/// The rows of tables by districts whose codes have so many digits and begin so: each district, and what of one above lies in none of
/// them.
pub(super) fn rows<'f>(facts: &'f Facts, digits: usize, within: &str) -> Vec<&'f DistrictArea> {
    let rests = facts.rests.iter().filter(|d| d.code.len() == digits);
    let all = listed(&facts.districts, digits).chain(rests);
    all.filter(|d| d.code.starts_with(within)).collect()
}

/// The districts whose codes have so many digits, without those that others of these lie in, as counties lie in 410400.
pub(super) fn listed(
    districts: &[DistrictArea],
    digits: usize,
) -> impl Iterator<Item = &DistrictArea> {
    let of_level = move || districts.iter().filter(move |d| d.code.len() == digits);
    let above: BTreeSet<String> = of_level().flat_map(|d| above(&d.code)).collect();
    of_level().filter(move |d| !above.contains(&d.code))
}

/// The codes of those that a district lies in, its own not among them.
fn above(code: &str) -> impl Iterator<Item = String> {
    chain(code).into_iter().filter(move |one| one != code)
}

/// The row for a site whose district is in no row: what is left of the smallest that has a rest.
pub(super) fn row_of<T>(code: &str, digits: usize, row: impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut above = chain(code).into_iter().rev();
    above.find_map(|code| row(&rest_code(&code, digits)))
}

/// What is left of each district that others are listed below: of those where it is more than borders that were drawn twice, or where
/// a site lies in it, as one does that the file places in none of the others.
pub(super) fn rests(districts: &[DistrictArea], sites: &[SiteFact]) -> Vec<DistrictArea> {
    let wholes: BTreeSet<String> = districts.iter().flat_map(|d| above(&d.code)).collect();
    let wholes: Vec<String> = wholes.into_iter().collect();
    let of_sites = sites.iter().filter_map(|site| site.district.as_deref());
    let of_sites: BTreeSet<&str> = of_sites.collect();
    let of_whole = |whole| rest_of(whole, districts, &of_sites);
    wholes.par_iter().filter_map(of_whole).collect()
}

fn rest_of(
    whole: &String,
    districts: &[DistrictArea],
    of_sites: &BTreeSet<&str>,
) -> Option<DistrictArea> {
    let digits = digits_below(whole)?;
    let below = districts.iter();
    let below = below.filter(|d| d.code.len() == digits && is_below(&d.code, whole));
    let below: Vec<&DistrictArea> = below.collect();
    if below.is_empty() {
        return None;
    }
    let own = districts.iter().find(|d| d.code == *whole);
    let is_left = |code: &&str| {
        let lies_in = code == whole || own.is_some() && is_below(code, whole);
        lies_in && !below.iter().any(|d| is_at_or_below(code, &d.code))
    };
    let left = own.map(|own| rest(&own.area, below.iter().map(|d| &d.area)));
    let is_ground = own
        .zip(left.as_ref())
        .is_some_and(|(own, left)| area_m2(left) > BORDERS * area_m2(&own.area));
    (is_ground || of_sites.iter().any(is_left)).then(|| DistrictArea {
        code: rest_code(whole, digits),
        name: format!("{}（其余）", own.map_or(whole, |own| &own.name)),
        area: left.unwrap_or_else(|| MultiPolygon::new(Vec::new())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::fixture::{rectangle, site};
    use crate::registry::State;

    fn district(code: &str, west: f64, east: f64) -> DistrictArea {
        DistrictArea {
            code: code.into(),
            name: code.into(),
            area: rectangle(west, 33.0, east, 33.1),
        }
    }

    fn at(district: &str) -> SiteFact {
        SiteFact {
            district: Some(district.into()),
            ..site(district, 2026, State::Candidate)
        }
    }

    fn codes(districts: &[DistrictArea], sites: &[&str]) -> Vec<String> {
        let sites: Vec<SiteFact> = sites.iter().map(|code| at(code)).collect();
        let rests = rests(districts, &sites);
        rests.into_iter().map(|d| d.code).collect()
    }

    #[test]
    fn a_township_that_is_missing_leaves_ground_and_sites_to_the_rest_of_its_county() {
        let county = district("410423", 113.0, 113.3);
        let some = [county.clone(), district("410423101", 113.0, 113.2)];
        assert_eq!(codes(&some, &[]), ["410423000"]);
        let left = &rests(&some, &[])[0];
        let share = area_m2(&left.area) / area_m2(&county.area);
        assert!((share - 1.0 / 3.0).abs() < 1e-6, "{share}");
        // Borders that were drawn twice are no ground of their own, but where the file places a site in neither.
        let nearly = [county, district("410423101", 113.0, 113.298)];
        assert!(codes(&nearly, &["410423101"]).is_empty());
        assert_eq!(codes(&nearly, &["410423"]), ["410423000"]);
        assert_eq!(codes(&nearly, &["410423105"]), ["410423000"]);
        // Without the county's own outline, what belongs to it by its code.
        assert_eq!(codes(&nearly[1..], &["410423"]), ["410423000"]);
        assert!(codes(&nearly[1..], &["410424"]).is_empty());
    }

    #[test]
    fn a_prefecture_stands_in_no_table_of_its_counties_but_with_what_is_left_of_it() {
        let all = [
            district("410400", 113.0, 113.4),
            district("410423", 113.0, 113.2),
            district("410424", 113.2, 113.4),
        ];
        let rows: Vec<&str> = listed(&all, 6).map(|d| d.code.as_str()).collect();
        assert_eq!(rows, ["410423", "410424"]);
        assert!(codes(&all, &["410423", "410424001"]).is_empty());
        assert_eq!(codes(&all[..2], &[]), ["410400"]);
        assert_eq!(codes(&all, &["410425"]), ["410400"]);
        let alone: Vec<&str> = listed(&all[..1], 6).map(|d| d.code.as_str()).collect();
        assert_eq!(alone, ["410400"]);
        let row = |code: &str| ["410423", "410400"].iter().position(|one| *one == code);
        assert_eq!(row_of("410425001", 6, row), Some(1));
        assert_eq!(row_of("420000", 6, row), None);
    }
}
