//! Which devices' events are taken from bundles, and which numbers of a copied registry are explained.

use super::{Office, OfficeError, Session};
use crate::registry::DeviceId;
use crate::registry::authority::Standing;
use crate::registry::body::{self, Acknowledge, Body};
use crate::store::{Revocation, Store, StoreError};
use serde::Serialize;

/// What is said of a device.
#[derive(Debug, Clone)]
pub enum DeviceStatement {
    /// It is trusted.
    Trusted {
        /// Why, of a device that had been revoked.
        reason: Option<String>,
    },
    /// It is trusted no longer.
    Revoked {
        /// The number of its last event that still counts; `None` is the last before which none is missing.
        after: Option<u64>,
        /// Why.
        reason: Option<String>,
    },
}

/// Trusts a device as one of a unit, or no longer.
///
/// # Errors
/// What the law refuses.
pub fn trust(
    office: &mut Office,
    session: &Session,
    device: DeviceId,
    unit: String,
    statement: DeviceStatement,
) -> Result<(), OfficeError> {
    // What lies behind a gap may have been kept in reserve.
    let unbroken = office.store().complete()?;
    let last = unbroken.into_iter().find(|(known, _)| *known == device);
    let last = last.map_or(0, |(_, seq)| seq);
    let (trusted, after, reason) = match statement {
        DeviceStatement::Trusted { reason } => (true, None, reason),
        DeviceStatement::Revoked { after, reason } => (false, Some(after.unwrap_or(last)), reason),
    };
    let trust = body::Trust {
        device,
        unit,
        trusted,
        after,
        reason,
    };
    office.record(session, None, vec![], Body::Trust(trust))?;
    Ok(())
}

/// A device that was vouched for.
#[derive(Debug, Clone, Serialize)]
pub struct KnownDevice {
    /// Its public key.
    pub device: DeviceId,
    /// The unit it speaks for.
    pub unit: String,
    /// Whether it is trusted still.
    pub trusted: bool,
    /// The device that vouches for it; `None` where this registry began with it.
    pub vouched_by: Option<DeviceId>,
    /// That device's unit.
    pub vouched_by_unit: Option<String>,
    /// The number after which it is trusted no longer.
    pub counts_up_to: Option<u64>,
    /// The device that is trusted no longer and by whose word alone this one is, directly or through others.
    pub rests_on_revoked: Option<DeviceId>,
    /// That device's unit.
    pub rests_on_revoked_unit: Option<String>,
    /// Who revoked it, and why, each time that this was done; it may have been trusted again since.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revocations: Vec<Revocation>,
}

/// The devices that a registry knows.
///
/// # Errors
/// Those of reading.
pub fn devices(store: &Store) -> Result<Vec<KnownDevice>, StoreError> {
    let mut revocations = store.revocations()?;
    let known = store.authority().devices();
    let unit_of = |device| known.get(&device).map(|by| by.unit.clone());
    let described = |(device, standing): (&DeviceId, &Standing)| {
        let trusted = standing.is_trusted();
        // Of one that is revoked itself nothing rests on anybody's word any more.
        let revoked = (store.authority().rests_on_revoked(*device)).filter(|_| trusted);
        KnownDevice {
            device: *device,
            unit: standing.unit.clone(),
            trusted,
            vouched_by: standing.by,
            vouched_by_unit: standing.by.and_then(unit_of),
            counts_up_to: standing.revoked.flatten(),
            rests_on_revoked: revoked,
            rests_on_revoked_unit: revoked.and_then(unit_of),
            revocations: revocations.remove(device).unwrap_or_default(),
        }
    };
    Ok(known.iter().map(described).collect())
}

/// A device that gave a number twice.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Fork {
    /// The device.
    pub device: DeviceId,
    /// The first such number.
    pub seq: u64,
}

/// Says how it came about that a device gave a number twice, so that verification goes on.
///
/// # Errors
/// What the law refuses.
pub fn explain_fork(
    office: &mut Office,
    session: &Session,
    fork: Fork,
    reason: String,
) -> Result<Fork, OfficeError> {
    let body = Body::Acknowledge(Acknowledge {
        device: fork.device,
        seq: fork.seq,
        branches: office.store().branches_at(fork.device)?,
        reason,
    });
    office.record(session, None, vec![], body)?;
    Ok(fork)
}
