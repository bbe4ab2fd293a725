//! An orthomosaic before its pixels are read: size, place, true ground sampling distance, colours, date.

use super::bands::{self, Colours, NoData};
use super::captured::Captured;
use super::fingerprint::{Fingerprint, file_samples, fingerprint_bytes};
use super::georeference::{Georeference, RasterNote, georeference};
use super::inputs::is_virtual;
use super::photo::{Grid, Photo};
use super::raster_error::RasterError;
use super::stretch::Stretch;
use crate::ground::{Crs, CrsError, CrsPoint, GeoTransform, Gsd, LonLat, PixelPoint, ToLonLat};
use gdal::raster::RasterBand;
use gdal::{Dataset, DatasetOptions, GdalOpenFlags, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the user says about rasters.
#[derive(Debug, Clone, Default)]
pub struct RasterOptions {
    /// Their coordinate system, whatever they name themselves.
    pub crs: Option<Crs>,
    /// The way to WGS 84 of those whose datum has no known one: see [`Crs::with_shift`].
    pub towgs84: Option<[f64; 7]>,
    /// The numbers of the red, green and blue band, from 1.
    pub bands: Option<[usize; 3]>,
}

/// The grid of pixels that is read: the full raster, or one of its overviews.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The overview's number; `None` is full resolution.
    pub overview: Option<usize>,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Columns and rows of a block.
    pub block: (u32, u32),
}

/// An orthomosaic that can be searched.
#[derive(Debug, Clone)]
pub struct Raster {
    pub(super) path: PathBuf,
    pub(super) colours: Colours,
    pub(super) no_data: NoData,
    pub(super) stretch: Option<Stretch>,
    pub(super) can_be_sparse: bool,
    name: String,
    levels: Vec<Level>,
    transform: GeoTransform,
    crs: Crs,
    gsd: Gsd,
    captured: Option<Captured>,
    notes: Vec<RasterNote>,
    fingerprint: Fingerprint,
    photo: Option<Arc<(Photo, Grid)>>,
}

impl Raster {
    /// Opens a raster and reads everything but its pixels (16-bit rasters: a sample of them).
    ///
    /// # Errors
    /// See [`RasterError`].
    pub fn open(path: &Path, options: &RasterOptions) -> Result<Self, RasterError> {
        let dataset = open(path)?;
        let colours = bands::choose(path, &dataset, options.bands)?;
        let Georeference {
            crs,
            transform,
            notes,
        } = georeference(path, &dataset, options)?;
        let crs_error = |source| RasterError::Crs {
            path: path.into(),
            source,
        };
        let (width, height) = dataset.raster_size();
        let to_lonlat = crs.to_lonlat().map_err(crs_error)?;
        let gsd = Gsd::measure(&transform, &to_lonlat, width, height).map_err(crs_error)?;
        if !(gsd.x_cm.is_normal() && gsd.y_cm.is_normal()) {
            return Err(RasterError::ZeroPixels { path: path.into() });
        }
        let no_data = bands::no_data(&dataset, &colours);
        let levels = levels(path, &dataset, colours.bands()[0])?;
        let stretch = match &colours {
            Colours::Word(bands) => Some(sampled_stretch(&dataset, bands, &no_data, levels[0])),
            _ => None,
        };
        // Not `TIFFTAG_DATETIME`: that is the day the file was made, weeks after the flight.
        let captured = dataset
            .metadata_item("EXIF_DateTimeOriginal", "")
            .and_then(|tag| Captured::of_tag(&tag));
        Ok(Self {
            path: path.into(),
            name: path
                .file_name()
                .map_or_else(|| path.to_string_lossy(), |n| n.to_string_lossy())
                .into_owned(),
            can_be_sparse: dataset.driver().short_name() == "GTiff",
            fingerprint: fingerprint(path, &dataset, &transform, &crs, &colours)?,
            levels,
            transform,
            crs,
            gsd,
            colours,
            no_data,
            stretch,
            captured,
            notes,
            photo: None,
        })
    }

    /// A photo as a raster: laid on ground pixels of `resolution_m`, or of its own finest where that is coarser.
    ///
    /// # Errors
    /// [`RasterError::NotARaster`] where the file is gone.
    pub fn of_photo(photo: Photo, resolution_m: f64) -> Result<Self, RasterError> {
        let path = photo.shot.path.clone();
        let gone = |reason: String| RasterError::NotARaster {
            path: path.clone(),
            reason,
        };
        let grid = photo.grid(resolution_m);
        let transform = grid
            .in_degrees()
            .ok_or_else(|| RasterError::ZeroPixels { path: path.clone() })?;
        let crs = Crs::wgs84().map_err(|source| RasterError::Crs {
            path: path.clone(),
            source,
        })?;
        let level = Level {
            overview: None,
            width: grid.width,
            height: grid.height,
            block: (grid.width, grid.height),
        };
        let samples = file_samples(&path).map_err(|e| gone(e.to_string()))?;
        let pose = format!("{:?} {:?}", photo.camera, transform.coefficients());
        let gsd_cm = grid.gsd_m * 100.0;
        Ok(Self {
            name: path
                .file_name()
                .map_or_else(|| path.to_string_lossy(), |n| n.to_string_lossy())
                .into_owned(),
            path,
            colours: Colours::Byte([1, 2, 3]),
            no_data: NoData::Never,
            stretch: None,
            can_be_sparse: false,
            levels: vec![level],
            transform,
            crs,
            gsd: Gsd {
                x_cm: gsd_cm,
                y_cm: gsd_cm,
            },
            captured: photo
                .shot
                .metadata
                .captured
                .filter(|c| !c.of_file)
                .map(|c| Captured::day(c.local.date())),
            notes: Vec::new(),
            fingerprint: fingerprint_bytes(&[&samples, pose.as_bytes()]),
            photo: Some(Arc::new((photo, grid))),
        })
    }

    /// The photo and its grid, where it is one.
    pub fn photo(&self) -> Option<&(Photo, Grid)> {
        self.photo.as_deref()
    }

    /// Its path as the user named it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its file name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Columns and rows at full resolution.
    pub fn size(&self) -> (u32, u32) {
        (self.levels[0].width, self.levels[0].height)
    }

    /// Its true ground sampling distance.
    pub fn gsd(&self) -> Gsd {
        self.gsd
    }

    /// Its coordinate system.
    pub fn crs(&self) -> &Crs {
        &self.crs
    }

    /// What the user should know of its place.
    pub fn notes(&self) -> &[RasterNote] {
        &self.notes
    }

    /// Whether no way from its datum to WGS 84 is known.
    pub fn has_unknown_datum(&self) -> bool {
        let unknown = |note: &RasterNote| matches!(note, RasterNote::UnknownDatum { .. });
        self.notes.iter().any(unknown)
    }

    /// When it was taken, by its own tags.
    pub fn captured(&self) -> Option<Captured> {
        self.captured
    }

    /// What makes it the same raster.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// Whether it is still the raster that was opened.
    ///
    /// # Errors
    /// [`RasterError::Changed`] where it is not, or is gone.
    pub fn check_unchanged(&self) -> Result<(), RasterError> {
        let changed = || RasterError::Changed {
            path: self.path.clone(),
        };
        if let Some((photo, _)) = self.photo() {
            let now = file_samples(&self.path).map_err(|_ignored| changed())?;
            let pose = format!("{:?} {:?}", photo.camera, self.transform.coefficients());
            let same = fingerprint_bytes(&[&now, pose.as_bytes()]) == self.fingerprint;
            return same.then_some(()).ok_or_else(changed);
        }
        let dataset = open(&self.path).map_err(|_ignored| changed())?;
        let now = fingerprint(
            &self.path,
            &dataset,
            &self.transform,
            &self.crs,
            &self.colours,
        )?;
        if now == self.fingerprint {
            Ok(())
        } else {
            Err(changed())
        }
    }

    /// The grid to read for a model that wants `resolution_cm`: the smallest overview that is still as fine as that and
    /// at least halves the raster, else the raster itself.
    pub fn level_for(&self, resolution_cm: f64) -> Level {
        let fine_enough = |level: &&Level| {
            let (fx, fy) = self.reduction(level);
            fx >= 2.0
                && self.gsd.x_cm * fx <= resolution_cm * 1.001
                && self.gsd.y_cm * fy <= resolution_cm * 1.001
        };
        self.levels
            .iter()
            .filter(fine_enough)
            .min_by_key(|l| l.width)
            .copied()
            .unwrap_or(self.levels[0])
    }

    /// The raster's own grid.
    pub fn full_level(&self) -> Level {
        self.levels[0]
    }

    /// How many full-resolution columns and rows one of the level's takes.
    pub fn reduction(&self, level: &Level) -> (f64, f64) {
        let full = self.levels[0];
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
        self.crs.to_lonlat()
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
        let there: Vec<CrsPoint> = points.iter().map(|p| self.transform.apply(*p)).collect();
        to_lonlat.apply(&there)
    }

    /// The full-resolution pixel positions of places.
    ///
    /// # Errors
    /// See [`CrsError`].
    pub fn pixels_of(&self, places: &[LonLat]) -> Result<Vec<PixelPoint>, CrsError> {
        Ok(self
            .crs
            .from_lonlat(places)?
            .into_iter()
            .map(|p| self.transform.invert(p))
            .collect())
    }
}

pub(super) fn open(path: &Path) -> Result<Dataset, RasterError> {
    if path.to_str().is_none() {
        let reason = "its name is not UTF-8; rename it".to_owned();
        return Err(RasterError::NotARaster {
            path: path.into(),
            reason,
        });
    }
    let failed = |reason: String| RasterError::NotARaster {
        path: path.into(),
        reason,
    };
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_READONLY,
        ..DatasetOptions::default()
    };
    let dataset = Dataset::open_ex(path, options)
        .map_err(|e| RasterError::foreign(path).unwrap_or_else(|| failed(gdal_words(&e))))?;
    let (width, height) = dataset.raster_size();
    if dataset.raster_count() == 0 || width == 0 || height == 0 {
        return Err(failed("it holds no image".into()));
    }
    Ok(dataset)
}

/// GDAL's message without the wrapper's own words.
fn gdal_words(error: &gdal::errors::GdalError) -> String {
    match error {
        gdal::errors::GdalError::NullPointer { msg, .. }
        | gdal::errors::GdalError::CplError { msg, .. }
            if !msg.is_empty() =>
        {
            msg.clone()
        }
        _ => "not a format that GDAL reads".into(),
    }
}

fn levels(path: &Path, dataset: &Dataset, band: usize) -> Result<Vec<Level>, RasterError> {
    let band = dataset
        .rasterband(band)
        .map_err(|e| RasterError::NotARaster {
            path: path.into(),
            reason: gdal_words(&e),
        })?;
    let mut levels: Vec<Level> = level(&band, None).into_iter().collect();
    for i in 0..usize::try_from(band.overview_count().unwrap_or(0)).unwrap_or(0) {
        if let Ok(overview) = band.overview(i) {
            levels.extend(level(&overview, Some(i)));
        }
    }
    if levels.is_empty() {
        return Err(RasterError::NotARaster {
            path: path.into(),
            reason: "it is too large".into(),
        });
    }
    Ok(levels)
}

fn level(band: &RasterBand<'_>, overview: Option<usize>) -> Option<Level> {
    let side = |v: usize| u32::try_from(v).ok();
    let (block_x, block_y) = band.block_size();
    Some(Level {
        overview,
        width: side(band.x_size())?,
        height: side(band.y_size())?,
        block: (side(block_x)?.max(1), side(block_y)?.max(1)),
    })
}

/// Windows along a side that a 16-bit raster is sampled in: first few, more where they find too little.
const ACROSS: [u32; 4] = [10, 20, 40, 80];
/// Values that are enough to tell how bright a raster is.
const ENOUGH: u64 = 100_000;

/// Counts the values of windows spread evenly over a 16-bit raster, as many as it takes to find ground.
fn sampled_stretch(
    dataset: &Dataset,
    bands: &[usize; 3],
    no_data: &NoData,
    level: Level,
) -> Stretch {
    let mut counts = vec![0_u64; 65_536];
    for across in ACROSS {
        for i in 0..across * across {
            count_window(
                dataset,
                bands,
                no_data,
                level,
                (i % across, i / across, across),
                &mut counts,
            );
        }
        if counts.iter().sum::<u64>() >= ENOUGH {
            break;
        }
    }
    Stretch::of_counts(&counts)
}

/// Counts the values of one window: its column and row among `across` by `across`.
fn count_window(
    dataset: &Dataset,
    bands: &[usize; 3],
    no_data: &NoData,
    level: Level,
    (column, row, across): (u32, u32, u32),
    counts: &mut [u64],
) {
    const SIDE: u32 = 128;
    let (w, h) = (SIDE.min(level.width), SIDE.min(level.height));
    let place = |i: u32, free: u32| {
        (u64::from(free) * u64::from(i) / u64::from(across - 1))
            .try_into()
            .unwrap_or(0_usize)
    };
    let corner = (
        place(column, level.width - w).cast_signed(),
        place(row, level.height - h).cast_signed(),
    );
    let size = (w as usize, h as usize);
    for (k, number) in bands.iter().enumerate() {
        let Ok(band) = dataset.rasterband(*number) else {
            continue;
        };
        let Ok(values) = band.read_as::<u16>(corner, size, size, None) else {
            continue;
        };
        let mask = match no_data {
            NoData::Mask => band
                .open_mask_band()
                .and_then(|m| m.read_as::<u8>(corner, size, size, None))
                .ok(),
            _ => None,
        };
        for (j, value) in values.data().iter().enumerate() {
            let missing = match no_data {
                NoData::Value(v) => (f64::from(*value) - v[k]).abs() < 0.5,
                // What is not stored reads as 0.
                _ => mask.as_ref().map_or(*value == 0, |m| m.data()[j] == 0),
            };
            counts[usize::from(*value)] += u64::from(!missing);
        }
    }
}

fn fingerprint(
    path: &Path,
    dataset: &Dataset,
    transform: &GeoTransform,
    crs: &Crs,
    colours: &Colours,
) -> Result<Fingerprint, RasterError> {
    let (width, height) = dataset.raster_size();
    // Everything that decides how the raster is cut and which of its pixels count.
    let shape = format!(
        "{width} {height} {:?} {colours:?} {:?} {:?}",
        transform.coefficients(),
        bands::no_data(dataset, colours),
        levels(path, dataset, colours.bands()[0])?
    );
    let by_content = !is_virtual(path) && dataset.driver().short_name() != "VRT";
    let samples = if by_content {
        file_samples(path).map_err(|e| RasterError::NotARaster {
            path: path.into(),
            reason: e.to_string(),
        })?
    } else {
        pixel_samples(dataset, colours)
    };
    Ok(fingerprint_bytes(&[
        shape.as_bytes(),
        crs.wkt().as_bytes(),
        &samples,
    ]))
}

/// Pixels along the diagonal, for what is not one file on disk.
fn pixel_samples(dataset: &Dataset, colours: &Colours) -> Vec<u8> {
    const WINDOWS: usize = 16;
    const SIDE: usize = 64;
    let (width, height) = dataset.raster_size();
    let (w, h) = (SIDE.min(width), SIDE.min(height));
    let mut samples = Vec::new();
    for i in 0..WINDOWS {
        let (x, y) = (
            (width - w) * i / (WINDOWS - 1),
            (height - h) * i / (WINDOWS - 1),
        );
        for number in colours.bands() {
            let read = dataset.rasterband(number).and_then(|b| {
                b.read_as::<u8>((x.cast_signed(), y.cast_signed()), (w, h), (w, h), None)
            });
            samples.extend(read.map_or_else(|_ignored| vec![0], |b| b.data().to_vec()));
        }
    }
    samples
}
