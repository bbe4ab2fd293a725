//! Figures of a province as files for a map: GeoJSON, or a GeoPackage of layers that carry their styles.

use super::OfficeError;
use super::targets::collection;
use crate::exchange::{AreaLayer, write_areas};
use crate::files::{self, Existing};
use crate::ground::{Feature, FeatureCollection, write_features};
use crate::province::coverage::Coverage;
use crate::province::facts::Facts;
use crate::province::hot_spots::HotSpots;
use crate::province::period::Period;
use crate::words::Lang;
use std::path::Path;

/// What a map's file is, by the ending of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapFormat {
    /// GeoJSON.
    GeoJson,
    /// GeoPackage.
    GeoPackage,
}

impl MapFormat {
    /// The format of a file of this name; `None` where it is no map's.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("geojson" | "json") => Some(Self::GeoJson),
            Some("gpkg") => Some(Self::GeoPackage),
            _ => None,
        }
    }
}

/// A file for a map, before it is there.
#[derive(Debug, Clone)]
pub struct MapFile<'a> {
    /// Its place.
    pub path: &'a Path,
    /// Its format.
    pub format: MapFormat,
    /// What is done with a file of that name.
    pub existing: Existing,
    /// When it is made.
    pub made_at: String,
    /// The language of its columns and its key.
    pub lang: Lang,
}

impl MapFile<'_> {
    /// The ground of each district by how it was searched in a season.
    ///
    /// # Errors
    /// Those of writing.
    pub fn coverage(&self, found: &Coverage, facts: &Facts) -> Result<(), OfficeError> {
        match self.format {
            MapFormat::GeoJson => self.features(&found.geojson(facts)),
            MapFormat::GeoPackage => {
                let about = [("season", found.season.to_string())];
                self.areas(&found.layers(facts, self.lang), &about)
            }
        }
    }

    /// Every cell with what it is beside the others.
    ///
    /// # Errors
    /// Those of writing.
    pub fn hot_spots(&self, found: &HotSpots, period: Period) -> Result<(), OfficeError> {
        match self.format {
            MapFormat::GeoJson => self.features(&found.geojson(period)),
            MapFormat::GeoPackage => self.areas(&[found.layer(self.lang)], &found.about(period)),
        }
    }

    fn areas(&self, layers: &[AreaLayer], about: &[(&str, String)]) -> Result<(), OfficeError> {
        let Self { path, existing, .. } = *self;
        Ok(write_areas(path, layers, about, &self.made_at, existing)?)
    }

    fn features(&self, features: &FeatureCollection) -> Result<(), OfficeError> {
        write_collection(self.path, features, self.existing)
    }
}

/// Targets with what became of each, as GeoJSON.
///
/// # Errors
/// Those of writing.
pub fn write_targets(
    path: &Path,
    targets: Vec<Feature>,
    existing: Existing,
) -> Result<(), OfficeError> {
    write_collection(path, &collection(targets), existing)
}

fn write_collection(
    path: &Path,
    features: &FeatureCollection,
    existing: Existing,
) -> Result<(), OfficeError> {
    Ok(files::write(path, existing, |mut out| {
        write_features(&mut out, features)
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_told_by_the_ending_of_its_name_and_a_workbook_is_none() {
        let of = |name: &str| MapFormat::of(Path::new(name));
        assert_eq!(of("a.geojson"), Some(MapFormat::GeoJson));
        assert_eq!(of("a.json"), Some(MapFormat::GeoJson));
        assert_eq!(of("a.b.gpkg"), Some(MapFormat::GeoPackage));
        assert_eq!(of("a.xlsx"), None);
        assert_eq!(of("gpkg"), None);
    }
}
