//! The side that is called: it proves itself, asks for proof, and takes and gives bundles.

use super::super::bundles::{Outgoing, Received, inspect, receive, send};
use super::super::{Office, OfficeError, unit_of};
use super::outbox::{Outbox, keep_receipt};
use super::{LARGEST_PART, PARTS};
use crate::files::{self, FileError};
use crate::registry::{DeviceId, Hash};
use crate::remote::{Ask, Challenge, OfferedPart, PartOffer, Reply, Since};
use crate::store::bundle::{BundleError, Unlock};
use crate::store::{Store, StoreError};
use std::path::{Path, PathBuf};

/// Somebody who is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwelcome {
    /// The signature is not that device's, or not of this challenge.
    Unproven,
    /// The registry does not trust the device.
    Untrusted,
}

/// The least that a part holds.
const SMALLEST_PART: u64 = 1 << 20;

/// Answers somebody who calls: with a challenge, and with the proof that this is the registry that was called.
///
/// # Errors
/// Those of a registry without its device's key.
pub fn challenge(
    store: &Store,
    ask: &Ask,
    challenge: Hash,
    authority: &str,
) -> Result<Challenge, StoreError> {
    let (device, signature) = store.device_signs(&ask.answered(challenge, authority))?;
    Ok(Challenge {
        challenge,
        device,
        unit: unit_of(store)?,
        signature,
    })
}

/// The unit of a device that proved itself and is trusted.
///
/// # Errors
/// [`Unwelcome`].
pub fn admit(store: &Store, reply: &Reply, authority: &str) -> Result<String, Unwelcome> {
    let own = store.own_device().ok_or(Unwelcome::Unproven)?;
    let signed = Reply::signed(reply.challenge, own, authority);
    if !reply.device.signed_in_hex(&signed, &reply.signature) {
        return Err(Unwelcome::Unproven);
    }
    let unit = store.trusted().remove(&reply.device);
    unit.ok_or(Unwelcome::Untrusted)
}

/// Whether a device may have what this registry holds: one that this unit trusts itself. Whom a unit below vouches for
/// may hand in, and no more.
pub fn may_pull(store: &Store, device: DeviceId) -> bool {
    let known = store.authority().devices();
    let own = store.authority().unit();
    let trusts = |by: DeviceId| known.get(&by).is_some_and(|by| by.unit == own);
    known
        .get(&device)
        .is_some_and(|standing| standing.is_trusted() && standing.by.is_none_or(trusts))
}

/// Makes what a caller has not, part by part, as much as lies ready at a time.
///
/// # Errors
/// Those of making a bundle.
pub fn offer(
    office: &mut Office,
    since: Since,
    outbox: &Outbox,
) -> Result<(PartOffer, Vec<PathBuf>), OfficeError> {
    let part_bytes = since.part_bytes.clamp(SMALLEST_PART, LARGEST_PART / 2);
    let outgoing = Outgoing {
        since: since.since,
        split_bytes: Some(part_bytes),
        most_bytes: Some(part_bytes.saturating_mul(PARTS)),
        ..Outgoing::default()
    };
    let sent = match send(office, &outbox.file("offer.papaver-bundle"), outgoing) {
        Err(OfficeError::Bundle(error)) if matches!(*error, BundleError::Nothing) => {
            return Ok((PartOffer::default(), Vec::new()));
        }
        sent => sent?,
    };
    let described = |path: &PathBuf| -> Result<OfferedPart, OfficeError> {
        let bytes = files::read(path).map_err(FileError::of(path))?;
        Ok(OfferedPart {
            bytes: bytes.len() as u64,
            sha256: Hash::of(&bytes),
        })
    };
    let parts = sent.files.iter().map(described);
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    Ok((PartOffer { parts }, sent.files))
}

/// Takes in a part that has arrived as a file: through the gate of every bundle. The receipt is kept beside the registry.
///
/// # Errors
/// Those of a bundle that is not trusted or not sound, and of writing; nothing is recorded then.
pub fn take(office: &mut Office, file: &Path) -> Result<Received, OfficeError> {
    let registry = office.store().path().to_path_buf();
    let found = inspect(office, &[file.to_path_buf()], &Unlock::default())?;
    let bundle = found.first().ok_or(BundleError::Nothing)?;
    let mut received = receive(office, file, bundle)?;
    received.receipt_file = keep_receipt(&registry, &bundle.manifest.unit, &received.receipt)?;
    Ok(received)
}
