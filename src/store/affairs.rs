//! An office's affairs out of the events that concern no site, and entries found by the number that people type.

use super::{Store, StoreError};
use crate::registry::affairs::Affairs;
use crate::registry::body::Body;
use crate::registry::event::{Event, Sealed};
use crate::registry::ids::Hash;
use std::collections::BTreeMap;

const COLUMNS: &str = "hash, signature, actor_signature, bytes";

impl Store {
    /// Who answers for what, supervision, tip-offs, and which entries that concern no site were voided.
    ///
    /// # Errors
    /// Those of reading.
    pub fn affairs(&self) -> Result<Affairs, StoreError> {
        let kinds: Vec<&str> = Body::AFFAIRS.into_iter().chain(["void"]).collect();
        let wanted = format!("'{}'", kinds.join("', '"));
        let mut events: BTreeMap<Hash, Event> = self
            .select(
                &format!("SELECT {COLUMNS} FROM events WHERE site IS NULL AND kind IN ({wanted})"),
                [],
            )?
            .into_iter()
            .map(|sealed| (sealed.hash, sealed.event))
            .collect();
        let named: Vec<Hash> = events
            .values()
            .filter_map(|event| match &event.body {
                Body::Void(void) => Some(void.of),
                _ => None,
            })
            .filter(|of| !events.contains_key(of))
            .collect();
        for of in named {
            events.extend(self.event(of)?.map(|sealed| (of, sealed.event)));
        }
        let pairs = events.iter().map(|(hash, event)| (*hash, event));
        Ok(Affairs::of(self.authority(), pairs))
    }

    /// The entries that concern no site and were voided; nothing is read where none was.
    pub(super) fn without_voided(&self, events: &mut Vec<Sealed>) -> Result<(), StoreError> {
        if self.unit_events("void")?.is_empty() {
            return Ok(());
        }
        let affairs = self.affairs()?;
        events.retain(|sealed| !affairs.is_void(sealed.hash));
        Ok(())
    }

    /// The events whose hash begins so, in hexadecimal digits.
    ///
    /// # Errors
    /// Those of reading.
    pub fn events_beginning(&self, digits: &str) -> Result<Vec<Sealed>, StoreError> {
        let end = |fill: char| {
            let full: String = digits
                .chars()
                .chain(std::iter::repeat(fill))
                .take(64)
                .collect();
            hex::decode(full).ok()
        };
        let Some((low, high)) = end('0').zip(end('f')) else {
            return Ok(Vec::new());
        };
        self.select(
            &format!("SELECT {COLUMNS} FROM events WHERE hash BETWEEN ?1 AND ?2 ORDER BY n"),
            [low, high],
        )
    }
}
