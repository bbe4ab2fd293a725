//! Which head is in force for a scan, and which audit for a season. Pure.

use super::{Affairs, Stamped};
use crate::registry::body::{Draw, LearntHead, RecordedScan};
use crate::registry::unit::{depth, is_at_or_below};

/// Those of some heads that hold for a unit, the nearest and latest first. They come in the order of their events.
fn nearest_first<'a>(
    heads: impl DoubleEndedIterator<Item = &'a Stamped<LearntHead>>,
    unit: &str,
) -> Vec<&'a Stamped<LearntHead>> {
    let holds = |head: &&Stamped<LearntHead>| is_at_or_below(unit, &head.body.unit);
    let mut heads: Vec<&Stamped<LearntHead>> = heads.rev().filter(holds).collect();
    heads.sort_by_key(|head| std::cmp::Reverse(depth(&head.body.unit)));
    heads
}

/// Whether a head is of a scan's models, season and resolution.
fn fits(head: &LearntHead, scan: &RecordedScan) -> bool {
    let days = scan.captured.as_ref();
    head.model == scan.model[1]
        && head.verifier == scan.verifier
        && scan
            .gsd_e2_cm
            .is_some_and(|gsd| (head.gsd_e2_cm[0]..=head.gsd_e2_cm[1]).contains(&gsd))
        && days.is_some_and(|days| head.holds_on(days.each_ref().map(String::as_str)))
}

/// Which of some heads, in the order of their events, puts the candidates of a scan in order.
pub fn head_of<'a>(
    heads: impl DoubleEndedIterator<Item = &'a Stamped<LearntHead>>,
    unit: &str,
    scan: &RecordedScan,
) -> Option<&'a Stamped<LearntHead>> {
    let mut heads = nearest_first(heads, unit).into_iter();
    heads.find(|head| fits(&head.body, scan))
}

impl Affairs {
    /// The heads that hold for a unit, the nearest and latest first.
    pub fn heads_for(&self, unit: &str) -> Vec<&Stamped<LearntHead>> {
        nearest_first(self.heads.iter(), unit)
    }

    /// The head that puts the candidates of a scan in order, which a unit recorded: of its models, season and resolution, learnt by
    /// that unit, or else by the nearest above it; of several the last.
    pub fn head_for(&self, unit: &str, scan: &RecordedScan) -> Option<&Stamped<LearntHead>> {
        head_of(self.heads.iter(), unit, scan)
    }

    /// The audits of a season that a unit drew, in their order.
    pub fn draws_of(&self, unit: &str, season: i16) -> impl Iterator<Item = &Stamped<Draw>> {
        let of = move |draw: &&Stamped<Draw>| {
            draw.body.season == season && draw.stamp.actor.unit == unit
        };
        self.draws.iter().filter(of)
    }
}
