//! Geotagged drone photos as a source: where each pixel lies on the ground, how sure that is, and what is worth searching.

pub mod accuracy;
pub mod camera;
pub mod footprint;
pub mod lens;
pub mod terrain;
pub mod jpeg;
pub mod metadata;
pub mod xmp;

/// The folder of shared test data, which tests skip without.
#[cfg(test)]
fn shared_data() -> std::path::PathBuf {
    std::env::var_os("PAPAVER_SHARED").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        Into::into,
    )
}
