//! What followed events write into their site.

use super::Fold;
use crate::registry::body::{
    Assign, Body, Correct, Count, Create, Look, Meaning, Opinion, Screen, Sighting, Visit,
};
use crate::registry::event::Event;
use crate::registry::ids::Hash;
use crate::registry::matching::{closed_on, eradicated_on};
use crate::registry::people::Signed;
use crate::registry::site::{MarkKind, SightingFact, Site, Stamp};
use crate::registry::state::State;
use std::collections::BTreeSet;

/// What a crew found.
fn visited(site: &mut Site, visit: &Visit, stamp: Stamp) {
    site.plants = visit.count.as_ref().map(Count::plants).or(site.plants);
    // Who stood in it and measured what is planted knows better than imagery.
    if visit.outcome.leads_to() == State::Confirmed {
        site.area_dm2 = visit.measured_dm2().or(site.area_dm2);
    }
    site.habitat = visit.habitat.clone().or(site.habitat.take());
    site.visits.push((visit.clone(), stamp));
}

/// Writes what somebody says who looked at it, and how long that took.
fn looked(site: &mut Site, look: &Look, stamp: Stamp) {
    if look.opinion != Opinion::Withdrawn {
        site.desk.count(look.took_ms);
    }
    site.looks.push((look.clone(), stamp));
}

/// Writes what was decided at the desk, and how long that took.
fn screened(site: &mut Site, screen: &Screen, stamp: Stamp) {
    // A decision that follows from what its author said at that moment is no further verdict.
    let by = |stamp: &Stamp| {
        let actor = &stamp.actor;
        (actor.unit.clone(), actor.name.clone(), stamp.at.clone())
    };
    let said = |(_, look): &(Look, Stamp)| by(look) == by(&stamp);
    if !site.looks.iter().any(said) {
        site.desk.count(screen.looked_ms());
    }
    site.screened = Some((screen.keep, screen.reason, stamp));
}

impl Fold<'_> {
    /// Writes a later detection into the site.
    fn see(&mut self, hash: Hash, state: Option<State>, sighting: &Sighting) {
        let site = &mut self.site;
        // Dates are compared anew: what the sighting says of itself is not believed.
        let residue = shows_residue(site, state, sighting);
        site.residue |= residue;
        if state.is_some_and(|state| !state.is_open()) && sighting.meaning != Meaning::Raised {
            site.swallowed.push(hash);
        }
        let candidate = &sighting.detection.candidate;
        if !site
            .sightings
            .iter()
            .any(|known| known.detection.candidate == *candidate)
        {
            site.sightings.push(SightingFact {
                detection: sighting.detection.clone(),
                meaning: sighting.meaning,
                event: hash,
            });
        }
    }

    /// Writes what a followed event says into the site.
    pub(super) fn describe(
        &mut self,
        at: usize,
        hash: Hash,
        event: &Event,
        signed: Signed,
        marks: Vec<MarkKind>,
    ) {
        if let Body::Void(_) = &event.body {
            self.strike(at);
            return;
        }
        let stamp = Stamp {
            event: hash,
            at: event.at.clone(),
            actor: event.actor.clone(),
            own_key: signed == Signed::OwnKey,
        };
        let site = &mut self.site;
        site.mark(hash, marks);
        if self.outside[at] {
            let text = match &event.body {
                Body::Note(note) => note.text.clone(),
                Body::Sighting(sighting) => sighting.detection.candidate.clone(),
                other => other.kind().to_owned(),
            };
            site.outside.push((text, stamp));
            return;
        }
        if let Some(reason) = event.body.forced() {
            site.forced.push((hash, reason.to_owned()));
        }
        for file in &event.evidence {
            if !site
                .evidence
                .iter()
                .any(|known| known.sha256 == file.sha256 && known.role == file.role)
            {
                site.evidence.push(file.clone());
            }
        }
        self.tell(at, hash, event, stamp);
    }

    /// What is attached to a look goes with the site once somebody has decided: until then it may be the word of one of two, whom
    /// the second is not to see.
    pub(super) fn keep_back_what_looks_show(&mut self) {
        let site = &self.site;
        if site.screened.is_some() || site.assigned.is_some() || !site.visits.is_empty() {
            return;
        }
        let told = |looks: bool| {
            let counts = |at: &usize| {
                self.followed[*at] && !self.outside[*at] && !self.voided.contains_key(at)
            };
            let events = (0..self.history.events.len()).filter(counts);
            let events = events.map(|at| self.history.events[at].1);
            let of_kind = events.filter(move |e| matches!(e.body, Body::Look(_)) == looks);
            of_kind.flat_map(|event| &event.evidence)
        };
        if told(true).next().is_none() {
            return;
        }
        let kept: BTreeSet<Hash> = told(false).map(|file| file.sha256).collect();
        self.site
            .evidence
            .retain(|file| kept.contains(&file.sha256));
    }

    /// Writes what is particular to its type.
    fn tell(&mut self, at: usize, hash: Hash, event: &Event, stamp: Stamp) {
        let site = &mut self.site;
        match &event.body {
            Body::Create(_) if event.site != Some(site.key) => {}
            Body::Create(create) => self.found(at, event, create, stamp),
            Body::Sighting(sighting) => self.see(hash, self.stands_before(at), sighting),
            Body::Screen(screen) => screened(site, screen, stamp),
            Body::Look(look) => looked(site, look, stamp),
            Body::Assign(assign) => {
                let before = self.stands_before(at);
                assigned(&mut self.site, before, assign, stamp);
            }
            Body::Visit(visit) => visited(site, visit, stamp),
            Body::Eradicate(eradicate) => {
                site.residue = false;
                site.eradications.push((eradicate.clone(), stamp));
            }
            Body::Accept(accept) => {
                site.residue = false;
                site.acceptances.push((accept.clone(), stamp));
            }
            Body::Reopen(reopen) => site.notes.push((reopen.reason.clone(), stamp)),
            Body::Resolve(resolve) => site.notes.push((resolve.reason.clone(), stamp)),
            Body::Merge(merge) if event.site == Some(site.key) => {
                site.merged_into = Some(merge.into);
            }
            Body::Merge(_) => site.absorbed.extend(event.site),
            Body::Split(split) => {
                // Two offices may have split it, each in its own way: no part is lost.
                for part in &split.into {
                    if !site.split_into.contains(part) {
                        site.split_into.push(*part);
                    }
                }
            }
            Body::Note(note) | Body::Attach(note) => site.notes.push((note.text.clone(), stamp)),
            Body::Correct(correct) => {
                put_right(site, correct);
                site.notes.push((correct.reason.clone(), stamp));
            }
            Body::CameOf(came) => site.came_of.push((came.of, stamp)),
            Body::Void(_)
            | Body::Duty(_)
            | Body::Round(_)
            | Body::Finding(_)
            | Body::Measure(_)
            | Body::Settle(_)
            | Body::Learnt(_)
            | Body::Draw(_)
            | Body::Tip(_)
            | Body::CloseTip(_)
            | Body::Reward(_)
            | Body::Init(_)
            | Body::Actor(_)
            | Body::Setting(_)
            | Body::Trust(_)
            | Body::Scan(_)
            | Body::Patrol(_)
            | Body::Targets(_)
            | Body::Acknowledge(_)
            | Body::Unknown { .. } => {}
        }
    }

    /// What the event that founds it says; of several the first.
    fn found(&mut self, at: usize, event: &Event, create: &Create, stamp: Stamp) {
        if self.site.created.is_none() {
            let season = self.gate.season_of(event);
            let whole = self.wholes.get(&at);
            let season = whole.map_or(season.unwrap_or(event.season), |whole| whole.season);
            let found_at = whole.map_or(&create.place, |whole| &whole.origin.place);
            self.found_at = Some(found_at.clone());
            self.season_by_law = match whole {
                Some(whole) => whole.origin.season_by_law,
                None => self.gate.season_by_law(event),
            };
            self.site.found(create, stamp, season);
        }
        self.site.unit = self.unit.clone().unwrap_or_default();
    }
}

/// A crew takes another's place: the day by which it has to be there stays, unless another is set.
fn assigned(site: &mut Site, before: Option<State>, assign: &Assign, stamp: Stamp) {
    let goes_on = matches!(before, Some(State::Dispatched | State::Revisit));
    let set = site.assigned.take().filter(|_| goes_on);
    let due = assign.due.clone().or(set.and_then(|(set, _)| set.due));
    let crew = assign.crew.clone();
    site.assigned = Some((Assign { crew, due }, stamp));
}

fn put_right(site: &mut Site, correct: &Correct) {
    if let Some(place) = &correct.place {
        site.place = place.clone();
    }
    site.area_dm2 = correct.area_dm2.or(site.area_dm2);
    site.name = correct.name.clone().or(site.name.take());
    site.plants = correct.plants.or(site.plants);
    site.habitat = correct.habitat.clone().or(site.habitat.take());
}

/// Whether a sighting shows the plants again after they were said to be gone: by the days, not by what it says.
fn shows_residue(site: &Site, state: Option<State>, sighting: &Sighting) -> bool {
    let gone = match state {
        Some(State::Eradicated) => eradicated_on(site),
        Some(State::Closed) => closed_on(site),
        _ => None,
    };
    let captured = sighting
        .detection
        .captured
        .as_ref()
        .map(|[first, _]| first.as_str());
    captured
        .zip(gone)
        .is_some_and(|(captured, gone)| captured > gone)
}
