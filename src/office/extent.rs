//! Where imagery lies that nobody has scanned yet, as far as its headers tell: what a map shows where a boundary is drawn.

use crate::ground::LonLat;
use crate::imagery::photo::Shot;
use crate::imagery::tile::RasterLayer;
use crate::imagery::{Orthomosaic, RasterOptions, Source, find_inputs};
use std::path::{Path, PathBuf};

/// Rasters and photos whose headers are read, at most; of more photos a part that is spread over all of them.
const MOST_RASTERS: usize = 64;
const MOST_PHOTOS: usize = 256;

/// The south-west and the north-east corner of a raster, of a photo's place, or of all of a folder; nothing where no file says where
/// it lies. Rasters that lead out of `root` are passed over.
pub fn extent(path: &Path, root: &Path) -> Option<(LonLat, LonLat)> {
    let found = find_inputs(&[path.to_owned()]).ok()?;
    let raster = |path: &PathBuf| {
        let raster = Orthomosaic::open_found(path, root, &RasterOptions::default()).ok()?;
        let layer = RasterLayer::new(Some(Source::from(raster)), None).ok()?;
        Some(layer.corners())
    };
    let photo = |path: &PathBuf| Shot::read(path).ok().map(|shot| (shot.at, shot.at));
    let every = found.photos.len().div_ceil(MOST_PHOTOS).max(1);
    let rasters = found.rasters.iter().take(MOST_RASTERS).filter_map(raster);
    let photos = found.photos.iter().step_by(every).filter_map(photo);
    rasters.chain(photos).reduce(|(a, b), (c, d)| {
        (
            LonLat::new(a.lon.min(c.lon), a.lat.min(c.lat)),
            LonLat::new(b.lon.max(d.lon), b.lat.max(d.lat)),
        )
    })
}
