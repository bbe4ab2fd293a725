//! The one gate: who may say what about what. Pure: it is asked when an event is made, when a bundle is applied, and in
//! replay, and gives the same answer each time.
//!
//! Three questions, in this order. For which unit does the *device* speak? Trust begins at this registry's own device and
//! goes downwards only: a device vouches for units strictly inside its own, and what a unit above says of a device stands
//! before what one below says. Which role did the *actor* hold in their unit, at that place of the chain, and did they
//! sign with the key that they hold ([`People`])? And does what is spoken of belong to that unit or one below it?

use super::body::{Body, Patrol};
use super::event::Event;
use super::ids::{DeviceId, Hash};
use super::people::{People, Signed};
use super::refusal::Refusal;
use super::role::Role;
use super::settings::{SEASON_BEGINS, Settings};
pub use super::standing::Standing;
use super::unit::{depth, is_at_or_below, is_code};
use crate::text::{Zone, day_of};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// What the gate goes by beside the events that concern no site.
#[derive(Debug, Clone, Default)]
pub struct Grounds {
    /// The unit whose registry this is.
    pub unit: String,
    /// The devices from which trust begins.
    pub roots: Vec<DeviceId>,
    /// Events whose id does not rise above that of the event before them in their device's chain.
    pub out_of_order: HashSet<Hash>,
    /// Events on a second branch of their device's chain, with the event that the branch begins with: a number that was
    /// given twice, of which this one came later.
    pub late: HashMap<Hash, Hash>,
    /// Evidence that events name and that has not arrived.
    pub absent: HashSet<Hash>,
    /// Which unit each device says that it belongs to.
    pub claims: Claims,
}

/// Which unit a device says that it belongs to: that of the author of the first of its events that is here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims(HashMap<DeviceId, (u64, String)>);

impl Claims {
    /// Takes down what an event says of its device.
    pub fn hear(&mut self, event: &Event) {
        self.say(event.device, event.seq, &event.actor.unit);
    }

    /// Takes down that a device has signed that it belongs to a unit, in its event of this number or after it.
    pub fn say(&mut self, device: DeviceId, seq: u64, unit: &str) {
        let first = self.0.get(&device).is_none_or(|(known, _)| seq < *known);
        if first {
            self.0.insert(device, (seq, unit.to_owned()));
        }
    }

    /// The unit that a device says it belongs to.
    pub fn of(&self, device: DeviceId) -> Option<&str> {
        self.0.get(&device).map(|(_, unit)| unit.as_str())
    }
}

/// Devices, people and settings as the events make them.
#[derive(Debug, Clone, Default)]
pub struct Authority {
    pub(super) grounds: Grounds,
    pub(super) devices: BTreeMap<DeviceId, Standing>,
    pub(super) people: People,
    pub(super) settings: BTreeMap<String, BTreeMap<String, String>>,
    /// The zone in which each unit began its registry.
    zones: BTreeMap<String, Zone>,
    /// When each unit said that seasons begin, in which of its events: one word after the other.
    pub(super) seasons: BTreeMap<String, Vec<(Uuid, String)>>,
    pub(super) refused: HashMap<Hash, Refusal>,
    /// Events with which explained branches begin, by device.
    pub(super) explained: BTreeMap<DeviceId, BTreeSet<Hash>>,
}

impl Authority {
    /// The gate that these events make: those of type init, actor, trust and setting; others are passed over.
    pub fn of<'a>(grounds: Grounds, events: impl IntoIterator<Item = (Hash, &'a Event)>) -> Self {
        let mut ordered: Vec<(Hash, &Event)> = events.into_iter().collect();
        ordered.sort_unstable_by_key(|(hash, event)| (event.id, *hash));
        ordered.dedup_by_key(|(hash, _)| *hash);
        let mut gate = Self {
            grounds,
            ..Self::default()
        };
        gate.learn_devices(&ordered);
        gate.learn_people(&ordered);
        if !gate.grounds.late.is_empty() {
            // What is signed on a branch counts by the keys that the chain has made known.
            gate.refused.clear();
            gate.learn_devices(&ordered);
            gate.learn_people(&ordered);
        }
        if gate.learn_explained(&ordered) {
            gate.refused.clear();
            gate.learn_devices(&ordered);
            gate.learn_people(&ordered);
        }
        gate.learn_settings(&ordered);
        gate
    }

    pub(super) fn learn_people(&mut self, ordered: &[(Hash, &Event)]) {
        let (people, refused) = People::of(ordered.iter().copied(), |hash, event| {
            self.speaks(*hash, event).is_ok()
        });
        self.people = people;
        self.refused.extend(refused);
    }

    /// Learns which branches supervisors have explained; whether any.
    fn learn_explained(&mut self, ordered: &[(Hash, &Event)]) -> bool {
        for (hash, event) in ordered {
            if let Body::Acknowledge(fork) = &event.body
                && self.author(*hash, event).is_ok()
                && let Some(standing) = self.devices.get(&fork.device)
                && self.over(event, &standing.unit).is_ok()
            {
                self.explained
                    .entry(fork.device)
                    .or_default()
                    .extend(&fork.branches);
            }
        }
        !self.explained.is_empty()
    }

    /// On a branch that nobody has explained nobody governs who does not sign, and nobody who ever held a key is spoken
    /// for.
    fn branch(&self, hash: Hash, event: &Event) -> Result<(), Refusal> {
        let Some(begins) = self.grounds.late.get(&hash) else {
            return Ok(());
        };
        if self.is_explained(event.device, *begins) {
            return Ok(());
        }
        let actor = &event.actor;
        let spoken_for =
            actor.signer().is_none() && self.people.ever_held_key(&actor.unit, &actor.name);
        let revoked = self
            .devices
            .get(&event.device)
            .is_some_and(|s| !s.is_trusted());
        // No thief of the device makes what is signed with a key of one's own that was confirmed on the chain.
        let signs = || self.people.allows(event) == Ok(Signed::OwnKey);
        if revoked || spoken_for || event.body.is_law() && !signs() {
            return Err(Refusal::Fork);
        }
        Ok(())
    }

    fn learn_settings(&mut self, ordered: &[(Hash, &Event)]) {
        for (hash, event) in ordered {
            if let Body::Init(init) = &event.body
                && init.unit == event.actor.unit
                && self.speaks(*hash, event).is_ok()
                && let Some(zone) = Zone::of(&event.at)
            {
                self.zones.entry(init.unit.clone()).or_insert(zone);
            }
            if let Body::Setting(setting) = &event.body
                && self.author(*hash, event).is_ok()
            {
                let unit = event.actor.unit.clone();
                if setting.key == SEASON_BEGINS {
                    let seasons = self.seasons.entry(unit.clone()).or_default();
                    seasons.push((event.id, setting.value.clone()));
                }
                self.settings
                    .entry(unit)
                    .or_default()
                    .insert(setting.key.clone(), setting.value.clone());
            }
        }
    }

    /// Whether the device of an event speaks for the unit of its author, at that place of its chain.
    fn speaks(&self, hash: Hash, event: &Event) -> Result<(), Refusal> {
        if self.grounds.out_of_order.contains(&hash) {
            return Err(Refusal::Order);
        }
        let standing = self.devices.get(&event.device).ok_or(Refusal::Device)?;
        if !standing.covers(event.seq) {
            return Err(Refusal::Revoked);
        }
        if !is_at_or_below(&event.actor.unit, &standing.unit) {
            return Err(Refusal::Unit {
                unit: event.actor.unit.clone(),
            });
        }
        self.branch(hash, event)
    }

    /// Whether an event's author may say such a thing at all: the device speaks for their unit, they held the role, and
    /// they signed with the key that they hold.
    ///
    /// # Errors
    /// Why not.
    pub fn author(&self, hash: Hash, event: &Event) -> Result<Signed, Refusal> {
        self.speaks(hash, event)?;
        self.people.allows(event)
    }

    /// Whether an event's author may act on what belongs to this unit.
    ///
    /// # Errors
    /// [`Refusal::Unit`].
    pub fn over(&self, event: &Event, unit: &str) -> Result<(), Refusal> {
        if is_at_or_below(unit, &event.actor.unit) {
            Ok(())
        } else {
            Err(Refusal::Unit {
                unit: unit.to_owned(),
            })
        }
    }

    /// Whether an event that concerns no site is followed.
    ///
    /// # Errors
    /// Why not.
    pub fn follows(&self, hash: Hash, event: &Event) -> Result<Signed, Refusal> {
        if let Some(refusal) = self.refused.get(&hash) {
            return Err(refusal.clone());
        }
        if event.site.is_none() && event.body.is_of_a_site() {
            return Err(Refusal::NoSuchSite);
        }
        if let Body::Init(_) = event.body {
            self.speaks(hash, event)?;
            return Ok(Signed::Unsigned);
        }
        let signed = match event.body {
            // Their own key was judged with the people; the one it takes the place of signed it.
            Body::Actor(_) => self.speaks(hash, event).map(|()| Signed::Unsigned)?,
            _ => self.author(hash, event)?,
        };
        match &event.body {
            Body::Patrol(patrol) => self.patrol(event, patrol)?,
            Body::Acknowledge(fork) => {
                let unit = self.devices.get(&fork.device).ok_or(Refusal::Device)?;
                self.over(event, &unit.unit)?;
            }
            _ => self.affair(event)?,
        }
        super::limits::dates_of(event)?;
        super::limits::numbers_of(event)?;
        Ok(signed)
    }

    /// A patrol reports on its unit's own ground, and on no more than its tracks can have seen.
    fn patrol(&self, event: &Event, patrol: &Patrol) -> Result<(), Refusal> {
        if let Some(district) = &patrol.district
            && is_code(district)
        {
            self.over(event, district)?;
        }
        super::limits::patrol(patrol)
    }

    /// Whether an event's author was a supervisor at that place of the chain.
    pub fn by_supervisor(&self, event: &Event) -> bool {
        self.people.held(event, Role::Supervisor)
    }

    /// Whether a file of evidence is here.
    pub fn is_here(&self, sha256: Hash) -> bool {
        !self.grounds.absent.contains(&sha256)
    }

    /// The unit whose registry this is.
    pub fn unit(&self) -> &str {
        &self.grounds.unit
    }

    /// What the gate goes by.
    pub fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// The people.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The devices that speak or spoke here, this registry's own among them.
    pub fn devices(&self) -> &BTreeMap<DeviceId, Standing> {
        &self.devices
    }

    /// Devices whose standing is not what it was before.
    pub fn devices_changed_since(&self, before: &Self) -> Vec<DeviceId> {
        let both = self.devices.keys().chain(before.devices.keys());
        let changed: BTreeSet<DeviceId> = both
            .filter(|device| self.devices.get(device) != before.devices.get(device))
            .copied()
            .collect();
        changed.into_iter().collect()
    }

    /// Devices of which other branches are explained than before.
    pub fn explained_since(&self, before: &Self) -> Vec<DeviceId> {
        let both = self.explained.keys().chain(before.explained.keys());
        let changed: BTreeSet<DeviceId> = both
            .filter(|device| self.explained.get(device) != before.explained.get(device))
            .copied()
            .collect();
        changed.into_iter().collect()
    }

    /// Whether a supervisor has explained the branch that begins with this event.
    pub fn is_explained(&self, device: DeviceId, begins: Hash) -> bool {
        self.explained
            .get(&device)
            .is_some_and(|branches| branches.contains(&begins))
    }

    /// The settings in force in a unit: those of the units above it, from above downwards, then its own. What a unit
    /// below decides for itself does not hold above it.
    pub fn settings_for(&self, unit: &str) -> Settings {
        let mut settings = Settings::default();
        for (key, value) in from_above(&self.settings, unit)
            .into_iter()
            .flat_map(|(_, said)| said)
        {
            // A value this program does not understand leaves the earlier one in force.
            let _kept = settings.set(key, value);
        }
        settings
    }

    /// The day of a time in the zone in which a unit, or the nearest above it, began its registry; where none did here, the day as
    /// it is written.
    pub fn day_of(&self, unit: &str, time: &str) -> Option<Date> {
        let zone = from_above(&self.zones, unit).pop().map(|(_, zone)| *zone);
        day_of(&zone.map_or_else(|| time.to_owned(), |zone| zone.day(time)))
    }

    /// What each unit decided for itself, for the hash of the whole state.
    pub fn decided(&self) -> &BTreeMap<String, BTreeMap<String, String>> {
        &self.settings
    }
}

/// What the units above a unit said, from above downwards, and then what it said itself; with the units.
pub(super) fn from_above<'a, T>(
    by_unit: &'a BTreeMap<String, T>,
    unit: &str,
) -> Vec<(&'a String, &'a T)> {
    let mut above: Vec<(&String, &T)> = by_unit
        .iter()
        .filter(|(by, _)| is_at_or_below(unit, by) || *by == unit)
        .collect();
    above.sort_by_key(|(by, _)| (depth(by), by.as_str()));
    above
}
