//! Taking a bundle into a registry: everything is verified before anything is changed; again is nothing new.

use super::{BundleError, Inspected, Point, SIGNED_AS};
use crate::registry::authority::Authority;
use crate::registry::body::Body;
use crate::registry::event::{Sealed, canonical};
use crate::registry::ids::{DeviceId, Hash};
use crate::registry::moves::Refusal;
use crate::registry::unit::is_below;
use crate::store::{Gap, Store, evidence};
use ed25519_dalek::Signer;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What taking a bundle did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Events that were not here before.
    pub new_events: usize,
    /// Events that were here already.
    pub known_events: usize,
    /// Evidence files carried.
    pub files: usize,
    /// Files that came along and that no event names; they were not kept.
    pub unnamed: usize,
    /// Numbers that have not arrived yet, by device.
    pub gaps: Vec<Gap>,
    /// Evidence that events name and that has not arrived yet.
    pub missing_files: Vec<Hash>,
    /// Of the new events, those that are not followed, and why.
    pub refused: Vec<(Hash, Refusal)>,
    /// Events that were here and followed before, are not since, and why.
    pub overturned: Vec<(Hash, Refusal)>,
    /// Numbers that a device gave twice, which show since this bundle: its registry was copied or put back.
    pub forks: Vec<(DeviceId, u64)>,
    /// The state of the whole registry afterwards.
    pub state: Hash,
}

/// Takes an inspected bundle.
///
/// # Errors
/// [`BundleError::Stranger`], [`BundleError::StrangeEvent`], and those of writing; nothing is changed then, but for
/// evidence files that lie ready under their digests.
pub fn apply(store: &mut Store, path: &Path, bundle: &Inspected) -> Result<Applied, BundleError> {
    check_trust(store, path, bundle)?;
    let folder = store.evidence_folder();
    let kept = named(store, bundle);
    for (sha256, bytes) in &kept {
        evidence::put(&folder, *sha256, bytes).map_err(|e| match e {
            evidence::EvidenceError::Unwritable { path, source }
            | evidence::EvidenceError::Unreadable { path, source } => {
                BundleError::Io { path, source }
            }
            evidence::EvidenceError::NotAPhoto { path }
            | evidence::EvidenceError::StaysHere { path } => BundleError::Strange {
                path,
                entry: sha256.to_string(),
            },
        })?;
    }
    let forks_before = store.forks()?;
    let known = store.known(bundle.events.iter().map(|sealed| sealed.hash))?;
    let new: Vec<&Sealed> = bundle
        .events
        .iter()
        .filter(|s| !known.contains(&s.hash))
        .collect();
    let before = store.refused_around(&new)?;
    let new_events = store.write(|store| store.take(&bundle.events))?;
    let mut after = store.refused_around(&new)?;
    let refused = new
        .iter()
        .filter_map(|sealed| after.remove_entry(&sealed.hash))
        .collect();
    after.retain(|hash, _| !before.contains_key(hash));
    let mut forks = store.forks()?;
    forks.retain(|fork| !forks_before.contains(fork));
    let mut missing_files: Vec<Hash> = bundle
        .events
        .iter()
        .flat_map(|sealed| &sealed.event.evidence)
        .map(|file| file.sha256)
        .filter(|sha256| !evidence::path_of(&folder, *sha256).exists())
        .collect();
    missing_files.sort_unstable();
    missing_files.dedup();
    Ok(Applied {
        new_events,
        known_events: bundle.events.len() - new_events,
        files: kept.len(),
        unnamed: bundle.evidence.len() - kept.len(),
        gaps: store.gaps()?,
        missing_files,
        refused,
        overturned: after.into_iter().collect(),
        forks,
        state: store.state_hash()?,
    })
}

/// The evidence that events name, here or in the bundle. Of a part, and of a bundle that follows another, the events may
/// be yet to come: what it carries is kept.
fn named<'a>(store: &Store, bundle: &'a Inspected) -> Vec<&'a (Hash, Vec<u8>)> {
    let manifest = &bundle.manifest;
    let is_whole = manifest.part == [1, 1] && manifest.since.is_empty();
    let of_events = bundle
        .events
        .iter()
        .flat_map(|sealed| &sealed.event.evidence);
    let named: BTreeSet<Hash> = of_events.map(|file| file.sha256).collect();
    let is_named = |sha256: &Hash| named.contains(sha256) || !store.authority().is_here(*sha256);
    let evidence = bundle.evidence.iter();
    evidence
        .filter(|(sha256, _)| !is_whole || is_named(sha256))
        .collect()
}

/// The signer is trusted, and so is or was, directly or through trusted offices, every device in it. What each may say
/// is for the gate to judge, event by event.
///
/// # Errors
/// [`BundleError::Stranger`], [`BundleError::StrangeEvent`].
pub fn check_trust(store: &Store, path: &Path, bundle: &Inspected) -> Result<(), BundleError> {
    let signer = &bundle.manifest;
    // What devices say of themselves in the bundle counts: nobody else says whose they are.
    let mut grounds = store.authority().grounds().clone();
    for sealed in &bundle.events {
        grounds.claims.hear(&sealed.event);
    }
    grounds.claims.say(signer.device, u64::MAX, &signer.unit);
    let known = store.law()?;
    let gate = |law: &mut dyn Iterator<Item = &Sealed>| {
        Authority::of(
            grounds.clone(),
            law.map(|sealed| (sealed.hash, &sealed.event)),
        )
    };
    let before = gate(&mut known.iter());
    let standing = before.devices().get(&signer.device);
    if !standing.is_some_and(|s| s.is_trusted() && s.unit == signer.unit) {
        return Err(BundleError::Stranger {
            path: path.into(),
            device: signer.device,
            unit: signer.unit.clone(),
        });
    }
    // Trust that arrives in the same bundle counts.
    let gate = gate(&mut known.iter().chain(&bundle.events));
    // A device that somebody with a standing spoke of is known, if only to be refused event by event: trust that was
    // withdrawn stops nobody's bundle.
    let known: BTreeSet<DeviceId> = known
        .iter()
        .chain(&bundle.events)
        .filter(|sealed| gate.devices().contains_key(&sealed.event.device))
        .filter_map(|sealed| match &sealed.event.body {
            Body::Trust(trust)
                if gate.author(sealed.hash, &sealed.event) != Err(Refusal::Device) =>
            {
                is_below(&trust.unit, &sealed.event.actor.unit).then_some(trust.device)
            }
            _ => None,
        })
        .collect();
    for sealed in &bundle.events {
        let event = &sealed.event;
        if !gate.devices().contains_key(&event.device) && !known.contains(&event.device) {
            return Err(BundleError::StrangeEvent {
                path: path.into(),
                device: event.device,
                seq: event.seq,
                unit: event.actor.unit.clone(),
            });
        }
    }
    Ok(())
}

/// The receipt of a bundle: what was taken and what this registry has now, signed. It may be the point from which the
/// other office makes its next bundle.
///
/// # Errors
/// Those of reading the registry.
pub fn receipt(
    store: &Store,
    bundle: &Inspected,
    applied: &Applied,
    at: &str,
) -> Result<Value, BundleError> {
    // All that has not arrived here is named, so that a later bundle since this receipt may carry it.
    let point = Point::of(store, store.complete()?)?;
    let key = store
        .signing_key()
        .ok_or_else(|| crate::store::StoreError::ReadOnly {
            path: store.path().into(),
        })?;
    let mut receipt = json!({
        "format": "papaver.receipt/1",
        "bundle": bundle.sha256,
        "part": bundle.manifest.part,
        "from": {"unit": bundle.manifest.unit, "device": bundle.manifest.device},
        "by": DeviceId::of(key),
        "at": at,
        "new_events": applied.new_events,
        "known_events": applied.known_events,
        "files": applied.files,
        "have": point.have,
        "heads": point.heads,
        "refused": applied.refused.iter().map(|(event, why)| json!({"event": event, "why": why})).collect::<Vec<_>>(),
        "forks": applied.forks.iter().map(|(device, seq)| json!({"device": device, "seq": seq})).collect::<Vec<_>>(),
        "missing": applied.gaps.iter().map(|g| json!({"device": g.device, "first": g.first, "last": g.last})).collect::<Vec<_>>(),
        "missing_files": point.missing_files,
        "state": applied.state,
    });
    let bytes = canonical(&receipt).map_err(|flaw| BundleError::NotABundle {
        path: PathBuf::from("receipt"),
        why: flaw.to_string(),
    })?;
    let signature = key.sign(&[SIGNED_AS, Hash::of(&bytes).as_bytes()].concat());
    receipt["signature"] = Value::from(hex::encode(signature.to_bytes()));
    Ok(receipt)
}

/// Whether a receipt is what this device signed.
pub fn is_receipt_of(receipt: &Value, device: DeviceId) -> bool {
    let mut said = receipt.clone();
    let signature = said
        .as_object_mut()
        .and_then(|said| said.remove("signature"));
    let (Some(Value::String(signature)), Ok(bytes)) = (signature, canonical(&said)) else {
        return false;
    };
    let message = [SIGNED_AS, Hash::of(&bytes).as_bytes()].concat();
    device.signed_in_hex(&message, signature)
}
