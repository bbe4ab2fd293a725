//! What the author of an event could know of a site, and what the pictures show that go with it.

use super::days::SiteDay;
use super::keepers::Keepers;
use super::{Fold, Stand};
use crate::registry::body::Body;
use crate::registry::event::{Event, EvidenceRef, EvidenceRole};
use crate::registry::moves::{MoveContext, Refusal, took_part};
use crate::registry::need::is_at;
use crate::registry::people::folded_name;
use crate::registry::state::State;

impl Fold<'_> {
    /// One picture cannot show the time before and the time after.
    pub(super) fn judge_pictures(&self, at: usize, event: &Event) -> Result<(), Refusal> {
        if event.evidence.is_empty() {
            return Ok(());
        }
        let after = EvidenceRole::is_after;
        let before = self
            .known_at(at)
            .flat_map(|e| &self.history.events[e].1.evidence);
        let known: Vec<&EvidenceRef> = before.chain(&event.evidence).collect();
        let twice = event.evidence.iter().any(|file| {
            known.iter().any(|other| {
                other.sha256 == file.sha256
                    && ((after(file.role) && other.role == EvidenceRole::Scene)
                        || (file.role == EvidenceRole::Scene && after(other.role)))
            })
        });
        if twice {
            Err(Refusal::SamePicture)
        } else {
            Ok(())
        }
    }

    /// What the pictures of an event show; what those before it showed may count no more.
    fn show_pictures(&self, earlier: usize, view: &mut MoveContext) {
        let (_, event) = self.history.events[earlier];
        // What was taken before anything was uprooted shows nothing of what is left, nor does what was taken before it
        // was uprooted again.
        if matches!(event.body, Body::Eradicate(_))
            && (view.eradicators.is_empty()
                || self.stands_before(earlier) == Some(State::Confirmed))
        {
            view.after_photo = false;
        }
        for file in event
            .evidence
            .iter()
            .filter(|f| self.gate.is_here(f.sha256))
        {
            view.scene_photo |= file.role == EvidenceRole::Scene;
            view.after_photo |= file.role.is_after();
        }
    }

    /// Whether a picture that goes with an acceptance, or that somebody else attached who took no part, was taken at the spot
    /// after the last eradication.
    pub(super) fn is_seen_after(&self, at: usize, view: &MoveContext, own: &[EvidenceRef]) -> bool {
        let uprooted = SiteDay::last(self.known_at(at).filter_map(|e| self.uprooted_on(e)));
        let others = self
            .known_at(at)
            .map(|e| self.history.events[e].1)
            .filter(|e| matches!(e.body, Body::Attach(_) | Body::Note(_)))
            .filter(|e| !took_part(view, &e.actor))
            .flat_map(|e| &e.evidence)
            .filter(|file| self.gate.is_here(file.sha256));
        let is_before = |file: &EvidenceRef| {
            let taken = file.taken_at.as_deref().and_then(|at| self.days(at));
            let days = taken.zip(uprooted);
            days.is_some_and(|(taken, uprooted)| taken.is_before(uprooted))
        };
        own.iter()
            .chain(others)
            .any(|file| file.role.is_after() && is_at(file, &self.site.place) && !is_before(file))
    }

    /// The day of an eradication, here or at a site that an event brings into this one.
    fn uprooted_on(&self, at: usize) -> Option<SiteDay> {
        match &self.history.events[at].1.body {
            Body::Eradicate(_) => self.day_of(at),
            Body::Merge(_) | Body::Create(_) => self.brought_along(at).uprooted,
            _ => None,
        }
    }

    /// What the author of an event could know.
    pub(super) fn view(&self, at: usize, joined: Option<&Stand>) -> MoveContext {
        let mut view = MoveContext {
            state: joined.map(|stand| stand.state),
            disputed: joined.is_some_and(|stand| stand.disputed),
            ..MoveContext::default()
        };
        let Some(joined) = joined else { return view };
        view.claimed = joined
            .claims
            .iter()
            .filter_map(|claim| self.stands[*claim].as_ref().map(|stand| stand.claimed))
            .chain([joined.state])
            .collect();
        let mut eradications: Vec<(usize, u8)> = Vec::new();
        let mut keepers = Keepers::default();
        for earlier in self.known_at(at) {
            let (_, event) = self.history.events[earlier];
            self.show_pictures(earlier, &mut view);
            let stand = self.stands[earlier].as_ref();
            if keepers.end(event, stand.is_some_and(|stand| stand.disputed)) {
                view.kept_at.clear();
            }
            if keepers.hear(event) {
                view.kept_at.insert(earlier);
            }
            match &event.body {
                // Who destroyed a part of it accepts no more than who destroyed the whole, and no less is left.
                Body::Merge(_) | Body::Create(_) => {
                    let brought = self.brought_along(earlier);
                    view.eradicators.extend(brought.names);
                    view.eradicators_keys.extend(brought.keys);
                    eradications.extend(brought.percent.map(|percent| (earlier, percent)));
                    if keepers.join(brought.keepers) {
                        view.kept_at.insert(earlier);
                    }
                }
                Body::Eradicate(eradicate) => {
                    view.eradicators.extend(event.actor.names());
                    for officer in &eradicate.officers {
                        view.eradicators.insert(folded_name(officer));
                    }
                    view.eradicators_keys.extend(event.actor.signer());
                    eradications.retain(|(other, _)| !self.history.past[earlier].contains(*other));
                    eradications.push((earlier, eradicate.percent));
                }
                // After a failed acceptance the work begins again, and so does the proof of it.
                Body::Accept(accept) if !accept.passed => view.after_photo = false,
                _ => {}
            }
        }
        view.kept_by = keepers.names();
        view.percent = eradications.iter().map(|(_, percent)| *percent).min();
        view
    }
}
