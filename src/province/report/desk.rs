//! The table of what screening cost.

use super::table::{ReportTable, area, count, number, titled};
use crate::exchange::cell::Cell;
use crate::ground::union_within;
use crate::province::desk::{Cost, costs};
use crate::province::effort::measured_m2;
use crate::province::facts::{DistrictArea, Facts, FlightFact, SiteFact};
use crate::province::period::{Period, Scope};
use crate::province::quality::gsd_band;
use crate::registry::body::FoundBy;
use crate::statistics::Rate;
use crate::words::Lang;
use geo::{BoundingRect, Intersects};
use std::collections::BTreeSet;

/// What screening of a period's flights cost in the districts of a scope.
pub fn cost(facts: &Facts, period: Period, scope: &Scope) -> Vec<Cost> {
    let districts = scope.districts(facts);
    let ground = |flight: &FlightFact| {
        if scope.within.is_empty() {
            measured_m2(&flight.searched)
        } else {
            ground_in(flight, &districts)
        }
    };
    let flights = facts.flights.iter().filter(|f| period.holds_flight(f));
    let flights: Vec<(&FlightFact, f64)> = flights.map(|f| (f, ground(f))).collect();
    let scans: BTreeSet<&str> = flights.iter().map(|(f, _)| f.scan.as_str()).collect();
    let lies_there = |site: &&SiteFact| {
        let district = site.district.as_deref().unwrap_or_default();
        site.source == FoundBy::Scan && district.starts_with(scope.within)
    };
    let of_period = |site: &&SiteFact| site.scan.as_deref().is_some_and(|s| scans.contains(s));
    let detections = facts.sites.iter().filter(lies_there).filter(of_period);
    costs(&flights, &detections.collect::<Vec<_>>(), |flight| {
        gsd_band(flight.gsd_cm)
    })
}

/// Square metres of a flight's ground that lie in districts.
fn ground_in(flight: &FlightFact, districts: &[&DistrictArea]) -> f64 {
    let bounds = flight.searched.bounding_rect();
    let meets = |district: &&&DistrictArea| {
        let both = bounds.zip(district.area.bounding_rect());
        both.is_some_and(|(own, other)| own.intersects(&other))
    };
    let part =
        |district: &&DistrictArea| measured_m2(&union_within([&flight.searched], &district.area));
    districts.iter().filter(meets).map(part).sum()
}

/// The table; none where nobody screened.
pub fn table(costs: &[Cost], lang: Lang) -> Option<ReportTable> {
    let titles = [
        ("ground", "范围"),
        ("km² screened", "研判面积（km²）"),
        ("candidates screened", "研判图斑（个）"),
        ("of known time", "有用时记录（个）"),
        ("minutes per 100 km²", "每百平方公里用时（分钟）"),
        ("put aside", "研判排除（个）"),
        ("per 100 km²", "每百平方公里"),
        ("95 % low", "95% 下限"),
        ("95 % high", "95% 上限"),
        ("refuted by crews", "核查排除（个）"),
        ("per 100 km²", "每百平方公里"),
        ("95 % low", "95% 下限"),
        ("95 % high", "95% 上限"),
    ];
    (!costs.is_empty()).then(|| ReportTable {
        id: "screening_cost",
        title: lang.pick("What screening cost", "研判工作量").into(),
        note: lang
            .pick(
                "A flight's ground counts as far as its candidates were decided on, and as a whole where a scan found none. Time is that measured with a verdict, else that since the same person's verdict before it, up to five minutes; where neither is known the mean of the others. Duplicates and licensed fields are no false candidates.",
                "航次面积按已研判疑似点的比例计入；没有疑似点的航次全部计入。用时取研判时记录的秒数；未记录的取同一人相邻两次研判的间隔（不超过 5 分钟）；均无的按其余平均值计。重复的疑似点和许可种植不计入排除数。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows: costs.iter().map(|cost| row(cost, lang)).collect(),
        ..ReportTable::default()
    })
}

fn row(cost: &Cost, lang: Lang) -> Vec<Cell> {
    let name = match cost.name.as_str() {
        "" => lang.pick("all", "全部"),
        name => name,
    };
    let rate = |rate: &Rate| {
        let [per_100, low, high] = cost.per_100_km2(rate).map(|v| number(v, 2));
        [count(rate.count), per_100, low, high]
    };
    let mut cells = vec![
        Cell::text(name),
        area(cost.km2 * 1e6),
        count(cost.screened),
        count(cost.timed),
        number(cost.minutes_100_km2(), 1),
    ];
    cells.extend(rate(&cost.put_aside));
    cells.extend(rate(&cost.refuted));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::facts::DeskLook;
    use crate::province::fixture::{World, code, site};
    use crate::registry::State;

    #[test]
    fn what_was_put_aside_on_wide_ground_is_not_rounded_to_nothing() {
        let rate = Rate::new(66, 5239.9);
        let cost = Cost {
            name: String::new(),
            km2: 5239.9,
            screened: 70,
            timed: 70,
            minutes_km2: Some(0.002),
            put_aside: rate,
            refuted: rate,
        };
        let table = table(std::slice::from_ref(&cost), Lang::En).expect("a table");
        let row: Vec<String> = table.rows[0].iter().map(Cell::to_text).collect();
        assert_eq!(
            row[1..8],
            ["5239.9", "70", "70", "0.2", "66", "1.26", "0.97"]
        );
        let little = Cost {
            km2: 0.009,
            ..cost.clone()
        };
        assert_eq!(little.per_100_km2(&rate), [None; 3]);
        assert_eq!(little.minutes_100_km2(), None);
    }

    #[test]
    fn within_a_district_its_ground_and_its_candidates_count_and_clean_flights_too() {
        let mut world = World::new(2, 2, 1);
        for (county, strip) in [(0, 3), (0, 6), (1, 3)] {
            world.fly(2026, county, strip, 0.0);
        }
        let look = DeskLook {
            by: "wang".into(),
            at_s: 1_000,
            measured_ms: Some(6_000),
        };
        world.facts.sites.push(SiteFact {
            scan: Some("2026-0-3".into()),
            district: Some(code(0)),
            look: Some(look),
            ..site("a", 2026, State::ScreenedOut)
        });
        let km2 = |within: &str| {
            let scope = Scope { level: 6, within };
            let costs = cost(&world.facts, Period::Season(2026), &scope);
            costs.first().map(|all| (all.km2, all.put_aside.count))
        };
        let ground = |at: usize| measured_m2(&world.facts.flights[at].searched) / 1e6;
        let (own, count) = km2(&code(0)).expect("screened");
        assert!((own - ground(0) - ground(1)).abs() < 1e-3, "{own}");
        assert_eq!(count, 1);
        assert_eq!(km2(&code(1)), None, "nobody screened there");
        let (all, _) = km2("").expect("screened");
        assert!((all - own - ground(2)).abs() < 1e-3, "{all}");
    }
}
