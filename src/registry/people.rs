//! Who may do what: roles as events granted and revoked them, and the keys that people hold.
//!
//! People belong to the unit of whoever granted them their role. What counts for an event is what held at its place of
//! the chain: ids rise with a device's numbers, so their order is that of the chain, and no clock changes it.

use super::body::{ActorAction, Body};
use super::event::{Actor, Event};
use super::ids::Hash;
pub use super::names::{folded_name, same_name};
use super::person::{FirstKey, Then};
pub use super::person::{KeyChange, OwnKey, Person};
use super::refusal::Refusal;
use super::role::Role;
use super::site_move::Move;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// The roles that may record an event of this type; the first that an actor holds is the one they act in.
pub fn roles_for(body: &Body) -> &'static [Role] {
    use Role::{Acceptor, Analyst, Eradicator, Supervisor, Verifier};
    match body {
        Body::Actor(change) if change.action == ActorAction::Key && change.key.is_some() => {
            &[Supervisor, Analyst, Verifier, Eradicator, Acceptor]
        }
        Body::Reopen(_) => roles_of_move(Move::Reopen),
        Body::Resolve(_) => roles_of_move(Move::Resolve),
        Body::Screen(_) => roles_of_move(Move::Screen),
        Body::Assign(_) => roles_of_move(Move::Assign),
        Body::Merge(_) => roles_of_move(Move::Merge),
        Body::Split(_) => roles_of_move(Move::Split),
        Body::Visit(_) => roles_of_move(Move::Visit),
        Body::Eradicate(_) => roles_of_move(Move::Eradicate),
        Body::Accept(_) => roles_of_move(Move::Accept),
        Body::Init(_)
        | Body::Actor(_)
        | Body::Setting(_)
        | Body::Trust(_)
        | Body::Acknowledge(_)
        | Body::Measure(_)
        | Body::Settle(_)
        | Body::Reward(_) => &[Supervisor],
        Body::Scan(_)
        | Body::Targets(_)
        | Body::Look(_)
        | Body::Duty(_)
        | Body::Round(_)
        | Body::Finding(_)
        | Body::Learnt(_)
        | Body::Draw(_)
        | Body::CloseTip(_) => &[Analyst, Supervisor],
        Body::Create(_)
        | Body::Patrol(_)
        | Body::Sighting(_)
        | Body::Note(_)
        | Body::Correct(_)
        | Body::Attach(_)
        | Body::Tip(_)
        | Body::CameOf(_)
        | Body::Void(_)
        | Body::Unknown { .. } => &[Analyst, Verifier, Eradicator, Acceptor, Supervisor],
    }
}

/// The roles that may make a move.
pub fn roles_of_move(step: Move) -> &'static [Role] {
    match step {
        Move::Screen | Move::Assign | Move::Merge | Move::Split => {
            &[Role::Analyst, Role::Supervisor]
        }
        Move::Visit => &[Role::Verifier],
        Move::Eradicate => &[Role::Eradicator],
        Move::Accept => &[Role::Acceptor],
        Move::Reopen | Move::Resolve => &[Role::Supervisor],
        Move::Raise => &Role::ALL,
    }
}

/// Everybody, by unit and name. The same events give the same people, in whatever order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    pub(super) units: BTreeMap<String, BTreeMap<String, Person>>,
    /// Of each unit whose registry was begun by somebody who holds a key since: where that key was made.
    pub(super) founders: BTreeMap<String, FirstKey>,
}

/// What a person's signature is worth under an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// It bears the author's own, confirmed key.
    OwnKey,
    /// It bears none that counts, and the author holds none that has to be there.
    Unsigned,
    /// A supervisor recorded it in the name of somebody who holds a key.
    InTheirName,
}

impl People {
    /// The people that these events make; events of other types are passed over, and so are those of which `speaks` says
    /// that their device cannot speak for their author. The second part says which changes are not followed.
    pub fn of<'a>(
        events: impl IntoIterator<Item = (Hash, &'a Event)>,
        speaks: impl Fn(&Hash, &Event) -> bool,
    ) -> (Self, HashMap<Hash, Refusal>) {
        let mut ordered: Vec<(Uuid, Hash, &Event)> = events
            .into_iter()
            .filter(|(_, event)| matches!(event.body, Body::Init(_) | Body::Actor(_)))
            .filter(|(hash, event)| speaks(hash, event))
            .map(|(hash, event)| (event.id, hash, event))
            .collect();
        ordered.sort_unstable_by_key(|(id, hash, _)| (*id, *hash));
        let (first, refused) = Self::told(&ordered, &HashMap::new());
        let keys = first.first_keys();
        if keys.is_empty() {
            return (first, refused);
        }
        // Who makes a key says what they knew of then: nothing that gives itself an earlier time comes in before it.
        Self::told(&ordered, &keys)
    }

    fn told(
        ordered: &[(Uuid, Hash, &Event)],
        keys: &HashMap<(String, String), FirstKey>,
    ) -> (Self, HashMap<Hash, Refusal>) {
        let mut people = Self::default();
        let mut refused = HashMap::new();
        for (id, hash, event) in ordered {
            let author = (event.actor.unit.clone(), event.actor.name.clone());
            if let (Body::Init(_), Some(key)) = (&event.body, keys.get(&author)) {
                people
                    .founders
                    .entry(author.0.clone())
                    .or_insert_with(|| key.clone());
            }
            let late = keys
                .get(&author)
                .is_some_and(|key| event.actor.signer().is_none() && !key.knew(event));
            let taken = if late || people.slips_in(event) {
                Err(Refusal::Unsigned)
            } else {
                people.take(*id, event)
            };
            if let Err(refusal) = taken {
                refused.insert(*hash, refusal);
            }
        }
        (people, refused)
    }

    /// Whether an event governs unsigned and the one who began the unit's registry did not know of it when they made their
    /// key: whatever time it gives itself, it came after.
    fn slips_in(&self, event: &Event) -> bool {
        let governs = roles_for(&event.body) == [Role::Supervisor];
        let founder = self.founders.get(&event.actor.unit);
        governs
            && !matches!(event.body, Body::Init(_))
            && event.actor.signer().is_none()
            && founder.is_some_and(|key| !key.knew(event))
    }

    fn first_keys(&self) -> HashMap<(String, String), FirstKey> {
        let first_key = |(unit, name, person): (&str, &str, &Person)| {
            let key = person.first_key.clone()?;
            Some(((unit.to_owned(), name.to_owned()), key))
        };
        self.iter().filter_map(first_key).collect()
    }

    fn take(&mut self, id: Uuid, event: &Event) -> Result<(), Refusal> {
        let author = &event.actor;
        match &event.body {
            Body::Init(init) => {
                // A registry is begun once a device, and that is the device's first word.
                if init.unit != author.unit || event.seq != 1 {
                    return Err(Refusal::Origin);
                }
                self.change(id, &author.unit, &author.name, |person| {
                    person.roles.extend([Role::Supervisor, Role::Analyst]);
                });
                Ok(())
            }
            Body::Actor(change) => {
                let own = change.action == ActorAction::Key && change.key.is_some();
                self.may(event, own)?;
                if own {
                    return self.take_key(id, event, change);
                }
                let by_themself = same_name(&author.name, &change.name);
                match change.action {
                    ActorAction::Grant => self.change(id, &author.unit, &change.name, |person| {
                        person.roles.extend(change.roles.iter().copied());
                    }),
                    ActorAction::Revoke => self.change(id, &author.unit, &change.name, |person| {
                        person.roles.retain(|role| !change.roles.contains(role));
                    }),
                    ActorAction::Key => self.give_up_key(id, event, change)?,
                    ActorAction::Confirm => {
                        let signs = self
                            .get(&author.unit, &author.name)
                            .and_then(|p| p.key.as_ref())
                            .is_some_and(|key| key.confirmed);
                        if !signs {
                            return Err(Refusal::Unsigned);
                        }
                        let held = self
                            .get(&author.unit, &change.name)
                            .and_then(|p| p.key.as_ref());
                        let theirs = held.is_some_and(|held| Some(held.key) == change.key);
                        if by_themself || !theirs {
                            return Err(Refusal::Key);
                        }
                        self.change(id, &author.unit, &change.name, |person| {
                            person.key.iter_mut().for_each(|key| key.confirmed = true);
                        });
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether the author may change people now: a supervisor (or, of their own key, anybody with a role), with the key
    /// that they hold.
    fn may(&self, event: &Event, own: bool) -> Result<(), Refusal> {
        let author = &event.actor;
        let person = self.get(&author.unit, &author.name).ok_or(Refusal::Role)?;
        let holds = person.roles.contains(&Role::Supervisor) || (own && !person.roles.is_empty());
        if !holds {
            return Err(Refusal::Role);
        }
        let signed = match &person.key {
            Some(held) if author.recorder.is_some() || author.key != Some(held.key) => {
                return Err(Refusal::Unsigned);
            }
            Some(held) => held.confirmed,
            None if author.recorder.is_some() && !self.records_in_their_name(author, event) => {
                return Err(Refusal::Unsigned);
            }
            None => false,
        };
        // Once a supervisor signs, no supervisor's word changes people unsigned: anybody could have typed it.
        if !signed && !own && self.a_supervisor_holds_key(&author.unit) {
            return Err(Refusal::Unsigned);
        }
        Ok(())
    }

    pub(super) fn change(
        &mut self,
        id: Uuid,
        unit: &str,
        name: &str,
        with: impl FnOnce(&mut Person),
    ) {
        let unit = self.units.entry(unit.to_owned()).or_default();
        let person = unit.entry(name.to_owned()).or_default();
        with(person);
        person.history.push(Then {
            id,
            roles: person.roles.clone(),
            key: person.key.clone(),
        });
    }

    /// A person by unit and name.
    pub fn get(&self, unit: &str, name: &str) -> Option<&Person> {
        self.units.get(unit)?.get(name)
    }

    /// Those whose roles or keys, or the times of their changes, are not what they were before: unit and name.
    pub fn changed_since(&self, before: &Self) -> Vec<(String, String)> {
        let differs = |unit: &str, name: &str| self.get(unit, name) != before.get(unit, name);
        let both = self.iter().chain(before.iter());
        let changed = both.filter(|(unit, name, _)| differs(unit, name));
        let changed: BTreeSet<(String, String)> = changed
            .map(|(unit, name, _)| (unit.to_owned(), name.to_owned()))
            .collect();
        changed.into_iter().collect()
    }

    /// Everybody in order of unit and name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Person)> {
        self.units.iter().flat_map(|(unit, people)| {
            people
                .iter()
                .map(|(name, person)| (unit.as_str(), name.as_str(), person))
        })
    }

    /// Whether the author of an event held, at its place of the chain, the role they acted in, and that role may record
    /// it; and what their signature is worth.
    ///
    /// # Errors
    /// [`Refusal::Role`], and [`Refusal::Unsigned`] where they hold a key and neither signed nor a supervisor did, with a
    /// reason, in their name.
    pub fn allows(&self, event: &Event) -> Result<Signed, Refusal> {
        let actor = &event.actor;
        let then = self
            .then(&actor.unit, &actor.name, event.id)
            .filter(|then| then.roles.contains(&actor.role))
            .filter(|_| roles_for(&event.body).contains(&actor.role))
            .ok_or(Refusal::Role)?;
        let governs = roles_for(&event.body) == [Role::Supervisor];
        let unsigned = || {
            if self.slips_in(event) || governs && self.a_supervisor_signs(&actor.unit, event.id) {
                Err(Refusal::Unsigned)
            } else {
                Ok(Signed::Unsigned)
            }
        };
        let Some(held) = &then.key else {
            let person = self.get(&actor.unit, &actor.name);
            let first = person.and_then(|person| person.first_key.as_ref());
            // Before the first key nobody signs; but only what its holder knew of came before it.
            if first.is_some_and(|key| !key.knew(event) && !self.gave_up(event)) {
                return Err(Refusal::Unsigned);
            }
            // Who holds no key is spoken for by nobody but a supervisor either, under the key which that one holds.
            let signed = unsigned()?;
            return match actor.recorder {
                None => Ok(signed),
                Some(_) if self.records_in_their_name(actor, event) => Ok(Signed::InTheirName),
                Some(_) => Err(Refusal::Unsigned),
            };
        };
        if actor.recorder.is_none() && actor.key == Some(held.key) {
            return if held.confirmed {
                Ok(Signed::OwnKey)
            } else {
                unsigned()
            };
        }
        if self.records_in_their_name(actor, event) {
            return Ok(Signed::InTheirName);
        }
        Err(Refusal::Unsigned)
    }

    /// Whether the author's key was given up before an event: then they may have none for a while.
    fn gave_up(&self, event: &Event) -> bool {
        let person = self.get(&event.actor.unit, &event.actor.name);
        let history = person.into_iter().flat_map(|person| &person.history);
        let mut before = history.take_while(|then| then.id < event.id);
        before.any(|then| then.key.is_some())
    }

    /// Whether somebody ever held a key.
    pub fn ever_held_key(&self, unit: &str, name: &str) -> bool {
        self.get(unit, name)
            .is_some_and(|person| !person.key_changes.is_empty())
    }

    /// A supervisor of the same unit, with the key that they hold and a reason.
    fn records_in_their_name(&self, actor: &Actor, event: &Event) -> bool {
        let Some(recorder) = &actor.recorder else {
            return false;
        };
        self.then(&actor.unit, &recorder.name, event.id)
            .is_some_and(|then| {
                let signs = then.key.as_ref().is_some_and(|key| key.confirmed);
                then.roles.contains(&Role::Supervisor)
                    && !recorder.reason.trim().is_empty()
                    && then.key.as_ref().map(|key| key.key) == recorder.key
                    // Once a supervisor signs, no supervisor's unsigned word stands for another's.
                    && (signs || !self.a_supervisor_signs(&actor.unit, event.id))
            })
    }

    /// Whether somebody held a role at an event's place of the chain, whichever they acted in.
    pub fn held(&self, event: &Event, role: Role) -> bool {
        self.then(&event.actor.unit, &event.actor.name, event.id)
            .is_some_and(|then| then.roles.contains(&role))
    }

    /// Whether the event is signed with the confirmed key that its author held then.
    pub fn signed_by_own_key(&self, event: &Event) -> bool {
        self.allows(event) == Ok(Signed::OwnKey)
    }

    fn then(&self, unit: &str, name: &str, id: Uuid) -> Option<&Then> {
        self.get(unit, name)?.then(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_reads_the_same_is_the_same() {
        assert!(
            same_name(" 李 四", "李四") && same_name("ＬＩ", "li") && same_name("l\u{456}", "li")
        );
        assert!(same_name("阿不力·买买提", "阿不力买买提"));
        assert!(!same_name("李四", "李五") && !same_name("wang", "wan"));
    }
}
