//! An orthomosaic before its pixels are read: size, place, true ground sampling distance, colours, date.

use super::bands::{self, Colours, NoData};
use super::captured::Captured;
use super::fingerprint::{Fingerprint, file_samples, fingerprint_bytes};
use super::gdal_words::gdal_words;
use super::georeference::{Georeference, RasterNote, georeference};
use super::header::{Level, SourceHeader};
use super::network::{is_virtual, not_given, readable_object};
use super::raster_error::RasterError;
use super::raster_file::{check_data_base, error_of_server, open};
use super::raster_options::RasterOptions;
use super::stretch::Stretch;
use crate::files::BucketError;
use crate::ground::{Crs, GeoTransform, Gsd};
use gdal::raster::RasterBand;
use gdal::{Dataset, Metadata};
use std::path::Path;

/// An orthomosaic that can be searched.
#[derive(Debug, Clone)]
pub struct Orthomosaic {
    pub(super) header: SourceHeader,
    pub(super) colours: Colours,
    pub(super) no_data: NoData,
    pub(super) stretch: Option<Stretch>,
    pub(super) can_be_sparse: bool,
    /// What the user should know of its place.
    pub(super) notes: Vec<RasterNote>,
}

impl Orthomosaic {
    /// Opens a raster and reads everything but its pixels (16-bit rasters: a sample of them).
    ///
    /// # Errors
    /// See [`RasterError`].
    pub fn open(path: &Path, options: &RasterOptions) -> Result<Self, RasterError> {
        check_data_base(path)?;
        let dataset = open(path)?;
        let colours = bands::choose(path, &dataset, options.bands)?;
        let Georeference {
            crs,
            transform,
            mut notes,
        } = georeference(path, &dataset, options)?;
        if options.bands.is_none()
            && let Some(bands) = bands::guessed(&dataset, &colours)
        {
            let path = path.into();
            notes.push(RasterNote::GuessedBands { path, bands });
        }
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
        let made = dataset
            .metadata_item("TIFFTAG_DATETIME", "")
            .and_then(|tag| Captured::of_tag(&tag))
            .map(|day| day.to);
        let header = SourceHeader {
            path: path.into(),
            name: SourceHeader::name_of(path),
            fingerprint: fingerprint(path, &dataset, &transform, &crs, &colours)?,
            levels,
            transform,
            crs,
            gsd,
            captured,
            made,
        };
        Ok(Self {
            header,
            can_be_sparse: dataset.driver().short_name() == "GTiff",
            colours,
            no_data,
            stretch,
            notes,
        })
    }

    /// Its true ground sampling distance.
    pub fn gsd(&self) -> Gsd {
        self.header.gsd
    }

    pub(super) fn check_unchanged(&self) -> Result<(), RasterError> {
        let header = &self.header;
        let changed = || RasterError::Changed {
            path: header.path.clone(),
        };
        let dataset = open(&header.path).map_err(|e| if e.is_lost() { e } else { changed() })?;
        let now = fingerprint(
            &header.path,
            &dataset,
            &header.transform,
            &header.crs,
            &self.colours,
        )?;
        if now == header.fingerprint {
            Ok(())
        } else {
            Err(changed())
        }
    }
}

impl Orthomosaic {
    /// Opens a raster that was found in a folder and that nobody named, where it is one that needs no trust.
    ///
    /// # Errors
    /// [`RasterError::Leads`], [`RasterError::OfValues`], and those of [`Self::open`].
    pub fn open_found(
        path: &Path,
        folder: &Path,
        options: &RasterOptions,
    ) -> Result<Self, RasterError> {
        super::found::check(path, folder)?;
        let found = Self::open(path, options)?;
        if found.is_of_values() {
            return Err(RasterError::OfValues { path: path.into() });
        }
        Ok(found)
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
    let file = if is_virtual(path) {
        readable_object(path)
    } else {
        Some(path.into())
    };
    // A virtual raster's own bytes say nothing of those that it shows.
    let samples = match file.filter(|_| dataset.driver().short_name() != "VRT") {
        Some(file) => content_samples(path, &file)?,
        None => pixel_samples(path, dataset, colours)?,
    };
    Ok(fingerprint_bytes(&[
        shape.as_bytes(),
        crs.wkt().as_bytes(),
        &samples,
    ]))
}

/// Samples of the bytes of a raster's file, on disk or in a bucket: the same wherever it lies.
fn content_samples(path: &Path, file: &Path) -> Result<Vec<u8>, RasterError> {
    let read = file_samples(file).map_err(|error| match BucketError::of(&error) {
        Some(BucketError::Replaced) => RasterError::Changed { path: path.into() },
        Some(lost) => error_of_server(path, lost.clone()),
        None => RasterError::NotARaster {
            path: path.into(),
            reason: error.to_string(),
        },
    });
    read.map(|samples| samples.to_vec())
}

/// Pixels along the diagonal, for what is not one file on disk.
fn pixel_samples(
    path: &Path,
    dataset: &Dataset,
    colours: &Colours,
) -> Result<Vec<u8>, RasterError> {
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
            match read {
                Ok(pixels) => samples.extend(pixels.data()),
                // What a network lost for now is no other content.
                Err(error) => match not_given(path, &gdal_words(&error)) {
                    Some(lost) => return Err(error_of_server(path, lost)),
                    None => samples.push(0),
                },
            }
        }
    }
    Ok(samples)
}
