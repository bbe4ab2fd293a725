//! What GDAL says of an error.

use gdal::errors::GdalError;

/// GDAL's message without the wrapper's own words.
pub(in crate::imagery) fn gdal_words(error: &GdalError) -> String {
    match error {
        GdalError::NullPointer { msg, .. } | GdalError::CplError { msg, .. } if !msg.is_empty() => {
            msg.clone()
        }
        _ => "not a format that GDAL reads".into(),
    }
}
