//! Sites as an export shows them: what the registry knows of each on one day.

use super::ledger::{Answerable, Entry, LedgerContext};
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
    /// What that unit is called, where its registry says so.
    pub unit_name: Option<String>,
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
            unit_name: store.unit_name()?,
            state: store.state_hash()?,
            made_at,
            evidence: store.evidence_folder(),
            gauss_kruger: false,
        })
    }

    /// What maps say of themselves: the datum, when they were made, and from which state of the registry.
    pub(super) fn about(&self) -> String {
        let (datum, made_at, state) = (Self::DATUM, &self.made_at, self.state);
        crate::tr!(
            self.context.lang,
            "{datum}; {made_at}; state {state}",
            "{datum}；{made_at} 导出；登记库状态哈希 {state}"
        )
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

    fn for_site(&self, store: &Store, site: &Site) -> Result<Option<Answerable>, StoreError> {
        if self.affairs.duties.is_empty() {
            return Ok(None);
        }
        let district = store.lies_in(site, self.districts.as_ref())?;
        let nearest = self.affairs.nearest_of(&district, site.season);
        Ok(nearest.map(|duty| Answerable {
            person: duty.body.person.clone(),
            post: duty.body.post.clone(),
        }))
    }
}

/// The bytes of a file of the evidence, where it is here and whole.
pub(crate) fn original(file: &EvidenceRef, folder: &Path) -> Option<Vec<u8>> {
    let bytes = std::fs::read(evidence::path_of(folder, file.sha256)).ok()?;
    (Hash::of(&bytes) == file.sha256).then_some(bytes)
}

/// What tests of files and papers begin with.
#[cfg(test)]
pub(crate) mod fixture {
    use super::*;
    use crate::registry::settings::Settings;
    use crate::words::Lang;

    /// An export of some sites on the tenth of May 2026, by their codes.
    pub(crate) fn export<'a>(
        sites: impl IntoIterator<Item = (&'a str, Site)>,
        lang: Lang,
    ) -> Export {
        let entry = |(code, site): (&str, Site)| Entry {
            site,
            code: code.to_owned(),
            district: None,
            scan: None,
            recurs_of: None,
            answers: None,
        };
        Export {
            entries: sites.into_iter().map(entry).collect(),
            context: LedgerContext {
                settings: Settings::default(),
                today: jiff::civil::date(2026, 5, 10),
                lang,
            },
            unit: "410423".into(),
            unit_name: Some("鲁山县禁毒办".into()),
            state: Hash::of(b""),
            made_at: "2026-05-10T08:00:00+08:00".into(),
            evidence: PathBuf::new(),
            gauss_kruger: false,
        }
    }
}
