//! What lies in no district of the boundary file: sites and searched ground of units that the file does not know. A county's code
//! changes, and what it found goes on to be there.

use super::table::{ReportTable, area, count, titled};
use crate::exchange::cell::Cell;
use crate::province::facts::Facts;
use crate::province::irregular::is_meant;
use crate::province::period::Period;
use crate::registry::unit::share_ground;
use crate::words::Lang;
use std::collections::BTreeMap;

/// What a unit has in no district.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Unplaced {
    /// Sites.
    pub sites: usize,
    /// Those of them that were confirmed.
    pub confirmed: usize,
    /// Flights over ground that is in no row.
    pub flights: usize,
    /// That ground, m²; ground flown twice counts at each flight.
    pub searched_m2: f64,
}

/// What lies in no district of the file, by unit; nothing where there is no file.
pub(super) fn unplaced(facts: &Facts, period: Period, within: &str) -> BTreeMap<String, Unplaced> {
    let mut units: BTreeMap<String, Unplaced> = BTreeMap::new();
    if facts.districts.is_empty() {
        return units;
    }
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    let mut is_listed = |code| {
        let any = || facts.districts.iter().any(|d| share_ground(&d.code, code));
        *known.entry(code).or_insert_with(any)
    };
    for site in facts.sites.iter().filter(|s| period.holds_site(s)) {
        let Some(code) = site.district.as_deref() else {
            continue;
        };
        if is_listed(code) || !is_meant(&site.unit, within) {
            continue;
        }
        let unit = units.entry(site.unit.clone()).or_default();
        unit.sites += 1;
        unit.confirmed += usize::from(site.confirmed == Some(true));
    }
    for (flight, m2) in facts
        .unplaced
        .iter()
        .filter(|(f, _)| period.holds_flight(f))
    {
        if is_meant(&flight.unit, within) {
            let unit = units.entry(flight.unit.clone()).or_default();
            unit.flights += 1;
            unit.searched_m2 += m2;
        }
    }
    units
}

/// The table of it; none where everything has its district.
pub(super) fn table(unplaced: &BTreeMap<String, Unplaced>, lang: Lang) -> Option<ReportTable> {
    let titles = [
        ("unit", "单位"),
        ("sites", "图斑"),
        ("confirmed", "其中查实"),
        ("searched km²", "已搜索（km²）"),
        ("flights", "航次"),
    ];
    let row = |(unit, found): (&String, &Unplaced)| {
        vec![
            Cell::text(unit.as_str()),
            count(found.sites),
            count(found.confirmed),
            area(found.searched_m2),
            count(found.flights),
        ]
    };
    let rows: Vec<Vec<Cell>> = unplaced.iter().map(row).collect();
    (!rows.is_empty()).then(|| ReportTable {
        id: "unplaced",
        title: lang.pick("In no district of the file", "边界文件以外").into(),
        note: lang
            .pick(
                "Sites and searched ground of units whose code the boundary file does not have: no other table counts them, nor any sum. A code that has changed counts for the district on the map once no other unit speaks for that one; else read the boundary file with the old code, or enter the unit's sites anew under its own.",
                "单位代码不在边界文件中的图斑和搜索面积，其他各表及合计均未计入。代码变更的，所在区划无其他单位上报时按地图归入；否则请改用含原代码的边界文件，或由该单位以新代码重新录入。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows,
        summed: false,
        remark: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::facts::{DistrictArea, SiteFact};
    use crate::province::fixture::site;
    use crate::registry::State;
    use geo::MultiPolygon;

    #[test]
    fn what_is_in_no_district_of_the_file_is_named_by_unit() {
        let of = |name: &str, unit: &str, state: State| SiteFact {
            unit: unit.into(),
            district: Some(unit.into()),
            ..site(name, 2026, state)
        };
        let mut facts = Facts {
            sites: vec![
                of("a", "410499", State::Confirmed),
                of("b", "410499", State::Candidate),
                of("c", "410423001", State::Confirmed),
            ],
            ..Facts::default()
        };
        let found = |facts: &Facts, within: &str| unplaced(facts, Period::Season(2026), within);
        assert!(
            found(&facts, "").is_empty(),
            "without a file nothing is outside"
        );
        facts.districts = vec![DistrictArea {
            code: "410423".into(),
            name: "Lushan".into(),
            area: MultiPolygon::new(Vec::new()),
        }];
        let units = found(&facts, "");
        let counts = |u: &Unplaced| (u.sites, u.confirmed);
        assert_eq!(units.keys().collect::<Vec<_>>(), ["410499"]);
        assert_eq!(units.values().map(counts).collect::<Vec<_>>(), [(2, 1)]);
        assert!(found(&facts, "410423").is_empty());
    }
}
