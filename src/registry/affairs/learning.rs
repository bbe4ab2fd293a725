//! Which head is in force for a scan, and which audit for a season. Pure.

use super::{Affairs, Said};
use crate::registry::body::{Draw, LearntHead, RecordedScan};
use crate::registry::unit::{depth, is_at_or_below};

impl Affairs {
    /// The heads that hold for a unit, the nearest and latest first.
    pub fn heads_for(&self, unit: &str) -> Vec<&Said<LearntHead>> {
        let holds = |head: &&Said<LearntHead>| is_at_or_below(unit, &head.body.unit);
        let mut heads: Vec<&Said<LearntHead>> = self.heads.iter().rev().filter(holds).collect();
        heads.sort_by_key(|head| std::cmp::Reverse(depth(&head.body.unit)));
        heads
    }

    /// The head that puts the candidates of a scan in order, which a unit recorded: of its models, season and resolution, learnt by
    /// that unit, or else by the nearest above it; of several the last.
    pub fn head_for(&self, unit: &str, scan: &RecordedScan) -> Option<&Said<LearntHead>> {
        let [_, last] = scan.captured.as_ref()?;
        let gsd = scan.gsd_e2_cm?;
        let season =
            |day: &str, head: &LearntHead| day.get(..4) == Some(head.season.to_string().as_str());
        let fits = |head: &LearntHead| {
            let days = scan.captured.iter().flatten();
            head.model == scan.model[1]
                && head.verifier == scan.verifier
                && (head.gsd_e2_cm[0]..=head.gsd_e2_cm[1]).contains(&gsd)
                && days.clone().all(|day| season(day, head))
                && *last <= head.expires
        };
        self.heads_for(unit)
            .into_iter()
            .find(|head| fits(&head.body))
    }

    /// The audits of a season that a unit drew, in their order.
    pub fn draws_of(&self, unit: &str, season: i16) -> impl Iterator<Item = &Said<Draw>> {
        let of =
            move |draw: &&Said<Draw>| draw.body.season == season && draw.stamp.actor.unit == unit;
        self.draws.iter().filter(of)
    }
}
