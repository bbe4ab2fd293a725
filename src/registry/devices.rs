//! Which devices are believed, for which unit and up to where: who vouched, and who revoked.

use super::authority::{Authority, Claims};
use super::body::{Body, Trust};
use super::event::Event;
use super::ids::{DeviceId, Hash};
use super::refusal::Refusal;
use super::standing::Standing;
use super::unit::{depth, is_below, is_code, share_ground};
use std::collections::{BTreeMap, BTreeSet, HashSet};

pub(super) type Statement<'a> = (Hash, &'a Event, &'a Trust);

impl Authority {
    /// From above downwards, so that everybody who may speak of a device is known before it is judged.
    pub(super) fn learn_devices(&mut self, ordered: &[(Hash, &Event)]) {
        let own = Standing {
            unit: self.grounds.unit.clone(),
            revoked: None,
            by: None,
        };
        self.devices = self
            .grounds
            .roots
            .iter()
            .map(|root| (*root, own.clone()))
            .collect();
        let statements: Vec<Statement> = ordered
            .iter()
            .filter_map(|(hash, event)| match &event.body {
                Body::Trust(trust) => Some((*hash, *event, trust)),
                _ => None,
            })
            .collect();
        if statements.is_empty() {
            return;
        }
        self.learn_people(ordered);
        let mut claims = self.grounds.claims.clone();
        for (_, event) in ordered {
            claims.hear(event);
        }
        let mut words: BTreeMap<DeviceId, BTreeMap<(usize, DeviceId), &Trust>> = BTreeMap::new();
        let roots: HashSet<DeviceId> = self.grounds.roots.iter().copied().collect();
        self.hear(&statements, &claims, &mut words, |device, _| {
            roots.contains(&device)
        });
        // What this registry's own device says of a device stands before all else: it is spoken from depth 0.
        let depths: BTreeSet<usize> = statements
            .iter()
            .map(|(_, _, trust)| depth(&trust.unit))
            .collect();
        for level in depths {
            self.judge_devices(&words, level);
            self.learn_people(ordered);
            self.hear(&statements, &claims, &mut words, |device, unit| {
                !roots.contains(&device) && depth(unit) == level
            });
        }
        self.judge_devices(&words, usize::MAX);
    }

    /// Takes down what devices say of others, the last word of each, where they may say it.
    pub(super) fn hear<'a>(
        &mut self,
        statements: &[Statement<'a>],
        claims: &Claims,
        words: &mut BTreeMap<DeviceId, BTreeMap<(usize, DeviceId), &'a Trust>>,
        who: impl Fn(DeviceId, &str) -> bool,
    ) {
        for (hash, event, trust) in statements {
            let Some(standing) = self.devices.get(&event.device) else {
                continue;
            };
            if !who(event.device, &standing.unit) {
                continue;
            }
            let root = standing.by.is_none();
            // Nobody but this registry's own device speaks of a device that says it belongs elsewhere.
            let theirs = claims
                .of(trust.device)
                .is_none_or(|claim| share_ground(claim, &trust.unit));
            let inside = root || (theirs && is_below(&trust.unit, &standing.unit));
            let fits = event.actor.unit == standing.unit && trust.device != event.device;
            if fits && !inside {
                // A word for that device's own registry, of an office above it or beside it: it vouches for nobody here.
                continue;
            }
            let refusal = if !fits || (trust.trusted && !is_code(&trust.unit)) {
                Some(Refusal::Unit {
                    unit: trust.unit.clone(),
                })
            } else if trust.after.is_some()
                && trust.reason.as_deref().is_none_or(|r| r.trim().is_empty())
            {
                Some(Refusal::NoReason)
            } else {
                self.author(*hash, event).err()
            };
            if let Some(refusal) = refusal {
                self.refused.insert(*hash, refusal);
                continue;
            }
            let level = if root { 0 } else { depth(&standing.unit) };
            words
                .entry(trust.device)
                .or_default()
                .insert((level, event.device), trust);
        }
    }

    /// What the highest of those who speak of a device says, stands.
    pub(super) fn judge_devices(
        &mut self,
        words: &BTreeMap<DeviceId, BTreeMap<(usize, DeviceId), &Trust>>,
        level: usize,
    ) {
        for (device, said) in words {
            let Some(((_, by), trust)) = said.first_key_value() else {
                continue;
            };
            let unit = if is_code(&trust.unit) {
                trust.unit.clone()
            } else {
                // A revocation of version 0.1.0 does not name the unit.
                said.values()
                    .map(|t| t.unit.clone())
                    .find(|u| is_code(u))
                    .unwrap_or_default()
            };
            if depth(&unit) > level || self.grounds.roots.contains(device) {
                continue;
            }
            let revoked = (!trust.trusted).then_some(trust.after);
            let agree =
                |other: &Trust| (&other.unit, other.trusted) == (&trust.unit, trust.trusted);
            let believed =
                |by: &DeviceId| self.is_believed(*by) && self.rests_on_revoked(*by).is_none();
            let by = (said
                .iter()
                .filter(|(_, other)| agree(other))
                .map(|((_, by), _)| *by))
            .find(believed)
            .unwrap_or(*by);
            self.devices.insert(
                *device,
                Standing {
                    unit,
                    revoked,
                    by: Some(by),
                },
            );
        }
    }

    fn is_believed(&self, device: DeviceId) -> bool {
        self.devices.get(&device).is_some_and(Standing::is_trusted)
    }

    /// The revoked device by whose earlier word alone another stands: the one that vouched for it, or for whoever did.
    pub fn rests_on_revoked(&self, device: DeviceId) -> Option<DeviceId> {
        let voucher = |of: &DeviceId| self.devices.get(of).and_then(|standing| standing.by);
        std::iter::successors(voucher(&device), voucher).find(|by| !self.is_believed(*by))
    }
}
