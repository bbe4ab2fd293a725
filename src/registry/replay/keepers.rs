//! Who keeps a site at the desk: what one of them keeps, nobody else puts aside in silence.

use crate::registry::body::{Body, Opinion};
use crate::registry::event::Event;
use crate::registry::moves::{is_own_keeping, keeper};
use crate::registry::state::State;
use std::collections::BTreeSet;

/// Those who keep a site, by unit and name: who is called the same in another unit, or almost the same in one's own, is somebody else.
#[derive(Default)]
pub(super) struct Keepers {
    kept: BTreeSet<String>,
    /// Those whose last look was for keeping, whether it was decided or not.
    looked: BTreeSet<String>,
}

impl Keepers {
    /// Takes in what an event says; whether it keeps the site. What ends a keeping is heard by [`Keepers::end`] alone.
    pub(super) fn hear(&mut self, event: &Event) -> bool {
        let name = keeper(&event.actor);
        match &event.body {
            Body::Look(look) if look.opinion == Opinion::Keep => {
                self.looked.insert(name);
            }
            // What another records in their name is not their own word.
            Body::Look(_) if event.actor.recorder.is_some() => {}
            Body::Look(look) => {
                self.looked.remove(&name);
                // Their own word, and later than what they said before.
                if matches!(look.opinion, Opinion::Discard | Opinion::Withdrawn) {
                    self.kept.remove(&name);
                }
            }
            // Where two looked it is decided by both.
            Body::Screen(screen) if screen.keep => {
                self.kept.insert(name);
                self.kept.extend(self.looked.iter().cloned());
                return true;
            }
            // A supervisor who leaves it open, or opens it again, keeps it.
            Body::Resolve(resolve) if resolve.state == State::Candidate => {
                self.kept.insert(name);
                return true;
            }
            Body::Reopen(_) => {
                self.kept.insert(name);
                return true;
            }
            _ => {}
        }
        false
    }

    /// Ends what was kept so far, where a decision settles that it is put aside; `disputed` is one that is not the last word.
    pub(super) fn end(&mut self, event: &Event, disputed: bool) -> bool {
        let ends = match &event.body {
            Body::Screen(screen) => !screen.keep && !disputed,
            Body::Resolve(resolve) => resolve.state != State::Candidate,
            _ => false,
        };
        if ends {
            self.kept.clear();
        }
        ends
    }

    /// Takes over who kept a site that became part of this one; whether anybody did.
    pub(super) fn join(&mut self, others: BTreeSet<String>) -> bool {
        let anybody = !others.is_empty();
        self.kept.extend(others);
        anybody
    }

    /// Forgets what a person kept who took it back themself: of another's word only a decision that is followed is the end.
    pub(super) fn take_back(&mut self, event: &Event, said: &Event) {
        let kept = keeper(&said.actor);
        if is_own_keeping(&event.actor, &kept) {
            self.kept.remove(&kept);
        }
    }

    /// Their names.
    pub(super) fn names(self) -> BTreeSet<String> {
        self.kept
    }
}
