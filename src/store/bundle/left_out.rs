//! What is left out of a bundle when it is taken: events of devices for which nobody trusted vouches.

use super::Inspected;
use crate::registry::event::Sealed;
use crate::registry::ids::DeviceId;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Events of one device that are not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The device.
    pub device: DeviceId,
    /// The unit that their author claims.
    pub unit: String,
    /// How many they are.
    pub events: usize,
}

impl LeftOut {
    /// Those of the devices that are not known, in the order in which these come.
    pub(super) fn of(events: &[Sealed], is_known: impl Fn(&DeviceId) -> bool) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for Sealed { event, .. } in events {
            if is_known(&event.device) {
                continue;
            }
            match all.iter_mut().find(|of| of.device == event.device) {
                Some(of) => of.events += 1,
                None => all.push(Self {
                    device: event.device,
                    unit: event.actor.unit.clone(),
                    events: 1,
                }),
            }
        }
        all
    }

    /// Two lists as one, with a line a device: what both count of it is added, or, where both count the same events, the most.
    pub fn joined(all: Vec<Self>, more: Vec<Self>, count: fn(usize, usize) -> usize) -> Vec<Self> {
        more.into_iter().fold(all, |mut all, one| {
            match all.iter_mut().find(|of| of.device == one.device) {
                Some(of) => of.events = count(of.events, one.events),
                None => all.push(one),
            }
            all
        })
    }
}

impl Inspected {
    /// Its events without those that are left out.
    pub fn events_without(&self, left_out: &[LeftOut]) -> Cow<'_, [Sealed]> {
        if left_out.is_empty() {
            return Cow::Borrowed(&self.events);
        }
        let is_taken = |sealed: &&Sealed| {
            let device = sealed.event.device;
            left_out.iter().all(|of| of.device != device)
        };
        self.events.iter().filter(is_taken).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_rounds_that_bring_the_same_again_do_not() {
        let of = |device: u8, events| LeftOut {
            device: DeviceId([device; 32]),
            unit: "430626".into(),
            events,
        };
        let parts = LeftOut::joined(
            vec![of(1, 2)],
            vec![of(2, 5), of(1, 3)],
            usize::saturating_add,
        );
        assert_eq!(parts, [of(1, 5), of(2, 5)]);
        let again = LeftOut::joined(parts, vec![of(2, 4)], usize::max);
        assert_eq!(again, [of(1, 5), of(2, 5)]);
    }
}
