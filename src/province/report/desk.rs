//! The table of what screening cost.

use super::table::{ReportTable, count, number, titled};
use crate::exchange::cell::Cell;
use crate::province::desk::{Cost, costs};
use crate::province::facts::{Facts, FlightFact, SiteFact};
use crate::province::period::Period;
use crate::province::quality::gsd_band;
use crate::registry::body::Source;
use crate::words::Lang;
use std::collections::BTreeMap;

/// What screening of a period's flights cost, of these sites.
pub fn cost(facts: &Facts, period: Period, sites: &[&SiteFact]) -> Vec<Cost> {
    let flights = facts.flights.iter().filter(|f| period.holds_flight(f));
    let flights: BTreeMap<&str, &FlightFact> = flights.map(|f| (f.scan.as_str(), f)).collect();
    let detections: Vec<(&SiteFact, &FlightFact)> = (sites.iter())
        .filter(|site| site.source == Source::Scan)
        .filter_map(|site| Some((*site, *flights.get(site.scan.as_deref()?)?)))
        .collect();
    costs(&detections, |flight| gsd_band(flight.gsd_cm))
}

/// The table; none where nobody screened.
pub fn table(costs: &[Cost], lang: Lang) -> Option<ReportTable> {
    let titles = [
        ("ground", "范围"),
        ("km² screened", "研判面积（km²）"),
        ("candidates screened", "研判图斑"),
        ("of known time", "有用时记录"),
        ("minutes a km²", "每 km² 用时（分钟）"),
        ("put aside", "研判排除"),
        ("a km²", "每 km²"),
        ("refuted by crews", "核查排除"),
        ("a km²", "每 km²"),
    ];
    let row = |cost: &Cost| {
        let name = match cost.name.as_str() {
            "" => lang.pick("all", "全部"),
            name => name,
        };
        vec![
            Cell::text(name),
            number(Some(cost.km2), 3),
            count(cost.screened),
            count(cost.timed),
            number(cost.minutes_km2, 1),
            count(cost.put_aside),
            number(cost.put_aside_km2, 1),
            count(cost.refuted),
            number(cost.refuted_km2, 1),
        ]
    };
    (!costs.is_empty()).then(|| ReportTable {
        id: "screening_cost",
        title: lang.pick("What screening cost", "研判工作量").into(),
        note: lang
            .pick(
                "On the ground of flights of which anybody decided on a candidate. Time is that measured with a verdict, else that since the same person's verdict before it, up to five minutes; where neither is known the mean of the others.",
                "统计范围为已开展研判或核查的航次。用时取研判时记录的秒数；未记录的取同一人相邻两次研判的间隔（不超过 5 分钟）；均无的按其余平均值计。",
            )
            .into(),
        columns: titled(&titles, lang),
        rows: costs.iter().map(row).collect(),
        ..ReportTable::default()
    })
}
