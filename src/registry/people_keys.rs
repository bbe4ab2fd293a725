//! Whose key is whose: made by its holder, changed and given up by those who may.

use super::body::ActorChange;
use super::event::Event;
use super::key_proof;
use super::people::People;
use super::person::{FirstKey, KeyChange, OwnKey};
use super::refusal::Refusal;
use super::role::Role;
use std::collections::BTreeSet;
use uuid::Uuid;

impl People {
    /// A key is made by its holder: the first is signed with itself, every other with the one before.
    pub(super) fn take_key(
        &mut self,
        id: Uuid,
        event: &Event,
        change: &ActorChange,
    ) -> Result<(), Refusal> {
        let author = &event.actor;
        let (Some(new), true) = (change.key, author.name == change.name) else {
            return Err(Refusal::Key);
        };
        let held = self
            .get(&author.unit, &author.name)
            .and_then(|p| p.key.clone());
        let confirmed = match held {
            None if author.key == Some(new) && author.recorder.is_none() => {
                !self.a_supervisor_holds_key(&author.unit)
            }
            Some(held) => {
                let proof = change.proof.as_deref().unwrap_or_default();
                if !key_proof::proves(new, &author.unit, &author.name, proof) {
                    return Err(Refusal::Key);
                }
                held.confirmed
            }
            None => return Err(Refusal::Key),
        };
        self.set_key(
            id,
            event,
            change,
            Some(OwnKey {
                key: new,
                confirmed,
            }),
        );
        if let Some(seen) = &change.seen {
            let first = FirstKey {
                device: event.device,
                seq: event.seq,
                seen: seen.clone(),
            };
            let unit = self.units.get_mut(&author.unit);
            if let Some(person) = unit.and_then(|unit| unit.get_mut(&author.name)) {
                person.first_key.get_or_insert(first);
            }
        }
        Ok(())
    }

    /// Where a key is lost, a supervisor says so, and its holder makes another.
    pub(super) fn give_up_key(
        &mut self,
        id: Uuid,
        event: &Event,
        change: &ActorChange,
    ) -> Result<(), Refusal> {
        let held = self
            .get(&event.actor.unit, &change.name)
            .is_some_and(|person| person.key.is_some());
        let said = change
            .reason
            .as_deref()
            .is_some_and(|r| !r.trim().is_empty());
        match (held, said) {
            (false, _) => Err(Refusal::Key),
            (true, false) => Err(Refusal::NoReason),
            (true, true) => {
                self.set_key(id, event, change, None);
                Ok(())
            }
        }
    }

    pub(super) fn set_key(
        &mut self,
        id: Uuid,
        event: &Event,
        change: &ActorChange,
        key: Option<OwnKey>,
    ) {
        let shown = KeyChange {
            at: event.at.clone(),
            by: event.actor.name.clone(),
            key: key.as_ref().map(|key| key.key),
            reason: change.reason.clone(),
        };
        self.change(id, &event.actor.unit, &change.name, |person| {
            person.key = key;
            person.key_changes.push(shown);
        });
    }

    /// Whether a supervisor of the unit holds a confirmed key now. One of a name that reads the same is no less one.
    pub(super) fn a_supervisor_holds_key(&self, unit: &str) -> bool {
        let mut people = self.units.get(unit).into_iter().flatten();
        people.any(|(_, person)| is_supervisor_with_key(&person.roles, person.key.as_ref()))
    }

    /// Whether a supervisor of the unit held a confirmed key at that place of the chain.
    pub(super) fn a_supervisor_signs(&self, unit: &str, id: Uuid) -> bool {
        let people = self.units.get(unit).into_iter().flatten();
        let mut then = people.filter_map(|(_, person)| person.then(id));
        then.any(|then| is_supervisor_with_key(&then.roles, then.key.as_ref()))
    }
}

fn is_supervisor_with_key(roles: &BTreeSet<Role>, key: Option<&OwnKey>) -> bool {
    roles.contains(&Role::Supervisor) && key.is_some_and(|key| key.confirmed)
}
