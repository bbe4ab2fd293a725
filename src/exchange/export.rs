//! Sites as an export shows them: what the registry knows of each on one day.

use super::ledger::{Entry, LedgerContext};
use crate::registry::body::{Body, RecordedScan};
use crate::registry::districts::Districts;
use crate::registry::event::EvidenceRef;
use crate::registry::{Affairs, Hash, Site};
use crate::store::{Filter, Store, StoreError, evidence};
use crate::text::Zone;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Sites as an export shows them.
#[derive(Debug, Clone)]
pub struct Export {
    /// The sites.
    pub entries: Vec<Entry>,
    /// Day, settings and language.
    pub context: LedgerContext,
    /// The unit whose registry it is.
    pub unit: String,
    /// The state of the whole registry.
    pub state: Hash,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// Where the evidence lies.
    pub evidence: PathBuf,
    /// Whether spreadsheets show CGCS2000 Gauss-Kruger coordinates too.
    pub gauss_kruger: bool,
}

impl Export {
    /// The sites of a registry that pass a filter.
    ///
    /// # Errors
    /// Those of reading the registry.
    pub fn of(
        store: &Store,
        filter: &Filter,
        context: LedgerContext,
        made_at: String,
    ) -> Result<Self, StoreError> {
        let (scans, zone) = (scans(store)?, store.zone()?);
        let answers = Answers::of(store)?;
        let entries = store
            .sites(filter)?
            .into_iter()
            .map(|site| entry(store, site, &scans, &answers, zone))
            .collect::<Result<_, StoreError>>()?;
        Ok(Self {
            entries,
            context,
            unit: store.local("unit")?.unwrap_or_default(),
            state: store.state_hash()?,
            made_at,
            evidence: store.evidence_folder(),
            gauss_kruger: false,
        })
    }

    /// The datum, as files name it.
    pub const DATUM: &'static str = "WGS 84 (EPSG:4326)";
}

/// The scans of a registry by id.
pub(crate) fn scans(store: &Store) -> Result<BTreeMap<String, RecordedScan>, StoreError> {
    let followed = store.followed("scan")?.into_iter();
    let scans = followed.filter_map(|sealed| match sealed.event.body {
        Body::Scan(scan) => Some((scan.scan.clone(), *scan)),
        _ => None,
    });
    Ok(scans.collect())
}

pub(crate) fn entry(
    store: &Store,
    mut site: Site,
    scans: &BTreeMap<String, RecordedScan>,
    answers: &Answers,
    zone: Zone,
) -> Result<Entry, StoreError> {
    site.tell_in(zone);
    Ok(Entry {
        code: store.code(site.key)?,
        answers: answers.for_site(store, &site)?,
        district: store.district(site.key)?,
        scan: site
            .detection
            .as_ref()
            .and_then(|detection| scans.get(&detection.scan).cloned()),
        recurs_of: site.recurs_of.map(|key| store.code(key)).transpose()?,
        site,
    })
}

/// Who answers for the districts of sites.
pub(crate) struct Answers {
    affairs: Affairs,
    districts: Option<Districts>,
}

impl Answers {
    /// The boundaries are read only where anybody answers for anything.
    pub(crate) fn of(store: &Store) -> Result<Self, StoreError> {
        let affairs = store.affairs()?;
        let districts = if affairs.duties.is_empty() {
            None
        } else {
            store.districts()?
        };
        Ok(Self { affairs, districts })
    }

    fn for_site(&self, store: &Store, site: &Site) -> Result<Option<String>, StoreError> {
        if self.affairs.duties.is_empty() {
            return Ok(None);
        }
        let district = store.lies_in(site, self.districts.as_ref())?;
        let nearest = self.affairs.nearest_of(&district, site.season);
        Ok(nearest.map(|duty| duty.body.person.clone()))
    }
}

/// The bytes of a file of the evidence, where it is here and whole.
pub(crate) fn original(file: &EvidenceRef, folder: &Path) -> Option<Vec<u8>> {
    let bytes = std::fs::read(evidence::path_of(folder, file.sha256)).ok()?;
    (Hash::of(&bytes) == file.sha256).then_some(bytes)
}
