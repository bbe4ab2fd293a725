//! The photos of a survey, laid on the ground again as its scan laid them: from the same headers, with what the user said of
//! them. What lies elsewhere than the scan had it is not shown.

use crate::files::{folder_of, is_in_bucket};
use crate::ground::{Crs, LonLat};
use crate::imagery::photo::{Dem, GroundModel, PhotoOptions, Pos, place_all};
use crate::imagery::{PhotoSource, Source, check_found};
use crate::schema::ScanRecord;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Lays those of the photos that a scan searched. Files that it names are looked for from `bases` where their names are not
/// whole.
pub(super) fn laid_photos(
    record: &ScanRecord,
    bases: &[PathBuf],
    photos: &[PathBuf],
) -> Vec<Source> {
    let known: BTreeSet<&str> = record
        .sources
        .iter()
        .map(|s| s.fingerprint.as_str())
        .collect();
    let said = PhotoRecord { record, bases };
    let placed = place_all(photos, said.pos().as_ref(), |places| said.options(places));
    let resolution_m = record.model.resolution_cm / 100.0;
    let placed = placed.map(|placed| placed.photos).unwrap_or_default();
    let sources = placed
        .into_iter()
        .filter_map(|photo| PhotoSource::new(photo, resolution_m).ok());
    sources
        .map(Source::from)
        .filter(|source| known.contains(source.fingerprint().0.as_str()))
        .collect()
}

/// What the user said of the photos.
struct PhotoRecord<'a> {
    record: &'a ScanRecord,
    bases: &'a [PathBuf],
}

/// The terrain model is not what it was.
struct NoTerrain;

impl PhotoRecord<'_> {
    fn of_search(&self, name: &str) -> Option<&str> {
        let said = self.record.options.search.get(name)?;
        (!said.is_empty()).then_some(said)
    }

    /// A file of that name: none that a folder of results may not lead to.
    fn file(&self, named: &str) -> Option<PathBuf> {
        let named = Path::new(named);
        let places = self.bases.iter().map(|base| base.join(named));
        let mut there = places.filter(|place| crate::files::regular(place).is_ok());
        there
            .next()
            .filter(|place| !(named.starts_with("/vsi") || is_in_bucket(place)))
    }

    fn pos(&self) -> Option<Pos> {
        let path = self.file(self.record.run.photos.pos.as_deref()?)?;
        let crs = self.of_search("crs").and_then(|crs| Crs::parse(crs).ok());
        Pos::read(&path, crs.as_ref()).ok()
    }

    fn options(&self, places: &[LonLat]) -> Result<PhotoOptions, NoTerrain> {
        let said = &self.record.run.photos;
        let ground = match (said.dem.as_deref(), said.ground_elevation_m) {
            (Some(dem), _) if !places.is_empty() => {
                let path = self.file(dem).ok_or(NoTerrain)?;
                check_found(&path, &folder_of(&path)).map_err(|_refused| NoTerrain)?;
                let dem = Dem::about(&path, places).map_err(|_unreadable| NoTerrain)?;
                GroundModel::Terrain(Arc::new(dem))
            }
            (_, Some(elevation)) => GroundModel::Elevation(elevation),
            (_, None) => GroundModel::TakeOff,
        };
        let coarsest_cm = self.record.model.coarsest_cm;
        let is_bound = coarsest_cm > 0.0 && self.of_search("allow_coarse") != Some("true");
        Ok(PhotoOptions {
            sensor_width_mm: said.sensor_width_mm,
            ground,
            looking_down: said.looking_down,
            coarsest_m: if is_bound {
                coarsest_cm / 100.0
            } else {
                f64::INFINITY
            },
        })
    }
}
