//! A source: one orthomosaic or one photo, as it is known before its pixels are read.

use super::captured::Captured;
use super::fingerprint::Fingerprint;
use super::georeference::RasterNote;
use super::header::{Level, SourceHeader};
use super::orthomosaic::Orthomosaic;
use super::orthomosaic_reader::OrthomosaicReader;
use super::photo_source::{PhotoReader, PhotoSource};
use super::pixels::{OpenError, PixelReader};
use super::raster_error::RasterError;
use crate::ground::{Crs, CrsError, CrsPoint, GeoTransform, Gsd, LonLat, PixelPoint, ToLonLat};
use jiff::civil::Date;
use std::path::Path;
use std::sync::Arc;

/// Something that was flown and can be searched. It is shared between threads; a [`PixelReader`] belongs to one.
#[derive(Debug, Clone)]
pub enum Source {
    /// A raster.
    Orthomosaic(Arc<Orthomosaic>),
    /// A photo, laid on the ground.
    Photo(Arc<PhotoSource>),
}

impl From<Orthomosaic> for Source {
    fn from(orthomosaic: Orthomosaic) -> Self {
        Self::Orthomosaic(Arc::new(orthomosaic))
    }
}

impl From<PhotoSource> for Source {
    fn from(photo: PhotoSource) -> Self {
        Self::Photo(Arc::new(photo))
    }
}

impl Source {
    fn header(&self) -> &SourceHeader {
        match self {
            Self::Orthomosaic(orthomosaic) => &orthomosaic.header,
            Self::Photo(photo) => &photo.header,
        }
    }

    /// The photo, where it is one.
    pub fn as_photo(&self) -> Option<&PhotoSource> {
        match self {
            Self::Orthomosaic(_) => None,
            Self::Photo(photo) => Some(photo),
        }
    }

    /// Opens its pixels for one thread. To open a photo is to decode it.
    ///
    /// # Errors
    /// [`OpenError`] where the file is gone or the photo turns out to be of no use.
    pub fn open(&self, level: Level) -> Result<Box<dyn PixelReader>, OpenError> {
        match self {
            Self::Orthomosaic(orthomosaic) => {
                let reader = OrthomosaicReader::open(Arc::clone(orthomosaic), level)?;
                Ok(Box::new(reader))
            }
            Self::Photo(photo) => Ok(Box::new(PhotoReader::open(photo)?)),
        }
    }

    /// Whether it is still what was opened.
    ///
    /// # Errors
    /// [`RasterError::Changed`] where it is not, or is gone.
    pub fn check_unchanged(&self) -> Result<(), RasterError> {
        match self {
            Self::Orthomosaic(orthomosaic) => orthomosaic.check_unchanged(),
            Self::Photo(photo) => photo.check_unchanged(),
        }
    }

    /// Its path as the user named it.
    pub fn path(&self) -> &Path {
        &self.header().path
    }

    /// Its file name.
    pub fn name(&self) -> &str {
        &self.header().name
    }

    /// Columns and rows at full resolution.
    pub fn size(&self) -> (u32, u32) {
        let full = self.full_level();
        (full.width, full.height)
    }

    /// Its true ground sampling distance.
    pub fn gsd(&self) -> Gsd {
        self.header().gsd
    }

    /// One figure for its ground sampling distance in centimetres. Of a photo, the middle of what its searched part spans:
    /// its grid has pixels of the model's size.
    pub fn typical_gsd_cm(&self) -> f64 {
        let of_photo = self.as_photo().and_then(|p| p.photo().footprint.gsd_m);
        of_photo.map_or(self.gsd().mean_cm(), |(finest, coarsest)| {
            (finest * coarsest).sqrt() * 100.0
        })
    }

    /// Its coordinate system.
    pub fn crs(&self) -> &Crs {
        &self.header().crs
    }

    /// What the user should know of its place.
    pub fn notes(&self) -> &[RasterNote] {
        match self {
            Self::Orthomosaic(orthomosaic) => &orthomosaic.notes,
            Self::Photo(_) => &[],
        }
    }

    /// Whether no way from its datum to WGS 84 is known.
    pub fn has_unknown_datum(&self) -> bool {
        let unknown = |note: &RasterNote| matches!(note, RasterNote::UnknownDatum { .. });
        self.notes().iter().any(unknown)
    }

    /// When it was taken, by its own tags.
    pub fn captured(&self) -> Option<Captured> {
        self.header().captured
    }

    /// The day on which its file was made, by its own tag: it was not flown later.
    pub fn made(&self) -> Option<Date> {
        self.header().made
    }

    /// What makes it the same source.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.header().fingerprint
    }

    /// The grid to read for a model that wants `resolution_cm`: the smallest overview that is still as fine as that and
    /// at least halves the source, else the source itself.
    pub fn level_for(&self, resolution_cm: f64) -> Level {
        let gsd = self.gsd();
        let fine_enough = |level: &&Level| {
            let (fx, fy) = self.reduction(level);
            fx >= 2.0
                && gsd.x_cm * fx <= resolution_cm * 1.001
                && gsd.y_cm * fy <= resolution_cm * 1.001
        };
        let levels = &self.header().levels;
        levels
            .iter()
            .filter(fine_enough)
            .min_by_key(|l| l.width)
            .copied()
            .unwrap_or(levels[0])
    }

    /// Its own grid, and those of its overviews.
    pub fn levels(&self) -> &[Level] {
        &self.header().levels
    }

    /// The way from its pixels at full resolution to its coordinate system.
    pub fn transform(&self) -> &GeoTransform {
        &self.header().transform
    }

    /// Its own grid.
    pub fn full_level(&self) -> Level {
        self.header().levels[0]
    }

    /// How many full-resolution columns and rows one of the level's takes.
    pub fn reduction(&self, level: &Level) -> (f64, f64) {
        let full = self.full_level();
        (
            f64::from(full.width) / f64::from(level.width),
            f64::from(full.height) / f64::from(level.height),
        )
    }

    /// The way from its coordinate system to lon/lat, for one thread.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub fn to_lonlat(&self) -> Result<ToLonLat, CrsError> {
        self.crs().to_lonlat()
    }

    /// Where full-resolution pixel positions lie.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub fn locate(
        &self,
        to_lonlat: &ToLonLat,
        points: &[PixelPoint],
    ) -> Result<Vec<LonLat>, CrsError> {
        let transform = &self.header().transform;
        let there: Vec<CrsPoint> = points.iter().map(|p| transform.apply(*p)).collect();
        to_lonlat.apply(&there)
    }

    /// The full-resolution pixel positions of places.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub fn pixels_of(&self, places: &[LonLat]) -> Result<Vec<PixelPoint>, CrsError> {
        let transform = &self.header().transform;
        let there = self.crs().from_lonlat(places)?.into_iter();
        Ok(there.map(|p| transform.invert(p)).collect())
    }
}
