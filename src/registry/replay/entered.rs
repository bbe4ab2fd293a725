//! What was entered later than it is said to have happened, so that figures change afterwards or look as if it had been in time.

use super::Fold;
use crate::registry::body::Body;
use crate::registry::event::Event;
use crate::registry::moves::MoveContext;
use crate::registry::settings::Settings;
use crate::registry::site::MarkKind;
use crate::registry::state::State;

impl Fold<'_> {
    /// What is entered in a season after the one of its day changes the figures of that one.
    pub(super) fn entered_later(&self, event: &Event) -> Option<MarkKind> {
        let unit = self.unit.as_deref().unwrap_or_default();
        let entered = self.gate.day_of(unit, &event.logged_at)?;
        let now = self.gate.season_on(entered, event.id);
        let is_later = self.site.created.is_none() && now > self.gate.season_of(event);
        is_later.then(|| MarkKind::EnteredLater {
            on: entered.to_string(),
        })
    }

    /// A step of the work that is entered after it was due, as of a day before that: in the figures it was in time.
    pub(super) fn entered_past_due(
        &self,
        at: usize,
        before: &[usize],
        view: &MoveContext,
    ) -> Option<MarkKind> {
        let event = self.history.events[at].1;
        let unit = self.unit.as_deref().unwrap_or_default();
        let entered = self.gate.day_of(unit, &event.logged_at)?;
        let on = self.day_of(at)?.written;
        let is_work = matches!(
            event.body,
            Body::Screen(_)
                | Body::Assign(_)
                | Body::Visit(_)
                | Body::Eradicate(_)
                | Body::Accept(_)
        );
        let state = view.state.filter(|_| is_work && on < entered)?;
        // What is left of it has to be gone by the day by which all of it had to.
        let is_part = state == State::Eradicated && view.percent.is_some_and(|gone| gone < 100);
        let waits_as = if is_part { State::Confirmed } else { state };
        let since = self.began_in(before, state).1;
        let due = self
            .site
            .due_in(waits_as, &since, &Settings::default())
            .filter(|due| on <= *due && *due < entered)?;
        Some(MarkKind::EnteredPastDue {
            on: entered.to_string(),
            due: due.to_string(),
        })
    }
}
