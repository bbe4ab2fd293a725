//! A raster file, opened as GDAL knows it: read only, by a name that is text, with no journal beside it.

use super::gdal_words::gdal_words;
use super::network::{in_bucket, not_given};
use super::raster_error::RasterError;
use crate::files::BucketError;
use crate::ground::{check_journal, is_data_base};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use std::path::Path;

/// Fails where a journal lies beside a raster in a data base: it could do more than be read.
pub(super) fn check_data_base(path: &Path) -> Result<(), RasterError> {
    if !is_data_base(path) {
        return Ok(());
    }
    check_journal(path).map_err(|source| RasterError::DataBase {
        path: path.into(),
        source,
    })
}

/// GDAL knows only names that are text.
pub(super) fn check_name(path: &Path) -> Result<(), RasterError> {
    if path.to_str().is_some() {
        return Ok(());
    }
    Err(RasterError::NotARaster {
        path: path.into(),
        reason: "its name is not UTF-8; rename it".to_owned(),
    })
}

pub(super) fn open(path: &Path) -> Result<Dataset, RasterError> {
    check_name(path)?;
    let failed = |reason: String| RasterError::NotARaster {
        path: path.into(),
        reason,
    };
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_READONLY,
        ..DatasetOptions::default()
    };
    let dataset = Dataset::open_ex(path, options).map_err(|e| not_opened(path, gdal_words(&e)))?;
    let (width, height) = dataset.raster_size();
    if dataset.raster_count() == 0 || width == 0 || height == 0 {
        return Err(failed("it holds no image".into()));
    }
    Ok(dataset)
}

/// Why GDAL, which said so, did not open a file.
pub(super) fn not_opened(path: &Path, reason: String) -> RasterError {
    if let Some(error) = not_given(path, &reason) {
        return error_of_server(path, error);
    }
    let path = path.to_owned();
    RasterError::foreign(&path).unwrap_or(RasterError::NotARaster { path, reason })
}

/// What a server answered in place of a file, under the name that the user knows.
pub(super) fn error_of_server(path: &Path, source: BucketError) -> RasterError {
    let path = in_bucket(path).unwrap_or_else(|| path.into());
    RasterError::NotGiven { path, source }
}
