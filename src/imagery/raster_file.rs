//! A raster file, opened as GDAL knows it: read only, by a name that is text, with no journal beside it.

use super::raster_error::RasterError;
use crate::ground::{check_journal, is_data_base};
use gdal::errors::GdalError;
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
    let dataset = Dataset::open_ex(path, options)
        .map_err(|e| RasterError::foreign(path).unwrap_or_else(|| failed(gdal_words(&e))))?;
    let (width, height) = dataset.raster_size();
    if dataset.raster_count() == 0 || width == 0 || height == 0 {
        return Err(failed("it holds no image".into()));
    }
    Ok(dataset)
}

/// GDAL's message without the wrapper's own words.
pub(super) fn gdal_words(error: &GdalError) -> String {
    match error {
        GdalError::NullPointer { msg, .. } | GdalError::CplError { msg, .. } if !msg.is_empty() => {
            msg.clone()
        }
        _ => "not a format that GDAL reads".into(),
    }
}
