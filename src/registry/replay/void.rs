//! Voiding: a wrong entry is taken back by an event with a reason, and stays to be read.
//!
//! Only the last step can be voided, so that nothing rests on what was not. An assignment and a decision at the desk are
//! their author's to take back, and what somebody says led to a site changes no step: that, too, is its author's. Whoever voids a visit or a site hides
//! something, so that is a supervisor's, and of a confirmation another person's than who recorded it. What a unit above said is that
//! unit's to take back, or one's above it.

use super::{Fold, Stand};
use crate::registry::body::{Body, Create, FoundBy, Void};
use crate::registry::moves::Refusal;
use crate::registry::people::{Signed, same_name};
use crate::registry::site::{Site, Stamp, Voided};
use crate::registry::state::State;

/// Whether somebody added a site by hand, whatever it says of its source: no imagery shows it, and it is no part of one.
fn is_by_hand(founding: &Create) -> bool {
    let claims = matches!(founding.source, FoundBy::Scan | FoundBy::Split);
    !claims && founding.detection.is_none() && founding.split_from.is_none()
}

impl Fold<'_> {
    /// Whether the author of an event knew that an earlier one was voided.
    pub(super) fn is_void(&self, entry: usize, at: usize) -> bool {
        let past = &self.history.past[at];
        let by = self.voided.get(&entry).into_iter().flatten();
        by.copied().any(|by| past.contains(by))
    }

    /// Where a voiding leads: back to what stood before the entry; `None` where that was no step.
    pub(super) fn judge_void(
        &self,
        at: usize,
        before: &[usize],
        void: &Void,
    ) -> Result<Option<Stand>, Refusal> {
        let event = self.history.events[at].1;
        let entry = self
            .known_at(at)
            .find(|e| self.history.events[*e].0 == void.of)
            .ok_or(Refusal::NoSuchEntry)?;
        let entered = self.history.events[entry].1;
        // What a unit above has said is not voided below it.
        self.gate.over(event, &entered.actor.unit)?;
        // What another records in their name is not their own word.
        let own = event.actor.recorder.is_none()
            && entered.actor.unit == event.actor.unit
            && same_name(&entered.actor.name, &event.actor.name);
        if let Body::CameOf(_) = &entered.body {
            return self.judge_void_of_lead(at, own, void).map(|()| None);
        }
        self.judge_void_of_step(at, before, (entry, own), void)
            .map(Some)
    }

    /// What led to a site is taken back once, by who said so or by a supervisor.
    fn judge_void_of_lead(&self, at: usize, own: bool, void: &Void) -> Result<(), Refusal> {
        if !own && !self.gate.by_supervisor(self.history.events[at].1) {
            return Err(Refusal::Supervisor);
        }
        if void.reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        Ok(())
    }

    fn judge_void_of_step(
        &self,
        at: usize,
        before: &[usize],
        (entry, own): (usize, bool),
        void: &Void,
    ) -> Result<Stand, Refusal> {
        let (event, entered) = (self.history.events[at].1, self.history.events[entry].1);
        let founding = match &entered.body {
            Body::Assign(_) | Body::Visit(_) | Body::Screen(_) => false,
            Body::Create(create) if is_by_hand(create) => true,
            _ => return Err(Refusal::NoSuchEntry),
        };
        // What a flight saw is not gone because somebody had added it by hand before.
        let seen = |e: usize| matches!(self.history.events[e].1.body, Body::Sighting(_));
        if self.last_step(before) != Some(entry) || founding && self.known_at(at).any(seen) {
            return Err(Refusal::BuiltOn);
        }
        let hides = !matches!(entered.body, Body::Assign(_) | Body::Screen(_));
        if (hides || !own) && !self.gate.by_supervisor(event) {
            return Err(Refusal::Supervisor);
        }
        if void.reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        let stand = self.stands[entry].as_ref().ok_or(Refusal::NoSuchEntry)?;
        if stand.claimed == State::Confirmed && event.actor.shares_hand_with(&entered.actor) {
            return Err(Refusal::AnotherPerson);
        }
        if founding {
            return Ok(Stand {
                state: State::Voided,
                claimed: State::Voided,
                founds: false,
                ..stand.clone()
            });
        }
        let earlier = self.join(&self.history.parents[entry]);
        let restored = self.stand_at(&earlier).ok_or(Refusal::MissingHistory)?;
        Ok(Stand {
            claimed: restored.state,
            founds: false,
            ..restored
        })
    }

    /// The step that stands again since this one voided what followed it.
    pub(super) fn restored_by(&self, at: usize) -> Option<usize> {
        let entry = self.struck_by(at)?;
        let founding = matches!(self.history.events[entry].1.body, Body::Create(_));
        match self.steps_before(entry)[..] {
            [before] if !founding => Some(before),
            _ => None,
        }
    }

    /// The one step on which nothing rests; what was voided after it is none.
    fn last_step(&self, before: &[usize]) -> Option<usize> {
        let [mut last] = before[..] else { return None };
        while let Some(restored) = self.restored_by(last) {
            last = restored;
        }
        Some(last)
    }

    fn struck_by(&self, at: usize) -> Option<usize> {
        match &self.history.events[at].1.body {
            Body::Void(void) => self.index_of(Some(void.of)),
            _ => None,
        }
    }

    /// Tells the site anew without what was voided up to here.
    pub(super) fn strike(&mut self, at: usize) {
        let Some(entry) = self.struck_by(at) else {
            return;
        };
        self.voided.entry(entry).or_default().push(at);
        let untold = Site::unknown(self.site.key);
        let told = std::mem::replace(&mut self.site, untold);
        self.site.refused = told.refused;
        self.site.incomplete = told.incomplete;
        for e in 0..=at {
            let Some((signed, marks)) = self.told[e].clone() else {
                continue;
            };
            let (hash, event) = self.history.events[e];
            if let (Some(entry), Body::Void(void)) = (self.struck_by(e), &event.body) {
                self.site.mark(hash, marks);
                self.site.voided.push(Voided {
                    kind: self.history.events[entry].1.body.kind().to_owned(),
                    body: self.history.events[entry]
                        .1
                        .body
                        .to_value()
                        .unwrap_or_default(),
                    entry: self.stamp(entry),
                    reason: void.reason.clone(),
                    by: self.stamp(e),
                });
                continue;
            }
            let founds = matches!(event.body, Body::Create(_));
            if founds || !self.voided.contains_key(&e) {
                self.describe(e, hash, event, signed, marks);
            }
        }
    }

    fn stamp(&self, at: usize) -> Stamp {
        let signed = self.told[at].as_ref().map(|(signed, _)| *signed);
        self.stamped(at, signed == Some(Signed::OwnKey))
    }
}
