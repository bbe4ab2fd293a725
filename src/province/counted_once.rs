//! Of flights and of patrols those that count, each once: what was recorded again as of another day counts no second time for the
//! office that did, or for one above it. Nobody takes the place of one below by that: both count, and both are named.

use crate::registry::event::Sealed;
use crate::registry::unit::is_at_or_below;
use std::collections::BTreeSet;

/// Flights, or patrols, of which none counts twice for an office.
#[derive(Debug, Default)]
pub(super) struct CountedOnce {
    /// Those that count.
    pub kept: Vec<Sealed>,
    /// Those that a unit itself, or one above it, recorded as of other days.
    pub twice: Vec<Sealed>,
    /// Two that both count, by what they bear out the earlier first: the one of a unit, and that of one above it as of other days.
    /// Which of them is right nobody can tell from here.
    pub both: Vec<[Sealed; 2]>,
}

/// How what was recorded is known again.
pub(super) trait KnownAgain {
    /// By what.
    type Signs;

    /// The signs of one; none of what may be there twice.
    fn signs(&self, sealed: &Sealed) -> Option<Self::Signs>;

    /// Those of what is kept, by number, that are the same as of other days, of units that share ground with the one that recorded
    /// it.
    fn of_other_days(
        &self,
        kept: &[Sealed],
        sealed: &Sealed,
        signs: &Self::Signs,
    ) -> BTreeSet<usize>;

    /// Remembers one that is kept next.
    fn remember(&mut self, kept: &[Sealed], sealed: &Sealed, signs: &Self::Signs);
}

/// Those that count of what was recorded, in the order in which one goes before another.
pub(super) fn count_once(recorded: Vec<Sealed>, mut known: impl KnownAgain) -> CountedOnce {
    let mut once = CountedOnce::default();
    for sealed in recorded {
        let Some(signs) = known.signs(&sealed) else {
            once.kept.push(sealed);
            continue;
        };
        let others = known.of_other_days(&once.kept, &sealed, &signs);
        let unit = &sealed.event.actor.unit;
        let is_above = |at: &usize| is_at_or_below(unit, &once.kept[*at].event.actor.unit);
        if others.iter().any(is_above) {
            once.twice.push(sealed);
            continue;
        }
        let below = others.first().map(|at| once.kept[*at].clone());
        once.both.extend(below.map(|below| [below, sealed.clone()]));
        known.remember(&once.kept, &sealed, &signs);
        once.kept.push(sealed);
    }
    once
}
