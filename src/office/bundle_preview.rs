//! What taking a bundle would change, found out by taking it and taking that back.

use super::offers::Labels;
use super::{Office, OfficeError};
use crate::registry::event::Sealed;
use crate::registry::sentence::kind;
use crate::registry::{DeviceId, SiteKey, State};
use crate::store::bundle::{Inspected, check_trust};
use crate::store::{Store, StoreError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Sites that are told one by one at most.
const MOST: usize = 1_000;

/// New entries of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct KindCount {
    /// What they are.
    pub kind: Labels,
    /// How many.
    pub count: usize,
}

/// What would become of a site.
#[derive(Debug, Clone, Serialize)]
pub struct SiteChange {
    /// Its code here; the one that it would have, where it is new.
    pub code: String,
    /// Its name.
    pub name: Option<String>,
    /// The code of its district.
    pub district: Option<String>,
    /// Its state now; none where it is new.
    pub before: Option<State>,
    /// Its state afterwards; none where what came of it is not followed.
    pub after: Option<State>,
    /// Whether it would be in dispute and is not.
    pub new_dispute: bool,
    /// What is new about it.
    pub kinds: Vec<KindCount>,
}

/// What a bundle would change.
#[derive(Debug, Clone, Serialize)]
pub struct BundlePreview {
    /// The unit of the device that made it.
    pub unit: String,
    /// That device.
    pub device: DeviceId,
    /// When it was made.
    pub created_at: String,
    /// Which part it is, of how many.
    pub part: [u32; 2],
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Files of evidence in it.
    pub files: usize,
    /// Entries that are not here yet.
    pub new_events: usize,
    /// Entries that are here.
    pub known_events: usize,
    /// Of the new ones, those that would not be followed, or not be taken.
    pub refused: usize,
    /// Of those that are here and followed, so many would be followed no more.
    pub overturned: usize,
    /// The new ones by what they are, the most frequent first.
    pub kinds: Vec<KindCount>,
    /// Sites that would be new.
    pub new_sites: usize,
    /// Sites that are here and would change.
    pub changed_sites: usize,
    /// The first of them, by their codes.
    pub sites: Vec<SiteChange>,
}

/// What taking a bundle would change; nothing is changed.
///
/// # Errors
/// Those of a bundle that would not be taken, and of reading.
pub fn preview(
    office: &mut Office,
    path: &Path,
    bundle: &Inspected,
) -> Result<BundlePreview, OfficeError> {
    let left_out = check_trust(&office.store, path, bundle)?;
    let events = bundle.events_without(&left_out);
    let left_out: usize = left_out.iter().map(|of| of.events).sum();
    let hashes = events.iter().map(|sealed| sealed.hash);
    let known = office.store.known(hashes)?;
    let is_new = |sealed: &&Sealed| !known.contains(&sealed.hash);
    let coming = Coming::of(&office.store, events.iter().filter(is_new).collect())?;
    let refused_before = office.store.refused_around(&coming.new)?;
    let taken = |store: &mut Store| {
        store.take(&events)?;
        let mut refused = store.refused_around(&coming.new)?;
        refused.retain(|hash, _| !refused_before.contains_key(hash));
        let own = coming
            .new
            .iter()
            .filter(|sealed| refused.contains_key(&sealed.hash));
        let own = own.count();
        Ok::<_, StoreError>((coming.changes(store)?, own, refused.len() - own))
    };
    let files = bundle.evidence.iter().map(|(sha256, _)| *sha256);
    let (sites, refused, overturned) = office.store.rehearse_with_files(files, taken)?;
    let manifest = &bundle.manifest;
    Ok(BundlePreview {
        unit: manifest.unit.clone(),
        device: manifest.device,
        created_at: manifest.created_at.clone(),
        part: manifest.part,
        encrypted: bundle.encrypted,
        files: bundle.evidence.len(),
        new_events: coming.new.len() + left_out,
        known_events: known.len(),
        refused: refused + left_out,
        overturned,
        kinds: counted(&coming.new),
        new_sites: coming.sites.len() - coming.before.len(),
        changed_sites: coming.before.len(),
        sites,
    })
}

/// Entries that are not here yet.
struct Coming<'a> {
    new: Vec<&'a Sealed>,
    /// The same by the sites that they concern.
    sites: BTreeMap<SiteKey, Vec<&'a Sealed>>,
    /// Of these sites, those that are here: their states, and whether they are in dispute.
    before: BTreeMap<SiteKey, (State, bool)>,
}

impl<'a> Coming<'a> {
    fn of(store: &Store, new: Vec<&'a Sealed>) -> Result<Self, StoreError> {
        let mut sites: BTreeMap<SiteKey, Vec<&Sealed>> = BTreeMap::new();
        for sealed in &new {
            let others = sealed.event.body.other_sites().iter().copied();
            for key in sealed.event.site.into_iter().chain(others) {
                sites.entry(key).or_default().push(*sealed);
            }
        }
        let mut before = BTreeMap::new();
        for key in sites.keys() {
            if let Some(site) = store.site(*key)? {
                before.insert(*key, (site.state, site.disputed));
            }
        }
        Ok(Self { new, sites, before })
    }

    /// The sites as they are once all is taken.
    fn changes(&self, store: &Store) -> Result<Vec<SiteChange>, StoreError> {
        let districts = store.district_codes()?;
        let mut changes = Vec::new();
        for (key, new) in &self.sites {
            let site = store.site(*key)?;
            let was_disputed = self.before.get(key).is_some_and(|(_, disputed)| *disputed);
            changes.push(SiteChange {
                code: store.code(*key)?,
                name: site.as_ref().and_then(|site| site.name.clone()),
                district: districts.get(key).cloned(),
                before: self.before.get(key).map(|(state, _)| *state),
                after: site.as_ref().map(|site| site.state),
                new_dispute: !was_disputed && site.is_some_and(|site| site.disputed),
                kinds: counted(new),
            });
        }
        changes.sort_by(|a, b| a.code.cmp(&b.code));
        changes.truncate(MOST);
        Ok(changes)
    }
}

/// Entries by what they are, the most frequent first.
fn counted(entries: &[&Sealed]) -> Vec<KindCount> {
    let mut counts: BTreeMap<&str, (usize, Labels)> = BTreeMap::new();
    for sealed in entries {
        let body = &sealed.event.body;
        let label = || Labels::of(|lang| kind(body, lang).to_owned());
        let (count, _) = counts.entry(body.kind()).or_insert_with(|| (0, label()));
        *count += 1;
    }
    let mut kinds: Vec<KindCount> = counts
        .into_values()
        .map(|(count, kind)| KindCount { kind, count })
        .collect();
    kinds.sort_by(|a, b| b.count.cmp(&a.count).then(a.kind.en.cmp(&b.kind.en)));
    kinds
}
