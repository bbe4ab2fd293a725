//! Taking a bundle into a registry: everything is verified before anything is changed; again is nothing new.

use super::{BundleError, Inspected, LeftOut};
use crate::registry::authority::Authority;
use crate::registry::body::Body;
use crate::registry::event::Sealed;
use crate::registry::ids::{DeviceId, Hash};
use crate::registry::moves::Refusal;
use crate::registry::unit::is_below;
use crate::store::{ExplainedFork, Gap, Store, evidence};
use std::collections::BTreeSet;
use std::path::Path;

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
    /// Those of them that a supervisor has explained, in the same bundle or before.
    pub explained: Vec<ExplainedFork>,
    /// Events that were not taken, since nobody trusted vouches for their devices: as if they had not been in the bundle.
    pub left_out: Vec<LeftOut>,
    /// The state of the whole registry afterwards.
    pub state: Hash,
}

/// Takes an inspected bundle.
///
/// # Errors
/// [`BundleError::Stranger`], [`BundleError::Revoked`], and those of writing; nothing is changed then, but for
/// evidence files that lie ready under their digests.
pub fn apply(store: &mut Store, path: &Path, bundle: &Inspected) -> Result<Applied, BundleError> {
    let left_out = check_trust(store, path, bundle)?;
    let events = bundle.events_without(&left_out);
    let folder = store.evidence_folder();
    let kept = named(store, bundle, &events);
    let unnamed = bundle.evidence.len() - named(store, bundle, &bundle.events).len();
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
    let known = store.known(events.iter().map(|sealed| sealed.hash))?;
    let new: Vec<&Sealed> = events.iter().filter(|s| !known.contains(&s.hash)).collect();
    let before = store.refused_around(&new)?;
    let new_events = store.write(|store| store.take(&events))?;
    let mut after = store.refused_around(&new)?;
    let refused = new
        .iter()
        .filter_map(|sealed| after.remove_entry(&sealed.hash))
        .collect();
    after.retain(|hash, _| !before.contains_key(hash));
    let mut forks = store.forks()?;
    forks.retain(|fork| !forks_before.contains(fork));
    let mut explained = store.all_forks()?.explained;
    explained.retain(|fork| forks.contains(&(fork.device, fork.seq)));
    let mut missing_files: Vec<Hash> = events
        .iter()
        .flat_map(|sealed| &sealed.event.evidence)
        .map(|file| file.sha256)
        .filter(|sha256| !evidence::path_of(&folder, *sha256).exists())
        .collect();
    missing_files.sort_unstable();
    missing_files.dedup();
    Ok(Applied {
        new_events,
        known_events: events.len() - new_events,
        files: kept.len(),
        unnamed,
        gaps: store.gaps()?,
        missing_files,
        refused,
        overturned: after.into_iter().collect(),
        forks,
        explained,
        left_out,
        state: store.state_hash()?,
    })
}

/// The evidence that events name, here or in the bundle. Of a part, and of a bundle that follows another, the events may
/// be yet to come: what it carries is kept.
fn named<'a>(store: &Store, bundle: &'a Inspected, events: &[Sealed]) -> Vec<&'a (Hash, Vec<u8>)> {
    let manifest = &bundle.manifest;
    let is_whole = manifest.part == [1, 1] && manifest.since.is_empty();
    let of_events = events.iter().flat_map(|sealed| &sealed.event.evidence);
    let named: BTreeSet<Hash> = of_events.map(|file| file.sha256).collect();
    let is_named = |sha256: &Hash| named.contains(sha256) || !store.authority().is_here(*sha256);
    let evidence = bundle.evidence.iter();
    evidence
        .filter(|(sha256, _)| !is_whole || is_named(sha256))
        .collect()
}

/// The signer is trusted. What is in it of devices that nobody trusted, directly or through others, speaks of or ever spoke of, is
/// left out, and comes with a later bundle once somebody does. What each of the others may say is for the gate to judge, event by event.
///
/// # Errors
/// [`BundleError::Stranger`], [`BundleError::Revoked`].
pub fn check_trust(
    store: &Store,
    path: &Path,
    bundle: &Inspected,
) -> Result<Vec<LeftOut>, BundleError> {
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
        return Err(BundleError::of_signer(
            store,
            path,
            signer.device,
            &signer.unit,
        ));
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
    let is_known =
        |device: &DeviceId| gate.devices().contains_key(device) || known.contains(device);
    Ok(LeftOut::of(&bundle.events, is_known))
}
