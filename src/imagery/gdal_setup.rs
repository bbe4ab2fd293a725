//! How GDAL is set up for the whole process.

use crate::platform;
use std::path::{Path, PathBuf};

/// Megabytes of decoded blocks that GDAL may keep for each core, over all open files. A thread reads one row of blocks
/// at a time, all bands of it, and copies them out at once: more would mostly be kept for nothing, and memory that is used
/// again is faster than memory that is new. Where a row of blocks is larger (tiles of 2,048 pixels), blocks may be decoded
/// once a band.
const CACHE_MB: usize = 8;

/// Where systems keep the certificates that tell a true server from a false one. GDAL's own idea is its builder's.
const CERTIFICATES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// Drivers that no survey needs: of sciences that keep many variables in a file, of services on the network, which a
/// small text file in a folder of imagery could have asked, and of files that say where others lie (tile indices, catalogues,
/// command lines). What the environment says in `GDAL_SKIP` comes first.
const SKIPPED: &str = "HDF5,HDF5Image,BAG,S102,S104,S111,netCDF,WCS,WMS,WMTS,OGCAPI,PLMOSAIC,EEDA,EEDAI,DAAS,HTTP,\
    GTI,STACIT,STACTA,GDALG";

/// Sets GDAL up: nothing is written beside the input, the block cache is bounded, no network is asked
/// (`imagery::network`), and its messages come back as errors
/// instead of going to the terminal. To be called once before anything is opened; calling it again changes nothing.
pub fn set_up_gdal() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cache = (CACHE_MB * cores).to_string();
    for (key, value) in [
        ("GDAL_PAM_ENABLED", "NO"),
        ("GDAL_CACHEMAX", cache.as_str()),
        ("GDAL_MAX_DATASET_POOL_SIZE", "450"),
        ("GDAL_TIFF_INTERNAL_MASK", "YES"),
        ("OGR_ENABLE_PARTIAL_REPROJECTION", "NO"),
    ] {
        // Only a key with a NUL byte can fail.
        let _ = gdal::config::set_config_option(key, value);
    }
    let certificates = CERTIFICATES.into_iter().find(|p| Path::new(p).is_file());
    let built_with = || option_env!("PAPAVER_GDAL_DATA").map(PathBuf::from);
    for (key, value) in [("GDAL_SKIP", SKIPPED), ("GDAL_DRIVER_PATH", "disable")] {
        if std::env::var_os(key).is_none() {
            let _ = gdal::config::set_config_option(key, value);
        }
    }
    for (key, value) in [
        (
            "CURL_CA_BUNDLE",
            certificates
                .map(PathBuf::from)
                .or_else(|| platform::carried("ca-certificates.crt")),
        ),
        ("GDAL_DATA", platform::carried("gdal").or_else(built_with)),
        // Where no release carries its data, it lies beside PROJ's library, which looks there.
        ("PROJ_DATA", platform::carried("proj")),
    ] {
        // What the user says comes first.
        let value = value.filter(|path| path.exists() && std::env::var_os(key).is_none());
        if let Some(value) = value.as_deref().and_then(Path::to_str) {
            let _ = gdal::config::set_config_option(key, value);
        }
    }
    super::network::keep_off();
    gdal::config::set_error_handler(|_, _, _| {});
}

/// The version of the GDAL library in use, such as `3.6.2`.
pub fn gdal_version() -> String {
    gdal::version::VersionInfo::release_name()
}

/// The version of the PROJ library in use, such as `9.8.1`; `None` where GDAL does not say.
pub fn proj_version() -> Option<String> {
    gdal::version::VersionInfo::build_info().remove("PROJ_RUNTIME_VERSION")
}
