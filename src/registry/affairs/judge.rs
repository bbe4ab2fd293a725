//! Which of these events are followed. Pure.

use crate::registry::authority::Authority;
use crate::registry::body::Body;
use crate::registry::event::Event;
use crate::registry::ids::Hash;
use crate::registry::moves::Refusal;
use crate::registry::people::{Signed, same_name};
use crate::registry::refusal::{DateBounds, DateOf, DayBound};
use crate::text::day_of;
use std::collections::{BTreeMap, HashMap};

/// The event that another one speaks of, and the types it can have.
fn names(body: &Body) -> Option<(Hash, &'static [&'static str])> {
    match body {
        Body::Finding(finding) => finding.round.map(|of| (of, &["round"][..])),
        Body::Measure(measure) => measure.finding.map(|of| (of, &["finding"][..])),
        Body::Settle(settle) => Some((settle.of, &["finding", "measure"])),
        Body::CloseTip(close) => Some((close.tip, &["tip"])),
        Body::Reward(reward) => Some((reward.tip, &["tip"])),
        Body::Void(void) => Some((void.of, &Body::VOIDABLE)),
        _ => None,
    }
}

type Followed<'a> = Vec<(Hash, &'a Event, Signed)>;

/// The events that are followed, in their order, and why the others are not.
pub(super) fn judge<'a>(
    gate: &Authority,
    events: impl IntoIterator<Item = (Hash, &'a Event)>,
) -> (Followed<'a>, BTreeMap<Hash, Refusal>) {
    let mut judge = Judge {
        gate,
        events: events
            .into_iter()
            .filter(|(_, event)| event.site.is_none() && is_heard(&event.body))
            .collect(),
        verdicts: BTreeMap::new(),
    };
    let mut ordered: Vec<(Hash, &Event)> = judge.events.iter().map(|(h, e)| (*h, *e)).collect();
    ordered.sort_unstable_by_key(|(hash, event)| (event.id, *hash));
    let mut followed = Vec::new();
    for (hash, event) in ordered {
        if let Ok(signed) = judge.verdict(hash, event) {
            followed.push((hash, event, signed));
        }
    }
    let refused = judge
        .verdicts
        .into_iter()
        .filter_map(|(hash, verdict)| Some((hash, verdict.err()?)))
        .collect();
    (followed, refused)
}

fn is_heard(body: &Body) -> bool {
    let kind = body.kind();
    Body::AFFAIRS.contains(&kind) || Body::VOIDABLE.contains(&kind) || kind == "void"
}

struct Judge<'g, 'a> {
    gate: &'g Authority,
    events: HashMap<Hash, &'a Event>,
    verdicts: BTreeMap<Hash, Result<Signed, Refusal>>,
}

impl Judge<'_, '_> {
    /// An event names only such as were there before it: nothing comes round to itself.
    fn verdict(&mut self, hash: Hash, event: &Event) -> Result<Signed, Refusal> {
        if let Some(known) = self.verdicts.get(&hash) {
            return known.clone();
        }
        let followed = self.gate.follows(hash, event);
        let verdict = followed.and_then(|signed| self.named(event).map(|()| signed));
        self.verdicts.insert(hash, verdict.clone());
        verdict
    }

    fn named(&mut self, event: &Event) -> Result<(), Refusal> {
        let Some((of, kinds)) = names(&event.body) else {
            return Ok(());
        };
        let entry = self
            .events
            .get(&of)
            .copied()
            .filter(|entry| kinds.contains(&entry.body.kind()))
            .ok_or(Refusal::NoSuchEntry)?;
        if self.verdict(of, entry).is_err() {
            return Err(Refusal::NoSuchEntry);
        }
        self.gate.over(event, &entry.actor.unit)?;
        // Nothing becomes of what is still to come; a mistake may be taken back at any time.
        let after = day_of(&event.at).zip(day_of(entry.body.day_of_season(&entry.at)));
        let before = after.is_none_or(|(then, entered)| then < entered);
        if before && !matches!(event.body, Body::Void(_)) {
            let entered = day_of(entry.body.day_of_season(&entry.at));
            let from = entered.map(|day| DayBound::of_step(day, &entry.body));
            let bounds = DateBounds::between(DateOf::Event, from, None);
            return Err(Refusal::out_of(bounds, &event.at));
        }
        let own =
            entry.actor.unit == event.actor.unit && same_name(&entry.actor.name, &event.actor.name);
        match &event.body {
            // A mistake is taken back by who made it, or by a supervisor.
            Body::Void(_) if !own && !self.gate.by_supervisor(event) => Err(Refusal::Supervisor),
            _ => Ok(()),
        }
    }
}
