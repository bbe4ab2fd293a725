//! What maps show of a survey: its imagery, as far as it is still where the scan found it, and pyramids beside the results.
//!
//! A folder of results may come from anywhere: what its record names is opened like a file that was only found, and is shown
//! only where it is what was scanned.

use super::laid::laid_photos;
use crate::files::is_in_bucket;
use crate::ground::Crs;
use crate::imagery::pyramid::{photos_pyramid_path, pyramid_path};
use crate::imagery::tile::{Layer, PhotoLayer, RasterLayer, TileError};
use crate::imagery::{InputFiles, Orthomosaic, RasterOptions, Source, find_inputs};
use crate::schema::{ScanRecord, SourceRecord};
use crate::text::names::lies_in;
use std::path::{Path, PathBuf};

/// The name of the layer of all photos of a survey.
pub const PHOTOS: &str = "photos";

/// A survey's imagery.
#[derive(Debug)]
pub struct SurveyImagery<'a> {
    results: &'a Path,
    record: &'a ScanRecord,
    /// Folders to which relative names of inputs may relate.
    bases: &'a [PathBuf],
}

/// What of a source is there to be shown.
pub struct ShownSource {
    /// The layer.
    pub layer: Layer,
    /// Whether the imagery itself is there, not its pyramid alone.
    pub is_whole: bool,
}

impl<'a> SurveyImagery<'a> {
    /// The imagery of the results in a folder. Names of inputs that are not whole paths are looked for in `bases`.
    pub fn new(results: &'a Path, record: &'a ScanRecord, bases: &'a [PathBuf]) -> Self {
        Self {
            results,
            record,
            bases,
        }
    }

    /// The layer of a source, or of all photos.
    ///
    /// # Errors
    /// [`TileError::Gone`] where neither imagery nor pyramid is there, or the scan knows no such source.
    pub fn layer(&self, name: &str) -> Result<ShownSource, TileError> {
        if let Some(source) = self.record.sources.iter().find(|s| s.name == name) {
            return self.orthomosaic(source);
        }
        if name != PHOTOS {
            return Err(TileError::Gone);
        }
        let photos = laid_photos(self.record, self.bases, &self.inputs().photos);
        let pyramid = self.pyramid(&photos_pyramid_path(self.results));
        let is_whole = !photos.is_empty();
        Ok(ShownSource {
            layer: Layer::Photos(PhotoLayer::new(photos, pyramid)?),
            is_whole,
        })
    }

    fn orthomosaic(&self, source: &SourceRecord) -> Result<ShownSource, TileError> {
        let options = self.options(source);
        let file_name = file_name(&source.name);
        let found = self.inputs();
        let mut files = found
            .rasters
            .iter()
            .filter(|path| path.file_name().is_some_and(|n| n == file_name));
        let raster = files.find_map(|path| {
            let raster = opened(path, &options)?;
            (raster.fingerprint().0 == source.fingerprint).then_some(raster)
        });
        let pyramid = self.pyramid(&pyramid_path(self.results, &source.name));
        let is_whole = raster.is_some();
        Ok(ShownSource {
            layer: Layer::Raster(RasterLayer::new(raster, pyramid)?),
            is_whole,
        })
    }

    /// A pyramid beside the results: no link in their folder leads to another raster.
    fn pyramid(&self, path: &Path) -> Option<Source> {
        let is_its_own = lies_in(self.results, path).unwrap_or(false);
        is_its_own.then(|| opened(path, &RasterOptions::default()))?
    }

    /// How the scan read a raster.
    fn options(&self, source: &SourceRecord) -> RasterOptions {
        let search = &self.record.options.search;
        let crs = search.get("crs").filter(|crs| !crs.is_empty());
        let (_, shift) = source.crs.split_once("+towgs84=").unwrap_or_default();
        let numbers: Vec<f64> = shift
            .split(',')
            .filter_map(|n| n.trim().parse().ok())
            .collect();
        let bands = search.get("bands").map(|b| {
            b.trim_matches(['[', ']'])
                .split(',')
                .filter_map(|n| n.trim().parse().ok())
        });
        RasterOptions {
            crs: crs.and_then(|crs| Crs::parse(crs).ok()),
            towgs84: numbers.try_into().ok(),
            bands: bands.and_then(|bands| bands.collect::<Vec<usize>>().try_into().ok()),
        }
    }

    /// The files that the scan's inputs stand for now.
    fn inputs(&self) -> InputFiles {
        let mut found = InputFiles::default();
        for input in &self.record.run.inputs {
            let input = Path::new(input);
            // Others' servers, archives and the like are not asked because a file says so.
            if input.to_string_lossy().starts_with("/vsi") || is_in_bucket(input) {
                continue;
            }
            let places = self.bases.iter().map(|base| base.join(input));
            let there: Vec<PathBuf> = places.filter(|place| place.exists()).take(1).collect();
            if let Ok(of_input) = find_inputs(&there) {
                found.rasters.extend(of_input.rasters);
                found.photos.extend(of_input.photos);
            }
        }
        found
    }
}

/// The file name of a source: its name is that, or more where others share it: `folder/name (0a1b2c)`.
fn file_name(name: &str) -> &str {
    let shared = name
        .rsplit_once(" (")
        .filter(|(_, end)| end.len() == 7 && end.ends_with(')'));
    shared.map_or(name, |(name, _)| {
        name.rsplit_once('/').map_or(name, |(_, name)| name)
    })
}

/// A raster that nobody named.
fn opened(path: &Path, options: &RasterOptions) -> Option<Source> {
    let folder = path.parent()?;
    Orthomosaic::open_found(path, folder, options)
        .ok()
        .map(Source::from)
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_source_is_found_by_its_file_name() {
        assert_eq!(file_name("ortho.tif"), "ortho.tif");
        assert_eq!(file_name("东沟/ortho.tif (0a1b2c)"), "ortho.tif");
        assert_eq!(file_name("ortho (2).tif"), "ortho (2).tif");
    }
}
