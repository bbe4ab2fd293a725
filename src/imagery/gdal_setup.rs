//! How GDAL is set up for the whole process.

/// Megabytes of decoded blocks that GDAL may keep over all open files. Each block is decoded once and copied out at
/// once, so that a small cache loses nothing; it has to hold the bands of one pixel-interleaved row of blocks a thread.
const CACHE_MB: &str = "64";

/// Sets GDAL up: nothing is written beside the input, the block cache is bounded, and its messages come back as errors
/// instead of going to the terminal. To be called once before anything is opened; calling it again changes nothing.
pub fn set_up_gdal() {
    for (key, value) in [
        ("GDAL_PAM_ENABLED", "NO"),
        ("GDAL_CACHEMAX", CACHE_MB),
        ("GDAL_MAX_DATASET_POOL_SIZE", "450"),
        ("GDAL_TIFF_INTERNAL_MASK", "YES"),
        ("OGR_ENABLE_PARTIAL_REPROJECTION", "NO"),
    ] {
        // Only a key with a NUL byte can fail.
        let _ = gdal::config::set_config_option(key, value);
    }
    gdal::config::set_error_handler(|_, _, _| {});
}

/// The version of the GDAL library in use, such as `3.6.2`.
pub fn gdal_version() -> String {
    gdal::version::VersionInfo::release_name()
}
