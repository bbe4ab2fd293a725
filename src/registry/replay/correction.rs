//! Corrections: a site is not moved away, counted down or dated otherwise by whoever likes.

use super::Fold;
use super::days::SiteDay;
use super::judge::whole;
use crate::registry::body::{Body, Correct};
use crate::registry::event::Event;
use crate::registry::ids::Hash;
use crate::registry::limits;
use crate::registry::moves::Refusal;
use crate::registry::people::same_name;
use crate::registry::refusal::{DateBounds, DateOf, DayBound};
use crate::registry::site::MarkKind;
use jiff::civil::Date;

impl Fold<'_> {
    /// A site is not moved away or counted down by whoever likes, and no step is dated before the one before it.
    pub(super) fn judge_correction(
        &mut self,
        at: usize,
        correct: &Correct,
    ) -> Result<Vec<MarkKind>, Refusal> {
        let (_, event) = self.history.events[at];
        let mut marks = Vec::new();
        if let Some(place) = &correct.place {
            limits::place(place)?;
            let metres = self
                .found_at
                .as_ref()
                .map_or(0.0, |found| found.farthest_m(place));
            if metres > limits::MOVES_FREELY_M {
                marks.push(MarkKind::Moved {
                    metres: whole(metres),
                });
            }
        }
        if let (Some(to), Some(from)) = (correct.plants, self.site.plants)
            && to < from
        {
            marks.push(MarkKind::CountLowered { from, to });
        }
        if let (Some(to), Some(from)) = (correct.area_dm2, self.measured_area(at))
            && to < from / 2
        {
            marks.push(MarkKind::AreaLowered { from, to });
        }
        let hides = !marks.is_empty();
        if let Some(new) = &correct.at {
            if let Some(of) = self.index_of(correct.of) {
                // What a unit above did is not dated otherwise below it.
                self.gate
                    .over(event, &self.history.events[of].1.actor.unit)?;
            }
            marks.push(self.redate(at, correct.of, new)?);
        }
        let others = correct.at.is_some()
            && self.index_of(correct.of).is_some_and(|of| {
                let (by, of) = (&event.actor, &self.history.events[of].1.actor);
                by.unit != of.unit || !same_name(&of.name, &by.name)
            });
        if (hides || others) && !self.gate.by_supervisor(event) {
            return Err(Refusal::Supervisor);
        }
        if !marks.is_empty() && correct.reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        Ok(marks)
    }

    /// The area as it was last measured, from the air or in the field: correcting it again and again halves it no less
    /// than doing so at once.
    fn measured_area(&self, at: usize) -> Option<i64> {
        let measured = |e: usize| match &self.history.events[e].1.body {
            Body::Create(create) => create.area_dm2,
            Body::Visit(visit) => visit.measured_dm2(),
            _ => None,
        };
        let last = self.known_at(at).filter_map(measured).last();
        last.or(self.site.area_dm2)
    }

    pub(super) fn index_of(&self, hash: Option<Hash>) -> Option<usize> {
        let hash = hash?;
        self.history.events.iter().position(|(h, _)| *h == hash)
    }

    /// Gives an earlier event of this site another time, between the steps before and after it.
    pub(super) fn redate(
        &mut self,
        at: usize,
        of: Option<Hash>,
        new: &str,
    ) -> Result<MarkKind, Refusal> {
        let bad = || Refusal::of_date(new).of_its(DateOf::Corrected);
        let past = &self.history.past[at];
        let target = self
            .index_of(of)
            .filter(|t| past.contains(*t) && self.followed[*t]);
        let target = target.ok_or_else(bad)?;
        let (hash, event) = self.history.events[target];
        let mut redated = event.clone();
        new.clone_into(&mut redated.at);
        let of_it = |refusal: Refusal| match refusal {
            Refusal::Ahead { date, .. } => Refusal::ahead(&date).of_its(DateOf::Corrected),
            Refusal::Date { date, .. } => Refusal::of_date(&date).of_its(DateOf::Corrected),
            other => other,
        };
        limits::dates_of(&redated).map_err(of_it)?;
        let day = self.days(new).ok_or_else(bad)?;
        let day_at = |e: usize| self.stands[e].as_ref().and_then(|stand| stand.day);
        let earlier = self.join(&self.history.parents[target]);
        let reached = SiteDay::last(earlier.iter().filter_map(|e| day_at(*e)));
        let after_those_before = reached.is_none_or(|reached| !day.is_before(reached));
        let later = (target + 1..at).filter(|e| self.history.past[*e].contains(target));
        let before_those_after =
            (later.clone().filter_map(day_at)).all(|later| !later.is_before(day));
        if !(after_those_before && before_those_after) {
            let from = earlier.iter().filter_map(|e| self.bound_of(*e));
            let from = from.max_by_key(|(day, _)| *day).map(|(_, bound)| bound);
            let until = later.filter_map(|e| self.bound_of(e));
            let until = until.min_by_key(|(day, _)| *day).map(|(_, bound)| bound);
            let bounds = DateBounds::between(DateOf::Corrected, from, until);
            return Err(Refusal::out_of(bounds, new));
        }
        let from = self.at_of(hash, event);
        if let Some(stand) = &mut self.stands[target] {
            stand.day = Some(day);
        }
        self.redated.insert(hash, new.to_owned());
        Ok(MarkKind::Redated { from })
    }

    /// When an event happened, as it was corrected.
    pub(super) fn at_of(&self, hash: Hash, event: &Event) -> String {
        self.redated.get(&hash).unwrap_or(&event.at).clone()
    }

    /// The day that a step stands at, and what it is called.
    pub(super) fn bound_of(&self, at: usize) -> Option<(Date, DayBound)> {
        let day = self.stands[at].as_ref()?.day?.written;
        Some((day, DayBound::of_step(day, &self.history.events[at].1.body)))
    }

    pub(super) fn day_of(&self, at: usize) -> Option<SiteDay> {
        let (hash, event) = self.history.events[at];
        self.days(self.redated.get(&hash).unwrap_or(&event.at))
    }
}
