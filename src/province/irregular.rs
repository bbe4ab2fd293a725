//! What a reader of the figures must know of how they came about: what was followed and stays marked, and what was not
//! followed at all, counted by unit. Where these counts are high, the other figures say less.

use super::facts::{Facts, FlightFact, Irregular, KINDS, PatrolFact, SiteFact};
use super::period::Period;
use crate::exchange::cell::Cell;
use crate::registry::site::MarkKind;
use crate::registry::unit::is_at_or_below;
use crate::registry::{Site, State};
use crate::words::Lang;
use std::collections::BTreeMap;

/// Where those stand that are no site's, or not alone.
const IN_THEIR_NAME: usize = 4;
const OTHERWISE: usize = 12;
const TWICE: usize = 13;
const SEARCHED_AGAIN: usize = 14;
const WALKED_AGAIN: usize = 15;
const VOIDED: usize = 16;
const NOT_FOLLOWED: usize = 17;
const UNVERIFIABLE: usize = 20;
/// Where what was entered later stands: it is counted in the season in which it was, too.
const ENTERED_LATER: usize = 9;

/// What each kind is called.
pub fn titles(lang: Lang) -> [&'static str; KINDS] {
    [
        lang.pick("seen again while settled", "办结后又被发现"),
        lang.pick("refuted without proof", "排除依据不足"),
        lang.pick("forced", "强制记录"),
        lang.pick("closed without the acceptor's key", "验收未用个人密钥"),
        lang.pick("recorded in another's name", "由主管代录"),
        lang.pick("moved", "位置大幅改动"),
        lang.pick("count or area lowered", "株数或面积改少"),
        lang.pick("merged across a distance or a season", "远距离或跨年度合并"),
        lang.pick("date corrected", "日期更正"),
        lang.pick("entered in a later season", "跨年度补录"),
        lang.pick("evidence missing", "证据未到"),
        lang.pick("a picture of another site", "照片与他处相同"),
        lang.pick(
            "flights dated otherwise than their imagery",
            "航测日期与影像不符",
        ),
        lang.pick(
            "imagery recorded again under other days",
            "同一影像另报日期",
        ),
        lang.pick(
            "imagery searched again with other options",
            "同一影像换参数重复识别",
        ),
        lang.pick(
            "tracks recorded again under another day",
            "同一轨迹另报日期",
        ),
        lang.pick("voided", "作废"),
        lang.pick("not followed", "未予采信"),
        lang.pick("closed without a picture from the spot", "验收缺现场照片"),
        lang.pick("entered after the due day", "逾期后补录"),
        lang.pick(
            "flights whose folder named no digests",
            "航测结果无文件校验值",
        ),
    ]
}

/// Those of a site; and whether one of its photographs is another site's too.
pub fn of_site(site: &Site, shares_pictures: bool) -> Irregular {
    let marked = |is: fn(&MarkKind) -> bool| site.marks.iter().filter(|m| is(&m.kind)).count();
    // What was closed and then became part of another site was closed no less.
    let was_closed = matches!(site.state, State::Closed | State::Merged);
    let unsigned = was_closed && site.accepted_without_own_key();
    Irregular([
        site.swallowed.len(),
        marked(|m| matches!(m, MarkKind::Unproven { .. })),
        site.forced.len(),
        usize::from(unsigned),
        marked(|m| matches!(m, MarkKind::InTheirName { .. })),
        marked(|m| matches!(m, MarkKind::Moved { .. })),
        marked(|m| {
            matches!(
                m,
                MarkKind::CountLowered { .. } | MarkKind::AreaLowered { .. }
            )
        }),
        marked(|m| matches!(m, MarkKind::FarMerge { .. } | MarkKind::OtherSeason { .. })),
        marked(|m| matches!(m, MarkKind::Redated { .. })),
        marked(|m| matches!(m, MarkKind::EnteredLater { .. })),
        marked(|m| matches!(m, MarkKind::EvidenceAbsent)),
        usize::from(shares_pictures),
        // Flights and patrols are no site's.
        0,
        0,
        0,
        0,
        site.voided.len(),
        // What is not followed is counted by whoever said it, not by whose site it was said of.
        0,
        marked(|m| matches!(m, MarkKind::ClosedUnseen)),
        marked(|m| matches!(m, MarkKind::EnteredPastDue { .. })),
        0,
    ])
}

/// The irregularities of a period by unit, in order of the units: those of its sites, those of its sites
/// that became others, and what it said that is not followed, whenever that was.
pub fn by_unit(facts: &Facts, period: Period, within: &str) -> Vec<(String, Irregular)> {
    let mut units: BTreeMap<&str, Irregular> = BTreeMap::new();
    let counts = |site: &&SiteFact| period.holds_site(site);
    for site in facts.sites.iter().filter(counts) {
        *units.entry(site.unit.as_str()).or_default() += site.irregular;
    }
    // What is entered later changes the figures of its own season, and is named in the one in which that was done, too.
    let since = |site: &&SiteFact| {
        let entered = site.entered_later;
        !counts(site) && entered.is_some_and(|on| period.holds(facts.season_of(on), Some(on)))
    };
    for site in facts.sites.iter().filter(since) {
        units.entry(site.unit.as_str()).or_default().0[ENTERED_LATER] += 1;
    }
    let mut count = |unit, kind: usize| {
        let counts: &mut Irregular = units.entry(unit).or_default();
        counts.0[kind] += 1;
    };
    for (flight, doubt) in doubted(facts, period) {
        count(
            flight.unit.as_str(),
            match doubt {
                DateDoubt::Imagery => OTHERWISE,
                DateDoubt::Twice | DateDoubt::Both => TWICE,
            },
        );
    }
    let unverifiable = facts.flights.iter().chain(&facts.twice);
    for flight in unverifiable.filter(|f| f.unverifiable && period.holds_flight(f)) {
        count(flight.unit.as_str(), UNVERIFIABLE);
    }
    for flight in facts.again.iter().filter(|f| period.holds_flight(f)) {
        count(flight.unit.as_str(), SEARCHED_AGAIN);
    }
    for patrol in facts.walked_again.iter().filter(|p| period.holds_patrol(p)) {
        count(patrol.unit.as_str(), WALKED_AGAIN);
    }
    for patrol in walked_twice(facts, period) {
        count(patrol.unit.as_str(), WALKED_AGAIN);
    }
    for voided in &facts.work.affairs.voided {
        count(voided.entry.actor.unit.as_str(), VOIDED);
    }
    for (unit, season, day) in &facts.in_their_name {
        if period.holds(*season, *day) {
            count(unit.as_str(), IN_THEIR_NAME);
        }
    }
    for unit in &facts.not_followed {
        count(unit.as_str(), NOT_FOLLOWED);
    }
    for (unit, gone) in &facts.gone {
        *units.entry(unit.as_str()).or_default() += *gone;
    }
    units
        .into_iter()
        .filter(|(unit, _)| is_meant(unit, within))
        .map(|(unit, counts)| (unit.to_owned(), counts))
        .collect()
}

/// Whether what a unit did belongs into the figures of a district.
pub(super) fn is_meant(unit: &str, within: &str) -> bool {
    within.is_empty() || unit.starts_with(within) || is_at_or_below(within, unit)
}

/// Why the days of a flight are in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateDoubt {
    /// The imagery says others.
    Imagery,
    /// The same imagery was recorded under others, and counts there.
    Twice,
    /// The same imagery was recorded under others by a unit above or below, and counts there and here.
    Both,
}

impl DateDoubt {
    /// In words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Imagery => lang.pick("the imagery says other days", "与影像自带日期不符"),
            Self::Twice => lang.pick(
                "recorded under other days too, not counted here",
                "同一影像已按其他日期录入，本条不计",
            ),
            Self::Both => lang.pick(
                "recorded under other days too, by an office above or below; both count",
                "上下级单位就同一影像录入了不同日期，两条均计",
            ),
        }
    }
}

/// The flights of a period whose days are in doubt.
fn doubted(facts: &Facts, period: Period) -> impl Iterator<Item = (&FlightFact, DateDoubt)> {
    let is_otherwise = |flight: &&FlightFact| flight.tagged_otherwise.is_some();
    let otherwise = facts.flights.iter().filter(is_otherwise);
    let otherwise = otherwise.map(|flight| (flight, DateDoubt::Imagery));
    let twice = facts.twice.iter().map(|flight| (flight, DateDoubt::Twice));
    let one = otherwise.chain(twice);
    let one = one.filter(move |(flight, _)| period.holds_flight(flight));
    // In the period of the later days both are named: it is the one to which something was added, perhaps.
    let both = facts.both.iter().filter(move |both| {
        let later = both.iter().max_by_key(|flight| flight.captured);
        later.is_some_and(|flight| period.holds_flight(flight))
    });
    one.chain(both.flatten().map(|flight| (flight, DateDoubt::Both)))
}

/// The patrols with a track that two units recorded under different days, in the period of the later.
fn walked_twice(facts: &Facts, period: Period) -> impl Iterator<Item = &PatrolFact> {
    let both = facts.walked_both.iter().filter(move |both| {
        let later = both.iter().max_by_key(|patrol| patrol.on);
        later.is_some_and(|patrol| period.holds_patrol(patrol))
    });
    both.flatten()
}

/// The same of the units of a district, by unit.
pub(crate) fn doubted_flights<'f>(
    facts: &'f Facts,
    period: Period,
    within: &str,
) -> Vec<(&'f FlightFact, DateDoubt)> {
    let all = doubted(facts, period);
    let mut meant: Vec<_> = all
        .filter(|(flight, _)| is_meant(&flight.unit, within))
        .collect();
    meant.sort_by(|(a, _), (b, _)| {
        (&a.unit, a.captured, &a.scan).cmp(&(&b.unit, b.captured, &b.scan))
    });
    meant
}

/// The cells of a row.
pub fn cells(counts: Irregular) -> impl Iterator<Item = Cell> {
    counts
        .0
        .into_iter()
        .map(|n| Cell::Count(i64::try_from(n).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::province::fixture::site;
    use jiff::civil::date;

    fn flight(unit: &str, year: i16) -> FlightFact {
        FlightFact {
            scan: unit.into(),
            unit: unit.into(),
            captured: Some((date(year, 5, 3), date(year, 5, 3))),
            tagged_otherwise: None,
            unverifiable: false,
            season: year,
            gsd_cm: None,
            model: ("m".into(), "ab".into()),
            threshold: 0.5,
            searched: geo::MultiPolygon::new(Vec::new()),
            candidates: 0,
        }
    }

    #[test]
    fn two_that_both_count_are_both_named_in_the_later_period() {
        let facts = Facts {
            both: vec![[flight("410423001", 2025), flight("410423", 2026)]],
            ..Facts::default()
        };
        let named = |year| {
            let all = by_unit(&facts, Period::Season(year), "");
            let counts = all.iter().map(|(unit, of)| (unit.clone(), of.0[TWICE]));
            counts.collect::<Vec<_>>()
        };
        assert_eq!(named(2025), []);
        assert_eq!(named(2026), [("410423".into(), 1), ("410423001".into(), 1)]);
        let doubted = doubted_flights(&facts, Period::Season(2026), "");
        assert!(doubted.len() == 2 && doubted.iter().all(|(_, why)| *why == DateDoubt::Both));
    }

    #[test]
    fn flights_whose_folder_named_no_digests_are_counted_by_unit() {
        let unverifiable = FlightFact {
            unverifiable: true,
            ..flight("410423", 2026)
        };
        let facts = Facts {
            flights: vec![flight("410424", 2026), unverifiable],
            ..Facts::default()
        };
        let all = by_unit(&facts, Period::Season(2026), "");
        let counts = all
            .iter()
            .map(|(unit, of)| (unit.as_str(), of.0[UNVERIFIABLE]));
        assert_eq!(counts.collect::<Vec<_>>(), [("410423", 1)]);
    }

    #[test]
    fn what_is_entered_later_is_named_in_the_season_in_which_it_was() {
        let mut late = site("late", 2025, State::Confirmed);
        late.entered_later = Some(date(2026, 5, 6));
        late.irregular.0[ENTERED_LATER] = 1;
        let facts = Facts {
            sites: vec![late, site("in time", 2026, State::Confirmed)],
            ..Facts::default()
        };
        for (year, named) in [(2024, 0), (2025, 1), (2026, 1), (2027, 0)] {
            let all = by_unit(&facts, Period::Season(year), "");
            let count: usize = all.iter().map(|(_, of)| of.0[ENTERED_LATER]).sum();
            assert_eq!(count, named, "{year}");
        }
    }
}
