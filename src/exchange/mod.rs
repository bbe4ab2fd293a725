//! Files that people load and hand back: maps, ledgers, visit forms.
//!
//! Out: [`Export`] is what the registry knows of some sites on one day; [`export`] writes it in a [`Format`]. Every file
//! is in WGS 84, says so, and carries each site's head hash. In: [`import`] reads what crews filled in.

mod archive;
pub mod cell;
mod csv;
mod error;
pub mod filled;
pub mod form;
pub mod gcj02;
mod geojson;
mod geopackage;
mod gpx;
mod grid;
pub mod import;
mod kmz;
pub mod ledger;
pub mod mirror;
mod names;
mod ovital;
mod pictures;
mod read;
pub mod sheet;
mod table;
mod target_flaw;
mod target_table;
pub mod targets;
pub mod track;
pub mod training;
mod xlsx;

pub use crate::ground::GeopackageJournal;
pub use error::ExchangeError;
pub use geopackage::{AreaLayer, Shading, project, write_areas};
pub use grid::GridFlaw;
pub use kmz::colour as state_colour;
pub use target_flaw::{TargetFlaw, TargetNote};

use crate::files::{self, Existing};
use crate::registry::Affairs;
use crate::registry::body::{Body, RecordedScan};
use crate::registry::districts::Districts;
use crate::registry::event::EvidenceRef;
use crate::registry::{Hash, Site};
use crate::store::{Filter, Store};
use crate::store::{StoreError, evidence};
use crate::text::Zone;
use ledger::{Entry, LedgerContext};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// GeoJSON (RFC 7946).
    GeoJson,
    /// GeoPackage with styles and a visit form, for QGIS and QField.
    GeoPackage,
    /// KML with pictures in one file, for Ovital and Google Earth.
    Kmz,
    /// Waypoints for receivers.
    Gpx,
    /// The ledger and the visit form as a spreadsheet.
    Xlsx,
    /// The ledger with the visit form's columns as text.
    Csv,
    /// Ovital's text of points.
    Ovital,
}

impl Format {
    /// Every format with its name and the ending of its files.
    pub const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::GeoJson, "geojson", "geojson"),
        (Self::GeoPackage, "gpkg", "gpkg"),
        (Self::Kmz, "kmz", "kmz"),
        (Self::Gpx, "gpx", "gpx"),
        (Self::Xlsx, "xlsx", "xlsx"),
        (Self::Csv, "csv", "csv"),
        (Self::Ovital, "ovital", "txt"),
    ];

    /// The format of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, known, _)| known.eq_ignore_ascii_case(name))
            .map(|(format, ..)| format)
    }

    /// The format of files with this ending.
    pub fn of_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        Self::ALL
            .into_iter()
            .find(|(_, _, known)| known.eq_ignore_ascii_case(ending))
            .map(|(format, ..)| format)
    }
}

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
    Ok(store
        .followed("scan")?
        .into_iter()
        .filter_map(|sealed| match sealed.event.body {
            Body::Scan(scan) => Some((scan.scan.clone(), *scan)),
            _ => None,
        })
        .collect())
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

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFiles {
    /// The file.
    pub path: PathBuf,
    /// How many sites are in it.
    pub sites: usize,
    /// The folder of pictures that belongs to it.
    pub pictures: Option<PathBuf>,
}

/// Writes an export: all of it or nothing. A file that is there already is replaced only with `overwrite`.
///
/// # Errors
/// See [`ExchangeError`].
pub fn export(
    format: Format,
    path: &Path,
    export: &Export,
    overwrite: bool,
) -> Result<WrittenFiles, ExchangeError> {
    let mut pictures = None;
    let existing = Existing::replaced_if(overwrite);
    files::check(path, existing)?;
    match format {
        Format::GeoJson => files::write(path, existing, |out| geojson::write(export, out))?,
        Format::Kmz => files::write(path, existing, |out| kmz::write(export, out))?,
        Format::Gpx => pictures = gpx::write(export, path, existing)?,
        Format::Xlsx => files::write(path, existing, |out| xlsx::write(export, out))?,
        Format::Csv => files::write(path, existing, |out| csv::write(export, out))?,
        Format::Ovital => files::write(path, existing, |out| ovital::write(export, out))?,
        Format::GeoPackage => pictures = geopackage::write(export, path, existing)?,
    }
    Ok(WrittenFiles {
        path: path.into(),
        sites: export.entries.len(),
        pictures,
    })
}
