//! Which events of a site are followed: the gate, the limits, what their authors could know, and where a move leads.

use super::days::SiteDay;
use super::{Fold, JudgedEvent, Stand};
use crate::registry::body::{Body, Create, Meaning, Sighting, Visit};
use crate::registry::event::{Event, EvidenceRef};
use crate::registry::ids::SiteKey;
use crate::registry::moves::{Move, MoveAuthor, MoveContext, Refusal, decide, unproven};
use crate::registry::people::Signed;
use crate::registry::refusal::{DateBounds, DateOf};
use crate::registry::site::MarkKind;
use crate::registry::state::State;
use crate::registry::{limits, unit};
use crate::text::day_of;
use std::collections::BTreeSet;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "metres between two places on the Earth"
)]
pub(super) fn whole(metres: f64) -> u64 {
    metres.round() as u64
}

/// Places that are too many metres apart.
pub(super) fn far(metres: f64) -> Refusal {
    let metres = whole(metres);
    Refusal::Far { metres }
}

impl Fold<'_> {
    /// Whether an event is followed, and for a move where it leads.
    pub(super) fn judge(&mut self, at: usize, before: &[usize]) -> Result<JudgedEvent, Refusal> {
        let (hash, event) = self.history.events[at];
        let signed = self.gate.author(hash, event)?;
        limits::dates_of(event)?;
        limits::numbers_of(event)?;
        let mut judged = JudgedEvent {
            signed,
            stand: None,
            marks: Vec::new(),
            outside: false,
        };
        if let Some(recorder) = &event.actor.recorder
            && signed == Signed::InTheirName
        {
            judged.marks.push(MarkKind::InTheirName {
                by: recorder.name.clone(),
                reason: recorder.reason.clone(),
            });
        }
        if event.site != Some(self.site.key) {
            judged.stand = self.judge_from_beside(event, before)?;
            return Ok(judged);
        }
        if let Body::Create(create) = &event.body {
            judged.stand = Some(self.judge_founding(at, create, before, &mut judged.marks)?);
            return Ok(judged);
        }
        // Elsewhere, and where nobody knows yet whose the site is, one may see and note, and nothing follows from it.
        let theirs = match &self.unit {
            Some(unit) => self.gate.over(event, unit),
            None => Err(Refusal::MissingHistory),
        };
        if let Err(refusal) = theirs {
            let only_says = matches!(event.body, Body::Note(_) | Body::Sighting(_));
            judged.outside = only_says;
            return if only_says { Ok(judged) } else { Err(refusal) };
        }
        self.judge_pictures(at, event)?;
        match &event.body {
            Body::Sighting(sighting) => {
                judged.marks.extend(self.judge_sighting(sighting)?);
                self.judge_raising(at, sighting)?;
            }
            Body::Correct(correct) => judged.marks.extend(self.judge_correction(at, correct)?),
            Body::Void(void) => {
                judged.stand = self.judge_void(at, before, void)?;
                return Ok(judged);
            }
            // What concerns an office and no site says nothing in a site's history.
            body if Body::AFFAIRS.contains(&body.kind()) => return Err(Refusal::NoSuchSite),
            _ => {}
        }
        if Move::of(&event.body).is_some() {
            judged.stand = Some(self.judge_move(at, before, &mut judged.marks)?);
        }
        Ok(judged)
    }

    fn judge_founding(
        &mut self,
        at: usize,
        create: &Create,
        before: &[usize],
        marks: &mut Vec<MarkKind>,
    ) -> Result<Stand, Refusal> {
        let (_, event) = self.history.events[at];
        if SiteKey::of_origin(&create.origin) != self.site.key || !before.is_empty() {
            return Err(Refusal::Origin);
        }
        limits::place(&create.place)?;
        // Before origins named it, a site's unit was that of whoever founded it.
        let unit = unit::of_origin(&create.origin).unwrap_or(&event.actor.unit);
        self.gate.over(event, unit)?;
        if let Some(known) = &self.unit {
            if !unit::share_ground(known, unit) {
                return Err(Refusal::Origin);
            }
            if unit::is_below(unit, known) {
                self.unit = Some(unit.to_owned());
            }
        } else {
            self.unit = Some(unit.to_owned());
        }
        let state = match &create.split_from {
            None => {
                marks.extend(self.founded_otherwise(event, create));
                marks.extend(self.entered_later(event));
                State::Candidate
            }
            Some((parent, _)) => self.split_off(at, *parent, create, marks)?,
        };
        let captured = create.detection.as_ref().and_then(|d| d.captured.as_ref());
        // By hand a site may be entered after the work on it; nobody worked on it before it was photographed from the air.
        let day = captured.and_then(|[first, _]| self.days(first));
        Ok(Stand {
            state,
            claimed: state,
            disputed: false,
            claims: BTreeSet::new(),
            absorbs: false,
            founds: true,
            day,
        })
    }

    /// Two offices may found one site from one scan, and then they say the same of it. Which of them counts as the first
    /// hangs on the time that each gives itself: what they say differently of place and season stays marked.
    fn founded_otherwise(&self, event: &Event, create: &Create) -> Vec<MarkKind> {
        let Some((found_at, first)) = self.found_at.as_ref().zip(self.site.created.as_ref()) else {
            return Vec::new();
        };
        let metres = found_at.farthest_m(&create.place);
        let moved = (metres > limits::MOVES_FREELY_M).then(|| MarkKind::Moved {
            metres: whole(metres),
        });
        let season = self.gate.season_of(event);
        let redated =
            (season.is_some_and(|season| season != self.site.season)).then(|| MarkKind::Redated {
                from: first.at.clone(),
            });
        moved.into_iter().chain(redated).collect()
    }

    fn judge_move(
        &mut self,
        at: usize,
        before: &[usize],
        marks: &mut Vec<MarkKind>,
    ) -> Result<Stand, Refusal> {
        let (_, event) = self.history.events[at];
        let joined = self.stand_at(before);
        let view = self.view(at, joined.as_ref());
        let unit = self.unit.clone().unwrap_or_default();
        let author = MoveAuthor {
            actor: &event.actor,
            above: unit::is_below(&unit, &event.actor.unit),
        };
        let arrived = |file: &&EvidenceRef| self.gate.is_here(file.sha256);
        let here: Vec<EvidenceRef> = event.evidence.iter().filter(arrived).cloned().collect();
        let led = match decide(&view, &event.body, author, &here) {
            // What opens a site is followed before its pictures arrive; what settles it is not.
            Err(Refusal::Lacks { needs })
                if matches!(&event.body, Body::Visit(_)) && here.len() < event.evidence.len() =>
            {
                let led = decide(&view, &event.body, author, &event.evidence)
                    .map_err(|_still| Refusal::Lacks { needs })?;
                marks.push(MarkKind::EvidenceAbsent);
                led
            }
            decided => decided?,
        };
        let day = self.day_after(at, before)?;
        marks.extend(self.entered_past_due(at, before, &view));
        marks.extend(self.marks_of_move(at, &view, day, &here)?);
        let carried = joined.filter(|_| !matches!(event.body, Body::Resolve(_)));
        let mut claims = carried
            .as_ref()
            .map(|s| s.claims.clone())
            .unwrap_or_default();
        let overrides = led.state != led.claimed;
        if overrides {
            claims.insert(at);
            claims.extend(&view.kept_at);
        }
        Ok(Stand {
            state: led.state,
            claimed: led.claimed,
            disputed: overrides || carried.is_some_and(|stand| stand.disputed),
            claims,
            absorbs: false,
            founds: false,
            day,
        })
    }

    /// What stays marked of a move, where what concerns other sites too lets it be followed.
    fn marks_of_move(
        &self,
        at: usize,
        view: &MoveContext,
        day: Option<SiteDay>,
        here: &[EvidenceRef],
    ) -> Result<Vec<MarkKind>, Refusal> {
        let event = self.history.events[at].1;
        let mut marks = Vec::new();
        match &event.body {
            Body::Merge(merge) => {
                marks.extend(self.judge_merge(at, merge, view)?);
                let lost: Vec<MarkKind> = self.lost_with_it(at).collect();
                let counted = |lost: &MarkKind| matches!(lost, MarkKind::CountLowered { .. });
                if lost.iter().any(counted) && !self.gate.by_supervisor(event) {
                    return Err(Refusal::Supervisor);
                }
                marks.extend(lost);
            }
            Body::Split(split) => {
                self.judge_split(split)?;
                marks.extend(self.lost_with_it(at));
            }
            Body::Visit(visit) => marks.extend(self.visit_marks(at, visit, day, here)),
            Body::Accept(accept) if accept.passed && !self.is_seen_after(at, view, here) => {
                marks.push(MarkKind::ClosedUnseen);
            }
            _ => {}
        }
        Ok(marks)
    }

    /// What stays marked of a visit.
    fn visit_marks(
        &self,
        at: usize,
        visit: &Visit,
        day: Option<SiteDay>,
        here: &[EvidenceRef],
    ) -> Vec<MarkKind> {
        let event = self.history.events[at].1;
        let written = day.map(|day| day.written);
        let proofs = self.proofs(at, here);
        let needs = unproven(&event.body, &proofs, &self.site.place, written);
        let mut marks = Vec::new();
        marks.extend((!needs.is_empty()).then_some(MarkKind::Unproven { needs }));
        marks.extend(self.counted_lower(visit));
        marks.extend(self.measured_lower(at, visit));
        marks
    }

    /// The day of an event, which is none before the steps that it follows.
    fn day_after(&self, at: usize, before: &[usize]) -> Result<Option<SiteDay>, Refusal> {
        let day = self.day_of(at);
        let reached = SiteDay::last(before.iter().filter_map(|b| self.stands[*b].as_ref()?.day));
        if reached.is_some_and(|reached| day.is_none_or(|day| day.is_before(reached))) {
            let steps = before.iter().copied();
            let last = steps.filter_map(|b| self.bound_of(b));
            let from = last.max_by_key(|(day, _)| *day).map(|(_, bound)| bound);
            let bounds = DateBounds::between(DateOf::Event, from, None);
            return Err(Refusal::out_of(bounds, &self.history.events[at].1.at));
        }
        Ok(day)
    }

    /// The followed events of the site that the author of this one knew of.
    pub(super) fn known_at(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let past = &self.history.past[at];
        (0..at).filter(move |e| {
            past.contains(*e) && self.followed[*e] && !self.outside[*e] && !self.is_void(*e, at)
        })
    }

    /// The pictures and papers that speak for a visit: its own, and those that came after the visit before it.
    fn proofs<'e>(&'e self, at: usize, own: &'e [EvidenceRef]) -> Vec<&'e EvidenceRef> {
        let earlier = self
            .known_at(at)
            .map(|e| self.history.events[e].1)
            .filter(|e| matches!(e.body, Body::Attach(_) | Body::Note(_)))
            .flat_map(|e| &e.evidence)
            .filter(|file| self.gate.is_here(file.sha256));
        own.iter().chain(earlier).collect()
    }

    /// A settled site is raised by imagery that is later than what its author knew of it: later than the last visit, or
    /// than every flight before.
    fn judge_raising(&self, at: usize, sighting: &Sighting) -> Result<(), Refusal> {
        if sighting.meaning != Meaning::Raised {
            return Ok(());
        }
        let (mut visited, mut flown) = (None, None);
        for earlier in self.known_at(at) {
            let event = self.history.events[earlier].1;
            let detection = match &event.body {
                Body::Create(create) => create.detection.as_ref(),
                Body::Sighting(sighting) => Some(&sighting.detection),
                Body::Visit(_) => {
                    visited = visited.max(self.day_of(earlier).map(|day| day.written));
                    None
                }
                _ => None,
            };
            let captured = detection.and_then(|d| d.captured.as_ref());
            flown = flown.max(captured.and_then(|[_, last]| day_of(last)));
        }
        let captured = sighting.detection.captured.as_ref();
        let day = captured.and_then(|[first, _]| day_of(first));
        if day > visited.or(flown) {
            return Ok(());
        }
        let first = captured.map_or("", |[first, _]| first);
        Err(Refusal::of_date(first).of_its(DateOf::Captured))
    }

    /// What was counted or measured here is counted nowhere once the site is gone, until somebody counts where it went.
    fn lost_with_it(&self, at: usize) -> impl Iterator<Item = MarkKind> {
        let plants = self.site.plants.filter(|plants| *plants > 0);
        let measured = self.known_at(at).any(|e| self.crew_measured(e).is_some());
        let area = self.site.area_dm2.filter(|dm2| *dm2 > 0 && measured);
        let plants = plants.map(|from| MarkKind::CountLowered { from, to: 0 });
        let area = area.map(|from| MarkKind::AreaLowered { from, to: 0 });
        plants.into_iter().chain(area)
    }

    /// What a crew measured, where an event is a visit that did.
    fn crew_measured(&self, at: usize) -> Option<i64> {
        match &self.history.events[at].1.body {
            Body::Visit(visit) => visit.measured_dm2(),
            _ => None,
        }
    }

    fn counted_lower(&self, visit: &Visit) -> Option<MarkKind> {
        let to = visit.count.as_ref()?.plants();
        let from = self.site.plants?;
        // After some were destroyed fewer are left: as many fewer as were said to be.
        let gone = u64::from(self.site.percent().unwrap_or(0).min(100));
        (to < from * (100 - gone) / 100).then_some(MarkKind::CountLowered { from, to })
    }

    /// Less than half of what a crew had measured before, or of what was to be left of it.
    fn measured_lower(&self, at: usize, visit: &Visit) -> Option<MarkKind> {
        let to = visit.measured_dm2()?;
        let earlier = self.known_at(at).filter_map(|e| self.crew_measured(e));
        let from = earlier.last()?;
        let gone = i64::from(self.site.percent().unwrap_or(0).min(100));
        (to < from * (100 - gone) / 200).then_some(MarkKind::AreaLowered { from, to })
    }

    /// A sighting of a site lies near it. What lies farther off than anybody may merge became part of it by a wide radius.
    fn judge_sighting(&self, sighting: &Sighting) -> Result<Option<MarkKind>, Refusal> {
        limits::place(&sighting.place)?;
        let metres = sighting.place.distance_m(&self.site.place);
        if metres > limits::SEEN_WITHIN_M {
            return Err(far(metres));
        }
        let apart = sighting.place.apart_m(&self.site.place);
        Ok(
            (apart > limits::MERGES_FREELY_M).then(|| MarkKind::FarMerge {
                metres: whole(apart),
            }),
        )
    }
}
