//! Who may do what: roles as events granted and revoked them, and the keys that people hold.

use super::body::{ActorAction, Body};
use super::event::Event;
use super::ids::{DeviceId, Hash};
use super::role::Role;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The roles that may record an event of this type; the first that an actor holds is the one they act in.
pub fn roles_for(body: &Body) -> &'static [Role] {
    use Role::{Acceptor, Analyst, Eradicator, Supervisor, Verifier};
    match body {
        Body::Init(_)
        | Body::Actor(_)
        | Body::Setting(_)
        | Body::Trust(_)
        | Body::Reopen(_)
        | Body::Resolve(_) => &[Supervisor],
        Body::Scan(_)
        | Body::Targets(_)
        | Body::Screen(_)
        | Body::Assign(_)
        | Body::Merge(_)
        | Body::Split(_) => &[Analyst, Supervisor],
        Body::Visit(_) => &[Verifier],
        Body::Eradicate(_) => &[Eradicator],
        Body::Accept(_) => &[Acceptor],
        Body::Create(_)
        | Body::Patrol(_)
        | Body::Sighting(_)
        | Body::Note(_)
        | Body::Correct(_)
        | Body::Attach(_)
        | Body::Unknown { .. } => &[Analyst, Verifier, Eradicator, Acceptor, Supervisor],
    }
}

/// A person as the events describe them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The roles they hold now.
    pub roles: BTreeSet<Role>,
    /// Their key, where they hold one.
    pub key: Option<DeviceId>,
    /// Changes in order: from this event on they held these roles and this key.
    #[serde(skip)]
    history: Vec<(Uuid, BTreeSet<Role>, Option<DeviceId>)>,
}

/// Everybody, by unit and name. The same events give the same people, in whatever order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    persons: BTreeMap<(String, String), Person>,
}

impl People {
    /// The people that these events make; events of other types are passed over.
    ///
    /// A grant counts when its author was a supervisor of the same unit, or of a unit above it, at that point of the
    /// order (by id, then by hash).
    pub fn of<'a>(events: impl IntoIterator<Item = (Hash, &'a Event)>) -> Self {
        let mut ordered: Vec<(Uuid, Hash, &Event)> = events
            .into_iter()
            .filter(|(_, event)| matches!(event.body, Body::Init(_) | Body::Actor(_)))
            .map(|(hash, event)| (event.id, hash, event))
            .collect();
        ordered.sort_unstable_by_key(|(id, hash, _)| (*id, *hash));
        let mut people = Self::default();
        for (id, _, event) in ordered {
            people.take(id, event);
        }
        people
    }

    fn take(&mut self, id: Uuid, event: &Event) {
        let author = &event.actor;
        match &event.body {
            Body::Init(init) if init.unit == author.unit => {
                self.change(id, &author.unit, &author.name, |person| {
                    person.roles.extend([Role::Supervisor, Role::Analyst]);
                });
            }
            Body::Actor(change) => {
                let supervises = self
                    .persons
                    .get(&(author.unit.clone(), author.name.clone()))
                    .is_some_and(|person| person.roles.contains(&Role::Supervisor));
                if !supervises {
                    return;
                }
                self.change(id, &author.unit, &change.name, |person| {
                    match change.action {
                        ActorAction::Grant => person.roles.extend(change.roles.iter().copied()),
                        ActorAction::Revoke => {
                            person.roles.retain(|role| !change.roles.contains(role));
                        }
                        ActorAction::Key => person.key = change.key,
                    }
                });
            }
            _ => {}
        }
    }

    fn change(&mut self, id: Uuid, unit: &str, name: &str, with: impl FnOnce(&mut Person)) {
        let person = self
            .persons
            .entry((unit.to_owned(), name.to_owned()))
            .or_default();
        with(person);
        person.history.push((id, person.roles.clone(), person.key));
    }

    /// A person by unit and name.
    pub fn get(&self, unit: &str, name: &str) -> Option<&Person> {
        self.persons.get(&(unit.to_owned(), name.to_owned()))
    }

    /// Those whose roles or keys, or the times of their changes, are not what they were before: unit and name.
    pub fn changed_since(&self, before: &Self) -> Vec<(String, String)> {
        self.persons
            .iter()
            .filter(|(who, person)| before.persons.get(*who) != Some(*person))
            .map(|(who, _)| who.clone())
            .collect()
    }

    /// Everybody in order of unit and name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Person)> {
        self.persons
            .iter()
            .map(|((unit, name), person)| (unit.as_str(), name.as_str(), person))
    }

    /// Whether the author of an event held, when it was written, the role they acted in, and that role may record it.
    pub fn allows(&self, event: &Event) -> bool {
        roles_for(&event.body).contains(&event.actor.role)
            && self
                .then(event)
                .is_some_and(|(roles, _)| roles.contains(&event.actor.role))
    }

    /// Whether the event is signed with the key that its author held then.
    pub fn signed_by_own_key(&self, event: &Event) -> bool {
        event.actor.key.is_some()
            && self
                .then(event)
                .is_some_and(|(_, key)| *key == event.actor.key)
    }

    fn then(&self, event: &Event) -> Option<(&BTreeSet<Role>, &Option<DeviceId>)> {
        let person = self.get(&event.actor.unit, &event.actor.name)?;
        let after = person.history.partition_point(|(id, _, _)| *id < event.id);
        let (_, roles, key) = person.history.get(after.checked_sub(1)?)?;
        Some((roles, key))
    }
}
