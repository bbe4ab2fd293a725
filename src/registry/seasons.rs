//! When seasons begin: what offices decided, one word after the other, and whose word counts where.
//!
//! The registry that is read goes by what its own unit and those above it decided. What an office below decides for itself
//! moves none of its finds and flights into another season of the reports of those above.

use super::authority::{Authority, from_above};
use super::event::Event;
use super::settings::{SEASON_BEGINS, Settings};
use super::unit::depth;
use jiff::civil::Date;
use std::collections::BTreeSet;
use uuid::Uuid;

/// How deep a province lies.
const PROVINCE_DEPTH: usize = 2;

impl Authority {
    /// The season of what an event says, as the unit whose registry this is and those above it had decided by then: what is
    /// decided later moves nothing that was found before into another season.
    pub fn season_of(&self, event: &Event) -> Option<i16> {
        let settings = self.seasons_before(event.id, usize::MAX);
        settings.season_of(event.body.day_of_season(&event.at))
    }

    /// The same by the province's word alone, where it gave one: what hangs on a season is followed in every registry or in none,
    /// whatever an office below has decided for itself.
    pub fn season_by_law(&self, event: &Event) -> Option<i16> {
        let settings = self.seasons_before(event.id, PROVINCE_DEPTH);
        settings.season_of(event.body.day_of_season(&event.at))
    }

    /// The season of a day, as the unit whose registry this is and those above it had decided before an event.
    pub fn season_on(&self, on: Date, before: Uuid) -> Option<i16> {
        let settings = self.seasons_before(before, usize::MAX);
        settings.season_of(&on.to_string())
    }

    /// When seasons begin, as the unit whose registry this is and those above it, down to a depth, had decided before an event.
    fn seasons_before(&self, event: Uuid, depth_at_most: usize) -> Settings {
        let mut settings = Settings::default();
        for (by, said) in from_above(&self.seasons, self.unit()) {
            if depth(by) > depth_at_most {
                continue;
            }
            for (_, value) in said.iter().take_while(|(id, _)| *id < event) {
                let _kept = settings.set(SEASON_BEGINS, value);
            }
        }
        settings
    }

    /// The first event of those from which on seasons are other ones, perhaps, than they were before.
    pub fn seasons_changed_since(&self, before: &Self) -> Option<Uuid> {
        let said = |gate: &Self| -> BTreeSet<(Uuid, String, String)> {
            let mut all = BTreeSet::new();
            for (unit, said) in from_above(&gate.seasons, gate.unit()) {
                all.extend(
                    said.iter()
                        .map(|(id, value)| (*id, unit.clone(), value.clone())),
                );
            }
            all
        };
        said(self)
            .symmetric_difference(&said(before))
            .map(|(id, _, _)| *id)
            .min()
    }
}
