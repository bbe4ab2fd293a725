//! Taking a bundle into a registry: everything is verified before anything is changed; again is nothing new.

use super::{BundleError, Inspected, SIGNED_AS, is_at_or_below};
use crate::registry::body::Body;
use crate::registry::event::canonical;
use crate::registry::evidence;
use crate::registry::ids::{DeviceId, Hash};
use crate::registry::store::{Gap, Store};
use ed25519_dalek::Signer;
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
    /// Numbers that have not arrived yet, by device.
    pub gaps: Vec<Gap>,
    /// Evidence that events name and that has not arrived yet.
    pub missing_files: Vec<Hash>,
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
    for (sha256, bytes) in &bundle.evidence {
        evidence::put(&folder, *sha256, bytes).map_err(|e| match e {
            evidence::EvidenceError::Unwritable { path, source }
            | evidence::EvidenceError::Unreadable { path, source } => {
                BundleError::Io { path, source }
            }
            evidence::EvidenceError::NotAPhoto { path } => BundleError::Strange {
                path,
                entry: sha256.to_string(),
            },
        })?;
    }
    let new_events = store.write(|store| store.take(&bundle.events))?;
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
        files: bundle.evidence.len(),
        gaps: store.gaps()?,
        missing_files,
        state: store.state_hash()?,
    })
}

/// The signer is trusted, and so is, directly or through trusted offices, every device in it; and each speaks only for
/// its own unit or one below.
fn check_trust(store: &Store, path: &Path, bundle: &Inspected) -> Result<(), BundleError> {
    let mut trusted = store.trusted()?;
    let signer = &bundle.manifest;
    let known = trusted
        .get(&signer.device)
        .is_some_and(|unit| *unit == signer.unit);
    if !known {
        return Err(BundleError::Stranger {
            path: path.into(),
            device: signer.device,
            unit: signer.unit.clone(),
        });
    }
    // Trust that arrives in the same bundle counts, each office for its own part of the country.
    loop {
        let before = trusted.len();
        for sealed in &bundle.events {
            if let Body::Trust(trust) = &sealed.event.body
                && trust.trusted
                && trusted
                    .get(&sealed.event.device)
                    .is_some_and(|unit| is_at_or_below(&trust.unit, unit))
            {
                trusted
                    .entry(trust.device)
                    .or_insert_with(|| trust.unit.clone());
            }
        }
        if trusted.len() == before {
            break;
        }
    }
    for sealed in &bundle.events {
        let event = &sealed.event;
        if !speaks_for(&trusted, event.device, &event.actor.unit) {
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

fn speaks_for(trusted: &BTreeMap<DeviceId, String>, device: DeviceId, unit: &str) -> bool {
    trusted
        .get(&device)
        .is_some_and(|own| is_at_or_below(unit, own))
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
    let have: BTreeMap<String, u64> = store
        .complete()?
        .into_iter()
        .map(|(device, seq)| (device.to_string(), seq))
        .collect();
    let key = store
        .signing_key()
        .ok_or_else(|| crate::registry::StoreError::ReadOnly {
            path: store.path().into(),
        })?;
    let mut receipt = json!({
        "format": "papaver.receipt/1",
        "bundle": bundle.sha256,
        "part": bundle.manifest.part,
        "from": {"unit": bundle.manifest.unit, "device": bundle.manifest.device},
        "by": DeviceId(key.verifying_key().to_bytes()),
        "at": at,
        "new_events": applied.new_events,
        "known_events": applied.known_events,
        "files": applied.files,
        "have": have,
        "missing": applied.gaps.iter().map(|g| json!({"device": g.device, "first": g.first, "last": g.last})).collect::<Vec<_>>(),
        "missing_files": applied.missing_files,
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
