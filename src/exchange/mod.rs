//! Files that people load and hand back: maps, ledgers, visit forms.
//!
//! Out: [`Export`] is what the registry knows of some sites on one day; [`export`] writes it in a [`Format`]. Every file
//! is in WGS 84, says so, and carries each site's head hash. In: [`import`] reads what crews filled in.

pub mod cell;
mod cell_grid;
mod csv;
mod degree_columns;
mod error;
pub mod evidence_list;
mod export;
pub mod form;
pub mod form_flaw;
pub mod form_parse;
pub mod gcj02;
mod geojson;
mod geopackage;
mod gpx;
mod grid;
mod grid_flaw;
pub mod import;
mod kmz;
pub mod ledger;
pub mod mirror;
mod names;
mod ovital;
mod pictures;
mod read;
mod shapes;
pub mod sheet;
mod site_list;
mod table;
mod target_flaw;
mod target_metres;
mod target_table;
pub mod targets;
pub mod track;
mod track_file;
mod track_flaw;
mod track_parts;
pub mod training;
mod xlsx;

pub use crate::ground::GeopackageJournal;
pub use error::ExchangeError;
pub use export::Export;
#[cfg(test)]
pub(crate) use export::fixture;
pub(crate) use export::{Answers, entry, original, scans};
pub use geopackage::{AreaLayer, Shading, VISIT_LAYER, project, write_areas};
pub use grid_flaw::GridFlaw;
pub use kmz::colour as state_colour;
pub use site_list::site_codes;
pub use target_flaw::{TargetFlaw, TargetNote};
pub use track_flaw::TrackFlaw;

use crate::files::{self, Existing};
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

/// Writes an export: all of it or nothing.
///
/// # Errors
/// See [`ExchangeError`].
pub fn export(
    format: Format,
    path: &Path,
    export: &Export,
    existing: Existing,
) -> Result<WrittenFiles, ExchangeError> {
    let mut pictures = None;
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
