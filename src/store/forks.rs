//! Numbers that devices gave twice: which of them a supervisor has explained, and who.

use super::{Store, StoreError};
use crate::registry::body::Body;
use crate::registry::event::Sealed;
use crate::registry::ids::{DeviceId, Hash};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A fork and what a supervisor says of how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedFork {
    /// The device.
    pub device: DeviceId,
    /// The number that it gave twice.
    pub seq: u64,
    /// Who says so.
    pub by: String,
    /// Their unit.
    pub by_unit: String,
    /// How it came about.
    pub reason: String,
}

/// Where branches begin, each device with its number: those that nobody has explained, and those that somebody has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forks {
    /// Nobody has explained these.
    pub open: BTreeSet<(DeviceId, u64)>,
    /// These are explained; none of them is open too.
    pub explained: Vec<ExplainedFork>,
}

impl Store {
    /// The forks that are here. A branch that was explained does not explain the next one.
    ///
    /// # Errors
    /// Those of reading.
    pub fn all_forks(&self) -> Result<Forks, StoreError> {
        let begins: BTreeSet<Hash> = self.gate.grounds().late.values().copied().collect();
        let mut forks = Forks::default();
        let mut explained: BTreeMap<(DeviceId, u64), Hash> = BTreeMap::new();
        for begins in begins {
            if let Some(Sealed { event, .. }) = self.event(begins)? {
                let fork = (event.device, event.seq);
                if self.gate.is_explained(event.device, begins) {
                    explained.insert(fork, begins);
                } else {
                    forks.open.insert(fork);
                }
            }
        }
        explained.retain(|fork, _| !forks.open.contains(fork));
        if explained.is_empty() {
            return Ok(forks);
        }
        let said = self.followed("acknowledge")?;
        for ((device, seq), begins) in explained {
            let explanation = said
                .iter()
                .rev()
                .find_map(|sealed| match &sealed.event.body {
                    Body::Acknowledge(of) if of.branches.contains(&begins) => {
                        Some((&sealed.event.actor, &of.reason))
                    }
                    _ => None,
                });
            let (by, by_unit, reason) = explanation
                .map_or_else(Default::default, |(by, reason)| {
                    (by.name.clone(), by.unit.clone(), reason.clone())
                });
            forks.explained.push(ExplainedFork {
                device,
                seq,
                by,
                by_unit,
                reason,
            });
        }
        Ok(forks)
    }
}
