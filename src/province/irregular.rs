//! What a reader of the figures must know of how they came about: what was followed and stays marked, and what was not
//! followed at all, counted by unit. Where these counts are high, the other figures say less.

use super::facts::{Facts, FlightFact, Irregular, KINDS, SiteFact};
use super::period::Period;
use crate::exchange::cell::Cell;
use crate::registry::site::MarkKind;
use crate::registry::unit::is_at_or_below;
use crate::registry::{Site, State};
use crate::words::Lang;
use std::collections::BTreeMap;

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
        lang.pick("merged across a distance", "远距离合并"),
        lang.pick("date corrected", "日期更正"),
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
    ]
}

/// Those of a site; and whether one of its photographs is another site's too.
pub fn of_site(site: &Site, shares_pictures: bool) -> Irregular {
    let marked = |is: fn(&MarkKind) -> bool| site.marks.iter().filter(|m| is(&m.kind)).count();
    let unsigned = site.state == State::Closed && site.accepted_without_own_key();
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
        marked(|m| matches!(m, MarkKind::FarMerge { .. })),
        marked(|m| matches!(m, MarkKind::Redated { .. })),
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
    let mut count = |unit, kind: usize| {
        let counts: &mut Irregular = units.entry(unit).or_default();
        counts.0[kind] += 1;
    };
    for (flight, doubt) in doubted(facts, period) {
        count(
            flight.unit.as_str(),
            match doubt {
                DateDoubt::Imagery => KINDS - 6,
                DateDoubt::Twice => KINDS - 5,
            },
        );
    }
    for flight in facts.again.iter().filter(|f| period.holds_flight(f)) {
        count(flight.unit.as_str(), KINDS - 4);
    }
    for patrol in facts.walked_again.iter().filter(|p| period.holds_patrol(p)) {
        count(patrol.unit.as_str(), KINDS - 3);
    }
    for voided in &facts.work.affairs.voided {
        count(voided.entry.actor.unit.as_str(), KINDS - 2);
    }
    for unit in &facts.not_followed {
        count(unit.as_str(), KINDS - 1);
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
fn is_meant(unit: &str, within: &str) -> bool {
    within.is_empty() || unit.starts_with(within) || is_at_or_below(within, unit)
}

/// Why the days of a flight are in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateDoubt {
    /// The imagery says others.
    Imagery,
    /// The same imagery was recorded under others, and counts there.
    Twice,
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
        }
    }
}

/// The flights of a period whose days are in doubt.
fn doubted(facts: &Facts, period: Period) -> impl Iterator<Item = (&FlightFact, DateDoubt)> {
    let is_otherwise = |flight: &&FlightFact| flight.tagged_otherwise.is_some();
    let otherwise = facts.flights.iter().filter(is_otherwise);
    let otherwise = otherwise.map(|flight| (flight, DateDoubt::Imagery));
    let twice = facts.twice.iter().map(|flight| (flight, DateDoubt::Twice));
    let all = otherwise.chain(twice);
    all.filter(move |(flight, _)| period.holds_flight(flight))
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
