//! What an office does beside its sites: who answers for which district, supervision and its measures, tip-offs, what was
//! learnt from verdicts, and which entries that concern no site were voided. Pure: the same events give the same affairs, in whatever order they came.
//!
//! An event that speaks of another one (a finding of its round, a reward of its tip-off, a voiding of its entry) is
//! followed where that other one is, and belongs to its author's unit or one below: what a unit above said of a unit is
//! not ended or voided by that unit. Of two that say the contrary of one thing the earlier stands.

mod chain;
mod contradiction;
mod judge;
mod learning;
mod letters;
mod stamped;

pub use super::sound::{gives_away, is_sealed_number};
pub use contradiction::LedSites;
pub use learning::head_of;
pub use stamped::Stamped;

use super::authority::Authority;
use super::body::{
    Body, CloseTip, Draw, Duty, Finding, LearntHead, Measure, Reward, Round, Settle, Tip, Void,
};
use super::event::Event;
use super::ids::Hash;
use super::moves::Refusal;
use super::people::Signed;
use super::site::{Site, Stamp, Voided};
use super::unit::is_at_or_below;
use crate::text::day_of;
use contradiction::StandingEntries;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything of it that is followed and was not voided, each list in the order of the events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Affairs {
    /// Letters of responsibility.
    pub duties: Vec<Stamped<Duty>>,
    /// Rounds of supervision.
    pub rounds: Vec<Stamped<Round>>,
    /// What was found wanting.
    pub findings: Vec<Stamped<Finding>>,
    /// Measures.
    pub measures: Vec<Stamped<Measure>>,
    /// The ends of findings and measures, by their events.
    pub settled: BTreeMap<Hash, Stamped<Settle>>,
    /// Tip-offs.
    pub tips: Vec<Stamped<Tip>>,
    /// How tip-offs ended without a site, by their events.
    pub closed: BTreeMap<Hash, Stamped<CloseTip>>,
    /// Rewards.
    pub rewards: Vec<Stamped<Reward>>,
    /// What was learnt from verdicts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<Stamped<LearntHead>>,
    /// Random audits of screening.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub draws: Vec<Stamped<Draw>>,
    /// Entries that count no more, with what they said.
    pub voided: Vec<Voided>,
    /// The letters that stand.
    #[serde(skip)]
    standing: letters::StandingLetter,
    /// What is not followed, and why.
    #[serde(skip)]
    pub refused: BTreeMap<Hash, Refusal>,
}

impl Affairs {
    /// The affairs that these events make; those of other types are passed over, but patrols and lists of targets are
    /// wanted where they were voided or led to a site. `led` are the tip-offs that sites came of.
    pub fn of<'a>(
        gate: &Authority,
        events: impl IntoIterator<Item = (Hash, &'a Event)>,
        led: &LedSites,
    ) -> Self {
        let (judged, refused) = judge::judge(gate, events);
        let mut affairs = Self {
            refused,
            ..Self::default()
        };
        let voids: BTreeMap<Hash, (&Void, Stamp)> = judged
            .iter()
            .rev()
            .filter_map(|(hash, event, signed)| match &event.body {
                Body::Void(void) => Some((void.of, (void, stamp(*hash, event, *signed)))),
                _ => None,
            })
            .collect();
        // A round may have been heard of after what it found.
        let rounds: BTreeMap<Hash, Date> = judged
            .iter()
            .filter(|(hash, ..)| !voids.contains_key(hash))
            .filter_map(|(hash, event, _)| match &event.body {
                Body::Round(round) => Some((*hash, day_of(&round.on)?)),
                _ => None,
            })
            .collect();
        let mut standing = StandingEntries::beside(led);
        for (hash, event, signed) in judged {
            let void = voids.get(&hash);
            if void.is_none()
                && let Err(refusal) = standing.take(hash, &event.body)
            {
                affairs.refused.insert(hash, refusal);
                continue;
            }
            if let Some((void, by)) = void {
                affairs.voided.push(Voided {
                    kind: event.body.kind().to_owned(),
                    entry: stamp(hash, event, signed),
                    body: event.body.to_value().unwrap_or_default(),
                    reason: void.reason.clone(),
                    by: by.clone(),
                });
            } else {
                let on = happened(gate, event, |round| rounds.get(&round).copied());
                affairs.take(gate, (hash, event), signed, on);
            }
        }
        affairs.standing = letters::standing(&affairs.duties);
        affairs
    }

    fn take(
        &mut self,
        gate: &Authority,
        (hash, event): (Hash, &Event),
        signed: Signed,
        on: Option<Date>,
    ) {
        // What an event says of its season is not believed.
        let season = on.and_then(|on| gate.season_on(on, event.id));
        let season = season.unwrap_or(event.season);
        macro_rules! said {
            ($body:expr) => {
                Stamped {
                    stamp: stamp(hash, event, signed),
                    on,
                    season,
                    body: $body,
                }
            };
        }
        match &event.body {
            Body::Duty(duty) => self.duties.push(said!(duty.clone())),
            Body::Round(round) => self.rounds.push(said!(round.as_ref().clone())),
            Body::Finding(finding) => self.findings.push(said!(finding.as_ref().clone())),
            Body::Measure(measure) => self.measures.push(said!(measure.as_ref().clone())),
            Body::Settle(settle) => {
                self.settled.insert(settle.of, said!(settle.clone()));
            }
            Body::Tip(tip) => self.tips.push(said!(tip.as_ref().clone())),
            Body::CloseTip(close) => {
                self.closed.insert(close.tip, said!(close.clone()));
            }
            Body::Reward(reward) => self.rewards.push(said!(reward.clone())),
            Body::Learnt(head) => self.heads.push(said!(head.as_ref().clone())),
            Body::Draw(draw) => self.draws.push(said!(draw.clone())),
            _ => {}
        }
    }

    /// Whether nothing of it was ever followed.
    pub fn is_empty(&self) -> bool {
        let followed = Self {
            refused: BTreeMap::new(),
            ..self.clone()
        };
        followed == Self::default()
    }

    /// Whether an entry was voided.
    pub fn is_void(&self, entry: Hash) -> bool {
        self.voided.iter().any(|voided| voided.entry.event == entry)
    }

    /// The measures that a district stands under: those that have not ended.
    pub fn standing(&self) -> impl Iterator<Item = &Stamped<Measure>> {
        self.measures
            .iter()
            .filter(|measure| !self.settled.contains_key(&measure.stamp.event))
    }

    /// The rewards of a tip-off, fen: what was decided, and what was paid.
    pub fn rewards_of(&self, tip: Hash) -> [u64; 2] {
        let sum = |paid: bool| {
            let meant = |r: &&Stamped<Reward>| r.body.tip == tip && r.body.paid == paid;
            let rewards = self.rewards.iter().filter(meant);
            rewards.fold(0_u64, |sum, r| sum.saturating_add(r.body.fen))
        };
        [sum(false), sum(true)]
    }

    /// The findings that have not been put right.
    pub fn open_findings(&self) -> impl Iterator<Item = &Stamped<Finding>> {
        self.findings
            .iter()
            .filter(|finding| !self.settled.contains_key(&finding.stamp.event))
    }
}

/// The day that an event is about: of a finding that of its round, else its own, in the zone of its unit.
/// `round` gives the day of a round that counts.
pub fn happened(
    gate: &Authority,
    event: &Event,
    round: impl FnOnce(Hash) -> Option<Date>,
) -> Option<Date> {
    let of = match &event.body {
        Body::Finding(finding) => finding.round,
        _ => None,
    };
    of.and_then(round)
        .or_else(|| gate.day_of(&event.actor.unit, event.body.day_of_season(&event.at)))
}

fn stamp(hash: Hash, event: &Event, signed: Signed) -> Stamp {
    Stamp {
        event: hash,
        at: event.at.clone(),
        actor: event.actor.clone(),
        own_key: signed == Signed::OwnKey,
    }
}

/// Whether a patrol or a tip-off of a unit, which was on a day, led to a site: as somebody of that unit, or of one above, says.
/// None leads to what was found before it.
pub fn led_to(site: &Site, (entry, on): (Hash, &str), unit: &str) -> bool {
    let says = |(of, by): &(Hash, Stamp)| *of == entry && is_at_or_below(unit, &by.actor.unit);
    let found = site.created.as_ref().map(|created| created.at.as_str());
    site.came_of.iter().any(says) && found.is_none_or(|found| can_lead(on, found))
}

/// Whether what was on a day can have led to what was found at a time.
pub fn can_lead(on: &str, found: &str) -> bool {
    let days = day_of(on).zip(day_of(found));
    days.is_some_and(|(on, found)| on <= found)
}

#[cfg(test)]
mod tests;
